//! The mails about what becomes of a report, and taking away what is no longer needed.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;
use yakuba_city::{
    Actor, City, CityError, CityKey, JAPAN, JobFailure, JobKind, Tx, setting, sql::Sql as _,
};
use yakuba_forms::model::document::Text;
use yakuba_mail::{Mail, enqueue};
use yakuba_ui::{Language, format};

use crate::{
    WORDS, detector,
    error::ReportError,
    model::alert::Rhythm,
    pages::{self, asked::title},
    store::{
        self, Current, Report, alerts, drafts, followers, orders, own,
        photos::{self, Covering, Finder, View},
        steps::{self, Kind},
    },
};

const CLEAN_UP: &str = "reports.clean_up";
/// Gives the reports of a disaster that is over to their departments.
pub(crate) const HAND_OVER: &str = "reports.hand_over";
/// Lets go of the reports in an account that is deleted.
pub(crate) const FORGET_RESIDENT: &str = "reports.forget_resident";
const CARRY_OVER: &str = "reports.carry_over";
const GATHER: &str = "reports.gather_alerts";
/// Reports in one mail at most; the others are counted.
const MOST_IN_A_MAIL: usize = 50;
/// Who reported and who followed is kept so long after a report was answered.
const KEPT: SignedDuration = SignedDuration::from_hours(365 * 24);

/// The jobs of the service.
pub(crate) fn jobs() -> Vec<JobKind> {
    vec![
        JobKind::new(steps::TELL, |city, payload| async move {
            failing(tell(&city, &payload).await)
        }),
        JobKind::new(photos::FIND_PARTS, |city, payload| async move {
            failing(find_parts(&city, &payload).await)
        }),
        JobKind::new(HAND_OVER, |city, payload| async move {
            failing(hand_over(&city, &payload).await)
        }),
        JobKind::new(FORGET_RESIDENT, |city, payload| async move {
            failing(forget_resident(&city, &payload).await)
        }),
        JobKind::new(
            CLEAN_UP,
            |city, _| async move { failing(clean_up(&city).await) },
        )
        .every_day(),
        JobKind::new(alerts::TELL, |city, payload| async move {
            let report = payload["report"].as_i64();
            failing(alert(&city, report, Rhythm::AtOnce).await)
        }),
        JobKind::new(GATHER, |city, _| async move {
            failing(alert(&city, None, Rhythm::Daily).await)
        })
        .every_day(),
        JobKind::new(CARRY_OVER, |city, _| async move {
            failing(carry_over(&city).await)
        })
        .every_day(),
    ]
}

/// What crews left undone goes on.
async fn carry_over(city: &City) -> Result<(), ReportError> {
    city.write(Actor::Program(CARRY_OVER.to_owned()), (), |tx, ()| {
        Box::pin(orders::carry_over(tx))
    })
    .await
}

fn failing(outcome: Result<(), ReportError>) -> Result<(), JobFailure> {
    outcome.map_err(|error| JobFailure::from_error(&error))
}

/// Writes the mails about a step, once.
async fn tell(city: &City, payload: &Json) -> Result<(), ReportError> {
    let step = payload["step"].as_i64().unwrap_or(0);
    let key = city.key()?.clone();
    let current = store::current(city).await?;
    city.write(
        Actor::Program(steps::TELL.to_owned()),
        (key, current, step),
        |tx, (key, current, step)| {
            Box::pin(async move {
                let Some((report, kind, text)) = steps::take_untold(tx, *step).await? else {
                    return Ok(());
                };
                tell_of(tx, key, current, report, kind, &text).await
            })
        },
    )
    .await
}

async fn tell_of(
    tx: &Tx,
    key: &CityKey,
    current: &Current,
    report: i64,
    kind: Kind,
    text: &Text,
) -> Result<(), ReportError> {
    let Some(found) = store::report(tx.connection(), report).await? else {
        return Ok(());
    };
    let name = setting(tx.connection(), "city.name")
        .await?
        .unwrap_or_default();
    let name_en = setting(tx.connection(), "city.name_en").await?;
    for reader in followers::readers(tx.connection(), key, report).await? {
        let language = Language::from_code(&reader.language).unwrap_or_default();
        let words = WORDS.words(language);
        let category = current
            .rules
            .category(&found.category)
            .map_or(found.category.as_str(), |category| {
                category.name.get(language)
            });
        let city = match (language, &name_en) {
            (Language::English, Some(english)) => english.as_str(),
            _ => name.as_str(),
        };
        let url = format!("{}/reports/{}", reader.base, found.public_id);
        let out = format!(
            "{}/reports/unfollow/{}",
            reader.base,
            followers::way_out(key, reader.id)
        );
        let values = [
            ("city", city.to_owned().into()),
            ("category", category.to_owned().into()),
            ("url", url.into()),
            ("out", out.clone().into()),
        ];
        let mut body = words
            .with(&format!("reports-mail-{}", kind.key()), &values)
            .into_owned();
        if !text.is_empty() {
            body.push_str("\n\n");
            body.push_str(text.get(language));
        }
        let mail = Mail::new(
            reader.email,
            words.with("reports-mail-subject", &values),
            format!("{body}\n\n{}\n", words.with("reports-mail-where", &values)),
        )
        .with_way_out(out);
        enqueue(tx, key, &mail).await?;
    }
    Ok(())
}

/// Tells those who wait for new reports: of one, at once, or of all that were not gathered yet, in one mail. Each is told of a report once.
async fn alert(city: &City, report: Option<i64>, rhythm: Rhythm) -> Result<(), ReportError> {
    let key = city.key()?.clone();
    let current = store::current(city).await?;
    city.write(
        Actor::Program(alerts::TELL.to_owned()),
        (key, current, report, rhythm),
        |tx, (key, current, report, rhythm)| {
            Box::pin(async move {
                let news = match report {
                    Some(report) => alerts::take_untold(tx, *report).await?,
                    None => alerts::take_ungathered(tx).await?,
                };
                let readers =
                    alerts::readers(tx.connection(), key, *rhythm, tx.now(), &news).await?;
                for (reader, places) in readers {
                    let wanted: Vec<&Report> = places
                        .iter()
                        .filter_map(|place| news.get(*place))
                        .map(|(report, _)| report)
                        .collect();
                    tell_reader(tx, key, current, reader, &wanted).await?;
                }
                Ok(())
            })
        },
    )
    .await
}

async fn tell_reader(
    tx: &Tx,
    key: &CityKey,
    current: &Current,
    reader: alerts::Reader,
    news: &[&Report],
) -> Result<(), ReportError> {
    let language = Language::from_code(&reader.language).unwrap_or_default();
    let words = pages::alerts::WORDS.words(language);
    let name = setting(tx.connection(), "city.name")
        .await?
        .unwrap_or_default();
    let city = match language {
        Language::English => setting(tx.connection(), "city.name_en")
            .await?
            .unwrap_or(name),
        _ => name,
    };
    let (place, what) = pages::alerts::described(current, &reader.wanted, language);
    let out = format!(
        "{}/reports/alerts/end/{}",
        reader.base,
        alerts::way_out(key, reader.id)
    );
    let values = [
        ("city", city.into()),
        ("place", place.into()),
        ("what", what.into()),
        ("out", out.clone().into()),
    ];
    let mut text = format!("{}\n\n", words.with("alerts-mail-lead", &values));
    for report in news.iter().take(MOST_IN_A_MAIL) {
        let day = JAPAN.to_datetime(report.received_at).date();
        let line = words.with(
            "alerts-mail-line",
            &[
                ("title", title(current, report, language).into()),
                ("day", format::date(day, language).into()),
                (
                    "url",
                    format!("{}{}", reader.base, pages::href(&report.public_id)).into(),
                ),
            ],
        );
        text.push_str(&line);
        text.push_str("\n\n");
    }
    let others = news.len().saturating_sub(MOST_IN_A_MAIL);
    if others > 0 {
        let others = i64::try_from(others).unwrap_or(i64::MAX);
        text.push_str(&words.counted("alerts-mail-more", others));
        text.push_str("\n\n");
    }
    text.push_str(&words.with("alerts-mail-end", &values));
    text.push('\n');
    let mail = Mail::new(
        reader.email,
        words.with("alerts-mail-subject", &values),
        text,
    )
    .with_way_out(out);
    enqueue(tx, key, &mail).await?;
    Ok(())
}

/// Has a program look for faces and number plates in a picture, where the city has one, and paints over what it finds. Staff look at it
/// before anybody else does.
async fn find_parts(city: &City, payload: &Json) -> Result<(), ReportError> {
    let Some(program) = detector::of(city) else {
        return Ok(());
    };
    let (report, name) = (
        payload["report"].as_i64().unwrap_or(0),
        payload["photo"].as_str().unwrap_or_default().to_owned(),
    );
    let key = city.key()?.clone();
    let original = photos::contents(city.db(), &key, report, &name, View::Original).await?;
    let Some((_, original)) = original else {
        return Ok(());
    };
    let parts = detector::find(&program, original.clone()).await?;
    let covering =
        tokio::task::spawn_blocking(move || Covering::new(&key, &name, &original, parts))
            .await
            .map_err(|error| CityError::Stored {
                what: "a picture of a report",
                cause: error.to_string(),
            })??;
    city.write(
        Actor::Program(photos::FIND_PARTS.to_owned()),
        (report, covering),
        |tx, (report, covering)| {
            Box::pin(async move {
                photos::cover(tx, *report, covering, Finder::Program).await?;
                Ok(())
            })
        },
    )
    .await
}

/// A disaster is over: its open reports go on in the inboxes.
async fn hand_over(city: &City, payload: &Json) -> Result<(), ReportError> {
    let emergency = payload["emergency"].as_i64().unwrap_or(0);
    let current = store::current(city).await?;
    city.write(
        Actor::Program(HAND_OVER.to_owned()),
        (current, emergency),
        |tx, (current, emergency)| Box::pin(store::triage::hand_over(tx, current, *emergency)),
    )
    .await
}

/// Somebody deleted their account: nothing leads from it to a report any more.
async fn forget_resident(city: &City, payload: &Json) -> Result<(), ReportError> {
    let resident = payload["resident"].as_i64().unwrap_or(0);
    let owner = own::owner(city.key()?, resident);
    city.write(
        Actor::Program(FORGET_RESIDENT.to_owned()),
        owner,
        |tx, owner| Box::pin(own::forget(tx, owner)),
    )
    .await
}

/// Forgets drafts after a day, and people a year after their report was answered.
async fn clean_up(city: &City) -> Result<(), ReportError> {
    let before = city.now() - KEPT;
    city.write(
        Actor::Program(CLEAN_UP.to_owned()),
        before,
        |tx, before: &Timestamp| {
            Box::pin(async move {
                drafts::clean_up(tx).await?;
                alerts::clean_up(tx).await?;
                for sql in [
                    "DELETE FROM reports_own WHERE report IN (SELECT id FROM reports_reports WHERE handled_at < $1)",
                    "DELETE FROM reports_followers WHERE report IN (SELECT id FROM reports_reports WHERE handled_at < $1)",
                    "UPDATE reports_reports SET sealed = NULL WHERE handled_at < $1 AND sealed IS NOT NULL",
                    "UPDATE reports_in_disasters SET next_step = NULL WHERE next_step IS NOT NULL \
                     AND report IN (SELECT id FROM reports_reports WHERE handled_at < $1)",
                    "DELETE FROM reports_photos WHERE is_released = 0 \
                     AND report IN (SELECT id FROM reports_reports WHERE handled_at < $1)",
                    // What was painted over is gone for good.
                    "UPDATE reports_photos SET contents = covered, covered = NULL WHERE covered IS NOT NULL \
                     AND report IN (SELECT id FROM reports_reports WHERE handled_at < $1)",
                ] {
                    tx.connection()
                        .run(sql, [before.as_microsecond().into()])
                        .await?;
                }
                Ok(())
            })
        },
    )
    .await
}
