//! What every handler needs of a request, and the cookies by which a browser comes back to what it began.

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use yakuba_city::{
    City,
    web::{Principal, Problem},
};
use yakuba_identity::{
    Asker, CityKey, Cookies, Identity, Token, Visitor, residents::store as residents,
};
use yakuba_ui::{Language, NotificationBanner, Shell, Words};

use super::WORDS;
use crate::{
    model::proven::Proven,
    store::{
        Definition,
        cases::{self, Case},
        drafts::{self, Draft},
        live, sessions, version,
    },
};

/// Who asks, in which language, with which cookies.
pub(super) struct Asked {
    pub(super) identity: Identity,
    pub(super) principal: Principal,
    pub(super) shell: Shell,
    pub(super) words: Words,
    pub(super) language: Language,
    pub(super) visitor: Visitor,
    cookies: Cookies,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Asker {
            identity,
            visitor,
            principal,
            shell,
            cookies,
        } = Asker::from_request_parts(parts, state).await?;
        Ok(Self {
            identity,
            principal,
            words: WORDS.words(shell.language),
            language: shell.language,
            visitor,
            shell,
            cookies,
        })
    }
}

impl Asked {
    pub(super) fn city(&self) -> &City {
        self.identity.city()
    }

    pub(super) fn key(&self) -> &CityKey {
        self.identity.key()
    }

    pub(super) fn text(&self, key: &str) -> String {
        self.words.get(key).into_owned()
    }

    pub(super) fn token(&self, cookie: Cookie<'_>) -> Option<Token> {
        self.cookies.token(&cookie.name())
    }

    /// The live procedure of a path.
    pub(super) async fn procedure(&self, key: &str) -> Result<Definition, Problem> {
        live(self.city().db(), key, self.city().today())
            .await?
            .ok_or(Problem::NotFound)
    }

    /// The account of whoever is signed in as a resident.
    pub(super) fn resident(&self) -> Option<i64> {
        self.principal.resident().map(|resident| resident.id)
    }

    /// What is proved of whoever is signed in as a resident: the person only while the provider's own sign-in lasts, the address always.
    pub(super) async fn proven(&self) -> Result<Proven, Problem> {
        let Some(resident) = self.principal.resident() else {
            return Ok(Proven::default());
        };
        let account = residents::resident(self.city().db(), self.key(), resident.id).await?;
        Ok(account.map_or_else(Proven::default, |account| Proven {
            person: resident.verified.clone(),
            email: account.email.map(|email| email.as_str().to_owned()),
        }))
    }

    /// The draft of this browser's cookie, whoever it belongs to.
    async fn draft_of_cookie(&self, procedure: &str) -> Result<Option<Draft>, Problem> {
        let Some(token) = self.token(Cookie::Draft(procedure)) else {
            return Ok(None);
        };
        let found = drafts::with_token(self.city().db(), &token, self.city().now()).await?;
        Ok(found.filter(|draft| draft.procedure == procedure))
    }

    /// The draft that goes on: the one this browser began for a procedure, sent or not, otherwise the newest of the account. A draft that
    /// belongs to an account is open only to whoever is signed in to it.
    pub(super) async fn draft(&self, procedure: &str) -> Result<Option<Draft>, Problem> {
        let resident = self.resident();
        let own = self
            .draft_of_cookie(procedure)
            .await?
            .filter(|draft| draft.resident.is_none() || draft.resident == resident);
        match (own, resident) {
            (None, Some(resident)) => Ok(drafts::newest_of_resident(
                self.city().db(),
                resident,
                procedure,
                self.city().now(),
            )
            .await?),
            (own, _) => Ok(own),
        }
    }

    /// Whether this browser has a draft that only waits for its owner to sign in again.
    pub(super) async fn needs_sign_in(&self, procedure: &str) -> Result<bool, Problem> {
        Ok(self.resident().is_none()
            && self
                .draft_of_cookie(procedure)
                .await?
                .is_some_and(|draft| draft.resident.is_some()))
    }

    /// The drafts that this browser began without an account.
    pub(super) async fn drafts_here(&self) -> Result<Vec<Draft>, Problem> {
        let procedures = self.cookies.names_after(&Cookie::Draft("").name());
        let mut found = Vec::new();
        for procedure in procedures {
            let draft = self.draft_of_cookie(procedure).await?;
            found.extend(draft.filter(|draft| draft.resident.is_none() && draft.case.is_none()));
        }
        Ok(found)
    }

    /// The case that this browser has opened lately: by its receipt number, or from the list of the account that is signed in.
    pub(super) async fn case(&self) -> Result<Option<Case>, Problem> {
        let Some(token) = self.token(Cookie::Case) else {
            return Ok(None);
        };
        let db = self.city().db();
        let Some(session) = sessions::case_of(db, &token, self.city().now()).await? else {
            return Ok(None);
        };
        let case = cases::case(db, session.case).await?;
        let allowed = session.resident.is_none()
            || (session.resident == self.resident() && case.resident == session.resident);
        Ok(Some(case).filter(|_| allowed))
    }

    pub(super) fn case_token(&self) -> Option<Token> {
        self.token(Cookie::Case)
    }

    /// The version of its procedure that a case keeps.
    pub(super) async fn version_of(&self, case: &Case) -> Result<Definition, Problem> {
        version(self.city().db(), &case.procedure, case.version)
            .await?
            .ok_or_else(|| Problem::internal("a case has lost its procedure"))
    }

    /// A notice after something was done, from `?done=…`.
    pub(super) fn done(&self, done: Option<&str>) -> Option<NotificationBanner> {
        let key = format!("applicant-done-{}", done?);
        self.words
            .has(&key)
            .then(|| NotificationBanner::success(self.words.get(&key)))
    }

    /// A redirect that sets or removes a cookie.
    pub(super) fn go(&self, to: &str, cookie: Cookie<'_>, token: Option<&Token>) -> Response {
        let mut response = Redirect::to(to).into_response();
        self.set_cookie(&mut response, cookie, token);
        response
    }

    /// Sets or removes a cookie.
    pub(super) fn set_cookie(
        &self,
        response: &mut Response,
        cookie: Cookie<'_>,
        token: Option<&Token>,
    ) {
        let seconds = match cookie {
            Cookie::Draft(_) | Cookie::Visit => Some(drafts::KEPT.as_secs()),
            // The browser forgets it when it is closed; the database knows when it ends.
            Cookie::Case | Cookie::Tablet | Cookie::Together => None,
        };
        self.cookies.set(response, &cookie.name(), token, seconds);
    }
}

/// The cookies of this room.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cookie<'a> {
    /// A draft of a procedure.
    Draft(&'a str),
    /// A case whose receipt number was shown.
    Case,
    /// A tablet that shows a visitor one draft.
    Tablet,
    /// What was answered to the navigator.
    Visit,
    /// The page of a co-applicant whose name was written.
    Together,
}

impl Cookie<'_> {
    fn name(self) -> String {
        match self {
            Self::Draft(procedure) => format!("yakuba_draft_{procedure}"),
            Self::Case => "yakuba_case".to_owned(),
            Self::Tablet => "yakuba_tablet".to_owned(),
            Self::Visit => "yakuba_visit".to_owned(),
            Self::Together => "yakuba_together".to_owned(),
        }
    }
}

/// Nobody else may keep what is on the page: not the browser for the next person, not a proxy.
pub(super) fn private(response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
