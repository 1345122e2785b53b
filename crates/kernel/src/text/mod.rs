//! Handling of Japanese text: comparing, searching, and mending what layout tore apart.
//!
//! These functions make *copies for a purpose*. What a person typed, a name above all, is stored exactly as typed and
//! never passed through them.

mod broken_words;
mod direction;
mod readings;
mod search;
mod width;

pub use broken_words::join_broken_words;
pub use direction::{turns_direction, without_turns};
pub use readings::{KanjiWord, first_kanji_word, kanji_without_reading};
pub use search::{hiragana_to_katakana, normalise_for_search, words_for_search};
pub use width::fold_width;
