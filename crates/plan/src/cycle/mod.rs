//! Plan, do, check, act: progress, tasks, self-reviews, Act records, and the small circle of one system.

use yakuba_city::{Actor, JobFailure, JobKind, web::Routes};

use crate::{error::PlanError, store};

/// The routes of this room.
pub(crate) fn routes() -> Routes {
    Routes::new()
}

/// Reminds everybody of what is due, once a day.
pub(crate) fn reminders() -> JobKind {
    const NAME: &str = "plan.remind";
    JobKind::new(NAME, |city, _| async move {
        city.write(Actor::Program(NAME.into()), (), |tx, ()| {
            Box::pin(store::cycle::remind(tx))
        })
        .await
        .map(|_| ())
        .map_err(|error: PlanError| JobFailure::from_error(&error))
    })
    .every_day()
}
