//! Signs that turn the direction of writing.

use std::borrow::Cow;

/// Whether a sign overrides, embeds or isolates a direction of writing (Unicode Standard Annex #9): text after it can be shown backwards, as
/// in a name whose `gpj.exe` reads `exe.jpg`. The plain marks that Arabic and Hebrew names may need are none of them.
pub const fn turns_direction(sign: char) -> bool {
    matches!(sign, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The text without signs that turn its direction; what was typed is kept otherwise.
pub fn without_turns(text: &str) -> Cow<'_, str> {
    if text.contains(turns_direction) {
        Cow::Owned(
            text.chars()
                .filter(|sign| !turns_direction(*sign))
                .collect(),
        )
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_the_direction_goes_and_everything_else_stays() {
        assert_eq!(without_turns("写真\u{202e}gpj.exe\u{2069}"), "写真gpj.exe");
        for kept in ["髙橋 花子\n", "محمد\u{200f}", "辻\u{e0101}", ""] {
            assert!(matches!(without_turns(kept), Cow::Borrowed(text) if text == kept));
        }
    }
}
