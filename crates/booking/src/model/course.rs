//! Courses: several sessions that are booked as one.
//!
//! A booking of a course begins with one of its sessions and takes that one and all later ones. That is the first session, or, where
//! the course can be joined later, the next one to come once the sessions before it can no longer be booked.

use jiff::{Timestamp, civil::Date};
use yakuba_forms::model::document::Text;

use super::{
    document::{FacilityDocument, Joining, Resource, Session, Times},
    rules::Window,
    time::Span,
};

/// A session of a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseSession {
    /// All sessions of the course in order of time.
    pub all: Vec<Span>,
    /// Which of them it is, from 0.
    pub place: usize,
}

impl CourseSession {
    /// The first session of the course.
    pub fn first(&self) -> Option<Span> {
        self.all.first().copied()
    }

    /// This session and all later ones.
    pub fn from_here(&self) -> &[Span] {
        self.all.get(self.place..).unwrap_or_default()
    }

    /// The session before it.
    fn before(&self) -> Option<Span> {
        self.all.get(self.place.checked_sub(1)?).copied()
    }
}

fn span_of(session: &Session) -> Option<Span> {
    Span::new(session.day, session.from, session.to)
}

impl Resource {
    /// The course that a span is a session of; none when the resource has no courses, or no such session.
    pub fn course_session(&self, span: Span) -> Option<CourseSession> {
        self.course?;
        let Times::Sessions(sessions) = &self.times else {
            return None;
        };
        let session = sessions
            .iter()
            .find(|session| span_of(session) == Some(span))?;
        let mut all: Vec<Span> = sessions
            .iter()
            .filter(|other| other.course == session.course)
            .filter_map(span_of)
            .collect();
        all.sort_unstable();
        let place = all.iter().position(|one| *one == span)?;
        Some(CourseSession { all, place })
    }

    /// What the session at a time is about, when it says so.
    pub fn session_name(&self, span: Span) -> Option<&Text> {
        let Times::Sessions(sessions) = &self.times else {
            return None;
        };
        sessions
            .iter()
            .find(|session| span_of(session) == Some(span))?
            .name
            .as_ref()
    }

    /// What a booking that begins with a span takes: the span alone, or a session with all later ones of its course.
    pub fn spans_from(&self, span: Span) -> Vec<Span> {
        self.course_session(span)
            .map_or_else(|| vec![span], |session| session.from_here().to_vec())
    }

    /// The first sessions of its courses in order of time; every session where there are no courses.
    pub fn beginnings(&self) -> Vec<Span> {
        let Times::Sessions(sessions) = &self.times else {
            return Vec::new();
        };
        let mut all: Vec<Span> = sessions
            .iter()
            .filter_map(span_of)
            .filter(|span| {
                self.course_session(*span)
                    .is_none_or(|session| session.place == 0)
            })
            .collect();
        all.sort_unstable();
        all
    }
}

impl FacilityDocument {
    /// Whether a booking can begin with a span now.
    pub fn window(&self, resource: &Resource, span: Span, now: Timestamp) -> Window {
        let rules = self.rules_of(resource);
        let Some(session) = resource.course_session(span) else {
            return rules.window(span, now);
        };
        let Some(before) = session.before() else {
            return rules.window(span, now);
        };
        let can_join =
            resource.course == Some(Joining::LateEntry) && now >= rules.closes_for(before);
        if !can_join {
            Window::WithTheCourse
        } else if now >= rules.closes_for(span) {
            Window::Late
        } else {
            Window::Open
        }
    }

    /// The last day up to which must be known what is taken, to tell what is left on days up to `last`: that of the last session of every
    /// course with a session between `first` and `last`.
    pub fn last_day_of_courses(&self, first: Date, last: Date) -> Date {
        self.resources
            .iter()
            .filter(|resource| resource.course.is_some())
            .filter_map(|resource| match &resource.times {
                Times::Sessions(sessions) => Some((resource, sessions)),
                _ => None,
            })
            .flat_map(|(resource, sessions)| {
                sessions
                    .iter()
                    .filter(|session| (first..=last).contains(&session.day))
                    .filter_map(span_of)
                    .filter_map(|span| resource.course_session(span)?.all.last().copied())
            })
            .map(Span::day)
            .fold(last, Date::max)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::model::{
        document::{
            Opens,
            tests::{HALL, facility},
        },
        taken::TakenSteps,
    };

    /// Two courses of three and two sessions, one after the other, and their facility.
    fn courses(joining: Joining) -> FacilityDocument {
        let mut hall = facility(HALL);
        let class = hall
            .resources
            .iter_mut()
            .find(|resource| resource.key.as_str() == "class")
            .unwrap();
        let session = |day: Date, course: &str| Session {
            day,
            from: "10:00".parse().unwrap(),
            to: "12:00".parse().unwrap(),
            name: None,
            course: Some(yakuba_forms::model::document::Key::new(course).unwrap()),
        };
        class.course = Some(joining);
        class.times = Times::Sessions(vec![
            session(date(2026, 12, 19), "winter"),
            session(date(2026, 12, 5), "winter"),
            session(date(2026, 12, 12), "winter"),
            session(date(2027, 1, 16), "spring"),
            session(date(2027, 1, 23), "spring"),
        ]);
        hall.rules.opens = Opens::DaysBefore {
            days: 30,
            at: "9:00".parse().unwrap(),
        };
        hall
    }

    fn at(day: Date) -> Span {
        Span::new(day, "10:00".parse().unwrap(), "12:00".parse().unwrap()).unwrap()
    }

    #[test]
    fn a_booking_takes_its_session_and_all_later_ones_of_the_same_course() {
        let hall = courses(Joining::FromTheStart);
        let class = hall.resource("class").unwrap();
        let days = |from: Date| -> Vec<Date> {
            class
                .spans_from(at(from))
                .into_iter()
                .map(Span::day)
                .collect()
        };
        let winter = [date(2026, 12, 5), date(2026, 12, 12), date(2026, 12, 19)];
        assert_eq!(days(winter[0]), winter);
        assert_eq!(days(winter[2]), winter[2..]);
        assert_eq!(days(date(2027, 1, 16)).len(), 2);
        // No session: the span itself.
        assert_eq!(days(date(2026, 12, 6)), [date(2026, 12, 6)]);
        assert_eq!(
            class.beginnings(),
            [at(winter[0]), at(date(2027, 1, 16))],
            "one beginning for each course"
        );
        assert_eq!(
            hall.last_day_of_courses(date(2026, 12, 1), date(2026, 12, 6)),
            winter[2]
        );
        assert_eq!(
            hall.last_day_of_courses(date(2026, 12, 20), date(2026, 12, 21)),
            date(2026, 12, 21)
        );
    }

    #[test]
    fn a_course_is_joined_at_its_beginning_or_where_its_file_says_so_later() {
        let now = |text: &str| -> Timestamp { text.parse().unwrap() };
        let strict = courses(Joining::FromTheStart);
        let open = courses(Joining::LateEntry);
        let window = |hall: &FacilityDocument, day, moment: &str| {
            hall.window(hall.resource("class").unwrap(), at(day), now(moment))
        };
        let (first, second) = (date(2026, 12, 5), date(2026, 12, 12));
        for hall in [&strict, &open] {
            assert!(matches!(
                window(hall, first, "2026-11-01T00:00:00Z"),
                Window::Early(_)
            ));
            assert_eq!(window(hall, first, "2026-12-04T00:00:00Z"), Window::Open);
            // Not yet: whoever wants to come joins at the beginning.
            assert_eq!(
                window(hall, second, "2026-12-04T00:00:00Z"),
                Window::WithTheCourse
            );
            assert_eq!(window(hall, first, "2026-12-05T01:00:00Z"), Window::Late);
        }
        let later = "2026-12-06T00:00:00Z";
        assert_eq!(window(&strict, second, later), Window::WithTheCourse);
        assert_eq!(window(&open, second, later), Window::Open);
        assert_eq!(
            window(&open, date(2026, 12, 19), later),
            Window::WithTheCourse
        );
        assert_eq!(window(&open, second, "2026-12-12T01:00:00Z"), Window::Late);
    }

    #[test]
    fn what_is_left_of_a_course_is_what_is_left_of_its_fullest_session() {
        let hall = courses(Joining::FromTheStart);
        let class = hall.resource("class").unwrap();
        let mut taken = TakenSteps::new();
        let full = at(date(2026, 12, 19));
        taken.take("class#1", full.steps(hall.step.minutes()));
        taken.take("class#3", full.steps(hall.step.minutes()));
        assert_eq!(hall.left(class, at(date(2026, 12, 5)), &taken), 1);
        assert_eq!(hall.left(class, at(date(2027, 1, 16)), &taken), 3);
    }
}
