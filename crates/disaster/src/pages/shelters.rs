//! Shelters: the list with filters and distance, one of them, and the same for other programs.

use askama::Template;
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use yakuba_city::{
    EmergencyKind, shown_count,
    web::{Answer, Problem},
};
use yakuba_kernel::{Point, text::words_for_search};
use yakuba_sheets::{CsvCharset, CsvOptions, Table as SheetTable, write_csv};
use yakuba_ui::{
    ChipLabel, Choice, DescriptionList, ErrorSummary, FormErrors, Map, Near, Page, PlaceOffers,
    Select, TextField, Words, format,
};

use super::{
    KEPT,
    asked::{Asked, collection, coordinates, named_key, people_text},
};
use crate::{
    error::DisasterError,
    model::shelter::{Equipment, kinds_text},
    store::shelters::{Filter, Shelter, history, shelter, shelters},
};

/// States of a shelter that its page shows.
const MOST_STATES: usize = 20;
/// The headers of the table for other programs; the format of a published file is in Japanese for every reader.
pub(crate) const HEADER: [&str; 15] = [
    "ID",
    "名称",
    "名称_英語",
    "住所",
    "緯度",
    "経度",
    "収容人数",
    "対象とする災害",
    "設備",
    "開設状況",
    "開設日時",
    "混雑状況",
    "避難者数",
    "足りないもの",
    "更新日時",
];

struct Item {
    href: String,
    name: String,
    chips: Vec<ChipLabel>,
    note: String,
    place: String,
}

#[derive(Template)]
#[template(path = "public/shelters.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    open: Select,
    kind: Select,
    equipment: Select,
    q: TextField,
    near: TextField,
    offers: PlaceOffers,
    is_far: bool,
    count: String,
    items: Vec<Item>,
    query: String,
}

async fn filter_of(asked: &Asked) -> Result<(Filter, Near), Problem> {
    let query = &asked.query;
    let near = Near::read(asked.city(), asked.language, query, "/shelters").await?;
    let filter = Filter {
        listed: true,
        open: match query.get("open") {
            "1" => Some(true),
            "0" => Some(false),
            _ => None,
        },
        kind: EmergencyKind::read(query.get("kind")),
        equipment: Equipment::read(query.get("equipment")),
        words: words_for_search(query.get("q")),
    };
    Ok((filter, near))
}

/// The same for programs, which cannot choose a place: it must be known which is meant.
async fn known(asked: &Asked) -> Result<(Filter, Option<Point>), Problem> {
    let (filter, near) = filter_of(asked).await?;
    match near.open_question() {
        Some(sentence) => Err(Problem::BadRequest(sentence)),
        None => Ok((filter, near.point)),
    }
}

/// What the address asks for, nearest first when it names a place.
async fn found(
    asked: &Asked,
    filter: &Filter,
    near: Option<Point>,
) -> Result<Vec<(Shelter, Option<f64>)>, Problem> {
    let mut found: Vec<(Shelter, Option<f64>)> = shelters(asked.city().db(), filter)
        .await?
        .into_iter()
        .map(|shelter| {
            let away = near.map(|near| shelter.place.point.metres_to(near));
            (shelter, away)
        })
        .collect();
    if near.is_some() {
        found.sort_by(|one, other| one.1.unwrap_or(0.0).total_cmp(&other.1.unwrap_or(0.0)));
    }
    Ok(found)
}

pub(super) async fn page(mut asked: Asked) -> Result<Response, Problem> {
    let language = asked.language;
    let (filter, near) = filter_of(&asked).await?;
    let mut errors = FormErrors::new();
    near.add_to(&mut errors);
    asked.query = near.written_in(&asked.query);
    let found = found(&asked, &filter, near.point).await?;
    let query = &asked.query;
    let items = found
        .iter()
        .map(|(shelter, away)| {
            let mut place = vec![shelter.place.address.clone()];
            place.extend(away.map(|away| format::distance(away, language)));
            place.retain(|part| !part.is_empty());
            Item {
                href: format!("/shelters/{}", shelter.place.key),
                name: asked.shelter_name(shelter),
                chips: asked.chips(&shelter.told),
                note: shelter.told.note.clone(),
                place: place.join(" / "),
            }
        })
        .collect();
    let open = [
        ("", "disaster-filter-all"),
        ("1", "disaster-open"),
        ("0", "disaster-closed"),
    ]
    .into_iter()
    .fold(
        Select::new(language, "open", asked.t("disaster-filter-open")),
        |select, (value, key)| select.choice(Choice::new(value, asked.t(key))),
    )
    .value(query.get("open"));
    let kind = EmergencyKind::of_shelters()
        .fold(
            Select::new(language, "kind", asked.t("disaster-filter-kind")).or_all(),
            |select, kind| {
                select.choice(Choice::new(
                    kind.name(),
                    asked.t(&named_key("kind", kind.name())),
                ))
            },
        )
        .value(query.get("kind"));
    let equipment = Equipment::ALL
        .iter()
        .fold(
            Select::new(language, "equipment", asked.t("disaster-filter-equipment")).or_all(),
            |select, one| {
                let name = asked.t(&named_key("equipment", one.name()));
                select.choice(Choice::new(one.name(), name))
            },
        )
        .value(query.get("equipment"));
    let body = Body {
        words: asked.words,
        errors: errors.summary(language),
        open,
        kind,
        equipment,
        q: TextField::new(language, "q", asked.t("disaster-filter-words"))
            .value(query.get("q"))
            .optional(),
        near: near.field(),
        offers: near.offers(),
        is_far: near.is_asked()
            || ["q", "kind", "equipment"]
                .into_iter()
                .any(|name| !query.get(name).is_empty()),
        count: asked
            .words
            .with_text(
                "disaster-count",
                "count",
                &format::number(found.len() as u64),
            )
            .into_owned(),
        items,
        query: query_of(&asked),
    };
    let mut page = Page::public(
        asked.shell_with_banners().await?,
        asked.t("disaster-shelters"),
        &body,
    )
    .breadcrumb(asked.t("disaster-title"), "/disaster")
    .lead(asked.t("disaster-shelters-lead"))
    .kept_on_the_device(&KEPT)
    .with_errors(!errors.is_empty());
    // Where somebody stands is no address for search engines.
    if near.is_asked() {
        page = page.not_for_search_engines();
    }
    Ok(page.into_response())
}

/// The filters as they stand in the address.
fn query_of(asked: &Asked) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(
            ["open", "kind", "equipment", "q", "near"]
                .into_iter()
                .map(|name| (name, asked.query.get(name)))
                .filter(|(_, value)| !value.is_empty()),
        )
        .finish()
}

pub(super) async fn geojson(asked: Asked) -> Result<Response, Problem> {
    let (filter, near) = known(&asked).await?;
    let features: Vec<Value> = found(&asked, &filter, near)
        .await?
        .iter()
        .filter_map(|(shelter, _)| {
            Some(json!({
                "type": "Feature",
                "geometry": { "type": "Point", "coordinates": coordinates(shelter.place.point)? },
                "properties": {
                    "name": asked.shelter_name(shelter),
                    "text": asked.state_text(&shelter.told),
                    "href": format!("/shelters/{}", shelter.place.key),
                    "open": shelter.told.is_open,
                },
            }))
        })
        .collect();
    Ok(collection(&features))
}

pub(super) async fn json(asked: Asked) -> Result<Response, Problem> {
    let (filter, near) = known(&asked).await?;
    let list: Vec<Value> = found(&asked, &filter, near)
        .await?
        .iter()
        .map(|(shelter, away)| machine(shelter, *away))
        .collect();
    Ok(Answer::json(&json!({ "shelters": list }))?.respond(&asked.headers))
}

/// A shelter for other programs. A number of people from 1 to 4 is not given.
fn machine(shelter: &Shelter, away: Option<f64>) -> Value {
    let (latitude, longitude) = shelter.place.point.degrees();
    let names =
        |text: String| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
    let told = &shelter.told;
    json!({
        "id": shelter.place.key,
        "name": shelter.place.name,
        "name_en": shelter.place.name_en,
        "address": shelter.place.address,
        "latitude": latitude,
        "longitude": longitude,
        "capacity": shelter.place.capacity,
        "disasters": names(kinds_text(&shelter.place.kinds)),
        "equipment": shelter.place.equipment.iter().map(|one| one.name()).collect::<Vec<_>>(),
        "open": told.is_open,
        "opened_at": shelter.opened_at.map(|at| at.to_string()),
        "crowding": told.crowding.map(crate::model::shelter::Crowding::name),
        "people": told.people.and_then(|people| shown_count(u64::from(people)).parse::<u64>().ok()),
        "needs": told.needs.iter().map(|need| need.name()).collect::<Vec<_>>(),
        "note": told.note,
        "updated_at": shelter.told_at.map(|at| at.to_string()),
        "distance_metres": away.map(f64::round),
    })
}

/// Rows under [`HEADER`].
pub(crate) fn rows(shelters: &[Shelter], words: Words) -> Vec<Vec<String>> {
    let word = |what: &str, name: &str| words.get(&named_key(what, name)).into_owned();
    let at = |moment: Option<jiff::Timestamp>| {
        moment.map_or_else(String::new, |moment| {
            yakuba_city::JAPAN
                .to_datetime(moment)
                .strftime("%Y-%m-%dT%H:%M:%S+09:00")
                .to_string()
        })
    };
    shelters
        .iter()
        .map(|shelter| {
            let (latitude, longitude) = shelter.place.point.degrees();
            let told = &shelter.told;
            vec![
                shelter.place.key.clone(),
                shelter.place.name.clone(),
                shelter.place.name_en.clone(),
                shelter.place.address.clone(),
                latitude.to_string(),
                longitude.to_string(),
                shelter
                    .place
                    .capacity
                    .map(|n| n.to_string())
                    .unwrap_or_default(),
                shelter
                    .place
                    .kinds
                    .iter()
                    .map(|kind| word("kind", kind.name()))
                    .collect::<Vec<_>>()
                    .join(";"),
                shelter
                    .place
                    .equipment
                    .iter()
                    .map(|one| word("equipment", one.name()))
                    .collect::<Vec<_>>()
                    .join(";"),
                words.get(super::asked::open_key(told.is_open)).into_owned(),
                at(shelter.opened_at),
                told.crowding
                    .map(|crowding| word("crowding", crowding.name()))
                    .unwrap_or_default(),
                told.people
                    .map(|people| shown_count(u64::from(people)))
                    .unwrap_or_default(),
                told.needs
                    .iter()
                    .map(|need| word("need", need.name()))
                    .collect::<Vec<_>>()
                    .join(";"),
                at(shelter.told_at),
            ]
        })
        .collect()
}

pub(super) async fn csv(asked: Asked) -> Result<Response, Problem> {
    let (filter, near) = known(&asked).await?;
    let shelters: Vec<Shelter> = found(&asked, &filter, near)
        .await?
        .into_iter()
        .map(|(shelter, _)| shelter)
        .collect();
    let words = crate::WORDS.words(yakuba_ui::Language::Japanese);
    let table = SheetTable {
        name: "shelters".to_owned(),
        header: HEADER.map(str::to_owned).to_vec(),
        rows: rows(&shelters, words)
            .into_iter()
            .map(|row| row.into_iter().map(yakuba_sheets::Cell::Verbatim).collect())
            .collect(),
    };
    let output = write_csv(
        &table,
        CsvOptions {
            charset: CsvCharset::Utf8Bom,
        },
    );
    let mut response = Answer::new("text/csv; charset=utf-8", output.bytes).respond(&asked.headers);
    response.headers_mut().insert(
        header::CONTENT_DISPOSITION,
        header::HeaderValue::from_static("attachment; filename=\"shelters.csv\""),
    );
    Ok(response)
}

struct Line {
    at: String,
    text: String,
}

#[derive(Template)]
#[template(path = "public/shelter.html")]
struct OneBody {
    words: Words,
    chips: Vec<ChipLabel>,
    about: DescriptionList,
    note: String,
    needs: Vec<String>,
    lines: Vec<Line>,
    map: Map,
}

pub(super) async fn one(asked: Asked, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = shelter(asked.city().db(), &key)
        .await?
        .filter(|shelter| shelter.place.is_listed)
        .ok_or(DisasterError::NotThere)?;
    let place = &found.place;
    let words_of = |what: &str, names: Vec<&'static str>| {
        let words: Vec<String> = names
            .into_iter()
            .map(|name| asked.t(&named_key(what, name)))
            .collect();
        words.join(if asked.language.is_japanese() {
            "、"
        } else {
            ", "
        })
    };
    let mut about = DescriptionList::new();
    if let Some(people) = found.told.people {
        about = about.text(
            asked.t("disaster-people-name"),
            people_text(asked.words, people),
        );
    }
    if let Some(at) = found.told_at {
        about = about.text(asked.t("disaster-told-at"), asked.moment(at));
    }
    if let Some(at) = found.opened_at {
        about = about.text(asked.t("disaster-opened-at"), asked.moment(at));
    }
    about = about.text(asked.t("disaster-address"), &place.address);
    if let Some(capacity) = place.capacity {
        let capacity = asked.words.counted("disaster-people", i64::from(capacity));
        about = about.text(asked.t("disaster-capacity"), capacity);
    }
    if !place.kinds.is_empty() {
        let kinds = place.kinds.iter().map(|kind| kind.name()).collect();
        about = about.text(asked.t("disaster-filter-kind"), words_of("kind", kinds));
    }
    if !place.equipment.is_empty() {
        let names = place.equipment.iter().map(|one| one.name()).collect();
        about = about.text(
            asked.t("disaster-filter-equipment"),
            words_of("equipment", names),
        );
    }
    about = about.text(asked.t("disaster-coordinates"), place.point.to_string());
    let lines = history(asked.city().db(), found.id)
        .await?
        .iter()
        .take(MOST_STATES)
        .map(|state| Line {
            at: asked.moment(state.at),
            text: asked.state_text(&state.told),
        })
        .collect();
    let body = OneBody {
        words: asked.words,
        chips: asked.chips(&found.told),
        note: found.told.note.clone(),
        needs: found
            .told
            .needs
            .iter()
            .map(|need| asked.t(&named_key("need", need.name())))
            .collect(),
        lines,
        map: Map::of_place(
            asked.language,
            "shelter-map",
            asked.t("disaster-map-place"),
            place.point.degrees(),
        ),
        about,
    };
    Ok(Page::public(
        asked.shell_with_banners().await?,
        asked.shelter_name(&found),
        &body,
    )
    .breadcrumb(asked.t("disaster-title"), "/disaster")
    .breadcrumb(asked.t("disaster-shelters"), "/shelters")
    .kept_on_the_device(&KEPT)
    .into_response())
}
