//! How it is at a shelter, told with few taps on a phone; and the register.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use yakuba_city::{EmergencyKind, web::Problem};
use yakuba_kernel::{
    Channel, Point,
    text::{fold_width, words_for_search},
};
use yakuba_ui::{
    Cell, CheckboxGroup, Choice, Column, ErrorSummary, Fields, FormErrors, Html, Map, RadioGroup,
    Row, Select, Table, TextField, Words, done,
};

use super::room::Room;
use crate::{
    capabilities::LEAD,
    error::DisasterError,
    model::shelter::{Crowding, Equipment, Need, Told},
    pages::asked::{chips, crowding_key, named_key, open_key, shelter_name},
    store::shelters::{self as store, Filter, Place, Shelter, Telling},
};

const LIST: &str = "/desk/disaster/shelters";
/// Letters of a note at most.
const MOST_NOTE: usize = 200;
/// People in one shelter at most.
const MOST_PEOPLE: u32 = 100_000;

fn href(key: &str) -> String {
    format!("{LIST}/{key}")
}

#[derive(Template)]
#[template(path = "desk/shelters.html")]
struct ListBody {
    words: Words,
    may_lead: bool,
    q: TextField,
    open: Select,
    table: Option<Table>,
}

/// The shelters, open ones first.
pub(super) async fn list(room: Room) -> Result<Response, Problem> {
    let language = room.language();
    let public = room.public();
    let query = &room.query;
    let filter = Filter {
        open: match query.get("open") {
            "1" => Some(true),
            "0" => Some(false),
            _ => None,
        },
        words: words_for_search(query.get("q")),
        ..Filter::default()
    };
    let found = store::shelters(room.db(), &filter).await?;
    let table = (!found.is_empty()).then(|| {
        Table::new(language, "shelters", room.t("desk-shelters"))
            .columns([
                Column::text(room.t("desk-column-shelter")),
                Column::text(room.t("desk-column-state")),
                Column::number(room.t("desk-column-people")),
                Column::text(room.t("desk-column-needs")),
                Column::text(room.t("desk-column-told")),
            ])
            .rows(found.iter().map(|shelter| {
                let mut states = Html::empty();
                for chip in chips(public, &shelter.told) {
                    states.push(&chip);
                }
                let needs: Vec<String> = shelter
                    .told
                    .needs
                    .iter()
                    .map(|need| public.get(&named_key("need", need.name())).into_owned())
                    .collect();
                Row::new([
                    Cell::link(shelter_name(shelter, language), href(&shelter.place.key)),
                    Cell::html(&states),
                    Cell::text(
                        shelter
                            .told
                            .people
                            .map(|people| people.to_string())
                            .unwrap_or_default(),
                    ),
                    Cell::text(needs.join(if language.is_japanese() { "、" } else { ", " })),
                    Cell::text(
                        shelter
                            .told_at
                            .map(|at| room.moment(at))
                            .unwrap_or_default(),
                    ),
                ])
            }))
            .row_headers()
            .stacked()
            .hide_caption()
    });
    let body = ListBody {
        words: room.words,
        may_lead: room.principal.holds(LEAD),
        q: TextField::new(language, "q", public.get("disaster-filter-words"))
            .value(query.get("q"))
            .optional(),
        open: [
            ("", "disaster-filter-all"),
            ("1", "disaster-open"),
            ("0", "disaster-closed"),
        ]
        .into_iter()
        .fold(
            Select::new(language, "open", public.get("disaster-filter-open")),
            |select, (value, key)| select.choice(Choice::new(value, public.get(key))),
        )
        .value(query.get("open")),
        table,
    };
    Ok(room
        .page_below(room.t("desk-shelters"), &body)
        .into_response())
}

struct Line {
    at: String,
    text: String,
}

#[derive(Template)]
#[template(path = "desk/shelter.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    base: String,
    revision: i64,
    now: Html,
    told_at: String,
    state: RadioGroup,
    crowding: RadioGroup,
    people: TextField,
    needs: CheckboxGroup,
    note: TextField,
    event: Option<Select>,
    at: TextField,
    on_paper: CheckboxGroup,
    is_late: bool,
    lines: Vec<Line>,
    may_lead: bool,
}

async fn found(room: &Room, key: &str) -> Result<Shelter, Problem> {
    Ok(store::shelter(room.db(), key)
        .await?
        .ok_or(DisasterError::NotThere)?)
}

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = found(&room, &key).await?;
    let typed = fields_of(&found.told);
    shown(&room, &found, &typed, &FormErrors::new()).await
}

/// What is known, as the form holds it.
fn fields_of(told: &Told) -> Fields {
    let mut fields = Fields::default();
    fields.push("state", if told.is_open { "open" } else { "closed" });
    if let Some(crowding) = told.crowding {
        fields.push("crowding", crowding.name());
    }
    if let Some(people) = told.people {
        fields.push("people", people.to_string());
    }
    for need in &told.needs {
        fields.push("needs", need.name());
    }
    fields.push("note", &told.note);
    fields
}

async fn shown(
    room: &Room,
    found: &Shelter,
    typed: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let language = room.language();
    let public = room.public();
    let mut now = Html::empty();
    for chip in chips(public, &found.told) {
        now.push(&chip);
    }
    let lines = store::history(room.db(), found.id)
        .await?
        .iter()
        .map(|state| {
            let mut parts = vec![public.get(open_key(state.told.is_open)).into_owned()];
            parts.extend(
                state
                    .told
                    .crowding
                    .map(|crowding| public.get(&crowding_key(crowding)).into_owned()),
            );
            parts.extend(state.told.people.map(|people| {
                public
                    .counted("disaster-people", i64::from(people))
                    .into_owned()
            }));
            if state.channel == Channel::Paper.as_str() {
                parts.push(
                    room.words
                        .with_text("desk-entered-at", "at", &room.moment(state.entered_at))
                        .into_owned(),
                );
            }
            parts.extend((!state.told.note.is_empty()).then(|| state.told.note.clone()));
            Line {
                at: room.moment(state.at),
                text: parts.join(" / "),
            }
        })
        .collect();
    let chosen: BTreeSet<&str> = typed.all("needs").collect();
    let body = Body {
        words: room.words,
        errors: errors.summary(language),
        base: href(&found.place.key),
        revision: found.revision,
        told_at: found.told_at.map_or_else(
            || room.t("desk-never-told"),
            |at| {
                room.words
                    .with_text("desk-told-at", "at", &room.moment(at))
                    .into_owned()
            },
        ),
        now,
        state: ["open", "closed"]
            .into_iter()
            .fold(
                RadioGroup::new(language, "state", room.t("desk-state")).inline(),
                |group, value| {
                    group.choice(Choice::new(value, public.get(&named_key_of_open(value))))
                },
            )
            .value(typed.get("state"))
            .required()
            .errors(errors),
        crowding: Crowding::ALL
            .iter()
            .fold(
                RadioGroup::new(language, "crowding", room.t("desk-crowding")).inline(),
                |group, one| group.choice(Choice::new(one.name(), public.get(&crowding_key(*one)))),
            )
            .value(typed.get("crowding"))
            .optional()
            .errors(errors),
        people: TextField::new(language, "people", room.t("desk-people"))
            .numeric()
            .unit(room.t("desk-people-unit"))
            .width(6)
            .value(typed.get("people"))
            .optional()
            .errors(errors),
        needs: Need::ALL.iter().fold(
            CheckboxGroup::new(language, "needs", room.t("desk-needs"))
                .inline()
                .optional(),
            |group, need| {
                let name = public.get(&named_key("need", need.name()));
                group.choice(Choice::new(need.name(), name).chosen(chosen.contains(need.name())))
            },
        ),
        note: TextField::new(language, "note", room.t("desk-note"))
            .support(room.t("desk-note-support"))
            .value(typed.get("note"))
            .optional()
            .errors(errors),
        event: room.choose_event(typed.get("event")).await?,
        at: TextField::new(language, "at", room.t("desk-at"))
            .support(room.t("desk-moment-support"))
            .value(typed.get("at"))
            .optional()
            .errors(errors),
        on_paper: CheckboxGroup::new(language, "channel", room.t("desk-channel"))
            .choice(
                Choice::new("paper", room.t("desk-on-paper"))
                    .chosen(typed.get("channel") == "paper"),
            )
            .optional(),
        is_late: !typed.get("at").is_empty() || typed.get("channel") == "paper",
        lines,
        may_lead: room.principal.holds(LEAD),
    };
    let mut page = room
        .page_below(shelter_name(found, language), &body)
        .breadcrumb(room.t("desk-shelters"), LIST)
        .with_errors(!errors.is_empty());
    if !errors.is_empty() {
        page = page.status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    Ok(page.into_response())
}

fn named_key_of_open(value: &str) -> String {
    open_key(value == "open").to_owned()
}

pub(super) async fn tell(
    mut room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let before = found(&room, &key).await?;
    let mut errors = FormErrors::new();
    let is_open = match fields.get("state") {
        "open" => true,
        "closed" => false,
        _ => {
            errors.add("state", room.t("desk-problem-required"));
            false
        }
    };
    let people = match fold_width(fields.get("people")).trim() {
        "" => None,
        text => {
            let read = text.parse().ok().filter(|people| *people <= MOST_PEOPLE);
            if read.is_none() {
                errors.add("people", room.t("desk-problem-people"));
            }
            read
        }
    };
    let note = room
        .typed(&fields, "note", MOST_NOTE, false, &mut errors)
        .replace('\n', " ");
    let at = room.read_moment(&fields, "at", false, &mut errors);
    if !errors.is_empty() {
        return shown(&room, &before, &fields, &errors).await;
    }
    let telling = Telling {
        key: before.place.key.clone(),
        revision: fields.revision(),
        told: Told {
            is_open,
            people,
            crowding: Crowding::read(fields.get("crowding")),
            needs: fields.all("needs").filter_map(Need::read).collect(),
            note,
        },
        at,
        channel: if fields.get("channel") == "paper" {
            Channel::Paper
        } else {
            Channel::Counter
        },
        emergency: fields.integer("event"),
    };
    let outcome = room
        .write(telling, |tx, telling| Box::pin(store::tell(tx, telling)))
        .await;
    if let Err(error) = outcome {
        room.refuse(error)?;
        // As it is now, with what was typed.
        let now = found(&room, &key).await?;
        return shown(&room, &now, &fields, &FormErrors::new()).await;
    }
    Ok(done(&href(&before.place.key), "shelter"))
}

#[derive(Template)]
#[template(path = "desk/shelter-edit.html")]
struct EditBody {
    words: Words,
    errors: ErrorSummary,
    action: String,
    texts: Vec<TextField>,
    map: Map,
    kinds: CheckboxGroup,
    equipment: CheckboxGroup,
    is_listed: RadioGroup,
}

pub(super) async fn new(room: Room) -> Result<Response, Problem> {
    let mut typed = Fields::default();
    typed.push("is_listed", "1");
    Ok(edited(&room, None, &typed, &FormErrors::new()))
}

pub(super) async fn edit(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = found(&room, &key).await?;
    let place = &found.place;
    let mut typed = Fields::default();
    typed.push("name", &place.name);
    typed.push("name_en", &place.name_en);
    typed.push("address", &place.address);
    typed.push("point", place.point.to_string());
    if let Some(capacity) = place.capacity {
        typed.push("capacity", capacity.to_string());
    }
    for kind in &place.kinds {
        typed.push("kinds", kind.name());
    }
    for one in &place.equipment {
        typed.push("equipment", one.name());
    }
    typed.push("is_listed", if place.is_listed { "1" } else { "0" });
    Ok(edited(&room, Some(&found), &typed, &FormErrors::new()))
}

fn edited(room: &Room, found: Option<&Shelter>, typed: &Fields, errors: &FormErrors) -> Response {
    let language = room.language();
    let public = room.public();
    let field = |name: &'static str, key: &str| {
        TextField::new(language, name, room.t(key))
            .value(typed.get(name))
            .errors(errors)
    };
    let mut texts = Vec::new();
    if found.is_none() {
        texts.push(
            field("key", "desk-key")
                .support(room.t("desk-key-support"))
                .required(),
        );
    }
    texts.extend([
        field("name", "desk-shelter-name").required(),
        field("name_en", "desk-shelter-name-en").optional(),
        field("address", "desk-address").required(),
        field("capacity", "desk-capacity").numeric().optional(),
        field("point", "desk-point")
            .support(room.t("desk-point-support"))
            .required(),
    ]);
    let chosen = |name: &str, value: &str| typed.all(name).any(|one| one == value);
    let body = EditBody {
        words: room.words,
        errors: errors.summary(language),
        action: found.map_or_else(
            || format!("{LIST}/new"),
            |found| format!("{}/edit", href(&found.place.key)),
        ),
        texts,
        map: Map::that_picks(language, "point-map", room.t("desk-point"), "point"),
        kinds: EmergencyKind::of_shelters().fold(
            CheckboxGroup::new(language, "kinds", public.get("disaster-filter-kind")).optional(),
            |group, kind| {
                let name = public.get(&named_key("kind", kind.name()));
                group.choice(Choice::new(kind.name(), name).chosen(chosen("kinds", kind.name())))
            },
        ),
        equipment: Equipment::ALL.iter().fold(
            CheckboxGroup::new(
                language,
                "equipment",
                public.get("disaster-filter-equipment"),
            )
            .optional(),
            |group, one| {
                let name = public.get(&named_key("equipment", one.name()));
                group.choice(Choice::new(one.name(), name).chosen(chosen("equipment", one.name())))
            },
        ),
        is_listed: [("1", "desk-listed"), ("0", "desk-unlisted")]
            .into_iter()
            .fold(
                RadioGroup::new(language, "is_listed", room.t("desk-listing")).inline(),
                |group, (value, key)| group.choice(Choice::new(value, room.t(key))),
            )
            .value(typed.get("is_listed")),
    };
    let title = found.map_or_else(
        || room.t("desk-shelter-new"),
        |found| shelter_name(found, language),
    );
    let mut page = room
        .page_below(title, &body)
        .breadcrumb(room.t("desk-shelters"), LIST)
        .with_errors(!errors.is_empty());
    if !errors.is_empty() {
        page = page.status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    page.into_response()
}

/// What stands in the register, as it was typed.
fn place_of(room: &Room, key: &str, fields: &Fields, errors: &mut FormErrors) -> Option<Place> {
    let name = room.typed(fields, "name", 100, true, errors);
    let name_en = room.typed(fields, "name_en", 100, false, errors);
    let address = room.typed(fields, "address", 200, true, errors);
    let point = Point::read(fields.get("point")).ok();
    if point.is_none() {
        errors.add("point", room.t("desk-problem-point"));
    }
    let capacity = match fold_width(fields.get("capacity")).trim() {
        "" => None,
        text => {
            let read = text
                .parse()
                .ok()
                .filter(|number| (1..=1_000_000).contains(number));
            if read.is_none() {
                errors.add("capacity", room.t("desk-problem-people"));
            }
            read
        }
    };
    if !errors.is_empty() {
        return None;
    }
    Some(Place {
        key: key.to_owned(),
        name,
        name_en,
        address,
        point: point?,
        capacity,
        kinds: fields
            .all("kinds")
            .filter_map(EmergencyKind::read)
            .collect(),
        equipment: fields
            .all("equipment")
            .filter_map(Equipment::read)
            .collect(),
        is_listed: fields.get("is_listed") != "0",
    })
}

pub(super) async fn add(room: Room, fields: Fields) -> Result<Response, Problem> {
    let mut errors = FormErrors::new();
    let key = fields.get("key").trim().to_owned();
    if !Place::is_key(&key) {
        errors.add("key", room.t("desk-problem-key"));
    } else if store::shelter(room.db(), &key).await?.is_some() {
        errors.add("key", room.t("desk-problem-key-taken"));
    }
    match place_of(&room, &key, &fields, &mut errors) {
        Some(place) if errors.is_empty() => kept(&room, place).await,
        _ => Ok(edited(&room, None, &fields, &errors)),
    }
}

pub(super) async fn save(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = found(&room, &key).await?;
    let mut errors = FormErrors::new();
    match place_of(&room, &found.place.key, &fields, &mut errors) {
        Some(place) => kept(&room, place).await,
        None => Ok(edited(&room, Some(&found), &fields, &errors)),
    }
}

async fn kept(room: &Room, place: Place) -> Result<Response, Problem> {
    let to = href(&place.key);
    room.write(place, |tx, place| {
        Box::pin(async move { store::put(tx, place).await.map(|_| ()) })
    })
    .await?;
    Ok(done(&to, "kept"))
}
