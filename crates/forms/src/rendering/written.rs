//! Answers as their controls show them: the opposite of reading.

use yakuba_kernel::Wareki;
use yakuba_ui::Language;

use crate::answers::{Answer, Slot, Typed};
use crate::rules::short_time;

/// A time as its control sends it.
pub(super) fn slot_value(slot: &Slot) -> String {
    format!(
        "{}T{}/{}",
        slot.day,
        short_time(slot.from),
        short_time(slot.to)
    )
}

/// What the controls of a field show for an answer, by the part after the field's name. Read again, it is the same answer.
pub fn written(answer: &Answer, language: Language) -> Typed {
    let one = |text: String| vec![("", text)];
    let parts = match answer {
        Answer::Text(text) => one(text.clone()),
        Answer::Number(number) => one(number.normalize().to_string()),
        Answer::Yen(yen) => one(yen.amount().to_string()),
        Answer::Flag(true) => one("yes".to_owned()),
        Answer::Flag(false) | Answer::Files(_) | Answer::Group(_) => Vec::new(),
        Answer::Choice(choice) => one(choice.as_str().to_owned()),
        Answer::Choices(choices) => one(choices
            .iter()
            .map(super::super::model::document::Key::as_str)
            .collect::<Vec<_>>()
            .join("\n")),
        Answer::Date(day) => {
            let era = Wareki::from_date(*day).filter(|_| language.is_japanese());
            let (era, year) = era.map_or_else(
                || ("western".to_owned(), day.year().to_string()),
                |year| {
                    (
                        year.era().english().to_ascii_lowercase(),
                        year.year().to_string(),
                    )
                },
            );
            vec![
                ("era", era),
                ("year", year),
                ("month", day.month().to_string()),
                ("day", day.day().to_string()),
            ]
        }
        Answer::Name(name) => vec![
            ("family", name.family().to_owned()),
            ("given", name.given().to_owned()),
            ("family_kana", name.family_kana().to_owned()),
            ("given_kana", name.given_kana().to_owned()),
        ],
        Answer::Address(address) => {
            let parts = address.parts();
            vec![
                (
                    "postal_code",
                    parts
                        .postal_code
                        .map(|code| code.to_string())
                        .unwrap_or_default(),
                ),
                ("prefecture", parts.prefecture.clone()),
                ("city", parts.city.clone()),
                ("town", parts.town.clone()),
                ("block", parts.block.clone()),
                ("building", parts.building.clone()),
            ]
        }
        Answer::Slot(slot) => one(slot_value(slot)),
        Answer::Place(place) => vec![
            ("description", place.description.clone()),
            (
                "coordinates",
                place
                    .coordinates
                    .map(|at| format!("{}, {}", at.latitude, at.longitude))
                    .unwrap_or_default(),
            ),
        ],
        Answer::BankAccount(account) => vec![
            ("bank_code", account.bank_code.clone()),
            ("branch_code", account.branch_code.clone()),
            ("kind", account.kind.as_str().to_owned()),
            ("number", account.number.clone()),
            ("holder", account.holder.clone()),
        ],
    };
    parts
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(part, text)| (part.to_owned(), text))
        .collect()
}
