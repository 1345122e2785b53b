//! What every handler of the desk starts from: the city, who asks, in which language, and pages in one frame.

use axum::{
    extract::{FromRef, FromRequestParts},
    http::request::Parts,
};
use yakuba_city::{
    City,
    web::{Capability, Principal, Problem},
};
use yakuba_ui::{Language, NotificationBanner, Page, Shell, Words};

use super::{WORDS, plans::RESERVED, rights::Rights};
use crate::{
    desk_menu,
    error::PlanError,
    forms::Fields,
    store::{self, PlanRecord},
};

/// A request to the desk.
pub(super) struct Desk {
    pub(super) city: City,
    pub(super) principal: Principal,
    pub(super) shell: Shell,
    pub(super) words: Words,
    pub(super) query: Fields,
    /// The title of the plan that the page is about.
    pub(super) plan_title: Option<String>,
    /// Whether this is the list of plans, which leads to itself from no other page.
    pub(super) in_list: bool,
}

impl FromRequestParts<City> for Desk {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, city: &City) -> Result<Self, Self::Rejection> {
        let mut shell = Shell::from_request_parts(parts, city).await?;
        let principal = Principal::from_request_parts(parts, city).await?;
        let plan = match plan_in(parts.uri.path()) {
            Some(key) if Rights::may_look(&principal) => store::plan(city.db(), key).await.ok(),
            _ => None,
        };
        // A page whose plan is not there, or whose database does not answer, says so itself.
        let _ = desk_menu::complete(&mut shell, &principal, plan.as_ref(), city.db()).await;
        Ok(Self {
            city: City::from_ref(city),
            principal,
            words: WORDS.words(shell.language),
            query: Fields::of_query(parts.uri.query().unwrap_or_default()),
            plan_title: plan.map(|plan| plan.title),
            in_list: parts.uri.path() == "/desk/plan",
            shell,
        })
    }
}

impl Desk {
    pub(super) fn language(&self) -> Language {
        self.shell.language
    }

    pub(super) fn text(&self, key: &str) -> String {
        self.words.get(key).into_owned()
    }

    /// Lets only those pass who hold the capability in the whole city.
    pub(super) fn need(&self, capability: Capability) -> Result<(), Problem> {
        if self.principal.holds_everywhere(capability) {
            Ok(())
        } else {
            Err(Problem::NotAllowed)
        }
    }

    /// The plan with that key, for those who may see drafts.
    pub(super) async fn plan(&self, key: &str) -> Result<PlanRecord, Problem> {
        if !Rights::may_look(&self.principal) {
            return Err(Problem::NotAllowed);
        }
        Ok(store::plan(self.city.db(), key).await?)
    }

    /// What the person may change in a plan.
    pub(super) async fn rights(&self, plan: &PlanRecord) -> Result<Rights, Problem> {
        let parts = store::parts(self.city.db(), plan.id).await?;
        Ok(Rights::new(&self.principal, &parts))
    }

    /// What the plan with that key is called on the way back to it.
    pub(super) fn title_of(&self, key: &str) -> String {
        self.plan_title.clone().unwrap_or_else(|| key.to_owned())
    }

    /// The number of the page asked for, from 1.
    pub(super) fn page_number(&self) -> u64 {
        self.query.get("page").parse().unwrap_or(1).max(1)
    }

    /// A page of the desk, with the notice the last step left in the address.
    pub(super) fn page(&self, title: impl Into<String>, body: &impl askama::Template) -> Page {
        let mut page =
            Page::desk(self.shell.clone(), title, body).breadcrumb(self.text("desk-home"), "/desk");
        if !self.in_list {
            page = page.breadcrumb(self.text("desk-plans"), "/desk/plan");
        }
        match self.done() {
            Some(text) => page.notice(NotificationBanner::success(text)),
            None => page,
        }
    }

    fn done(&self) -> Option<String> {
        let name = self.query.get("done");
        let plain = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        let key = format!("desk-done-{name}");
        (plain && self.words.has(&key)).then(|| {
            let count: i64 = self.query.get("n").parse().unwrap_or(0);
            self.words.counted(&key, count).into_owned()
        })
    }

    /// What a failure means for the person, in their language.
    pub(super) fn sentence(&self, error: &PlanError) -> String {
        super::sentences::of_plan_error(&self.words, error)
    }
}

/// The key of the plan that a page of the desk is about.
fn plan_in(path: &str) -> Option<&str> {
    let key = path.strip_prefix("/desk/plan/")?.split('/').next()?;
    (!RESERVED.contains(&key)).then_some(key)
}

/// Whether a failure is one the person can mend in the form, so that the form is shown again with its sentence.
pub(super) fn is_mendable(error: &PlanError) -> bool {
    !matches!(
        error,
        PlanError::City(_) | PlanError::Stored(_) | PlanError::NoSuchPlan(_)
    )
}
