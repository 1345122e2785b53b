//! Import in the browser: upload → preview → correct → take over, or give up.

mod cells;
mod differences;
mod figures;
mod kept;
mod preview;
mod upload;

use axum::{extract::DefaultBodyLimit, handler::Handler};
use yakuba_city::web::{Access, Routes};
use yakuba_ui::{MenuItem, StepNavigation, StepState, Tabs};

use super::room::Desk;
use crate::capabilities::MANAGE;

pub(super) use differences::{PER_PAGE, differences};

/// The largest upload, all files together, in bytes.
const UPLOAD_BYTES: usize = 64 << 20;

pub(super) fn routes() -> Routes {
    let manage = Access::Staff(MANAGE);
    Routes::new()
        .get("/desk/plan/import", manage, upload::form)
        .post(
            "/desk/plan/import",
            manage,
            upload::receive.layer(DefaultBodyLimit::max(UPLOAD_BYTES)),
        )
        .get("/desk/plan/import/{id}", manage, preview::show)
        .post("/desk/plan/import/{id}", manage, preview::settle)
        .get("/desk/plan/import/{id}/figures", manage, figures::show)
        .post("/desk/plan/import/{id}/figures", manage, figures::correct)
        .get("/desk/plan/import/{id}/cells", manage, cells::show)
        .get("/desk/plan/import/{id}/files/{hash}", manage, preview::file)
}

/// The steps on top of every page of an import; `at` from 0.
fn steps(desk: &Desk, at: usize) -> StepNavigation {
    let names = [
        "desk-import-step-files",
        "desk-import-step-check",
        "desk-import-step-commit",
    ];
    names.iter().enumerate().fold(
        StepNavigation::new(desk.language()),
        |steps, (place, name)| {
            let state = match place.cmp(&at) {
                std::cmp::Ordering::Less => StepState::Completed,
                std::cmp::Ordering::Equal => StepState::Editing,
                std::cmp::Ordering::Greater => StepState::Reached,
            };
            steps.step(desk.text(name), state)
        },
    )
}

/// The views of one preview.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    Overview,
    Review,
    Figures,
    Cells,
}

fn tabs(desk: &Desk, id: i64, here: View, kept: &kept::Kept) -> Tabs {
    let counts = super::walk::counts(&kept.reading.document.groups);
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let base = format!("/desk/plan/import/{id}");
    let item = |view: View, key: &str, path: &str| {
        MenuItem::new(desk.text(key), format!("{base}{path}")).current(view == here)
    };
    Tabs::new(
        desk.text("desk-import-views"),
        vec![
            item(View::Overview, "desk-import-overview", ""),
            item(View::Review, "desk-import-review", "/figures?only=review")
                .count(count(counts.doubted)),
            item(View::Figures, "desk-import-figures", "/figures").count(count(counts.figures)),
            item(View::Cells, "desk-import-cells", "/cells").count(count(kept.reading.cells.len())),
        ],
    )
}
