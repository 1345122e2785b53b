//! Mails about reservations. They hold the number, place and time, and nothing about the person.

pub(crate) mod lottery;

use yakuba_city::Tx;
use yakuba_identity::{CityKey, Receipt};
use yakuba_mail::{EmailAddress, Mail, enqueue};
use yakuba_ui::{Language, Words};

use crate::{
    desk::WORDS,
    error::BookingError,
    model::{
        document::{FacilityDocument, Resource},
        time::Span,
    },
    pages::words::{amount, sessions, what, when, when_of},
    store::reservations::Reservation,
};

/// What a mail is about, put into words before the write in which it is sent.
#[derive(Clone)]
pub(crate) struct Prepared {
    to: EmailAddress,
    words: Words,
    what: String,
    when: String,
    phone: String,
}

/// What has happened.
pub(crate) enum News<'a> {
    /// It is booked, under this number.
    Confirmed(&'a Receipt),
    /// It waits for staff, under this number.
    Requested(&'a Receipt),
    /// It was given up.
    Cancelled,
    /// It is at another time or place.
    Moved,
    /// It is to be at another time or place, and waits for staff.
    MovedRequested,
}

/// Puts a reservation into words.
pub(crate) fn prepare(
    words: Words,
    language: Language,
    to: EmailAddress,
    document: &FacilityDocument,
    resource: &Resource,
    span: Span,
) -> Prepared {
    Prepared {
        to,
        words,
        what: what(language, document, resource),
        when: when_in_mails(words, language, resource, span),
        phone: document.phone.clone().unwrap_or_default(),
    }
}

/// Day and time; of a course each session in a line of its own.
fn when_in_mails(words: Words, language: Language, resource: &Resource, span: Span) -> String {
    std::iter::once(when_of(words, language, resource, span))
        .chain(sessions(words, language, resource, span))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Sends the news, in the write that makes it.
///
/// # Errors
/// When the mail cannot be sealed or the database does not answer.
pub(crate) async fn tell(
    tx: &Tx,
    key: &CityKey,
    about: &Prepared,
    news: News<'_>,
) -> Result<(), BookingError> {
    let words = about.words;
    let (subject, text, number) = match news {
        News::Confirmed(number) => (
            "booking-mail-confirmed-subject",
            "booking-mail-confirmed",
            number.to_string(),
        ),
        News::Requested(number) => (
            "booking-mail-requested-subject",
            "booking-mail-requested",
            number.to_string(),
        ),
        News::Cancelled => (
            "booking-mail-cancelled-subject",
            "booking-mail-cancelled",
            String::new(),
        ),
        News::Moved => (
            "booking-mail-moved-subject",
            "booking-mail-moved",
            String::new(),
        ),
        News::MovedRequested => (
            "booking-mail-moved-subject",
            "booking-mail-moved-requested",
            String::new(),
        ),
    };
    let text = words.with(
        text,
        &[
            ("what", about.what.as_str().into()),
            ("when", about.when.as_str().into()),
            ("number", number.into()),
            ("phone", about.phone.as_str().into()),
        ],
    );
    let mail = Mail::new(about.to.clone(), words.get(subject), text);
    enqueue(tx, key, &mail).await.map_err(BookingError::from)?;
    Ok(())
}

/// What the city has done with somebody's reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CityNews {
    /// Staff have entered it for somebody who rang or came.
    Entered,
    /// Staff have agreed to it.
    Approved,
    /// Staff have not agreed to it.
    Refused,
    /// Staff have cancelled it.
    Cancelled,
    /// It is at another time or place now.
    Moved,
    /// It had to give way to the city's own use.
    Displaced,
    /// It had to give way because the facility closes.
    Closed,
}

impl CityNews {
    /// The name in message keys.
    fn name(self) -> &'static str {
        match self {
            Self::Entered => "entered",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::Moved => "moved",
            Self::Displaced => "displaced",
            Self::Closed => "closed",
        }
    }
}

/// Tells whoever booked what the city has done, with what is said about it, in the write that does it. Returns whether there is an
/// address to which it goes; whoever has none must be rung.
///
/// # Errors
/// When the mail cannot be sealed or the database does not answer.
pub(crate) async fn tell_by_city(
    tx: &Tx,
    key: &CityKey,
    document: &FacilityDocument,
    found: &Reservation,
    news: CityNews,
    said: &str,
) -> Result<bool, BookingError> {
    let Some((number, contact)) = found.contact(key)? else {
        return Ok(false);
    };
    let address = contact.email.as_deref();
    let Some(to) = address.and_then(|email| EmailAddress::read(email).ok()) else {
        return Ok(false);
    };
    let language = contact.language;
    let (words, public) = (WORDS.words(language), crate::PAGE_WORDS.words(language));
    let resource = document.resource(&found.resource);
    let place = resource.map_or_else(String::new, |resource| what(language, document, resource));
    let time = match resource {
        Some(resource) if found.is_course => when_in_mails(public, language, resource, found.span),
        _ => when(public, language, found.span),
    };
    // Of a course only this session is called off.
    let session = match news {
        CityNews::Displaced | CityNews::Closed if found.course.is_some() => "-session",
        _ => "",
    };
    let text = words.with(
        &format!("desk-mail-{}{session}", news.name()),
        &[
            ("what", place.into()),
            ("when", time.into()),
            ("number", number.into()),
            ("fee", amount(public, found.fee).into()),
            ("said", said.to_owned().into()),
            ("phone", document.phone.clone().unwrap_or_default().into()),
        ],
    );
    let subject = words.get(&format!("desk-mail-{}{session}-subject", news.name()));
    let mail = Mail::new(to, subject, text);
    enqueue(tx, key, &mail).await?;
    Ok(true)
}

/// Tells whoever booked a series which of its days the city has cancelled, in one mail, in the write that does it.
///
/// # Errors
/// When the mail cannot be sealed or the database does not answer.
pub(crate) async fn tell_days_cancelled(
    tx: &Tx,
    key: &CityKey,
    document: &FacilityDocument,
    cancelled: &[Reservation],
    said: &str,
) -> Result<(), BookingError> {
    let Some(first) = cancelled.first() else {
        return Ok(());
    };
    let contact = first.contact(key)?.map(|(_, contact)| contact);
    let Some((to, language)) = contact.and_then(|contact| {
        let to = EmailAddress::read(contact.email.as_deref()?).ok()?;
        Some((to, contact.language))
    }) else {
        return Ok(());
    };
    let (words, public) = (WORDS.words(language), crate::PAGE_WORDS.words(language));
    let place = document
        .resource(&first.resource)
        .map_or_else(String::new, |resource| what(language, document, resource));
    let days: Vec<String> = cancelled
        .iter()
        .map(|one| when(public, language, one.span))
        .collect();
    let text = words.with(
        "desk-mail-days-cancelled",
        &[
            ("what", place.into()),
            ("days", days.join("\n").into()),
            ("said", said.to_owned().into()),
            ("phone", document.phone.clone().unwrap_or_default().into()),
        ],
    );
    let mail = Mail::new(to, words.get("desk-mail-cancelled-subject"), text);
    enqueue(tx, key, &mail).await?;
    Ok(())
}
