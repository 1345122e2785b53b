//! Spoilt procedure files, and the law that holds for every file: what the reader accepts and the check passes is the same after an
//! untouched visit to each page of the designer. For tests and for random input.

use serde_json::Value;
use yakuba_forms::Severity;

use crate::{
    desk::changed_by_visits,
    model::{check::check, document::ProcedureDocument},
};

/// What is put in the place of a text.
const TEXTS: [&str; 10] = [
    "",
    " ",
    "\u{3000}",
    " 前後の空白 ",
    "一行目\n二行目",
    "末尾\n",
    "0",
    "yes",
    "null",
    "{receipt}",
];

/// Every place in a value, as the steps that lead to it.
fn places(value: &Value, here: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    found.push(here.clone());
    let parts: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, part)| (name.clone(), part))
            .collect(),
        Value::Array(parts) => parts
            .iter()
            .enumerate()
            .map(|(number, part)| (number.to_string(), part))
            .collect(),
        _ => Vec::new(),
    };
    for (name, part) in parts {
        here.push(name);
        places(part, here, found);
        here.pop();
    }
}

fn at<'v>(value: &'v mut Value, place: &[String]) -> Option<&'v mut Value> {
    place.iter().try_fold(value, |value, step| match value {
        Value::Object(members) => members.get_mut(step),
        Value::Array(parts) => parts.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Spoils a file at one point: `point` says where, `how` what becomes of what stands there.
pub fn spoil(file: &mut Value, point: usize, how: usize) {
    let mut all = Vec::new();
    places(file, &mut Vec::new(), &mut all);
    let place = &all[point % all.len()];
    if how % 7 == 6
        && let Some((last, before)) = place.split_last()
    {
        match at(file, before) {
            Some(Value::Object(members)) => {
                members.remove(last);
            }
            Some(Value::Array(parts)) => {
                parts.pop();
            }
            _ => {}
        }
        return;
    }
    let Some(value) = at(file, place) else { return };
    match value {
        Value::String(text) => TEXTS[how % TEXTS.len()].clone_into(text),
        Value::Number(_) => {
            *value = [0_i64, 1, -1, 7, 4_294_967_296, 1_000_000][how % 6].into();
        }
        Value::Bool(truth) => *truth = !*truth,
        Value::Array(parts) => match (how % 4, parts.first().cloned()) {
            (0, _) => parts.clear(),
            (1, Some(first)) => parts.push(first),
            (2, Some(Value::String(_))) => parts.push(TEXTS[how % TEXTS.len()].into()),
            _ => parts.reverse(),
        },
        Value::Object(_) | Value::Null => *value = Value::Null,
    }
}

/// What does not hold for a file: the pages of the designer whose untouched visit changes it. None for a file that the reader refuses or
/// in which the check finds what must be mended.
pub fn broken_law(file: &str) -> Vec<String> {
    let Ok(document) = ProcedureDocument::from_yaml(file) else {
        return Vec::new();
    };
    if check(&document)
        .iter()
        .any(|found| found.severity == Severity::Must)
    {
        return Vec::new();
    }
    changed_by_visits(&document)
}
