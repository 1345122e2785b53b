//! Drawing a number, coming with an appointment, giving a number back.

use jiff::Timestamp;
use sea_orm::FromQueryResult;
use yakuba_city::{Fact, Tx, sql::Sql as _};
use yakuba_identity::Token;
use yakuba_kernel::{Channel, Subject};

use super::reading::{Queue, Ticket, TicketState, queue, tickets};
use crate::{
    capabilities::QUEUE_TICKETS,
    error::BookingError,
    model::queue::{Reason, TicketNumber, due_of},
    store::reservations::Reservation,
};

/// A number to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    /// The counter.
    pub counter: String,
    /// The service, or empty.
    pub resource: String,
    /// The hash of the token in the ticket's address. The same hash draws one number.
    pub token_hash: String,
    /// Where it is drawn.
    pub channel: Channel,
    /// Why it is called before others.
    pub reason: Option<Reason>,
}

/// A number that was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The ticket's place in the table.
    pub id: i64,
    /// The number.
    pub number: TicketNumber,
}

/// Locks a counter's line until the end of the write and returns it.
pub(super) async fn lock(tx: &Tx, key: &str) -> Result<Queue, BookingError> {
    tx.connection()
        .run(
            "UPDATE booking_queues SET revision = revision + 1 WHERE facility_key = $1",
            [key.into()],
        )
        .await?;
    queue(tx.connection(), key)
        .await?
        .ok_or_else(|| BookingError::NoSuchResource(key.to_owned()))
}

/// Draws a number. Drawing with the same token twice gives the same number.
///
/// # Errors
/// [`BookingError::NoSuchResource`]; [`BookingError::NotOffered`] while the counter gives no numbers.
pub async fn draw(tx: &Tx, draw: &Draw) -> Result<Drawn, BookingError> {
    let known = tickets(
        tx.connection(),
        "t.token_hash = $1",
        vec![draw.token_hash.as_str().into()],
    )
    .await?
    .pop();
    if let Some(known) = known {
        return Ok(Drawn {
            id: known.id,
            number: known.number,
        });
    }
    let queue = lock(tx, &draw.counter).await?;
    let known_service =
        draw.resource.is_empty() || queue.document.resource(&draw.resource).is_some();
    if !known_service {
        return Err(BookingError::NoSuchResource(draw.resource.clone()));
    }
    insert(tx, &queue, draw, None).await
}

/// Somebody with an appointment is there.
struct Appointment {
    reservation: i64,
    beginning: Timestamp,
}

async fn insert(
    tx: &Tx,
    queue: &Queue,
    draw: &Draw,
    appointment: Option<Appointment>,
) -> Result<Drawn, BookingError> {
    if !queue.is_on {
        return Err(BookingError::NotOffered);
    }
    let today = tx.today().to_string();
    let now = tx.now();
    let number: Option<i64> = tx
        .connection()
        .value(
            "UPDATE booking_queues SET last_number = CASE WHEN day = $2 THEN last_number + 1 ELSE 1 END, day = $2 \
             WHERE facility_key = $1 RETURNING last_number",
            [queue.key().into(), today.as_str().into()],
        )
        .await?;
    let number = number.ok_or_else(|| BookingError::NoSuchResource(queue.key().to_owned()))?;
    let due = appointment
        .as_ref()
        .and_then(|appointment| due_of(appointment.beginning, now));
    // Whoever has an appointment waits from its time on; until then they came early.
    let waiting_since = due.map_or(now, |due| due.max(now));
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO booking_tickets (facility_key, day, number, token_hash, counter_key, resource_key, channel, state, turn, due, \
               waiting_since, reason, reservation_id, calls, misses, made_at) \
             VALUES ($1, $2, $3, $4, $1, $5, $6, 'waiting', $7, $8, $9, $10, $11, 0, 0, $7) RETURNING id",
            [
                queue.key().into(),
                today.into(),
                number.into(),
                draw.token_hash.as_str().into(),
                draw.resource.as_str().into(),
                draw.channel.as_str().into(),
                now.as_microsecond().into(),
                due.map(Timestamp::as_microsecond).into(),
                waiting_since.as_microsecond().into(),
                draw.reason.map(Reason::name).into(),
                appointment
                    .as_ref()
                    .map(|appointment| appointment.reservation)
                    .into(),
            ],
        )
        .await?;
    let id = id.unwrap_or_default();
    tx.record(
        Fact::one(&QUEUE_TICKETS.name, now)
            .department(queue.department().clone())
            .channel(draw.channel)
            .subject(subject(queue)?)
            .record(format!("booking_tickets/{id}")),
    )
    .await?;
    Ok(Drawn {
        id,
        number: TicketNumber {
            letter: queue.letter.clone(),
            number,
        },
    })
}

/// The subject of facts about a counter's line.
pub(super) fn subject(queue: &Queue) -> Result<Subject, BookingError> {
    Ok(Subject::new(queue.key())?)
}

/// Puts somebody with an appointment into the counter's line when they are there; nothing when the counter has none or the
/// appointment is on another day. Doing it twice is the same as once.
///
/// # Errors
/// When the database does not answer.
pub async fn enter_with_appointment(
    tx: &Tx,
    found: &Reservation,
    channel: Channel,
) -> Result<Option<Drawn>, BookingError> {
    if found.is_own || found.span.day() != tx.today() {
        return Ok(None);
    }
    if let Some(known) = of_reservation(tx, found.id).await? {
        return Ok(Some(Drawn {
            id: known.id,
            number: known.number,
        }));
    }
    match queue(tx.connection(), &found.facility).await? {
        Some(queue) if queue.is_on => {}
        _ => return Ok(None),
    }
    let queue = lock(tx, &found.facility).await?;
    // Somebody else may have been quicker before the line was locked.
    if let Some(known) = of_reservation(tx, found.id).await? {
        return Ok(Some(Drawn {
            id: known.id,
            number: known.number,
        }));
    }
    let draw = Draw {
        counter: found.facility.clone(),
        resource: found.resource.clone(),
        // Nobody holds it until a slip is printed.
        token_hash: Token::generate().hash(),
        channel,
        reason: None,
    };
    let appointment = Appointment {
        reservation: found.id,
        beginning: found.span.beginning(),
    };
    insert(tx, &queue, &draw, Some(appointment)).await.map(Some)
}

/// Takes somebody out of the line again who was received by mistake, so that they can be received anew.
///
/// # Errors
/// When the database does not answer.
pub async fn take_back_appointment(tx: &Tx, reservation: i64) -> Result<(), BookingError> {
    let Some(known) = of_reservation(tx, reservation).await? else {
        return Ok(());
    };
    let queue = lock(tx, &known.counter).await?;
    if let Some(ticket) = of_reservation(tx, reservation)
        .await?
        .filter(|ticket| ticket.state == TicketState::Waiting)
    {
        super::days::end(tx, &queue, &ticket, TicketState::Left, tx.now()).await?;
    }
    tx.connection()
        .run(
            "UPDATE booking_tickets SET reservation_id = NULL WHERE reservation_id = $1",
            [reservation.into()],
        )
        .await?;
    Ok(())
}

async fn of_reservation(tx: &Tx, reservation: i64) -> Result<Option<Ticket>, BookingError> {
    Ok(tickets(
        tx.connection(),
        "t.reservation_id = $1",
        vec![reservation.into()],
    )
    .await?
    .pop())
}

/// Gives whoever came with an appointment a ticket with an address of its own; what was printed before is worth nothing any more.
///
/// # Errors
/// [`BookingError::NotOffered`] when they are in no line.
pub async fn draw_for_reservation(
    tx: &Tx,
    reservation: i64,
    token_hash: &str,
) -> Result<Drawn, BookingError> {
    let known = of_reservation(tx, reservation)
        .await?
        .ok_or(BookingError::NotOffered)?;
    tx.connection()
        .run(
            "UPDATE booking_tickets SET token_hash = $2 WHERE id = $1",
            [known.id.into(), token_hash.into()],
        )
        .await?;
    Ok(Drawn {
        id: known.id,
        number: known.number,
    })
}

/// Gives a number back. Returns whether it was in line.
///
/// # Errors
/// When the database does not answer.
pub async fn leave(tx: &Tx, token_hash: &str) -> Result<bool, BookingError> {
    #[derive(FromQueryResult)]
    struct Place {
        id: i64,
        counter_key: String,
    }
    let place: Option<Place> = tx
        .connection()
        .row(
            "SELECT id, counter_key FROM booking_tickets WHERE token_hash = $1 AND state = 'waiting'",
            [token_hash.into()],
        )
        .await?;
    let Some(place) = place else { return Ok(false) };
    let queue = lock(tx, &place.counter_key).await?;
    let found = tickets(
        tx.connection(),
        "t.id = $1 AND t.counter_key = $2 AND t.state = 'waiting'",
        vec![place.id.into(), place.counter_key.as_str().into()],
    )
    .await?
    .pop();
    let Some(ticket) = found else {
        return Ok(false);
    };
    super::days::end(tx, &queue, &ticket, TicketState::Left, tx.now()).await?;
    Ok(true)
}
