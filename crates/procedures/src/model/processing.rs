//! How long a procedure may take: the standard processing time (標準処理期間, Administrative Procedure Act Art. 6), or a period that a law or
//! an ordinance sets.

use jiff::{ToSpan as _, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yakuba_kernel::working_days;

/// How days are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayCount {
    /// Days on which the town hall is open.
    #[default]
    WorkingDays,
    /// Every day, as periods of laws and ordinances are counted. A last day on which the town hall is closed stays the last day.
    CalendarDays,
}

impl DayCount {
    /// Whether it is the usual count, which files need not name.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// The day that is so many days after a day, which is not counted itself (Civil Code Art. 140).
    pub fn after(self, day: Date, days: u32) -> Date {
        match self {
            Self::WorkingDays => working_days::after_working_days(day, days),
            Self::CalendarDays => day.saturating_add(i64::from(days).days()),
        }
    }

    /// How many days lie after a day and up to another, which counts; 0 when the other is not later.
    pub fn between(self, from: Date, to: Date) -> u32 {
        match self {
            Self::WorkingDays => working_days::working_days_between(from, to),
            Self::CalendarDays => from
                .until(to)
                .map_or(0, |span| u32::try_from(span.get_days()).unwrap_or(0)),
        }
    }
}

/// The time in which a case is to be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessingTime {
    /// Days after the receipt.
    pub days: u32,
    /// Which of them count.
    pub count: DayCount,
}

impl ProcessingTime {
    /// Of so many working days.
    pub const fn working_days(days: u32) -> Self {
        Self {
            days,
            count: DayCount::WorkingDays,
        }
    }

    /// The day by which what arrived on a day is to be decided.
    pub fn ends(self, received_on: Date) -> Date {
        self.count.after(received_on, self.days)
    }

    /// About how many working days it has: of seven days five count.
    pub const fn working_days_about(self) -> u32 {
        match self.count {
            DayCount::WorkingDays => self.days,
            DayCount::CalendarDays => self.days.saturating_mul(5) / 7,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_period_of_an_ordinance_counts_every_day_and_a_standard_time_working_days() {
        let received = date(2026, 12, 25);
        let ordinance = ProcessingTime {
            days: 15,
            count: DayCount::CalendarDays,
        };
        assert_eq!(ordinance.ends(received), date(2027, 1, 9), "a Saturday");
        assert_eq!(ordinance.working_days_about(), 10);
        assert_eq!(
            ProcessingTime::working_days(3).ends(received),
            date(2027, 1, 5),
            "28 December, 4 and 5 January"
        );
        let both = [DayCount::WorkingDays, DayCount::CalendarDays];
        assert_eq!(
            both.map(|count| count.between(received, date(2027, 1, 5))),
            [3, 11]
        );
        assert_eq!(both.map(|count| count.between(received, received)), [0, 0]);
        let earlier = date(2026, 12, 1);
        assert_eq!(both.map(|count| count.between(received, earlier)), [0, 0]);
    }
}
