//! Files that strangers send: what they are is found from their content, pictures are made anew, and a virus scanner may be asked.

mod clamd;
mod content;
mod covering;
mod images;
pub mod scanner;

pub use clamd::{ClamAddress, NotAnAddress, ScanError, Verdict, scan};
pub use covering::{MOST_PARTS, NoPart, PicturePart, covered};

use crate::message::{Message, MessageValue};
use crate::model::document::{FileType, Text};

/// A file that may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// What it is: `image/jpeg`, `image/png`, `application/pdf`…
    pub media_type: &'static str,
    /// The content to keep. A picture's is not what was sent, but the same picture without anything hidden in it.
    pub content: Vec<u8>,
}

/// Why a file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Nothing in it.
    Empty,
    /// Larger than allowed.
    TooLarge,
    /// Not of a kind that is asked for.
    Type,
    /// It begins like a file of its kind but is not one.
    Damaged,
    /// Protected by a password.
    Protected,
    /// A picture with more pixels than is sensible.
    TooManyPixels,
    /// The virus scanner found something in it.
    Virus,
    /// The virus scanner gave no verdict.
    NotScanned,
}

/// A small picture, to be printed or shown beside others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallPicture {
    /// A JPEG file.
    pub jpeg: Vec<u8>,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// A picture with at most so many pixels on its longer side, as JPEG. Takes up to a second of processor time: call it where it may block.
///
/// # Errors
/// When it is no picture.
pub fn smaller(picture: &[u8], longest: u32) -> Result<SmallPicture, Refusal> {
    let (picture, _) = images::decoded(picture)?;
    let small = if picture.width().max(picture.height()) > longest {
        picture.thumbnail(longest, longest)
    } else {
        picture
    };
    let (width, height) = (small.width(), small.height());
    let jpeg = images::encoded(small, false)?.content;
    Ok(SmallPicture {
        jpeg,
        width,
        height,
    })
}

/// Finds out what a file is, whatever it is called, and makes it safe to keep. Takes up to a second of processor time for a large picture:
/// call it where it may block.
///
/// # Errors
/// Why it cannot be taken.
pub fn examine(sent: &[u8], accept: &[FileType], max_mib: u32) -> Result<Examined, Refusal> {
    let most = u64::from(max_mib) * 1024 * 1024;
    if sent.is_empty() {
        return Err(Refusal::Empty);
    }
    if u64::try_from(sent.len()).unwrap_or(u64::MAX) > most {
        return Err(Refusal::TooLarge);
    }
    let (kind, media_type) = content::kind_of(sent)?;
    if !accept.contains(&kind) {
        return Err(Refusal::Type);
    }
    match kind {
        FileType::Image => images::made_anew(sent),
        FileType::Pdf | FileType::Sheet | FileType::Document => Ok(Examined {
            media_type,
            content: sent.to_vec(),
        }),
    }
}

impl Refusal {
    /// What the sender reads, for a file called `name` in a field with these limits.
    pub fn message(self, name: &str, accept: &[FileType], max_mib: u32) -> Message {
        let text = |id| Message::new(id).text("name", shortened(name));
        match self {
            Self::Empty => text("forms-file-empty"),
            Self::TooLarge => text("forms-file-too-large").number("mib", max_mib),
            Self::Type => {
                let Message::Known { id, mut values } = text("forms-file-type") else {
                    return text("forms-file-type");
                };
                values.push(("kinds", MessageValue::Translated(kinds(accept))));
                Message::Known { id, values }
            }
            Self::Damaged => text("forms-file-damaged"),
            Self::Protected => text("forms-file-protected"),
            Self::TooManyPixels => text("forms-file-image-large"),
            Self::Virus => text("forms-file-virus"),
            Self::NotScanned => text("forms-file-scan-unavailable"),
        }
    }
}

/// The kinds that are accepted, in words.
fn kinds(accept: &[FileType]) -> Text {
    let joined = |language, comma: &str| {
        accept
            .iter()
            .map(|kind| crate::WORDS.words(language).get(kind_text(*kind)))
            .collect::<Vec<_>>()
            .join(comma)
    };
    Text {
        ja: joined(yakuba_ui::Language::Japanese, "、"),
        easy: Some(joined(yakuba_ui::Language::EasyJapanese, "、")),
        en: Some(joined(yakuba_ui::Language::English, ", ")),
    }
}

fn kind_text(kind: FileType) -> &'static str {
    match kind {
        FileType::Image => "forms-file-kind-image",
        FileType::Pdf => "forms-file-kind-pdf",
        FileType::Sheet => "forms-file-kind-sheet",
        FileType::Document => "forms-file-kind-document",
    }
}

/// The endings of the names of such files, for the browser's choice of files.
pub(crate) fn extensions(accept: &[FileType]) -> String {
    accept
        .iter()
        .map(|kind| match kind {
            FileType::Image => ".jpg,.jpeg,.png,.webp",
            FileType::Pdf => ".pdf",
            FileType::Sheet => ".xlsx,.csv",
            FileType::Document => ".docx",
        })
        .collect::<Vec<_>>()
        .join(",")
}

/// A file's name as it may be kept and shown: its last part, without control characters and what names of paths are made of, at most 100
/// characters.
pub fn shortened(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last
        .chars()
        .filter(|character| {
            // Marks of direction could make exe.jpg of gpj.exe.
            !character.is_control()
                && !matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
        })
        .collect();
    let plain = plain.trim();
    let length = plain.chars().count();
    if length <= 100 {
        return plain.to_owned();
    }
    // The end says what kind of file it is.
    plain.chars().skip(length - 100).collect()
}
