//! The draw: run from the frozen list and the proof, written once, and the winners' times taken in their names.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DbBackend, Value};
use serde_json::json;
use yakuba_city::{AuditEntry, City, Fact, Job, Tx, sql::Sql as _};
use yakuba_identity::CityKey;
use yakuba_kernel::{Channel, Quantity, Subject};

use super::{
    entries::{Entry, many},
    rounds::{Round, RoundState, frozen_list, round},
    sources::proof,
    statistics::winners,
};
use crate::{
    capabilities::{LOTTERY_ENTRIES, LOTTERY_WINS},
    error::BookingError,
    model::{
        document::FacilityDocument,
        lottery::{
            draw::{Outcome, Placed, Refused},
            fairness::Fairness,
            source::Proof,
            transcript::{Drawn, run},
        },
    },
    store::{
        facilities::facility,
        reservations::{NewBooking, Wish, reserve},
    },
};

/// Draws a round, if it is frozen and its value is known: with a proof that somebody brought, or with what the database has. Returns
/// whether it was drawn now; a round is drawn once, whoever asks and on whichever node.
///
/// # Errors
/// [`BookingError::NoSuchRound`]; when the list and the proof do not fit.
pub async fn draw(
    city: &City,
    actor: yakuba_city::Actor,
    id: i64,
    brought: Option<Proof>,
) -> Result<bool, BookingError> {
    let found = round(city.db(), id)
        .await?
        .ok_or(BookingError::NoSuchRound)?;
    if found.state != RoundState::Frozen || city.now() < found.moments.draws {
        return Ok(false);
    }
    let known = match brought {
        Some(proof) => Some(proof),
        None => proof(city.db(), &found).await?,
    };
    let (Some(proof), Some(list)) = (known, frozen_list(city.db(), id).await?) else {
        return Ok(false);
    };
    let drawn =
        run(&list, &proof).map_err(|error| BookingError::LotteryBroken(error.to_string()))?;
    if Some(&drawn.commitment) != found.commitment.as_ref() {
        return Err(BookingError::LotteryBroken(
            "the list is not the one whose hash was published".to_owned(),
        ));
    }
    let input = (found, proof.to_string(), drawn, city.key()?.clone());
    city.write(actor, input, |tx, (round, proof, drawn, key)| {
        Box::pin(write(tx, round, proof, drawn, key))
    })
    .await
}

async fn write(
    tx: &Tx,
    round: &Round,
    proof: &str,
    drawn: &Drawn,
    key: &CityKey,
) -> Result<bool, BookingError> {
    // The key of this table is the round: of two that draw at the same moment one waits here, and finds it done.
    let first = tx
        .connection()
        .run(
            "INSERT INTO booking_lottery_draws (round_id, proof, seed, transcript, drawn_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (round_id) DO NOTHING",
            [
                round.id.into(),
                proof.into(),
                drawn.seed.as_str().into(),
                drawn.transcript.as_str().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    if first == 0 {
        return Ok(false);
    }
    let document = facility(tx.connection(), &round.facility)
        .await?
        .ok_or_else(|| BookingError::NoSuchResource(round.facility.clone()))?
        .document;
    tx.connection()
        .run(
            "UPDATE booking_lottery_rounds SET state = 'drawn' WHERE id = $1 AND state = 'frozen'",
            [round.id.into()],
        )
        .await?;
    tx.connection()
        .run(
            "UPDATE booking_lottery_entries SET state = 'lost', to_tell = 1, revision = revision + 1 \
             WHERE round_id = $1 AND state = 'entered'",
            [round.id.into()],
        )
        .await?;
    let (places, whys) = written(drawn);
    places_of(tx, round.id, &places).await?;
    for (number, why) in whys {
        tx.connection()
            .run(
                "UPDATE booking_lottery_entries SET why = $3 WHERE round_id = $1 AND number = $2",
                [round.id.into(), number.into(), why.into()],
            )
            .await?;
    }
    for placed in &drawn.places {
        if let Outcome::Won(choice) = placed.outcome {
            win(tx, key, round, &document, drawn, placed, choice).await?;
        }
    }
    count(tx, round, &document).await?;
    keep_fairness(tx, round, &document, drawn).await?;
    tx.enqueue(Job {
        name: "booking.lottery.tell",
        payload: json!({"round": round.id}),
        not_before: None,
        deduplicate: Some(format!("booking.lottery/{}/tell", round.id)),
    })
    .await?;
    tx.audit(
        AuditEntry::new("booking.lottery.draw", format!("lottery/{}", round.id)).with(json!({
            "commitment": drawn.commitment, "proof": proof, "seed": drawn.seed,
            "entries": drawn.places.len(), "wins": drawn.wins(),
        })),
    );
    Ok(true)
}

/// The places by entry number, and why entries did not get choices they would rather have had.
#[allow(clippy::type_complexity)]
fn written(drawn: &Drawn) -> (Vec<(&str, i64)>, Vec<(&str, String)>) {
    let mut places = Vec::with_capacity(drawn.places.len());
    let mut whys = Vec::new();
    for (place, placed) in (1..).zip(&drawn.places) {
        let Some(entry) = drawn.list.entries.get(placed.entry) else {
            continue;
        };
        places.push((entry.number.as_str(), place));
        if !placed.refused.is_empty() {
            let why: Vec<String> = placed
                .refused
                .iter()
                .map(|refused| match refused {
                    Refused::To(place) => place.to_string(),
                    Refused::Beforehand => "b".to_owned(),
                    Refused::Impossible => "x".to_owned(),
                })
                .collect();
            whys.push((entry.number.as_str(), why.join(",")));
        }
    }
    (places, whys)
}

/// Writes the places, many in a statement.
async fn places_of(tx: &Tx, round: i64, places: &[(&str, i64)]) -> Result<(), BookingError> {
    let is_postgres = tx.connection().get_database_backend() == DbBackend::Postgres;
    for part in places.chunks(400) {
        let mut values: Vec<Value> = vec![round.into()];
        let mut rows = Vec::with_capacity(part.len());
        for (number, place) in part {
            values.push((*number).into());
            values.push((*place).into());
            let (first, second) = (values.len() - 1, values.len());
            rows.push(if is_postgres {
                format!("(CAST(${first} AS TEXT), CAST(${second} AS BIGINT))")
            } else {
                format!("(${first}, ${second})")
            });
        }
        // An unnamed table of values calls its columns so on both databases.
        tx.connection()
            .run(
                &format!(
                    "UPDATE booking_lottery_entries SET place = v.column2 FROM (VALUES {}) AS v \
                     WHERE round_id = $1 AND number = v.column1",
                    rows.join(", ")
                ),
                values,
            )
            .await?;
    }
    Ok(())
}

async fn win(
    tx: &Tx,
    key: &CityKey,
    round: &Round,
    document: &FacilityDocument,
    drawn: &Drawn,
    placed: &Placed,
    choice: usize,
) -> Result<(), BookingError> {
    let Some(listed) = drawn.list.entries.get(placed.entry) else {
        return Ok(());
    };
    let found = many(
        tx.connection(),
        "round_id = $1 AND number = $2",
        vec![round.id.into(), listed.number.as_str().into()],
    )
    .await?
    .pop()
    .ok_or(BookingError::LotteryStored(round.id))?;
    let is_free = give(tx, key, document, &found, choice).await?;
    let state = if is_free { "won" } else { "blocked" };
    tx.connection()
        .run(
            "UPDATE booking_lottery_entries SET state = $2, won = $3, answer_by = $4 WHERE id = $1",
            [
                found.id.into(),
                state.into(),
                i64::try_from(choice).unwrap_or(0).into(),
                round.moments.confirm_by.as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}

/// Takes the times of a choice in an entry's name: all of them or none. None when somebody has one of them.
pub(super) async fn give(
    tx: &Tx,
    key: &CityKey,
    document: &FacilityDocument,
    entry: &Entry,
    choice: usize,
) -> Result<bool, BookingError> {
    let Some(choice) = entry.choices.get(choice) else {
        return Ok(false);
    };
    let (_, contact) = entry.contact(key)?;
    let mut given: Vec<(i64, Wish, NewBooking)> = Vec::new();
    for place in choice.places() {
        let new = NewBooking::new(
            key,
            entry.holder(key)?,
            &contact,
            entry.channel,
            entry.of.clone(),
        )?;
        let wish = Wish {
            facility: document.key.clone(),
            resource: place.resource.clone(),
            span: place.span,
            of: entry.of.clone(),
        };
        let Some(id) = reserve::in_the_name_of(tx, document, &wish, &new).await? else {
            for (id, ..) in given {
                reserve::undo(tx, id).await?;
            }
            return Ok(false);
        };
        given.push((id, wish, new));
    }
    for (id, wish, new) in given {
        reserve::told(tx, document, &wish, &new, id).await?;
        tx.connection()
            .run(
                "INSERT INTO booking_lottery_wins (reservation_id, entry_id) VALUES ($1, $2)",
                [id.into(), entry.id.into()],
            )
            .await?;
    }
    Ok(true)
}

/// Keeps the figures that show how fair the draw was.
async fn keep_fairness(
    tx: &Tx,
    round: &Round,
    document: &FacilityDocument,
    drawn: &Drawn,
) -> Result<(), BookingError> {
    let mut figures = Fairness::of(drawn, |resource, span| {
        document
            .resource(resource)
            .is_some_and(|resource| document.offers(resource, span))
    });
    figures.year = winners(tx.connection(), round).await?;
    tx.connection()
        .run(
            "INSERT INTO booking_lottery_fairness (round_id, figures) VALUES ($1, $2)",
            [round.id.into(), serde_json::to_string(&figures)?.into()],
        )
        .await?;
    Ok(())
}

/// The facts of a draw: entries and wins by channel.
async fn count(tx: &Tx, round: &Round, document: &FacilityDocument) -> Result<(), BookingError> {
    #[derive(sea_orm::FromQueryResult)]
    struct Counted {
        channel: String,
        entries: i64,
        wins: i64,
    }
    let counted: Vec<Counted> = tx
        .connection()
        .rows(
            "SELECT channel, COUNT(*) AS entries, CAST(SUM(CASE WHEN won IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS wins \
             FROM booking_lottery_entries WHERE round_id = $1 AND state <> 'withdrawn' GROUP BY channel ORDER BY channel",
            [round.id.into()],
        )
        .await?;
    let subject = Subject::new(document.key.clone())?;
    let mut facts = Vec::new();
    for one in counted {
        let channel: Channel = one.channel.parse().unwrap_or(Channel::Unknown);
        for (measure, count) in [(&LOTTERY_ENTRIES, one.entries), (&LOTTERY_WINS, one.wins)] {
            if count > 0 {
                facts.push(
                    Fact::one(&measure.name, tx.now())
                        .quantity(Quantity::from_integer(count)?)
                        .department(document.department.clone())
                        .channel(channel)
                        .subject(subject.clone())
                        .record(format!("booking_lottery_rounds/{}", round.id))
                        .idempotency_key(format!(
                            "{}/{}/{}",
                            measure.name,
                            round.id,
                            channel.as_str()
                        )),
                );
            }
        }
    }
    tx.record_all(&facts).await?;
    Ok(())
}

/// The transcript of a round's draw.
///
/// # Errors
/// When the database does not answer.
pub async fn transcript(
    connection: &impl ConnectionTrait,
    round: i64,
) -> Result<Option<String>, BookingError> {
    Ok(connection
        .value(
            "SELECT transcript FROM booking_lottery_draws WHERE round_id = $1",
            [round.into()],
        )
        .await?)
}

/// When a round was drawn.
///
/// # Errors
/// When the database does not answer.
pub async fn drawn_at(
    connection: &impl ConnectionTrait,
    round: i64,
) -> Result<Option<Timestamp>, BookingError> {
    let at: Option<i64> = connection
        .value(
            "SELECT drawn_at FROM booking_lottery_draws WHERE round_id = $1",
            [round.into()],
        )
        .await?;
    Ok(at.and_then(|at| Timestamp::from_microsecond(at).ok()))
}
