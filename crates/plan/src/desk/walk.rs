//! Finding parts, indicators and figures in a plan, to show and to change them.

use crate::model::document::{Figure, Group, Indicator, Initiative, PlanDocument};

/// A figure with the place it stands at.
#[derive(Clone, Copy)]
pub(super) struct Located<'plan> {
    /// Number of the initiative or group in the document.
    pub(super) number: Option<&'plan str>,
    /// Its title.
    pub(super) title: &'plan str,
    pub(super) indicator: &'plan Indicator,
    pub(super) figure: &'plan Figure,
}

/// Every figure in the order of the document. The place in this list names a figure as long as none is added or removed.
pub(super) fn figures(document: &PlanDocument) -> Vec<Located<'_>> {
    fn of<'plan>(
        number: Option<&'plan String>,
        title: &'plan str,
        indicators: &'plan [Indicator],
        into: &mut Vec<Located<'plan>>,
    ) {
        for indicator in indicators {
            into.extend(indicator.figures.iter().map(|figure| Located {
                number: number.map(String::as_str),
                title,
                indicator,
                figure,
            }));
        }
    }
    fn group<'plan>(own: &'plan Group, into: &mut Vec<Located<'plan>>) {
        of(own.number.as_ref(), &own.title, &own.indicators, into);
        for initiative in &own.initiatives {
            of(
                initiative.number.as_ref(),
                &initiative.title,
                &initiative.indicators,
                into,
            );
        }
        own.groups.iter().for_each(|below| group(below, into));
    }
    let mut list = Vec::new();
    document.groups.iter().for_each(|own| group(own, &mut list));
    list
}

/// Every indicator that can be changed, in the order of [`figures`].
fn indicators_mut(groups: &mut [Group]) -> Vec<&mut Indicator> {
    let mut list = Vec::new();
    for group in groups {
        list.extend(&mut group.indicators);
        for initiative in &mut group.initiatives {
            list.extend(&mut initiative.indicators);
        }
        list.extend(indicators_mut(&mut group.groups));
    }
    list
}

/// The indicator that has the figure with that place in [`figures`], and the figure's place in the indicator.
pub(super) fn figure_mut(
    document: &mut PlanDocument,
    place: usize,
) -> Option<(&mut Indicator, usize)> {
    let mut before = 0;
    for indicator in indicators_mut(&mut document.groups) {
        let count = indicator.figures.len();
        if place < before + count {
            return Some((indicator, place - before));
        }
        before += count;
    }
    None
}

/// The indicator with that key.
pub(super) fn indicator_mut<'plan>(
    document: &'plan mut PlanDocument,
    key: &str,
) -> Option<&'plan mut Indicator> {
    indicators_mut(&mut document.groups)
        .into_iter()
        .find(|indicator| indicator.key.as_deref() == Some(key))
}

/// An indicator with the part it belongs to.
#[derive(Clone, Copy)]
pub(super) struct Owned<'plan> {
    /// Key of the initiative or group.
    pub(super) part: &'plan str,
    /// Its title.
    pub(super) title: &'plan str,
    /// Whether it is an initiative.
    pub(super) of_initiative: bool,
    pub(super) indicator: &'plan Indicator,
}

/// The indicator with that key and what it belongs to.
pub(super) fn indicator<'plan>(groups: &'plan [Group], key: &str) -> Option<Owned<'plan>> {
    groups.iter().find_map(|group| {
        let own = group
            .indicators
            .iter()
            .map(|indicator| (group.key.as_deref(), group.title.as_str(), false, indicator));
        let below = group.initiatives.iter().flat_map(|initiative| {
            initiative.indicators.iter().map(|indicator| {
                (
                    initiative.key.as_deref(),
                    initiative.title.as_str(),
                    true,
                    indicator,
                )
            })
        });
        own.chain(below)
            .find(|(_, _, _, indicator)| indicator.key.as_deref() == Some(key))
            .map(|(part, title, of_initiative, indicator)| Owned {
                part: part.unwrap_or_default(),
                title,
                of_initiative,
                indicator,
            })
            .or_else(|| indicator(&group.groups, key))
    })
}

/// The group with that key.
pub(super) fn group<'plan>(groups: &'plan [Group], key: &str) -> Option<&'plan Group> {
    groups.iter().find_map(|own| {
        if own.key.as_deref() == Some(key) {
            Some(own)
        } else {
            group(&own.groups, key)
        }
    })
}

/// The group with that key, to be changed.
pub(super) fn group_mut<'plan>(groups: &'plan mut [Group], key: &str) -> Option<&'plan mut Group> {
    for own in groups {
        if own.key.as_deref() == Some(key) {
            return Some(own);
        }
        if let Some(found) = group_mut(&mut own.groups, key) {
            return Some(found);
        }
    }
    None
}

/// The initiative with that key and the key of its group.
pub(super) fn initiative<'plan>(
    groups: &'plan [Group],
    key: &str,
) -> Option<(&'plan Initiative, &'plan Group)> {
    groups.iter().find_map(|group| {
        group
            .initiatives
            .iter()
            .find(|initiative| initiative.key.as_deref() == Some(key))
            .map(|found| (found, group))
            .or_else(|| initiative(&group.groups, key))
    })
}

/// The initiative with that key, to be changed.
pub(super) fn initiative_mut<'plan>(
    groups: &'plan mut [Group],
    key: &str,
) -> Option<&'plan mut Initiative> {
    for group in groups {
        for initiative in &mut group.initiatives {
            if initiative.key.as_deref() == Some(key) {
                return Some(initiative);
            }
        }
        if let Some(found) = initiative_mut(&mut group.groups, key) {
            return Some(found);
        }
    }
    None
}

/// How many initiatives, indicators, figures and doubted figures a plan has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) initiatives: usize,
    pub(super) indicators: usize,
    pub(super) figures: usize,
    pub(super) doubted: usize,
}

/// Counts a plan.
pub(super) fn counts(groups: &[Group]) -> Counts {
    let mut sum = Counts::default();
    for group in groups {
        let below = counts(&group.groups);
        let indicators = group.indicators.iter().chain(
            group
                .initiatives
                .iter()
                .flat_map(|initiative| &initiative.indicators),
        );
        sum.initiatives += group.initiatives.len() + below.initiatives;
        for indicator in indicators {
            sum.indicators += 1;
            sum.figures += indicator.figures.len();
            sum.doubted += indicator
                .figures
                .iter()
                .filter(|figure| figure.needs_review())
                .count();
        }
        sum.indicators += below.indicators;
        sum.figures += below.figures;
        sum.doubted += below.doubted;
    }
    sum
}

/// Changes every figure of a plan.
pub(super) fn each_figure_mut(document: &mut PlanDocument, change: &mut impl FnMut(&mut Figure)) {
    for indicator in indicators_mut(&mut document.groups) {
        indicator.figures.iter_mut().for_each(&mut *change);
    }
}
