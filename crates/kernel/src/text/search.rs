//! The key under which text is searched.

use unicode_normalization::UnicodeNormalization;

/// The key under which a text is found: two texts a person would call the same word have the same key.
///
/// What is folded, following the practice of Japanese address and name search:
/// - width and compatibility forms (NFKC): `Ｗｅｂ` = `web`, `㈱` = `(株)`, `①` = `1`
/// - capital letters to small ones
/// - katakana to hiragana, small kana to large ones (`フィ` = `フイ`), `ヶ` and `ケ` both to `け`
/// - every hyphen, dash and long vowel mark to `-`
/// - the usual old and variant forms of kanji to the common one: `澤` = `沢`, `邊` = `辺`, `髙` = `高`
/// - blanks and variation selectors are dropped
///
/// For comparing and searching only: never store the result in place of what was typed. Folding a folded text changes
/// nothing.
///
/// ```
/// use yakuba_kernel::text::normalise_for_search;
///
/// assert_eq!(normalise_for_search("Ｗｅｂ　予約システム"), normalise_for_search("web予約 しすてむ"));
/// assert_eq!(normalise_for_search("渡邊"), normalise_for_search("渡辺"));
/// ```
pub fn normalise_for_search(text: &str) -> String {
    text.nfkc()
        .filter(|character| !character.is_whitespace() && !is_variation_selector(*character))
        .flat_map(char::to_lowercase)
        .map(|character| common_kanji(same_dash(large_kana(to_hiragana(character)))))
        // Marks may now stand beside another letter than before (`ゥ゙` became `ゔ`): put them together.
        .nfkc()
        .collect()
}

/// The words of what somebody typed into a search, each as [`normalise_for_search`] makes it: the first eight, without those of which
/// nothing is left.
pub fn words_for_search(typed: &str) -> Vec<String> {
    typed
        .split_whitespace()
        .take(8)
        .map(normalise_for_search)
        .filter(|word| !word.is_empty())
        .collect()
}

/// Turns hiragana into katakana, as readings of names are kept: `すいた` → `スイタ`. Everything else stays.
pub fn hiragana_to_katakana(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => shifted(character, 0x60),
            other => other,
        })
        .collect()
}

fn is_variation_selector(character: char) -> bool {
    matches!(character, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

fn to_hiragana(character: char) -> char {
    match character {
        'ァ'..='ヶ' | 'ヽ' | 'ヾ' => shifted(character, -0x60),
        other => other,
    }
}

fn shifted(character: char, by: i32) -> char {
    u32::from(character)
        .checked_add_signed(by)
        .and_then(char::from_u32)
        .unwrap_or(character)
}

fn large_kana(character: char) -> char {
    match character {
        'ぁ' | 'ぃ' | 'ぅ' | 'ぇ' | 'ぉ' | 'っ' | 'ゃ' | 'ゅ' | 'ょ' | 'ゎ' => {
            shifted(character, 1)
        }
        'ゕ' => 'か',
        'ゖ' => 'け',
        other => other,
    }
}

fn same_dash(character: char) -> char {
    match character {
        // Hyphens and dashes, minus, the long vowel mark and the lines of boxes that are typed in their place.
        '\u{2010}'..='\u{2015}' | '\u{2212}' | 'ー' | '─' | '━' => '-',
        // The wave dash of one code table is the full-width tilde of another.
        '\u{301C}' => '~',
        other => other,
    }
}

/// Old and variant forms in names of people and places, each beside the common form.
/// Kept short on purpose: only pairs that people of the same name use for each other.
const VARIANTS: [(&str, char); 30] = [
    ("髙", '高'),
    ("﨑嵜碕", '崎'),
    ("澤", '沢'),
    ("邊邉", '辺'),
    ("齋齊斎", '斉'),
    ("濱濵", '浜'),
    ("廣", '広'),
    ("櫻", '桜'),
    ("嶋嶌", '島'),
    ("國", '国'),
    ("德", '徳'),
    ("冨", '富'),
    ("𠮷", '吉'),
    ("眞", '真'),
    ("瀨", '瀬'),
    ("龍", '竜'),
    ("條", '条'),
    ("藏", '蔵'),
    ("榮", '栄'),
    ("惠", '恵'),
    ("壽", '寿'),
    ("實", '実'),
    ("學", '学'),
    ("關", '関'),
    ("鐵", '鉄'),
    ("萬", '万'),
    ("豐", '豊'),
    ("曾", '曽'),
    ("應", '応'),
    ("橫", '横'),
];

fn common_kanji(character: char) -> char {
    VARIANTS
        .iter()
        .find_map(|(variants, common)| variants.contains(character).then_some(*common))
        .unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{hiragana_to_katakana, normalise_for_search};

    #[track_caller]
    fn same(one: &str, other: &str) {
        assert_eq!(
            normalise_for_search(one),
            normalise_for_search(other),
            "{one} {other}"
        );
    }

    #[test]
    fn words_a_person_calls_the_same_have_one_key() {
        same("Ｗｅｂ予約システム", "WEB予約ｼｽﾃﾑ");
        same("キャッシュレス", "きゃっしゅれす");
        same("霞ヶ関", "霞ケ関");
        same("コンピューター", "コンピュ-タ―");
        same("Ｗｉ−Ｆｉ", "wi-fi");
        same("10～20", "10〜20");
        same("令和５年　度", "令和5年度");
        same("㋿5年", "令和5年");
    }

    #[test]
    fn variants_in_names_have_one_key() {
        same("髙﨑", "高崎");
        same("渡邉", "渡邊");
        same("齋藤", "斎藤");
        same("𠮷澤", "吉沢");
        same("葛\u{E0100}飾", "葛飾");
    }

    #[test]
    fn different_words_stay_different() {
        for (one, other) in [
            ("は", "ば"),
            ("吹田市", "水田市"),
            ("第1号", "第2号"),
            ("ハ", "バ"),
        ] {
            assert_ne!(normalise_for_search(one), normalise_for_search(other));
        }
    }

    #[test]
    fn readings_turn_into_katakana() {
        assert_eq!(
            hiragana_to_katakana("すいたし ゔぁ漢ABC"),
            "スイタシ ヴァ漢ABC"
        );
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in prop_oneof![any::<String>(), "[ぁ-ゖァ-ヺｦ-ﾟＡ-ｚ髙澤邊 ー-]{0,12}"]) {
            let once = normalise_for_search(&text);
            prop_assert_eq!(normalise_for_search(&once), once);
        }
    }
}
