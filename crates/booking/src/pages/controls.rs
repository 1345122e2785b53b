//! What is asked of whoever books, whichever page asks it.

use yakuba_ui::{
    Choice, Fields, FormErrors, Language, RadioGroup, Select, TextArea, TextField, Words,
};

use crate::{PAGE_WORDS, model::document::Resource};

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

/// Makes the controls of a form from what was sent and what is wrong with it.
#[derive(Clone, Copy)]
pub(super) struct Controls<'a> {
    pub(super) words: Words,
    pub(super) language: Language,
    pub(super) fields: &'a Fields,
    pub(super) errors: &'a FormErrors,
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
