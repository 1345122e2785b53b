//! What the program does by itself: announcing, freezing, drawing what it can, lapsing, passing on, releasing, telling.

use jiff::civil::Date;
use sea_orm::ConnectionTrait;
use serde::Deserialize;
use yakuba_city::{Actor, City, JobFailure, JobKind, Tx, sql::Sql as _};

use super::{
    announce,
    answering::lapse,
    drawing::draw,
    entries::{Entry, many},
    freezing::freeze,
    passing::runners_up,
    rounds::{RoundState, round, rounds},
};
use crate::{
    error::BookingError,
    model::state::{State, Step},
    store::reservations::{reservation, step},
    telling::lottery::{Outcome, tell_outcome},
};

#[derive(Deserialize)]
struct OfRound {
    round: i64,
}

#[derive(Deserialize)]
struct Passed {
    round: i64,
    day: Date,
}

#[derive(Deserialize)]
struct Kept {
    reservation: i64,
}

/// The jobs of lotteries.
pub fn job_kinds() -> Vec<JobKind> {
    vec![
        JobKind::new("booking.lottery.daily", |city, _| async move {
            told(daily(&city).await)
        })
        .every_day(),
        JobKind::new("booking.lottery.advance", |city, payload| async move {
            let of: OfRound = read(payload)?;
            told(advance(&city, of.round).await)
        }),
        JobKind::new("booking.lottery.tell", |city, payload| async move {
            let of: OfRound = read(payload)?;
            told(tell(&city, of.round).await)
        }),
        JobKind::new("booking.lottery.pass", |city, payload| async move {
            let passed: Passed = read(payload)?;
            told(pass_on(&city, passed.round, passed.day).await)
        }),
        JobKind::new("booking.lottery.release", |city, payload| async move {
            let kept: Kept = read(payload)?;
            told(release(&city, kept.reservation).await)
        }),
    ]
}

fn read<T: serde::de::DeserializeOwned>(payload: serde_json::Value) -> Result<T, JobFailure> {
    serde_json::from_value(payload).map_err(|error| JobFailure::from_error(&error))
}

fn told(outcome: Result<(), BookingError>) -> Result<(), JobFailure> {
    outcome.map_err(|error| JobFailure::from_error(&error))
}

fn program() -> Actor {
    Actor::Program("booking.lottery".to_owned())
}

async fn daily(city: &City) -> Result<(), BookingError> {
    city.write(program(), (), |tx, ()| Box::pin(announce(tx)))
        .await?;
    for round in rounds(city.db()).await? {
        // Whatever a job missed is made up for; one round that cannot go on does not stop the others.
        if let Err(error) = advance(city, round.id).await
            && round.state != RoundState::Finished
        {
            return Err(error);
        }
    }
    Ok(())
}

/// Takes a round as far as its moments allow: freezes it, draws it when its value is known, takes back what was not answered, finishes it.
/// Doing it again changes nothing.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn advance(city: &City, id: i64) -> Result<(), BookingError> {
    city.write(program(), id, |tx, id| Box::pin(freeze(tx, *id)))
        .await?;
    draw(city, program(), id, None).await?;
    let Some(found) = round(city.db(), id).await? else {
        return Ok(());
    };
    if !matches!(found.state, RoundState::Drawn | RoundState::Finished) {
        return Ok(());
    }
    loop {
        let lapsed = city
            .write(program(), id, |tx, id| Box::pin(lapse(tx, *id)))
            .await?;
        if lapsed == 0 {
            break;
        }
    }
    if found.state == RoundState::Drawn && city.now() >= found.moments.first_come {
        city.write(program(), id, |tx, id| Box::pin(finish(tx, *id)))
            .await?;
    }
    Ok(())
}

async fn finish(tx: &Tx, id: i64) -> Result<(), BookingError> {
    tx.connection()
        .run(
            "UPDATE booking_lottery_rounds SET state = 'finished' WHERE id = $1 AND state = 'drawn'",
            [id.into()],
        )
        .await?;
    Ok(())
}

/// Offers what is free again on a day to those who lost, in the order of the draw. Doing it again changes nothing.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn pass_on(city: &City, round: i64, day: Date) -> Result<(), BookingError> {
    let input = (round, day, city.key()?.clone());
    city.write(program(), input, |tx, (round, day, key)| {
        Box::pin(runners_up(tx, key, *round, *day))
    })
    .await
}

/// Releases what was kept. When it has begun meanwhile, or was released before, nothing happens.
async fn release(city: &City, id: i64) -> Result<(), BookingError> {
    city.write(program(), id, |tx, id| {
        Box::pin(async move {
            let held = reservation(tx.connection(), *id).await?;
            if held.is_some_and(|held| {
                held.is_own && held.state == State::Confirmed && tx.now() < held.span.beginning()
            }) {
                step(tx, *id, Step::Cancel).await?;
            }
            Ok::<_, BookingError>(())
        })
    })
    .await
}

/// So many mails are written in one write.
const TOLD_AT_ONCE: usize = 100;

async fn waiting(
    connection: &impl ConnectionTrait,
    round: i64,
) -> Result<Vec<Entry>, BookingError> {
    many(
        connection,
        &format!("round_id = $1 AND to_tell = 1 ORDER BY place, id LIMIT {TOLD_AT_ONCE}"),
        vec![round.into()],
    )
    .await
}

/// Writes to everybody what has become of their entry, each once.
async fn tell(city: &City, id: i64) -> Result<(), BookingError> {
    loop {
        let input = (id, city.key()?.clone());
        let count = city
            .write(program(), input, |tx, (id, key)| {
                Box::pin(async move {
                    let Some(round) = round(tx.connection(), *id).await? else {
                        return Ok(0);
                    };
                    let entries = waiting(tx.connection(), *id).await?;
                    for entry in &entries {
                        tell_outcome(tx, key, &round, entry, Outcome::of(entry)).await?;
                        tx.connection()
                            .run(
                                "UPDATE booking_lottery_entries SET to_tell = 0 WHERE id = $1",
                                [entry.id.into()],
                            )
                            .await?;
                    }
                    Ok::<_, BookingError>(entries.len())
                })
            })
            .await?;
        if count < TOLD_AT_ONCE {
            return Ok(());
        }
    }
}
