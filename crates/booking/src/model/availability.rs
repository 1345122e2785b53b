//! What is still free, from what is taken.

use jiff::civil::Date;
use yakuba_forms::model::document::Text;

use super::{
    calendar::Offered,
    document::{Equipment, FacilityDocument, Resource, Takes, Times},
    taken::TakenSteps,
    time::{ClockTime, Span},
};

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
    /// How many bookings that begin with a span can still be made; of a course, for its fullest session.
    pub fn left(&self, resource: &Resource, span: Span, taken: &TakenSteps) -> u32 {
        resource
            .spans_from(span)
            .into_iter()
            .map(|span| self.left_of_one(resource, span, taken))
            .min()
            .unwrap_or(0)
    }

    fn left_of_one(&self, resource: &Resource, span: Span, taken: &TakenSteps) -> u32 {
        let steps: Vec<i64> = self
            .taken_by(resource, span)
            .steps(self.step.minutes())
            .collect();
        let is_free = |unit: &String| taken.is_free(unit, &steps);
        let units = resource.units();
        match resource.takes {
            Takes::Units(_) => u32::from(!units.is_empty() && units.iter().all(is_free)),
            Takes::OneOf(_) => {
                u32::try_from(units.iter().filter(|unit| is_free(unit)).count()).unwrap_or(u32::MAX)
            }
        }
    }

    /// How many of some equipment nobody has during a span.
    pub fn equipment_left(&self, equipment: &Equipment, span: Span, taken: &TakenSteps) -> u32 {
        let steps: Vec<i64> = span.steps(self.step.minutes()).collect();
        let is_free = |unit: &String| taken.is_free(unit, &steps);
        let free = equipment
            .units()
            .iter()
            .filter(|unit| is_free(unit))
            .count();
        u32::try_from(free).unwrap_or(u32::MAX)
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

impl FacilityDocument {
    /// The spans of a day that can be had as a whole: bands alone and on end, sessions, and free times of so many minutes, as near to
    /// that as is allowed.
    pub fn free_spans(
        &self,
        resource: &Resource,
        day: Date,
        length: u16,
        taken: &TakenSteps,
    ) -> Vec<Span> {
        let spans: Vec<Span> = match (self.offered(resource, day), &resource.times) {
            (Offered::Times(times), Times::Bands(_)) => times
                .iter()
                .enumerate()
                .flat_map(|(place, first)| {
                    times
                        .iter()
                        .skip(place)
                        .filter_map(move |last| Span::new(day, first.span.from(), last.span.to()))
                })
                .collect(),
            (Offered::Times(times), _) => times.iter().map(|offer| offer.span).collect(),
            (Offered::Free(hours), Times::Free(limits)) => {
                let length = length.clamp(limits.at_least, limits.at_most.max(limits.at_least));
                let every = limits.begins_every.unwrap_or(self.step.minutes()).max(1);
                let mut spans = Vec::new();
                for open in hours {
                    let mut begins = Some(open.from());
                    while let Some(begin) = begins
                        && let Some(span) = begin
                            .plus(length)
                            .filter(|end| *end <= open.to())
                            .and_then(|end| Span::new(day, begin, end))
                    {
                        spans.push(span);
                        begins = begin.plus(every);
                    }
                }
                spans
            }
            _ => Vec::new(),
        };
        spans
            .into_iter()
            .filter(|span| self.offers(resource, *span) && self.left(resource, *span, taken) > 0)
            .collect()
    }

    /// The spans that can be had from a time on.
    pub fn free_spans_from(
        &self,
        resource: &Resource,
        day: Date,
        from: ClockTime,
        taken: &TakenSteps,
    ) -> Vec<Span> {
        if matches!(resource.times, Times::Free(_)) {
            return self
                .possible_ends(resource, day, from, taken)
                .into_iter()
                .filter_map(|to| Span::new(day, from, to))
                .collect();
        }
        let mut spans = self.free_spans(resource, day, 0, taken);
        spans.retain(|span| span.from() == from);
        spans
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
        taken.take("class#2", span.steps(30));
        assert_eq!(hall.times_of_day(class, day, &taken)[0].left, 2);
    }

    #[test]
    fn spans_are_offered_alone_and_together() {
        let hall = facility(HALL);
        let day = date(2026, 11, 21);
        let whole = hall.resource("whole").unwrap();
        let none = TakenSteps::new();
        assert_eq!(hall.free_spans(whole, day, 60, &none).len(), 6);
        let east = taken(&hall, "half_a", &["a"], "13:00", "17:00");
        let spans = hall.free_spans(whole, day, 60, &east);
        let texts: Vec<String> = spans.iter().map(|span| span.from().to_string()).collect();
        assert_eq!(texts, ["9:00", "18:00"], "not over what is taken");
        let court = hall.resource("court").unwrap();
        let spans = hall.free_spans(court, day, 90, &none);
        assert_eq!(spans.len(), 23, "every half hour from 9:00 to 20:00");
        assert!(spans.iter().all(|span| span.minutes() == 90));
        assert!(
            hall.free_spans(court, day, 600, &none)
                .iter()
                .all(|span| span.minutes() == 120)
        );
        let morning = "9:00".parse().unwrap();
        assert_eq!(hall.free_spans_from(whole, day, morning, &none).len(), 3);
        assert_eq!(hall.free_spans_from(court, day, morning, &none).len(), 3);
    }
}
