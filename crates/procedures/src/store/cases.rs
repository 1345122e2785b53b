//! Cases: received once however often they are sent, moved through their stages, decided.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use yakuba_city::{AuditEntry, Fact, JAPAN, Measure, Tx, sql::Sql as _};
use yakuba_identity::CityKey;
use yakuba_kernel::{Channel, DepartmentCode, Quantity, Subject, working_days};

use crate::{
    capabilities::{DAYS_TAKEN, DECIDED, ON_TIME, RECEIVED},
    error::ProcedureError,
    model::{
        case::{Outcome, Stage, Step},
        receipt::Receipt,
    },
    store::{
        files::{self, File, SealedFile, UseFor},
        history::{self, What},
        keys::{self, CaseKey, holder_of_case},
    },
};

/// The event of a received case; its payload is `{"case": number}`.
pub const CASE_RECEIVED: &str = "procedures.case_received";
/// The event of a case that changed its stage; its payload is `{"case": number, "stage": name}`.
pub const CASE_MOVED: &str = "procedures.case_moved";

/// What stands in the open about a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its number inside the town hall. Residents never see it.
    pub id: i64,
    /// The procedure's key.
    pub procedure: String,
    /// The version of the procedure it was made with and keeps.
    pub version: i64,
    /// The department responsible.
    pub department: DepartmentCode,
    /// How it came in.
    pub channel: Channel,
    /// Where it stands.
    pub stage: Stage,
    /// What was decided.
    pub outcome: Option<Outcome>,
    /// When it arrived.
    pub received_at: Timestamp,
    /// By when it should be decided: the standard processing time, without the days a correction took.
    pub due_on: Option<Date>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// When it came to its end; retention counts from here.
    pub closed_at: Option<Timestamp>,
    /// The account responsible.
    pub assignee: Option<i64>,
    /// The resident's account it belongs to.
    pub resident: Option<i64>,
    /// What cases of the same person are found by, see [`keys::person`].
    pub person: Option<String>,
    /// The case it was put together with.
    pub merged_into: Option<i64>,
    /// When its data key was destroyed.
    pub disposed_at: Option<Timestamp>,
    /// Counts its changes, for two people who work on one case.
    pub revision: i64,
}

impl Case {
    /// The day in Japan on which it arrived.
    pub fn received_on(&self) -> Date {
        day(self.received_at)
    }
}

#[derive(FromQueryResult)]
pub(super) struct Row {
    id: i64,
    procedure_key: String,
    procedure_version: i64,
    department: String,
    channel: String,
    stage: String,
    outcome: Option<String>,
    received_at: i64,
    due_on: Option<String>,
    decided_at: Option<i64>,
    closed_at: Option<i64>,
    assignee: Option<i64>,
    resident: Option<i64>,
    person: Option<String>,
    merged_into: Option<i64>,
    disposed_at: Option<i64>,
    revision: i64,
}

/// The columns that [`Case`] is read from, for statements of other rooms that list cases.
pub(super) const COLUMNS: &str = "id, procedure_key, procedure_version, department, channel, stage, outcome, received_at, due_on, \
     decided_at, closed_at, assignee, resident, person, merged_into, disposed_at, revision";

fn bad(error: impl std::fmt::Display) -> ProcedureError {
    ProcedureError::StoredValue(error.to_string())
}

/// A stored moment.
pub(crate) fn moment(microseconds: i64) -> Result<Timestamp, ProcedureError> {
    Timestamp::from_microsecond(microseconds).map_err(bad)
}

/// The day in Japan on which a moment falls.
pub(crate) fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::fixed(JAPAN)).date()
}

impl TryFrom<Row> for Case {
    type Error = ProcedureError;

    fn try_from(row: Row) -> Result<Self, ProcedureError> {
        let maybe = |at: Option<i64>| at.map(moment).transpose();
        Ok(Self {
            id: row.id,
            procedure: row.procedure_key,
            version: row.procedure_version,
            department: DepartmentCode::new(row.department).map_err(bad)?,
            channel: row.channel.parse().map_err(bad)?,
            stage: row.stage.parse().map_err(bad)?,
            outcome: row
                .outcome
                .map(|text| text.parse())
                .transpose()
                .map_err(bad)?,
            received_at: moment(row.received_at)?,
            due_on: row
                .due_on
                .map(|text| text.parse())
                .transpose()
                .map_err(bad)?,
            decided_at: maybe(row.decided_at)?,
            closed_at: maybe(row.closed_at)?,
            assignee: row.assignee,
            resident: row.resident,
            person: row.person,
            merged_into: row.merged_into,
            disposed_at: maybe(row.disposed_at)?,
            revision: row.revision,
        })
    }
}

/// A case by its number.
///
/// # Errors
/// [`ProcedureError::NoSuchCase`].
pub async fn case(connection: &impl ConnectionTrait, id: i64) -> Result<Case, ProcedureError> {
    let sql = format!("SELECT {COLUMNS} FROM procedures_cases WHERE id = $1");
    let row: Option<Row> = connection.row(&sql, [id.into()]).await?;
    row.ok_or(ProcedureError::NoSuchCase)?.try_into()
}

/// The case with a receipt number, if there is one.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn case_with_receipt(
    connection: &impl ConnectionTrait,
    city: &CityKey,
    receipt: &Receipt,
) -> Result<Option<Case>, ProcedureError> {
    let sql = format!("SELECT {COLUMNS} FROM procedures_cases WHERE reference = $1");
    let row: Option<Row> = connection
        .row(&sql, [keys::reference(city, receipt).into()])
        .await?;
    row.map(Case::try_from).transpose()
}

/// The cases of a resident's account, newest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn cases_of_resident(
    connection: &impl ConnectionTrait,
    resident: i64,
) -> Result<Vec<Case>, ProcedureError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_cases WHERE resident = $1 ORDER BY received_at DESC, id DESC LIMIT 500"
    );
    let rows: Vec<Row> = connection.rows(&sql, [resident.into()]).await?;
    rows.into_iter().map(Case::try_from).collect()
}

/// Other cases of the same person with the same procedure, newest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn duplicates(
    connection: &impl ConnectionTrait,
    case: &Case,
) -> Result<Vec<Case>, ProcedureError> {
    let Some(person) = &case.person else {
        return Ok(Vec::new());
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_cases WHERE person = $1 AND procedure_key = $2 AND id <> $3 \
         ORDER BY received_at DESC LIMIT 100"
    );
    let rows: Vec<Row> = connection
        .rows(
            &sql,
            [
                person.as_str().into(),
                case.procedure.as_str().into(),
                case.id.into(),
            ],
        )
        .await?;
    rows.into_iter().map(Case::try_from).collect()
}

/// How to reach the applicant, sealed with the case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The name to write to, as typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A confirmed e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The language of the pages: `ja`, `ja-easy` or `en`.
    #[serde(default)]
    pub language: String,
    /// Which attributes a proof of identity stands behind, such as `name`; empty: nothing was verified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verified: Vec<String>,
    /// When somebody else applies for the person: their name and what makes them the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentContact>,
}

/// Somebody who applies for the person (代理人).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentContact {
    /// Their name.
    pub name: String,
    /// What they are to the person, in their own words.
    pub relation: String,
    /// A telephone number.
    pub phone: String,
    /// The mandate (委任状) that was sent along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate: Option<Mandate>,
}

/// A mandate among the files of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandate {
    /// The file's key.
    pub key: String,
    /// The file's name.
    pub name: String,
}

/// An application that is complete, in the clear.
#[derive(Debug, Clone)]
pub struct NewCase {
    /// The procedure's key.
    pub procedure: String,
    /// Its version.
    pub version: i64,
    /// The department that handles it.
    pub department: DepartmentCode,
    /// How it came in.
    pub channel: Channel,
    /// Standard processing time in working days.
    pub processing_days: Option<u32>,
    /// When it arrived, for paper that is entered later; none: now.
    pub received_at: Option<Timestamp>,
    /// Random text of this one application: sent twice under the same text, it is received once.
    pub submission: String,
    /// The draft it grew from.
    pub draft: Option<i64>,
    /// The resident's account it belongs to.
    pub resident: Option<i64>,
    /// Who it is, to find duplicates.
    pub person: keys::Person,
    /// How to reach them.
    pub contact: Contact,
    /// What was answered.
    pub answers: Json,
    /// What was sent along.
    pub files: Vec<File>,
}

/// An application sealed under a data key of its own, ready to be received.
#[derive(Debug, Clone)]
pub struct SealedCase {
    city: CityKey,
    receipt: Receipt,
    reference: String,
    person: Option<String>,
    key: Vec<u8>,
    sealed_receipt: Vec<u8>,
    contact: Vec<u8>,
    answers: Vec<u8>,
    files: Vec<SealedFile>,
    plain: PlainPart,
}

#[derive(Debug, Clone)]
struct PlainPart {
    procedure: String,
    version: i64,
    department: DepartmentCode,
    channel: Channel,
    processing_days: Option<u32>,
    received_at: Option<Timestamp>,
    submission: String,
    draft: Option<i64>,
    resident: Option<i64>,
}

impl SealedCase {
    /// The receipt number it will have, unless it was received before. It may be shown only after the write was acknowledged.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }
}

impl NewCase {
    /// Gives the application a receipt number and seals it, so that the write itself is short.
    ///
    /// # Errors
    /// When something cannot be sealed.
    pub fn seal(self, city: &CityKey) -> Result<SealedCase, ProcedureError> {
        let receipt = Receipt::generate();
        let reference = keys::reference(city, &receipt);
        let key = CaseKey::generate();
        let files = self
            .files
            .iter()
            .map(|file| SealedFile::seal(&key, file))
            .collect::<Result<_, _>>()?;
        Ok(SealedCase {
            city: city.clone(),
            person: keys::person(city, &self.person),
            key: key.wrap(city, &holder_of_case(&reference))?,
            sealed_receipt: key.seal("receipt", receipt.plain().as_bytes())?,
            contact: key.seal_value("contact", &self.contact)?,
            answers: key.seal_value("answers/1", &self.answers)?,
            files,
            receipt,
            reference,
            plain: PlainPart {
                procedure: self.procedure,
                version: self.version,
                department: self.department,
                channel: self.channel,
                processing_days: self.processing_days,
                received_at: self.received_at,
                submission: self.submission,
                draft: self.draft,
                resident: self.resident,
            },
        })
    }
}

/// A received application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// The case.
    pub case: i64,
    /// Its receipt number. It may be shown only after the write was acknowledged.
    pub receipt: Receipt,
    /// Whether it had been received before.
    pub repeated: bool,
}

/// Receives an application: case, key, answers, files, history, fact, event and audit line commit together, and its draft ends.
/// The same submission received again gives the case and the receipt number of the first time.
///
/// # Errors
/// When the database does not carry it out; then nothing was received.
pub async fn submit(tx: &Tx, new: &SealedCase) -> Result<Submitted, ProcedureError> {
    let connection = tx.connection();
    let plain = &new.plain;
    let received_at = plain.received_at.unwrap_or(tx.now());
    let due_on = plain
        .processing_days
        .map(|days| working_days::after_working_days(day(received_at), days));
    let made: Option<i64> = connection
        .value(
            "INSERT INTO procedures_cases (reference, submission, procedure_key, procedure_version, department, channel, stage, \
               received_at, due_on, resident, person, revision) \
             VALUES ($1, $2, $3, $4, $5, $6, 'received', $7, $8, $9, $10, 1) \
             ON CONFLICT (submission) DO NOTHING RETURNING id",
            [
                new.reference.as_str().into(),
                plain.submission.as_str().into(),
                plain.procedure.as_str().into(),
                plain.version.into(),
                plain.department.as_str().into(),
                plain.channel.as_str().into(),
                received_at.as_microsecond().into(),
                due_on.map(|due_on| due_on.to_string()).into(),
                plain.resident.into(),
                new.person.clone().into(),
            ],
        )
        .await?;
    let Some(case) = made else {
        return repeated(tx, new).await;
    };
    connection
        .run(
            "INSERT INTO procedures_case_keys (case_id, sealed) VALUES ($1, $2)",
            [case.into(), new.key.clone().into()],
        )
        .await?;
    connection
        .run(
            "INSERT INTO procedures_case_contacts (case_id, receipt, contact) VALUES ($1, $2, $3)",
            [
                case.into(),
                new.sealed_receipt.clone().into(),
                new.contact.clone().into(),
            ],
        )
        .await?;
    connection
        .run(
            "INSERT INTO procedures_case_answers (case_id, number, sealed, made_at, made_by) VALUES ($1, 1, $2, $3, $4)",
            [
                case.into(),
                new.answers.clone().into(),
                tx.now().as_microsecond().into(),
                tx.actor().to_string().into(),
            ],
        )
        .await?;
    for file in &new.files {
        files::add(tx, case, UseFor::Answer, file).await?;
    }
    if let Some(draft) = plain.draft {
        super::drafts::end(tx, draft, case).await?;
    }
    history::note(tx, case, What::Received).await?;
    super::inventory::record_received(
        tx,
        Fact::one(&RECEIVED.name, received_at)
            .department(plain.department.clone())
            .channel(plain.channel)
            .subject(subject(&plain.procedure)?)
            .record(format!("procedures_cases/{case}")),
    )
    .await?;
    tx.emit(CASE_RECEIVED, json!({ "case": case })).await?;
    tx.audit(AuditEntry::new(
        "procedures.receive",
        format!("procedures/cases/{case}"),
    ));
    Ok(Submitted {
        case,
        receipt: new.receipt.clone(),
        repeated: false,
    })
}

fn fact_of(case: &Case, measure: &Measure, at: Timestamp) -> Result<Fact, ProcedureError> {
    Ok(Fact::one(&measure.name, at)
        .department(case.department.clone())
        .channel(case.channel)
        .subject(subject(&case.procedure)?)
        .record(format!("procedures_cases/{}", case.id)))
}

async fn repeated(tx: &Tx, new: &SealedCase) -> Result<Submitted, ProcedureError> {
    let case: Option<i64> = tx
        .connection()
        .value(
            "SELECT id FROM procedures_cases WHERE submission = $1",
            [new.plain.submission.as_str().into()],
        )
        .await?;
    let case = case.ok_or(ProcedureError::NoSuchCase)?;
    let key = keys::open(tx.connection(), &new.city, case).await?;
    Ok(Submitted {
        case,
        receipt: receipt(tx.connection(), &key, case).await?,
        repeated: true,
    })
}

fn subject(procedure: &str) -> Result<Subject, ProcedureError> {
    Subject::new(procedure).map_err(bad)
}

#[derive(FromQueryResult)]
struct ContactRow {
    receipt: Vec<u8>,
    contact: Vec<u8>,
}

async fn contact_row(
    connection: &impl ConnectionTrait,
    case: i64,
) -> Result<ContactRow, ProcedureError> {
    let row: Option<ContactRow> = connection
        .row(
            "SELECT receipt, contact FROM procedures_case_contacts WHERE case_id = $1",
            [case.into()],
        )
        .await?;
    row.ok_or(ProcedureError::Disposed)
}

/// The receipt number of a case.
///
/// # Errors
/// [`ProcedureError::Disposed`]; when the key is another case's.
pub async fn receipt(
    connection: &impl ConnectionTrait,
    key: &CaseKey,
    case: i64,
) -> Result<Receipt, ProcedureError> {
    let row = contact_row(connection, case).await?;
    let plain = key.open("receipt", &row.receipt)?;
    String::from_utf8_lossy(&plain).parse().map_err(bad)
}

/// How to reach the applicant of a case.
///
/// # Errors
/// As [`receipt`].
pub async fn contact(
    connection: &impl ConnectionTrait,
    key: &CaseKey,
    case: i64,
) -> Result<Contact, ProcedureError> {
    let row = contact_row(connection, case).await?;
    key.open_value("contact", &row.contact)
}

/// Answers as they were given at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenAnswers {
    /// 1 as received, then one more for each correction.
    pub number: i64,
    /// What was answered.
    pub answers: Json,
    /// When.
    pub made_at: Timestamp,
    /// By whom, as the audit log writes it.
    pub made_by: String,
}

/// All versions of a case's answers, newest first; never empty.
///
/// # Errors
/// [`ProcedureError::Disposed`] when they were disposed of.
pub async fn answers(
    connection: &impl ConnectionTrait,
    key: &CaseKey,
    case: i64,
) -> Result<Vec<GivenAnswers>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
        sealed: Vec<u8>,
        made_at: i64,
        made_by: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT number, sealed, made_at, made_by FROM procedures_case_answers WHERE case_id = $1 ORDER BY number DESC",
            [case.into()],
        )
        .await?;
    if rows.is_empty() {
        return Err(ProcedureError::Disposed);
    }
    rows.into_iter()
        .map(|row| {
            Ok(GivenAnswers {
                number: row.number,
                answers: key.open_value(&format!("answers/{}", row.number), &row.sealed)?,
                made_at: moment(row.made_at)?,
                made_by: row.made_by,
            })
        })
        .collect()
}

/// Adds answers in a new version and returns its number; the old ones stay.
pub(super) async fn add_answers(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    answers: &Json,
) -> Result<i64, ProcedureError> {
    let last: Option<i64> = tx
        .connection()
        .value(
            "SELECT COALESCE(MAX(number), 0) FROM procedures_case_answers WHERE case_id = $1",
            [case.into()],
        )
        .await?;
    let number = last.unwrap_or(0) + 1;
    tx.connection()
        .run(
            "INSERT INTO procedures_case_answers (case_id, number, sealed, made_at, made_by) VALUES ($1, $2, $3, $4, $5)",
            [
                case.into(),
                number.into(),
                key.seal_value(&format!("answers/{number}"), answers)?.into(),
                tx.now().as_microsecond().into(),
                tx.actor().to_string().into(),
            ],
        )
        .await?;
    Ok(number)
}

/// Staff enter answers anew, such as after a telephone call; the applicant sees both versions. Returns the new version's number.
///
/// # Errors
/// [`ProcedureError::WrongState`] after the decision; [`ProcedureError::ChangedMeanwhile`].
pub async fn enter_answers(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    revision: i64,
    entered: &Json,
) -> Result<i64, ProcedureError> {
    let found = locked(tx, case, revision).await?;
    if !found.stage.is_open() {
        return Err(ProcedureError::WrongState("the case is decided or ended"));
    }
    let number = add_answers(tx, key, case, entered).await?;
    history::note(tx, case, What::AnswersEntered { answers: number }).await?;
    tx.audit(AuditEntry::new(
        "procedures.enter_answers",
        format!("procedures/cases/{case}"),
    ));
    Ok(number)
}

/// Reads a case for a change and counts its revision, which makes changes of the same case take turns.
pub(super) async fn locked(tx: &Tx, case: i64, revision: i64) -> Result<Case, ProcedureError> {
    let changed = tx
        .connection()
        .run(
            "UPDATE procedures_cases SET revision = revision + 1 WHERE id = $1 AND revision = $2",
            [case.into(), revision.into()],
        )
        .await?;
    let found = self::case(tx.connection(), case).await?;
    if changed == 0 {
        return Err(ProcedureError::ChangedMeanwhile);
    }
    Ok(found)
}

/// Takes a step other than the decision, for which there is [`decide`].
///
/// # Errors
/// [`ProcedureError::WrongState`] when the step is not possible; [`ProcedureError::ChangedMeanwhile`].
pub async fn step(tx: &Tx, case: i64, revision: i64, step: Step) -> Result<Stage, ProcedureError> {
    if matches!(step, Step::Decide(_)) {
        return Err(ProcedureError::WrongState("a decision needs its text"));
    }
    let found = locked(tx, case, revision).await?;
    moved(tx, &found, step).await
}

async fn moved(tx: &Tx, case: &Case, step: Step) -> Result<Stage, ProcedureError> {
    let to = case
        .stage
        .after(step)
        .ok_or(ProcedureError::WrongState("the case is at another stage"))?;
    let now = tx.now().as_microsecond();
    let (outcome, decided_at) = match step {
        Step::Decide(outcome) => (Some(outcome), Some(now)),
        _ => (case.outcome, case.decided_at.map(Timestamp::as_microsecond)),
    };
    tx.connection()
        .run(
            "UPDATE procedures_cases SET stage = $2, outcome = $3, decided_at = $4, closed_at = $5 WHERE id = $1",
            [
                case.id.into(),
                to.as_str().into(),
                outcome.map(Outcome::as_str).into(),
                decided_at.into(),
                to.is_final().then_some(now).into(),
            ],
        )
        .await?;
    if !to.is_open() {
        super::corrections::end_open(tx, case.id).await?;
    }
    let what = match step {
        Step::Decide(outcome) => What::Decided { outcome },
        _ => What::Stage {
            from: case.stage,
            to,
        },
    };
    history::note(tx, case.id, what).await?;
    tx.emit(CASE_MOVED, json!({ "case": case.id, "stage": to.as_str() }))
        .await?;
    tx.audit(
        AuditEntry::new("procedures.move", format!("procedures/cases/{}", case.id))
            .with(json!({"from": case.stage.as_str(), "to": to.as_str()})),
    );
    Ok(to)
}

/// The applicant takes the application back, which is possible until it is decided.
///
/// # Errors
/// [`ProcedureError::WrongState`] when it is decided or ended.
pub async fn withdraw(tx: &Tx, case: i64) -> Result<(), ProcedureError> {
    let found = self::case(tx.connection(), case).await?;
    step(tx, case, found.revision, Step::Withdraw).await?;
    Ok(())
}

/// A decision as the applicant reads it and as the letter prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The letter's title, such as 「犬の登録について（通知）」.
    pub title: String,
    /// The document's number (文書番号); may be empty.
    #[serde(default)]
    pub number: String,
    /// The addressee's lines, with 様 or 御中.
    pub addressee: Vec<String>,
    /// The sender's lines: the mayor, or the department.
    pub sender: Vec<String>,
    /// What is decided.
    pub text: String,
    /// Why, when it is not decided as applied for.
    #[serde(default)]
    pub reason: String,
    /// How to have the decision reviewed (教示, Administrative Complaint Review Act Art. 82); may be empty.
    #[serde(default)]
    pub appeal: String,
}

/// Decides a case: stage, text and facts (decided, working days taken, on time) commit together.
///
/// # Errors
/// [`ProcedureError::ReasonMissing`] when it is refused without a reason; [`ProcedureError::WrongState`];
/// [`ProcedureError::ChangedMeanwhile`].
pub async fn decide(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    revision: i64,
    outcome: Outcome,
    decision: &Decision,
) -> Result<(), ProcedureError> {
    if outcome.needs_reason() && decision.reason.trim().is_empty() {
        return Err(ProcedureError::ReasonMissing);
    }
    let found = locked(tx, case, revision).await?;
    moved(tx, &found, Step::Decide(outcome)).await?;
    tx.connection()
        .run(
            "INSERT INTO procedures_case_decisions (case_id, sealed, made_at, made_by) VALUES ($1, $2, $3, $4)",
            [
                case.into(),
                key.seal_value("decision", decision)?.into(),
                tx.now().as_microsecond().into(),
                tx.actor().to_string().into(),
            ],
        )
        .await?;
    // A correction does not count (see `due_on`): the days are those of the desk.
    let taken = working_days::working_days_between(found.received_on(), tx.today())
        .saturating_sub(super::corrections::waited_days(tx.connection(), case).await?);
    let mut facts = vec![
        fact_of(&found, &DECIDED, tx.now())?,
        fact_of(&found, &DAYS_TAKEN, tx.now())?
            .quantity(Quantity::from_integer(i64::from(taken)).map_err(bad)?),
    ];
    if found.due_on.is_some_and(|due_on| tx.today() <= due_on) {
        facts.push(fact_of(&found, &ON_TIME, tx.now())?);
    }
    tx.record_all(&facts).await?;
    Ok(())
}

/// The decision of a case and when it was made, if it is decided.
///
/// # Errors
/// When the database does not answer or the key is another case's.
pub async fn decision(
    connection: &impl ConnectionTrait,
    key: &CaseKey,
    case: i64,
) -> Result<Option<(Decision, Timestamp)>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Row {
        sealed: Vec<u8>,
        made_at: i64,
    }
    let row: Option<Row> = connection
        .row(
            "SELECT sealed, made_at FROM procedures_case_decisions WHERE case_id = $1",
            [case.into()],
        )
        .await?;
    row.map(|row| {
        Ok((
            key.open_value("decision", &row.sealed)?,
            moment(row.made_at)?,
        ))
    })
    .transpose()
}
