//! The overview of a year's self-reviews, and by when each step is to be done.

use std::collections::BTreeSet;

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, setting, sql::Sql as _};
use yakuba_kernel::FiscalYear;

use super::reviews::{Review, reviews_of_year};
use crate::{
    error::PlanError,
    model::cycle::{Deadline, DeadlineKind, ReviewState},
};

/// A line of the overview: one initiative and one department that owes a review of the year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardRow {
    /// The initiative's key.
    pub initiative_key: String,
    /// Its number in the document.
    pub number: Option<String>,
    /// Its title.
    pub title: String,
    /// The department's code; empty: the plan's lead is none of the city's departments.
    pub department: String,
    /// The review; none: not begun.
    pub review: Option<Review>,
}

impl BoardRow {
    /// The step that is overdue on `today`, if one is. `deadlines` as [`deadlines`] gives them.
    pub fn late(
        &self,
        year: FiscalYear,
        deadlines: &[(DeadlineKind, Deadline)],
        today: Date,
    ) -> Option<DeadlineKind> {
        let waits_for = match self.review.as_ref().map(|review| review.state) {
            None | Some(ReviewState::Draft) => DeadlineKind::Submit,
            Some(ReviewState::Submitted) => DeadlineKind::Check,
            Some(ReviewState::Checked) => DeadlineKind::Approve,
            Some(ReviewState::Approved) => DeadlineKind::Publish,
            Some(ReviewState::Published) => return None,
        };
        deadlines
            .iter()
            .find(|(kind, _)| *kind == waits_for)
            .filter(|(_, deadline)| deadline.after(year) < today)
            .map(|(kind, _)| *kind)
    }
}

/// All initiatives of a plan with the state of their reviews of a year, in the order of the document. Each running
/// initiative stands once per leading department; reviews of other departments and of ended initiatives are added.
///
/// # Errors
/// When the database does not answer.
pub async fn board(
    connection: &impl ConnectionTrait,
    plan_id: i64,
    year: FiscalYear,
) -> Result<Vec<BoardRow>, PlanError> {
    #[derive(FromQueryResult)]
    struct Part {
        key: String,
        number: Option<String>,
        title: String,
        stage: String,
        code: Option<String>,
    }
    let parts: Vec<Part> = connection
        .rows(
            "SELECT n.key, n.number, n.title, n.stage, d.code FROM plan_initiatives n
             LEFT JOIN plan_departments d
               ON d.plan_id = n.plan_id AND d.initiative_key = n.key AND d.lead = 1 AND d.code IS NOT NULL
             WHERE n.plan_id = $1 ORDER BY n.position, d.position",
            [plan_id.into()],
        )
        .await?;
    let mut open = reviews_of_year(connection, plan_id, year).await?;
    let mut board: Vec<BoardRow> = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, part) in parts.iter().enumerate() {
        let department = part.code.clone().unwrap_or_default();
        let runs = matches!(part.stage.as_str(), "running" | "new");
        let position = open.iter().position(|review| {
            review.initiative_key == part.key && review.department == department
        });
        let row = |department: String, review: Option<Review>| BoardRow {
            initiative_key: part.key.clone(),
            number: part.number.clone(),
            title: part.title.clone(),
            department,
            review,
        };
        let own = position.map(|position| open.remove(position));
        if (runs || own.is_some()) && seen.insert((part.key.clone(), department.clone())) {
            board.push(row(department, own));
        }
        let is_last = parts.get(index + 1).is_none_or(|next| next.key != part.key);
        if is_last {
            let (others, rest): (Vec<_>, Vec<_>) = open
                .into_iter()
                .partition(|review| review.initiative_key == part.key);
            open = rest;
            for review in others {
                board.push(row(review.department.clone(), Some(review)));
            }
        }
    }
    Ok(board)
}

/// By which day of the year a step is to be done.
///
/// # Errors
/// When the database does not answer.
pub async fn deadline(
    connection: &impl ConnectionTrait,
    kind: DeadlineKind,
) -> Result<Deadline, PlanError> {
    let text = setting(connection, kind.setting()).await?;
    Ok(text
        .and_then(|text| Deadline::read(&text))
        .unwrap_or(kind.usual()))
}

/// All deadlines of the year.
///
/// # Errors
/// When the database does not answer.
pub async fn deadlines(
    connection: &impl ConnectionTrait,
) -> Result<Vec<(DeadlineKind, Deadline)>, PlanError> {
    let mut all = Vec::new();
    for kind in DeadlineKind::ALL {
        all.push((*kind, deadline(connection, *kind).await?));
    }
    Ok(all)
}

/// Sets a deadline.
///
/// # Errors
/// When the database does not answer.
pub async fn set_deadline(
    tx: &Tx,
    kind: DeadlineKind,
    deadline: Deadline,
) -> Result<(), PlanError> {
    tx.set(kind.setting(), &deadline.to_string()).await?;
    tx.audit(
        AuditEntry::new("plan.deadline.set", kind.setting())
            .with(json!({"by": deadline.to_string()})),
    );
    Ok(())
}
