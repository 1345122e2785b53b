//! Asking for a series: the form, all its days with what speaks against them, and booking them.

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use jiff::{ToSpan as _, civil::Date};
use yakuba_city::web::Problem;
use yakuba_forms::model::document::Key;
use yakuba_identity::Receipt;
use yakuba_kernel::{Channel, Yen};
use yakuba_mail::{EmailAddress, Mail, enqueue};
use yakuba_ui::{
    Choice, DateField, DescriptionList, ErrorSummary, Fields, FormErrors, Page, RadioGroup, Select,
    TextArea, TextField, Words, done,
};

use super::{HOME, WORDS};
use crate::{
    error::BookingError,
    model::{
        document::{Resource, Times, Way, Who},
        fees::Use,
        series::{Failure, Pattern},
        time::{ClockTime, Span},
    },
    pages::{
        asked::{Asked, Person, private},
        cart::acts_as,
        controls::Controls,
        facility::cancelling,
        points,
        words::{amount, hours, long_day, what, when},
    },
    store::{
        Facility,
        people::Contact,
        reservations::{NewBooking, Wish},
        series::{self, NewSeries, failure_of, preview},
    },
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
    contact: Contact,
    pattern: Pattern,
    first: Date,
    last: Date,
    from: ClockTime,
    to: ClockTime,
    of: Use,
    days: Vec<Date>,
}

impl Entered {
    fn span(&self, day: Date) -> Option<Span> {
        Span::new(day, self.from, self.to)
    }
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
    let days = pattern.days(first, last);
    if days.is_empty() {
        errors.add("last", texts.get("series-error-no-days"));
    }
    let text =
        |name: &str, most: usize| -> String { fields.get(name).chars().take(most).collect() };
    Ok(errors.is_empty().then(|| Entered {
        contact: Contact {
            name: text("name", 100),
            email: person.email.clone(),
            phone: Some(text("phone", 30)),
            note: Some(text("note", 500)).filter(|note| !note.is_empty()),
        },
        person,
        pattern,
        first,
        last,
        from,
        to,
        of,
        days,
    }))
}

struct Line {
    day: String,
    state: String,
    fails: bool,
    fee: String,
}

#[derive(Template)]
#[template(path = "series/check.html")]
struct Check {
    texts: Words,
    words: Words,
    details: DescriptionList,
    lines: Vec<Line>,
    count: usize,
    failing: usize,
    total: String,
    needs_approval: bool,
    rules: Vec<String>,
    mode: RadioGroup,
    hidden: Vec<(String, String)>,
}

pub(super) async fn check(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let (place, resource) = about(&asked, &fields).await?;
    let mut errors = FormErrors::new();
    let Some(entered) = entered(&asked, &place, &resource, &fields, &mut errors).await? else {
        return form(&asked, &place, &resource, &fields, &errors).await;
    };
    let (words, language) = (asked.words, asked.language);
    let texts = WORDS.words(language);
    let city = asked.city();
    let document = &place.document;
    let looked = preview(
        city.db(),
        document,
        &resource,
        &entered.days,
        (entered.from, entered.to),
        &entered.person.holder.hash(asked.key()),
        city.now(),
        city.today(),
    )
    .await?;
    let mut total = Yen::ZERO;
    let mut lines = Vec::new();
    for (day, failure) in &looked {
        let fee = match (failure, entered.span(*day)) {
            (None, Some(span)) => {
                let fee = document
                    .fee(&resource, span, &entered.of)
                    .map_err(BookingError::from)?
                    .total;
                total = total.checked_add(fee).unwrap_or(total);
                amount(words, fee)
            }
            _ => String::new(),
        };
        lines.push(Line {
            day: long_day(words, language, *day),
            state: texts
                .get(&format!(
                    "series-day-{}",
                    failure.map_or("free", Failure::name)
                ))
                .into_owned(),
            fails: failure.is_some(),
            fee,
        });
    }
    let failing = lines.iter().filter(|line| line.fails).count();
    let mut details = DescriptionList::new()
        .text(
            words.get("booking-what"),
            what(language, document, &resource),
        )
        .text(
            texts.get("series-pattern"),
            texts.get(&format!("series-pattern-{}", entered.pattern.name())),
        );
    if let Some(span) = entered.span(entered.first) {
        details = details.text(words.get("booking-times"), hours(words, span));
    }
    if let Some(group) = entered.person.group() {
        details = details.text(words.get("booking-as"), &group.name);
    }
    details = details
        .text(words.get("booking-name"), &entered.contact.name)
        .text(
            words.get("booking-people"),
            words.counted("booking-people-count", entered.of.people),
        );
    let rules = document.rules_of(&resource);
    let mut sentences = cancelling(words, rules);
    sentences.extend(points::rules(&asked, document, rules));
    let mut hidden: Vec<(String, String)> = fields
        .pairs()
        .filter(|(name, _)| *name != "mode" && *name != "request")
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    hidden.push(("request".to_owned(), Receipt::generate().plain()));
    let body = Check {
        texts,
        words,
        details,
        count: lines.len() - failing,
        failing,
        lines,
        total: amount(words, total),
        needs_approval: rules.way == Way::Approval,
        rules: sentences,
        mode: RadioGroup::new(language, "mode", texts.get("series-mode"))
            .choices([
                Choice::new("possible", texts.get("series-mode-possible")),
                Choice::new("all", texts.get("series-mode-all")),
            ])
            .value("possible"),
        hidden,
    };
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
    let city = asked.city();
    let me = asked.principal.resident().map(|resident| resident.id);
    let request: String = fields.get("request").chars().take(40).collect();
    if request.is_empty() {
        return check(asked, fields).await;
    }
    let new = NewSeries {
        request: format!("resident/{}/{request}", me.unwrap_or(0)),
        facility: place.key().to_owned(),
        resource: resource.key.to_string(),
        pattern: entered.pattern,
        first: entered.first,
        last: entered.last,
        from: entered.from,
        to: entered.to,
        holder: entered.person.holder.clone(),
        resident: me,
        channel: Channel::Online,
    };
    let looked = preview(
        city.db(),
        &place.document,
        &resource,
        &entered.days,
        (entered.from, entered.to),
        &entered.person.holder.hash(asked.key()),
        city.now(),
        city.today(),
    )
    .await?;
    let mut wishes = Vec::new();
    for (day, _) in looked.iter().filter(|(_, failure)| failure.is_none()) {
        let Some(span) = entered.span(*day) else {
            continue;
        };
        let booking = NewBooking::new(
            asked.key(),
            entered.person.holder.clone(),
            &entered.contact,
            Channel::Online,
            entered.of.clone(),
        )?;
        let wish = Wish {
            facility: place.key().to_owned(),
            resource: resource.key.to_string(),
            span,
            of: entered.of.clone(),
        };
        wishes.push((wish, booking));
    }
    let key = asked.key().clone();
    let actor = asked.principal.actor();
    let outcome: Result<(i64, Vec<String>), BookingError> = if fields.get("mode") == "all" {
        let spans: Vec<Span> = wishes.iter().map(|(wish, _)| wish.span).collect();
        city.write(actor, (key, new, wishes), |tx, (key, new, wishes)| {
            Box::pin(series::book_all(tx, key, new, wishes))
        })
        .await
        .map(|(id, all)| {
            let numbers = spans
                .into_iter()
                .zip(all)
                .filter_map(|(span, booked)| Some(line(&asked, span, &booked.number?)))
                .collect();
            (id, numbers)
        })
    } else {
        one_by_one(&asked, new, wishes).await
    };
    match outcome {
        Ok((id, numbers)) => {
            for (day, failure) in &looked {
                if let Some(failure) = failure {
                    note(&asked, id, *day, *failure).await?;
                }
            }
            tell(&asked, &place, &resource, &entered, numbers).await?;
            Ok(done(&format!("{HOME}/{id}"), "booked"))
        }
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

fn line(asked: &Asked, span: Span, number: &Receipt) -> String {
    WORDS
        .words(asked.language)
        .with(
            "series-mail-line",
            &[
                ("when", when(asked.words, asked.language, span).into()),
                ("number", number.to_string().into()),
            ],
        )
        .into_owned()
}

async fn note(asked: &Asked, id: i64, day: Date, failure: Failure) -> Result<(), Problem> {
    asked
        .city()
        .write(
            asked.principal.actor(),
            (id, day, failure),
            |tx, (id, day, failure)| Box::pin(series::note_failure(tx, *id, *day, *failure)),
        )
        .await
        .map_err(Problem::from)
}

/// Each day in a write of its own: what speaks against one of them leaves the others.
async fn one_by_one(
    asked: &Asked,
    new: NewSeries,
    wishes: Vec<(Wish, NewBooking)>,
) -> Result<(i64, Vec<String>), BookingError> {
    let city = asked.city();
    let actor = || asked.principal.actor();
    let id = city
        .write(actor(), (asked.key().clone(), new), |tx, (key, new)| {
            Box::pin(series::begin(tx, key, new))
        })
        .await?;
    let mut numbers = Vec::new();
    for (wish, new) in wishes {
        let span = wish.span;
        let outcome = city
            .write(actor(), (id, wish, new), |tx, (id, wish, new)| {
                Box::pin(series::book_day(tx, *id, wish, new))
            })
            .await;
        match outcome {
            Ok(booked) => {
                if let Some(number) = &booked.number {
                    numbers.push(line(asked, span, number));
                }
            }
            Err(error) => {
                let Some(failure) = failure_of(&error) else {
                    return Err(error);
                };
                let input = (id, span.day(), failure);
                city.write(actor(), input, |tx, (id, day, failure)| {
                    Box::pin(series::note_failure(tx, *id, *day, *failure))
                })
                .await?;
            }
        }
    }
    Ok((id, numbers))
}

/// One mail with all the numbers.
async fn tell(
    asked: &Asked,
    place: &Facility,
    resource: &Resource,
    entered: &Entered,
    numbers: Vec<String>,
) -> Result<(), Problem> {
    let to = entered
        .contact
        .email
        .as_deref()
        .and_then(|email| EmailAddress::read(email).ok());
    let (Some(to), false) = (to, numbers.is_empty()) else {
        return Ok(());
    };
    let texts = WORDS.words(asked.language);
    let mail = Mail::new(
        to,
        texts.get("series-mail-subject"),
        texts.with(
            "series-mail",
            &[
                (
                    "what",
                    what(asked.language, &place.document, resource).into(),
                ),
                ("days", numbers.join("\n").into()),
                (
                    "phone",
                    place.document.phone.clone().unwrap_or_default().into(),
                ),
            ],
        ),
    );
    asked
        .city()
        .write(
            asked.principal.actor(),
            (asked.key().clone(), mail),
            |tx, (key, mail)| {
                Box::pin(async move {
                    enqueue(tx, key, mail).await.map_err(BookingError::from)?;
                    Ok::<(), BookingError>(())
                })
            },
        )
        .await
        .map_err(Problem::from)
}
