//! Roads that are closed.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use yakuba_city::{AuditEntry, Fact, Tx, sql::Sql as _};
use yakuba_kernel::{Channel, Subject};

use super::events::belongs_to;
use crate::{
    capabilities::CLOSED,
    error::DisasterError,
    model::closure::{Course, Reason},
};

/// What is said about a closed road.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Which road, from where to where.
    pub place: String,
    /// Where it is.
    pub course: Course,
    /// Why.
    pub reason: Reason,
    /// How to get around it; may be empty.
    pub detour: String,
    /// Since when.
    pub closed_at: Timestamp,
    /// Until when it is expected to be closed.
    pub until: Option<Timestamp>,
}

/// A closed road.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// Its number.
    pub id: i64,
    /// What is said about it.
    pub about: Description,
    /// The disaster it belongs to.
    pub emergency: Option<i64>,
    /// When it was opened again.
    pub lifted_at: Option<Timestamp>,
    /// When something last changed.
    pub changed_at: Timestamp,
    /// Counts its changes.
    pub revision: i64,
}

const COLUMNS: &str = "id, emergency, place, corners, reason, detour, closed_at, until, lifted_at, changed_at, revision";

#[derive(FromQueryResult)]
struct ClosureRow {
    id: i64,
    emergency: Option<i64>,
    place: String,
    corners: String,
    reason: String,
    detour: String,
    closed_at: i64,
    until: Option<i64>,
    lifted_at: Option<i64>,
    changed_at: i64,
    revision: i64,
}

fn moment(at: i64) -> Timestamp {
    Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

impl TryFrom<ClosureRow> for Closure {
    type Error = DisasterError;

    fn try_from(row: ClosureRow) -> Result<Self, DisasterError> {
        Ok(Self {
            id: row.id,
            about: Description {
                place: row.place,
                course: Course::from_stored(&row.corners)?,
                reason: Reason::read(&row.reason).unwrap_or(Reason::Other),
                detour: row.detour,
                closed_at: moment(row.closed_at),
                until: row.until.map(moment),
            },
            emergency: row.emergency,
            lifted_at: row.lifted_at.map(moment),
            changed_at: moment(row.changed_at),
            revision: row.revision,
        })
    }
}

async fn some(
    connection: &impl ConnectionTrait,
    rest: &str,
    values: Vec<Value>,
) -> Result<Vec<Closure>, DisasterError> {
    let rows: Vec<ClosureRow> = connection
        .rows(
            &format!("SELECT {COLUMNS} FROM disaster_closures {rest}"),
            values,
        )
        .await?;
    rows.into_iter().map(Closure::try_from).collect()
}

/// The roads that are closed now, newest first, at most 1,000.
///
/// # Errors
/// When the database does not answer.
pub async fn closed(connection: &impl ConnectionTrait) -> Result<Vec<Closure>, DisasterError> {
    let rest = "WHERE lifted_at IS NULL ORDER BY closed_at DESC, id DESC LIMIT 1000";
    some(connection, rest, Vec::new()).await
}

/// The roads that were closed or opened again last, at most so many.
///
/// # Errors
/// When the database does not answer.
pub async fn newest(
    connection: &impl ConnectionTrait,
    most: u32,
) -> Result<Vec<Closure>, DisasterError> {
    let rest = format!("ORDER BY changed_at DESC, id DESC LIMIT {most}");
    some(connection, &rest, Vec::new()).await
}

/// A road that is or was closed.
///
/// # Errors
/// When the database does not answer.
pub async fn closure(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<Closure>, DisasterError> {
    Ok(some(connection, "WHERE id = $1", vec![id.into()])
        .await?
        .pop())
}

fn values(about: &Description, now: Timestamp) -> Vec<Value> {
    vec![
        about.place.as_str().into(),
        about.course.stored().into(),
        about.reason.name().into(),
        about.detour.as_str().into(),
        about.closed_at.min(now).as_microsecond().into(),
        about.until.map(Timestamp::as_microsecond).into(),
        now.as_microsecond().into(),
    ]
}

/// Closes a road and returns its number. The same road closed at the same moment for the same reason is closed once.
///
/// # Errors
/// When the database does not carry it out.
pub async fn close(
    tx: &Tx,
    about: &Description,
    asked: Option<i64>,
    channel: Channel,
) -> Result<i64, DisasterError> {
    let same = closed(tx.connection()).await?.into_iter().find(|known| {
        known.about.place == about.place
            && known.about.course == about.course
            && known.about.reason == about.reason
    });
    if let Some(same) = same {
        return Ok(same.id);
    }
    let emergency = belongs_to(tx, asked).await?.map(|one| one.id);
    let mut all = values(about, tx.now());
    all.push(emergency.into());
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO disaster_closures (place, corners, reason, detour, closed_at, until, changed_at, emergency, revision) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1) RETURNING id",
            all,
        )
        .await?;
    let id = id.ok_or(DisasterError::NotThere)?;
    let fact = Fact::one(&CLOSED.name, about.closed_at.min(tx.now()))
        .channel(channel)
        .subject(Subject::new(about.reason.name())?)
        .record(format!("disaster/roads/{id}"));
    tx.record(fact).await?;
    tx.audit(AuditEntry::new(
        "disaster.road_closed",
        format!("disaster/roads/{id}"),
    ));
    Ok(id)
}

/// Changes what is said about a closed road.
///
/// # Errors
/// [`DisasterError::ChangedMeanwhile`], also when it was opened again.
pub async fn change(
    tx: &Tx,
    id: i64,
    revision: i64,
    about: &Description,
) -> Result<(), DisasterError> {
    let mut all = values(about, tx.now());
    all.extend([id.into(), revision.into()]);
    let changed = tx
        .connection()
        .run(
            "UPDATE disaster_closures SET place = $1, corners = $2, reason = $3, detour = $4, closed_at = $5, until = $6, changed_at = $7, \
               revision = revision + 1 WHERE id = $8 AND revision = $9 AND lifted_at IS NULL",
            all,
        )
        .await?;
    if changed == 0 {
        return Err(DisasterError::ChangedMeanwhile);
    }
    tx.audit(AuditEntry::new(
        "disaster.road_changed",
        format!("disaster/roads/{id}"),
    ));
    Ok(())
}

/// Opens a road again. A second press changes nothing.
///
/// # Errors
/// [`DisasterError::NotThere`].
pub async fn lift(tx: &Tx, id: i64) -> Result<(), DisasterError> {
    let changed = tx
        .connection()
        .run(
            "UPDATE disaster_closures SET lifted_at = $2, changed_at = $2, revision = revision + 1 WHERE id = $1 AND lifted_at IS NULL",
            [id.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    if changed == 0 {
        return match closure(tx.connection(), id).await? {
            Some(_) => Ok(()),
            None => Err(DisasterError::NotThere),
        };
    }
    tx.audit(AuditEntry::new(
        "disaster.road_opened",
        format!("disaster/roads/{id}"),
    ));
    Ok(())
}
