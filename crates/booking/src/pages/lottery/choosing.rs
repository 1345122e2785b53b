//! Entering: choices are put together in the address, step by step and without a script; then who it is for is asked and sent.

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use jiff::civil::Date;
use yakuba_city::web::Problem;
use yakuba_forms::model::document::Key;
use yakuba_identity::{Receipt, Token};
use yakuba_kernel::Channel;
use yakuba_ui::{
    Choice as Answer, ErrorSummary, Fields, FormErrors, NotificationBanner, Page, RadioGroup,
    Select, TextField, Words, done as go,
};

use super::{HOME, Room, in_address, showing};
use crate::{
    error::BookingError,
    model::{
        calendar::Offered,
        document::{FacilityDocument, Resource, Times},
        fees::Use,
        lottery::choice::{Choice, Place},
        taken::TakenSteps,
        time::{ClockTime, Span},
    },
    pages::{
        asked::{Asked, Person, private},
        cart::acts_as,
        controls::{chosen_language, mail_language},
        words::{hours, long_day, short_day},
    },
    store::{
        Facility,
        lottery::{self, Entry, EntryState, NewEntry, Phase, Round, Wanted},
        people::{Contact, Holder},
    },
    telling::lottery::{Outcome, tell_outcome},
};

/// Who enters: a resident for themselves or a group, or staff for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// In their own browser.
    Resident,
    /// At the counter, on the telephone or from paper.
    Staff,
}

impl By {
    fn base(self, round: i64) -> String {
        match self {
            Self::Resident => format!("{HOME}/{round}/enter"),
            Self::Staff => format!("/desk/booking/lottery/{round}/enter"),
        }
    }
}

struct Chosen {
    label: String,
    text: String,
    remove: String,
    up: Option<String>,
}

struct Offer {
    text: String,
    add: Option<String>,
    join: Option<String>,
    from: Option<String>,
}

#[derive(Template)]
#[template(path = "lottery/choosing.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    action: String,
    chosen: Vec<Chosen>,
    hidden: Vec<String>,
    change: String,
    resource: Select,
    day: Select,
    day_text: String,
    offers: Vec<Offer>,
    rules: Vec<String>,
    is_full: bool,
    next_label: String,
    who: Option<Who>,
    sign_in: String,
    confirm: String,
}

/// What is asked of whoever enters.
struct Who {
    request: String,
    channel: Option<RadioGroup>,
    acts_as: Option<RadioGroup>,
    number: Option<TextField>,
    purpose: Option<Select>,
    people: TextField,
    name: Option<TextField>,
    phone: Option<TextField>,
    email: Option<TextField>,
    mails_in: Option<Select>,
    lives: RadioGroup,
}

/// What has been chosen up to now; what cannot be read is left out.
fn choices_of(fields: &Fields) -> Vec<Choice> {
    fields
        .all("choice")
        .filter_map(|text| text.parse().ok())
        .collect()
}

/// An address of this page with some choices.
fn address(base: &str, choices: &[Choice], more: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = choices
        .iter()
        .map(|choice| format!("choice={}", in_address(&choice.to_string())))
        .chain(
            more.iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| format!("{name}={}", in_address(value))),
        )
        .collect();
    format!("{base}?{}", pairs.join("&"))
}

/// The address on which an entry's choices are changed.
pub(crate) fn change_address(entry: &Entry, by_account: bool) -> String {
    let id = entry.id.to_string();
    let change = if by_account { id.as_str() } else { "number" };
    address(
        &By::Resident.base(entry.round),
        &entry.choices,
        &[("change", change)],
    )
}

pub(super) async fn page(
    asked: Asked,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let fields = Fields::of_query(&query.unwrap_or_default());
    let (round, found) = room.round(id).await?;
    show(
        &room,
        &round,
        &found,
        &fields,
        &FormErrors::new(),
        None,
        By::Resident,
    )
    .await
}

/// Shows the choices, what can be added to them, and who it is for.
pub(crate) async fn show(
    room: &Room,
    round: &Round,
    found: &Facility,
    fields: &Fields,
    errors: &FormErrors,
    problem: Option<String>,
    by: By,
) -> Result<Response, Problem> {
    let language = room.language();
    let document = &found.document;
    if round.phase(room.asked.city().now()) != Phase::Entering {
        return Ok(go(&format!("{HOME}/{}?problem=late", round.id), "").into_response());
    }
    let base = by.base(round.id);
    let choices = choices_of(fields);
    let resources = round.resources(document);
    let resource = resources
        .iter()
        .find(|resource| resource.key.as_str() == fields.get("resource"))
        .or(resources.first())
        .copied()
        .ok_or(Problem::NotFound)?;
    let days: Vec<Date> = round
        .month
        .days()
        .filter(|day| document.offered(resource, *day) != Offered::Nothing)
        .collect();
    let day = fields
        .get("day")
        .parse()
        .ok()
        .filter(|day| days.contains(day))
        .or(days.first().copied());
    let change = fields.get("change");
    let here = [("resource", resource.key.as_str()), ("change", change)];
    let is_full = choices.len() >= usize::try_from(round.rules.choices).unwrap_or(usize::MAX);
    let state = State {
        room,
        round,
        base: &base,
        choices: &choices,
        change,
    };
    let person = match by {
        By::Resident => room.asked.person().await?,
        By::Staff => None,
    };
    let who = (!choices.is_empty() && (person.is_some() || by == By::Staff))
        .then(|| who(room, round, document, person.as_ref(), fields, errors, by));
    let next = in_address(&address(&base, &choices, &[("change", change)]));
    let body =
        Body {
            words: room.texts,
            errors: errors.summary(language),
            action: base.clone(),
            chosen: state.chosen(document),
            hidden: choices.iter().map(ToString::to_string).collect(),
            change: change.to_owned(),
            resource: Select::new(language, "resource", room.t("lottery-resource"))
                .choices(resources.iter().map(|resource| {
                    Answer::new(resource.key.as_str(), resource.name.get(language))
                }))
                .value(resource.key.as_str()),
            day: Select::new(language, "day", room.t("lottery-day"))
                .choices(
                    days.iter()
                        .map(|day| Answer::new(day.to_string(), short_day(room.asked.words, *day))),
                )
                .value(day.map(|day| day.to_string()).unwrap_or_default().as_str()),
            day_text: day.map_or_else(String::new, |day| {
                format!(
                    "{} {}",
                    resource.name.get(language),
                    long_day(room.asked.words, language, day)
                )
            }),
            offers: day.map_or_else(Vec::new, |day| {
                state.offers(document, resource, day, fields.get("from"), &here)
            }),
            rules: showing::rules(room, round),
            is_full,
            next_label: ordinal(room, choices.len()),
            who,
            sign_in: format!("/resident/sign-in?next={next}"),
            confirm: format!("/confirm-email?next={next}"),
        };
    let title = room.t(if change.is_empty() {
        "lottery-enter-title"
    } else {
        "lottery-change-title"
    });
    let mut page = match by {
        By::Resident => Page::public(room.asked.shell.clone(), title, &body)
            .breadcrumb(room.asked.t("booking-title"), "/booking")
            .breadcrumb(room.t("lottery-title"), HOME),
        By::Staff => Page::desk(room.asked.shell.clone(), title, &body)
            .breadcrumb(room.asked.t("booking-desk-home"), "/desk")
            .breadcrumb(room.t("lottery-title"), "/desk/booking/lottery"),
    }
    .lead(showing::title(room, round, document))
    .not_for_search_engines()
    .with_errors(!errors.is_empty());
    if let Some(problem) = problem {
        page = page
            .notice(NotificationBanner::error(problem))
            .status(StatusCode::UNPROCESSABLE_ENTITY);
    } else if !errors.is_empty() {
        page = page.status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    Ok(private(page))
}

/// `第1希望`.
pub(crate) fn ordinal(room: &Room, place: usize) -> String {
    room.counted("lottery-choice", i64::try_from(place + 1).unwrap_or(1))
}

/// What has been chosen, and where it can be changed.
struct State<'a> {
    room: &'a Room,
    round: &'a Round,
    base: &'a str,
    choices: &'a [Choice],
    change: &'a str,
}

impl State<'_> {
    fn chosen(&self, document: &FacilityDocument) -> Vec<Chosen> {
        let to = |choices: &[Choice]| address(self.base, choices, &[("change", self.change)]);
        self.choices
            .iter()
            .enumerate()
            .map(|(place, choice)| {
                let mut without = self.choices.to_vec();
                without.remove(place);
                let up = place.checked_sub(1).map(|above| {
                    let mut moved = self.choices.to_vec();
                    moved.swap(place, above);
                    to(&moved)
                });
                Chosen {
                    label: ordinal(self.room, place),
                    text: showing::choice(self.room.language(), document, choice),
                    remove: to(&without),
                    up,
                }
            })
            .collect()
    }

    /// The times of a day that can be added, alone or to the last choice; for free times first the beginning, then the end.
    fn offers(
        &self,
        document: &FacilityDocument,
        resource: &Resource,
        day: Date,
        from: &str,
        here: &[(&str, &str)],
    ) -> Vec<Offer> {
        let nothing = TakenSteps::new();
        let text = day.to_string();
        let mut more: Vec<(&str, &str)> = here.to_vec();
        more.push(("day", &text));
        let begin: Option<ClockTime> = from.parse().ok();
        let words = self.room.asked.words;
        match (&resource.times, begin) {
            (Times::Free(_), None) => document
                .times_of_day(resource, day, &nothing)
                .into_iter()
                .map(|time| {
                    let start = String::from(time.span.from());
                    let mut more = more.clone();
                    more.push(("from", &start));
                    Offer {
                        text: time.span.from().to_string(),
                        add: None,
                        join: None,
                        from: Some(address(self.base, self.choices, &more)),
                    }
                })
                .collect(),
            (Times::Free(_), Some(begin)) => document
                .possible_ends(resource, day, begin, &nothing)
                .into_iter()
                .filter_map(|end| Span::new(day, begin, end))
                .map(|span| self.offer(resource, span, hours(words, span), &more))
                .collect(),
            (Times::Bands(_) | Times::Sessions(_), _) => {
                let Offered::Times(times) = document.offered(resource, day) else {
                    return Vec::new();
                };
                let language = self.room.language();
                let mut offers: Vec<Offer> = times
                    .iter()
                    .map(|time| {
                        let name = time.name.map_or("", |name| name.get(language));
                        let text = format!("{name} {}", hours(words, time.span));
                        self.offer(resource, time.span, text.trim().to_owned(), &more)
                    })
                    .collect();
                if matches!(resource.times, Times::Bands(_)) {
                    for (place, first) in times.iter().enumerate() {
                        for last in times.iter().skip(place + 1) {
                            let span = Span::new(day, first.span.from(), last.span.to());
                            offers.extend(
                                span.map(|span| {
                                    self.offer(resource, span, hours(words, span), &more)
                                }),
                            );
                        }
                    }
                }
                offers
            }
        }
    }

    fn offer(&self, resource: &Resource, span: Span, text: String, more: &[(&str, &str)]) -> Offer {
        let place = Place {
            resource: resource.key.to_string(),
            span,
        };
        let most = usize::try_from(self.round.rules.choices).unwrap_or(usize::MAX);
        let add = Choice::new(vec![place.clone()])
            .filter(|choice| self.choices.len() < most && !self.choices.contains(choice))
            .map(|choice| {
                let mut choices = self.choices.to_vec();
                choices.push(choice);
                address(self.base, &choices, more)
            });
        let join = self.choices.split_last().and_then(|(last, before)| {
            let together = usize::try_from(self.round.rules.together).unwrap_or(1);
            let mut places = last.places().to_vec();
            places.push(place);
            let choice = Choice::new(places).filter(|joined| joined.places().len() <= together)?;
            let mut choices = before.to_vec();
            choices.push(choice);
            Some(address(self.base, &choices, more))
        });
        Offer {
            text,
            add,
            join,
            from: None,
        }
    }
}

fn purposes<'a>(
    round: &Round,
    document: &'a FacilityDocument,
) -> Vec<&'a crate::model::document::Purpose> {
    let mut all: Vec<&crate::model::document::Purpose> = Vec::new();
    for resource in round.resources(document) {
        for purpose in &resource.purposes {
            if all.iter().all(|known| known.key != purpose.key) {
                all.push(purpose);
            }
        }
    }
    all
}

fn who(
    room: &Room,
    round: &Round,
    document: &FacilityDocument,
    person: Option<&Person>,
    fields: &Fields,
    errors: &FormErrors,
    by: By,
) -> Who {
    let language = room.language();
    let words = room.asked.words;
    let change = fields.get("change");
    let purposes = purposes(round, document);
    let text = |name: &'static str, label: &str| {
        TextField::new(language, name, words.get(label))
            .required()
            .value(fields.get(name))
            .errors(errors)
    };
    let is_new = change.is_empty();
    let is_staff = by == By::Staff;
    let name = fields
        .optional("name")
        .or_else(|| person.and_then(|person| person.name.clone()))
        .unwrap_or_default();
    Who {
        request: match fields.get("request") {
            "" => Token::generate().as_str().to_owned(),
            known => known.to_owned(),
        },
        channel: is_staff.then(|| {
            RadioGroup::new(language, "channel", room.t("lottery-channel"))
                .choices(["counter", "phone", "paper"].map(|channel| {
                    Answer::new(channel, room.t(&format!("lottery-channel-{channel}")))
                }))
                .value(match fields.get("channel") {
                    "" => "counter",
                    known => known,
                })
                .required()
                .errors(errors)
        }),
        acts_as: person
            .filter(|person| is_new && !person.groups.is_empty())
            .map(|person| acts_as(&room.asked, person, fields, errors)),
        number: (change == "number").then(|| {
            TextField::new(language, "number", room.t("lottery-receipt"))
                .support(room.t("lottery-receipt-support"))
                .width(24)
                .required()
                .value(fields.get("number"))
                .errors(errors)
        }),
        purpose: (!purposes.is_empty()).then(|| {
            Select::new(language, "purpose", words.get("booking-purpose"))
                .ask()
                .required()
                .choices(
                    purposes
                        .iter()
                        .map(|known| Answer::new(known.key.as_str(), known.name.get(language))),
                )
                .value(fields.get("purpose"))
                .errors(errors)
        }),
        people: text("people", "booking-people")
            .numeric()
            .width(5)
            .unit(words.get("booking-people-unit")),
        name: is_new.then(|| {
            text("name", "booking-name")
                .autocomplete("name")
                .max_length(100)
                .value(name)
        }),
        phone: is_new.then(|| {
            text("phone", "booking-your-phone")
                .autocomplete("tel")
                .max_length(30)
        }),
        email: is_staff.then(|| {
            TextField::new(language, "email", words.get("booking-email"))
                .optional()
                .max_length(200)
                .value(fields.get("email"))
                .errors(errors)
        }),
        mails_in: is_staff.then(|| mail_language(language, fields)),
        lives: RadioGroup::new(language, "lives", words.get("booking-lives"))
            .choices([
                Answer::new("here", words.get("booking-lives-here")),
                Answer::new("elsewhere", words.get("booking-lives-elsewhere")),
            ])
            .value(fields.get("lives"))
            .required()
            .errors(errors),
    }
}

/// What is wrong with what was entered; whether the fields of a person are asked for depends on `is_new`.
fn errors_of(
    room: &Room,
    round: &Round,
    document: &FacilityDocument,
    fields: &Fields,
    by: By,
) -> FormErrors {
    let asked = &room.asked;
    let mut errors = FormErrors::new();
    let is_new = fields.get("change").is_empty();
    let mut required = vec!["lives"];
    if is_new {
        required.extend(["name", "phone"]);
    }
    if fields.get("change") == "number" {
        required.push("number");
    }
    if !purposes(round, document).is_empty() {
        required.push("purpose");
    }
    for name in required {
        if fields.get(name).trim().is_empty() {
            errors.add(name, asked.t("booking-error-required"));
        }
    }
    if people(fields) == 0 {
        errors.add("people", asked.t("booking-error-people-missing"));
    }
    let digits = fields
        .get("phone")
        .chars()
        .filter(|letter| letter.is_numeric())
        .count();
    if is_new && !fields.get("phone").trim().is_empty() && !(8..=15).contains(&digits) {
        errors.add("phone", asked.t("booking-error-phone"));
    }
    let email = fields.get("email").trim();
    if by == By::Staff && !email.is_empty() && yakuba_mail::EmailAddress::read(email).is_err() {
        errors.add("email", room.t("lottery-error-email"));
    }
    errors
}

fn people(fields: &Fields) -> u32 {
    fields
        .integer("people")
        .and_then(|people| u32::try_from(people).ok())
        .unwrap_or(0)
}

fn wanted(fields: &Fields) -> Wanted {
    Wanted {
        choices: choices_of(fields),
        of: Use {
            people: people(fields),
            purpose: Key::new(fields.get("purpose")).ok(),
            is_resident: fields.get("lives") == "here",
            ..Use::default()
        },
    }
}

pub(super) async fn send(
    asked: Asked,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let (round, found) = room.round(id).await?;
    let errors = errors_of(&room, &round, &found.document, &fields, By::Resident);
    let person = room.asked.person().await?;
    let (Some(person), true) = (person, errors.is_empty()) else {
        return show(&room, &round, &found, &fields, &errors, None, By::Resident).await;
    };
    if !fields.get("change").is_empty() {
        return change(&room, &round, &found, &fields).await;
    }
    let oneself = person.holder.clone();
    let acting = person.acting_as(fields.get("as"));
    let text = |name: &str, most: usize| -> String {
        fields.get(name).trim().chars().take(most).collect()
    };
    let contact = Contact {
        name: text("name", 100),
        email: acting.email.clone(),
        phone: Some(text("phone", 30)),
        note: None,
        language: room.language(),
    };
    let (visit, token) = room.asked.visit_or_new();
    let new = NewEntry::new(
        room.asked.key(),
        round.id,
        acting.holder.clone(),
        Some(&oneself),
        &contact,
        Channel::Online,
        wanted(&fields),
    )?
    .from_visit(visit)
    .of_account(match oneself {
        Holder::Resident(account) => Some(account),
        _ => None,
    })
    .requested_as(format!("online/{}", text("request", 100)));
    match enter(&room, &round, new).await {
        Ok(_) => Ok(room.asked.go(&format!("{HOME}/done"), token.as_ref())),
        Err(error) => {
            let problem = room.explain(error)?;
            show(
                &room,
                &round,
                &found,
                &fields,
                &errors,
                Some(problem),
                By::Resident,
            )
            .await
        }
    }
}

/// Enters, and writes to whoever entered in the same write.
async fn enter(
    room: &Room,
    round: &Round,
    new: NewEntry,
) -> Result<lottery::Entered, BookingError> {
    let input = (new, round.clone(), room.asked.key().clone());
    room.asked
        .city()
        .write(
            room.asked.principal.actor(),
            input,
            |tx, (new, round, key)| {
                Box::pin(async move {
                    let entered = lottery::enter(tx, new).await?;
                    if entered.receipt.is_some()
                        && let Some(entry) = lottery::entry(tx.connection(), entered.id).await?
                    {
                        tell_outcome(tx, key, round, &entry, Outcome::Entered).await?;
                    }
                    Ok(entered)
                })
            },
        )
        .await
}

/// Staff enter somebody who came, rang or wrote; returns the entry's numbers, or the page that says what is missing.
pub(crate) async fn send_for(
    room: &Room,
    round: &Round,
    found: &Facility,
    fields: &Fields,
) -> Result<Result<lottery::Entered, Response>, Problem> {
    let errors = errors_of(room, round, &found.document, fields, By::Staff);
    let channel = match fields.get("channel") {
        "phone" => Channel::Phone,
        "paper" => Channel::Paper,
        _ => Channel::Counter,
    };
    if !errors.is_empty() {
        return Ok(Err(show(
            room,
            round,
            found,
            fields,
            &errors,
            None,
            By::Staff,
        )
        .await?));
    }
    let text = |name: &str, most: usize| -> String {
        fields.get(name).trim().chars().take(most).collect()
    };
    let contact = Contact {
        name: text("name", 100),
        email: Some(text("email", 200)).filter(|email| !email.is_empty()),
        phone: Some(text("phone", 30)),
        note: None,
        language: chosen_language(fields),
    };
    let new = NewEntry::new(
        room.asked.key(),
        round.id,
        Holder::Phone(text("phone", 30)),
        None,
        &contact,
        channel,
        wanted(fields),
    )?
    .requested_as(format!("desk/{}", text("request", 100)));
    match enter(room, round, new).await {
        Ok(entered) => Ok(Ok(entered)),
        Err(error) => {
            let problem = room.explain(error)?;
            Ok(Err(show(
                room,
                round,
                found,
                fields,
                &errors,
                Some(problem),
                By::Staff,
            )
            .await?))
        }
    }
}

/// Changes an entry: of this account, or by the number that opens it.
async fn change(
    room: &Room,
    round: &Round,
    found: &Facility,
    fields: &Fields,
) -> Result<Response, Problem> {
    let db = room.asked.city().db();
    let mut errors = FormErrors::new();
    let entry = if fields.get("change") == "number" {
        room.asked.begin_looking_up().await?;
        let entry = match fields.get("number").parse::<Receipt>() {
            Ok(number) => lottery::by_receipt(db, room.asked.key(), &number).await?,
            Err(_) => None,
        };
        if entry.is_some() {
            room.asked.found_it().await?;
        }
        entry
    } else {
        let account = room.asked.principal.resident().map(|resident| resident.id);
        let id = fields.get("change").parse().unwrap_or(0);
        lottery::entry(db, id)
            .await?
            .filter(|entry| account.is_some() && entry.resident == account)
    };
    let Some(entry) =
        entry.filter(|entry| entry.round == round.id && entry.state == EntryState::Entered)
    else {
        errors.add("number", room.t("lottery-error-number"));
        return show(room, round, found, fields, &errors, None, By::Resident).await;
    };
    let outcome: Result<(), BookingError> = room
        .asked
        .city()
        .write(
            room.asked.principal.actor(),
            (entry.id, wanted(fields)),
            |tx, (id, wanted)| Box::pin(lottery::change(tx, *id, wanted)),
        )
        .await;
    match outcome {
        Ok(()) => Ok(go(&format!("{HOME}/mine"), "changed")),
        Err(error) => {
            let problem = room.explain(error)?;
            show(
                room,
                round,
                found,
                fields,
                &errors,
                Some(problem),
                By::Resident,
            )
            .await
        }
    }
}
