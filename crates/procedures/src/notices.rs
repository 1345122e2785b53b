//! Mails to applicants that there is something new in their case: never what, and never the receipt number.
//!
//! They are written in the transaction of the change, to the confirmed address of the case, in the language the applicant used.

use jiff::{SignedDuration, civil::Date};
use sea_orm::FromQueryResult;
use serde_json::Value as Json;
use yakuba_city::{Actor, City, JobFailure, JobKind, SLOT_CHANGED, Tx, setting, sql::Sql as _};
use yakuba_mail::{EmailAddress, Mail};
use yakuba_ui::{Language, format};

use crate::{
    error::ProcedureError,
    model::case::Outcome,
    pages::WORDS,
    store::{
        cases,
        keys::{self, CaseKey},
        own,
    },
};

/// The job that lets go of what a deleted account had.
const FORGET_JOB: &str = "procedures.forget_resident";
/// The job that tells applicants that their time was called off or moved.
const SLOT_JOB: &str = "procedures.slot_changed";
const REMIND_JOB: &str = "procedures.remind_corrections";
/// So many days before the last day of a correction the applicant is reminded.
const REMIND_BEFORE: i64 = 3;
/// While earlier messages are unread, another mail about a new one follows after this time at the earliest.
const PAUSE: SignedDuration = SignedDuration::from_hours(24);

/// What an applicant is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The desk wrote.
    Message,
    /// The desk asks for a correction, perhaps until a day.
    Correction(Option<Date>),
    /// The last day of a correction is near.
    CorrectionEnds(Date),
    /// It is decided.
    Decided,
    /// Its time was called off or moved.
    Appointment,
}

impl Notice {
    const fn key(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Correction(Some(_)) => "correction-until",
            Self::Correction(None) => "correction",
            Self::CorrectionEnds(_) => "correction-ends",
            Self::Decided => "decided",
            Self::Appointment => "appointment",
        }
    }

    const fn day(self) -> Option<Date> {
        match self {
            Self::Correction(day) => day,
            Self::CorrectionEnds(day) => Some(day),
            Self::Message | Self::Decided | Self::Appointment => None,
        }
    }
}

/// Writes a mail to the applicant of a case, unless it has no confirmed address or they want none. It is sent after the commit.
pub(crate) async fn tell(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    notice: Notice,
) -> Result<(), ProcedureError> {
    let contact = cases::contact(tx.connection(), key, case).await?;
    let Some(address) = contact
        .email
        .as_deref()
        .filter(|_| !contact.no_mail)
        .and_then(|email| EmailAddress::read(email).ok())
    else {
        return Ok(());
    };
    let language = Language::from_code(&contact.language).unwrap_or_default();
    let words = WORDS.words(language);
    let mut city = match language {
        Language::English => setting(tx.connection(), "city.name_en").await?,
        _ => None,
    };
    if city.is_none() {
        city = setting(tx.connection(), "city.name").await?;
    }
    let received = cases::case(tx.connection(), case).await?.received_on();
    let day = notice.day().map(|day| format::date(day, language));
    let values = [
        ("city", city.unwrap_or_default().into()),
        ("received", format::date(received, language).into()),
        ("day", day.unwrap_or_default().into()),
    ];
    let mail = Mail::new(
        address,
        words.with("applicant-notice-subject", &values),
        format!(
            "{}\n\n{}\n",
            words.with(&format!("applicant-notice-{}", notice.key()), &values),
            words.with("applicant-notice-where", &values)
        ),
    );
    yakuba_mail::enqueue(tx, key.city(), &mail).await?;
    Ok(())
}

/// Tells of a message of the desk, but not of every one of a conversation: who has not read what they were told of within the last day
/// is not told again. `number` is the message's.
pub(crate) async fn tell_of_message(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    number: i64,
) -> Result<(), ProcedureError> {
    let told: Option<i64> = tx
        .connection()
        .value(
            "SELECT COUNT(*) FROM procedures_case_messages \
             WHERE case_id = $1 AND from_desk = 1 AND read_at IS NULL AND number <> $2 AND sent_at > $3",
            [
                case.into(),
                number.into(),
                (tx.now() - PAUSE).as_microsecond().into(),
            ],
        )
        .await?;
    if told.unwrap_or(0) > 0 {
        return Ok(());
    }
    tell(tx, key, case, Notice::Message).await
}

/// The jobs of this room.
pub(crate) fn jobs() -> Vec<JobKind> {
    vec![
        JobKind::new(REMIND_JOB, |city, _| async move {
            remind(&city)
                .await
                .map_err(|error| JobFailure::from_error(&error))
        })
        .every_day(),
        JobKind::new(SLOT_JOB, |city, payload| async move {
            slot_changed(&city, &payload)
                .await
                .map_err(|error| JobFailure::from_error(&error))
        }),
        JobKind::new(FORGET_JOB, |city, payload| async move {
            forget(&city, &payload)
                .await
                .map_err(|error| JobFailure::from_error(&error))
        }),
    ]
}

/// The events it hears of.
pub(crate) fn listens() -> Vec<(&'static str, &'static str)> {
    vec![
        (own::RESIDENT_DELETED, FORGET_JOB),
        (SLOT_CHANGED, SLOT_JOB),
    ]
}

/// Tells the applicant of a case that is still worked on. What the applicant gave back, or a refusal did, is no news.
async fn slot_changed(city: &City, payload: &Json) -> Result<(), ProcedureError> {
    let record = payload["record"].as_str().unwrap_or_default();
    let Some(case) = crate::slots::case_of(record) else {
        // The record of another service.
        return Ok(());
    };
    let found = cases::case(city.db(), case).await?;
    let is_over = found.stage.is_final() || found.outcome == Some(Outcome::Refused);
    if is_over || found.disposed_at.is_some() {
        return Ok(());
    }
    let key = keys::open(city.db(), city.key()?, case).await?;
    city.write(
        Actor::Program(SLOT_JOB.into()),
        (key, case),
        |tx, (key, case)| Box::pin(tell(tx, key, *case, Notice::Appointment)),
    )
    .await
}

async fn forget(city: &City, payload: &Json) -> Result<(), ProcedureError> {
    let Some(resident) = payload["resident"].as_i64() else {
        return Err(ProcedureError::StoredValue(
            "a job names no account".to_owned(),
        ));
    };
    city.write(
        Actor::Program(FORGET_JOB.into()),
        resident,
        |tx, resident| Box::pin(own::forget(tx, *resident)),
    )
    .await
}

#[derive(FromQueryResult)]
struct OpenRow {
    case_id: i64,
    number: i64,
    answer_by: String,
    asked_at: i64,
}

/// Reminds everybody whose correction ends within the next days, once.
async fn remind(city: &City) -> Result<(), ProcedureError> {
    let today = city.today();
    let until = today.saturating_add(jiff::Span::new().days(REMIND_BEFORE));
    let rows: Vec<OpenRow> = city
        .db()
        .rows(
            "SELECT case_id, number, answer_by, asked_at FROM procedures_case_corrections \
             WHERE ended_at IS NULL AND reminded_at IS NULL AND answer_by >= $1 AND answer_by <= $2",
            [today.to_string().into(), until.to_string().into()],
        )
        .await?;
    let mut failed = None;
    for row in rows {
        // Who was asked today already is not reminded today.
        if cases::day(cases::moment(row.asked_at)?) >= today {
            continue;
        }
        // One case that cannot be opened must not keep the others from being reminded.
        if let Err(error) = remind_of(city, row).await {
            failed = Some(error);
        }
    }
    failed.map_or(Ok(()), Err)
}

async fn remind_of(city: &City, row: OpenRow) -> Result<(), ProcedureError> {
    let Ok(answer_by) = row.answer_by.parse::<Date>() else {
        return Ok(());
    };
    let key = match keys::open(city.db(), city.key()?, row.case_id).await {
        Ok(key) => key,
        // Disposed of a moment ago.
        Err(ProcedureError::Disposed) => return Ok(()),
        Err(error) => return Err(error),
    };
    city.write(
        Actor::Program(REMIND_JOB.into()),
        (key, row.case_id, row.number, answer_by),
        |tx, (key, case, number, answer_by)| {
            Box::pin(async move {
                let now = tx.now().as_microsecond();
                // Answered, taken back or reminded of by another node meanwhile: nothing is left to say.
                let noted = tx
                    .connection()
                    .run(
                        "UPDATE procedures_case_corrections SET reminded_at = $3 \
                         WHERE case_id = $1 AND number = $2 AND ended_at IS NULL AND reminded_at IS NULL",
                        [(*case).into(), (*number).into(), now.into()],
                    )
                    .await?;
                if noted == 0 {
                    return Ok::<_, ProcedureError>(());
                }
                tell(tx, key, *case, Notice::CorrectionEnds(*answer_by)).await
            })
        },
    )
    .await
}
