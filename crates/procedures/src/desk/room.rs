//! What every page of the desk starts from: who asks, in which language, and the frame with its menu.

use std::ops::{Deref, DerefMut};

use axum::{extract::FromRequestParts, http::request::Parts};
use yakuba_city::{
    City, CityKey,
    web::{Capability, Problem},
};
use yakuba_identity::{DeskRequest, departments};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{Catalogue, Language};

use crate::error::ProcedureError;

/// The texts of the desk.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("desk");

/// A request to a page of the desk.
pub(crate) struct Room {
    request: DeskRequest,
}

impl FromRequestParts<City> for Room {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, city: &City) -> Result<Self, Self::Rejection> {
        Ok(Self {
            request: DeskRequest::of(parts, city, "/desk/cases", &WORDS).await,
        })
    }
}

impl Deref for Room {
    type Target = DeskRequest;

    fn deref(&self) -> &DeskRequest {
        &self.request
    }
}

impl DerefMut for Room {
    fn deref_mut(&mut self) -> &mut DeskRequest {
        &mut self.request
    }
}

impl Room {
    /// The city key, under which the cases' own keys are sealed.
    pub(crate) fn key(&self) -> Result<&CityKey, Problem> {
        Ok(self.city.key().map_err(ProcedureError::from)?)
    }

    /// The address with which the links of co-applicants begin.
    pub(crate) fn together(&self) -> Result<String, Problem> {
        self.public_address("/together/")
            .ok_or_else(|| Problem::internal("a desk without the city's public address"))
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
        self.departments_where(|code| self.holds_any_in(capabilities, code))
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
}
