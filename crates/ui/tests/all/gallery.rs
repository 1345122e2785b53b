//! Every component in every language keeps to the rules that no browser is needed to see.

use std::collections::BTreeSet;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use yakuba_kernel::{Decimal, FiscalYear};
use yakuba_ui::charts::{BarAndTarget, Line, Series, Share};
use yakuba_ui::{Language, Words};

async fn page(path: &str) -> String {
    let pages: Router = yakuba_ui::gallery::router();
    let request = Request::get(path).body(Body::empty()).unwrap();
    let body = pages.oneshot(request).await.unwrap().into_body();
    String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

fn attribute_values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    html.split(&format!(" {attribute}=\""))
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[tokio::test]
async fn nothing_is_inline_and_every_reference_has_its_target() {
    for path in ["/gallery", "/gallery/desk", "/gallery/error"] {
        for language in Language::ALL {
            let html = page(&format!("{path}?lang={}", language.code())).await;
            assert!(
                html.ends_with("</html>"),
                "{path}: the whole page is rendered"
            );
            assert!(!html.contains("⟦"), "{path}: a text is missing");
            assert!(
                !html.contains(" style=\"") && !html.contains(" onclick="),
                "{path}"
            );
            assert_eq!(html.matches("<h1").count(), 1, "{path}");
            let ids = attribute_values(&html, "id");
            let unique: BTreeSet<&str> = ids.iter().copied().collect();
            assert_eq!(ids.len(), unique.len(), "{path}: an id is used twice");
            for attribute in ["for", "aria-labelledby", "aria-describedby"] {
                for reference in attribute_values(&html, attribute) {
                    for id in reference.split(' ') {
                        assert!(
                            unique.contains(id),
                            "{path}: {attribute}={id} leads nowhere"
                        );
                    }
                }
            }
        }
    }
}

fn years() -> Vec<FiscalYear> {
    (2021..=2023)
        .map(|year| FiscalYear::new(year).unwrap())
        .collect()
}

#[test]
fn a_missing_figure_is_a_gap_and_never_zero() {
    let series = Series::new("")
        .planned([
            Some(Decimal::from(10)),
            Some(Decimal::from(20)),
            Some(Decimal::from(30)),
        ])
        .actual([Some(Decimal::from(12)), None, Some(Decimal::ZERO)]);
    let chart =
        BarAndTarget::new(Language::Japanese, "c", "件数", "件", series.clone()).years(years());
    let drawing = chart.to_string();
    assert_eq!(drawing.matches("令和4年度 実績").count(), 0);
    assert!(drawing.contains("令和5年度 実績 0件"), "{drawing}");
    assert!(drawing.contains(r#"role="img""#) && drawing.contains("最新は令和5年度の0件"));
    assert!(chart.table().to_string().contains("数値なし"));

    let line = Line::new(Language::English, "l", "Cases", "cases", series)
        .years(years())
        .to_string();
    let drawn = line.split(r#"class="chart-line" d=""#).nth(1).unwrap();
    assert_eq!(
        drawn.split('"').next().unwrap().matches('M').count(),
        2,
        "{line}"
    );
}

#[test]
fn a_ratio_shows_its_counts() {
    let share = Share::new(
        Language::Japanese,
        3_118.into(),
        4_163.into(),
        "件",
        "74.9%",
    )
    .to_string();
    assert!(share.contains("4,163件のうち3,118件") && share.contains("74.9%"));
    let nothing = Share::new(Language::English, 0.into(), 0.into(), "cases", "–").to_string();
    assert!(nothing.contains("0 cases of 0 cases"), "{nothing}");
}

#[derive(Template)]
#[template(
    source = r#"{{ words.with("ui-page-of", [("total", total.into()), ("first", 1.into()), ("last", 20.into())]) }}|{{ words.counted("ui-page-number", total) }}"#,
    ext = "html"
)]
struct TextsWithValues {
    words: Words,
    total: u64,
}

#[test]
fn templates_put_values_into_texts() {
    let body = TextsWithValues {
        words: Words::general(Language::Japanese),
        total: 1234,
    };
    assert_eq!(body.render().unwrap(), "1,234件中 1～20件|1,234ページ");
}
