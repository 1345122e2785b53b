//! The surveys that come with Yakuba: each reads, can open, and speaks three languages.

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;
use yakuba_forms::{Severity, model::document::FieldKind, testing::missing_languages};
use yakuba_surveys::model::{
    check::check,
    document::{Audience, SurveyDocument},
};
use yakuba_ui::Language;

/// The surveys: the name of the file without its ending, and what is in it.
fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/surveys");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// The keys under which a text for people stands.
const TEXTS: [&str; 9] = [
    "title", "summary", "intro", "label", "hint", "message", "purpose", "unit", "thanks",
];

#[test]
fn the_surveys_read_and_speak_three_languages() {
    let mut missing = Vec::new();
    let mut staff = 0;
    for (name, text) in files() {
        let survey = SurveyDocument::from_yaml(&text)
            .unwrap_or_else(|error| panic!("{name} cannot be read: {error}"));
        assert_eq!(survey.key, name, "the file is called as its key");
        let again = SurveyDocument::from_yaml(&survey.to_yaml().unwrap()).unwrap();
        assert_eq!(survey, again, "{name} changes when it is written");
        missing_languages(
            &name,
            &serde_json::to_value(&survey).unwrap(),
            &TEXTS,
            &mut missing,
        );
        staff += usize::from(survey.audience == Audience::Staff);
        assert!(survey.small_count_below >= 3, "{name} shows single answers");
        assert!(survey.form.fees.is_empty(), "{name} costs something");
        let fields: Vec<_> = survey
            .form
            .pages
            .iter()
            .flat_map(|page| &page.fields)
            .collect();
        assert!((10..=20).contains(&fields.len()), "{name}");
        let mut seen = BTreeSet::new();
        for field in fields {
            assert!(seen.insert(field.key.as_str()), "{name}/{}", field.key);
            let anonymous = matches!(
                field.kind,
                FieldKind::Choice { .. }
                    | FieldKind::Choices { .. }
                    | FieldKind::Number { .. }
                    | FieldKind::LongText(_)
            );
            assert!(anonymous, "{name}/{} could tell who answers", field.key);
        }
        for finding in check(&survey) {
            assert_ne!(
                finding.severity,
                Severity::Must,
                "{name}: {}",
                finding.line(Language::English)
            );
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert_eq!(staff, 2);
}

#[test]
fn the_published_schema_is_the_present_one() {
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(
        read(include_str!("../../../../docs/survey.schema.json")),
        read(&yakuba_surveys::model::document::schema()),
        "write it anew: yakuba surveys schema > docs/survey.schema.json"
    );
}
