//! One initiative: its texts for the leading department, its structure for the DX office.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_kernel::FiscalYear;
use yakuba_ui::{
    Cell, Choice, Column, ErrorSummary, FormErrors, Html, Row, Select, Table, TextArea, TextField,
    Words, format,
};

use super::super::{
    changing::{change, state_of, unchanged},
    room::{Desk, is_mendable},
    sentences, walk,
};
use super::{
    area, arrange::ArrangeForms, groups::labelled, input_table::InputTable, line, reason, reason_of,
};
use crate::{
    capabilities::MANAGE,
    error::PlanError,
    forms::{Fields, done, lines},
    model::document::{Initiative, LifeStage, Phase, Project, Remark},
    store,
};

const STAGES: [LifeStage; 6] = [
    LifeStage::Running,
    LifeStage::New,
    LifeStage::Completed,
    LifeStage::NewAndCompleted,
    LifeStage::Merged,
    LifeStage::Suspended,
];

#[derive(Template)]
#[template(path = "desk/initiative.html")]
struct Body {
    words: Words,
    summary: ErrorSummary,
    state: String,
    group: String,
    may_edit: bool,
    /// What only the DX office changes.
    structure: Option<Structure>,
    texts: Vec<TextArea>,
    remarks: InputTable,
    projects: InputTable,
    notes: TextArea,
    reason: TextField,
    bars: Option<Table>,
    below: Html,
}

struct Structure {
    number: TextField,
    title: TextField,
    stage: Select,
    marks: TextField,
    departments: [TextArea; 2],
    schedule: InputTable,
    labelled: InputTable,
}

/// The initiative without its indicators: what this form changes.
fn alone(initiative: &Initiative) -> Initiative {
    Initiative {
        indicators: Vec::new(),
        ..initiative.clone()
    }
}

fn year_text(year: Option<FiscalYear>) -> String {
    year.map(FiscalYear::wareki).unwrap_or_default()
}

/// The form's values as the initiative stands.
fn typed_of(initiative: &Initiative) -> Fields {
    let mut typed = Fields::default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    typed.push("state", state_of(&alone(initiative)));
    typed.push("number", text(&initiative.number));
    typed.push("title", initiative.title.clone());
    typed.push("stage", sentences::word_of(&initiative.stage));
    typed.push("marks", initiative.marks.join("、"));
    typed.push("lead", initiative.lead_departments.join("\n"));
    typed.push("related", initiative.related_departments.join("\n"));
    typed.push("summary", text(&initiative.summary));
    typed.push("purpose", text(&initiative.purpose));
    typed.push("outcome", text(&initiative.outcome));
    typed.push("measure_text", text(&initiative.measure_text));
    typed.push("notes", initiative.notes.join("\n"));
    for phase in &initiative.schedule {
        typed.push("phase_name", phase.name.clone());
        typed.push("phase_from", year_text(phase.from));
        typed.push("phase_to", year_text(phase.to));
    }
    for remark in &initiative.remarks {
        typed.push("remark_year", year_text(remark.fiscal_year));
        typed.push("remark_text", remark.text.clone());
    }
    for project in &initiative.projects {
        typed.push("project_name", project.name.clone());
        typed.push("project_department", text(&project.department));
        typed.push("project_year", year_text(project.fiscal_year));
        typed.push("project_results", project.results.join("\n"));
        typed.push("project_analysis", project.analysis.join("\n"));
    }
    for text in &initiative.texts {
        typed.push("text_label", text.label.clone());
        typed.push("text_text", text.text.clone());
    }
    typed
}

struct Parts {
    title: String,
    may_edit: bool,
    manage: bool,
    bars: Option<Table>,
    below: Html,
}

fn page(desk: &Desk, plan: &str, typed: &Fields, errors: &FormErrors, parts: Parts) -> Response {
    let words = desk.words;
    let field = |name: &str, label: &str| line(desk, name, label, typed.get(name), errors);
    let structure = parts.manage.then(|| Structure {
        number: field("number", "desk-field-number").width(10),
        title: field("title", "desk-initiative-title").required(),
        stage: Select::new(desk.language(), "stage", desk.text("desk-field-stage"))
            .support(desk.text("desk-stage-support"))
            .choices(STAGES.map(|stage| {
                Choice::new(sentences::word_of(&stage), sentences::stage(&words, stage))
            }))
            .value(typed.get("stage")),
        marks: field("marks", "desk-field-marks")
            .support(desk.text("desk-marks-support"))
            .width(20),
        departments: [
            area(
                desk,
                "lead",
                "desk-field-lead-departments",
                typed.get("lead"),
                2,
            )
            .support(desk.text("desk-one-per-line")),
            area(
                desk,
                "related",
                "desk-field-related-departments",
                typed.get("related"),
                2,
            )
            .support(desk.text("desk-one-per-line")),
        ],
        schedule: InputTable::new(
            words,
            "schedule",
            desk.text("desk-field-schedule"),
            [
                ("phase_name", "desk-column-phase", Some(20)),
                ("phase_from", "desk-column-from", Some(10)),
                ("phase_to", "desk-column-to", Some(10)),
            ],
            typed.rows(["phase_name", "phase_from", "phase_to"]),
            3,
        ),
        labelled: InputTable::new(
            words,
            "texts",
            desk.text("desk-field-texts"),
            [
                ("text_label", "desk-column-label", Some(20)),
                ("text_text", "desk-column-text", None),
            ],
            typed.rows(["text_label", "text_text"]),
            1,
        ),
    });
    let body = Body {
        words,
        summary: errors.summary(desk.language()),
        state: typed.get("state").to_owned(),
        group: typed.get("group").to_owned(),
        may_edit: parts.may_edit,
        structure,
        texts: vec![
            area(
                desk,
                "summary",
                "desk-field-summary",
                typed.get("summary"),
                4,
            ),
            area(
                desk,
                "purpose",
                "desk-field-purpose",
                typed.get("purpose"),
                3,
            ),
            area(
                desk,
                "outcome",
                "desk-field-outcome",
                typed.get("outcome"),
                3,
            ),
            area(
                desk,
                "measure_text",
                "desk-field-measure-text",
                typed.get("measure_text"),
                2,
            ),
        ],
        remarks: InputTable::new(
            words,
            "remarks",
            desk.text("desk-field-remarks"),
            [
                ("remark_year", "desk-field-year", Some(10)),
                ("remark_text", "desk-column-text", None),
            ],
            typed.rows(["remark_year", "remark_text"]),
            2,
        ),
        projects: InputTable::new(
            words,
            "projects",
            desk.text("desk-field-projects"),
            [
                ("project_name", "desk-field-name", Some(20)),
                ("project_department", "desk-column-department", Some(10)),
                ("project_year", "desk-field-year", Some(10)),
                ("project_results", "desk-column-results", None),
                ("project_analysis", "desk-column-analysis", None),
            ],
            typed.rows([
                "project_name",
                "project_department",
                "project_year",
                "project_results",
                "project_analysis",
            ]),
            1,
        ),
        notes: area(desk, "notes", "desk-field-notes", typed.get("notes"), 3)
            .support(desk.text("desk-one-per-line")),
        reason: reason(desk, Some(typed), "reason"),
        bars: parts.bars,
        below: parts.below,
    };
    desk.page(parts.title, &body)
        .breadcrumb(desk.title_of(plan), format!("/desk/plan/{plan}"))
        .with_errors(!errors.is_empty())
        .into_response()
}

/// The schedule as bars: a row per phase, a column per year.
fn bars(words: &Words, schedule: &[Phase]) -> Option<Table> {
    let years = schedule
        .iter()
        .flat_map(|phase| [phase.from, phase.to])
        .flatten();
    let (first, last) = (years.clone().min()?, years.max()?);
    let columns: Vec<FiscalYear> = first.through(last).collect();
    let heads = columns
        .iter()
        .map(|year| Column::text(format::fiscal_year_short(*year, words.language())).no_wrap());
    let rows = schedule.iter().map(|phase| {
        let within = |year: FiscalYear| {
            phase.from.or(phase.to).is_some_and(|from| from <= year)
                && phase.to.or(phase.from).is_some_and(|to| year <= to)
        };
        let cells = columns
            .iter()
            .map(|year| Cell::text(if within(*year) { "■■" } else { "" }));
        Row::new(std::iter::once(Cell::text(&phase.name)).chain(cells))
    });
    Some(
        Table::new(words.language(), "bars", words.get("desk-field-schedule"))
            .columns(std::iter::once(Column::text(words.get("desk-column-phase"))).chain(heads))
            .rows(rows)
            .row_headers()
            .stacked(),
    )
}

pub(super) async fn new(desk: Desk, Path(plan): Path<String>) -> Result<Response, Problem> {
    desk.need(MANAGE)?;
    let document = store::load(desk.city.db(), &plan).await?;
    walk::group(&document.groups, desk.query.get("group")).ok_or(Problem::NotFound)?;
    let typed = desk.query.clone();
    Ok(page(&desk, &plan, &typed, &FormErrors::new(), fresh(&desk)))
}

fn fresh(desk: &Desk) -> Parts {
    Parts {
        title: desk.text("desk-initiative-add"),
        may_edit: true,
        manage: true,
        bars: None,
        below: Html::empty(),
    }
}

pub(super) async fn create(
    desk: Desk,
    Path(plan): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    desk.need(MANAGE)?;
    let mut errors = check(&desk, &fields, true);
    if errors.is_empty() {
        let typed = fields.clone();
        let outcome = change(&desk, &plan, &reason_of(&desk, &fields), move |document| {
            let mut initiative = Initiative::default();
            apply(&mut initiative, &typed, true);
            let group = typed.get("group");
            walk::group_mut(&mut document.groups, group)
                .ok_or_else(|| PlanError::NoSuchPart(group.to_owned()))?
                .initiatives
                .push(initiative);
            Ok(())
        })
        .await;
        match outcome {
            Ok(_) => return Ok(done(&format!("/desk/plan/{plan}#structure"), "saved")),
            Err(error) if is_mendable(&error) => errors.add("", desk.sentence(&error)),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(page(&desk, &plan, &fields, &errors, fresh(&desk)))
}

pub(super) async fn show(
    desk: Desk,
    Path((plan, key)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let document = store::load(desk.city.db(), &desk.plan(&plan).await?.key).await?;
    let (initiative, _) = walk::initiative(&document.groups, &key).ok_or(Problem::NotFound)?;
    let typed = typed_of(initiative);
    let parts = parts(&desk, &plan, &key).await?;
    Ok(page(&desk, &plan, &typed, &FormErrors::new(), parts))
}

async fn parts(desk: &Desk, plan: &str, key: &str) -> Result<Parts, Problem> {
    let record = desk.plan(plan).await?;
    let rights = desk.rights(&record).await?;
    let document = store::load(desk.city.db(), plan).await?;
    let (initiative, group) = walk::initiative(&document.groups, key).ok_or(Problem::NotFound)?;
    let own = group.key.as_deref().unwrap_or_default();
    Ok(Parts {
        title: initiative.title.clone(),
        may_edit: rights.may_edit(key),
        manage: rights.manage,
        bars: bars(&desk.words, &initiative.schedule),
        below: ArrangeForms::of_initiative(
            desk,
            plan,
            key,
            &initiative.indicators,
            rights.manage,
            &document,
            own,
        )
        .html(),
    })
}

/// What is wrong with the form.
fn check(desk: &Desk, fields: &Fields, manage: bool) -> FormErrors {
    let mut errors = FormErrors::new();
    if manage && fields.get("title").is_empty() {
        errors.add("title", desk.text("desk-error-title"));
    }
    for (name, table) in [
        ("phase_from", "schedule"),
        ("phase_to", "schedule"),
        ("remark_year", "remarks"),
        ("project_year", "projects"),
    ] {
        for value in fields
            .all(name)
            .filter(|value| !value.is_empty() && FiscalYear::read(value).is_none())
        {
            errors.add(
                table,
                desk.words.with_text("desk-error-year-of", "value", value),
            );
        }
    }
    errors
}

/// Reads the form into an initiative: everything for the DX office, texts and results for the leading department.
fn apply(initiative: &mut Initiative, fields: &Fields, manage: bool) {
    initiative.summary = fields.optional("summary");
    initiative.purpose = fields.optional("purpose");
    initiative.outcome = fields.optional("outcome");
    initiative.measure_text = fields.optional("measure_text");
    initiative.notes = fields.lines("notes");
    initiative.remarks = fields
        .rows(["remark_year", "remark_text"])
        .into_iter()
        .filter(|[_, text]| !text.is_empty())
        .map(|[year, text]| Remark {
            fiscal_year: FiscalYear::read(&year),
            text,
        })
        .collect();
    initiative.projects = fields
        .rows([
            "project_name",
            "project_department",
            "project_year",
            "project_results",
            "project_analysis",
        ])
        .into_iter()
        .filter(|[name, ..]| !name.is_empty())
        .map(|[name, department, year, results, analysis]| Project {
            name,
            department: Some(department).filter(|department| !department.is_empty()),
            fiscal_year: FiscalYear::read(&year),
            results: lines(&results),
            analysis: lines(&analysis),
        })
        .collect();
    if !manage {
        return;
    }
    initiative.number = fields.optional("number");
    fields.get("title").clone_into(&mut initiative.title);
    initiative.stage = sentences::read_word(fields.get("stage")).unwrap_or_default();
    initiative.marks = fields
        .get("marks")
        .split(['、', ','])
        .map(str::trim)
        .filter(|mark| !mark.is_empty())
        .map(str::to_owned)
        .collect();
    initiative.lead_departments = fields.lines("lead");
    initiative.related_departments = fields.lines("related");
    initiative.schedule = fields
        .rows(["phase_name", "phase_from", "phase_to"])
        .into_iter()
        .filter(|[name, ..]| !name.is_empty())
        .map(|[name, from, to]| Phase {
            name,
            from: FiscalYear::read(&from),
            to: FiscalYear::read(&to),
        })
        .collect();
    initiative.texts = labelled(fields);
}

pub(super) async fn save(
    desk: Desk,
    Path((plan, key)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let parts = parts(&desk, &plan, &key).await?;
    if !parts.may_edit {
        return Err(Problem::NotAllowed);
    }
    let manage = parts.manage;
    let mut errors = check(&desk, &fields, manage);
    if errors.is_empty() {
        let (typed, own) = (fields.clone(), key.clone());
        let outcome = change(&desk, &plan, &reason_of(&desk, &fields), move |document| {
            let initiative = walk::initiative_mut(&mut document.groups, &own)
                .ok_or_else(|| PlanError::NoSuchPart(own.clone()))?;
            unchanged(&alone(initiative), typed.get("state"))?;
            apply(initiative, &typed, manage);
            Ok(())
        })
        .await;
        match outcome {
            Ok(_) => {
                return Ok(done(
                    &format!("/desk/plan/{plan}/initiatives/{key}"),
                    "saved",
                ));
            }
            Err(error) if is_mendable(&error) => errors.add("", desk.sentence(&error)),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(page(&desk, &plan, &fields, &errors, parts))
}
