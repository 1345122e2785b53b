//! `yakuba map layers`: layers with their features as files.

use std::path::Path;

use serde_json::json;
use yakuba_city::Actor;
use yakuba_places::{
    PlacesError,
    model::map::{
        layer::{Audience, LayerDocument},
        package::{FORMAT, Layers, Packed, features, written},
    },
    store::map::{self, NewFeature, put_layer},
};

use super::super::{read_file, say};
use crate::{
    cli::{LayersCheck, LayersCommand, LayersExport, LayersImport},
    failure::{Failure, Outcome},
    place::Place,
};

/// A layer of a list with its features, read and examined.
pub(crate) struct Whole {
    document: LayerDocument,
    audience: Audience,
    features: Option<Vec<NewFeature>>,
}

pub(super) async fn run(place: &Place, command: &LayersCommand) -> Result<Outcome, Failure> {
    match command {
        LayersCommand::Import(options) => import(place, options).await,
        LayersCommand::Export(options) => export(place, options).await,
        LayersCommand::Check(options) => check(options),
    }
}

fn list_of(path: &Path) -> Result<Layers, Failure> {
    let text = String::from_utf8(read_file(path)?)
        .map_err(|_| Failure::new(format!("{}: it is not UTF-8", path.display())))?;
    Layers::from_yaml(&text).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

/// A layer of a list with its features, read by `read`.
pub(crate) fn whole_of(
    packed: &Packed,
    read: impl Fn(&str) -> Result<Vec<u8>, Failure>,
) -> Result<Whole, Failure> {
    let own = match &packed.features {
        None => None,
        Some(path) => {
            let found = features(&read(path)?, &packed.layer)
                .map_err(|error| Failure::new(format!("{path}: {error}")))?;
            Some(
                found
                    .into_iter()
                    .filter_map(|feature| NewFeature::new(&feature.shape, feature.properties))
                    .collect(),
            )
        }
    };
    Ok(Whole {
        document: packed.layer.clone(),
        audience: packed.audience,
        features: own,
    })
}

/// Brings layers in, all or none of them, and tells for each whether it changed.
pub(crate) async fn bring_in(
    city: &yakuba_city::City,
    wholes: Vec<Whole>,
) -> Result<Vec<(String, bool)>, Failure> {
    city.write(Actor::CommandLine, wholes, |tx, wholes| {
        Box::pin(async move {
            let mut brought = Vec::new();
            for whole in wholes {
                let features = whole.features.as_deref();
                let has_changed = put_layer(tx, &whole.document, whole.audience, features).await?;
                brought.push((whole.document.key.clone(), has_changed));
            }
            Ok(brought)
        })
    })
    .await
    .map_err(|error: PlacesError| error.into())
}

async fn import(place: &Place, options: &LayersImport) -> Result<Outcome, Failure> {
    let list = list_of(&options.file)?;
    let folder = options.file.parent().unwrap_or_else(|| Path::new(""));
    let wholes = list
        .layers
        .iter()
        .map(|packed| whole_of(packed, |path| read_file(&folder.join(path))))
        .collect::<Result<Vec<_>, _>>()?;
    let city = place.open_existing().await?;
    for (key, has_changed) in bring_in(&city, wholes).await? {
        let how = if has_changed {
            "brought in"
        } else {
            "as it was"
        };
        say(format_args!("{key}: {how}"));
    }
    Ok(Outcome::Done)
}

fn check(options: &LayersCheck) -> Result<Outcome, Failure> {
    let list = list_of(&options.file)?;
    let folder = options.file.parent().unwrap_or_else(|| Path::new(""));
    let mut outcome = Outcome::Done;
    for packed in &list.layers {
        let key = &packed.layer.key;
        match whole_of(packed, |path| read_file(&folder.join(path))) {
            Ok(whole) => {
                let count = whole.features.map_or_else(
                    || "its features come from elsewhere".to_owned(),
                    |features| format!("{} features", features.len()),
                );
                say(format_args!("{key}: good; {count}"));
            }
            Err(failure) => {
                outcome = Outcome::NeedsReview;
                say(format_args!("{key}: {failure}"));
            }
        }
    }
    Ok(outcome)
}

async fn export(place: &Place, options: &LayersExport) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    std::fs::create_dir(&options.folder).map_err(|cause| Failure::file(&options.folder, &cause))?;
    let write = |name: &str, text: String| {
        let path = options.folder.join(name);
        std::fs::write(&path, text).map_err(|cause| Failure::file(&path, &cause))
    };
    let mut list = Layers {
        format: FORMAT.to_owned(),
        layers: Vec::new(),
    };
    for layer in map::layers(city.db()).await? {
        let key = layer.key().to_owned();
        let mut packed = Packed {
            audience: layer.audience,
            features: None,
            layer: layer.document.clone(),
        };
        if layer.is_own() {
            let name = format!("{key}.geojson");
            let mut lines = Vec::new();
            let mut after = 0;
            loop {
                let rows = map::features(city.db(), &key, after, 1_000).await?;
                let Some(end) = rows.last() else { break };
                after = end.number;
                for row in &rows {
                    let feature = written(row.number, &row.geometry()?, &row.properties()?);
                    lines.push(feature.to_string());
                }
            }
            say(format_args!("{key}: {} features", lines.len()));
            let head = json!("FeatureCollection");
            write(
                &name,
                format!(
                    "{{\"type\":{head},\"features\":[\n{}\n]}}\n",
                    lines.join(",\n")
                ),
            )?;
            packed.features = Some(name);
        } else {
            say(format_args!("{key}: its features are in the catalogue"));
        }
        list.layers.push(packed);
    }
    let yaml = serde_saphyr::to_string(&list).map_err(|error| Failure::new(error.to_string()))?;
    write("layers.yaml", yaml)?;
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layers_of_the_demo_city_can_be_drawn() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/map");
        let list = list_of(&folder.join("layers.yaml")).unwrap();
        assert!(list.layers.len() >= 9);
        for packed in &list.layers {
            let whole = whole_of(packed, |path| read_file(&folder.join(path))).unwrap();
            if let Some(features) = whole.features {
                assert!(features.len() > 10, "{}", packed.layer.key);
            }
        }
        // What is written out is read again as the same.
        let yaml = serde_saphyr::to_string(&list).unwrap();
        assert_eq!(Layers::from_yaml(&yaml).unwrap(), list);
    }
}
