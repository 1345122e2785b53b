//! What datasets can be made from without typing: the services' records and the map's layers. And making one anew.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_ui::{Cell, Column, Row, Table, Words, done};

use super::room::{Room, href};
use crate::{
    capabilities::EDIT,
    store::{self, Source},
};

#[derive(Template)]
#[template(path = "desk/sources.html")]
struct Body {
    words: Words,
    table: Table,
}

fn text(room: &Room, [ja, en]: &[String; 2]) -> String {
    if room.language().is_japanese() {
        ja
    } else {
        en
    }
    .clone()
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    let sources = store::sources(&room.city).await?;
    // Of each source the datasets that there are, whoever's: making a second one is seldom wanted.
    let mut made: BTreeMap<String, Vec<(String, String, bool)>> = BTreeMap::new();
    for found in store::datasets(room.db()).await? {
        let of_source = made.entry(found.source.clone()).or_default();
        of_source.push((
            found.document.title.clone(),
            href(found.key()),
            room.may_see(&found),
        ));
    }
    let rows = sources.iter().map(|source: &Source| {
        let standing = made
            .get(&source.key)
            .map_or_else(Vec::new, |all| all.iter().collect());
        let dataset = match standing.first() {
            Some((title, href, true)) => Cell::link(title, href),
            Some((title, _, false)) => Cell::text(title),
            None => Cell::link(
                room.t("desk-source-make"),
                format!("/desk/data/new?source={}", source.key),
            ),
        };
        Row::new([
            Cell::text(text(&room, &source.title)),
            Cell::text(text(&room, &source.description)),
            dataset,
        ])
    });
    let table = Table::new(room.language(), "sources", room.t("desk-sources"))
        .columns([
            Column::text(room.t("desk-source-column")),
            Column::text(room.t("desk-source-about")),
            Column::text(room.t("desk-column-dataset")),
        ])
        .rows(rows)
        .row_headers()
        .stacked()
        .hide_caption();
    let body = Body {
        words: room.words,
        table,
    };
    Ok(room
        .page_below(room.t("desk-sources"), &body)
        .into_response())
}

/// Makes a dataset anew at once.
pub(super) async fn make(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    room.dataset_for(&key, EDIT).await?;
    let has_changed = store::make(&room.city, room.principal.actor(), &key).await?;
    Ok(done(
        &href(&key),
        if has_changed { "taken" } else { "same" },
    ))
}

/// From now on files are sent by hand.
pub(super) async fn by_hand(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    room.dataset_for(&key, EDIT).await?;
    room.write(key.clone(), |tx, key| {
        Box::pin(store::set_source(tx, key, ""))
    })
    .await?;
    Ok(done(&href(&key), "by-hand"))
}
