//! What every page of the desk starts from: who asks, in which language, and the frame with its menu.

use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures::future::BoxFuture;
use sea_orm::DatabaseConnection;
use yakuba_city::{
    City, CityKey, Tx,
    web::{Capability, Principal, Problem},
};
use yakuba_ui::{Catalogue, Fields, Language, Page, Shell, Words};

use super::HOME;
use crate::{
    PAGE_WORDS,
    capabilities::{RECEIVE, SET_UP, TAKE_OVER},
    error::BookingError,
    pages::words::long_day,
    store::{
        self, Facility,
        reservations::{Reservation, reservation},
    },
};

/// The texts of the desk.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("desk");

/// A request to a page of the desk.
pub(crate) struct Room {
    pub(crate) city: City,
    pub(crate) principal: Principal,
    pub(crate) query: Fields,
    pub(crate) words: Words,
    /// The texts that the public pages have as well: times, fees, states.
    pub(crate) public: Words,
    pub(crate) shell: Shell,
    refused: Option<String>,
}

impl FromRequestParts<City> for Room {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, city: &City) -> Result<Self, Self::Rejection> {
        let shell = Shell::from_request_parts(parts, city).await?;
        Ok(Self {
            city: city.clone(),
            principal: Principal::from_request_parts(parts, city).await?,
            words: WORDS.words(shell.language),
            public: PAGE_WORDS.words(shell.language),
            query: Fields::of_query(parts.uri.query().unwrap_or_default()),
            shell,
            refused: None,
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

    /// The city key, under which people are sealed.
    pub(crate) fn key(&self) -> Result<&CityKey, Problem> {
        Ok(self.city.key().map_err(BookingError::from)?)
    }

    /// A text of the desk.
    pub(crate) fn t(&self, key: &str) -> String {
        self.words.get(key).into_owned()
    }

    /// A text that the public pages have as well.
    pub(crate) fn p(&self, key: &str) -> String {
        self.public.get(key).into_owned()
    }

    pub(crate) fn account(&self) -> Result<i64, Problem> {
        self.principal
            .staff()
            .map(|staff| staff.account)
            .ok_or(Problem::SignInNeeded)
    }

    pub(crate) fn may(&self, capability: Capability, found: &Facility) -> bool {
        self.principal.holds_in(capability, found.department())
    }

    /// A facility whose department this person has something to do with; to everybody else it does not exist.
    pub(crate) async fn facility(
        &self,
        key: &str,
        capability: Capability,
    ) -> Result<Facility, Problem> {
        let found = store::facility(self.db(), key)
            .await?
            .filter(|found| {
                [RECEIVE, SET_UP, TAKE_OVER]
                    .into_iter()
                    .any(|capability| self.may(capability, found))
            })
            .ok_or(Problem::NotFound)?;
        if self.may(capability, &found) {
            Ok(found)
        } else {
            Err(Problem::NotAllowed)
        }
    }

    /// The facilities of the departments in which this person holds a capability.
    pub(crate) async fn facilities(
        &self,
        capability: Capability,
    ) -> Result<Vec<Facility>, Problem> {
        let mut all = store::facilities(self.db()).await?;
        all.retain(|found| self.may(capability, found));
        Ok(all)
    }

    /// A reservation of a facility whose reservations this person receives; to everybody else it does not exist. A session of a course
    /// is none by itself.
    pub(crate) async fn reservation(&self, id: i64) -> Result<(Reservation, Facility), Problem> {
        let (found, place) = self.reservation_or_session(id).await?;
        if found.course.is_some() {
            return Err(Problem::NotFound);
        }
        Ok((found, place))
    }

    /// A reservation as [`Self::reservation`], or a session of a course.
    pub(crate) async fn reservation_or_session(
        &self,
        id: i64,
    ) -> Result<(Reservation, Facility), Problem> {
        let found = reservation(self.db(), id)
            .await?
            .filter(|found| found.held_until.is_none())
            .ok_or(Problem::NotFound)?;
        let place = store::facility(self.db(), &found.facility)
            .await?
            .filter(|place| self.may(RECEIVE, place))
            .ok_or(Problem::NotFound)?;
        Ok((found, place))
    }

    /// Changes something in this person's name.
    pub(crate) async fn write<I, T, F>(&self, input: I, work: F) -> Result<T, BookingError>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'t> Fn(&'t Tx, &'t I) -> BoxFuture<'t, Result<T, BookingError>>
            + Send
            + Sync
            + 'static,
    {
        self.city.write(self.principal.actor(), input, work).await
    }

    /// What a failure means, when the person can mend it.
    pub(crate) fn sentence(&self, error: &BookingError) -> Option<String> {
        let with = |key: &str, n: u64| self.words.counted(key, n).into_owned();
        Some(match error {
            BookingError::Taken => self.t("desk-problem-taken"),
            BookingError::NotOffered => self.t("desk-problem-not-offered"),
            BookingError::TooEarly(_) => self.t("desk-problem-too-early"),
            BookingError::TooLate => self.t("desk-problem-too-late"),
            BookingError::LimitReached(most) => with("desk-problem-limit", u64::from(*most)),
            BookingError::TooManyPeople(most) => with("desk-problem-people", u64::from(*most)),
            BookingError::WrongPurpose => self.t("desk-problem-purpose"),
            BookingError::NotAllowed(_) => self.t("desk-problem-who"),
            BookingError::GroupTooSmall => self.t("desk-problem-group-too-small"),
            BookingError::Blocked(until) => self
                .words
                .with_text(
                    "desk-problem-blocked",
                    "day",
                    &long_day(self.public, self.language(), *until),
                )
                .into_owned(),
            BookingError::WrongState => self.t("desk-problem-state"),
            BookingError::ChangedMeanwhile => self.t("desk-problem-changed"),
            BookingError::Fee(_) => self.t("desk-problem-fee"),
            BookingError::StillBooked(count) => with("desk-problem-booked", *count),
            BookingError::MustBeMended(count) => with("desk-problem-must", *count as u64),
            BookingError::BadKey(_) => self.t("desk-problem-key"),
            BookingError::BadFile(cause) => self
                .words
                .with_text("desk-problem-yaml", "cause", cause)
                .into_owned(),
            _ => return None,
        })
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

    /// A page below the desk of booking.
    pub(crate) fn inner_page(&self, title: impl Into<String>, body: &impl Template) -> Page {
        self.page(title, body)
            .breadcrumb(self.t("desk-title"), HOME)
    }

    /// A page about a facility.
    pub(crate) fn page_of(
        &self,
        found: &Facility,
        title: impl Into<String>,
        body: &impl Template,
    ) -> Page {
        self.inner_page(title, body).breadcrumb(
            found.document.name.get(self.language()),
            format!("{HOME}/{}", found.key()),
        )
    }
}

/// Nobody keeps what is on the page: not the browser for the next person, not a proxy.
pub(crate) fn private(response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A file that nobody keeps on the way.
pub(crate) fn file(kind: &'static str, disposition: &'static str, bytes: Vec<u8>) -> Response {
    let mut response = private(bytes);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static(disposition),
    );
    response
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
