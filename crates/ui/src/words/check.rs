//! Checks for tests: no text is missing, unknown or misspelt.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use fluent_bundle::FluentResource;
use yakuba_kernel::text::kanji_without_reading;

use super::Catalogue;
use crate::Language;

/// For tests: every text of Japanese exists in English and the other way round, easy Japanese has
/// no text that Japanese lacks and a reading after each of its kanji, each text uses the same values in every language, and every file
/// reads without error.
///
/// # Panics
/// When one of these does not hold, with the list of what to mend.
#[track_caller]
pub fn assert_complete(catalogue: &Catalogue) {
    let problems = problems(catalogue);
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// For tests: every `words.get("…")`, `words.with("…")`, `words.counted("…")` and the like in the
/// templates and sources of a crate names a text which its catalogue (or the general one) has.
/// Give `env!("CARGO_MANIFEST_DIR")`.
///
/// # Panics
/// When a text is missing, with the file that asks for it.
#[track_caller]
pub fn assert_used_words_exist(catalogue: &'static Catalogue, manifest_dir: &str) {
    assert_used_words_exist_in(&[catalogue], manifest_dir);
}

/// For tests: the same for a crate with a catalogue for each of its rooms; each text is in one of them.
///
/// # Panics
/// When a text is missing, with the file that asks for it.
#[track_caller]
pub fn assert_used_words_exist_in(catalogues: &[&'static Catalogue], manifest_dir: &str) {
    let mut missing = Vec::new();
    let mut folders = vec![
        Path::new(manifest_dir).join("templates"),
        Path::new(manifest_dir).join("src"),
    ];
    let has = |key: &str| {
        catalogues
            .iter()
            .any(|catalogue| catalogue.words(Language::Japanese).has(key))
    };
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = fs::read_to_string(&path).unwrap_or_default();
            let source = source.split("#[cfg(test)]").next().unwrap_or_default();
            for key in used_keys(source) {
                if !has(key) {
                    missing.push(format!("{}: no text called {key}", path.display()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}

fn problems(catalogue: &Catalogue) -> Vec<String> {
    let mut problems = Vec::new();
    for language in Language::ALL {
        if let Err((_, errors)) = FluentResource::try_new(catalogue.source(language).to_owned()) {
            for error in errors {
                problems.push(format!("{} ({}): {error}", catalogue.name, language.code()));
            }
        }
    }
    let japanese = entries(catalogue.source(Language::Japanese));
    let keys: BTreeSet<&str> = japanese.iter().map(|(key, _)| *key).collect();
    for language in [Language::EasyJapanese, Language::English] {
        let translated = entries(catalogue.source(language));
        for (key, values) in &translated {
            match japanese.iter().find(|(other, _)| other == key) {
                None => problems.push(format!(
                    "{} ({}): {key} is not in Japanese",
                    catalogue.name,
                    language.code()
                )),
                Some((_, expected)) if expected != values => problems.push(format!(
                    "{} ({}): {key} uses {values:?}, Japanese {expected:?}",
                    catalogue.name,
                    language.code()
                )),
                Some(_) => {}
            }
        }
        if language == Language::EasyJapanese {
            for line in catalogue.source(language).lines() {
                if line.starts_with('#') {
                    continue;
                }
                for word in kanji_without_reading(line) {
                    problems.push(format!(
                        "{} (easy): no reading for {word} in {line:?}",
                        catalogue.name
                    ));
                }
            }
        }
        if language == Language::English {
            let known: BTreeSet<&str> = translated.iter().map(|(key, _)| *key).collect();
            for key in keys.difference(&known) {
                problems.push(format!("{} (en): {key} is missing", catalogue.name));
            }
        }
    }
    problems
}

/// Each text's key with the names of the values it uses.
fn entries(source: &str) -> Vec<(&str, BTreeSet<&str>)> {
    let mut entries: Vec<(&str, BTreeSet<&str>)> = Vec::new();
    for line in source.lines() {
        let starts_entry = line.starts_with(|first: char| first.is_ascii_alphabetic());
        if starts_entry && let Some((key, _)) = line.split_once('=') {
            entries.push((key.trim(), BTreeSet::new()));
        }
        if line.starts_with('#') {
            continue;
        }
        if let Some((_, values)) = entries.last_mut() {
            for part in line.split('$').skip(1) {
                let end = part
                    .find(|next: char| !next.is_ascii_alphanumeric() && next != '_' && next != '-')
                    .unwrap_or(part.len());
                values.insert(&part[..end]);
            }
        }
    }
    entries
}

/// The keys in `words.get("key")` and its relatives.
fn used_keys(source: &str) -> Vec<&str> {
    let mut keys = Vec::new();
    for (at, _) in source.match_indices("words") {
        let line = source[..at].rsplit('\n').next().unwrap_or_default();
        if line.trim_start().starts_with("//") {
            continue;
        }
        let rest = source[at + "words".len()..]
            .trim_start_matches("()")
            .trim_start();
        let Some(call) = rest.strip_prefix('.') else {
            continue;
        };
        let known = ["get(", "with(", "with_text(", "counted(", "has("];
        let Some(arguments) = known.iter().find_map(|name| call.strip_prefix(name)) else {
            continue;
        };
        if let Some(text) = arguments.trim_start().strip_prefix('"')
            && let Some(end) = text.find('"')
        {
            let key = &text[..end];
            // Comments speak of `words.get("…")` too.
            if key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            {
                keys.push(key);
            }
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_wrong() {
        static BAD: Catalogue =
            Catalogue::new("bad", "a = あ\nb = い{ $n }\n", "c = う\n", "b = B\n");
        let problems = problems(&BAD);
        assert_eq!(problems.len(), 3, "{problems:?}");
    }

    #[test]
    fn finds_keys_in_use() {
        let source = r#"{{ words.get("a-b") }} self.words().counted("c", 3) words.with( "d", &[]) other.get("x")"#;
        assert_eq!(used_keys(source), ["a-b", "c", "d"]);
    }
}
