//! The way of a work order: as GeoJSON for the map, and as a drawing for the printed sheet.

use std::fmt::Write as _;

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use yakuba_city::web::Problem;
use yakuba_kernel::Point;

use super::{super::room::Room, href, name, order, outcome_key, t};
use crate::{
    pages::{asked::private, map::number},
    store::orders::{self, Stop, WorkOrder},
};

/// The stops with their numbers, and the line between them.
pub(super) async fn file(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let found = order(&room, id).await?;
    let stops = orders::stops(room.db(), found.id).await?;
    let errands = super::errands(&room, &stops).await?;
    let at = |point: Point| {
        let (latitude, longitude) = point.degrees();
        Some(json!([number(longitude)?, number(latitude)?]))
    };
    let mut features: Vec<Value> = Vec::new();
    let line: Vec<Value> = way(&found, &stops).into_iter().filter_map(at).collect();
    if line.len() > 1 {
        features.push(json!({
            "type": "Feature",
            "geometry": { "type": "LineString", "coordinates": line },
            "properties": { "name": t(&room, "order-map-route") },
        }));
    }
    for (place, stop) in stops.iter().enumerate() {
        let Some(at) = stop.point().and_then(at) else {
            continue;
        };
        features.push(json!({
            "type": "Feature",
            "geometry": { "type": "Point", "coordinates": at },
            "properties": {
                "name": format!("{}. {}", place + 1, name(&room, &errands, stop)),
                "text": t(&room, &outcome_key(stop.outcome)),
                "href": format!("{}/stops/{}", href(found.id), stop.id),
            },
        }));
    }
    let collection = json!({ "type": "FeatureCollection", "features": features });
    Ok(private(
        (
            [(header::CONTENT_TYPE, "application/geo+json")],
            collection.to_string(),
        )
            .into_response(),
    ))
}

/// The points of the way: from the start over the stops and back.
fn way(found: &WorkOrder, stops: &[Stop]) -> Vec<Point> {
    found
        .start
        .into_iter()
        .chain(stops.iter().filter_map(Stop::point))
        .chain(found.start)
        .collect()
}

/// The way as a drawing with north on top and the numbers of the stops; none without two different points.
pub(super) fn drawing(found: &WorkOrder, stops: &[Stop]) -> Option<String> {
    const WIDTH: f64 = 680.0;
    const HEIGHT: f64 = 360.0;
    const MARGIN: f64 = 24.0;
    let way = way(found, stops);
    let first = *way.first()?;
    // Metres east and north of the first point.
    let metres = |point: Point| {
        let east = Point::from_millionths(first.millionths().0, point.millionths().1).ok()?;
        let north = Point::from_millionths(point.millionths().0, first.millionths().1).ok()?;
        let sign = |is_less: bool| if is_less { -1.0 } else { 1.0 };
        Some((
            first.metres_to(east) * sign(point.millionths().1 < first.millionths().1),
            first.metres_to(north) * sign(point.millionths().0 < first.millionths().0),
        ))
    };
    let all: Vec<(f64, f64)> = way.iter().copied().filter_map(metres).collect();
    let side = |pick: fn(&(f64, f64)) -> f64| {
        let values = all.iter().map(pick);
        let least = values.clone().fold(f64::INFINITY, f64::min);
        (least, values.fold(f64::NEG_INFINITY, f64::max))
    };
    let ((west, east), (south, north)) = (side(|at| at.0), side(|at| at.1));
    if east - west < 1.0 && north - south < 1.0 {
        return None;
    }
    let scale = ((WIDTH - 2.0 * MARGIN) / (east - west).max(1.0))
        .min((HEIGHT - 2.0 * MARGIN) / (north - south).max(1.0));
    let high = (north - south) * scale + 2.0 * MARGIN;
    let left = (WIDTH - (east - west) * scale) / 2.0;
    let place = |(x, y): (f64, f64)| (left + (x - west) * scale, MARGIN + (north - y) * scale);
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{high:.1}" viewBox="0 0 {WIDTH} {high:.1}"><rect width="{WIDTH}" height="{high:.1}" fill="#ffffff" stroke="#7d8797"/><polyline fill="none" stroke="#1f3a5f" stroke-width="2" points=""##
    );
    // Writing to a string cannot fail.
    for (x, y) in all.iter().copied().map(place) {
        let _ = write!(svg, "{x:.1},{y:.1} ");
    }
    svg.push_str("\"/>");
    if let Some((x, y)) = found.start.and_then(metres).map(place) {
        let _ = write!(
            svg,
            r##"<rect x="{:.1}" y="{:.1}" width="14" height="14" fill="#1f3a5f"/>"##,
            x - 7.0,
            y - 7.0
        );
    }
    for (number, stop) in (1..).zip(stops) {
        let Some((x, y)) = stop.point().and_then(metres).map(place) else {
            continue;
        };
        let _ = write!(
            svg,
            r##"<circle cx="{x:.1}" cy="{y:.1}" r="11" fill="#ffffff" stroke="#1f3a5f" stroke-width="2"/><text x="{x:.1}" y="{:.1}" font-family="BIZ UDPGothic" font-size="12" text-anchor="middle" fill="#1f3a5f">{number}</text>"##,
            y + 4.5
        );
    }
    // Which way is up.
    let _ = write!(
        svg,
        r##"<path d="M{0} 30l-6 14h12z" fill="#4d5663"/><text x="{0}" y="24" font-family="BIZ UDPGothic" font-size="12" text-anchor="middle" fill="#4d5663">N</text></svg>"##,
        WIDTH - 16.0
    );
    Some(svg)
}

#[cfg(test)]
mod tests {
    use yakuba_kernel::DepartmentCode;

    use super::*;

    fn order(start: Option<Point>) -> WorkOrder {
        WorkOrder {
            id: 1,
            department: DepartmentCode::new("roads").unwrap(),
            day: jiff::civil::date(2026, 11, 24),
            crew: String::new(),
            bring: String::new(),
            start,
            is_closed: false,
            revision: 1,
        }
    }

    #[test]
    fn there_is_nothing_to_draw_without_a_way() {
        assert_eq!(drawing(&order(None), &[]), None);
        let start = Point::from_millionths(34_400_000, 135_000_000).ok();
        assert_eq!(drawing(&order(start), &[]), None);
    }
}
