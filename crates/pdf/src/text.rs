//! Makes any text printable: whatever the font cannot show is replaced and reported, so that a
//! stray character never stops a document.

use std::collections::BTreeSet;

use serde_json::Value;
use unicode_normalization::char::compose;

/// 〓: what printers set where a type is missing.
const MISSING: char = '〓';

/// Cleans every string inside `data`; `has_shape` tells whether the fonts can show a character.
/// Returns the characters that had none.
pub(crate) fn clean_all(data: &mut Value, has_shape: &dyn Fn(char) -> bool) -> BTreeSet<char> {
    let mut missing = BTreeSet::new();
    visit(data, &mut |text| {
        *text = clean(text, has_shape, &mut missing);
    });
    missing
}

fn visit(data: &mut Value, change: &mut dyn FnMut(&mut String)) {
    match data {
        Value::String(text) => change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| visit(item, change)),
        Value::Object(fields) => fields.values_mut().for_each(|item| visit(item, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn clean(text: &str, has_shape: &dyn Fn(char) -> bool, missing: &mut BTreeSet<char>) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for character in composed(&text.replace("\r\n", "\n")) {
        match character {
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                cleaned.push('\n');
            }
            // Ideographic variants, as in people's names: the plain form is shown, the loss told.
            '\u{e0100}'..='\u{e01ef}' => {
                missing.insert(character);
            }
            _ if is_invisible(character) || (character.is_control() && character != '\t') => {}
            _ if is_private_use(character) => {
                missing.insert(character);
                cleaned.push(MISSING);
            }
            _ if character.is_whitespace() && (character == '\t' || !has_shape(character)) => {
                cleaned.push(' ');
            }
            _ if has_shape(character) => cleaned.push(character),
            _ => {
                missing.insert(character);
                cleaned.push(MISSING);
            }
        }
    }
    cleaned
}

/// Joins separate marks with their letters (か + ゙ → が) as files from some systems bring them.
/// Unlike Unicode's NFC it never replaces a character by another: NFC would turn the compatibility
/// ideographs of people's names (神, U+FA19) into their common forms.
fn composed(text: &str) -> Vec<char> {
    let mut characters: Vec<char> = Vec::with_capacity(text.len());
    for character in text.chars() {
        match characters.last().and_then(|last| compose(*last, character)) {
            Some(joined) => {
                characters.pop();
                characters.push(joined);
            }
            None => characters.push(character),
        }
    }
    characters
}

/// Joiners, directional marks, byte order mark and the like: they have no shape of their own, and a
/// directional override could make a text read otherwise than it is stored.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e00ff}'
            | '\u{e01f0}'..='\u{e0fff}'
    )
}

/// PDF/A-2a (ISO 19005-2, 6.2.11.7) forbids such characters without a replacement text.
fn is_private_use(character: char) -> bool {
    matches!(
        character,
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &str) -> (String, Vec<char>) {
        let mut missing = BTreeSet::new();
        let shape = |character: char| character < '\u{10000}' && character != '\u{a0}';
        let text = clean(text, &shape, &mut missing);
        (text, missing.into_iter().collect())
    }

    #[test]
    fn missing_characters_become_a_geta_and_are_told_once() {
        let (text, missing) = cleaned("吉\u{20bb7}\u{20bb7}😀\u{e000}");
        assert_eq!(text, "吉〓〓〓〓");
        assert_eq!(missing, ['\u{e000}', '😀', '\u{20bb7}']);
    }

    #[test]
    fn marks_join_their_letters_but_names_keep_their_forms() {
        assert_eq!(cleaned("か\u{3099}は\u{309a}e\u{301}").0, "がぱé");
        assert_eq!(cleaned("\u{fa19}").0, "\u{fa19}");
    }

    #[test]
    fn variant_selectors_leave_the_plain_form_and_are_told() {
        assert_eq!(cleaned("辻\u{e0100}"), ("辻".to_owned(), vec!['\u{e0100}']));
        assert_eq!(cleaned("☆\u{fe0f}"), ("☆".to_owned(), vec![]));
    }

    #[test]
    fn line_ends_are_unified_and_controls_vanish() {
        assert_eq!(
            cleaned("a\r\nb\rc\u{b}d\te\u{0}f\u{202e}g\u{a0}h").0,
            "a\nb\nc\nd efg h"
        );
    }
}
