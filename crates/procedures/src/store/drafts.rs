//! Applications that are being filled in: kept sealed after every page for [`KEPT`], until they are sent.

use jiff::{SignedDuration, Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Serialize, de::DeserializeOwned};
use yakuba_city::{
    Slot, Tx,
    sql::{Sql as _, Together},
};
use yakuba_identity::{CityKey, Token};

use crate::{
    error::ProcedureError,
    slots::mark_of,
    store::{
        cases::moment,
        files::{self, SealedFile},
        keys::CaseKey,
    },
};

/// So long a draft is kept after its last change.
pub const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A draft without its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its number.
    pub id: i64,
    /// The procedure's key.
    pub procedure: String,
    /// The version it was begun with.
    pub version: i64,
    /// The resident's account it belongs to.
    pub resident: Option<i64>,
    /// The case it became.
    pub case: Option<i64>,
    /// When it was last saved.
    pub changed_at: Timestamp,
    /// When it will be taken away.
    pub expires_at: Timestamp,
    /// By which day others must have agreed to it; none: it is still being filled in.
    pub agree_by: Option<Date>,
    /// Counts its changes: what is sent must be what was shown.
    pub revision: i64,
    data_key: Option<Vec<u8>>,
    sealed: Option<Vec<u8>>,
}

impl Draft {
    /// The random text under which it becomes a case, once.
    pub fn submission(&self) -> String {
        format!("draft/{}", self.id)
    }

    /// Its data key.
    ///
    /// # Errors
    /// [`ProcedureError::WrongState`] when it has become a case.
    pub fn key(&self, city: &CityKey) -> Result<CaseKey, ProcedureError> {
        let sealed = self
            .data_key
            .as_ref()
            .ok_or(ProcedureError::WrongState("it has been sent already"))?;
        CaseKey::unwrap(city, HOLDER, sealed)
    }

    /// What has been entered.
    ///
    /// # Errors
    /// When it has become a case or was sealed under another key.
    pub fn contents<T: DeserializeOwned>(&self, key: &CaseKey) -> Result<T, ProcedureError> {
        let sealed = self
            .sealed
            .as_ref()
            .ok_or(ProcedureError::WrongState("it has been sent already"))?;
        key.open_value("draft", sealed)
    }
}

/// Every draft has a key of its own, so the key need not be bound to a row.
const HOLDER: &str = "draft";

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    procedure_key: String,
    procedure_version: i64,
    resident: Option<i64>,
    case_id: Option<i64>,
    changed_at: i64,
    expires_at: i64,
    agree_by: Option<String>,
    revision: i64,
    data_key: Option<Vec<u8>>,
    sealed: Option<Vec<u8>>,
}

impl TryFrom<Row> for Draft {
    type Error = ProcedureError;

    fn try_from(row: Row) -> Result<Self, ProcedureError> {
        Ok(Self {
            id: row.id,
            procedure: row.procedure_key,
            version: row.procedure_version,
            resident: row.resident,
            case: row.case_id,
            changed_at: moment(row.changed_at)?,
            expires_at: moment(row.expires_at)?,
            agree_by: row
                .agree_by
                .map(|day| day.parse())
                .transpose()
                .map_err(|error: jiff::Error| ProcedureError::StoredValue(error.to_string()))?,
            revision: row.revision,
            data_key: row.data_key,
            sealed: row.sealed,
        })
    }
}

const COLUMNS: &str = "id, procedure_key, procedure_version, resident, case_id, changed_at, expires_at, agree_by, revision, \
                       data_key, sealed";

/// What staff have taken over at the counter is theirs until it is sent.
const AT_HOME: &str = "id NOT IN (SELECT draft_id FROM procedures_counter_entries)";

/// A draft that is about to begin.
#[derive(Debug, Clone)]
pub struct NewDraft {
    token: String,
    procedure: String,
    version: i64,
    resident: Option<i64>,
    data_key: Vec<u8>,
    sealed: Vec<u8>,
}

impl NewDraft {
    /// Seals a draft under a new key. Its holder is whoever has the token, or the resident's account.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub fn seal<T: Serialize>(
        city: &CityKey,
        token: &Token,
        procedure: &str,
        version: i64,
        resident: Option<i64>,
        contents: &T,
    ) -> Result<Self, ProcedureError> {
        let key = CaseKey::generate(city);
        Self::seal_under(&key, token, procedure, version, resident, contents)
    }

    /// The same under a key that seals something else of the draft as well.
    pub(super) fn seal_under<T: Serialize>(
        key: &CaseKey,
        token: &Token,
        procedure: &str,
        version: i64,
        resident: Option<i64>,
        contents: &T,
    ) -> Result<Self, ProcedureError> {
        Ok(Self {
            token: token.hash(),
            procedure: procedure.to_owned(),
            version,
            resident,
            data_key: key.wrap(HOLDER)?,
            sealed: key.seal_value("draft", contents)?,
        })
    }
}

/// Begins a draft and returns its number.
///
/// # Errors
/// When the database does not carry it out.
pub async fn begin(tx: &Tx, new: &NewDraft) -> Result<i64, ProcedureError> {
    let now = tx.now();
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO procedures_drafts (token, procedure_key, procedure_version, resident, data_key, sealed, started_at, \
               changed_at, expires_at, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, 1) RETURNING id",
            [
                new.token.as_str().into(),
                new.procedure.as_str().into(),
                new.version.into(),
                new.resident.into(),
                new.data_key.clone().into(),
                new.sealed.clone().into(),
                now.as_microsecond().into(),
                (now + KEPT).as_microsecond().into(),
            ],
        )
        .await?;
    id.ok_or(ProcedureError::NoSuchDraft)
}

/// The draft of a token that has not expired, if there is one.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn with_token(
    connection: &impl ConnectionTrait,
    token: &Token,
    now: Timestamp,
) -> Result<Option<Draft>, ProcedureError> {
    let sql =
        format!("SELECT {COLUMNS} FROM procedures_drafts WHERE token = $1 AND expires_at > $2");
    let row: Option<Row> = connection
        .row(&sql, [token.hash().into(), now.as_microsecond().into()])
        .await?;
    row.map(Draft::try_from).transpose()
}

/// The newest draft of a resident's account for a procedure that is not sent yet, if there is one.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn newest_of_resident(
    connection: &impl ConnectionTrait,
    resident: i64,
    procedure: &str,
    now: Timestamp,
) -> Result<Option<Draft>, ProcedureError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_drafts WHERE resident = $1 AND procedure_key = $2 AND case_id IS NULL AND expires_at > $3 AND {AT_HOME} \
         ORDER BY changed_at DESC, id DESC LIMIT 1"
    );
    let row: Option<Row> = connection
        .row(
            &sql,
            [
                resident.into(),
                procedure.into(),
                now.as_microsecond().into(),
            ],
        )
        .await?;
    row.map(Draft::try_from).transpose()
}

/// Gives a draft that was begun without an account to a resident's. A draft of another account stays where it is.
///
/// # Errors
/// [`ProcedureError::NoSuchDraft`] when it belongs to another account, has been sent or is gone.
pub async fn adopt(tx: &Tx, draft: i64, resident: i64) -> Result<(), ProcedureError> {
    let adopted = tx
        .connection()
        .run(
            "UPDATE procedures_drafts SET resident = $2 WHERE id = $1 AND case_id IS NULL AND (resident IS NULL OR resident = $2)",
            [draft.into(), resident.into()],
        )
        .await?;
    if adopted == 0 {
        return Err(ProcedureError::NoSuchDraft);
    }
    Ok(())
}

/// Makes another token the one that opens a draft, so that its owner goes on with this one among several.
///
/// # Errors
/// [`ProcedureError::NoSuchDraft`] when it does not belong to the account.
pub async fn open_with(
    tx: &Tx,
    draft: i64,
    resident: i64,
    token: &Token,
) -> Result<(), ProcedureError> {
    let opened = tx
        .connection()
        .run(
            "UPDATE procedures_drafts SET token = $3 WHERE id = $1 AND resident = $2",
            [draft.into(), resident.into(), token.hash().into()],
        )
        .await?;
    if opened == 0 {
        return Err(ProcedureError::NoSuchDraft);
    }
    Ok(())
}

/// A draft by its number that has not expired, if there is one. Whoever asks must have found out before that it is theirs.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub(crate) async fn numbered(
    connection: &impl ConnectionTrait,
    id: i64,
    now: Timestamp,
) -> Result<Option<Draft>, ProcedureError> {
    let sql = format!("SELECT {COLUMNS} FROM procedures_drafts WHERE id = $1 AND expires_at > $2");
    let row: Option<Row> = connection
        .row(&sql, [id.into(), now.as_microsecond().into()])
        .await?;
    row.map(Draft::try_from).transpose()
}

/// Gives a draft that is not sent another token: whoever had the old one has it no more.
///
/// # Errors
/// [`ProcedureError::NoSuchDraft`] when it was sent, to the town hall or to others who are to agree, or taken away.
pub(super) async fn change_token(tx: &Tx, draft: i64, token: &str) -> Result<(), ProcedureError> {
    let changed = tx
        .connection()
        .run(
            "UPDATE procedures_drafts SET token = $2, revision = revision + 1 WHERE id = $1 AND case_id IS NULL AND agree_by IS NULL",
            [draft.into(), token.into()],
        )
        .await?;
    if changed == 0 {
        return Err(ProcedureError::NoSuchDraft);
    }
    Ok(())
}

/// The drafts of a resident's account that are not sent yet, newest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn of_resident(
    connection: &impl ConnectionTrait,
    resident: i64,
    now: Timestamp,
) -> Result<Vec<Draft>, ProcedureError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_drafts WHERE resident = $1 AND case_id IS NULL AND expires_at > $2 AND {AT_HOME} \
         ORDER BY changed_at DESC, id DESC LIMIT 100"
    );
    let rows: Vec<Row> = connection
        .rows(&sql, [resident.into(), now.as_microsecond().into()])
        .await?;
    rows.into_iter().map(Draft::try_from).collect()
}

/// What is saved of a draft after a page.
#[derive(Debug, Clone)]
pub struct Saving {
    draft: i64,
    revision: i64,
    sealed: Vec<u8>,
    resident: Option<i64>,
    version: i64,
    added: Vec<SealedFile>,
    /// Files other than these are taken away.
    kept: Vec<String>,
    time: Keeping,
}

/// What becomes of the time that is kept for a draft.
#[derive(Debug, Clone)]
enum Keeping {
    /// It stays as it is.
    AsItIs,
    /// None is kept any more.
    Nothing,
    /// This one is kept, in place of any other.
    This(Slot),
}

impl Saving {
    /// Seals what has been entered, with new files. `kept` names every file that the answers still mention, new ones too.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub fn seal<T: Serialize>(
        key: &CaseKey,
        draft: &Draft,
        contents: &T,
        added: &[files::File],
        kept: Vec<String>,
    ) -> Result<Self, ProcedureError> {
        Ok(Self {
            draft: draft.id,
            revision: draft.revision,
            sealed: key.seal_value("draft", contents)?,
            resident: draft.resident,
            version: draft.version,
            added: added
                .iter()
                .map(|file| SealedFile::seal(key, file))
                .collect::<Result<_, _>>()?,
            kept,
            time: Keeping::AsItIs,
        })
    }

    /// Keeps a time for the draft, in place of any other; none: gives back what it kept.
    #[must_use]
    pub fn slot(mut self, slot: Option<Slot>) -> Self {
        self.time = slot.map_or(Keeping::Nothing, Keeping::This);
        self
    }

    /// Gives a draft without an account to a resident's.
    #[must_use]
    pub fn resident(mut self, resident: Option<i64>) -> Self {
        self.resident = self.resident.or(resident);
        self
    }

    /// Takes the draft over into another version of its procedure.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = version;
        self
    }
}

/// Saves a draft and returns its new revision. It is kept for [`KEPT`] from now.
///
/// # Errors
/// [`ProcedureError::ChangedMeanwhile`] when it was changed in another window or has been sent; [`ProcedureError::SlotTaken`] when the
/// time to be kept for it is not free.
pub async fn save(tx: &Tx, saving: &Saving) -> Result<i64, ProcedureError> {
    let now = tx.now();
    let changed = tx
        .connection()
        .run(
            "UPDATE procedures_drafts SET sealed = $3, resident = $4, procedure_version = $5, changed_at = $6, expires_at = $7, \
               revision = revision + 1 WHERE id = $1 AND revision = $2 AND case_id IS NULL AND agree_by IS NULL",
            [
                saving.draft.into(),
                saving.revision.into(),
                saving.sealed.clone().into(),
                saving.resident.into(),
                saving.version.into(),
                now.as_microsecond().into(),
                (now + KEPT).as_microsecond().into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(ProcedureError::ChangedMeanwhile);
    }
    let slot = match &saving.time {
        Keeping::This(slot) => Some(slot),
        Keeping::Nothing | Keeping::AsItIs => None,
    };
    if let Some(slots) = tx.slots()
        && !matches!(saving.time, Keeping::AsItIs)
        && !slots.keep(tx, &mark_of(saving.draft), slot).await?
    {
        return Err(ProcedureError::SlotTaken);
    }
    for file in &saving.added {
        files::add_to_draft(tx, saving.draft, file).await?;
    }
    for (key, _) in files::keys_of_draft(tx.connection(), saving.draft).await? {
        if !saving.kept.contains(&key) {
            tx.connection()
                .run(
                    "DELETE FROM procedures_draft_files WHERE draft_id = $1 AND key = $2",
                    [saving.draft.into(), key.into()],
                )
                .await?;
        }
    }
    Ok(saving.revision + 1)
}

/// Counts the revision of a draft that is not sent, which makes changes of it and of what belongs to it take turns.
///
/// # Errors
/// [`ProcedureError::ChangedMeanwhile`] when it has another revision or has become a case.
pub async fn lock(tx: &Tx, draft: i64, revision: i64) -> Result<(), ProcedureError> {
    let locked = tx
        .connection()
        .run(
            "UPDATE procedures_drafts SET revision = revision + 1 WHERE id = $1 AND revision = $2 AND case_id IS NULL",
            [draft.into(), revision.into()],
        )
        .await?;
    if locked == 0 {
        return Err(ProcedureError::ChangedMeanwhile);
    }
    Ok(())
}

/// Lets a draft wait until others have agreed to it, or, without a day, lets its applicant change it again. It is kept for [`KEPT`] after
/// the day. It must be [locked](lock) in the same write.
///
/// # Errors
/// When the database does not carry it out.
pub async fn wait(tx: &Tx, draft: i64, until: Option<Date>) -> Result<(), ProcedureError> {
    let from = until
        .and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok())
        .map_or(tx.now(), |day| day.timestamp())
        .max(tx.now());
    tx.connection()
        .run(
            "UPDATE procedures_drafts SET agree_by = $2, expires_at = $3 WHERE id = $1",
            [
                draft.into(),
                until.map(|day| day.to_string()).into(),
                (from + KEPT).as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}

/// Drafts that wait for others to agree, by number.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn waiting(connection: &impl ConnectionTrait) -> Result<Vec<Draft>, ProcedureError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_drafts WHERE agree_by IS NOT NULL AND case_id IS NULL ORDER BY id"
    );
    let rows: Vec<Row> = connection.rows(&sql, []).await?;
    rows.into_iter().map(Draft::try_from).collect()
}

/// Ends a draft that has become a case, together with other statements: its contents, files and key go.
///
/// # Errors
/// [`ProcedureError::NoSuchDraft`] when it has become a case before or is no longer there.
pub(super) async fn end_with(
    tx: &Tx,
    draft: i64,
    case: i64,
    mut together: Together,
) -> Result<(), ProcedureError> {
    together.add(REMOVE_FILES, [draft.into()]);
    together.add(
        "UPDATE procedures_drafts SET case_id = $2, data_key = NULL, sealed = NULL, agree_by = NULL, changed_at = $3, revision = revision + 1 \
         WHERE id = $1 AND case_id IS NULL",
        [
            draft.into(),
            case.into(),
            tx.now().as_microsecond().into(),
        ],
    );
    if together.count_last(tx.connection()).await? == 0 {
        return Err(ProcedureError::NoSuchDraft);
    }
    Ok(())
}

const REMOVE_FILES: &str = "DELETE FROM procedures_draft_files WHERE draft_id = $1";

/// Throws a draft away, as its holder asks.
///
/// # Errors
/// When the database does not carry it out.
pub async fn discard(tx: &Tx, draft: i64) -> Result<(), ProcedureError> {
    if let Some(slots) = tx.slots() {
        slots.keep(tx, &mark_of(draft), None).await?;
    }
    tx.connection().run(REMOVE_FILES, [draft.into()]).await?;
    tx.connection()
        .run(
            "DELETE FROM procedures_drafts WHERE id = $1",
            [draft.into()],
        )
        .await?;
    Ok(())
}

/// Takes away every draft whose time is over.
///
/// # Errors
/// When the database does not carry it out.
pub async fn clean_up(tx: &Tx) -> Result<(), ProcedureError> {
    let now = tx.now().as_microsecond();
    for sql in [
        "DELETE FROM procedures_draft_files WHERE draft_id IN (SELECT id FROM procedures_drafts WHERE expires_at <= $1)",
        "DELETE FROM procedures_drafts WHERE expires_at <= $1",
    ] {
        tx.connection().run(sql, [now.into()]).await?;
    }
    Ok(())
}
