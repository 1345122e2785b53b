//! Values of which it is told what they are, or what they can only mean.

use jiff::{ToSpan as _, civil};
use unicode_normalization::UnicodeNormalization as _;
use yakuba_kernel::{Wareki, text::fold_width};

pub(super) fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Every hyphen, dash and long vowel mark between digits as `-`.
pub(super) fn dashes(text: &str) -> String {
    text.chars()
        .map(|c| {
            if matches!(
                c,
                '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '－' | 'ー' | 'ｰ'
            ) {
                '-'
            } else {
                c
            }
        })
        .collect()
}

/// Kana of half width made full, everything else untouched.
pub(super) fn half_kana(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut run = String::new();
    for c in value.chars() {
        if matches!(c, '\u{ff61}'..='\u{ff9f}') {
            run.push(c);
        } else {
            text.extend(run.nfkc());
            run.clear();
            text.push(c);
        }
    }
    text.extend(run.nfkc());
    text
}

/// Readings hold katakana, and the marks, letters and digits of names.
pub(super) fn is_kana_text(c: char) -> bool {
    matches!(
        c,
        'ァ'
            ..='ヺ'
                | 'ー'
                | '・'
                | '、'
                | '。'
                | '「'
                | '」'
                | '　'
                | ' '
                | '（'
                | '）'
                | '('
                | ')'
                | '－'
                | '-'
                | '～'
                | '，'
                | '／'
    ) || c.is_ascii_alphanumeric()
        || matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ')
}

pub(super) fn is_address(value: &str) -> bool {
    let rest = value
        .strip_prefix("https://")
        .or_else(|| value.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        host.contains('.')
            && !value.contains(|c: char| c.is_whitespace() || c.is_control() || "\"<>`".contains(c))
    })
}

pub(super) fn is_mail(value: &str) -> bool {
    value.is_ascii()
        && value.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty()
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.')
                && !value.contains(|c: char| {
                    c.is_whitespace() || c.is_control() || "\"<>,;:()".contains(c)
                })
                && !host.contains('@')
        })
}

/// A telephone number as DS-445 of the Digital Agency writes it: fixed lines `(03)5253-5111`, others with hyphens.
pub(super) fn phone(narrow: &str) -> Option<String> {
    let text = dashes(narrow);
    // Several numbers are written with ` / ` between them.
    if text.contains(" / ") {
        let each: Option<Vec<String>> = text.split(" / ").map(|one| phone(one.trim())).collect();
        return each.map(|each| each.join(" / "));
    }
    if let Some(rest) = text.strip_prefix('+') {
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let fits = rest
            .chars()
            .all(|c| c.is_ascii_digit() || " ()-".contains(c));
        return (fits && (8..=15).contains(&digits)).then_some(text);
    }
    let bare = text
        .strip_prefix('(')
        .map_or_else(|| text.clone(), |rest| rest.replacen(')', "-", 1));
    let parts: Vec<&str> = bare.split('-').collect();
    let digits: usize = parts.iter().map(|part| part.len()).sum();
    if !parts.iter().all(|part| all_digits(part)) || !bare.starts_with('0') {
        return None;
    }
    match parts[..] {
        // Without hyphens nobody can say where the area code ends; toll-free and mobile numbers are written with two hyphens.
        [area, _, _]
            if matches!(area, "0120" | "0800" | "0570" | "0990") && (9..=11).contains(&digits) =>
        {
            Some(bare)
        }
        [area, _, _]
            if area.len() == 3
                && matches!(area.as_bytes()[1], b'5'..=b'9')
                && area.ends_with('0')
                && digits == 11 =>
        {
            Some(bare)
        }
        [freephone, _] if freephone == "0120" && digits == 10 => Some(bare),
        [area, exchange, subscriber]
            if (2..=5).contains(&area.len()) && digits == 10 && subscriber.len() == 4 =>
        {
            Some(format!("({area}){exchange}-{subscriber}"))
        }
        _ => None,
    }
}

/// A plain decimal; thousands separators are taken out when they stand where they must.
pub(super) fn number(narrow: &str) -> Option<String> {
    let text = narrow.replace('−', "-");
    let magnitude = text.strip_prefix('-').unwrap_or(&text);
    let (whole, fraction) = magnitude
        .split_once('.')
        .map_or((magnitude, None), |(whole, fraction)| {
            (whole, Some(fraction))
        });
    if fraction.is_some_and(|fraction| !all_digits(fraction)) {
        return None;
    }
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let grouped_rightly = rest.is_empty()
        || (first.len() <= 3
            && rest
                .iter()
                .all(|group| group.len() == 3 && all_digits(group)));
    (all_digits(first) && grouped_rightly).then(|| text.replace(',', ""))
}

/// Decimal degrees within `-limit..=limit`, six places at least as they came; degrees, minutes and seconds are computed.
pub(super) fn degrees(value: &str, limit: f64, letter: char) -> Option<String> {
    let narrow = fold_width(value);
    if let Some(text) =
        number(&narrow).filter(|text| !narrow.contains(',') && !text.starts_with("00"))
    {
        let size: f64 = text.parse().ok()?;
        return (size.abs() <= limit).then_some(text);
    }
    let bare = narrow
        .trim_start_matches("北緯")
        .trim_start_matches("東経")
        .trim_matches([letter, ' ']);
    let parts: Vec<&str> = bare
        .split(|c: char| "°度′'分″\"秒".contains(c))
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let [degree, minute, second] = parts[..] else {
        return None;
    };
    let is_marked = bare.contains(['°', '度']) && bare.contains(['′', '\'', '分']);
    let (degree, minute) = (digits_of(degree)?, digits_of(minute)?);
    let second: f64 = number(second)
        .filter(|text| !text.starts_with('-'))?
        .parse()
        .ok()?;
    if !is_marked || minute >= 60 || second >= 60.0 {
        return None;
    }
    let exact = f64::from(degree) + f64::from(minute) / 60.0 + second / 3600.0;
    (exact <= limit).then(|| format!("{exact:.6}"))
}

pub(super) fn digits_of(text: &str) -> Option<u16> {
    all_digits(text).then(|| text.parse().ok()).flatten()
}

/// The first day that Excel counts from, so that its day 1 is 1 January 1900 and its days from 61 on are right.
pub(super) const EXCEL_ZERO: civil::Date = civil::date(1899, 12, 30);

/// A day as `YYYY-MM-DD`. Numbers of five digits are Excel's count of days when they fall into 1954–2064: no way of writing
/// a day has five digits.
pub(super) fn date(value: &str) -> Option<String> {
    if let Some(day) = Wareki::read_date(value) {
        return Some(day.to_string());
    }
    let narrow = fold_width(value);
    // A moment at midnight is what Excel makes of a day.
    if let Some(day) = narrow
        .strip_suffix(" 00:00:00")
        .or_else(|| narrow.strip_suffix(" 0:00"))
        .or_else(|| narrow.strip_suffix(" 00:00"))
        .and_then(|day| Wareki::read_date(day.trim()))
    {
        return Some(day.to_string());
    }
    let count: i64 = (narrow.len() == 5 && all_digits(&narrow))
        .then(|| narrow.parse().ok())
        .flatten()?;
    if !(20_000..=60_000).contains(&count) {
        return None;
    }
    EXCEL_ZERO
        .checked_add(count.days())
        .ok()
        .map(|day| day.to_string())
}

/// A time of day as `hh:mm`.
pub(super) fn time(narrow: &str) -> Option<String> {
    let shown = |hour: u16, minute: u16| {
        // 24:00 is how facilities write the end of a day.
        (minute < 60 && (hour < 24 || (hour == 24 && minute == 0)))
            .then(|| format!("{hour:02}:{minute:02}"))
    };
    let text = narrow.replace('：', ":");
    if let Some(fraction) = text.strip_prefix("0.") {
        // Excel keeps a time as a part of a day.
        let day: f64 = all_digits(fraction).then(|| text.parse().ok()).flatten()?;
        let minutes = day * 1_440.0;
        if (minutes - minutes.round()).abs() > 0.001 {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 1,440"
        )]
        let minutes = minutes.round() as u16;
        return shown(minutes / 60, minutes % 60);
    }
    let (half, rest) = match text.strip_prefix("午前") {
        Some(rest) => (Some(0), rest),
        None => match text.strip_prefix("午後") {
            Some(rest) => (Some(12), rest),
            None => (None, text.as_str()),
        },
    };
    let rest = rest.trim();
    let (hour, minute) = if let Some((hour, minute)) = rest.split_once(':') {
        // Seconds are taken away only when there are none.
        (hour, minute.strip_suffix(":00").unwrap_or(minute))
    } else {
        let (hour, minute) = rest.split_once('時')?;
        let minute = match minute {
            "" => "0",
            "半" => "30",
            minute => minute.strip_suffix('分')?,
        };
        (hour, minute)
    };
    if hour.len() > 2 || minute.len() > 2 {
        return None;
    }
    let hour = digits_of(hour)?;
    if half.is_some() && hour > 12 {
        return None;
    }
    // 午後12時 is a quarrel of its own: not certain.
    if half == Some(12) && hour == 12 {
        return None;
    }
    shown(hour + half.unwrap_or(0), digits_of(minute)?)
}

const WEEK: [char; 7] = ['月', '火', '水', '木', '金', '土', '日'];

/// Days of the week without separators, Monday first: `月～金` is `月火水木金`. Holidays and exceptions are not certain.
pub(super) fn weekdays(narrow: &str) -> Option<String> {
    let place = |c: char| WEEK.iter().position(|day| *day == c);
    let mut days = [false; 7];
    let mut last: Option<usize> = None;
    let mut until = false;
    for c in narrow.replace("曜日", "").replace('曜', "").chars() {
        if let Some(at) = place(c) {
            if days[at] {
                return None;
            }
            if until {
                let from = last?;
                if from >= at {
                    return None;
                }
                for day in &mut days[from + 1..at] {
                    if *day {
                        return None;
                    }
                    *day = true;
                }
            }
            days[at] = true;
            (last, until) = (Some(at), false);
        } else if matches!(c, '～' | '~' | '〜' | '-' | '－' | 'ー' | '−') {
            if until || last.is_none() {
                return None;
            }
            until = true;
        } else if !matches!(c, '・' | ',' | '、' | ' ' | ';' | '/') {
            return None;
        }
    }
    if until || last.is_none() {
        return None;
    }
    Some(
        WEEK.iter()
            .zip(days)
            .filter(|(_, is_in)| *is_in)
            .map(|(day, _)| *day)
            .collect(),
    )
}
