//! The demo city's equipment: 900 street cameras that speak, Wi-Fi at shelters, AEDs, traps, buses, street lights, manholes, water level
//! sensors, drones and projectors, made up by a seed.

use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use yakuba_assets::{
    AssetError,
    model::{draft, kind::Kind},
    store::{
        self,
        alerts::Teller,
        many::{Speaker, Whole, WholeDevice, bring_in_many, speaking},
        telemetry::{Message, tell},
    },
};
use yakuba_city::{Actor, City, JAPAN, setting};
use yakuba_kernel::Point;

use super::{READY, STATE, broken, city::morning_of};
use crate::failure::Failure;

const KINDS: &str = "assets/kinds";
/// The same equipment in every demo city.
const SEED: u64 = 20_261_122;
/// How many months of their past the devices have: from April on.
const MONTHS: i32 = 7;

/// How many there are of a kind, the beginning of their numbers, and what they are called.
const REGISTERS: [(&str, &str, usize, &str); 11] = [
    ("camera", "C", 900, "防犯カメラ"),
    // As many as the plan counts.
    ("shelter", "H", 39, "避難所"),
    ("shelter_wifi", "W", 38, "避難所Wi-Fi"),
    ("aed", "A", 86, "AED"),
    ("trap", "T", 24, "箱わな"),
    ("bus", "B", 4, "すみかわ号"),
    ("street_light", "L", 240, "街灯"),
    ("manhole", "M", 160, "マンホール"),
    ("sensor", "S", 12, "水位センサー"),
    ("drone", "D", 3, "ドローン"),
    ("projector", "P", 18, "プロジェクター"),
];

/// Parts of the city that do not exist, with their middle in millionths of a degree.
const PARTS: [(&str, i64, i64); 12] = [
    ("本町", 34_402_000, 135_001_000),
    ("駅前通り", 34_399_500, 134_996_500),
    ("中央公園", 34_404_500, 134_989_000),
    ("栄町", 34_391_000, 134_984_000),
    ("西町", 34_394_000, 134_957_000),
    ("果樹園通り", 34_428_000, 134_985_000),
    ("山手台", 34_424_000, 135_014_000),
    ("東町", 34_397_500, 135_044_000),
    ("東台", 34_410_000, 135_033_000),
    ("港町", 34_372_000, 135_002_000),
    ("海岸通り", 34_368_000, 135_015_000),
    ("南町", 34_381_000, 134_972_000),
];

/// Brings the kinds in and makes the registers; the clock stands on the story's last day.
pub(super) async fn make(city: &City, today: Date) -> Result<(), Failure> {
    let kinds = kinds()?;
    city.clock().set(morning_of(today)?);
    let wholes = made_up(&kinds, today)?;
    let key = city.key()?.clone();
    city.write(
        Actor::CommandLine,
        (key, kinds, wholes),
        |tx, (key, kinds, wholes)| {
            Box::pin(async move {
                for kind in kinds {
                    store::set_kind(tx, kind).await?;
                }
                bring_in_many(tx, key, wholes).await
            })
        },
    )
    .await
    .map_err(|error: AssetError| broken(KINDS, &error.to_string()))?;
    Ok(())
}

fn kinds() -> Result<Vec<Kind>, Failure> {
    let folder = super::CONTENT
        .get_dir(KINDS)
        .ok_or_else(|| broken(KINDS, "it is not in the program"))?;
    folder
        .files()
        .map(|file| {
            let path = file.path().to_string_lossy().into_owned();
            let text = file
                .contents_utf8()
                .ok_or_else(|| broken(&path, "it is no text"))?;
            Kind::from_yaml(text).map_err(|error| broken(&path, &error.to_string()))
        })
        .collect()
}

fn made_up(kinds: &[Kind], today: Date) -> Result<Vec<Whole>, Failure> {
    let mut random = StdRng::seed_from_u64(SEED);
    let mut wholes = Vec::new();
    for (key, letter, count, called) in REGISTERS {
        let kind = kinds
            .iter()
            .find(|kind| kind.key.as_str() == key)
            .ok_or_else(|| broken(KINDS, &format!("there is no kind {key}")))?;
        for number in 1..=count {
            wholes.push(one(kind, letter, number, called, today, &mut random)?);
        }
    }
    Ok(wholes)
}

/// A value of a field that could be true.
fn value_of(key: &str, number: usize, random: &mut StdRng, today: Date) -> String {
    let one_of = |options: &[&str], random: &mut StdRng| {
        options[random.random_range(0..options.len())].to_owned()
    };
    let until = |random: &mut StdRng| {
        today
            .saturating_add(i64::from(random.random_range(-20..900)).days())
            .to_string()
    };
    match key {
        "pole" => one_of(&["pole", "utility_pole", "wall"], random),
        "direction" => one_of(&["東", "西", "南", "北"], random),
        "height" => one_of(&["3.5", "4", "4.5", "5"], random),
        "kept_days" => "14".to_owned(),
        "ssid" => "Sumikawa_Free_Wi-Fi".to_owned(),
        "disaster_open" | "child_pads" => one_of(&["yes", "yes", "no"], random),
        "flood" | "lending" => one_of(&["yes", "no"], random),
        "line" => one_of(&["fibre", "fibre", "mobile"], random),
        "capacity" => one_of(&["80", "120", "200", "350"], random),
        "spot" => one_of(&["1階の玄関", "1階の事務室の前", "体育館の入口"], random),
        "hours" => one_of(&["いつでも", "9:00〜17:00", "9:00〜21:00"], random),
        "pads_until" | "battery_until" | "permit_until" | "registered_until" | "insured_until" => {
            until(random)
        }
        "animal" => one_of(&["boar", "boar", "deer", "monkey"], random),
        "plate" => format!("澄川 200 あ {number:04}"),
        "seats" => "29".to_owned(),
        "lamp" => one_of(&["led", "led", "led", "sodium", "fluorescent"], random),
        "light_pole" => one_of(&["own", "utility_pole"], random),
        "watts" => one_of(&["10", "20", "36", "70"], random),
        "replaced_on" => today
            .saturating_sub(i64::from(random.random_range(30..3_000)).days())
            .to_string(),
        "cover" => one_of(&["plain", "plain", "plain", "design", "locked"], random),
        "drain" => one_of(&["sewage", "sewage", "rain", "combined"], random),
        "depth" => one_of(&["1.2", "1.5", "2.0", "2.8"], random),
        "laid_year" => random.random_range(1975..2020).to_string(),
        "river" => one_of(&["澄川", "西川", "東用水路", "港排水路"], random),
        "bank" => one_of(&["2.4", "3.0", "3.6"], random),
        "registration" => format!("JU{:010}", 4_820_001 + number),
        "purpose" => one_of(&["disaster", "bridge", "publicity"], random),
        "model" => one_of(&["EB-992F", "NP-P525", "EB-FH54"], random),
        "room" => one_of(&["総務課の倉庫", "第1会議室", "市民ホールの控室"], random),
        "lamp_hours" => random.random_range(80..3_400).to_string(),
        _ => String::new(),
    }
}

fn one(
    kind: &Kind,
    letter: &str,
    number: usize,
    called: &str,
    today: Date,
    random: &mut StdRng,
) -> Result<Whole, Failure> {
    let (part, latitude, longitude) = PARTS[(number * 7 + number / 12) % PARTS.len()];
    // Wi-Fi is at the shelter of the same number.
    let mut spread = StdRng::seed_from_u64(match kind.key.as_str() {
        "shelter" | "shelter_wifi" => number as u64,
        _ => random.random(),
    });
    let latitude = latitude + spread.random_range(-5_000..5_000);
    let longitude = longitude + spread.random_range(-6_000..6_000);
    let mut fields = std::collections::BTreeMap::from([
        ("number".to_owned(), format!("{letter}-{number:04}")),
        ("name".to_owned(), format!("{part}{called}{number}")),
        ("place".to_owned(), format!("{part}{}丁目", number % 4 + 1)),
        (
            "point".to_owned(),
            format!(
                "{}.{:06}, {}.{:06}",
                latitude / 1_000_000,
                latitude % 1_000_000,
                longitude / 1_000_000,
                longitude % 1_000_000
            ),
        ),
    ]);
    for field in &kind.fields {
        let value = value_of(field.key.as_str(), number, random, today);
        fields.insert(field.key.as_str().to_owned(), value);
    }
    let draft = draft::read(kind, |key| fields.get(key).map_or("", String::as_str)).map_err(
        |problems| {
            broken(
                KINDS,
                &format!(
                    "the demo's {} {number} does not fit it: {problems:?}",
                    kind.key
                ),
            )
        },
    )?;
    let age = random.random_range(20..1_600_i64);
    let since = morning_of(today.saturating_sub(age.days()))?;
    // A few inspections are late.
    let inspection_due = kind.inspection_months.map(|months| {
        today.saturating_add(
            i64::from(random.random_range(-12..i32::try_from(months * 30).unwrap_or(360))).days(),
        )
    });
    let point = draft.point;
    let device = match &kind.telemetry {
        None => None,
        Some(_) => Some(device(kind, point, since, today, random)?),
    };
    Ok(Whole {
        kind: kind.key.as_str().to_owned(),
        draft,
        since,
        inspection_due,
        device,
    })
}

fn device(
    kind: &Kind,
    point: Option<Point>,
    since: Timestamp,
    today: Date,
    random: &mut StdRng,
) -> Result<WholeDevice, Failure> {
    let now = morning_of(today)?;
    // One in a hundred is silent now, for an hour to ten days.
    let silent_for = random
        .random_bool(0.012)
        .then(|| SignedDuration::from_mins(random.random_range(300..14_000)));
    let heard_at = match silent_for {
        Some(long) => (now - long).max(since),
        None => now - SignedDuration::from_secs(random.random_range(0..280)),
    };
    let silent_after = kind
        .telemetry
        .as_ref()
        .map_or(15, |telemetry| telemetry.silent_after_minutes);
    let mut months = Vec::new();
    for back in (1..=MONTHS).rev() {
        let first = today.first_of_month().saturating_sub(back.months());
        let (from, until) = (
            midnight(first)?.max(since),
            midnight(first.saturating_add(1.months()))?,
        );
        let expected = until.duration_since(from).as_secs().max(0) / 60;
        if expected > 0 {
            // Most lose minutes, a few a day or more.
            let lost = match random.random_range(0..100) {
                0..70 => random.random_range(0..20),
                70..95 => random.random_range(20..600),
                _ => random.random_range(600..12_000),
            };
            months.push((
                until - SignedDuration::from_secs(1),
                (expected - lost).max(0),
                expected,
            ));
        }
    }
    let readings = match kind.key.as_str() {
        "camera" => format!("{{\"temperature\":\"{}\"}}", random.random_range(8..24)),
        "shelter_wifi" => format!("{{\"clients\":\"{}\"}}", random.random_range(0..12)),
        "sensor" => format!(
            "{{\"battery\":\"{}\",\"level\":\"0.{}\"}}",
            random.random_range(60..100),
            random.random_range(1..8)
        ),
        "trap" => format!(
            "{{\"battery\":\"{}\",\"closed\":\"0\"}}",
            random.random_range(40..100)
        ),
        _ => "{}".to_owned(),
    };
    Ok(WholeDevice {
        heard_at,
        span_from: heard_at
            .min(since + SignedDuration::from_hours(1))
            .max(since),
        readings,
        point: (kind.key.as_str() == "bus").then_some(point).flatten(),
        silent_since: silent_for
            .map(|_| heard_at + SignedDuration::from_mins(i64::from(silent_after))),
        months,
    })
}

fn midnight(day: Date) -> Result<Timestamp, Failure> {
    day.to_zoned(TimeZone::fixed(JAPAN))
        .map(|moment| moment.timestamp())
        .map_err(|error| Failure::new(format!("the demo's day {day} cannot be used: {error}")))
}

/// Whether this is the demo city, whose devices exist only here.
pub(crate) async fn is_demo(city: &City) -> bool {
    matches!(setting(city.db(), STATE).await, Ok(Some(state)) if state == READY)
}

/// Where a bus is on its round of forty minutes: a circle of some kilometres through the city, the buses a quarter of it apart.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // minutes of a round, metres of a city
fn on_the_round(bus: &Speaker, minute: i64) -> Option<Point> {
    /// The town hall, and how far the round is from it, in millionths of a degree.
    const MIDDLE: (i64, i64) = (34_400_000, 135_000_000);
    const AWAY: (f64, f64) = (9_000.0, 11_000.0);
    let part = (minute.rem_euclid(40) + bus.asset.rem_euclid(4) * 10) as f64 / 40.0;
    let (sin, cos) = (part * std::f64::consts::TAU).sin_cos();
    Point::from_millionths(
        MIDDLE.0 + (AWAY.0 * sin).round() as i64,
        MIDDLE.1 + (AWAY.1 * cos).round() as i64,
    )
    .ok()
}

/// Speaks for the demo city's devices, the buses and a fifth of the others each minute, through the same door as real ones.
///
/// # Errors
/// The database's.
pub(crate) async fn speak(city: &City, teller: &Teller) -> Result<(), AssetError> {
    let minute = city.now().as_second() / 60;
    let messages = speaking(city.db())
        .await?
        .into_iter()
        .filter(|speaker| speaker.is_of("bus") || speaker.asset % 5 == minute % 5)
        .map(|speaker| Message {
            point: speaker
                .is_of("bus")
                .then(|| on_the_round(&speaker, minute))
                .flatten(),
            hash: speaker.hash,
            at: None,
            values: std::collections::BTreeMap::new(),
        })
        .collect();
    tell(city, teller, messages).await;
    Ok(())
}
