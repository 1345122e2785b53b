//! Numbers, years and dates as the reader of a language writes them.

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use yakuba_kernel::{FiscalYear, Wareki};

use crate::{Language, Words};

/// `12345` → `12,345`, the same in every language.
pub fn number(number: impl Into<i128>) -> String {
    group_thousands(&number.into().to_string())
}

/// A decimal without trailing zeros, its whole part grouped: `1234.50` → `1,234.5`.
pub fn decimal(value: Decimal) -> String {
    group_thousands(&value.normalize().to_string())
}

/// A decimal with exactly `places` decimal places (half-up), its whole part grouped:
/// a column of figures lines up.
pub fn decimal_places(value: Decimal, places: u32) -> String {
    let rounded =
        value.round_dp_with_strategy(places, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    group_thousands(&format!("{rounded:.*}", places as usize))
}

/// A figure and its unit: `12,345件`, and in English with a blank between: `12,345 cases`.
/// `%`, `％` and `℃` stay close in every language.
pub fn with_unit(value: Decimal, unit: &str, language: Language) -> String {
    let close = language.is_japanese() || matches!(unit, "" | "%" | "％" | "℃");
    let blank = if close { "" } else { " " };
    format!("{}{blank}{unit}", decimal(value))
}

/// A distance as people say it: in tens of metres, at least ten, and from a kilometre on in tenths of one.
pub fn distance(metres: f64, language: Language) -> String {
    let words = Words::general(language);
    if metres < 1_000.0 {
        #[allow(clippy::cast_possible_truncation)] // below a thousand
        let tens = ((metres / 10.0).round() as i64 * 10).max(10);
        return words.counted("ui-metres", tens).into_owned();
    }
    let kilometres = Decimal::from_f64_retain(metres / 1_000.0)
        .unwrap_or_default()
        .round_dp(1);
    words
        .with_text("ui-kilometres", "n", &kilometres.to_string())
        .into_owned()
}

/// `令和5年度（2023年度）`, in English `FY2023 (令和5年度)`.
pub fn fiscal_year(year: FiscalYear, language: Language) -> String {
    year_text("ui-fiscal-year", year, language)
}

/// The shorter form for tables and axes: `令和5年度`, `2023年度（ねんど）`, `FY2023`.
pub fn fiscal_year_short(year: FiscalYear, language: Language) -> String {
    match language {
        Language::Japanese => year.wareki(),
        _ => year_text("ui-fiscal-year-short", year, language),
    }
}

/// `2024年4月1日`, in English `2024-04-01`.
pub fn date(day: Date, language: Language) -> String {
    if language.is_japanese() {
        format!("{}年{}月{}日", day.year(), day.month(), day.day())
    } else {
        day.to_string()
    }
}

/// A day as people read it on paper: `令和8年4月1日（2026年）`, in English `2026-04-01`. Days before the calendar's first era are western.
pub fn date_by_era(day: Date, language: Language) -> String {
    match Wareki::from_date(day) {
        Some(year) if language.is_japanese() => {
            format!("{year}{}月{}日（{}年）", day.month(), day.day(), day.year())
        }
        _ => date(day, language),
    }
}

/// A date and the time to the minute: `2024年4月1日 9:05`, in English `2024-04-01 09:05`.
pub fn date_time(at: DateTime, language: Language) -> String {
    if language.is_japanese() {
        format!(
            "{} {}:{:02}",
            date(at.date(), language),
            at.hour(),
            at.minute()
        )
    } else {
        format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
    }
}

/// A text with a remark in brackets behind it: `受付（12）`, in English `Received (12)`.
pub fn with_note(
    text: impl std::fmt::Display,
    note: impl std::fmt::Display,
    language: Language,
) -> String {
    if language.is_japanese() {
        format!("{text}（{note}）")
    } else {
        format!("{text} ({note})")
    }
}

fn year_text(key: &str, year: FiscalYear, language: Language) -> String {
    Words::general(language)
        .with(
            key,
            &[
                ("wareki", year.wareki().into()),
                ("year", year.year().to_string().into()),
            ],
        )
        .into_owned()
}

/// Puts a comma after every third digit of the whole part. Text that is not a number is kept.
pub(crate) fn group_thousands(plain: &str) -> String {
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", plain),
    };
    let (whole, fraction) = match digits.find('.') {
        Some(point) => digits.split_at(point),
        None => (digits, ""),
    };
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return plain.to_owned();
    }
    let mut grouped = String::with_capacity(plain.len() + whole.len() / 3);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_read_as_in_a_town_hall() {
        assert_eq!(number(-1_234_567), "-1,234,567");
        assert_eq!(number(999), "999");
        assert_eq!(decimal(Decimal::new(1_234_500, 3)), "1,234.5");
        assert_eq!(decimal_places(Decimal::new(12_345, 3), 1), "12.3");
        assert_eq!(decimal_places(Decimal::new(5, 1), 2), "0.50");
        assert_eq!(
            with_unit(Decimal::new(12_345, 0), "件", Language::Japanese),
            "12,345件"
        );
        assert_eq!(
            with_unit(Decimal::new(12_345, 0), "cases", Language::English),
            "12,345 cases"
        );
        assert_eq!(
            with_unit(Decimal::new(125, 1), "%", Language::English),
            "12.5%"
        );
    }

    #[test]
    fn years_and_dates_follow_the_language() {
        let year = FiscalYear::new(2023).unwrap();
        assert_eq!(
            fiscal_year(year, Language::Japanese),
            "令和5年度（2023年度）"
        );
        assert_eq!(fiscal_year(year, Language::English), "FY2023 (令和5年度)");
        assert_eq!(fiscal_year_short(year, Language::Japanese), "令和5年度");
        let at = jiff::civil::date(2024, 4, 1).at(9, 5, 0, 0);
        assert_eq!(date_time(at, Language::Japanese), "2024年4月1日 9:05");
        assert_eq!(date_time(at, Language::English), "2024-04-01 09:05");
    }

    proptest! {
        #[test]
        fn grouping_only_adds_commas(value: i64) {
            prop_assert_eq!(number(value).replace(',', ""), value.to_string());
        }
    }
}
