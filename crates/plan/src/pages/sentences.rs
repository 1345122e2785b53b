//! The sentences of measuring ([`Message`]) in the reader's language, with names instead of codes.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::FromQueryResult;
use yakuba_city::{City, sql::Sql as _};
use yakuba_kernel::{Channel, MeasureName};
use yakuba_ui::{Language, Value, format};

use super::{MEASURING, WORDS, view};
use crate::{
    error::PlanError,
    model::{
        document::Indicator,
        message::{Argument, Message},
    },
};

/// The names of measures and departments in one language.
pub(crate) struct Names {
    language: Language,
    measures: BTreeMap<String, (String, String)>,
    departments: BTreeMap<String, String>,
    channels: BTreeMap<&'static str, String>,
    /// What facts are about, as far as it was asked for.
    subjects: BTreeMap<String, String>,
}

impl Names {
    /// Reads the names.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn read(city: &City, language: Language) -> Result<Self, PlanError> {
        #[derive(FromQueryResult)]
        struct Row {
            code: String,
            name_ja: String,
            name_en: String,
        }
        let japanese = language.is_japanese();
        let rows: Vec<Row> = city
            .db()
            .rows("SELECT code, name_ja, name_en FROM departments", [])
            .await?;
        Ok(Self {
            language,
            measures: city
                .measures()
                .into_iter()
                .map(|measure| {
                    let name = if japanese {
                        measure.name_ja
                    } else {
                        measure.name_en
                    };
                    (measure.name.as_str().to_owned(), (name, measure.unit))
                })
                .collect(),
            departments: rows
                .into_iter()
                .map(|row| {
                    (
                        row.code,
                        if japanese || row.name_en.is_empty() {
                            row.name_ja
                        } else {
                            row.name_en
                        },
                    )
                })
                .collect(),
            // A table of a day's counts asks for them in every row.
            channels: Channel::ALL
                .iter()
                .map(|channel| {
                    let key = format!("plan-channel-{}", channel.as_str());
                    let name = WORDS.words(language).get(&key).into_owned();
                    (channel.as_str(), name)
                })
                .collect(),
            subjects: BTreeMap::new(),
        })
    }

    /// The same with the names of what the facts of some indicators are about.
    ///
    /// # Errors
    /// When the service that knows them cannot read them.
    pub(crate) async fn with_subjects_of(
        mut self,
        city: &City,
        indicators: impl IntoIterator<Item = &Indicator>,
    ) -> Result<Self, PlanError> {
        let chosen: BTreeSet<MeasureName> = indicators
            .into_iter()
            .filter_map(|indicator| indicator.formula.as_ref())
            .flat_map(|formula| formula.kind.selections())
            .map(|selection| selection.measure)
            .collect();
        for measure in chosen {
            let names = city.subject_names(&measure, self.language.code()).await?;
            self.subjects.extend(names);
        }
        Ok(self)
    }

    /// The name of what a fact is about, or its key.
    pub(crate) fn subject(&self, key: &str) -> String {
        self.subjects
            .get(key)
            .cloned()
            .unwrap_or_else(|| key.to_owned())
    }

    /// The name of a measure, or its code.
    pub(crate) fn measure(&self, code: &str) -> String {
        self.measures
            .get(code)
            .map_or_else(|| code.to_owned(), |(name, _)| name.clone())
    }

    /// The unit of a measure.
    pub(crate) fn unit(&self, code: &str) -> String {
        self.measures
            .get(code)
            .map(|(_, unit)| unit.clone())
            .unwrap_or_default()
    }

    /// The name of a department, or its code.
    pub(crate) fn department(&self, code: &str) -> String {
        self.departments
            .get(code)
            .cloned()
            .unwrap_or_else(|| code.to_owned())
    }

    /// Whether there is or was a department with that code.
    pub(crate) fn knows_department(&self, code: &str) -> bool {
        self.departments.contains_key(code)
    }

    /// Codes and names of all departments, in the order of their codes.
    pub(crate) fn departments(&self) -> impl Iterator<Item = (&str, &str)> {
        self.departments
            .iter()
            .map(|(code, name)| (code.as_str(), name.as_str()))
    }

    /// The name of a channel.
    pub(crate) fn channel(&self, code: &str) -> String {
        self.channels
            .get(code)
            .cloned()
            .unwrap_or_else(|| code.to_owned())
    }

    /// A sentence.
    pub(crate) fn sentence(&self, message: &Message) -> String {
        let words = MEASURING.words(self.language);
        let values: Vec<(String, Value<'static>)> = message
            .arguments
            .iter()
            .map(|(name, argument)| (name.to_string(), self.value(argument)))
            .collect();
        words.with_owned(&message.id, &values).into_owned()
    }

    /// Sentences one after the other.
    pub(crate) fn sentences(&self, messages: &[Message]) -> Vec<String> {
        messages
            .iter()
            .map(|message| self.sentence(message))
            .collect()
    }

    fn value(&self, argument: &Argument) -> Value<'static> {
        match argument {
            Argument::Count(count) => (*count).into(),
            other => self.shown(other).into(),
        }
    }

    fn shown(&self, argument: &Argument) -> String {
        match argument {
            // With the places it is written with: 100.0 is more precise than 100.
            Argument::Number(number) => format::decimal_places(*number, number.scale()),
            Argument::Count(count) => format::number(*count),
            Argument::Text(text) => text.clone(),
            Argument::Year(year) => view::year(*year, self.language),
            Argument::Date(date) => format::date(*date, self.language),
            Argument::Measure(measure) => self.measure(measure.as_str()),
            Argument::Department(department) => self.department(department.as_str()),
            Argument::Channel(channel) => self.channel(channel.as_str()),
            Argument::Subject(subject) => self.subject(subject.as_str()),
            Argument::Message(message) => self.sentence(message),
            Argument::List(list) => {
                let separator = if self.language.is_japanese() {
                    "、"
                } else {
                    ", "
                };
                list.iter()
                    .map(|item| self.shown(item))
                    .collect::<Vec<_>>()
                    .join(separator)
            }
        }
    }
}
