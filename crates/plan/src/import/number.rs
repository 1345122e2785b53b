//! Reading the numbers of a figure cell with everything that stands beside them.
//!
//! A cell is walked once from left to right. What stands before a number up to the previous number is its *lead* (a name,
//! or prose); what stands after it is its unit, then words that qualify it. A note from ※ to the end belongs to the last
//! number. Digits that are part of a year, a date, an ordinal or a word (`R3`, `第58条`, `24時`) are no figures.

mod unit;

use rust_decimal::Decimal;
use yakuba_kernel::FiscalYear;

use super::cell::without_html;

/// One number found in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The words before it, split at blanks, as they stand.
    pub(super) lead: Vec<String>,
    /// The circled digit at the head of the lead.
    pub(super) circled: Option<char>,
    /// Its value.
    pub(super) value: Decimal,
    /// The unit right after it.
    pub(super) unit: Option<String>,
    /// Words that qualify it, as they stand and in order.
    pub(super) qualifiers: Vec<String>,
    /// Whether it is called a total (計, 合計).
    pub(super) total: bool,
    /// Text after it that is neither unit nor known qualifier; it is among the qualifiers too.
    pub(super) left_over: Option<String>,
}

/// A cell walked through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Scan {
    /// The numbers in order.
    pub(super) found: Vec<Found>,
    /// The note from ※ to the end, as it stands.
    pub(super) note: Option<String>,
    /// Whether the cell carries a bare note mark (`※` or `[※]`), whose text stands elsewhere.
    pub(super) bare_mark: bool,
}

const AFTER: [&str; 11] = [
    "以内", "以下", "以上", "未満", "程度", "前後", "超", "余り", "余", "強", "弱",
];
const BEFORE: [&str; 14] = [
    "約",
    "およそ",
    "延べ",
    "のべ",
    "概ね",
    "おおむね",
    "ほぼ",
    "合計",
    "総計",
    "小計",
    "計",
    "最大",
    "累計",
    "平均",
];

/// Longer texts are prose without a figure, and a file made to do harm may have them.
const LONGEST_CELL: usize = 4_000;

/// Walks through a cell.
pub(super) fn scan(raw: &str) -> Scan {
    let text = without_html(raw).replace(['\n', '\t'], " ");
    if text.chars().count() > LONGEST_CELL {
        return Scan::default();
    }
    Walker::new(&text).walk()
}

struct Walker {
    original: Vec<char>,
    folded: Vec<char>,
    /// End of the year mention that starts at a character.
    years: Vec<Option<usize>>,
    scan: Scan,
    lead: Vec<String>,
    word: String,
    circled: Option<char>,
    pending: Vec<String>,
}

impl Walker {
    fn new(text: &str) -> Self {
        let original: Vec<char> = text.chars().collect();
        let folded: Vec<char> = original.iter().map(|character| fold(*character)).collect();
        let mut years = vec![None; original.len() + 1];
        let place = |byte: usize| text[..byte].chars().count();
        for mention in FiscalYear::find_all(text) {
            years[place(mention.range.start)] = Some(place(mention.range.end));
        }
        Self {
            original,
            folded,
            years,
            scan: Scan::default(),
            lead: Vec::new(),
            word: String::new(),
            circled: None,
            pending: Vec::new(),
        }
    }

    fn walk(mut self) -> Scan {
        let mut at = 0;
        while at < self.folded.len() {
            at = self.step(at);
        }
        self.end_word();
        let rest = std::mem::take(&mut self.lead);
        let words = rest.join(" ");
        if let Some(last) = self.scan.found.last_mut() {
            // what follows the last number qualifies it, but nobody knows how
            if words.chars().any(char::is_alphanumeric) {
                last.left_over = Some(words.clone());
                last.qualifiers.push(words);
            }
            last.qualifiers.append(&mut self.pending);
        }
        self.scan
    }

    fn step(&mut self, at: usize) -> usize {
        if let Some(end) = self.years[at] {
            self.word.extend(&self.original[at..end]);
            return end;
        }
        let character = self.folded[at];
        if character == ' ' {
            self.end_word();
            return at + 1;
        }
        if matches!(character, '※' | '*') {
            return self.note_or_mark(at);
        }
        if matches!(character, '①'..='⑳') {
            self.end_word();
            self.circled = Some(character);
            return at + 1;
        }
        if let Some(end) = self.bracket_end(at) {
            return self.bracket(at, end);
        }
        if let Some((value, end)) = self.number_at(at) {
            return self.number(value, end);
        }
        let digits = self.folded[at..]
            .iter()
            .take_while(|c| c.is_ascii_digit())
            .count()
            .max(1);
        self.word.extend(&self.original[at..at + digits]);
        at + digits
    }

    fn end_word(&mut self) {
        if !self.word.is_empty() {
            self.lead.push(std::mem::take(&mut self.word));
        }
    }

    fn text(&self, from: usize, to: usize) -> String {
        self.original[from..to]
            .iter()
            .collect::<String>()
            .trim()
            .to_owned()
    }

    /// ※ before the only number of the cell marks it; anywhere else it opens a note that reaches to the end.
    fn note_or_mark(&mut self, at: usize) -> usize {
        let next = self.skip_blanks(at + 1);
        let marks_number = self.scan.found.is_empty() && self.number_at(next).is_some();
        let at_end = next >= self.folded.len();
        if marks_number || at_end {
            self.end_word();
            self.scan.bare_mark = true;
            let mark = self.original[at].to_string();
            match self.scan.found.last_mut() {
                Some(found) if at_end => found.qualifiers.push(mark),
                _ => self.pending.push(mark),
            }
            return next;
        }
        if self.folded[at] == '*' {
            self.word.push(self.original[at]);
            return at + 1;
        }
        self.end_word();
        let note = self.text(at, self.original.len());
        if let Some(found) = self.scan.found.last_mut() {
            found.qualifiers.push(note.clone());
        }
        self.scan.note = Some(note);
        self.original.len()
    }

    fn bracket_end(&self, at: usize) -> Option<usize> {
        let close = match self.folded[at] {
            '(' => ')',
            '[' => ']',
            '〔' => '〕',
            '〈' => '〉',
            _ => return None,
        };
        let mut depth = 0;
        for (index, character) in self.folded.iter().enumerate().skip(at) {
            if *character == self.folded[at] {
                depth += 1;
            } else if *character == close {
                depth -= 1;
                if depth == 0 {
                    return Some(index + 1);
                }
            }
        }
        None
    }

    /// A bracket right after a number, or apart with a blank after it, qualifies that number. In the lead, one with digits
    /// is a remark, one without is part of the name.
    fn bracket(&mut self, at: usize, end: usize) -> usize {
        let text = self.text(at, end);
        let inside: String = self.folded[at + 1..end - 1]
            .iter()
            .filter(|c| !c.is_whitespace())
            .collect();
        let mark = matches!(inside.as_str(), "※" | "*" | "注")
            || inside
                .strip_prefix('※')
                .is_some_and(|n| n.chars().all(|c| c.is_ascii_digit()));
        let fresh = self.lead.is_empty() && self.word.is_empty() && self.circled.is_none();
        let boundary = end >= self.folded.len()
            || matches!(
                self.folded[end],
                ' ' | '※' | '①'..='⑳' | '、' | '。' | '(' | '['
            );
        if mark {
            self.scan.bare_mark = true;
        }
        match self.scan.found.last_mut() {
            Some(found) if fresh && boundary => found.qualifiers.push(text),
            _ if mark
                || inside.chars().any(|c| c.is_ascii_digit())
                || (boundary && self.word.is_empty()) =>
            {
                self.end_word();
                self.pending.push(text);
            }
            _ => self.word.push_str(&text),
        }
        end
    }

    /// The number that starts here and where it ends.
    fn number_at(&self, at: usize) -> Option<(Decimal, usize)> {
        let character = |index: usize| self.folded.get(index).copied().unwrap_or('\0');
        let before = at.checked_sub(1).map_or('\0', character);
        let mut start = at;
        let mut negative = false;
        match character(at) {
            '△' | '▲' => (negative, start) = (true, at + 1),
            '+' | '-' if !before.is_ascii_alphanumeric() => {
                (negative, start) = (character(at) == '-', at + 1);
            }
            digit if digit.is_ascii_digit() => {}
            _ => return None,
        }
        if !character(start).is_ascii_digit()
            || (start == at
                && (before.is_ascii_alphanumeric()
                    || matches!(before, '.' | '第' | '/')
                    || self.after_clock(at)))
        {
            return None;
        }
        if start > at && self.years[start].is_some() {
            return None;
        }
        let mut digits = String::new();
        let mut end = start;
        while character(end).is_ascii_digit() {
            digits.push(character(end));
            end += 1;
        }
        let whole = end - start;
        while (1..=3).contains(&whole)
            && character(end) == ','
            && (1..=3).all(|n| character(end + n).is_ascii_digit())
            && !character(end + 4).is_ascii_digit()
        {
            digits.extend((1..=3).map(|n| character(end + n)));
            end += 4;
        }
        if character(end) == '.' && character(end + 1).is_ascii_digit() {
            digits.push('.');
            end += 1;
            while character(end).is_ascii_digit() {
                digits.push(character(end));
                end += 1;
            }
        }
        let (next, second) = (character(end), character(end + 1));
        let part_of_word = next.is_ascii_alphabetic() && !self.latin_unit(end)
            || matches!(next, '/' | ':') && second.is_ascii_digit()
            || matches!(next, '年' | '月')
            || (next == '時' && second != '間')
            || (next == '日' && before == '月')
            || (next == '日' && matches!(second, 'か' | 'に' | 'ま' | '時' | '付' | '現'));
        if part_of_word {
            return None;
        }
        let value: Decimal = digits.parse().ok()?;
        Some((if negative { -value } else { value }, end))
    }

    /// Whether a colon with a digit before it stands here, as in `10:30`.
    fn after_clock(&self, at: usize) -> bool {
        at >= 2 && self.folded[at - 1] == ':' && self.folded[at - 2].is_ascii_digit()
    }

    fn starts_with(&self, at: usize, text: &str) -> bool {
        let mut index = at;
        text.chars().all(|wanted| {
            let same = self.folded.get(index) == Some(&wanted);
            index += 1;
            same
        })
    }

    fn skip_blanks(&self, mut at: usize) -> usize {
        while self.folded.get(at) == Some(&' ') {
            at += 1;
        }
        at
    }

    fn number(&mut self, value: Decimal, end: usize) -> usize {
        self.end_word();
        let mut lead = std::mem::take(&mut self.lead);
        let mut qualifiers = Vec::new();
        let mut total = false;
        while let Some(last) = lead.last_mut() {
            let Some(prefix) = BEFORE.iter().find(|prefix| last.ends_with(**prefix)) else {
                break;
            };
            let alone = last.chars().count() == prefix.chars().count();
            let soft = matches!(
                *prefix,
                "計" | "合計" | "総計" | "小計" | "最大" | "累計" | "平均"
            );
            if soft && !alone {
                break;
            }
            total |= matches!(*prefix, "計" | "合計" | "総計");
            qualifiers.insert(0, (*prefix).to_owned());
            last.truncate(last.len() - prefix.len());
            if last.is_empty() {
                lead.pop();
            }
        }
        let mut before = std::mem::take(&mut self.pending);
        before.append(&mut qualifiers);
        let mut found = Found {
            lead,
            circled: self.circled.take(),
            value,
            unit: None,
            qualifiers: before,
            total,
            left_over: None,
        };
        let mut at = end;
        if let Some((unit, after)) = self.unit_at(at) {
            found.unit = Some(unit);
            at = after;
        }
        while let Some(word) = AFTER.iter().find(|word| self.starts_with(at, word)) {
            found.qualifiers.push((*word).to_owned());
            at += word.chars().count();
        }
        if let Some(after) = self.attached_end(at) {
            let text = self.text(at, after);
            if text.chars().count() > 6 {
                found.left_over = Some(text.clone());
            }
            found.qualifiers.push(text);
            at = after;
        }
        self.scan.found.push(found);
        at
    }

    /// The end of a word glued to a number, such as 準拠 in `99.9%準拠`; none when it runs into the next number, whose
    /// name it then is.
    fn attached_end(&self, at: usize) -> Option<usize> {
        let mut end = at;
        while let Some(character) = self.folded.get(end) {
            if matches!(
                character,
                ' ' | '※' | '(' | '[' | '〔' | '①'..='⑳' | '、' | '。' | '・' | ',' | ';' | '/'
            ) {
                break;
            }
            if self.number_at(end).is_some() {
                return None;
            }
            end += 1;
        }
        if end == at
            && self
                .folded
                .get(at)
                .is_some_and(|c| matches!(c, '。' | '、' | ',' | ';'))
            && at + 1 == self.folded.len()
        {
            return None;
        }
        (end > at).then_some(end)
    }
}

fn fold(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(character as u32 - 0xfee0).unwrap_or(character),
        '\u{3000}' | '\u{a0}' => ' ',
        '−' | '‐' | '–' | '‑' => '-',
        other => other,
    }
}

#[cfg(test)]
mod tests;
