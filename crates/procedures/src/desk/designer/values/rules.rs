//! The rules of a form: questions before the start, computed values, checks between answers, fees. Each is a list of rows.

use yakuba_forms::model::document::{
    Check, Computed, Eligibility, EligibilityOption, Expression, Fee, FormDocument, Key, Text,
};
use yakuba_ui::Fields;

use super::{
    Wrong,
    condition::{self, Known, known},
    kept, needed_text, optional_text, put_text,
    rows::{filled, row_count},
};

/// A list of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Part {
    Before,
    Computed,
    Checks,
    Fees,
}

impl Part {
    pub(in super::super) const ALL: [Self; 4] =
        [Self::Before, Self::Checks, Self::Fees, Self::Computed];

    pub(in super::super) const fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Computed => "computed",
            Self::Checks => "checks",
            Self::Fees => "fees",
        }
    }

    pub(in super::super) fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }

    /// How many rows a form has of it.
    pub(in super::super) fn count(self, form: &FormDocument) -> usize {
        match self {
            Self::Before => form.before.len(),
            Self::Computed => form.computed.len(),
            Self::Checks => form.checks.len(),
            Self::Fees => form.fees.len(),
        }
    }
}

/// Writes a list of rules.
pub(in super::super) fn values(form: &FormDocument, part: Part) -> Fields {
    let all = known(form, None);
    let mut values = Fields::default();
    values.push("row-rows", part.count(form).to_string());
    match part {
        Part::Before => {
            for (row, rule) in form.before.iter().enumerate() {
                put_before(&mut values, row, rule);
            }
        }
        Part::Computed => {
            for (row, rule) in form.computed.iter().enumerate() {
                put_computed(&mut values, row, rule);
            }
        }
        Part::Checks => {
            for (row, rule) in form.checks.iter().enumerate() {
                put_check(&mut values, row, rule, &all);
            }
        }
        Part::Fees => {
            for (row, rule) in form.fees.iter().enumerate() {
                put_fee(&mut values, row, rule, &all);
            }
        }
    }
    values
}

fn put_before(values: &mut Fields, row: usize, rule: &Eligibility) {
    let name = |part: &str| format!("row-{row}-{part}");
    values.push(&name("key"), rule.key.as_str());
    put_text(values, &name("question"), Some(&rule.question));
    values.push(&name("option-rows"), rule.options.len().to_string());
    for (number, option) in rule.options.iter().enumerate() {
        let name = |part: &str| format!("row-{row}-option-{number}-{part}");
        values.push(&name("value"), option.value.as_str());
        put_text(values, &name("label"), Some(&option.label));
        put_text(values, &name("stop"), option.stop.as_ref());
    }
}

fn put_computed(values: &mut Fields, row: usize, rule: &Computed) {
    let name = |part: &str| format!("row-{row}-{part}");
    values.push(&name("key"), rule.key.as_str());
    put_text(values, &name("label"), rule.label.as_ref());
    values.push(&name("value"), &rule.value.0);
}

fn put_check(values: &mut Fields, row: usize, rule: &Check, all: &[Known]) {
    let name = |part: &str| format!("row-{row}-{part}");
    condition::put(values, &name("holds"), Some(&rule.holds), all);
    values.push(&name("field"), rule.field.as_str());
    put_text(values, &name("message"), Some(&rule.message));
}

fn put_fee(values: &mut Fields, row: usize, rule: &Fee, all: &[Known]) {
    let name = |part: &str| format!("row-{row}-{part}");
    put_text(values, &name("label"), Some(&rule.label));
    match Amount::read(&rule.amount, all) {
        Some(amount) => {
            values.push(&name("price"), amount.price.to_string());
            values.push(&name("times"), amount.times.unwrap_or_default());
        }
        None => values.push(&name("amount"), &rule.amount.0),
    }
    condition::put(values, &name("applies"), rule.applies_if.as_ref(), all);
    values.push(&name("basis"), rule.basis.as_deref().unwrap_or_default());
}

/// A price, or a price for each of a number that is answered or computed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Amount {
    price: u64,
    times: Option<String>,
}

impl Amount {
    fn expression(&self) -> Expression {
        Expression(match &self.times {
            Some(times) => format!("{times} * {}", self.price),
            None => self.price.to_string(),
        })
    }

    fn read(expression: &Expression, all: &[Known]) -> Option<Self> {
        let (times, price) = match expression.0.split_once(" * ") {
            Some((times, price)) => (Some(times), price),
            None => (None, expression.0.as_str()),
        };
        if times.is_some_and(|times| all.iter().all(|known| known.key != times)) {
            return None;
        }
        let amount = Self {
            price: price.parse().ok()?,
            times: times.map(str::to_owned),
        };
        (amount.expression() == *expression).then_some(amount)
    }
}

/// Reads a list of rules into the form.
pub(in super::super) fn read(
    sent: &Fields,
    part: Part,
    form: &mut FormDocument,
) -> Result<(), Vec<Wrong>> {
    let all = known(form, None);
    let mut wrong = Vec::new();
    let rows = filled(sent, "row").into_iter();
    match part {
        Part::Before => {
            let read = rows.filter_map(|row| before(sent, row, &mut wrong));
            form.before = settled(&form.before, read, put_before);
        }
        Part::Computed => {
            let read = rows.filter_map(|row| computed(sent, row, &mut wrong));
            form.computed = settled(&form.computed, read, put_computed);
        }
        Part::Checks => {
            let read = rows.filter_map(|row| check(sent, row, &all, &mut wrong));
            form.checks = settled(&form.checks, read, |values, row, rule| {
                put_check(values, row, rule, &all);
            });
        }
        Part::Fees => {
            let read = rows.filter_map(|row| fee(sent, row, &all, &mut wrong));
            form.fees = settled(&form.fees, read, |values, row, rule| {
                put_fee(values, row, rule, &all);
            });
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// The rules as they were read; those that nobody touched as they stand.
fn settled<T: Clone>(
    standing: &[T],
    read: impl Iterator<Item = T>,
    put: impl Fn(&mut Fields, usize, &T),
) -> Vec<T> {
    read.map(|rule| {
        kept(standing, rule, |rule| {
            let mut values = Fields::default();
            put(&mut values, 0, rule);
            values
        })
    })
    .collect()
}

fn key(sent: &Fields, name: &str, otherwise: &str, wrong: &mut Vec<Wrong>) -> Option<Key> {
    let typed = match sent.get(name) {
        "" => otherwise,
        typed => typed,
    };
    let key = Key::new(typed).ok();
    if key.is_none() {
        wrong.push(Wrong::new(name, "designer-problem-part-key"));
    }
    key
}

fn before(sent: &Fields, row: usize, wrong: &mut Vec<Wrong>) -> Option<Eligibility> {
    let name = |part: &str| format!("row-{row}-{part}");
    let mut options = Vec::new();
    for number in 0..row_count(sent, &name("option")) {
        let name = |part: &str| format!("row-{row}-option-{number}-{part}");
        let stop = optional_text(sent, &name("stop"), wrong);
        let label = match optional_text(sent, &name("label"), wrong) {
            Some(label) => label,
            None if stop.is_none() => continue,
            None => needed_text(sent, &name("label"), wrong),
        };
        if let Some(value) = key(
            sent,
            &name("value"),
            &format!("answer_{}", number + 1),
            wrong,
        ) {
            options.push(EligibilityOption { value, label, stop });
        }
    }
    if options.is_empty() {
        wrong.push(Wrong::new(
            name("option-0-label_ja"),
            "designer-problem-no-options",
        ));
    }
    Some(Eligibility {
        key: key(sent, &name("key"), &format!("before_{}", row + 1), wrong)?,
        question: needed_text(sent, &name("question"), wrong),
        options,
    })
}

fn computed(sent: &Fields, row: usize, wrong: &mut Vec<Wrong>) -> Option<Computed> {
    let name = |part: &str| format!("row-{row}-{part}");
    let value = sent.get(&name("value")).to_owned();
    if value.is_empty() {
        wrong.push(Wrong::new(name("value"), "designer-problem-no-formula"));
    }
    Some(Computed {
        key: key(sent, &name("key"), &format!("computed_{}", row + 1), wrong)?,
        label: optional_text(sent, &name("label"), wrong),
        value: Expression(value),
    })
}

fn check(sent: &Fields, row: usize, all: &[Known], wrong: &mut Vec<Wrong>) -> Option<Check> {
    let name = |part: &str| format!("row-{row}-{part}");
    let before = wrong.len();
    let holds = condition::read(sent, &name("holds"), all, wrong);
    if holds.is_none() && wrong.len() == before {
        wrong.push(Wrong::new(
            name("holds-question"),
            "designer-problem-no-rule",
        ));
    }
    let message: Text = needed_text(sent, &name("message"), wrong);
    // Without a place of its own the message stands at the question that the rule begins with.
    let field = match sent.get(&name("field")) {
        "" => condition::rows(sent, &name("holds"))
            .into_iter()
            .map(|[question, _, _]| question)
            .find(|question| !question.is_empty()),
        chosen => Some(chosen.to_owned()),
    };
    let field = field.and_then(|field| Key::new(field).ok());
    if field.is_none() {
        wrong.push(Wrong::new(name("field"), "designer-problem-no-place"));
    }
    Some(Check {
        field: field?,
        holds: holds?,
        message,
    })
}

fn fee(sent: &Fields, row: usize, all: &[Known], wrong: &mut Vec<Wrong>) -> Option<Fee> {
    let name = |part: &str| format!("row-{row}-{part}");
    let written = sent.optional(&name("amount"));
    let price = sent.get(&name("price"));
    let amount = match (written, price) {
        (Some(expression), "") => Some(Expression(expression)),
        (Some(_), _) => {
            wrong.push(Wrong::new(name("amount"), "designer-problem-amount-twice"));
            None
        }
        (None, _) => {
            let price = sent
                .yen(&name("price"))
                .and_then(|yen| u64::try_from(yen.amount()).ok());
            if price.is_none() {
                wrong.push(Wrong::new(name("price"), "designer-problem-amount"));
            }
            price.map(|price| {
                Amount {
                    price,
                    times: sent.optional(&name("times")),
                }
                .expression()
            })
        }
    };
    let label = needed_text(sent, &name("label"), wrong);
    let applies_if = condition::read(sent, &name("applies"), all, wrong);
    Some(Fee {
        label,
        amount: amount?,
        applies_if,
        basis: sent.optional(&name("basis")),
    })
}
