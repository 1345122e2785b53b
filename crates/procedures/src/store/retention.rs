//! The end of a case's records: a list is proposed, another person approves it, the data keys are destroyed. Facts stay.

use std::{collections::BTreeMap, fmt::Write as _};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, JAPAN, Tx, sql::Sql as _};
use yakuba_kernel::{DepartmentCode, FiscalYear};

use crate::{
    error::ProcedureError,
    store::{cases::moment, keys, version},
};

/// Cases of one procedure whose retention is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The procedure's key.
    pub procedure: String,
    /// Its title in Japanese.
    pub title: String,
    /// The rule that the period rests on.
    pub basis: String,
    /// Whole years kept after the fiscal year of closing.
    pub years: u32,
    /// The cases.
    pub cases: Vec<i64>,
}

/// The first moment from which a case must have been closed to be kept still, when it is kept `years` whole years after the fiscal
/// year in which it was closed (文書管理規程: 完結した日の属する年度の翌年度から起算).
///
/// ```
/// use jiff::civil::date;
/// use yakuba_procedures::store::retention::kept_from;
///
/// // Closed in fiscal year 2020, kept for five years (2021 to 2025): may go on 1 April 2026.
/// assert_eq!(kept_from(date(2026, 4, 1), 5), Some(date(2021, 4, 1)));
/// assert_eq!(kept_from(date(2026, 3, 31), 5), Some(date(2020, 4, 1)));
/// ```
pub fn kept_from(today: Date, years: u32) -> Option<Date> {
    let year = FiscalYear::from_date(today).year();
    let first = year.checked_sub(i32::try_from(years).ok()?)?;
    FiscalYear::new(first).ok().map(FiscalYear::start)
}

/// The cases of a department whose retention is over and that stand on no open list, by procedure; at most 1,000 of each. A case that
/// ended in another is kept as long as every one after it: the other may have ended in a third.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn due(
    connection: &impl ConnectionTrait,
    department: &DepartmentCode,
    today: Date,
) -> Result<Vec<Due>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Kind {
        procedure_key: String,
        procedure_version: i64,
        here: i64,
    }
    #[derive(FromQueryResult)]
    struct Number {
        id: i64,
    }
    let kinds: Vec<Kind> = connection
        .rows(
            // Those of other departments as well: a case may have been handed over after another had ended in it.
            "SELECT procedure_key, procedure_version, CAST(MAX(CASE WHEN department = $1 THEN 1 ELSE 0 END) AS BIGINT) AS here \
             FROM procedures_cases WHERE closed_at IS NOT NULL AND disposed_at IS NULL \
             GROUP BY procedure_key, procedure_version ORDER BY procedure_key, procedure_version",
            [department.as_str().into()],
        )
        .await?;
    let mut over = Vec::new();
    // From when a case of a version must have been closed to be kept still, for the SQL of each procedure.
    let mut kept_by_version: BTreeMap<String, String> = BTreeMap::new();
    for kind in kinds {
        let Some(definition) =
            version(connection, &kind.procedure_key, kind.procedure_version).await?
        else {
            continue;
        };
        let retention = &definition.document.retention;
        let Some(kept) = kept_from(today, retention.years).and_then(start_of_day) else {
            continue;
        };
        let version = kind.procedure_version;
        let from = kept.as_microsecond();
        let versions = kept_by_version
            .entry(kind.procedure_key.clone())
            .or_default();
        let _ = write!(versions, " WHEN {version} THEN {from}");
        if kind.here == 1 {
            over.push((kind, definition, kept));
        }
    }
    let mut found: Vec<Due> = Vec::new();
    for (kind, definition, kept) in over {
        let retention = &definition.document.retention;
        let versions = kept_by_version
            .get(&kind.procedure_key)
            .map_or("", String::as_str);
        let sql = format!(
            "WITH RECURSIVE later (id, into_id) AS ( \
                   SELECT id, merged_into FROM procedures_cases WHERE procedure_key = $2 AND merged_into IS NOT NULL \
                   UNION SELECT later.id, next.merged_into FROM later JOIN procedures_cases next ON next.id = later.into_id \
                     WHERE next.merged_into IS NOT NULL) \
                 SELECT id FROM procedures_cases \
                 WHERE department = $1 AND procedure_key = $2 AND procedure_version = $3 AND closed_at < $4 AND disposed_at IS NULL \
                   AND id NOT IN (SELECT later.id FROM later JOIN procedures_cases kept ON kept.id = later.into_id \
                     WHERE kept.disposed_at IS NULL AND (kept.closed_at IS NULL \
                       OR kept.closed_at >= CASE kept.procedure_version{versions} ELSE 0 END)) \
                   AND id NOT IN (SELECT c.case_id FROM procedures_disposal_cases c \
                     JOIN procedures_disposals d ON d.id = c.disposal_id WHERE d.state = 'proposed') \
                 ORDER BY id LIMIT 1000"
        );
        let numbers: Vec<Number> = connection
            .rows(
                &sql,
                [
                    department.as_str().into(),
                    kind.procedure_key.as_str().into(),
                    kind.procedure_version.into(),
                    kept.as_microsecond().into(),
                ],
            )
            .await?;
        if numbers.is_empty() {
            continue;
        }
        let cases = numbers.into_iter().map(|number| number.id);
        match found.iter_mut().find(|due| {
            due.procedure == kind.procedure_key
                && due.years == retention.years
                && due.basis == retention.basis
        }) {
            Some(due) => due.cases.extend(cases),
            None => found.push(Due {
                procedure: kind.procedure_key,
                title: definition.document.title.ja.clone(),
                basis: retention.basis.clone(),
                years: retention.years,
                cases: cases.collect(),
            }),
        }
    }
    Ok(found)
}

/// The first moment of a day in Japan.
pub(super) fn start_of_day(day: Date) -> Option<Timestamp> {
    day.to_zoned(TimeZone::fixed(JAPAN))
        .ok()
        .map(|zoned| zoned.timestamp())
}

/// A disposal list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disposal {
    /// Its number.
    pub id: i64,
    /// The department.
    pub department: String,
    /// `proposed`, `approved` or `declined`.
    pub state: String,
    /// How many cases.
    pub cases: i64,
    /// Who proposed it.
    pub proposed_by: i64,
    /// When.
    pub proposed_at: Timestamp,
    /// Who approved or declined it, and when.
    pub settled: Option<(i64, Timestamp)>,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    department: String,
    state: String,
    cases: i64,
    proposed_by: i64,
    proposed_at: i64,
    settled_by: Option<i64>,
    settled_at: Option<i64>,
}

impl TryFrom<Row> for Disposal {
    type Error = ProcedureError;

    fn try_from(row: Row) -> Result<Self, ProcedureError> {
        Ok(Self {
            id: row.id,
            department: row.department,
            state: row.state,
            cases: row.cases,
            proposed_by: row.proposed_by,
            proposed_at: moment(row.proposed_at)?,
            settled: match (row.settled_by, row.settled_at) {
                (Some(by), Some(at)) => Some((by, moment(at)?)),
                _ => None,
            },
        })
    }
}

/// The disposal lists of a department, newest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn disposals(
    connection: &impl ConnectionTrait,
    department: &DepartmentCode,
) -> Result<Vec<Disposal>, ProcedureError> {
    let rows: Vec<Row> = connection
        .rows(
            "SELECT id, department, state, cases, proposed_by, proposed_at, settled_by, settled_at FROM procedures_disposals \
             WHERE department = $1 ORDER BY id DESC LIMIT 100",
            [department.as_str().into()],
        )
        .await?;
    rows.into_iter().map(Disposal::try_from).collect()
}

/// Proposes a list of everything of a department whose retention is over, and returns its number; none when there is nothing.
///
/// # Errors
/// When the database does not carry it out.
pub async fn propose(
    tx: &Tx,
    department: &DepartmentCode,
    account: i64,
) -> Result<Option<i64>, ProcedureError> {
    let cases: Vec<i64> = due(tx.connection(), department, tx.today())
        .await?
        .into_iter()
        .flat_map(|due| due.cases)
        .collect();
    if cases.is_empty() {
        return Ok(None);
    }
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO procedures_disposals (department, state, cases, proposed_by, proposed_at) VALUES ($1, 'proposed', $2, $3, $4) RETURNING id",
            [
                department.as_str().into(),
                i64::try_from(cases.len()).unwrap_or(i64::MAX).into(),
                account.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    let Some(id) = id else {
        return Ok(None);
    };
    for case in &cases {
        tx.connection()
            .run(
                "INSERT INTO procedures_disposal_cases (disposal_id, case_id) VALUES ($1, $2)",
                [id.into(), (*case).into()],
            )
            .await?;
    }
    tx.audit(
        AuditEntry::new(
            "procedures.propose_disposal",
            format!("procedures/disposals/{id}"),
        )
        .with(json!({ "cases": cases.len() })),
    );
    Ok(Some(id))
}

/// Settles a list. Approved: the data key of every case on it is destroyed. The one who proposed it cannot settle it.
///
/// # Errors
/// [`ProcedureError::WrongState`] when it is settled already, or by the same person.
pub async fn settle(
    tx: &Tx,
    id: i64,
    department: &DepartmentCode,
    account: i64,
    approve: bool,
) -> Result<(), ProcedureError> {
    #[derive(FromQueryResult)]
    struct Number {
        case_id: i64,
    }
    let changed = tx
        .connection()
        .run(
            "UPDATE procedures_disposals SET state = $2, settled_by = $3, settled_at = $4 \
             WHERE id = $1 AND state = 'proposed' AND proposed_by <> $3 AND department = $5",
            [
                id.into(),
                if approve { "approved" } else { "declined" }.into(),
                account.into(),
                tx.now().as_microsecond().into(),
                department.as_str().into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(ProcedureError::WrongState(
            "the list is settled, or you proposed it yourself",
        ));
    }
    if approve {
        let cases: Vec<Number> = tx
            .connection()
            .rows(
                "SELECT case_id FROM procedures_disposal_cases WHERE disposal_id = $1 ORDER BY case_id",
                [id.into()],
            )
            .await?;
        for case in cases {
            keys::destroy(tx, case.case_id).await?;
            // What the desk wrote beside the case goes with it.
            tx.connection()
                .run(
                    "DELETE FROM procedures_case_notes WHERE case_id = $1",
                    [case.case_id.into()],
                )
                .await?;
        }
    }
    tx.audit(
        AuditEntry::new(
            "procedures.settle_disposal",
            format!("procedures/disposals/{id}"),
        )
        .with(json!({ "approved": approve })),
    );
    Ok(())
}
