//! Cases at the desk: the inbox, a case with everything that is done to it, and files for core systems.

mod behalf;
mod bulk;
mod complete;
mod decision;
mod doing;
mod event;
mod export;
mod extend;
mod hand_out;
mod inbox;
mod pair;
mod show;
mod steps;
mod workload;

pub(super) use inbox::{Way, address_of};

use axum::{extract::DefaultBodyLimit, handler::Handler as _};
use yakuba_city::web::{Access, Routes};

use crate::capabilities::{DECIDE, DELIVER, WORK};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/desk/cases", Access::Staff(WORK), inbox::list)
        .post("/desk/cases", Access::Staff(WORK), bulk::together)
        .post("/desk/cases/find", Access::Staff(WORK), inbox::find)
        .post("/desk/cases/views", Access::Staff(WORK), inbox::save_view)
        .post(
            "/desk/cases/views/{view}/remove",
            Access::Staff(WORK),
            inbox::remove_view,
        )
        .get("/desk/cases/{case}", Access::Staff(WORK), show::page)
        .get(
            "/desk/cases/{case}/files",
            Access::Staff(WORK),
            show::all_files,
        )
        .get(
            "/desk/cases/{case}/files/{file}",
            Access::Staff(WORK),
            show::file,
        )
        .post("/desk/cases/{case}/step", Access::Staff(WORK), steps::step)
        .post(
            "/desk/cases/{case}/assign",
            Access::Staff(WORK),
            steps::assign,
        )
        .post("/desk/cases/{case}/ticks", Access::Staff(WORK), steps::tick)
        .post("/desk/cases/{case}/notes", Access::Staff(WORK), steps::note)
        .post(
            "/desk/cases/{case}/messages",
            Access::Staff(WORK),
            steps::message,
        )
        .post(
            "/desk/cases/{case}/correction",
            Access::Staff(WORK),
            steps::correction,
        )
        .post(
            "/desk/cases/{case}/correction/take-back",
            Access::Staff(WORK),
            steps::take_back_correction,
        )
        .get(
            "/desk/cases/{case}/correction/answer",
            Access::Staff(WORK),
            behalf::correction_page,
        )
        .post(
            "/desk/cases/{case}/correction/answer",
            Access::Staff(WORK),
            behalf::correction_answer,
        )
        .get(
            "/desk/cases/{case}/withdraw",
            Access::Staff(WORK),
            behalf::withdraw_page,
        )
        .post(
            "/desk/cases/{case}/withdraw",
            Access::Staff(WORK),
            behalf::withdraw,
        )
        .post(
            "/desk/cases/{case}/decision",
            Access::Staff(DECIDE),
            decision::decide,
        )
        .get(
            "/desk/cases/{case}/letter",
            Access::Staff(WORK),
            decision::letter,
        )
        .get(
            "/desk/cases/{case}/decision/correct",
            Access::Staff(DECIDE),
            decision::correct_page,
        )
        .post(
            "/desk/cases/{case}/decision/correct",
            Access::Staff(DECIDE),
            decision::correct,
        )
        .get(
            "/desk/cases/{case}/decision/revoke",
            Access::Staff(DECIDE),
            decision::revoke_page,
        )
        .post(
            "/desk/cases/{case}/decision/revoke",
            Access::Staff(DECIDE),
            decision::revoke,
        )
        .get(
            "/desk/cases/{case}/extend",
            Access::Staff(WORK),
            extend::page,
        )
        .post(
            "/desk/cases/{case}/extend",
            Access::Staff(WORK),
            extend::extended,
        )
        .post(
            "/desk/cases/{case}/hand-out",
            Access::Staff(WORK),
            hand_out::hand_out.layer(DefaultBodyLimit::max(hand_out::MOST)),
        )
        .post(
            "/desk/cases/{case}/hand-out/back",
            Access::Staff(WORK),
            hand_out::take_back,
        )
        .post(
            "/desk/cases/{case}/hand-over",
            Access::Staff(WORK),
            steps::hand_over,
        )
        .post("/desk/cases/{case}/merge", Access::Staff(WORK), pair::merge)
        .post(
            "/desk/cases/{case}/unmerge",
            Access::Staff(WORK),
            pair::undo_merge,
        )
        .post(
            "/desk/cases/{case}/together",
            Access::Staff(WORK),
            pair::together,
        )
        .post(
            "/desk/cases/{case}/co-applicants/{place}/paper",
            Access::Staff(WORK),
            steps::sign_on_paper,
        )
        .post(
            "/desk/cases/{case}/co-applicants/{place}/mail",
            Access::Staff(WORK),
            steps::ask_by_mail,
        )
        .post(
            "/desk/cases/{case}/apart",
            Access::Staff(WORK),
            event::apart,
        )
        .post(
            "/desk/cases/{case}/further",
            Access::Staff(WORK),
            event::further,
        )
        .get(
            "/desk/cases/{case}/complete",
            Access::Staff(WORK),
            complete::page,
        )
        .post(
            "/desk/cases/{case}/complete",
            Access::Staff(WORK),
            complete::answer,
        )
        .get("/desk/cases/export", Access::Staff(DELIVER), export::page)
        .post("/desk/cases/export", Access::Staff(DELIVER), export::file)
        .post(
            "/desk/cases/export/{export}",
            Access::Staff(DELIVER),
            export::again,
        )
        // For who oversees and for who works: the page looks itself.
        .get("/desk/workload", Access::SignedIn, workload::page)
}
