//! What is given up goes to the runner-up, or is kept and released at a moment nobody can know: never to whoever is quickest.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp, civil::Date};
use rand::Rng as _;
use sea_orm::FromQueryResult;
use serde_json::json;
use yakuba_city::{AuditEntry, Job, Tx, sql::Sql as _};
use yakuba_identity::CityKey;
use yakuba_ui::Language;

use super::{
    drawing::give,
    entries::{Entry, many},
    rounds::{Round, RoundState, round as round_by_id, round_of},
};
use crate::{
    LOTTERY_WORDS,
    error::BookingError,
    model::{
        document::{FacilityDocument, Resource},
        lottery::choice::Month,
        time::Span,
    },
    store::{
        facilities::facility,
        reservations::{Reservation, reserve, taken},
    },
};

/// What is given up is passed on by a job; within this time it has been carried out. Until then nobody can book the time.
const PASSED_WITHIN: SignedDuration = SignedDuration::from_hours(2);
/// What is kept for less than this is not worth keeping.
const SHORTEST_KEPT: SignedDuration = SignedDuration::from_mins(30);

/// Passes on what was given up, in the write in which it was. For what no lottery is about nothing happens.
pub(in crate::store) async fn passed_on(
    tx: &Tx,
    document: &FacilityDocument,
    given_up: &Reservation,
) -> Result<(), BookingError> {
    if given_up.is_own || tx.now() >= given_up.span.beginning() {
        return Ok(());
    }
    let Some(resource) = document.resource(&given_up.resource) else {
        return Ok(());
    };
    let month = Month::of(given_up.span.day());
    let Some(round) = round_of(tx.connection(), document, resource, month).await? else {
        return Ok(());
    };
    declined_by(tx, given_up.id).await?;
    let nobody_can_book = tx
        .now()
        .saturating_add(PASSED_WITHIN)
        .is_ok_and(|then| then < round.moments.first_come);
    match round.state {
        RoundState::Drawn if nobody_can_book => {
            tx.enqueue(Job {
                name: "booking.lottery.pass",
                payload: json!({"round": round.id, "day": given_up.span.day()}),
                not_before: None,
                deduplicate: Some(format!("booking.lottery.pass/{}", given_up.id)),
            })
            .await?;
            Ok(())
        }
        RoundState::Drawn | RoundState::Finished => {
            keep(tx, &round, document, resource, given_up.span).await
        }
        RoundState::Open | RoundState::Frozen => Ok(()),
    }
}

/// Whoever gives up the last of what they won without having answered has declined.
async fn declined_by(tx: &Tx, reservation: i64) -> Result<(), BookingError> {
    tx.connection()
        .run(
            "UPDATE booking_lottery_entries SET state = 'declined', revision = revision + 1 \
             WHERE state = 'won' AND id IN (SELECT entry_id FROM booking_lottery_wins WHERE reservation_id = $1) \
               AND NOT EXISTS (SELECT 1 FROM booking_lottery_wins w JOIN booking_reservations r ON r.id = w.reservation_id \
                 WHERE w.entry_id = booking_lottery_entries.id AND r.state IN ('requested', 'confirmed'))",
            [reservation.into()],
        )
        .await?;
    Ok(())
}

/// Offers what is free again on a day to those who lost, in the order of the draw, as far as one of their choices is wholly free now.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub(super) async fn runners_up(
    tx: &Tx,
    key: &CityKey,
    round: i64,
    day: Date,
) -> Result<(), BookingError> {
    // Two such jobs wait for each other.
    tx.connection()
        .run(
            "UPDATE booking_lottery_rounds SET state = state WHERE id = $1",
            [round.into()],
        )
        .await?;
    let Some(round) = round_by_id(tx.connection(), round).await? else {
        return Ok(());
    };
    if round.state != RoundState::Drawn || tx.now() >= round.moments.first_come {
        return Ok(());
    }
    let Some(facility) = facility(tx.connection(), &round.facility).await? else {
        return Ok(());
    };
    let document = &facility.document;
    let round = &round;
    let waiting = many(
        tx.connection(),
        "round_id = $1 AND state = 'lost' AND place IS NOT NULL AND choices LIKE $2 ORDER BY place",
        vec![round.id.into(), format!("%/{day}/%").into()],
    )
    .await?;
    let mut wins = wins(tx, round.id).await?;
    let (first, last) = (round.month.first(), round.month.last());
    let mut occupied = taken(tx.connection(), &document.key, first, last, tx.now()).await?;
    for entry in waiting {
        let has_won = |who: &String| wins.get(who).is_some_and(|won| *won >= round.rules.wins);
        if has_won(&entry.holder) || has_won(&entry.person) {
            continue;
        }
        let fits = entry.choices.iter().position(|choice| {
            choice.places().iter().all(|place| {
                place.span.beginning() > tx.now()
                    && document
                        .resource(&place.resource)
                        .is_some_and(|resource| document.left(resource, place.span, &occupied) > 0)
            })
        });
        let Some(choice) = fits else { continue };
        if !give(tx, key, document, &entry, choice).await? {
            continue;
        }
        offer(tx, round, &entry, choice).await?;
        *wins.entry(entry.holder.clone()).or_default() += 1;
        if entry.person != entry.holder {
            *wins.entry(entry.person.clone()).or_default() += 1;
        }
        occupied = taken(tx.connection(), &document.key, first, last, tx.now()).await?;
    }
    Ok(())
}

/// How often each person and group has won in a round; what was declined counts.
async fn wins(tx: &Tx, round: i64) -> Result<HashMap<String, u32>, BookingError> {
    #[derive(FromQueryResult)]
    struct Won {
        holder: String,
        person: String,
    }
    let won: Vec<Won> = tx
        .connection()
        .rows(
            "SELECT holder, person FROM booking_lottery_entries \
             WHERE round_id = $1 AND state IN ('won', 'accepted', 'declined', 'lapsed')",
            [round.into()],
        )
        .await?;
    let mut wins: HashMap<String, u32> = HashMap::new();
    for one in won {
        if one.person != one.holder {
            *wins.entry(one.person).or_default() += 1;
        }
        *wins.entry(one.holder).or_default() += 1;
    }
    Ok(wins)
}

/// Turns a runner-up into a winner who must answer within some days.
async fn offer(tx: &Tx, round: &Round, entry: &Entry, choice: usize) -> Result<(), BookingError> {
    let days = SignedDuration::from_hours(24 * i64::from(round.rules.answer_days));
    let first = entry.choices.get(choice).and_then(|choice| {
        choice
            .places()
            .iter()
            .map(|place| place.span.beginning())
            .min()
    });
    let until = tx.now().saturating_add(days).unwrap_or(Timestamp::MAX);
    let until = first.map_or(until, |first| until.min(first));
    tx.connection()
        .run(
            "UPDATE booking_lottery_entries SET state = 'won', won = $2, answer_by = $3, offered = 1, to_tell = 1, \
               revision = revision + 1 WHERE id = $1",
            [
                entry.id.into(),
                i64::try_from(choice).unwrap_or(0).into(),
                until.as_microsecond().into(),
            ],
        )
        .await?;
    for (name, at) in [
        ("booking.lottery.tell", tx.now()),
        ("booking.lottery.advance", until),
    ] {
        tx.enqueue(Job {
            name,
            payload: json!({"round": round.id}),
            not_before: Some(at),
            deduplicate: Some(format!("{name}/offer/{}", entry.id)),
        })
        .await?;
    }
    tx.audit(
        AuditEntry::new("booking.lottery.offer", format!("lottery/{}", round.id))
            .with(json!({"entry": entry.number, "place": entry.place, "choice": choice + 1})),
    );
    Ok(())
}

/// Keeps a time that was given up, as the city's own, until a random moment within the hours that the rules say; at most half of what is
/// left until it begins.
async fn keep(
    tx: &Tx,
    round: &Round,
    document: &FacilityDocument,
    resource: &Resource,
    span: Span,
) -> Result<(), BookingError> {
    let left = span.beginning().duration_since(tx.now());
    let longest =
        SignedDuration::from_hours(i64::from(round.rules.released_within_hours)).min(left / 2);
    if longest < SHORTEST_KEPT {
        return Ok(());
    }
    let micros = i64::try_from(longest.as_micros()).unwrap_or(0);
    // The operating system's randomness, drawn at this moment: neither staff nor whoever gave it up can know it.
    let wait = rand::rng().random_range(0..=micros);
    let at = tx
        .now()
        .saturating_add(SignedDuration::from_micros(wait))
        .unwrap_or(Timestamp::MAX);
    let title = LOTTERY_WORDS.words(Language::Japanese).get("lottery-kept");
    let Some(id) = reserve::for_the_city(tx, document, resource, span, &title).await? else {
        return Ok(());
    };
    tx.connection()
        .run(
            "INSERT INTO booking_lottery_kept (reservation_id, release_at) VALUES ($1, $2)",
            [id.into(), at.as_microsecond().into()],
        )
        .await?;
    tx.enqueue(Job {
        name: "booking.lottery.release",
        payload: json!({"reservation": id}),
        not_before: Some(at),
        deduplicate: Some(format!("booking.lottery.release/{id}")),
    })
    .await?;
    // The moment itself stays out of the log until it has come: staff read the log.
    tx.audit(
        AuditEntry::new("booking.lottery.keep", format!("reservation/{id}"))
            .with(json!({"within_minutes": longest.as_mins()})),
    );
    Ok(())
}
