//! What those who make procedures need: the schema of their files.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use yakuba_city::web::{Access, Routes};

use crate::model::document::schema;

pub(super) fn routes() -> Routes {
    Routes::new().get("/api/procedures/schema.json", Access::Public, show_schema)
}

async fn show_schema() -> Response {
    (
        [
            (header::CONTENT_TYPE, "application/schema+json"),
            (header::CACHE_CONTROL, "public, max-age=3600"),
        ],
        schema(),
    )
        .into_response()
}
