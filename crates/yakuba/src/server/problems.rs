//! What a person or a program reads when something did not work.
//!
//! People get a page that says what happened, what to do, and a reference number under which the log has the cause.
//! Programs get RFC 9457 "problem details".

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse as _, Redirect, Response},
};
use serde_json::json;
use yakuba_city::web::Problem;
use yakuba_ui::{NotificationBanner, Shell, error_page};

use super::WORDS;

/// The reference number of a request: in the answer, in the log, on the page.
#[derive(Debug, Clone)]
pub(super) struct Reference(pub(super) String);

/// What of a request decides how its problem is shown.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    method: Method,
    uri: Uri,
    for_programs: bool,
    /// A part of a page asked for by script.
    partial: bool,
    referer: Option<String>,
    reference: String,
}

impl Asked {
    pub(super) fn of(request: &Request) -> Self {
        let headers = request.headers();
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            for_programs: is_for_programs(request),
            partial: headers.contains_key("hx-request"),
            referer: headers
                .get(header::REFERER)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
            reference: request
                .extensions()
                .get::<Reference>()
                .map(|reference| reference.0.clone())
                .unwrap_or_default(),
        }
    }

    /// Where to come back to after signing in: this page, or for what is not a page the one it was sent from.
    fn next(&self) -> String {
        if self.method == Method::GET && !self.partial {
            return path_of(&self.uri);
        }
        self.referer
            .as_deref()
            .and_then(|referer| referer.parse::<Uri>().ok())
            .map_or_else(|| "/".to_owned(), |uri| path_of(&uri))
    }
}

fn path_of(uri: &Uri) -> String {
    uri.path_and_query()
        .map_or_else(|| "/".to_owned(), |path| path.as_str().to_owned())
}

/// Whether a program asks: under /api, or by wanting JSON and no page.
pub(super) fn is_for_programs(request: &Request) -> bool {
    let accept = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    request.uri().path().starts_with("/api/")
        || (accept.contains("json") && !accept.contains("text/html"))
}

/// Turns a problem in a response's extensions, or a bare error of the framework, into what the asker can read.
pub(super) async fn render(asked: Asked, shell: Shell, mut response: Response) -> Response {
    let problem = response.extensions_mut().remove::<Problem>();
    let Some(problem) = problem else {
        return render_bare(asked, shell, response).await;
    };
    if let Problem::Internal(cause) = &problem {
        tracing::error!(cause, reference = asked.reference, "a request failed");
    }
    if !asked.for_programs {
        let page = match problem {
            Problem::SignInNeeded => Some("/login"),
            Problem::ResidentSignInNeeded => Some("/resident/sign-in"),
            Problem::StepUpNeeded => Some("/account/confirm"),
            _ => None,
        };
        if let Some(page) = page {
            return lead_to(page, &asked);
        }
    }
    let sentence = match &problem {
        Problem::BadRequest(text) | Problem::Conflict(text) | Problem::TooLarge(text) => {
            Some(text.clone())
        }
        Problem::TooManyMegabytes(most) => Some(
            WORDS
                .words(shell.language)
                .with_text("yakuba-too-many-megabytes", "most", &most.to_string())
                .into_owned(),
        ),
        _ => None,
    };
    let mut answer = answer(
        &asked,
        shell,
        problem.status(),
        problem.code(),
        sentence,
        &problem.to_string(),
    );
    match problem {
        Problem::TokenNeeded => {
            answer
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        Problem::TooMany(seconds) => {
            answer
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        _ => {}
    }
    answer
}

/// Sends the browser to a page and tells that page where to come back to.
fn lead_to(page: &str, asked: &Asked) -> Response {
    let target = format!("{page}?next={}", encoded(&asked.next()));
    if asked.partial {
        // A redirect would put the whole log-in page into the part that was asked for.
        let mut response = StatusCode::UNAUTHORIZED.into_response();
        if let Ok(value) = HeaderValue::from_str(&target) {
            response.headers_mut().insert("hx-redirect", value);
        }
        return response;
    }
    Redirect::to(&target).into_response()
}

/// A text as part of a query.
fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Errors that axum and the layers make themselves have a plain sentence in English, or nothing.
async fn render_bare(asked: Asked, shell: Shell, response: Response) -> Response {
    let status = response.status();
    let finished = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| !kind.starts_with("text/plain"));
    if finished || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let allow = response.headers().get(header::ALLOW).cloned();
    let redirected = response.headers().contains_key("hx-redirect");
    if redirected {
        return response;
    }
    let bytes = to_bytes(Body::new(response.into_body()), 4096)
        .await
        .unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let code = match status {
        StatusCode::METHOD_NOT_ALLOWED => "problem-method",
        StatusCode::PAYLOAD_TOO_LARGE => "problem-too-large",
        StatusCode::SERVICE_UNAVAILABLE => "problem-timeout",
        StatusCode::FORBIDDEN => "problem-cross-site",
        status if status.is_server_error() => "problem-internal",
        _ => "problem-bad-request",
    };
    let detail = if text.is_empty() || status.is_server_error() {
        status.canonical_reason().unwrap_or_default().to_owned()
    } else {
        text
    };
    let mut answer = answer(&asked, shell, status, code, None, &detail);
    if let Some(allow) = allow {
        answer.headers_mut().insert(header::ALLOW, allow);
    }
    answer
}

fn answer(
    asked: &Asked,
    shell: Shell,
    status: StatusCode,
    code: &str,
    sentence: Option<String>,
    detail: &str,
) -> Response {
    if asked.for_programs {
        let body = json!({
            "type": "about:blank",
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": detail,
            "code": code,
            "reference": asked.reference,
        });
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        return (status, kind, body.to_string()).into_response();
    }
    let mut page = error_page(shell, status, code, &asked.reference);
    if let Some(sentence) = sentence {
        page = page.notice(NotificationBanner::error(sentence));
    }
    page.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: Method, uri: &str) -> Asked {
        Asked {
            method,
            uri: uri.parse().unwrap(),
            for_programs: false,
            partial: false,
            referer: Some("http://localhost:8080/desk?year=2025&x=あ".replace('あ', "a")),
            reference: "AB12-CD34-EF56".to_owned(),
        }
    }

    #[test]
    fn after_signing_in_one_comes_back() {
        let response = lead_to("/login", &asked(Method::GET, "/desk?a=1&b=2"));
        assert_eq!(
            response.headers()[header::LOCATION],
            "/login?next=/desk%3Fa%3D1%26b%3D2"
        );
        let response = lead_to("/account/confirm", &asked(Method::POST, "/desk/save"));
        assert_eq!(
            response.headers()[header::LOCATION],
            "/account/confirm?next=/desk%3Fyear%3D2025%26x%3Da"
        );
    }

    #[tokio::test]
    async fn programs_get_problem_details_without_the_cause() {
        let mut asked = asked(Method::GET, "/api/x");
        asked.for_programs = true;
        let response = Problem::Internal("the cause".into()).into_response();
        let response = render(asked, Shell::default(), response).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "application/problem+json"
        );
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["reference"], "AB12-CD34-EF56");
        assert_eq!(body["code"], "problem-internal");
        assert!(!body.to_string().contains("the cause"));
    }

    #[tokio::test]
    async fn people_get_a_page_with_the_sentence_and_the_reference() {
        let response = Problem::Conflict("他の人が先に直しました".into()).into_response();
        let asked = asked(Method::POST, "/desk/save");
        let response = render(asked, Shell::default(), response).await;
        assert_eq!(response.status(), StatusCode::CONFLICT);
        let body = to_bytes(response.into_body(), 1_000_000).await.unwrap();
        let body = String::from_utf8_lossy(&body);
        assert!(body.contains("他の人が先に直しました") && body.contains("AB12-CD34-EF56"));
    }

    #[tokio::test]
    async fn what_a_handler_finished_is_left_alone() {
        let page = (
            StatusCode::UNPROCESSABLE_ENTITY,
            axum::response::Html("<form>"),
        )
            .into_response();
        let response = render(asked(Method::POST, "/x"), Shell::default(), page).await;
        let body = to_bytes(response.into_body(), 1000).await.unwrap();
        assert_eq!(&body[..], b"<form>");
    }
}
