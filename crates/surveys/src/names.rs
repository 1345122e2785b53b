//! What the facts of surveys are about, in words: a formula says 「そう思う」 and not the key of the answer.

use std::collections::BTreeMap;

use yakuba_city::{City, CityError};
use yakuba_forms::model::document::FieldKind;
use yakuba_ui::Language;

use crate::{
    WORDS,
    error::SurveyError,
    store::{State, Survey, surveys},
};

/// The surveys that have facts or may have them one day: what is only being written stays with those who write it.
async fn known(city: &City) -> Result<Vec<Survey>, CityError> {
    let all = surveys(city.db()).await.map_err(|error| match error {
        SurveyError::City(error) => error,
        error => CityError::Stored {
            what: "survey",
            cause: error.to_string(),
        },
    })?;
    Ok(all
        .into_iter()
        .filter(|survey| survey.state != State::Draft)
        .collect())
}

/// The titles of surveys, by key.
pub(crate) async fn of_surveys(
    city: &City,
    language: &str,
) -> Result<BTreeMap<String, String>, CityError> {
    let language = Language::from_code(language).unwrap_or_default();
    Ok(known(city)
        .await?
        .into_iter()
        .map(|survey| {
            let title = survey.document.title.get(language).to_owned();
            (survey.document.key, title)
        })
        .collect())
}

/// The answers that can be chosen, by `survey.question.option`, each with its survey.
pub(crate) async fn of_answers(
    city: &City,
    language: &str,
) -> Result<BTreeMap<String, String>, CityError> {
    let language = Language::from_code(language).unwrap_or_default();
    let words = WORDS.words(language);
    let mut names = BTreeMap::new();
    for survey in known(city).await? {
        let document = &survey.document;
        for field in document.form.pages.iter().flat_map(|page| &page.fields) {
            let (FieldKind::Choice { options } | FieldKind::Choices { options, .. }) = &field.kind
            else {
                continue;
            };
            for option in options {
                let name = words.with(
                    "surveys-answer-named",
                    &[
                        ("answer", option.label.get(language).to_owned().into()),
                        ("survey", document.title.get(language).to_owned().into()),
                    ],
                );
                names.insert(
                    format!("{}.{}.{}", document.key, field.key, option.value),
                    name.into_owned(),
                );
            }
        }
    }
    Ok(names)
}
