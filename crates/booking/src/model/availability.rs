//! What is still free, from what is taken.

use std::collections::BTreeSet;

use jiff::civil::Date;
use yakuba_forms::model::document::Text;

use super::{
    calendar::Offered,
    document::{FacilityDocument, Resource, Takes, Times},
    time::{ClockTime, Span},
};

/// The steps in which units are taken: the unit's key and the step's beginning (see [`super::time::quantum`]).
pub type TakenSteps = BTreeSet<(String, i64)>;

/// A time and how much of it is free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeTime<'a> {
    /// When.
    pub span: Span,
    /// What it is called, if it has a name.
    pub name: Option<&'a Text>,
    /// How many bookings can still be made: 0 or 1 for units, up to their count for what is alike.
    pub left: u32,
}

impl FacilityDocument {
    /// How many bookings of a span can still be made.
    pub fn left(&self, resource: &Resource, span: Span, taken: &TakenSteps) -> u32 {
        let steps: Vec<i64> = self
            .taken_by(resource, span)
            .steps(self.step.minutes())
            .collect();
        let is_free = |unit: &String| {
            steps
                .iter()
                .all(|step| !taken.contains(&(unit.clone(), *step)))
        };
        let units = resource.units();
        match resource.takes {
            Takes::Units(_) => u32::from(!units.is_empty() && units.iter().all(is_free)),
            Takes::OneOf(_) => {
                u32::try_from(units.iter().filter(|unit| is_free(unit)).count()).unwrap_or(u32::MAX)
            }
        }
    }

    /// The times of a day with what is left of each. Free times are shown by the shortest time that can be booked, one beside the
    /// other from each opening on.
    pub fn times_of_day<'a>(
        &self,
        resource: &'a Resource,
        day: Date,
        taken: &TakenSteps,
    ) -> Vec<FreeTime<'a>> {
        match self.offered(resource, day) {
            Offered::Nothing => Vec::new(),
            Offered::Times(times) => times
                .into_iter()
                .map(|offer| FreeTime {
                    span: offer.span,
                    name: offer.name,
                    left: self.left(resource, offer.span, taken),
                })
                .collect(),
            Offered::Free(hours) => {
                let Times::Free(limits) = &resource.times else {
                    return Vec::new();
                };
                let length = limits.at_least;
                let every = limits.begins_every.unwrap_or(length).max(1);
                let mut times = Vec::new();
                for open in hours {
                    let mut from = Some(open.from());
                    while let Some(begin) = from
                        && let Some(end) = begin.plus(length)
                        && end <= open.to()
                        && let Some(span) = Span::new(day, begin, end)
                    {
                        times.push(FreeTime {
                            span,
                            name: None,
                            left: self.left(resource, span, taken),
                        });
                        from = begin.plus(every);
                    }
                }
                times
            }
        }
    }

    /// The latest times to which a free time that begins at `from` can last, each step from the shortest on, as long as it is free.
    pub fn possible_ends(
        &self,
        resource: &Resource,
        day: Date,
        from: ClockTime,
        taken: &TakenSteps,
    ) -> Vec<ClockTime> {
        let Times::Free(limits) = &resource.times else {
            return Vec::new();
        };
        (limits.at_least..=limits.at_most)
            .step_by(usize::from(self.step.minutes()))
            .filter_map(|length| Span::new(day, from, from.plus(length)?))
            .take_while(|span| {
                self.offers(resource, *span) && self.left(resource, *span, taken) > 0
            })
            .map(Span::to)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::model::document::tests::{HALL, facility};

    fn taken(
        hall: &FacilityDocument,
        resource: &str,
        units: &[&str],
        from: &str,
        to: &str,
    ) -> TakenSteps {
        let span = Span::new(
            date(2026, 11, 21),
            from.parse().unwrap(),
            to.parse().unwrap(),
        )
        .unwrap();
        let resource = hall.resource(resource).unwrap();
        hall.taken_by(resource, span)
            .steps(hall.step.minutes())
            .flat_map(|step| units.iter().map(move |unit| ((*unit).to_owned(), step)))
            .collect()
    }

    fn left(hall: &FacilityDocument, resource: &str, taken: &TakenSteps) -> Vec<u32> {
        hall.times_of_day(hall.resource(resource).unwrap(), date(2026, 11, 21), taken)
            .iter()
            .map(|time| time.left)
            .collect()
    }

    #[test]
    fn a_part_blocks_the_whole_and_the_whole_its_parts() {
        let hall = facility(HALL);
        let east = taken(&hall, "half_a", &["a"], "13:00", "17:00");
        assert_eq!(left(&hall, "whole", &east), [1, 0, 1]);
        assert_eq!(left(&hall, "half_b", &east), [1, 1, 1]);
        let whole = taken(&hall, "whole", &["a", "b"], "9:00", "17:00");
        assert_eq!(left(&hall, "half_a", &whole), [0, 0, 1]);
        assert_eq!(left(&hall, "half_b", &whole), [0, 0, 1]);
    }

    #[test]
    fn clearing_time_keeps_the_next_away() {
        let hall = facility(HALL);
        let court = taken(&hall, "court", &["court_1"], "10:00", "11:00");
        let free = left(&hall, "court", &court);
        // 9–10 would have to be cleared until 10:30, and 11–12 is cleared until 11:30 by the booking itself.
        assert_eq!(&free[..4], [0, 0, 0, 1]);
        let ends = hall.possible_ends(
            hall.resource("court").unwrap(),
            date(2026, 11, 21),
            "11:30".parse().unwrap(),
            &court,
        );
        assert_eq!(ends.len(), 3, "12:30, 13:00, 13:30");
    }

    #[test]
    fn places_of_a_class_are_counted() {
        let hall = facility(HALL);
        let class = hall.resource("class").unwrap();
        let day = date(2026, 12, 5);
        let mut taken = TakenSteps::new();
        assert_eq!(hall.times_of_day(class, day, &taken)[0].left, 3);
        let span = hall.times_of_day(class, day, &taken)[0].span;
        taken.extend(span.steps(30).map(|step| ("class#2".to_owned(), step)));
        assert_eq!(hall.times_of_day(class, day, &taken)[0].left, 2);
    }
}
