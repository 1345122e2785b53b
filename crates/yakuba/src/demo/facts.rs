//! What happened in the demo city: yearly totals, shared out over the days the same way every time.
//!
//! The rules stand at the top of `content/demo/facts.yaml`.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use serde::Deserialize;
use yakuba_city::{
    Actor, City, CityError, Fact, FactId, JAPAN, MeasureDefinition, MeasureKind, sql::Sql as _,
};
use yakuba_kernel::{Channel, DepartmentCode, FiscalYear, MeasureName, Quantity, Subject};

use crate::failure::Failure;

#[derive(Debug, Clone, Deserialize)]
struct MeasuresFile {
    measures: Vec<MeasureEntry>,
}

#[derive(Debug, Clone, Deserialize)]
struct MeasureEntry {
    name: MeasureName,
    kind: String,
    unit: String,
    name_ja: String,
    name_en: String,
    source: String,
    delay_days: i64,
}

#[derive(Debug, Clone, Deserialize)]
struct FactsFile {
    seed: u64,
    opening: Date,
    stop: Date,
    profiles: BTreeMap<String, Profile>,
    series: Vec<Series>,
    batches: Vec<Batch>,
}

#[derive(Debug, Clone, Deserialize)]
struct Profile {
    /// Weights of April to March.
    months: Vec<f64>,
    /// Weights of Monday to Sunday.
    weekdays: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Grain {
    Day,
    Each,
    Extent,
}

#[derive(Debug, Clone, Deserialize)]
struct Series {
    measure: MeasureName,
    grain: Grain,
    profile: String,
    /// Month and day, from and to.
    season: Option<(String, String)>,
    usual: Option<(i64, i64)>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone, Deserialize)]
struct Row {
    department: Option<DepartmentCode>,
    channel: Option<String>,
    subject: Option<Subject>,
    #[serde(default)]
    years: BTreeMap<i32, i64>,
    opening: Option<i64>,
    start: Option<Date>,
    #[serde(default)]
    peaks: BTreeMap<i32, Peak>,
}

#[derive(Debug, Clone, Deserialize)]
struct Peak {
    peak: i64,
    date: Date,
}

#[derive(Debug, Clone, Deserialize)]
struct Batch {
    measure: MeasureName,
    department: DepartmentCode,
    channel: String,
    subject: Subject,
    date: Date,
    quantity: i64,
    key: String,
    recorded_on: Date,
    taken_back_on: Date,
}

/// Something that is recorded on a day.
pub(super) enum Recording {
    /// Facts of one measure, as the system they come from.
    Facts(String, Vec<Fact>),
    /// The fact with a key is found to be wrong.
    TakeBack(String, String),
}

/// Registers the measures and returns what is to be recorded on which day.
pub(super) async fn prepare(city: &City) -> Result<BTreeMap<Date, Vec<Recording>>, Failure> {
    let measures: MeasuresFile = super::read("demo/measures.yaml")?;
    let file: FactsFile = super::read("demo/facts.yaml")?;
    let sources: BTreeMap<MeasureName, String> = measures
        .measures
        .iter()
        .map(|measure| (measure.name.clone(), measure.source.clone()))
        .collect();
    let source_of = |measure: &MeasureName| {
        sources
            .get(measure)
            .cloned()
            .unwrap_or_else(|| "facts".to_owned())
    };
    register(city, measures).await?;

    // Everything of a month comes in on the first day of the next.
    let mut months: BTreeMap<(Date, MeasureName), Vec<Fact>> = BTreeMap::new();
    for series in &file.series {
        for row in &series.rows {
            for (day, quantity) in happenings(&file, series, row)? {
                let fact = fact_of(series, row, day, quantity)?;
                let recorded = day.first_of_month().saturating_add(1.month());
                months
                    .entry((recorded, series.measure.clone()))
                    .or_default()
                    .push(fact);
            }
        }
    }
    let mut days: BTreeMap<Date, Vec<Recording>> = BTreeMap::new();
    for ((day, measure), facts) in months {
        let recording = Recording::Facts(source_of(&measure), facts);
        days.entry(day).or_default().push(recording);
    }
    for batch in &file.batches {
        let source = source_of(&batch.measure);
        let recording = Recording::Facts(source.clone(), vec![batch_fact(batch)?]);
        days.entry(batch.recorded_on).or_default().push(recording);
        let correction = Recording::TakeBack(source, batch.key.clone());
        days.entry(batch.taken_back_on)
            .or_default()
            .push(correction);
    }
    Ok(days)
}

/// Records everything of one day: all at once, so that it shares the commit.
pub(super) async fn record_all(city: &City, recordings: Vec<Recording>) -> Result<(), Failure> {
    let writes = recordings
        .into_iter()
        .map(async |recording| match recording {
            Recording::Facts(source, facts) => record(city, source, facts).await,
            Recording::TakeBack(source, key) => take_back(city, source, &key).await,
        });
    futures::future::try_join_all(writes).await?;
    Ok(())
}

async fn register(city: &City, file: MeasuresFile) -> Result<(), Failure> {
    city.write(Actor::CommandLine, file.measures, |tx, measures| {
        Box::pin(async move {
            for measure in measures {
                let definition = MeasureDefinition {
                    name: measure.name.clone(),
                    kind: MeasureKind::read(&measure.kind).unwrap_or(MeasureKind::Flow),
                    unit: measure.unit.clone(),
                    name_ja: measure.name_ja.clone(),
                    name_en: measure.name_en.clone(),
                };
                tx.register_measure(&definition).await?;
                tx.set(&format!("measure.{}.source", measure.name), &measure.source)
                    .await?;
                tx.set(
                    &format!("measure.{}.delay_days", measure.name),
                    &measure.delay_days.to_string(),
                )
                .await?;
            }
            Ok::<_, CityError>(())
        })
    })
    .await?;
    Ok(())
}

async fn record(city: &City, source: String, facts: Vec<Fact>) -> Result<(), Failure> {
    city.write(Actor::System(source), facts, |tx, facts| {
        Box::pin(async move { tx.record_all(facts).await })
    })
    .await
    .map_err(|error: CityError| Failure::from(error))?;
    Ok(())
}

async fn take_back(city: &City, source: String, key: &str) -> Result<(), Failure> {
    let actor = Actor::System(source);
    let id: Option<i64> = city
        .db()
        .value(
            "SELECT id FROM facts WHERE source = $1 AND idempotency_key = $2",
            [actor.to_string().into(), key.into()],
        )
        .await?;
    let Some(id) = id else {
        return Ok(());
    };
    city.write(actor, FactId(id), |tx, id| {
        Box::pin(async move { tx.take_back(*id).await })
    })
    .await
    .map_err(|error: CityError| Failure::from(error))?;
    Ok(())
}

fn channel(text: &str) -> Result<Channel, Failure> {
    text.parse()
        .map_err(|error| super::broken("demo/facts.yaml", &format!("{error}")))
}

fn noon_of(day: Date) -> Result<Timestamp, Failure> {
    day.at(12, 0, 0, 0)
        .to_zoned(TimeZone::fixed(JAPAN))
        .map(|moment| moment.timestamp())
        .map_err(|error| super::broken("demo/facts.yaml", &error.to_string()))
}

fn fact_of(series: &Series, row: &Row, day: Date, quantity: i64) -> Result<Fact, Failure> {
    let mut fact = Fact::one(&series.measure, noon_of(day)?).quantity(whole(quantity)?);
    if let Some(department) = &row.department {
        fact = fact.department(department.clone());
    }
    if let Some(text) = &row.channel {
        fact = fact.channel(channel(text)?);
    }
    if let Some(subject) = &row.subject {
        fact = fact.subject(subject.clone());
    }
    Ok(fact)
}

fn whole(number: i64) -> Result<Quantity, Failure> {
    Quantity::from_decimal(number.into())
        .map_err(|error| super::broken("demo/facts.yaml", &error.to_string()))
}

fn batch_fact(batch: &Batch) -> Result<Fact, Failure> {
    Ok(Fact::one(&batch.measure, noon_of(batch.date)?)
        .quantity(whole(batch.quantity)?)
        .department(batch.department.clone())
        .channel(channel(&batch.channel)?)
        .subject(batch.subject.clone())
        .idempotency_key(batch.key.clone()))
}

/// The days on which something of a row happened, and how much.
fn happenings(file: &FactsFile, series: &Series, row: &Row) -> Result<Vec<(Date, i64)>, Failure> {
    let mut happened = Vec::new();
    // That nothing stood there is known, too: without a fact the stock would be unknown, not zero.
    if let Some(opening) = row.opening {
        happened.push((file.opening, opening));
    }
    let profile = file
        .profiles
        .get(&series.profile)
        .filter(|profile| profile.months.len() == 12 && profile.weekdays.len() == 7)
        .ok_or_else(|| {
            super::broken("demo/facts.yaml", &format!("no profile {}", series.profile))
        })?;
    for (year, total) in &row.years {
        let days = weighted_days(file, series, row, profile, *year)?;
        // A year in which nothing happened is reported as nothing, which is not the same as not reported.
        if let (0, Some((last, _))) = (*total, days.last()) {
            happened.push((*last, 0));
        }
        for (day, share) in share_out(&days, total.unsigned_abs()) {
            let share = i64::try_from(share).unwrap_or(i64::MAX) * total.signum();
            match series.grain {
                Grain::Each => happened.extend((0..share.abs()).map(|_| (day, share.signum()))),
                Grain::Day | Grain::Extent => happened.push((day, share)),
            }
        }
    }
    for (year, peak) in &row.peaks {
        let (least, most) = series.usual.unwrap_or((1, 1));
        let width = u64::try_from(most - least + 1).unwrap_or(1);
        for (day, _) in weighted_days(file, series, row, profile, *year)? {
            let random = splitmix(seed_of(file, series, row, day));
            let usual = least + i64::try_from(random % width).unwrap_or(0);
            happened.push((day, if day == peak.date { peak.peak } else { usual }));
        }
    }
    Ok(happened)
}

/// The days of a fiscal year on which something can happen, each with its weight.
fn weighted_days(
    file: &FactsFile,
    series: &Series,
    row: &Row,
    profile: &Profile,
    year: i32,
) -> Result<Vec<(Date, f64)>, Failure> {
    let year = FiscalYear::new(year)
        .map_err(|error| super::broken("demo/facts.yaml", &error.to_string()))?;
    let first = row
        .start
        .map_or(year.start(), |start| start.max(year.start()));
    let last = year.end().min(file.stop);
    let mut days = Vec::new();
    let mut day = first;
    while day <= last {
        let in_season = series.season.as_ref().is_none_or(|(from, to)| {
            let place = format!("{:02}-{:02}", day.month(), day.day());
            *from <= place && place <= *to
        });
        // April is the first month of the fiscal year.
        let month = usize::try_from((day.month() + 8) % 12).unwrap_or(0);
        let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
        let weight = profile.months[month] * profile.weekdays[weekday];
        if in_season && weight > 0.0 {
            days.push((
                day,
                weight * (0.75 + unit(splitmix(seed_of(file, series, row, day))) / 2.0),
            ));
        }
        day = day.saturating_add(1.day());
    }
    Ok(days)
}

/// Shares a total out in proportion to the weights: whole parts first, what remains to the largest fractions,
/// earlier days first. Days that get nothing are left out.
// Totals are far below 2^52: nothing is lost on the way through floating point.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
fn share_out(days: &[(Date, f64)], total: u64) -> Vec<(Date, u64)> {
    let sum: f64 = days.iter().map(|(_, weight)| weight).sum();
    if days.is_empty() || sum <= 0.0 {
        return Vec::new();
    }
    let exact: Vec<f64> = days
        .iter()
        .map(|(_, weight)| total as f64 * weight / sum)
        .collect();
    let mut shares: Vec<u64> = exact.iter().map(|share| share.floor() as u64).collect();
    let given: u64 = shares.iter().sum();
    let mut order: Vec<usize> = (0..days.len()).collect();
    order.sort_by(|one, other| {
        let fraction = |place: &usize| exact[*place] - exact[*place].floor();
        fraction(other)
            .total_cmp(&fraction(one))
            .then(one.cmp(other))
    });
    let remaining = usize::try_from(total.saturating_sub(given)).unwrap_or(0);
    for place in order.into_iter().cycle().take(remaining) {
        shares[place] += 1;
    }
    days.iter()
        .zip(shares)
        .filter(|(_, share)| *share > 0)
        .map(|((day, _), share)| (*day, share))
        .collect()
}

/// A number that depends on everything which names a row and a day, and on nothing else.
fn seed_of(file: &FactsFile, series: &Series, row: &Row, day: Date) -> u64 {
    let name = format!(
        "{}/{}/{}/{}/{day}",
        series.measure,
        row.department.as_ref().map_or("", |code| code.as_str()),
        row.channel.as_deref().unwrap_or_default(),
        row.subject.as_ref().map_or("", |subject| subject.as_str()),
    );
    // FNV-1a: short, and the same on every machine.
    name.bytes()
        .fold(file.seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

/// One step of splitmix64.
fn splitmix(seed: u64) -> u64 {
    let mut value = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A number from 0 to 1.
#[allow(clippy::cast_precision_loss)]
fn unit(random: u64) -> f64 {
    (random >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_total_is_shared_out_without_rest() {
        let file: FactsFile = super::super::read("demo/facts.yaml").unwrap();
        let mut checked = 0;
        for series in &file.series {
            for row in &series.rows {
                let happened = happenings(&file, series, row).unwrap();
                for (year, total) in &row.years {
                    let year = FiscalYear::new(*year).unwrap();
                    let sum: i64 = happened
                        .iter()
                        .filter(|(day, _)| year.contains(*day))
                        .map(|(_, quantity)| quantity)
                        .sum();
                    assert_eq!(sum, *total, "{} {year}", series.measure);
                    checked += 1;
                }
                for peak in row.peaks.values() {
                    let on_the_day: Vec<_> = happened
                        .iter()
                        .filter(|(day, _)| *day == peak.date)
                        .collect();
                    assert_eq!(on_the_day, [&(peak.date, peak.peak)]);
                }
            }
        }
        assert!(checked > 100);
    }
}
