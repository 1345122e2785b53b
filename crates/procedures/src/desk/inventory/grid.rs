//! The counts of a department by the month: one table, one write.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse, Response};
use yakuba_city::{FileHash, web::Problem};
use yakuba_kernel::{Channel, DepartmentCode, FiscalYear};
use yakuba_ui::{ErrorSummary, Fields, FormErrors, Select, Tabs, Words, done, format};

use super::{HOME, encoded};
use crate::{
    desk::room::Room,
    error::ProcedureError,
    model::inventory::{CHANNELS, Listed, Period, sheet::read_count},
    store::inventory::{self as store, TypedCount, save_counts},
};

#[derive(Template)]
#[template(path = "inventory/grid.html")]
struct Body {
    words: Words,
    tabs: Tabs,
    summary: ErrorSummary,
    department: Select,
    year: Select,
    month: Select,
    code: String,
    year_code: String,
    month_code: String,
    state: String,
    caption: String,
    headings: Vec<String>,
    procedures: Vec<Procedure>,
    may_keep: bool,
}

struct Procedure {
    number: String,
    title: String,
    rows: Vec<Line>,
}

struct Line {
    channel: String,
    /// What this system received itself, in words; empty for nothing.
    received: String,
    cells: Vec<Input>,
    total: String,
}

struct Input {
    name: String,
    label: String,
    value: String,
    error: bool,
    fixed: bool,
}

/// The counts that are shown, so that a save that was made from older ones is noticed.
fn state_of(entries: &[&Listed], year: FiscalYear) -> String {
    let counts: Vec<String> = entries
        .iter()
        .flat_map(|listed| {
            listed
                .counts
                .iter()
                .filter(move |(period, _, _)| period.year == year)
                .map(|(period, channel, count)| {
                    format!(
                        "{} {} {channel} {count}",
                        listed.entry.number,
                        period.code()
                    )
                })
        })
        .collect();
    FileHash::of(counts.join("\n").as_bytes())
        .as_str()
        .to_owned()
}

pub(super) async fn show(room: Room) -> Result<Response, Problem> {
    let department = room.department_asked();
    let mut year = room.year_asked();
    let mut month = room.query.get("month").to_owned();
    if !room.query.has("year") && !room.query.has("month") {
        // What is mostly entered: the month before this one, which also fits on a phone.
        let today = room.city.today();
        let last = today.first_of_month().yesterday().unwrap_or(today);
        year = FiscalYear::from_date(last);
        month = Period::of_month(year, last.month())
            .map(Period::code)
            .unwrap_or_default();
    }
    page(
        &room,
        department,
        year,
        &month,
        &Fields::default(),
        &FormErrors::new(),
    )
    .await
}

/// The periods of a year, or the one month asked for.
fn periods(year: FiscalYear, month: &str) -> Vec<Period> {
    let all: Vec<Period> = Period::months(year)
        .chain([Period::undivided(year)])
        .collect();
    match all.iter().find(|period| period.code() == month) {
        Some(one) => vec![*one],
        None => all,
    }
}

/// The entries of a department that exist in a year.
fn of_year(entries: &[Listed], year: FiscalYear) -> Vec<&Listed> {
    entries
        .iter()
        .filter(|listed| {
            let entry = &listed.entry;
            entry.listed_on <= year.end() && entry.ended_on.is_none_or(|end| end > year.start())
        })
        .collect()
}

async fn page(
    room: &Room,
    department: Option<DepartmentCode>,
    year: FiscalYear,
    month: &str,
    typed: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let language = room.language();
    let names = room.names().await?;
    let all = room.entries(None).await?;
    // Without a choice: the person's own department if it has entries, else the first that has.
    let own = room.own_department().cloned();
    let department = department
        .or_else(|| own.filter(|own| all.iter().any(|listed| listed.entry.department == *own)))
        .or_else(|| all.first().map(|listed| listed.entry.department.clone()));
    let of_department: Vec<Listed> = all
        .iter()
        .filter(|listed| Some(&listed.entry.department) == department.as_ref())
        .cloned()
        .collect();
    let entries = of_year(&of_department, year);
    let periods = periods(year, month);
    let may_keep = department.as_ref().is_some_and(|code| room.may_keep(code));
    let heading = |period: &Period| match period.month() {
        Some(month) => room
            .inventory_words()
            .with("inventory-month", &[("month", i64::from(month).into())])
            .into_owned(),
        None => room.i("inventory-undivided"),
    };
    let mut procedures = Vec::new();
    for listed in &entries {
        let mut rows = Vec::new();
        for channel in CHANNELS {
            let by_hand = may_be_typed(listed, channel);
            if channel == Channel::Online && !by_hand && listed.entry.procedure_key.is_none() {
                continue;
            }
            let received = listed.received_in(year, channel);
            let cells = periods
                .iter()
                .map(|period| {
                    input(
                        room,
                        listed,
                        *period,
                        channel,
                        typed,
                        errors,
                        &heading(period),
                    )
                })
                .collect();
            rows.push(Line {
                channel: room.channel_name(channel),
                received: if received > 0 {
                    room.inventory_words()
                        .counted("inventory-received-here", received)
                        .into_owned()
                } else {
                    String::new()
                },
                cells,
                total: listed
                    .applications(year, channel)
                    .map_or_else(|| "－".to_owned(), format::number),
            });
        }
        procedures.push(Procedure {
            number: listed.entry.number.clone(),
            title: listed.entry.title.clone(),
            rows,
        });
    }
    let mut headings: Vec<String> = periods.iter().map(heading).collect();
    headings.push(room.i("inventory-total-of-year"));
    let months =
        Period::months(year).map(|period| yakuba_ui::Choice::new(period.code(), heading(&period)));
    let name = department
        .as_ref()
        .and_then(|code| names.get(code))
        .cloned()
        .unwrap_or_default();
    let body = Body {
        words: room.inventory_words(),
        tabs: room.inventory_tabs("inventory-tab-counts"),
        summary: errors.summary(language),
        department: room.department_choice(&names, &all, department.as_ref()),
        year: room.year_choice(year),
        month: Select::new(language, "month", room.i("inventory-month-choice"))
            .choices(months)
            .or_all()
            .value(month),
        code: department
            .as_ref()
            .map(|code| code.as_str().to_owned())
            .unwrap_or_default(),
        year_code: year.year().to_string(),
        month_code: month.to_owned(),
        state: if typed.has("state") {
            typed.get("state").to_owned()
        } else {
            state_of(&entries, year)
        },
        caption: format!("{name} {}", format::fiscal_year(year, language)),
        headings,
        procedures,
        may_keep,
    };
    Ok(room
        .inventory_page(room.i("inventory-tab-counts"), &body)
        .breadcrumb(room.i("inventory-title"), HOME)
        .with_errors(!errors.is_empty())
        .into_response())
}

/// Electronic applications of a procedure that is offered here are counted by the system; those of others are typed once online.
fn may_be_typed(listed: &Listed, channel: Channel) -> bool {
    let entry = &listed.entry;
    channel != Channel::Online || (entry.procedure_key.is_none() && entry.online_since.is_some())
}

fn input_name(number: &str, period: Period, channel: Channel) -> String {
    format!("n:{number}:{}:{channel}", period.code())
}

fn input(
    room: &Room,
    listed: &Listed,
    period: Period,
    channel: Channel,
    typed: &Fields,
    errors: &FormErrors,
    heading: &str,
) -> Input {
    let name = input_name(&listed.entry.number, period, channel);
    let fixed = !may_be_typed(listed, channel);
    let by_hand = listed.counts.get(period, channel).map(u64::from);
    let value = if typed.has(&name) {
        typed.get(&name).to_owned()
    } else if fixed {
        let received: i64 = listed
            .received
            .iter()
            .filter(|received| {
                received.channel == channel
                    && received.day.first_of_month() == period.day()
                    && period.month().is_some()
            })
            .map(|received| received.count)
            .sum();
        let sum = by_hand.unwrap_or(0) + u64::try_from(received).unwrap_or(0);
        if sum > 0 {
            sum.to_string()
        } else {
            String::new()
        }
    } else {
        by_hand.map(|count| count.to_string()).unwrap_or_default()
    };
    Input {
        label: format!(
            "{} {} {heading}",
            listed.entry.title,
            room.channel_name(channel)
        ),
        error: errors.get(&name).is_some(),
        value,
        fixed,
        name,
    }
}

pub(super) async fn save(room: Room, fields: Fields) -> Result<Response, Problem> {
    let department = DepartmentCode::new(fields.get("department")).ok();
    let (Some(department), Some(year)) = (department, fields.year("year")) else {
        return Err(Problem::NotFound);
    };
    if !room.may_keep(&department) {
        return Err(Problem::NotAllowed);
    }
    let month = fields.get("month").to_owned();
    let listed = store::entries(room.db(), Some(&department)).await?;
    let entries = of_year(&listed, year);
    let mut errors = FormErrors::new();
    if fields.get("state") != state_of(&entries, year) {
        errors.add("", room.i("inventory-changed-meanwhile"));
    }
    let mut typed: Vec<TypedCount> = Vec::new();
    let values: BTreeMap<&str, &Listed> = entries
        .iter()
        .map(|listed| (listed.entry.number.as_str(), *listed))
        .collect();
    for (number, listed) in values {
        for period in periods(year, &month) {
            for channel in CHANNELS {
                let name = input_name(number, period, channel);
                if !fields.has(&name) || !may_be_typed(listed, channel) {
                    continue;
                }
                let text = fields.get(&name);
                let count = read_count(text);
                if count.is_none() && !text.is_empty() {
                    let words = room.inventory_words();
                    errors.add(
                        name,
                        words
                            .with(
                                "inventory-problem-count",
                                &[
                                    ("title", listed.entry.title.clone().into()),
                                    ("text", text.to_owned().into()),
                                ],
                            )
                            .into_owned(),
                    );
                    continue;
                }
                if count != listed.counts.get(period, channel) {
                    typed.push((number.to_owned(), period, channel, count));
                }
            }
        }
    }
    if !errors.is_empty() {
        return page(&room, Some(department), year, &month, &fields, &errors).await;
    }
    let written = room
        .write(typed, |tx, typed| {
            Box::pin(async move { save_counts(tx, typed).await })
        })
        .await;
    match written {
        Ok(_) => Ok(done(
            &format!(
                "{HOME}/counts?department={}&year={}&month={}",
                encoded(department.as_str()),
                year.year(),
                encoded(&month)
            ),
            "counts",
        )),
        Err(ProcedureError::ChangedMeanwhile) => {
            errors.add("", room.i("inventory-changed-meanwhile"));
            page(&room, Some(department), year, &month, &fields, &errors).await
        }
        Err(error) => Err(error.into()),
    }
}
