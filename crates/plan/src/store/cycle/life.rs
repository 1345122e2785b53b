//! The life of initiatives between two versions of the plan: added, completed, merged, suspended, resumed.

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_kernel::FiscalYear;

use super::{Stamp, filled, year_number};
use crate::{
    error::PlanError,
    model::{
        cycle::{LifeChange, next_stage},
        document::{Group, Initiative, LifeStage},
        keys::assign_keys,
    },
    store::{self, NewPlan},
};

/// Something that happened to an initiative, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct LifeChangeRecord {
    /// Its number.
    pub id: i64,
    /// The initiative's key.
    pub initiative_key: String,
    /// The initiative's title.
    pub initiative_title: String,
    /// The word of its kind.
    pub kind: String,
    /// The key of the initiative it was merged into.
    pub into_key: Option<String>,
    /// The title of that initiative.
    pub into_title: Option<String>,
    /// The indicator whose target changed.
    pub indicator: Option<String>,
    /// What stood before.
    pub before: Option<String>,
    /// What stands now.
    pub after: Option<String>,
    /// Why.
    pub reason: String,
    /// Who, as the audit log writes it.
    pub made_by: String,
    /// When, in microseconds since 1970.
    pub made_at: i64,
    /// The revision of the plan it belongs to; none: it waits for the next.
    pub revision_id: Option<i64>,
}

/// A decided version of the plan in the city's own numbering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its number in the database.
    pub id: i64,
    /// The city's numbering, such as `1.3`.
    pub label: String,
    /// The fiscal year it holds from.
    pub fiscal_year: FiscalYear,
    /// When it was decided, `YYYY-MM-DD`.
    pub decided_on: String,
    /// By whom, as the audit log writes it.
    pub decided_by: String,
    /// What it is about.
    pub summary: String,
    /// What changed.
    pub changes: Vec<LifeChangeRecord>,
}

/// Completes, merges, suspends or resumes an initiative. A merged one names the running initiative it goes `into`.
///
/// # Errors
/// [`PlanError::Empty`] without a reason or target, [`PlanError::WrongState`] when its stage does not allow it,
/// [`PlanError::NoSuchPart`], or as [`store::save_part`].
pub async fn change_life(
    tx: &Tx,
    plan_key: &str,
    initiative_key: &str,
    change: LifeChange,
    into: Option<&str>,
    reason: &str,
    stamp: &Stamp,
) -> Result<(), PlanError> {
    let reason = filled(reason, "reason")?;
    let plan_id = store::plan(tx.connection(), plan_key).await?.id;
    let (mut initiative, revision) = store::part(tx.connection(), plan_id, initiative_key).await?;
    initiative.stage = next_stage(change, initiative.stage).ok_or(PlanError::WrongState(
        "the initiative's stage does not allow it",
    ))?;
    let into = match (change, into) {
        (LifeChange::Merged, Some(into)) if into != initiative_key => {
            let (target, _) = store::part(tx.connection(), plan_id, into).await?;
            if !matches!(target.stage, LifeStage::Running | LifeStage::New) {
                return Err(PlanError::WrongState("the other initiative has ended"));
            }
            Some(into)
        }
        (LifeChange::Merged, _) => return Err(PlanError::Empty("into")),
        _ => None,
    };
    store::save_part(tx, plan_key, &initiative, revision, &reason).await?;
    let entry = Entry {
        kind: change,
        into,
        ..Entry::default()
    };
    insert(tx, plan_id, initiative_key, &entry, &reason, None, stamp).await
}

/// Notes a changed target or department for the next revision; the plan itself is changed by editing it.
///
/// # Errors
/// [`PlanError::Empty`] without a reason, [`PlanError::WrongState`] for a change of stage (use [`change_life`]), or the database's.
pub async fn note_life_change(
    tx: &Tx,
    plan_id: i64,
    initiative_key: &str,
    kind: LifeChange,
    (indicator, before, after): (Option<&str>, Option<&str>, Option<&str>),
    reason: &str,
    stamp: &Stamp,
) -> Result<(), PlanError> {
    if !matches!(
        kind,
        LifeChange::TargetChanged | LifeChange::DepartmentChanged
    ) {
        return Err(PlanError::WrongState(
            "a change of stage is made, not noted",
        ));
    }
    super::initiative_title(tx.connection(), plan_id, initiative_key).await?;
    let entry = Entry {
        kind,
        into: None,
        indicator,
        before,
        after,
    };
    insert(tx, plan_id, initiative_key, &entry, reason, None, stamp).await
}

/// What a line of the list of changes says besides its reason.
pub(super) struct Entry<'a> {
    pub(super) kind: LifeChange,
    pub(super) into: Option<&'a str>,
    pub(super) indicator: Option<&'a str>,
    pub(super) before: Option<&'a str>,
    pub(super) after: Option<&'a str>,
}

impl Default for Entry<'_> {
    fn default() -> Self {
        Self {
            kind: LifeChange::Added,
            into: None,
            indicator: None,
            before: None,
            after: None,
        }
    }
}

pub(super) async fn insert(
    tx: &Tx,
    plan_id: i64,
    initiative_key: &str,
    entry: &Entry<'_>,
    reason: &str,
    revision_id: Option<i64>,
    stamp: &Stamp,
) -> Result<(), PlanError> {
    let reason = filled(reason, "reason")?;
    let text = |text: Option<&str>| text.map(str::to_owned).into();
    tx.connection()
        .run(
            "INSERT INTO plan_life_changes (plan_id, initiative_key, kind, into_key, indicator, before, after, reason,
               made_by, made_at, revision_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            [
                plan_id.into(),
                initiative_key.into(),
                entry.kind.as_str().into(),
                text(entry.into),
                text(entry.indicator),
                text(entry.before),
                text(entry.after),
                reason.clone().into(),
                stamp.by.clone().into(),
                stamp.at.as_microsecond().into(),
                revision_id.into(),
            ],
        )
        .await?;
    tx.audit(
        AuditEntry::new(
            "plan.life",
            format!("plan/{plan_id}/initiatives/{initiative_key}"),
        )
        .with(json!({"change": entry.kind.as_str(), "into": entry.into, "reason": reason})),
    );
    Ok(())
}

/// What a person enters for a new initiative.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewInitiative {
    /// The key of the level it stands under.
    pub group_key: String,
    /// Its number in the document.
    pub number: Option<String>,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub summary: Option<String>,
    /// The names of its leading departments.
    pub lead_departments: Vec<String>,
}

/// Adds an initiative and returns its key.
///
/// # Errors
/// [`PlanError::Empty`] without title or reason, [`PlanError::NoSuchPart`] without the level, or as [`store::save`].
pub async fn add_initiative(
    tx: &Tx,
    plan_key: &str,
    new: &NewInitiative,
    reason: &str,
    stamp: &Stamp,
) -> Result<String, PlanError> {
    let reason = filled(reason, "reason")?;
    let title = filled(&new.title, "title")?;
    let before = store::load(tx.connection(), plan_key).await?;
    let mut document = before.clone();
    let group = find_group(&mut document.groups, &new.group_key)
        .ok_or_else(|| PlanError::NoSuchPart(new.group_key.clone()))?;
    group.initiatives.push(Initiative {
        number: new.number.clone(),
        title,
        stage: LifeStage::New,
        summary: new.summary.clone(),
        lead_departments: new.lead_departments.clone(),
        ..Initiative::default()
    });
    assign_keys(&mut document, Some(&before));
    let key = find_group(&mut document.groups, &new.group_key)
        .and_then(|group| group.initiatives.last())
        .and_then(|initiative| initiative.key.clone())
        .unwrap_or_default();
    store::save(tx, &document, NewPlan::Own, &reason).await?;
    let plan_id = store::plan(tx.connection(), plan_key).await?.id;
    insert(tx, plan_id, &key, &Entry::default(), &reason, None, stamp).await?;
    Ok(key)
}

fn find_group<'a>(groups: &'a mut [Group], key: &str) -> Option<&'a mut Group> {
    for group in groups {
        if group.key.as_deref() == Some(key) {
            return Some(group);
        }
        if let Some(found) = find_group(&mut group.groups, key) {
            return Some(found);
        }
    }
    None
}

/// Decides a new version of the plan: takes up every change that waits, and gives the plan its label. Returns its number.
///
/// # Errors
/// [`PlanError::Empty`], [`PlanError::WrongState`] when the label is taken, or the database's.
pub async fn revise(
    tx: &Tx,
    plan_key: &str,
    label: &str,
    year: FiscalYear,
    decided_on: Date,
    summary: &str,
    stamp: &Stamp,
) -> Result<i64, PlanError> {
    let plan_id = store::plan(tx.connection(), plan_key).await?.id;
    let id = insert_revision(tx, plan_id, label, year, decided_on, summary, stamp).await?;
    tx.connection()
        .run(
            "UPDATE plan_life_changes SET revision_id = $2 WHERE plan_id = $1 AND revision_id IS NULL",
            [plan_id.into(), id.into()],
        )
        .await?;
    let mut document = store::load(tx.connection(), plan_key).await?;
    document.version = Some(label.trim().to_owned());
    store::save(tx, &document, NewPlan::Own, summary).await?;
    Ok(id)
}

pub(super) async fn insert_revision(
    tx: &Tx,
    plan_id: i64,
    label: &str,
    year: FiscalYear,
    decided_on: Date,
    summary: &str,
    stamp: &Stamp,
) -> Result<i64, PlanError> {
    let label = filled(label, "label")?;
    let summary = filled(summary, "summary")?;
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO plan_revisions (plan_id, label, fiscal_year, decided_on, decided_by, summary)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING id",
            [
                plan_id.into(),
                label.clone().into(),
                year_number(year).into(),
                decided_on.to_string().into(),
                stamp.by.clone().into(),
                summary.into(),
            ],
        )
        .await?;
    let id = id.ok_or(PlanError::WrongState("there is a version with this label"))?;
    tx.audit(
        AuditEntry::new("plan.revise", format!("plan/{plan_id}"))
            .with(json!({"version": label, "fiscal_year": year.year()})),
    );
    Ok(id)
}

/// Every change in the life of a plan's initiatives, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn life_changes(
    connection: &impl ConnectionTrait,
    plan_id: i64,
) -> Result<Vec<LifeChangeRecord>, PlanError> {
    Ok(connection
        .rows(
            "SELECT c.id, c.initiative_key, n.title AS initiative_title, c.kind, c.into_key, m.title AS into_title,
                    c.indicator, c.before, c.after, c.reason, c.made_by, c.made_at, c.revision_id
             FROM plan_life_changes c
             JOIN plan_initiatives n ON n.plan_id = c.plan_id AND n.key = c.initiative_key
             LEFT JOIN plan_initiatives m ON m.plan_id = c.plan_id AND m.key = c.into_key
             WHERE c.plan_id = $1 ORDER BY c.made_at DESC, c.id DESC",
            [plan_id.into()],
        )
        .await?)
}

/// The decided versions of a plan, newest first, each with what changed.
///
/// # Errors
/// When the database does not answer.
pub async fn revisions(
    connection: &impl ConnectionTrait,
    plan_id: i64,
) -> Result<Vec<Revision>, PlanError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        label: String,
        fiscal_year: i64,
        decided_on: String,
        decided_by: String,
        summary: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT id, label, fiscal_year, decided_on, decided_by, summary FROM plan_revisions
             WHERE plan_id = $1 ORDER BY decided_on DESC, id DESC",
            [plan_id.into()],
        )
        .await?;
    let changes = life_changes(connection, plan_id).await?;
    rows.into_iter()
        .map(|row| {
            let mut own: Vec<_> = changes
                .iter()
                .filter(|change| change.revision_id == Some(row.id))
                .cloned()
                .collect();
            own.reverse();
            Ok(Revision {
                id: row.id,
                label: row.label,
                fiscal_year: super::stored_year(row.fiscal_year)?,
                decided_on: row.decided_on,
                decided_by: row.decided_by,
                summary: row.summary,
                changes: own,
            })
        })
        .collect()
}
