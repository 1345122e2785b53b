//! What a form with a file sends.

use axum::extract::Multipart;
use yakuba_city::web::Problem;
use yakuba_ui::Fields;

/// The longest name of a file that is kept, in letters.
const LONGEST_NAME: usize = 200;

/// The fields of a form, and its file.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub(super) fields: Fields,
    /// The file's name.
    pub(super) name: String,
    /// The file's bytes; empty: none was chosen.
    pub(super) bytes: Vec<u8>,
}

impl Typed {
    /// The key of the sentence about a file that did not come; none: it came.
    pub(super) fn missing(&self) -> Option<&'static str> {
        if !self.bytes.is_empty() {
            None
        } else if self.name.is_empty() {
            Some("desk-problem-choose-file")
        } else {
            Some("desk-problem-empty-file")
        }
    }

    /// Reads a form whose file is called `file`.
    pub(super) async fn read(mut multipart: Multipart) -> Result<Self, Problem> {
        let mut sent = Self::default();
        while let Some(field) = multipart.next_field().await? {
            let Some(name) = field.name().map(str::to_owned) else {
                continue;
            };
            if name == "file" {
                let file = field.file_name().unwrap_or_default();
                sent.name = file.chars().take(LONGEST_NAME).collect();
                sent.bytes = field.bytes().await?.to_vec();
            } else {
                let value = field.text().await?;
                sent.fields.push(&name, value);
            }
        }
        Ok(sent)
    }
}
