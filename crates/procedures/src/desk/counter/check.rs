//! Checking what was entered, the visitor's own look at it, and sending it.

use askama::Template;
use axum::{
    extract::Path,
    http::HeaderValue,
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::{Timestamp, civil::Date};
use yakuba_city::web::Problem;
use yakuba_forms::Evaluation;
use yakuba_kernel::Channel;
use yakuba_ui::{DescriptionList, Fields, Html, Language, NotificationBanner, Words, done, format};

use super::{
    Open, START, WORDS, channel_text, counter_page, is_changed_meanwhile, private, tablet, together,
};
use crate::{
    desk::room::Room,
    error::ProcedureError,
    model::{
        export::Proof,
        visit::{EntryRecord, How},
    },
    pages::person,
    store::{
        cases::{Contact, NewCase},
        co_applicants::{self, Known},
        counter::{self, Receiving},
        counter_tablets::{self, Said, Tablet},
        files,
    },
};

#[derive(Template)]
#[template(path = "counter/check.html")]
struct Body {
    words: Words,
    base: String,
    missing: Vec<String>,
    about: DescriptionList,
    answers: Html,
    total: String,
    /// Who applies as well; empty when nobody does.
    together: Html,
    tablet: Option<Html>,
    may_send: bool,
    revision: i64,
}

/// How an attribute was verified, in words.
pub(crate) fn how_text(words: Words, how: How) -> String {
    match how {
        How::Account => words.get("counter-how-account").into_owned(),
        How::Document(document) => words
            .with_text(
                "counter-how-document",
                "document",
                &words.get(&format!("counter-identity-{}", document.as_str())),
            )
            .into_owned(),
    }
}

/// What stands behind an answer, as a file for a core system says it: in Japanese whoever makes the file, and in characters that CP932 has.
pub(crate) fn proof_text(proof: Proof) -> String {
    let words = WORDS.words(Language::Japanese);
    match proof {
        Proof::None => words.get("counter-proof-none").into_owned(),
        Proof::Mail => words.get("counter-proof-mail").into_owned(),
        Proof::Account => how_text(words, How::Account),
        Proof::Document(document) => how_text(words, How::Document(document)),
    }
}

/// What staff noted, as labels with texts.
fn about(room: &Room, open: &Open, evaluation: &Evaluation) -> DescriptionList {
    let (words, language) = (room.counter_words(), room.language());
    let mut list = DescriptionList::new().text(
        words.get("counter-column-channel"),
        channel_text(words, open.entry.channel),
    );
    if let Some(day) = open.notes.arrived_on {
        list = list.text(
            words.get("counter-arrived"),
            format::date_by_era(day, language),
        );
    }
    if open.asks_who_applies() {
        list = match open.contents.agent() {
            Some(agent) => list
                .text(words.get("counter-agent-name"), &agent.name)
                .text(words.get("counter-agent-relation"), &agent.relation)
                .text(words.get("counter-agent-phone"), &agent.phone),
            None => list.text(words.get("counter-who"), words.get("counter-who-person")),
        };
    }
    for (name, how) in open.verified(evaluation) {
        list = list.text(
            words.get(&format!("counter-attribute-{name}")),
            how_text(words, how),
        );
    }
    for (key, paths) in [
        ("counter-on-paper", &open.notes.on_paper),
        ("counter-has-none", &open.notes.has_none),
        ("counter-gaps", &open.gaps(evaluation)),
    ] {
        let labels: Vec<&str> = paths
            .iter()
            .filter_map(|path| open.form.field_at_path(path))
            .map(|field| field.label.get(language))
            .collect();
        if !labels.is_empty() {
            list = list.text(words.get(key), labels.join("\n"));
        }
    }
    list
}

/// What keeps the application from being sent, in words.
fn missing(room: &Room, open: &Open, evaluation: &Evaluation) -> Vec<String> {
    let (words, language) = (room.counter_words(), room.language());
    let mut missing: Vec<String> = open
        .left_open(evaluation)
        .iter()
        .map(|problem| {
            let label = open
                .form
                .field_at_path(&problem.path())
                .map_or("", |field| field.label.get(language));
            words
                .with(
                    "counter-missing-line",
                    &[
                        ("field", label.to_owned().into()),
                        (
                            "problem",
                            problem.message.in_language(language).into_owned().into(),
                        ),
                    ],
                )
                .into_owned()
        })
        .collect();
    if !open.is_noted() {
        missing.push(words.get("counter-missing-notes").into_owned());
    }
    // A fee may depend on what the paper leaves open.
    if evaluation.total.is_none() && missing.is_empty() && open.gaps(evaluation).is_empty() {
        missing.push(words.get("counter-missing-fee").into_owned());
    }
    missing
}

pub(super) async fn page(room: Room, Path(number): Path<i64>) -> Result<Response, Problem> {
    match Open::of(&room, number).await? {
        Ok(open) => show(&room, &open, None).await,
        Err(response) => Ok(response),
    }
}

pub(super) async fn show(
    room: &Room,
    open: &Open,
    refused: Option<&str>,
) -> Result<Response, Problem> {
    let (words, language) = (room.counter_words(), room.language());
    let evaluation = open.evaluation(room);
    let mut missing = missing(room, open, &evaluation);
    let mut together = Html::empty();
    if let Some(rules) = together::rules(open, &evaluation) {
        let named = together::named(room, open).await?;
        if together::lacks(rules, &named) {
            missing.push(words.get("counter-together-missing").into_owned());
        }
        let seen = together::mark(room, open, &evaluation)?;
        together = together::section(room, open, rules, &named, &seen);
    }
    let tablet = tablet::state(room, open).await?;
    let base = open.base();
    let body = Body {
        words,
        about: about(room, open, &evaluation),
        answers: open
            .form
            .render_answers(&open.contents.answers, &evaluation, language, |page| {
                Some(format!("{base}#{page}"))
            }),
        total: evaluation
            .total
            .filter(|total| total.amount() > 0)
            .map_or_else(String::new, |total| {
                words
                    .with_text("counter-total", "yen", &format::number(total.amount()))
                    .into_owned()
            }),
        may_send: missing.is_empty() && !tablet.objects,
        missing,
        together,
        tablet: tablet.html,
        revision: open.entry.draft.revision,
        base: base.clone(),
    };
    let mut page = counter_page(room, words.get("counter-check-title"), &body)
        .breadcrumb(words.get("counter-title"), START)
        .breadcrumb(open.title(language), base);
    if let Some(key) = refused {
        page = page
            .notice(NotificationBanner::error(words.get(key)))
            .with_errors(true);
    }
    let mut response = private(page);
    if tablet.waits {
        // Without JavaScript too: the page looks again by itself while the visitor reads.
        response
            .headers_mut()
            .insert("refresh", HeaderValue::from_static("10"));
    }
    Ok(response)
}

/// The moment at which an application arrived: for paper of an earlier day noon, because its hour is not known.
fn received_at(arrived_on: Option<Date>, today: Date) -> Option<Timestamp> {
    let day = arrived_on.filter(|day| *day < today)?;
    day.at(12, 0, 0, 0)
        .to_zoned(jiff::tz::TimeZone::fixed(yakuba_city::JAPAN))
        .ok()
        .map(|at| at.timestamp())
}

pub(super) async fn send(
    room: Room,
    Path(number): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let mut open = match Open::of(&room, number).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    if fields.revision() != open.entry.draft.revision {
        return show(&room, &open, Some("counter-changed")).await;
    }
    let evaluation = open.evaluation(&room);
    if !missing(&room, &open, &evaluation).is_empty() {
        return show(&room, &open, Some("counter-still-missing")).await;
    }
    let shown = counter_tablets::of_draft(room.db(), number, room.city.now()).await?;
    let said = shown
        .as_ref()
        .and_then(|tablet: &Tablet| tablet.said_of(open.entry.draft.revision));
    if matches!(said, Some(Said::Wrong(_))) {
        return show(&room, &open, Some("counter-visitor-objects")).await;
    }
    // A procedure that was taken offline meanwhile still takes what was handed in before; the desk decides what becomes of it.
    let answers = open.form.asked_only(&open.contents.answers, &evaluation);
    let verified = open.verified(&evaluation);
    let mut others = Vec::new();
    let mut asking = Vec::new();
    if let Some(rules) = together::rules(&open, &evaluation) {
        let named = together::named(&room, &open).await?;
        if together::lacks(rules, &named) {
            return show(&room, &open, Some("counter-still-missing")).await;
        }
        // Whoever signed the paper agrees to what was entered from it.
        let seen = co_applicants::mark(room.key()?, &open.document, &answers)?;
        for mut known in named {
            // Whoever read it at home has agreed to what it said then.
            if together::has_signed(&known) {
                known.person.seen = Some(seen.clone());
            } else if known.person.email.is_some() && !known.has_agreed_to(&seen) {
                asking.push(known.row.id);
            }
            others.push(known);
        }
    }
    let receiving = Receiving {
        record: EntryRecord {
            verified: verified.clone(),
            on_paper: open.notes.on_paper.clone(),
            has_none: open.notes.has_none.clone(),
            mandate_seen: open.notes.mandate_seen,
            confirmed: said == Some(&Said::Correct),
        },
        signed: others
            .iter()
            .filter(|known| together::has_signed(known))
            .map(|known| known.row.id)
            .collect(),
        links: if asking.is_empty() {
            String::new()
        } else {
            room.together()?
        },
        asking,
        case: sealed(
            &room,
            &open,
            answers,
            verified.into_keys().collect(),
            &others,
        )
        .await?,
        gaps: open.gaps(&evaluation),
        city: room.key()?.clone(),
        draft: number,
        account: room.account()?,
    };
    let outcome = room
        .write(receiving, |tx, receiving| {
            Box::pin(counter::receive(tx, receiving))
        })
        .await;
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("{}/slip", open.base())).into_response()),
        // Sent twice at once: the other request has received it.
        Err(error) if is_changed_meanwhile(&error) => Ok(done(&open.base(), "changed")),
        Err(ProcedureError::SlotTaken) => {
            open.forget_slot(&room, &[]).await?;
            Ok(Redirect::to(&super::fill::slot_taken(&open)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn sealed(
    room: &Room,
    open: &Open,
    answers: yakuba_forms::Answers,
    verified: Vec<String>,
    others: &[Known],
) -> Result<crate::store::cases::SealedCase, Problem> {
    let mut kept: Vec<String> = answers
        .files()
        .into_iter()
        .map(|file| file.id.clone())
        .collect();
    kept.extend(
        open.contents
            .agent()
            .and_then(|agent| agent.mandate.as_ref())
            .map(|mandate| mandate.key.clone()),
    );
    let mut found = Vec::new();
    for key in kept {
        let file = files::of_draft(room.db(), &open.key, open.entry.draft.id, &key)
            .await?
            .ok_or_else(|| Problem::internal("a file of a draft is missing"))?;
        found.push(file);
    }
    let person = person(&open.form, &answers);
    let new = NewCase {
        procedure: open.document.key.clone(),
        version: open.entry.draft.version,
        department: open.document.department.clone(),
        channel: open.entry.channel,
        processing: open.document.processing(),
        received_at: match open.entry.channel {
            Channel::Paper => received_at(open.notes.arrived_on, room.city.today()),
            _ => None,
        },
        submission: open.entry.draft.submission(),
        draft: Some(open.entry.draft.id),
        resident: open.notes.resident.or(open.entry.draft.resident),
        contact: Contact {
            name: person.name.clone(),
            email: open.proven.email.clone(),
            language: "ja".to_owned(),
            no_mail: false,
            verified,
            agent: open.contents.agent().cloned(),
        },
        person,
        answers: serde_json::to_value(&answers).map_err(ProcedureError::from)?,
        files: found,
    };
    let together: Vec<_> = others
        .iter()
        .map(|known| (known.row.id, known.person.clone()))
        .collect();
    Ok(new.seal_with(room.key()?, &together)?)
}
