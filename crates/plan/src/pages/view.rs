//! How figures, years and texts of a plan are written on a page.

use jiff::Timestamp;
use yakuba_city::JAPAN;
use yakuba_kernel::{Decimal, FiscalYear};
use yakuba_ui::{Language, Status, StatusBadge, Words, format};

use super::WORDS;

use crate::{
    measuring::{Actual, MeasuredIndicator, MeasuredPlan, MeasuredYear},
    model::{
        document::{
            Direction, Doubt, Figure, FigureKind, GroupKind, LifeStage, Reading, StatementKind,
        },
        status,
    },
    store::PlanRecord,
};

/// A number with its unit, thousands separated.
pub(crate) fn amount(value: Decimal, unit: Option<&str>, language: Language) -> String {
    format::with_unit(value, unit.unwrap_or_default(), language)
}

/// A figure as its reading says, with its qualifiers; what has no number is said in words, never as zero.
pub(crate) fn figure(figure: &Figure, unit: Option<&str>, words: Words) -> String {
    match &figure.reading {
        Reading::Number(number) => {
            let mut text = amount(
                number.value,
                number.unit.as_deref().or(unit),
                words.language(),
            );
            for qualifier in number
                .qualifiers
                .iter()
                .filter(|qualifier| !qualifier.starts_with('※'))
            {
                // 約 and 延べ stand before the number, the others after it.
                if matches!(qualifier.as_str(), "約" | "延べ" | "計" | "およそ") {
                    text = format!("{qualifier}{text}");
                } else {
                    text.push_str(qualifier);
                }
            }
            text
        }
        Reading::NotCarriedOut => words.get("plan-not-carried-out").into_owned(),
        Reading::NoFigure => words.get("plan-no-figure").into_owned(),
        Reading::Dash => "－".to_owned(),
        Reading::Empty => words.get("plan-empty").into_owned(),
        Reading::Words => figure.text.clone(),
        Reading::Missing => words.get("plan-missing").into_owned(),
    }
}

/// The actual figure of a year as shown, or why there is none.
pub(crate) fn actual(year: &MeasuredYear, indicator: &MeasuredIndicator, words: Words) -> String {
    let unit = indicator.indicator.unit.as_deref();
    match &year.actual {
        Some(Actual::Stated(stated)) => figure(stated, unit, words),
        Some(Actual::Computed { now, .. }) => amount(now.value, unit, words.language()),
        Some(Actual::NotComputable(_)) => words.get("plan-not-computable").into_owned(),
        None => String::new(),
    }
}

/// The target of a year as shown; empty when there is none.
pub(crate) fn target(year: &MeasuredYear, indicator: &MeasuredIndicator, words: Words) -> String {
    year.target
        .as_ref()
        .map(|target| figure(target, indicator.indicator.unit.as_deref(), words))
        .unwrap_or_default()
}

/// The badge of a year's status. A target that was missed is called so: it cannot be caught up any more.
pub(crate) fn badge(plan: &MeasuredPlan, year: &MeasuredYear, language: Language) -> StatusBadge {
    let shown = match year.standing.status() {
        status::Status::Achieved => Status::Achieved,
        status::Status::OnTrack => Status::OnTrack,
        status::Status::Behind => Status::Behind,
        status::Status::CannotBeJudged => Status::CannotBeJudged,
    };
    let badge = StatusBadge::new(language, shown);
    if shown == Status::Behind && year.year < plan.running_year() && year.target.is_some() {
        return badge.text(WORDS.words(language).get("plan-missed"));
    }
    badge
}

/// Which way is good, in words.
pub(crate) fn direction(direction: Direction, words: Words) -> String {
    let name = match direction {
        Direction::More => "plan-direction-more",
        Direction::Fewer => "plan-direction-fewer",
        Direction::Keep => "plan-direction-keep",
        Direction::AtMost => "plan-direction-at-most",
    };
    words.get(name).into_owned()
}

/// Baseline, planned or actual.
pub(crate) fn figure_kind(kind: FigureKind, words: Words) -> String {
    let name = match kind {
        FigureKind::Baseline => "plan-baseline",
        FigureKind::Target => "plan-column-planned",
        FigureKind::Actual => "plan-column-actual",
    };
    words.get(name).into_owned()
}

/// What a field of the file format is called; its own name when it has no other.
pub(crate) fn field(name: &str, words: Words) -> String {
    let key = format!("plan-field-{}", name.replace('_', "-"));
    if words.has(&key) {
        words.get(&key).into_owned()
    } else {
        name.to_owned()
    }
}

/// A moment in Japan, from microseconds since 1970.
pub(crate) fn moment(microseconds: i64, language: Language) -> String {
    Timestamp::from_microsecond(microseconds)
        .map(|at| format::date_time(JAPAN.to_datetime(at), language))
        .unwrap_or_default()
}

/// The day in Japan of a moment given in microseconds since 1970.
pub(crate) fn day(microseconds: i64, language: Language) -> String {
    Timestamp::from_microsecond(microseconds)
        .map(|at| format::date(JAPAN.to_datetime(at).date(), language))
        .unwrap_or_default()
}

/// The day a plan's newest version was published.
pub(crate) fn published_on(record: &PlanRecord, language: Language) -> String {
    record
        .published_at
        .map(|at| day(at, language))
        .unwrap_or_default()
}

/// The beginning of a long text.
pub(crate) fn shortened(text: &str) -> String {
    const LETTERS: usize = 120;
    let mut short: String = text.chars().take(LETTERS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// A fiscal year in full: 令和5年度（2023年度）.
pub(crate) fn year(year: FiscalYear, language: Language) -> String {
    format::fiscal_year(year, language)
}

/// What a level of the plan is called.
pub(crate) fn group_kind(kind: GroupKind, words: Words) -> String {
    let name = match kind {
        GroupKind::Goal => "plan-kind-goal",
        GroupKind::Policy => "plan-kind-policy",
        GroupKind::Field => "plan-kind-field",
        GroupKind::Measure => "plan-kind-measure",
        GroupKind::Category => "plan-kind-category",
        GroupKind::LargeItem => "plan-kind-large-item",
        GroupKind::PriorityItem => "plan-kind-priority-item",
        GroupKind::Theme => "plan-kind-theme",
    };
    words.get(name).into_owned()
}

/// What a piece of the plan's prose is called.
pub(crate) fn statement_kind(kind: StatementKind, words: Words) -> String {
    let name = match kind {
        StatementKind::Background => "plan-statement-background",
        StatementKind::Position => "plan-statement-position",
        StatementKind::Vision => "plan-statement-vision",
        StatementKind::Viewpoint => "plan-statement-viewpoint",
        StatementKind::Principle => "plan-statement-principle",
        StatementKind::PromotionBody => "plan-statement-promotion-body",
        StatementKind::Cycle => "plan-statement-cycle",
        StatementKind::Note => "plan-statement-note",
    };
    words.get(name).into_owned()
}

/// The stage of an initiative's life; empty while it simply runs.
pub(crate) fn stage(stage: LifeStage, words: Words) -> String {
    let name = match stage {
        LifeStage::Running => return String::new(),
        LifeStage::New => "plan-stage-new",
        LifeStage::Completed => "plan-stage-completed",
        LifeStage::NewAndCompleted => "plan-stage-new-and-completed",
        LifeStage::Merged => "plan-stage-merged",
        LifeStage::Suspended => "plan-stage-suspended",
    };
    words.get(name).into_owned()
}

/// Why a figure is doubted, in a sentence.
pub(crate) fn doubt(doubt: &Doubt, words: Words) -> String {
    let name = serde_json::to_value(doubt.reason).ok();
    let name = name
        .as_ref()
        .and_then(|name| name.as_str())
        .unwrap_or_default()
        .replace('_', "-");
    let sentence = words.get(&format!("plan-doubt-{name}")).into_owned();
    match &doubt.detail {
        Some(detail) => format::with_note(sentence, detail, words.language()),
        None => sentence,
    }
}
