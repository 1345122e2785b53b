//! Penalty points as they are given, taken back and counted.

use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};

use super::{facilities::facilities, reservations::Reservation};
use crate::{
    error::BookingError,
    model::{
        document::FacilityDocument,
        points::{Given, Tally},
        state::State,
    },
};

/// Why points were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// It was cancelled late.
    Late,
    /// Nobody came.
    Absent,
}

impl Cause {
    /// The name in the database and in message keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Absent => "absent",
        }
    }
}

/// Points for one reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Points {
    /// The reservation they were given for.
    pub reservation: i64,
    /// The facility.
    pub facility: String,
    /// Whom they count for.
    pub holder: String,
    /// Why.
    pub cause: Cause,
    /// How many, and from when to when they count.
    pub given: Given,
    /// Since when they no longer count because they were taken back.
    pub taken_back_at: Option<Timestamp>,
    /// What staff wrote when they took them back.
    pub reason: Option<String>,
}

#[derive(FromQueryResult)]
struct Row {
    reservation_id: i64,
    facility_key: String,
    holder: String,
    cause: String,
    points: i64,
    given_on: String,
    lapses_on: String,
    taken_back_at: Option<i64>,
    reason: Option<String>,
}

impl From<Row> for Points {
    fn from(row: Row) -> Self {
        Self {
            reservation: row.reservation_id,
            facility: row.facility_key,
            holder: row.holder,
            cause: if row.cause == "late" {
                Cause::Late
            } else {
                Cause::Absent
            },
            given: Given {
                on: row.given_on.parse().unwrap_or_default(),
                lapses: row.lapses_on.parse().unwrap_or_default(),
                points: u32::try_from(row.points).unwrap_or(0),
            },
            taken_back_at: row
                .taken_back_at
                .and_then(|at| Timestamp::from_microsecond(at).ok()),
            reason: row.reason,
        }
    }
}

const COLUMNS: &str = "reservation_id, facility_key, holder, cause, points, given_on, lapses_on, taken_back_at, reason";

async fn many(
    connection: &impl ConnectionTrait,
    condition: &str,
    values: Vec<sea_orm::Value>,
) -> Result<Vec<Points>, BookingError> {
    let rows: Vec<Row> = connection
        .rows(
            &format!("SELECT {COLUMNS} FROM booking_points WHERE {condition}"),
            values,
        )
        .await?;
    Ok(rows.into_iter().map(Points::from).collect())
}

/// The points of a reservation.
///
/// # Errors
/// When the database does not answer.
pub async fn of_reservation(
    connection: &impl ConnectionTrait,
    reservation: i64,
) -> Result<Option<Points>, BookingError> {
    Ok(
        many(connection, "reservation_id = $1", vec![reservation.into()])
            .await?
            .pop(),
    )
}

/// The points of a facility that have not lapsed, taken back or not, the latest first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_facility(
    connection: &impl ConnectionTrait,
    facility: &str,
    today: Date,
) -> Result<Vec<Points>, BookingError> {
    many(
        connection,
        "facility_key = $1 AND lapses_on > $2 ORDER BY given_on DESC, reservation_id DESC LIMIT 1000",
        vec![facility.into(), today.to_string().into()],
    )
    .await
}

/// Where somebody stands with a facility.
///
/// # Errors
/// When the database does not answer.
pub async fn tally(
    connection: &impl ConnectionTrait,
    document: &FacilityDocument,
    holder: &str,
    today: Date,
) -> Result<Tally, BookingError> {
    let Some(penalty) = &document.penalty else {
        return Ok(Tally::default());
    };
    let given: Vec<Given> = many(
        connection,
        "holder = $1 AND facility_key = $2 AND taken_back_at IS NULL",
        vec![holder.into(), document.key.as_str().into()],
    )
    .await?
    .into_iter()
    .map(|points| points.given)
    .collect();
    Ok(penalty.tally(&given, today))
}

/// The facilities with which somebody has points that count today, and how many.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn tallies(
    connection: &impl ConnectionTrait,
    holder: &str,
    today: Date,
) -> Result<Vec<(std::sync::Arc<FacilityDocument>, Tally)>, BookingError> {
    let has: Option<i64> = connection
        .value(
            "SELECT COUNT(*) FROM booking_points WHERE holder = $1 AND taken_back_at IS NULL",
            [holder.into()],
        )
        .await?;
    if has.unwrap_or(0) == 0 {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for facility in facilities(connection).await? {
        let found = tally(connection, &facility.document, holder, today).await?;
        if found != Tally::default() {
            all.push((facility.document, found));
        }
    }
    Ok(all)
}

/// Refuses who cannot book now because of points.
///
/// # Errors
/// [`BookingError::Blocked`].
pub(super) async fn must_not_be_blocked(
    tx: &Tx,
    document: &FacilityDocument,
    holder: &str,
) -> Result<(), BookingError> {
    match tally(tx.connection(), document, holder, tx.today())
        .await?
        .blocked_until
    {
        Some(until) => Err(BookingError::Blocked(until)),
        None => Ok(()),
    }
}

/// How many points giving a reservation up at a moment costs.
pub fn late_points(document: &FacilityDocument, found: &Reservation, now: Timestamp) -> u32 {
    let Some(resource) = document.resource(&found.resource) else {
        return 0;
    };
    let rules = document.rules_of(resource);
    let is_late = now >= rules.free_to_cancel_until(found.span);
    if document.penalty.is_some() && is_late && found.state == State::Confirmed {
        u32::from(rules.cancelling.late_points)
    } else {
        0
    }
}

/// Gives the points, or takes them back, that follow from what became of a reservation: `found` is how it stood before.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn follow(
    tx: &Tx,
    document: &FacilityDocument,
    found: &Reservation,
    state: State,
) -> Result<(), BookingError> {
    let Some(penalty) = &document.penalty else {
        return Ok(());
    };
    if found.is_own || found.holder.is_empty() {
        return Ok(());
    }
    if found.state == State::Absent && state != State::Absent {
        // A mistake at the reception is put right.
        tx.connection()
            .run(
                "UPDATE booking_points SET taken_back_at = $2 WHERE reservation_id = $1 AND taken_back_at IS NULL",
                [found.id.into(), tx.now().as_microsecond().into()],
            )
            .await?;
    }
    let (cause, points) = match state {
        State::Cancelled => (Cause::Late, late_points(document, found, tx.now())),
        State::Absent => {
            let rules = document
                .resource(&found.resource)
                .map_or(&document.rules, |resource| document.rules_of(resource));
            (Cause::Absent, u32::from(rules.cancelling.absence_points))
        }
        _ => return Ok(()),
    };
    if points == 0 {
        return Ok(());
    }
    tx.connection()
        .run(
            "INSERT INTO booking_points (reservation_id, holder, facility_key, cause, points, given_on, lapses_on) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (reservation_id) DO UPDATE SET cause = $4, points = $5, given_on = $6, lapses_on = $7, \
               taken_back_at = NULL, taken_back_by = NULL, reason = NULL",
            [
                found.id.into(),
                found.holder.as_str().into(),
                found.facility.as_str().into(),
                cause.name().into(),
                i64::from(points).into(),
                tx.today().to_string().into(),
                penalty.lapses(tx.today()).to_string().into(),
            ],
        )
        .await?;
    Ok(())
}

/// Takes the points of a reservation back, for a reason. Doing it twice is the same as once; the first reason stays.
///
/// # Errors
/// [`BookingError::NoSuchReservation`] when there are none.
pub async fn take_back(
    tx: &Tx,
    reservation: i64,
    account: i64,
    reason: &str,
) -> Result<(), BookingError> {
    let changed = tx
        .connection()
        .run(
            "UPDATE booking_points SET taken_back_at = $2, taken_back_by = $3, reason = $4 \
             WHERE reservation_id = $1 AND taken_back_at IS NULL",
            [
                reservation.into(),
                tx.now().as_microsecond().into(),
                account.into(),
                reason.into(),
            ],
        )
        .await?;
    if changed == 0 {
        return of_reservation(tx.connection(), reservation)
            .await?
            .map(|_| ())
            .ok_or(BookingError::NoSuchReservation);
    }
    tx.audit(AuditEntry::new(
        "booking.points_back",
        format!("reservation/{reservation}"),
    ));
    Ok(())
}
