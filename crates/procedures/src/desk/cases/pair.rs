//! Two cases beside each other, before they become one or are put into one life event: who, what, when, how they stand, and in what they
//! differ. Nothing happens until whoever looks says so.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use yakuba_city::web::Problem;
use yakuba_forms::{AnswerRow, Answers, Form, slot_text};
use yakuba_identity::account_names;
use yakuba_ui::{
    Cell, Choice, Column, Html, NotificationBanner, RadioGroup, Row, Table, Words, done, format,
};

use super::{
    doing::{Doing, key},
    inbox::{case_table, stage_chip},
    show::{Opened, Parts, open},
};
use crate::{
    capabilities::WORK,
    desk::{room::Room, titles::Titles},
    error::ProcedureError,
    slots,
    store::{
        cases::{self, Case},
        co_applicants::{self, Of},
        corrections,
        files::{self, UseFor},
        history::{self, ViewReason},
        messages, visits,
    },
};

/// What is done with two cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    /// One ends in the other.
    Merge,
    /// They are put into one life event.
    Join,
}

impl Deed {
    const fn name(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Join => "join",
        }
    }

    /// Where its form goes, below the page of the first case.
    const fn place(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Join => "together",
        }
    }
}

/// A case as it stands beside another.
struct Side {
    opened: Opened,
    /// The cells of the table, by the text of their row.
    about: Vec<(&'static str, Html)>,
    /// What was answered, in the order of the form.
    answers: Vec<AnswerRow>,
    /// Whether mail tells the applicant, and where; none: no mail is sent.
    email: Option<String>,
    has_appointment: bool,
    has_correction: bool,
}

async fn side(room: &Room, opened: Opened) -> Result<Side, Problem> {
    let language = room.language();
    let case = &opened.case;
    let key = key(room, case.id).await?;
    let contact = cases::contact(room.db(), &key, case.id).await?;
    let receipt = cases::receipt(room.db(), &key, case.id).await?;
    let appointment = slots::appointment(&room.city, case.id, language).await?;
    let correction = corrections::corrections(room.db(), &key, case.id)
        .await?
        .into_iter()
        .find(|correction| correction.ended_at.is_none());
    let together = co_applicants::of(room.db(), &key, Of::Case(case.id)).await?;
    let given = cases::answers(room.db(), &key, case.id).await?;
    let written = messages::messages(room.db(), &key, case.id).await?.len();
    let files = files::list(room.db(), &key, case.id, UseFor::Answer)
        .await?
        .len();
    let names = account_names(room.db(), &case.assignee.into_iter().collect::<Vec<_>>())
        .await
        .map_err(ProcedureError::from)?;
    let answers = match (
        Form::compile(&opened.definition.document.form),
        given.first(),
    ) {
        (Ok(form), Some(given)) => {
            let answers: Answers =
                serde_json::from_value(given.answers.clone()).map_err(ProcedureError::Stored)?;
            let evaluation = form.evaluate(&answers, case.received_on());
            form.answer_sections(&answers, &evaluation, language)
                .into_iter()
                .flat_map(|section| section.rows)
                .collect()
        }
        _ => Vec::new(),
    };
    let fees: Vec<&str> = answers
        .iter()
        .filter(|row| row.path.is_empty())
        .map(|row| row.text.as_str())
        .collect();
    let own = case
        .own_stage
        .as_deref()
        .and_then(|key| opened.way().stage(key));
    let email = contact.email.clone().filter(|_| !contact.no_mail);
    let text = |text: &str| Html::text(text);
    let about = vec![
        (
            "desk-field-procedure",
            text(opened.definition.document.title.get(language)),
        ),
        ("desk-field-receipt", text(&receipt.to_string())),
        (
            "desk-field-applicant",
            text(contact.name.as_deref().unwrap_or_default()),
        ),
        (
            "desk-field-agent",
            text(
                contact
                    .agent
                    .as_ref()
                    .map_or("", |agent| agent.name.as_str()),
            ),
        ),
        (
            "desk-signers",
            text(
                &together
                    .into_iter()
                    .map(|known| known.person.name)
                    .collect::<Vec<_>>()
                    .join("、"),
            ),
        ),
        (
            "desk-column-received",
            text(&format::date(case.received_on(), language)),
        ),
        (
            "desk-field-channel",
            text(&room.t(&format!("desk-channel-{}", case.channel.as_str()))),
        ),
        (
            "desk-field-stage",
            Html::of(&stage_chip(room, case.stage, own)),
        ),
        (
            "desk-column-due",
            text(&case.due_on.map_or_else(
                || room.t("desk-due-none"),
                |due_on| format::date(due_on, language),
            )),
        ),
        (
            "desk-field-assignee",
            text(
                case.assignee
                    .and_then(|account| names.get(&account))
                    .map_or("", String::as_str),
            ),
        ),
        (
            "desk-field-mail",
            text(&email.clone().unwrap_or_else(|| room.t("desk-mail-none"))),
        ),
        (
            "desk-field-appointment",
            text(
                &appointment
                    .as_ref()
                    .filter(|found| !found.is_off)
                    .map_or_else(String::new, |found| slot_text(&found.slot, language)),
            ),
        ),
        ("desk-pair-fee", text(&fees.join("、"))),
        ("desk-messages", text(&written.to_string())),
        ("desk-pair-files", text(&files.to_string())),
        (
            "desk-correction",
            text(
                &correction
                    .as_ref()
                    .map_or_else(String::new, |_| room.t("desk-news-awaited")),
            ),
        ),
    ];
    Ok(Side {
        about,
        email,
        has_appointment: appointment.is_some_and(|found| !found.is_off),
        has_correction: correction.is_some(),
        answers: answers
            .into_iter()
            .filter(|row| !row.path.is_empty())
            .collect(),
        opened,
    })
}

/// The questions that the two answer otherwise, with both answers, and how many they answer alike.
fn differences(one: &[AnswerRow], other: &[AnswerRow]) -> (Vec<[String; 3]>, usize) {
    let theirs: BTreeMap<&str, &AnswerRow> =
        other.iter().map(|row| (row.path.as_str(), row)).collect();
    let mine: BTreeMap<&str, &AnswerRow> = one.iter().map(|row| (row.path.as_str(), row)).collect();
    let mut differing = Vec::new();
    let mut alike = 0;
    for row in one {
        match theirs.get(row.path.as_str()) {
            Some(their) if their.text == row.text => alike += 1,
            their => differing.push([
                row.label.clone(),
                row.text.clone(),
                their.map_or_else(String::new, |row| row.text.clone()),
            ]),
        }
    }
    for row in other
        .iter()
        .filter(|row| row.answered && !mine.contains_key(row.path.as_str()))
    {
        differing.push([row.label.clone(), String::new(), row.text.clone()]);
    }
    (differing, alike)
}

#[derive(Template)]
#[template(path = "desk/pair.html")]
struct Body {
    words: Words,
    at: String,
    back: String,
    deed: &'static str,
    revision: i64,
    other: i64,
    other_revision: i64,
    lead: String,
    about: Table,
    /// For two applications that may be one: in what they differ.
    differing: Option<Table>,
    alike: String,
    keep: Html,
    /// What becomes of everything, in sentences.
    becomes: Vec<String>,
    go: String,
}

/// A table of two cases; the cells of a row come with its heading.
fn beside(
    room: &Room,
    id: &str,
    caption: &str,
    numbers: [i64; 2],
    rows: impl IntoIterator<Item = (String, Html, Html)>,
) -> Table {
    let heading = |number: i64| {
        room.words
            .with_text("desk-case-title", "number", &number.to_string())
            .into_owned()
    };
    Table::new(room.language(), id, room.t(caption))
        .columns([
            Column::text(room.t("desk-pair-item")),
            Column::text(heading(numbers[0])),
            Column::text(heading(numbers[1])),
        ])
        .rows(rows.into_iter().map(|(heading, one, other)| {
            Row::new([Cell::text(heading), Cell::html(&one), Cell::html(&other)])
        }))
        .row_headers()
        .stacked()
}

/// The page on which two cases are looked at before anything happens.
async fn page(
    room: &Room,
    deed: Deed,
    opened: Opened,
    other: Opened,
    refusal: Option<&str>,
) -> Result<Response, Problem> {
    // What somebody wrote in the other case is shown as well: that is a look at it.
    let looked = (
        other.case.id,
        room.account()?,
        other.case.department.as_str().to_owned(),
    );
    room.write(looked, |tx, (case, account, department)| {
        Box::pin(history::record_view(
            tx,
            *case,
            *account,
            department,
            &ViewReason::Casework,
        ))
    })
    .await?;
    let (one, other) = (side(room, opened).await?, side(room, other).await?);
    let numbers = [one.opened.case.id, other.opened.case.id];
    let at = format!("/desk/cases/{}", numbers[0]);
    let about = beside(
        room,
        "about",
        "desk-pair-about",
        numbers,
        one.about
            .iter()
            .zip(&other.about)
            .filter(|((_, one), (_, other))| !one.is_empty() || !other.is_empty())
            .map(|((heading, one), (_, other))| (room.t(heading), one.clone(), other.clone())),
    );
    let (differing, alike) = differences(&one.answers, &other.answers);
    let merges = deed == Deed::Merge;
    let body = Body {
        words: room.words,
        at: format!("{at}/{}", deed.place()),
        back: at.clone(),
        deed: deed.name(),
        revision: one.opened.case.revision,
        other: numbers[1],
        other_revision: other.opened.case.revision,
        lead: room.t(&format!("desk-pair-lead-{}", deed.name())),
        about,
        differing: (merges && !differing.is_empty()).then(|| {
            let rows = differing
                .into_iter()
                .map(|[label, one, other]| (label, Html::text(&one), Html::text(&other)));
            beside(
                room,
                "differing",
                "desk-pair-differing-caption",
                numbers,
                rows,
            )
        }),
        alike: room
            .words
            .counted("desk-pair-alike", i64::try_from(alike).unwrap_or(i64::MAX))
            .into_owned(),
        keep: if merges {
            Html::of(&keep(room, &one.opened.case, &other.opened.case))
        } else {
            Html::empty()
        },
        becomes: if merges {
            becomes(room, &one, &other)
        } else {
            vec![room.t("desk-join-text")]
        },
        go: room.t(&format!("desk-pair-go-{}", deed.name())),
    };
    let title = room.t(&format!("desk-pair-{}", deed.name()));
    Ok(one
        .opened
        .page_below(room, title, &body, refusal)
        .into_response())
}

/// Which of two cases goes on: the older one, unless somebody says otherwise.
fn keep(room: &Room, one: &Case, other: &Case) -> RadioGroup {
    let older = if (other.received_at, other.id) < (one.received_at, one.id) {
        other.id
    } else {
        one.id
    };
    let choice = |case: &Case| {
        let text = room.words.with(
            if case.id == older {
                "desk-pair-keep-older"
            } else {
                "desk-pair-keep-newer"
            },
            &[
                ("number", case.id.to_string().into()),
                (
                    "date",
                    format::date(case.received_on(), room.language()).into(),
                ),
            ],
        );
        Choice::new(case.id.to_string(), text).chosen(case.id == older)
    };
    RadioGroup::new(room.language(), "keep", room.t("desk-pair-keep"))
        .choices([choice(one), choice(other)])
}

/// What becomes of everything that belongs to the case that ends.
fn becomes(room: &Room, one: &Side, other: &Side) -> Vec<String> {
    let mut sentences = vec![
        room.t("desk-pair-becomes-case"),
        room.t("desk-pair-becomes-contents"),
    ];
    if one.has_appointment || other.has_appointment {
        sentences.push(room.t("desk-pair-becomes-appointment"));
    }
    if one.has_correction || other.has_correction {
        sentences.push(room.t("desk-pair-becomes-correction"));
    }
    sentences.push(room.t("desk-pair-becomes-fee"));
    sentences.push(room.t("desk-pair-becomes-due"));
    for side in [one, other] {
        let number = side.opened.case.id.to_string();
        sentences.push(match &side.email {
            Some(email) => room
                .words
                .with(
                    "desk-pair-becomes-told",
                    &[("number", number.into()), ("email", email.as_str().into())],
                )
                .into_owned(),
            None => room
                .words
                .with_text("desk-pair-becomes-not-told", "number", &number)
                .into_owned(),
        });
    }
    sentences.push(room.t("desk-pair-becomes-undo"));
    sentences
}

/// The other case, for who may work on it as well; to everybody else it does not exist.
async fn other_of(room: &Room, number: Option<i64>) -> Result<Option<Opened>, Problem> {
    let Some(number) = number else {
        return Ok(None);
    };
    match open(room, number, WORK).await {
        Ok(opened) if opened.case.disposed_at.is_none() => Ok(Some(opened)),
        Ok(_) | Err(Problem::NotFound) => Ok(None),
        Err(problem) => Err(problem),
    }
}

pub(super) async fn merge(doing: Doing) -> Result<Response, Problem> {
    let Some(other) = other_of(&doing.room, doing.fields.integer("into")).await? else {
        return doing.refuse("desk-error-empty").await;
    };
    if !doing.opened.case.may_end_in(&other.case) {
        return doing.refuse("desk-error-merge").await;
    }
    let Doing {
        room,
        opened,
        fields,
    } = doing;
    if fields.get("action") != "merge" {
        return page(&room, Deed::Merge, opened, other, None).await;
    }
    let mine = (opened.case.id, fields.revision());
    let theirs = (
        other.case.id,
        fields.integer("other_revision").unwrap_or_default(),
    );
    let keeps_mine = match fields.integer("keep") {
        Some(keep) if keep == mine.0 => true,
        Some(keep) if keep == theirs.0 => false,
        _ => return page(&room, Deed::Merge, opened, other, Some("desk-error-empty")).await,
    };
    let (ends, stays) = if keeps_mine {
        (theirs, mine)
    } else {
        (mine, theirs)
    };
    let input = (key(&room, ends.0).await?, ends, stays);
    // Large: the whole case with its procedure.
    let outcome = Box::pin(room.write(input, |tx, (key, ends, stays)| {
        Box::pin(cases::merge(tx, key, *ends, *stays))
    }))
    .await;
    match outcome {
        Ok(()) => Ok(done(&format!("/desk/cases/{}", stays.0), "merged")),
        Err(ProcedureError::ChangedMeanwhile | ProcedureError::WrongState(_)) => {
            let opened = open(&room, mine.0, WORK).await?;
            let other = open(&room, theirs.0, WORK).await?;
            page(
                &room,
                Deed::Merge,
                opened,
                other,
                Some("desk-error-changed"),
            )
            .await
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn undo_merge(doing: Doing) -> Result<Response, Problem> {
    let input = (doing.key().await?, doing.case(), doing.revision());
    doing
        .write("merge-undone", input, |tx, (key, case, revision)| {
            Box::pin(cases::undo_merge(tx, key, *case, *revision))
        })
        .await
}

pub(super) async fn together(doing: Doing) -> Result<Response, Problem> {
    let with = doing
        .fields
        .integer("with_number")
        .or(doing.fields.integer("with"));
    // Whether a case exists that one may not open is not told either.
    let Some(other) = other_of(&doing.room, with).await? else {
        return doing.refuse("desk-error-join").await;
    };
    let known = visits::together(doing.room.db(), doing.case()).await?;
    if other.case.id == doing.case() || known.iter().any(|known| known.id == other.case.id) {
        return doing.refuse("desk-error-state").await;
    }
    if doing.fields.get("action") != "join" {
        return page(&doing.room, Deed::Join, doing.opened, other, None).await;
    }
    let input = (doing.case(), doing.revision(), other.case.id);
    doing
        .write("joined", input, |tx, (case, revision, with)| {
            Box::pin(visits::join(tx, *case, *revision, *with))
        })
        .await
}

/// What stands at the head of a case that ended in another: where it goes on, and how to part them again.
pub(super) async fn ended(parts: &Parts<'_>) -> Result<Html, Problem> {
    let room = parts.room;
    let case = &parts.opened.case;
    let Some(into) = case.merged_into else {
        return Ok(Html::empty());
    };
    let number = into.to_string();
    let mut html = Html::of(
        &NotificationBanner::info(room.words.with_text("desk-merged", "number", &number))
            .text(room.t("desk-merged-text"))
            .link(
                room.words.with_text("desk-case-title", "number", &number),
                format!("/desk/cases/{into}"),
            ),
    );
    match cases::undone_not(room.db(), case).await? {
        None => html.push(&parts.form(
            "unmerge",
            Html::trusted(format!(
                "<p>{}</p>",
                Html::text(&room.t("desk-unmerge-text"))
            )),
            parts.other("desk-unmerge"),
            false,
        )),
        Some(why) => html.push(&Html::trusted(format!(
            "<p>{}</p>",
            Html::text(&room.words.with_text(
                &format!("desk-unmerge-not-{}", why.as_str()),
                "number",
                &number
            ))
        ))),
    }
    Ok(html)
}

/// The cases that ended in a case, for the page of the one that goes on.
pub(super) async fn ended_here(room: &Room, case: i64) -> Result<Html, Problem> {
    let seen: Vec<Case> = cases::merged_here(room.db(), case)
        .await?
        .into_iter()
        .filter(|ended| room.principal.holds_in(WORK, &ended.department))
        .collect();
    if seen.is_empty() {
        return Ok(Html::empty());
    }
    let titles = Titles::read(room.db()).await?;
    Ok(Html::of(&case_table(room, &seen, &titles, None).await?))
}
