//! Which piece of equipment it is: this very street light, chosen from what stands near the place.

use askama::Template;
use axum::{
    http::header,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use yakuba_city::{Equipment, web::Problem};
use yakuba_ui::{
    Choice, ErrorSummary, Fields, FormErrors, Link, Map, MapLayer, MapSign, Page, RadioGroup,
    Words, format,
};

use super::{
    asked::{Asked, private},
    map::number,
    new::{HOME, Open, goes},
};
use crate::equipment;

/// What says that it is none of them, or that the sender does not know.
const NONE: &str = "none";
/// The zoom at which single poles are told apart.
const ZOOM: u8 = 17;

#[derive(Template)]
#[template(path = "public/which.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    map: Option<Map>,
    choices: RadioGroup,
}

/// What stands near the place of a draft, with the metres; first what was chosen before, if it is not among them.
async fn offered(asked: &Asked, open: &Open) -> Result<Vec<(Equipment, Option<f64>)>, Problem> {
    let content = &open.draft.content;
    let Some(point) = content.point() else {
        return Ok(Vec::new());
    };
    let mut found: Vec<(Equipment, Option<f64>)> =
        equipment::near(asked.city(), &open.category, point, asked.language)
            .await?
            .into_iter()
            .map(|(piece, away)| (piece, Some(away)))
            .collect();
    if !content.equipment.is_empty()
        && found.iter().all(|(one, _)| one.key != content.equipment)
        && let Some(chosen) =
            equipment::public_piece(asked.city(), &content.equipment, asked.language).await?
    {
        found.insert(0, (chosen, None));
    }
    Ok(found)
}

/// Whether there is anything to choose from.
pub(super) async fn is_offered(asked: &Asked, open: &Open) -> Result<bool, Problem> {
    Ok(!offered(asked, open).await?.is_empty())
}

pub(super) async fn page(asked: Asked) -> Result<Response, Problem> {
    let open = match Open::of(&asked).await? {
        Ok(open) => open,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let offered = offered(&asked, &open).await?;
    if offered.is_empty() {
        return Ok(goes("/similar"));
    }
    Ok(shown(&asked, &open, offered, &FormErrors::new()))
}

fn shown(
    asked: &Asked,
    open: &Open,
    offered: Vec<(Equipment, Option<f64>)>,
    errors: &FormErrors,
) -> Response {
    let language = asked.language;
    let content = &open.draft.content;
    let choices = offered
        .into_iter()
        .map(|(piece, away)| {
            let support = [
                away.map(|away| format::distance(away, language)),
                (!piece.place.is_empty()).then(|| piece.place.clone()),
            ];
            let support: Vec<String> = support.into_iter().flatten().collect();
            Choice::new(piece.key.as_str(), piece.label()).support(support.join(" / "))
        })
        .chain([Choice::new(NONE, asked.t("reports-equipment-none"))]);
    let body = Body {
        words: asked.words,
        errors: errors.summary(language),
        map: content.point().map(|point| {
            Map::of_layers(
                language,
                "which-map",
                asked.t("reports-equipment-map"),
                Link::new(asked.t("reports-equipment-list"), "#which"),
            )
            .layer(MapLayer::shapes(
                "equipment",
                asked.t("reports-equipment"),
                MapSign::Square,
                format!("{HOME}/equipment.geojson?lang={}", asked.language.code()),
            ))
            .pin(point.degrees())
            .at(point.degrees(), ZOOM)
            .small()
        }),
        choices: RadioGroup::new(language, "equipment", asked.t("reports-equipment-which"))
            .choices(choices)
            .value(&content.equipment)
            .required()
            .errors(errors),
    };
    let page = Page::public(
        asked.shell.clone(),
        asked.t("reports-equipment-title"),
        &body,
    )
    .breadcrumb(asked.t("reports-title"), "/reports")
    .breadcrumb(open.category.name.get(language), HOME)
    .not_for_search_engines()
    .narrow()
    .with_errors(!errors.is_empty());
    private(page)
}

pub(super) async fn answer(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let mut open = match Open::of(&asked).await? {
        Ok(open) => open,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let offered = offered(&asked, &open).await?;
    let chosen = fields.get("equipment").to_owned();
    let content = &mut open.draft.content;
    match offered.iter().find(|(piece, _)| piece.key == chosen) {
        // It is known better where it stands than a finger on a map can say.
        Some((piece, _)) => content.put_at(piece),
        None if chosen == NONE || offered.is_empty() => content.equipment.clear(),
        None => {
            let mut errors = FormErrors::new();
            errors.add("equipment", asked.t("reports-problem-equipment"));
            return Ok(shown(&asked, &open, offered, &errors));
        }
    }
    open.save(&asked, Vec::new()).await?;
    Ok(goes("/similar"))
}

/// The same for the map.
pub(super) async fn file(asked: Asked) -> Result<Response, Problem> {
    let Ok(open) = Open::of(&asked).await? else {
        return Err(Problem::NotFound);
    };
    let features: Vec<Value> = offered(&asked, &open)
        .await?
        .into_iter()
        .filter_map(|(piece, away)| {
            let (latitude, longitude) = piece.point?.degrees();
            Some(json!({
                "type": "Feature",
                "geometry": { "type": "Point", "coordinates": [number(longitude)?, number(latitude)?] },
                "properties": {
                    "name": piece.label(),
                    "text": away.map_or_else(String::new, |away| format::distance(away, asked.language)),
                    "href": piece.page,
                },
            }))
        })
        .collect();
    let collection = json!({ "type": "FeatureCollection", "features": features });
    Ok(private(
        (
            [(header::CONTENT_TYPE, "application/geo+json")],
            collection.to_string(),
        )
            .into_response(),
    ))
}
