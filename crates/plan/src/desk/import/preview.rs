//! The overview of a preview: what was recognised, what would change; taking it over or giving it up.

use askama::Template;
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use serde_json::json;
use yakuba_city::{AuditEntry, City, FileHash, web::Problem};
use yakuba_ui::{
    Cell, Column, DescriptionList, Html, NotificationBanner, Pagination, StepNavigation, Table,
    Tabs, TextField, Words, format,
};

use super::super::{
    room::{Desk, is_mendable},
    sentences, walk,
};
use super::differences::{PER_PAGE, differences};
use super::kept::{self, Kept, KeptFile};
use crate::{
    error::PlanError,
    forms::Fields,
    import::{CellRole, ImportReading, SheetReport},
    model::document::{Group, PlanDocument},
    store::{self, ImportId, ImportRecord},
};

#[derive(Template)]
#[template(path = "desk/import_preview.html")]
struct Body {
    words: Words,
    steps: StepNavigation,
    tabs: Tabs,
    /// Whether it can still be taken over.
    open: bool,
    id: i64,
    error: String,
    counts: DescriptionList,
    shapes: Option<Table>,
    unknown_cells: usize,
    doubted: usize,
    /// None: the plan would be new.
    changes: Option<usize>,
    differences: Html,
    parts: Pagination,
    structure: Option<Table>,
    files: Table,
    reason: TextField,
}

pub(super) async fn show(desk: Desk, Path(id): Path<i64>) -> Result<Response, Problem> {
    let (record, kept) = kept::of_address(&desk, id).await?;
    page(&desk, &record, &kept, String::new()).await
}

async fn page(
    desk: &Desk,
    record: &ImportRecord,
    kept: &Kept,
    error: String,
) -> Result<Response, Problem> {
    let words = desk.words;
    let open = record.state == "preview";
    let document = &kept.reading.document;
    let changes = if open {
        store::preview_changes(desk.city.db(), document).await?.0
    } else {
        Some(Vec::new())
    };
    let (shown, parts) = differences(
        words,
        changes.as_deref().unwrap_or_default(),
        desk.page_number(),
    );
    let counts = walk::counts(&document.groups);
    let number = |count: usize| format::number(i64::try_from(count).unwrap_or(i64::MAX));
    let has_errors = !error.is_empty();
    let body = Body {
        words,
        steps: super::steps(desk, if open { 1 } else { 3 }),
        tabs: super::tabs(desk, record.id, super::View::Overview, kept),
        open,
        id: record.id,
        error,
        counts: DescriptionList::new()
            .text(
                desk.text("desk-plan"),
                format::with_note(&document.title, &document.key, words.language()),
            )
            .text(desk.text("desk-plan-publisher"), &document.publisher.name)
            .text(
                desk.text("desk-plan-period"),
                document
                    .period
                    .map(|period| {
                        words
                            .with(
                                "desk-span",
                                &[
                                    ("from", period.from.wareki().into()),
                                    ("to", period.to.wareki().into()),
                                ],
                            )
                            .into_owned()
                    })
                    .unwrap_or_default(),
            )
            .text(
                desk.text("desk-count-initiatives"),
                number(counts.initiatives),
            )
            .text(
                desk.text("desk-count-indicators"),
                number(counts.indicators),
            )
            .text(desk.text("desk-count-figures"), number(counts.figures)),
        shapes: (!kept.reading.sheets.is_empty()).then(|| shapes(&words, &kept.reading)),
        unknown_cells: kept
            .reading
            .cells
            .iter()
            .filter(|cell| cell.role == CellRole::Unknown)
            .count(),
        doubted: counts.doubted,
        structure: changes.is_none().then(|| structure(&words, document)),
        changes: changes.as_ref().map(Vec::len),
        differences: shown,
        parts: Pagination::new(
            words.language(),
            desk.page_number(),
            PER_PAGE as u64,
            parts,
            format!("/desk/plan/import/{}", record.id),
        ),
        files: files(&words, record),
        reason: TextField::new(words.language(), "reason", desk.text("desk-reason"))
            .value(desk.text("desk-reason-import")),
    };
    let mut page = desk
        .page(desk.text("desk-import-preview-title"), &body)
        .with_errors(has_errors);
    page = match record.state.as_str() {
        "committed" => page.notice(
            NotificationBanner::info(desk.text("desk-import-was-committed")).link(
                desk.text("desk-import-to-plan"),
                format!("/desk/plan/{}", record.plan_key),
            ),
        ),
        "discarded" => page.notice(NotificationBanner::info(
            desk.text("desk-import-was-discarded"),
        )),
        _ => page,
    };
    Ok(page.into_response())
}

/// What was found in each sheet; a sheet without a table has a row that says so.
fn shapes(words: &Words, reading: &ImportReading) -> Table {
    let number =
        |count: usize| Cell::text(format::number(i64::try_from(count).unwrap_or(i64::MAX)));
    let sheet_name = |report: &SheetReport| {
        let name = report.sheet.as_deref().unwrap_or_default();
        Cell::text(if report.hidden {
            words
                .with_text("desk-import-hidden-sheet", "sheet", name)
                .into_owned()
        } else {
            name.to_owned()
        })
    };
    let rows = reading.sheets.iter().flat_map(|sheet| {
        let mut rows: Vec<_> = reading
            .shapes
            .iter()
            .filter(|report| sheet.holds(report))
            .map(|report| {
                yakuba_ui::Row::new([
                    Cell::text(&report.file),
                    sheet_name(sheet),
                    Cell::text(sentences::shape(words, report.shape)),
                    Cell::text(format!("{}–{}", report.first_row, report.last_row)),
                    number(report.initiatives),
                    number(report.indicators),
                    number(report.figures),
                ])
                .marked(sheet.hidden)
            })
            .collect();
        if rows.is_empty() {
            rows.push(yakuba_ui::Row::new([
                Cell::text(&sheet.file),
                sheet_name(sheet),
                Cell::text(words.counted("desk-import-no-shape", sheet.cells as u64)),
                Cell::text(""),
                Cell::text(""),
                Cell::text(""),
                Cell::text(""),
            ]));
        }
        rows
    });
    Table::new(words.language(), "shapes", words.get("desk-import-shapes"))
        .columns([
            Column::text(words.get("desk-import-file")),
            Column::text(words.get("desk-import-sheet")),
            Column::text(words.get("desk-import-shape")),
            Column::text(words.get("desk-import-rows")),
            Column::number(words.get("desk-count-initiatives")),
            Column::number(words.get("desk-count-indicators")),
            Column::number(words.get("desk-count-figures")),
        ])
        .rows(rows)
        .stacked()
}

fn structure(words: &Words, document: &PlanDocument) -> Table {
    fn rows(words: &Words, groups: &[Group], depth: usize, into: &mut Vec<yakuba_ui::Row>) {
        for group in groups {
            let counts = walk::counts(std::slice::from_ref(group));
            let number =
                |count: usize| Cell::text(format::number(i64::try_from(count).unwrap_or(i64::MAX)));
            into.push(yakuba_ui::Row::new([
                Cell::text(format!(
                    "{}{}　{}",
                    "　".repeat(depth),
                    sentences::group_kind(words, group.kind),
                    group.title
                )),
                number(counts.initiatives),
                number(counts.indicators),
                number(counts.figures),
            ]));
            rows(words, &group.groups, depth + 1, into);
        }
    }
    let mut list = Vec::new();
    rows(words, &document.groups, 0, &mut list);
    Table::new(
        words.language(),
        "structure",
        words.get("desk-import-structure"),
    )
    .columns([
        Column::text(words.get("desk-import-part")),
        Column::number(words.get("desk-count-initiatives")),
        Column::number(words.get("desk-count-indicators")),
        Column::number(words.get("desk-count-figures")),
    ])
    .rows(list)
    .row_headers()
}

fn files(words: &Words, record: &ImportRecord) -> Table {
    let files: Vec<KeptFile> = serde_json::from_str(&record.files).unwrap_or_default();
    Table::new(
        words.language(),
        "files",
        words.get("desk-import-kept-files"),
    )
    .columns([
        Column::text(words.get("desk-import-file")),
        Column::number(words.get("desk-import-size")),
    ])
    .rows(files.iter().map(|file| {
        yakuba_ui::Row::new([
            Cell::link(
                &file.name,
                format!("/desk/plan/import/{}/files/{}", record.id, file.hash),
            ),
            Cell::text(words.with_text("desk-import-bytes", "n", &format::number(file.bytes))),
        ])
    }))
}

/// Takes the preview over, or gives it up.
pub(super) async fn settle(
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (record, kept) = kept::of_address(&desk, id).await?;
    if fields.get("action") == "discard" {
        discard(&desk.city, &desk, id, &record.plan_key).await?;
        return Ok(Redirect::to("/desk/plan?done=import-discarded").into_response());
    }
    let reason = fields.get("reason").to_owned();
    if reason.is_empty() {
        return page(&desk, &record, &kept, desk.text("desk-error-reason")).await;
    }
    let plan_key = record.plan_key.clone();
    let outcome = desk
        .city
        .write(
            desk.principal.actor(),
            (ImportId(id), kept.clone(), reason),
            |tx, (id, kept, reason)| {
                Box::pin(async move {
                    store::commit_import(
                        tx,
                        Some(*id),
                        &kept.reading.document,
                        kept.new_plan(),
                        reason,
                    )
                    .await
                })
            },
        )
        .await;
    match outcome {
        Ok(committed) if committed.reviews > 0 => Ok(Redirect::to(&format!(
            "/desk/plan/{plan_key}/review?done=imported-review&n={}",
            committed.reviews
        ))
        .into_response()),
        Ok(_) => Ok(Redirect::to(&format!("/desk/plan/{plan_key}?done=imported")).into_response()),
        Err(error) if is_mendable(&error) => {
            page(&desk, &record, &kept, desk.sentence(&error)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn discard(city: &City, desk: &Desk, id: i64, plan_key: &str) -> Result<(), PlanError> {
    city.write(
        desk.principal.actor(),
        (id, plan_key.to_owned()),
        |tx, (id, plan_key)| {
            Box::pin(async move {
                store::discard_import(tx, ImportId(*id)).await?;
                tx.audit(
                    AuditEntry::new("plan.import_discard", format!("plan/{plan_key}"))
                        .with(json!({"import": id})),
                );
                Ok::<_, PlanError>(())
            })
        },
    )
    .await
}

/// A file of the import as it was handed in.
pub(super) async fn file(
    desk: Desk,
    Path((id, hash)): Path<(i64, String)>,
) -> Result<Response, Problem> {
    desk.need(crate::capabilities::MANAGE)?;
    let record = store::import(desk.city.db(), ImportId(id)).await?;
    let files: Vec<KeptFile> = serde_json::from_str(&record.files).unwrap_or_default();
    let known = files
        .iter()
        .find(|file| file.hash == hash)
        .ok_or(Problem::NotFound)?;
    let hash = FileHash::read(&known.hash).ok_or(Problem::NotFound)?;
    let bytes = yakuba_city::read_file(desk.city.db(), &hash)
        .await?
        .ok_or(Problem::NotFound)?;
    // Never shown by the browser itself: the file comes from outside.
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment"),
    ];
    Ok((headers, bytes).into_response())
}
