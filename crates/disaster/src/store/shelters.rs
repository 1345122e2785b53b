//! Shelters, and how it is there.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde_json::json;
use yakuba_city::{AuditEntry, EmergencyKind, Fact, Tx, sql::Sql as _};
use yakuba_kernel::{Channel, Point, Subject, text::normalise_for_search};

use super::events::belongs_to;
use crate::{
    capabilities::OPENED,
    error::DisasterError,
    model::shelter::{
        Crowding, Equipment, Told, equipment_of, equipment_text, kinds_of, kinds_text, needs_of,
        needs_text,
    },
};

/// What stands in the register about a shelter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its lasting number: letters and digits, at most 20.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its name in English; may be empty.
    pub name_en: String,
    /// Its address.
    pub address: String,
    /// Where it is.
    pub point: Point,
    /// How many people find room; none: not known.
    pub capacity: Option<u32>,
    /// The kinds of disaster it is for.
    pub kinds: BTreeSet<EmergencyKind>,
    /// What is there.
    pub equipment: BTreeSet<Equipment>,
    /// Whether it is in use as a shelter at all.
    pub is_listed: bool,
}

impl Place {
    fn folded(&self) -> String {
        normalise_for_search(&format!("{} {} {}", self.name, self.name_en, self.address))
    }

    /// Whether a text can be the lasting number of a shelter.
    pub fn is_key(text: &str) -> bool {
        (1..=20).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    }
}

/// A shelter, and how it is there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelter {
    /// Its number in the database.
    pub id: i64,
    /// What stands in the register.
    pub place: Place,
    /// How it is there.
    pub told: Told,
    /// The disaster for which it is open.
    pub emergency: Option<i64>,
    /// Since when it is open.
    pub opened_at: Option<Timestamp>,
    /// When it was so; none: nothing was ever told.
    pub told_at: Option<Timestamp>,
    /// Counts its changes.
    pub revision: i64,
}

const COLUMNS: &str = "id, key, name, name_en, address, latitude, longitude, capacity, kinds, equipment, is_listed, is_open, emergency, \
     opened_at, people, crowding, needs, note, told_at, revision";

#[derive(FromQueryResult)]
struct ShelterRow {
    id: i64,
    key: String,
    name: String,
    name_en: String,
    address: String,
    latitude: i64,
    longitude: i64,
    capacity: Option<i64>,
    kinds: String,
    equipment: String,
    is_listed: i64,
    is_open: i64,
    emergency: Option<i64>,
    opened_at: Option<i64>,
    people: Option<i64>,
    crowding: Option<String>,
    needs: String,
    note: String,
    told_at: Option<i64>,
    revision: i64,
}

fn moment(at: i64) -> Timestamp {
    Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn number(stored: Option<i64>) -> Option<u32> {
    stored.and_then(|number| u32::try_from(number).ok())
}

impl TryFrom<ShelterRow> for Shelter {
    type Error = DisasterError;

    fn try_from(row: ShelterRow) -> Result<Self, DisasterError> {
        Ok(Self {
            id: row.id,
            place: Place {
                key: row.key,
                name: row.name,
                name_en: row.name_en,
                address: row.address,
                point: Point::from_millionths(row.latitude, row.longitude)?,
                capacity: number(row.capacity),
                kinds: kinds_of(&row.kinds),
                equipment: equipment_of(&row.equipment),
                is_listed: row.is_listed != 0,
            },
            told: Told {
                is_open: row.is_open != 0,
                people: number(row.people),
                crowding: row.crowding.as_deref().and_then(Crowding::read),
                needs: needs_of(&row.needs),
                note: row.note,
            },
            emergency: row.emergency,
            opened_at: row.opened_at.map(moment),
            told_at: row.told_at.map(moment),
            revision: row.revision,
        })
    }
}

/// What a list of shelters is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only those in use.
    pub listed: bool,
    /// Only those that are open, or closed.
    pub open: Option<bool>,
    /// Only those for a kind of disaster.
    pub kind: Option<EmergencyKind>,
    /// Only those with something.
    pub equipment: Option<Equipment>,
    /// Every folded word occurs in name or address.
    pub words: Vec<String>,
}

/// The shelters that a filter wants, open ones first, at most 2,000.
///
/// # Errors
/// When the database does not answer.
pub async fn shelters(
    connection: &impl ConnectionTrait,
    filter: &Filter,
) -> Result<Vec<Shelter>, DisasterError> {
    let mut conditions = vec!["1 = 1".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    if filter.listed {
        conditions.push("is_listed = 1".to_owned());
    }
    if let Some(open) = filter.open {
        conditions.push(format!("is_open = {}", i64::from(open)));
    }
    let mut among = |column: &str, part: String| {
        values.push(format!("%{part}%").into());
        conditions.push(format!("{column} LIKE ${}", values.len()));
    };
    if let Some(kind) = filter.kind {
        // A name holds `_`, which LIKE takes for any letter; no two names differ by that alone.
        among("kinds", format!(" {} ", kind.name()));
    }
    if let Some(equipment) = filter.equipment {
        among("equipment", format!(" {} ", equipment.name()));
    }
    for word in &filter.words {
        among("folded", word.replace(['%', '_', '\\', '\0'], " "));
    }
    let rows: Vec<ShelterRow> = connection
        .rows(
            &format!(
                "SELECT {COLUMNS} FROM disaster_shelters WHERE {} ORDER BY is_open DESC, name, id LIMIT 2000",
                conditions.join(" AND ")
            ),
            values,
        )
        .await?;
    rows.into_iter().map(Shelter::try_from).collect()
}

/// A shelter by its lasting number.
///
/// # Errors
/// When the database does not answer.
pub async fn shelter(
    connection: &impl ConnectionTrait,
    key: &str,
) -> Result<Option<Shelter>, DisasterError> {
    if !Place::is_key(key) {
        return Ok(None);
    }
    let row: Option<ShelterRow> = connection
        .row(
            &format!("SELECT {COLUMNS} FROM disaster_shelters WHERE key = $1"),
            [key.into()],
        )
        .await?;
    row.map(Shelter::try_from).transpose()
}

/// Writes a shelter into the register, or changes what stands there. True when something changed. How it is there stays.
///
/// # Errors
/// When the database does not carry it out.
pub async fn put(tx: &Tx, place: &Place) -> Result<bool, DisasterError> {
    let before = shelter(tx.connection(), &place.key).await?;
    if before.as_ref().is_some_and(|before| before.place == *place) {
        return Ok(false);
    }
    let (latitude, longitude) = place.point.millionths();
    let values: [Value; 11] = [
        place.key.as_str().into(),
        place.name.as_str().into(),
        place.name_en.as_str().into(),
        place.address.as_str().into(),
        latitude.into(),
        longitude.into(),
        place.capacity.map(i64::from).into(),
        kinds_text(&place.kinds).into(),
        equipment_text(&place.equipment).into(),
        i64::from(place.is_listed).into(),
        place.folded().into(),
    ];
    tx.connection()
        .run(
            "INSERT INTO disaster_shelters (key, name, name_en, address, latitude, longitude, capacity, kinds, equipment, is_listed, folded, \
               is_open, needs, note, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, '', '', 1) \
             ON CONFLICT (key) DO UPDATE SET name = excluded.name, name_en = excluded.name_en, address = excluded.address, \
               latitude = excluded.latitude, longitude = excluded.longitude, capacity = excluded.capacity, kinds = excluded.kinds, \
               equipment = excluded.equipment, is_listed = excluded.is_listed, folded = excluded.folded, \
               revision = disaster_shelters.revision + 1",
            values,
        )
        .await?;
    tx.audit(AuditEntry::new(
        "disaster.shelter",
        format!("disaster/shelters/{}", place.key),
    ));
    Ok(true)
}

/// What was told about a shelter, about to be written.
#[derive(Debug, Clone)]
pub struct Telling {
    /// The shelter's lasting number.
    pub key: String,
    /// What was on the screen when it was filled in.
    pub revision: i64,
    /// What was told.
    pub told: Told,
    /// When it was so; none: now.
    pub at: Option<Timestamp>,
    /// How it came.
    pub channel: Channel,
    /// The disaster it is about; none: the newest open one.
    pub emergency: Option<i64>,
}

/// Keeps what was told about a shelter. Something older than what is known (paper entered later) goes into the history alone. The same
/// thing twice is kept once.
///
/// # Errors
/// [`DisasterError::ChangedMeanwhile`] when somebody told something else in between.
pub async fn tell(tx: &Tx, telling: &Telling) -> Result<(), DisasterError> {
    let found = shelter(tx.connection(), &telling.key)
        .await?
        .ok_or(DisasterError::NotThere)?;
    let told = telling.told.clone().consistent();
    let at = telling.at.unwrap_or_else(|| tx.now()).min(tx.now());
    let is_older = found.told_at.is_some_and(|known| at < known);
    if found.revision != telling.revision && !is_older {
        return if found.told == told {
            Ok(())
        } else {
            Err(DisasterError::ChangedMeanwhile)
        };
    }
    if is_older && is_known(tx, found.id, at, &told).await? {
        return Ok(());
    }
    let emergency = if told.is_open || found.told.is_open {
        match found.emergency.filter(|_| found.told.is_open) {
            Some(same) => Some(same),
            None => belongs_to(tx, telling.emergency).await?.map(|one| one.id),
        }
    } else {
        None
    };
    let common = |first: Value| -> Vec<Value> {
        vec![
            first,
            emergency.into(),
            at.as_microsecond().into(),
            i64::from(told.is_open).into(),
            told.people.map(i64::from).into(),
            told.crowding.map(Crowding::name).into(),
            needs_text(&told.needs).into(),
            told.note.as_str().into(),
        ]
    };
    let mut values = common(found.id.into());
    values.extend([
        tx.now().as_microsecond().into(),
        tx.actor().to_string().into(),
        telling.channel.as_str().into(),
    ]);
    tx.connection()
        .run(
            "INSERT INTO disaster_shelter_states (shelter, emergency, at, is_open, people, crowding, needs, note, entered_at, actor, channel) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            values,
        )
        .await?;
    if !is_older {
        let mut values = common(found.id.into());
        let opened_at = if told.is_open {
            found.opened_at.filter(|_| found.told.is_open).or(Some(at))
        } else {
            None
        };
        values.push(opened_at.map(Timestamp::as_microsecond).into());
        tx.connection()
            .run(
                "UPDATE disaster_shelters SET emergency = $2, told_at = $3, is_open = $4, people = $5, crowding = $6, needs = $7, \
                   note = $8, opened_at = $9, revision = revision + 1 WHERE id = $1",
                values,
            )
            .await?;
        if told.is_open && !found.told.is_open {
            record_opening(tx, telling, emergency, at).await?;
        }
    }
    tx.audit(
        AuditEntry::new(
            "disaster.tell",
            format!("disaster/shelters/{}", telling.key),
        )
        .with(json!({ "open": told.is_open, "channel": telling.channel.as_str() })),
    );
    Ok(())
}

async fn record_opening(
    tx: &Tx,
    telling: &Telling,
    emergency: Option<i64>,
    at: Timestamp,
) -> Result<(), DisasterError> {
    let kind = match emergency {
        Some(id) => yakuba_city::emergency(tx.connection(), id)
            .await?
            .map_or(EmergencyKind::Other, |one| one.kind),
        None => EmergencyKind::Other,
    };
    let fact = Fact::one(&OPENED.name, at)
        .channel(telling.channel)
        .subject(Subject::new(kind.name())?)
        .record(format!("disaster/shelters/{}", telling.key));
    tx.record(fact).await?;
    Ok(())
}

/// Whether the same was told about the same moment before: the same sheet of paper entered twice.
async fn is_known(
    tx: &Tx,
    shelter: i64,
    at: Timestamp,
    told: &Told,
) -> Result<bool, DisasterError> {
    let known = history(tx.connection(), shelter).await?;
    Ok(known
        .iter()
        .any(|state| state.at == at && state.told == *told))
}

/// Something that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// When it was so.
    pub at: Timestamp,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// Who entered it, as the audit log names them.
    pub actor: String,
    /// How it came.
    pub channel: String,
    /// What was told.
    pub told: Told,
}

/// Everything that was told about a shelter, newest first, at most 500.
///
/// # Errors
/// When the database does not answer.
pub async fn history(
    connection: &impl ConnectionTrait,
    shelter: i64,
) -> Result<Vec<State>, DisasterError> {
    #[derive(FromQueryResult)]
    struct Row {
        at: i64,
        entered_at: i64,
        actor: String,
        channel: String,
        is_open: i64,
        people: Option<i64>,
        crowding: Option<String>,
        needs: String,
        note: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT at, entered_at, actor, channel, is_open, people, crowding, needs, note FROM disaster_shelter_states \
             WHERE shelter = $1 ORDER BY at DESC, id DESC LIMIT 500",
            [shelter.into()],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| State {
            at: moment(row.at),
            entered_at: moment(row.entered_at),
            actor: row.actor,
            channel: row.channel,
            told: Told {
                is_open: row.is_open != 0,
                people: number(row.people),
                crowding: row.crowding.as_deref().and_then(Crowding::read),
                needs: needs_of(&row.needs),
                note: row.note,
            },
        })
        .collect())
}
