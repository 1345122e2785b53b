//! Ten thousand residents who want five hundred rooms at nine o'clock, beside the rows of their bookings written by hand.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures::future::try_join_all;
use jiff::{ToSpan as _, civil::Date};
use yakuba_booking::{
    BookingError,
    model::{fees::Use, time::Span},
    store::{
        people::{Contact, Holder},
        reservations::{NewBooking, Wish, book},
    },
};
use yakuba_city::{Actor, City, sql::Sql as _};
use yakuba_kernel::Channel;

use super::{Booking, bare::Bare, place, report::Rush};
use crate::{Outcome, report::Line, timing::Times};

/// Rooms of a facility.
const ROOMS: usize = 20;

/// What became of one attempt.
enum Attempt {
    Booked(Duration),
    Taken(Duration),
}

pub(crate) async fn measure(
    directory: &Path,
    ours: Option<(&str, &str)>,
    by_hand: Option<(&str, &str)>,
    options: &Booking,
) -> Outcome<(Rush, City)> {
    let city = place::open(&directory.join("rush"), ours).await?;
    let facilities = options.units.div_ceil(ROOMS).max(1);
    for number in 0..facilities {
        place::offer(&city, place::facility(&format!("hall-{number}"), ROOMS)?).await?;
    }
    let day = city.today().checked_add(7.days())?;
    let next = Arc::new(AtomicUsize::new(0));
    let residents = options.residents;
    let (again, clients) = (options.again, options.clients.max(1));
    let begun = Instant::now();
    let attempts: Vec<Attempt> = try_join_all((0..clients).map(|_| {
        let (city, next) = (city.clone(), next.clone());
        tokio::spawn(async move {
            let mut attempts = Vec::new();
            loop {
                let resident = next.fetch_add(1, Ordering::Relaxed);
                if resident >= residents {
                    return Ok::<_, Box<dyn std::error::Error + Send + Sync>>(attempts);
                }
                for attempt in 0..=again {
                    let wanted = scattered(resident * 7 + attempt);
                    let done = try_to_book(&city, day, facilities, resident, wanted).await?;
                    let is_booked = matches!(done, Attempt::Booked(_));
                    attempts.push(done);
                    if is_booked {
                        break;
                    }
                }
            }
        })
    }))
    .await?
    .into_iter()
    .collect::<Outcome<Vec<_>>>()?
    .into_iter()
    .flatten()
    .collect();
    let took = begun.elapsed();
    let (mut booked, mut taken) = (Vec::new(), Vec::new());
    for attempt in attempts {
        match attempt {
            Attempt::Booked(time) => booked.push(time),
            Attempt::Taken(time) => taken.push(time),
        }
    }
    let count: Option<i64> = city
        .db()
        .value(
            "SELECT COUNT(*) FROM booking_reservations WHERE state = 'confirmed'",
            [],
        )
        .await?;
    if usize::try_from(count.unwrap_or(0))? != booked.len() {
        return Err(format!(
            "{} bookings were acknowledged, {count:?} are there",
            booked.len()
        )
        .into());
    }
    let taken_twice = taken_twice(&city).await?;
    let (times_by_hand, took_by_hand) =
        write_by_hand(directory, by_hand, booked.len(), clients).await?;
    #[allow(clippy::cast_precision_loss)] // a rate
    let rate = |count: usize, took: Duration| count as f64 / took.as_secs_f64();
    let rush = Rush {
        residents,
        units: facilities * ROOMS,
        clients,
        booked: booked.len(),
        refused: taken.len(),
        seconds: took.as_secs_f64(),
        attempts_per_second: rate(booked.len() + taken.len(), took),
        booked_per_second: rate(booked.len(), took),
        by_hand_per_second: rate(booked.len(), took_by_hand),
        booking: Line {
            what: "booked".to_owned(),
            times: Times::of(booked),
            by_hand: Some(Times::of(times_by_hand)),
        },
        refusal: Line {
            what: "told that it is taken".to_owned(),
            times: Times::of(taken),
            by_hand: None,
        },
        taken_twice,
    };
    Ok((rush, city))
}

/// A number for a number, far from its neighbour's, the same each time.
fn scattered(number: usize) -> usize {
    let mixed = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    usize::try_from(mixed >> 33).unwrap_or(0)
}

async fn try_to_book(
    city: &City,
    day: Date,
    facilities: usize,
    resident: usize,
    wanted: usize,
) -> Outcome<Attempt> {
    let (from, to) = place::BANDS[wanted % place::BANDS.len()];
    let room = wanted / place::BANDS.len() % (facilities * ROOMS);
    let span = Span::new(day, from.parse()?, to.parse()?).ok_or("the time is none")?;
    let of = Use {
        people: 4,
        is_resident: true,
        ..Use::default()
    };
    let wish = Wish {
        facility: format!("hall-{}", room / ROOMS),
        resource: format!("room_{}", room % ROOMS),
        span,
        of: of.clone(),
    };
    let begun = Instant::now();
    let address = format!("resident-{resident}@sumikawa.example");
    let contact = Contact {
        name: "髙橋 花子".to_owned(),
        email: Some(address.clone()),
        phone: None,
        note: None,
        language: yakuba_booking::Language::Japanese,
    };
    let new = NewBooking::new(
        city.key()?,
        Holder::Email(address),
        &contact,
        Channel::Online,
        of,
    )?;
    let done = city
        .write(Actor::Public, (wish, new), |tx, (wish, new)| {
            Box::pin(book(tx, wish, new))
        })
        .await;
    match done {
        Ok(_) => Ok(Attempt::Booked(begun.elapsed())),
        Err(BookingError::Taken) => Ok(Attempt::Taken(begun.elapsed())),
        Err(error) => Err(error.into()),
    }
}

/// Overlapping reservations of one room, found from the reservations themselves and not from what keeps them apart.
async fn taken_twice(city: &City) -> Outcome<i64> {
    let count: Option<i64> = city
        .db()
        .value(
            "SELECT COUNT(*) FROM booking_reservations a JOIN booking_reservations b \
               ON a.facility_key = b.facility_key AND a.resource_key = b.resource_key AND a.day = b.day AND a.id < b.id \
             WHERE a.state = 'confirmed' AND b.state = 'confirmed' AND a.from_minute < b.to_minute AND b.from_minute < a.to_minute",
            [],
        )
        .await?;
    Ok(count.unwrap_or(0))
}

/// The rows of as many bookings, by as many clients.
async fn write_by_hand(
    directory: &Path,
    postgres: Option<(&str, &str)>,
    bookings: usize,
    clients: usize,
) -> Outcome<(Vec<Duration>, Duration)> {
    let directory = directory.join("rush-by-hand");
    let city = place::open(&directory, postgres).await?;
    place::offer(&city, place::facility("hall-0", 1)?).await?;
    drop(city);
    let bare = Arc::new(Bare::new(&directory, postgres).await?);
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let times = try_join_all((0..clients).map(|_| {
        let (bare, next) = (bare.clone(), next.clone());
        tokio::spawn(async move {
            let mut times = Vec::new();
            while next.fetch_add(1, Ordering::Relaxed) < bookings {
                let begun = Instant::now();
                bare.write().await?;
                times.push(begun.elapsed());
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(times)
        })
    }))
    .await?
    .into_iter()
    .collect::<Outcome<Vec<_>>>()?
    .into_iter()
    .flatten()
    .collect();
    Ok((times, begun.elapsed()))
}
