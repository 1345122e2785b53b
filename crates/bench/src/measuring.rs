//! What is measured, step by step.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Router, body::Body, extract::Request, http::StatusCode};
use futures::future::try_join_all;
use http_body_util::BodyExt as _;
use sea_orm::sqlx::SqliteConnection;
use tokio::sync::Mutex;
use tower::ServiceExt as _;
use yakuba_city::{Actor, City, CityError, Fact, recount, sql::Sql as _};
use yakuba_kernel::{Channel, DepartmentCode, FiscalYear, MeasureName, Subject};
use yakuba_plan::{
    measuring,
    model::formula::{FormulaKind, Selection},
    store,
};

use crate::{
    Outcome, by_hand,
    made_up::{OPENED, OPENED_DAY, OPENED_YEAR, PLAN},
    process,
    report::{Line, Started, Writes},
    timing::{Times, in_turn},
};

/// Runs that only warm up.
const WARM_UP: usize = 20;

/// How often each thing is run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Runs {
    /// Pages and their queries.
    pub(crate) pages: usize,
    /// Recounts.
    pub(crate) recounts: usize,
    /// Writes of each client.
    pub(crate) writes: usize,
    /// Starts of the program.
    pub(crate) starts: usize,
}

/// The whole server of a city but its socket.
pub(crate) fn application(city: &City) -> Outcome<Router> {
    let identity = yakuba::server::identity(city, "http://localhost:8080", |_| {})?;
    let trust = Arc::new(yakuba::server::Trust::default());
    Ok(yakuba::server::application(
        city.clone(),
        identity,
        trust,
        &[],
    )?)
}

pub(crate) async fn page(application: &Router, path: &str) -> Outcome<usize> {
    let request = Request::builder()
        .uri(path)
        .header("host", "localhost:8080")
        .header("accept", "text/html")
        .body(Body::empty())?;
    let answer = application.clone().oneshot(request).await?;
    let status = answer.status();
    let body = answer.into_body().collect().await?.to_bytes();
    if status == StatusCode::OK {
        Ok(body.len())
    } else {
        Err(format!("{path} answered {status}").into())
    }
}

/// The figure that is opened: where its pages are, and what its formula counts.
struct Opened {
    year: String,
    day: String,
    selections: Vec<Selection>,
}

async fn opened(city: &City) -> Outcome<Opened> {
    let plan = store::published(city, PLAN)
        .await?
        .ok_or("the plan is not published")?;
    let measured = measuring::measure(city, plan).await?;
    let indicator = measured
        .indicators
        .values()
        .find(|measured| measured.indicator.name == OPENED)
        .ok_or("the indicator to open is not in the plan")?;
    let year = measured.year_href(indicator, FiscalYear::new(OPENED_YEAR)?);
    let selections = match indicator
        .indicator
        .formula
        .as_ref()
        .map(|formula| &formula.kind)
    {
        Some(FormulaKind::Ratio(ratio)) => vec![ratio.numerator.clone(), ratio.denominator.clone()],
        _ => return Err("the indicator to open is no ratio".into()),
    };
    Ok(Opened {
        day: format!("{year}/days/{OPENED_DAY}"),
        year,
        selections,
    })
}

fn same(what: &str, ours: usize, by_hand: usize) -> Outcome<()> {
    if ours == by_hand {
        Ok(())
    } else {
        Err(format!("{what}: {ours} rows through Yakuba, {by_hand} by hand").into())
    }
}

/// The overview and the pages below it, each beside its queries by hand.
pub(crate) async fn pages(
    city: &City,
    application: &Router,
    file: &Path,
    runs: usize,
) -> Outcome<Vec<Line>> {
    let mut bare = by_hand::reader(file).await?;
    let path = format!("/plan/{PLAN}");
    let opened = opened(city).await?;
    let year = FiscalYear::new(OPENED_YEAR)?;
    let plan = store::published(city, PLAN)
        .await?
        .ok_or("the plan is not published")?;
    let names: Vec<MeasureName> = crate::made_up::measures()
        .map(MeasureName::declared)
        .collect();
    same(
        "yearly sums",
        yakuba_city::year_totals(city.db(), &names).await?.len(),
        by_hand::year_totals(&mut bare).await?,
    )?;

    // Whether anything changed since the last page is what a page has to find out first; so both cases are measured.
    let [
        overview,
        step,
        by_hand,
        _,
        overview_after,
        _,
        step_after,
        query,
    ] = in_turn::<8>(WARM_UP, runs, async |thing| match thing {
        0 | 4 => page(application, &path).await.map(drop),
        1 | 6 => Ok(measuring::measure(city, plan.clone()).await.map(drop)?),
        2 => by_hand::year_totals(&mut bare).await.map(drop),
        3 | 5 => write_fact(city, "between pages").await,
        _ => Ok(yakuba_city::year_totals(city.db(), &names)
            .await
            .map(drop)?),
    })
    .await?;
    let line = |what: &str, times, by_hand| Line {
        what: what.to_owned(),
        times,
        by_hand: Some(by_hand),
    };
    let mut lines = vec![
        line("overview: whole page", overview, by_hand),
        line(
            "overview after a new fact: whole page",
            overview_after,
            by_hand,
        ),
        line("overview: data step (all figures computed)", step, by_hand),
        line("overview after a new fact: data step", step_after, by_hand),
        line("all yearly sums, nothing in memory", query, by_hand),
    ];

    let [figure, figure_by_hand, step, step_by_hand] =
        in_turn::<4>(WARM_UP, runs, async |thing| match thing {
            0 => page(application, &opened.year).await.map(drop),
            1 => {
                by_hand::year_totals_of_one(&mut bare).await?;
                by_hand::days_of_year(&mut bare).await.map(drop)
            }
            2 => {
                for selection in &opened.selections {
                    store::counts_of_year(city.db(), selection, year).await?;
                }
                Ok(())
            }
            _ => by_hand::days_of_year(&mut bare).await.map(drop),
        })
        .await?;
    lines.push(line("figure of a year: whole page", figure, figure_by_hand));
    lines.push(line(
        "figure of a year: its daily counts",
        step,
        step_by_hand,
    ));

    let [day, step, day_by_hand] = in_turn::<3>(WARM_UP, runs, async |thing| match thing {
        0 => page(application, &opened.day).await.map(drop),
        1 => {
            store::counts_of_day(city.db(), &opened.selections, OPENED_DAY).await?;
            Ok(())
        }
        _ => by_hand::parts_of_day(&mut bare).await.map(drop),
    })
    .await?;
    lines.push(line("one day: whole page", day, day_by_hand));
    lines.push(line("one day: its counts", step, day_by_hand));
    Ok(lines)
}

/// The opened year straight from the facts, once: what the roll-ups save.
pub(crate) async fn without_roll_ups(file: &Path) -> Outcome<Line> {
    let mut bare = by_hand::reader(file).await?;
    let [times] = in_turn::<1>(1, 3, async |_| {
        by_hand::days_of_year_from_facts(&mut bare).await.map(drop)
    })
    .await?;
    Ok(Line {
        what: "for comparison: daily counts of a year straight from the facts, by hand".to_owned(),
        times,
        by_hand: None,
    })
}

/// Full recounts, in turn with the same by hand.
pub(crate) async fn recounts(city: &City, file: &Path, runs: usize) -> Outcome<Line> {
    let mut bare = by_hand::reader(file).await?;
    let [times, by_hand] = in_turn::<2>(0, runs, async |thing| {
        let (facts, differences) = if thing == 0 {
            let report = recount(city.db()).await?;
            (report.facts, i64::try_from(report.differences.len())?)
        } else {
            by_hand::recount(&mut bare).await?
        };
        eprintln!("  recounted {facts} facts, {differences} differences");
        if differences == 0 {
            Ok(())
        } else {
            Err("the roll-ups do not agree with the facts".into())
        }
    })
    .await?;
    Ok(Line {
        what: "full recount".to_owned(),
        times,
        by_hand: Some(by_hand),
    })
}

/// Writes of one fact each by so many clients at once, then the same by hand into a file of its own.
pub(crate) async fn writes(
    city: &City,
    bare: &Arc<Mutex<SqliteConnection>>,
    clients: usize,
    each: usize,
) -> Outcome<Writes> {
    let begun = Instant::now();
    let ours = try_join_all((0..clients).map(|client| {
        let city = city.clone();
        tokio::spawn(async move { write_ours(&city, client, each).await })
    }))
    .await?;
    let ours_took = begun.elapsed();
    let begun = Instant::now();
    let by_hand = try_join_all((0..clients).map(|client| {
        let bare = bare.clone();
        tokio::spawn(async move { write_by_hand(&bare, client, each).await })
    }))
    .await?;
    let by_hand_took = begun.elapsed();
    let times = |clients: Vec<Outcome<Vec<Duration>>>| -> Outcome<Times> {
        let clients = clients.into_iter().collect::<Outcome<Vec<_>>>()?;
        Ok(Times::of(clients.into_iter().flatten().collect()))
    };
    #[allow(clippy::cast_precision_loss)] // a few thousand
    let written = (clients * each) as f64;
    Ok(Writes {
        clients,
        line: Line {
            what: format!("{clients} client{}", if clients == 1 { "" } else { "s" }),
            times: times(ours)?,
            by_hand: Some(times(by_hand)?),
        },
        per_second: written / ours_took.as_secs_f64(),
        per_second_by_hand: written / by_hand_took.as_secs_f64(),
    })
}

async fn write_ours(city: &City, client: usize, each: usize) -> Outcome<Vec<Duration>> {
    let mut times = Vec::with_capacity(each);
    for number in 0..each {
        let begun = Instant::now();
        write_fact(city, &format!("{client}-{number}")).await?;
        times.push(begun.elapsed());
    }
    Ok(times)
}

/// Writes one fact and returns when it is acknowledged.
async fn write_fact(city: &City, name: &str) -> Outcome<()> {
    let fact = Fact::one(&MeasureName::declared("procedure.received"), city.now())
        .department(DepartmentCode::new("section-01")?)
        .channel(Channel::Online)
        .subject(Subject::new("moving")?)
        .record(format!("write/{name}"));
    city.write(Actor::CommandLine, fact, |tx, fact| {
        Box::pin(async move {
            tx.record(fact.clone()).await?;
            Ok::<_, CityError>(())
        })
    })
    .await?;
    Ok(())
}

async fn write_by_hand(
    bare: &Mutex<SqliteConnection>,
    client: usize,
    each: usize,
) -> Outcome<Vec<Duration>> {
    let mut times = Vec::with_capacity(each);
    for number in 0..each {
        let number = i64::try_from(client * each + number)?;
        let begun = Instant::now();
        // One writer at a time is the fastest way to share a SQLite file; clients wait in a row.
        let mut connection = bare.lock().await;
        by_hand::write_one(&mut connection, number).await?;
        drop(connection);
        times.push(begun.elapsed());
    }
    Ok(times)
}

/// Starts of the built program: on nothing, and on the measured city.
pub(crate) fn starts(directory: &Path, runs: usize) -> Outcome<Vec<Started>> {
    let Some(program) = process::program() else {
        eprintln!(
            "  left out: there is no `yakuba` beside this program; build it in the same profile"
        );
        return Ok(Vec::new());
    };
    let empty = tempfile::tempdir()?;
    let first = process::start(&program, &empty.path().join("new"), None)?;
    let overview = format!("/plan/{PLAN}");
    let mut started = vec![Started {
        on: "first start, nothing there yet".to_owned(),
        ready: Times::of(vec![first.ready_after]),
        idle: first.idle,
        after_pages: None,
    }];
    let new = empty.path().join("new");
    for (on, data, page) in [
        ("again, on the city without facts", new.as_path(), None),
        ("on the measured city", directory, Some(overview.as_str())),
    ] {
        let starts = (0..runs)
            .map(|_| process::start(&program, data, page))
            .collect::<Outcome<Vec<_>>>()?;
        // Of several starts the one that took the most memory.
        let largest = |memory: fn(&process::Start) -> Option<process::Memory>| {
            starts
                .iter()
                .filter_map(memory)
                .max_by(|one, other| one.now.total_cmp(&other.now))
        };
        started.push(Started {
            on: on.to_owned(),
            idle: largest(|start| start.idle),
            after_pages: largest(|start| start.after_page),
            ready: Times::of(starts.iter().map(|start| start.ready_after).collect()),
        });
    }
    Ok(started)
}

/// How many rows a table holds.
pub(crate) async fn rows(city: &City, table: &'static str) -> Outcome<i64> {
    let count: Option<i64> = city
        .db()
        .value(&format!("SELECT COUNT(*) FROM {table}"), [])
        .await?;
    Ok(count.unwrap_or(0))
}
