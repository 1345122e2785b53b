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
use crate::{
    model::{content::Form, document::Rhythm},
    pages::href,
    store::{FileEntry, Link},
};

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

/// The prefixes of both spellings.
const PREFIXES: [(&str, &str); 6] = [
    ("dcat", "http://www.w3.org/ns/dcat#"),
    ("dct", "http://purl.org/dc/terms/"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"),
    ("vcard", "http://www.w3.org/2006/vcard/ns#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

fn japanese(text: &str) -> Json {
    json!({"@language": "ja", "@value": text})
}

fn moment(at: jiff::Timestamp) -> Json {
    json!({"@type": "xsd:dateTime", "@value": at.to_string()})
}

/// A mail address as an address of its own, when it holds nothing that such an address must not.
fn mail_to(email: &str) -> Option<String> {
    let is_plain = email.contains('@')
        && email
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"@.-_+".contains(&byte));
    is_plain.then(|| format!("mailto:{email}"))
}

/// A Japanese telephone number as an address of its own (RFC 3966); what stands behind it, such as an extension, is left out.
fn call(phone: &str) -> Option<String> {
    let number: String = phone
        .trim()
        .chars()
        .take_while(|letter| letter.is_ascii_digit() || *letter == '-')
        .collect();
    let number = number.trim_end_matches('-');
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let rest = number.strip_prefix('0')?;
    matches!(digits, 10 | 11).then(|| format!("tel:+81-{rest}"))
}

fn distribution_described(
    catalogue: &Catalogue,
    published: &Published,
    distribution: &Distribution<'_>,
) -> Json {
    let mut value = json!({
        "@id": format!("{}#distribution", distribution.url),
        "@type": "dcat:Distribution",
        "dct:title": distribution.file.title,
        "dct:issued": moment(distribution.version.made_at),
        "dct:modified": moment(distribution.version.made_at),
        "dct:license": {"@id": published.dataset.document.licence.url()},
        "dcat:accessURL": {"@id": format!("{}{}", catalogue.base, href(published.dataset.key()))},
        "dcat:downloadURL": {"@id": distribution.url},
        "dcat:mediaType": {"@id": format!("https://www.iana.org/assignments/media-types/{}", media_type(distribution))},
    });
    if !distribution.version.note.is_empty() {
        value["dct:description"] = json!(distribution.version.note);
    }
    if let Some(columns) = columns_at(distribution) {
        value["dct:conformsTo"] = json!({"@id": columns});
    }
    value
}

/// Where it stands what the columns of a CSV file are, as CSV on the Web.
fn columns_at(distribution: &Distribution<'_>) -> Option<String> {
    (distribution.form == Form::Csv).then(|| format!("{}-metadata.json", distribution.url))
}

/// A file that stands elsewhere.
fn link_described(published: &Published, file: &FileEntry, link: &Link) -> Json {
    let mut value = json!({
        "@id": format!("{}#distribution", link.address),
        "@type": "dcat:Distribution",
        "dct:title": file.title,
        "dct:license": {"@id": published.dataset.document.licence.url()},
        "dcat:accessURL": {"@id": link.address},
    });
    if !link.format.is_empty() {
        value["dct:format"] = json!(link.format);
    }
    value
}

fn dataset_described(catalogue: &Catalogue, published: &Published) -> Json {
    let dataset = &published.dataset;
    let document = &dataset.document;
    let distributions: Vec<Json> = published
        .distributions(&catalogue.base)
        .map(|distribution| distribution_described(catalogue, published, &distribution))
        .chain(
            published
                .links()
                .map(|(file, link)| link_described(published, file, link)),
        )
        .collect();
    let mut contact = json!({"@type": "vcard:Organization", "vcard:fn": document.contact});
    if let Some(address) = call(&document.phone) {
        contact["vcard:hasTelephone"] = json!({"@id": address});
    }
    if let Some(address) = mail_to(&document.email) {
        contact["vcard:hasEmail"] = json!({"@id": address});
    }
    let mut value = json!({
        "@id": format!("{}{}", catalogue.base, href(dataset.key())),
        "@type": "dcat:Dataset",
        "dct:identifier": dataset.key(),
        "dct:title": japanese(&document.title),
        "dct:description": japanese(&document.description),
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": catalogue.publisher},
        "dct:modified": moment(dataset.changed_at),
        "dct:accrualPeriodicity": {"@id": frequency(document.rhythm)},
        "dct:language": {"@id": "http://id.loc.gov/vocabulary/iso639-1/ja"},
        "dct:license": {"@id": document.licence.url()},
        "dcat:theme": {"@type": "skos:Concept", "skos:prefLabel": japanese(&theme(published))},
        "dcat:keyword": document.keywords.iter().map(|word| japanese(word)).collect::<Vec<_>>(),
        "dcat:contactPoint": contact,
        "dcat:distribution": distributions,
    });
    if let Some(at) = dataset.published_at {
        value["dct:issued"] = moment(at);
    }
    if !document.area.is_empty() {
        value["dct:spatial"] =
            json!({"@type": "dct:Location", "skos:prefLabel": japanese(&document.area)});
    }
    if document.from.is_some() || document.until.is_some() {
        let mut period = json!({"@type": "dct:PeriodOfTime"});
        for (end, day) in [
            ("dcat:startDate", document.from),
            ("dcat:endDate", document.until),
        ] {
            if let Some(day) = day {
                period[end] = json!({"@type": "xsd:date", "@value": day.to_string()});
            }
        }
        value["dct:temporal"] = period;
    }
    value
}

/// The whole catalogue as JSON-LD; Turtle is the same in another spelling.
fn described(catalogue: &Catalogue) -> Json {
    let context: serde_json::Map<String, Json> = PREFIXES
        .iter()
        .map(|(prefix, address)| ((*prefix).to_owned(), json!(address)))
        .collect();
    let datasets: Vec<Json> = catalogue
        .datasets
        .iter()
        .map(|published| dataset_described(catalogue, published))
        .collect();
    json!({
        "@context": context,
        "@id": format!("{}/data", catalogue.base),
        "@type": "dcat:Catalog",
        "dct:title": japanese(&format!("{}オープンデータ", catalogue.publisher)),
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": catalogue.publisher},
        "dct:language": {"@id": "http://id.loc.gov/vocabulary/iso639-1/ja"},
        "dcat:dataset": datasets,
    })
}

pub(super) async fn json_ld(
    State(city): State<City>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let body = described(&Catalogue::load(&city, &headers).await?);
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
    let body = turtle_of(&described(&catalogue));
    Ok(Answer::new("text/turtle; charset=utf-8", body).respond(&headers))
}

/// Our JSON-LD as Turtle: everything with an address of its own is a statement of its own, the rest stands where it is used.
fn turtle_of(whole: &Json) -> String {
    let mut out = String::new();
    for (prefix, address) in PREFIXES {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "@prefix {prefix}: <{address}> .");
    }
    let mut waiting = std::collections::VecDeque::from([whole]);
    while let Some(node) = waiting.pop_front() {
        let said = said_of(node, &mut waiting).join(" ;\n  ");
        let _ = write!(
            out,
            "\n<{}> {said} .\n",
            node["@id"].as_str().unwrap_or_default()
        );
    }
    out
}

/// What is said of a node, each with its verb; nodes with addresses of their own wait.
fn said_of<'a>(node: &'a Json, waiting: &mut std::collections::VecDeque<&'a Json>) -> Vec<String> {
    let mut said = Vec::new();
    for (verb, value) in node.as_object().into_iter().flatten() {
        match (verb.as_str(), value) {
            ("@context" | "@id", _) => {}
            ("@type", kind) => said.push(format!("a {}", kind.as_str().unwrap_or_default())),
            (verb, Json::Array(values)) => {
                for value in values {
                    said.push(format!("{verb} {}", object(value, waiting)));
                }
            }
            (verb, value) => said.push(format!("{verb} {}", object(value, waiting))),
        }
    }
    said
}

fn object<'a>(value: &'a Json, waiting: &mut std::collections::VecDeque<&'a Json>) -> String {
    if let Some(text) = value.as_str() {
        return literal(text);
    }
    if let Some(text) = value["@value"].as_str() {
        let text = literal(text);
        return match (value["@language"].as_str(), value["@type"].as_str()) {
            (Some(language), _) => format!("{text}@{language}"),
            (None, Some(kind)) => format!("{text}^^{kind}"),
            (None, None) => text,
        };
    }
    match value["@id"].as_str() {
        Some(address) => {
            if value.as_object().is_some_and(|node| node.len() > 1) {
                waiting.push_back(value);
            }
            format!("<{address}>")
        }
        None => format!("[ {} ]", said_of(value, waiting).join(" ; ")),
    }
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
                    let mut value = json!({
                        "@type": "dcat:Distribution",
                        "title": distribution.file.title,
                        "downloadURL": distribution.url,
                        "mediaType": media_type(&distribution),
                        "format": distribution.form.name(),
                    });
                    if let Some(columns) = columns_at(&distribution) {
                        value["describedBy"] = json!(columns);
                        value["describedByType"] = json!("application/csvm+json");
                    }
                    value
                })
                .chain(published.links().map(|(file, link)| {
                    json!({
                        "@type": "dcat:Distribution",
                        "title": file.title,
                        "accessURL": link.address,
                        "format": link.format,
                    })
                }))
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
            if let Some(at) = dataset.published_at {
                value["issued"] = json!(at.to_string());
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
    fn telephone_numbers_and_mail_addresses_become_addresses() {
        assert_eq!(
            call("06-6384-1231（内線 12）").unwrap(),
            "tel:+81-6-6384-1231"
        );
        assert_eq!(call("09012345678").unwrap(), "tel:+81-9012345678");
        for none in ["", "内線 12", "119", "+81-6-6384-1231", "00000000000000"] {
            assert_eq!(call(none), None, "{none}");
        }
        assert_eq!(
            mail_to("a.b+c@city.example.jp").unwrap(),
            "mailto:a.b+c@city.example.jp"
        );
        for none in ["", "a b@c", "a>@c", "窓口@c"] {
            assert_eq!(mail_to(none), None, "{none}");
        }
    }

    #[test]
    fn turtle_says_what_json_ld_says() {
        let whole = json!({
            "@context": {"dct": "x"},
            "@id": "https://a/1",
            "@type": "dcat:Catalog",
            "dct:title": japanese("\"台帳\""),
            "dcat:keyword": ["一", "二"],
            "dcat:theme": [],
            "dct:publisher": {"@type": "foaf:Organization", "foaf:name": "市"},
            "dcat:dataset": [{"@id": "https://a/2", "dct:identifier": "2"}],
            "dct:license": {"@id": "https://l"},
        });
        let turtle = turtle_of(&whole);
        let (prefixes, statements) = turtle.split_once("\n\n").unwrap();
        assert_eq!(prefixes.lines().count(), PREFIXES.len());
        let (first, second) = statements.split_once(" .\n\n").unwrap();
        let mut said: Vec<&str> = first.split(" ;\n  ").collect();
        said.sort_unstable();
        assert_eq!(
            said,
            [
                "<https://a/1> a dcat:Catalog",
                "dcat:dataset <https://a/2>",
                "dcat:keyword \"一\"",
                "dcat:keyword \"二\"",
                "dct:license <https://l>",
                "dct:publisher [ a foaf:Organization ; foaf:name \"市\" ]",
                "dct:title \"\\\"台帳\\\"\"@ja",
            ]
        );
        assert_eq!(second, "<https://a/2> dct:identifier \"2\" .\n");
    }

    #[test]
    fn no_text_ends_a_literal() {
        assert_eq!(literal("a\"\\\n\u{1}あ"), "\"a\\\"\\\\\\n\\u0001あ\"");
    }
}
