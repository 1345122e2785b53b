//! The inbox of the departments.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use yakuba_city::{JAPAN, web::Problem};
use yakuba_identity::{Receipt, account_names};
use yakuba_kernel::{DepartmentCode, text::words_for_search};
use yakuba_ui::{
    Cell, ChipLabel, Choice, Column, EmptyState, ErrorSummary, Fields, FormErrors, Html,
    Pagination, Row, Select, Table, TextField, Words, format,
};

use super::{
    HOME,
    many::{self, Controls},
    room::{Room, href},
};
use crate::{
    capabilities::WORK,
    model::state::State,
    pages::asked::{chip, choose_area, state_key},
    store::{self, Filter, Order, Report, Waits},
};

/// Reports on one page.
const ON_A_PAGE: u32 = 50;
/// The names of the filters in the address.
const NAMES: [&str; 7] = [
    "q",
    "state",
    "category",
    "department",
    "area",
    "which",
    "order",
];
/// Where those stand that were answered and whose text nobody has looked at.
const UNLOOKED: &str = "/desk/reports?state=handled&which=unlooked";

#[derive(Template)]
#[template(path = "desk/list.html")]
struct Body {
    words: Words,
    may_enter: bool,
    /// How many were answered without anybody having looked at their text, and where they stand.
    unlooked: Option<(String, &'static str)>,
    q: TextField,
    filters: Vec<Select>,
    count: String,
    table: Option<Table>,
    empty: EmptyState,
    pages: Option<Pagination>,
    errors: ErrorSummary,
    /// What came of several that were changed at once: address, name, sentence.
    results: Vec<(String, String, String)>,
    many: Option<Many>,
}

/// With what several are changed at once.
struct Many {
    action: String,
    controls: Controls,
    /// The list with all of this page picked, or with none.
    pick_all: String,
    are_all_picked: bool,
}

/// The filters of the list that are on, and its page, as a query.
pub(super) fn query_of(room: &Room) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(
            NAMES
                .into_iter()
                .chain(["page"])
                .map(|name| (name, room.query.get(name)))
                .filter(|(_, value)| !value.is_empty()),
        )
        .finish()
}

fn filter_of(room: &Room, seen: &BTreeMap<DepartmentCode, String>) -> Filter {
    let query = &room.query;
    let wanted = query.get("department");
    let departments = seen
        .keys()
        .filter(|code| wanted.is_empty() || code.as_str() == wanted)
        .cloned()
        .collect();
    let states = match query.get("state") {
        "" | "open" => State::that_are_handled(false),
        "handled" => State::that_are_handled(true),
        name => State::read(name).into_iter().collect(),
    };
    Filter {
        departments: Some(departments),
        category: query.optional("category"),
        area: query.optional("area"),
        waits: match query.get("which") {
            "unlooked" => Some(Waits::Look),
            "contested" => Some(Waits::Contested),
            _ => None,
        },
        order: Order::read(query.get("order")).unwrap_or(Order::Due),
        states,
        words: words_for_search(query.get("q")),
        late_on: (query.get("which") == "late").then(|| room.city.today()),
        assigned_to: (query.get("which") == "mine")
            .then(|| room.principal.staff().map_or(0, |staff| staff.account)),
        ..Filter::default()
    }
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    let seen = room.departments().await?;
    // A sender on the telephone reads out the number.
    if let Ok(number) = room.query.get("q").parse::<Receipt>()
        && let Some(found) = store::by_number(room.db(), room.key(), &number).await?
        && seen.contains_key(&found.department)
    {
        return Ok(Redirect::to(&href(found.id)).into_response());
    }
    shown(&room, &Fields::default(), &FormErrors::new()).await
}

/// What came of those that were changed at once, for whoever sees them.
async fn results(
    room: &Room,
    seen: &BTreeMap<DepartmentCode, String>,
) -> Result<Vec<(String, String, String)>, Problem> {
    let mut all = Vec::new();
    for (id, came) in many::results(&room.query) {
        if let Some(report) = store::report(room.db(), id)
            .await?
            .filter(|report| seen.contains_key(&report.department))
        {
            let name = format!("{} {}", room.title(&report), report.public_id);
            all.push((href(id), name, came.sentence(room)));
        }
    }
    Ok(all)
}

/// The list; with what was picked and typed, when it was not accepted.
pub(super) async fn shown(
    room: &Room,
    typed: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let language = room.language();
    let seen = room.departments().await?;
    let number: u32 = room.query.get("page").parse().unwrap_or(1).clamp(1, 10_000);
    let filter = filter_of(room, &seen);
    let found = store::search(room.db(), &filter, (number - 1) * ON_A_PAGE, ON_A_PAGE).await?;
    let accounts: Vec<i64> = found
        .reports
        .iter()
        .filter_map(|(report, _)| report.assigned_to)
        .collect();
    let people = account_names(room.db(), &accounts).await?;
    let picked: Vec<i64> = many::picks(typed).into_iter().map(|(id, _)| id).collect();
    let picks_all = room.query.get("all") == "1";
    let own: BTreeSet<DepartmentCode> = found
        .reports
        .iter()
        .filter(|(report, _)| room.may(WORK, report))
        .map(|(report, _)| report.department.clone())
        .collect();
    let rows: Vec<Row> = found
        .reports
        .iter()
        .map(|(report, _)| {
            let is_picked = picks_all || picked.contains(&report.id);
            row(
                room,
                report,
                &seen,
                &people,
                (!own.is_empty()).then_some(is_picked),
            )
        })
        .collect();
    let table = (!rows.is_empty()).then(|| {
        Table::new(language, "reports", room.t("desk-title"))
            .columns(
                [
                    Column::text(room.t("desk-column-report")),
                    Column::text(room.t("desk-column-state")),
                    Column::text(room.t("desk-column-received")).no_wrap(),
                    Column::text(room.t("desk-column-due")).no_wrap(),
                    Column::text(room.t("desk-column-department")),
                    Column::text(room.t("desk-column-assigned")),
                ]
                .into_iter()
                .chain(
                    (!own.is_empty()).then(|| Column::text(room.t("desk-triage-pick")).no_wrap()),
                ),
            )
            .rows(rows)
            .row_headers()
            .stacked()
            .hide_caption()
    });
    let query: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(
            NAMES
                .into_iter()
                .map(|name| (name, room.query.get(name)))
                .filter(|(_, value)| !value.is_empty()),
        )
        .finish();
    let kept = query_of(room);
    let many = if own.is_empty() {
        None
    } else {
        Some(Many {
            action: format!("{HOME}/many?{kept}"),
            controls: many::controls(room, &own, typed, errors).await?,
            pick_all: if picks_all {
                format!("{HOME}?{kept}#many")
            } else {
                format!("{HOME}?{kept}&all=1#many")
            },
            are_all_picked: picks_all,
        })
    };
    let body = Body {
        errors: errors.summary(language),
        results: results(room, &seen).await?,
        many,
        words: room.words,
        may_enter: room.principal.holds(WORK),
        unlooked: unlooked(room, &seen).await?,
        q: TextField::new(language, "q", room.t("desk-words"))
            .support(room.t("desk-words-support"))
            .optional(),
        filters: filters(room, &seen),
        count: room
            .words
            .with_text("desk-count", "count", &format::number(found.total))
            .into_owned(),
        table,
        empty: EmptyState::new(room.t("desk-empty")),
        pages: (found.total > u64::from(ON_A_PAGE)).then(|| {
            Pagination::new(
                language,
                u64::from(number),
                u64::from(ON_A_PAGE),
                found.total,
                format!("{HOME}?{query}"),
            )
        }),
    };
    let mut page = room
        .page(room.t("desk-title"), &body)
        .with_errors(!errors.is_empty());
    if !errors.is_empty() {
        page = page.status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    Ok(page.into_response())
}

/// Reports that everybody sees, that were answered, and whose text still waits: a crew closes them without the desk.
async fn unlooked(
    room: &Room,
    seen: &BTreeMap<DepartmentCode, String>,
) -> Result<Option<(String, &'static str)>, Problem> {
    let filter = Filter {
        shown: true,
        departments: Some(seen.keys().cloned().collect()),
        states: State::that_are_handled(true),
        waits: Some(Waits::Look),
        ..Filter::default()
    };
    let total = store::search(room.db(), &filter, 0, 1).await?.total;
    let count = i64::try_from(total).unwrap_or(i64::MAX);
    Ok((count > 0).then(|| {
        (
            room.words
                .counted("desk-unlooked-handled", count)
                .into_owned(),
            UNLOOKED,
        )
    }))
}

fn filters(room: &Room, seen: &BTreeMap<DepartmentCode, String>) -> Vec<Select> {
    let language = room.language();
    let given = |name: &str, default: &str| match room.query.get(name) {
        "" => default.to_owned(),
        value => value.to_owned(),
    };
    let state = [
        ("open", "reports-state-open".to_owned()),
        ("handled", "reports-state-handled".to_owned()),
        ("all", "reports-state-all".to_owned()),
    ]
    .into_iter()
    .chain(State::ALL.map(|state| (state.name(), state_key(state))))
    .fold(
        Select::new(language, "state", room.t("desk-filter-state")),
        |select, (value, key): (&str, String)| select.choice(Choice::new(value, room.public(&key))),
    )
    .value(&given("state", "open"));
    let category = room
        .current
        .rules
        .categories
        .iter()
        .fold(
            Select::new(language, "category", room.t("desk-filter-category")).or_all(),
            |select, one| select.choice(Choice::new(one.key.as_str(), one.name.get(language))),
        )
        .value(room.query.get("category"));
    let which = ["all", "late", "mine", "unlooked", "contested"]
        .into_iter()
        .fold(
            Select::new(language, "which", room.t("desk-filter-which")),
            |select, value| {
                select.choice(Choice::new(value, room.t(&format!("desk-which-{value}"))))
            },
        )
        .value(&given("which", "all"));
    let order = Order::ALL
        .into_iter()
        .fold(
            Select::new(language, "order", room.t("desk-order")),
            |select, order| {
                let name = room.t(&format!("desk-order-{}", order.name()));
                select.choice(Choice::new(order.name(), name))
            },
        )
        .value(&given("order", Order::Due.name()));
    let area = choose_area(
        &room.current,
        language,
        room.t("desk-filter-area"),
        room.query.get("area"),
    );
    let mut filters = vec![state, category, which];
    filters.extend(area);
    filters.push(order);
    if seen.len() > 1 {
        let department = seen
            .iter()
            .fold(
                Select::new(language, "department", room.t("desk-filter-department")).or_all(),
                |select, (code, name)| select.choice(Choice::new(code.as_str(), name)),
            )
            .value(room.query.get("department"));
        filters.push(department);
    }
    filters
}

fn row(
    room: &Room,
    report: &Report,
    departments: &BTreeMap<DepartmentCode, String>,
    people: &BTreeMap<i64, String>,
    // Where some can be picked: whether this one is.
    pick: Option<bool>,
) -> Row {
    let mut states = Html::of(&chip(crate::WORDS.words(room.language()), report.state));
    if report.is_late_on(room.city.today()) {
        states.push(&ChipLabel::new(room.t("desk-late")).red().beside());
    }
    if report.is_contested && !report.state.is_handled() {
        states.push(&ChipLabel::new(room.t("desk-contested")).red().beside());
    }
    if !report.is_looked_at {
        states.push(&ChipLabel::new(room.t("desk-unlooked")).orange().beside());
    }
    let day = |day| format::date(day, room.language());
    let cells = [
        Cell::link(
            format!("{} {}", room.title(report), report.public_id),
            href(report.id),
        ),
        Cell::html(&states),
        Cell::text(day(JAPAN.to_datetime(report.received_at).date())),
        Cell::text(day(report.due_on)),
        Cell::text(
            departments
                .get(&report.department)
                .map_or(report.department.as_str(), String::as_str),
        ),
        Cell::text(
            report
                .assigned_to
                .and_then(|account| people.get(&account))
                .map_or("", String::as_str),
        ),
    ];
    let box_of = |is_picked| {
        if !room.may(WORK, report) {
            return Cell::empty();
        }
        let about = Html::text(&format!("{} {}", room.title(report), report.public_id));
        Cell::html(&Html::trusted(format!(
            r#"<div class="choice"><input class="checkbox" type="checkbox" form="many" id="pick-{id}" name="pick" value="{id}-{revision}"{checked}><label for="pick-{id}">{pick}<span class="visually-hidden"> {about}</span></label></div>"#,
            id = report.id,
            revision = report.revision,
            checked = if is_picked { " checked" } else { "" },
            pick = Html::text(&room.t("desk-triage-pick")),
        )))
    };
    Row::new(cells.into_iter().chain(pick.map(box_of)))
}
