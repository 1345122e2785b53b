//! Changing a plan by hand: its header, prose, levels, initiatives, indicators and figures.

mod arrange;
mod groups;
mod header;
mod indicators;
mod initiatives;
mod input_table;
mod statements;

use yakuba_city::web::{Access, Routes};
use yakuba_ui::{FormErrors, TextArea, TextField};

use super::room::Desk;
use crate::{capabilities::MANAGE, forms::Fields};

pub(super) fn routes() -> Routes {
    let manage = Access::Staff(MANAGE);
    let staff = Access::SignedIn;
    Routes::new()
        .get("/desk/plan/{plan}/header", manage, header::show)
        .post("/desk/plan/{plan}/header", manage, header::save)
        .get("/desk/plan/{plan}/statements", staff, statements::list)
        .get(
            "/desk/plan/{plan}/statements/edit",
            manage,
            statements::form,
        )
        .post(
            "/desk/plan/{plan}/statements/edit",
            manage,
            statements::save,
        )
        .post(
            "/desk/plan/{plan}/statements/arrange",
            manage,
            statements::arrange,
        )
        .get("/desk/plan/{plan}/groups/new", manage, groups::new)
        .post("/desk/plan/{plan}/groups/new", manage, groups::create)
        .get("/desk/plan/{plan}/groups/{key}", manage, groups::show)
        .post("/desk/plan/{plan}/groups/{key}", manage, groups::save)
        .get(
            "/desk/plan/{plan}/initiatives/new",
            manage,
            initiatives::new,
        )
        .post(
            "/desk/plan/{plan}/initiatives/new",
            manage,
            initiatives::create,
        )
        .get(
            "/desk/plan/{plan}/initiatives/{key}",
            staff,
            initiatives::show,
        )
        .post(
            "/desk/plan/{plan}/initiatives/{key}",
            staff,
            initiatives::save,
        )
        .post("/desk/plan/{plan}/indicators", manage, indicators::create)
        .get(
            "/desk/plan/{plan}/indicators/{key}",
            staff,
            indicators::show,
        )
        .post(
            "/desk/plan/{plan}/indicators/{key}",
            manage,
            indicators::save,
        )
        .post(
            "/desk/plan/{plan}/indicators/{key}/figures",
            staff,
            indicators::save_figures,
        )
        .post("/desk/plan/{plan}/arrange", manage, arrange::arrange)
}

/// The field for the reason, with a default that may stay.
fn reason(desk: &Desk, typed: Option<&Fields>, id: &str) -> TextField {
    let value = typed
        .and_then(|typed| typed.optional("reason"))
        .unwrap_or_else(|| desk.text("desk-reason-edit"));
    TextField::new(desk.language(), "reason", desk.text("desk-reason"))
        .id(id)
        .value(value)
        .width(40)
}

/// The reason that was written, or the default.
fn reason_of(desk: &Desk, fields: &Fields) -> String {
    fields
        .optional("reason")
        .unwrap_or_else(|| desk.text("desk-reason-edit"))
}

/// A line of text called by a text's key.
fn line(desk: &Desk, name: &str, label: &str, value: &str, errors: &FormErrors) -> TextField {
    TextField::new(desk.language(), name, desk.text(label))
        .value(value)
        .errors(errors)
}

/// Several lines of text called by a text's key.
fn area(desk: &Desk, name: &str, label: &str, value: &str, rows: u8) -> TextArea {
    TextArea::new(desk.language(), name, desk.text(label))
        .value(value)
        .rows(rows)
}
