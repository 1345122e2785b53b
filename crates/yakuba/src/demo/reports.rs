//! The demo city's reports: three years of holes in roads and dark street lights, made up by a seed, with what became of them.

use jiff::{SignedDuration, ToSpan as _, civil::Date};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use yakuba_city::{Actor, City, JAPAN};
use yakuba_forms::{
    Answer, Answers,
    answers::{Coordinates, Place},
    model::document::{Key, Text},
};
use yakuba_kernel::{Channel, Decimal, Point};
use yakuba_reports::{
    ReportError,
    model::{
        rules::{PLACE, Rules, TEXT},
        state::State,
    },
    store::{
        self, Content, Filter, Whole, WholeStep,
        orders::{self, NewOrder},
    },
};

use super::{broken, city::morning_of};
use crate::failure::Failure;

const RULES: &str = "reports/categories.yaml";
/// How many reports in three years.
const REPORTS: usize = 300;
/// How many places the crew of the roads goes to.
const CREW_STOPS: u32 = 7;
/// The same reports in every demo city.
const SEED: u64 = 20_261_121;

/// What people write, by category: how often, and texts in which `{}` is the place.
const TEXTS: [(&str, u32, [&str; 4]); 8] = [
    (
        "road",
        30,
        [
            "{}の車道に、深さ10センチほどの穴が開いています。夜は見えにくく、自転車が危ないです。",
            "{}の歩道のブロックが浮いていて、つまずきそうになりました。",
            "{}で舗装がひび割れて、雨の日に水がたまります。",
            "{}の道路が沈んで、車が通るたびに大きな音がします。",
        ],
    ),
    (
        "light",
        22,
        [
            "{}の街灯が消えています。夜は真っ暗で、子どもの帰り道が心配です。",
            "{}の街灯が点いたり消えたりしています。",
            "{}の街灯が昼もついたままです。",
            "{}の街灯の柱が傾いています。",
        ],
    ),
    (
        "park",
        12,
        [
            "{}のブランコの鎖がさびて、切れそうです。",
            "{}のベンチの板が割れて、くぎが出ています。",
            "{}のトイレの水が流れません。",
            "{}の草が伸びて、遊具のまわりが歩けません。",
        ],
    ),
    (
        "tree",
        10,
        [
            "昨夜の風で、{}の木が歩道に倒れています。",
            "{}の街路樹の枝が、カーブミラーを隠しています。",
            "{}で折れた枝が電線に引っかかっています。",
            "{}の木が枯れていて、倒れそうです。",
        ],
    ),
    (
        "drain",
        10,
        [
            "{}の側溝に落ち葉が詰まって、雨のたびにあふれます。",
            "{}のマンホールのふたが、車が通るたびに鳴ります。",
            "{}の側溝のふたが割れています。",
            "{}の水路から嫌なにおいがします。",
        ],
    ),
    (
        "rubbish",
        9,
        [
            "{}に冷蔵庫とテレビが捨てられています。",
            "{}の空き地に、タイヤが10本ほど積まれています。",
            "{}の道端に、ごみ袋がいくつも捨てられています。",
            "{}の河川敷に布団が捨てられています。",
        ],
    ),
    (
        "animal",
        4,
        [
            "{}でイノシシを3頭見ました。山のほうへ逃げていきました。",
            "{}でサルが柿を食べていました。",
            "{}の畑がイノシシに荒らされています。",
            "{}の近くでシカを見ました。",
        ],
    ),
    (
        "other",
        3,
        [
            "{}の掲示板の紙がはがれて、飛んでいます。",
            "{}の案内板の文字が読めなくなっています。",
            "{}のバス停の屋根から雨漏りしています。",
            "{}の横断歩道の線が消えかけています。",
        ],
    ),
];

/// The categories whose reports name what they are about.
const NAMED: [&str; 1] = ["light"];

/// Places that do not exist, with their point in millionths of a degree.
const PLACES: [(&str, i64, i64); 20] = [
    ("本町一丁目の交差点付近", 34_402_000, 135_001_000),
    ("駅前通りの郵便局の前", 34_399_500, 134_996_500),
    ("中央公園の北口", 34_404_500, 134_989_000),
    ("市役所通りの橋のたもと", 34_396_000, 135_006_000),
    ("澄川の左岸の遊歩道", 34_408_000, 135_010_500),
    ("栄町三丁目の住宅街", 34_391_000, 134_984_000),
    ("西小学校の裏門", 34_401_000, 134_962_000),
    ("西町のバス停", 34_394_000, 134_957_000),
    ("果樹園通りの坂道", 34_428_000, 134_985_000),
    ("山手台の団地の入口", 34_424_000, 135_014_000),
    ("山手二丁目のごみ集積所の横", 34_421_500, 135_003_500),
    ("展望台へ上がる道", 34_436_000, 134_996_000),
    ("東中学校の通学路", 34_405_000, 135_038_000),
    ("東町の工場の角", 34_397_500, 135_044_000),
    ("東台の児童公園", 34_410_000, 135_033_000),
    ("港一丁目の市場の前", 34_372_000, 135_002_000),
    ("港大橋の歩道", 34_376_000, 134_992_000),
    ("海岸通りの駐車場の入口", 34_368_000, 135_015_000),
    ("港南の倉庫の前", 34_364_500, 134_980_000),
    ("南町の踏切の手前", 34_381_000, 134_972_000),
];

/// Brings the categories in and makes the reports; at the end the clock stands on the story's last day.
pub(super) async fn make(city: &City, today: Date) -> Result<(), Failure> {
    let rules =
        Rules::from_yaml(super::text(RULES)?).map_err(|error| broken(RULES, &error.to_string()))?;
    let mut wholes = made_up(&rules, today).ok_or_else(|| broken(RULES, "no report fits it"))?;
    name_equipment(city, &rules, &mut wholes).await?;
    city.clock().set(morning_of(today)?);
    let key = city.key()?.clone();
    city.write(
        Actor::CommandLine,
        (key, rules, wholes),
        |tx, (key, rules, wholes)| {
            Box::pin(async move {
                store::set_rules(tx, rules).await?;
                let mut random = StdRng::seed_from_u64(SEED);
                store::bring_in_many(tx, key, rules, &mut random, wholes).await
            })
        },
    )
    .await
    .map_err(|error: ReportError| broken(RULES, &error.to_string()))?;
    work_order(city, today).await
}

/// Whoever tells of a street light chose it among those nearby, as the form offers them.
async fn name_equipment(city: &City, rules: &Rules, wholes: &mut [Whole]) -> Result<(), Failure> {
    /// Parts of the demo city have few lights; so far off is still near there.
    const NEAR: u32 = 400;
    let Some(registers) = city.registers() else {
        return Ok(());
    };
    for whole in wholes {
        let Some(category) = rules
            .category(&whole.category)
            .filter(|category| NAMED.contains(&category.key.as_str()))
        else {
            continue;
        };
        let kinds: Vec<String> = category.equipment.iter().map(ToString::to_string).collect();
        if let Some(point) = whole.content.point() {
            let near = registers.near(city, &kinds, (point, NEAR), 1, "ja").await?;
            if let Some((piece, _)) = near.first() {
                whole.content.put_at(piece);
            }
        }
    }
    Ok(())
}

/// The crew of the roads goes out today.
async fn work_order(city: &City, today: Date) -> Result<(), Failure> {
    let failed = |error: ReportError| broken(RULES, &error.to_string());
    let current = store::current(city).await.map_err(failed)?;
    let Some(category) = current.rules.category("road") else {
        return Ok(());
    };
    let department = category.department.clone();
    let open = Filter {
        departments: Some(vec![department.clone()]),
        states: State::ALL
            .into_iter()
            .filter(|state| !state.is_handled())
            .collect(),
        placed: true,
        ..Filter::default()
    };
    let reports = store::search(city.db(), &open, 0, CREW_STOPS)
        .await
        .map_err(failed)?
        .reports
        .iter()
        .map(|(report, _)| report.id)
        .collect();
    let order = NewOrder {
        errands: Vec::new(),
        department,
        day: today,
        crew: "第1班".to_owned(),
        bring: "常温合材 5袋\nカラーコーン 4本".to_owned(),
        start: Point::from_millionths(34_400_000, 135_000_000).ok(),
        reports,
    };
    city.write(Actor::CommandLine, order, |tx, order| {
        Box::pin(orders::make(tx, order))
    })
    .await
    .map_err(failed)?;
    Ok(())
}

fn made_up(rules: &Rules, today: Date) -> Option<Vec<Whole>> {
    let mut random = StdRng::seed_from_u64(SEED);
    let weights: u32 = TEXTS.iter().map(|(_, weight, _)| weight).sum();
    let mut wholes: Vec<Whole> = Vec::new();
    for number in 0..REPORTS {
        let mut at = random.random_range(0..weights);
        let (category, _, texts) = TEXTS.iter().find(|(_, weight, _)| {
            let is_it = at < *weight;
            at = at.saturating_sub(*weight);
            is_it
        })?;
        let (place, latitude, longitude) = *PLACES.choose(&mut random)?;
        let text = texts.choose(&mut random)?.replace("{}", place);
        // Evenly over three years, the last ones within the last weeks.
        let age = i64::try_from((REPORTS - 1 - number) * 1_090 / (REPORTS - 1)).ok()?;
        let day = today.checked_sub(age.days()).ok()?;
        let received_at =
            morning_of(day).ok()? - SignedDuration::from_mins(random.random_range(0..600));
        let point = (
            latitude + random.random_range(-900..900),
            longitude + random.random_range(-900..900),
        );
        let days = i64::from(rules.category(category)?.days);
        let (steps, authority) = history(rules, &mut random, received_at, days, today)?;
        let is_looked_at = !steps.is_empty();
        wholes.push(Whole {
            category: (*category).to_owned(),
            channel: *[
                Channel::Online,
                Channel::Online,
                Channel::Online,
                Channel::Phone,
                Channel::Counter,
            ]
            .choose(&mut random)?,
            received_at,
            content: Content {
                answers: answers(place, point, &text)?,
                ..Content::default()
            },
            public: is_looked_at.then(|| (place.to_owned(), text)),
            steps,
            authority,
            merged_into: None,
        });
    }
    // A later report of the same at the same place was merged with the first.
    for later in 0..wholes.len() {
        let same = |one: &Whole, other: &Whole| {
            one.category == other.category
                && one.public.as_ref().map(|public| &public.0)
                    == other.public.as_ref().map(|public| &public.0)
        };
        let first = (0..later).rev().take(12).find(|first| {
            same(&wholes[*first], &wholes[later]) && wholes[*first].merged_into.is_none()
        });
        if let (Some(first), true) = (first, wholes[later].public.is_some()) {
            let at = wholes[later].received_at + SignedDuration::from_hours(26);
            if at < morning_of(today).ok()? {
                wholes[later].steps = vec![WholeStep {
                    at,
                    state: Some(State::Merged),
                    text: sentence(rules, State::Merged, 0),
                }];
                wholes[later].authority.clear();
                wholes[later].merged_into = Some(first);
            }
        }
    }
    Some(wholes)
}

fn answers(place: &str, (latitude, longitude): (i64, i64), text: &str) -> Option<Answers> {
    let place = Place {
        description: place.to_owned(),
        coordinates: Some(Coordinates {
            latitude: Decimal::new(latitude, 6),
            longitude: Decimal::new(longitude, 6),
        }),
    };
    Some(
        Answers::new()
            .with(Key::new(PLACE).ok()?, Answer::Place(place))
            .with(Key::new(TEXT).ok()?, Answer::Text(text.to_owned())),
    )
}

fn sentence(rules: &Rules, state: State, number: usize) -> Text {
    let all: Vec<&Text> = rules.sentences_for(state).collect();
    all.get(number % all.len().max(1))
        .map_or_else(Text::default, |text| (*text).clone())
}

/// What became of a report until today: most are fixed in time, some late, a few not at all.
fn history(
    rules: &Rules,
    random: &mut StdRng,
    received_at: jiff::Timestamp,
    days: i64,
    today: Date,
) -> Option<(Vec<WholeStep>, String)> {
    let until = morning_of(today).ok()?;
    let mut steps = Vec::new();
    let mut authority = String::new();
    let mut at = received_at;
    let mut step = |after: SignedDuration, state: Option<State>, random: &mut StdRng| {
        // Within office hours.
        let day = JAPAN.to_datetime(at + after).date();
        let minutes = SignedDuration::from_mins(random.random_range(0..480));
        let next = morning_of(day).map_or(at + after, |morning| morning + minutes);
        at = if next > at {
            next
        } else {
            next + SignedDuration::from_hours(24)
        };
        let text = state.map_or_else(Text::default, |state| {
            sentence(rules, state, random.random_range(0..4))
        });
        let is_over = at < until;
        if is_over {
            steps.push(WholeStep { at, state, text });
        }
        is_over
    };
    let hours = |random: &mut StdRng, least: i64, most: i64| {
        SignedDuration::from_hours(random.random_range(least..=most.max(least)))
    };
    let pause = hours(random, 2, 60);
    if step(pause, Some(State::Checked), random) {
        // The third that takes longest is late.
        let slow = if random.random_bool(0.15) { 3 } else { 1 };
        match random.random_range(0..100) {
            0..74 => {
                let pause = hours(random, 12, days * 6);
                if random.random_bool(0.5) && !step(pause, Some(State::Planned), random) {
                    return Some((steps, authority));
                }
                let pause = hours(random, 12, days * 10 * slow);
                let is_fixed = step(pause, Some(State::Fixed), random);
                if is_fixed && random.random_bool(0.03) {
                    let pause = hours(random, 24, 200);
                    if step(pause, None, random) {
                        let pause = hours(random, 24, days * 12);
                        step(pause, Some(State::Fixed), random);
                    }
                }
            }
            74..86 => {
                let pause = hours(random, 24, days * 12);
                step(pause, Some(State::NoAction), random);
            }
            86..96 => {
                let pause = hours(random, 24, 120);
                if step(pause, Some(State::Forwarded), random) {
                    authority = rules.authorities.choose(random)?.key.to_string();
                }
            }
            _ => {
                let pause = hours(random, 24, 120);
                step(pause, Some(State::Planned), random);
            }
        }
    }
    Some((steps, authority))
}
