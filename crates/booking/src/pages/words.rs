//! How times, states and fees are told.

use jiff::{
    Timestamp,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use yakuba_forms::model::document::Text;
use yakuba_kernel::{Yen, working_days::holiday};
use yakuba_ui::{Language, Words, format};

use crate::model::{
    document::{FacilityDocument, Joining, Resource},
    fees::Use,
    lottery::choice::Month,
    time::Span,
};

/// A day with its weekday, and that it is a holiday: `11月28日（土）`.
pub(crate) fn short_day(words: Words, day: Date) -> String {
    words
        .with(
            "booking-short-day",
            &[
                ("month", i64::from(day.month()).into()),
                ("day", i64::from(day.day()).into()),
                ("weekday", weekday(words, day).into()),
            ],
        )
        .into_owned()
}

/// The day of the week, with a mark for holidays: `月・祝`.
pub(crate) fn weekday(words: Words, day: Date) -> String {
    let key = match day.weekday() {
        Weekday::Monday => "booking-mon",
        Weekday::Tuesday => "booking-tue",
        Weekday::Wednesday => "booking-wed",
        Weekday::Thursday => "booking-thu",
        Weekday::Friday => "booking-fri",
        Weekday::Saturday => "booking-sat",
        Weekday::Sunday => "booking-sun",
    };
    let name = words.get(key);
    if holiday(day).is_some() {
        words
            .with_text("booking-holiday", "weekday", &name)
            .into_owned()
    } else {
        name.into_owned()
    }
}

/// A day in full, with its year and weekday.
pub(crate) fn long_day(words: Words, language: Language, day: Date) -> String {
    format!(
        "{}{}",
        format::date(day, language),
        words.with_text("booking-in-brackets", "text", &weekday(words, day))
    )
}

/// A month of use: `2027年2月`.
pub(crate) fn month(language: Language, month: Month) -> String {
    let first = month.first();
    crate::LOTTERY_WORDS
        .words(language)
        .with(
            "lottery-month",
            &[
                ("year", first.year().to_string().into()),
                ("month", i64::from(first.month()).into()),
            ],
        )
        .into_owned()
}

/// A moment as the clocks in Japan show it.
pub(crate) fn moment(language: Language, at: Timestamp) -> String {
    format::date_time(
        at.to_zoned(TimeZone::fixed(yakuba_city::JAPAN)).datetime(),
        language,
    )
}

/// A time of a day: `9:00〜12:00`.
pub(crate) fn hours(words: Words, span: Span) -> String {
    words
        .with(
            "booking-hours",
            &[
                ("from", span.from().to_string().into()),
                ("to", span.to().to_string().into()),
            ],
        )
        .into_owned()
}

/// What can be taken along with a resource, in a sentence; none when there is nothing.
pub(crate) fn can_be_taken_along(
    words: Words,
    language: Language,
    document: &FacilityDocument,
    resource: &Resource,
) -> Option<String> {
    let items: Vec<String> = document
        .equipment_of(resource)
        .map(|one| format!("{} ×{}", one.name.get(language), one.count))
        .collect();
    (!items.is_empty()).then(|| {
        words
            .with_text("booking-equipment-offered", "items", &items.join("　"))
            .into_owned()
    })
}

/// What is taken along, in one line; none when it is nothing.
pub(crate) fn equipment(
    language: Language,
    document: &FacilityDocument,
    of: &Use,
) -> Option<String> {
    let items: Vec<String> = of
        .equipment
        .iter()
        .map(|(key, count)| {
            let known = document.equipment.iter().find(|one| one.key == *key);
            let name = known.map_or(key.as_str(), |one| one.name.get(language));
            format!("{name} ×{count}")
        })
        .collect();
    (!items.is_empty()).then(|| items.join("　"))
}

/// Day and time.
pub(crate) fn when(words: Words, language: Language, span: Span) -> String {
    format!(
        "{} {}",
        long_day(words, language, span.day()),
        hours(words, span)
    )
}

/// Day and time of a booking; of a course how many sessions it has, from when until when.
pub(crate) fn when_of(words: Words, language: Language, resource: &Resource, span: Span) -> String {
    when_all(words, language, &resource.spans_from(span))
        .unwrap_or_else(|| when(words, language, span))
}

/// Several sessions in one line; none when there are not several.
pub(crate) fn when_all(words: Words, language: Language, spans: &[Span]) -> Option<String> {
    let [first, .., last] = spans else {
        return None;
    };
    Some(
        words
            .with(
                "booking-course-when",
                &[
                    ("n", i64::try_from(spans.len()).unwrap_or(i64::MAX).into()),
                    ("first", when(words, language, *first).into()),
                    ("last", long_day(words, language, last.day()).into()),
                ],
            )
            .into_owned(),
    )
}

/// The sessions of a booking of a course, each in a line; nothing when it is none.
pub(crate) fn sessions(
    words: Words,
    language: Language,
    resource: &Resource,
    span: Span,
) -> Vec<String> {
    let Some(session) = resource.course_session(span) else {
        return Vec::new();
    };
    session
        .from_here()
        .iter()
        .zip(session.place + 1..)
        .map(|(span, number)| {
            let line = session_line(words, language, number, *span);
            match resource.session_name(*span) {
                Some(name) => format!("{line}　{}", name.get(language)),
                None => line,
            }
        })
        .collect()
}

/// A session in a line: `第1回　2026年12月5日（土） 10:00〜12:00`.
pub(crate) fn session_line(words: Words, language: Language, number: usize, span: Span) -> String {
    words
        .with(
            "booking-course-session",
            &[
                ("n", i64::try_from(number).unwrap_or(i64::MAX).into()),
                ("when", when(words, language, span).into()),
            ],
        )
        .into_owned()
}

/// What one must know of a resource whose sessions are booked together, in sentences.
pub(crate) fn course_rules(words: Words, resource: &Resource) -> Vec<String> {
    match resource.course {
        None => Vec::new(),
        Some(Joining::FromTheStart) => vec![words.get("booking-rule-course").into_owned()],
        Some(Joining::LateEntry) => ["booking-rule-course", "booking-rule-course-late"]
            .map(|key| words.get(key).into_owned())
            .to_vec(),
    }
}

/// What a facility and a resource are called together; one name when they are the same.
pub(crate) fn what(language: Language, document: &FacilityDocument, resource: &Resource) -> String {
    let (facility, resource) = (document.name.get(language), resource.name.get(language));
    if facility == resource {
        facility.to_owned()
    } else {
        format!("{facility} {resource}")
    }
}

/// An amount, or that it costs nothing.
pub(crate) fn amount(words: Words, yen: Yen) -> String {
    if yen == Yen::ZERO {
        words.get("booking-free-of-charge").into_owned()
    } else {
        words
            .with_text("booking-yen", "yen", &format::number(yen.amount()))
            .into_owned()
    }
}

/// The name of a purpose, or nothing.
pub(crate) fn purpose(language: Language, resource: &Resource, key: &str) -> String {
    resource
        .purposes
        .iter()
        .find(|purpose| purpose.key.as_str() == key)
        .map(|purpose: &crate::model::document::Purpose| -> &Text { &purpose.name })
        .map_or_else(String::new, |name| name.get(language).to_owned())
}
