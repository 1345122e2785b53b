//! What every page of a service's desk starts from: who asks, in which language, and the frame with its menu.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::FromRequestParts as _, http::request::Parts};
use futures::future::BoxFuture;
use sea_orm::DatabaseConnection;
use yakuba_city::{
    Actor, City, CityError, Tx,
    web::{Capability, Principal, Problem},
};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{Catalogue, Fields, Language, Page, Shell, Words};

use crate::{Identity, WORDS, department_names, store::roles::role_names_with};
use webauthn_rs::prelude::Url;

/// A request to a page of a service's desk. A service wraps it in a room of its own, which adds what only that service asks.
pub struct DeskRequest {
    /// The city.
    pub city: City,
    /// Who asks.
    pub principal: Principal,
    /// What stands behind the `?` of the address.
    pub query: Fields,
    /// The texts of the desk.
    pub words: Words,
    /// The frame of the page, with the reader's language.
    pub shell: Shell,
    home: &'static str,
    public_url: Option<Url>,
    refused: Option<String>,
}

impl DeskRequest {
    /// Reads a request to a desk whose first page is at `home` and whose pages speak with the texts of `catalogue`. Nobody is refused here.
    pub async fn of(
        parts: &mut Parts,
        city: &City,
        home: &'static str,
        catalogue: &'static Catalogue,
    ) -> Self {
        let Ok(shell) = Shell::from_request_parts(parts, city).await;
        let Ok(principal) = Principal::from_request_parts(parts, city).await;
        Self {
            city: city.clone(),
            principal,
            query: Fields::of_query(parts.uri.query().unwrap_or_default()),
            words: catalogue.words(shell.language),
            shell,
            home,
            public_url: parts
                .extensions
                .get::<Identity>()
                .map(|identity| identity.settings().public_url.clone()),
            refused: None,
        }
    }

    /// The connection for reading.
    pub fn db(&self) -> &DatabaseConnection {
        self.city.db()
    }

    /// The reader's language.
    pub fn language(&self) -> Language {
        self.shell.language
    }

    /// A text of the desk.
    pub fn t(&self, key: &str) -> String {
        self.words.get(key).into_owned()
    }

    /// In whose name something is changed.
    pub fn actor(&self) -> Actor {
        self.principal.actor()
    }

    /// The account of the member of staff who asks.
    ///
    /// # Errors
    /// [`Problem::SignInNeeded`] when it is nobody of the staff.
    pub fn account(&self) -> Result<i64, Problem> {
        self.principal
            .staff()
            .map(|staff| staff.account)
            .ok_or(Problem::SignInNeeded)
    }

    /// The department in which the member of staff who asks has a post.
    pub fn own_department(&self) -> Option<&DepartmentCode> {
        self.principal.staff()?.department.as_ref()
    }

    /// Lets only those pass who hold a capability in a department.
    ///
    /// # Errors
    /// [`Problem::NotAllowed`] for everybody else.
    pub fn need(&self, capability: Capability, department: &DepartmentCode) -> Result<(), Problem> {
        if self.principal.holds_in(capability, department) {
            Ok(())
        } else {
            Err(Problem::NotAllowed)
        }
    }

    /// Whether the person holds any of these capabilities in a department.
    pub fn holds_any_in(&self, capabilities: &[Capability], department: &DepartmentCode) -> bool {
        capabilities
            .iter()
            .any(|capability| self.principal.holds_in(*capability, department))
    }

    /// Every department with its name in the reader's language.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn all_departments(&self) -> Result<BTreeMap<DepartmentCode, String>, Problem> {
        Ok(department_names(self.db(), self.language().is_japanese()).await?)
    }

    /// The departments in which the person holds any of these capabilities, with their names; none when there is no such department.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn departments_with(
        &self,
        capabilities: &[Capability],
    ) -> Result<BTreeMap<DepartmentCode, String>, Problem> {
        let mut names = self.all_departments().await?;
        names.retain(|code, _| self.holds_any_in(capabilities, code));
        Ok(names)
    }

    /// The same, where nobody gets by who holds none of them anywhere.
    ///
    /// # Errors
    /// [`Problem::NotAllowed`] when there is no such department; those of the database.
    pub async fn own_departments(
        &self,
        capabilities: &[Capability],
    ) -> Result<BTreeMap<DepartmentCode, String>, Problem> {
        let names = self.departments_with(capabilities).await?;
        if names.is_empty() {
            return Err(Problem::NotAllowed);
        }
        Ok(names)
    }

    /// Says who may do something in a department that this person may not: the names of the roles with the capability, in a sentence. None
    /// when this person may.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn who_else_may(
        &self,
        capability: Capability,
        department: &DepartmentCode,
    ) -> Result<Option<String>, Problem> {
        if self.principal.holds_in(capability, department) {
            return Ok(None);
        }
        let words = WORDS.words(self.language());
        let roles = role_names_with(self.db(), capability, self.language().is_japanese()).await?;
        Ok(Some(if roles.is_empty() {
            words.get("desk-nobody-may").into_owned()
        } else {
            let roles = roles.join(&words.get("desk-roles-joint"));
            words
                .with_text("desk-roles-may", "roles", &roles)
                .into_owned()
        }))
    }

    /// A path with the city's public address before it; none in a program without that address, as in some tests.
    pub fn public_address(&self, path: &str) -> Option<String> {
        let joined = self.public_url.as_ref()?.join(path).ok()?;
        Some(joined.into())
    }

    /// Changes something in this person's name, as [`City::write`] does.
    ///
    /// # Errors
    /// What `work` returns, or a [`CityError`] turned into it. Nothing was changed then.
    pub async fn write<I, T, E, F>(&self, input: I, work: F) -> Result<T, E>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        E: From<CityError> + std::error::Error + Send + 'static,
        F: for<'t> Fn(&'t Tx, &'t I) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
    {
        self.city.write(self.actor(), input, work).await
    }

    /// Says on the page why a form was not accepted.
    pub fn refuse(&mut self, sentence: impl Into<String>) {
        self.refused = Some(sentence.into());
    }

    /// Says it with a text of the desk.
    pub fn refuse_with(&mut self, key: &str) {
        self.refused = Some(self.t(key));
    }

    /// A page of the desk: frame, menu, the notice of the last step, the sentence of a refused form.
    pub fn page(&self, title: impl Into<String>, body: &impl Template) -> Page {
        Page::desk(self.shell.clone(), title, body)
            .breadcrumb(self.t("desk-home"), "/desk")
            .outcome(self.words, &self.query, self.refused.as_deref())
    }

    /// A page below the desk's first.
    pub fn page_below(&self, title: impl Into<String>, body: &impl Template) -> Page {
        self.page(title, body)
            .breadcrumb(self.t("desk-title"), self.home)
    }
}
