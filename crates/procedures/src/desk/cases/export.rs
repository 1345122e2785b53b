//! Files of cases for core systems, in the procedure's own columns.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use yakuba_city::web::Problem;
use yakuba_forms::{Answers, Form};
use yakuba_identity::account_names;
use yakuba_kernel::DepartmentCode;
use yakuba_sheets::{
    Cell as SheetCell, CsvCharset, CsvOptions, Table as Sheet, write_csv, write_xlsx,
};
use yakuba_ui::{
    Button, Cell, Choice, Column, EmptyState, Fields, Html, Page, RadioGroup, Row, Select, Table,
    format,
};

use crate::desk::{counter as counter_desk, titles::Titles};
use crate::{
    capabilities::DELIVER,
    desk::room::Room,
    error::ProcedureError,
    model::{
        export::{cells, columns, proof},
        inbox::{InboxFilter, InboxOrder, StageFilter},
    },
    pages,
    store::{
        self,
        cases::{self, Case, day, moment},
        casework::{self, ExportNote},
        co_applicants, counter, keys,
    },
};

/// So many cases go into one file at most; a core system's batch is far smaller.
const MOST: u32 = 5_000;

#[derive(Template)]
#[template(path = "desk/export.html")]
struct Body {
    fields: Html,
    button: Button,
    past: Html,
    report: Html,
    words: yakuba_ui::Words,
}

pub(super) async fn page(room: Room) -> Result<Page, Problem> {
    export_page(&room, Html::empty()).await
}

async fn export_page(room: &Room, report: Html) -> Result<Page, Problem> {
    let language = room.language();
    let titles = Titles::read(room.db()).await?;
    let procedure = room.query.get("procedure");
    let mut fields = Html::of(
        &Select::new(language, "procedure", room.t("desk-field-procedure"))
            .ask()
            .required()
            .choices(titles.choices(language))
            .value(procedure),
    );
    fields.push(
        &Select::new(language, "stage", room.t("desk-field-stage"))
            .choices(
                [
                    "decided",
                    "checked",
                    "received",
                    "delivered",
                    "closed",
                    "all",
                ]
                .map(|stage| Choice::new(stage, room.t(&format!("desk-stage-{stage}")))),
            )
            .value("decided"),
    );
    fields.push(
        &RadioGroup::new(language, "format", room.t("desk-field-format")).choices([
            Choice::new("csv_cp932", room.t("desk-format-csv-cp932"))
                .support(room.t("desk-format-cp932-hint"))
                .chosen(true),
            Choice::new("csv_utf8", room.t("desk-format-csv-utf8")),
            Choice::new("xlsx", room.t("desk-format-xlsx")),
        ]),
    );
    let lines = casework::exports(room.db(), procedure).await?;
    let accounts: Vec<i64> = lines.iter().map(|line| line.made_by).collect();
    let names = account_names(room.db(), &accounts)
        .await
        .map_err(ProcedureError::from)?;
    let past = if lines.is_empty() {
        Html::of(&EmptyState::new(room.t("desk-export-none")))
    } else {
        let rows = lines
            .iter()
            .map(|line| {
                Ok(Row::new([
                    Cell::text(format::date(day(moment(line.made_at)?), language)),
                    Cell::text(room.t(&format!("desk-format-{}", line.format.replace('_', "-")))),
                    Cell::text(format::number(line.cases)),
                    Cell::text(format::number(line.unheld)),
                    Cell::text(names.get(&line.made_by).map_or("", String::as_str)),
                ]))
            })
            .collect::<Result<Vec<_>, ProcedureError>>()?;
        Html::of(
            &Table::new(language, "exports", room.t("desk-export-past"))
                .hide_caption()
                .columns([
                    Column::text(room.t("desk-column-day")).no_wrap(),
                    Column::text(room.t("desk-field-format")),
                    Column::number(room.t("desk-column-cases")).no_wrap(),
                    Column::number(room.t("desk-column-unheld")).no_wrap(),
                    Column::text(room.t("desk-column-who")),
                ])
                .rows(rows)
                .stacked(),
        )
    };
    let body = Body {
        fields,
        button: Button::submit(room.t("desk-export-make")),
        past,
        report,
        words: room.words,
    };
    Ok(room
        .page(room.t("desk-export"), &body)
        .breadcrumb(room.t("desk-menu-inbox"), "/desk/cases")
        .lead(room.t("desk-export-lead")))
}

pub(super) async fn file(mut room: Room, fields: Fields) -> Result<Response, Problem> {
    let format = match fields.get("format") {
        "csv_cp932" => "csv_cp932",
        "csv_utf8" => "csv_utf8",
        "xlsx" => "xlsx",
        _ => return Err(Problem::NotFound),
    };
    let departments: Vec<DepartmentCode> = room
        .departments(DELIVER)
        .await?
        .into_iter()
        .map(|(code, _)| code)
        .collect();
    let filter = InboxFilter {
        procedure: fields.get("procedure").to_owned(),
        stage: match fields.get("stage") {
            "all" => StageFilter::All,
            stage => StageFilter::At(stage.parse().map_err(|_| Problem::NotFound)?),
        },
        order: InboxOrder::Oldest,
        ..InboxFilter::default()
    };
    let today: Date = room.city.today();
    let found = if filter.procedure.is_empty() {
        Vec::new()
    } else {
        casework::matching(room.db(), &departments, &filter, today, MOST).await?
    };
    if found.is_empty() {
        room.refuse(room.t("desk-error-nothing-to-export"));
        return Ok(export_page(&room, Html::empty()).await?.into_response());
    }
    let sheet = sheet(&room, &found).await?;
    let (bytes, media_type, ending, unheld) = if format == "xlsx" {
        (
            write_xlsx(&sheet).map_err(|error| Problem::internal(&error))?,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx",
            Vec::new(),
        )
    } else {
        let charset = if format == "csv_cp932" {
            CsvCharset::Cp932
        } else {
            CsvCharset::Utf8Bom
        };
        let output = write_csv(&sheet, CsvOptions { charset });
        (output.bytes, "text/csv", "csv", output.unheld)
    };
    // What the charset lacks would silently become 〓 in the core system: say so first, and write it only when that is wanted.
    if !unheld.is_empty() && fields.get("anyway") != "1" {
        let report = unheld_report(&room, &sheet, &found, &unheld, &fields);
        room.refuse(room.t("desk-error-unheld"));
        return Ok(export_page(&room, report).await?.into_response());
    }
    let department = found
        .first()
        .map(|case| case.department.as_str().to_owned())
        .unwrap_or_default();
    let note = ExportNote {
        procedure: filter.procedure.clone(),
        format,
        cases: found.iter().map(|case| case.id).collect(),
        unheld: i64::try_from(unheld.len()).unwrap_or(i64::MAX),
        account: room.account()?,
        department,
    };
    room.write(note, |tx, note| Box::pin(casework::note_export(tx, note)))
        .await?;
    let name = format!(
        "attachment; filename=\"{}-{today}.{ending}\"",
        filter.procedure
    );
    Ok((
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
            (
                header::CONTENT_DISPOSITION,
                HeaderValue::from_str(&name).map_err(|error| Problem::internal(&error))?,
            ),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
        bytes,
    )
        .into_response())
}

/// The cases as a sheet: what the town hall knows of each, then its answers in the procedure's columns.
async fn sheet(room: &Room, found: &[Case]) -> Result<Sheet, Problem> {
    let mut sheet = Sheet {
        name: "cases".to_owned(),
        header: Vec::new(),
        rows: Vec::new(),
    };
    // The newest version among them gives the columns; older cases leave what they lack empty.
    let newest = found
        .iter()
        .max_by_key(|case| case.version)
        .ok_or(Problem::NotFound)?;
    let definition = store::version(room.db(), &newest.procedure, newest.version)
        .await?
        .ok_or(Problem::NotFound)?;
    let columns = columns(&definition.document);
    let has_stages = (!definition.document.stages.is_empty()).then_some("own_stage");
    let asks_for_proof = columns.iter().any(|column| column.verified);
    let asks_for_computed = columns.iter().any(|column| {
        let mut computed = definition.document.form.computed.iter();
        computed.any(|computed| computed.key.as_str() == column.from)
    });
    let mut forms: BTreeMap<i64, Arc<Form>> = BTreeMap::new();
    sheet.header = [
        "number",
        "receipt",
        "received_on",
        "channel",
        "stage",
        "outcome",
    ]
    .into_iter()
    // Layouts of procedures without stages of their own stay as they are.
    .flat_map(|name| [Some(name), has_stages.filter(|_| name == "stage")])
    .flatten()
    .map(str::to_owned)
    .chain(columns.iter().map(|column| column.heading.clone()))
    .collect();
    for case in found {
        let key = keys::open(room.db(), room.key()?, case.id).await?;
        let receipt = cases::receipt(room.db(), &key, case.id).await?;
        let given = cases::answers(room.db(), &key, case.id).await?;
        let answers: Answers = given
            .into_iter()
            .next()
            .map(|given| serde_json::from_value(given.answers))
            .transpose()
            .map_err(ProcedureError::from)?
            .unwrap_or_default();
        let mut row = vec![
            SheetCell::Number(case.id.to_string()),
            SheetCell::Text(receipt.to_string()),
            SheetCell::Verbatim(case.received_on().to_string()),
            SheetCell::Text(case.channel.as_str().to_owned()),
            SheetCell::Text(case.stage.as_str().to_owned()),
        ];
        if has_stages.is_some() {
            let own = case.own_stage.clone().unwrap_or_default();
            row.push(SheetCell::Text(own));
        }
        row.push(SheetCell::Text(
            case.outcome
                .map_or_else(String::new, |outcome| outcome.as_str().to_owned()),
        ));
        let (verified, by_staff) = if asks_for_proof {
            let contact = cases::contact(room.db(), &key, case.id).await?;
            let entered = counter::record_of(room.db(), &key, case.id).await?;
            let by_staff = entered.map(|(_, _, record)| record.verified);
            (contact.verified, by_staff.unwrap_or_default())
        } else {
            (Vec::new(), BTreeMap::new())
        };
        let told = |field: &str| {
            counter_desk::proof_text(proof(
                &definition.document.form,
                field,
                &verified,
                &by_staff,
            ))
        };
        let people = match &definition.document.co_applicants {
            Some(_) => Some(co_applicants::told(room.db(), &key, case.id).await?),
            None => None,
        };
        let computed = if asks_for_computed {
            // Each case by the form that it was written in, on the day of its receipt.
            let form = if let Some(form) = forms.get(&case.version) {
                form.clone()
            } else {
                let own = store::version(room.db(), &case.procedure, case.version)
                    .await?
                    .ok_or(Problem::NotFound)?;
                let form = pages::form(&room.city, &own)?;
                forms.insert(case.version, form.clone());
                form
            };
            form.evaluate(&answers, case.received_on()).computed
        } else {
            BTreeMap::new()
        };
        row.extend(
            cells(&answers, &computed, people.as_deref(), &columns, told)
                .into_iter()
                .map(SheetCell::Text),
        );
        sheet.rows.push(row);
    }
    Ok(sheet)
}

#[derive(Template)]
#[template(path = "desk/unheld.html")]
struct Unheld {
    table: Table,
    hidden: Vec<(&'static str, String)>,
    button: Button,
}

fn unheld_report(
    room: &Room,
    sheet: &Sheet,
    found: &[Case],
    unheld: &[yakuba_sheets::Unheld],
    fields: &Fields,
) -> Html {
    let rows = unheld.iter().take(200).map(|unheld| {
        let case = usize::try_from(unheld.row)
            .ok()
            .and_then(|row| row.checked_sub(2))
            .and_then(|row| found.get(row));
        let heading = usize::try_from(unheld.column)
            .ok()
            .and_then(|column| column.checked_sub(1))
            .and_then(|column| sheet.header.get(column))
            .map_or("", String::as_str);
        Row::new([
            case.map_or_else(Cell::empty, |case| {
                Cell::link(case.id.to_string(), format!("/desk/cases/{}", case.id))
            }),
            Cell::text(heading),
            Cell::text(unheld.character.to_string()),
            Cell::text(format!("U+{:04X}", u32::from(unheld.character))),
        ])
    });
    let report = Unheld {
        table: Table::new(room.language(), "unheld", room.t("desk-unheld"))
            .columns([
                Column::number(room.t("desk-column-number")).no_wrap(),
                Column::text(room.t("desk-column-heading")),
                Column::text(room.t("desk-column-character")).no_wrap(),
                Column::text(room.t("desk-column-code")).no_wrap(),
            ])
            .rows(rows),
        hidden: ["procedure", "stage", "format"]
            .map(|name| (name, fields.get(name).to_owned()))
            .to_vec(),
        button: Button::submit(room.t("desk-export-anyway")),
    };
    Html::render(&report).unwrap_or_default()
}
