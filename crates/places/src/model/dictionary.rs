//! データ項目定義: what the columns of a file are. What nobody wrote is guessed from the national standard, the headers and the values.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{kind::Kind, standard::header_key};

/// The longest text about a column, in letters.
pub const LONGEST: usize = 500;

/// What somebody wrote about a column. What is empty is guessed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defined {
    /// The header.
    pub name: String,
    /// What its values mean.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub meaning: String,
    /// What its values are: a name of [`KINDS`].
    #[serde(default, rename = "type", skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// In what its numbers are counted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// A value as it could stand there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub example: String,
}

/// What the values of a column can be said to be, as [`Kind::name`].
pub const KINDS: [&str; 22] = [
    "text",
    "number",
    "count",
    "date",
    "time",
    "flag",
    "yes-no",
    "choice",
    "several",
    "code",
    "id",
    "town",
    "corporate",
    "kana",
    "narrow",
    "address",
    "mail",
    "phone",
    "postal",
    "latitude",
    "longitude",
    "weekdays",
];

impl Defined {
    /// Whether it says anything that is not guessed anyway.
    pub fn is_empty(&self) -> bool {
        [&self.meaning, &self.kind, &self.unit, &self.example]
            .iter()
            .all(|text| text.is_empty())
    }

    /// Whether its type is one of [`KINDS`], or not said.
    pub fn is_known(&self) -> bool {
        self.kind.is_empty() || KINDS.contains(&self.kind.as_str())
    }
}

/// What is known of a column from the file itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What its values are by the standard or its name.
    pub kind: Kind,
    /// Whether all its values are numbers.
    pub is_number: bool,
    /// Its first value.
    pub example: String,
}

/// The dictionary of a file: for each column what was written about it, and the rest as it is guessed.
pub fn dictionary(header: &[String], seen: &[Seen], written: &[Defined]) -> Vec<Defined> {
    header
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let key = header_key(name);
            let mut told = written
                .iter()
                .find(|one| header_key(&one.name) == key)
                .cloned()
                .unwrap_or_default();
            told.name.clone_from(name);
            let seen = seen.get(at);
            if told.kind.is_empty() {
                let kind = match seen {
                    Some(seen) if seen.kind == Kind::Text && seen.is_number => "number",
                    Some(seen) => seen.kind.name(),
                    None => "text",
                };
                kind.clone_into(&mut told.kind);
            }
            if told.unit.is_empty() {
                told.unit = unit(name, seen.map(|seen| &seen.kind));
            }
            if told.example.is_empty() {
                told.example = seen.map_or_else(String::new, |seen| seen.example.clone());
            }
            told
        })
        .collect()
}

/// The units that headers name.
const UNITS: [&str; 24] = [
    "㎡",
    "m2",
    "m²",
    "km",
    "m",
    "cm",
    "ha",
    "人",
    "円",
    "千円",
    "百万円",
    "件",
    "台",
    "世帯",
    "戸",
    "%",
    "％",
    "分",
    "時間",
    "日",
    "回",
    "t",
    "kg",
    "℃",
];

/// The unit that a header names in brackets at its end, such as 面積（㎡）; degrees of places.
fn unit(header: &str, kind: Option<&Kind>) -> String {
    if matches!(kind, Some(Kind::Latitude | Kind::Longitude)) {
        return "度".to_owned();
    }
    let bare = header.trim().trim_end_matches([')', '）', ']', '］']);
    if bare.len() == header.trim().len() {
        return String::new();
    }
    let inside = bare
        .rsplit(['(', '（', '[', '［'])
        .next()
        .unwrap_or_default();
    let inside = inside
        .trim_start_matches("単位")
        .trim_start_matches([':', '：'])
        .trim();
    UNITS
        .iter()
        .find(|unit| **unit == inside)
        .map_or_else(String::new, |unit| (*unit).to_owned())
}

/// What was written, as far as it says something about columns that are there.
pub fn tidied(header: &[String], written: Vec<Defined>) -> Vec<Defined> {
    written
        .into_iter()
        .filter(|one| !one.is_empty() && header.contains(&one.name))
        .collect()
}

/// The type of a column as CSV on the Web calls it.
fn datatype(kind: &str) -> Json {
    match kind {
        "number" | "latitude" | "longitude" => json!("decimal"),
        "count" => json!("nonNegativeInteger"),
        "date" => json!({"base": "date", "format": "yyyy-MM-dd"}),
        "time" => json!({"base": "time", "format": "HH:mm"}),
        "address" => json!("anyURI"),
        _ => json!("string"),
    }
}

/// The dictionary as CSV on the Web (W3C Metadata Vocabulary for Tabular Data): `url` is that of the CSV file, `licence` that of the terms.
pub fn csvw(url: &str, title: &str, licence: &str, dictionary: &[Defined]) -> Json {
    let columns: Vec<Json> = dictionary
        .iter()
        .enumerate()
        .map(|(at, told)| {
            let mut column = json!({
                "name": format!("column{}", at + 1),
                "titles": [told.name],
                "datatype": datatype(&told.kind),
            });
            if !told.meaning.is_empty() {
                column["dc:description"] = json!(told.meaning);
            }
            if !told.unit.is_empty() {
                column["schema:unitText"] = json!(told.unit);
            }
            if !told.example.is_empty() {
                column["skos:example"] = json!(told.example);
            }
            column
        })
        .collect();
    json!({
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "ja"}],
        "url": url,
        "dc:title": title,
        "dc:license": {"@id": licence},
        "dialect": {"header": true, "encoding": "utf-8"},
        "tableSchema": {"columns": columns},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_wrote_is_guessed() {
        let header: Vec<String> = ["名称", "面積（㎡）", "緯度", "備考(※)"]
            .map(str::to_owned)
            .to_vec();
        let seen: Vec<Seen> = header
            .iter()
            .map(|name| Seen {
                kind: Kind::of_standard(&header_key(name), ""),
                is_number: name.contains('㎡'),
                example: "1".to_owned(),
            })
            .collect();
        let written = [
            Defined {
                name: "名称".to_owned(),
                meaning: "公園の名前".to_owned(),
                example: "中央公園".to_owned(),
                ..Defined::default()
            },
            Defined {
                name: "面積(㎡)".to_owned(),
                unit: "ha".to_owned(),
                ..Defined::default()
            },
        ];
        let told = dictionary(&header, &seen, &written);
        assert_eq!(
            (
                told[0].meaning.as_str(),
                told[0].kind.as_str(),
                told[0].example.as_str()
            ),
            ("公園の名前", "text", "中央公園")
        );
        assert_eq!(
            (told[1].kind.as_str(), told[1].unit.as_str()),
            ("number", "ha")
        );
        assert_eq!(
            (told[2].kind.as_str(), told[2].unit.as_str()),
            ("latitude", "度")
        );
        assert_eq!(told[3].unit, "");
        assert_eq!(dictionary(&header, &seen, &[])[1].unit, "㎡");
        assert_eq!(
            tidied(&header, written.to_vec()).len(),
            1,
            "only headers as they stand"
        );
        let csvw = csvw("latest.csv", "公園", "https://example.jp/terms", &told);
        assert_eq!(csvw["tableSchema"]["columns"][1]["datatype"], "decimal");
        assert_eq!(
            csvw["tableSchema"]["columns"][0]["skos:example"],
            "中央公園"
        );
        assert_eq!(csvw["dc:license"]["@id"], "https://example.jp/terms");
    }

    #[test]
    fn every_kind_can_be_said() {
        for kind in KINDS {
            assert!(
                crate::WORDS
                    .words(yakuba_ui::Language::Japanese)
                    .has(&format!("places-kind-{kind}")),
                "{kind}"
            );
        }
    }
}
