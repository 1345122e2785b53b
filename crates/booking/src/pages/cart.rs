//! What this browser holds, and who it is for.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::Query, response::Response};
use serde::Deserialize;
use yakuba_city::{Actor, web::Problem};
use yakuba_forms::model::document::Key;
use yakuba_ui::{
    Choice, ErrorSummary, Fields, FormErrors, Page, Select, TextArea, TextField, Words,
};

use super::{
    asked::{Asked, ONESELF, Person, day_of, group_value, private},
    controls::{Controls, equipment_left, equipment_of},
    words::{sessions, what, when_of},
};
use crate::{
    error::BookingError,
    model::{fees::Use, time::Span},
    store::{
        Facility, facility,
        reservations::{self, Hold, Reservation, Wish, held_by},
    },
};

#[derive(Deserialize)]
pub(super) struct Asking {
    done: Option<String>,
}

/// A time that this browser holds, with what it is of.
pub(super) struct Held {
    pub(super) reservation: Reservation,
    pub(super) facility: Facility,
    /// How many of each equipment are free for this time.
    pub(super) left: BTreeMap<Key, u32>,
}

impl Held {
    /// What it is of; none when it was taken out of the facility meanwhile.
    pub(super) fn resource(&self) -> Option<&crate::model::document::Resource> {
        self.facility.document.resource(&self.reservation.resource)
    }

    /// What was entered for it.
    pub(super) fn of(&self, fields: &Fields) -> Use {
        let id = self.reservation.id;
        Use {
            people: fields
                .integer(&format!("people.{id}"))
                .and_then(|people| u32::try_from(people).ok())
                .unwrap_or(0),
            purpose: Key::new(fields.get(&format!("purpose.{id}"))).ok(),
            is_resident: fields.get("lives") == "here",
            equipment: equipment_of(fields, &equipment_prefix(id), self.left.keys()),
            ..Use::default()
        }
    }
}

/// What this browser holds and has not lapsed.
pub(super) async fn held(asked: &Asked) -> Result<Vec<Held>, Problem> {
    let Some(visit) = asked.visit() else {
        return Ok(Vec::new());
    };
    let now = asked.city().now();
    let mut all = Vec::new();
    for reservation in held_by(asked.city().db(), &visit).await? {
        if reservation.held_until <= Some(now) {
            continue;
        }
        if let Some(facility) = facility(asked.city().db(), &reservation.facility).await? {
            let left = equipment_left(
                asked.city(),
                &facility.document,
                &reservation.resource,
                reservation.span,
            )
            .await?;
            all.push(Held {
                reservation,
                facility,
                left,
            });
        }
    }
    Ok(all)
}

/// The beginning of the names of the fields that ask for equipment of one held time.
pub(super) fn equipment_prefix(id: i64) -> String {
    format!("equipment.{id}.")
}

struct Item {
    id: i64,
    title: String,
    when: String,
    sessions: Vec<String>,
    minutes_left: String,
    purpose: Option<Select>,
    people: TextField,
    equipment: Vec<Select>,
}

#[derive(Template)]
#[template(path = "pages/cart.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    items: Vec<Item>,
    sign_in: String,
    confirm: String,
    is_known: bool,
    acts_as: Option<yakuba_ui::RadioGroup>,
    name: TextField,
    phone: TextField,
    lives: yakuba_ui::RadioGroup,
    note: TextArea,
}

pub(super) async fn page(asked: Asked, Query(query): Query<Asking>) -> Result<Response, Problem> {
    let held = held(&asked).await?;
    let person = asked.person().await?;
    let none = Fields::new(Vec::new());
    Ok(show(
        &asked,
        &held,
        person.as_ref(),
        &none,
        &FormErrors::new(),
        query.done.as_deref(),
    ))
}

pub(super) fn show(
    asked: &Asked,
    held: &[Held],
    person: Option<&Person>,
    fields: &Fields,
    errors: &FormErrors,
    done: Option<&str>,
) -> Response {
    let (words, language) = (asked.words, asked.language);
    let now = asked.city().now();
    let controls = Controls {
        words,
        language,
        fields,
        errors,
    };
    let items: Vec<Item> = held
        .iter()
        .filter_map(|held| {
            let resource = held.resource()?;
            let id = held.reservation.id;
            let left = held
                .reservation
                .held_until
                .map_or(0, |until| until.duration_since(now).as_mins() + 1);
            Some(Item {
                id,
                title: what(language, &held.facility.document, resource),
                when: when_of(words, language, resource, held.reservation.span),
                sessions: sessions(words, language, resource, held.reservation.span),
                minutes_left: words
                    .with("booking-cart-left", &[("n", left.into())])
                    .into_owned(),
                purpose: controls.purpose(&format!("purpose.{id}"), resource),
                people: controls.people(&format!("people.{id}")),
                equipment: controls.equipment(
                    &equipment_prefix(id),
                    &held.facility.document,
                    resource,
                    held.reservation.span,
                    &held.left,
                ),
            })
        })
        .collect();
    let body = Body {
        words,
        errors: errors.summary(language),
        items,
        sign_in: "/resident/sign-in?next=/booking/cart".to_owned(),
        confirm: "/confirm-email?next=/booking/cart".to_owned(),
        is_known: person.is_some(),
        acts_as: person
            .filter(|person| !person.groups.is_empty())
            .map(|person| acts_as(asked, person, fields, errors)),
        name: controls.name(person.and_then(|person| person.name.as_deref())),
        phone: controls.phone(),
        lives: controls.lives(),
        note: controls.note(),
    };
    let mut page = Page::public(asked.shell.clone(), words.get("booking-cart-title"), &body)
        .breadcrumb(words.get("booking-title"), "/booking")
        .narrow()
        .not_for_search_engines()
        .with_errors(!errors.is_empty());
    if let Some(notice) = asked.done(done) {
        page = page.notice(notice);
    }
    private(page)
}

/// In whose name it is: oneself, or one of the groups.
pub(super) fn acts_as(
    asked: &Asked,
    person: &Person,
    fields: &Fields,
    errors: &FormErrors,
) -> yakuba_ui::RadioGroup {
    let words = asked.words;
    yakuba_ui::RadioGroup::new(asked.language, "as", words.get("booking-as"))
        .support(words.get("booking-as-support"))
        .choice(Choice::new(ONESELF, words.get("booking-as-self")))
        .choices(
            person
                .groups
                .iter()
                .map(|group| Choice::new(group_value(group), group.name.as_str())),
        )
        .value(match fields.get("as") {
            "" => ONESELF,
            chosen => chosen,
        })
        .required()
        .errors(errors)
}

/// Keeps a time for this browser.
pub(super) async fn hold(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let (facility, resource) = (fields.get("facility"), fields.get("resource"));
    let span = day_of(&fields).and_then(|day| {
        Span::new(
            day,
            fields.get("from").parse().ok()?,
            fields.get("to").parse().ok()?,
        )
    });
    let Some(span) = span else {
        return Err(Problem::BadRequest(asked.t("booking-error-not-offered")));
    };
    let (visit, token) = asked.visit_or_new();
    let hold = Hold {
        wish: Wish {
            facility: facility.to_owned(),
            resource: resource.to_owned(),
            span,
            of: Use::default(),
        },
        visit,
    };
    let actor = asked.principal.actor();
    let outcome: Result<i64, BookingError> = asked
        .city()
        .write(actor, hold, |tx, hold| {
            Box::pin(reservations::hold(tx, hold))
        })
        .await;
    let problem = match outcome {
        Ok(_) => return Ok(asked.go("/booking/cart?done=held", token.as_ref())),
        Err(BookingError::Taken) => "taken",
        Err(BookingError::NotOffered) => "not-offered",
        Err(BookingError::TooEarly(_)) => "too-early",
        Err(BookingError::TooLate) => "too-late",
        Err(BookingError::LimitReached(_)) => "held-enough",
        Err(other) => return Err(other.into()),
    };
    let to = format!(
        "/booking/{facility}/{resource}?day={}&problem={problem}",
        span.day()
    );
    Ok(asked.go(&to, None))
}

/// Gives a time back.
pub(super) async fn remove(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    if let (Some(visit), Some(id)) = (asked.visit(), fields.integer("id")) {
        asked
            .city()
            .write(Actor::Public, (id, visit), |tx, (id, visit)| {
                Box::pin(reservations::let_go(tx, *id, visit))
            })
            .await
            .map_err(|error: BookingError| Problem::from(error))?;
    }
    Ok(asked.go("/booking/cart?done=removed", None))
}
