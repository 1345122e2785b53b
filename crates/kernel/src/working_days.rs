//! Days on which a town hall is open: not Saturdays, Sundays, national holidays and 29 December to 3 January
//! (Local Autonomy Act Art. 4-2).
//!
//! The national holidays are known from 2000 to 2050 (`data/holidays-jp.csv`; from 2027 on as the present law has them).
//! Outside those years only weekends and the turn of the year count as closed.

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::{
    ToSpan as _,
    civil::{Date, Weekday},
};

static HOLIDAYS: LazyLock<BTreeMap<Date, &'static str>> = LazyLock::new(|| {
    include_str!("../data/holidays-jp.csv")
        .lines()
        .filter_map(|line| {
            let (day, name) = line.split_once(',')?;
            Some((day.parse().ok()?, name))
        })
        .collect()
});

/// The Japanese name of the national holiday on a day, if it is one.
pub fn holiday(day: Date) -> Option<&'static str> {
    HOLIDAYS.get(&day).copied()
}

/// Whether a town hall is open on a day (開庁日).
pub fn is_working_day(day: Date) -> bool {
    let turn_of_year = matches!((day.month(), day.day()), (12, 29..=31) | (1, 1..=3));
    !turn_of_year
        && !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
        && holiday(day).is_none()
}

/// The working day that is `count` working days after a day. The day itself is not counted, as Civil Code Art. 140 has it;
/// with 0 it is the day itself, or the next working day when the town hall is closed then.
pub fn after_working_days(day: Date, count: u32) -> Date {
    let mut reached = day;
    let mut left = count;
    loop {
        if left == 0 && is_working_day(reached) {
            return reached;
        }
        let Ok(next) = reached.checked_add(1.day()) else {
            return reached; // the end of the calendar
        };
        reached = next;
        if left > 0 && is_working_day(reached) {
            left -= 1;
        }
    }
}

/// How many working days lie after `from` and up to `to`, which counts; 0 when `to` is not after `from`.
pub fn working_days_between(from: Date, to: Date) -> u32 {
    let mut count = 0;
    let mut day = from;
    while day < to {
        let Ok(next) = day.checked_add(1.day()) else {
            return count;
        };
        day = next;
        count += u32::from(is_working_day(day));
    }
    count
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_town_hall_is_closed_when_the_law_says() {
        for (day, open) in [
            (date(2026, 11, 20), true),  // Friday
            (date(2026, 11, 21), false), // Saturday
            (date(2026, 11, 23), false), // 勤労感謝の日, a Monday
            (date(2026, 9, 22), false),  // 国民の休日 between two holidays
            (date(2025, 5, 6), false),   // 振替休日
            (date(2026, 12, 28), true),
            (date(2026, 12, 29), false),
            (date(2027, 1, 3), false),
            (date(2027, 1, 4), true),
        ] {
            assert_eq!(is_working_day(day), open, "{day}");
        }
        assert_eq!(holiday(date(2026, 11, 23)), Some("勤労感謝の日"));
        assert!(HOLIDAYS.len() > 800);
    }

    #[test]
    fn a_period_jumps_over_closed_days() {
        // From a Friday over the weekend and 勤労感謝の日.
        assert_eq!(
            after_working_days(date(2026, 11, 20), 1),
            date(2026, 11, 24)
        );
        // Received on a Saturday.
        assert_eq!(
            after_working_days(date(2026, 11, 21), 0),
            date(2026, 11, 24)
        );
        assert_eq!(
            after_working_days(date(2026, 11, 21), 1),
            date(2026, 11, 24)
        );
        // Over the turn of the year.
        assert_eq!(after_working_days(date(2026, 12, 25), 3), date(2027, 1, 5));
    }

    proptest! {
        #[test]
        fn counting_forward_and_counting_between_agree(offset in 0i32..9000, count in 0u32..90) {
            let day = date(2020, 1, 1).checked_add(offset.days()).unwrap();
            let end = after_working_days(day, count);
            prop_assert!(is_working_day(end) && end >= day);
            if count > 0 {
                prop_assert_eq!(working_days_between(day, end), count);
            }
        }
    }
}
