//! An applicant's own cases: the way to them, how one stands, messages, taking it back, who looked at it.

mod change;
mod enter;
mod own;
mod view;

pub(crate) use own::records as own_records;
pub(super) use view::{due, standing};

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::Timestamp;
use serde::Deserialize;
use yakuba_city::{
    JAPAN,
    web::{Access, Problem, Routes},
};
use yakuba_ui::{Language, format};

use super::asked::{Asked, private};
use crate::{
    ProcedureError,
    store::{
        cases::{self, Case},
        files::{self, UseFor},
        keys::{self, CaseKey},
    },
};

/// The routes of own cases.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/cases", Access::Public, enter::page)
        .post("/cases", Access::Public, enter::open)
        .post("/cases/leave", Access::Public, enter::leave)
        .get("/cases/view", Access::Public, view::page)
        .post("/cases/message", Access::Public, change::message)
        .post("/cases/mail", Access::Public, change::mail)
        .get("/cases/withdraw", Access::Public, change::ask_withdraw)
        .post("/cases/withdraw", Access::Public, change::withdraw)
        .get("/cases/files/{key}", Access::Public, file)
        .post(own::OWN, Access::Resident, own::open)
        .get("/cases/own/{case}", Access::Resident, own::follow)
        .post("/cases/join", Access::Resident, own::join)
        .post("/cases/drafts/continue", Access::Resident, own::go_on)
        .post("/cases/drafts/discard", Access::Resident, own::discard)
}

#[derive(Deserialize)]
struct Done {
    done: Option<String>,
}

/// The case of this browser with its key; a redirect to where the receipt number is entered when there is none.
pub(super) async fn opened(asked: &Asked) -> Result<Result<(Case, CaseKey), Response>, Problem> {
    let Some(case) = asked.case().await? else {
        return Ok(Err(Redirect::to("/cases").into_response()));
    };
    match keys::open(asked.city().db(), asked.key(), case.id).await {
        Ok(key) => Ok(Ok((case, key))),
        Err(ProcedureError::Disposed) => {
            Ok(Err(Redirect::to("/cases?done=disposed").into_response()))
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) fn day(at: Timestamp, language: Language) -> String {
    format::date(cases::day(at), language)
}

pub(super) fn moment(at: Timestamp, language: Language) -> String {
    format::date_time(JAPAN.to_datetime(at), language)
}

/// A file of the case, to be saved; never shown inside the city's own pages.
pub(super) async fn file(asked: Asked, Path(file): Path<String>) -> Result<Response, Problem> {
    let (case, key) = match opened(&asked).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    // What was handed over with a decision that was revoked is no longer.
    if !case.stage.is_decided() {
        let handed = files::list(asked.city().db(), &key, case.id, UseFor::Letter).await?;
        if handed.iter().any(|(known, ..)| *known == file) {
            return Err(Problem::NotFound);
        }
    }
    let file = files::file(asked.city().db(), &key, case.id, &file)
        .await?
        .ok_or(Problem::NotFound)?;
    Ok(download(
        &file.about.name,
        &file.about.media_type,
        file.contents,
    ))
}

/// An answer that browsers save under a name.
pub(super) fn download(name: &str, media_type: &str, contents: Vec<u8>) -> Response {
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            encoded.push(char::from(byte));
        } else {
            use std::fmt::Write as _;
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    let mut response = private(contents);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_str(media_type)
            .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream")),
    );
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{encoded}")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
