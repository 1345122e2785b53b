//! Changes to a form's document, without the web: places in it, moving, removing, and how two texts differ.

use yakuba_forms::model::document::{Field, FieldKind, FormDocument, Key, Text};
use yakuba_ui::Fields;

/// Where a question is: on a page, or in a group on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) page: String,
    /// The key of the group; empty outside of one.
    pub(super) group: String,
    /// The key of the question; empty for a new one, or when the page is meant.
    pub(super) field: String,
}

impl Place {
    /// The place that an address or a form names.
    pub(super) fn of(fields: &Fields) -> Self {
        Self {
            page: fields.get("page").to_owned(),
            group: fields.get("group").to_owned(),
            field: fields.get("field").to_owned(),
        }
    }

    /// The group it is in.
    pub(super) fn in_group(&self) -> Option<&str> {
        (!self.group.is_empty()).then_some(self.group.as_str())
    }

    /// The place in an address. Keys need no escaping, and what else may stand here leads nowhere.
    pub(super) fn query(&self) -> String {
        let plain = |text: &str| -> String {
            text.chars()
                .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
                .collect()
        };
        let group = match self.in_group() {
            Some(group) => format!("&group={}", plain(group)),
            None => String::new(),
        };
        format!(
            "page={}{group}&field={}",
            plain(&self.page),
            plain(&self.field)
        )
    }

    /// Whether a question of a kind can stand here: there is no group in a group, and no time that is taken.
    pub(super) fn may_be(&self, kind: &str) -> bool {
        self.group.is_empty() || !matches!(kind, "group" | "slot")
    }
}

/// The questions among which a place is.
pub(super) fn fields_at<'f>(form: &'f FormDocument, place: &Place) -> Option<&'f [Field]> {
    let page = form
        .pages
        .iter()
        .find(|page| page.key.as_str() == place.page)?;
    let Some(group) = place.in_group() else {
        return Some(&page.fields);
    };
    page.fields
        .iter()
        .find(|field| field.key.as_str() == group)
        .and_then(|field| match &field.kind {
            FieldKind::Group { fields, .. } => Some(fields.as_slice()),
            _ => None,
        })
}

/// As [`fields_at`], to change them.
pub(super) fn fields_at_mut<'f>(
    form: &'f mut FormDocument,
    place: &Place,
) -> Option<&'f mut Vec<Field>> {
    let page = form
        .pages
        .iter_mut()
        .find(|page| page.key.as_str() == place.page)?;
    let Some(group) = place.in_group() else {
        return Some(&mut page.fields);
    };
    page.fields
        .iter_mut()
        .find(|field| field.key.as_str() == group)
        .and_then(|field| match &mut field.kind {
            FieldKind::Group { fields, .. } => Some(fields),
            _ => None,
        })
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

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Remove => "remove",
        }
    }
}

/// Moves or removes a page or field. A field moved past the end of its page goes on to the next one.
/// False when there is no such place, or it cannot be moved further.
pub(super) fn arrange(form: &mut FormDocument, at: &Place, step: Move) -> bool {
    let Some(page) = form
        .pages
        .iter()
        .position(|page| page.key.as_str() == at.page)
    else {
        return false;
    };
    if at.field.is_empty() {
        return shift(&mut form.pages, page, step);
    }
    let pages = form.pages.len();
    let Some(siblings) = fields_at_mut(form, at) else {
        return false;
    };
    let Some(place) = siblings
        .iter()
        .position(|found| found.key.as_str() == at.field)
    else {
        return false;
    };
    let last = siblings.len() - 1;
    let over = at.in_group().is_none();
    match step {
        Move::Up if over && place == 0 && page > 0 => {
            let moved = form.pages[page].fields.remove(0);
            form.pages[page - 1].fields.push(moved);
            true
        }
        Move::Down if over && place == last && page + 1 < pages => {
            let moved = form.pages[page].fields.remove(place);
            form.pages[page + 1].fields.insert(0, moved);
            true
        }
        _ => shift(siblings, place, step),
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
    // Tests may panic: that is how they fail.
    #![allow(clippy::unwrap_used)]

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
        let at = |page: &str, field: Option<&str>| Place {
            page: page.to_owned(),
            group: String::new(),
            field: field.unwrap_or_default().to_owned(),
        };
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
    fn the_questions_of_a_group_are_moved_in_it_and_not_out_of_it() {
        let mut form: FormDocument = serde_saphyr::from_str(
            "pages:\n- key: one\n  title: 一\n  fields:\n  - {key: before, type: text, label: 前}\n  - key: family\n    type: group\n    label: 家族\n    entry: 人\n    fields:\n    - {key: a, type: text, label: A}\n    - {key: b, type: text, label: B}\n",
        )
        .unwrap();
        let at = |field: &str| Place {
            page: "one".to_owned(),
            group: "family".to_owned(),
            field: field.to_owned(),
        };
        assert!(!arrange(&mut form, &at("a"), Move::Up));
        assert!(arrange(&mut form, &at("b"), Move::Up));
        assert!(!arrange(&mut form, &at("a"), Move::Down));
        let keys: Vec<_> = fields_at(&form, &at(""))
            .unwrap()
            .iter()
            .map(|field| field.key.as_str())
            .collect();
        assert_eq!(keys, ["b", "a"]);
        assert!(
            fields_at(
                &form,
                &Place {
                    group: "before".to_owned(),
                    ..at("")
                }
            )
            .is_none()
        );
        assert!(!at("").may_be("group") && at("").may_be("choice"));
        assert_eq!(at("b").query(), "page=one&group=family&field=b");
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
