//! Finding years in Japanese text.
//!
//! The text is first spread out into plain characters, each remembering where it came from ([`plain`]). A small reader
//! then tries at each place whether a year starts there. So every spelling is recognised by the same rules, and the
//! places found are places in the text as it was given.

mod dates;
mod plain;
#[cfg(test)]
mod tests;

use std::ops::{Range, RangeInclusive};

use crate::{Era, FiscalYear, Wareki};
pub(crate) use dates::read_date;
use plain::PlainText;

/// What sort of year a text speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum YearKind {
    /// Written with 年度 (or `FY`): a fiscal year.
    Fiscal,
    /// Written with 年: a calendar year, perhaps as part of a date. [`YearMention::year`] then holds its number only.
    Calendar,
    /// An era with a number and neither 年度 nor 年: `R5`, `H30`, as in the headings of narrow columns (`R5実績`). In plans
    /// it nearly always means the fiscal year.
    Bare,
}

/// A year found in a text by [`FiscalYear::find_all`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearMention {
    /// Where it stands: bytes of the text. `令和元年度（2019年度）` is one mention.
    pub range: Range<usize>,
    /// The fiscal year; for [`YearKind::Calendar`] the fiscal year of the same number.
    pub year: FiscalYear,
    /// Whether the text calls it a fiscal year.
    pub kind: YearKind,
}

/// What may follow a fiscal year that stands alone, without making it something else than that year.
const HARMLESS_ENDINGS: [&str; 5] = ["末", "末時点", "当初", "中", "分"];

/// Signs and words between the first and the last year of a span. 年 without 度 is carried over only these.
const SPANS: [&str; 9] = ["~", "〜", "-", "–", "—", "―", "−", "‐", "から"];

/// Signs and words between years that are named one after another.
const LISTS: [&str; 6] = ["・", "、", ",", "/", "及び", "と"];

const OPENING: [char; 4] = ['(', '[', '〔', '【'];
const CLOSING: [char; 4] = [')', ']', '〕', '】'];

/// How the year was counted, which a following number may take over (`令和3～5年度`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Count {
    Era(Era),
    /// An era named by its letter alone.
    Letter(Era),
    Western,
}

/// The number of a year, without 年度 or 年.
#[derive(Clone, Copy)]
struct Number {
    end: usize,
    year: i32,
    count: Count,
}

/// A year recognised at some place.
#[derive(Clone, Copy)]
struct Hit {
    end: usize,
    year: FiscalYear,
    kind: YearKind,
    count: Count,
}

pub(crate) fn find_all(text: &str) -> Vec<YearMention> {
    let text = PlainText::new(text);
    let mut found = Vec::new();
    let mut place = 0;
    while place < text.len() {
        let Some(mut hit) = year(&text, place) else {
            place += 1;
            continue;
        };
        loop {
            found.push(YearMention {
                range: text.bytes(place..hit.end),
                year: hit.year,
                kind: hit.kind,
            });
            place = hit.end;
            let Some((next_place, next)) = carried_year(&text, hit) else {
                break;
            };
            (place, hit) = (next_place, next);
        }
    }
    found
}

pub(crate) fn read(text: &str) -> Option<FiscalYear> {
    let text = strip_brackets(text.trim());
    let upper;
    // `r5` and `h30` are typed in a hurry; inside longer text a small letter is no era.
    let text = if text.starts_with(|c: char| c.is_ascii_lowercase()) {
        upper = text.to_ascii_uppercase();
        &upper
    } else {
        text
    };
    let text = PlainText::new(text);
    if let Some(hit) = year(&text, 0) {
        let rest = text.rest(hit.end);
        let whole = match hit.kind {
            YearKind::Fiscal => rest.is_empty() || HARMLESS_ENDINGS.contains(&rest.as_str()),
            YearKind::Bare => rest.is_empty(),
            YearKind::Calendar => false,
        };
        return whole.then_some(hit.year);
    }
    // A number alone, or with its twin: `2023`, `R5 (2023)`.
    let number = with_twin_number(&text, number(&text, 0)?);
    let is_year = text.rest(number.end).is_empty()
        && (number.count == Count::Western || is_plausible_alone(number));
    if is_year {
        FiscalYear::new(number.year).ok()
    } else {
        None
    }
}

pub(crate) fn read_in(text: &str) -> Option<FiscalYear> {
    let mut years = find_all(text)
        .into_iter()
        .filter(|mention| mention.kind == YearKind::Fiscal)
        .map(|mention| mention.year);
    let first = years.next()?;
    years.all(|year| year == first).then_some(first)
}

/// `（令和5年度）` → `令和5年度`.
fn strip_brackets(text: &str) -> &str {
    [
        ('（', '）'),
        ('(', ')'),
        ('【', '】'),
        ('［', '］'),
        ('[', ']'),
        ('〔', '〕'),
    ]
    .into_iter()
    .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close))
    .map_or(text, str::trim)
}

/// A year with its mark, taking `（2019年度）` after `令和元年度` into the same mention when both mean the same year.
fn year(text: &PlainText, place: usize) -> Option<Hit> {
    let hit = single_year(text, place)?;
    let twin = text
        .one_of(text.skip_blanks(hit.end), &OPENING)
        .map(|inside| text.skip_blanks(inside))
        .and_then(|inside| {
            single_year(text, inside)
                .map(|twin| (twin.year, twin.end))
                .or_else(|| bare_twin(text, inside))
        })
        .filter(|(year, _)| *year == hit.year)
        .and_then(|(_, end)| text.one_of(text.skip_blanks(end), &CLOSING));
    Some(twin.map_or(hit, |end| Hit { end, ..hit }))
}

/// `2023` in `令和5年度（2023）`.
fn bare_twin(text: &PlainText, place: usize) -> Option<(FiscalYear, usize)> {
    let number = number(text, place)?;
    Some((FiscalYear::new(number.year).ok()?, number.end))
}

fn single_year(text: &PlainText, place: usize) -> Option<Hit> {
    if let Some(hit) = fy(text, place) {
        return Some(hit);
    }
    let before = text.before(place);
    let first = text.at(place)?;
    if first.is_ascii_alphabetic() && before.is_some_and(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    if is_numeral(first) && before.is_some_and(|c| is_numeral(c) || matches!(c, '.' | ',')) {
        return None;
    }
    let number = number(text, place)?;
    let twin = with_twin_number(text, number);
    let marked = mark(text, twin.end).map(|mark| (twin, mark)).or_else(|| {
        let kind = kind_at_end_of_span(text, number)?;
        Some((number, (number.end, kind)))
    });
    if let Some((number, (end, kind))) = marked {
        return Some(Hit {
            end,
            kind,
            year: FiscalYear::new(number.year).ok()?,
            count: number.count,
        });
    }
    if !stands_alone(text, number) {
        return None;
    }
    Some(Hit {
        end: number.end,
        kind: YearKind::Bare,
        year: FiscalYear::new(number.year).ok()?,
        count: number.count,
    })
}

/// `FY2023`, `FY 23`.
fn fy(text: &PlainText, place: usize) -> Option<Hit> {
    if text
        .before(place)
        .is_some_and(|c| c.is_ascii_alphanumeric())
        || text.at(place) != Some('F')
        || text.at(place + 1) != Some('Y')
    {
        return None;
    }
    let (end, number) = text.number(text.skip_blanks(place + 2), 4)?;
    let year = if number < 100 { 2000 + number } else { number };
    // `FY2023年度` is said as well.
    let end = mark(text, end).map_or(end, |(end, _)| end);
    (!text.at(end).is_some_and(|c| c.is_ascii_alphanumeric()))
        .then(|| FiscalYear::new(year).ok())
        .flatten()
        .map(|year| Hit {
            end,
            year,
            kind: YearKind::Fiscal,
            count: Count::Western,
        })
}

/// 年度 or 年 after a number: the place after it and what it means.
fn mark(text: &PlainText, place: usize) -> Option<(usize, YearKind)> {
    let place = text.skip_blanks(place);
    if let Some(end) = text.word(place, "年度") {
        return Some((end, YearKind::Fiscal));
    }
    let end = text.word(place, "年")?;
    // 5年間 is a duration, 5年目 a position, 2020年代 a decade.
    (!matches!(text.at(end), Some('間' | '目' | '代'))).then_some((end, YearKind::Calendar))
}

/// The years that four digits can be: from the first of the eras on. Others are numbers of something else.
const WESTERN_YEARS: RangeInclusive<i32> = 1868..=2199;

/// The number of a year at a place: of an era, or four digits.
fn number(text: &PlainText, place: usize) -> Option<Number> {
    era_number(text, place).or_else(|| {
        let (end, year) = text.number(place, 4)?;
        WESTERN_YEARS.contains(&year).then_some(Number {
            end,
            year,
            count: Count::Western,
        })
    })
}

fn era_number(text: &PlainText, place: usize) -> Option<Number> {
    let (count, era, after) = Era::ALL.into_iter().find_map(|era| {
        let by_name = text
            .word(place, era.name())
            .map(|after| (Count::Era(era), era, after));
        by_name.or_else(|| {
            let after = text.one_of(place, &[era.letter()])?;
            // `R.5`, `H.30`
            Some((
                Count::Letter(era),
                era,
                text.one_of(after, &['.']).unwrap_or(after),
            ))
        })
    })?;
    let digits_at = text.skip_blanks(after);
    let (end, year) = text
        .one_of(digits_at, &['元'])
        .map(|end| (end, 1))
        .or_else(|| text.number(digits_at, 3))?;
    let year = Wareki::new(era, year).ok()?.western_year();
    Some(Number { end, year, count })
}

/// `（2023）` in `令和5（2023）年度`, and `・令和元` in `平成31・令和元年度`: another name of the same year before its mark.
fn with_twin_number(text: &PlainText, number: Number) -> Number {
    let place = text.skip_blanks(number.end);
    let same = |place: usize| {
        let twin = self::number(text, text.skip_blanks(place))?;
        (twin.year == number.year).then_some(twin.end)
    };
    let bracketed = text
        .one_of(place, &OPENING)
        .and_then(same)
        .and_then(|end| text.one_of(text.skip_blanks(end), &CLOSING));
    let joined = || text.one_of(place, &['・', '/']).and_then(same);
    bracketed
        .or_else(joined)
        .map_or(number, |end| Number { end, ..number })
}

/// The mark that `令和3` takes from the end of `令和3～5年度`.
fn kind_at_end_of_span(text: &PlainText, first: Number) -> Option<YearKind> {
    let (place, is_span) = connector(text, first.end)?;
    let last = number(text, place).or_else(|| continued_number(text, place, first.count))?;
    let last = with_twin_number(text, last);
    // Years must rise, which also bounds how many are followed.
    if last.year <= first.year {
        return None;
    }
    let kind = mark(text, last.end)
        .map(|(_, kind)| kind)
        .or_else(|| kind_at_end_of_span(text, last))?;
    (is_span || kind == YearKind::Fiscal).then_some(kind)
}

/// The year after `hit` that is counted in the same way without saying so: `5年度` in `令和3～5年度` or `令和3年度、5年度`.
fn carried_year(text: &PlainText, hit: Hit) -> Option<(usize, Hit)> {
    let (place, is_span) = connector(text, hit.end)?;
    let number = with_twin_number(text, continued_number(text, place, hit.count)?);
    let (end, kind) = mark(text, number.end)
        .or_else(|| Some((number.end, kind_at_end_of_span(text, number)?)))?;
    let year = FiscalYear::new(number.year).ok()?;
    (year > hit.year && kind == hit.kind && (is_span || kind == YearKind::Fiscal)).then_some((
        place,
        Hit {
            end,
            year,
            kind,
            count: hit.count,
        },
    ))
}

fn continued_number(text: &PlainText, place: usize, count: Count) -> Option<Number> {
    let (end, number) = text.number(place, 3)?;
    let year = match count {
        Count::Era(era) | Count::Letter(era) => Wareki::new(era, number).ok()?.western_year(),
        Count::Western => return None,
    };
    Some(Number { end, year, count })
}

/// The place after a sign that joins two years, and whether it makes a span.
fn connector(text: &PlainText, place: usize) -> Option<(usize, bool)> {
    let place = text.skip_blanks(place);
    let span = SPANS
        .iter()
        .find_map(|sign| text.word(place, sign))
        .map(|end| (end, true));
    let (end, is_span) = span.or_else(|| {
        LISTS
            .iter()
            .find_map(|sign| text.word(place, sign))
            .map(|end| (end, false))
    })?;
    Some((text.skip_blanks(end), is_span))
}

/// `R5` as a heading; not `R5.4.1`, `R5-2` or `H2O`.
fn stands_alone(text: &PlainText, number: Number) -> bool {
    let next = text.at(number.end);
    let continues = next.is_some_and(|c| c.is_ascii_alphanumeric() || is_numeral(c) || c == '年');
    let separated =
        matches!(next, Some('.' | '/' | '-')) && era_number(text, number.end + 1).is_none();
    let is_letter_long_gone = matches!(number.count, Count::Letter(Era::Showa));
    is_plausible_alone(number) && !is_letter_long_gone && !continues && !separated
}

/// Whether an era and a number mean a year even without 年度 or 年. `S3`, `M5` and `T2` are mostly other things; `H37` is a
/// year that plans from before 2019 hold.
fn is_plausible_alone(number: Number) -> bool {
    match number.count {
        Count::Western | Count::Letter(Era::Meiji | Era::Taisho) => false,
        Count::Era(_) => true,
        Count::Letter(Era::Showa) => number.year >= 1935,
        Count::Letter(Era::Heisei) => number.year <= 2028,
        Count::Letter(Era::Reiwa) => number.year <= 2068,
    }
}

fn is_numeral(character: char) -> bool {
    character.is_ascii_digit() || "〇一二三四五六七八九十百".contains(character)
}
