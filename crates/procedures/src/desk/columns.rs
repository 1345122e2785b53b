//! What the columns of exports are headed by.

use yakuba_ui::Words;

use crate::model::export::{Offered, What};

/// The heading of what a column is filled from, in the words of the designer.
pub(crate) fn heading(words: Words, offered: &Offered) -> String {
    let language = words.language();
    let with_part = |text: &str| {
        if offered.part.is_empty() {
            return text.to_owned();
        }
        let part = offered.part.replace('_', "-");
        let part = words.get(&format!("designer-part-of-{part}")).into_owned();
        let values = [("question", text.to_owned().into()), ("part", part.into())];
        words.with("designer-source-part", &values).into_owned()
    };
    match &offered.what {
        What::Case(part) => {
            let part = part.as_str().replace('_', "-");
            words.get(&format!("designer-case-{part}")).into_owned()
        }
        What::Question(label) => with_part(label.get(language)),
        What::Entry {
            entry,
            place,
            question,
        } => {
            let question = question.get(language).to_owned();
            let entry = entry.get(language).to_owned();
            let text = match place {
                Some(place) => words.with(
                    "designer-source-entry",
                    &[
                        ("entry", entry.into()),
                        ("place", (*place).into()),
                        ("question", question.into()),
                    ],
                ),
                None => words.with(
                    "designer-source-entries",
                    &[("entry", entry.into()), ("question", question.into())],
                ),
            };
            with_part(&text)
        }
        What::EntryOfLine { entry, question } => {
            let values = [
                ("question", entry.get(language).to_owned().into()),
                ("part", question.get(language).to_owned().into()),
            ];
            with_part(&words.with("designer-source-part", &values))
        }
        What::CoApplicants { who, place: None } => with_part(who.get(language)),
        What::CoApplicants {
            who,
            place: Some(place),
        } => {
            let values = [
                ("who", who.get(language).to_owned().into()),
                ("place", (*place).into()),
            ];
            with_part(&words.with("designer-source-person", &values))
        }
    }
}
