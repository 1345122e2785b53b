//! Files of cases for core systems, in the procedure's own columns.

mod sheet;

use askama::Template;
use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use yakuba_city::web::Problem;
use yakuba_forms::model::document::Key;
use yakuba_identity::account_names;
use yakuba_kernel::DepartmentCode;
use yakuba_sheets::{CsvCharset, CsvOptions, write_csv, write_xlsx};
use yakuba_ui::{
    Button, ButtonKind, Cell, Choice, Column, DateField, EmptyState, Fields, Html, Page,
    RadioGroup, Row, Select, Table, format,
};

use crate::desk::titles::Titles;
use crate::{
    capabilities::DELIVER,
    desk::room::Room,
    error::ProcedureError,
    model::export::LineOf,
    store::{
        self,
        cases::{Case, day, moment},
        exports::{self, DayOf, ExportFilter, ExportLine, ExportNote, ExportStages},
    },
};
use sheet::{Made, sheet};

/// So many cases go into one file at most; a core system's batch is far smaller.
const MOST: u32 = 5_000;

/// The stages of which a file is made, the most usual first.
const STAGES: [&str; 8] = [
    "decided-on",
    "decided",
    "checked",
    "received",
    "delivered",
    "closed",
    "withdrawn",
    "all",
];

#[derive(Template)]
#[template(path = "desk/export.html")]
struct Body {
    fields: Html,
    hidden: String,
    button: Button,
    past: Html,
    report: Html,
    /// Which version's columns the file has.
    layout: String,
    words: yakuba_ui::Words,
}

#[derive(Template)]
#[template(source = "{{ table }}", ext = "html")]
struct Choose {
    table: Html,
}

/// Without a procedure: which there are, and what waits. With one: its form.
pub(super) async fn page(room: Room) -> Result<Page, Problem> {
    let titles = Titles::read(room.db()).await?;
    let query = room.query.clone();
    if titles.holds(query.get("procedure")) {
        export_page(&room, &titles, &query, Html::empty()).await
    } else {
        choose_page(&room, &titles).await
    }
}

async fn own_departments(room: &Room) -> Result<Vec<DepartmentCode>, Problem> {
    let departments = room.departments(DELIVER).await?;
    Ok(departments.into_iter().map(|(code, _)| code).collect())
}

async fn choose_page(room: &Room, titles: &Titles) -> Result<Page, Problem> {
    let language = room.language();
    let departments = own_departments(room).await?;
    let standings = exports::standings(room.db(), &departments).await?;
    let table = if standings.is_empty() {
        Html::of(&EmptyState::new(room.t("desk-export-no-cases")))
    } else {
        let rows = standings
            .iter()
            .map(|standing| {
                let last = match standing.last {
                    Some(last) => format::date(day(moment(last)?), language),
                    None => room.t("desk-export-never"),
                };
                Ok(Row::new([
                    Cell::link(
                        titles.title(&standing.procedure, language),
                        format!("/desk/cases/export?procedure={}", standing.procedure),
                    ),
                    Cell::text(format::number(standing.waiting)),
                    Cell::text(format::number(standing.cases)),
                    Cell::text(last),
                ])
                .marked(standing.waiting > 0))
            })
            .collect::<Result<Vec<_>, ProcedureError>>()?;
        Html::of(
            &Table::new(language, "procedures", room.t("desk-export-procedures"))
                .hide_caption()
                .columns([
                    Column::text(room.t("desk-field-procedure")),
                    Column::number(room.t("desk-export-waiting")).no_wrap(),
                    Column::number(room.t("desk-export-all-cases")).no_wrap(),
                    Column::text(room.t("desk-export-last")).no_wrap(),
                ])
                .rows(rows)
                .row_headers()
                .stacked(),
        )
    };
    Ok(room
        .page(room.t("desk-export"), &Choose { table })
        .breadcrumb(room.t("desk-menu-inbox"), "/desk/cases")
        .lead(room.t("desk-export-choose-lead")))
}

async fn export_page(
    room: &Room,
    titles: &Titles,
    typed: &Fields,
    report: Html,
) -> Result<Page, Problem> {
    let language = room.language();
    let procedure = typed.get("procedure");
    let departments = own_departments(room).await?;
    let standing = exports::standings(room.db(), &departments)
        .await?
        .into_iter()
        .find(|standing| standing.procedure == procedure);
    let (waiting, cases) = standing.map_or((0, 0), |standing| (standing.waiting, standing.cases));
    let fields = controls(room, typed, titles.groups(procedure));
    let body = Body {
        fields,
        hidden: procedure.to_owned(),
        button: Button::submit(room.t("desk-export-make")),
        past: past(room, &exports::exports(room.db(), procedure).await?).await?,
        report,
        layout: store::live(room.db(), procedure, room.city.today())
            .await?
            .map(|live| {
                room.words
                    .with("desk-export-layout", &[("version", live.number.into())])
                    .into_owned()
            })
            .unwrap_or_default(),
        words: room.words,
    };
    let title = titles.title(procedure, language);
    let lead = room.words.with(
        "desk-export-lead",
        &[("waiting", waiting.into()), ("cases", cases.into())],
    );
    Ok(room
        .page(
            room.words
                .with_text("desk-export-of", "procedure", title)
                .into_owned(),
            &body,
        )
        .breadcrumb(room.t("desk-menu-inbox"), "/desk/cases")
        .breadcrumb(room.t("desk-export"), "/desk/cases/export")
        .lead(lead.into_owned()))
}

fn controls(room: &Room, typed: &Fields, groups: &[(Key, String)]) -> Html {
    let language = room.language();
    let or = |name: &str, usual: &'static str| -> String {
        typed.optional(name).unwrap_or_else(|| usual.to_owned())
    };
    let radio = |name: &str, label: &str, choices: &[(&str, &str)], value: &str| {
        RadioGroup::new(language, name, room.t(label)).choices(
            choices
                .iter()
                .map(|(word, text)| Choice::new(*word, room.t(text)).chosen(*word == value)),
        )
    };
    let mut fields = Html::of(&radio(
        "which",
        "desk-export-which",
        &[
            ("waiting", "desk-export-which-waiting"),
            ("all", "desk-export-which-all"),
        ],
        &or("which", "waiting"),
    ));
    fields.push(
        &Select::new(language, "stage", room.t("desk-field-stage"))
            .choices(STAGES.map(|stage| Choice::new(stage, room.t(&format!("desk-stage-{stage}")))))
            .value(&or("stage", "decided-on")),
    );
    fields.push(
        &Select::new(language, "day_of", room.t("desk-export-day-of"))
            .choices([
                Choice::new("receipt", room.t("desk-export-day-receipt")),
                Choice::new("decision", room.t("desk-export-day-decision")),
            ])
            .value(&or("day_of", "receipt")),
    );
    for name in ["from", "until"] {
        fields.push(
            &DateField::new(language, name, room.t(&format!("desk-export-{name}"))).sent(typed),
        );
    }
    let groups: Vec<Choice> = groups
        .iter()
        .map(|(key, label)| {
            let text = room
                .words
                .with_text("desk-export-line-entry", "group", label);
            Choice::new(key.as_str(), text).chosen(typed.get("line_of") == key.as_str())
        })
        .collect();
    if !groups.is_empty() {
        fields.push(
            &RadioGroup::new(language, "line_of", room.t("desk-export-line"))
                .choice(
                    Choice::new("", room.t("desk-export-line-case"))
                        .chosen(typed.get("line_of").is_empty()),
                )
                .choices(groups),
        );
    }
    let format = or("format", "csv_cp932");
    fields.push(
        &RadioGroup::new(language, "format", room.t("desk-field-format")).choices([
            Choice::new("csv_cp932", room.t("desk-format-csv-cp932"))
                .support(room.t("desk-format-cp932-hint"))
                .chosen(format == "csv_cp932"),
            Choice::new("csv_utf8", room.t("desk-format-csv-utf8")).chosen(format == "csv_utf8"),
            Choice::new("xlsx", room.t("desk-format-xlsx")).chosen(format == "xlsx"),
        ]),
    );
    fields
}

/// The earlier files, each with a button that makes it again of the same cases.
async fn past(room: &Room, lines: &[ExportLine]) -> Result<Html, Problem> {
    let language = room.language();
    if lines.is_empty() {
        return Ok(Html::of(&EmptyState::new(room.t("desk-export-none"))));
    }
    let accounts: Vec<i64> = lines.iter().map(|line| line.made_by).collect();
    let names = account_names(room.db(), &accounts)
        .await
        .map_err(ProcedureError::from)?;
    let rows = lines
        .iter()
        .map(|line| {
            let again = Again {
                action: format!("/desk/cases/export/{}", line.id),
                button: Button::submit(room.t("desk-export-again"))
                    .kind(ButtonKind::Other)
                    .small(),
            };
            Ok(Row::new([
                Cell::text(format::date(day(moment(line.made_at)?), language)),
                Cell::text(room.t(&format!("desk-format-{}", line.format.replace('_', "-")))),
                Cell::text(format::number(line.cases)),
                Cell::text(format::number(line.unheld)),
                Cell::text(names.get(&line.made_by).map_or("", String::as_str)),
                Cell::html(&Html::render(&again).unwrap_or_default()),
            ]))
        })
        .collect::<Result<Vec<_>, ProcedureError>>()?;
    Ok(Html::of(
        &Table::new(language, "exports", room.t("desk-export-past"))
            .hide_caption()
            .columns([
                Column::text(room.t("desk-column-day")).no_wrap(),
                Column::text(room.t("desk-field-format")),
                Column::number(room.t("desk-column-cases")).no_wrap(),
                Column::number(room.t("desk-column-unheld")).no_wrap(),
                Column::text(room.t("desk-column-who")),
                Column::text(room.t("desk-column-action")).no_wrap(),
            ])
            .rows(rows)
            .stacked(),
    ))
}

#[derive(Template)]
#[template(
    source = "<form method=\"post\" action=\"{{ action }}\">{{ button }}</form>",
    ext = "html"
)]
struct Again {
    action: String,
    button: Button,
}

/// The formats by their names, with what a browser is told of them.
fn format_of(name: &str) -> Option<(&'static str, &'static str, &'static str)> {
    [
        ("csv_cp932", "text/csv; charset=Shift_JIS", "csv"),
        ("csv_utf8", "text/csv; charset=utf-8", "csv"),
        (
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx",
        ),
    ]
    .into_iter()
    .find(|(known, _, _)| *known == name)
}

/// Makes a file.
pub(super) async fn file(mut room: Room, fields: Fields) -> Result<Response, Problem> {
    let titles = Titles::read(room.db()).await?;
    let procedure = fields.get("procedure");
    if !titles.holds(procedure) {
        room.refuse_with("desk-error-procedure");
        return Ok(choose_page(&room, &titles).await?.into_response());
    }
    let stages = match fields.get("stage") {
        "all" => ExportStages::Any,
        "decided-on" => ExportStages::FromDecision,
        stage => ExportStages::Only(stage.parse().map_err(|_| Problem::NotFound)?),
    };
    let (Ok(from), Ok(until)) = (fields.optional_date("from"), fields.optional_date("until"))
    else {
        room.refuse_with("desk-error-export-day");
        return Ok(export_page(&room, &titles, &fields, Html::empty())
            .await?
            .into_response());
    };
    let filter = ExportFilter {
        procedure: procedure.to_owned(),
        stages,
        day_of: if fields.get("day_of") == "decision" {
            DayOf::Decision
        } else {
            DayOf::Receipt
        },
        from,
        until,
        waiting: fields.get("which") == "waiting",
    };
    let departments = own_departments(&room).await?;
    let count = exports::count(room.db(), &departments, &filter).await?;
    if count > u64::from(MOST) {
        let sentence = room.words.with(
            "desk-error-export-many",
            &[("cases", count.into()), ("most", MOST.into())],
        );
        room.refuse(sentence);
        return Ok(export_page(&room, &titles, &fields, Html::empty())
            .await?
            .into_response());
    }
    let found = exports::matching(room.db(), &departments, &filter, MOST).await?;
    make(room, &titles, &fields, found).await
}

/// Makes a file again of the cases of an earlier one, as they are now.
pub(super) async fn again(mut room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let line = exports::export(room.db(), id)
        .await?
        .ok_or(Problem::NotFound)?;
    let departments = own_departments(&room).await?;
    let found = exports::held(room.db(), &departments, id).await?;
    let titles = Titles::read(room.db()).await?;
    let mut fields = Fields::default();
    fields.push("procedure", &line.procedure_key);
    fields.push("stage", "all");
    fields.push("format", &line.format);
    fields.push("line_of", &line.line_of);
    if found.is_empty() {
        // It held cases of other departments, or was made before files said which they held.
        room.refuse_with("desk-error-export-again");
        return Ok(export_page(&room, &titles, &fields, Html::empty())
            .await?
            .into_response());
    }
    // What its charset lacks was agreed to when it was made.
    fields.push("anyway", "1");
    make(room, &titles, &fields, found).await
}

async fn make(
    mut room: Room,
    titles: &Titles,
    fields: &Fields,
    found: Vec<Case>,
) -> Result<Response, Problem> {
    let (format, media_type, ending) = format_of(fields.get("format")).ok_or(Problem::NotFound)?;
    let lines = match fields.get("line_of") {
        "" => LineOf::Case,
        key => LineOf::Entry(key),
    };
    let made = if found.is_empty() {
        None
    } else {
        Some(sheet(&room, &found, lines).await?)
    };
    let Some(made) = made.filter(|made| !made.sheet.rows.is_empty()) else {
        room.refuse_with("desk-error-nothing-to-export");
        return Ok(export_page(&room, titles, fields, Html::empty())
            .await?
            .into_response());
    };
    let (bytes, unheld) = if format == "xlsx" {
        let bytes = write_xlsx(&made.sheet).map_err(|error| Problem::internal(&error))?;
        (bytes, Vec::new())
    } else {
        let charset = if format == "csv_cp932" {
            CsvCharset::Cp932
        } else {
            CsvCharset::Utf8Bom
        };
        let output = write_csv(&made.sheet, CsvOptions { charset });
        (output.bytes, output.unheld)
    };
    // What the charset lacks would silently become 〓 in the core system: say so first, and write it only when that is wanted.
    if !unheld.is_empty() && fields.get("anyway") != "1" {
        let report = unheld_report(&room, &made, &unheld, fields);
        room.refuse_with("desk-error-unheld");
        return Ok(export_page(&room, titles, fields, report)
            .await?
            .into_response());
    }
    let procedure = fields.get("procedure").to_owned();
    let today: Date = room.city.today();
    let name = format!("attachment; filename=\"{procedure}-{today}.{ending}\"");
    let note = ExportNote {
        procedure,
        format,
        line_of: fields.get("line_of").to_owned(),
        cases: made.held,
        unheld: i64::try_from(unheld.len()).unwrap_or(i64::MAX),
        account: room.account()?,
    };
    room.write(note, |tx, note| Box::pin(exports::note_export(tx, note)))
        .await?;
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

#[derive(Template)]
#[template(path = "desk/unheld.html")]
struct Unheld {
    table: Table,
    hidden: Vec<(String, String)>,
    button: Button,
}

fn unheld_report(
    room: &Room,
    made: &Made,
    unheld: &[yakuba_sheets::Unheld],
    fields: &Fields,
) -> Html {
    let rows = unheld.iter().take(200).map(|unheld| {
        let case = usize::try_from(unheld.row)
            .ok()
            .and_then(|row| row.checked_sub(2))
            .and_then(|row| made.row_cases.get(row));
        let heading = usize::try_from(unheld.column)
            .ok()
            .and_then(|column| column.checked_sub(1))
            .and_then(|column| made.sheet.header.get(column))
            .map_or("", String::as_str);
        Row::new([
            case.map_or_else(Cell::empty, |case| {
                Cell::link(case.to_string(), format!("/desk/cases/{case}"))
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
        hidden: fields
            .pairs()
            .filter(|(name, _)| *name != "anyway")
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        button: Button::submit(room.t("desk-export-anyway")),
    };
    Html::render(&report).unwrap_or_default()
}
