//! The line at a counter: who is called next, and how long the others will wait.
//!
//! The rule, as it stands on the page for everybody: first those who are called before others for a reason (babies, illness…), then
//! appointments whose time has come, then everybody else as they drew their numbers. An appointment whose time has not come is called
//! early when nobody else waits. Who comes more than ten minutes late for an appointment is in line as if without one. Who does not
//! come when called goes to the end of the line, once.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

/// So late somebody may come and still be called at the time of the appointment.
pub const LATE: SignedDuration = SignedDuration::from_mins(10);
/// So long before an appointment somebody can report that they are there.
pub const EARLY: SignedDuration = SignedDuration::from_mins(60);
/// Services of the last so many people tell today's pace.
pub const MEASURED: usize = 20;
/// With fewer nothing can be said.
const FEWEST: usize = 3;

/// The number on a ticket: `A-012`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TicketNumber {
    /// The letter of the counter where it was drawn.
    pub letter: String,
    /// Counted from 1 each day.
    pub number: i64,
}

impl fmt::Display for TicketNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{:03}", self.letter, self.number)
    }
}

/// Why somebody is called before others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// 乳幼児連れ
    Baby,
    /// 妊娠中
    Pregnant,
    /// 立って待つのがつらい
    Standing,
    /// 体調がすぐれない
    Unwell,
    /// 職員の案内違い
    OurMistake,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 5] = [
        Self::Baby,
        Self::Pregnant,
        Self::Standing,
        Self::Unwell,
        Self::OurMistake,
    ];

    /// The word in the database and in message keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Baby => "baby",
            Self::Pregnant => "pregnant",
            Self::Standing => "standing",
            Self::Unwell => "unwell",
            Self::OurMistake => "our-mistake",
        }
    }

    /// The reason of a word.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// What decides when somebody is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// The moment by which they have their place.
    pub at: Timestamp,
    /// The time of their appointment, while they have the right to be called at it.
    pub due: Option<Timestamp>,
    /// Whether they are called before others.
    pub is_first: bool,
    /// Whether they did not come when they were called.
    pub missed: bool,
    /// Decides between two of the same moment: the ticket's place in the table.
    pub id: i64,
}

impl Turn {
    /// Less is called earlier.
    fn rank(&self, now: Timestamp) -> (u8, Timestamp, i64) {
        match self.due {
            _ if self.missed => (2, self.at, self.id),
            _ if self.is_first => (0, self.at, self.id),
            Some(due) if due <= now => (1, due, self.id),
            Some(due) => (3, due, self.id),
            None => (2, self.at, self.id),
        }
    }
}

/// Puts those who wait into the order in which they are called.
pub fn in_order<T>(waiting: &mut [T], now: Timestamp, turn: impl Fn(&T) -> Turn) {
    waiting.sort_by_key(|one| turn(one).rank(now));
}

/// Until when an appointment gives the right to be called at its time; after that they are in line like everybody else.
pub fn due_of(beginning: Timestamp, arrived: Timestamp) -> Option<Timestamp> {
    (arrived.duration_since(beginning) <= LATE).then_some(beginning)
}

/// How long services have taken, in seconds: a quarter was shorter than `short`, a quarter longer than `long`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The first quartile.
    pub short: i64,
    /// The median.
    pub median: i64,
    /// The third quartile.
    pub long: i64,
}

impl Pace {
    /// The pace of measured services; none when there are too few to tell.
    pub fn of(services: &[i64]) -> Option<Self> {
        if services.len() < FEWEST {
            return None;
        }
        let mut sorted = services.to_vec();
        sorted.sort_unstable();
        Some(Self {
            short: quantile(&sorted, 1, 4),
            median: quantile(&sorted, 2, 4),
            long: quantile(&sorted, 3, 4),
        })
    }

    /// From how many to how many minutes somebody waits before whom so many are called, with so many windows open. None when no
    /// window is open.
    ///
    /// With `w` windows one becomes free every `pace / w`; whoever has `n` before them needs between `n` and `n + 1` of these.
    pub fn wait(&self, before: usize, windows: usize) -> Option<(u32, u32)> {
        let windows = i64::try_from(windows).ok().filter(|windows| *windows > 0)?;
        let before = i64::try_from(before).unwrap_or(i64::MAX / 1_000_000);
        let low = before.saturating_mul(self.short) / windows / 60;
        let seconds = (before + 1).saturating_mul(self.long.max(1));
        let high = seconds.div_euclid(windows * 60) + 1;
        let (low, high) = (rounded(low, false), rounded(high, true));
        Some((low, high))
    }
}

/// A minute more or less says nothing to somebody who waits for an hour.
fn rounded(minutes: i64, up: bool) -> u32 {
    let step = if minutes < 10 { 1 } else { 5 };
    let minutes = if up {
        (minutes + step - 1) / step * step
    } else {
        minutes / step * step
    };
    u32::try_from(minutes).unwrap_or(u32::MAX)
}

/// The value below which so many of so many parts lie, of sorted values; 0 when there are none.
fn quantile(sorted: &[i64], part: usize, parts: usize) -> i64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * part / parts).copied().unwrap_or(0)
}

/// The median of values: of an even number, the lower of the two in the middle. None when there are none.
pub fn median(values: &[i64]) -> Option<i64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    (!sorted.is_empty()).then(|| quantile(&sorted, 1, 2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_795_222_800 + minute * 60).unwrap()
    }

    fn walk_in(id: i64, minute: i64) -> Turn {
        Turn {
            at: at(minute),
            due: None,
            is_first: false,
            missed: false,
            id,
        }
    }

    fn called(mut waiting: Vec<Turn>, minute: i64) -> Vec<i64> {
        in_order(&mut waiting, at(minute), |turn| *turn);
        waiting.iter().map(|turn| turn.id).collect()
    }

    #[test]
    fn the_rule_on_the_page_is_the_rule_in_force() {
        let waiting = vec![
            walk_in(1, 0),
            Turn {
                due: Some(at(30)),
                ..walk_in(2, 5)
            },
            Turn {
                is_first: true,
                ..walk_in(3, 20)
            },
            walk_in(4, 10),
            Turn {
                missed: true,
                is_first: true,
                ..walk_in(5, 25)
            },
        ];
        assert_eq!(called(waiting.clone(), 26), [3, 1, 4, 5, 2]);
        // Its time has come.
        assert_eq!(called(waiting, 30), [3, 2, 1, 4, 5]);
        assert_eq!(due_of(at(30), at(40)), Some(at(30)));
        assert_eq!(due_of(at(30), at(41)), None);
    }

    #[test]
    fn a_number_is_read_from_afar() {
        let number = |number| {
            TicketNumber {
                letter: "A".into(),
                number,
            }
            .to_string()
        };
        assert_eq!(
            (number(12), number(1234)),
            ("A-012".into(), "A-1234".into())
        );
    }

    #[test]
    fn too_few_measurements_and_closed_windows_say_nothing() {
        assert_eq!(Pace::of(&[60, 60]), None);
        let pace = Pace::of(&[240, 300, 300, 360]).unwrap();
        assert_eq!(pace.wait(3, 0), None);
        assert_eq!(pace.wait(0, 1), Some((0, 6)));
        assert_eq!(pace.wait(6, 2), Some((10, 20)));
        assert_eq!(median(&[9, 1, 5]), Some(5));
        assert_eq!(median(&[]), None);
    }

    proptest! {
        #[test]
        fn who_drew_later_is_never_called_earlier_among_equals(minutes in prop::collection::vec(0i64..100, 1..30)) {
            let waiting: Vec<Turn> = minutes.iter().zip(1..).map(|(minute, id)| walk_in(id, *minute)).collect();
            let order = called(waiting.clone(), 200);
            for pair in order.windows(2) {
                let minute = |id: i64| minutes[usize::try_from(id - 1).unwrap()];
                prop_assert!(minute(pair[0]) <= minute(pair[1]));
            }
            // Somebody else with a number drawn later changes nothing for those before.
            let mut more = waiting;
            more.push(walk_in(99, 150));
            let mut longer = called(more, 200);
            prop_assert_eq!(longer.pop(), Some(99));
            prop_assert_eq!(longer, order);
        }

        #[test]
        fn an_estimate_is_a_range_that_grows_with_the_line_and_shrinks_with_windows(
            services in prop::collection::vec(30i64..1800, 3..40), before in 0usize..60, windows in 1usize..6
        ) {
            let pace = Pace::of(&services).unwrap();
            let (low, high) = pace.wait(before, windows).unwrap();
            prop_assert!(low < high);
            let (longer_low, longer_high) = pace.wait(before + 1, windows).unwrap();
            prop_assert!(longer_low >= low && longer_high >= high);
            let (_, with_more) = pace.wait(before, windows + 1).unwrap();
            prop_assert!(with_more <= high);
        }

        // A line worked off at the measured pace: what was said holds.
        #[test]
        fn at_an_even_pace_the_estimate_holds(service in 60i64..900, before in 0usize..40, windows in 1usize..6, phase in 0i64..900) {
            let pace = Pace::of(&[service; 5]).unwrap();
            let (low, high) = pace.wait(before, windows).unwrap();
            // The windows become free one after the other, evenly spread.
            let count = i64::try_from(windows).unwrap();
            let first = phase % (service / count).max(1);
            let waited = first + i64::try_from(before).unwrap() * service / count;
            prop_assert!(i64::from(low) * 60 <= waited && waited <= i64::from(high) * 60, "{waited} {low} {high}");
        }
    }
}
