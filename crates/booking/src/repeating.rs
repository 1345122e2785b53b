//! The same time again and again, booked for somebody: by residents for themselves, and at the desk for whoever rings or comes. All days
//! are looked over first; what is booked then is what could be booked in that look.

use jiff::civil::Date;
use yakuba_city::{Actor, City};
use yakuba_identity::Receipt;
use yakuba_kernel::Channel;
use yakuba_mail::{EmailAddress, Mail, enqueue};

use crate::{
    PAGE_WORDS,
    error::BookingError,
    model::{
        document::Resource,
        fees::Use,
        series::{Failure, Pattern},
        time::{ClockTime, Span},
    },
    pages::{
        series::WORDS,
        words::{what, when},
    },
    store::{
        Facility,
        people::{Contact, Holder},
        reservations::{NewBooking, Wish},
        series::{self, NewSeries, failure_of, preview},
    },
};

/// What somebody wants again and again, once it is right.
pub(crate) struct Repeated {
    pub(crate) place: Facility,
    pub(crate) resource: Resource,
    pub(crate) pattern: Pattern,
    pub(crate) first: Date,
    pub(crate) last: Date,
    pub(crate) from: ClockTime,
    pub(crate) to: ClockTime,
    pub(crate) of: Use,
    pub(crate) holder: Holder,
    pub(crate) contact: Contact,
    pub(crate) channel: Channel,
    /// The account of whoever asks for it.
    pub(crate) resident: Option<i64>,
}

/// A series that was booked.
pub(crate) struct Made {
    /// Its place in the table.
    pub(crate) id: i64,
    /// The reservations that are new; none when the form was sent before.
    pub(crate) booked: Vec<i64>,
}

/// A day that was booked: its reservation, and the number it has.
type Booked = (i64, Span, Receipt);

impl Repeated {
    /// The days on which it falls.
    pub(crate) fn days(&self) -> Vec<Date> {
        self.pattern.days(self.first, self.last)
    }

    /// Its time on a day.
    pub(crate) fn span(&self, day: Date) -> Option<Span> {
        Span::new(day, self.from, self.to)
    }

    /// All its days, with what speaks against each.
    ///
    /// # Errors
    /// When the database does not answer or the city's key is missing.
    pub(crate) async fn look(
        &self,
        city: &City,
    ) -> Result<Vec<(Date, Option<Failure>)>, BookingError> {
        preview(
            city.db(),
            &self.place.document,
            &self.resource,
            &self.days(),
            (self.from, self.to),
            &self.holder.hash(city.key()?),
            self.channel,
            city.now(),
            city.today(),
        )
        .await
    }

    /// Books what can be booked: each day by itself, or all of them in one write. Sent twice with the same mark it is made once.
    ///
    /// # Errors
    /// What speaks against all of it, or, when all are booked in one write, against the first day that fails.
    pub(crate) async fn book(
        &self,
        city: &City,
        actor: &Actor,
        request: String,
        all_or_none: bool,
    ) -> Result<Made, BookingError> {
        let looked = self.look(city).await?;
        let mut wishes = Vec::new();
        for (day, _) in looked.iter().filter(|(_, failure)| failure.is_none()) {
            let Some(span) = self.span(*day) else {
                continue;
            };
            let new = NewBooking::new(
                city.key()?,
                self.holder.clone(),
                &self.contact,
                self.channel,
                self.of.clone(),
            )?;
            let wish = Wish {
                facility: self.place.key().to_owned(),
                resource: self.resource.key.to_string(),
                span,
                of: self.of.clone(),
            };
            wishes.push((wish, new));
        }
        let new = NewSeries {
            request,
            facility: self.place.key().to_owned(),
            resource: self.resource.key.to_string(),
            pattern: self.pattern,
            first: self.first,
            last: self.last,
            from: self.from,
            to: self.to,
            holder: self.holder.clone(),
            resident: self.resident,
            channel: self.channel,
        };
        let (id, booked) = if all_or_none {
            in_one_write(city, actor, new, wishes).await?
        } else {
            one_by_one(city, actor, new, wishes).await?
        };
        for (day, failure) in looked {
            if let Some(failure) = failure {
                note(city, actor, id, day, failure).await?;
            }
        }
        self.tell(city, actor, &booked).await?;
        Ok(Made {
            id,
            booked: booked.into_iter().map(|(id, ..)| id).collect(),
        })
    }

    /// One mail with all the numbers, in the language of whoever it is for.
    async fn tell(
        &self,
        city: &City,
        actor: &Actor,
        booked: &[Booked],
    ) -> Result<(), BookingError> {
        let address = self.contact.email.as_deref();
        let to = address.and_then(|email| EmailAddress::read(email).ok());
        let (Some(to), false) = (to, booked.is_empty()) else {
            return Ok(());
        };
        let language = self.contact.language;
        let (texts, words) = (WORDS.words(language), PAGE_WORDS.words(language));
        let days: Vec<String> = booked
            .iter()
            .map(|(_, span, number)| {
                texts
                    .with(
                        "series-mail-line",
                        &[
                            ("when", when(words, language, *span).into()),
                            ("number", number.to_string().into()),
                        ],
                    )
                    .into_owned()
            })
            .collect();
        let document = &self.place.document;
        // Whoever has no account finds each day by its number.
        let text = if self.resident.is_some() {
            "series-mail"
        } else {
            "series-mail-by-number"
        };
        let mail = Mail::new(
            to,
            texts.get("series-mail-subject"),
            texts.with(
                text,
                &[
                    ("what", what(language, document, &self.resource).into()),
                    ("days", days.join("\n").into()),
                    ("phone", document.phone.clone().unwrap_or_default().into()),
                ],
            ),
        );
        city.write(
            actor.clone(),
            (city.key()?.clone(), mail),
            |tx, (key, mail)| {
                Box::pin(async move {
                    enqueue(tx, key, mail).await.map_err(BookingError::from)?;
                    Ok::<(), BookingError>(())
                })
            },
        )
        .await
    }
}

async fn in_one_write(
    city: &City,
    actor: &Actor,
    new: NewSeries,
    wishes: Vec<(Wish, NewBooking)>,
) -> Result<(i64, Vec<Booked>), BookingError> {
    let spans: Vec<Span> = wishes.iter().map(|(wish, _)| wish.span).collect();
    let input = (city.key()?.clone(), new, wishes);
    let (id, all) = city
        .write(actor.clone(), input, |tx, (key, new, wishes)| {
            Box::pin(series::book_all(tx, key, new, wishes))
        })
        .await?;
    let booked = spans
        .into_iter()
        .zip(all)
        .filter_map(|(span, booked)| Some((booked.id, span, booked.number?)))
        .collect();
    Ok((id, booked))
}

/// Each day in a write of its own: what speaks against one of them leaves the others.
async fn one_by_one(
    city: &City,
    actor: &Actor,
    new: NewSeries,
    wishes: Vec<(Wish, NewBooking)>,
) -> Result<(i64, Vec<Booked>), BookingError> {
    let id = city
        .write(
            actor.clone(),
            (city.key()?.clone(), new),
            |tx, (key, new)| Box::pin(series::begin(tx, key, new)),
        )
        .await?;
    let mut all = Vec::new();
    for (wish, new) in wishes {
        let span = wish.span;
        let outcome = city
            .write(actor.clone(), (id, wish, new), |tx, (id, wish, new)| {
                Box::pin(series::book_day(tx, *id, wish, new))
            })
            .await;
        match outcome {
            Ok(booked) => all.extend(booked.number.map(|number| (booked.id, span, number))),
            Err(error) => {
                let Some(failure) = failure_of(&error) else {
                    return Err(error);
                };
                note(city, actor, id, span.day(), failure).await?;
            }
        }
    }
    Ok((id, all))
}

async fn note(
    city: &City,
    actor: &Actor,
    id: i64,
    day: Date,
    failure: Failure,
) -> Result<(), BookingError> {
    city.write(
        actor.clone(),
        (id, day, failure),
        |tx, (id, day, failure)| Box::pin(series::note_failure(tx, *id, *day, *failure)),
    )
    .await
}
