//! One entry: looking at it, adding and changing it.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use yakuba_city::web::Problem;
use yakuba_kernel::{DepartmentCode, FiscalYear, Wareki};
use yakuba_ui::{
    Cell, CheckboxGroup, Choice, Column, ErrorSummary, Fields, FormErrors, Row, Select, Table,
    Tabs, TextArea, TextField, Words, done, format,
};

use super::{HOME, entry_href};
use crate::{
    desk::room::Room,
    error::ProcedureError,
    model::inventory::{CHANNELS, Counts, Entry, Listed, attachments},
    store::inventory::{self as store, add_entry, change_entry},
};

#[derive(Template)]
#[template(path = "inventory/entry.html")]
struct Body {
    words: Words,
    tabs: Tabs,
    summary: ErrorSummary,
    action: String,
    revision: i64,
    may_keep: bool,
    first: Vec<TextField>,
    department: Select,
    needs: CheckboxGroup,
    attachments: TextArea,
    fee: TextField,
    online_since: TextField,
    why_not_online: TextArea,
    exclusion: TextArea,
    last: Vec<TextField>,
    counts: Option<Table>,
    counts_href: String,
}

pub(super) async fn new(room: Room) -> Result<Response, Problem> {
    let fields = Fields::new(vec![
        ("listed_on".to_owned(), room.city.today().to_string()),
        (
            "department".to_owned(),
            room.own_department()
                .map(|code| code.as_str().to_owned())
                .unwrap_or_default(),
        ),
    ]);
    page(&room, None, &fields, &FormErrors::new()).await
}

pub(super) async fn show(room: Room, Path(number): Path<String>) -> Result<Response, Problem> {
    let listed = found(&room, &number).await?;
    let fields = typed(&listed);
    page(&room, Some(&listed), &fields, &FormErrors::new()).await
}

async fn found(room: &Room, number: &str) -> Result<Listed, Problem> {
    room.need_look()?;
    store::entry(room.db(), number)
        .await?
        .filter(|listed| room.may_see(&listed.entry.department))
        .ok_or(Problem::NotFound)
}

/// An entry as its form shows it.
fn typed(listed: &Listed) -> Fields {
    let entry = &listed.entry;
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let mut fields = Fields::default();
    for (name, value) in [
        ("revision", listed.revision.to_string()),
        ("number", entry.number.clone()),
        ("title", entry.title.clone()),
        ("law", entry.law.clone()),
        ("department", entry.department.as_str().to_owned()),
        ("attachments", entry.attachments.join("\n")),
        ("fee", entry.fee.clone()),
        ("online_since", day(entry.online_since)),
        ("why_not_online", entry.why_not_online.clone()),
        ("exclusion", entry.exclusion.clone()),
        (
            "procedure_key",
            entry.procedure_key.clone().unwrap_or_default(),
        ),
        ("listed_on", day(Some(entry.listed_on))),
        ("ended_on", day(entry.ended_on)),
    ] {
        fields.push(name, value);
    }
    for (need, holds) in [
        ("face", entry.face),
        ("paper_original", entry.paper_original),
        ("seal", entry.seal),
    ] {
        if holds {
            fields.push("needs", need);
        }
    }
    fields
}

async fn page(
    room: &Room,
    listed: Option<&Listed>,
    fields: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let language = room.language();
    let names = room.names().await?;
    let may_keep = listed.is_none_or(|listed| room.may_keep(&listed.entry.department));
    let line = |name: &'static str| {
        TextField::new(
            language,
            name,
            room.i(&format!("inventory-field-{}", name.replace('_', "-"))),
        )
        .value(fields.get(name))
        .errors(errors)
    };
    let area = |name: &'static str| {
        TextArea::new(
            language,
            name,
            room.i(&format!("inventory-field-{}", name.replace('_', "-"))),
        )
        .value(fields.get(name))
        .support(room.i(&format!("inventory-support-{}", name.replace('_', "-"))))
        .rows(3)
        .errors(errors)
    };
    let day = |name: &'static str| {
        line(name)
            .support(room.i("inventory-support-day"))
            .width(20)
    };
    let number = line("number").width(20);
    let number = if listed.is_some() {
        number.read_only(room.i("inventory-support-number-fixed"))
    } else {
        number
            .support(room.i("inventory-support-number"))
            .required()
    };
    let departments = names
        .iter()
        .filter(|(code, _)| {
            room.may_keep(code) || listed.is_some_and(|listed| listed.entry.department == **code)
        })
        .map(|(code, name)| Choice::new(code.as_str(), name));
    let needs: Vec<&str> = fields.all("needs").collect();
    let body = Body {
        words: room.inventory_words(),
        tabs: room.inventory_tabs("inventory-tab-list"),
        summary: errors.summary(language),
        action: listed.map_or_else(
            || format!("{HOME}/new"),
            |listed| entry_href(&listed.entry.number),
        ),
        revision: fields.revision(),
        may_keep,
        first: vec![
            number,
            line("title").required().width(40),
            line("law").width(40),
        ],
        department: Select::new(language, "department", room.i("inventory-field-department"))
            .choices(departments)
            .value(fields.get("department"))
            .required()
            .errors(errors),
        needs: CheckboxGroup::new(language, "needs", room.i("inventory-needs")).choices(
            [
                ("face", "inventory-hindrance-face"),
                ("paper_original", "inventory-hindrance-original"),
                ("seal", "inventory-hindrance-seal"),
            ]
            .map(|(value, text)| Choice::new(value, room.i(text)).chosen(needs.contains(&value))),
        ),
        attachments: area("attachments"),
        fee: line("fee")
            .support(room.i("inventory-support-fee"))
            .width(20),
        online_since: day("online_since"),
        why_not_online: area("why_not_online"),
        exclusion: area("exclusion"),
        last: vec![
            line("procedure_key")
                .support(room.i("inventory-support-procedure-key"))
                .width(40),
            day("listed_on").required(),
            day("ended_on"),
        ],
        counts: listed.and_then(|listed| counts_table(room, listed)),
        counts_href: listed
            .map(|listed| format!("{HOME}/counts?department={}", listed.entry.department))
            .unwrap_or_default(),
    };
    let title = listed.map_or_else(
        || room.i("inventory-add"),
        |listed| listed.entry.title.clone(),
    );
    Ok(room
        .inventory_page(title, &body)
        .breadcrumb(room.i("inventory-title"), HOME)
        .with_errors(!errors.is_empty())
        .into_response())
}

/// The applications of the years in which any were counted.
fn counts_table(room: &Room, listed: &Listed) -> Option<Table> {
    let language = room.language();
    let mut years: Vec<FiscalYear> = listed
        .counts
        .years()
        .chain(
            listed
                .received
                .iter()
                .map(|received| FiscalYear::from_date(received.day)),
        )
        .collect();
    years.sort_unstable();
    years.dedup();
    if years.is_empty() {
        return None;
    }
    let shown =
        |count: Option<u64>| Cell::text(count.map_or_else(|| "－".to_owned(), format::number));
    let rows = years.iter().rev().map(|year| {
        let mut cells = vec![Cell::text(format::fiscal_year(*year, language))];
        cells.extend(CHANNELS.map(|channel| shown(listed.applications(*year, channel))));
        cells.push(shown(listed.all_applications(*year)));
        Row::new(cells)
    });
    let mut columns = vec![Column::text(room.i("inventory-year")).no_wrap()];
    columns.extend(CHANNELS.map(|channel| Column::number(room.channel_name(channel))));
    columns.push(Column::number(room.i("inventory-total")));
    Some(
        Table::new(language, "counts", room.i("inventory-applications"))
            .columns(columns)
            .rows(rows)
            .row_headers()
            .stacked(),
    )
}

/// Reads the form; what cannot be read is added to the errors.
fn read(room: &Room, fields: &Fields, number: &str, errors: &mut FormErrors) -> Option<Entry> {
    let today = room.city.today();
    let mut day = |name: &'static str| {
        let text = fields.get(name);
        let read = Wareki::read_date(text);
        if read.is_none() && !text.is_empty() {
            errors.add(name, room.i("inventory-problem-day"));
        }
        read
    };
    let (online_since, ended_on) = (day("online_since"), day("ended_on"));
    let listed_on = day("listed_on").unwrap_or(today);
    let Ok(department) = DepartmentCode::new(fields.get("department")) else {
        errors.add("department", room.i("inventory-problem-department"));
        return None;
    };
    let needs = |need: &str| fields.all("needs").any(|chosen| chosen == need);
    let entry = Entry {
        number: number.to_owned(),
        title: fields.get("title").to_owned(),
        law: fields.get("law").to_owned(),
        department,
        seal: needs("seal"),
        face: needs("face"),
        paper_original: needs("paper_original"),
        attachments: attachments(fields.get("attachments")),
        fee: fields.get("fee").to_owned(),
        online_since,
        why_not_online: fields.get("why_not_online").replace('\n', " "),
        exclusion: fields.get("exclusion").replace('\n', " "),
        procedure_key: fields.optional("procedure_key"),
        listed_on,
        ended_on,
    };
    for problem in entry.problems(today) {
        let (field, text) = problem.place();
        errors.add(field, room.i(text));
    }
    errors.is_empty().then_some(entry)
}

pub(super) async fn create(room: Room, fields: Fields) -> Result<Response, Problem> {
    let mut errors = FormErrors::new();
    let number = fields.get("number").to_owned();
    let Some(entry) = read(&room, &fields, &number, &mut errors) else {
        return page(&room, None, &fields, &errors).await;
    };
    if !room.may_keep(&entry.department) {
        return Err(Problem::NotAllowed);
    }
    let written = room
        .write(entry, |tx, entry| {
            Box::pin(async move { add_entry(tx, entry, &Counts::default()).await })
        })
        .await;
    match written {
        Ok(()) => Ok(done(&entry_href(&number), "added")),
        Err(error) => {
            refused(&room, error, &mut errors)?;
            page(&room, None, &fields, &errors).await
        }
    }
}

pub(super) async fn save(
    room: Room,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let listed = found(&room, &number).await?;
    if !room.may_keep(&listed.entry.department) {
        return Err(Problem::NotAllowed);
    }
    let mut errors = FormErrors::new();
    let Some(entry) = read(&room, &fields, &number, &mut errors) else {
        return page(&room, Some(&listed), &fields, &errors).await;
    };
    if !room.may_keep(&entry.department) {
        return Err(Problem::NotAllowed);
    }
    let written = room
        .write((entry, fields.revision()), |tx, (entry, revision)| {
            Box::pin(change_entry(tx, entry, None, *revision))
        })
        .await;
    match written {
        Ok(()) => Ok(done(&entry_href(&number), "saved")),
        Err(error) => {
            refused(&room, error, &mut errors)?;
            page(&room, Some(&listed), &fields, &errors).await
        }
    }
}

/// Adds what the person can mend to the errors; anything else is a failure.
fn refused(room: &Room, error: ProcedureError, errors: &mut FormErrors) -> Result<(), Problem> {
    let Some(sentence) = room.inventory_sentence(&error) else {
        return Err(error.into());
    };
    let field = match &error {
        ProcedureError::Inventory(problem) => problem.place().0,
        _ => "",
    };
    errors.add(field, sentence);
    Ok(())
}
