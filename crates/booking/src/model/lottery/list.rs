//! The frozen list: everything the draw depends on but the value that decides, as one text without personal data.

use std::{collections::BTreeMap, fmt::Write as _, str::FromStr};

use jiff::Timestamp;

use super::{
    choice::{Choice, EntryNumber, Month, hours, span_of},
    sha256,
    source::Source,
};
use crate::model::time::{DAY, Span};

/// The first line of a list.
pub const LIST_FORMAT: &str = "yakuba-lottery-list/1";

/// A list as a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenList {
    /// The facility's key.
    pub facility: String,
    /// The resource that has rules of its own; none: all those of the facility's rules.
    pub scope: Option<String>,
    /// The month of use.
    pub month: Month,
    /// From when the value that decides is known.
    pub draws_at: Timestamp,
    /// Where that value comes from.
    pub source: Source,
    /// How many entries can win that count for the same person or group.
    pub wins: u32,
    /// Times are taken in steps of so many minutes.
    pub step: u16,
    /// What can be won, by key.
    pub resources: Vec<ListedResource>,
    /// What is taken beforehand: units, in order, and when.
    pub taken: Vec<(String, Span)>,
    /// The entries by number.
    pub entries: Vec<ListedEntry>,
}

/// Something that can be won, and what it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedResource {
    /// Its key.
    pub key: String,
    /// Minutes before each time that nobody else can have.
    pub before: u16,
    /// Minutes after each time that nobody else can have.
    pub after: u16,
    /// Whether it takes all its units at once, or the first that is free.
    pub takes_all: bool,
    /// Its units.
    pub units: Vec<String>,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedEntry {
    /// Its number.
    pub number: EntryNumber,
    /// How many tickets it has, at least 1.
    pub tickets: u32,
    /// For whom its win counts: numbers that mean the same person or group within this list.
    pub counts_for: Vec<u32>,
    /// What it asks for, the dearest wish first.
    pub choices: Vec<Choice>,
}

/// Why a text is no list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadList {
    /// A line cannot be read.
    #[error("line {0} of the list cannot be read")]
    Line(usize),
    /// It can be read, but is not written as it must be: in another order, with other blanks, or something twice.
    #[error("the list is not in the one form that lists have")]
    Form,
}

impl FrozenList {
    /// The list as its one text. Resources, what is taken and entries are put in order.
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(200 + self.entries.len() * 100);
        // Writing into a string does not fail.
        let _ = write!(
            text,
            "{LIST_FORMAT}\nround {} {} {}\ndraw {}\nsource {}\nwins {}\nstep {}\n",
            self.facility,
            self.scope.as_deref().unwrap_or("*"),
            self.month,
            self.draws_at,
            self.source,
            self.wins,
            self.step,
        );
        let mut resources: Vec<_> = self.resources.iter().collect();
        resources.sort_by_key(|resource| &resource.key);
        for resource in resources {
            let _ = writeln!(
                text,
                "resource {} {} {} {} {}",
                resource.key,
                resource.before,
                resource.after,
                if resource.takes_all { "all" } else { "one" },
                resource.units.join(" "),
            );
        }
        let mut taken: Vec<_> = self.taken.iter().collect();
        taken.sort();
        for (unit, span) in taken {
            let _ = writeln!(text, "taken {unit} {} {}", span.day(), hours(*span));
        }
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_by_key(|entry| &entry.number);
        for entry in entries {
            let _ = write!(text, "entry {} {} ", entry.number, entry.tickets);
            for (place, who) in entry.counts_for.iter().enumerate() {
                let _ = write!(text, "{}{who}", if place > 0 { "," } else { "" });
            }
            for choice in &entry.choices {
                let _ = write!(text, " {choice}");
            }
            text.push('\n');
        }
        text
    }

    /// Reads a list; only the very text that [`FrozenList::to_text`] writes.
    ///
    /// # Errors
    /// [`BadList`].
    pub fn read(text: &str) -> Result<Self, BadList> {
        let mut lines = text.lines().enumerate();
        let mut head = |name: &str| {
            let (place, line) = lines.next().unwrap_or((0, ""));
            line.strip_prefix(name)
                .map(|rest| (place + 1, rest))
                .ok_or(BadList::Line(place + 1))
        };
        head(LIST_FORMAT)?;
        let (place, round) = head("round ")?;
        let mut words = round.split(' ');
        let (Some(facility), Some(scope), Some(Ok(month)), None) = (
            words.next(),
            words.next(),
            words.next().map(Month::from_str),
            words.next(),
        ) else {
            return Err(BadList::Line(place));
        };
        let mut list = Self {
            facility: facility.to_owned(),
            scope: (scope != "*").then(|| scope.to_owned()),
            month,
            draws_at: parsed(head("draw ")?)?,
            source: parsed(head("source ")?)?,
            wins: parsed(head("wins ")?)?,
            step: parsed(head("step ")?)?,
            resources: Vec::new(),
            taken: Vec::new(),
            entries: Vec::new(),
        };
        for (place, line) in lines {
            list.line(line).ok_or(BadList::Line(place + 1))?;
        }
        if list.is_sound() && list.to_text() == text {
            Ok(list)
        } else {
            Err(BadList::Form)
        }
    }

    /// Reads one line of the body.
    fn line(&mut self, line: &str) -> Option<()> {
        let mut words = line.split(' ');
        match words.next()? {
            "resource" => self.resources.push(ListedResource {
                key: words.next()?.to_owned(),
                before: words.next()?.parse().ok()?,
                after: words.next()?.parse().ok()?,
                takes_all: match words.next()? {
                    "all" => true,
                    "one" => false,
                    _ => return None,
                },
                units: words.map(str::to_owned).collect(),
            }),
            "taken" => {
                let unit = words.next()?.to_owned();
                let span = span_of(words.next()?, words.next()?)?;
                self.taken.push((unit, span));
                words.next().is_none().then_some(())?;
            }
            "entry" => self.entries.push(ListedEntry {
                number: words.next()?.parse().ok()?,
                tickets: words.next()?.parse().ok()?,
                counts_for: words
                    .next()?
                    .split(',')
                    .map(|who| who.parse().ok())
                    .collect::<Option<_>>()?,
                choices: words.map(|word| word.parse().ok()).collect::<Option<_>>()?,
            }),
            _ => return None,
        }
        Some(())
    }

    /// Whether every entry can be drawn: known resources, days of the month, tickets, one entry per number.
    fn is_sound(&self) -> bool {
        let resources: BTreeMap<&str, &ListedResource> = self
            .resources
            .iter()
            .map(|resource| (resource.key.as_str(), resource))
            .collect();
        let in_month = |span: &Span| Month::of(span.day()) == self.month;
        matches!(self.step, 5 | 10 | 15 | 20 | 30 | 60)
            && self.wins > 0
            && resources.len() == self.resources.len()
            && self.resources.iter().all(|resource| {
                !resource.units.is_empty() && resource.before <= DAY && resource.after <= DAY
            })
            && self.taken.iter().all(|(_, span)| in_month(span))
            && self
                .entries
                .windows(2)
                .all(|pair| matches!(pair, [one, other] if one.number < other.number))
            && self.entries.iter().all(|entry| {
                (1..=1000).contains(&entry.tickets)
                    && !entry.counts_for.is_empty()
                    && !entry.choices.is_empty()
                    && entry.choices.iter().flat_map(Choice::places).all(|place| {
                        in_month(&place.span) && resources.contains_key(place.resource.as_str())
                    })
            })
    }

    /// The commitment to the list: the SHA-256 of its text.
    pub fn commitment(&self) -> String {
        sha256(self.to_text())
    }
}

/// The seed of a draw: the SHA-256 of the commitment's digits, a line feed, and the value's digits.
pub fn seed(commitment: &str, value: &str) -> String {
    sha256(format!("{commitment}\n{value}"))
}

/// The value of a line, or its place when it cannot be read.
fn parsed<T: FromStr>((place, text): (usize, &str)) -> Result<T, BadList> {
    text.parse().map_err(|_| BadList::Line(place))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const LIST: &str = "yakuba-lottery-list/1
round hall * 2027-02
draw 2026-11-12T01:00:00Z
source drand 52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971 1000
wins 1
step 30
resource class 0 0 one class#1 class#2
resource half_a 0 0 all a
resource half_b 0 30 all b
resource whole 0 0 all a b
taken b 2027-02-06 0900-1200
entry 00000000A1 1 1 whole/2027-02-13/0900-1200 half_a/2027-02-06/0900-1200
entry 00000000B2 3 2 whole/2027-02-06/0900-1200+whole/2027-02-13/0900-1200
entry 00000000C3 1 3 half_b/2027-02-13/0900-1200
entry 00000000D4 1 1,3 half_a/2027-02-13/0900-1200
";

    #[test]
    fn a_list_is_read_in_its_one_form_only() {
        let list = FrozenList::read(LIST).unwrap();
        assert_eq!(list.to_text(), LIST);
        assert_eq!(list.entries.len(), 4);
        assert_eq!(list.commitment(), sha256(LIST));
        for (right, wrong) in [
            ("wins 1", "wins 01"),
            ("wins 1", "wins 0"),
            ("step 30", "step 7"),
            ("entry 00000000C3", "entry 00000000D4"),
            ("entry 00000000A1 1 1", "entry 00000000A1 0 1"),
            ("entry 00000000A1 1 1", "entry 00000000A1  1 1"),
            ("half_b/2027-02-13", "attic/2027-02-13"),
            ("half_b/2027-02-13", "half_b/2027-03-13"),
            ("0900-1200\nentry", "900-1200\nentry"),
            ("taken b 2027-02-06", "taken b 2027-01-06"),
            (
                "draw 2026-11-12T01:00:00Z",
                "draw 2026-11-12T10:00:00+09:00",
            ),
            ("resource class 0 0 one class#1 class#2\n", ""),
            ("all a\n", "some a\n"),
        ] {
            assert!(LIST.contains(right), "{right}");
            let text = LIST.replacen(right, wrong, 1);
            let removed_only = wrong.is_empty();
            assert_eq!(FrozenList::read(&text).is_err(), !removed_only, "{wrong}");
        }
        assert!(FrozenList::read(LIST.trim_end()).is_err());
        assert!(FrozenList::read(&LIST.replace('\n', "\r\n")).is_err());
        assert!(FrozenList::read("").is_err());
    }

    #[test]
    fn the_order_in_which_things_come_does_not_matter() {
        let mut list = FrozenList::read(LIST).unwrap();
        list.entries.reverse();
        list.resources.rotate_left(2);
        assert_eq!(list.to_text(), LIST);
    }
}
