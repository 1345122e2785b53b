//! Asking for a series: the form, all its days with what speaks against them, and booking them.

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use jiff::{ToSpan as _, civil::Date};
use yakuba_city::web::Problem;
use yakuba_forms::model::document::Key;
use yakuba_identity::Receipt;
use yakuba_kernel::Channel;
use yakuba_ui::{
    Choice, DateField, ErrorSummary, Fields, FormErrors, Page, RadioGroup, Select, TextArea,
    TextField, Words, done,
};

use super::{
    HOME, WORDS,
    check::{Check, Sending},
};
use crate::{
    error::BookingError,
    model::{
        document::{Resource, Times, Who},
        fees::Use,
        series::Pattern,
        time::ClockTime,
    },
    pages::{
        asked::{Asked, Person, private},
        cart::acts_as,
        controls::Controls,
        facility::cancelling,
        points,
        words::what,
    },
    repeating::Repeated,
    store::{Facility, people::Contact},
};

#[derive(Template)]
#[template(path = "series/ask.html")]
struct Form {
    texts: Words,
    words: Words,
    errors: ErrorSummary,
    facility: String,
    resource: String,
    pattern: RadioGroup,
    first: DateField,
    last: DateField,
    from: Select,
    to: Select,
    purpose: Option<Select>,
    people: TextField,
    acts_as: Option<RadioGroup>,
    name: TextField,
    phone: TextField,
    lives: RadioGroup,
    note: TextArea,
}

/// What a form is about: something that has times which come again.
async fn about(asked: &Asked, fields: &Fields) -> Result<(Facility, Resource), Problem> {
    let place = asked.facility(fields.get("facility")).await?;
    let resource = place
        .document
        .resource(fields.get("resource"))
        .filter(|resource| !matches!(resource.times, Times::Sessions(_)))
        .cloned()
        .ok_or(Problem::NotFound)?;
    Ok((place, resource))
}

/// The person, acting as the form says.
async fn person(asked: &Asked, fields: &Fields) -> Result<Person, Problem> {
    let person = asked.person().await?.ok_or(Problem::ResidentSignInNeeded)?;
    Ok(person.acting_as(fields.get("as")))
}

pub(super) async fn page(asked: Asked, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let fields = Fields::of_query(&query.unwrap_or_default());
    let (place, resource) = about(&asked, &fields).await?;
    form(&asked, &place, &resource, &fields, &FormErrors::new()).await
}

/// The beginnings and the ends from which a time is put together.
fn ends(place: &Facility, resource: &Resource) -> (Vec<ClockTime>, Vec<ClockTime>) {
    let (mut begins, mut ends): (Vec<ClockTime>, Vec<ClockTime>) = match &resource.times {
        Times::Bands(bands) => (
            bands.iter().map(|band| band.from).collect(),
            bands.iter().map(|band| band.to).collect(),
        ),
        Times::Free(_) | Times::Sessions(_) => {
            let step = place.document.step.minutes();
            let all: Vec<ClockTime> = place
                .document
                .opening
                .iter()
                .flat_map(|open| {
                    (open.from.minutes()..=open.to.minutes())
                        .step_by(usize::from(step))
                        .filter_map(ClockTime::from_minutes)
                })
                .collect();
            (all.clone(), all)
        }
    };
    for times in [&mut begins, &mut ends] {
        times.sort_unstable();
        times.dedup();
    }
    (begins, ends)
}

async fn form(
    asked: &Asked,
    place: &Facility,
    resource: &Resource,
    fields: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let (words, language) = (asked.words, asked.language);
    let texts = WORDS.words(language);
    let person = person(asked, fields).await?;
    let (begins, ends) = ends(place, resource);
    let times = |name: &'static str, label: &str, all: Vec<ClockTime>| {
        // Addresses and files write 09:00, forms send what they were given.
        let chosen: Option<ClockTime> = fields.get(name).parse().ok();
        Select::new(language, name, texts.get(label))
            .ask()
            .required()
            .choices(all.into_iter().map(|time| {
                Choice::new(String::from(time), time.to_string()).chosen(Some(time) == chosen)
            }))
            .errors(errors)
    };
    let day = |name: &'static str, label: &str, given: Option<Date>| {
        let field = DateField::new(language, name, texts.get(label))
            .required()
            .errors(errors);
        if fields.has(&format!("{name}_year")) {
            field.typed(
                fields.get(&format!("{name}_year")),
                fields.get(&format!("{name}_month")),
                fields.get(&format!("{name}_day")),
            )
        } else {
            field.value(given)
        }
    };
    let given: Option<Date> = fields.get("day").parse().ok();
    let controls = Controls {
        words,
        language,
        fields,
        errors,
    };
    let body = Form {
        texts,
        words,
        errors: errors.summary(language),
        facility: place.key().to_owned(),
        resource: resource.key.to_string(),
        pattern: RadioGroup::new(language, "pattern", texts.get("series-pattern"))
            .choices(Pattern::ALL.map(|one| {
                Choice::new(
                    one.name(),
                    texts.get(&format!("series-pattern-{}", one.name())),
                )
                .support(texts.get(&format!("series-pattern-{}-support", one.name())))
            }))
            .value(match fields.get("pattern") {
                "" => Pattern::Weekly.name(),
                chosen => chosen,
            })
            .required()
            .errors(errors),
        first: day("first", "series-first", given),
        last: day(
            "last",
            "series-last",
            given.and_then(|day| day.checked_add(3.months()).ok()),
        ),
        from: times("from", "series-from", begins),
        to: times("to", "series-to", ends),
        purpose: controls.purpose("purpose", resource),
        people: controls.people("people"),
        acts_as: (!person.groups.is_empty()).then(|| acts_as(asked, &person, fields, errors)),
        name: controls.name(person.name.as_deref()),
        phone: controls.phone(),
        lives: controls.lives(),
        note: controls.note(),
    };
    let page = Page::public(asked.shell.clone(), texts.get("series-new-title"), &body)
        .breadcrumb(words.get("booking-title"), "/booking")
        .breadcrumb(
            what(language, &place.document, resource),
            format!("/booking/{}/{}", place.key(), resource.key),
        )
        .lead(what(language, &place.document, resource))
        .narrow()
        .not_for_search_engines()
        .with_errors(!errors.is_empty());
    Ok(private(page))
}

/// What somebody entered, once it is right.
struct Entered {
    person: Person,
    repeated: Repeated,
}

/// Reads what was entered; what is wrong with it goes to the errors.
async fn entered(
    asked: &Asked,
    place: &Facility,
    resource: &Resource,
    fields: &Fields,
    errors: &mut FormErrors,
) -> Result<Option<Entered>, Problem> {
    let texts = WORDS.words(asked.language);
    let person = person(asked, fields).await?;
    let required = asked.t("booking-error-required");
    for name in ["pattern", "name", "phone", "lives"] {
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
    let (first, last) = (fields.date("first"), fields.date("last"));
    for (name, day) in [("first", first), ("last", last)] {
        if day.is_none() {
            errors.add(name, required.clone());
        }
    }
    let from: Option<ClockTime> = fields.get("from").parse().ok();
    let to: Option<ClockTime> = fields.get("to").parse().ok();
    for (name, time) in [("from", from), ("to", to)] {
        if time.is_none() {
            errors.add(name, required.clone());
        }
    }
    if from.zip(to).is_some_and(|(from, to)| from >= to) {
        errors.add("to", texts.get("series-error-backwards"));
    }
    let people = fields
        .integer("people")
        .and_then(|people| u32::try_from(people).ok())
        .unwrap_or(0);
    if people == 0 {
        errors.add("people", asked.t("booking-error-people-missing"));
    } else if let Some(most) = resource.capacity
        && people > most
    {
        errors.add("people", asked.explain(BookingError::TooManyPeople(most))?);
    }
    let purpose = Key::new(fields.get("purpose")).ok();
    let is_known = resource
        .purposes
        .iter()
        .any(|known| Some(&known.key) == purpose.as_ref());
    if !resource.purposes.is_empty() && !is_known {
        errors.add("purpose", required);
    }
    let rules = place.document.rules_of(resource);
    let of = Use {
        people,
        purpose,
        is_resident: fields.get("lives") == "here",
        ..Use::default()
    };
    let of = match (rules.who, person.group()) {
        (Who::Groups, None) => Err(BookingError::NotAllowed("registered groups")),
        (Who::StaffOnly, _) => Err(BookingError::NotAllowed("staff")),
        _ => person.shapes(of, rules),
    };
    let of = match of {
        Ok(of) => of,
        Err(error) => {
            errors.add("as", asked.explain(error)?);
            return Ok(None);
        }
    };
    let (Some(pattern), Some((first, last)), Some((from, to))) = (
        Pattern::read(fields.get("pattern")),
        first.zip(last),
        from.zip(to),
    ) else {
        return Ok(None);
    };
    let text =
        |name: &str, most: usize| -> String { fields.get(name).chars().take(most).collect() };
    let repeated = Repeated {
        place: place.clone(),
        resource: resource.clone(),
        pattern,
        first,
        last,
        from,
        to,
        of,
        holder: person.holder.clone(),
        contact: Contact {
            name: text("name", 100),
            email: person.email.clone(),
            phone: Some(text("phone", 30)),
            note: Some(text("note", 500)).filter(|note| !note.is_empty()),
            language: asked.language,
        },
        channel: Channel::Online,
        resident: asked.principal.resident().map(|resident| resident.id),
    };
    if repeated.days().is_empty() {
        errors.add("last", texts.get("series-error-no-days"));
    }
    Ok(errors.is_empty().then_some(Entered { person, repeated }))
}

pub(super) async fn check(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let (place, resource) = about(&asked, &fields).await?;
    let mut errors = FormErrors::new();
    let Some(entered) = entered(&asked, &place, &resource, &fields, &mut errors).await? else {
        return form(&asked, &place, &resource, &fields, &errors).await;
    };
    let (words, repeated) = (asked.words, &entered.repeated);
    let looked = repeated.look(asked.city()).await?;
    let document = &place.document;
    let rules = document.rules_of(&resource);
    let mut sentences = cancelling(words, document, rules);
    sentences.extend(points::rules(&asked, document, rules));
    let mut hidden: Vec<(String, String)> = fields
        .pairs()
        .filter(|(name, _)| *name != "mode" && *name != "request")
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    hidden.push(("request".to_owned(), Receipt::generate().plain()));
    let texts = WORDS.words(asked.language);
    let sending = Sending {
        action: "/booking/series/send".to_owned(),
        hidden,
        back: (
            texts.get("series-to-search").into_owned(),
            "/booking".to_owned(),
        ),
    };
    let group = entered.person.group().map(|group| group.name.as_str());
    let body = Check::new(asked.language, repeated, &looked, group, sentences, sending)?;
    let page = Page::public(asked.shell.clone(), texts.get("series-check-title"), &body)
        .breadcrumb(words.get("booking-title"), "/booking")
        .narrow()
        .not_for_search_engines();
    Ok(private(page))
}

/// Books what can be booked: each day by itself, or all of them in one write.
pub(super) async fn send(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let (place, resource) = about(&asked, &fields).await?;
    let mut errors = FormErrors::new();
    let Some(entered) = entered(&asked, &place, &resource, &fields, &mut errors).await? else {
        return form(&asked, &place, &resource, &fields, &errors).await;
    };
    let request: String = fields.get("request").chars().take(40).collect();
    if request.is_empty() {
        return check(asked, fields).await;
    }
    let me = entered.repeated.resident.unwrap_or(0);
    let outcome = entered
        .repeated
        .book(
            asked.city(),
            &asked.principal.actor(),
            format!("resident/{me}/{request}"),
            fields.get("mode") == "all",
        )
        .await;
    match outcome {
        Ok(made) => Ok(done(&format!("{HOME}/{}", made.id), "booked")),
        Err(error) => {
            let texts = WORDS.words(asked.language);
            let reason = asked.explain(error)?;
            errors.add(
                "",
                texts.with_text("series-error-nothing", "reason", &reason),
            );
            form(&asked, &place, &resource, &fields, &errors).await
        }
    }
}
