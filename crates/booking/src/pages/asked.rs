//! What every handler needs of a request, and the cookie under which a browser holds times.

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use yakuba_city::{
    City,
    web::{Principal, Problem},
};
use yakuba_identity::{
    Asker, CityKey, Cookies, Identity, Token, Visitor,
    residents::{self, confirmed_email},
};
use yakuba_ui::{Fields, Language, NotificationBanner, Shell, Words};

use crate::{
    PAGE_WORDS,
    error::BookingError,
    store::{self, Facility, people::Holder},
};

const COOKIE: &str = "yakuba_booking";

/// Who asks, in which language, with which cookies.
pub(super) struct Asked {
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
            words: PAGE_WORDS.words(shell.language),
            language: shell.language,
            shell,
            cookies,
        })
    }
}

/// Somebody of whom enough is known to book.
pub(super) struct Person {
    pub(super) holder: Holder,
    pub(super) email: Option<String>,
    /// The name a provider vouched for.
    pub(super) name: Option<String>,
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

    /// A facility that can be booked.
    pub(super) async fn facility(&self, key: &str) -> Result<Facility, Problem> {
        store::facility(self.city().db(), key)
            .await?
            .filter(|facility| facility.is_offered)
            .ok_or(Problem::NotFound)
    }

    /// The keyed hash of this browser's cookie; none when it holds nothing.
    pub(super) fn visit(&self) -> Option<String> {
        self.cookies.token(COOKIE).map(|token| self.hash(&token))
    }

    fn hash(&self, token: &Token) -> String {
        self.key().look_up("booking.visit", token.as_str())
    }

    /// The keyed hash of this browser's cookie, which the answer must set when it is new.
    pub(super) fn visit_or_new(&self) -> (String, Option<Token>) {
        if let Some(visit) = self.visit() {
            return (visit, None);
        }
        let token = Token::generate();
        (self.hash(&token), Some(token))
    }

    /// A redirect that sets the cookie, if there is a new one.
    pub(super) fn go(&self, to: &str, token: Option<&Token>) -> Response {
        let mut response = Redirect::to(to).into_response();
        if token.is_some() {
            self.cookies.set(&mut response, COOKIE, token, None);
        }
        response
    }

    /// Who books: the account, else whoever reads mail at the confirmed address; none while that is not known.
    pub(super) async fn person(&self) -> Result<Option<Person>, Problem> {
        if let Principal::Resident(resident) = &self.principal {
            let account = residents::store::resident(self.city().db(), self.key(), resident.id)
                .await
                .map_err(BookingError::from)?;
            return Ok(Some(Person {
                holder: Holder::Resident(resident.id),
                email: account
                    .and_then(|account| account.email)
                    .map(|email| email.as_str().to_owned()),
                name: resident.verified.as_ref().map(|verified| {
                    format!("{} {}", verified.name.family(), verified.name.given())
                }),
            }));
        }
        let Some(token) = &self.visitor.email else {
            return Ok(None);
        };
        Ok(confirmed_email(&self.identity, token)
            .await
            .map_err(BookingError::from)?
            .map(|confirmed| Person {
                holder: Holder::Email(confirmed.email.folded()),
                email: Some(confirmed.email.as_str().to_owned()),
                name: None,
            }))
    }

    /// A notice after something was done, from `?done=…`.
    pub(super) fn done(&self, done: Option<&str>) -> Option<NotificationBanner> {
        let key = format!("booking-done-{}", done?);
        self.words
            .has(&key)
            .then(|| NotificationBanner::success(self.words.get(&key)))
    }

    /// What a person reads about a failure that is theirs to mend; the problem otherwise.
    pub(super) fn explain(&self, error: BookingError) -> Result<String, Problem> {
        let words = self.words;
        let with = |key: &str, n: u32| words.with(key, &[("n", i64::from(n).into())]).into_owned();
        Ok(match error {
            BookingError::Taken => self.t("booking-error-taken"),
            BookingError::Lapsed => self.t("booking-error-lapsed"),
            BookingError::NotOffered => self.t("booking-error-not-offered"),
            BookingError::TooEarly(_) => self.t("booking-error-too-early"),
            BookingError::TooLate => self.t("booking-error-too-late"),
            BookingError::LimitReached(most) => with("booking-error-limit", most),
            BookingError::TooManyPeople(most) => with("booking-error-people", most),
            BookingError::WrongPurpose => self.t("booking-error-purpose"),
            BookingError::NotAllowed("residents") => self.t("booking-error-residents"),
            BookingError::NotAllowed("registered groups") => self.t("booking-error-groups"),
            BookingError::NotAllowed(_) => self.t("booking-error-staff"),
            BookingError::WrongState => self.t("booking-error-state"),
            other => return Err(other.into()),
        })
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

/// The day that a form or an address speaks of: `day=2026-11-28`, or the three inputs of a date field.
pub(super) fn day_of(fields: &Fields) -> Option<Date> {
    let whole = fields.get("day").parse().ok();
    whole.or_else(|| fields.date("day"))
}
