//! Looking a form over before it goes live: what must be mended, and what somebody should look at.

use std::collections::BTreeMap;

use jiff::civil::{date, time};
use yakuba_kernel::text::{kanji_without_reading, normalise_for_search};
use yakuba_kernel::{Address, AddressParts, Decimal, PersonName, Yen};

use crate::answers::{
    AccountKind, Answer, Answers, BankAccount, Coordinates, FileAnswer, Place as PlaceAnswer, Slot,
    SlotSource,
};
use crate::finding::{Finding, Part, Place, Severity};
use crate::form::Form;
use crate::message::Message;
use crate::model::document::{Field, FieldKind, FormDocument, Key, Prefill, Text};
use crate::rules::Failure;

/// Looks a form over. Without a finding that [must](crate::Severity::Must) be mended it compiles and can go live.
pub fn check(document: &FormDocument) -> Vec<Finding> {
    let mut findings = match Form::compile(document) {
        Ok(form) => {
            let mut findings = unknown_options(&form);
            findings.extend(failing_rules(&form));
            findings
        }
        Err(findings) => findings,
    };
    for (place, text) in texts(document) {
        findings.extend(about_text(&place, text));
    }
    findings.extend(asked_twice(document));
    for personal in personal_data(document) {
        if personal.purpose.is_none() {
            findings.push(Finding::should(
                Place::field(&personal.page, &personal.field),
                Message::new("forms-finding-no-purpose").label("label", &personal.label),
            ));
        }
    }
    for (page, field) in fields(document) {
        let label = normalise_for_search(&field.label.ja);
        if ["個人番号", "マイナンバー"]
            .iter()
            .any(|word| label.contains(&normalise_for_search(word)))
        {
            findings.push(Finding::should(
                Place::field(page, &field.key),
                Message::new("forms-finding-individual-number"),
            ));
        }
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// Looks over a text that applicants read beside a form, as the form's own are: whether it is there in every language, short and plain.
pub fn check_text(text: &Text) -> Vec<(Severity, Message)> {
    about_text(&Place::default(), text)
        .into_iter()
        .map(|finding| (finding.severity, finding.message))
        .collect()
}

/// Personal data that a form collects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalData {
    /// The page.
    pub page: Key,
    /// The field.
    pub field: Key,
    /// The field's label.
    pub label: Text,
    /// Why it is needed, where the field says so.
    pub purpose: Option<Text>,
}

/// Which personal data a form collects: every field whose kind is about a person, whose label says so, or that names a purpose.
pub fn personal_data(document: &FormDocument) -> Vec<PersonalData> {
    /// Words of labels of fields that are about a person whatever their kind.
    const WORDS: [&str; 12] = [
        "生年月日",
        "氏名",
        "住所",
        "性別",
        "国籍",
        "続柄",
        "障害",
        "病",
        "所得",
        "収入",
        "勤務先",
        "年齢",
    ];
    fields(document)
        .filter(|(_, field)| {
            field.purpose.is_some()
                || field.prefill.is_some()
                || matches!(
                    field.kind,
                    FieldKind::Name
                        | FieldKind::Address
                        | FieldKind::Phone
                        | FieldKind::Email
                        | FieldKind::BankAccount
                )
                || !matches!(field.kind, FieldKind::Group { .. })
                    && WORDS.iter().any(|word| field.label.ja.contains(word))
        })
        .map(|(page, field)| PersonalData {
            page: page.clone(),
            field: field.key.clone(),
            label: field.label.clone(),
            purpose: field.purpose.clone(),
        })
        .collect()
}

/// Every field with its page's key, those of groups after their group.
fn fields(document: &FormDocument) -> impl Iterator<Item = (&Key, &Field)> {
    document.pages.iter().flat_map(|page| {
        page.fields.iter().flat_map(move |field| {
            let inner: &[Field] = match &field.kind {
                FieldKind::Group { fields, .. } => fields,
                _ => &[],
            };
            std::iter::once((&page.key, field))
                .chain(inner.iter().map(move |field| (&page.key, field)))
        })
    })
}

/// Comparisons with an option that the field does not have: such a condition never holds, and what waits for it is a dead end.
fn unknown_options(form: &Form) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (place, rule) in form.rules() {
        for (name, value) in rule.compares() {
            let Some(FieldKind::Choice { options } | FieldKind::Choices { options, .. }) =
                form.field(name).map(|field| &field.kind)
            else {
                continue;
            };
            if options.iter().all(|option| option.value.as_str() != value) {
                findings.push(Finding::must(
                    place.clone(),
                    Message::new("forms-finding-unknown-option")
                        .text("name", name.as_str())
                        .text("value", value.as_str()),
                ));
            }
        }
    }
    findings
}

/// Rules that fail even when everything is answered, tried with the first and the last of each field's choices.
fn failing_rules(form: &Form) -> Vec<Finding> {
    let day = date(2026, 4, 1);
    let failures = |last: bool| -> BTreeMap<String, (Place, Failure)> {
        let mut answers = Answers::new();
        for page in &form.document().pages {
            for field in &page.fields {
                answers.set(field.key.clone(), sample(field, last));
            }
        }
        form.failures_with_everything_asked(&answers, day)
            .into_iter()
            .map(|failure| (failure.place.to_string(), (failure.place, failure.failure)))
            .collect()
    };
    let (first, last) = (failures(false), failures(true));
    first
        .into_iter()
        .filter(|(place, _)| last.contains_key(place))
        .map(|(_, (place, failure))| {
            let reason = &crate::WORDS;
            let text = |language| reason.words(language).get(failure.text_key()).into_owned();
            Finding::must(
                place,
                Message::new("forms-finding-fails").label(
                    "reason",
                    &Text {
                        ja: text(yakuba_ui::Language::Japanese),
                        easy: None,
                        en: Some(text(yakuba_ui::Language::English)),
                    },
                ),
            )
        })
        .collect()
}

/// Some answer to a field.
fn sample(field: &Field, last: bool) -> Answer {
    let number = |min: Option<i64>, max: Option<i64>| match (min, max, last) {
        (_, Some(max), true) => max,
        (Some(min), _, false) => min.max(1),
        _ => 2,
    };
    match &field.kind {
        FieldKind::Text(_) | FieldKind::LongText(_) | FieldKind::Phone | FieldKind::Email => {
            Answer::Text("1".to_owned())
        }
        FieldKind::Name => {
            PersonName::new("山", "花", "ヤマ", "ハナ").map_or(Answer::Flag(false), Answer::Name)
        }
        FieldKind::Date { .. } => Answer::Date(if last {
            date(2026, 3, 1)
        } else {
            date(1990, 4, 2)
        }),
        FieldKind::Address => Address::new(AddressParts {
            prefecture: "大阪府".to_owned(),
            city: "吹田市".to_owned(),
            town: "泉町".to_owned(),
            ..AddressParts::default()
        })
        .map_or(Answer::Flag(false), Answer::Address),
        FieldKind::Choice { options } => {
            let option = if last {
                options.last()
            } else {
                options.first()
            };
            option.map_or(Answer::Flag(false), |option| {
                Answer::Choice(option.value.clone())
            })
        }
        FieldKind::Choices { options, .. } => {
            Answer::Choices(options.iter().map(|option| option.value.clone()).collect())
        }
        FieldKind::Number {
            min, max, places, ..
        } => {
            let whole = Decimal::from(number(*min, *max));
            Answer::Number(if *places == 0 {
                whole
            } else {
                whole.normalize()
            })
        }
        FieldKind::Yen { min, max } => Answer::Yen(Yen::new(number(*min, *max))),
        FieldKind::File { .. } => Answer::Files(vec![FileAnswer {
            id: "1".to_owned(),
            name: "1".to_owned(),
            media_type: "application/pdf".to_owned(),
            bytes: 1,
        }]),
        FieldKind::Slot {
            facility, resource, ..
        } => Answer::Slot(Slot {
            of: SlotSource {
                facility: facility.clone(),
                resource: resource.clone(),
            },
            day: date(2026, 3, 2),
            from: time(9, 0, 0, 0),
            to: time(9, 30, 0, 0),
        }),
        FieldKind::Place => Answer::Place(PlaceAnswer {
            description: "1".to_owned(),
            coordinates: Some(Coordinates {
                latitude: Decimal::from(35),
                longitude: Decimal::from(135),
            }),
        }),
        FieldKind::BankAccount => Answer::BankAccount(BankAccount {
            bank_code: "0001".to_owned(),
            branch_code: "001".to_owned(),
            kind: AccountKind::Ordinary,
            number: "0000001".to_owned(),
            holder: "ｱ".to_owned(),
        }),
        FieldKind::Consent { .. } | FieldKind::Declaration { .. } => Answer::Flag(true),
        FieldKind::Group { fields, .. } => {
            let mut entry = Answers::new();
            for field in fields {
                entry.set(field.key.clone(), sample(field, last));
            }
            Answer::Group(vec![entry])
        }
    }
}

/// The same thing asked twice: two fields with one label, or two that the same proof of identity fills in.
fn asked_twice(document: &FormDocument) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut labels: BTreeMap<String, &Key> = BTreeMap::new();
    let mut prefills: Vec<(Prefill, &Key)> = Vec::new();
    for page in &document.pages {
        for field in &page.fields {
            let place = Place::field(&page.key, &field.key);
            let label = normalise_for_search(&field.label.ja);
            // Two that are asked under conditions are usually asked in each other's place.
            let always = field.show_if.is_none() && page.show_if.is_none();
            let mut twice = |other: &Key| {
                findings.push(Finding::should(
                    place.clone(),
                    Message::new("forms-finding-asked-twice")
                        .label("label", &field.label)
                        .text("other", other.as_str()),
                ));
            };
            if always && let Some(other) = labels.insert(label, &field.key) {
                twice(other);
            } else if let Some(prefill) = field.prefill {
                match prefills.iter().find(|(known, _)| *known == prefill) {
                    Some((_, other)) if always => twice(other),
                    _ => prefills.push((prefill, &field.key)),
                }
            }
        }
    }
    findings
}

/// Every text that applicants read, with its place.
fn texts(document: &FormDocument) -> Vec<(Place, &Text)> {
    let mut texts = Vec::new();
    for before in &document.before {
        let place = Place::part(Part::Before(before.key.clone()));
        texts.push((place.clone(), &before.question));
        for option in &before.options {
            texts.push((place.clone(), &option.label));
            texts.extend(option.stop.iter().map(|text| (place.clone(), text)));
        }
    }
    for page in &document.pages {
        let place = Place::page(&page.key);
        texts.push((place.clone(), &page.title));
        texts.extend(page.intro.iter().map(|text| (place.clone(), text)));
    }
    for (page, field) in fields(document) {
        let place = Place::field(page, &field.key);
        let mut add = |text| texts.push((place.clone(), text));
        add(&field.label);
        for text in [&field.hint, &field.purpose].into_iter().flatten() {
            add(text);
        }
        match &field.kind {
            FieldKind::Choice { options } | FieldKind::Choices { options, .. } => {
                for option in options {
                    add(&option.label);
                    if let Some(hint) = &option.hint {
                        add(hint);
                    }
                }
            }
            FieldKind::Group { entry, .. } => add(entry),
            FieldKind::Consent { text } | FieldKind::Declaration { text } => add(text),
            FieldKind::Number {
                unit: Some(unit), ..
            } => add(unit),
            _ => {}
        }
    }
    for (number, check) in document.checks.iter().enumerate() {
        texts.push((Place::part(Part::Check(number + 1)), &check.message));
    }
    for (number, fee) in document.fees.iter().enumerate() {
        texts.push((Place::part(Part::Fee(number + 1)), &fee.label));
    }
    for computed in &document.computed {
        let place = Place::part(Part::Computed(computed.key.clone()));
        texts.extend(computed.label.iter().map(|text| (place.clone(), text)));
    }
    texts
}

/// Words of officials, each beside what people say (公用文作成の考え方, 2022, III-1).
const OFFICIAL: [(&str, &str); 14] = [
    ("当該", "この"),
    ("若しくは", "または"),
    ("並びに", "と"),
    ("係る", "についての"),
    ("遅滞なく", "すぐに"),
    ("思料", "考える"),
    ("査収", "確認"),
    ("標記", "（題名を書く）"),
    ("別添", "添付"),
    ("貴殿", "あなた"),
    ("疎明", "説明"),
    ("賦課", "割り当て"),
    ("具備", "備える"),
    ("勘案", "考え合わせる"),
];

/// Longest sentence in characters; one of Japanese is hard to follow beyond 50 to 60 (the same source, III-2).
const LONGEST_SENTENCE: usize = 80;
const LONGEST_EASY_SENTENCE: usize = 60;

fn about_text(place: &Place, text: &Text) -> Vec<Finding> {
    let mut findings = Vec::new();
    if text.ja.trim().is_empty() {
        findings.push(Finding::must(
            place.clone(),
            Message::new("forms-finding-text-missing"),
        ));
        return findings;
    }
    for (present, id) in [
        (text.easy.is_some(), "forms-finding-easy-missing"),
        (text.en.is_some(), "forms-finding-english-missing"),
    ] {
        if !present {
            findings.push(Finding::should(
                place.clone(),
                Message::new(id).text("text", beginning(&text.ja)),
            ));
        }
    }
    if let Some((hard, plain)) = OFFICIAL.iter().find(|(hard, _)| text.ja.contains(hard)) {
        findings.push(Finding::should(
            place.clone(),
            Message::new("forms-finding-hard-word")
                .text("word", *hard)
                .text("plain", *plain),
        ));
    }
    let mut long = |text: &str, most: usize| {
        let sentence = text
            .split_inclusive(['。', '\n'])
            .find(|sentence| sentence.chars().count() > most);
        if let Some(sentence) = sentence {
            findings.push(Finding::should(
                place.clone(),
                Message::new("forms-finding-long-sentence")
                    .text("text", beginning(sentence))
                    .number("n", i64::try_from(most).unwrap_or(i64::MAX)),
            ));
        }
    };
    long(&text.ja, LONGEST_SENTENCE);
    if let Some(easy) = &text.easy {
        long(easy, LONGEST_EASY_SENTENCE);
        if let Some(word) = long_kanji_without_reading(easy) {
            findings.push(Finding::should(
                place.clone(),
                Message::new("forms-finding-no-reading").text("word", word),
            ));
        }
    }
    findings
}

fn beginning(text: &str) -> String {
    let mut short: String = text.chars().take(20).collect();
    if text.chars().count() > 20 {
        short.push('…');
    }
    short
}

/// The first word of three kanji or more without a reading, as やさしい日本語 asks for.
fn long_kanji_without_reading(text: &str) -> Option<&str> {
    kanji_without_reading(text)
        .into_iter()
        .find(|word| word.chars().count() >= 3)
}
