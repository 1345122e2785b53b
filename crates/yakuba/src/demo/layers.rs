//! The demo city's map: the layers of `content/map`, of which some show datasets of the catalogue.

use yakuba_city::City;
use yakuba_places::model::map::package::Layers;

use super::{CONTENT, broken};
use crate::{
    commands::map::layers::{bring_in, whole_of},
    failure::Failure,
};

/// The list of layers.
const LIST: &str = "map/layers.yaml";

/// Brings all layers in, in one write.
pub(super) async fn make(city: &City) -> Result<(), Failure> {
    let list = Layers::from_yaml(super::text(LIST)?).map_err(|error| broken(LIST, &error))?;
    let wholes = list
        .layers
        .iter()
        .map(|packed| whole_of(packed, |path| bytes(&format!("map/{path}"))))
        .collect::<Result<Vec<_>, _>>()?;
    bring_in(city, wholes).await?;
    Ok(())
}

fn bytes(path: &str) -> Result<Vec<u8>, Failure> {
    CONTENT
        .get_file(path)
        .map(|file| file.contents().to_vec())
        .ok_or_else(|| broken(path, "it is not in the program"))
}
