//! Entering a reservation for somebody who rings or stands at the counter: once, or again and again.

use askama::Template;
use axum::{extract::Path, response::Response};
use jiff::civil::Date;
use yakuba_city::web::Problem;
use yakuba_forms::model::document::Key;
use yakuba_identity::Token;
use yakuba_kernel::Channel;
use yakuba_mail::EmailAddress;
use yakuba_ui::{
    CheckboxGroup, Choice, DateField, ErrorSummary, Fields, FormErrors, RadioGroup, Select,
    TextArea, TextField, Words, done,
};

use super::{
    href,
    room::{Room, private},
    show::reductions,
};
use crate::{
    capabilities::RECEIVE,
    error::BookingError,
    model::{
        document::{FeeCondition, Resource, Times, Who},
        fees::Use,
        series::Pattern,
        time::{ClockTime, Span},
    },
    pages::{
        choosing_time::{read_span, span_value},
        controls::{Controls, chosen_language, equipment_of, mail_language},
        facility::cancelling,
        series::{
            WORDS as SERIES_WORDS,
            check::{Check, Sending},
        },
        words::{amount, hours, long_day, sessions, what},
    },
    repeating::Repeated,
    store::{
        Facility, groups,
        history::{Way, record_looks},
        people::{Contact, Holder},
        reservations::{self, NewBooking, Wish, taken},
    },
    telling::{CityNews, tell_by_city},
};

#[derive(Template)]
#[template(path = "desk/enter.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    lead: String,
    /// What is booked together, when it is a course.
    sessions: Vec<String>,
    hidden: Vec<(&'static str, String)>,
    time: Select,
    channel: RadioGroup,
    group: Option<Select>,
    name: TextField,
    phone: TextField,
    email: TextField,
    mails_in: Select,
    repeat: Option<(RadioGroup, DateField)>,
    purpose: Option<Select>,
    people: TextField,
    equipment: Vec<Select>,
    lives: RadioGroup,
    terms: Option<CheckboxGroup>,
    agreed: Option<CheckboxGroup>,
    note: TextArea,
}

/// The beginning of the names of the fields that ask for equipment.
const EQUIPMENT: &str = "equipment.";

/// What a form is about: taken from its address or from its hidden fields.
struct About {
    resource: Resource,
    day: Date,
    from: ClockTime,
}

impl About {
    fn read(place: &Facility, fields: &Fields) -> Result<Self, Problem> {
        Ok(Self {
            resource: place
                .document
                .resource(fields.get("resource"))
                .cloned()
                .ok_or(Problem::NotFound)?,
            day: fields.get("day").parse().map_err(|_| Problem::NotFound)?,
            from: fields.get("from").parse().map_err(|_| Problem::NotFound)?,
        })
    }
}

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let place = room.facility(&key, RECEIVE).await?;
    let about = About::read(&place, &room.query)?;
    shown(
        &room,
        &place,
        &about,
        &Fields::default(),
        &FormErrors::new(),
    )
    .await
}

async fn shown(
    room: &Room,
    place: &Facility,
    about: &About,
    fields: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let (language, public) = (room.language(), room.public);
    let document = &place.document;
    let resource = &about.resource;
    let taken = taken(
        room.db(),
        place.key(),
        about.day,
        document.last_day_of_courses(about.day, about.day),
        room.city.now(),
    )
    .await?;
    let spans = document.free_spans_from(resource, about.day, about.from, &taken);
    let fee_of = |span: Span| {
        let of = Use {
            people: 1,
            is_resident: true,
            ..Use::default()
        };
        document
            .fee(resource, span, &of)
            .map_or_else(|_| String::new(), |fee| amount(public, fee.total))
    };
    let known = known_groups(room).await?;
    let typed = |name: &str, otherwise: &str| {
        if fields.has(name) {
            fields.get(name).to_owned()
        } else {
            otherwise.to_owned()
        }
    };
    let request = if fields.has("request") {
        fields.get("request").to_owned()
    } else {
        Token::generate().as_str().to_owned()
    };
    let conditions: Vec<&FeeCondition> = document
        .fees
        .iter()
        .flat_map(|table| &table.changes)
        .map(|change| &change.when)
        .collect();
    let terms = [
        (
            "admission",
            "desk-takes-admission",
            FeeCondition::TakesAdmission,
        ),
        ("commercial", "desk-is-commercial", FeeCondition::Commercial),
    ];
    let asked: Vec<_> = terms
        .iter()
        .filter(|(_, _, condition)| conditions.contains(&condition))
        .collect();
    let possible = spans
        .first()
        .map(|span| reductions(place, *span))
        .unwrap_or_default();
    let body =
        Body {
            words: room.words,
            errors: errors.summary(language),
            lead: format!(
                "{} {}",
                what(language, document, resource),
                long_day(public, language, about.day)
            ),
            sessions: spans
                .first()
                .map_or_else(Vec::new, |span| sessions(public, language, resource, *span)),
            hidden: vec![
                ("resource", resource.key.to_string()),
                ("day", about.day.to_string()),
                ("from", String::from(about.from)),
                ("request", request),
            ],
            time: Select::new(language, "time", room.t("desk-column-time"))
                .choices(spans.iter().map(|span| {
                    Choice::new(
                        span_value(*span),
                        format!("{}　{}", hours(public, *span), fee_of(*span)),
                    )
                }))
                .value(fields.get("time"))
                .required()
                .errors(errors),
            channel: RadioGroup::new(language, "channel", room.t("desk-channel"))
                .choices([
                    Choice::new("phone", room.t("desk-channel-phone")),
                    Choice::new("counter", room.t("desk-channel-counter")),
                ])
                .value(&typed("channel", "phone"))
                .required()
                .inline()
                .errors(errors),
            group: (!known.is_empty()).then(|| {
                Select::new(language, "group", room.t("desk-group"))
                    .choice(Choice::new("", room.t("desk-group-none")))
                    .choices(
                        known
                            .iter()
                            .map(|group| Choice::new(group.id.to_string(), &group.name)),
                    )
                    .value(fields.get("group"))
                    .errors(errors)
            }),
            name: TextField::new(language, "name", room.p("booking-name"))
                .max_length(100)
                .required()
                .value(fields.get("name"))
                .errors(errors),
            phone: TextField::new(language, "phone", room.p("booking-your-phone"))
                .max_length(30)
                .required()
                .value(fields.get("phone"))
                .errors(errors),
            email: TextField::new(language, "email", room.p("booking-email"))
                .support(room.t("desk-email-support"))
                .email()
                .max_length(254)
                .optional()
                .value(fields.get("email"))
                .errors(errors),
            mails_in: mail_language(language, fields),
            repeat: repeats(resource).then(|| repeat_fields(room, fields, errors)),
            purpose: (!resource.purposes.is_empty()).then(|| {
                Select::new(language, "purpose", room.p("booking-purpose"))
                    .ask()
                    .required()
                    .choices(resource.purposes.iter().map(|purpose| {
                        Choice::new(purpose.key.as_str(), purpose.name.get(language))
                    }))
                    .value(fields.get("purpose"))
                    .errors(errors)
            }),
            people: TextField::new(language, "people", room.p("booking-people"))
                .numeric()
                .width(5)
                .unit(room.p("booking-people-unit"))
                .required()
                .value(typed("people", "1"))
                .errors(errors),
            equipment: spans.first().map_or_else(Vec::new, |span| {
                let left = document
                    .equipment_of(resource)
                    .map(|one| (one.key.clone(), document.equipment_left(one, *span, &taken)))
                    .collect();
                Controls {
                    words: public,
                    language,
                    fields,
                    errors,
                }
                .equipment(EQUIPMENT, document, resource, *span, &left)
            }),
            lives: RadioGroup::new(language, "lives", room.p("booking-lives"))
                .choices([
                    Choice::new("here", room.p("booking-lives-here")),
                    Choice::new("elsewhere", room.p("booking-lives-elsewhere")),
                ])
                .value(&typed("lives", "here"))
                .required()
                .inline()
                .errors(errors),
            terms: (!asked.is_empty()).then(|| {
                CheckboxGroup::new(language, "terms", room.t("desk-terms")).choices(
                    asked.iter().map(|(value, text, _)| {
                        Choice::new(*value, room.t(text))
                            .chosen(fields.all("terms").any(|chosen| chosen == *value))
                    }),
                )
            }),
            agreed: (!possible.is_empty()).then(|| {
                CheckboxGroup::new(language, "agreed", room.t("desk-agreed")).choices(
                    possible.iter().map(|(key, name)| {
                        Choice::new(key, name.get(language))
                            .chosen(fields.all("agreed").any(|chosen| chosen == key))
                    }),
                )
            }),
            note: TextArea::new(language, "note", room.p("booking-note"))
                .rows(2)
                .max_length(500)
                .optional()
                .value(fields.get("note")),
        };
    Ok(private(
        room.page_of(place, room.t("desk-enter"), &body)
            .with_errors(!errors.is_empty()),
    ))
}

/// A group that may book.
struct Group {
    id: i64,
    name: String,
}

async fn known_groups(room: &Room) -> Result<Vec<Group>, Problem> {
    use sea_orm::FromQueryResult;
    use yakuba_city::sql::Sql as _;
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        name: String,
    }
    let rows: Vec<Row> = room
        .db()
        .rows(
            "SELECT id, name FROM booking_groups WHERE state = 'registered' AND (until IS NULL OR until >= $1) ORDER BY name, id",
            [room.city.today().to_string().into()],
        )
        .await
        .map_err(BookingError::from)?;
    Ok(rows
        .into_iter()
        .map(|row| Group {
            id: row.id,
            name: row.name,
        })
        .collect())
}

/// Whether what is booked has times that come again: classes say themselves when they are.
fn repeats(resource: &Resource) -> bool {
    !matches!(resource.times, Times::Sessions(_))
}

/// Whether it is booked once or again and again, and until when.
fn repeat_fields(room: &Room, fields: &Fields, errors: &FormErrors) -> (RadioGroup, DateField) {
    let language = room.language();
    let texts = SERIES_WORDS.words(language);
    let repeat = RadioGroup::new(language, "repeat", room.t("desk-repeat"))
        .choice(Choice::new("once", room.t("desk-repeat-once")))
        .choices(Pattern::ALL.map(|one| {
            Choice::new(
                one.name(),
                texts.get(&format!("series-pattern-{}", one.name())),
            )
        }))
        .value(match fields.get("repeat") {
            "" => "once",
            chosen => chosen,
        })
        .required()
        .errors(errors);
    let last = DateField::new(language, "last", texts.get("series-last"))
        .support(room.t("desk-repeat-last-support"))
        .optional()
        .typed(
            fields.get("last_year"),
            fields.get("last_month"),
            fields.get("last_day"),
        )
        .errors(errors);
    (repeat, last)
}

/// What somebody entered, once it is right.
struct Entered {
    span: Span,
    of: Use,
    holder: Holder,
    contact: Contact,
    channel: Channel,
    /// How it comes again and until when; none: once.
    repeat: Option<(Pattern, Date)>,
}

fn read(
    room: &Room,
    place: &Facility,
    about: &About,
    fields: &Fields,
) -> Result<Entered, FormErrors> {
    let mut errors = FormErrors::new();
    let required = room.p("booking-error-required");
    let resource = &about.resource;
    let span = read_span(about.day, fields.get("time"));
    if span.is_none() {
        errors.add("time", room.t("desk-problem-taken"));
    }
    if fields.get("name").is_empty() {
        errors.add("name", required.clone());
    }
    let phone = fields.get("phone");
    let digits = phone.chars().filter(|letter| letter.is_numeric()).count();
    if phone.is_empty() {
        errors.add("phone", required.clone());
    } else if !(8..=15).contains(&digits) {
        errors.add("phone", room.p("booking-error-phone"));
    }
    let email = fields.optional("email");
    if let Some(email) = &email
        && EmailAddress::read(email).is_err()
    {
        errors.add("email", room.t("desk-problem-email"));
    }
    let purpose = Key::new(fields.get("purpose")).ok();
    let is_known = resource
        .purposes
        .iter()
        .any(|known| Some(&known.key) == purpose.as_ref());
    if !resource.purposes.is_empty() && !is_known {
        errors.add("purpose", required);
    }
    let people = fields
        .integer("people")
        .and_then(|people| u32::try_from(people).ok())
        .unwrap_or(0);
    if people == 0 {
        errors.add("people", room.p("booking-error-people-missing"));
    } else if let Some(most) = resource.capacity.filter(|most| people > *most) {
        errors.add(
            "people",
            room.words
                .counted("desk-problem-people", u64::from(most))
                .into_owned(),
        );
    }
    let group = fields.integer("group").filter(|group| *group > 0);
    let pattern = Pattern::read(fields.get("repeat")).filter(|_| repeats(resource));
    let last = fields.date("last");
    if let Some(pattern) = pattern {
        let days = last.map_or(0, |last| pattern.days(about.day, last).len());
        if days < 2 {
            errors.add("last", room.t("desk-problem-repeat-last"));
        }
    }
    let Some(span) = span.filter(|_| errors.is_empty()) else {
        return Err(errors);
    };
    let possible = reductions(place, span);
    let of = Use {
        people,
        purpose: purpose.filter(|_| is_known),
        is_resident: fields.get("lives") != "elsewhere",
        takes_admission: fields.all("terms").any(|term| term == "admission"),
        is_commercial: fields.all("terms").any(|term| term == "commercial"),
        // What the group is decides, when it is one.
        group_kind: None,
        agreed: fields
            .all("agreed")
            .filter(|key| possible.iter().any(|(known, _)| known == key))
            .filter_map(|key| Key::new(key).ok())
            .collect(),
        equipment: equipment_of(
            fields,
            EQUIPMENT,
            place
                .document
                .equipment_of(resource)
                .map(|equipment| &equipment.key),
        ),
    };
    let text =
        |name: &str, most: usize| -> String { fields.get(name).chars().take(most).collect() };
    let contact = Contact {
        name: text("name", 100),
        email: email.clone(),
        phone: Some(text("phone", 30)),
        note: Some(text("note", 500)).filter(|note| !note.is_empty()),
        language: chosen_language(fields),
    };
    // Those who have booked with an address over the web are the same when they ring.
    let holder = match (group, &email) {
        (Some(group), _) => Holder::Group(group),
        (None, Some(email)) => Holder::Email(email.to_lowercase()),
        (None, None) => Holder::Phone(phone.to_owned()),
    };
    let channel = if fields.get("channel") == "counter" {
        Channel::Counter
    } else {
        Channel::Phone
    };
    Ok(Entered {
        span,
        of,
        holder,
        contact,
        channel,
        repeat: pattern.zip(last),
    })
}

pub(super) async fn send(
    mut room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let place = room.facility(&key, RECEIVE).await?;
    let about = About::read(&place, &fields)?;
    let entered = match read(&room, &place, &about, &fields) {
        Ok(entered) => entered,
        Err(errors) => return shown(&room, &place, &about, &fields, &errors).await,
    };
    if let Some((pattern, last)) = entered.repeat {
        return again_and_again(room, place, about, fields, entered, (pattern, last)).await;
    }
    let new = NewBooking::new(
        room.key()?,
        entered.holder,
        &entered.contact,
        entered.channel,
        entered.of.clone(),
    )?
    .requested_as(format!("desk/{}", fields.get("request")));
    let wish = Wish {
        facility: place.key().to_owned(),
        resource: about.resource.key.to_string(),
        span: entered.span,
        of: entered.of,
    };
    let input = (
        wish,
        new,
        room.account()?,
        room.key()?.clone(),
        place.document.clone(),
    );
    let outcome = room
        .write(input, |tx, (wish, new, account, key, document)| {
            Box::pin(async move {
                let booked = reservations::book(tx, wish, new).await?;
                if booked.number.is_some() {
                    // Whoever enters a name has seen it.
                    record_looks(tx, &[booked.id], *account, Way::Page).await?;
                    if let Some(found) =
                        reservations::reservation(tx.connection(), booked.id).await?
                    {
                        let news = CityNews::Entered;
                        tell_by_city(tx, key, document, &found, news, "").await?;
                    }
                }
                Ok(booked.id)
            })
        })
        .await;
    match outcome {
        Ok(id) => Ok(done(&href(id), "entered")),
        Err(error) => {
            let Some(sentence) = room.sentence(&error) else {
                return Err(error.into());
            };
            room.refuse(sentence);
            let mut errors = FormErrors::new();
            if matches!(error, BookingError::Taken | BookingError::NotOffered) {
                errors.add("time", room.t("desk-problem-taken"));
            }
            if let BookingError::EquipmentTaken(key) = &error {
                errors.add(
                    format!("{EQUIPMENT}{key}"),
                    room.p("booking-error-equipment"),
                );
            }
            shown(&room, &place, &about, &fields, &errors).await
        }
    }
}

/// A time that comes again: all its days are shown first, then booked.
async fn again_and_again(
    mut room: Room,
    place: Facility,
    about: About,
    fields: Fields,
    entered: Entered,
    (pattern, last): (Pattern, Date),
) -> Result<Response, Problem> {
    let rules = place.document.rules_of(&about.resource);
    let mut of = entered.of;
    let group = match entered.holder {
        Holder::Group(id) => groups::group(room.db(), id)
            .await?
            .filter(|group| group.is_registered(room.city.today())),
        _ => None,
    };
    let refused = match &group {
        None if rules.who == Who::Groups => Some(BookingError::NotAllowed("registered groups")),
        None => None,
        Some(group) => group.shapes(&mut of, rules).err(),
    };
    if let Some(refused) = refused {
        let mut errors = FormErrors::new();
        errors.add("group", room.sentence(&refused).unwrap_or_default());
        return shown(&room, &place, &about, &fields, &errors).await;
    }
    let repeated = Repeated {
        place: place.clone(),
        resource: about.resource.clone(),
        pattern,
        first: about.day,
        last,
        from: entered.span.from(),
        to: entered.span.to(),
        of,
        holder: entered.holder,
        contact: entered.contact,
        channel: entered.channel,
        resident: None,
    };
    if !fields.has("mode") {
        return check(&room, &about, &fields, &repeated, group.as_ref()).await;
    }
    let outcome = repeated
        .book(
            &room.city,
            &room.principal.actor(),
            format!("desk/{}", fields.get("request")),
            fields.get("mode") == "all",
        )
        .await;
    match outcome {
        Ok(made) => {
            // Whoever enters a name has seen it.
            room.write((made.booked, room.account()?), |tx, (booked, account)| {
                Box::pin(record_looks(tx, booked, *account, Way::Page))
            })
            .await?;
            Ok(done(&super::series::href(made.id), "series-entered"))
        }
        Err(error) => {
            let Some(reason) = room.sentence(&error) else {
                return Err(error.into());
            };
            let texts = SERIES_WORDS.words(room.language());
            room.refuse(texts.with_text("series-error-nothing", "reason", &reason));
            shown(&room, &place, &about, &fields, &FormErrors::new()).await
        }
    }
}

/// All days with what speaks against them. Nothing is booked yet.
async fn check(
    room: &Room,
    about: &About,
    fields: &Fields,
    repeated: &Repeated,
    group: Option<&groups::Group>,
) -> Result<Response, Problem> {
    let looked = repeated.look(&room.city).await?;
    let place = &repeated.place;
    let sending = Sending {
        action: format!("{}/{}/enter", super::HOME, place.key()),
        hidden: fields
            .pairs()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        back: (
            room.t("desk-repeat-back"),
            format!("{}/{}?day={}", super::HOME, place.key(), about.day),
        ),
    };
    let body = Check::new(
        room.language(),
        repeated,
        &looked,
        group.map(|group| group.name.as_str()),
        cancelling(
            room.public,
            &place.document,
            place.document.rules_of(&repeated.resource),
        ),
        sending,
    )?;
    let title = SERIES_WORDS
        .words(room.language())
        .get("series-check-title");
    Ok(private(room.page_of(place, title, &body)))
}
