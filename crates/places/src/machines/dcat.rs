//! The catalogue in the words of DCAT 3: as JSON-LD and Turtle, and as `data.json` (DCAT-US 1.1).

use std::fmt::Write as _;

use axum::{extract::State, http::HeaderMap, response::Response};
use serde_json::{Value as Json, json};
use yakuba_city::{
    City,
    web::{Answer, Problem},
};
use yakuba_ui::Language;

use super::catalogue::{Catalogue, Distribution, Published};
use crate::{model::document::Rhythm, pages::href};

/// The frequency in the words of the European authority list, which DCAT names as an example.
fn frequency(rhythm: Rhythm) -> String {
    let name = match rhythm {
        Rhythm::Irregular => "IRREG",
        Rhythm::Daily => "DAILY",
        Rhythm::Weekly => "WEEKLY",
        Rhythm::Monthly => "MONTHLY",
        Rhythm::Quarterly => "QUARTERLY",
        Rhythm::Yearly => "ANNUAL",
        Rhythm::Never => "NEVER",
    };
    format!("http://publications.europa.eu/resource/authority/frequency/{name}")
}

fn media_type(distribution: &Distribution<'_>) -> &'static str {
    distribution
        .form
        .media_type()
        .split(';')
        .next()
        .unwrap_or_default()
}

fn theme(published: &Published) -> String {
    crate::WORDS
        .words(Language::Japanese)
        .get(&format!(
            "places-theme-{}",
            published.dataset.document.theme.name()
        ))
        .into_owned()
}

pub(super) async fn json_ld(
    State(city): State<City>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let catalogue = Catalogue::load(&city, &headers).await?;
    let datasets: Vec<Json> = catalogue
        .datasets
        .iter()
        .map(|published| {
            let dataset = &published.dataset;
            let document = &dataset.document;
            let distributions: Vec<Json> = published
                .distributions(&catalogue.base)
                .map(|distribution| {
                    json!({
                        "@id": format!("{}#distribution", distribution.url),
                        "@type": "dcat:Distribution",
                        "dct:title": distribution.file.title,
                        "dct:description": distribution.version.note,
                        "dct:modified": {"@type": "xsd:dateTime", "@value": distribution.version.made_at.to_string()},
                        "dct:license": {"@id": document.licence.url()},
                        "dcat:accessURL": {"@id": format!("{}{}", catalogue.base, href(dataset.key()))},
                        "dcat:downloadURL": {"@id": distribution.url},
                        "dcat:mediaType": {"@id": format!("https://www.iana.org/assignments/media-types/{}", media_type(&distribution))},
                    })
                })
                .collect();
            let mut value = json!({
                "@id": format!("{}{}", catalogue.base, href(dataset.key())),
                "@type": "dcat:Dataset",
                "dct:identifier": dataset.key(),
                "dct:title": {"@language": "ja", "@value": document.title},
                "dct:description": {"@language": "ja", "@value": document.description},
                "dct:publisher": {"@type": "foaf:Organization", "foaf:name": catalogue.publisher},
                "dct:modified": {"@type": "xsd:dateTime", "@value": dataset.changed_at.to_string()},
                "dct:accrualPeriodicity": {"@id": frequency(document.rhythm)},
                "dct:language": {"@id": "http://id.loc.gov/vocabulary/iso639-1/ja"},
                "dct:license": {"@id": document.licence.url()},
                "dcat:theme": {"@type": "skos:Concept", "skos:prefLabel": {"@language": "ja", "@value": theme(published)}},
                "dcat:keyword": document.keywords.iter().map(|word| json!({"@language": "ja", "@value": word})).collect::<Vec<_>>(),
                "dcat:contactPoint": {"@type": "vcard:Organization", "vcard:fn": document.contact},
                "dcat:distribution": distributions,
            });
            if let Some(at) = dataset.published_at {
                value["dct:issued"] = json!({"@type": "xsd:dateTime", "@value": at.to_string()});
            }
            value
        })
        .collect();
    let body = json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "skos": "http://www.w3.org/2004/02/skos/core#",
            "vcard": "http://www.w3.org/2006/vcard/ns#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": format!("{}/data", catalogue.base),
        "@type": "dcat:Catalog",
        "dct:title": {"@language": "ja", "@value": format!("{}オープンデータ", catalogue.publisher)},
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": catalogue.publisher},
        "dcat:dataset": datasets,
    });
    Ok(Answer::new("application/ld+json", body.to_string()).respond(&headers))
}

/// A text of Turtle with everything escaped that has a meaning in it.
fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for letter in text.chars() {
        match letter {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            other if other.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(literal, "\\u{:04X}", u32::from(other));
            }
            other => literal.push(other),
        }
    }
    literal.push('"');
    literal
}

pub(super) async fn turtle(
    State(city): State<City>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let catalogue = Catalogue::load(&city, &headers).await?;
    Ok(Answer::new("text/turtle; charset=utf-8", written(&catalogue)).respond(&headers))
}

fn written(catalogue: &Catalogue) -> String {
    let mut out = String::from(
        "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n\
         @prefix foaf: <http://xmlns.com/foaf/0.1/> .\n@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n\
         @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n\n",
    );
    let base = &catalogue.base;
    let publisher = format!(
        "[ a foaf:Organization ; foaf:name {} ]",
        literal(&catalogue.publisher)
    );
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "<{base}/data> a dcat:Catalog ;\n  dct:title {}@ja ;\n  dct:publisher {publisher}",
        literal(&format!("{}オープンデータ", catalogue.publisher))
    );
    for published in &catalogue.datasets {
        let _ = write!(
            out,
            " ;\n  dcat:dataset <{base}{}>",
            href(published.dataset.key())
        );
    }
    out.push_str(" .\n");
    for published in &catalogue.datasets {
        let dataset = &published.dataset;
        let document = &dataset.document;
        let address = format!("{base}{}", href(dataset.key()));
        let _ = write!(
            out,
            "\n<{address}> a dcat:Dataset ;\n  dct:identifier {} ;\n  dct:title {}@ja ;\n  dct:description {}@ja ;\n  \
             dct:publisher {publisher} ;\n  dct:modified \"{}\"^^xsd:dateTime ;\n  dct:accrualPeriodicity <{}> ;\n  \
             dct:license <{}> ;\n  dcat:theme [ a skos:Concept ; skos:prefLabel {}@ja ] ;\n  \
             dcat:contactPoint [ a vcard:Organization ; vcard:fn {} ]",
            literal(dataset.key()),
            literal(&document.title),
            literal(&document.description),
            dataset.changed_at,
            frequency(document.rhythm),
            document.licence.url(),
            literal(&theme(published)),
            literal(&document.contact),
        );
        for word in &document.keywords {
            let _ = write!(out, " ;\n  dcat:keyword {}@ja", literal(word));
        }
        let distributions: Vec<Distribution<'_>> = published.distributions(base).collect();
        for distribution in &distributions {
            let _ = write!(
                out,
                " ;\n  dcat:distribution <{}#distribution>",
                distribution.url
            );
        }
        out.push_str(" .\n");
        for distribution in &distributions {
            let _ = writeln!(
                out,
                "\n<{url}#distribution> a dcat:Distribution ;\n  dct:title {} ;\n  dct:modified \"{}\"^^xsd:dateTime ;\n  \
                 dct:license <{}> ;\n  dcat:accessURL <{address}> ;\n  dcat:downloadURL <{url}> ;\n  \
                 dcat:mediaType <https://www.iana.org/assignments/media-types/{}> .",
                literal(&distribution.file.title),
                distribution.version.made_at,
                document.licence.url(),
                media_type(distribution),
                url = distribution.url,
            );
        }
    }
    out
}

pub(super) async fn data_json(
    State(city): State<City>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let catalogue = Catalogue::load(&city, &headers).await?;
    let datasets: Vec<Json> = catalogue
        .datasets
        .iter()
        .map(|published| {
            let dataset = &published.dataset;
            let document = &dataset.document;
            let address = format!("{}{}", catalogue.base, href(dataset.key()));
            let distribution: Vec<Json> = published
                .distributions(&catalogue.base)
                .map(|distribution| {
                    json!({
                        "@type": "dcat:Distribution",
                        "title": distribution.file.title,
                        "downloadURL": distribution.url,
                        "mediaType": media_type(&distribution),
                        "format": distribution.form.name(),
                    })
                })
                .collect();
            let mut value = json!({
                "@type": "dcat:Dataset",
                "identifier": address,
                "landingPage": address,
                "title": document.title,
                "description": document.description,
                "keyword": document.keywords,
                "modified": dataset.changed_at.to_string(),
                "publisher": {"@type": "org:Organization", "name": catalogue.publisher},
                "contactPoint": {"@type": "vcard:Contact", "fn": document.contact},
                "accessLevel": "public",
                "license": document.licence.url(),
                "language": ["ja"],
                "theme": [theme(published)],
                "distribution": distribution,
            });
            if !document.email.is_empty() {
                value["contactPoint"]["hasEmail"] = json!(format!("mailto:{}", document.email));
            }
            if !document.area.is_empty() {
                value["spatial"] = json!(document.area);
            }
            if let (Some(from), Some(until)) = (document.from, document.until) {
                value["temporal"] = json!(format!("{from}/{until}"));
            }
            value
        })
        .collect();
    let body = json!({
        "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
        "@type": "dcat:Catalog",
        "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
        "describedBy": "https://project-open-data.cio.gov/v1.1/schema/catalog.json",
        "dataset": datasets,
    });
    Ok(Answer::new("application/json", body.to_string()).respond(&headers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_a_literal() {
        assert_eq!(literal("a\"\\\n\u{1}あ"), "\"a\\\"\\\\\\n\\u0001あ\"");
    }
}
