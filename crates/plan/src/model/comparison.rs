//! The same indicator in other cities: finds candidates by name and unit; a person confirms them.
//!
//! Names differ from city to city (普及率, 取得率, 保有率 of the My Number card), and alike names may mean different
//! things (the number of procedures online is not the share of procedures online). So a candidate is only ever a
//! suggestion, with a score and its reason; nothing is compared before a person has said that it is the same.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use yakuba_kernel::text::normalise_for_search;

use super::{formula::Formula, message::Message};

/// An indicator as far as comparing needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparable<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its unit.
    pub unit: Option<&'a str>,
}

/// An indicator that may be the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its place in the list that was searched.
    pub index: usize,
    /// How alike the names are, 0 to 100.
    pub score: u8,
    /// Why it is suggested.
    pub reason: Message,
}

/// Candidates scoring less are not suggested.
pub const LOWEST_SCORE: u8 = 60;

/// Words that cities use for one thing: each line is one thing, its first word stands for all.
/// Only words that mean the same in every plan belong here: not 閲覧数 and 閲覧者数, which count views and persons.
/// 保有率 and 交付率 of the My Number card differ by cards since given back, which the confirming person should know.
const SYNONYMS: &[&[&str]] = &[
    &[
        "マイナンバーカード普及率",
        "マイナンバーカード取得率",
        "マイナンバーカード保有率",
        "マイナンバーカード交付率",
        "マイナンバーカード保有枚数率",
        "個人番号カード普及率",
        "個人番号カード交付率",
    ],
    &["マイナンバーカード", "個人番号カード"],
    &[
        "コンビニ交付",
        "コンビニエンスストア交付",
        "コンビニエンスストアでの交付",
    ],
    &["オンライン申請", "電子申請", "インターネット申請"],
    &[
        "公衆無線LAN",
        "公衆Wi-Fi",
        "フリーWi-Fi",
        "無料Wi-Fi",
        "公衆無線LAN(Wi-Fi)",
    ],
    &["オンライン会議", "Web会議", "ウェブ会議", "リモート会議"],
    &["テレワーク", "在宅勤務", "リモートワーク"],
    &["業務時間", "作業時間", "事務時間"],
    &[
        "公式サイト",
        "公式ホームページ",
        "市ホームページ",
        "市ウェブサイト",
        "本市Webサイト",
    ],
    &["閲覧数", "閲覧件数", "アクセス数", "アクセス件数"],
    &["手続", "手続き"],
    &["割合", "比率"],
];

/// Endings that say what kind of quantity a name means. Two names of different kinds are never the same indicator.
const KINDS: &[(Kind, &[&str])] = &[
    (Kind::Share, &["率", "割合", "比率", "パーセント"]),
    (Kind::Time, &["時間", "時間数", "日数", "分数"]),
    (Kind::Money, &["額", "金額", "費用", "円"]),
    (
        Kind::Number,
        &[
            "数",
            "件数",
            "人数",
            "回数",
            "枚数",
            "箇所数",
            "か所数",
            "者数",
            "件",
            "量",
        ],
    ),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Share,
    Time,
    Money,
    Number,
}

/// Units that differ in writing only: each line is one unit.
const UNITS: &[&[&str]] = &[
    &["%", "パーセント", "㌫"],
    &["人", "名"],
    &["か所", "箇所", "カ所", "ヶ所", "ヵ所", "施設"],
    &["件", "項目", "手続"],
    &["時間", "h"],
    &["台", "機"],
];

/// The indicators among `others` that may be the same as `indicator`, the likeliest first. Only those with the same
/// unit and the same kind of quantity; names are compared after folding width, kana, blanks and known synonyms.
/// Every candidate must be confirmed by a person before figures are shown side by side.
pub fn candidates(indicator: Comparable<'_>, others: &[Comparable<'_>]) -> Vec<Candidate> {
    candidates_of_all(&[indicator], others)
        .pop()
        .unwrap_or_default()
}

/// The [`candidates`] of each of some indicators, in their order. Every name is folded once.
pub fn candidates_of_all(
    indicators: &[Comparable<'_>],
    others: &[Comparable<'_>],
) -> Vec<Vec<Candidate>> {
    let synonyms = folded_synonyms();
    let folded: Vec<Folded> = others
        .iter()
        .map(|other| Folded::of(*other, &synonyms))
        .collect();
    indicators
        .iter()
        .map(|indicator| {
            let own = Folded::of(*indicator, &synonyms);
            let mut found: Vec<Candidate> = folded
                .iter()
                .enumerate()
                .filter_map(|(index, other)| {
                    let (score, reason) = own.likeness(other)?;
                    (score >= LOWEST_SCORE).then(|| Candidate {
                        index,
                        score,
                        reason: reason.with("name", others[index].name),
                    })
                })
                .collect();
            found.sort_by_key(|candidate| (std::cmp::Reverse(candidate.score), candidate.index));
            found
        })
        .collect()
}

/// What is known of how alike two indicators are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// Both have a formula of the same kind, such as a share.
    SameKind,
    /// Both have a formula, of different kinds.
    OtherKind,
    /// At least one has no formula; their definitions in words share so much, 0 to 100.
    Definitions(u8),
    /// There is too little to tell.
    Unknown,
}

/// How alike two indicators are counted, by their formulas or else by their definitions in words.
pub fn counting(
    one: (Option<&Formula>, Option<&str>),
    other: (Option<&Formula>, Option<&str>),
) -> Counting {
    match (one, other) {
        ((Some(one), _), (Some(other), _)) => {
            if std::mem::discriminant(&one.kind) == std::mem::discriminant(&other.kind) {
                Counting::SameKind
            } else {
                Counting::OtherKind
            }
        }
        ((_, Some(one)), (_, Some(other))) => {
            let fold = |text: &str| without_small_words(&letters(text));
            Counting::Definitions(pairs_in_common(&fold(one), &fold(other)))
        }
        _ => Counting::Unknown,
    }
}

/// Whether two units mean the same. A missing unit is like no other: it must be entered first.
pub fn same_unit(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => standard_unit(one) == standard_unit(other),
        _ => false,
    }
}

/// A unit folded, and as the first of those that mean the same.
fn standard_unit(unit: &str) -> String {
    let folded = normalise_for_search(unit);
    UNITS
        .iter()
        .find(|words| {
            words
                .iter()
                .any(|word| normalise_for_search(word) == folded)
        })
        .map_or(folded, |words| normalise_for_search(words[0]))
}

struct Folded {
    /// The name, folded.
    name: String,
    /// The name, folded, synonyms replaced, small words dropped.
    meaning: String,
    kind: Option<Kind>,
    unit: Option<String>,
}

impl Folded {
    fn of(indicator: Comparable<'_>, synonyms: &[(String, String)]) -> Self {
        let name = letters(indicator.name);
        let mut meaning = without_small_words(&name);
        for (word, standard) in synonyms {
            if word != standard && !meaning.contains(standard.as_str()) {
                meaning = meaning.replace(word.as_str(), standard);
            }
        }
        Self {
            kind: kind_of(&name),
            name,
            meaning,
            unit: indicator.unit.map(standard_unit),
        }
    }

    fn likeness(&self, other: &Self) -> Option<(u8, Message)> {
        let nameless = self.meaning.is_empty() || other.meaning.is_empty();
        if nameless || self.unit.is_none() || self.unit != other.unit {
            return None;
        }
        if let (Some(one), Some(two)) = (self.kind, other.kind)
            && one != two
        {
            return None;
        }
        if self.name == other.name {
            return Some((100, Message::new("measuring-comparison-same-name")));
        }
        if self.meaning == other.meaning {
            return Some((95, Message::new("measuring-comparison-synonym")));
        }
        let score = pairs_in_common(&self.meaning, &other.meaning).min(90);
        Some((
            score,
            Message::new("measuring-comparison-alike").with("percent", u32::from(score)),
        ))
    }
}

/// Letters and digits only, folded as for search.
fn letters(text: &str) -> String {
    normalise_for_search(text)
        .chars()
        .filter(|character| character.is_alphanumeric() || *character == '-')
        .collect()
}

/// Drops what joins words without adding meaning.
fn without_small_words(name: &str) -> String {
    name.replace(['の', 'を', 'に'], "")
        .replace("における", "")
        .replace("による", "")
}

fn kind_of(folded: &str) -> Option<Kind> {
    KINDS
        .iter()
        .flat_map(|(kind, endings)| endings.iter().map(move |ending| (*kind, letters(ending))))
        .filter(|(_, ending)| folded.ends_with(ending.as_str()))
        .max_by_key(|(_, ending)| ending.chars().count())
        .map(|(kind, _)| kind)
}

/// Synonyms folded like names, as pairs of word and standard word, longest words first.
fn folded_synonyms() -> Vec<(String, String)> {
    let fold = |word: &str| without_small_words(&letters(word));
    let mut pairs: Vec<(String, String)> = SYNONYMS
        .iter()
        .flat_map(|words| {
            words
                .iter()
                .map(|word| (fold(word), fold(words[0])))
                .collect::<Vec<_>>()
        })
        .collect();
    pairs.sort_by_key(|(word, _)| std::cmp::Reverse(word.chars().count()));
    pairs
}

/// How many pairs of neighbouring characters two texts share, 0 to 100 (Dice's coefficient).
fn pairs_in_common(one: &str, other: &str) -> u8 {
    let pairs =
        |text: &str| -> BTreeSet<(char, char)> { text.chars().zip(text.chars().skip(1)).collect() };
    let (one, other) = (pairs(one), pairs(other));
    let all = one.len() + other.len();
    if all == 0 {
        return 0;
    }
    let common = one.intersection(&other).count();
    u8::try_from(200 * common / all).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        Candidate, Comparable, Counting, candidates, counting, kind_of, letters, same_unit,
    };
    use crate::model::formula::Formula;

    fn named<'a>(name: &'a str, unit: &'a str) -> Comparable<'a> {
        Comparable {
            name,
            unit: Some(unit),
        }
    }

    fn between(one: Comparable<'_>, other: Comparable<'_>) -> Option<Candidate> {
        candidates(one, &[other]).pop()
    }

    #[test]
    fn the_my_number_card_is_found_under_all_its_names() {
        let own = named("マイナンバーカードの普及率", "%");
        for other in [
            "マイナンバーカード取得率",
            "マイナンバーカードの保有率",
            "ﾏｲﾅﾝﾊﾞｰｶｰﾄﾞの交付率",
            "個人番号カードの交付率",
        ] {
            let found = between(own, named(other, "％")).unwrap();
            assert_eq!(found.score, 95, "{other}");
            assert_eq!(found.reason.id, "measuring-comparison-synonym");
        }
        let same = between(own, named("マイナンバーカードの普及率", "%")).unwrap();
        assert_eq!(same.score, 100);
    }

    #[test]
    fn a_number_is_not_a_share() {
        let number = named("オンライン申請ができる行政手続数", "項目");
        assert_eq!(between(number, named("電子化率", "%")), None);
        assert_eq!(
            between(number, named("オンライン申請ができる行政手続の割合", "%")),
            None
        );
        // Not even when both were written without care for the unit.
        assert_eq!(
            between(
                named("オンライン申請数", "%"),
                named("オンライン申請率", "%")
            ),
            None
        );
        assert!(between(number, named("電子申請ができる行政手続き数", "件")).is_some());
    }

    #[test]
    fn units_must_be_the_same() {
        let own = named("テレワークの実施者数", "人");
        assert!(between(own, named("テレワーク実施者数", "名")).is_some());
        assert_eq!(between(own, named("テレワーク実施者数", "回")), None);
        assert!(!same_unit(None, None));
        assert!(same_unit(Some("％"), Some("%")));
        assert!(same_unit(Some("か所"), Some("箇所")));
    }

    #[test]
    fn what_has_little_in_common_is_not_suggested() {
        let own = named("RPAツールを扱える職員数", "人");
        assert_eq!(between(own, named("youtube等の視聴者数", "名")), None);
    }

    #[test]
    fn the_likeliest_comes_first() {
        let others = [
            named("業務用チャットツールの利活用により削減した業務時間", "時間"),
            named("AI・RPA等の利活用により削減した業務時間", "時間"),
            named("RPAの利活用により削減した作業時間", "時間"),
        ];
        let found = candidates(
            named("AI・RPA等の利活用により削減した業務時間", "時間"),
            &others,
        );
        assert_eq!(found[0].index, 1);
        assert_eq!(found[0].score, 100);
        assert!(found.windows(2).all(|pair| pair[0].score >= pair[1].score));
        assert!(found.iter().any(|candidate| candidate.index == 2));
    }

    #[test]
    fn the_way_of_counting_is_told_by_formulas_or_else_by_definitions() {
        let formula = |kind: &str| -> Formula {
            serde_json::from_str(&format!(
                r#"{{"kind":{{"{kind}":{{"measure":"cards.held"}}}},"rounding":"half_up","places":1}}"#
            ))
            .unwrap()
        };
        let (count, sum) = (formula("count"), formula("sum"));
        assert_eq!(
            counting((Some(&count), None), (Some(&count), Some("件数"))),
            Counting::SameKind
        );
        assert_eq!(
            counting((Some(&count), None), (Some(&sum), None)),
            Counting::OtherKind
        );
        assert_eq!(
            counting(
                (Some(&count), Some("申請の件数")),
                (None, Some("申請の件数"))
            ),
            Counting::Definitions(100)
        );
        assert_eq!(
            counting((Some(&count), None), (None, Some("申請の件数"))),
            Counting::Unknown
        );
    }

    #[test]
    fn the_ending_tells_the_kind() {
        assert_ne!(kind_of(&letters("電子化率")), kind_of(&letters("手続数")));
        assert_eq!(kind_of(&letters("満足度")), None);
    }

    proptest! {
        #[test]
        fn likeness_is_mutual(one in "[ァ-ン一-三率数の]{0,8}", other in "[ァ-ン一-三率数の]{0,8}") {
            let (one, other) = (named(&one, "件"), named(&other, "件"));
            let there = between(one, other).map(|c| c.score);
            let back = between(other, one).map(|c| c.score);
            prop_assert_eq!(there, back);
        }
    }
}
