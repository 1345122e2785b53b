//! Times of a day, and spans that are taken in steps.

use std::{fmt, str::FromStr};

use jiff::{
    Timestamp,
    civil::{Date, date},
    tz::TimeZone,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yakuba_city::JAPAN;

use crate::error::BookingError;

/// Minutes of a day.
pub const DAY: u16 = 24 * 60;

/// A time of the day to the minute, from 0:00 to 24:00: `09:00` in files, `9:00` on pages.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct ClockTime(u16);

impl ClockTime {
    /// So many minutes after midnight; none beyond 24:00.
    pub fn from_minutes(minutes: u16) -> Option<Self> {
        (minutes <= DAY).then_some(Self(minutes))
    }

    /// Minutes since midnight, from 0 to 1,440.
    pub fn minutes(self) -> u16 {
        self.0
    }

    /// This time and so many minutes; none beyond 24:00.
    pub fn plus(self, minutes: u16) -> Option<Self> {
        self.0.checked_add(minutes).and_then(Self::from_minutes)
    }

    /// This time less so many minutes; none before 0:00.
    pub fn minus(self, minutes: u16) -> Option<Self> {
        self.0.checked_sub(minutes).map(Self)
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl FromStr for ClockTime {
    type Err = BookingError;

    /// Reads `9:00`, `09:00` and, as addresses have it, `0900`.
    fn from_str(text: &str) -> Result<Self, BookingError> {
        let wrong = || BookingError::BadTime(text.to_owned());
        let digits = |part: &str| {
            (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        let (hours, minutes) = match text.split_once(':') {
            Some(parts) => parts,
            None if text.len() == 4 && text.is_ascii() => text.split_at(2),
            None => return Err(wrong()),
        };
        if !digits(hours) || !digits(minutes) || minutes.len() != 2 {
            return Err(wrong());
        }
        let hours: u16 = hours.parse().map_err(|_| wrong())?;
        let minutes: u16 = minutes.parse().map_err(|_| wrong())?;
        if minutes > 59 {
            return Err(wrong());
        }
        Self::from_minutes(hours * 60 + minutes).ok_or_else(wrong)
    }
}

impl TryFrom<String> for ClockTime {
    type Error = BookingError;

    fn try_from(text: String) -> Result<Self, BookingError> {
        text.parse()
    }
}

impl From<ClockTime> for String {
    fn from(time: ClockTime) -> Self {
        format!("{:02}:{:02}", time.0 / 60, time.0 % 60)
    }
}

/// A part of one day: from a time up to, and not including, a later time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    day: Date,
    from: ClockTime,
    to: ClockTime,
}

impl Span {
    /// A span; none when it does not end after it begins.
    pub fn new(day: Date, from: ClockTime, to: ClockTime) -> Option<Self> {
        (from < to).then_some(Self { day, from, to })
    }

    /// The day.
    pub fn day(self) -> Date {
        self.day
    }

    /// When it begins.
    pub fn from(self) -> ClockTime {
        self.from
    }

    /// When it ends.
    pub fn to(self) -> ClockTime {
        self.to
    }

    /// How long it is, in minutes.
    pub fn minutes(self) -> u16 {
        self.to.minutes() - self.from.minutes()
    }

    /// Whether the two share a minute.
    pub fn overlaps(self, other: Self) -> bool {
        self.day == other.day && self.from < other.to && other.from < self.to
    }

    /// Whether the other lies wholly in this one.
    pub fn contains(self, other: Self) -> bool {
        self.day == other.day && self.from <= other.from && other.to <= self.to
    }

    /// The moment it begins, in Japan.
    pub fn beginning(self) -> Timestamp {
        moment(self.day, self.from)
    }

    /// The moment it ends, in Japan.
    pub fn end(self) -> Timestamp {
        moment(self.day, self.to)
    }

    /// The span with time before and after it, cut off at the day's ends.
    #[must_use]
    pub fn widened(self, before: u16, after: u16) -> Self {
        Self {
            day: self.day,
            from: ClockTime(self.from.0.saturating_sub(before)),
            to: ClockTime(self.to.0.saturating_add(after).min(DAY)),
        }
    }

    /// The beginnings of the steps it takes, each as [`quantum`] counts them. `step` is in minutes; a span that does not begin or
    /// end at a step takes the whole of that step.
    pub fn steps(self, step: u16) -> impl Iterator<Item = i64> {
        let step = step.max(1);
        let first = self.from.0 / step * step;
        let day = quantum(self.day, ClockTime(0));
        (first..self.to.0)
            .step_by(usize::from(step))
            .map(move |minute| day + i64::from(minute))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}–{}", self.day, self.from, self.to)
    }
}

/// Minutes of local time from 1 January 1970 to a time of a day. Japan has no summer time, so that each minute has one number.
pub fn quantum(day: Date, time: ClockTime) -> i64 {
    const BEGINNING: Date = date(1970, 1, 1);
    let days = i64::from(BEGINNING.until(day).map_or(0, |span| span.get_days()));
    days * i64::from(DAY) + i64::from(time.0)
}

/// The moment of a time of a day in Japan.
pub fn moment(day: Date, time: ClockTime) -> Timestamp {
    let midnight = day
        .to_zoned(TimeZone::fixed(JAPAN))
        .map_or(Timestamp::MAX, |zoned| zoned.timestamp());
    midnight
        .checked_add(jiff::SignedDuration::from_mins(i64::from(time.0)))
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(minutes: u16) -> ClockTime {
        ClockTime::from_minutes(minutes).unwrap()
    }

    #[test]
    fn times_are_read_and_written() {
        for (text, shown, filed) in [
            ("9:00", "9:00", "09:00"),
            ("09:30", "9:30", "09:30"),
            ("2130", "21:30", "21:30"),
            ("24:00", "24:00", "24:00"),
        ] {
            let time: ClockTime = text.parse().unwrap();
            assert_eq!(time.to_string(), shown);
            assert_eq!(String::from(time), filed);
        }
        for wrong in [
            "", "9", "24:01", "12:60", "-1:00", "+9:00", "９:00", "9:0", "123:00",
        ] {
            assert!(wrong.parse::<ClockTime>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_span_has_its_moments_and_steps() {
        let span = Span::new(date(2026, 11, 21), at(540), at(720)).unwrap();
        assert_eq!(span.beginning().to_string(), "2026-11-21T00:00:00Z");
        assert_eq!(span.end().to_string(), "2026-11-21T03:00:00Z");
        assert_eq!(span.steps(30).count(), 6);
        assert_eq!(span.widened(15, 0).steps(30).count(), 7);
        assert_eq!(quantum(date(1970, 1, 2), at(1)), 1441);
        assert!(Span::new(date(2026, 11, 21), at(540), at(540)).is_none());
    }

    proptest! {
        /// Two spans share a step exactly when they share a minute, if both keep to the steps: what the database's constraint
        /// forbids is what must not happen, no more and no less.
        #[test]
        fn steps_meet_where_spans_overlap(
            one in 0u16..48, length in 1u16..48, other in 0u16..48, other_length in 1u16..48, days in 0i32..2,
        ) {
            let day = date(2026, 11, 21);
            let other_day = day.checked_add(jiff::Span::new().days(days)).unwrap();
            let make = |day, from: u16, length: u16| {
                Span::new(day, at(from * 30), at(((from + length) * 30).min(DAY))).unwrap()
            };
            let first = make(day, one, length);
            let second = make(other_day, other, other_length);
            let taken: Vec<i64> = first.steps(30).collect();
            prop_assert_eq!(second.steps(30).any(|step| taken.contains(&step)), first.overlaps(second));
            prop_assert_eq!(taken.len(), usize::from(first.minutes() / 30));
        }
    }
}
