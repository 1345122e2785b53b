//! Going to another time or room of the same facility, as long as giving up costs nothing.

use askama::Template;
use axum::response::Response;
use jiff::civil::Date;
use yakuba_city::web::Problem;
use yakuba_kernel::Channel;
use yakuba_ui::{ErrorSummary, Fields, FormErrors, NotificationBanner, Page, Words};

use super::{
    asked::{Asked, day_of, private},
    choosing_time::{Looked, TimeChoice, choice, read_span, use_of},
    mine::{asked_for, by, news_of, not_found, shown},
    words::{what, when},
};
use crate::{
    error::BookingError,
    model::{rules::Window, state::State, time::Span},
    store::{
        Facility, facility,
        reservations::{self, Reservation, Target, reservation, taken_but},
    },
    telling::{self, News},
};

#[derive(Template)]
#[template(path = "pages/change.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    now: String,
    rule: String,
    by: (&'static str, String),
    choice: TimeChoice,
}

/// Whether a resident may change a reservation themselves.
pub(super) fn may_change(place: &Facility, found: &Reservation, now: jiff::Timestamp) -> bool {
    let until = place.document.resource(&found.resource).map(|resource| {
        place
            .document
            .rules_of(resource)
            .free_to_cancel_until(found.span)
    });
    matches!(found.state, State::Requested | State::Confirmed)
        && !found.is_own
        && !found.is_course
        && now < found.span.beginning()
        && until.is_some_and(|until| now < until)
}

pub(super) async fn page(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let Some((found, place)) = changeable(&asked, &fields).await? else {
        return refused(&asked, &fields).await;
    };
    choose(&asked, &fields, &found, &place, &FormErrors::new()).await
}

async fn changeable(
    asked: &Asked,
    fields: &Fields,
) -> Result<Option<(Reservation, Facility)>, Problem> {
    let Some(found) = asked_for(asked, fields).await? else {
        return Ok(None);
    };
    let place = facility(asked.city().db(), &found.facility).await?;
    Ok(place
        .filter(|place| may_change(place, &found, asked.city().now()))
        .map(|place| (found, place)))
}

/// It is not there, or can no longer be changed.
async fn refused(asked: &Asked, fields: &Fields) -> Result<Response, Problem> {
    let Some(found) = asked_for(asked, fields).await? else {
        return not_found(asked).await;
    };
    let notice = NotificationBanner::error(asked.t("booking-change-too-late"));
    shown(asked, fields, &found, Some(notice)).await
}

async fn choose(
    asked: &Asked,
    fields: &Fields,
    found: &Reservation,
    place: &Facility,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let (words, language) = (asked.words, asked.language);
    let document = &place.document;
    let now = asked.city().now();
    let resource = document
        .resource(fields.get("resource"))
        .or_else(|| document.resource(&found.resource))
        .ok_or(Problem::NotFound)?;
    let day: Date = day_of(fields).unwrap_or(found.span.day());
    let length = fields
        .get("length")
        .parse()
        .unwrap_or_else(|_| found.span.minutes());
    let taken = taken_but(asked.city().db(), place.key(), (day, day), now, found.id).await?;
    let rules = document.rules_of(resource);
    let spans: Vec<Span> = document
        .free_spans(resource, day, length, &taken)
        .into_iter()
        .filter(|span| rules.window(*span, now) == Window::Open)
        .filter(|span| resource.key.as_str() != found.resource || *span != found.span)
        .collect();
    let until = document.resource(&found.resource).map_or(0, |resource| {
        document.rules_of(resource).cancelling.free_days_before
    });
    let looked = Looked {
        document,
        resource,
        day,
        length,
        spans,
        of: use_of(found.of(), resource),
        label: asked.t("booking-change-to"),
    };
    let body = Body {
        words,
        errors: errors.summary(language),
        now: format!(
            "{} {}",
            document
                .resource(&found.resource)
                .map_or_else(String::new, |resource| what(language, document, resource)),
            when(words, language, found.span)
        ),
        rule: words
            .with("booking-change-rule", &[("n", i64::from(until).into())])
            .into_owned(),
        by: by(fields),
        choice: choice(language, looked, fields, errors),
    };
    let page = Page::public(
        asked.shell.clone(),
        words.get("booking-change-title"),
        &body,
    )
    .breadcrumb(words.get("booking-title"), "/booking")
    .breadcrumb(words.get("booking-mine-title"), "/booking/mine")
    .narrow()
    .not_for_search_engines()
    .with_errors(!errors.is_empty());
    Ok(private(page))
}

pub(super) async fn send(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let Some(found) = asked_for(&asked, &fields).await? else {
        return not_found(&asked).await;
    };
    let place = facility(asked.city().db(), &found.facility)
        .await?
        .ok_or(Problem::NotFound)?;
    let span = day_of(&fields).and_then(|day| read_span(day, fields.get("time")));
    let Some(span) = span else {
        let mut errors = FormErrors::new();
        errors.add("time", asked.t("booking-error-required"));
        return choose(&asked, &fields, &found, &place, &errors).await;
    };
    let target = Target {
        resource: fields.get("resource").to_owned(),
        span,
        channel: Channel::Online,
    };
    let mut moved = found.clone();
    moved.resource.clone_from(&target.resource);
    moved.span = span;
    let news = news_of(&asked, &moved).await?;
    let outcome: Result<_, BookingError> = asked
        .city()
        .write(
            asked.principal.actor(),
            (found.id, target, news, asked.key().clone()),
            |tx, (id, target, news, key)| {
                Box::pin(async move {
                    let moved = reservations::move_to(tx, *id, target).await?;
                    if let Some(news) = news.as_ref().filter(|_| !moved.already) {
                        let news_kind = if moved.state == State::Requested {
                            News::MovedRequested
                        } else {
                            News::Moved
                        };
                        telling::tell(tx, key, news, news_kind).await?;
                    }
                    Ok(moved)
                })
            },
        )
        .await;
    match outcome {
        Ok(_) => {
            let found = reservation(asked.city().db(), found.id)
                .await?
                .ok_or(Problem::NotFound)?;
            let notice = NotificationBanner::success(asked.t("booking-done-changed"));
            shown(&asked, &fields, &found, Some(notice)).await
        }
        Err(BookingError::TooLate | BookingError::WrongState) => refused(&asked, &fields).await,
        Err(error) => {
            let mut errors = FormErrors::new();
            errors.add("time", asked.explain(error)?);
            choose(&asked, &fields, &found, &place, &errors).await
        }
    }
}
