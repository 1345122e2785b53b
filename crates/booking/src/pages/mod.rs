//! What residents see: what there is, what is free, booking it, and what they have booked.

pub(crate) mod asked;
mod cart;
mod change;
pub(crate) mod choosing_time;
pub(crate) mod controls;
mod day;
pub(crate) mod facility;
pub(crate) mod feeds;
mod front;
pub(crate) mod groups;
mod limits;
pub(crate) mod lottery;
mod map;
mod mine;
pub(crate) mod points;
pub(crate) mod queue;
mod sent;
pub(crate) mod series;
pub(crate) mod statistics;
pub(crate) mod waiting;
pub(crate) mod words;

use yakuba_city::web::{Access, Routes};

/// The routes of this room.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/booking", Access::Public, front::page)
        .get("/booking/facilities.geojson", Access::Public, map::file)
        .get("/booking/use", Access::Public, statistics::page)
        .get("/booking/use/file", Access::Public, statistics::file)
        .get("/booking/cart", Access::Public, cart::page)
        .post("/booking/cart/hold", Access::Public, cart::hold)
        .post("/booking/cart/remove", Access::Public, cart::remove)
        .post("/booking/cart/check", Access::Public, sent::check)
        .post("/booking/cart/send", Access::Public, sent::send)
        .get("/booking/cart/done", Access::Public, sent::done)
        .get("/booking/mine", Access::Public, mine::page)
        .post("/booking/mine/show", Access::Public, mine::show)
        .post("/booking/mine/cancel", Access::Public, mine::cancel)
        .post("/booking/mine/calendar", Access::Public, mine::calendar)
        .post("/booking/mine/permit", Access::Public, mine::permit)
        .post("/booking/mine/change", Access::Public, change::page)
        .post("/booking/mine/change/send", Access::Public, change::send)
        .merge(groups::routes())
        .merge(queue::routes())
        .merge(series::routes())
        .merge(waiting::routes())
        .merge(feeds::routes())
        .merge(lottery::routes())
        .get("/booking/{facility}", Access::Public, facility::page)
        .get("/booking/{facility}/{resource}", Access::Public, day::page)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&crate::PAGE_WORDS);
        yakuba_ui::assert_complete(&super::statistics::WORDS);
        yakuba_ui::assert_complete(&crate::LOTTERY_WORDS);
        yakuba_ui::assert_used_words_exist_in(
            &[
                &crate::PAGE_WORDS,
                &crate::desk::WORDS,
                &crate::LOTTERY_WORDS,
                &super::groups::WORDS,
                &super::queue::WORDS,
                &super::statistics::WORDS,
            ],
            env!("CARGO_MANIFEST_DIR"),
        );
    }
}
