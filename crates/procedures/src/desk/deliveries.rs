//! Other systems that are told of cases, and the ledger of what was delivered and what failed.

mod endpoint;
mod pulling;

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use yakuba_city::{
    JAPAN,
    web::{Access, Problem, Routes},
};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{
    Button, ButtonKind, Cell, ChipLabel, Choice, Column, EmptyState, Fields, Html,
    NotificationBanner, Page, Row, Select, Table, TextField, done, format,
};

use super::{room::Room, titles::Titles};
use crate::{
    capabilities::DELIVER,
    error::ProcedureError,
    store::delivery::{self, Delivery, Endpoint, NewEndpoint, SendProblem},
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/desk/deliveries", Access::Staff(DELIVER), page)
        .post("/desk/deliveries", Access::Staff(DELIVER), add)
        .post(
            "/desk/deliveries/systems/{endpoint}",
            Access::Staff(DELIVER),
            set_active,
        )
        .get(
            "/desk/deliveries/systems/{endpoint}",
            Access::Staff(DELIVER),
            endpoint::page,
        )
        .post(
            "/desk/deliveries/systems/{endpoint}/change",
            Access::Staff(DELIVER),
            endpoint::change,
        )
        .post(
            "/desk/deliveries/systems/{endpoint}/try",
            Access::Staff(DELIVER),
            endpoint::try_out,
        )
        .post(
            "/desk/deliveries/systems/{endpoint}/remove",
            Access::Staff(DELIVER),
            endpoint::remove,
        )
        .post(
            "/desk/deliveries/rights",
            Access::Staff(DELIVER),
            pulling::give,
        )
        .post(
            "/desk/deliveries/rights/{right}/remove",
            Access::Staff(DELIVER),
            pulling::take,
        )
        .post(
            "/desk/deliveries/{delivery}/retry",
            Access::Staff(DELIVER),
            retry,
        )
}

#[derive(Template)]
#[template(path = "desk/deliveries.html")]
struct Body {
    words: yakuba_ui::Words,
    endpoints: Html,
    fields: Html,
    button: Button,
    deliveries: Html,
    pulling: pulling::Section,
}

#[derive(Template)]
#[template(
    source = "<form method=\"post\" action=\"{{ action }}\">{{ button }}</form>",
    ext = "html"
)]
struct OneButton {
    action: String,
    button: Button,
}

fn one_button(action: String, button: Button) -> Cell {
    Cell::html(&Html::render(&OneButton { action, button }).unwrap_or_default())
}

async fn page(room: Room) -> Result<Page, Problem> {
    deliveries_page(&room, None).await
}

/// Whether the person may see and change an endpoint.
fn own(room: &Room, endpoint: &Endpoint) -> bool {
    DepartmentCode::new(endpoint.department.as_str())
        .is_ok_and(|code| room.principal.holds_in(DELIVER, &code))
}

async fn deliveries_page(room: &Room, typed: Option<&Fields>) -> Result<Page, Problem> {
    let language = room.language();
    let departments = room.departments(DELIVER).await?;
    let titles = Titles::read(room.db()).await?;
    let mut endpoints = delivery::endpoints(room.db()).await?;
    endpoints.retain(|endpoint| own(room, endpoint));
    let mut ever = delivery::endpoints_ever(room.db()).await?;
    ever.retain(|endpoint| own(room, endpoint));
    let numbers: Vec<i64> = ever.iter().map(|endpoint| endpoint.id).collect();
    let deliveries: Vec<Delivery> = delivery::deliveries(room.db(), &numbers).await?;
    let typed_value = |name: &str| typed.map_or("", |typed| typed.get(name)).to_owned();
    let mut fields = Html::of(
        &TextField::new(language, "name", room.t("desk-endpoint-name"))
            .required()
            .max_length(60)
            .value(typed_value("name")),
    );
    fields.push(
        &Select::new(language, "department", room.t("desk-field-department"))
            .required()
            .choices(
                departments
                    .iter()
                    .map(|(code, name)| Choice::new(code.as_str(), name)),
            )
            .value(&typed_value("department")),
    );
    fields.push(
        &Select::new(language, "procedure", room.t("desk-field-procedure"))
            .or_all()
            .choices(titles.choices(language))
            .value(&typed_value("procedure")),
    );
    fields.push(
        &TextField::new(language, "url", room.t("desk-endpoint-url"))
            .required()
            .support(room.t("desk-endpoint-url-hint"))
            .value(typed_value("url")),
    );
    fields.push(
        &TextField::new(language, "secret", room.t("desk-endpoint-secret"))
            .required()
            .support(room.t("desk-endpoint-secret-hint")),
    );
    let body = Body {
        words: room.words,
        endpoints: endpoint_table(room, &endpoints, &departments, &titles),
        fields,
        button: Button::submit(room.t("desk-endpoint-add")),
        deliveries: delivery_table(room, &deliveries, &ever),
        pulling: pulling::section(room, &departments, &titles).await?,
    };
    let failed = deliveries
        .iter()
        .filter(|delivery| delivery.state == "failed")
        .count();
    let mut page = room
        .page(room.t("desk-menu-deliveries"), &body)
        .lead(room.t("desk-deliveries-lead"));
    if failed > 0 {
        page = page.notice(NotificationBanner::warning(room.words.counted(
            "desk-deliveries-failed",
            i64::try_from(failed).unwrap_or(i64::MAX),
        )));
    }
    Ok(page)
}

fn endpoint_table(
    room: &Room,
    endpoints: &[Endpoint],
    departments: &[(DepartmentCode, String)],
    titles: &Titles,
) -> Html {
    if endpoints.is_empty() {
        return Html::of(&EmptyState::new(room.t("desk-endpoints-none")));
    }
    let rows = endpoints.iter().map(|endpoint| {
        let active = endpoint.active == 1;
        let department = departments
            .iter()
            .find(|(code, _)| code.as_str() == endpoint.department)
            .map_or(endpoint.department.as_str(), |(_, name)| name.as_str());
        Row::new([
            Cell::link(
                &endpoint.name,
                format!("/desk/deliveries/systems/{}", endpoint.id),
            ),
            Cell::text(department),
            Cell::text(endpoint.procedure_key.as_deref().map_or_else(
                || room.t("desk-stage-all"),
                |key| titles.title(key, room.language()).to_owned(),
            )),
            Cell::text(&endpoint.url),
            Cell::text(room.t(if active {
                "desk-endpoint-active"
            } else {
                "desk-endpoint-paused"
            })),
            one_button(
                format!("/desk/deliveries/systems/{}", endpoint.id),
                Button::submit(room.t(if active {
                    "desk-endpoint-pause"
                } else {
                    "desk-endpoint-go-on"
                }))
                .kind(ButtonKind::Other)
                .small()
                .sends("active", if active { "0" } else { "1" }),
            ),
        ])
    });
    Html::of(
        &Table::new(room.language(), "endpoints", room.t("desk-endpoints"))
            .hide_caption()
            .columns([
                Column::text(room.t("desk-endpoint-name")),
                Column::text(room.t("desk-field-department")).no_wrap(),
                Column::text(room.t("desk-field-procedure")),
                Column::text(room.t("desk-endpoint-url")),
                Column::text(room.t("desk-column-state")).no_wrap(),
                Column::text(room.t("desk-column-action")).no_wrap(),
            ])
            .rows(rows)
            .row_headers()
            .stacked(),
    )
}

fn delivery_table(room: &Room, deliveries: &[Delivery], endpoints: &[Endpoint]) -> Html {
    if deliveries.is_empty() {
        return Html::of(&EmptyState::new(room.t("desk-deliveries-none")));
    }
    let rows = deliveries.iter().map(|delivery| {
        let state = ChipLabel::new(room.t(&format!("desk-delivery-{}", delivery.state)));
        let state = match delivery.state.as_str() {
            "failed" => state.red(),
            "delivered" => state.green(),
            _ => state.orange(),
        };
        let failed = delivery.state == "failed";
        Row::new([
            Cell::link(
                delivery.case.to_string(),
                format!("/desk/cases/{}", delivery.case),
            ),
            Cell::text(
                endpoints
                    .iter()
                    .find(|endpoint| endpoint.id == delivery.endpoint)
                    .map_or("", |endpoint| endpoint.name.as_str()),
            ),
            Cell::text(room.t(&format!("desk-event-{}", delivery.event.replace('_', "-")))),
            Cell::html(&state),
            Cell::text(delivery.tries.to_string()),
            Cell::text(format::date_time(
                JAPAN.to_datetime(delivery.changed_at),
                room.language(),
            )),
            Cell::text(problem_text(
                room,
                delivery.problem.as_deref().unwrap_or_default(),
            )),
            if failed {
                one_button(
                    format!("/desk/deliveries/{}/retry", delivery.id),
                    Button::submit(room.t("desk-delivery-retry"))
                        .kind(ButtonKind::Other)
                        .small(),
                )
            } else {
                Cell::empty()
            },
        ])
        .marked(failed)
    });
    Html::of(
        &Table::new(room.language(), "deliveries", room.t("desk-deliveries"))
            .hide_caption()
            .columns([
                Column::number(room.t("desk-column-number")).no_wrap(),
                Column::text(room.t("desk-endpoint-name")),
                Column::text(room.t("desk-column-what")).no_wrap(),
                Column::text(room.t("desk-column-state")).no_wrap(),
                Column::number(room.t("desk-column-tries")).no_wrap(),
                Column::text(room.t("desk-column-day")).no_wrap(),
                Column::text(room.t("desk-column-problem")),
                Column::text(room.t("desk-column-action")).no_wrap(),
            ])
            .rows(rows)
            .stacked(),
    )
}

/// Why something did not arrive, in words.
fn problem_text(room: &Room, problem: &str) -> String {
    match SendProblem::read(problem) {
        Some(SendProblem::Timeout) => room.t("desk-problem-timeout"),
        Some(SendProblem::NoConnection) => room.t("desk-problem-no-connection"),
        Some(SendProblem::Secret) => room.t("desk-problem-secret"),
        Some(SendProblem::Status(status)) => room
            .words
            .with("desk-problem-status", &[("status", status.into())])
            .into_owned(),
        None => problem.to_owned(),
    }
}

/// A secret as it is typed: 24 to 64 bytes in Base64, with or without the prefix of Standard Webhooks.
fn secret_typed(text: &str) -> Option<Vec<u8>> {
    let text = text.strip_prefix("whsec_").unwrap_or(text);
    let secret = STANDARD.decode(text).ok()?;
    (24..=64).contains(&secret.len()).then_some(secret)
}

/// Whether a message can be sent there.
fn is_address(url: &str) -> bool {
    reqwest::Url::parse(url)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

async fn add(mut room: Room, fields: Fields) -> Result<Response, Problem> {
    let department =
        DepartmentCode::new(fields.get("department")).map_err(|_| Problem::NotFound)?;
    room.need(DELIVER, &department)?;
    let url = fields.get("url");
    let secret = secret_typed(fields.get("secret"));
    let refused = if fields.get("name").is_empty() {
        Some("desk-error-empty")
    } else if !is_address(url) {
        Some("desk-error-url")
    } else if secret.is_none() {
        Some("desk-error-secret")
    } else {
        None
    };
    if let Some(key) = refused {
        room.refuse_with(key);
        return Ok(deliveries_page(&room, Some(&fields)).await?.into_response());
    }
    let new = NewEndpoint {
        name: fields.get("name").chars().take(60).collect(),
        department,
        procedure: fields.optional("procedure"),
        url: url.to_owned(),
        secret: secret.unwrap_or_default(),
        account: room.account()?,
    };
    let key = room.key()?.clone();
    match room
        .write((key, new), |tx, (key, new)| {
            Box::pin(delivery::add_endpoint(tx, key, new))
        })
        .await
    {
        Ok(_) => Ok(done("/desk/deliveries", "endpoint-added")),
        Err(ProcedureError::WrongState(_)) => {
            room.refuse_with("desk-error-endpoint-name");
            Ok(deliveries_page(&room, Some(&fields)).await?.into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn set_active(room: Room, Path(id): Path<i64>, fields: Fields) -> Result<Response, Problem> {
    let endpoint = delivery::endpoint(room.db(), id)
        .await?
        .filter(|endpoint| own(&room, endpoint))
        .ok_or(Problem::NotFound)?;
    let active = fields.get("active") == "1";
    room.write((endpoint.id, active), |tx, (id, active)| {
        Box::pin(delivery::set_active(tx, *id, *active))
    })
    .await?;
    Ok(done("/desk/deliveries", "endpoint-changed"))
}

async fn retry(mut room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let found = delivery::delivery(room.db(), id)
        .await?
        .ok_or(Problem::NotFound)?;
    delivery::endpoint(room.db(), found.endpoint)
        .await?
        .filter(|endpoint| own(&room, endpoint))
        .ok_or(Problem::NotFound)?;
    match room
        .write(id, |tx, id| Box::pin(delivery::retry(tx, *id)))
        .await
    {
        Ok(()) => Ok(done("/desk/deliveries", "retried")),
        Err(ProcedureError::WrongState(_)) => {
            room.refuse_with("desk-error-state");
            Ok(deliveries_page(&room, None).await?.into_response())
        }
        Err(error) => Err(error.into()),
    }
}
