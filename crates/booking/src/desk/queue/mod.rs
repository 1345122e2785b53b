//! Counters at work: windows that call, the reception that draws numbers, how a counter is set up.

mod list;
mod reception;
mod settings;
mod slip;
mod window;

use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse as _, Redirect, Response},
};
use yakuba_city::{
    City,
    web::{Access, Capability, Principal, Problem, Routes},
};
use yakuba_identity::{Asker, Identity};
use yakuba_ui::{Fields, Language, NotificationBanner, Page, Shell, Words};

use crate::{
    capabilities::{QUEUE, RECEPTION, SET_UP},
    error::BookingError,
    pages::queue::WORDS,
    store::queue::{Queue, Standing, queue, standing},
};

/// Where this room begins.
const HOME: &str = "/desk/booking/queue";

pub(super) fn routes() -> Routes {
    Routes::new()
        // Who may do what is decided by counter: each of three capabilities opens the list.
        .get(HOME, Access::SignedIn, list::page)
        .get(
            "/desk/booking/queue/{counter}/window/{number}",
            Access::Staff(QUEUE),
            window::page,
        )
        .post(
            "/desk/booking/queue/{counter}/window/{number}",
            Access::Staff(QUEUE),
            window::act_at,
        )
        .get(
            "/desk/booking/queue/{counter}/reception",
            Access::Staff(RECEPTION),
            reception::page,
        )
        .post(
            "/desk/booking/queue/{counter}/reception",
            Access::Staff(RECEPTION),
            reception::draw_here,
        )
        .get(
            "/desk/booking/ticket/{token}",
            Access::Staff(RECEPTION),
            slip::page,
        )
        .get(
            "/desk/booking/queue/{counter}/settings",
            Access::Staff(SET_UP),
            settings::page,
        )
        .post(
            "/desk/booking/queue/{counter}/settings",
            Access::Staff(SET_UP),
            settings::save,
        )
}

/// A request to a page of this room.
pub(super) struct Room {
    identity: Identity,
    principal: Principal,
    shell: Shell,
    words: Words,
    query: Fields,
}

impl<S: Send + Sync> FromRequestParts<S> for Room {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Asker {
            identity,
            principal,
            shell,
            ..
        } = Asker::from_request_parts(parts, state).await?;
        Ok(Self {
            identity,
            principal,
            words: WORDS.words(shell.language),
            query: Fields::of_query(parts.uri.query().unwrap_or_default()),
            shell,
        })
    }
}

impl Room {
    fn city(&self) -> &City {
        self.identity.city()
    }

    fn language(&self) -> Language {
        self.shell.language
    }

    fn t(&self, key: &str) -> String {
        self.words.get(key).into_owned()
    }

    fn may(&self, capability: Capability, queue: &Queue) -> bool {
        self.principal.holds_in(capability, queue.department())
    }

    /// A counter with a line, for those who hold a capability in its department; to everybody else it does not exist.
    async fn counter(&self, key: &str, capability: Capability) -> Result<Queue, Problem> {
        queue(self.city().db(), key)
            .await?
            .filter(|queue| self.may(capability, queue))
            .ok_or(Problem::NotFound)
    }

    async fn standing(&self, queue: &Queue) -> Result<Standing, BookingError> {
        let city = self.city();
        standing(city.db(), queue, city.now(), city.today()).await
    }

    fn name(&self, queue: &Queue) -> String {
        queue.document.name.get(self.language()).to_owned()
    }

    fn page(&self, title: impl Into<String>, body: &impl Template) -> Page {
        let mut page = Page::desk(self.shell.clone(), title, body)
            .breadcrumb(self.t("queue-desk"), "/desk")
            .breadcrumb(self.t("queue-desk-title"), HOME);
        let done = self.query.get("done");
        let key = format!("queue-desk-done-{done}");
        if !done.is_empty() && self.words.has(&key) {
            let banner = if done == "set-up" {
                NotificationBanner::success(self.t(&key))
            } else {
                NotificationBanner::info(self.t(&key))
            };
            page = page.notice(banner);
        }
        page
    }

    /// The city's address as browsers see it, with a path.
    fn address(&self, path: &str) -> String {
        let base = self.identity.settings().public_url.as_str();
        format!("{}{path}", base.trim_end_matches('/'))
    }
}

/// Leads on after something was done; `done` names the notice, or is empty.
fn go(to: &str, done: &str) -> Response {
    if done.is_empty() {
        Redirect::to(to).into_response()
    } else {
        Redirect::to(&format!("{to}?done={done}")).into_response()
    }
}
