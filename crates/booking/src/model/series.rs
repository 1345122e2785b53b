//! The same time again and again: which days it falls on, and which of them cannot be booked.

use jiff::{Timestamp, ToSpan as _, civil::Date};
use serde::{Deserialize, Serialize};
use yakuba_kernel::Channel;

use super::{
    document::{FacilityDocument, Resource},
    rules::Window,
    taken::TakenSteps,
    time::{ClockTime, Span},
};

/// The most days of one series: a weekly time for a year, and one day more.
pub const MOST_DAYS: usize = 53;

/// How a time comes again. Where and when it begins follows from the first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// On the same day of each week.
    Weekly,
    /// Every two weeks.
    Fortnightly,
    /// On the same day of the week as often in each month: the second Tuesday. A fifth one only where there is one.
    Monthly,
}

impl Pattern {
    /// All of them, as they are offered.
    pub const ALL: [Self; 3] = [Self::Weekly, Self::Fortnightly, Self::Monthly];

    /// The name in the database, in forms and in message keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Weekly => "weekly",
            Self::Fortnightly => "fortnightly",
            Self::Monthly => "monthly",
        }
    }

    /// The one of a name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// The days from the first to the last, both included if they fit; at most [`MOST_DAYS`].
    pub fn days(self, first: Date, last: Date) -> Vec<Date> {
        let mut days = Vec::new();
        let mut next = Some(first);
        while let Some(day) = next
            && day <= last
            && days.len() < MOST_DAYS
        {
            days.push(day);
            next = match self {
                Self::Weekly => day.checked_add(7.days()).ok(),
                Self::Fortnightly => day.checked_add(14.days()).ok(),
                Self::Monthly => next_month(first, day),
            };
        }
        days
    }
}

/// The day in the next month that has it, which is the same weekday as often as the first one.
fn next_month(first: Date, day: Date) -> Option<Date> {
    let nth = (first.day() - 1) / 7 + 1;
    let mut month = day.first_of_month();
    // Every three months one has a fifth of each weekday, at the latest.
    for _ in 0..4 {
        month = month.checked_add(1.month()).ok()?;
        if let Ok(found) = month.nth_weekday_of_month(nth, first.weekday()) {
            return Some(found);
        }
    }
    None
}

/// Why a day cannot be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Failure {
    /// The time is not offered: it is closed.
    Closed,
    /// Booking has not begun for that day.
    Early,
    /// Booking has ended for that day.
    Late,
    /// As many as are allowed are booked.
    Limit,
    /// Somebody else has it.
    Taken,
}

impl Failure {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Closed,
        Self::Early,
        Self::Late,
        Self::Limit,
        Self::Taken,
    ];

    /// The name in the database and in message keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Early => "early",
            Self::Late => "late",
            Self::Limit => "limit",
            Self::Taken => "taken",
        }
    }

    /// The one of a name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// What somebody has booked already that limits count: the day, and whether it is still to come (asked for or agreed).
pub type Counted = (Date, bool);

/// Looks the days of a series over, without booking anything: for each the reason why it would fail. What is booked of the series
/// counts for its own later days. `mine` is what the limits of this resource count.
#[allow(clippy::too_many_arguments)] // each is a fact of its own
pub fn look(
    document: &FacilityDocument,
    resource: &Resource,
    days: &[Date],
    (from, to): (ClockTime, ClockTime),
    taken: &TakenSteps,
    mine: &[Counted],
    channel: Channel,
    now: Timestamp,
    today: Date,
) -> Vec<(Date, Option<Failure>)> {
    let rules = document.rules_of(resource);
    let mut counted = mine.to_vec();
    days.iter()
        .map(|day| {
            // A course comes again by itself.
            let span = Span::new(*day, from, to)
                .filter(|span| resource.course.is_none() && document.offers(resource, *span));
            let Some(span) = span else {
                return (*day, Some(Failure::Closed));
            };
            match rules.window(span, now) {
                Window::Early(_) => return (*day, Some(Failure::Early)),
                // Who stands at the counter is let in until it is over.
                Window::Late if channel == Channel::Online || now >= span.end() => {
                    return (*day, Some(Failure::Late));
                }
                Window::Open | Window::Late | Window::WithTheCourse => {}
            }
            let count = |fits: &dyn Fn(&Counted) -> bool| {
                u32::try_from(counted.iter().filter(|one| fits(one)).count()).unwrap_or(u32::MAX)
            };
            let month = day.first_of_month();
            let is_full = [
                (rules.most_on_a_day, count(&|one| one.0 == *day)),
                (
                    rules.most_in_a_month,
                    count(&|one| one.0.first_of_month() == month),
                ),
                (rules.most_at_once, count(&|one| one.1 && one.0 >= today)),
            ]
            .into_iter()
            .any(|(most, count)| most.is_some_and(|most| count >= most));
            if is_full {
                return (*day, Some(Failure::Limit));
            }
            if document.left(resource, span, taken) == 0 {
                return (*day, Some(Failure::Taken));
            }
            counted.push((*day, true));
            (*day, None)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, date};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_time_comes_again() {
        let tuesday = date(2026, 12, 8);
        assert_eq!(
            Pattern::Weekly.days(tuesday, date(2026, 12, 29)),
            [
                tuesday,
                date(2026, 12, 15),
                date(2026, 12, 22),
                date(2026, 12, 29)
            ]
        );
        assert_eq!(
            Pattern::Fortnightly.days(tuesday, date(2027, 1, 4)),
            [tuesday, date(2026, 12, 22)]
        );
        assert_eq!(
            Pattern::Monthly.days(tuesday, date(2027, 3, 31)),
            [
                tuesday,
                date(2027, 1, 12),
                date(2027, 2, 9),
                date(2027, 3, 9)
            ],
            "the second Tuesday"
        );
        let fifth = date(2026, 12, 29);
        assert_eq!(
            Pattern::Monthly.days(fifth, date(2027, 6, 30)),
            [fifth, date(2027, 3, 30), date(2027, 6, 29)],
            "the fifth Tuesday, where there is one"
        );
        assert_eq!(Pattern::Weekly.days(tuesday, date(2026, 12, 7)), []);
        assert_eq!(
            Pattern::Weekly.days(tuesday, date(2036, 12, 7)).len(),
            MOST_DAYS
        );
    }

    proptest! {
        #[test]
        fn days_are_in_order_on_one_weekday_and_within(first in 0i32..3000, length in 0i32..800, which in 0usize..3) {
            let first = date(2024, 1, 1).checked_add(first.days()).unwrap();
            let last = first.checked_add(length.days()).unwrap();
            let days = Pattern::ALL[which].days(first, last);
            prop_assert_eq!(days[0], first);
            let weekday: Weekday = first.weekday();
            for pair in days.windows(2) {
                prop_assert!(pair[0] < pair[1] && pair[1] <= last);
                prop_assert_eq!(pair[1].weekday(), weekday);
                let apart = pair[0].until(pair[1]).unwrap().get_days();
                match Pattern::ALL[which] {
                    Pattern::Weekly => prop_assert_eq!(apart, 7),
                    Pattern::Fortnightly => prop_assert_eq!(apart, 14),
                    Pattern::Monthly => prop_assert_eq!((pair[1].day() - 1) / 7, (first.day() - 1) / 7),
                }
            }
        }
    }
}
