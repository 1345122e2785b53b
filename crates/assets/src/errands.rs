//! Inspections that fall due, for whoever sends crews out.

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use jiff::civil::Date;
use yakuba_city::{City, CityError, Errand, ErrandDone, ErrandPlace, Errands, Tx, web::Principal};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::Language;

use crate::{
    capabilities::WORK,
    error::AssetError,
    model::state::State,
    store::{self, Asset, Filter, Kinds},
};

/// Inspections that are offered at a time.
const MOST: u32 = 100;
/// What their keys begin with.
const PATH: &str = "assets/";

/// The inspections of this service, for [`yakuba_city::Service::errands`].
pub(crate) struct Inspections;

/// As the city tells of it.
pub(crate) fn failed(error: AssetError) -> CityError {
    match error {
        AssetError::City(error) => error,
        other => CityError::Stored {
            what: "asset",
            cause: other.to_string(),
        },
    }
}

/// The number in a key; none when it is of another service.
pub(crate) fn id_of(key: &str) -> Option<i64> {
    key.strip_prefix(PATH)?.parse().ok()
}

/// What an asset is known by to other services.
pub(crate) fn key_of(id: i64) -> String {
    format!("{PATH}{id}")
}

fn errand(kinds: &Kinds, asset: Asset, language: Language) -> Errand {
    let words = crate::WORDS.words(language);
    let kind = kinds
        .get(&asset.kind)
        .map_or(asset.kind.as_str(), |kind| kind.name.get(language));
    let values = [
        ("kind", kind.to_owned().into()),
        ("number", asset.number.clone().into()),
        ("name", asset.name.clone().into()),
    ];
    let mut about = Vec::new();
    if let Some(kind) = kinds.get(&asset.kind) {
        for field in &kind.fields {
            if let Some(value) = asset.fields.get(field.key.as_str()) {
                about.push((field.name.get(language).to_owned(), value.clone()));
            }
        }
    }
    Errand {
        key: key_of(asset.id),
        title: words.with("assets-errand", &values).into_owned(),
        due_on: asset
            .inspection_due
            .filter(|_| asset.state != State::Removed),
        place: asset.place,
        point: asset.point,
        department: asset.department,
        about,
    }
}

/// An asset of a department that is still there.
async fn theirs(
    tx: &Tx,
    key: &str,
    department: &DepartmentCode,
) -> Result<Option<Asset>, CityError> {
    let Some(id) = id_of(key) else {
        return Ok(None);
    };
    Ok(store::asset(tx.connection(), id)
        .await
        .map_err(failed)?
        .filter(|asset| asset.department == *department && asset.state != State::Removed))
}

impl Errands for Inspections {
    fn may_do(&self, who: &Principal, department: &DepartmentCode) -> bool {
        who.holds_in(WORK, department)
    }

    fn due<'a>(
        &'a self,
        city: &'a City,
        department: &'a DepartmentCode,
        until: Date,
        language: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Errand>, CityError>> {
        Box::pin(async move {
            let language = Language::from_code(language).unwrap_or_default();
            let kinds = store::kinds(city).await.map_err(failed)?;
            let filter = Filter {
                departments: Some(vec![department.clone()]),
                states: vec![State::InService, State::OutOfService],
                inspection_before: until.tomorrow().ok(),
                ..Filter::default()
            };
            let found = store::search(city.db(), &filter, 0, MOST)
                .await
                .map_err(failed)?;
            let mut errands: Vec<Errand> = found
                .assets
                .into_iter()
                .map(|(asset, _)| errand(&kinds, asset, language))
                .collect();
            errands.sort_by(|one, other| (one.due_on, &one.key).cmp(&(other.due_on, &other.key)));
            Ok(errands)
        })
    }

    fn find<'a>(
        &'a self,
        city: &'a City,
        keys: &'a [String],
        language: &'a str,
    ) -> BoxFuture<'a, Result<BTreeMap<String, Errand>, CityError>> {
        Box::pin(async move {
            let language = Language::from_code(language).unwrap_or_default();
            let kinds = store::kinds(city).await.map_err(failed)?;
            let mut found = BTreeMap::new();
            for id in keys.iter().filter_map(|key| id_of(key)) {
                if let Some(asset) = store::asset(city.db(), id).await.map_err(failed)? {
                    let one = errand(&kinds, asset, language);
                    found.insert(one.key.clone(), one);
                }
            }
            Ok(found)
        })
    }

    fn is_due<'a>(
        &'a self,
        tx: &'a Tx,
        key: &'a str,
        department: &'a DepartmentCode,
        until: Date,
    ) -> BoxFuture<'a, Result<Option<ErrandPlace>, CityError>> {
        Box::pin(async move {
            Ok(theirs(tx, key, department)
                .await?
                .filter(|asset| {
                    asset.state != State::Planned
                        && asset.inspection_due.is_some_and(|due| due <= until)
                })
                .map(|asset| ErrandPlace { point: asset.point }))
        })
    }

    fn done<'a>(
        &'a self,
        tx: &'a Tx,
        key: &'a str,
        department: &'a DepartmentCode,
        done: &'a ErrandDone,
    ) -> BoxFuture<'a, Result<bool, CityError>> {
        Box::pin(async move {
            let Some(asset) = theirs(tx, key, department).await? else {
                return Ok(false);
            };
            let kind = store::kind(tx.connection(), &asset.kind)
                .await
                .map_err(failed)?;
            let Some(kind) = kind else {
                return Ok(false);
            };
            store::inspect(tx, &kind, asset.id, done.on, &done.words)
                .await
                .map_err(failed)?;
            Ok(true)
        })
    }

    fn not_done<'a>(
        &'a self,
        tx: &'a Tx,
        key: &'a str,
        department: &'a DepartmentCode,
        words: &'a str,
    ) -> BoxFuture<'a, Result<bool, CityError>> {
        Box::pin(async move {
            let Some(asset) = theirs(tx, key, department).await? else {
                return Ok(false);
            };
            store::note(tx, asset.id, words).await.map_err(failed)?;
            Ok(true)
        })
    }
}
