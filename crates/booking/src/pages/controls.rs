//! What is asked of whoever books, whichever page asks it.

use yakuba_ui::{
    Choice, Fields, FormErrors, Language, RadioGroup, Select, TextArea, TextField, Words,
};

use std::collections::BTreeMap;

use yakuba_city::City;
use yakuba_forms::model::document::Key;

use super::words::amount;
use crate::{
    PAGE_WORDS,
    error::BookingError,
    model::{
        document::{FacilityDocument, Resource},
        fees::Use,
        time::Span,
    },
    store::reservations::taken,
};

/// In which language somebody is written to for whom staff fill a form in.
pub(crate) fn mail_language(language: Language, fields: &Fields) -> Select {
    let label = PAGE_WORDS.words(language).get("booking-mail-language");
    Select::new(language, "mail_language", label)
        .choices(Language::ALL.map(|one| Choice::new(one.code(), one.own_name())))
        .value(fields.get("mail_language"))
}

/// The language that was chosen so; Japanese when none was.
pub(crate) fn chosen_language(fields: &Fields) -> Language {
    Language::from_code(fields.get("mail_language")).unwrap_or_default()
}

/// How many of each equipment that goes with a resource are free at a time.
pub(crate) async fn equipment_left(
    city: &City,
    document: &FacilityDocument,
    resource: &str,
    span: Span,
) -> Result<BTreeMap<Key, u32>, BookingError> {
    let Some(resource) = document.resource(resource) else {
        return Ok(BTreeMap::new());
    };
    if document.equipment_of(resource).next().is_none() {
        return Ok(BTreeMap::new());
    }
    let day = span.day();
    let taken = taken(city.db(), &document.key, day, day, city.now()).await?;
    Ok(document
        .equipment_of(resource)
        .map(|one| (one.key.clone(), document.equipment_left(one, span, &taken)))
        .collect())
}

/// What a form asks to take along, of what can be.
pub(crate) fn equipment_of<'a>(
    fields: &Fields,
    prefix: &str,
    known: impl Iterator<Item = &'a Key>,
) -> BTreeMap<Key, u32> {
    known
        .filter_map(|key| {
            let count = fields.integer(&format!("{prefix}{key}"))?;
            let count = u32::try_from(count).ok().filter(|count| *count > 0)?;
            Some((key.clone(), count))
        })
        .collect()
}

/// Nobody carries more of one thing in one booking.
const MOST_ALONG: u32 = 50;

/// Makes the controls of a form from what was sent and what is wrong with it.
#[derive(Clone, Copy)]
pub(crate) struct Controls<'a> {
    pub(crate) words: Words,
    pub(crate) language: Language,
    pub(crate) fields: &'a Fields,
    pub(crate) errors: &'a FormErrors,
}

impl Controls<'_> {
    /// What for, where that is asked.
    pub(super) fn purpose(self, name: &str, resource: &Resource) -> Option<Select> {
        (!resource.purposes.is_empty()).then(|| {
            Select::new(self.language, name, self.words.get("booking-purpose"))
                .ask()
                .required()
                .choices(
                    resource.purposes.iter().map(|known| {
                        Choice::new(known.key.as_str(), known.name.get(self.language))
                    }),
                )
                .value(self.fields.get(name))
                .errors(self.errors)
        })
    }

    /// What to take along, and how many of each that are free; with what each costs.
    pub(crate) fn equipment(
        self,
        prefix: &str,
        document: &FacilityDocument,
        resource: &Resource,
        span: Span,
        left: &BTreeMap<Key, u32>,
    ) -> Vec<Select> {
        let of = Use {
            people: 1,
            ..Use::default()
        };
        document
            .equipment_of(resource)
            .filter_map(|one| {
                let left = left.get(&one.key).copied()?;
                let name = format!("{prefix}{}", one.key);
                let each = document.equipment_fee(resource, one, span, &of).ok()?;
                let support = self.words.with(
                    "booking-equipment-left",
                    &[
                        ("n", i64::from(left).into()),
                        ("amount", amount(self.words, each).into()),
                    ],
                );
                let chosen = self.fields.get(&name).to_owned();
                Some(
                    Select::new(self.language, name, one.name.get(self.language))
                        .support(support)
                        .choice(Choice::new("0", self.words.get("booking-equipment-none")))
                        .choices((1..=left.min(MOST_ALONG)).map(|count| {
                            Choice::new(
                                count.to_string(),
                                self.words.counted("booking-equipment-count", count),
                            )
                        }))
                        .value(if chosen.is_empty() { "0" } else { &chosen })
                        .errors(self.errors),
                )
            })
            .collect()
    }

    /// With how many.
    pub(super) fn people(self, name: &str) -> TextField {
        TextField::new(self.language, name, self.words.get("booking-people"))
            .numeric()
            .width(5)
            .unit(self.words.get("booking-people-unit"))
            .required()
            .value(if self.fields.has(name) {
                self.fields.get(name)
            } else {
                "1"
            })
            .errors(self.errors)
    }

    /// Who it is for: typed, or what is known of them.
    pub(super) fn name(self, known: Option<&str>) -> TextField {
        let name = self.fields.optional("name");
        TextField::new(self.language, "name", self.words.get("booking-name"))
            .support(self.words.get("booking-name-support"))
            .autocomplete("name")
            .max_length(100)
            .required()
            .value(name.as_deref().or(known).unwrap_or_default())
            .errors(self.errors)
    }

    /// Where they can be rung.
    pub(super) fn phone(self) -> TextField {
        TextField::new(self.language, "phone", self.words.get("booking-your-phone"))
            .support(self.words.get("booking-your-phone-support"))
            .autocomplete("tel")
            .max_length(30)
            .required()
            .value(self.fields.get("phone"))
            .errors(self.errors)
    }

    /// Whether they live in the city.
    pub(super) fn lives(self) -> RadioGroup {
        RadioGroup::new(self.language, "lives", self.words.get("booking-lives"))
            .choices([
                Choice::new("here", self.words.get("booking-lives-here")),
                Choice::new("elsewhere", self.words.get("booking-lives-elsewhere")),
            ])
            .value(self.fields.get("lives"))
            .required()
            .errors(self.errors)
    }

    /// What they want to tell the desk.
    pub(super) fn note(self) -> TextArea {
        TextArea::new(self.language, "note", self.words.get("booking-note"))
            .rows(3)
            .max_length(500)
            .optional()
            .value(self.fields.get("note"))
    }
}
