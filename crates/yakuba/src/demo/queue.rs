//! The demo city's counters: two weeks of waiting that nobody did, and a morning that runs. Made by the engine: every number is drawn
//! and called by the functions of a real city, with the clock where it would have stood.

use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use yakuba_booking::{
    BookingError,
    model::{queue::Reason, time::moment},
    store::queue::{
        Act, Draw, Queue, Settings, Standing, WindowStep, act, close_days, draw, queues, set_up,
        standing,
    },
};
use yakuba_city::{Actor, City, Clock};
use yakuba_kernel::Channel;

use crate::{failure::Failure, place::Place};

/// Counter, letter, windows, and how many minutes a service takes on average.
const COUNTERS: [(&str, &str, u32, u32); 4] = [
    ("shiminka-madoguchi", "A", 4, 7),
    ("zeimu-madoguchi", "B", 2, 8),
    ("kosodate-madoguchi", "C", 2, 10),
    ("fukushi-madoguchi", "D", 2, 12),
];

/// So many working days before today were measured.
const DAYS: i32 = 14;
/// A measured day goes in steps of so many minutes, from 9:00 on.
const STEP: i64 = 6;
/// It has so many steps: until 15:00.
const STEPS: i64 = 60;
/// The running morning is so long.
const MORNING: SignedDuration = SignedDuration::from_mins(100);

/// Sets the counters up and lets the days before today pass.
pub(super) async fn make(city: &City, today: Date) -> Result<(), Failure> {
    for (key, letter, windows, _) in COUNTERS {
        let settings = Settings {
            counter: key.to_owned(),
            letter: letter.to_owned(),
            windows,
            from_phones: true,
            is_on: true,
        };
        city.write(Actor::CommandLine, settings, |tx, settings| {
            Box::pin(set_up(tx, settings))
        })
        .await?;
    }
    let before = city.now();
    let mut random = StdRng::seed_from_u64(20_261_121);
    for days in (1..=DAYS).rev() {
        let Ok(day) = today.checked_sub(days.days()) else {
            continue;
        };
        if day.weekday().to_monday_one_offset() > 5 {
            continue;
        }
        let begin = moment(day, "9:00".parse()?);
        run(city, begin, STEP, STEPS, true, &mut random).await?;
        city.clock().set(moment(day, "23:00".parse()?));
    }
    city.clock().set(before);
    city.write(Actor::CommandLine, (), |tx, ()| Box::pin(close_days(tx)))
        .await?;
    Ok(())
}

/// Lets this morning pass up to now, once a day: then people are in line when somebody opens the demo.
pub(super) async fn run_morning(place: &Place) -> Result<(), Failure> {
    let clock = Clock::system();
    let (now, today) = (clock.now(), clock.today());
    let city = super::open_for_telling(place, now).await?;
    let known = queues(city.db()).await?;
    for queue in &known {
        let standing = standing(city.db(), queue, now, today).await?;
        if standing.open() > 0 || !standing.waiting.is_empty() {
            return Ok(());
        }
    }
    city.write(Actor::CommandLine, (), |tx, ()| Box::pin(close_days(tx)))
        .await?;
    let midnight = moment(today, "0:00".parse()?);
    let begin = (now - MORNING).max(midnight);
    // Shortly after midnight the morning is told in fewer steps.
    let minutes = now.duration_since(begin).as_mins().max(1);
    let mut random = StdRng::seed_from_u64(9);
    run(&city, begin, 1, minutes, false, &mut random).await?;
    city.clock().set(now);
    Ok(())
}

/// Lets people come to all counters from a moment on, and staff call them; at the end of a whole day everybody has been served.
async fn run(
    city: &City,
    begin: Timestamp,
    step: i64,
    steps: i64,
    to_the_end: bool,
    random: &mut StdRng,
) -> Result<(), Failure> {
    city.clock().set(begin);
    let all = queues(city.db()).await?;
    let mut opened = Vec::new();
    for queue in &all {
        let standing = now(city, queue).await?;
        // Not every window is open at once.
        for window in 1..=queue.windows.div_ceil(2) {
            opened.push(at(queue, &standing, window, WindowStep::Open));
        }
    }
    act_all(city, opened).await?;
    let chance =
        |minutes: u32| (f64::from(u32::try_from(step).unwrap_or(1)) / f64::from(minutes)).min(1.0);
    for minute in 0.. {
        let offset = SignedDuration::from_secs(minute * step * 60 + random.random_range(0..50));
        city.clock().set(begin + offset);
        let is_over = minute >= steps;
        if is_over && (!to_the_end || minute > steps * 2) {
            break;
        }
        let mut coming = Vec::new();
        for queue in &all {
            let Some((_, _, windows, service)) = counter(queue) else {
                continue;
            };
            // A little more than the windows can serve comes in the morning, then less.
            let rush = if minute < steps * 2 / 5 { 1.3 } else { 0.75 };
            let share = chance(*service) * f64::from(windows.div_ceil(2)) * rush;
            let at_start = if minute == 0 { 3 } else { 0 };
            let mut count = at_start + u32::from(random.random_bool(share.fract()));
            if share >= 1.0 {
                count += 1;
            }
            for _ in 0..count {
                if !is_over {
                    coming.push(come(queue, random));
                }
            }
        }
        draw_all(city, coming).await?;
        city.clock()
            .set(begin + offset + SignedDuration::from_secs(step * 25));
        let mut is_empty = true;
        let mut acts = Vec::new();
        for queue in &all {
            let Some((_, _, _, service)) = counter(queue) else {
                continue;
            };
            let standing = now(city, queue).await?;
            is_empty &= standing.waiting.is_empty() && standing.called.is_empty();
            let mut waiting = standing.waiting.len();
            for window in standing.windows.iter().filter(|window| window.is_open) {
                let there = standing.at(window.number);
                let is_busy = there.is_some();
                // No service takes less than half the average.
                let served_from = there.and_then(|ticket| ticket.called_at);
                let lasts = served_from.map_or(SignedDuration::MAX, |served_from| {
                    city.now().duration_since(served_from)
                });
                let is_short = lasts < SignedDuration::from_secs(i64::from(*service) * 30);
                if is_busy && (is_short || !random.random_bool(chance(*service / 2))) {
                    continue;
                }
                if waiting > 0 {
                    waiting -= 1;
                    acts.push(at(queue, &standing, window.number, WindowStep::Next));
                } else if is_busy && (to_the_end || random.random_bool(0.5)) {
                    acts.push(at(queue, &standing, window.number, WindowStep::Served));
                }
            }
        }
        act_all(city, acts).await?;
        if is_over && is_empty {
            break;
        }
    }
    Ok(())
}

async fn now(city: &City, queue: &Queue) -> Result<Standing, BookingError> {
    standing(city.db(), queue, city.now(), city.today()).await
}

fn counter(queue: &Queue) -> Option<&'static (&'static str, &'static str, u32, u32)> {
    COUNTERS.iter().find(|counter| counter.0 == queue.key())
}

fn at(queue: &Queue, standing: &Standing, window: u32, step: WindowStep) -> Act {
    let revision = standing
        .windows
        .iter()
        .find(|one| one.number == window)
        .map_or(0, |one| one.revision);
    Act {
        counter: queue.key().to_owned(),
        window,
        revision,
        step,
    }
}

/// What happens at the windows at one moment, in one write.
async fn act_all(city: &City, acts: Vec<Act>) -> Result<(), Failure> {
    if acts.is_empty() {
        return Ok(());
    }
    city.write(Actor::CommandLine, acts, |tx, acts| {
        Box::pin(async move {
            for one in acts {
                act(tx, one).await?;
            }
            Ok::<_, BookingError>(())
        })
    })
    .await?;
    Ok(())
}

/// The numbers that are drawn at one moment, in one write.
async fn draw_all(city: &City, coming: Vec<Draw>) -> Result<(), Failure> {
    if coming.is_empty() {
        return Ok(());
    }
    city.write(Actor::CommandLine, coming, |tx, coming| {
        Box::pin(async move {
            for new in coming {
                draw(tx, new).await?;
            }
            Ok::<_, BookingError>(())
        })
    })
    .await?;
    Ok(())
}

fn come(queue: &Queue, random: &mut StdRng) -> Draw {
    let services = &queue.document.resources;
    let chosen = random.random_range(0..services.len().max(1));
    Draw {
        counter: queue.key().to_owned(),
        resource: services
            .get(chosen)
            .map(|resource| resource.key.to_string())
            .unwrap_or_default(),
        // Nobody holds it.
        token_hash: format!("demo-{:032x}", random.random::<u128>()),
        channel: if random.random_bool(0.4) {
            Channel::Online
        } else {
            Channel::Counter
        },
        reason: random.random_bool(0.06).then_some(Reason::Baby),
    }
}
