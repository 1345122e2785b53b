//! What the web edge of every service is made of: who asks, what they may do, and which route needs what.
//!
//! No route exists without an [`Access`]; the list of all routes can be walked by a test.

use std::sync::Arc;

use axum::{
    Router,
    extract::{FromRequestParts, Request},
    http::{Method, StatusCode, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::{MethodFilter, MethodRouter},
};
use jiff::{Timestamp, civil::Date};
use yakuba_kernel::{DepartmentCode, MeasureName, PersonName};

pub use crate::answer::Answer;
use crate::{City, audit::Actor};

/// Something a member of staff may be allowed to do. Declared as constants by services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Capability {
    /// Service and name, such as `plan.review`.
    pub name: &'static str,
    /// Whether it is so far-reaching that the user must have proved who they are within the last minutes.
    pub step_up: bool,
}

impl Capability {
    /// A capability for daily work.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            step_up: false,
        }
    }

    /// A capability that needs a fresh proof of identity.
    pub const fn with_step_up(name: &'static str) -> Self {
        Self {
            name,
            step_up: true,
        }
    }
}

/// Where a capability holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// In the whole city.
    City,
    /// In one department; departments below it have grants of their own.
    Department(DepartmentCode),
}

/// A capability somebody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The capability's name.
    pub capability: String,
    /// Where it holds.
    pub scope: Scope,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// Nobody known.
    Anonymous,
    /// A signed-in member of staff.
    Staff(Arc<StaffPrincipal>),
    /// Another system with an access token.
    System(Arc<SystemPrincipal>),
    /// A signed-in resident.
    Resident(Arc<ResidentPrincipal>),
}

/// A signed-in member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffPrincipal {
    /// The account's number.
    pub account: i64,
    /// The name shown.
    pub name: String,
    /// The department of the present post.
    pub department: Option<DepartmentCode>,
    /// Everything the present posts and roles allow.
    pub grants: Vec<Grant>,
    /// Until when the last fresh proof of identity counts.
    pub stepped_up_until: Option<Timestamp>,
}

/// Another system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemPrincipal {
    /// The token's name.
    pub name: String,
    /// What it may do.
    pub capabilities: Vec<String>,
    /// Which measures it may record; empty: none.
    pub measures: Vec<MeasureName>,
}

/// A signed-in resident. A resident holds no capabilities: what is theirs is decided by the number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResidentPrincipal {
    /// The account's number.
    pub id: i64,
    /// Whether mail reaches them at an address they proved to be theirs.
    pub email_confirmed: bool,
    /// Who they are, if an identity provider vouched for it.
    pub verified: Option<VerifiedPerson>,
}

/// Who somebody is, as an identity provider vouched for it.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedPerson {
    /// The name. Providers tell no reading of it.
    pub name: PersonName,
    /// The address in one line, as the provider tells it.
    pub address: String,
    /// The date of birth.
    pub birth_date: Date,
    /// When the provider told it.
    pub verified_at: Timestamp,
    /// The provider's issuer address.
    pub issuer: String,
}

impl std::fmt::Debug for VerifiedPerson {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Personal data must not slip into a log.
        formatter
            .debug_struct("VerifiedPerson")
            .field("verified_at", &self.verified_at)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

impl Principal {
    /// Whether they hold a capability anywhere.
    pub fn holds(&self, capability: Capability) -> bool {
        match self {
            Self::Anonymous | Self::Resident(_) => false,
            Self::Staff(staff) => staff
                .grants
                .iter()
                .any(|grant| grant.capability == capability.name),
            Self::System(system) => system
                .capabilities
                .iter()
                .any(|name| name == capability.name),
        }
    }

    /// Whether they hold a capability in the whole city.
    pub fn holds_everywhere(&self, capability: Capability) -> bool {
        match self {
            Self::Staff(staff) => staff
                .grants
                .iter()
                .any(|grant| grant.capability == capability.name && grant.scope == Scope::City),
            Self::Anonymous | Self::Resident(_) => false,
            Self::System(_) => self.holds(capability),
        }
    }

    /// Whether they hold a capability in a department.
    pub fn holds_in(&self, capability: Capability, department: &DepartmentCode) -> bool {
        match self {
            Self::Staff(staff) => staff.grants.iter().any(|grant| {
                grant.capability == capability.name
                    && match &grant.scope {
                        Scope::City => true,
                        Scope::Department(granted) => granted == department,
                    }
            }),
            Self::Anonymous | Self::System(_) | Self::Resident(_) => false,
        }
    }

    /// Who this is in the audit log.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Anonymous => Actor::Public,
            Self::Staff(staff) => Actor::Staff(staff.account),
            Self::System(system) => Actor::System(system.name.clone()),
            Self::Resident(resident) => Actor::Resident(resident.id),
        }
    }

    /// The signed-in member of staff, if it is one.
    pub fn staff(&self) -> Option<&StaffPrincipal> {
        match self {
            Self::Staff(staff) => Some(staff),
            _ => None,
        }
    }

    /// The signed-in resident, if it is one.
    pub fn resident(&self) -> Option<&ResidentPrincipal> {
        match self {
            Self::Resident(resident) => Some(resident),
            _ => None,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Principal {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(parts
            .extensions
            .get::<Self>()
            .cloned()
            .unwrap_or(Self::Anonymous))
    }
}

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Any signed-in member of staff.
    SignedIn,
    /// Staff who hold the capability somewhere; the handler checks the department.
    Staff(Capability),
    /// Another system whose token holds the capability.
    System(Capability),
    /// Any signed-in resident; the handler checks that it is about their own things.
    Resident,
}

/// One route, for walking over all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteEntry {
    /// The method.
    pub method: Method,
    /// The path pattern, such as `/plan/{key}`.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
}

/// A service's routes.
#[derive(Default)]
pub struct Routes {
    router: Router<City>,
    entries: Vec<RouteEntry>,
}

impl std::fmt::Debug for Routes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Routes")
            .field("entries", &self.entries)
            .finish_non_exhaustive()
    }
}

impl Routes {
    /// No routes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A page or document that is only read.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: axum::handler::Handler<T, City>,
        T: 'static,
    {
        self.on(Method::GET, MethodFilter::GET, path, access, handler)
    }

    /// Something that changes.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: axum::handler::Handler<T, City>,
        T: 'static,
    {
        self.on(Method::POST, MethodFilter::POST, path, access, handler)
    }

    fn on<H, T>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self
    where
        H: axum::handler::Handler<T, City>,
        T: 'static,
    {
        let guarded =
            MethodRouter::<City>::new()
                .on(filter, handler)
                .route_layer(axum::middleware::from_fn(
                    move |principal: Principal, request: Request, next: Next| async move {
                        match decide(
                            access,
                            &principal,
                            request.extensions().get::<AskedAt>().copied(),
                        ) {
                            Ok(()) => next.run(request).await,
                            Err(problem) => problem.into_response(),
                        }
                    },
                ));
        self.router = self.router.route(path, guarded);
        self.entries.push(RouteEntry {
            method,
            path,
            access,
        });
        self
    }

    /// Adds the routes of another.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.entries.extend(other.entries);
        self
    }

    /// Every route.
    pub fn entries(&self) -> &[RouteEntry] {
        &self.entries
    }

    /// The router for axum.
    pub fn into_router(self) -> Router<City> {
        self.router
    }
}

/// The moment a request is judged at; put there by the layer that finds out who asks.
#[derive(Debug, Clone, Copy)]
pub struct AskedAt(pub Timestamp);

fn decide(access: Access, principal: &Principal, asked_at: Option<AskedAt>) -> Result<(), Problem> {
    match (access, principal) {
        (Access::Public, _)
        | (Access::SignedIn, Principal::Staff(_))
        | (Access::Resident, Principal::Resident(_)) => Ok(()),
        // Staff are residents somewhere, too, and residents may be staff: each is asked for the other sign-in.
        (Access::Resident, Principal::Anonymous | Principal::Staff(_)) => {
            Err(Problem::ResidentSignInNeeded)
        }
        (Access::SignedIn | Access::Staff(_), Principal::Anonymous | Principal::Resident(_)) => {
            Err(Problem::SignInNeeded)
        }
        (Access::System(_), Principal::Anonymous | Principal::Resident(_)) => {
            Err(Problem::TokenNeeded)
        }
        (Access::Staff(capability), Principal::Staff(staff)) => {
            if !principal.holds(capability) {
                return Err(Problem::NotAllowed);
            }
            let fresh = match (staff.stepped_up_until, asked_at) {
                (Some(until), Some(AskedAt(now))) => now < until,
                _ => false,
            };
            if capability.step_up && !fresh {
                Err(Problem::StepUpNeeded)
            } else {
                Ok(())
            }
        }
        (Access::System(capability), Principal::System(_)) if principal.holds(capability) => Ok(()),
        _ => Err(Problem::NotAllowed),
    }
}

/// Something the person asking must be told. The edge turns it into a page, or into JSON (RFC 9457) for interfaces.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The page is for signed-in staff.
    #[error("sign in first")]
    SignInNeeded,
    /// The page is for signed-in residents.
    #[error("sign in as a resident first")]
    ResidentSignInNeeded,
    /// The interface needs an access token.
    #[error("send an access token: Authorization: Bearer …")]
    TokenNeeded,
    /// A fresh proof of identity is needed.
    #[error("confirm who you are again")]
    StepUpNeeded,
    /// They are known but may not.
    #[error("you may not do this; ask your administrator for the role")]
    NotAllowed,
    /// There is no such thing.
    #[error("there is nothing at this address")]
    NotFound,
    /// The request cannot be understood; the sentence is for the person.
    #[error("{0}")]
    BadRequest(String),
    /// The body of the request is broken or no form; the cause is for programs and the log.
    #[error("{cause}")]
    Unreadable {
        /// Whether it is more than is read.
        is_too_large: bool,
        /// What the reader says.
        cause: String,
    },
    /// Somebody else changed the same thing, or it is in a state that does not allow this.
    #[error("{0}")]
    Conflict(String),
    /// What was sent is too large.
    #[error("{0}")]
    TooLarge(String),
    /// More was sent at once than is taken; the most, in megabytes.
    #[error("at most {0} MB can be sent at once; send less or smaller files")]
    TooManyMegabytes(u64),
    /// Too many tries; the number of seconds to wait.
    #[error("too many tries; wait {0} seconds")]
    TooMany(u64),
    /// The program or the database failed. The cause is for the log only.
    #[error("the service could not carry this out")]
    Internal(String),
}

impl Problem {
    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::SignInNeeded | Self::ResidentSignInNeeded | Self::TokenNeeded => {
                StatusCode::UNAUTHORIZED
            }
            Self::StepUpNeeded | Self::NotAllowed => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadRequest(_)
            | Self::Unreadable {
                is_too_large: false,
                ..
            } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge(_)
            | Self::TooManyMegabytes(_)
            | Self::Unreadable {
                is_too_large: true, ..
            } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The id of the message the person reads, and the code in JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SignInNeeded | Self::ResidentSignInNeeded => "problem-sign-in-needed",
            Self::TokenNeeded => "problem-token-needed",
            Self::StepUpNeeded => "problem-step-up-needed",
            Self::NotAllowed => "problem-not-allowed",
            Self::NotFound => "problem-not-found",
            Self::BadRequest(_) => "problem-bad-request",
            Self::Unreadable {
                is_too_large: false,
                ..
            } => "problem-unreadable",
            Self::Conflict(_) => "problem-conflict",
            Self::TooLarge(_)
            | Self::TooManyMegabytes(_)
            | Self::Unreadable {
                is_too_large: true, ..
            } => "problem-too-large",
            Self::TooMany(_) => "problem-too-many",
            Self::Internal(_) => "problem-internal",
        }
    }

    /// What a reader of bodies refused, with its status: too much, or nothing that could be read.
    pub fn unreadable(status: StatusCode, cause: String) -> Self {
        Self::Unreadable {
            is_too_large: status == StatusCode::PAYLOAD_TOO_LARGE,
            cause,
        }
    }

    /// A failure whose cause only the log may hold.
    pub fn internal(error: &(impl std::fmt::Display + ?Sized)) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<crate::CityError> for Problem {
    fn from(error: crate::CityError) -> Self {
        Self::internal(&error)
    }
}

impl From<axum::extract::multipart::MultipartError> for Problem {
    fn from(error: axum::extract::multipart::MultipartError) -> Self {
        Self::unreadable(error.status(), error.body_text())
    }
}

impl From<sea_orm::DbErr> for Problem {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::internal(&error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // The body is for the case that no edge renders it; the extension is what the edge renders.
        let mut response = (self.status(), self.code()).into_response();
        response.extensions_mut().insert(self);
        response
    }
}
