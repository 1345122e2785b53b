//! A city with shelters, and browsers.

use sea_orm::FromQueryResult;
use yakuba_city::{
    Actor, City,
    sql::Sql as _,
    web::{Capability, Principal},
};
use yakuba_disaster::{
    DisasterService,
    store::{importing, shelters::Shelter},
};
pub(crate) use yakuba_identity::testing::{Browser, Page, staff};

const TABLE: &str = "ID,名称,名称_英字,所在地_連結表記,緯度,経度,災害種別_洪水,災害種別_地震,指定避難所との重複,想定収容人数\n\
    E0001,第一小学校,First School,中央3丁目5番6号,34.396245,135.003451,1,1,1,560\n\
    E0002,第二小学校,,南町4丁目3番7号,34.388109,135.003575,,1,1,480\n";

/// A city with two shelters.
pub(crate) async fn set_up(city: &City) {
    yakuba_identity::testing::departments(city, &["crisis"]).await;
    let places = importing::places(TABLE.as_bytes(), "shelters.csv", false).unwrap();
    let changed = city
        .write(Actor::CommandLine, places, |tx, places| {
            Box::pin(importing::bring_in(tx, places))
        })
        .await
        .unwrap();
    assert_eq!(changed, 2);
}

pub(crate) fn stranger(city: &City) -> Browser {
    Browser::new(city, &[&DisasterService]).of(Principal::Anonymous)
}

pub(crate) fn desk(city: &City, capabilities: &[Capability]) -> Browser {
    Browser::new(city, &[&DisasterService]).of(staff(7, capabilities, "crisis"))
}

pub(crate) async fn shelter(city: &City, key: &str) -> Shelter {
    yakuba_disaster::store::shelters::shelter(city.db(), key)
        .await
        .unwrap()
        .unwrap()
}

/// Opens a disaster at the desk and returns its number.
pub(crate) async fn open(city: &City, lead: &mut Browser, kind: &str, name: &str) -> i64 {
    let page = lead
        .post(
            "/desk/disaster/open",
            &[
                ("kind", kind),
                ("name-ja", name),
                ("name-en", "Typhoon"),
                ("notice-ja", "川に近づかないでください。"),
            ],
        )
        .await;
    assert_eq!(page.to, "/desk/disaster?done=opened", "{}", page.text());
    let open = yakuba_city::open_emergencies(city.db()).await.unwrap();
    open.iter().find(|one| one.name.ja == name).unwrap().id
}

/// The sum of a measure of a subject.
pub(crate) async fn counted(city: &City, measure: &str, subject: &str) -> i64 {
    #[derive(FromQueryResult)]
    struct Row {
        quantity: i64,
    }
    let rows: Vec<Row> = city
        .db()
        .rows(
            "SELECT quantity FROM facts WHERE measure = $1 AND subject = $2",
            [measure.into(), subject.into()],
        )
        .await
        .unwrap();
    rows.iter().map(|row| row.quantity).sum::<i64>() / 1_000
}

/// Tells how it is at a shelter, as its page stands now.
pub(crate) async fn tell(clerk: &mut Browser, key: &str, fields: &[(&str, &str)]) -> Page {
    let address = format!("/desk/disaster/shelters/{key}");
    let revision = clerk.get(&address).await.revision();
    let all: Vec<(&str, &str)> = [("revision", revision.as_str())]
        .into_iter()
        .chain(fields.iter().copied())
        .collect();
    clerk.post(&address, &all).await
}
