//! Another time for whoever won one that the city has taken since.

use askama::Template;
use axum::{extract::Path, response::Response};
use jiff::civil::Date;
use yakuba_city::web::Problem;
use yakuba_ui::{DescriptionList, Fields, FormErrors, NotificationBanner, Words, done as go};

use super::{HOME, own, page};
use crate::{
    LOTTERY_WORDS,
    desk::{WORDS, href},
    error::BookingError,
    pages::{
        asked::{Asked, day_of, private},
        choosing_time::{Looked, TimeChoice, choice, read_span, use_of},
        lottery::{Room, showing},
    },
    store::{
        Facility,
        history::{Way, record_looks},
        lottery::{self, Entry, EntryState, Round, book_instead},
        reservations::{reservation, taken},
    },
    telling::{CityNews, tell_by_city},
};

#[derive(Template)]
#[template(path = "lottery/desk_instead.html")]
struct Body {
    words: Words,
    desk: Words,
    at: String,
    details: DescriptionList,
    choice: TimeChoice,
}

/// The address of the page for an entry.
pub(super) fn at(round: i64, entry: i64) -> String {
    format!("{HOME}/{round}/entries/{entry}/instead")
}

/// A blocked entry of a round that this person looks after; everything else does not exist.
async fn blocked(room: &Room, round: i64, id: i64) -> Result<(Round, Facility, Entry), Problem> {
    let (round, found) = own(room, round).await?;
    let entry = lottery::entry(room.asked.city().db(), id)
        .await?
        .filter(|entry| entry.round == round.id && entry.state == EntryState::Blocked)
        .ok_or(Problem::NotFound)?;
    Ok((round, found, entry))
}

pub(super) async fn show(
    asked: Asked,
    Path((round, id)): Path<(i64, i64)>,
    axum::extract::RawQuery(query): axum::extract::RawQuery,
) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let (round, found, entry) = blocked(&room, round, id).await?;
    let fields = Fields::of_query(&query.unwrap_or_default());
    shown(
        &room,
        &round,
        &found,
        &entry,
        &fields,
        &FormErrors::new(),
        None,
    )
    .await
}

async fn shown(
    room: &Room,
    round: &Round,
    found: &Facility,
    entry: &Entry,
    fields: &Fields,
    errors: &FormErrors,
    problem: Option<String>,
) -> Result<Response, Problem> {
    let (language, document) = (room.language(), &found.document);
    let city = room.asked.city();
    let won = entry.won.and_then(|won| entry.choices.get(won));
    let first = won.and_then(|choice| choice.places().first());
    let resource = document
        .resource(fields.get("resource"))
        .or_else(|| document.resource(&first?.resource))
        .or_else(|| document.resources.first())
        .ok_or(Problem::NotFound)?;
    let day: Date = day_of(fields)
        .or_else(|| first.map(|place| place.span.day()))
        .unwrap_or_else(|| city.today());
    let length = fields
        .get("length")
        .parse()
        .unwrap_or_else(|_| first.map_or(60, |place| place.span.minutes()));
    let taken = taken(city.db(), found.key(), day, day, city.now()).await?;
    let now = city.now();
    let mut spans = document.free_spans(resource, day, length, &taken);
    spans.retain(|span| span.beginning() > now);
    let (_, contact) = entry.contact(room.asked.key())?;
    let details = DescriptionList::new()
        .text(room.t("lottery-desk-name"), contact.name)
        .text(
            room.t("lottery-desk-phone"),
            contact.phone.or(contact.email).unwrap_or_default(),
        )
        .text(
            room.t("lottery-desk-time"),
            won.map_or_else(String::new, |won| showing::choice(language, document, won)),
        );
    let desk = WORDS.words(language);
    let looked = Looked {
        document,
        resource,
        day,
        length,
        spans,
        of: use_of(entry.of.clone(), resource),
        label: room.t("lottery-desk-instead-time"),
    };
    let body = Body {
        words: room.texts,
        desk,
        at: at(round.id, entry.id),
        details,
        choice: choice(language, looked, fields, errors),
    };
    let mut page = page(room, room.t("lottery-desk-instead"), &body)
        .breadcrumb(room.t("lottery-title"), HOME)
        .breadcrumb(
            showing::title(room, round, document),
            format!("{HOME}/{}", round.id),
        )
        .with_errors(!errors.is_empty());
    if let Some(problem) = problem {
        page = page
            .notice(NotificationBanner::error(problem))
            .with_errors(true);
    }
    Ok(private(page))
}

pub(super) async fn book(
    asked: Asked,
    Path((round, id)): Path<(i64, i64)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let (round, found, entry) = blocked(&room, round, id).await?;
    let span = day_of(&fields).and_then(|day| read_span(day, fields.get("time")));
    let Some(span) = span else {
        let mut errors = FormErrors::new();
        let desk = WORDS.words(room.language());
        errors.add("time", desk.get("desk-problem-choose").into_owned());
        return shown(&room, &round, &found, &entry, &fields, &errors, None).await;
    };
    let account = room
        .asked
        .principal
        .staff()
        .map(|staff| staff.account)
        .ok_or(Problem::SignInNeeded)?;
    let input = (
        room.asked.key().clone(),
        found.document.clone(),
        id,
        fields.get("resource").to_owned(),
        span,
        account,
    );
    let outcome: Result<i64, BookingError> = room
        .asked
        .city()
        .write(
            room.asked.principal.actor(),
            input,
            |tx, (key, document, id, resource, span, account)| {
                Box::pin(async move {
                    let (booked, is_new) =
                        book_instead(tx, key, document, *id, resource, *span).await?;
                    if is_new && let Some(made) = reservation(tx.connection(), booked).await? {
                        record_looks(tx, &[booked], *account, Way::Page).await?;
                        let language = made
                            .contact(key)?
                            .map(|(_, contact)| contact.language)
                            .unwrap_or_default();
                        let said = LOTTERY_WORDS.words(language).get("lottery-mail-instead");
                        tell_by_city(tx, key, document, &made, CityNews::Entered, &said).await?;
                    }
                    Ok(booked)
                })
            },
        )
        .await;
    match outcome {
        Ok(booked) => Ok(go(&href(booked), "entered")),
        Err(error) => {
            let problem = room.explain(error)?;
            shown(
                &room,
                &round,
                &found,
                &entry,
                &fields,
                &FormErrors::new(),
                Some(problem),
            )
            .await
        }
    }
}
