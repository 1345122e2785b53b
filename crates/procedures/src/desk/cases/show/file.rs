//! A file of a case.

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;

use super::open;
use crate::{capabilities::WORK, desk::room::Room, store::files};

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
