//! From when and until when a time can be booked.

use jiff::{Timestamp, ToSpan as _, civil::Date};

use super::{
    document::{Opens, Rules},
    lottery::choice::Month,
    time::{ClockTime, Span, moment},
};

/// Whether a time can be booked at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Not yet: from this moment on.
    Early(Timestamp),
    /// It can.
    Open,
    /// No longer.
    Late,
    /// Never by itself: it is a session of a course that is joined earlier.
    WithTheCourse,
}

impl Rules {
    /// From when a day can be booked.
    pub fn opens_for(&self, day: Date) -> Timestamp {
        if let Some(lottery) = &self.lottery {
            return lottery.first_come.moment_for(Month::of(day));
        }
        match self.opens {
            Opens::DaysBefore { days, at } => {
                let first = day.checked_sub(i64::from(days).days());
                first.map_or(Timestamp::MIN, |first| moment(first, at))
            }
            Opens::MonthsBefore {
                months,
                day: on,
                at,
            } => {
                let on = i8::try_from(on.clamp(1, 28)).unwrap_or(1);
                let first = day
                    .first_of_month()
                    .checked_sub(i64::from(months).months())
                    .and_then(|month| Date::new(month.year(), month.month(), on));
                first.map_or(Timestamp::MIN, |first| moment(first, at))
            }
        }
    }

    /// The first moment at which a span can no longer be booked.
    pub fn closes_for(&self, span: Span) -> Timestamp {
        if self.closes_days_before == 0 {
            return span.beginning();
        }
        let last = i64::from(self.closes_days_before) - 1;
        span.day()
            .checked_sub(last.days())
            .map_or(Timestamp::MIN, |day| moment(day, ClockTime::default()))
    }

    /// Whether a span can be booked now.
    pub fn window(&self, span: Span, now: Timestamp) -> Window {
        let opens = self.opens_for(span.day());
        if now >= self.closes_for(span) {
            Window::Late
        } else if now < opens {
            Window::Early(opens)
        } else {
            Window::Open
        }
    }

    /// Until when a booking can be cancelled without losing anything.
    pub fn free_to_cancel_until(&self, span: Span) -> Timestamp {
        if self.cancelling.free_days_before == 0 {
            return span.beginning();
        }
        let last = i64::from(self.cancelling.free_days_before) - 1;
        span.day()
            .checked_sub(last.days())
            .map_or(Timestamp::MIN, |day| moment(day, ClockTime::default()))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn span(day: Date) -> Span {
        Span::new(day, "9:00".parse().unwrap(), "12:00".parse().unwrap()).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_opens_as_a_whole() {
        let rules = Rules {
            opens: Opens::MonthsBefore {
                months: 2,
                day: 1,
                at: "9:00".parse().unwrap(),
            },
            ..Rules::default()
        };
        let june = span(date(2026, 6, 30));
        assert_eq!(
            rules.window(june, at("2026-03-31T23:59:59Z")),
            Window::Early(at("2026-04-01T00:00:00Z"))
        );
        assert_eq!(rules.window(june, at("2026-04-01T00:00:00Z")), Window::Open);
        // The end of a year.
        assert_eq!(
            rules.opens_for(date(2027, 1, 31)),
            at("2026-11-01T00:00:00Z")
        );
    }

    #[test]
    fn booking_ends_days_before_or_when_it_begins() {
        let mut rules = Rules::default();
        let day = span(date(2026, 11, 21));
        assert_eq!(rules.window(day, at("2026-11-20T23:59:59Z")), Window::Open);
        assert_eq!(rules.window(day, at("2026-11-21T00:00:00Z")), Window::Late);
        rules.closes_days_before = 3;
        // Until the end of the 18th in Japan.
        assert_eq!(rules.window(day, at("2026-11-18T14:59:59Z")), Window::Open);
        assert_eq!(rules.window(day, at("2026-11-18T15:00:00Z")), Window::Late);
    }

    #[test]
    fn with_a_lottery_a_month_opens_when_what_is_left_may_be_booked() {
        let rules = Rules {
            lottery: Some(crate::model::lottery::rules::tests::rules()),
            ..Rules::default()
        };
        assert_eq!(
            rules.window(span(date(2027, 2, 28)), at("2026-11-30T23:59:59Z")),
            Window::Early(at("2026-12-01T00:00:00Z"))
        );
    }

    #[test]
    fn cancelling_is_free_until_the_day_named() {
        let mut rules = Rules::default();
        rules.cancelling.free_days_before = 7;
        let day = span(date(2026, 11, 21));
        assert_eq!(rules.free_to_cancel_until(day), at("2026-11-14T15:00:00Z"));
    }
}
