//! Finding years in Japanese text.
//!
//! The text is first spread out into characters in their plain form (`５` → `5`, `㋿` → `令和`), each remembering where it
//! came from. A small reader then tries at each place whether a year starts there. So every spelling is recognised by
//! the same rules and the places found are places in the text as it was given.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use crate::{Era, FiscalYear, Wareki};

/// What sort of year a text speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum YearKind {
    /// Written with 年度 (or `FY`): a fiscal year.
    Fiscal,
    /// Written with 年: a calendar year, perhaps as part of a date. [`YearMention::year`] then holds its number only.
    Calendar,
    /// An era with a number and neither 年度 nor 年: `R5`, `H30`, as in headings of narrow columns (`R5実績`).
    Bare,
}

/// A year found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearMention {
    /// Where it stands: bytes of the text. `令和元年度（2019年度）` is one mention.
    pub range: Range<usize>,
    /// The fiscal year; for [`YearKind::Calendar`] the fiscal year of the same number.
    pub year: FiscalYear,
    /// Whether the text calls it a fiscal year.
    pub kind: YearKind,
}

/// What may follow a fiscal year without making it something else than a year.
const HARMLESS_ENDINGS: [&str; 6] = ["末", "当初", "中", "分", "の", "実績"];

/// A character in its plain form, and the bytes it came from.
struct Plain {
    character: char,
    start: usize,
    end: usize,
}

/// A year recognised at some place: where it ends (in plain characters), which year, which kind.
struct Hit {
    end: usize,
    year: i32,
    kind: YearKind,
}

pub(crate) fn find_all(text: &str) -> Vec<YearMention> {
    let plain = spread(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < plain.len() {
        let hit = year_with_twin(&plain, at);
        if let Some((hit, year)) = hit.and_then(|hit| Some((FiscalYear::new(hit.year).ok()?, hit)).map(|(y, h)| (h, y))) {
            found.push(YearMention { range: plain[at].start..plain[hit.end - 1].end, year, kind: hit.kind });
            at = hit.end;
        } else {
            at += 1;
        }
    }
    found
}

pub(crate) fn read(text: &str) -> Option<FiscalYear> {
    let text = text.trim();
    let plain = spread(text);
    let rest = |end: usize| plain[end..].iter().map(|plain| plain.character).filter(|c| !c.is_whitespace()).collect::<String>();
    if plain.is_empty() {
        return None;
    }
    let hit = year_with_twin(&plain, 0).or_else(|| {
        let (end, year) = western_digits(&plain, 0)?;
        Some(Hit { end, year, kind: YearKind::Bare })
    })?;
    let rest = rest(hit.end);
    let whole = match hit.kind {
        YearKind::Fiscal => rest.is_empty() || HARMLESS_ENDINGS.contains(&rest.as_str()),
        YearKind::Bare => rest.is_empty(),
        YearKind::Calendar => false,
    };
    if whole { FiscalYear::new(hit.year).ok() } else { None }
}

pub(crate) fn read_in(text: &str) -> Option<FiscalYear> {
    let mut years = find_all(text).into_iter().filter(|mention| mention.kind == YearKind::Fiscal).map(|mention| mention.year);
    let first = years.next()?;
    years.all(|year| year == first).then_some(first)
}

fn spread(text: &str) -> Vec<Plain> {
    text.char_indices()
        .flat_map(|(start, original)| {
            let end = start + original.len_utf8();
            std::iter::once(original).nfkc().map(move |character| Plain { character, start, end })
        })
        .collect()
}

/// A year, taking `（2019年度）` after `令和元年度` as the same mention when both mean the same year.
fn year_with_twin(plain: &[Plain], at: usize) -> Option<Hit> {
    let first = year(plain, at)?;
    let open = skip_blanks(plain, first.end);
    if character(plain, open) == Some('(')
        && let Some(second) = year(plain, skip_blanks(plain, open + 1))
        && second.year == first.year
        && let close = skip_blanks(plain, second.end)
        && character(plain, close) == Some(')')
    {
        return Some(Hit { end: close + 1, ..first });
    }
    Some(first)
}

fn year(plain: &[Plain], at: usize) -> Option<Hit> {
    let before = at.checked_sub(1).and_then(|before| character(plain, before));
    let after_word = before.is_some_and(|c| c.is_ascii_alphanumeric());
    let after_number = before.is_some_and(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '/' | '-'));
    if let Some((end, year)) = era_number(plain, at)
        && (!after_word || !character(plain, at)?.is_ascii_alphabetic())
    {
        if let Some(marked) = marker(plain, end) {
            return Some(Hit { year, ..marked });
        }
        let next = character(plain, end);
        let stands_alone = !next.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-' | '年'));
        return stands_alone.then_some(Hit { end, year, kind: YearKind::Bare });
    }
    if after_number {
        return None;
    }
    let (end, year) = western_digits(plain, at)?;
    marker(plain, end).map(|marked| Hit { year, ..marked })
}

/// 年度 or 年 after a number.
fn marker(plain: &[Plain], at: usize) -> Option<Hit> {
    let at = skip_blanks(plain, at);
    if character(plain, at) != Some('年') {
        return None;
    }
    let fiscal = character(plain, at + 1) == Some('度');
    Some(if fiscal { Hit { end: at + 2, year: 0, kind: YearKind::Fiscal } } else { Hit { end: at + 1, year: 0, kind: YearKind::Calendar } })
}

/// An era and a number in it: the end and the western year.
fn era_number(plain: &[Plain], at: usize) -> Option<(usize, i32)> {
    let (era, after) = Era::ALL.into_iter().find_map(|era| {
        let name_length = era.name().chars().count();
        if era.name().chars().enumerate().all(|(i, c)| character(plain, at + i) == Some(c)) {
            Some((era, at + name_length))
        } else if character(plain, at) == Some(era.letter()) {
            Some((era, at + 1))
        } else {
            None
        }
    })?;
    let number_at = skip_blanks(plain, after);
    if character(plain, number_at) == Some('元') {
        return Some((number_at + 1, era.first_year()));
    }
    let (end, number) = digits(plain, number_at, 3)?;
    let wareki = Wareki::new(era, number).ok()?;
    Some((end, wareki.western_year()))
}

/// Exactly four digits that make a year of our times.
fn western_digits(plain: &[Plain], at: usize) -> Option<(usize, i32)> {
    let (end, number) = digits(plain, at, 4)?;
    (end == at + 4 && (1868..=2199).contains(&number)).then_some((end, number))
}

/// One to `most` digits, not followed by another digit.
fn digits(plain: &[Plain], at: usize, most: usize) -> Option<(usize, i32)> {
    let mut end = at;
    let mut number = 0;
    while let Some(digit) = character(plain, end).and_then(|c| c.to_digit(10)) {
        number = number * 10 + i32::try_from(digit).ok()?;
        end += 1;
        if end - at > most {
            return None;
        }
    }
    (end > at).then_some((end, number))
}

fn skip_blanks(plain: &[Plain], mut at: usize) -> usize {
    while character(plain, at).is_some_and(char::is_whitespace) {
        at += 1;
    }
    at
}

fn character(plain: &[Plain], at: usize) -> Option<char> {
    plain.get(at).map(|plain| plain.character)
}
