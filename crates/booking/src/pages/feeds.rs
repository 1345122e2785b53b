//! Calendars to subscribe to: of a person and a group at a secret address, of a resource at a public one that tells no names.

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use yakuba_city::web::{Access, Problem, Routes};
use yakuba_identity::Token;
use yakuba_ui::{Catalogue, Fields, NotificationBanner, Page, Words, done};

use super::{
    asked::{Asked, private},
    words::what,
};
use crate::{
    calendar_file::{Event, calendar},
    error::BookingError,
    model::{
        state::State,
        time::{ClockTime, moment},
    },
    store::{
        facility,
        feeds::{self, Owner},
        groups::{self, groups_of, role_in},
        reservations::{Reservation, by_session, of_group, of_resident, taken},
    },
};

/// The texts about calendars.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("feeds");

const HOME: &str = "/booking/feeds";

/// So many days ahead the public calendar of a resource tells what is taken.
const DAYS: i64 = 90;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get(HOME, Access::Resident, page)
        .post("/booking/feeds/renew", Access::Resident, renew)
        .post("/booking/feeds/end", Access::Resident, end)
        .get("/booking/feeds/{token}", Access::Public, secret)
        .get(
            "/booking/{facility}/{resource}/calendar.ics",
            Access::Public,
            public,
        )
}

struct Feed {
    owner: String,
    name: String,
    address: Option<String>,
}

#[derive(Template)]
#[template(path = "feeds/list.html")]
struct Body {
    texts: Words,
    feeds: Vec<Feed>,
}

fn me(asked: &Asked) -> Result<i64, Problem> {
    asked
        .principal
        .resident()
        .map(|resident| resident.id)
        .ok_or(Problem::ResidentSignInNeeded)
}

async fn page(asked: Asked, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let query = Fields::of_query(&query.unwrap_or_default());
    let texts = WORDS.words(asked.language);
    let me = me(&asked)?;
    let db = asked.city().db();
    let mut owners = vec![(Owner::Resident(me), texts.get("feeds-own").into_owned())];
    for group in groups_of(db, me).await? {
        owners.push((Owner::Group(group.id), group.name));
    }
    let base = asked.identity.settings().public_url.as_str();
    let base = base.trim_end_matches('/');
    let mut feeds = Vec::new();
    for (owner, name) in owners {
        let token = feeds::token(db, asked.key(), owner).await?;
        feeds.push(Feed {
            owner: owner.name(),
            name,
            address: token.map(|token| format!("{base}{HOME}/{}", token.as_str())),
        });
    }
    let mut page = Page::public(
        asked.shell.clone(),
        texts.get("feeds-title"),
        &Body { texts, feeds },
    )
    .breadcrumb(asked.words.get("booking-title"), "/booking")
    .breadcrumb(asked.words.get("booking-mine-title"), "/booking/mine")
    .lead(texts.get("feeds-lead"))
    .narrow()
    .not_for_search_engines();
    let key = format!("feeds-done-{}", query.get("done"));
    if texts.has(&key) {
        page = page.notice(NotificationBanner::success(texts.get(&key)));
    }
    Ok(private(page))
}

/// The calendar a form speaks of, if it is theirs.
async fn theirs(asked: &Asked, fields: &Fields) -> Result<Owner, Problem> {
    let me = me(asked)?;
    match Owner::read(fields.get("owner")) {
        Some(Owner::Resident(id)) if id == me => Ok(Owner::Resident(id)),
        Some(Owner::Group(id)) if role_in(asked.city().db(), id, me).await?.is_some() => {
            Ok(Owner::Group(id))
        }
        _ => Err(Problem::NotFound),
    }
}

async fn renew(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let owner = theirs(&asked, &fields).await?;
    asked
        .city()
        .write(
            asked.principal.actor(),
            (asked.key().clone(), owner),
            |tx, (key, owner)| Box::pin(feeds::renew(tx, key, *owner)),
        )
        .await?;
    Ok(done(HOME, "renewed"))
}

async fn end(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let owner = theirs(&asked, &fields).await?;
    asked
        .city()
        .write(asked.principal.actor(), owner, |tx, owner| {
            Box::pin(feeds::end(tx, *owner))
        })
        .await
        .map_err(|error: BookingError| Problem::from(error))?;
    Ok(done(HOME, "ended"))
}

/// A calendar, or that it has not changed since the reader fetched it last.
fn answer(headers: &HeaderMap, text: String, cache: &'static str) -> Response {
    let tag = format!("\"{}\"", &blake3::hash(text.as_bytes()).to_hex()[..32]);
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            value
                .split(',')
                .map(|one| one.trim().trim_start_matches("W/"))
                .any(|one| one == tag || one == "*")
        });
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        text.into_response()
    };
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/calendar; charset=utf-8"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// The reservations of whoever was given this address: what, where and when, and nobody's name.
async fn secret(
    asked: Asked,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let db = asked.city().db();
    let token = Token::received(token.trim_end_matches(".ics"));
    let owner = feeds::owner(db, asked.key(), &token)
        .await?
        .ok_or(Problem::NotFound)?;
    let texts = WORDS.words(asked.language);
    let (name, reservations) = match owner {
        Owner::Resident(id) => (
            texts.get("feeds-own").into_owned(),
            of_resident(db, id).await?,
        ),
        Owner::Group(id) => (
            groups::group(db, id).await?.ok_or(Problem::NotFound)?.name,
            of_group(db, id).await?,
        ),
    };
    let mut events = Vec::new();
    for found in by_session(db, reservations).await? {
        events.push(event(&asked, &found).await?);
    }
    let text = calendar(&name, &events);
    Ok(answer(&headers, text, "private, no-cache"))
}

async fn event(asked: &Asked, found: &Reservation) -> Result<Event, Problem> {
    let place = facility(asked.city().db(), &found.facility).await?;
    let (title, address) = place
        .as_ref()
        .map(|place| {
            let document = &place.document;
            let title = document
                .resource(&found.resource)
                .map(|resource| what(asked.language, document, resource))
                .unwrap_or_default();
            let address = document
                .address
                .as_ref()
                .map_or("", |address| address.get(asked.language));
            (title, address.to_owned())
        })
        .unwrap_or_default();
    let title = if found.state == State::Requested {
        WORDS
            .words(asked.language)
            .with_text("feeds-requested", "title", &title)
            .into_owned()
    } else {
        title
    };
    // Nothing that changes from one fetching to the next: the tag would be of no use.
    Ok(Event::of(found, &title, &address, found.made_at))
}

/// When a resource is taken, for everybody: no names, no purposes, nothing but the times.
async fn public(
    asked: Asked,
    Path((key, resource)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let place = asked.facility(&key).await?;
    let document = &place.document;
    let resource = document.resource(&resource).ok_or(Problem::NotFound)?;
    let (today, now) = (asked.city().today(), asked.city().now());
    let last = today.checked_add(DAYS.days()).unwrap_or(today);
    let taken = taken(asked.city().db(), &key, today, last, now).await?;
    let texts = WORDS.words(asked.language);
    let units = resource.units();
    let is_all_or_one = matches!(resource.takes, crate::model::document::Takes::Units(_));
    // A step is taken when a booking could not have it: one of its units is gone, or all of what is alike.
    let mut steps: std::collections::BTreeMap<i64, usize> = std::collections::BTreeMap::new();
    for (unit, at) in taken.iter() {
        if units.iter().any(|one| one == unit) {
            *steps.entry(at).or_default() += 1;
        }
    }
    let length = i64::from(document.step.minutes());
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for (at, count) in steps {
        if !is_all_or_one && count < units.len() {
            continue;
        }
        match spans.last_mut() {
            Some(last) if last.1 == at => last.1 = at + length,
            _ => spans.push((at, at + length)),
        }
    }
    let beginning = moment(jiff::civil::date(1970, 1, 1), ClockTime::default());
    let at = |minutes: i64| -> Timestamp {
        beginning
            .checked_add(SignedDuration::from_mins(minutes))
            .unwrap_or(Timestamp::MAX)
    };
    let title = what(asked.language, document, resource);
    let events: Vec<Event> = spans
        .into_iter()
        .map(|(from, to)| Event {
            id: format!("{key}-{}-{from}", resource.key),
            stamp: moment(today, ClockTime::default()),
            from: at(from),
            to: at(to),
            sequence: 0,
            is_cancelled: false,
            title: texts.get("feeds-taken").into_owned(),
            address: title.clone(),
        })
        .collect();
    let text = calendar(&title, &events);
    Ok(answer(&headers, text, "public, max-age=300"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_fetched_it_already_is_sent_nothing() {
        let text = || calendar("会館", &[]);
        let first = answer(&HeaderMap::new(), text(), "private, no-cache");
        let tag = first.headers()[header::ETAG].clone();
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, tag.clone());
        let again = answer(&headers, text(), "private, no-cache");
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let other = answer(&headers, calendar("体育館", &[]), "private, no-cache");
        assert_eq!(other.status(), StatusCode::OK);
        assert_ne!(other.headers()[header::ETAG], tag);
    }

    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&WORDS);
    }
}
