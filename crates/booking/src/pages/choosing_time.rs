//! Choosing another time: a resource, a day and how long; then the times that are free, each with its fee. Residents change to one, staff
//! move somebody to one, or give one to somebody who lost theirs.

use jiff::civil::Date;
use yakuba_ui::{Choice, DateField, Fields, FormErrors, Language, RadioGroup, Select};

use super::words::{amount, hours, long_day};
use crate::{
    PAGE_WORDS,
    model::{
        document::{FacilityDocument, Resource, Times},
        fees::Use,
        time::Span,
    },
};

/// The parts of the two forms.
pub(crate) struct TimeChoice {
    pub(crate) resource: Select,
    pub(crate) day: DateField,
    pub(crate) length: Option<Select>,
    /// What the times are of.
    pub(crate) title: String,
    /// What the form with the times carries of the first one.
    pub(crate) hidden: Vec<(&'static str, String)>,
    /// None when nothing is free.
    pub(crate) times: Option<RadioGroup>,
}

/// What is looked for.
pub(crate) struct Looked<'a> {
    pub(crate) document: &'a FacilityDocument,
    pub(crate) resource: &'a Resource,
    pub(crate) day: Date,
    /// In minutes, where times are free.
    pub(crate) length: u16,
    /// What is free of it.
    pub(crate) spans: Vec<Span>,
    /// What the fee depends on.
    pub(crate) of: Use,
    /// What the times are called.
    pub(crate) label: String,
}

/// A purpose that the resource does not know is left out.
pub(crate) fn use_of(mut of: Use, resource: &Resource) -> Use {
    of.purpose = of
        .purpose
        .filter(|key| resource.purposes.iter().any(|known| known.key == *key));
    of
}

/// Makes the parts of the two forms.
pub(crate) fn choice(
    language: Language,
    looked: Looked<'_>,
    fields: &Fields,
    errors: &FormErrors,
) -> TimeChoice {
    let words = PAGE_WORDS.words(language);
    let (document, resource) = (looked.document, looked.resource);
    TimeChoice {
        resource: Select::new(language, "resource", words.get("booking-what"))
            .choices(
                document
                    .resources
                    .iter()
                    // Nobody changes from one time to a course.
                    .filter(|known| known.course.is_none())
                    .map(|known| Choice::new(known.key.as_str(), known.name.get(language))),
            )
            .value(resource.key.as_str()),
        day: DateField::new(language, "day", words.get("booking-search-day"))
            .value(Some(looked.day)),
        length: match &resource.times {
            Times::Free(limits) => Some(
                Select::new(language, "length", words.get("booking-length"))
                    .choices(
                        (limits.at_least..=limits.at_most)
                            .step_by(usize::from(document.step.minutes()))
                            .map(|minutes| {
                                Choice::new(
                                    minutes.to_string(),
                                    words.counted("booking-minutes", i64::from(minutes)),
                                )
                            }),
                    )
                    .value(&looked.length.to_string()),
            ),
            _ => None,
        },
        title: format!(
            "{} {}",
            resource.name.get(language),
            long_day(words, language, looked.day)
        ),
        hidden: vec![
            ("resource", resource.key.to_string()),
            ("day", looked.day.to_string()),
            ("length", looked.length.to_string()),
        ],
        times: (!looked.spans.is_empty()).then(|| {
            RadioGroup::new(language, "time", looked.label)
                .choices(looked.spans.iter().map(|span| {
                    let fee = document
                        .fee(resource, *span, &looked.of)
                        .map_or_else(|_| String::new(), |fee| amount(words, fee.total));
                    Choice::new(span_value(*span), format!("{}　{fee}", hours(words, *span)))
                }))
                .value(fields.get("time"))
                .required()
                .errors(errors)
        }),
    }
}

/// A span as forms send it.
pub(crate) fn span_value(span: Span) -> String {
    format!("{}-{}", String::from(span.from()), String::from(span.to()))
}

/// The span that a form sends.
pub(crate) fn read_span(day: Date, text: &str) -> Option<Span> {
    let (from, to) = text.split_once('-')?;
    Span::new(day, from.parse().ok()?, to.parse().ok()?)
}
