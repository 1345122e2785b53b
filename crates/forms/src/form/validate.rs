//! Whether an answer keeps to its field's limits. Reading makes an answer of what was typed; this looks at the answer, each time anew,
//! because limits move with the day and forms get new versions.

use jiff::civil::Date;
use yakuba_kernel::{CorporateNumber, Decimal};

use super::compile::DayLimit;
use crate::answers::{Answer, Typed};
use crate::message::Message;
use crate::model::document::{Field, FieldKind, TextFormat, TextLimits};
use crate::reading;

/// The text that says that an answer is missing and what to do.
pub(super) fn missing_text(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Choice { .. } | FieldKind::Choices { .. } => "forms-problem-choose",
        FieldKind::Slot { .. } => "forms-problem-slot",
        FieldKind::File { .. } => "forms-problem-send-file",
        FieldKind::Consent { .. } => "forms-problem-consent",
        FieldKind::Declaration { .. } => "forms-problem-declaration",
        FieldKind::Group { .. } => "forms-problem-add-entry",
        _ => "forms-problem-fill-in",
    }
}

/// What is wrong with what was typed, which could not be read.
pub(super) fn unreadable(field: &Field, typed: &Typed) -> (Option<&'static str>, Message) {
    match reading::read_field(field, typed) {
        Err(unreadable) => (unreadable.part, unreadable.message),
        // It can be read after all, by a newer version of this program: it only has to be sent again.
        Ok(_) => (
            None,
            Message::new("forms-problem-send-again").label("label", &field.label),
        ),
    }
}

/// What is wrong with an answer of the right sort.
pub(super) fn problem_of(field: &Field, answer: &Answer, today: Date) -> Option<Message> {
    let label = |message: Message| message.label("label", &field.label);
    match (&field.kind, answer) {
        (FieldKind::Text(limits), Answer::Text(text)) => {
            text_problem(limits, text, false).map(label)
        }
        (FieldKind::LongText(limits), Answer::Text(text)) => {
            text_problem(limits, text, true).map(label)
        }
        (FieldKind::Date { earliest, latest }, Answer::Date(day)) => {
            let limit = |limit: &Option<String>| {
                limit
                    .as_deref()
                    .and_then(DayLimit::read)
                    .and_then(|limit| limit.day(today))
            };
            let early = limit(earliest).filter(|earliest| day < earliest);
            let late = limit(latest).filter(|latest| day > latest);
            if let Some(limit) = early {
                Some(label(
                    Message::new("forms-problem-date-early").day("day", limit),
                ))
            } else {
                late.map(|limit| label(Message::new("forms-problem-date-late").day("day", limit)))
            }
        }
        // How far ahead it may be is the caller's to look at, whose today is not that of a paper that arrived days ago.
        (FieldKind::Slot { .. }, Answer::Slot(slot)) => {
            (slot.day < today).then(|| label(Message::new("forms-problem-slot")))
        }
        (FieldKind::Choice { options }, Answer::Choice(choice)) => options
            .iter()
            .all(|option| option.value != *choice)
            .then(|| label(Message::new("forms-problem-choose"))),
        (FieldKind::Choices { options, min, max }, Answer::Choices(choices)) => {
            let count = u32::try_from(choices.len()).unwrap_or(u32::MAX);
            let known = choices
                .iter()
                .all(|choice| options.iter().any(|option| option.value == *choice));
            if !known {
                Some(label(Message::new("forms-problem-choose")))
            } else if min.is_some_and(|min| count < min) {
                Some(label(
                    Message::new("forms-problem-choose-more").number("n", min.unwrap_or_default()),
                ))
            } else if max.is_some_and(|max| count > max) {
                Some(label(
                    Message::new("forms-problem-choose-fewer").number("n", max.unwrap_or_default()),
                ))
            } else {
                None
            }
        }
        (FieldKind::Number { min, max, .. }, Answer::Number(number)) => {
            range_problem(*number, *min, *max).map(label)
        }
        (FieldKind::Yen { min, max }, Answer::Yen(yen)) => {
            range_problem(Decimal::from(yen.amount()), *min, *max).map(label)
        }
        (FieldKind::File { max_files, .. }, Answer::Files(files)) => (files.len()
            > usize::try_from(*max_files).unwrap_or(usize::MAX))
        .then(|| label(Message::new("forms-problem-fewer-files").number("n", *max_files))),
        (
            FieldKind::Group {
                min, max, entry, ..
            },
            Answer::Group(entries),
        ) => {
            let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
            if count < *min {
                Some(
                    label(Message::new("forms-problem-more-entries").number("n", *min))
                        .label("entry", entry),
                )
            } else if count > *max {
                Some(
                    label(Message::new("forms-problem-fewer-entries").number("n", *max))
                        .label("entry", entry),
                )
            } else {
                None
            }
        }
        _ => None,
    }
}

fn range_problem(number: Decimal, min: Option<i64>, max: Option<i64>) -> Option<Message> {
    match (min, max) {
        (Some(min), _) if number < Decimal::from(min) => {
            Some(Message::new("forms-problem-at-least").number("n", min))
        }
        (_, Some(max)) if number > Decimal::from(max) => {
            Some(Message::new("forms-problem-at-most").number("n", max))
        }
        _ => None,
    }
}

/// How many characters a text may have.
pub(crate) fn longest(limits: &TextLimits, lines: bool) -> u32 {
    limits.max_length.unwrap_or(match (limits.format, lines) {
        (Some(TextFormat::CorporateNumber), _) => 13,
        (_, false) => 200,
        (_, true) => 4_000,
    })
}

fn text_problem(limits: &TextLimits, text: &str, lines: bool) -> Option<Message> {
    let longest = longest(limits, lines);
    let length = text.chars().count();
    if length > usize::try_from(longest).unwrap_or(usize::MAX) {
        return Some(
            Message::new("forms-problem-too-long")
                .number("n", longest)
                .number("typed", i64::try_from(length).unwrap_or(i64::MAX)),
        );
    }
    let fine = match limits.format {
        None => true,
        Some(TextFormat::Katakana) => text.chars().all(reading::is_katakana),
        Some(TextFormat::Digits) => text.bytes().all(|byte| byte.is_ascii_digit()),
        Some(TextFormat::Alphanumeric) => text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'),
        Some(TextFormat::CorporateNumber) => CorporateNumber::parse(text).is_ok(),
    };
    (!fine).then(|| Message::new(reading::format_text(limits.format)))
}
