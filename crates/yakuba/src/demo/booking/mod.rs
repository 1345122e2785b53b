//! The demo city's facilities: every file of `content/facilities`, with two years of reservations that nobody made.
//!
//! The story is thought out first ([`story`]), always the same. Then it happens: the clock goes from day to day, and the functions of a
//! real city book, cancel, check in and report.

mod groups;
mod story;

use std::collections::BTreeMap;

use jiff::{
    ToSpan as _,
    civil::{Date, date},
};
use tokio::sync::mpsc;
use yakuba_booking::{
    BookingError,
    model::{
        document::{FacilityDocument, Times},
        state::{State, Step},
    },
    store::{
        self, hours,
        reservations::{NewBooking, Reservation, Wish, book, sessions_of, step},
    },
};
use yakuba_city::{Actor, City};
use yakuba_identity::CityKey;

pub(super) use self::story::person;
use self::story::{Ending, Planned};
use super::{broken, city::morning_of};
use crate::failure::Failure;

/// How many days the history goes back.
const DAYS_BACK: i64 = 730;
/// How many days ahead somebody has booked already.
const DAYS_AHEAD: i64 = 28;

/// The Monday of the week in which the dates of the courses and check-ups were written.
const WRITTEN_IN_WEEK_OF: Date = date(2026, 11, 16);

/// Brings the facilities in, and tells two years of bookings up to today.
pub(super) async fn make(city: &City, today: Date) -> Result<(), Failure> {
    let first = today
        .checked_sub(DAYS_BACK.days())
        .map_err(|error| broken("facilities", &error.to_string()))?;
    let last = today
        .checked_add(DAYS_AHEAD.days())
        .map_err(|error| broken("facilities", &error.to_string()))?;
    city.clock().set(morning_of(first)?);
    let facilities = bring_in(city, today).await?;
    let groups = groups::make(city, today, true).await?;
    let mut made: BTreeMap<Date, Vec<Planned>> = BTreeMap::new();
    for planned in story::think_out(&facilities, first, today, last) {
        made.entry(planned.made).or_default().push(planned);
    }
    let days: Vec<Date> = first
        .series(1.day())
        .take_while(|day| *day <= today)
        .collect();
    let each = days
        .iter()
        .map(|day| made.remove(day).unwrap_or_default())
        .collect();
    let mut sealed = seal_ahead(city.key()?.clone(), groups, each);
    let mut steps: BTreeMap<Date, Vec<(i64, Step)>> = BTreeMap::new();
    for day in days {
        city.clock().set(morning_of(day)?);
        let over = day.yesterday().ok().filter(|before| *before >= first);
        let Some(wishes) = sealed.recv().await else {
            break;
        };
        let of_day = steps.remove(&day).unwrap_or_default();
        for (id, at, what) in happen(city, wishes?, of_day, over).await? {
            // What would happen later than today has not happened yet.
            if at <= today {
                steps.entry(at).or_default().push((id, what));
            }
        }
    }
    groups::make(city, today, false).await?;
    Ok(())
}

/// A booking as it is asked for.
struct Asked {
    wish: Wish,
    new: NewBooking,
    ending: Ending,
    is_course: bool,
}

impl Asked {
    fn seal(key: &CityKey, groups: &[i64], planned: Planned) -> Result<Self, BookingError> {
        let new = NewBooking::new(
            key,
            planned.holder(groups),
            &planned.contact(),
            planned.channel,
            planned.of.clone(),
        )?;
        Ok(Self {
            wish: Wish {
                facility: planned.facility,
                resource: planned.resource,
                span: planned.span,
                of: planned.of,
            },
            new,
            ending: planned.ending,
            is_course: planned.is_course,
        })
    }
}

/// Seals the bookings of each day on a thread of its own, some days ahead of their writing.
fn seal_ahead(
    key: CityKey,
    groups: Vec<i64>,
    days: Vec<Vec<Planned>>,
) -> mpsc::Receiver<Result<Vec<Asked>, BookingError>> {
    let (send, receive) = mpsc::channel(30);
    tokio::task::spawn_blocking(move || {
        for made in days {
            let sealed = made
                .into_iter()
                .map(|planned| Asked::seal(&key, &groups, planned))
                .collect();
            // Nobody listens any more when the writing has failed.
            if send.blocking_send(sealed).is_err() {
                break;
            }
        }
    });
    receive
}

fn read(path: &str) -> Result<FacilityDocument, Failure> {
    FacilityDocument::from_yaml(super::text(path)?)
        .map_err(|error| broken(path, &error.to_string()))
}

/// A facility as its file is.
///
/// # Errors
/// When the content is broken.
pub(super) fn facility(key: &str) -> Result<FacilityDocument, Failure> {
    read(&format!("facilities/{key}.yaml"))
}

async fn bring_in(city: &City, today: Date) -> Result<Vec<FacilityDocument>, Failure> {
    let folder = super::CONTENT
        .get_dir("facilities")
        .ok_or_else(|| broken("facilities", "the folder is not in the program"))?;
    let mut facilities = Vec::new();
    for file in folder.files() {
        let Some(path) = file.path().to_str() else {
            continue;
        };
        let mut document = read(path)?;
        move_sessions(&mut document, today).map_err(|error| broken(path, &error.to_string()))?;
        // Until autumn they could be booked by whoever came first; see [`super::lottery`].
        document.rules.lottery = None;
        facilities.push(document);
    }
    city.write(Actor::CommandLine, facilities.clone(), |tx, facilities| {
        Box::pin(async move {
            for document in facilities {
                store::bring_in(tx, document).await?;
            }
            Ok::<_, BookingError>(())
        })
    })
    .await?;
    Ok(facilities)
}

/// Moves single sessions by whole weeks, so that whenever the demo is started some are over and some are still to come.
fn move_sessions(document: &mut FacilityDocument, today: Date) -> Result<(), jiff::Error> {
    let weeks = today.since(WRITTEN_IN_WEEK_OF)?.get_days().div_euclid(7);
    for resource in &mut document.resources {
        if let Times::Sessions(sessions) = &mut resource.times {
            for session in sessions {
                session.day = session.day.checked_add(weeks.weeks())?;
            }
        }
    }
    Ok(())
}

/// Carries out a day in one write, with the report of the day that is over, and tells what becomes of its bookings and when.
async fn happen(
    city: &City,
    wishes: Vec<Asked>,
    steps: Vec<(i64, Step)>,
    over: Option<Date>,
) -> Result<Vec<(i64, Date, Step)>, Failure> {
    let later = city
        .write(
            Actor::CommandLine,
            (wishes, steps, over),
            |tx, (wishes, steps, over)| {
                Box::pin(async move {
                    for (id, what) in steps {
                        match step(tx, *id, *what).await {
                            // Given up before staff agreed.
                            Ok(_) | Err(BookingError::WrongState) => {}
                            Err(error) => return Err(error),
                        }
                    }
                    let mut later = Vec::new();
                    for asked in wishes {
                        let ending = asked.ending;
                        match book(tx, &asked.wish, &asked.new).await {
                            Ok(booked) => {
                                if booked.state == State::Requested {
                                    // Staff take a day or two.
                                    let days = 1 + booked.id % 2;
                                    let on = tx.today().saturating_add(days.days());
                                    later.push((booked.id, on, Step::Approve));
                                }
                                if asked.is_course {
                                    let sessions = sessions_of(tx.connection(), booked.id).await?;
                                    later.extend(ending.of_course(booked.id, &sessions));
                                } else {
                                    later.extend(ending.later(booked.id, asked.wish.span.day()));
                                }
                            }
                            // The same person once too often, or after having missed too much: as in life.
                            Err(BookingError::LimitReached(_) | BookingError::Blocked(_)) => {}
                            Err(error) => return Err(error),
                        }
                    }
                    if let Some(over) = over {
                        hours::report_day(tx, *over).await?;
                    }
                    Ok::<_, BookingError>(later)
                })
            },
        )
        .await?;
    Ok(later)
}

impl Ending {
    /// What must be done with a booking of a course: it is given up as a whole, and who comes is noted for each session.
    fn of_course(self, id: i64, sessions: &[Reservation]) -> Vec<(i64, Date, Step)> {
        if let Self::Cancelled(on) = self {
            return vec![(id, on, Step::Cancel)];
        }
        sessions
            .iter()
            .flat_map(|session| {
                // Even those who come miss a session now and then.
                let ending = match self {
                    Self::CheckedIn if session.id % 7 == 0 => Self::Missed,
                    ending => ending,
                };
                ending.later(session.id, session.span.day())
            })
            .collect()
    }

    /// What must be done with a reservation, and on which day.
    fn later(self, id: i64, used: Date) -> Vec<(i64, Date, Step)> {
        let after = used.tomorrow().unwrap_or(used);
        match self {
            Self::Unmarked => Vec::new(),
            Self::CheckedIn => vec![(id, after, Step::CheckIn)],
            Self::Missed => vec![(id, after, Step::MarkAbsent)],
            Self::Cancelled(on) => vec![(id, on, Step::Cancel)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_keep_their_weekday_and_stand_around_the_day_of_the_demo() {
        let text = crate::demo::text("facilities/sumaho-kyoshitsu.yaml").unwrap();
        let written = FacilityDocument::from_yaml(text).unwrap();
        for today in [
            date(2026, 11, 15),
            date(2026, 11, 16),
            date(2026, 11, 22),
            date(2031, 3, 5),
        ] {
            let mut moved = written.clone();
            move_sessions(&mut moved, today).unwrap();
            let days = |document: &FacilityDocument| -> Vec<Date> {
                match &document.resources[0].times {
                    Times::Sessions(sessions) => sessions.iter().map(|one| one.day).collect(),
                    _ => Vec::new(),
                }
            };
            let (before, after) = (days(&written), days(&moved));
            assert!(!after.is_empty());
            for (before, after) in before.iter().zip(&after) {
                assert_eq!(before.weekday(), after.weekday());
            }
            assert!(after.iter().any(|day| *day >= today), "{today}: {after:?}");
            if today.since(WRITTEN_IN_WEEK_OF).unwrap().get_days() / 7 == 0
                && today >= WRITTEN_IN_WEEK_OF
            {
                assert_eq!(before, after);
            }
        }
    }
}
