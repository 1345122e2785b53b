use askama::Template;

use super::{Frame, framed};
use crate::html::html_safe;
use crate::{Language, Words};

/// One line of text.
#[derive(Clone, Template)]
#[template(path = "components/text_field.html")]
pub struct TextField {
    frame: Frame,
    value: String,
    input_type: &'static str,
    input_mode: &'static str,
    autocomplete: &'static str,
    unit: String,
    list: String,
    proposes: String,
    proposes_for: String,
    width: Option<u8>,
    max_length: Option<u32>,
}

impl TextField {
    /// A line of text sent as `name`.
    pub fn new(language: Language, name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            frame: Frame::new(Words::general(language), name, label),
            value: String::new(),
            input_type: "text",
            input_mode: "",
            autocomplete: "",
            unit: String::new(),
            list: String::new(),
            proposes: String::new(),
            proposes_for: String::new(),
            width: None,
            max_length: None,
        }
    }

    /// What stands in it.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// The id of a `<datalist>` on the page whose texts the browser proposes; others can still be typed.
    #[must_use]
    pub fn proposals(mut self, id: impl Into<String>) -> Self {
        self.list = id.into();
        self
    }

    /// Places that an address of ours proposes while somebody types, with a script; a chosen one is opened. Without a script nothing
    /// is proposed: the form does the same.
    #[must_use]
    pub fn proposes(mut self, address: impl Into<String>) -> Self {
        self.proposes = address.into();
        self
    }

    /// As [`TextField::proposes`]; a chosen place is written here, and its latitude and longitude into the input called `input` of
    /// the same form.
    #[must_use]
    pub fn proposes_for(self, address: impl Into<String>, input: impl Into<String>) -> Self {
        Self {
            proposes_for: input.into(),
            ..self.proposes(address)
        }
    }

    /// Whole numbers: a phone shows digits. (No `type=number`: it loses what cannot be read.)
    #[must_use]
    pub fn numeric(mut self) -> Self {
        self.input_mode = "numeric";
        self
    }

    /// Decimal numbers: a phone shows digits and the point.
    #[must_use]
    pub fn decimal(mut self) -> Self {
        self.input_mode = "decimal";
        self
    }

    /// An e-mail address.
    #[must_use]
    pub fn email(mut self) -> Self {
        self.input_type = "email";
        self
    }

    /// A password, which is not shown. Its value is never sent to the browser.
    #[must_use]
    pub fn password(mut self) -> Self {
        self.input_type = "password";
        self
    }

    /// What browsers and password managers may fill in, e.g. `username`, `one-time-code`
    /// (WCAG 2.2, 1.3.5).
    #[must_use]
    pub fn autocomplete(mut self, purpose: &'static str) -> Self {
        self.autocomplete = purpose;
        self
    }

    /// A unit after the control, e.g. 件.
    #[must_use]
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    /// About how many letters fit: 5, 10, 20 or 40. The full width without it.
    #[must_use]
    pub fn width(mut self, letters: u8) -> Self {
        self.width = Some(match letters {
            0..=5 => 5,
            6..=10 => 10,
            11..=20 => 20,
            _ => 40,
        });
        self
    }

    /// The most letters it takes.
    #[must_use]
    pub fn max_length(mut self, letters: u32) -> Self {
        self.max_length = Some(letters);
        self
    }

    /// Can be read and copied, not changed; `reason` says why.
    #[must_use]
    pub fn read_only(mut self, reason: impl Into<String>) -> Self {
        self.frame.read_only = true;
        self.frame.support = reason.into();
        self
    }
}

/// Several lines of text.
#[derive(Clone, Template)]
#[template(path = "components/text_area.html")]
pub struct TextArea {
    frame: Frame,
    value: String,
    rows: u8,
    max_length: Option<u32>,
}

impl TextArea {
    /// Lines of text sent as `name`.
    pub fn new(language: Language, name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            frame: Frame::new(Words::general(language), name, label),
            value: String::new(),
            rows: 4,
            max_length: None,
        }
    }

    /// What stands in it.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// How many lines it shows; 4 by default.
    #[must_use]
    pub fn rows(mut self, rows: u8) -> Self {
        self.rows = rows;
        self
    }

    /// The most letters it takes.
    #[must_use]
    pub fn max_length(mut self, letters: u32) -> Self {
        self.max_length = Some(letters);
        self
    }

    /// Can be read and copied, not changed; `reason` says why.
    #[must_use]
    pub fn read_only(mut self, reason: impl Into<String>) -> Self {
        self.frame.read_only = true;
        self.frame.support = reason.into();
        self
    }
}

/// Chooses files to upload. Its form needs `method="post" enctype="multipart/form-data"`.
#[derive(Clone, Template)]
#[template(path = "components/file_upload.html")]
pub struct FileUpload {
    frame: Frame,
    accept: String,
    limits: Vec<String>,
    several: bool,
}

impl FileUpload {
    /// One file sent as `name`.
    pub fn new(language: Language, name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            frame: Frame::new(Words::general(language), name, label),
            accept: String::new(),
            limits: Vec::new(),
            several: false,
        }
    }

    /// The name extensions it takes, e.g. `.xlsx,.csv`; also shown to the reader.
    #[must_use]
    pub fn accept(mut self, extensions: impl Into<String>) -> Self {
        self.accept = extensions.into();
        let words = self.frame.words;
        let kinds = self
            .accept
            .replace('.', "")
            .replace(',', ", ")
            .to_uppercase();
        self.limits.push(
            words
                .with_text("ui-file-limit-kinds", "kinds", &kinds)
                .into(),
        );
        self
    }

    /// Tells the largest size of a file, e.g. `20MB`. The server checks it.
    #[must_use]
    pub fn max_size(mut self, size: &str) -> Self {
        let words = self.frame.words;
        self.limits
            .push(words.with_text("ui-file-limit-size", "size", size).into());
        self
    }

    /// Takes several files, at most this many.
    #[must_use]
    pub fn max_files(mut self, files: u32) -> Self {
        self.several = files > 1;
        let words = self.frame.words;
        self.limits
            .push(words.counted("ui-file-limit-count", files).into());
        self
    }

    fn described_by(&self) -> String {
        let mut ids = self.frame.described_by();
        if !self.limits.is_empty() {
            if !ids.is_empty() {
                ids.push(' ');
            }
            ids.push_str(&self.frame.id);
            ids.push_str("-limits");
        }
        ids
    }
}

/// A search form: one line of text and a button, sent with GET.
#[derive(Clone, Template)]
#[template(path = "components/search_box.html")]
pub struct SearchBox {
    words: Words,
    action: String,
    name: String,
    label: String,
    value: String,
    kept: Vec<(String, String)>,
}

impl SearchBox {
    /// Searches at `action` with the parameter `q`. The label is read aloud and shown.
    pub fn new(language: Language, action: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            words: Words::general(language),
            action: action.into(),
            name: "q".to_owned(),
            label: label.into(),
            value: String::new(),
            kept: Vec::new(),
        }
    }

    /// What was searched for.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// Another parameter to send along, e.g. the chosen year.
    #[must_use]
    pub fn keep(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.kept.push((name.into(), value.into()));
        self
    }
}

framed!(TextField, TextArea, FileUpload);
html_safe!(TextField, TextArea, FileUpload, SearchBox);
