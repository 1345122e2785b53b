//! What every page of the desk starts from: who asks, in which language, and the frame with its menu.

use std::ops::{Deref, DerefMut};

use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use yakuba_city::{
    City, CityKey,
    web::{Capability, Problem},
};
use yakuba_identity::DeskRequest;
use yakuba_ui::{Catalogue, Page, Words};

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
    request: DeskRequest,
    /// The texts that the public pages have as well: times, fees, states.
    pub(crate) public: Words,
}

impl FromRequestParts<City> for Room {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, city: &City) -> Result<Self, Self::Rejection> {
        let request = DeskRequest::of(parts, city, HOME, &WORDS).await;
        Ok(Self {
            public: PAGE_WORDS.words(request.language()),
            request,
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
    /// The city key, under which people are sealed.
    pub(crate) fn key(&self) -> Result<&CityKey, Problem> {
        Ok(self.city.key().map_err(BookingError::from)?)
    }

    /// A text that the public pages have as well.
    pub(crate) fn p(&self, key: &str) -> String {
        self.public.get(key).into_owned()
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

    /// A page about a facility.
    pub(crate) fn page_of(
        &self,
        found: &Facility,
        title: impl Into<String>,
        body: &impl Template,
    ) -> Page {
        self.page_below(title, body).breadcrumb(
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
