//! How this room says things in one language: texts, days, years, amounts, names.

use yakuba_kernel::FiscalYear;
use yakuba_ui::{Cell, Choice, Column, Html, Language, Table, Words, format};

use super::{WORDS, room::fiscal_year};
use crate::store::cycle::{self, People, Step};

/// The texts of this room in one language.
#[derive(Clone, Copy)]
pub(super) struct Wording {
    pub(super) words: Words,
}

impl Wording {
    pub(super) fn new(language: Language) -> Self {
        Self {
            words: WORDS.words(language),
        }
    }

    pub(super) fn language(&self) -> Language {
        self.words.language()
    }

    pub(super) fn t(&self, key: &str) -> String {
        self.words.get(key).into_owned()
    }

    /// The word of a state, step or verdict.
    pub(super) fn word(&self, kind: &str, word: &str) -> String {
        self.t(&format!("cycle-{kind}-{}", word.replace('_', "-")))
    }

    pub(super) fn date(&self, text: &str) -> String {
        text.parse().map_or_else(
            |_| text.to_owned(),
            |day| format::date(day, self.language()),
        )
    }

    pub(super) fn moment(&self, stored: i64) -> String {
        format::date_time(cycle::moment(stored), self.language())
    }

    pub(super) fn year(&self, year: FiscalYear) -> String {
        format::fiscal_year_short(year, self.language())
    }

    pub(super) fn year_of(&self, stored: i64) -> String {
        fiscal_year(stored).map_or_else(|| stored.to_string(), |year| self.year(year))
    }

    pub(super) fn yen(&self, amount: i64) -> String {
        self.words
            .with("cycle-yen", &[("n", amount.into())])
            .into_owned()
    }

    pub(super) fn department<'p>(&self, people: &'p People, code: &'p str) -> &'p str {
        people.department(code, self.language() != Language::English)
    }

    pub(super) fn person(&self, people: &People, account: Option<i64>) -> String {
        account
            .and_then(|account| people.person(account).map(str::to_owned))
            .unwrap_or_else(|| self.t("cycle-nobody"))
    }

    /// A department and, under it, the person in it.
    pub(super) fn office_and_person(
        &self,
        people: &People,
        department: &str,
        account: Option<i64>,
    ) -> Html {
        Html::trusted(format!(
            "{}<br>{}",
            Html::text(self.department(people, department)),
            Html::text(&self.person(people, account))
        ))
    }

    /// The history of something as a table.
    pub(super) fn history(&self, people: &People, steps: &[Step], kind: &str) -> Html {
        let mut table = Table::new(self.language(), "history", self.t("cycle-history"))
            .hide_caption()
            .columns([
                Column::text(self.t("cycle-column-when")).no_wrap(),
                Column::text(self.t("cycle-column-who")).no_wrap(),
                Column::text(self.t("cycle-column-step")).no_wrap(),
                Column::text(self.t("cycle-column-why")),
            ])
            .stacked();
        for step in steps {
            table = table.row([
                self.moment(step.made_at).into(),
                Cell::text(people.actor(&step.made_by)),
                self.word(kind, &step.step).into(),
                Cell::text(&step.text),
            ]);
        }
        Html::of(&table)
    }

    pub(super) fn department_choices<'d>(
        &self,
        departments: impl IntoIterator<Item = &'d cycle::Department>,
    ) -> Vec<Choice> {
        let japanese = self.language() != Language::English;
        departments
            .into_iter()
            .map(|department| {
                let name = if japanese || department.name_en.is_empty() {
                    &department.name_ja
                } else {
                    &department.name_en
                };
                Choice::new(&department.code, name)
            })
            .collect()
    }
}
