//! The job that carries a closure out, day by day, and tells those whose reservations give way.

use serde::Deserialize;
use serde_json::Value as Json;
use yakuba_city::{Actor, City, JobFailure, JobKind};

use crate::{
    error::BookingError,
    store::{
        closures::{CLOSE_JOB, close_day, closure, next_day},
        facility,
    },
    telling::{CityNews, tell_by_city},
};

/// How often a day is tried when somebody books at the same moment.
const TRIES: usize = 20;

/// The job.
pub(crate) fn job() -> JobKind {
    JobKind::new(CLOSE_JOB, |city, payload| async move {
        carry_out(&city, payload)
            .await
            .map_err(|error| JobFailure::from_error(&error))
    })
}

/// Closes every day that is left: broken off, it goes on there.
async fn carry_out(city: &City, payload: Json) -> Result<(), BookingError> {
    #[derive(Deserialize)]
    struct Asked {
        closure: i64,
    }
    let asked: Asked = serde_json::from_value(payload)?;
    let mut tries = 0;
    while let Some(found) = closure(city.db(), asked.closure).await?
        && let Some(day) = next_day(city.db(), &found).await?
    {
        let input = (found.id, day, found.reason.clone(), city.key()?.clone());
        let outcome: Result<(), BookingError> = city
            .write(
                Actor::Program(CLOSE_JOB.to_owned()),
                input,
                |tx, (id, day, reason, key)| {
                    Box::pin(async move {
                        for found in close_day(tx, *id, *day).await? {
                            if let Some(place) = facility(tx.connection(), &found.facility).await? {
                                let news = CityNews::Closed;
                                tell_by_city(tx, key, &place.document, &found, news, reason)
                                    .await?;
                            }
                        }
                        Ok(())
                    })
                },
            )
            .await;
        match outcome {
            Ok(()) => tries = 0,
            // Somebody booked at the same moment: it gives way in the next attempt.
            Err(BookingError::Taken) if tries < TRIES => tries += 1,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
