//! One indicator: its definition, and its figures as a grid of years that takes what people type.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_kernel::{Decimal, FiscalYear, text::fold_width};
use yakuba_ui::{Choice, ErrorSummary, FormErrors, Select, TextArea, TextField, Words, format};

use super::super::{
    changing::{change, change_indicator, state_of, unchanged},
    room::{Desk, is_mendable},
    sentences, walk,
};
use super::{area, line, reason, reason_of};
use crate::{
    capabilities::MANAGE,
    error::PlanError,
    forms::{Fields, done},
    import::read_typed,
    model::{
        arithmetic::{self, Scale},
        document::{Direction, Evidence, Figure, FigureKind, Indicator, PlanDocument, Reading},
    },
    store,
};

const DIRECTIONS: [Direction; 4] = [
    Direction::More,
    Direction::Fewer,
    Direction::Keep,
    Direction::AtMost,
];

#[derive(Template)]
#[template(path = "desk/indicator.html")]
struct Body {
    words: Words,
    base: String,
    key: String,
    summary: ErrorSummary,
    manage: bool,
    may_edit: bool,
    definition: DefinitionForm,
    computed: bool,
    state: String,
    baseline: [String; 3],
    rows: Vec<YearRow>,
    reason: TextField,
}

struct DefinitionForm {
    state: String,
    name: TextField,
    text: TextArea,
    unit: TextField,
    direction: Select,
    marks: TextField,
    reason: TextField,
}

/// A year of the grid.
struct YearRow {
    year: String,
    name: String,
    target: Entry,
    actual: Entry,
    numerator: String,
    denominator: String,
    verdict: Option<String>,
}

/// What stands in a cell of the grid and what it was understood as.
struct Entry {
    text: String,
    understood: String,
    doubted: bool,
}

/// The indicator without its figures and formula: what the definition's form changes.
fn alone(indicator: &Indicator) -> Indicator {
    Indicator {
        figures: Vec::new(),
        formula: None,
        ..indicator.clone()
    }
}

pub(super) async fn create(
    desk: Desk,
    Path(plan): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    desk.need(MANAGE)?;
    let name = fields.get("name").to_owned();
    if name.is_empty() {
        return Err(Problem::BadRequest(desk.text("desk-error-title")));
    }
    let typed = fields.clone();
    change(&desk, &plan, &reason_of(&desk, &fields), move |document| {
        let key = typed.get("key");
        let gone = || PlanError::NoSuchPart(key.to_owned());
        let indicator = Indicator {
            name: typed.get("name").to_owned(),
            ..Indicator::default()
        };
        if typed.get("part") == "group" {
            walk::group_mut(&mut document.groups, key)
                .ok_or_else(gone)?
                .indicators
                .push(indicator);
        } else {
            walk::initiative_mut(&mut document.groups, key)
                .ok_or_else(gone)?
                .indicators
                .push(indicator);
        }
        Ok(())
    })
    .await?;
    // Its key was given while saving.
    let document = store::load(desk.city.db(), &plan).await?;
    let part = fields.get("key");
    let indicators = match walk::initiative(&document.groups, part) {
        Some((initiative, _)) => &initiative.indicators,
        None => {
            &walk::group(&document.groups, part)
                .ok_or(Problem::NotFound)?
                .indicators
        }
    };
    let made = indicators
        .iter()
        .rev()
        .find(|indicator| indicator.name == name)
        .and_then(|indicator| indicator.key.clone());
    Ok(done(
        &format!("/desk/plan/{plan}/indicators/{}", made.unwrap_or_default()),
        "saved",
    ))
}

pub(super) async fn show(
    desk: Desk,
    Path((plan, key)): Path<(String, String)>,
) -> Result<Response, Problem> {
    page(&desk, &plan, &key, None, &FormErrors::new()).await
}

/// The years of the grid: the plan's, and any that has a figure.
fn years(document: &PlanDocument, indicator: &Indicator) -> Vec<FiscalYear> {
    let mut years: Vec<FiscalYear> = indicator
        .figures
        .iter()
        .filter(|figure| figure.kind != FigureKind::Baseline)
        .filter_map(|figure| figure.fiscal_year)
        .collect();
    if let Some(period) = document.period {
        years.extend(period.from.through(period.to));
    }
    years.sort_unstable();
    years.dedup();
    years
}

fn find(figures: &[Figure], kind: FigureKind, year: Option<FiscalYear>) -> Option<&Figure> {
    figures
        .iter()
        .find(|figure| figure.kind == kind && figure.fiscal_year == year)
}

async fn page(
    desk: &Desk,
    plan: &str,
    key: &str,
    typed: Option<&Fields>,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let record = desk.plan(plan).await?;
    let rights = desk.rights(&record).await?;
    let document = store::load(desk.city.db(), plan).await?;
    let owned = walk::indicator(&document.groups, key).ok_or(Problem::NotFound)?;
    let (indicator, words) = (owned.indicator, desk.words);
    let entry = |kind: FigureKind, year: FiscalYear| {
        let name = format!("{}-{year}", sentences::word_of(&kind));
        let figure = find(&indicator.figures, kind, Some(year));
        Entry {
            text: typed.filter(|typed| typed.has(&name)).map_or_else(
                || figure.map(|figure| figure.text.clone()).unwrap_or_default(),
                |typed| typed.get(&name).to_owned(),
            ),
            understood: figure
                .map(|figure| sentences::reading(&words, &figure.reading))
                .unwrap_or_default(),
            doubted: figure.is_some_and(Figure::needs_review),
        }
    };
    let rows = years(&document, indicator)
        .into_iter()
        .map(|year| {
            let actual = find(&indicator.figures, FigureKind::Actual, Some(year));
            let evidence = actual.and_then(|figure| figure.evidence.first());
            let count = |name: &str, value: Option<Decimal>| {
                let name = format!("{name}-{year}");
                typed.filter(|typed| typed.has(&name)).map_or_else(
                    || value.map(|value| value.to_string()).unwrap_or_default(),
                    |typed| typed.get(&name).to_owned(),
                )
            };
            YearRow {
                year: year.to_string(),
                name: format::fiscal_year_short(year, words.language()),
                target: entry(FigureKind::Target, year),
                actual: entry(FigureKind::Actual, year),
                numerator: count("part", evidence.map(|evidence| evidence.numerator)),
                denominator: count("whole", evidence.map(|evidence| evidence.denominator)),
                verdict: actual.and_then(|figure| verdict(desk, figure)),
            }
        })
        .collect();
    let baseline = indicator
        .figures
        .iter()
        .find(|figure| figure.kind == FigureKind::Baseline);
    let definition = alone(indicator);
    let body = Body {
        words,
        base: format!("/desk/plan/{plan}"),
        key: key.to_owned(),
        summary: errors.summary(desk.language()),
        manage: rights.manage,
        may_edit: rights.may_edit(owned.part),
        computed: indicator.formula.is_some(),
        state: typed.map_or_else(
            || state_of(&indicator.figures),
            |typed| typed.get("state").to_owned(),
        ),
        baseline: [
            baseline
                .map(|figure| figure.text.clone())
                .unwrap_or_default(),
            baseline
                .and_then(|figure| figure.fiscal_year)
                .map(FiscalYear::wareki)
                .unwrap_or_default(),
            baseline
                .map(|figure| sentences::reading(&words, &figure.reading))
                .unwrap_or_default(),
        ],
        rows,
        reason: reason(desk, typed, "reason-figures"),
        definition: DefinitionForm {
            state: state_of(&definition),
            name: line(desk, "name", "desk-indicator-name", &indicator.name, errors).required(),
            text: area(
                desk,
                "definition",
                "desk-field-definition",
                indicator.definition.as_deref().unwrap_or_default(),
                3,
            ),
            unit: line(
                desk,
                "unit",
                "desk-field-unit",
                indicator.unit.as_deref().unwrap_or_default(),
                errors,
            )
            .width(5),
            direction: Select::new(
                desk.language(),
                "direction",
                desk.text("desk-field-direction"),
            )
            .ask()
            .choices(DIRECTIONS.map(|direction| {
                Choice::new(
                    sentences::word_of(&direction),
                    sentences::direction(&words, direction),
                )
            }))
            .value(
                &indicator
                    .direction
                    .map(|direction| sentences::word_of(&direction))
                    .unwrap_or_default(),
            ),
            marks: line(
                desk,
                "marks",
                "desk-field-marks",
                &indicator.marks.join("、"),
                errors,
            )
            .width(10),
            reason: reason(desk, None, "reason-definition"),
        },
    };
    let part = if owned.of_initiative {
        "initiatives"
    } else {
        "groups"
    };
    Ok(desk
        .page(&indicator.name, &body)
        .breadcrumb(&record.title, format!("/desk/plan/{plan}"))
        .breadcrumb(
            owned.title,
            format!("/desk/plan/{plan}/{part}/{}", owned.part),
        )
        .with_errors(!errors.is_empty())
        .into_response())
}

/// Whether the figure follows from the counts behind it.
fn verdict(desk: &Desk, figure: &Figure) -> Option<String> {
    let Reading::Number(number) = &figure.reading else {
        return None;
    };
    let check = arithmetic::check(
        figure.evidence.first()?,
        number.value,
        Scale::of_unit(number.unit.as_deref()),
    )?;
    let key = match (check.follows.half_up, check.follows.cut_off) {
        (true, true) => "desk-arithmetic-follows",
        (true, false) => "desk-arithmetic-half-up",
        (false, true) => "desk-arithmetic-cut-off",
        (false, false) => "desk-arithmetic-wrong",
    };
    Some(
        desk.words
            .with(
                key,
                &[
                    ("halfup", check.half_up.to_string().into()),
                    ("cutoff", check.cut_off.to_string().into()),
                ],
            )
            .into_owned(),
    )
}

/// Saves the definition.
pub(super) async fn save(
    desk: Desk,
    Path((plan, key)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    desk.need(MANAGE)?;
    let mut errors = FormErrors::new();
    if fields.get("name").is_empty() {
        errors.add("name", desk.text("desk-error-title"));
    } else {
        let typed = fields.clone();
        let why = reason_of(&desk, &fields);
        let outcome = change_indicator(&desk, &plan, &key, &why, move |indicator| {
            unchanged(&alone(indicator), typed.get("state"))?;
            typed.get("name").clone_into(&mut indicator.name);
            indicator.definition = typed.optional("definition");
            indicator.unit = typed.optional("unit");
            indicator.direction = sentences::read_word(typed.get("direction"));
            indicator.marks = typed
                .get("marks")
                .split(['、', ','])
                .map(str::trim)
                .filter(|mark| !mark.is_empty())
                .map(str::to_owned)
                .collect();
            Ok(())
        })
        .await;
        match outcome {
            Ok(_) => {
                return Ok(done(
                    &format!("/desk/plan/{plan}/indicators/{key}"),
                    "saved",
                ));
            }
            Err(error) if is_mendable(&error) => errors.add("", desk.sentence(&error)),
            Err(error) => return Err(error.into()),
        }
    }
    page(&desk, &plan, &key, None, &errors).await
}

/// A figure as typed: one whose text is as before stays as it is, with what people decided about it.
fn typed_figure(
    known: Option<&Figure>,
    kind: FigureKind,
    year: Option<FiscalYear>,
    text: &str,
) -> Option<Figure> {
    if let Some(known) =
        known.filter(|known| known.text.trim() == text && known.fiscal_year == year)
    {
        return Some(known.clone());
    }
    if text.is_empty() {
        return None;
    }
    let typed = read_typed(text);
    Some(Figure {
        fiscal_year: year,
        kind,
        reading: typed.reading,
        text: text.to_owned(),
        confidence: if typed.doubts.is_empty() { 100 } else { 50 },
        doubts: typed.doubts,
        evidence: known
            .map(|known| known.evidence.clone())
            .unwrap_or_default(),
        source: None,
    })
}

/// The counts typed behind an actual; the inner error is the key of what to mend.
fn typed_evidence(
    known: &[Evidence],
    fields: &Fields,
    year: FiscalYear,
    note: &str,
) -> Result<Vec<Evidence>, &'static str> {
    let read = |name: &str| {
        let text = fold_width(fields.get(&format!("{name}-{year}"))).replace(',', "");
        if text.is_empty() {
            Ok(None)
        } else {
            text.parse::<Decimal>()
                .map(Some)
                .map_err(|_| "desk-error-evidence")
        }
    };
    match (read("part")?, read("whole")?) {
        (None, None) => Ok(Vec::new()),
        (Some(numerator), Some(denominator)) if denominator > Decimal::ZERO => {
            match known.first() {
                Some(first) if first.numerator == numerator && first.denominator == denominator => {
                    Ok(known.to_vec())
                }
                _ => Ok(vec![Evidence {
                    numerator,
                    denominator,
                    text: note.to_owned(),
                }]),
            }
        }
        _ => Err("desk-error-evidence"),
    }
}

/// The figures of the grid; the error is the field and the key of what to mend.
fn typed_figures(
    known: &[Figure],
    fields: &Fields,
    years: &[FiscalYear],
    note: &str,
) -> Result<Vec<Figure>, (String, &'static str)> {
    let mut figures: Vec<Figure> = Vec::new();
    let before = known
        .iter()
        .find(|figure| figure.kind == FigureKind::Baseline);
    let baseline_year = match fields.get("baseline_year") {
        "" => None,
        text => {
            Some(FiscalYear::read(text).ok_or(("baseline_year".to_owned(), "desk-error-year"))?)
        }
    };
    figures.extend(typed_figure(
        before,
        FigureKind::Baseline,
        baseline_year,
        fields.get("baseline"),
    ));
    figures.extend(
        known
            .iter()
            .filter(|figure| figure.kind == FigureKind::Baseline)
            .skip(1)
            .cloned(),
    );
    for kind in [FigureKind::Target, FigureKind::Actual] {
        for year in years {
            let name = format!("{}-{year}", sentences::word_of(&kind));
            let before = find(known, kind, Some(*year));
            if !fields.has(&name) {
                figures.extend(before.cloned());
                continue;
            }
            let mut figure = typed_figure(before, kind, Some(*year), fields.get(&name));
            if kind == FigureKind::Actual
                && let Some(figure) = &mut figure
            {
                figure.evidence = typed_evidence(&figure.evidence, fields, *year, note)
                    .map_err(|key| (format!("part-{year}"), key))?;
            }
            figures.extend(figure);
        }
        // A target or actual without a year has no cell in the grid.
        figures.extend(find(known, kind, None).cloned());
    }
    // What was there keeps its order, so that saving without a change changes nothing.
    let place = |figure: &Figure| {
        known
            .iter()
            .position(|known| known.kind == figure.kind && known.fiscal_year == figure.fiscal_year)
            .unwrap_or(usize::MAX)
    };
    figures.sort_by_key(place);
    Ok(figures)
}

/// Saves the grid.
pub(super) async fn save_figures(
    desk: Desk,
    Path((plan, key)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let record = desk.plan(&plan).await?;
    let document = store::load(desk.city.db(), &plan).await?;
    let owned = walk::indicator(&document.groups, &key).ok_or(Problem::NotFound)?;
    if !desk.rights(&record).await?.may_edit(owned.part) {
        return Err(Problem::NotAllowed);
    }
    let years = years(&document, owned.indicator);
    let note = desk
        .words
        .with_text(
            "desk-evidence-by-hand",
            "who",
            desk.principal.staff().map_or("", |staff| &staff.name),
        )
        .into_owned();
    let mut errors = FormErrors::new();
    // Read once to show what is to be mended, and again inside the change on what stands then.
    #[allow(clippy::single_match_else)]
    match typed_figures(&owned.indicator.figures, &fields, &years, &note) {
        Err((field, sentence)) => errors.add(field, desk.text(sentence)),
        Ok(_) => {
            let typed = fields.clone();
            let why = reason_of(&desk, &fields);
            let outcome = change_indicator(&desk, &plan, &key, &why, move |indicator| {
                unchanged(&indicator.figures, typed.get("state"))?;
                indicator.figures = typed_figures(&indicator.figures, &typed, &years, &note)
                    .map_err(|_| PlanError::ChangedMeanwhile)?;
                Ok(())
            })
            .await;
            match outcome {
                Ok(_) => {
                    return Ok(done(
                        &format!("/desk/plan/{plan}/indicators/{key}#figures"),
                        "saved-figures",
                    ));
                }
                Err(error) if is_mendable(&error) => errors.add("", desk.sentence(&error)),
                Err(error) => return Err(error.into()),
            }
        }
    }
    page(&desk, &plan, &key, Some(&fields), &errors).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_untouched_figure_keeps_what_people_decided() {
        let year = FiscalYear::new(2023).ok();
        let known = Figure {
            confidence: 40,
            ..typed_figure(None, FigureKind::Actual, year, "不明").unwrap()
        };
        assert_eq!(
            typed_figure(Some(&known), FigureKind::Actual, year, "不明"),
            Some(known.clone())
        );
        assert_eq!(
            typed_figure(Some(&known), FigureKind::Actual, year, ""),
            None
        );
        let changed = typed_figure(Some(&known), FigureKind::Actual, year, "約50件").unwrap();
        assert_eq!(
            (changed.reading.value(), changed.confidence),
            (Some(Decimal::from(50)), 100)
        );
    }
}
