//! A kind of thing that a city keeps a register of: the shape of the YAML.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yakuba_forms::{
    Severity, check_text,
    model::document::{Key, Text},
};
use yakuba_kernel::{Decimal, DepartmentCode};
use yakuba_mail::EmailAddress;
use yakuba_ui::Language;

use super::{draft::COLUMNS, uptime::Promise};
use crate::{WORDS, error::AssetError};

/// The format that this version writes and reads.
pub const KIND_FORMAT: &str = "yakuba-assets/1";
/// The longest promise, a week: what reports more seldom is no heartbeat.
const MOST_MINUTES: u32 = 7 * 24 * 60;

/// The JSON Schema of a kind's YAML as text, for editors.
pub fn schema() -> String {
    let mut text = serde_json::to_string_pretty(&schemars::schema_for!(Kind)).unwrap_or_default();
    text.push('\n');
    text
}

/// A kind of thing, such as cameras.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Always `yakuba-assets/1`.
    pub format: String,
    /// Its lasting key.
    pub key: Key,
    /// Its name.
    pub name: Text,
    /// What it is for, in a sentence that everybody reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
    /// The department of new ones.
    #[schemars(with = "String")]
    pub department: DepartmentCode,
    /// Whether everybody sees where they are.
    #[serde(default, skip_serializing_if = "is_false")]
    pub public: bool,
    /// Whether everybody sees its photos, too. Look at each before: nobody may be recognised on them.
    #[serde(default, skip_serializing_if = "is_false")]
    pub public_photos: bool,
    /// What is written down about each beside number, name and place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Each is inspected after so many months.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspection_months: Option<u32>,
    /// What its devices report about themselves; none: they do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<Telemetry>,
}

/// Something written down about each asset of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its lasting key.
    pub key: Key,
    /// Its name.
    pub name: Text,
    /// What it holds.
    #[serde(rename = "type")]
    pub holds: FieldType,
    /// The unit of a number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// What a choice chooses from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<ChoiceOption>,
    /// Whether it must be filled in.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// Whether everybody sees it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub public: bool,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// A line of text.
    Text,
    /// A number.
    Number,
    /// One of the options.
    Choice,
    /// A day.
    Date,
    /// Yes or no.
    Flag,
}

/// One of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceOption {
    /// Its lasting key.
    pub value: Key,
    /// Its name.
    pub label: Text,
}

/// What devices report, and when somebody is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// A device reports at least this often.
    pub every_minutes: u32,
    /// It counts as silent after this time.
    pub silent_after_minutes: u32,
    /// An alert that nobody has taken up after this time goes to `escalate_to`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate_after_minutes: Option<u32>,
    /// Who is told of alerts at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mail: Vec<String>,
    /// Who is told when nobody takes an alert up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalate_to: Vec<String>,
    /// Whether these are vehicles of public transport: where they are now is on the map and in GTFS Realtime.
    #[serde(default, skip_serializing_if = "is_false")]
    pub vehicles: bool,
    /// What is measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
}

/// Something that a device measures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// Its lasting key.
    pub key: Key,
    /// Its name.
    pub name: Text,
    /// Its unit.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Below it there is an alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("type" = ["number", "string", "null"]))]
    pub least: Option<Decimal>,
    /// Above it there is an alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("type" = ["number", "string", "null"]))]
    pub most: Option<Decimal>,
    /// What an alert says; none: the name, and that it is out of range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<Text>,
    /// Who is told of this alert instead of those of the kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mail: Vec<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the shape serde asks for
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Kind {
    /// Reads a kind from YAML (or JSON, which is YAML).
    ///
    /// # Errors
    /// [`AssetError::BadFile`] with line and reason.
    pub fn from_yaml(text: &str) -> Result<Self, AssetError> {
        let kind: Self =
            serde_saphyr::from_str(text).map_err(|error| AssetError::BadFile(error.to_string()))?;
        if kind.format != KIND_FORMAT {
            return Err(AssetError::BadFile(format!(
                "its format is {:?}, but this version reads {KIND_FORMAT:?}",
                kind.format
            )));
        }
        Ok(kind)
    }

    /// The kind as YAML, which [`Kind::from_yaml`] reads back unchanged.
    ///
    /// # Errors
    /// [`AssetError::BadFile`] when it cannot be written, which no kind is known to cause.
    pub fn to_yaml(&self) -> Result<String, AssetError> {
        serde_saphyr::to_string(self).map_err(|error| AssetError::BadFile(error.to_string()))
    }

    /// Whether these are vehicles of public transport.
    pub fn is_of_vehicles(&self) -> bool {
        self.telemetry
            .as_ref()
            .is_some_and(|telemetry| telemetry.vehicles)
    }

    /// A field.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key.as_str() == key)
    }

    /// A value that its devices measure.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.telemetry
            .iter()
            .flat_map(|telemetry| &telemetry.values)
            .find(|value| value.key.as_str() == key)
    }
}

impl Field {
    /// A stored value in words.
    pub fn shown(&self, value: &str, language: Language) -> String {
        match self.holds {
            FieldType::Choice => self
                .options
                .iter()
                .find(|option| option.value.as_str() == value)
                .map_or(value, |option| option.label.get(language))
                .to_owned(),
            FieldType::Flag => WORDS
                .words(language)
                .get(if value == "yes" {
                    "assets-yes"
                } else {
                    "assets-no"
                })
                .into_owned(),
            FieldType::Number if !self.unit.is_empty() => format!("{value} {}", self.unit),
            FieldType::Date => value.parse().map_or_else(
                |_| value.to_owned(),
                |day| yakuba_ui::format::date(day, language),
            ),
            FieldType::Number | FieldType::Text => value.to_owned(),
        }
    }
}

impl Telemetry {
    /// What a device promises, in microseconds.
    pub fn promise(&self) -> Promise {
        let micros = |minutes: u32| i64::from(minutes) * 60_000_000;
        Promise {
            every: micros(self.every_minutes),
            silent_after: micros(self.silent_after_minutes.max(self.every_minutes)),
        }
    }
}

impl Value {
    /// Whether a measured value needs nobody.
    pub fn allows(&self, measured: Decimal) -> bool {
        self.least.is_none_or(|least| measured >= least)
            && self.most.is_none_or(|most| measured <= most)
    }
}

/// Looks a kind over: what must be mended before it can be brought in, and what somebody should look at. Each is a line with its place.
pub fn check(kind: &Kind) -> Vec<(Severity, String)> {
    let mut found = Vec::new();
    let mut must = |place: String, key: &'static str| {
        let sentence = WORDS.words(Language::English).get(key);
        found.push((Severity::Must, format!("{place}: {sentence}")));
    };
    let mut seen = BTreeSet::new();
    for field in &kind.fields {
        let place = format!("fields/{}", field.key);
        if !seen.insert(field.key.as_str()) {
            must(place.clone(), "assets-finding-twice");
        }
        if COLUMNS.contains(&field.key.as_str()) {
            must(place.clone(), "assets-finding-reserved");
        }
        if (field.holds == FieldType::Choice) == field.options.is_empty() {
            must(place.clone(), "assets-finding-options");
        }
        if !field.unit.is_empty() && field.holds != FieldType::Number {
            must(place, "assets-finding-unit");
        }
    }
    if kind
        .inspection_months
        .is_some_and(|months| !(1..=1_200).contains(&months))
    {
        must("inspection_months".to_owned(), "assets-finding-inspection");
    }
    if kind.public_photos && !kind.public {
        must("public_photos".to_owned(), "assets-finding-photos");
    }
    if let Some(telemetry) = &kind.telemetry {
        check_telemetry(telemetry, &mut must);
        // Where they are cannot be told of what nobody may know of.
        if telemetry.vehicles && !kind.public {
            must("telemetry/vehicles".to_owned(), "assets-finding-vehicles");
        }
    }
    let texts = [Some(&kind.name), kind.about.as_ref()]
        .into_iter()
        .flatten()
        .chain(kind.fields.iter().map(|field| &field.name))
        .chain(
            kind.fields
                .iter()
                .flat_map(|field| field.options.iter().map(|option| &option.label)),
        )
        .chain(kind.telemetry.iter().flat_map(|telemetry| {
            telemetry.values.iter().flat_map(|value| {
                [Some(&value.name), value.alert.as_ref()]
                    .into_iter()
                    .flatten()
            })
        }));
    for (severity, message) in texts.flat_map(check_text) {
        found.push((
            severity,
            format!("{}: {}", kind.key, message.in_language(Language::English)),
        ));
    }
    found.sort_by_key(|(severity, _)| *severity);
    found
}

fn check_telemetry(telemetry: &Telemetry, must: &mut impl FnMut(String, &'static str)) {
    let minutes = 1..=MOST_MINUTES;
    if !minutes.contains(&telemetry.every_minutes)
        || !minutes.contains(&telemetry.silent_after_minutes)
        || telemetry.silent_after_minutes < telemetry.every_minutes
    {
        must("telemetry".to_owned(), "assets-finding-minutes");
    }
    match telemetry.escalate_after_minutes {
        Some(after) if minutes.contains(&after) && !telemetry.escalate_to.is_empty() => {}
        None if telemetry.escalate_to.is_empty() => {}
        _ => must(
            "telemetry/escalate_after_minutes".to_owned(),
            "assets-finding-escalation",
        ),
    }
    let mut seen = BTreeSet::new();
    for value in &telemetry.values {
        let place = format!("telemetry/values/{}", value.key);
        if !seen.insert(value.key.as_str()) {
            must(place.clone(), "assets-finding-twice");
        }
        if matches!((value.least, value.most), (Some(from), Some(to)) if from > to) {
            must(place, "assets-finding-range");
        }
    }
    let addresses = telemetry
        .mail
        .iter()
        .chain(&telemetry.escalate_to)
        .chain(telemetry.values.iter().flat_map(|value| &value.mail));
    for address in addresses {
        if EmailAddress::read(address).is_err() {
            must(format!("telemetry/{address}"), "assets-finding-mail");
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A kind with everything, for tests.
    pub(crate) const CAMERA: &str = "format: yakuba-assets/1
key: camera
name: カメラ
department: crisis
public: true
fields:
  - {key: pole, name: 柱の番号, type: text, required: true}
  - {key: height, name: 高さ, type: number, unit: m, public: true}
  - {key: mount, name: 取付け, type: choice, options: [{value: pole, label: 柱}, {value: wall, label: 壁}]}
  - {key: bought, name: 購入日, type: date}
  - {key: night, name: 夜間撮影, type: flag}
inspection_months: 12
telemetry:
  every_minutes: 5
  silent_after_minutes: 15
  escalate_after_minutes: 60
  mail: [crisis@example.jp]
  escalate_to: [head@example.jp]
  values:
    - {key: heat, name: 温度, unit: ℃, least: -10, most: 60}
";

    pub(crate) fn camera() -> Kind {
        Kind::from_yaml(CAMERA).unwrap()
    }

    fn musts(yaml: &str) -> Vec<String> {
        check(&Kind::from_yaml(yaml).unwrap())
            .into_iter()
            .filter(|(severity, _)| *severity == Severity::Must)
            .map(|(_, line)| line)
            .collect()
    }

    #[test]
    fn a_kind_goes_out_and_in_unchanged() {
        let kind = camera();
        assert_eq!(Kind::from_yaml(&kind.to_yaml().unwrap()).unwrap(), kind);
        assert!(musts(CAMERA).is_empty(), "{:?}", musts(CAMERA));
    }

    #[test]
    fn what_cannot_be_is_told_with_its_place() {
        for (from, to, place) in [
            ("key: height", "key: pole", "fields/pole"),
            ("key: height", "key: number", "fields/number"),
            (
                "unit: m",
                "unit: m, options: [{value: a, label: b}]",
                "fields/height",
            ),
            (
                "type: number, unit: m",
                "type: text, unit: m",
                "fields/height",
            ),
            (
                "inspection_months: 12",
                "inspection_months: 0",
                "inspection_months",
            ),
            (
                "silent_after_minutes: 15",
                "silent_after_minutes: 4",
                "telemetry",
            ),
            ("public: true\n", "public_photos: true\n", "public_photos"),
            ("every_minutes: 5", "every_minutes: 0", "telemetry"),
            (
                "  escalate_to: [head@example.jp]\n",
                "",
                "telemetry/escalate_after_minutes",
            ),
            ("crisis@example.jp", "nobody", "telemetry/nobody"),
            ("most: 60", "most: -60", "telemetry/values/heat"),
        ] {
            let broken = CAMERA.replace(from, to);
            let lines = musts(&broken);
            assert!(
                lines.iter().any(|line| line.starts_with(place)),
                "{to}: {lines:?}"
            );
        }
        assert!(Kind::from_yaml(&CAMERA.replace("assets/1", "assets/9")).is_err());
        assert!(Kind::from_yaml(&CAMERA.replace("public: true\nf", "publik: true\nf")).is_err());
    }

    #[test]
    fn a_range_holds_its_ends() {
        let kind = camera();
        let heat = kind.value("heat").unwrap();
        for (value, is_allowed) in [
            ("-10", true),
            ("60", true),
            ("60.001", false),
            ("-10.5", false),
        ] {
            assert_eq!(heat.allows(value.parse().unwrap()), is_allowed, "{value}");
        }
    }
}
