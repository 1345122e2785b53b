//! The inventory (棚卸) of procedures: what a department does for people, online or not, and how often.

mod indicators;
mod ledger;
mod ranking;
pub mod sheet;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use yakuba_kernel::{Channel, DepartmentCode, FiscalYear};

pub use indicators::{Indicators, Usage, indicators};
pub(crate) use ledger::applications_measure;
pub use ledger::{Ledger, LedgerKey, Received, ledger};
pub use ranking::{Candidate, Hindrance, candidates};

/// The channels that are counted by hand, in the order in which lists show them.
pub const CHANNELS: [Channel; 4] = [
    Channel::Online,
    Channel::Counter,
    Channel::Paper,
    Channel::Phone,
];

/// One procedure of the inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its lasting number: letters, digits, `-`, `_` and `.`, at most 40.
    pub number: String,
    /// What it is called.
    pub title: String,
    /// The law or ordinance it rests on.
    pub law: String,
    /// The department that has it.
    pub department: DepartmentCode,
    /// Whether a seal is asked for.
    pub seal: bool,
    /// Whether the person must come.
    pub face: bool,
    /// Whether an original on paper must be handed in.
    pub paper_original: bool,
    /// What must be attached.
    pub attachments: Vec<String>,
    /// What it costs, in words; empty or 無料: nothing.
    pub fee: String,
    /// Since when it can be done online; none: it cannot.
    pub online_since: Option<Date>,
    /// Why it cannot be done online.
    pub why_not_online: String,
    /// Why it does not count among the procedures that could be online; empty: it counts.
    pub exclusion: String,
    /// The key of the procedure in this system, when it is offered here.
    pub procedure_key: Option<String>,
    /// From when it counts.
    pub listed_on: Date,
    /// From when it exists no more.
    pub ended_on: Option<Date>,
}

impl Entry {
    /// An entry that says nothing but what it must.
    pub fn new(
        number: impl Into<String>,
        title: impl Into<String>,
        department: DepartmentCode,
        listed_on: Date,
    ) -> Self {
        Self {
            number: number.into(),
            title: title.into(),
            law: String::new(),
            department,
            seal: false,
            face: false,
            paper_original: false,
            attachments: Vec::new(),
            fee: String::new(),
            online_since: None,
            why_not_online: String::new(),
            exclusion: String::new(),
            procedure_key: None,
            listed_on,
            ended_on: None,
        }
    }

    /// Whether the procedure exists on a day.
    pub fn exists_on(&self, day: Date) -> bool {
        self.listed_on <= day && self.ended_on.is_none_or(|end| day < end)
    }

    /// Whether it counts, on a day, among the procedures that could be online.
    pub fn eligible_on(&self, day: Date) -> bool {
        self.exclusion.is_empty() && self.exists_on(day)
    }

    /// Whether it can be done online on a day.
    pub fn online_on(&self, day: Date) -> bool {
        self.exists_on(day) && self.online_since.is_some_and(|since| since <= day)
    }

    /// Whether it costs nothing.
    pub fn is_free(&self) -> bool {
        matches!(self.fee.as_str(), "" | "無料" | "なし" | "0" | "0円")
    }

    /// What cannot stand, if anything. `today` is the day on which it is checked.
    pub fn problems(&self, today: Date) -> Vec<EntryProblem> {
        let mut problems = Vec::new();
        if !is_number(&self.number) {
            problems.push(EntryProblem::Number);
        }
        if self.title.is_empty() {
            problems.push(EntryProblem::Title);
        }
        if self.online_since.is_some_and(|since| since > today) {
            problems.push(EntryProblem::OnlineInFuture);
        }
        if self.listed_on > today {
            problems.push(EntryProblem::ListedInFuture);
        }
        if let Some(end) = self.ended_on {
            if end > today {
                problems.push(EntryProblem::EndedInFuture);
            }
            if end < self.listed_on {
                problems.push(EntryProblem::EndedBeforeListed);
            }
        }
        if self.online_since.is_some() && !self.why_not_online.is_empty() {
            problems.push(EntryProblem::OnlineAndNot);
        }
        let long = [&self.title, &self.law, &self.fee]
            .iter()
            .any(|text| text.chars().count() > 300)
            || [&self.why_not_online, &self.exclusion]
                .iter()
                .any(|text| text.chars().count() > 1000);
        if long {
            problems.push(EntryProblem::TooLong);
        }
        if self
            .procedure_key
            .as_deref()
            .is_some_and(|key| !is_procedure_key(key))
        {
            problems.push(EntryProblem::Key);
        }
        problems
    }
}

/// Whether a text can be an entry's number, which stands in addresses and in facts.
pub fn is_number(text: &str) -> bool {
    (1..=40).contains(&text.chars().count())
        && text.chars().any(char::is_alphanumeric)
        && text
            .chars()
            .all(|letter| letter.is_alphanumeric() || "-_.".contains(letter))
}

fn is_procedure_key(key: &str) -> bool {
    (1..=60).contains(&key.len())
        && key
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// The parts of a text about attachments: lines, or between `、`.
pub fn attachments(text: &str) -> Vec<String> {
    text.split(['\n', '\r', '、'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Why an entry cannot stand as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryProblem {
    /// The number holds what addresses cannot, or is empty or too long.
    Number,
    /// There is no title.
    Title,
    /// It is said to be online from a day to come.
    OnlineInFuture,
    /// It is said to exist from a day to come.
    ListedInFuture,
    /// It is said to end on a day to come.
    EndedInFuture,
    /// It ends before it begins.
    EndedBeforeListed,
    /// It is online and says why it is not.
    OnlineAndNot,
    /// A text is too long.
    TooLong,
    /// The key of the procedure is none.
    Key,
    /// Another entry is linked to the same procedure.
    KeyTaken,
    /// Another entry has the number.
    NumberTaken,
    /// There is no such department.
    Department,
}

impl EntryProblem {
    /// The field of the form and the id of the message.
    pub const fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Number => ("number", "inventory-problem-number"),
            Self::Title => ("title", "inventory-problem-title"),
            Self::OnlineInFuture => ("online_since", "inventory-problem-online-future"),
            Self::ListedInFuture => ("listed_on", "inventory-problem-listed-future"),
            Self::EndedInFuture => ("ended_on", "inventory-problem-ended-future"),
            Self::EndedBeforeListed => ("ended_on", "inventory-problem-ended-before"),
            Self::OnlineAndNot => ("why_not_online", "inventory-problem-online-and-not"),
            Self::TooLong => ("", "inventory-problem-too-long"),
            Self::Key => ("procedure_key", "inventory-problem-key"),
            Self::KeyTaken => ("procedure_key", "inventory-problem-key-taken"),
            Self::NumberTaken => ("number", "inventory-problem-number-taken"),
            Self::Department => ("department", "inventory-problem-department"),
        }
    }
}

/// What a count is of: a month, or what of a fiscal year is not divided into months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// The fiscal year.
    pub year: FiscalYear,
    /// The month of the calendar; none: the year as far as it is not divided.
    month: Option<i8>,
}

impl Period {
    /// What of a year is not divided into months.
    pub const fn undivided(year: FiscalYear) -> Self {
        Self { year, month: None }
    }

    /// A month (1 to 12) of a fiscal year; none when there is no such month.
    pub fn of_month(year: FiscalYear, month: i8) -> Option<Self> {
        (1..=12).contains(&month).then_some(Self {
            year,
            month: Some(month),
        })
    }

    /// The months of a fiscal year, April first.
    pub fn months(year: FiscalYear) -> impl Iterator<Item = Self> {
        [4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3]
            .into_iter()
            .map(move |month| Self {
                year,
                month: Some(month),
            })
    }

    /// The month of the calendar; none for the undivided part.
    pub const fn month(self) -> Option<i8> {
        self.month
    }

    /// The day under which it is counted: the first of the month, or of the fiscal year.
    pub fn day(self) -> Date {
        let start = self.year.start();
        let Some(month) = self.month else {
            return start;
        };
        let calendar = if month < 4 {
            start.year() + 1
        } else {
            start.year()
        };
        Date::new(calendar, month, 1).unwrap_or(start)
    }

    /// How it stands in tables and forms: `2026-04`, or `2026-00` for the undivided part.
    pub fn code(self) -> String {
        match self.month {
            Some(month) => format!("{:04}-{month:02}", self.day().year()),
            None => format!("{:04}-00", self.year.year()),
        }
    }

    /// Reads [`Period::code`] back.
    pub fn read(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        if year.len() != 4 || month.len() != 2 {
            return None;
        }
        let year: i16 = year.parse().ok()?;
        match month.parse().ok()? {
            0 => Some(Self::undivided(FiscalYear::new(i32::from(year)).ok()?)),
            month => {
                let first = Date::new(year, month, 1).ok()?;
                Self::of_month(FiscalYear::from_date(first), month)
            }
        }
    }
}

/// The applications of one procedure that were counted by hand. What was not counted is not there; zero is a count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<(Period, Channel), u32>);

impl Counts {
    /// The count of a period and channel.
    pub fn get(&self, period: Period, channel: Channel) -> Option<u32> {
        self.0.get(&(period, channel)).copied()
    }

    /// Sets a count, or takes it away.
    pub fn set(&mut self, period: Period, channel: Channel, count: Option<u32>) {
        match count {
            Some(count) => self.0.insert((period, channel), count),
            None => self.0.remove(&(period, channel)),
        };
    }

    /// All counts.
    pub fn iter(&self) -> impl Iterator<Item = (Period, Channel, u32)> + '_ {
        self.0
            .iter()
            .map(|((period, channel), count)| (*period, *channel, *count))
    }

    /// The sum of a fiscal year in one channel; none when nothing was counted.
    pub fn of_year(&self, year: FiscalYear, channel: Channel) -> Option<u64> {
        self.iter()
            .filter(|(period, of, _)| period.year == year && *of == channel)
            .fold(None, |sum, (_, _, count)| {
                Some(sum.unwrap_or(0) + u64::from(count))
            })
    }

    /// The sum of the months of a fiscal year in one channel.
    pub fn of_months(&self, year: FiscalYear, channel: Channel) -> u64 {
        self.iter()
            .filter(|(period, of, _)| {
                period.year == year && period.month.is_some() && *of == channel
            })
            .map(|(_, _, count)| u64::from(count))
            .sum()
    }

    /// The years in which something was counted.
    pub fn years(&self) -> impl Iterator<Item = FiscalYear> + '_ {
        self.0.keys().map(|(period, _)| period.year)
    }
}

/// An entry with its counts and what this system received for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The entry.
    pub entry: Entry,
    /// Counts its changes.
    pub revision: i64,
    /// What was counted by hand.
    pub counts: Counts,
    /// What this system received under the linked procedure.
    pub received: Vec<Received>,
}

impl Listed {
    /// All applications of a fiscal year in a channel: counted by hand and received here; none when nothing is known.
    pub fn applications(&self, year: FiscalYear, channel: Channel) -> Option<u64> {
        let received = self.received_in(year, channel);
        match self.counts.of_year(year, channel) {
            None if received == 0 => None,
            counted => Some(counted.unwrap_or(0) + received),
        }
    }

    /// What this system received in a fiscal year through a channel.
    pub fn received_in(&self, year: FiscalYear, channel: Channel) -> u64 {
        self.received
            .iter()
            .filter(|received| received.channel == channel && year.contains(received.day))
            .map(|received| u64::try_from(received.count).unwrap_or(0))
            .sum()
    }

    /// All applications of a fiscal year; none when nothing is known.
    pub fn all_applications(&self, year: FiscalYear) -> Option<u64> {
        CHANNELS
            .into_iter()
            .filter_map(|channel| self.applications(year, channel))
            .fold(None, |sum, count| Some(sum.unwrap_or(0) + count))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use jiff::civil::date;

    use super::*;

    pub(crate) fn entry(number: &str) -> Entry {
        Entry::new(
            number,
            "犬の登録",
            DepartmentCode::new("environment").unwrap(),
            date(2022, 4, 1),
        )
    }

    pub(crate) fn year(year: i32) -> FiscalYear {
        FiscalYear::new(year).unwrap()
    }

    #[test]
    fn periods_are_read_back() {
        let all: Vec<_> = Period::months(year(2026))
            .chain([Period::undivided(year(2026))])
            .collect();
        for period in &all {
            assert_eq!(Period::read(&period.code()), Some(*period));
            assert!(year(2026).contains(period.day()));
        }
        assert_eq!(all[9].code(), "2027-01");
        assert_eq!(Period::read("2026-13"), None);
        assert_eq!(Period::read("x"), None);
    }

    #[test]
    fn a_sum_is_of_its_year_and_nothing_counted_is_not_zero() {
        let mut counts = Counts::default();
        assert_eq!(counts.of_year(year(2026), Channel::Paper), None);
        counts.set(Period::undivided(year(2026)), Channel::Paper, Some(0));
        assert_eq!(counts.of_year(year(2026), Channel::Paper), Some(0));
        counts.set(
            Period::of_month(year(2026), 2).unwrap(),
            Channel::Paper,
            Some(7),
        );
        counts.set(
            Period::of_month(year(2025), 4).unwrap(),
            Channel::Paper,
            Some(9),
        );
        assert_eq!(counts.of_year(year(2026), Channel::Paper), Some(7));
        assert_eq!(counts.of_year(year(2026), Channel::Phone), None);
    }

    #[test]
    fn what_cannot_stand_is_said() {
        let today = date(2026, 11, 21);
        assert_eq!(entry("K-1").problems(today), []);
        let mut wrong = entry("K 1");
        wrong.title.clear();
        wrong.online_since = Some(date(2026, 12, 1));
        wrong.why_not_online = "対面が必要".to_owned();
        wrong.ended_on = Some(date(2020, 1, 1));
        wrong.procedure_key = Some("Dog".to_owned());
        assert_eq!(
            wrong.problems(today),
            [
                EntryProblem::Number,
                EntryProblem::Title,
                EntryProblem::OnlineInFuture,
                EntryProblem::EndedBeforeListed,
                EntryProblem::OnlineAndNot,
                EntryProblem::Key,
            ]
        );
        assert!(!is_number(".."));
    }
}
