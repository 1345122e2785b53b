//! Readings above kanji: on a page in やさしい日本語 `市役所（しやくしょ）` becomes `<ruby>`.
//!
//! Texts carry them in brackets, which files, mails and attributes can show too; only a page can put them above.

use yakuba_kernel::text::{KanjiWord, first_kanji_word};

use crate::running_text::rewritten;

/// Holds a run of text together that has readings.
const PIECE: &str = "<span class=\"with-readings\">";

/// The document or fragment `html` with every reading in brackets that directly follows kanji put above them.
///
/// Attributes, scripts and what people type into fields stay as they are. The text content of the page is the same as before for whoever
/// reads it without `<ruby>`.
///
/// ```
/// let shown = yakuba_ui::with_readings_above("<p title=\"市（し）\">市（し）の 手続</p>");
/// assert_eq!(
///     shown,
///     "<p title=\"市（し）\"><span class=\"with-readings\"><ruby>市<rp>（</rp><rt>し</rt><rp>）</rp></ruby>の 手続</span></p>"
/// );
/// ```
pub fn with_readings_above(html: &str) -> String {
    rewritten(html, annotate)
}

/// Writes a run of text to `shown`, its readings above their kanji. A run that has any stays one piece: in a button, whose parts stand side
/// by side with gaps, each `<ruby>` would be a part of its own.
fn annotate(text: &str, shown: &mut String) {
    let mut rest = text;
    let mut is_open = false;
    while let Some(word) = first_kanji_word(rest) {
        if word.reading.is_some() && !is_open {
            shown.push_str(PIECE);
            // What was before the first reading belongs to the piece as well.
            shown.push_str(&text[..text.len() - rest.len()]);
            is_open = true;
        }
        if is_open {
            write_word(&word, shown);
        }
        rest = word.after;
    }
    if is_open {
        shown.push_str(rest);
        shown.push_str("</span>");
    } else {
        shown.push_str(text);
    }
}

fn write_word(word: &KanjiWord<'_>, shown: &mut String) {
    shown.push_str(word.before);
    let Some(reading) = word.reading else {
        shown.push_str(word.kanji);
        return;
    };
    for part in [
        "<ruby>",
        word.kanji,
        "<rp>（</rp><rt>",
        reading,
        "</rt><rp>）</rp></ruby>",
    ] {
        shown.push_str(part);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::with_readings_above;

    #[test]
    fn only_running_text_after_kanji_gets_readings() {
        for (given, expected) in [
            (
                "手続の 申（もう）し込（こ）み",
                "<span class=\"with-readings\">手続の <ruby>申<rp>（</rp><rt>もう</rt><rp>）</rp></ruby>し<ruby>込<rp>（</rp><rt>こ</rt><rp>）</rp></ruby>み</span>",
            ),
            ("亡くなったとき（おくやみ）", "亡くなったとき（おくやみ）"),
            ("市（City）", "市（City）"),
            ("（し）", "（し）"),
            ("市（し", "市（し"),
            (
                "市（し）<!-- 市（し） -->",
                "<span class=\"with-readings\"><ruby>市<rp>（</rp><rt>し</rt><rp>）</rp></ruby></span><!-- 市（し） -->",
            ),
            (
                "<option label=\"a>b\">市（し）</option>",
                "<option label=\"a>b\">市（し）</option>",
            ),
            (
                "<script>let a = '<p>市（し）';</script>",
                "<script>let a = '<p>市（し）';</script>",
            ),
            (
                "<svg><text>市（し）</text></svg>",
                "<svg><text>市（し）</text></svg>",
            ),
            ("<textarea>市（し）", "<textarea>市（し）"),
        ] {
            assert_eq!(with_readings_above(given), expected);
        }
    }

    proptest! {
        // The letters of the tags that are given make none of the tags that are taken out again.
        #[test]
        fn whatever_it_is_given_only_ruby_is_added(html in "(<[a-m/]{0,8}>|</?(option|svg|title)>|[市町（）しー\"'<>& a]){0,40}") {
            let mut plain = with_readings_above(&html);
            for tag in [super::PIECE, "</span>", "<ruby>", "</ruby>", "<rp>", "</rp>", "<rt>", "</rt>"] {
                plain = plain.replace(tag, "");
            }
            prop_assert_eq!(plain, html);
        }
    }
}
