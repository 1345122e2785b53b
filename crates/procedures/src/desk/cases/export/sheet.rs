//! Cases as a sheet.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use yakuba_city::web::Problem;
use yakuba_forms::{Answers, Form};
use yakuba_identity::department_names;
use yakuba_kernel::DepartmentCode;
use yakuba_sheets::{Cell, Table};
use yakuba_ui::{Language, Words};

use crate::{
    desk::{DESIGNER_WORDS, WORDS, columns::heading, counter as counter_desk, room::Room},
    error::ProcedureError,
    model::{
        document::{ExportColumn, ProcedureDocument},
        export::{CasePart, Line, LineOf, Shown, Source, cell, columns, proof, tells_of_the_case},
    },
    pages,
    store::{
        self,
        cases::{self, Case, day},
        co_applicants, counter,
        exports::HeldCase,
        keys,
    },
};

/// What stands before the columns of a layout that says nothing of the case itself.
const USUAL: [CasePart; 6] = [
    CasePart::Number,
    CasePart::Receipt,
    CasePart::ReceivedOn,
    CasePart::Channel,
    CasePart::Stage,
    CasePart::Outcome,
];

/// A file before it is written.
pub(super) struct Made {
    pub(super) sheet: Table,
    /// The cases in it, as they are now.
    pub(super) held: Vec<HeldCase>,
    /// The case of each row of the sheet.
    pub(super) row_cases: Vec<i64>,
}

/// What is known of one case.
struct Known {
    answers: Answers,
    people: Vec<crate::model::together::Told>,
    verified: Vec<String>,
    by_staff: BTreeMap<String, crate::model::visit::How>,
    of_case: BTreeMap<CasePart, Shown>,
}

/// The words of files: Japanese, whoever makes them.
fn japanese() -> (Words, Words) {
    (
        WORDS.words(Language::Japanese),
        DESIGNER_WORDS.words(Language::Japanese),
    )
}

/// What people call a word of the program.
fn word(kind: &str, value: &str) -> String {
    let (words, _) = japanese();
    let key = match kind {
        "flag" if value == "1" => "ui-yes".to_owned(),
        "flag" => "ui-no".to_owned(),
        "agreement" => format!("desk-co-state-{value}"),
        "agreed-by" => format!("desk-co-by-{value}"),
        _ => format!("desk-account-{value}"),
    };
    words.get(&key).into_owned()
}

/// The cases as a sheet: what the town hall knows of each, then its answers in the procedure's columns.
///
/// The version that is live today gives the columns, so that a mended layout holds for the cases that are there already; of a procedure
/// that is offline the newest version among the cases. Older cases leave what they lack empty.
pub(super) async fn sheet(room: &Room, found: &[Case], lines: LineOf<'_>) -> Result<Made, Problem> {
    let newest = found
        .iter()
        .max_by_key(|case| case.version)
        .ok_or(Problem::NotFound)?;
    let definition = match store::live(room.db(), &newest.procedure, room.city.today()).await? {
        Some(live) => live,
        None => store::version(room.db(), &newest.procedure, newest.version)
            .await?
            .ok_or(Problem::NotFound)?,
    };
    let document = &definition.document;
    let departments = department_names(room.db(), true)
        .await
        .map_err(ProcedureError::from)?;
    let mut made = Made {
        sheet: Table {
            name: "cases".to_owned(),
            header: Vec::new(),
            rows: Vec::new(),
        },
        held: Vec::new(),
        row_cases: Vec::new(),
    };
    let mut read = Vec::with_capacity(found.len());
    for case in found {
        let (known, number) = known(room, case, document, &departments).await?;
        made.held.push(HeldCase {
            id: case.id,
            department: case.department.as_str().to_owned(),
            stage: case.stage,
            answers: number,
        });
        read.push(known);
    }
    let most_entries = |key: &yakuba_forms::model::document::Key| {
        let counts = read
            .iter()
            .map(|known| known.answers.entries(key.as_str()).len());
        counts.max().unwrap_or(0)
    };
    let (_, designer) = japanese();
    let layout = layout(document, lines, most_entries, designer);
    let sources: Vec<(&ExportColumn, Option<Source<'_>>)> = layout
        .iter()
        .map(|column| (column, Source::read(document, &column.from)))
        .collect();
    let asks_for_computed = sources
        .iter()
        .any(|(_, source)| matches!(source, Some(Source::Computed(_))));
    made.sheet.header = layout.iter().map(|column| column.heading.clone()).collect();
    let mut forms: HashMap<i64, Arc<Form>> = HashMap::new();
    for (case, known) in found.iter().zip(&read) {
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
            form.evaluate(&known.answers, case.received_on()).computed
        } else {
            BTreeMap::new()
        };
        let told = |field: &str| {
            let (verified, by_staff) = (&known.verified, &known.by_staff);
            counter_desk::proof_text(proof(&document.form, field, verified, by_staff))
        };
        let entries = match lines {
            LineOf::Case => vec![None],
            LineOf::Entry(key) => (1..=known.answers.entries(key).len()).map(Some).collect(),
        };
        for entry in entries {
            let line = Line {
                answers: &known.answers,
                computed: &computed,
                people: &known.people,
                case: &known.of_case,
                entry,
                words: &word,
                proof: &told,
            };
            let row = sources
                .iter()
                .map(|(column, source)| {
                    as_cell(source.as_ref(), cell(column, source.as_ref(), &line))
                })
                .collect();
            made.sheet.rows.push(row);
            made.row_cases.push(case.id);
        }
    }
    Ok(made)
}

/// A cell of the sheet. The number of a case is a number and days are days; all else is text, whatever it looks like.
fn as_cell(source: Option<&Source<'_>>, text: String) -> Cell {
    match source {
        Some(Source::Case(CasePart::Number)) => Cell::Number(text),
        Some(Source::Case(CasePart::ReceivedOn | CasePart::DecidedOn | CasePart::DueOn)) => {
            Cell::Verbatim(text)
        }
        _ => Cell::Text(text),
    }
}

/// The columns, those of the case before them unless the layout has some of its own.
fn layout(
    document: &ProcedureDocument,
    lines: LineOf<'_>,
    entries: impl Fn(&yakuba_forms::model::document::Key) -> usize,
    words: Words,
) -> Vec<ExportColumn> {
    let own = columns(document, lines, entries, |offered| heading(words, offered));
    if tells_of_the_case(document, &own) {
        return own;
    }
    let of_case = |part: CasePart| ExportColumn {
        heading: words
            .get(&format!(
                "designer-case-{}",
                part.as_str().replace('_', "-")
            ))
            .into_owned(),
        from: part.from(),
        written: crate::model::document::ColumnForm::Label,
        ..ExportColumn::default()
    };
    let has_stages = !document.stages.is_empty();
    USUAL
        .into_iter()
        .flat_map(|part| {
            let beside = (part == CasePart::Stage && has_stages).then_some(CasePart::OwnStage);
            std::iter::once(part).chain(beside)
        })
        .map(of_case)
        .chain(own)
        .collect()
}

/// What is known of a case, and the version of its answers.
async fn known(
    room: &Room,
    case: &Case,
    document: &ProcedureDocument,
    departments: &BTreeMap<DepartmentCode, String>,
) -> Result<(Known, i64), Problem> {
    let key = keys::open(room.db(), room.key()?, case.id).await?;
    let receipt = cases::receipt(room.db(), &key, case.id).await?;
    let given = cases::answers(room.db(), &key, case.id).await?;
    let newest = given.into_iter().next();
    let number = newest.as_ref().map_or(0, |given| given.number);
    let answers: Answers = newest
        .map(|given| serde_json::from_value(given.answers))
        .transpose()
        .map_err(ProcedureError::from)?
        .unwrap_or_default();
    let (verified, by_staff) = if document.export.iter().any(|column| column.verified) {
        let contact = cases::contact(room.db(), &key, case.id).await?;
        let entered = counter::record_of(room.db(), &key, case.id).await?;
        let by_staff = entered.map(|(_, _, record)| record.verified);
        (contact.verified, by_staff.unwrap_or_default())
    } else {
        (Vec::new(), BTreeMap::new())
    };
    let people = match &document.co_applicants {
        Some(_) => co_applicants::told(room.db(), &key, case.id).await?,
        None => Vec::new(),
    };
    let known = Known {
        answers,
        people,
        verified,
        by_staff,
        of_case: of_case(case, &receipt.to_string(), document, departments),
    };
    Ok((known, number))
}

fn of_case(
    case: &Case,
    receipt: &str,
    document: &ProcedureDocument,
    departments: &BTreeMap<DepartmentCode, String>,
) -> BTreeMap<CasePart, Shown> {
    let (words, _) = japanese();
    let worded = |kind: &str, value: &str| Shown {
        value: value.to_owned(),
        label: words.get(&format!("desk-{kind}-{value}")).into_owned(),
    };
    let on = |at: Option<jiff::Timestamp>| {
        Shown::plain(at.map(|at| day(at).to_string()).unwrap_or_default())
    };
    let own_stage = case.own_stage.as_deref().unwrap_or_default();
    let stage = document
        .stages
        .iter()
        .find(|stage| stage.key.as_str() == own_stage);
    let department = case.department.as_str();
    CasePart::ALL
        .into_iter()
        .map(|part| {
            let shown = match part {
                CasePart::Number => Shown::plain(case.id.to_string()),
                CasePart::Receipt => Shown::plain(receipt),
                CasePart::ReceivedOn => on(Some(case.received_at)),
                CasePart::Channel => worded("channel", case.channel.as_str()),
                CasePart::Stage => worded("stage", case.stage.as_str()),
                CasePart::OwnStage => Shown {
                    value: own_stage.to_owned(),
                    label: stage.map_or(own_stage, |stage| &stage.title.ja).to_owned(),
                },
                CasePart::Outcome => case.outcome.map_or_else(Shown::default, |outcome| {
                    worded("outcome", outcome.as_str())
                }),
                CasePart::DecidedOn => on(case.decided_at),
                CasePart::DueOn => {
                    Shown::plain(case.due_on.map(|day| day.to_string()).unwrap_or_default())
                }
                CasePart::Department => Shown {
                    value: department.to_owned(),
                    label: departments
                        .get(&case.department)
                        .map_or(department, String::as_str)
                        .to_owned(),
                },
            };
            (part, shown)
        })
        .collect()
}
