//! Who is told by mail of new reports somewhere: addresses that were proved, sealed, each once for what is wanted, for a year.

use jiff::{SignedDuration, Timestamp};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{CityKey, Job, Tx, sql::Sql as _};
use yakuba_mail::EmailAddress;

use super::{
    report::{self, Report},
    told::{self, Told},
};
use crate::{
    error::ReportError,
    model::alert::{Rhythm, Wanted},
};

/// The job that writes the mails about a new report.
pub(crate) const TELL: &str = "reports.alert";
/// An alert ends by itself after so long.
pub const KEPT: SignedDuration = SignedDuration::from_hours(365 * 24);
/// Alerts of one address at most.
const MOST: i64 = 20;

const PURPOSE: &str = "reports.alert";
const WAY_OUT: &str = "reports.alert_end";

/// An alert that is set up.
#[derive(Clone)]
pub struct NewAlert {
    address: String,
    sealed: Vec<u8>,
    wanted: Wanted,
    rhythm: Rhythm,
}

impl std::fmt::Debug for NewAlert {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "NewAlert({:?})", self.wanted)
    }
}

impl NewAlert {
    /// An alert for a proved address whose owner reads a language; `base` is the city's public address, for the links of mails.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub fn new(
        key: &CityKey,
        email: &EmailAddress,
        language: &str,
        base: &str,
        wanted: Wanted,
        rhythm: Rhythm,
    ) -> Result<Self, ReportError> {
        Ok(Self {
            address: told::look_up(key, PURPOSE, email),
            sealed: Told::new(email, language, base).seal(key, PURPOSE)?,
            wanted,
            rhythm,
        })
    }
}

/// Sets an alert up for a year. One for the same goes on for a year from now, with the new rhythm.
///
/// # Errors
/// [`ReportError::TooManyAlerts`]; the database's.
pub async fn set_up(tx: &Tx, new: &NewAlert) -> Result<(), ReportError> {
    let wanted = serde_json::to_string(&new.wanted)?;
    let others: i64 = tx
        .connection()
        .value(
            "SELECT COUNT(*) FROM reports_alerts WHERE address = $1 AND wanted <> $2",
            [new.address.as_str().into(), wanted.as_str().into()],
        )
        .await?
        .unwrap_or(0);
    if others >= MOST {
        return Err(ReportError::TooManyAlerts);
    }
    let now = tx.now();
    tx.connection()
        .run(
            "INSERT INTO reports_alerts (address, sealed, wanted, rhythm, since, ends_at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (address, wanted) DO UPDATE SET sealed = excluded.sealed, rhythm = excluded.rhythm, ends_at = excluded.ends_at",
            [
                new.address.as_str().into(),
                new.sealed.clone().into(),
                wanted.into(),
                new.rhythm.name().into(),
                now.as_microsecond().into(),
                (now + KEPT).as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}

/// Somebody who is told, opened.
#[derive(Clone)]
pub struct Reader {
    /// The number of the alert.
    pub id: i64,
    /// What is wanted.
    pub wanted: Wanted,
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

/// Everybody who is told in a rhythm, as far as they want one of these reports, each with the places of those in the list that came after
/// the alert was set up.
///
/// # Errors
/// When the database does not answer or something cannot be opened.
pub(crate) async fn readers(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    rhythm: Rhythm,
    now: Timestamp,
    news: &[(Report, Timestamp)],
) -> Result<Vec<(Reader, Vec<usize>)>, ReportError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        sealed: Vec<u8>,
        wanted: String,
        since: i64,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT id, sealed, wanted, since FROM reports_alerts WHERE rhythm = $1 AND ends_at > $2 ORDER BY id",
            [rhythm.name().into(), now.as_microsecond().into()],
        )
        .await?;
    let mut readers = Vec::new();
    for row in rows {
        let wanted: Wanted = serde_json::from_str(&row.wanted)?;
        let places: Vec<usize> = news
            .iter()
            .enumerate()
            .filter(|(_, (report, at))| {
                at.as_microsecond() >= row.since
                    && wanted.holds(&report.category, &report.area, report.point)
            })
            .map(|(place, _)| place)
            .collect();
        // What nobody wants is not opened.
        if places.is_empty() {
            continue;
        }
        let told = Told::open(key, PURPOSE, &row.sealed)?;
        let reader = Reader {
            id: row.id,
            wanted,
            email: told.email,
            language: told.language,
            base: told.base,
        };
        readers.push((reader, places));
    }
    Ok(readers)
}

/// A report is news once: when everybody may read it for the first time.
pub(super) async fn publish(tx: &Tx, report: i64) -> Result<(), ReportError> {
    let new = tx
        .connection()
        .run(
            "INSERT INTO reports_news (report, at) VALUES ($1, $2) ON CONFLICT (report) DO NOTHING",
            [report.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    if new > 0 {
        tx.enqueue(Job {
            name: TELL,
            payload: json!({ "report": report }),
            not_before: None,
            deduplicate: None,
        })
        .await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct NewsRow {
    report: i64,
    at: i64,
}

async fn opened(tx: &Tx, rows: Vec<NewsRow>) -> Result<Vec<(Report, Timestamp)>, ReportError> {
    let mut news = Vec::with_capacity(rows.len());
    for row in rows {
        // Hidden or merged in the meantime, it is no news.
        let found = report::report(tx.connection(), row.report)
            .await?
            .filter(|found| found.is_shown && found.merged_into.is_none());
        if let Some(found) = found {
            let at = Timestamp::from_microsecond(row.at).unwrap_or(Timestamp::UNIX_EPOCH);
            news.push((found, at));
        }
    }
    Ok(news)
}

/// The news of a report of which nobody was told at once yet; it counts as told from then on.
pub(crate) async fn take_untold(
    tx: &Tx,
    report: i64,
) -> Result<Vec<(Report, Timestamp)>, ReportError> {
    let rows: Vec<NewsRow> = tx
        .connection()
        .rows(
            "UPDATE reports_news SET told_at = $2 WHERE report = $1 AND told_at IS NULL RETURNING report, at",
            [report.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    opened(tx, rows).await
}

/// The news that were not in a daily mail yet, oldest first; they count as gathered from then on.
pub(crate) async fn take_ungathered(tx: &Tx) -> Result<Vec<(Report, Timestamp)>, ReportError> {
    let mut rows: Vec<NewsRow> = tx
        .connection()
        .rows(
            "UPDATE reports_news SET gathered_at = $1 WHERE gathered_at IS NULL RETURNING report, at",
            [tx.now().as_microsecond().into()],
        )
        .await?;
    rows.sort_by_key(|row| (row.at, row.report));
    opened(tx, rows).await
}

/// The last part of the address at which an alert is ended: its number and a keyed hash, so that nobody ends another's.
pub fn way_out(key: &CityKey, alert: i64) -> String {
    told::way_out(key, WAY_OUT, alert)
}

/// The alert that [`way_out`] names, with what is wanted; none when it is wrong or over.
///
/// # Errors
/// When the database does not answer.
pub async fn by_way_out(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    text: &str,
) -> Result<Option<(i64, Wanted)>, ReportError> {
    let Some(id) = told::id_of_way_out(key, WAY_OUT, text) else {
        return Ok(None);
    };
    let wanted: Option<String> = connection
        .value(
            "SELECT wanted FROM reports_alerts WHERE id = $1",
            [id.into()],
        )
        .await?;
    wanted
        .map(|wanted| Ok((id, serde_json::from_str(&wanted)?)))
        .transpose()
}

/// Ends an alert and forgets its address.
///
/// # Errors
/// When the database does not carry it out.
pub async fn end(tx: &Tx, alert: i64) -> Result<(), ReportError> {
    tx.connection()
        .run("DELETE FROM reports_alerts WHERE id = $1", [alert.into()])
        .await?;
    Ok(())
}

/// Forgets alerts whose year is over.
pub(crate) async fn clean_up(tx: &Tx) -> Result<(), ReportError> {
    tx.connection()
        .run(
            "DELETE FROM reports_alerts WHERE ends_at <= $1",
            [tx.now().as_microsecond().into()],
        )
        .await?;
    Ok(())
}
