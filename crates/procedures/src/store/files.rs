//! Files of cases and drafts: sealed like everything else people send, and committed with what they belong to.

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use yakuba_city::{
    Tx,
    sql::{Sql as _, Together},
};

use crate::{error::ProcedureError, store::keys::CaseKey};

/// What a file is, beside its contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The name shown and saved under.
    pub name: String,
    /// The media type, found from the content.
    pub media_type: String,
}

/// A file in the clear.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// Its random key, by which the answers name it.
    pub key: String,
    /// What it is.
    pub about: About,
    /// What is in it.
    pub contents: Vec<u8>,
}

impl std::fmt::Debug for File {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("File")
            .field("key", &self.key)
            .field("bytes", &self.contents.len())
            .finish_non_exhaustive()
    }
}

/// What a file of a case belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UseFor {
    /// An answer.
    Answer,
    /// A message.
    Message,
    /// What is handed over with a decision.
    Letter,
}

impl UseFor {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Message => "message",
            Self::Letter => "letter",
        }
    }
}

/// A sealed file, ready to be written.
#[derive(Debug, Clone)]
pub struct SealedFile {
    pub(super) key: String,
    about: Vec<u8>,
    contents: Vec<u8>,
    size: i64,
}

impl SealedFile {
    /// Seals a file. Large files take a moment: do it before the write, not in it.
    ///
    /// # Errors
    /// When it is too large for the cipher, which no upload is.
    pub fn seal(key: &CaseKey, file: &File) -> Result<Self, ProcedureError> {
        Ok(Self {
            key: file.key.clone(),
            about: key.seal_value(&format!("file/{}/about", file.key), &file.about)?,
            contents: key.seal(&format!("file/{}", file.key), &file.contents)?,
            size: i64::try_from(file.contents.len()).unwrap_or(i64::MAX),
        })
    }
}

#[derive(FromQueryResult)]
struct AboutRow {
    key: String,
    about: Vec<u8>,
    size: i64,
}

#[derive(FromQueryResult)]
struct Row {
    about: Vec<u8>,
    contents: Vec<u8>,
}

fn opened(key: &CaseKey, file: &str, row: &Row) -> Result<File, ProcedureError> {
    Ok(File {
        key: file.to_owned(),
        about: key.open_value(&format!("file/{file}/about"), &row.about)?,
        contents: key.open(&format!("file/{file}"), &row.contents)?,
    })
}

/// Adds a file to a case.
///
/// # Errors
/// When the database does not carry it out.
pub async fn add(
    tx: &Tx,
    case: i64,
    use_for: UseFor,
    file: &SealedFile,
) -> Result<(), ProcedureError> {
    let mut together = Together::new();
    add_with(tx, case, use_for, file, &mut together);
    together.run(tx.connection()).await?;
    Ok(())
}

/// Adds a file to a case, together with other statements.
pub(super) fn add_with(
    tx: &Tx,
    case: i64,
    use_for: UseFor,
    file: &SealedFile,
    together: &mut Together,
) {
    together.add(
        "INSERT INTO procedures_case_files (case_id, key, use_for, about, contents, size, kept_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            case.into(),
            file.key.as_str().into(),
            use_for.as_str().into(),
            file.about.clone().into(),
            file.contents.clone().into(),
            file.size.into(),
            tx.now().as_microsecond().into(),
        ],
    );
}

/// A file of a case, if the case has it.
///
/// # Errors
/// When the database does not answer or the file cannot be opened with this key.
pub async fn file(
    connection: &impl ConnectionTrait,
    key: &CaseKey,
    case: i64,
    file: &str,
) -> Result<Option<File>, ProcedureError> {
    let row: Option<Row> = connection
        .row(
            "SELECT about, contents FROM procedures_case_files WHERE case_id = $1 AND key = $2",
            [case.into(), file.into()],
        )
        .await?;
    row.map(|row| opened(key, file, &row)).transpose()
}

/// What files a case has for a use: key, what it is, bytes.
///
/// # Errors
/// As [`file()`].
pub async fn list(
    connection: &impl ConnectionTrait,
    key: &CaseKey,
    case: i64,
    use_for: UseFor,
) -> Result<Vec<(String, About, i64)>, ProcedureError> {
    let rows: Vec<AboutRow> = connection
        .rows(
            "SELECT key, about, size FROM procedures_case_files WHERE case_id = $1 AND use_for = $2 ORDER BY kept_at, key",
            [case.into(), use_for.as_str().into()],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            let about = key.open_value(&format!("file/{}/about", row.key), &row.about)?;
            Ok((row.key, about, row.size))
        })
        .collect()
}

/// Takes a file of a case away; whether there was one.
///
/// # Errors
/// When the database does not carry it out.
pub(super) async fn remove(
    tx: &Tx,
    case: i64,
    use_for: UseFor,
    file: &str,
) -> Result<bool, ProcedureError> {
    let removed = tx
        .connection()
        .run(
            "DELETE FROM procedures_case_files WHERE case_id = $1 AND key = $2 AND use_for = $3",
            [case.into(), file.into(), use_for.as_str().into()],
        )
        .await?;
    Ok(removed > 0)
}

/// Adds a file to a draft.
pub(super) async fn add_to_draft(
    tx: &Tx,
    draft: i64,
    file: &SealedFile,
) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "INSERT INTO procedures_draft_files (draft_id, key, about, contents, size) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (draft_id, key) DO NOTHING",
            [
                draft.into(),
                file.key.as_str().into(),
                file.about.clone().into(),
                file.contents.clone().into(),
                file.size.into(),
            ],
        )
        .await?;
    Ok(())
}

/// A file of a draft, if the draft has it.
///
/// # Errors
/// As [`file()`].
pub async fn of_draft(
    connection: &impl ConnectionTrait,
    key: &CaseKey,
    draft: i64,
    file: &str,
) -> Result<Option<File>, ProcedureError> {
    let row: Option<Row> = connection
        .row(
            "SELECT about, contents FROM procedures_draft_files WHERE draft_id = $1 AND key = $2",
            [draft.into(), file.into()],
        )
        .await?;
    row.map(|row| opened(key, file, &row)).transpose()
}

/// The keys and bytes of a draft's files.
///
/// # Errors
/// When the database does not answer.
pub async fn keys_of_draft(
    connection: &impl ConnectionTrait,
    draft: i64,
) -> Result<Vec<(String, i64)>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Row {
        key: String,
        size: i64,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT key, size FROM procedures_draft_files WHERE draft_id = $1 ORDER BY key",
            [draft.into()],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.key, row.size)).collect())
}
