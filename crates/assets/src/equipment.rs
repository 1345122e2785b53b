//! The registers, for services whose records are about equipment.

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use yakuba_city::{City, CityError, Equipment, Registers};
use yakuba_kernel::Point;
use yakuba_ui::Language;

use crate::{
    errands::{failed, id_of, key_of},
    model::state::State,
    pages::href,
    store::{self, Asset, Filter, Kinds},
};

/// The registers of this service, for [`yakuba_city::Service::registers`].
pub(crate) struct Equipped;

/// An asset as other services know it.
pub(crate) fn equipment(kinds: &Kinds, asset: Asset, language: Language) -> Equipment {
    let kind = kinds.get(&asset.kind);
    let is_there = matches!(asset.state, State::InService | State::OutOfService);
    Equipment {
        key: key_of(asset.id),
        kind_name: kind
            .map_or(asset.kind.as_str(), |kind| kind.name.get(language))
            .to_owned(),
        page: (is_there && kind.is_some_and(|kind| kind.public)).then(|| href(asset.id)),
        kind: asset.kind,
        number: asset.number,
        name: asset.name,
        place: asset.place,
        point: asset.point,
    }
}

impl Registers for Equipped {
    fn near<'a>(
        &'a self,
        city: &'a City,
        wanted: &'a [String],
        around: (Point, u32),
        most: u32,
        language: &'a str,
    ) -> BoxFuture<'a, Result<Vec<(Equipment, f64)>, CityError>> {
        Box::pin(async move {
            let language = Language::from_code(language).unwrap_or_default();
            let kinds = store::kinds(city).await.map_err(failed)?;
            let filter = Filter {
                kinds: Some(
                    kinds
                        .public()
                        .map(|kind| kind.key.as_str().to_owned())
                        .filter(|key| wanted.contains(key))
                        .collect(),
                ),
                states: vec![State::InService, State::OutOfService],
                near: Some(around),
                ..Filter::default()
            };
            let found = store::search(city.db(), &filter, 0, most)
                .await
                .map_err(failed)?;
            Ok(found
                .assets
                .into_iter()
                .map(|(asset, away)| (equipment(&kinds, asset, language), away.unwrap_or(0.0)))
                .collect())
        })
    }

    fn find<'a>(
        &'a self,
        city: &'a City,
        keys: &'a [String],
        language: &'a str,
    ) -> BoxFuture<'a, Result<BTreeMap<String, Equipment>, CityError>> {
        Box::pin(async move {
            let language = Language::from_code(language).unwrap_or_default();
            let kinds = store::kinds(city).await.map_err(failed)?;
            let ids: Vec<i64> = keys.iter().filter_map(|key| id_of(key)).collect();
            Ok(store::among(city.db(), &ids)
                .await
                .map_err(failed)?
                .into_iter()
                .map(|asset| equipment(&kinds, asset, language))
                .map(|one| (one.key.clone(), one))
                .collect())
        })
    }
}
