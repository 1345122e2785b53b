//! Any text through the two functions that change it: done twice, they change nothing more.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yakuba_kernel::text::{join_broken_words, normalise_for_search};

fuzz_target!(|text: &str| {
    let joined = join_broken_words(text);
    let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
    assert_eq!(letters(text), letters(&joined), "only blanks may go");
    let once = normalise_for_search(text);
    assert_eq!(normalise_for_search(&once), once, "from {text:?}");
});
