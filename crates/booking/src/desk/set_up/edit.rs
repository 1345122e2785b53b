//! Editing a part of a facility with controls, or all of it as YAML.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};
use serde_json::Value;
use yakuba_city::web::Problem;
use yakuba_forms::Severity;
use yakuba_ui::{ErrorSummary, Fields, FormErrors, Html, Link, Select, TextArea, Words, done};

use super::{
    super::room::Room,
    form::{Form, Sent, join, name_of},
    href, part_href,
    shape::{Member, Shape},
    way,
};
use crate::{
    capabilities::SET_UP,
    error::BookingError,
    model::{check::check, document::FacilityDocument},
    store::{Facility, save},
};

#[derive(Template)]
#[template(path = "desk/set_up_part.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    findings: Vec<Link>,
    action: String,
    revision: i64,
    controls: Html,
    what: Option<Select>,
    back: String,
}

/// A part of a facility that is edited on a page of its own.
struct Part {
    at: String,
    shape: Shape,
    is_required: bool,
    is_nullable: bool,
    /// It is an item of a list: it may be new, moved or removed.
    is_item: bool,
}

/// The members that have no page of their own.
fn basics(facility: &Shape) -> Shape {
    let Shape::Record(members) = facility else {
        return Shape::Record(Vec::new());
    };
    let simple = members
        .iter()
        .filter(|member| {
            !matches!(member.shape, Shape::List(_) | Shape::Record(_)) && member.name != "format"
        })
        .cloned()
        .collect::<Vec<Member>>();
    Shape::Record(simple)
}

impl Part {
    fn read(facility: &Shape, at: &str) -> Option<Self> {
        if at == "basics" {
            return Some(Self {
                at: String::new(),
                shape: basics(facility),
                is_required: true,
                is_nullable: false,
                is_item: false,
            });
        }
        let is_item = at
            .rsplit('.')
            .next()
            .is_some_and(|last| last.parse::<usize>().is_ok());
        let is_known = match at.split_once('.') {
            None => true,
            Some((list, _)) => is_item && ["resources", "fees"].contains(&list),
        };
        let shape = facility
            .at(at)
            .filter(|_| is_known && !at.is_empty())?
            .clone();
        Some(Self {
            at: at.to_owned(),
            shape,
            is_required: true,
            is_nullable: false,
            is_item,
        })
    }

    fn value<'v>(&self, document: &'v Value) -> Option<&'v Value> {
        if self.at.is_empty() {
            return Some(document);
        }
        self.at.split('.').try_fold(document, |value, part| {
            part.parse::<usize>()
                .map_or_else(|_| value.get(part), |place| value.get(place))
        })
    }

    /// Puts what was entered into the document. None: the item is taken away.
    fn put(&self, document: &mut Value, new: Option<Value>, what: &str) {
        if self.at.is_empty() {
            if let (Some(document), Some(Value::Object(new)), Shape::Record(members)) =
                (document.as_object_mut(), new, &self.shape)
            {
                for member in members.iter().filter(|member| member.name != "key") {
                    document.remove(&member.name);
                }
                document.extend(new);
            }
            return;
        }
        if let Some((list, place)) = self.at.rsplit_once('.').filter(|_| self.is_item) {
            let Ok(mut place) = place.parse::<usize>() else {
                return;
            };
            let Some(document) = document.as_object_mut() else {
                return;
            };
            let items = document
                .entry(list)
                .or_insert_with(|| Value::Array(Vec::new()));
            let Some(items) = items.as_array_mut() else {
                return;
            };
            match new {
                None if place < items.len() => {
                    items.remove(place);
                }
                None => {}
                Some(new) => {
                    if place < items.len() {
                        items[place] = new;
                    } else {
                        place = items.len();
                        items.push(new);
                    }
                    if what == "up" && place > 0 {
                        items.swap(place, place - 1);
                    } else if what == "down" && place + 1 < items.len() {
                        items.swap(place, place + 1);
                    }
                }
            }
            return;
        }
        if let Some(document) = document.as_object_mut() {
            match new {
                Some(new) => document.insert(self.at.clone(), new),
                None => document.remove(&self.at),
            };
        }
    }
}

pub(super) async fn part(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = room.facility(&key, SET_UP).await?;
    let part = Part::read(&Shape::of_facility(), room.query.get("at")).ok_or(Problem::NotFound)?;
    let document = serde_json::to_value(&*found.document).map_err(BookingError::from)?;
    let value = part.value(&document).cloned();
    shown(
        &room,
        &found,
        &part,
        value.as_ref(),
        found.revision,
        (&FormErrors::new(), Vec::new()),
    )
    .await
}

async fn shown(
    room: &Room,
    found: &Facility,
    part: &Part,
    value: Option<&Value>,
    revision: i64,
    (errors, findings): (&FormErrors, Vec<Link>),
) -> Result<Response, Problem> {
    let language = room.language();
    let form = Form {
        language,
        words: room.words,
        errors,
        departments: room
            .set_up_departments()
            .await?
            .into_iter()
            .map(|(code, name)| (code.as_str().to_owned(), name))
            .collect(),
        units: found
            .document
            .units
            .iter()
            .map(|unit| (unit.key.to_string(), unit.name.get(language).to_owned()))
            .collect(),
    };
    let at = if part.at.is_empty() {
        "basics"
    } else {
        part.at.as_str()
    };
    let title = if part.at.is_empty() {
        room.t("desk-set-basics")
    } else if part.is_item {
        value
            .and_then(name_of)
            .unwrap_or_else(|| form.label(&part.at))
    } else {
        form.label(&part.at)
    };
    let body = Body {
        words: room.words,
        errors: errors.summary(language),
        action: part_href(found.key(), at),
        revision,
        controls: form.controls(&part.shape, value, &part.at, part.is_nullable),
        what: (part.is_item && value.is_some()).then(|| form.what(&part.at)),
        back: href(found.key()),
        findings,
    };
    let has_problems = !errors.is_empty() || !body.findings.is_empty();
    Ok(room
        .page_below(title, &body)
        .breadcrumb(room.t("desk-set-up"), super::SET_UP_HOME)
        .breadcrumb(found.document.name.get(language), href(found.key()))
        .with_errors(has_problems)
        .into_response())
}

pub(super) async fn save_part(
    mut room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = room.facility(&key, SET_UP).await?;
    let part = Part::read(&Shape::of_facility(), room.query.get("at")).ok_or(Problem::NotFound)?;
    let what = fields.get(&join(&part.at, "__do")).to_owned();
    let mut sent = Sent::new(&fields, room.words);
    let value = if part.is_item && what == "remove" {
        None
    } else {
        sent.read(&part.shape, &part.at, (part.is_required, part.is_nullable))
    };
    let is_removed = part.is_item && what == "remove";
    let errors = sent.errors();
    let revision = fields.revision();
    if sent.again || (!errors.is_empty() && !is_removed) {
        // Another kind was chosen: its controls come first, and what is missing in them is no mistake yet.
        let errors = if sent.again {
            FormErrors::new()
        } else {
            errors
        };
        return shown(
            &room,
            &found,
            &part,
            value.as_ref(),
            revision,
            (&errors, Vec::new()),
        )
        .await;
    }
    let mut whole = serde_json::to_value(&*found.document).map_err(BookingError::from)?;
    part.put(&mut whole, value.clone(), &what);
    let document: FacilityDocument = match serde_json::from_value(whole) {
        Ok(document) => document,
        Err(error) => {
            let words = room.words;
            room.refuse(words.with_text("desk-problem-yaml", "cause", &error.to_string()));
            let none = FormErrors::new();
            return shown(
                &room,
                &found,
                &part,
                value.as_ref(),
                revision,
                (&none, Vec::new()),
            )
            .await;
        }
    };
    if !room.principal.holds_in(SET_UP, &document.department) {
        return Err(Problem::NotAllowed);
    }
    let findings: Vec<Link> = check(&document)
        .iter()
        .filter(|finding| finding.severity == Severity::Must)
        .map(|finding| {
            let (at, control) = way(&document, finding);
            let here = if part.at.is_empty() {
                "basics"
            } else {
                &part.at
            };
            // On this page the control keeps what was typed.
            let href = if at == here {
                format!("#{control}")
            } else {
                format!("{}#{control}", part_href(&key, &at))
            };
            Link::new(finding.line(room.language()), href)
        })
        .collect();
    let back = if is_removed || part.is_item && matches!(what.as_str(), "up" | "down") {
        href(&key)
    } else {
        part_href(
            &key,
            if part.at.is_empty() {
                "basics"
            } else {
                &part.at
            },
        )
    };
    let outcome = room
        .write(
            (document, found.is_offered, revision),
            |tx, (document, is_offered, revision)| {
                Box::pin(save(tx, document, *is_offered, *revision))
            },
        )
        .await;
    match outcome {
        Ok(_) => Ok(done(&back, "saved")),
        Err(error) => {
            let Some(sentence) = room.sentence(&error) else {
                return Err(error.into());
            };
            room.refuse(sentence);
            let none = FormErrors::new();
            shown(
                &room,
                &found,
                &part,
                value.as_ref(),
                revision,
                (&none, findings),
            )
            .await
        }
    }
}

#[derive(Template)]
#[template(path = "desk/set_up_yaml.html")]
struct Yaml {
    words: Words,
    errors: ErrorSummary,
    action: String,
    revision: i64,
    whole: TextArea,
    back: String,
}

pub(super) async fn yaml(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = room.facility(&key, SET_UP).await?;
    yaml_page(&room, &found, &Fields::default(), &FormErrors::new())
}

fn yaml_page(
    room: &Room,
    found: &Facility,
    fields: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let language = room.language();
    let stands = found.document.to_yaml()?;
    let text = if fields.has("yaml") {
        fields.get("yaml")
    } else {
        &stands
    };
    let body = Yaml {
        words: room.words,
        errors: errors.summary(language),
        action: format!("{}/yaml", href(found.key())),
        revision: if fields.has("revision") {
            fields.revision()
        } else {
            found.revision
        },
        whole: TextArea::new(language, "yaml", room.t("desk-set-yaml-label"))
            .value(text)
            .rows(40)
            .errors(errors),
        back: href(found.key()),
    };
    Ok(room
        .page_below(room.t("desk-set-yaml"), &body)
        .breadcrumb(room.t("desk-set-up"), super::SET_UP_HOME)
        .breadcrumb(found.document.name.get(language), href(found.key()))
        .with_errors(!errors.is_empty())
        .into_response())
}

pub(super) async fn save_yaml(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = room.facility(&key, SET_UP).await?;
    let mut errors = FormErrors::new();
    let outcome = match FacilityDocument::from_yaml(fields.get("yaml")) {
        Ok(document) if document.key != key => {
            errors.add("yaml", room.t("desk-problem-other-key"));
            return yaml_page(&room, &found, &fields, &errors);
        }
        Ok(document) if !room.principal.holds_in(SET_UP, &document.department) => {
            return Err(Problem::NotAllowed);
        }
        Ok(document) => {
            for finding in check(&document)
                .iter()
                .filter(|finding| finding.severity == Severity::Must)
            {
                errors.add("yaml", finding.line(room.language()));
            }
            let revision = fields.revision();
            room.write(
                (document, found.is_offered, revision),
                |tx, (document, is_offered, revision)| {
                    Box::pin(save(tx, document, *is_offered, *revision))
                },
            )
            .await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(_) => Ok(done(&href(&key), "saved")),
        Err(error) => {
            let Some(sentence) = room.sentence(&error) else {
                return Err(error.into());
            };
            if errors.is_empty() {
                errors.add("yaml", sentence);
            }
            yaml_page(&room, &found, &fields, &errors)
        }
    }
}
