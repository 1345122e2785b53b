//! Places in a register for devices that do not exist. Their numbers begin with `SIM-`.

use std::collections::BTreeMap;

use sea_orm::FromQueryResult;
use yakuba_city::{CityKey, Tx, sql::Sql as _};

use super::{add, forget_key, give_key, turn};
use crate::{
    error::AssetError,
    model::{
        draft::{self, Draft},
        kind::{FieldType, Kind},
        state::State,
    },
};

fn number(place: usize) -> String {
    format!("SIM-{:04}", place + 1)
}

/// A value for what a kind cannot do without.
fn filling(kind: &Kind, column: &str) -> String {
    let Some(field) = kind.field(column).filter(|field| field.required) else {
        return String::new();
    };
    match field.holds {
        FieldType::Text => "SIM".to_owned(),
        FieldType::Number => "1".to_owned(),
        FieldType::Choice => field
            .options
            .first()
            .map_or_else(String::new, |option| option.value.as_str().to_owned()),
        FieldType::Date => "2026-04-01".to_owned(),
        FieldType::Flag => "yes".to_owned(),
    }
}

/// What is written about a made-up device.
fn drafted(kind: &Kind, number: &str) -> Result<Draft, AssetError> {
    let texts: BTreeMap<&str, String> = kind
        .fields
        .iter()
        .map(|field| (field.key.as_str(), filling(kind, field.key.as_str())))
        .chain([("number", number.to_owned()), ("name", number.to_owned())])
        .collect();
    draft::read(kind, |column| texts.get(column).map_or("", String::as_str)).map_err(|problems| {
        let told = |problem: draft::Problem| format!("{}: {}", problem.column, problem.sentence);
        AssetError::BadTable(problems.into_iter().map(told).collect())
    })
}

#[derive(FromQueryResult)]
struct Known {
    id: i64,
    state: String,
    revision: i64,
}

async fn known(tx: &Tx, kind: &Kind, number: &str) -> Result<Option<Known>, AssetError> {
    Ok(tx
        .connection()
        .row(
            "SELECT id, state, revision FROM assets_assets WHERE kind = $1 AND number = $2",
            [kind.key.as_str().into(), number.into()],
        )
        .await?)
}

/// Puts so many made-up devices into service, added where they are not there yet, and gives each a new key. Returns their numbers
/// with the keys.
///
/// # Errors
/// [`AssetError::NoTelemetry`]; [`AssetError::WrongState`] when one was removed for good; the database's.
pub async fn put_into_service(
    tx: &Tx,
    key: &CityKey,
    kind: &Kind,
    count: usize,
) -> Result<Vec<(String, String)>, AssetError> {
    let mut devices = Vec::with_capacity(count);
    for place in 0..count {
        let number = number(place);
        let (id, revision, state) = if let Some(found) = known(tx, kind, &number).await? {
            let state = State::read(&found.state).unwrap_or(State::Planned);
            (found.id, found.revision, state)
        } else {
            (
                add(tx, kind, &drafted(kind, &number)?).await?,
                1,
                State::Planned,
            )
        };
        if state != State::InService {
            turn(tx, kind, id, revision, State::InService, "").await?;
        }
        devices.push((number, give_key(tx, key, kind, id).await?));
    }
    Ok(devices)
}

/// Puts them out of service again, and ends their keys: figures do not count them from now on.
///
/// # Errors
/// The database's.
pub async fn put_out_of_service(tx: &Tx, kind: &Kind, count: usize) -> Result<(), AssetError> {
    for place in 0..count {
        let Some(found) = known(tx, kind, &number(place)).await? else {
            continue;
        };
        forget_key(tx, found.id).await?;
        if found.state == State::InService.name() {
            turn(tx, kind, found.id, found.revision, State::OutOfService, "").await?;
        }
    }
    Ok(())
}
