//! `yakuba disaster`: opening and closing a disaster where no browser is at hand, and the register of shelters.

use yakuba_city::{Actor, EmergencyKind, JAPAN, Said, emergencies};
use yakuba_disaster::{
    DisasterError,
    store::{
        closures,
        events::{self, Opening},
        importing,
        shelters::{Filter, shelters},
    },
};

use super::{file_name, read_file, say};
use crate::{
    cli::{DisasterClose, DisasterCommand, DisasterOpen, ShelterFile},
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: DisasterCommand) -> Result<Outcome, Failure> {
    match options {
        DisasterCommand::Open(options) => open(place, options).await,
        DisasterCommand::Close(options) => close(place, &options).await,
        DisasterCommand::Status => status(place).await,
        DisasterCommand::Shelters(options) => import(place, &options).await,
    }
}

async fn open(place: &Place, options: DisasterOpen) -> Result<Outcome, Failure> {
    let Some(kind) = EmergencyKind::read(&options.kind) else {
        let known: Vec<&str> = EmergencyKind::ALL.iter().map(|kind| kind.name()).collect();
        return Err(Failure::new(format!(
            "there is no kind of disaster \"{}\". Choose one of: {}",
            options.kind,
            known.join(", ")
        )));
    };
    let city = place.open_existing().await?;
    let opening = Opening {
        kind,
        name: Said {
            ja: options.name,
            easy: options.name_easy.unwrap_or_default(),
            en: options.name_en.unwrap_or_default(),
        },
        notice: Said {
            ja: options.notice.unwrap_or_default(),
            easy: options.notice_easy.unwrap_or_default(),
            en: options.notice_en.unwrap_or_default(),
        },
        begun_at: city.now(),
    };
    let id = city
        .write(Actor::CommandLine, opening, |tx, opening| {
            Box::pin(events::open(tx, opening))
        })
        .await?;
    say(format!("Disaster {id} is open."));
    Ok(Outcome::Done)
}

async fn close(place: &Place, options: &DisasterClose) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    city.write(Actor::CommandLine, options.number, |tx, id| {
        Box::pin(events::close(tx, *id))
    })
    .await
    .map_err(|error: DisasterError| Failure::from(error))?;
    say(format!("Disaster {} is closed.", options.number));
    Ok(Outcome::Done)
}

async fn status(place: &Place) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    for one in emergencies(city.db()).await? {
        let time = |at| JAPAN.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string();
        let until = one.ended_at.map_or_else(|| "open".to_owned(), time);
        say(format!(
            "{}  {} {}  {} - {until}",
            one.id,
            one.kind.name(),
            one.name.ja,
            time(one.begun_at)
        ));
    }
    let open = Filter {
        listed: true,
        open: Some(true),
        ..Filter::default()
    };
    let open = shelters(city.db(), &open).await?;
    let people: u64 = open
        .iter()
        .filter_map(|shelter| shelter.told.people)
        .map(u64::from)
        .sum();
    say(format!(
        "Shelters open: {}, people counted: {people}. Roads closed: {}.",
        open.len(),
        closures::closed(city.db()).await?.len()
    ));
    Ok(Outcome::Done)
}

async fn import(place: &Place, options: &ShelterFile) -> Result<Outcome, Failure> {
    let contents = read_file(&options.file)?;
    let places = importing::places(&contents, &file_name(&options.file), options.all)?;
    let found = places.len();
    let city = place.open_existing().await?;
    let changed = city
        .write(Actor::CommandLine, places, |tx, places| {
            Box::pin(importing::bring_in(tx, places))
        })
        .await?;
    say(format!(
        "{found} shelters are in the table; {changed} are new or changed."
    ));
    Ok(Outcome::Done)
}
