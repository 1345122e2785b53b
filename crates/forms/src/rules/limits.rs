//! What an expression may be: so long, so deep, so many parts, known functions only. A form comes from people who may be mistaken or
//! worse, and each expression runs at every page a resident sends.

use std::collections::BTreeSet;

use cel::IdedExpr;
use cel::common::ast::operators::{EQUALS, IN, NOT_EQUALS};
use cel::common::ast::{EntryExpr, Expr, LiteralValue};
use cel::common::types::CelInt;
use regex::Regex;

use super::functions::{KNOWN, MATCHES};
use crate::message::Message;

/// The longest expression, in characters.
const LONGEST_EXPRESSION: usize = 1_000;
/// The most operators, names, functions and values in one.
const MOST_PARTS: usize = 300;
/// How deep brackets may go.
const DEEPEST: u16 = 24;
/// How deep `all`, `exists`, `map` and `filter` may stand in each other: a group of a hundred entries twice is ten thousand steps.
const DEEPEST_LOOPS: usize = 2;
/// The longest pattern of `matches`, in characters.
const LONGEST_PATTERN: usize = 200;
/// The most memory a compiled pattern may take, in bytes; so `(\w{99}){99}` is refused.
const LARGEST_PATTERN: usize = 64 * 1024;

/// What was found in an expression.
#[derive(Default)]
pub(super) struct Found {
    /// The names it reads that it does not declare itself.
    pub(super) names: BTreeSet<String>,
    /// The texts it compares names with: `kind == 'company'`, `'web' in uses`.
    pub(super) compares: BTreeSet<(String, String)>,
    declared: Vec<String>,
    parts: usize,
    loops: usize,
}

pub(super) fn parse(environment: &cel::Env, source: &str) -> Result<IdedExpr, Message> {
    if source.trim().is_empty() {
        return Err(Message::new("forms-finding-expression-empty"));
    }
    if source.chars().count() > LONGEST_EXPRESSION {
        return Err(Message::new("forms-finding-expression-long")
            .number("n", i64::try_from(LONGEST_EXPRESSION).unwrap_or(i64::MAX)));
    }
    // The parser takes time for brackets in brackets before it counts them, so they are counted first.
    let mut depth = 0_u16;
    for character in source.chars() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(Message::new("forms-finding-expression-deep"));
        }
    }
    environment.parser().parse(source).map_err(|errors| {
        let first = errors.errors.first();
        let column = first.map_or(0, |error| error.pos.1.max(0));
        Message::new("forms-finding-expression-unreadable")
            .text("expression", source)
            .number("column", i64::try_from(column).unwrap_or(0) + 1)
            .text(
                "reason",
                first
                    .and_then(|error| error.msg.lines().next())
                    .unwrap_or_default(),
            )
    })
}

/// Checks an expression and prepares it: each pattern of `matches` is compiled now and replaced by its number.
pub(super) fn walk(
    part: &mut IdedExpr,
    found: &mut Found,
    patterns: &mut Vec<Regex>,
) -> Result<(), Message> {
    found.parts += 1;
    if found.parts > MOST_PARTS {
        return Err(Message::new("forms-finding-expression-parts")
            .number("n", i64::try_from(MOST_PARTS).unwrap_or(i64::MAX)));
    }
    match &mut part.expr {
        Expr::Literal(_) => Ok(()),
        Expr::Ident(name) => {
            if !name.starts_with('@') && !found.declared.contains(name) {
                found.names.insert(name.clone());
            }
            Ok(())
        }
        Expr::Select(select) => walk(&mut select.operand, found, patterns),
        Expr::List(list) => list
            .elements
            .iter_mut()
            .try_for_each(|element| walk(element, found, patterns)),
        Expr::Map(map) => map.entries.iter_mut().try_for_each(|entry| {
            if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                walk(&mut entry.key, found, patterns)?;
                walk(&mut entry.value, found, patterns)?;
            }
            Ok(())
        }),
        Expr::Call(call) => {
            let named = call
                .func_name
                .starts_with(|first: char| first.is_ascii_alphabetic());
            if named && !KNOWN.contains(&call.func_name.as_str()) {
                return Err(Message::new("forms-finding-unknown-function")
                    .text("name", call.func_name.as_str())
                    .text("known", KNOWN.join(", ")));
            }
            compared(call, found);
            if call.func_name == "matches" {
                compile_pattern(call, patterns)?;
            }
            if let Some(target) = &mut call.target {
                walk(target, found, patterns)?;
            }
            call.args
                .iter_mut()
                .try_for_each(|argument| walk(argument, found, patterns))
        }
        Expr::Comprehension(comprehension) => {
            found.loops += 1;
            if found.loops > DEEPEST_LOOPS {
                return Err(Message::new("forms-finding-expression-loops"));
            }
            walk(&mut comprehension.iter_range, found, patterns)?;
            walk(&mut comprehension.accu_init, found, patterns)?;
            let outside = found.declared.len();
            found.declared.push(comprehension.iter_var.clone());
            found.declared.extend(comprehension.iter_var2.clone());
            found.declared.push(comprehension.accu_var.clone());
            walk(&mut comprehension.loop_cond, found, patterns)?;
            walk(&mut comprehension.loop_step, found, patterns)?;
            walk(&mut comprehension.result, found, patterns)?;
            found.declared.truncate(outside);
            found.loops -= 1;
            Ok(())
        }
        Expr::Struct(_) | Expr::Unspecified => {
            Err(Message::new("forms-finding-expression-strange"))
        }
    }
}

/// Notes a comparison of a name with a literal text.
fn compared(call: &cel::common::ast::CallExpr, found: &mut Found) {
    let [left, right] = call.args.as_slice() else {
        return;
    };
    if !matches!(call.func_name.as_str(), EQUALS | NOT_EQUALS | IN) {
        return;
    }
    let ((Expr::Ident(name), Expr::Literal(LiteralValue::String(text)))
    | (Expr::Literal(LiteralValue::String(text)), Expr::Ident(name))) = (&left.expr, &right.expr)
    else {
        return;
    };
    if !found.declared.contains(name) {
        found
            .compares
            .insert((name.clone(), text.inner().to_owned()));
    }
}

/// `text.matches("pattern")` becomes a call with the number of the compiled pattern.
fn compile_pattern(
    call: &mut cel::common::ast::CallExpr,
    patterns: &mut Vec<Regex>,
) -> Result<(), Message> {
    let bad = || Message::new("forms-finding-pattern");
    if let Some(target) = call.target.take() {
        call.args.insert(0, *target);
    }
    let [_, pattern] = call.args.as_mut_slice() else {
        return Err(bad());
    };
    let Expr::Literal(LiteralValue::String(text)) = &pattern.expr else {
        return Err(bad());
    };
    if text.inner().chars().count() > LONGEST_PATTERN {
        return Err(bad());
    }
    let compiled = regex::RegexBuilder::new(text.inner())
        .size_limit(LARGEST_PATTERN)
        .dfa_size_limit(LARGEST_PATTERN)
        .nest_limit(20)
        .build()
        .map_err(|_| bad())?;
    let number = i64::try_from(patterns.len()).unwrap_or(i64::MAX);
    patterns.push(compiled);
    pattern.expr = Expr::Literal(LiteralValue::Int(CelInt::from(number)));
    MATCHES.clone_into(&mut call.func_name);
    Ok(())
}
