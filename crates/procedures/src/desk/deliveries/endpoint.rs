//! One system that is told: where, of what, with which secret; a try; taking it away.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_ui::{
    Button, ButtonKind, CheckboxGroup, Choice, DescriptionList, Fields, Html, Page, Select,
    TextField, done,
};

use super::{is_address, own, problem_text, secret_typed};
use crate::{
    delivery as sending,
    desk::{room::Room, titles::Titles},
    error::ProcedureError,
    store::delivery::{self, Endpoint, EndpointChange},
};

#[derive(Template)]
#[template(path = "desk/endpoint.html")]
struct Body {
    words: yakuba_ui::Words,
    at: String,
    about: DescriptionList,
    try_out: Button,
    fields: Html,
    save: Button,
    sure: CheckboxGroup,
    remove: Button,
}

async fn found(room: &Room, id: i64) -> Result<Endpoint, Problem> {
    delivery::endpoint(room.db(), id)
        .await?
        .filter(|endpoint| own(room, endpoint))
        .ok_or(Problem::NotFound)
}

pub(super) async fn page(room: Room, Path(id): Path<i64>) -> Result<Page, Problem> {
    let endpoint = found(&room, id).await?;
    shown(&room, &endpoint, None).await
}

async fn shown(room: &Room, endpoint: &Endpoint, typed: Option<&Fields>) -> Result<Page, Problem> {
    let language = room.language();
    let titles = Titles::read(room.db()).await?;
    let value =
        |name: &str, standing: &str| typed.map_or(standing, |typed| typed.get(name)).to_owned();
    let procedure = endpoint.procedure_key.as_deref().unwrap_or_default();
    let mut fields = Html::of(
        &Select::new(language, "procedure", room.t("desk-field-procedure"))
            .or_all()
            .choices(titles.choices(language))
            .value(&value("procedure", procedure)),
    );
    fields.push(
        &TextField::new(language, "url", room.t("desk-endpoint-url"))
            .required()
            .support(room.t("desk-endpoint-url-hint"))
            .value(value("url", &endpoint.url)),
    );
    // The standing one is never shown again.
    fields.push(
        &TextField::new(language, "secret", room.t("desk-endpoint-secret-new"))
            .support(room.t("desk-endpoint-secret-new-hint")),
    );
    let departments = room.departments(crate::capabilities::DELIVER).await?;
    let department = departments
        .iter()
        .find(|(code, _)| code.as_str() == endpoint.department)
        .map_or(endpoint.department.as_str(), |(_, name)| name.as_str());
    let state = if endpoint.active == 1 {
        "desk-endpoint-active"
    } else {
        "desk-endpoint-paused"
    };
    let body = Body {
        words: room.words,
        at: format!("/desk/deliveries/systems/{}", endpoint.id),
        about: DescriptionList::new()
            .text(room.t("desk-field-department"), department)
            .text(room.t("desk-column-state"), room.t(state)),
        try_out: Button::submit(room.t("desk-endpoint-try")).kind(ButtonKind::Other),
        fields,
        save: Button::submit(room.t("desk-endpoint-save")),
        sure: CheckboxGroup::new(language, "sure", room.t("desk-endpoint-remove"))
            .choice(Choice::new("1", room.t("desk-endpoint-sure"))),
        remove: Button::submit(room.t("desk-endpoint-remove")).kind(ButtonKind::Other),
    };
    Ok(room
        .page(&endpoint.name, &body)
        .breadcrumb(room.t("desk-menu-deliveries"), "/desk/deliveries")
        .lead(room.t("desk-endpoint-lead")))
}

pub(super) async fn change(
    mut room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let endpoint = found(&room, id).await?;
    let secret = fields.optional("secret");
    let read = secret.as_deref().map(secret_typed);
    let refused = if !is_address(fields.get("url")) {
        Some("desk-error-url")
    } else if matches!(read, Some(None)) {
        Some("desk-error-secret")
    } else {
        None
    };
    if let Some(key) = refused {
        room.refuse_with(key);
        return Ok(shown(&room, &endpoint, Some(&fields))
            .await?
            .into_response());
    }
    let procedure = fields.optional("procedure");
    if let Some(key) = &procedure
        && !Titles::read(room.db()).await?.holds(key)
    {
        return Err(Problem::NotFound);
    }
    let change = EndpointChange {
        id,
        procedure,
        url: fields.get("url").to_owned(),
        secret: read.flatten(),
    };
    let key = room.key()?.clone();
    room.write((key, change), |tx, (key, change)| {
        Box::pin(delivery::change_endpoint(tx, key, change))
    })
    .await?;
    Ok(done(
        &format!("/desk/deliveries/systems/{id}"),
        "endpoint-changed",
    ))
}

/// Sends a message about nothing and says on the page how it went.
pub(super) async fn try_out(mut room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let endpoint = found(&room, id).await?;
    let sent = sending::try_out(&room.city, &endpoint)
        .await
        .map_err(|error: ProcedureError| Problem::from(error))?;
    match sent {
        Ok(()) => Ok(done(
            &format!("/desk/deliveries/systems/{id}"),
            "endpoint-tried",
        )),
        Err(problem) => {
            let reason = problem_text(&room, &problem.to_string());
            let sentence = room
                .words
                .with_text("desk-error-endpoint-tried", "reason", &reason)
                .into_owned();
            room.refuse(sentence);
            Ok(shown(&room, &endpoint, None).await?.into_response())
        }
    }
}

pub(super) async fn remove(
    mut room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let endpoint = found(&room, id).await?;
    if fields.get("sure") != "1" {
        room.refuse_with("desk-error-endpoint-sure");
        return Ok(shown(&room, &endpoint, None).await?.into_response());
    }
    room.write(id, |tx, id| Box::pin(delivery::remove_endpoint(tx, *id)))
        .await?;
    Ok(done("/desk/deliveries", "endpoint-removed"))
}
