//! 電子化率 and システム利用率, with everything they were made of.

use jiff::civil::Date;
use yakuba_kernel::{Channel, Decimal, FiscalYear, Rounding};

use super::Listed;

/// The two indicators of the inventory in a fiscal year.
#[derive(Debug, Clone, PartialEq)]
pub struct Indicators<'a> {
    /// The year.
    pub year: FiscalYear,
    /// The day on which the procedures are counted: the last of the year, or today.
    pub day: Date,
    /// The procedures that could be online.
    pub eligible: usize,
    /// Those of them that are.
    pub online: usize,
    /// The procedures left out, each with its reason.
    pub excluded: Vec<&'a Listed>,
    /// 電子化率: online ÷ eligible in percent, to one place.
    pub online_rate: Option<Decimal>,
    /// Each eligible procedure with applications, for the mean.
    pub usages: Vec<Usage<'a>>,
    /// システム利用率: the mean of the procedures' own ratios in percent, to one place.
    pub usage: Option<Decimal>,
    /// The same over those that are online only.
    pub usage_of_online: Option<Decimal>,
}

/// How much of one procedure comes electronically.
#[derive(Debug, Clone, PartialEq)]
pub struct Usage<'a> {
    /// The procedure.
    pub listed: &'a Listed,
    /// Its electronic applications.
    pub electronic: u64,
    /// All its applications.
    pub all: u64,
    /// The ratio in percent, to one place.
    pub percent: Decimal,
    /// Whether it can be done online on the day.
    pub online: bool,
}

/// Works the indicators out. A year without what is needed has none, which is not zero.
pub fn indicators(entries: &[Listed], year: FiscalYear, today: Date) -> Indicators<'_> {
    let day = year.end().min(today);
    let eligible: Vec<&Listed> = entries
        .iter()
        .filter(|listed| listed.entry.eligible_on(day))
        .collect();
    let online = eligible
        .iter()
        .filter(|listed| listed.entry.online_on(day))
        .count();
    let excluded = entries
        .iter()
        .filter(|listed| !listed.entry.exclusion.is_empty() && listed.entry.exists_on(day))
        .collect();
    // As the facts have it: a procedure that ended within the year had applications all the same.
    let mut exact = Vec::new();
    let usages: Vec<Usage<'_>> = entries
        .iter()
        .filter(|listed| listed.entry.exclusion.is_empty())
        .filter_map(|listed| {
            let all = listed.all_applications(year).filter(|all| *all > 0)?;
            let electronic = listed.applications(year, Channel::Online).unwrap_or(0);
            let percent = Decimal::from(electronic) * Decimal::ONE_HUNDRED / Decimal::from(all);
            let online = listed.entry.online_on(day);
            exact.push((percent, online));
            Some(Usage {
                listed,
                electronic,
                all,
                percent: Rounding::HalfUp.apply(percent, 1),
                online,
            })
        })
        .collect();
    Indicators {
        year,
        day,
        eligible: eligible.len(),
        online,
        excluded,
        online_rate: (!eligible.is_empty()).then(|| {
            let rate = Decimal::from(online) * Decimal::ONE_HUNDRED / Decimal::from(eligible.len());
            Rounding::HalfUp.apply(rate, 1)
        }),
        usage: mean(exact.iter().map(|(percent, _)| *percent)),
        usage_of_online: mean(
            exact
                .iter()
                .filter(|(_, online)| *online)
                .map(|(percent, _)| *percent),
        ),
        usages,
    }
}

fn mean(percents: impl Iterator<Item = Decimal>) -> Option<Decimal> {
    let (sum, count) = percents.fold((Decimal::ZERO, 0_u64), |(sum, count), percent| {
        (sum + percent, count + 1)
    });
    (count > 0).then(|| Rounding::HalfUp.apply(sum / Decimal::from(count), 1))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::{
        Counts, Entry, Period,
        tests::{entry, year},
    };
    use super::*;

    fn listed(number: &str, online: u32, counter: u32, change: impl FnOnce(&mut Entry)) -> Listed {
        let mut counts = Counts::default();
        let period = Period::undivided(year(2025));
        counts.set(period, Channel::Online, Some(online));
        counts.set(period, Channel::Counter, Some(counter));
        let mut entry = entry(number);
        change(&mut entry);
        Listed {
            entry,
            revision: 1,
            counts,
            received: Vec::new(),
        }
    }

    #[test]
    fn a_mean_of_ratios_is_not_the_ratio_of_sums_and_exclusions_are_listed() {
        let since = |entry: &mut Entry| entry.online_since = Some(date(2024, 4, 1));
        let entries = [
            listed("1", 50, 50, since),
            listed("2", 1, 999, since),
            listed("3", 0, 10, |_| {}),
            listed("4", 0, 700, |entry| entry.exclusion = "法令".to_owned()),
            listed("5", 0, 0, |_| {}),
        ];
        let found = indicators(&entries, year(2025), date(2026, 11, 21));
        assert_eq!((found.online, found.eligible), (2, 4));
        assert_eq!(found.online_rate, Some(Decimal::new(500, 1)));
        // (50 + 0.1 + 0) ÷ 3; the procedure without applications has no ratio
        assert_eq!(found.usage, Some(Decimal::new(167, 1)));
        // 25.05, rounded once
        assert_eq!(found.usage_of_online, Some(Decimal::new(251, 1)));
        assert_eq!(found.excluded.len(), 1);
        assert_eq!(found.usages.len(), 3);
        let before = indicators(&entries, year(2020), date(2026, 11, 21));
        assert_eq!((before.online_rate, before.usage), (None, None));
    }
}
