//! The inventory as a table, in and out.

use askama::Template;
use axum::{
    extract::{Multipart, Path},
    http::header,
    response::{IntoResponse, Response},
};
use yakuba_city::{FileHash, read_file, web::Problem};
use yakuba_identity::department_names;
use yakuba_kernel::text::normalise_for_search;
use yakuba_sheets::{CsvCharset, CsvOptions, Limits, read, write_csv, write_xlsx};
use yakuba_ui::{
    Cell, Column, ErrorSummary, Fields, FileUpload, FormErrors, Row, Table, Tabs, Words, done,
    format,
};

use super::{HOME, list::state_of};
use crate::{
    capabilities::INVENTORY,
    desk::room::Room,
    error::ProcedureError,
    model::inventory::{
        Listed,
        sheet::{InventorySheet, RowProblem, read_sheets, table},
    },
    store::inventory::{FieldChange, ImportPreview, commit_import, preview_import},
};

/// So many differences are shown one by one.
const SHOWN: usize = 200;

/// The list as filtered, as CSV or XLSX.
pub(super) async fn export(room: Room, Path(format): Path<String>) -> Result<Response, Problem> {
    let today = room.city.today();
    let department = room.department_asked();
    let state = room.query.get("state");
    let asked = normalise_for_search(room.query.get("q"));
    let entries = room.entries(department.as_ref()).await?;
    let chosen: Vec<&Listed> = entries
        .iter()
        .filter(|listed| {
            let entry = &listed.entry;
            (state.is_empty() || state_of(listed, today) == state)
                && (asked.is_empty()
                    || normalise_for_search(&format!(
                        "{} {} {}",
                        entry.number, entry.title, entry.law
                    ))
                    .contains(&asked))
        })
        .collect();
    // The table is Japanese in every language, so that it can come back in.
    let names = department_names(room.db(), true).await?;
    let table = table(&chosen, &names);
    let (kind, bytes) = match format.as_str() {
        "csv" => {
            let options = CsvOptions {
                charset: CsvCharset::Utf8Bom,
            };
            ("text/csv; charset=utf-8", write_csv(&table, options).bytes)
        }
        "xlsx" => (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            write_xlsx(&table).map_err(|error| Problem::internal(&error))?,
        ),
        _ => return Err(Problem::NotFound),
    };
    let name = format!("attachment; filename=\"inventory-{today}.{format}\"");
    Ok((
        [
            (header::CONTENT_TYPE, kind.to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        bytes,
    )
        .into_response())
}

#[derive(Template)]
#[template(path = "inventory/import.html")]
struct FormBody {
    words: Words,
    tabs: Tabs,
    summary: ErrorSummary,
    file: FileUpload,
}

pub(super) async fn form(room: Room) -> Result<Response, Problem> {
    Ok(form_page(&room, &FormErrors::new()))
}

fn form_page(room: &Room, errors: &FormErrors) -> Response {
    let body = FormBody {
        words: room.inventory_words(),
        tabs: room.inventory_tabs("inventory-tab-import"),
        summary: errors.summary(room.language()),
        file: FileUpload::new(room.language(), "file", room.i("inventory-file"))
            .required()
            .accept(".csv,.tsv,.xlsx")
            .max_size("10MB")
            .errors(errors),
    };
    room.inventory_page(room.i("inventory-tab-import"), &body)
        .breadcrumb(room.i("inventory-title"), HOME)
        .with_errors(!errors.is_empty())
        .into_response()
}

#[derive(Template)]
#[template(path = "inventory/preview.html")]
struct PreviewBody {
    words: Words,
    tabs: Tabs,
    count: String,
    unknown: String,
    notes: Option<Table>,
    differences: Option<Table>,
    more: String,
    hash: String,
    name: String,
    fingerprint: String,
}

fn understand(room: &Room, bytes: &[u8], name: &str) -> Result<InventorySheet, String> {
    let book =
        read(bytes, name, &Limits::default()).map_err(|_| room.i("inventory-file-unread"))?;
    read_sheets(&book.sheets).map_err(|error| {
        room.i(match error {
            crate::model::inventory::sheet::NotAnInventory::NoHeadings => {
                "inventory-file-no-headings"
            }
            crate::model::inventory::sheet::NotAnInventory::TwoColumns => {
                "inventory-file-two-columns"
            }
        })
    })
}

async fn previewed(room: &Room, sheet: &InventorySheet) -> Result<ImportPreview, Problem> {
    Ok(
        preview_import(room.db(), sheet, room.city.today(), |department| {
            room.principal.holds_in(INVENTORY, department)
        })
        .await?,
    )
}

/// Reads an uploaded table and shows what it would change.
pub(super) async fn preview(room: Room, mut multipart: Multipart) -> Result<Response, Problem> {
    let mut errors = FormErrors::new();
    let mut file = None;
    let broken = |_| Problem::BadRequest(room.i("inventory-file-unread"));
    while let Some(field) = multipart.next_field().await.map_err(broken)? {
        if field.name() == Some("file") {
            let name = field.file_name().unwrap_or_default().to_owned();
            file = Some((name, field.bytes().await.map_err(broken)?.to_vec()))
                .filter(|(name, _)| !name.is_empty());
        }
    }
    let Some((name, bytes)) = file else {
        errors.add("file", room.i("inventory-file-none"));
        return Ok(form_page(&room, &errors));
    };
    let sheet = match understand(&room, &bytes, &name) {
        Ok(sheet) => sheet,
        Err(sentence) => {
            errors.add("file", sentence);
            return Ok(form_page(&room, &errors));
        }
    };
    let preview = previewed(&room, &sheet).await?;
    let hash = room
        .write(bytes, |tx, bytes| {
            Box::pin(async move { Ok::<_, ProcedureError>(tx.keep_file(bytes).await?) })
        })
        .await?;
    Ok(preview_page(&room, &preview, hash.as_str(), &name))
}

fn preview_page(room: &Room, preview: &ImportPreview, hash: &str, name: &str) -> Response {
    let language = room.language();
    let words = room.inventory_words();
    let notes = preview.notes.iter().take(SHOWN).map(|note| {
        let reasons: Vec<String> = note
            .problems
            .iter()
            .map(|problem| problem_sentence(room, problem))
            .collect();
        Row::new([
            Cell::text(note.line.to_string()),
            Cell::text(&note.number),
            Cell::text(reasons.join(" ")),
        ])
    });
    let differences = preview.differences.iter().take(SHOWN).map(|difference| {
        let changes: Vec<String> = if difference.revision.is_none() {
            vec![room.i("inventory-new")]
        } else {
            difference
                .changes
                .iter()
                .map(|change| change_sentence(room, change))
                .collect()
        };
        Row::new([
            Cell::text(&difference.entry.title),
            Cell::text(&difference.entry.number),
            Cell::text(changes.join(" ／ ")),
        ])
    });
    let new = preview
        .differences
        .iter()
        .filter(|difference| difference.revision.is_none())
        .count();
    let body = PreviewBody {
        words,
        tabs: room.inventory_tabs("inventory-tab-import"),
        count: words
            .with(
                "inventory-preview-count",
                &[
                    ("new", new.into()),
                    ("changed", (preview.differences.len() - new).into()),
                    ("unchanged", preview.unchanged.into()),
                    ("left", preview.notes.len().into()),
                ],
            )
            .into_owned(),
        unknown: preview.unknown.join(&room.i("inventory-comma")),
        notes: (!preview.notes.is_empty()).then(|| {
            Table::new(language, "notes", room.i("inventory-preview-notes"))
                .columns([
                    Column::number(room.i("inventory-line")),
                    Column::text(room.i("inventory-field-number")),
                    Column::text(room.i("inventory-reason")),
                ])
                .rows(notes)
                .stacked()
        }),
        differences: (!preview.differences.is_empty()).then(|| {
            Table::new(language, "differences", room.i("inventory-preview-changes"))
                .columns([
                    Column::text(room.i("inventory-field-title")),
                    Column::text(room.i("inventory-field-number")).no_wrap(),
                    Column::text(room.i("inventory-change")),
                ])
                .rows(differences)
                .row_headers()
                .stacked()
        }),
        more: match preview.differences.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => words
                .counted("inventory-preview-more", more as u64)
                .into_owned(),
        },
        hash: hash.to_owned(),
        name: name.to_owned(),
        fingerprint: preview.fingerprint.clone(),
    };
    room.inventory_page(room.i("inventory-preview"), &body)
        .breadcrumb(room.i("inventory-title"), HOME)
        .into_response()
}

fn problem_sentence(room: &Room, problem: &RowProblem) -> String {
    let words = room.inventory_words();
    let year = |year| format::fiscal_year(year, room.language());
    match problem {
        RowProblem::Entry(problem) => room.i(problem.place().1),
        RowProblem::Cell(column, text) => words
            .with(
                "inventory-row-cell",
                &[
                    ("column", column.label().into()),
                    ("text", text.clone().into()),
                ],
            )
            .into_owned(),
        RowProblem::Count(of, channel, text) => words
            .with(
                "inventory-row-cell",
                &[
                    (
                        "column",
                        format!("{} {}", year(*of), room.channel_name(*channel)).into(),
                    ),
                    ("text", text.clone().into()),
                ],
            )
            .into_owned(),
        RowProblem::LessThanMonths(of, channel, months) => words
            .with(
                "inventory-row-months",
                &[
                    (
                        "column",
                        format!("{} {}", year(*of), room.channel_name(*channel)).into(),
                    ),
                    ("months", (*months).into()),
                ],
            )
            .into_owned(),
        RowProblem::Twice => room.i("inventory-row-twice"),
        RowProblem::NotYours => room.i("inventory-row-not-yours"),
    }
}

fn change_sentence(room: &Room, change: &FieldChange) -> String {
    let words = room.inventory_words();
    let blank = room.i("inventory-blank");
    let or_blank = |text: &str| {
        if text.is_empty() {
            blank.clone()
        } else {
            text.to_owned()
        }
    };
    let (what, before, after) = match change {
        FieldChange::Column(column, before, after) => {
            (column.label().to_owned(), or_blank(before), or_blank(after))
        }
        FieldChange::Count(year, channel, before, after) => {
            let count = |count: &Option<u64>| count.map_or_else(|| blank.clone(), format::number);
            (
                format!(
                    "{} {}",
                    format::fiscal_year_short(*year, room.language()),
                    room.channel_name(*channel)
                ),
                count(before),
                count(after),
            )
        }
    };
    words
        .with(
            "inventory-change-sentence",
            &[
                ("what", what.into()),
                ("before", before.into()),
                ("after", after.into()),
            ],
        )
        .into_owned()
}

/// Carries out what was shown; when something changed in between, shows it again.
pub(super) async fn commit(room: Room, fields: Fields) -> Result<Response, Problem> {
    let hash = FileHash::read(fields.get("hash")).ok_or(Problem::NotFound)?;
    let bytes = read_file(room.db(), &hash)
        .await?
        .ok_or(Problem::NotFound)?;
    let name = fields.get("name").to_owned();
    let sheet = understand(&room, &bytes, &name).map_err(Problem::BadRequest)?;
    let preview = previewed(&room, &sheet).await?;
    if preview.differences.is_empty() {
        return Ok(done(HOME, "imported-nothing"));
    }
    if preview.fingerprint != fields.get("fingerprint") {
        return Ok(preview_page(&room, &preview, hash.as_str(), &name));
    }
    let written = room
        .write(preview, |tx, preview| {
            Box::pin(async move { commit_import(tx, &preview.differences).await })
        })
        .await;
    match written {
        Ok(()) => Ok(done(HOME, "imported")),
        Err(ProcedureError::ChangedMeanwhile) => {
            let preview = previewed(&room, &sheet).await?;
            Ok(preview_page(&room, &preview, hash.as_str(), &name))
        }
        Err(error) => match room.inventory_sentence(&error) {
            Some(sentence) => Err(Problem::Conflict(sentence)),
            None => Err(error.into()),
        },
    }
}
