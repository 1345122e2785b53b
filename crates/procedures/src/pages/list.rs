//! The list of procedures: by where residents look for them, by life event, by words.

use std::sync::{Arc, PoisonError, RwLock};

use askama::Template;
use axum::{
    extract::{Query, State},
    response::IntoResponse,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde::Deserialize;
use yakuba_city::{Actor, City, SearchEntry, sql::Sql as _, web::Problem};
use yakuba_kernel::text::normalise_for_search;
use yakuba_ui::{Language, Link, Page, SearchBox, Shell, Words};

use super::WORDS;
use crate::{
    ProcedureError,
    model::document::{Category, LifeEvent, ProcedureDocument},
    store::{Definition, live_on},
};

const CATEGORIES: [Category; 9] = [
    Category::Residence,
    Category::Children,
    Category::Welfare,
    Category::Tax,
    Category::Living,
    Category::Community,
    Category::Business,
    Category::Culture,
    Category::Government,
];

const EVENTS: [LifeEvent; 9] = [
    LifeEvent::MovingIn,
    LifeEvent::MovingOut,
    LifeEvent::MovingWithin,
    LifeEvent::Birth,
    LifeEvent::School,
    LifeEvent::Marriage,
    LifeEvent::Work,
    LifeEvent::Care,
    LifeEvent::Death,
];

/// The name of a category or life event in addresses and text keys.
fn name(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(|text| text.replace('_', "-")))
        .unwrap_or_default()
}

pub(super) fn category_name(category: Category, words: Words) -> String {
    words
        .get(&format!("applicant-category-{}", name(&category)))
        .into_owned()
}

/// What is live today, kept until a version changes or the day does.
#[derive(Default)]
struct Kept(RwLock<Option<(Stamp, Arc<Vec<Definition>>)>>);

#[derive(Clone, PartialEq, Eq)]
struct Stamp {
    day: Date,
    versions: i64,
    changed_at: i64,
}

pub(super) async fn live_today(city: &City) -> Result<Arc<Vec<Definition>>, Problem> {
    #[derive(FromQueryResult)]
    struct Row {
        versions: i64,
        changed_at: i64,
    }
    let row: Option<Row> = city
        .db()
        .row(
            "SELECT COUNT(*) AS versions, COALESCE(MAX(changed_at), 0) AS changed_at FROM procedures_versions",
            [],
        )
        .await?;
    let stamp = Stamp {
        day: city.today(),
        versions: row.as_ref().map_or(0, |row| row.versions),
        changed_at: row.as_ref().map_or(0, |row| row.changed_at),
    };
    let kept = city.state::<Kept>();
    let found = kept
        .0
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    if let Some((at, definitions)) = found
        && at == stamp
    {
        return Ok(definitions);
    }
    let definitions = Arc::new(live_on(city.db(), stamp.day).await?);
    *kept.0.write().unwrap_or_else(PoisonError::into_inner) = Some((stamp, definitions.clone()));
    Ok(definitions)
}

/// Everything residents may look for in a procedure, in all languages.
fn searched(document: &ProcedureDocument) -> String {
    let texts = [&document.title, &document.summary, &document.guide.who];
    let mut parts: Vec<&str> = texts
        .iter()
        .flat_map(|text| {
            [
                Language::Japanese,
                Language::EasyJapanese,
                Language::English,
            ]
            .map(|language| text.get(language))
        })
        .collect();
    parts.extend(document.law.iter().map(String::as_str));
    parts.dedup();
    parts.join(" ")
}

/// Puts what is live today into the city's search, in place of what stood there.
pub(crate) async fn put_into_search(city: &City) -> Result<(), ProcedureError> {
    let entries: Vec<SearchEntry> = live_on(city.db(), city.today())
        .await?
        .iter()
        .map(|definition| SearchEntry {
            service: "procedures",
            key: format!("procedure/{}", definition.document.key),
            title: definition.document.title.ja.clone(),
            body: searched(&definition.document),
            url: format!("/procedures/{}", definition.document.key),
            public: true,
        })
        .collect();
    let actor = Actor::Program("procedures.index".into());
    city.write(actor, entries, |tx, entries| {
        Box::pin(async move {
            tx.unindex("procedures", "procedure/").await?;
            for entry in entries {
                tx.index(entry).await?;
            }
            Ok::<_, ProcedureError>(())
        })
    })
    .await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    event: String,
}

struct Item {
    href: String,
    title: String,
    summary: String,
}

struct Group {
    id: String,
    title: String,
    items: Vec<Item>,
}

#[derive(Template)]
#[template(path = "applicant/list.html")]
struct Body {
    words: Words,
    search: SearchBox,
    events: Vec<(Link, bool)>,
    groups: Vec<Group>,
    found: usize,
    is_filtered: bool,
}

pub(super) async fn page(
    State(city): State<City>,
    Query(filter): Query<Filter>,
    shell: Shell,
    language: Language,
) -> Result<impl IntoResponse, Problem> {
    let words = WORDS.words(language);
    let all = live_today(&city).await?;
    let folded: Vec<String> = filter
        .q
        .split_whitespace()
        .map(normalise_for_search)
        .collect();
    let wanted = |document: &ProcedureDocument| {
        let text = normalise_for_search(&searched(document));
        let event = filter.event.is_empty()
            || document
                .life_events
                .iter()
                .any(|event| name(event) == filter.event);
        event && folded.iter().all(|word| text.contains(word))
    };
    let documents: Vec<&ProcedureDocument> = all
        .iter()
        .map(|definition| &definition.document)
        .filter(|document| wanted(document))
        .collect();
    let groups = CATEGORIES
        .into_iter()
        .map(|category| Group {
            id: name(&category),
            title: category_name(category, words),
            items: documents
                .iter()
                .filter(|document| document.category == category)
                .map(|document| Item {
                    href: format!("/procedures/{}", document.key),
                    title: document.title.get(language).to_owned(),
                    summary: document.summary.get(language).to_owned(),
                })
                .collect(),
        })
        .filter(|group| !group.items.is_empty())
        .collect();
    let events = EVENTS
        .into_iter()
        .filter(|event| {
            all.iter()
                .any(|definition| definition.document.life_events.contains(event))
        })
        .map(|event| {
            let name = name(&event);
            let link = Link::new(
                words.get(&format!("applicant-event-{name}")),
                format!("/procedures?event={name}"),
            );
            (link, name == filter.event)
        })
        .collect();
    let body = Body {
        words,
        search: SearchBox::new(language, "/procedures", words.get("applicant-list-search"))
            .value(filter.q.clone()),
        events,
        groups,
        found: documents.len(),
        is_filtered: !filter.q.trim().is_empty() || !filter.event.is_empty(),
    };
    Ok(
        Page::public(shell, words.get("applicant-list-title"), &body)
            .lead(words.get("applicant-list-lead")),
    )
}
