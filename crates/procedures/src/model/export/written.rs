//! The cells of an export.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use serde_json::Value as Json;
use yakuba_forms::model::document::{ChoiceOption, FieldKind, Key};
use yakuba_forms::{Answer, Answers, ComputedValue};
use yakuba_kernel::Wareki;

use super::{CasePart, CoPart, CoSource, Source};
use crate::model::{
    document::{ColumnForm, ExportColumn},
    together::Told,
};

/// Between the values of several: choices, files, entries, people.
const BETWEEN: &str = ";";
/// Between the values of several within one entry of a group.
const BETWEEN_WITHIN: &str = ",";

/// A value as machines write it and as people read it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// `online`, `2026-04-01`
    pub value: String,
    /// オンライン; the value itself where it has no other name.
    pub label: String,
}

impl Shown {
    /// A value that people read as it is.
    pub fn plain(value: impl Into<String>) -> Self {
        let value = value.into();
        Self {
            label: value.clone(),
            value,
        }
    }
}

/// What the cells of one line are filled from.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    /// What the applicant answered.
    pub answers: &'a Answers,
    /// The values that the form works out from it.
    pub computed: &'a BTreeMap<Key, ComputedValue>,
    /// The people who applied together with the applicant; none when the procedure has no rules for them.
    pub people: &'a [Told],
    /// What is known of the case.
    pub case: &'a BTreeMap<CasePart, Shown>,
    /// Which entry of the group the line stands for, from 1, when it does.
    pub entry: Option<usize>,
    /// What people call a word of the program: of which kind it is (`flag`, `account`, `agreement`, `agreed-by`), and the word.
    pub words: &'a dyn Fn(&str, &str) -> String,
    /// What stands behind the answer to a question.
    pub proof: &'a dyn Fn(&str) -> String,
}

/// The cell of a column in a line: texts as typed, dates as `YYYY-MM-DD`, times as `HH:MM`, amounts as plain digits, what was ticked as 1
/// or 0, several values joined by `;`, unless the column asks for another form or has codes of its own. What is not there is empty.
///
/// The values of a question in all entries of a group, or of all co-applicants, are joined by `;`, an empty one where somebody has none,
/// so that those of two columns belong together; the cell is empty when nobody has any.
pub fn cell(column: &ExportColumn, source: Option<&Source<'_>>, line: &Line<'_>) -> String {
    let hidden = column
        .only_with
        .as_ref()
        .is_some_and(|key| line.answers.get(key.as_str()).is_none());
    let Some(source) = source.filter(|_| !hidden) else {
        return String::new();
    };
    let words = line.words;
    let finished = |shown: &Shown| finish(column, shown);
    match source {
        Source::Case(part) => line.case.get(part).map(finished).unwrap_or_default(),
        Source::CoApplicants(source) => joined(
            source
                .of(line.people)
                .into_iter()
                .map(|value| finished(&of_person(*source, value, words))),
        ),
        Source::Answer(field, _) if column.verified => match line.answers.get(field.key.as_str()) {
            Some(_) => (line.proof)(field.key.as_str()),
            None => String::new(),
        },
        Source::Answer(field, part) => match line.answers.get(field.key.as_str()) {
            Some(answer) => values(&field.kind, answer, part, words)
                .iter()
                .map(finished)
                .collect::<Vec<_>>()
                .join(BETWEEN),
            // A code can stand for no answer.
            None => finished(&Shown::default()),
        },
        Source::Entry {
            group,
            place,
            field,
            part,
        } => {
            let wanted = place.or(line.entry);
            let entries = line.answers.entries(group.key.as_str()).iter().zip(1..);
            joined(
                entries
                    .filter(|(_, number)| wanted.is_none_or(|wanted| wanted == *number))
                    .map(|(entry, _)| match entry.get(field.key.as_str()) {
                        Some(answer) => values(&field.kind, answer, part, words)
                            .iter()
                            .map(finished)
                            .collect::<Vec<_>>()
                            .join(BETWEEN_WITHIN),
                        None => finished(&Shown::default()),
                    }),
            )
        }
        Source::Computed(key) => line
            .computed
            .get(*key)
            .map(|value| finished(&worked_out(value, words)))
            .unwrap_or_default(),
    }
}

fn joined(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.collect();
    if cells.iter().all(String::is_empty) {
        return String::new();
    }
    cells.join(BETWEEN)
}

/// A value in the form that a column asks for.
fn finish(column: &ExportColumn, shown: &Shown) -> String {
    if let Some(code) = column.codes.get(&shown.value) {
        return code.clone();
    }
    let day = || shown.value.parse::<Date>().ok();
    match column.written {
        ColumnForm::Value => shown.value.clone(),
        ColumnForm::Label => shown.label.clone(),
        ColumnForm::CompactDate => day().map_or_else(
            || shown.value.clone(),
            |day| format!("{:04}{:02}{:02}", day.year(), day.month(), day.day()),
        ),
        ColumnForm::SlashedDate => day().map_or_else(
            || shown.value.clone(),
            |day| format!("{:04}/{:02}/{:02}", day.year(), day.month(), day.day()),
        ),
        ColumnForm::Era => day()
            .and_then(|day| {
                let year = Wareki::from_date(day)?;
                Some(format!("{year}{}月{}日", day.month(), day.day()))
            })
            .unwrap_or_else(|| shown.value.clone()),
    }
}

type Words<'a> = &'a dyn Fn(&str, &str) -> String;

fn of_person(source: CoSource, value: String, words: Words<'_>) -> Shown {
    let kind = match source.part {
        CoPart::State => "agreement",
        CoPart::By => "agreed-by",
        CoPart::Verified => "flag",
        CoPart::Name | CoPart::BirthDate | CoPart::Address | CoPart::AgreedOn => {
            return Shown::plain(value);
        }
    };
    named(kind, value, words)
}

/// A word of the program with what people call it; an empty one stays empty.
fn named(kind: &str, value: String, words: Words<'_>) -> Shown {
    let label = if value.is_empty() {
        String::new()
    } else {
        words(kind, &value)
    };
    Shown { value, label }
}

/// An answer, or a part of it: one value, or several where several were chosen or sent.
fn values(kind: &FieldKind, answer: &Answer, part: &str, words: Words<'_>) -> Vec<Shown> {
    let option = |options: &[ChoiceOption], choice: &Key| Shown {
        value: choice.to_string(),
        label: options
            .iter()
            .find(|option| option.value == *choice)
            .map_or(choice.as_str(), |option| option.label.ja.as_str())
            .to_owned(),
    };
    match (answer, kind) {
        (Answer::Flag(flag), _) => vec![named("flag", i32::from(*flag).to_string(), words)],
        (Answer::Choice(choice), FieldKind::Choice { options }) => vec![option(options, choice)],
        (Answer::Choices(choices), FieldKind::Choices { options, .. }) => choices
            .iter()
            .map(|choice| option(options, choice))
            .collect(),
        (Answer::Slot(slot), _) => vec![Shown::plain(match part {
            "day" => slot.day.to_string(),
            "from" => time(slot.from),
            "to" => time(slot.to),
            _ => format!("{} {}-{}", slot.day, time(slot.from), time(slot.to)),
        })],
        (Answer::Place(place), _) => vec![Shown::plain(match (part, &place.coordinates) {
            ("description", _) | ("", None) => place.description.clone(),
            ("latitude", Some(at)) => at.latitude.to_string(),
            ("longitude", Some(at)) => at.longitude.to_string(),
            (_, None) => String::new(),
            (_, Some(at)) => format!("{} ({}, {})", place.description, at.latitude, at.longitude)
                .trim_start()
                .to_owned(),
        })],
        (Answer::BankAccount(account), _) if part == "kind" => {
            vec![named("account", account.kind.as_str().to_owned(), words)]
        }
        (Answer::Address(address), _) if part.is_empty() => vec![Shown::plain(address.one_line())],
        (Answer::Name(name), _) if part.is_empty() => vec![Shown::plain(name.full())],
        (Answer::Files(files), _) => files.iter().map(|file| Shown::plain(&file.name)).collect(),
        (answer, _) => {
            // The parts of an answer are named in files as they are kept.
            let kept = serde_json::to_value(answer).unwrap_or_default();
            let value = &kept["value"];
            vec![Shown::plain(plain(if part.is_empty() {
                value
            } else {
                &value[part]
            }))]
        }
    }
}

fn time(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// A computed value, written as answers are.
fn worked_out(value: &ComputedValue, words: Words<'_>) -> Shown {
    match value {
        ComputedValue::Number(number) => Shown::plain(number.normalize().to_string()),
        ComputedValue::Text(text) => Shown::plain(text),
        ComputedValue::Truth(truth) => named("flag", i32::from(*truth).to_string(), words),
    }
}

fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Bool(flag) => i32::from(*flag).to_string(),
        Json::Object(parts)
            if parts
                .values()
                .all(|part| part.is_string() || part.is_null()) =>
        {
            parts
                .values()
                .map(plain)
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        }
        other => other.to_string(),
    }
}
