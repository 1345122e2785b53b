//! Reports that stand in the account of whoever sent them.

use sea_orm::ConnectionTrait;
use yakuba_city::{CityKey, Tx, sql::Sql as _};

use super::report::{COLUMNS, Report, ReportRow};
use crate::error::ReportError;

/// Reports of an account that are shown at most.
const MOST: u32 = 100;

/// What an account is known by beside its reports: a keyed hash, so that the table tells nobody who reported what.
pub fn owner(key: &CityKey, resident: i64) -> String {
    key.look_up("reports.owner", &resident.to_string())
}

/// Puts a report into an account.
///
/// # Errors
/// The database's.
pub(super) async fn keep(tx: &Tx, report: i64, owner: &str) -> Result<(), ReportError> {
    tx.connection()
        .run(
            "INSERT INTO reports_own (report, resident) VALUES ($1, $2)",
            [report.into(), owner.into()],
        )
        .await?;
    Ok(())
}

/// The reports of an account, the newest first; at most 100.
///
/// # Errors
/// The database's.
pub async fn of(
    connection: &impl ConnectionTrait,
    owner: &str,
) -> Result<Vec<Report>, ReportError> {
    let rows: Vec<ReportRow> = connection
        .rows(
            &format!(
                "SELECT {COLUMNS} FROM reports_reports WHERE id IN (SELECT report FROM reports_own WHERE resident = $1) \
                 ORDER BY received_at DESC, id DESC LIMIT {MOST}"
            ),
            [owner.into()],
        )
        .await?;
    rows.into_iter().map(Report::try_from).collect()
}

/// Lets go of the reports of an account that is deleted. The reports stay.
///
/// # Errors
/// The database's.
pub async fn forget(tx: &Tx, owner: &str) -> Result<(), ReportError> {
    tx.connection()
        .run(
            "DELETE FROM reports_own WHERE resident = $1",
            [owner.into()],
        )
        .await?;
    Ok(())
}
