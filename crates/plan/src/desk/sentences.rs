//! Readings, doubts, cell addresses and failures in the words of the person at the desk.

use yakuba_kernel::FiscalYear;
use yakuba_sheets::column_letters;
use yakuba_ui::{Value, Words, format};

use crate::{
    error::PlanError,
    export::kind_word,
    import::{CellRole, ImportError, Shape},
    model::document::{
        CellAddress, Direction, Doubt, DoubtReason, FigureKind, GroupKind, LifeStage, Reading,
        StatementKind,
    },
};

/// The word serde writes for an enum without fields, as part of a text's key.
fn key_of(prefix: &str, value: &impl serde::Serialize) -> String {
    let word = serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default();
    format!("{prefix}-{}", word.replace('_', "-"))
}

/// The word of an enum without fields as forms send it.
pub(super) fn word_of(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// Reads the word of an enum back.
pub(super) fn read_word<T: serde::de::DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

macro_rules! named {
    ($($function:ident: $type:ty => $prefix:literal;)+) => {
        $(pub(super) fn $function(words: &Words, value: $type) -> String {
            words.get(&key_of($prefix, &value)).into_owned()
        })+
    };
}

named! {
    shape: Shape => "desk-shape";
    role: CellRole => "desk-role";
    kind: FigureKind => "desk-kind";
    doubt_reason: DoubtReason => "desk-doubt";
    group_kind: GroupKind => "desk-group";
    stage: LifeStage => "desk-stage";
    direction: Direction => "desk-direction";
    statement_kind: StatementKind => "desk-statement";
}

/// What a cell was understood as.
pub(super) fn reading(words: &Words, reading: &Reading) -> String {
    match reading {
        Reading::Number(number) => {
            let unit = number.unit.as_deref().unwrap_or_default();
            let shown = format::with_unit(number.value, unit, words.language());
            if number.qualifiers.is_empty() {
                shown
            } else {
                words
                    .with(
                        "desk-reading-number-with",
                        &[
                            ("number", shown.into()),
                            ("qualifiers", number.qualifiers.join("、").into()),
                        ],
                    )
                    .into_owned()
            }
        }
        other => words
            .get(&format!(
                "desk-reading-{}",
                reading_word(other).replace('_', "-")
            ))
            .into_owned(),
    }
}

/// The word a form sends for a reading.
pub(super) fn reading_word(reading: &Reading) -> &'static str {
    match reading {
        Reading::Number(_) => "number",
        Reading::NotCarriedOut => "not_carried_out",
        Reading::NoFigure => "no_figure",
        Reading::Dash => "dash",
        Reading::Empty => "empty",
        Reading::Words => "words",
        Reading::Missing => "missing",
    }
}

/// Why a figure is doubted, as a sentence.
pub(super) fn doubt(words: &Words, doubt: &Doubt) -> String {
    let sentence = doubt_reason(words, doubt.reason);
    match &doubt.detail {
        Some(detail) => format!(
            "{sentence}{}",
            words.with_text("desk-doubt-detail", "detail", detail)
        ),
        None => sentence,
    }
}

/// Where a cell stands: file, sheet, row and column, with Excel's name of the cell.
pub(super) fn address(words: &Words, address: &CellAddress) -> String {
    let values: [(&'static str, Value<'_>); 5] = [
        ("file", address.file.clone().into()),
        ("sheet", address.sheet.clone().unwrap_or_default().into()),
        ("row", address.row.to_string().into()),
        ("column", address.column.to_string().into()),
        (
            "cell",
            format!("{}{}", column_letters(address.column), address.row).into(),
        ),
    ];
    let key = if address.sheet.is_some() {
        "desk-address-in-sheet"
    } else {
        "desk-address"
    };
    words.with(key, &values).into_owned()
}

/// Year and kind of a figure, such as `令和5年度 実績`.
pub(super) fn year_and_kind(
    words: &Words,
    year: Option<FiscalYear>,
    figure_kind: FigureKind,
) -> String {
    let kind = words.get(&format!("desk-kind-{}", kind_word(figure_kind)));
    match year {
        Some(year) => format!(
            "{} {kind}",
            format::fiscal_year_short(year, words.language())
        ),
        None => kind.into_owned(),
    }
}

/// A moment stored in microseconds, in Japan's time.
pub(super) fn moment(words: &Words, microseconds: i64) -> String {
    jiff::Timestamp::from_microsecond(microseconds)
        .map(|at| format::date_time(yakuba_city::JAPAN.to_datetime(at), words.language()))
        .unwrap_or_default()
}

/// A failure of the service, with its mend.
pub(super) fn of_plan_error(words: &Words, error: &PlanError) -> String {
    let text = |key: &str| words.get(key).into_owned();
    match error {
        PlanError::NoSuchPlan(key) => words
            .with_text("desk-error-no-such-plan", "key", key)
            .into_owned(),
        PlanError::NoSuchPart(key) => words
            .with_text("desk-error-no-such-part", "key", key)
            .into_owned(),
        PlanError::BadKey(key) => words
            .with_text("desk-error-bad-key", "key", key)
            .into_owned(),
        PlanError::UnknownFormat(format) => words
            .with_text("desk-error-format", "format", format)
            .into_owned(),
        PlanError::FigureTwice { indicator, figure } => words
            .with(
                "desk-error-figure-twice",
                &[
                    ("indicator", indicator.clone().into()),
                    ("figure", figure.clone().into()),
                ],
            )
            .into_owned(),
        PlanError::ChangedMeanwhile => text("desk-error-changed-meanwhile"),
        PlanError::WrongState(_) => text("desk-error-wrong-state"),
        PlanError::InUse => text("desk-error-in-use"),
        PlanError::Empty(_) => text("desk-error-empty"),
        PlanError::NotAllowed => text("desk-error-not-allowed"),
        other => other.to_string(),
    }
}

/// Why a file was refused, naming the file and the cell.
pub(super) fn of_import_error(words: &Words, error: &ImportError) -> String {
    let named = |file: &str, sentence: &str| {
        words
            .with(
                "desk-import-file-refused",
                &[
                    ("file", file.to_owned().into()),
                    ("sentence", sentence.to_owned().into()),
                ],
            )
            .into_owned()
    };
    // The rest need no more than their own text.
    #[allow(clippy::match_wildcard_for_single_variants)]
    match error {
        ImportError::Sheet { file, cause } => named(file, &cause.sentence(words.language())),
        ImportError::NotRecognised { file } => {
            named(file, &words.get("desk-import-not-recognised"))
        }
        ImportError::PlanFile { file, cause } => named(
            file,
            &words.with_text("desk-import-plan-file", "cause", cause),
        ),
        ImportError::PlanFormat { file, format } => named(
            file,
            &words.with_text("desk-import-plan-format", "format", format),
        ),
        other => {
            let key = format!("desk-{}", other.code().trim_start_matches("plan-"));
            if words.has(&key) {
                words.get(&key).into_owned()
            } else {
                other.to_string()
            }
        }
    }
}

/// A value of a change as a person reads it: lists and objects of the file format line by line.
pub(super) fn value_shown(text: &str) -> String {
    fn lines(value: &serde_json::Value, into: &mut Vec<String>) {
        match value {
            serde_json::Value::Array(items) => items.iter().for_each(|item| lines(item, into)),
            serde_json::Value::Object(fields) => into.push(
                fields
                    .values()
                    .map(flat)
                    .filter(|text| !text.is_empty())
                    .collect::<Vec<_>>()
                    .join("　"),
            ),
            other => into.push(flat(other)),
        }
    }
    fn flat(value: &serde_json::Value) -> String {
        match value {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Array(items) => {
                items.iter().map(flat).collect::<Vec<_>>().join("、")
            }
            serde_json::Value::Object(fields) => {
                fields.values().map(flat).collect::<Vec<_>>().join(" ")
            }
            other => other.to_string(),
        }
    }
    if !text.starts_with(['[', '{']) {
        return text.to_owned();
    }
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value) => {
            let mut shown = Vec::new();
            lines(&value, &mut shown);
            shown.join("\n")
        }
        Err(_) => text.to_owned(),
    }
}
