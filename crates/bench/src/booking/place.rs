//! The city that is booked.

use std::path::Path;

use yakuba_booking::{BookingError, model::document::FacilityDocument, store};
use yakuba_city::{Actor, City};
use yakuba_kernel::DepartmentCode;

use crate::Outcome;

/// The times of each room, as clock times.
pub(crate) const BANDS: [(&str, &str); 4] = [
    ("09:00", "12:00"),
    ("12:00", "15:00"),
    ("15:00", "18:00"),
    ("18:00", "21:00"),
];

/// Opens a city, in a schema of a PostgreSQL server when one is named.
pub(crate) async fn open(directory: &Path, postgres: Option<(&str, &str)>) -> Outcome<City> {
    let department = DepartmentCode::new("sports")?;
    crate::city::open(directory, postgres, "スポーツ課", &department).await
}

/// A facility with so many rooms that are booked at once.
pub(crate) fn facility(key: &str, rooms: usize) -> Outcome<FacilityDocument> {
    use std::fmt::Write as _;
    let mut text = format!(
        "format: yakuba-facility/1\nkey: {key}\nname: {{ja: 計測館}}\nkind: gym\ndepartment: sports\nstep: 30\nunits:\n"
    );
    for room in 0..rooms {
        writeln!(text, "  - {{key: room_{room}, name: {{ja: 部屋{room}}}}}")?;
    }
    text.push_str("opening:\n  - {from: \"09:00\", to: \"21:00\"}\nresources:\n");
    for room in 0..rooms {
        write!(
            text,
            "  - key: room_{room}\n    name: {{ja: 部屋{room}}}\n    takes: {{units: [room_{room}]}}\n    times:\n      bands:\n"
        )?;
        for (number, (from, to)) in BANDS.iter().enumerate() {
            writeln!(
                text,
                "        - {{key: band_{number}, name: {{ja: 時間{number}}}, from: \"{from}\", to: \"{to}\"}}"
            )?;
        }
    }
    Ok(FacilityDocument::from_yaml(&text)?)
}

/// Offers a facility.
pub(crate) async fn offer(city: &City, document: FacilityDocument) -> Outcome<()> {
    city.write(Actor::CommandLine, document, |tx, document| {
        Box::pin(async move {
            store::bring_in(tx, document).await?;
            Ok::<_, BookingError>(())
        })
    })
    .await?;
    Ok(())
}
