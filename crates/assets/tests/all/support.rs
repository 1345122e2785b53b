//! A city with registers, browsers and devices.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use sea_orm::FromQueryResult;
use yakuba_assets::{
    AssetService,
    model::{
        draft::{self, Draft},
        kind::Kind,
        state::State,
    },
    store::{
        self, Asset,
        alerts::Teller,
        key_hash,
        telemetry::{Message, Outcome, tell},
    },
};
use yakuba_city::{
    Actor, City, run_due_jobs,
    sql::Sql as _,
    web::{Capability, Principal},
};
pub(crate) use yakuba_identity::testing::{Browser, staff};
use yakuba_kernel::{Decimal, Point};

pub(crate) const CAMERA: &str = "format: yakuba-assets/1
key: camera
name: {ja: 防犯カメラ, en: Camera}
about: {ja: まちを見守ります。, en: They watch.}
department: crisis
public: true
fields:
  - {key: pole, name: 柱の番号, type: text, required: true}
  - {key: height, name: 高さ, type: number, unit: m, public: true}
  - {key: night, name: 夜間撮影, type: flag}
inspection_months: 12
telemetry:
  every_minutes: 5
  silent_after_minutes: 15
  escalate_after_minutes: 60
  mail: [crisis@example.jp]
  escalate_to: [head@example.jp]
  values:
    - {key: heat, name: 温度, unit: ℃, least: -10, most: 60}
";
pub(crate) const TRAP: &str = "format: yakuba-assets/1
key: trap
name: わな
department: hunters
telemetry:
  every_minutes: 60
  silent_after_minutes: 180
  mail: [office@example.jp]
  values:
    - {key: closed, name: 閉じた, most: 0, alert: わなが閉じました, mail: [hunters@example.jp]}
";

pub(crate) const BUS: &str = "format: yakuba-assets/1
key: bus
name: バス
department: roads
public: true
telemetry:
  vehicles: true
  every_minutes: 60
  silent_after_minutes: 180
";

pub(crate) fn bus() -> Kind {
    Kind::from_yaml(BUS).unwrap()
}

pub(crate) fn camera() -> Kind {
    Kind::from_yaml(CAMERA).unwrap()
}

pub(crate) fn trap() -> Kind {
    Kind::from_yaml(TRAP).unwrap()
}

/// A city with three departments and two kinds.
pub(crate) async fn set_up(city: &City) {
    yakuba_identity::testing::departments(city, &["crisis", "hunters", "roads"]).await;
    for kind in [camera(), trap()] {
        city.write(Actor::CommandLine, kind, |tx, kind| {
            Box::pin(store::set_kind(tx, kind))
        })
        .await
        .unwrap();
    }
}

pub(crate) fn drafted(kind: &Kind, number: &str, more: &[(&str, &'static str)]) -> Draft {
    let mut typed: BTreeMap<&str, String> = [
        ("number", number.to_owned()),
        ("name", format!("設備{number}")),
        ("point", "34.4, 135.05".to_owned()),
        ("pole", "柱-秘密".to_owned()),
        ("height", "4.5".to_owned()),
    ]
    .into();
    for (key, text) in more {
        typed.insert(key, (*text).to_owned());
    }
    draft::read(kind, |key| typed.get(key).map_or("", String::as_str)).unwrap()
}

/// An asset in service.
pub(crate) async fn installed(
    city: &City,
    kind: Kind,
    number: &str,
    more: &[(&str, &'static str)],
) -> Asset {
    let draft = drafted(&kind, number, more);
    let id = city
        .write(Actor::CommandLine, (kind, draft), |tx, (kind, draft)| {
            Box::pin(async move {
                let id = store::add(tx, kind, draft).await?;
                store::turn(tx, kind, id, 1, State::InService, "").await?;
                Ok::<_, yakuba_assets::AssetError>(id)
            })
        })
        .await
        .unwrap();
    found(city, id).await
}

pub(crate) async fn found(city: &City, id: i64) -> Asset {
    store::asset(city.db(), id).await.unwrap().unwrap()
}

/// A new key for a device.
pub(crate) async fn key_of(city: &City, kind: Kind, id: i64) -> String {
    let city_key = city.key().unwrap().clone();
    city.write(
        Actor::CommandLine,
        (city_key, kind, id),
        |tx, (key, kind, id)| Box::pin(store::give_key(tx, key, kind, *id)),
    )
    .await
    .unwrap()
}

pub(crate) fn teller(city: &City) -> Teller {
    Teller {
        key: city.key().unwrap().clone(),
        base: "http://localhost:8080".to_owned(),
    }
}

pub(crate) fn message(city: &City, key: &str) -> Message {
    Message {
        hash: key_hash(city.key().unwrap(), key),
        at: None,
        values: BTreeMap::new(),
        point: None,
    }
}

pub(crate) fn measured(city: &City, key: &str, value: &str, is: &str) -> Message {
    let mut message = message(city, key);
    message
        .values
        .insert(value.to_owned(), is.parse::<Decimal>().unwrap());
    message
}

pub(crate) fn placed(city: &City, key: &str, point: (i64, i64)) -> Message {
    let mut message = message(city, key);
    message.point = Some(Point::from_millionths(point.0, point.1).unwrap());
    message
}

/// One message.
pub(crate) async fn say(city: &City, message: Message) -> Outcome {
    tell(city, &teller(city), vec![message]).await.remove(0)
}

/// Looks for silent devices.
pub(crate) async fn look(city: &City) -> store::watching::Seen {
    store::watching::look(city, &teller(city)).await.unwrap()
}

/// Time goes by, and the program looks each minute.
pub(crate) async fn minutes(city: &City, minutes: i64) {
    for _ in 0..minutes {
        forward(city, SignedDuration::from_mins(1));
        look(city).await;
    }
}

pub(crate) fn forward(city: &City, by: SignedDuration) {
    set_clock(city, city.now() + by);
}

pub(crate) fn set_clock(city: &City, to: Timestamp) {
    city.clock().set(to);
}

/// Every mail that waits: to whom, subject and text.
pub(crate) async fn mails(city: &City) -> Vec<(String, String, String)> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
    }
    run_due_jobs(city).await.unwrap();
    let rows: Vec<Row> = city
        .db()
        .rows("SELECT id FROM mails ORDER BY id", [])
        .await
        .unwrap();
    let mut mails = Vec::new();
    for row in rows {
        let waiting = yakuba_mail::store::waiting(city.db(), row.id)
            .await
            .unwrap()
            .unwrap();
        let mail = waiting.open(city.key().unwrap()).unwrap();
        mails.push((mail.to.as_str().to_owned(), mail.subject, mail.text));
    }
    mails
}

/// The sum of a measure of a department and kind, in whole units.
pub(crate) async fn counted(city: &City, measure: &str, department: &str, kind: &str) -> i64 {
    let sum: Option<i64> = city
        .db()
        .value(
            "SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT) FROM facts WHERE measure = $1 AND department = $2 AND subject = $3",
            [measure.into(), department.into(), kind.into()],
        )
        .await
        .unwrap();
    sum.unwrap() / 1_000
}

/// The browser of nobody known, for this service alone.
pub(crate) fn stranger(city: &City) -> Browser {
    Browser::new(city, &[&AssetService]).of(Principal::Anonymous)
}

/// The browser of a member of staff.
pub(crate) fn desk(city: &City, capabilities: &[Capability], department: &str) -> Browser {
    Browser::new(city, &[&AssetService]).of(staff(7, capabilities, department))
}
