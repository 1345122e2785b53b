//! `datastore_search`.

use std::collections::HashSet;

use serde_json::{Map, Value as Json, json};
use yakuba_city::City;
use yakuba_kernel::text::words_for_search;
use yakuba_sheets::guard;

use super::{super::catalogue::Catalogue, Parameters, Refusal};
use crate::{
    model::{
        content::{Form, names_of},
        dictionary::Defined,
        parquet::number,
    },
    pages::{dictionary_of, numbers_of},
    store::{
        self,
        tables::{MOST_KEYS, Query, find},
    },
};

/// The most rows of one answer, as CKAN's own limit.
const MOST_ROWS: usize = 32_000;
/// Among no more rows are different ones looked for.
const MOST_DISTINCT: usize = 100_000;

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
    let table = store::table_of(city, version)
        .await?
        .ok_or(Refusal::NotFound)?;
    let dictionary = dictionary_of(city, distribution.file, version, table).await?;
    let columns: Vec<Column> = names_of(&version.columns)
        .into_iter()
        .zip(numbers_of(city, version, table).await?)
        .zip(dictionary)
        .map(|((name, is_number), defined)| Column {
            name,
            is_number,
            defined,
        })
        .collect();
    let asked = Asked::read(asked, &columns)?;
    let (total, rows) = if asked.is_distinct {
        let count = Query {
            limit: 0,
            ..asked.query.clone()
        };
        if find(city.db(), table, version.rows, &count).await?.total > MOST_DISTINCT {
            return Err(Refusal::Invalid(
                "distinct",
                format!("at most {MOST_DISTINCT} rows; narrow them with filters"),
            ));
        }
        let all = Query {
            offset: 0,
            limit: usize::MAX,
            ..asked.query.clone()
        };
        asked.distinct(find(city.db(), table, version.rows, &all).await?.rows)
    } else {
        let found = find(city.db(), table, version.rows, &asked.query).await?;
        (found.total, found.rows)
    };
    Ok(asked.answer(&id, total, &rows))
}

/// A column as programs know it.
struct Column {
    name: String,
    is_number: bool,
    /// What the dictionary says of it.
    defined: Defined,
}

impl Column {
    /// What CKAN's data dictionary has: label and notes; unit and example are ours.
    fn info(&self) -> Json {
        let defined = &self.defined;
        json!({
            "label": defined.name,
            "notes": defined.meaning,
            "type_override": "",
            "kind": defined.kind,
            "unit": defined.unit,
            "example": defined.example,
        })
    }

    /// A cell as JSON: numbers as such, and none where a number is missing.
    fn json(&self, cell: &str) -> Json {
        if !self.is_number {
            return json!(cell);
        }
        match (cell.parse::<i64>(), number(cell)) {
            (Ok(whole), _) => json!(whole),
            (_, Some(number)) => json!(number),
            _ => Json::Null,
        }
    }
}

/// How rows are told, as CKAN calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Records {
    Objects,
    Lists,
    Csv,
    Tsv,
}

impl Records {
    const ALL: [Self; 4] = [Self::Objects, Self::Lists, Self::Csv, Self::Tsv];

    fn name(self) -> &'static str {
        match self {
            Self::Objects => "objects",
            Self::Lists => "lists",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
        }
    }
}

/// Rows with their numbers, from 1.
type Rows = Vec<(usize, Vec<String>)>;

/// What is asked for, understood.
struct Asked<'a> {
    query: Query,
    columns: &'a [Column],
    /// The columns that are told; none: the row's number.
    shown: Vec<Option<usize>>,
    records: Records,
    /// Whether rows that say the same in what is told are told once.
    is_distinct: bool,
    is_counted: bool,
}

impl<'a> Asked<'a> {
    fn read(asked: &Parameters, columns: &'a [Column]) -> Result<Self, Refusal> {
        let place = |parameter: &'static str, name: &str| {
            columns
                .iter()
                .position(|known| known.name == name)
                .ok_or_else(|| {
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
                            Json::String(text) => Ok(text),
                            Json::Null => Ok(String::new()),
                            // Such as `{"gt": 3}`: an answer without rows would say that there are none.
                            Json::Object(_) | Json::Array(_) => Err(Refusal::Invalid(
                                "filters",
                                format!("field \"{name}\": only values and lists of values, no operators"),
                            )),
                            other => Ok(other.to_string()),
                        })
                        .collect::<Result<_, _>>()?;
                    filters.push((place("filters", &name)?, values));
                }
            }
            Some(_) => return Err(Refusal::Invalid("filters", "Not a dictionary".to_owned())),
        }
        let (mut words, mut words_in) = (Vec::new(), Vec::new());
        let q = asked.text("q");
        match serde_json::from_str(&q) {
            Ok(Json::Object(object)) => {
                if object.len() > 8 {
                    return Err(Refusal::Invalid("q", "at most 8 fields".to_owned()));
                }
                for (name, value) in object {
                    let Json::String(text) = value else {
                        return Err(Refusal::Invalid(
                            "q",
                            format!("field \"{name}\": not a text"),
                        ));
                    };
                    words_in.push((place("q", &name)?, words_for_search(&text)));
                }
            }
            _ => words = words_for_search(&q),
        }
        let fields = asked.list("fields");
        let is_distinct = asked.flag("distinct", false);
        let shown: Vec<Option<usize>> = if fields.is_empty() {
            // Every row has a number of its own.
            let number = (!is_distinct).then_some(None);
            number
                .into_iter()
                .chain((0..columns.len()).map(Some))
                .collect()
        } else {
            fields
                .iter()
                .map(|name| match name.as_str() {
                    "_id" => Ok(None),
                    name => place("fields", name).map(Some),
                })
                .collect::<Result<_, _>>()?
        };
        let format = asked.text("records_format");
        let records = if format.is_empty() {
            Records::Objects
        } else {
            Records::ALL
                .into_iter()
                .find(|records| records.name() == format)
                .ok_or_else(|| {
                    Refusal::Invalid(
                        "records_format",
                        "Value must be one of objects, lists, csv, tsv".to_owned(),
                    )
                })?
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
                words_in,
                numbers: (0..columns.len())
                    .filter(|at| columns[*at].is_number)
                    .collect(),
                offset: asked.number("offset", 0, usize::MAX)?,
                limit: asked.number("limit", 100, MOST_ROWS)?,
            },
            columns,
            shown,
            records,
            is_distinct,
            is_counted: asked.flag("include_total", true),
        })
    }

    /// How many rows say something of their own, and those of them that are wanted.
    fn distinct(&self, rows: Rows) -> (usize, Rows) {
        let mut seen = HashSet::new();
        let mut different: Rows = rows
            .into_iter()
            .filter(|(number, row)| {
                let told: Vec<String> = self
                    .shown
                    .iter()
                    .map(|at| self.value(*at, *number, row).to_string())
                    .collect();
                seen.insert(told)
            })
            .collect();
        let total = different.len();
        let wanted = different
            .drain(self.query.offset.min(total)..)
            .take(self.query.limit)
            .collect();
        (total, wanted)
    }

    fn name(&self, at: Option<usize>) -> &str {
        at.and_then(|at| self.columns.get(at))
            .map_or("_id", |column| &column.name)
    }

    fn value(&self, at: Option<usize>, number: usize, row: &[String]) -> Json {
        let Some(at) = at else { return json!(number) };
        let cell = row.get(at).map_or("", String::as_str);
        self.columns
            .get(at)
            .map_or(Json::Null, |column| column.json(cell))
    }

    /// The rows in lines of text without a header, as CKAN tells them.
    fn lines(&self, rows: &Rows, separator: char) -> String {
        let mut lines = String::new();
        for (number, row) in rows {
            for (place, at) in self.shown.iter().enumerate() {
                if place > 0 {
                    lines.push(separator);
                }
                let cell = match at {
                    Some(at) => guard(row.get(*at).map_or("", String::as_str)),
                    None => number.to_string(),
                };
                if cell.contains([separator, '"', '\n', '\r']) {
                    lines.push('"');
                    lines.push_str(&cell.replace('"', "\"\""));
                    lines.push('"');
                } else {
                    lines.push_str(&cell);
                }
            }
            lines.push('\n');
        }
        lines
    }

    fn answer(&self, id: &str, total: usize, rows: &Rows) -> Json {
        let values = |number: usize, row: &[String]| -> Vec<Json> {
            self.shown
                .iter()
                .map(|at| self.value(*at, number, row))
                .collect()
        };
        let records = match self.records {
            Records::Objects => rows
                .iter()
                .map(|(number, row)| {
                    let record: Map<String, Json> = self
                        .shown
                        .iter()
                        .map(|at| self.name(*at).to_owned())
                        .zip(values(*number, row))
                        .collect();
                    Json::Object(record)
                })
                .collect(),
            Records::Lists => rows
                .iter()
                .map(|(number, row)| Json::Array(values(*number, row)))
                .collect(),
            Records::Csv => json!(self.lines(rows, ',')),
            Records::Tsv => json!(self.lines(rows, '\t')),
        };
        let fields: Vec<Json> = self
            .shown
            .iter()
            .map(|at| {
                let kind = match at.and_then(|at| self.columns.get(at)) {
                    None => "int",
                    Some(column) if column.is_number => "numeric",
                    Some(_) => "text",
                };
                let mut field = json!({"id": self.name(*at), "type": kind});
                if let Some(column) = at.and_then(|at| self.columns.get(at)) {
                    field["info"] = column.info();
                }
                field
            })
            .collect();
        let mut result = json!({
            "resource_id": id,
            "fields": fields,
            "records": records,
            "limit": self.query.limit,
            "offset": self.query.offset,
            "records_format": self.records.name(),
            "include_total": self.is_counted,
        });
        if self.is_counted {
            result["total"] = json!(total);
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
        let columns = [("名称", false), ("数", true)].map(|(name, is_number)| Column {
            name: name.to_owned(),
            is_number,
            defined: Defined::default(),
        });
        match Asked::read(&Parameters(asked), &columns) {
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
                words_in: Vec::new(),
                numbers: vec![1],
                offset: 1,
                limit: 1,
            }
        );
        let query = understood(json!({"q": "{\"名称\": \"学校 ３\"}"})).unwrap();
        assert_eq!(
            query.words_in,
            [(0, vec!["学校".to_owned(), "3".to_owned()])]
        );
        assert!(query.words.is_empty());
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
            json!({"filters": {"数": {"gt": 3}}}),
            json!({"filters": {"数": [[3]]}}),
            json!({"q": {"無い列": "x"}}),
            json!({"q": {"名称": 3}}),
            json!({"records_format": "xml"}),
            json!({"sort": "無い列"}),
            json!({"sort": "数,数,数,数,数"}),
            json!({"fields": ["無い列"]}),
            json!({"limit": "-1"}),
        ] {
            assert!(understood(bad.clone()).is_err(), "{bad}");
        }
    }
}
