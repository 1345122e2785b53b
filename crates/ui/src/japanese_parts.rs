//! Japanese on English pages says that it is Japanese, so that a screen reader takes the right voice and a browser the right letters.
//!
//! WCAG 2.2, 3.1.2 (language of parts, AA; JIS X 8341-3:2016 7.3.1.2) asks for it. Names of plans, facilities and files, and what residents
//! wrote, often have no English: marked here, no template has to think of it.

use std::ops::Range;

use crate::running_text::rewritten;

/// The English document or fragment `html` with each Japanese part of its text in an element of that language.
///
/// Attributes and the titles of windows cannot say a language of their own; they stay as they are.
///
/// ```
/// let shown = yakuba_ui::with_japanese_marked("<p>Version 3 of 公共施設一覧</p><p>市の施設です。</p>");
/// assert_eq!(
///     shown,
///     "<p><span>Version 3 of <span lang=\"ja\">公共施設一覧</span></span></p><p><span lang=\"ja\">市の施設です。</span></p>"
/// );
/// ```
pub fn with_japanese_marked(html: &str) -> String {
    rewritten(html, mark)
}

/// Whether it is written in Japanese alone: kana or kanji.
const fn is_japanese_letter(letter: char) -> bool {
    matches!(
        letter,
        'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | 'ｦ'..='ﾝ' | '々' | '〇' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
    )
}

/// Whether it belongs to a Japanese text when it stands beside its letters: those, their punctuation and wide forms.
const fn is_japanese(letter: char) -> bool {
    is_japanese_letter(letter)
        || matches!(letter, '\u{3000}'..='\u{30ff}' | '\u{ff00}'..='\u{ffef}')
}

/// The Japanese parts of a text, in bytes. Figures and single words of other letters inside a sentence, and those written together with
/// one (`3m以上`), belong to it.
fn parts(text: &str) -> Vec<Range<usize>> {
    let is_figure = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-');
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, letter) in text
        .char_indices()
        .filter(|(_, letter)| is_japanese(*letter))
    {
        let end = at + letter.len_utf8();
        match found.last_mut() {
            Some(last) if !are_words(&text[last.end..at]) => last.end = end,
            _ => found.push(at..end),
        }
    }
    found.retain(|part| text[part.clone()].contains(is_japanese_letter));
    for part in &mut found {
        let (before, after) = (&text[..part.start], &text[part.end..]);
        part.start = before.trim_end_matches(is_figure).len();
        part.end = text.len() - after.trim_start_matches(is_figure).len();
    }
    found
}

/// Whether what stands between two Japanese parts is a text of its own.
fn are_words(between: &str) -> bool {
    between.contains(char::is_whitespace)
        && between.contains(|letter: char| letter.is_ascii_alphabetic())
}

fn mark(text: &str, shown: &mut String) {
    let parts = parts(text);
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else {
        shown.push_str(text);
        return;
    };
    let is_alone = parts.len() == 1
        && text[..first.start].trim().is_empty()
        && text[last.end..].trim().is_empty();
    // A text that is partly Japanese stays one piece: in a button, whose parts stand side by side with gaps, each would be a part of its own.
    if !is_alone {
        shown.push_str("<span>");
    }
    let mut done = 0;
    for part in &parts {
        shown.push_str(&text[done..part.start]);
        shown.push_str("<span lang=\"ja\">");
        shown.push_str(&text[part.clone()]);
        shown.push_str("</span>");
        done = part.end;
    }
    shown.push_str(&text[done..]);
    if !is_alone {
        shown.push_str("</span>");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::with_japanese_marked;

    #[test]
    fn what_is_japanese_says_so_and_nothing_else() {
        for (given, expected) in [
            ("Open data", "Open data"),
            ("Open data（", "Open data（"),
            (
                "\n  無料のWi-Fiがある施設（24時間）です。 ",
                "\n  <span lang=\"ja\">無料のWi-Fiがある施設（24時間）です。</span> ",
            ),
            (
                "From 澄川市 to 吹田市",
                "<span>From <span lang=\"ja\">澄川市</span> to <span lang=\"ja\">吹田市</span></span>",
            ),
            (
                "Depth: 3m以上 &amp; Wi-Fi",
                "<span>Depth: <span lang=\"ja\">3m以上</span> &amp; Wi-Fi</span>",
            ),
            (
                "<option>市役所</option><b title=\"市\">A</b>",
                "<option>市役所</option><b title=\"市\">A</b>",
            ),
        ] {
            assert_eq!(with_japanese_marked(given), expected);
        }
    }

    proptest! {
        // The letters of the tags that are given make none of the tags that are taken out again.
        #[test]
        fn only_languages_are_added(html in "(<[a-m/]{0,8}>|</?(option|svg|title)>|[市町（）しー\"'<>& a1]){0,40}") {
            let mut plain = with_japanese_marked(&html);
            for tag in ["<span lang=\"ja\">", "<span>", "</span>"] {
                plain = plain.replace(tag, "");
            }
            prop_assert_eq!(plain, html);
        }
    }
}
