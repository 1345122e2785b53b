//! The list of reports with its filters, and the same on a map.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use yakuba_city::{open_emergencies, web::Problem};
use yakuba_kernel::text::words_for_search;
use yakuba_ui::{
    CheckboxGroup, ChipLabel, Choice, FormErrors, Link, Map, MapLayer, MapSign, Near, Page,
    Pagination, PlaceOffers, Select, TextField, Words, format,
};

use super::{
    asked::{Asked, choose_area, state_key},
    href,
};
use crate::{
    model::state::State,
    store::{self, Filter, Found},
};

/// Reports on one page.
const ON_A_PAGE: u32 = 20;
/// The distances that are offered, in metres.
pub(super) const DISTANCES: [u32; 4] = [300, 1_000, 3_000, 10_000];
/// The names of the filters in the address.
const NAMES: [&str; 7] = [
    "q", "category", "state", "area", "near", "within", "disaster",
];

struct Item {
    href: String,
    title: String,
    chip: ChipLabel,
    text: String,
    note: String,
}

#[derive(Template)]
#[template(path = "public/list.html")]
struct Body {
    words: Words,
    errors: yakuba_ui::ErrorSummary,
    q: TextField,
    category: Select,
    state: Select,
    area: Option<Select>,
    disaster: CheckboxGroup,
    near: TextField,
    offers: PlaceOffers,
    near_map: Map,
    within: Select,
    is_far: bool,
    map: Map,
    count: String,
    is_narrowed: bool,
    items: Vec<Item>,
    pages: Option<Pagination>,
    feed: String,
    alerts: String,
    alerts_link: String,
    statistics: String,
}

/// Which reports are about disasters: those of their categories, and whatever came in since the oldest one that is open began.
async fn of_disasters(asked: &Asked) -> Result<(Vec<String>, Option<i64>), Problem> {
    let categories = asked.current.rules.categories.iter();
    let since = open_emergencies(asked.city().db())
        .await?
        .iter()
        .map(|one| one.begun_at.as_microsecond())
        .min();
    let keys = categories
        .filter(|category| category.disaster)
        .map(|category| category.key.to_string())
        .collect();
    Ok((keys, since))
}

/// What an address asks for, and the place that it names.
pub(super) async fn filter_of(asked: &Asked) -> Result<(Filter, Near), Problem> {
    let query = &asked.query;
    let near = Near::read(asked.city(), asked.language, query, "/reports").await?;
    let metres = query.get("within").parse().unwrap_or(1_000_u32);
    let states = match query.get("state") {
        "" | "open" => State::ALL
            .into_iter()
            .filter(|state| !state.is_handled())
            .collect(),
        "handled" => State::ALL
            .into_iter()
            .filter(|state| state.is_handled())
            .collect(),
        name => State::read(name).into_iter().collect(),
    };
    let filter = Filter {
        shown: true,
        category: query.optional("category"),
        states,
        area: query.optional("area"),
        words: words_for_search(query.get("q")),
        near: near.point.map(|point| (point, metres.clamp(10, 20_000))),
        of_disasters: match query.get("disaster") {
            "1" => Some(of_disasters(asked).await?),
            _ => None,
        },
        ..Filter::default()
    };
    Ok((filter, near))
}

/// The filters as they stand in the address.
pub(super) fn query_of(asked: &Asked) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(
            NAMES
                .into_iter()
                .map(|name| (name, asked.query.get(name)))
                .filter(|(_, value)| !value.is_empty()),
        )
        .finish()
}

/// The filters that a feed has, as they stand in the address: all but the state, since a feed tells what is new.
pub(super) fn feed_query(asked: &Asked) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(
            NAMES
                .into_iter()
                .filter(|name| *name != "state")
                .map(|name| (name, asked.query.get(name)))
                .filter(|(_, value)| !value.is_empty()),
        )
        .finish()
}

pub(super) async fn page(mut asked: Asked) -> Result<Response, Problem> {
    let language = asked.language;
    let (filter, near) = filter_of(&asked).await?;
    let mut errors = FormErrors::new();
    near.add_to(&mut errors);
    asked.query = near.written_in(&asked.query);
    let rules = &asked.current.rules;
    let number: u32 = asked
        .query
        .get("page")
        .parse()
        .unwrap_or(1)
        .clamp(1, 10_000);
    let found: Found = store::search(
        asked.city().db(),
        &filter,
        (number - 1) * ON_A_PAGE,
        ON_A_PAGE,
    )
    .await?;
    let items = found
        .reports
        .iter()
        .map(|(report, away)| {
            let mut note = vec![
                asked
                    .words
                    .with_text("reports-received-on", "day", &asked.day(report.received_at))
                    .into_owned(),
            ];
            if !report.area.is_empty() {
                note.push(rules.area_name(&report.area, language).to_owned());
            }
            note.extend(away.map(|away| format::distance(away, language)));
            Item {
                href: href(&report.public_id),
                title: asked.title(report),
                chip: asked.chip(report.state),
                text: report.public_text.chars().take(100).collect(),
                note: note.join(" / "),
            }
        })
        .collect();
    let query = query_of(&asked);
    let field = |name: &'static str| asked.query.get(name).to_owned();
    let category = rules.categories.iter().fold(
        Select::new(language, "category", asked.t("reports-category")).or_all(),
        |select, one| select.choice(Choice::new(one.key.as_str(), one.name.get(language))),
    );
    let states = [
        ("open", "reports-state-open".to_owned()),
        ("handled", "reports-state-handled".to_owned()),
        ("all", "reports-state-all".to_owned()),
    ]
    .into_iter()
    .chain(State::ALL.map(|state| (state.name(), state_key(state))));
    let state = states.fold(
        Select::new(language, "state", asked.t("reports-state")),
        |select, (value, key)| select.choice(Choice::new(value, asked.t(&key))),
    );
    let within = DISTANCES.into_iter().fold(
        Select::new(language, "within", asked.t("reports-within")),
        |select, distance| {
            select.choice(Choice::new(
                distance.to_string(),
                format::distance(f64::from(distance), language),
            ))
        },
    );
    let of_feed = feed_query(&asked);
    let address = |path: &str| match of_feed.as_str() {
        "" => path.to_owned(),
        query => format!("{path}?{query}"),
    };
    let body = Body {
        words: asked.words,
        statistics: super::statistics::WORDS
            .words(language)
            .get("statistics-link")
            .into_owned(),
        errors: errors.summary(language),
        q: TextField::new(language, "q", asked.t("reports-words")).value(field("q")),
        category: category.value(&field("category")),
        state: state.value(match asked.query.get("state") {
            "" => "open",
            given => given,
        }),
        area: choose_area(
            &asked.current,
            language,
            asked.t("reports-area"),
            &field("area"),
        ),
        disaster: CheckboxGroup::new(language, "disaster", asked.t("reports-of-disasters")).choice(
            Choice::new("1", asked.t("reports-of-disasters-only"))
                .chosen(asked.query.get("disaster") == "1"),
        ),
        near: near.field(),
        offers: near.offers(),
        near_map: Map::that_picks(language, "near-map", asked.t("reports-near-map"), "near"),
        within: within.value(match asked.query.get("within") {
            "" => "1000",
            given => given,
        }),
        is_far: near.is_asked()
            || ["q", "disaster"]
                .into_iter()
                .any(|name| !asked.query.get(name).is_empty()),
        map: map(&asked, &query),
        count: asked
            .words
            .with_text("reports-count", "count", &format::number(found.total))
            .into_owned(),
        is_narrowed: !query.is_empty(),
        items,
        pages: (found.total > u64::from(ON_A_PAGE)).then(|| {
            Pagination::new(
                language,
                u64::from(number),
                u64::from(ON_A_PAGE),
                found.total,
                format!("/reports?{query}"),
            )
        }),
        feed: address("/reports/feed.atom"),
        alerts: address("/reports/alerts"),
        alerts_link: super::alerts::WORDS
            .words(language)
            .get("alerts-link")
            .into_owned(),
    };
    let mut page = Page::public(
        super::with_banners(&asked).await?,
        asked.t("reports-title"),
        &body,
    )
    .lead(asked.t("reports-lead"))
    .feed(asked.t("reports-feed"), "/reports/feed.atom")
    .with_errors(!errors.is_empty());
    if !of_feed.is_empty() && errors.is_empty() {
        page = page.feed(
            super::feed::title(&asked, &filter),
            address("/reports/feed.atom"),
        );
    }
    if let Some(notice) = asked.notice() {
        page = page.notice(notice);
    }
    // Where somebody stands is no address for search engines.
    if near.is_asked() {
        page = page.not_for_search_engines();
    }
    Ok(page.into_response())
}

/// Open reports and those that are handled, as two layers of what the filters want.
fn map(asked: &Asked, query: &str) -> Map {
    let address = |layer: &str| {
        format!(
            "/reports/reports.geojson?{query}{}layer={layer}&lang={}",
            if query.is_empty() { "" } else { "&" },
            asked.language.code()
        )
    };
    Map::of_layers(
        asked.language,
        "reports-map",
        asked.t("reports-map"),
        Link::new(asked.t("reports-map-list"), "#reports-list"),
    )
    .layer(MapLayer::points(
        "handled",
        asked.t("reports-state-handled"),
        MapSign::Circle,
        address("handled"),
    ))
    .layer(MapLayer::points(
        "open",
        asked.t("reports-state-open"),
        MapSign::Square,
        address("open"),
    ))
}
