//! A file on the map, and the list that says the same.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use rust_decimal::{Decimal, prelude::FromPrimitive as _};
use serde_json::Value as Json;
use yakuba_city::web::{Answer, Problem};
use yakuba_kernel::text::words_for_search;
use yakuba_ui::{
    Cell, Column, Link, Map, MapLayer, MapSign, Page, Pagination, Row, Table, TextField, Words,
    format,
};

use super::{dataset::kinds_of, href, href_of_file, visit::Visit};
use crate::{
    error::PlacesError,
    model::{
        segment::CHUNK_ROWS,
        sight::{Sight, Sights},
    },
    store::{
        self, Dataset, FileEntry, Version,
        tables::{Query, chunk, chunks_of, find},
    },
};

/// Rows on one page of the list.
const ON_A_PAGE: usize = 50;
/// The most things that are drawn.
const MOST_DRAWN: usize = 5_000;
/// The most rows among which they are looked for.
const MOST_ROWS: i64 = 100_000;
/// The most bytes of what is drawn.
const MOST_BYTES: usize = 4 << 20;

struct Asked {
    dataset: Dataset,
    file: FileEntry,
    version: Version,
    table: i64,
    sights: Sights,
}

impl Asked {
    async fn new(visit: &Visit, key: &str, number: i64) -> Result<Self, Problem> {
        let dataset = visit.dataset(key).await?;
        let file = store::file(visit.city.db(), key, number)
            .await?
            .ok_or(Problem::NotFound)?;
        let version = file
            .newest
            .clone()
            .filter(|version| version.has_places)
            .ok_or(Problem::NotFound)?;
        let table = store::table_of(&visit.city, &version)
            .await?
            .ok_or(Problem::NotFound)?;
        let kinds: Vec<_> = kinds_of(&version).collect();
        Ok(Self {
            sights: Sights::new(&version.columns, &kinds),
            dataset,
            file,
            version,
            table,
        })
    }

    fn base(&self) -> String {
        href_of_file(self.dataset.key(), self.file.number)
    }

    /// The address of the row with a number, from 1, in the list.
    fn href_of_row(&self, number: usize) -> String {
        let page = number.saturating_sub(1) / ON_A_PAGE + 1;
        format!("{}/map?page={page}#row-{number}", self.base())
    }
}

/// What is drawn of a table.
struct Drawn {
    features: Vec<String>,
    /// Whether every row with a place is among them.
    is_whole: bool,
    has_areas: bool,
}

async fn drawn(visit: &Visit, asked: &Asked) -> Result<Drawn, PlacesError> {
    let mut drawn = Drawn {
        features: Vec::new(),
        is_whole: asked.version.rows <= MOST_ROWS,
        has_areas: false,
    };
    let mut bytes = 0;
    let mut number = 0;
    for piece in 0..chunks_of(asked.version.rows.min(MOST_ROWS)) {
        let Some(piece) = chunk(visit.city.db(), asked.table, piece).await? else {
            break;
        };
        for (at, row) in piece.rows.iter().enumerate() {
            number += 1;
            let sight = asked.sights.of(row, piece.shapes.get(at));
            if sight.geometry.is_null() {
                continue;
            }
            let feature = sight.feature(&asked.href_of_row(number)).to_string();
            if drawn.features.len() == MOST_DRAWN || bytes + feature.len() > MOST_BYTES {
                drawn.is_whole = false;
                return Ok(drawn);
            }
            bytes += feature.len();
            drawn.has_areas |= sight.geometry["type"] != "Point";
            drawn.features.push(feature);
        }
    }
    Ok(drawn)
}

/// What is drawn, as GeoJSON for the map.
pub(super) async fn geojson(
    visit: Visit,
    Path((key, number)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let asked = Asked::new(&visit, &key, number).await?;
    let drawn = drawn(&visit, &asked).await?;
    let text = format!(
        "{{\"type\":\"FeatureCollection\",\"features\":[{}]}}",
        drawn.features.join(",")
    );
    Ok(Answer::new("application/geo+json", text.into_bytes()).respond(&visit.headers))
}

#[derive(Template)]
#[template(path = "public/places.html")]
struct Body {
    words: Words,
    notes: Vec<String>,
    map: Map,
    action: String,
    q: TextField,
    count: String,
    table: Table,
    pages: Option<Pagination>,
    geojson: String,
}

pub(super) async fn page(
    visit: Visit,
    Path((key, number)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let asked = Asked::new(&visit, &key, number).await?;
    let drawn = drawn(&visit, &asked).await?;
    let base = asked.base();
    let q = visit.query.get("q").replace('\0', "");
    let last = usize::try_from(asked.version.rows)
        .unwrap_or(0)
        .div_ceil(ON_A_PAGE)
        .max(1);
    let page: usize = visit.query.get("page").parse().unwrap_or(1).clamp(1, last);
    let query = Query {
        words: words_for_search(&q),
        offset: (page - 1) * ON_A_PAGE,
        limit: ON_A_PAGE,
        ..Query::default()
    };
    let found = find(visit.city.db(), asked.table, asked.version.rows, &query).await?;
    let mut pieces: BTreeMap<usize, Vec<Json>> = BTreeMap::new();
    let mut rows = Vec::new();
    for (number, row) in &found.rows {
        let at = number - 1;
        let shapes = match pieces.entry(at / CHUNK_ROWS) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(free) => {
                let piece = i64::try_from(at / CHUNK_ROWS).unwrap_or(0);
                let piece = chunk(visit.city.db(), asked.table, piece).await?;
                free.insert(piece.unwrap_or_default().shapes)
            }
        };
        let sight = asked.sights.of(row, shapes.get(at % CHUNK_ROWS));
        rows.push(row_of(&visit, &base, *number, &sight));
    }
    let table = Table::new(visit.language, "places", visit.t("places-map-list"))
        .columns([
            Column::text(visit.t("places-map-name")),
            Column::text(visit.t("places-map-about")),
            Column::text(visit.t("places-map-where")).no_wrap(),
        ])
        .rows(rows)
        .row_headers()
        .stacked()
        .hide_caption();
    let address = form_urlencoded::Serializer::new(String::new())
        .extend_pairs((!q.is_empty()).then_some(("q", q.as_str())))
        .finish();
    let total = found.total as u64;
    let layer = if drawn.has_areas {
        MapLayer::shapes
    } else {
        MapLayer::points
    };
    let mut map = Map::of_layers(
        visit.language,
        "map",
        asked.file.title.clone(),
        Link::new(visit.t("places-map-to-list"), "#list"),
    )
    .layer(layer(
        "rows",
        asked.file.title.clone(),
        MapSign::Circle,
        format!("{base}/map.geojson"),
    ));
    map = map.as_left(&visit.query);
    if let Ok(point) = yakuba_kernel::Point::read(visit.query.get("pin")) {
        map = map.pin(point.degrees());
    }
    let body = Body {
        words: visit.words,
        notes: if drawn.is_whole {
            Vec::new()
        } else {
            vec![
                visit
                    .words
                    .with(
                        "places-map-part",
                        &[
                            ("rows", format::number(asked.version.rows).into()),
                            ("drawn", format::number(drawn.features.len() as u64).into()),
                        ],
                    )
                    .into_owned(),
            ]
        },
        map,
        action: format!("{base}/map"),
        q: TextField::new(visit.language, "q", visit.t("places-map-search")).value(&q),
        count: visit
            .words
            .with_text("places-map-count", "count", &format::number(total))
            .into_owned(),
        table,
        pages: (total > ON_A_PAGE as u64).then(|| {
            Pagination::new(
                visit.language,
                page as u64,
                ON_A_PAGE as u64,
                total,
                format!("{base}/map?{address}"),
            )
        }),
        geojson: format!("{base}/map.geojson"),
    };
    let title = visit
        .words
        .with_text("places-map-of", "file", &asked.file.title)
        .into_owned();
    Ok(Page::public(visit.shell.clone(), title, &body)
        .breadcrumb(visit.t("places-title"), "/data")
        .breadcrumb(visit.title(&asked.dataset), href(&key))
        .into_response())
}

/// A row of the list. Its place leads to the map.
fn row_of(visit: &Visit, base: &str, number: usize, sight: &Sight) -> Row {
    let place = match sight.middle() {
        None => Cell::text(visit.t("places-map-nowhere")),
        Some((latitude, longitude)) => {
            let degrees = |value: f64| {
                Decimal::from_f64(value).map_or_else(String::new, |value| {
                    let mut value = value.round_dp(6);
                    value.rescale(6);
                    value.to_string()
                })
            };
            let place = format!("{}, {}", degrees(latitude), degrees(longitude));
            let query: String = form_urlencoded::Serializer::new(String::new())
                .append_pair("at", &format!("{place},16"))
                .append_pair("pin", &place)
                .finish();
            Cell::link(place, format!("{base}/map?{query}#map"))
        }
    };
    let name = if sight.name.is_empty() {
        number.to_string()
    } else {
        sight.name.clone()
    };
    Row::new([Cell::text(name), Cell::text(sight.line()), place]).id(format!("row-{number}"))
}
