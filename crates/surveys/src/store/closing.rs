//! Closing a survey: the last answers count, the rows lose every order, who answered is forgotten, the facts are written.

use jiff::Timestamp;
use sea_orm::FromQueryResult;
use serde_json::json;
use yakuba_city::{Actor, AuditEntry, City, Fact, Tx, sql::Sql as _};
use yakuba_kernel::{MeasureName, Quantity, Subject};

use super::{
    answering::{Stored, clear_waiting, insert, waiting},
    drafts,
    reading::{data_of, rows_of},
    surveys::{Survey, survey},
};
use crate::{
    capabilities::{ANSWERS, CHOICES},
    error::SurveyError,
    model::results::{Data, ResultKind},
};

/// Closes an open survey for good.
///
/// # Errors
/// [`SurveyError::WrongState`] when it is not open.
pub async fn close(tx: &Tx, key: &str) -> Result<(), SurveyError> {
    let closed = tx
        .connection()
        .run(
            "UPDATE surveys_surveys SET state = 'closed', closed_at = $2, revision = revision + 1 WHERE key = $1 AND state = 'open'",
            [key.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    if closed == 0 {
        return Err(SurveyError::WrongState("it is not open"));
    }
    let found = survey(tx.connection(), key)
        .await?
        .ok_or_else(|| SurveyError::NoSuchSurvey(key.to_owned()))?;
    forget(tx, key).await?;
    let data = data_of(&found.document, &rows_of(tx.connection(), key).await?);
    record(tx, &found, &data).await?;
    tx.audit(
        AuditEntry::new("surveys.close", format!("survey/{key}"))
            .with(json!({"answers": found.answers})),
    );
    Ok(())
}

/// Writes all answers anew in the order of their random numbers, in one write, and removes who answered and what was begun.
async fn forget(tx: &Tx, key: &str) -> Result<(), SurveyError> {
    let connection = tx.connection();
    let mut answers: Vec<Stored> = connection
        .rows(
            "SELECT id, day, answers FROM surveys_answers WHERE survey_key = $1",
            [key.into()],
        )
        .await?;
    answers.extend(waiting(tx, key).await?);
    answers.sort_by_key(|answer| answer.id);
    clear_waiting(tx, key).await?;
    for sql in [
        "DELETE FROM surveys_answers WHERE survey_key = $1",
        "DELETE FROM surveys_participants WHERE survey_key = $1",
        "DELETE FROM surveys_drafts WHERE survey_key = $1",
    ] {
        connection.run(sql, [key.into()]).await?;
    }
    insert(tx, "surveys_answers", key, &answers).await
}

/// Facts are open to everybody who opens a figure, and for ever. So they are written once, when nothing changes any more, and only of
/// questions of which every count may be shown: a question with a hidden count has no facts, rather than facts that do not add up.
async fn record(tx: &Tx, found: &Survey, data: &Data) -> Result<(), SurveyError> {
    let results = data.results();
    let Some(answers) = results.answers else {
        return Ok(());
    };
    let at = found.closes_at.min(tx.now());
    let mut facts = vec![fact(found, at, &ANSWERS.name, found.key(), answers)?];
    for question in &results.questions {
        let whole = question.answered.is_some()
            && question.counts.iter().all(|count| count.count.is_some());
        if !whole || question.kind == ResultKind::Number {
            continue;
        }
        let subject = |value: &str| format!("{}.{}.{value}", found.key(), question.key);
        // Very long keys make a name that no fact can bear; the question then has no facts at all.
        if question
            .counts
            .iter()
            .any(|count| Subject::new(subject(&count.value)).is_err())
        {
            continue;
        }
        for count in &question.counts {
            if let Some(number) = count.count.filter(|number| *number > 0) {
                facts.push(fact(
                    found,
                    at,
                    &CHOICES.name,
                    &subject(&count.value),
                    number,
                )?);
            }
        }
    }
    tx.record_all(&facts).await?;
    Ok(())
}

fn fact(
    found: &Survey,
    at: Timestamp,
    measure: &MeasureName,
    subject: &str,
    count: u64,
) -> Result<Fact, SurveyError> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    Ok(Fact::one(measure, at)
        .department(found.department().clone())
        .subject(Subject::new(subject)?)
        .quantity(Quantity::from_integer(count)?)
        .idempotency_key(format!("surveys/{subject}")))
}

/// Closes every survey whose time is over and takes away drafts that nobody finished.
///
/// # Errors
/// When the database does not carry it out.
pub async fn close_due(city: &City) -> Result<(), SurveyError> {
    #[derive(FromQueryResult)]
    struct Row {
        key: String,
    }
    let due: Vec<Row> = city
        .db()
        .rows(
            "SELECT key FROM surveys_surveys WHERE state = 'open' AND closes_at <= $1 ORDER BY key",
            [city.now().as_microsecond().into()],
        )
        .await?;
    for Row { key } in due {
        let outcome = city
            .write(
                Actor::Program("surveys.close".into()),
                key.clone(),
                |tx, key| Box::pin(close(tx, key)),
            )
            .await;
        match outcome {
            // Somebody else closed it meanwhile.
            Ok(()) | Err(SurveyError::WrongState(_)) => {}
            Err(error) => return Err(error),
        }
    }
    city.write(Actor::Program("surveys.close".into()), (), |tx, ()| {
        Box::pin(drafts::clean_up(tx))
    })
    .await
}
