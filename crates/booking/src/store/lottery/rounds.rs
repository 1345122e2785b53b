//! Rounds: announced from a facility's rules, and read.

use jiff::{SignedDuration, Timestamp};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, Job, Tx, sql::Sql as _};

use crate::{
    error::BookingError,
    model::{
        document::{FacilityDocument, Resource},
        lottery::{
            choice::Month,
            drand,
            rules::{LotteryRules, Moments, SeedRule},
            source::Source,
        },
    },
    store::facilities::{Facility, facilities},
};

/// A round is announced so long before it opens. From then on its rules, times and source are fixed.
const ANNOUNCED_BEFORE: SignedDuration = SignedDuration::from_hours(31 * 24);
/// The value of drand that decides when a secret is not told comes so long after the draw's time.
const FALLBACK_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// How far a round is in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoundState {
    /// Announced; entries are taken between its opening and its closing.
    Open,
    /// The list is frozen and its hash published.
    Frozen,
    /// Drawn; winners answer, runners-up move up.
    Drawn,
    /// What is left can be booked by anyone.
    Finished,
}

/// What can be done in a round now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Announced; entries are not taken yet.
    Coming,
    /// Entries are taken.
    Entering,
    /// Closed; the list is being or has been frozen; the value that decides is not known yet.
    Closed,
    /// The value that decides is known to the world, and must be brought.
    Due,
    /// Winners answer.
    Answering,
    /// It is over.
    Over,
}

impl Phase {
    /// The name in message keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Coming => "coming",
            Self::Entering => "entering",
            Self::Closed => "closed",
            Self::Due => "due",
            Self::Answering => "answering",
            Self::Over => "over",
        }
    }
}

/// A round as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Its number.
    pub id: i64,
    /// The facility's key.
    pub facility: String,
    /// The resource that has rules of its own; none: all those of the facility's rules.
    pub scope: Option<String>,
    /// The month of use.
    pub month: Month,
    /// How far it is.
    pub state: RoundState,
    /// The rules as they were announced.
    pub rules: LotteryRules,
    /// When what happens.
    pub moments: Moments,
    /// Where the value comes from that decides.
    pub source: Source,
    /// The hash of the frozen list.
    pub commitment: Option<String>,
    /// When it was frozen.
    pub frozen_at: Option<Timestamp>,
}

impl Round {
    /// What can be done now.
    pub fn phase(&self, now: Timestamp) -> Phase {
        match self.state {
            RoundState::Open if now < self.moments.opens => Phase::Coming,
            RoundState::Open if now < self.moments.closes => Phase::Entering,
            RoundState::Open | RoundState::Frozen if now < self.moments.draws => Phase::Closed,
            RoundState::Open | RoundState::Frozen => Phase::Due,
            RoundState::Drawn => Phase::Answering,
            RoundState::Finished => Phase::Over,
        }
    }

    /// What of the facility is drawn.
    pub fn resources<'a>(&self, document: &'a FacilityDocument) -> Vec<&'a Resource> {
        document
            .resources
            .iter()
            .filter(|resource| match &self.scope {
                Some(key) => resource.key.as_str() == key,
                None => resource.rules.is_none(),
            })
            .collect()
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    facility_key: String,
    scope: String,
    month: String,
    state: String,
    rules: String,
    source: String,
    opens_at: i64,
    closes_at: i64,
    draws_at: i64,
    confirm_by: i64,
    first_come_at: i64,
    commitment: Option<String>,
    frozen_at: Option<i64>,
}

impl TryFrom<Row> for Round {
    type Error = BookingError;

    fn try_from(row: Row) -> Result<Self, BookingError> {
        let unreadable = || BookingError::LotteryStored(row.id);
        let moment = |at| Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
        Ok(Self {
            id: row.id,
            month: row.month.parse().map_err(|_| unreadable())?,
            source: row.source.parse().map_err(|_| unreadable())?,
            facility: row.facility_key,
            scope: Some(row.scope).filter(|scope| !scope.is_empty()),
            state: match row.state.as_str() {
                "open" => RoundState::Open,
                "frozen" => RoundState::Frozen,
                "drawn" => RoundState::Drawn,
                _ => RoundState::Finished,
            },
            rules: serde_json::from_str(&row.rules)?,
            moments: Moments {
                opens: moment(row.opens_at),
                closes: moment(row.closes_at),
                draws: moment(row.draws_at),
                confirm_by: moment(row.confirm_by),
                first_come: moment(row.first_come_at),
            },
            commitment: row.commitment,
            frozen_at: row.frozen_at.map(moment),
        })
    }
}

const COLUMNS: &str = "id, facility_key, scope, month, state, rules, source, opens_at, closes_at, draws_at, confirm_by, first_come_at, \
    commitment, frozen_at";

/// A round by its number.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn round(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<Round>, BookingError> {
    let row: Option<Row> = connection
        .row(
            &format!("SELECT {COLUMNS} FROM booking_lottery_rounds WHERE id = $1"),
            [id.into()],
        )
        .await?;
    row.map(Round::try_from).transpose()
}

/// All rounds, the latest month of use first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn rounds(connection: &impl ConnectionTrait) -> Result<Vec<Round>, BookingError> {
    let rows: Vec<Row> = connection
        .rows(
            &format!("SELECT {COLUMNS} FROM booking_lottery_rounds ORDER BY month DESC, facility_key, scope"),
            [],
        )
        .await?;
    rows.into_iter().map(Round::try_from).collect()
}

/// The round in which a resource was drawn for a month, if there was one.
pub(super) async fn round_of(
    connection: &impl ConnectionTrait,
    document: &FacilityDocument,
    resource: &Resource,
    month: Month,
) -> Result<Option<Round>, BookingError> {
    let scope = resource
        .rules
        .as_ref()
        .map_or("", |_| resource.key.as_str());
    let row: Option<Row> = connection
        .row(
            &format!(
                "SELECT {COLUMNS} FROM booking_lottery_rounds WHERE facility_key = $1 AND scope = $2 AND month = $3"
            ),
            [
                document.key.as_str().into(),
                scope.into(),
                month.to_string().into(),
            ],
        )
        .await?;
    row.map(Round::try_from).transpose()
}

/// The frozen list of a round.
///
/// # Errors
/// When the database does not answer.
pub async fn frozen_list(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<String>, BookingError> {
    let list: Option<Option<String>> = connection
        .value(
            "SELECT list FROM booking_lottery_rounds WHERE id = $1",
            [id.into()],
        )
        .await?;
    Ok(list.flatten())
}

/// Where the value comes from, as it is fixed when a round is announced. The hashes of secrets come until the closing.
fn planned(rules: &LotteryRules, moments: Moments) -> Source {
    let fallback = moments.draws.saturating_add(FALLBACK_AFTER);
    match &rules.seed {
        SeedRule::Drand => Source::Drand {
            round: drand::round_at(moments.draws),
        },
        SeedRule::Parties(_) => Source::Drand {
            round: drand::round_at(fallback.unwrap_or(Timestamp::MAX)),
        },
        SeedRule::PublicValue(text) => Source::Value {
            description: text.ja.replace(['\n', '\r'], " "),
        },
    }
}

/// Announces the rounds whose opening is near, of all facilities, and tells how many were new. Doing it again changes nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn announce(tx: &Tx) -> Result<usize, BookingError> {
    let mut new = 0;
    for facility in facilities(tx.connection()).await? {
        if !facility.is_offered {
            continue;
        }
        let document = &facility.document;
        let own = document.resources.iter().filter_map(|resource| {
            let rules = resource.rules.as_ref()?.lottery.as_ref()?;
            Some((resource.key.as_str(), rules))
        });
        let all = document.rules.lottery.as_ref().map(|rules| ("", rules));
        for (scope, rules) in all.into_iter().chain(own) {
            for ahead in 0..=13 {
                let month = Month::of(tx.today()).plus(ahead);
                if announce_one(tx, &facility, scope, rules, month).await? {
                    new += 1;
                }
            }
        }
    }
    Ok(new)
}

async fn announce_one(
    tx: &Tx,
    facility: &Facility,
    scope: &str,
    rules: &LotteryRules,
    month: Month,
) -> Result<bool, BookingError> {
    let moments = rules.moments(month);
    let announced = moments.opens.saturating_sub(ANNOUNCED_BEFORE);
    // A round of which nobody could hear in time is not held.
    if tx.now() < announced.unwrap_or(Timestamp::MIN) || tx.now() >= moments.closes {
        return Ok(false);
    }
    let source = planned(rules, moments);
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO booking_lottery_rounds (facility_key, scope, month, state, rules, source, opens_at, closes_at, draws_at, \
               confirm_by, first_come_at) \
             VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, $8, $9, $10) \
             ON CONFLICT (facility_key, scope, month) DO NOTHING RETURNING id",
            [
                facility.key().into(),
                scope.into(),
                month.to_string().into(),
                serde_json::to_string(rules)?.into(),
                source.to_string().into(),
                moments.opens.as_microsecond().into(),
                moments.closes.as_microsecond().into(),
                moments.draws.as_microsecond().into(),
                moments.confirm_by.as_microsecond().into(),
                moments.first_come.as_microsecond().into(),
            ],
        )
        .await?;
    let Some(id) = id else { return Ok(false) };
    if let SeedRule::Parties(names) = &rules.seed {
        for (party, name) in (1_i64..).zip(names) {
            tx.connection()
                .run(
                    "INSERT INTO booking_lottery_shares (round_id, party, name) VALUES ($1, $2, $3)",
                    [id.into(), party.into(), name.as_str().into()],
                )
                .await?;
        }
    }
    for (step, at) in [
        ("close", moments.closes),
        ("draw", moments.draws),
        ("confirm", moments.confirm_by),
        ("finish", moments.first_come),
    ] {
        tx.enqueue(Job {
            name: "booking.lottery.advance",
            payload: json!({"round": id}),
            not_before: Some(at),
            deduplicate: Some(format!("booking.lottery/{id}/{step}")),
        })
        .await?;
    }
    tx.audit(
        AuditEntry::new("booking.lottery.announce", format!("lottery/{id}")).with(json!({
            "facility": facility.key(), "scope": scope, "month": month.to_string(), "source": source.to_string(),
        })),
    );
    Ok(true)
}
