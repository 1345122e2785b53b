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
    pub const ALL: [Self; 5] = [
        Self::Meiji,
        Self::Taisho,
        Self::Showa,
        Self::Heisei,
        Self::Reiwa,
    ];

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
        Self::ALL
            .into_iter()
            .rev()
            .find(|era| era.first_day() <= day)
    }

    /// The era by which a fiscal year is called: the last one that had begun by the end of that calendar year.
    /// So 2019 is 令和元年度 and 1988 is 昭和63年度, as the state and the cities call them.
    pub(crate) fn of_fiscal_year(year: i32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .rev()
            .find(|era| era.first_year() <= year)
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
            Err(ValueError::EraYear {
                era: era.name(),
                year,
            })
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
            .ok_or(ValueError::EraDate {
                era: self.era.name(),
                year: self.year,
                month,
                day,
            })
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
        let year = Self::from_date(day)
            .map_or_else(|| format!("{}年", day.year()), |year| year.to_string());
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
        Self {
            era: wareki.era,
            year: wareki.year,
        }
    }
}

impl TryFrom<WarekiParts> for Wareki {
    type Error = ValueError;

    fn try_from(parts: WarekiParts) -> Result<Self, ValueError> {
        Self::new(parts.era, parts.year)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use proptest::prelude::*;

    use super::{Era, Wareki};
    use crate::ValueError;

    #[test]
    fn eras_follow_each_other_without_a_gap() {
        for pair in Era::ALL.windows(2) {
            assert_eq!(
                pair[0].last_day().unwrap().tomorrow().unwrap(),
                pair[1].first_day()
            );
        }
        assert_eq!(Era::Reiwa.last_day(), None);
        assert_eq!(Era::on(date(1868, 1, 24)), None);
    }

    #[test]
    fn the_last_and_the_first_day_of_each_era() {
        for (day, written) in [
            (date(1912, 7, 29), "明治45年7月29日"),
            (date(1912, 7, 30), "大正元年7月30日"),
            (date(1926, 12, 24), "大正15年12月24日"),
            (date(1926, 12, 25), "昭和元年12月25日"),
            (date(1989, 1, 7), "昭和64年1月7日"),
            (date(1989, 1, 8), "平成元年1月8日"),
            (date(2019, 4, 30), "平成31年4月30日"),
            (date(2019, 5, 1), "令和元年5月1日"),
            (date(2020, 1, 1), "令和2年1月1日"),
        ] {
            assert_eq!(Wareki::write_date(day), written);
        }
        assert_eq!(Wareki::write_date(date(1867, 11, 9)), "1867年11月9日");
    }

    #[test]
    fn an_era_is_read_from_any_of_its_names() {
        for era in Era::ALL {
            let letter = era.letter();
            for name in [
                era.name().to_owned(),
                era.english().to_lowercase(),
                letter.to_string(),
                letter.to_lowercase().to_string(),
                era.square().to_string(),
            ] {
                assert_eq!(name.parse(), Ok(era), "{name}");
            }
        }
        assert!("慶応".parse::<Era>().is_err());
    }

    #[test]
    fn a_day_before_its_era_does_not_exist() {
        let gannen = Wareki::new(Era::Reiwa, 1).unwrap();
        assert_eq!(gannen.to_date(5, 1), Ok(date(2019, 5, 1)));
        assert_eq!(
            gannen.to_date(4, 30),
            Err(ValueError::EraDate {
                era: "令和",
                year: 1,
                month: 4,
                day: 30
            })
        );
        assert!(Wareki::new(Era::Reiwa, 5).unwrap().to_date(2, 29).is_err());
    }

    #[test]
    fn documents_from_before_a_change_of_era_keep_their_meaning() {
        let heisei_32 = Wareki::new(Era::Heisei, 32).unwrap();
        assert_eq!(heisei_32.to_date(6, 1), Ok(date(2020, 6, 1)));
        assert_eq!(heisei_32.western_year(), 2020);
    }

    #[test]
    fn there_is_no_year_nought() {
        for year in [-1, 0, 151] {
            assert!(Wareki::new(Era::Showa, year).is_err(), "{year}");
        }
        assert!(serde_json::from_str::<Wareki>(r#"{"era":"reiwa","year":0}"#).is_err());
        assert_eq!(
            serde_json::from_str::<Wareki>(r#"{"era":"reiwa","year":5}"#)
                .unwrap()
                .to_string(),
            "令和5年"
        );
    }

    proptest! {
        #[test]
        fn every_day_comes_back_from_its_era_year(days in 0..95_000_i32) {
            let day: Date = Era::Meiji.first_day().checked_add(jiff::Span::new().days(days)).unwrap();
            let wareki = Wareki::from_date(day).unwrap();
            prop_assert_eq!(wareki.to_date(day.month(), day.day()), Ok(day));
            prop_assert_eq!(Some(wareki.era()), Era::on(day));
            prop_assert_eq!(wareki.western_year(), i32::from(day.year()));
        }
    }
}
