//! The list of layers.

use askama::Template;
use axum::response::{IntoResponse, Response};
use yakuba_city::{JAPAN, web::Problem};
use yakuba_identity::department_names;
use yakuba_ui::{Cell, ChipLabel, Column, EmptyState, Row, Table, Words, format};

use super::{super::room::Room, href};
use crate::{
    model::map::layer::Audience,
    store::map::{Layer, layers},
};

#[derive(Template)]
#[template(path = "desk/map/list.html")]
struct Body {
    words: Words,
    table: Option<Table>,
    empty: EmptyState,
    may_add: bool,
    may_bring_in: bool,
}

/// Who sees a layer, as a label.
pub(super) fn chip(room: &Room, found: &Layer) -> ChipLabel {
    let label = ChipLabel::new(room.t(&format!("desk-map-audience-{}", found.audience.name())));
    match found.audience {
        Audience::Public => label.green(),
        Audience::Departments => label.orange(),
        Audience::Nobody => label,
    }
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    let language = room.language();
    let names = department_names(room.db(), language.is_japanese()).await?;
    let mut all = layers(room.db()).await?;
    all.retain(|found| room.may_see_layer(found));
    let rows = all.iter().map(|found| {
        let document = &found.document;
        Row::new([
            Cell::link(document.title.in_language(language), href(found.key())),
            Cell::html(&chip(&room, found)),
            Cell::text(room.map_words(&format!("map-theme-{}", document.theme.name()))),
            Cell::text(format::number(found.count)),
            Cell::text(
                names
                    .get(&document.department)
                    .map_or(document.department.as_str(), String::as_str),
            ),
            Cell::text(format::date(
                JAPAN.to_datetime(found.changed_at).date(),
                language,
            )),
        ])
    });
    let table = (!all.is_empty()).then(|| {
        Table::new(language, "layers", room.t("desk-map-title"))
            .columns([
                Column::text(room.t("desk-map-layer")),
                Column::text(room.t("desk-map-audience")).no_wrap(),
                Column::text(room.t("desk-map-theme")),
                Column::number(room.t("desk-map-features")),
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
        empty: EmptyState::new(room.t("desk-map-empty")),
        may_add: !room.departments().await?.is_empty(),
        may_bring_in: room.principal.holds(crate::capabilities::PUBLISH),
    };
    Ok(room.page(room.t("desk-map-title"), &body).into_response())
}

impl Room {
    /// A text of the public map.
    pub(super) fn map_words(&self, key: &str) -> String {
        crate::pages::map::WORDS
            .words(self.language())
            .get(key)
            .into_owned()
    }
}
