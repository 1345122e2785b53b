//! What a facility's file may hold, read from its JSON Schema: whatever the document gains has a control at once.

use serde_json::Value;

use crate::model::document::schema;

/// What a word must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Anything.
    Any,
    /// A key: letters, digits and `_`.
    Key,
    /// A time of the day.
    Time,
    /// A day of every year.
    DayOfYear,
}

/// What a member may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    /// A text in three languages.
    Text,
    /// A line.
    Word(Word),
    /// A whole number.
    Number,
    /// Yes or no.
    Flag,
    /// One of these.
    Choice(Vec<String>),
    /// Members by name.
    Record(Vec<Member>),
    /// Any number of the same.
    List(Box<Shape>),
    /// One of several kinds, some of which hold more.
    OneOf(Vec<(String, Option<Shape>)>),
}

/// A member of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) shape: Shape,
    /// It must be there.
    pub(super) is_required: bool,
    /// It may be absent, which is not the same as empty.
    pub(super) is_nullable: bool,
}

impl Shape {
    /// The shape of a whole facility.
    pub(super) fn of_facility() -> Self {
        let schema: Value = serde_json::from_str(&schema()).unwrap_or_default();
        let none = Value::Null;
        let defs = schema.get("$defs").unwrap_or(&none);
        read(&schema, defs).0
    }

    /// The shape at a place, such as `resources.0.takes`.
    pub(super) fn at(&self, path: &str) -> Option<&Self> {
        let mut shape = self;
        for part in path.split('.').filter(|part| !part.is_empty()) {
            shape = match shape {
                Self::Record(members) => &members.iter().find(|member| member.name == part)?.shape,
                Self::List(inner) if part.parse::<usize>().is_ok() => inner,
                Self::OneOf(kinds) => kinds.iter().find(|(name, _)| name == part)?.1.as_ref()?,
                _ => return None,
            };
        }
        Some(shape)
    }

    /// Whether a line of a table holds it.
    pub(super) fn is_flat(&self) -> bool {
        match self {
            Self::Word(_) | Self::Number | Self::Flag | Self::Choice(_) => true,
            Self::List(inner) => matches!(**inner, Self::Word(_)),
            Self::Record(members) => Self::is_range(members),
            _ => false,
        }
    }

    /// Whether a record is nothing but lines: it is there when one of them is.
    pub(super) fn is_range(members: &[Member]) -> bool {
        members
            .iter()
            .all(|member| matches!(member.shape, Self::Word(_)))
    }
}

fn read(node: &Value, defs: &Value) -> (Shape, bool) {
    if let Some(name) = node.get("$ref").and_then(Value::as_str) {
        let name = name.rsplit('/').next().unwrap_or_default();
        let shape = match name {
            "Text" => Shape::Text,
            "Key" => Shape::Word(Word::Key),
            "ClockTime" => Shape::Word(Word::Time),
            "DayOfYear" => Shape::Word(Word::DayOfYear),
            name => {
                return defs
                    .get(name)
                    .map_or((Shape::Word(Word::Any), false), |node| read(node, defs));
            }
        };
        return (shape, false);
    }
    if let Some(options) = node.get("anyOf").and_then(Value::as_array) {
        let is_nullable = options.iter().any(is_null);
        let other = options.iter().find(|option| !is_null(option));
        let shape = other.map_or(Shape::Word(Word::Any), |other| read(other, defs).0);
        return (shape, is_nullable);
    }
    if let Some(options) = node.get("oneOf").and_then(Value::as_array) {
        let names: Option<Vec<String>> = options.iter().map(constant).collect();
        if let Some(names) = names {
            return (Shape::Choice(names), false);
        }
        let kinds = options.iter().filter_map(|option| {
            if let Some(name) = constant(option) {
                return Some((name, None));
            }
            let (name, inner) = option.get("properties")?.as_object()?.iter().next()?;
            Some((name.clone(), Some(read(inner, defs).0)))
        });
        return (Shape::OneOf(kinds.collect()), false);
    }
    if let Some(names) = node.get("enum").and_then(Value::as_array) {
        let names = names.iter().filter_map(Value::as_str).map(str::to_owned);
        return (Shape::Choice(names.collect()), false);
    }
    let (kind, is_nullable) = match node.get("type") {
        Some(Value::String(kind)) => (kind.as_str(), false),
        Some(Value::Array(kinds)) => (
            kinds
                .iter()
                .filter_map(Value::as_str)
                .find(|kind| *kind != "null")
                .unwrap_or_default(),
            true,
        ),
        _ => ("", false),
    };
    let shape = match kind {
        "integer" | "number" => Shape::Number,
        "boolean" => Shape::Flag,
        "array" => {
            let inner = node.get("items").map(|items| read(items, defs).0);
            Shape::List(Box::new(inner.unwrap_or(Shape::Word(Word::Any))))
        }
        "object" => Shape::Record(members(node, defs)),
        _ => Shape::Word(Word::Any),
    };
    (shape, is_nullable)
}

fn is_null(node: &Value) -> bool {
    node.get("type").and_then(Value::as_str) == Some("null")
}

fn constant(node: &Value) -> Option<String> {
    node.get("const").and_then(Value::as_str).map(str::to_owned)
}

/// The order in which people think of a facility's members; the others follow.
const ORDER: [&str; 35] = [
    "key",
    "name",
    "kind",
    "department",
    "summary",
    "address",
    "phone",
    "access",
    "conditions",
    "step",
    "units",
    "opening",
    "closed",
    "rules",
    "resources",
    "equipment",
    "fees",
    "weekdays",
    "weeks",
    "day",
    "who",
    "way",
    "takes",
    "capacity",
    "purposes",
    "times",
    "fee",
    "band",
    "from",
    "to",
    "yen",
    "per",
    "ordinance",
    "rows",
    "changes",
];

fn members(node: &Value, defs: &Value) -> Vec<Member> {
    let required: Vec<&str> = node
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let mut all: Vec<Member> = node
        .get("properties")
        .and_then(Value::as_object)
        .map(|members| {
            members
                .iter()
                .map(|(name, node)| {
                    let (shape, is_nullable) = read(node, defs);
                    Member {
                        is_required: required.contains(&name.as_str()),
                        name: name.clone(),
                        shape,
                        is_nullable,
                    }
                })
                .collect()
        })
        .unwrap_or_default();
    let place = |member: &Member| {
        ORDER
            .iter()
            .position(|name| *name == member.name)
            .unwrap_or(ORDER.len())
    };
    all.sort_by_key(place);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_of_a_facility_is_read_from_its_schema() {
        let facility = Shape::of_facility();
        assert_eq!(facility.at("name"), Some(&Shape::Text));
        assert_eq!(
            facility.at("resources.0.key"),
            Some(&Shape::Word(Word::Key))
        );
        assert_eq!(
            facility.at("opening.3.from"),
            Some(&Shape::Word(Word::Time))
        );
        assert_eq!(facility.at("resources.0.capacity"), Some(&Shape::Number));
        assert_eq!(
            facility.at("resources.0.times.bands.2.name"),
            Some(&Shape::Text)
        );
        assert!(
            matches!(facility.at("fees.0.changes.0.when"), Some(Shape::OneOf(kinds)) if kinds.len() == 5)
        );
        assert!(
            matches!(facility.at("fees.0.rows"), Some(Shape::List(row)) if matches!(&**row, Shape::Record(members)
            if members.iter().all(|member| member.shape.is_flat())))
        );
        assert_eq!(facility.at("nothing"), None);
    }
}
