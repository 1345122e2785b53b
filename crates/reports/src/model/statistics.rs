//! How long handling took: counts, the median and what nine in ten did not take longer than.

use std::collections::BTreeMap;

/// One report, as statistics see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handled {
    /// Whole days until it was handled; none while it is open.
    pub days: Option<i64>,
    /// Whether it is open and its day is over.
    pub is_late: bool,
}

/// What is told of a group of reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Reports.
    pub posted: usize,
    /// Those that are handled.
    pub handled: usize,
    /// Those that are open and late.
    pub late: usize,
    /// The days that half of the handled ones did not take longer than.
    pub median: Option<i64>,
    /// The days that nine in ten of the handled ones did not take longer than.
    pub ninety: Option<i64>,
}

/// The smallest of the sorted values that so many in a hundred do not exceed (nearest rank).
fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

/// Sums a group up.
pub fn summary<'h>(reports: impl IntoIterator<Item = &'h Handled>) -> Summary {
    let (mut posted, mut late, mut days) = (0, 0, Vec::new());
    for report in reports {
        posted += 1;
        late += usize::from(report.is_late);
        days.extend(report.days);
    }
    days.sort_unstable();
    Summary {
        posted,
        handled: days.len(),
        late,
        median: percentile(&days, 50),
        ninety: percentile(&days, 90),
    }
}

/// The summaries of groups, by their key.
pub fn by_group<K: Ord, I: IntoIterator<Item = (K, Handled)>>(reports: I) -> BTreeMap<K, Summary> {
    let mut groups: BTreeMap<K, Vec<Handled>> = BTreeMap::new();
    for (key, report) in reports {
        groups.entry(key).or_default().push(report);
    }
    groups
        .into_iter()
        .map(|(key, group)| (key, summary(&group)))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn after(days: i64) -> Handled {
        Handled {
            days: Some(days),
            is_late: false,
        }
    }

    #[test]
    fn ranks_are_those_of_a_hand_count() {
        let ten: Vec<Handled> = (1..=10).map(after).collect();
        let told = summary(&ten);
        assert_eq!((told.median, told.ninety), (Some(5), Some(9)));
        let three = [after(9), after(1), after(4)];
        assert_eq!(summary(&three).median, Some(4));
        assert_eq!(summary(&three).ninety, Some(9));
        let open = Handled {
            days: None,
            is_late: true,
        };
        let told = summary(&[open]);
        assert_eq!(
            (told.posted, told.handled, told.late, told.median),
            (1, 0, 1, None)
        );
        assert_eq!(
            by_group([("a", after(1)), ("b", after(2)), ("a", after(3))])["a"].posted,
            2
        );
    }

    proptest! {
        #[test]
        fn as_many_as_said_do_not_take_longer(days in proptest::collection::vec(0..400_i64, 1..60)) {
            let reports: Vec<Handled> = days.iter().copied().map(after).collect();
            let told = summary(&reports);
            for (percent, value) in [(50, told.median), (90, told.ninety)] {
                let value = value.unwrap();
                let within = days.iter().filter(|day| **day <= value).count();
                let below = days.iter().filter(|day| **day < value).count();
                prop_assert!(within * 100 >= days.len() * percent);
                prop_assert!(below * 100 < days.len() * percent);
            }
        }
    }
}
