//! When a facility is open, and what times of a day are offered.

use jiff::{ToSpan as _, civil::Date};
use yakuba_forms::model::document::Key;
use yakuba_kernel::working_days::holiday;

use super::{
    document::{DayOfWeek, FacilityDocument, Resource, Times},
    time::{ClockTime, Span},
};

/// A time that is offered as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer<'a> {
    /// When.
    pub span: Span,
    /// The band it is, if it is one.
    pub band: Option<&'a Key>,
    /// The band's or the session's name.
    pub name: Option<&'a yakuba_forms::model::document::Text>,
}

/// What can be booked on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offered<'a> {
    /// Nothing.
    Nothing,
    /// These times. Bands may be booked together, from the beginning of one to the end of a later one.
    Times(Vec<Offer<'a>>),
    /// Any time in these spans that keeps to the steps and limits.
    Free(Vec<Span>),
}

impl FacilityDocument {
    /// Whether it is closed on a whole day.
    pub fn is_closed_on(&self, day: Date) -> bool {
        let closed = &self.closed;
        if closed.except.contains(&day) {
            return false;
        }
        if closed.days.contains(&day)
            || closed.seasons.iter().any(|season| season.contains(day))
            || (closed.holidays && holiday(day).is_some())
        {
            return true;
        }
        if !closed.moves_after_holidays {
            return self.is_weekly_closing_day(day);
        }
        if holiday(day).is_some() {
            return false;
        }
        if self.is_weekly_closing_day(day) {
            return true;
        }
        // The closing day that was a holiday is made up for on the first day after it that is none.
        let mut before = day;
        while let Ok(previous) = before.checked_sub(1.day()) {
            if holiday(previous).is_none() {
                return false;
            }
            if self.is_weekly_closing_day(previous) {
                return true;
            }
            before = previous;
        }
        false
    }

    fn is_weekly_closing_day(&self, day: Date) -> bool {
        let week = u8::try_from((day.day() - 1) / 7 + 1).unwrap_or(0);
        self.closed.weekdays.contains(&DayOfWeek::of(day))
            && (self.closed.weeks.is_empty() || self.closed.weeks.contains(&week))
    }

    /// The hours it is open on a day, in order, without overlaps; none when it is closed.
    pub fn hours_on(&self, day: Date) -> Vec<Span> {
        if self.is_closed_on(day) {
            return Vec::new();
        }
        let mut hours: Vec<(ClockTime, ClockTime)> = self
            .opening
            .iter()
            .filter(|opening| {
                (opening.weekdays.is_empty() || opening.weekdays.contains(&DayOfWeek::of(day)))
                    && opening.season.is_none_or(|season| season.contains(day))
            })
            .map(|opening| (opening.from, opening.to))
            .collect();
        hours.sort_unstable();
        let mut joined: Vec<(ClockTime, ClockTime)> = Vec::new();
        for (from, to) in hours {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => joined.push((from, to)),
            }
        }
        joined
            .into_iter()
            .filter_map(|(from, to)| Span::new(day, from, to))
            .collect()
    }

    /// What is offered of a resource on a day, taken or not.
    pub fn offered<'a>(&self, resource: &'a Resource, day: Date) -> Offered<'a> {
        let times = match &resource.times {
            Times::Bands(bands) => {
                let hours = self.hours_on(day);
                bands
                    .iter()
                    .filter_map(|band| {
                        let span = Span::new(day, band.from, band.to)?;
                        hours
                            .iter()
                            .any(|open| open.contains(span))
                            .then_some(Offer {
                                span,
                                band: Some(&band.key),
                                name: Some(&band.name),
                            })
                    })
                    .collect::<Vec<_>>()
            }
            // A session is announced for its day: opening hours do not matter to it.
            Times::Sessions(sessions) => sessions
                .iter()
                .filter(|session| session.day == day)
                .filter_map(|session| {
                    Some(Offer {
                        span: Span::new(day, session.from, session.to)?,
                        band: None,
                        name: session.name.as_ref(),
                    })
                })
                .collect(),
            Times::Free(_) => {
                let hours = self.hours_on(day);
                return if hours.is_empty() {
                    Offered::Nothing
                } else {
                    Offered::Free(hours)
                };
            }
        };
        if times.is_empty() {
            Offered::Nothing
        } else {
            Offered::Times(times)
        }
    }

    /// Whether exactly this span can be asked for.
    pub fn offers(&self, resource: &Resource, span: Span) -> bool {
        match self.offered(resource, span.day()) {
            Offered::Nothing => false,
            Offered::Times(times) => {
                let together = matches!(resource.times, Times::Bands(_));
                let begins = |offer: &Offer<'_>| offer.span.from() == span.from();
                let ends = |offer: &Offer<'_>| offer.span.to() == span.to();
                if together {
                    times.iter().any(begins) && times.iter().any(ends)
                } else {
                    times.iter().any(|offer| begins(offer) && ends(offer))
                }
            }
            Offered::Free(hours) => {
                let Times::Free(limits) = &resource.times else {
                    return false;
                };
                let step = self.step.minutes();
                hours.iter().any(|open| {
                    let every = limits.begins_every.unwrap_or(step).max(1);
                    open.contains(span)
                        && span.from().minutes().is_multiple_of(step)
                        && span.to().minutes().is_multiple_of(step)
                        && (span.from().minutes() - open.from().minutes()).is_multiple_of(every)
                        && (limits.at_least..=limits.at_most).contains(&span.minutes())
                })
            }
        }
    }

    /// What a booking takes: the span with its set-up and clearing time.
    pub fn taken_by(&self, resource: &Resource, span: Span) -> Span {
        span.widened(resource.minutes_before, resource.minutes_after)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::model::document::tests::{HALL, facility};

    #[test]
    fn a_closing_day_that_is_a_holiday_is_made_up_for() {
        // Closed on Mondays; 3 November 2025 was a Monday and a holiday; 4 to 6 May 2026 are holidays, Monday to Wednesday.
        let hall = facility(HALL);
        assert!(hall.is_closed_on(date(2026, 11, 16)));
        assert!(!hall.is_closed_on(date(2025, 11, 3)));
        assert!(hall.is_closed_on(date(2025, 11, 4)));
        assert!(!hall.is_closed_on(date(2026, 5, 4)));
        assert!(!hall.is_closed_on(date(2026, 5, 6)));
        assert!(hall.is_closed_on(date(2026, 5, 7)));
        assert!(!hall.is_closed_on(date(2026, 5, 8)));
        assert!(hall.is_closed_on(date(2026, 12, 31)));
        assert!(hall.is_closed_on(date(2027, 1, 3)));
        assert!(!hall.is_closed_on(date(2027, 1, 5)));
    }

    #[test]
    fn a_closing_day_may_be_one_week_of_a_month() {
        let mut hall = facility(HALL);
        hall.closed.weeks = vec![3];
        assert!(hall.is_closed_on(date(2026, 11, 16)), "the third Monday");
        assert!(!hall.is_closed_on(date(2026, 11, 9)));
    }

    #[test]
    fn bands_are_offered_while_it_is_open_and_can_be_joined() {
        let hall = facility(HALL);
        let whole = hall.resource("whole").unwrap();
        let saturday = date(2026, 11, 21);
        let Offered::Times(times) = hall.offered(whole, saturday) else {
            panic!("nothing offered");
        };
        assert_eq!(times.len(), 3);
        let sunday = date(2026, 11, 22);
        let Offered::Times(times) = hall.offered(whole, sunday) else {
            panic!("nothing offered");
        };
        assert_eq!(times.len(), 2, "closed on Sunday evenings");
        let span = |day, from: &str, to: &str| {
            Span::new(day, from.parse().unwrap(), to.parse().unwrap()).unwrap()
        };
        assert!(hall.offers(whole, span(saturday, "9:00", "12:00")));
        assert!(hall.offers(whole, span(saturday, "9:00", "17:00")));
        assert!(!hall.offers(whole, span(saturday, "9:00", "13:00")));
        assert!(!hall.offers(whole, span(sunday, "13:00", "21:30")));
    }

    #[test]
    fn free_times_keep_to_steps_and_limits() {
        let hall = facility(HALL);
        let court = hall.resource("court").unwrap();
        let day = date(2026, 11, 21);
        let offers = |from: &str, to: &str| {
            Span::new(day, from.parse().unwrap(), to.parse().unwrap())
                .is_some_and(|span| hall.offers(court, span))
        };
        assert!(offers("9:00", "10:00"));
        assert!(offers("9:30", "11:30"));
        assert!(!offers("9:15", "10:15"));
        assert!(!offers("9:00", "9:30"), "at least an hour");
        assert!(!offers("9:00", "12:00"), "at most two hours");
        assert!(!offers("21:00", "22:00"), "closed");
    }

    #[test]
    fn sessions_are_offered_on_their_days_only() {
        let hall = facility(HALL);
        let class = hall.resource("class").unwrap();
        let Offered::Times(times) = hall.offered(class, date(2026, 12, 5)) else {
            panic!("nothing offered");
        };
        assert_eq!(times.len(), 1);
        assert_eq!(hall.offered(class, date(2026, 12, 6)), Offered::Nothing);
    }
}
