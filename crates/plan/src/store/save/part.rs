//! Writing one part of a plan: read, compared and written by itself, whatever else the plan holds.

use sea_orm::FromQueryResult;
use yakuba_city::{Tx, sql::Sql as _};

use super::{
    super::{document, plans::plan},
    NewPlan, check, note,
    rows::{Owner, Rows, key},
    save,
};
use crate::{
    error::PlanError,
    model::{
        difference::{Change, compare},
        document::{Group, GroupKind, Indicator, Initiative, PlanDocument},
    },
};

/// Saves one initiative, if nobody else saved it since `revision` was read.
///
/// # Errors
/// [`PlanError::ChangedMeanwhile`], [`PlanError::NoSuchPart`], or as [`save`].
pub async fn save_part(
    tx: &Tx,
    plan_key: &str,
    initiative: &Initiative,
    revision: i64,
    reason: &str,
) -> Result<Vec<Change>, PlanError> {
    let own = key(initiative.key.as_ref());
    let plan_id = plan(tx.connection(), plan_key).await?.id;
    let (before, stored) = document::part(tx.connection(), plan_id, own).await?;
    if stored != revision {
        return Err(PlanError::ChangedMeanwhile);
    }
    let keys = |initiative: &Initiative| -> Vec<Option<String>> {
        let indicators = initiative.indicators.iter();
        indicators.map(|indicator| indicator.key.clone()).collect()
    };
    if keys(&before) != keys(initiative) {
        // Keys and places of indicators are given out for the whole plan.
        let mut document = document::load(tx.connection(), plan_key).await?;
        replace(&mut document.groups, initiative);
        return save(tx, &document, NewPlan::Own, reason).await;
    }
    let part = Part {
        tx,
        plan_id,
        plan_key,
    };
    part.write(around(before), around(initiative.clone()), reason)
        .await
}

/// Changes one indicator of a plan; its key stays. `work` is called once, on the indicator as it stands.
///
/// # Errors
/// [`PlanError::NoSuchPart`], what `work` returns, or as [`save`].
pub async fn change_indicator(
    tx: &Tx,
    plan_key: &str,
    indicator_key: &str,
    reason: &str,
    work: impl FnOnce(&mut Indicator) -> Result<(), PlanError>,
) -> Result<Vec<Change>, PlanError> {
    #[derive(FromQueryResult)]
    struct Row {
        group_key: Option<String>,
        initiative_key: Option<String>,
    }
    let connection = tx.connection();
    let gone = || PlanError::NoSuchPart(indicator_key.to_owned());
    let plan_id = plan(connection, plan_key).await?.id;
    let owner: Row = connection
        .row(
            "SELECT group_key, initiative_key FROM plan_indicators WHERE plan_id = $1 AND key = $2",
            [plan_id.into(), indicator_key.into()],
        )
        .await?
        .ok_or_else(gone)?;
    let before = match (owner.initiative_key, owner.group_key) {
        (Some(initiative), _) => around(document::part(connection, plan_id, &initiative).await?.0),
        (None, Some(group)) => document::bare_group(connection, plan_id, &group).await?,
        (None, None) => return Err(gone()),
    };
    let mut after = before.clone();
    let of_initiatives = after
        .initiatives
        .iter_mut()
        .flat_map(|initiative| &mut initiative.indicators);
    let indicator = after
        .indicators
        .iter_mut()
        .chain(of_initiatives)
        .find(|indicator| indicator.key.as_deref() == Some(indicator_key))
        .ok_or_else(gone)?;
    work(indicator)?;
    indicator.key = Some(indicator_key.to_owned());
    let part = Part {
        tx,
        plan_id,
        plan_key,
    };
    part.write(before, after, reason).await
}

fn replace(groups: &mut [Group], initiative: &Initiative) {
    for group in groups {
        for known in &mut group.initiatives {
            if known.key == initiative.key {
                *known = initiative.clone();
            }
        }
        replace(&mut group.groups, initiative);
    }
}

/// An initiative alone in a group that stands for the one it is in: nothing of that group is looked at.
fn around(initiative: Initiative) -> Group {
    Group {
        key: None,
        kind: GroupKind::Policy,
        number: None,
        title: String::new(),
        text: None,
        aim: None,
        texts: Vec::new(),
        indicators: Vec::new(),
        groups: Vec::new(),
        initiatives: vec![initiative],
    }
}

/// A plan of which only one group is looked at.
fn plan_of(plan_key: &str, group: Group) -> PlanDocument {
    PlanDocument {
        groups: vec![group],
        ..PlanDocument::empty(plan_key)
    }
}

/// Where a part is written.
struct Part<'write> {
    tx: &'write Tx,
    plan_id: i64,
    plan_key: &'write str,
}

impl Part<'_> {
    /// Writes what differs between two states of a group's own indicators and initiatives, which are the same ones in
    /// the same order.
    async fn write(
        &self,
        before: Group,
        after: Group,
        reason: &str,
    ) -> Result<Vec<Change>, PlanError> {
        let (before, after) = (
            plan_of(self.plan_key, before),
            plan_of(self.plan_key, after),
        );
        check(&after)?;
        if before == after {
            return Ok(Vec::new());
        }
        self.tx
            .connection()
            .run(
                "UPDATE plans SET changed_at = $2 WHERE id = $1",
                [self.plan_id.into(), self.tx.now().as_microsecond().into()],
            )
            .await?;
        for (old, new) in before.groups.iter().zip(&after.groups) {
            let owner = Owner::Group(key(new.key.as_ref()));
            self.write_indicators(&old.indicators, &new.indicators, owner)
                .await?;
            for (old, new) in old.initiatives.iter().zip(&new.initiatives) {
                self.write_initiative(old, new).await?;
            }
        }
        let changes = compare(&before, &after);
        note(self.tx, &after, false, &changes, reason);
        Ok(changes)
    }

    async fn write_initiative(&self, old: &Initiative, new: &Initiative) -> Result<(), PlanError> {
        #[derive(FromQueryResult)]
        struct Row {
            group_key: String,
            position: i64,
        }
        if old == new {
            return Ok(());
        }
        let own = key(new.key.as_ref());
        let row: Row = self
            .tx
            .connection()
            .row(
                "SELECT group_key, position FROM plan_initiatives WHERE plan_id = $1 AND key = $2",
                [self.plan_id.into(), own.into()],
            )
            .await?
            .ok_or_else(|| PlanError::NoSuchPart(own.to_owned()))?;
        // Its revision counts up for its indicators as well.
        self.rows()
            .write_initiative(new, &row.group_key, place(row.position))
            .await?;
        self.write_indicators(&old.indicators, &new.indicators, Owner::Initiative(own))
            .await
    }

    async fn write_indicators(
        &self,
        old: &[Indicator],
        new: &[Indicator],
        owner: Owner<'_>,
    ) -> Result<(), PlanError> {
        for (old, new) in old.iter().zip(new).filter(|(old, new)| old != new) {
            let own = key(new.key.as_ref());
            let position: Option<i64> = self
                .tx
                .connection()
                .value(
                    "SELECT position FROM plan_indicators WHERE plan_id = $1 AND key = $2",
                    [self.plan_id.into(), own.into()],
                )
                .await?;
            let position = position.ok_or_else(|| PlanError::NoSuchPart(own.to_owned()))?;
            self.rows()
                .write_indicator(new, owner, place(position), Some(old))
                .await?;
        }
        Ok(())
    }

    fn rows(&self) -> Rows<'_> {
        Rows {
            tx: self.tx,
            plan_id: self.plan_id,
        }
    }
}

/// A place in the plan as it was stored from one.
fn place(position: i64) -> usize {
    usize::try_from(position).unwrap_or_default()
}
