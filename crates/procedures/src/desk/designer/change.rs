//! Changes to a form's document, without the web: moving, removing, and fields as the values of a form.

use serde_json::{Map, Value};
use yakuba_forms::model::document::{Field, FormDocument, Key, Text};

/// The kinds of questions, as files name them.
pub(super) const KINDS: [&str; 17] = [
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
    "place",
    "bank_account",
    "group",
    "consent",
    "declaration",
];

/// What every field has beside the settings of its kind.
const COMMON: [&str; 8] = [
    "key", "label", "hint", "optional", "show_if", "purpose", "prefill", "type",
];

/// The kind of a field, as files name it.
pub(super) fn kind_of(field: &Field) -> String {
    match serde_json::to_value(field) {
        Ok(Value::Object(parts)) => parts
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        _ => String::new(),
    }
}

/// The settings of a field's kind as YAML; empty when there are none.
pub(super) fn settings_of(field: &Field) -> String {
    let Ok(Value::Object(mut parts)) = serde_json::to_value(field) else {
        return String::new();
    };
    for common in COMMON {
        parts.remove(common);
    }
    if parts.is_empty() {
        return String::new();
    }
    serde_saphyr::to_string(&Value::Object(parts)).unwrap_or_default()
}

/// What the form of a field holds.
pub(super) struct FieldForm {
    pub(super) key: String,
    pub(super) kind: String,
    pub(super) label: Text,
    pub(super) hint: Option<Text>,
    pub(super) optional: bool,
    pub(super) show_if: Option<String>,
    pub(super) purpose: Option<Text>,
    pub(super) prefill: Option<String>,
    pub(super) settings: String,
}

impl FieldForm {
    /// The field, or what the reader says is wrong with the settings.
    pub(super) fn read(&self) -> Result<Field, String> {
        let mut parts: Map<String, Value> = if self.settings.trim().is_empty() {
            Map::new()
        } else {
            serde_saphyr::from_str(&self.settings).map_err(|error| error.to_string())?
        };
        for common in COMMON {
            parts.remove(common);
        }
        let value = |text: &Text| serde_json::to_value(text).unwrap_or_default();
        parts.insert("key".to_owned(), Value::from(self.key.as_str()));
        parts.insert("type".to_owned(), Value::from(self.kind.as_str()));
        parts.insert("label".to_owned(), value(&self.label));
        if let Some(hint) = &self.hint {
            parts.insert("hint".to_owned(), value(hint));
        }
        if let Some(purpose) = &self.purpose {
            parts.insert("purpose".to_owned(), value(purpose));
        }
        if self.optional {
            parts.insert("optional".to_owned(), Value::from(true));
        }
        for (name, text) in [("show_if", &self.show_if), ("prefill", &self.prefill)] {
            if let Some(text) = text {
                parts.insert(name.to_owned(), Value::from(text.as_str()));
            }
        }
        serde_json::from_value(Value::Object(parts)).map_err(|error| error.to_string())
    }
}

/// A place in a form that is moved or removed: a page, or one of its fields.
pub(super) struct At<'a> {
    pub(super) page: &'a str,
    pub(super) field: Option<&'a str>,
}

/// What is done with it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    Up,
    Down,
    Remove,
}

impl Move {
    pub(super) fn read(text: &str) -> Option<Self> {
        match text {
            "up" => Some(Self::Up),
            "down" => Some(Self::Down),
            "remove" => Some(Self::Remove),
            _ => None,
        }
    }
}

/// Moves or removes a page or field. A field moved past the end of its page goes on to the next one.
/// False when there is no such place, or it cannot be moved further.
pub(super) fn arrange(form: &mut FormDocument, at: &At<'_>, step: Move) -> bool {
    let Some(page) = form
        .pages
        .iter()
        .position(|page| page.key.as_str() == at.page)
    else {
        return false;
    };
    let Some(field) = at.field else {
        return shift(&mut form.pages, page, step);
    };
    let Some(place) = form.pages[page]
        .fields
        .iter()
        .position(|found| found.key.as_str() == field)
    else {
        return false;
    };
    let last = form.pages[page].fields.len() - 1;
    match step {
        Move::Up if place == 0 && page > 0 => {
            let moved = form.pages[page].fields.remove(0);
            form.pages[page - 1].fields.push(moved);
            true
        }
        Move::Down if place == last && page + 1 < form.pages.len() => {
            let moved = form.pages[page].fields.remove(place);
            form.pages[page + 1].fields.insert(0, moved);
            true
        }
        _ => shift(&mut form.pages[page].fields, place, step),
    }
}

fn shift<T>(list: &mut Vec<T>, place: usize, step: Move) -> bool {
    match step {
        Move::Up if place > 0 => list.swap(place, place - 1),
        Move::Down if place + 1 < list.len() => list.swap(place, place + 1),
        Move::Remove => {
            list.remove(place);
        }
        _ => return false,
    }
    true
}

/// Every key that an expression can name, in order.
pub(super) fn keys(form: &FormDocument) -> Vec<(Key, Text)> {
    let fields = form
        .pages
        .iter()
        .flat_map(|page| &page.fields)
        .map(|field| (field.key.clone(), field.label.clone()));
    let computed = form.computed.iter().map(|computed| {
        (
            computed.key.clone(),
            computed.label.clone().unwrap_or_default(),
        )
    });
    fields.chain(computed).collect()
}

/// The lines by which two texts differ: `-` only in the first, `+` only in the second.
pub(super) fn difference(old: &str, new: &str) -> Vec<(char, String)> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    // The longest common subsequence, from the end.
    let mut longest = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
    for (i, before) in old.iter().enumerate().rev() {
        for (j, after) in new.iter().enumerate().rev() {
            longest[i][j] = if before == after {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || longest[i + 1][j] >= longest[i][j + 1]) {
            lines.push(('-', old[i].to_owned()));
            i += 1;
        } else {
            lines.push(('+', new[j].to_owned()));
            j += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> FormDocument {
        serde_saphyr::from_str(
            "pages:\n- key: one\n  title: 一\n  fields:\n  - {key: a, type: text, label: A, max_length: 5}\n  - {key: b, type: choice, label: {ja: B, en: Bee}, optional: true, show_if: 'a == \"x\"', options: [{value: x, label: X}]}\n- key: two\n  title: 二\n  fields:\n  - {key: c, type: email, label: C}\n",
        )
        .unwrap()
    }

    fn order(form: &FormDocument) -> String {
        form.pages
            .iter()
            .map(|page| {
                let fields: Vec<_> = page.fields.iter().map(|field| field.key.as_str()).collect();
                format!("{}:{}", page.key, fields.join(","))
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn fields_and_pages_are_moved_and_removed() {
        let mut form = form();
        let at = |page, field| At { page, field };
        assert!(!arrange(&mut form, &at("one", Some("a")), Move::Up));
        assert!(arrange(&mut form, &at("one", Some("b")), Move::Up));
        assert!(arrange(&mut form, &at("one", Some("a")), Move::Down));
        assert_eq!(order(&form), "one:b two:a,c");
        assert!(arrange(&mut form, &at("two", None), Move::Up));
        assert_eq!(order(&form), "two:a,c one:b");
        assert!(arrange(&mut form, &at("two", Some("c")), Move::Remove));
        assert!(!arrange(&mut form, &at("two", Some("c")), Move::Remove));
        assert_eq!(order(&form), "two:a one:b");
    }

    #[test]
    fn a_field_goes_through_its_form_unchanged() {
        for field in form().pages.iter().flat_map(|page| &page.fields) {
            let form = FieldForm {
                key: field.key.to_string(),
                kind: kind_of(field),
                label: field.label.clone(),
                hint: field.hint.clone(),
                optional: field.optional,
                show_if: field
                    .show_if
                    .as_ref()
                    .map(|expression| expression.0.clone()),
                purpose: field.purpose.clone(),
                prefill: None,
                settings: settings_of(field),
            };
            assert!(KINDS.contains(&form.kind.as_str()));
            assert_eq!(form.read().as_ref(), Ok(field));
        }
    }

    #[test]
    fn only_the_lines_that_differ_are_told() {
        assert_eq!(
            difference("a\nb\nc", "a\nx\nc\nd"),
            [
                ('-', "b".to_owned()),
                ('+', "x".to_owned()),
                ('+', "d".to_owned())
            ]
        );
        assert!(difference("a", "a").is_empty());
    }
}
