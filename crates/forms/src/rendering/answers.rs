//! Answers as people read them: for checking before sending, for the desk, for copies and letters.

use jiff::civil::Date;
use yakuba_kernel::{Address, Decimal};
use yakuba_ui::{ChipLabel, DescriptionList, Html, Language, Map, Words, format};

use askama::Template;

use super::{Marks, id_of, shown};
use crate::WORDS;
use crate::answers::{Answer, Answers, BankAccount, Place, Slot};
use crate::form::{ComputedValue, Evaluation, Form};
use crate::model::document::{ChoiceOption, Field, FieldKind, Key, Text};
use crate::rules;

/// A heading with rows under it: a page of the form, the computed values, or the fees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerSection {
    /// The page's key; none for computed values and fees.
    pub page: Option<Key>,
    /// The heading.
    pub title: String,
    /// The rows.
    pub rows: Vec<AnswerRow>,
}

/// A question and its answer in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRow {
    /// The field's path; the key of a computed value; empty for fees.
    pub path: String,
    /// The label; in a group with the entry before it: `犬 1：名前`.
    pub label: String,
    /// The answer, of several lines perhaps. 未記入 when there is none.
    pub text: String,
    /// Whether it was answered.
    pub answered: bool,
    /// Latitude and longitude in degrees of the place that was answered, when they are known.
    pub position: Option<(Decimal, Decimal)>,
}

/// Heading, link to change it with its text, answers.
type AnswerList = (String, Option<(String, String)>, DescriptionList);

#[derive(Template)]
#[template(path = "forms/answers.html")]
struct AnswerLists {
    sections: Vec<AnswerList>,
}

#[derive(Template)]
#[template(path = "forms/place_on_map.html")]
struct PlaceOnMap {
    link: String,
    latitude: Decimal,
    longitude: Decimal,
    map: Map,
}

impl Form {
    /// What was asked and answered, in words: a section for each page that is asked, then computed values that have a label, then fees.
    pub fn answer_sections(
        &self,
        answers: &Answers,
        evaluation: &Evaluation,
        language: Language,
    ) -> Vec<AnswerSection> {
        let words = WORDS.words(language);
        let mut sections = Vec::new();
        for page in &self.document().pages {
            if !evaluation.is_page_shown(page.key.as_str()) {
                continue;
            }
            let mut rows = Vec::new();
            for field in &page.fields {
                let path = field.key.as_str();
                if !evaluation.is_shown(path) {
                    continue;
                }
                let FieldKind::Group { entry, fields, .. } = &field.kind else {
                    rows.push(row(field, path.to_owned(), "", answers, words));
                    continue;
                };
                let entries = answers.entries(path);
                if entries.is_empty() {
                    rows.push(row(field, path.to_owned(), "", answers, words));
                }
                for (number, given) in entries.iter().enumerate() {
                    let heading = words.with(
                        "forms-entry",
                        &[
                            ("entry", entry.get(language).to_owned().into()),
                            ("n", (number + 1).into()),
                        ],
                    );
                    for inner in fields {
                        let path = format!("{path}.{number}.{}", inner.key);
                        if evaluation.is_shown(&path) {
                            rows.push(row(inner, path, &heading, given, words));
                        }
                    }
                }
            }
            sections.push(AnswerSection {
                page: Some(page.key.clone()),
                title: page.title.get(language).to_owned(),
                rows,
            });
        }
        sections.extend(self.computed_section(evaluation, words));
        sections.extend(fees_section(evaluation, words));
        sections
    }

    /// The answers as lists under headings. `change` gives the address at which a page is changed; none shows no link.
    pub fn render_answers(
        &self,
        answers: &Answers,
        evaluation: &Evaluation,
        language: Language,
        change: impl Fn(&Key) -> Option<String>,
    ) -> Html {
        self.render_answers_marked(answers, evaluation, &Marks::new(), language, change)
    }

    /// The same with words beside some answers.
    pub fn render_answers_marked(
        &self,
        answers: &Answers,
        evaluation: &Evaluation,
        marks: &Marks,
        language: Language,
        change: impl Fn(&Key) -> Option<String>,
    ) -> Html {
        let words = WORDS.words(language);
        let sections = self
            .answer_sections(answers, evaluation, language)
            .into_iter()
            .map(|section| {
                let link = section.page.as_ref().and_then(&change).map(|href| {
                    let text = words.with_text("forms-change", "page", &section.title);
                    (href, text.into_owned())
                });
                let list = section
                    .rows
                    .into_iter()
                    .fold(DescriptionList::new(), |list, row| {
                        let mark = marks.at(&row.path);
                        let position = row.position.filter(|_| marks.maps);
                        let before = marks.before.get(&row.path);
                        if mark.is_none() && position.is_none() && before.is_none() {
                            return list.text(row.label, row.text);
                        }
                        let mut answer = Html::text(&format!("{} ", row.text));
                        if let Some(mark) = mark {
                            answer.push(&ChipLabel::new(mark).green());
                        }
                        if let Some((words, before)) = before {
                            answer.push(&ChipLabel::new(words).blue());
                            answer.push(&Html::trusted(format!(
                                "<p class=\"support\">{}</p>",
                                Html::text(before)
                            )));
                        }
                        if let Some(at) = position {
                            answer.push(&on_a_map(&row.path, at, words));
                        }
                        list.html(row.label, &answer)
                    });
                (section.title, link, list)
            })
            .collect();
        shown(&AnswerLists { sections })
    }

    fn computed_section(&self, evaluation: &Evaluation, words: Words) -> Option<AnswerSection> {
        let rows: Vec<AnswerRow> = self
            .document()
            .computed
            .iter()
            .filter_map(|computed| {
                let label = computed.label.as_ref()?;
                let text = match evaluation.computed.get(&computed.key)? {
                    ComputedValue::Number(number) => format::decimal(*number),
                    ComputedValue::Text(text) => text.parse::<Date>().map_or_else(
                        |_| text.clone(),
                        |day| format::date_by_era(day, words.language()),
                    ),
                    ComputedValue::Truth(truth) => yes_or_no(*truth, words),
                };
                Some(AnswerRow {
                    path: computed.key.as_str().to_owned(),
                    label: label.get(words.language()).to_owned(),
                    text,
                    answered: true,
                    position: None,
                })
            })
            .collect();
        (!rows.is_empty()).then(|| AnswerSection {
            page: None,
            title: words.get("forms-computed").into_owned(),
            rows,
        })
    }
}

fn fees_section(evaluation: &Evaluation, words: Words) -> Option<AnswerSection> {
    if evaluation.fees.is_empty() {
        return None;
    }
    let row = |label: String, text: String| AnswerRow {
        path: String::new(),
        label,
        text,
        answered: true,
        position: None,
    };
    let amount = |yen: i64| {
        words
            .with("forms-amount", &[("n", yen.into())])
            .into_owned()
    };
    let mut rows: Vec<AnswerRow> = evaluation
        .fees
        .iter()
        .map(|fee| {
            row(
                fee.label.get(words.language()).to_owned(),
                amount(fee.amount.amount()),
            )
        })
        .collect();
    if let Some(total) = evaluation.total {
        rows.push(row(
            words.get("forms-fees-total").into_owned(),
            amount(total.amount()),
        ));
    }
    Some(AnswerSection {
        page: None,
        title: words.get("forms-fees").into_owned(),
        rows,
    })
}

fn row(field: &Field, path: String, entry: &str, answers: &Answers, words: Words) -> AnswerRow {
    let label = field.label.get(words.language());
    let label = if entry.is_empty() {
        label.to_owned()
    } else {
        words
            .with(
                "forms-entry-label",
                &[
                    ("entry", entry.to_owned().into()),
                    ("label", label.to_owned().into()),
                ],
            )
            .into_owned()
    };
    let answer = answers
        .get(field.key.as_str())
        .filter(|answer| rules::fits(&field.kind, answer));
    let text = match (answers.typed(field.key.as_str()), answer) {
        // It is shown as typed; what is wrong with it stands at its page.
        (Some(typed), _) => typed.values().cloned().collect::<Vec<_>>().join(" "),
        (None, Some(answer)) => in_words(&field.kind, answer, words),
        (None, None) => String::new(),
    };
    let answered = !text.is_empty();
    AnswerRow {
        path,
        label,
        text: if answered {
            text
        } else {
            words.get("forms-not-answered").into_owned()
        },
        answered,
        position: match answer {
            Some(Answer::Place(place)) => place.coordinates.map(|at| (at.latitude, at.longitude)),
            _ => None,
        },
    }
}

fn yes_or_no(truth: bool, words: Words) -> String {
    words
        .get(if truth { "ui-yes" } else { "ui-no" })
        .into_owned()
}

/// An answer in words; empty when there is nothing to say.
fn in_words(kind: &FieldKind, answer: &Answer, words: Words) -> String {
    let language = words.language();
    let comma = if language.is_japanese() { "、" } else { ", " };
    match answer {
        Answer::Text(text) => text.clone(),
        Answer::Number(number) => number_in_words(*number, kind, language),
        Answer::Yen(yen) => words
            .with("forms-amount", &[("n", yen.amount().into())])
            .into_owned(),
        Answer::Date(day) => format::date_by_era(*day, language),
        Answer::Flag(flag) => yes_or_no(*flag, words),
        Answer::Choice(choice) => match kind {
            FieldKind::Choice { options } => choice_label(options, choice, language),
            _ => choice.as_str().to_owned(),
        },
        Answer::Choices(choices) => {
            let labels: Vec<String> = choices
                .iter()
                .map(|choice| match kind {
                    FieldKind::Choices { options, .. } => choice_label(options, choice, language),
                    _ => choice.as_str().to_owned(),
                })
                .collect();
            labels.join(comma)
        }
        Answer::Name(name) if name.full_kana().is_empty() => name.full(),
        Answer::Name(name) => format::with_note(name.full(), name.full_kana(), language),
        Answer::Address(address) => address_in_words(address),
        Answer::Slot(slot) => slot_in_words(slot, words),
        Answer::Place(place) => place_in_words(place),
        Answer::BankAccount(account) => account_in_words(account, words),
        Answer::Files(files) => files
            .iter()
            .map(|file| file.name.as_str())
            .collect::<Vec<_>>()
            .join(comma),
        Answer::Group(_) => String::new(),
    }
}

/// A time with its day and weekday, for a reader.
pub fn slot_text(slot: &Slot, language: Language) -> String {
    slot_in_words(slot, WORDS.words(language))
}

fn slot_in_words(slot: &Slot, words: Words) -> String {
    words
        .with(
            "forms-slot",
            &[
                ("day", day_in_words(slot.day, words).into()),
                ("from", rules::short_time(slot.from).into()),
                ("to", rules::short_time(slot.to).into()),
            ],
        )
        .into_owned()
}

/// A day with its weekday.
pub(super) fn day_in_words(day: Date, words: Words) -> String {
    let weekday = day.weekday().to_monday_one_offset();
    words
        .with(
            "forms-slot-day",
            &[
                ("day", format::date(day, words.language()).into()),
                (
                    "weekday",
                    words
                        .get(&format!("forms-weekday-{weekday}"))
                        .into_owned()
                        .into(),
                ),
            ],
        )
        .into_owned()
}

fn number_in_words(number: Decimal, kind: &FieldKind, language: Language) -> String {
    let unit = match kind {
        FieldKind::Number { unit, .. } => unit.as_ref().map(|unit| unit.get(language)),
        _ => None,
    };
    format::with_unit(number, unit.unwrap_or_default(), language)
}

fn choice_label(options: &[ChoiceOption], choice: &Key, language: Language) -> String {
    options
        .iter()
        .find(|option| option.value == *choice)
        .map_or_else(
            || choice.as_str().to_owned(),
            |option| Text::get(&option.label, language).to_owned(),
        )
}

fn address_in_words(address: &Address) -> String {
    match address.parts().postal_code {
        Some(code) => format!("〒{code} {}", address.one_line()),
        None => address.one_line(),
    }
}

fn place_in_words(place: &Place) -> String {
    match &place.coordinates {
        None => place.description.clone(),
        Some(at) => format!("{} ({}, {})", place.description, at.latitude, at.longitude)
            .trim_start()
            .to_owned(),
    }
}

/// A small map with a pin, and a link that opens the place on the map of the Geospatial Information Authority. The position stands after
/// the `#`, which browsers send to nobody.
fn on_a_map(path: &str, at: (Decimal, Decimal), words: Words) -> Html {
    shown(&PlaceOnMap {
        link: words.get("forms-place-elsewhere").into_owned(),
        latitude: at.0,
        longitude: at.1,
        map: Map::of_place(
            words.language(),
            format!("{}-map", id_of(path)),
            words.get("forms-place-map-shown"),
            at,
        ),
    })
}

fn account_in_words(account: &BankAccount, words: Words) -> String {
    let kind = words.get(&format!("forms-account-{}", account.kind.as_str()));
    words
        .with(
            "forms-account",
            &[
                ("bank", account.bank_code.clone().into()),
                ("branch", account.branch_code.clone().into()),
                ("kind", kind.into_owned().into()),
                ("number", account.number.clone().into()),
                ("holder", account.holder.clone().into()),
            ],
        )
        .into_owned()
}
