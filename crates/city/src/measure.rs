//! What services count.

use yakuba_kernel::MeasureName;

/// A measure declared by a service: a constant, so that a fact of an undeclared measure does not compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// Service and name, such as `plan.progress_note`.
    pub name: MeasureName,
    /// What is added up.
    pub kind: MeasureKind,
    /// The unit in Japanese, such as `件`.
    pub unit: &'static str,
    /// The name in Japanese.
    pub name_ja: &'static str,
    /// The name in English.
    pub name_en: &'static str,
}

/// What the quantities of a measure are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasureKind {
    /// Something that happens: adds up over a year.
    Flow,
    /// Something that stands: facts are additions and removals.
    Stock,
    /// Something whose largest value matters, such as a wait.
    Extent,
}

impl MeasureKind {
    /// The word in tables and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::Stock => "stock",
            Self::Extent => "extent",
        }
    }

    /// Reads the word back.
    pub fn read(text: &str) -> Option<Self> {
        [Self::Flow, Self::Stock, Self::Extent]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// A measure as registered in the city: declared by a service, or by an administrator for another system's facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasureDefinition {
    /// Its name.
    pub name: MeasureName,
    /// What is added up.
    pub kind: MeasureKind,
    /// The unit in Japanese.
    pub unit: String,
    /// The name in Japanese.
    pub name_ja: String,
    /// The name in English.
    pub name_en: String,
}

impl From<&Measure> for MeasureDefinition {
    fn from(measure: &Measure) -> Self {
        Self {
            name: measure.name.clone(),
            kind: measure.kind,
            unit: measure.unit.to_owned(),
            name_ja: measure.name_ja.to_owned(),
            name_en: measure.name_en.to_owned(),
        }
    }
}
