//! What is taken of a facility: which unit in which steps of time.

use std::collections::BTreeMap;

/// The steps in which units are taken, each by its beginning (see [`super::time::quantum`]).
///
/// Two of them are equal when the same steps are taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenSteps {
    /// By the unit's key, in order of time, each step once; no unit stands here without a step.
    units: BTreeMap<String, Vec<i64>>,
}

impl TakenSteps {
    /// Nothing is taken.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes steps of one unit, in any order.
    pub fn take(&mut self, unit: &str, steps: impl IntoIterator<Item = i64>) {
        let mut new: Vec<i64> = steps.into_iter().collect();
        if new.is_empty() {
            return;
        }
        if let Some(taken) = self.units.get_mut(unit) {
            taken.append(&mut new);
            tidy(taken);
        } else {
            tidy(&mut new);
            self.units.insert(unit.to_owned(), new);
        }
    }

    /// Whether none of these steps of a unit is taken.
    pub fn is_free(&self, unit: &str, steps: &[i64]) -> bool {
        self.units
            .get(unit)
            .is_none_or(|taken| steps.iter().all(|step| taken.binary_search(step).is_err()))
    }

    /// Every taken step with its unit, in order of unit and time.
    pub fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        self.units
            .iter()
            .flat_map(|(unit, steps)| steps.iter().map(|step| (unit.as_str(), *step)))
    }
}

/// In order of time, each once.
#[expect(
    clippy::stable_sort_primitive,
    reason = "they are nearly in order already, which the stable sort makes use of"
)]
fn tidy(steps: &mut Vec<i64>) {
    steps.sort();
    steps.dedup();
}

impl<K: AsRef<str>> FromIterator<(K, i64)> for TakenSteps {
    fn from_iter<T: IntoIterator<Item = (K, i64)>>(steps: T) -> Self {
        let mut units: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for (unit, step) in steps {
            match units.get_mut(unit.as_ref()) {
                Some(taken) => taken.push(step),
                None => {
                    units.insert(unit.as_ref().to_owned(), vec![step]);
                }
            }
        }
        units.values_mut().for_each(tidy);
        Self { units }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// It says what a plain set of (unit, step) says, however the steps came in.
        #[test]
        fn it_is_a_set_of_units_and_steps(
            first in prop::collection::vec((0u8..4, 0i64..20), 0..40),
            more in prop::collection::vec((0u8..4, prop::collection::vec(0i64..20, 0..5)), 0..6),
            asked in prop::collection::vec(0i64..20, 0..4),
        ) {
            let mut plain: BTreeSet<(String, i64)> =
                first.iter().map(|(unit, step)| (unit.to_string(), *step)).collect();
            let mut taken: TakenSteps =
                first.iter().map(|(unit, step)| (unit.to_string(), *step)).collect();
            for (unit, steps) in more {
                plain.extend(steps.iter().map(|step| (unit.to_string(), *step)));
                taken.take(&unit.to_string(), steps);
            }
            let listed: Vec<(String, i64)> =
                taken.iter().map(|(unit, step)| (unit.to_owned(), step)).collect();
            prop_assert_eq!(listed, plain.iter().cloned().collect::<Vec<_>>());
            for unit in ["0", "1", "2", "3"] {
                let free = asked.iter().all(|step| !plain.contains(&(unit.to_owned(), *step)));
                prop_assert_eq!(taken.is_free(unit, &asked), free);
            }
            prop_assert_eq!(&taken, &plain.into_iter().collect::<TakenSteps>());
        }
    }
}
