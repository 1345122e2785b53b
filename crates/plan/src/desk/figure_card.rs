//! One figure to be confirmed or corrected: what the cell says beside what was understood, and why it is doubted.

use askama::Template;
use yakuba_kernel::{Decimal, text::fold_width};
use yakuba_ui::{Choice, Html, Select, TextField, Words};

use super::sentences;
use crate::{
    forms::Fields,
    import::read_typed,
    model::document::{Figure, FigureKind, Number, Reading},
};

/// The ways of reading a cell, as the form offers them.
const READINGS: [&str; 7] = [
    "number",
    "not_carried_out",
    "no_figure",
    "dash",
    "empty",
    "words",
    "missing",
];
const KINDS: [FigureKind; 3] = [FigureKind::Baseline, FigureKind::Target, FigureKind::Actual];

/// A card with its two forms.
#[derive(Template)]
#[template(path = "desk/figure_card.html")]
pub(super) struct FigureCard {
    words: Words,
    /// Unique on the page, for links to the card.
    id: String,
    heading: String,
    place: String,
    text: String,
    understood: String,
    address: Option<String>,
    confidence: u8,
    doubts: Vec<String>,
    /// Where both forms are sent.
    action: String,
    hidden: Vec<(String, String)>,
    controls: Option<Html>,
    reason: Option<Html>,
    error: String,
}

impl FigureCard {
    pub(super) fn new(
        words: Words,
        id: impl Into<String>,
        heading: impl Into<String>,
        indicator: &str,
        figure: &Figure,
    ) -> Self {
        Self {
            words,
            id: id.into(),
            heading: heading.into(),
            place: format!(
                "{indicator}　{}",
                sentences::year_and_kind(&words, figure.fiscal_year, figure.kind)
            ),
            text: figure.text.clone(),
            understood: sentences::reading(&words, &figure.reading),
            address: figure
                .source
                .as_ref()
                .map(|source| sentences::address(&words, source)),
            confidence: figure.confidence,
            doubts: figure
                .doubts
                .iter()
                .map(|doubt| sentences::doubt(&words, doubt))
                .collect(),
            action: String::new(),
            hidden: Vec::new(),
            controls: None,
            reason: None,
            error: String::new(),
        }
    }

    /// Lets it be confirmed and corrected: forms sent to `action` with the hidden values.
    pub(super) fn editable(
        mut self,
        action: impl Into<String>,
        hidden: &[(&str, String)],
        figure: &Figure,
        typed: Option<&Fields>,
    ) -> Self {
        self.action = action.into();
        self.hidden = hidden
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        self.controls = Some(controls(self.words, &self.id, figure, typed));
        self
    }

    /// Asks for the reason of the change, with a default.
    pub(super) fn with_reason(mut self) -> Self {
        let text = self.words.get("desk-reason-review").into_owned();
        let field = TextField::new(
            self.words.language(),
            "reason",
            self.words.get("desk-reason"),
        )
        .id(format!("reason-{}", self.id))
        .value(text)
        .width(40);
        self.reason = Some(Html::of(&field));
        self
    }

    /// What was wrong with the correction.
    pub(super) fn error(mut self, error: impl Into<String>) -> Self {
        self.error = error.into();
        self
    }

    pub(super) fn html(&self) -> Html {
        Html::render(self).unwrap_or_default()
    }
}

fn controls(words: Words, id: &str, figure: &Figure, typed: Option<&Fields>) -> Html {
    let language = words.language();
    let number = match &figure.reading {
        Reading::Number(number) => Some(number),
        _ => None,
    };
    let value = |name: &str, known: String| typed.map_or(known, |typed| typed.get(name).to_owned());
    let field = |name: &str, label: &str, known: String, width: u8| {
        TextField::new(language, name, words.get(label))
            .id(format!("{name}-{id}"))
            .value(value(name, known))
            .width(width)
    };
    let reading = value(
        "reading",
        sentences::reading_word(&figure.reading).to_owned(),
    );
    let kind = value("kind", sentences::word_of(&figure.kind));
    let mut html = Html::empty();
    html.push(
        &Select::new(language, "reading", words.get("desk-field-reading"))
            .id(format!("reading-{id}"))
            .choices(READINGS.map(|word| {
                Choice::new(
                    word,
                    words.get(&format!("desk-reading-{}", word.replace('_', "-"))),
                )
            }))
            .value(&reading),
    );
    html.push(
        &field(
            "value",
            "desk-field-value",
            number
                .map(|number| number.value.to_string())
                .unwrap_or_default(),
            10,
        )
        .decimal(),
    );
    html.push(&field(
        "unit",
        "desk-field-unit",
        number
            .and_then(|number| number.unit.clone())
            .unwrap_or_default(),
        5,
    ));
    html.push(&field(
        "qualifiers",
        "desk-field-qualifiers",
        number
            .map(|number| number.qualifiers.join("、"))
            .unwrap_or_default(),
        20,
    ));
    html.push(&field(
        "year",
        "desk-field-year",
        figure
            .fiscal_year
            .map(yakuba_kernel::FiscalYear::wareki)
            .unwrap_or_default(),
        10,
    ));
    html.push(
        &Select::new(language, "kind", words.get("desk-field-kind"))
            .id(format!("kind-{id}"))
            .choices(
                KINDS.map(|kind| {
                    Choice::new(sentences::word_of(&kind), sentences::kind(&words, kind))
                }),
            )
            .value(&kind),
    );
    html
}

/// The figure as the form's `action` (`confirm` or `correct`) makes it: without doubts, its cell's text untouched.
///
/// # Errors
/// The key of the sentence that says what to mend.
pub(super) fn decided(figure: &Figure, fields: &Fields) -> Result<Figure, &'static str> {
    let mut figure = Figure {
        doubts: Vec::new(),
        confidence: 100,
        ..figure.clone()
    };
    if fields.get("action") != "correct" {
        return Ok(figure);
    }
    figure.reading = match fields.get("reading") {
        "number" => Reading::Number(number(fields)?),
        "not_carried_out" => Reading::NotCarriedOut,
        "no_figure" => Reading::NoFigure,
        "dash" => Reading::Dash,
        "empty" => Reading::Empty,
        "words" => Reading::Words,
        "missing" => Reading::Missing,
        _ => return Err("desk-error-choose-reading"),
    };
    figure.kind = sentences::read_word(fields.get("kind")).ok_or("desk-error-choose-kind")?;
    figure.fiscal_year = match (fields.get("year"), figure.kind) {
        ("", FigureKind::Baseline) => None,
        ("", _) => return Err("desk-error-year-needed"),
        _ => Some(fields.year("year").ok_or("desk-error-year")?),
    };
    Ok(figure)
}

/// The number of the form. What is typed as value is read like a cell, so `約50%` fills unit and qualifier too.
fn number(fields: &Fields) -> Result<Number, &'static str> {
    let text = fold_width(fields.get("value")).replace(',', "");
    let mut number = match text.trim().parse::<Decimal>() {
        Ok(value) => Number {
            value,
            unit: None,
            qualifiers: Vec::new(),
        },
        Err(_) => match read_typed(fields.get("value")).reading {
            Reading::Number(number) => number,
            _ => return Err("desk-error-not-a-number"),
        },
    };
    if let Some(unit) = fields.optional("unit") {
        number.unit = Some(unit);
    }
    let qualifiers: Vec<String> = fields
        .get("qualifiers")
        .split(['、', ';', '；'])
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    if !qualifiers.is_empty() {
        number.qualifiers = qualifiers;
    }
    Ok(number)
}
