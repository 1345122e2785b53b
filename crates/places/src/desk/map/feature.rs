//! One feature: its properties, and its shape picked on a map or written as coordinates.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use serde_json::Value as Json;
use yakuba_city::web::Problem;
use yakuba_ui::{
    Choice, ErrorSummary, Fields, FormErrors, Map, MapDrawing, MapLayer, RadioGroup, TextArea,
    TextField, Words, done,
};

use super::{super::room::Room, href};
use crate::{
    capabilities::EDIT,
    model::map::{
        layer::{Kind, LayerDocument, Properties},
        near::place_of,
        shape::{self, ShapeError},
    },
    store::map::{
        FeatureRow, Layer, NewFeature, add_feature, change_feature, feature, in_box, remove_feature,
    },
};

/// What a list of corners is, in a layer of lines and areas.
const LINE: &str = "line";
const AREA: &str = "area";
/// The name of the box for a property in the form.
const PREFIX: &str = "property:";

#[derive(Template)]
#[template(path = "desk/map/feature.html")]
struct Body {
    words: Words,
    summary: ErrorSummary,
    action: String,
    remove: Option<String>,
    revision: i64,
    properties: Vec<TextField>,
    place: Option<(TextField, Map)>,
    shape: Option<(TextArea, Map)>,
    /// Whether corners are a line or an area, in a layer that takes both.
    drawn: Option<RadioGroup>,
}

/// The properties that the layer does something with come first, then whatever else the feature has.
fn names(document: &LayerDocument, properties: &Properties) -> Vec<String> {
    let mut names = vec![document.name.clone()];
    let known = [&document.name_en, &document.style.property]
        .into_iter()
        .chain(document.time.as_ref().map(|time| &time.property))
        .chain(document.tells.iter().map(|told| &told.property))
        .chain(properties.keys());
    for name in known {
        if !name.is_empty() && !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

fn is_point(layer: &Layer, geometry: Option<&Json>) -> bool {
    match geometry {
        Some(geometry) => geometry["type"] == "Point",
        None => layer.document.kind == Kind::Points,
    }
}

fn typed_of(row: &FeatureRow, kind: Kind) -> Result<Fields, Problem> {
    let mut typed = Fields::default();
    for (name, value) in row.properties()? {
        typed.push(&format!("{PREFIX}{name}"), value);
    }
    let geometry = row.geometry()?;
    if geometry["type"] == "Point" {
        let at = &geometry["coordinates"];
        typed.push("place", format!("{}, {}", at[1], at[0]));
    } else {
        // What is no simple line or area has no list of corners.
        let corners = match geometry["type"].as_str() {
            Some("LineString") if kind == Kind::Any => None,
            _ => shape::corners_of(&geometry),
        };
        typed.push("shape", corners.unwrap_or_else(|| geometry.to_string()));
    }
    Ok(typed)
}

/// The sentence for what is wrong with a shape that somebody drew or wrote.
const fn shape_key(error: &ShapeError) -> &'static str {
    match error {
        ShapeError::Crosses(_) => "desk-map-crosses",
        ShapeError::Kind => "desk-map-shape-kind",
        ShapeError::Position => "desk-map-shape-position",
        ShapeError::Outside => "desk-map-shape-outside",
        ShapeError::TooLarge => "desk-map-shape-large",
        ShapeError::TooFew => "desk-map-shape-few",
        ShapeError::Invalid(_) => "desk-map-shape-invalid",
    }
}

/// Reads the form. What is missing or wrong goes to `errors`.
fn read(room: &Room, layer: &Layer, typed: &Fields, errors: &mut FormErrors) -> Option<NewFeature> {
    let mut properties = Properties::new();
    for (name, value) in typed.pairs() {
        let Some(name) = name.strip_prefix(PREFIX) else {
            continue;
        };
        if value.chars().count() > 5_000 || name.chars().count() > 200 || properties.len() >= 200 {
            errors.add(format!("{PREFIX}{name}"), room.t("desk-problem-long"));
        } else if !value.is_empty() {
            properties.insert(name.to_owned(), value.to_owned());
        }
    }
    if !properties.contains_key(&layer.document.name) {
        errors.add(
            format!("{PREFIX}{}", layer.document.name),
            room.t("desk-problem-required"),
        );
    }
    let shape = if typed.has("place") {
        let place = place_of(typed.get("place"));
        if place.is_none() {
            errors.add("place", room.t("desk-map-place-problem"));
        }
        place.map(|place| geo::Geometry::Point(place.into()))
    } else {
        let text = typed.get("shape");
        let is_list = !text.trim().is_empty() && !text.trim_start().starts_with('{');
        let is_area = match layer.document.kind {
            Kind::Lines => false,
            Kind::Any => typed.get("drawn") == AREA,
            Kind::Areas | Kind::Points => true,
        };
        if is_list
            && layer.document.kind == Kind::Any
            && ![LINE, AREA].contains(&typed.get("drawn"))
        {
            errors.add("drawn", room.t("desk-map-drawn-problem"));
            return None;
        }
        let json = if text.trim_start().starts_with('{') {
            serde_json::from_str::<Json>(text).map_err(|_| room.t("desk-map-shape-json"))
        } else {
            shape::of_corners(text, is_area).map_err(|line| {
                room.words
                    .with_text("desk-map-corner-problem", "line", &line.to_string())
                    .into_owned()
            })
        };
        let read =
            json.and_then(|json| shape::read(&json).map_err(|error| room.t(shape_key(&error))));
        match read {
            Ok(shape) => Some(shape),
            Err(cause) => {
                errors.add("shape", cause);
                None
            }
        }
    };
    if let Some(shape) = &shape
        && !layer.document.kind.takes(shape)
    {
        errors.add("shape", room.t("desk-map-kind-problem"));
    }
    if !errors.is_empty() {
        return None;
    }
    NewFeature::new(&shape?, properties)
}

fn shown(
    room: &Room,
    layer: &Layer,
    standing: Option<&FeatureRow>,
    typed: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let language = room.language();
    let geometry = standing.map(FeatureRow::geometry).transpose()?;
    let properties = standing
        .map(FeatureRow::properties)
        .transpose()?
        .unwrap_or_default();
    let base = href(layer.key());
    let is_point = is_point(layer, geometry.as_ref());
    let body = Body {
        words: room.words,
        summary: errors.summary(language),
        action: standing.map_or_else(
            || format!("{base}/features/new"),
            |row| format!("{base}/features/{}", row.number),
        ),
        remove: standing.map(|row| format!("{base}/features/{}/remove", row.number)),
        revision: match typed.revision() {
            0 => standing.map_or(0, |row| row.revision),
            given => given,
        },
        properties: names(&layer.document, &properties)
            .into_iter()
            .map(|name| {
                let title = layer
                    .document
                    .tells
                    .iter()
                    .find(|told| told.property == name)
                    .map_or(name.as_str(), |told| told.title.in_language(language));
                let field = format!("{PREFIX}{name}");
                let value = typed.get(&field).to_owned();
                let box_ = TextField::new(language, field, title)
                    .value(value)
                    .errors(errors);
                if name == layer.document.name {
                    box_.required()
                } else {
                    box_.optional()
                }
            })
            .collect(),
        place: is_point.then(|| {
            let field = TextField::new(language, "place", room.t("desk-map-place"))
                .support(room.t("desk-map-place-support"))
                .value(typed.get("place"))
                .required()
                .errors(errors);
            let map = Map::that_picks(language, "place-map", room.t("desk-map-place"), "place");
            (field, map)
        }),
        drawn: (!is_point && layer.document.kind == Kind::Any).then(|| {
            let is_of_area = geometry
                .as_ref()
                .is_some_and(|geometry| geometry["type"] == "Polygon");
            RadioGroup::new(language, "drawn", room.t("desk-map-drawn"))
                .support(room.t("desk-map-drawn-support"))
                .inline()
                .choice(Choice::new(LINE, room.t("desk-map-drawn-line")))
                .choice(Choice::new(AREA, room.t("desk-map-drawn-area")))
                .value(match typed.get("drawn") {
                    "" if is_of_area => AREA,
                    given => given,
                })
                .errors(errors)
        }),
        shape: (!is_point).then(|| {
            let kinds = match layer.document.kind {
                Kind::Lines => MapDrawing::Lines,
                Kind::Areas => MapDrawing::Areas,
                Kind::Points | Kind::Any => MapDrawing::Any,
            };
            let except = standing.map_or(0, |row| row.number);
            let map = Map::that_draws(
                language,
                "shape-map",
                room.t("desk-map-shape"),
                "shape",
                kinds,
            )
            .layer(MapLayer::shapes(
                "neighbours",
                layer.document.title.in_language(language),
                layer.document.style.sign,
                format!("{base}/shapes.geojson?except={except}"),
            ));
            let field = TextArea::new(language, "shape", room.t("desk-map-shape"))
                .support(room.t("desk-map-shape-support"))
                .rows(10)
                .value(typed.get("shape"))
                .required()
                .errors(errors);
            (field, map)
        }),
    };
    let title = match standing {
        None => room.t("desk-map-feature-new"),
        Some(_) => layer.document.name_of(&properties, language).to_owned(),
    };
    Ok(room
        .page_of_layer(layer, title, &body)
        .with_errors(!errors.is_empty())
        .into_response())
}

/// A layer whose features are changed here.
async fn own(room: &Room, key: &str) -> Result<Layer, Problem> {
    let found = room.layer_for(key, EDIT).await?;
    if found.is_own() {
        Ok(found)
    } else {
        Err(Problem::NotFound)
    }
}

pub(super) async fn new_page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let layer = own(&room, &key).await?;
    shown(&room, &layer, None, &Fields::default(), &FormErrors::new())
}

/// So many neighbours are drawn beside a feature that is changed.
const NEIGHBOURS: u32 = 500;

/// The layer's features but one, for whoever may change them, to draw others beside them: shapes and names alone.
pub(super) async fn shapes(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let layer = own(&room, &key).await?;
    let except = room.query.integer("except").unwrap_or(0);
    let found = in_box(room.db(), &key, None, 0, NEIGHBOURS).await?;
    let features = found
        .rows
        .iter()
        .filter(|row| row.number != except)
        .map(|row| {
            let properties = row.properties()?;
            let name = layer.document.name_of(&properties, room.language());
            Ok(serde_json::json!({
                "type": "Feature",
                "geometry": row.geometry()?,
                "properties": {"name": name},
            }))
        })
        .collect::<Result<Vec<_>, Problem>>()?;
    Ok(
        axum::Json(serde_json::json!({"type": "FeatureCollection", "features": features}))
            .into_response(),
    )
}

pub(super) async fn create(
    room: Room,
    Path(key): Path<String>,
    typed: Fields,
) -> Result<Response, Problem> {
    let layer = own(&room, &key).await?;
    let mut errors = FormErrors::new();
    let Some(new) = read(&room, &layer, &typed, &mut errors) else {
        return shown(&room, &layer, None, &typed, &errors);
    };
    room.write((key.clone(), new), |tx, (key, new)| {
        Box::pin(add_feature(tx, key, new))
    })
    .await?;
    Ok(done(&href(&key), "saved"))
}

pub(super) async fn page(
    room: Room,
    Path((key, number)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let layer = own(&room, &key).await?;
    let row = feature(room.db(), &key, number)
        .await?
        .ok_or(Problem::NotFound)?;
    let typed = typed_of(&row, layer.document.kind)?;
    shown(&room, &layer, Some(&row), &typed, &FormErrors::new())
}

pub(super) async fn save(
    room: Room,
    Path((key, number)): Path<(String, i64)>,
    typed: Fields,
) -> Result<Response, Problem> {
    let layer = own(&room, &key).await?;
    let row = feature(room.db(), &key, number)
        .await?
        .ok_or(Problem::NotFound)?;
    let mut errors = FormErrors::new();
    let Some(new) = read(&room, &layer, &typed, &mut errors) else {
        return shown(&room, &layer, Some(&row), &typed, &errors);
    };
    let input = (key.clone(), number, typed.revision(), new);
    let outcome = room
        .write(input, |tx, (key, number, revision, new)| {
            Box::pin(change_feature(tx, key, *number, *revision, new))
        })
        .await;
    after(room, &layer, &row, &typed, outcome)
}

pub(super) async fn remove(
    room: Room,
    Path((key, number)): Path<(String, i64)>,
    typed: Fields,
) -> Result<Response, Problem> {
    let layer = own(&room, &key).await?;
    let row = feature(room.db(), &key, number)
        .await?
        .ok_or(Problem::NotFound)?;
    let outcome = room
        .write(
            (key.clone(), number, typed.revision()),
            |tx, (key, number, revision)| Box::pin(remove_feature(tx, key, *number, *revision)),
        )
        .await;
    let typed = typed_of(&row, layer.document.kind)?;
    after(room, &layer, &row, &typed, outcome)
}

fn after(
    mut room: Room,
    layer: &Layer,
    row: &FeatureRow,
    typed: &Fields,
    outcome: Result<(), crate::PlacesError>,
) -> Result<Response, Problem> {
    match outcome {
        Ok(()) => Ok(done(&href(layer.key()), "saved")),
        Err(error) => {
            let sentence = room
                .map_sentence(&error)
                .ok_or_else(|| Problem::internal(&error))?;
            room.refuse(sentence);
            shown(&room, layer, Some(row), typed, &FormErrors::new())
        }
    }
}
