//! The procedures that come with Yakuba: each reads, is complete, speaks three languages, and fits the demo city.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use serde_json::Value;
use yakuba_forms::testing::missing_languages;
use yakuba_forms::{
    Form, Severity, check,
    model::document::{Field, FieldKind, FormDocument},
};
use yakuba_procedures::model::{
    document::{ProcedureDocument, TemplateUse},
    export::Source,
};
use yakuba_ui::Language;

/// What staff's texts may be filled in with.
const PLACEHOLDERS: [&str; 5] = ["receipt", "procedure", "department", "date", "reason"];

/// The keys under which a text for residents stands.
const TEXTS: [&str; 19] = [
    "title",
    "summary",
    "who",
    "declares",
    "when",
    "needed",
    "fee",
    "afterwards",
    "other_ways",
    "personal_data_purpose",
    "label",
    "hint",
    "purpose",
    "intro",
    "question",
    "stop",
    "entry",
    "text",
    "message",
];

/// The example in the guide for writing procedures is one that a reader can put live.
#[test]
fn the_example_of_the_guide_goes_live() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/procedures.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let example = guide
        .split_once("```yaml\n")
        .and_then(|(_, rest)| rest.split_once("```"))
        .unwrap()
        .0;
    let document = ProcedureDocument::from_yaml(example).unwrap();
    Form::compile(&document.form).unwrap();
    let findings = check(&document.form);
    assert!(
        findings
            .iter()
            .all(|finding| finding.severity != Severity::Must),
        "{findings:?}"
    );
}

fn content(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../content")
        .join(folder)
}

/// The files of a folder: the name without its ending, and what is in it.
fn files(folder: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = std::fs::read_dir(content(folder))
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

fn procedures() -> Vec<ProcedureDocument> {
    files("procedures")
        .into_iter()
        .map(|(name, text)| {
            ProcedureDocument::from_yaml(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
        })
        .collect()
}

/// Every field, in groups as well.
fn fields(form: &FormDocument) -> Vec<&Field> {
    let mut all = Vec::new();
    for field in form.pages.iter().flat_map(|page| &page.fields) {
        all.push(field);
        if let FieldKind::Group { fields, .. } = &field.kind {
            all.extend(fields);
        }
    }
    all
}

/// The names an export column or another part can start from.
fn names(form: &FormDocument) -> BTreeSet<&str> {
    let computed = form.computed.iter().map(|computed| computed.key.as_str());
    fields(form)
        .into_iter()
        .map(|field| field.key.as_str())
        .chain(computed)
        .collect()
}

fn demo_departments() -> BTreeSet<String> {
    let text = std::fs::read_to_string(content("demo/city.yaml")).unwrap();
    let city: Value = serde_saphyr::from_str(&text).unwrap();
    city["departments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|department| department["code"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn somebody_in_the_demo_city_can_decide_each_procedure() {
    let text = std::fs::read_to_string(content("demo/city.yaml")).unwrap();
    let city: Value = serde_saphyr::from_str(&text).unwrap();
    // Of the roles of a new city the head's is the one that decides (crates/yakuba/src/roles.rs).
    let heads: BTreeSet<&str> = city["staff"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|account| account["roles"].as_array().unwrap())
        .filter(|role| role["role"] == "department_head")
        .map(|role| role["department"].as_str().unwrap())
        .collect();
    for document in procedures() {
        let department = document.department.as_str();
        assert!(heads.contains(department), "{}: {department}", document.key);
    }
}

#[test]
fn every_procedure_reads_and_round_trips_under_its_own_key() {
    for (name, text) in files("procedures") {
        let document = ProcedureDocument::from_yaml(&text)
            .unwrap_or_else(|error| panic!("{name} cannot be read: {error}"));
        assert_eq!(document.key, name, "the file is called as its key");
        let again = ProcedureDocument::from_yaml(&document.to_yaml().unwrap()).unwrap();
        assert_eq!(document, again, "{name} changes when it is written");
    }
}

#[test]
fn every_text_for_residents_is_there_in_three_languages() {
    let mut missing = Vec::new();
    for document in procedures() {
        let value = serde_json::to_value(&document).unwrap();
        missing_languages(&document.key, &value, &TEXTS, &mut missing);
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_procedure_belongs_to_a_department_and_says_what_it_rests_on() {
    let departments = demo_departments();
    for document in procedures() {
        let key = &document.key;
        assert!(departments.contains(document.department.as_str()), "{key}");
        assert!(!document.law.is_empty(), "{key} names no law or rule");
        assert!(document.checklist.len() >= 3, "{key} has a short checklist");
        assert!(!document.retention.basis.is_empty(), "{key}");
        assert!(!document.guide.needed.is_empty(), "{key}");
        assert!(document.guide.fee.is_some(), "{key} does not tell its fee");
        assert!(document.processing_days.is_some(), "{key}");
    }
}

#[test]
fn staff_find_a_text_for_every_outcome() {
    for document in procedures() {
        for wanted in [
            TemplateUse::Message,
            TemplateUse::Correction,
            TemplateUse::Approval,
            TemplateUse::Refusal,
        ] {
            let template = document
                .templates
                .iter()
                .find(|template| template.use_for == wanted)
                .unwrap_or_else(|| panic!("{} has no text for {wanted:?}", document.key));
            let text = &template.text;
            for text in [Some(&text.ja), text.easy.as_ref(), text.en.as_ref()] {
                let text = text.unwrap();
                for part in text.split('{').skip(1) {
                    let name = part.split('}').next().unwrap();
                    assert!(PLACEHOLDERS.contains(&name), "{}: {name}", document.key);
                }
                assert_eq!(
                    wanted == TemplateUse::Refusal,
                    text.contains("{reason}"),
                    "{}: a refusal, and nothing else, gives its reason: {text}",
                    document.key
                );
            }
        }
    }
}

#[test]
fn every_column_of_the_export_comes_from_an_answer() {
    for document in procedures() {
        let names = names(&document.form);
        let mut headings = BTreeSet::new();
        assert!(!document.export.is_empty(), "{}", document.key);
        for column in &document.export {
            assert!(headings.insert(&column.heading), "{}", column.heading);
            let from = column.from.split('.').next().unwrap();
            assert!(
                Source::read(&document, &column.from).is_some(),
                "{}: {}",
                document.key,
                column.from
            );
            let asked = fields(&document.form)
                .into_iter()
                .find(|field| field.key.as_str() == from);
            assert!(
                !column.verified || asked.is_some_and(|field| field.prefill.is_some()),
                "{}: {from} asks for nothing that can be verified",
                document.key
            );
            if let Some(key) = &column.only_with {
                assert!(names.contains(key.as_str()), "{}: {key}", document.key);
            }
        }
    }
}

#[test]
fn keys_are_unique_and_my_number_is_never_asked() {
    for document in procedures() {
        let mut seen = BTreeSet::new();
        for field in fields(&document.form) {
            let place = format!("{}/{}", document.key, field.key);
            assert!(seen.insert(field.key.as_str()), "{place} stands twice");
            for word in ["マイナンバー", "個人番号"] {
                assert!(!field.label.ja.contains(word), "{place} asks for it");
            }
            let personal = matches!(
                field.kind,
                FieldKind::Name | FieldKind::Phone | FieldKind::Email | FieldKind::BankAccount
            );
            assert!(!personal || field.purpose.is_some(), "{place}: why?");
        }
    }
}

/// What must be mended before a form can go live, and whether it compiles.
fn flaws(name: &str, form: &FormDocument) -> Vec<String> {
    let compiled = Form::compile(form).err().unwrap_or_default();
    check(form)
        .into_iter()
        .filter(|finding| finding.severity == Severity::Must)
        .chain(compiled)
        .map(|finding| format!("{name}: {}", finding.line(Language::English)))
        .collect()
}

#[test]
fn every_form_compiles_and_passes_the_checker() {
    let mut flawed = Vec::new();
    for document in procedures() {
        flawed.extend(flaws(&document.key, &document.form));
    }
    assert!(flawed.is_empty(), "{}", flawed.join("\n"));
}
