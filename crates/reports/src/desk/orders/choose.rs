//! A new work order: the day, the crew, and the reports it goes to.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use jiff::ToSpan as _;
use yakuba_city::{JAPAN, web::Problem};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{
    CheckboxGroup, Choice, DateField, ErrorSummary, Fields, FormErrors, Map, Select, TextArea,
    TextField, Words, done, format,
};

use super::{
    super::room::Room, MOST_CREW, bring, bring_field, href, may_do_errands, page_below,
    show::due_text, start, start_field, t, words,
};
use crate::{
    capabilities::WORK,
    model::state::State,
    pages::asked::{choose_area, plain, private, state_key},
    store::{
        self, Filter, Report,
        orders::{self, MOST_STOPS, NewOrder},
    },
};

#[derive(Template)]
#[template(path = "desk/orders/choose.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    filters: Vec<Select>,
    department: String,
    query: String,
    day: DateField,
    crew: TextField,
    bring: TextArea,
    start: TextField,
    start_map: Map,
    reports: Option<CheckboxGroup>,
    errands: Option<CheckboxGroup>,
    has_any: bool,
    is_more: bool,
}

/// The names of the filters in the address.
const NAMES: [&str; 4] = ["department", "category", "area", "which"];

/// The department whose order is made: the one chosen, or the first in which this person works.
async fn department(
    room: &Room,
    wanted: &str,
) -> Result<(DepartmentCode, Vec<(DepartmentCode, String)>), Problem> {
    let mine: Vec<(DepartmentCode, String)> = room
        .all_departments()
        .await?
        .into_iter()
        .filter(|(code, _)| room.principal.holds_in(WORK, code))
        .collect();
    let code = match wanted {
        // A member of staff with a department begins there.
        "" => {
            let own = room.own_department();
            mine.iter()
                .map(|(code, _)| code)
                .find(|code| Some(*code) == own)
                .or_else(|| mine.first().map(|(code, _)| code))
        }
        wanted => mine
            .iter()
            .map(|(code, _)| code)
            .find(|code| code.as_str() == wanted),
    };
    let code = code.cloned().ok_or(Problem::NotAllowed)?;
    Ok((code, mine))
}

/// The open reports of a department that no crew is sent to yet; those longest due first.
async fn open(
    room: &Room,
    query: &Fields,
    department: &DepartmentCode,
) -> Result<Vec<Report>, Problem> {
    let filter = Filter {
        departments: Some(vec![department.clone()]),
        category: query.optional("category"),
        area: query.optional("area"),
        states: State::that_are_handled(false),
        late_on: (query.get("which") == "late").then(|| room.city.today()),
        assigned_to: (query.get("which") == "mine")
            .then(|| room.principal.staff().map_or(0, |staff| staff.account)),
        ..Filter::default()
    };
    let taken = orders::waiting(room.db()).await?;
    let mut found = store::handled(room.db(), &filter).await?;
    found.retain(|report| !taken.contains_key(&report.id));
    found.sort_by_key(|report| (report.due_on, report.id));
    Ok(found)
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    let query = room.query.clone();
    shown(&room, &query, &FormErrors::new()).await
}

async fn shown(room: &Room, fields: &Fields, errors: &FormErrors) -> Result<Response, Problem> {
    let language = room.language();
    let (code, mine) = department(room, fields.get("department")).await?;
    let mut found = open(room, fields, &code).await?;
    let is_more = found.len() > MOST_STOPS;
    found.truncate(MOST_STOPS);
    let chosen: Vec<&str> = fields.all("report").collect();
    let today = room.city.today();
    let reports = found.iter().fold(
        CheckboxGroup::new(language, "report", t(room, "order-choose-reports")).errors(errors),
        |group, report| {
            let id = report.id.to_string();
            let mut note = vec![
                room.public(&state_key(report.state)),
                words(room)
                    .with_text(
                        "order-received",
                        "day",
                        &format::date(JAPAN.to_datetime(report.received_at).date(), language),
                    )
                    .into_owned(),
                words(room)
                    .with_text("order-due", "day", &format::date(report.due_on, language))
                    .into_owned(),
            ];
            if report.is_late_on(today) {
                note.push(room.t("desk-late"));
            }
            if !report.area.is_empty() {
                note.push(
                    room.current
                        .rules
                        .area_name(&report.area, language)
                        .to_owned(),
                );
            }
            if report.point.is_none() {
                note.push(t(room, "order-no-point"));
            }
            let choice = Choice::new(
                id.clone(),
                format!("{} {}", room.title(report), report.public_id),
            )
            .support(note.join(" / "))
            .chosen(chosen.contains(&id.as_str()));
            group.choice(choice)
        },
    );
    let errands = errands(room, fields, &code).await?;
    let day = DateField::new(language, "day", t(room, "order-day")).required();
    let day = if fields.has("day_year") {
        day.typed(
            fields.get("day_year"),
            fields.get("day_month"),
            fields.get("day_day"),
        )
    } else {
        day.value(Some(today))
    };
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(NAMES.map(|name| (name, fields.get(name))))
        .finish();
    let body = Body {
        words: words(room),
        errors: errors.summary(language),
        filters: filters(room, fields, &code, &mine),
        department: code.as_str().to_owned(),
        query,
        day: day.errors(errors),
        crew: TextField::new(language, "crew", t(room, "order-crew"))
            .support(t(room, "order-crew-support"))
            .value(fields.get("crew"))
            .required()
            .errors(errors),
        bring: bring_field(room, fields.get("bring"), errors),
        start: start_field(room, fields.get("start"), errors),
        start_map: Map::that_picks(language, "start-map", t(room, "order-start-map"), "start"),
        has_any: !found.is_empty() || errands.is_some(),
        reports: (!found.is_empty()).then_some(reports),
        errands,
        is_more,
    };
    let mut page = page_below(room, t(room, "order-new"), &body);
    if !errors.is_empty() {
        page = page
            .with_errors(true)
            .status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    Ok(private(page))
}

/// What other services have the department do soon; none when there is nothing, or this person may not do it.
async fn errands(
    room: &Room,
    fields: &Fields,
    department: &DepartmentCode,
) -> Result<Option<CheckboxGroup>, Problem> {
    let language = room.language();
    if !may_do_errands(room, department) {
        return Ok(None);
    }
    let due = orders::errands_due(&room.city, department, language.code()).await?;
    if due.is_empty() {
        return Ok(None);
    }
    let chosen: Vec<&str> = fields.all("errand").collect();
    let today = room.city.today();
    let group = due.into_iter().take(MOST_STOPS).fold(
        CheckboxGroup::new(language, "errand", t(room, "order-choose-errands"))
            .support(t(room, "order-choose-errands-support"))
            .optional(),
        |group, errand| {
            let mut note: Vec<String> = errand
                .due_on
                .map(|due| due_text(room, due))
                .into_iter()
                .collect();
            if errand.due_on.is_some_and(|due| due < today) {
                note.push(room.t("desk-late"));
            }
            if errand.point.is_none() {
                note.push(t(room, "order-no-point"));
            }
            note.push(errand.place);
            note.retain(|part| !part.is_empty());
            let is_chosen = chosen.contains(&errand.key.as_str());
            group.choice(
                Choice::new(errand.key, errand.title)
                    .support(note.join(" / "))
                    .chosen(is_chosen),
            )
        },
    );
    Ok(Some(group))
}

fn filters(
    room: &Room,
    fields: &Fields,
    department: &DepartmentCode,
    mine: &[(DepartmentCode, String)],
) -> Vec<Select> {
    let language = room.language();
    let rules = &room.current.rules;
    let mut filters = Vec::new();
    if mine.len() > 1 {
        filters.push(
            mine.iter()
                .fold(
                    Select::new(language, "department", room.t("desk-filter-department")),
                    |select, (code, name)| select.choice(Choice::new(code.as_str(), name)),
                )
                .value(department.as_str()),
        );
    }
    filters.push(
        rules
            .categories
            .iter()
            .fold(
                Select::new(language, "category", room.t("desk-filter-category")).or_all(),
                |select, one| select.choice(Choice::new(one.key.as_str(), one.name.get(language))),
            )
            .value(fields.get("category")),
    );
    filters.extend(choose_area(
        &room.current,
        language,
        room.public("reports-area"),
        fields.get("area"),
    ));
    filters.push(
        ["all", "late", "mine"]
            .into_iter()
            .fold(
                Select::new(language, "which", room.t("desk-filter-which")),
                |select, value| {
                    select.choice(Choice::new(value, room.t(&format!("desk-which-{value}"))))
                },
            )
            .value(match fields.get("which") {
                "" => "all",
                given => given,
            }),
    );
    filters
}

pub(super) async fn make(room: Room, fields: Fields) -> Result<Response, Problem> {
    let (code, _) = department(&room, fields.get("department")).await?;
    let mut errors = FormErrors::new();
    let today = room.city.today();
    let last = today.checked_add(1.year()).unwrap_or(today);
    let day = fields
        .date("day")
        .filter(|day| (today..=last).contains(day));
    if day.is_none() {
        errors.add("day", t(&room, "order-problem-day"));
    }
    let crew = plain(fields.get("crew"), MOST_CREW + 1).replace('\n', " ");
    match crew.chars().count() {
        0 => errors.add("crew", room.t("desk-problem-required")),
        count if count > MOST_CREW => errors.add("crew", room.t("desk-problem-long")),
        _ => {}
    }
    let bring = bring(&room, fields.get("bring"), &mut errors);
    let start = start(&room, fields.get("start"), &mut errors);
    let reports: Vec<i64> = fields
        .all("report")
        .filter_map(|id| id.parse().ok())
        .collect();
    let errands: Vec<String> = if may_do_errands(&room, &code) {
        fields.all("errand").map(str::to_owned).collect()
    } else {
        Vec::new()
    };
    if reports.is_empty() && errands.is_empty() {
        errors.add("report", t(&room, "order-problem-reports"));
    }
    let (Some(day), true) = (day, errors.is_empty()) else {
        return shown(&room, &fields, &errors).await;
    };
    let new = NewOrder {
        department: code,
        day,
        crew,
        bring,
        start,
        reports,
        errands,
    };
    let id = room
        .write(new, |tx, new| Box::pin(orders::make(tx, new)))
        .await?;
    Ok(done(&href(id), "order-made"))
}
