//! What stands in a version, for those who decide about it: also before it is public, and in older versions.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::{JAPAN, web::Problem};
use yakuba_sheets::Limits;
use yakuba_ui::{Cell, DescriptionList, Pagination, Row, Table, Words, format};

use super::{
    check::{Group, groups, left_out},
    room::{Room, href},
    show::standing,
};
use crate::{
    model::{
        check::{Against, Report},
        content::columns_shown,
        segment::CHUNK_ROWS,
        standard::dataset,
    },
    store::{self, FileEntry, Version, tables::chunk},
};

/// Rows of a page; a chunk holds some whole pages.
const ROWS: usize = 100;
const _: () = assert!(CHUNK_ROWS.is_multiple_of(ROWS));

#[derive(Template)]
#[template(path = "desk/version.html")]
struct Body {
    words: Words,
    is_public: bool,
    about: DescriptionList,
    /// What the check finds in it now.
    groups: Vec<Group>,
    left_out: String,
    /// It is too long to be checked while somebody waits.
    is_long: bool,
    rows: Table,
    pages: Option<Pagination>,
}

/// Rows of a version that is checked anew for its page.
const MOST_CHECKED: i64 = 50_000;

/// What the check finds in a version, compared with what it was compared with when it was taken; none: nothing, or it is too long.
async fn findings(
    room: &Room,
    entry: &FileEntry,
    version: &Version,
) -> Result<Option<Report>, Problem> {
    if version.must + version.should == 0 || version.rows > MOST_CHECKED {
        return Ok(None);
    }
    let Some(content) = store::contents(room.db(), version).await? else {
        return Ok(None);
    };
    let against = Against {
        dataset: dataset(&version.national),
        area: None,
    };
    let title = entry.title.clone();
    let report = tokio::task::spawn_blocking(move || {
        content.report(&title, against, &Limits::default()).ok()
    })
    .await
    .map_err(|error| Problem::internal(&error))?;
    Ok(report)
}

/// The address of a version at the desk.
pub(super) fn href_of(key: &str, file: i64, version: i64) -> String {
    format!("{}/files/{file}/versions/{version}", href(key))
}

pub(super) async fn page(
    room: Room,
    Path((key, file, number)): Path<(String, i64, i64)>,
) -> Result<Response, Problem> {
    let found = room.dataset(&key).await?;
    let entry = store::file(room.db(), &key, file)
        .await?
        .ok_or(Problem::NotFound)?;
    let version = store::version(room.db(), &key, file, Some(number))
        .await?
        .filter(|version| !version.is_removed)
        .ok_or(Problem::NotFound)?;
    let table = store::table_of(&room.city, &version)
        .await?
        .ok_or(Problem::NotFound)?;
    let language = room.language();
    let count = usize::try_from(version.rows).unwrap_or(0);
    let last = count.div_ceil(ROWS).max(1);
    let page: usize = room.query.get("page").parse().unwrap_or(1).clamp(1, last);
    let first = (page - 1) * ROWS;
    let rows = chunk(
        room.db(),
        table,
        i64::try_from(first / CHUNK_ROWS).unwrap_or(0),
    )
    .await?
    .unwrap_or_default()
    .rows;
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .skip(first % CHUNK_ROWS)
        .take(ROWS)
        .collect();
    let title = room
        .words
        .with(
            "desk-version-title",
            &[
                ("file", entry.title.clone().into()),
                ("version", number.to_string().into()),
            ],
        )
        .into_owned();
    let mut about = DescriptionList::new()
        .text(
            room.public("places-version-day"),
            format::date_time(JAPAN.to_datetime(version.made_at), language),
        )
        .text(room.public("places-rows"), format::number(version.rows))
        .text(room.t("desk-column-standing"), standing(&room, &version));
    if !version.note.is_empty() {
        about = about.text(room.public("places-version-note"), &version.note);
    }
    let report = findings(&room, &entry, &version).await?;
    let body = Body {
        words: room.words,
        is_public: found.is_public(),
        about,
        groups: report
            .as_ref()
            .map_or_else(Vec::new, |report| groups(&room, report)),
        left_out: report
            .as_ref()
            .map_or_else(String::new, |report| left_out(&room, report)),
        is_long: version.must + version.should > 0 && version.rows > MOST_CHECKED,
        rows: Table::new(language, "rows", title.clone())
            .columns(columns_shown(&version.columns, &rows))
            .rows(rows.iter().map(|row| Row::new(row.iter().map(Cell::text))))
            .hide_caption(),
        pages: (count > ROWS).then(|| {
            Pagination::new(
                language,
                page as u64,
                ROWS as u64,
                count as u64,
                href_of(&key, file, number),
            )
        }),
    };
    Ok(room.page_of(&found, title, &body).into_response())
}
