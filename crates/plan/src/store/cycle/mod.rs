//! What happens around a plan: notes, tasks, self-reviews, decisions, Act records, changes of life, proposals, notices.
//!
//! Every write takes a [`Tx`] and a [`Stamp`]: who did it and when. At the desk that is the write itself
//! ([`Stamp::of`]); a history that is told later brings its own.

mod acts;
mod board;
mod decisions;
mod history;
mod life;
mod notes;
mod notices;
mod overrides;
mod people;
mod proposal_steps;
mod proposals;
mod reviews;
mod seed;
mod tasks;

use jiff::{Timestamp, civil::Date};
use sea_orm::ConnectionTrait;
use yakuba_city::{JAPAN, Tx, sql::Sql as _};
use yakuba_kernel::{DepartmentCode, FiscalYear};

use crate::error::PlanError;

pub use acts::{
    Act, ActEdit, MissedTarget, PublishedAct, Takeover, act, acts, edit_act, open_act, open_acts,
    published_acts, step_act, take_over, takeovers,
};
pub use board::{BoardRow, board, deadline, deadlines, set_deadline};
pub use decisions::{
    Decision, DecisionItem, NewDecision, decide, decisions, published_decisions, published_verdict,
};
pub use history::{Step, steps_of_act, steps_of_proposal, steps_of_review, steps_of_task};
pub use life::{
    LifeChangeRecord, NewInitiative, Revision, add_initiative, change_life, life_changes,
    note_life_change, revise, revisions,
};
pub use notes::{ProgressNote, progress_notes, withdraw_progress_note, write_progress_note};
pub use notices::{Notice, NoticeKind, Reminder, notices, read_notices, remind, unread_notices};
pub use overrides::{Override, overrides, remove_override, set_override};
pub use people::{Department, People, Person};
pub use proposal_steps::{
    change_proposal, conclude_proposal, hear_proposal, introduce_proposal, measure_proposal,
    withdraw_proposal,
};
pub use proposals::{
    Effect, Expectation, HearingOutcome, NewExpectation, NewProposal, Proposal, YearSummary,
    expectations, proposal, proposals, propose, summary_of,
};
pub use reviews::{
    PublishedReview, Review, ReviewPlace, ReviewTexts, publish_reviews, published_reviews, review,
    review_by_id, reviews, save_review, step_review,
};
pub use seed::seed;
pub use tasks::{Task, TaskEdit, edit_task, make_task, step_task, task, tasks};

/// Who does something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The actor as the audit log writes it, such as `staff:12`.
    pub by: String,
    /// The moment.
    pub at: Timestamp,
}

impl Stamp {
    /// Who writes, now.
    pub fn of(tx: &Tx) -> Self {
        Self {
            by: tx.actor().to_string(),
            at: tx.now(),
        }
    }

    /// A member of staff on a day, at ten in the morning in Japan.
    pub fn on(account: i64, day: Date) -> Self {
        let at = JAPAN
            .to_timestamp(day.at(10, 0, 0, 0))
            .unwrap_or(Timestamp::UNIX_EPOCH);
        Self {
            by: format!("staff:{account}"),
            at,
        }
    }

    /// The day in Japan.
    pub fn day(&self) -> Date {
        JAPAN.to_datetime(self.at).date()
    }
}

/// Whether anything of a plan's circle is public: reviews, decisions, missed targets, new versions.
///
/// # Errors
/// When the database does not answer.
pub async fn has_public_record(
    connection: &impl ConnectionTrait,
    plan_id: i64,
) -> Result<bool, PlanError> {
    let found: Option<i64> = connection
        .value(
            "SELECT CAST(1 AS BIGINT) FROM plans p WHERE p.id = $1 AND (
                 EXISTS (SELECT 1 FROM plan_reviews r WHERE r.plan_id = p.id AND r.state = 'published')
                 OR EXISTS (SELECT 1 FROM plan_decisions d WHERE d.plan_id = p.id AND d.published_at IS NOT NULL)
                 OR EXISTS (SELECT 1 FROM plan_acts a WHERE a.plan_id = p.id AND a.published_at IS NOT NULL)
                 OR EXISTS (SELECT 1 FROM plan_revisions v WHERE v.plan_id = p.id))",
            [plan_id.into()],
        )
        .await?;
    Ok(found.is_some())
}

/// The account number of an actor, if it is a member of staff.
pub fn account_of(actor: &str) -> Option<i64> {
    actor.strip_prefix("staff:")?.parse().ok()
}

fn read_day(text: &str) -> Option<Date> {
    text.parse().ok()
}

/// A day as stored. What is stored was a date when it was written, so the last resort is never reached.
fn stored_day(text: &str) -> Date {
    read_day(text).unwrap_or(Date::ZERO)
}

fn stored_year(year: i64) -> Result<FiscalYear, PlanError> {
    Ok(serde_json::from_value(serde_json::json!(year))?)
}

fn year_number(year: FiscalYear) -> i64 {
    i64::from(year.year())
}

fn department_code(text: &str) -> Result<DepartmentCode, PlanError> {
    DepartmentCode::new(text).map_err(|_| PlanError::Empty("department"))
}

/// The text without blanks around it, or which field is empty.
fn filled(text: &str, field: &'static str) -> Result<String, PlanError> {
    let text = text.trim();
    if text.is_empty() {
        Err(PlanError::Empty(field))
    } else {
        Ok(text.to_owned())
    }
}

/// Lines without blanks around them, empty ones left out.
fn lines(texts: &[String]) -> Vec<String> {
    texts
        .iter()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

/// The moment in Japan a stored number of microseconds stands for.
pub(crate) fn moment(stored: i64) -> jiff::civil::DateTime {
    JAPAN.to_datetime(Timestamp::from_microsecond(stored).unwrap_or(Timestamp::UNIX_EPOCH))
}

/// Refuses an update that changed no row: somebody else was faster.
fn changed_one(rows: u64) -> Result<(), PlanError> {
    if rows == 1 {
        Ok(())
    } else {
        Err(PlanError::ChangedMeanwhile)
    }
}

/// Checks that the plan has the initiative, and returns its title.
async fn initiative_title(
    connection: &impl ConnectionTrait,
    plan_id: i64,
    key: &str,
) -> Result<String, PlanError> {
    connection
        .value(
            "SELECT title FROM plan_initiatives WHERE plan_id = $1 AND key = $2",
            [plan_id.into(), key.into()],
        )
        .await?
        .ok_or_else(|| PlanError::NoSuchPart(key.to_owned()))
}

async fn plan_key(connection: &impl ConnectionTrait, plan_id: i64) -> Result<String, PlanError> {
    connection
        .value("SELECT key FROM plans WHERE id = $1", [plan_id.into()])
        .await?
        .ok_or_else(|| PlanError::NoSuchPlan(plan_id.to_string()))
}
