use crate::{ErrorSummary, Language};

/// What is wrong with a form, by field, in the order it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormErrors(Vec<(String, String)>);

impl FormErrors {
    /// Nothing wrong.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what is wrong with the field called `name`; an empty name means the form as a whole.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.0.push((name.into(), text.into()));
    }

    /// What is wrong with the field called `name`: the first thing found.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, text)| text.as_str())
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The summary for the top of the form, with links to the fields. It shows nothing when
    /// nothing is wrong.
    pub fn summary(&self, language: Language) -> ErrorSummary {
        self.0
            .iter()
            .fold(ErrorSummary::new(language), |summary, (name, text)| {
                summary.error(text, name)
            })
    }
}
