//! What a paper application left unanswered, from its receipt until it is put right.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::Value as Json;
use yakuba_city::{
    Tx,
    sql::{Sql as _, list},
};

use crate::{
    error::ProcedureError,
    model::case::Outcome,
    store::{
        cases, corrections,
        files::{self, SealedFile, UseFor},
        keys::CaseKey,
    },
};

/// The questions of a case that still lack an answer, as paths in the order of the form.
///
/// # Errors
/// When the database does not answer.
pub async fn of_case(
    connection: &impl ConnectionTrait,
    case: i64,
) -> Result<Vec<String>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Row {
        path: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT path FROM procedures_case_gaps WHERE case_id = $1 ORDER BY position, path",
            [case.into()],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.path).collect())
}

/// Those of some cases that lack answers.
///
/// # Errors
/// When the database does not answer.
pub async fn among(
    connection: &impl ConnectionTrait,
    cases: &[i64],
) -> Result<BTreeSet<i64>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Row {
        case_id: i64,
    }
    if cases.is_empty() {
        return Ok(BTreeSet::new());
    }
    let sql = format!(
        "SELECT DISTINCT case_id FROM procedures_case_gaps WHERE case_id IN ({})",
        list(1, cases.len())
    );
    let rows: Vec<Row> = connection
        .rows(&sql, cases.iter().map(|case| (*case).into()))
        .await?;
    Ok(rows.into_iter().map(|row| row.case_id).collect())
}

/// Puts what is missing now in place of what was missing before.
///
/// # Errors
/// When the database does not carry it out.
pub async fn put(tx: &Tx, case: i64, gaps: &[String]) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "DELETE FROM procedures_case_gaps WHERE case_id = $1",
            [case.into()],
        )
        .await?;
    for (position, path) in (1_i64..).zip(gaps) {
        tx.connection()
            .run(
                "INSERT INTO procedures_case_gaps (case_id, path, position) VALUES ($1, $2, $3)",
                [case.into(), path.as_str().into(), position.into()],
            )
            .await?;
    }
    Ok(())
}

/// Whether a case may be decided so: always without gaps. With gaps it can only be refused, and only after they were asked for and the
/// day for it is over or the request ended (Administrative Procedure Act Art. 7: 補正 or refusal).
///
/// # Errors
/// When the database does not answer.
pub async fn allow(
    connection: &impl ConnectionTrait,
    case: i64,
    outcome: Outcome,
    today: jiff::civil::Date,
) -> Result<bool, ProcedureError> {
    if of_case(connection, case).await?.is_empty() {
        return Ok(true);
    }
    if outcome != Outcome::Refused {
        return Ok(false);
    }
    let asked: Option<i64> = connection
        .value(
            "SELECT COUNT(*) FROM procedures_case_corrections WHERE case_id = $1 AND (ended_at IS NOT NULL OR answer_by < $2)",
            [case.into(), today.to_string().into()],
        )
        .await?;
    Ok(asked.unwrap_or(0) > 0)
}

/// What staff enter of what was missing.
#[derive(Debug, Clone)]
pub struct Completing {
    /// The case.
    pub case: i64,
    /// Its revision as it was read.
    pub revision: i64,
    /// All answers, with the new ones.
    pub answers: Json,
    /// What is still missing.
    pub gaps: Vec<String>,
    /// New files among the answers.
    pub files: Vec<SealedFile>,
}

/// Enters what was missing. When nothing is missing any more, an open request for correction ends.
///
/// # Errors
/// [`ProcedureError::WrongState`] after the decision; [`ProcedureError::ChangedMeanwhile`].
pub async fn complete(tx: &Tx, key: &CaseKey, input: &Completing) -> Result<(), ProcedureError> {
    cases::enter_answers(tx, key, input.case, input.revision, &input.answers).await?;
    for file in &input.files {
        files::add(tx, input.case, UseFor::Answer, file).await?;
    }
    put(tx, input.case, &input.gaps).await?;
    if input.gaps.is_empty() {
        corrections::end_open(tx, input.case).await?;
    }
    Ok(())
}
