//! What somebody enters for: times, alone or together, and the number an entry has in the published list.

use std::{fmt, str::FromStr};

use jiff::{ToSpan as _, civil::Date};
use serde::{Deserialize, Serialize};

use crate::model::time::{ClockTime, Span};

/// A month of use: `2027-02`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(Date);

impl Month {
    /// The month of a day.
    pub fn of(day: Date) -> Self {
        Self(day.first_of_month())
    }

    /// Its first day.
    pub fn first(self) -> Date {
        self.0
    }

    /// Its last day.
    pub fn last(self) -> Date {
        self.0.last_of_month()
    }

    /// So many months later, or earlier when negative; the same one beyond the calendar's ends.
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        Self(self.0.checked_add(months.months()).unwrap_or(self.0))
    }

    /// Its days in order.
    pub fn days(self) -> impl Iterator<Item = Date> {
        (1..=self.0.days_in_month())
            .filter_map(move |day| Date::new(self.0.year(), self.0.month(), day).ok())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

/// A text that is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it cannot be read")]
pub struct Unreadable;

impl FromStr for Month {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let month: Self = format!("{text}-01")
            .parse()
            .map(Self)
            .map_err(|_| Unreadable)?;
        if month.to_string() == text {
            Ok(month)
        } else {
            Err(Unreadable)
        }
    }
}

/// A resource at a time: `whole/2027-02-06/0900-1200`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The resource's key.
    pub resource: String,
    /// When.
    pub span: Span,
}

/// Times of a day as lists have them: `0900-1200`.
pub(super) fn hours(span: Span) -> String {
    let time = |time: ClockTime| format!("{:02}{:02}", time.minutes() / 60, time.minutes() % 60);
    format!("{}-{}", time(span.from()), time(span.to()))
}

/// Reads what [`hours`] wrote.
pub(super) fn span_of(day: &str, hours: &str) -> Option<Span> {
    let time = |text: &str| {
        text.parse()
            .ok()
            .filter(|_| text.len() == 4 && !text.contains(':'))
    };
    let (from, to) = hours.split_once('-')?;
    Span::new(
        day.parse().ok().filter(|_| day.len() == 10)?,
        time(from)?,
        time(to)?,
    )
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}/{}/{}",
            self.resource,
            self.span.day(),
            hours(self.span)
        )
    }
}

impl FromStr for Place {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let mut parts = text.split('/');
        let (Some(resource), Some(day), Some(hours), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Unreadable);
        };
        let is_key = !resource.is_empty()
            && resource
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        let span = span_of(day, hours).filter(|_| is_key).ok_or(Unreadable)?;
        Ok(Self {
            resource: resource.to_owned(),
            span,
        })
    }
}

/// What one choice of an entry asks for: one time, or several of which all are wanted or none. In texts joined by `+`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Choice(Vec<Place>);

impl Choice {
    /// A choice of these times; none when there are none, or one is named twice.
    pub fn new(mut places: Vec<Place>) -> Option<Self> {
        places.sort();
        let count = places.len();
        places.dedup();
        (count > 0 && count == places.len()).then_some(Self(places))
    }

    /// The times, in one order however they were named.
    pub fn places(&self) -> &[Place] {
        &self.0
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, place) in self.0.iter().enumerate() {
            if number > 0 {
                formatter.write_str("+")?;
            }
            place.fmt(formatter)?;
        }
        Ok(())
    }
}

impl FromStr for Choice {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let places = text
            .split('+')
            .map(str::parse)
            .collect::<Result<Vec<Place>, _>>()?;
        Self::new(places).ok_or(Unreadable)
    }
}

impl TryFrom<String> for Choice {
    type Error = Unreadable;

    fn try_from(text: String) -> Result<Self, Unreadable> {
        text.parse()
    }
}

impl From<Choice> for String {
    fn from(choice: Choice) -> Self {
        choice.to_string()
    }
}

/// The number of an entry in the published list: ten random letters and digits that only whoever entered can connect with a person.
/// It opens nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryNumber(String);

/// Digits and capitals that are not taken for each other.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 10;

impl EntryNumber {
    /// The number that 50 random bits make; the others are not looked at.
    pub fn from_random(mut bits: u64) -> Self {
        let mut text = String::with_capacity(LENGTH);
        for _ in 0..LENGTH {
            let letter = LETTERS.get(usize::try_from(bits & 31).unwrap_or(0));
            text.push(char::from(letter.copied().unwrap_or(b'0')));
            bits >>= 5;
        }
        Self(text)
    }

    /// As it stands in the list.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntryNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for EntryNumber {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        if text.len() == LENGTH && text.bytes().all(|byte| LETTERS.contains(&byte)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Unreadable)
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_nothing_else() {
        for text in [
            "whole/2027-02-06/0900-1200",
            "a/2027-02-06/0000-2400+b-2/2027-02-13/0900-1230",
        ] {
            let choice: Choice = text.parse().unwrap();
            assert_eq!(choice.to_string(), text);
        }
        for wrong in [
            "",
            "whole",
            "whole/2027-02-06",
            "/2027-02-06/0900-1200",
            "whole/2027-02-30/0900-1200",
            "whole/2027-02-06/1200-0900",
            "whole/2027-02-06/9:00-1200",
            "whole/2027-02-06/0900-1200+",
            "whole/2027-02-06/0900-1200+whole/2027-02-06/0900-1200",
            "who le/2027-02-06/0900-1200",
        ] {
            assert!(wrong.parse::<Choice>().is_err(), "{wrong}");
        }
        // The order in which they are named does not matter.
        let one: Choice = "b/2027-02-06/0900-1200+a/2027-02-06/0900-1200"
            .parse()
            .unwrap();
        assert!(one.to_string().starts_with("a/"));
        let month: Month = "2027-02".parse().unwrap();
        assert_eq!(month, Month::of(date(2027, 2, 28)));
        assert_eq!((month.days().count(), month.last().day()), (28, 28));
        assert_eq!(month.plus(-3).to_string(), "2026-11");
        assert!("2027-2".parse::<Month>().is_err());
        let number = EntryNumber::from_random(u64::MAX);
        assert_eq!(number.as_str(), "ZZZZZZZZZZ");
        assert_eq!("ZZZZZZZZZZ".parse(), Ok(number));
        assert!("ZZZZZZZZZI".parse::<EntryNumber>().is_err());
    }
}
