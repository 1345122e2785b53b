//! All days of a series before it is booked, for residents and at the desk.

use askama::Template;
use jiff::civil::Date;
use yakuba_kernel::Yen;
use yakuba_ui::{Choice, DescriptionList, Language, RadioGroup, Words};

use super::WORDS;
use crate::{
    PAGE_WORDS,
    error::BookingError,
    model::{document::Way, series::Failure},
    pages::words::{amount, hours, long_day, what},
    repeating::Repeated,
};

struct Line {
    day: String,
    state: String,
    fails: bool,
    fee: String,
}

/// The days, what they cost together, and the button that books them.
#[derive(Template)]
#[template(path = "series/check.html")]
pub(crate) struct Check {
    texts: Words,
    words: Words,
    details: DescriptionList,
    lines: Vec<Line>,
    count: usize,
    failing: usize,
    total: String,
    needs_approval: bool,
    rules: Vec<String>,
    mode: RadioGroup,
    action: String,
    hidden: Vec<(String, String)>,
    /// Where somebody goes who wants something else: its name and address.
    back: (String, String),
}

/// Where a check's form goes, and what it carries.
pub(crate) struct Sending {
    pub(crate) action: String,
    pub(crate) hidden: Vec<(String, String)>,
    pub(crate) back: (String, String),
}

impl Check {
    /// Puts the days of a series into words. `group` is the name of the group it is for, `rules` what whoever books must know.
    ///
    /// # Errors
    /// When a fee cannot be told.
    pub(crate) fn new(
        language: Language,
        repeated: &Repeated,
        looked: &[(Date, Option<Failure>)],
        group: Option<&str>,
        rules: Vec<String>,
        sending: Sending,
    ) -> Result<Self, BookingError> {
        let (texts, words) = (WORDS.words(language), PAGE_WORDS.words(language));
        let (document, resource) = (&repeated.place.document, &repeated.resource);
        let mut total = Yen::ZERO;
        let mut lines = Vec::new();
        for (day, failure) in looked {
            let fee = match (failure, repeated.span(*day)) {
                (None, Some(span)) => {
                    let fee = document.fee(resource, span, &repeated.of)?.total;
                    total = total.checked_add(fee).unwrap_or(total);
                    amount(words, fee)
                }
                _ => String::new(),
            };
            let state = failure.map_or("free", Failure::name);
            lines.push(Line {
                day: long_day(words, language, *day),
                state: texts.get(&format!("series-day-{state}")).into_owned(),
                fails: failure.is_some(),
                fee,
            });
        }
        let failing = lines.iter().filter(|line| line.fails).count();
        let mut details = DescriptionList::new()
            .text(
                words.get("booking-what"),
                what(language, document, resource),
            )
            .text(
                texts.get("series-pattern"),
                texts.get(&format!("series-pattern-{}", repeated.pattern.name())),
            );
        if let Some(span) = repeated.span(repeated.first) {
            details = details.text(words.get("booking-times"), hours(words, span));
        }
        if let Some(group) = group {
            details = details.text(words.get("booking-as"), group);
        }
        details = details
            .text(words.get("booking-name"), &repeated.contact.name)
            .text(
                words.get("booking-people"),
                words.counted("booking-people-count", repeated.of.people),
            );
        // Whoever may book for others at the desk agrees by booking.
        let needs_approval = document.rules_of(resource).way == Way::Approval
            && repeated.channel == yakuba_kernel::Channel::Online;
        Ok(Self {
            texts,
            words,
            details,
            count: lines.len() - failing,
            failing,
            lines,
            total: amount(words, total),
            needs_approval,
            rules,
            mode: RadioGroup::new(language, "mode", texts.get("series-mode"))
                .choices([
                    Choice::new("possible", texts.get("series-mode-possible")),
                    Choice::new("all", texts.get("series-mode-all")),
                ])
                .value("possible"),
            action: sending.action,
            hidden: sending.hidden,
            back: sending.back,
        })
    }
}
