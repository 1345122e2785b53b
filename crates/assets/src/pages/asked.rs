//! What every handler needs of a request, and what several pages show.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use yakuba_city::{City, JAPAN, web::Problem};
use yakuba_identity::{Asker, Identity};
use yakuba_kernel::{Decimal, Point};
use yakuba_ui::{ChipLabel, Fields, Language, Shell, Words, format};

use crate::{
    WORDS,
    model::state::State,
    store::{self, Asset, Kinds},
};

/// Who asks, in which language.
pub(crate) struct Asked {
    pub(crate) identity: Identity,
    pub(crate) shell: Shell,
    pub(crate) words: Words,
    pub(crate) language: Language,
    pub(crate) query: Fields,
    pub(crate) kinds: Arc<Kinds>,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Asker {
            identity, shell, ..
        } = Asker::from_request_parts(parts, state).await?;
        Ok(Self {
            kinds: store::kinds(identity.city()).await?,
            identity,
            words: WORDS.words(shell.language),
            language: shell.language,
            shell,
            query: Fields::of_query(parts.uri.query().unwrap_or_default()),
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

    /// That something was there at a time of day.
    pub(crate) fn place_at(&self, at: Timestamp) -> String {
        let time = JAPAN.to_datetime(at).strftime("%H:%M").to_string();
        self.words
            .with_text("assets-place-at", "time", &time)
            .into_owned()
    }

    /// The name of a kind.
    pub(crate) fn kind_name(&self, key: &str) -> String {
        self.kinds
            .get(key)
            .map_or(key, |kind| kind.name.get(self.language))
            .to_owned()
    }
}

/// The key of a state's name.
pub(crate) fn state_key(state: State) -> String {
    format!("assets-state-{}", state.name().replace('_', "-"))
}

/// A state, as a label.
pub(crate) fn chip(words: Words, state: State) -> ChipLabel {
    let label = ChipLabel::new(words.get(&state_key(state)));
    match state {
        State::Planned => label.blue(),
        State::InService => label.green(),
        State::OutOfService => label.orange(),
        State::Removed => label,
    }
}

/// A share in per cent with one place, cut off so that only the whole is 100.0.
pub(crate) fn percent(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return String::new();
    }
    let share = Decimal::from(part * 1_000 / whole) / Decimal::from(10);
    format!("{}%", format::decimal_places(share, 1))
}

/// Nobody else may keep what is on the page: not the browser for the next person, not a proxy.
pub(crate) fn private(response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Points for the map and for other programs: each asset with where it is now if it moves, a text and an address.
pub(crate) fn feature_collection<'a>(
    assets: impl Iterator<Item = (&'a Asset, Option<Point>, String, String)>,
) -> Response {
    let features: Vec<Value> = assets
        .filter_map(|(asset, now, text, href)| {
            let (latitude, longitude) = now.or(asset.point)?.degrees();
            Some(json!({
                "type": "Feature",
                "geometry": { "type": "Point", "coordinates": [number(longitude)?, number(latitude)?] },
                "properties": {
                    "name": format!("{} {}", asset.number, asset.name),
                    "text": text,
                    "href": href,
                    "kind": asset.kind,
                    "state": asset.state.name(),
                },
            }))
        })
        .collect();
    (
        [(header::CONTENT_TYPE, "application/geo+json")],
        json!({ "type": "FeatureCollection", "features": features }).to_string(),
    )
        .into_response()
}

/// As a number of JSON with the digits that were written.
fn number(degrees: Decimal) -> Option<Value> {
    serde_json::from_str(&degrees.to_string()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_is_a_hundred_per_cent() {
        assert_eq!(percent(9_999, 10_000), "99.9%");
        assert_eq!(percent(10_000, 10_000), "100.0%");
        assert_eq!(percent(0, 10), "0.0%");
        assert_eq!(percent(1, 0), "");
    }
}
