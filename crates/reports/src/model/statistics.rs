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

impl Summary {
    /// The share that is handled, in percent with one digit: `75.0%`; empty without reports.
    pub fn share(&self) -> String {
        if self.posted == 0 {
            return String::new();
        }
        // Tenths of a percent, rounded half up.
        let tenths = (self.handled * 2_000 + self.posted) / (self.posted * 2);
        format!("{}.{}%", tenths / 10, tenths % 10)
    }
}

/// What everybody may read of a group: none is a figure that is not told, because it, or what follows from it, is a small count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    /// Reports.
    pub posted: Option<usize>,
    /// Those that are handled; told only with `posted`.
    pub handled: Option<usize>,
    /// The days that half of them did not take longer than; told only of enough of them.
    pub median: Option<i64>,
    /// The days that nine in ten of them did not take longer than; told only of enough of them.
    pub ninety: Option<i64>,
}

/// What everybody may read of groups beside their total. A group of fewer than `least` reports, but not of none, is not told, and what is
/// not told does not follow from the total either: there are always two such groups or none, and together they have `least` reports or
/// more. Days are told of `least` handled reports or more. How many of a told group are open is no secret: each of them is on the list
/// of reports.
pub fn told(groups: &[Summary], least: usize) -> Vec<Told> {
    let posted: Vec<usize> = groups.iter().map(|group| group.posted).collect();
    let shown = shown(&posted, least);
    groups
        .iter()
        .zip(shown)
        .map(|(group, is_shown)| Told {
            posted: is_shown.then_some(group.posted),
            handled: is_shown.then_some(group.handled),
            median: group.median.filter(|_| is_shown && group.handled >= least),
            ninety: group.ninety.filter(|_| is_shown && group.handled >= least),
        })
        .collect()
}

/// Which of some counts are shown: none or many, without the smallest of these while what is hidden would follow from the sum.
fn shown(counts: &[usize], least: usize) -> Vec<bool> {
    let mut shown: Vec<bool> = counts
        .iter()
        .map(|count| !(1..least).contains(count))
        .collect();
    loop {
        let hidden = |place: &usize| !shown[*place];
        let places = (0..counts.len()).filter(hidden);
        let (many, sum) = places.fold((0, 0), |(many, sum), place| (many + 1, sum + counts[place]));
        let smallest = (0..counts.len())
            .filter(|place| shown[*place] && counts[*place] > 0)
            .min_by_key(|place| counts[*place]);
        match smallest {
            Some(place) if many > 0 && (many < 2 || sum < least) => shown[place] = false,
            _ => return shown,
        }
    }
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

    fn group(posted: usize, handled: usize) -> Summary {
        Summary {
            posted,
            handled,
            median: (handled > 0).then_some(3),
            ninety: (handled > 0).then_some(9),
            ..Summary::default()
        }
    }

    #[test]
    fn a_small_group_takes_a_larger_one_with_it() {
        let groups = [group(3, 3), group(40, 20), group(10, 10), group(0, 0)];
        let posted: Vec<_> = told(&groups, 5).iter().map(|told| told.posted).collect();
        assert_eq!(posted, [None, Some(40), None, Some(0)]);
        // Days of four reports would tell about each of them.
        let days: Vec<_> = told(&[group(20, 18), group(30, 4)], 5)
            .iter()
            .map(|told| (told.handled, told.median))
            .collect();
        assert_eq!(days, [(Some(18), Some(3)), (Some(4), None)]);
    }

    proptest! {
        #[test]
        fn what_is_not_told_does_not_follow_from_the_total(
            counts in proptest::collection::vec((0..30_usize, 0..30_usize), 2..12),
        ) {
            let groups: Vec<Summary> = counts
                .iter()
                .map(|(posted, part)| group(*posted, (*part).min(*posted)))
                .collect();
            let told = told(&groups, 5);
            for count in &told {
                if let Some(posted) = count.posted {
                    prop_assert!(posted == 0 || posted >= 5);
                }
                prop_assert_eq!(count.handled.is_some(), count.posted.is_some());
                prop_assert!(count.median.is_none() || count.handled >= Some(5));
            }
            let filled = groups.iter().filter(|group| group.posted > 0).count();
            let hidden: Vec<usize> = told
                .iter()
                .zip(&groups)
                .filter(|(told, _)| told.posted.is_none())
                .map(|(_, group)| group.posted)
                .collect();
            if !hidden.is_empty() && filled > hidden.len() {
                prop_assert!(hidden.len() > 1 && hidden.iter().sum::<usize>() >= 5);
            }
        }

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
