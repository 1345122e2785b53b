//! Requests for correction (補正, Administrative Procedure Act Art. 7): the desk names the questions, the applicant answers them again.

use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Deserialize as _;
use serde_json::Value as Json;
use yakuba_city::{
    AuditEntry, Slot, Tx,
    sql::{Sql as _, is_unique_violation},
};
use yakuba_forms::Answers;
use yakuba_kernel::{Channel, working_days};

use crate::{
    error::ProcedureError,
    model::processing::DayCount,
    notices::{self, Notice},
    slots,
    store::{
        cases::{self, day, locked, moment},
        files::{self, SealedFile, UseFor},
        history::{self, What},
        keys::CaseKey,
    },
};

/// A request for correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// 1 for the first of a case.
    pub number: i64,
    /// The keys of the questions to be answered again.
    pub fields: Vec<String>,
    /// What the desk wrote.
    pub text: String,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// By when it should be answered.
    pub answer_by: Option<Date>,
    /// When it was answered or taken back; none: it is open.
    pub ended_at: Option<Timestamp>,
    /// The answers it led to.
    pub answers: Option<i64>,
}

/// Asks for a correction. Until it is answered the standard processing time stands still.
///
/// # Errors
/// [`ProcedureError::WrongState`] after the decision, while another request is open, or without any question;
/// [`ProcedureError::ChangedMeanwhile`].
pub async fn ask(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    revision: i64,
    fields: &[String],
    text: &str,
    answer_by: Option<Date>,
) -> Result<i64, ProcedureError> {
    if fields.is_empty() {
        return Err(ProcedureError::WrongState("no question is named"));
    }
    let found = locked(tx, case, revision).await?;
    if !found.stage.is_open() {
        return Err(ProcedureError::WrongState("the case is decided or ended"));
    }
    let last: Option<i64> = tx
        .connection()
        .value(
            "SELECT COALESCE(MAX(number), 0) FROM procedures_case_corrections WHERE case_id = $1",
            [case.into()],
        )
        .await?;
    let number = last.unwrap_or(0) + 1;
    let made = tx
        .connection()
        .run(
            "INSERT INTO procedures_case_corrections (case_id, number, fields, sealed, asked_at, asked_by, answer_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            [
                case.into(),
                number.into(),
                serde_json::to_string(fields)?.into(),
                key.seal(&format!("correction/{number}"), text.as_bytes())?
                    .into(),
                tx.now().as_microsecond().into(),
                tx.actor().to_string().into(),
                answer_by.map(|day| day.to_string()).into(),
            ],
        )
        .await;
    match made {
        Err(error) if is_unique_violation(&error) => {
            return Err(ProcedureError::WrongState(
                "a correction is asked for already",
            ));
        }
        outcome => outcome?,
    };
    history::note(tx, case, What::CorrectionAsked { number }).await?;
    notices::tell(tx, key, case, Notice::Correction(answer_by)).await?;
    tx.audit(AuditEntry::new(
        "procedures.ask_correction",
        format!("procedures/cases/{case}"),
    ));
    Ok(number)
}

/// The corrected answers to the open request; the earlier answers stay. Returns the number of the new answers.
/// The time the applicant took is added to the day by which the case should be decided. With a `slot` the case has this time from now
/// on, and what it had is free.
///
/// # Errors
/// [`ProcedureError::WrongState`] when no correction is asked for; [`ProcedureError::SlotTaken`] when the other time cannot be had: then
/// nothing was corrected, and the case keeps the time it had.
pub async fn answer(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    corrected: &Json,
    new_files: &[SealedFile],
    slot: Option<&Slot>,
) -> Result<i64, ProcedureError> {
    keep(tx, key, case, corrected, new_files, slot, None).await
}

/// How answers reached staff who enter them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// The way by which the applicant answered.
    pub channel: Channel,
    /// The questions for files, by path, whose documents came on paper.
    pub on_paper: Vec<String>,
}

/// The same when staff enter what the applicant answered on paper, at the counter or by telephone. The applicant is told of it.
///
/// # Errors
/// As [`answer`].
pub async fn enter(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    corrected: &Json,
    new_files: &[SealedFile],
    slot: Option<&Slot>,
    entered: &Entered,
) -> Result<i64, ProcedureError> {
    let answers = keep(tx, key, case, corrected, new_files, slot, Some(entered)).await?;
    // Whoever enters them has seen them.
    mark_seen(tx, case).await?;
    notices::tell(tx, key, case, Notice::AnswerEntered).await?;
    Ok(answers)
}

/// Whether answers hold a time. Answers of another shape, which tests give, say nothing of one.
fn holds_time(answers: &Json) -> bool {
    Answers::deserialize(answers).map_or(true, |answers| answers.slot().is_some())
}

async fn keep(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    corrected: &Json,
    new_files: &[SealedFile],
    slot: Option<&Slot>,
    entered: Option<&Entered>,
) -> Result<i64, ProcedureError> {
    let found = cases::case(tx.connection(), case).await?;
    locked(tx, case, found.revision).await?;
    let Some(number) = open_number(tx.connection(), case).await? else {
        return Err(ProcedureError::WrongState("no correction is asked for"));
    };
    match (slot, tx.slots()) {
        (Some(slot), _) => slots::change(tx, case, slot, found.channel).await?,
        // The answers ask for no time any more: somebody else can have it.
        (None, Some(booked)) if !holds_time(corrected) => {
            booked.give_back(tx, &slots::record_of(case)).await?;
        }
        (None, _) => {}
    }
    let answers = cases::add_answers(tx, key, case, corrected).await?;
    for file in new_files {
        files::add(tx, case, UseFor::Answer, file).await?;
    }
    end(tx, case, number, Some(answers)).await?;
    let what = What::Corrected {
        answers,
        channel: entered.map(|entered| entered.channel),
        on_paper: entered.map_or_else(Vec::new, |entered| entered.on_paper.clone()),
    };
    history::note(tx, case, what).await?;
    let action = match entered {
        None => "procedures.correct",
        Some(_) => "procedures.enter_answers",
    };
    tx.audit(AuditEntry::new(action, format!("procedures/cases/{case}")));
    tx.emit(
        cases::CASE_MOVED,
        serde_json::json!({"case": case, "stage": found.stage.as_str()}),
    )
    .await?;
    let event = if entered.is_none() {
        cases::CASE_CORRECTED
    } else {
        cases::CASE_ANSWERS_ENTERED
    };
    tx.emit(
        event,
        serde_json::json!({"case": case, "occasion": answers}),
    )
    .await?;
    Ok(answers)
}

/// Notes that the desk has seen the corrected answers that came.
///
/// # Errors
/// When the database does not carry it out.
pub async fn mark_seen(tx: &Tx, case: i64) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "UPDATE procedures_case_corrections SET seen_at = $2 \
             WHERE case_id = $1 AND answers_number IS NOT NULL AND seen_at IS NULL",
            [case.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    Ok(())
}

/// The desk takes its open request back.
///
/// # Errors
/// [`ProcedureError::WrongState`] when none is open; [`ProcedureError::ChangedMeanwhile`].
pub async fn take_back(tx: &Tx, case: i64, revision: i64) -> Result<(), ProcedureError> {
    locked(tx, case, revision).await?;
    if end_open(tx, case).await? {
        Ok(())
    } else {
        Err(ProcedureError::WrongState("no correction is asked for"))
    }
}

/// Ends the open request, if there is one, and tells whether there was.
pub(super) async fn end_open(tx: &Tx, case: i64) -> Result<bool, ProcedureError> {
    let Some(number) = open_number(tx.connection(), case).await? else {
        return Ok(false);
    };
    end(tx, case, number, None).await?;
    history::note(tx, case, What::CorrectionEnded { number }).await?;
    Ok(true)
}

async fn open_number(
    connection: &impl ConnectionTrait,
    case: i64,
) -> Result<Option<i64>, ProcedureError> {
    Ok(connection
        .value(
            "SELECT number FROM procedures_case_corrections WHERE case_id = $1 AND ended_at IS NULL",
            [case.into()],
        )
        .await?)
}

async fn end(tx: &Tx, case: i64, number: i64, answers: Option<i64>) -> Result<(), ProcedureError> {
    let asked_at: Option<i64> = tx
        .connection()
        .value(
            "SELECT asked_at FROM procedures_case_corrections WHERE case_id = $1 AND number = $2",
            [case.into(), number.into()],
        )
        .await?;
    tx.connection()
        .run(
            "UPDATE procedures_case_corrections SET ended_at = $3, answers_number = $4 WHERE case_id = $1 AND number = $2",
            [
                case.into(),
                number.into(),
                tx.now().as_microsecond().into(),
                answers.into(),
            ],
        )
        .await?;
    let found = cases::case(tx.connection(), case).await?;
    if found.due_on.is_none() && found.own_due_on.is_none() {
        return Ok(());
    }
    let asked_on = day(moment(asked_at.unwrap_or_default())?);
    let today = tx.today();
    let later = |due_on: Option<Date>, count: DayCount| {
        due_on.map(|due_on| {
            count
                .after(due_on, count.between(asked_on, today))
                .to_string()
        })
    };
    let count = cases::document_of(tx.connection(), &found)
        .await?
        .processing_count;
    tx.connection()
        .run(
            "UPDATE procedures_cases SET due_on = $2, own_due_on = $3, due_before_extension = $4 WHERE id = $1",
            [
                case.into(),
                later(found.due_on, count).into(),
                // The stages of a procedure's own are counted in working days.
                later(found.own_due_on, DayCount::WorkingDays).into(),
                later(found.due_before_extension, count).into(),
            ],
        )
        .await?;
    Ok(())
}

/// The working days that ended corrections took.
pub(super) async fn waited_days(
    connection: &impl ConnectionTrait,
    case: i64,
) -> Result<u32, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Row {
        asked_at: i64,
        ended_at: i64,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT asked_at, ended_at FROM procedures_case_corrections WHERE case_id = $1 AND ended_at IS NOT NULL",
            [case.into()],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(working_days::working_days_between(
                day(moment(row.asked_at)?),
                day(moment(row.ended_at)?),
            ))
        })
        .sum()
}

/// All requests of a case, newest first; the open one, if any, is the first.
///
/// # Errors
/// When the database does not answer or the key is another case's.
pub async fn corrections(
    connection: &impl ConnectionTrait,
    key: &CaseKey,
    case: i64,
) -> Result<Vec<Correction>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
        fields: String,
        sealed: Vec<u8>,
        asked_at: i64,
        answer_by: Option<String>,
        ended_at: Option<i64>,
        answers_number: Option<i64>,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT number, fields, sealed, asked_at, answer_by, ended_at, answers_number \
             FROM procedures_case_corrections WHERE case_id = $1 ORDER BY number DESC",
            [case.into()],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            let text = key.open(&format!("correction/{}", row.number), &row.sealed)?;
            Ok(Correction {
                number: row.number,
                fields: serde_json::from_str(&row.fields)?,
                text: String::from_utf8_lossy(&text).into_owned(),
                asked_at: moment(row.asked_at)?,
                answer_by: row.answer_by.and_then(|day| day.parse().ok()),
                ended_at: row.ended_at.map(moment).transpose()?,
                answers: row.answers_number,
            })
        })
        .collect()
}
