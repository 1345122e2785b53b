//! Carries out jobs beside the requests.

use std::time::Duration;

use tokio::sync::watch;
use yakuba_city::{City, run_due_jobs};

/// How long the worker rests when nothing is due.
const REST: Duration = Duration::from_secs(3);

/// Carries out due jobs until it is told to stop; a job that runs is finished.
pub(super) async fn work(city: City, mut stopping: watch::Receiver<bool>) {
    loop {
        match run_due_jobs(&city).await {
            Ok(0) => {}
            Ok(count) => metrics::counter!("yakuba_jobs_total").increment(u64::from(count)),
            Err(error) => tracing::error!(%error, "the queue of jobs cannot be used"),
        }
        let told = tokio::time::timeout(REST, stopping.wait_for(|stop| *stop)).await;
        if told.is_ok() {
            return;
        }
    }
}
