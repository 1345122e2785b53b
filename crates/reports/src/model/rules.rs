//! What a city takes reports about: its categories, areas, authorities and sentences. The shape of the YAML.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use yakuba_forms::{
    Finding, Message, Severity, check as check_form, check_text,
    model::document::{
        Field, FieldKind, FileType, FormDocument, FormPage, Key, Layout, Text, TextLimits,
    },
};
use yakuba_kernel::{Decimal, DepartmentCode, Point};
use yakuba_ui::Language;

use super::{place::Area, state::State};
use crate::{WORDS, error::ReportError};

/// The format that this version writes and reads.
pub const RULES_FORMAT: &str = "yakuba-reports/1";
/// The key of the question about the place, and of its page.
pub const PLACE: &str = "place";
/// The key of what the sender writes.
pub const TEXT: &str = "text";
/// The key of the pictures.
pub const PHOTOS: &str = "photos";
/// The key of the page with text, questions and pictures.
pub const DETAILS: &str = "details";
/// Pictures of a report at most.
pub const MOST_PHOTOS: u32 = 3;
/// The largest picture, in MiB.
pub const MOST_MIB: u32 = 10;
/// The endings of the names of pictures that are taken, for the browser's choice of files.
pub const PHOTO_FILES: &str = ".jpg,.jpeg,.png,.webp";
/// What machines call the piece of equipment that a report is about.
pub const EQUIPMENT: &str = "equipment";
/// Letters of a report at most.
pub const MOST_LETTERS: u32 = 1_000;

/// Everything a city has set about reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Always `yakuba-reports/1`.
    pub format: String,
    /// The parts of the city, for routing and statistics; a point belongs to the first that holds it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<NamedArea>,
    /// The authorities that reports are forwarded to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorities: Vec<Authority>,
    /// What can be reported.
    pub categories: Vec<Category>,
    /// Sentences that the desk chooses from for the public.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sentences: Vec<Sentence>,
}

/// A part of the city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedArea {
    /// Its lasting key.
    pub key: Key,
    /// Its name.
    pub name: Text,
    /// The corners of its border, longitude first as in GeoJSON.
    pub polygon: Vec<[Decimal; 2]>,
}

impl NamedArea {
    /// The area; none when the border is none.
    pub fn area(&self) -> Option<Area> {
        let corners = self
            .polygon
            .iter()
            .map(|[longitude, latitude]| Point::from_degrees(*latitude, *longitude).ok())
            .collect::<Option<Vec<_>>>()?;
        Area::new(corners)
    }
}

/// An authority that reports are forwarded to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authority {
    /// Its lasting key.
    pub key: Key,
    /// Its name.
    pub name: Text,
    /// How it is reached, for everybody to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Text>,
}

/// Something that can be reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Its lasting key.
    pub key: Key,
    /// Its name.
    pub name: Text,
    /// What belongs here, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Text>,
    /// What to do instead when it cannot wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgent: Option<Text>,
    /// The department that handles it.
    pub department: DepartmentCode,
    /// Other departments for parts of the city.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub departments: BTreeMap<Key, DepartmentCode>,
    /// Days in which it is usually handled.
    pub days: u32,
    /// Whether a report without a point on the map is taken.
    #[serde(default, skip_serializing_if = "is_false")]
    pub place_optional: bool,
    /// The kinds of equipment of which one can be named, by their keys in the registers: `street_light`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equipment: Vec<Key>,
    /// What is asked beside the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Field>,
    /// Offered only while a disaster is open, on one short page, and sorted on the triage board.
    #[serde(default, skip_serializing_if = "is_false")]
    pub disaster: bool,
    /// No longer offered; reports that have it keep it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub closed: bool,
}

/// A sentence that the desk chooses for the public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sentence {
    /// The state that it goes with: `planned`.
    pub state: String,
    /// The sentence.
    pub text: Text,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the shape serde asks for
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Rules {
    /// Reads rules from YAML (or JSON, which is YAML).
    ///
    /// # Errors
    /// [`ReportError::BadFile`] with line and reason.
    pub fn from_yaml(text: &str) -> Result<Self, ReportError> {
        let rules: Self = serde_saphyr::from_str(text)
            .map_err(|error| ReportError::BadFile(error.to_string()))?;
        if rules.format != RULES_FORMAT {
            return Err(ReportError::BadFile(format!(
                "its format is {:?}, but this version reads {RULES_FORMAT:?}",
                rules.format
            )));
        }
        Ok(rules)
    }

    /// The rules as YAML, which [`Rules::from_yaml`] reads back unchanged.
    ///
    /// # Errors
    /// [`ReportError::BadFile`] when they cannot be written, which no rules are known to cause.
    pub fn to_yaml(&self) -> Result<String, ReportError> {
        serde_saphyr::to_string(self).map_err(|error| ReportError::BadFile(error.to_string()))
    }

    /// A category, offered or not.
    pub fn category(&self, key: &str) -> Option<&Category> {
        self.categories
            .iter()
            .find(|category| category.key.as_str() == key)
    }

    /// The categories that residents choose from.
    pub fn offered(&self) -> impl Iterator<Item = &Category> {
        self.categories.iter().filter(|category| !category.closed)
    }

    /// Those of them that do not wait for a disaster.
    pub fn usual(&self) -> impl Iterator<Item = &Category> {
        self.offered().filter(|category| !category.disaster)
    }

    /// An authority.
    pub fn authority(&self, key: &str) -> Option<&Authority> {
        self.authorities
            .iter()
            .find(|authority| authority.key.as_str() == key)
    }

    /// The name of an area; its key when it is gone.
    pub fn area_name<'r>(&'r self, key: &'r str, language: Language) -> &'r str {
        self.areas
            .iter()
            .find(|area| area.key.as_str() == key)
            .map_or(key, |area| area.name.get(language))
    }

    /// The key of the area that a point lies in; empty when none holds it.
    pub fn area_of(&self, point: Point) -> &str {
        self.areas
            .iter()
            .find(|named| named.area().is_some_and(|area| area.holds(point)))
            .map_or("", |named| named.key.as_str())
    }

    /// The sentences for a state.
    pub fn sentences_for(&self, state: State) -> impl Iterator<Item = &Text> {
        self.sentences
            .iter()
            .filter(move |sentence| sentence.state == state.name())
            .map(|sentence| &sentence.text)
    }

    /// These rules with everything of the old ones that they do not mention, closed: reports may have it.
    #[must_use]
    pub fn after(mut self, old: &Self) -> Self {
        for category in &old.categories {
            if self.category(category.key.as_str()).is_none() {
                self.categories.push(Category {
                    closed: true,
                    ..category.clone()
                });
            }
        }
        for authority in &old.authorities {
            if self.authority(authority.key.as_str()).is_none() {
                self.authorities.push(authority.clone());
            }
        }
        self
    }
}

impl Category {
    /// The department that handles it in an area.
    pub fn department_in(&self, area: &str) -> &DepartmentCode {
        self.departments.get(area).unwrap_or(&self.department)
    }

    /// Whether a report can be about a piece of equipment of a kind.
    pub fn takes(&self, kind: &str) -> bool {
        self.equipment.iter().any(|key| key.as_str() == kind)
    }

    /// What is asked: the place, then the text, the category's questions and, where they can be sent, pictures.
    pub fn form(&self, with_photos: bool) -> FormDocument {
        let field = |key: &str, label: &'static str, hint: &'static str, optional, kind| {
            Key::new(key).ok().map(|key| Field {
                key,
                label: text_of(label),
                hint: Some(text_of(hint)),
                optional,
                show_if: None,
                purpose: None,
                prefill: None,
                kind,
            })
        };
        let long = FieldKind::LongText(TextLimits {
            max_length: Some(MOST_LETTERS),
            format: None,
        });
        let pictures = FieldKind::File {
            accept: vec![FileType::Image],
            max_mib: MOST_MIB,
            max_files: MOST_PHOTOS,
        };
        let place = field(
            PLACE,
            "reports-field-place",
            "reports-field-place-hint",
            self.place_optional,
            FieldKind::Place,
        );
        let mut details: Vec<Field> = field(
            TEXT,
            "reports-field-text",
            "reports-field-text-hint",
            false,
            long,
        )
        .into_iter()
        .collect();
        details.extend(self.questions.iter().cloned());
        if with_photos {
            details.extend(field(
                PHOTOS,
                "reports-field-photos",
                "reports-field-photos-hint",
                true,
                pictures,
            ));
        }
        let page = |key: &str, title: &'static str, fields: Vec<Field>| {
            Key::new(key).ok().map(|key| FormPage {
                key,
                title: text_of(title),
                intro: None,
                show_if: None,
                fields,
            })
        };
        FormDocument {
            layout: Layout::Pages,
            before: Vec::new(),
            pages: [
                page(PLACE, "reports-page-place", place.into_iter().collect()),
                page(DETAILS, "reports-page-details", details),
            ]
            .into_iter()
            .flatten()
            .collect(),
            computed: Vec::new(),
            checks: Vec::new(),
            fees: Vec::new(),
        }
    }
}

/// A text of the catalogue in every language.
pub(crate) fn text_of(key: &'static str) -> Text {
    let text = |language| WORDS.words(language).get(key).into_owned();
    Text {
        ja: text(Language::Japanese),
        easy: Some(text(Language::EasyJapanese)),
        en: Some(text(Language::English)),
    }
}

/// Looks rules over: what must be mended before they can be brought in, and what somebody should look at. Each is a line with its place.
pub fn check(rules: &Rules) -> Vec<(Severity, String)> {
    let mut found = Vec::new();
    let mut must = |place: String, key: &'static str| {
        let sentence = WORDS.words(Language::English).get(key);
        found.push((Severity::Must, format!("{place}: {sentence}")));
    };
    twice(rules.areas.iter().map(|area| &area.key), |key| {
        must(format!("areas/{key}"), "reports-finding-twice");
    });
    twice(rules.authorities.iter().map(|one| &one.key), |key| {
        must(format!("authorities/{key}"), "reports-finding-twice");
    });
    twice(rules.categories.iter().map(|one| &one.key), |key| {
        must(format!("categories/{key}"), "reports-finding-twice");
    });
    for area in &rules.areas {
        if area.area().is_none() {
            must(format!("areas/{}", area.key), "reports-finding-area");
        }
    }
    for sentence in &rules.sentences {
        let fits = State::read(&sentence.state).is_some_and(|state| state != State::Received);
        if !fits {
            must(
                format!("sentences/{}", sentence.state),
                "reports-finding-state",
            );
        }
    }
    if rules.offered().next().is_none() {
        must("categories".to_owned(), "reports-finding-empty");
    }
    for category in &rules.categories {
        let place = format!("categories/{}", category.key);
        if category.days == 0 || category.days > 1_000 {
            must(place.clone(), "reports-finding-days");
        }
        twice(category.equipment.iter(), |key| {
            must(format!("{place}/{key}"), "reports-finding-twice");
        });
        for area in category.departments.keys() {
            if rules.areas.iter().all(|known| known.key != *area) {
                must(format!("{place}/{area}"), "reports-finding-area-unknown");
            }
        }
        for question in &category.questions {
            let reserved = [PLACE, TEXT, PHOTOS, EQUIPMENT].contains(&question.key.as_str());
            let takes = matches!(
                question.kind,
                FieldKind::Text(_)
                    | FieldKind::LongText(_)
                    | FieldKind::Choice { .. }
                    | FieldKind::Choices { .. }
                    | FieldKind::Number { .. }
            );
            if reserved || !takes || question.prefill.is_some() {
                must(
                    format!("{place}/{}", question.key),
                    "reports-finding-question",
                );
            }
        }
    }
    for category in &rules.categories {
        let place = format!("categories/{}", category.key);
        found.extend(
            check_form(&category.form(true))
                .into_iter()
                .filter(|finding| !is_about_purposes(finding))
                .map(|finding| {
                    let line = finding.line(Language::English);
                    (finding.severity, format!("{place}: {line}"))
                }),
        );
        let texts = [
            Some(&category.name),
            category.hint.as_ref(),
            category.urgent.as_ref(),
        ];
        for (severity, message) in texts.into_iter().flatten().flat_map(check_text) {
            let line = message.in_language(Language::English);
            found.push((severity, format!("{place}: {line}")));
        }
    }
    found.sort_by_key(|(severity, _)| *severity);
    found
}

/// A place is asked about the hole in the road, not about the person.
fn is_about_purposes(finding: &Finding) -> bool {
    matches!(
        finding.message,
        Message::Known {
            id: "forms-finding-no-purpose",
            ..
        }
    )
}

fn twice<'k>(keys: impl Iterator<Item = &'k Key>, mut tell: impl FnMut(&Key)) {
    let mut seen = BTreeSet::new();
    for key in keys {
        if !seen.insert(key.as_str()) {
            tell(key);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use yakuba_forms::Form;

    use super::*;

    /// Small rules for tests.
    pub(crate) const SMALL: &str = "format: yakuba-reports/1
areas:
  - {key: harbour, name: 港, polygon: [[135.0, 34.0], [135.1, 34.0], [135.1, 34.1], [135.0, 34.1]]}
  - {key: rest, name: そのほか, polygon: [[134.0, 33.0], [136.0, 33.0], [136.0, 35.0], [134.0, 35.0]]}
authorities: [{key: prefecture, name: 県}]
categories:
  - key: road
    name: {ja: 道路, en: Roads, easy: 道}
    department: roads
    departments: {harbour: port}
    days: 14
    questions:
      - {key: size, type: choice, label: 大きさ, optional: true, options: [{value: small, label: 小さい}, {value: large, label: 大きい}]}
  - {key: other, name: そのほか, department: civic, days: 30, place_optional: true, equipment: [camera, street_light]}
sentences: [{state: planned, text: 工事をします。}]
";

    #[test]
    fn rules_are_read_written_and_route_by_area() {
        let rules = Rules::from_yaml(SMALL).unwrap();
        assert_eq!(Rules::from_yaml(&rules.to_yaml().unwrap()).unwrap(), rules);
        let json = serde_json::to_string(&rules).unwrap();
        assert_eq!(serde_json::from_str::<Rules>(&json).unwrap(), rules);
        let must: Vec<_> = check(&rules)
            .into_iter()
            .filter(|(severity, _)| *severity == Severity::Must)
            .collect();
        assert!(must.is_empty(), "{must:?}");
        let road = rules.category("road").unwrap();
        for (at, area, department) in [
            ("34.05, 135.05", "harbour", "port"),
            ("34.5, 135.5", "rest", "roads"),
            ("40, 140", "", "roads"),
        ] {
            let found = rules.area_of(Point::read(at).unwrap());
            assert_eq!(
                (found, road.department_in(found).as_str()),
                (area, department)
            );
        }
        assert_eq!(rules.sentences_for(State::Planned).count(), 1);
        assert!(rules.category("other").unwrap().takes("camera") && !road.takes("camera"));
    }

    #[test]
    fn what_a_new_file_leaves_out_is_closed_and_not_lost() {
        let old = Rules::from_yaml(SMALL).unwrap();
        let mut new = old.clone();
        new.categories.remove(0);
        new.authorities.clear();
        let merged = new.after(&old);
        assert!(merged.category("road").unwrap().closed);
        assert_eq!(merged.offered().count(), 1);
        assert!(merged.authority("prefecture").is_some());
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let broken = SMALL
            .replace("days: 14", "days: 0")
            .replace("harbour: port", "nowhere: port")
            .replace("key: size", "key: text")
            .replace("[camera, street_light]", "[camera, camera]")
            .replace("state: planned", "state: received")
            .replace(
                "[135.1, 34.0], [135.1, 34.1], [135.0, 34.1]",
                "[135.0, 34.0]",
            );
        let lines: Vec<String> = check(&Rules::from_yaml(&broken).unwrap())
            .into_iter()
            .filter(|(severity, _)| *severity == Severity::Must)
            .map(|(_, line)| line)
            .collect();
        for place in [
            "categories/road:",
            "categories/road/nowhere:",
            "categories/road/text:",
            "categories/other/camera:",
            "sentences/received:",
            "areas/harbour:",
        ] {
            let told = lines.iter().any(|line| line.starts_with(place));
            assert!(told, "{place} in {lines:?}");
        }
        assert!(Rules::from_yaml(&SMALL.replace("reports/1", "reports/9")).is_err());
        assert!(Rules::from_yaml(&SMALL.replace("days: 14", "days: 14\n    colour: red")).is_err());
    }

    #[test]
    fn every_category_has_a_form_that_compiles() {
        for category in &Rules::from_yaml(SMALL).unwrap().categories {
            for with_photos in [true, false] {
                Form::compile(&category.form(with_photos)).unwrap();
            }
        }
    }
}
