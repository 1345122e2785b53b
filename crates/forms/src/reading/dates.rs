//! Dates as people write them.

use std::str::FromStr as _;

use jiff::civil::Date;
use yakuba_kernel::text::fold_width;
use yakuba_kernel::{Era, Wareki};

use super::kinds::{Unreadable, part};
use crate::answers::{Answer, Typed};
use crate::model::document::Field;

/// The era choice that means the western calendar.
pub(crate) const WESTERN: &str = "western";

/// Reads a date from one text (令和5年4月1日, R5.4.1, 2023-04-01) or from the choice of an era with year, month and day.
pub(super) fn read(field: &Field, typed: &Typed) -> Result<Option<Answer>, Unreadable> {
    let [whole, era, year, month, day] =
        ["", "era", "year", "month", "day"].map(|name| part(typed, name));
    let wrong = |id| Unreadable::new(field, id);
    if !whole.is_empty() {
        return Wareki::read_date(whole)
            .filter(|day| sensible(*day))
            .map(|day| Some(Answer::Date(day)))
            .ok_or_else(|| wrong("forms-problem-date"));
    }
    if [year, month, day].iter().all(|text| text.is_empty()) {
        return Ok(None);
    }
    // The whole date in the first box, the others left empty.
    if month.is_empty()
        && day.is_empty()
        && let Some(date) = Wareki::read_date(year).filter(|day| sensible(*day))
    {
        return Ok(Some(Answer::Date(date)));
    }
    for (text, at) in [(year, "year"), (month, "month"), (day, "day")] {
        if text.is_empty() {
            return Err(wrong("forms-problem-date-part").at(at));
        }
    }
    let year_number = match fold_width(year).trim().trim_end_matches('年') {
        "元" => Some(1),
        text => whole_number(text),
    };
    let (Some(year), Some(month), Some(day)) =
        (year_number, whole_number(month), whole_number(day))
    else {
        return Err(wrong("forms-problem-date-numbers").at("year"));
    };
    let (Ok(month), Ok(day)) = (i8::try_from(month), i8::try_from(day)) else {
        return Err(wrong("forms-problem-date-missing-day").at("day"));
    };
    let date = if year >= 1_000 {
        // Four digits are a western year, whatever the era says.
        i16::try_from(year)
            .ok()
            .and_then(|year| Date::new(year, month, day).ok())
    } else if era.is_empty() || era == WESTERN {
        return Err(wrong("forms-problem-date-era").at("era"));
    } else {
        let Ok(era) = Era::from_str(era) else {
            return Err(wrong("forms-problem-date-era").at("era"));
        };
        Wareki::new(era, year)
            .and_then(|year| year.to_date(month, day))
            .ok()
    };
    date.filter(|day| sensible(*day))
        .map(|day| Some(Answer::Date(day)))
        .ok_or_else(|| wrong("forms-problem-date-missing-day").at("day"))
}

fn whole_number(text: &str) -> Option<i32> {
    let folded = fold_width(text);
    let digits = folded.trim().trim_end_matches(['年', '月', '日']);
    let fits = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| digits.parse().ok()).flatten()
}

/// A day that somebody living may mean: no year 202 and no year 20233.
fn sensible(day: Date) -> bool {
    (1850..=2200).contains(&day.year())
}
