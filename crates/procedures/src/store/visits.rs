//! The navigator's files, what somebody answered to it, and which applications belong to one life event.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_forms::Answers;
use yakuba_identity::{CityKey, Token};

use crate::{
    error::ProcedureError,
    model::navigator::{Desk, DesksDocument, GuideFile, LifeEventDocument},
    store::{
        cases::{self, COLUMNS, Case, Row, locked},
        drafts::KEPT,
        history::{self, What},
        keys::CaseKey,
    },
};

/// The key of the one file of desks.
const DESKS: &str = "desks";
/// What a visit's key is wrapped for.
const HOLDER: &str = "visit";

/// Puts a file of the navigator in place of an earlier one of its key; false when nothing changed.
///
/// # Errors
/// When the database does not carry it out.
pub async fn put_file(tx: &Tx, file: &GuideFile) -> Result<bool, ProcedureError> {
    let (kind, key, position, document) = match file {
        GuideFile::Event(event) => (
            "life_event",
            event.key.as_str(),
            i64::from(event.position),
            serde_json::to_string(event)?,
        ),
        GuideFile::Desks(desks) => ("desks", DESKS, 0, serde_json::to_string(desks)?),
    };
    let known: Option<String> = tx
        .connection()
        .value(
            "SELECT document FROM procedures_guide_files WHERE kind = $1 AND key = $2",
            [kind.into(), key.into()],
        )
        .await?;
    if known.as_deref() == Some(document.as_str()) {
        return Ok(false);
    }
    tx.connection()
        .run(
            "INSERT INTO procedures_guide_files (kind, key, position, document, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (kind, key) DO UPDATE SET position = excluded.position, document = excluded.document, \
               changed_by = excluded.changed_by, changed_at = excluded.changed_at",
            [
                kind.into(),
                key.into(),
                position.into(),
                document.into(),
                tx.actor().to_string().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    tx.audit(
        AuditEntry::new("procedures.guide", format!("procedures/guide/{key}"))
            .with(json!({ "kind": kind })),
    );
    Ok(true)
}

#[derive(FromQueryResult)]
struct FileRow {
    document: String,
}

/// The life events in their order.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn events(
    connection: &impl ConnectionTrait,
) -> Result<Vec<LifeEventDocument>, ProcedureError> {
    let rows: Vec<FileRow> = connection
        .rows(
            "SELECT document FROM procedures_guide_files WHERE kind = 'life_event' ORDER BY position, key",
            [],
        )
        .await?;
    rows.into_iter()
        .map(|row| Ok(serde_json::from_str(&row.document)?))
        .collect()
}

/// One life event, if there is one of the key.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn event(
    connection: &impl ConnectionTrait,
    key: &str,
) -> Result<Option<LifeEventDocument>, ProcedureError> {
    let row: Option<FileRow> = connection
        .row(
            "SELECT document FROM procedures_guide_files WHERE kind = 'life_event' AND key = $1",
            [key.into()],
        )
        .await?;
    row.map(|row| Ok(serde_json::from_str(&row.document)?))
        .transpose()
}

/// Where departments receive visitors, in the order in which one walks.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn desks(connection: &impl ConnectionTrait) -> Result<Vec<Desk>, ProcedureError> {
    let row: Option<FileRow> = connection
        .row(
            "SELECT document FROM procedures_guide_files WHERE kind = 'desks' AND key = $1",
            [DESKS.into()],
        )
        .await?;
    let found: Option<DesksDocument> = row
        .map(|row| serde_json::from_str(&row.document))
        .transpose()?;
    Ok(found.map(|document| document.desks).unwrap_or_default())
}

/// What somebody answered to the navigator.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct VisitContents {
    /// The answers to the event's questions.
    #[serde(default)]
    pub answers: Answers,
    /// The procedures that are to be filled in together, by key.
    #[serde(default)]
    pub chosen: Vec<String>,
    /// What was answered once for all of them.
    #[serde(default)]
    pub shared: Answers,
    /// The random mark of the applications that come of it.
    #[serde(default)]
    pub mark: String,
}

/// A visit of a browser.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Its number.
    pub id: i64,
    /// The life event's key.
    pub event: String,
    /// Counts its changes.
    pub revision: i64,
    data_key: Vec<u8>,
    sealed: Vec<u8>,
}

impl Visit {
    /// Its data key.
    ///
    /// # Errors
    /// When the city key is another one.
    pub fn key(&self, city: &CityKey) -> Result<CaseKey, ProcedureError> {
        CaseKey::unwrap(city, HOLDER, &self.data_key)
    }

    /// What was answered.
    ///
    /// # Errors
    /// When the key is another visit's.
    pub fn contents(&self, key: &CaseKey) -> Result<VisitContents, ProcedureError> {
        key.open_value(HOLDER, &self.sealed)
    }
}

/// A visit that is about to begin.
#[derive(Debug, Clone)]
pub struct NewVisit {
    token: String,
    event: String,
    data_key: Vec<u8>,
    sealed: Vec<u8>,
}

impl NewVisit {
    /// Seals a visit under a key of its own and gives it a mark.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub fn seal(
        city: &CityKey,
        token: &Token,
        event: &str,
        answers: Answers,
    ) -> Result<Self, ProcedureError> {
        let key = CaseKey::generate(city);
        let contents = VisitContents {
            answers,
            mark: Token::generate().hash(),
            ..VisitContents::default()
        };
        Ok(Self {
            token: token.hash(),
            event: event.to_owned(),
            data_key: key.wrap(HOLDER)?,
            sealed: key.seal_value(HOLDER, &contents)?,
        })
    }
}

/// Begins a visit.
///
/// # Errors
/// When the database does not carry it out.
pub async fn begin(tx: &Tx, new: &NewVisit) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "INSERT INTO procedures_visits (token, event, data_key, sealed, expires_at, revision) VALUES ($1, $2, $3, $4, $5, 1)",
            [
                new.token.as_str().into(),
                new.event.as_str().into(),
                new.data_key.clone().into(),
                new.sealed.clone().into(),
                (tx.now() + KEPT).as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}

/// The visit of a token that has not expired, if there is one.
///
/// # Errors
/// When the database does not answer.
pub async fn with_token(
    connection: &impl ConnectionTrait,
    token: &Token,
    now: Timestamp,
) -> Result<Option<Visit>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        event: String,
        revision: i64,
        data_key: Vec<u8>,
        sealed: Vec<u8>,
    }
    let row: Option<Row> = connection
        .row(
            "SELECT id, event, revision, data_key, sealed FROM procedures_visits WHERE token = $1 AND expires_at > $2",
            [token.hash().into(), now.as_microsecond().into()],
        )
        .await?;
    Ok(row.map(|row| Visit {
        id: row.id,
        event: row.event,
        revision: row.revision,
        data_key: row.data_key,
        sealed: row.sealed,
    }))
}

/// What is saved of a visit.
#[derive(Debug, Clone)]
pub struct SavingVisit {
    id: i64,
    revision: i64,
    sealed: Vec<u8>,
}

impl SavingVisit {
    /// Seals what was answered.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub fn seal(
        key: &CaseKey,
        visit: &Visit,
        contents: &VisitContents,
    ) -> Result<Self, ProcedureError> {
        Ok(Self {
            id: visit.id,
            revision: visit.revision,
            sealed: key.seal_value(HOLDER, contents)?,
        })
    }
}

/// Saves a visit.
///
/// # Errors
/// [`ProcedureError::ChangedMeanwhile`] when it was changed in another window or ended.
pub async fn save(tx: &Tx, saving: &SavingVisit) -> Result<(), ProcedureError> {
    let changed = tx
        .connection()
        .run(
            "UPDATE procedures_visits SET sealed = $3, expires_at = $4, revision = revision + 1 WHERE id = $1 AND revision = $2",
            [
                saving.id.into(),
                saving.revision.into(),
                saving.sealed.clone().into(),
                (tx.now() + KEPT).as_microsecond().into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(ProcedureError::ChangedMeanwhile);
    }
    Ok(())
}

/// Ends a visit, as its holder asks.
///
/// # Errors
/// When the database does not carry it out.
pub async fn end(tx: &Tx, id: i64) -> Result<(), ProcedureError> {
    tx.connection()
        .run("DELETE FROM procedures_visits WHERE id = $1", [id.into()])
        .await?;
    Ok(())
}

/// Marks a draft as one of a life event's.
///
/// # Errors
/// When the database does not carry it out.
pub async fn mark(tx: &Tx, submission: &str, mark: &str) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "INSERT INTO procedures_visit_drafts (submission, mark, expires_at) VALUES ($1, $2, $3) \
             ON CONFLICT (submission) DO UPDATE SET mark = excluded.mark",
            [
                submission.into(),
                mark.into(),
                (tx.now() + KEPT).as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}

/// The other cases of the life event that a case belongs to, oldest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn together(
    connection: &impl ConnectionTrait,
    case: i64,
) -> Result<Vec<Case>, ProcedureError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_cases WHERE id <> $1 AND submission IN \
           (SELECT other.submission FROM procedures_visit_drafts own \
            JOIN procedures_visit_drafts other ON other.mark = own.mark \
            WHERE own.submission = (SELECT submission FROM procedures_cases WHERE id = $1)) \
         ORDER BY received_at, id LIMIT 100"
    );
    let rows: Vec<Row> = connection.rows(&sql, [case.into()]).await?;
    rows.into_iter().map(Case::try_from).collect()
}

/// The mark of the life event that a case belongs to, if it belongs to one.
async fn mark_of(
    connection: &impl ConnectionTrait,
    case: i64,
) -> Result<Option<String>, ProcedureError> {
    Ok(connection
        .value(
            "SELECT mark FROM procedures_visit_drafts WHERE submission = (SELECT submission FROM procedures_cases WHERE id = $1)",
            [case.into()],
        )
        .await?)
}

async fn set_mark(tx: &Tx, case: i64, mark: &str) -> Result<(), ProcedureError> {
    // The day on which a mark without a case would go; that of a case stays with it.
    tx.connection()
        .run(
            "INSERT INTO procedures_visit_drafts (submission, mark, expires_at) \
             SELECT submission, $2, $3 FROM procedures_cases WHERE id = $1 \
             ON CONFLICT (submission) DO UPDATE SET mark = excluded.mark",
            [
                case.into(),
                mark.into(),
                (tx.now() + KEPT).as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}

/// Puts a case into one life event with another. What belonged together with it before comes along.
///
/// # Errors
/// [`ProcedureError::WrongState`] when it is the same case, they belong together already, or one was disposed of;
/// [`ProcedureError::ChangedMeanwhile`].
pub async fn join(tx: &Tx, case: i64, revision: i64, with: i64) -> Result<(), ProcedureError> {
    let found = locked(tx, case, revision).await?;
    let other = cases::case(tx.connection(), with).await?;
    // Counting the other's revision too makes two that join the same cases at once take turns.
    locked(
        tx,
        with,
        if case == with {
            revision + 1
        } else {
            other.revision
        },
    )
    .await?;
    if case == with || found.disposed_at.is_some() || other.disposed_at.is_some() {
        return Err(ProcedureError::WrongState(
            "these cases cannot belong together",
        ));
    }
    let own = mark_of(tx.connection(), case).await?;
    let theirs = mark_of(tx.connection(), with).await?;
    if own.is_some() && own == theirs {
        return Err(ProcedureError::WrongState("they belong together already"));
    }
    let mark = theirs.unwrap_or_else(|| Token::generate().hash());
    if let Some(own) = own {
        tx.connection()
            .run(
                "UPDATE procedures_visit_drafts SET mark = $2 WHERE mark = $1",
                [own.into(), mark.as_str().into()],
            )
            .await?;
    }
    for one in [case, with] {
        set_mark(tx, one, &mark).await?;
    }
    for (one, other) in [(case, with), (with, case)] {
        history::note(tx, one, What::Joined { with: other }).await?;
        tx.audit(
            AuditEntry::new("procedures.put_together", format!("procedures/cases/{one}"))
                .with(json!({ "with": other })),
        );
    }
    Ok(())
}

/// Takes a case out of its life event; the others stay together.
///
/// # Errors
/// [`ProcedureError::WrongState`] when it belongs to none; [`ProcedureError::ChangedMeanwhile`].
pub async fn part(tx: &Tx, case: i64, revision: i64) -> Result<(), ProcedureError> {
    locked(tx, case, revision).await?;
    if together(tx.connection(), case).await?.is_empty() {
        return Err(ProcedureError::WrongState("the case belongs to no others"));
    }
    set_mark(tx, case, &Token::generate().hash()).await?;
    history::note(tx, case, What::Parted).await?;
    tx.audit(AuditEntry::new(
        "procedures.take_apart",
        format!("procedures/cases/{case}"),
    ));
    Ok(())
}

/// Puts a draft that staff begin into the life event of a case, which begins one where there is none.
///
/// # Errors
/// When the database does not carry it out.
pub async fn mark_like(tx: &Tx, draft: i64, case: i64) -> Result<(), ProcedureError> {
    let known = mark_of(tx.connection(), case).await?;
    let mark_text = known.unwrap_or_else(|| Token::generate().hash());
    set_mark(tx, case, &mark_text).await?;
    mark(tx, &format!("draft/{draft}"), &mark_text).await
}

/// Takes away visits whose time is over, and marks of drafts that never became cases.
///
/// # Errors
/// When the database does not carry it out.
pub async fn clean_up(tx: &Tx) -> Result<(), ProcedureError> {
    let now = tx.now().as_microsecond();
    for sql in [
        "DELETE FROM procedures_visits WHERE expires_at <= $1",
        "DELETE FROM procedures_visit_drafts WHERE expires_at <= $1 \
         AND submission NOT IN (SELECT submission FROM procedures_cases)",
    ] {
        tx.connection().run(sql, [now.into()]).await?;
    }
    Ok(())
}
