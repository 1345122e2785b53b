//! The tablet on which a visitor reads the answers and says whether they are right.

use jiff::{SignedDuration, Timestamp};
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{Tx, sql::Sql as _};
use yakuba_identity::{CityKey, Token};

use crate::{
    error::ProcedureError,
    model::visit::ShortCode,
    store::counter_codes::{self, UseFor},
};

/// So long a tablet shows one visitor's answers.
pub const LASTS: SignedDuration = SignedDuration::from_mins(30);

/// What a visitor said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Everything is right.
    Correct,
    /// Something is wrong: the paths of the fields, none when it is something else.
    Wrong(Vec<String>),
}

/// A tablet that shows a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tablet {
    /// The draft's number.
    pub draft: i64,
    /// What the visitor said, and of which revision of the draft.
    pub said: Option<(i64, Said)>,
}

impl Tablet {
    /// What the visitor said of the draft as it is now.
    pub fn said_of(&self, revision: i64) -> Option<&Said> {
        self.said
            .as_ref()
            .filter(|(of, _)| *of == revision)
            .map(|(_, said)| said)
    }
}

#[derive(FromQueryResult)]
struct Row {
    draft_id: i64,
    revision: Option<i64>,
    answer: Option<String>,
    wrong: String,
}

impl TryFrom<Row> for Tablet {
    type Error = ProcedureError;

    fn try_from(row: Row) -> Result<Self, ProcedureError> {
        let said = match (row.revision, row.answer.as_deref()) {
            (Some(revision), Some("correct")) => Some((revision, Said::Correct)),
            (Some(revision), Some(_)) => {
                Some((revision, Said::Wrong(serde_json::from_str(&row.wrong)?)))
            }
            _ => None,
        };
        Ok(Self {
            draft: row.draft_id,
            said,
        })
    }
}

/// Lets the holder of a new token see the draft that a code is about, for [`LASTS`]; an earlier tablet sees it no more.
/// None when the code is unknown, used or too old.
///
/// # Errors
/// When the database does not carry it out.
pub async fn pair(
    tx: &Tx,
    city: &CityKey,
    code: &ShortCode,
    token: &Token,
) -> Result<Option<i64>, ProcedureError> {
    let Some(draft) = counter_codes::take(tx, city, UseFor::Tablet, code).await? else {
        return Ok(None);
    };
    end(tx, draft).await?;
    tx.connection()
        .run(
            "INSERT INTO procedures_counter_tablets (draft_id, token, expires_at, wrong) VALUES ($1, $2, $3, '[]')",
            [
                draft.into(),
                token.hash().into(),
                (tx.now() + LASTS).as_microsecond().into(),
            ],
        )
        .await?;
    Ok(Some(draft))
}

/// The tablet of a token whose time is not over, if there is one.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn with_token(
    connection: &impl ConnectionTrait,
    token: &Token,
    now: Timestamp,
) -> Result<Option<Tablet>, ProcedureError> {
    let row: Option<Row> = connection
        .row(
            "SELECT draft_id, revision, answer, wrong FROM procedures_counter_tablets WHERE token = $1 AND expires_at > $2",
            [token.hash().into(), now.as_microsecond().into()],
        )
        .await?;
    row.map(Tablet::try_from).transpose()
}

/// The tablet that shows a draft now, if one does.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn of_draft(
    connection: &impl ConnectionTrait,
    draft: i64,
    now: Timestamp,
) -> Result<Option<Tablet>, ProcedureError> {
    let row: Option<Row> = connection
        .row(
            "SELECT draft_id, revision, answer, wrong FROM procedures_counter_tablets WHERE draft_id = $1 AND expires_at > $2",
            [draft.into(), now.as_microsecond().into()],
        )
        .await?;
    row.map(Tablet::try_from).transpose()
}

/// Keeps what the visitor says of one revision of the draft.
///
/// # Errors
/// [`ProcedureError::ChangedMeanwhile`] when the draft has another revision by now, was sent, or the tablet's time is over.
pub async fn say(tx: &Tx, token: &Token, revision: i64, said: &Said) -> Result<(), ProcedureError> {
    let (answer, wrong) = match said {
        Said::Correct => ("correct", "[]".to_owned()),
        Said::Wrong(fields) => ("wrong", serde_json::to_string(fields)?),
    };
    let changed = tx
        .connection()
        .run(
            "UPDATE procedures_counter_tablets SET revision = $3, answer = $4, wrong = $5 \
             WHERE token = $1 AND expires_at > $2 AND draft_id IN \
               (SELECT id FROM procedures_drafts WHERE revision = $3 AND case_id IS NULL)",
            [
                token.hash().into(),
                tx.now().as_microsecond().into(),
                revision.into(),
                answer.into(),
                wrong.into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(ProcedureError::ChangedMeanwhile);
    }
    Ok(())
}

/// Ends what a draft's tablet shows, and its code.
///
/// # Errors
/// When the database does not carry it out.
pub async fn end(tx: &Tx, draft: i64) -> Result<(), ProcedureError> {
    counter_codes::forget(tx, UseFor::Tablet, draft).await?;
    tx.connection()
        .run(
            "DELETE FROM procedures_counter_tablets WHERE draft_id = $1",
            [draft.into()],
        )
        .await?;
    Ok(())
}

/// Takes away tablets whose time is over.
///
/// # Errors
/// When the database does not carry it out.
pub async fn clean_up(tx: &Tx) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "DELETE FROM procedures_counter_tablets WHERE expires_at <= $1",
            [tx.now().as_microsecond().into()],
        )
        .await?;
    Ok(())
}
