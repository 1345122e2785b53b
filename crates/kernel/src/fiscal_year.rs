//! The fiscal year (会計年度): 1 April to 31 March.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Era, ValueError, YearMention, year_text};

/// A fiscal year (年度), from 1 April to 31 March of the next year (地方自治法 208条).
///
/// It is named by the western year in which it starts: 令和5年度 is 2023. In JSON and in the database it is that number.
///
/// ```
/// use jiff::civil::date;
/// use yakuba_kernel::FiscalYear;
///
/// let year = FiscalYear::from_date(date(2024, 3, 31));
/// assert_eq!(year.year(), 2023);
/// assert_eq!(year.wareki(), "令和5年度");
/// assert_eq!(year.next().start(), date(2024, 4, 1));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "i32", try_from = "i64")]
pub struct FiscalYear(i32);

impl FiscalYear {
    /// The first fiscal year: 明治元年度, 1868.
    pub const MIN: Self = Self(1868);
    /// The last fiscal year whose days can all be written with four digits: 9998.
    pub const MAX: Self = Self(9998);

    /// The fiscal year that starts on 1 April of `year`.
    ///
    /// # Errors
    /// [`ValueError::FiscalYear`] outside 1868 to 9998.
    pub fn new(year: i32) -> Result<Self, ValueError> {
        if (Self::MIN.0..=Self::MAX.0).contains(&year) {
            Ok(Self(year))
        } else {
            Err(ValueError::FiscalYear(year.into()))
        }
    }

    /// The fiscal year in which a day lies. Days before the first year count to the first, days after the last to the
    /// last; no record of a town hall holds such days.
    pub fn from_date(day: Date) -> Self {
        let year = i32::from(day.year());
        let year = if day.month() < 4 { year - 1 } else { year };
        Self(year.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// The western year in which it starts.
    pub const fn year(self) -> i32 {
        self.0
    }

    /// Its first day, 1 April.
    pub fn start(self) -> Date {
        Self::day(self.0, 4, 1)
    }

    /// Its last day, 31 March of the next calendar year.
    pub fn end(self) -> Date {
        Self::day(self.0 + 1, 3, 31)
    }

    /// The last day of the settlement period (出納整理期間), 31 May after its end (地方自治法 235条の5): until then money
    /// still comes in and goes out for this year.
    pub fn settlement_end(self) -> Date {
        Self::day(self.0 + 1, 5, 31)
    }

    /// Every year of this type lies inside the range of the calendar, so the fallback is never taken.
    fn day(year: i32, month: i8, day: i8) -> Date {
        i16::try_from(year)
            .ok()
            .and_then(|year| Date::new(year, month, day).ok())
            .unwrap_or(Date::MAX)
    }

    /// Whether a day lies in it.
    pub fn contains(self, day: Date) -> bool {
        (self.start()..=self.end()).contains(&day)
    }

    /// The year after it. The last year has none after it and returns itself.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1).min(Self::MAX)
    }

    /// The year before it. The first year has none before it and returns itself.
    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0 - 1).max(Self::MIN)
    }

    /// The year `years` later (earlier when negative), or `None` outside the range.
    pub fn checked_add(self, years: i32) -> Option<Self> {
        self.0
            .checked_add(years)
            .and_then(|year| Self::new(year).ok())
    }

    /// All years from this one to `last`, both included; none when `last` is earlier.
    pub fn through(
        self,
        last: Self,
    ) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator + use<> {
        let count = usize::try_from(last.0 - self.0 + 1).unwrap_or(0);
        let first = self.0;
        (0..count).map(move |step| Self(first.saturating_add(i32::try_from(step).unwrap_or(0))))
    }

    /// The era by which it is called. 2019 is 令和, although its April was still 平成.
    pub fn era(self) -> Era {
        Era::of_fiscal_year(self.0).unwrap_or(Era::Meiji)
    }

    /// Its name in the era: `令和5年度`, `令和元年度`.
    pub fn wareki(self) -> String {
        let era = self.era();
        match self.0 - era.first_year() + 1 {
            1 => format!("{era}元年度"),
            year => format!("{era}{year}年度"),
        }
    }

    /// Its western name: `2023年度`.
    pub fn western(self) -> String {
        format!("{}年度", self.0)
    }

    /// Both names, for headings: `令和5年度（2023年度）`.
    pub fn label(self) -> String {
        format!("{}（{}）", self.wareki(), self.western())
    }

    /// The short form for narrow columns and axes of charts: `R5`, `H30`.
    pub fn short(self) -> String {
        let era = self.era();
        format!("{}{}", era.letter(), self.0 - era.first_year() + 1)
    }

    /// Reads a fiscal year from a text that holds nothing else, in any of the ways Japanese documents write one.
    ///
    /// Returns `None` for anything else: a calendar year (`令和5年`), a date, a duration (`5年`), two years.
    /// To find years inside longer text use [`FiscalYear::find_all`] or [`FiscalYear::read_in`].
    ///
    /// ```
    /// use yakuba_kernel::FiscalYear;
    ///
    /// for text in ["令和5年度", "令和５年度末", "㋿5年度", "R5", "R5年度", "2023年度", "2023", "令和5年度 (2023年度)", "令和五年度"] {
    ///     assert_eq!(FiscalYear::read(text).map(FiscalYear::year), Some(2023), "{text}");
    /// }
    /// assert_eq!(FiscalYear::read("5年"), None);
    /// assert_eq!(FiscalYear::read("令和5年4月1日"), None);
    /// ```
    pub fn read(text: &str) -> Option<Self> {
        year_text::read(text)
    }

    /// The fiscal year a longer text speaks of: the only one written with 年度 in it. `None` when there is none or when
    /// there are several different ones.
    ///
    /// ```
    /// use yakuba_kernel::FiscalYear;
    ///
    /// assert_eq!(FiscalYear::read_in("令和5年度実績に関する備考").map(FiscalYear::year), Some(2023));
    /// assert_eq!(FiscalYear::read_in("令和4年度～令和5年度"), None);
    /// ```
    pub fn read_in(text: &str) -> Option<Self> {
        year_text::read_in(text)
    }

    /// Every year written in a text, in order, with its place.
    ///
    /// ```
    /// use yakuba_kernel::{FiscalYear, YearKind};
    ///
    /// let text = "平成30年度（2018年度）末から開始し、2023年に終えた。";
    /// let found = FiscalYear::find_all(text);
    /// assert_eq!(&text[found[0].range.clone()], "平成30年度（2018年度）");
    /// assert_eq!((found[0].year.year(), found[0].kind), (2018, YearKind::Fiscal));
    /// assert_eq!((found[1].year.year(), found[1].kind), (2023, YearKind::Calendar));
    /// ```
    pub fn find_all(text: &str) -> Vec<YearMention> {
        year_text::find_all(text)
    }
}

/// The digits of the western year, as in URLs and file names.
impl fmt::Display for FiscalYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl From<FiscalYear> for i32 {
    fn from(year: FiscalYear) -> Self {
        year.0
    }
}

impl TryFrom<i32> for FiscalYear {
    type Error = ValueError;

    fn try_from(year: i32) -> Result<Self, ValueError> {
        Self::new(year)
    }
}

impl TryFrom<i64> for FiscalYear {
    type Error = ValueError;

    fn try_from(year: i64) -> Result<Self, ValueError> {
        i32::try_from(year)
            .map_err(|_| ValueError::FiscalYear(year))
            .and_then(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use proptest::prelude::*;

    use super::FiscalYear;
    use crate::Era;

    fn year(year: i32) -> FiscalYear {
        FiscalYear::new(year).unwrap()
    }

    #[test]
    fn it_runs_from_april_to_march() {
        let reiwa_5 = year(2023);
        assert_eq!(
            (reiwa_5.start(), reiwa_5.end()),
            (date(2023, 4, 1), date(2024, 3, 31))
        );
        assert_eq!(FiscalYear::from_date(date(2023, 3, 31)), year(2022));
        assert_eq!(FiscalYear::from_date(date(2023, 4, 1)), reiwa_5);
        assert_eq!(FiscalYear::from_date(date(2024, 2, 29)), reiwa_5);
        assert_eq!(reiwa_5.settlement_end(), date(2024, 5, 31));
    }

    #[test]
    fn it_is_called_by_era_and_by_western_year() {
        assert_eq!(year(2023).wareki(), "令和5年度");
        assert_eq!(year(2023).western(), "2023年度");
        assert_eq!(year(2023).label(), "令和5年度（2023年度）");
        assert_eq!(year(2023).short(), "R5");
        assert_eq!(year(2023).to_string(), "2023");
    }

    #[test]
    fn the_year_of_a_change_of_era_takes_the_new_name() {
        assert_eq!(year(2018).wareki(), "平成30年度");
        assert_eq!(year(2019).wareki(), "令和元年度");
        assert_eq!(year(2019).short(), "R1");
        assert_eq!(
            year(1988).wareki(),
            "昭和63年度",
            "平成 began in its last quarter, in the next calendar year"
        );
        assert_eq!(year(1989).wareki(), "平成元年度");
        assert_eq!(year(1926).wareki(), "昭和元年度");
        assert_eq!(year(1912).wareki(), "大正元年度");
        assert_eq!(year(1868).wareki(), "明治元年度");
    }

    #[test]
    fn years_no_town_hall_knows_are_refused() {
        for wrong in [-1, 0, 5, 1867, 9999, 20230, i32::MAX] {
            assert!(FiscalYear::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn it_is_a_number_in_json() {
        assert_eq!(serde_json::to_string(&year(2023)).unwrap(), "2023");
        assert_eq!(
            serde_json::from_str::<FiscalYear>("2023").unwrap(),
            year(2023)
        );
        assert!(serde_json::from_str::<FiscalYear>("5").is_err());
    }

    #[test]
    fn years_of_a_plan_are_counted_out() {
        let plan: Vec<i32> = year(2021)
            .through(year(2025))
            .map(FiscalYear::year)
            .collect();
        assert_eq!(plan, [2021, 2022, 2023, 2024, 2025]);
        assert_eq!(year(2025).through(year(2021)).count(), 0);
        assert_eq!(year(2023).through(year(2023)).count(), 1);
    }

    #[test]
    fn the_first_and_the_last_year_have_no_neighbour() {
        assert_eq!(FiscalYear::MIN.previous(), FiscalYear::MIN);
        assert_eq!(FiscalYear::MAX.next(), FiscalYear::MAX);
        assert_eq!(FiscalYear::MAX.end(), date(9999, 3, 31));
        assert_eq!(FiscalYear::MAX.checked_add(1), None);
    }

    fn any_day() -> impl Strategy<Value = Date> {
        (1868..=9998_i16, 1..=12_i8, 1..=31_i8)
            .prop_filter_map("a day that exists", |(year, month, day)| {
                Date::new(year, month, day).ok()
            })
            .prop_filter("on or after the first day of the first year", |day| {
                *day >= FiscalYear::MIN.start()
            })
    }

    proptest! {
        #[test]
        fn every_day_lies_in_exactly_one_fiscal_year(day in any_day()) {
            let year = FiscalYear::from_date(day);
            prop_assert!(year.contains(day));
            prop_assert!(year == FiscalYear::MIN || !year.previous().contains(day));
            prop_assert!(year == FiscalYear::MAX || !year.next().contains(day));
        }

        #[test]
        fn years_follow_each_other_without_a_gap(year in 1868..9998_i32) {
            let year = FiscalYear::new(year).unwrap();
            prop_assert_eq!(year.end().tomorrow().unwrap(), year.next().start());
            prop_assert_eq!(year.next().previous(), year);
        }

        #[test]
        fn the_era_in_its_name_was_in_force_during_the_year_or_in_the_quarter_before(year in 1869..2200_i32) {
            let year = FiscalYear::new(year).unwrap();
            prop_assert!(year.era().first_day() <= year.end());
            prop_assert!(year.era() >= Era::on(year.start()).unwrap());
        }
    }
}
