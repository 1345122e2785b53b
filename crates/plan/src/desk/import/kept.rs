//! What a preview keeps between the steps.

use serde::{Deserialize, Serialize};
use yakuba_city::web::Problem;

use super::super::room::Desk;
use crate::{
    error::PlanError,
    import::ImportReading,
    model::document::{Figure, Group, Indicator, PlanDocument},
    store::{self, ImportId, ImportRecord, NewPlan},
};

/// The reading with what the person said about the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Whether a new plan is the city's own.
    pub(super) own: bool,
    pub(super) reading: ImportReading,
}

/// A file as it was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptFile {
    pub(super) name: String,
    pub(super) hash: String,
    pub(super) bytes: u64,
}

impl Kept {
    pub(super) fn new_plan(&self) -> NewPlan {
        if self.own {
            NewPlan::Own
        } else {
            NewPlan::Neighbour
        }
    }

    pub(super) fn read(record: &ImportRecord) -> Result<Self, PlanError> {
        // Other doors than this one keep the bare reading.
        serde_json::from_str::<Self>(&record.reading)
            .or_else(|_| {
                serde_json::from_str::<ImportReading>(&record.reading)
                    .map(|reading| Self { own: true, reading })
            })
            .map_err(PlanError::from)
    }
}

/// The import of an address with what it keeps.
pub(super) async fn of_address(desk: &Desk, id: i64) -> Result<(ImportRecord, Kept), Problem> {
    desk.need(crate::capabilities::MANAGE)?;
    let record = store::import(desk.city.db(), ImportId(id)).await?;
    let kept = Kept::read(&record)?;
    Ok((record, kept))
}

/// A cell that a person has moved to another year or kind stays where they put it when its file comes again:
/// `base` is what the files said (with those corrections) at the last import.
pub(super) fn keep_moved_figures(document: &mut PlanDocument, base: &PlanDocument) {
    fn all(groups: &[Group]) -> Vec<&Indicator> {
        groups
            .iter()
            .flat_map(|group| {
                let own = group.indicators.iter().chain(
                    group
                        .initiatives
                        .iter()
                        .flat_map(|initiative| &initiative.indicators),
                );
                own.chain(all(&group.groups)).collect::<Vec<_>>()
            })
            .collect()
    }
    fn each(groups: &mut [Group], change: &mut impl FnMut(&mut Indicator)) {
        for group in groups {
            group.indicators.iter_mut().for_each(&mut *change);
            for initiative in &mut group.initiatives {
                initiative.indicators.iter_mut().for_each(&mut *change);
            }
            each(&mut group.groups, change);
        }
    }
    let same_cell = |one: &Figure, other: &Figure| match (&one.source, &other.source) {
        (Some(one_at), Some(other_at)) => {
            one.text == other.text
                && one_at.sheet == other_at.sheet
                && one_at.row == other_at.row
                && one_at.column == other_at.column
        }
        _ => false,
    };
    let same_place = |one: &Figure, other: &Figure| {
        one.kind == other.kind && one.fiscal_year == other.fiscal_year
    };
    let known = all(&base.groups);
    each(&mut document.groups, &mut |indicator| {
        let before: Vec<&Figure> = known
            .iter()
            .filter(|known| known.name == indicator.name)
            .flat_map(|known| &known.figures)
            .collect();
        for place in 0..indicator.figures.len() {
            let figure = &indicator.figures[place];
            if before.iter().any(|known| same_place(known, figure)) {
                continue;
            }
            let moved = before.iter().find(|known| same_cell(known, figure));
            if let Some(moved) = moved
                && !indicator
                    .figures
                    .iter()
                    .any(|other| same_place(other, moved))
            {
                indicator.figures[place] = (*moved).clone();
            }
        }
    });
}
