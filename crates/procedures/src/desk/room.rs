//! What every page of the desk starts from: who asks, in which language, and the frame with its menu.

use askama::Template;
use axum::{extract::FromRequestParts, http::request::Parts};
use futures::future::BoxFuture;
use sea_orm::DatabaseConnection;
use yakuba_city::{
    City, CityKey, Tx,
    web::{Capability, Principal, Problem},
};
use yakuba_identity::{Identity, departments};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{Catalogue, Fields, Language, Page, Shell, Words};

use crate::error::ProcedureError;

/// The texts of the desk.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("desk");

/// A request to a page of the desk.
pub(crate) struct Room {
    pub(crate) city: City,
    pub(crate) principal: Principal,
    pub(crate) query: Fields,
    pub(crate) words: Words,
    pub(crate) shell: Shell,
    refused: Option<String>,
    /// With what the links of co-applicants begin.
    together: Option<String>,
}

impl FromRequestParts<City> for Room {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, city: &City) -> Result<Self, Self::Rejection> {
        let shell = Shell::from_request_parts(parts, city).await?;
        Ok(Self {
            city: city.clone(),
            principal: Principal::from_request_parts(parts, city).await?,
            words: WORDS.words(shell.language),
            query: Fields::of_query(parts.uri.query().unwrap_or_default()),
            shell,
            refused: None,
            together: parts
                .extensions
                .get::<Identity>()
                .and_then(|identity| identity.settings().public_url.join("/together/").ok())
                .map(String::from),
        })
    }
}

impl Room {
    pub(crate) fn db(&self) -> &DatabaseConnection {
        self.city.db()
    }

    pub(crate) fn language(&self) -> Language {
        self.shell.language
    }

    /// The city key, under which the cases' own keys are sealed.
    pub(crate) fn key(&self) -> Result<&CityKey, Problem> {
        Ok(self.city.key().map_err(ProcedureError::from)?)
    }

    /// The address with which the links of co-applicants begin.
    pub(crate) fn together(&self) -> Result<String, Problem> {
        self.together
            .clone()
            .ok_or_else(|| Problem::internal("a desk without the city's public address"))
    }

    /// A text of the desk.
    pub(crate) fn t(&self, key: &str) -> String {
        self.words.get(key).into_owned()
    }

    pub(crate) fn account(&self) -> Result<i64, Problem> {
        self.principal
            .staff()
            .map(|staff| staff.account)
            .ok_or(Problem::SignInNeeded)
    }

    /// Refuses who does not hold a capability in a department.
    pub(crate) fn need(
        &self,
        capability: Capability,
        department: &DepartmentCode,
    ) -> Result<(), Problem> {
        if self.principal.holds_in(capability, department) {
            Ok(())
        } else {
            Err(Problem::NotAllowed)
        }
    }

    /// The departments in which the person holds a capability, with their names, in the city's order.
    pub(crate) async fn departments(
        &self,
        capability: Capability,
    ) -> Result<Vec<(DepartmentCode, String)>, Problem> {
        self.departments_where(|code| self.principal.holds_in(capability, code))
            .await
    }

    /// The departments in which the person holds any of some capabilities; refuses who holds none of them anywhere. For pages that more
    /// than one capability opens.
    pub(crate) async fn departments_with_any(
        &self,
        capabilities: &[Capability],
    ) -> Result<Vec<(DepartmentCode, String)>, Problem> {
        if !capabilities
            .iter()
            .any(|capability| self.principal.holds(*capability))
        {
            return Err(Problem::NotAllowed);
        }
        self.departments_where(|code| {
            capabilities
                .iter()
                .any(|capability| self.principal.holds_in(*capability, code))
        })
        .await
    }

    async fn departments_where(
        &self,
        fits: impl Fn(&DepartmentCode) -> bool,
    ) -> Result<Vec<(DepartmentCode, String)>, Problem> {
        Ok(departments(self.db())
            .await
            .map_err(ProcedureError::from)?
            .into_iter()
            .filter(|department| fits(&department.code))
            .map(|department| {
                let name = department
                    .name(self.language() != Language::English)
                    .to_owned();
                (department.code, name)
            })
            .collect())
    }

    /// Changes something in this person's name.
    pub(crate) async fn write<I, T, F>(&self, input: I, work: F) -> Result<T, ProcedureError>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'t> Fn(&'t Tx, &'t I) -> BoxFuture<'t, Result<T, ProcedureError>>
            + Send
            + Sync
            + 'static,
    {
        self.city.write(self.principal.actor(), input, work).await
    }

    /// Says on the page why a form was not accepted.
    pub(crate) fn refuse(&mut self, sentence: impl Into<String>) {
        self.refused = Some(sentence.into());
    }

    /// A page of the desk: frame, menu, the notice of the last step, the sentence of a refused form.
    pub(crate) fn page(&self, title: impl Into<String>, body: &impl Template) -> Page {
        Page::desk(self.shell.clone(), title, body)
            .breadcrumb(self.t("desk-home"), "/desk")
            .outcome(self.words, &self.query, self.refused.as_deref())
    }
}
