//! What every handler needs of a request, and the cookie by which a browser comes back to what it began.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use yakuba_city::{
    Actor, City,
    web::{Principal, Problem},
};
use yakuba_forms::{Form, model::document::Layout};
use yakuba_identity::{
    Asker, CityKey, Cookies, Identity, Token, Visitor,
    residents::{self, confirmed_email},
};
use yakuba_ui::{Language, NotificationBanner, Shell, Words};

use crate::{
    WORDS,
    error::SurveyError,
    model::document::{Anonymity, Audience},
    store::{
        Survey,
        answering::has_answered,
        drafts::{self, Draft, Saving},
        survey,
    },
};

/// The page key under which a form of one page is shown.
pub(super) const ALL: &str = "all";

/// Who asks, in which language, with which cookies.
pub(crate) struct Asked {
    pub(super) identity: Identity,
    pub(super) visitor: Visitor,
    pub(super) principal: Principal,
    pub(super) shell: Shell,
    pub(super) words: Words,
    pub(super) language: Language,
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
            visitor,
            principal,
            words: WORDS.words(shell.language),
            language: shell.language,
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

    pub(super) fn t(&self, key: &str) -> String {
        self.words.get(key).into_owned()
    }

    /// A survey that this person may see: staff surveys are for signed-in staff alone, drafts for nobody here.
    pub(super) async fn survey(&self, key: &str) -> Result<Survey, Problem> {
        let found = survey(self.city().db(), key)
            .await?
            .filter(|found| found.state != crate::store::State::Draft)
            .ok_or(Problem::NotFound)?;
        if found.document.audience == Audience::Staff {
            match self.principal {
                Principal::Staff(_) => {}
                Principal::Anonymous | Principal::Resident(_) => return Err(Problem::SignInNeeded),
                Principal::System(_) => return Err(Problem::NotAllowed),
            }
        }
        Ok(found)
    }

    /// Who answers, for a survey that takes one answer of each; none while that is not known. A resident's account counts as its mail
    /// address where it has one, so that nobody answers once with and once without it.
    pub(super) async fn person(&self, found: &Survey) -> Result<Option<String>, Problem> {
        if found.document.anonymity == Anonymity::Anonymous {
            return Ok(None);
        }
        if found.document.audience == Audience::Staff {
            return Ok(self
                .principal
                .staff()
                .map(|staff| format!("staff/{}", staff.account)));
        }
        if let Some(resident) = self.principal.resident() {
            let account = residents::store::resident(self.city().db(), self.key(), resident.id)
                .await
                .map_err(SurveyError::from)?;
            return Ok(Some(match account.and_then(|account| account.email) {
                Some(email) => format!("email/{}", email.folded()),
                None => format!("resident/{}", resident.id),
            }));
        }
        let Some(token) = &self.visitor.email else {
            return Ok(None);
        };
        Ok(confirmed_email(&self.identity, token)
            .await
            .map_err(SurveyError::from)?
            .map(|confirmed| format!("email/{}", confirmed.email.folded())))
    }

    /// Whether it must still be found out who answers.
    pub(super) async fn needs_person(&self, found: &Survey) -> Result<bool, Problem> {
        Ok(found.document.anonymity == Anonymity::OnePerPerson
            && self.person(found).await?.is_none())
    }

    /// Whether this person has answered already, as far as that can be known.
    pub(super) async fn has_answered(&self, found: &Survey) -> Result<bool, Problem> {
        Ok(match self.person(found).await? {
            Some(person) => {
                has_answered(self.city().db(), self.key(), found.key(), &person).await?
            }
            None => false,
        })
    }

    /// The token under which this browser began to answer a survey.
    pub(super) fn token(&self, survey: &str) -> Option<Token> {
        self.cookies.token(&cookie(survey))
    }

    /// What this browser has filled in and not sent.
    pub(super) async fn draft(&self, survey: &str) -> Result<Option<Draft>, Problem> {
        let Some(token) = self.token(survey) else {
            return Ok(None);
        };
        Ok(drafts::with_token(self.city().db(), self.key(), survey, &token).await?)
    }

    /// A redirect that sets the cookie of a draft, or removes it.
    pub(super) fn go(&self, to: &str, survey: &str, token: Option<&Token>) -> Response {
        let mut response = Redirect::to(to).into_response();
        self.cookies.set(
            &mut response,
            &cookie(survey),
            token,
            Some(drafts::COOKIE_SECONDS),
        );
        response
    }

    /// A notice after something was done, from `?done=…`.
    pub(super) fn done(&self, done: Option<&str>) -> Option<NotificationBanner> {
        let key = format!("surveys-done-{}", done?);
        self.words
            .has(&key)
            .then(|| NotificationBanner::success(self.words.get(&key)))
    }
}

/// The cookie of a draft.
fn cookie(survey: &str) -> String {
    format!("yakuba_survey_{survey}")
}

/// Compiled forms by survey and version, which never change once open.
#[derive(Default)]
struct Compiled(RwLock<HashMap<(String, i64), Arc<Form>>>);

/// The form of a survey, compiled once.
pub(crate) fn form(city: &City, found: &Survey) -> Result<Arc<Form>, Problem> {
    let compiled = city.state::<Compiled>();
    let at = (found.key().to_owned(), found.version);
    let known = compiled
        .0
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&at)
        .cloned();
    if let Some(form) = known {
        return Ok(form);
    }
    let form = Form::compile(&found.document.form)
        .map_err(|_| Problem::internal("the form of an open survey does not compile"))?;
    let form = Arc::new(form);
    compiled
        .0
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(at, form.clone());
    Ok(form)
}

/// A draft that is open, with everything a page needs of it.
pub(super) struct Open {
    pub(super) draft: Draft,
    pub(super) survey: Survey,
    pub(super) form: Arc<Form>,
}

impl Open {
    /// The draft of this browser for a survey that takes answers now; otherwise where to go instead.
    pub(super) async fn of(asked: &Asked, key: &str) -> Result<Result<Self, Response>, Problem> {
        let found = asked.survey(key).await?;
        let elsewhere = |to: &str| Redirect::to(&format!("/surveys/{key}{to}")).into_response();
        if !found.is_open_at(asked.city().now()) {
            // What was sent before it closed is not in doubt: its browser has no draft any more.
            return Ok(Err(elsewhere("")));
        }
        let Some(draft) = asked.draft(key).await? else {
            return Ok(Err(elsewhere(if asked.token(key).is_some() {
                "/done"
            } else {
                ""
            })));
        };
        if asked.needs_person(&found).await? {
            return Ok(Err(elsewhere("/email")));
        }
        let form = form(asked.city(), &found)?;
        Ok(Ok(Self {
            draft,
            survey: found,
            form,
        }))
    }

    /// Keeps what was entered.
    pub(super) async fn save(&mut self, asked: &Asked) -> Result<(), Problem> {
        let saving = Saving::of(asked.key(), &self.draft)?;
        // Nobody's account stands beside a draft: the public writes it.
        self.draft.revision = asked
            .city()
            .write(Actor::Public, saving, |tx, saving| {
                Box::pin(drafts::save(tx, saving))
            })
            .await
            .map_err(|error: SurveyError| Problem::from(error))?;
        Ok(())
    }

    pub(super) fn base(&self) -> String {
        format!("/surveys/{}", self.survey.key())
    }

    pub(super) fn is_single(&self) -> bool {
        self.survey.document.form.layout == Layout::Single
    }

    /// Where to go next: what is still missing, else the check.
    pub(super) fn next(&self, asked: &Asked) -> String {
        let base = self.base();
        let evaluation = self
            .form
            .evaluate(&self.draft.answers, asked.city().today());
        match evaluation.first_open_page() {
            Some(_) if self.is_single() => format!("{base}/answer/{ALL}"),
            Some(page) => format!("{base}/answer/{page}"),
            None => format!("{base}/check"),
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
