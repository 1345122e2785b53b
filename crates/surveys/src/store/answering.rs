//! Taking an answer: once, within the quotas, and without a trace of who gave it.
//!
//! An answer is put under a random number among those that wait for the survey, all of which are written anew; when enough wait they
//! are moved together to the answers that are counted. So neither numbers nor places of rows tell in which order answers came, and no
//! single new answer can be seen in the results. Who has answered is a keyed hash in a table of its own.

use rand::Rng as _;
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{
    Tx,
    sql::{Sql as _, many_placeholders},
};
use yakuba_forms::{Answer, Answers};
use yakuba_identity::CityKey;

use super::surveys::{State, Survey, survey};
use crate::{error::SurveyError, model::document::SurveyDocument};

/// An answer that is about to be taken.
#[derive(Debug, Clone)]
pub struct NewAnswer {
    survey: String,
    draft: Option<(String, i64)>,
    mark: Option<i64>,
    answers: String,
    cells: Vec<(String, String)>,
}

impl NewAnswer {
    /// The answers to what was asked.
    ///
    /// # Errors
    /// When they cannot be written as text, which no answers are known to cause.
    pub fn new(document: &SurveyDocument, answers: &Answers) -> Result<Self, SurveyError> {
        let cells = document
            .quota_cells()
            .into_iter()
            .filter(|(field, option, _)| {
                matches!(answers.get(field.as_str()), Some(Answer::Choice(chosen)) if chosen == option)
            })
            .map(|(field, option, _)| (field.to_string(), option.to_string()))
            .collect();
        Ok(Self {
            survey: document.key.clone(),
            draft: None,
            mark: None,
            answers: serde_json::to_string(answers)?,
            cells,
        })
    }

    /// The draft it comes from, with the revision that was shown; it goes with the answer.
    #[must_use]
    pub fn from_draft(mut self, token: &str, revision: i64) -> Self {
        self.draft = Some((token.to_owned(), revision));
        self
    }

    /// That a person has answered: a keyed hash of who it is, for this survey alone.
    #[must_use]
    pub fn by(mut self, key: &CityKey, person: &str) -> Self {
        self.mark = Some(mark(key, &self.survey, person));
        self
    }
}

/// The mark of a person in one survey.
fn mark(key: &CityKey, survey: &str, person: &str) -> i64 {
    let hash = key.look_up("surveys answered", &format!("{survey}/{person}"));
    let number = u64::from_str_radix(hash.get(..16).unwrap_or_default(), 16).unwrap_or(0);
    i64::try_from(number >> 1).unwrap_or(0)
}

/// Whether a person has answered a survey. After it has closed nobody knows.
///
/// # Errors
/// When the database does not answer.
pub async fn has_answered(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    survey: &str,
    person: &str,
) -> Result<bool, SurveyError> {
    let found: Option<i64> = connection
        .value(
            "SELECT mark FROM surveys_participants WHERE mark = $1",
            [mark(key, survey, person).into()],
        )
        .await?;
    Ok(found.is_some())
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It counts.
    Counted,
    /// It was sent before: nothing changed.
    Before,
}

/// Takes an answer.
///
/// # Errors
/// [`SurveyError::NotOpen`], [`SurveyError::Full`], [`SurveyError::GroupFull`], [`SurveyError::AnsweredAlready`];
/// [`SurveyError::ChangedMeanwhile`] when the draft is not the one that was shown.
pub async fn take(tx: &Tx, new: &NewAnswer) -> Result<Taken, SurveyError> {
    let connection = tx.connection();
    if let Some((token, revision)) = &new.draft {
        let removed = connection
            .run(
                "DELETE FROM surveys_drafts WHERE token = $1 AND revision = $2",
                [token.as_str().into(), (*revision).into()],
            )
            .await?;
        if removed == 0 {
            let other: Option<i64> = connection
                .value(
                    "SELECT revision FROM surveys_drafts WHERE token = $1",
                    [token.as_str().into()],
                )
                .await?;
            return match other {
                Some(_) => Err(SurveyError::ChangedMeanwhile),
                None => Ok(Taken::Before),
            };
        }
    }
    let found = admit(tx, &new.survey).await?;
    if let Some(mark) = new.mark {
        let added = connection
            .run(
                "INSERT INTO surveys_participants (mark, survey_key) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                [mark.into(), new.survey.as_str().into()],
            )
            .await?;
        if added == 0 {
            return Err(SurveyError::AnsweredAlready);
        }
    }
    for (field, option) in &new.cells {
        let counted = connection
            .run(
                "UPDATE surveys_counts SET count = count + 1 WHERE survey_key = $1 AND cell = $2 AND count < most",
                [
                    new.survey.as_str().into(),
                    format!("{field}.{option}").into(),
                ],
            )
            .await?;
        if counted == 0 {
            return Err(SurveyError::GroupFull(field.clone(), option.clone()));
        }
    }
    let mut waiting = waiting(tx, &new.survey).await?;
    waiting.push(Stored {
        id: random_number(),
        day: tx.today().to_string(),
        answers: new.answers.clone(),
    });
    waiting.sort_by_key(|answer| answer.id);
    let enough = usize::try_from(found.document.small_count_below).unwrap_or(usize::MAX);
    clear_waiting(tx, &new.survey).await?;
    let table = if waiting.len() >= enough {
        "surveys_answers"
    } else {
        "surveys_waiting"
    };
    insert(tx, table, &new.survey, &waiting).await?;
    Ok(Taken::Counted)
}

/// Counts the answer if the survey takes it. From here to the end of the write nobody else answers or closes the same survey.
async fn admit(tx: &Tx, key: &str) -> Result<Survey, SurveyError> {
    let admitted = tx
        .connection()
        .run(
            "UPDATE surveys_surveys SET answers = answers + 1 WHERE key = $1 AND state = 'open' AND opens_at <= $2 \
               AND closes_at > $2 AND (quota IS NULL OR answers < quota)",
            [key.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    let found = survey(tx.connection(), key)
        .await?
        .ok_or_else(|| SurveyError::NoSuchSurvey(key.to_owned()))?;
    if admitted == 1 {
        return Ok(found);
    }
    let full = found
        .document
        .quota
        .is_some_and(|quota| found.answers >= u64::from(quota));
    Err(if found.state == State::Open && full {
        SurveyError::Full
    } else {
        SurveyError::NotOpen
    })
}

/// The answers to a quota's question of which enough have come.
///
/// # Errors
/// When the database does not answer.
pub async fn full_cells(
    connection: &impl ConnectionTrait,
    survey: &str,
) -> Result<Vec<String>, SurveyError> {
    #[derive(FromQueryResult)]
    struct Row {
        cell: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT cell FROM surveys_counts WHERE survey_key = $1 AND count >= most ORDER BY cell",
            [survey.into()],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.cell).collect())
}

/// Each answer with a quota: `question.option`, how many came, how many are taken.
///
/// # Errors
/// When the database does not answer.
pub async fn quota_counts(
    connection: &impl ConnectionTrait,
    survey: &str,
) -> Result<Vec<(String, u64, u64)>, SurveyError> {
    #[derive(FromQueryResult)]
    struct Row {
        cell: String,
        count: i64,
        most: i64,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT cell, count, most FROM surveys_counts WHERE survey_key = $1 ORDER BY cell",
            [survey.into()],
        )
        .await?;
    let whole = |number: i64| u64::try_from(number).unwrap_or(0);
    Ok(rows
        .into_iter()
        .map(|row| (row.cell, whole(row.count), whole(row.most)))
        .collect())
}

/// An answer as it lies in the database.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Stored {
    pub(super) id: i64,
    pub(super) day: String,
    pub(super) answers: String,
}

fn random_number() -> i64 {
    rand::rng().random_range(1..=i64::MAX)
}

pub(super) async fn waiting(tx: &Tx, survey: &str) -> Result<Vec<Stored>, SurveyError> {
    Ok(tx
        .connection()
        .rows(
            "SELECT id, day, answers FROM surveys_waiting WHERE survey_key = $1",
            [survey.into()],
        )
        .await?)
}

pub(super) async fn clear_waiting(tx: &Tx, survey: &str) -> Result<(), SurveyError> {
    tx.connection()
        .run(
            "DELETE FROM surveys_waiting WHERE survey_key = $1",
            [survey.into()],
        )
        .await?;
    Ok(())
}

/// Writes answers in the order of their random numbers.
pub(super) async fn insert(
    tx: &Tx,
    table: &'static str,
    survey: &str,
    answers: &[Stored],
) -> Result<(), SurveyError> {
    for chunk in answers.chunks(200) {
        let values = chunk.iter().flat_map(|answer| {
            [
                answer.id.into(),
                survey.into(),
                answer.day.as_str().into(),
                answer.answers.as_str().into(),
            ]
        });
        let places = many_placeholders(tx.connection().get_database_backend(), chunk.len(), 4);
        tx.connection()
            .run(
                &format!("INSERT INTO {table} (id, survey_key, day, answers) VALUES {places}"),
                values.collect::<Vec<sea_orm::Value>>(),
            )
            .await?;
    }
    Ok(())
}
