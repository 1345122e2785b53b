//! What is wrong, or could be better, with a form.

use yakuba_ui::Language;

use crate::message::Message;
use crate::model::document::Key;

/// One thing found in a form, where it is, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether the form can go live with it.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// What it is and how to mend it.
    pub message: Message,
}

/// How bad a [`Finding`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The form cannot work: it must be mended first.
    Must,
    /// The form works; somebody should look at it.
    Should,
}

/// Where in a form something was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The page.
    pub page: Option<Key>,
    /// The field; one of a group's fields, or the group itself.
    pub field: Option<Key>,
    /// What else: a computed value, a check, a fee, a question before the start.
    pub part: Option<Part>,
}

/// A part of a form that stands on no page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The computed value with this key.
    Computed(Key),
    /// The check at this place in the list, counted from 1.
    Check(usize),
    /// The fee at this place in the list, counted from 1.
    Fee(usize),
    /// The question before the start with this key.
    Before(Key),
}

impl Finding {
    pub(crate) fn must(place: Place, message: Message) -> Self {
        Self {
            severity: Severity::Must,
            place,
            message,
        }
    }

    pub(crate) fn should(place: Place, message: Message) -> Self {
        Self {
            severity: Severity::Should,
            place,
            message,
        }
    }

    /// Where and what in one line, for the command line and for logs: `applicant/birth: …`.
    pub fn line(&self, language: Language) -> String {
        let place = self.place.to_string();
        let text = self.message.in_language(language);
        if place.is_empty() {
            text.into_owned()
        } else {
            format!("{place}: {text}")
        }
    }
}

impl Place {
    pub(crate) fn page(page: &Key) -> Self {
        Self {
            page: Some(page.clone()),
            ..Self::default()
        }
    }

    pub(crate) fn field(page: &Key, field: &Key) -> Self {
        Self {
            page: Some(page.clone()),
            field: Some(field.clone()),
            part: None,
        }
    }

    pub(crate) fn part(part: Part) -> Self {
        Self {
            part: Some(part),
            ..Self::default()
        }
    }
}

/// The keys: `applicant/birth`, `computed/age`, `checks/2`.
impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.page, &self.field, &self.part) {
            (Some(page), Some(field), _) => write!(formatter, "{page}/{field}"),
            (Some(page), None, _) => write!(formatter, "{page}"),
            (None, Some(field), _) => write!(formatter, "{field}"),
            (None, None, Some(Part::Computed(key))) => write!(formatter, "computed/{key}"),
            (None, None, Some(Part::Check(number))) => write!(formatter, "checks/{number}"),
            (None, None, Some(Part::Fee(number))) => write!(formatter, "fees/{number}"),
            (None, None, Some(Part::Before(key))) => write!(formatter, "before/{key}"),
            (None, None, None) => Ok(()),
        }
    }
}
