//! The map on paper: a form that says what is to be seen, the drawing, and the same as a PDF. Neither a script nor WebGL is needed.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use geo::{Coord, Geometry, Polygon, Rect};
use tokio::sync::Semaphore;
use yakuba_city::{
    MAP_CENTRE, MAP_OUTLINE, setting,
    web::{Principal, Problem},
};
use yakuba_pdf::{LegendLayer, MapSheet, Paper};
use yakuba_ui::{
    CheckboxGroup, Choice, MapPattern, MapSwatch, Page, PlaceOffers, Select, TextField, Words,
    format,
};

use super::{
    super::{listed, visit::Visit},
    WORDS, asked_for, in_address,
    page::begins,
    place::{Meant, meant},
    seen, swatch_of,
};
use crate::{
    machines::base,
    model::map::{
        drawing::{Frame, Look, SCALES, Thing, draw},
        layer::{Kind, LayerDocument},
        shape,
    },
    store::map::{Layer, extent, in_frame},
};

/// The most features of one layer on a sheet.
const MOST: usize = 5_000;
/// The longest title of a sheet, in characters.
const LONGEST_TITLE: usize = 60;
/// Pixels of the map on a wide screen: what was seen there fits on the paper.
const SEEN: f64 = 1_140.0;
/// Files set at the same time: setting one keeps a core busy.
const AT_ONCE: usize = 2;

struct Presses(Semaphore);

impl Default for Presses {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

/// What is to be printed.
struct Sheet {
    title: String,
    frame: Frame,
    paper: Paper,
    layers: Vec<Layer>,
    /// The step in time of each layer that has some.
    steps: BTreeMap<String, String>,
}

#[derive(Template)]
#[template(path = "public/map-print.html")]
struct Body {
    words: Words,
    title: TextField,
    near: TextField,
    offers: PlaceOffers,
    at: String,
    scale: Select,
    paper: Select,
    layers: CheckboxGroup,
    steps: Vec<Select>,
    drawing: String,
    description: String,
    pdf: String,
    list: String,
}

/// The scale that shows as much as a screen does at a zoom.
fn scale_at(place: Coord, zoom: u8, paper: Paper) -> u32 {
    let a_dot = 78_271.5 * place.y.to_radians().cos() / 2_f64.powi(i32::from(zoom));
    Frame::scale_for(a_dot * SEEN, f64::from(paper.drawing().0))
}

/// Reads what the address asks for.
async fn asked_sheet(visit: &Visit, all: &[Layer], near: Option<Coord>) -> Result<Sheet, Problem> {
    let words = WORDS.words(visit.language);
    let query = &visit.query;
    let paper = Paper::read(query.get("paper")).unwrap_or_default();
    let begins = match begins(query.get("at")) {
        Some(at) => Some(at),
        None => setting(visit.city.db(), MAP_CENTRE)
            .await?
            .and_then(|at| begins(&at)),
    };
    let layers: Vec<Layer> = match asked_for(query, all) {
        Some(keys) => all
            .iter()
            .filter(|layer| keys.iter().any(|key| key == layer.key()))
            .cloned()
            .collect(),
        None => all
            .iter()
            .filter(|layer| layer.document.is_on)
            .cloned()
            .collect(),
    };
    let (mut centre, zoom) = match (near, begins) {
        (Some(place), _) => (place, 15),
        (None, Some(begins)) => begins,
        (None, None) => {
            let mut middle = None;
            for layer in &layers {
                middle = middle.or(extent(visit.city.db(), layer.key()).await?);
            }
            (middle.map_or(Coord { x: 137.5, y: 36.5 }, Rect::center), 13)
        }
    };
    centre.y = centre.y.clamp(20.0, 46.0);
    let scale = query
        .get("scale")
        .parse()
        .ok()
        .filter(|scale| SCALES.contains(scale))
        .unwrap_or_else(|| scale_at(centre, zoom, paper));
    let (width, height) = paper.drawing();
    let mut steps = BTreeMap::new();
    for layer in &layers {
        let Some(time) = &layer.document.time else {
            continue;
        };
        let wanted = query
            .all("step")
            .filter_map(|step| step.strip_prefix(layer.key())?.strip_prefix(':'))
            .find(|value| time.steps.iter().any(|step| step.value == *value));
        if let Some(value) = wanted.or_else(|| Some(time.steps.first()?.value.as_str())) {
            steps.insert(layer.key().to_owned(), value.to_owned());
        }
    }
    let title: String = query
        .get("title")
        .trim()
        .chars()
        .take(LONGEST_TITLE)
        .collect();
    Ok(Sheet {
        title: if title.is_empty() {
            words.get("map-title").into_owned()
        } else {
            title
        },
        frame: Frame {
            centre,
            scale,
            size: (f64::from(width), f64::from(height)),
        },
        paper,
        layers,
        steps,
    })
}

impl Sheet {
    /// The address of the same, under another path.
    fn address(&self, path: &str, language: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("title", &self.title)
            .append_pair("at", &format!("{},15", in_address(self.frame.centre)))
            .append_pair("scale", &self.frame.scale.to_string())
            .append_pair("paper", self.paper.name());
        // Without one, those that are on at first would be meant.
        query.append_pair("layer", "");
        for layer in &self.layers {
            query.append_pair("layer", layer.key());
        }
        for (key, step) in &self.steps {
            query.append_pair("step", &format!("{key}:{step}"));
        }
        query.append_pair("lang", language);
        format!("{path}?{}", query.finish())
    }

    fn step_of<'s>(&'s self, layer: &'s Layer, words: &Words) -> Option<&'s str> {
        let value = self.steps.get(layer.key())?;
        let steps = &layer.document.time.as_ref()?.steps;
        let step = steps.iter().find(|step| step.value == *value)?;
        Some(step.title.in_language(words.language()))
    }

    /// What the drawing shows, in a sentence.
    fn description(&self, words: &Words) -> String {
        let titles: Vec<&str> = self
            .layers
            .iter()
            .map(|layer| layer.document.title.in_language(words.language()))
            .collect();
        words
            .with(
                "map-print-shows",
                &[
                    ("scale", format::number(self.frame.scale).into()),
                    ("place", in_address(self.frame.centre).into()),
                    ("layers", listed(&titles, words.language()).into()),
                ],
            )
            .into_owned()
    }

    /// The drawing, and the titles of layers of which not everything is drawn.
    async fn drawn(&self, visit: &Visit) -> Result<(String, Vec<String>), Problem> {
        let db = visit.city.db();
        let mut things = Vec::new();
        let mut cut = Vec::new();
        for layer in &self.layers {
            let rows = in_frame(
                db,
                layer.key(),
                self.frame.area(),
                self.frame.zoom(),
                MOST + 1,
            )
            .await?;
            if rows.len() > MOST {
                cut.push(layer.document.title.in_language(visit.language).to_owned());
            }
            let step = self.steps.get(layer.key());
            for row in rows.iter().take(MOST) {
                let properties = row.properties()?;
                let document = &layer.document;
                let other = document
                    .step_of(&properties)
                    .is_some_and(|own| step.is_some_and(|wanted| own != wanted));
                if other {
                    continue;
                }
                things.push(Thing {
                    shape: row.shape()?,
                    look: look(document, document.class_of(&properties)),
                    name: document.name_of(&properties, visit.language).to_owned(),
                });
            }
        }
        let outline = setting(db, MAP_OUTLINE)
            .await?
            .map(|text| areas_of(&text))
            .unwrap_or_default();
        let frame = self.frame;
        Ok((draw(frame, &outline, &things), cut))
    }

    fn legend(&self, words: &Words) -> Vec<LegendLayer> {
        let language = words.language();
        self.layers
            .iter()
            .map(|layer| {
                let document = &layer.document;
                let swatch = swatch_of(document.kind);
                let title = document.title.in_language(language);
                let svg = |look: Look| picture(swatch, look);
                let mut lines: Vec<(String, String)> = document
                    .style
                    .classes
                    .iter()
                    .enumerate()
                    .map(|(at, class)| {
                        (
                            svg(look(document, Some(at))),
                            class.title.in_language(language).to_owned(),
                        )
                    })
                    .collect();
                if lines.is_empty() {
                    lines.push((svg(look(document, None)), title.to_owned()));
                }
                LegendLayer {
                    title: match self.step_of(layer, words) {
                        Some(step) => format!("{title} {step}"),
                        None => title.to_owned(),
                    },
                    lines,
                    note: super::page::note(words, layer),
                }
            })
            .collect()
    }
}

/// How things of a class are drawn; without one, in the layer's own colour.
fn look(document: &LayerDocument, class: Option<usize>) -> Look<'_> {
    let style = &document.style;
    let opacity = if document.kind == Kind::Points {
        100
    } else {
        document.opacity
    };
    match class.and_then(|at| style.classes.get(at)) {
        Some(class) => Look {
            colour: class.colour.as_str(),
            pattern: class.pattern,
            sign: class.sign.unwrap_or(style.sign),
            factor: class.size.factor(),
            opacity,
        },
        None => Look {
            colour: style.sign.colour(),
            pattern: MapPattern::Plain,
            sign: style.sign,
            factor: 1.0,
            opacity,
        },
    }
}

/// A sign of the legend.
fn picture(swatch: MapSwatch, look: Look) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">{}</svg>"#,
        swatch.drawing(look.sign, look.colour, look.pattern)
    )
}

/// The areas of the city's border; none when they cannot be read.
fn areas_of(text: &str) -> Vec<Polygon> {
    let Ok(json) = serde_json::from_str::<serde_json::Value>(text) else {
        return Vec::new();
    };
    let geometry = if json["type"] == "Feature" {
        &json["geometry"]
    } else {
        &json
    };
    match shape::read(geometry) {
        Ok(Geometry::Polygon(area)) => vec![area],
        Ok(Geometry::MultiPolygon(areas)) => areas.0,
        _ => Vec::new(),
    }
}

pub(super) async fn page(visit: Visit, principal: Principal) -> Result<Response, Problem> {
    let language = visit.language;
    let words = WORDS.words(language);
    let all = seen(&visit.city, &principal).await?;
    let near = visit.query.get("near").trim().to_owned();
    let Meant {
        place,
        offers,
        problem,
    } = meant(&visit, &all, &near, |at| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("near", &in_address(at));
        for (name, value) in visit.query.pairs() {
            if matches!(name, "title" | "scale" | "paper" | "layer" | "step") {
                query.append_pair(name, value);
            }
        }
        format!("/map/print?{}", query.finish())
    })
    .await?;
    let sheet = asked_sheet(&visit, &all, place).await?;
    let scale = SCALES.into_iter().fold(
        Select::new(language, "scale", words.get("map-print-scale")),
        |select, scale| {
            let text = format!("1 : {}", format::number(scale));
            select.choice(Choice::new(scale.to_string(), text))
        },
    );
    let paper = Paper::ALL.into_iter().fold(
        Select::new(language, "paper", words.get("map-print-paper")),
        |select, paper| {
            let key = format!("map-print-paper-{}", paper.name());
            select.choice(Choice::new(paper.name(), words.get(&key)))
        },
    );
    let steps = all
        .iter()
        .filter_map(|layer| {
            let time = layer.document.time.as_ref()?;
            let label = words.with_text(
                "map-print-step",
                "layer",
                layer.document.title.in_language(language),
            );
            let chosen = sheet.steps.get(layer.key()).map_or("", String::as_str);
            Some(
                time.steps
                    .iter()
                    .fold(
                        Select::new(language, "step", label).id(format!("step-{}", layer.key())),
                        |select, step| {
                            let title = step.title.in_language(language);
                            let value = format!("{}:{}", layer.key(), step.value);
                            select.choice(Choice::new(value, title))
                        },
                    )
                    .value(&format!("{}:{chosen}", layer.key())),
            )
        })
        .collect();
    let list: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("near", &in_address(sheet.frame.centre))
        .extend_pairs(sheet.layers.iter().map(|layer| ("layer", layer.key())))
        .finish();
    visit.count_map().await?;
    let body = Body {
        words,
        title: TextField::new(language, "title", words.get("map-print-title-label"))
            .max_length(60)
            .value(visit.query.get("title"))
            .optional(),
        near: TextField::new(language, "near", words.get("map-print-near"))
            .proposes("/map/find")
            .support(words.get("map-near-support"))
            .error(problem.as_deref())
            .value(&near)
            .optional(),
        offers: PlaceOffers::new(language, offers),
        at: format!("{},15", in_address(sheet.frame.centre)),
        scale: scale.value(&sheet.frame.scale.to_string()),
        paper: paper.value(sheet.paper.name()),
        layers: CheckboxGroup::new(language, "layer", words.get("map-layers"))
            .inline()
            .choices(all.iter().map(|layer| {
                let is_chosen = sheet.layers.iter().any(|one| one.key() == layer.key());
                Choice::new(layer.key(), layer.document.title.in_language(language))
                    .chosen(is_chosen)
            })),
        steps,
        drawing: sheet.address("/map/print.svg", language.code()),
        description: sheet.description(&words),
        pdf: sheet.address("/map/print.pdf", language.code()),
        list: format!("/map/list?{list}"),
    };
    Ok(
        Page::public(visit.shell.clone(), words.get("map-print-title"), &body)
            .breadcrumb(words.get("map-title"), "/map")
            .lead(words.get("map-print-lead"))
            .with_errors(problem.is_some())
            .not_for_search_engines()
            .into_response(),
    )
}

/// The drawing alone.
pub(super) async fn picture_file(visit: Visit, principal: Principal) -> Result<Response, Problem> {
    let all = seen(&visit.city, &principal).await?;
    let sheet = asked_sheet(&visit, &all, None).await?;
    let (svg, _) = sheet.drawn(&visit).await?;
    Ok((
        [
            (header::CONTENT_TYPE, "image/svg+xml"),
            (header::CACHE_CONTROL, "private, max-age=60"),
        ],
        svg,
    )
        .into_response())
}

/// The sheet as a PDF.
pub(super) async fn file(visit: Visit, principal: Principal) -> Result<Response, Problem> {
    let language = visit.language;
    let words = WORDS.words(language);
    let all = seen(&visit.city, &principal).await?;
    let sheet = asked_sheet(&visit, &all, None).await?;
    let (drawing, cut) = sheet.drawn(&visit).await?;
    let mut notes = vec![
        words
            .with_text(
                "map-print-scale-is",
                "scale",
                &format::number(sheet.frame.scale),
            )
            .into_owned(),
        words
            .with_text(
                "map-print-day",
                "day",
                &format::date(visit.city.today(), language),
            )
            .into_owned(),
    ];
    notes.extend(cut.iter().map(|layer| {
        words
            .with(
                "map-print-cut",
                &[
                    ("layer", layer.as_str().into()),
                    ("most", format::number(MOST as u64).into()),
                ],
            )
            .into_owned()
    }));
    let printed = MapSheet {
        language: if language.is_japanese() { "ja" } else { "en" }.to_owned(),
        title: sheet.title.clone(),
        publisher: visit.shell.city_name.clone(),
        date: visit.city.today(),
        paper: sheet.paper,
        drawing,
        description: sheet.description(&words),
        legend: sheet.legend(&words),
        notes,
        footer: format!("{}/map", base(&visit.headers)),
    };
    let presses = visit.city.state::<Presses>();
    let turn = presses
        .0
        .acquire()
        .await
        .map_err(|error| Problem::internal(&error))?;
    // Setting a page takes a moment of pure computing, which would hold up other requests.
    let output = tokio::task::spawn_blocking(move || yakuba_pdf::map_sheet(&printed))
        .await
        .map_err(|error| Problem::internal(&error))?
        .map_err(|error| Problem::internal(&error))?;
    drop(turn);
    Ok((
        [
            (header::CONTENT_TYPE, "application/pdf"),
            (header::CONTENT_DISPOSITION, "inline; filename=\"map.pdf\""),
            (header::CACHE_CONTROL, "private, max-age=60"),
        ],
        output.bytes,
    )
        .into_response())
}
