//! Surveys themselves: drafts, opening, extending, publishing results.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, Job, SearchEntry, Tx, sql::Sql as _};
use yakuba_kernel::DepartmentCode;

use crate::{
    error::SurveyError,
    model::{
        check::{check, must},
        document::{Audience, LocalTime, SurveyDocument},
    },
};

/// How far a survey is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// It is being written.
    Draft,
    /// It is frozen and takes answers between its two moments.
    Open,
    /// It takes no more answers, ever.
    Closed,
}

impl State {
    fn read(text: &str) -> Self {
        match text {
            "open" => Self::Open,
            "closed" => Self::Closed,
            _ => Self::Draft,
        }
    }
}

/// A survey as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// What it asks.
    pub document: SurveyDocument,
    /// How far it is.
    pub state: State,
    /// The version of its document: 1 until texts were corrected after the opening.
    pub version: i64,
    /// Counts the changes.
    pub revision: i64,
    /// From when it takes answers.
    pub opens_at: Timestamp,
    /// Until when.
    pub closes_at: Timestamp,
    /// How many answers came.
    pub answers: u64,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// When its results were published.
    pub published_at: Option<Timestamp>,
}

impl Survey {
    /// Its key.
    pub fn key(&self) -> &str {
        &self.document.key
    }

    /// The department that asks.
    pub fn department(&self) -> &DepartmentCode {
        &self.document.department
    }

    /// Whether it takes answers at a moment.
    pub fn is_open_at(&self, now: Timestamp) -> bool {
        self.state == State::Open
            && self.opens_at <= now
            && now < self.closes_at
            && self
                .document
                .quota
                .is_none_or(|quota| self.answers < u64::from(quota))
    }

    /// Whether it will take answers later.
    pub fn is_coming_at(&self, now: Timestamp) -> bool {
        self.state == State::Open && now < self.opens_at
    }
}

#[derive(FromQueryResult)]
struct Row {
    state: String,
    version: i64,
    revision: i64,
    document: String,
    opens_at: i64,
    closes_at: i64,
    answers: i64,
    closed_at: Option<i64>,
    published_at: Option<i64>,
}

impl TryFrom<Row> for Survey {
    type Error = SurveyError;

    fn try_from(row: Row) -> Result<Self, SurveyError> {
        let moment = |at| Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
        Ok(Self {
            document: serde_json::from_str(&row.document)?,
            state: State::read(&row.state),
            version: row.version,
            revision: row.revision,
            opens_at: moment(row.opens_at),
            closes_at: moment(row.closes_at),
            answers: u64::try_from(row.answers).unwrap_or(0),
            closed_at: row.closed_at.map(moment),
            published_at: row.published_at.map(moment),
        })
    }
}

const COLUMNS: &str =
    "state, version, revision, document, opens_at, closes_at, answers, closed_at, published_at";

/// A survey by its key.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn survey(
    connection: &impl ConnectionTrait,
    key: &str,
) -> Result<Option<Survey>, SurveyError> {
    let row: Option<Row> = connection
        .row(
            &format!("SELECT {COLUMNS} FROM surveys_surveys WHERE key = $1"),
            [key.into()],
        )
        .await?;
    row.map(Survey::try_from).transpose()
}

/// All surveys, the one that closes last first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn surveys(connection: &impl ConnectionTrait) -> Result<Vec<Survey>, SurveyError> {
    let rows: Vec<Row> = connection
        .rows(
            &format!("SELECT {COLUMNS} FROM surveys_surveys ORDER BY closes_at DESC, key"),
            [],
        )
        .await?;
    rows.into_iter().map(Survey::try_from).collect()
}

/// The document of each version of a survey that was open, newest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn versions(
    connection: &impl ConnectionTrait,
    key: &str,
) -> Result<Vec<(i64, SurveyDocument)>, SurveyError> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
        document: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT number, document FROM surveys_versions WHERE survey_key = $1 ORDER BY number DESC",
            [key.into()],
        )
        .await?;
    rows.into_iter()
        .map(|row| Ok((row.number, serde_json::from_str(&row.document)?)))
        .collect()
}

async fn must_find(tx: &Tx, key: &str) -> Result<Survey, SurveyError> {
    survey(tx.connection(), key)
        .await?
        .ok_or_else(|| SurveyError::NoSuchSurvey(key.to_owned()))
}

/// Saves a draft, new with revision 0, and returns its new revision.
///
/// # Errors
/// [`SurveyError::ChangedMeanwhile`]; [`SurveyError::Frozen`] once it is open.
pub async fn save_draft(
    tx: &Tx,
    document: &SurveyDocument,
    revision: i64,
) -> Result<i64, SurveyError> {
    let values = |revision: i64| {
        vec![
            document.key.as_str().into(),
            revision.into(),
            document.department.as_str().into(),
            serde_json::to_string(document).unwrap_or_default().into(),
            document.opens.beginning().as_microsecond().into(),
            document.closes.end().as_microsecond().into(),
            document.quota.map(i64::from).into(),
        ]
    };
    let changed = if revision == 0 {
        tx.connection()
            .run(
                "INSERT INTO surveys_surveys (key, revision, department, document, opens_at, closes_at, quota, state, version) \
                 VALUES ($1, $2 + 1, $3, $4, $5, $6, $7, 'draft', 1) ON CONFLICT (key) DO NOTHING",
                values(0),
            )
            .await?
    } else {
        tx.connection()
            .run(
                "UPDATE surveys_surveys SET revision = revision + 1, department = $3, document = $4, opens_at = $5, closes_at = $6, \
                   quota = $7 WHERE key = $1 AND revision = $2 AND state = 'draft'",
                values(revision),
            )
            .await?
    };
    if changed == 0 {
        return Err(match survey(tx.connection(), &document.key).await? {
            Some(found) if found.state != State::Draft => SurveyError::Frozen,
            _ => SurveyError::ChangedMeanwhile,
        });
    }
    tx.audit(AuditEntry::new(
        "surveys.save",
        format!("survey/{}", document.key),
    ));
    Ok(revision + 1)
}

/// Corrects the texts of a survey that is open or closed, or raises its quotas. Its questions stay what they are.
///
/// # Errors
/// [`SurveyError::Frozen`] when more than that differs; [`SurveyError::ChangedMeanwhile`].
pub async fn correct(
    tx: &Tx,
    document: &SurveyDocument,
    revision: i64,
) -> Result<i64, SurveyError> {
    let before = must_find(tx, &document.key).await?;
    if before.state == State::Draft {
        return Err(SurveyError::WrongState("it is a draft"));
    }
    let lowered = document
        .quota
        .is_some_and(|quota| u64::from(quota) < before.answers);
    if !before.document.asks_the_same(document)
        || before.document.opens != document.opens
        || before.document.closes != document.closes
        || before.document.quotas != document.quotas
        || lowered
    {
        return Err(SurveyError::Frozen);
    }
    mend(check(document).as_slice())?;
    let changed = tx
        .connection()
        .run(
            "UPDATE surveys_surveys SET revision = revision + 1, version = version + 1, document = $3, quota = $4 \
             WHERE key = $1 AND revision = $2",
            [
                document.key.as_str().into(),
                revision.into(),
                serde_json::to_string(document)?.into(),
                document.quota.map(i64::from).into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(SurveyError::ChangedMeanwhile);
    }
    keep_version(tx, document, before.version + 1).await?;
    tx.audit(
        AuditEntry::new("surveys.correct", format!("survey/{}", document.key))
            .with(json!({"version": before.version + 1})),
    );
    index(tx, document).await?;
    Ok(revision + 1)
}

fn mend(findings: &[yakuba_forms::Finding]) -> Result<(), SurveyError> {
    match must(findings) {
        0 => Ok(()),
        count => Err(SurveyError::MustBeMended(count)),
    }
}

async fn keep_version(tx: &Tx, document: &SurveyDocument, number: i64) -> Result<(), SurveyError> {
    tx.connection()
        .run(
            "INSERT INTO surveys_versions (survey_key, number, document) VALUES ($1, $2, $3)",
            [
                document.key.as_str().into(),
                number.into(),
                serde_json::to_string(document)?.into(),
            ],
        )
        .await?;
    Ok(())
}

/// Public surveys are found by the city's search.
async fn index(tx: &Tx, document: &SurveyDocument) -> Result<(), SurveyError> {
    if document.audience == Audience::Staff {
        return Ok(());
    }
    let texts = |text: &yakuba_forms::model::document::Text| {
        [Some(&text.ja), text.easy.as_ref(), text.en.as_ref()]
            .into_iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
    };
    tx.index(&SearchEntry {
        service: "surveys",
        key: format!("survey/{}", document.key),
        title: document.title.ja.clone(),
        body: format!("{} {}", texts(&document.title), texts(&document.summary)),
        url: format!("/surveys/{}", document.key),
        public: true,
    })
    .await?;
    Ok(())
}

async fn close_later(tx: &Tx, key: &str, at: Timestamp) -> Result<(), SurveyError> {
    tx.enqueue(Job {
        name: "surveys.close",
        payload: json!({}),
        not_before: Some(at),
        deduplicate: Some(format!("surveys.close/{key}/{at}")),
    })
    .await?;
    Ok(())
}

/// Opens a draft: from its opening moment on it takes answers, and what it asks is frozen.
///
/// # Errors
/// [`SurveyError::MustBeMended`]; [`SurveyError::ClosesTooEarly`]; [`SurveyError::ChangedMeanwhile`].
pub async fn open(tx: &Tx, key: &str, revision: i64) -> Result<i64, SurveyError> {
    let found = must_find(tx, key).await?;
    if found.state != State::Draft {
        return Err(SurveyError::WrongState("it is open already"));
    }
    mend(check(&found.document).as_slice())?;
    if found.closes_at <= tx.now() {
        return Err(SurveyError::ClosesTooEarly(
            found.document.closes.to_string(),
        ));
    }
    let changed = tx
        .connection()
        .run(
            "UPDATE surveys_surveys SET state = 'open', opened_on = $3, revision = revision + 1 \
             WHERE key = $1 AND revision = $2 AND state = 'draft'",
            [key.into(), revision.into(), tx.today().to_string().into()],
        )
        .await?;
    if changed == 0 {
        return Err(SurveyError::ChangedMeanwhile);
    }
    for (field, option, most) in found.document.quota_cells() {
        tx.connection()
            .run(
                "INSERT INTO surveys_counts (survey_key, cell, count, most) VALUES ($1, $2, 0, $3)",
                [
                    key.into(),
                    format!("{field}.{option}").into(),
                    i64::from(most).into(),
                ],
            )
            .await?;
    }
    keep_version(tx, &found.document, found.version).await?;
    close_later(tx, key, found.closes_at).await?;
    index(tx, &found.document).await?;
    tx.audit(AuditEntry::new("surveys.open", format!("survey/{key}")));
    Ok(revision + 1)
}

/// Moves the closing time of an open survey.
///
/// # Errors
/// [`SurveyError::ClosesTooEarly`] when it is past or before the opening; [`SurveyError::WrongState`] when it is not open;
/// [`SurveyError::ChangedMeanwhile`].
pub async fn extend(
    tx: &Tx,
    key: &str,
    revision: i64,
    closes: LocalTime,
) -> Result<i64, SurveyError> {
    let mut found = must_find(tx, key).await?;
    if found.state != State::Open {
        return Err(SurveyError::WrongState("it is not open"));
    }
    let at = closes.end();
    if at <= tx.now() || at <= found.opens_at {
        return Err(SurveyError::ClosesTooEarly(closes.to_string()));
    }
    found.document.closes = closes;
    let changed = tx
        .connection()
        .run(
            "UPDATE surveys_surveys SET closes_at = $3, document = $4, revision = revision + 1 \
             WHERE key = $1 AND revision = $2 AND state = 'open'",
            [
                key.into(),
                revision.into(),
                at.as_microsecond().into(),
                serde_json::to_string(&found.document)?.into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(SurveyError::ChangedMeanwhile);
    }
    close_later(tx, key, at).await?;
    tx.audit(
        AuditEntry::new("surveys.extend", format!("survey/{key}"))
            .with(json!({"closes": closes.to_string()})),
    );
    Ok(revision + 1)
}

async fn set_published(
    tx: &Tx,
    key: &str,
    revision: i64,
    at: Option<Timestamp>,
    action: &'static str,
) -> Result<i64, SurveyError> {
    let found = must_find(tx, key).await?;
    if found.state != State::Closed {
        return Err(SurveyError::WrongState(
            "results are published when the survey is closed and no longer change",
        ));
    }
    let changed = tx
        .connection()
        .run(
            "UPDATE surveys_surveys SET published_at = $3, revision = revision + 1 WHERE key = $1 AND revision = $2",
            [
                key.into(),
                revision.into(),
                at.map(Timestamp::as_microsecond).into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(SurveyError::ChangedMeanwhile);
    }
    tx.audit(AuditEntry::new(action, format!("survey/{key}")));
    Ok(revision + 1)
}

/// Shows the results of a closed survey to everybody.
///
/// # Errors
/// [`SurveyError::WrongState`] while it is not closed; [`SurveyError::ChangedMeanwhile`].
pub async fn publish(tx: &Tx, key: &str, revision: i64) -> Result<i64, SurveyError> {
    set_published(tx, key, revision, Some(tx.now()), "surveys.publish").await
}

/// Takes published results back.
///
/// # Errors
/// As [`publish`].
pub async fn withdraw(tx: &Tx, key: &str, revision: i64) -> Result<i64, SurveyError> {
    set_published(tx, key, revision, None, "surveys.withdraw").await
}

/// Removes a draft.
///
/// # Errors
/// [`SurveyError::ChangedMeanwhile`] when it is no draft, or changed.
pub async fn remove(tx: &Tx, key: &str, revision: i64) -> Result<(), SurveyError> {
    let changed = tx
        .connection()
        .run(
            "DELETE FROM surveys_surveys WHERE key = $1 AND revision = $2 AND state = 'draft'",
            [key.into(), revision.into()],
        )
        .await?;
    if changed == 0 {
        return Err(SurveyError::ChangedMeanwhile);
    }
    tx.audit(AuditEntry::new("surveys.remove", format!("survey/{key}")));
    Ok(())
}

/// What came of a file that was brought in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brought {
    /// It stands already.
    Unchanged,
    /// It is a draft now.
    Drafted,
    /// The texts of an open survey were corrected.
    Corrected,
}

/// Brings a survey in from a file: as a draft, or as a correction of the texts of an open one.
///
/// # Errors
/// As [`save_draft`] and [`correct`].
pub async fn bring_in(tx: &Tx, document: &SurveyDocument) -> Result<Brought, SurveyError> {
    match survey(tx.connection(), &document.key).await? {
        Some(found) if found.document == *document => Ok(Brought::Unchanged),
        Some(found) if found.state != State::Draft => {
            correct(tx, document, found.revision).await?;
            Ok(Brought::Corrected)
        }
        found => {
            save_draft(tx, document, found.map_or(0, |found| found.revision)).await?;
            Ok(Brought::Drafted)
        }
    }
}
