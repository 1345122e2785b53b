//! Entries: made, changed and withdrawn while a round takes them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult};
use serde::{Deserialize, Serialize};
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_forms::model::document::Key;
use yakuba_identity::{CityKey, Receipt};
use yakuba_kernel::Channel;
use yakuba_ui::Language;

use super::rounds::{Phase, Round, round};
use crate::{
    error::BookingError,
    model::{
        document::FacilityDocument,
        fees::Use,
        lottery::choice::{Choice, EntryNumber, Month},
    },
    store::{
        facilities::facility,
        people::{Contact, Holder},
        points,
        reservations::allowed,
    },
};

/// What has become of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryState {
    /// In the round.
    Entered,
    /// Taken back before the closing.
    Withdrawn,
    /// Drawn, and won nothing up to now.
    Lost,
    /// Won; whoever entered has not answered yet.
    Won,
    /// Won and taken.
    Accepted,
    /// Won and given up.
    Declined,
    /// Won and not answered in time.
    Lapsed,
    /// Won, but the city has taken the time for itself since the list was frozen.
    Blocked,
}

impl EntryState {
    /// All states.
    pub const ALL: [Self; 8] = [
        Self::Entered,
        Self::Withdrawn,
        Self::Lost,
        Self::Won,
        Self::Accepted,
        Self::Declined,
        Self::Lapsed,
        Self::Blocked,
    ];

    /// The name in the database and in message keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Entered => "entered",
            Self::Withdrawn => "withdrawn",
            Self::Lost => "lost",
            Self::Won => "won",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Lapsed => "lapsed",
            Self::Blocked => "blocked",
        }
    }

    fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// What somebody wants of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The choices, the dearest first.
    pub choices: Vec<Choice>,
    /// What for and with how many.
    pub of: Use,
}

/// An entry to be made.
#[derive(Debug, Clone)]
pub struct NewEntry {
    round: i64,
    wanted: Wanted,
    holder: Holder,
    holder_hash: String,
    person_hash: String,
    receipt: Receipt,
    receipt_hash: String,
    sealed: Vec<u8>,
    channel: Channel,
    language: Language,
    visit: Option<String>,
    account: Option<i64>,
    request: Option<String>,
    number: Option<EntryNumber>,
}

/// What is sealed with an entry.
#[derive(Serialize, Deserialize)]
struct Sealed {
    receipt: String,
    holder: (String, String),
    contact: Contact,
}

const PURPOSE: &str = "booking.lottery";

fn parts(holder: &Holder) -> (String, String) {
    let (kind, text) = match holder {
        Holder::Email(address) => ("email", address.clone()),
        Holder::Resident(account) => ("resident", account.to_string()),
        Holder::Group(group) => ("group", group.to_string()),
        Holder::Phone(number) => ("phone", number.clone()),
    };
    (kind.to_owned(), text)
}

fn holder_of((kind, text): (String, String)) -> Option<Holder> {
    match kind.as_str() {
        "email" => Some(Holder::Email(text)),
        "resident" => text.parse().ok().map(Holder::Resident),
        "group" => text.parse().ok().map(Holder::Group),
        "phone" => Some(Holder::Phone(text)),
        _ => None,
    }
}

fn receipt_hash(key: &CityKey, receipt: &Receipt) -> String {
    key.look_up("booking.lottery.receipt", &receipt.plain())
}

impl NewEntry {
    /// An entry for somebody. `person` is whoever sends it for a group.
    ///
    /// # Errors
    /// When the contact cannot be sealed.
    #[allow(clippy::too_many_arguments)] // each is another thing
    pub fn new(
        key: &CityKey,
        round: i64,
        holder: Holder,
        person: Option<&Holder>,
        contact: &Contact,
        channel: Channel,
        wanted: Wanted,
    ) -> Result<Self, BookingError> {
        let receipt = Receipt::generate();
        let sealed = serde_json::to_vec(&Sealed {
            receipt: receipt.to_string(),
            holder: parts(&holder),
            contact: contact.clone(),
        })?;
        let holder_hash = holder.hash(key);
        Ok(Self {
            round,
            wanted,
            person_hash: person.map_or_else(|| holder_hash.clone(), |person| person.hash(key)),
            holder_hash,
            holder,
            receipt_hash: receipt_hash(key, &receipt),
            receipt,
            sealed: key.seal(PURPOSE, &sealed)?,
            channel,
            language: contact.language,
            visit: None,
            account: None,
            request: None,
            number: None,
        })
    }

    /// The number it has in the published list, instead of one that is drawn when it is entered: so that a history that is told again
    /// comes out the same. Nobody gains by choosing it, because the value that decides comes later.
    #[must_use]
    pub fn numbered(mut self, number: EntryNumber) -> Self {
        self.number = Some(number);
        self
    }

    /// The browser that sent it, which is shown the numbers afterwards.
    #[must_use]
    pub fn from_visit(mut self, visit: impl Into<String>) -> Self {
        self.visit = Some(visit.into());
        self
    }

    /// The resident's account that finds it again, whoever it is for.
    #[must_use]
    pub fn of_account(mut self, account: Option<i64>) -> Self {
        self.account = account;
        self
    }

    /// A mark with which the same entry, sent twice, is made once.
    #[must_use]
    pub fn requested_as(mut self, request: impl Into<String>) -> Self {
        self.request = Some(request.into());
        self
    }
}

/// An entry that was made.
#[derive(Debug, Clone)]
pub struct Entered {
    /// Its place in the table.
    pub id: i64,
    /// The number that opens it; none when it was made before under the same mark.
    pub receipt: Option<Receipt>,
    /// Its number in the published list.
    pub number: EntryNumber,
}

/// An entry as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the table.
    pub id: i64,
    /// The round.
    pub round: i64,
    /// Its number in the published list.
    pub number: String,
    /// What has become of it.
    pub state: EntryState,
    /// The resident's account, if it was sent with one.
    pub resident: Option<i64>,
    /// How it came in.
    pub channel: Channel,
    /// The language in which it was sent.
    pub language: Language,
    /// The choices, the dearest first.
    pub choices: Vec<Choice>,
    /// What for and with how many.
    pub of: Use,
    /// Its tickets, once the list is frozen; 1 before.
    pub tickets: u32,
    /// Its place in the draw, counted from 1.
    pub place: Option<u32>,
    /// The choice it got, counted from 0.
    pub won: Option<usize>,
    /// For each choice that it did not get: the place it went to; none for what was taken beforehand.
    pub why: Vec<Option<u32>>,
    /// Until when whoever won must answer.
    pub answer_by: Option<Timestamp>,
    /// Whether it moved up after the draw.
    pub offered: bool,
    /// When it was made.
    pub made_at: Timestamp,
    pub(super) holder: String,
    pub(super) person: String,
    sealed: Vec<u8>,
}

impl Entry {
    /// The number that opens it, as it is shown, and who it is for.
    ///
    /// # Errors
    /// When it was sealed under another city key.
    pub fn contact(&self, key: &CityKey) -> Result<(String, Contact), BookingError> {
        let sealed: Sealed = serde_json::from_slice(&key.open_sealed(PURPOSE, &self.sealed)?)?;
        Ok((sealed.receipt, sealed.contact))
    }

    /// Who it is for.
    pub(super) fn holder(&self, key: &CityKey) -> Result<Holder, BookingError> {
        let sealed: Sealed = serde_json::from_slice(&key.open_sealed(PURPOSE, &self.sealed)?)?;
        holder_of(sealed.holder).ok_or(BookingError::LotteryStored(self.round))
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    round_id: i64,
    number: String,
    state: String,
    holder: String,
    person: String,
    resident: Option<i64>,
    channel: String,
    language: String,
    choices: String,
    purpose: String,
    people: i64,
    lives_here: i64,
    sealed: Vec<u8>,
    tickets: i64,
    place: Option<i64>,
    won: Option<i64>,
    why: Option<String>,
    answer_by: Option<i64>,
    offered: i64,
    made_at: i64,
}

impl TryFrom<Row> for Entry {
    type Error = BookingError;

    fn try_from(row: Row) -> Result<Self, BookingError> {
        let moment = |at| Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
        let state = EntryState::read(&row.state);
        Ok(Self {
            id: row.id,
            round: row.round_id,
            state: state.ok_or(BookingError::LotteryStored(row.round_id))?,
            number: row.number,
            resident: row.resident,
            channel: row.channel.parse().unwrap_or(Channel::Unknown),
            language: Language::from_code(&row.language).unwrap_or_default(),
            choices: serde_json::from_str(&row.choices)?,
            of: Use {
                people: u32::try_from(row.people).unwrap_or(1),
                purpose: Key::new(&row.purpose).ok(),
                is_resident: row.lives_here == 1,
                ..Use::default()
            },
            tickets: u32::try_from(row.tickets).unwrap_or(1),
            place: row.place.and_then(|place| u32::try_from(place).ok()),
            won: row.won.and_then(|won| usize::try_from(won).ok()),
            why: row
                .why
                .unwrap_or_default()
                .split(',')
                .filter(|part| !part.is_empty())
                .map(|part| part.parse().ok())
                .collect(),
            answer_by: row.answer_by.map(moment),
            offered: row.offered == 1,
            made_at: moment(row.made_at),
            holder: row.holder,
            person: row.person,
            sealed: row.sealed,
        })
    }
}

const COLUMNS: &str = "id, round_id, number, state, holder, person, resident, channel, language, choices, purpose, people, lives_here, \
    sealed, tickets, place, won, why, answer_by, offered, made_at";

pub(super) async fn many(
    connection: &impl ConnectionTrait,
    condition: &str,
    values: Vec<sea_orm::Value>,
) -> Result<Vec<Entry>, BookingError> {
    let rows: Vec<Row> = connection
        .rows(
            &format!("SELECT {COLUMNS} FROM booking_lottery_entries WHERE {condition}"),
            values,
        )
        .await?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// An entry by its place in the table.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn entry(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<Entry>, BookingError> {
    Ok(many(connection, "id = $1", vec![id.into()]).await?.pop())
}

/// An entry by the number that opens it.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn by_receipt(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    receipt: &Receipt,
) -> Result<Option<Entry>, BookingError> {
    let hash = receipt_hash(key, receipt);
    Ok(many(connection, "receipt_hash = $1", vec![hash.into()])
        .await?
        .pop())
}

/// What a browser has entered since a moment, oldest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn entries_by(
    connection: &impl ConnectionTrait,
    visit: &str,
    since: Timestamp,
) -> Result<Vec<Entry>, BookingError> {
    let values = vec![visit.into(), since.as_microsecond().into()];
    many(
        connection,
        "visit = $1 AND made_at >= $2 ORDER BY id",
        values,
    )
    .await
}

/// The entries sent with a resident's account, the latest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn entries_of_resident(
    connection: &impl ConnectionTrait,
    resident: i64,
) -> Result<Vec<Entry>, BookingError> {
    many(
        connection,
        "resident = $1 ORDER BY id DESC LIMIT 100",
        vec![resident.into()],
    )
    .await
}

/// The reservations that an entry won, given up or not, in order of time.
///
/// # Errors
/// When the database does not answer.
pub async fn reservations_of(
    connection: &impl ConnectionTrait,
    entry: i64,
) -> Result<Vec<i64>, BookingError> {
    #[derive(FromQueryResult)]
    struct Won {
        reservation_id: i64,
    }
    let rows: Vec<Won> = connection
        .rows(
            "SELECT w.reservation_id FROM booking_lottery_wins w JOIN booking_reservations r ON r.id = w.reservation_id \
             WHERE w.entry_id = $1 ORDER BY r.day, r.from_minute, r.id",
            [entry.into()],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.reservation_id).collect())
}

/// A round that takes entries now. It does not close before the write has ended.
async fn open_round(tx: &Tx, id: i64) -> Result<Round, BookingError> {
    if tx.connection().get_database_backend() == DbBackend::Postgres {
        // Many enter at once; only the closing waits for them, and they for it.
        let known: Option<i64> = tx
            .connection()
            .value(
                "SELECT id FROM booking_lottery_rounds WHERE id = $1 FOR SHARE",
                [id.into()],
            )
            .await?;
        known.ok_or(BookingError::NoSuchRound)?;
    }
    let round = round(tx.connection(), id)
        .await?
        .ok_or(BookingError::NoSuchRound)?;
    match round.phase(tx.now()) {
        Phase::Entering => Ok(round),
        Phase::Coming => Err(BookingError::TooEarly(round.moments.opens.to_string())),
        _ => Err(BookingError::TooLate),
    }
}

/// Looks over what is wanted of a round.
pub(super) fn look_over(
    round: &Round,
    document: &FacilityDocument,
    wanted: &Wanted,
) -> Result<(), BookingError> {
    let rules = &round.rules;
    let distinct: BTreeSet<&Choice> = wanted.choices.iter().collect();
    if wanted.choices.is_empty() || distinct.len() < wanted.choices.len() {
        return Err(BookingError::NotOffered);
    }
    if wanted.choices.len() > usize::try_from(rules.choices).unwrap_or(usize::MAX) {
        return Err(BookingError::LimitReached(rules.choices));
    }
    let resources = round.resources(document);
    for choice in &wanted.choices {
        if choice.places().len() > usize::try_from(rules.together).unwrap_or(usize::MAX) {
            return Err(BookingError::LimitReached(rules.together));
        }
        for place in choice.places() {
            let resource = resources
                .iter()
                .find(|resource| resource.key.as_str() == place.resource)
                .ok_or_else(|| BookingError::NoSuchResource(place.resource.clone()))?;
            if Month::of(place.span.day()) != round.month || !document.offers(resource, place.span)
            {
                return Err(BookingError::NotOffered);
            }
            if let Some(capacity) = resource.capacity
                && wanted.of.people > capacity
            {
                return Err(BookingError::TooManyPeople(capacity));
            }
            let is_known = |key: &Key| resource.purposes.iter().any(|known| known.key == *key);
            if !resource.purposes.is_empty() && !wanted.of.purpose.as_ref().is_some_and(is_known) {
                return Err(BookingError::WrongPurpose);
            }
            document.fee(resource, place.span, &wanted.of)?;
        }
    }
    Ok(())
}

/// Enters somebody. The same mark twice is one entry.
///
/// # Errors
/// [`BookingError::TooEarly`], [`BookingError::TooLate`], [`BookingError::LimitReached`], [`BookingError::NotAllowed`], and what speaks
/// against a choice.
pub async fn enter(tx: &Tx, new: &NewEntry) -> Result<Entered, BookingError> {
    if let Some(before) = made_before(tx, new).await? {
        return Ok(before);
    }
    let round = open_round(tx, new.round).await?;
    let document = facility(tx.connection(), &round.facility)
        .await?
        .filter(|facility| facility.is_offered)
        .ok_or_else(|| BookingError::NoSuchResource(round.facility.clone()))?
        .document;
    let rules = round
        .resources(&document)
        .first()
        .map_or(&document.rules, |resource| document.rules_of(resource));
    let mut wanted = new.wanted.clone();
    let last = round.month.last();
    allowed(tx, rules, &new.holder, new.channel, last, &mut wanted.of).await?;
    points::must_not_be_blocked(tx, &document, &new.holder_hash).await?;
    look_over(&round, &document, &wanted)?;
    within_limit(tx, &round, &new.holder_hash, &new.person_hash).await?;
    let number = new
        .number
        .clone()
        .unwrap_or_else(|| EntryNumber::from_random(rand::random()));
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO booking_lottery_entries (round_id, number, receipt_hash, state, holder, person, resident, visit, channel, \
               language, choices, purpose, people, lives_here, sealed, request, tickets, offered, to_tell, made_at, revision) \
             VALUES ($1, $2, $3, 'entered', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1, 0, 0, $16, 1) \
             ON CONFLICT (request) DO NOTHING RETURNING id",
            [
                round.id.into(),
                number.as_str().into(),
                new.receipt_hash.as_str().into(),
                new.holder_hash.as_str().into(),
                new.person_hash.as_str().into(),
                new.account.into(),
                new.visit.clone().into(),
                new.channel.as_str().into(),
                new.language.code().into(),
                serde_json::to_string(&new.wanted.choices)?.into(),
                purpose(&new.wanted.of).into(),
                i64::from(new.wanted.of.people.max(1)).into(),
                i64::from(new.wanted.of.is_resident).into(),
                new.sealed.clone().into(),
                new.request.clone().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    let Some(id) = id else {
        return made_before(tx, new).await?.ok_or(BookingError::Taken);
    };
    tx.audit(AuditEntry::new(
        "booking.lottery.enter",
        format!("lottery/{}/entry/{id}", round.id),
    ));
    Ok(Entered {
        id,
        receipt: Some(new.receipt.clone()),
        number,
    })
}

fn purpose(of: &Use) -> &str {
    of.purpose.as_ref().map_or("", |purpose| purpose.as_str())
}

async fn made_before(tx: &Tx, new: &NewEntry) -> Result<Option<Entered>, BookingError> {
    let Some(request) = &new.request else {
        return Ok(None);
    };
    let found = many(
        tx.connection(),
        "request = $1",
        vec![request.as_str().into()],
    )
    .await?;
    found
        .into_iter()
        .next()
        .map(|entry| {
            Ok(Entered {
                id: entry.id,
                receipt: None,
                number: entry
                    .number
                    .parse()
                    .map_err(|_| BookingError::LotteryStored(entry.round))?,
            })
        })
        .transpose()
}

/// An entry counts for whoever it is for and for whoever sent it; each may have so many.
async fn within_limit(
    tx: &Tx,
    round: &Round,
    holder: &str,
    person: &str,
) -> Result<(), BookingError> {
    let both: BTreeSet<&str> = [holder, person].into();
    for who in both {
        // Entries in one name wait for each other here, in one order for all.
        tx.connection()
            .run(
                "INSERT INTO booking_counts (holder, count) VALUES ($1, 1) \
                 ON CONFLICT (holder) DO UPDATE SET count = booking_counts.count + 1",
                [who.into()],
            )
            .await?;
        let count: Option<i64> = tx
            .connection()
            .value(
                "SELECT COUNT(*) FROM booking_lottery_entries \
                 WHERE round_id = $1 AND state = 'entered' AND (holder = $2 OR person = $2)",
                [round.id.into(), who.into()],
            )
            .await?;
        if count.unwrap_or(0) >= i64::from(round.rules.entries) {
            return Err(BookingError::LimitReached(round.rules.entries));
        }
    }
    Ok(())
}

/// Changes what an entry wants.
///
/// # Errors
/// As [`enter`]; [`BookingError::WrongState`] when it was withdrawn.
pub async fn change(tx: &Tx, id: i64, wanted: &Wanted) -> Result<(), BookingError> {
    let found = entry(tx.connection(), id)
        .await?
        .ok_or(BookingError::NoSuchReservation)?;
    let round = open_round(tx, found.round).await?;
    let document = facility(tx.connection(), &round.facility)
        .await?
        .ok_or_else(|| BookingError::NoSuchResource(round.facility.clone()))?
        .document;
    look_over(&round, &document, wanted)?;
    let changed = tx
        .connection()
        .run(
            "UPDATE booking_lottery_entries SET choices = $2, purpose = $3, people = $4, lives_here = $5, revision = revision + 1 \
             WHERE id = $1 AND state = 'entered'",
            [
                id.into(),
                serde_json::to_string(&wanted.choices)?.into(),
                purpose(&wanted.of).into(),
                i64::from(wanted.of.people.max(1)).into(),
                i64::from(wanted.of.is_resident).into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(BookingError::WrongState);
    }
    tx.audit(AuditEntry::new(
        "booking.lottery.change",
        format!("lottery/{}/entry/{id}", found.round),
    ));
    Ok(())
}

/// Takes an entry back. Doing it twice is the same as once.
///
/// # Errors
/// [`BookingError::TooLate`] once the round is closed.
pub async fn withdraw(tx: &Tx, id: i64) -> Result<(), BookingError> {
    let found = entry(tx.connection(), id)
        .await?
        .ok_or(BookingError::NoSuchReservation)?;
    open_round(tx, found.round).await?;
    let changed = tx
        .connection()
        .run(
            "UPDATE booking_lottery_entries SET state = 'withdrawn', revision = revision + 1 WHERE id = $1 AND state = 'entered'",
            [id.into()],
        )
        .await?;
    if changed == 1 {
        tx.audit(AuditEntry::new(
            "booking.lottery.withdraw",
            format!("lottery/{}/entry/{id}", found.round),
        ));
    }
    Ok(())
}
