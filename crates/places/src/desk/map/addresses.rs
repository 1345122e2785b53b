//! The city's addresses: how many there are, and files that bring them in.

use std::io::Cursor;

use askama::Template;
use axum::{
    extract::Multipart,
    response::{IntoResponse, Response},
};
use yakuba_addresses::{AddressError, AddressFile, import, store::counts};
use yakuba_city::web::Problem;
use yakuba_ui::{
    Cell, CheckboxGroup, Choice, Column, FileUpload, FormErrors, Row, Table, Words, done, format,
};

use super::super::room::Room;
use crate::capabilities::PUBLISH;

/// So many files at once: each table with its positions.
const FILES: usize = 8;
/// The names of the kinds of addresses, in the order of their counts.
const LEVELS: [&str; 3] = ["town", "block", "house"];

#[derive(Template)]
#[template(path = "desk/map/addresses.html")]
struct Body {
    words: Words,
    table: Table,
    files: FileUpload,
    anyway: CheckboxGroup,
}

async fn shown(room: &Room, errors: &FormErrors) -> Result<Response, Problem> {
    let counts = counts(room.db()).await?;
    let rows = LEVELS.iter().zip(counts).map(|(level, count)| {
        Row::new([
            Cell::text(room.map_words(&format!("map-address-{level}"))),
            Cell::text(format::number(count.unsigned_abs())),
        ])
    });
    let body = Body {
        words: room.words,
        table: Table::new(room.language(), "addresses", room.t("desk-addresses"))
            .columns([
                Column::text(room.t("desk-addresses-level")),
                Column::number(room.t("desk-addresses-count")),
            ])
            .rows(rows)
            .row_headers()
            .hide_caption(),
        files: FileUpload::new(room.language(), "files", room.t("desk-addresses-files"))
            .accept(".csv,.tsv")
            .max_size("32MB")
            .max_files(8)
            .required()
            .errors(errors),
        anyway: CheckboxGroup::new(room.language(), "anyway", room.t("desk-addresses-few"))
            .choices([Choice::new("1", room.t("desk-addresses-anyway"))]),
    };
    Ok(room
        .map_page(room.t("desk-addresses"), &body)
        .with_errors(!errors.is_empty())
        .into_response())
}

/// Addresses belong to the whole city: whoever may publish open data for any department sees to them.
fn allowed(room: &Room) -> Result<(), Problem> {
    if room.principal.holds(PUBLISH) {
        Ok(())
    } else {
        Err(Problem::NotAllowed)
    }
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    allowed(&room)?;
    shown(&room, &FormErrors::new()).await
}

pub(super) async fn bring_in(room: Room, mut multipart: Multipart) -> Result<Response, Problem> {
    allowed(&room)?;
    let mut files = Vec::new();
    let mut anyway = false;
    while let Some(field) = multipart.next_field().await? {
        match field.name() {
            Some("files") if files.len() < FILES => {
                let name = field.file_name().unwrap_or_default().to_owned();
                let bytes = field.bytes().await?.to_vec();
                if !bytes.is_empty() {
                    files.push((name, Cursor::new(bytes)));
                }
            }
            Some("anyway") => anyway = true,
            _ => {}
        }
    }
    let mut errors = FormErrors::new();
    if files.is_empty() {
        errors.add("files", room.t("desk-problem-required"));
        return shown(&room, &errors).await;
    }
    let outcome = match AddressFile::read(files) {
        Ok(file) => room
            .city
            .write(
                room.principal.actor(),
                (file, anyway),
                |tx, (file, anyway)| Box::pin(import(tx, file, *anyway)),
            )
            .await
            .map(|_| ()),
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => Ok(done("/desk/map/addresses", "addresses")),
        Err(AddressError::File { file, cause }) => {
            tracing::info!(%cause, "addresses that are not taken");
            let refused = room.refused(&(&cause).into());
            let sentence = room.words.with(
                "desk-addresses-refused",
                &[("file", file.into()), ("refused", refused.into())],
            );
            errors.add("files", sentence);
            shown(&room, &errors).await
        }
        Err(AddressError::Empty) => {
            errors.add("files", room.t("desk-addresses-empty"));
            shown(&room, &errors).await
        }
        Err(AddressError::Fewer { before, after, .. }) => {
            errors.add(
                "files",
                room.words.with(
                    "desk-addresses-fewer",
                    &[
                        ("before", before.into()),
                        ("after", i64::try_from(after).unwrap_or(i64::MAX).into()),
                    ],
                ),
            );
            shown(&room, &errors).await
        }
        Err(error) => Err(error.into()),
    }
}
