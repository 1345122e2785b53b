//! The demo city's lotteries: rounds that the engine announced, froze, drew and finished, with entries that nobody sent.
//!
//! What happens in a round happens at its moments: the clock stands where it would have stood, and the functions of a real city enter,
//! give values, draw, answer and pass on. Entries, their numbers and the values are always the same, so that a draw is, too.
//! Whenever the demo is opened, what would have happened meanwhile is told.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use yakuba_booking::{
    BookingError,
    model::{
        calendar::Offered,
        document::{DayOfWeek, FacilityDocument, Resource},
        fees::Use,
        lottery::{
            choice::{Choice, EntryNumber, Month, Place as Wish},
            rules::{LotteryRules, Moments, SeedRule},
            sha256,
        },
        time::Span,
    },
    store::{
        self,
        groups::groups,
        lottery::{
            self, EntryState, NewEntry, Round, RoundState, Wanted, accept, advance, announce,
            decline, draw, enter, entry, give_hash, give_secret, give_value, pass_on, shares,
            unanswered,
        },
        people::Holder,
    },
};
use yakuba_city::{Actor, City, Clock, setting};
use yakuba_forms::model::document::Key;
use yakuba_identity::store::accounts::account_by_login;
use yakuba_kernel::Channel;

use super::{booking, broken, city::morning_of};
use crate::{failure::Failure, place::Place};

/// Facility, how many people enter a round, and of how many.
const DRAWN_BY_LOT: [(&str, usize, usize); 2] =
    [("chuo-tennis", 240, 300), ("higashi-taiikukan", 100, 130)];
/// The lotteries began so many days before the story's last day.
const BEGAN_BEFORE: i64 = 56;
/// When the demo is opened later, rounds that opened longer ago are left out.
const TOLD_BACK: SignedDuration = SignedDuration::from_hours(100 * 24);
/// Entries come in so many parts while a round takes them.
const PARTS: usize = 4;
/// Until when the lotteries have been told.
const TOLD: &str = "demo.lottery";
/// The staff who type in what the public dice showed.
const WITNESSES: [&str; 2] = ["mori", "kuroiwa"];

/// What happens in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Announce,
    Enter(usize),
    Close,
    Draw,
    /// So many of ten who have not answered do.
    Answer(i64),
    Confirm,
    Finish,
}

/// Begins the lotteries, and tells them up to a day.
pub(super) async fn make(city: &City, today: Date) -> Result<(), Failure> {
    let began = today
        .checked_sub(BEGAN_BEFORE.days())
        .map_err(|error| broken("facilities", &error.to_string()))?;
    let began = morning_of(began)?;
    city.clock().set(began);
    let documents = documents()?;
    city.write(Actor::CommandLine, documents, |tx, documents| {
        Box::pin(async move {
            for document in documents {
                store::bring_in(tx, document).await?;
            }
            Ok::<_, BookingError>(())
        })
    })
    .await?;
    tell(city, began, morning_of(today)?).await
}

/// Tells what has happened since the demo was opened last.
pub(super) async fn go_on(place: &Place) -> Result<(), Failure> {
    let now = Clock::system().now();
    let city = super::open_for_telling(place, now).await?;
    let told = setting(city.db(), TOLD).await?;
    match told.and_then(|told| told.parse().ok()) {
        Some(told) if told < now => tell(&city, told, now).await,
        _ => Ok(()),
    }
}

/// The facilities whose times are drawn by lot, as their files are.
fn documents() -> Result<Vec<FacilityDocument>, Failure> {
    DRAWN_BY_LOT
        .iter()
        .map(|(key, ..)| booking::facility(key))
        .collect()
}

async fn tell(city: &City, from: Timestamp, to: Timestamp) -> Result<(), Failure> {
    let begun = std::time::Instant::now();
    let documents = documents()?;
    let known = lottery::rounds(city.db()).await?;
    let mut events: Vec<(Timestamp, usize, Month, Event)> = Vec::new();
    for (place, document) in documents.iter().enumerate() {
        let Some(rules) = &document.rules.lottery else {
            continue;
        };
        let first = Month::of(from.to_zoned(jiff::tz::TimeZone::UTC).date());
        // From those that were open when it was told last to those that open until now.
        for month in (0..).map(|ahead| first.plus(ahead)) {
            let moments = rules.moments(month);
            if moments.opens > to {
                break;
            }
            let is_known = known
                .iter()
                .any(|round| round.facility == document.key && round.month == month);
            if !is_known && (moments.closes <= from || moments.opens + TOLD_BACK < to) {
                continue;
            }
            let of_round = happenings(rules, moments);
            events.extend(
                of_round
                    .into_iter()
                    .map(|(at, event)| (at.max(from), place, month, event))
                    // What was told is not told again; the first steps of a round may be late.
                    .filter(|(at, .., event)| {
                        *at <= to && (*at > from || (!is_known && *event <= Event::Enter(0)))
                    }),
            );
        }
    }
    events.sort_by_key(|(at, place, month, event)| (*at, *event, *place, *month));
    for (at, place, month, event) in events {
        city.clock().set(at);
        if event == Event::Announce {
            city.write(Actor::CommandLine, (), |tx, ()| Box::pin(announce(tx)))
                .await?;
        }
        let (Some(document), Some((_, people, pool))) =
            (documents.get(place), DRAWN_BY_LOT.get(place))
        else {
            continue;
        };
        let found = lottery::rounds(city.db())
            .await?
            .into_iter()
            .find(|round| round.facility == document.key && round.month == month);
        if let Some(round) = found {
            happen(city, document, &round, event, (*people, *pool)).await?;
        }
    }
    city.clock().set(to);
    city.write(Actor::CommandLine, to.to_string(), |tx, to| {
        Box::pin(async move {
            announce(tx).await?;
            tx.set(TOLD, to).await?;
            Ok::<_, BookingError>(())
        })
    })
    .await?;
    tracing::debug!(
        seconds = begun.elapsed().as_secs_f32(),
        "the lotteries were told"
    );
    Ok(())
}

/// What happens in a round, and when.
fn happenings(rules: &LotteryRules, moments: Moments) -> Vec<(Timestamp, Event)> {
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    let open = moments.closes.duration_since(moments.opens);
    let mut all = vec![(moments.opens, Event::Announce)];
    for part in 0..PARTS {
        let share = i32::try_from(part).unwrap_or(0);
        all.push((moments.opens + open / 5 * share, Event::Enter(part)));
    }
    let answered = moments.confirm_by - days(i64::from(rules.answer_days));
    all.extend([
        (moments.closes, Event::Close),
        (moments.draws, Event::Draw),
        (moments.draws + days(3), Event::Answer(6)),
        (answered, Event::Answer(8)),
        (moments.confirm_by, Event::Confirm),
        (moments.confirm_by + days(2), Event::Answer(10)),
        (moments.first_come, Event::Finish),
    ]);
    all
}

async fn happen(
    city: &City,
    document: &FacilityDocument,
    round: &Round,
    event: Event,
    (people, pool): (usize, usize),
) -> Result<(), Failure> {
    match event {
        Event::Announce => give_hashes(city, round).await,
        Event::Enter(part) => {
            let entries = entries(city, document, round, (people, pool), part).await?;
            city.write(Actor::CommandLine, entries, |tx, entries| {
                Box::pin(async move {
                    for new in entries {
                        match enter(tx, new).await {
                            // Somebody once too often, too late, or after having missed too much: as in life.
                            Ok(_)
                            | Err(
                                BookingError::LimitReached(_)
                                | BookingError::Blocked(_)
                                | BookingError::NotAllowed(_)
                                | BookingError::TooLate,
                            ) => {}
                            Err(error) => return Err(error),
                        }
                    }
                    Ok::<_, BookingError>(())
                })
            })
            .await?;
            Ok(())
        }
        Event::Close | Event::Finish => Ok(advance(city, round.id).await?),
        Event::Draw => decide(city, round).await,
        Event::Answer(of_ten) => answer(city, round, of_ten).await,
        Event::Confirm => {
            let late = unanswered(city.db(), round.id).await?;
            advance(city, round.id).await?;
            offer_what_was_given_up(city, round, &late).await
        }
    }
}

/// The secret of a party of a round.
fn secret(name: &str, month: Month) -> String {
    format!("{name}の秘密のことば {month}")
}

async fn give_hashes(city: &City, round: &Round) -> Result<(), Failure> {
    for share in shares(city.db(), round.id).await? {
        if share.hash.is_some() {
            continue;
        }
        let input = (
            round.id,
            share.party,
            sha256(secret(&share.name, round.month)),
        );
        city.write(Actor::CommandLine, input, |tx, (round, party, hash)| {
            Box::pin(give_hash(tx, *round, *party, hash))
        })
        .await?;
    }
    Ok(())
}

/// Brings what decides: the parties' secrets, or what the public dice showed, typed in by two; and draws.
async fn decide(city: &City, round: &Round) -> Result<(), Failure> {
    advance(city, round.id).await?;
    let Some(round) = lottery::round(city.db(), round.id).await? else {
        return Ok(());
    };
    if round.state != RoundState::Frozen {
        return Ok(());
    }
    for share in shares(city.db(), round.id).await? {
        let input = (round.id, secret(&share.name, round.month));
        let told: Result<(), BookingError> = city
            .write(Actor::Public, input, |tx, (round, secret)| {
                Box::pin(give_secret(tx, *round, secret))
            })
            .await;
        match told {
            // Whoever tries the demo may have given a hash of their own: then the value of drand decides.
            Ok(()) | Err(BookingError::WrongLotteryValue) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if matches!(round.rules.seed, SeedRule::PublicValue(_)) {
        let mut random = seeded(&round.facility, round.month, 0);
        let dice: Vec<String> = (0..20)
            .map(|_| random.random_range(1..=6).to_string())
            .collect();
        for login in WITNESSES {
            let Some(account) = account_by_login(city.db(), login).await? else {
                continue;
            };
            let input = (round.id, dice.join(" "));
            city.write(Actor::Staff(account.id.0), input, |tx, (round, value)| {
                Box::pin(give_value(tx, *round, value))
            })
            .await?;
        }
    }
    draw(city, Actor::CommandLine, round.id, None).await?;
    Ok(())
}

/// So many of ten who won and have not answered say whether they take it; one of eight of them does not.
async fn answer(city: &City, round: &Round, of_ten: i64) -> Result<(), Failure> {
    let answering: Vec<i64> = unanswered(city.db(), round.id)
        .await?
        .into_iter()
        .filter(|id| id % 10 < of_ten)
        .collect();
    city.write(Actor::CommandLine, answering.clone(), |tx, answering| {
        Box::pin(async move {
            for id in answering {
                let outcome = if id % 8 == 3 {
                    decline(tx, *id).await
                } else {
                    accept(tx, *id).await
                };
                match outcome {
                    Ok(()) | Err(BookingError::TooLate | BookingError::WrongState) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok::<_, BookingError>(())
        })
    })
    .await?;
    offer_what_was_given_up(city, round, &answering).await
}

/// Passes on what these entries gave up, as the job does a moment later.
async fn offer_what_was_given_up(
    city: &City,
    round: &Round,
    entries: &[i64],
) -> Result<(), Failure> {
    let mut days = BTreeSet::new();
    for id in entries {
        let Some(found) = entry(city.db(), *id).await? else {
            continue;
        };
        if matches!(found.state, EntryState::Declined | EntryState::Lapsed)
            && let Some(choice) = found.won.and_then(|won| found.choices.get(won))
        {
            days.extend(choice.places().iter().map(|place| place.span.day()));
        }
    }
    for day in days {
        pass_on(city, round.id, day).await?;
    }
    Ok(())
}

/// Always the same throws for a facility and a month of use.
fn seeded(facility: &str, month: Month, part: u64) -> StdRng {
    let text = sha256(format!("{facility}/{month}/{part}"));
    let seed = text
        .get(..16)
        .and_then(|text| u64::from_str_radix(text, 16).ok());
    StdRng::seed_from_u64(seed.unwrap_or(part))
}

/// The entries that come in one of the parts.
async fn entries(
    city: &City,
    document: &FacilityDocument,
    round: &Round,
    (people, pool): (usize, usize),
    part: usize,
) -> Result<Vec<NewEntry>, Failure> {
    let key = city.key()?;
    let mut random = seeded(
        &round.facility,
        round.month,
        u64::try_from(part + 1).unwrap_or(1),
    );
    let times = Times::of(document, round);
    let groups: Vec<(i64, String)> = groups(city.db())
        .await?
        .into_iter()
        .filter(|group| group.is_registered(city.today()))
        .map(|group| (group.id, group.name.clone()))
        .collect();
    let mut all = Vec::new();
    for number in 0..people / PARTS {
        let Some((choices, purpose, most)) = times.wishes(&round.rules, &mut random) else {
            continue;
        };
        let person = random.random_range(0..pool);
        let mut contact = booking::person(person);
        // Sports groups enter where teams play.
        let group = groups
            .get(part * 2 + number)
            .filter(|_| number < 2 && round.rules.entries > 1);
        let oneself = Holder::Phone(contact.phone.clone().unwrap_or_default());
        let holder = match group {
            Some((id, name)) => {
                contact.name = format!("{name}（{}）", contact.name);
                Holder::Group(*id)
            }
            None => oneself.clone(),
        };
        let channel = match random.random_range(0..10) {
            0..7 => Channel::Online,
            7..9 => Channel::Counter,
            _ => Channel::Phone,
        };
        let of = Use {
            people: random.random_range(4..=most.clamp(4, 14)),
            purpose,
            is_resident: random.random_bool(0.93),
            ..Use::default()
        };
        let new = NewEntry::new(
            key,
            round.id,
            holder,
            Some(&oneself),
            &contact,
            channel,
            Wanted { choices, of },
        )?
        .numbered(EntryNumber::from_random(random.random()))
        .requested_as(format!("demo/{}/{part}/{number}", round.id));
        all.push(new);
    }
    Ok(all)
}

/// A time that can be wished for, and how many would like it.
struct Times<'a> {
    all: Vec<(&'a Resource, Span, u32)>,
}

impl<'a> Times<'a> {
    fn of(document: &'a FacilityDocument, round: &Round) -> Self {
        let resources = round.resources(document);
        let mut all = Vec::new();
        for day in round.month.days() {
            let is_weekend = matches!(DayOfWeek::of(day), DayOfWeek::Sat | DayOfWeek::Sun);
            for resource in &resources {
                let spans: Vec<Span> = match document.offered(resource, day) {
                    Offered::Nothing => Vec::new(),
                    Offered::Times(times) => times.iter().map(|offer| offer.span).collect(),
                    // Two hours, one after the other.
                    Offered::Free(hours) => {
                        hours.iter().flat_map(|open| two_hours(*open)).collect()
                    }
                };
                for span in spans {
                    let from = span.from().minutes() / 60;
                    let liked = match (is_weekend, from) {
                        (true, 8..=11) => 60,
                        (true, 12..=14) => 25,
                        (true, _) => 8,
                        (false, 17..) => 15,
                        (false, _) => 1,
                    };
                    all.push((*resource, span, liked));
                }
            }
        }
        Self { all }
    }

    /// Choices of one entry, what for, and how many people fit.
    fn wishes(
        &self,
        rules: &LotteryRules,
        random: &mut StdRng,
    ) -> Option<(Vec<Choice>, Option<Key>, u32)> {
        let everything: Vec<&(&Resource, Span, u32)> = self.all.iter().collect();
        let (dearest, span, _) = *everything.choose_weighted(random, |time| time.2).ok()?;
        let purpose = dearest
            .purposes
            .choose(random)
            .map(|purpose| purpose.key.clone());
        let fits = |resource: &Resource| match &purpose {
            None => true,
            Some(key) => resource.purposes.iter().any(|known| known.key == *key),
        };
        let fitting: Vec<&(&Resource, Span, u32)> = self
            .all
            .iter()
            .filter(|(resource, ..)| fits(resource))
            .collect();
        let most = fitting
            .iter()
            .filter_map(|(resource, ..)| resource.capacity)
            .min()
            .unwrap_or(20);
        let one = |resource: &Resource, span: Span| Wish {
            resource: resource.key.to_string(),
            span,
        };
        let mut first = vec![one(dearest, *span)];
        if rules.together > 1 && random.random_bool(0.12) {
            // A game needs the time after it, too.
            let next = fitting.iter().find(|(resource, other, _)| {
                resource.key == dearest.key
                    && other.day() == span.day()
                    && other.from() == span.to()
            });
            first.extend(next.map(|(resource, other, _)| one(resource, *other)));
        }
        let mut choices: Vec<Choice> = Choice::new(first).into_iter().collect();
        let wanted = random.random_range(1..=usize::try_from(rules.choices).unwrap_or(1).min(4));
        let same_time: Vec<_> = fitting
            .iter()
            .filter(|(resource, other, _)| other == span && resource.key != dearest.key)
            .collect();
        while choices.len() < wanted {
            let another = if random.random_bool(0.6) && !same_time.is_empty() {
                same_time.choose(random).map(|time| ***time)
            } else {
                fitting
                    .choose_weighted(random, |time| time.2)
                    .ok()
                    .map(|time| **time)
            };
            let (resource, span, _) = another?;
            let choice = Choice::new(vec![one(resource, span)])?;
            if choices.contains(&choice) {
                // Nothing else comes to mind.
                break;
            }
            choices.push(choice);
        }
        Some((choices, purpose, most))
    }
}

/// Two hours each from the opening on.
fn two_hours(open: Span) -> Vec<Span> {
    (0..)
        .map_while(|place| {
            let from = open.from().plus(place * 120)?;
            let to = from.plus(120)?;
            (to <= open.to()).then(|| Span::new(open.day(), from, to))?
        })
        .collect()
}
