//! Whole pages over HTTP.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::routing::get;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use yakuba_ui::{
    Density, FormErrors, Html, Language, Page, Shell, SignedIn, TextField, error_page,
};

fn app() -> Router {
    async fn page(language: Language) -> Page {
        let shell = Shell::new("みどり市", language, "/plans?year=2023");
        Page::from_html(
            shell,
            Density::Public,
            "計画 <1>",
            Html::text("本文 & more"),
        )
        .breadcrumb("トップ", "/")
    }
    async fn gone(language: Language) -> Page {
        let shell = Shell::new("みどり市", language, "/gone");
        error_page(shell, StatusCode::NOT_FOUND, "plan-not-found", "A1B2")
    }
    async fn kept(language: Language, uri: axum::http::Uri) -> Page {
        let mut shell = Shell::new("みどり市", language, "/kept");
        if uri.query() == Some("signed-in") {
            shell.signed_in = Some(somebody());
        }
        Page::from_html(shell, Density::Public, "避難所", Html::text("本文"))
            .kept_on_the_device(&["/kept", "/other"])
            .with_errors(uri.query() == Some("errors"))
    }
    Router::new()
        .route("/plans", get(page))
        .route("/kept", get(kept))
        .route("/gone", get(gone))
        .merge(yakuba_ui::assets::router())
        .layer(axum::middleware::from_fn(yakuba_ui::remember_language))
        .layer(yakuba_ui::security_headers())
}

fn somebody() -> SignedIn {
    SignedIn {
        name: "山田 花子".to_owned(),
        department: "デジタル推進課".to_owned(),
        links: Vec::new(),
        sign_out_action: "/sign-out".to_owned(),
    }
}

async fn ask(path: &str) -> (StatusCode, header::HeaderMap, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = app().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (
        parts.status,
        parts.headers,
        String::from_utf8_lossy(&bytes).into_owned(),
    )
}

#[tokio::test]
async fn a_page_has_its_frame_and_closed_headers() {
    let (status, headers, html) = ask("/plans?year=2023").await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        html.contains("<title>計画 &#60;1&#62;｜みどり市</title>"),
        "{html}"
    );
    assert!(html.contains("本文 &amp; more"));
    assert!(html.contains(r##"href="#main""##));
    assert!(
        html.contains(r#"href="/plans?year=2023&#38;lang=en" lang="en""#),
        "{html}"
    );
    assert!(
        !html.contains("<script>") && !html.contains(" style="),
        "nothing inline"
    );
    assert_eq!(
        headers[header::CONTENT_SECURITY_POLICY],
        yakuba_ui::CONTENT_SECURITY_POLICY
    );
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
}

#[tokio::test]
async fn a_chosen_language_is_remembered() {
    let (_, headers, html) = ask("/plans?lang=en").await;
    assert!(
        headers[header::SET_COOKIE]
            .to_str()
            .unwrap()
            .starts_with("yakuba_language=en;")
    );
    assert!(html.contains("Skip to main content"));
    let (_, headers, _) = ask("/plans").await;
    assert!(headers.get(header::SET_COOKIE).is_none());
    assert_eq!(headers[header::VARY], "Accept-Language, Cookie");
}

#[tokio::test]
async fn assets_are_kept_for_ever_under_the_name_of_their_content() {
    let url = yakuba_ui::asset_url("app.css");
    let (status, headers, css) = ask(url).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        headers[header::CACHE_CONTROL]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
    assert!(css.contains("--color-primitive-blue-900"));
    let (status, ..) = ask("/assets/app.0000.css").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_page_is_kept_on_the_device_for_strangers_only() {
    let (_, headers, html) = ask("/kept").await;
    assert_eq!(headers["x-keeps-copy"], "1");
    // The worker uncovers it and writes the time of the copy into it: these are the words it looks for.
    assert!(
        html.contains(r#"<div hidden data-copy-notice="/kept /other">"#),
        "{html}"
    );
    assert!(html.contains("<time data-copied-at></time>"));
    for other in ["/kept?signed-in", "/kept?errors", "/plans", "/gone"] {
        let (_, headers, html) = ask(other).await;
        assert!(headers.get("x-keeps-copy").is_none(), "{other}");
        assert!(!html.contains("data-copy-notice"), "{other}");
    }
}

#[tokio::test]
async fn the_worker_knows_the_files_of_every_page_and_is_looked_for_each_time() {
    let (status, headers, script) = ask("/offline.js").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[header::CACHE_CONTROL], "no-cache");
    assert_eq!(
        headers[header::CONTENT_TYPE],
        "text/javascript; charset=utf-8"
    );
    let first = script.lines().next().unwrap();
    for name in ["app.css", "app.js", "favicon.svg"] {
        assert!(first.contains(yakuba_ui::asset_url(name)), "{first}");
    }
    assert!(
        headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap()
            .contains("worker-src 'self'")
    );
}

#[tokio::test]
async fn an_error_page_says_what_to_do() {
    let (status, _, html) = ask("/gone?lang=ja").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(html.contains("ページが見つかりません") && html.contains("A1B2"));
    assert!(html.contains(r#"<meta name="robots" content="noindex">"#));
}

#[test]
fn a_field_is_linked_with_its_error_and_support_text() {
    let mut errors = FormErrors::new();
    errors.add("title", "取組名を入力してください。");
    let field = TextField::new(Language::Japanese, "title", "取組名")
        .required()
        .support("30字まで")
        .value("\"><script>")
        .errors(&errors)
        .to_string();
    assert!(
        field.contains(
            r#"aria-describedby="title-error title-support" aria-invalid="true" required"#
        ),
        "{field}"
    );
    assert!(field.contains(r#"id="title-error">＊取組名を入力してください。"#));
    assert!(field.contains("※必須") && !field.contains("<script>"));
    assert!(
        errors
            .summary(Language::Japanese)
            .to_string()
            .contains(r##"href="#title""##)
    );
}

#[test]
fn the_person_signs_out_by_a_form() {
    let mut shell = Shell::new("みどり市", Language::Japanese, "/desk");
    shell.signed_in = Some(somebody());
    let html = Page::from_html(shell, Density::Desk, "机", Html::empty()).to_html();
    assert!(html.contains(r#"<form method="post" action="/sign-out">"#));
}
