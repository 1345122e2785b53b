//! Answers as values of expressions.

use std::collections::HashMap;

use cel::Value;
use jiff::civil::{Date, Time};
use rust_decimal::prelude::ToPrimitive as _;
use yakuba_kernel::{Address, PersonName};

use crate::answers::{Answer, Answers, BankAccount, FileAnswer, Place, postal_digits};
use crate::model::document::FieldKind;

/// The longest text and the longest list an expression may produce.
const LONGEST_TEXT: usize = 60_000;
const LONGEST_LIST: usize = 1_000;

/// A day: its text `2026-04-01`, which compares as days do.
pub(crate) fn date_value(day: Date) -> Value {
    Value::from(day.to_string())
}

/// The value of a question that was asked but not answered.
pub(crate) fn unanswered_value(kind: &FieldKind) -> Value {
    match kind {
        FieldKind::Choices { .. } | FieldKind::File { .. } | FieldKind::Group { .. } => {
            Value::from(Vec::<Value>::new())
        }
        FieldKind::Consent { .. } | FieldKind::Declaration { .. } => Value::Bool(false),
        _ => Value::Null,
    }
}

/// Whether an answer is of the sort its field asks for. One of another sort, left over from an earlier version of the form, counts as none.
pub(crate) fn fits(kind: &FieldKind, answer: &Answer) -> bool {
    if let (
        FieldKind::Slot {
            facility, resource, ..
        },
        Answer::Slot(slot),
    ) = (kind, answer)
    {
        // A time of something else was chosen under an earlier version.
        return (&slot.of.facility, &slot.of.resource) == (facility, resource);
    }
    matches!(
        (kind, answer),
        (
            FieldKind::Text(_) | FieldKind::LongText(_) | FieldKind::Phone | FieldKind::Email,
            Answer::Text(_)
        ) | (FieldKind::Name, Answer::Name(_))
            | (FieldKind::Date { .. }, Answer::Date(_))
            | (FieldKind::Address, Answer::Address(_))
            | (FieldKind::Choice { .. }, Answer::Choice(_))
            | (FieldKind::Choices { .. }, Answer::Choices(_))
            | (FieldKind::Number { .. }, Answer::Number(_))
            | (FieldKind::Yen { .. }, Answer::Yen(_))
            | (FieldKind::File { .. }, Answer::Files(_))
            | (FieldKind::Place, Answer::Place(_))
            | (FieldKind::BankAccount, Answer::BankAccount(_))
            | (FieldKind::Group { .. }, Answer::Group(_))
            | (
                FieldKind::Consent { .. } | FieldKind::Declaration { .. },
                Answer::Flag(_)
            )
    )
}

/// The value of an answer; `kind` tells whole numbers from decimals.
pub(crate) fn answer_value(answer: &Answer, kind: Option<&FieldKind>) -> Value {
    match answer {
        Answer::Text(text) => Value::from(text.as_str()),
        Answer::Number(number) => {
            let whole = match kind {
                Some(FieldKind::Number { places, .. }) => *places == 0,
                _ => number.fract().is_zero(),
            };
            if whole {
                number.to_i64().map_or(Value::Null, Value::Int)
            } else {
                number.to_f64().map_or(Value::Null, Value::Float)
            }
        }
        Answer::Yen(yen) => Value::Int(yen.amount()),
        Answer::Date(day) => date_value(*day),
        Answer::Flag(flag) => Value::Bool(*flag),
        Answer::Choice(choice) => Value::from(choice.as_str()),
        Answer::Choices(choices) => Value::from(
            choices
                .iter()
                .map(|key| Value::from(key.as_str()))
                .collect::<Vec<_>>(),
        ),
        Answer::Name(name) => name_value(name),
        Answer::Address(address) => address_value(address),
        Answer::Slot(slot) => texts([
            ("day", slot.day.to_string()),
            ("from", short_time(slot.from)),
            ("to", short_time(slot.to)),
        ]),
        Answer::Place(place) => place_value(place),
        Answer::BankAccount(account) => account_value(account),
        Answer::Files(files) => Value::from(files.iter().map(file_value).collect::<Vec<_>>()),
        Answer::Group(entries) => Value::from(entries.iter().map(entry_value).collect::<Vec<_>>()),
    }
}

/// `09:30`, which compares as times do.
pub(crate) fn short_time(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

/// An entry of a group without its form: what was answered, no more.
fn entry_value(answers: &Answers) -> Value {
    map_value(
        answers
            .iter()
            .map(|(key, answer)| (key.as_str().to_owned(), answer_value(answer, None))),
    )
}

/// A map from texts.
pub(crate) fn map_value(parts: impl IntoIterator<Item = (String, Value)>) -> Value {
    Value::Map(parts.into_iter().collect::<HashMap<_, _>>().into())
}

fn texts<const N: usize>(parts: [(&str, String); N]) -> Value {
    map_value(
        parts
            .into_iter()
            .map(|(key, text)| (key.to_owned(), Value::from(text))),
    )
}

fn name_value(name: &PersonName) -> Value {
    texts([
        ("family", name.family().to_owned()),
        ("given", name.given().to_owned()),
        ("family_kana", name.family_kana().to_owned()),
        ("given_kana", name.given_kana().to_owned()),
        ("full", name.full()),
        ("full_kana", name.full_kana()),
    ])
}

fn address_value(address: &Address) -> Value {
    let parts = address.parts();
    texts([
        (
            "postal_code",
            postal_digits(parts.postal_code.as_ref()).to_owned(),
        ),
        ("prefecture", parts.prefecture.clone()),
        ("city", parts.city.clone()),
        ("town", parts.town.clone()),
        ("block", parts.block.clone()),
        ("building", parts.building.clone()),
        ("line", address.one_line()),
    ])
}

fn place_value(place: &Place) -> Value {
    let coordinate = |number: Option<yakuba_kernel::Decimal>| {
        number
            .and_then(|number| number.to_f64())
            .map_or(Value::Null, Value::Float)
    };
    let at = place.coordinates;
    map_value([
        (
            "description".to_owned(),
            Value::from(place.description.as_str()),
        ),
        ("latitude".to_owned(), coordinate(at.map(|at| at.latitude))),
        (
            "longitude".to_owned(),
            coordinate(at.map(|at| at.longitude)),
        ),
    ])
}

fn account_value(account: &BankAccount) -> Value {
    texts([
        ("bank_code", account.bank_code.clone()),
        ("branch_code", account.branch_code.clone()),
        ("kind", account.kind.as_str().to_owned()),
        ("number", account.number.clone()),
        ("holder", account.holder.clone()),
    ])
}

fn file_value(file: &FileAnswer) -> Value {
    map_value([
        ("name".to_owned(), Value::from(file.name.as_str())),
        (
            "media_type".to_owned(),
            Value::from(file.media_type.as_str()),
        ),
        (
            "bytes".to_owned(),
            Value::Int(i64::try_from(file.bytes).unwrap_or(i64::MAX)),
        ),
    ])
}

/// Whether there is a `null` anywhere in it.
pub(super) fn holds_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::List(list) => list.iter().any(holds_null),
        Value::Map(map) => map.map.values().any(holds_null),
        _ => false,
    }
}

/// Whether it is more than an expression may produce; so that values built from each other cannot double without end.
pub(super) fn is_too_large(value: &Value) -> bool {
    match value {
        Value::String(text) => text.len() > LONGEST_TEXT,
        Value::List(list) => list.len() > LONGEST_LIST || list.iter().any(is_too_large),
        Value::Map(map) => map.map.len() > LONGEST_LIST || map.map.values().any(is_too_large),
        _ => false,
    }
}
