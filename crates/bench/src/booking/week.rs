//! A week of many rooms as its page shows it, beside the statements it needs.

use jiff::{ToSpan as _, civil::Date};
use sea_orm::DbBackend;
use yakuba_booking::{
    BookingError,
    model::{
        fees::Use,
        time::{ClockTime, Span, quantum},
    },
    store::{
        people::{Contact, Holder},
        reservations::{NewBooking, Wish, book},
    },
};
use yakuba_city::{Actor, City, sql::Sql as _};
use yakuba_kernel::Channel;

use super::{Booking, place, report::Week};
use crate::{
    Outcome,
    measuring::{application, page},
    report::Line,
    timing::in_turn,
};

const DAYS: i64 = 7;

/// Measures in the city of the rush, whose bookings are there, too.
pub(crate) async fn measure(city: &City, options: &Booking) -> Outcome<Week> {
    let rooms = options.resources.max(1);
    place::offer(city, place::facility("week", rooms)?).await?;
    let first = city.today().checked_add(7.days())?;
    fill(city, rooms, first).await?;
    let application = application(city)?;
    let address = format!("/booking/week?week={first}");
    let bytes = page(&application, &address).await?;
    let [ours, by_hand] = in_turn(10, options.runs, async |which| {
        if which == 0 {
            page(&application, &address).await?;
        } else {
            statements(city, first).await?;
        }
        Ok(())
    })
    .await?;
    Ok(Week {
        resources: rooms,
        bytes,
        line: Line {
            what: format!("a week of {rooms} rooms, {} kB", bytes / 1000),
            times: ours,
            by_hand: Some(by_hand),
        },
    })
}

/// Books every second time of every room.
async fn fill(city: &City, rooms: usize, first: Date) -> Outcome<()> {
    let mut wishes = Vec::new();
    for offset in 0..DAYS {
        let day = first.checked_add(offset.days())?;
        for room in 0..rooms {
            for (number, (from, to)) in place::BANDS.iter().enumerate() {
                if (room + number + usize::try_from(offset)?) % 2 == 0 {
                    continue;
                }
                let of = Use {
                    people: 4,
                    is_resident: true,
                    ..Use::default()
                };
                let phone = format!("000-{room:04}-{number}{offset}");
                let contact = Contact {
                    name: "髙橋 花子".to_owned(),
                    email: None,
                    phone: Some(phone.clone()),
                    note: None,
                    language: yakuba_booking::Language::Japanese,
                };
                let new = NewBooking::new(
                    city.key()?,
                    Holder::Phone(phone),
                    &contact,
                    Channel::Phone,
                    of.clone(),
                )?;
                let wish = Wish {
                    facility: "week".to_owned(),
                    resource: format!("room_{room}"),
                    span: Span::new(day, from.parse()?, to.parse()?).ok_or("the time is none")?,
                    of,
                };
                wishes.push((wish, new));
            }
        }
    }
    city.write(Actor::CommandLine, wishes, |tx, wishes| {
        Box::pin(async move {
            for (wish, new) in wishes {
                book(tx, wish, new).await?;
            }
            Ok::<_, BookingError>(())
        })
    })
    .await?;
    Ok(())
}

/// What any program must ask the database for to show it: the rooms, and what is taken of them.
async fn statements(city: &City, first: Date) -> Outcome<()> {
    #[derive(sea_orm::FromQueryResult)]
    #[allow(dead_code)] // read, not used
    struct Taken {
        key: String,
        steps: Option<String>,
    }
    // As the page asks: a row for each room and not 12,000 for the steps, by the primary key on both databases.
    let steps = match city.db().get_database_backend() {
        DbBackend::Postgres => "string_agg(t.at::text, ',')",
        _ => "group_concat(t.at)",
    };
    let document: Option<String> = city
        .db()
        .value(
            "SELECT document FROM booking_facilities WHERE key = 'week'",
            [],
        )
        .await?;
    let from = quantum(first, ClockTime::default());
    let to = quantum(first.checked_add(DAYS.days())?, ClockTime::default());
    let taken: Vec<Taken> = city
        .db()
        .rows(
            &format!(
                "SELECT u.key, (SELECT {steps} FROM booking_taken t WHERE t.unit_id = u.id AND t.at >= $1 AND t.at < $2) AS steps \
                 FROM booking_units u WHERE u.facility_key = 'week'"
            ),
            [from.into(), to.into()],
        )
        .await?;
    std::hint::black_box((document, taken));
    Ok(())
}
