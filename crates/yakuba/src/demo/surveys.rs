//! The demo city's surveys: every file of `content/surveys` open, with made-up answers; and last year's survey of residents, closed,
//! with its results published and its facts written; and next year's as a draft.

use jiff::{ToSpan as _, civil::Date};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use yakuba_city::{Actor, City};
use yakuba_forms::{
    Answer, Answers, Form,
    model::document::{ChoiceOption, Field, FieldKind, Key},
};
use yakuba_kernel::Decimal;
use yakuba_surveys::{
    SurveyError,
    model::document::{Anonymity, LocalTime, SurveyDocument},
    store::{
        self,
        answering::{self, NewAnswer},
        closing,
    },
};

use super::{broken, city::morning_of};
use crate::failure::Failure;

/// How many answer each survey; the first is last year's.
const ANSWERS: [(&str, usize); 4] = [
    ("residents-digital-2025", 640),
    ("residents-digital-2026", 412),
    ("staff-training-2026", 148),
    ("staff-work-2026", 203),
];

/// The survey that was asked last year as well.
const YEARLY: &str = "residents-digital-2026";

/// Comments that nobody wrote.
const COMMENTS: [&str; 8] = [
    "保育所の申込みがスマートフォンでできて助かりました。",
    "どこから手続できるのか、ホームページで見つけにくいです。",
    "親に使い方を教えてくれる教室を増やしてほしい。",
    "書かない窓口は早くて良かった。土曜日も開けてほしい。",
    "引越しの手続を1回で済ませたい。",
    "ごみの日のお知らせが便利です。",
    "英語のページがもっとあるとうれしい。",
    "入力の途中で保存できるので安心しました。",
];

/// Asks everything and lets made-up people answer; at the end the clock stands where it stood.
pub(super) async fn make(city: &City, today: Date) -> Result<(), Failure> {
    let folder = super::CONTENT
        .get_dir("surveys")
        .ok_or_else(|| broken("surveys", "the folder is not in the program"))?;
    let mut documents = Vec::new();
    for file in folder.files() {
        let Some(path) = file.path().to_str() else {
            continue;
        };
        let document = SurveyDocument::from_yaml(super::text(path)?)
            .map_err(|error| broken(path, &error.to_string()))?;
        if document.key == YEARLY {
            documents.push(of_year(&document, -1)?);
            documents.push(of_year(&document, 1)?);
        }
        documents.push(document);
    }
    documents.sort_by_key(|document| document.opens.day());
    for document in documents {
        let opens = document.opens.day();
        city.clock().set(morning_of(opens.min(today))?);
        let is_asked = opens <= today;
        open(city, &document, is_asked).await?;
        if is_asked {
            answer(city, &document, today).await?;
        }
    }
    Ok(())
}

/// Makes a draft, and opens it when its day has come.
async fn open(city: &City, document: &SurveyDocument, is_asked: bool) -> Result<(), Failure> {
    city.write(
        Actor::CommandLine,
        (document.clone(), is_asked),
        |tx, (document, is_asked)| {
            Box::pin(async move {
                let revision = store::save_draft(tx, document, 0).await?;
                if *is_asked {
                    store::open(tx, &document.key, revision).await?;
                }
                Ok(())
            })
        },
    )
    .await
    .map_err(|error: SurveyError| broken(&document.key, &error.to_string()))
}

/// The same questions some years later, or before.
fn of_year(document: &SurveyDocument, years: i16) -> Result<SurveyDocument, Failure> {
    let moved = |time: LocalTime| {
        time.day()
            .checked_add(i64::from(years).years())
            .map(LocalTime::Day)
            .map_err(|error| broken("surveys", &error.to_string()))
    };
    let mut document = document.clone();
    let year = 2026 + years;
    document.key = document.key.replace("2026", &year.to_string());
    document.title.ja.extend([
        "（令和".to_owned(),
        (year - 2018).to_string(),
        "年度）".to_owned(),
    ]);
    if let Some(easy) = &mut document.title.easy {
        easy.extend(["（".to_owned(), year.to_string(), "年（ねん））".to_owned()]);
    }
    if let Some(english) = &mut document.title.en {
        english.extend([" (".to_owned(), year.to_string(), ")".to_owned()]);
    }
    document.opens = moved(document.opens)?;
    document.closes = moved(document.closes)?;
    Ok(document)
}

/// Lets made-up people answer on the days until today, and closes the survey when its last day is over.
async fn answer(city: &City, document: &SurveyDocument, today: Date) -> Result<(), Failure> {
    let failed = |error: &SurveyError| broken(&document.key, &error.to_string());
    let opens = document.opens.day();
    let people = ANSWERS
        .iter()
        .find(|(key, _)| *key == document.key)
        .map_or(100, |(_, people)| *people);
    let form = Form::compile(&document.form)
        .map_err(|_| broken(&document.key, "its form does not compile"))?;
    // The same answers in every demo city.
    let seed = document.key.bytes().fold(0_u64, |seed, byte| {
        seed.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    let mut random = StdRng::seed_from_u64(seed);
    let last = document.closes.day().min(today);
    let days = (last - opens).get_days().max(1);
    let mut answers = Vec::new();
    for person in 0..people {
        let given = filled_in(&form, opens, &mut random)
            .ok_or_else(|| broken(&document.key, "nobody can answer it"))?;
        let mut new = NewAnswer::new(document, &given).map_err(|error| failed(&error))?;
        if document.anonymity == Anonymity::OnePerPerson {
            new = new.by(city.key()?, &format!("made-up/{person}"));
        }
        answers.push(new);
    }
    // Many on the first days, fewer later.
    let mut taken = 0;
    for day in 0..days {
        let left = people - taken;
        let now = if day + 1 == days {
            left
        } else {
            left.div_ceil(6)
        };
        let at = opens
            .checked_add(day.days())
            .map_err(|error| broken(&document.key, &error.to_string()))?;
        city.clock().set(morning_of(at)?);
        let of_day: Vec<NewAnswer> = answers.drain(..now).collect();
        city.write(Actor::Public, of_day, |tx, answers| {
            Box::pin(async move {
                for answer in answers {
                    answering::take(tx, answer).await?;
                }
                Ok(())
            })
        })
        .await
        .map_err(|error: SurveyError| failed(&error))?;
        taken += now;
    }
    if document.closes.day() < today {
        let after = document
            .closes
            .day()
            .tomorrow()
            .map_err(|error| broken(&document.key, &error.to_string()))?;
        city.clock().set(morning_of(after)?);
        city.write(Actor::CommandLine, document.key.clone(), |tx, key| {
            Box::pin(async move {
                closing::close(tx, key).await?;
                let closed = store::survey(tx.connection(), key)
                    .await?
                    .ok_or_else(|| SurveyError::NoSuchSurvey(key.clone()))?;
                store::publish(tx, key, closed.revision).await
            })
        })
        .await
        .map_err(|error: SurveyError| failed(&error))?;
    }
    Ok(())
}

/// The form filled in by somebody who does not exist.
fn filled_in(form: &Form, today: Date, random: &mut StdRng) -> Option<Answers> {
    let mut answers = Answers::new();
    // One mood colours all answers, so that tables of two questions have something to show.
    let mood = random.random_range(0.0..1.0_f64);
    // An answer can bring further questions.
    for _ in 0..8 {
        let evaluation = form.evaluate(&answers, today);
        let mut changed = false;
        for field in form.document().pages.iter().flat_map(|page| &page.fields) {
            let path = field.key.as_str();
            if !evaluation.is_shown(path) || answers.get(path).is_some() {
                continue;
            }
            if field.optional && !random.random_bool(if is_words(field) { 0.08 } else { 0.7 }) {
                continue;
            }
            if let Some(answer) = made_up(field, mood, random) {
                answers.set(field.key.clone(), answer);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    form.submit(&answers, today).ok().map(|done| done.answers)
}

fn is_words(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Text(_) | FieldKind::LongText(_))
}

fn made_up(field: &Field, mood: f64, random: &mut StdRng) -> Option<Answer> {
    Some(match &field.kind {
        FieldKind::Choice { options } => Answer::Choice(one_of(field, options, mood, random)),
        FieldKind::Choices { options, min, max } => {
            Answer::Choices(some_of(options, *min, *max, random))
        }
        FieldKind::Number { min, max, .. } => {
            let (min, max) = (min.unwrap_or(0), max.unwrap_or(100));
            // Small numbers are the usual ones.
            let top = min + (max - min).clamp(0, 100) / 3;
            let one = random.random_range(min..=top.max(min));
            let other = random.random_range(min..=top.max(min));
            Answer::Number(Decimal::from(one.min(other)))
        }
        FieldKind::Text(_) | FieldKind::LongText(_) => {
            Answer::Text((*COMMENTS.choose(random)?).to_owned())
        }
        _ => return None,
    })
}

/// The first options are the usual ones; "none of these" stands alone.
#[allow(clippy::cast_precision_loss, reason = "a question has few options")]
fn some_of(
    options: &[ChoiceOption],
    min: Option<u32>,
    max: Option<u32>,
    random: &mut StdRng,
) -> Vec<Key> {
    let limit = |limit: Option<u32>, otherwise: usize| {
        limit.map_or(otherwise, |limit| {
            usize::try_from(limit).unwrap_or(otherwise)
        })
    };
    let none = options
        .iter()
        .find(|option| option.value.as_str() == "none");
    if let Some(none) = none
        && random.random_bool(0.06)
    {
        return vec![none.value.clone()];
    }
    let usual: Vec<&Key> = options
        .iter()
        .map(|option| &option.value)
        .filter(|value| value.as_str() != "none")
        .collect();
    let mut chosen: Vec<Key> = Vec::new();
    for (at, value) in usual.iter().enumerate() {
        let likely = 0.8 - 0.6 * at as f64 / usual.len().max(1) as f64;
        if random.random_bool(likely) {
            chosen.push((*value).clone());
        }
    }
    chosen.truncate(limit(max, usual.len()));
    for value in usual {
        if chosen.len() < limit(min, 0).max(1) && !chosen.contains(value) {
            chosen.push(value.clone());
        }
    }
    chosen
}

/// Scales follow the mood; where the options are groups of people, those in the middle are more.
#[allow(clippy::cast_precision_loss, reason = "a question has few options")]
fn one_of(field: &Field, options: &[ChoiceOption], mood: f64, random: &mut StdRng) -> Key {
    let scale = options
        .iter()
        .any(|option| matches!(option.value.as_str(), "neutral" | "agree" | "satisfied"));
    let key = field.key.as_str();
    let weights: Vec<f64> = options
        .iter()
        .enumerate()
        .map(|(at, option)| {
            let place = at as f64 / options.len().max(2) as f64;
            match option.value.as_str() {
                "not_used" => 0.25,
                "other" if key == "language" => 0.04,
                // More are content than not.
                _ if scale => (-(place - 0.1 - mood * 0.5).powi(2) / 0.05).exp().max(0.02),
                _ => 1.3 - (place - 0.45).abs(),
            }
        })
        .collect();
    let mut left = random.random_range(0.0..weights.iter().sum::<f64>());
    for (option, weight) in options.iter().zip(&weights) {
        if left < *weight {
            return option.value.clone();
        }
        left -= weight;
    }
    options
        .last()
        .map_or_else(|| field.key.clone(), |option| option.value.clone())
}
