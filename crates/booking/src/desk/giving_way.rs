//! Who would give way, shown before anything is done: for the city's own use and for closures.

use askama::Template;
use yakuba_ui::{Html, Table, Words};

use super::{home::list, room::Room};
use crate::store::{Facility, reservations::Reservation};

/// What would happen, and the form that does it.
pub(super) struct Proposal {
    /// What is taken, and when.
    pub(super) title: String,
    /// How many would give way, in a sentence.
    pub(super) count: String,
    /// Where the form goes.
    pub(super) at: String,
    pub(super) hidden: Vec<(&'static str, String)>,
    /// The text of the button.
    pub(super) send: &'static str,
}

#[derive(Template)]
#[template(path = "desk/giving_way.html")]
struct Body {
    words: Words,
    proposal: Proposal,
    send: String,
    affected: Option<Table>,
}

/// Shows who would give way.
pub(super) fn shown(
    room: &Room,
    place: &Facility,
    proposal: Proposal,
    affected: &[Reservation],
) -> Html {
    let places = [(place.key(), place)].into();
    Html::render(&Body {
        words: room.words,
        send: room.t(proposal.send),
        proposal,
        affected: (!affected.is_empty()).then(|| {
            list(
                room,
                "affected",
                "desk-official-affected",
                affected,
                &places,
            )
        }),
    })
    .unwrap_or_default()
}
