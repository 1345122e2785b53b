//! The place around which a list looks: coordinates, an address or the name of something on the map, with and without a script.

use askama::Template;
use yakuba_city::{City, CityError};
use yakuba_kernel::Point;

use crate::html::html_safe;
use crate::{Fields, FormErrors, Language, TextField, Words};

/// The field of it in addresses.
const NAME: &str = "near";
/// What proposes places while somebody types.
const PROPOSES: &str = "/map/find";

/// A place to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceOffer {
    /// What it is called.
    pub name: String,
    /// What it is; may be the name once more.
    pub note: String,
    /// The page around it.
    pub href: String,
}

/// Places of which somebody may mean one, to be chosen. Before them a button that puts in where the device is: it shows itself with a
/// script only, so that without one and without such places there is nothing to see.
#[derive(Clone, Template)]
#[template(path = "components/place_offers.html")]
pub struct PlaceOffers {
    words: Words,
    offers: Vec<PlaceOffer>,
}

impl PlaceOffers {
    /// Offers places.
    pub fn new(language: Language, offers: Vec<PlaceOffer>) -> Self {
        Self {
            words: Words::general(language),
            offers,
        }
    }
}

html_safe!(PlaceOffers);

/// The place that a request names by `near`.
#[derive(Clone)]
pub struct Near {
    words: Words,
    text: String,
    /// Where it is; none when none is named, or when it is not known which is meant.
    pub point: Option<Point>,
    offers: Vec<PlaceOffer>,
    problem: Option<String>,
    knows_names: bool,
}

impl Near {
    /// Reads `near`. Of several places that may be meant each is offered as `path` with the same query around it.
    ///
    /// # Errors
    /// When the service that knows places cannot look them up.
    pub async fn read(
        city: &City,
        language: Language,
        query: &Fields,
        path: &str,
    ) -> Result<Self, CityError> {
        let words = Words::general(language);
        // PostgreSQL takes no text with a NUL.
        let text = query.get(NAME).replace('\0', "").trim().to_owned();
        let mut near = Self {
            words,
            point: Point::read(&text).ok(),
            text,
            offers: Vec::new(),
            problem: None,
            knows_names: city.knows_places(),
        };
        if near.text.is_empty() || near.point.is_some() {
            return Ok(near);
        }
        let found = city.places_named(&near.text, language.code()).await?;
        if let [one] = found.as_slice()
            && one.is_meant
        {
            near.point = Some(one.point);
            return Ok(near);
        }
        near.offers = found
            .into_iter()
            .map(|place| PlaceOffer {
                href: format!("{path}?{}", with_point(query, place.point)),
                name: place.name,
                note: place.note,
            })
            .collect();
        if near.offers.is_empty() {
            let key = if near.knows_names {
                "ui-near-unknown"
            } else {
                "ui-near-no-point"
            };
            near.problem = Some(words.get(key).into_owned());
        }
        Ok(near)
    }

    /// Whether something was written.
    pub fn is_asked(&self) -> bool {
        !self.text.is_empty()
    }

    /// That no such place is known, or that it is to be chosen which is meant, in a sentence.
    pub fn open_question(&self) -> Option<String> {
        self.problem.clone().or_else(|| {
            (!self.offers.is_empty()).then(|| self.words.get("ui-near-which").into_owned())
        })
    }

    /// Adds to the errors of a form that no such place is known.
    pub fn add_to(&self, errors: &mut FormErrors) {
        if let Some(problem) = &self.problem {
            errors.add(NAME, problem);
        }
    }

    /// The field, with what was written.
    pub fn field(&self) -> TextField {
        self.field_called(self.words.get("ui-near").into_owned())
    }

    /// The same under another name than that of a search.
    pub fn field_called(&self, label: String) -> TextField {
        let support = if self.knows_names {
            "ui-near-support"
        } else {
            "ui-near-support-point"
        };
        let field = TextField::new(self.words.language(), NAME, label)
            .support(self.words.get(support))
            .value(&self.text)
            .error(self.problem.as_deref())
            .optional();
        if self.knows_names {
            field.proposes(PROPOSES)
        } else {
            field
        }
    }

    /// The places to choose from.
    pub fn offers(&self) -> PlaceOffers {
        PlaceOffers::new(self.words.language(), self.offers.clone())
    }

    /// The query with the coordinates in the place of words, for links of the page; without the place when it is not known which is meant.
    #[must_use]
    pub fn written_in(&self, query: &Fields) -> Fields {
        let mut written = Fields::default();
        for (name, value) in query.pairs() {
            match (name == NAME, self.point) {
                (true, Some(point)) => written.push(name, point.to_string()),
                (true, None) => {}
                (false, _) => written.push(name, value),
            }
        }
        written
    }
}

/// A query around a point instead of what it was around, from its first page.
fn with_point(query: &Fields, point: Point) -> String {
    let point = point.to_string();
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(
            query
                .pairs()
                .filter(|(name, value)| *name != "page" && !value.is_empty())
                .map(|(name, value)| {
                    let value = if name == NAME { point.as_str() } else { value };
                    (name, value)
                }),
        )
        .finish()
}
