//! Figures as people type them into a form, read like the cells of sheets.

use super::figures::{doubt_about, status};
use super::number::scan;
use crate::model::document::{Doubt, DoubtReason, Number, Reading};

/// What a typed text was understood as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The reading.
    pub reading: Reading,
    /// What a person should look at again; empty: nothing.
    pub doubts: Vec<Doubt>,
}

/// Reads one figure with all that qualifies it: `約50`, `-16.91%`, `1,200件`, `未実施`, `数値なし`, `－`, or nothing.
/// Words before the number become a qualifier; of several numbers the first counts, and is doubted.
pub fn read_typed(text: &str) -> Typed {
    if let Some(reading) = status(text) {
        return Typed {
            reading,
            doubts: Vec::new(),
        };
    }
    let found = scan(text).found;
    let Some(first) = found.first() else {
        return Typed {
            reading: Reading::Words,
            doubts: Vec::new(),
        };
    };
    let mut doubts: Vec<Doubt> = found[1..]
        .iter()
        .map(|more| doubt_about(DoubtReason::SeveralNumbers, &more.value.to_string()))
        .collect();
    let mut qualifiers = first.qualifiers.clone();
    let lead = first.lead.join(" ");
    if !lead.is_empty() {
        doubts.push(doubt_about(DoubtReason::LeftOver, &lead));
        qualifiers.insert(0, lead);
    }
    Typed {
        reading: Reading::Number(Number {
            value: first.value,
            unit: first.unit.clone(),
            qualifiers,
        }),
        doubts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_type_what_sheets_say() {
        let number = |text: &str| match read_typed(text).reading {
            Reading::Number(number) => (
                number.value.to_string(),
                number.unit.unwrap_or_default(),
                number.qualifiers.join(";"),
            ),
            other => (format!("{other:?}"), String::new(), String::new()),
        };
        assert_eq!(number("約50"), ("50".into(), String::new(), "約".into()));
        assert_eq!(
            number("-16.91%"),
            ("-16.91".into(), "%".into(), String::new())
        );
        assert_eq!(
            number("１，２００件"),
            ("1200".into(), "件".into(), String::new())
        );
        assert_eq!(read_typed("未実施").reading, Reading::NotCarriedOut);
        assert_eq!(read_typed("－").reading, Reading::Dash);
        assert_eq!(read_typed("  ").reading, Reading::Empty);
        assert_eq!(read_typed("外部監査の実施").reading, Reading::Words);
        assert_eq!(read_typed("10件 20件").doubts.len(), 1);
    }
}
