//! Mails about reservations. They hold the number, place and time, and nothing about the person.

pub(crate) mod lottery;

use yakuba_city::Tx;
use yakuba_identity::{CityKey, Receipt};
use yakuba_mail::{EmailAddress, Mail, enqueue};
use yakuba_ui::{Language, Words};

use crate::{
    error::BookingError,
    model::{
        document::{FacilityDocument, Resource},
        time::Span,
    },
    pages::words::{what, when},
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
        when: when(words, language, span),
        phone: document.phone.clone().unwrap_or_default(),
    }
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
