//! What a city decides about booking once for all facilities.

use askama::Template;
use axum::response::Response;
use yakuba_city::web::{Access, Problem, Routes};
use yakuba_ui::{ErrorSummary, Fields, FormErrors, TextField, Words, done};

use super::room::{Room, private};
use crate::{
    capabilities::SETTINGS,
    store::rosters::{MOST_YEARS, roster_years, set_roster_years},
};

const PATH: &str = "/desk/booking/settings";

pub(super) fn routes() -> Routes {
    Routes::new()
        .get(PATH, Access::Staff(SETTINGS), page)
        .post(PATH, Access::Staff(SETTINGS), save)
}

#[derive(Template)]
#[template(path = "desk/settings.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    years: TextField,
}

/// It is about the whole city, not about a department.
fn only_for_the_city(room: &Room) -> Result<(), Problem> {
    if room.principal.holds_everywhere(SETTINGS) {
        Ok(())
    } else {
        Err(Problem::NotAllowed)
    }
}

async fn page(room: Room) -> Result<Response, Problem> {
    only_for_the_city(&room)?;
    let years = roster_years(room.db()).await?.to_string();
    Ok(shown(&room, &years, &FormErrors::new()))
}

fn shown(room: &Room, years: &str, errors: &FormErrors) -> Response {
    let language = room.language();
    let body = Body {
        words: room.words,
        errors: errors.summary(language),
        years: TextField::new(language, "years", room.t("desk-roster-years"))
            .support(
                room.words
                    .counted("desk-roster-years-support", u64::from(MOST_YEARS)),
            )
            .numeric()
            .width(5)
            .unit(room.t("desk-years"))
            .required()
            .value(years)
            .errors(errors),
    };
    private(
        room.page(room.t("desk-settings"), &body)
            .with_errors(!errors.is_empty()),
    )
}

async fn save(room: Room, fields: Fields) -> Result<Response, Problem> {
    only_for_the_city(&room)?;
    let years = fields
        .integer("years")
        .and_then(|years| u8::try_from(years).ok())
        .filter(|years| (1..=MOST_YEARS).contains(years));
    let Some(years) = years else {
        let mut errors = FormErrors::new();
        let text = room
            .words
            .counted("desk-problem-count", u64::from(MOST_YEARS));
        errors.add("years", text);
        return Ok(shown(&room, fields.get("years"), &errors));
    };
    room.write(years, |tx, years| Box::pin(set_roster_years(tx, *years)))
        .await?;
    Ok(done(PATH, "settings"))
}
