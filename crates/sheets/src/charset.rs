use encoding_rs::{Encoding, SHIFT_JIS, UTF_16BE, UTF_16LE};

use crate::SheetError;

/// The charsets of text files that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Charset {
    /// UTF-8.
    Utf8,
    /// UTF-8 with a byte order mark, as Excel writes it.
    Utf8Bom,
    /// Windows-31J, the Japanese charset of Windows.
    Cp932,
    /// UTF-16 little endian with a byte order mark (Excel's "Unicode text").
    Utf16Le,
    /// UTF-16 big endian with a byte order mark.
    Utf16Be,
}

impl Charset {
    /// Its usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Bom => "UTF-8 (BOM)",
            Self::Cp932 => "CP932",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
        }
    }

    /// The length of its byte order mark, in bytes.
    pub(crate) fn mark(self) -> usize {
        match self {
            Self::Utf8Bom => 3,
            Self::Utf16Le | Self::Utf16Be => 2,
            Self::Utf8 | Self::Cp932 => 0,
        }
    }
}

/// Turns the bytes of a text file into text. UTF-8 is tried first, because text in another charset is almost never valid
/// UTF-8; then CP932. When neither fits, the error speaks of the one that goes further into the file.
pub(crate) fn decode(bytes: &[u8]) -> Result<(String, Charset), SheetError> {
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return wide(rest, UTF_16LE, Charset::Utf16Le);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return wide(rest, UTF_16BE, Charset::Utf16Be);
    }
    if let Some(byte) = bytes.iter().position(|byte| *byte == 0) {
        return Err(SheetError::NulByte {
            line: line_of(bytes, byte),
            byte: byte + 1,
        });
    }
    let (body, skipped, charset) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(body) => (body, 3, Charset::Utf8Bom),
        None => (bytes, 0, Charset::Utf8),
    };
    let wrong_in_utf8 = match std::str::from_utf8(body) {
        Ok(text) => return Ok((text.to_owned(), charset)),
        Err(error) => error.valid_up_to() + skipped,
    };
    let wrong_in_cp932 = match first_wrong(bytes, SHIFT_JIS) {
        None if charset == Charset::Utf8 => {
            let (text, _) = SHIFT_JIS.decode_without_bom_handling(bytes);
            return Ok((text.into_owned(), Charset::Cp932));
        }
        None => 0,
        Some(byte) => byte,
    };
    let (byte, name) = if wrong_in_cp932 > wrong_in_utf8 {
        (wrong_in_cp932, Charset::Cp932.name())
    } else {
        (wrong_in_utf8, Charset::Utf8.name())
    };
    Err(SheetError::Undecodable {
        line: line_of(bytes, byte),
        byte: byte + 1,
        charset: name,
    })
}

/// How many bytes can be decoded before the first that cannot; `None`: all.
fn first_wrong(bytes: &[u8], encoding: &'static Encoding) -> Option<usize> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut room = [0_u8; 4096];
    let mut at = 0;
    loop {
        let (result, read, _) =
            decoder.decode_to_utf8_without_replacement(&bytes[at..], &mut room, true);
        at += read;
        match result {
            encoding_rs::DecoderResult::InputEmpty => return None,
            encoding_rs::DecoderResult::OutputFull => {}
            encoding_rs::DecoderResult::Malformed(length, after) => {
                return Some(at.saturating_sub(usize::from(length) + usize::from(after)));
            }
        }
    }
}

fn wide(
    bytes: &[u8],
    encoding: &'static Encoding,
    charset: Charset,
) -> Result<(String, Charset), SheetError> {
    let undecodable = |byte: usize, line: u32| SheetError::Undecodable {
        line,
        byte: byte + 3,
        charset: charset.name(),
    };
    if bytes.len() % 2 == 1 {
        return Err(undecodable(bytes.len() - 1, 1));
    }
    if let Some(byte) = first_wrong(bytes, encoding) {
        return Err(undecodable(byte, 1));
    }
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    if let Some(at) = text.find('\0') {
        let line = u32::try_from(text[..at].matches('\n').count())
            .unwrap_or(u32::MAX)
            .saturating_add(1);
        return Err(SheetError::NulByte {
            line,
            byte: text[..at].encode_utf16().count() * 2 + 3,
        });
    }
    Ok((text.into_owned(), charset))
}

fn line_of(bytes: &[u8], byte: usize) -> u32 {
    let before = &bytes[..byte.min(bytes.len())];
    u32::try_from(before.split(|b| *b == b'\n').count()).unwrap_or(u32::MAX)
}
