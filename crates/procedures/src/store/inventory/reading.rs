//! Reading the inventory.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use yakuba_city::{CityError, sql::Sql as _};
use yakuba_kernel::{Channel, DepartmentCode, FiscalYear};

use crate::{
    capabilities::{APPLICATIONS, APPLICATIONS_EXCLUDED, ELIGIBLE, ONLINE, RECEIVED},
    error::ProcedureError,
    model::inventory::{Counts, Entry, LedgerKey, Listed, Period, Received, ledger},
};

#[derive(FromQueryResult)]
struct Row {
    number: String,
    revision: i64,
    title: String,
    law: String,
    department: String,
    seal: i64,
    face: i64,
    paper_original: i64,
    attachments: String,
    fee: String,
    online_since: Option<String>,
    why_not_online: String,
    exclusion: String,
    procedure_key: Option<String>,
    listed_on: String,
    ended_on: Option<String>,
}

const COLUMNS: &str = "number, revision, title, law, department, seal, face, paper_original, attachments, fee, online_since, \
                       why_not_online, exclusion, procedure_key, listed_on, ended_on";

fn stored(error: impl std::fmt::Display) -> ProcedureError {
    ProcedureError::City(CityError::Stored {
        what: "the inventory",
        cause: error.to_string(),
    })
}

fn day(text: &str) -> Result<Date, ProcedureError> {
    text.parse().map_err(stored)
}

impl Row {
    fn entry(self) -> Result<(Entry, i64), ProcedureError> {
        let entry = Entry {
            department: DepartmentCode::new(self.department).map_err(stored)?,
            listed_on: day(&self.listed_on)?,
            ended_on: self.ended_on.as_deref().map(day).transpose()?,
            online_since: self.online_since.as_deref().map(day).transpose()?,
            attachments: self.attachments.lines().map(str::to_owned).collect(),
            number: self.number,
            title: self.title,
            law: self.law,
            seal: self.seal != 0,
            face: self.face != 0,
            paper_original: self.paper_original != 0,
            fee: self.fee,
            why_not_online: self.why_not_online,
            exclusion: self.exclusion,
            procedure_key: self.procedure_key,
        };
        Ok((entry, self.revision))
    }
}

/// The whole inventory in the order of its numbers, or that of one department.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn entries(
    connection: &impl ConnectionTrait,
    department: Option<&DepartmentCode>,
) -> Result<Vec<Listed>, ProcedureError> {
    let (filter, values): (&str, Vec<Value>) = match department {
        Some(code) => ("WHERE department = $1", vec![code.as_str().into()]),
        None => ("", Vec::new()),
    };
    let sql = format!("SELECT {COLUMNS} FROM procedures_inventory {filter} ORDER BY number");
    let rows: Vec<Row> = connection.rows(&sql, values.clone()).await?;
    let of_entries = if department.is_some() {
        "WHERE number IN (SELECT number FROM procedures_inventory WHERE department = $1)"
    } else {
        ""
    };
    let mut counts = counts(connection, of_entries, values).await?;
    let mut received = received(connection, None).await?;
    rows.into_iter()
        .map(|row| {
            let (entry, revision) = row.entry()?;
            let key = entry.procedure_key.as_deref();
            Ok(Listed {
                revision,
                counts: counts.remove(&entry.number).unwrap_or_default(),
                received: key.and_then(|key| received.remove(key)).unwrap_or_default(),
                entry,
            })
        })
        .collect()
}

/// One entry.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn entry(
    connection: &impl ConnectionTrait,
    number: &str,
) -> Result<Option<Listed>, ProcedureError> {
    let sql = format!("SELECT {COLUMNS} FROM procedures_inventory WHERE number = $1");
    let row: Option<Row> = connection.row(&sql, [number.into()]).await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let (entry, revision) = row.entry()?;
    let counts = counts(connection, "WHERE number = $1", vec![number.into()])
        .await?
        .remove(number)
        .unwrap_or_default();
    let received = received_for(connection, entry.procedure_key.as_deref()).await?;
    Ok(Some(Listed {
        entry,
        revision,
        counts,
        received,
    }))
}

/// The entry that is linked to a procedure of this system, if there is one.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn linked_to(
    connection: &impl ConnectionTrait,
    procedure: &str,
) -> Result<Option<Entry>, ProcedureError> {
    let sql = format!("SELECT {COLUMNS} FROM procedures_inventory WHERE procedure_key = $1");
    let row: Option<Row> = connection.row(&sql, [procedure.into()]).await?;
    row.map(|row| Ok(row.entry()?.0)).transpose()
}

async fn counts(
    connection: &impl ConnectionTrait,
    filter: &str,
    values: Vec<Value>,
) -> Result<BTreeMap<String, Counts>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct CountRow {
        number: String,
        fiscal_year: i64,
        period: String,
        channel: String,
        count: i64,
    }
    let sql = format!(
        "SELECT number, fiscal_year, period, channel, count FROM procedures_counts {filter}"
    );
    let rows: Vec<CountRow> = connection.rows(&sql, values).await?;
    let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
    for row in rows {
        let year = i32::try_from(row.fiscal_year)
            .ok()
            .and_then(|year| FiscalYear::new(year).ok());
        let period = Period::read(&row.period).filter(|period| Some(period.year) == year);
        let period = period.ok_or_else(|| stored(&row.period))?;
        let channel: Channel = row.channel.parse().map_err(stored)?;
        let count = u32::try_from(row.count).map_err(stored)?;
        counts
            .entry(row.number)
            .or_default()
            .set(period, channel, Some(count));
    }
    Ok(counts)
}

/// What this system received for a procedure.
pub(super) async fn received_for(
    connection: &impl ConnectionTrait,
    procedure: Option<&str>,
) -> Result<Vec<Received>, ProcedureError> {
    match procedure {
        Some(key) => Ok(received(connection, Some(key))
            .await?
            .remove(key)
            .unwrap_or_default()),
        None => Ok(Vec::new()),
    }
}

async fn received(
    connection: &impl ConnectionTrait,
    procedure: Option<&str>,
) -> Result<BTreeMap<String, Vec<Received>>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct DayRow {
        subject: String,
        day: String,
        channel: String,
        total: i64,
    }
    let mut sql = "SELECT subject, day, channel, CAST(SUM(total) AS BIGINT) AS total FROM fact_days WHERE measure = $1"
        .to_owned();
    let mut values: Vec<Value> = vec![RECEIVED.name.as_str().into()];
    if let Some(key) = procedure {
        sql.push_str(" AND subject = $2");
        values.push(key.into());
    }
    sql.push_str(" GROUP BY subject, day, channel ORDER BY subject, day, channel");
    let rows: Vec<DayRow> = connection.rows(&sql, values).await?;
    let mut received: BTreeMap<String, Vec<Received>> = BTreeMap::new();
    for row in rows {
        let channel: Channel = row.channel.parse().unwrap_or(Channel::Unknown);
        received.entry(row.subject).or_default().push(Received {
            day: day(&row.day)?,
            channel,
            count: row.total / 1000,
        });
    }
    Ok(received)
}

/// Where the facts do not add up to what is kept: entry, measure and day. Empty is good.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn imbalances(connection: &impl ConnectionTrait) -> Result<Vec<String>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct DayRow {
        measure: String,
        day: String,
        department: String,
        channel: String,
        subject: String,
        total: i64,
    }
    let mut expected: BTreeMap<(String, String, String, String, String), i64> = BTreeMap::new();
    for listed in entries(connection, None).await? {
        for (key, quantity) in ledger(&listed.entry, &listed.counts, &listed.received) {
            let LedgerKey {
                measure,
                day,
                department,
                channel,
            } = key;
            let key = (
                measure.as_str().to_owned(),
                day.to_string(),
                department.as_str().to_owned(),
                channel.map_or_else(String::new, |channel| channel.as_str().to_owned()),
                listed.entry.number.clone(),
            );
            *expected.entry(key).or_default() -= quantity;
        }
    }
    let rows: Vec<DayRow> = connection
        .rows(
            "SELECT measure, day, department, channel, subject, total FROM fact_days WHERE measure IN ($1, $2, $3, $4)",
            [
                ELIGIBLE.name.as_str().into(),
                ONLINE.name.as_str().into(),
                APPLICATIONS.name.as_str().into(),
                APPLICATIONS_EXCLUDED.name.as_str().into(),
            ],
        )
        .await?;
    for row in rows {
        let key = (
            row.measure,
            row.day,
            row.department,
            row.channel,
            row.subject,
        );
        *expected.entry(key).or_default() += row.total / 1000;
    }
    Ok(expected
        .into_iter()
        .filter(|(_, difference)| *difference != 0)
        .map(
            |((measure, day, department, channel, subject), difference)| {
                format!("{subject} {measure} {day} {department} {channel}: {difference:+}")
            },
        )
        .collect())
}
