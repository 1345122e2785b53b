//! The draw itself: an order by hashes, and in this order each entry gets the dearest of its wishes that is wholly free.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use super::{
    choice::{Choice, Place},
    list::{FrozenList, ListedEntry},
};
use crate::model::time::{DAY, Span};

/// What the draw gave to one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Which entry of the list.
    pub entry: usize,
    /// Which of its tickets was drawn first, from 1.
    pub ticket: u32,
    /// The hash of that ticket.
    pub hash: [u8; 32],
    /// What it got.
    pub outcome: Outcome,
    /// Why it did not get the choices before the one it won, in their order.
    pub refused: Vec<Refused>,
}

/// What an entry got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// This choice, counted from 0.
    Won(usize),
    /// None of its choices was wholly free.
    Full,
    /// Whoever it counts for had won as often as is allowed.
    Limit,
}

/// Why a choice was not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// A part of it was taken before the draw.
    Beforehand,
    /// A part of it had gone to the entry at this place, counted from 1.
    To(u32),
    /// It asks for the same thing twice.
    Impossible,
}

/// The hash of a ticket: the SHA-256 of `SEED/ENTRY/TICKET`, the ticket counted from 1.
pub fn ticket_hash(seed: &str, entry: &str, ticket: u32) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(seed);
    hasher.update("/");
    hasher.update(entry);
    hasher.update("/");
    hasher.update(ticket.to_string());
    hasher.finalize().into()
}

/// Draws: the entries in the order of their places, with what each got. Nothing but the list and the seed decides.
pub fn draw(list: &FrozenList, seed: &str) -> Vec<Placed> {
    let mut places: Vec<Placed> = list
        .entries
        .iter()
        .enumerate()
        .map(|(entry, listed)| {
            let (hash, ticket) = first_ticket(seed, listed);
            Placed {
                entry,
                ticket,
                hash,
                outcome: Outcome::Full,
                refused: Vec::new(),
            }
        })
        .collect();
    let number = |placed: &Placed| list.entries.get(placed.entry).map(|entry| &entry.number);
    places.sort_unstable_by(|one, other| {
        one.hash
            .cmp(&other.hash)
            .then_with(|| number(one).cmp(&number(other)))
    });
    let mut board = Board::new(list);
    let mut wins: HashMap<u32, u32> = HashMap::new();
    for (place, placed) in (1u32..).zip(&mut places) {
        let Some(entry) = list.entries.get(placed.entry) else {
            continue;
        };
        let won_enough = |who: &u32| wins.get(who).is_some_and(|won| *won >= list.wins);
        if entry.counts_for.iter().any(won_enough) {
            placed.outcome = Outcome::Limit;
            continue;
        }
        for (number, choice) in entry.choices.iter().enumerate() {
            match board.give(choice, place) {
                Ok(()) => {
                    placed.outcome = Outcome::Won(number);
                    for who in &entry.counts_for {
                        *wins.entry(*who).or_default() += 1;
                    }
                    break;
                }
                Err(refused) => placed.refused.push(refused),
            }
        }
    }
    places
}

/// The smallest hash of an entry's tickets, and which ticket it is.
fn first_ticket(seed: &str, entry: &ListedEntry) -> ([u8; 32], u32) {
    (1..=entry.tickets)
        .map(|ticket| (ticket_hash(seed, entry.number.as_str(), ticket), ticket))
        .min()
        .unwrap_or(([u8::MAX; 32], 1))
}

/// A resource with its units by number.
struct Known {
    before: u16,
    after: u16,
    takes_all: bool,
    units: Vec<usize>,
}

/// Which unit is whose in which step of the month.
struct Board<'a> {
    step: u16,
    steps_of_a_day: usize,
    steps: usize,
    resources: HashMap<&'a str, Known>,
    /// By unit and step: 0 for free, 1 for taken beforehand, else the place of whoever has it and 1.
    owners: Vec<u32>,
}

impl<'a> Board<'a> {
    fn new(list: &'a FrozenList) -> Self {
        let mut units: HashMap<&str, usize> = HashMap::new();
        let mut resources = HashMap::new();
        for resource in &list.resources {
            let numbers = resource
                .units
                .iter()
                .map(|unit| {
                    let next = units.len();
                    *units.entry(unit).or_insert(next)
                })
                .collect();
            resources.insert(
                resource.key.as_str(),
                Known {
                    before: resource.before,
                    after: resource.after,
                    takes_all: resource.takes_all,
                    units: numbers,
                },
            );
        }
        let steps_of_a_day = usize::from(DAY / list.step.max(1));
        let steps = steps_of_a_day * 31;
        let mut board = Self {
            step: list.step.max(1),
            steps_of_a_day,
            steps,
            resources,
            owners: vec![0; units.len() * steps],
        };
        for (unit, span) in &list.taken {
            if let Some(unit) = units.get(unit.as_str()) {
                let fields = board.fields(*unit, *span);
                board.write(fields, 1);
            }
        }
        board
    }

    /// The fields of a unit in a span.
    fn fields(&self, unit: usize, span: Span) -> std::ops::Range<usize> {
        let day = usize::try_from(span.day().day() - 1).unwrap_or(0);
        let first = unit * self.steps + day * self.steps_of_a_day;
        let from = usize::from(span.from().minutes() / self.step);
        let to = usize::from(span.to().minutes().div_ceil(self.step));
        first + from..first + to
    }

    fn write(&mut self, fields: std::ops::Range<usize>, owner: u32) {
        if let Some(fields) = self.owners.get_mut(fields) {
            fields.fill(owner);
        }
    }

    /// Whoever came first of those who have one of the fields; none when all are free.
    fn owner(&self, fields: std::ops::Range<usize>) -> Option<u32> {
        let fields = self.owners.get(fields).unwrap_or(&[1]);
        fields.iter().copied().filter(|owner| *owner != 0).min()
    }

    /// Gives a choice to a place, wholly or not at all.
    fn give(&mut self, choice: &Choice, place: u32) -> Result<(), Refused> {
        let owner = place.saturating_add(1);
        let mut given: Vec<std::ops::Range<usize>> = Vec::new();
        for wanted in choice.places() {
            match self.free_fields(wanted) {
                Ok(fields) => {
                    for fields in fields {
                        self.write(fields.clone(), owner);
                        given.push(fields);
                    }
                }
                Err(other) => {
                    for fields in given {
                        self.write(fields, 0);
                    }
                    return Err(match other {
                        1 => Refused::Beforehand,
                        other if other == owner => Refused::Impossible,
                        other => Refused::To(other - 1),
                    });
                }
            }
        }
        Ok(())
    }

    /// The fields that a time would take; or whoever is in the way.
    fn free_fields(&self, wanted: &Place) -> Result<Vec<std::ops::Range<usize>>, u32> {
        let Some(resource) = self.resources.get(wanted.resource.as_str()) else {
            return Err(1);
        };
        let span = wanted.span.widened(resource.before, resource.after);
        let mut in_the_way: Option<u32> = None;
        let mut free = Vec::new();
        for unit in &resource.units {
            let fields = self.fields(*unit, span);
            match self.owner(fields.clone()) {
                None if resource.takes_all => free.push(fields),
                None => return Ok(vec![fields]),
                Some(owner) => {
                    in_the_way = Some(in_the_way.map_or(owner, |other| other.min(owner)));
                }
            }
        }
        match in_the_way {
            Some(owner) => Err(owner),
            None => Ok(free),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;
    use crate::model::lottery::{
        choice::EntryNumber,
        list::{seed, tests::LIST},
        sha256,
    };

    fn list() -> FrozenList {
        FrozenList::read(LIST).unwrap()
    }

    #[test]
    fn each_gets_the_dearest_wish_that_is_wholly_free() {
        let list = list();
        for round in 0..200 {
            let order = draw(&list, &sha256(format!("{round}")));
            let of = |number: &str| {
                order
                    .iter()
                    .find(|placed| list.entries[placed.entry].number.as_str() == number)
                    .unwrap()
            };
            let place = |number: &str| {
                order
                    .iter()
                    .position(|placed| list.entries[placed.entry].number.as_str() == number)
                    .unwrap()
            };
            // Both Saturdays or none: half of the first is taken beforehand.
            assert_eq!(of("00000000B2").outcome, Outcome::Full);
            assert_eq!(of("00000000B2").refused, [Refused::Beforehand]);
            // A1 wants the whole hall; whoever of it, C3 and D4 comes first is decisive.
            let first = ["00000000A1", "00000000C3", "00000000D4"]
                .into_iter()
                .min_by_key(|number| place(number))
                .unwrap();
            match first {
                "00000000A1" => {
                    assert_eq!(of("00000000A1").outcome, Outcome::Won(0));
                    assert_eq!(of("00000000D4").outcome, Outcome::Limit);
                    let to = u32::try_from(place("00000000A1") + 1).unwrap();
                    assert_eq!(of("00000000C3").refused, [Refused::To(to)]);
                }
                // D4 counts for A1's person and for C3's.
                "00000000D4" => {
                    assert_eq!(of("00000000A1").outcome, Outcome::Limit);
                    assert_eq!(of("00000000C3").outcome, Outcome::Limit);
                }
                _ => {
                    assert_eq!(of("00000000C3").outcome, Outcome::Won(0));
                    assert_eq!(of("00000000D4").outcome, Outcome::Limit);
                    // The second wish is free.
                    assert_eq!(of("00000000A1").outcome, Outcome::Won(1));
                }
            }
        }
    }

    /// Somebody with n tickets is first n times as often as somebody with one: over 4,000 fixed seeds within 4 standard deviations.
    #[test]
    fn tickets_weigh_in_proportion() {
        let mut list = list();
        for (entry, tickets) in list.entries.iter_mut().zip([1, 3, 1, 5]) {
            entry.tickets = tickets;
        }
        let rounds = 4_000_u32;
        let mut first = [0_u32; 4];
        for round in 0..rounds {
            first[draw(&list, &sha256(format!("weights {round}")))[0].entry] += 1;
        }
        for (count, tickets) in first.into_iter().zip([1.0, 3.0, 1.0, 5.0]) {
            let share: f64 = tickets / 10.0;
            let expected = share * f64::from(rounds);
            let deviation = (expected * (1.0 - share)).sqrt();
            assert!(
                (f64::from(count) - expected).abs() < 4.0 * deviation,
                "{count} of {rounds} with {tickets} of 10 tickets"
            );
        }
    }

    #[test]
    fn one_of_many_alike_goes_to_as_many_as_there_are() {
        let mut lines: Vec<String> = LIST.lines().take(11).map(str::to_owned).collect();
        lines.extend((1..=5).map(|number| {
            format!("entry 000000000{number} 1 {number} class/2027-02-20/1000-1200")
        }));
        let text = lines.join("\n") + "\n";
        let list = FrozenList::read(&text).unwrap();
        let order = draw(&list, &sha256("class"));
        let won: Vec<bool> = order
            .iter()
            .map(|placed| placed.outcome == Outcome::Won(0))
            .collect();
        assert_eq!(won, [true, true, false, false, false]);
        assert_eq!(
            order[4].refused,
            [Refused::To(1)],
            "who came first of those who have it"
        );
    }

    /// Entries of any kind for a hall of two halves and a class, in a month.
    fn any_list() -> impl Strategy<Value = FrozenList> {
        let place = (0..4_usize, 1..=5_u8, 0..3_usize).prop_map(|(resource, day, band)| {
            let resource = ["whole", "half_a", "half_b", "class"][resource];
            let hours = ["0900-1200", "1200-1500", "1000-1300"][band];
            format!("{resource}/2027-02-{day:02}/{hours}")
        });
        let choice = prop::collection::btree_set(place, 1..3)
            .prop_map(|places| places.into_iter().collect::<Vec<_>>().join("+"));
        let entry = (
            1..4_u32,
            prop::collection::btree_set(1..12_u32, 1..3),
            prop::collection::vec(choice, 1..4),
        );
        (prop::collection::vec(entry, 0..40), 1..3_u32).prop_map(|(entries, wins)| {
            let mut list = list();
            list.wins = wins;
            list.entries = entries
                .into_iter()
                .enumerate()
                .map(|(number, (tickets, counts_for, choices))| ListedEntry {
                    number: EntryNumber::from_random(u64::try_from(number).unwrap() * 0x9E37_79B9),
                    tickets,
                    counts_for: counts_for.into_iter().collect(),
                    choices: choices
                        .iter()
                        .map(|choice| choice.parse().unwrap())
                        .collect(),
                })
                .collect();
            // As lists have them.
            FrozenList::read(&list.to_text()).unwrap()
        })
    }

    /// The draw by the simplest means: minutes and sets.
    fn simple(list: &FrozenList, seed: &str) -> Vec<(String, Option<usize>)> {
        let mut order: Vec<(String, &ListedEntry)> = list
            .entries
            .iter()
            .map(|entry| {
                let hash = (1..=entry.tickets)
                    .map(|ticket| sha256(format!("{seed}/{}/{ticket}", entry.number)))
                    .min()
                    .unwrap();
                (hash, entry)
            })
            .collect();
        order.sort_by_key(|(hash, _)| hash.clone());
        let mut taken: BTreeSet<(String, jiff::civil::Date, u16)> = BTreeSet::new();
        for (unit, span) in &list.taken {
            for minute in span.from().minutes()..span.to().minutes() {
                taken.insert((unit.clone(), span.day(), minute));
            }
        }
        let mut won: BTreeMap<u32, u32> = BTreeMap::new();
        let mut results = Vec::new();
        for (_, entry) in order {
            let mut result = None;
            let at_limit = entry
                .counts_for
                .iter()
                .any(|who| won.get(who).copied().unwrap_or(0) >= list.wins);
            for (number, choice) in entry.choices.iter().enumerate().filter(|_| !at_limit) {
                let mut then = taken.clone();
                let fits = choice.places().iter().all(|place| {
                    let resource = list
                        .resources
                        .iter()
                        .find(|resource| resource.key == place.resource)
                        .unwrap();
                    let span = place.span.widened(resource.before, resource.after);
                    let minutes = |unit: &String| -> Vec<_> {
                        (span.from().minutes()..span.to().minutes())
                            .map(|minute| (unit.clone(), span.day(), minute))
                            .collect()
                    };
                    let needed: Vec<_> = if resource.takes_all {
                        resource.units.iter().flat_map(minutes).collect()
                    } else {
                        let free = resource
                            .units
                            .iter()
                            .find(|unit| minutes(unit).iter().all(|field| !then.contains(field)));
                        match free {
                            Some(unit) => minutes(unit),
                            None => return false,
                        }
                    };
                    needed.into_iter().all(|field| then.insert(field))
                });
                if fits {
                    taken = then;
                    result = Some(number);
                    for who in &entry.counts_for {
                        *won.entry(*who).or_default() += 1;
                    }
                    break;
                }
            }
            results.push((entry.number.to_string(), result));
        }
        results
    }

    proptest! {
        /// The draw is what the simplest reading of the published algorithm gives; so no unit is given twice, and limits are kept.
        #[test]
        fn the_draw_agrees_with_the_simplest_one(list in any_list(), value in any::<u64>()) {
            let seed = seed(&list.commitment(), &sha256(value.to_string()));
            let drawn: Vec<(String, Option<usize>)> = draw(&list, &seed)
                .into_iter()
                .map(|placed| {
                    let number = list.entries[placed.entry].number.to_string();
                    let won = match placed.outcome {
                        Outcome::Won(choice) => Some(choice),
                        Outcome::Full | Outcome::Limit => None,
                    };
                    (number, won)
                })
                .collect();
            prop_assert_eq!(drawn, simple(&list, &seed));
        }

        /// The draw is the same each time, and in whichever order the entries came.
        #[test]
        fn the_draw_is_the_same_again(list in any_list(), by in 0..40_usize) {
            let seed = seed(&list.commitment(), &sha256("value"));
            let mut other = list.clone();
            let middle = by.min(other.entries.len());
            other.entries.rotate_left(middle);
            prop_assert_eq!(other.commitment(), list.commitment());
            let again = FrozenList::read(&other.to_text()).unwrap();
            prop_assert_eq!(draw(&list, &seed), draw(&again, &seed));
        }

        /// Nobody gains by hiding what they want: put first, what one got otherwise is got again or what comes before it.
        #[test]
        fn the_dearest_wish_first_never_hurts(list in any_list(), entry in any::<prop::sample::Index>()) {
            prop_assume!(!list.entries.is_empty());
            let entry = entry.index(list.entries.len());
            // Where each person has one entry.
            let mut list = list;
            for (who, entry) in (1..).zip(&mut list.entries) {
                entry.counts_for = vec![who];
            }
            let seed = sha256("seed");
            let got = |list: &FrozenList| {
                draw(list, &seed)
                    .into_iter()
                    .find(|placed| placed.entry == entry)
                    .and_then(|placed| match placed.outcome {
                        Outcome::Won(choice) => Some(list.entries[entry].choices[choice].clone()),
                        Outcome::Full | Outcome::Limit => None,
                    })
            };
            let honest = got(&list);
            let true_rank = |choice: &Option<Choice>| {
                choice
                    .as_ref()
                    .and_then(|choice| list.entries[entry].choices.iter().position(|own| own == choice))
                    .unwrap_or(usize::MAX)
            };
            let mut lied = list.clone();
            lied.entries[entry].choices.reverse();
            prop_assert!(true_rank(&honest) <= true_rank(&got(&lied)));
        }
    }
}
