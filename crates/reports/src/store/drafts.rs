//! Reports that are being written: sealed after every page, found by a cookie's token, gone after a day.

use jiff::SignedDuration;
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{CityKey, Tx, sql::Sql as _};
use yakuba_identity::{Receipt, Token};

use super::{
    photos::{self, SealedPhoto},
    posting::{Content, NewReport, Posted, post},
    report::is_name,
};
use crate::error::ReportError;

/// So long it is known that a report of the browser's queue was sent: longer than a network is away.
pub const QUEUED: SignedDuration = SignedDuration::from_hours(24 * 30);
/// So long a draft is kept after its last change.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// A report that is being written.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The hash of its token.
    pub token: String,
    /// The category's key.
    pub category: String,
    /// What was written so far.
    pub content: Content,
    /// Counts its changes: what is sent must be what was shown.
    pub revision: i64,
}

/// What a token stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    /// A report that is being written.
    Draft(Box<Draft>),
    /// A report that was sent: its number, and its number at the desk.
    Sent(Receipt, i64),
}

fn purpose(token: &str) -> String {
    format!("reports.draft/{token}")
}

/// What a browser's token stands for.
///
/// # Errors
/// When the database does not answer or it cannot be opened.
pub async fn held(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    token: &Token,
    now: jiff::Timestamp,
) -> Result<Option<Held>, ReportError> {
    #[derive(FromQueryResult)]
    struct Row {
        category: String,
        sealed: Vec<u8>,
        revision: i64,
        sent_as: Option<i64>,
    }
    let token = token.hash();
    let row: Option<Row> = connection
        .row(
            "SELECT category, sealed, revision, sent_as FROM reports_drafts WHERE token = $1 AND expires_at > $2",
            [token.as_str().into(), now.as_microsecond().into()],
        )
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let opened = key.open_sealed(&purpose(&token), &row.sealed)?;
    Ok(match row.sent_as {
        Some(report) => String::from_utf8_lossy(&opened)
            .parse()
            .ok()
            .map(|number| Held::Sent(number, report)),
        None => Some(Held::Draft(Box::new(Draft {
            category: row.category,
            content: serde_json::from_slice(&opened)?,
            revision: row.revision,
            token,
        }))),
    })
}

/// A draft that is about to be written, with pictures that are new in it.
#[derive(Debug, Clone)]
pub struct Saving {
    token: String,
    category: String,
    sealed: Vec<u8>,
    revision: i64,
    added: Vec<SealedPhoto>,
    photos: Vec<String>,
}

impl Saving {
    /// A new draft for the holder of a token.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub fn new(
        key: &CityKey,
        token: &Token,
        category: &str,
        content: &Content,
    ) -> Result<Self, ReportError> {
        let token = token.hash();
        Ok(Self {
            sealed: key.seal(&purpose(&token), &serde_json::to_vec(content)?)?,
            token,
            category: category.to_owned(),
            revision: 0,
            added: Vec::new(),
            photos: Vec::new(),
        })
    }

    /// A draft as it is now. Pictures that its answers no longer name are thrown away.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub fn of(key: &CityKey, draft: &Draft, added: Vec<SealedPhoto>) -> Result<Self, ReportError> {
        Ok(Self {
            sealed: key.seal(&purpose(&draft.token), &serde_json::to_vec(&draft.content)?)?,
            token: draft.token.clone(),
            category: draft.category.clone(),
            revision: draft.revision,
            added,
            photos: draft
                .content
                .answers
                .files()
                .into_iter()
                .map(|file| file.id.clone())
                .collect(),
        })
    }
}

/// Writes a draft and returns its new revision.
///
/// # Errors
/// [`ReportError::ChangedMeanwhile`] when it was changed in another window or has been sent.
pub async fn save(tx: &Tx, saving: &Saving) -> Result<i64, ReportError> {
    let until = (tx.now() + KEPT).as_microsecond();
    let token = saving.token.as_str();
    let changed = if saving.revision == 0 {
        tx.connection()
            .run(
                "INSERT INTO reports_drafts (token, category, sealed, revision, expires_at) VALUES ($1, $2, $3, 1, $4)",
                [
                    token.into(),
                    saving.category.as_str().into(),
                    saving.sealed.clone().into(),
                    until.into(),
                ],
            )
            .await?
    } else {
        tx.connection()
            .run(
                "UPDATE reports_drafts SET category = $3, sealed = $4, expires_at = $5, revision = revision + 1 \
                 WHERE token = $1 AND revision = $2 AND sent_as IS NULL",
                [
                    token.into(),
                    saving.revision.into(),
                    saving.category.as_str().into(),
                    saving.sealed.clone().into(),
                    until.into(),
                ],
            )
            .await?
    };
    if changed == 0 {
        return Err(ReportError::ChangedMeanwhile);
    }
    let known: Vec<String> = keys(tx.connection(), token).await?;
    for gone in known.iter().filter(|key| !saving.photos.contains(*key)) {
        tx.connection()
            .run(
                "DELETE FROM reports_draft_photos WHERE token = $1 AND key = $2",
                [token.into(), gone.as_str().into()],
            )
            .await?;
    }
    for photo in &saving.added {
        tx.connection()
            .run(
                "INSERT INTO reports_draft_photos (token, key, media_type, contents, size) VALUES ($1, $2, $3, $4, $5)",
                [
                    token.into(),
                    photo.key.as_str().into(),
                    photo.media_type.as_str().into(),
                    photo.contents.clone().into(),
                    photo.size.into(),
                ],
            )
            .await?;
    }
    Ok(saving.revision + 1)
}

async fn keys(connection: &impl ConnectionTrait, token: &str) -> Result<Vec<String>, ReportError> {
    #[derive(FromQueryResult)]
    struct Row {
        key: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT key FROM reports_draft_photos WHERE token = $1 ORDER BY key",
            [token.into()],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.key).collect())
}

/// A picture of a draft: its media type and contents.
///
/// # Errors
/// When the database does not answer or it cannot be opened.
pub async fn photo(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    draft: &Draft,
    name: &str,
) -> Result<Option<(String, Vec<u8>)>, ReportError> {
    #[derive(FromQueryResult)]
    struct Row {
        media_type: String,
        contents: Vec<u8>,
    }
    if !is_name(name) {
        return Ok(None);
    }
    let row: Option<Row> = connection
        .row(
            "SELECT media_type, contents FROM reports_draft_photos WHERE token = $1 AND key = $2",
            [draft.token.as_str().into(), name.into()],
        )
        .await?;
    row.map(|row| Ok((row.media_type, photos::open(key, name, &row.contents)?)))
        .transpose()
}

/// A draft that is about to be sent.
#[derive(Debug, Clone)]
pub struct Sending {
    token: String,
    revision: i64,
    /// The number, sealed for the last page.
    sealed: Vec<u8>,
    report: NewReport,
    photos: Vec<String>,
    kept: SignedDuration,
}

impl Sending {
    /// A draft as it was shown, as a report.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub fn new(key: &CityKey, draft: &Draft, report: NewReport) -> Result<Self, ReportError> {
        let number = report.number.to_string();
        Ok(Self {
            sealed: key.seal(&purpose(&draft.token), number.as_bytes())?,
            token: draft.token.clone(),
            revision: draft.revision,
            photos: draft
                .content
                .answers
                .files()
                .into_iter()
                .map(|file| file.id.clone())
                .collect(),
            report,
            kept: KEPT,
        })
    }

    /// It is known for so long that this was sent.
    #[must_use]
    pub fn kept_for(mut self, kept: SignedDuration) -> Self {
        self.kept = kept;
        self
    }
}

/// Sends a draft. A second press finds nothing to send.
///
/// # Errors
/// [`ReportError::ChangedMeanwhile`] when it was changed in another window or has been sent.
pub async fn send(tx: &Tx, sending: &Sending) -> Result<Posted, ReportError> {
    let token = sending.token.as_str();
    let changed = tx
        .connection()
        .run(
            "UPDATE reports_drafts SET sealed = $3, revision = revision + 1, expires_at = $4 \
             WHERE token = $1 AND revision = $2 AND sent_as IS NULL",
            [
                token.into(),
                sending.revision.into(),
                sending.sealed.clone().into(),
                (tx.now() + sending.kept).as_microsecond().into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(ReportError::ChangedMeanwhile);
    }
    let posted = post(tx, &sending.report).await?;
    for key in &sending.photos {
        // The sealed contents are the same wherever they lie.
        tx.connection()
            .run(
                "INSERT INTO reports_photos (report, key, origin, media_type, contents, size, is_released, kept_at) \
                 SELECT $1, key, 'report', media_type, contents, size, 0, $2 FROM reports_draft_photos WHERE token = $3 AND key = $4",
                [
                    posted.id.into(),
                    tx.now().as_microsecond().into(),
                    token.into(),
                    key.as_str().into(),
                ],
            )
            .await?;
    }
    tx.connection()
        .run(
            "DELETE FROM reports_draft_photos WHERE token = $1",
            [token.into()],
        )
        .await?;
    tx.connection()
        .run(
            "UPDATE reports_drafts SET sent_as = $2 WHERE token = $1",
            [token.into(), posted.id.into()],
        )
        .await?;
    Ok(posted)
}

/// Takes away every draft whose time is over.
///
/// # Errors
/// When the database does not carry it out.
pub async fn clean_up(tx: &Tx) -> Result<(), ReportError> {
    let now = tx.now().as_microsecond();
    for sql in [
        "DELETE FROM reports_draft_photos WHERE token IN (SELECT token FROM reports_drafts WHERE expires_at <= $1)",
        "DELETE FROM reports_drafts WHERE expires_at <= $1",
    ] {
        tx.connection().run(sql, [now.into()]).await?;
    }
    Ok(())
}
