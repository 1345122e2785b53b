//! The yearly self-reviews, from the department's draft to publication.

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, Fact, Tx, sql::Sql as _};
use yakuba_kernel::{FiscalYear, Subject};

use super::{
    Stamp, account_of,
    board::deadline,
    changed_one, department_code, filled,
    history::{self, Of},
    initiative_title, lines,
    notices::{self, NoticeKind},
    plan_key, year_number,
};
use crate::{
    capabilities::REVIEW_SUBMITTED,
    error::PlanError,
    model::cycle::{DeadlineKind, Punctuality, ReviewState, ReviewStep},
};

/// What a department writes, each a list of lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReviewTexts {
    /// What was done (取組実績).
    pub results: Vec<String>,
    /// What it means (分析・考察).
    pub analysis: Vec<String>,
    /// What comes next (今後の方針).
    pub next: Vec<String>,
}

/// Which self-review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewPlace {
    /// The plan's number.
    pub plan_id: i64,
    /// The initiative's key.
    pub initiative_key: String,
    /// The department's code.
    pub department: String,
    /// The year looked back on.
    pub fiscal_year: FiscalYear,
}

/// A self-review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Its number.
    pub id: i64,
    /// The plan's number.
    pub plan_id: i64,
    /// The initiative's key.
    pub initiative_key: String,
    /// The department's code.
    pub department: String,
    /// The year looked back on.
    pub fiscal_year: i64,
    /// Where it stands.
    pub state: ReviewState,
    /// Whether the draft waits for the head of the department.
    pub ready: bool,
    /// What it says.
    pub texts: ReviewTexts,
    /// Who wrote it last, as the audit log writes it.
    pub written_by: String,
    /// When it was first handed in, in microseconds since 1970.
    pub first_submitted_at: Option<i64>,
    /// The DX office's remark.
    pub check_text: Option<String>,
    /// When it was published, in microseconds since 1970.
    pub published_at: Option<i64>,
    /// Counts up with every change.
    pub revision: i64,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    plan_id: i64,
    initiative_key: String,
    department: String,
    fiscal_year: i64,
    state: String,
    ready: i64,
    results: String,
    analysis: String,
    next: String,
    written_by: String,
    first_submitted_at: Option<i64>,
    check_text: Option<String>,
    published_at: Option<i64>,
    revision: i64,
}

const REVIEWS: &str = "SELECT id, plan_id, initiative_key, department, fiscal_year, state, ready, results, analysis, next,
        written_by, first_submitted_at, check_text, published_at, revision
     FROM plan_reviews";

impl Row {
    fn read(self) -> Result<Review, PlanError> {
        Ok(Review {
            id: self.id,
            plan_id: self.plan_id,
            initiative_key: self.initiative_key,
            department: self.department,
            fiscal_year: self.fiscal_year,
            state: ReviewState::read(&self.state).unwrap_or(ReviewState::Draft),
            ready: self.ready == 1,
            texts: ReviewTexts {
                results: serde_json::from_str(&self.results)?,
                analysis: serde_json::from_str(&self.analysis)?,
                next: serde_json::from_str(&self.next)?,
            },
            written_by: self.written_by,
            first_submitted_at: self.first_submitted_at,
            check_text: self.check_text,
            published_at: self.published_at,
            revision: self.revision,
        })
    }
}

/// The word of the history's step when a draft is saved.
const WRITE: &str = "write";
/// The word when the draft is handed to the head of the department.
const ASK: &str = "ask";

/// Saves a department's draft; begins it when there is none (then `revision` is none). With `ready` it is laid before
/// the head of the department. Returns the review's number.
///
/// # Errors
/// [`PlanError::ChangedMeanwhile`], [`PlanError::WrongState`] when it is handed in already, [`PlanError::Empty`] when it is
/// laid before the head without results, [`PlanError::NoSuchPart`], or the database's.
pub async fn save_review(
    tx: &Tx,
    place: &ReviewPlace,
    texts: &ReviewTexts,
    ready: bool,
    revision: Option<i64>,
    stamp: &Stamp,
) -> Result<i64, PlanError> {
    department_code(&place.department)?;
    let texts = ReviewTexts {
        results: lines(&texts.results),
        analysis: lines(&texts.analysis),
        next: lines(&texts.next),
    };
    if ready && texts.results.is_empty() {
        return Err(PlanError::Empty("results"));
    }
    let known = review(tx.connection(), place).await?;
    let (results, analysis, next) = (
        serde_json::to_string(&texts.results)?,
        serde_json::to_string(&texts.analysis)?,
        serde_json::to_string(&texts.next)?,
    );
    let step = if ready { ASK } else { WRITE };
    let id = match (known, revision) {
        (None, None) => {
            initiative_title(tx.connection(), place.plan_id, &place.initiative_key).await?;
            tx.connection()
                .value(
                    "INSERT INTO plan_reviews (plan_id, initiative_key, department, fiscal_year, state, ready, results, analysis,
                       next, written_by, written_at, revision)
                     VALUES ($1, $2, $3, $4, 'draft', $5, $6, $7, $8, $9, $10, 1) RETURNING id",
                    [
                        place.plan_id.into(),
                        place.initiative_key.clone().into(),
                        place.department.clone().into(),
                        year_number(place.fiscal_year).into(),
                        i64::from(ready).into(),
                        results.into(),
                        analysis.into(),
                        next.into(),
                        stamp.by.clone().into(),
                        stamp.at.as_microsecond().into(),
                    ],
                )
                .await?
                .unwrap_or_default()
        }
        (Some(known), Some(revision)) => {
            if known.state != ReviewState::Draft {
                return Err(PlanError::WrongState("the review is handed in"));
            }
            let rows = tx
                .connection()
                .run(
                    "UPDATE plan_reviews SET ready = $3, results = $4, analysis = $5, next = $6, written_by = $7,
                       written_at = $8, revision = revision + 1
                     WHERE id = $1 AND revision = $2",
                    [
                        known.id.into(),
                        revision.into(),
                        i64::from(ready).into(),
                        results.into(),
                        analysis.into(),
                        next.into(),
                        stamp.by.clone().into(),
                        stamp.at.as_microsecond().into(),
                    ],
                )
                .await?;
            changed_one(rows)?;
            known.id
        }
        // Somebody began it meanwhile, or it is gone.
        _ => return Err(PlanError::ChangedMeanwhile),
    };
    let draft = ReviewState::Draft.as_str();
    history::add(tx, Of::Review(id), step, (Some(draft), draft), "", stamp).await?;
    tx.audit(
        AuditEntry::new("plan.review.write", format!("plan_reviews/{id}")).with(json!({
            "initiative": place.initiative_key, "department": place.department,
            "fiscal_year": place.fiscal_year.year(), "for_the_head": ready
        })),
    );
    Ok(id)
}

/// Moves a review one step, if nobody else did since `revision` was read. When it is first handed in, that is counted
/// as in time or late. Whoever wrote it is told when it comes back.
///
/// # Errors
/// [`PlanError::WrongState`], [`PlanError::Empty`] when the step needs a text or the review has no results,
/// [`PlanError::ChangedMeanwhile`], or the database's.
pub async fn step_review(
    tx: &Tx,
    id: i64,
    revision: i64,
    step: ReviewStep,
    text: &str,
    stamp: &Stamp,
) -> Result<ReviewState, PlanError> {
    let before = review_by_id(tx.connection(), id).await?;
    let next = step
        .take(before.state)
        .ok_or(PlanError::WrongState("the review has moved on"))?;
    if step.needs_text() {
        filled(text, "reason")?;
    }
    if step == ReviewStep::Submit && before.texts.results.is_empty() {
        return Err(PlanError::Empty("results"));
    }
    let at = stamp.at.as_microsecond();
    let check_text = match step {
        ReviewStep::Accept | ReviewStep::AcceptWithRemark => {
            Some(text.trim().to_owned()).filter(|text| !text.is_empty())
        }
        _ if next == ReviewState::Draft => None,
        _ => before.check_text.clone(),
    };
    let rows = tx
        .connection()
        .run(
            "UPDATE plan_reviews SET state = $3, ready = 0, check_text = $4, first_submitted_at = $5, published_at = $6,
               revision = revision + 1
             WHERE id = $1 AND revision = $2",
            [
                id.into(),
                revision.into(),
                next.as_str().into(),
                check_text.into(),
                before
                    .first_submitted_at
                    .or((step == ReviewStep::Submit).then_some(at))
                    .into(),
                (next == ReviewState::Published).then_some(at).into(),
            ],
        )
        .await?;
    changed_one(rows)?;
    if step == ReviewStep::Submit && before.first_submitted_at.is_none() {
        count_submission(tx, &before, stamp).await?;
    }
    if matches!(step, ReviewStep::Return | ReviewStep::SendBack) {
        tell_writer(tx, &before, stamp).await?;
    }
    if step == ReviewStep::Submit {
        notices::settle(tx, &format!("review/{id}"), stamp).await?;
    }
    history::add(
        tx,
        Of::Review(id),
        step.as_str(),
        (Some(before.state.as_str()), next.as_str()),
        text,
        stamp,
    )
    .await?;
    tx.audit(
        AuditEntry::new("plan.review.step", format!("plan_reviews/{id}")).with(json!({
            "step": step.as_str(), "from": before.state.as_str(), "to": next.as_str(), "reason": text.trim()
        })),
    );
    Ok(next)
}

async fn count_submission(tx: &Tx, review: &Review, stamp: &Stamp) -> Result<(), PlanError> {
    let year = super::stored_year(review.fiscal_year)?;
    let due = deadline(tx.connection(), DeadlineKind::Submit)
        .await?
        .after(year);
    let mut fact = Fact::one(&REVIEW_SUBMITTED.name, stamp.at)
        .department(department_code(&review.department)?)
        .record(format!("plan_reviews/{}", review.id));
    fact.subject = Subject::new(Punctuality::of(stamp.day(), due).as_str()).ok();
    tx.record(fact).await?;
    Ok(())
}

async fn tell_writer(tx: &Tx, review: &Review, stamp: &Stamp) -> Result<(), PlanError> {
    let Some(account) = account_of(&review.written_by) else {
        return Ok(());
    };
    let title = initiative_title(tx.connection(), review.plan_id, &review.initiative_key).await?;
    let url = format!(
        "/desk/plan/{}/reviews/{}/{}/{}",
        plan_key(tx.connection(), review.plan_id).await?,
        review.fiscal_year,
        review.initiative_key,
        review.department
    );
    let subject = format!("review/{}", review.id);
    let about = (title.as_str(), url.as_str(), None);
    notices::put(
        tx,
        account,
        stamp.day(),
        NoticeKind::ReviewReturned,
        &subject,
        about,
    )
    .await?;
    Ok(())
}

/// The review of an initiative, department and year, if it was begun.
///
/// # Errors
/// When the database does not answer.
pub async fn review(
    connection: &impl ConnectionTrait,
    place: &ReviewPlace,
) -> Result<Option<Review>, PlanError> {
    let row: Option<Row> = connection
        .row(
            &format!(
                "{REVIEWS} WHERE plan_id = $1 AND initiative_key = $2 AND department = $3 AND fiscal_year = $4"
            ),
            [
                place.plan_id.into(),
                place.initiative_key.clone().into(),
                place.department.clone().into(),
                year_number(place.fiscal_year).into(),
            ],
        )
        .await?;
    row.map(Row::read).transpose()
}

/// A review by its number.
///
/// # Errors
/// [`PlanError::NoSuchPart`], or when the database does not answer.
pub async fn review_by_id(connection: &impl ConnectionTrait, id: i64) -> Result<Review, PlanError> {
    let row: Option<Row> = connection
        .row(&format!("{REVIEWS} WHERE id = $1"), [id.into()])
        .await?;
    row.ok_or_else(|| PlanError::NoSuchPart(format!("review/{id}")))?
        .read()
}

/// The reviews of a plan, newest year first.
///
/// # Errors
/// When the database does not answer.
pub async fn reviews(
    connection: &impl ConnectionTrait,
    plan_id: i64,
) -> Result<Vec<Review>, PlanError> {
    let rows: Vec<Row> = connection
        .rows(
            &format!("{REVIEWS} WHERE plan_id = $1 ORDER BY fiscal_year DESC, id"),
            [plan_id.into()],
        )
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Every review of a plan about a year, the oldest first.
pub(super) async fn reviews_of_year(
    connection: &impl ConnectionTrait,
    plan_id: i64,
    year: FiscalYear,
) -> Result<Vec<Review>, PlanError> {
    let rows: Vec<Row> = connection
        .rows(
            &format!("{REVIEWS} WHERE plan_id = $1 AND fiscal_year = $2 ORDER BY id"),
            [plan_id.into(), year_number(year).into()],
        )
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Publishes what the committee approved about a year: reviews, decisions and Act records become visible to residents.
/// Returns how many reviews were published.
///
/// # Errors
/// When the database does not answer.
pub async fn publish_reviews(
    tx: &Tx,
    plan_id: i64,
    year: FiscalYear,
    stamp: &Stamp,
) -> Result<u64, PlanError> {
    let approved: Vec<Row> = tx
        .connection()
        .rows(
            &format!("{REVIEWS} WHERE plan_id = $1 AND fiscal_year = $2 AND state = 'approved' ORDER BY id"),
            [plan_id.into(), year_number(year).into()],
        )
        .await?;
    let mut count = 0;
    for row in approved {
        step_review(tx, row.id, row.revision, ReviewStep::Publish, "", stamp).await?;
        count += 1;
    }
    for table in ["plan_decisions", "plan_acts"] {
        tx.connection()
            .run(
                &format!(
                    "UPDATE {table} SET published_at = $3 WHERE plan_id = $1 AND fiscal_year = $2 AND published_at IS NULL"
                ),
                [
                    plan_id.into(),
                    year_number(year).into(),
                    stamp.at.as_microsecond().into(),
                ],
            )
            .await?;
    }
    Ok(count)
}

/// A review as residents read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedReview {
    /// The initiative's key.
    pub initiative_key: String,
    /// The year looked back on.
    pub fiscal_year: FiscalYear,
    /// The department's code.
    pub department: String,
    /// What it says.
    pub texts: ReviewTexts,
    /// The DX office's remark.
    pub check_text: Option<String>,
    /// When it was published, in microseconds since 1970.
    pub published_at: i64,
}

/// The published reviews of an initiative (none: of the whole plan), newest year first.
///
/// # Errors
/// When the database does not answer.
pub async fn published_reviews(
    connection: &impl ConnectionTrait,
    plan_id: i64,
    initiative_key: Option<&str>,
) -> Result<Vec<PublishedReview>, PlanError> {
    let narrowed = if initiative_key.is_some() {
        "AND initiative_key = $2"
    } else {
        ""
    };
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                "{REVIEWS} WHERE plan_id = $1 AND state = 'published' {narrowed} ORDER BY fiscal_year DESC, id"
            ),
            std::iter::once(plan_id.into()).chain(initiative_key.map(Into::into)),
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            let review = row.read()?;
            Ok(PublishedReview {
                initiative_key: review.initiative_key,
                fiscal_year: super::stored_year(review.fiscal_year)?,
                department: review.department,
                texts: review.texts,
                check_text: review.check_text,
                published_at: review.published_at.unwrap_or_default(),
            })
        })
        .collect()
}
