//! Beside the requests: listens to devices that speak over MQTT, and looks for silent ones each minute.

use std::time::Duration;

use tokio::sync::watch;
use yakuba_assets::{
    broker,
    store::{alerts::Teller, watching},
};
use yakuba_city::City;
use yakuba_identity::Identity;

use crate::demo;

const MINUTE: Duration = Duration::from_mins(1);

/// Listens to the city's MQTT broker, when it has set one, until it is told to stop.
pub(super) async fn listen(city: City, identity: Identity, stopping: watch::Receiver<bool>) {
    broker::listen(city, Teller::of(&identity), stopping).await;
}

/// Looks each minute until it is told to stop. In the demo city, whose devices exist only there, it also speaks for them.
pub(super) async fn watch(city: City, identity: Identity, mut stopping: watch::Receiver<bool>) {
    let teller = Teller::of(&identity);
    let is_demo = demo::assets::is_demo(&city).await;
    loop {
        if is_demo && let Err(error) = demo::assets::speak(&city, &teller).await {
            tracing::error!(%error, "the demo's devices cannot speak");
        }
        if let Err(error) = watching::look(&city, &teller).await {
            tracing::error!(%error, "silent devices cannot be looked for");
        }
        let told = tokio::time::timeout(MINUTE, stopping.wait_for(|stop| *stop)).await;
        if told.is_ok() {
            return;
        }
    }
}
