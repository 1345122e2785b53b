//! `datastore_search`.

use serde_json::{Map, Value as Json, json};
use yakuba_city::City;
use yakuba_kernel::text::normalise_for_search;

use super::{super::catalogue::Catalogue, Parameters, Refusal};
use crate::{
    model::content::{Form, names_of},
    store::{
        self,
        tables::{Found, MOST_KEYS, Query, find},
    },
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
    let version = distribution.version;
    let asked = Asked::read(asked, &names_of(&version.columns))?;
    let table = store::table_of(city, version)
        .await?
        .ok_or(Refusal::NotFound)?;
    let found = find(city.db(), table, version.rows, &asked.query).await?;
    Ok(asked.answer(&id, found))
}

/// What is asked for, understood.
struct Asked {
    query: Query,
    names: Vec<String>,
    /// The columns that are told.
    shown: Vec<usize>,
    is_counted: bool,
}

impl Asked {
    fn read(asked: &Parameters, names: &[String]) -> Result<Self, Refusal> {
        let place = |parameter: &'static str, name: &str| {
            names.iter().position(|known| known == name).ok_or_else(|| {
                Refusal::Invalid(parameter, format!("field \"{name}\" not in table"))
            })
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
        let mut is_last_first = false;
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
                is_last_first = true;
            }
        }
        if keys.len() > MOST_KEYS {
            return Err(Refusal::Invalid(
                "sort",
                format!("at most {MOST_KEYS} fields"),
            ));
        }
        Ok(Self {
            query: Query {
                filters,
                words,
                sort: keys,
                is_last_first,
                offset: asked.number("offset", 0, usize::MAX)?,
                limit: asked.number("limit", 100, MOST_ROWS)?,
            },
            names: names.to_vec(),
            shown,
            is_counted: asked.flag("include_total", true),
        })
    }

    fn answer(&self, id: &str, found: Found) -> Json {
        let (names, shown) = (&self.names, &self.shown);
        let records: Vec<Json> = found
            .rows
            .into_iter()
            .map(|(number, mut row)| {
                let mut record = Map::new();
                record.insert("_id".to_owned(), json!(number));
                for &at in shown {
                    let cell = row.get_mut(at).map(std::mem::take).unwrap_or_default();
                    record.insert(names[at].clone(), Json::String(cell));
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
            "limit": self.query.limit,
            "offset": self.query.offset,
            "records_format": "objects",
            "include_total": self.is_counted,
        });
        if self.is_counted {
            result["total"] = json!(found.total);
            result["total_was_estimated"] = json!(false);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn understood(asked: Json) -> Result<Query, String> {
        let Json::Object(asked) = asked else { panic!() };
        let names = ["名称".to_owned(), "数".to_owned()];
        match Asked::read(&Parameters(asked), &names) {
            Ok(asked) => Ok(asked.query),
            Err(Refusal::Invalid(parameter, why)) => Err(format!("{parameter}: {why}")),
            Err(_) => Err("?".to_owned()),
        }
    }

    #[test]
    fn what_is_asked_is_understood() {
        let query = understood(json!({
            "filters": "{\"数\": [3, \"1\"]}", "q": "学校 ３", "sort": "数 desc, 名称", "limit": "1", "offset": 1,
        }))
        .unwrap();
        assert_eq!(
            query,
            Query {
                filters: vec![(1, vec!["3".to_owned(), "1".to_owned()])],
                words: vec!["学校".to_owned(), "3".to_owned()],
                sort: vec![(1, true), (0, false)],
                is_last_first: false,
                offset: 1,
                limit: 1,
            }
        );
        assert!(
            understood(json!({"sort": "_id desc"}))
                .unwrap()
                .is_last_first
        );
        assert_eq!(
            understood(json!({"limit": 99_999})).unwrap().limit,
            MOST_ROWS
        );
        for bad in [
            json!({"filters": {"無い列": "1"}}),
            json!({"filters": "{"}),
            json!({"filters": [1]}),
            json!({"sort": "無い列"}),
            json!({"sort": "数,数,数,数,数"}),
            json!({"fields": ["無い列"]}),
            json!({"limit": "-1"}),
        ] {
            assert!(understood(bad.clone()).is_err(), "{bad}");
        }
    }
}
