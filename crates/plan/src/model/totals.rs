//! The yearly sums of facts as formulas take them up: one measure, some years, some dimensions.

use std::ops::RangeInclusive;
use std::sync::Arc;

use yakuba_city::{FactSums, YearTotal, YearTotals};
use yakuba_kernel::FiscalYear;

use super::formula::{Over, Selection};

/// The yearly sums that formulas are computed from.
#[derive(Debug, Clone, Default)]
pub struct Totals(Arc<YearTotals>);

impl From<Arc<YearTotals>> for Totals {
    fn from(totals: Arc<YearTotals>) -> Self {
        Self(totals)
    }
}

/// Which years' facts are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    first: i64,
    last: i64,
}

impl Span {
    pub(super) fn of(over: Over, year: FiscalYear) -> Self {
        let last = i64::from(year.year());
        match over {
            Over::Year => Self { first: last, last },
            Over::YearEnd => Self {
                first: i64::MIN,
                last,
            },
        }
    }

    fn range(self) -> RangeInclusive<i64> {
        self.first..=self.last
    }
}

impl Totals {
    /// Sorts yearly sums by measure and year. Rows of the same dimensions are added up.
    pub fn new(rows: impl IntoIterator<Item = YearTotal>) -> Self {
        Self(Arc::new(rows.into_iter().collect()))
    }

    /// The first year in which a measure has facts that stand.
    pub(super) fn first_year(&self, selection: &Selection) -> Option<FiscalYear> {
        self.0
            .years(selection.measure.as_str(), ..)
            .find(|(_, sums)| sums.facts > 0)
            .and_then(|(year, _)| i32::try_from(year).ok())
            .and_then(|year| FiscalYear::new(year).ok())
    }

    /// The sums of a selection; `None` when its measure has no fact at all in the span, whatever the filters: then
    /// nothing was counted, which is not the same as zero.
    pub(super) fn sums(&self, selection: &Selection, span: Span) -> Option<FactSums> {
        let mut whole = FactSums::default();
        for (_, sums) in self.0.years(selection.measure.as_str(), span.range()) {
            whole.add(sums);
        }
        if whole.facts <= 0 {
            return None;
        }
        if is_unfiltered(selection) {
            return Some(whole);
        }
        let mut chosen = FactSums::default();
        for row in self.rows(selection, span) {
            chosen.add(row.sums());
        }
        Some(chosen)
    }

    /// The rows of a selection in a span.
    pub(super) fn rows<'a>(
        &'a self,
        selection: &'a Selection,
        span: Span,
    ) -> impl Iterator<Item = &'a YearTotal> {
        self.0
            .rows(selection.measure.as_str(), span.range())
            .filter(|row| matches(selection, row))
    }
}

fn is_unfiltered(selection: &Selection) -> bool {
    selection.departments.is_empty()
        && selection.channels.is_empty()
        && selection.subjects.is_empty()
}

fn matches(selection: &Selection, row: &YearTotal) -> bool {
    (selection.departments.is_empty()
        || selection
            .departments
            .iter()
            .any(|department| department.as_str() == row.department))
        && (selection.channels.is_empty()
            || selection
                .channels
                .iter()
                .any(|channel| channel.as_str() == row.channel))
        && (selection.subjects.is_empty()
            || selection
                .subjects
                .iter()
                .any(|subject| subject.as_str() == row.subject))
}
