//! Waiting for a time that is full.
//!
//! What becomes free is offered to whoever came first among those whom it serves: as a held reservation in their name, made in the same
//! write that sets the time free. So nobody who is merely quick gets between, and the constraint that forbids double bookings holds for
//! offers too.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use serde_json::json;
use yakuba_city::{AuditEntry, Fact, Job, Measure, Tx, sql::Sql as _};
use yakuba_forms::model::document::Key;
use yakuba_identity::CityKey;
use yakuba_kernel::Channel;
use yakuba_ui::Language;

use super::{
    facilities::facility,
    people::{Contact, Holder},
    reservations::{
        self, Booked, NewBooking, Wish, bookable, forget, keep_for, may_have, subject, taken,
    },
};
use crate::{
    capabilities::{WAITING, WAITING_OFFERS, WAITING_TAKEN},
    error::BookingError,
    model::{
        document::{FacilityDocument, Resource},
        fees::Use,
        rules::Window,
        time::{ClockTime, Span},
    },
};

/// The job that offers what is free of a facility on a day: `{"facility": …, "day": …}`.
pub const OFFER_JOB: &str = "booking.offer";

/// The job that tells somebody of an offer: `{"entry": …}`.
pub const TELL_JOB: &str = "booking.tell_offer";

/// What has become of somebody's waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// They wait.
    Waiting,
    /// The time is held for them.
    Offered,
    /// They took it.
    Taken,
    /// They did not want it any more.
    Declined,
    /// They did not answer in time.
    Lapsed,
    /// They left the list.
    Left,
    /// It came too late for an offer.
    Over,
}

impl Stage {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::Offered,
        Self::Taken,
        Self::Declined,
        Self::Lapsed,
        Self::Left,
        Self::Over,
    ];

    /// The name in the database and in message keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Offered => "offered",
            Self::Taken => "taken",
            Self::Declined => "declined",
            Self::Lapsed => "lapsed",
            Self::Left => "left",
            Self::Over => "over",
        }
    }

    fn read(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|one| one.name() == name)
            .unwrap_or(Self::Over)
    }
}

/// Somebody's place in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the table: whoever has the lowest came first.
    pub id: i64,
    /// The facility.
    pub facility: String,
    /// What of it.
    pub resource: String,
    /// When.
    pub span: Span,
    /// The keyed hash of whoever waits.
    pub holder: String,
    /// Their account, if they have one.
    pub resident: Option<i64>,
    /// The group that waits.
    pub group: Option<i64>,
    /// What has become of it.
    pub stage: Stage,
    /// What is, or was, held for them.
    pub reservation: Option<i64>,
    /// Until when the offer holds, while there is one.
    pub offered_until: Option<Timestamp>,
    sealed: Option<Vec<u8>>,
}

/// What is known of whoever waits. Kept sealed, and gone when it is over.
#[derive(Clone, Serialize, Deserialize)]
pub struct Wanted {
    /// Who it is for.
    pub contact: Contact,
    /// The mail address by which they are known, when it is that.
    email: Option<String>,
    people: u32,
    purpose: Option<Key>,
    is_resident: bool,
}

impl Wanted {
    /// The language in which they are written to.
    pub fn language(&self) -> Language {
        self.contact.language
    }
}

const PURPOSE: &str = "booking.waiting";

impl Entry {
    /// Who waits and for what; none when it is over.
    ///
    /// # Errors
    /// When it was sealed under another city key.
    pub fn wanted(&self, key: &CityKey) -> Result<Option<Wanted>, BookingError> {
        let Some(sealed) = &self.sealed else {
            return Ok(None);
        };
        let text = key.open_sealed(PURPOSE, sealed)?;
        Ok(Some(serde_json::from_slice(&text)?))
    }

    /// What stands for their browser's cookie with what is held for them.
    fn visit(&self) -> String {
        format!("waiting/{}", self.id)
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    facility_key: String,
    resource_key: String,
    day: String,
    from_minute: i64,
    to_minute: i64,
    holder: String,
    resident: Option<i64>,
    group_id: Option<i64>,
    sealed: Option<Vec<u8>>,
    state: String,
    reservation_id: Option<i64>,
    offered_until: Option<i64>,
}

impl TryFrom<Row> for Entry {
    type Error = BookingError;

    fn try_from(row: Row) -> Result<Self, BookingError> {
        let time = |minutes| {
            u16::try_from(minutes)
                .ok()
                .and_then(ClockTime::from_minutes)
                .unwrap_or_default()
        };
        Ok(Self {
            id: row.id,
            facility: row.facility_key,
            resource: row.resource_key,
            span: Span::new(
                row.day.parse().unwrap_or_default(),
                time(row.from_minute),
                time(row.to_minute),
            )
            .ok_or(BookingError::NotOffered)?,
            holder: row.holder,
            resident: row.resident,
            group: row.group_id,
            stage: Stage::read(&row.state),
            reservation: row.reservation_id,
            offered_until: row
                .offered_until
                .and_then(|at| Timestamp::from_microsecond(at).ok()),
            sealed: row.sealed,
        })
    }
}

const COLUMNS: &str = "id, facility_key, resource_key, day, from_minute, to_minute, holder, resident, group_id, sealed, state, \
    reservation_id, offered_until";

async fn many(
    connection: &impl ConnectionTrait,
    condition: &str,
    values: Vec<sea_orm::Value>,
) -> Result<Vec<Entry>, BookingError> {
    let rows: Vec<Row> = connection
        .rows(
            &format!("SELECT {COLUMNS} FROM booking_waiting WHERE {condition}"),
            values,
        )
        .await?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// A place in the list.
///
/// # Errors
/// When the database does not answer.
pub async fn entry(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<Entry>, BookingError> {
    Ok(many(connection, "id = $1", vec![id.into()]).await?.pop())
}

/// The places of a person or group in lists, the latest first.
///
/// # Errors
/// When the database does not answer.
pub async fn entries_of(
    connection: &impl ConnectionTrait,
    holder: &str,
) -> Result<Vec<Entry>, BookingError> {
    many(
        connection,
        "holder = $1 ORDER BY id DESC LIMIT 50",
        vec![holder.into()],
    )
    .await
}

/// How many wait before an entry for a part of the same.
///
/// # Errors
/// When the database does not answer.
pub async fn before(connection: &impl ConnectionTrait, entry: &Entry) -> Result<i64, BookingError> {
    let count: Option<i64> = connection
        .value(
            "SELECT COUNT(*) FROM booking_waiting WHERE facility_key = $1 AND day = $2 AND state IN ('waiting', 'offered') \
               AND id < $3 AND resource_key = $4 AND from_minute < $6 AND to_minute > $5",
            [
                entry.facility.as_str().into(),
                entry.span.day().to_string().into(),
                entry.id.into(),
                entry.resource.as_str().into(),
                i64::from(entry.span.from().minutes()).into(),
                i64::from(entry.span.to().minutes()).into(),
            ],
        )
        .await?;
    Ok(count.unwrap_or(0))
}

/// Somebody who wants to wait.
#[derive(Clone)]
pub struct NewEntry {
    /// For what, and for how many.
    pub wish: Wish,
    /// In whose name.
    pub holder: Holder,
    /// Who it is for.
    pub contact: Contact,
}

/// Puts somebody at the end of the list. Joining twice is the same as once.
///
/// # Errors
/// [`BookingError::WrongState`] when nobody can wait for it, or it is free; [`BookingError::LimitReached`] when the list is full; and
/// everything that speaks against booking it at all.
pub async fn join(tx: &Tx, key: &CityKey, new: &NewEntry) -> Result<i64, BookingError> {
    let (document, resource) = bookable(tx, &new.wish, Channel::Online).await?;
    let waiting = document
        .rules_of(&resource)
        .waiting
        .ok_or(BookingError::WrongState)?;
    let of = Use {
        ..new.wish.of.clone()
    };
    let booking = NewBooking::new(key, new.holder.clone(), &new.contact, Channel::Online, of)?;
    may_have(tx, &document, &resource, &new.wish, &booking).await?;
    let (span, day) = (new.wish.span, new.wish.span.day());
    let holder = new.holder.hash(key);
    let known: Option<i64> = tx
        .connection()
        .value(
            "SELECT id FROM booking_waiting WHERE holder = $1 AND facility_key = $2 AND resource_key = $3 AND day = $4 \
               AND from_minute = $5 AND to_minute = $6 AND state IN ('waiting', 'offered')",
            [
                holder.as_str().into(),
                document.key.as_str().into(),
                resource.key.as_str().into(),
                day.to_string().into(),
                i64::from(span.from().minutes()).into(),
                i64::from(span.to().minutes()).into(),
            ],
        )
        .await?;
    if let Some(id) = known {
        return Ok(id);
    }
    let until = document.last_day_of_courses(day, day);
    let taken = taken(tx.connection(), &document.key, day, until, tx.now()).await?;
    if document.left(&resource, span, &taken) > 0
        && !somebody_waits(tx, &document, &resource, span).await?
    {
        return Err(BookingError::WrongState);
    }
    let wanted = Wanted {
        contact: new.contact.clone(),
        email: match &new.holder {
            Holder::Email(email) => Some(email.clone()),
            _ => None,
        },
        people: new.wish.of.people,
        purpose: new.wish.of.purpose.clone(),
        is_resident: new.wish.of.is_resident,
    };
    let (resident, group) = match new.holder {
        Holder::Resident(account) => (Some(account), None),
        Holder::Group(group) => (None, Some(group)),
        Holder::Email(_) | Holder::Phone(_) => (None, None),
    };
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO booking_waiting (facility_key, resource_key, day, from_minute, to_minute, holder, resident, group_id, \
               sealed, state, made_at, changed_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', $10, $10) ON CONFLICT DO NOTHING RETURNING id",
            [
                document.key.as_str().into(),
                resource.key.as_str().into(),
                day.to_string().into(),
                i64::from(span.from().minutes()).into(),
                i64::from(span.to().minutes()).into(),
                holder.into(),
                resident.into(),
                group.into(),
                key.seal(PURPOSE, &serde_json::to_vec(&wanted)?)?.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    // Joined at the same moment by a double click: the other form's answer stands.
    let id = id.ok_or(BookingError::ChangedMeanwhile)?;
    let entry = entry(tx.connection(), id)
        .await?
        .ok_or(BookingError::NoSuchReservation)?;
    let waits = before(tx.connection(), &entry).await?;
    if waits >= i64::from(waiting.most) {
        return Err(BookingError::LimitReached(u32::from(waiting.most)));
    }
    count(tx, &WAITING, &document, &entry).await?;
    tx.audit(AuditEntry::new("booking.wait", format!("waiting/{id}")));
    // What is held now may lapse, and what became free in this very moment is offered too.
    for moment in lapsing(tx, &document.key, day).await? {
        look_again(tx, &document.key, day, Some(moment)).await?;
    }
    look_again(tx, &document.key, day, None).await?;
    Ok(id)
}

async fn count(
    tx: &Tx,
    measure: &Measure,
    document: &FacilityDocument,
    entry: &Entry,
) -> Result<(), BookingError> {
    tx.record(
        Fact::one(&measure.name, tx.now())
            .department(document.department.clone())
            .channel(Channel::Online)
            .subject(subject(document, &entry.resource)?)
            .record(format!("booking_waiting/{}", entry.id)),
    )
    .await?;
    Ok(())
}

/// The moments at which something held on a day is given back.
async fn lapsing(tx: &Tx, facility: &str, day: Date) -> Result<Vec<Timestamp>, BookingError> {
    #[derive(FromQueryResult)]
    struct Held {
        held_until: i64,
    }
    let rows: Vec<Held> = tx
        .connection()
        .rows(
            "SELECT DISTINCT held_until FROM booking_reservations \
             WHERE facility_key = $1 AND day = $2 AND held_until IS NOT NULL ORDER BY held_until LIMIT 100",
            [facility.into(), day.to_string().into()],
        )
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Timestamp::from_microsecond(row.held_until).ok())
        .collect())
}

/// Has what is free of a facility on a day offered, at once or from a moment on.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn look_again(
    tx: &Tx,
    facility: &str,
    day: Date,
    not_before: Option<Timestamp>,
) -> Result<(), BookingError> {
    tx.enqueue(Job {
        name: OFFER_JOB,
        payload: json!({"facility": facility, "day": day.to_string()}),
        not_before,
        deduplicate: None,
    })
    .await?;
    Ok(())
}

/// Whether somebody waits for a part of what a booking would take.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn somebody_waits(
    tx: &Tx,
    document: &FacilityDocument,
    resource: &Resource,
    span: Span,
) -> Result<bool, BookingError> {
    let waiting = many(
        tx.connection(),
        "facility_key = $1 AND day = $2 AND state = 'waiting'",
        vec![document.key.as_str().into(), span.day().to_string().into()],
    )
    .await?;
    let wanted: BTreeSet<String> = resource.units().into_iter().collect();
    let mine = document.taken_by(resource, span);
    Ok(waiting.iter().any(|entry| {
        document.resource(&entry.resource).is_some_and(|other| {
            document.taken_by(other, entry.span).overlaps(mine)
                && other.units().iter().any(|unit| wanted.contains(unit))
        })
    }))
}

/// Offers what is free of a facility on a day to those who wait for it, in the order in which they came. Whoever cannot be served by
/// what is free now is passed over and stays in the list.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn offer_free(
    tx: &Tx,
    document: &FacilityDocument,
    day: Date,
) -> Result<(), BookingError> {
    let waiting = many(
        tx.connection(),
        "facility_key = $1 AND day = $2 AND state = 'waiting' ORDER BY id",
        vec![document.key.as_str().into(), day.to_string().into()],
    )
    .await?;
    for entry in waiting {
        let Some(resource) = document.resource(&entry.resource) else {
            continue;
        };
        let rules = document.rules_of(resource);
        let Some(waiting) = rules.waiting else {
            continue;
        };
        if document.window(resource, entry.span, tx.now()) != Window::Open {
            continue;
        }
        let until = document.last_day_of_courses(day, day);
        let taken = taken(tx.connection(), &document.key, day, until, tx.now()).await?;
        if document.left(resource, entry.span, &taken) == 0 {
            continue;
        }
        // Two writes that set something free at once wait for each other here, so that one of them offers it.
        let claimed = tx
            .connection()
            .run(
                "UPDATE booking_waiting SET changed_at = $2 WHERE id = $1 AND state = 'waiting'",
                [entry.id.into(), tx.now().as_microsecond().into()],
            )
            .await?;
        if claimed == 0 {
            continue;
        }
        let until = tx
            .now()
            .saturating_add(SignedDuration::from_hours(i64::from(waiting.offer_hours)))
            .unwrap_or(Timestamp::MAX)
            .min(rules.closes_for(entry.span));
        let wish = Wish {
            facility: entry.facility.clone(),
            resource: entry.resource.clone(),
            span: entry.span,
            of: Use::default(),
        };
        let held = keep_for(tx, document, resource, &wish, &entry.visit(), until).await?;
        let Some(reservation) = held else { continue };
        tx.connection()
            .run(
                "UPDATE booking_waiting SET state = 'offered', reservation_id = $2, offered_until = $3 WHERE id = $1",
                [
                    entry.id.into(),
                    reservation.into(),
                    until.as_microsecond().into(),
                ],
            )
            .await?;
        count(tx, &WAITING_OFFERS, document, &entry).await?;
        tx.audit(AuditEntry::new(
            "booking.wait_offer",
            format!("waiting/{}", entry.id),
        ));
        tx.enqueue(Job {
            name: TELL_JOB,
            payload: json!({"entry": entry.id}),
            not_before: None,
            deduplicate: None,
        })
        .await?;
        look_again(tx, &document.key, day, Some(until)).await?;
    }
    Ok(())
}

/// Brings the list of a facility on a day up to date: closes offers that nobody answered, gives back what was held too long, and offers
/// what is free.
///
/// # Errors
/// When the database does not answer.
pub async fn bring_up_to_date(tx: &Tx, key: &str, day: Date) -> Result<(), BookingError> {
    #[derive(FromQueryResult)]
    struct Lapsed {
        id: i64,
    }
    let now = tx.now().as_microsecond();
    let Some(place) = facility(tx.connection(), key).await? else {
        return Ok(());
    };
    tx.connection()
        .run(
            "UPDATE booking_waiting SET state = 'lapsed', offered_until = NULL, sealed = NULL, changed_at = $3 \
             WHERE facility_key = $1 AND day = $2 AND state = 'offered' AND offered_until <= $3",
            [key.into(), day.to_string().into(), now.into()],
        )
        .await?;
    let lapsed: Vec<Lapsed> = tx
        .connection()
        .rows(
            "SELECT id FROM booking_reservations WHERE facility_key = $1 AND day = $2 AND held_until <= $3 ORDER BY id",
            [key.into(), day.to_string().into(), now.into()],
        )
        .await?;
    for one in lapsed {
        forget(tx, one.id).await?;
    }
    offer_free(tx, &place.document, day).await
}

/// Ends the waiting for times that have begun, and what is known of whoever waited.
///
/// # Errors
/// When the database does not answer.
pub async fn end_what_is_over(tx: &Tx) -> Result<u64, BookingError> {
    Ok(tx
        .connection()
        .run(
            "UPDATE booking_waiting SET state = 'over', sealed = NULL, changed_at = $2 WHERE state = 'waiting' AND day < $1",
            [
                tx.today().to_string().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?)
}

/// An entry that nobody else changes until the end of the write.
async fn locked(tx: &Tx, id: i64, holders: &[String]) -> Result<Entry, BookingError> {
    tx.connection()
        .run(
            "UPDATE booking_waiting SET changed_at = $2 WHERE id = $1",
            [id.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    entry(tx.connection(), id)
        .await?
        .filter(|entry| holders.contains(&entry.holder))
        .ok_or(BookingError::NoSuchReservation)
}

/// Takes what is offered. `holders` are the hashes of whoever asks: the person and their groups. Taking it twice is the same as once.
///
/// # Errors
/// [`BookingError::Lapsed`]; [`BookingError::LimitReached`]; [`BookingError::NoSuchReservation`] when it is somebody else's.
pub async fn accept(
    tx: &Tx,
    key: &CityKey,
    id: i64,
    holders: &[String],
) -> Result<Booked, BookingError> {
    let entry = locked(tx, id, holders).await?;
    let reservation = match (entry.stage, entry.reservation) {
        (Stage::Offered | Stage::Taken, Some(reservation)) => reservation,
        (Stage::Lapsed, _) => return Err(BookingError::Lapsed),
        _ => return Err(BookingError::WrongState),
    };
    let Some(wanted) = entry.wanted(key)? else {
        let found = reservations::reservation(tx.connection(), reservation)
            .await?
            .ok_or(BookingError::Lapsed)?;
        return Ok(Booked {
            id: reservation,
            number: None,
            state: found.state,
            fee: found.fee,
        });
    };
    let holder = match (entry.resident, entry.group, &wanted.email) {
        (_, Some(group), _) => Holder::Group(group),
        (Some(account), None, _) => Holder::Resident(account),
        (None, None, Some(email)) => Holder::Email(email.clone()),
        (None, None, None) => return Err(BookingError::WrongState),
    };
    let of = Use {
        people: wanted.people,
        purpose: wanted.purpose.clone(),
        is_resident: wanted.is_resident,
        ..Use::default()
    };
    let new = NewBooking::new(key, holder, &wanted.contact, Channel::Online, of)?;
    let booked = reservations::confirm(tx, reservation, &entry.visit(), &new).await?;
    tx.connection()
        .run(
            "UPDATE booking_waiting SET state = 'taken', offered_until = NULL, sealed = NULL WHERE id = $1",
            [id.into()],
        )
        .await?;
    if let Some(place) = facility(tx.connection(), &entry.facility).await? {
        count(tx, &WAITING_TAKEN, &place.document, &entry).await?;
    }
    Ok(booked)
}

/// Leaves the list, or lets an offer go, which is then offered to whoever comes next. Leaving twice is the same as once.
///
/// # Errors
/// [`BookingError::NoSuchReservation`] when it is somebody else's.
pub async fn leave(tx: &Tx, id: i64, holders: &[String]) -> Result<(), BookingError> {
    let entry = locked(tx, id, holders).await?;
    let stage = match entry.stage {
        Stage::Waiting => Stage::Left,
        Stage::Offered => Stage::Declined,
        _ => return Ok(()),
    };
    tx.connection()
        .run(
            "UPDATE booking_waiting SET state = $2, offered_until = NULL, sealed = NULL WHERE id = $1",
            [id.into(), stage.name().into()],
        )
        .await?;
    if let Some(reservation) = entry.reservation {
        reservations::let_go(tx, reservation, &entry.visit()).await?;
    }
    Ok(())
}

/// Notes that somebody is told of an offer now: true once for each offer.
///
/// # Errors
/// When the database does not answer.
pub async fn tell_once(tx: &Tx, id: i64) -> Result<bool, BookingError> {
    let told = tx
        .connection()
        .run(
            "UPDATE booking_waiting SET told_at = $2 WHERE id = $1 AND state = 'offered' AND told_at IS NULL",
            [id.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    Ok(told == 1)
}
