//! Many assets at once, with what their devices told: for a demo city. Written in few large statements.

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date};
use rand::Rng as _;
use sea_orm::{ConnectionTrait as _, FromQueryResult, Value};
use yakuba_city::{
    CityKey, Fact, JAPAN, Tx,
    sql::{Sql as _, many_placeholders},
};
use yakuba_kernel::{Point, Quantity, Subject};

use super::{
    alerts::SILENT,
    counting::{Month, write_months},
    key_hash,
    writing::folded,
};
use crate::{
    capabilities::{ALERTS, INSTALLED},
    error::AssetError,
    model::draft::Draft,
};

/// An asset that is in service, with its past.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The key of its kind.
    pub kind: String,
    /// What is written about it.
    pub draft: Draft,
    /// Since when it is in service.
    pub since: Timestamp,
    /// When it is inspected next.
    pub inspection_due: Option<Date>,
    /// What it told as a device; none: it is none.
    pub device: Option<WholeDevice>,
}

/// What a device told.
#[derive(Debug, Clone)]
pub struct WholeDevice {
    /// When it was heard last.
    pub heard_at: Timestamp,
    /// Since when without a silence.
    pub span_from: Timestamp,
    /// The values it told last, in JSON.
    pub readings: String,
    /// Where it said it was.
    pub point: Option<Point>,
    /// When the alert of its silence was opened, while it is silent.
    pub silent_since: Option<Timestamp>,
    /// Its months: a moment in the month, minutes it worked, minutes expected.
    pub months: Vec<(Timestamp, i64, i64)>,
}

/// Rows of one statement.
const CHUNK: usize = 500;

async fn insert(
    tx: &Tx,
    into: &str,
    columns: usize,
    rows: Vec<Vec<Value>>,
) -> Result<(), AssetError> {
    let backend = tx.connection().get_database_backend();
    for chunk in rows.chunks(CHUNK) {
        let values: Vec<Value> = chunk.iter().flatten().cloned().collect();
        let rows = many_placeholders(backend, chunk.len(), columns);
        tx.connection()
            .run(&format!("INSERT INTO {into} VALUES {rows}"), values)
            .await?;
    }
    Ok(())
}

/// Brings assets in that are in service, with their facts. Nobody is told. Their devices' keys are known to nobody.
///
/// # Errors
/// The database's.
pub async fn bring_in_many(tx: &Tx, key: &CityKey, wholes: &[Whole]) -> Result<(), AssetError> {
    let mut rows = Vec::with_capacity(wholes.len());
    for whole in wholes {
        let draft = &whole.draft;
        let at = draft.point.map(Point::millionths);
        let installed_on = draft
            .installed_on
            .unwrap_or_else(|| JAPAN.to_datetime(whole.since).date());
        rows.push(vec![
            whole.kind.as_str().into(),
            draft.number.as_str().into(),
            draft.name.as_str().into(),
            draft.place.as_str().into(),
            at.map(|at| at.0).into(),
            at.map(|at| at.1).into(),
            serde_json::to_string(&draft.fields)?.into(),
            "in_service".into(),
            draft.department.as_str().into(),
            installed_on.to_string().into(),
            whole.inspection_due.map(|day| day.to_string()).into(),
            draft.mail.join("\n").into(),
            folded(draft).into(),
            2_i64.into(),
            whole.since.as_microsecond().into(),
        ]);
    }
    insert(
        tx,
        "assets_assets (kind, number, name, place, latitude, longitude, fields, state, department, installed_on, inspection_due, \
         mail, folded, revision, changed_at)",
        15,
        rows,
    )
    .await?;
    let numbers = numbers(tx).await?;
    let mut service = Vec::new();
    let mut log = Vec::new();
    let mut keys = Vec::new();
    let mut states = Vec::new();
    let mut alerts = Vec::new();
    let mut facts = Vec::new();
    let mut months: HashMap<Timestamp, Vec<Month>> = HashMap::new();
    for whole in wholes {
        let place = (whole.kind.clone(), whole.draft.number.clone());
        let id = *numbers.get(&place).ok_or(AssetError::NoSuchAsset)?;
        let since = whole.since.as_microsecond();
        let fact = |measure: &yakuba_city::Measure, at| {
            Ok::<_, AssetError>(
                Fact::one(&measure.name, at)
                    .department(whole.draft.department.clone())
                    .subject(Subject::new(whole.kind.as_str())?)
                    .quantity(Quantity::ONE)
                    .record(format!("assets_assets/{id}")),
            )
        };
        service.push(vec![id.into(), since.into()]);
        for (kind, state) in [("added", None), ("state", Some("in_service"))] {
            log.push(vec![
                id.into(),
                since.into(),
                "staff:1".into(),
                kind.into(),
                state.into(),
                "".into(),
            ]);
        }
        facts.push(fact(&INSTALLED, whole.since)?);
        let Some(device) = &whole.device else {
            continue;
        };
        let secret: u128 = rand::rng().random();
        keys.push(vec![
            id.into(),
            key_hash(key, &format!("{secret:032x}")).into(),
            since.into(),
        ]);
        let point = device.point.map(Point::millionths);
        let heard_at = device.heard_at.as_microsecond();
        states.push(vec![
            id.into(),
            heard_at.into(),
            heard_at.into(),
            device.span_from.as_microsecond().into(),
            device.readings.as_str().into(),
            point.map(|at| at.0).into(),
            point.map(|at| at.1).into(),
            1_i64.into(),
        ]);
        if let Some(at) = device.silent_since {
            alerts.push(vec![
                id.into(),
                SILENT.into(),
                at.as_microsecond().into(),
                "".into(),
                "".into(),
            ]);
            facts.push(fact(&ALERTS, at)?);
        }
        for (at, up, expected) in &device.months {
            months.entry(*at).or_default().push(Month {
                asset: id,
                kind: whole.kind.clone(),
                department: whole.draft.department.to_string(),
                month: super::counting::month_of(JAPAN.to_datetime(*at).date()),
                up: *up,
                expected: *expected,
            });
        }
    }
    insert(tx, "assets_service (asset, from_at)", 2, service).await?;
    insert(
        tx,
        "assets_log (asset, at, actor, kind, state, text)",
        6,
        log,
    )
    .await?;
    insert(tx, "assets_keys (asset, hash, made_at)", 3, keys).await?;
    insert(
        tx,
        "assets_state (asset, heard_at, told_at, span_from, readings, latitude, longitude, in_minute)",
        8,
        states,
    )
    .await?;
    insert(
        tx,
        "assets_alerts (asset, rule, opened_at, acknowledged_by, note)",
        5,
        alerts,
    )
    .await?;
    tx.record_all(&facts).await?;
    let mut months: Vec<_> = months.into_iter().collect();
    months.sort_by_key(|(at, _)| *at);
    for (at, months) in months {
        write_months(tx, at, &months).await?;
    }
    Ok(())
}

/// The number in the city of each asset, by kind and number.
async fn numbers(tx: &Tx) -> Result<HashMap<(String, String), i64>, AssetError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        kind: String,
        number: String,
    }
    let rows: Vec<Row> = tx
        .connection()
        .rows("SELECT id, kind, number FROM assets_assets", [])
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| ((row.kind, row.number), row.id))
        .collect())
}

/// A device that a demo speaks for.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Speaker {
    /// The hash of its key.
    pub hash: String,
    /// Its number in the city.
    pub asset: i64,
    /// The key of its kind.
    pub kind: String,
}

impl Speaker {
    /// Whether it is of a kind.
    pub fn is_of(&self, kind: &str) -> bool {
        self.kind == kind
    }
}

/// Devices in service that are not silent, for a demo that speaks for them.
///
/// # Errors
/// The database's.
pub async fn speaking(
    connection: &impl sea_orm::ConnectionTrait,
) -> Result<Vec<Speaker>, AssetError> {
    Ok(connection
        .rows(
            &format!(
                "SELECT k.hash, k.asset, a.kind FROM assets_keys k JOIN assets_assets a ON a.id = k.asset \
                 WHERE k.revoked_at IS NULL AND a.state = 'in_service' AND NOT EXISTS (SELECT 1 FROM assets_alerts l \
                   WHERE l.asset = a.id AND l.rule = '{SILENT}' AND l.closed_at IS NULL)"
            ),
            [],
        )
        .await?)
}
