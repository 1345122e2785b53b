//! Sentences as data: which text of the catalogue `measuring`, and what is put into it.
//!
//! The rules of measuring say *why* with these, so that a page, the API and a frozen figure all tell the same in every
//! language.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use yakuba_kernel::{Channel, DepartmentCode, FiscalYear, MeasureName, Quantity, Subject};

/// One sentence: the id of its text and the values put into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// The id in the catalogue `measuring`.
    pub id: Cow<'static, str>,
    /// Values by the name the text uses.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub arguments: BTreeMap<Cow<'static, str>, Argument>,
}

impl Message {
    /// A sentence without values.
    pub const fn new(id: &'static str) -> Self {
        Self {
            id: Cow::Borrowed(id),
            arguments: BTreeMap::new(),
        }
    }

    /// Puts a value in the place of `{ $name }`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Argument>) -> Self {
        self.arguments.insert(Cow::Borrowed(name), value.into());
        self
    }
}

/// A value inside a sentence. The page writes it out in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Argument {
    /// A number with exactly the decimal places it is written with.
    Number(Decimal),
    /// How many of something.
    Count(i64),
    /// Words as they are.
    Text(String),
    /// A fiscal year.
    Year(FiscalYear),
    /// A day.
    Date(Date),
    /// A measure, shown by its name in the reader's language.
    Measure(MeasureName),
    /// A department, shown by its name.
    Department(DepartmentCode),
    /// A channel, shown by its name.
    Channel(Channel),
    /// A subject of facts.
    Subject(Subject),
    /// A sentence inside the sentence.
    Message(Box<Message>),
    /// Several values in a row.
    List(Vec<Argument>),
}

macro_rules! argument_from {
    ($($source:ty => $variant:ident),* $(,)?) => {
        $(impl From<$source> for Argument {
            fn from(value: $source) -> Self {
                Self::$variant(value.into())
            }
        })*
    };
}

argument_from! {
    Decimal => Number,
    Quantity => Number,
    i64 => Count,
    u32 => Count,
    String => Text,
    &str => Text,
    FiscalYear => Year,
    Date => Date,
    MeasureName => Measure,
    DepartmentCode => Department,
    Channel => Channel,
    Subject => Subject,
    Vec<Argument> => List,
}

impl From<Message> for Argument {
    fn from(message: Message) -> Self {
        Self::Message(Box::new(message))
    }
}

/// A number of things as a value of a sentence.
pub(crate) fn count_of(number: usize) -> Argument {
    Argument::Count(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Several values in a row as one value of a sentence.
pub(crate) fn list_of<T: Clone + Into<Argument>>(values: &[T]) -> Argument {
    Argument::List(values.iter().cloned().map(Into::into).collect())
}
