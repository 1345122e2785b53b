//! Looking a survey over before it opens: what must be mended, and what somebody should look at.

use yakuba_forms::{
    Finding, Message, Place, Severity, check as check_form,
    model::document::{FieldKind, Text},
};
use yakuba_ui::Language;

use super::document::{Anonymity, SurveyDocument};
use crate::WORDS;

/// Whether two texts say the same in any language.
fn shares(one: &Text, other: &Text) -> bool {
    let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
    one.ja == other.ja || same(&one.easy, &other.easy) || same(&one.en, &other.en)
}

/// Looks a survey over. Without a finding that [must](Severity::Must) be mended it can open.
pub fn check(document: &SurveyDocument) -> Vec<Finding> {
    let mut findings = check_form(&document.form);
    // A survey asks for no personal data; the words by which the form's checker recognises it are common ones (年齢).
    findings.retain(|finding| {
        !matches!(
            finding.message,
            Message::Known {
                id: "forms-finding-no-purpose",
                ..
            }
        )
    });
    let mut find = |severity, place: Place, text: &str| {
        findings.push(Finding {
            severity,
            place,
            message: message(text),
        });
    };
    let form = &document.form;
    // It says what to write there; residents would read that.
    if let Ok(pattern) = SurveyDocument::pattern() {
        for (text, of_pattern, finding) in [
            (
                &document.title,
                &pattern.title,
                "surveys-finding-pattern-title",
            ),
            (
                &document.summary,
                &pattern.summary,
                "surveys-finding-pattern",
            ),
        ] {
            if shares(text, of_pattern) {
                find(Severity::Must, Place::default(), finding);
            }
        }
    }
    if !form.fees.is_empty() {
        find(Severity::Must, Place::default(), "surveys-finding-fees");
    }
    if !form.before.is_empty() {
        find(Severity::Must, Place::default(), "surveys-finding-before");
    }
    if form.pages.iter().all(|page| page.fields.is_empty()) {
        find(Severity::Must, Place::default(), "surveys-finding-empty");
    }
    for page in &form.pages {
        for field in &page.fields {
            let place = Place {
                page: Some(page.key.clone()),
                field: Some(field.key.clone()),
                part: None,
            };
            if !matches!(
                field.kind,
                FieldKind::Choice { .. }
                    | FieldKind::Choices { .. }
                    | FieldKind::Number { .. }
                    | FieldKind::Yen { .. }
                    | FieldKind::Text(_)
                    | FieldKind::LongText(_)
            ) {
                find(Severity::Must, place.clone(), "surveys-finding-kind");
            }
            if field.prefill.is_some() {
                find(Severity::Must, place, "surveys-finding-prefill");
            }
        }
    }
    for quota in &document.quotas {
        let place = Place {
            page: None,
            field: Some(quota.field.clone()),
            part: None,
        };
        let known = form
            .pages
            .iter()
            .flat_map(|page| &page.fields)
            .find(|field| field.key == quota.field)
            .is_some_and(|field| match (&field.kind, &quota.option) {
                (FieldKind::Choice { options }, Some(only)) => {
                    options.iter().any(|option| option.value == *only)
                }
                (FieldKind::Choice { .. }, None) => true,
                _ => false,
            });
        if !known {
            find(
                Severity::Must,
                place.clone(),
                "surveys-finding-quota-unknown",
            );
        }
        if quota.at_most == 0 {
            find(Severity::Must, place.clone(), "surveys-finding-quota-zero");
        }
        let twice = document.quotas.iter().filter(|other| {
            other.field == quota.field
                && (other.option == quota.option
                    || other.option.is_none()
                    || quota.option.is_none())
        });
        if twice.count() > 1 {
            find(Severity::Must, place, "surveys-finding-quota-twice");
        }
    }
    if let Some(breakdown) = &document.breakdown {
        let usable = form.pages.iter().any(|page| {
            page.show_if.is_none()
                && page.fields.iter().any(|field| {
                    field.key == *breakdown
                        && field.show_if.is_none()
                        && matches!(field.kind, FieldKind::Choice { .. })
                })
        });
        if !usable {
            find(
                Severity::Must,
                Place {
                    page: None,
                    field: Some(breakdown.clone()),
                    part: None,
                },
                "surveys-finding-breakdown",
            );
        }
    }
    if document.quota == Some(0) {
        find(
            Severity::Must,
            Place::default(),
            "surveys-finding-quota-zero",
        );
    }
    match document.small_count_below {
        2 => find(Severity::Must, Place::default(), "surveys-finding-two"),
        0 | 1 => find(
            if document.anonymity == Anonymity::Anonymous {
                Severity::Should
            } else {
                Severity::Must
            },
            Place::default(),
            "surveys-finding-shown",
        ),
        _ => {}
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// How many findings must be mended.
pub fn must(findings: &[Finding]) -> usize {
    findings
        .iter()
        .filter(|finding| finding.severity == Severity::Must)
        .count()
}

/// A text of this crate as a message of a form.
pub(crate) fn message(key: &str) -> Message {
    let text = |language| WORDS.words(language).get(key).into_owned();
    Message::Own(Text {
        ja: text(Language::Japanese),
        easy: Some(text(Language::EasyJapanese)),
        en: Some(text(Language::English)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::document::tests::SMALL;

    fn places(text: &str) -> Vec<String> {
        check(&SurveyDocument::from_yaml(text).unwrap())
            .into_iter()
            .filter(|finding| finding.severity == Severity::Must)
            .map(|finding| finding.line(Language::English))
            .collect()
    }

    #[test]
    fn what_only_says_what_to_write_does_not_open() {
        let mut survey = SurveyDocument::from_yaml(SMALL).unwrap();
        survey.summary.ja = "何のためにお聞きし、回答を何に使うかを書きます。".to_owned();
        let mut found = check(&survey).into_iter();
        let pattern = found.find(|finding| finding.line(Language::English).contains("pattern"));
        assert_eq!(pattern.unwrap().severity, Severity::Must);
    }

    #[test]
    fn what_could_tell_who_answers_must_be_mended() {
        assert!(places(SMALL).is_empty(), "{:?}", places(SMALL));
        let named = SMALL.replace(
            "type: number, label: 時間, min: 0, max: 24",
            "type: name, label: お名前",
        );
        assert_eq!(places(&named).len(), 1);
        let two = SMALL.replace("small_count_below: 5", "small_count_below: 2");
        assert_eq!(places(&two).len(), 1);
        let quota = SMALL.replace("field: age,", "field: hours,");
        assert_eq!(places(&quota).len(), 1);
        let twice = SMALL.replace(
            "quotas: [",
            "quotas: [{field: age, option: old, at_most: 5}, ",
        );
        assert_eq!(places(&twice).len(), 2);
    }
}
