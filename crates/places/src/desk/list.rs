//! The list of datasets.

use askama::Template;
use axum::response::{IntoResponse, Response};
use yakuba_city::{JAPAN, web::Problem};
use yakuba_identity::department_names;
use yakuba_ui::{Cell, ChipLabel, Column, EmptyState, Row, Table, Words, format};

use super::room::{Room, href};
use crate::store::{self, Dataset, FileEntry, State};

#[derive(Template)]
#[template(path = "desk/list.html")]
struct Body {
    words: Words,
    table: Option<Table>,
    empty: EmptyState,
    may_add: bool,
    share: String,
}

/// How far a dataset is, as a label.
pub(super) fn chip(room: &Room, found: &Dataset) -> ChipLabel {
    match found.state {
        State::Draft => ChipLabel::new(room.t("desk-state-draft")),
        State::Published => ChipLabel::new(room.t("desk-state-published")).green(),
        State::Withdrawn => ChipLabel::new(room.t("desk-state-withdrawn")).orange(),
    }
}

/// How a dataset's files stand against the standard.
fn standing(room: &Room, files: &[FileEntry]) -> String {
    let newest: Vec<_> = files
        .iter()
        .filter_map(|file| file.newest.as_ref())
        .collect();
    let must: i64 = newest.iter().map(|version| version.must).sum();
    if newest.is_empty() {
        room.t("desk-standing-none")
    } else if must > 0 {
        room.words.counted("desk-standing-must", must).into_owned()
    } else if newest.iter().all(|version| version.is_recommended()) {
        room.t("desk-standing-recommended")
    } else {
        room.t("desk-standing-good")
    }
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    let language = room.language();
    let names = department_names(room.db(), language.is_japanese()).await?;
    let mut all = store::datasets(room.db()).await?;
    all.retain(|found| room.may_see(found));
    let files = store::files(room.db()).await?;
    let of = |found: &Dataset| files.get(found.key()).map_or(&[][..], Vec::as_slice);
    let published: Vec<&FileEntry> = all
        .iter()
        .filter(|found| found.is_public())
        .flat_map(of)
        .filter(|file| file.newest.is_some())
        .collect();
    let recommended = published
        .iter()
        .filter(|file| {
            file.newest
                .as_ref()
                .is_some_and(store::Version::is_recommended)
        })
        .count();
    let rows = all.iter().map(|found| {
        Row::new([
            Cell::link(&found.document.title, href(found.key())),
            Cell::html(&chip(&room, found)),
            Cell::text(standing(&room, of(found))),
            Cell::text(
                names
                    .get(found.department())
                    .map_or(found.department().as_str(), String::as_str),
            ),
            Cell::text(format::date(
                JAPAN.to_datetime(found.changed_at).date(),
                language,
            )),
        ])
    });
    let table = (!all.is_empty()).then(|| {
        Table::new(language, "datasets", room.t("desk-title"))
            .columns([
                Column::text(room.t("desk-column-dataset")),
                Column::text(room.t("desk-column-state")).no_wrap(),
                Column::text(room.t("desk-column-standing")),
                Column::text(room.t("desk-column-department")),
                Column::text(room.t("desk-column-changed")).no_wrap(),
            ])
            .rows(rows)
            .row_headers()
            .stacked()
            .hide_caption()
    });
    let body = Body {
        words: room.words,
        table,
        empty: EmptyState::new(room.t("desk-empty")),
        may_add: !room.departments().await?.is_empty(),
        share: room
            .words
            .with(
                "desk-share",
                &[
                    ("files", published.len().into()),
                    ("recommended", recommended.into()),
                ],
            )
            .into_owned(),
    };
    Ok(room.page(room.t("desk-title"), &body).into_response())
}
