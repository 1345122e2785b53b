//! Full-width and half-width forms.

use unicode_normalization::UnicodeNormalization;

/// Brings letters, digits and symbols to half width and kana to full width: `Ｒ５年度（ｼｽﾃﾑ）` → `R5年度(システム)`.
///
/// For reading numbers and codes that people typed with a Japanese keyboard. Unlike a full compatibility normalisation it
/// leaves everything else alone: `①`, `㈱`, `㋿` and every kanji stay as they are.
///
/// ```
/// use yakuba_kernel::text::fold_width;
///
/// assert_eq!(fold_width("ＡＢＣ１２３（％）　ｶﾞｲﾄﾞ①㈱"), "ABC123(%) ガイド①㈱");
/// ```
pub fn fold_width(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut half_kana = String::new();
    for character in text.chars() {
        if matches!(character, '\u{FF61}'..='\u{FF9F}') {
            half_kana.push(character);
            continue;
        }
        // A whole run at once, so that ｶ and ﾞ become one ガ.
        folded.extend(half_kana.nfkc());
        half_kana.clear();
        match character {
            '\u{3000}' => folded.push(' '),
            '\u{FF01}'..='\u{FF5E}' | '\u{FFE0}'..='\u{FFE6}' => {
                folded.extend(std::iter::once(character).nfkc());
            }
            other => folded.push(other),
        }
    }
    folded.extend(half_kana.nfkc());
    folded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::fold_width;

    #[test]
    fn letters_digits_and_symbols_become_narrow_and_kana_wide() {
        assert_eq!(fold_width("Ｒ５年度（ｼｽﾃﾑ）"), "R5年度(システム)");
        assert_eq!(fold_width("￥１，０００　－　５０％"), "¥1,000 - 50%");
        assert_eq!(fold_width("ﾊﾟﾋﾟｶﾞﾄﾞｰ｡｢｣"), "パピガドー。「」");
    }

    #[test]
    fn everything_else_stays() {
        for text in [
            "①㈱㋿",
            "\u{FA19}谷髙﨑",
            "〜",
            "カタカナ",
            "ひらがな",
            "葛\u{E0100}",
            "é",
        ] {
            assert_eq!(fold_width(text), text);
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in any::<String>()) {
            let once = fold_width(&text);
            prop_assert_eq!(fold_width(&once), once);
        }
    }
}
