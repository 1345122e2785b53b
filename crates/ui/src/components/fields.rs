//! Form controls. Label, support text, error text and their links follow the form rules of the
//! Digital Agency Design System's HTML edition.

mod choices;
mod date;
mod errors;
mod text;

pub use choices::{CheckboxGroup, Choice, RadioGroup, Select};
pub use date::DateField;
pub use errors::FormErrors;
pub use text::{FileUpload, SearchBox, TextArea, TextField};

use crate::Words;

/// Whether a field must be filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Unsaid,
    Required,
    Optional,
}

/// What all controls have around them.
#[derive(Clone)]
struct Frame {
    words: Words,
    id: String,
    name: String,
    label: String,
    support: String,
    error: String,
    need: Need,
    read_only: bool,
}

impl Frame {
    fn new(words: Words, name: impl Into<String>, label: impl Into<String>) -> Self {
        let name = name.into();
        let id = name
            .chars()
            .map(|letter| {
                if letter.is_alphanumeric() || letter == '_' || letter == '-' {
                    letter
                } else {
                    '-'
                }
            })
            .collect();
        Self {
            words,
            id,
            name,
            label: label.into(),
            support: String::new(),
            error: String::new(),
            need: Need::Unsaid,
            read_only: false,
        }
    }

    fn required(&self) -> bool {
        self.need == Need::Required
    }

    fn optional(&self) -> bool {
        self.need == Need::Optional
    }

    /// Ids of the error and support texts, the error first.
    fn described_by(&self) -> String {
        let mut ids = Vec::new();
        if !self.error.is_empty() {
            ids.push(format!("{}-error", self.id));
        }
        if !self.support.is_empty() {
            ids.push(format!("{}-support", self.id));
        }
        ids.join(" ")
    }
}

/// The builder methods that every field has.
macro_rules! framed {
    ($($field:ident),+) => {
        $(impl $field {
            /// Marks the field as required.
            #[must_use]
            pub fn required(mut self) -> Self {
                self.frame.need = crate::components::fields::Need::Required;
                self
            }

            /// Marks the field as optional.
            #[must_use]
            pub fn optional(mut self) -> Self {
                self.frame.need = crate::components::fields::Need::Optional;
                self
            }

            /// A sentence between label and control which helps to fill it in.
            #[must_use]
            pub fn support(mut self, text: impl Into<String>) -> Self {
                self.frame.support = text.into();
                self
            }

            /// What is wrong and how to mend it; `None` or an empty text when nothing is.
            #[must_use]
            pub fn error<'e>(mut self, text: impl Into<Option<&'e str>>) -> Self {
                self.frame.error = text.into().unwrap_or_default().to_owned();
                self
            }

            /// Takes the error of this field, if there is one.
            #[must_use]
            pub fn errors(self, errors: &crate::FormErrors) -> Self {
                let text = errors.get(&self.frame.name).map(str::to_owned);
                self.error(text.as_deref())
            }

            /// An id other than the name, where a name appears twice on a page.
            #[must_use]
            pub fn id(mut self, id: impl Into<String>) -> Self {
                self.frame.id = id.into();
                self
            }
        })+
    };
}
use framed;
