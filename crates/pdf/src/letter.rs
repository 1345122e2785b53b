//! What the caller hands over to print a letter or another short official text.

use jiff::civil::Date;
use serde::Serialize;

/// A letter, notice or permit in the order usual for official letters in Japan: number and date at
/// the right, addressee at the left, sender at the right, title in the middle, then the body.
/// Empty fields leave no trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// ISO 639 code of the language: `ja`, `en`.
    pub language: String,
    /// The title, for example 「施設利用承認通知書」. Must not be empty.
    pub title: String,
    /// Number of the document, for example 「吹情第12号」; may be empty.
    pub number: String,
    /// The day written into the file's metadata.
    pub date: Date,
    /// The same day as the reader sees it, for example 「令和6年6月3日」; may be empty.
    pub date_text: String,
    /// The addressee's lines, with 様 or 御中 where it belongs.
    pub addressee: Vec<String>,
    /// The sender's lines.
    pub sender: Vec<String>,
    /// The body.
    pub parts: Vec<LetterPart>,
    /// A line at the foot of each page, for example whom to ask; may be empty.
    pub footer: String,
}

/// One part of a letter's body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum LetterPart {
    /// A heading.
    Heading {
        /// Its text.
        text: String,
    },
    /// A paragraph; each line of the text is one.
    Paragraph {
        /// Its text.
        text: String,
    },
    /// A line in the middle of the page, such as 「記」.
    Centred {
        /// Its text.
        text: String,
    },
    /// A line at the right edge, such as 「以上」.
    Closing {
        /// Its text.
        text: String,
    },
    /// Labels with their texts, as a ruled table.
    Details {
        /// The lines: label and text.
        rows: Vec<(String, String)>,
    },
    /// A ruled table with a head.
    Table {
        /// The heads of the columns. A table without columns is not printed.
        head: Vec<String>,
        /// The rows. A short row is filled with empty cells; cells past the last head are joined
        /// into the last cell, so that nothing is lost.
        rows: Vec<Vec<String>>,
    },
    /// A picture in the middle of the page, such as a QR code.
    Picture {
        /// The picture as SVG.
        svg: String,
        /// What it shows, in words, for those who do not see it.
        description: String,
    },
    /// A larger picture at the left edge, such as a photo of a place or a sketch of a way.
    Drawing {
        /// The picture as SVG; a photo is an `image` in it, with its bytes in the address.
        svg: String,
        /// What it shows, in words, for those who do not see it.
        description: String,
        /// Its width on the paper, at most 170 millimetres.
        millimetres: u8,
    },
}
