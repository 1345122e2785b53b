//! Adding facts, and taking one back.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Value};
use yakuba_kernel::FiscalYear;

use super::{
    CHUNK, Fact, FactId, STORED, StoredFact,
    roll_ups::{self, Change, Pending, Place, Sums},
};
use crate::{
    clock::date_in_japan,
    error::CityError,
    sql::{Sql as _, many_placeholders},
};

const COLUMNS: &str = "measure, at, day, fiscal_year, department, channel, subject, quantity, sign, corrects, source, record, idempotency_key, recorded_at";
const COLUMN_COUNT: usize = 14;

/// Stores facts. Those whose idempotency key is known and whose contents are the same are passed over.
/// Returns how many were new, and their sums, which are to be added to the roll-ups before the write ends.
pub(crate) async fn append(
    connection: &impl ConnectionTrait,
    now: Timestamp,
    source: &str,
    facts: &[Fact],
) -> Result<(u64, Pending), CityError> {
    let mut new = 0;
    let mut sums = Pending::default();
    for chunk in facts.chunks(CHUNK) {
        let known = known_keys(connection, source, chunk).await?;
        let mut seen: BTreeMap<&str, &Fact> = BTreeMap::new();
        let mut values: Vec<Value> = Vec::with_capacity(chunk.len() * COLUMN_COUNT);
        let mut rows = 0;
        for fact in chunk {
            let day = date_in_japan(fact.at);
            let key = Place {
                measure: fact.measure.as_str().to_owned(),
                day: Some(day.to_string()),
                fiscal_year: i64::from(FiscalYear::from_date(day).year()),
                department: fact
                    .department
                    .as_ref()
                    .map_or_else(String::new, |code| code.as_str().to_owned()),
                channel: fact
                    .channel
                    .map_or_else(String::new, |channel| channel.as_str().to_owned()),
                subject: fact
                    .subject
                    .as_ref()
                    .map_or_else(String::new, |subject| subject.as_str().to_owned()),
            };
            let quantity = fact.quantity.thousandths();
            if let Some(idempotency_key) = &fact.idempotency_key {
                let same_before = known
                    .get(idempotency_key)
                    .map(|stored| stored.same_as(&key, fact.at, quantity));
                let same_here = seen
                    .insert(idempotency_key, fact)
                    .map(|earlier| earlier == fact);
                match same_before.or(same_here) {
                    Some(true) => continue,
                    Some(false) => {
                        return Err(CityError::IdempotencyConflict(idempotency_key.clone()));
                    }
                    None => {}
                }
            }
            values.extend([
                key.measure.clone().into(),
                fact.at.as_microsecond().into(),
                day.to_string().into(),
                key.fiscal_year.into(),
                key.department.clone().into(),
                key.channel.clone().into(),
                key.subject.clone().into(),
                quantity.into(),
                1_i64.into(),
                Value::BigInt(None),
                source.into(),
                fact.record.clone().into(),
                fact.idempotency_key.clone().into(),
                now.as_microsecond().into(),
            ]);
            rows += 1;
            sums.add(key, Sums::of(quantity))?;
        }
        if rows > 0 {
            sums.changed(insert(connection, rows, values).await?);
            new += rows as u64;
        }
    }
    Ok((new, sums))
}

/// Inserts rows of facts and returns what this change of the roll-ups will be recognised by.
async fn insert(
    connection: &impl ConnectionTrait,
    rows: usize,
    values: Vec<Value>,
) -> Result<Change, DbErr> {
    let backend = connection.get_database_backend();
    let statement = connection.statement(
        &format!(
            "INSERT INTO facts ({COLUMNS}) VALUES {}",
            many_placeholders(backend, rows, COLUMN_COUNT)
        ),
        values,
    );
    let inserted = connection.execute_raw(statement).await?;
    Ok(if backend == DbBackend::Sqlite {
        Change::LastFact(i64::try_from(inserted.last_insert_id()).unwrap_or(i64::MAX))
    } else {
        Change::Transaction
    })
}

#[derive(FromQueryResult)]
struct KnownFact {
    idempotency_key: String,
    measure: String,
    at: i64,
    department: String,
    channel: String,
    subject: String,
    quantity: i64,
}

impl KnownFact {
    fn same_as(&self, key: &Place, at: Timestamp, quantity: i64) -> bool {
        self.measure == key.measure
            && self.at == at.as_microsecond()
            && self.department == key.department
            && self.channel == key.channel
            && self.subject == key.subject
            && self.quantity == quantity
    }
}

async fn known_keys(
    connection: &impl ConnectionTrait,
    source: &str,
    facts: &[Fact],
) -> Result<BTreeMap<String, KnownFact>, DbErr> {
    let keys: Vec<&String> = facts
        .iter()
        .filter_map(|fact| fact.idempotency_key.as_ref())
        .collect();
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut values: Vec<Value> = vec![source.into()];
    values.extend(keys.iter().map(|key| Value::from((*key).clone())));
    let known: Vec<KnownFact> = connection
        .rows(
            &format!(
                "SELECT idempotency_key, measure, at, department, channel, subject, quantity FROM facts
                 WHERE source = $1 AND idempotency_key IN ({})",
                crate::sql::list(2, keys.len())
            ),
            values,
        )
        .await?;
    Ok(known
        .into_iter()
        .map(|fact| (fact.idempotency_key.clone(), fact))
        .collect())
}

/// Takes a fact back with a fact of the opposite sign on the same day. The fact itself stays.
pub(crate) async fn take_back(
    connection: &impl ConnectionTrait,
    now: Timestamp,
    source: &str,
    id: FactId,
) -> Result<StoredFact, CityError> {
    let fact: StoredFact = connection
        .row(
            &format!("SELECT id, {STORED} FROM facts WHERE id = $1 AND sign = 1"),
            [id.0.into()],
        )
        .await?
        .ok_or(CityError::NotCorrectable)?;
    let values = vec![
        fact.measure.clone().into(),
        fact.at.into(),
        fact.day.clone().into(),
        fact.fiscal_year.into(),
        fact.department.clone().into(),
        fact.channel.clone().into(),
        fact.subject.clone().into(),
        (-fact.quantity).into(),
        (-1_i64).into(),
        Some(id.0).into(),
        source.into(),
        fact.record.clone().into(),
        Value::String(None),
        now.as_microsecond().into(),
    ];
    let change = match insert(connection, 1, values).await {
        Ok(change) => change,
        // UNIQUE (corrects): a fact can be taken back once.
        Err(error) if crate::sql::is_unique_violation(&error) => {
            return Err(CityError::NotCorrectable);
        }
        Err(error) => return Err(error.into()),
    };
    roll_ups::take_off(connection, &fact, change).await?;
    Ok(fact)
}
