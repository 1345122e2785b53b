//! Act records: what follows from a missed target.

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_kernel::FiscalYear;

use super::{
    Stamp, account_of, changed_one, department_code, filled,
    history::{self, Of},
    initiative_title,
    notices::{self, NoticeKind},
    stored_day, year_number,
};
use crate::{
    error::PlanError,
    model::cycle::{ActState, ActStep},
};

/// A target that was missed in a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissedTarget {
    /// The indicator's key.
    pub indicator_key: String,
    /// What happened, in words: target and actual with their counts.
    pub fact: String,
}

/// An Act record.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Act {
    /// Its number.
    pub id: i64,
    /// The plan's number.
    pub plan_id: i64,
    /// The plan's key.
    pub plan_key: String,
    /// The indicator's key.
    pub indicator_key: String,
    /// The indicator's name.
    pub indicator_name: String,
    /// The key of the initiative the indicator belongs to; none: it belongs to a level above.
    pub initiative_key: Option<String>,
    /// The title of the initiative or level.
    pub part_title: String,
    /// The year of the missed target.
    pub fiscal_year: i64,
    /// The word of its state.
    pub state: String,
    /// When it was opened, `YYYY-MM-DD`.
    pub opened_on: String,
    /// What happened.
    pub fact: String,
    /// Why; empty: not yet known.
    pub cause: String,
    /// What is done about it; empty: not yet decided.
    pub countermeasure: String,
    /// The code of the department that answers for it; empty: not yet settled.
    pub owner: String,
    /// The account of who does it.
    pub assignee: Option<i64>,
    /// By when, `YYYY-MM-DD`.
    pub due: Option<String>,
    /// What came of it.
    pub outcome: Option<String>,
    /// When it was finished, `YYYY-MM-DD`.
    pub closed_on: Option<String>,
    /// When it was published, in microseconds since 1970.
    pub published_at: Option<i64>,
    /// The year whose plan took it over.
    pub carried_to: Option<i64>,
    /// Counts up with every change.
    pub revision: i64,
}

impl Act {
    /// Where it stands.
    pub fn state(&self) -> ActState {
        ActState::read(&self.state).unwrap_or(ActState::Open)
    }

    /// Whether it is not finished and its day has passed.
    pub fn is_late(&self, today: Date) -> bool {
        self.state() != ActState::Done
            && self
                .due
                .as_deref()
                .is_some_and(|due| stored_day(due) < today)
    }
}

const ACTS: &str = "SELECT a.id, a.plan_id, p.key AS plan_key, a.indicator_key, i.name AS indicator_name, i.initiative_key,
        COALESCE(n.title, g.title) AS part_title, a.fiscal_year, a.state, a.opened_on, a.fact, a.cause, a.countermeasure,
        a.owner, a.assignee, a.due, a.outcome, a.closed_on, a.published_at, t.fiscal_year AS carried_to, a.revision
     FROM plan_acts a
     JOIN plans p ON p.id = a.plan_id
     JOIN plan_indicators i ON i.plan_id = a.plan_id AND i.key = a.indicator_key
     LEFT JOIN plan_initiatives n ON n.plan_id = i.plan_id AND n.key = i.initiative_key
     LEFT JOIN plan_groups g ON g.plan_id = i.plan_id AND g.key = i.group_key
     LEFT JOIN plan_takeovers t ON t.act_id = a.id";
const ORDER: &str = "ORDER BY a.fiscal_year DESC, COALESCE(n.position, g.position), i.position";

/// Opens an Act record for each missed target of a year that has none yet; the department that leads the initiative
/// owns it. Calling it again opens nothing twice. Returns the numbers of the newly opened ones.
///
/// # Errors
/// [`PlanError::Empty`] without a fact, [`PlanError::NoSuchPart`], or the database's.
pub async fn open_acts(
    tx: &Tx,
    plan_id: i64,
    year: FiscalYear,
    missed: &[MissedTarget],
    stamp: &Stamp,
) -> Result<Vec<i64>, PlanError> {
    let mut opened = Vec::new();
    for target in missed {
        opened.extend(open_act(tx, plan_id, year, target, stamp).await?);
    }
    Ok(opened)
}

/// Opens one Act record and returns its number; none when there is one for this indicator and year.
/// Where the year's results are published already, it is public at once.
///
/// # Errors
/// As [`open_acts`].
pub async fn open_act(
    tx: &Tx,
    plan_id: i64,
    year: FiscalYear,
    missed: &MissedTarget,
    stamp: &Stamp,
) -> Result<Option<i64>, PlanError> {
    #[derive(FromQueryResult)]
    struct Owner {
        code: Option<String>,
    }
    let fact = filled(&missed.fact, "fact")?;
    let connection = tx.connection();
    let owner: Owner = connection
        .row(
            "SELECT (SELECT d.code FROM plan_departments d
                     WHERE d.plan_id = i.plan_id AND d.initiative_key = i.initiative_key AND d.lead = 1 AND d.code IS NOT NULL
                     ORDER BY d.position LIMIT 1) AS code
             FROM plan_indicators i WHERE i.plan_id = $1 AND i.key = $2",
            [plan_id.into(), missed.indicator_key.clone().into()],
        )
        .await?
        .ok_or_else(|| PlanError::NoSuchPart(missed.indicator_key.clone()))?;
    let published: Option<i64> = connection
        .value(
            "SELECT MIN(published_at) FROM plan_decisions WHERE plan_id = $1 AND fiscal_year = $2",
            [plan_id.into(), year_number(year).into()],
        )
        .await?
        .flatten();
    let id: Option<i64> = connection
        .value(
            "INSERT INTO plan_acts (plan_id, indicator_key, fiscal_year, state, opened_on, fact, cause, countermeasure, owner,
               published_at, revision)
             VALUES ($1, $2, $3, 'open', $4, $5, '', '', $6, $7, 1)
             ON CONFLICT (plan_id, indicator_key, fiscal_year) DO NOTHING RETURNING id",
            [
                plan_id.into(),
                missed.indicator_key.clone().into(),
                year_number(year).into(),
                stamp.day().to_string().into(),
                fact.clone().into(),
                owner.code.unwrap_or_default().into(),
                published.map(|_| stamp.at.as_microsecond()).into(),
            ],
        )
        .await?;
    if let Some(id) = id {
        let open = ActState::Open.as_str();
        history::add(
            tx,
            Of::Act(id),
            ActStep::Open.as_str(),
            (None, open),
            &fact,
            stamp,
        )
        .await?;
        tx.audit(
            AuditEntry::new("plan.act.open", format!("plan_acts/{id}"))
                .with(json!({"indicator": missed.indicator_key, "fiscal_year": year.year()})),
        );
    }
    Ok(id)
}

/// What a person enters for an Act record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ActEdit {
    /// What happened.
    pub fact: String,
    /// Why.
    pub cause: String,
    /// What is done about it.
    pub countermeasure: String,
    /// The code of the department that answers for it.
    pub owner: String,
    /// The account of who does it.
    pub assignee: Option<i64>,
    /// By when.
    pub due: Option<Date>,
}

/// Changes an unfinished Act record, if nobody else did since `revision` was read.
///
/// # Errors
/// [`PlanError::WrongState`] when it is finished, [`PlanError::Empty`] without fact, or without cause and countermeasure
/// once the countermeasure began, [`PlanError::ChangedMeanwhile`], or the database's.
pub async fn edit_act(
    tx: &Tx,
    id: i64,
    revision: i64,
    edit: &ActEdit,
    stamp: &Stamp,
) -> Result<(), PlanError> {
    let before = act(tx.connection(), id).await?;
    if ActStep::Change.take(before.state()).is_none() {
        return Err(PlanError::WrongState("the record is finished"));
    }
    let fact = filled(&edit.fact, "fact")?;
    if before.state() == ActState::InProgress {
        filled(&edit.cause, "cause")?;
        filled(&edit.countermeasure, "countermeasure")?;
    }
    if !edit.owner.is_empty() {
        department_code(&edit.owner)?;
    }
    let rows = tx
        .connection()
        .run(
            "UPDATE plan_acts SET fact = $3, cause = $4, countermeasure = $5, owner = $6, assignee = $7, due = $8,
               revision = revision + 1
             WHERE id = $1 AND revision = $2",
            [
                id.into(),
                revision.into(),
                fact.into(),
                edit.cause.trim().into(),
                edit.countermeasure.trim().into(),
                edit.owner.clone().into(),
                edit.assignee.into(),
                edit.due.map(|due| due.to_string()).into(),
            ],
        )
        .await?;
    changed_one(rows)?;
    history::add(
        tx,
        Of::Act(id),
        ActStep::Change.as_str(),
        (Some(&before.state), &before.state),
        "",
        stamp,
    )
    .await?;
    if before.assignee != edit.assignee
        && let Some(account) = edit
            .assignee
            .filter(|account| Some(*account) != account_of(&stamp.by))
    {
        let url = format!("/desk/plan/{}/acts/{id}", before.plan_key);
        let about = (before.indicator_name.as_str(), url.as_str(), edit.due);
        notices::put(
            tx,
            account,
            stamp.day(),
            NoticeKind::ActAssigned,
            &format!("act/{id}"),
            about,
        )
        .await?;
    }
    tx.audit(AuditEntry::new(
        "plan.act.change",
        format!("plan_acts/{id}"),
    ));
    Ok(())
}

/// Begins, finishes or reopens an Act record. The text of finishing says what came of it.
///
/// # Errors
/// [`PlanError::WrongState`], [`PlanError::Empty`], [`PlanError::ChangedMeanwhile`], or the database's.
pub async fn step_act(
    tx: &Tx,
    id: i64,
    revision: i64,
    step: ActStep,
    text: &str,
    stamp: &Stamp,
) -> Result<ActState, PlanError> {
    let before = act(tx.connection(), id).await?;
    let next = match step {
        ActStep::Begin | ActStep::Finish | ActStep::Reopen => step.take(before.state()),
        ActStep::Open | ActStep::Change | ActStep::TakeOver => None,
    }
    .ok_or(PlanError::WrongState("the record has moved on"))?;
    if step.needs_text() {
        filled(text, "reason")?;
    }
    if step == ActStep::Begin {
        filled(&before.cause, "cause")?;
        filled(&before.countermeasure, "countermeasure")?;
    }
    let finished = next == ActState::Done;
    let outcome = if finished {
        Some(text.trim().to_owned())
    } else {
        before.outcome.clone()
    };
    let rows = tx
        .connection()
        .run(
            "UPDATE plan_acts SET state = $3, outcome = $4, closed_on = $5, revision = revision + 1
             WHERE id = $1 AND revision = $2",
            [
                id.into(),
                revision.into(),
                next.as_str().into(),
                outcome.into(),
                finished.then(|| stamp.day().to_string()).into(),
            ],
        )
        .await?;
    changed_one(rows)?;
    if finished {
        notices::settle(tx, &format!("act/{id}"), stamp).await?;
    }
    history::add(
        tx,
        Of::Act(id),
        step.as_str(),
        (Some(&before.state), next.as_str()),
        text,
        stamp,
    )
    .await?;
    tx.audit(
        AuditEntry::new("plan.act.step", format!("plan_acts/{id}"))
            .with(json!({"from": before.state, "to": next.as_str(), "reason": text.trim()})),
    );
    Ok(next)
}

/// The plan of a later year takes a countermeasure over into an initiative: from then on the initiative shows it.
///
/// # Errors
/// [`PlanError::WrongState`] when it was taken over before or the year is not later, [`PlanError::Empty`],
/// [`PlanError::NoSuchPart`], or the database's.
pub async fn take_over(
    tx: &Tx,
    id: i64,
    initiative_key: &str,
    year: FiscalYear,
    text: &str,
    stamp: &Stamp,
) -> Result<(), PlanError> {
    let text = filled(text, "countermeasure")?;
    let before = act(tx.connection(), id).await?;
    if year_number(year) <= before.fiscal_year {
        return Err(PlanError::WrongState("only a later year can take it over"));
    }
    initiative_title(tx.connection(), before.plan_id, initiative_key).await?;
    let rows = tx
        .connection()
        .run(
            "INSERT INTO plan_takeovers (act_id, plan_id, initiative_key, fiscal_year, text, taken_by, taken_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
            [
                id.into(),
                before.plan_id.into(),
                initiative_key.into(),
                year_number(year).into(),
                text.clone().into(),
                stamp.by.clone().into(),
                stamp.at.as_microsecond().into(),
            ],
        )
        .await?;
    if rows == 0 {
        return Err(PlanError::WrongState("it was taken over before"));
    }
    history::add(
        tx,
        Of::Act(id),
        ActStep::TakeOver.as_str(),
        (Some(&before.state), &before.state),
        &text,
        stamp,
    )
    .await?;
    tx.audit(
        AuditEntry::new("plan.act.take_over", format!("plan_acts/{id}"))
            .with(json!({"initiative": initiative_key, "fiscal_year": year.year()})),
    );
    Ok(())
}

/// A countermeasure that an initiative took over.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Takeover {
    /// The Act record's number.
    pub act_id: i64,
    /// The initiative's key.
    pub initiative_key: String,
    /// The year whose plan took it over.
    pub fiscal_year: i64,
    /// The countermeasure as taken over.
    pub text: String,
    /// The indicator whose target was missed.
    pub indicator_name: String,
    /// The year of the missed target.
    pub missed_year: i64,
    /// The word of the Act record's state.
    pub state: String,
}

/// The countermeasures that a plan's initiatives took over, newest first; of one initiative when it is given.
///
/// # Errors
/// When the database does not answer.
pub async fn takeovers(
    connection: &impl ConnectionTrait,
    plan_id: i64,
    initiative_key: Option<&str>,
) -> Result<Vec<Takeover>, PlanError> {
    let narrowed = if initiative_key.is_some() {
        "AND t.initiative_key = $2"
    } else {
        ""
    };
    Ok(connection
        .rows(
            &format!(
                "SELECT t.act_id, t.initiative_key, t.fiscal_year, t.text, i.name AS indicator_name,
                        a.fiscal_year AS missed_year, a.state
                 FROM plan_takeovers t
                 JOIN plan_acts a ON a.id = t.act_id
                 JOIN plan_indicators i ON i.plan_id = a.plan_id AND i.key = a.indicator_key
                 WHERE t.plan_id = $1 {narrowed} ORDER BY t.fiscal_year DESC, t.act_id"
            ),
            std::iter::once(plan_id.into()).chain(initiative_key.map(Into::into)),
        )
        .await?)
}

/// One Act record.
///
/// # Errors
/// [`PlanError::NoSuchPart`], or when the database does not answer.
pub async fn act(connection: &impl ConnectionTrait, id: i64) -> Result<Act, PlanError> {
    connection
        .row(&format!("{ACTS} WHERE a.id = $1"), [id.into()])
        .await?
        .ok_or_else(|| PlanError::NoSuchPart(format!("act/{id}")))
}

/// The Act records of a plan (none: of all plans), newest year first, then in the order of the document.
///
/// # Errors
/// When the database does not answer.
pub async fn acts(
    connection: &impl ConnectionTrait,
    plan_id: Option<i64>,
) -> Result<Vec<Act>, PlanError> {
    let narrowed = if plan_id.is_some() {
        "WHERE a.plan_id = $1"
    } else {
        ""
    };
    Ok(connection
        .rows(
            &format!("{ACTS} {narrowed} {ORDER}"),
            plan_id.map(Into::into),
        )
        .await?)
}

/// An Act record as residents read it: no person is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedAct {
    /// The initiative's key; none: the indicator belongs to a level above.
    pub initiative_key: Option<String>,
    /// The title of the initiative or level.
    pub part_title: String,
    /// The indicator's key.
    pub indicator_key: String,
    /// The indicator's name.
    pub indicator_name: String,
    /// The year of the missed target.
    pub fiscal_year: FiscalYear,
    /// Where it stands.
    pub state: ActState,
    /// What happened.
    pub fact: String,
    /// Why; empty: not yet known.
    pub cause: String,
    /// What is done about it; empty: not yet decided.
    pub countermeasure: String,
    /// The code of the department that answers for it.
    pub owner: String,
    /// By when.
    pub due: Option<Date>,
    /// What came of it.
    pub outcome: Option<String>,
    /// The year whose plan took it over.
    pub carried_to: Option<FiscalYear>,
}

/// The published Act records of a plan, or of one initiative, newest year first. Once published, a record is shown as it
/// stands: residents see whether the countermeasure goes on.
///
/// # Errors
/// When the database does not answer.
pub async fn published_acts(
    connection: &impl ConnectionTrait,
    plan_id: i64,
    initiative_key: Option<&str>,
) -> Result<Vec<PublishedAct>, PlanError> {
    acts(connection, Some(plan_id))
        .await?
        .into_iter()
        .filter(|act| act.published_at.is_some())
        .filter(|act| initiative_key.is_none() || act.initiative_key.as_deref() == initiative_key)
        .map(|act| {
            Ok(PublishedAct {
                state: act.state(),
                fiscal_year: super::stored_year(act.fiscal_year)?,
                carried_to: act.carried_to.map(super::stored_year).transpose()?,
                due: act.due.as_deref().map(stored_day),
                initiative_key: act.initiative_key,
                part_title: act.part_title,
                indicator_key: act.indicator_key,
                indicator_name: act.indicator_name,
                fact: act.fact,
                cause: act.cause,
                countermeasure: act.countermeasure,
                owner: act.owner,
                outcome: act.outcome,
            })
        })
        .collect()
}
