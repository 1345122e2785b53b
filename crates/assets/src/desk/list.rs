//! The registers of the departments, as a list and on a map.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use yakuba_city::{sql::Sql as _, web::Problem};
use yakuba_kernel::{DepartmentCode, text::words_for_search};
use yakuba_ui::{
    Cell, ChipLabel, Choice, Column, EmptyState, Html, Link, Map, MapLayer, MapSign, Pagination,
    Row, Select, Table, TextField, Words, format,
};

use super::{
    HOME,
    room::{Room, href},
};
use crate::{
    capabilities::WORK,
    model::state::State,
    pages::asked::{chip, feature_collection, state_key},
    store::{Asset, Filter, search, silent_since},
};

/// Assets on one page.
const ON_A_PAGE: u32 = 50;
/// Points on the map at most.
const MOST_POINTS: u32 = 5_000;
/// The names of the filters in the address.
const NAMES: [&str; 5] = ["q", "kind", "state", "department", "which"];
/// What the last filter chooses from.
const WHICH: [&str; 4] = ["all", "silent", "alert", "inspection"];

#[derive(Template)]
#[template(path = "desk/list.html")]
struct Body {
    words: Words,
    may_add: bool,
    alerts: String,
    q: TextField,
    filters: Vec<Select>,
    count: String,
    table: Option<Table>,
    empty: EmptyState,
    pages: Option<Pagination>,
    map: Map,
}

fn filter_of(room: &Room, seen: &BTreeMap<DepartmentCode, String>) -> Filter {
    let query = &room.query;
    let wanted = query.get("department");
    let states = match query.get("state") {
        "" => vec![State::Planned, State::InService, State::OutOfService],
        "all" => Vec::new(),
        name => State::read(name).into_iter().collect(),
    };
    Filter {
        departments: Some(
            seen.keys()
                .filter(|code| wanted.is_empty() || code.as_str() == wanted)
                .cloned()
                .collect(),
        ),
        kinds: query.optional("kind").map(|kind| vec![kind]),
        states,
        words: words_for_search(query.get("q")),
        silent: query.get("which") == "silent",
        with_alert: query.get("which") == "alert",
        inspection_before: (query.get("which") == "inspection").then(|| room.city.today()),
        ..Filter::default()
    }
}

fn query_of(room: &Room) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(
            NAMES
                .into_iter()
                .map(|name| (name, room.query.get(name)))
                .filter(|(_, value)| !value.is_empty()),
        )
        .finish()
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    let language = room.language();
    let seen = room.departments().await?;
    let number: u32 = room.query.get("page").parse().unwrap_or(1).clamp(1, 10_000);
    let filter = filter_of(&room, &seen);
    let found = search(room.db(), &filter, (number - 1) * ON_A_PAGE, ON_A_PAGE).await?;
    let ids: Vec<i64> = found.assets.iter().map(|(asset, _)| asset.id).collect();
    let silent = silent_since(room.db(), &ids).await?;
    let rows: Vec<Row> = found
        .assets
        .iter()
        .map(|(asset, _)| row(&room, asset, &seen, silent.contains_key(&asset.id)))
        .collect();
    let table = (!rows.is_empty()).then(|| {
        Table::new(language, "assets", room.t("desk-title"))
            .columns([
                Column::text(room.t("desk-column-asset")),
                Column::text(room.t("desk-column-kind")),
                Column::text(room.t("desk-column-state")),
                Column::text(room.t("desk-column-inspection")).no_wrap(),
                Column::text(room.t("desk-column-department")),
            ])
            .rows(rows)
            .row_headers()
            .stacked()
            .hide_caption()
    });
    let query = query_of(&room);
    let codes: Vec<_> = seen.keys().map(|code| code.as_str().into()).collect();
    let open: i64 = room
        .db()
        .value(
            &format!(
                "SELECT COUNT(*) FROM assets_alerts l JOIN assets_assets a ON a.id = l.asset \
                 WHERE l.closed_at IS NULL AND a.department IN ({})",
                yakuba_city::sql::list(1, codes.len())
            ),
            codes,
        )
        .await
        .map_err(crate::AssetError::from)?
        .unwrap_or(0);
    let body = Body {
        words: room.words,
        may_add: room.principal.holds(WORK),
        alerts: room.words.counted("desk-alerts-open", open).into_owned(),
        q: TextField::new(language, "q", room.t("desk-words"))
            .value(room.query.get("q"))
            .optional(),
        filters: filters(&room, &seen),
        count: room
            .words
            .with_text("desk-count", "count", &format::number(found.total))
            .into_owned(),
        table,
        empty: EmptyState::new(room.t("desk-empty")),
        pages: (found.total > u64::from(ON_A_PAGE)).then(|| {
            Pagination::new(
                language,
                u64::from(number),
                u64::from(ON_A_PAGE),
                found.total,
                format!("{HOME}?{query}"),
            )
        }),
        map: Map::of_layers(
            language,
            "desk-assets-map",
            room.t("desk-map"),
            Link::new(room.t("desk-map-list"), "#assets-list"),
        )
        .layer(MapLayer::points(
            "assets",
            room.t("desk-title"),
            MapSign::Circle,
            format!("/desk/assets/assets.geojson?{query}"),
        )),
    };
    Ok(room.page(room.t("desk-title"), &body).into_response())
}

/// What the filters want, as far as it has a point.
pub(super) async fn file(room: Room) -> Result<Response, Problem> {
    let seen = room.departments().await?;
    let filter = Filter {
        placed: true,
        ..filter_of(&room, &seen)
    };
    let found = search(room.db(), &filter, 0, MOST_POINTS).await?;
    Ok(feature_collection(found.assets.iter().map(|(asset, _)| {
        let text = format!(
            "{} / {}",
            room.kind_name(&asset.kind),
            room.public(&state_key(asset.state))
        );
        (asset, None, text, href(asset.id))
    })))
}

fn filters(room: &Room, seen: &BTreeMap<DepartmentCode, String>) -> Vec<Select> {
    let language = room.language();
    let kind = room
        .kinds
        .all()
        .iter()
        .fold(
            Select::new(language, "kind", room.t("desk-filter-kind")).or_all(),
            |select, kind| select.choice(Choice::new(kind.key.as_str(), kind.name.get(language))),
        )
        .value(room.query.get("kind"));
    let state = State::ALL
        .into_iter()
        .fold(
            Select::new(language, "state", room.t("desk-filter-state"))
                .choice(Choice::new("", room.t("desk-state-present")))
                .choice(Choice::new("all", room.t("desk-state-all"))),
            |select, state| {
                select.choice(Choice::new(state.name(), room.public(&state_key(state))))
            },
        )
        .value(room.query.get("state"));
    let which = WHICH
        .into_iter()
        .fold(
            Select::new(language, "which", room.t("desk-filter-which")),
            |select, value| {
                select.choice(Choice::new(value, room.t(&format!("desk-which-{value}"))))
            },
        )
        .value(match room.query.get("which") {
            "" => "all",
            given => given,
        });
    let mut filters = vec![kind, state, which];
    if seen.len() > 1 {
        filters.push(
            seen.iter()
                .fold(
                    Select::new(language, "department", room.t("desk-filter-department")).or_all(),
                    |select, (code, name)| select.choice(Choice::new(code.as_str(), name)),
                )
                .value(room.query.get("department")),
        );
    }
    filters
}

fn row(
    room: &Room,
    asset: &Asset,
    departments: &BTreeMap<DepartmentCode, String>,
    is_silent: bool,
) -> Row {
    let mut states = Html::of(&chip(crate::WORDS.words(room.language()), asset.state));
    if is_silent {
        states.push(&ChipLabel::new(room.t("desk-silent")).red().beside());
    }
    if asset.is_inspection_late_on(room.city.today()) {
        states.push(
            &ChipLabel::new(room.t("desk-inspection-late"))
                .orange()
                .beside(),
        );
    }
    Row::new([
        Cell::link(format!("{} {}", asset.number, asset.name), href(asset.id)),
        Cell::text(room.kind_name(&asset.kind)),
        Cell::html(&states),
        Cell::text(
            asset
                .inspection_due
                .map_or_else(String::new, |day| format::date(day, room.language())),
        ),
        Cell::text(
            departments
                .get(&asset.department)
                .map_or(asset.department.as_str(), String::as_str),
        ),
    ])
}
