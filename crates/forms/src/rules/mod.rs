//! Expressions in CEL: compiled once, evaluated within fixed bounds, never failing towards the wrong side.

mod functions;
mod limits;
mod values;

use std::collections::BTreeSet;

use cel::{Context, ExecutionError, Value};
use regex::Regex;

pub(crate) use functions::functions_context;
pub(crate) use values::{answer_value, date_value, fits, map_value, short_time, unanswered_value};

use crate::message::Message;
use crate::model::document::{Expression, Key};

/// Expressions being compiled; collects the patterns of `matches`, which are compiled here once as well.
pub(crate) struct Compiler {
    parser: cel::Env,
    patterns: Vec<Regex>,
}

/// A compiled expression.
pub(crate) struct Rule {
    expression: cel::IdedExpr,
    /// The names it reads: answers, computed values, `today`.
    reads: BTreeSet<String>,
    /// The texts it compares names with.
    compares: BTreeSet<(String, String)>,
}

/// Why an expression has no value. Says nothing of the answers, because it reaches logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// It met a question that was not asked or not answered: expected, and not a mistake of the form.
    Unanswered,
    /// It gave something else than was called for, such as a text where true or false is needed.
    WrongType,
    /// It divides by zero.
    DivisionByZero,
    /// A number or text became too large.
    TooLarge,
    /// It compares or computes with things that do not go together, such as a number and a text.
    DoesNotFit,
    /// It asks for a part that the answer does not have, such as `address.town_name`.
    NoSuchPart,
}

impl Failure {
    /// The key of its text in the catalogue.
    pub fn text_key(self) -> &'static str {
        match self {
            Self::Unanswered => "forms-failure-unanswered",
            Self::WrongType => "forms-failure-wrong-type",
            Self::DivisionByZero => "forms-failure-division-by-zero",
            Self::TooLarge => "forms-failure-too-large",
            Self::DoesNotFit => "forms-failure-does-not-fit",
            Self::NoSuchPart => "forms-failure-no-such-part",
        }
    }

    fn of(error: &ExecutionError) -> Self {
        match error {
            ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
                Self::DivisionByZero
            }
            ExecutionError::Overflow(..) => Self::TooLarge,
            ExecutionError::NoSuchKey(_) | ExecutionError::IndexOutOfBounds(_) => Self::NoSuchPart,
            _ => Self::DoesNotFit,
        }
    }
}

impl Compiler {
    pub(crate) fn new() -> Self {
        Self {
            parser: cel::Env::stdlib().with_optional_support(false),
            patterns: Vec::new(),
        }
    }

    /// Compiles one expression.
    ///
    /// # Errors
    /// What is wrong with it and how to mend it.
    pub(crate) fn rule(&mut self, expression: &Expression) -> Result<Rule, Message> {
        let mut parsed = limits::parse(&self.parser, &expression.0)?;
        let mut found = limits::Found::default();
        limits::walk(&mut parsed, &mut found, &mut self.patterns)?;
        Ok(Rule {
            expression: parsed,
            reads: found.names,
            compares: found.compares,
        })
    }

    /// The context in which the compiled rules run: the functions of forms and nothing else.
    pub(crate) fn finish(self) -> Context<'static, 'static> {
        functions_context(self.patterns)
    }
}

impl Rule {
    /// The names it reads.
    pub(crate) fn reads(&self) -> &BTreeSet<String> {
        &self.reads
    }

    /// The names it compares with a literal text, each with the text.
    pub(crate) fn compares(&self) -> &BTreeSet<(String, String)> {
        &self.compares
    }

    /// Its value.
    ///
    /// # Errors
    /// Why it has none.
    pub(crate) fn value(&self, scope: &Context<'_, '_>) -> Result<Value, Failure> {
        match Value::resolve(&self.expression, scope) {
            Ok(value) if values::is_too_large(&value) => Err(Failure::TooLarge),
            Ok(value) => Ok(value),
            Err(error) => {
                let unanswered = self.reads.iter().any(|name| {
                    scope
                        .get_variable(name)
                        .and_then(|value| Value::try_from(value.as_ref()).ok())
                        .is_some_and(|value| values::holds_null(&value))
                });
                Err(if unanswered {
                    Failure::Unanswered
                } else {
                    Failure::of(&error)
                })
            }
        }
    }

    /// Its value as true or false.
    ///
    /// # Errors
    /// Why it has none.
    pub(crate) fn truth(&self, scope: &Context<'_, '_>) -> Result<bool, Failure> {
        match self.value(scope)? {
            Value::Bool(truth) => Ok(truth),
            Value::Null => Err(Failure::Unanswered),
            _ => Err(Failure::WrongType),
        }
    }

    /// Its value as a whole number.
    ///
    /// # Errors
    /// Why it has none; a number with a fraction is [`Failure::WrongType`], because nobody said how to round it.
    pub(crate) fn whole_number(&self, scope: &Context<'_, '_>) -> Result<i64, Failure> {
        match self.value(scope)? {
            Value::Int(number) => Ok(number),
            Value::UInt(number) => i64::try_from(number).map_err(|_| Failure::TooLarge),
            Value::Float(number) => functions::whole(number).ok_or(Failure::WrongType),
            Value::Null => Err(Failure::Unanswered),
            _ => Err(Failure::WrongType),
        }
    }
}

/// A condition that stands alone, such as when a procedure belongs to a life event.
pub struct Condition {
    rule: Rule,
    scope: Context<'static, 'static>,
    names: Vec<Key>,
}

impl Condition {
    /// Compiles a condition over the answers called `names` and `today`.
    ///
    /// # Errors
    /// What is wrong with it and how to mend it.
    pub fn compile<'k>(
        expression: &Expression,
        names: impl IntoIterator<Item = &'k Key>,
    ) -> Result<Self, Message> {
        let mut compiler = Compiler::new();
        let rule = compiler.rule(expression)?;
        let names: Vec<Key> = names.into_iter().cloned().collect();
        let unknown = rule
            .reads
            .iter()
            .find(|name| *name != "today" && !names.iter().any(|key| key.as_str() == *name));
        if let Some(name) = unknown {
            return Err(Message::new("forms-finding-unknown-name").text("name", name.as_str()));
        }
        Ok(Self {
            rule,
            scope: compiler.finish(),
            names,
        })
    }

    /// Whether it holds. One that cannot be worked out, because something was not answered, does not hold.
    pub fn holds(&self, answers: &crate::Answers, today: jiff::civil::Date) -> bool {
        let mut scope = self.scope.new_inner_scope();
        scope.add_variable_from_value("today", date_value(today));
        for name in &self.names {
            let value = answers
                .get(name.as_str())
                .map_or(Value::Null, |answer| answer_value(answer, None));
            scope.add_variable_from_value(name.as_str(), value);
        }
        self.rule.truth(&scope) == Ok(true)
    }
}
