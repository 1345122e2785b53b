//! Parts of a page: a heading with content, lists of lines, paragraphs.

use askama::Template;
use yakuba_ui::Html;

/// A part of a page under its heading.
pub(super) struct Section {
    id: &'static str,
    heading: String,
    content: Html,
}

impl Section {
    pub(super) fn new(
        id: &'static str,
        heading: impl Into<String>,
        content: &impl askama::filters::HtmlSafe,
    ) -> Self {
        Self {
            id,
            heading: heading.into(),
            content: Html::of(content),
        }
    }

    pub(super) fn plain(content: &impl askama::filters::HtmlSafe) -> Self {
        Self::new("", "", content)
    }
}

#[derive(Template)]
#[template(path = "cycle/sections.html")]
pub(super) struct Sections {
    pub(super) sections: Vec<Section>,
}

#[derive(Template)]
#[template(path = "cycle/lines.html")]
struct Lines<'a> {
    level: u8,
    heading: &'a str,
    texts: &'a [String],
}

/// A list of lines under a heading of level 3; nothing when there are none.
pub(super) fn lines(heading: &str, lines: &[String]) -> Html {
    lines_at(3, heading, lines)
}

/// The same under a heading of that level.
pub(super) fn lines_at(level: u8, heading: &str, lines: &[String]) -> Html {
    if lines.is_empty() {
        return Html::empty();
    }
    let body = Lines {
        level,
        heading,
        texts: lines,
    };
    Html::render(&body).unwrap_or_default()
}

/// Lines as a list without a heading.
pub(super) fn bullets(lines: &[String]) -> Html {
    lines_at(3, "", lines)
}

/// A paragraph that keeps its line breaks.
pub(super) fn paragraph(text: &str) -> Html {
    Html::trusted(format!("<p class=\"lines\">{}</p>", Html::text(text)))
}

/// A heading below a section's.
pub(super) fn heading(text: &str) -> Html {
    Html::trusted(format!("<h3>{}</h3>", Html::text(text)))
}

/// A link in running text.
pub(super) fn link(text: &str, href: &str) -> Html {
    Html::trusted(format!(
        "<a href=\"{}\">{}</a>",
        Html::text(href),
        Html::text(text)
    ))
}
