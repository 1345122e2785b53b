//! What changed between two states of a plan, and how a corrected file is brought together with what people changed since.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use yakuba_kernel::FiscalYear;

use super::document::{FigureKind, Group, Indicator, PlanDocument};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Where.
    pub place: Place,
    /// What stood there; none: it is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What stands there now; none: it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Where in a plan a change is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The initiative's or group's key; none: the plan itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Its title, for the reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The indicator's name, when a figure or the indicator itself changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator: Option<String>,
    /// The figure's year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fiscal_year: Option<FiscalYear>,
    /// The figure's kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<FigureKind>,
    /// The field's name in the file format, such as `summary`; `figure` for a figure.
    pub field: String,
}

/// Everything that differs between two states of the same plan, in the order of the document.
/// Parts are matched by their keys: both documents must have them.
pub fn compare(before: &PlanDocument, after: &PlanDocument) -> Vec<Change> {
    let mut changes = Vec::new();
    let (old, new) = (fields(before), fields(after));
    let mut order: Vec<&Place> = new.iter().map(|(place, _)| place).collect();
    let new_values: BTreeMap<&Place, &String> =
        new.iter().map(|(place, value)| (place, value)).collect();
    let old_values: BTreeMap<&Place, &String> =
        old.iter().map(|(place, value)| (place, value)).collect();
    order.extend(
        old.iter()
            .map(|(place, _)| place)
            .filter(|place| !new_values.contains_key(place)),
    );
    for place in order {
        let (was, is) = (old_values.get(place), new_values.get(place));
        if was != is {
            changes.push(Change {
                place: place.clone(),
                before: was.map(|text| (*text).clone()),
                after: is.map(|text| (*text).clone()),
            });
        }
    }
    changes
}

/// The plan as a list of single fields.
fn fields(document: &PlanDocument) -> Vec<(Place, String)> {
    let mut list = Vec::new();
    let place = |field: &str| Place {
        part: None,
        title: None,
        indicator: None,
        fiscal_year: None,
        kind: None,
        field: field.to_owned(),
    };
    if let Ok(Value::Object(top)) = serde_json::to_value(document) {
        for (name, value) in top {
            if name != "groups" && name != "key" && name != "format" {
                list.push((place(&name), shown(&value)));
            }
        }
    }
    for group in &document.groups {
        group_fields(group, &mut list);
    }
    list
}

fn group_fields(group: &Group, list: &mut Vec<(Place, String)>) {
    let key = group.key.clone().unwrap_or_default();
    part_fields(
        group,
        &key,
        &group.title,
        &["indicators", "groups", "initiatives", "key"],
        list,
    );
    indicator_fields(&key, &group.title, &group.indicators, list);
    for initiative in &group.initiatives {
        let key = initiative.key.clone().unwrap_or_default();
        part_fields(
            initiative,
            &key,
            &initiative.title,
            &["indicators", "key"],
            list,
        );
        indicator_fields(&key, &initiative.title, &initiative.indicators, list);
    }
    for child in &group.groups {
        group_fields(child, list);
    }
}

fn part_fields(
    part: &impl Serialize,
    key: &str,
    title: &str,
    leave_out: &[&str],
    list: &mut Vec<(Place, String)>,
) {
    let Ok(Value::Object(object)) = serde_json::to_value(part) else {
        return;
    };
    for (name, value) in object {
        if !leave_out.contains(&name.as_str()) {
            let place = Place {
                part: Some(key.to_owned()),
                // The title is what a reader recognises the place by, so it cannot stand for itself.
                title: (name != "title").then(|| title.to_owned()),
                indicator: None,
                fiscal_year: None,
                kind: None,
                field: name,
            };
            list.push((place, shown(&value)));
        }
    }
}

fn indicator_fields(
    part: &str,
    title: &str,
    indicators: &[Indicator],
    list: &mut Vec<(Place, String)>,
) {
    for indicator in indicators {
        let place = |field: &str| Place {
            part: Some(part.to_owned()),
            title: Some(title.to_owned()),
            indicator: Some(indicator.name.clone()),
            fiscal_year: None,
            kind: None,
            field: field.to_owned(),
        };
        if let Ok(Value::Object(object)) = serde_json::to_value(indicator) {
            for (name, value) in object {
                if name != "figures" && name != "key" {
                    list.push((place(&name), shown(&value)));
                }
            }
        }
        for figure in &indicator.figures {
            let at = |field: &str| Place {
                fiscal_year: figure.fiscal_year,
                kind: Some(figure.kind),
                ..place(field)
            };
            list.push((at("figure"), figure_shown(figure)));
            for (field, value) in [
                ("doubts", serde_json::to_value(&figure.doubts)),
                ("evidence", serde_json::to_value(&figure.evidence)),
            ] {
                if let Ok(value) = value
                    && value.as_array().is_some_and(|list| !list.is_empty())
                {
                    list.push((at(field), shown(&value)));
                }
            }
        }
    }
}

fn figure_shown(figure: &super::document::Figure) -> String {
    use super::document::Reading;
    match &figure.reading {
        Reading::Number(number) => {
            let mut text = number.value.to_string();
            text.push_str(number.unit.as_deref().unwrap_or_default());
            for qualifier in &number.qualifiers {
                text.push(' ');
                text.push_str(qualifier);
            }
            text
        }
        _ => figure.text.clone(),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => items
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join("、"),
        other => other.to_string(),
    }
}

/// Brings a file together with the plan as it stands.
///
/// `base` is what the files said at the last import, `file` what they say now, `current` the plan as people have changed
/// it since. What the files have not changed stays as people made it; what the files have changed or added is taken over;
/// what a file does not mention stays: a sheet of one year never removes another year's figures.
///
/// # Errors
/// When a merged document is not a plan any more, which no valid input makes.
pub fn bring_together(
    base: Option<&PlanDocument>,
    current: &PlanDocument,
    file: &PlanDocument,
) -> Result<PlanDocument, serde_json::Error> {
    let base = base.map(serde_json::to_value).transpose()?;
    let merged = merge(
        base.as_ref(),
        &serde_json::to_value(current)?,
        &serde_json::to_value(file)?,
    );
    serde_json::from_value(merged)
}

fn merge(base: Option<&Value>, current: &Value, file: &Value) -> Value {
    if base == Some(file) {
        return current.clone();
    }
    match (current, file) {
        (Value::Object(current), Value::Object(file)) => {
            merge_objects(base.and_then(Value::as_object), current, file)
        }
        (Value::Array(current), Value::Array(file)) => {
            match (identified(current), identified(file)) {
                (Some(current_items), Some(file_items)) => {
                    let base_items = base
                        .and_then(Value::as_array)
                        .and_then(|items| identified(items))
                        .unwrap_or_default();
                    let mut result: Vec<Value> = current_items
                        .iter()
                        .map(|(name, item)| match find(&file_items, name) {
                            Some(file_item) => merge(find(&base_items, name), item, file_item),
                            None => (*item).clone(),
                        })
                        .collect();
                    result.extend(
                        file_items
                            .iter()
                            .filter(|(name, _)| find(&current_items, name).is_none())
                            .map(|(_, item)| (*item).clone()),
                    );
                    Value::Array(result)
                }
                _ => Value::Array(file.clone()),
            }
        }
        _ => file.clone(),
    }
}

fn merge_objects(
    base: Option<&Map<String, Value>>,
    current: &Map<String, Value>,
    file: &Map<String, Value>,
) -> Value {
    // A figure and a reading are one statement: they are never mixed from two sources.
    if file.contains_key("reading") && file.contains_key("kind") {
        return merge_figure(base, current, file);
    }
    let mut result = current.clone();
    for (name, value) in file {
        let merged = match current.get(name) {
            Some(now) => merge(base.and_then(|base| base.get(name)), now, value),
            // People removed it and the file still says the same: it stays removed.
            None if base.and_then(|base| base.get(name)) == Some(value) => continue,
            None => value.clone(),
        };
        result.insert(name.clone(), merged);
    }
    Value::Object(result)
}

/// A figure whose cell still reads the same keeps what a person decided about it.
fn merge_figure(
    base: Option<&Map<String, Value>>,
    current: &Map<String, Value>,
    file: &Map<String, Value>,
) -> Value {
    let same_cell = base.is_some_and(|base| base.get("text") == file.get("text"));
    if same_cell {
        Value::Object(current.clone())
    } else {
        Value::Object(file.clone())
    }
}

/// Items of a list by what identifies them; none when the list has items that nothing identifies.
fn identified(items: &[Value]) -> Option<Vec<(String, &Value)>> {
    let named: Option<Vec<(String, &Value)>> = items
        .iter()
        .map(|item| {
            let object = item.as_object()?;
            let name = if let Some(key) = object.get("key").and_then(Value::as_str) {
                format!("key {key}")
            } else if object.contains_key("reading") {
                format!(
                    "figure {} {}",
                    object.get("kind")?,
                    object.get("fiscal_year").unwrap_or(&Value::Null)
                )
            } else if let Some(label) = object.get("label") {
                format!("label {label}")
            } else if object.contains_key("text")
                && object
                    .keys()
                    .all(|key| key == "text" || key == "fiscal_year")
            {
                format!(
                    "remark {}",
                    object.get("fiscal_year").unwrap_or(&Value::Null)
                )
            } else {
                return None;
            };
            Some((name, item))
        })
        .collect();
    let named = named?;
    let distinct: std::collections::BTreeSet<&String> =
        named.iter().map(|(name, _)| name).collect();
    (distinct.len() == named.len()).then_some(named)
}

fn find<'items>(items: &[(String, &'items Value)], name: &str) -> Option<&'items Value> {
    items
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, item)| *item)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_file_did_not_change_stays_as_people_made_it() {
        let merged = merge(
            Some(&json!({"title": "甲", "summary": "もと"})),
            &json!({"title": "甲", "summary": "直した"}),
            &json!({"title": "乙", "summary": "もと"}),
        );
        assert_eq!(merged, json!({"title": "乙", "summary": "直した"}));
    }

    #[test]
    fn what_a_file_does_not_mention_stays() {
        let merged = merge(
            Some(&json!([{"key": "1", "a": 1}, {"key": "2", "a": 1}])),
            &json!([{"key": "1", "a": 1}, {"key": "2", "a": 1}]),
            &json!([{"key": "2", "a": 5}, {"key": "3", "a": 1}]),
        );
        assert_eq!(
            merged,
            json!([{"key": "1", "a": 1}, {"key": "2", "a": 5}, {"key": "3", "a": 1}])
        );
    }

    #[test]
    fn a_reviewed_figure_stands_until_its_cell_changes() {
        let base = json!({"kind": "actual", "reading": "missing", "text": "？", "doubts": [1]});
        let decided =
            json!({"kind": "actual", "reading": {"number": {"value": "5"}}, "text": "？"});
        assert_eq!(merge(Some(&base), &decided, &base), decided);
        let reread = json!({"kind": "actual", "reading": "missing", "text": "？", "doubts": [2]});
        assert_eq!(merge(Some(&base), &decided, &reread), decided);
        let corrected =
            json!({"kind": "actual", "reading": {"number": {"value": "6"}}, "text": "6件"});
        assert_eq!(merge(Some(&base), &decided, &corrected), corrected);
    }
}
