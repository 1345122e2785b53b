//! Files by their addresses: a list that is typed or sent, as links or as copies that are fetched again and again.

use askama::Template;
use axum::{
    extract::{Multipart, Path},
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_ui::{
    Choice, ErrorSummary, Fields, FileUpload, FormErrors, RadioGroup, TextArea, Words, done,
};

use super::{
    room::{Room, href},
    sent::Typed,
};
use crate::{
    capabilities::EDIT,
    model::{
        links::{ListError, MOST_ADDRESSES, read_list},
        refused::Refused,
    },
    store::{self, Dataset},
};

#[derive(Template)]
#[template(path = "desk/links.html")]
struct Body {
    words: Words,
    summary: ErrorSummary,
    action: String,
    list: TextArea,
    file: FileUpload,
    how: RadioGroup,
}

async fn open(room: &Room, key: &str) -> Result<Dataset, Problem> {
    let found = room.dataset_for(key, EDIT).await?;
    if found.source.is_empty() {
        Ok(found)
    } else {
        Err(Problem::BadRequest(room.t("desk-problem-made")))
    }
}

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = open(&room, &key).await?;
    Ok(shown(&room, &found, &Fields::default(), &FormErrors::new()))
}

/// Whether copies were asked for, which are fetched again and again.
pub(super) fn is_copied(typed: &Fields) -> bool {
    typed.get("how") == "copy"
}

/// The choice between links and copies.
pub(super) fn link_or_copy(room: &Room, typed: &Fields) -> RadioGroup {
    ["link", "copy"]
        .into_iter()
        .fold(
            RadioGroup::new(room.language(), "how", room.t("desk-links-how")),
            |group, way| {
                group.choice(
                    Choice::new(way, room.t(&format!("desk-links-how-{way}")))
                        .support(room.t(&format!("desk-links-how-{way}-support"))),
                )
            },
        )
        .value(if is_copied(typed) { "copy" } else { "link" })
}

fn shown(room: &Room, found: &Dataset, typed: &Fields, errors: &FormErrors) -> Response {
    let language = room.language();
    let body = Body {
        words: room.words,
        summary: errors.summary(language),
        action: format!("{}/links", href(found.key())),
        list: TextArea::new(language, "list", room.t("desk-links-list"))
            .support(
                room.words
                    .counted("desk-links-list-support", MOST_ADDRESSES as u64),
            )
            .rows(8)
            .value(typed.get("list"))
            .optional()
            .errors(errors),
        file: FileUpload::new(language, "file", room.t("desk-links-file"))
            .accept(".csv,.tsv,.txt")
            .optional()
            .errors(errors),
        how: link_or_copy(room, typed),
    };
    room.page_of(found, room.t("desk-links"), &body)
        .with_errors(!errors.is_empty())
        .into_response()
}

/// Why a list is not taken.
fn sentence(room: &Room, error: &ListError) -> String {
    match error {
        ListError::Empty => room.t("desk-links-empty"),
        ListError::TooMany => room
            .words
            .counted("desk-links-many", MOST_ADDRESSES as u64)
            .into_owned(),
        ListError::NoAddress(line) => room
            .words
            .counted("desk-links-no-address", *line)
            .into_owned(),
        ListError::Twice(line) => room.words.counted("desk-links-twice", *line).into_owned(),
        ListError::Sheet(error) => room.refused(&Refused::from(error)),
    }
}

pub(super) async fn add(
    room: Room,
    Path(key): Path<String>,
    multipart: Multipart,
) -> Result<Response, Problem> {
    let found = open(&room, &key).await?;
    let Typed { fields, bytes, .. } = Typed::read(multipart).await?;
    let (name, bytes) = if bytes.is_empty() {
        ("list", fields.get("list").as_bytes().to_vec())
    } else {
        ("file", bytes)
    };
    let listed = match read_list(&bytes) {
        Ok(listed) => listed,
        Err(error) => {
            let mut errors = FormErrors::new();
            errors.add(name, sentence(&room, &error));
            return Ok(shown(&room, &found, &fields, &errors));
        }
    };
    let is_copied = is_copied(&fields);
    let count = room
        .write((key.clone(), listed), move |tx, (key, listed)| {
            Box::pin(store::add_links(tx, key, listed, is_copied))
        })
        .await?;
    Ok(done(
        &href(&key),
        match (count, is_copied) {
            (0, _) => "links-none",
            (_, true) => "links-asked",
            (_, false) => "links",
        },
    ))
}

/// Lets a file be fetched now.
pub(super) async fn fetch(
    room: Room,
    Path((key, file)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    room.dataset_for(&key, EDIT).await?;
    let is_asked = room
        .write((key.clone(), file), |tx, (key, file)| {
            Box::pin(store::ask_again(tx, key, *file))
        })
        .await?;
    if is_asked {
        Ok(done(&href(&key), "links-asked"))
    } else {
        Err(Problem::NotFound)
    }
}
