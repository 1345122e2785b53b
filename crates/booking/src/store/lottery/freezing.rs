//! Freezing a round: tickets are counted, the list is written, its hash published. From here on nothing about the entries changes.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};

use super::{
    entries::{Entry, many},
    rounds::{Round, RoundState, round},
    sources::shares,
};
use crate::{
    error::BookingError,
    model::{
        document::{FacilityDocument, Takes},
        lottery::{
            choice::{Choice, Month},
            list::{FrozenList, ListedEntry, ListedResource},
            rules::SeedRule,
            sha256,
            source::Source,
        },
        taken::TakenSteps,
        time::{ClockTime, Span, quantum},
    },
    store::{facilities::facility, reservations::taken},
};

/// Freezes a round whose closing has come. Doing it twice is the same as once; returns whether it was done now.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn freeze(tx: &Tx, id: i64) -> Result<bool, BookingError> {
    // Whoever enters at this moment is waited for, and nobody enters from here on.
    tx.connection()
        .run(
            "UPDATE booking_lottery_rounds SET state = state WHERE id = $1",
            [id.into()],
        )
        .await?;
    let round = round(tx.connection(), id)
        .await?
        .ok_or(BookingError::NoSuchRound)?;
    if round.state != RoundState::Open || tx.now() < round.moments.closes {
        return Ok(false);
    }
    let document = facility(tx.connection(), &round.facility)
        .await?
        .ok_or_else(|| BookingError::NoSuchResource(round.facility.clone()))?
        .document;
    let entries = many(
        tx.connection(),
        "round_id = $1 AND state = 'entered' ORDER BY number",
        vec![id.into()],
    )
    .await?;
    let losses = losses(tx, &round).await?;
    let mut names: HashMap<&str, u32> = HashMap::new();
    let mut listed = Vec::with_capacity(entries.len());
    for entry in &entries {
        let tickets = round
            .rules
            .tickets
            .after(losses.get(&entry.holder).copied().unwrap_or(0));
        let choices = still_offered(&round, &document, entry);
        if tickets != entry.tickets || choices.len() != entry.choices.len() {
            tx.connection()
                .run(
                    "UPDATE booking_lottery_entries SET tickets = $2, choices = $3 WHERE id = $1",
                    [
                        entry.id.into(),
                        i64::from(tickets).into(),
                        serde_json::to_string(&choices)?.into(),
                    ],
                )
                .await?;
        }
        // What is no longer offered cannot be drawn.
        if choices.is_empty() {
            continue;
        }
        let mut counts_for = Vec::new();
        for who in [entry.holder.as_str(), entry.person.as_str()] {
            let next = u32::try_from(names.len())
                .unwrap_or(u32::MAX)
                .saturating_add(1);
            let name = *names.entry(who).or_insert(next);
            if !counts_for.contains(&name) {
                counts_for.push(name);
            }
        }
        counts_for.sort_unstable();
        listed.push(ListedEntry {
            number: entry
                .number
                .parse()
                .map_err(|_| BookingError::LotteryStored(id))?,
            tickets,
            counts_for,
            choices,
        });
    }
    let source = source(tx, &round).await?;
    let list = FrozenList {
        facility: round.facility.clone(),
        scope: round.scope.clone(),
        month: round.month,
        draws_at: round.moments.draws,
        source,
        wins: round.rules.wins,
        step: document.step.minutes(),
        resources: resources(&round, &document),
        taken: taken_beforehand(tx, &round, &document).await?,
        entries: listed,
    };
    let text = list.to_text();
    let commitment = sha256(&text);
    let done = tx
        .connection()
        .run(
            "UPDATE booking_lottery_rounds SET state = 'frozen', list = $2, commitment = $3, source = $4, frozen_at = $5 \
             WHERE id = $1 AND state = 'open'",
            [
                id.into(),
                text.into(),
                commitment.as_str().into(),
                list.source.to_string().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    if done == 0 {
        return Ok(false);
    }
    tx.audit(
        AuditEntry::new("booking.lottery.freeze", format!("lottery/{id}")).with(json!({
            "commitment": commitment, "entries": list.entries.len(), "source": list.source.to_string(),
        })),
    );
    Ok(true)
}

/// The choices of an entry that can still be had: the facility may have changed meanwhile.
fn still_offered(round: &Round, document: &FacilityDocument, entry: &Entry) -> Vec<Choice> {
    let resources = round.resources(document);
    let is_offered = |choice: &&Choice| {
        choice.places().iter().all(|place| {
            resources.iter().any(|resource| {
                resource.key.as_str() == place.resource && document.offers(resource, place.span)
            })
        })
    };
    entry.choices.iter().filter(is_offered).cloned().collect()
}

fn resources(round: &Round, document: &FacilityDocument) -> Vec<ListedResource> {
    round
        .resources(document)
        .into_iter()
        .map(|resource| ListedResource {
            key: resource.key.to_string(),
            before: resource.minutes_before,
            after: resource.minutes_after,
            takes_all: matches!(resource.takes, Takes::Units(_)),
            units: resource.units(),
        })
        .collect()
}

/// The source as the list has it: with the hashes of the secrets that were given. Without any, the value of drand decides.
async fn source(tx: &Tx, round: &Round) -> Result<Source, BookingError> {
    let (SeedRule::Parties(_), Source::Drand { round: fallback }) =
        (&round.rules.seed, &round.source)
    else {
        return Ok(round.source.clone());
    };
    let hashes: Vec<String> = shares(tx.connection(), round.id)
        .await?
        .into_iter()
        .filter_map(|share| share.hash)
        .collect();
    Ok(if hashes.is_empty() {
        round.source.clone()
    } else {
        Source::Shares {
            fallback: *fallback,
            hashes,
        }
    })
}

/// What of the round's units is taken in its month, in spans on end.
async fn taken_beforehand(
    tx: &Tx,
    round: &Round,
    document: &FacilityDocument,
) -> Result<Vec<(String, Span)>, BookingError> {
    let units: Vec<String> = round
        .resources(document)
        .into_iter()
        .flat_map(crate::model::document::Resource::units)
        .collect();
    let (first, last) = (round.month.first(), round.month.last());
    let taken = taken(tx.connection(), &round.facility, first, last, tx.now()).await?;
    let mut spans: BTreeMap<(String, Date), Vec<(u16, u16)>> = BTreeMap::new();
    for day in round.month.days() {
        let midnight = quantum(day, ClockTime::default());
        for (unit, at) in
            steps_of(&taken, midnight).filter(|(unit, _)| units.iter().any(|one| one == unit))
        {
            let Ok(from) = u16::try_from(at - midnight) else {
                continue;
            };
            let to = from + document.step.minutes();
            let parts = spans.entry((unit.to_owned(), day)).or_default();
            match parts.last_mut() {
                Some(part) if part.1 == from => part.1 = to,
                _ => parts.push((from, to)),
            }
        }
    }
    let time = |minutes: u16| ClockTime::from_minutes(minutes).unwrap_or_default();
    Ok(spans
        .into_iter()
        .flat_map(|((unit, day), parts)| {
            parts.into_iter().filter_map(move |(from, to)| {
                Some((unit.clone(), Span::new(day, time(from), time(to))?))
            })
        })
        .collect())
}

/// The steps of one day, in order of unit and time.
fn steps_of(taken: &TakenSteps, midnight: i64) -> impl Iterator<Item = (&str, i64)> {
    taken
        .iter()
        .filter(move |(_, at)| (midnight..midnight + 1440).contains(at))
}

/// How many rounds in a row each holder has lost, up to now: rounds of the same facility and rules, within the months that count, in
/// which they were drawn and won nothing, since the last that they won.
async fn losses(tx: &Tx, round: &Round) -> Result<HashMap<String, u32>, BookingError> {
    #[derive(FromQueryResult)]
    struct Past {
        holder: String,
        won: i64,
    }
    let tickets = round.rules.tickets;
    if tickets.per_loss == 0 || tickets.most <= 1 {
        return Ok(HashMap::new());
    }
    let since: Month = round.month.plus(-i32::from(tickets.months));
    let past: Vec<Past> = tx
        .connection()
        .rows(
            "SELECT e.holder, CAST(MAX(CASE WHEN e.state = 'lost' THEN 0 ELSE 1 END) AS BIGINT) AS won \
             FROM booking_lottery_entries e JOIN booking_lottery_rounds r ON r.id = e.round_id \
             WHERE r.facility_key = $1 AND r.scope = $2 AND r.month >= $3 AND r.month < $4 AND r.state IN ('drawn', 'finished') \
               AND e.state NOT IN ('entered', 'withdrawn') \
             GROUP BY e.holder, r.month ORDER BY e.holder, r.month",
            [
                round.facility.as_str().into(),
                round.scope.as_deref().unwrap_or_default().into(),
                since.to_string().into(),
                round.month.to_string().into(),
            ],
        )
        .await?;
    let mut losses: HashMap<String, u32> = HashMap::new();
    for one in past {
        let count = losses.entry(one.holder).or_default();
        *count = if one.won == 1 { 0 } else { *count + 1 };
    }
    Ok(losses)
}
