//! The yearly sums of facts, sorted once so that many indicators can be computed from them quickly.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use yakuba_city::YearTotal;
use yakuba_kernel::FiscalYear;

use super::formula::{Over, Selection};

/// The yearly sums of some measures, by measure and year.
///
/// Built once per page from the roll-ups of all measures its indicators need; each computation then looks only at the
/// rows of its own measure and years.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    measures: HashMap<String, BTreeMap<i64, YearRows>>,
}

#[derive(Debug, Clone, Default)]
struct YearRows {
    whole: Sums,
    rows: Vec<Row>,
}

/// The sums of one combination of dimensions in one year.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) department: String,
    channel: String,
    pub(super) subject: String,
    pub(super) sums: Sums,
}

/// Sums of facts. Thousandths, wide enough that no sum of rows overflows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) total: i128,
    pub(super) facts: i64,
    pub(super) maximum: Option<i64>,
}

impl Sums {
    pub(super) fn add(&mut self, other: Self) {
        self.total += other.total;
        self.facts = self.facts.saturating_add(other.facts);
        self.maximum = self.maximum.max(other.maximum);
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
        let mut measures: HashMap<String, BTreeMap<i64, YearRows>> = HashMap::new();
        for row in rows {
            let sums = Sums {
                total: row.total.into(),
                facts: row.count,
                maximum: row.maximum,
            };
            let year = measures
                .entry(row.measure)
                .or_default()
                .entry(row.fiscal_year)
                .or_default();
            year.whole.add(sums);
            year.rows.push(Row {
                department: row.department,
                channel: row.channel,
                subject: row.subject,
                sums,
            });
        }
        Self { measures }
    }

    /// The first year in which a measure has facts that stand.
    pub(super) fn first_year(&self, selection: &Selection) -> Option<FiscalYear> {
        self.measures
            .get(selection.measure.as_str())?
            .iter()
            .find(|(_, year)| year.whole.facts > 0)
            .and_then(|(year, _)| i32::try_from(*year).ok())
            .and_then(|year| FiscalYear::new(year).ok())
    }

    /// The sums of a selection; `None` when its measure has no fact at all in the span, whatever the filters: then
    /// nothing was counted, which is not the same as zero.
    pub(super) fn sums(&self, selection: &Selection, span: Span) -> Option<Sums> {
        let mut whole = Sums::default();
        let years = self.measures.get(selection.measure.as_str())?;
        for year in years.range(span.range()).map(|(_, year)| year) {
            whole.add(year.whole);
        }
        if whole.facts <= 0 {
            return None;
        }
        if is_unfiltered(selection) {
            return Some(whole);
        }
        let mut chosen = Sums::default();
        for row in self.rows(selection, span) {
            chosen.add(row.sums);
        }
        Some(chosen)
    }

    /// The rows of a selection in a span.
    pub(super) fn rows<'a>(
        &'a self,
        selection: &'a Selection,
        span: Span,
    ) -> impl Iterator<Item = &'a Row> {
        self.measures
            .get(selection.measure.as_str())
            .into_iter()
            .flat_map(move |years| years.range(span.range()))
            .flat_map(|(_, year)| &year.rows)
            .filter(|row| matches(selection, row))
    }
}

fn is_unfiltered(selection: &Selection) -> bool {
    selection.departments.is_empty()
        && selection.channels.is_empty()
        && selection.subjects.is_empty()
}

fn matches(selection: &Selection, row: &Row) -> bool {
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
