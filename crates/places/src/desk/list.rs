//! The list of datasets.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse, Response};
use yakuba_city::{JAPAN, Measure, web::Problem};
use yakuba_identity::department_names;
use yakuba_kernel::{
    FiscalYear,
    text::{normalise_for_search, words_for_search},
};
use yakuba_ui::{
    Cell, ChipLabel, Choice, Column, EmptyState, Pagination, Row, Select, Table, TextField, Words,
    format,
};

use super::{
    HOME,
    room::{Room, href},
};
use crate::{
    capabilities::{DOWNLOADS, VIEWS},
    model::content::Form,
    pages::forms_of,
    store::{self, Dataset, FileEntry, State},
};

#[derive(Template)]
#[template(path = "desk/list.html")]
struct Body {
    words: Words,
    q: TextField,
    filters: [Select; 3],
    count: String,
    is_narrowed: bool,
    pages: Option<Pagination>,
    table: Option<Table>,
    empty: EmptyState,
    may_add: bool,
    share: String,
}

/// Datasets on one page.
const ON_A_PAGE: usize = 50;

/// What is looked for.
struct Asked {
    words: Vec<String>,
    department: String,
    state: Option<State>,
    form: Option<Form>,
}

impl Asked {
    fn fits(&self, found: &Dataset, files: &[FileEntry]) -> bool {
        let is_there = || {
            let text =
                normalise_for_search(&format!("{} {}", found.key(), found.searchable(files)));
            self.words.iter().all(|word| text.contains(word.as_str()))
        };
        (self.department.is_empty() || found.department().as_str() == self.department)
            && self.state.is_none_or(|state| found.state == state)
            && self
                .form
                .is_none_or(|form| store::newest(files).any(|one| forms_of(one).any(|f| f == form)))
            && (self.words.is_empty() || is_there())
    }
}

/// How far a dataset is, as a label.
pub(super) fn chip(room: &Room, found: &Dataset) -> ChipLabel {
    let label = ChipLabel::new(room.t(&format!("desk-state-{}", found.state.name())));
    match found.state {
        State::Draft => label,
        State::Published => label.green(),
        State::Withdrawn => label.orange(),
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
    let departments: BTreeMap<String, String> = all
        .iter()
        .map(|found| {
            let code = found.department();
            let name = names.get(code).map_or(code.as_str(), String::as_str);
            (code.as_str().to_owned(), name.to_owned())
        })
        .collect();
    let asked = Asked {
        words: words_for_search(&room.query.get("q").replace('\0', "")),
        department: room.query.get("department").to_owned(),
        state: State::named(room.query.get("state")),
        form: Form::of_ending(room.query.get("format")),
    };
    let totals = room
        .city
        .year_totals()
        .await
        .map_err(|error| Problem::internal(&error))?;
    let this = i64::from(FiscalYear::from_date(room.city.today()).year());
    let read_by = |measure: &Measure| -> BTreeMap<String, i64> {
        totals
            .rows(measure.name.as_str(), this..=this)
            .fold(BTreeMap::new(), |mut sums, row| {
                *sums.entry(row.subject.clone()).or_default() += row.total / 1_000;
                sums
            })
    };
    let (views, downloads) = (read_by(&VIEWS), read_by(&DOWNLOADS));
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
    let total = all
        .iter()
        .filter(|found| asked.fits(found, of(found)))
        .count();
    let last = total.div_ceil(ON_A_PAGE).max(1);
    let page: usize = room.query.get("page").parse().unwrap_or(1).clamp(1, last);
    let shown = all
        .iter()
        .filter(|found| asked.fits(found, of(found)))
        .skip((page - 1) * ON_A_PAGE)
        .take(ON_A_PAGE);
    let rows = shown.map(|found| {
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
            Cell::text(format::number(views.get(found.key()).copied().unwrap_or(0))),
            Cell::text(format::number(
                downloads.get(found.key()).copied().unwrap_or(0),
            )),
        ])
    });
    let table = (total > 0).then(|| {
        Table::new(language, "datasets", room.t("desk-title"))
            .columns([
                Column::text(room.t("desk-column-dataset")),
                Column::text(room.t("desk-column-state")).no_wrap(),
                Column::text(room.t("desk-column-standing")),
                Column::text(room.t("desk-column-department")),
                Column::text(room.t("desk-column-changed")).no_wrap(),
                Column::number(room.t("desk-column-views")),
                Column::number(room.t("desk-column-downloads")),
            ])
            .rows(rows)
            .row_headers()
            .stacked()
            .hide_caption()
    });
    let query: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(
            ["q", "department", "state", "format"]
                .into_iter()
                .map(|name| (name, room.query.get(name)))
                .filter(|(_, value)| !value.is_empty()),
        )
        .finish();
    let body = Body {
        words: room.words,
        table,
        q: TextField::new(language, "q", room.t("desk-search")).value(room.query.get("q")),
        filters: [
            departments
                .iter()
                .fold(
                    Select::new(language, "department", room.t("desk-column-department")).or_all(),
                    |select, (code, name)| select.choice(Choice::new(code, name)),
                )
                .value(&asked.department),
            State::ALL
                .iter()
                .fold(
                    Select::new(language, "state", room.t("desk-column-state")).or_all(),
                    |select, state| {
                        let name = state.name();
                        select.choice(Choice::new(name, room.t(&format!("desk-state-{name}"))))
                    },
                )
                .value(room.query.get("state")),
            Form::ALL
                .iter()
                .fold(
                    Select::new(language, "format", room.public("places-format")).or_all(),
                    |select, form| select.choice(Choice::new(form.ending(), form.name())),
                )
                .value(room.query.get("format")),
        ],
        count: room
            .words
            .with_text("desk-count", "count", &format::number(total as u64))
            .into_owned(),
        is_narrowed: !query.is_empty(),
        pages: (total > ON_A_PAGE).then(|| {
            Pagination::new(
                language,
                page as u64,
                ON_A_PAGE as u64,
                total as u64,
                format!("{HOME}?{query}"),
            )
        }),
        empty: EmptyState::new(room.t(if all.is_empty() {
            "desk-empty"
        } else {
            "desk-none-found"
        })),
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
