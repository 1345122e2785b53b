//! One resource on one day: its times as a list, each with a button; for free times first the beginning, then the end.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::{IntoResponse, Response},
};
use jiff::{ToSpan as _, civil::Date};
use serde::Deserialize;
use yakuba_city::web::Problem;
use yakuba_ui::{DateField, Fields, NotificationBanner, Page, Words};

use super::{
    asked::{Asked, day_of},
    facility::{rules, time_text},
    front::time_address,
    words::{
        amount, can_be_taken_along, course_rules, hours, long_day, session_line, sessions, what,
    },
};
use crate::{
    model::{
        calendar::Offered,
        document::{Resource, Times, Who},
        fees::Use,
        rules::Window,
        taken::TakenSteps,
        time::{ClockTime, Span},
    },
    store::{Facility, reservations::taken},
};

#[derive(Deserialize)]
pub(super) struct Asking {
    from: Option<String>,
    problem: Option<String>,
}

/// A time, and what can be done with it.
struct Line {
    text: String,
    state: String,
    fee: String,
    /// The beginning and end to be sent, if it can be booked at once.
    book: Option<(String, String)>,
    /// Where its end is chosen, for free times.
    choose: Option<String>,
    /// Where one joins the list of those who wait for it.
    wait: Option<String>,
    /// What is booked with it, when it is the beginning of a course.
    sessions: Vec<String>,
}

#[derive(Template)]
#[template(path = "pages/day.html")]
struct Body {
    words: Words,
    facility: String,
    resource: String,
    day: Date,
    day_text: String,
    choose_day: DateField,
    action: String,
    earlier: Option<String>,
    later: String,
    chosen_from: Option<String>,
    lines: Vec<Line>,
    together: Vec<Line>,
    next: Option<(String, String)>,
    /// What the button says.
    choose: String,
    /// Where the same time is booked again and again.
    again: Option<String>,
    rules: Vec<String>,
}

pub(super) async fn page(
    asked: Asked,
    Path((key, resource)): Path<(String, String)>,
    Query(query): Query<Asking>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let found = asked.facility(&key).await?;
    let document = &found.document;
    let resource = document.resource(&resource).ok_or(Problem::NotFound)?;
    let (words, language) = (asked.words, asked.language);
    let today = asked.city().today();
    let fields = Fields::new(pairs);
    let day = day_of(&fields)
        .unwrap_or_else(|| first_day(resource, today))
        .max(today);
    let now = asked.city().now();
    let until = document.last_day_of_courses(day, day);
    let taken = taken(asked.city().db(), &key, day, until, now).await?;
    let from: Option<ClockTime> = query.from.as_deref().and_then(|text| text.parse().ok());
    let from = from.filter(|_| matches!(resource.times, Times::Free(_)));
    let (lines, together) = match from {
        Some(from) => (
            ends(&asked, &found, resource, day, from, &taken),
            Vec::new(),
        ),
        None => (
            times(&asked, &found, resource, day, &taken),
            joined(&asked, &found, resource, day, &taken),
        ),
    };
    let address = |day: Date| format!("/booking/{key}/{}?day={day}", resource.key);
    let title = what(language, document, resource);
    let body = Body {
        words,
        facility: key.clone(),
        resource: resource.key.to_string(),
        day,
        day_text: long_day(words, language, day),
        choose_day: DateField::new(language, "day", words.get("booking-search-day"))
            .value(Some(day)),
        action: format!("/booking/{key}/{}", resource.key),
        earlier: day
            .checked_sub(1.day())
            .ok()
            .filter(|earlier| *earlier >= today)
            .map(&address),
        later: address(day.checked_add(1.day()).unwrap_or(day)),
        chosen_from: from.map(|from| from.to_string()),
        lines,
        together,
        again: (!matches!(resource.times, Times::Sessions(_))
            && document.rules_of(resource).who != Who::StaffOnly)
            .then(|| {
                format!(
                    "/booking/series/new?facility={key}&resource={}&day={day}",
                    resource.key
                )
            }),
        next: next_session(resource, day).map(|next| {
            let text = if resource.course.is_some() {
                "booking-next-course"
            } else {
                "booking-next-session"
            };
            let next_day = long_day(words, language, next);
            let text = words.with_text(text, "day", &next_day).into_owned();
            (address(next), text)
        }),
        choose: words
            .get(if resource.course.is_some() {
                "booking-choose-course"
            } else {
                "booking-choose"
            })
            .into_owned(),
        rules: {
            let own = document.rules_of(resource);
            let mut all = course_rules(words, resource);
            all.extend(rules(words, document, own));
            all.extend(super::points::rules(&asked, document, own));
            all.extend(can_be_taken_along(words, language, document, resource));
            all
        },
    };
    let mut page = Page::public(asked.shell.clone(), title, &body)
        .breadcrumb(words.get("booking-title"), "/booking")
        .breadcrumb(document.name.get(language), format!("/booking/{key}"));
    if let Some(summary) = &resource.summary {
        page = page.lead(summary.get(language));
    }
    if let Some(problem) = query.problem.as_deref() {
        let text = format!("booking-error-{problem}");
        if words.has(&text) {
            page = page.notice(NotificationBanner::error(words.get(&text)));
        }
    }
    Ok(page.into_response())
}

/// The first day worth looking at: that of the next session, or of the next course, else today.
fn first_day(resource: &Resource, today: Date) -> Date {
    next_session(resource, today.checked_sub(1.day()).unwrap_or(today)).unwrap_or(today)
}

/// The day after a day on which the next session is, or on which the next course begins.
fn next_session(resource: &Resource, day: Date) -> Option<Date> {
    resource
        .beginnings()
        .into_iter()
        .map(Span::day)
        .find(|other| *other > day)
}

fn times(
    asked: &Asked,
    found: &Facility,
    resource: &Resource,
    day: Date,
    taken: &TakenSteps,
) -> Vec<Line> {
    let (words, language) = (asked.words, asked.language);
    let rules = found.document.rules_of(resource);
    let now = asked.city().now();
    let is_free = matches!(resource.times, Times::Free(_));
    found
        .document
        .times_of_day(resource, day, taken)
        .into_iter()
        .map(|time| {
            let window = found.document.window(resource, time.span, now);
            let can = window == Window::Open && time.left > 0;
            let state = match window {
                Window::Early(_) => asked.t("booking-meaning-early"),
                Window::Late => asked.t("booking-meaning-late"),
                Window::WithTheCourse => asked.t("booking-meaning-with-course"),
                Window::Open if time.left == 0 => asked.t("booking-meaning-taken"),
                Window::Open if time.left > 1 => words
                    .with(
                        "booking-meaning-left",
                        &[("n", i64::from(time.left).into())],
                    )
                    .into_owned(),
                Window::Open => asked.t("booking-meaning-free"),
            };
            let course = resource.course_session(time.span);
            Line {
                text: match &course {
                    Some(session) if window == Window::WithTheCourse || session.place > 0 => {
                        format!(
                            "{}{}",
                            session_line(words, language, session.place + 1, time.span),
                            words.with_text(
                                "booking-in-brackets",
                                "text",
                                &words.counted("booking-course-of", session.all.len() as u64),
                            ),
                        )
                    }
                    Some(session) => words
                        .counted("booking-course-of", session.all.len() as u64)
                        .into_owned(),
                    None => time_text(words, language, &time),
                },
                sessions: if window == Window::WithTheCourse {
                    Vec::new()
                } else {
                    sessions(words, language, resource, time.span)
                },
                state,
                fee: fee(asked, found, resource, time.span),
                book: (can && !is_free).then(|| ends_of(time.span)),
                choose: (can && is_free)
                    .then(|| time_address(found.key(), resource, day, time.span.from())),
                wait: (window == Window::Open && time.left == 0 && rules.waiting.is_some())
                    .then(|| super::waiting::address(found.key(), resource, time.span)),
            }
        })
        .collect()
}

/// Several bands on end, where all of them are free.
fn joined(
    asked: &Asked,
    found: &Facility,
    resource: &Resource,
    day: Date,
    taken: &TakenSteps,
) -> Vec<Line> {
    let document = &found.document;
    let (Times::Bands(_), Offered::Times(times)) =
        (&resource.times, document.offered(resource, day))
    else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for (place, first) in times.iter().enumerate() {
        for last in times.iter().skip(place + 1) {
            let Some(span) = Span::new(day, first.span.from(), last.span.to()) else {
                continue;
            };
            let open = document.rules_of(resource).window(span, asked.city().now());
            if open == Window::Open && document.left(resource, span, taken) > 0 {
                lines.push(Line {
                    text: hours(asked.words, span),
                    state: asked.t("booking-meaning-free"),
                    fee: fee(asked, found, resource, span),
                    book: Some(ends_of(span)),
                    choose: None,
                    wait: None,
                    sessions: Vec::new(),
                });
            }
        }
    }
    lines
}

/// The ends that a free time can have, once its beginning is chosen.
fn ends(
    asked: &Asked,
    found: &Facility,
    resource: &Resource,
    day: Date,
    from: ClockTime,
    taken: &TakenSteps,
) -> Vec<Line> {
    found
        .document
        .possible_ends(resource, day, from, taken)
        .into_iter()
        .filter_map(|to| Span::new(day, from, to))
        .map(|span| Line {
            text: hours(asked.words, span),
            state: asked.t("booking-meaning-free"),
            fee: fee(asked, found, resource, span),
            book: Some(ends_of(span)),
            choose: None,
            wait: None,
            sessions: Vec::new(),
        })
        .collect()
}

fn ends_of(span: Span) -> (String, String) {
    (String::from(span.from()), String::from(span.to()))
}

/// What it costs somebody of the city who asks for nothing special; nothing where it depends on more than that.
fn fee(asked: &Asked, found: &Facility, resource: &Resource, span: Span) -> String {
    let of = Use {
        people: 1,
        is_resident: true,
        ..Use::default()
    };
    found
        .document
        .fee(resource, span, &of)
        .map_or_else(|_| String::new(), |fee| amount(asked.words, fee.total))
}
