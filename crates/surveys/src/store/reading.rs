//! Reading answers to count them.

use std::sync::{Arc, PoisonError, RwLock};

use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{City, sql::Sql as _};
use yakuba_forms::Answers;

use super::surveys::Survey;
use crate::{
    error::SurveyError,
    model::{
        document::SurveyDocument,
        results::Data,
        tally::{given, questions},
    },
};

/// The answers of a survey that are counted, in the order of their random numbers.
pub(super) async fn rows_of(
    connection: &impl ConnectionTrait,
    key: &str,
) -> Result<Vec<Answers>, SurveyError> {
    #[derive(FromQueryResult)]
    struct Row {
        answers: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT answers FROM surveys_answers WHERE survey_key = $1 ORDER BY id",
            [key.into()],
        )
        .await?;
    rows.iter()
        .map(|row| Ok(serde_json::from_str(&row.answers)?))
        .collect()
}

pub(super) fn data_of(document: &SurveyDocument, rows: &[Answers]) -> Data {
    let questions = questions(&document.form);
    Data {
        rows: rows
            .iter()
            .map(|answers| given(&questions, answers))
            .collect(),
        breakdown: document
            .breakdown
            .as_ref()
            .and_then(|key| questions.iter().position(|question| question.key == *key)),
        questions,
        below: u64::from(document.small_count_below),
    }
}

/// What was read last of each survey.
#[derive(Default)]
struct Kept(RwLock<Vec<(Stamp, Arc<Data>)>>);

#[derive(Clone, PartialEq, Eq)]
struct Stamp {
    survey: String,
    version: i64,
    rows: i64,
}

/// Surveys whose answers are kept in memory.
const KEPT: usize = 8;

/// The answers of a survey, ready to be counted; kept in memory until more of them count.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn data(city: &City, found: &Survey) -> Result<Arc<Data>, SurveyError> {
    let rows: Option<i64> = city
        .db()
        .value(
            "SELECT COUNT(*) FROM surveys_answers WHERE survey_key = $1",
            [found.key().into()],
        )
        .await?;
    let stamp = Stamp {
        survey: found.key().to_owned(),
        version: found.version,
        rows: rows.unwrap_or(0),
    };
    let kept = city.state::<Kept>();
    let known = kept
        .0
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .iter()
        .find(|(at, _)| *at == stamp)
        .map(|(_, data)| data.clone());
    if let Some(data) = known {
        return Ok(data);
    }
    let answers = rows_of(city.db(), found.key()).await?;
    let data = Arc::new(data_of(&found.document, &answers));
    let mut kept = kept.0.write().unwrap_or_else(PoisonError::into_inner);
    kept.retain(|(at, _)| at.survey != stamp.survey);
    if kept.len() >= KEPT {
        kept.remove(0);
    }
    kept.push((stamp, data.clone()));
    drop(kept);
    Ok(data)
}
