//! Texts in their languages, as the controls of forms hold them: one for each language, `NAME_ja` and so on.

use yakuba_forms::model::document::Text;
use yakuba_ui::Fields;

/// The languages of a text: the ending of its control's name.
pub(super) const LANGUAGES: [&str; 3] = ["ja", "easy", "en"];

/// A text in one of its languages; empty where it has none.
pub(super) fn part<'t>(text: Option<&'t Text>, language: &str) -> &'t str {
    text.map_or("", |text| match language {
        "easy" => text.easy.as_deref().unwrap_or_default(),
        "en" => text.en.as_deref().unwrap_or_default(),
        _ => text.ja.as_str(),
    })
}

/// The text that was typed; none without Japanese.
pub(super) fn typed_text(fields: &Fields, name: &str) -> Option<Text> {
    let part = |language: &str| fields.optional(&format!("{name}_{language}"));
    part("ja").map(|ja| Text {
        ja,
        easy: part("easy"),
        en: part("en"),
    })
}
