//! The demo city's map: the layers of `content/map`, of which some show datasets of the catalogue.

use yakuba_addresses::{AddressError, AddressFile, import};
use yakuba_city::{Actor, City};
use yakuba_places::model::map::package::Layers;

use super::{CONTENT, broken};
use crate::{
    commands::map::layers::{bring_in, whole_of},
    failure::Failure,
};

/// The list of layers.
const LIST: &str = "map/layers.yaml";
/// The city's addresses.
const ADDRESSES: &str = "demo/addresses.csv";

/// Brings all layers in, in one write, and the addresses.
pub(super) async fn make(city: &City) -> Result<(), Failure> {
    let bad = |error: AddressError| broken(ADDRESSES, &error.to_string());
    let table = std::io::Cursor::new(super::text(ADDRESSES)?.as_bytes());
    let addresses = AddressFile::read(vec![(ADDRESSES.to_owned(), table)]).map_err(bad)?;
    city.write(Actor::CommandLine, addresses, |tx, addresses| {
        Box::pin(import(tx, addresses, false))
    })
    .await
    .map_err(bad)?;
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
