use askama::Template;
use jiff::civil::Date;

use super::{Frame, framed};
use crate::html::html_safe;
use crate::{Fields, Language, Words};

/// A date as three inputs, sent as `<name>_year`, `<name>_month` and `<name>_day`. The texts are
/// kept as they were typed; the server checks them, e.g. with [`DateField::read`].
#[derive(Clone, Template)]
#[template(path = "components/date_field.html")]
pub struct DateField {
    frame: Frame,
    parts: [Part; 3],
}

#[derive(Clone)]
struct Part {
    name: &'static str,
    label: &'static str,
    length: u8,
    value: String,
}

impl DateField {
    /// A date in the western calendar.
    pub fn new(language: Language, name: impl Into<String>, label: impl Into<String>) -> Self {
        let words = Words::general(language);
        let mut frame = Frame::new(words, name, label);
        frame.support = words.get("ui-date-support").into_owned();
        let part = |name, label, length| Part {
            name,
            label,
            length,
            value: String::new(),
        };
        Self {
            frame,
            parts: [
                part("year", "ui-year", 4),
                part("month", "ui-month", 2),
                part("day", "ui-day", 2),
            ],
        }
    }

    /// The date it shows.
    #[must_use]
    pub fn value(self, date: Option<Date>) -> Self {
        match date {
            Some(date) => self.typed(
                &date.year().to_string(),
                &date.month().to_string(),
                &date.day().to_string(),
            ),
            None => self,
        }
    }

    /// The texts it shows, as they were typed.
    #[must_use]
    pub fn typed(mut self, year: &str, month: &str, day: &str) -> Self {
        for (part, value) in self.parts.iter_mut().zip([year, month, day]) {
            value.clone_into(&mut part.value);
        }
        self
    }

    /// What was typed, when the form that was sent had this field: what is no day stays as it stands, so that it can be mended.
    #[must_use]
    pub fn sent(self, fields: &Fields) -> Self {
        let parts = ["year", "month", "day"].map(|part| format!("{}_{part}", self.frame.name));
        let [year, month, day] = parts.each_ref().map(|part| fields.get(part));
        if parts.iter().any(|part| fields.has(part)) {
            self.typed(year, month, day)
        } else {
            self
        }
    }

    /// The date that three texts mean: full-width digits and blanks around are accepted.
    /// `None` when there is no such day.
    pub fn read(year: &str, month: &str, day: &str) -> Option<Date> {
        let digits = |text: &str| -> String {
            text.trim()
                .chars()
                .map(|letter| match letter {
                    '０'..='９' => {
                        char::from(b'0' + u8::try_from(letter as u32 - '０' as u32).unwrap_or(0))
                    }
                    other => other,
                })
                .collect()
        };
        Date::new(
            digits(year).parse().ok()?,
            digits(month).parse().ok()?,
            digits(day).parse().ok()?,
        )
        .ok()
    }
}

framed!(DateField);
html_safe!(DateField);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NoSuchDay;

    #[test]
    fn reads_what_people_type() {
        let day = jiff::civil::date(2024, 4, 1);
        assert_eq!(DateField::read("2024", "4", "1"), Some(day));
        assert_eq!(DateField::read(" ２０２４ ", "０４", "1"), Some(day));
        assert_eq!(DateField::read("2023", "2", "29"), None);
        assert_eq!(DateField::read("", "4", "1"), None);
    }

    #[test]
    fn what_is_no_day_is_neither_nothing_nor_lost() {
        let of = |query: &str| Fields::of_query(query);
        let wrong = of("due_year=2026&due_month=11&due_day=99");
        assert_eq!(wrong.optional_date("due"), Err(NoSuchDay));
        assert_eq!(of("due_month=4").optional_date("due"), Err(NoSuchDay));
        assert_eq!(
            of("due_year=&due_month=&due_day=+").optional_date("due"),
            Ok(None)
        );
        let day = jiff::civil::date(2026, 11, 9);
        let right = of("due_year=2026&due_month=11&due_day=9");
        assert_eq!(right.optional_date("due"), Ok(Some(day)));
        let proposed = DateField::new(Language::Japanese, "due", "期限").value(Some(day));
        let again = proposed.clone().sent(&wrong);
        let shown = |field: &DateField| -> Vec<String> {
            field.parts.iter().map(|part| part.value.clone()).collect()
        };
        assert_eq!(shown(&again), ["2026", "11", "99"]);
        assert_eq!(shown(&proposed.sent(&of("other=1"))), ["2026", "11", "9"]);
    }
}
