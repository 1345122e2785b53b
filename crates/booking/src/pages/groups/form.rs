//! The form with which a group asks to be registered, or sends its roster anew.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};
use yakuba_city::web::Problem;
use yakuba_identity::{CityKey, Receipt, residents};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{
    Choice, DateField, ErrorSummary, Fields, FormErrors, Language, RadioGroup, Select, TextArea,
    TextField, Words, done,
};

use super::{HOME, Room, WORDS, kind};
use crate::{
    error::BookingError,
    model::groups::{Age, KINDS, Lives, MOST_MEMBERS, Member},
    pages::asked::{Asked, private},
    store::{
        facilities,
        groups::{self, Group, NewGroup, Review, Sent},
        people::Contact,
    },
};

/// So many rows are empty at first, and so many come with each press of the button.
const ROWS: usize = 10;

/// A row of the roster as it is shown.
struct Line {
    number: usize,
    name: String,
    lives: String,
    age: String,
}

/// What differs with whoever fills the form in.
pub(crate) struct Frame {
    /// Where the form goes.
    pub(crate) action: String,
    /// Where somebody goes who stops.
    pub(crate) back: String,
    /// The revision of the group whose roster it is; 0: a new group.
    pub(crate) revision: i64,
    /// The facilities of which one must be chosen; none for a group that is known.
    pub(crate) places: Option<Vec<(String, String)>>,
    /// The kinds a group can have.
    pub(crate) kinds: Vec<String>,
    /// Whether the group can write a sentence with it.
    pub(crate) answers: bool,
    /// What staff decide on beside it.
    pub(crate) desk: Option<Desk>,
}

/// What staff enter beside what stands on the paper.
pub(crate) struct Desk {
    pub(crate) email: TextField,
    pub(crate) mails_in: Select,
    pub(crate) then: RadioGroup,
    pub(crate) until: DateField,
}

/// The form.
#[derive(Template)]
#[template(path = "groups/form.html")]
pub(crate) struct Body {
    texts: Words,
    action: String,
    errors: ErrorSummary,
    request: String,
    revision: i64,
    name: TextField,
    kind: Select,
    place: Option<Select>,
    about: TextArea,
    contact: TextField,
    phone: TextField,
    lines: Vec<Line>,
    lives: Vec<(&'static str, String)>,
    ages: Vec<(&'static str, String)>,
    answer: Option<TextArea>,
    desk: Option<Desk>,
    back: String,
}

pub(super) async fn new_page(asked: Asked) -> Result<Response, Problem> {
    let room = Room::new(asked)?;
    show(&room, None, &Fields::default(), &FormErrors::new()).await
}

pub(super) async fn page(asked: Asked, Path(id): Path<i64>) -> Result<Response, Problem> {
    let room = Room::new(asked)?;
    let group = room.own_group(id).await?;
    let fields = filled_in(room.asked.key(), &group)?;
    show(&room, Some(&group), &fields, &FormErrors::new()).await
}

/// What was sent last, as a form would send it.
pub(crate) fn filled_in(key: &CityKey, group: &Group) -> Result<Fields, Problem> {
    let dossier = group.dossier(key)?;
    let mut fields = Fields::default();
    fields.push("name", &group.name);
    fields.push("kind", &group.kind);
    fields.push("about", &dossier.about);
    fields.push("contact", &dossier.contact.name);
    fields.push(
        "phone",
        dossier.contact.phone.as_deref().unwrap_or_default(),
    );
    fields.push(
        "email",
        dossier.contact.email.as_deref().unwrap_or_default(),
    );
    fields.push("mail_language", dossier.contact.language.code());
    for member in &dossier.sent {
        fields.push("member", &member.name);
        fields.push("lives", member.lives.name());
        fields.push("age", member.age.name());
    }
    Ok(fields)
}

/// The facilities' departments by the facility's key: whoever runs a place looks its groups over.
async fn places(room: &Room) -> Result<BTreeMap<String, (String, DepartmentCode)>, Problem> {
    Ok(facilities(room.asked.city().db())
        .await?
        .into_iter()
        .filter(|facility| facility.is_offered)
        .map(|facility| {
            let name = facility.document.name.get(room.asked.language).to_owned();
            (
                facility.key().to_owned(),
                (name, facility.department().clone()),
            )
        })
        .collect())
}

async fn show(
    room: &Room,
    group: Option<&Group>,
    fields: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let texts = room.texts;
    let places = match group {
        Some(_) => None,
        None => Some(
            places(room)
                .await?
                .into_iter()
                .map(|(key, (name, _))| (key, name))
                .collect(),
        ),
    };
    let frame = Frame {
        action: group.map_or_else(
            || format!("{HOME}/new"),
            |group| format!("{HOME}/{}/roster", group.id),
        ),
        back: group.map_or_else(|| HOME.to_owned(), |group| format!("{HOME}/{}", group.id)),
        revision: group.map_or(0, |group| group.revision),
        places,
        kinds: KINDS.map(str::to_owned).to_vec(),
        answers: group.is_some(),
        desk: None,
    };
    let body = body(&room.asked, frame, fields, errors);
    let title = if group.is_some() {
        "groups-roster-title"
    } else {
        "groups-new-title"
    };
    let page = room
        .page(texts.get(title), &body, "")
        .breadcrumb(texts.get("groups-title"), HOME)
        .lead(texts.get("groups-form-lead"))
        .with_errors(!errors.is_empty());
    Ok(private(page))
}

/// The form with what was typed and what is wrong with it.
pub(crate) fn body(asked: &Asked, frame: Frame, fields: &Fields, errors: &FormErrors) -> Body {
    let language = asked.language;
    let texts = WORDS.words(language);
    let text = |name: &'static str, label: &str| {
        TextField::new(language, name, texts.get(label))
            .max_length(100)
            .required()
            .value(fields.get(name))
            .errors(errors)
    };
    let typed = fields.rows(["member", "lives", "age"]);
    let filled = typed
        .iter()
        .rposition(|[name, ..]| !name.is_empty())
        .map_or(0, |last| last + 1);
    let more = fields.get("more");
    let count = if more.is_empty() {
        typed.len().max(filled + 3).max(ROWS)
    } else {
        typed.len() + ROWS
    }
    .min(MOST_MEMBERS);
    let lines = (0..count)
        .map(|place| {
            let [name, lives, age] = typed.get(place).cloned().unwrap_or_default();
            Line {
                number: place + 1,
                name,
                lives,
                age,
            }
        })
        .collect();
    let request = match fields.get("request") {
        "" => Receipt::generate().plain(),
        known => known.to_owned(),
    };
    let named = |key: String| texts.get(&key).into_owned();
    // Browsers fill in who sits before them: at the desk that is not who it is about.
    let is_own = frame.desk.is_none();
    let own = |field: TextField, what: &'static str| {
        if is_own {
            field.autocomplete(what)
        } else {
            field
        }
    };
    Body {
        texts,
        action: frame.action,
        errors: errors.summary(language),
        request,
        revision: frame.revision,
        name: text("name", "groups-name").support(texts.get("groups-name-support")),
        kind: Select::new(language, "kind", texts.get("groups-kind"))
            .ask()
            .required()
            .choices(
                frame
                    .kinds
                    .iter()
                    .map(|key| Choice::new(key.as_str(), kind(texts, key))),
            )
            .value(fields.get("kind"))
            .errors(errors),
        place: frame.places.map(|places| {
            Select::new(language, "place", texts.get("groups-place"))
                .support(texts.get("groups-place-support"))
                .ask()
                .required()
                .choices(places.into_iter().map(|(key, name)| Choice::new(key, name)))
                .value(fields.get("place"))
                .errors(errors)
        }),
        about: TextArea::new(language, "about", texts.get("groups-about"))
            .support(texts.get("groups-about-support"))
            .rows(3)
            .max_length(1_000)
            .required()
            .value(fields.get("about"))
            .errors(errors),
        contact: own(text("contact", "groups-contact"), "name"),
        phone: own(text("phone", "groups-phone").width(20), "tel"),
        lines,
        lives: Lives::ALL
            .map(|one| (one.name(), named(format!("groups-lives-{}", one.name()))))
            .to_vec(),
        ages: Age::ALL
            .map(|one| (one.name(), named(format!("groups-age-{}", one.name()))))
            .to_vec(),
        answer: frame.answers.then(|| {
            TextArea::new(language, "answer", texts.get("groups-answer"))
                .rows(3)
                .max_length(1_000)
                .optional()
                .value(fields.get("answer"))
        }),
        desk: frame.desk,
        back: frame.back,
    }
}

/// Reads what was entered for a group that mail reaches at an address; what is wrong with it goes to the errors.
pub(crate) fn read(
    asked: &Asked,
    kinds: &[String],
    fields: &Fields,
    (email, language): (Option<String>, Language),
    errors: &mut FormErrors,
) -> Sent {
    let texts = WORDS.words(asked.language);
    let required = asked.t("booking-error-required");
    for name in ["name", "kind", "about", "contact", "phone"] {
        if fields.get(name).is_empty() {
            errors.add(name, required.clone());
        }
    }
    if !fields.get("kind").is_empty() && !kinds.iter().any(|kind| kind == fields.get("kind")) {
        errors.add("kind", required.clone());
    }
    let digits = fields
        .get("phone")
        .chars()
        .filter(|letter| letter.is_numeric())
        .count();
    if !fields.get("phone").is_empty() && !(8..=15).contains(&digits) {
        errors.add("phone", asked.t("booking-error-phone"));
    }
    let mut members = Vec::new();
    for (place, [name, lives, age]) in fields
        .rows(["member", "lives", "age"])
        .into_iter()
        .take(MOST_MEMBERS)
        .enumerate()
    {
        if name.is_empty() {
            continue;
        }
        match (Lives::read(&lives), Age::read(&age)) {
            (Some(lives), Some(age)) => members.push(Member {
                name: name.chars().take(100).collect(),
                lives,
                age,
            }),
            _ => errors.add(
                format!("member-{}", place + 1),
                texts
                    .with(
                        "groups-error-member",
                        &[("n", (place + 1).to_string().into())],
                    )
                    .into_owned(),
            ),
        }
    }
    if members.is_empty() && errors.is_empty() {
        errors.add("member-1", texts.get("groups-error-no-members"));
    }
    let text =
        |name: &str, most: usize| -> String { fields.get(name).chars().take(most).collect() };
    Sent {
        name: text("name", 100),
        kind: text("kind", 40),
        about: text("about", 1_000),
        contact: Contact {
            name: text("contact", 100),
            email,
            phone: Some(text("phone", 30)),
            note: None,
            language,
        },
        members,
    }
}

/// What a resident entered, who is reached at the address of their account.
async fn entered(room: &Room, fields: &Fields, errors: &mut FormErrors) -> Result<Sent, Problem> {
    let email = residents::store::resident(room.asked.city().db(), room.asked.key(), room.me)
        .await
        .map_err(BookingError::from)?
        .and_then(|account| account.email)
        .map(|email| email.as_str().to_owned());
    let kinds = KINDS.map(str::to_owned);
    let reached = (email, room.asked.language);
    Ok(read(&room.asked, &kinds, fields, reached, errors))
}

/// Asks for a new group to be registered.
pub(super) async fn apply(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let room = Room::new(asked)?;
    if fields.has("more") {
        return show(&room, None, &fields, &FormErrors::new()).await;
    }
    let mut errors = FormErrors::new();
    let sent = entered(&room, &fields, &mut errors).await?;
    let place = places(&room).await?.remove(fields.get("place"));
    if place.is_none() {
        errors.add("place", room.asked.t("booking-error-required"));
    }
    let (Some((_, department)), true) = (place, errors.is_empty()) else {
        return show(&room, None, &fields, &errors).await;
    };
    let request: String = fields.get("request").chars().take(40).collect();
    let new = NewGroup {
        sent,
        department,
        resident: Some(room.me),
        request: format!("resident/{}/{request}", room.me),
    };
    let id = room
        .asked
        .city()
        .write(
            room.asked.principal.actor(),
            (room.asked.key().clone(), new),
            |tx, (key, new)| Box::pin(groups::apply(tx, key, new)),
        )
        .await?;
    Ok(done(&format!("{HOME}/{id}"), "applied"))
}

/// Sends the roster of a known group anew.
pub(super) async fn send(
    asked: Asked,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let room = Room::new(asked)?;
    let group = room.own_group(id).await?;
    if fields.has("more") {
        return show(&room, Some(&group), &fields, &FormErrors::new()).await;
    }
    let mut errors = FormErrors::new();
    let sent = entered(&room, &fields, &mut errors).await?;
    if errors.is_empty() {
        let review = Review::Send(sent, fields.optional("answer"));
        let outcome = room
            .asked
            .city()
            .write(
                room.asked.principal.actor(),
                (room.asked.key().clone(), id, fields.revision(), review),
                |tx, (key, id, revision, review)| {
                    Box::pin(groups::review(tx, key, *id, *revision, review))
                },
            )
            .await;
        match outcome {
            Ok(_) => return Ok(done(&format!("{HOME}/{id}"), "sent").into_response()),
            Err(error) => errors.add("", room.explain(error)?),
        }
    }
    show(&room, Some(&group), &fields, &errors).await
}
