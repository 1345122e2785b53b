//! Disasters that the city is in. Every service may ask: while one is open, residents report it in other words and more urgently.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{CityError, Tx, sql::Sql as _};

/// Told when a disaster is over: `{"emergency": id}`.
pub const EMERGENCY_ENDED: &str = "city.emergency_ended";

/// What has happened. The first eight are the kinds for which 災害対策基本法 has places of refuge designated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmergencyKind {
    /// 洪水: a river over its banks.
    Flood,
    /// 崖崩れ、土石流及び地滑り.
    Landslide,
    /// 高潮.
    StormSurge,
    /// 地震.
    Earthquake,
    /// 津波.
    Tsunami,
    /// 大規模な火事.
    Fire,
    /// 内水氾濫: drains that take no more.
    InlandFlood,
    /// 火山現象.
    Volcano,
    /// 暴風.
    Storm,
    /// 大雪.
    Snow,
    /// Something else.
    Other,
}

impl EmergencyKind {
    /// Every kind, in the order in which lists show them.
    pub const ALL: [Self; 11] = [
        Self::Flood,
        Self::Landslide,
        Self::StormSurge,
        Self::Earthquake,
        Self::Tsunami,
        Self::Fire,
        Self::InlandFlood,
        Self::Volcano,
        Self::Storm,
        Self::Snow,
        Self::Other,
    ];

    /// The kinds for which a shelter can be designated.
    pub fn of_shelters() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().take(8)
    }

    /// Its name in the database, in files and in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flood => "flood",
            Self::Landslide => "landslide",
            Self::StormSurge => "storm_surge",
            Self::Earthquake => "earthquake",
            Self::Tsunami => "tsunami",
            Self::Fire => "fire",
            Self::InlandFlood => "inland_flood",
            Self::Volcano => "volcano",
            Self::Storm => "storm",
            Self::Snow => "snow",
            Self::Other => "other",
        }
    }

    /// Reads [`EmergencyKind::name`].
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Words in three languages; those that are missing are said in Japanese.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Japanese.
    pub ja: String,
    /// やさしい日本語.
    #[serde(default)]
    pub easy: String,
    /// English.
    #[serde(default)]
    pub en: String,
}

impl Said {
    /// The words in a language: `ja`, `easy` or `en`.
    pub fn get(&self, language: &str) -> &str {
        let wanted = match language {
            "easy" => &self.easy,
            "en" => &self.en,
            _ => &self.ja,
        };
        if wanted.is_empty() { &self.ja } else { wanted }
    }
}

/// A disaster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emergency {
    /// Its number.
    pub id: i64,
    /// What has happened.
    pub kind: EmergencyKind,
    /// What it is called.
    pub name: Said,
    /// What everybody should know now, in a sentence or two; may be empty.
    pub notice: Said,
    /// When it began.
    pub begun_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Counts its changes.
    pub revision: i64,
}

#[derive(FromQueryResult)]
struct EmergencyRow {
    id: i64,
    kind: String,
    name: String,
    notice: String,
    begun_at: i64,
    ended_at: Option<i64>,
    revision: i64,
}

const COLUMNS: &str = "id, kind, name, notice, begun_at, ended_at, revision";

fn stored(cause: impl std::fmt::Display) -> CityError {
    CityError::Stored {
        what: "disaster",
        cause: cause.to_string(),
    }
}

impl TryFrom<EmergencyRow> for Emergency {
    type Error = CityError;

    fn try_from(row: EmergencyRow) -> Result<Self, CityError> {
        Ok(Self {
            id: row.id,
            kind: EmergencyKind::read(&row.kind).unwrap_or(EmergencyKind::Other),
            name: serde_json::from_str(&row.name).map_err(stored)?,
            notice: serde_json::from_str(&row.notice).map_err(stored)?,
            begun_at: Timestamp::from_microsecond(row.begun_at).map_err(stored)?,
            ended_at: row
                .ended_at
                .map(Timestamp::from_microsecond)
                .transpose()
                .map_err(stored)?,
            revision: row.revision,
        })
    }
}

async fn some(
    connection: &impl ConnectionTrait,
    rest: &str,
    values: Vec<sea_orm::Value>,
) -> Result<Vec<Emergency>, CityError> {
    let rows: Vec<EmergencyRow> = connection
        .rows(&format!("SELECT {COLUMNS} FROM emergencies {rest}"), values)
        .await?;
    rows.into_iter().map(Emergency::try_from).collect()
}

/// The disasters that are not over, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn open_emergencies(
    connection: &impl ConnectionTrait,
) -> Result<Vec<Emergency>, CityError> {
    let rest = "WHERE ended_at IS NULL ORDER BY begun_at DESC, id DESC";
    some(connection, rest, Vec::new()).await
}

/// Every disaster, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn emergencies(connection: &impl ConnectionTrait) -> Result<Vec<Emergency>, CityError> {
    some(
        connection,
        "ORDER BY begun_at DESC, id DESC LIMIT 500",
        Vec::new(),
    )
    .await
}

/// A disaster by its number.
///
/// # Errors
/// When the database does not answer.
pub async fn emergency(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<Emergency>, CityError> {
    Ok(some(connection, "WHERE id = $1", vec![id.into()])
        .await?
        .pop())
}

/// A disaster begins: its number.
///
/// # Errors
/// When the database does not carry it out.
pub async fn begin_emergency(
    tx: &Tx,
    kind: EmergencyKind,
    name: &Said,
    notice: &Said,
    begun_at: Timestamp,
) -> Result<i64, CityError> {
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO emergencies (kind, name, notice, begun_at, revision) VALUES ($1, $2, $3, $4, 1) RETURNING id",
            [
                kind.name().into(),
                json!(name).to_string().into(),
                json!(notice).to_string().into(),
                begun_at.as_microsecond().into(),
            ],
        )
        .await?;
    id.ok_or_else(|| stored("it got no number"))
}

/// Says something else to everybody about a disaster that is open. False when somebody else changed it in between or it is over.
///
/// # Errors
/// When the database does not carry it out.
pub async fn change_emergency(
    tx: &Tx,
    id: i64,
    revision: i64,
    name: &Said,
    notice: &Said,
) -> Result<bool, CityError> {
    let changed = tx
        .connection()
        .run(
            "UPDATE emergencies SET name = $3, notice = $4, revision = revision + 1 \
             WHERE id = $1 AND revision = $2 AND ended_at IS NULL",
            [
                id.into(),
                revision.into(),
                json!(name).to_string().into(),
                json!(notice).to_string().into(),
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// A disaster is over, now; who listens for [`EMERGENCY_ENDED`] is told. False when it was over before.
///
/// # Errors
/// When the database does not carry it out.
pub async fn end_emergency(tx: &Tx, id: i64) -> Result<bool, CityError> {
    let changed = tx
        .connection()
        .run(
            "UPDATE emergencies SET ended_at = $2, revision = revision + 1 \
             WHERE id = $1 AND ended_at IS NULL AND begun_at <= $2",
            [id.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    if changed == 1 {
        tx.emit(EMERGENCY_ENDED, json!({ "emergency": id })).await?;
    }
    Ok(changed == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_keep_their_names_and_eight_of_them_have_shelters() {
        for kind in EmergencyKind::ALL {
            assert_eq!(EmergencyKind::read(kind.name()), Some(kind));
        }
        assert_eq!(
            EmergencyKind::of_shelters().last(),
            Some(EmergencyKind::Volcano)
        );
    }

    #[test]
    fn what_was_not_translated_is_said_in_japanese() {
        let said = Said {
            ja: "台風第21号".to_owned(),
            en: "Typhoon 21".to_owned(),
            ..Said::default()
        };
        assert_eq!(
            [said.get("ja"), said.get("easy"), said.get("en")],
            ["台風第21号", "台風第21号", "Typhoon 21"]
        );
    }
}
