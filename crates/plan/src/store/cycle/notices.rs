//! The notice box of the staff, and the daily reminders that fill it.

use jiff::{Span, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{Tx, sql::Sql as _};

use super::{Stamp, acts::acts, stored_day, tasks::tasks};
use crate::{
    error::PlanError,
    model::cycle::{ActState, TaskState},
};

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// A task is due within seven days.
    TaskDueSoon,
    /// A task's day has passed.
    TaskOverdue,
    /// A task was given to the reader.
    TaskAssigned,
    /// An Act record is due within seven days.
    ActDueSoon,
    /// An Act record's day has passed.
    ActOverdue,
    /// An Act record was given to the reader.
    ActAssigned,
    /// A self-review came back.
    ReviewReturned,
}

impl NoticeKind {
    /// The word in the table, and the end of the text's key.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TaskDueSoon => "task_due_soon",
            Self::TaskOverdue => "task_overdue",
            Self::TaskAssigned => "task_assigned",
            Self::ActDueSoon => "act_due_soon",
            Self::ActOverdue => "act_overdue",
            Self::ActAssigned => "act_assigned",
            Self::ReviewReturned => "review_returned",
        }
    }
}

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Notice {
    /// Its number.
    pub id: i64,
    /// The day it came, `YYYY-MM-DD`.
    pub day: String,
    /// The word of its kind.
    pub kind: String,
    /// The thing's title.
    pub title: String,
    /// Where the thing is.
    pub url: String,
    /// By when, `YYYY-MM-DD`.
    pub due: Option<String>,
    /// When it was read, in microseconds since 1970; none: unread.
    pub read_at: Option<i64>,
}

/// How many days before its due day a thing is reminded of.
const AHEAD: i32 = 7;

/// Puts a notice into a box. Returns false when the same one came that day already.
pub(super) async fn put(
    tx: &Tx,
    account: i64,
    day: Date,
    kind: NoticeKind,
    subject: &str,
    (title, url, due): (&str, &str, Option<Date>),
) -> Result<bool, PlanError> {
    let rows = tx
        .connection()
        .run(
            "INSERT INTO plan_notices (account, day, kind, subject, title, url, due, made_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
            [
                account.into(),
                day.to_string().into(),
                kind.as_str().into(),
                subject.into(),
                title.into(),
                url.into(),
                due.map(|due| due.to_string()).into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    Ok(rows == 1)
}

/// Marks what was said about a settled thing as read: nobody needs to be reminded of it.
pub(super) async fn settle(tx: &Tx, subject: &str, stamp: &Stamp) -> Result<(), PlanError> {
    tx.connection()
        .run(
            "UPDATE plan_notices SET read_at = $2 WHERE subject = $1 AND read_at IS NULL",
            [subject.into(), stamp.at.as_microsecond().into()],
        )
        .await?;
    Ok(())
}

/// A thing somebody was reminded of just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// Whose box it was put into.
    pub account: i64,
    /// What it is about.
    pub kind: NoticeKind,
    /// The thing's title.
    pub title: String,
    /// By when.
    pub due: Date,
}

/// Reminds everybody of their open tasks and Act records that are due within seven days or overdue: once a day each.
/// An unread reminder of an earlier day makes room for the new one. Returns what was put into boxes; what was put there
/// earlier on the same day is not among it.
///
/// # Errors
/// When the database does not answer.
pub async fn remind(tx: &Tx) -> Result<Vec<Reminder>, PlanError> {
    let today = tx.today();
    let horizon = today.checked_add(Span::new().days(AHEAD)).unwrap_or(today);
    tx.connection()
        .run(
            "DELETE FROM plan_notices WHERE read_at IS NULL AND day < $1
               AND kind IN ('task_due_soon', 'task_overdue', 'act_due_soon', 'act_overdue')",
            [today.to_string().into()],
        )
        .await?;
    let mut due_things = Vec::new();
    for task in tasks(tx.connection(), None).await? {
        let due = task.due();
        let Some(account) = task
            .assignee
            .filter(|_| task.state() == TaskState::Open && due <= horizon)
        else {
            continue;
        };
        let url = format!(
            "/desk/plan/{}/work/{}#task-{}",
            task.plan_key, task.initiative_key, task.id
        );
        let kind = if due < today {
            NoticeKind::TaskOverdue
        } else {
            NoticeKind::TaskDueSoon
        };
        let reminder = Reminder {
            account,
            kind,
            title: task.title,
            due,
        };
        due_things.push((reminder, format!("task/{}", task.id), url));
    }
    for act in acts(tx.connection(), None).await? {
        let due = act.due.as_deref().map(stored_day);
        let (Some(account), Some(due)) = (act.assignee, due) else {
            continue;
        };
        if act.state() == ActState::Done || due > horizon {
            continue;
        }
        let url = format!("/desk/plan/{}/acts/{}", act.plan_key, act.id);
        let kind = if due < today {
            NoticeKind::ActOverdue
        } else {
            NoticeKind::ActDueSoon
        };
        let reminder = Reminder {
            account,
            kind,
            title: act.indicator_name,
            due,
        };
        due_things.push((reminder, format!("act/{}", act.id), url));
    }
    let mut reminded = Vec::new();
    for (reminder, subject, url) in due_things {
        let about = (reminder.title.as_str(), url.as_str(), Some(reminder.due));
        if put(tx, reminder.account, today, reminder.kind, &subject, about).await? {
            reminded.push(reminder);
        }
    }
    Ok(reminded)
}

/// The notices in an account's box, unread ones first, newest first; at most 200.
///
/// # Errors
/// When the database does not answer.
pub async fn notices(
    connection: &impl ConnectionTrait,
    account: i64,
) -> Result<Vec<Notice>, PlanError> {
    Ok(connection
        .rows(
            "SELECT id, day, kind, title, url, due, read_at FROM plan_notices WHERE account = $1
             ORDER BY CASE WHEN read_at IS NULL THEN 0 ELSE 1 END, day DESC, id DESC LIMIT 200",
            [account.into()],
        )
        .await?)
}

/// How many notices of an account are unread.
///
/// # Errors
/// When the database does not answer.
pub async fn unread_notices(
    connection: &impl ConnectionTrait,
    account: i64,
) -> Result<u64, PlanError> {
    let count: Option<i64> = connection
        .value(
            "SELECT COUNT(*) FROM plan_notices WHERE account = $1 AND read_at IS NULL",
            [account.into()],
        )
        .await?;
    Ok(count
        .and_then(|count| u64::try_from(count).ok())
        .unwrap_or(0))
}

/// Marks one notice of an account, or all of them, as read.
///
/// # Errors
/// When the database does not answer.
pub async fn read_notices(tx: &Tx, account: i64, id: Option<i64>) -> Result<(), PlanError> {
    let narrowed = if id.is_some() { "AND id = $3" } else { "" };
    tx.connection()
        .run(
            &format!(
                "UPDATE plan_notices SET read_at = $2 WHERE account = $1 AND read_at IS NULL {narrowed}"
            ),
            [account.into(), tx.now().as_microsecond().into()]
                .into_iter()
                .chain(id.map(Into::into)),
        )
        .await?;
    Ok(())
}
