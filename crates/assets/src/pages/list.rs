//! The public things, nearest first when a place is given, and the same on a map.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use yakuba_city::web::Problem;
use yakuba_kernel::text::words_for_search;
use yakuba_ui::{
    Cell, Choice, Column, FormErrors, Html, Link, Map, MapLayer, MapSign, Near, Page, Pagination,
    PlaceOffers, Row, Select, Table, TextField, Words, format,
};

use super::{
    asked::{Asked, chip, feature_collection, percent, state_key},
    href,
};
use crate::{
    model::{gtfs_realtime::Vehicle, state::State},
    store::{Filter, counting::last_months, search, vehicles},
};

/// Assets on one page.
const ON_A_PAGE: u32 = 30;
/// Points of the map at most.
const MOST_POINTS: u32 = 10_000;
/// The distances that are offered, in metres.
const DISTANCES: [u32; 4] = [300, 1_000, 3_000, 10_000];
/// The names of the filters in the address.
const NAMES: [&str; 4] = ["q", "kind", "near", "within"];
/// The signs of the map's layers, in turn.
const SIGNS: [MapSign; 2] = [MapSign::Circle, MapSign::Square];

#[derive(Template)]
#[template(path = "public/list.html")]
struct Body {
    words: Words,
    errors: yakuba_ui::ErrorSummary,
    kind: Select,
    q: TextField,
    near: TextField,
    offers: PlaceOffers,
    near_map: Map,
    within: Select,
    is_far: bool,
    about: Vec<(String, String)>,
    map: Map,
    count: String,
    table: Option<Table>,
    pages: Option<Pagination>,
    geojson: String,
}

/// What an address asks for: what is there, of public kinds.
async fn filter_of(asked: &Asked) -> Result<(Filter, Near), Problem> {
    let query = &asked.query;
    let near = Near::read(asked.city(), asked.language, query, "/equipment").await?;
    let metres = query.get("within").parse().unwrap_or(1_000_u32);
    let wanted = query.get("kind");
    let filter = Filter {
        kinds: Some(
            asked
                .kinds
                .public()
                .map(|kind| kind.key.as_str())
                .filter(|key| wanted.is_empty() || *key == wanted)
                .map(str::to_owned)
                .collect(),
        ),
        states: vec![State::InService, State::OutOfService],
        words: words_for_search(query.get("q")),
        near: near.point.map(|point| (point, metres.clamp(10, 20_000))),
        ..Filter::default()
    };
    Ok((filter, near))
}

fn query_of(asked: &Asked, without: &str) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(
            NAMES
                .into_iter()
                .filter(|name| *name != without)
                .map(|name| (name, asked.query.get(name)))
                .filter(|(_, value)| !value.is_empty()),
        )
        .finish()
}

pub(super) async fn page(mut asked: Asked) -> Result<Response, Problem> {
    let language = asked.language;
    let (filter, near) = filter_of(&asked).await?;
    let mut errors = FormErrors::new();
    near.add_to(&mut errors);
    asked.query = near.written_in(&asked.query);
    let number: u32 = asked
        .query
        .get("page")
        .parse()
        .unwrap_or(1)
        .clamp(1, 10_000);
    let found = search(
        asked.city().db(),
        &filter,
        (number - 1) * ON_A_PAGE,
        ON_A_PAGE,
    )
    .await?;
    let is_near = filter.near.is_some();
    let table = (!found.assets.is_empty()).then(|| {
        let mut columns = vec![
            Column::text(asked.t("assets-name")),
            Column::text(asked.t("assets-kind")),
            Column::text(asked.t("assets-column-place")),
            Column::text(asked.t("assets-column-state")),
        ];
        if is_near {
            columns.push(Column::text(asked.t("assets-distance")).no_wrap());
        }
        Table::new(language, "assets", asked.t("assets-title"))
            .columns(columns)
            .rows(found.assets.iter().map(|(asset, away)| {
                let mut cells = vec![
                    Cell::link(format!("{} {}", asset.number, asset.name), href(asset.id)),
                    Cell::text(asked.kind_name(&asset.kind)),
                    Cell::text(&asset.place),
                    Cell::html(&Html::of(&chip(asked.words, asset.state))),
                ];
                if is_near {
                    cells.push(Cell::text(
                        away.map_or_else(String::new, |away| format::distance(away, language)),
                    ));
                }
                Row::new(cells)
            }))
            .row_headers()
            .stacked()
            .hide_caption()
    });
    let kind = asked
        .kinds
        .public()
        .fold(
            Select::new(language, "kind", asked.t("assets-kind")).or_all(),
            |select, kind| select.choice(Choice::new(kind.key.as_str(), kind.name.get(language))),
        )
        .value(asked.query.get("kind"));
    let within = DISTANCES
        .into_iter()
        .fold(
            Select::new(language, "within", asked.t("assets-within")),
            |select, distance| {
                select.choice(Choice::new(
                    distance.to_string(),
                    format::distance(f64::from(distance), language),
                ))
            },
        )
        .value(match asked.query.get("within") {
            "" => "1000",
            given => given,
        });
    let query = query_of(&asked, "");
    let body = Body {
        words: asked.words,
        errors: errors.summary(language),
        kind,
        q: TextField::new(language, "q", asked.t("assets-words"))
            .value(asked.query.get("q"))
            .optional(),
        near: near.field(),
        offers: near.offers(),
        near_map: Map::that_picks(language, "near-map", asked.t("assets-near-map"), "near"),
        within,
        is_far: near.is_asked(),
        about: about(&asked, &filter).await?,
        map: map(&asked, &filter),
        count: asked
            .words
            .with_text("assets-count", "count", &format::number(found.total))
            .into_owned(),
        table,
        pages: (found.total > u64::from(ON_A_PAGE)).then(|| {
            Pagination::new(
                language,
                u64::from(number),
                u64::from(ON_A_PAGE),
                found.total,
                format!("/equipment?{query}"),
            )
        }),
        geojson: format!("/equipment/equipment.geojson?{query}"),
    };
    let mut page = Page::public(asked.shell.clone(), asked.t("assets-title"), &body)
        .lead(asked.t("assets-lead"))
        .with_errors(!errors.is_empty());
    // Where somebody stands is no address for search engines.
    if near.is_asked() {
        page = page.not_for_search_engines();
    }
    Ok(page.into_response())
}

/// Each kind that is shown, with how much of the time its devices worked last month.
async fn about(asked: &Asked, filter: &Filter) -> Result<Vec<(String, String)>, Problem> {
    let keys: Vec<&str> = filter.kinds.iter().flatten().map(String::as_str).collect();
    let months = last_months(asked.city(), &keys).await?;
    Ok(asked
        .kinds
        .public()
        .filter(|kind| keys.contains(&kind.key.as_str()))
        .filter_map(|kind| {
            let mut text = Vec::new();
            text.extend(
                kind.about
                    .as_ref()
                    .map(|about| about.get(asked.language).to_owned()),
            );
            text.extend(months.get(kind.key.as_str()).map(|(month, up, expected)| {
                asked
                    .words
                    .with(
                        "assets-uptime",
                        &[
                            ("month", month.clone().into()),
                            ("share", percent(*up, *expected).into()),
                        ],
                    )
                    .into_owned()
            }));
            (!text.is_empty()).then(|| (kind.name.get(asked.language).to_owned(), text.join(" ")))
        })
        .collect())
}

fn map(asked: &Asked, filter: &Filter) -> Map {
    let query = query_of(asked, "kind");
    let list = Link::new(asked.t("assets-map-list"), "#assets-list");
    filter
        .kinds
        .iter()
        .flatten()
        .zip(SIGNS.into_iter().cycle())
        .fold(
            Map::of_layers(asked.language, "assets-map", asked.t("assets-map"), list),
            |map, (key, sign)| {
                map.layer(MapLayer::points(
                    key.clone(),
                    asked.kind_name(key),
                    sign,
                    format!(
                        "/equipment/equipment.geojson?{query}{}kind={key}&lang={}",
                        if query.is_empty() { "" } else { "&" },
                        asked.language.code()
                    ),
                ))
            },
        )
}

/// What the filters of the list want, as far as it has a point.
pub(super) async fn file(asked: Asked) -> Result<Response, Problem> {
    let (mut filter, near) = filter_of(&asked).await?;
    // Everything would be an answer to another question.
    if let Some(sentence) = near.open_question() {
        return Err(Problem::BadRequest(sentence));
    }
    filter.placed = true;
    let found = search(asked.city().db(), &filter, 0, MOST_POINTS).await?;
    let on_the_way: BTreeMap<i64, Vehicle> =
        vehicles(asked.city().db(), &asked.kinds, asked.city().now())
            .await?
            .into_iter()
            .map(|vehicle| (vehicle.asset, vehicle))
            .collect();
    Ok(feature_collection(found.assets.iter().map(|(asset, _)| {
        let now = on_the_way.get(&asset.id);
        let text = format!(
            "{} / {}",
            asked.kind_name(&asset.kind),
            now.map_or_else(
                || asked.t(&state_key(asset.state)),
                |vehicle| asked.place_at(vehicle.told_at)
            )
        );
        (
            asset,
            now.map(|vehicle| vehicle.point),
            text,
            href(asset.id),
        )
    })))
}
