//! Mending words that a PDF or a spreadsheet layout tore apart.

/// Removes the blanks that layout left inside words and between Japanese characters.
///
/// ```
/// use yakuba_kernel::text::join_broken_words;
///
/// assert_eq!(join_broken_words("We b施設予約システム"), "Web施設予約システム");
/// assert_eq!(join_broken_words("AI OCR"), "AI OCR");
/// ```
pub fn join_broken_words(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut joined = String::with_capacity(text.len());
    for (at, character) in characters.iter().enumerate() {
        if *character == ' ' {
            let before = at.checked_sub(1).map(|before| characters[before]);
            let after = characters.get(at + 1).copied();
            let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            if !(latin(before) && latin(after)) {
                continue;
            }
            let single = |c: usize| {
                !c.checked_sub(1).is_some_and(|c| latin(characters.get(c).copied())) && !latin(characters.get(c + 1).copied())
            };
            if single(at + 1) || single(at - 1) {
                continue;
            }
        }
        joined.push(*character);
    }
    joined
}
