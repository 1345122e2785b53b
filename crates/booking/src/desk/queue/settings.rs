//! How a counter is set up: letter, windows, where numbers are drawn; and the code for the entrance.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};
use yakuba_city::web::Problem;
use yakuba_identity::qr_code;
use yakuba_ui::{Choice, ErrorSummary, Fields, FormErrors, Html, RadioGroup, TextField, Words};

use super::{HOME, Room, go};
use crate::{
    capabilities::SET_UP,
    error::BookingError,
    model::document::FacilityKind,
    store::{
        Facility, facility,
        queue::{Settings, queue, queues, set_up},
    },
};

#[derive(Template)]
#[template(path = "desk/queue/settings.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    action: String,
    is_on: RadioGroup,
    letter: TextField,
    windows: TextField,
    phones: RadioGroup,
    entrance: Option<(Html, String)>,
}

fn address(key: &str) -> String {
    format!("{HOME}/{key}/settings")
}

/// A counter of a department where somebody may set up.
async fn counter(room: &Room, key: &str) -> Result<Facility, Problem> {
    facility(room.city().db(), key)
        .await?
        .filter(|found| {
            found.document.kind == FacilityKind::Counter
                && room.principal.holds_in(SET_UP, found.department())
        })
        .ok_or(Problem::NotFound)
}

/// The first letter that no counter has.
async fn free_letter(room: &Room) -> Result<String, Problem> {
    let known = queues(room.city().db()).await?;
    Ok(('A'..='Z')
        .map(String::from)
        .find(|letter| known.iter().all(|queue| queue.letter != *letter))
        .unwrap_or_default())
}

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = counter(&room, &key).await?;
    let mut fields = Fields::default();
    let known = queue(room.city().db(), &key).await?;
    let yes = |flag: bool| if flag { "yes" } else { "no" };
    if let Some(queue) = &known {
        fields.push("letter", &queue.letter);
        fields.push("windows", queue.windows.to_string());
        fields.push("phones", yes(queue.from_phones));
        fields.push("on", yes(queue.is_on));
    } else {
        fields.push("letter", free_letter(&room).await?);
        fields.push("windows", "2");
        fields.push("phones", "yes");
        fields.push("on", "yes");
    }
    let is_drawn = known.is_some_and(|queue| queue.is_on && queue.from_phones);
    Ok(shown(&room, &found, &fields, &FormErrors::new(), is_drawn))
}

fn shown(
    room: &Room,
    found: &Facility,
    fields: &Fields,
    errors: &FormErrors,
    is_drawn: bool,
) -> Response {
    let language = room.language();
    let key = found.key();
    let name = found.document.name.get(language);
    let choices = |field: &str, label: &str| {
        RadioGroup::new(language, field, room.t(label))
            .choices(
                ["yes", "no"].map(|value| Choice::new(value, room.t(&format!("{label}-{value}")))),
            )
            .value(fields.get(field))
            .errors(errors)
    };
    let place = room.address(&format!("/booking/queue/{key}"));
    let body = Body {
        words: room.words,
        errors: errors.summary(language),
        action: address(key),
        is_on: choices("on", "queue-desk-is-on"),
        letter: TextField::new(language, "letter", room.t("queue-desk-letter"))
            .support(room.t("queue-desk-letter-support"))
            .width(3)
            .value(fields.get("letter"))
            .required()
            .errors(errors),
        windows: TextField::new(language, "windows", room.t("queue-desk-windows"))
            .numeric()
            .width(4)
            .value(fields.get("windows"))
            .required()
            .errors(errors),
        phones: choices("phones", "queue-desk-phones"),
        entrance: is_drawn
            .then(|| {
                let description = room.words.with_text("queue-desk-entrance-qr", "name", name);
                Some((Html::trusted(qr_code(&place, &description)?), place.clone()))
            })
            .flatten(),
    };
    room.page(format!("{name} {}", room.t("queue-desk-settings")), &body)
        .with_errors(!errors.is_empty())
        .into_response()
}

pub(super) async fn save(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = counter(&room, &key).await?;
    let letter = fields.get("letter").trim().to_uppercase();
    let windows = fields
        .integer("windows")
        .and_then(|number| u32::try_from(number).ok())
        .filter(|number| (1..=30).contains(number));
    let mut errors = FormErrors::new();
    if !matches!(letter.as_bytes(), [b'A'..=b'Z']) {
        errors.add("letter", room.t("queue-desk-error-letter"));
    }
    if windows.is_none() {
        errors.add("windows", room.t("queue-desk-error-windows"));
    }
    if !errors.is_empty() {
        return Ok(shown(&room, &found, &fields, &errors, false));
    }
    let settings = Settings {
        counter: key.clone(),
        letter,
        windows: windows.unwrap_or(1),
        from_phones: fields.get("phones") == "yes",
        is_on: fields.get("on") == "yes",
    };
    let saved = room
        .city()
        .write(room.principal.actor(), settings, |tx, settings| {
            Box::pin(set_up(tx, settings))
        })
        .await;
    match saved {
        Ok(()) => Ok(go(&address(&key), "set-up")),
        Err(BookingError::Taken) => {
            errors.add("letter", room.t("queue-desk-error-letter"));
            Ok(shown(&room, &found, &fields, &errors, false))
        }
        Err(error) => Err(error.into()),
    }
}
