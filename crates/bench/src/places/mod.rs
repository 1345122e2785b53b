//! Vector tiles of a layer with many points: through the whole server, cold and warm, beside the same SQL and the bare encoding. And a
//! table with many rows: see [`rows`]. And the search for addresses: see [`addresses`].

mod addresses;
mod rows;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use axum::{Router, body::Body, extract::Request, http::header};
use clap::Args;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use http_body_util::BodyExt as _;
use serde::Serialize;
use serde_json::json;
use tower::ServiceExt as _;
use yakuba_city::{Actor, City};
use yakuba_kernel::DepartmentCode;
use yakuba_places::{
    model::map::{
        ground::{LONGEST, Tile},
        layer::{Audience, LayerDocument},
        shape,
        tile::encode,
    },
    store::map::{Layer, NewFeature, in_tile, layer, put_layer, turn_layer},
    tiles,
};
use yakuba_ui::Language;

use crate::{
    Outcome, measuring,
    report::{Line, line_cells, number, table},
    timing::Times,
};

/// The layer that is measured.
const LAYER: &str = "many";
/// The zooms of the tiles, each as often.
const ZOOMS: std::ops::RangeInclusive<u8> = 8..=LONGEST;

#[derive(Debug, Args)]
pub(crate) struct Places {
    /// A PostgreSQL server to measure, too, such as postgres://user@localhost/database; a schema of its own is made there and dropped
    #[arg(long, value_name = "URL", env = "YAKUBA_TEST_POSTGRES_URL")]
    database_url: Option<String>,
    /// Where to make the city on SQLite; without it a temporary folder
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// How many points the layer has
    #[arg(long, default_value_t = 1_000_000)]
    points: usize,
    /// How many different tiles are asked for
    #[arg(long, default_value_t = 2_000)]
    tiles: usize,
    /// How many rows the table of the catalogue has
    #[arg(long, default_value_t = 1_000_000)]
    rows: usize,
    /// How often each question is asked of it
    #[arg(long, default_value_t = 100)]
    questions: usize,
    /// How many addresses are known
    #[arg(long, default_value_t = 200_000)]
    addresses: usize,
    /// How often each kind of address is asked for
    #[arg(long, default_value_t = 1_000)]
    searches: usize,
    /// How many ask at once
    #[arg(long, default_value_t = 8)]
    clients: usize,
    /// Write the outcome to a file, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Everything that was measured.
#[derive(Debug, Serialize)]
struct Report {
    /// Whether the program was built with optimisation.
    optimised: bool,
    databases: Vec<OnDatabase>,
}

/// Tiles on one database.
#[derive(Debug, Serialize)]
struct OnDatabase {
    name: &'static str,
    /// Points of the layer.
    points: usize,
    /// Points brought in per second, in one write.
    points_per_second: f64,
    /// How many points a tile had: the mean and the most.
    in_a_tile: (f64, usize),
    /// One after the other: through the server beside the same SQL alone and the encoding alone.
    alone: Vec<Line>,
    /// By some clients at once: what, how many at once, tiles in a second, times.
    together: Vec<(&'static str, usize, f64, Times)>,
    /// The table of the catalogue.
    table: rows::OfRows,
    /// The search for addresses.
    addresses: addresses::OfAddresses,
}

/// Measures and prints.
pub(crate) async fn run(options: Places) -> Outcome<()> {
    let temporary = match &options.directory {
        Some(directory) => tempfile::Builder::new()
            .prefix("yakuba-bench-")
            .tempdir_in(directory)?,
        None => tempfile::Builder::new().prefix("yakuba-bench-").tempdir()?,
    };
    let mut databases = vec![measure(temporary.path(), None, &options).await?];
    if let Some(url) = options.database_url.as_deref() {
        let schema = format!("bench_places_{}", std::process::id());
        databases.push(
            measure(
                &temporary.path().join("postgres"),
                Some((url, &schema)),
                &options,
            )
            .await?,
        );
    }
    let report = Report {
        optimised: !cfg!(debug_assertions),
        databases,
    };
    println!("{}", report.shown());
    if let Some(file) = &options.json {
        std::fs::write(file, serde_json::to_string_pretty(&report)?)?;
    }
    Ok(())
}

/// Numbers that look like chance and are the same each time (splitmix64).
struct Chance(u64);

impl Chance {
    fn of(seed: u64) -> Self {
        Self(seed)
    }

    #[allow(clippy::cast_precision_loss)] // 53 bits are what a float holds.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A place in or around a city, more often in its middle.
    fn place(&mut self) -> (f64, f64) {
        let mut around = |middle: f64| {
            let sum = self.next() + self.next() + self.next();
            middle + (sum / 3.0 - 0.5) * 0.4
        };
        (around(135.0), around(34.4))
    }
}

fn document() -> Outcome<LayerDocument> {
    Ok(serde_json::from_value(json!({
        "key": LAYER,
        "title": {"ja": "点"},
        "department": "roads_parks",
        "theme": "works",
        "source": "own",
        "kind": "points",
        "name": "名称",
        "tells": [{"property": "種別", "title": {"ja": "種別"}}],
        "style": {"sign": "circle", "property": "種別", "classes": [
            {"title": {"ja": "甲"}, "values": ["0"], "colour": "#0056d6"},
            {"title": {"ja": "乙"}, "values": ["1"], "colour": "#b35000"},
        ]},
    }))?)
}

fn made_up(count: usize) -> Outcome<Vec<NewFeature>> {
    let mut chance = Chance::of(1);
    (0..count)
        .map(|number| {
            let (longitude, latitude) = chance.place();
            let shape =
                shape::read(&json!({"type": "Point", "coordinates": [longitude, latitude]}))?;
            let properties = [
                ("名称".to_owned(), format!("施設{number}")),
                ("種別".to_owned(), (number % 3).to_string()),
            ];
            NewFeature::new(&shape, properties.into_iter().collect())
                .ok_or_else(|| "a point has no box".into())
        })
        .collect()
}

/// Different tiles with points in them.
fn asked_for(count: usize) -> Vec<Tile> {
    let mut chance = Chance::of(2);
    let mut known = std::collections::HashSet::new();
    let mut found = Vec::new();
    // Of the smaller zooms there are few: what comes twice is left out, and after enough tries it is as many as there are.
    for _ in 0..count.saturating_mul(20) {
        for zoom in ZOOMS {
            let (x, y) = chance.place();
            let tile = Tile::with(geo::Coord { x, y }, zoom);
            if found.len() < count && known.insert(tile) {
                found.push(tile);
            }
        }
        if found.len() >= count {
            break;
        }
    }
    found
}

async fn get(application: &Router, tile: Tile) -> Outcome<usize> {
    let path = format!(
        "/map/tiles/{LAYER}/{}/{}/{}.mvt?lang=ja",
        tile.z, tile.x, tile.y
    );
    let request = Request::builder()
        .uri(&path)
        .header(header::HOST, "localhost:8080")
        // As every browser asks.
        .header(header::ACCEPT_ENCODING, "gzip")
        .body(Body::empty())?;
    let answer = application.clone().oneshot(request).await?;
    let status = answer.status();
    if !status.is_success() {
        return Err(format!("{path} answered {status}").into());
    }
    Ok(answer.into_body().collect().await?.to_bytes().len())
}

async fn standing(city: &City) -> Outcome<Layer> {
    Ok(layer(city.db(), LAYER)
        .await?
        .ok_or("the layer is not there")?)
}

/// A change of the layer: whatever was kept is old.
async fn changed(city: &City) -> Outcome<()> {
    let revision = standing(city).await?.revision;
    city.write(Actor::CommandLine, revision, |tx, revision| {
        Box::pin(turn_layer(tx, LAYER, *revision, Audience::Public))
    })
    .await?;
    Ok(())
}

async fn together(application: &Router, asked: &[Tile], clients: usize) -> Outcome<(f64, Times)> {
    let begun = Instant::now();
    let times: Vec<Duration> = stream::iter(asked.iter().copied())
        .map(|tile| async move {
            let begun = Instant::now();
            get(application, tile).await?;
            Outcome::Ok(begun.elapsed())
        })
        .buffer_unordered(clients)
        .try_collect()
        .await?;
    #[allow(clippy::cast_precision_loss)] // Thousands.
    let per_second = asked.len() as f64 / begun.elapsed().as_secs_f64();
    Ok((per_second, Times::of(times)))
}

#[allow(clippy::cast_precision_loss)] // Millions.
async fn measure(
    directory: &Path,
    postgres: Option<(&str, &str)>,
    options: &Places,
) -> Outcome<OnDatabase> {
    let name = if postgres.is_some() {
        "PostgreSQL"
    } else {
        "SQLite"
    };
    let department = DepartmentCode::new("roads_parks")?;
    let city = crate::city::open(directory, postgres, "道路公園課", &department).await?;
    let application = measuring::application(&city)?;
    eprintln!("{name}: {} addresses", options.addresses);
    let addresses = addresses::measure(
        &city,
        &application,
        options.addresses.max(1),
        options.searches.max(1),
    )
    .await?;
    eprintln!("{name}: {} points are brought in", options.points);
    let input = (document()?, made_up(options.points)?);
    let begun = Instant::now();
    city.write(Actor::CommandLine, input, |tx, (document, features)| {
        Box::pin(put_layer(tx, document, Audience::Public, Some(features)))
    })
    .await?;
    let points_per_second = options.points as f64 / begun.elapsed().as_secs_f64();
    let asked = asked_for(options.tiles.max(1));

    eprintln!("{name}: {} tiles", asked.len());
    let found = standing(&city).await?;
    let mut counts = Vec::new();
    // Whatever the database reads from the disk it has read before anything is timed.
    for tile in &asked {
        counts.push(in_tile(city.db(), LAYER, *tile).await?.len());
    }
    let mut times: [Vec<Duration>; 4] = Default::default();
    for tile in &asked {
        let begun = Instant::now();
        get(&application, *tile).await?;
        times[0].push(begun.elapsed());
        let begun = Instant::now();
        get(&application, *tile).await?;
        times[1].push(begun.elapsed());
        let begun = Instant::now();
        in_tile(city.db(), LAYER, *tile).await?;
        times[2].push(begun.elapsed());
        let drawn = tiles::drawn(&city, &found, *tile, Language::Japanese).await?;
        let begun = Instant::now();
        encode(*tile, &drawn)?;
        times[3].push(begun.elapsed());
    }
    let [cold, warm, sql, encoding] = times.map(Times::of);
    let line = |what: &str, times, by_hand| Line {
        what: what.to_owned(),
        times,
        by_hand,
    };
    let alone = vec![
        line("cold, beside the same SQL", cold, Some(sql)),
        line("cold, beside the bare encoding", cold, Some(encoding)),
        line("warm", warm, None),
    ];

    changed(&city).await?;
    let mut at_once = Vec::new();
    for (what, clients) in [
        ("cold", options.clients.max(1)),
        ("warm", options.clients.max(1)),
    ] {
        let (per_second, times) = together(&application, &asked, clients).await?;
        at_once.push((what, clients, per_second, times));
    }
    eprintln!("{name}: {} rows", options.rows);
    let table = rows::measure(&city, &application, options.rows, options.questions.max(1)).await?;
    if postgres.is_some() {
        drop_schema(&city, postgres).await?;
    }
    Ok(OnDatabase {
        name,
        points: options.points,
        points_per_second,
        in_a_tile: (
            counts.iter().sum::<usize>() as f64 / counts.len().max(1) as f64,
            counts.iter().copied().max().unwrap_or(0),
        ),
        alone,
        together: at_once,
        table,
        addresses,
    })
}

async fn drop_schema(city: &City, postgres: Option<(&str, &str)>) -> Outcome<()> {
    use yakuba_city::sql::Sql as _;
    if let Some((_, schema)) = postgres {
        city.db()
            .run(&format!("DROP SCHEMA {schema} CASCADE"), [])
            .await?;
    }
    Ok(())
}

impl Report {
    fn shown(&self) -> String {
        let mut text = String::new();
        if !self.optimised {
            text.push_str(
                "built without optimisation: the times say nothing, run with --release\n",
            );
        }
        for database in &self.databases {
            let (mean, most) = database.in_a_tile;
            let rows: Vec<_> = database.alone.iter().map(line_cells).collect();
            text += &table(
                &format!(
                    "{}: tiles of {} points through the whole server, one after the other (milliseconds); {} points in a tile on average, {most} at most; {} points/s brought in",
                    database.name,
                    database.points,
                    number(mean),
                    number(database.points_per_second),
                ),
                &[
                    "", "runs", "median", "p99", "by hand", "p99", "ratio", "of p99",
                ],
                &rows,
            );
            let rows: Vec<Vec<String>> = database
                .together
                .iter()
                .map(|(what, clients, per_second, times)| {
                    vec![
                        format!("{what}, {clients} at once"),
                        times.runs.to_string(),
                        number(times.median),
                        number(times.p99),
                        number(*per_second),
                    ]
                })
                .collect();
            text += &table(
                &format!(
                    "{}: the same by several at once (milliseconds)",
                    database.name
                ),
                &["", "tiles", "median", "p99", "tiles/s"],
                &rows,
            );
            let of_rows = &database.table;
            let rows: Vec<_> = of_rows.asked.iter().map(line_cells).collect();
            text += &table(
                &format!(
                    "{}: a table of {} rows ({} bytes of CSV) through the whole server beside the same SQL (milliseconds); {} rows/s taken from CSV, {} inserted by hand, {} with folded texts and an index",
                    database.name,
                    of_rows.rows,
                    of_rows.csv_bytes,
                    number(of_rows.taken_per_second),
                    number(of_rows.inserted_per_second),
                    number(of_rows.indexed_per_second),
                ),
                &[
                    "", "runs", "median", "p99", "by hand", "p99", "ratio", "of p99",
                ],
                &rows,
            );
            let of_addresses = &database.addresses;
            let rows: Vec<_> = of_addresses.asked.iter().map(line_cells).collect();
            text += &table(
                &format!(
                    "{}: the search for an address among {} through the whole server (/map/find, no layer on the map) beside the one statement that finds it (milliseconds); {} addresses/s brought in",
                    database.name,
                    of_addresses.addresses,
                    number(of_addresses.per_second),
                ),
                &[
                    "", "runs", "median", "p99", "by hand", "p99", "ratio", "of p99",
                ],
                &rows,
            );
        }
        text
    }
}
