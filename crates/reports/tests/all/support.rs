//! A city that takes reports, and browsers.

use sea_orm::FromQueryResult;
use yakuba_addresses::{
    AddressFile, Level,
    model::entry::{Entry, Municipality},
};
use yakuba_city::{
    Actor, City, run_due_jobs,
    sql::Sql as _,
    web::{Capability, Principal},
    year_totals,
};
use yakuba_forms::{
    Answer, Answers,
    answers::{Coordinates, Place},
    model::document::Key,
};
pub(crate) use yakuba_identity::testing::{Browser, Page, staff};
use yakuba_kernel::{Channel, Decimal, MeasureName, Point};
use yakuba_reports::{
    ReportService,
    model::rules::Rules,
    store::{self, Content, NewReport, Posted, Report},
};

/// A small picture with a comment in it that says where it was taken.
pub(crate) const PICTURE: &[u8] = include_bytes!("hole.png");

const RULES: &str = "format: yakuba-reports/1
areas:
  - {key: harbour, name: {ja: 港地区, en: Harbour, easy: みなと}, polygon: [[135.0, 34.3], [135.1, 34.3], [135.1, 34.39], [135.0, 34.39]]}
authorities: [{key: prefecture, name: {ja: 県の土木事務所, en: Prefecture, easy: けん}}]
categories:
  - key: road
    name: {ja: 道路の穴, en: Holes in the road, easy: みちの あな}
    department: roads
    departments: {harbour: port}
    days: 14
    questions:
      - {key: size, type: choice, label: 大きさ, optional: true, options: [{value: small, label: 小さい}, {value: large, label: 大きい}]}
  - key: light
    name: {ja: 街灯, en: Street lights, easy: がいとう}
    department: lights
    days: 3
  - key: other
    name: {ja: そのほか, en: Something else, easy: そのほか}
    department: roads
    days: 30
    place_optional: true
sentences:
  - {state: planned, text: {ja: 2週間以内に直します。, en: Within two weeks., easy: なおします。}}
  - {state: fixed, text: {ja: 直しました。, en: Mended., easy: なおしました。}}
";

pub(crate) fn rules() -> Rules {
    Rules::from_yaml(RULES).unwrap()
}

/// A city with three departments and something to report.
pub(crate) async fn set_up(city: &City) {
    yakuba_identity::testing::departments(city, &["roads", "lights", "port"]).await;
    city.write(Actor::CommandLine, rules(), |tx, rules| {
        Box::pin(store::set_rules(tx, rules))
    })
    .await
    .unwrap();
}

pub(crate) fn content(place: &str, at: Option<(i64, i64)>, text: &str) -> Content {
    let place = Place {
        description: place.to_owned(),
        coordinates: at.map(|(latitude, longitude)| Coordinates {
            latitude: Decimal::new(latitude, 6),
            longitude: Decimal::new(longitude, 6),
        }),
    };
    Content {
        answers: Answers::new()
            .with(Key::new("place").unwrap(), Answer::Place(place))
            .with(Key::new("text").unwrap(), Answer::Text(text.to_owned())),
        ..Content::default()
    }
}

/// Somebody reports a hole north of the harbour.
pub(crate) async fn post(city: &City, category: &str, at: (i64, i64), text: &str) -> Posted {
    let rules = rules();
    let new = NewReport::new(
        city.key().unwrap(),
        &rules,
        rules.category(category).unwrap(),
        Channel::Online,
        &content("郵便局の前", Some(at), text),
    )
    .unwrap();
    city.write(Actor::Public, new, |tx, new| Box::pin(store::post(tx, new)))
        .await
        .unwrap()
}

pub(crate) async fn report(city: &City, id: i64) -> Report {
    store::report(city.db(), id).await.unwrap().unwrap()
}

/// The sum of a measure over everything.
pub(crate) async fn counted(city: &City, measure: &'static str) -> i64 {
    let totals = year_totals(city.db(), &[MeasureName::declared(measure)])
        .await
        .unwrap();
    totals.iter().map(|total| total.total).sum::<i64>() / 1_000
}

/// The sum of a measure of a department and category.
pub(crate) async fn counted_of(
    city: &City,
    measure: &'static str,
    department: &str,
    subject: &str,
) -> i64 {
    #[derive(FromQueryResult)]
    struct Row {
        quantity: i64,
    }
    let rows: Vec<Row> = city
        .db()
        .rows(
            "SELECT quantity FROM facts WHERE measure = $1 AND department = $2 AND subject = $3",
            [measure.into(), department.into(), subject.into()],
        )
        .await
        .unwrap();
    rows.iter().map(|row| row.quantity).sum::<i64>() / 1_000
}

/// Every mail that waits after the jobs have run: to whom, subject and text.
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

/// The code in the newest mail.
pub(crate) async fn code(city: &City) -> String {
    let (_, _, text) = mails(city).await.pop().unwrap();
    let digits: Vec<&str> = text
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|part| part.len() == 6)
        .collect();
    (*digits.first().unwrap()).to_owned()
}

/// The browser of nobody known, for this service alone.
pub(crate) fn stranger(city: &City) -> Browser {
    Browser::new(city, &[&ReportService]).of(Principal::Anonymous)
}

/// The browser of a member of staff.
pub(crate) fn desk(city: &City, capabilities: &[Capability], department: &str) -> Browser {
    Browser::new(city, &[&ReportService]).of(staff(7, capabilities, department))
}

/// Does something with a report at the desk, as it is now.
pub(crate) async fn act(
    city: &City,
    clerk: &mut Browser,
    id: i64,
    what: &str,
    fields: &[(&str, &str)],
) -> Page {
    let revision = report(city, id).await.revision.to_string();
    let all: Vec<(&str, &str)> = [("revision", revision.as_str())]
        .into_iter()
        .chain(fields.iter().copied())
        .collect();
    clerk
        .post(&format!("/desk/reports/{id}/{what}"), &all)
        .await
}

/// The picture with a place in its hidden data: 34 degrees 24 minutes north, 135 degrees 3 minutes east.
pub(crate) fn picture_taken_somewhere() -> Vec<u8> {
    use exif::{Field, In, Rational, Tag, Value, experimental::Writer};
    let degrees = |tag, whole, minutes| Field {
        tag,
        ifd_num: In::PRIMARY,
        value: Value::Rational(
            [(whole, 1), (minutes, 1), (0, 1)]
                .map(|(num, denom)| Rational { num, denom })
                .to_vec(),
        ),
    };
    let side = |tag, letter: &str| Field {
        tag,
        ifd_num: In::PRIMARY,
        value: Value::Ascii(vec![letter.as_bytes().to_vec()]),
    };
    let fields = [
        side(Tag::GPSLatitudeRef, "N"),
        degrees(Tag::GPSLatitude, 34, 24),
        side(Tag::GPSLongitudeRef, "E"),
        degrees(Tag::GPSLongitude, 135, 3),
    ];
    let mut writer = Writer::new();
    for field in &fields {
        writer.push_field(field);
    }
    let mut hidden = std::io::Cursor::new(Vec::new());
    writer.write(&mut hidden, false).unwrap();
    let hidden = hidden.into_inner();
    let mut chunk = b"eXIf".to_vec();
    chunk.extend(&hidden);
    // The sum of a chunk as PNG has it.
    let mut sum = u32::MAX;
    for byte in &chunk {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 {
                (sum >> 1) ^ 0xEDB8_8320
            } else {
                sum >> 1
            };
        }
    }
    // After the signature and the header.
    let (head, rest) = PICTURE.split_at(33);
    let mut file = head.to_vec();
    file.extend(u32::try_from(hidden.len()).unwrap().to_be_bytes());
    file.extend(&chunk);
    file.extend((!sum).to_be_bytes());
    file.extend(rest);
    file
}

/// Makes a town with two houses known: 中央1-2-3 and 中央1-2-4.
pub(crate) async fn addresses(city: &City) {
    let entry = |level, label: &str, longitude| Entry {
        municipality: "069990".to_owned(),
        level,
        label: label.to_owned(),
        point: Point::from_millionths(34_400_000, longitude).unwrap(),
    };
    let file = AddressFile {
        municipalities: vec![Municipality {
            code: "069990".to_owned(),
            city: "澄川市".to_owned(),
            ..Municipality::default()
        }],
        entries: vec![
            entry(Level::Town, "中央一丁目", 135_050_000),
            entry(Level::House, "中央一丁目2-3", 135_051_000),
            entry(Level::House, "中央一丁目2-4", 135_052_000),
        ],
        without_position: 0,
        abolished: 0,
    };
    city.write(Actor::CommandLine, file, |tx, file| {
        Box::pin(yakuba_addresses::import(tx, file, false))
    })
    .await
    .unwrap();
}
