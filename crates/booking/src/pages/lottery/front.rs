//! The rounds: those that take entries first.

use askama::Template;
use axum::response::IntoResponse;
use yakuba_city::web::Problem;
use yakuba_ui::{ChipLabel, Page, Words};

use super::{HOME, Room, showing};
use crate::{
    pages::{asked::Asked, words::moment},
    store::{
        facility,
        lottery::{self, Phase},
    },
};

struct Item {
    title: String,
    href: String,
    tag: ChipLabel,
    note: String,
    enter: String,
}

#[derive(Template)]
#[template(path = "lottery/front.html")]
struct Body {
    words: Words,
    open: Vec<Item>,
    others: Vec<Item>,
}

/// Rounds that are over are shown up to so many.
const MOST_SHOWN: usize = 60;

pub(super) async fn page(asked: Asked) -> Result<impl IntoResponse, Problem> {
    let room = Room::new(asked);
    let (db, now) = (room.asked.city().db(), room.asked.city().now());
    let (mut open, mut others) = (Vec::new(), Vec::new());
    for round in lottery::rounds(db).await?.into_iter().take(MOST_SHOWN) {
        let Some(found) = facility(db, &round.facility)
            .await?
            .filter(|found| found.is_offered)
        else {
            continue;
        };
        let phase = round.phase(now);
        let at = match phase {
            Phase::Coming => Some(("lottery-note-opens", round.moments.opens)),
            Phase::Entering => Some(("lottery-note-closes", round.moments.closes)),
            Phase::Closed | Phase::Due => Some(("lottery-note-draws", round.moments.draws)),
            Phase::Answering => Some(("lottery-note-first-come", round.moments.first_come)),
            Phase::Over => None,
        };
        let mut note = at.map_or_else(String::new, |(key, at)| {
            let at = moment(room.language(), at);
            room.texts.with_text(key, "at", &at).into_owned()
        });
        if matches!(phase, Phase::Answering | Phase::Over) {
            let counts = lottery::counts(db, round.id).await?;
            let odds = room.texts.with(
                "lottery-note-odds",
                &[
                    ("entries", counts.entries.into()),
                    ("won", counts.won.into()),
                ],
            );
            note = if note.is_empty() {
                odds.into_owned()
            } else {
                format!("{odds} ／ {note}")
            };
        }
        let item = Item {
            title: showing::title(&room, &round, &found.document),
            href: format!("{HOME}/{}", round.id),
            tag: showing::tag(&room, phase),
            note,
            enter: format!("{HOME}/{}/enter", round.id),
        };
        if phase == Phase::Entering {
            open.push(item);
        } else {
            others.push(item);
        }
    }
    let body = Body {
        words: room.texts,
        open,
        others,
    };
    Ok(
        Page::public(room.asked.shell.clone(), room.t("lottery-title"), &body)
            .breadcrumb(room.asked.t("booking-title"), "/booking")
            .lead(room.t("lottery-lead")),
    )
}
