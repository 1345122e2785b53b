//! Time: the one place where a clock is read.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// Japan Standard Time. Japan has had no summer time since 1951, so a fixed offset needs no time zone database.
pub const JAPAN: jiff::tz::Offset = jiff::tz::offset(9);

/// Where a city takes its time from.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Fixed(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until [`Clock::set`], for tests and for replaying history.
    pub fn fixed(at: Timestamp) -> Self {
        Self(Source::Fixed(Arc::new(Mutex::new(at))))
    }

    /// Moves a fixed clock; the machine's clock is left alone.
    pub fn set(&self, at: Timestamp) {
        if let Source::Fixed(now) = &self.0 {
            *now.lock().unwrap_or_else(PoisonError::into_inner) = at;
        }
    }

    /// The present moment, cut to microseconds: both databases store exactly that.
    // The one permitted reading of the machine's clock.
    #[allow(clippy::disallowed_methods)]
    pub fn now(&self) -> Timestamp {
        let now = match &self.0 {
            Source::System => Timestamp::now(),
            Source::Fixed(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        };
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// Today's date in Japan.
    pub fn today(&self) -> Date {
        date_in_japan(self.now())
    }
}

/// The calendar day in Japan on which a moment falls.
pub(crate) fn date_in_japan(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::fixed(JAPAN)).date()
}
