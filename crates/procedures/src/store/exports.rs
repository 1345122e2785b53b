//! Files made for core systems: which cases wait for one, and who took which.

use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _, sql::list};
use yakuba_kernel::DepartmentCode;

use super::{
    cases::{self, COLUMNS, Case},
    history::{self, ViewReason},
    retention::start_of_day,
};
use crate::{error::ProcedureError, model::case::Stage};

/// Of which cases a file is made. All conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExportFilter {
    /// The procedure.
    pub procedure: String,
    /// At which stages.
    pub stages: ExportStages,
    /// Which day the limits are for.
    pub day_of: DayOf,
    /// From this day on, in Japan.
    pub from: Option<Date>,
    /// Up to and with this day.
    pub until: Option<Date>,
    /// Only those that no file has held yet as they are now: with these answers, and at this stage or, for
    /// [`ExportStages::FromDecision`], after this decision.
    pub waiting: bool,
}

/// The stages of the cases in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExportStages {
    /// Any, closed and withdrawn ones as well.
    #[default]
    Any,
    /// Decided, delivered or closed: what a core system takes in, however far a case has gone since.
    FromDecision,
    /// This one alone.
    Only(Stage),
}

/// A day of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DayOf {
    /// Of its receipt.
    #[default]
    Receipt,
    /// Of its decision; a case without one fits no limit.
    Decision,
}

/// That no file has held a case as it is now.
const WAITING: &str = "NOT EXISTS (SELECT 1 FROM procedures_exported_cases held WHERE held.case_id = procedures_cases.id \
     AND held.stage = procedures_cases.stage AND held.answers_number = \
     (SELECT COALESCE(MAX(number), 0) FROM procedures_case_answers WHERE case_id = procedures_cases.id))";

/// The stages of a case that was decided.
const FROM_DECISION: &str = "stage IN ('decided', 'delivered', 'closed')";

/// That no file has held a decided case with its answers since its decision, or since that was corrected; that it was handed over meanwhile changes nothing.
const WAITING_SINCE_DECISION: &str = "NOT EXISTS (SELECT 1 FROM procedures_exported_cases held \
     JOIN procedures_exports made ON made.id = held.export_id WHERE held.case_id = procedures_cases.id \
     AND held.stage IN ('decided', 'delivered', 'closed') AND made.made_at >= COALESCE(procedures_cases.decided_at, 0) \
     AND made.made_at >= COALESCE((SELECT MAX(ended_at) FROM procedures_case_past_decisions past \
     WHERE past.case_id = procedures_cases.id), 0) \
     AND held.answers_number = \
     (SELECT COALESCE(MAX(number), 0) FROM procedures_case_answers WHERE case_id = procedures_cases.id))";

struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    fn new(departments: &[DepartmentCode], filter: &ExportFilter) -> Self {
        let mut values: Vec<Value> = departments
            .iter()
            .map(|department| department.as_str().into())
            .collect();
        let mut sql = format!(
            "merged_into IS NULL AND disposed_at IS NULL AND department IN ({})",
            list(1, departments.len())
        );
        let mut and = |condition: &str, value: Value| {
            values.push(value);
            sql = format!("{sql} AND {condition} ${}", values.len());
        };
        and("procedure_key =", filter.procedure.as_str().into());
        if let ExportStages::Only(stage) = filter.stages {
            and("stage =", stage.as_str().into());
        }
        let column = match filter.day_of {
            DayOf::Receipt => "received_at",
            DayOf::Decision => "decided_at",
        };
        let start = |day| start_of_day(day).map(Timestamp::as_microsecond);
        if let Some(from) = filter.from.and_then(start) {
            and(&format!("{column} >="), from.into());
        }
        let next = filter.until.and_then(|until| until.tomorrow().ok());
        if let Some(next) = next.and_then(start) {
            and(&format!("{column} <"), next.into());
        }
        if filter.stages == ExportStages::FromDecision {
            sql = format!("{sql} AND {FROM_DECISION}");
        }
        if filter.waiting {
            let waiting = match filter.stages {
                ExportStages::FromDecision => WAITING_SINCE_DECISION,
                ExportStages::Any | ExportStages::Only(_) => WAITING,
            };
            sql = format!("{sql} AND {waiting}");
        }
        Self { sql, values }
    }
}

/// How many cases of departments fit.
///
/// # Errors
/// When the database does not answer.
pub async fn count(
    connection: &impl ConnectionTrait,
    departments: &[DepartmentCode],
    filter: &ExportFilter,
) -> Result<u64, ProcedureError> {
    if departments.is_empty() {
        return Ok(0);
    }
    let conditions = Conditions::new(departments, filter);
    let sql = format!(
        "SELECT COUNT(*) FROM procedures_cases WHERE {}",
        conditions.sql
    );
    let count: Option<i64> = connection.value(&sql, conditions.values).await?;
    Ok(count
        .and_then(|count| u64::try_from(count).ok())
        .unwrap_or(0))
}

/// The cases of departments that fit, oldest first, at most `limit`.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn matching(
    connection: &impl ConnectionTrait,
    departments: &[DepartmentCode],
    filter: &ExportFilter,
    limit: u32,
) -> Result<Vec<Case>, ProcedureError> {
    if departments.is_empty() {
        return Ok(Vec::new());
    }
    let conditions = Conditions::new(departments, filter);
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_cases WHERE {} ORDER BY received_at, id LIMIT {limit}",
        conditions.sql
    );
    let rows: Vec<cases::Row> = connection.rows(&sql, conditions.values).await?;
    rows.into_iter().map(Case::try_from).collect()
}

/// The cases that a file held and that departments still have, oldest first; those that were disposed of since are not among them.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn held(
    connection: &impl ConnectionTrait,
    departments: &[DepartmentCode],
    export: i64,
) -> Result<Vec<Case>, ProcedureError> {
    if departments.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = vec![export.into()];
    values.extend(departments.iter().map(|code| Value::from(code.as_str())));
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_cases WHERE disposed_at IS NULL AND merged_into IS NULL AND department IN ({}) \
         AND id IN (SELECT case_id FROM procedures_exported_cases WHERE export_id = $1) ORDER BY received_at, id",
        list(2, departments.len())
    );
    let rows: Vec<cases::Row> = connection.rows(&sql, values).await?;
    rows.into_iter().map(Case::try_from).collect()
}

/// How a procedure stands with its exports.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Standing {
    /// The procedure.
    pub procedure: String,
    /// Its cases that are not disposed of.
    pub cases: i64,
    /// Decided ones, also those delivered or closed since, that no file has held since the decision and with these answers.
    pub waiting: i64,
    /// When the last file was made, in microseconds since 1970.
    pub last: Option<i64>,
}

/// How every procedure stands of which departments have cases, in the order of their keys.
///
/// # Errors
/// When the database does not answer.
pub async fn standings(
    connection: &impl ConnectionTrait,
    departments: &[DepartmentCode],
) -> Result<Vec<Standing>, ProcedureError> {
    if departments.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT procedure_key AS procedure, COUNT(*) AS cases, \
           CAST(SUM(CASE WHEN {FROM_DECISION} AND {WAITING_SINCE_DECISION} THEN 1 ELSE 0 END) AS BIGINT) AS waiting, \
           (SELECT MAX(made_at) FROM procedures_exports made WHERE made.procedure_key = procedures_cases.procedure_key) AS last \
         FROM procedures_cases WHERE merged_into IS NULL AND disposed_at IS NULL AND department IN ({}) \
         GROUP BY procedure_key ORDER BY procedure_key",
        list(1, departments.len())
    );
    Ok(connection
        .rows(&sql, departments.iter().map(|code| code.as_str().into()))
        .await?)
}

/// A file made for another system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportNote {
    /// The procedure.
    pub procedure: String,
    /// `csv_utf8`, `csv_cp932` or `xlsx`.
    pub format: &'static str,
    /// The group of which each line is an entry; empty: each line is a case.
    pub line_of: String,
    /// The cases in it.
    pub cases: Vec<HeldCase>,
    /// How many characters the charset could not hold.
    pub unheld: i64,
    /// Who made it.
    pub account: i64,
}

/// A case in a file, as it was then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldCase {
    /// The case.
    pub id: i64,
    /// The department that had it, for which it was looked at.
    pub department: String,
    /// Its stage.
    pub stage: Stage,
    /// The version of the answers that the file tells; 0: there were none.
    pub answers: i64,
}

/// Notes that cases were written to a file for another system, each as a look at what people wrote.
///
/// # Errors
/// When the database does not carry it out.
pub async fn note_export(tx: &Tx, export: &ExportNote) -> Result<(), ProcedureError> {
    let made: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO procedures_exports (procedure_key, format, line_of, cases, unheld, made_at, made_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
            [
                export.procedure.as_str().into(),
                export.format.into(),
                export.line_of.as_str().into(),
                i64::try_from(export.cases.len()).unwrap_or(i64::MAX).into(),
                export.unheld.into(),
                tx.now().as_microsecond().into(),
                export.account.into(),
            ],
        )
        .await?;
    let made = made.unwrap_or_default();
    for case in &export.cases {
        tx.connection()
            .run(
                "INSERT INTO procedures_exported_cases (export_id, case_id, stage, answers_number) VALUES ($1, $2, $3, $4)",
                [
                    made.into(),
                    case.id.into(),
                    case.stage.as_str().into(),
                    case.answers.into(),
                ],
            )
            .await?;
        history::record_view(
            tx,
            case.id,
            export.account,
            &case.department,
            &ViewReason::Export,
        )
        .await?;
    }
    tx.audit(
        AuditEntry::new(
            "procedures.export",
            format!("procedures/{}", export.procedure),
        )
        .with(json!({ "cases": export.cases.len(), "format": export.format })),
    );
    Ok(())
}

/// A line of the list of exports.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct ExportLine {
    /// Its number.
    pub id: i64,
    /// The procedure.
    pub procedure_key: String,
    /// The format.
    pub format: String,
    /// The group of which each line is an entry; empty: each line is a case.
    pub line_of: String,
    /// How many cases.
    pub cases: i64,
    /// How many characters the charset could not hold.
    pub unheld: i64,
    /// When, in microseconds since 1970.
    pub made_at: i64,
    /// Who.
    pub made_by: i64,
}

const LINE: &str = "id, procedure_key, format, line_of, cases, unheld, made_at, made_by";

/// The last exports of a procedure, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn exports(
    connection: &impl ConnectionTrait,
    procedure: &str,
) -> Result<Vec<ExportLine>, ProcedureError> {
    let sql = format!(
        "SELECT {LINE} FROM procedures_exports WHERE procedure_key = $1 ORDER BY id DESC LIMIT 20"
    );
    Ok(connection.rows(&sql, [procedure.into()]).await?)
}

/// An export by its number.
///
/// # Errors
/// When the database does not answer.
pub async fn export(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<ExportLine>, ProcedureError> {
    let sql = format!("SELECT {LINE} FROM procedures_exports WHERE id = $1");
    Ok(connection.row(&sql, [id.into()]).await?)
}
