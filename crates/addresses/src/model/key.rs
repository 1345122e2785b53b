//! What the ways of writing an address have in common: `泉町一丁目３番４０号`, `泉町1-3-40` and `大字泉町１丁目３ー４０` are one place.

use yakuba_kernel::text::{fold_width, normalise_for_search};

use super::entry::Municipality;

/// Figures are written with so many digits, so that 2 stands before 10 and 1 is not the beginning of 10.
const DIGITS: usize = 5;

/// The key of an address without its municipality: widths, kana and variants of kanji folded, 大字 and 字 left out, 丁目, 番地, 番, 号 and
/// の between figures a hyphen, kanji figures before one of these digits, each figure with five digits.
///
/// ```
/// use yakuba_addresses::model::key::key;
///
/// assert_eq!(key("大字泉町一丁目３番４０号"), key("泉町1-3-40"));
/// assert_eq!(key("霞ヶ関２の１"), key("霞が関2-1"));
/// assert_ne!(key("一番町1"), key("町1-1"));
/// ```
pub fn key(text: &str) -> String {
    let folded = folded(text);
    let signs: Vec<char> = figures(without_nearby(&folded));
    let mut joined = String::with_capacity(folded.len());
    let mut at = 0;
    while let Some(&sign) = signs.get(at) {
        let is_after_figure = joined.ends_with(|before: char| before.is_ascii_digit());
        let length = if is_after_figure {
            separator(&signs[at..])
        } else {
            None
        };
        joined.push(if length.is_some() { '-' } else { sign });
        at += length.unwrap_or(1);
    }
    padded(&tidied(&joined))
}

/// Width, kana, variants; 大字, 小字 and 字 and what else is written or not.
fn folded(text: &str) -> String {
    // A blank between figures keeps them apart.
    let mut spaced = String::with_capacity(text.len());
    let folded = fold_width(text.trim());
    let mut signs = folded.chars().peekable();
    while let Some(sign) = signs.next() {
        let is_between = sign.is_whitespace()
            && spaced.ends_with(|before: char| before.is_ascii_digit())
            && signs.peek().is_some_and(char::is_ascii_digit);
        spaced.push(if is_between { '-' } else { sign });
    }
    normalise_for_search(&spaced)
        .replace("大字", "")
        .replace("小字", "")
        .replace('字', "")
        .replace("通り", "通")
        .replace('之', "の")
        .replace('が', "け")
}

/// The value of a digit written in kanji.
fn digit(sign: char) -> Option<u32> {
    "〇一二三四五六七八九"
        .chars()
        .position(|known| known == sign)
        .and_then(|value| u32::try_from(value).ok())
}

/// A number in kanji up to 9,999: `十二`, `二〇`, `百三`.
fn number(signs: &[char]) -> Option<u32> {
    let units = |sign: char| match sign {
        '十' => Some(10),
        '百' => Some(100),
        '千' => Some(1_000),
        _ => None,
    };
    if signs.len() > 7 {
        return None;
    }
    if signs.iter().all(|sign| digit(*sign).is_some()) {
        return signs
            .iter()
            .try_fold(0_u32, |sum, sign| {
                sum.checked_mul(10)?.checked_add(digit(*sign)?)
            })
            .filter(|number| *number < 10_000);
    }
    let (mut sum, mut open) = (0, None);
    for sign in signs {
        match (digit(*sign), units(*sign)) {
            (Some(value), _) if open.is_none() => open = Some(value),
            (None, Some(unit)) => sum += open.take().unwrap_or(1) * unit,
            _ => return None,
        }
    }
    Some(sum + open.unwrap_or(0))
}

/// Kanji figures become digits where a word for a number of an address follows; elsewhere they are part of a name: 十三本町, 六本木.
fn figures(text: &str) -> Vec<char> {
    let signs: Vec<char> = text.chars().collect();
    let is_figure = |sign: char| digit(sign).is_some() || "十百千".contains(sign);
    let mut made = Vec::with_capacity(signs.len());
    let mut at = 0;
    while at < signs.len() {
        let end = signs[at..]
            .iter()
            .position(|sign| !is_figure(*sign))
            .map_or(signs.len(), |length| at + length);
        if end == at {
            made.push(signs[at]);
            at += 1;
            continue;
        }
        let follows = signs[end..].iter().take(2).copied().collect::<String>();
        let counts = ["丁", "番", "号", "条", "線", "地割", "-"]
            .iter()
            .any(|word| follows.starts_with(word))
            || (follows.starts_with('の') && signs.get(end + 1).is_some_and(|next| is_figure(*next) || next.is_ascii_digit()))
            // The last of several: 一ー三ー四〇.
            || (end == signs.len() && goes_on(&made));
        match number(&signs[at..end]).filter(|_| counts) {
            Some(number) => made.extend(number.to_string().chars()),
            None => made.extend(&signs[at..end]),
        }
        at = end;
    }
    made
}

/// Whether a figure and what joins it to the next one stand at the end.
fn goes_on(made: &[char]) -> bool {
    match made {
        [.., '-'] => true,
        [.., before, 'の'] => before.is_ascii_digit(),
        _ => false,
    }
}

/// How many signs, after a figure, only part it from the next one.
fn separator(signs: &[char]) -> Option<usize> {
    let begins = |word: &str| {
        let mut signs = signs.iter();
        word.chars().all(|sign| signs.next() == Some(&sign))
    };
    for word in ["丁目", "番地の", "番地"] {
        if begins(word) {
            return Some(word.chars().count());
        }
    }
    // 一番町 and 三号館 are names, 1丁の2 and 3番4号 are numbers.
    let next = signs.get(1);
    let is_number = next.is_none_or(|sign| sign.is_ascii_digit() || "-の".contains(*sign));
    match signs.first()? {
        '丁' | '番' | '号' if is_number => Some(1),
        'の' if next.is_some_and(char::is_ascii_digit) => Some(1),
        _ => None,
    }
}

/// One hyphen instead of several, and none at the ends.
fn tidied(text: &str) -> String {
    text.split('-')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

/// Without 付近, 地先 and 先 behind a number.
fn without_nearby(text: &str) -> &str {
    ["付近", "地先", "先"]
        .iter()
        .filter_map(|word| text.strip_suffix(word))
        .find(|rest| {
            rest.ends_with(|sign: char| sign.is_ascii_digit() || "号番地目-".contains(sign))
        })
        .unwrap_or(text)
}

fn padded(text: &str) -> String {
    let mut made = String::with_capacity(text.len() + 16);
    let mut figure = String::new();
    for sign in text.chars().chain(['\0']) {
        if sign.is_ascii_digit() {
            figure.push(sign);
            continue;
        }
        if !figure.is_empty() {
            let bare = figure.trim_start_matches('0');
            made.push_str(&"0".repeat(DIGITS.saturating_sub(bare.len())));
            made.push_str(bare);
            figure.clear();
        }
        if sign != '\0' {
            made.push(sign);
        }
    }
    made
}

/// A question as it can be looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Keys of what may be meant: without the municipality, and as it was typed.
    pub keys: Vec<String>,
}

impl Query {
    /// Reads what somebody typed, at most 200 signs of it. Prefecture, county, city and ward before the address are left out when they
    /// are those of a municipality whose addresses are known.
    pub fn read(text: &str, municipalities: &[Municipality]) -> Self {
        let text: String = text.chars().take(200).collect();
        let folded = normalise_for_search(&text);
        let mut keys = Vec::new();
        let mut longest = 0;
        let mut bare = None;
        for known in municipalities {
            let mut rest = folded.as_str();
            let mut count = 0;
            for part in [&known.prefecture, &known.county, &known.city, &known.ward] {
                let part = normalise_for_search(part);
                if part.is_empty() {
                    continue;
                }
                if let Some(after) = rest.strip_prefix(part.as_str()) {
                    rest = after;
                    count += part.chars().count();
                }
            }
            if count > longest {
                longest = count;
                bare = Some(count);
            }
        }
        // The same number of signs is left out of what was typed, in which blanks between figures still count.
        if let Some(count) = bare {
            let mut left = count;
            let mut after = String::new();
            for sign in fold_width(&text).chars() {
                if left == 0 {
                    after.push(sign);
                } else if !sign.is_whitespace() {
                    left -= 1;
                }
            }
            keys.push(key(&after));
        }
        let whole = key(&text);
        if !keys.contains(&whole) {
            keys.push(whole);
        }
        keys.retain(|key| !key.is_empty());
        Self { keys }
    }
}

/// The shorter addresses that a key begins with, the longest first: without its last figure, and so on, down to the town.
pub fn shorter(key: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut before: Option<char> = None;
    for (at, sign) in key.char_indices() {
        let ends_figure =
            before.is_some_and(|before| before.is_ascii_digit()) && !sign.is_ascii_digit();
        let begins_figure = sign.is_ascii_digit()
            && before.is_some_and(|before| !before.is_ascii_digit() && before != '-');
        if (ends_figure || begins_figure) && at > 0 {
            found.push(&key[..at]);
        }
        before = Some(sign);
    }
    found.reverse();
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_ways_of_writing_an_address_have_one_key() {
        for (one, others) in [
            (
                "泉町一丁目3番40号",
                vec![
                    "泉町1-3-40",
                    "泉町１丁目３－４０",
                    "大字泉町1丁目3番地40",
                    "泉町一ー三ー四〇",
                    "泉町1丁目3の40",
                    "泉町 1-3 40",
                    "泉町1丁目3番40号付近",
                    "泉町01-03-040",
                ],
            ),
            (
                "霞が関2-1",
                vec!["霞ヶ関二丁目1番", "霞ケ関２の１", "霞ヶ関二の一"],
            ),
            ("南一条西5丁目", vec!["南1条西五丁目", "南１条西5"]),
            ("堺東三丁1番", vec!["堺東3-1"]),
            ("千里字上山123番地4", vec!["大字千里小字上山123-4"]),
            ("二番町12番地", vec!["２番町１２"]),
        ] {
            for other in others {
                assert_eq!(key(one), key(other), "{one} {other}");
            }
        }
    }

    #[test]
    fn names_keep_their_figures() {
        assert!(key("十三本町1-2").starts_with("十三本町"));
        assert!(key("六本木六丁目").starts_with("六本木00006"));
        assert_ne!(key("泉町1-1"), key("泉町11"));
    }

    #[test]
    fn the_municipality_may_be_written_or_not() {
        let known = [Municipality {
            code: "272051".into(),
            prefecture: "大阪府".into(),
            city: "吹田市".into(),
            ..Municipality::default()
        }];
        for text in [
            "大阪府吹田市泉町1-3 40",
            "吹田市 泉町1-3-40",
            "泉町1-3-40",
            "大阪府 吹田市泉町１丁目３番４０号",
        ] {
            assert_eq!(
                Query::read(text, &known).keys[0],
                key("泉町1-3-40"),
                "{text}"
            );
        }
        assert!(Query::read(" ", &known).keys.is_empty());
    }

    #[test]
    fn an_address_has_shorter_ones() {
        assert_eq!(
            shorter(&key("泉町1-3-40市民会館")),
            [
                "泉町00001-00003-00040",
                "泉町00001-00003",
                "泉町00001",
                "泉町"
            ]
        );
    }

    proptest! {
        #[test]
        fn any_text_has_a_key_that_is_its_own(text in "\\PC{0,60}") {
            let once = key(&text);
            let _ = shorter(&once);
            prop_assert!(!once.starts_with('-') && !once.ends_with('-'));
        }

        #[test]
        fn numbers_are_one_in_kanji_and_in_digits(number in 1_u32..100) {
            let tens = ["", "十", "二十", "三十", "四十", "五十", "六十", "七十", "八十", "九十"];
            let ones = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
            let kanji = format!("{}{}", tens[(number / 10) as usize], ones[(number % 10) as usize]);
            prop_assert_eq!(key(&format!("本町{kanji}番地")), key(&format!("本町{number}")));
        }
    }
}
