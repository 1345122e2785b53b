//! Penalty points: whose count, and taking them back.

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::{IntoResponse as _, Response},
};
use yakuba_city::{
    AuditEntry,
    web::{Access, Problem, Routes},
};
use yakuba_ui::{
    Cell, Column, DescriptionList, EmptyState, Fields, FormErrors, Html, NotificationBanner, Page,
    Row, Table, TextArea, Words, done, format,
};

use crate::{
    capabilities::RECEIVE,
    error::BookingError,
    pages::{
        asked::{Asked, private},
        points::WORDS,
        words::{moment, what, when},
    },
    store::{
        Facility, facilities, facility,
        points::{self, Points},
        reservations::{Reservation, reservation},
    },
};

const HOME: &str = "/desk/booking/points";

pub(super) fn routes() -> Routes {
    let receive = Access::Staff(RECEIVE);
    Routes::new()
        .get(HOME, receive, list)
        .get("/desk/booking/points/{reservation}", receive, show)
        .post("/desk/booking/points/{reservation}", receive, take_back)
}

fn page(asked: &Asked, title: String, body: &impl Template, done: &str) -> Page {
    let texts = WORDS.words(asked.language);
    let mut page = Page::desk(asked.shell.clone(), title, body)
        .breadcrumb(asked.t("booking-desk-home"), "/desk");
    let key = format!("points-done-{done}");
    if !done.is_empty() && texts.has(&key) {
        page = page.notice(NotificationBanner::success(texts.get(&key)));
    }
    page
}

fn state(texts: Words, points: &Points) -> String {
    let key = if points.taken_back_at.is_some() {
        "points-state-taken-back"
    } else {
        "points-state-counts"
    };
    texts.get(key).into_owned()
}

#[derive(Template)]
#[template(source = "{{ content }}", ext = "html")]
struct List {
    content: Html,
}

async fn list(asked: Asked, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let query = Fields::of_query(&query.unwrap_or_default());
    let texts = WORDS.words(asked.language);
    let (db, today) = (asked.city().db(), asked.city().today());
    let mut rows = Vec::new();
    for facility in facilities(db).await? {
        if !asked.principal.holds_in(RECEIVE, facility.department()) {
            continue;
        }
        for points in points::of_facility(db, facility.key(), today).await? {
            let Some(found) = reservation(db, points.reservation).await? else {
                continue;
            };
            rows.push(
                Row::new([
                    Cell::link(
                        when(asked.words, asked.language, found.span),
                        format!("{HOME}/{}", points.reservation),
                    ),
                    Cell::text(title(&asked, &facility, &found)),
                    Cell::text(texts.get(&format!("points-cause-{}", points.cause.name()))),
                    Cell::text(points.given.points.to_string()),
                    Cell::text(format::date(points.given.lapses, asked.language)),
                    Cell::text(state(texts, &points)),
                ])
                .marked(points.taken_back_at.is_none()),
            );
        }
    }
    let content = if rows.is_empty() {
        Html::of(&EmptyState::new(texts.get("points-none")))
    } else {
        Html::of(
            &Table::new(asked.language, "points", texts.get("points-title"))
                .columns([
                    Column::text(texts.get("points-when")),
                    Column::text(texts.get("points-what")),
                    Column::text(texts.get("points-cause")),
                    Column::number(texts.get("points-points")),
                    Column::text(texts.get("points-lapses")),
                    Column::text(texts.get("points-state")),
                ])
                .rows(rows)
                .row_headers()
                .stacked()
                .hide_caption(),
        )
    };
    let title = texts.get("points-title").into_owned();
    Ok(page(&asked, title, &List { content }, query.get("done"))
        .lead(texts.get("points-lead"))
        .into_response())
}

fn title(asked: &Asked, facility: &Facility, found: &Reservation) -> String {
    facility
        .document
        .resource(&found.resource)
        .map(|resource| what(asked.language, &facility.document, resource))
        .unwrap_or_default()
}

/// Points of a facility that this person works for; to everybody else they do not exist.
async fn find(asked: &Asked, id: i64) -> Result<(Points, Reservation, Facility), Problem> {
    let db = asked.city().db();
    let points = points::of_reservation(db, id)
        .await?
        .ok_or(Problem::NotFound)?;
    let place = facility(db, &points.facility)
        .await?
        .filter(|place| asked.principal.holds_in(RECEIVE, place.department()))
        .ok_or(Problem::NotFound)?;
    let found = reservation(db, id).await?.ok_or(Problem::NotFound)?;
    Ok((points, found, place))
}

#[derive(Template)]
#[template(path = "points/desk.html")]
struct Body {
    texts: Words,
    id: i64,
    details: DescriptionList,
    counts: bool,
    reason: TextArea,
}

async fn show(asked: Asked, Path(id): Path<i64>) -> Result<Response, Problem> {
    let found = find(&asked, id).await?;
    // Whoever opens somebody's name is noted.
    asked
        .city()
        .write(asked.principal.actor(), id, |tx, id| {
            Box::pin(async move {
                tx.audit(AuditEntry::new(
                    "booking.points_look",
                    format!("reservation/{id}"),
                ));
                Ok::<(), BookingError>(())
            })
        })
        .await?;
    shown(&asked, &found, &Fields::default(), &FormErrors::new())
}

fn shown(
    asked: &Asked,
    (points, found, place): &(Points, Reservation, Facility),
    fields: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let texts = WORDS.words(asked.language);
    let mut details = DescriptionList::new()
        .text(
            texts.get("points-when"),
            when(asked.words, asked.language, found.span),
        )
        .text(texts.get("points-what"), title(asked, place, found));
    if let Some((_, contact)) = found.contact(asked.key())? {
        details = details.text(texts.get("points-who"), contact.name);
    }
    details = details
        .text(
            texts.get("points-cause"),
            texts.get(&format!("points-cause-{}", points.cause.name())),
        )
        .text(texts.get("points-points"), points.given.points.to_string())
        .text(
            texts.get("points-given"),
            format::date(points.given.on, asked.language),
        )
        .text(
            texts.get("points-lapses"),
            format::date(points.given.lapses, asked.language),
        )
        .text(texts.get("points-state"), state(texts, points));
    if let Some(at) = points.taken_back_at {
        let reason = points
            .reason
            .clone()
            .unwrap_or_else(|| texts.get("points-put-right").into_owned());
        details = details.text(
            texts.get("points-taken-back"),
            format!("{} {reason}", moment(asked.language, at)),
        );
    }
    let body = Body {
        texts,
        id: points.reservation,
        details,
        counts: points.taken_back_at.is_none(),
        reason: TextArea::new(asked.language, "reason", texts.get("points-reason"))
            .support(texts.get("points-reason-support"))
            .rows(3)
            .max_length(500)
            .required()
            .value(fields.get("reason"))
            .errors(errors),
    };
    let page = page(asked, texts.get("points-one-title").into_owned(), &body, "")
        .breadcrumb(texts.get("points-title"), HOME)
        .with_errors(!errors.is_empty());
    Ok(private(page))
}

async fn take_back(asked: Asked, Path(id): Path<i64>, fields: Fields) -> Result<Response, Problem> {
    let found = find(&asked, id).await?;
    let reason: String = fields.get("reason").chars().take(500).collect();
    if reason.is_empty() {
        let mut errors = FormErrors::new();
        errors.add("reason", asked.t("booking-error-required"));
        return shown(&asked, &found, &fields, &errors);
    }
    let account = asked
        .principal
        .staff()
        .map(|staff| staff.account)
        .ok_or(Problem::SignInNeeded)?;
    asked
        .city()
        .write(
            asked.principal.actor(),
            (id, account, reason),
            |tx, (id, account, reason)| Box::pin(points::take_back(tx, *id, *account, reason)),
        )
        .await?;
    Ok(done(HOME, "taken-back"))
}
