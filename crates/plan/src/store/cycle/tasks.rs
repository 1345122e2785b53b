//! Tasks with due dates.

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, Fact, Tx, sql::Sql as _};
use yakuba_kernel::Subject;

use super::{
    Stamp, account_of, changed_one, department_code, filled,
    history::{self, Of},
    initiative_title,
    notes::take_back,
    notices::{self, NoticeKind},
    plan_key, stored_day,
};
use crate::{
    capabilities::TASK_COMPLETED,
    error::PlanError,
    model::cycle::{Punctuality, TaskState, TaskStep},
};

/// A task.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Task {
    /// Its number.
    pub id: i64,
    /// The plan's number.
    pub plan_id: i64,
    /// The plan's key.
    pub plan_key: String,
    /// The initiative's key.
    pub initiative_key: String,
    /// The initiative's title.
    pub initiative_title: String,
    /// What is to be done.
    pub title: String,
    /// The department's code.
    pub department: String,
    /// The account of who does it; none: not yet settled.
    pub assignee: Option<i64>,
    /// By when, `YYYY-MM-DD`.
    pub due: String,
    /// The word of its state.
    pub state: String,
    /// When it was done or given up, `YYYY-MM-DD`.
    pub settled_on: Option<String>,
    /// A remark; for a dropped task the reason.
    pub note: Option<String>,
    /// Counts up with every change.
    pub revision: i64,
}

impl Task {
    /// Where it stands.
    pub fn state(&self) -> TaskState {
        TaskState::read(&self.state).unwrap_or(TaskState::Open)
    }

    /// By when.
    pub fn due(&self) -> Date {
        stored_day(&self.due)
    }

    /// Whether it is open and its day has passed.
    pub fn is_late(&self, today: Date) -> bool {
        self.state() == TaskState::Open && self.due() < today
    }
}

/// What a person enters for a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskEdit {
    /// What is to be done.
    pub title: String,
    /// The department's code.
    pub department: String,
    /// The account of who does it.
    pub assignee: Option<i64>,
    /// By when.
    pub due: Date,
    /// A remark.
    pub note: Option<String>,
}

const TASKS: &str =
    "SELECT t.id, t.plan_id, p.key AS plan_key, t.initiative_key, n.title AS initiative_title, t.title, t.department,
        t.assignee, t.due, t.state, t.settled_on, t.note, t.revision
     FROM plan_tasks t
     JOIN plans p ON p.id = t.plan_id
     JOIN plan_initiatives n ON n.plan_id = t.plan_id AND n.key = t.initiative_key";

/// Makes a task and tells its assignee. Returns its number.
///
/// # Errors
/// [`PlanError::Empty`], [`PlanError::NoSuchPart`], or the database's.
pub async fn make_task(
    tx: &Tx,
    plan_id: i64,
    initiative_key: &str,
    edit: &TaskEdit,
    stamp: &Stamp,
) -> Result<i64, PlanError> {
    let title = filled(&edit.title, "title")?;
    department_code(&edit.department)?;
    initiative_title(tx.connection(), plan_id, initiative_key).await?;
    let id: i64 = tx
        .connection()
        .value(
            "INSERT INTO plan_tasks (plan_id, initiative_key, title, department, assignee, due, state, note, revision, made_by, made_at)
             VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, 1, $8, $9) RETURNING id",
            [
                plan_id.into(),
                initiative_key.into(),
                title.clone().into(),
                edit.department.clone().into(),
                edit.assignee.into(),
                edit.due.to_string().into(),
                edit.note.clone().into(),
                stamp.by.clone().into(),
                stamp.at.as_microsecond().into(),
            ],
        )
        .await?
        .unwrap_or_default();
    history::add(
        tx,
        Of::Task(id),
        TaskStep::Make.as_str(),
        (None, TaskState::Open.as_str()),
        "",
        stamp,
    )
    .await?;
    tell_assignee(tx, id, plan_id, initiative_key, edit, stamp).await?;
    tx.audit(
        AuditEntry::new("plan.task.make", format!("plan_tasks/{id}"))
            .with(json!({"initiative": initiative_key, "due": edit.due.to_string()})),
    );
    Ok(id)
}

async fn tell_assignee(
    tx: &Tx,
    id: i64,
    plan_id: i64,
    initiative_key: &str,
    edit: &TaskEdit,
    stamp: &Stamp,
) -> Result<(), PlanError> {
    // Nobody is told of what they gave themselves.
    let Some(account) = edit
        .assignee
        .filter(|account| Some(*account) != account_of(&stamp.by))
    else {
        return Ok(());
    };
    let url = format!(
        "/desk/plan/{}/work/{initiative_key}#task-{id}",
        plan_key(tx.connection(), plan_id).await?
    );
    notices::put(
        tx,
        account,
        stamp.day(),
        NoticeKind::TaskAssigned,
        &format!("task/{id}"),
        (&edit.title, &url, Some(edit.due)),
    )
    .await?;
    Ok(())
}

/// Changes an open task, if nobody else did since `revision` was read.
///
/// # Errors
/// [`PlanError::Empty`], [`PlanError::WrongState`], [`PlanError::ChangedMeanwhile`], or the database's.
pub async fn edit_task(
    tx: &Tx,
    id: i64,
    revision: i64,
    edit: &TaskEdit,
    stamp: &Stamp,
) -> Result<(), PlanError> {
    let title = filled(&edit.title, "title")?;
    department_code(&edit.department)?;
    let before = task(tx.connection(), id).await?;
    if TaskStep::Change.take(before.state()).is_none() {
        return Err(PlanError::WrongState("the task is settled"));
    }
    let rows = tx
        .connection()
        .run(
            "UPDATE plan_tasks SET title = $3, department = $4, assignee = $5, due = $6, note = $7, revision = revision + 1
             WHERE id = $1 AND revision = $2",
            [
                id.into(),
                revision.into(),
                title.into(),
                edit.department.clone().into(),
                edit.assignee.into(),
                edit.due.to_string().into(),
                edit.note.clone().into(),
            ],
        )
        .await?;
    changed_one(rows)?;
    let moved = if before.due == edit.due.to_string() {
        String::new()
    } else {
        format!("{} → {}", before.due, edit.due)
    };
    history::add(
        tx,
        Of::Task(id),
        TaskStep::Change.as_str(),
        (Some(&before.state), &before.state),
        &moved,
        stamp,
    )
    .await?;
    if before.assignee != edit.assignee {
        tell_assignee(tx, id, before.plan_id, &before.initiative_key, edit, stamp).await?;
    }
    tx.audit(
        AuditEntry::new("plan.task.change", format!("plan_tasks/{id}"))
            .with(json!({"due": edit.due.to_string()})),
    );
    Ok(())
}

/// Completes, drops or reopens a task. A completed one is counted as in time or late by the day of `stamp`;
/// reopening takes that back.
///
/// # Errors
/// [`PlanError::WrongState`], [`PlanError::Empty`] when the step needs a reason, [`PlanError::ChangedMeanwhile`], or the database's.
pub async fn step_task(
    tx: &Tx,
    id: i64,
    revision: i64,
    step: TaskStep,
    text: &str,
    stamp: &Stamp,
) -> Result<TaskState, PlanError> {
    let before = task(tx.connection(), id).await?;
    let next = step
        .take(before.state())
        .ok_or(PlanError::WrongState("the task has moved on"))?;
    if step.needs_text() {
        filled(text, "reason")?;
    }
    let settled = (next != TaskState::Open).then(|| stamp.day().to_string());
    let note = if text.trim().is_empty() {
        before.note.clone()
    } else {
        Some(text.trim().to_owned())
    };
    let rows = tx
        .connection()
        .run(
            "UPDATE plan_tasks SET state = $3, settled_on = $4, note = $5, revision = revision + 1
             WHERE id = $1 AND revision = $2",
            [
                id.into(),
                revision.into(),
                next.as_str().into(),
                settled.into(),
                note.into(),
            ],
        )
        .await?;
    changed_one(rows)?;
    let record = format!("plan_tasks/{id}");
    match next {
        TaskState::Done => {
            let mut fact = Fact::one(&TASK_COMPLETED.name, stamp.at)
                .department(department_code(&before.department)?)
                .record(record.clone());
            fact.subject = Subject::new(Punctuality::of(stamp.day(), before.due()).as_str()).ok();
            tx.record(fact).await?;
        }
        TaskState::Open => take_back(tx, &TASK_COMPLETED.name, &record).await?,
        TaskState::Dropped => {}
    }
    notices::settle(tx, &format!("task/{id}"), stamp).await?;
    history::add(
        tx,
        Of::Task(id),
        step.as_str(),
        (Some(&before.state), next.as_str()),
        text,
        stamp,
    )
    .await?;
    tx.audit(
        AuditEntry::new("plan.task.step", record)
            .with(json!({"from": before.state, "to": next.as_str(), "reason": text.trim()})),
    );
    Ok(next)
}

/// One task.
///
/// # Errors
/// [`PlanError::NoSuchPart`], or when the database does not answer.
pub async fn task(connection: &impl ConnectionTrait, id: i64) -> Result<Task, PlanError> {
    connection
        .row(&format!("{TASKS} WHERE t.id = $1"), [id.into()])
        .await?
        .ok_or_else(|| PlanError::NoSuchPart(format!("task/{id}")))
}

/// The tasks of a plan (none: of all plans), open ones first, then by due date.
///
/// # Errors
/// When the database does not answer.
pub async fn tasks(
    connection: &impl ConnectionTrait,
    plan_id: Option<i64>,
) -> Result<Vec<Task>, PlanError> {
    let narrowed = if plan_id.is_some() {
        "WHERE t.plan_id = $1"
    } else {
        ""
    };
    Ok(connection
        .rows(
            &format!(
                "{TASKS} {narrowed} ORDER BY CASE t.state WHEN 'open' THEN 0 ELSE 1 END, t.due, t.id"
            ),
            plan_id.map(Into::into),
        )
        .await?)
}
