//! A hall, and people who want it.

use yakuba_booking::{
    BookingError,
    model::{document::FacilityDocument, fees::Use, time::Span},
    store::{
        self,
        people::{Contact, Holder},
        reservations::{self, Booked, Hold, NewBooking, Wish},
    },
};
use yakuba_city::{Actor, City};
use yakuba_kernel::Channel;

pub(crate) const HALL: &str = include_str!("../hall.yaml");

pub(crate) fn hall() -> FacilityDocument {
    FacilityDocument::from_yaml(HALL).unwrap()
}

/// Puts a facility into a city.
pub(crate) async fn offer(city: &City, document: FacilityDocument) {
    city.write(Actor::Staff(1), document, |tx, document| {
        Box::pin(async move {
            let revision = store::facility(tx.connection(), &document.key)
                .await?
                .map_or(0, |facility| facility.revision);
            store::save(tx, document, true, revision).await
        })
    })
    .await
    .unwrap();
}

pub(crate) fn span(day: &str, from: &str, to: &str) -> Span {
    Span::new(
        day.parse().unwrap(),
        from.parse().unwrap(),
        to.parse().unwrap(),
    )
    .unwrap()
}

pub(crate) fn wish(resource: &str, day: &str, from: &str, to: &str) -> Wish {
    Wish {
        facility: "hall".into(),
        resource: resource.into(),
        span: span(day, from, to),
        of: Use {
            people: 5,
            is_resident: true,
            ..Use::default()
        },
    }
}

/// A booking in the name of somebody with a mail address.
pub(crate) fn somebody(city: &City, who: &str) -> NewBooking {
    somebody_by(city, who, Channel::Online)
}

/// A booking that came in over a channel.
pub(crate) fn somebody_by(city: &City, who: &str, channel: Channel) -> NewBooking {
    NewBooking::new(
        city.key().unwrap(),
        Holder::Email(format!("{who}@example.jp")),
        &Contact {
            name: format!("澄川 {who}"),
            email: Some(format!("{who}@example.jp")),
            phone: None,
            note: None,
            language: yakuba_ui::Language::Japanese,
        },
        channel,
        Use {
            people: 5,
            is_resident: true,
            ..Use::default()
        },
    )
    .unwrap()
}

pub(crate) async fn book(city: &City, wish: Wish, new: NewBooking) -> Result<Booked, BookingError> {
    city.write(Actor::Public, (wish, new), |tx, (wish, new)| {
        Box::pin(reservations::book(tx, wish, new))
    })
    .await
}

pub(crate) async fn hold(city: &City, wish: Wish, visit: &str) -> Result<i64, BookingError> {
    let hold = Hold {
        wish,
        visit: visit.to_owned(),
    };
    city.write(Actor::Public, hold, |tx, hold| {
        Box::pin(reservations::hold(tx, hold))
    })
    .await
}

pub(crate) async fn confirm(
    city: &City,
    id: i64,
    visit: &str,
    new: NewBooking,
) -> Result<Booked, BookingError> {
    city.write(
        Actor::Public,
        (id, visit.to_owned(), new),
        |tx, (id, visit, new)| Box::pin(reservations::confirm(tx, *id, visit, new)),
    )
    .await
}
