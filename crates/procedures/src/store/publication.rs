//! Asking for a draft to be put live, by those who design and may not do so themselves, and its being sent back.

use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_kernel::DepartmentCode;

use super::{definitions::draft, designs::need_no_mending};
use crate::error::ProcedureError;

/// The longest remark or answer, in characters.
pub const LONGEST_TEXT: usize = 1_000;

/// How a draft stands that somebody asked to be put live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// It waits for those who put live.
    Waiting,
    /// They sent it back to its designers.
    SentBack,
}

impl Asked {
    /// Both, the one that others wait for first.
    pub const ALL: [Self; 2] = [Self::Waiting, Self::SentBack];

    /// Its name in addresses and in the keys of texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::SentBack => "sent-back",
        }
    }

    pub(crate) fn of(answered: bool) -> Self {
        if answered {
            Self::SentBack
        } else {
            Self::Waiting
        }
    }
}

/// What somebody asked for a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The revision of the draft that was asked for.
    pub revision: i64,
    /// Who asked, as an actor of the audit log.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// From which day they wish it to be live.
    pub live_from: Option<Date>,
    /// What they say about it.
    pub remark: String,
    /// Why it was sent back, if it was.
    pub answer: Option<Answer>,
}

/// Why a draft was sent back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Who sent it back, as an actor of the audit log.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What is to be changed.
    pub text: String,
}

#[derive(FromQueryResult)]
struct Row {
    revision: i64,
    asked_by: String,
    asked_at: i64,
    live_from: Option<String>,
    remark: String,
    answered_by: Option<String>,
    answered_at: Option<i64>,
    answer: Option<String>,
}

fn time(micros: i64) -> Result<Timestamp, ProcedureError> {
    Timestamp::from_microsecond(micros)
        .map_err(|error| ProcedureError::StoredValue(error.to_string()))
}

impl TryFrom<Row> for Request {
    type Error = ProcedureError;

    fn try_from(row: Row) -> Result<Self, ProcedureError> {
        let answer = match (row.answered_by, row.answered_at, row.answer) {
            (Some(by), Some(at), Some(text)) => Some(Answer {
                by,
                at: time(at)?,
                text,
            }),
            _ => None,
        };
        Ok(Self {
            revision: row.revision,
            asked_by: row.asked_by,
            asked_at: time(row.asked_at)?,
            live_from: row.live_from.and_then(|day| day.parse().ok()),
            remark: row.remark,
            answer,
        })
    }
}

/// What was asked for the draft of a procedure; none when nobody asked or there is no draft.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn request(
    connection: &impl ConnectionTrait,
    key: &str,
) -> Result<Option<Request>, ProcedureError> {
    let row: Option<Row> = connection
        .row(
            "SELECT r.revision, r.asked_by, r.asked_at, r.live_from, r.remark, r.answered_by, r.answered_at, r.answer \
             FROM procedures_publication_requests r JOIN procedures_versions v \
               ON v.procedure_key = r.procedure_key AND v.number = r.number \
             WHERE r.procedure_key = $1 AND v.state = 'draft'",
            [key.into()],
        )
        .await?;
    row.map(Request::try_from).transpose()
}

/// The drafts that somebody asked to be put live: the key of the procedure, its department, and how it stands.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn requests(
    connection: &impl ConnectionTrait,
) -> Result<Vec<(String, DepartmentCode, Asked)>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Standing {
        procedure_key: String,
        department: String,
        answered_at: Option<i64>,
    }
    let rows: Vec<Standing> = connection
        .rows(
            "SELECT r.procedure_key, d.department, r.answered_at \
             FROM procedures_publication_requests r \
             JOIN procedures_versions v ON v.procedure_key = r.procedure_key AND v.number = r.number \
             JOIN procedures_definitions d ON d.key = r.procedure_key \
             WHERE v.state = 'draft' ORDER BY r.procedure_key",
            [],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            let department = DepartmentCode::new(&row.department)
                .map_err(|error| ProcedureError::StoredValue(error.to_string()))?;
            let asked = Asked::of(row.answered_at.is_some());
            Ok((row.procedure_key, department, asked))
        })
        .collect()
}

/// Asks for the draft of a procedure to be put live; asked again, the earlier request and its answer are replaced. `remark` has at most
/// [`LONGEST_TEXT`] characters.
///
/// # Errors
/// [`ProcedureError::ChangedMeanwhile`] without a draft of this revision; [`ProcedureError::MustBeMended`];
/// [`ProcedureError::LiveTooEarly`] when the day that is wished for is over.
pub async fn ask(
    tx: &Tx,
    key: &str,
    revision: i64,
    live_from: Option<Date>,
    remark: &str,
) -> Result<(), ProcedureError> {
    if let Some(day) = live_from.filter(|day| *day < tx.today()) {
        return Err(ProcedureError::LiveTooEarly(day));
    }
    need_no_mending(tx, key).await?;
    let draft = draft(tx.connection(), key)
        .await?
        .filter(|draft| draft.revision == revision)
        .ok_or(ProcedureError::ChangedMeanwhile)?;
    tx.connection()
        .run(
            "INSERT INTO procedures_publication_requests \
             (procedure_key, number, revision, asked_by, asked_at, live_from, remark) VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (procedure_key, number) DO UPDATE SET revision = excluded.revision, asked_by = excluded.asked_by, \
               asked_at = excluded.asked_at, live_from = excluded.live_from, remark = excluded.remark, \
               answered_by = NULL, answered_at = NULL, answer = NULL",
            [
                key.into(),
                draft.number.into(),
                revision.into(),
                tx.actor().to_string().into(),
                tx.now().as_microsecond().into(),
                live_from.map(|day| day.to_string()).into(),
                remark.into(),
            ],
        )
        .await?;
    tx.audit(
        AuditEntry::new("procedures.ask_publication", format!("procedures/{key}"))
            .with(json!({ "version": draft.number })),
    );
    Ok(())
}

/// Sends a draft back to its designers. `text` says what is to be changed, in 1 to [`LONGEST_TEXT`] characters.
///
/// # Errors
/// [`ProcedureError::WrongState`] when no request waits for the draft.
pub async fn send_back(tx: &Tx, key: &str, text: &str) -> Result<(), ProcedureError> {
    let changed = tx
        .connection()
        .run(
            "UPDATE procedures_publication_requests SET answered_by = $2, answered_at = $3, answer = $4 \
             WHERE procedure_key = $1 AND answered_at IS NULL AND number = \
               (SELECT number FROM procedures_versions WHERE procedure_key = $1 AND state = 'draft')",
            [
                key.into(),
                tx.actor().to_string().into(),
                tx.now().as_microsecond().into(),
                text.into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(ProcedureError::WrongState("nobody asks for this draft"));
    }
    tx.audit(AuditEntry::new(
        "procedures.send_back_draft",
        format!("procedures/{key}"),
    ));
    Ok(())
}
