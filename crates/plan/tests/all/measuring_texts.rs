//! Every sentence the rules of measuring can say exists in every language.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use yakuba_plan::model::projection::Verdict;
use yakuba_plan::model::quality::{Grade, SourceKind};
use yakuba_plan::model::status::{Status, Unjudged};
use yakuba_ui::{Catalogue, Language};

static MEASURING: Catalogue = yakuba_ui::catalogue!("measuring");

#[test]
fn texts_are_complete_in_every_language() {
    yakuba_ui::assert_complete(&MEASURING);
}

#[test]
fn every_word_has_a_text() {
    let words = MEASURING.words(Language::Japanese);
    let ids = Status::ALL
        .map(Status::message_id)
        .into_iter()
        .chain(Unjudged::ALL.map(Unjudged::message_id))
        .chain(Grade::ALL.map(Grade::message_id))
        .chain(SourceKind::ALL.map(SourceKind::message_id))
        .chain([Verdict::Likely, Verdict::Open, Verdict::Unlikely].map(Verdict::message_id));
    for id in ids {
        assert!(words.has(id), "{id}");
    }
}

#[test]
fn texts_named_by_the_rules_exist() {
    let words = MEASURING.words(Language::Japanese);
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model")];
    let mut ids = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = fs::read_to_string(path).unwrap();
            for rest in source.split("\"measuring-").skip(1) {
                ids.insert(format!(
                    "measuring-{}",
                    rest.split('"').next().unwrap_or("")
                ));
            }
        }
    }
    let missing: Vec<_> = ids.iter().filter(|id| !words.has(id)).collect();
    assert!(missing.is_empty(), "no text: {missing:?}");
}
