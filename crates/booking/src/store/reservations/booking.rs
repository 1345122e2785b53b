//! Making reservations: held while a form is filled in, then asked for; or entered by staff at once.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date};
use sea_orm::{ConnectionTrait as _, DbBackend, FromQueryResult, Value};
use yakuba_city::{AuditEntry, Fact, Tx, sql::Sql as _};
use yakuba_identity::{CityKey, Receipt};
use yakuba_kernel::{Channel, Subject, Yen};

use super::reading::{Reservation, Terms, held_by, reservation};
use super::reserve::undo;
use crate::{
    capabilities::RESERVATIONS,
    error::BookingError,
    model::{
        document::{FacilityDocument, Resource, Rules, Way, Who},
        fees::Use,
        rules::Window,
        state::{Outcome, State, Step},
        time::Span,
    },
    store::{
        facilities::facility_in,
        groups::group as group_row,
        history::{self, What},
        people::{Contact, Holder, number_hash, seal},
        points,
        taking::{take, take_along, take_in_turn},
        waiting::{look_again, somebody_waits},
    },
};

/// How long a time is kept while somebody fills in who they are.
pub const HELD_FOR: SignedDuration = SignedDuration::from_mins(15);

/// How many times a browser can hold at once.
pub const MOST_HELD: usize = 10;

/// What somebody wants to book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The facility.
    pub facility: String,
    /// What of it.
    pub resource: String,
    /// When.
    pub span: Span,
    /// What for and with how many.
    pub of: Use,
}

/// A wish to be held for a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// What.
    pub wish: Wish,
    /// The keyed hash of the browser's cookie.
    pub visit: String,
}

/// Who asks for what is held or wished, and how.
#[derive(Debug, Clone)]
pub struct NewBooking {
    pub(super) holder: Holder,
    holder_hash: String,
    sealed: Vec<u8>,
    number: Receipt,
    number_hash: String,
    pub(super) channel: Channel,
    request: Option<String>,
    of: Use,
}

impl NewBooking {
    /// A booking for somebody.
    ///
    /// # Errors
    /// When the contact cannot be sealed.
    pub fn new(
        key: &CityKey,
        holder: Holder,
        contact: &Contact,
        channel: Channel,
        of: Use,
    ) -> Result<Self, BookingError> {
        let number = Receipt::generate();
        Ok(Self {
            holder_hash: holder.hash(key),
            holder,
            sealed: seal(key, &number, contact)?,
            number_hash: number_hash(key, &number),
            number,
            channel,
            request: None,
            of,
        })
    }

    /// A mark with which the same booking, sent twice, is made once.
    #[must_use]
    pub fn requested_as(mut self, request: impl Into<String>) -> Self {
        self.request = Some(request.into());
        self
    }
}

/// A reservation that was made.
#[derive(Debug, Clone)]
pub struct Booked {
    /// Its place in the table.
    pub id: i64,
    /// Its number, for whoever booked; none when it was made before under the same mark.
    pub number: Option<Receipt>,
    /// Whether it is confirmed, or waits for staff.
    pub state: State,
    /// What it costs.
    pub fee: Yen,
}

/// Keeps a time for a browser for [`HELD_FOR`].
///
/// # Errors
/// [`BookingError::Taken`] and everything that speaks against booking it at all.
pub async fn hold(tx: &Tx, hold: &Hold) -> Result<i64, BookingError> {
    let before = held_by(tx.connection(), &hold.visit).await?;
    let now = tx.now();
    if before
        .iter()
        .filter(|one| one.held_until > Some(now))
        .count()
        >= MOST_HELD
    {
        return Err(BookingError::LimitReached(
            u32::try_from(MOST_HELD).unwrap_or(u32::MAX),
        ));
    }
    let (document, resource) = bookable(tx, &hold.wish, Channel::Online).await?;
    let until = now.saturating_add(HELD_FOR).unwrap_or(Timestamp::MAX);
    let row = Row {
        state: State::Held,
        channel: Channel::Online,
        visit: Some(&hold.visit),
        held_until: Some(until),
        ..Row::default()
    };
    let id = put(tx, &document, &resource, &hold.wish, &row, false)
        .await?
        .ok_or(BookingError::Taken)?;
    if somebody_waits(tx, &document, &resource, hold.wish.span).await? {
        // Should it lapse, it is offered.
        look_again(tx, &document.key, hold.wish.span.day(), Some(until)).await?;
    }
    Ok(id)
}

/// Keeps a time for somebody whose turn it is, until a moment; none when somebody else has it after all.
///
/// # Errors
/// When the database does not answer.
pub(in crate::store) async fn keep_for(
    tx: &Tx,
    document: &FacilityDocument,
    resource: &Resource,
    wish: &Wish,
    visit: &str,
    until: Timestamp,
) -> Result<Option<i64>, BookingError> {
    let row = Row {
        state: State::Held,
        channel: Channel::Online,
        visit: Some(visit),
        held_until: Some(until),
        ..Row::default()
    };
    match put(tx, document, resource, wish, &row, true).await {
        Ok(id) => Ok(id),
        Err(BookingError::Taken) => {
            undo_held(tx, visit).await?;
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Takes back what [`put`] wrote for an offer before somebody turned out to have it.
async fn undo_held(tx: &Tx, visit: &str) -> Result<(), BookingError> {
    for held in held_by(tx.connection(), visit).await? {
        undo(tx, held.id).await?;
    }
    Ok(())
}

/// Writes a reservation with what it takes; none when its mark is known. A course is a row that takes nothing and one for each session.
///
/// # Errors
/// [`BookingError::Taken`]; then the whole write must be given up, or what was written taken back.
async fn put(
    tx: &Tx,
    document: &FacilityDocument,
    resource: &Resource,
    wish: &Wish,
    row: &Row<'_>,
    is_their_turn: bool,
) -> Result<Option<i64>, BookingError> {
    let session = resource.course_session(wish.span);
    let part = session.as_ref().map_or(Part::Whole, |_| Part::Course);
    let Some(id) = insert_as(tx, wish, row, part).await? else {
        return Ok(None);
    };
    let sessions = match &session {
        Some(session) => session.from_here(),
        None => &[wish.span],
    };
    for span in sessions {
        let taker = if session.is_some() {
            let one = Wish {
                span: *span,
                ..wish.clone()
            };
            insert_as(tx, &one, row, Part::Session(id))
                .await?
                .ok_or(BookingError::Taken)?
        } else {
            id
        };
        if is_their_turn {
            take_in_turn(tx, document, resource, *span, taker).await?;
        } else {
            take(tx, document, resource, *span, taker).await?;
        }
    }
    Ok(Some(id))
}

/// Asks for what a browser holds: each is confirmed, or waits for staff. Doing it twice is the same as once.
///
/// # Errors
/// [`BookingError::Lapsed`] when it was held too long; [`BookingError::LimitReached`]; [`BookingError::NotAllowed`].
pub async fn confirm(
    tx: &Tx,
    id: i64,
    visit: &str,
    new: &NewBooking,
) -> Result<Booked, BookingError> {
    let found = mine(tx, id, visit).await?;
    let wish = Wish {
        facility: found.facility.clone(),
        resource: found.resource.clone(),
        span: found.span,
        of: new.of.clone(),
    };
    if found.state != State::Held {
        return Ok(Booked {
            id,
            number: None,
            state: found.state,
            fee: found.fee,
        });
    }
    let (document, resource) = bookable(tx, &wish, new.channel).await?;
    let rules = document.rules_of(&resource);
    let of = admit(tx, &document, &resource, &wish, new).await?;
    let fee = document.fee(&resource, wish.span, &of)?.total;
    let step = Step::Ask {
        needs_approval: rules.way == Way::Approval,
    };
    let Outcome::Now(state) = found.state.after(step) else {
        return Err(BookingError::WrongState);
    };
    let changed = tx
        .connection()
        .run(
            "UPDATE booking_reservations SET state = $3, held_until = NULL, number_hash = $4, holder = $5, resident = $6, \
               group_id = $7, channel = $8, purpose = $9, people = $10, fee = $11, sealed = $12, terms = $13, changed_at = $2, \
               revision = revision + 1 \
             WHERE id = $1 AND state = 'held' AND held_until > $2",
            [
                id.into(),
                tx.now().as_microsecond().into(),
                state.name().into(),
                new.number_hash.as_str().into(),
                new.holder_hash.as_str().into(),
                resident(&new.holder).into(),
                group(&new.holder).into(),
                new.channel.as_str().into(),
                purpose(&wish.of).into(),
                i64::from(wish.of.people).into(),
                fee.amount().into(),
                new.sealed.clone().into(),
                serde_json::to_string(&Terms::of(&of))?.into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(BookingError::Lapsed);
    }
    if found.is_course {
        tx.connection()
            .run(
                "UPDATE booking_reservations SET state = c.state, held_until = NULL, holder = c.holder, resident = c.resident, \
                   group_id = c.group_id, channel = c.channel, purpose = c.purpose, people = c.people, sealed = c.sealed, \
                   terms = c.terms, changed_at = c.changed_at, revision = booking_reservations.revision + 1 \
                 FROM booking_reservations c WHERE c.id = $1 AND booking_reservations.course_id = $1",
                [id.into()],
            )
            .await?;
    }
    take_along(tx, &document, &resource, &of.equipment, wish.span, id).await?;
    made(tx, &document, &wish, new.channel, id).await?;
    Ok(Booked {
        id,
        number: Some(new.number.clone()),
        state,
        fee,
    })
}

/// Books at once, as staff do for somebody at the counter or on the telephone, and other systems do.
///
/// # Errors
/// As [`hold`] and [`confirm`].
pub async fn book(tx: &Tx, wish: &Wish, new: &NewBooking) -> Result<Booked, BookingError> {
    if let Some(before) = made_before(tx, new).await? {
        return Ok(before);
    }
    let (document, resource) = bookable(tx, wish, new.channel).await?;
    let of = admit(tx, &document, &resource, wish, new).await?;
    let fee = document.fee(&resource, wish.span, &of)?.total;
    let wish = &Wish { of, ..wish.clone() };
    // Whoever may book for others at the desk agrees by booking.
    let needs_approval =
        document.rules_of(&resource).way == Way::Approval && new.channel == Channel::Online;
    let state = if needs_approval {
        State::Requested
    } else {
        State::Confirmed
    };
    let row = Row {
        state,
        channel: new.channel,
        booking: Some(new),
        fee,
        ..Row::default()
    };
    let Some(id) = put(tx, &document, &resource, wish, &row, false).await? else {
        // The same mark was written at the same moment.
        return made_before(tx, new).await?.ok_or(BookingError::Taken);
    };
    take_along(tx, &document, &resource, &wish.of.equipment, wish.span, id).await?;
    made(tx, &document, wish, new.channel, id).await?;
    Ok(Booked {
        id,
        number: Some(new.number.clone()),
        state,
        fee,
    })
}

/// What was made under the same mark.
async fn made_before(tx: &Tx, new: &NewBooking) -> Result<Option<Booked>, BookingError> {
    let Some(request) = &new.request else {
        return Ok(None);
    };
    let id: Option<i64> = tx
        .connection()
        .value(
            "SELECT id FROM booking_reservations WHERE request = $1",
            [request.as_str().into()],
        )
        .await?;
    let Some(id) = id else { return Ok(None) };
    let found = reservation(tx.connection(), id)
        .await?
        .ok_or(BookingError::NoSuchReservation)?;
    Ok(Some(Booked {
        id,
        number: None,
        state: found.state,
        fee: found.fee,
    }))
}

/// Looks a wish over: what is wrong with it whoever asks.
pub(in crate::store) async fn bookable(
    tx: &Tx,
    wish: &Wish,
    channel: Channel,
) -> Result<(Arc<FacilityDocument>, Resource), BookingError> {
    let nothing = || BookingError::NoSuchResource(wish.resource.clone());
    let found = facility_in(tx, &wish.facility)
        .await?
        .filter(|facility| facility.is_offered)
        .ok_or_else(nothing)?;
    let document = found.document;
    let resource = document
        .resource(&wish.resource)
        .cloned()
        .ok_or_else(nothing)?;
    if !document.offers(&resource, wish.span) {
        return Err(BookingError::NotOffered);
    }
    let is_online = channel == Channel::Online;
    match document.window(&resource, wish.span, tx.now()) {
        // Nobody gets in before the others by ringing up.
        Window::Early(from) => return Err(BookingError::TooEarly(from.to_string())),
        // Who stands at the counter is let in until it is over.
        Window::Late if is_online || tx.now() >= wish.span.end() => {
            return Err(BookingError::TooLate);
        }
        Window::WithTheCourse => return Err(BookingError::NotOffered),
        Window::Open | Window::Late => {}
    }
    if let Some(capacity) = resource.capacity
        && wish.of.people > capacity
    {
        return Err(BookingError::TooManyPeople(capacity));
    }
    if let Some(purpose) = &wish.of.purpose
        && resource.purposes.iter().all(|known| known.key != *purpose)
    {
        return Err(BookingError::WrongPurpose);
    }
    Ok((document, resource))
}

/// Whether whoever asks may have it, within the limits; returns what its fee depends on, as it is known here. From here to the end of
/// the write nobody books in the same name.
async fn admit(
    tx: &Tx,
    document: &FacilityDocument,
    resource: &Resource,
    wish: &Wish,
    new: &NewBooking,
) -> Result<Use, BookingError> {
    let of = may_have(tx, document, resource, wish, new).await?;
    within_limits(tx, document, resource, wish.span, &new.holder_hash, 0).await?;
    Ok(of)
}

/// Whether whoever asks may have it at all, limits aside; returns what its fee depends on, as it is known here.
///
/// # Errors
/// [`BookingError::NotAllowed`]; [`BookingError::Blocked`].
pub(in crate::store) async fn may_have(
    tx: &Tx,
    document: &FacilityDocument,
    resource: &Resource,
    wish: &Wish,
    new: &NewBooking,
) -> Result<Use, BookingError> {
    let rules = document.rules_of(resource);
    let mut of = wish.of.clone();
    allowed(
        tx,
        rules,
        &new.holder,
        new.channel,
        wish.span.day(),
        &mut of,
    )
    .await?;
    points::must_not_be_blocked(tx, document, &new.holder_hash).await?;
    Ok(of)
}

/// Whether somebody is one of those who may have it on a day. What a group is decides what its fee depends on.
///
/// # Errors
/// [`BookingError::NotAllowed`].
pub(in crate::store) async fn allowed(
    tx: &Tx,
    rules: &Rules,
    holder: &Holder,
    channel: Channel,
    day: Date,
    of: &mut Use,
) -> Result<(), BookingError> {
    let by_staff = channel != Channel::Online;
    match (rules.who, holder) {
        (Who::Anyone, _)
        | (Who::Residents, Holder::Resident(_))
        | (Who::Groups, Holder::Group(_)) => {}
        // At the desk staff see who somebody is.
        (Who::Residents | Who::StaffOnly, _) if by_staff => {}
        (Who::Residents, _) => return Err(BookingError::NotAllowed("residents")),
        (Who::Groups, _) => return Err(BookingError::NotAllowed("registered groups")),
        (Who::StaffOnly, _) => return Err(BookingError::NotAllowed("staff")),
    }
    if let Holder::Group(id) = holder {
        let group = group_row(tx.connection(), *id)
            .await?
            .filter(|group| group.is_registered(tx.today()) && group.is_registered(day))
            .ok_or(BookingError::NotAllowed("registered groups"))?;
        group.shapes(of, rules)?;
    }
    Ok(())
}

/// Whether somebody may have one more, not counting one that is about to move (0: none).
pub(super) async fn within_limits(
    tx: &Tx,
    document: &FacilityDocument,
    resource: &Resource,
    span: Span,
    holder: &str,
    but: i64,
) -> Result<(), BookingError> {
    #[derive(FromQueryResult)]
    struct Counts {
        on_the_day: i64,
        in_the_month: i64,
        coming: i64,
    }
    let rules: &Rules = document.rules_of(resource);
    if rules.most_on_a_day.is_none()
        && rules.most_in_a_month.is_none()
        && rules.most_at_once.is_none()
    {
        return Ok(());
    }
    // Two bookings of one person at the same moment wait for each other here, so that both are counted. On SQLite writes wait for
    // each other anyway.
    if tx.connection().get_database_backend() != DbBackend::Sqlite {
        tx.connection()
            .run(
                "INSERT INTO booking_counts (holder, count) VALUES ($1, 1) \
             ON CONFLICT (holder) DO UPDATE SET count = booking_counts.count + 1",
                [holder.into()],
            )
            .await?;
    }
    // However many sessions a course has, it is one booking.
    // A resource's own rules count its own bookings, the facility's rules those of all that have no rules of their own.
    let counted: Vec<&str> = if resource.rules.is_some() {
        vec![resource.key.as_str()]
    } else {
        document
            .resources
            .iter()
            .filter(|other| other.rules.is_none())
            .map(|other| other.key.as_str())
            .collect()
    };
    let first = span.day().first_of_month();
    let after = first.checked_add(1.month()).unwrap_or(Date::MAX);
    let mut values: Vec<Value> = vec![
        holder.into(),
        document.key.as_str().into(),
        span.day().to_string().into(),
        first.to_string().into(),
        after.to_string().into(),
        tx.today().to_string().into(),
        but.into(),
    ];
    let resources = yakuba_city::sql::list(values.len() + 1, counted.len());
    values.extend(counted.into_iter().map(Value::from));
    let counts: Option<Counts> = tx
        .connection()
        .row(
            &format!(
                "SELECT COUNT(DISTINCT CASE WHEN day = $3 THEN COALESCE(course_id, id) END) AS on_the_day, \
                   COUNT(DISTINCT CASE WHEN day >= $4 AND day < $5 THEN COALESCE(course_id, id) END) AS in_the_month, \
                   COUNT(DISTINCT CASE WHEN day >= $6 AND state IN ('requested', 'confirmed') THEN COALESCE(course_id, id) END) \
                     AS coming \
                 FROM booking_reservations \
                 WHERE holder = $1 AND facility_key = $2 AND id <> $7 \
                   AND state IN ('requested', 'confirmed', 'attended', 'absent') \
                   AND resource_key IN ({resources})"
            ),
            values,
        )
        .await?;
    let Some(counts) = counts else { return Ok(()) };
    for (most, count) in [
        (rules.most_on_a_day, counts.on_the_day),
        (rules.most_in_a_month, counts.in_the_month),
        (rules.most_at_once, counts.coming),
    ] {
        if let Some(most) = most
            && count >= i64::from(most)
        {
            return Err(BookingError::LimitReached(most));
        }
    }
    Ok(())
}

/// A reservation held by a browser, lapsed or not, or already asked for by it.
async fn mine(tx: &Tx, id: i64, visit: &str) -> Result<Reservation, BookingError> {
    let found: Option<i64> = tx
        .connection()
        .value(
            "SELECT id FROM booking_reservations WHERE id = $1 AND visit = $2 AND course_id IS NULL",
            [id.into(), visit.into()],
        )
        .await?;
    // What lapsed may be gone already.
    found.ok_or(BookingError::Lapsed)?;
    reservation(tx.connection(), id)
        .await?
        .ok_or(BookingError::Lapsed)
}

/// What everybody may know of a booking, and what follows from it.
pub(super) async fn made(
    tx: &Tx,
    document: &FacilityDocument,
    wish: &Wish,
    channel: Channel,
    id: i64,
) -> Result<(), BookingError> {
    tx.record_at_the_end(
        Fact::one(&RESERVATIONS.name, tx.now())
            .department(document.department.clone())
            .channel(channel)
            .subject(subject(document, &wish.resource)?)
            .record(format!("booking_reservations/{id}"))
            .idempotency_key(format!("booking.reservations/{id}")),
    )?;
    history::note(tx, id, &What::Booked, None)?;
    tx.audit(AuditEntry::new("booking.book", format!("reservation/{id}")));
    Ok(())
}

/// The subject of facts about a resource.
///
/// # Errors
/// When the key is none, which checked facilities do not have.
pub(in crate::store) fn subject(
    document: &FacilityDocument,
    resource: &str,
) -> Result<Subject, BookingError> {
    Ok(Subject::new(format!("{}.{resource}", document.key))?)
}

fn resident(holder: &Holder) -> Option<i64> {
    match holder {
        Holder::Resident(account) => Some(*account),
        _ => None,
    }
}

fn group(holder: &Holder) -> Option<i64> {
    match holder {
        Holder::Group(group) => Some(*group),
        _ => None,
    }
}

fn purpose(of: &Use) -> &str {
    of.purpose.as_ref().map_or("", |purpose| purpose.as_str())
}

/// What a row holds beside the wish.
pub(super) struct Row<'a> {
    pub(super) state: State,
    pub(super) channel: Channel,
    pub(super) booking: Option<&'a NewBooking>,
    pub(super) visit: Option<&'a str>,
    pub(super) held_until: Option<Timestamp>,
    pub(super) fee: Yen,
}

impl Default for Row<'_> {
    fn default() -> Self {
        Self {
            state: State::Held,
            channel: Channel::Unknown,
            booking: None,
            visit: None,
            held_until: None,
            fee: Yen::ZERO,
        }
    }
}

/// What a row stands for.
#[derive(Clone, Copy)]
enum Part {
    /// A reservation that takes its time itself.
    Whole,
    /// A booking of a course, which takes nothing.
    Course,
    /// A session of a booking of a course. It has no number of its own, and costs nothing.
    Session(i64),
}

/// Writes a reservation; none when its mark is known.
pub(super) async fn insert(
    tx: &Tx,
    wish: &Wish,
    row: &Row<'_>,
) -> Result<Option<i64>, BookingError> {
    insert_as(tx, wish, row, Part::Whole).await
}

async fn insert_as(
    tx: &Tx,
    wish: &Wish,
    row: &Row<'_>,
    part: Part,
) -> Result<Option<i64>, BookingError> {
    let now = tx.now().as_microsecond();
    let booking = row.booking;
    let (course, fee) = match part {
        Part::Session(course) => (Some(course), Yen::ZERO),
        Part::Whole | Part::Course => (None, row.fee),
    };
    // What tells one booking from another stands with the booking, not with its sessions.
    let told_by = booking.filter(|_| course.is_none());
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO booking_reservations (number_hash, facility_key, resource_key, day, from_minute, to_minute, state, kind, \
               channel, holder, resident, group_id, visit, held_until, purpose, people, fee, kept_fee, sealed, request, revision, \
               made_at, changed_at, terms, is_course, course_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'booking', $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, $17, $18, 1, $19, $19, $20, \
               $21, $22) \
             ON CONFLICT (request) DO NOTHING RETURNING id",
            [
                told_by.map(|new| new.number_hash.clone()).into(),
                wish.facility.as_str().into(),
                wish.resource.as_str().into(),
                wish.span.day().to_string().into(),
                i64::from(wish.span.from().minutes()).into(),
                i64::from(wish.span.to().minutes()).into(),
                row.state.name().into(),
                row.channel.as_str().into(),
                booking.map_or("", |new| new.holder_hash.as_str()).into(),
                booking.and_then(|new| resident(&new.holder)).into(),
                booking.and_then(|new| group(&new.holder)).into(),
                row.visit.map(str::to_owned).into(),
                row.held_until.map(Timestamp::as_microsecond).into(),
                purpose(&wish.of).into(),
                i64::from(wish.of.people).into(),
                fee.amount().into(),
                booking.map(|new| new.sealed.clone()).into(),
                told_by.and_then(|new| new.request.clone()).into(),
                now.into(),
                serde_json::to_string(&Terms::of(&wish.of))?.into(),
                i64::from(matches!(part, Part::Course)).into(),
                course.into(),
            ],
        )
        .await?;
    Ok(id)
}
