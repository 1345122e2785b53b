//! `yakuba map`: where maps begin, what lies under them, and their layers.

pub(crate) mod layers;

use serde_json::json;
use yakuba_city::{Actor, AuditEntry, CityError};

use super::{read_file, say};
use crate::{
    cli::{Map, MapCommand},
    failure::{Failure, Outcome},
    map::{ARCHIVE, Centre, Change, MapError, MapSettings, TileServer, TilesChange, outline},
    place::Place,
};

pub(super) async fn run(place: &Place, options: Map) -> Result<Outcome, Failure> {
    if let Some(MapCommand::Layers(command)) = &options.command {
        return layers::run(place, command).await;
    }
    let change = change(&options)?;
    let city = place.open_existing().await?;
    let parts: Vec<&str> = [
        ("centre", change.centre.is_some()),
        ("tiles", !matches!(change.tiles, TilesChange::Stay)),
        ("outline", change.outline.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, changes)| changes.then_some(name))
    .collect();
    if !parts.is_empty() {
        let input = (change, parts);
        city.write(Actor::CommandLine, input, |tx, (change, parts)| {
            Box::pin(async move {
                change.write(tx).await?;
                tx.audit(
                    AuditEntry::new("city.map_change", "settings/map")
                        .with(json!({ "parts": parts })),
                );
                Ok::<_, CityError>(())
            })
        })
        .await?;
    }
    let settings = MapSettings::of(&city).await?;
    let archive = city.data_directory().join(ARCHIVE);
    say(format_args!(
        "Centre:    {}",
        settings
            .centre
            .map_or_else(|| "not set".to_owned(), |centre| centre.to_string())
    ));
    say(format_args!(
        "Outline:   {}",
        if settings.has_outline {
            "set"
        } else {
            "not set"
        }
    ));
    say(format_args!(
        "Base map:  {}",
        match (archive.is_file(), &settings.tiles) {
            (true, _) => archive.display().to_string(),
            (false, Some(tiles)) => format!("tiles of {}", tiles.origin()),
            (false, None) => "none".to_owned(),
        }
    ));
    Ok(Outcome::Done)
}

fn change(options: &Map) -> Result<Change, Failure> {
    let usage = |error: MapError| Failure::usage(error.to_string());
    let outline = match &options.outline {
        None => None,
        Some(path) => {
            let bytes = read_file(path)?;
            let text = std::str::from_utf8(&bytes).map_err(|_| usage(MapError::Outline))?;
            Some(outline(text).map_err(usage)?)
        }
    };
    let tiles = match &options.tiles {
        None if options.no_tiles => TilesChange::End,
        None => TilesChange::Stay,
        Some(url) => {
            let attribution = options.attribution.as_deref().unwrap_or_default();
            TilesChange::Use(TileServer::new(url, attribution, options.tiles_to).map_err(usage)?)
        }
    };
    Ok(Change {
        centre: options
            .centre
            .as_deref()
            .map(Centre::read)
            .transpose()
            .map_err(usage)?,
        tiles,
        outline,
    })
}
