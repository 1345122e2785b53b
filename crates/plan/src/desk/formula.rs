//! The formula of an indicator: chosen from the measures, shown in words, tried on the last years, saved as a version.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_kernel::{Channel, Decimal, DepartmentCode, FiscalYear, MeasureName, Rounding, Subject};
use yakuba_ui::{
    Cell, CheckboxGroup, Choice, Column, ErrorSummary, FormErrors, Row, Select, Table, TextArea,
    TextField, Words, format,
};

use super::{
    people,
    room::{Desk, is_mendable},
    sentences, walk,
};
use crate::{
    capabilities::MANAGE,
    forms::{Fields, done, lines},
    model::{
        computation::{Context, compute, formula_in_words},
        formula::{
            Formula, FormulaKind, Growth, Over, Ratio, Selection, ShareOfDepartments, SurveyShare,
        },
        totals::Totals,
    },
    pages::sentences::Names,
    store,
};

const KINDS: [&str; 10] = [
    "entered",
    "count",
    "sum",
    "stock",
    "ratio",
    "mean_of_ratios",
    "growth",
    "maximum",
    "share_of_departments",
    "survey_share",
];
/// Years of the trial.
const TRIED: usize = 5;

#[derive(Template)]
#[template(path = "desk/formula.html")]
struct Body {
    words: Words,
    action: String,
    summary: ErrorSummary,
    state: String,
    kind: Select,
    first: SelectionForm,
    second: SelectionForm,
    more: Vec<TextField>,
    over: Select,
    answers: TextArea,
    rounding: Select,
    places: TextField,
    valid_from: TextField,
    reason: TextField,
    in_words: Vec<String>,
    trial: Option<Table>,
    versions: Table,
}

/// Which facts count: of one side of the formula.
struct SelectionForm {
    measure: Select,
    departments: CheckboxGroup,
    /// How many departments are chosen, for the word that opens their list.
    chosen_departments: String,
    open: bool,
    channels: CheckboxGroup,
    subjects: TextField,
}

fn selection_form(
    desk: &Desk,
    names: &Names,
    side: &str,
    typed: &Fields,
    errors: &FormErrors,
) -> SelectionForm {
    let language = desk.language();
    let name = |field: &str| format!("{side}_{field}");
    let text = |field: &str, label: &str| {
        TextField::new(language, name(field), desk.text(label))
            .support(desk.text("desk-formula-several"))
            .value(typed.get(&name(field)))
            .errors(errors)
    };
    let chosen: Vec<&str> = typed.all(&name("channels")).collect();
    let departments = name("departments");
    let of: Vec<&str> = typed.all(&departments).collect();
    // A code that facts carry but no department has any more stays choosable as long as the formula names it.
    let strangers = of
        .iter()
        .filter(|code| !names.knows_department(code))
        .map(|code| (*code, *code));
    let measures = desk.city.measures();
    SelectionForm {
        measure: Select::new(
            language,
            name("measure"),
            desk.text(&format!("desk-formula-measure-{side}")),
        )
        .ask()
        .choices(measures.iter().map(|measure| {
            let shown = if language.is_japanese() {
                &measure.name_ja
            } else {
                &measure.name_en
            };
            Choice::new(
                measure.name.as_str(),
                format::with_note(
                    shown,
                    format_args!("{}・{}", measure.unit, measure.name.as_str()),
                    language,
                ),
            )
        }))
        .value(typed.get(&name("measure")))
        .errors(errors),
        departments: CheckboxGroup::new(
            language,
            &departments,
            desk.text("desk-formula-departments"),
        )
        .inline()
        .choices(
            names
                .departments()
                .chain(strangers)
                .map(|(code, name)| Choice::new(code, name).chosen(of.contains(&code))),
        )
        .errors(errors),
        chosen_departments: desk
            .words
            .counted("desk-formula-departments-chosen", of.len() as u64)
            .into_owned(),
        open: !of.is_empty(),
        channels: CheckboxGroup::new(
            language,
            name("channels"),
            desk.text("desk-formula-channels"),
        )
        .inline()
        .choices(Channel::ALL.map(|channel| {
            Choice::new(
                channel.as_str(),
                desk.text(&format!("desk-channel-{}", channel.as_str())),
            )
            .chosen(chosen.contains(&channel.as_str()))
        })),
        subjects: text("subjects", "desk-formula-subjects"),
    }
}

/// Reads one side of the formula; errors are noted at its fields.
fn selection(
    desk: &Desk,
    side: &str,
    fields: &Fields,
    errors: &mut FormErrors,
) -> Option<Selection> {
    let split = |field: &str| -> Vec<String> {
        lines(
            &fields
                .get(&format!("{side}_{field}"))
                .replace(['、', ',', ' '], "\n"),
        )
    };
    let Ok(measure) = MeasureName::new(fields.get(&format!("{side}_measure"))) else {
        errors.add(format!("{side}_measure"), desk.text("desk-error-measure"));
        return None;
    };
    let departments: Result<Vec<_>, _> = fields
        .all(&format!("{side}_departments"))
        .map(|code| DepartmentCode::new(code.to_owned()))
        .collect();
    let subjects: Result<Vec<_>, _> = split("subjects").into_iter().map(Subject::new).collect();
    let channels = fields
        .all(&format!("{side}_channels"))
        .filter_map(|channel| channel.parse::<Channel>().ok())
        .collect();
    match (departments, subjects) {
        (Ok(departments), Ok(subjects)) => Some(Selection {
            measure,
            departments,
            channels,
            subjects,
        }),
        (Err(_), _) => {
            errors.add(format!("{side}_departments"), desk.text("desk-error-code"));
            None
        }
        (_, Err(_)) => {
            errors.add(format!("{side}_subjects"), desk.text("desk-error-code"));
            None
        }
    }
}

/// The formula of the form; `Some(None)`: entered by hand; none: something is to be mended.
// Three outcomes, of which two are options of the caller: an enum would only be taken apart again.
#[allow(clippy::option_option)]
fn formula_of(desk: &Desk, fields: &Fields, errors: &mut FormErrors) -> Option<Option<Formula>> {
    let over = if fields.get("over") == "year_end" {
        Over::YearEnd
    } else {
        Over::Year
    };
    let kind = match fields.get("kind") {
        "entered" | "" => return Some(None),
        "count" => FormulaKind::Count(selection(desk, "a", fields, errors)?),
        "sum" => FormulaKind::Sum(selection(desk, "a", fields, errors)?),
        "stock" => FormulaKind::Stock(selection(desk, "a", fields, errors)?),
        "maximum" => FormulaKind::Maximum(selection(desk, "a", fields, errors)?),
        kind @ ("ratio" | "mean_of_ratios") => {
            let (numerator, denominator) = (
                selection(desk, "a", fields, errors),
                selection(desk, "b", fields, errors),
            );
            let ratio = Ratio {
                numerator: numerator?,
                denominator: denominator?,
                over,
            };
            if kind == "ratio" {
                FormulaKind::Ratio(ratio)
            } else {
                FormulaKind::MeanOfRatios(ratio)
            }
        }
        "growth" => {
            let Some(base_year) = fields.year("base_year") else {
                errors.add("base_year", desk.text("desk-error-year"));
                return None;
            };
            FormulaKind::Growth(Growth {
                of: selection(desk, "a", fields, errors)?,
                over,
                base_year,
                base_value: fields
                    .get("base_value")
                    .replace(',', "")
                    .parse::<Decimal>()
                    .ok(),
            })
        }
        "share_of_departments" => FormulaKind::ShareOfDepartments(ShareOfDepartments {
            of: selection(desk, "a", fields, errors)?,
            departments: fields.get("department_count").parse().ok(),
        }),
        "survey_share" => {
            let answers: Result<Vec<Subject>, _> = fields
                .lines("answers")
                .into_iter()
                .map(Subject::new)
                .collect();
            match answers {
                Ok(answers) if !answers.is_empty() => FormulaKind::SurveyShare(SurveyShare {
                    measure: selection(desk, "a", fields, errors)?.measure,
                    answers,
                }),
                _ => {
                    errors.add("answers", desk.text("desk-error-code"));
                    return None;
                }
            }
        }
        _ => return None,
    };
    let places: Option<u32> = fields
        .get("places")
        .parse()
        .ok()
        .filter(|places| *places <= 6);
    let Some(places) = places else {
        errors.add("places", desk.text("desk-error-places"));
        return None;
    };
    let rounding = sentences::read_word(fields.get("rounding")).unwrap_or(Rounding::HalfUp);
    Some(Some(Formula {
        kind,
        rounding,
        places,
    }))
}

/// The form's values as the formula stands.
fn typed_of(formula: Option<&Formula>) -> Fields {
    let mut typed = Fields::default();
    typed.push(
        "rounding",
        formula.map_or_else(
            || "half_up".to_owned(),
            |formula| sentences::word_of(&formula.rounding),
        ),
    );
    typed.push(
        "places",
        formula.map_or(0, |formula| formula.places).to_string(),
    );
    let Some(formula) = formula else {
        typed.push("kind", "entered");
        return typed;
    };
    let side = |typed: &mut Fields, side: &str, selection: &Selection| {
        typed.push(&format!("{side}_measure"), selection.measure.as_str());
        for department in &selection.departments {
            typed.push(&format!("{side}_departments"), department.as_str());
        }
        typed.push(
            &format!("{side}_subjects"),
            selection
                .subjects
                .iter()
                .map(Subject::as_str)
                .collect::<Vec<_>>()
                .join("、"),
        );
        for channel in &selection.channels {
            typed.push(&format!("{side}_channels"), channel.as_str());
        }
    };
    let over = |over: Over| sentences::word_of(&over);
    let kind = match &formula.kind {
        FormulaKind::Count(a) => {
            side(&mut typed, "a", a);
            "count"
        }
        FormulaKind::Sum(a) => {
            side(&mut typed, "a", a);
            "sum"
        }
        FormulaKind::Stock(a) => {
            side(&mut typed, "a", a);
            "stock"
        }
        FormulaKind::Maximum(a) => {
            side(&mut typed, "a", a);
            "maximum"
        }
        FormulaKind::Ratio(ratio) | FormulaKind::MeanOfRatios(ratio) => {
            side(&mut typed, "a", &ratio.numerator);
            side(&mut typed, "b", &ratio.denominator);
            typed.push("over", over(ratio.over));
            if matches!(formula.kind, FormulaKind::Ratio(_)) {
                "ratio"
            } else {
                "mean_of_ratios"
            }
        }
        FormulaKind::Growth(growth) => {
            side(&mut typed, "a", &growth.of);
            typed.push("over", over(growth.over));
            typed.push("base_year", growth.base_year.wareki());
            typed.push(
                "base_value",
                growth
                    .base_value
                    .map(|value| value.to_string())
                    .unwrap_or_default(),
            );
            "growth"
        }
        FormulaKind::ShareOfDepartments(share) => {
            side(&mut typed, "a", &share.of);
            typed.push(
                "department_count",
                share
                    .departments
                    .map(|count| count.to_string())
                    .unwrap_or_default(),
            );
            "share_of_departments"
        }
        FormulaKind::SurveyShare(survey) => {
            typed.push("a_measure", survey.measure.as_str());
            typed.push(
                "answers",
                survey
                    .answers
                    .iter()
                    .map(Subject::as_str)
                    .collect::<Vec<_>>()
                    .join("\n"),
            );
            "survey_share"
        }
        FormulaKind::Entered => "entered",
    };
    typed.push("kind", kind);
    typed
}

pub(super) async fn show(
    desk: Desk,
    Path((plan, key)): Path<(String, String)>,
) -> Result<Response, Problem> {
    desk.need(MANAGE)?;
    let document = store::load(desk.city.db(), &plan).await?;
    let owned = walk::indicator(&document.groups, &key).ok_or(Problem::NotFound)?;
    let formula = owned.indicator.formula.clone();
    let mut typed = typed_of(formula.as_ref());
    typed.push("state", super::changing::state_of(&formula));
    page(
        &desk,
        &plan,
        &key,
        &typed,
        &FormErrors::new(),
        formula.as_ref(),
    )
    .await
}

async fn page(
    desk: &Desk,
    plan: &str,
    key: &str,
    typed: &Fields,
    errors: &FormErrors,
    formula: Option<&Formula>,
) -> Result<Response, Problem> {
    let record = store::plan(desk.city.db(), plan).await?;
    let document = store::load(desk.city.db(), plan).await?;
    let owned = walk::indicator(&document.groups, key).ok_or(Problem::NotFound)?;
    let (words, language) = (desk.words, desk.language());
    let names = Names::read(&desk.city, language).await?;
    let field = |name: &str, label: &str| {
        TextField::new(language, name, desk.text(label))
            .value(typed.get(name))
            .errors(errors)
            .width(10)
    };
    let trial = match formula {
        Some(formula) if formula.kind != FormulaKind::Entered => {
            Some(trial(desk, &names, formula).await?)
        }
        _ => None,
    };
    let versions = store::formula_versions(desk.city.db(), record.id, key).await?;
    let who = people::names(
        desk,
        versions.iter().map(|version| version.made_by.as_str()),
    )
    .await?;
    let body = Body {
        words,
        action: format!("/desk/plan/{plan}/indicators/{key}/formula"),
        summary: errors.summary(language),
        state: typed.get("state").to_owned(),
        kind: Select::new(language, "kind", desk.text("desk-formula-kind"))
            .choices(KINDS.map(|kind| {
                Choice::new(
                    kind,
                    desk.text(&format!("desk-formula-kind-{}", kind.replace('_', "-"))),
                )
            }))
            .value(typed.get("kind")),
        first: selection_form(desk, &names, "a", typed, errors),
        second: selection_form(desk, &names, "b", typed, errors),
        more: vec![
            field("base_year", "desk-formula-base-year"),
            field("base_value", "desk-formula-base-value").decimal(),
            field("department_count", "desk-formula-department-count").numeric(),
        ],
        over: Select::new(language, "over", desk.text("desk-formula-over"))
            .choice(Choice::new("year", desk.text("desk-formula-over-year")))
            .choice(Choice::new(
                "year_end",
                desk.text("desk-formula-over-year-end"),
            ))
            .value(typed.get("over")),
        answers: TextArea::new(language, "answers", desk.text("desk-formula-answers"))
            .support(desk.text("desk-one-per-line"))
            .value(typed.get("answers"))
            .rows(2)
            .errors(errors),
        rounding: Select::new(language, "rounding", desk.text("desk-formula-rounding"))
            .choices(Rounding::ALL.map(|rounding| {
                let word = sentences::word_of(&rounding);
                Choice::new(
                    &word,
                    desk.text(&format!("desk-rounding-{}", word.replace('_', "-"))),
                )
            }))
            .value(typed.get("rounding")),
        places: field("places", "desk-formula-places").numeric(),
        valid_from: field("valid_from", "desk-formula-valid-from")
            .support(desk.text("desk-formula-valid-from-support")),
        reason: TextField::new(language, "reason", desk.text("desk-reason"))
            .value(typed.get("reason"))
            .errors(errors),
        in_words: formula
            .map(|formula| names.sentences(&formula_in_words(formula)))
            .unwrap_or_default(),
        trial,
        versions: Table::new(language, "versions", desk.text("desk-formula-versions"))
            .columns(
                [
                    "desk-plan-version",
                    "desk-formula-valid-from",
                    "desk-formula",
                    "desk-reason",
                    "desk-history-who",
                    "desk-history-when",
                ]
                .map(|key| Column::text(desk.text(key))),
            )
            .rows(versions.iter().map(|version| {
                let formula: Option<Formula> =
                    serde_json::from_str(&version.formula).unwrap_or_default();
                let shown = formula.map_or_else(
                    || desk.text("desk-formula-kind-entered"),
                    |formula| names.sentences(&formula_in_words(&formula)).join(""),
                );
                let from = i32::try_from(version.valid_from)
                    .ok()
                    .and_then(|year| FiscalYear::new(year).ok());
                Row::new([
                    Cell::text(version.version.to_string()),
                    Cell::text(from.map_or_else(
                        || desk.text("desk-formula-from-beginning"),
                        |year| format::fiscal_year_short(year, language),
                    )),
                    Cell::text(shown),
                    Cell::text(&version.reason),
                    Cell::text(who.get(&version.made_by).map_or("", String::as_str)),
                    Cell::text(sentences::moment(&words, version.made_at)),
                ])
            }))
            .stacked(),
    };
    Ok(desk
        .page(desk.text("desk-formula"), &body)
        .breadcrumb(record.title, format!("/desk/plan/{plan}"))
        .breadcrumb(
            &owned.indicator.name,
            format!("/desk/plan/{plan}/indicators/{key}"),
        )
        .with_errors(!errors.is_empty())
        .into_response())
}

/// What the formula gives for the last years, or why it gives nothing.
async fn trial(desk: &Desk, names: &Names, formula: &Formula) -> Result<Table, Problem> {
    let totals = Totals::from(desk.city.year_totals().await?);
    let context = Context::on(desk.city.today());
    let running = FiscalYear::from_date(desk.city.today());
    let years = std::iter::successors(Some(running), |year| Some(year.previous())).take(TRIED);
    let rows = years.map(|year| {
        let result = match compute(formula, year, &totals, &context) {
            Ok(computed) => format::decimal_places(computed.value, computed.places),
            Err(why) => names.sentence(&why.message()),
        };
        Row::new([
            Cell::text(format::fiscal_year_short(year, desk.language())),
            Cell::text(result),
        ])
    });
    Ok(
        Table::new(desk.language(), "trial", desk.text("desk-formula-trial"))
            .columns([
                Column::text(desk.text("desk-field-year")),
                Column::text(desk.text("desk-formula-result")),
            ])
            .rows(rows)
            .row_headers(),
    )
}

/// Tries the formula (`action=try`) or saves it as a new version.
pub(super) async fn save(
    desk: Desk,
    Path((plan, key)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    desk.need(MANAGE)?;
    let mut errors = FormErrors::new();
    let formula = formula_of(&desk, &fields, &mut errors);
    if formula.is_none() && errors.is_empty() {
        errors.add("kind", desk.text("desk-error-choose-kind"));
    }
    let saving = fields.get("action") != "try";
    if saving && fields.get("reason").is_empty() {
        errors.add("reason", desk.text("desk-error-reason"));
    }
    let valid_from = match fields.get("valid_from") {
        "" => 0,
        _ => fields.year("valid_from").map_or_else(
            || {
                errors.add("valid_from", desk.text("desk-error-year"));
                0
            },
            |year| i64::from(year.year()),
        ),
    };
    let Some(formula) = formula.filter(|_| saving && errors.is_empty()) else {
        let tried = formula_of(&desk, &fields, &mut FormErrors::new()).flatten();
        return page(&desk, &plan, &key, &fields, &errors, tried.as_ref()).await;
    };
    let input = (
        plan.clone(),
        key.clone(),
        formula.clone(),
        fields.clone(),
        valid_from,
    );
    let outcome = desk
        .city
        .write(
            desk.principal.actor(),
            input,
            |tx, (plan, key, formula, fields, valid_from)| {
                Box::pin(async move {
                    let reason = fields.get("reason");
                    let changes = store::change_indicator(tx, plan, key, reason, |indicator| {
                        super::changing::unchanged(&indicator.formula, fields.get("state"))?;
                        indicator.formula.clone_from(formula);
                        Ok(())
                    })
                    .await?;
                    if changes.is_empty() {
                        return Ok(());
                    }
                    let id = store::plan(tx.connection(), plan).await?.id;
                    store::explain_formula(tx, id, key, *valid_from, reason).await
                })
            },
        )
        .await;
    match outcome {
        Ok(()) => Ok(done(
            &format!("/desk/plan/{plan}/indicators/{key}/formula"),
            "saved",
        )),
        Err(error) if is_mendable(&error) => {
            errors.add("", desk.sentence(&error));
            page(&desk, &plan, &key, &fields, &errors, formula.as_ref()).await
        }
        Err(error) => Err(error.into()),
    }
}
