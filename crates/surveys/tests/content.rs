//! The surveys that come with Yakuba: each reads, can open, and speaks three languages.

// Tests may panic: that is how they fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;
use yakuba_forms::{Severity, model::document::FieldKind};
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

fn is_kanji(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{9fff}' | '々' | '〇')
}

fn is_reading(letter: char) -> bool {
    matches!(letter, 'ぁ'..='ん' | 'ー' | '、')
}

/// The kanji in a text that no reading in brackets follows.
fn kanji_without_reading(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut place = 0;
    while place < letters.len() {
        let start = place;
        while place < letters.len() && is_kanji(letters[place]) {
            place += 1;
        }
        if place > start {
            let reading = letters[place..]
                .iter()
                .skip(1)
                .take_while(|&&letter| is_reading(letter))
                .count();
            let read = letters.get(place) == Some(&'（')
                && reading > 0
                && letters.get(place + 1 + reading) == Some(&'）');
            if !read {
                found.push(letters[start..place].iter().collect());
            }
        } else {
            place += 1;
        }
    }
    found
}

/// Collects what is missing from the texts under a value.
fn missing_languages(path: &str, value: &Value, missing: &mut Vec<String>) {
    match value {
        Value::Object(members) if members.contains_key("ja") => {
            for language in ["ja", "easy", "en"] {
                let written = members.get(language).and_then(Value::as_str);
                if written.is_none_or(|text| text.trim().is_empty()) {
                    missing.push(format!("{path}: no {language}"));
                }
            }
            let easy = members.get("easy").and_then(Value::as_str).unwrap_or("");
            for word in kanji_without_reading(easy) {
                missing.push(format!("{path}: no reading for {word} in {easy:?}"));
            }
            let english = members.get("en").and_then(Value::as_str).unwrap_or("");
            if english.chars().any(|letter| matches!(letter, 'ぁ'..='ん')) {
                missing.push(format!("{path}: the English is Japanese"));
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                let path = format!("{path}/{name}");
                if TEXTS.contains(&name.as_str()) && value.is_string() {
                    missing.push(format!("{path}: Japanese only"));
                }
                missing_languages(&path, value, missing);
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                let path = format!("{path}/{number}");
                if path.contains("/needed/") && item.is_string() {
                    missing.push(format!("{path}: Japanese only"));
                }
                missing_languages(&path, item, missing);
            }
        }
        _ => {}
    }
}

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
        missing_languages(&name, &serde_json::to_value(&survey).unwrap(), &mut missing);
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
        read(include_str!("../../../docs/survey.schema.json")),
        read(&yakuba_surveys::model::document::schema()),
        "write it anew: yakuba surveys schema > docs/survey.schema.json"
    );
}
