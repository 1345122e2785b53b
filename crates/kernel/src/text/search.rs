//! The key under which text is searched.

use unicode_normalization::UnicodeNormalization;

/// The key under which a text is found: two texts a person would call the same word have the same key.
///
/// Width and compatibility forms are folded (NFKC), letters made small, katakana turned into hiragana, blanks and variation
/// selectors dropped. For comparing and searching only: never store the result in place of what was typed.
///
/// ```
/// use yakuba_kernel::text::normalise_for_search;
///
/// assert_eq!(normalise_for_search("Ｗｅｂ　予約システム"), normalise_for_search("web予約 しすてむ"));
/// ```
pub fn normalise_for_search(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace() && !is_variation_selector(*c)).map(katakana_to_hiragana).collect()
}

fn is_variation_selector(character: char) -> bool {
    matches!(character, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

fn katakana_to_hiragana(character: char) -> char {
    match character {
        'ァ'..='ヶ' | 'ヽ' | 'ヾ' => char::from_u32(u32::from(character) - 0x60).unwrap_or(character),
        other => other,
    }
}
