//! The categories that come with Yakuba.

use std::path::Path;

use yakuba_forms::{Severity, testing::missing_languages};
use yakuba_reports::model::rules::{Rules, check};

fn shipped() -> Rules {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/reports/categories.yaml");
    Rules::from_yaml(&std::fs::read_to_string(file).unwrap()).unwrap()
}

#[test]
fn the_shipped_categories_have_nothing_to_mend() {
    let must: Vec<_> = check(&shipped())
        .into_iter()
        .filter(|(severity, _)| *severity == Severity::Must)
        .collect();
    assert!(must.is_empty(), "{must:#?}");
}

#[test]
fn the_shipped_categories_are_in_three_languages() {
    let mut missing = Vec::new();
    let value = serde_json::to_value(shipped()).unwrap();
    missing_languages(
        "",
        &value,
        &["name", "hint", "urgent", "label", "text"],
        &mut missing,
    );
    assert!(missing.is_empty(), "{missing:#?}");
}
