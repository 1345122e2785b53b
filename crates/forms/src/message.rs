//! Sentences about forms: what is wrong with an answer, what is wrong with a form.

use std::borrow::Cow;

use jiff::civil::Date;
use yakuba_ui::{Language, Value, format};

use crate::WORDS;
use crate::model::document::Text;

/// A sentence that is put into words when its reader's language is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A text of this crate's catalogue, with the values to put in.
    Known {
        /// The text's key in `locales/…/forms.ftl`.
        id: &'static str,
        /// The values, by name.
        values: Vec<(&'static str, MessageValue)>,
    },
    /// A text that the form itself holds, such as that of a check.
    Own(Text),
}

/// A value inside a [`Message`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageValue {
    /// Shown as it is.
    Text(String),
    /// Shown in the reader's language.
    Translated(Text),
    /// Shown with commas between thousands.
    Number(i64),
    /// Shown as the reader's language writes days.
    Day(Date),
}

impl Message {
    /// The catalogue's text `id`.
    pub fn new(id: &'static str) -> Self {
        Self::Known {
            id,
            values: Vec::new(),
        }
    }

    /// Puts in a text.
    #[must_use]
    pub fn text(self, name: &'static str, text: impl Into<String>) -> Self {
        self.value(name, MessageValue::Text(text.into()))
    }

    /// Puts in a text of the form, such as a label.
    #[must_use]
    pub fn label(self, name: &'static str, text: &Text) -> Self {
        self.value(name, MessageValue::Translated(text.clone()))
    }

    /// Puts in a number.
    #[must_use]
    pub fn number(self, name: &'static str, number: impl Into<i64>) -> Self {
        self.value(name, MessageValue::Number(number.into()))
    }

    /// Puts in a day.
    #[must_use]
    pub fn day(self, name: &'static str, day: Date) -> Self {
        self.value(name, MessageValue::Day(day))
    }

    fn value(mut self, name: &'static str, value: MessageValue) -> Self {
        if let Self::Known { values, .. } = &mut self {
            values.push((name, value));
        }
        self
    }

    /// The text's key in the catalogue; none for a text of the form itself.
    pub fn id(&self) -> Option<&'static str> {
        match self {
            Self::Known { id, .. } => Some(id),
            Self::Own(_) => None,
        }
    }

    /// The sentence in a language.
    pub fn in_language(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::Own(text) => Cow::Owned(text.get(language).to_owned()),
            Self::Known { id, values } => {
                let values: Vec<(&'static str, Value<'_>)> = values
                    .iter()
                    .map(|(name, value)| {
                        let value = match value {
                            MessageValue::Text(text) => text.clone().into(),
                            MessageValue::Translated(text) => text.get(language).to_owned().into(),
                            MessageValue::Number(number) => (*number).into(),
                            MessageValue::Day(day) => format::date_by_era(*day, language).into(),
                        };
                        (*name, value)
                    })
                    .collect();
                WORDS.words(language).with(id, &values)
            }
        }
    }
}
