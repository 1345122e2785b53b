use askama::Template;

use crate::Html;
use crate::html::html_safe;

/// How much a button stands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one main action of a page.
    #[default]
    Main,
    /// Any other action.
    Other,
    /// Beside other text: looks like a link.
    Quiet,
    /// Deletes or ends something.
    Danger,
}

impl ButtonKind {
    fn data_type(self) -> &'static str {
        match self {
            Self::Main => "solid-fill",
            Self::Other => "outline",
            Self::Quiet => "text",
            Self::Danger => "danger",
        }
    }
}

/// A button that does something (in a form). To go somewhere, use [`LinkButton`].
#[derive(Clone, Debug, Template)]
#[template(path = "components/button.html")]
pub struct Button {
    text: String,
    kind: ButtonKind,
    name: String,
    value: String,
    action: String,
    disabled: bool,
    small: bool,
    no_validation: bool,
}

impl Button {
    /// The main button that submits its form.
    pub fn submit(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            kind: ButtonKind::Main,
            name: String::new(),
            value: String::new(),
            action: String::new(),
            disabled: false,
            small: false,
            no_validation: false,
        }
    }

    /// How much it stands out.
    #[must_use]
    pub fn kind(mut self, kind: ButtonKind) -> Self {
        self.kind = kind;
        self
    }

    /// What the form sends when this button was pressed.
    #[must_use]
    pub fn sends(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.name = name.into();
        self.value = value.into();
        self
    }

    /// Sends the form to another address.
    #[must_use]
    pub fn to(mut self, action: impl Into<String>) -> Self {
        self.action = action.into();
        self
    }

    /// Cannot be pressed. Prefer a sentence which says why.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.disabled = true;
        self
    }

    /// The low form, for table rows.
    #[must_use]
    pub fn small(mut self) -> Self {
        self.small = true;
        self
    }

    /// The browser does not check the form first, e.g. to save a draft.
    #[must_use]
    pub fn without_validation(mut self) -> Self {
        self.no_validation = true;
        self
    }
}

/// A link that looks like a button.
#[derive(Clone, Debug, Template)]
#[template(path = "components/link_button.html")]
pub struct LinkButton {
    text: String,
    href: String,
    kind: ButtonKind,
    download: bool,
    small: bool,
}

impl LinkButton {
    /// A link called `text` to `href`.
    pub fn new(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: href.into(),
            kind: ButtonKind::Other,
            download: false,
            small: false,
        }
    }

    /// How much it stands out.
    #[must_use]
    pub fn kind(mut self, kind: ButtonKind) -> Self {
        self.kind = kind;
        self
    }

    /// The address is a file to keep.
    #[must_use]
    pub fn download(mut self) -> Self {
        self.download = true;
        self
    }

    /// The low form, for table rows.
    #[must_use]
    pub fn small(mut self) -> Self {
        self.small = true;
        self
    }
}

/// Buttons side by side, the main one first.
#[derive(Clone, Debug, Default, Template)]
#[template(
    source = r#"<div class="button-row">{{ buttons }}</div>"#,
    ext = "html"
)]
pub struct ButtonRow {
    buttons: Html,
}

impl ButtonRow {
    /// An empty row.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a button or a link button.
    #[must_use]
    pub fn button(mut self, button: &impl askama::filters::HtmlSafe) -> Self {
        self.buttons.push(button);
        self
    }
}

html_safe!(Button, LinkButton, ButtonRow);
