//! The situation on one small page.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use yakuba_city::{emergencies, web::Problem};
use yakuba_ui::{ChipLabel, Page, TextField, Words, format};

use super::{
    KEPT,
    asked::{Asked, emergency_name, named_key},
};
use crate::store::{
    closures,
    shelters::{Filter, shelters},
};

/// Disasters that are over, on the page.
const MOST_OVER: usize = 5;
/// Shelters and roads on the page; the lists have the rest.
const MOST: usize = 20;

struct Event {
    name: String,
    about: String,
    notice: String,
}

struct Line {
    href: String,
    name: String,
    chips: Vec<ChipLabel>,
    note: String,
}

struct Hazard {
    key: String,
    title: String,
    about: String,
    href: String,
    /// Its classes, such as the depths of water.
    classes: Vec<String>,
}

#[derive(Template)]
#[template(path = "public/situation.html")]
struct Body {
    words: Words,
    open: Vec<Event>,
    over: Vec<Event>,
    shelters: Vec<Line>,
    shelters_count: String,
    roads: Vec<Line>,
    roads_count: String,
    /// The hazard areas of the public map, and a box for the place that is looked up in them; none without such layers.
    hazards: Option<(TextField, Vec<Hazard>)>,
}

pub(super) async fn page(asked: Asked) -> Result<Response, Problem> {
    let db = asked.city().db();
    let all = emergencies(db).await?;
    let event = |one: &yakuba_city::Emergency| Event {
        name: emergency_name(one, asked.language),
        about: match one.ended_at {
            None => asked
                .words
                .with_text("disaster-since", "at", &asked.moment(one.begun_at))
                .into_owned(),
            Some(ended) => asked
                .words
                .with(
                    "disaster-from-to",
                    &[
                        ("from", asked.moment(one.begun_at).into()),
                        ("to", asked.moment(ended).into()),
                    ],
                )
                .into_owned(),
        },
        notice: one.notice.get(asked.language.code()).to_owned(),
    };
    let filter = Filter {
        listed: true,
        open: Some(true),
        ..Filter::default()
    };
    let found = shelters(db, &filter).await?;
    let closed = closures::closed(db).await?;
    let count = |number: usize| {
        asked
            .words
            .with_text("disaster-count", "count", &format::number(number as u64))
            .into_owned()
    };
    let hazards: Vec<Hazard> = asked
        .hazards()
        .await?
        .into_iter()
        .map(|layer| Hazard {
            key: layer.key,
            title: layer.title,
            about: layer.about,
            href: layer.list,
            classes: layer.classes.into_iter().map(|class| class.title).collect(),
        })
        .collect();
    let body = Body {
        words: asked.words,
        hazards: (!hazards.is_empty()).then(|| {
            let near = TextField::new(asked.language, "near", asked.t("disaster-hazards-near"))
                .support(asked.t("disaster-hazards-near-support"));
            (near, hazards)
        }),
        open: all
            .iter()
            .filter(|one| one.ended_at.is_none())
            .map(event)
            .collect(),
        over: all
            .iter()
            .filter(|one| one.ended_at.is_some())
            .take(MOST_OVER)
            .map(event)
            .collect(),
        shelters_count: count(found.len()),
        shelters: found
            .iter()
            .take(MOST)
            .map(|shelter| Line {
                href: format!("/shelters/{}", shelter.place.key),
                name: asked.shelter_name(shelter),
                chips: asked.chips(&shelter.told),
                note: shelter.told.note.clone(),
            })
            .collect(),
        roads_count: count(closed.len()),
        roads: closed
            .iter()
            .take(MOST)
            .map(|closure| Line {
                href: format!("/disaster/roads#road-{}", closure.id),
                name: closure.about.place.clone(),
                chips: Vec::new(),
                note: asked.t(&named_key("reason", closure.about.reason.name())),
            })
            .collect(),
    };
    Ok(
        Page::public(asked.shell.clone(), asked.t("disaster-title"), &body)
            .lead(asked.t("disaster-lead"))
            .kept_on_the_device(&KEPT)
            .feed(asked.t("disaster-roads-feed"), "/disaster/roads.atom")
            .into_response(),
    )
}
