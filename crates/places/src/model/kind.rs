//! What a value of a column is: whether it stands as the standard wants it, and what it would be if it were written rightly.

use jiff::{ToSpan as _, civil};
use unicode_normalization::UnicodeNormalization as _;
use yakuba_kernel::{
    CorporateNumber, MunicipalityCode, PostalCode, Wareki,
    text::{fold_width, hiragana_to_katakana},
};

/// What the values of a column are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// 全国地方公共団体コード: six digits with a check digit.
    Code,
    /// A number or name that nothing else in the file has.
    Id,
    /// 町字ID: seven digits.
    Town,
    /// 法人番号: thirteen digits with a check digit.
    Corporate,
    /// A reading in full-width katakana.
    Kana,
    /// Letters and digits of half width, such as an English name.
    Narrow,
    /// A web address.
    Address,
    /// A mail address.
    Mail,
    /// A telephone number.
    Phone,
    /// Seven digits of a postal code.
    Postal,
    /// Degrees north.
    Latitude,
    /// Degrees east.
    Longitude,
    /// A decimal number.
    Number,
    /// A whole number from 0.
    Count,
    /// `YYYY-MM-DD`.
    Date,
    /// `hh:mm`.
    Time,
    /// `1` or nothing.
    Flag,
    /// 有 or 無.
    YesNo,
    /// Days of the week without separators, Monday first.
    Weekdays,
    /// Several values with `;` between them.
    Several,
    /// One of these.
    OneOf(Vec<&'static str>),
    /// One of these by the older generation, which the newer one may have changed.
    UsuallyOneOf(Vec<&'static str>),
}

/// How a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// As it should be.
    Good,
    /// It can only mean this, which is as it should be.
    Mendable(String),
    /// It is not what it should be, and only a person knows what it should be.
    Bad,
}

/// The columns whose values are lists; the books say so only for some.
const LISTS: [&str; 8] = [
    "データセット_キーワード",
    "診療曜日",
    "診療科目",
    "実施サービス",
    "キーワード",
    "タグ",
    "アレルゲン品目",
    "対象となる町会・自治会",
];

impl Kind {
    /// Its name in texts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Code => "code",
            Self::Id => "id",
            Self::Town => "town",
            Self::Corporate => "corporate",
            Self::Kana => "kana",
            Self::Narrow => "narrow",
            Self::Address => "address",
            Self::Mail => "mail",
            Self::Phone => "phone",
            Self::Postal => "postal",
            Self::Latitude => "latitude",
            Self::Longitude => "longitude",
            Self::Number => "number",
            Self::Count => "count",
            Self::Date => "date",
            Self::Time => "time",
            Self::Flag => "flag",
            Self::YesNo => "yes-no",
            Self::Weekdays => "weekdays",
            Self::Several => "several",
            Self::OneOf(_) | Self::UsuallyOneOf(_) => "choice",
        }
    }

    /// The kind of a standard dataset's column.
    pub(crate) fn of_standard(name: &str, described: &str) -> Self {
        Self::by_name(name).unwrap_or_else(|| match described {
            "string(半角数字6)" => Self::Code,
            "string(半角英数字)" => Self::Narrow,
            "string(全角カナ)" => Self::Kana,
            "URI" => Self::Address,
            "hh:mm" => Self::Time,
            "YYYY-MM-DD" => Self::Date,
            "string(半角数字7)" => Self::Postal,
            "integer" => Self::Count,
            "string(13)" => Self::Corporate,
            "flag 1/empty" => Self::Flag,
            "number" => Self::Number,
            "string 月火水木金土日" => Self::Weekdays,
            "enum 有|無" => Self::YesNo,
            "enum 階数|標高|地表高" => Self::OneOf(vec!["階数", "標高", "地表高"]),
            _ => Self::Text,
        })
    }

    /// The kind of a column of the older generation.
    pub(crate) fn of_recommended(name: &str, described: &str, choices: &'static str) -> Self {
        match choices {
            "1;" => return Self::Flag,
            "有;無" => return Self::YesNo,
            "" => {}
            list => return Self::UsuallyOneOf(list.split(';').collect()),
        }
        Self::by_name(name).unwrap_or(match described {
            "Number" => Self::Number,
            "Time" => Self::Time,
            "URL" => Self::Address,
            "Date" => Self::Date,
            _ => Self::Text,
        })
    }

    /// What a column's name says by itself.
    fn by_name(name: &str) -> Option<Self> {
        // Datasets of the books B and C put their own name before each column.
        let bare = match name.rsplit_once('_') {
            Some((prefix, last)) if prefix == "教育機関" || prefix == "投票所" => last,
            _ => name,
        };
        let is_code = [
            "全国地方公共団体コード",
            "都道府県コード又は市区町村コード",
            "市区町村コード",
        ]
        .iter()
        .any(|ending| bare.ends_with(ending));
        if is_code {
            return Some(Self::Code);
        }
        if LISTS.contains(&bare) {
            return Some(Self::Several);
        }
        Some(match bare {
            "ID" | "NO" | "データセット_ID" | "地域コード" | "支援制度ID" => {
                Self::Id
            }
            "町字ID" => Self::Town,
            "緯度" => Self::Latitude,
            "経度" => Self::Longitude,
            "標高" | "高度の値" => Self::Number,
            "法人番号" => Self::Corporate,
            "利用可能曜日" => Self::Weekdays,
            _ if bare.ends_with("_カナ") || bare.ends_with("（カナ）") => Self::Kana,
            _ if bare.ends_with("開始時間") || bare.ends_with("終了時間") => Self::Time,
            _ if bare.ends_with("郵便番号") => Self::Postal,
            _ if bare.ends_with("電話番号") || bare == "FAX番号" => Self::Phone,
            _ if bare.ends_with("メールアドレス") => Self::Mail,
            _ if bare.ends_with("URL") || bare == "画像" => Self::Address,
            _ if bare.ends_with("有無") => Self::YesNo,
            _ if bare.ends_with("年月日")
                || bare.ends_with("公開日")
                || bare.ends_with("最終更新日") =>
            {
                Self::Date
            }
            _ => return None,
        })
    }

    /// How a value that is not empty stands.
    pub fn judge(&self, value: &str) -> Standing {
        let trimmed = value.trim();
        if trimmed.is_empty() {
            return Standing::Mendable(String::new());
        }
        let right = self.written(trimmed);
        match right {
            Some(right) if right == value => Standing::Good,
            Some(right) => Standing::Mendable(right),
            None => Standing::Bad,
        }
    }

    /// The value as it should be written; none when that is not certain. The value is not empty and has no blanks around it.
    fn written(&self, value: &str) -> Option<String> {
        let narrow = || fold_width(value);
        match self {
            Self::Text => Some(value.to_owned()),
            Self::Code => MunicipalityCode::read_mended(value).map(|code| code.as_str().to_owned()),
            Self::Id | Self::Narrow => {
                let narrow = narrow();
                (narrow.is_ascii() && !narrow.contains(|c: char| c.is_ascii_control()))
                    .then_some(narrow)
            }
            Self::Town => {
                let digits: String = dashes(&narrow()).chars().filter(|c| *c != '-').collect();
                (digits.len() == 7 && all_digits(&digits)).then_some(digits)
            }
            Self::Corporate => CorporateNumber::parse(&dashes(&narrow()).replace('-', ""))
                .ok()
                .map(|number| number.as_str().to_owned()),
            Self::Kana => {
                let kana = hiragana_to_katakana(&half_kana(value));
                kana.chars().all(is_kana_text).then_some(kana)
            }
            Self::Address => is_address(value).then(|| value.to_owned()),
            Self::Mail => {
                let narrow = narrow();
                is_mail(&narrow).then_some(narrow)
            }
            Self::Phone => phone(&narrow()),
            Self::Postal => PostalCode::parse(value)
                .ok()
                .map(|code| code.digits().to_owned()),
            Self::Latitude => degrees(value, 90.0, 'N'),
            Self::Longitude => degrees(value, 180.0, 'E'),
            Self::Number => number(&narrow()),
            Self::Count => number(&narrow()).filter(|text| all_digits(text)),
            Self::Date => date(value),
            Self::Time => time(&narrow()),
            Self::Flag => match narrow().as_str() {
                "1" | "1.0" | "○" | "〇" | "◯" | "TRUE" | "true" => Some("1".to_owned()),
                "0" | "0.0" | "×" | "FALSE" | "false" => Some(String::new()),
                _ => None,
            },
            Self::YesNo => match value {
                "有" | "有り" | "あり" => Some("有".to_owned()),
                "無" | "無し" | "なし" => Some("無".to_owned()),
                _ => None,
            },
            Self::Weekdays => weekdays(&narrow()),
            Self::Several => Some(value.replace('；', ";")),
            Self::OneOf(choices) | Self::UsuallyOneOf(choices) => {
                let key = |text: &str| {
                    text.nfkc()
                        .filter(|c| !c.is_whitespace())
                        .collect::<String>()
                };
                choices
                    .iter()
                    .find(|choice| key(choice) == key(value))
                    .map(|choice| (*choice).to_owned())
            }
        }
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Every hyphen, dash and long vowel mark between digits as `-`.
fn dashes(text: &str) -> String {
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
fn half_kana(value: &str) -> String {
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
fn is_kana_text(c: char) -> bool {
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

fn is_address(value: &str) -> bool {
    let rest = value
        .strip_prefix("https://")
        .or_else(|| value.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        host.contains('.')
            && !value.contains(|c: char| c.is_whitespace() || c.is_control() || "\"<>`".contains(c))
    })
}

fn is_mail(value: &str) -> bool {
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
fn phone(narrow: &str) -> Option<String> {
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
fn number(narrow: &str) -> Option<String> {
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
fn degrees(value: &str, limit: f64, letter: char) -> Option<String> {
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

fn digits_of(text: &str) -> Option<u16> {
    all_digits(text).then(|| text.parse().ok()).flatten()
}

/// The first day that Excel counts from, so that its day 1 is 1 January 1900 and its days from 61 on are right.
const EXCEL_ZERO: civil::Date = civil::date(1899, 12, 30);

/// A day as `YYYY-MM-DD`. Numbers of five digits are Excel's count of days when they fall into 1954–2064: no way of writing
/// a day has five digits.
fn date(value: &str) -> Option<String> {
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
fn time(narrow: &str) -> Option<String> {
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
fn weekdays(narrow: &str) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all_kinds() -> Vec<Kind> {
        vec![
            Kind::Text,
            Kind::Code,
            Kind::Id,
            Kind::Town,
            Kind::Corporate,
            Kind::Kana,
            Kind::Narrow,
            Kind::Address,
            Kind::Mail,
            Kind::Phone,
            Kind::Postal,
            Kind::Latitude,
            Kind::Longitude,
            Kind::Number,
            Kind::Count,
            Kind::Date,
            Kind::Time,
            Kind::Flag,
            Kind::YesNo,
            Kind::Weekdays,
            Kind::Several,
            Kind::OneOf(vec!["階数", "標高", "地表高"]),
            Kind::UsuallyOneOf(vec!["病院", "有床診療所"]),
        ]
    }

    #[test]
    fn values_as_files_have_them() {
        let mended = |to: &str| Standing::Mendable(to.to_owned());
        for (kind, value, standing) in [
            (Kind::Code, "272051", Standing::Good),
            (Kind::Code, "272052", Standing::Bad),
            (Kind::Code, "２７２０５１", mended("272051")),
            (Kind::Code, "92011", mended("092011")),
            (Kind::Code, "27205", Standing::Bad),
            (Kind::Town, "0008-001", mended("0008001")),
            (Kind::Corporate, "6000020272051", Standing::Good),
            (Kind::Corporate, "6000020272052", Standing::Bad),
            (Kind::Kana, "スイタシ", Standing::Good),
            (Kind::Kana, "ｽｲﾀｼﾊﾞﾝﾊﾟｸ", mended("スイタシバンパク")),
            (Kind::Kana, "すいた", mended("スイタ")),
            (Kind::Kana, "吹田", Standing::Bad),
            (Kind::Date, "2026-04-01", Standing::Good),
            (Kind::Date, "R8.4.1", mended("2026-04-01")),
            (Kind::Date, "令和８年４月１日", mended("2026-04-01")),
            (Kind::Date, "2026/4/1", mended("2026-04-01")),
            (Kind::Date, "46113", mended("2026-04-01")),
            (Kind::Date, "2026-02-30", Standing::Bad),
            (Kind::Date, "4月1日", Standing::Bad),
            (Kind::Date, "2026-04-01 00:00:00", mended("2026-04-01")),
            (Kind::Time, "09:00", Standing::Good),
            (Kind::Time, "9:00", mended("09:00")),
            (Kind::Time, "９時３０分", mended("09:30")),
            (Kind::Time, "午後5時半", mended("17:30")),
            (Kind::Time, "0.375", mended("09:00")),
            (Kind::Time, "25:00", Standing::Bad),
            (Kind::Time, "午後12時", Standing::Bad),
            (Kind::Flag, "1", Standing::Good),
            (Kind::Flag, "○", mended("1")),
            (Kind::Flag, "〇", mended("1")),
            (Kind::Flag, "△", Standing::Bad),
            (Kind::YesNo, "あり", mended("有")),
            (Kind::YesNo, "○", Standing::Bad),
            (Kind::Phone, "(06)6384-1231", Standing::Good),
            (Kind::Phone, "06-6384-1231", mended("(06)6384-1231")),
            (
                Kind::Phone,
                "０６－６３８４－１２３１",
                mended("(06)6384-1231"),
            ),
            (Kind::Phone, "0663841231", Standing::Bad),
            (Kind::Phone, "0120-999-999", Standing::Good),
            (Kind::Phone, "090-1234-5678", Standing::Good),
            (Kind::Phone, "6-6384-1231", Standing::Bad),
            (Kind::Postal, "564-8550", mended("5648550")),
            (Kind::Postal, "〒564-8550", mended("5648550")),
            (Kind::Postal, "600000", Standing::Bad),
            (Kind::Latitude, "34.759468", Standing::Good),
            (Kind::Latitude, "135.516", Standing::Bad),
            (Kind::Latitude, "34度45分34.5秒", mended("34.759583")),
            (Kind::Latitude, "北緯34°45′34.5″", mended("34.759583")),
            (Kind::Longitude, "135.516", Standing::Good),
            (Kind::Longitude, "1355160", Standing::Bad),
            (Kind::Number, "1,234", mended("1234")),
            (Kind::Number, "12,34", Standing::Bad),
            (Kind::Number, "約30", Standing::Bad),
            (Kind::Count, "-1", Standing::Bad),
            (Kind::Count, "３", mended("3")),
            (Kind::Weekdays, "月火水木金", Standing::Good),
            (Kind::Weekdays, "月～金", mended("月火水木金")),
            (Kind::Weekdays, "土・日曜日", mended("土日")),
            (Kind::Weekdays, "日月", mended("月日")),
            (Kind::Weekdays, "祝日以外", Standing::Bad),
            (Kind::Weekdays, "金～月", Standing::Bad),
            (Kind::Several, "内科；外科", mended("内科;外科")),
            (Kind::Mail, "a@example.jp", Standing::Good),
            (Kind::Mail, "a＠example.jp", mended("a@example.jp")),
            (Kind::Mail, "a@b@example.jp", Standing::Bad),
            (Kind::Address, "https://example.jp/a", Standing::Good),
            (Kind::Address, "javascript:alert(1)", Standing::Bad),
            (Kind::Address, "https://例え.jp/\" onclick=", Standing::Bad),
            (Kind::OneOf(vec!["階数", "標高"]), "標高 ", mended("標高")),
            (Kind::OneOf(vec!["階数", "標高"]), "高さ", Standing::Bad),
            (Kind::Text, " 中央公民館　", mended("中央公民館")),
        ] {
            assert_eq!(kind.judge(value), standing, "{kind:?} {value}");
        }
    }

    #[test]
    fn excel_counts_days_as_we_do() {
        assert_eq!(date("45000"), Some("2023-03-15".to_owned()));
        assert_eq!(date("20000"), Some("1954-10-03".to_owned()));
        assert_eq!(date("19999"), None);
    }

    proptest! {
        /// What was mended is as it should be: mending again changes nothing.
        #[test]
        fn mended_is_good(value in "\\PC{0,40}|[0-9０-９,.年月日時分:/ー-]{1,16}|[月火水木金土日・~～、]{1,12}|[\\u{ff61}-\\u{ff9f}ぁ-ゖ]{1,10}") {
            for kind in all_kinds() {
                if let Standing::Mendable(right) = kind.judge(&value)
                    && !right.is_empty()
                {
                    prop_assert_eq!(kind.judge(&right), Standing::Good, "{:?} {:?} {:?}", kind, value, right);
                }
            }
        }

        #[test]
        fn every_day_is_read_from_every_way_of_writing_it(days in 0_i64..60_000) {
            let day = EXCEL_ZERO.checked_add((days + 20_000).days()).unwrap();
            let iso = day.to_string();
            prop_assert_eq!(Kind::Date.judge(&iso), Standing::Good);
            prop_assert_eq!(date(&Wareki::write_date(day)), Some(iso.clone()));
            if days <= 40_000 {
                prop_assert_eq!(date(&(days + 20_000).to_string()), Some(iso));
            }
        }

        #[test]
        fn every_minute_is_read_from_excels_part_of_a_day(minute in 0_u16..1_440) {
            let shown = format!("{:02}:{:02}", minute / 60, minute % 60);
            prop_assert_eq!(Kind::Time.judge(&shown), Standing::Good);
            let part = f64::from(minute) / 1_440.0;
            if minute > 0 {
                prop_assert_eq!(time(&format!("{part}")), Some(shown));
            }
        }
    }
}
