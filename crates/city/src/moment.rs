//! Moments as people write them on a form.

use jiff::{
    Timestamp,
    civil::{Date, Time},
};
use yakuba_kernel::text::fold_width;

use crate::JAPAN;

/// Reads `2026-11-22 9:30`, `11/22 9:30` (of the year of `now`) or `9:30` (of today), in any width.
///
/// None when it is no moment.
pub fn read_moment(text: &str, now: Timestamp) -> Option<Timestamp> {
    let folded = fold_width(text)
        .replace(['時', '：'], ":")
        .replace('分', "");
    let today = JAPAN.to_datetime(now).date();
    let (day, time) = match folded.trim().rsplit_once([' ', 'T']) {
        Some((day, time)) => (read_day(day.trim(), today)?, time),
        None => (today, folded.trim()),
    };
    let (hour, minute) = time.split_once(':')?;
    let minute = if minute.is_empty() { "0" } else { minute };
    let time = Time::new(hour.trim().parse().ok()?, minute.trim().parse().ok()?, 0, 0).ok()?;
    JAPAN.to_timestamp(day.to_datetime(time)).ok()
}

fn read_day(text: &str, today: Date) -> Option<Date> {
    let parts: Vec<i16> = text
        .split(['-', '/'])
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let part = |number: i16| i8::try_from(number).ok();
    match parts.as_slice() {
        [year, month, day] => Date::new(*year, part(*month)?, part(*day)?).ok(),
        [month, day] => Date::new(today.year(), part(*month)?, part(*day)?).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_people_write_them() {
        let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        for (text, read) in [
            ("2026-11-21 9:30", Some("2026-11-21T00:30:00Z")),
            ("１１/２１ ２３:０５", Some("2026-11-21T14:05:00Z")),
            ("9時30分", Some("2026-11-22T00:30:00Z")),
            ("9時", Some("2026-11-22T00:00:00Z")),
            ("2026-11-21T09:30", Some("2026-11-21T00:30:00Z")),
            ("", None),
            ("25:00", None),
            ("2026-02-30 9:00", None),
            ("yesterday 9:00", None),
            ("999999999999-1-1 9:00", None),
        ] {
            let expected = read.map(|moment| moment.parse::<Timestamp>().unwrap());
            assert_eq!(read_moment(text, now), expected, "{text}");
        }
    }
}
