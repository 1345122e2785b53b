//! A form of many questions and rules: how long the server takes to answer a change.

use std::{fmt::Write as _, hint::black_box, path::Path};

use cel::{Context, Program, Value};
use serde_json::json;
use yakuba_city::Actor;
use yakuba_forms::{Answers, Form, Language};
use yakuba_identity::Token;
use yakuba_procedures::{
    model::document::{Agent, Proof},
    store::drafts::{self, NewDraft},
};

use super::place;
use crate::{Outcome, measuring, report::Line, timing::in_turn};

/// Questions of the form.
pub(crate) const QUESTIONS: usize = 100;
/// Expressions in it.
pub(crate) const RULES: usize = 100;

const HALF: usize = QUESTIONS / 2;
const QUARTER: usize = RULES / 4;

/// The form as YAML, and its expressions: conditions, computed values that build on each other, and checks.
fn written() -> Outcome<(String, Vec<String>)> {
    let mut yaml =
        String::from("layout: single\npages:\n  - key: all_in_one\n    title: 計測\n    fields:\n");
    let mut rules = Vec::new();
    for number in 0..HALF {
        writeln!(
            yaml,
            "      - {{key: n{number}, type: number, label: 数{number}, min: 0, max: 100000}}"
        )?;
    }
    for number in 0..HALF {
        let rule = format!("n{number} > 10 && n{} < 1000", (number + 1) % HALF);
        writeln!(
            yaml,
            "      - {{key: t{number}, type: text, label: 文{number}, max_length: 100, optional: true, show_if: '{rule}'}}"
        )?;
        rules.push(rule);
    }
    yaml.push_str("computed:\n");
    for number in 0..QUARTER {
        let before = match number {
            0 => "0".to_owned(),
            number => format!("c{}", number - 1),
        };
        let rule = format!("n{} * 3 + n{} - {before} % 97", number * 2, number * 2 + 1);
        writeln!(yaml, "  - {{key: c{number}, value: '{rule}'}}")?;
        rules.push(rule);
    }
    yaml.push_str("checks:\n");
    for number in 0..QUARTER {
        let rule = format!("n{number} + 5 <= n{} + 2000 || c{number} > 0", number + 1);
        writeln!(
            yaml,
            "  - {{field: n{number}, holds: '{rule}', message: 大きすぎます。}}"
        )?;
        rules.push(rule);
    }
    if rules.len() == RULES {
        Ok((yaml, rules))
    } else {
        Err("the form has another number of rules".into())
    }
}

/// What a browser sends in one run: each time other conditions hold.
fn sent(run: usize) -> Vec<(String, String)> {
    (0..HALF)
        .flat_map(|number| {
            let value = (number * 7 + run * 13) % 40;
            [
                (format!("n{number}"), value.to_string()),
                (format!("t{number}"), format!("答え{value}")),
            ]
        })
        .collect()
}

/// The numbers and texts of a run, as an expression sees them.
fn variables(run: usize) -> Outcome<Vec<(String, Value)>> {
    sent(run)
        .into_iter()
        .map(|(name, value)| {
            let value = if name.starts_with('n') {
                Value::Int(value.parse()?)
            } else {
                Value::from(value)
            };
            Ok((name, value))
        })
        .collect()
}

/// Measures the form by itself beside its expressions alone, and a whole request that keeps the draft.
pub(crate) async fn measure(directory: &Path, runs: usize) -> Outcome<Vec<Line>> {
    let (yaml, rules) = written()?;
    let mut procedure = place::procedure()?;
    procedure.form = serde_saphyr::from_str(&yaml)?;
    procedure.proof = Proof::None;
    procedure.agent = Agent::NotAllowed;
    let form = Form::compile(&procedure.form)
        .map_err(|findings| format!("the form does not compile: {findings:?}"))?;
    let programs = rules
        .iter()
        .map(|rule| Program::compile(rule).map_err(|error| format!("{rule}: {error}").into()))
        .collect::<Outcome<Vec<_>>>()?;
    let scope = Context::default();

    let city = place::open(directory, None, &procedure).await?;
    let application = measuring::application(&city)?;
    let token = Token::generate();
    let new = NewDraft::seal(
        city.key()?,
        &token,
        &procedure.key,
        1,
        None,
        &json!({"answers": Answers::new()}),
    )?;
    city.write(Actor::Public, new, |tx, new| {
        Box::pin(drafts::begin(tx, new))
    })
    .await?;
    let cookie = format!("yakuba_draft_{}={}", procedure.key, token.as_str());
    let path = format!("/procedures/{}/apply/all", procedure.key);

    let today = city.today();
    let mut answers = Answers::new();
    let mut turn = 0;
    let [whole, only_evaluated, request, expressions] =
        in_turn::<4>(20, runs, async |thing| match thing {
            0 => {
                turn += 1;
                let read = form.read_all(&sent(turn), &mut answers, today);
                if !read.evaluation.failures.is_empty() {
                    return Err(format!("rules failed: {:?}", read.evaluation.failures).into());
                }
                let html = form.render_all(
                    &answers,
                    &read.evaluation,
                    &read.problems,
                    Language::Japanese,
                );
                black_box(html);
                Ok(())
            }
            1 => {
                black_box(form.evaluate(&answers, today));
                Ok(())
            }
            2 => {
                let body = sent(turn)
                    .into_iter()
                    .map(|(name, value)| {
                        let value = value.bytes().fold(String::new(), |mut all, byte| {
                            let _ = write!(all, "%{byte:02X}");
                            all
                        });
                        format!("{name}={value}")
                    })
                    .collect::<Vec<_>>()
                    .join("&");
                place::post(&application, &path, &cookie, body)
                    .await
                    .map(drop)
            }
            _ => {
                let mut scope = scope.new_inner_scope();
                for (name, value) in variables(turn)? {
                    scope.add_variable_from_value(name, value);
                }
                for number in 0..QUARTER {
                    scope.add_variable_from_value(format!("c{number}"), Value::Int(7));
                }
                for program in &programs {
                    black_box(program.execute(&scope).map_err(|error| error.to_string())?);
                }
                Ok(())
            }
        })
        .await?;
    let line = |what: &str, times| Line {
        what: what.to_owned(),
        times,
        by_hand: Some(expressions),
    };
    Ok(vec![
        line("read, evaluated, shown", whole),
        line("evaluated only", only_evaluated),
        line(
            "whole request through the router, draft kept durably",
            request,
        ),
    ])
}
