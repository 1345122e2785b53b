//! The reports as GeoJSON: for the map, and for other programs.

use axum::{
    http::header,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use yakuba_city::web::Problem;
use yakuba_kernel::Decimal;

use super::{
    asked::{Asked, state_key},
    href,
    list::filter_of,
};
use crate::store::{self, Report};

/// At most so many points, the newest.
const MOST: u32 = 5_000;

/// What the filters of the list want, as far as it has a point. `layer=open` or `handled` narrows it.
pub(super) async fn file(asked: Asked) -> Result<Response, Problem> {
    let (mut filter, near) = filter_of(&asked).await?;
    // Everything would be an answer to another question.
    if let Some(sentence) = near.open_question() {
        return Err(Problem::BadRequest(sentence));
    }
    filter.placed = true;
    let layer = asked.query.get("layer");
    let is_wanted = |report: &Report| match layer {
        "open" => !report.state.is_handled(),
        "handled" => report.state.is_handled(),
        _ => true,
    };
    let found = store::search(asked.city().db(), &filter, 0, MOST).await?;
    let features: Vec<Value> = found
        .reports
        .iter()
        .filter(|(report, _)| is_wanted(report))
        .filter_map(|(report, _)| feature(&asked, report))
        .collect();
    let collection = json!({ "type": "FeatureCollection", "features": features });
    Ok((
        [(header::CONTENT_TYPE, "application/geo+json")],
        collection.to_string(),
    )
        .into_response())
}

fn feature(asked: &Asked, report: &Report) -> Option<Value> {
    let (latitude, longitude) = report.point?.degrees();
    let text = format!(
        "{} / {}",
        asked.t(&state_key(report.state)),
        asked
            .words
            .with_text("reports-received-on", "day", &asked.day(report.received_at))
    );
    Some(json!({
        "type": "Feature",
        "geometry": { "type": "Point", "coordinates": [number(longitude)?, number(latitude)?] },
        "properties": {
            "name": asked.title(report),
            "text": text,
            "href": href(&report.public_id),
            "category": report.category,
            "state": report.state.name(),
        },
    }))
}

/// As a number of JSON with the digits that were written.
pub(crate) fn number(degrees: Decimal) -> Option<Value> {
    serde_json::from_str(&degrees.to_string()).ok()
}
