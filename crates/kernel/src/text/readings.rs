//! Readings in brackets after kanji, as やさしい日本語 has them: `市役所（しやくしょ）`.
//!
//! The guideline for やさしい日本語 (Immigration Services Agency and Agency for Cultural Affairs, August 2020) asks for a reading on
//! every kanji. Texts carry them in full-width brackets, which files and mails can show too.

/// Whether a letter is a kanji or stands for one: `々` repeats the one before it, `〇` is the zero.
const fn is_kanji(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{9fff}' | '々' | '〇')
}

/// Whether these are hiragana alone, with `ー` for long sounds and `、` between two readings; never for nothing at all.
fn is_reading(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|letter| matches!(letter, 'ぁ'..='ゖ' | 'ー' | '、'))
}

/// A run of kanji with what a text says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KanjiWord<'a> {
    /// What stands between the word before this one, its reading included, and this one.
    pub before: &'a str,
    /// The kanji.
    pub kanji: &'a str,
    /// The reading in brackets that follows directly, without its brackets.
    pub reading: Option<&'a str>,
    /// The rest of the text, behind the reading where there is one.
    pub after: &'a str,
}

/// The first run of kanji in a text; none when it has no kanji.
///
/// ```
/// use yakuba_kernel::text::first_kanji_word;
///
/// let word = first_kanji_word("この 市役所（しやくしょ）の 窓口").expect("there are kanji");
/// assert_eq!((word.kanji, word.reading), ("市役所", Some("しやくしょ")));
/// assert_eq!(first_kanji_word(word.after).and_then(|next| next.reading), None);
/// ```
pub fn first_kanji_word(text: &str) -> Option<KanjiWord<'_>> {
    let start = text.find(is_kanji)?;
    let (before, from_kanji) = text.split_at(start);
    let end = from_kanji
        .find(|letter| !is_kanji(letter))
        .unwrap_or(from_kanji.len());
    let (kanji, behind) = from_kanji.split_at(end);
    let read = behind
        .strip_prefix('（')
        .and_then(|inside| inside.split_once('）'))
        .filter(|(reading, _)| is_reading(reading));
    Some(KanjiWord {
        before,
        kanji,
        reading: read.map(|(reading, _)| reading),
        after: read.map_or(behind, |(_, after)| after),
    })
}

/// The words in kanji that no reading in brackets follows, in the order of the text.
pub fn kanji_without_reading(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(word) = first_kanji_word(rest) {
        if word.reading.is_none() {
            found.push(word.kanji);
        }
        rest = word.after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_is_missed_where_it_is_missing() {
        for (text, expected) in [
            (
                "犬（いぬ）の 登録とうろくを します（市）",
                &["登録", "市"][..],
            ),
            ("人々（ひとびと）", &[]),
            ("市（City）と 町（）", &["市", "町"]),
            ("金（かね、きん", &["金"]),
            ("すべて かな", &[]),
        ] {
            assert_eq!(kanji_without_reading(text), expected, "{text}");
        }
    }
}
