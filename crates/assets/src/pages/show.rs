//! One public thing: where it is, whether it can be used, and what its kind lets everybody know.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};
use yakuba_city::{Invitation, web::Problem};
use yakuba_ui::{DescriptionList, Map, Page, Words};

use super::asked::{Asked, chip};
use crate::{
    desk::files::answer,
    equipment::equipment,
    error::AssetError,
    model::{kind::Kind, state::State},
    store::{
        Asset, asset,
        files::{KeptFile, files_of, open_file},
        vehicles,
    },
};

#[derive(Template)]
#[template(path = "public/show.html")]
struct Body {
    about: DescriptionList,
    map: Option<Map>,
    photos: Vec<String>,
    /// What everybody can do about it elsewhere.
    invitations: Vec<Invitation>,
    words: Words,
}

/// A thing of a kind that everybody sees, while it is there.
async fn public_one(asked: &Asked, id: i64) -> Result<(Asset, Kind), Problem> {
    let found = asset(asked.city().db(), id)
        .await?
        .filter(|asset| matches!(asset.state, State::InService | State::OutOfService))
        .ok_or(Problem::NotFound)?;
    let kind = asked
        .kinds
        .get(&found.kind)
        .filter(|kind| kind.public)
        .ok_or(Problem::NotFound)?;
    Ok((found, kind.clone()))
}

/// A photo, where the kind shows photos to everybody. To everybody else there is none.
pub(super) async fn photo(
    asked: Asked,
    Path((id, photo)): Path<(i64, String)>,
) -> Result<Response, Problem> {
    let (found, kind) = public_one(&asked, id).await?;
    if !kind.public_photos {
        return Err(Problem::NotFound);
    }
    let file = open_file(asked.city().db(), asked.identity.key(), found.id, &photo)
        .await?
        .filter(|file| file.is_photo)
        .ok_or(Problem::NotFound)?;
    answer(file)
}

async fn invitations(asked: &Asked, found: &Asset) -> Result<Vec<Invitation>, Problem> {
    let piece = equipment(&asked.kinds, found.clone(), asked.language);
    let mut invitations = Vec::new();
    for service in asked.city().mentions() {
        invitations.extend(
            service
                .invitation(asked.city(), &piece, asked.language.code())
                .await
                .map_err(AssetError::from)?,
        );
    }
    Ok(invitations)
}

pub(super) async fn page(asked: Asked, Path(id): Path<i64>) -> Result<Response, Problem> {
    let language = asked.language;
    let (found, kind) = public_one(&asked, id).await?;
    let photos = if kind.public_photos {
        files_of(asked.city().db(), id)
            .await?
            .into_iter()
            .filter(KeptFile::is_photo)
            .map(|file| format!("{}/photos/{}", super::href(id), file.key))
            .collect()
    } else {
        Vec::new()
    };
    let mut about = DescriptionList::new()
        .text(asked.t("assets-kind"), kind.name.get(language))
        .html(
            asked.t("assets-column-state"),
            &chip(asked.words, found.state),
        );
    if !found.place.is_empty() {
        about = about.text(asked.t("assets-column-place"), &found.place);
    }
    let on_the_way = if kind.is_of_vehicles() {
        vehicles(asked.city().db(), &asked.kinds, asked.city().now())
            .await?
            .into_iter()
            .find(|vehicle| vehicle.asset == id)
    } else {
        None
    };
    let point = on_the_way
        .as_ref()
        .map(|vehicle| vehicle.point)
        .or(found.point);
    if let Some(point) = point {
        about = about.text(asked.t("assets-column-point"), point.to_string());
    }
    if let Some(vehicle) = &on_the_way {
        about = about.text(asked.t("assets-now"), asked.place_at(vehicle.told_at));
    }
    for field in kind.fields.iter().filter(|field| field.public) {
        if let Some(value) = found.fields.get(field.key.as_str()) {
            about = about.text(field.name.get(language), field.shown(value, language));
        }
    }
    let body = Body {
        about,
        photos,
        words: asked.words,
        invitations: invitations(&asked, &found).await?,
        map: point.map(|point| {
            Map::of_place(
                language,
                "asset-map",
                asked.t("assets-map-place"),
                point.degrees(),
            )
        }),
    };
    Ok(Page::public(
        asked.shell.clone(),
        format!("{} {}", found.number, found.name),
        &body,
    )
    .breadcrumb(asked.t("assets-title"), "/equipment")
    .into_response())
}
