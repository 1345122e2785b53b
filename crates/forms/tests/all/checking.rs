//! What the checker finds, and the schema of the file.

use std::fmt::Write as _;

use std::time::{Duration, Instant};

use jiff::civil::date;
use proptest::prelude::*;
use yakuba_forms::model::document::Key;
use yakuba_forms::{Answer, Answers, Form, FormDocument, Severity, check, personal_data, schema};
use yakuba_ui::Language;

fn document(yaml: &str) -> FormDocument {
    serde_saphyr::from_str(yaml).unwrap()
}

fn lines(yaml: &str) -> Vec<(Severity, String)> {
    check(&document(yaml))
        .iter()
        .map(|finding| (finding.severity, finding.line(Language::English)))
        .collect()
}

#[track_caller]
fn found(yaml: &str, severity: Severity, start: &str, part: &str) {
    let lines = lines(yaml);
    assert!(
        lines.iter().any(|(level, line)| *level == severity
            && line.starts_with(start)
            && line.contains(part)),
        "{start} … {part}: {lines:#?}"
    );
}

#[test]
fn a_form_without_faults_has_no_findings() {
    let good = r"
pages:
  - key: one
    title: { ja: 犬のこと, easy: 犬（いぬ）, en: The dog }
    fields:
      - { key: dog, label: { ja: 犬の名前, easy: 犬（いぬ）の 名前（なまえ）, en: Its name }, type: text }
      - { key: count, label: { ja: 頭数, easy: いくつ, en: How many }, type: number, min: 1, max: 9 }
      - { key: why, label: { ja: 理由, easy: どうして, en: Why }, type: text, show_if: count > 3 }
";
    assert_eq!(lines(good), []);
}

#[test]
fn what_should_be_looked_at_is_found() {
    let yaml = r"
pages:
  - key: one
    title: 申請者
    fields:
      - { key: name, label: 氏名, type: name }
      - { key: again, label: 氏 名, type: name }
      - { key: number, label: マイナンバー, type: text, hint: 当該番号を遅滞なく記入すること }
      - { key: reason, label: { ja: 理由, easy: 申請理由を 書いて ください }, type: text }
      - { key: kind, label: 区分, type: choice, options: [{ value: person, label: 個人 }, { value: company, label: 法人 }] }
      - { key: company, label: 法人名, type: text, show_if: kind == 'compny' }
      - { key: amount, label: 金額, type: yen }
computed: [{ key: twice, value: amount * kind }]
";
    found(yaml, Severity::Should, "one/again", "asked at “name”");
    found(yaml, Severity::Should, "one/number", "individual number");
    found(yaml, Severity::Should, "one/number", "当該");
    found(yaml, Severity::Should, "one/reason", "申請理由");
    found(yaml, Severity::Should, "one/name", "personal data");
    found(yaml, Severity::Should, "one: ", "no easy Japanese");
    found(yaml, Severity::Should, "one: ", "no English");
    found(yaml, Severity::Must, "one/company", "“compny”");
    found(
        yaml,
        Severity::Must,
        "computed/twice",
        "even when everything is answered",
    );
    let severities: Vec<Severity> = lines(yaml)
        .into_iter()
        .map(|(severity, _)| severity)
        .collect();
    assert!(severities.is_sorted(), "what must be mended comes first");
    assert_eq!(personal_data(&document(yaml)).len(), 2);
}

#[test]
fn the_schema_is_as_published() {
    insta::assert_json_snapshot!(schema());
}

#[test]
fn a_file_that_validates_is_read_and_one_that_does_not_is_not() {
    let schema = serde_json::to_value(schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let good = [
        "pages: [{ key: one, title: 一, fields: [{ key: a, label: あ, type: text }] }]",
        "{ layout: single, pages: [{ key: one, title: { ja: 一, en: One }, intro: 文, show_if: 'true', fields: [{ key: a, label: あ, type: date, earliest: '+1', optional: true, prefill: birth_date }] }] }",
        "pages: [{ key: one, title: 一, fields: [{ key: a, label: あ, type: group, entry: 人, fields: [{ key: b, label: い, type: number, unit: 人 }] }] }]\nfees: [{ label: 手数料, amount: '300' }]\nbefore: [{ key: resident, question: 市民ですか, options: [{ value: live_here, label: はい }, { value: elsewhere, label: いいえ, stop: 使えません }] }]",
        "pages: [{ key: one, title: 一, fields: [{ key: a, label: あ, type: file, accept: [image, pdf, sheet, document] }, { key: c, label: 同意, type: consent, text: 同意文 }] }]",
    ];
    for yaml in good {
        let value: serde_json::Value = serde_saphyr::from_str(yaml).unwrap();
        assert!(validator.is_valid(&value), "{yaml}");
        let document: FormDocument = serde_saphyr::from_str(yaml).unwrap();
        // And written out again it still validates and is the same form.
        let written = serde_json::to_value(&document).unwrap();
        assert!(validator.is_valid(&written), "{written}");
        assert_eq!(
            document,
            serde_saphyr::from_str(&serde_saphyr::to_string(&document).unwrap()).unwrap()
        );
    }
    let bad = [
        "pages: 1",
        "{ pages: [], other: 1 }",
        "pages: [{ key: One, title: 一, fields: [] }]",
        "pages: [{ key: one, title: 一, fields: [{ key: a, label: あ, type: colour }] }]",
        "pages: [{ key: one, title: 一, fields: [{ key: a, type: text }] }]",
        "pages: [{ key: one, title: { en: One }, fields: [] }]",
        "{ layout: spiral, pages: [] }",
    ];
    for yaml in bad {
        let value: serde_json::Value = serde_saphyr::from_str(yaml).unwrap();
        assert!(!validator.is_valid(&value), "{yaml}");
        assert!(
            serde_saphyr::from_str::<FormDocument>(yaml).is_err(),
            "{yaml}"
        );
    }
}

/// A form of 100 fields with 100 rules, each over the field before it.
fn large() -> Form {
    let mut yaml = String::from("pages:\n");
    for page in 0..10 {
        writeln!(yaml, "  - key: p{page}\n    title: 一\n    fields:").unwrap();
        for field in 0..10 {
            let number = page * 10 + field;
            let condition = if number == 0 {
                "true".to_owned()
            } else {
                format!("f{0} != 'stop' && size(f{0}) < 50", number - 1)
            };
            writeln!(
                yaml,
                "      - {{ key: f{number}, label: 項目{number}, type: text, show_if: \"{condition}\" }}"
            )
            .unwrap();
        }
    }
    Form::compile(&document(&yaml)).unwrap()
}

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

#[test]
fn a_large_form_answers_quickly() {
    let form = large();
    let mut answers = Answers::new();
    for number in 0..100 {
        answers.set(key(&format!("f{number}")), Answer::Text("あ".to_owned()));
    }
    let today = date(2026, 11, 21);
    let mut fastest = Duration::MAX;
    for _ in 0..20 {
        let start = Instant::now();
        assert!(form.evaluate(&answers, today).is_complete());
        fastest = fastest.min(start.elapsed());
    }
    println!("100 fields with 100 rules: {fastest:?}");
    // Without optimisation on a busy machine; optimised it is a small part of this.
    assert!(fastest < Duration::from_millis(50), "{fastest:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn nothing_that_is_not_asked_is_ever_missing(values in proptest::collection::vec(proptest::option::of(prop_oneof![Just("stop"), Just("go")]), 100)) {
        let form = large();
        let mut answers = Answers::new();
        for (number, value) in values.iter().enumerate() {
            if let Some(value) = value {
                answers.set(key(&format!("f{number}")), Answer::Text((*value).to_owned()));
            }
        }
        let today = date(2026, 11, 21);
        let evaluation = form.evaluate(&answers, today);
        for problem in &evaluation.problems {
            prop_assert!(evaluation.is_shown(&problem.path()));
            prop_assert!(evaluation.is_required(&problem.path()));
        }
        // A hidden answer hides what depends on it, and none is kept.
        let kept = form.asked_only(&answers, &evaluation);
        for (field, _) in kept.iter() {
            prop_assert!(evaluation.is_shown(field.as_str()));
        }
        let first_stop = values.iter().position(|value| *value != Some("go"));
        for number in 0..100 {
            let shown = first_stop.is_none_or(|stop| number <= stop);
            prop_assert_eq!(evaluation.is_shown(&format!("f{number}")), shown);
        }
    }
}
