//! The visitor's tablet as staff see it: its code, that it waits, what the visitor said.

use askama::Template;
use axum::{extract::Path, response::Response};
use yakuba_city::web::Problem;
use yakuba_kernel::Channel;
use yakuba_ui::{Fields, Html, Words, done};

use super::Open;
use crate::{
    desk::room::Room,
    store::{
        counter_codes::{self, NewCode, UseFor},
        counter_tablets::{self, Said},
    },
};

/// Where it stands with the tablet.
pub(super) struct State {
    /// What the page shows of it; none when nobody stands at the counter.
    pub(super) html: Option<Html>,
    /// Whether the visitor says that something is wrong.
    pub(super) objects: bool,
    /// Whether staff wait for the tablet.
    pub(super) waits: bool,
}

#[derive(Template)]
#[template(path = "counter/tablet.html")]
struct Body {
    words: Words,
    base: String,
    code: Option<String>,
    paired: bool,
    correct: bool,
    wrong: Option<Vec<String>>,
}

pub(super) async fn state(room: &Room, open: &Open) -> Result<State, Problem> {
    if open.entry.channel != Channel::Counter {
        return Ok(State {
            html: None,
            objects: false,
            waits: false,
        });
    }
    let (now, draft) = (room.city.now(), &open.entry.draft);
    let code =
        counter_codes::current(room.db(), room.key()?, UseFor::Tablet, draft.id, now).await?;
    let tablet = counter_tablets::of_draft(room.db(), draft.id, now).await?;
    let said = tablet
        .as_ref()
        .and_then(|tablet| tablet.said_of(draft.revision));
    let wrong = match said {
        Some(Said::Wrong(paths)) => Some(
            paths
                .iter()
                .filter_map(|path| open.form.field_at_path(path))
                .map(|field| field.label.get(room.language()).to_owned())
                .collect(),
        ),
        _ => None,
    };
    let correct = said == Some(&Said::Correct);
    let state = State {
        objects: wrong.is_some(),
        waits: said.is_none() && (code.is_some() || tablet.is_some()),
        html: Html::render(&Body {
            words: room.counter_words(),
            base: open.base(),
            paired: tablet.is_some(),
            code: code.map(|(code, _)| code.to_string()),
            correct,
            wrong,
        })
        .ok(),
    };
    Ok(state)
}

pub(super) async fn change(
    room: Room,
    Path(number): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let open = match Open::of(&room, number).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    if open.entry.channel != Channel::Counter {
        return Err(Problem::NotFound);
    }
    match fields.get("action") {
        "show" => {
            let new = NewCode::seal(room.key()?, UseFor::Tablet, number)?;
            room.write(new, |tx, new| Box::pin(counter_codes::make(tx, new)))
                .await?;
        }
        "end" => {
            room.write(number, |tx, number| {
                Box::pin(counter_tablets::end(tx, *number))
            })
            .await?;
        }
        _ => return Err(Problem::NotFound),
    }
    Ok(done(
        &format!("{}/check#tablet-heading", open.base()),
        "tablet",
    ))
}
