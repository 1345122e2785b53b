//! Closed roads: the list, and the same for maps and feeds.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use yakuba_city::web::Problem;
use yakuba_ui::{AtomEntry, AtomFeed, AtomText, Page, Words, format};

use super::{
    KEPT,
    asked::{Asked, collection, coordinates, named_key},
};
use crate::store::closures::{Closure, closed, newest};

/// Entries of the feed at most.
const ENTRIES: u32 = 50;

struct Item {
    id: i64,
    place: String,
    reason: String,
    when: String,
    detour: String,
    where_to: String,
}

#[derive(Template)]
#[template(path = "public/roads.html")]
struct Body {
    words: Words,
    count: String,
    items: Vec<Item>,
}

/// From when until when, in words.
fn when(asked: &Asked, closure: &Closure) -> String {
    let from = asked.moment(closure.about.closed_at);
    match (closure.lifted_at, closure.about.until) {
        (Some(lifted), _) => asked
            .words
            .with_text("disaster-road-open-since", "at", &asked.moment(lifted))
            .into_owned(),
        (None, Some(until)) => asked
            .words
            .with(
                "disaster-road-from-until",
                &[("from", from.into()), ("until", asked.moment(until).into())],
            )
            .into_owned(),
        (None, None) => asked
            .words
            .with_text("disaster-road-from", "from", &from)
            .into_owned(),
    }
}

pub(super) async fn page(asked: Asked) -> Result<Response, Problem> {
    let found = closed(asked.city().db()).await?;
    let items = found
        .iter()
        .map(|closure| Item {
            id: closure.id,
            place: closure.about.place.clone(),
            reason: asked.t(&named_key("reason", closure.about.reason.name())),
            when: when(&asked, closure),
            detour: closure.about.detour.clone(),
            where_to: {
                let corners = closure.about.course.corners();
                let metres = closure.about.course.metres();
                let mut parts: Vec<String> = corners
                    .first()
                    .map(ToString::to_string)
                    .into_iter()
                    .collect();
                if metres > 0.0 {
                    parts.push(format::distance(metres, asked.language));
                }
                parts.join(" / ")
            },
        })
        .collect();
    let body = Body {
        words: asked.words,
        count: asked
            .words
            .with_text(
                "disaster-count",
                "count",
                &format::number(found.len() as u64),
            )
            .into_owned(),
        items,
    };
    Ok(Page::public(
        asked.shell_with_banners().await?,
        asked.t("disaster-roads-closed"),
        &body,
    )
    .breadcrumb(asked.t("disaster-title"), "/disaster")
    .feed(asked.t("disaster-roads-feed"), "/disaster/roads.atom")
    .kept_on_the_device(&KEPT)
    .into_response())
}

pub(super) async fn geojson(asked: Asked) -> Result<Response, Problem> {
    let features: Vec<Value> = closed(asked.city().db())
        .await?
        .iter()
        .filter_map(|closure| {
            let corners: Vec<Value> = closure
                .about
                .course
                .corners()
                .iter()
                .copied()
                .map(coordinates)
                .collect::<Option<_>>()?;
            let geometry = match corners.as_slice() {
                [one] => json!({ "type": "Point", "coordinates": one }),
                _ => json!({ "type": "LineString", "coordinates": corners }),
            };
            let reason = asked.t(&named_key("reason", closure.about.reason.name()));
            Some(json!({
                "type": "Feature",
                "geometry": geometry,
                "properties": {
                    "name": closure.about.place,
                    "text": format!("{reason} / {}", when(&asked, closure)),
                    "href": format!("/disaster/roads#road-{}", closure.id),
                    "reason": closure.about.reason.name(),
                    "detour": closure.about.detour,
                    "closed_at": closure.about.closed_at.to_string(),
                    "until": closure.about.until.map(|at| at.to_string()),
                },
            }))
        })
        .collect();
    Ok(collection(&features))
}

/// Roads as they are closed and opened again, as Atom (RFC 4287).
pub(super) async fn feed(asked: Asked) -> Result<Response, Problem> {
    let found = newest(asked.city().db(), ENTRIES).await?;
    let base = asked.base();
    let own = format!("{base}/disaster/roads.atom");
    AtomFeed {
        id: own.clone(),
        title: asked.t("disaster-roads-closed"),
        language: asked.language,
        author: asked.shell.city_name.clone(),
        own,
        home: format!("{base}/disaster/roads"),
        entries: found
            .iter()
            .map(|closure| {
                let reason = asked.t(&named_key("reason", closure.about.reason.name()));
                let address = format!("{base}/disaster/roads#road-{}", closure.id);
                AtomEntry {
                    id: address.clone(),
                    address,
                    title: closure.about.place.clone(),
                    updated: closure.changed_at,
                    text: AtomText::Summary(format!(
                        "{reason} / {} {}",
                        when(&asked, closure),
                        closure.about.detour
                    )),
                }
            })
            .collect(),
    }
    .respond(&asked.headers)
}
