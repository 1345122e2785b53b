//! The demo city: made from `content/` by the same functions that make a real one.
//!
//! The clock stands at the right moment for every step, so that the history reads as if it had happened.

pub(crate) mod assets;
mod booking;
mod cases;
mod city;
mod comparisons;
mod disaster;
mod facts;
mod inventory;
mod layers;
mod lottery;
mod opendata;
mod plans;
mod procedures;
mod queue;
mod reports;
mod surveys;
#[cfg(test)]
mod tests;

use include_dir::{Dir, include_dir};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use yakuba_city::{City, CitySettings, Clock, DatabaseUrl, Durability, setting};

use crate::{
    failure::Failure,
    place::{OpenCity, Place},
    services,
};

pub(crate) use city::LogIn;

static CONTENT: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../content");

/// The password of every demo account.
pub(crate) const PASSWORD: &str = "sumikawa-de-tamesu";
/// The setting that says how far the demo city is.
const STATE: &str = "demo.state";
const BUILDING: &str = "building";
const READY: &str = "ready";

/// Opens the demo city, and makes it first when there is none.
///
/// # Errors
/// When there is another city in its place, or the place cannot be used.
pub(crate) async fn open(place: &Place) -> Result<OpenCity, Failure> {
    if place.has_city() {
        let city = place.open_for_serving().await?;
        match setting(city.db(), STATE).await?.as_deref() {
            Some(READY) => {
                drop(city);
                lottery::go_on(place).await?;
                queue::run_morning(place).await?;
                return place.open_for_serving().await;
            }
            Some(_) => {
                drop(city);
                start_over(place)?;
            }
            None if setting(city.db(), "city.name").await?.is_some() => {
                return Err(Failure::new(format!(
                    "there is a real city in {}. Open it with `yakuba serve`, or name another place for the demo with --data",
                    place.settings.database.shown()
                )));
            }
            None => {}
        }
    }
    make(place).await?;
    lottery::go_on(place).await?;
    queue::run_morning(place).await?;
    place.open_for_serving().await
}

/// Removes a demo city whose making was interrupted.
fn start_over(place: &Place) -> Result<(), Failure> {
    let DatabaseUrl::Sqlite(path) = &place.settings.database else {
        return Err(Failure::new(
            "the making of the demo city was interrupted. Drop its schema in PostgreSQL and start again",
        ));
    };
    for ending in ["", "-wal", "-shm"] {
        let mut name = path.clone().into_os_string();
        name.push(ending);
        match std::fs::remove_file(&name) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::file(std::path::Path::new(&name), &cause));
            }
            _ => {}
        }
    }
    Ok(())
}

async fn make(place: &Place) -> Result<(), Failure> {
    let begun = std::time::Instant::now();
    let city = open_for_telling(place, city::morning_of(city::CityFile::opening())?).await?;
    fill(&city).await?;
    tracing::info!(
        seconds = begun.elapsed().as_secs_f32(),
        "the demo city was made"
    );
    Ok(())
}

/// Opens the city to tell what happened in it. What is told is told again when it was lost, so no step waits for the disk.
async fn open_for_telling(place: &Place, at: Timestamp) -> Result<City, Failure> {
    let settings = CitySettings {
        clock: Clock::fixed(at),
        readers: 2,
        durability: Durability::ProcessEnd,
        ..place.settings.clone()
    };
    Ok(City::open(settings, &services::all()).await?)
}

/// Tells the demo city's story in an empty city whose clock can be set; at the end it stands at the story's last day.
async fn fill(city: &City) -> Result<(), Failure> {
    let story: city::CityFile = read("demo/city.yaml")?;
    city.clock()
        .set(city::morning_of(city::CityFile::opening())?);
    mark(city, BUILDING).await?;
    part("city", city::make(city, &story)).await?;
    part("procedures", procedures::make(city, story.today)).await?;
    // Before the plan is published for the years of which a survey tells.
    part("surveys", surveys::make(city, story.today)).await?;
    // And of which the bookings tell.
    part("bookings", booking::make(city, story.today)).await?;
    // And the reports, which come after the street lights of which some tell.
    part("equipment", assets::make(city, story.today)).await?;
    part("reports", reports::make(city, story.today)).await?;
    city.clock()
        .set(city::morning_of(city::CityFile::opening())?);
    let recordings = part("facts", facts::prepare(city)).await?;
    part("plans", plans::make(city, recordings, story.today)).await?;
    part("inventory", inventory::make(city)).await?;
    part("cases", cases::make(city)).await?;
    part("open data", opendata::make(city, story.today)).await?;
    part("layers", layers::make(city)).await?;
    part("disaster", disaster::make(city)).await?;
    part("queue", queue::make(city, story.today)).await?;
    part("lottery", lottery::make(city, story.today)).await?;
    city.clock().set(city::morning_of(story.today)?);
    part("records", opendata::make_from_records(city)).await?;
    mark(city, READY).await
}

/// Makes a part of the demo city and tells the log how long it took.
async fn part<T>(
    name: &'static str,
    making: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let begun = std::time::Instant::now();
    let made = making.await?;
    tracing::info!(
        part = name,
        seconds = begun.elapsed().as_secs_f32(),
        "a part of the demo city was made"
    );
    Ok(made)
}

async fn mark(city: &City, state: &'static str) -> Result<(), Failure> {
    city.write(yakuba_city::Actor::CommandLine, (), move |tx, ()| {
        Box::pin(async move { tx.set(STATE, state).await })
    })
    .await
    .map_err(|error: yakuba_city::CityError| error.into())
}

/// The log-ins that show what each part of the town hall sees.
///
/// # Errors
/// When the content is broken.
pub(crate) fn log_ins() -> Result<Vec<LogIn>, Failure> {
    let story: city::CityFile = read("demo/city.yaml")?;
    Ok(story.log_ins())
}

fn text(path: &str) -> Result<&'static str, Failure> {
    CONTENT
        .get_file(path)
        .and_then(include_dir::File::contents_utf8)
        .ok_or_else(|| broken(path, "it is not in the program"))
}

fn read<T: DeserializeOwned>(path: &str) -> Result<T, Failure> {
    serde_saphyr::from_str(text(path)?).map_err(|error| broken(path, &error.to_string()))
}

fn broken(path: &str, cause: &str) -> Failure {
    Failure::new(format!(
        "the demo content {path} cannot be used: {cause}. Mend the file and build again"
    ))
}
