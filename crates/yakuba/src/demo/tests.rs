//! The demo city as the program makes it, beside what was written down about it apart from the program.

use std::collections::BTreeMap;

use serde::Deserialize;
use yakuba_city::{City, CitySettings, Clock};
use yakuba_kernel::{Decimal, FiscalYear};
use yakuba_plan::{
    measuring::{Actual, MeasuredIndicator, MeasuredPlan, MeasuredYear, measure},
    model::{
        computation::{Computed, Parts},
        status::Status,
    },
    store,
};

use crate::{place::Place, services};

/// A demo city on its own first day, in a folder that goes when it is dropped.
struct Demo {
    city: City,
    _folder: tempfile::TempDir,
}

async fn demo() -> Demo {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(folder.path().to_owned(), None).unwrap();
    super::make(&place).await.unwrap();
    let story: super::city::CityFile = super::read("demo/city.yaml").unwrap();
    let settings = CitySettings {
        clock: Clock::fixed(super::city::morning_of(story.today).unwrap()),
        ..place.settings.clone()
    };
    let city = City::open(settings, &services::all()).await.unwrap();
    Demo {
        city,
        _folder: folder,
    }
}

/// A line of `content/demo/expected.csv`.
#[derive(Debug, Deserialize)]
struct Expected {
    initiative: String,
    indicator: String,
    fiscal_year: i32,
    value: Option<Decimal>,
    numerator: Option<Decimal>,
    denominator: Option<Decimal>,
    against_target: String,
    /// The figure as it was published, where it has changed since.
    published: Option<Decimal>,
}

fn expected() -> Vec<Expected> {
    csv::Reader::from_reader(super::text("demo/expected.csv").unwrap().as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .unwrap()
}

/// The part and the whole that a page shows beside a figure.
fn division(computed: &Computed) -> (Option<Decimal>, Option<Decimal>) {
    let count = |count: usize| Some(Decimal::from(count));
    match &computed.parts {
        Parts::Ratio {
            numerator,
            denominator,
            ..
        } => (
            Some(numerator.quantity.to_decimal()),
            Some(denominator.quantity.to_decimal()),
        ),
        Parts::Growth { base, current, .. } => (Some(current.quantity.to_decimal()), Some(*base)),
        Parts::Departments { did, of, .. } => (count(did.len()), Some(Decimal::from(*of))),
        Parts::Survey {
            numerator,
            denominator,
            ..
        } => (
            Some(Decimal::from(*numerator)),
            Some(Decimal::from(*denominator)),
        ),
        // A mean has no one part; it is of so many ratios.
        Parts::Mean { subjects, .. } => (None, count(subjects.len())),
        Parts::Count { .. } | Parts::Sum { .. } | Parts::Stock { .. } | Parts::Maximum { .. } => {
            (None, None)
        }
    }
}

/// What is not as expected, in words.
fn differences(expected: &Expected, year: &MeasuredYear, running: FiscalYear) -> Vec<String> {
    let mut differences = Vec::new();
    let mut compare = |what: &str, found: String, expected: String| {
        if found != expected {
            differences.push(format!("{what} is {found}, expected {expected}"));
        }
    };
    // As text: 40.0 is a figure with one place, and 40 is not it.
    let text = |value: Option<Decimal>| value.map_or("none".to_owned(), |value| value.to_string());
    compare("value", text(year.value()), text(expected.value));
    let (part, whole, provisional) = match &year.actual {
        Some(Actual::Computed { now, .. }) => {
            let (part, whole) = division(now);
            (part, whole, Some(now.provisional))
        }
        _ => (None, None, None),
    };
    let plain = |value: Option<Decimal>| text(value.map(|value| value.normalize()));
    compare("numerator", plain(part), plain(expected.numerator));
    compare("denominator", plain(whole), plain(expected.denominator));
    let status = year.standing.computed.status;
    let found = match status {
        _ if provisional == Some(true) => {
            // A year that is not over has achieved nothing yet.
            compare("year", year.year.to_string(), running.to_string());
            compare(
                "achieved",
                (status == Status::Achieved).to_string(),
                "false".to_owned(),
            );
            "running"
        }
        Status::CannotBeJudged if year.value().is_none() => "cannot_be_judged",
        _ if year.target.is_none() => "no_target",
        Status::Achieved => "achieved",
        Status::Behind => "missed",
        Status::OnTrack => "on_track",
        Status::CannotBeJudged => "target_without_judgement",
    };
    compare("status", found.to_owned(), expected.against_target.clone());
    if let Some(Actual::Computed { published, .. }) = &year.actual
        && year.year < running
    {
        // Frozen when it was published: the figure of that day. The running year's says nothing final yet.
        compare(
            "published",
            text(*published),
            text(expected.published.or(expected.value)),
        );
    }
    differences
}

fn find<'plan>(plan: &'plan MeasuredPlan, expected: &Expected) -> Option<&'plan MeasuredIndicator> {
    plan.indicators.values().find(|indicator| {
        indicator.owner.number.as_deref() == Some(&expected.initiative)
            && indicator.indicator.name == expected.indicator
    })
}

#[tokio::test]
async fn the_plan_measures_what_was_computed_apart_from_it() {
    let demo = demo().await;
    let plan = store::published(&demo.city, "sumikawa-2022")
        .await
        .unwrap()
        .unwrap();
    let plan = measure(&demo.city, plan).await.unwrap();
    let running = plan.running_year();
    let mut wrong = Vec::new();
    let mut named: BTreeMap<(String, FiscalYear), ()> = BTreeMap::new();
    for line in &expected() {
        let what = format!(
            "{} {} {}",
            line.initiative, line.indicator, line.fiscal_year
        );
        let year = FiscalYear::new(line.fiscal_year).unwrap();
        let Some(indicator) = find(&plan, line) else {
            wrong.push(format!("{what}: the plan has no such indicator"));
            continue;
        };
        let again = named.insert((indicator.key().to_owned(), year), ());
        assert!(again.is_none(), "{what} is expected twice");
        match indicator.year(year) {
            Some(measured) => wrong.extend(
                differences(line, measured, running)
                    .into_iter()
                    .map(|difference| format!("{what}: {difference}")),
            ),
            None => wrong.push(format!("{what}: the plan says nothing about this year")),
        }
    }
    // Nothing is measured that nobody computed apart.
    for indicator in plan.indicators.values() {
        for year in &indicator.years {
            let key = (indicator.key().to_owned(), year.year);
            if year.actual.is_some() && !named.contains_key(&key) {
                wrong.push(format!(
                    "{} {} {}: not in expected.csv, found {:?}",
                    indicator.owner.shown(),
                    indicator.indicator.name,
                    year.year,
                    year.value()
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(
        named.len() >= 27 * 4,
        "only {} figures were compared",
        named.len()
    );
}
