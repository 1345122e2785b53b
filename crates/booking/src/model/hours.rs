//! How long a facility could be booked on a day, and how long it was used (稼働率).
//!
//! Counted are minutes of units: a hall of two halves that is open for an hour has been open for 120 minutes, and a booking of one
//! half for an hour used 60 of them. Set-up and clearing are not use. What the city uses itself is counted apart, and a closure takes
//! its time out of what was open, so that the share says how well residents use what they could have had.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    calendar::Offered,
    document::{Equipment, FacilityDocument, Resource},
    time::Span,
};

/// Minutes of units on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hours {
    /// How long they could be booked.
    pub open: u32,
    /// How long residents used them.
    pub used: u32,
    /// How long the city used them itself.
    pub official: u32,
}

/// What a step of a unit was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TakenFor {
    /// A booking that was used, or at least not marked as missed.
    Use,
    /// The city's own use.
    Official,
    /// A closure.
    Closure,
}

/// A step of a unit that was taken: the unit's key, the step's first minute of the day, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenStep {
    /// The unit.
    pub unit: String,
    /// Minutes since midnight.
    pub minute: u16,
    /// What for.
    pub taken_for: TakenFor,
}

impl FacilityDocument {
    /// The steps of a day in which each unit is offered by something that takes it, as minutes since midnight.
    pub fn offered_steps(&self, day: Date) -> BTreeMap<String, BTreeSet<u16>> {
        let mut all: BTreeMap<String, BTreeSet<u16>> = BTreeMap::new();
        for resource in &self.resources {
            let steps: BTreeSet<u16> = self
                .offered_spans(resource, day)
                .into_iter()
                .flat_map(|span| self.minutes_of_steps(span))
                .collect();
            if steps.is_empty() {
                continue;
            }
            for unit in resource.units() {
                all.entry(unit).or_default().extend(&steps);
            }
        }
        all
    }

    fn offered_spans(&self, resource: &Resource, day: Date) -> Vec<Span> {
        match self.offered(resource, day) {
            Offered::Nothing => Vec::new(),
            Offered::Times(times) => times.into_iter().map(|offer| offer.span).collect(),
            Offered::Free(hours) => hours,
        }
    }

    fn minutes_of_steps(&self, span: Span) -> impl Iterator<Item = u16> {
        let step = self.step.minutes();
        let first = span.from().minutes() / step * step;
        (first..span.to().minutes()).step_by(usize::from(step))
    }

    /// How long the facility could be booked on a day and how long it was used. What was used outside what is offered counts as open
    /// too, so that no share is above one.
    pub fn hours_of_use(&self, day: Date, taken: &[TakenStep]) -> Hours {
        let mut open = self.offered_steps(day);
        let (mut used, mut official) = (0_u32, 0_u32);
        let along: BTreeSet<String> = self.equipment.iter().flat_map(Equipment::units).collect();
        for step in taken {
            // A projector is no room.
            if along.contains(&step.unit) {
                continue;
            }
            let of_unit = open.entry(step.unit.clone()).or_default();
            match step.taken_for {
                TakenFor::Use => {
                    of_unit.insert(step.minute);
                    used += 1;
                }
                TakenFor::Official => {
                    of_unit.insert(step.minute);
                    official += 1;
                }
                TakenFor::Closure => {
                    of_unit.remove(&step.minute);
                }
            }
        }
        let steps: usize = open.values().map(BTreeSet::len).sum();
        let minutes = u32::from(self.step.minutes());
        Hours {
            open: u32::try_from(steps)
                .unwrap_or(u32::MAX)
                .saturating_mul(minutes),
            used: used.saturating_mul(minutes),
            official: official.saturating_mul(minutes),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::model::document::tests::{HALL, facility};

    fn taken(unit: &str, from: u16, to: u16, taken_for: TakenFor) -> Vec<TakenStep> {
        (from * 60..to * 60)
            .step_by(30)
            .map(|minute| TakenStep {
                unit: unit.to_owned(),
                minute,
                taken_for,
            })
            .collect()
    }

    #[test]
    fn each_unit_is_open_once_whatever_takes_it() {
        // Saturday: three bands of 3, 4 and 3.5 hours for the two halves, however they are booked; the court is open from 9:00 to
        // 21:30; no class.
        let hall = facility(HALL);
        let hours = hall.hours_of_use(date(2026, 11, 21), &[]);
        assert_eq!(hours.open, 2 * (180 + 240 + 210) + 750);
        assert_eq!((hours.used, hours.official), (0, 0));
        let closed = hall.hours_of_use(date(2026, 11, 16), &[]);
        assert_eq!(closed, Hours::default());
        // A class of three places for two hours on its day, and the rest of a Saturday.
        let class = hall.hours_of_use(date(2026, 12, 5), &[]);
        assert_eq!(class.open - hours.open, 3 * 120);
    }

    #[test]
    fn use_is_counted_by_unit_and_a_closure_is_not_open() {
        let hall = facility(HALL);
        let day = date(2026, 11, 21);
        let open = hall.hours_of_use(day, &[]).open;
        let mut steps = taken("a", 9, 12, TakenFor::Use);
        steps.extend(taken("b", 9, 12, TakenFor::Use));
        steps.extend(taken("a", 13, 17, TakenFor::Official));
        let hours = hall.hours_of_use(day, &steps);
        assert_eq!(
            hours,
            Hours {
                open,
                used: 360,
                official: 240
            }
        );
        let hours = hall.hours_of_use(day, &taken("b", 13, 17, TakenFor::Closure));
        assert_eq!(
            hours,
            Hours {
                open: open - 240,
                used: 0,
                official: 0
            }
        );
        // Used before it opens, by leave: then it was open.
        let hours = hall.hours_of_use(day, &taken("a", 8, 9, TakenFor::Use));
        assert_eq!(
            hours,
            Hours {
                open: open + 60,
                used: 60,
                official: 0
            }
        );
    }
}
