//! The jobs of waiting lists and reminders, and the mails they send.

use jiff::civil::Date;
use serde_json::Value as Json;
use yakuba_city::{Actor, City, JobFailure, JobKind};
use yakuba_mail::{EmailAddress, Mail, enqueue};

use crate::{
    PAGE_WORDS,
    error::BookingError,
    pages::{
        waiting::WORDS as WAITING_WORDS,
        words::{moment, what, when, when_of},
    },
    store::{
        facility, reminders,
        waiting::{self, OFFER_JOB, TELL_JOB},
    },
};

const REMIND_JOB: &str = "booking.remind";
const WAITING_JOB: &str = "booking.waiting_over";

/// The jobs of this room.
pub(crate) fn jobs() -> Vec<JobKind> {
    vec![
        JobKind::new(OFFER_JOB, |city, payload| async move {
            failing(offer(&city, &payload).await)
        }),
        JobKind::new(TELL_JOB, |city, payload| async move {
            failing(tell(&city, &payload).await)
        }),
        JobKind::new(
            REMIND_JOB,
            |city, _| async move { failing(remind(&city).await) },
        )
        .every_day(),
        JobKind::new(WAITING_JOB, |city, _| async move {
            let outcome = city
                .write(program(WAITING_JOB), (), |tx, ()| {
                    Box::pin(waiting::end_what_is_over(tx))
                })
                .await;
            failing(outcome.map(|_| ()))
        })
        .every_day(),
    ]
}

fn program(name: &str) -> Actor {
    Actor::Program(name.to_owned())
}

fn failing(outcome: Result<(), BookingError>) -> Result<(), JobFailure> {
    outcome.map_err(|error| JobFailure::from_error(&error))
}

/// Offers what is free of a facility on a day.
async fn offer(city: &City, payload: &Json) -> Result<(), BookingError> {
    let key = payload["facility"].as_str().unwrap_or_default().to_owned();
    let Ok(day) = payload["day"].as_str().unwrap_or_default().parse::<Date>() else {
        return Ok(());
    };
    city.write(program(OFFER_JOB), (key, day), |tx, (key, day)| {
        Box::pin(waiting::bring_up_to_date(tx, key, *day))
    })
    .await
}

/// Tells somebody that a time is held for them. The mail says what and until when; nobody who reads it can take it without being them.
async fn tell(city: &City, payload: &Json) -> Result<(), BookingError> {
    let id = payload["entry"].as_i64().unwrap_or(0);
    let Some(entry) = waiting::entry(city.db(), id).await? else {
        return Ok(());
    };
    let key = city.key()?;
    let (Some(wanted), Some(until)) = (entry.wanted(key)?, entry.offered_until) else {
        return Ok(());
    };
    let place = facility(city.db(), &entry.facility).await?;
    let resource = place
        .as_ref()
        .and_then(|place| place.document.resource(&entry.resource));
    let to = wanted
        .contact
        .email
        .as_deref()
        .and_then(|email| EmailAddress::read(email).ok());
    let (Some(place), Some(resource), Some(to)) = (&place, resource, to) else {
        return Ok(());
    };
    let language = wanted.language();
    let texts = WAITING_WORDS.words(language);
    let mail = Mail::new(
        to,
        texts.get("waiting-mail-subject"),
        texts.with(
            "waiting-mail",
            &[
                ("what", what(language, &place.document, resource).into()),
                (
                    "when",
                    when_of(PAGE_WORDS.words(language), language, resource, entry.span).into(),
                ),
                ("until", moment(language, until).into()),
                (
                    "phone",
                    place.document.phone.clone().unwrap_or_default().into(),
                ),
            ],
        ),
    )
    .until(until);
    city.write(
        program(TELL_JOB),
        (key.clone(), id, mail),
        |tx, (key, id, mail)| {
            Box::pin(async move {
                if waiting::tell_once(tx, *id).await? {
                    enqueue(tx, key, mail).await.map_err(BookingError::from)?;
                }
                Ok(())
            })
        },
    )
    .await
}

/// Reminds of what is near, in the language in which it was booked.
async fn remind(city: &City) -> Result<(), BookingError> {
    let key = city.key()?;
    for due in reminders::due(city.db(), city.today(), city.now()).await? {
        let found = &due.reservation;
        let Some((_, contact)) = found.contact(key)? else {
            continue;
        };
        let to = contact
            .email
            .as_deref()
            .and_then(|email| EmailAddress::read(email).ok());
        let place = facility(city.db(), &found.facility).await?;
        let resource = place
            .as_ref()
            .and_then(|place| place.document.resource(&found.resource));
        let (Some(place), Some(resource), Some(to)) = (&place, resource, to) else {
            continue;
        };
        let language = contact.language;
        let words = PAGE_WORDS.words(language);
        let text = words.with(
            "booking-mail-reminder",
            &[
                ("what", what(language, &place.document, resource).into()),
                ("when", when(words, language, found.span).into()),
                (
                    "phone",
                    place.document.phone.clone().unwrap_or_default().into(),
                ),
            ],
        );
        let subject = words.get("booking-mail-reminder-subject");
        let mail = Mail::new(to, subject, text).until(found.span.beginning());
        city.write(
            program(REMIND_JOB),
            (key.clone(), due.clone(), mail),
            |tx, (key, due, mail)| {
                Box::pin(async move {
                    if reminders::note(tx, due).await? {
                        enqueue(tx, key, mail).await.map_err(BookingError::from)?;
                    }
                    Ok::<(), BookingError>(())
                })
            },
        )
        .await?;
    }
    Ok(())
}
