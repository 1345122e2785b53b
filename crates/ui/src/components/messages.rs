use askama::Template;

use crate::html::html_safe;
use crate::{Html, Language, Words};

/// What kind of message a banner is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Something was done.
    Success,
    /// Something went wrong.
    Error,
    /// Something needs attention.
    Warning,
    /// Something is worth knowing.
    Info,
}

impl Severity {
    fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// A notification banner: icon, heading, sentence, perhaps a link.
#[derive(Clone, Debug)]
pub struct NotificationBanner {
    severity: Severity,
    heading: String,
    text: String,
    link: Option<(String, String)>,
}

impl NotificationBanner {
    /// A banner with a heading.
    pub fn new(severity: Severity, heading: impl Into<String>) -> Self {
        Self {
            severity,
            heading: heading.into(),
            text: String::new(),
            link: None,
        }
    }

    /// Something was done.
    pub fn success(heading: impl Into<String>) -> Self {
        Self::new(Severity::Success, heading)
    }

    /// Something went wrong.
    pub fn error(heading: impl Into<String>) -> Self {
        Self::new(Severity::Error, heading)
    }

    /// Something needs attention.
    pub fn warning(heading: impl Into<String>) -> Self {
        Self::new(Severity::Warning, heading)
    }

    /// Something is worth knowing.
    pub fn info(heading: impl Into<String>) -> Self {
        Self::new(Severity::Info, heading)
    }

    /// A sentence or two under the heading.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// A link under the sentence.
    #[must_use]
    pub fn link(mut self, text: impl Into<String>, href: impl Into<String>) -> Self {
        self.link = Some((text.into(), href.into()));
        self
    }
}

/// A banner shows itself in the language of its own texts; the icon's name is left to the heading,
/// which says it in words.
#[derive(Template)]
#[template(path = "components/notification_banner.html")]
struct BannerTemplate<'a> {
    banner: &'a NotificationBanner,
    severity: Severity,
}

impl std::fmt::Display for NotificationBanner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        BannerTemplate {
            banner: self,
            severity: self.severity,
        }
        .fmt(formatter)
    }
}

/// What is wrong with a form, on top of it, with links to the fields. Shows nothing when nothing is
/// wrong.
#[derive(Clone, Template)]
#[template(path = "components/error_summary.html")]
pub struct ErrorSummary {
    words: Words,
    errors: Vec<(String, String)>,
}

impl ErrorSummary {
    /// A summary without errors.
    pub fn new(language: Language) -> Self {
        Self {
            words: Words::general(language),
            errors: Vec::new(),
        }
    }

    /// Adds what is wrong with the field whose id is `id`; an empty id gives no link.
    #[must_use]
    pub fn error(mut self, text: impl Into<String>, id: impl Into<String>) -> Self {
        self.errors.push((text.into(), id.into()));
        self
    }
}

/// What stands where a list has nothing to show, and what to do about it.
#[derive(Clone, Debug, Template)]
#[template(path = "components/empty_state.html")]
pub struct EmptyState {
    heading: String,
    text: String,
    action: Html,
}

impl EmptyState {
    /// Says what there is none of.
    pub fn new(heading: impl Into<String>) -> Self {
        Self {
            heading: heading.into(),
            text: String::new(),
            action: Html::empty(),
        }
    }

    /// Says why, or what to do.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// A button to do it.
    #[must_use]
    pub fn action(mut self, action: &impl askama::filters::HtmlSafe) -> Self {
        self.action.push(action);
        self
    }
}

/// Something that opens under its summary.
#[derive(Clone, Debug, Template)]
#[template(path = "components/disclosure.html")]
pub struct Disclosure {
    summary: String,
    content: Html,
    open: bool,
}

impl Disclosure {
    /// Opens to `content`.
    pub fn new(summary: impl Into<String>, content: Html) -> Self {
        Self {
            summary: summary.into(),
            content,
            open: false,
        }
    }

    /// Whether it is open at first.
    #[must_use]
    pub fn open(mut self, open: bool) -> Self {
        self.open = open;
        self
    }
}

html_safe!(NotificationBanner, ErrorSummary, EmptyState, Disclosure);
