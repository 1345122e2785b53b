//! Roads are closed and opened again.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use yakuba_city::web::Problem;
use yakuba_kernel::Channel;
use yakuba_ui::{
    Choice, ErrorSummary, Fields, FormErrors, Map, MapDrawing, MapLayer, MapSign, MapSwatch,
    Select, TextArea, TextField, Words, done,
};

use super::room::{Room, typed_moment};
use crate::{
    error::DisasterError,
    model::closure::{Course, Reason},
    pages::asked::named_key,
    store::closures::{self, Closure, Description},
};

const LIST: &str = "/desk/disaster/roads";

struct Form {
    place: TextField,
    reason: Select,
    course: TextArea,
    map: Map,
    detour: TextArea,
    from: TextField,
    until: TextField,
    event: Option<Select>,
}

struct Item {
    id: i64,
    place: String,
    about: String,
}

#[derive(Template)]
#[template(path = "desk/roads.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    items: Vec<Item>,
    form: Form,
}

#[derive(Template)]
#[template(path = "desk/road.html")]
struct OneBody {
    words: Words,
    errors: ErrorSummary,
    id: i64,
    revision: i64,
    is_closed: bool,
    form: Form,
}

async fn form(
    room: &Room,
    typed: &Fields,
    errors: &FormErrors,
    is_new: bool,
) -> Result<Form, Problem> {
    let language = room.language();
    let public = room.public();
    let text = |name: &'static str| {
        TextField::new(language, name, room.t(&format!("desk-road-{name}")))
            .value(typed.get(name))
            .errors(errors)
    };
    let area = |name: &'static str| {
        TextArea::new(language, name, room.t(&format!("desk-road-{name}")))
            .value(typed.get(name))
            .rows(3)
            .errors(errors)
    };
    Ok(Form {
        place: text("place")
            .support(room.t("desk-road-place-support"))
            .required(),
        reason: Reason::ALL
            .into_iter()
            .fold(
                Select::new(language, "reason", room.t("desk-road-reason")).ask(),
                |select, reason| {
                    let name = public.get(&named_key("reason", reason.name()));
                    select.choice(Choice::new(reason.name(), name))
                },
            )
            .value(typed.get("reason"))
            .required()
            .errors(errors),
        course: area("course")
            .support(room.t("desk-road-course-support"))
            .required(),
        map: Map::that_draws(
            language,
            "course-map",
            room.t("desk-road-course"),
            "course",
            MapDrawing::Lines,
        )
        .layer(
            MapLayer::shapes(
                "roads",
                public.get("disaster-roads-closed"),
                MapSign::Star,
                "/disaster/roads.geojson",
            )
            .swatch(MapSwatch::Line),
        ),
        detour: area("detour").optional(),
        from: text("from")
            .support(room.t("desk-moment-support"))
            .optional(),
        until: text("until")
            .support(room.t("desk-road-until-support"))
            .optional(),
        event: if is_new {
            room.choose_event(typed.get("event")).await?
        } else {
            None
        },
    })
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    shown(&room, &Fields::default(), &FormErrors::new()).await
}

async fn shown(room: &Room, typed: &Fields, errors: &FormErrors) -> Result<Response, Problem> {
    let items = closures::closed(room.db())
        .await?
        .iter()
        .map(|closure| Item {
            id: closure.id,
            place: closure.about.place.clone(),
            about: format!(
                "{} / {}",
                room.public()
                    .get(&named_key("reason", closure.about.reason.name())),
                room.moment(closure.about.closed_at)
            ),
        })
        .collect();
    let body = Body {
        words: room.words,
        errors: errors.summary(room.language()),
        items,
        form: form(room, typed, errors, true).await?,
    };
    let mut page = room
        .page_below(room.t("desk-roads"), &body)
        .with_errors(!errors.is_empty());
    if !errors.is_empty() {
        page = page.status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    Ok(page.into_response())
}

/// What is said about a closed road, as it was typed.
fn described(room: &Room, fields: &Fields, errors: &mut FormErrors) -> Option<Description> {
    let place = room
        .typed(fields, "place", 100, true, errors)
        .replace('\n', " ");
    let detour = room.typed(fields, "detour", 300, false, errors);
    let reason = Reason::read(fields.get("reason"));
    if reason.is_none() {
        errors.add("reason", room.t("desk-problem-required"));
    }
    let course = Course::read(fields.get("course"));
    if course.is_none() {
        errors.add("course", room.t("desk-problem-course"));
    }
    let from = room.read_moment(fields, "from", false, errors);
    let until = room.read_moment(fields, "until", true, errors);
    let closed_at = from.unwrap_or_else(|| room.city.now());
    if until.is_some_and(|until| until < closed_at) {
        errors.add("until", room.t("desk-problem-until"));
    }
    if !errors.is_empty() {
        return None;
    }
    Some(Description {
        place,
        course: course?,
        reason: reason?,
        detour,
        closed_at,
        until,
    })
}

pub(super) async fn close(room: Room, fields: Fields) -> Result<Response, Problem> {
    let mut errors = FormErrors::new();
    let Some(about) = described(&room, &fields, &mut errors) else {
        return shown(&room, &fields, &errors).await;
    };
    room.write((about, fields.integer("event")), |tx, (about, event)| {
        Box::pin(closures::close(tx, about, *event, Channel::Counter))
    })
    .await?;
    Ok(done(LIST, "road-closed"))
}

async fn found(room: &Room, id: i64) -> Result<Closure, Problem> {
    Ok(closures::closure(room.db(), id)
        .await?
        .ok_or(DisasterError::NotThere)?)
}

pub(super) async fn one(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let found = found(&room, id).await?;
    let about = &found.about;
    let mut typed = Fields::default();
    typed.push("place", &about.place);
    typed.push("reason", about.reason.name());
    typed.push("course", about.course.lines());
    typed.push("detour", &about.detour);
    typed.push("from", typed_moment(about.closed_at));
    if let Some(until) = about.until {
        typed.push("until", typed_moment(until));
    }
    shown_one(&room, &found, &typed, &FormErrors::new()).await
}

async fn shown_one(
    room: &Room,
    found: &Closure,
    typed: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let body = OneBody {
        words: room.words,
        errors: errors.summary(room.language()),
        id: found.id,
        revision: found.revision,
        is_closed: found.lifted_at.is_none(),
        form: form(room, typed, errors, false).await?,
    };
    let mut page = room
        .page_below(found.about.place.clone(), &body)
        .breadcrumb(room.t("desk-roads"), LIST)
        .with_errors(!errors.is_empty());
    if !errors.is_empty() {
        page = page.status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    Ok(page.into_response())
}

pub(super) async fn change(
    mut room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let before = found(&room, id).await?;
    let mut errors = FormErrors::new();
    let Some(about) = described(&room, &fields, &mut errors) else {
        return shown_one(&room, &before, &fields, &errors).await;
    };
    let outcome = room
        .write(
            (id, fields.revision(), about),
            |tx, (id, revision, about)| Box::pin(closures::change(tx, *id, *revision, about)),
        )
        .await;
    if let Err(error) = outcome {
        room.refuse(error)?;
        let now = found(&room, id).await?;
        return shown_one(&room, &now, &fields, &FormErrors::new()).await;
    }
    Ok(done(LIST, "road-changed"))
}

pub(super) async fn lift(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    room.write(id, |tx, id| Box::pin(closures::lift(tx, *id)))
        .await?;
    Ok(done(LIST, "road-opened"))
}
