//! The times that other services take: at counters, for check-ups and for advice.

use futures::future::BoxFuture;
use jiff::{
    ToSpan as _,
    civil::{Date, Time},
};
use yakuba_city::{Appointment, City, CityError, Slot, SlotSource, Slots, Tx};
use yakuba_kernel::Channel;
use yakuba_ui::Language;

use crate::{
    error::BookingError,
    model::{
        document::{FacilityDocument, FacilityKind, Resource, Way, Who},
        rules::Window,
        time::{ClockTime, Span},
    },
    pages::words::what,
    store::{
        facilities, facility,
        reservations::{Wish, give_back, keep, kept, of_record, take_for, taken_but, wish_for},
    },
};

/// The times of this service, for [`yakuba_city::Service::slots`].
pub(crate) struct Times;

/// Whether times of a resource can be taken by other services: at once, for nothing, by anybody or by nobody but staff.
fn can_be_taken(document: &FacilityDocument, resource: &Resource) -> bool {
    let rules = document.rules_of(resource);
    matches!(
        document.kind,
        FacilityKind::Counter | FacilityKind::CheckUp | FacilityKind::Consultation
    ) && matches!(rules.who, Who::Anyone | Who::StaffOnly)
        && rules.way == Way::Instant
        && rules.lottery.is_none()
        && resource.fee.is_none()
}

fn clock(time: Time) -> Option<ClockTime> {
    let minutes =
        u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs());
    ClockTime::from_minutes(minutes)
}

fn time(clock: ClockTime) -> Option<Time> {
    let minutes = i8::try_from(clock.minutes() % 60).ok()?;
    Time::new(i8::try_from(clock.minutes() / 60).ok()?, minutes, 0, 0).ok()
}

fn slot(of: &SlotSource, span: Span) -> Option<Slot> {
    Some(Slot {
        of: of.clone(),
        day: span.day(),
        from: time(span.from())?,
        to: time(span.to())?,
    })
}

fn wish(slot: &Slot) -> Option<Wish> {
    let span = Span::new(slot.day, clock(slot.from)?, clock(slot.to)?)?;
    Some(wish_for(&slot.of.facility, &slot.of.resource, span))
}

/// Whether it could be had; what somebody can mend by choosing another time is no failure.
fn could<T>(outcome: Result<T, BookingError>) -> Result<bool, CityError> {
    match outcome {
        Ok(_) => Ok(true),
        Err(
            BookingError::Taken
            | BookingError::NotOffered
            | BookingError::TooEarly(_)
            | BookingError::TooLate
            | BookingError::Lapsed
            | BookingError::NoSuchResource(_)
            | BookingError::TooManyPeople(_),
        ) => Ok(false),
        Err(error) => Err(failed(error)),
    }
}

fn failed(error: BookingError) -> CityError {
    match error {
        BookingError::City(error) => error,
        error => CityError::Stored {
            what: "reservation",
            cause: error.to_string(),
        },
    }
}

async fn free(
    city: &City,
    of: &SlotSource,
    until: Date,
    mark: &str,
) -> Result<Vec<Slot>, BookingError> {
    let Some(place) = facility(city.db(), &of.facility)
        .await?
        .filter(|place| place.is_offered)
    else {
        return Ok(Vec::new());
    };
    let document = &place.document;
    let Some(resource) = document
        .resource(&of.resource)
        .filter(|resource| can_be_taken(document, resource))
    else {
        return Ok(Vec::new());
    };
    let (today, now) = (city.today(), city.now());
    let own = kept(city.db(), mark, now).await?.map_or(0, |own| own.id);
    let taken = taken_but(city.db(), &of.facility, (today, until), now, own).await?;
    let rules = document.rules_of(resource);
    let mut found = Vec::new();
    let mut day = today;
    while day <= until {
        let times = document.times_of_day(resource, day, &taken);
        found.extend(
            times
                .into_iter()
                .filter(|time| time.left > 0 && rules.window(time.span, now) == Window::Open)
                .filter(|time| document.offers(resource, time.span))
                .filter_map(|time| slot(of, time.span)),
        );
        match day.checked_add(1.day()) {
            Ok(next) => day = next,
            Err(_) => break,
        }
    }
    Ok(found)
}

impl Slots for Times {
    fn sources<'a>(
        &'a self,
        city: &'a City,
        language: &'a str,
    ) -> BoxFuture<'a, Result<Vec<(SlotSource, String)>, CityError>> {
        Box::pin(async move {
            let language = Language::from_code(language).unwrap_or_default();
            let mut found = Vec::new();
            for place in facilities(city.db()).await.map_err(failed)? {
                if !place.is_offered {
                    continue;
                }
                for resource in &place.document.resources {
                    if can_be_taken(&place.document, resource) {
                        let of = SlotSource {
                            facility: place.key().to_owned(),
                            resource: resource.key.to_string(),
                        };
                        found.push((of, what(language, &place.document, resource)));
                    }
                }
            }
            Ok(found)
        })
    }

    fn knows<'a>(
        &'a self,
        tx: &'a Tx,
        of: &'a SlotSource,
    ) -> BoxFuture<'a, Result<bool, CityError>> {
        Box::pin(async move { is_allowed(tx, &of.facility, &of.resource).await })
    }

    fn free<'a>(
        &'a self,
        city: &'a City,
        of: &'a SlotSource,
        until: Date,
        mark: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Slot>, CityError>> {
        Box::pin(async move { free(city, of, until, mark).await.map_err(failed) })
    }

    fn keep<'a>(
        &'a self,
        tx: &'a Tx,
        mark: &'a str,
        slot: Option<&'a Slot>,
    ) -> BoxFuture<'a, Result<bool, CityError>> {
        Box::pin(async move {
            let Some(slot) = slot else {
                return could(keep(tx, mark, None).await);
            };
            match wish(slot) {
                Some(wish) if is_allowed(tx, &wish.facility, &wish.resource).await? => {
                    could(keep(tx, mark, Some(&wish)).await)
                }
                _ => Ok(false),
            }
        })
    }

    fn take<'a>(
        &'a self,
        tx: &'a Tx,
        mark: &'a str,
        slot: &'a Slot,
        record: &'a str,
        channel: Channel,
    ) -> BoxFuture<'a, Result<bool, CityError>> {
        Box::pin(async move {
            match wish(slot) {
                Some(wish) if is_allowed(tx, &wish.facility, &wish.resource).await? => {
                    could(take_for(tx, mark, &wish, record, channel).await)
                }
                _ => Ok(false),
            }
        })
    }

    fn give_back<'a>(
        &'a self,
        tx: &'a Tx,
        record: &'a str,
    ) -> BoxFuture<'a, Result<(), CityError>> {
        Box::pin(async move { give_back(tx, record).await.map_err(failed) })
    }

    fn appointment<'a>(
        &'a self,
        city: &'a City,
        record: &'a str,
        language: &'a str,
    ) -> BoxFuture<'a, Result<Option<Appointment>, CityError>> {
        Box::pin(async move {
            let all = of_record(city.db(), record).await.map_err(failed)?;
            let Some(found) = all.into_iter().next() else {
                return Ok(None);
            };
            let of = SlotSource {
                facility: found.facility.clone(),
                resource: found.resource.clone(),
            };
            let place = facility(city.db(), &found.facility).await.map_err(failed)?;
            let language = Language::from_code(language).unwrap_or_default();
            let name = place
                .as_ref()
                .and_then(|place| {
                    let resource = place.document.resource(&found.resource)?;
                    Some(what(language, &place.document, resource))
                })
                .unwrap_or_default();
            Ok(slot(&of, found.span).map(|slot| Appointment {
                slot,
                name,
                is_off: !found.state.takes_units(),
                desk: crate::desk::href(found.id),
            }))
        })
    }
}

/// Whether a resource gives times to other services at all.
async fn is_allowed(tx: &Tx, key: &str, resource: &str) -> Result<bool, CityError> {
    let place = facility(tx.connection(), key).await.map_err(failed)?;
    Ok(place.is_some_and(|place| {
        place.is_offered
            && place
                .document
                .resource(resource)
                .is_some_and(|resource| can_be_taken(&place.document, resource))
    }))
}
