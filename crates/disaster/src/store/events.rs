//! A disaster begins and is over.

use jiff::Timestamp;
use sea_orm::FromQueryResult;
use serde_json::json;
use yakuba_city::{
    AuditEntry, Emergency, EmergencyKind, Fact, Said, Tx, begin_emergency, change_emergency,
    emergency, end_emergency, open_emergencies, sql::Sql as _,
};
use yakuba_kernel::{Channel, Quantity, Subject};

use crate::{capabilities::PEOPLE, error::DisasterError, model::shelter::people_at_most};

/// A disaster about to be opened.
#[derive(Debug, Clone)]
pub struct Opening {
    /// What has happened.
    pub kind: EmergencyKind,
    /// What it is called.
    pub name: Said,
    /// What everybody should know.
    pub notice: Said,
    /// When it began; not in the future.
    pub begun_at: Timestamp,
}

/// Opens a disaster and returns its number. One of the same kind and name that is open already stays the only one.
///
/// # Errors
/// When the database does not carry it out.
pub async fn open(tx: &Tx, opening: &Opening) -> Result<i64, DisasterError> {
    let same = open_emergencies(tx.connection())
        .await?
        .into_iter()
        .find(|one| one.kind == opening.kind && one.name.ja == opening.name.ja);
    if let Some(same) = same {
        return Ok(same.id);
    }
    let begun_at = opening.begun_at.min(tx.now());
    let id = begin_emergency(tx, opening.kind, &opening.name, &opening.notice, begun_at).await?;
    tx.audit(
        AuditEntry::new("disaster.open", format!("disaster/{id}"))
            .with(json!({ "kind": opening.kind.name(), "name": opening.name.ja })),
    );
    Ok(id)
}

/// Says something else to everybody about an open disaster.
///
/// # Errors
/// [`DisasterError::ChangedMeanwhile`], also when it is over.
pub async fn change(
    tx: &Tx,
    id: i64,
    revision: i64,
    name: &Said,
    notice: &Said,
) -> Result<(), DisasterError> {
    if !change_emergency(tx, id, revision, name, notice).await? {
        return Err(DisasterError::ChangedMeanwhile);
    }
    tx.audit(AuditEntry::new("disaster.notice", format!("disaster/{id}")));
    Ok(())
}

/// A disaster is over. Shelters and roads stay as they are: some are open longer than the disaster lasts. A second press changes nothing.
///
/// # Errors
/// [`DisasterError::NotThere`].
pub async fn close(tx: &Tx, id: i64) -> Result<(), DisasterError> {
    let found = emergency(tx.connection(), id)
        .await?
        .ok_or(DisasterError::NotThere)?;
    if !end_emergency(tx, id).await? {
        return Ok(());
    }
    let most = most_people(tx, id).await?;
    if most > 0 {
        let fact = Fact::one(&PEOPLE.name, tx.now())
            .quantity(Quantity::from_integer(i64::from(most))?)
            .channel(Channel::System)
            .subject(Subject::new(found.kind.name())?)
            .record(format!("disaster/{id}"));
        tx.record(fact).await?;
    }
    tx.audit(AuditEntry::new("disaster.close", format!("disaster/{id}")));
    Ok(())
}

#[derive(FromQueryResult)]
struct Step {
    shelter: i64,
    people: Option<i64>,
}

/// The most people that were in shelters at one time of a disaster.
async fn most_people(tx: &Tx, id: i64) -> Result<u32, DisasterError> {
    let steps: Vec<Step> = tx
        .connection()
        .rows(
            "SELECT shelter, people FROM disaster_shelter_states WHERE emergency = $1 ORDER BY at, id",
            [id.into()],
        )
        .await?;
    Ok(people_at_most(steps.into_iter().map(|step| {
        let people = step.people.unwrap_or(0);
        (step.shelter, u32::try_from(people).unwrap_or(0))
    })))
}

/// The disaster that something belongs to: the one asked for when it is open, else the newest open one, else none.
pub(crate) async fn belongs_to(
    tx: &Tx,
    asked: Option<i64>,
) -> Result<Option<Emergency>, DisasterError> {
    let open = open_emergencies(tx.connection()).await?;
    let wanted = open
        .iter()
        .position(|one| Some(one.id) == asked)
        .unwrap_or(0);
    Ok(open.into_iter().nth(wanted))
}
