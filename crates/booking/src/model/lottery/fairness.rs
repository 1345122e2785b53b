//! How fair a draw was, in figures that name nobody: how many wanted each time, which wishes were granted, how wins are spread.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    draw::Outcome,
    list::{FrozenList, ListedResource},
    transcript::Drawn,
};
use crate::model::time::{DAY, Span};

/// Counts below this are not shown to the public.
pub const SMALLEST: u64 = 5;

/// The figures of a draw, as they were when it was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fairness {
    /// How many entries were drawn.
    pub entries: u64,
    /// How many won by each choice, the dearest first.
    pub wishes: Vec<u64>,
    /// How many won nothing.
    pub nothing: u64,
    /// What was asked for, the most wanted first.
    pub times: Vec<TimeOdds>,
    /// How many people and groups won how often in the rounds of the last twelve months, this one included.
    #[serde(default)]
    pub year: Vec<Winners>,
}

/// A time that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeOdds {
    /// When.
    #[serde(with = "as_text")]
    pub span: Span,
    /// How many entries ask for it in any of their choices.
    pub entries: u64,
    /// How many could have it side by side.
    pub places: u64,
    /// How many won it.
    pub won: u64,
}

/// People and groups that won equally often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Winners {
    /// How often.
    pub wins: u64,
    /// How many people and groups.
    pub holders: u64,
}

impl Fairness {
    /// The figures of a draw. `offers` tells whether a resource can be had at a time. [`Fairness::year`] is left empty.
    pub fn of(drawn: &Drawn, offers: impl Fn(&str, Span) -> bool) -> Self {
        let most = drawn.list.entries.iter().map(|entry| entry.choices.len());
        let mut wishes = vec![0; most.max().unwrap_or(0)];
        let mut nothing = 0;
        let mut asked: BTreeMap<Span, (u64, u64)> = BTreeMap::new();
        for placed in &drawn.places {
            let Some(entry) = drawn.list.entries.get(placed.entry) else {
                continue;
            };
            let spans: BTreeSet<Span> = entry
                .choices
                .iter()
                .flat_map(|choice| choice.places().iter().map(|place| place.span))
                .collect();
            for span in spans {
                asked.entry(span).or_default().0 += 1;
            }
            let Outcome::Won(choice) = placed.outcome else {
                nothing += 1;
                continue;
            };
            if let Some(count) = wishes.get_mut(choice) {
                *count += 1;
            }
            let won: BTreeSet<Span> = entry
                .choices
                .get(choice)
                .into_iter()
                .flat_map(|choice| choice.places().iter().map(|place| place.span))
                .collect();
            for span in won {
                asked.entry(span).or_default().1 += 1;
            }
        }
        let mut times: Vec<TimeOdds> = asked
            .into_iter()
            .map(|(span, (entries, won))| TimeOdds {
                span,
                entries,
                places: side_by_side(&drawn.list, span, &offers),
                won,
            })
            .collect();
        times.sort_by_key(|time| (std::cmp::Reverse(time.entries), time.span));
        Self {
            entries: wishes.iter().sum::<u64>() + nothing,
            wishes,
            nothing,
            times,
            year: Vec::new(),
        }
    }
}

impl TimeOdds {
    /// Entries for each place, in tenths, rounded half up; none when there was no place at all.
    pub fn tenths(&self) -> Option<u64> {
        (self.places > 0).then(|| (self.entries * 20 + self.places) / (self.places * 2))
    }
}

/// How many entries could have a time side by side: small rooms before those that take several of them.
fn side_by_side(list: &FrozenList, span: Span, offers: &impl Fn(&str, Span) -> bool) -> u64 {
    let mut resources: Vec<&ListedResource> = list
        .resources
        .iter()
        .filter(|resource| offers(&resource.key, span))
        .collect();
    resources.sort_by_key(|resource| {
        (
            resource.units.len() * usize::from(resource.takes_all),
            &resource.key,
        )
    });
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut count = 0;
    for resource in resources {
        let from = span.from().minutes().saturating_sub(resource.before);
        let to = (span.to().minutes() + resource.after).min(DAY);
        let is_free = |unit: &&String| {
            !used.contains(unit.as_str())
                && !list.taken.iter().any(|(taken, part)| {
                    taken == *unit
                        && part.day() == span.day()
                        && part.from().minutes() < to
                        && from < part.to().minutes()
                })
        };
        let free: Vec<&str> = resource
            .units
            .iter()
            .filter(is_free)
            .map(String::as_str)
            .collect();
        if resource.takes_all && free.len() == resource.units.len() {
            count += 1;
            used.extend(free);
        } else if !resource.takes_all {
            count += u64::try_from(free.len()).unwrap_or(0);
            used.extend(free);
        }
    }
    count
}

/// How unequal wins are spread over those who entered, in hundredths: the Gini coefficient, 0 when all won equally often, near 100 when one
/// won everything. None when nobody won.
pub fn gini(year: &[Winners]) -> Option<u64> {
    let holders: u64 = year.iter().map(|one| one.holders).sum();
    let wins: u64 = year.iter().map(|one| one.holders * one.wins).sum();
    let differences: u64 = year
        .iter()
        .flat_map(|one| year.iter().map(move |other| (one, other)))
        .map(|(one, other)| one.holders * other.holders * one.wins.abs_diff(other.wins))
        .sum();
    let whole = 2 * holders * wins;
    (whole > 0).then(|| (differences * 200 + whole) / (whole * 2))
}

/// Counts as the public sees them: those below [`SMALLEST`] but 0 are hidden; when it would be the only one, the next smallest, too, because
/// a sum tells the other.
pub fn hide_small(counts: &[u64]) -> Vec<Option<u64>> {
    let mut shown: Vec<Option<u64>> = counts
        .iter()
        .map(|count| Some(*count).filter(|count| *count == 0 || *count >= SMALLEST))
        .collect();
    if shown.iter().filter(|count| count.is_none()).count() == 1 {
        let next = shown
            .iter_mut()
            .filter(|count| count.is_some_and(|count| count > 0))
            .min();
        if let Some(next) = next {
            *next = None;
        }
    }
    shown
}

/// A time as lists have it: `2027-02-06/0900-1200`.
mod as_text {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use crate::model::{
        lottery::choice::{hours, span_of},
        time::Span,
    };

    #[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
    pub(super) fn serialize<S: Serializer>(span: &Span, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{}/{}", span.day(), hours(*span)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Span, D::Error> {
        let text = String::deserialize(from)?;
        text.split_once('/')
            .and_then(|(day, hours)| span_of(day, hours))
            .ok_or_else(|| D::Error::custom("no time of a day"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::lottery::{
        drand::tests::ROUND_1000, list::tests::LIST, source::Proof, transcript::run,
    };

    fn fairness() -> Fairness {
        let drawn = run(LIST, &Proof::Drand(ROUND_1000.to_owned())).unwrap();
        Fairness::of(&drawn, |_, _| true)
    }

    /// The documentation's example, counted by hand.
    #[test]
    fn the_example_is_counted_right() {
        let found = fairness();
        assert_eq!(found.entries, 4);
        assert_eq!(found.wishes.iter().sum::<u64>() + found.nothing, 4);
        let of = |day: &str| {
            let time = found
                .times
                .iter()
                .find(|time| time.span.day().to_string() == day)
                .unwrap();
            (time.entries, time.places)
        };
        // Two halves, the whole of which is made, and two places in a class; on the 6th half B is taken beforehand.
        assert_eq!(of("2027-02-13"), (4, 4));
        assert_eq!(of("2027-02-06"), (2, 3));
        assert_eq!(found.times[0].tenths(), Some(10));
        let text = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Fairness>(&text).unwrap(), found);
    }

    #[test]
    fn what_is_not_offered_is_no_place() {
        let drawn = run(LIST, &Proof::Drand(ROUND_1000.to_owned())).unwrap();
        let only_whole = Fairness::of(&drawn, |resource, _| resource == "whole");
        assert_eq!(only_whole.times[0].places, 1);
        let none = Fairness::of(&drawn, |_, _| false);
        assert_eq!(none.times[0].tenths(), None);
    }

    #[test]
    fn the_coefficient_goes_from_all_alike_to_one_alone() {
        let of = |pairs: &[(u64, u64)]| {
            gini(
                &pairs
                    .iter()
                    .map(|(wins, holders)| Winners {
                        wins: *wins,
                        holders: *holders,
                    })
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(of(&[(2, 30)]), Some(0));
        assert_eq!(of(&[(0, 99), (7, 1)]), Some(99));
        assert_eq!(of(&[(0, 50), (1, 50)]), Some(50));
        // By hand: 1, 1, 2, 4 gives 20/64.
        assert_eq!(of(&[(1, 2), (2, 1), (4, 1)]), Some(31));
        assert_eq!(of(&[(0, 5)]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn a_small_count_is_not_told_by_the_sum_either() {
        assert_eq!(hide_small(&[40, 3, 9, 0]), [Some(40), None, None, Some(0)]);
        assert_eq!(hide_small(&[40, 3, 1]), [Some(40), None, None]);
        assert_eq!(hide_small(&[40, 5]), [Some(40), Some(5)]);
        assert_eq!(hide_small(&[3]), [None]);
    }

    proptest! {
        /// Never exactly one hidden count beside others that are shown, and nothing small is shown.
        #[test]
        fn hiding_holds(counts in prop::collection::vec(0..12_u64, 1..8)) {
            let shown = hide_small(&counts);
            let hidden = shown.iter().filter(|count| count.is_none()).count();
            let others = counts.iter().filter(|count| **count > 0).count();
            prop_assert!(hidden != 1 || others == 1);
            prop_assert!(shown.iter().flatten().all(|count| *count == 0 || *count >= SMALLEST));
        }

        /// The coefficient is the textbook's: the mean difference over twice the mean.
        #[test]
        #[allow(clippy::cast_precision_loss)] // small numbers
        fn the_coefficient_is_the_textbooks(wins in prop::collection::vec(0..6_u64, 1..40)) {
            let mut bins: BTreeMap<u64, u64> = BTreeMap::new();
            for one in &wins {
                *bins.entry(*one).or_default() += 1;
            }
            let year: Vec<Winners> = bins.into_iter().map(|(wins, holders)| Winners { wins, holders }).collect();
            let mut sorted = wins.clone();
            sorted.sort_unstable();
            let (n, sum) = (sorted.len() as f64, sorted.iter().sum::<u64>() as f64);
            let ranked: f64 = (1..).zip(&sorted).map(|(rank, win)| f64::from(rank) * *win as f64).sum();
            match gini(&year) {
                None => prop_assert!(sum < 0.5),
                Some(found) => {
                    let expected = 100.0 * (2.0 * ranked / (n * sum) - (n + 1.0) / n);
                    prop_assert!((found as f64 - expected).abs() <= 0.51, "{} {}", found, expected);
                }
            }
        }
    }
}
