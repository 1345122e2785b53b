//! What every handler needs of a request, and the words that several pages use.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use yakuba_city::{City, Emergency, HAZARD, JAPAN, SMALLEST_COUNT, SharedLayer, web::Problem};
use yakuba_identity::{Asker, Identity};
use yakuba_kernel::{Decimal, Point};
use yakuba_ui::{ChipLabel, Fields, Language, Shell, Words, emergency_banners, format};

use crate::{
    WORDS,
    model::shelter::{Crowding, Told},
    store::shelters::Shelter,
};

/// Who asks, in which language.
pub(crate) struct Asked {
    pub(crate) identity: Identity,
    pub(crate) shell: Shell,
    pub(crate) words: Words,
    pub(crate) language: Language,
    pub(crate) query: Fields,
    pub(crate) headers: HeaderMap,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Asker {
            identity, shell, ..
        } = Asker::from_request_parts(parts, state).await?;
        Ok(Self {
            identity,
            words: WORDS.words(shell.language),
            language: shell.language,
            shell,
            query: Fields::of_query(parts.uri.query().unwrap_or_default()),
            headers: parts.headers.clone(),
        })
    }
}

impl Asked {
    pub(crate) fn city(&self) -> &City {
        self.identity.city()
    }

    /// A text.
    pub(crate) fn t(&self, key: &str) -> String {
        self.words.get(key).into_owned()
    }

    /// The city's address, for links in feeds.
    pub(crate) fn base(&self) -> String {
        let url = self.identity.settings().public_url.as_str();
        url.trim_end_matches('/').to_owned()
    }

    /// The hazard areas of the public map.
    pub(crate) async fn hazards(&self) -> Result<Vec<SharedLayer>, Problem> {
        let mut all = self.city().shared_layers(self.language.code()).await?;
        all.retain(|layer| layer.theme == HAZARD);
        Ok(all)
    }

    /// A moment, in words.
    pub(crate) fn moment(&self, at: Timestamp) -> String {
        moment(at, self.language)
    }

    /// The frame with what everybody should know now on top.
    pub(crate) async fn shell_with_banners(&self) -> Result<Shell, Problem> {
        let banners = emergency_banners(self.city(), self.language).await?;
        Ok(banners.into_iter().fold(self.shell.clone(), Shell::notice))
    }

    /// The name of a shelter.
    pub(crate) fn shelter_name(&self, shelter: &Shelter) -> String {
        shelter_name(shelter, self.language)
    }

    /// How it is at a shelter, as labels of which the first says whether it is open.
    pub(crate) fn chips(&self, told: &Told) -> Vec<ChipLabel> {
        chips(self.words, told)
    }

    /// How it is at a shelter, in words.
    pub(crate) fn state_text(&self, told: &Told) -> String {
        let mut parts = vec![self.t(open_key(told.is_open))];
        parts.extend(
            told.crowding
                .map(|crowding| self.t(&crowding_key(crowding))),
        );
        parts.extend(told.people.map(|people| people_text(self.words, people)));
        parts.join(" / ")
    }
}

/// A moment, in words.
pub(crate) fn moment(at: Timestamp, language: Language) -> String {
    format::date_time(JAPAN.to_datetime(at), language)
}

/// What a disaster is called.
pub(crate) fn emergency_name(emergency: &Emergency, language: Language) -> String {
    emergency.name.get(language.code()).to_owned()
}

/// The name of a shelter.
pub(crate) fn shelter_name(shelter: &Shelter, language: Language) -> String {
    match language {
        Language::English if !shelter.place.name_en.is_empty() => shelter.place.name_en.clone(),
        _ => shelter.place.name.clone(),
    }
}

/// The key of "open" or "closed".
pub(crate) fn open_key(is_open: bool) -> &'static str {
    if is_open {
        "disaster-open"
    } else {
        "disaster-closed"
    }
}

/// The key of how full it is.
pub(crate) fn crowding_key(crowding: Crowding) -> String {
    format!("disaster-crowding-{}", crowding.name())
}

/// A key of a word of a set: underscores become hyphens.
pub(crate) fn named_key(what: &str, name: &str) -> String {
    format!("disaster-{what}-{}", name.replace('_', "-"))
}

/// A number of people as everybody reads it: a few could be told apart.
pub(crate) fn people_text(words: Words, people: u32) -> String {
    if (1..SMALLEST_COUNT).contains(&u64::from(people)) {
        words
            .counted(
                "disaster-people-few",
                i64::try_from(SMALLEST_COUNT).unwrap_or(5),
            )
            .into_owned()
    } else {
        words
            .counted("disaster-people", i64::from(people))
            .into_owned()
    }
}

/// How it is at a shelter, as labels.
pub(crate) fn chips(words: Words, told: &Told) -> Vec<ChipLabel> {
    let open = ChipLabel::new(words.get(open_key(told.is_open)));
    let mut chips = vec![if told.is_open { open.green() } else { open }];
    chips.extend(told.crowding.map(|crowding| {
        let chip = ChipLabel::new(words.get(&crowding_key(crowding))).beside();
        match crowding {
            Crowding::Free => chip.green(),
            Crowding::Some => chip.blue(),
            Crowding::Crowded => chip.orange(),
            Crowding::Full => chip.red(),
        }
    }));
    chips
}

/// GeoJSON of features.
pub(crate) fn collection(features: &[Value]) -> Response {
    (
        [(header::CONTENT_TYPE, "application/geo+json")],
        json!({ "type": "FeatureCollection", "features": features }).to_string(),
    )
        .into_response()
}

/// A point as GeoJSON takes it: longitude first, with the digits that were written.
pub(crate) fn coordinates(point: Point) -> Option<Value> {
    let number = |degrees: Decimal| serde_json::from_str::<Value>(&degrees.to_string()).ok();
    let (latitude, longitude) = point.degrees();
    Some(json!([number(longitude)?, number(latitude)?]))
}
