//! The daily counts behind a computed figure, narrowed exactly as its formula narrows them.

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use yakuba_city::{DayTotal, StoredFact, sql::Sql as _};
use yakuba_kernel::{DepartmentCode, FiscalYear, MeasureName, Subject};

use crate::{
    error::PlanError,
    model::{formula::Selection, quality::SourceKind},
};

/// The condition that a roll-up row or fact belongs to a selection, with its values from `$first` on.
fn condition(selection: &Selection, first: usize) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = vec![selection.measure.as_str().into()];
    let mut sql = format!("measure = ${first}");
    let lists = [
        (
            "department",
            selection
                .departments
                .iter()
                .map(|code| code.as_str().to_owned())
                .collect::<Vec<_>>(),
        ),
        (
            "channel",
            selection
                .channels
                .iter()
                .map(|channel| channel.as_str().to_owned())
                .collect(),
        ),
        (
            "subject",
            selection
                .subjects
                .iter()
                .map(|subject| subject.as_str().to_owned())
                .collect(),
        ),
    ];
    for (column, list) in lists {
        if !list.is_empty() {
            let placeholders = yakuba_city::sql::list(first + values.len(), list.len());
            sql.push_str(" AND ");
            sql.push_str(column);
            sql.push_str(" IN (");
            sql.push_str(&placeholders);
            sql.push(')');
            values.extend(list.into_iter().map(Value::from));
        }
    }
    (sql, values)
}

/// The sums of a selection for each day of a fiscal year on which anything happened.
///
/// # Errors
/// When the database does not answer.
pub async fn counts_of_year(
    connection: &impl ConnectionTrait,
    selection: &Selection,
    year: FiscalYear,
) -> Result<Vec<DayTotal>, PlanError> {
    let (condition, mut values) = condition(selection, 2);
    values.insert(0, i64::from(year.year()).into());
    Ok(connection
        .rows(
            &format!(
                "SELECT day, '' AS department, '' AS channel, '' AS subject, CAST(SUM(total) AS BIGINT) AS total,
                        CAST(SUM(count) AS BIGINT) AS count, MAX(maximum) AS maximum
                 FROM fact_days WHERE fiscal_year = $1 AND {condition} GROUP BY day ORDER BY day"
            ),
            values,
        )
        .await?)
}

/// The subjects of a selection about which anything was counted in a fiscal year, in their order.
///
/// # Errors
/// When the database does not answer.
pub async fn subjects_of_year(
    connection: &impl ConnectionTrait,
    selection: &Selection,
    year: FiscalYear,
) -> Result<Vec<String>, PlanError> {
    #[derive(FromQueryResult)]
    struct Row {
        subject: String,
    }
    let (condition, mut values) = condition(selection, 2);
    values.insert(0, i64::from(year.year()).into());
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                "SELECT DISTINCT subject FROM fact_days
                 WHERE fiscal_year = $1 AND subject <> '' AND {condition} ORDER BY subject"
            ),
            values,
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.subject).collect())
}

/// What one combination of dimensions comes to on a day.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct DayCount {
    /// The department's code; empty: none was given. The same for the others.
    pub department: String,
    /// The channel.
    pub channel: String,
    /// The subject.
    pub subject: String,
    /// The sum, in thousandths.
    pub total: i64,
    /// How many facts.
    pub count: i64,
}

/// The sums of each selection on one day, by every combination of dimensions. A selection that is part of another
/// one, as the numerator of a share is, is taken from the other's rows: the database is asked once for both.
///
/// # Errors
/// When the database does not answer.
pub async fn counts_of_day(
    connection: &impl ConnectionTrait,
    selections: &[Selection],
    day: &str,
) -> Result<Vec<Vec<DayCount>>, PlanError> {
    let whole = |place: usize| {
        let part = &selections[place];
        selections
            .iter()
            .enumerate()
            .find(|(other, whole)| {
                // Of two that are the same the first is asked for.
                *other != place && holds(whole, part) && (*other < place || !holds(part, whole))
            })
            .map(|(other, _)| other)
    };
    let mut counts: Vec<Vec<DayCount>> = vec![Vec::new(); selections.len()];
    for place in (0..selections.len()).filter(|place| whole(*place).is_none()) {
        let (condition, mut values) = condition(&selections[place], 2);
        values.insert(0, day.into());
        counts[place] = connection
            .rows(
                &format!(
                    "SELECT department, channel, subject, total, count FROM fact_days
                     WHERE day = $1 AND {condition} ORDER BY department, channel, subject"
                ),
                values,
            )
            .await?;
    }
    for place in 0..selections.len() {
        // The outermost one that holds it: that one was asked for.
        if let Some(outermost) = std::iter::successors(whole(place), |next| whole(*next)).last() {
            counts[place] = counts[outermost]
                .iter()
                .filter(|row| selects(&selections[place], row))
                .cloned()
                .collect();
        }
    }
    Ok(counts)
}

/// Whether everything that `part` counts is counted by `whole` too.
fn holds(whole: &Selection, part: &Selection) -> bool {
    fn narrower<T: PartialEq>(whole: &[T], part: &[T]) -> bool {
        whole.is_empty() || (!part.is_empty() && part.iter().all(|one| whole.contains(one)))
    }
    whole.measure == part.measure
        && narrower(&whole.departments, &part.departments)
        && narrower(&whole.channels, &part.channels)
        && narrower(&whole.subjects, &part.subjects)
}

/// Whether a row of a selection's measure belongs to it.
fn selects(selection: &Selection, row: &DayCount) -> bool {
    fn within<'list>(mut list: impl ExactSizeIterator<Item = &'list str>, value: &str) -> bool {
        list.len() == 0 || list.any(|one| one == value)
    }
    within(
        selection.departments.iter().map(DepartmentCode::as_str),
        &row.department,
    ) && within(
        selection.channels.iter().map(|channel| channel.as_str()),
        &row.channel,
    ) && within(selection.subjects.iter().map(Subject::as_str), &row.subject)
}

/// The facts of a selection on one day, oldest first, at most `limit`.
///
/// # Errors
/// When the database does not answer.
pub async fn facts_of_day(
    connection: &impl ConnectionTrait,
    selection: &Selection,
    day: &str,
    limit: u64,
) -> Result<Vec<StoredFact>, PlanError> {
    let (condition, mut values) = condition(selection, 2);
    values.insert(0, day.into());
    Ok(connection
        .rows(
            &format!(
                "SELECT id, measure, at, day, fiscal_year, department, channel, subject, quantity, sign, corrects, source,
                        record, recorded_at
                 FROM facts WHERE day = $1 AND {condition} ORDER BY id LIMIT {limit}"
            ),
            values,
        )
        .await?)
}

/// Where a fact comes from and how late it arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// Who recorded it.
    pub source: SourceKind,
    /// Whole days between happening and recording, at least 0.
    pub delay_days: i64,
}

/// How many of a measure's newest facts speak for its delay.
const SAMPLE: u32 = 200;

/// Origins of the newest facts of some measures: enough to say how late facts usually arrive.
///
/// # Errors
/// When the database does not answer.
pub async fn origins(
    connection: &impl ConnectionTrait,
    measures: &[MeasureName],
) -> Result<Vec<Origin>, PlanError> {
    #[derive(FromQueryResult)]
    struct Row {
        source: String,
        at: i64,
        recorded_at: i64,
        external: i64,
    }
    const DAY: i64 = 24 * 60 * 60 * 1_000_000;
    let mut origins = Vec::new();
    for measure in measures {
        let rows: Vec<Row> = connection
            .rows(
                &format!(
                    "SELECT source, at, recorded_at,
                            (SELECT COUNT(*) FROM measures m WHERE m.name = $1) AS external
                     FROM facts WHERE measure = $1 AND sign = 1 ORDER BY day DESC LIMIT {SAMPLE}"
                ),
                [measure.as_str().into()],
            )
            .await?;
        origins.extend(rows.into_iter().map(|row| Origin {
            source: match (row.source.starts_with("system:"), row.external > 0) {
                (true, _) => SourceKind::Posted,
                // A measure no service declares came in by a file.
                (false, true) => SourceKind::Uploaded,
                (false, false) => SourceKind::Recorded,
            },
            delay_days: ((row.recorded_at - row.at) / DAY).max(0),
        }));
    }
    Ok(origins)
}
