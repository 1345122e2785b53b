//! Deciding a case.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use yakuba_city::{Tx, sql::Sql as _};
use yakuba_kernel::{Quantity, working_days};

use super::{By, bad, fact_of, locked, moment, steps::moved};
use crate::{
    capabilities::{DAYS_TAKEN, DECIDED, ON_TIME},
    error::ProcedureError,
    model::case::{Outcome, Step},
    notices::{self, CoNotice, Notice},
    store::{co_applicants, corrections, gaps, keys::CaseKey},
};

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

/// The words by which a text itself tells how a decision is reviewed.
const REMEDY: &str = "審査請求";

impl Decision {
    /// The reason, unless there is none or the text gives it itself: then it is not said twice.
    pub fn reason_apart(&self) -> Option<&str> {
        let reason = self.reason.trim();
        (!reason.is_empty() && !self.text.contains(reason)).then_some(reason)
    }

    /// The decision as paragraphs without headings: text, reason, how to have it reviewed.
    pub fn paragraphs(&self) -> String {
        let parts = [
            self.text.as_str(),
            self.reason_apart().unwrap_or_default(),
            self.appeal.as_str(),
        ];
        parts
            .into_iter()
            .filter(|part| !part.trim().is_empty())
            .collect::<Vec<_>>()
            .join("\n\n")
    }

    /// Whether it tells how to have it reviewed (教示, Administrative Complaint Review Act Art. 82), by its part for that or in its text.
    pub fn tells_of_remedy(&self) -> bool {
        !self.appeal.trim().is_empty() || self.text.contains(REMEDY)
    }
}

/// Decides a case: stage, text and facts (decided, working days taken, on time) commit together.
///
/// # Errors
/// [`ProcedureError::ReasonMissing`] when it is refused without a reason; [`ProcedureError::Gaps`] while answers are missing;
/// [`ProcedureError::NotAllAgreed`] when it is approved before all who apply together have agreed;
/// [`ProcedureError::WrongState`]; [`ProcedureError::NotTheirStep`] when the procedure lets others decide;
/// [`ProcedureError::ChangedMeanwhile`].
pub async fn decide(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    revision: i64,
    outcome: Outcome,
    decision: &Decision,
    by: &By,
) -> Result<(), ProcedureError> {
    if outcome.needs_reason() && decision.reason.trim().is_empty() {
        return Err(ProcedureError::ReasonMissing);
    }
    let found = locked(tx, case, revision).await?;
    if !gaps::allow(tx.connection(), case, outcome, tx.today()).await? {
        return Err(ProcedureError::Gaps);
    }
    if outcome != Outcome::Refused && !co_applicants::all_agreed(tx.connection(), case).await? {
        return Err(ProcedureError::NotAllAgreed);
    }
    moved(tx, &found, Step::Decide(outcome), by).await?;
    notices::tell(tx, key, case, Notice::Decided).await?;
    let document = super::document_of(tx.connection(), &found).await?;
    co_applicants::tell_all(tx, key, case, CoNotice::Decided(&document.title)).await?;
    put(tx, key, case, decision).await?;
    // A correction does not count (see `due_on`): the days are those of the desk.
    let taken = working_days::working_days_between(found.received_on(), tx.today())
        .saturating_sub(corrections::waited_days(tx.connection(), case).await?);
    let mut facts = vec![
        fact_of(&found, &DECIDED, tx.now())?,
        fact_of(&found, &DAYS_TAKEN, tx.now())?
            .quantity(Quantity::from_integer(i64::from(taken)).map_err(bad)?),
    ];
    // An extension gives more time, but what took longer than the standard was not decided within it.
    let promised = found.due_before_extension.or(found.due_on);
    if promised.is_some_and(|due_on| tx.today() <= due_on) {
        facts.push(fact_of(&found, &ON_TIME, tx.now())?);
    }
    tx.record_all(&facts).await?;
    Ok(())
}

/// Keeps the decision that is in force.
pub(super) async fn put(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    decision: &Decision,
) -> Result<(), ProcedureError> {
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
