//! The city's own use of its facilities (公用): it goes before what somebody has booked.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use serde_json::json;
use yakuba_city::{AuditEntry, Fact, Tx, sql::Sql as _};
use yakuba_kernel::Channel;

use super::{
    facilities::facility,
    history::{self, What},
    reservations::{Reservation, give_way, reservation, subject},
    taking::{change_units, held_units, in_the_way, take_all, take_these},
};
use crate::{
    capabilities::DISPLACED,
    error::BookingError,
    model::{
        document::{FacilityDocument, Resource, Takes},
        giving_way::{Occupant, Room, make_room},
        state::State,
        time::Span,
    },
};

/// A time that the city wants for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnUse {
    /// The facility.
    pub facility: String,
    /// What of it.
    pub resource: String,
    /// How many of what is alike; all of them when there are not more.
    pub count: usize,
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

/// The reservations that would have to give way, in order of time, without what is only held. Of what is alike, `count` are taken.
///
/// # Errors
/// [`BookingError::Taken`] when so many cannot be had whoever gives way; when the database does not answer or holds what cannot be read.
pub async fn would_give_way(
    connection: &impl ConnectionTrait,
    document: &FacilityDocument,
    resource: &Resource,
    span: Span,
    count: usize,
) -> Result<Vec<Reservation>, BookingError> {
    let mut all = match room_for(connection, document, resource, span, count).await? {
        Getting::All(others) => others,
        Getting::Some { mut others, room } => {
            others.retain(|found| room.gives_way.contains(&found.id));
            others
        }
    };
    all.retain(|found| found.state != State::Held);
    all.sort_by_key(|found| (found.span, found.id));
    Ok(all)
}

/// How the city gets what it takes.
enum Getting {
    /// All units: all of these give way.
    All(Vec<Reservation>),
    /// Some of what is alike.
    Some {
        others: Vec<Reservation>,
        room: Room,
    },
}

async fn room_for(
    connection: &impl ConnectionTrait,
    document: &FacilityDocument,
    resource: &Resource,
    span: Span,
    count: usize,
) -> Result<Getting, BookingError> {
    let taken_span = document.taken_by(resource, span);
    let units = resource.units();
    let is_all = matches!(resource.takes, Takes::Units(_)) || count >= units.len();
    if is_all {
        let mut all = Vec::new();
        for id in in_the_way(connection, document, &units, taken_span).await? {
            all.extend(reservation(connection, id).await?);
        }
        return Ok(Getting::All(all));
    }
    let steps: Vec<i64> = taken_span.steps(document.step.minutes()).collect();
    let (Some(first), Some(last)) = (steps.first().copied(), steps.last().copied()) else {
        return Err(BookingError::NotOffered);
    };
    let (unit_ids, held) = held_units(connection, document, &units, span.day()).await?;
    let mut others = Vec::new();
    let mut occupants = Vec::new();
    for units in held {
        let Some(found) = reservation(connection, units.reservation).await? else {
            continue;
        };
        let is_alike = found.resource == resource.key.as_str() && !found.is_own;
        occupants.push(Occupant {
            reservation: found.id,
            can_change_unit: units.units.len() == 1 && is_alike && found.state != State::Held,
            units: units.units,
            first: units.first,
            last: units.last,
            can_give_way: !found.is_closure
                && matches!(
                    found.state,
                    State::Held | State::Requested | State::Confirmed
                ),
        });
        others.push(found);
    }
    // The city's own use was decided first; what is only held is not booked yet.
    let order: BTreeMap<i64, (u8, i64)> = others
        .iter()
        .map(|found| {
            let rank = match (found.is_own, found.state) {
                (true, _) => 0,
                (false, State::Held) => 2,
                (false, _) => 1,
            };
            (found.id, (rank, found.id))
        })
        .collect();
    occupants.sort_by_key(|one| order.get(&one.reservation).copied());
    let room = make_room(&unit_ids, &occupants, (first, last), count).ok_or(BookingError::Taken)?;
    Ok(Getting::Some { others, room })
}

/// Takes a time for the city's own use. Doing it twice with the same mark is the same as once.
///
/// # Errors
/// [`BookingError::ChangedMeanwhile`] when other reservations must give way than were shown; [`BookingError::Taken`] when somebody
/// books at the same moment, or so many cannot be had; [`BookingError::TooLate`] when it is over.
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
    if own.count == 0 {
        return Err(BookingError::NotOffered);
    }
    let span = document.taken_by(resource, own.span);
    let units = resource.units();
    if matches!(resource.takes, Takes::OneOf(_)) {
        // Nobody of the day moves while it is decided who gives way.
        let (_, held) = held_units(tx.connection(), &document, &units, own.span.day()).await?;
        for one in held {
            tx.connection()
                .run(
                    "UPDATE booking_reservations SET revision = revision WHERE id = $1",
                    [one.reservation.into()],
                )
                .await?;
        }
    }
    let getting = room_for(tx.connection(), &document, resource, own.span, own.count).await?;
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
    let (others, room) = match getting {
        Getting::All(others) => (others, None),
        Getting::Some { mut others, room } => {
            others.retain(|found| room.gives_way.contains(&found.id));
            (others, Some(room))
        }
    };
    let mut gave_way = Vec::new();
    for found in others {
        if found.state != State::Held && !own.shown.contains(&found.id) {
            return Err(BookingError::ChangedMeanwhile);
        }
        if found.is_closure {
            return Err(BookingError::Taken);
        }
        let to = What::Displaced { by: id };
        if let Some(found) = give_way(tx, &document, found.id, &to).await? {
            if !found.is_own {
                tx.record(
                    Fact::one(&DISPLACED.name, tx.now())
                        .department(document.department.clone())
                        .channel(found.channel)
                        .subject(subject(&document, &found.resource)?)
                        .record(format!("booking_reservations/{}", found.id)),
                )
                .await?;
            }
            gave_way.push(found);
        }
    }
    match room {
        None => take_all(tx, &document, &units, span, id).await?,
        Some(room) => {
            change_units(tx, &room.changed).await?;
            take_these(tx, &document, &room.units, span, id).await?;
        }
    }
    history::note(tx, id, &What::Booked, None)?;
    tx.audit(
        AuditEntry::new("booking.take_over", format!("reservation/{id}"))
            .with(json!({"gave_way": gave_way.len()})),
    );
    Ok(Taken { id, gave_way })
}
