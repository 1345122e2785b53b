//! Photos and documents of an asset: adding, removing, opening.

use axum::{
    extract::{FromRequest as _, Multipart, Path, Request},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use yakuba_city::web::Problem;
use yakuba_forms::files::scanner;
use yakuba_ui::{Fields, FormErrors, done};

use super::{
    doing::after,
    room::{Room, href},
    show::shown,
};
use crate::store::files::{MOST_MIB, NewFile, OpenFile, add_files, open_file, remove_file};

/// Files that are sent at once at most.
pub(super) const AT_ONCE: u32 = 10;

pub(super) async fn add(
    room: Room,
    Path(id): Path<i64>,
    request: Request,
) -> Result<Response, Problem> {
    let found = room.asset_to_work_on(id).await?;
    // Who may not is told so before anything is read.
    let mut multipart = Multipart::from_request(request, &())
        .await
        .map_err(|error| Problem::unreadable(error.status(), error.body_text()))?;
    let (mut errors, mut new, mut size) = (FormErrors::new(), Vec::new(), 0);
    while let Some(part) = multipart.next_field().await? {
        let name = part.file_name().unwrap_or_default().to_owned();
        let bytes = part.bytes().await?;
        size += bytes.len();
        if size > MOST_MIB as usize * 2 * 1024 * 1024 || new.len() >= AT_ONCE as usize {
            return Err(Problem::TooLarge(room.t("desk-files-too-large")));
        }
        if name.is_empty() {
            continue;
        }
        let (key, virus_scanner) = (room.key().clone(), scanner::of(&room.city));
        // A large picture takes a moment of pure computing, and the virus scanner its time.
        let one = tokio::task::spawn_blocking(move || {
            NewFile::of(&key, virus_scanner.as_ref(), &name, &bytes)
        })
        .await
        .map_err(|error| Problem::internal(&error))??;
        match one {
            Ok(file) => new.push(file),
            Err(message) => errors.add("files", message.in_language(room.language()).into_owned()),
        }
    }
    if errors.is_empty() && new.is_empty() {
        errors.add("files", room.t("desk-import-none"));
    }
    if !errors.is_empty() {
        return shown(&room, &found, &errors, &Fields::default(), None).await;
    }
    let outcome = room
        .write((found.id, new), |tx, (id, new)| {
            Box::pin(add_files(tx, *id, new))
        })
        .await;
    after(room, &found, outcome, "filed", &Fields::default()).await
}

pub(super) async fn remove(
    room: Room,
    Path((id, key)): Path<(i64, String)>,
) -> Result<Response, Problem> {
    let found = room.asset_to_work_on(id).await?;
    if open_file(room.db(), room.key(), found.id, &key)
        .await?
        .is_none()
    {
        return Err(Problem::NotFound);
    }
    room.write((found.id, key), |tx, (id, key)| {
        Box::pin(remove_file(tx, *id, key))
    })
    .await?;
    Ok(done(&href(found.id), "unfiled"))
}

pub(super) async fn file(
    room: Room,
    Path((id, key)): Path<(i64, String)>,
) -> Result<Response, Problem> {
    let found = room.asset(id).await?;
    let file = open_file(room.db(), room.key(), found.id, &key)
        .await?
        .ok_or(Problem::NotFound)?;
    answer(file)
}

/// A photo is shown; a document is always saved, never shown by the browser.
pub(crate) fn answer(file: OpenFile) -> Result<Response, Problem> {
    let text = |text: &str| HeaderValue::from_str(text).map_err(|error| Problem::internal(&error));
    let mut response = file.contents.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, text(&file.media_type)?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if !file.is_photo {
        let name: String = form_urlencoded::byte_serialize(file.name.as_bytes())
            .map(|part| part.replace('+', "%20").replace('*', "%2A"))
            .collect();
        headers.insert(
            header::CONTENT_DISPOSITION,
            text(&format!("attachment; filename*=UTF-8''{name}"))?,
        );
    }
    Ok(response)
}
