//! The life-event navigator: a few questions, the list of procedures across departments, one set of answers for several forms, and one
//! plan for the visit.

mod fill;
mod plan;
mod questions;
mod visit;

use std::sync::Arc;

use axum::response::{IntoResponse as _, Redirect, Response};
use yakuba_city::web::{Access, Problem, Routes};
use yakuba_identity::department_names;
use yakuba_ui::{Catalogue, NotificationBanner, Page, Words, done};

use super::{
    apply::may_begin,
    asked::{Asked, Cookie, private},
    list::live_today,
};
use crate::{
    ProcedureError,
    model::{
        navigator::{Desk, Item, LifeEventDocument, Way},
        proven::Proven,
    },
    store::{
        Definition,
        keys::CaseKey,
        visits::{self, Visit, VisitContents},
    },
};

/// The texts of the navigator.
pub(super) static WORDS: Catalogue = yakuba_ui::catalogue!("navigator");

/// Where the plan stands.
const PLAN: &str = "/guide/plan";

/// The routes of the navigator.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/guide", Access::Public, questions::list)
        .get("/guide/{event}", Access::Public, questions::page)
        .post("/guide/{event}", Access::Public, questions::answer)
        .get("/guide/plan", Access::Public, plan::page)
        .post("/guide/plan", Access::Public, plan::choose)
        .get("/guide/answers", Access::Public, fill::page)
        .post("/guide/answers", Access::Public, fill::answer)
        .get("/guide/visit", Access::Public, visit::page)
        .post("/guide/leave", Access::Public, leave)
}

/// The visit of this browser, with everything a page needs of it.
struct Open {
    visit: Visit,
    key: CaseKey,
    contents: VisitContents,
    event: LifeEventDocument,
    live: Arc<Vec<Definition>>,
    /// What is proved of whoever asks: some procedures can be begun only then.
    proven: Proven,
}

impl Open {
    /// The visit of this browser; the list of events when there is none.
    async fn of(asked: &Asked) -> Result<Result<Self, Response>, Problem> {
        let nothing = || Ok(Err(done("/guide", "none")));
        let Some(visit) = of_browser(asked).await? else {
            return nothing();
        };
        let Some(event) = visits::event(asked.city().db(), &visit.event).await? else {
            return nothing();
        };
        let key = visit.key(asked.key())?;
        Ok(Ok(Self {
            contents: visit.contents(&key)?,
            visit,
            key,
            event,
            live: live_today(asked.city()).await?,
            proven: asked.proven().await?,
        }))
    }

    /// What is to be done.
    fn items(&self, asked: &Asked) -> Vec<Item<'_>> {
        self.event
            .items(&self.contents.answers, asked.city().today(), |key| {
                self.live
                    .iter()
                    .map(|definition| &definition.document)
                    .find(|document| document.key == key)
            })
    }

    /// Whether something can be filled in here.
    fn can_fill_in(&self, item: &Item<'_>) -> bool {
        item.step.way != Way::Counter
            && item
                .procedure
                .is_some_and(|procedure| may_begin(procedure, &self.proven))
    }

    /// Whether somebody must come for it: because it says so, or because it cannot be begun here.
    fn needs_a_visit(&self, item: &Item<'_>) -> bool {
        item.step.way != Way::Online || !self.can_fill_in(item)
    }
}

/// The visit that this browser began.
async fn of_browser(asked: &Asked) -> Result<Option<Visit>, Problem> {
    match asked.token(Cookie::Visit) {
        Some(token) => Ok(visits::with_token(asked.city().db(), &token, asked.city().now()).await?),
        None => Ok(None),
    }
}

/// Where departments are found, and what they are called.
struct Places {
    desks: Vec<Desk>,
    names: std::collections::HashMap<yakuba_kernel::DepartmentCode, String>,
}

impl Places {
    async fn read(asked: &Asked) -> Result<Self, Problem> {
        let db = asked.city().db();
        Ok(Self {
            desks: visits::desks(db).await?,
            names: department_names(db, asked.language.is_japanese())
                .await
                .map_err(ProcedureError::from)?
                .into_iter()
                .collect(),
        })
    }

    fn name(&self, department: &yakuba_kernel::DepartmentCode) -> String {
        self.names
            .get(department)
            .map_or_else(|| department.as_str().to_owned(), Clone::clone)
    }

    fn desk(&self, department: &yakuba_kernel::DepartmentCode) -> Option<&Desk> {
        self.desks
            .iter()
            .find(|desk| desk.department == *department)
    }
}

/// By when, as a reader needs it: in words, the day as far as it is known, the law, and whether to ask first.
fn deadline_lines(item: &Item<'_>, words: Words) -> Vec<String> {
    let language = words.language();
    let Some(deadline) = &item.step.deadline else {
        return Vec::new();
    };
    let mut first = deadline.text.get(language).to_owned();
    if let Some(law) = &deadline.law {
        first = words
            .with(
                "navigator-deadline-law",
                &[("text", first.into()), ("law", law.clone().into())],
            )
            .into_owned();
    }
    let mut lines = vec![first];
    if let Some(day) = item.due_on {
        lines.push(
            words
                .with_text(
                    "navigator-deadline-day",
                    "day",
                    &yakuba_ui::format::date_by_era(day, language),
                )
                .into_owned(),
        );
    }
    if deadline.unsure {
        lines.push(words.get("navigator-deadline-unsure").into_owned());
    }
    lines
}

/// A page of the navigator with the notice of the last step.
fn shown(page: Page, words: Words, notice: Option<&str>) -> Response {
    let key = format!("navigator-done-{}", notice.unwrap_or_default());
    private(if words.has(&key) {
        page.notice(NotificationBanner::success(words.get(&key)))
    } else {
        page
    })
}

#[derive(serde::Deserialize)]
struct Done {
    done: Option<String>,
}

/// Ends the visit, on a device that others use.
async fn leave(asked: Asked) -> Result<Response, Problem> {
    if let Some(visit) = of_browser(&asked).await? {
        asked
            .city()
            .write(asked.principal.actor(), visit.id, |tx, id| {
                Box::pin(visits::end(tx, *id))
            })
            .await
            .map_err(|error: ProcedureError| Problem::from(error))?;
    }
    Ok(asked.go("/guide?done=left", Cookie::Visit, None))
}

fn to_plan() -> Response {
    Redirect::to(PLAN).into_response()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
