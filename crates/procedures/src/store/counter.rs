//! Applications that staff enter: a draft whose holder is a member of staff, and how the case that it became was entered.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_identity::{CityKey, Token};
use yakuba_kernel::{Channel, DepartmentCode};

use crate::{
    error::ProcedureError,
    model::visit::{EntryNotes, EntryRecord, ShortCode},
    store::{
        cases::{self, SealedCase, Submitted, moment},
        co_applicants,
        counter_codes::{self, UseFor},
        counter_tablets,
        drafts::{self, Draft, NewDraft, Saving},
        gaps,
        keys::{self, CaseKey},
    },
};

/// What the notes are sealed as under a draft's key.
const NOTES: &str = "counter/notes";
/// What the record is sealed as under a case's key.
const RECORD: &str = "counter/record";

/// An application that a member of staff is entering.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The draft.
    pub draft: Draft,
    /// Whose it is.
    pub account: i64,
    /// The department that handles the procedure.
    pub department: DepartmentCode,
    /// How the application came in.
    pub channel: Channel,
    notes: Vec<u8>,
}

impl Entry {
    /// What staff noted beside the answers.
    ///
    /// # Errors
    /// When the key is another draft's.
    pub fn notes(&self, key: &CaseKey) -> Result<EntryNotes, ProcedureError> {
        key.open_value(NOTES, &self.notes)
    }
}

/// An entry that is about to begin.
#[derive(Debug, Clone)]
pub struct NewEntry {
    draft: NewDraft,
    account: i64,
    department: DepartmentCode,
    channel: Channel,
    notes: Vec<u8>,
}

impl NewEntry {
    /// Seals an entry under a new key. Nobody has the draft's token: it is reached through the account alone.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub fn seal<T: Serialize>(
        city: &CityKey,
        account: i64,
        department: DepartmentCode,
        channel: Channel,
        (procedure, version): (&str, i64),
        contents: &T,
    ) -> Result<Self, ProcedureError> {
        let key = CaseKey::generate(city);
        Ok(Self {
            draft: NewDraft::seal_under(
                &key,
                &Token::generate(),
                procedure,
                version,
                None,
                contents,
            )?,
            account,
            department,
            channel,
            notes: key.seal_value(NOTES, &EntryNotes::default())?,
        })
    }
}

async fn put(
    tx: &Tx,
    draft: i64,
    account: i64,
    department: &DepartmentCode,
    channel: Channel,
    notes: &[u8],
) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "INSERT INTO procedures_counter_entries (draft_id, account, department, channel, notes, begun_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            [
                draft.into(),
                account.into(),
                department.as_str().into(),
                channel.as_str().into(),
                notes.to_vec().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    tx.audit(
        AuditEntry::new("procedures.enter", format!("procedures/drafts/{draft}"))
            .with(json!({ "channel": channel.as_str() })),
    );
    Ok(())
}

/// Begins an entry and returns the draft's number.
///
/// # Errors
/// When the database does not carry it out.
pub async fn begin(tx: &Tx, new: &NewEntry) -> Result<i64, ProcedureError> {
    let draft = drafts::begin(tx, &new.draft).await?;
    put(
        tx,
        draft,
        new.account,
        &new.department,
        new.channel,
        &new.notes,
    )
    .await?;
    Ok(draft)
}

/// The draft that an applicant filled in at home and shows the code of; none when the code is unknown, used or too old.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn pre_application(
    connection: &impl ConnectionTrait,
    city: &CityKey,
    code: &ShortCode,
    now: Timestamp,
) -> Result<Option<Draft>, ProcedureError> {
    match counter_codes::about(connection, city, UseFor::Draft, code, now).await? {
        Some(draft) => Ok(drafts::numbered(connection, draft, now)
            .await?
            .filter(|draft| draft.case.is_none())),
        None => Ok(None),
    }
}

/// A draft that an applicant filled in at home and that staff are about to take over.
#[derive(Debug, Clone)]
pub struct TakeOver {
    city: CityKey,
    code: ShortCode,
    draft: i64,
    token: String,
    account: i64,
    department: DepartmentCode,
    notes: Vec<u8>,
}

impl TakeOver {
    /// Prepares taking over the draft that the code is about.
    ///
    /// # Errors
    /// When the draft was sent or cannot be sealed.
    pub fn seal(
        city: &CityKey,
        code: &ShortCode,
        draft: &Draft,
        account: i64,
        department: DepartmentCode,
    ) -> Result<Self, ProcedureError> {
        let key = draft.key(city)?;
        Ok(Self {
            city: city.clone(),
            code: code.clone(),
            draft: draft.id,
            token: Token::generate().hash(),
            account,
            department,
            notes: key.seal_value(NOTES, &EntryNotes::default())?,
        })
    }
}

/// Takes over a draft at the counter. The code is used, and the applicant's browser can open the draft no more: so it is received once,
/// whoever presses the button.
///
/// # Errors
/// [`ProcedureError::NoSuchDraft`] when the code was used meanwhile, or the draft waits for others to agree: they are answering what the
/// applicant sent.
pub async fn take_over(tx: &Tx, input: &TakeOver) -> Result<i64, ProcedureError> {
    let about = counter_codes::take(tx, &input.city, UseFor::Draft, &input.code).await?;
    if about != Some(input.draft) {
        return Err(ProcedureError::NoSuchDraft);
    }
    drafts::change_token(tx, input.draft, &input.token).await?;
    put(
        tx,
        input.draft,
        input.account,
        &input.department,
        Channel::Counter,
        &input.notes,
    )
    .await?;
    Ok(input.draft)
}

#[derive(FromQueryResult)]
struct Row {
    account: i64,
    department: String,
    channel: String,
    notes: Vec<u8>,
}

/// An entry by its draft's number, sent or not; none when it has expired.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn entry(
    connection: &impl ConnectionTrait,
    draft: i64,
    now: Timestamp,
) -> Result<Option<Entry>, ProcedureError> {
    let row: Option<Row> = connection
        .row(
            "SELECT account, department, channel, notes FROM procedures_counter_entries WHERE draft_id = $1",
            [draft.into()],
        )
        .await?;
    let (Some(row), Some(draft)) = (row, drafts::numbered(connection, draft, now).await?) else {
        return Ok(None);
    };
    let bad = |error: &dyn std::fmt::Display| ProcedureError::StoredValue(error.to_string());
    Ok(Some(Entry {
        draft,
        account: row.account,
        department: DepartmentCode::new(row.department).map_err(|error| bad(&error))?,
        channel: row.channel.parse().map_err(|error| bad(&error))?,
        notes: row.notes,
    }))
}

/// A line in the list of what a member of staff has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// The draft's number.
    pub draft: i64,
    /// The procedure's key.
    pub procedure: String,
    /// How it came in.
    pub channel: String,
    /// When it was last saved.
    pub changed_at: Timestamp,
}

/// What a member of staff has begun and not sent, newest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn begun_by(
    connection: &impl ConnectionTrait,
    account: i64,
    now: Timestamp,
) -> Result<Vec<Begun>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Line {
        draft_id: i64,
        procedure_key: String,
        channel: String,
        changed_at: i64,
    }
    let rows: Vec<Line> = connection
        .rows(
            "SELECT e.draft_id, d.procedure_key, e.channel, d.changed_at FROM procedures_counter_entries e \
             JOIN procedures_drafts d ON d.id = e.draft_id \
             WHERE e.account = $1 AND d.case_id IS NULL AND d.expires_at > $2 ORDER BY d.changed_at DESC, d.id DESC LIMIT 100",
            [account.into(), now.as_microsecond().into()],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Begun {
                draft: row.draft_id,
                procedure: row.procedure_key,
                channel: row.channel,
                changed_at: moment(row.changed_at)?,
            })
        })
        .collect()
}

/// What is saved of an entry: the draft's contents and the notes.
#[derive(Debug, Clone)]
pub struct SavingEntry {
    draft: i64,
    saving: Saving,
    notes: Vec<u8>,
}

impl SavingEntry {
    /// Seals the notes beside what is saved of the draft.
    ///
    /// # Errors
    /// When they cannot be sealed.
    pub fn seal(
        key: &CaseKey,
        entry: &Entry,
        saving: Saving,
        notes: &EntryNotes,
    ) -> Result<Self, ProcedureError> {
        Ok(Self {
            draft: entry.draft.id,
            saving,
            notes: key.seal_value(NOTES, notes)?,
        })
    }
}

/// Saves an entry and returns the draft's new revision.
///
/// # Errors
/// [`ProcedureError::ChangedMeanwhile`] when it was changed in another window or has been sent.
pub async fn save(tx: &Tx, saving: &SavingEntry) -> Result<i64, ProcedureError> {
    let revision = drafts::save(tx, &saving.saving).await?;
    tx.connection()
        .run(
            "UPDATE procedures_counter_entries SET notes = $2 WHERE draft_id = $1",
            [saving.draft.into(), saving.notes.clone().into()],
        )
        .await?;
    Ok(revision)
}

/// An application that staff send.
#[derive(Debug, Clone)]
pub struct Receiving {
    /// The application.
    pub case: SealedCase,
    /// The city's key, to seal the record under the case's own.
    pub city: CityKey,
    /// The draft it grew from.
    pub draft: i64,
    /// Who sends it.
    pub account: i64,
    /// How it was entered.
    pub record: EntryRecord,
    /// What a paper left unanswered, by path.
    pub gaps: Vec<String>,
    /// The rows of those who apply as well and whose signature was seen.
    pub signed: Vec<i64>,
    /// The rows of those who are asked by mail now.
    pub asking: Vec<i64>,
    /// With what their links begin.
    pub links: String,
}

/// Receives an application that staff entered: the case and how it was entered commit together. Sent again it is the same case.
///
/// # Errors
/// As [`cases::submit`].
pub async fn receive(tx: &Tx, input: &Receiving) -> Result<Submitted, ProcedureError> {
    let submitted = cases::submit(tx, &input.case).await?;
    if submitted.repeated {
        return Ok(submitted);
    }
    let key = keys::open(tx.connection(), &input.city, submitted.case).await?;
    tx.connection()
        .run(
            "INSERT INTO procedures_case_entries (case_id, account, sealed, entered_at) VALUES ($1, $2, $3, $4)",
            [
                submitted.case.into(),
                input.account.into(),
                key.seal_value(RECORD, &input.record)?.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    gaps::put(tx, submitted.case, &input.gaps).await?;
    for id in &input.signed {
        co_applicants::note_signature(tx, submitted.case, *id).await?;
    }
    co_applicants::ask_after_entry(tx, &key, submitted.case, &input.asking, &input.links).await?;
    counter_tablets::end(tx, input.draft).await?;
    Ok(submitted)
}

/// Who entered a case, when, and how; none for a case that its applicant sent.
///
/// # Errors
/// When the database does not answer or the key is another case's.
pub async fn record_of(
    connection: &impl ConnectionTrait,
    key: &CaseKey,
    case: i64,
) -> Result<Option<(i64, Timestamp, EntryRecord)>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Line {
        account: i64,
        sealed: Vec<u8>,
        entered_at: i64,
    }
    let row: Option<Line> = connection
        .row(
            "SELECT account, sealed, entered_at FROM procedures_case_entries WHERE case_id = $1",
            [case.into()],
        )
        .await?;
    row.map(|row| {
        Ok((
            row.account,
            moment(row.entered_at)?,
            key.open_value(RECORD, &row.sealed)?,
        ))
    })
    .transpose()
}
