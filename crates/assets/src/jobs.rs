//! What is done in the night.

use jiff::SignedDuration;
use serde_json::Value as Json;
use yakuba_city::{Actor, City, CityError, Job, JobFailure, JobKind};

use crate::store::counting;

const DAILY: &str = "assets.daily";
const COUNT: &str = "assets.count";
/// Only then is it known of the last device whether it went on speaking after midnight.
const AFTER_MIDNIGHT: SignedDuration = SignedDuration::from_mins(150);

/// The jobs of the service.
pub(crate) fn jobs() -> Vec<JobKind> {
    vec![
        JobKind::new(DAILY, |city: City, _| async move {
            let job = Job {
                name: COUNT,
                payload: Json::Null,
                not_before: Some(city.now() + AFTER_MIDNIGHT),
                deduplicate: Some(format!("{COUNT}/{}", city.today())),
            };
            city.write(Actor::Program(DAILY.to_owned()), job, |tx, job| {
                Box::pin(async move { tx.enqueue(job.clone()).await })
            })
            .await
            .map_err(|error: CityError| JobFailure::from_error(&error))
        })
        .every_day(),
        JobKind::new(COUNT, |city, _| async move {
            counting::count(&city)
                .await
                .map(drop)
                .map_err(|error| JobFailure::from_error(&error))
        }),
    ]
}
