//! What is done with a reservation. Each is one write; what is refused shows the reservation again with the reason.

use axum::{extract::Path, response::Response};
use yakuba_city::web::Problem;
use yakuba_forms::model::document::Key;
use yakuba_kernel::Yen;
use yakuba_ui::{Fields, done};

use super::{HOME, href, room::Room, show};
use crate::{
    capabilities::TAKE_OVER,
    error::BookingError,
    model::state::Step,
    store::{
        Facility,
        history::{What, note as write_note, seal_said},
        reservations::{self, Reservation, step_because, waive},
    },
    telling::{CityNews, tell_by_city},
};

/// After a write: the reservation with a notice, or, when the person can mend it, again with the reason and what was typed.
async fn answer<T>(
    mut room: Room,
    (found, place): (&Reservation, &Facility),
    typed: &Fields,
    outcome: Result<T, BookingError>,
    notice: &str,
) -> Result<Response, Problem> {
    match outcome {
        Ok(_) if typed.get("from") == "today" => Ok(done(HOME, notice)),
        // A session is shown with its course.
        Ok(_) => Ok(done(&href(found.course.unwrap_or(found.id)), notice)),
        Err(error) => {
            let Some(sentence) = room.sentence(&error) else {
                return Err(error.into());
            };
            room.refuse(sentence);
            let course = match found.course {
                Some(course) => reservations::reservation(room.db(), course).await?,
                None => None,
            };
            show::shown(&room, course.as_ref().unwrap_or(found), place, typed).await
        }
    }
}

pub(super) async fn step(
    mut room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (found, place) = room.reservation_or_session(id).await?;
    let (step, news, notice) = match fields.get("step") {
        "approve" => (Step::Approve, Some(CityNews::Approved), "approved"),
        "refuse" => (Step::Refuse, Some(CityNews::Refused), "refused"),
        "cancel" => (Step::Cancel, Some(CityNews::Cancelled), "cancelled"),
        "check_in" => (Step::CheckIn, None, "came"),
        "absent" => (Step::MarkAbsent, None, "absent"),
        "take_back" => (Step::TakeBack, None, "taken-back"),
        _ => return Err(Problem::NotFound),
    };
    if found.is_closure {
        return Err(Problem::NotFound);
    }
    if found.is_own && (step != Step::Cancel || !room.may(TAKE_OVER, &place)) {
        return Err(Problem::NotAllowed);
    }
    let because = fields.get("because").to_owned();
    if step == Step::Refuse && because.is_empty() {
        room.refuse_with("desk-problem-because");
        return show::shown(&room, &found, &place, &fields).await;
    }
    let key = room.key()?.clone();
    let waives = step == Step::Cancel && fields.get("waive") == "yes";
    let input = (id, step, news, because, waives, key, place.document.clone());
    let outcome = room
        .write(
            input,
            |tx, (id, step, news, because, waives, key, document)| {
                Box::pin(async move {
                    let said = if because.is_empty() {
                        None
                    } else {
                        Some(seal_said(key, because)?)
                    };
                    let changed = step_because(tx, *id, *step, said.as_deref()).await?;
                    if *waives {
                        waive(tx, *id).await?;
                    }
                    if let Some(news) = news.filter(|_| !changed.already)
                        && let Some(found) = reservations::reservation(tx.connection(), *id).await?
                    {
                        tell_by_city(tx, key, document, &found, news, because).await?;
                    }
                    Ok(())
                })
            },
        )
        .await;
    answer(room, (&found, &place), &fields, outcome, notice).await
}

pub(super) async fn agree(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (found, place) = room.reservation(id).await?;
    let possible = show::reductions(&place, found.span);
    let agreed: Vec<Key> = fields
        .all("agreed")
        .filter(|key| possible.iter().any(|(known, _)| known == key))
        .filter_map(|key| Key::new(key).ok())
        .collect();
    let outcome = room
        .write((id, agreed), |tx, (id, agreed)| {
            Box::pin(reservations::agree(tx, *id, agreed))
        })
        .await;
    answer(room, (&found, &place), &fields, outcome, "agreed").await
}

pub(super) async fn paid(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (found, place) = room.reservation(id).await?;
    let (paid, notice) = match fields.get("paid") {
        "all" => (found.owed(), "paid"),
        "back" => (found.owed().min(found.paid), "given-back"),
        "none" => (Yen::ZERO, "unpaid"),
        _ => return Err(Problem::NotFound),
    };
    let outcome = room
        .write((id, paid), |tx, (id, paid)| {
            Box::pin(reservations::set_paid(tx, *id, *paid))
        })
        .await;
    answer(room, (&found, &place), &fields, outcome, notice).await
}

pub(super) async fn note(
    mut room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (found, place) = room.reservation(id).await?;
    let text: String = fields.get("note").chars().take(1_000).collect();
    if text.is_empty() {
        room.refuse_with("desk-problem-empty");
        return show::shown(&room, &found, &place, &fields).await;
    }
    let said = seal_said(room.key()?, &text)?;
    let outcome = room
        .write((id, said), |tx, (id, said)| {
            Box::pin(async move { write_note(tx, *id, &What::Note, Some(said)) })
        })
        .await;
    answer(room, (&found, &place), &fields, outcome, "noted").await
}
