//! `datastore_search`.

use serde_json::{Map, Value as Json, json};
use yakuba_city::City;
use yakuba_kernel::text::normalise_for_search;

use super::{super::catalogue::Catalogue, Parameters, Refusal};
use crate::{
    model::content::{Content, Form},
    store,
};

/// The most rows of one answer, as CKAN's own limit.
const MOST_ROWS: usize = 32_000;

pub(super) async fn datastore(
    city: &City,
    catalogue: &Catalogue,
    asked: &Parameters,
) -> Result<Json, Refusal> {
    let id = match asked.text("resource_id") {
        id if id.is_empty() => asked.text("id"),
        id => id,
    };
    if id.is_empty() {
        return Err(Refusal::Invalid("resource_id", "Missing value".to_owned()));
    }
    let (_, distribution) = catalogue
        .distribution(&id)
        .filter(|(_, distribution)| distribution.form == Form::Csv)
        .ok_or(Refusal::NotFound)?;
    let content = store::contents(city.db(), distribution.version)
        .await?
        .ok_or(Refusal::NotFound)?;
    rows(&content, &id, asked)
}

fn rows(content: &Content, id: &str, asked: &Parameters) -> Result<Json, Refusal> {
    let names = content.names();
    let place = |parameter: &'static str, name: &str| {
        names
            .iter()
            .position(|known| known == name)
            .ok_or_else(|| Refusal::Invalid(parameter, format!("field \"{name}\" not in table")))
    };
    let mut filters: Vec<(usize, Vec<String>)> = Vec::new();
    match asked.json("filters")? {
        None => {}
        Some(Json::Object(object)) => {
            for (name, value) in object {
                let values = match value {
                    Json::Array(values) => values,
                    one => vec![one],
                };
                if values.len() > 1_000 {
                    return Err(Refusal::Invalid("filters", "too many values".to_owned()));
                }
                let values = values
                    .into_iter()
                    .map(|value| match value {
                        Json::String(text) => text,
                        other => other.to_string(),
                    })
                    .collect();
                filters.push((place("filters", &name)?, values));
            }
        }
        Some(_) => return Err(Refusal::Invalid("filters", "Not a dictionary".to_owned())),
    }
    let words: Vec<String> = asked
        .text("q")
        .split_whitespace()
        .take(8)
        .map(normalise_for_search)
        .collect();
    let fields = asked.list("fields");
    let shown: Vec<usize> = if fields.is_empty() {
        (0..names.len()).collect()
    } else {
        fields
            .iter()
            .filter(|name| *name != "_id")
            .map(|name| place("fields", name))
            .collect::<Result<_, _>>()?
    };
    let mut found: Vec<(usize, &Vec<String>)> = content
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| {
            filters
                .iter()
                .all(|(at, values)| values.contains(&row[*at]))
                && (words.is_empty() || {
                    let text = normalise_for_search(&row.join(" "));
                    words.iter().all(|word| text.contains(word))
                })
        })
        .collect();
    let sort = asked.text("sort");
    let mut keys: Vec<(usize, bool)> = Vec::new();
    for key in sort.split(',').map(str::trim).filter(|key| !key.is_empty()) {
        let (name, is_down) = match key.rsplit_once(' ') {
            Some((name, "desc" | "DESC")) => (name, true),
            Some((name, "asc" | "ASC")) => (name, false),
            _ => (key, false),
        };
        let name = name.trim().trim_matches('"');
        if name != "_id" {
            keys.push((place("sort", name)?, is_down));
        } else if is_down {
            found.reverse();
        }
    }
    if !keys.is_empty() {
        found.sort_by(|(_, a), (_, b)| {
            keys.iter()
                .map(|&(at, is_down)| {
                    let order = a[at].cmp(&b[at]);
                    if is_down { order.reverse() } else { order }
                })
                .find(|order| order.is_ne())
                .unwrap_or(std::cmp::Ordering::Equal)
        });
    }
    let offset = asked.number("offset", 0, usize::MAX)?;
    let limit = asked.number("limit", 100, MOST_ROWS)?;
    let total = found.len();
    let records: Vec<Json> = found
        .into_iter()
        .skip(offset)
        .take(limit)
        .map(|(number, row)| {
            let mut record = Map::new();
            record.insert("_id".to_owned(), json!(number + 1));
            for &at in &shown {
                record.insert(names[at].clone(), json!(row[at]));
            }
            Json::Object(record)
        })
        .collect();
    let mut described = vec![json!({"id": "_id", "type": "int"})];
    described.extend(
        shown
            .iter()
            .map(|at| json!({"id": names[*at], "type": "text"})),
    );
    let mut result = json!({
        "resource_id": id,
        "fields": described,
        "records": records,
        "limit": limit,
        "offset": offset,
        "records_format": "objects",
        "include_total": true,
    });
    if asked.flag("include_total", true) {
        result["total"] = json!(total);
        result["total_was_estimated"] = json!(false);
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> Content {
        Content {
            header: vec!["名称".into(), "数".into()],
            rows: vec![
                vec!["公園".into(), "3".into()],
                vec!["会館'; DROP TABLE x; --".into(), "1".into()],
                vec!["学校".into(), "3".into()],
            ],
            shapes: Vec::new(),
        }
    }

    fn found(asked: Json) -> Result<Vec<i64>, String> {
        let Json::Object(asked) = asked else { panic!() };
        match rows(&content(), "a.1.csv", &Parameters(asked)) {
            Ok(result) => Ok(result["records"]
                .as_array()
                .unwrap()
                .iter()
                .map(|record| record["_id"].as_i64().unwrap())
                .collect()),
            Err(Refusal::Invalid(parameter, why)) => Err(format!("{parameter}: {why}")),
            Err(_) => Err("?".to_owned()),
        }
    }

    #[test]
    fn rows_are_filtered_sorted_and_limited() {
        for (asked, ids) in [
            (json!({}), vec![1, 2, 3]),
            (json!({"filters": {"数": "3"}}), vec![1, 3]),
            (json!({"filters": "{\"数\": [3, 1]}"}), vec![1, 2, 3]),
            (
                json!({"filters": {"名称": "会館'; DROP TABLE x; --"}}),
                vec![2],
            ),
            (json!({"q": "ガッコウ 3"}), vec![]),
            (json!({"q": "学校 ３"}), vec![3]),
            (json!({"sort": "数 desc, 名称 asc"}), vec![1, 3, 2]),
            (json!({"sort": "_id desc"}), vec![3, 2, 1]),
            (json!({"limit": "1", "offset": 1}), vec![2]),
            (json!({"limit": 0}), vec![]),
        ] {
            assert_eq!(found(asked.clone()).unwrap(), ids, "{asked}");
        }
        for bad in [
            json!({"filters": {"無い列": "1"}}),
            json!({"filters": "{"}),
            json!({"filters": [1]}),
            json!({"sort": "無い列"}),
            json!({"fields": ["無い列"]}),
            json!({"limit": "-1"}),
        ] {
            assert!(found(bad.clone()).is_err(), "{bad}");
        }
    }
}
