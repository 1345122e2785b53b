//! Lists as rows of inputs: `needed-0-text_ja`, `needed-1-text_ja`. How many there are, and what the buttons beside them do.

use yakuba_ui::Fields;

use super::super::change::Move;

/// The largest number of rows that a form may send of one kind.
pub(in super::super) const MOST_ROWS: usize = 200;

/// How many rows of a list were sent.
pub(in super::super) fn row_count(values: &Fields, list: &str) -> usize {
    values
        .get(&format!("{list}-rows"))
        .parse::<usize>()
        .unwrap_or(0)
        .min(MOST_ROWS)
}

/// What a select or a hidden input sends without anybody touching it, or what says nothing alone.
fn is_untouched(part: &str) -> bool {
    [
        "join", "test", "rows", "use_for", "verified", "as", "after", "hidden",
    ]
    .iter()
    .any(|ending| part == *ending || part.ends_with(&format!("-{ending}")))
}

/// Whether nothing was written in a row: an empty one is left out.
pub(in super::super) fn is_empty(values: &Fields, list: &str, row: usize) -> bool {
    let prefix = format!("{list}-{row}-");
    values.pairs().all(|(name, value)| {
        name.strip_prefix(&prefix)
            .is_none_or(|part| is_untouched(part) || value.trim().is_empty())
    })
}

/// The rows of a list in which something is written.
pub(super) fn filled(values: &Fields, list: &str) -> Vec<usize> {
    (0..row_count(values, list))
        .filter(|row| !is_empty(values, list, *row))
        .collect()
}

/// How many rows there are up to the last one with something in it.
pub(in super::super) fn used(values: &Fields, list: &str) -> usize {
    filled(values, list).last().map_or(0, |last| last + 1)
}

/// The value of the button that moves a row.
pub(in super::super) fn button(step: Move, list: &str, row: usize) -> String {
    format!("{}/{list}/{row}", step.name())
}

/// What the form shows after a button that saves nothing: more rows, or a row elsewhere or gone. None for the button that saves.
pub(in super::super) fn rearranged(sent: &Fields) -> Option<Fields> {
    let action = sent.get("action");
    if action == "more" {
        return Some(sent.clone());
    }
    let mut parts = action.split('/');
    let step = Move::read(parts.next()?)?;
    let list = parts.next()?;
    let row: usize = parts.next()?.parse().ok()?;
    let rows = row_count(sent, list);
    let place = |number: usize| match step {
        Move::Up if row == 0 => Some(number),
        Move::Down if row + 1 >= rows => Some(number),
        Move::Up if number == row => Some(row - 1),
        Move::Up if number + 1 == row => Some(row),
        Move::Down if number == row => Some(row + 1),
        Move::Down if number == row + 1 => Some(row),
        Move::Remove if number == row => None,
        Move::Remove if number > row => Some(number - 1),
        _ => Some(number),
    };
    let prefix = format!("{list}-");
    let mut moved = Fields::default();
    for (name, value) in sent.pairs() {
        let in_list = name
            .strip_prefix(&prefix)
            .and_then(|rest| rest.split_once('-'))
            .and_then(|(number, part)| Some((number.parse::<usize>().ok()?, part)));
        match in_list {
            Some((number, part)) => {
                if let Some(number) = place(number) {
                    moved.push(&format!("{list}-{number}-{part}"), value);
                }
            }
            None => moved.push(name, value),
        }
    }
    Some(moved)
}

#[cfg(test)]
mod tests {
    // Tests may panic: that is how they fail.
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn list(action: &str) -> Fields {
        let mut fields = Fields::default();
        for (name, value) in [
            ("row-rows", "4"),
            ("row-0-name", "a"),
            ("row-0-use_for", "message"),
            ("row-1-name", "b"),
            ("row-1-option-0-label_ja", "x"),
            ("row-1-option-1-label_ja", "y"),
            ("row-1-option-rows", "2"),
            ("row-2-name", "c"),
            ("row-3-use_for", "message"),
            ("action", action),
        ] {
            fields.push(name, value);
        }
        fields
    }

    fn names(fields: &Fields) -> String {
        (0..row_count(fields, "row"))
            .map(|row| fields.get(&format!("row-{row}-name")).to_owned())
            .collect()
    }

    #[test]
    fn rows_go_up_and_down_and_away() {
        let after = |action: &str| names(&rearranged(&list(action)).unwrap());
        assert_eq!(after("up/row/1"), "bac");
        assert_eq!(after("up/row/0"), "abc");
        assert_eq!(after("down/row/1"), "acb");
        assert_eq!(after("remove/row/0"), "bc");
        assert_eq!(after("more"), "abc");
        assert!(rearranged(&list("")).is_none());
        assert!(rearranged(&list("save")).is_none());
        let inner = rearranged(&list("up/row-1-option/1")).unwrap();
        assert_eq!(inner.get("row-1-option-0-label_ja"), "y");
        assert_eq!(inner.get("row-1-option-1-label_ja"), "x");
        // What belongs to a row goes with it.
        let moved = rearranged(&list("up/row/1")).unwrap();
        assert_eq!(moved.get("row-0-option-1-label_ja"), "y");
    }

    #[test]
    fn a_row_that_nobody_touched_is_empty() {
        let fields = list("");
        assert_eq!(filled(&fields, "row"), [0, 1, 2]);
        assert_eq!(used(&fields, "row"), 3);
        assert!(is_empty(&fields, "row", 3));
    }
}
