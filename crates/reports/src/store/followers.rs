//! Who is told what becomes of a report: mail addresses that were proved, sealed, each once for a report.

use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{CityKey, Tx, sql::Sql as _};
use yakuba_mail::EmailAddress;

use super::told::{self, Told};
use crate::error::ReportError;

/// Somebody who is told.
#[derive(Clone, PartialEq, Eq)]
pub struct Follower {
    address: String,
    sealed: Vec<u8>,
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Follower(…)")
    }
}

/// Somebody who is told, opened.
#[derive(Clone)]
pub struct Reader {
    /// The number of their following.
    pub id: i64,
    /// Where mail reaches them.
    pub email: EmailAddress,
    /// The language they read.
    pub language: String,
    /// The city's public address.
    pub base: String,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Reader({})", self.id)
    }
}

const PURPOSE: &str = "reports.follower";
const WAY_OUT: &str = "reports.unfollow";

impl Follower {
    /// Somebody at a proved address who reads a language; `base` is the city's public address, for the links of mails.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub fn new(
        key: &CityKey,
        email: &EmailAddress,
        language: &str,
        base: &str,
    ) -> Result<Self, ReportError> {
        Ok(Self {
            address: told::look_up(key, PURPOSE, email),
            sealed: Told::new(email, language, base).seal(key, PURPOSE)?,
        })
    }
}

/// Has somebody told of a report from now on. Returns false when they were already.
///
/// # Errors
/// When the database does not carry it out.
pub async fn follow(tx: &Tx, report: i64, follower: &Follower) -> Result<bool, ReportError> {
    let new = tx
        .connection()
        .run(
            "INSERT INTO reports_followers (report, address, sealed, since) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (report, address) DO NOTHING",
            [
                report.into(),
                follower.address.as_str().into(),
                follower.sealed.clone().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    Ok(new > 0)
}

/// Whether an address is told of a report.
///
/// # Errors
/// When the database does not answer.
pub async fn is_following(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    report: i64,
    email: &EmailAddress,
) -> Result<bool, ReportError> {
    let found: Option<i64> = connection
        .value(
            "SELECT id FROM reports_followers WHERE report = $1 AND address = $2",
            [report.into(), told::look_up(key, PURPOSE, email).into()],
        )
        .await?;
    Ok(found.is_some())
}

/// Everybody who is told of a report: its own followers and those of reports that were merged into it, each address once.
///
/// # Errors
/// When the database does not answer or something cannot be opened.
pub async fn readers(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    report: i64,
) -> Result<Vec<Reader>, ReportError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        address: String,
        sealed: Vec<u8>,
    }
    let mut rows: Vec<Row> = connection
        .rows(
            "SELECT f.id, f.address, f.sealed FROM reports_followers f JOIN reports_reports r ON r.id = f.report \
             WHERE r.id = $1 OR r.merged_into = $1 ORDER BY f.address, f.id",
            [report.into()],
        )
        .await?;
    rows.dedup_by(|later, first| later.address == first.address);
    rows.into_iter()
        .map(|row| {
            let told = Told::open(key, PURPOSE, &row.sealed)?;
            Ok(Reader {
                id: row.id,
                email: told.email,
                language: told.language,
                base: told.base,
            })
        })
        .collect()
}

/// How many are told of a report.
///
/// # Errors
/// When the database does not answer.
pub async fn count(connection: &impl ConnectionTrait, report: i64) -> Result<i64, ReportError> {
    let count: Option<i64> = connection
        .value(
            "SELECT COUNT(*) FROM reports_followers WHERE report = $1",
            [report.into()],
        )
        .await?;
    Ok(count.unwrap_or(0))
}

/// The last part of the address at which a following is ended: its number and a keyed hash, so that nobody ends another's.
pub fn way_out(key: &CityKey, follower: i64) -> String {
    told::way_out(key, WAY_OUT, follower)
}

/// The report and the number of a following that [`way_out`] names; none when it is wrong or over.
///
/// # Errors
/// When the database does not answer.
pub async fn by_way_out(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    text: &str,
) -> Result<Option<(i64, i64)>, ReportError> {
    let Some(id) = told::id_of_way_out(key, WAY_OUT, text) else {
        return Ok(None);
    };
    let report: Option<i64> = connection
        .value(
            "SELECT report FROM reports_followers WHERE id = $1",
            [id.into()],
        )
        .await?;
    Ok(report.map(|report| (report, id)))
}

/// Ends a following, wherever the same address would be told of the same work: at the report, what it was merged into, and what was
/// merged into that.
///
/// # Errors
/// When the database does not carry it out.
pub async fn unfollow(tx: &Tx, follower: i64) -> Result<(), ReportError> {
    tx.connection()
        .run(
            "DELETE FROM reports_followers WHERE address = (SELECT address FROM reports_followers WHERE id = $1) \
             AND report IN (SELECT r.id FROM reports_reports r JOIN reports_reports own \
               ON own.id = (SELECT report FROM reports_followers WHERE id = $1) \
               WHERE COALESCE(r.merged_into, r.id) = COALESCE(own.merged_into, own.id))",
            [follower.into()],
        )
        .await?;
    Ok(())
}
