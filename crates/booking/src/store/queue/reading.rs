//! What stands in line at a counter.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::sql::Sql as _;
use yakuba_identity::CityKey;
use yakuba_kernel::{Channel, DepartmentCode};

use crate::{
    error::BookingError,
    model::{
        document::FacilityDocument,
        queue::{MEASURED, Pace, Reason, TicketNumber, Turn, in_order},
    },
    store::facilities::facility,
};

/// A counter with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// The counter with its services.
    pub document: Arc<FacilityDocument>,
    /// What stands before its numbers.
    pub letter: String,
    /// How many windows it has.
    pub windows: u32,
    /// Whether a number can be drawn with a telephone.
    pub from_phones: bool,
    /// Whether numbers are drawn at all.
    pub is_on: bool,
    /// Counts everything that changes in the line.
    pub revision: i64,
}

impl Queue {
    /// The counter's key.
    pub fn key(&self) -> &str {
        &self.document.key
    }

    /// The department that runs it.
    pub fn department(&self) -> &DepartmentCode {
        &self.document.department
    }
}

#[derive(FromQueryResult)]
struct QueueRow {
    facility_key: String,
    letter: String,
    windows: i64,
    from_phones: i64,
    is_on: i64,
    revision: i64,
}

async fn queue_of(
    connection: &impl ConnectionTrait,
    row: QueueRow,
) -> Result<Option<Queue>, BookingError> {
    Ok(facility(connection, &row.facility_key)
        .await?
        .map(|found| Queue {
            document: found.document,
            letter: row.letter,
            windows: u32::try_from(row.windows).unwrap_or(1),
            from_phones: row.from_phones == 1,
            is_on: row.is_on == 1,
            revision: row.revision,
        }))
}

const QUEUE: &str =
    "SELECT facility_key, letter, windows, from_phones, is_on, revision FROM booking_queues";

/// A counter's line by the counter's key; none when it has none.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn queue(
    connection: &impl ConnectionTrait,
    key: &str,
) -> Result<Option<Queue>, BookingError> {
    let row: Option<QueueRow> = connection
        .row(&format!("{QUEUE} WHERE facility_key = $1"), [key.into()])
        .await?;
    match row {
        Some(row) => queue_of(connection, row).await,
        None => Ok(None),
    }
}

/// All counters with a line, by their letters.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn queues(connection: &impl ConnectionTrait) -> Result<Vec<Queue>, BookingError> {
    let rows: Vec<QueueRow> = connection
        .rows(&format!("{QUEUE} ORDER BY letter"), [])
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.extend(queue_of(connection, row).await?);
    }
    Ok(all)
}

/// What has become of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketState {
    /// In line.
    Waiting,
    /// Called to a window.
    Called,
    /// Served.
    Served,
    /// Given back.
    Left,
    /// Called in vain, twice.
    Absent,
}

impl TicketState {
    const ALL: [Self; 5] = [
        Self::Waiting,
        Self::Called,
        Self::Served,
        Self::Left,
        Self::Absent,
    ];

    /// The word in the database and in message keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Called => "called",
            Self::Served => "served",
            Self::Left => "left",
            Self::Absent => "absent",
        }
    }
}

/// A number that somebody drew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Its place in the table.
    pub id: i64,
    /// What stands on it.
    pub number: TicketNumber,
    /// The day for which it holds.
    pub day: Date,
    /// The counter where it is in line now.
    pub counter: String,
    /// The service, or empty.
    pub resource: String,
    /// How it was drawn.
    pub channel: Channel,
    /// What has become of it.
    pub state: TicketState,
    /// When it is called.
    pub turn: Turn,
    /// Why it is called before others.
    pub reason: Option<Reason>,
    /// The reservation with which somebody came.
    pub reservation: Option<i64>,
    /// The window it was called to last.
    pub window: Option<u32>,
    /// How often it was called to it.
    pub calls: i64,
    /// How often nobody came.
    pub misses: i64,
    /// Since when it waits at this counter.
    pub waiting_since: Timestamp,
    /// When it was called last.
    pub called_at: Option<Timestamp>,
}

#[derive(FromQueryResult)]
struct TicketRow {
    id: i64,
    letter: String,
    number: i64,
    day: String,
    counter_key: String,
    resource_key: String,
    channel: String,
    state: String,
    turn: i64,
    due: Option<i64>,
    waiting_since: i64,
    reason: Option<String>,
    reservation_id: Option<i64>,
    window_number: Option<i64>,
    calls: i64,
    misses: i64,
    called_at: Option<i64>,
}

fn moment(at: i64) -> Timestamp {
    Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

impl From<TicketRow> for Ticket {
    fn from(row: TicketRow) -> Self {
        let reason = row.reason.as_deref().and_then(Reason::read);
        Self {
            id: row.id,
            number: TicketNumber {
                letter: row.letter,
                number: row.number,
            },
            day: row.day.parse().unwrap_or_default(),
            counter: row.counter_key,
            resource: row.resource_key,
            channel: row.channel.parse().unwrap_or(Channel::Unknown),
            state: TicketState::ALL
                .into_iter()
                .find(|state| state.name() == row.state)
                .unwrap_or(TicketState::Left),
            turn: Turn {
                at: moment(row.turn),
                due: row.due.map(moment),
                is_first: reason.is_some(),
                missed: row.misses > 0,
                id: row.id,
            },
            reason,
            reservation: row.reservation_id,
            window: row
                .window_number
                .and_then(|number| u32::try_from(number).ok()),
            calls: row.calls,
            misses: row.misses,
            waiting_since: moment(row.waiting_since),
            called_at: row.called_at.map(moment),
        }
    }
}

const TICKET: &str = "SELECT t.id, q.letter, t.number, t.day, t.counter_key, t.resource_key, t.channel, t.state, t.turn, t.due, \
    t.waiting_since, t.reason, t.reservation_id, t.window_number, t.calls, t.misses, t.called_at \
    FROM booking_tickets t JOIN booking_queues q ON q.facility_key = t.facility_key";

pub(super) async fn tickets(
    connection: &impl ConnectionTrait,
    condition: &str,
    values: Vec<sea_orm::Value>,
) -> Result<Vec<Ticket>, BookingError> {
    let rows: Vec<TicketRow> = connection
        .rows(&format!("{TICKET} WHERE {condition}"), values)
        .await?;
    Ok(rows.into_iter().map(Ticket::from).collect())
}

/// The hash under which a ticket is found by the token in its address.
pub fn token_hash(key: &CityKey, token: &str) -> String {
    key.look_up("booking.ticket", token)
}

/// The ticket of an address.
///
/// # Errors
/// When the database does not answer.
pub async fn ticket_of(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    token: &str,
) -> Result<Option<Ticket>, BookingError> {
    Ok(tickets(
        connection,
        "t.token_hash = $1",
        vec![token_hash(key, token).into()],
    )
    .await?
    .pop())
}

/// A window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Its number, from 1.
    pub number: u32,
    /// Whether it is open today.
    pub is_open: bool,
    /// Counts what is done at it.
    pub revision: i64,
}

/// A counter as it stands at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its windows.
    pub windows: Vec<Window>,
    /// Who is called, the newest call first.
    pub called: Vec<Ticket>,
    /// Who waits, in the order in which they are called.
    pub waiting: Vec<Ticket>,
    /// Today's pace; before enough is measured, that of the weeks before.
    pub pace: Option<Pace>,
}

impl Standing {
    /// How many windows are open.
    pub fn open(&self) -> usize {
        self.windows.iter().filter(|window| window.is_open).count()
    }

    /// How many are called before a ticket; none when it does not wait.
    pub fn before(&self, ticket: i64) -> Option<usize> {
        self.waiting.iter().position(|other| other.id == ticket)
    }

    /// From how many to how many minutes somebody waits before whom so many are called; none when that cannot be told.
    pub fn wait(&self, before: usize) -> Option<(u32, u32)> {
        self.pace?.wait(before, self.open())
    }

    /// Who is called to a window.
    pub fn at(&self, window: u32) -> Option<&Ticket> {
        self.called
            .iter()
            .find(|ticket| ticket.window == Some(window))
    }
}

#[derive(FromQueryResult)]
struct WindowRow {
    number: i64,
    open_on: Option<String>,
    revision: i64,
}

/// A counter as it stands now.
///
/// # Errors
/// When the database does not answer.
pub async fn standing(
    connection: &impl ConnectionTrait,
    queue: &Queue,
    now: Timestamp,
    today: Date,
) -> Result<Standing, BookingError> {
    let key = queue.key();
    let today_text = today.to_string();
    let rows: Vec<WindowRow> = connection
        .rows(
            "SELECT number, open_on, revision FROM booking_queue_windows WHERE facility_key = $1 AND number <= $2 ORDER BY number",
            [key.into(), i64::from(queue.windows).into()],
        )
        .await?;
    let windows = rows
        .into_iter()
        .map(|row| Window {
            number: u32::try_from(row.number).unwrap_or(0),
            is_open: row.open_on.as_deref() == Some(today_text.as_str()),
            revision: row.revision,
        })
        .collect();
    let (mut called, mut waiting): (Vec<Ticket>, Vec<Ticket>) = tickets(
        connection,
        "t.counter_key = $1 AND t.day = $2 AND t.state IN ('waiting', 'called')",
        vec![key.into(), today_text.as_str().into()],
    )
    .await?
    .into_iter()
    .partition(|ticket| ticket.state == TicketState::Called);
    called.sort_by_key(|ticket| std::cmp::Reverse(ticket.called_at));
    in_order(&mut waiting, now, |ticket| ticket.turn);
    Ok(Standing {
        windows,
        called,
        waiting,
        pace: pace(connection, key, &today_text).await?,
    })
}

/// How long the last services took; those of today if there are enough, else also those before.
async fn pace(
    connection: &impl ConnectionTrait,
    key: &str,
    today: &str,
) -> Result<Option<Pace>, BookingError> {
    #[derive(FromQueryResult)]
    struct Served {
        served: i64,
        day: String,
    }
    let rows: Vec<Served> = connection
        .rows(
            "SELECT served, day FROM booking_queue_stays WHERE facility_key = $1 AND served IS NOT NULL \
             ORDER BY day DESC, id DESC LIMIT $2",
            [
                key.into(),
                i64::try_from(MEASURED).unwrap_or(i64::MAX).into(),
            ],
        )
        .await?;
    let of_today: Vec<i64> = rows
        .iter()
        .filter(|row| row.day == today)
        .map(|row| row.served)
        .collect();
    let all: Vec<i64> = rows.iter().map(|row| row.served).collect();
    Ok(Pace::of(&of_today).or_else(|| Pace::of(&all)))
}
