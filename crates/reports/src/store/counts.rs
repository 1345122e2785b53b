//! Reports counted in groups: by category, area, department, channel or month.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sea_orm::ConnectionTrait;
use yakuba_city::JAPAN;
use yakuba_kernel::{DepartmentCode, FiscalYear};

use super::{
    list::{Filter, handled},
    report::Report,
};
use crate::{
    error::ReportError,
    model::statistics::{Summary, by_group, summary},
};

/// What reports are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// What they are about.
    Category,
    /// The part of the city.
    Area,
    /// Whose work they are.
    Department,
    /// How they came in.
    Channel,
    /// The month in which they came in.
    Month,
}

impl By {
    /// Its name in addresses and texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Area => "area",
            Self::Department => "department",
            Self::Channel => "channel",
            Self::Month => "month",
        }
    }

    /// The group of a report: a key, empty for a report outside of all areas; for a month `2026-11`.
    pub fn key(self, report: &Report) -> String {
        match self {
            Self::Category => report.category.clone(),
            Self::Area => report.area.clone(),
            Self::Department => report.department.as_str().to_owned(),
            Self::Channel => report.channel.as_str().to_owned(),
            Self::Month => {
                let day = JAPAN.to_datetime(report.received_at).date();
                format!("{:04}-{:02}", day.year(), day.month())
            }
        }
    }
}

/// The first moment of a day in Japan, in microseconds since 1970.
fn beginning(day: Date) -> Option<i64> {
    let at = JAPAN.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
    Some(at.as_microsecond())
}

/// The reports that came in during a fiscal year, of some departments or of all: by group, and in all.
///
/// # Errors
/// When the database does not answer.
pub async fn counts(
    connection: &impl ConnectionTrait,
    departments: Option<Vec<DepartmentCode>>,
    year: FiscalYear,
    by: By,
    today: Date,
) -> Result<(BTreeMap<String, Summary>, Summary), ReportError> {
    let filter = Filter {
        departments,
        from: beginning(year.start()),
        until: beginning(year.next().start()),
        ..Filter::default()
    };
    let all: Vec<_> = handled(connection, &filter)
        .await?
        .iter()
        .map(|report| (by.key(report), report.for_statistics(today)))
        .collect();
    let total = summary(all.iter().map(|(_, handled)| handled));
    Ok((by_group(all), total))
}
