//! What every handler needs of a request, and the cookie under which a browser holds times.

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, Method, header, request::Parts},
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

use super::{limits, words::long_day};
use crate::{
    PAGE_WORDS,
    error::BookingError,
    model::{document::Rules, fees::Use},
    store::{
        self, Facility,
        groups::{Group, groups_of},
        people::Holder,
    },
};

const COOKIE: &str = "yakuba_booking";
/// What is counted when somebody looks for a reservation by its number.
const LOOK_UP: &str = "booking.look_up";

/// Who asks, in which language, with which cookies.
pub(crate) struct Asked {
    pub(crate) identity: Identity,
    pub(crate) visitor: Visitor,
    pub(crate) principal: Principal,
    pub(crate) shell: Shell,
    pub(crate) words: Words,
    pub(crate) language: Language,
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
        if parts.method == Method::POST {
            let city = identity.city();
            let source = format!("{} {}", city.database().shown(), visitor.source_range());
            limits::admit(source, city.now()).map_err(Problem::TooMany)?;
        }
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
pub(crate) struct Person {
    pub(crate) holder: Holder,
    pub(crate) email: Option<String>,
    /// The name a provider vouched for.
    pub(crate) name: Option<String>,
    /// The groups in whose name they may book today.
    pub(crate) groups: Vec<Group>,
}

/// The value by which a form says that it is for oneself.
pub(crate) const ONESELF: &str = "self";

/// The value by which a form says for which group it is.
pub(crate) fn group_value(group: &Group) -> String {
    format!("group-{}", group.id)
}

impl Person {
    /// Books in the name of what a form says: oneself, or one of the groups. Whatever else it says stays oneself.
    #[must_use]
    pub(crate) fn acting_as(mut self, chosen: &str) -> Self {
        if let Some(group) = self
            .groups
            .iter()
            .find(|group| group_value(group) == chosen)
        {
            self.holder = Holder::Group(group.id);
        }
        self
    }

    /// The group in whose name they book.
    pub(crate) fn group(&self) -> Option<&Group> {
        match self.holder {
            Holder::Group(id) => self.groups.iter().find(|group| group.id == id),
            _ => None,
        }
    }

    /// What a booking's fee depends on, once it is known in whose name it is.
    ///
    /// # Errors
    /// [`BookingError::GroupTooSmall`].
    pub(crate) fn shapes(&self, mut of: Use, rules: &Rules) -> Result<Use, BookingError> {
        if let Some(group) = self.group() {
            group.shapes(&mut of, rules)?;
        }
        Ok(of)
    }
}

impl Asked {
    pub(crate) fn city(&self) -> &City {
        self.identity.city()
    }

    pub(crate) fn key(&self) -> &CityKey {
        self.identity.key()
    }

    pub(super) fn cookies(&self) -> &Cookies {
        &self.cookies
    }

    /// Counts a look-up by number against where it comes from, before it is judged.
    pub(super) async fn begin_looking_up(&self) -> Result<(), Problem> {
        let wait = self
            .identity
            .begin_try(&self.visitor, LOOK_UP)
            .await
            .map_err(BookingError::from)?;
        wait.map_or(Ok(()), |seconds| Err(Problem::TooMany(seconds)))
    }

    /// The number was right: the look-up is not counted.
    pub(super) async fn found_it(&self) -> Result<(), Problem> {
        self.identity
            .try_succeeded(&self.visitor, LOOK_UP)
            .await
            .map_err(BookingError::from)?;
        Ok(())
    }

    pub(crate) fn t(&self, key: &str) -> String {
        self.words.get(key).into_owned()
    }

    /// A facility that can be booked.
    pub(crate) async fn facility(&self, key: &str) -> Result<Facility, Problem> {
        store::facility(self.city().db(), key)
            .await?
            .filter(|facility| facility.is_offered)
            .ok_or(Problem::NotFound)
    }

    /// The keyed hash of this browser's cookie; none when it holds nothing.
    pub(crate) fn visit(&self) -> Option<String> {
        self.cookies.token(COOKIE).map(|token| self.hash(&token))
    }

    fn hash(&self, token: &Token) -> String {
        self.key().look_up("booking.visit", token.as_str())
    }

    /// The keyed hash of this browser's cookie, which the answer must set when it is new.
    pub(crate) fn visit_or_new(&self) -> (String, Option<Token>) {
        if let Some(visit) = self.visit() {
            return (visit, None);
        }
        let token = Token::generate();
        (self.hash(&token), Some(token))
    }

    /// A redirect that sets the cookie, if there is a new one.
    pub(crate) fn go(&self, to: &str, token: Option<&Token>) -> Response {
        let mut response = Redirect::to(to).into_response();
        if token.is_some() {
            self.cookies.set(&mut response, COOKIE, token, None);
        }
        response
    }

    /// Who books: the account, else whoever reads mail at the confirmed address; none while that is not known.
    pub(crate) async fn person(&self) -> Result<Option<Person>, Problem> {
        if let Principal::Resident(resident) = &self.principal {
            let account = residents::store::resident(self.city().db(), self.key(), resident.id)
                .await
                .map_err(BookingError::from)?;
            let today = self.city().today();
            let mut groups = groups_of(self.city().db(), resident.id).await?;
            groups.retain(|group| group.is_registered(today));
            return Ok(Some(Person {
                groups,
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
                groups: Vec::new(),
            }))
    }

    /// A notice after something was done, from `?done=…`.
    pub(crate) fn done(&self, done: Option<&str>) -> Option<NotificationBanner> {
        let key = format!("booking-done-{}", done?);
        self.words
            .has(&key)
            .then(|| NotificationBanner::success(self.words.get(&key)))
    }

    /// What a person reads about a failure that is theirs to mend; the problem otherwise.
    pub(crate) fn explain(&self, error: BookingError) -> Result<String, Problem> {
        let words = self.words;
        let with = |key: &str, n: u32| words.with(key, &[("n", i64::from(n).into())]).into_owned();
        Ok(match error {
            BookingError::Taken => self.t("booking-error-taken"),
            BookingError::Lapsed => self.t("booking-error-lapsed"),
            BookingError::NotOffered => self.t("booking-error-not-offered"),
            BookingError::EquipmentTaken(_) => self.t("booking-error-equipment"),
            BookingError::TooEarly(_) => self.t("booking-error-too-early"),
            BookingError::TooLate => self.t("booking-error-too-late"),
            BookingError::LimitReached(most) => with("booking-error-limit", most),
            BookingError::TooManyPeople(most) => with("booking-error-people", most),
            BookingError::WrongPurpose => self.t("booking-error-purpose"),
            BookingError::NotAllowed("residents") => self.t("booking-error-residents"),
            BookingError::NotAllowed("registered groups") => self.t("booking-error-groups"),
            BookingError::NotAllowed(_) => self.t("booking-error-staff"),
            BookingError::WrongState => self.t("booking-error-state"),
            BookingError::GroupTooSmall => self.t("booking-error-group-too-small"),
            BookingError::Blocked(until) => words
                .with_text(
                    "booking-error-blocked",
                    "day",
                    &long_day(words, self.language, until),
                )
                .into_owned(),
            other => return Err(other.into()),
        })
    }
}

/// Nobody else may keep what is on the page: not the browser for the next person, not a proxy.
pub(crate) fn private(response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The day that a form or an address speaks of: `day=2026-11-28`, or the three inputs of a date field.
pub(crate) fn day_of(fields: &Fields) -> Option<Date> {
    let whole = fields.get("day").parse().ok();
    whole.or_else(|| fields.date("day"))
}
