//! What the desk does with cases beside their stages: finding, assigning, ticking off, noting, handing over, putting together.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde_json::json;
use yakuba_city::{
    AuditEntry, JAPAN, Tx,
    sql::{Sql as _, list},
};
use yakuba_kernel::DepartmentCode;

use crate::{
    error::ProcedureError,
    model::inbox::{AssigneeFilter, InboxFilter, InboxOrder, News, StageFilter},
    store::{
        cases::{self, COLUMNS, Case, locked, moment},
        history::{self, What},
        keys::CaseKey,
    },
};

/// How many cases a page of the inbox shows.
pub const INBOX_PAGE: u32 = 50;

/// A page of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbox {
    /// The cases of this page.
    pub cases: Vec<Case>,
    /// How many there are on all pages.
    pub total: u64,
}

/// What an inbox of some departments is asked for, as the end of a statement.
struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    fn new(departments: &[DepartmentCode], filter: &InboxFilter, today: Date) -> Self {
        let mut conditions = Self {
            sql: String::new(),
            values: Vec::new(),
        };
        let places: Vec<String> = departments
            .iter()
            .map(|department| conditions.value(department.as_str()))
            .collect();
        // What is still written to a case that ended in another must not go unseen.
        conditions.sql = format!(
            "(merged_into IS NULL OR id IN ({})) AND department IN ({})",
            with_news(News::Message),
            places.join(", ")
        );
        for (column, value) in [
            ("department", &filter.department),
            ("procedure_key", &filter.procedure),
            ("channel", &filter.channel),
        ] {
            if !value.is_empty() {
                conditions.and(&format!("{column} ="), value.as_str());
            }
        }
        match &filter.stage {
            StageFilter::Unfinished => conditions.sql.push_str(" AND closed_at IS NULL"),
            StageFilter::At(stage) => conditions.and("stage =", stage.as_str()),
            StageFilter::Own { procedure, stage } => {
                conditions.and("procedure_key =", procedure.as_str());
                conditions.and("own_stage =", stage.as_str());
            }
            StageFilter::All => {}
        }
        match filter.assignee {
            AssigneeFilter::Any => {}
            AssigneeFilter::Nobody => conditions.sql.push_str(" AND assignee IS NULL"),
            AssigneeFilter::Account(account) => conditions.and("assignee =", account),
        }
        if let Some(at) = filter.from.and_then(start_of) {
            conditions.and("received_at >=", at);
        }
        if let Some(at) = filter
            .until
            .and_then(|day| day.tomorrow().ok())
            .and_then(start_of)
        {
            conditions.and("received_at <", at);
        }
        if filter.late {
            let place = conditions.value(today.to_string());
            conditions.sql = format!("{} AND {}", conditions.sql, late(&place));
        }
        if filter.gaps {
            conditions.sql.push_str(
                " AND EXISTS (SELECT 1 FROM procedures_case_gaps WHERE case_id = procedures_cases.id)",
            );
        }
        if let Some(news) = filter.news {
            conditions.sql = format!("{} AND id IN ({})", conditions.sql, with_news(news));
        }
        conditions
    }

    fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        let place = self.value(value);
        self.sql = format!("{} AND {condition} {place}", self.sql);
    }
}

/// When a day begins in Japan, in microseconds since 1970.
fn start_of(day: Date) -> Option<i64> {
    let begins = day.to_zoned(TimeZone::fixed(JAPAN)).ok()?;
    Some(begins.timestamp().as_microsecond())
}

/// The condition that a case is late on the day at a place: with its decision, or with leaving a stage of its procedure's own.
fn late(day: &str) -> String {
    format!("((stage IN ('received', 'checked') AND due_on < {day}) OR own_due_on < {day})")
}

/// The cases with some news, as a query of their numbers.
const fn with_news(news: News) -> &'static str {
    match news {
        News::Message => {
            "SELECT case_id FROM procedures_case_messages WHERE from_desk = 0 AND read_at IS NULL"
        }
        News::Corrected => {
            "SELECT case_id FROM procedures_case_corrections WHERE answers_number IS NOT NULL AND seen_at IS NULL"
        }
        News::Awaited => "SELECT case_id FROM procedures_case_corrections WHERE ended_at IS NULL",
    }
}

/// Which of some cases have which news of their applicants.
///
/// # Errors
/// When the database does not answer.
pub async fn news_among(
    connection: &impl ConnectionTrait,
    cases: &[i64],
) -> Result<BTreeSet<(i64, News)>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Found {
        case_id: i64,
    }
    let mut found = BTreeSet::new();
    if cases.is_empty() {
        return Ok(found);
    }
    for news in News::ALL {
        let sql = format!(
            "{} AND case_id IN ({})",
            with_news(news),
            list(1, cases.len())
        );
        let rows: Vec<Found> = connection
            .rows(&sql, cases.iter().map(|case| (*case).into()))
            .await?;
        found.extend(rows.into_iter().map(|row| (row.case_id, news)));
    }
    Ok(found)
}

/// The cases of departments that fit a filter; `page` counts from 1.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn inbox(
    connection: &impl ConnectionTrait,
    departments: &[DepartmentCode],
    filter: &InboxFilter,
    today: Date,
    page: u32,
) -> Result<Inbox, ProcedureError> {
    let total = count(connection, departments, filter, today).await?;
    if total == 0 {
        return Ok(Inbox {
            cases: Vec::new(),
            total,
        });
    }
    let conditions = Conditions::new(departments, filter, today);
    let order = match filter.order {
        InboxOrder::Due => "CASE WHEN due_on IS NULL THEN 1 ELSE 0 END, due_on, received_at, id",
        InboxOrder::Oldest => "received_at, id",
        InboxOrder::Newest => "received_at DESC, id DESC",
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_cases WHERE {} ORDER BY {order} LIMIT {INBOX_PAGE} OFFSET {}",
        conditions.sql,
        u64::from(page.max(1) - 1) * u64::from(INBOX_PAGE)
    );
    let rows: Vec<cases::Row> = connection.rows(&sql, conditions.values).await?;
    Ok(Inbox {
        cases: rows
            .into_iter()
            .map(Case::try_from)
            .collect::<Result<_, _>>()?,
        total,
    })
}

/// How many cases of departments fit a filter.
///
/// # Errors
/// When the database does not answer.
pub async fn count(
    connection: &impl ConnectionTrait,
    departments: &[DepartmentCode],
    filter: &InboxFilter,
    today: Date,
) -> Result<u64, ProcedureError> {
    if departments.is_empty() {
        return Ok(0);
    }
    let conditions = Conditions::new(departments, filter, today);
    let total: Option<i64> = connection
        .value(
            &format!(
                "SELECT COUNT(*) FROM procedures_cases WHERE {}",
                conditions.sql
            ),
            conditions.values,
        )
        .await?;
    Ok(total
        .and_then(|total| u64::try_from(total).ok())
        .unwrap_or(0))
}

/// How a department's work stands.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Workload {
    /// The department.
    pub department: String,
    /// Cases before their decision.
    pub open: i64,
    /// Past the day of their decision or of a stage of their procedure's own.
    pub late: i64,
    /// Of the open ones, nobody's.
    pub unassigned: i64,
    /// Decided, but not handed over or closed.
    pub decided: i64,
}

/// How the work of every department with unfinished cases stands; counts only, nothing about a person.
///
/// # Errors
/// When the database does not answer.
pub async fn workloads(
    connection: &impl ConnectionTrait,
    today: Date,
) -> Result<Vec<Workload>, ProcedureError> {
    let open = "stage IN ('received', 'checked')";
    let late = late("$1");
    let sql = format!(
        "SELECT department, \
           CAST(SUM(CASE WHEN {open} THEN 1 ELSE 0 END) AS BIGINT) AS open, \
           CAST(SUM(CASE WHEN {late} THEN 1 ELSE 0 END) AS BIGINT) AS late, \
           CAST(SUM(CASE WHEN {open} AND assignee IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unassigned, \
           CAST(SUM(CASE WHEN {open} THEN 0 ELSE 1 END) AS BIGINT) AS decided \
         FROM procedures_cases WHERE closed_at IS NULL AND merged_into IS NULL GROUP BY department ORDER BY department"
    );
    Ok(connection.rows(&sql, [today.to_string().into()]).await?)
}

/// How the work of one person in a department stands.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct PersonalWorkload {
    /// The department.
    pub department: String,
    /// Who is responsible; none: the cases that nobody has.
    pub assignee: Option<i64>,
    /// Cases before their decision.
    pub open: i64,
    /// Past the day of their decision or of a stage of their procedure's own.
    pub late: i64,
    /// Decided, but not handed over or closed.
    pub decided: i64,
}

/// How much everybody has who is responsible for unfinished cases, by department; nobody's cases last.
///
/// # Errors
/// When the database does not answer.
pub async fn workloads_of_people(
    connection: &impl ConnectionTrait,
    today: Date,
) -> Result<Vec<PersonalWorkload>, ProcedureError> {
    let open = "stage IN ('received', 'checked')";
    let late = late("$1");
    let sql = format!(
        "SELECT department, assignee, \
           CAST(SUM(CASE WHEN {open} THEN 1 ELSE 0 END) AS BIGINT) AS open, \
           CAST(SUM(CASE WHEN {late} THEN 1 ELSE 0 END) AS BIGINT) AS late, \
           CAST(SUM(CASE WHEN {open} THEN 0 ELSE 1 END) AS BIGINT) AS decided \
         FROM procedures_cases WHERE closed_at IS NULL AND merged_into IS NULL GROUP BY department, assignee \
         ORDER BY department, CASE WHEN assignee IS NULL THEN 1 ELSE 0 END, assignee"
    );
    Ok(connection.rows(&sql, [today.to_string().into()]).await?)
}

/// Makes somebody responsible for a case, or nobody.
///
/// # Errors
/// [`ProcedureError::WrongState`] when the case is at its end; [`ProcedureError::ChangedMeanwhile`].
pub async fn assign(
    tx: &Tx,
    case: i64,
    revision: i64,
    assignee: Option<i64>,
) -> Result<(), ProcedureError> {
    let found = locked(tx, case, revision).await?;
    if found.stage.is_final() {
        return Err(ProcedureError::WrongState("the case is closed"));
    }
    tx.connection()
        .run(
            "UPDATE procedures_cases SET assignee = $2 WHERE id = $1",
            [case.into(), assignee.into()],
        )
        .await?;
    history::note(tx, case, What::Assigned).await?;
    tx.audit(
        AuditEntry::new("procedures.assign", format!("procedures/cases/{case}"))
            .with(json!({ "assignee": assignee })),
    );
    Ok(())
}

/// The event of a case that another department has now; its payload is `{"case": number, "occasion": number}`.
pub const CASE_HANDED_OVER: &str = "procedures.case_handed_over";

/// Hands a case that came to the wrong department over to another (移送); nobody is responsible there yet.
///
/// # Errors
/// [`ProcedureError::WrongState`] after the decision; [`ProcedureError::ChangedMeanwhile`].
pub async fn hand_over(
    tx: &Tx,
    case: i64,
    revision: i64,
    department: &DepartmentCode,
) -> Result<(), ProcedureError> {
    let found = locked(tx, case, revision).await?;
    if !found.stage.is_open() {
        return Err(ProcedureError::WrongState("the case is decided or ended"));
    }
    tx.connection()
        .run(
            "UPDATE procedures_cases SET department = $2, assignee = NULL WHERE id = $1",
            [case.into(), department.as_str().into()],
        )
        .await?;
    history::note(
        tx,
        case,
        What::HandedOver {
            department: department.clone(),
        },
    )
    .await?;
    tx.audit(
        AuditEntry::new("procedures.hand_over", format!("procedures/cases/{case}"))
            .with(json!({ "from": found.department.as_str(), "to": department.as_str() })),
    );
    tx.emit(
        CASE_HANDED_OVER,
        json!({ "case": case, "occasion": revision }),
    )
    .await?;
    Ok(())
}

/// A note that only staff read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it says.
    pub text: String,
    /// When it was written.
    pub made_at: Timestamp,
    /// The account that wrote it.
    pub made_by: i64,
}

/// Adds a note.
///
/// # Errors
/// [`ProcedureError::NoSuchCase`].
pub async fn add_note(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    account: i64,
    text: &str,
) -> Result<(), ProcedureError> {
    let found = cases::case(tx.connection(), case).await?;
    // Counting the revision makes two notes of the same moment take turns at their number.
    locked(tx, case, found.revision).await?;
    let last: Option<i64> = tx
        .connection()
        .value(
            "SELECT COALESCE(MAX(number), 0) FROM procedures_case_notes WHERE case_id = $1",
            [case.into()],
        )
        .await?;
    let number = last.unwrap_or(0) + 1;
    tx.connection()
        .run(
            "INSERT INTO procedures_case_notes (case_id, number, sealed, made_at, made_by) VALUES ($1, $2, $3, $4, $5)",
            [
                case.into(),
                number.into(),
                key.seal(&format!("note/{number}"), text.as_bytes())?.into(),
                tx.now().as_microsecond().into(),
                account.into(),
            ],
        )
        .await?;
    tx.audit(AuditEntry::new(
        "procedures.note",
        format!("procedures/cases/{case}"),
    ));
    Ok(())
}

/// The notes of a case, newest first.
///
/// # Errors
/// When the database does not answer or the key is another case's.
pub async fn notes(
    connection: &impl ConnectionTrait,
    key: &CaseKey,
    case: i64,
) -> Result<Vec<Note>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
        sealed: Vec<u8>,
        made_at: i64,
        made_by: i64,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT number, sealed, made_at, made_by FROM procedures_case_notes WHERE case_id = $1 ORDER BY number DESC",
            [case.into()],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            let plain = key.open(&format!("note/{}", row.number), &row.sealed)?;
            Ok(Note {
                text: String::from_utf8_lossy(&plain).into_owned(),
                made_at: moment(row.made_at)?,
                made_by: row.made_by,
            })
        })
        .collect()
}

/// A tick of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Tick {
    /// The place of the item, from 0.
    pub item: i64,
    /// The account that ticked it off.
    pub ticked_by: i64,
}

/// The ticks of a case.
///
/// # Errors
/// When the database does not answer.
pub async fn ticks(
    connection: &impl ConnectionTrait,
    case: i64,
) -> Result<Vec<Tick>, ProcedureError> {
    Ok(connection
        .rows(
            "SELECT item, ticked_by FROM procedures_case_ticks WHERE case_id = $1 ORDER BY item",
            [case.into()],
        )
        .await?)
}

/// Sets the ticks of a case to these items; who ticked an item first stays noted.
///
/// # Errors
/// [`ProcedureError::WrongState`] after the decision, which rested on them.
pub async fn set_ticks(
    tx: &Tx,
    case: i64,
    account: i64,
    items: &[i64],
) -> Result<(), ProcedureError> {
    let found = cases::case(tx.connection(), case).await?;
    if !found.stage.is_open() {
        return Err(ProcedureError::WrongState("the case is decided or ended"));
    }
    let before = ticks(tx.connection(), case).await?;
    for gone in before.iter().filter(|tick| !items.contains(&tick.item)) {
        tx.connection()
            .run(
                "DELETE FROM procedures_case_ticks WHERE case_id = $1 AND item = $2",
                [case.into(), gone.item.into()],
            )
            .await?;
    }
    for item in items {
        tx.connection()
            .run(
                "INSERT INTO procedures_case_ticks (case_id, item, ticked_by, ticked_at) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (case_id, item) DO NOTHING",
                [
                    case.into(),
                    (*item).into(),
                    account.into(),
                    tx.now().as_microsecond().into(),
                ],
            )
            .await?;
    }
    tx.audit(
        AuditEntry::new("procedures.tick", format!("procedures/cases/{case}"))
            .with(json!({ "items": items })),
    );
    Ok(())
}

/// A filter somebody keeps under a name.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct SavedView {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The query of the inbox's address.
    pub query: String,
}

/// The views an account keeps, by name.
///
/// # Errors
/// When the database does not answer.
pub async fn saved_views(
    connection: &impl ConnectionTrait,
    account: i64,
) -> Result<Vec<SavedView>, ProcedureError> {
    Ok(connection
        .rows(
            "SELECT id, name, query FROM procedures_saved_views WHERE account = $1 ORDER BY name",
            [account.into()],
        )
        .await?)
}

/// Keeps a filter under a name; one of the same name is replaced.
///
/// # Errors
/// When the database does not carry it out.
pub async fn save_view(
    tx: &Tx,
    account: i64,
    name: &str,
    query: &str,
) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "INSERT INTO procedures_saved_views (account, name, query) VALUES ($1, $2, $3) \
             ON CONFLICT (account, name) DO UPDATE SET query = excluded.query",
            [account.into(), name.into(), query.into()],
        )
        .await?;
    Ok(())
}

/// Forgets a view of an account.
///
/// # Errors
/// When the database does not carry it out.
pub async fn remove_view(tx: &Tx, account: i64, id: i64) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "DELETE FROM procedures_saved_views WHERE account = $1 AND id = $2",
            [account.into(), id.into()],
        )
        .await?;
    Ok(())
}
