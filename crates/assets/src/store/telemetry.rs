//! What devices tell. Many messages are taken in one write: three or four statements and one commit, however many devices spoke.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use sea_orm::{ConnectionTrait as _, DbBackend, FromQueryResult, Value};
use tokio::sync::oneshot;
use yakuba_city::{
    Actor, City, Tx,
    sql::{Sql as _, list, many_placeholders},
};
use yakuba_kernel::{Decimal, Point};

use super::{
    Kinds,
    alerts::{self, Opening, SILENT, Teller},
    kinds,
};
use crate::error::AssetError;

/// Messages of one write at most.
const GROUP: usize = 500;
/// Messages that wait at most; more are told to come again.
const MOST_WAITING: usize = 20_000;
/// What a device told is not taken later than this.
const OLDEST: i64 = 24 * 3_600 * 1_000_000;
/// A device's clock may be so far ahead.
const AHEAD: i64 = 5 * 60 * 1_000_000;
/// Messages of a device in a minute at most.
const MOST_IN_A_MINUTE: i64 = 60;
const MINUTE: i64 = 60_000_000;

/// What a device tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The hash of its key.
    pub hash: String,
    /// The device's own time; none: now.
    pub at: Option<Timestamp>,
    /// What it measured, by key.
    pub values: BTreeMap<String, Decimal>,
    /// Where it is.
    pub point: Option<Point>,
}

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No device has the key.
    #[error("no device has this key, or the key was revoked. Ask the town hall for a new one")]
    UnknownKey,
    /// The device is not in service.
    #[error("this device is not in service. Ask the town hall to put it into service first")]
    NotInService,
    /// Told before: it is a repetition, or came in the wrong order.
    #[error(
        "a message of this time or a later one was taken before. Send each message once, the oldest first"
    )]
    ToldBefore,
    /// Too long ago.
    #[error("the message is older than 24 hours. Set the device's clock, or send less late")]
    TooOld,
    /// In the future.
    #[error("the message is more than 5 minutes ahead. Set the device's clock")]
    Ahead,
    /// Too many.
    #[error("more than {MOST_IN_A_MINUTE} messages in a minute. Send less often")]
    TooMany,
    /// A value that its kind does not know.
    #[error("devices of this kind tell no \"{0}\". Leave it out, or add it to the kind's file")]
    UnknownValue(String),
    /// A value with more than nine digits before or three after the point.
    #[error("the value \"{0}\" is too large, or has more than three decimal places")]
    BadValue(String),
    /// The write failed, or too many wait.
    #[error("the message could not be kept. Send it again in a minute")]
    Failed,
}

impl Refusal {
    /// A word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownKey => "unknown_key",
            Self::NotInService => "not_in_service",
            Self::ToldBefore => "told_before",
            Self::TooOld => "too_old",
            Self::Ahead => "ahead",
            Self::TooMany => "too_many",
            Self::UnknownValue(_) => "unknown_value",
            Self::BadValue(_) => "bad_value",
            Self::Failed => "failed",
        }
    }
}

/// What became of a message.
pub type Outcome = Result<(), Refusal>;

/// A value in whole thousandths.
fn thousandths(value: Decimal) -> Option<i64> {
    let scaled = value.checked_mul(Decimal::from(1_000))?;
    if !scaled.fract().is_zero() {
        return None;
    }
    i64::try_from(scaled)
        .ok()
        .filter(|whole| whole.abs() < 1_000_000_000_000)
}

#[derive(Default)]
struct Waiting {
    messages: Vec<(Message, oneshot::Sender<Outcome>)>,
    is_writing: bool,
}

#[derive(Default)]
struct Ear(Mutex<Waiting>);

/// Takes messages of one sender, in their order. Each is answered after it is committed, together with whatever other
/// devices told in the meantime.
pub async fn tell(city: &City, teller: &Teller, messages: Vec<Message>) -> Vec<Outcome> {
    let ear = city.state::<Ear>();
    let mut answers = Vec::with_capacity(messages.len());
    let begins = {
        let mut waiting = ear.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.messages.len() + messages.len() > MOST_WAITING {
            return vec![Err(Refusal::Failed); messages.len()];
        }
        for message in messages {
            let (answer, answered) = oneshot::channel();
            waiting.messages.push((message, answer));
            answers.push(answered);
        }
        !std::mem::replace(&mut waiting.is_writing, true)
    };
    if begins {
        // A task of its own: a sender that goes away must not leave the others waiting.
        tokio::spawn(write_all(city.clone(), ear, teller.clone()));
    }
    let mut outcomes = Vec::with_capacity(answers.len());
    for answer in answers {
        outcomes.push(answer.await.unwrap_or(Err(Refusal::Failed)));
    }
    outcomes
}

/// Writes what waits until nothing does.
async fn write_all(city: City, ear: Arc<Ear>, teller: Teller) {
    loop {
        let group: Vec<_> = {
            let mut waiting = ear.0.lock().unwrap_or_else(PoisonError::into_inner);
            if waiting.messages.is_empty() {
                waiting.is_writing = false;
                return;
            }
            let count = waiting.messages.len().min(GROUP);
            waiting.messages.drain(..count).collect()
        };
        let (messages, answers): (Vec<Message>, Vec<_>) = group.into_iter().unzip();
        let count = messages.len();
        let outcomes = match write_group(&city, &teller, messages).await {
            Ok(outcomes) => outcomes,
            Err(error) => {
                tracing::error!(%error, "what devices told could not be kept");
                vec![Err(Refusal::Failed); count]
            }
        };
        for (answer, outcome) in answers.into_iter().zip(outcomes) {
            // Who no longer listens can send it again.
            let _ = answer.send(outcome);
        }
    }
}

async fn write_group(
    city: &City,
    teller: &Teller,
    messages: Vec<Message>,
) -> Result<Vec<Outcome>, AssetError> {
    let kinds = kinds(city).await?;
    city.write(
        Actor::Program("assets.telemetry".to_owned()),
        (teller.clone(), kinds, messages),
        |tx, (teller, kinds, messages)| Box::pin(hear(tx, teller, kinds, messages)),
    )
    .await
}

#[derive(FromQueryResult)]
struct Row {
    hash: String,
    asset: i64,
    kind: String,
    number: String,
    name: String,
    department: String,
    mail: String,
    state: String,
    heard_at: Option<i64>,
    told_at: Option<i64>,
    span_from: Option<i64>,
    readings: String,
    latitude: Option<i64>,
    longitude: Option<i64>,
    in_minute: i64,
}

/// A device while a group is written.
struct Device {
    row: Row,
    readings: BTreeMap<String, Decimal>,
    was_heard: bool,
    /// Spans that ended.
    ended: Vec<(i64, i64)>,
}

impl Device {
    /// Judges a message and, when it is right, takes it.
    fn hear(
        &mut self,
        kinds: &Kinds,
        message: &Message,
        now: i64,
    ) -> Result<Vec<(String, i64)>, Refusal> {
        let Some((kind, telemetry)) = kinds
            .get(&self.row.kind)
            .and_then(|kind| Some((kind, kind.telemetry.as_ref()?)))
            .filter(|_| self.row.state == "in_service")
        else {
            return Err(Refusal::NotInService);
        };
        let told_at = message.at.map_or(now, Timestamp::as_microsecond);
        if told_at > now + AHEAD {
            return Err(Refusal::Ahead);
        }
        if told_at < now - OLDEST {
            return Err(Refusal::TooOld);
        }
        if self.row.told_at.is_some_and(|before| told_at <= before) {
            return Err(Refusal::ToldBefore);
        }
        let mut measured = Vec::with_capacity(message.values.len());
        for (key, value) in &message.values {
            if kind.value(key).is_none() {
                return Err(Refusal::UnknownValue(key.chars().take(40).collect()));
            }
            let value = thousandths(*value).ok_or_else(|| Refusal::BadValue(key.clone()))?;
            measured.push((key.clone(), value));
        }
        let same_minute = self
            .row
            .heard_at
            .is_some_and(|before| before / MINUTE == now / MINUTE);
        let in_minute = if same_minute {
            self.row.in_minute + 1
        } else {
            1
        };
        if in_minute > MOST_IN_A_MINUTE {
            return Err(Refusal::TooMany);
        }
        self.row.in_minute = in_minute;
        // Whether it works is judged by when the city heard it: a device's clock may be wrong.
        let silent_after = telemetry.promise().silent_after;
        self.row.span_from = match (self.row.heard_at, self.row.span_from) {
            (Some(before), Some(from)) if now - before <= silent_after => Some(from),
            (Some(before), Some(from)) => {
                self.ended.push((from, before));
                Some(now)
            }
            _ => Some(now),
        };
        self.row.heard_at = Some(self.row.heard_at.unwrap_or(now).max(now));
        self.row.told_at = Some(told_at);
        for (key, value) in &message.values {
            self.readings.insert(key.clone(), value.normalize());
        }
        if let Some(point) = message.point {
            let (latitude, longitude) = point.millionths();
            self.row.latitude = Some(latitude);
            self.row.longitude = Some(longitude);
        }
        self.was_heard = true;
        Ok(measured)
    }
}

#[derive(FromQueryResult)]
struct OpenAlert {
    id: i64,
    asset: i64,
    rule: String,
}

/// Takes messages in one write.
///
/// # Errors
/// The database's; then none was taken.
pub async fn hear(
    tx: &Tx,
    teller: &Teller,
    kinds: &Kinds,
    messages: &[Message],
) -> Result<Vec<Outcome>, AssetError> {
    let now = tx.now().as_microsecond();
    let hashes: BTreeSet<&str> = messages
        .iter()
        .map(|message| message.hash.as_str())
        .collect();
    let lock = match tx.connection().get_database_backend() {
        // In one order, so that two nodes that hear the same devices do not wait for each other.
        DbBackend::Postgres => " ORDER BY s.asset FOR UPDATE OF s",
        _ => "",
    };
    let rows: Vec<Row> = tx
        .connection()
        .rows(
            &format!(
                "SELECT k.hash, a.id AS asset, a.kind, a.number, a.name, a.department, a.mail, a.state, s.heard_at, s.told_at, \
                   s.span_from, s.readings, s.latitude, s.longitude, s.in_minute \
                 FROM assets_keys k JOIN assets_assets a ON a.id = k.asset JOIN assets_state s ON s.asset = a.id \
                 WHERE k.revoked_at IS NULL AND k.hash IN ({}){lock}",
                list(1, hashes.len())
            ),
            hashes.iter().map(|hash| (*hash).into()),
        )
        .await?;
    let mut devices: HashMap<String, Device> = HashMap::with_capacity(rows.len());
    for row in rows {
        devices.insert(
            row.hash.clone(),
            Device {
                readings: serde_json::from_str(&row.readings)?,
                row,
                was_heard: false,
                ended: Vec::new(),
            },
        );
    }
    let mut outcomes = Vec::with_capacity(messages.len());
    let mut readings: Vec<Vec<Value>> = Vec::new();
    // The newest of each value decides about alerts.
    let mut newest: BTreeMap<(i64, String), (String, i64)> = BTreeMap::new();
    for message in messages {
        let Some(device) = devices.get_mut(&message.hash) else {
            outcomes.push(Err(Refusal::UnknownKey));
            continue;
        };
        match device.hear(kinds, message, now) {
            Ok(measured) => {
                for (key, value) in measured {
                    readings.push(vec![
                        device.row.asset.into(),
                        device.row.told_at.into(),
                        key.as_str().into(),
                        value.into(),
                    ]);
                    newest.insert((device.row.asset, key), (message.hash.clone(), value));
                }
                outcomes.push(Ok(()));
            }
            Err(refusal) => outcomes.push(Err(refusal)),
        }
    }
    let mut heard: Vec<&Device> = devices.values().filter(|device| device.was_heard).collect();
    if heard.is_empty() {
        return Ok(outcomes);
    }
    heard.sort_unstable_by_key(|device| device.row.asset);
    keep(tx, &heard, readings).await?;
    judge(tx, teller, kinds, &devices, &heard, newest).await?;
    Ok(outcomes)
}

/// Writes what was heard.
async fn keep(tx: &Tx, heard: &[&Device], readings: Vec<Vec<Value>>) -> Result<(), AssetError> {
    let backend = tx.connection().get_database_backend();
    let mut values = Vec::with_capacity(heard.len() * 8);
    for device in heard {
        let row = &device.row;
        values.extend([
            row.asset.into(),
            row.heard_at.into(),
            row.told_at.into(),
            row.span_from.into(),
            serde_json::to_string(&device.readings)?.into(),
            row.latitude.into(),
            row.longitude.into(),
            row.in_minute.into(),
        ]);
    }
    tx.connection()
        .run(
            &format!(
                "INSERT INTO assets_state (asset, heard_at, told_at, span_from, readings, latitude, longitude, in_minute) VALUES {} \
                 ON CONFLICT (asset) DO UPDATE SET heard_at = excluded.heard_at, told_at = excluded.told_at, \
                   span_from = excluded.span_from, readings = excluded.readings, latitude = excluded.latitude, \
                   longitude = excluded.longitude, in_minute = excluded.in_minute",
                many_placeholders(backend, heard.len(), 8)
            ),
            values,
        )
        .await?;
    let ended: Vec<Value> = heard
        .iter()
        .flat_map(|device| {
            device.ended.iter().flat_map(|(from, until)| {
                [device.row.asset.into(), (*from).into(), (*until).into()]
            })
        })
        .collect();
    if !ended.is_empty() {
        tx.connection()
            .run(
                &format!(
                    "INSERT INTO assets_spans (asset, from_at, until_at) VALUES {} ON CONFLICT DO NOTHING",
                    many_placeholders(backend, ended.len() / 3, 3)
                ),
                ended,
            )
            .await?;
    }
    for chunk in readings.chunks(500) {
        tx.connection()
            .run(
                &format!(
                    "INSERT INTO assets_readings (asset, told_at, value, thousandths) VALUES {}",
                    many_placeholders(backend, chunk.len(), 4)
                ),
                chunk.iter().flatten().cloned(),
            )
            .await?;
    }
    Ok(())
}

/// Ends the alerts of devices that speak again or whose values are right again, and opens those of values out of range.
async fn judge(
    tx: &Tx,
    teller: &Teller,
    kinds: &Kinds,
    devices: &HashMap<String, Device>,
    heard: &[&Device],
    newest: BTreeMap<(i64, String), (String, i64)>,
) -> Result<(), AssetError> {
    let open: Vec<OpenAlert> = tx
        .connection()
        .rows(
            &format!(
                "SELECT id, asset, rule FROM assets_alerts WHERE closed_at IS NULL AND asset IN ({})",
                list(1, heard.len())
            ),
            heard.iter().map(|device| device.row.asset.into()),
        )
        .await?;
    let mut closing: Vec<i64> = open
        .iter()
        .filter(|alert| alert.rule == SILENT)
        .map(|alert| alert.id)
        .collect();
    let mut openings = Vec::new();
    for ((asset, key), (hash, value)) in newest {
        let Some(device) = devices.get(&hash) else {
            continue;
        };
        let rule = kinds
            .get(&device.row.kind)
            .and_then(|kind| kind.value(&key));
        let is_allowed = rule.is_none_or(|rule| rule.allows(Decimal::new(value, 3)));
        let known = open
            .iter()
            .find(|alert| alert.asset == asset && alert.rule == key);
        match (is_allowed, known) {
            (true, Some(alert)) => closing.push(alert.id),
            (false, None) => openings.push(Opening {
                asset,
                kind: device.row.kind.clone(),
                number: device.row.number.clone(),
                name: device.row.name.clone(),
                department: device.row.department.clone(),
                mail: device.row.mail.clone(),
                rule: key,
                thousandths: Some(value),
            }),
            _ => {}
        }
    }
    alerts::close(tx, &closing).await?;
    alerts::open(tx, teller, kinds, openings).await?;
    Ok(())
}
