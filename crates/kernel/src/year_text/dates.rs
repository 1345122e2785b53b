//! Reading dates as Japanese documents write them.

use jiff::civil::Date;

use super::plain::PlainText;
use super::{WESTERN_YEARS, era_number, number};
use crate::{Era, Wareki};

/// See [`Wareki::read_date`].
pub(crate) fn read_date(text: &str) -> Option<Date> {
    let text = PlainText::new(text.trim());
    let (end, date) = eight_digits(&text).or_else(|| parted_date(&text))?;
    let rest = text.rest(end);
    (rest.is_empty() || is_weekday(&rest)).then_some(date)
}

/// `20230401`.
fn eight_digits(text: &PlainText) -> Option<(usize, Date)> {
    let (end, number) = text.number(0, 8)?;
    let is_date = end == 8 && WESTERN_YEARS.contains(&(number / 10_000));
    is_date.then_some(())?;
    let date = Date::new(
        i16::try_from(number / 10_000).ok()?,
        i8::try_from(number / 100 % 100).ok()?,
        i8::try_from(number % 100).ok()?,
    )
    .ok()?;
    Some((end, date))
}

/// `令和5年4月1日`, `R5.4.1`, `2023-04-01`, `2023/4/1`.
fn parted_date(text: &PlainText) -> Option<(usize, Date)> {
    let year = number(text, 0)?;
    let (place, sign) = part(text, year.end, &['年', '.', '/', '-'])?;
    let (place, month) = text.number(place, 2)?;
    let (place, second) = part(text, place, &[if sign == '年' { '月' } else { sign }])?;
    let (mut place, day) = text.number(place, 2)?;
    if second == '月' {
        place = text.word(text.skip_blanks(place), "日")?;
    }
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    let date = Date::new(i16::try_from(year.year).ok()?, month, day).ok()?;
    let era = Era::ALL.into_iter().find(|era| {
        era_number(text, 0)
            .is_some_and(|_| text.word(0, era.name()).is_some() || text.at(0) == Some(era.letter()))
    });
    // 令和元年4月1日 is no date: the era had not begun.
    era.is_none_or(|era| {
        Wareki::new(era, year.year - era.first_year() + 1)
            .is_ok_and(|year| year.to_date(month, day).is_ok())
    })
    .then_some((place, date))
}

/// One of `signs` with blanks around it, and the place after.
fn part(text: &PlainText, place: usize, signs: &[char]) -> Option<(usize, char)> {
    let place = text.skip_blanks(place);
    let sign = text.at(place).filter(|sign| signs.contains(sign))?;
    Some((text.skip_blanks(place + 1), sign))
}

/// `(土)`, `(土曜日)`, `土曜日`.
fn is_weekday(text: &str) -> bool {
    let inside = text
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'));
    let name = inside.unwrap_or(text);
    let mut characters = name.chars();
    let known = characters
        .next()
        .is_some_and(|day| "月火水木金土日".contains(day));
    let ending = characters.as_str();
    known && (ending == "曜日" || inside.is_some() && matches!(ending, "" | "曜" | "・祝"))
}
