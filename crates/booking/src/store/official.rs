//! The city's own use of its facilities (公用): it goes before what somebody has booked.

use sea_orm::ConnectionTrait;
use serde_json::json;
use yakuba_city::{AuditEntry, Fact, Tx, sql::Sql as _};
use yakuba_kernel::Channel;

use super::{
    facilities::facility,
    history::{self, What},
    reservations::{Reservation, give_way, reservation, subject},
    taking::{in_the_way, take_all},
};
use crate::{
    capabilities::DISPLACED,
    error::BookingError,
    model::{
        document::{FacilityDocument, Resource},
        state::State,
        time::Span,
    },
};

/// A time that the city wants for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnUse {
    /// The facility.
    pub facility: String,
    /// What of it. Of what is alike, all are taken.
    pub resource: String,
    /// When, in whole steps, whether or not it is offered.
    pub span: Span,
    /// What for, as everybody may read it.
    pub title: String,
    /// Asked for twice with the same mark it is made once.
    pub request: String,
    /// The reservations that the person was shown: when others are in the way, nothing is done.
    pub shown: Vec<i64>,
}

/// What the city's own use did.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Its place in the table.
    pub id: i64,
    /// The reservations that had to give way, as they were before; empty when it was made before.
    pub gave_way: Vec<Reservation>,
}

/// The reservations that would have to give way, in order of time, without what is only held.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn would_give_way(
    connection: &impl ConnectionTrait,
    document: &FacilityDocument,
    resource: &Resource,
    span: Span,
) -> Result<Vec<Reservation>, BookingError> {
    let span = document.taken_by(resource, span);
    let mut all = Vec::new();
    for id in in_the_way(connection, document, &resource.units(), span).await? {
        if let Some(found) = reservation(connection, id).await?
            && found.state != State::Held
        {
            all.push(found);
        }
    }
    all.sort_by_key(|found| (found.span, found.id));
    Ok(all)
}

/// Takes a time for the city's own use. Doing it twice with the same mark is the same as once.
///
/// # Errors
/// [`BookingError::ChangedMeanwhile`] when other reservations are in the way than were shown; [`BookingError::Taken`] when somebody
/// books at the same moment, or the city itself has it; [`BookingError::TooLate`] when it is over.
pub async fn take_over(tx: &Tx, own: &OwnUse) -> Result<Taken, BookingError> {
    let known: Option<i64> = tx
        .connection()
        .value(
            "SELECT id FROM booking_reservations WHERE request = $1",
            [own.request.as_str().into()],
        )
        .await?;
    if let Some(id) = known {
        return Ok(Taken {
            id,
            gave_way: Vec::new(),
        });
    }
    let nothing = || BookingError::NoSuchResource(own.resource.clone());
    let document = facility(tx.connection(), &own.facility)
        .await?
        .ok_or_else(nothing)?
        .document;
    let resource = document.resource(&own.resource).ok_or_else(nothing)?;
    if tx.now() >= own.span.end() {
        return Err(BookingError::TooLate);
    }
    let step = document.step.minutes();
    if !own.span.from().minutes().is_multiple_of(step)
        || !own.span.to().minutes().is_multiple_of(step)
    {
        return Err(BookingError::NotOffered);
    }
    let span = document.taken_by(resource, own.span);
    let units = resource.units();
    let now = tx.now().as_microsecond();
    let id: i64 = tx
        .connection()
        .value(
            "INSERT INTO booking_reservations (facility_key, resource_key, day, from_minute, to_minute, state, kind, channel, holder, \
               purpose, people, fee, kept_fee, request, revision, made_at, changed_at, title) \
             VALUES ($1, $2, $3, $4, $5, 'confirmed', 'official', $6, '', '', 0, 0, 0, $7, 1, $8, $8, $9) RETURNING id",
            [
                own.facility.as_str().into(),
                own.resource.as_str().into(),
                own.span.day().to_string().into(),
                i64::from(own.span.from().minutes()).into(),
                i64::from(own.span.to().minutes()).into(),
                Channel::System.as_str().into(),
                own.request.as_str().into(),
                now.into(),
                own.title.as_str().into(),
            ],
        )
        .await?
        .unwrap_or_default();
    let mut gave_way = Vec::new();
    for other in in_the_way(tx.connection(), &document, &units, span).await? {
        let Some(found) = reservation(tx.connection(), other).await? else {
            continue;
        };
        if found.state != State::Held && !own.shown.contains(&other) {
            return Err(BookingError::ChangedMeanwhile);
        }
        if found.is_closure {
            return Err(BookingError::Taken);
        }
        if let Some(found) = give_way(tx, &document, other, &What::Displaced { by: id }).await? {
            if !found.is_own {
                tx.record(
                    Fact::one(&DISPLACED.name, tx.now())
                        .department(document.department.clone())
                        .channel(found.channel)
                        .subject(subject(&document, &found.resource)?)
                        .record(format!("booking_reservations/{other}")),
                )
                .await?;
            }
            gave_way.push(found);
        }
    }
    take_all(tx, &document, &units, span, id).await?;
    history::note(tx, id, &What::Booked, None).await?;
    tx.audit(
        AuditEntry::new("booking.take_over", format!("reservation/{id}"))
            .with(json!({"gave_way": gave_way.len()})),
    );
    Ok(Taken { id, gave_way })
}
