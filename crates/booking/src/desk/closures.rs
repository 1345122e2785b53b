//! Closing a facility for days: what would give way is shown first; afterwards the list of what did, and reopening.

use askama::Template;
use axum::{extract::Path, response::Response};
use jiff::ToSpan as _;
use yakuba_city::web::Problem;
use yakuba_identity::Token;
use yakuba_kernel::Yen;
use yakuba_ui::{
    Cell, Choice, Column, DateField, DescriptionList, ErrorSummary, Fields, FormErrors, Html, Row,
    Select, Table, TextField, Words, done, format,
};

use super::{
    HOME,
    giving_way::{Proposal, shown as shown_giving_way},
    home::list,
    refunds::written,
    room::{Room, private},
};
use crate::{
    capabilities::TAKE_OVER,
    pages::words::{amount, long_day},
    store::{
        Facility,
        closures::{self, Closure, NewClosure, Stage, would_give_way},
        reservations::given_way_to_closure,
    },
};

#[derive(Template)]
#[template(path = "desk/closures.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    at: String,
    table: Option<Table>,
    resource: Select,
    first: DateField,
    last: DateField,
    reason: TextField,
    preview: Option<Html>,
}

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let place = room.facility(&key, TAKE_OVER).await?;
    let fields = room.query.clone();
    shown(&room, &place, &fields, fields.has("reason")).await
}

fn wanted(room: &Room, place: &Facility, fields: &Fields) -> Result<NewClosure, FormErrors> {
    let mut errors = FormErrors::new();
    let resource = fields.optional("resource");
    if let Some(resource) = &resource
        && place.document.resource(resource).is_none()
    {
        errors.add("resource", room.t("desk-problem-choose-resource"));
    }
    let day = |name: &str| fields.get(name).parse().ok().or_else(|| fields.date(name));
    let (first, last) = (day("first"), day("last"));
    if first.is_none_or(|first| first < room.city.today()) {
        errors.add("first", room.t("desk-problem-day"));
    }
    let days = first
        .zip(last)
        .and_then(|(first, last)| first.until(last).ok())
        .map(|span| span.get_days());
    if days.is_none_or(|days| !(0..closures::MOST_DAYS).contains(&days)) {
        errors.add("last", room.t("desk-problem-last-day"));
    }
    let reason: String = fields.get("reason").chars().take(200).collect();
    if reason.is_empty() {
        errors.add("reason", room.t("desk-problem-empty"));
    }
    match (first, last) {
        (Some(first), Some(last)) if errors.is_empty() => Ok(NewClosure {
            facility: place.key().to_owned(),
            resource,
            first,
            last,
            reason,
            request: fields.get("request").to_owned(),
        }),
        _ => Err(errors),
    }
}

fn days(room: &Room, first: jiff::civil::Date, last: jiff::civil::Date) -> String {
    let (public, language) = (room.public, room.language());
    if first == last {
        long_day(public, language, first)
    } else {
        format!(
            "{}〜{}",
            long_day(public, language, first),
            long_day(public, language, last)
        )
    }
}

fn what(room: &Room, place: &Facility, resource: Option<&str>) -> String {
    let language = room.language();
    resource
        .and_then(|key| place.document.resource(key))
        .map_or_else(
            || room.t("desk-closure-all"),
            |resource| resource.name.get(language).to_owned(),
        )
}

async fn shown(
    room: &Room,
    place: &Facility,
    fields: &Fields,
    is_asked: bool,
) -> Result<Response, Problem> {
    let language = room.language();
    let mut errors = FormErrors::new();
    let mut preview = None;
    if is_asked {
        match wanted(room, place, fields) {
            Err(found) => errors = found,
            Ok(new) => {
                let affected = would_give_way(
                    room.db(),
                    &place.document,
                    new.resource.as_deref(),
                    (new.first, new.last),
                )
                .await?;
                let request = if new.request.is_empty() {
                    Token::generate().as_str().to_owned()
                } else {
                    new.request
                };
                let proposal = Proposal {
                    title: format!(
                        "{} {}",
                        what(room, place, new.resource.as_deref()),
                        days(room, new.first, new.last)
                    ),
                    count: room
                        .words
                        .counted("desk-closure-count", affected.len() as u64)
                        .into_owned(),
                    at: format!("{HOME}/{}/closures", place.key()),
                    hidden: vec![
                        ("resource", new.resource.unwrap_or_default()),
                        ("first", new.first.to_string()),
                        ("last", new.last.to_string()),
                        ("reason", new.reason),
                        ("request", request),
                    ],
                    send: "desk-closure-send",
                };
                preview = Some(shown_giving_way(room, place, proposal, &affected));
            }
        }
    }
    let today = room.city.today();
    let since = today.checked_sub(1.year()).unwrap_or(today);
    let known = closures::closures(room.db(), place.key(), since).await?;
    let rows = known.iter().rev().map(|closure| {
        Row::new([
            Cell::link(
                days(room, closure.first, closure.last),
                format!("{HOME}/closures/{}", closure.id),
            ),
            Cell::text(what(room, place, closure.resource.as_deref())),
            Cell::text(&closure.reason),
            Cell::text(room.t(&format!("desk-closure-{}", closure.stage.name()))),
        ])
    });
    let date = |name: &str| fields.get(name).parse().ok().or_else(|| fields.date(name));
    let body = Body {
        words: room.words,
        errors: errors.summary(language),
        at: format!("{HOME}/{}/closures", place.key()),
        table: (!known.is_empty()).then(|| {
            Table::new(language, "closures", room.t("desk-closures"))
                .hide_caption()
                .columns([
                    Column::text(room.t("desk-column-days")),
                    Column::text(room.t("desk-column-what")),
                    Column::text(room.t("desk-closure-reason")),
                    Column::text(room.t("desk-column-state")).no_wrap(),
                ])
                .rows(rows)
                .stacked()
        }),
        resource: Select::new(language, "resource", room.t("desk-column-what"))
            .choice(Choice::new("", room.t("desk-closure-all")))
            .choices(
                place
                    .document
                    .resources
                    .iter()
                    .map(|known| Choice::new(known.key.as_str(), known.name.get(language))),
            )
            .value(fields.get("resource"))
            .errors(&errors),
        first: DateField::new(language, "first", room.t("desk-closure-first"))
            .value(date("first").or(Some(today)))
            .sent(fields)
            .errors(&errors),
        last: DateField::new(language, "last", room.t("desk-closure-last"))
            .value(date("last").or(Some(today)))
            .sent(fields)
            .errors(&errors),
        reason: TextField::new(language, "reason", room.t("desk-closure-reason"))
            .support(room.t("desk-closure-reason-support"))
            .max_length(200)
            .required()
            .value(fields.get("reason"))
            .errors(&errors),
        preview,
    };
    Ok(private(
        room.page_of(place, room.t("desk-closures"), &body)
            .with_errors(!errors.is_empty()),
    ))
}

pub(super) async fn close(
    mut room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let place = room.facility(&key, TAKE_OVER).await?;
    let new = match wanted(&room, &place, &fields) {
        Ok(new) if !new.request.is_empty() => new,
        _ => return shown(&room, &place, &fields, true).await,
    };
    let outcome = room
        .write(new, |tx, new| Box::pin(closures::close(tx, new)))
        .await;
    match outcome {
        Ok(id) => Ok(done(&format!("{HOME}/closures/{id}"), "closing")),
        Err(error) => {
            let Some(sentence) = room.sentence(&error) else {
                return Err(error.into());
            };
            room.refuse(sentence);
            shown(&room, &place, &fields, true).await
        }
    }
}

#[derive(Template)]
#[template(path = "desk/closure.html")]
struct Shown {
    words: Words,
    at: String,
    details: DescriptionList,
    /// What is still to be cancelled, while its days are being closed: how many, and which.
    planned: Option<(String, Option<Table>)>,
    table: Option<Table>,
    none: String,
    no_mail: String,
    total: Option<String>,
    can_reopen: bool,
}

async fn opened(room: &Room, id: i64) -> Result<(Closure, Facility), Problem> {
    let found = closures::closure(room.db(), id)
        .await?
        .ok_or(Problem::NotFound)?;
    let place = crate::store::facility(room.db(), &found.facility)
        .await?
        .filter(|place| room.may(TAKE_OVER, place))
        .ok_or(Problem::NotFound)?;
    Ok((found, place))
}

pub(super) async fn one(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let (found, place) = opened(&room, id).await?;
    let gave_way = given_way_to_closure(room.db(), id).await?;
    let mut without = 0_u64;
    let mut total = Yen::ZERO;
    for one in &gave_way {
        total = total.checked_add(one.to_give_back()).unwrap_or(total);
        let is_reached = one
            .contact(room.key()?)?
            .is_some_and(|(_, contact)| contact.email.is_some());
        without += u64::from(!is_reached && !one.is_own);
    }
    let places = [(place.key(), &place)].into();
    let mut stage = room.t(&format!("desk-closure-{}", found.stage.name()));
    if found.stage == Stage::Working
        && let Some(next) = closures::next_day(room.db(), &found).await?
    {
        let next = room.words.with_text(
            "desk-closure-next",
            "day",
            &long_day(room.public, room.language(), next),
        );
        stage = format::with_note(stage, next, room.language());
    }
    let mut planned = None;
    if found.stage == Stage::Working
        && let Some(next) = closures::next_day(room.db(), &found).await?
    {
        let days = (next, found.last);
        let resource = found.resource.as_deref();
        let affected = would_give_way(room.db(), &place.document, resource, days).await?;
        planned = Some((
            room.words
                .counted("desk-closure-planned-count", affected.len() as u64)
                .into_owned(),
            (!affected.is_empty())
                .then(|| list(&room, "planned", "desk-closure-planned", &affected, &places)),
        ));
    }
    let body = Shown {
        words: room.words,
        none: room.t(if planned.is_some() {
            "desk-gave-way-none-yet"
        } else {
            "desk-gave-way-none"
        }),
        planned,
        at: format!("{HOME}/closures/{id}"),
        details: DescriptionList::new()
            .text(
                room.t("desk-column-days"),
                days(&room, found.first, found.last),
            )
            .text(
                room.t("desk-column-what"),
                what(&room, &place, found.resource.as_deref()),
            )
            .text(room.t("desk-closure-reason"), &found.reason)
            .text(room.t("desk-column-state"), stage),
        table: (!gave_way.is_empty())
            .then(|| list(&room, "gave-way", "desk-gave-way", &gave_way, &places)),
        no_mail: if without > 0 {
            room.words
                .counted("desk-closure-no-mail", without)
                .into_owned()
        } else {
            String::new()
        },
        total: (total > Yen::ZERO).then(|| {
            room.words
                .with_text("desk-refunds-total", "amount", &amount(room.public, total))
                .into_owned()
        }),
        can_reopen: found.stage != Stage::Reopened && found.last >= room.city.today(),
    };
    let page = room
        .page_of(&place, room.t("desk-closure"), &body)
        .breadcrumb(
            room.t("desk-closures"),
            format!("{HOME}/{}/closures", place.key()),
        );
    Ok(private(page))
}

pub(super) async fn reopen(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    opened(&room, id).await?;
    room.write(id, |tx, id| Box::pin(closures::reopen(tx, *id)))
        .await?;
    Ok(done(&format!("{HOME}/closures/{id}"), "reopened"))
}

/// Those who gave way, with names: to ring them and to give money back.
pub(super) async fn file(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let (_, place) = opened(&room, id).await?;
    let mut gave_way = given_way_to_closure(room.db(), id).await?;
    gave_way.retain(|found| !found.is_own);
    written(
        &room,
        &[place],
        gave_way,
        "attachment; filename=\"closure.csv\"",
    )
    .await
}
