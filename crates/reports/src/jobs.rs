//! The mails about what becomes of a report, and taking away what is no longer needed.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;
use yakuba_city::{
    Actor, City, CityError, CityKey, JobFailure, JobKind, Tx, setting, sql::Sql as _,
};
use yakuba_forms::model::document::Text;
use yakuba_mail::{Mail, enqueue};
use yakuba_ui::Language;

use crate::{
    WORDS, detector,
    error::ReportError,
    store::{
        self, Current, drafts, followers,
        photos::{self, Covering, Finder, View},
        steps::{self, Kind},
    },
};

const CLEAN_UP: &str = "reports.clean_up";
/// Gives the reports of a disaster that is over to their departments.
pub(crate) const HAND_OVER: &str = "reports.hand_over";
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
        JobKind::new(
            CLEAN_UP,
            |city, _| async move { failing(clean_up(&city).await) },
        )
        .every_day(),
    ]
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
            ("out", out.into()),
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
        );
        enqueue(tx, key, &mail).await?;
    }
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

/// Forgets drafts after a day, and people a year after their report was answered.
async fn clean_up(city: &City) -> Result<(), ReportError> {
    let before = city.now() - KEPT;
    city.write(
        Actor::Program(CLEAN_UP.to_owned()),
        before,
        |tx, before: &Timestamp| {
            Box::pin(async move {
                drafts::clean_up(tx).await?;
                for sql in [
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
