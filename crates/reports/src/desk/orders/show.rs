//! A work order: the stops in their order, on a map and as a list. The crew has it on a telephone.

use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};
use jiff::civil::Date;
use yakuba_city::{JAPAN, web::Problem};
use yakuba_ui::{
    ChipLabel, DescriptionList, ErrorSummary, FormErrors, Link, LinkButton, Map, MapLayer, MapSign,
    TextArea, TextField, Words, format,
};

use super::{
    super::room::{Room, href as report_href},
    bring_field, href, name, order, outcome_key, page_below, start_field, t, words,
};
use crate::{
    capabilities::WORK,
    model::route::length,
    pages::asked::{private, state_key},
    store::{
        orders::{self, Outcome, Stop, Work, WorkOrder},
        photos,
    },
};

struct Item {
    id: i64,
    href: String,
    title: String,
    outcome: ChipLabel,
    notes: String,
    is_first: bool,
    is_last: bool,
    is_waiting: bool,
}

#[derive(Template)]
#[template(path = "desk/orders/show.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    base: String,
    revision: i64,
    about: DescriptionList,
    bring: String,
    map: Option<Map>,
    items: Vec<Item>,
    may_change: bool,
    bring_field: TextArea,
    start_field: TextField,
    start_map: Map,
}

pub(super) fn chip(words: Words, outcome: Outcome) -> ChipLabel {
    let label = ChipLabel::new(words.get(&outcome_key(outcome)));
    match outcome {
        Outcome::Waiting => label.blue(),
        Outcome::Done => label.green(),
        Outcome::NotDone => label.orange(),
        Outcome::Missed => label,
    }
}

/// By when something is due, in words.
pub(super) fn due_text(room: &Room, due: Date) -> String {
    let day = format::date(due, room.language());
    words(room)
        .with_text("order-errand-due", "day", &day)
        .into_owned()
}

/// The metres of the way over the stops that have a point.
pub(super) fn metres(found: &WorkOrder, stops: &[Stop]) -> f64 {
    let points: Vec<_> = stops.iter().filter_map(Stop::point).collect();
    let order: Vec<usize> = (0..points.len()).collect();
    length(found.start, &points, &order)
}

/// Day, crew and department, as the heading of a page.
pub(super) fn title(room: &Room, found: &WorkOrder) -> String {
    format!(
        "{} {}",
        format::date(found.day, room.language()),
        found.crew
    )
}

pub(super) async fn page(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let found = order(&room, id).await?;
    shown(room, &found, &FormErrors::new()).await
}

/// The page again, as the order is now, with a sentence why it stays as it is.
pub(super) async fn refused(
    mut room: Room,
    id: i64,
    sentence: String,
) -> Result<Response, Problem> {
    let found = order(&room, id).await?;
    room.refuse(sentence);
    shown(room, &found, &FormErrors::new()).await
}

pub(super) async fn shown(
    room: Room,
    found: &WorkOrder,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let language = room.language();
    let works = room.principal.holds_in(WORK, &found.department);
    let stops = orders::stops(room.db(), found.id).await?;
    let errands = super::errands(&room, &stops).await?;
    let base = href(found.id);
    let mut items = Vec::with_capacity(stops.len());
    for (place, stop) in stops.iter().enumerate() {
        let mut notes = match &stop.work {
            Work::Report(report) => vec![room.public(&state_key(report.state))],
            Work::Errand { key, .. } => errands
                .get(key)
                .and_then(|errand| errand.due_on)
                .map(|due| due_text(&room, due))
                .into_iter()
                .collect(),
        };
        if stop.is_carried {
            notes.push(t(&room, "order-carried"));
        }
        if let Some(at) = stop.marked_at {
            notes.push(format::date_time(JAPAN.to_datetime(at), language));
        }
        if stop.point().is_none() {
            notes.push(t(&room, "order-no-point"));
        }
        if let Some(report) = stop.report()
            && !photos::of_report(room.db(), report.id).await?.is_empty()
        {
            notes.push(t(&room, "order-has-photos"));
        }
        items.push(Item {
            id: stop.id,
            href: match stop.report() {
                Some(report) if !works => report_href(report.id),
                // Who only looks on sees an errand in the list alone.
                None if !works => format!("{base}#stops"),
                _ => format!("{base}/stops/{}", stop.id),
            },
            title: name(&room, &errands, stop),
            outcome: chip(words(&room), stop.outcome),
            notes: notes.join(" / "),
            is_first: place == 0,
            is_last: place + 1 == stops.len(),
            is_waiting: stop.outcome == Outcome::Waiting,
        });
    }
    let count = |outcome: Outcome| stops.iter().filter(|stop| stop.outcome == outcome).count();
    let departments = room.all_departments().await?;
    let mut about = DescriptionList::new()
        .text(
            room.t("desk-column-department"),
            departments
                .get(&found.department)
                .map_or(found.department.as_str(), String::as_str),
        )
        .text(
            t(&room, "order-column-stops"),
            words(&room).with(
                "order-progress",
                &[
                    ("done", format::number(count(Outcome::Done) as u64).into()),
                    ("all", format::number(stops.len() as u64).into()),
                ],
            ),
        )
        .text(
            t(&room, "order-length"),
            format::distance(metres(found, &stops), language),
        );
    if let Some(start) = found.start {
        about = about.text(t(&room, "order-start"), start.to_string());
    }
    let has_points = stops.iter().any(|stop| stop.point().is_some());
    let body = Body {
        words: words(&room),
        errors: errors.summary(language),
        revision: found.revision,
        about,
        bring: found.bring.clone(),
        map: has_points.then(|| {
            Map::of_layers(
                language,
                "order-map",
                t(&room, "order-map"),
                Link::new(t(&room, "order-map-list"), "#stops"),
            )
            .layer(MapLayer::shapes(
                "route",
                t(&room, "order-map-route"),
                MapSign::Square,
                format!("{base}/route.geojson?lang={}", language.code()),
            ))
        }),
        items,
        may_change: works && !found.is_closed,
        bring_field: bring_field(&room, &found.bring, errors),
        start_field: start_field(
            &room,
            &found
                .start
                .map_or_else(String::new, |start| start.to_string()),
            errors,
        ),
        start_map: Map::that_picks(language, "start-map", t(&room, "order-start-map"), "start"),
        base: base.clone(),
    };
    let mut page = page_below(&room, title(&room, found), &body);
    if works {
        page = page.action(
            &LinkButton::new(t(&room, "order-sheet"), format!("{base}/sheet.pdf")).download(),
        );
    }
    if !errors.is_empty() {
        page = page
            .with_errors(true)
            .status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    Ok(private(page))
}
