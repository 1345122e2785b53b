//! What a file is, from its first bytes and its inner structure, never from its name.

use std::io::Cursor;

use super::Refusal;
use crate::model::document::FileType;

/// The most parts an office document may have.
const MOST_PARTS: usize = 5_000;

/// The kind and the media type of a file. Pictures are looked at more closely when they are made anew.
pub(super) fn kind_of(sent: &[u8]) -> Result<(FileType, &'static str), Refusal> {
    if sent.starts_with(b"\xFF\xD8\xFF") {
        return Ok((FileType::Image, "image/jpeg"));
    }
    if sent.starts_with(b"\x89PNG\r\n\x1A\n") {
        return Ok((FileType::Image, "image/png"));
    }
    if sent.starts_with(b"RIFF") && sent.get(8..12) == Some(b"WEBP") {
        return Ok((FileType::Image, "image/webp"));
    }
    if sent.starts_with(b"%PDF-") {
        return pdf(sent);
    }
    if sent.starts_with(b"PK\x03\x04") {
        return office(sent);
    }
    if sent.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        // The old container: a new document with a password, or an old document.
        let marker: Vec<u8> = "EncryptedPackage"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        return Err(if contains(sent, &marker) {
            Refusal::Protected
        } else {
            Refusal::Type
        });
    }
    text(sent)
}

fn contains(sent: &[u8], wanted: &[u8]) -> bool {
    sent.windows(wanted.len()).any(|window| window == wanted)
}

fn pdf(sent: &[u8]) -> Result<(FileType, &'static str), Refusal> {
    let end = &sent[sent.len().saturating_sub(2_048)..];
    if !contains(end, b"%%EOF") {
        return Err(Refusal::Damaged);
    }
    // The trailer, or the dictionary of the cross-reference stream, names the encryption; both stand uncompressed.
    if contains(sent, b"/Encrypt ") || contains(sent, b"/Encrypt<<") {
        return Err(Refusal::Protected);
    }
    Ok((FileType::Pdf, "application/pdf"))
}

fn office(sent: &[u8]) -> Result<(FileType, &'static str), Refusal> {
    // The list of parts is read; nothing is unpacked.
    let archive = zip::ZipArchive::new(Cursor::new(sent)).map_err(|_| Refusal::Damaged)?;
    if archive.len() > MOST_PARTS {
        return Err(Refusal::Type);
    }
    let has = |name: &str| archive.file_names().any(|part| part == name);
    let macros = archive
        .file_names()
        .any(|part| part.to_ascii_lowercase().ends_with("vbaproject.bin"));
    if macros || !has("[Content_Types].xml") {
        return Err(Refusal::Type);
    }
    if has("xl/workbook.xml") {
        return Ok((
            FileType::Sheet,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ));
    }
    if has("word/document.xml") {
        return Ok((
            FileType::Document,
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ));
    }
    Err(Refusal::Type)
}

/// Text in UTF-8 or Shift_JIS with commas or tabs in its first line is CSV; anything with a leading `<` (HTML, SVG) is not.
fn text(sent: &[u8]) -> Result<(FileType, &'static str), Refusal> {
    let (decoded, broken) = match std::str::from_utf8(sent) {
        Ok(text) => (std::borrow::Cow::Borrowed(text), false),
        Err(_) => encoding_rs::SHIFT_JIS.decode_without_bom_handling(sent),
    };
    let control = decoded
        .chars()
        .any(|character| character.is_control() && !matches!(character, '\n' | '\r' | '\t'));
    let start = decoded.trim_start_matches('\u{FEFF}').trim_start();
    let columns = start
        .lines()
        .next()
        .is_some_and(|line| line.contains([',', '\t']));
    if broken || control || start.starts_with('<') || !columns {
        return Err(Refusal::Type);
    }
    Ok((FileType::Sheet, "text/csv"))
}
