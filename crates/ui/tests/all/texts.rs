//! No general text is missing.

use yakuba_ui::{WORDS, assert_complete, assert_used_words_exist};

#[test]
fn texts_are_complete_in_every_language() {
    assert_complete(&WORDS);
}

#[test]
fn every_text_in_use_exists() {
    assert_used_words_exist(&WORDS, env!("CARGO_MANIFEST_DIR"));
}
