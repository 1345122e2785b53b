//! The columns of an export for a core system, filled from answers.

use serde_json::Value as Json;
use yakuba_forms::Answers;
use yakuba_forms::model::document::{FieldKind, FormDocument, Key};

use crate::model::document::ExportColumn;

/// The columns that a procedure's cases are written in: its own, or else one for each question under its key.
///
/// Questions whose answer has parts (a name, an address, a bank account) get one column a part.
pub fn columns(form: &FormDocument, own: &[ExportColumn]) -> Vec<ExportColumn> {
    if !own.is_empty() {
        return own.to_vec();
    }
    form.pages
        .iter()
        .flat_map(|page| &page.fields)
        .flat_map(|field| {
            let parts: &[&str] = match &field.kind {
                FieldKind::Name => &["family", "given", "family_kana", "given_kana"],
                FieldKind::BankAccount => &["bank_code", "branch_code", "kind", "number", "holder"],
                FieldKind::Address => &[
                    "postal_code",
                    "prefecture",
                    "city",
                    "town",
                    "block",
                    "building",
                ],
                _ => &[""],
            };
            parts.iter().map(|part| {
                let from = if part.is_empty() {
                    field.key.to_string()
                } else {
                    format!("{}.{part}", field.key)
                };
                ExportColumn {
                    heading: from.clone(),
                    from,
                    only_with: None,
                }
            })
        })
        .collect()
}

/// The cells of one case, one for each column: texts as typed, dates as `YYYY-MM-DD`, amounts as plain digits, several choices and
/// files joined by `;`, entries of a group as JSON. A part that is not there is empty.
pub fn cells(answers: &Answers, columns: &[ExportColumn]) -> Vec<String> {
    columns
        .iter()
        .map(|column| {
            let hidden = column
                .only_with
                .as_ref()
                .is_some_and(|key: &Key| answers.get(key.as_str()).is_none());
            if hidden {
                return String::new();
            }
            let (field, part) = column
                .from
                .split_once('.')
                .unwrap_or((column.from.as_str(), ""));
            answers
                .get(field)
                .and_then(|answer| serde_json::to_value(answer).ok())
                .map_or_else(String::new, |answer| {
                    let value = &answer["value"];
                    if part.is_empty() {
                        plain(value)
                    } else {
                        plain(&value[part])
                    }
                })
        })
        .collect()
}

fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Bool(flag) => i32::from(*flag).to_string(),
        Json::Number(number) => number.to_string(),
        Json::Array(items) if items.iter().all(Json::is_string) => {
            items.iter().map(plain).collect::<Vec<_>>().join(";")
        }
        Json::Array(items)
            if items
                .iter()
                .all(|item| item.get("name").is_some_and(Json::is_string)) =>
        {
            items
                .iter()
                .map(|item| plain(&item["name"]))
                .collect::<Vec<_>>()
                .join(";")
        }
        Json::Object(parts)
            if parts
                .values()
                .all(|part| part.is_string() || part.is_null()) =>
        {
            parts
                .values()
                .map(plain)
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        }
        other => other.to_string(),
    }
}
