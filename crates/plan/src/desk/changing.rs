//! The one way this room changes a plan: read inside the write, changed, saved with a reason.

use serde::Serialize;
use yakuba_city::FileHash;

use super::room::Desk;
use crate::{
    error::PlanError,
    model::{
        difference::Change,
        document::{Indicator, PlanDocument},
    },
    store::{self, NewPlan},
};

type Work = Box<dyn Fn(&mut PlanDocument) -> Result<(), PlanError> + Send + Sync>;

/// Changes a plan. `work` may be called again when the database asks for it.
///
/// # Errors
/// What `work` returns, or as [`store::save`].
pub(super) async fn change(
    desk: &Desk,
    plan: &str,
    reason: &str,
    work: impl Fn(&mut PlanDocument) -> Result<(), PlanError> + Send + Sync + 'static,
) -> Result<Vec<Change>, PlanError> {
    let work: Work = Box::new(work);
    desk.city
        .write(
            desk.principal.actor(),
            (plan.to_owned(), reason.to_owned(), work),
            |tx, (plan, reason, work)| {
                Box::pin(async move {
                    let mut document = store::load(tx.connection(), plan).await?;
                    work(&mut document)?;
                    store::save(tx, &document, NewPlan::Own, reason).await
                })
            },
        )
        .await
}

type IndicatorWork = Box<dyn Fn(&mut Indicator) -> Result<(), PlanError> + Send + Sync>;

/// Changes one indicator of a plan. `work` may be called again when the database asks for it.
///
/// # Errors
/// What `work` returns, or as [`store::change_indicator`].
pub(super) async fn change_indicator(
    desk: &Desk,
    plan: &str,
    key: &str,
    reason: &str,
    work: impl Fn(&mut Indicator) -> Result<(), PlanError> + Send + Sync + 'static,
) -> Result<Vec<Change>, PlanError> {
    let work: IndicatorWork = Box::new(work);
    desk.city
        .write(
            desk.principal.actor(),
            (plan.to_owned(), key.to_owned(), reason.to_owned(), work),
            |tx, (plan, key, reason, work)| {
                Box::pin(store::change_indicator(tx, plan, key, reason, work))
            },
        )
        .await
}

/// The state of a part as a form was filled from it: sent along with the form, so that a save over somebody else's is
/// noticed.
pub(super) fn state_of(part: &impl Serialize) -> String {
    let text = serde_json::to_vec(part).unwrap_or_default();
    FileHash::of(&text).as_str()[..20].to_owned()
}

/// Refuses when the part is no longer as the form was filled from it.
///
/// # Errors
/// [`PlanError::ChangedMeanwhile`].
pub(super) fn unchanged(part: &impl Serialize, state: &str) -> Result<(), PlanError> {
    if state_of(part) == state {
        Ok(())
    } else {
        Err(PlanError::ChangedMeanwhile)
    }
}
