//! What the desk changes in a work order.

use axum::{extract::Path, response::Response};
use yakuba_city::web::Problem;
use yakuba_ui::{Fields, FormErrors, done};

use super::{
    super::room::Room,
    bring, href, order_to_work_on,
    show::{refused, shown},
    start,
};
use crate::{
    error::ReportError,
    store::orders::{self, Change},
};

/// Carries a change out and leads back to the order, or says there why it stays as it was.
async fn carry_out(
    room: Room,
    id: i64,
    revision: i64,
    change: Change,
    word: &str,
) -> Result<Response, Problem> {
    let outcome = room
        .write((id, revision, change), |tx, (id, revision, change)| {
            Box::pin(orders::change(tx, *id, *revision, change))
        })
        .await;
    match outcome {
        Ok(()) => Ok(done(&format!("{}#stops", href(id)), word)),
        Err(error @ ReportError::ChangedMeanwhile) => {
            let sentence = room.sentence(&error).unwrap_or_default();
            refused(room, id, sentence).await
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn shift(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    order_to_work_on(&room, id).await?;
    let change = Change::Move {
        stop: fields.integer("stop").unwrap_or(0),
        is_up: fields.get("to") == "up",
    };
    carry_out(room, id, fields.revision(), change, "order-moved").await
}

pub(super) async fn propose(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    order_to_work_on(&room, id).await?;
    carry_out(
        room,
        id,
        fields.revision(),
        Change::Propose,
        "order-proposed",
    )
    .await
}

pub(super) async fn remove(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    order_to_work_on(&room, id).await?;
    let change = Change::Remove {
        stop: fields.integer("stop").unwrap_or(0),
    };
    carry_out(room, id, fields.revision(), change, "order-removed").await
}

pub(super) async fn words(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = order_to_work_on(&room, id).await?;
    let mut errors = FormErrors::new();
    let change = Change::Words {
        bring: bring(&room, fields.get("bring"), &mut errors),
        start: start(&room, fields.get("start"), &mut errors),
    };
    if !errors.is_empty() {
        return shown(room, &found, &errors).await;
    }
    carry_out(room, id, fields.revision(), change, "order-saved").await
}
