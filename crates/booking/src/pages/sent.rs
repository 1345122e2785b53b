//! Looking over what is about to be booked, booking it, and the numbers.

use askama::Template;
use axum::response::Response;
use jiff::SignedDuration;
use yakuba_city::web::Problem;
use yakuba_kernel::{Channel, Yen};
use yakuba_mail::EmailAddress;
use yakuba_ui::{DescriptionList, Fields, FormErrors, Page, Words};

use super::{
    asked::{Asked, Person, private},
    cart::{self, Held},
    facility::cancelling,
    words::{amount, equipment, purpose, what, when, when_of},
};
use crate::{
    error::BookingError,
    model::{document::Who, fees::Fee, state::State},
    store::{
        facility,
        people::Contact,
        reservations::{self, NewBooking, booked_by},
    },
    telling::{self, News},
};

struct Item {
    title: String,
    details: DescriptionList,
    fee_lines: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "pages/check.html")]
struct Body {
    words: Words,
    items: Vec<Item>,
    person: DescriptionList,
    total: String,
    rules: Vec<String>,
    needs_approval: bool,
    hidden: Vec<(String, String)>,
}

/// What somebody entered, once it is right.
struct Entered {
    held: Vec<Held>,
    person: Person,
    contact: Contact,
}

/// Reads what was entered; or the page to be shown instead.
async fn entered(asked: &Asked, fields: &Fields) -> Result<Result<Entered, Response>, Problem> {
    let held = cart::held(asked).await?;
    let person = asked
        .person()
        .await?
        .map(|person| person.acting_as(fields.get("as")));
    let group = person.as_ref().and_then(Person::group);
    let mut errors = FormErrors::new();
    let required = asked.t("booking-error-required");
    for name in ["name", "phone", "lives"] {
        // Where a group belongs follows from its roster.
        if fields.get(name).trim().is_empty() && (name != "lives" || group.is_none()) {
            errors.add(name, required.clone());
        }
    }
    let digits = fields
        .get("phone")
        .chars()
        .filter(|letter| letter.is_numeric())
        .count();
    if !fields.get("phone").trim().is_empty() && !(8..=15).contains(&digits) {
        errors.add("phone", asked.t("booking-error-phone"));
    }
    for one in &held {
        let Some(resource) = one.resource() else {
            continue;
        };
        let id = one.reservation.id;
        let of = one.of(fields);
        let people = format!("people.{id}");
        if of.people == 0 {
            errors.add(people, asked.t("booking-error-people-missing"));
        } else if let Some(most) = resource.capacity
            && of.people > most
        {
            errors.add(people, asked.explain(BookingError::TooManyPeople(most))?);
        }
        for (key, count) in &of.equipment {
            if one.left.get(key).is_none_or(|left| count > left) {
                let name = format!("{}{key}", cart::equipment_prefix(id));
                errors.add(name, asked.t("booking-error-equipment"));
            }
        }
        let is_known = resource
            .purposes
            .iter()
            .any(|known| Some(&known.key) == of.purpose.as_ref());
        if !resource.purposes.is_empty() && !is_known {
            errors.add(format!("purpose.{id}"), required.clone());
        }
        let rules = one.facility.document.rules_of(resource);
        let refused = match group {
            None if rules.who == Who::Groups => Some(BookingError::NotAllowed("registered groups")),
            None => None,
            Some(group) => group.shapes(&mut of.clone(), rules).err(),
        };
        if let Some(refused) = refused {
            errors.add("as", asked.explain(refused)?);
        }
    }
    let Some(person) = person.filter(|_| !held.is_empty() && errors.is_empty()) else {
        let person = asked.person().await?;
        let errors = if held.is_empty() || person.is_none() {
            FormErrors::new()
        } else {
            errors
        };
        return Ok(Err(cart::show(
            asked,
            &held,
            person.as_ref(),
            fields,
            &errors,
            None,
        )));
    };
    let text = |name: &str, most: usize| -> String {
        fields.get(name).trim().chars().take(most).collect()
    };
    Ok(Ok(Entered {
        contact: Contact {
            name: text("name", 100),
            email: person.email.clone(),
            phone: Some(text("phone", 30)),
            note: Some(text("note", 500)).filter(|note| !note.is_empty()),
            language: asked.language,
        },
        held,
        person,
    }))
}

pub(super) async fn check(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let entered = match entered(&asked, &fields).await? {
        Ok(entered) => entered,
        Err(page) => return Ok(page),
    };
    let (words, language) = (asked.words, asked.language);
    let mut items = Vec::new();
    let mut rules: Vec<String> = Vec::new();
    let mut total = Yen::ZERO;
    let mut needs_approval = false;
    for held in &entered.held {
        let Some(resource) = held.resource() else {
            continue;
        };
        let document = &held.facility.document;
        let span = held.reservation.span;
        let own = document.rules_of(resource);
        let of = entered.person.shapes(held.of(&fields), own)?;
        let fee = document
            .fee(resource, span, &of)
            .map_err(BookingError::from)?;
        total = total.checked_add(fee.total).unwrap_or(total);
        let mut details = DescriptionList::new()
            .text(
                words.get("booking-when"),
                when_of(words, language, resource, span),
            )
            .text(
                words.get("booking-people"),
                words.counted("booking-people-count", of.people),
            );
        if let Some(key) = &of.purpose {
            details = details.text(
                words.get("booking-purpose"),
                purpose(language, resource, key.as_str()),
            );
        }
        if let Some(along) = equipment(language, document, &of) {
            details = details.text(words.get("booking-equipment"), along);
        }
        items.push(Item {
            title: what(language, document, resource),
            details: details.text(words.get("booking-fee"), amount(words, fee.total)),
            fee_lines: fee_lines(&asked, &fee),
        });
        needs_approval |= own.way == crate::model::document::Way::Approval;
        let mut sentences = cancelling(words, document, own);
        sentences.extend(super::points::rules(&asked, document, own));
        for sentence in sentences {
            if !rules.contains(&sentence) {
                rules.push(sentence);
            }
        }
    }
    let mut person = DescriptionList::new();
    if let Some(group) = entered.person.group() {
        person = person.text(words.get("booking-as"), &group.name);
    }
    person = person
        .text(words.get("booking-name"), &entered.contact.name)
        .text(
            words.get("booking-your-phone"),
            entered.contact.phone.as_deref().unwrap_or_default(),
        );
    if let Some(email) = &entered.contact.email {
        person = person.text(words.get("booking-email"), email);
    }
    if let Some(note) = &entered.contact.note {
        person = person.text(words.get("booking-note"), note);
    }
    let body = Body {
        words,
        items,
        person,
        total: amount(words, total),
        rules,
        needs_approval,
        hidden: fields
            .pairs()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    };
    let page = Page::public(asked.shell.clone(), words.get("booking-check-title"), &body)
        .breadcrumb(words.get("booking-title"), "/booking")
        .narrow()
        .not_for_search_engines();
    Ok(private(page))
}

/// The lines of a fee, where there is more than one.
pub(super) fn fee_lines(asked: &Asked, fee: &Fee) -> Vec<(String, String)> {
    if fee.lines.len() < 2 {
        return Vec::new();
    }
    fee.lines
        .iter()
        .map(|line| {
            let name = match (&line.name, line.span) {
                (Some(name), _) => name.get(asked.language).to_owned(),
                (None, Some(span)) => super::words::hours(asked.words, span),
                (None, None) => String::new(),
            };
            (name, amount(asked.words, line.amount))
        })
        .collect()
}

/// Books everything that is held, each by itself: what one rule forbids does not undo the others.
pub(super) async fn send(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    if cart::held(&asked).await?.is_empty() {
        // Sent again by a double click or the back button: what was booked is shown.
        return Ok(asked.go("/booking/cart/done", None));
    }
    let entered = match entered(&asked, &fields).await? {
        Ok(entered) => entered,
        Err(page) => return Ok(page),
    };
    let Some(visit) = asked.visit() else {
        return Ok(asked.go("/booking/cart", None));
    };
    let mut problems = FormErrors::new();
    for held in &entered.held {
        let new = NewBooking::new(
            asked.key(),
            entered.person.holder.clone(),
            &entered.contact,
            Channel::Online,
            held.of(&fields),
        )?;
        let news = match (held.resource(), &entered.contact.email) {
            (Some(resource), Some(email)) => EmailAddress::read(email).ok().map(|to| {
                telling::prepare(
                    asked.words,
                    asked.language,
                    to,
                    &held.facility.document,
                    resource,
                    held.reservation.span,
                )
            }),
            _ => None,
        };
        let input = (
            held.reservation.id,
            visit.clone(),
            new,
            news,
            asked.key().clone(),
        );
        let outcome = asked
            .city()
            .write(
                asked.principal.actor(),
                input,
                |tx, (id, visit, new, news, key)| {
                    Box::pin(async move {
                        let booked = reservations::confirm(tx, *id, visit, new).await?;
                        if let (Some(news), Some(number)) = (news, &booked.number) {
                            let about = if booked.state == State::Requested {
                                News::Requested(number)
                            } else {
                                News::Confirmed(number)
                            };
                            telling::tell(tx, key, news, about).await?;
                        }
                        Ok(booked)
                    })
                },
            )
            .await;
        if let Err(error) = outcome {
            let id = held.reservation.id;
            let field = match &error {
                BookingError::EquipmentTaken(key) => {
                    format!("{}{key}", cart::equipment_prefix(id))
                }
                _ => format!("people.{id}"),
            };
            problems.add(field, asked.explain(error)?);
        }
    }
    if problems.is_empty() {
        return Ok(asked.go("/booking/cart/done", None));
    }
    let left = cart::held(&asked).await?;
    Ok(cart::show(
        &asked,
        &left,
        Some(&entered.person),
        &fields,
        &problems,
        None,
    ))
}

struct Made {
    number: String,
    title: String,
    when: String,
    state: String,
    fee: String,
    equipment: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/done.html")]
struct Done {
    words: Words,
    made: Vec<Made>,
}

/// How long a browser is shown what it booked.
const SHOWN_FOR: SignedDuration = SignedDuration::from_hours(2);

pub(super) async fn done(asked: Asked) -> Result<Response, Problem> {
    let (words, language) = (asked.words, asked.language);
    let mut made = Vec::new();
    if let Some(visit) = asked.visit() {
        let since = asked.city().now() - SHOWN_FOR;
        for reservation in booked_by(asked.city().db(), &visit, since).await? {
            let found = facility(asked.city().db(), &reservation.facility).await?;
            let Some((number, _)) = reservation.contact(asked.key())? else {
                continue;
            };
            let title = found
                .as_ref()
                .and_then(|facility| {
                    let resource = facility.document.resource(&reservation.resource)?;
                    Some(what(language, &facility.document, resource))
                })
                .unwrap_or_default();
            made.push(Made {
                number,
                title,
                when: found
                    .as_ref()
                    .and_then(|facility| facility.document.resource(&reservation.resource))
                    .map_or_else(
                        || when(words, language, reservation.span),
                        |resource| when_of(words, language, resource, reservation.span),
                    ),
                state: asked.t(&format!("booking-state-{}", reservation.state.name())),
                fee: amount(words, reservation.fee),
                equipment: found.as_ref().and_then(|facility| {
                    equipment(language, &facility.document, &reservation.of())
                }),
            });
        }
    }
    let body = Done { words, made };
    let page = Page::public(asked.shell.clone(), words.get("booking-done-title"), &body)
        .breadcrumb(words.get("booking-title"), "/booking")
        .narrow()
        .not_for_search_engines();
    Ok(private(page))
}
