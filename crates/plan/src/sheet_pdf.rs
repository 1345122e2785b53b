//! The yearly sheet as a PDF in the familiar layout: one initiative, or the whole plan with an overview in front.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::Semaphore;
use yakuba_city::{City, web::Problem};
use yakuba_kernel::FiscalYear;
use yakuba_pdf::{
    Bar, Extent, Figure, LabelledText, Labels, Meta, Orientation, Phase, Status, YearColumn,
    YearlySheet,
};
use yakuba_ui::{Catalogue, Language, Words, format};

use crate::{
    api::indicators::fraction,
    measuring::{self, Actual, MeasuredIndicator, MeasuredPlan, MeasuredYear},
    model::{
        document::{Group, Initiative, LifeStage},
        status,
    },
    pages::{self, sentences::Names, view},
};

/// The words of the printed sheet.
static WORDS: Catalogue = yakuba_ui::catalogue!("sheet");

/// Printed files kept at most, and their bytes together.
const KEPT: usize = 64;
const KEPT_BYTES: usize = 16 * 1024 * 1024;
/// Files set at the same time: setting one keeps a core busy.
const AT_ONCE: usize = 2;

/// Printed files by what went into them: a file is used again only while every word and figure in it is the same.
struct Printed {
    files: Mutex<VecDeque<(blake3::Hash, Arc<Vec<u8>>)>>,
    presses: Semaphore,
}

impl Default for Printed {
    fn default() -> Self {
        Self {
            files: Mutex::default(),
            presses: Semaphore::new(AT_ONCE),
        }
    }
}

impl Printed {
    fn find(&self, of: &blake3::Hash) -> Option<Arc<Vec<u8>>> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files
            .iter()
            .find(|(known, _)| known == of)
            .map(|(_, file)| file.clone())
    }

    fn keep(&self, of: blake3::Hash, file: Arc<Vec<u8>>) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.push_back((of, file));
        let mut bytes: usize = files.iter().map(|(_, file)| file.len()).sum();
        while files.len() > KEPT || (bytes > KEPT_BYTES && files.len() > 1) {
            if let Some((_, oldest)) = files.pop_front() {
                bytes -= oldest.len();
            }
        }
    }
}

/// The sheet of one initiative, or with none of the whole plan, as a PDF file in the reader's language.
///
/// # Errors
/// [`Problem::NotFound`] when the plan has no such initiative or none at all; [`Problem::Internal`] when the file
/// cannot be set.
pub(crate) async fn print(
    city: &City,
    plan: &MeasuredPlan,
    initiative: Option<&str>,
    language: Language,
) -> Result<Arc<Vec<u8>>, Problem> {
    let indicators = plan.indicators.values().map(|measured| &measured.indicator);
    let names = Names::read(city, language)
        .await?
        .with_subjects_of(city, indicators)
        .await?;
    let sheets = sheets(plan, initiative, &names, language);
    if sheets.is_empty() {
        return Err(Problem::NotFound);
    }
    let meta = meta(plan, initiative, language);
    let labels = labels(plan, language);
    let of = blake3::hash(format!("{sheets:?}{meta:?}{labels:?}").as_bytes());
    let printed = city.state::<Printed>();
    if let Some(file) = printed.find(&of) {
        return Ok(file);
    }
    let turn = printed
        .presses
        .acquire()
        .await
        .map_err(|error| Problem::internal(&error))?;
    // Somebody may have printed the same while this one waited.
    if let Some(file) = printed.find(&of) {
        return Ok(file);
    }
    let output =
        tokio::task::spawn_blocking(move || yakuba_pdf::yearly_sheet(&sheets, &meta, &labels))
            .await
            .map_err(|error| Problem::internal(&error))?
            .map_err(|error| Problem::internal(&error))?;
    drop(turn);
    let file = Arc::new(output.bytes);
    printed.keep(of, file.clone());
    Ok(file)
}

fn meta(plan: &MeasuredPlan, initiative: Option<&str>, language: Language) -> Meta {
    let words = WORDS.words(language);
    let version = words.counted("sheet-version", plan.plan.version);
    let subtitle = match plan.judged_year {
        Some(year) => words.with(
            "sheet-subtitle",
            &[
                ("year", view::year(year, language).into()),
                ("version", version.into_owned().into()),
            ],
        ),
        None => version,
    };
    Meta {
        title: plan.plan.document.title.clone(),
        subtitle: subtitle.into_owned(),
        publisher: plan.plan.document.publisher.name.clone(),
        made_on: plan.today,
        made_on_text: format::date(plan.today, language),
        orientation: Orientation::Portrait,
        extent: if initiative.is_some() {
            Extent::Sheets
        } else {
            Extent::Plan
        },
    }
}

/// The sheets in the order of the document.
fn sheets(
    plan: &MeasuredPlan,
    wanted: Option<&str>,
    names: &Names,
    language: Language,
) -> Vec<YearlySheet> {
    measuring::initiatives(&plan.plan.document)
        .filter(|(_, initiative)| {
            wanted.is_none_or(|wanted| initiative.key.as_deref() == Some(wanted))
        })
        .map(|(path, initiative)| sheet(plan, &path, initiative, names, language))
        .collect()
}

fn sheet(
    plan: &MeasuredPlan,
    path: &[&Group],
    initiative: &Initiative,
    names: &Names,
    language: Language,
) -> YearlySheet {
    let words = WORDS.words(language);
    let indicators: Vec<&MeasuredIndicator> = initiative
        .indicators
        .iter()
        .filter_map(|indicator| plan.indicators.get(indicator.key.as_deref()?))
        .collect();
    let years = years(plan, initiative, &indicators);
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    YearlySheet {
        number: text(&initiative.number),
        policy: path.first().map(|group| heading(group)).unwrap_or_default(),
        field: match path {
            [_, .., last] => heading(last),
            _ => String::new(),
        },
        title: title(initiative, language),
        status: standing(plan, &indicators),
        summary: text(&initiative.summary),
        purpose: text(&initiative.purpose),
        outcome: text(&initiative.outcome),
        measure: text(&initiative.measure_text),
        years: years
            .iter()
            .map(|year| column(plan, *year, &indicators, names, language))
            .collect(),
        phases: phases(initiative, &years),
        lead_departments: initiative.lead_departments.join("、"),
        related_departments: initiative.related_departments.join("、"),
        remarks: remarks(plan, initiative, &indicators, words),
        notes: initiative.notes.iter().map(|note| noted(note)).collect(),
    }
}

fn heading(group: &Group) -> String {
    match &group.number {
        Some(number) => format!("{number} {}", group.title),
        None => group.title.clone(),
    }
}

/// The title, with the stage of its life where that is not simply running.
fn title(initiative: &Initiative, language: Language) -> String {
    if initiative.stage == LifeStage::Running {
        return initiative.title.clone();
    }
    let stage = view::stage(initiative.stage, pages::WORDS.words(language));
    format!("{}【{stage}】", initiative.title)
}

/// A note with its mark, once.
fn noted(note: &str) -> String {
    if note.starts_with(['※', '＊', '*', '[', '注']) {
        note.to_owned()
    } else {
        format!("※ {note}")
    }
}

/// The columns: the plan's years, and any other year that has a figure or a step.
fn years(
    plan: &MeasuredPlan,
    initiative: &Initiative,
    indicators: &[&MeasuredIndicator],
) -> Vec<FiscalYear> {
    let mut years: BTreeSet<FiscalYear> = indicators
        .iter()
        .flat_map(|indicator| indicator.years.iter().map(|year| year.year))
        .collect();
    if let Some(period) = plan.plan.document.period {
        years.extend(period.from.through(period.to));
    } else {
        years.extend(
            initiative
                .schedule
                .iter()
                .flat_map(|phase| [phase.from, phase.to])
                .flatten(),
        );
    }
    years.into_iter().collect()
}

fn column(
    plan: &MeasuredPlan,
    year: FiscalYear,
    indicators: &[&MeasuredIndicator],
    names: &Names,
    language: Language,
) -> YearColumn {
    let words = pages::WORDS.words(language);
    let several = indicators.len() > 1;
    let of_year = || {
        indicators
            .iter()
            .filter_map(|indicator| Some((*indicator, indicator.year(year)?)))
    };
    let name = |indicator: &MeasuredIndicator| {
        if several {
            indicator.indicator.name.clone()
        } else {
            String::new()
        }
    };
    YearColumn {
        heading: if language.is_japanese() {
            year.wareki()
        } else {
            format::fiscal_year_short(year, language)
        },
        second_line: if language.is_japanese() {
            format!("（{}）", year.western())
        } else {
            String::new()
        },
        reported: plan.judged_year == Some(year),
        planned: of_year()
            .map(|(indicator, measured)| Figure {
                indicator: name(indicator),
                text: view::target(measured, indicator, words),
                ..Figure::default()
            })
            .filter(|figure| !figure.text.is_empty())
            .collect(),
        actual: of_year()
            .filter(|(_, measured)| measured.actual.is_some())
            .map(|(indicator, measured)| Figure {
                indicator: name(indicator),
                text: match measured.actual {
                    // A cell is narrow: why it cannot be computed stands on the page of the figure.
                    Some(Actual::NotComputable(_)) => WORDS
                        .words(language)
                        .get("sheet-not-computable")
                        .into_owned(),
                    _ => view::actual(measured, indicator, words),
                },
                detail: detail(indicator, measured, names, language),
                status: mark(plan, measured),
                from_facts: matches!(measured.actual, Some(Actual::Computed { .. })),
            })
            .collect(),
    }
}

/// The counts behind a figure, and what else a reader must know beside it.
fn detail(
    indicator: &MeasuredIndicator,
    year: &MeasuredYear,
    names: &Names,
    language: Language,
) -> String {
    let words = WORDS.words(language);
    let mut parts: Vec<String> = Vec::new();
    match &year.actual {
        Some(Actual::Computed { now, published, .. }) => {
            if let Some((part, whole)) = fraction(&now.parts) {
                let unit = indicator
                    .indicator
                    .formula
                    .as_ref()
                    .and_then(|formula| formula.kind.selections().into_iter().next())
                    .map(|selection| names.unit(selection.measure.as_str()))
                    .unwrap_or_default();
                let shown = |value| format::with_unit(value, &unit, language);
                parts.push(format!("{}／{}", shown(part), shown(whole)));
            }
            if let Some(published) = published.filter(|_| year.changed_since_publication()) {
                let shown = view::amount(published, indicator.indicator.unit.as_deref(), language);
                parts.push(
                    words
                        .with_text("sheet-as-published", "value", &shown)
                        .into_owned(),
                );
            }
            if now.provisional {
                parts.push(words.get("sheet-running").into_owned());
            }
        }
        Some(Actual::Stated(figure)) => {
            if let Some(evidence) = figure.evidence.first() {
                parts.push(format!(
                    "{}／{}",
                    format::decimal(evidence.numerator),
                    format::decimal(evidence.denominator)
                ));
            }
        }
        Some(Actual::NotComputable(_)) | None => {}
    }
    parts.join(" ")
}

/// The mark of a figure. Without a target or without counts there is nothing to judge, so there is no mark either.
fn mark(plan: &MeasuredPlan, year: &MeasuredYear) -> Option<Status> {
    let judged = year.standing.status();
    let counted = !matches!(year.actual, Some(Actual::NotComputable(_)));
    if judged == status::Status::CannotBeJudged && !(counted && year.target.is_some()) {
        return None;
    }
    Some(match judged {
        status::Status::Achieved => Status::Achieved,
        status::Status::OnTrack => Status::OnTrack,
        status::Status::Behind if year.year < plan.running_year() && year.target.is_some() => {
            Status::Missed
        }
        status::Status::Behind => Status::Behind,
        status::Status::CannotBeJudged => Status::CannotJudge,
    })
}

/// Where the initiative as a whole stands in the year reported on: as its weakest indicator does.
fn standing(plan: &MeasuredPlan, indicators: &[&MeasuredIndicator]) -> Option<Status> {
    let year = plan.judged_year?;
    let marks: Vec<Status> = indicators
        .iter()
        .filter_map(|indicator| mark(plan, indicator.year(year)?))
        .collect();
    [
        Status::Missed,
        Status::Behind,
        Status::OnTrack,
        Status::Achieved,
        Status::CannotJudge,
    ]
    .into_iter()
    .find(|status| marks.contains(status))
}

/// One line for each name, with a bar for each time the document gives years.
fn phases(initiative: &Initiative, years: &[FiscalYear]) -> Vec<Phase> {
    let mut lines: Vec<Phase> = Vec::new();
    for phase in &initiative.schedule {
        let place = lines
            .iter()
            .position(|line| line.name == phase.name)
            .unwrap_or_else(|| {
                lines.push(Phase {
                    name: phase.name.clone(),
                    bars: Vec::new(),
                });
                lines.len() - 1
            });
        let Some(from) = phase.from.or(phase.to) else {
            continue;
        };
        let to = phase.to.unwrap_or(from);
        let first_year = years.iter().position(|year| *year >= from);
        let last_year = years.iter().rposition(|year| *year <= to);
        if let (Some(first_year), Some(last_year)) = (first_year, last_year)
            && first_year <= last_year
        {
            lines[place].bars.push(Bar {
                first_year,
                last_year,
                text: String::new(),
            });
        }
    }
    lines
}

fn remarks(
    plan: &MeasuredPlan,
    initiative: &Initiative,
    indicators: &[&MeasuredIndicator],
    words: Words,
) -> Vec<LabelledText> {
    let language = words.language();
    let mut remarks: Vec<LabelledText> = Vec::new();
    let mut add = |label: String, text: String| {
        if !text.trim().is_empty() {
            remarks.push(LabelledText { label, text });
        }
    };
    for remark in &initiative.remarks {
        let label = match remark.fiscal_year {
            Some(year) => {
                let year = if language.is_japanese() {
                    year.wareki()
                } else {
                    view::year(year, language)
                };
                words.with_text("sheet-remark-of-year", "year", &year)
            }
            None => words.get("sheet-remark"),
        };
        add(label.into_owned(), remark.text.clone());
    }
    for project in &initiative.projects {
        let name = match &project.department {
            Some(department) => format!("{}（{department}）", project.name),
            None => project.name.clone(),
        };
        add(
            words
                .with_text("sheet-project-results", "name", &name)
                .into_owned(),
            project.results.join("\n"),
        );
        add(
            words
                .with_text("sheet-project-analysis", "name", &name)
                .into_owned(),
            project.analysis.join("\n"),
        );
    }
    for text in &initiative.texts {
        add(text.label.clone(), text.text.clone());
    }
    // A judgement by a person is printed with its reason, like on the page.
    for indicator in indicators {
        for year in &indicator.years {
            if let Some(decided) = &year.standing.overridden
                && plan.judged_year == Some(year.year)
            {
                add(
                    words
                        .with_text("sheet-judgement", "name", &indicator.indicator.name)
                        .into_owned(),
                    decided.reason.clone(),
                );
            }
        }
    }
    remarks
}

fn labels(plan: &MeasuredPlan, language: Language) -> Labels {
    let words = WORDS.words(language);
    let pages = pages::WORDS.words(language);
    let text = |key: &str| words.get(key).into_owned();
    // The levels are called what the plan calls them.
    let top = plan.plan.document.groups.first();
    let kind = |group: Option<&Group>, otherwise: &str| {
        group.map_or_else(
            || text(otherwise),
            |group| view::group_kind(group.kind, pages),
        )
    };
    Labels {
        language: language.html_lang().to_owned(),
        number: text("sheet-number"),
        policy: kind(top, "sheet-policy"),
        field: kind(top.and_then(|group| group.groups.first()), "sheet-field"),
        title: text("sheet-title"),
        summary: text("sheet-summary"),
        purpose: text("sheet-purpose"),
        outcome: text("sheet-outcome"),
        outcome_content: text("sheet-outcome-content"),
        measure: text("sheet-measure"),
        year: text("sheet-year"),
        planned: text("sheet-planned"),
        actual: text("sheet-actual"),
        schedule: text("sheet-schedule"),
        phase: text("sheet-phase"),
        bar: text("sheet-bar"),
        organisation: text("sheet-organisation"),
        lead_departments: text("sheet-lead-departments"),
        related_departments: text("sheet-related-departments"),
        from_facts: text("sheet-from-facts"),
        achieved: text("sheet-achieved"),
        missed: text("sheet-missed"),
        on_track: text("sheet-on-track"),
        behind: text("sheet-behind"),
        cannot_judge: text("sheet-cannot-judge"),
        status: text("sheet-status"),
        overview: text("sheet-overview"),
        counts: text("sheet-counts"),
        by_policy: text("sheet-by-policy"),
        no_policy: text("sheet-no-policy"),
        no_status: text("sheet-no-status"),
        short_of_target: text("sheet-short-of-target"),
        total: text("sheet-total"),
        contents: text("sheet-contents"),
        list: text("sheet-list"),
        page: text("sheet-page"),
        made_on: text("sheet-made-on"),
        made_with: text("sheet-made-with"),
    }
}

#[cfg(test)]
mod tests {
    use super::WORDS;

    #[test]
    fn texts_are_complete_in_every_language() {
        yakuba_ui::assert_complete(&WORDS);
    }
}
