use encoding_rs::{
    DecoderResult, EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE,
};

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
    /// EUC-JP, the Japanese charset of Unix.
    EucJp,
    /// ISO-2022-JP, the Japanese charset of mail ("JIS").
    Iso2022Jp,
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
            Self::EucJp => "EUC-JP",
            Self::Iso2022Jp => "ISO-2022-JP",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
        }
    }

    /// The length of its byte order mark, in bytes.
    pub(crate) fn mark(self) -> usize {
        match self {
            Self::Utf8Bom => 3,
            Self::Utf16Le | Self::Utf16Be => 2,
            Self::Utf8 | Self::Cp932 | Self::EucJp | Self::Iso2022Jp => 0,
        }
    }

    /// Its decoder's description.
    pub(crate) fn encoding(self) -> &'static Encoding {
        match self {
            Self::Utf8 | Self::Utf8Bom => UTF_8,
            Self::Cp932 => SHIFT_JIS,
            Self::EucJp => EUC_JP,
            Self::Iso2022Jp => ISO_2022_JP,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
        }
    }
}

/// So many bytes of a text in memory are looked at together.
const AT_ONCE: usize = 1 << 20;

/// Turns the bytes of a text file into text, in the charset that an [`Examination`] finds.
pub(crate) fn decode(bytes: &[u8]) -> Result<(String, Charset), SheetError> {
    let mut examination = Examination::default();
    for part in bytes.chunks(AT_ONCE) {
        examination.part(part, false)?;
        if examination.is_hopeless() {
            break;
        }
    }
    examination.part(&[], true)?;
    let charset = examination.verdict()?;
    let (text, _) = charset
        .encoding()
        .decode_without_bom_handling(&bytes[charset.mark()..]);
    Ok((text.into_owned(), charset))
}

/// Looks a file through, part by part, for the charset in which all of it is text. A byte order mark decides. Without one, text that
/// names other sets of characters by escape sequences is ISO-2022-JP, and what is UTF-8 is UTF-8, because text in another charset
/// almost never is. What is left is CP932 or EUC-JP: nearly always only one of the two fits. Where both do, it is EUC-JP when the words
/// in CP932 could not be written by anybody, and otherwise nothing decides: the file is refused.
#[derive(Default)]
pub(crate) struct Examination {
    candidates: Vec<Candidate>,
    escapes: Escapes,
    narrow: NarrowKana,
    /// How many bytes were looked at, and the line on which the next one stands; none before the first.
    at: usize,
    line: Option<u32>,
    room: String,
}

/// A charset that the file may have as far as it was read.
struct Candidate {
    charset: Charset,
    decoder: encoding_rs::Decoder,
    /// Line and byte, from 1, of what speaks against it.
    wrong: Option<(u32, usize)>,
}

impl Candidate {
    fn new(charset: Charset) -> Self {
        Self {
            charset,
            decoder: charset.encoding().new_decoder_without_bom_handling(),
            wrong: None,
        }
    }
}

impl Examination {
    /// Looks at the next bytes of the file. The first part must hold the whole byte order mark.
    ///
    /// # Errors
    /// [`SheetError::NulByte`].
    pub(crate) fn part(&mut self, part: &[u8], is_last: bool) -> Result<(), SheetError> {
        let line = self.line.unwrap_or(1);
        let mut skipped = 0;
        if self.at == 0 {
            let charsets: &[Charset] = match part {
                [] => return Ok(()),
                [0xff, 0xfe, ..] => &[Charset::Utf16Le],
                [0xfe, 0xff, ..] => &[Charset::Utf16Be],
                [0xef, 0xbb, 0xbf, ..] => &[Charset::Utf8Bom],
                _ => &[Charset::Utf8, Charset::Cp932, Charset::EucJp],
            };
            skipped = charsets[0].mark();
            self.candidates = charsets.iter().copied().map(Candidate::new).collect();
        }
        self.look_for_escapes(part);
        let is_wide = self.fits(Charset::Utf16Le) || self.fits(Charset::Utf16Be);
        if !is_wide && let Some(nul) = part.iter().position(|byte| *byte == 0) {
            return Err(SheetError::NulByte {
                line: line.saturating_add(breaks(&part[..nul])),
                byte: self.at + nul + 1,
            });
        }
        // Only while both fit do the words in CP932 matter.
        let is_open = self.fits(Charset::Cp932) && self.fits(Charset::EucJp);
        for candidate in self
            .candidates
            .iter_mut()
            .filter(|candidate| candidate.wrong.is_none())
        {
            let room = &mut self.room;
            room.clear();
            let most = candidate
                .decoder
                .max_utf8_buffer_length_without_replacement(part.len());
            room.reserve(most.unwrap_or(part.len() * 4));
            let (result, read) = candidate.decoder.decode_to_string_without_replacement(
                &part[skipped..],
                room,
                is_last,
            );
            if is_wide && let Some(nul) = room.find('\0') {
                return Err(SheetError::NulByte {
                    line: line.saturating_add(breaks(&room.as_bytes()[..nul])),
                    byte: self.at + skipped + room[..nul].encode_utf16().count() * 2 + 1,
                });
            }
            if let DecoderResult::Malformed(length, after) = result {
                let wrong =
                    (skipped + read).saturating_sub(usize::from(length) + usize::from(after));
                candidate.wrong = Some((
                    line.saturating_add(breaks(&part[..wrong.min(part.len())])),
                    self.at + wrong + 1,
                ));
            }
            if is_open && candidate.charset == Charset::Cp932 {
                self.narrow.read(room);
            }
        }
        self.at += part.len();
        self.line = Some(line.saturating_add(breaks(part)));
        Ok(())
    }

    /// Escape sequences may begin with the first part that holds their sign; what was before is the same in every charset.
    fn look_for_escapes(&mut self, part: &[u8]) {
        let was_seven_bit = self.escapes.is_seven_bit();
        self.escapes.read(part);
        let is_candidate = self
            .candidates
            .iter()
            .any(|candidate| candidate.charset == Charset::Iso2022Jp);
        if was_seven_bit && part.contains(&ESCAPE) && !is_candidate && self.fits(Charset::Utf8) {
            self.candidates.push(Candidate::new(Charset::Iso2022Jp));
        }
    }

    fn fits(&self, charset: Charset) -> bool {
        self.candidates
            .iter()
            .any(|candidate| candidate.charset == charset && candidate.wrong.is_none())
    }

    /// Whether no charset fits any more.
    pub(crate) fn is_hopeless(&self) -> bool {
        self.candidates
            .iter()
            .all(|candidate| candidate.wrong.is_some())
    }

    /// The charset of what was looked at.
    ///
    /// # Errors
    /// [`SheetError::Empty`]; [`SheetError::Undecodable`] about the charset that goes furthest into the file;
    /// [`SheetError::SeveralCharsets`].
    pub(crate) fn verdict(&self) -> Result<Charset, SheetError> {
        let is_mail = self.escapes.are_there() && self.escapes.is_seven_bit();
        let able = |candidate: &&Candidate| !is_mail || candidate.charset == Charset::Iso2022Jp;
        let right: Vec<Charset> = self
            .candidates
            .iter()
            .filter(able)
            .filter(|candidate| candidate.wrong.is_none())
            .map(|candidate| candidate.charset)
            // Without sequences there is nothing that ISO-2022-JP would say differently.
            .filter(|charset| is_mail || *charset != Charset::Iso2022Jp)
            .collect();
        match right[..] {
            [Charset::Cp932, Charset::EucJp] if self.narrow.is_impossible => Ok(Charset::EucJp),
            [Charset::Cp932, Charset::EucJp] => Err(SheetError::SeveralCharsets {
                one: Charset::Cp932.name(),
                other: Charset::EucJp.name(),
            }),
            [first, ..] => Ok(first),
            [] => {
                let furthest = self
                    .candidates
                    .iter()
                    .filter(able)
                    .filter_map(|candidate| Some((candidate.wrong?, candidate.charset)))
                    .max_by_key(|((_, byte), charset)| (*byte, *charset == Charset::Utf8));
                Err(match furthest {
                    Some(((line, byte), charset)) => SheetError::Undecodable {
                        line,
                        byte,
                        charset: charset.name(),
                    },
                    None => SheetError::Empty,
                })
            }
        }
    }
}

/// How many lines end in some bytes.
fn breaks(bytes: &[u8]) -> u32 {
    let lines = bytes.split(|byte| *byte == b'\n').count();
    u32::try_from(lines.saturating_sub(1)).unwrap_or(u32::MAX)
}

/// The sign that begins an escape sequence.
const ESCAPE: u8 = 0x1b;

/// Whether there are the escape sequences of ISO-2022-JP, and nothing that it does not have.
#[derive(Default)]
struct Escapes {
    /// The last two bytes.
    last: [u8; 2],
    are_there: bool,
    has_eighth_bit: bool,
}

impl Escapes {
    fn read(&mut self, part: &[u8]) {
        self.has_eighth_bit |= !part.is_ascii();
        if self.has_eighth_bit || self.are_there {
            return;
        }
        if self.last.contains(&ESCAPE) || part.contains(&ESCAPE) {
            for byte in part {
                let [first, second] = self.last;
                self.are_there |= first == ESCAPE
                    && matches!((second, *byte), (b'$', b'@' | b'B') | (b'(', b'J' | b'I'));
                self.last = [second, *byte];
            }
        } else if let [.., first, second] = part {
            self.last = [*first, *second];
        } else if let [one] = part {
            self.last = [self.last[1], *one];
        }
    }

    fn are_there(&self) -> bool {
        self.are_there
    }

    fn is_seven_bit(&self) -> bool {
        !self.has_eighth_bit
    }
}

/// Whether words of half-width kana can be written so. A voicing mark stands behind the few kana that take it, and neither a long
/// vowel nor a small kana begins a cell.
#[derive(Default)]
struct NarrowKana {
    last: Option<char>,
    is_impossible: bool,
}

impl NarrowKana {
    fn read(&mut self, text: &str) {
        for sign in text.chars() {
            let takes_mark = matches!(self.last, Some('ｳ' | 'ｶ'..='ﾄ' | 'ﾊ'..='ﾎ'));
            let takes_half_mark = matches!(self.last, Some('ﾊ'..='ﾎ'));
            let is_first = matches!(self.last, None | Some(',' | '\t' | '\n' | '\r' | '"'));
            self.is_impossible |= match sign {
                'ﾞ' => !takes_mark,
                'ﾟ' => !takes_half_mark,
                'ｧ'..='ｰ' => is_first,
                _ => false,
            };
            self.last = Some(sign);
        }
    }
}
