//! The search for addresses, as it is asked while somebody types, beside the one statement that finds the same.

use std::time::{Duration, Instant};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{Method, header},
};
use http_body_util::BodyExt as _;
use serde::Serialize;
use tower::ServiceExt as _;
use yakuba_addresses::{
    AddressFile, Level, import, model::entry::Entry, model::entry::Municipality,
};
use yakuba_city::{Actor, City, sql::Sql as _};
use yakuba_kernel::Point;

use super::Chance;
use crate::{Outcome, report::Line, timing::Times};

/// Blocks of a town, and houses of a block.
const BLOCKS: usize = 20;
const HOUSES: usize = 25;
/// Towns, blocks and houses of one town together.
const OF_A_TOWN: usize = 1 + BLOCKS + BLOCKS * HOUSES;

/// What was measured.
#[derive(Debug, Serialize)]
pub(super) struct OfAddresses {
    /// How many addresses there are.
    pub(super) addresses: usize,
    /// Brought in per second, in one write.
    pub(super) per_second: f64,
    /// What was asked.
    pub(super) asked: Vec<Line>,
}

fn made_up(count: usize) -> Outcome<AddressFile> {
    let mut chance = Chance::of(3);
    let mut entries = Vec::with_capacity(count);
    let mut add = |level: Level, label: String| -> Outcome<()> {
        let (longitude, latitude) = chance.place();
        #[allow(clippy::cast_possible_truncation)] // Nine digits.
        let millionths = |degrees: f64| (degrees * 1e6).round() as i64;
        entries.push(Entry {
            municipality: "069990".to_owned(),
            level,
            label,
            point: Point::from_millionths(millionths(latitude), millionths(longitude))?,
        });
        Ok(())
    };
    for town in 0..count.div_ceil(OF_A_TOWN) {
        let name = town_name(town);
        add(Level::Town, name.clone())?;
        for block in 1..=BLOCKS {
            add(Level::Block, format!("{name}{block}"))?;
            for house in 1..=HOUSES {
                add(Level::House, format!("{name}{block}-{house}"))?;
            }
        }
    }
    Ok(AddressFile {
        municipalities: vec![Municipality {
            code: "069990".to_owned(),
            prefecture: "山形県".to_owned(),
            county: String::new(),
            city: "澄川市".to_owned(),
            ward: String::new(),
        }],
        entries,
        without_position: 0,
        abolished: 0,
    })
}

/// A town's name: three signs and 丁目.
fn town_name(number: usize) -> String {
    const SIGNS: [char; 16] = [
        '東', '西', '南', '北', '上', '下', '中', '大', '小', '松', '竹', '梅', '川', '山', '田',
        '原',
    ];
    let sign = |place: usize| SIGNS[number / 16_usize.pow(u32::try_from(place).unwrap_or(0)) % 16];
    format!(
        "{}{}{}町{}丁目",
        sign(0),
        sign(1),
        sign(2),
        number / 4_096 + 1
    )
}

/// What somebody typed, and the first words of the label that it means.
struct Question {
    what: &'static str,
    text: fn(&str, usize, usize) -> String,
    /// The beginning of the key that is looked for, and its level.
    key: fn(&str, usize, usize) -> (Level, String),
}

const QUESTIONS: [Question; 3] = [
    Question {
        what: "a house, written in full",
        text: |town, block, house| format!("澄川市{town}{block}番{house}号"),
        key: |town, block, house| (Level::House, format!("{town}{block}-{house}")),
    },
    Question {
        what: "a block, with full-width figures",
        text: |town, block, _| format!("{town}{block}番地"),
        key: |town, block, _| (Level::Block, format!("{town}{block}")),
    },
    Question {
        what: "a town",
        text: |town, _, _| town.to_owned(),
        key: |town, _, _| (Level::Town, town.to_owned()),
    },
];

async fn ask(application: &Router, text: &str) -> Outcome<serde_json::Value> {
    let body: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("q", text)
        .finish();
    let request = Request::builder()
        .method(Method::POST)
        .uri("/map/find")
        .header(header::HOST, "localhost:8080")
        .header(header::ORIGIN, "http://localhost:8080")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))?;
    let answer = application.clone().oneshot(request).await?;
    let status = answer.status();
    let bytes = answer.into_body().collect().await?.to_bytes();
    if !status.is_success() {
        return Err(format!("/map/find answered {status}").into());
    }
    Ok(serde_json::from_slice(&bytes)?)
}

/// Brings addresses in, asks for them, and finds the same with one statement each.
#[allow(clippy::cast_precision_loss)] // Millions.
pub(super) async fn measure(
    city: &City,
    application: &Router,
    count: usize,
    runs: usize,
) -> Outcome<OfAddresses> {
    let file = made_up(count)?;
    let addresses = file.entries.len();
    let towns = addresses / OF_A_TOWN;
    let begun = Instant::now();
    city.write(Actor::CommandLine, file, |tx, file| {
        Box::pin(import(tx, file, true))
    })
    .await?;
    let per_second = addresses as f64 / begun.elapsed().as_secs_f64();
    let mut asked = Vec::new();
    for question in &QUESTIONS {
        let (mut times, mut by_hand) = (Vec::<Duration>::new(), Vec::<Duration>::new());
        let mut chance = Chance::of(4);
        for run in 0..=runs {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Small.
            let mut pick = |most: usize| (chance.next() * most as f64) as usize;
            let town = town_name(pick(towns.max(1)));
            let (block, house) = (pick(BLOCKS) + 1, pick(HOUSES) + 1);
            let text = (question.text)(&town, block, house);
            let begun = Instant::now();
            let found = ask(application, &text).await?;
            let took = begun.elapsed();
            let (level, label) = (question.key)(&town, block, house);
            let key = yakuba_addresses::model::key::key(&label).into_bytes();
            let begun = Instant::now();
            let same: Option<String> = city
                .db()
                .value(
                    "SELECT label FROM addresses_entries WHERE level = $1 AND key = $2 ORDER BY id LIMIT 1",
                    [level.number().into(), key.into()],
                )
                .await?;
            let took_by_hand = begun.elapsed();
            // What is measured is the same.
            if same.is_none() || found["options"][0]["name"].as_str() != same.as_deref() {
                return Err(
                    format!("{text}: {} and not {same:?}", found["options"][0]["name"]).into(),
                );
            }
            // The first one warms up.
            if run > 0 {
                times.push(took);
                by_hand.push(took_by_hand);
            }
        }
        asked.push(Line {
            what: question.what.to_owned(),
            times: Times::of(times),
            by_hand: Some(Times::of(by_hand)),
        });
    }
    Ok(OfAddresses {
        addresses,
        per_second,
        asked,
    })
}
