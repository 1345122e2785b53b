//! Answers that are being filled in: kept sealed after every page, until they are sent.
//!
//! A draft belongs to whoever has its token and to nobody's account. It knows no time finer than the day it goes on.

use jiff::{Span, ToSpan as _, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{Tx, sql::Sql as _};
use yakuba_forms::Answers;
use yakuba_identity::{CityKey, Token};

use crate::error::SurveyError;

/// So long a draft is kept after its last change; its cookie a day less, so that a cookie without a draft means: sent.
pub fn kept() -> Span {
    31.days()
}

/// So long a browser keeps the cookie of a draft, in seconds.
pub const COOKIE_SECONDS: i64 = 30 * 24 * 60 * 60;

/// What a browser has filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The hash of its token.
    pub token: String,
    /// The survey.
    pub survey: String,
    /// Counts its changes: what is sent must be what was shown.
    pub revision: i64,
    /// What was answered so far.
    pub answers: Answers,
}

fn purpose(token: &str) -> String {
    format!("surveys draft/{token}")
}

fn seal(key: &CityKey, token: &str, answers: &Answers) -> Result<Vec<u8>, SurveyError> {
    Ok(key.seal(&purpose(token), &serde_json::to_vec(answers)?)?)
}

/// The draft of a token for a survey.
///
/// # Errors
/// When the database does not answer or holds what cannot be opened.
pub async fn with_token(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    survey: &str,
    token: &Token,
) -> Result<Option<Draft>, SurveyError> {
    #[derive(FromQueryResult)]
    struct Row {
        sealed: Vec<u8>,
        revision: i64,
    }
    let token = token.hash();
    let row: Option<Row> = connection
        .row(
            "SELECT sealed, revision FROM surveys_drafts WHERE token = $1 AND survey_key = $2",
            [token.as_str().into(), survey.into()],
        )
        .await?;
    row.map(|row| {
        let opened = key.open_sealed(&purpose(&token), &row.sealed)?;
        Ok(Draft {
            answers: serde_json::from_slice(&opened)?,
            token,
            survey: survey.to_owned(),
            revision: row.revision,
        })
    })
    .transpose()
}

/// A draft that is about to be written.
#[derive(Debug, Clone)]
pub struct Saving {
    token: String,
    survey: String,
    revision: i64,
    sealed: Vec<u8>,
}

impl Saving {
    /// A new draft for the holder of a token.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub fn new(key: &CityKey, survey: &str, token: &Token) -> Result<Self, SurveyError> {
        let token = token.hash();
        Ok(Self {
            sealed: seal(key, &token, &Answers::new())?,
            token,
            survey: survey.to_owned(),
            revision: 0,
        })
    }

    /// A draft as it is now.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub fn of(key: &CityKey, draft: &Draft) -> Result<Self, SurveyError> {
        Ok(Self {
            sealed: seal(key, &draft.token, &draft.answers)?,
            token: draft.token.clone(),
            survey: draft.survey.clone(),
            revision: draft.revision,
        })
    }
}

fn expiry(today: Date) -> String {
    today.checked_add(kept()).unwrap_or(Date::MAX).to_string()
}

/// Writes a draft and returns its new revision.
///
/// # Errors
/// [`SurveyError::ChangedMeanwhile`] when it was changed in another window or has been sent.
pub async fn save(tx: &Tx, saving: &Saving) -> Result<i64, SurveyError> {
    let changed = if saving.revision == 0 {
        tx.connection()
            .run(
                "INSERT INTO surveys_drafts (token, survey_key, sealed, expires_on, revision) VALUES ($1, $2, $3, $4, 1)",
                [
                    saving.token.as_str().into(),
                    saving.survey.as_str().into(),
                    saving.sealed.clone().into(),
                    expiry(tx.today()).into(),
                ],
            )
            .await?
    } else {
        tx.connection()
            .run(
                "UPDATE surveys_drafts SET sealed = $3, expires_on = $4, revision = revision + 1 WHERE token = $1 AND revision = $2",
                [
                    saving.token.as_str().into(),
                    saving.revision.into(),
                    saving.sealed.clone().into(),
                    expiry(tx.today()).into(),
                ],
            )
            .await?
    };
    if changed == 0 {
        return Err(SurveyError::ChangedMeanwhile);
    }
    Ok(saving.revision + 1)
}

/// Throws a draft away, as its holder asks.
///
/// # Errors
/// When the database does not carry it out.
pub async fn discard(tx: &Tx, token: &str) -> Result<(), SurveyError> {
    tx.connection()
        .run(
            "DELETE FROM surveys_drafts WHERE token = $1",
            [token.into()],
        )
        .await?;
    Ok(())
}

/// Takes away every draft whose time is over.
///
/// # Errors
/// When the database does not carry it out.
pub async fn clean_up(tx: &Tx) -> Result<(), SurveyError> {
    tx.connection()
        .run(
            "DELETE FROM surveys_drafts WHERE expires_on < $1",
            [tx.today().to_string().into()],
        )
        .await?;
    Ok(())
}
