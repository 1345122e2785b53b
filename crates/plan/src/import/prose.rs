//! Targets that stand in the prose of a schedule: 「令和8年度までに15件を達成」, 「目標とするユーザー数 R6年度 2,100件 …」.
//!
//! Such a number becomes a figure only when it is clearly about the row's indicator: its unit is the indicator's and its
//! words are shared, or the sentence says 「目標とする」, or nothing but the number is said. All of them are doubted as read
//! from prose. A number with another unit in 「…10業務のワンストップ化を達成」 is an indicator of its own.

use std::sync::LazyLock;

use regex::Regex;
use rust_decimal::Decimal;
use yakuba_kernel::{FiscalYear, YearKind};

use super::cell::key;
use super::figures::{confidence, doubt, doubt_about, same_unit};
use super::merge::add_figure;
use super::names::shared_run;
use super::number::{Found, scan};
use crate::model::document::{
    CellAddress, Doubt, DoubtReason, Figure, FigureKind, Indicator, Number, Reading,
};

/// Longer clauses are no sentence about a target, and a file made to do harm may have them.
const LONGEST_CLAUSE: usize = 1_000;

/// A schedule text and where it stands.
pub(super) struct Source {
    /// The text as it was meant.
    pub(super) text: String,
    /// The text as it stands.
    pub(super) raw: String,
    /// Its cell.
    pub(super) address: CellAddress,
    /// The years its column covers.
    pub(super) period: Option<(FiscalYear, FiscalYear)>,
}

static AIM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        "達成|にする|とする|目標|目指|めざ|増や|以上実施|を実施する|を支援する|に増|引き上げ",
    )
    .ok()
});
static SEVERAL_YEARS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(令和|平成|R|H)\s*(\d+)\s*[・、,]\s*(\d+)\s*年度").ok());
static PRESENT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[（(]\s*(?:現状値?|現在|基準値)[：:は]?\s*([^）)]*)[）)]").ok());

/// Adds the targets of schedule texts to the indicators they are about.
pub(super) fn add(indicators: &mut Vec<Indicator>, sources: &[Source]) {
    for source in sources {
        for clause in clauses(&source.text) {
            targets(indicators, source, &clause);
        }
    }
}

/// Sentences and list entries.
fn clauses(text: &str) -> Vec<String> {
    let mut clauses = vec![String::new()];
    let mut depth = 0_i32;
    for character in text.chars() {
        match character {
            '（' | '(' => depth += 1,
            '）' | ')' => depth -= 1,
            _ => {}
        }
        let opens = matches!(character, '①'..='⑳')
            || (character == '・'
                && clauses
                    .last()
                    .is_some_and(|clause| clause.trim().is_empty()));
        if (opens || character == '\n') && depth <= 0 {
            clauses.push(String::new());
        }
        if let Some(last) = clauses.last_mut() {
            last.push(character);
        }
        if character == '。' && depth <= 0 {
            clauses.push(String::new());
        }
    }
    // a bracket after the full stop belongs to the sentence before it: 「530件とする。（現状値464件）」
    let mut joined: Vec<String> = Vec::new();
    for clause in clauses
        .into_iter()
        .filter(|clause| !clause.trim().is_empty())
    {
        match joined.last_mut() {
            Some(last) if clause.trim_start().starts_with(['（', '(']) => last.push_str(&clause),
            _ => joined.push(clause),
        }
    }
    joined
}

/// A year and where in the clause it ends.
struct YearAt {
    end: usize,
    years: Vec<FiscalYear>,
    /// Written 年, not 年度.
    calendar: bool,
}

fn years_in(clause: &str) -> Vec<YearAt> {
    let mut years: Vec<YearAt> = FiscalYear::find_all(clause)
        .into_iter()
        .map(|mention| YearAt {
            end: mention.range.end,
            years: vec![mention.year],
            calendar: mention.kind == YearKind::Calendar,
        })
        .collect();
    if let Some(pattern) = SEVERAL_YEARS.as_ref() {
        for found in pattern.captures_iter(clause) {
            let read = |digits: &str| FiscalYear::read(&format!("{}{digits}年度", &found[1]));
            if let (Some(first), Some(last), Some(whole)) =
                (read(&found[2]), read(&found[3]), found.get(0))
            {
                years.retain(|year| year.end <= whole.start() || year.end > whole.end());
                years.push(YearAt {
                    end: whole.end(),
                    years: vec![first, last],
                    calendar: false,
                });
            }
        }
    }
    years.sort_by_key(|year| year.end);
    years
}

fn targets(indicators: &mut Vec<Indicator>, source: &Source, clause: &str) {
    let Some(aim) = AIM.as_ref() else { return };
    if !aim.is_match(clause) || clause.chars().count() > LONGEST_CLAUSE {
        return;
    }
    let present = PRESENT
        .as_ref()
        .and_then(|pattern| pattern.captures(clause));
    let plain = PRESENT.as_ref().map_or_else(
        || clause.to_owned(),
        |pattern| pattern.replace_all(clause, "").into_owned(),
    );
    let years = years_in(&plain);
    let listed = plain.contains("目標とする") && years.len() >= 2;
    let mut hits: Vec<usize> = Vec::new();
    for (offset, found) in numbers(&plain) {
        let before: Vec<&YearAt> = years.iter().filter(|year| year.end <= offset).collect();
        let year = before.last();
        let Some((reach, subject)) = subject(indicators, &plain, &found, listed) else {
            if let Some((name, year)) = own_name(&plain, &found).zip(year) {
                let index = indicators
                    .iter()
                    .position(|indicator| key(&indicator.name) == key(&name))
                    .unwrap_or_else(|| {
                        indicators.push(Indicator {
                            name,
                            ..Indicator::default()
                        });
                        indicators.len() - 1
                    });
                let mut figure = target(
                    source,
                    clause,
                    &found,
                    year.years.first().copied(),
                    year.calendar,
                );
                figure.doubts.push(doubt(DoubtReason::NameInferred));
                figure.confidence = confidence(&figure.doubts);
                add_figure(&mut indicators[index], figure);
            }
            continue;
        };
        let mut found = found;
        if listed {
            found.qualifiers.extend(bracket_of_list(&plain));
        }
        match year {
            Some(year) => {
                for fiscal_year in &year.years {
                    add_figure(
                        &mut indicators[subject],
                        target(source, clause, &found, Some(*fiscal_year), year.calendar),
                    );
                }
            }
            // a target without a year: the last year of the column, when the words leave no doubt about the indicator
            None if reach >= 4 => {
                let Some((_, last)) = source.period else {
                    continue;
                };
                add_figure(
                    &mut indicators[subject],
                    target(source, clause, &found, Some(last), true),
                );
            }
            None => continue,
        }
        hits.push(subject);
    }
    if let (Some(present), Some(subject)) = (present, hits.first())
        && let Some(found) = scan(&present[1]).found.into_iter().next()
    {
        let mut figure = target(source, clause, &found, None, true);
        figure.kind = FigureKind::Baseline;
        if let Reading::Number(number) = &mut figure.reading {
            let words = present[0]
                .trim_start_matches(['（', '('])
                .split(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c))
                .next();
            number
                .qualifiers
                .insert(0, words.unwrap_or_default().trim().to_owned());
        }
        add_figure(&mut indicators[*subject], figure);
    }
}

/// The numbers of a clause with where they stand.
fn numbers(clause: &str) -> Vec<(usize, Found)> {
    let mut from = 0;
    scan(clause)
        .found
        .into_iter()
        .filter_map(|found| {
            let digits = grouped(found.value);
            let at = [digits.0.as_str(), digits.1.as_str()]
                .iter()
                .filter_map(|digits| find_number(clause, from, digits))
                .min()?;
            from = at + 1;
            Some((at, found))
        })
        .map(|(at, mut found)| {
            // words of the sentence around the number qualify nothing
            found.qualifiers.retain(|words| {
                [
                    "以上", "以下", "以内", "未満", "程度", "超", "約", "延べ", "累計",
                ]
                .contains(&words.as_str())
            });
            found.left_over = None;
            (at, found)
        })
        .collect()
}

fn grouped(value: Decimal) -> (String, String) {
    let plain = value.abs().to_string();
    let (whole, fraction) = plain
        .split_once('.')
        .map_or((plain.as_str(), String::new()), |(whole, fraction)| {
            (whole, format!(".{fraction}"))
        });
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    (plain.clone(), text + &fraction)
}

/// A number that is not part of a longer one.
fn find_number(text: &str, from: usize, digits: &str) -> Option<usize> {
    let folded = yakuba_kernel::text::fold_width(text);
    // places in the folded text serve only when folding did not move anything
    let text = if folded.len() == text.len() {
        folded.as_str()
    } else {
        text
    };
    text.get(from..)?
        .match_indices(digits)
        .map(|(at, _)| at + from)
        .find(|at| {
            let inside = |character: Option<char>| character.is_some_and(|c| c.is_ascii_digit());
            !inside(text[..*at].chars().next_back())
                && !inside(text[at + digits.len()..].chars().next())
        })
}

/// Which indicator a number is about, and how many characters in a row its sentence shares with the indicator's name.
fn subject(
    indicators: &[Indicator],
    clause: &str,
    found: &Found,
    listed: bool,
) -> Option<(usize, usize)> {
    let words = key(clause);
    let best = indicators
        .iter()
        .enumerate()
        .filter(|(_, indicator)| unit_fits(indicator, found))
        .map(|(index, indicator)| (shared_run(&key(&indicator.name), &words), index))
        .max_by_key(|(reach, index)| (*reach, std::cmp::Reverse(*index)));
    let (reach, index) = best?;
    let known_unit = indicators[index]
        .figures
        .iter()
        .any(|figure| matches!(&figure.reading, Reading::Number(number) if number.unit.is_some()));
    let clear = reach >= 4
        || (known_unit && reach >= 2)
        || (listed && indicators.len() == 1)
        || says_only_the_number(clause, found);
    clear.then_some((reach, index))
}

fn unit_fits(indicator: &Indicator, found: &Found) -> bool {
    let mut units = indicator
        .figures
        .iter()
        .filter_map(|figure| match &figure.reading {
            Reading::Number(number) => number.unit.as_deref(),
            _ => None,
        });
    match (&found.unit, units.next()) {
        (Some(unit), Some(first)) => {
            same_unit(unit, first) || units.any(|other| same_unit(unit, other))
        }
        (None, Some(_)) => false,
        _ => true,
    }
}

/// Whether a clause says nothing but year, number and that it is the aim.
fn says_only_the_number(clause: &str, found: &Found) -> bool {
    let mut rest = key(clause);
    for mention in FiscalYear::find_all(&rest.clone()) {
        rest = rest.replacen(&clause_part(&key(clause), &mention), "", 1);
    }
    let (plain, commas) = grouped(found.value);
    for words in [
        commas.as_str(),
        plain.as_str(),
        found.unit.as_deref().unwrap_or(""),
        "までに",
        "とする",
        "にする",
        "達成",
        "目標",
        "を",
        "。",
        "末",
    ] {
        if !words.is_empty() {
            rest = rest.replace(words, "");
        }
    }
    rest.is_empty()
}

fn clause_part(text: &str, mention: &yakuba_kernel::YearMention) -> String {
    text.get(mention.range.clone())
        .unwrap_or_default()
        .to_owned()
}

/// The indicator a number with a unit of its own is about: `10業務のワンストップ化を達成` → `ワンストップ化`.
fn own_name(clause: &str, found: &Found) -> Option<String> {
    let unit = found.unit.as_deref()?;
    let (_, rest) = clause.split_once(&format!("{}{unit}の", found.value))?;
    let (name, _) = rest.split_once("を達成")?;
    (2..=20)
        .contains(&name.chars().count())
        .then(|| name.to_owned())
}

/// The bracket behind the name in `目標とするユーザー数（累計） R6年度 …`.
fn bracket_of_list(clause: &str) -> Option<String> {
    let (_, after) = clause.split_once("目標とする")?;
    let open = after.find(['（', '('])?;
    let close = after[open..].find(['）', ')'])? + open;
    let closing = after[close..].chars().next()?.len_utf8();
    let first_digit = after
        .find(|character: char| character.is_ascii_digit())
        .unwrap_or(after.len());
    (close < first_digit).then(|| after[open..close + closing].to_owned())
}

fn target(
    source: &Source,
    clause: &str,
    found: &Found,
    year: Option<FiscalYear>,
    year_unclear: bool,
) -> Figure {
    let mut doubts: Vec<Doubt> = vec![doubt_about(DoubtReason::ReadFromProse, clause.trim())];
    if year_unclear {
        doubts.push(doubt(DoubtReason::YearUnclear));
    }
    Figure {
        fiscal_year: year,
        kind: FigureKind::Target,
        reading: Reading::Number(Number {
            value: found.value,
            unit: found.unit.clone(),
            qualifiers: found.qualifiers.clone(),
        }),
        text: source.raw.clone(),
        confidence: confidence(&doubts),
        doubts,
        evidence: Vec::new(),
        source: Some(source.address.clone()),
    }
}
