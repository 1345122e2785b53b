//! One dataset at the desk: its files with their findings, publishing, and its history.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::{JAPAN, Measure, web::Problem};
use yakuba_kernel::FiscalYear;
use yakuba_sheets::Limits;
use yakuba_ui::{
    Cell, Column, DescriptionList, ErrorSummary, Fields, FileUpload, FormErrors, Row, Table,
    TextField, Words, done, format,
};

use super::{
    list::chip,
    room::{Room, href},
    version::href_of,
};
use crate::{
    capabilities::{DOWNLOADS, EDIT, PUBLISH, VIEWS},
    error::PlacesError,
    model::document::Rhythm,
    pages::href as public_href,
    store::{self, Dataset, Link, State, Version},
};

/// The endings of files that are taken.
const ACCEPTED: &str = ".csv,.tsv,.xlsx,.geojson,.json,.zip";

struct FileShown {
    number: i64,
    title: String,
    pending: Option<String>,
    versions: Option<Table>,
    newest: Option<i64>,
    link: Option<LinkShown>,
    /// Whether there is nothing of it that would be lost.
    is_droppable: bool,
    rename: TextField,
}

/// Where a file stands, in words.
struct LinkShown {
    address: String,
    lines: Vec<String>,
    is_copied: bool,
}

#[derive(Template)]
#[template(path = "desk/show.html")]
struct Body {
    words: Words,
    summary: ErrorSummary,
    href: String,
    public: Option<String>,
    revision: i64,
    may_edit: bool,
    /// What it is made from, in words; none: files are sent.
    source: Option<String>,
    /// Says who publishes, to whom may not.
    who_publishes: Option<String>,
    /// What can be done: `publish`, `withdraw`, or nothing while there is no file.
    publishing: &'static str,
    /// That the newest files do not keep to the standard.
    to_mend: Option<String>,
    about: DescriptionList,
    files: Vec<FileShown>,
    title: TextField,
    file: FileUpload,
    /// The endings of files that are taken.
    accepted: &'static str,
    limits: String,
    history: Vec<String>,
}

pub(super) fn standing(room: &Room, version: &Version) -> String {
    if version.must > 0 {
        room.words
            .counted("desk-standing-must", version.must)
            .into_owned()
    } else if version.is_recommended() {
        room.t("desk-standing-recommended")
    } else {
        room.t("desk-standing-good")
    }
}

/// What a dataset is made from, in words.
async fn source(room: &Room, found: &Dataset) -> Result<Option<String>, Problem> {
    if found.source.is_empty() {
        return Ok(None);
    }
    let name = store::sources(&room.city)
        .await?
        .into_iter()
        .find(|source| source.key == found.source)
        .map_or_else(
            || found.source.clone(),
            |source| {
                let [ja, en] = source.title;
                if room.language().is_japanese() {
                    ja
                } else {
                    en
                }
            },
        );
    let sentence = room.words.with_text("desk-made-from", "source", &name);
    Ok(Some(sentence.into_owned()))
}

fn link_shown(room: &Room, found: &Dataset, link: &Link) -> LinkShown {
    let moment = |at: jiff::Timestamp| format::date_time(JAPAN.to_datetime(at), room.language());
    let mut lines = vec![room.t(&format!("desk-link-{}", link.state.name()))];
    if !link.format.is_empty() {
        lines.push(
            room.words
                .with_text("desk-link-format", "format", &link.format)
                .into_owned(),
        );
    }
    if let Some(at) = link.fetched_at {
        lines.push(
            room.words
                .with_text("desk-link-came", "at", &moment(at))
                .into_owned(),
        );
    }
    if let Some(problem) = &link.problem {
        let at = link.tried_at.map(moment).unwrap_or_default();
        lines.push(
            room.words
                .with(
                    "desk-link-problem",
                    &[("at", at.into()), ("problem", room.refused(problem).into())],
                )
                .into_owned(),
        );
    }
    if link.is_copied() {
        let rhythm = found.document.rhythm;
        lines.push(match rhythm {
            Rhythm::Irregular | Rhythm::Never => room.t("desk-link-by-hand"),
            _ => room
                .words
                .with_text(
                    "desk-link-rhythm",
                    "rhythm",
                    &room.public(&format!("places-rhythm-{}", rhythm.name())),
                )
                .into_owned(),
        });
    }
    LinkShown {
        address: link.address.clone(),
        lines,
        is_copied: link.is_copied(),
    }
}

/// How often a dataset was looked at and taken, in this fiscal year and the one before.
async fn read(room: &Room, key: &str) -> Result<String, Problem> {
    let totals = room
        .city
        .year_totals()
        .await
        .map_err(|error| Problem::internal(&error))?;
    let this = i64::from(FiscalYear::from_date(room.city.today()).year());
    let sum = |measure: &Measure, year: i64| -> String {
        let thousandths: i64 = totals
            .rows(measure.name.as_str(), year..=year)
            .filter(|row| row.subject == key)
            .map(|row| row.total)
            .sum();
        format::number(thousandths / 1_000)
    };
    Ok(room
        .words
        .with(
            "desk-read-told",
            &[
                ("views", sum(&VIEWS, this).into()),
                ("downloads", sum(&DOWNLOADS, this).into()),
                ("views_before", sum(&VIEWS, this - 1).into()),
                ("downloads_before", sum(&DOWNLOADS, this - 1).into()),
            ],
        )
        .into_owned())
}

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = room.dataset(&key).await?;
    shown(&room, &found, &FormErrors::new()).await
}

async fn shown(room: &Room, found: &Dataset, errors: &FormErrors) -> Result<Response, Problem> {
    shown_with(room, found, errors, None).await
}

/// The page with what is wrong, and the title that was typed for a file that was not taken.
pub(super) async fn shown_with(
    room: &Room,
    found: &Dataset,
    errors: &FormErrors,
    title: Option<&str>,
) -> Result<Response, Problem> {
    let language = room.language();
    let key = found.key();
    let mut files = Vec::new();
    let entries = store::files_of(room.db(), key).await?;
    for entry in &entries {
        let all = store::versions(room.db(), key, entry.number).await?;
        let pending = store::pending(room.db(), key, entry.number).await?;
        let rows = all.iter().map(|version| {
            let number = version.number.to_string();
            Row::new([
                if version.is_removed {
                    Cell::text(number)
                } else {
                    Cell::link(number, href_of(key, entry.number, version.number))
                },
                Cell::text(format::date_time(
                    JAPAN.to_datetime(version.made_at),
                    language,
                )),
                Cell::text(format::number(version.rows)),
                if version.is_removed {
                    Cell::text(room.public("places-version-removed"))
                } else if version.must + version.should > 0 {
                    Cell::link(
                        standing(room, version),
                        format!("{}#findings", href_of(key, entry.number, version.number)),
                    )
                } else {
                    Cell::text(standing(room, version))
                },
                Cell::text(&version.note),
            ])
        });
        let versions = (!all.is_empty()).then(|| {
            Table::new(
                language,
                format!("versions-{}", entry.number),
                entry.title.clone(),
            )
            .columns([
                Column::text(room.public("places-version")).no_wrap(),
                Column::text(room.public("places-version-day")),
                Column::number(room.public("places-rows")),
                Column::text(room.t("desk-column-standing")),
                Column::text(room.public("places-version-note")),
            ])
            .rows(rows)
            .row_headers()
            .stacked()
            .hide_caption()
        });
        files.push(FileShown {
            number: entry.number,
            title: entry.title.clone(),
            versions,
            newest: entry.newest.as_ref().map(|version| version.number),
            link: entry
                .link
                .as_ref()
                .map(|link| link_shown(room, found, link)),
            is_droppable: all.is_empty() && pending.is_none(),
            rename: TextField::new(language, "title", room.t("desk-file-title"))
                .id(format!("rename-{}", entry.number))
                .value(&entry.title)
                .max_length(200),
            pending: pending.map(|pending| pending.name),
        });
    }
    let history = store::changes(room.db(), Some(key), 50)
        .await?
        .iter()
        .map(|change| {
            let title = entries
                .iter()
                .find(|entry| Some(entry.number) == change.file)
                .map_or("", |entry| entry.title.as_str());
            let what = crate::WORDS.words(language).with(
                &format!("places-change-{}", change.kind.name()),
                &[
                    ("file", title.to_owned().into()),
                    ("version", change.version.unwrap_or(0).to_string().into()),
                ],
            );
            format!(
                "{} {what}",
                format::date_time(JAPAN.to_datetime(change.at), language)
            )
        })
        .collect();
    let document = &found.document;
    let about = DescriptionList::new()
        .html(room.t("desk-column-state"), &chip(room, found))
        .text(room.t("desk-field-key"), key)
        .text(room.t("desk-field-description"), &document.description)
        .text(
            room.public("places-theme"),
            room.public(&format!("places-theme-{}", document.theme.name())),
        )
        .text(
            room.public("places-rhythm"),
            room.public(&format!("places-rhythm-{}", document.rhythm.name())),
        )
        .text(
            room.public("places-licence"),
            document.licence.title_in(language),
        )
        .text(room.public("places-contact"), &document.contact)
        .text(room.t("desk-read"), read(room, key).await?);
    let has_file = entries
        .iter()
        .any(|entry| entry.newest.is_some() || entry.linked().is_some());
    let to_mend: i64 = store::newest(&entries).map(|version| version.must).sum();
    let body = Body {
        words: room.words,
        summary: errors.summary(language),
        href: href(key),
        public: found.is_public().then(|| public_href(key)),
        revision: found.revision,
        may_edit: room.may(EDIT, found),
        source: source(room, found).await?,
        who_publishes: room.who_else_may(PUBLISH, found.department()).await?,
        publishing: match found.state {
            State::Published => "withdraw",
            _ if has_file => "publish",
            _ => "",
        },
        to_mend: (to_mend > 0).then(|| {
            room.words
                .counted("desk-publishing-to-mend", to_mend)
                .into_owned()
        }),
        about,
        files,
        title: TextField::new(language, "title", room.t("desk-file-title"))
            .support(room.t("desk-file-title-support"))
            .value(match title {
                Some(typed) => typed,
                None if entries.is_empty() => &document.title,
                None => "",
            })
            .errors(errors),
        file: FileUpload::new(language, "file", room.t("desk-file"))
            .support(room.t("desk-file-support"))
            .accept(ACCEPTED)
            .errors(errors),
        accepted: ACCEPTED,
        limits: room
            .words
            .with(
                "desk-file-limits",
                &[
                    (
                        "megabytes",
                        (Limits::default().file_bytes >> 20).to_string().into(),
                    ),
                    ("rows", format::number(Limits::default().rows as u64).into()),
                ],
            )
            .into_owned(),
        history,
    };
    Ok(room
        .page_below(&document.title, &body)
        .with_errors(!errors.is_empty())
        .into_response())
}

fn revision(typed: &Fields) -> i64 {
    typed.get("revision").parse().unwrap_or(0)
}

pub(super) async fn publish(
    room: Room,
    Path(key): Path<String>,
    typed: Fields,
) -> Result<Response, Problem> {
    let found = room.dataset_for(&key, PUBLISH).await?;
    let outcome = room
        .write((key, revision(&typed)), |tx, (key, revision)| {
            Box::pin(store::publish(tx, key, *revision))
        })
        .await;
    turned(room, &found, outcome, "published").await
}

pub(super) async fn withdraw(
    room: Room,
    Path(key): Path<String>,
    typed: Fields,
) -> Result<Response, Problem> {
    let found = room.dataset_for(&key, PUBLISH).await?;
    let outcome = room
        .write((key, revision(&typed)), |tx, (key, revision)| {
            Box::pin(store::withdraw(tx, key, *revision))
        })
        .await;
    turned(room, &found, outcome, "withdrawn").await
}

/// Leads back to the dataset, or says there why it stays as it was.
async fn turned(
    mut room: Room,
    found: &Dataset,
    outcome: Result<(), PlacesError>,
    word: &str,
) -> Result<Response, Problem> {
    let Err(error) = outcome else {
        return Ok(done(&href(found.key()), word));
    };
    let sentence = room
        .sentence(&error)
        .ok_or_else(|| Problem::internal(&error))?;
    room.refuse(sentence);
    shown(&room, found, &FormErrors::new()).await
}

/// Calls a file something else.
pub(super) async fn rename(
    room: Room,
    Path((key, file)): Path<(String, i64)>,
    typed: Fields,
) -> Result<Response, Problem> {
    let found = room.dataset_for(&key, EDIT).await?;
    let title: String = typed.get("title").trim().chars().take(200).collect();
    if title.is_empty() {
        let mut errors = FormErrors::new();
        errors.add(format!("rename-{file}"), room.t("desk-problem-required"));
        return shown(&room, &found, &errors).await;
    }
    room.write((key.clone(), file, title), |tx, (key, file, title)| {
        Box::pin(store::rename_file(tx, key, *file, title))
    })
    .await?;
    Ok(done(&href(&key), "saved"))
}

/// Takes a file away of which there is no version.
pub(super) async fn drop_file(
    room: Room,
    Path((key, file)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    room.dataset_for(&key, EDIT).await?;
    let is_gone = room
        .write((key.clone(), file), |tx, (key, file)| {
            Box::pin(store::drop_file(tx, key, *file))
        })
        .await?;
    Ok(done(
        &href(&key),
        if is_gone { "file-dropped" } else { "file-kept" },
    ))
}

#[derive(Template)]
#[template(path = "desk/remove.html")]
struct Asking {
    words: Words,
    action: String,
    about: DescriptionList,
    version: i64,
    see: String,
    back: String,
}

/// Asks whether a version's contents are really to be taken away for good.
pub(super) async fn ask_remove(
    room: Room,
    Path((key, file)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let found = room.dataset_for(&key, PUBLISH).await?;
    let entry = store::file(room.db(), &key, file)
        .await?
        .ok_or(Problem::NotFound)?;
    let asked: Option<i64> = room.query.get("version").parse().ok();
    let version = match asked {
        Some(number) => store::version(room.db(), &key, file, Some(number)).await?,
        None => None,
    };
    let Some(version) = version else {
        let mut errors = FormErrors::new();
        errors.add(format!("version-{file}"), room.t("desk-remove-no-version"));
        return shown(&room, &found, &errors).await;
    };
    if version.is_removed {
        return Ok(done(&href(&key), "nothing"));
    }
    let all = store::versions(room.db(), &key, file).await?;
    let is_only = all.iter().filter(|version| !version.is_removed).count() == 1;
    let is_newest = entry
        .newest
        .as_ref()
        .is_some_and(|newest| newest.number == version.number);
    let about = DescriptionList::new()
        .text(room.t("desk-file"), &entry.title)
        .text(room.public("places-version"), version.number.to_string())
        .text(
            room.public("places-version-day"),
            format::date_time(JAPAN.to_datetime(version.made_at), room.language()),
        )
        .text(room.public("places-rows"), format::number(version.rows))
        .text(
            room.t("desk-remove-after"),
            room.t(match (is_newest, is_only, found.is_public()) {
                (true, true, _) => "desk-remove-only",
                (true, false, true) => "desk-remove-newest",
                (true, false, false) => "desk-remove-newest-hidden",
                (false, ..) => "desk-remove-older",
            }),
        );
    let body = Asking {
        words: room.words,
        action: format!("{}/files/{file}/remove", href(&key)),
        about,
        version: version.number,
        see: href_of(&key, file, version.number),
        back: href(&key),
    };
    Ok(room
        .page_of(&found, room.t("desk-remove"), &body)
        .into_response())
}

/// Takes a version's contents away for good, after [`ask_remove`].
pub(super) async fn remove(
    room: Room,
    Path((key, file)): Path<(String, i64)>,
    typed: Fields,
) -> Result<Response, Problem> {
    let found = room.dataset_for(&key, PUBLISH).await?;
    let mut errors = FormErrors::new();
    let Ok(version) = typed.get("version").parse::<i64>() else {
        errors.add("version", room.t("desk-problem-required"));
        return shown(&room, &found, &errors).await;
    };
    let is_gone = room
        .write((key.clone(), file, version), |tx, (key, file, version)| {
            Box::pin(store::remove_contents(tx, key, *file, *version))
        })
        .await?;
    Ok(done(
        &href(&key),
        if is_gone { "removed" } else { "nothing" },
    ))
}
