//! The facts that an entry and its counts stand for. They are a function of what is kept, so that a change writes the difference.

use std::collections::BTreeMap;

use jiff::civil::Date;
use yakuba_kernel::{Channel, DepartmentCode, MeasureName};

use super::{Counts, Entry};
use crate::capabilities::{APPLICATIONS, APPLICATIONS_EXCLUDED, ELIGIBLE, ONLINE};

/// Applications that this system received on a day through a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The day.
    pub day: Date,
    /// The channel.
    pub channel: Channel,
    /// How many.
    pub count: i64,
}

/// What the facts of one kind are about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LedgerKey {
    /// What is counted.
    pub measure: MeasureName,
    /// The day.
    pub day: Date,
    /// The department.
    pub department: DepartmentCode,
    /// The channel, for applications.
    pub channel: Option<Channel>,
}

/// How much stands under each [`LedgerKey`]; zero stands for nothing and is left out.
pub type Ledger = BTreeMap<LedgerKey, i64>;

/// Everything the facts must say about an entry: the sum of its facts is this, always.
///
/// The stocks are counted from the dates in the entry, so that the years before an entry was typed in are right too.
pub fn ledger(entry: &Entry, counts: &Counts, received: &[Received]) -> Ledger {
    let mut ledger = Ledger::new();
    let mut add = |measure: &MeasureName, day: Date, channel: Option<Channel>, quantity: i64| {
        let key = LedgerKey {
            measure: measure.clone(),
            day,
            department: entry.department.clone(),
            channel,
        };
        *ledger.entry(key).or_default() += quantity;
    };
    let eligible = entry.exclusion.is_empty();
    if eligible {
        add(&ELIGIBLE.name, entry.listed_on, None, 1);
        if let Some(end) = entry.ended_on {
            add(&ELIGIBLE.name, end, None, -1);
        }
        let since = entry.online_since.map(|day| day.max(entry.listed_on));
        if let Some(since) = since.filter(|since| entry.ended_on.is_none_or(|end| *since < end)) {
            add(&ONLINE.name, since, None, 1);
            if let Some(end) = entry.ended_on {
                add(&ONLINE.name, end, None, -1);
            }
        }
    }
    let applications = applications_measure(entry);
    for (period, channel, count) in counts.iter() {
        add(&applications, period.day(), Some(channel), i64::from(count));
    }
    for received in received {
        add(
            &applications,
            received.day,
            Some(received.channel),
            received.count,
        );
    }
    ledger.retain(|_, quantity| *quantity != 0);
    ledger
}

/// The measure under which an entry's applications are counted.
pub(crate) fn applications_measure(entry: &Entry) -> MeasureName {
    if entry.exclusion.is_empty() {
        APPLICATIONS.name
    } else {
        APPLICATIONS_EXCLUDED.name
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::{
        Period,
        tests::{entry, year},
    };
    use super::*;

    fn sum(ledger: &Ledger, measure: &MeasureName) -> i64 {
        ledger
            .iter()
            .filter(|(key, _)| key.measure == *measure)
            .map(|(_, quantity)| quantity)
            .sum()
    }

    #[test]
    fn an_online_procedure_counts_in_both_stocks_from_its_day() {
        let mut online = entry("1");
        online.online_since = Some(date(2021, 1, 1));
        let stands = ledger(&online, &Counts::default(), &[]);
        assert_eq!(
            (
                sum(&stands, &ELIGIBLE.name),
                sum(&stands, &ONLINE.name),
                stands.len()
            ),
            (1, 1, 2)
        );
        assert!(stands.keys().all(|key| key.day == date(2022, 4, 1)));
        online.ended_on = Some(date(2025, 4, 1));
        let ended = ledger(&online, &Counts::default(), &[]);
        assert_eq!(
            (
                sum(&ended, &ELIGIBLE.name),
                sum(&ended, &ONLINE.name),
                ended.len()
            ),
            (0, 0, 4)
        );
        online.exclusion = "本人の来庁が法令で必要".to_owned();
        assert!(ledger(&online, &Counts::default(), &[]).is_empty());
    }

    #[test]
    fn applications_of_what_is_left_out_are_counted_apart() {
        let mut counts = Counts::default();
        counts.set(Period::undivided(year(2025)), Channel::Counter, Some(40));
        counts.set(Period::undivided(year(2025)), Channel::Phone, Some(0));
        let received = [Received {
            day: date(2025, 4, 1),
            channel: Channel::Counter,
            count: 2,
        }];
        let mut it = entry("1");
        let stands = ledger(&it, &counts, &received);
        assert_eq!(sum(&stands, &APPLICATIONS.name), 42);
        it.exclusion = "本人の来庁が法令で必要".to_owned();
        let stands = ledger(&it, &counts, &received);
        assert_eq!(sum(&stands, &APPLICATIONS.name), 0);
        assert_eq!(sum(&stands, &APPLICATIONS_EXCLUDED.name), 42);
    }
}
