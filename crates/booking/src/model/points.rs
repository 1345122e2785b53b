//! Penalty points: for cancelling late and for not coming, they lapse, and too many of them keep somebody from booking for a while.

use jiff::{ToSpan as _, civil::Date};

use super::document::Penalty;

/// Points given at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// When.
    pub on: Date,
    /// The first day on which they no longer count.
    pub lapses: Date,
    /// How many.
    pub points: u32,
}

/// Where somebody stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// The points that count today.
    pub points: u32,
    /// The first day on which they can book again, when they cannot today.
    pub blocked_until: Option<Date>,
}

impl Penalty {
    /// The first day on which points given on a day no longer count.
    pub fn lapses(&self, on: Date) -> Date {
        on.checked_add(i64::from(self.lapse_days).days())
            .unwrap_or(Date::MAX)
    }

    /// Adds points up as of today. Whoever comes to as many points as are named cannot book for the days named, counted from the day
    /// on which the last of them was given; taking points back may lift that.
    pub fn tally(&self, given: &[Given], today: Date) -> Tally {
        let counting = |day: Date| -> u32 {
            given
                .iter()
                .filter(|given| given.on <= day && day < given.lapses)
                .map(|given| given.points)
                .fold(0, u32::saturating_add)
        };
        let blocked_until = given
            .iter()
            .filter(|one| one.on <= today && counting(one.on) >= u32::from(self.points))
            .filter_map(|one| one.on.checked_add(i64::from(self.blocked_days).days()).ok())
            .max()
            .filter(|until| today < *until);
        Tally {
            points: counting(today),
            blocked_until,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const RULE: Penalty = Penalty {
        points: 3,
        blocked_days: 30,
        lapse_days: 365,
    };

    fn given(on: Date, points: u32) -> Given {
        Given {
            on,
            lapses: RULE.lapses(on),
            points,
        }
    }

    #[test]
    fn the_last_point_keeps_from_booking_for_the_days_named() {
        let points = [given(date(2026, 4, 1), 1), given(date(2026, 6, 1), 2)];
        let at = |day| RULE.tally(&points, day);
        assert_eq!(at(date(2026, 5, 31)).blocked_until, None);
        assert_eq!(
            at(date(2026, 6, 1)),
            Tally {
                points: 3,
                blocked_until: Some(date(2026, 7, 1))
            }
        );
        assert_eq!(at(date(2026, 6, 30)).blocked_until, Some(date(2026, 7, 1)));
        assert_eq!(at(date(2026, 7, 1)).blocked_until, None);
        assert_eq!(at(date(2026, 7, 1)).points, 3, "they still count");
        assert_eq!(at(date(2027, 4, 1)).points, 2, "the first has lapsed");
        assert_eq!(
            RULE.tally(&points[..1], date(2026, 6, 1)).blocked_until,
            None
        );
    }

    proptest! {
        /// Taking points back never makes it worse, and giving more never better.
        #[test]
        fn fewer_points_never_block_longer(
            days in proptest::collection::vec((0i32..800, 1u32..4), 0..10), gone in 0usize..10, today in 0i32..1200,
        ) {
            let day = |days: i32| date(2026, 1, 1).checked_add(days.days()).unwrap();
            let all: Vec<Given> = days.iter().map(|(on, points)| given(day(*on), *points)).collect();
            let mut fewer = all.clone();
            if gone < fewer.len() {
                fewer.remove(gone);
            }
            let (all, fewer) = (RULE.tally(&all, day(today)), RULE.tally(&fewer, day(today)));
            prop_assert!(fewer.points <= all.points);
            prop_assert!(fewer.blocked_until <= all.blocked_until);
        }
    }
}
