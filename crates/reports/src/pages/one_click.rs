//! The end of mails that were asked for: by the button on a page, or by one press in a mail program (RFC 8058), which sends a form of its
//! own, follows no redirection, and reads nothing.

use axum::{
    extract::Request,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use yakuba_city::web::Problem;

use super::{asked::private, sent::Sent};

/// Whether a mail program sent it.
pub(super) async fn is_one_click(request: Request) -> Result<bool, Problem> {
    let sent = Sent::read(request).await?;
    Ok(sent.fields.get("List-Unsubscribe") == "One-Click")
}

/// What is answered when it is ended: the page that says so for people, nothing for a mail program. It is the same whether there was
/// anything to end.
pub(super) fn ended(is_one_click: bool, page: &str) -> Response {
    if is_one_click {
        private(StatusCode::OK)
    } else {
        Redirect::to(page).into_response()
    }
}
