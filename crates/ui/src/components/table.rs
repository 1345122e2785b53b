use askama::Template;

use crate::html::html_safe;
use crate::{Html, Language, Words};

/// The order of a sorted column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Small to large.
    Ascending,
    /// Large to small.
    Descending,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    text: String,
    numeric: bool,
    no_wrap: bool,
    sort_href: Option<String>,
    order: Option<Order>,
}

impl Column {
    /// A column of texts.
    pub fn text(heading: impl Into<String>) -> Self {
        Self {
            text: heading.into(),
            numeric: false,
            no_wrap: false,
            sort_href: None,
            order: None,
        }
    }

    /// A column of figures, aligned to the right.
    pub fn number(heading: impl Into<String>) -> Self {
        Self {
            numeric: true,
            ..Self::text(heading)
        }
    }

    /// Its texts stay on one line.
    #[must_use]
    pub fn no_wrap(mut self) -> Self {
        self.no_wrap = true;
        self
    }

    /// The heading links to `href`, which sorts by this column; `order` is the present one.
    #[must_use]
    pub fn sort(mut self, href: impl Into<String>, order: Option<Order>) -> Self {
        self.sort_href = Some(href.into());
        self.order = order;
        self
    }

    fn aria_sort(&self) -> Option<&'static str> {
        self.order.map(|order| match order {
            Order::Ascending => "ascending",
            Order::Descending => "descending",
        })
    }
}

/// A cell of a table.
#[derive(Clone, Debug, Default)]
pub struct Cell(Html);

impl Cell {
    /// A text or a formatted figure.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self(Html::text(text.as_ref()))
    }

    /// A link.
    pub fn link(text: impl AsRef<str>, href: impl AsRef<str>) -> Self {
        Self(Html::link(text.as_ref(), href.as_ref()))
    }

    /// A link after a text that is no part of it, such as an indent.
    pub fn link_after(
        before: impl AsRef<str>,
        text: impl AsRef<str>,
        href: impl AsRef<str>,
    ) -> Self {
        let mut content = Html::text(before.as_ref());
        content.push(&Self::link(text, href).0);
        Self(content)
    }

    /// A component or other HTML.
    pub fn html(content: &impl askama::filters::HtmlSafe) -> Self {
        Self(Html::of(content))
    }

    /// Nothing.
    pub fn empty() -> Self {
        Self::default()
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

/// A row of a table.
#[derive(Clone, Debug, Default)]
pub struct Row {
    cells: Vec<Cell>,
    marked: bool,
    id: String,
}

impl Row {
    /// A row of cells; the table fills up what is missing.
    pub fn new(cells: impl IntoIterator<Item = Cell>) -> Self {
        Self {
            cells: cells.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Sets the row apart: a total, or one that needs attention (say so in words too).
    #[must_use]
    pub fn marked(mut self, marked: bool) -> Self {
        self.marked = marked;
        self
    }

    /// An id, so that links can lead to the row.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// The content of a cell; nothing where the row is shorter than the head.
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "templates pass by reference"
    )]
    fn cell(&self, column: &usize) -> &str {
        self.cells.get(*column).map_or("", |cell| cell.0.as_str())
    }
}

/// A table with caption. On narrow screens it scrolls inside its own focusable region, or each row
/// becomes a card ([`stacked`](Self::stacked)).
#[derive(Clone, Template)]
#[template(path = "components/table.html")]
#[allow(
    clippy::struct_excessive_bools,
    reason = "independent switches of one builder"
)]
pub struct Table {
    words: Words,
    id: String,
    caption: String,
    caption_hidden: bool,
    columns: Vec<Column>,
    rows: Vec<Row>,
    row_headers: bool,
    stacked: bool,
    filter: bool,
    sticky: bool,
    note: String,
}

impl Table {
    /// A table; `id` is unique on the page.
    pub fn new(language: Language, id: impl Into<String>, caption: impl Into<String>) -> Self {
        Self {
            words: Words::general(language),
            id: id.into(),
            caption: caption.into(),
            caption_hidden: false,
            columns: Vec::new(),
            rows: Vec::new(),
            row_headers: false,
            stacked: false,
            filter: false,
            sticky: false,
            note: String::new(),
        }
    }

    /// Its columns.
    #[must_use]
    pub fn columns(mut self, columns: impl IntoIterator<Item = Column>) -> Self {
        self.columns.extend(columns);
        self
    }

    /// Adds a row.
    #[must_use]
    pub fn row(mut self, cells: impl IntoIterator<Item = Cell>) -> Self {
        self.rows.push(Row::new(cells));
        self
    }

    /// Adds rows.
    #[must_use]
    pub fn rows(mut self, rows: impl IntoIterator<Item = Row>) -> Self {
        self.rows.extend(rows);
        self
    }

    /// The first cell of each row names the row.
    #[must_use]
    pub fn row_headers(mut self) -> Self {
        self.row_headers = true;
        self
    }

    /// On a phone each row becomes a card with the headings beside its cells.
    #[must_use]
    pub fn stacked(mut self) -> Self {
        self.stacked = true;
        self
    }

    /// With JavaScript, a line above the table filters its rows as one types.
    #[must_use]
    pub fn filter(mut self) -> Self {
        self.filter = true;
        self
    }

    /// The headings stay in view while the table scrolls inside its own region.
    #[must_use]
    pub fn sticky(mut self) -> Self {
        self.sticky = true;
        self
    }

    /// The caption is read aloud, not shown: a heading above says the same.
    #[must_use]
    pub fn hide_caption(mut self) -> Self {
        self.caption_hidden = true;
        self
    }

    /// A note under the table: source, units, exceptions.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

html_safe!(Table);
