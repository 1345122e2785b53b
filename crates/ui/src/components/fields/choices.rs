use askama::Template;

use super::{Frame, framed};
use crate::html::html_safe;
use crate::{Language, Words};

/// One thing to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    value: String,
    text: String,
    support: String,
    chosen: bool,
    disabled: bool,
}

impl Choice {
    /// A choice that sends `value` and reads `text`.
    pub fn new(value: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            text: text.into(),
            support: String::new(),
            chosen: false,
            disabled: false,
        }
    }

    /// Whether it is chosen.
    #[must_use]
    pub fn chosen(mut self, chosen: bool) -> Self {
        self.chosen = chosen;
        self
    }

    /// A line under it (radio buttons and checkboxes only).
    #[must_use]
    pub fn support(mut self, text: impl Into<String>) -> Self {
        self.support = text.into();
        self
    }

    /// Cannot be chosen now.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.disabled = true;
        self
    }
}

/// Chooses one of many from a list.
#[derive(Clone, Template)]
#[template(path = "components/select.html")]
pub struct Select {
    frame: Frame,
    choices: Vec<Choice>,
    empty: Option<String>,
}

impl Select {
    /// A list whose choice is sent as `name`.
    pub fn new(language: Language, name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            frame: Frame::new(Words::general(language), name, label),
            choices: Vec::new(),
            empty: None,
        }
    }

    /// A first choice that sends nothing: 選択してください.
    #[must_use]
    pub fn ask(mut self) -> Self {
        self.empty = Some(self.frame.words.get("ui-choose").into_owned());
        self
    }

    /// A first choice that sends nothing and means all: すべて.
    #[must_use]
    pub fn or_all(mut self) -> Self {
        self.empty = Some(self.frame.words.get("ui-all").into_owned());
        self
    }
}

/// Chooses one of a few.
#[derive(Clone, Template)]
#[template(path = "components/choice_group.html")]
pub struct RadioGroup {
    frame: Frame,
    choices: Vec<Choice>,
    kind: &'static str,
    inline: bool,
}

impl RadioGroup {
    /// Radio buttons whose choice is sent as `name`.
    pub fn new(language: Language, name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            frame: Frame::new(Words::general(language), name, label),
            choices: Vec::new(),
            kind: "radio",
            inline: false,
        }
    }

    /// Side by side: for short choices.
    #[must_use]
    pub fn inline(mut self) -> Self {
        self.inline = true;
        self
    }
}

/// Chooses any number of a few.
#[derive(Clone, Template)]
#[template(path = "components/choice_group.html")]
pub struct CheckboxGroup {
    frame: Frame,
    choices: Vec<Choice>,
    kind: &'static str,
    inline: bool,
}

impl CheckboxGroup {
    /// Checkboxes; each chosen value is sent as `name`.
    pub fn new(language: Language, name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            frame: Frame::new(Words::general(language), name, label),
            choices: Vec::new(),
            kind: "checkbox",
            inline: false,
        }
    }

    /// Side by side: for short choices.
    #[must_use]
    pub fn inline(mut self) -> Self {
        self.inline = true;
        self
    }
}

macro_rules! with_choices {
    ($($field:ident),+) => {
        $(impl $field {
            /// Adds a choice.
            #[must_use]
            pub fn choice(mut self, choice: Choice) -> Self {
                self.choices.push(choice);
                self
            }

            /// Adds choices.
            #[must_use]
            pub fn choices(mut self, choices: impl IntoIterator<Item = Choice>) -> Self {
                self.choices.extend(choices);
                self
            }

            /// Chooses the choice with this value, if there is one.
            #[must_use]
            pub fn value(mut self, value: &str) -> Self {
                for choice in &mut self.choices {
                    choice.chosen |= choice.value == value;
                }
                self
            }
        })+
    };
}

with_choices!(Select, RadioGroup, CheckboxGroup);
framed!(Select, RadioGroup, CheckboxGroup);
html_safe!(Select, RadioGroup, CheckboxGroup);
