//! Questions and rules as the values of a form, and back: what the designer's pages show and read, without the web.
//!
//! Each part has a function that writes its values and one that reads them. Reading what was written gives the same part again; what nobody
//! touched therefore stays as it stood in the file, blanks and all.

pub(super) mod condition;
pub(super) mod page;
pub(super) mod question;
pub(super) mod rows;
pub(super) mod rules;
pub(super) mod settings;

use yakuba_forms::model::document::{FormDocument, Key, Text};
use yakuba_ui::Fields;

use crate::model::document::ProcedureDocument;

/// More made-up keys of one stem than a form can have questions.
const MOST_KEYS: usize = 10_000;

/// Something wrong with a value: where, the text that says what, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) at: String,
    pub(super) text: &'static str,
    pub(super) about: String,
}

impl Wrong {
    fn new(at: impl Into<String>, text: &'static str) -> Self {
        Self::about(at, text, "")
    }

    fn about(at: impl Into<String>, text: &'static str, about: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            text,
            about: about.into(),
        }
    }
}

/// Writes a text in three languages; nothing where there is none.
fn put_text(values: &mut Fields, name: &str, text: Option<&Text>) {
    let Some(text) = text else { return };
    values.push(&format!("{name}_ja"), &text.ja);
    values.push(
        &format!("{name}_easy"),
        text.easy.as_deref().unwrap_or_default(),
    );
    values.push(
        &format!("{name}_en"),
        text.en.as_deref().unwrap_or_default(),
    );
}

/// Reads a text in three languages; none without Japanese.
pub(super) fn text(values: &Fields, name: &str) -> Option<Text> {
    let part = |ending: &str| values.optional(&format!("{name}_{ending}"));
    Some(Text {
        ja: part("ja")?,
        easy: part("easy"),
        en: part("en"),
    })
}

/// Whether a text was written in another language, but not in Japanese.
fn lacks_japanese(values: &Fields, name: &str) -> bool {
    text(values, name).is_none()
        && ["easy", "en"]
            .iter()
            .any(|ending| !values.get(&format!("{name}_{ending}")).is_empty())
}

/// A text that may be left out: none when all is empty, wrong without Japanese.
fn optional_text(values: &Fields, name: &str, wrong: &mut Vec<Wrong>) -> Option<Text> {
    if lacks_japanese(values, name) {
        wrong.push(Wrong::new(format!("{name}_ja"), "designer-problem-empty"));
    }
    text(values, name)
}

/// A text that must be there.
fn needed_text(values: &Fields, name: &str, wrong: &mut Vec<Wrong>) -> Text {
    text(values, name).unwrap_or_else(|| {
        wrong.push(Wrong::new(format!("{name}_ja"), "designer-problem-empty"));
        Text::default()
    })
}

/// A number, as people type it; none when it is empty.
fn number<T: TryFrom<i64>>(values: &Fields, name: &str, wrong: &mut Vec<Wrong>) -> Option<T> {
    if values.get(name).is_empty() {
        return None;
    }
    let read = values
        .decimal(name)
        .filter(|value| value.fract().is_zero())
        .and_then(|value| i64::try_from(value).ok())
        .and_then(|value| T::try_from(value).ok());
    if read.is_none() {
        wrong.push(Wrong::new(name, "designer-problem-number"));
    }
    read
}

/// Of what was read, the part as it stands where one reads the same: with the blanks that an input does not keep.
fn kept<T: Clone>(standing: &[T], read: T, values: impl Fn(&T) -> Fields) -> T {
    let shown = values(&read);
    standing
        .iter()
        .find(|part| question::same(&values(part), &shown))
        .cloned()
        .unwrap_or(read)
}

/// A key that nothing in the form has yet: the stem and a number.
pub(super) fn free_key(form: &FormDocument, stem: &str) -> Option<Key> {
    let taken = |key: &str| {
        form.pages.iter().any(|page| {
            page.key.as_str() == key || page.fields.iter().any(|field| field.key.as_str() == key)
        }) || form
            .pages
            .iter()
            .flat_map(|page| &page.fields)
            .any(|field| {
                question::inner(field)
                    .iter()
                    .any(|inner| inner.key.as_str() == key)
            })
            || form
                .computed
                .iter()
                .any(|computed| computed.key.as_str() == key)
            || form.before.iter().any(|before| before.key.as_str() == key)
    };
    (1..=MOST_KEYS)
        .map(|number| format!("{stem}_{number}"))
        .find(|key| !taken(key))
        .and_then(|key| Key::new(key).ok())
}

/// The pages of the designer that are not the same after somebody opened and sent them without touching anything.
pub(crate) fn changed_by_visits(document: &ProcedureDocument) -> Vec<String> {
    let mut changed = Vec::new();
    let form = &document.form;
    for section in settings::Section::ALL {
        let mut read = document.clone();
        let values = sent(&settings::values(document, section));
        if settings::read(&values, section, &mut read).is_err() || read != *document {
            changed.push(format!("settings/{}", section.name()));
        }
    }
    for part in rules::Part::ALL {
        let mut read = form.clone();
        let values = sent(&rules::values(form, part));
        if rules::read(&values, part, &mut read).is_err() || read != *form {
            changed.push(format!("rules/{}", part.name()));
        }
    }
    let all = condition::known(form, None);
    for standing in &form.pages {
        let values = sent(&page::values(standing, &all));
        if page::read(&values, Some(standing), None, &all).as_ref() != Ok(standing) {
            changed.push(format!("page/{}", standing.key));
        }
        for field in &standing.fields {
            let own = condition::known(form, Some(field.key.as_str()));
            let inner = question::inner(field).iter().map(|inner| (inner, &own));
            for (field, known) in std::iter::once((field, &all)).chain(inner) {
                let values = sent(&question::values(field, known));
                let kind = question::kind_of(field);
                if question::read(kind, &values, Some(field), None, known).as_ref() != Ok(field) {
                    changed.push(format!("field/{}/{}", standing.key, field.key));
                }
            }
        }
    }
    changed
}

/// The values as a browser sends them back: lines end with CR LF, and nothing is trimmed before it is read.
fn sent(values: &Fields) -> Fields {
    Fields::new(
        values
            .pairs()
            .map(|(name, value)| (name.to_owned(), value.replace('\n', "\r\n")))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    // Tests may panic: that is how they fail.
    #![allow(clippy::unwrap_used)]

    use std::path::Path;

    use proptest::prelude::*;

    use super::*;
    use crate::testing;

    /// Every procedure that is shipped.
    fn shipped() -> Vec<ProcedureDocument> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/procedures");
        let mut found = Vec::new();
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            found.push(ProcedureDocument::from_yaml(&text).unwrap());
        }
        assert!(found.len() > 20);
        found
    }

    #[test]
    fn every_shipped_question_is_the_same_after_a_visit() {
        for document in shipped() {
            let all = condition::known(&document.form, None);
            for field in document.form.pages.iter().flat_map(|page| &page.fields) {
                let place = format!("{} {}", document.key, field.key);
                let values = sent(&question::values(field, &all));
                let kind = question::kind_of(field);
                assert_eq!(
                    question::read(kind, &values, Some(field), None, &all).as_ref(),
                    Ok(field),
                    "{place}"
                );
                let own = condition::known(&document.form, Some(field.key.as_str()));
                for inner in question::inner(field) {
                    let values = sent(&question::values(inner, &own));
                    let kind = question::kind_of(inner);
                    assert_eq!(
                        question::read(kind, &values, Some(inner), None, &own).as_ref(),
                        Ok(inner),
                        "{place} {}",
                        inner.key
                    );
                }
            }
        }
    }

    /// What was never in the file and comes from the form alone is, apart from blanks at the ends, the same too.
    #[test]
    fn every_shipped_question_can_be_written_anew() {
        for document in shipped() {
            let all = condition::known(&document.form, None);
            for field in document.form.pages.iter().flat_map(|page| &page.fields) {
                if !question::inner(field).is_empty() {
                    continue;
                }
                let values = sent(&question::values(field, &all));
                let kind = question::kind_of(field);
                let read = question::read(kind, &values, None, None, &all).unwrap();
                assert!(
                    question::same(
                        &question::values(&read, &all),
                        &question::values(field, &all)
                    ),
                    "{} {}",
                    document.key,
                    field.key
                );
            }
        }
    }

    #[test]
    fn every_shipped_page_is_the_same_after_a_visit() {
        for document in shipped() {
            let all = condition::known(&document.form, None);
            for standing in &document.form.pages {
                let values = sent(&page::values(standing, &all));
                assert_eq!(
                    page::read(&values, Some(standing), None, &all).as_ref(),
                    Ok(standing),
                    "{} {}",
                    document.key,
                    standing.key
                );
            }
        }
    }

    #[test]
    fn every_shipped_rule_is_the_same_after_a_visit() {
        for document in shipped() {
            for part in rules::Part::ALL {
                let mut form = document.form.clone();
                let values = sent(&rules::values(&form, part));
                assert_eq!(
                    rules::read(&values, part, &mut form),
                    Ok(()),
                    "{}",
                    document.key
                );
                assert_eq!(form, document.form, "{} {}", document.key, part.name());
            }
        }
    }

    #[test]
    fn every_shipped_setting_is_the_same_after_a_visit() {
        for document in shipped() {
            for section in settings::Section::ALL {
                let mut read = document.clone();
                let values = sent(&settings::values(&document, section));
                assert_eq!(settings::read(&values, section, &mut read), Ok(()));
                assert_eq!(read, document, "{} {}", document.key, section.name());
            }
        }
    }

    #[test]
    fn most_shipped_conditions_are_rows() {
        let (mut rows, mut expressions) = (0, 0);
        for document in shipped() {
            let all = condition::known(&document.form, None);
            for field in document.form.pages.iter().flat_map(|page| &page.fields) {
                let values = question::values(field, &all);
                rows += usize::from(values.has("show_if-question"));
                expressions += usize::from(values.has("show_if-expression"));
            }
        }
        assert!(
            rows >= 60 && expressions <= 5,
            "{rows} rows, {expressions} expressions"
        );
    }

    #[test]
    fn a_removed_row_is_gone_and_an_empty_one_never_comes() {
        let document = shipped()
            .into_iter()
            .find(|document| document.form.fees.len() >= 2)
            .unwrap();
        let mut form = document.form.clone();
        let mut values = rules::values(&form, rules::Part::Fees);
        values.push("action", "remove/row/0");
        let mut values = rows::rearranged(&values).unwrap();
        values.push("row-9-label_ja", "");
        assert_eq!(rules::read(&values, rules::Part::Fees, &mut form), Ok(()));
        assert_eq!(form.fees, document.form.fees[1..]);
    }

    fn texts() -> &'static [serde_json::Value] {
        static TEXTS: std::sync::LazyLock<Vec<serde_json::Value>> =
            std::sync::LazyLock::new(|| {
                shipped()
                    .iter()
                    .map(|document| serde_json::to_value(document).unwrap())
                    .collect()
            });
        &TEXTS
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            rng_seed: proptest::test_runner::RngSeed::Fixed(20_261_122),
            cases: 600,
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn what_is_accepted_and_passes_the_check_is_the_same_after_every_visit(
            file in 0usize..23,
            spoilt in proptest::collection::vec((any::<usize>(), any::<usize>()), 1..4),
        ) {
            let mut value = texts()[file].clone();
            for (point, how) in &spoilt {
                testing::spoil(&mut value, *point, *how);
            }
            let broken = testing::broken_law(&value.to_string());
            prop_assert!(broken.is_empty(), "{broken:?}");
        }
    }
}
