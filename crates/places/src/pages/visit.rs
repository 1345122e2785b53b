//! A request to a public page.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, request::Parts},
};
use yakuba_city::{Actor, City, Fact, JAPAN, Measure, web::Problem};
use yakuba_kernel::Subject;
use yakuba_ui::{Catalogue, Fields, Language, NotificationBanner, Page, Shell, Words, format};

use crate::{
    capabilities::MAP_VIEWS,
    error::PlacesError,
    store::{self, Dataset},
};

/// The texts of the public pages and of the menus.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("places");

/// Who asks, in which language, for what.
pub(crate) struct Visit {
    pub(crate) city: City,
    pub(crate) shell: Shell,
    pub(crate) language: Language,
    pub(crate) words: Words,
    pub(crate) query: Fields,
    pub(crate) headers: HeaderMap,
    /// Whether the page becomes part of a copy that a web server serves without the program.
    pub(crate) is_mirrored: bool,
    is_look: bool,
}

/// An extension of requests for pages of the static mirror: they have nothing on them that needs the program. Only the program itself can
/// send it.
#[derive(Debug, Clone, Copy)]
pub struct Mirrored;

impl FromRequestParts<City> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, city: &City) -> Result<Self, Self::Rejection> {
        let shell = Shell::from_request_parts(parts, city).await?;
        // What browsers fetch ahead nobody has looked at yet.
        let is_ahead = ["purpose", "sec-purpose"]
            .iter()
            .filter_map(|name| parts.headers.get(*name)?.to_str().ok())
            .any(|value| value.contains("prefetch"));
        Ok(Self {
            city: city.clone(),
            language: shell.language,
            words: WORDS.words(shell.language),
            query: Fields::of_query(parts.uri.query().unwrap_or_default()),
            headers: parts.headers.clone(),
            is_mirrored: parts.extensions.get::<Mirrored>().is_some(),
            is_look: parts.method == Method::GET && !is_ahead,
            shell,
        })
    }
}

impl Visit {
    /// A text.
    pub(crate) fn t(&self, key: &str) -> String {
        self.words.get(key).into_owned()
    }

    /// A dataset that everybody sees.
    pub(crate) async fn dataset(&self, key: &str) -> Result<Dataset, Problem> {
        store::dataset(self.city.db(), key)
            .await?
            .filter(Dataset::is_public)
            .ok_or(Problem::NotFound)
    }

    /// The title in this language.
    pub(crate) fn title<'a>(&self, dataset: &'a Dataset) -> &'a str {
        in_language(
            self.language,
            &dataset.document.title,
            &dataset.document.title_en,
        )
    }

    /// The description in this language.
    pub(crate) fn description<'a>(&self, dataset: &'a Dataset) -> &'a str {
        in_language(
            self.language,
            &dataset.document.description,
            &dataset.document.description_en,
        )
    }

    /// A page, which says of a copy that it is one.
    pub(crate) fn marked(&self, page: Page) -> Page {
        if !self.is_mirrored {
            return page;
        }
        let day = self.day(self.city.now());
        page.notice(NotificationBanner::info(self.words.with_text(
            "places-mirrored",
            "day",
            &day,
        )))
    }

    /// The day of a moment, as readers write it.
    pub(crate) fn day(&self, at: jiff::Timestamp) -> String {
        format::date(JAPAN.to_datetime(at).date(), self.language)
    }

    /// Counts that somebody looked at the map or its list, and nothing else.
    pub(crate) async fn count_map(&self) -> Result<(), Problem> {
        if !self.is_look {
            return Ok(());
        }
        self.city
            .write(Actor::Public, (), |tx, ()| {
                Box::pin(async move {
                    tx.record(Fact::one(&MAP_VIEWS.name, tx.now())).await?;
                    Ok::<_, PlacesError>(())
                })
            })
            .await?;
        Ok(())
    }

    /// Counts that somebody looked at or took something: which dataset, and nothing about who.
    pub(crate) async fn count(&self, measure: &Measure, dataset: &Dataset) -> Result<(), Problem> {
        if !self.is_look {
            return Ok(());
        }
        let input = (
            measure.name.clone(),
            dataset.department().clone(),
            dataset.key().to_owned(),
        );
        self.city
            .write(Actor::Public, input, |tx, (measure, department, key)| {
                Box::pin(async move {
                    tx.record(
                        Fact::one(measure, tx.now())
                            .department(department.clone())
                            .subject(Subject::new(key.as_str())?),
                    )
                    .await?;
                    Ok::<_, PlacesError>(())
                })
            })
            .await?;
        Ok(())
    }
}

fn in_language<'a>(language: Language, japanese: &'a str, english: &'a str) -> &'a str {
    if language == Language::English && !english.is_empty() {
        english
    } else {
        japanese
    }
}
