//! The small circle of one system: from the proposal to its conclusion.

use jiff::civil::Date;
use rust_decimal::Decimal;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_kernel::{FiscalYear, Yen};

use super::{
    Stamp, department_code, filled,
    history::{self, Of},
    stored_day,
};
use crate::{
    error::PlanError,
    model::{
        cycle::{HearingVerdict, ProposalState, ProposalStep, reached},
        keys::is_well_formed,
    },
};

/// A proposal.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Proposal {
    /// Its number.
    pub id: i64,
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// The department's code.
    pub department: String,
    /// What for.
    pub purpose: String,
    /// What it costs, in yen.
    pub amount: i64,
    /// What it costs each year, in yen.
    pub yearly_cost: i64,
    /// The word of its state.
    pub state: String,
    /// By whom, as the audit log writes it.
    pub proposed_by: String,
    /// When, `YYYY-MM-DD`.
    pub proposed_on: String,
    /// The word of the hearing's verdict.
    pub verdict: Option<String>,
    /// The amount granted, in yen.
    pub decided_amount: Option<i64>,
    /// When it was heard, `YYYY-MM-DD`.
    pub heard_on: Option<String>,
    /// What the hearing said.
    pub hearing_text: Option<String>,
    /// When it was introduced, `YYYY-MM-DD`.
    pub introduced_on: Option<String>,
    /// When its effect was measured, `YYYY-MM-DD`.
    pub measured_on: Option<String>,
    /// The word of the conclusion.
    pub conclusion: Option<String>,
    /// When it was concluded, `YYYY-MM-DD`.
    pub concluded_on: Option<String>,
    /// What the conclusion says.
    pub conclusion_text: Option<String>,
    /// Counts up with every change.
    pub revision: i64,
}

impl Proposal {
    /// Where it stands.
    pub fn state(&self) -> ProposalState {
        ProposalState::read(&self.state).unwrap_or(ProposalState::Proposed)
    }

    /// The fiscal year it belongs to: that of its hearing, or of its proposal while it was not heard.
    pub fn fiscal_year(&self) -> FiscalYear {
        FiscalYear::from_date(stored_day(
            self.heard_on.as_ref().unwrap_or(&self.proposed_on),
        ))
    }
}

const PROPOSALS: &str = "SELECT id, key, title, department, purpose, amount, yearly_cost, state, proposed_by, proposed_on, verdict,
        decided_amount, heard_on, hearing_text, introduced_on, measured_on, conclusion, concluded_on, conclusion_text, revision
     FROM plan_proposals";

/// An effect a person expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewExpectation {
    /// What is measured.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// The value before.
    pub before: Decimal,
    /// The value expected.
    pub expected: Decimal,
}

/// What a department proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProposal {
    /// Its key; none: made from its number.
    pub key: Option<String>,
    /// Its title.
    pub title: String,
    /// The department's code.
    pub department: String,
    /// What for.
    pub purpose: String,
    /// What it costs, not negative.
    pub amount: Yen,
    /// What it costs each year, not negative.
    pub yearly_cost: Yen,
    /// What it is expected to bring, at least one thing.
    pub expectations: Vec<NewExpectation>,
}

/// An expected effect, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// Its place, from 0.
    pub position: i64,
    /// What is measured.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// The value before.
    pub before: Decimal,
    /// The value expected.
    pub expected: Decimal,
    /// The value measured.
    pub measured: Option<Decimal>,
    /// What is said about it.
    pub measured_text: Option<String>,
}

impl Expectation {
    /// Whether the measured value reaches the expectation; none while nothing was measured.
    pub fn reached(&self) -> Option<bool> {
        self.measured
            .map(|measured| reached(self.before, self.expected, measured))
    }
}

/// A measured effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// The place of its expectation.
    pub position: i64,
    /// The value.
    pub value: Decimal,
    /// What is said about it.
    pub text: String,
}

/// What a hearing says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HearingOutcome {
    /// The verdict.
    pub verdict: HearingVerdict,
    /// The amount granted when it is reduced.
    pub amount: Option<Yen>,
    /// In words.
    pub text: String,
}

pub(super) fn check(new: &NewProposal) -> Result<(), PlanError> {
    filled(&new.title, "title")?;
    filled(&new.purpose, "purpose")?;
    department_code(&new.department)?;
    if new.amount < Yen::new(0) || new.yearly_cost < Yen::new(0) {
        return Err(PlanError::Empty("amount"));
    }
    if new.expectations.is_empty() {
        return Err(PlanError::Empty("expectations"));
    }
    for expectation in &new.expectations {
        filled(&expectation.name, "expectations")?;
    }
    Ok(())
}

/// Makes a proposal and returns its number.
///
/// # Errors
/// [`PlanError::Empty`], [`PlanError::BadKey`], [`PlanError::WrongState`] when the key is taken, or the database's.
pub async fn propose(
    tx: &Tx,
    new: &NewProposal,
    day: Date,
    stamp: &Stamp,
) -> Result<i64, PlanError> {
    check(new)?;
    let key = match &new.key {
        Some(key) if is_well_formed(key) => key.clone(),
        Some(key) => return Err(PlanError::BadKey(key.clone())),
        None => {
            let newest: Option<i64> = tx
                .connection()
                .value("SELECT MAX(id) FROM plan_proposals", [])
                .await?
                .flatten();
            format!("p{}", newest.unwrap_or(0) + 1)
        }
    };
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO plan_proposals (key, title, department, purpose, amount, yearly_cost, state, proposed_by, proposed_on, revision)
             VALUES ($1, $2, $3, $4, $5, $6, 'proposed', $7, $8, 1) ON CONFLICT DO NOTHING RETURNING id",
            [
                key.into(),
                new.title.trim().into(),
                new.department.clone().into(),
                new.purpose.trim().into(),
                new.amount.amount().into(),
                new.yearly_cost.amount().into(),
                stamp.by.clone().into(),
                day.to_string().into(),
            ],
        )
        .await?;
    let id = id.ok_or(PlanError::WrongState("there is a proposal with this key"))?;
    write_expectations(tx, id, &new.expectations).await?;
    note(
        tx,
        id,
        ProposalStep::Propose,
        (None, ProposalState::Proposed),
        "",
        stamp,
    )
    .await?;
    Ok(id)
}

pub(super) async fn write_expectations(
    tx: &Tx,
    id: i64,
    expectations: &[NewExpectation],
) -> Result<(), PlanError> {
    tx.connection()
        .run(
            "DELETE FROM plan_expectations WHERE proposal_id = $1",
            [id.into()],
        )
        .await?;
    for (position, expectation) in (0_i64..).zip(expectations) {
        tx.connection()
            .run(
                "INSERT INTO plan_expectations (proposal_id, position, name, unit, before, expected)
                 VALUES ($1, $2, $3, $4, $5, $6)",
                [
                    id.into(),
                    position.into(),
                    expectation.name.trim().into(),
                    expectation.unit.trim().into(),
                    expectation.before.to_string().into(),
                    expectation.expected.to_string().into(),
                ],
            )
            .await?;
    }
    Ok(())
}

pub(super) async fn note(
    tx: &Tx,
    id: i64,
    step: ProposalStep,
    (from, to): (Option<ProposalState>, ProposalState),
    text: &str,
    stamp: &Stamp,
) -> Result<(), PlanError> {
    let states = (from.map(ProposalState::as_str), to.as_str());
    history::add(tx, Of::Proposal(id), step.as_str(), states, text, stamp).await?;
    tx.audit(
        AuditEntry::new("plan.proposal.step", format!("plan_proposals/{id}"))
            .with(json!({"step": step.as_str(), "to": to.as_str(), "reason": text.trim()})),
    );
    Ok(())
}

/// The state before and after a step.
pub(super) async fn way(
    tx: &Tx,
    id: i64,
    step: ProposalStep,
) -> Result<(Proposal, ProposalState), PlanError> {
    let before = proposal(tx.connection(), id).await?;
    let next = step
        .take(before.state())
        .ok_or(PlanError::WrongState("the proposal has moved on"))?;
    Ok((before, next))
}

/// One proposal.
///
/// # Errors
/// [`PlanError::NoSuchPart`], or when the database does not answer.
pub async fn proposal(connection: &impl ConnectionTrait, id: i64) -> Result<Proposal, PlanError> {
    connection
        .row(&format!("{PROPOSALS} WHERE id = $1"), [id.into()])
        .await?
        .ok_or_else(|| PlanError::NoSuchPart(format!("proposal/{id}")))
}

/// All proposals, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn proposals(connection: &impl ConnectionTrait) -> Result<Vec<Proposal>, PlanError> {
    Ok(connection
        .rows(
            &format!("{PROPOSALS} ORDER BY proposed_on DESC, id DESC"),
            [],
        )
        .await?)
}

/// What a proposal expects, in order.
///
/// # Errors
/// When the database does not answer or a value cannot be read back.
pub async fn expectations(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Vec<Expectation>, PlanError> {
    #[derive(FromQueryResult)]
    struct Row {
        position: i64,
        name: String,
        unit: String,
        before: String,
        expected: String,
        measured: Option<String>,
        measured_text: Option<String>,
    }
    let read = |text: String| -> Result<Decimal, PlanError> {
        Ok(serde_json::from_value(serde_json::Value::String(text))?)
    };
    let rows: Vec<Row> = connection
        .rows(
            "SELECT position, name, unit, before, expected, measured, measured_text FROM plan_expectations
             WHERE proposal_id = $1 ORDER BY position",
            [id.into()],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Expectation {
                position: row.position,
                name: row.name,
                unit: row.unit,
                before: read(row.before)?,
                expected: read(row.expected)?,
                measured: row.measured.map(read).transpose()?,
                measured_text: row.measured_text,
            })
        })
        .collect()
}

/// The hearings of one fiscal year in numbers. Money is in yen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct YearSummary {
    /// Proposals heard.
    pub heard: u32,
    /// Accepted as proposed.
    pub as_proposed: u32,
    /// Accepted with a smaller amount.
    pub reduced: u32,
    /// Declined.
    pub declined: u32,
    /// What was asked for.
    pub asked: i64,
    /// What was granted.
    pub granted: i64,
}

/// Sums up the hearings of a fiscal year.
pub fn summary_of(proposals: &[Proposal], year: FiscalYear) -> YearSummary {
    let mut summary = YearSummary::default();
    for proposal in proposals {
        let verdict = proposal.verdict.as_deref().and_then(HearingVerdict::read);
        let Some(verdict) = verdict.filter(|_| proposal.fiscal_year() == year) else {
            continue;
        };
        summary.heard += 1;
        match verdict {
            HearingVerdict::AsProposed => summary.as_proposed += 1,
            HearingVerdict::Reduced => summary.reduced += 1,
            HearingVerdict::Declined => summary.declined += 1,
        }
        summary.asked = summary.asked.saturating_add(proposal.amount);
        summary.granted = summary
            .granted
            .saturating_add(proposal.decided_amount.unwrap_or(0));
    }
    summary
}
