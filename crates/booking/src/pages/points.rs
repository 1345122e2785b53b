//! What residents are told of penalty points.

use yakuba_city::web::Problem;
use yakuba_ui::{Catalogue, Words, format};

use super::asked::Asked;
use crate::{
    model::{
        document::{FacilityDocument, Rules},
        points::Tally,
    },
    store::{
        points::{late_points, tallies, tally},
        reservations::Reservation,
    },
};

/// The texts about penalty points, for residents and staff.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("points");

/// What points are given for and what they lead to, in sentences.
pub(super) fn rules(asked: &Asked, document: &FacilityDocument, rules: &Rules) -> Vec<String> {
    let texts = WORDS.words(asked.language);
    let Some(penalty) = &document.penalty else {
        return Vec::new();
    };
    let mut sentences = Vec::new();
    for (key, points) in [
        ("points-rule-late", rules.cancelling.late_points),
        ("points-rule-absent", rules.cancelling.absence_points),
    ] {
        if points > 0 {
            sentences.push(texts.counted(key, i64::from(points)).into_owned());
        }
    }
    if !sentences.is_empty() {
        sentences.push(
            texts
                .with(
                    "points-rule-blocked",
                    &[
                        ("points", i64::from(penalty.points).into()),
                        ("days", i64::from(penalty.blocked_days).into()),
                        ("lapse", i64::from(penalty.lapse_days).into()),
                    ],
                )
                .into_owned(),
        );
    }
    sentences
}

/// What giving a reservation up now costs in points, in plain words; nothing when it costs none.
pub(super) async fn before_cancelling(
    asked: &Asked,
    document: &FacilityDocument,
    found: &Reservation,
) -> Result<Option<String>, Problem> {
    let points = late_points(document, found, asked.city().now());
    let Some(penalty) = document.penalty.as_ref().filter(|_| points > 0) else {
        return Ok(None);
    };
    let city = asked.city();
    let now = tally(city.db(), document, &found.holder, city.today()).await?;
    let after = now.points.saturating_add(points);
    let key = if after >= u32::from(penalty.points) {
        "points-cancel-blocks"
    } else {
        "points-cancel"
    };
    Ok(Some(
        WORDS
            .words(asked.language)
            .with(
                key,
                &[
                    ("points", i64::from(points).into()),
                    ("after", i64::from(after).into()),
                    ("most", i64::from(penalty.points).into()),
                    ("days", i64::from(penalty.blocked_days).into()),
                ],
            )
            .into_owned(),
    ))
}

/// Where somebody stands, a sentence for each facility with which they have points.
pub(super) async fn standing(asked: &Asked, holder: &str) -> Result<Vec<String>, Problem> {
    let texts = WORDS.words(asked.language);
    let city = asked.city();
    let all = tallies(city.db(), holder, city.today()).await?;
    Ok(all
        .iter()
        .map(|(document, tally)| sentence(asked, texts, document, *tally))
        .collect())
}

fn sentence(asked: &Asked, texts: Words, document: &FacilityDocument, tally: Tally) -> String {
    let name = document.name.get(asked.language).to_owned();
    match tally.blocked_until {
        Some(day) => texts.with(
            "points-standing-blocked",
            &[
                ("name", name.into()),
                ("day", format::date(day, asked.language).into()),
            ],
        ),
        None => texts.with(
            "points-standing",
            &[
                ("name", name.into()),
                ("points", i64::from(tally.points).into()),
            ],
        ),
    }
    .into_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
