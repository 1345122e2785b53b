//! Registers as tables: brought in whole or not at all, and written out.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::FromQueryResult;
use yakuba_city::{City, Tx, sql::Sql as _};
use yakuba_identity::department_names;
use yakuba_kernel::DepartmentCode;
use yakuba_sheets::{Cell, CsvCharset, CsvOptions, Limits, Table, write_csv, write_xlsx};
use yakuba_ui::Language;

use super::{Asset, Change, Filter, add, asset, change, search, turn};
use crate::{
    WORDS,
    error::AssetError,
    model::{
        draft::{self, COLUMNS, Draft},
        kind::Kind,
        state::State,
    },
};

/// Mistakes that are told at most.
const MOST_TOLD: usize = 100;
/// Assets that are written out at most.
const MOST: u32 = 200_000;

/// The headings of a place that stands in two columns: their keys, and how they are written.
const APART: [(&str, [&str; 2]); 2] = [
    ("latitude", ["緯度", "Latitude"]),
    ("longitude", ["経度", "Longitude"]),
];

/// A row of a table, read.
#[derive(Debug, Clone)]
pub struct Line {
    draft: Draft,
    state: Option<State>,
}

/// What bringing a table in did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Brought {
    /// New assets.
    pub added: u32,
    /// Assets that were changed.
    pub changed: u32,
    /// Assets that stood there as they are in the table.
    pub same: u32,
}

/// The headings of a column: its key, and its Japanese and English names.
fn headings(kind: &Kind) -> Vec<(String, [String; 2])> {
    let own = COLUMNS.iter().map(|key| {
        let name = |language| {
            WORDS
                .words(language)
                .get(&format!("assets-column-{}", key.replace('_', "-")))
                .into_owned()
        };
        (
            (*key).to_owned(),
            [name(Language::Japanese), name(Language::English)],
        )
    });
    let fields = kind.fields.iter().map(|field| {
        let name = |language| field.name.get(language).to_owned();
        (
            field.key.as_str().to_owned(),
            [name(Language::Japanese), name(Language::English)],
        )
    });
    own.chain(fields).collect()
}

fn state_name(state: State, language: Language) -> String {
    WORDS
        .words(language)
        .get(&format!("assets-state-{}", state.name().replace('_', "-")))
        .into_owned()
}

fn read_state(text: &str) -> Option<State> {
    State::ALL.into_iter().find(|state| {
        state.name() == text
            || state_name(*state, Language::Japanese) == text
            || state_name(*state, Language::English) == text
    })
}

/// Reads a table of a kind, CSV or XLSX. The first row with the heading of the number is the header.
///
/// # Errors
/// [`AssetError::BadTable`] with every cell that must be mended by row and column; what `sheets` refuses.
pub fn read(kind: &Kind, bytes: &[u8], file_name: &str) -> Result<Vec<Line>, AssetError> {
    let workbook = yakuba_sheets::read(bytes, file_name, &Limits::default())?;
    let told = |sentence: &str| AssetError::BadTable(vec![sentence.to_owned()]);
    let words = WORDS.words(Language::Japanese);
    let rows = workbook
        .sheets
        .into_iter()
        .next()
        .map(|sheet| sheet.rows)
        .unwrap_or_default();
    let headings = headings(kind);
    let key_of = |cell: &str| {
        let cell = cell.trim().trim_start_matches('\u{feff}');
        headings
            .iter()
            .find(|(key, names)| key == cell || names.iter().any(|name| name == cell))
            .map(|(key, _)| key.clone())
            .or_else(|| {
                let apart = APART
                    .iter()
                    .find(|(key, names)| *key == cell || names.contains(&cell));
                apart.map(|(key, _)| (*key).to_owned())
            })
    };
    let header = rows
        .iter()
        .position(|row| {
            row.cells
                .iter()
                .any(|cell| key_of(cell).as_deref() == Some("number"))
        })
        .ok_or_else(|| told(&words.get("assets-table-no-header")))?;
    let mut mistakes = Vec::new();
    let mut columns: Vec<Option<String>> = Vec::new();
    for (place, cell) in rows[header].cells.iter().enumerate() {
        let key = key_of(cell);
        if key.is_none() && !cell.trim().is_empty() {
            mistakes.push(mistake(
                rows[header].line,
                place,
                cell,
                "assets-table-unknown-column",
            ));
        }
        if key.is_some() && columns.contains(&key) {
            mistakes.push(mistake(
                rows[header].line,
                place,
                cell,
                "assets-table-column-twice",
            ));
        }
        columns.push(key);
    }
    let mut lines = Vec::new();
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    for row in &rows[header + 1..] {
        if row.cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let place_of = |key: &str| {
            columns
                .iter()
                .position(|column| column.as_deref() == Some(key))
        };
        let part = |key: &str| {
            place_of(key)
                .and_then(|place| row.cells.get(place))
                .map_or("", |cell| cell.trim())
        };
        // A place in two columns is read like one in one.
        let point = match (part("latitude"), part("longitude")) {
            ("", "") => String::new(),
            (latitude, longitude) => format!("{latitude}, {longitude}"),
        };
        let is_apart = place_of("point").is_none();
        let place_of = |key: &str| match key {
            "point" if is_apart => place_of("latitude").or_else(|| place_of("longitude")),
            key => place_of(key),
        };
        let cell = |key: &str| -> &str {
            if key == "point" && is_apart {
                return &point;
            }
            let text = place_of(key)
                .and_then(|place| row.cells.get(place))
                .map_or("", |cell| cell.trim());
            // Written out with an apostrophe so that no spreadsheet computes it.
            text.strip_prefix('\'').unwrap_or(text)
        };
        let mut state = None;
        match cell("state") {
            "" => {}
            text => {
                state = read_state(text);
                if state.is_none() {
                    let place = place_of("state").unwrap_or(0);
                    mistakes.push(mistake(row.line, place, text, "assets-problem-state"));
                }
            }
        }
        match draft::read(kind, cell) {
            Ok(draft) => {
                if numbers.insert(draft.number.clone(), row.line).is_some() {
                    let place = place_of("number").unwrap_or(0);
                    mistakes.push(mistake(
                        row.line,
                        place,
                        &draft.number,
                        "assets-table-number-twice",
                    ));
                }
                lines.push(Line { draft, state });
            }
            Err(problems) => mistakes.extend(problems.into_iter().map(|problem| {
                let place = place_of(&problem.column).unwrap_or(0);
                let name = headings
                    .iter()
                    .find(|(key, _)| *key == problem.column)
                    .map_or(problem.column.as_str(), |(_, names)| names[0].as_str());
                let shown = format!("{name} {}", cell(&problem.column));
                let sentence = match choices(kind, &problem.column) {
                    Some(choices) if !cell(&problem.column).is_empty() => words
                        .with_text("assets-problem-choice-of", "choices", &choices)
                        .into_owned(),
                    _ => words.get(problem.sentence).into_owned(),
                };
                mistake_told(row.line, place, &shown, sentence)
            })),
        }
    }
    if lines.is_empty() && mistakes.is_empty() {
        return Err(told(&words.get("assets-table-empty")));
    }
    if mistakes.is_empty() {
        Ok(lines)
    } else {
        // As they stand in the table.
        mistakes.sort();
        let mut mistakes: Vec<String> = mistakes.into_iter().map(|(_, _, text)| text).collect();
        let more = mistakes.len().saturating_sub(MOST_TOLD);
        mistakes.truncate(MOST_TOLD);
        if more > 0 {
            mistakes.push(words.counted("assets-table-more", more).into_owned());
        }
        Err(AssetError::BadTable(mistakes))
    }
}

/// What may stand in a column of choices.
fn choices(kind: &Kind, column: &str) -> Option<String> {
    let field = kind
        .fields
        .iter()
        .find(|field| field.key.as_str() == column && !field.options.is_empty())?;
    let names: Vec<&str> = field
        .options
        .iter()
        .map(|option| option.label.get(Language::Japanese))
        .collect();
    Some(names.join("、"))
}

/// A mistake with its row and column, and the key of the sentence that tells of it.
fn mistake(line: u32, place: usize, cell: &str, sentence: &str) -> (u32, usize, String) {
    let sentence = WORDS.words(Language::Japanese).get(sentence).into_owned();
    mistake_told(line, place, cell, sentence)
}

fn mistake_told(line: u32, place: usize, cell: &str, sentence: String) -> (u32, usize, String) {
    let words = WORDS.words(Language::Japanese);
    let shown: String = cell.trim().chars().take(40).collect();
    let text = words
        .with(
            "assets-table-mistake",
            &[
                ("row", i64::from(line).into()),
                ("column", (place + 1).into()),
                ("cell", shown.into()),
                ("sentence", sentence.into()),
            ],
        )
        .into_owned();
    (line, place, text)
}

/// Brings a table in: what has a known number is changed, the rest added. A new asset without a state is planned. `within`
/// names the departments whose registers may be touched; none: all.
///
/// # Errors
/// [`AssetError::BadTable`] when a department or a step of a state is wrong; the database's. Then nothing was brought in.
pub async fn bring_in(
    tx: &Tx,
    kind: &Kind,
    lines: &[Line],
    within: Option<&BTreeSet<DepartmentCode>>,
) -> Result<Brought, AssetError> {
    #[derive(FromQueryResult)]
    struct Known {
        id: i64,
        number: String,
        department: String,
    }
    let known: Vec<Known> = tx
        .connection()
        .rows(
            "SELECT id, number, department FROM assets_assets WHERE kind = $1",
            [kind.key.as_str().into()],
        )
        .await?;
    let known: BTreeMap<String, (i64, String)> = known
        .into_iter()
        .map(|row| (row.number, (row.id, row.department)))
        .collect();
    let is_within =
        |code: &str| within.is_none_or(|within| within.iter().any(|one| one.as_str() == code));
    let departments = department_names(tx.connection(), true).await?;
    let words = WORDS.words(Language::Japanese);
    let mut mistakes = Vec::new();
    let mut brought = Brought::default();
    for line in lines {
        let draft = &line.draft;
        if !departments.contains_key(&draft.department) {
            mistakes.push(format!(
                "{} {}: {}",
                draft.number,
                draft.department,
                words.get("assets-problem-department")
            ));
            continue;
        }
        let before = known.get(&draft.number);
        let departments = [
            Some(draft.department.as_str()),
            before.map(|(_, code)| code.as_str()),
        ];
        if !departments.into_iter().flatten().all(is_within) {
            mistakes.push(format!(
                "{}: {}",
                draft.number,
                words.get("assets-problem-other-department")
            ));
            continue;
        }
        let (id, is_new) = match before {
            Some((id, _)) => (*id, false),
            None => (add(tx, kind, draft).await?, true),
        };
        let before = asset(tx.connection(), id)
            .await?
            .ok_or(AssetError::NoSuchAsset)?;
        let mut is_changed = false;
        if !is_new && draft_of(&before) != with_day(draft, &before) {
            let revision = before.revision;
            let input = Change {
                asset: id,
                revision,
                draft: draft.clone(),
            };
            change(tx, kind, &input).await?;
            is_changed = true;
        }
        if let Some(state) = line.state.filter(|state| *state != before.state) {
            let revision = before.revision + i64::from(is_changed);
            match turn(tx, kind, id, revision, state, "").await {
                Ok(()) => is_changed = true,
                Err(AssetError::WrongState { .. }) => mistakes.push(format!(
                    "{}: {}",
                    draft.number,
                    words.get("assets-problem-turn")
                )),
                Err(error) => return Err(error),
            }
        }
        match (is_new, is_changed) {
            (true, _) => brought.added += 1,
            (false, true) => brought.changed += 1,
            (false, false) => brought.same += 1,
        }
    }
    if mistakes.is_empty() {
        Ok(brought)
    } else {
        mistakes.truncate(MOST_TOLD);
        Err(AssetError::BadTable(mistakes))
    }
}

/// A day that stands there is not taken away by an empty cell.
fn with_day(draft: &Draft, before: &Asset) -> Draft {
    Draft {
        installed_on: draft.installed_on.or(before.installed_on),
        ..draft.clone()
    }
}

/// What is written about an asset.
pub fn draft_of(asset: &Asset) -> Draft {
    Draft {
        number: asset.number.clone(),
        name: asset.name.clone(),
        place: asset.place.clone(),
        point: asset.point,
        department: asset.department.clone(),
        installed_on: asset.installed_on,
        mail: asset.mail.clone(),
        fields: asset.fields.clone(),
    }
}

/// The register of a kind as a table, in Japanese; [`read`] reads it back unchanged. With `within`, only what these departments look after.
///
/// # Errors
/// The database's.
pub async fn table(
    city: &City,
    kind: &Kind,
    within: Option<&BTreeSet<DepartmentCode>>,
) -> Result<Table, AssetError> {
    let filter = Filter {
        departments: within.map(|departments| departments.iter().cloned().collect()),
        kinds: Some(vec![kind.key.as_str().to_owned()]),
        ..Filter::default()
    };
    let found = search(city.db(), &filter, 0, MOST).await?;
    let language = Language::Japanese;
    let headings = headings(kind);
    let rows = found
        .assets
        .iter()
        .map(|(asset, _)| {
            headings
                .iter()
                .map(|(key, _)| {
                    let text = match key.as_str() {
                        "number" => asset.number.clone(),
                        "name" => asset.name.clone(),
                        "place" => asset.place.clone(),
                        "point" => asset
                            .point
                            .map_or_else(String::new, |point| point.to_string()),
                        "state" => state_name(asset.state, language),
                        "department" => asset.department.to_string(),
                        "installed_on" => asset
                            .installed_on
                            .map_or_else(String::new, |day| day.to_string()),
                        "mail" => asset.mail.join(", "),
                        key => asset.fields.get(key).cloned().unwrap_or_default(),
                    };
                    if text.is_empty() {
                        Cell::Empty
                    } else {
                        Cell::Text(text)
                    }
                })
                .collect()
        })
        .collect();
    Ok(Table {
        name: kind.name.ja.clone(),
        header: headings.into_iter().map(|(_, [ja, _])| ja).collect(),
        rows,
    })
}

/// A table as CSV for Excel.
pub fn csv(table: &Table) -> Vec<u8> {
    write_csv(
        table,
        CsvOptions {
            charset: CsvCharset::Utf8Bom,
        },
    )
    .bytes
}

/// A table as XLSX.
///
/// # Errors
/// When it does not fit.
pub fn xlsx(table: &Table) -> Result<Vec<u8>, AssetError> {
    Ok(write_xlsx(table)?)
}
