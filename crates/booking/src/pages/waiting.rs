//! Waiting for a time that is full: joining the list, one's places in it, taking or letting go what is offered.

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use yakuba_city::web::{Access, Problem, Routes};
use yakuba_forms::model::document::Key;
use yakuba_mail::EmailAddress;
use yakuba_ui::{
    Catalogue, ErrorSummary, Fields, FormErrors, NotificationBanner, Page, RadioGroup, Select,
    TextField, Words, done,
};

use super::{
    asked::{Asked, Person, day_of, private},
    cart::acts_as,
    controls::Controls,
    words::{moment, what, when, when_of},
};
use crate::{
    error::BookingError,
    model::{document::Resource, fees::Use, state::State, time::Span},
    store::{
        Facility, facility,
        people::{Contact, Holder},
        reservations::Wish,
        waiting::{self, Entry, NewEntry, Stage, before, entries_of},
    },
    telling::{self, News},
};

/// The texts about waiting.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("waiting");

const HOME: &str = "/booking/waiting";

pub(super) fn routes() -> Routes {
    Routes::new()
        .get(HOME, Access::Public, page)
        .get("/booking/waiting/new", Access::Public, new_page)
        .post("/booking/waiting/join", Access::Public, join)
        .post("/booking/waiting/accept", Access::Public, accept)
        .post("/booking/waiting/leave", Access::Public, leave)
}

/// The hashes of a person and of the groups they act for.
fn holders(asked: &Asked, person: &Person) -> Vec<String> {
    let groups = person.groups.iter().map(|group| Holder::Group(group.id));
    std::iter::once(person.holder.clone())
        .chain(groups)
        .map(|holder| holder.hash(asked.key()))
        .collect()
}

struct Item {
    id: i64,
    title: String,
    when: String,
    state: String,
    is_offered: bool,
    is_waiting: bool,
}

#[derive(Template)]
#[template(path = "waiting/list.html")]
struct List {
    texts: Words,
    words: Words,
    is_known: bool,
    next: String,
    items: Vec<Item>,
}

async fn page(asked: Asked, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let query = Fields::of_query(&query.unwrap_or_default());
    list(&asked, query.get("done"), None).await
}

/// What somebody waits for, and when that is.
async fn title(asked: &Asked, entry: &Entry) -> Result<(String, String), Problem> {
    let (words, language) = (asked.words, asked.language);
    let place = facility(asked.city().db(), &entry.facility).await?;
    Ok(place
        .as_ref()
        .and_then(|place| {
            let resource = place.document.resource(&entry.resource)?;
            Some((
                what(language, &place.document, resource),
                when_of(words, language, resource, entry.span),
            ))
        })
        .unwrap_or_else(|| (String::new(), when(words, language, entry.span))))
}

async fn list(asked: &Asked, done: &str, problem: Option<String>) -> Result<Response, Problem> {
    let (words, language) = (asked.words, asked.language);
    let texts = WORDS.words(language);
    let person = asked.person().await?;
    let mut items = Vec::new();
    for holder in person
        .as_ref()
        .map(|person| holders(asked, person))
        .unwrap_or_default()
    {
        for entry in entries_of(asked.city().db(), &holder).await? {
            // The job that closes what nobody answered may be a moment late.
            let is_offered =
                entry.stage == Stage::Offered && entry.offered_until > Some(asked.city().now());
            let state = match entry.stage {
                Stage::Offered if is_offered => texts.with_text(
                    "waiting-state-offered",
                    "until",
                    &entry
                        .offered_until
                        .map(|until| moment(language, until))
                        .unwrap_or_default(),
                ),
                Stage::Offered => texts.get("waiting-state-lapsed"),
                Stage::Waiting => texts.counted(
                    "waiting-state-waiting",
                    before(asked.city().db(), &entry).await?,
                ),
                stage => texts.get(&format!("waiting-state-{}", stage.name())),
            };
            let (title, when) = title(asked, &entry).await?;
            items.push(Item {
                id: entry.id,
                title,
                when,
                state: state.into_owned(),
                is_offered,
                is_waiting: entry.stage == Stage::Waiting,
            });
        }
    }
    items.sort_by_key(|item| !item.is_offered);
    let body = List {
        texts,
        words,
        is_known: person.is_some(),
        next: HOME.to_owned(),
        items,
    };
    let mut page = Page::public(asked.shell.clone(), texts.get("waiting-title"), &body)
        .breadcrumb(words.get("booking-title"), "/booking")
        .lead(texts.get("waiting-lead"))
        .narrow()
        .not_for_search_engines();
    let key = format!("waiting-done-{done}");
    if !done.is_empty() && texts.has(&key) {
        page = page.notice(NotificationBanner::success(texts.get(&key)));
    }
    if let Some(problem) = problem {
        page = page.notice(NotificationBanner::error(problem));
    }
    Ok(private(page))
}

#[derive(Template)]
#[template(path = "waiting/new.html")]
struct Form {
    texts: Words,
    words: Words,
    errors: ErrorSummary,
    is_known: bool,
    next: String,
    when: String,
    hidden: Vec<(&'static str, String)>,
    purpose: Option<Select>,
    people: TextField,
    acts_as: Option<RadioGroup>,
    name: TextField,
    phone: TextField,
    lives: RadioGroup,
}

/// What a form or an address is about.
async fn about(asked: &Asked, fields: &Fields) -> Result<(Facility, Resource, Span), Problem> {
    let place = asked.facility(fields.get("facility")).await?;
    let resource = place
        .document
        .resource(fields.get("resource"))
        .filter(|resource| place.document.rules_of(resource).waiting.is_some())
        .cloned()
        .ok_or(Problem::NotFound)?;
    let span = day_of(fields)
        .and_then(|day| {
            Span::new(
                day,
                fields.get("from").parse().ok()?,
                fields.get("to").parse().ok()?,
            )
        })
        .filter(|span| place.document.offers(&resource, *span))
        .ok_or(Problem::NotFound)?;
    Ok((place, resource, span))
}

async fn new_page(asked: Asked, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let fields = Fields::of_query(&query.unwrap_or_default());
    form(&asked, &fields, &FormErrors::new()).await
}

/// The address of the form for a time.
pub(super) fn address(facility: &str, resource: &Resource, span: Span) -> String {
    format!(
        "{HOME}/new?facility={facility}&resource={}&day={}&from={}&to={}",
        resource.key,
        span.day(),
        String::from(span.from()),
        String::from(span.to())
    )
}

async fn form(asked: &Asked, fields: &Fields, errors: &FormErrors) -> Result<Response, Problem> {
    let (place, resource, span) = about(asked, fields).await?;
    let (words, language) = (asked.words, asked.language);
    let texts = WORDS.words(language);
    let person = asked.person().await?;
    let controls = Controls {
        words,
        language,
        fields,
        errors,
    };
    let known = person.as_ref().and_then(|person| person.name.as_deref());
    let here = address(place.key(), &resource, span);
    let body = Form {
        texts,
        words,
        errors: errors.summary(language),
        is_known: person.is_some(),
        // As a value of another address: what it is made of has no other signs to be written so.
        next: here
            .replace('?', "%3F")
            .replace('&', "%26")
            .replace('=', "%3D")
            .replace(':', "%3A"),
        when: when_of(words, language, &resource, span),
        hidden: vec![
            ("facility", place.key().to_owned()),
            ("resource", resource.key.to_string()),
            ("day", span.day().to_string()),
            ("from", String::from(span.from())),
            ("to", String::from(span.to())),
        ],
        purpose: controls.purpose("purpose", &resource),
        people: controls.people("people"),
        acts_as: person
            .as_ref()
            .filter(|person| !person.groups.is_empty())
            .map(|person| acts_as(asked, person, fields, errors)),
        name: controls.name(known),
        phone: controls.phone(),
        lives: controls.lives(),
    };
    let page = Page::public(asked.shell.clone(), texts.get("waiting-new-title"), &body)
        .breadcrumb(words.get("booking-title"), "/booking")
        .breadcrumb(
            what(language, &place.document, &resource),
            format!(
                "/booking/{}/{}?day={}",
                place.key(),
                resource.key,
                span.day()
            ),
        )
        .lead(what(language, &place.document, &resource))
        .narrow()
        .not_for_search_engines()
        .with_errors(!errors.is_empty());
    Ok(private(page))
}

/// Joins the list.
async fn join(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let (place, resource, span) = about(&asked, &fields).await?;
    let texts = WORDS.words(asked.language);
    let mut errors = FormErrors::new();
    let Some(person) = asked.person().await? else {
        return form(&asked, &fields, &errors).await;
    };
    let person = person.acting_as(fields.get("as"));
    let required = asked.t("booking-error-required");
    for name in ["name", "phone", "lives"] {
        if fields.get(name).is_empty() && (name != "lives" || person.group().is_none()) {
            errors.add(name, required.clone());
        }
    }
    let digits = fields
        .get("phone")
        .chars()
        .filter(|letter| letter.is_numeric())
        .count();
    if !fields.get("phone").is_empty() && !(8..=15).contains(&digits) {
        errors.add("phone", asked.t("booking-error-phone"));
    }
    let people = fields
        .integer("people")
        .and_then(|people| u32::try_from(people).ok())
        .unwrap_or(0);
    if people == 0 {
        errors.add("people", asked.t("booking-error-people-missing"));
    }
    let purpose = Key::new(fields.get("purpose")).ok();
    let is_known = resource
        .purposes
        .iter()
        .any(|known| Some(&known.key) == purpose.as_ref());
    if !resource.purposes.is_empty() && !is_known {
        errors.add("purpose", required);
    }
    if errors.is_empty() {
        let text =
            |name: &str, most: usize| -> String { fields.get(name).chars().take(most).collect() };
        let new = NewEntry {
            wish: Wish {
                facility: place.key().to_owned(),
                resource: resource.key.to_string(),
                span,
                of: Use {
                    people,
                    purpose,
                    is_resident: fields.get("lives") == "here",
                    ..Use::default()
                },
            },
            holder: person.holder.clone(),
            contact: Contact {
                name: text("name", 100),
                email: person.email.clone(),
                phone: Some(text("phone", 30)),
                note: None,
                language: asked.language,
            },
        };
        let outcome = asked
            .city()
            .write(
                asked.principal.actor(),
                (asked.key().clone(), new),
                |tx, (key, new)| Box::pin(waiting::join(tx, key, new)),
            )
            .await;
        match outcome {
            Ok(_) | Err(BookingError::ChangedMeanwhile) => return Ok(done(HOME, "joined")),
            Err(BookingError::WrongState) => errors.add("", texts.get("waiting-error-free")),
            Err(BookingError::LimitReached(most)) => {
                errors.add("", texts.counted("waiting-error-full", i64::from(most)));
            }
            Err(error) => errors.add("", asked.explain(error)?),
        }
    }
    form(&asked, &fields, &errors).await
}

/// Takes what is offered.
async fn accept(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let (Some(person), Some(id)) = (asked.person().await?, fields.integer("id")) else {
        return list(&asked, "", None).await;
    };
    let holders = holders(&asked, &person);
    let entry = waiting::entry(asked.city().db(), id)
        .await?
        .filter(|entry| holders.contains(&entry.holder))
        .ok_or(Problem::NotFound)?;
    let place = facility(asked.city().db(), &entry.facility).await?;
    let to = entry
        .wanted(asked.key())?
        .and_then(|wanted| wanted.contact.email)
        .and_then(|email| EmailAddress::read(&email).ok());
    let news = place.as_ref().zip(to).and_then(|(place, to)| {
        let resource = place.document.resource(&entry.resource)?;
        Some(telling::prepare(
            asked.words,
            asked.language,
            to,
            &place.document,
            resource,
            entry.span,
        ))
    });
    let outcome = asked
        .city()
        .write(
            asked.principal.actor(),
            (asked.key().clone(), id, holders, news),
            |tx, (key, id, holders, news)| {
                Box::pin(async move {
                    let booked = waiting::accept(tx, key, *id, holders).await?;
                    if let (Some(news), Some(number)) = (news, &booked.number) {
                        let about = if booked.state == State::Requested {
                            News::Requested(number)
                        } else {
                            News::Confirmed(number)
                        };
                        telling::tell(tx, key, news, about).await?;
                    }
                    Ok::<_, BookingError>(booked)
                })
            },
        )
        .await;
    match outcome {
        Ok(_) => Ok(done(HOME, "taken")),
        Err(error) => {
            let problem = asked.explain(error)?;
            list(&asked, "", Some(problem)).await
        }
    }
}

/// Leaves the list, or lets an offer go.
async fn leave(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let (Some(person), Some(id)) = (asked.person().await?, fields.integer("id")) else {
        return list(&asked, "", None).await;
    };
    let holders = holders(&asked, &person);
    asked
        .city()
        .write(
            asked.principal.actor(),
            (id, holders),
            |tx, (id, holders)| Box::pin(waiting::leave(tx, *id, holders)),
        )
        .await?;
    Ok(done(HOME, "left"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
