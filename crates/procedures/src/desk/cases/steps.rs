//! What is done to a case. Every step is one write; what is refused shows the case again with the reason and what was typed.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{Fields, done};

use super::show::{Opened, case_page, may_decide, open};
use crate::{
    capabilities::{DECIDE, WORK},
    desk::room::Room,
    error::ProcedureError,
    model::case::{Outcome, Step},
    store::{
        cases::{self, Decision},
        casework, corrections,
        keys::CaseKey,
        messages,
    },
};

fn here(case: i64) -> String {
    format!("/desk/cases/{case}")
}

/// After a write: the case with a notice, or, when the person can mend it, the case again with the reason and what was typed.
pub(super) async fn answer<T>(
    mut room: Room,
    opened: &Opened,
    typed: Fields,
    outcome: Result<T, ProcedureError>,
    notice: &str,
) -> Result<Response, Problem> {
    let key = match outcome {
        Ok(_) => return Ok(done(&here(opened.case.id), notice)),
        Err(ProcedureError::ChangedMeanwhile) => "desk-error-changed",
        Err(ProcedureError::WrongState(_)) => "desk-error-state",
        Err(ProcedureError::ReasonMissing) => "desk-error-reason",
        Err(ProcedureError::Gaps) => "desk-error-gaps",
        Err(error) => return Err(error.into()),
    };
    again(&mut room, opened.case.id, typed, key).await
}

pub(super) async fn again(
    room: &mut Room,
    case: i64,
    typed: Fields,
    key: &str,
) -> Result<Response, Problem> {
    room.refuse(room.t(key));
    let opened = open(room, case, WORK).await?;
    Ok(case_page(room, &opened, Some(&typed))
        .await?
        .into_response())
}

pub(super) async fn step(
    room: Room,
    Path(case): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let opened = open(&room, case, WORK).await?;
    let step = match fields.get("step") {
        "check" => Step::Check,
        "check_again" => Step::CheckAgain,
        "deliver" => Step::Deliver,
        "close" => Step::Close,
        _ => return Err(Problem::NotFound),
    };
    let input = (case, fields.revision(), step);
    let outcome = room
        .write(input, |tx, (case, revision, step)| {
            Box::pin(cases::step(tx, *case, *revision, *step))
        })
        .await;
    answer(room, &opened, fields, outcome, "stage").await
}

pub(super) async fn assign(
    room: Room,
    Path(case): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let opened = open(&room, case, WORK).await?;
    let assignee = match fields.get("assignee") {
        "me" => Some(room.account()?),
        "" => None,
        text => Some(text.parse().map_err(|_| Problem::NotFound)?),
    };
    if let Some(account) = assignee
        && account != room.account()?
        && !opened.colleagues.iter().any(|(known, _)| *known == account)
    {
        return Err(Problem::NotAllowed);
    }
    let outcome = room
        .write(
            (case, fields.revision(), assignee),
            |tx, (case, revision, assignee)| {
                Box::pin(casework::assign(tx, *case, *revision, *assignee))
            },
        )
        .await;
    answer(room, &opened, fields, outcome, "assigned").await
}

pub(super) async fn tick(
    room: Room,
    Path(case): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let opened = open(&room, case, WORK).await?;
    let known = opened.definition.document.checklist.len();
    let items: Vec<i64> = fields
        .all("item")
        .filter_map(|item| item.parse::<usize>().ok())
        .filter(|item| *item < known)
        .filter_map(|item| i64::try_from(item).ok())
        .collect();
    let outcome = room
        .write(
            (case, room.account()?, items),
            |tx, (case, account, items)| Box::pin(casework::set_ticks(tx, *case, *account, items)),
        )
        .await;
    answer(room, &opened, fields, outcome, "ticked").await
}

pub(super) async fn note(
    mut room: Room,
    Path(case): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let opened = open(&room, case, WORK).await?;
    let text = fields.get("note").to_owned();
    if text.is_empty() {
        return again(&mut room, case, fields, "desk-error-empty").await;
    }
    let key = key(&room, case).await?;
    let outcome = room
        .write(
            (key, case, room.account()?, text),
            |tx, (key, case, account, text)| {
                Box::pin(casework::add_note(tx, key, *case, *account, text))
            },
        )
        .await;
    answer(room, &opened, fields, outcome, "noted").await
}

/// The data key of a case.
pub(super) async fn key(room: &Room, case: i64) -> Result<CaseKey, Problem> {
    Ok(crate::store::keys::open(room.db(), room.key()?, case).await?)
}

pub(super) async fn message(
    mut room: Room,
    Path(case): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let opened = open(&room, case, WORK).await?;
    let text = fields.get("message").to_owned();
    if text.is_empty() {
        return again(&mut room, case, fields, "desk-error-empty").await;
    }
    let key = key(&room, case).await?;
    let outcome = room
        .write((key, case, text), |tx, (key, case, text)| {
            Box::pin(messages::send(tx, key, *case, true, text, &[]))
        })
        .await;
    answer(room, &opened, fields, outcome, "sent").await
}

pub(super) async fn correction(
    mut room: Room,
    Path(case): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let opened = open(&room, case, WORK).await?;
    let text = fields.get("correction").to_owned();
    let asked: Vec<String> = fields
        .all("field")
        .filter(|field| opened.fields().any(|(known, _)| known.as_str() == *field))
        .map(str::to_owned)
        .collect();
    if text.is_empty() || asked.is_empty() {
        return again(&mut room, case, fields, "desk-error-correction").await;
    }
    let key = key(&room, case).await?;
    let input = (
        key,
        case,
        fields.revision(),
        asked,
        text,
        fields.date("answer_by"),
    );
    let outcome = room
        .write(
            input,
            |tx, (key, case, revision, asked, text, answer_by)| {
                Box::pin(corrections::ask(
                    tx, key, *case, *revision, asked, text, *answer_by,
                ))
            },
        )
        .await;
    answer(room, &opened, fields, outcome, "correction").await
}

pub(super) async fn take_back_correction(
    room: Room,
    Path(case): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let opened = open(&room, case, WORK).await?;
    let outcome = room
        .write((case, fields.revision()), |tx, (case, revision)| {
            Box::pin(corrections::take_back(tx, *case, *revision))
        })
        .await;
    answer(room, &opened, fields, outcome, "correction-back").await
}

pub(super) async fn decide(
    mut room: Room,
    Path(case): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let opened = open(&room, case, DECIDE).await?;
    let Ok(outcome) = fields.get("outcome").parse::<Outcome>() else {
        return again(&mut room, case, fields, "desk-error-outcome").await;
    };
    if fields.get("title").is_empty() || fields.get("text").is_empty() {
        return again(&mut room, case, fields, "desk-error-empty").await;
    }
    // The decision rests on the checklist: nothing on it may be left open for an approval.
    if !may_decide(&room, &opened, outcome).await? {
        return again(&mut room, case, fields, "desk-error-checklist").await;
    }
    let key = key(&room, case).await?;
    let decision = Decision {
        title: fields.get("title").to_owned(),
        number: fields.get("number").to_owned(),
        addressee: fields.lines("addressee"),
        sender: fields.lines("sender"),
        // The templates of refusals leave a place for the reason.
        text: fields.get("text").replace("{reason}", fields.get("reason")),
        reason: fields.get("reason").to_owned(),
        appeal: fields.get("appeal").to_owned(),
    };
    let input = (key, case, fields.revision(), outcome, decision);
    let outcome = room
        .write(input, |tx, (key, case, revision, outcome, decision)| {
            Box::pin(cases::decide(tx, key, *case, *revision, *outcome, decision))
        })
        .await;
    answer(room, &opened, fields, outcome, "decided").await
}

pub(super) async fn hand_over(
    mut room: Room,
    Path(case): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let opened = open(&room, case, WORK).await?;
    let to = DepartmentCode::new(fields.get("department"))
        .ok()
        .filter(|to| *to != opened.case.department)
        .filter(|to| opened.departments.iter().any(|(known, _)| known == to));
    let Some(to) = to else {
        return again(&mut room, case, fields, "desk-error-department").await;
    };
    let outcome = room
        .write((case, fields.revision(), to), |tx, (case, revision, to)| {
            Box::pin(casework::hand_over(tx, *case, *revision, to))
        })
        .await;
    match outcome {
        // From here on another department may open it, this one perhaps not.
        Ok(()) => Ok(done("/desk/cases", "handed-over")),
        Err(error) => answer::<()>(room, &opened, fields, Err(error), "").await,
    }
}

pub(super) async fn merge(
    mut room: Room,
    Path(case): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let opened = open(&room, case, WORK).await?;
    let Some(into) = fields.integer("into") else {
        return again(&mut room, case, fields, "desk-error-empty").await;
    };
    let other = cases::case(room.db(), into).await?;
    room.need(WORK, &other.department)?;
    let outcome = room
        .write(
            (case, fields.revision(), into),
            |tx, (case, revision, into)| Box::pin(casework::merge(tx, *case, *revision, *into)),
        )
        .await;
    answer(room, &opened, fields, outcome, "merged").await
}
