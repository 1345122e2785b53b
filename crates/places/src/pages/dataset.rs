//! One dataset: what it is, its files, what stands in them, and how it became what it is.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::{City, web::Problem};
use yakuba_identity::department_names;
use yakuba_ui::{
    ButtonKind, Cell, Column, DescriptionList, Html, LinkButton, Page, Row, Table, Words, format,
};

use super::{href, href_of_file, href_of_newest, href_of_version, listed, visit::Visit};
use crate::{
    capabilities::VIEWS,
    error::PlacesError,
    model::{
        content::{Form, MOST_XLSX_ROWS, columns_shown},
        dictionary::{Defined, Seen, dictionary},
        kind::Kind,
        standard::{dataset as national, header_key},
    },
    store::{
        self, ChangeKind, Dataset, FileEntry, Version,
        tables::{ColumnAbout, chunk, columns_known},
    },
};

/// Rows of a preview.
const PREVIEW_ROWS: usize = 100;

struct FileShown {
    id: String,
    title: String,
    about: String,
    /// Where it is fetched from; empty: it was sent.
    original: String,
    forms: Vec<LinkButton>,
    /// The same as a chart and, when rows have places, on the map.
    looks: Vec<LinkButton>,
    preview: Table,
    preview_note: String,
    dictionary: Table,
    csvw: String,
    versions: Table,
}

/// A file that stands elsewhere.
struct LinkShown {
    id: String,
    title: String,
    address: String,
    button: LinkButton,
}

#[derive(Template)]
#[template(path = "public/dataset.html")]
struct Body {
    words: Words,
    about: DescriptionList,
    files: Vec<FileShown>,
    links: Vec<LinkShown>,
    changes: Vec<String>,
    feed: String,
    structured: String,
}

#[derive(Template)]
#[template(
    source = "<a href=\"{{ url }}\" rel=\"license\">{{ name }}</a>",
    ext = "html"
)]
struct Licensed {
    name: &'static str,
    url: &'static str,
}

/// The forms a version can be had in.
pub(crate) fn forms_of(version: &Version) -> impl Iterator<Item = Form> + '_ {
    Form::ALL.into_iter().filter(|form| match form {
        Form::GeoJson => version.has_places,
        Form::Xlsx => version.rows <= MOST_XLSX_ROWS,
        Form::Csv | Form::Json | Form::Parquet => true,
    })
}

pub(super) async fn page(visit: Visit, Path(key): Path<String>) -> Result<Response, Problem> {
    let dataset = visit.dataset(&key).await?;
    let files = store::files_of(visit.city.db(), &key).await?;
    let (mut shown, mut links) = (Vec::new(), Vec::new());
    for file in &files {
        if let Some(version) = &file.newest {
            shown.push(file_shown(&visit, file, version).await?);
        }
        let link = file.linked().filter(|_| file.newest.is_none());
        if let Some(link) = link {
            links.push(LinkShown {
                id: format!("file-{}", file.number),
                title: file.title.clone(),
                button: LinkButton::new(
                    if link.format.is_empty() {
                        visit.t("places-link-open")
                    } else {
                        link.format.clone()
                    },
                    &link.address,
                ),
                address: link.address.clone(),
            });
        }
    }
    let changes = store::changes(visit.city.db(), Some(&key), 20)
        .await?
        .iter()
        .map(|change| line(&visit, change, &files))
        .collect();
    let body = Body {
        words: visit.words,
        about: about(&visit, &dataset, &files).await?,
        files: shown,
        links,
        changes,
        feed: format!("/data/{key}/feed.atom"),
        // Inside a script element no text may end it.
        structured: crate::machines::schema_org(&visit.city, &visit.headers, &dataset, &files)
            .await?
            .to_string()
            .replace('<', "\\u003c"),
    };
    visit.count(&VIEWS, &dataset).await?;
    let page = Page::public(visit.shell.clone(), visit.title(&dataset), &body)
        .lead(visit.description(&dataset))
        .description(visit.description(&dataset))
        .breadcrumb(visit.t("places-title"), "/data")
        .feed(visit.t("places-feed"), format!("{}/feed.atom", href(&key)));
    Ok(visit.marked(page).into_response())
}

/// What happened to a dataset, as one line for readers.
pub(super) fn line(visit: &Visit, change: &store::Change, files: &[FileEntry]) -> String {
    let title = files
        .iter()
        .find(|file| Some(file.number) == change.file)
        .map_or("", |file| file.title.as_str());
    let mut line = visit
        .words
        .with(
            &format!("places-change-{}", change.kind.name()),
            &[
                ("file", title.to_owned().into()),
                ("version", change.version.unwrap_or(0).to_string().into()),
            ],
        )
        .into_owned();
    if change.kind == ChangeKind::Version && !change.note.is_empty() {
        line = format!("{line} {}", change.note);
    }
    format!("{} {line}", visit.day(change.at))
}

async fn about(
    visit: &Visit,
    dataset: &Dataset,
    files: &[FileEntry],
) -> Result<DescriptionList, Problem> {
    let document = &dataset.document;
    let names = department_names(visit.city.db(), visit.language.is_japanese()).await?;
    let department = names
        .get(dataset.department())
        .map_or(dataset.department().as_str(), String::as_str);
    let licence = Html::render(&Licensed {
        name: document.licence.title_in(visit.language),
        url: document.licence.url(),
    })
    .map_err(|error| Problem::internal(&error))?;
    let mut list = DescriptionList::new()
        .html(visit.t("places-licence"), &licence)
        .text(
            visit.t("places-theme"),
            visit.t(&format!("places-theme-{}", document.theme.name())),
        )
        .text(visit.t("places-department"), department)
        .text(
            visit.t("places-rhythm"),
            visit.t(&format!("places-rhythm-{}", document.rhythm.name())),
        )
        .text(visit.t("places-changed"), visit.day(dataset.changed_at));
    if !dataset.source.is_empty() {
        list = list.text(visit.t("places-origin"), visit.t("places-made"));
    }
    if !document.area.is_empty() {
        list = list.text(visit.t("places-area"), &document.area);
    }
    let day = |day: Option<jiff::civil::Date>| {
        day.map_or_else(String::new, |day| format::date(day, visit.language))
    };
    if document.from.is_some() || document.until.is_some() {
        list = list.text(
            visit.t("places-period"),
            format!("{}–{}", day(document.from), day(document.until)),
        );
    }
    if let Some(national) = store::conforms_to(dataset, files).and_then(national) {
        list = list.text(
            visit.t("places-national"),
            format!("{} {}", national.generation.name(), national.name),
        );
    }
    if !document.keywords.is_empty() {
        list = list.text(
            visit.t("places-keywords"),
            listed(&document.keywords, visit.language),
        );
    }
    let contact = [&document.contact, &document.phone, &document.email];
    let contact: Vec<&str> = contact
        .iter()
        .map(|part| part.as_str())
        .filter(|part| !part.is_empty())
        .collect();
    Ok(list.text(visit.t("places-contact"), contact.join(" / ")))
}

async fn file_shown(
    visit: &Visit,
    file: &FileEntry,
    version: &Version,
) -> Result<FileShown, Problem> {
    let db = visit.city.db();
    let (mut first, mut columns, mut told) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(table) = store::table_of(&visit.city, version).await? {
        first = chunk(db, table, 0).await?.unwrap_or_default().rows;
        columns = columns_known(&visit.city, table, version.rows).await?;
        told = dictionary_of(&visit.city, file, version, table).await?;
    }
    let all = store::versions(visit.city.db(), &file.dataset, file.number).await?;
    let id = format!("file-{}", file.number);
    let preview = Table::new(
        visit.language,
        format!("{id}-preview"),
        format!("{} ({})", visit.t("places-preview"), file.title),
    )
    .columns(columns_shown(&version.columns, &first))
    .rows(
        first
            .iter()
            .take(PREVIEW_ROWS)
            .map(|row| Row::new(row.iter().map(Cell::text))),
    );
    Ok(FileShown {
        title: file.title.clone(),
        about: visit
            .words
            .with(
                "places-file-about",
                &[
                    ("rows", version.rows.into()),
                    ("columns", version.columns.len().into()),
                    ("day", visit.day(version.made_at).into()),
                    ("version", version.number.to_string().into()),
                ],
            )
            .into_owned(),
        original: file
            .link
            .as_ref()
            .map_or_else(String::new, |link| link.address.clone()),
        forms: forms_of(version)
            .map(|form| {
                LinkButton::new(
                    form.name(),
                    href_of_newest(&file.dataset, file.number, form),
                )
                .download()
            })
            .collect(),
        looks: looks(visit, file, version),
        preview,
        preview_note: if first.len() > PREVIEW_ROWS {
            visit
                .words
                .counted("places-preview-first", PREVIEW_ROWS as u64)
                .into_owned()
        } else {
            String::new()
        },
        csvw: format!(
            "{}-metadata.json",
            href_of_newest(&file.dataset, file.number, Form::Csv)
        ),
        dictionary: dictionary_shown(visit, &id, file, &told, &columns),
        versions: versions(visit, &id, file, &all),
        id,
    })
}

fn looks(visit: &Visit, file: &FileEntry, version: &Version) -> Vec<LinkButton> {
    // A copy cannot draw what its readers choose.
    if visit.is_mirrored {
        return Vec::new();
    }
    let base = href_of_file(&file.dataset, file.number);
    let look = |words: &str, way: &str| {
        LinkButton::new(visit.t(words), format!("{base}/{way}")).kind(ButtonKind::Quiet)
    };
    let mut looks = vec![look("places-see-chart", "chart")];
    if version.has_places {
        looks.push(look("places-see-map", "map"));
    }
    looks
}

/// What the columns are: as the national standard says where it knows them, else by their names.
pub(crate) fn kinds_of(version: &Version) -> impl Iterator<Item = Kind> {
    let national = national(&version.national);
    version.columns.iter().map(move |header| {
        let known = national.and_then(|dataset| dataset.columns.get(dataset.place_of(header)?));
        known.map_or_else(
            || Kind::of_standard(&header_key(header), ""),
            |column| column.kind.clone(),
        )
    })
}

/// Which columns hold numbers: all that is in them are, and what the standard says about them, such as that they are codes, does not
/// speak against it.
pub(crate) async fn numbers_of(
    city: &City,
    version: &Version,
    table: i64,
) -> Result<Vec<bool>, PlacesError> {
    let about = columns_known(city, table, version.rows).await?;
    Ok(kinds_of(version)
        .enumerate()
        .map(|(at, kind)| {
            let can_be = matches!(
                kind,
                Kind::Text | Kind::Number | Kind::Count | Kind::Latitude | Kind::Longitude
            );
            can_be && about.get(at).and_then(|known| known.are_numbers) == Some(true)
        })
        .collect())
}

/// What the columns of a file are: as somebody wrote it, else as it is guessed.
pub(crate) async fn dictionary_of(
    city: &City,
    file: &FileEntry,
    version: &Version,
    table: i64,
) -> Result<Vec<Defined>, PlacesError> {
    let about = columns_known(city, table, version.rows).await?;
    let seen: Vec<Seen> = kinds_of(version)
        .enumerate()
        .map(|(at, kind)| {
            let about = about.get(at);
            Seen {
                kind,
                is_number: about.and_then(|about| about.are_numbers) == Some(true),
                example: about.map_or_else(String::new, |about| about.example.clone()),
            }
        })
        .collect();
    Ok(dictionary(&version.columns, &seen, &file.dictionary))
}

fn dictionary_shown(
    visit: &Visit,
    id: &str,
    file: &FileEntry,
    told: &[Defined],
    columns: &[ColumnAbout],
) -> Table {
    let rows = told.iter().enumerate().map(|(at, told)| {
        let filled = columns.get(at).map_or(0, |about| about.filled);
        Row::new([
            Cell::text(&told.name),
            Cell::text(&told.meaning),
            Cell::text(visit.t(&format!("places-kind-{}", told.kind))),
            Cell::text(&told.unit),
            Cell::text(&told.example),
            Cell::text(format::number(filled)),
        ])
    });
    Table::new(
        visit.language,
        format!("{id}-columns"),
        format!("{} ({})", visit.t("places-dictionary"), file.title),
    )
    .columns([
        Column::text(visit.t("places-column")),
        Column::text(visit.t("places-column-meaning")),
        Column::text(visit.t("places-column-kind")),
        Column::text(visit.t("places-column-unit")).no_wrap(),
        Column::text(visit.t("places-column-example")),
        Column::number(visit.t("places-column-filled")),
    ])
    .rows(rows)
    .row_headers()
    .stacked()
}

fn versions(visit: &Visit, id: &str, file: &FileEntry, all: &[Version]) -> Table {
    let rows = all.iter().map(|version| {
        let got = if version.is_removed {
            Cell::text(visit.t("places-version-removed"))
        } else {
            Cell::link(
                "CSV",
                href_of_version(&file.dataset, file.number, version.number, Form::Csv),
            )
        };
        Row::new([
            Cell::text(version.number.to_string()),
            Cell::text(visit.day(version.made_at)),
            Cell::text(format::number(version.rows)),
            Cell::text(&version.note),
            got,
        ])
    });
    Table::new(
        visit.language,
        format!("{id}-versions"),
        format!("{} ({})", visit.t("places-versions"), file.title),
    )
    .columns([
        Column::text(visit.t("places-version")).no_wrap(),
        Column::text(visit.t("places-version-day")).no_wrap(),
        Column::number(visit.t("places-rows")),
        Column::text(visit.t("places-version-note")),
        Column::text(visit.t("places-file")),
    ])
    .rows(rows)
    .row_headers()
    .stacked()
}
