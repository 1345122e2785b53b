//! What somebody has booked: found by its number or by the account, and given up.
//!
//! A number never stands in an address: it is sent in the body of a form, and the page that answers is kept by nobody.

use askama::Template;
use axum::{
    extract::Query,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use yakuba_city::web::{Principal, Problem};
use yakuba_identity::Receipt;
use yakuba_mail::EmailAddress;
use yakuba_ui::{
    DescriptionList, ErrorSummary, Fields, FormErrors, NotificationBanner, Page, TextField, Words,
};

use super::{
    asked::{Asked, private},
    change::may_change,
    facility::cancelling,
    points,
    words::{amount, equipment, purpose, session_line, what, when, when_all},
};
use crate::{
    calendar_file,
    error::BookingError,
    model::{
        state::{State, Step},
        time::Span,
    },
    permit::Paper,
    store::{
        Facility, facility,
        groups::role_in,
        people::Holder,
        reservations::{
            self, Reservation, by_number, by_session, of_resident, reservation, sessions_of,
        },
    },
    telling::{self, News},
};

#[derive(Deserialize)]
pub(super) struct Asking {
    done: Option<String>,
}

struct Item {
    id: i64,
    title: String,
    when: String,
    state: String,
}

#[derive(Template)]
#[template(path = "pages/mine.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    coming: Vec<Item>,
    past: Vec<Item>,
    is_resident: bool,
    standing: Vec<String>,
    number: TextField,
}

pub(super) async fn page(asked: Asked, Query(query): Query<Asking>) -> Result<Response, Problem> {
    list(&asked, &FormErrors::new(), query.done.as_deref()).await
}

async fn list(asked: &Asked, errors: &FormErrors, done: Option<&str>) -> Result<Response, Problem> {
    let (words, language) = (asked.words, asked.language);
    let (mut coming, mut past) = (Vec::new(), Vec::new());
    let resident = asked.principal.resident().map(|resident| resident.id);
    if let Some(resident) = resident {
        for found in of_resident(asked.city().db(), resident).await? {
            let title = title(asked, &found).await?;
            let sessions = booked_sessions(asked, &found).await?;
            let ends = sessions
                .last()
                .map_or(found.span, |session| session.span)
                .end();
            let is_coming = found.state.is_open() && ends > asked.city().now();
            let spans: Vec<Span> = sessions.iter().map(|session| session.span).collect();
            let item = Item {
                id: found.id,
                title,
                when: when_all(words, language, &spans)
                    .unwrap_or_else(|| when(words, language, found.span)),
                state: asked.t(&format!("booking-state-{}", found.state.name())),
            };
            if is_coming {
                coming.insert(0, item);
            } else {
                past.push(item);
            }
        }
    }
    let standing = match resident {
        Some(resident) => {
            points::standing(asked, &Holder::Resident(resident).hash(asked.key())).await?
        }
        None => Vec::new(),
    };
    let body = Body {
        words,
        standing,
        errors: errors.summary(language),
        coming,
        past,
        is_resident: resident.is_some(),
        number: TextField::new(language, "number", words.get("booking-number"))
            .support(words.get("booking-number-support"))
            .width(24)
            .required()
            .errors(errors),
    };
    let mut page = Page::public(asked.shell.clone(), words.get("booking-mine-title"), &body)
        .breadcrumb(words.get("booking-title"), "/booking")
        .narrow()
        .not_for_search_engines()
        .with_errors(!errors.is_empty());
    if let Some(notice) = asked.done(done) {
        page = page.notice(notice);
    }
    Ok(private(page))
}

/// The sessions of a booking of a course; nothing when it is none.
async fn booked_sessions(asked: &Asked, found: &Reservation) -> Result<Vec<Reservation>, Problem> {
    if found.is_course {
        Ok(sessions_of(asked.city().db(), found.id).await?)
    } else {
        Ok(Vec::new())
    }
}

async fn title(asked: &Asked, found: &Reservation) -> Result<String, Problem> {
    let facility = facility(asked.city().db(), &found.facility).await?;
    Ok(facility
        .as_ref()
        .and_then(|facility| {
            let resource = facility.document.resource(&found.resource)?;
            Some(what(asked.language, &facility.document, resource))
        })
        .unwrap_or_default())
}

/// The reservation that a form speaks of: by its number, or one of this account.
pub(super) async fn asked_for(
    asked: &Asked,
    fields: &Fields,
) -> Result<Option<Reservation>, Problem> {
    let connection = asked.city().db();
    if fields.has("number") {
        asked.begin_looking_up().await?;
        let found = match fields.get("number").parse::<Receipt>() {
            Ok(number) => by_number(connection, asked.key(), &number).await?,
            Err(_) => None,
        };
        if found.is_some() {
            asked.found_it().await?;
        }
        return Ok(found);
    }
    let (Some(id), Principal::Resident(resident)) = (fields.integer("id"), &asked.principal) else {
        return Ok(None);
    };
    let Some(found) = reservation(connection, id)
        .await?
        .filter(|found| found.state != State::Held && found.course.is_none())
    else {
        return Ok(None);
    };
    // One's own, or that of a group one acts for.
    let is_theirs = found.resident == Some(resident.id)
        || match found.group {
            Some(group) => role_in(connection, group, resident.id).await?.is_some(),
            None => false,
        };
    Ok(is_theirs.then_some(found))
}

pub(super) async fn not_found(asked: &Asked) -> Result<Response, Problem> {
    let mut errors = FormErrors::new();
    errors.add("number", asked.t("booking-error-number"));
    list(asked, &errors, None).await
}

#[derive(Template)]
#[template(path = "pages/reservation.html")]
struct Shown {
    words: Words,
    details: DescriptionList,
    /// The sessions of a course with what has become of each.
    sessions: Vec<(String, String)>,
    can_cancel: bool,
    can_change: bool,
    /// The key of what the paper about it is called, when there is one.
    paper: Option<&'static str>,
    loses: Option<String>,
    costs_points: Option<String>,
    rules: Vec<String>,
    /// The field by which the next form finds it again.
    by: (&'static str, String),
}

pub(super) async fn show(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    match asked_for(&asked, &fields).await? {
        Some(found) => shown(&asked, &fields, &found, None).await,
        None => not_found(&asked).await,
    }
}

pub(super) fn by(fields: &Fields) -> (&'static str, String) {
    if fields.has("number") {
        ("number", fields.get("number").to_owned())
    } else {
        ("id", fields.get("id").to_owned())
    }
}

pub(super) async fn shown(
    asked: &Asked,
    fields: &Fields,
    found: &Reservation,
    notice: Option<NotificationBanner>,
) -> Result<Response, Problem> {
    let (words, language) = (asked.words, asked.language);
    let (number, contact) = found.contact(asked.key())?.ok_or(Problem::NotFound)?;
    let place = facility(asked.city().db(), &found.facility).await?;
    let resource = place
        .as_ref()
        .and_then(|facility: &Facility| facility.document.resource(&found.resource));
    let sessions = booked_sessions(asked, found).await?;
    let spans: Vec<Span> = sessions.iter().map(|session| session.span).collect();
    let mut details = DescriptionList::new()
        .text(words.get("booking-number"), number)
        .text(
            words.get("booking-state"),
            words.get(&format!("booking-state-{}", found.state.name())),
        )
        .text(
            words.get("booking-when"),
            when_all(words, language, &spans).unwrap_or_else(|| when(words, language, found.span)),
        );
    if let (Some(facility), Some(resource)) = (&place, resource) {
        details = details.text(
            words.get("booking-what"),
            what(language, &facility.document, resource),
        );
        if !found.purpose.is_empty() {
            details = details.text(
                words.get("booking-purpose"),
                purpose(language, resource, &found.purpose),
            );
        }
        if let Some(along) = equipment(language, &facility.document, &found.of()) {
            details = details.text(words.get("booking-equipment"), along);
        }
        if let Some(address) = &facility.document.address {
            details = details.text(words.get("booking-address"), address.get(language));
        }
        if let Some(phone) = &facility.document.phone {
            details = details.text(words.get("booking-phone"), phone);
        }
    }
    details = details
        .text(
            words.get("booking-people"),
            words.counted("booking-people-count", found.people),
        )
        .text(words.get("booking-fee"), amount(words, found.fee));
    if found.kept_fee.amount() > 0 {
        details = details.text(words.get("booking-kept-fee"), amount(words, found.kept_fee));
    }
    details = details.text(words.get("booking-name"), contact.name);
    let now = asked.city().now();
    let rules = place
        .as_ref()
        .zip(resource)
        .map(|(facility, resource)| facility.document.rules_of(resource));
    let can_cancel =
        matches!(found.state, State::Requested | State::Confirmed) && now < found.span.beginning();
    let kept = reservations::kept_now(
        place.as_ref().map(|facility| &*facility.document),
        found,
        now,
    );
    let costs_points = match &place {
        Some(place) if can_cancel => {
            points::before_cancelling(asked, &place.document, found).await?
        }
        _ => None,
    };
    let body = Shown {
        words,
        details,
        sessions: sessions
            .iter()
            .enumerate()
            .map(|(place, session)| {
                (
                    session_line(words, language, place + 1, session.span),
                    asked.t(&format!("booking-state-{}", session.state.name())),
                )
            })
            .collect(),
        can_cancel,
        can_change: place
            .as_ref()
            .is_some_and(|place| may_change(place, found, now)),
        paper: place
            .as_ref()
            .filter(|_| {
                matches!(found.state, State::Confirmed | State::Attended)
                    && resource.is_some()
                    && !found.is_own
            })
            .map(|place| match Paper::of(place.document.kind, found) {
                Paper::Permit => "booking-paper-permit",
                Paper::Course => "booking-paper-course",
                Paper::Appointment => "booking-paper-appointment",
            }),
        loses: (can_cancel && kept.amount() > 0).then(|| {
            words
                .with_text("booking-cancel-loses", "amount", &amount(words, kept))
                .into_owned()
        }),
        costs_points,
        rules: match (rules, &place) {
            (Some(rules), Some(place)) => {
                let mut all = cancelling(words, &place.document, rules);
                all.extend(points::rules(asked, &place.document, rules));
                all
            }
            _ => Vec::new(),
        },
        by: by(fields),
    };
    let mut page = Page::public(
        asked.shell.clone(),
        words.get("booking-reservation-title"),
        &body,
    )
    .breadcrumb(words.get("booking-title"), "/booking")
    .breadcrumb(words.get("booking-mine-title"), "/booking/mine")
    .narrow()
    .not_for_search_engines();
    if let Some(notice) = notice {
        page = page.notice(notice);
    }
    Ok(private(page))
}

/// What a mail to whoever booked is about; none when there is no address.
pub(super) async fn news_of(
    asked: &Asked,
    found: &Reservation,
) -> Result<Option<telling::Prepared>, Problem> {
    let Some((_, contact)) = found.contact(asked.key())? else {
        return Ok(None);
    };
    let place = facility(asked.city().db(), &found.facility).await?;
    Ok(contact
        .email
        .and_then(|email| EmailAddress::read(&email).ok())
        .and_then(|to| {
            let place = place.as_ref()?;
            let resource = place.document.resource(&found.resource)?;
            Some(telling::prepare(
                asked.words,
                asked.language,
                to,
                &place.document,
                resource,
                found.span,
            ))
        }))
}

/// The permit as PDF.
pub(super) async fn permit(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let Some(found) = asked_for(&asked, &fields).await? else {
        return not_found(&asked).await;
    };
    let place = facility(asked.city().db(), &found.facility)
        .await?
        .ok_or(Problem::NotFound)?;
    let name = asked.shell.city_name.clone();
    let bytes = crate::permit::permit(asked.city(), &name, &found, &place).await?;
    let mut response = private(bytes);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/pdf"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"permit.pdf\""),
    );
    Ok(response)
}

pub(super) async fn cancel(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let Some(found) = asked_for(&asked, &fields).await? else {
        return not_found(&asked).await;
    };
    let news = news_of(&asked, &found).await?;
    let outcome: Result<_, BookingError> = asked
        .city()
        .write(
            asked.principal.actor(),
            (found.id, news, asked.key().clone()),
            |tx, (id, news, key)| {
                Box::pin(async move {
                    let changed = reservations::step(tx, *id, Step::Cancel).await?;
                    if let Some(news) = news.as_ref().filter(|_| !changed.already) {
                        telling::tell(tx, key, news, News::Cancelled).await?;
                    }
                    Ok(changed)
                })
            },
        )
        .await;
    let notice = match outcome {
        Ok(_) => NotificationBanner::success(asked.t("booking-done-cancelled")),
        Err(error) => NotificationBanner::error(asked.explain(error)?),
    };
    let found = reservation(asked.city().db(), found.id)
        .await?
        .ok_or(Problem::NotFound)?;
    shown(&asked, &fields, &found, Some(notice)).await
}

/// The reservation as a file for a calendar.
pub(super) async fn calendar(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let Some(found) = asked_for(&asked, &fields).await? else {
        return not_found(&asked).await;
    };
    let title = title(&asked, &found).await?;
    let place = facility(asked.city().db(), &found.facility).await?;
    let address = place
        .as_ref()
        .and_then(|facility| facility.document.address.as_ref())
        .map_or("", |address| address.get(asked.language));
    let found = by_session(asked.city().db(), vec![found]).await?;
    let text = calendar_file::events(&found, &title, address, asked.city().now());
    let mut response = private(text);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/calendar; charset=utf-8"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"reservation.ics\""),
    );
    Ok(response.into_response())
}
