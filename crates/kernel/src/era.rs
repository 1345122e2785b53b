//! Japanese eras (元号) and years counted in them.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use crate::ValueError;

/// An era of the Japanese calendar since 1868.
///
/// First days, as laid down when each era was proclaimed: 明治 1868-01-25 (by the calendar used today; until the end of 1872 Japan
/// counted lunar months), 大正 1912-07-30, 昭和 1926-12-25, 平成 1989-01-08, 令和 2019-05-01.
/// The first year of an era is written 元年. It lasts until 31 December, like every year after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Era {
    /// 明治, 1868–1912.
    Meiji,
    /// 大正, 1912–1926.
    Taisho,
    /// 昭和, 1926–1989.
    Showa,
    /// 平成, 1989–2019.
    Heisei,
    /// 令和, since 2019.
    Reiwa,
}

impl Era {
    /// Every era, oldest first.
    pub const ALL: [Self; 5] = [Self::Meiji, Self::Taisho, Self::Showa, Self::Heisei, Self::Reiwa];

    /// The Japanese name: `令和`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Meiji => "明治",
            Self::Taisho => "大正",
            Self::Showa => "昭和",
            Self::Heisei => "平成",
            Self::Reiwa => "令和",
        }
    }

    /// The name in Latin letters: `Reiwa`.
    pub const fn english(self) -> &'static str {
        match self {
            Self::Meiji => "Meiji",
            Self::Taisho => "Taisho",
            Self::Showa => "Showa",
            Self::Heisei => "Heisei",
            Self::Reiwa => "Reiwa",
        }
    }

    /// The letter used in short forms: `R` in `R5`.
    pub const fn letter(self) -> char {
        match self {
            Self::Meiji => 'M',
            Self::Taisho => 'T',
            Self::Showa => 'S',
            Self::Heisei => 'H',
            Self::Reiwa => 'R',
        }
    }

    /// The single character that holds both signs of the name: `㋿`.
    pub const fn square(self) -> char {
        match self {
            Self::Meiji => '㍾',
            Self::Taisho => '㍽',
            Self::Showa => '㍼',
            Self::Heisei => '㍻',
            Self::Reiwa => '㋿',
        }
    }

    /// The number used for the era in older data files: 1 (明治) to 5 (令和).
    pub const fn number(self) -> u8 {
        match self {
            Self::Meiji => 1,
            Self::Taisho => 2,
            Self::Showa => 3,
            Self::Heisei => 4,
            Self::Reiwa => 5,
        }
    }

    /// The first day of the era.
    pub const fn first_day(self) -> Date {
        match self {
            Self::Meiji => date(1868, 1, 25),
            Self::Taisho => date(1912, 7, 30),
            Self::Showa => date(1926, 12, 25),
            Self::Heisei => date(1989, 1, 8),
            Self::Reiwa => date(2019, 5, 1),
        }
    }

    /// The last day of the era, or `None` for the era that has not ended.
    pub fn last_day(self) -> Option<Date> {
        let next = Self::ALL.into_iter().find(|era| *era > self)?;
        next.first_day().yesterday().ok()
    }

    /// The western year that is the first year (元年) of the era.
    pub fn first_year(self) -> i32 {
        i32::from(self.first_day().year())
    }

    /// The era in force on a day, or `None` before 明治.
    ///
    /// On the days of the change 大正 and 昭和 each replaced the old era from midnight on, as in the family registers.
    pub fn on(day: Date) -> Option<Self> {
        Self::ALL.into_iter().rev().find(|era| era.first_day() <= day)
    }

    /// The era by which a fiscal year is called: the last one that had begun by the end of that calendar year.
    /// So 2019 is 令和元年度 and 1988 is 昭和63年度, as the state and the cities call them.
    pub(crate) fn of_fiscal_year(year: i32) -> Option<Self> {
        Self::ALL.into_iter().rev().find(|era| era.first_year() <= year)
    }
}

impl fmt::Display for Era {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Reads the name (`令和`), the square character (`㋿`), the English name or the letter, of either case.
impl FromStr for Era {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let mut buffer = [0; 4];
        Self::ALL
            .into_iter()
            .find(|era| {
                text == era.name()
                    || text == era.square().encode_utf8(&mut buffer)
                    || text.eq_ignore_ascii_case(era.english())
                    || text.eq_ignore_ascii_case(era.letter().encode_utf8(&mut buffer))
            })
            .ok_or_else(|| ValueError::Era(text.to_owned()))
    }
}

/// A calendar year counted in an era: 令和5年.
///
/// Years past the end of an era are allowed (平成32年), because documents written before a change of era hold them; they
/// mean the same western year (2020).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "WarekiParts", try_from = "WarekiParts")]
pub struct Wareki {
    era: Era,
    year: i32,
}

#[derive(Serialize, Deserialize)]
struct WarekiParts {
    era: Era,
    year: i32,
}

impl Wareki {
    /// The year `year` (1 = 元年) of `era`.
    ///
    /// # Errors
    /// [`ValueError::EraYear`] when `year` is not from 1 to 150.
    pub fn new(era: Era, year: i32) -> Result<Self, ValueError> {
        if (1..=150).contains(&year) {
            Ok(Self { era, year })
        } else {
            Err(ValueError::EraYear { era: era.name(), year })
        }
    }

    /// The era year in which a day lies, or `None` before 明治 or more than 150 years into an era.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use yakuba_kernel::Wareki;
    ///
    /// assert_eq!(Wareki::from_date(date(2019, 4, 30)).unwrap().to_string(), "平成31年");
    /// assert_eq!(Wareki::from_date(date(2019, 5, 1)).unwrap().to_string(), "令和元年");
    /// ```
    pub fn from_date(day: Date) -> Option<Self> {
        let era = Era::on(day)?;
        Self::new(era, i32::from(day.year()) - era.first_year() + 1).ok()
    }

    /// The era.
    pub const fn era(self) -> Era {
        self.era
    }

    /// The year of the era, 1 for 元年.
    pub const fn year(self) -> i32 {
        self.year
    }

    /// The western calendar year: 2023 for 令和5年.
    pub fn western_year(self) -> i32 {
        self.era.first_year() + self.year - 1
    }

    /// The day with this month and day in this era year.
    ///
    /// # Errors
    /// [`ValueError::EraDate`] when there is no such day, or when it lies before the first day of the era
    /// (令和元年4月30日).
    pub fn to_date(self, month: i8, day: i8) -> Result<Date, ValueError> {
        i16::try_from(self.western_year())
            .ok()
            .and_then(|year| Date::new(year, month, day).ok())
            .filter(|date| *date >= self.era.first_day())
            .ok_or(ValueError::EraDate { era: self.era.name(), year: self.year, month, day })
    }

    /// A day written in its era: `令和5年4月1日`. Days before 明治 are written in the western calendar.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use yakuba_kernel::Wareki;
    ///
    /// assert_eq!(Wareki::write_date(date(2023, 4, 1)), "令和5年4月1日");
    /// ```
    pub fn write_date(day: Date) -> String {
        let year = Self::from_date(day).map_or_else(|| format!("{}年", day.year()), |year| year.to_string());
        format!("{year}{}月{}日", day.month(), day.day())
    }

    /// Reads a date from a text that holds nothing else, in an era or in the western calendar: `令和5年4月1日`, `R5.4.1`,
    /// `令和五年四月一日（土）`, `2023年4月1日`, `2023/4/1`, `2023-04-01`, `20230401`; digits of either width.
    ///
    /// Returns `None` for anything else, for days that do not exist and for days before their era began.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use yakuba_kernel::Wareki;
    ///
    /// assert_eq!(Wareki::read_date("平成31年４月30日"), Some(date(2019, 4, 30)));
    /// assert_eq!(Wareki::read_date("令和元年４月30日"), None);
    /// ```
    pub fn read_date(text: &str) -> Option<Date> {
        crate::year_text::read_date(text)
    }
}

/// `令和5年`, `令和元年`.
impl fmt::Display for Wareki {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            1 => write!(f, "{}元年", self.era),
            year => write!(f, "{}{year}年", self.era),
        }
    }
}

impl From<Wareki> for WarekiParts {
    fn from(wareki: Wareki) -> Self {
        Self { era: wareki.era, year: wareki.year }
    }
}

impl TryFrom<WarekiParts> for Wareki {
    type Error = ValueError;

    fn try_from(parts: WarekiParts) -> Result<Self, ValueError> {
        Self::new(parts.era, parts.year)
    }
}
