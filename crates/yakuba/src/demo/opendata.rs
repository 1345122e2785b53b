//! The demo city's open data: every dataset of `content/opendata` published, and one that a section is preparing, with a file as sections
//! have them, sent and not yet taken.

use jiff::{ToSpan as _, civil::Date};
use yakuba_city::{Actor, City};
use yakuba_kernel::DepartmentCode;
use yakuba_places::{
    PlacesError,
    model::{
        document::{DatasetDocument, Licence, Rhythm, Theme},
        package::Package,
    },
    store::{self, Whole},
};

use super::{CONTENT, broken, city::morning_of};
use crate::{commands::opendata::whole_of, failure::Failure};

/// The list of datasets.
const LIST: &str = "opendata/catalogue.yaml";
/// A file that no standard knows, in an old charset and with everything that goes wrong in such files.
const RAW: &str = "opendata/raw-bicycle-parking.csv";

/// Publishes everything; at the end the clock stands on the story's last day.
pub(super) async fn make(city: &City, today: Date) -> Result<(), Failure> {
    let package = Package::from_yaml(super::text(LIST)?).map_err(|error| broken(LIST, &error))?;
    let published = today.checked_sub(19.days()).unwrap_or(today);
    city.clock().set(morning_of(published)?);
    for packed in &package.datasets {
        let whole = whole_of(packed, |path| bytes(&format!("opendata/{path}")), true)?;
        city.write(Actor::Staff(1), whole, |tx, whole: &Whole| {
            Box::pin(store::bring_in(tx, whole))
        })
        .await?;
    }
    city.clock().set(morning_of(today)?);
    let document = DatasetDocument {
        key: "parking".to_owned(),
        title: "市営駐輪場一覧".to_owned(),
        title_en: "City bicycle parking".to_owned(),
        description: "市営の駐輪場の場所と使える時間です。".to_owned(),
        description_en: String::new(),
        department: DepartmentCode::new("roads_parks").map_err(PlacesError::from)?,
        theme: Theme::Transport,
        keywords: vec!["自転車".to_owned(), "駐輪場".to_owned()],
        licence: Licence::CcBy,
        rhythm: Rhythm::Yearly,
        area: "澄川市".to_owned(),
        from: None,
        until: None,
        contact: "道路公園課".to_owned(),
        phone: "(000)000-0108".to_owned(),
        email: String::new(),
        national: None,
    };
    let raw = bytes(RAW)?;
    city.write(Actor::Staff(1), (document, raw), |tx, (document, raw)| {
        Box::pin(async move {
            store::create(tx, document, "").await?;
            let file = store::add_file(tx, &document.key, &document.title).await?;
            store::keep_pending(tx, &document.key, file, "駐輪場.csv", raw).await
        })
    })
    .await
    .map_err(|error: PlacesError| error.into())
}

/// Makes and publishes what is made from the records of the other services, when they are there.
pub(super) async fn make_from_records(city: &City) -> Result<(), Failure> {
    let package = Package::from_yaml(super::text(LIST)?).map_err(|error| broken(LIST, &error))?;
    // In the order of the file: the list of everything published stands last in it.
    let sources = package
        .datasets
        .iter()
        .filter(|packed| !packed.source.is_empty());
    for packed in sources {
        store::make_and_publish(city, Actor::Staff(1), &packed.dataset.key).await?;
    }
    Ok(())
}

fn bytes(path: &str) -> Result<Vec<u8>, Failure> {
    CONTENT
        .get_file(path)
        .map(|file| file.contents().to_vec())
        .ok_or_else(|| broken(path, "it is not in the program"))
}
