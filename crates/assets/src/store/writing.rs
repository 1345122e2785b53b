//! Changing a register. Each step is a line of the asset's history, and of the city's audit log.

use jiff::{ToSpan as _, civil::Date};
use rand::Rng as _;
use serde_json::json;
use yakuba_city::{
    AuditEntry, CityKey, Fact, Tx,
    sql::{Sql as _, is_unique_violation},
};
use yakuba_kernel::{DepartmentCode, Point, Quantity, Subject, text::normalise_for_search};

use super::{Asset, alerts, asset};
use crate::{
    capabilities::INSTALLED,
    error::AssetError,
    model::{draft::Draft, kind::Kind, state::State},
};

/// What keys are looked up under.
const KEY_PURPOSE: &str = "a device's key";
/// The signs of a key: 32 of them, so that each holds five bits.
const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Signs of a key: 160 bits.
const KEY_LENGTH: usize = 32;

/// A change of what is written about an asset.
#[derive(Debug, Clone)]
pub struct Change {
    /// The asset.
    pub asset: i64,
    /// The revision it was made from.
    pub revision: i64,
    /// What is to stand there.
    pub draft: Draft,
}

/// What is searched.
pub(super) fn folded(draft: &Draft) -> String {
    let mut all = format!("{} {} {}", draft.number, draft.name, draft.place);
    for value in draft.fields.values() {
        all.push(' ');
        all.push_str(value);
    }
    normalise_for_search(&all)
}

pub(super) async fn write_log(
    tx: &Tx,
    asset: i64,
    kind: &'static str,
    state: Option<State>,
    text: &str,
) -> Result<(), AssetError> {
    tx.connection()
        .run(
            "INSERT INTO assets_log (asset, at, actor, kind, state, text) VALUES ($1, $2, $3, $4, $5, $6)",
            [
                asset.into(),
                tx.now().as_microsecond().into(),
                tx.actor().to_string().into(),
                kind.into(),
                state.map(State::name).into(),
                text.into(),
            ],
        )
        .await?;
    Ok(())
}

/// Counts an asset in service on or off.
async fn count(
    tx: &Tx,
    kind: &str,
    department: &DepartmentCode,
    asset: i64,
    by: i64,
) -> Result<(), AssetError> {
    tx.record(
        Fact::one(&INSTALLED.name, tx.now())
            .department(department.clone())
            .subject(Subject::new(kind)?)
            .quantity(Quantity::from_integer(by)?)
            .record(format!("assets_assets/{asset}")),
    )
    .await?;
    Ok(())
}

/// A unique number that is taken, as the sentence for it.
fn taken(error: sea_orm::DbErr, number: &str) -> AssetError {
    if is_unique_violation(&error) {
        AssetError::NumberTaken(number.to_owned())
    } else {
        error.into()
    }
}

fn next_inspection(kind: &Kind, from: Option<Date>) -> Option<Date> {
    let months = kind.inspection_months?;
    from?.checked_add(i64::from(months).months()).ok()
}

/// Adds an asset, planned.
///
/// # Errors
/// [`AssetError::NumberTaken`]; the database's.
pub async fn add(tx: &Tx, kind: &Kind, draft: &Draft) -> Result<i64, AssetError> {
    let at = draft.point.map(Point::millionths);
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO assets_assets (kind, number, name, place, latitude, longitude, fields, state, department, installed_on, \
               inspection_due, mail, folded, revision, changed_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'planned', $8, $9, $10, $11, $12, 1, $13) RETURNING id",
            [
                kind.key.as_str().into(),
                draft.number.as_str().into(),
                draft.name.as_str().into(),
                draft.place.as_str().into(),
                at.map(|at| at.0).into(),
                at.map(|at| at.1).into(),
                serde_json::to_string(&draft.fields)?.into(),
                draft.department.as_str().into(),
                draft.installed_on.map(|day| day.to_string()).into(),
                next_inspection(kind, draft.installed_on).map(|day| day.to_string()).into(),
                draft.mail.join("\n").into(),
                folded(draft).into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await
        .map_err(|error| taken(error, &draft.number))?;
    let id = id.ok_or(AssetError::NoSuchAsset)?;
    write_log(tx, id, "added", None, "").await?;
    tx.audit(
        AuditEntry::new("assets.add", format!("assets/{id}"))
            .with(json!({ "kind": kind.key.as_str(), "number": draft.number })),
    );
    Ok(id)
}

/// Changes what is written about an asset.
///
/// # Errors
/// [`AssetError::NoSuchAsset`], [`AssetError::ChangedMeanwhile`], [`AssetError::NumberTaken`]; the database's.
pub async fn change(tx: &Tx, kind: &Kind, change: &Change) -> Result<(), AssetError> {
    let before = found(tx, change.asset).await?;
    let draft = &change.draft;
    let at = draft.point.map(Point::millionths);
    // What is in service has a day since when.
    let installed_on = draft.installed_on.or(before.installed_on);
    let inspection_due = before
        .inspection_due
        .or_else(|| next_inspection(kind, installed_on));
    let changed = tx
        .connection()
        .run(
            "UPDATE assets_assets SET number = $3, name = $4, place = $5, latitude = $6, longitude = $7, fields = $8, \
               department = $9, installed_on = $10, mail = $11, folded = $12, changed_at = $13, inspection_due = $14, \
               revision = revision + 1 \
             WHERE id = $1 AND revision = $2",
            [
                change.asset.into(),
                change.revision.into(),
                draft.number.as_str().into(),
                draft.name.as_str().into(),
                draft.place.as_str().into(),
                at.map(|at| at.0).into(),
                at.map(|at| at.1).into(),
                serde_json::to_string(&draft.fields)?.into(),
                draft.department.as_str().into(),
                installed_on.map(|day| day.to_string()).into(),
                draft.mail.join("\n").into(),
                folded(draft).into(),
                tx.now().as_microsecond().into(),
                inspection_due.map(|day| day.to_string()).into(),
            ],
        )
        .await
        .map_err(|error| taken(error, &draft.number))?;
    if changed == 0 {
        return Err(AssetError::ChangedMeanwhile);
    }
    if before.state == State::InService && before.department != draft.department {
        count(tx, &before.kind, &before.department, before.id, -1).await?;
        count(tx, &before.kind, &draft.department, before.id, 1).await?;
    }
    write_log(tx, change.asset, "changed", None, "").await?;
    tx.audit(AuditEntry::new(
        "assets.change",
        format!("assets/{}", change.asset),
    ));
    Ok(())
}

async fn found(tx: &Tx, id: i64) -> Result<Asset, AssetError> {
    asset(tx.connection(), id)
        .await?
        .ok_or(AssetError::NoSuchAsset)
}

/// Brings an asset into another state. One that goes into service is counted and expected to report itself from now on; one that
/// leaves it is no longer, its open alerts end, and removed for good its device's key ends, too.
///
/// # Errors
/// [`AssetError::NoSuchAsset`], [`AssetError::ChangedMeanwhile`], [`AssetError::WrongState`]; the database's.
pub async fn turn(
    tx: &Tx,
    kind: &Kind,
    id: i64,
    revision: i64,
    state: State,
    text: &str,
) -> Result<(), AssetError> {
    let before = found(tx, id).await?;
    if before.revision != revision {
        return Err(AssetError::ChangedMeanwhile);
    }
    if !before.state.may_become(state) {
        return Err(AssetError::WrongState {
            from: before.state,
            to: state,
        });
    }
    let now = tx.now().as_microsecond();
    let today = tx.today();
    let installed_on = before
        .installed_on
        .or((state == State::InService).then_some(today));
    let inspection_due = before
        .inspection_due
        .or_else(|| next_inspection(kind, installed_on));
    let changed = tx
        .connection()
        .run(
            "UPDATE assets_assets SET state = $3, installed_on = $4, removed_on = $5, inspection_due = $6, changed_at = $7, \
               revision = revision + 1 WHERE id = $1 AND revision = $2",
            [
                id.into(),
                revision.into(),
                state.name().into(),
                installed_on.map(|day| day.to_string()).into(),
                (state == State::Removed).then(|| today.to_string()).into(),
                inspection_due.map(|day| day.to_string()).into(),
                now.into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(AssetError::ChangedMeanwhile);
    }
    if state == State::InService {
        tx.connection()
            .run(
                "INSERT INTO assets_service (asset, from_at) VALUES ($1, $2)",
                [id.into(), now.into()],
            )
            .await?;
        count(tx, &before.kind, &before.department, id, 1).await?;
    } else if before.state == State::InService {
        tx.connection()
            .run(
                "UPDATE assets_service SET until_at = $2 WHERE asset = $1 AND until_at IS NULL",
                [id.into(), now.into()],
            )
            .await?;
        alerts::close_all(tx, id).await?;
        count(tx, &before.kind, &before.department, id, -1).await?;
    }
    if state == State::Removed {
        revoke(tx, id).await?;
    }
    write_log(tx, id, "state", Some(state), text).await?;
    tx.audit(
        AuditEntry::new("assets.turn", format!("assets/{id}"))
            .with(json!({ "from": before.state.name(), "to": state.name() })),
    );
    Ok(())
}

/// Writes something into an asset's maintenance log.
///
/// # Errors
/// The database's.
pub async fn note(tx: &Tx, id: i64, text: &str) -> Result<(), AssetError> {
    found(tx, id).await?;
    write_log(tx, id, "note", None, text).await?;
    tx.audit(AuditEntry::new("assets.note", format!("assets/{id}")));
    Ok(())
}

/// Notes that an asset was inspected on a day; the next inspection is due as its kind says.
///
/// # Errors
/// [`AssetError::NoSuchAsset`]; the database's.
pub async fn inspect(
    tx: &Tx,
    kind: &Kind,
    id: i64,
    on: Date,
    text: &str,
) -> Result<(), AssetError> {
    found(tx, id).await?;
    tx.connection()
        .run(
            "UPDATE assets_assets SET inspection_due = $2, changed_at = $3, revision = revision + 1 WHERE id = $1",
            [
                id.into(),
                next_inspection(kind, Some(on)).map(|day| day.to_string()).into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    let line = if text.is_empty() {
        on.to_string()
    } else {
        format!("{on} {text}")
    };
    write_log(tx, id, "inspected", None, &line).await?;
    tx.audit(
        AuditEntry::new("assets.inspect", format!("assets/{id}"))
            .with(json!({ "on": on.to_string() })),
    );
    Ok(())
}

/// What a device's key is found by.
pub fn key_hash(city_key: &CityKey, key: &str) -> String {
    city_key.look_up(KEY_PURPOSE, key)
}

async fn revoke(tx: &Tx, id: i64) -> Result<u64, AssetError> {
    Ok(tx
        .connection()
        .run(
            "UPDATE assets_keys SET revoked_at = $2 WHERE asset = $1 AND revoked_at IS NULL",
            [id.into(), tx.now().as_microsecond().into()],
        )
        .await?)
}

/// Gives a device a new key and returns it, the only time that anybody sees it. The one before no longer works.
///
/// # Errors
/// [`AssetError::NoSuchAsset`], [`AssetError::NoTelemetry`]; [`AssetError::WrongState`] when it was removed; the database's.
pub async fn give_key(
    tx: &Tx,
    city_key: &CityKey,
    kind: &Kind,
    id: i64,
) -> Result<String, AssetError> {
    let before = found(tx, id).await?;
    if kind.telemetry.is_none() {
        return Err(AssetError::NoTelemetry);
    }
    if before.state == State::Removed {
        return Err(AssetError::WrongState {
            from: State::Removed,
            to: State::InService,
        });
    }
    revoke(tx, id).await?;
    let key: String = {
        let mut random = rand::rng();
        (0..KEY_LENGTH)
            .map(|_| char::from(SIGNS[random.random_range(0..SIGNS.len())]))
            .collect()
    };
    tx.connection()
        .run(
            "INSERT INTO assets_keys (asset, hash, made_at) VALUES ($1, $2, $3)",
            [
                id.into(),
                key_hash(city_key, &key).into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    tx.connection()
        .run(
            "INSERT INTO assets_state (asset, readings, in_minute) VALUES ($1, '{}', 0) ON CONFLICT (asset) DO NOTHING",
            [id.into()],
        )
        .await?;
    write_log(tx, id, "key", None, "").await?;
    tx.audit(AuditEntry::new("assets.key", format!("assets/{id}")));
    Ok(key)
}

/// Ends a device's key.
///
/// # Errors
/// The database's.
pub async fn forget_key(tx: &Tx, id: i64) -> Result<(), AssetError> {
    if revoke(tx, id).await? > 0 {
        write_log(tx, id, "revoked", None, "").await?;
        tx.audit(AuditEntry::new("assets.revoke", format!("assets/{id}")));
    }
    Ok(())
}
