//! HTML that is already safe to put on a page.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;
use yakuba_kernel::text::turns_direction;

/// HTML made by a template: shown as it is, never escaped again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Nothing at all.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Plain text, escaped, and without signs that turn the direction of what stands beside it.
    pub fn text(text: &str) -> Self {
        let mut html = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                '\'' => html.push_str("&#39;"),
                turning if turns_direction(turning) => {}
                other => html.push(other),
            }
        }
        Self(html)
    }

    /// Markup the caller vouches for: every text in it has been escaped.
    pub fn trusted(html: impl Into<String>) -> Self {
        Self(html.into())
    }

    /// A link called `text` to `href`.
    pub fn link(text: &str, href: &str) -> Self {
        Self(format!(
            "<a href=\"{}\">{}</a>",
            Self::text(href),
            Self::text(text)
        ))
    }

    /// What a template renders to.
    pub fn render(template: &impl Template) -> Result<Self, askama::Error> {
        template.render().map(Self)
    }

    /// What a component of this crate shows.
    pub fn of(component: &impl HtmlSafe) -> Self {
        Self(component.to_string())
    }

    /// Puts more after this.
    pub fn push(&mut self, more: &impl HtmlSafe) {
        use fmt::Write as _;
        // Writing to a string fails only if a component's own rendering does: it then ends there.
        let _ = write!(self.0, "{more}");
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Html {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

/// Declares that a component's template escapes every text, so that it is shown unescaped.
macro_rules! html_safe {
    ($($component:ty),+ $(,)?) => {
        $(impl askama::filters::HtmlSafe for $component {})+
    };
}
pub(crate) use html_safe;
