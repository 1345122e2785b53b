//! A series: its days, and giving the rest of it up.

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::Response,
};
use sea_orm::ConnectionTrait;
use yakuba_city::web::Problem;
use yakuba_kernel::Yen;
use yakuba_ui::{DescriptionList, Fields, Language, NotificationBanner, Page, Words, done};

use super::{HOME, WORDS};
use crate::{
    PAGE_WORDS,
    error::BookingError,
    model::{series::Failure, state::Step, time::Span},
    pages::{
        asked::{Asked, private},
        words::{amount, hours, long_day, what},
    },
    store::{
        Facility, facility,
        groups::{self, role_in},
        points::late_points,
        reservations::{self, kept_now, reservation},
        series::{self, Series, days, series_of, still_to_come},
    },
};

fn me(asked: &Asked) -> Result<i64, Problem> {
    asked
        .principal
        .resident()
        .map(|resident| resident.id)
        .ok_or(Problem::ResidentSignInNeeded)
}

/// What a series is of, and when.
pub(crate) fn title(
    language: Language,
    series: &Series,
    place: Option<&Facility>,
) -> (String, String) {
    let (words, texts) = (PAGE_WORDS.words(language), WORDS.words(language));
    let name = place
        .and_then(|place| {
            let resource = place.document.resource(&series.resource)?;
            Some(what(language, &place.document, resource))
        })
        .unwrap_or_default();
    let times = Span::new(series.first, series.from, series.to)
        .map(|span| hours(words, span))
        .unwrap_or_default();
    let pattern = texts.get(&format!("series-pattern-{}", series.pattern.name()));
    let since = long_day(words, language, series.first);
    let text = texts.with(
        "series-when",
        &[
            ("pattern", pattern.into_owned().into()),
            ("first", since.into()),
            ("times", times.into()),
        ],
    );
    (name, text.into_owned())
}

/// A day of a series in words: the day, what became of it, and its reservation.
pub(crate) struct Line {
    pub(crate) day: String,
    pub(crate) state: String,
    pub(crate) reservation: Option<i64>,
}

/// The days of a series in words.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn lines(
    connection: &impl ConnectionTrait,
    language: Language,
    id: i64,
) -> Result<Vec<Line>, BookingError> {
    let (words, texts) = (PAGE_WORDS.words(language), WORDS.words(language));
    let mut lines = Vec::new();
    for day in days(connection, id).await? {
        let (state, reservation_id) = match day.outcome {
            Ok(id) => {
                let state = reservation(connection, id).await?.map(|found| found.state);
                let state = state.map_or_else(String::new, |state| {
                    words
                        .get(&format!("booking-state-{}", state.name()))
                        .into_owned()
                });
                (state, Some(id))
            }
            Err(failure) => {
                let key = format!("series-day-{}", Failure::name(failure));
                (texts.get(&key).into_owned(), None)
            }
        };
        lines.push(Line {
            day: long_day(words, language, day.day),
            state,
            reservation: reservation_id,
        });
    }
    Ok(lines)
}

struct Item {
    id: i64,
    title: String,
    when: String,
}

#[derive(Template)]
#[template(path = "series/list.html")]
struct List {
    texts: Words,
    items: Vec<Item>,
}

pub(super) async fn list(asked: Asked) -> Result<Response, Problem> {
    let texts = WORDS.words(asked.language);
    let mut items = Vec::new();
    for series in series_of(asked.city().db(), me(&asked)?).await? {
        let place = facility(asked.city().db(), &series.facility).await?;
        let (title, when) = title(asked.language, &series, place.as_ref());
        items.push(Item {
            id: series.id,
            title,
            when,
        });
    }
    let page = Page::public(
        asked.shell.clone(),
        texts.get("series-title"),
        &List { texts, items },
    )
    .breadcrumb(asked.words.get("booking-title"), "/booking")
    .breadcrumb(asked.words.get("booking-mine-title"), "/booking/mine")
    .lead(texts.get("series-lead"))
    .narrow()
    .not_for_search_engines();
    Ok(private(page))
}

#[derive(Template)]
#[template(path = "series/show.html")]
struct Body {
    texts: Words,
    words: Words,
    id: i64,
    details: DescriptionList,
    lines: Vec<Line>,
    open: usize,
    loses: Option<String>,
}

/// A series of this account or of a group it acts for; to everybody else it does not exist.
async fn find(asked: &Asked, id: i64) -> Result<Series, Problem> {
    let me = me(asked)?;
    let db = asked.city().db();
    let found = series::series(db, id).await?.ok_or(Problem::NotFound)?;
    let is_theirs = match found.group {
        Some(group) => role_in(db, group, me).await?.is_some(),
        None => found.resident == Some(me),
    };
    is_theirs.then_some(found).ok_or(Problem::NotFound)
}

pub(super) async fn page(
    asked: Asked,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = Fields::of_query(&query.unwrap_or_default());
    let found = find(&asked, id).await?;
    shown(&asked, &found, query.get("done"), None).await
}

async fn shown(
    asked: &Asked,
    found: &Series,
    done: &str,
    problem: Option<String>,
) -> Result<Response, Problem> {
    let (words, language) = (asked.words, asked.language);
    let texts = WORDS.words(language);
    let db = asked.city().db();
    let place = facility(db, &found.facility).await?;
    let (name, when) = title(language, found, place.as_ref());
    let mut details = DescriptionList::new()
        .text(words.get("booking-what"), &name)
        .text(words.get("booking-when"), when);
    if let Some(group) = found.group
        && let Some(group) = groups::group(db, group).await?
    {
        details = details.text(words.get("booking-as"), &group.name);
    }
    let lines = lines(db, language, found.id).await?;
    let open = still_to_come(db, found.id, asked.city().now()).await?;
    let (mut kept, mut points) = (Yen::ZERO, 0);
    for one in &open {
        let now = asked.city().now();
        let fee = kept_now(place.as_ref().map(|place| &*place.document), one, now);
        kept = kept.checked_add(fee).unwrap_or(kept);
        points += place
            .as_ref()
            .map_or(0, |place| late_points(&place.document, one, now));
    }
    let body = Body {
        texts,
        words,
        id: found.id,
        details,
        lines,
        open: open.len(),
        loses: (kept > Yen::ZERO || points > 0).then(|| {
            texts
                .with(
                    "series-cancel-loses",
                    &[
                        ("amount", amount(words, kept).into()),
                        ("points", i64::from(points).into()),
                    ],
                )
                .into_owned()
        }),
    };
    let mut page = Page::public(asked.shell.clone(), texts.get("series-one-title"), &body)
        .breadcrumb(words.get("booking-title"), "/booking")
        .breadcrumb(texts.get("series-title"), HOME)
        .narrow()
        .not_for_search_engines();
    let key = format!("series-done-{done}");
    if !done.is_empty() && texts.has(&key) {
        page = page.notice(NotificationBanner::success(texts.get(&key)));
    }
    if let Some(problem) = problem {
        page = page.notice(NotificationBanner::error(problem));
    }
    Ok(private(page))
}

/// Gives up what is still to come, each by itself.
pub(super) async fn cancel(asked: Asked, Path(id): Path<i64>) -> Result<Response, Problem> {
    let found = find(&asked, id).await?;
    for one in still_to_come(asked.city().db(), id, asked.city().now()).await? {
        let outcome: Result<_, BookingError> = asked
            .city()
            .write(asked.principal.actor(), one.id, |tx, id| {
                Box::pin(reservations::step(tx, *id, Step::Cancel))
            })
            .await;
        if let Err(error) = outcome {
            let problem = asked.explain(error)?;
            return shown(&asked, &found, "", Some(problem)).await;
        }
    }
    Ok(done(&format!("{HOME}/{id}"), "cancelled"))
}
