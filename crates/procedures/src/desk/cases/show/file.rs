//! The files of a case, one or all of them together.

use std::{
    collections::BTreeSet,
    io::{Cursor, Write as _},
};

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::open;
use crate::{
    capabilities::WORK,
    desk::room::Room,
    store::files::{self, UseFor},
};

/// A file of the case, always saved and never shown by the browser.
pub(in crate::desk::cases) async fn file(
    room: Room,
    Path((case, file)): Path<(i64, String)>,
) -> Result<Response, Problem> {
    open(&room, case, WORK).await?;
    let key = crate::desk::cases::doing::key(&room, case).await?;
    let found = files::file(room.db(), &key, case, &file)
        .await?
        .ok_or(Problem::NotFound)?;
    let name = percent_encoded(&found.about.name);
    let disposition = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{name}"))
        .map_err(|error| Problem::internal(&error))?;
    let media_type = HeaderValue::from_str(&found.about.media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    Ok((
        [
            (header::CONTENT_TYPE, media_type),
            (header::CONTENT_DISPOSITION, disposition),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
        found.contents,
    )
        .into_response())
}

/// All files that the applicant sent with answers, as a ZIP archive. Numbers before their names keep those of one name apart.
pub(in crate::desk::cases) async fn all_files(
    room: Room,
    Path(case): Path<i64>,
) -> Result<Response, Problem> {
    open(&room, case, WORK).await?;
    let key = crate::desk::cases::doing::key(&room, case).await?;
    let listed = files::list(room.db(), &key, case, UseFor::Answer).await?;
    if listed.is_empty() {
        return Err(Problem::NotFound);
    }
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // Pictures and PDF files are packed as they are.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut packed = BTreeSet::new();
    for ((file, about, _), number) in listed.into_iter().zip(1..) {
        if !packed.insert(file.clone()) {
            continue;
        }
        let Some(found) = files::file(room.db(), &key, case, &file).await? else {
            continue;
        };
        let name = format!("{number:02}-{}", safe_name(&about.name));
        archive
            .start_file(name, options)
            .map_err(|error| Problem::internal(&error))?;
        archive
            .write_all(&found.contents)
            .map_err(|error| Problem::internal(&error))?;
    }
    let bytes = archive
        .finish()
        .map_err(|error| Problem::internal(&error))?
        .into_inner();
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"case-{case}.zip\""))
        .map_err(|error| Problem::internal(&error))?;
    Ok((
        [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/zip"),
            ),
            (header::CONTENT_DISPOSITION, disposition),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
        bytes,
    )
        .into_response())
}

/// A name that leads nowhere but into the folder in which the archive is opened.
fn safe_name(name: &str) -> String {
    name.chars()
        .map(|letter| match letter {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
            letter if letter.is_control() => '_',
            letter => letter,
        })
        .take(120)
        .collect()
}

/// A file name as RFC 8187 writes it.
fn percent_encoded(name: &str) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
