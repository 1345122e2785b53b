//! Mending a wrong decision (職権による更正・取消し): the one before stays as it was, with why it ended.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use serde_json::json;
use yakuba_city::{AuditEntry, FactId, Measure, Tx, sql::Sql as _};

use super::{By, CASE_MOVED, Case, Decision, bad, day, document_of, locked, moment};
use crate::{
    capabilities::{DAYS_TAKEN, DECIDED, ON_TIME},
    error::ProcedureError,
    model::{
        case::{Outcome, Stage, Step},
        way::{Stop, Way},
    },
    notices::{self, CoNotice, Notice},
    slots::record_of,
    store::{
        co_applicants, gaps,
        history::{self, What},
        keys::CaseKey,
    },
};

/// How a decision ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Another one stands in its place (更正).
    Corrected,
    /// It was taken back, and the case is to be decided anew (取消し).
    Revoked,
}

impl Ended {
    /// The name in the database and in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Corrected => "corrected",
            Self::Revoked => "revoked",
        }
    }
}

/// A decision that is in force no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastDecision {
    /// 1 for the first of a case.
    pub number: i64,
    /// What was decided.
    pub outcome: Outcome,
    /// As the applicant was told.
    pub decision: Decision,
    /// When it was made.
    pub made_at: Timestamp,
    /// How it ended.
    pub ended: Ended,
    /// Why.
    pub because: String,
    /// What the applicant was told of a revocation; of a correction the decision in its place tells.
    pub notice: Option<Decision>,
    /// When it ended.
    pub ended_at: Timestamp,
}

/// What is sealed about the end of a decision.
#[derive(Serialize, Deserialize)]
struct End {
    because: String,
    notice: Option<Decision>,
}

fn label(number: i64) -> String {
    format!("decision-end/{number}")
}

/// The decisions of a case that are in force no more, newest first.
///
/// # Errors
/// When the database does not answer or the key is another case's.
pub async fn past_decisions(
    connection: &impl ConnectionTrait,
    key: &CaseKey,
    case: i64,
) -> Result<Vec<PastDecision>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
        outcome: String,
        sealed: Vec<u8>,
        made_at: i64,
        ended: String,
        sealed_end: Vec<u8>,
        ended_at: i64,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT number, outcome, sealed, made_at, ended, sealed_end, ended_at FROM procedures_case_past_decisions \
             WHERE case_id = $1 ORDER BY number DESC",
            [case.into()],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            let end: End = key.open_value(&label(row.number), &row.sealed_end)?;
            Ok(PastDecision {
                number: row.number,
                outcome: row.outcome.parse().map_err(bad)?,
                decision: key.open_value("decision", &row.sealed)?,
                made_at: moment(row.made_at)?,
                ended: if row.ended == Ended::Revoked.as_str() {
                    Ended::Revoked
                } else {
                    Ended::Corrected
                },
                because: end.because,
                notice: end.notice,
                ended_at: moment(row.ended_at)?,
            })
        })
        .collect()
}

/// A letter of a case with its day: the one of the decision in force; with `past` the one of an earlier decision by its number; with
/// `notice` what was told of the revocation of that one.
///
/// # Errors
/// As [`past_decisions`].
pub async fn letter(
    connection: &impl ConnectionTrait,
    key: &CaseKey,
    case: i64,
    past: Option<i64>,
    notice: Option<i64>,
) -> Result<Option<(Decision, Timestamp)>, ProcedureError> {
    let Some(number) = past.or(notice) else {
        return super::decision(connection, key, case).await;
    };
    let found = past_decisions(connection, key, case)
        .await?
        .into_iter()
        .find(|past| past.number == number);
    Ok(found.and_then(|found| match past {
        Some(_) => Some((found.decision, found.made_at)),
        None => Some((found.notice?, found.ended_at)),
    }))
}

/// The case of a decision that somebody may mend: who may decide it.
async fn decided(
    tx: &Tx,
    case: i64,
    revision: i64,
    by: &By,
) -> Result<(Case, Outcome), ProcedureError> {
    let found = locked(tx, case, revision).await?;
    let (Some(outcome), None) = (found.outcome, found.disposed_at) else {
        return Err(ProcedureError::WrongState("there is no decision to mend"));
    };
    let document = document_of(tx.connection(), &found).await?;
    let hands = by
        .hands(tx.connection(), &document, &found.department, tx.today())
        .await?;
    let refusal =
        Way::new(&document, None).refusal(&hands, &Stop::at(Stage::Checked), Step::Decide(outcome));
    if refusal.is_some() {
        return Err(ProcedureError::NotTheirStep);
    }
    Ok((found, outcome))
}

/// Puts the decision in force among the past ones and gives it its number.
async fn set_aside(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    outcome: Outcome,
    ended: Ended,
    end: &End,
) -> Result<i64, ProcedureError> {
    if end.because.trim().is_empty() {
        return Err(ProcedureError::ReasonMissing);
    }
    let last: Option<i64> = tx
        .connection()
        .value(
            "SELECT COALESCE(MAX(number), 0) FROM procedures_case_past_decisions WHERE case_id = $1",
            [case.into()],
        )
        .await?;
    let number = last.unwrap_or(0) + 1;
    tx.connection()
        .run(
            "INSERT INTO procedures_case_past_decisions \
               (case_id, number, outcome, sealed, made_at, made_by, ended, sealed_end, ended_at, ended_by) \
             SELECT case_id, CAST($2 AS BIGINT), CAST($3 AS TEXT), sealed, made_at, made_by, CAST($4 AS TEXT), $5, CAST($6 AS BIGINT), \
               CAST($7 AS TEXT) \
             FROM procedures_case_decisions WHERE case_id = $1",
            [
                case.into(),
                number.into(),
                outcome.as_str().into(),
                ended.as_str().into(),
                key.seal_value(&label(number), end)?.into(),
                tx.now().as_microsecond().into(),
                tx.actor().to_string().into(),
            ],
        )
        .await?;
    tx.connection()
        .run(
            "DELETE FROM procedures_case_decisions WHERE case_id = $1",
            [case.into()],
        )
        .await?;
    Ok(number)
}

/// What is decided in place of the decision before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correcting {
    /// What is decided now.
    pub outcome: Outcome,
    /// As the applicant reads it.
    pub decision: Decision,
    /// Why the one before was wrong.
    pub because: String,
}

/// Puts another decision in place of a wrong one (更正): the case stays where it is, and the applicant is told. That it was decided, when,
/// and in how many days stays counted as it was.
///
/// # Errors
/// [`ProcedureError::ReasonMissing`] without the reason of the correction, or of a decision other than the one applied for;
/// otherwise as [`decide`](super::decide).
pub async fn correct_decision(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    revision: i64,
    input: &Correcting,
    by: &By,
) -> Result<(), ProcedureError> {
    let Correcting {
        outcome,
        decision,
        because,
    } = input;
    if outcome.needs_reason() && decision.reason.trim().is_empty() {
        return Err(ProcedureError::ReasonMissing);
    }
    let (found, before) = decided(tx, case, revision, by).await?;
    if !gaps::allow(tx.connection(), case, *outcome, tx.today()).await? {
        return Err(ProcedureError::Gaps);
    }
    if *outcome != Outcome::Refused && !co_applicants::all_agreed(tx.connection(), case).await? {
        return Err(ProcedureError::NotAllAgreed);
    }
    let end = End {
        because: because.clone(),
        notice: None,
    };
    let number = set_aside(tx, key, case, before, Ended::Corrected, &end).await?;
    super::decision::put(tx, key, case, decision).await?;
    // After a refusal there is nothing to carry out: the procedure's own stages for that are left.
    let leaves = *outcome == Outcome::Refused && found.stage.is_decided();
    tx.connection()
        .run(
            "UPDATE procedures_cases SET outcome = $2, own_stage = CASE WHEN $3 = 1 THEN NULL ELSE own_stage END, \
               own_due_on = CASE WHEN $3 = 1 THEN NULL ELSE own_due_on END WHERE id = $1",
            [
                case.into(),
                outcome.as_str().into(),
                i64::from(leaves).into(),
            ],
        )
        .await?;
    if let Some(slots) = tx.slots().filter(|_| *outcome == Outcome::Refused) {
        slots.give_back(tx, &record_of(case)).await?;
    }
    let what = What::DecisionCorrected {
        number,
        outcome: *outcome,
    };
    tell(tx, key, &found, what).await?;
    tx.audit(
        AuditEntry::new(
            "procedures.correct_decision",
            format!("procedures/cases/{case}"),
        )
        .with(json!({ "from": before.as_str(), "to": outcome.as_str() })),
    );
    Ok(())
}

/// Takes a wrong decision back (取消し): the case is examined again and decided anew, and what was counted of the decision is taken back.
///
/// # Errors
/// [`ProcedureError::ReasonMissing`] without its reason; [`ProcedureError::WrongState`] without a decision, and for a case that is proposed
/// for disposal; [`ProcedureError::NotTheirStep`]; [`ProcedureError::ChangedMeanwhile`].
pub async fn revoke_decision(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    revision: i64,
    notice: &Decision,
    because: &str,
    by: &By,
) -> Result<(), ProcedureError> {
    let (found, before) = decided(tx, case, revision, by).await?;
    if is_proposed_for_disposal(tx.connection(), case).await? {
        return Err(ProcedureError::WrongState(
            "the case is proposed for disposal",
        ));
    }
    let end = End {
        because: because.to_owned(),
        notice: Some(notice.clone()),
    };
    let number = set_aside(tx, key, case, before, Ended::Revoked, &end).await?;
    tx.connection()
        .run(
            "UPDATE procedures_cases SET stage = $2, outcome = NULL, decided_at = NULL, closed_at = NULL, own_stage = NULL, \
               own_due_on = NULL WHERE id = $1",
            [case.into(), Stage::Checked.as_str().into()],
        )
        .await?;
    for measure in [&DECIDED, &DAYS_TAKEN, &ON_TIME] {
        uncount(tx, &found, measure).await?;
    }
    tell(tx, key, &found, What::DecisionRevoked { number }).await?;
    tx.emit(
        CASE_MOVED,
        json!({ "case": case, "stage": Stage::Checked.as_str() }),
    )
    .await?;
    tx.audit(
        AuditEntry::new(
            "procedures.revoke_decision",
            format!("procedures/cases/{case}"),
        )
        .with(json!({ "from": before.as_str() })),
    );
    Ok(())
}

/// Whether a case stands on a list of what is to be disposed of that nobody has settled yet.
pub(super) async fn is_proposed_for_disposal(
    connection: &impl ConnectionTrait,
    case: i64,
) -> Result<bool, ProcedureError> {
    let proposed: Option<i64> = connection
        .value(
            "SELECT COUNT(*) FROM procedures_disposal_cases c JOIN procedures_disposals d ON d.id = c.disposal_id \
             WHERE c.case_id = $1 AND d.state = 'proposed'",
            [case.into()],
        )
        .await?;
    Ok(proposed != Some(0))
}

/// Notes it, and tells the applicant and everybody who applied together with them.
async fn tell(tx: &Tx, key: &CaseKey, found: &Case, what: What) -> Result<(), ProcedureError> {
    history::note(tx, found.id, what).await?;
    notices::tell(tx, key, found.id, Notice::DecisionChanged).await?;
    let document = document_of(tx.connection(), found).await?;
    let notice = CoNotice::DecisionChanged(&document.title);
    co_applicants::tell_all(tx, key, found.id, notice).await?;
    tx.emit(
        super::CASE_DECISION_CHANGED,
        json!({ "case": found.id, "occasion": found.revision }),
    )
    .await?;
    Ok(())
}

/// Takes a fact about the decision of a case back.
async fn uncount(tx: &Tx, found: &Case, measure: &Measure) -> Result<(), ProcedureError> {
    let Some(decided_at) = found.decided_at else {
        return Ok(());
    };
    tx.record_what_was_kept().await?;
    let fact: Option<i64> = tx
        .connection()
        .value(
            "SELECT f.id FROM facts f LEFT JOIN facts back ON back.corrects = f.id \
             WHERE f.measure = $1 AND f.day >= $2 AND f.record = $3 AND f.sign = 1 AND back.id IS NULL \
             ORDER BY f.id DESC LIMIT 1",
            [
                measure.name.as_str().into(),
                day(decided_at).to_string().into(),
                format!("procedures_cases/{}", found.id).into(),
            ],
        )
        .await?;
    if let Some(fact) = fact {
        tx.take_back(FactId(fact)).await?;
    }
    Ok(())
}
