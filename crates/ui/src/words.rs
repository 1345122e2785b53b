//! Texts: each crate has a [`Catalogue`] of its own, and templates ask [`Words`] for them.

mod check;

use std::borrow::Cow;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::{LanguageIdentifier, langid};
use yakuba_city::TableWords;

pub use check::{assert_complete, assert_used_words_exist, assert_used_words_exist_in};

use crate::Language;
use crate::format::group_thousands;

/// A value to put into a text: numbers (shown with thousands separators; pass a year as text) and
/// strings, made with `.into()`.
pub type Value<'a> = FluentValue<'a>;

type Bundle = FluentBundle<FluentResource>;

/// The texts of one crate in every language. Made with [`catalogue!`](crate::catalogue).
pub struct Catalogue {
    name: &'static str,
    sources: [&'static str; 3],
    bundles: [OnceLock<Bundle>; 3],
}

impl Catalogue {
    /// A catalogue from Fluent sources; use [`catalogue!`](crate::catalogue), which finds them.
    pub const fn new(
        name: &'static str,
        japanese: &'static str,
        easy_japanese: &'static str,
        english: &'static str,
    ) -> Self {
        Self {
            name,
            sources: [japanese, easy_japanese, english],
            bundles: [const { OnceLock::new() }; 3],
        }
    }

    /// The texts in one language.
    pub fn words(&'static self, language: Language) -> Words {
        Words {
            catalogue: self,
            language,
        }
    }

    /// What a table of open data is called in a language with this code: the texts `<key>` and `<key>-about`.
    pub fn table_words(&'static self, language: &str, key: &str) -> TableWords {
        let words = self.words(Language::from_code(language).unwrap_or_default());
        TableWords {
            title: words.get(key).into_owned(),
            description: words.get(&format!("{key}-about")).into_owned(),
        }
    }

    fn source(&self, language: Language) -> &'static str {
        self.sources[language as usize]
    }

    fn bundle(&self, language: Language) -> &Bundle {
        self.bundles[language as usize].get_or_init(|| {
            let mut bundle = Bundle::new_concurrent(vec![identifier(language)]);
            // Direction marks around values help right-to-left scripts only, and break copying.
            bundle.set_use_isolating(false);
            bundle.set_formatter(Some(format_value));
            // Lets a text choose by a number that came as text, such as the month of a stored day. A name that is taken
            // already cannot be: the bundle is new.
            let _ = bundle.add_function("NUMBER", |values, _| match values.first() {
                Some(FluentValue::String(text)) => text
                    .parse::<i64>()
                    .map_or(FluentValue::Error, FluentValue::from),
                Some(value) => value.clone(),
                None => FluentValue::Error,
            });
            // A broken entry is left out and shows as a missing text; `assert_complete` names it.
            let resource = FluentResource::try_new(self.source(language).to_owned())
                .unwrap_or_else(|(readable, _)| readable);
            bundle.add_resource_overriding(resource);
            bundle
        })
    }

    fn format<'a>(
        &'a self,
        language: Language,
        key: &str,
        values: Option<&FluentArgs<'_>>,
    ) -> Option<Cow<'a, str>> {
        let bundle = self.bundle(language);
        let pattern = bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        Some(bundle.format_pattern(pattern, values, &mut errors))
    }
}

/// The [`Catalogue`] of the calling crate, from its files
/// `locales/{ja,ja-easy,en}/<name>.ftl`, which become part of the binary.
///
/// ```ignore
/// /// The texts of this service.
/// pub static WORDS: Catalogue = yakuba_ui::catalogue!("plan");
/// ```
#[macro_export]
macro_rules! catalogue {
    ($name:literal) => {
        $crate::Catalogue::new(
            $name,
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/locales/ja/",
                $name,
                ".ftl"
            )),
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/locales/ja-easy/",
                $name,
                ".ftl"
            )),
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/locales/en/",
                $name,
                ".ftl"
            )),
        )
    };
}

/// The texts of a crate in one language, as templates use them: `{{ words.get("plan-title") }}`.
///
/// A text missing in a language is taken from Japanese, one that this crate does not have from
/// this crate's own general texts (save, cancel, search…), and one that nobody has is shown as
/// its key: between `⟦ ⟧` in debug builds, so that it is seen.
#[derive(Clone, Copy)]
pub struct Words {
    catalogue: &'static Catalogue,
    language: Language,
}

impl Words {
    /// The texts of `catalogue` in `language`; the same as [`Catalogue::words`].
    pub fn new(catalogue: &'static Catalogue, language: Language) -> Self {
        catalogue.words(language)
    }

    /// The general texts of this crate alone, in `language`.
    pub fn general(language: Language) -> Self {
        crate::WORDS.words(language)
    }

    /// The language of these texts.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The text called `key`.
    pub fn get(&self, key: &str) -> Cow<'static, str> {
        self.find(key, None)
    }

    /// Whether there is a text called `key` in this language or in Japanese.
    pub fn has(&self, key: &str) -> bool {
        self.lookup(key, None).is_some()
    }

    /// The text called `key` with `values` put in, e.g.
    /// `words.with("plan-year-of", &[("year", label.into()), ("n", 3.into())])`.
    ///
    /// A template borrows by itself: there, leave out the `&`.
    pub fn with(&self, key: &str, values: &[(&'static str, Value<'_>)]) -> Cow<'static, str> {
        let values: FluentArgs<'_> = values
            .iter()
            .map(|(name, value)| (*name, value.clone()))
            .collect();
        self.find(key, Some(&values))
    }

    /// The text called `key` with values whose names are only known at run time, such as those of a stored sentence.
    pub fn with_owned(&self, key: &str, values: &[(String, Value<'static>)]) -> Cow<'static, str> {
        let values: FluentArgs<'_> = values
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        self.find(key, Some(&values))
    }

    /// The text called `key` with one text in the place of `{ $name }`.
    pub fn with_text(&self, key: &str, name: &'static str, text: &str) -> Cow<'static, str> {
        self.with(key, &[(name, text.to_owned().into())])
    }

    /// The text called `key` with a number in the place of `{ $n }`.
    pub fn counted(&self, key: &str, n: impl Into<Value<'static>>) -> Cow<'static, str> {
        self.with(key, &[("n", n.into())])
    }

    fn find(&self, key: &str, values: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
        self.lookup(key, values).unwrap_or_else(|| {
            if cfg!(debug_assertions) {
                Cow::Owned(format!("⟦{key}⟧"))
            } else {
                Cow::Owned(key.to_owned())
            }
        })
    }

    fn lookup(&self, key: &str, values: Option<&FluentArgs<'_>>) -> Option<Cow<'static, str>> {
        [self.catalogue, &crate::WORDS]
            .into_iter()
            .find_map(|catalogue| {
                catalogue
                    .format(self.language, key, values)
                    .or_else(|| catalogue.format(Language::Japanese, key, values))
            })
    }
}

fn identifier(language: Language) -> LanguageIdentifier {
    match language {
        Language::Japanese => langid!("ja"),
        // Four letters parse as a script, which is harmless: only plural rules look at this.
        Language::EasyJapanese => langid!("ja-Easy"),
        Language::English => langid!("en"),
    }
}

fn format_value<M>(value: &FluentValue<'_>, _memoizer: &M) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(group_thousands(&number.as_string())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static SAMPLE: Catalogue = Catalogue::new(
        "sample",
        "greeting = こんにちは\nfigure = { $n }件\nonly-ja = 日本語のみ\n",
        "greeting = こんにちは！\n",
        "greeting = Hello\nfigure = { $n ->\n    [one] { $n } item\n   *[other] { $n } items\n}\n",
    );

    #[test]
    fn each_language_falls_back_to_japanese() {
        let easy = SAMPLE.words(Language::EasyJapanese);
        assert_eq!(easy.get("greeting"), "こんにちは！");
        assert_eq!(easy.get("only-ja"), "日本語のみ");
        assert_eq!(SAMPLE.words(Language::English).get("greeting"), "Hello");
    }

    #[test]
    fn numbers_are_grouped_and_counted() {
        assert_eq!(
            SAMPLE.words(Language::Japanese).counted("figure", 12345),
            "12,345件"
        );
        let english = SAMPLE.words(Language::English);
        assert_eq!(english.counted("figure", 1), "1 item");
        assert_eq!(english.with("figure", &[("n", 2000.into())]), "2,000 items");
    }

    #[test]
    fn a_missing_text_shows_its_key() {
        assert_eq!(SAMPLE.words(Language::English).get("nowhere"), "⟦nowhere⟧");
        assert!(!SAMPLE.words(Language::English).has("nowhere"));
    }

    #[test]
    fn general_texts_are_found_through_any_catalogue() {
        assert_ne!(
            SAMPLE.words(Language::Japanese).get("ui-skip-to-content"),
            "⟦ui-skip-to-content⟧"
        );
    }
}
