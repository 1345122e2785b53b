//! One question: its texts, its condition and the settings of its kind.

use yakuba_forms::model::document::{
    ChoiceOption, Field, FieldKind, FileType, Key, Prefill, Text, TextFormat, TextLimits,
};
use yakuba_kernel::Wareki;
use yakuba_ui::Fields;

use super::{
    Wrong,
    condition::{self, Known},
    needed_text, number, optional_text, put_text,
    rows::{MOST_ROWS, row_count},
};

/// The kinds of questions, as files name them.
pub(in super::super) const KINDS: [&str; 18] = [
    "text",
    "long_text",
    "name",
    "date",
    "address",
    "phone",
    "email",
    "choice",
    "choices",
    "number",
    "yen",
    "file",
    "slot",
    "place",
    "bank_account",
    "group",
    "consent",
    "declaration",
];

/// The kind of a question, as files name it.
pub(in super::super) fn kind_of(field: &Field) -> &'static str {
    match &field.kind {
        FieldKind::Text(_) => "text",
        FieldKind::LongText(_) => "long_text",
        FieldKind::Name => "name",
        FieldKind::Date { .. } => "date",
        FieldKind::Address => "address",
        FieldKind::Phone => "phone",
        FieldKind::Email => "email",
        FieldKind::Choice { .. } => "choice",
        FieldKind::Choices { .. } => "choices",
        FieldKind::Number { .. } => "number",
        FieldKind::Yen { .. } => "yen",
        FieldKind::File { .. } => "file",
        FieldKind::Slot { .. } => "slot",
        FieldKind::Place => "place",
        FieldKind::BankAccount => "bank_account",
        FieldKind::Group { .. } => "group",
        FieldKind::Consent { .. } => "consent",
        FieldKind::Declaration { .. } => "declaration",
    }
}

/// The questions of a group; none for other kinds.
pub(in super::super) fn inner(field: &Field) -> &[Field] {
    match &field.kind {
        FieldKind::Group { fields, .. } => fields,
        _ => &[],
    }
}

/// The characters that a text can be held to.
pub(in super::super) const FORMATS: [(&str, TextFormat); 4] = [
    ("katakana", TextFormat::Katakana),
    ("digits", TextFormat::Digits),
    ("alphanumeric", TextFormat::Alphanumeric),
    ("corporate-number", TextFormat::CorporateNumber),
];
/// What can be sent as a file.
pub(in super::super) const FILES: [(&str, FileType); 4] = [
    ("image", FileType::Image),
    ("pdf", FileType::Pdf),
    ("sheet", FileType::Sheet),
    ("document", FileType::Document),
];
/// What a proof of identity can fill in.
pub(in super::super) const PREFILLS: [(&str, Prefill); 4] = [
    ("name", Prefill::Name),
    ("address", Prefill::Address),
    ("birth-date", Prefill::BirthDate),
    ("email", Prefill::Email),
];

/// The name of a value.
pub(in super::super) fn named<T: PartialEq + Copy>(
    names: &[(&'static str, T)],
    value: T,
) -> &'static str {
    names
        .iter()
        .find(|(_, known)| *known == value)
        .map_or("", |(name, _)| name)
}

/// The value of a name.
pub(super) fn by_name<T: Copy>(names: &[(&'static str, T)], name: &str) -> Option<T> {
    names
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, value)| *value)
}

/// Writes a question. `all` is what its condition may ask about.
pub(in super::super) fn values(field: &Field, all: &[Known]) -> Fields {
    let mut values = Fields::default();
    values.push("key", field.key.as_str());
    put_text(&mut values, "label", Some(&field.label));
    put_text(&mut values, "hint", field.hint.as_ref());
    put_text(&mut values, "purpose", field.purpose.as_ref());
    if field.optional {
        values.push("optional", "yes");
    }
    if let Some(prefill) = field.prefill {
        values.push("prefill", named(&PREFILLS, prefill));
    }
    condition::put(&mut values, "show_if", field.show_if.as_ref(), all);
    put_kind(&mut values, &field.kind);
    values
}

fn put_number(values: &mut Fields, name: &str, value: Option<impl ToString>) {
    if let Some(value) = value {
        values.push(name, value.to_string());
    }
}

fn put_kind(values: &mut Fields, kind: &FieldKind) {
    match kind {
        FieldKind::Text(limits) | FieldKind::LongText(limits) => {
            put_number(values, "max_length", limits.max_length);
            if let Some(format) = limits.format {
                values.push("format", named(&FORMATS, format));
            }
        }
        FieldKind::Date { earliest, latest } => {
            for (name, bound) in [("earliest", earliest), ("latest", latest)] {
                if let Some(bound) = bound {
                    values.push(name, day_shown(bound));
                }
            }
        }
        FieldKind::Choice { options } => put_options(values, options),
        FieldKind::Choices { options, min, max } => {
            put_options(values, options);
            put_number(values, "min", *min);
            put_number(values, "max", *max);
        }
        FieldKind::Number {
            min,
            max,
            places,
            unit,
        } => {
            put_number(values, "min", *min);
            put_number(values, "max", *max);
            values.push("places", places.to_string());
            put_text(values, "unit", unit.as_ref());
        }
        FieldKind::Yen { min, max } => {
            put_number(values, "min", *min);
            put_number(values, "max", *max);
        }
        FieldKind::File {
            accept,
            max_mib,
            max_files,
        } => {
            for kind in accept {
                values.push("accept", named(&FILES, *kind));
            }
            values.push("max_mib", max_mib.to_string());
            values.push("max_files", max_files.to_string());
        }
        FieldKind::Slot {
            facility,
            resource,
            days_ahead,
        } => {
            values.push("slot_of", format!("{facility}/{resource}"));
            values.push("days_ahead", days_ahead.to_string());
        }
        FieldKind::Group {
            entry, min, max, ..
        } => {
            put_text(values, "entry", Some(entry));
            values.push("min", min.to_string());
            values.push("max", max.to_string());
        }
        FieldKind::Consent { text } | FieldKind::Declaration { text } => {
            put_text(values, "text", Some(text));
        }
        FieldKind::Name
        | FieldKind::Address
        | FieldKind::Phone
        | FieldKind::Email
        | FieldKind::Place
        | FieldKind::BankAccount => {}
    }
}

fn put_options(values: &mut Fields, options: &[ChoiceOption]) {
    values.push("option-rows", options.len().to_string());
    for (row, option) in options.iter().enumerate() {
        let name = |part: &str| format!("option-{row}-{part}");
        values.push(&name("value"), option.value.as_str());
        put_text(values, &name("label"), Some(&option.label));
        put_text(values, &name("hint"), option.hint.as_ref());
    }
}

/// A bound of a date in words: a number of days before or after the application, today, or a day.
fn day_shown(bound: &str) -> String {
    let days = |sign| {
        bound.strip_prefix(sign).filter(|days| {
            days.parse::<u32>()
                .is_ok_and(|read| read.to_string() == *days)
        })
    };
    match (bound, days('-'), days('+')) {
        ("today", _, _) => "今日".to_owned(),
        (_, Some(days), _) => format!("{days}日前"),
        (_, _, Some(days)) => format!("{days}日後"),
        _ => bound.to_owned(),
    }
}

/// Reads such a bound, also as files write it.
fn day_read(typed: &str) -> Option<String> {
    let typed = yakuba_kernel::text::normalise_for_search(typed);
    let count = |ending: &str, sign: &str| {
        let days = typed.strip_suffix(ending)?;
        Some(format!("{sign}{}", days.parse::<u32>().ok()?))
    };
    let signed = || {
        let days = typed.strip_prefix(['-', '+'])?;
        days.parse::<u32>().ok().map(|_| typed.clone())
    };
    if ["今日", "today"].contains(&typed.as_str()) {
        return Some("today".to_owned());
    }
    count("日前", "-")
        .or_else(|| count("日後", "+"))
        .or_else(signed)
        .or_else(|| Wareki::read_date(&typed).map(|day| day.to_string()))
        // Files may leave the sign out.
        .or_else(|| typed.parse::<u32>().ok().map(|_| typed.clone()))
}

fn bound(values: &Fields, name: &str, wrong: &mut Vec<Wrong>) -> Option<String> {
    let typed = values.optional(name)?;
    let read = day_read(&typed);
    if read.is_none() {
        wrong.push(Wrong::new(name, "designer-problem-bound"));
    }
    read
}

fn options(values: &Fields, wrong: &mut Vec<Wrong>) -> Vec<ChoiceOption> {
    let mut found = Vec::new();
    let mut taken: Vec<String> = Vec::new();
    for row in 0..row_count(values, "option") {
        let name = |part: &str| format!("option-{row}-{part}");
        let Some(label) = optional_text(values, &name("label"), wrong) else {
            continue;
        };
        let typed = values.get(&name("value"));
        let value = if typed.is_empty() {
            // Nobody has to think of a value: it only has to be another than the others'.
            (row + 1..=row + 1 + 2 * MOST_ROWS)
                .map(|number| format!("option_{number}"))
                .find(|value| {
                    !taken.contains(value)
                        && (0..row_count(values, "option"))
                            .all(|other| values.get(&format!("option-{other}-value")) != value)
                })
                .unwrap_or_default()
        } else {
            typed.to_owned()
        };
        if taken.contains(&value) {
            wrong.push(Wrong::about(
                name("value"),
                "designer-problem-value-twice",
                &value,
            ));
            continue;
        }
        taken.push(value.clone());
        let hint = optional_text(values, &name("hint"), wrong);
        match Key::new(value) {
            Ok(value) => found.push(ChoiceOption { value, label, hint }),
            Err(_) => wrong.push(Wrong::new(name("value"), "designer-problem-part-key")),
        }
    }
    if found.is_empty() {
        wrong.push(Wrong::new(
            "option-0-label_ja",
            "designer-problem-no-options",
        ));
    }
    found
}

fn limits(values: &Fields, wrong: &mut Vec<Wrong>) -> TextLimits {
    TextLimits {
        max_length: number(values, "max_length", wrong),
        format: by_name(&FORMATS, values.get("format")),
    }
}

fn in_order<T: PartialOrd>(min: Option<&T>, max: Option<&T>, wrong: &mut Vec<Wrong>) {
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        wrong.push(Wrong::new("max", "designer-problem-max"));
    }
}

fn kind(
    name: &str,
    values: &Fields,
    standing: Option<&Field>,
    wrong: &mut Vec<Wrong>,
) -> Option<FieldKind> {
    Some(match name {
        "text" => FieldKind::Text(limits(values, wrong)),
        "long_text" => FieldKind::LongText(limits(values, wrong)),
        "name" => FieldKind::Name,
        "date" => FieldKind::Date {
            earliest: bound(values, "earliest", wrong),
            latest: bound(values, "latest", wrong),
        },
        "address" => FieldKind::Address,
        "phone" => FieldKind::Phone,
        "email" => FieldKind::Email,
        "choice" => FieldKind::Choice {
            options: options(values, wrong),
        },
        "choices" => {
            let (min, max) = (number(values, "min", wrong), number(values, "max", wrong));
            in_order(min.as_ref(), max.as_ref(), wrong);
            FieldKind::Choices {
                options: options(values, wrong),
                min,
                max,
            }
        }
        "number" => {
            let (min, max) = (number(values, "min", wrong), number(values, "max", wrong));
            in_order(min.as_ref(), max.as_ref(), wrong);
            let places = number(values, "places", wrong).unwrap_or(0);
            if places > 3 {
                wrong.push(Wrong::new("places", "designer-problem-places"));
            }
            FieldKind::Number {
                min,
                max,
                places,
                unit: optional_text(values, "unit", wrong),
            }
        }
        "yen" => {
            let (min, max) = (number(values, "min", wrong), number(values, "max", wrong));
            in_order(min.as_ref(), max.as_ref(), wrong);
            FieldKind::Yen { min, max }
        }
        "file" => {
            let accept: Vec<FileType> = values
                .all("accept")
                .filter_map(|name| by_name(&FILES, name))
                .collect();
            if accept.is_empty() {
                wrong.push(Wrong::new("accept", "designer-problem-no-files"));
            }
            FieldKind::File {
                accept,
                max_mib: number(values, "max_mib", wrong).unwrap_or(10),
                max_files: number(values, "max_files", wrong).unwrap_or(1),
            }
        }
        "slot" => {
            let (facility, resource) = values.get("slot_of").split_once('/').unwrap_or_default();
            if resource.is_empty() {
                wrong.push(Wrong::new("slot_of", "designer-problem-slot"));
            }
            FieldKind::Slot {
                facility: facility.to_owned(),
                resource: resource.to_owned(),
                days_ahead: number(values, "days_ahead", wrong).unwrap_or(14),
            }
        }
        "place" => FieldKind::Place,
        "bank_account" => FieldKind::BankAccount,
        "group" => {
            let min = number(values, "min", wrong).unwrap_or(0);
            let max = number(values, "max", wrong).unwrap_or(20);
            in_order(Some(&min), Some(&max), wrong);
            FieldKind::Group {
                entry: needed_text(values, "entry", wrong),
                min,
                max,
                fields: standing
                    .map(|field| inner(field).to_vec())
                    .unwrap_or_default(),
            }
        }
        "consent" => FieldKind::Consent {
            text: needed_text(values, "text", wrong),
        },
        "declaration" => FieldKind::Declaration {
            text: needed_text(values, "text", wrong),
        },
        _ => return None,
    })
}

/// Reads a question of a kind. `standing` is the question as it was, if it was; `free` is the key of a new one that names none.
pub(in super::super) fn read(
    kind_name: &str,
    sent: &Fields,
    standing: Option<&Field>,
    free: Option<Key>,
    all: &[Known],
) -> Result<Field, Vec<Wrong>> {
    let mut wrong = Vec::new();
    let key = match sent.get("key") {
        "" => standing.map(|field| field.key.clone()).or(free),
        typed => Key::new(typed).ok(),
    };
    if key.is_none() {
        wrong.push(Wrong::new("key", "designer-problem-part-key"));
    }
    let label: Text = needed_text(sent, "label", &mut wrong);
    let hint = optional_text(sent, "hint", &mut wrong);
    let purpose = optional_text(sent, "purpose", &mut wrong);
    let show_if = condition::read(sent, "show_if", all, &mut wrong);
    let kind = kind(kind_name, sent, standing, &mut wrong);
    let (Some(key), Some(kind), true) = (key, kind, wrong.is_empty()) else {
        return Err(wrong);
    };
    let field = Field {
        key,
        label,
        hint,
        optional: sent.has("optional"),
        show_if,
        purpose,
        prefill: by_name(&PREFILLS, sent.get("prefill")),
        kind,
    };
    // What reads the same was not touched: it stays as it stands, with blanks that an input does not keep.
    Ok(match standing {
        Some(standing) if same(&values(&field, all), &values(standing, all)) => standing.clone(),
        _ => field,
    })
}

/// Whether two parts read the same.
pub(super) fn same(one: &Fields, other: &Fields) -> bool {
    let pairs = |values: &Fields| -> Vec<(String, String)> {
        values
            .pairs()
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .filter(|(_, value)| !value.is_empty())
            .collect()
    };
    pairs(one) == pairs(other)
}

#[cfg(test)]
mod tests {
    // Tests may panic: that is how they fail.
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields::new(
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    fn texts(wrong: &[Wrong]) -> Vec<(&str, &str)> {
        wrong
            .iter()
            .map(|wrong| (wrong.at.as_str(), wrong.text))
            .collect()
    }

    #[test]
    fn options_are_left_out_and_given_values() {
        let sent = fields(&[
            ("label_ja", "種類"),
            ("option-rows", "4"),
            ("option-0-value", "old"),
            ("option-0-label_ja", "変更"),
            ("option-1-value", "gone"),
            ("option-1-label_ja", ""),
            ("option-2-label_ja", "新規"),
            ("option-2-label_en", "New"),
        ]);
        let free = Key::new("question_1").ok();
        let field = read("choice", &sent, None, free, &[]).unwrap();
        assert_eq!(field.key.as_str(), "question_1");
        let FieldKind::Choice { options } = &field.kind else {
            unreachable!("a choice")
        };
        let shown: Vec<_> = options
            .iter()
            .map(|option| (option.value.as_str(), option.label.ja.as_str()))
            .collect();
        assert_eq!(shown, [("old", "変更"), ("option_3", "新規")]);
    }

    #[test]
    fn what_is_wrong_is_said_at_its_place() {
        let wrong = read(
            "number",
            &fields(&[
                ("key", "Größe"),
                ("min", "5"),
                ("max", "3"),
                ("places", "x"),
                ("hint_en", "How much"),
            ]),
            None,
            None,
            &[],
        )
        .unwrap_err();
        assert_eq!(
            texts(&wrong),
            [
                ("key", "designer-problem-part-key"),
                ("label_ja", "designer-problem-empty"),
                ("hint_ja", "designer-problem-empty"),
                ("max", "designer-problem-max"),
                ("places", "designer-problem-number"),
            ]
        );
    }

    #[test]
    fn bounds_of_dates_are_words() {
        for (file, shown) in [
            ("today", "今日"),
            ("-30", "30日前"),
            ("+0", "0日後"),
            ("2026-04-01", "2026-04-01"),
        ] {
            assert_eq!(day_shown(file), shown);
            assert_eq!(day_read(shown).as_deref(), Some(file));
        }
        assert_eq!(day_read("令和8年4月1日").as_deref(), Some("2026-04-01"));
        assert_eq!(day_read("+14").as_deref(), Some("+14"));
        assert_eq!(day_read("そのうち"), None);
    }
}
