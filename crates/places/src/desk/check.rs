//! A file that was sent: what the check finds, what would be mended, and taking it as a version.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Multipart, Path},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use yakuba_city::web::Problem;
use yakuba_sheets::Limits;
use yakuba_ui::{Cell, Column, Fields, FormErrors, Row, Table, TextField, Words, done, format};

use super::{
    room::{Room, href},
    sent::Typed,
    show::shown_with,
};
use crate::{
    capabilities::EDIT,
    error::PlacesError,
    model::{
        check::{Against, Report},
        content::{LookedOver, look_over},
        finding::{Finding, Severity},
        repair::Change,
        standard::dataset as national,
    },
    store::{self, Dataset, NewVersion},
};

/// Findings and changes of a kind that are told one by one.
const TOLD: usize = 200;

/// Rows that are shown as they would be.
const SAMPLE: usize = 10;

fn against(found: &Dataset) -> Against {
    Against {
        dataset: found.document.national.as_deref().and_then(national),
        area: None,
    }
}

/// Keeps what was sent, for a file that is there or for a new one, and leads to its check.
pub(super) async fn upload(
    room: Room,
    Path(key): Path<String>,
    multipart: Multipart,
) -> Result<Response, Problem> {
    let found = room.dataset_for(&key, EDIT).await?;
    if !found.source.is_empty() {
        return Err(Problem::BadRequest(room.t("desk-problem-made")));
    }
    let sent = Typed::read(multipart).await?;
    let missing = sent.missing();
    let Typed {
        fields,
        name,
        bytes,
    } = sent;
    let to = fields.integer("to");
    let title: String = fields.get("title").trim().chars().take(200).collect();
    let mut errors = FormErrors::new();
    if let Some(sentence) = missing {
        errors.add("file", room.t(sentence));
    }
    if to.is_none() && title.is_empty() {
        errors.add("title", room.t("desk-problem-required"));
    }
    if let Some(number) = to {
        let entry = store::file(room.db(), &key, number)
            .await?
            .ok_or(Problem::NotFound)?;
        if entry.link.is_some() {
            return Err(Problem::BadRequest(room.t("desk-problem-linked")));
        }
    }
    // What cannot be read at all is refused here, and not kept.
    if errors.is_empty()
        && let Err(error) = look_over(&bytes, &name, against(&found), &Limits::default())
    {
        let error = error.into();
        errors.add("file", room.sentence(&error).unwrap_or_default());
    }
    if !errors.is_empty() {
        return shown_with(&room, &found, &errors, Some(&title)).await;
    }
    let input = (key.clone(), to, title, name, bytes);
    let file = room
        .write(input, |tx, (key, to, title, name, bytes)| {
            Box::pin(async move {
                let file = match to {
                    Some(number) => *number,
                    None => store::add_file(tx, key, title).await?,
                };
                store::keep_pending(tx, key, file, name, bytes).await?;
                Ok::<_, PlacesError>(file)
            })
        })
        .await?;
    Ok(Redirect::to(&format!("{}/files/{file}/check", href(&key))).into_response())
}

#[derive(Template)]
#[template(path = "desk/check.html")]
struct Body {
    words: Words,
    base: String,
    /// The hash of what was looked at: only that is taken.
    sent: String,
    summary: String,
    groups: Vec<Group>,
    left_out: String,
    changes: Option<Table>,
    changes_note: String,
    sample: Table,
    note: TextField,
    can_mend: bool,
    is_valid: bool,
    not_looked_at: String,
}

/// Findings of one rule, with the severity's name.
pub(super) struct Group {
    pub(super) heading: String,
    pub(super) is_must: bool,
    pub(super) lines: Vec<String>,
    pub(super) more: String,
}

pub(super) fn groups(room: &Room, report: &Report) -> Vec<Group> {
    let mut by_rule: BTreeMap<(Severity, &'static str), Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        by_rule
            .entry((finding.severity, finding.rule.id()))
            .or_default()
            .push(finding);
    }
    by_rule
        .into_iter()
        .map(|((severity, _), findings)| {
            let name = findings
                .first()
                .map(|finding| finding.rule.name(room.language()))
                .unwrap_or_default();
            (severity, name, findings)
        })
        .map(|(severity, name, findings)| Group {
            heading: room
                .words
                .with(
                    match severity {
                        Severity::Must => "desk-group-must",
                        Severity::Should => "desk-group-should",
                    },
                    &[("rule", name.into()), ("n", findings.len().into())],
                )
                .into_owned(),
            is_must: severity == Severity::Must,
            lines: findings
                .iter()
                .take(20)
                .map(|finding| finding.line(room.language()))
                .collect(),
            more: if findings.len() > 20 {
                room.words
                    .counted("desk-more", findings.len() - 20)
                    .into_owned()
            } else {
                String::new()
            },
        })
        .collect()
}

/// That there is more than is told.
pub(super) fn left_out(room: &Room, report: &Report) -> String {
    if report.left_out == 0 {
        return String::new();
    }
    room.words
        .counted("desk-more", report.left_out)
        .into_owned()
}

fn changes_table(room: &Room, changes: &[Change]) -> Table {
    let rows = changes.iter().take(TOLD).map(|change| {
        Row::new([
            Cell::text(
                change
                    .row
                    .map_or_else(|| room.t("desk-whole-file"), |row| row.to_string()),
            ),
            Cell::text(change.column.clone().unwrap_or_default()),
            Cell::text(&change.from),
            Cell::text(&change.to),
            Cell::text(change.rule.name(room.language())),
        ])
    });
    Table::new(room.language(), "changes", room.t("desk-changes"))
        .columns([
            Column::text(room.t("desk-column-row")),
            Column::text(room.t("desk-column-column")),
            Column::text(room.t("desk-column-from")),
            Column::text(room.t("desk-column-to")),
            Column::text(room.t("desk-column-rule")),
        ])
        .rows(rows)
        .stacked()
        .hide_caption()
}

/// A file that was sent, looked over.
struct Sent {
    name: String,
    hash: String,
    looked: LookedOver,
}

/// What was sent for a file; none when it was taken or dropped already.
async fn sent_for(room: &Room, found: &Dataset, file: i64) -> Result<Option<Sent>, Problem> {
    if store::file(room.db(), found.key(), file).await?.is_none() {
        return Err(Problem::NotFound);
    }
    let Some(pending) = store::pending(room.db(), found.key(), file).await? else {
        return Ok(None);
    };
    let looked = look_over(
        &pending.contents,
        &pending.name,
        against(found),
        &Limits::default(),
    )
    .map_err(|error| Problem::BadRequest(room.sentence(&error.into()).unwrap_or_default()))?;
    Ok(Some(Sent {
        hash: pending.hash(),
        name: pending.name,
        looked,
    }))
}

pub(super) async fn page(
    room: Room,
    Path((key, file)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let found = room.dataset_for(&key, EDIT).await?;
    match sent_for(&room, &found, file).await? {
        Some(sent) => Ok(checked(&room, &found, file, sent)),
        None => Ok(done(&href(&key), "decided")),
    }
}

/// The page on which somebody decides about what was sent.
fn checked(room: &Room, found: &Dataset, file: i64, sent: Sent) -> Response {
    let Sent { name, hash, looked } = sent;
    let language = room.language();
    let report = &looked.report;
    let changes = looked
        .mended
        .as_ref()
        .map_or(&[][..], |mended| mended.changes.as_slice());
    let content = looked.content(true);
    let sample = Table::new(language, "sample", room.t("desk-sample"))
        .columns(content.columns_shown())
        .rows(
            content
                .rows
                .iter()
                .take(SAMPLE)
                .map(|row| Row::new(row.iter().map(Cell::text))),
        )
        .hide_caption();
    let compared = report.dataset.as_ref().map_or_else(
        || room.t("desk-check-no-dataset"),
        |compared| format!("{} {}", compared.generation, compared.name),
    );
    let rules: Vec<&str> = Report::not_looked_at().collect();
    let body = Body {
        words: room.words,
        base: format!("{}/files/{file}", href(found.key())),
        sent: hash,
        summary: room
            .words
            .with(
                "desk-check-summary",
                &[
                    ("name", name.into()),
                    ("dataset", compared.into()),
                    ("rows", report.rows.into()),
                    ("columns", report.columns.into()),
                    ("must", report.must.into()),
                    ("by_hand", report.by_hand.into()),
                    ("should", report.should().into()),
                ],
            )
            .into_owned(),
        groups: groups(room, report),
        left_out: left_out(room, report),
        changes: (!changes.is_empty()).then(|| changes_table(room, changes)),
        changes_note: if changes.len() > TOLD {
            room.words
                .counted("desk-more", changes.len() - TOLD)
                .into_owned()
        } else {
            room.words
                .with_text(
                    "desk-changes-count",
                    "count",
                    &format::number(changes.len() as u64),
                )
                .into_owned()
        },
        sample,
        note: TextField::new(language, "note", room.t("desk-note"))
            .support(room.t("desk-note-support"))
            .optional(),
        can_mend: !changes.is_empty(),
        is_valid: report.is_valid(),
        not_looked_at: room
            .words
            .with_text("desk-not-looked-at", "rules", &rules.join("、"))
            .into_owned(),
    };
    room.page_of(found, room.t("desk-check"), &body)
        .into_response()
}

/// Shows what is there now to somebody who decided about something else.
fn another(room: &mut Room, found: &Dataset, file: i64, sent: Sent) -> Response {
    room.refuse_with("desk-problem-another-file");
    let mut page = checked(room, found, file, sent);
    *page.status_mut() = StatusCode::CONFLICT;
    page
}

pub(super) async fn take(
    mut room: Room,
    Path((key, file)): Path<(String, i64)>,
    typed: Fields,
) -> Result<Response, Problem> {
    let found = room.dataset_for(&key, EDIT).await?;
    let Some(sent) = sent_for(&room, &found, file).await? else {
        return Ok(done(&href(&key), "decided"));
    };
    if sent.hash != typed.get("sent") {
        return Ok(another(&mut room, &found, file, sent));
    }
    let Sent { name, hash, looked } = sent;
    let content = looked.content(typed.get("how") == "mended");
    // What is kept is what is checked: the report is about exactly this content.
    let report = content
        .report(&name, against(&found), &Limits::default())
        .unwrap_or(looked.report);
    let note: String = typed.get("note").chars().take(500).collect();
    let new = NewVersion {
        dataset: key.clone(),
        file,
        content,
        report,
        note,
    };
    let taken = room
        .write((new, hash), |tx, (new, hash)| {
            Box::pin(async move {
                // First: what somebody else has decided or sent in between is not taken.
                store::drop_pending(tx, &new.dataset, new.file, hash).await?;
                store::add_version(tx, new).await
            })
        })
        .await;
    let taken = match taken {
        Err(PlacesError::ChangedMeanwhile) => return again(room, &found, file).await,
        taken => taken?,
    };
    Ok(done(
        &href(&key),
        if taken.is_some() { "taken" } else { "same" },
    ))
}

/// After somebody else was faster: what is to be decided now.
async fn again(mut room: Room, found: &Dataset, file: i64) -> Result<Response, Problem> {
    Ok(match sent_for(&room, found, file).await? {
        Some(sent) => another(&mut room, found, file, sent),
        None => done(&href(found.key()), "decided"),
    })
}

pub(super) async fn forget(
    room: Room,
    Path((key, file)): Path<(String, i64)>,
    typed: Fields,
) -> Result<Response, Problem> {
    let found = room.dataset_for(&key, EDIT).await?;
    let input = (key.clone(), file, typed.get("sent").to_owned());
    let forgotten = room
        .write(input, |tx, (key, file, sent)| {
            Box::pin(async move {
                store::drop_pending(tx, key, *file, sent).await?;
                // Nothing is left of a file that never was one.
                let is_linked = store::file(tx.connection(), key, *file)
                    .await?
                    .is_some_and(|entry| entry.link.is_some());
                if !is_linked {
                    store::drop_file(tx, key, *file).await?;
                }
                Ok(())
            })
        })
        .await;
    match forgotten {
        Err(PlacesError::ChangedMeanwhile) => again(room, &found, file).await,
        forgotten => {
            forgotten?;
            Ok(done(&href(&key), "forgotten"))
        }
    }
}
