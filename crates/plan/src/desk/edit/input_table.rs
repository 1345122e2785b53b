//! Rows of inputs: what is there, and some empty rows to add more. A row whose inputs are all emptied goes away.

use askama::Template;
use yakuba_ui::Words;

/// A column of inputs.
pub(super) struct InputColumn {
    /// The name under which each value is sent.
    pub(super) name: &'static str,
    pub(super) label: String,
    /// About how many letters fit; none: several lines.
    pub(super) width: Option<u8>,
}

/// A table of inputs.
#[derive(Template)]
#[template(path = "desk/input_table.html")]
pub(super) struct InputTable {
    words: Words,
    id: &'static str,
    caption: String,
    columns: Vec<InputColumn>,
    rows: Vec<Vec<String>>,
}

/// Its template escapes what people typed, and nothing else goes in.
impl askama::filters::HtmlSafe for InputTable {}

// Templates hand over numbers by reference and call methods on `self`.
#[allow(clippy::trivially_copy_pass_by_ref, clippy::unused_self)]
impl InputTable {
    /// A table of `rows`, with `more` empty rows under them.
    pub(super) fn new<const N: usize>(
        words: Words,
        id: &'static str,
        caption: impl Into<String>,
        columns: [(&'static str, &str, Option<u8>); N],
        rows: impl IntoIterator<Item = [String; N]>,
        more: usize,
    ) -> Self {
        let columns = columns
            .map(|(name, label, width)| InputColumn {
                name,
                label: words.get(label).into_owned(),
                width,
            })
            .into();
        let empty = std::iter::repeat_with(|| vec![String::new(); N]).take(more);
        Self {
            words,
            id,
            caption: caption.into(),
            columns,
            rows: rows.into_iter().map(Vec::from).chain(empty).collect(),
        }
    }

    fn cell<'table>(&self, row: &'table [String], column: &usize) -> &'table str {
        row.get(*column).map_or("", String::as_str)
    }

    fn label(&self, column: &InputColumn, row: &usize) -> String {
        self.words
            .with(
                "desk-row-of",
                &[
                    ("column", column.label.clone().into()),
                    ("row", row.to_string().into()),
                ],
            )
            .into_owned()
    }
}
