//! データ項目定義: what the columns of a file are, written by those who know it. What they leave empty is guessed.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_ui::{Choice, Fields, Select, TextField, Words, done};

use super::room::{Room, href};
use crate::{
    capabilities::EDIT,
    model::dictionary::{Defined, KINDS, LONGEST, tidied},
    pages::dictionary_of,
    store::{self, FileEntry, Version},
};

struct ColumnShown {
    name: String,
    meaning: TextField,
    kind: Select,
    unit: TextField,
    example: TextField,
}

#[derive(Template)]
#[template(path = "desk/columns.html")]
struct Body {
    words: Words,
    action: String,
    columns: Vec<ColumnShown>,
}

/// A file with a version, of which there are columns.
async fn open(room: &Room, key: &str, file: i64) -> Result<(FileEntry, Version), Problem> {
    let entry = store::file(room.db(), key, file)
        .await?
        .ok_or(Problem::NotFound)?;
    let version = entry.newest.clone().ok_or(Problem::NotFound)?;
    Ok((entry, version))
}

pub(super) async fn page(
    room: Room,
    Path((key, file)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let found = room.dataset_for(&key, EDIT).await?;
    let (mut entry, version) = open(&room, &key, file).await?;
    let table = store::table_of(&room.city, &version)
        .await?
        .ok_or(Problem::NotFound)?;
    let written = std::mem::take(&mut entry.dictionary);
    // What is guessed, to be shown beside what was written.
    let guessed = dictionary_of(&room.city, &entry, &version, table).await?;
    let language = room.language();
    let columns = guessed
        .iter()
        .enumerate()
        .map(|(at, guessed)| {
            let written = written
                .iter()
                .find(|one| one.name == guessed.name)
                .cloned()
                .unwrap_or_default();
            let guess = |text: &str| {
                if text.is_empty() {
                    String::new()
                } else {
                    room.words
                        .with_text("desk-columns-guess", "guess", text)
                        .into_owned()
                }
            };
            let field = |name: &str, value: &str, guessed: &str| {
                TextField::new(language, name, room.t(&format!("desk-columns-{name}")))
                    .id(format!("{name}-{at}"))
                    .value(value)
                    .support(guess(guessed))
                    .max_length(u32::try_from(LONGEST).unwrap_or(u32::MAX))
            };
            let kind_name = |kind: &str| room.public(&format!("places-kind-{kind}"));
            ColumnShown {
                name: guessed.name.clone(),
                meaning: field("meaning", &written.meaning, ""),
                kind: KINDS
                    .iter()
                    .fold(
                        Select::new(language, "type", room.t("desk-columns-type"))
                            .id(format!("type-{at}"))
                            .choice(Choice::new("", guess(&kind_name(&guessed.kind)))),
                        |select, kind| select.choice(Choice::new(*kind, kind_name(kind))),
                    )
                    .value(&written.kind),
                unit: field("unit", &written.unit, &guessed.unit),
                example: field("example", &written.example, &guessed.example),
            }
        })
        .collect();
    let body = Body {
        words: room.words,
        action: format!("{}/files/{file}/columns", href(&key)),
        columns,
    };
    let title = room
        .words
        .with_text("desk-columns-of", "file", &entry.title)
        .into_owned();
    Ok(room.page_of(&found, title, &body).into_response())
}

pub(super) async fn save(
    room: Room,
    Path((key, file)): Path<(String, i64)>,
    typed: Fields,
) -> Result<Response, Problem> {
    room.dataset_for(&key, EDIT).await?;
    let (_, version) = open(&room, &key, file).await?;
    let text = |text: String| -> String { text.trim().chars().take(LONGEST).collect() };
    let written: Vec<Defined> = typed
        .rows(["name", "meaning", "type", "unit", "example"])
        .into_iter()
        .map(|[name, meaning, kind, unit, example]| Defined {
            name,
            meaning: text(meaning),
            kind,
            unit: text(unit),
            example: text(example),
        })
        .filter(Defined::is_known)
        .collect();
    let written = tidied(&version.columns, written);
    room.write((key.clone(), file, written), |tx, (key, file, written)| {
        Box::pin(store::define(tx, key, *file, written))
    })
    .await?;
    Ok(done(&href(&key), "saved"))
}
