//! The demo city's shelters, and a typhoon that is over: opened, told about and closed by the functions that staff use.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp, civil::date};
use yakuba_city::{Actor, City, EmergencyKind, Said};
use yakuba_disaster::{
    DisasterError,
    model::{
        closure::{Course, Reason},
        shelter::{Crowding, Equipment, Need, Told},
    },
    store::{
        closures::{self, Description},
        events::{self, Opening},
        importing,
        shelters::{self, Telling},
    },
};
use yakuba_kernel::Channel;

use super::{CONTENT, broken, city::morning_of};
use crate::failure::Failure;

/// The national dataset of places of refuge.
const SHELTERS: &str = "opendata/069990_evacuation_space.csv";

/// Hours after the beginning, shelter, people, crowding, needs. No people: closed.
type AtHour = (i64, &'static str, Option<u32>, Crowding, &'static [Need]);

/// What shelters told.
const TOLD: [AtHour; 14] = [
    (1, "E0002", Some(4), Crowding::Free, &[]),
    (1, "E0006", Some(11), Crowding::Free, &[]),
    (2, "E0007", Some(0), Crowding::Free, &[]),
    (3, "E0006", Some(58), Crowding::Some, &[Need::Blankets]),
    (4, "E0010", Some(37), Crowding::Free, &[]),
    (5, "E0002", Some(82), Crowding::Some, &[Need::Water]),
    (
        6,
        "E0007",
        Some(61),
        Crowding::Some,
        &[Need::Milk, Need::Interpreter],
    ),
    (
        9,
        "E0006",
        Some(214),
        Crowding::Crowded,
        &[Need::Blankets, Need::Toilets],
    ),
    (10, "E0010", Some(133), Crowding::Some, &[Need::Medicine]),
    (14, "E0007", Some(40), Crowding::Some, &[Need::Milk]),
    (22, "E0002", None, Crowding::Free, &[]),
    (24, "E0007", None, Crowding::Free, &[]),
    (28, "E0010", None, Crowding::Free, &[]),
    (31, "E0006", None, Crowding::Free, &[]),
];

/// Hours after the beginning: closed, opened again; the road with its corners, why, and the way around.
const ROADS: [(i64, i64, &str, &str, Reason, &str); 3] = [
    (
        4,
        26,
        "市道3号線 港大橋から市場前まで",
        "34.376, 134.992\n34.374, 134.997\n34.372, 135.002",
        Reason::Flooded,
        "国道を通ってください。",
    ),
    (
        7,
        30,
        "展望台へ上がる道",
        "34.432, 134.995\n34.436, 134.996",
        Reason::Landslide,
        "",
    ),
    (
        8,
        20,
        "中央公園北口の交差点",
        "34.4045, 134.989",
        Reason::Debris,
        "南口側の道を通ってください。",
    ),
];

/// Brings the shelters in and tells the typhoon's story.
pub(super) async fn make(city: &City) -> Result<(), Failure> {
    let file = CONTENT
        .get_file(SHELTERS)
        .ok_or_else(|| broken(SHELTERS, "it is not in the program"))?;
    let begin = morning_of(date(2025, 9, 4))? + SignedDuration::from_hours(6);
    city.clock().set(begin - SignedDuration::from_hours(24));
    let mut places = importing::places(file.contents(), SHELTERS, false)?;
    for (number, place) in places.iter_mut().enumerate() {
        place.equipment = equipment(number);
    }
    city.write(Actor::CommandLine, places, |tx, places| {
        Box::pin(async move {
            for place in places {
                shelters::put(tx, place).await?;
            }
            Ok::<_, DisasterError>(())
        })
    })
    .await?;
    story(city, begin).await
}

/// What is at a school or a gymnasium, some of it here and some there.
fn equipment(number: usize) -> BTreeSet<Equipment> {
    Equipment::ALL
        .iter()
        .enumerate()
        .filter(|(at, _)| (number * 5 + at * 3) % 7 < 4)
        .map(|(_, one)| *one)
        .collect()
}

async fn story(city: &City, begin: Timestamp) -> Result<(), Failure> {
    let at = |hours: i64| begin + SignedDuration::from_hours(hours);
    city.clock().set(begin);
    let opening = Opening {
        kind: EmergencyKind::Flood,
        name: Said {
            ja: "台風第15号による大雨".to_owned(),
            easy: "台風（たいふう）15号の 大雨（おおあめ）".to_owned(),
            en: "Heavy rain of typhoon 15".to_owned(),
        },
        notice: Said {
            ja: "川や水路に近づかないでください。高齢の人は早めに避難してください。".to_owned(),
            easy: "川（かわ）の 近（ちか）くに 行（い）かないで ください。早（はや）く 逃（に）げて ください。".to_owned(),
            en: "Stay away from rivers and ditches. Leave early if you are old or need time.".to_owned(),
        },
        begun_at: begin,
    };
    let id = city
        .write(Actor::CommandLine, opening, |tx, opening| {
            Box::pin(events::open(tx, opening))
        })
        .await?;
    for (hours, key, people, crowding, needs) in TOLD {
        city.clock().set(at(hours));
        let before = shelters::shelter(city.db(), key)
            .await?
            .ok_or_else(|| broken(SHELTERS, key))?;
        let telling = Telling {
            key: key.to_owned(),
            revision: before.revision,
            told: Told {
                is_open: people.is_some(),
                people,
                crowding: people.map(|_| crowding),
                needs: needs.iter().copied().collect(),
                note: String::new(),
            },
            at: None,
            channel: Channel::Counter,
            emergency: Some(id),
        };
        city.write(Actor::CommandLine, telling, |tx, telling| {
            Box::pin(shelters::tell(tx, telling))
        })
        .await?;
    }
    let mut last = at(32);
    for (closed, opened, place, course, reason, detour) in ROADS {
        city.clock().set(at(closed));
        let about = Description {
            place: place.to_owned(),
            course: Course::read(course).ok_or_else(|| broken("the demo's roads", place))?,
            reason,
            detour: detour.to_owned(),
            closed_at: at(closed),
            until: None,
        };
        let road = city
            .write(Actor::CommandLine, about, |tx, about| {
                Box::pin(closures::close(tx, about, None, Channel::Phone))
            })
            .await?;
        city.clock().set(at(opened));
        city.write(Actor::CommandLine, road, |tx, road| {
            Box::pin(closures::lift(tx, *road))
        })
        .await?;
        last = last.max(at(opened));
    }
    city.clock().set(last);
    city.write(Actor::CommandLine, id, |tx, id| {
        Box::pin(events::close(tx, *id))
    })
    .await?;
    Ok(())
}
