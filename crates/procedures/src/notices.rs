//! Mails to applicants that there is something new in their case, and to the desk that an applicant wrote: never what, and never the
//! receipt number.
//!
//! They are written in the transaction of the change, to the confirmed address of the case, in the language the applicant used.

use std::collections::BTreeSet;

use jiff::{SignedDuration, civil::Date};
use sea_orm::FromQueryResult;
use serde_json::Value as Json;
use yakuba_city::{Actor, City, JobFailure, JobKind, SLOT_CHANGED, Tx, setting, sql::Sql as _};
use yakuba_forms::model::document::Text;
use yakuba_identity::{AccountId, CityKey, colleagues, mail_addresses, roles, roles_in};
use yakuba_kernel::DepartmentCode;
use yakuba_mail::{EmailAddress, Mail};
use yakuba_ui::{Language, Value, Words, format};

use crate::{
    capabilities::WORK,
    desk::WORDS as DESK_WORDS,
    error::ProcedureError,
    model::{
        case::Outcome,
        inbox::News,
        receipt::Receipt,
        together::{CoApplicant, State},
    },
    pages::{WORDS, waiting_contact},
    store::{
        self,
        cases::{self, Contact},
        co_applicants::{self, Known, Of, Sealed},
        drafts::{self, Draft},
        keys::{self, CaseKey},
        messages, own,
    },
};

/// The job that lets go of what a deleted account had.
const FORGET_JOB: &str = "procedures.forget_resident";
/// The job that tells applicants that their time was called off or moved.
const SLOT_JOB: &str = "procedures.slot_changed";
/// The job that reminds co-applicants, and ends the waiting for them.
const WAITING_JOB: &str = "procedures.co_applicants";
/// The jobs that tell the desk that an applicant wrote, and that corrected answers came.
const DESK_MESSAGE_JOB: &str = "procedures.tell_desk_of_message";
const DESK_CORRECTED_JOB: &str = "procedures.tell_desk_of_correction";
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
    /// The decision was corrected or taken back.
    DecisionChanged,
    /// Its time was called off or moved.
    Appointment,
    /// Staff entered what the applicant answered to a request for correction.
    AnswerEntered,
    /// Staff entered that the applicant takes it back.
    WithdrawalEntered,
    /// Its time was extended until a day.
    Extended(Date),
    /// A file was handed over with the decision.
    FileHandedOut,
    /// It was sent twice: another application of the same person goes on.
    Merged,
    /// That was a mistake: it goes on for itself again.
    MergeUndone,
}

impl Notice {
    const fn key(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Correction(Some(_)) => "correction-until",
            Self::Correction(None) => "correction",
            Self::CorrectionEnds(_) => "correction-ends",
            Self::Decided => "decided",
            Self::DecisionChanged => "decision-changed",
            Self::Appointment => "appointment",
            Self::AnswerEntered => "answer-entered",
            Self::WithdrawalEntered => "withdrawal-entered",
            Self::Extended(_) => "extended",
            Self::FileHandedOut => "file",
            Self::Merged => "merged",
            Self::MergeUndone => "merge-undone",
        }
    }

    const fn day(self) -> Option<Date> {
        match self {
            Self::Correction(day) => day,
            Self::CorrectionEnds(day) | Self::Extended(day) => Some(day),
            Self::Message
            | Self::Decided
            | Self::DecisionChanged
            | Self::Appointment
            | Self::AnswerEntered
            | Self::WithdrawalEntered
            | Self::FileHandedOut
            | Self::Merged
            | Self::MergeUndone => None,
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
    if contact.no_mail {
        return Ok(());
    }
    let received = cases::case(tx.connection(), case).await?.received_on();
    let letter = Letter::to(contact.email.as_deref(), &contact.language);
    let day = notice
        .day()
        .map(|day| format::date(day, letter.language()))
        .unwrap_or_default();
    let values = [
        ("received", format::date(received, letter.language())),
        ("day", day),
    ];
    letter
        .send(
            tx,
            key.city(),
            "applicant-notice-subject",
            &[
                &format!("applicant-notice-{}", notice.key()),
                "applicant-notice-where",
            ],
            &values,
        )
        .await
}

/// A mail to somebody who may have no address that can be written to.
struct Letter {
    address: Option<EmailAddress>,
    words: Words,
}

impl Letter {
    fn to(email: Option<&str>, language: &str) -> Self {
        let language = Language::from_code(language).unwrap_or_default();
        Self {
            address: email.and_then(|email| EmailAddress::read(email).ok()),
            words: WORDS.words(language),
        }
    }

    fn language(&self) -> Language {
        self.words.language()
    }

    /// Writes it: a subject and paragraphs, filled in with the values and the city's name. Nothing without an address.
    async fn send(
        self,
        tx: &Tx,
        city_key: &CityKey,
        subject: &str,
        paragraphs: &[&str],
        values: &[(&'static str, String)],
    ) -> Result<(), ProcedureError> {
        let Some(address) = self.address.clone() else {
            return Ok(());
        };
        let mut city = match self.language() {
            Language::English => setting(tx.connection(), "city.name_en").await?,
            _ => None,
        };
        if city.is_none() {
            city = setting(tx.connection(), "city.name").await?;
        }
        let mail = {
            let mut values: Vec<(&'static str, Value<'_>)> = values
                .iter()
                .map(|(name, value)| (*name, value.as_str().into()))
                .collect();
            values.push(("city", city.unwrap_or_default().into()));
            let paragraphs: Vec<_> = paragraphs
                .iter()
                .map(|key| self.words.with(key, &values))
                .collect();
            Mail::new(
                address,
                self.words.with(subject, &values),
                format!("{}\n", paragraphs.join("\n\n")),
            )
        };
        yakuba_mail::enqueue(tx, city_key, &mail).await?;
        Ok(())
    }
}

/// What a co-applicant is told of; with the procedure's name.
#[derive(Debug, Clone, Copy)]
pub enum CoNotice<'t> {
    /// They are asked to agree, by a day.
    Asked(&'t Text, Date),
    /// What they agreed to was changed.
    Changed(&'t Text),
    /// The last day is near.
    Reminded(&'t Text, Date),
    /// They were named at the counter, or staff ask them by mail.
    AtCounter(&'t Text),
    /// They were asked again, or at the counter, and the case waits for their answer.
    Waiting(&'t Text),
    /// It is decided.
    Decided(&'t Text),
    /// The decision was corrected or taken back.
    DecisionChanged(&'t Text),
    /// The application was withdrawn, or did not come about.
    Ended(&'t Text),
    /// It was sent twice: another application of the same person goes on.
    Merged(&'t Text),
    /// That was a mistake: it goes on for itself again.
    MergeUndone(&'t Text),
    /// Its time was extended until a day.
    Extended(&'t Text, Date),
    /// A file was handed over with the decision.
    FileHandedOut(&'t Text),
}

/// Writes a mail to a co-applicant, unless they have no address.
pub(crate) async fn tell_co_applicant(
    tx: &Tx,
    city: &CityKey,
    person: &CoApplicant,
    notice: CoNotice<'_>,
) -> Result<(), ProcedureError> {
    let (name, title, day) = match notice {
        CoNotice::Asked(title, day) => ("asked", title, Some(day)),
        CoNotice::Changed(title) => ("changed", title, None),
        CoNotice::Reminded(title, day) => ("reminded", title, Some(day)),
        CoNotice::AtCounter(title) => ("counter", title, None),
        CoNotice::Waiting(title) => ("waiting", title, None),
        CoNotice::Decided(title) => ("decided", title, None),
        CoNotice::DecisionChanged(title) => ("decision-changed", title, None),
        CoNotice::Ended(title) => ("ended", title, None),
        CoNotice::Merged(title) => ("merged", title, None),
        CoNotice::MergeUndone(title) => ("merge-undone", title, None),
        CoNotice::Extended(title, day) => ("extended", title, Some(day)),
        CoNotice::FileHandedOut(title) => ("file", title, None),
    };
    let letter = Letter::to(person.email.as_deref(), &person.language);
    let language = letter.language();
    let day = day.map(|day| format::date(day, language));
    let values = [
        ("procedure", title.get(language).to_owned()),
        ("day", day.unwrap_or_default()),
        ("link", person.link.clone().unwrap_or_default()),
    ];
    letter
        .send(
            tx,
            city,
            "applicant-co-mail-subject",
            &[
                &format!("applicant-co-mail-{name}"),
                "applicant-co-mail-link",
            ],
            &values,
        )
        .await
}

/// What the applicant is told while others are asked to agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WaitNotice {
    /// Somebody declined.
    Declined,
    /// Somebody declined what was changed after it was received.
    DeclinedLater,
    /// The day is over, and not everybody has agreed.
    Over,
}

/// Writes a mail to the applicant of an application that waits for others, or of its case.
pub(crate) async fn tell_waiting(
    tx: &Tx,
    city: &CityKey,
    contact: &Contact,
    title: &Text,
    notice: WaitNotice,
) -> Result<(), ProcedureError> {
    let letter = Letter::to(contact.email.as_deref(), &contact.language);
    let values = [("procedure", title.get(letter.language()).to_owned())];
    let text = match notice {
        WaitNotice::Declined => "applicant-wait-mail-declined",
        WaitNotice::DeclinedLater => "applicant-wait-mail-declined-later",
        WaitNotice::Over => "applicant-wait-mail-over",
    };
    letter
        .send(tx, city, "applicant-wait-mail-subject", &[text], &values)
        .await
}

/// Writes the mail with the receipt number of an application that was just received.
pub(crate) async fn tell_received(
    tx: &Tx,
    city: &CityKey,
    contact: &Contact,
    title: &Text,
    receipt: &Receipt,
) -> Result<(), ProcedureError> {
    let letter = Letter::to(contact.email.as_deref(), &contact.language);
    let values = [
        ("procedure", title.get(letter.language()).to_owned()),
        ("receipt", receipt.to_string()),
    ];
    letter
        .send(
            tx,
            city,
            "applicant-mail-received-subject",
            &["applicant-mail-received-text"],
            &values,
        )
        .await
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
        JobKind::new(WAITING_JOB, |city, _| async move {
            // What is wrong with one of them must not keep the other from being done.
            let waiting = look_after_waiting(&city).await;
            remind_of_cases(&city)
                .await
                .and(waiting)
                .map_err(|error| JobFailure::from_error(&error))
        })
        .every_day(),
        JobKind::new(SLOT_JOB, |city, payload| async move {
            slot_changed(&city, &payload)
                .await
                .map_err(|error| JobFailure::from_error(&error))
        }),
        JobKind::new(DESK_MESSAGE_JOB, |city, payload| async move {
            applicant_wrote(&city, &payload)
                .await
                .map_err(|error| JobFailure::from_error(&error))
        }),
        JobKind::new(DESK_CORRECTED_JOB, |city, payload| async move {
            let told = match payload["case"].as_i64() {
                Some(case) => tell_desk(&city, case, News::Corrected).await,
                None => Err(ProcedureError::StoredValue(
                    "a job names no case".to_owned(),
                )),
            };
            told.map_err(|error| JobFailure::from_error(&error))
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
        (messages::MESSAGE_SENT, DESK_MESSAGE_JOB),
        (cases::CASE_CORRECTED, DESK_CORRECTED_JOB),
    ]
}

/// Tells the desk of an applicant's message, unless it was read meanwhile or the desk was told of an earlier one within the last day.
async fn applicant_wrote(city: &City, payload: &Json) -> Result<(), ProcedureError> {
    let (Some(case), Some(number)) = (payload["case"].as_i64(), payload["number"].as_i64()) else {
        // Queued by a program that did not number messages yet; the inbox tells of it.
        return Ok(());
    };
    if payload["from_desk"].as_bool() != Some(false) {
        return Ok(());
    }
    let first: Option<i64> = city
        .db()
        .value(
            "SELECT number FROM procedures_case_messages \
             WHERE case_id = $1 AND from_desk = 0 AND read_at IS NULL AND sent_at > $2 ORDER BY number LIMIT 1",
            [case.into(), (city.now() - PAUSE).as_microsecond().into()],
        )
        .await?;
    if first == Some(number) {
        tell_desk(city, case, News::Message).await?;
    }
    Ok(())
}

/// Writes a mail to who is responsible for a case; when nobody is, to everybody in its department who may work on cases. It names the
/// case and the procedure, and nothing of who applied or wrote what.
async fn tell_desk(city: &City, case: i64, news: News) -> Result<(), ProcedureError> {
    let found = cases::case(city.db(), case).await?;
    if found.disposed_at.is_some() {
        return Ok(());
    }
    let accounts = match found.assignee {
        Some(assignee) => vec![assignee],
        None => workers(city, &found.department).await?,
    };
    let addresses = mail_addresses(city.db(), &accounts).await?;
    let title = store::version(city.db(), &found.procedure, found.version)
        .await?
        .map(|definition| definition.document.title.get(Language::Japanese).to_owned())
        .unwrap_or_default();
    let words = DESK_WORDS.words(Language::Japanese);
    let number = case.to_string();
    let values = [
        ("case", Value::from(number.as_str())),
        ("procedure", title.as_str().into()),
    ];
    let mut paragraphs = vec![words.with(&format!("desk-mail-{}", news.as_str()), &values)];
    if found.assignee.is_none() {
        paragraphs.push(words.get("desk-mail-nobody"));
    }
    paragraphs.push(words.get("desk-mail-where"));
    let text = format!("{}\n", paragraphs.join("\n\n"));
    let subject = words.with("desk-mail-subject", &values);
    let mails: Vec<Mail> = addresses
        .values()
        .filter_map(|address| EmailAddress::read(address).ok())
        .map(|address| Mail::new(address, subject.clone(), text.clone()))
        .collect();
    let input = (city.key()?.clone(), mails);
    city.write(
        Actor::Program("procedures.tell_desk".into()),
        input,
        |tx, (key, mails)| {
            Box::pin(async move {
                for mail in mails {
                    yakuba_mail::enqueue(tx, key, mail).await?;
                }
                Ok(())
            })
        },
    )
    .await
}

/// The accounts of a department whose roles let them work on its cases today.
async fn workers(city: &City, department: &DepartmentCode) -> Result<Vec<i64>, ProcedureError> {
    let today = city.today();
    let roles: BTreeSet<String> = roles(city.db())
        .await?
        .into_iter()
        .filter(|role| role.capabilities.iter().any(|name| name == WORK.name))
        .map(|role| role.key)
        .collect();
    let mut found = Vec::new();
    for (account, _) in colleagues(city.db(), department, today).await? {
        let held = roles_in(city.db(), AccountId(account), department, today).await?;
        if held.iter().any(|role| roles.contains(role)) {
            found.push(account);
        }
    }
    Ok(found)
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

/// Reminds co-applicants whose day is near, once, and gives applications back to their applicants whose day is over.
async fn look_after_waiting(city: &City) -> Result<(), ProcedureError> {
    let today = city.today();
    let near = today.saturating_add(jiff::Span::new().days(REMIND_BEFORE));
    let mut failed = None;
    for draft in drafts::waiting(city.db()).await? {
        let until = match draft.agree_by {
            Some(until) if until <= near => until,
            _ => continue,
        };
        // One application that cannot be opened must not keep the others from being looked after.
        if let Err(error) = look_after(city, draft, until).await {
            failed = Some(error);
        }
    }
    failed.map_or(Ok(()), Err)
}

/// Reminds everybody, once, whom a received case asks again and who has not answered: as long before the days of the procedure are over as
/// those are reminded who are asked before it is received.
async fn remind_of_cases(city: &City) -> Result<(), ProcedureError> {
    let mut failed = None;
    for row in co_applicants::asked_of_cases(city.db()).await? {
        // One case that cannot be opened must not keep the others from being reminded.
        if let Err(error) = remind_of_case(city, row).await {
            failed = Some(error);
        }
    }
    failed.map_or(Ok(()), Err)
}

async fn remind_of_case(city: &City, row: Sealed) -> Result<(), ProcedureError> {
    let Of::Case(case) = row.of else {
        return Ok(());
    };
    let found = cases::case(city.db(), case).await?;
    let document = cases::document_of(city.db(), &found).await?;
    let (Some(rules), Some(asked_at)) = (&document.co_applicants, row.asked_at) else {
        return Ok(());
    };
    let patience = (i64::from(rules.days) - REMIND_BEFORE).max(1);
    let due = cases::day(asked_at).saturating_add(jiff::Span::new().days(patience));
    if due > city.today() {
        return Ok(());
    }
    let key = match keys::open(city.db(), city.key()?, case).await {
        Ok(key) => key,
        // Disposed of a moment ago.
        Err(ProcedureError::Disposed) => return Ok(()),
        Err(error) => return Err(error),
    };
    let person = row.person(&key)?;
    city.write(
        Actor::Program(WAITING_JOB.into()),
        (key, row, person, document.title),
        |tx, (key, row, person, title)| {
            Box::pin(async move {
                if co_applicants::note_reminder(tx, row).await? {
                    let notice = CoNotice::Waiting(title);
                    tell_co_applicant(tx, key.city(), person, notice).await?;
                }
                Ok(())
            })
        },
    )
    .await
}

async fn look_after(city: &City, draft: Draft, until: Date) -> Result<(), ProcedureError> {
    let (key, contact, document) = waiting_contact(city, city.key()?, &draft).await?;
    let asked: Vec<Known> = co_applicants::of(city.db(), &key, Of::Draft(draft.id))
        .await?
        .into_iter()
        .filter(|known| known.row.state == State::Asked)
        .collect();
    let is_over = until < city.today();
    let mut reminded = Vec::new();
    for known in &asked {
        let asked_on = known.row.asked_at.map(cases::day);
        // Who was asked today already is not reminded today.
        if known.row.reminded_at.is_none() && asked_on.is_none_or(|day| day < city.today()) {
            reminded.push(known.clone());
        }
    }
    let input = (key, draft, contact, document.title, asked, reminded);
    let outcome = city
        .write(
            Actor::Program(WAITING_JOB.into()),
            input,
            |tx, (key, draft, contact, title, asked, reminded)| {
                let until = draft.agree_by;
                Box::pin(async move {
                    let Some(until) = until else { return Ok(()) };
                    if until < tx.today() {
                        drafts::lock(tx, draft.id, draft.revision).await?;
                        drafts::wait(tx, draft.id, None).await?;
                        for known in asked {
                            let notice = CoNotice::Ended(title);
                            tell_co_applicant(tx, key.city(), &known.person, notice).await?;
                        }
                        return tell_waiting(tx, key.city(), contact, title, WaitNotice::Over)
                            .await;
                    }
                    for known in reminded {
                        if co_applicants::note_reminder(tx, &known.row).await? {
                            let notice = CoNotice::Reminded(title, until);
                            tell_co_applicant(tx, key.city(), &known.person, notice).await?;
                        }
                    }
                    Ok(())
                })
            },
        )
        .await;
    match outcome {
        // Answered or changed in this moment: tomorrow is another day, unless it is over and nothing was written.
        Err(ProcedureError::ChangedMeanwhile) if !is_over => Ok(()),
        outcome => outcome,
    }
}
