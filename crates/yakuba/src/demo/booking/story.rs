//! Two years of bookings thought out: who books what, when, how, and what becomes of it. The same each time.

use jiff::{Span as Length, ToSpan as _, civil::Date, tz::TimeZone};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use yakuba_booking::{
    model::{
        calendar::Offered,
        document::{DayOfWeek, FacilityDocument, FacilityKind, Resource, Takes, Times, Who},
        fees::Use,
        taken::TakenSteps,
        time::Span,
    },
    store::people::{Contact, Holder},
};
use yakuba_city::JAPAN;
use yakuba_kernel::Channel;

/// A booking that will be made.
pub(super) struct Planned {
    /// On which day.
    pub(super) made: Date,
    pub(super) facility: String,
    pub(super) resource: String,
    pub(super) span: Span,
    pub(super) of: Use,
    pub(super) channel: Channel,
    pub(super) ending: Ending,
    /// Whether it is of a course.
    pub(super) is_course: bool,
    by: By,
}

/// Who books.
#[derive(Clone, Copy)]
enum By {
    /// Somebody, by a number of the demo.
    Person(usize),
    /// One of the registered groups.
    Group(usize),
}

/// What becomes of a booking.
#[derive(Clone, Copy)]
pub(super) enum Ending {
    /// Nobody marks that they came.
    Unmarked,
    CheckedIn,
    Missed,
    /// Given up on a day.
    Cancelled(Date),
}

const FAMILY: [&str; 16] = [
    "佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田",
    "松本", "井上", "木村", "清水",
];
const GIVEN: [&str; 16] = [
    "陽子",
    "健一",
    "美咲",
    "大輔",
    "恵",
    "誠",
    "由美",
    "翔太",
    "和子",
    "隆",
    "さくら",
    "直樹",
    "千尋",
    "拓也",
    "幸子",
    "修",
];
/// How many people book at all.
const PEOPLE: usize = 3_000;

/// What the desk knows of somebody, by a number of the demo.
pub(in super::super) fn person(number: usize) -> Contact {
    let family = FAMILY[number % FAMILY.len()];
    let given = GIVEN[number / FAMILY.len() % GIVEN.len()];
    Contact {
        name: format!("{family} {given}"),
        email: None,
        phone: Some(phone(number)),
        note: None,
        language: yakuba_ui::Language::Japanese,
    }
}

fn phone(number: usize) -> String {
    format!("000-{:04}-{:04}", number / 1_000, number % 1_000)
}

impl Planned {
    /// Who books: a group, or somebody known by a telephone number that nobody has.
    pub(super) fn holder(&self, groups: &[i64]) -> Holder {
        match self.by {
            By::Group(place) if !groups.is_empty() => Holder::Group(groups[place % groups.len()]),
            By::Group(_) | By::Person(_) => Holder::Phone(self.phone()),
        }
    }

    /// What the desk knows of them.
    pub(super) fn contact(&self) -> Contact {
        person(self.number())
    }

    fn phone(&self) -> String {
        phone(self.number())
    }

    fn number(&self) -> usize {
        match self.by {
            By::Person(number) | By::Group(number) => number,
        }
    }
}

/// Thinks out every booking for the days from `first` to `last`, as they are known on `today`; in the order in which they are made.
pub(super) fn think_out(
    facilities: &[FacilityDocument],
    first: Date,
    today: Date,
    last: Date,
) -> Vec<Planned> {
    let mut all = Vec::new();
    for document in facilities {
        // Each facility has its own chance: what changes in one changes nothing in the others.
        let mut random = StdRng::seed_from_u64(seed(&document.key));
        let mut taken = TakenSteps::new();
        let mut day = first;
        while day <= last {
            for resource in &document.resources {
                // The days to come are what visitors of the demo look at first.
                let busy = match (day > today, document.kind.is_place()) {
                    (true, _) => 2.0,
                    (false, true) => 0.5,
                    (false, false) => 0.2,
                };
                for _ in 0..wishes(document, resource, day, busy, &mut random) {
                    let planned =
                        think_of(document, resource, day, (first, today), &taken, &mut random);
                    if let Some(planned) = planned {
                        take(document, resource, planned.span, &mut taken);
                        all.push(planned);
                    }
                }
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
    }
    all.sort_by_key(|planned| planned.made);
    all
}

fn seed(key: &str) -> u64 {
    key.bytes().fold(20_261_121, |seed, byte| {
        seed.wrapping_mul(31).wrapping_add(u64::from(byte))
    })
}

/// How many would like a resource on a day.
fn wishes(
    document: &FacilityDocument,
    resource: &Resource,
    day: Date,
    busy: f64,
    random: &mut StdRng,
) -> u32 {
    let is_weekend = matches!(DayOfWeek::of(day), DayOfWeek::Sat | DayOfWeek::Sun);
    let (mean, most): (f64, u32) = match document.kind {
        FacilityKind::CommunityCentre => (if is_weekend { 0.14 } else { 0.1 }, 2),
        FacilityKind::Hall => (if is_weekend { 0.25 } else { 0.08 }, 2),
        FacilityKind::Gym => (if is_weekend { 0.45 } else { 0.25 }, 3),
        FacilityKind::SportsGround => (if is_weekend { 0.3 } else { 0.06 }, 3),
        FacilityKind::School => (0.4, 1),
        FacilityKind::Park => (if is_weekend { 0.3 } else { 0.03 }, 4),
        FacilityKind::Counter => (0.5, 5),
        FacilityKind::Consultation => (0.35, 3),
        FacilityKind::Equipment => (0.03, 2),
        FacilityKind::CheckUp | FacilityKind::Class => {
            // Each session fills up by chance, those to come more.
            let places = match resource.takes {
                Takes::OneOf(places) => places,
                Takes::Units(_) => 1,
            };
            let beginnings = resource.beginnings();
            let sessions = beginnings.iter().filter(|span| span.day() == day).count();
            let share = random.random_range(0.3..0.9) * busy.min(1.0);
            let places = f64::from(places) * share;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            // at most some hundreds
            return u32::try_from(sessions).unwrap_or(0) * places as u32;
        }
    };
    (0..most)
        .filter(|_| random.random_bool((mean * busy / f64::from(most) * 2.0).min(0.9)))
        .count()
        .try_into()
        .unwrap_or(0)
}

fn think_of(
    document: &FacilityDocument,
    resource: &Resource,
    day: Date,
    (first, today): (Date, Date),
    taken: &TakenSteps,
    random: &mut StdRng,
) -> Option<Planned> {
    let span = time(document, resource, day, random)?;
    if document.left(resource, span, taken) == 0 {
        return None;
    }
    let made = made_on(document, resource, span, first, random)?;
    if made > today {
        return None;
    }
    let rules = document.rules_of(resource);
    let of = Use {
        purpose: resource
            .purposes
            .choose(random)
            .map(|purpose| purpose.key.clone()),
        people: match resource.capacity {
            Some(capacity) => random.random_range(2.min(capacity)..=capacity.min(24)),
            None => 1,
        },
        is_resident: random.random_bool(0.92),
        ..Use::default()
    };
    Some(Planned {
        made,
        facility: document.key.clone(),
        resource: resource.key.to_string(),
        span,
        of,
        channel: match channel(made, first, random) {
            // Without an account nobody is known as a resident over the web.
            Channel::Online if rules.who == Who::Residents => Channel::Counter,
            channel => channel,
        },
        ending: ending(document, made, day, random),
        is_course: resource.course.is_some(),
        by: if rules.who == Who::Groups {
            By::Group(random.random_range(0..PEOPLE))
        } else {
            By::Person(random.random_range(0..PEOPLE))
        },
    })
}

/// A time of the day that somebody may want.
fn time(
    document: &FacilityDocument,
    resource: &Resource,
    day: Date,
    random: &mut StdRng,
) -> Option<Span> {
    match document.offered(resource, day) {
        Offered::Nothing => None,
        Offered::Times(times) if matches!(resource.times, Times::Bands(_)) => {
            // Half of them need more than one band: a game, a concert with its rehearsal.
            let first = random.random_range(0..times.len());
            let last = if random.random_bool(0.5) {
                random.random_range(first..times.len())
            } else {
                first
            };
            Span::new(
                day,
                times.get(first)?.span.from(),
                times.get(last)?.span.to(),
            )
        }
        Offered::Times(mut times) => {
            // A course is booked at its beginning.
            times.retain(|offer| {
                resource
                    .course_session(offer.span)
                    .is_none_or(|session| session.place == 0)
            });
            times.choose(random).map(|offer| offer.span)
        }
        Offered::Free(hours) => {
            let Times::Free(limits) = &resource.times else {
                return None;
            };
            let open = hours.choose(random)?;
            let every = limits
                .begins_every
                .unwrap_or(60)
                .max(document.step.minutes());
            let last = open.minutes().checked_sub(limits.at_least)?;
            let from = open
                .from()
                .plus(random.random_range(0..=last / every) * every)?;
            let longer = (limits.at_most - limits.at_least) / 60;
            let length = limits.at_least + 60 * random.random_range(longer / 2..=longer);
            let span = Span::new(day, from, from.plus(length)?)?;
            document.offers(resource, span).then_some(span)
        }
    }
}

/// The day on which somebody books a span: after booking has begun, before it ends, mostly a few days before.
fn made_on(
    document: &FacilityDocument,
    resource: &Resource,
    span: Span,
    first: Date,
    random: &mut StdRng,
) -> Option<Date> {
    let rules = document.rules_of(resource);
    let opens = rules
        .opens_for(span.day())
        .to_zoned(TimeZone::fixed(JAPAN))
        .date();
    let earliest = opens.tomorrow().ok()?.max(first);
    let closes = span
        .day()
        .checked_sub((i64::from(rules.closes_days_before) + 1).days())
        .ok()?;
    let range = i64::from(earliest.until(closes).ok()?.get_days());
    if range < 0 {
        return None;
    }
    // The smaller of two throws: most book late, some as soon as they can.
    let before = random
        .random_range(0..=range)
        .min(random.random_range(0..=range));
    closes.checked_sub(Length::new().days(before)).ok()
}

/// How a booking comes in: more and more over the web.
fn channel(made: Date, first: Date, random: &mut StdRng) -> Channel {
    let days = f64::from(first.until(made).map_or(0, |span| span.get_days()));
    let online = 0.34 + 0.32 * days / 730.0;
    match random.random_range(0.0..1.0) {
        throw if throw < online => Channel::Online,
        throw if throw < online + (1.0 - online) * 0.6 => Channel::Phone,
        _ => Channel::Counter,
    }
}

fn ending(document: &FacilityDocument, made: Date, day: Date, random: &mut StdRng) -> Ending {
    let days = made.until(day).map_or(0, |span| i64::from(span.get_days()));
    match random.random_range(0..100) {
        0..5 if days >= 2 => made
            .checked_add(random.random_range(1..days).days())
            .map_or(Ending::Unmarked, Ending::Cancelled),
        5..8 => Ending::Missed,
        // Classes and check-ups take the names of those who come; most buildings do not.
        8..20 => Ending::CheckedIn,
        _ if matches!(document.kind, FacilityKind::CheckUp | FacilityKind::Class) => {
            Ending::CheckedIn
        }
        _ => Ending::Unmarked,
    }
}

/// Notes what a booking takes, so that the next one is thought of beside it.
fn take(document: &FacilityDocument, resource: &Resource, span: Span, taken: &mut TakenSteps) {
    for span in resource.spans_from(span) {
        let steps: Vec<i64> = document
            .taken_by(resource, span)
            .steps(document.step.minutes())
            .collect();
        let units = resource.units();
        let is_free = |unit: &String| taken.is_free(unit, &steps);
        let needed: Vec<String> = match resource.takes {
            Takes::Units(_) => units,
            Takes::OneOf(_) => units.into_iter().find(is_free).into_iter().collect(),
        };
        for unit in needed {
            taken.take(&unit, steps.iter().copied());
        }
    }
}
