//! The demo city's facilities: every file of `content/facilities`, with reservations that nobody made, entered as staff do on the
//! telephone by the functions of a real city.

use jiff::{ToSpan as _, civil::Date};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use yakuba_booking::{
    BookingError,
    model::{
        document::FacilityDocument,
        fees::Use,
        groups::{Age, Lives, Member},
    },
    store::{
        self,
        groups::{self, NewGroup, Review, Sent},
        people::{Contact, Holder},
        reservations::{NewBooking, Wish, book, taken},
    },
};
use yakuba_city::{Actor, City};
use yakuba_kernel::{Channel, DepartmentCode};
use yakuba_ui::Language;

use super::broken;
use crate::failure::Failure;

/// On how many days from today on something is booked.
const DAYS: i64 = 21;

/// Brings the facilities in and books about a third of what is offered in the next weeks.
pub(super) async fn make(city: &City, today: Date) -> Result<(), Failure> {
    let folder = super::CONTENT
        .get_dir("facilities")
        .ok_or_else(|| broken("facilities", "the folder is not in the program"))?;
    let mut random = StdRng::seed_from_u64(20_261_121);
    for file in folder.files() {
        let Some(path) = file.path().to_str() else {
            continue;
        };
        let document = FacilityDocument::from_yaml(super::text(path)?)
            .map_err(|error| broken(path, &error.to_string()))?;
        city.write(Actor::CommandLine, document.clone(), |tx, document| {
            Box::pin(store::bring_in(tx, document))
        })
        .await?;
        fill(city, &document, today, &mut random).await?;
    }
    groups(city, today).await
}

/// Two groups that came on paper: one is registered, one waits to be looked over.
async fn groups(city: &City, today: Date) -> Result<(), Failure> {
    let member = |place: usize| Member {
        name: format!("見本 会員{place}"),
        lives: if place.is_multiple_of(4) {
            Lives::Elsewhere
        } else {
            Lives::Here
        },
        age: if place.is_multiple_of(3) {
            Age::Senior
        } else {
            Age::Adult
        },
    };
    let department = DepartmentCode::new("lifelong_learning")
        .map_err(|error| broken("facilities", &error.to_string()))?;
    for (name, kind, members, is_registered) in [
        ("澄川バドミントンクラブ", "sports", 12, true),
        ("朗読の会 すみれ", "culture", 7, false),
    ] {
        let new = NewGroup {
            sent: Sent {
                name: name.to_owned(),
                kind: kind.to_owned(),
                about: "毎週1回、練習をしています。".to_owned(),
                contact: Contact {
                    name: "見本 花子".to_owned(),
                    email: None,
                    phone: Some("000-000-0009".to_owned()),
                    note: None,
                },
                members: (1..=members).map(member).collect(),
                language: Language::Japanese,
            },
            department: department.clone(),
            resident: None,
            request: format!("demo/{name}"),
        };
        let until = today.checked_add(1.year()).unwrap_or(today);
        let input = (city.key()?.clone(), new, is_registered, until);
        city.write(
            Actor::CommandLine,
            input,
            |tx, (key, new, is_registered, until)| {
                Box::pin(async move {
                    let id = groups::apply(tx, key, new).await?;
                    if *is_registered {
                        let register = Review::Register {
                            kind: new.sent.kind.clone(),
                            until: Some(*until),
                        };
                        groups::review(tx, key, id, 1, &register).await?;
                    }
                    Ok::<(), BookingError>(())
                })
            },
        )
        .await?;
    }
    Ok(())
}

async fn fill(
    city: &City,
    document: &FacilityDocument,
    today: Date,
    random: &mut StdRng,
) -> Result<(), Failure> {
    for offset in 1..=DAYS {
        let Ok(day) = today.checked_add(offset.days()) else {
            continue;
        };
        for resource in &document.resources {
            let taken = taken(city.db(), &document.key, day, day, city.now()).await?;
            for time in document.times_of_day(resource, day, &taken) {
                if time.left == 0 || !random.random_bool(0.3) {
                    continue;
                }
                let person: u32 = random.random_range(1..10_000);
                let of = Use {
                    people: 2,
                    purpose: resource.purposes.first().map(|purpose| purpose.key.clone()),
                    is_resident: true,
                    ..Use::default()
                };
                let contact = Contact {
                    name: "見本 太郎".to_owned(),
                    email: None,
                    phone: Some(format!("000-000-{person:04}")),
                    note: None,
                };
                let holder = Holder::Phone(format!("000-000-{person:04}"));
                let key = city.key()?;
                let new = NewBooking::new(key, holder, &contact, Channel::Phone, of.clone())?;
                let wish = Wish {
                    facility: document.key.clone(),
                    resource: resource.key.to_string(),
                    span: time.span,
                    of,
                };
                let booked = city
                    .write(Actor::CommandLine, (wish, new), |tx, (wish, new)| {
                        Box::pin(book(tx, wish, new))
                    })
                    .await;
                match booked {
                    // Not yet open, taken by its neighbour's set-up, or the same person twice: as in life.
                    Ok(_)
                    | Err(
                        BookingError::TooEarly(_)
                        | BookingError::TooLate
                        | BookingError::Taken
                        | BookingError::LimitReached(_),
                    ) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }
    Ok(())
}
