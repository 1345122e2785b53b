//! Asking the service's pages over HTTP.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use yakuba_city::{City, Service as _, web::Principal};
use yakuba_plan::PlanService;

async fn ask(
    city: &City,
    principal: &Principal,
    method: Method,
    path: &str,
    form: &[(&str, &str)],
) -> (StatusCode, String, String) {
    let body: String = form
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect::<Vec<_>>()
        .join("&");
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::ACCEPT_LANGUAGE, "ja")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .unwrap();
    request.extensions_mut().insert(principal.clone());
    let response = PlanService
        .routes()
        .into_router()
        .with_state(city.clone())
        .oneshot(request)
        .await
        .unwrap();
    let (parts, body) = response.into_parts();
    let location = parts
        .headers
        .get(header::LOCATION)
        .map(|value| value.to_str().unwrap().to_owned())
        .unwrap_or_default();
    let bytes = body.collect().await.unwrap().to_bytes();
    (
        parts.status,
        location,
        String::from_utf8_lossy(&bytes).into_owned(),
    )
}

fn encoded(text: &str) -> String {
    text.bytes()
        .flat_map(|byte| format!("%{byte:02X}").into_bytes())
        .map(char::from)
        .collect()
}

/// Opens a page in Japanese.
pub(crate) async fn get(city: &City, principal: &Principal, path: &str) -> (StatusCode, String) {
    let (status, _, html) = ask(city, principal, Method::GET, path, &[]).await;
    assert!(
        !html.contains('⟦'),
        "{path} lacks a text: {}",
        html.split('⟦')
            .nth(1)
            .unwrap_or_default()
            .split('⟧')
            .next()
            .unwrap_or_default()
    );
    assert!(!html.contains(" style="), "{path} has an inline style");
    (status, html)
}

/// Sends a form; what comes back is the status, where it leads, and the page.
pub(crate) async fn post(
    city: &City,
    principal: &Principal,
    path: &str,
    form: &[(&str, &str)],
) -> (StatusCode, String, String) {
    ask(city, principal, Method::POST, path, form).await
}
