//! By when the yearly steps are to be done.

use jiff::civil::Date;
use yakuba_kernel::FiscalYear;

use super::words;

words! {
    /// The yearly steps that have a deadline.
    DeadlineKind {
        /// The departments hand in their self-reviews.
        Submit => "submit",
        /// The DX office has checked them.
        Check => "check",
        /// The committee has decided.
        Approve => "approve",
        /// They are published.
        Publish => "publish",
    }
}

words! {
    /// Whether something was in time; the subject of facts about it.
    Punctuality {
        /// On the day or before.
        OnTime => "on_time",
        /// After the day.
        Late => "late",
    }
}

impl Punctuality {
    /// Whether `day` is still in time for `due`; the due day itself is.
    pub fn of(day: Date, due: Date) -> Self {
        if day <= due { Self::OnTime } else { Self::Late }
    }
}

/// A day of the year, without the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    month: i8,
    day: i8,
}

impl DeadlineKind {
    /// The setting of the city that holds the day, as `MM-DD`.
    pub const fn setting(self) -> &'static str {
        match self {
            Self::Submit => "plan.review.submit_by",
            Self::Check => "plan.review.check_by",
            Self::Approve => "plan.review.approve_by",
            Self::Publish => "plan.review.publish_by",
        }
    }

    /// The day where the city set none: the ends of June, July, August and September.
    pub const fn usual(self) -> Deadline {
        let (month, day) = match self {
            Self::Submit => (6, 30),
            Self::Check => (7, 31),
            Self::Approve => (8, 31),
            Self::Publish => (9, 30),
        };
        Deadline { month, day }
    }
}

impl Deadline {
    /// The day of a month; none when no month has it or it comes in leap years only.
    pub fn new(month: i8, day: i8) -> Option<Self> {
        // 2001 is no leap year.
        Date::new(2001, month, day).ok()?;
        Some(Self { month, day })
    }

    /// Reads `MM-DD`.
    pub fn read(text: &str) -> Option<Self> {
        let (month, day) = text.split_once('-')?;
        Self::new(month.parse().ok()?, day.parse().ok()?)
    }

    /// The month, 1 to 12.
    pub const fn month(self) -> i8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    pub const fn day(self) -> i8 {
        self.day
    }

    /// The first such day after the end of the fiscal year that is looked back on.
    pub fn after(self, year: FiscalYear) -> Date {
        let end = year.end();
        let calendar_year = if self.month > end.month() {
            end.year()
        } else {
            end.year() + 1
        };
        Date::new(calendar_year, self.month, self.day).unwrap_or(end)
    }
}

impl std::fmt::Display for Deadline {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:02}-{:02}", self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_falls_after_the_year_it_looks_back_on() {
        let year = FiscalYear::new(2025).unwrap();
        let day = |month, day| Deadline::new(month, day).unwrap().after(year).to_string();
        assert_eq!(day(6, 30), "2026-06-30");
        assert_eq!(day(4, 1), "2026-04-01");
        assert_eq!(day(1, 31), "2027-01-31");
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        assert_eq!(Deadline::read("02-29"), None);
        assert_eq!(Deadline::read("6月30日"), None);
        assert_eq!(
            Deadline::read("06-30")
                .map(|day| day.to_string())
                .as_deref(),
            Some("06-30")
        );
    }

    #[test]
    fn the_due_day_is_still_in_time() {
        let due = jiff::civil::date(2026, 6, 30);
        assert_eq!(Punctuality::of(due, due), Punctuality::OnTime);
        assert_eq!(
            Punctuality::of(due.tomorrow().unwrap(), due),
            Punctuality::Late
        );
    }
}
