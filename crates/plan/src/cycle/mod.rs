//! Plan, do, check, act: progress, tasks, self-reviews, Act records, and the small circle of one system.

mod acts;
mod changes;
mod comparing;
mod decisions;
mod form;
mod home;
mod proposal_forms;
mod proposal_steps;
mod proposals;
mod public;
mod record;
pub(crate) mod reminders;
mod reviews;
mod room;
mod section;
mod tasks;
mod wording;
mod work;

use yakuba_city::web::{Access, Routes};
use yakuba_ui::Catalogue;

use crate::capabilities::{APPROVE, CHECK, DECIDE_PROPOSAL, MANAGE, PROPOSE, PUBLISH};

pub use public::missed_targets;
pub(crate) use public::settle_year;
pub(crate) use record::of_initiative;

/// The texts of this room.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("cycle");

/// The routes of this room.
pub(crate) fn routes() -> Routes {
    // Looking is for several capabilities, and writing for one department: these handlers check both themselves.
    let staff = Access::SignedIn;
    Routes::new()
        .get("/plan/{plan}/cycle", Access::Public, public::page)
        .get("/desk", staff, home::show)
        .get("/desk/compare", Access::Staff(CHECK), comparing::show)
        .post(
            "/desk/compare/confirm",
            Access::Staff(CHECK),
            comparing::confirm,
        )
        .post(
            "/desk/compare/decline",
            Access::Staff(CHECK),
            comparing::decline,
        )
        .post(
            "/desk/compare/reconsider",
            Access::Staff(CHECK),
            comparing::reconsider,
        )
        .post("/desk/compare/end", Access::Staff(CHECK), comparing::end)
        .get("/desk/notices", staff, home::notices)
        .post("/desk/notices", staff, home::read)
        .get("/desk/plan/{plan}/work", staff, work::list)
        .get("/desk/plan/{plan}/work/{initiative}", staff, work::show)
        .post(
            "/desk/plan/{plan}/work/{initiative}/notes",
            staff,
            work::note,
        )
        .post(
            "/desk/plan/{plan}/work/{initiative}/notes/withdraw",
            staff,
            work::withdraw,
        )
        .post(
            "/desk/plan/{plan}/work/{initiative}/tasks",
            staff,
            work::make_task,
        )
        .get("/desk/plan/{plan}/tasks", staff, tasks::list)
        .get("/desk/plan/{plan}/tasks/{task}", staff, tasks::show)
        .post("/desk/plan/{plan}/tasks/{task}", staff, tasks::change)
        .get("/desk/plan/{plan}/reviews", staff, reviews::board)
        .get(
            "/desk/plan/{plan}/reviews/{year}/{initiative}/{department}",
            staff,
            reviews::show,
        )
        .post(
            "/desk/plan/{plan}/reviews/{year}/{initiative}/{department}",
            staff,
            reviews::save,
        )
        .post(
            "/desk/plan/{plan}/reviews/{year}/{initiative}/{department}/step",
            staff,
            reviews::step,
        )
        .get(
            "/desk/plan/{plan}/decisions/{year}",
            Access::Staff(APPROVE),
            decisions::show,
        )
        .post(
            "/desk/plan/{plan}/decisions/{year}",
            Access::Staff(APPROVE),
            decisions::decide,
        )
        .post(
            "/desk/plan/{plan}/decisions/{year}/publish",
            Access::Staff(PUBLISH),
            decisions::publish,
        )
        .get("/desk/plan/{plan}/acts", staff, acts::list)
        .post("/desk/plan/{plan}/acts", staff, acts::open)
        .get("/desk/plan/{plan}/acts/new", staff, acts::form)
        .post(
            "/desk/plan/{plan}/acts/missed",
            Access::Staff(CHECK),
            acts::open_missed,
        )
        .get("/desk/plan/{plan}/acts/{act}", staff, acts::show)
        .post("/desk/plan/{plan}/acts/{act}", staff, acts::save)
        .post("/desk/plan/{plan}/acts/{act}/step", staff, acts::step)
        .post(
            "/desk/plan/{plan}/acts/{act}/take-over",
            staff,
            acts::take_over,
        )
        .get("/desk/plan/{plan}/changes", staff, changes::show)
        .post(
            "/desk/plan/{plan}/changes",
            Access::Staff(MANAGE),
            changes::change,
        )
        .post(
            "/desk/plan/{plan}/changes/add",
            Access::Staff(MANAGE),
            changes::add,
        )
        .post(
            "/desk/plan/{plan}/changes/revise",
            Access::Staff(MANAGE),
            changes::revise,
        )
        .get("/desk/plan/{plan}/overrides", staff, changes::overrides)
        .post(
            "/desk/plan/{plan}/overrides",
            Access::Staff(CHECK),
            changes::set_override,
        )
        .post(
            "/desk/plan/{plan}/overrides/remove",
            Access::Staff(CHECK),
            changes::remove_override,
        )
        .get(
            "/desk/plan/{plan}/deadlines",
            Access::Staff(MANAGE),
            changes::deadlines,
        )
        .post(
            "/desk/plan/{plan}/deadlines",
            Access::Staff(MANAGE),
            changes::set_deadlines,
        )
        .get("/desk/proposals", staff, proposals::list)
        .get(
            "/desk/proposals/new",
            Access::Staff(PROPOSE),
            proposals::form,
        )
        .post(
            "/desk/proposals/new",
            Access::Staff(PROPOSE),
            proposal_steps::create,
        )
        .get("/desk/proposals/{proposal}", staff, proposals::show)
        .post(
            "/desk/proposals/{proposal}",
            Access::Staff(PROPOSE),
            proposal_steps::advance,
        )
        .post(
            "/desk/proposals/{proposal}/hearing",
            Access::Staff(DECIDE_PROPOSAL),
            proposal_steps::hear,
        )
        .post(
            "/desk/proposals/{proposal}/conclusion",
            Access::Staff(DECIDE_PROPOSAL),
            proposal_steps::conclude,
        )
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_both_languages() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
