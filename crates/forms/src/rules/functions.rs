//! The functions that expressions may call.

use std::str::FromStr as _;
use std::sync::Arc;

use cel::{Context, ExecutionError, Value};
use jiff::civil::Date;
use regex::Regex;
use yakuba_kernel::FiscalYear;

/// What may be called: the harmless ones of CEL and those below.
pub(super) const KNOWN: &[&str] = &[
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "int",
    "double",
    "string",
    "min",
    "max",
    "sum",
    "round",
    "floor",
    "ceil",
    "age",
    "days_between",
    "months_between",
    "add_days",
    "add_months",
    "year",
    "month",
    "day",
    "fiscal_year",
];

/// What `matches` is called after its pattern was compiled; nobody can write this name.
pub(super) const MATCHES: &str = "@matches";

/// A context with the functions and the compiled patterns.
pub(crate) fn functions_context(patterns: Vec<Regex>) -> Context<'static, 'static> {
    let mut context = Context::with_env(Arc::new(
        cel::Env::default()
            .with_optional_support(false)
            .with_stdlib(),
    ));
    // A name can be taken only by a function of CEL itself, and none of these is.
    let _ = context.add_function(MATCHES, move |text: Arc<String>, number: i64| -> bool {
        usize::try_from(number)
            .ok()
            .and_then(|number| patterns.get(number))
            .is_some_and(|pattern| pattern.is_match(&text))
    });
    let _ = context.add_function("min", cel::functions::min);
    let _ = context.add_function("max", cel::functions::max);
    let _ = context.add_function("sum", sum);
    let _ = context.add_function("round", |number: Value| rounded(&number, f64::round));
    let _ = context.add_function("floor", |number: Value| rounded(&number, f64::floor));
    let _ = context.add_function("ceil", |number: Value| rounded(&number, f64::ceil));
    let _ = context.add_function("age", |birth: Value, on: Value| {
        Ok::<_, ExecutionError>(Value::Int(age(day("age", &birth)?, day("age", &on)?)))
    });
    let _ = context.add_function("days_between", |from: Value, until: Value| {
        let (from, until) = (day("days_between", &from)?, day("days_between", &until)?);
        let days = from
            .until((jiff::Unit::Day, until))
            .map_err(|_| wrong("days_between"))?
            .get_days();
        Ok::<_, ExecutionError>(Value::Int(i64::from(days)))
    });
    let _ = context.add_function("months_between", |from: Value, until: Value| {
        let (from, until) = (
            day("months_between", &from)?,
            day("months_between", &until)?,
        );
        let months = from
            .until((jiff::Unit::Month, until))
            .map_err(|_| wrong("months_between"))?
            .get_months();
        Ok::<_, ExecutionError>(Value::Int(i64::from(months)))
    });
    let _ = context.add_function("add_days", |from: Value, days: i64| {
        let span = jiff::Span::new()
            .try_days(days)
            .map_err(|_| wrong("add_days"))?;
        moved("add_days", &from, span)
    });
    let _ = context.add_function("add_months", |from: Value, months: i64| {
        let span = jiff::Span::new()
            .try_months(months)
            .map_err(|_| wrong("add_months"))?;
        moved("add_months", &from, span)
    });
    let _ = context.add_function("year", |date: Value| {
        Ok::<_, ExecutionError>(Value::Int(i64::from(day("year", &date)?.year())))
    });
    let _ = context.add_function("month", |date: Value| {
        Ok::<_, ExecutionError>(Value::Int(i64::from(day("month", &date)?.month())))
    });
    let _ = context.add_function("day", |date: Value| {
        Ok::<_, ExecutionError>(Value::Int(i64::from(day("day", &date)?.day())))
    });
    let _ = context.add_function("fiscal_year", |date: Value| {
        let year = FiscalYear::from_date(day("fiscal_year", &date)?);
        Ok::<_, ExecutionError>(Value::Int(i64::from(year.year())))
    });
    context
}

fn wrong(function: &str) -> ExecutionError {
    // Never the value: it is somebody's answer.
    ExecutionError::function_error(function, "the value does not fit")
}

fn day(function: &str, value: &Value) -> Result<Date, ExecutionError> {
    match value {
        Value::String(text) => Date::from_str(text).map_err(|_| wrong(function)),
        _ => Err(wrong(function)),
    }
}

fn moved(function: &str, from: &Value, span: jiff::Span) -> Result<Value, ExecutionError> {
    day(function, from)?
        .checked_add(span)
        .map(super::values::date_value)
        .map_err(|_| wrong(function))
}

/// Full years lived: an age is reached at the end of the day before the birthday (年齢計算ニ関スル法律), and counted from the birthday on in
/// everyday speech and by most ordinances; this is the everyday count. Before birth it is negative.
fn age(birth: Date, on: Date) -> i64 {
    let years = i64::from(on.year()) - i64::from(birth.year());
    let reached = (on.month(), on.day()) >= (birth.month(), birth.day());
    if reached { years } else { years - 1 }
}

/// The sum of a list of numbers; of none, 0.
// CEL hands its lists over in an `Arc`.
#[allow(clippy::needless_pass_by_value)]
fn sum(list: Arc<Vec<Value>>) -> Result<Value, ExecutionError> {
    let mut whole = 0_i64;
    let mut fraction = 0.0_f64;
    let mut exact = true;
    for value in list.iter() {
        match value {
            Value::Int(number) => {
                whole = whole.checked_add(*number).ok_or_else(|| wrong("sum"))?;
            }
            Value::Float(number) => {
                exact = false;
                fraction += number;
            }
            _ => return Err(wrong("sum")),
        }
    }
    #[allow(clippy::cast_precision_loss)] // numbers of forms have at most 15 digits
    Ok(if exact {
        Value::Int(whole)
    } else {
        Value::Float(whole as f64 + fraction)
    })
}

fn rounded(number: &Value, how: fn(f64) -> f64) -> Result<Value, ExecutionError> {
    match number {
        Value::Int(number) => Ok(Value::Int(*number)),
        // A product of decimals may miss the half by the last bit (1.005 × 100): what is meant is restored first.
        Value::Float(number) => whole(how((number * 1e6).round() / 1e6))
            .map(Value::Int)
            .ok_or_else(|| wrong("round")),
        _ => Err(wrong("round")),
    }
}

/// The whole number that a floating-point number is.
#[allow(clippy::cast_possible_truncation)] // checked to lie within the range
pub(super) fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use crate::model::document::Expression;
    use crate::rules::{Compiler, Failure};
    use cel::Value;

    fn value(text: &str) -> Result<Value, Failure> {
        let mut compiler = Compiler::new();
        let rule = compiler.rule(&Expression(text.to_owned())).unwrap();
        rule.value(&compiler.finish())
    }

    #[rstest]
    #[case("age('2008-02-29', '2026-02-28')", 17)]
    #[case("age('2008-02-29', '2026-03-01')", 18)]
    #[case("age('2026-04-01', '2026-04-01')", 0)]
    #[case("days_between('2026-04-01', '2026-05-01')", 30)]
    #[case("days_between('2026-05-01', '2026-04-01')", -30)]
    #[case("months_between('2026-01-31', '2026-03-30')", 1)]
    #[case("fiscal_year('2026-03-31')", 2025)]
    #[case(
        "year('2026-03-31') * 10000 + month('2026-03-31') * 100 + day('2026-03-31')",
        20_260_331
    )]
    #[case("sum([1, 2, 3])", 6)]
    #[case("sum([])", 0)]
    #[case("round(2.5)", 3)]
    #[case("round(1.005 * 1000.0)", 1005)]
    #[case("floor(double(7) / 2.0)", 3)]
    #[case("ceil(3.2)", 4)]
    #[case("max([1, 5, 3]) + min(4, 2)", 7)]
    #[case("size('𠮷野家')", 3)]
    fn numbers(#[case] expression: &str, #[case] expected: i64) {
        assert_eq!(value(expression), Ok(Value::Int(expected)), "{expression}");
    }

    #[rstest]
    #[case("add_days('2026-02-27', 3)", "2026-03-02")]
    #[case("add_months('2026-01-31', 1)", "2026-02-28")]
    fn dates(#[case] expression: &str, #[case] expected: &str) {
        assert_eq!(value(expression), Ok(Value::from(expected)), "{expression}");
    }

    #[rstest]
    #[case("'2026-02-27' < '2026-10-01'", true)]
    #[case("'A-12'.matches('^[A-Z]-[0-9]+$')", true)]
    #[case("matches('a12', '^[A-Z]')", false)]
    #[case("[1, 2, 3].all(n, n > 0) && [1, 2].exists(n, n == 2)", true)]
    #[case("1 < 1.5", true)]
    fn truths(#[case] expression: &str, #[case] expected: bool) {
        assert_eq!(value(expression), Ok(Value::Bool(expected)), "{expression}");
    }

    #[rstest]
    #[case("1 / 0", Failure::DivisionByZero)]
    #[case("9223372036854775807 + 1", Failure::TooLarge)]
    #[case("1 + 'a'", Failure::DoesNotFit)]
    #[case("age('yesterday', '2026-01-01')", Failure::DoesNotFit)]
    #[case("{'a': 1}.b", Failure::NoSuchPart)]
    fn failures(#[case] expression: &str, #[case] expected: Failure) {
        assert_eq!(value(expression), Err(expected), "{expression}");
    }

    #[rstest]
    #[case("")]
    #[case("1 +")]
    #[case("unknown(1)")]
    #[case("type(1)")]
    #[case("'a'.matches('(\\\\w{99}){99}')")]
    #[case("'a'.matches(today)")]
    #[case("[1].all(a, [1].all(b, [1].all(c, a + b + c > 0)))")]
    fn refused(#[case] expression: &str) {
        assert!(
            Compiler::new()
                .rule(&Expression(expression.to_owned()))
                .is_err()
        );
    }

    #[test]
    fn long_and_deep_expressions_are_refused_quickly() {
        let mut compiler = Compiler::new();
        for text in [
            "1 + ".repeat(400) + "1",
            "(".repeat(100) + "1" + &")".repeat(100),
            "[".repeat(900),
            "a.".repeat(490) + "a",
            "1?".repeat(450),
        ] {
            assert!(compiler.rule(&Expression(text)).is_err());
        }
    }
}
