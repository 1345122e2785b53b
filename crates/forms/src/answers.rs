//! What somebody answered.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
pub use yakuba_city::{Slot, SlotSource};
use yakuba_kernel::{Address, Decimal, PersonName, PostalCode, Yen};

use crate::model::document::Key;

/// The answers to a form, or to one entry of a repeating group, by field.
///
/// What was typed but could not be read as an answer is kept beside them, so that a draft shows it again. Serialises to JSON and back
/// without loss. Answers are personal data: `Debug` shows none of them.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    #[serde(default)]
    answers: BTreeMap<Key, Answer>,
    /// By field: what its controls held, by the control's name after the field's (`""` for a field of one control).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    typed: BTreeMap<Key, Typed>,
}

/// What the controls of one field held when it could not be read: by the control's part of the name, empty for the only one.
pub type Typed = BTreeMap<String, String>;

impl Answers {
    /// No answers.
    pub fn new() -> Self {
        Self::default()
    }

    /// The answer to a field.
    pub fn get(&self, field: &str) -> Option<&Answer> {
        self.answers.get(field)
    }

    /// Sets the answer to a field; what was typed wrongly there is forgotten.
    pub fn set(&mut self, field: Key, answer: Answer) {
        self.typed.remove(&field);
        self.answers.insert(field, answer);
    }

    /// The same, for building answers in one go.
    #[must_use]
    pub fn with(mut self, field: Key, answer: Answer) -> Self {
        self.set(field, answer);
        self
    }

    /// Forgets the answer to a field and what was typed there.
    pub fn remove(&mut self, field: &str) -> Option<Answer> {
        self.typed.remove(field);
        self.answers.remove(field)
    }

    /// The answers, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Answer)> {
        self.answers.iter()
    }

    /// The entries of a repeating group; none when there are none.
    pub fn entries(&self, group: &str) -> &[Answers] {
        match self.answers.get(group) {
            Some(Answer::Group(entries)) => entries,
            _ => &[],
        }
    }

    /// The entries of a repeating group, to be changed; the group is made when it is not there.
    pub fn entries_mut(&mut self, group: &Key) -> &mut Vec<Answers> {
        let slot = self
            .answers
            .entry(group.clone())
            .or_insert_with(|| Answer::Group(Vec::new()));
        if !matches!(slot, Answer::Group(_)) {
            *slot = Answer::Group(Vec::new());
        }
        match slot {
            Answer::Group(entries) => entries,
            // Made a group just above.
            _ => unreachable!("the answer is a group"),
        }
    }

    /// What was typed into a field that could not be read.
    pub fn typed(&self, field: &str) -> Option<&Typed> {
        self.typed.get(field)
    }

    /// Keeps what could not be read; an earlier answer is forgotten, so that nobody takes it for this one.
    pub fn set_typed(&mut self, field: Key, typed: Typed) {
        self.answers.remove(&field);
        self.typed.insert(field, typed);
    }

    /// Whether there is neither an answer nor anything typed.
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty() && self.typed.is_empty()
    }

    /// The time that is to be taken with the booking service, if one was chosen.
    pub fn slot(&self) -> Option<&Slot> {
        self.answers.values().find_map(|answer| match answer {
            Answer::Slot(slot) => Some(slot),
            _ => None,
        })
    }

    /// All files among the answers, in groups as well.
    pub fn files(&self) -> Vec<&FileAnswer> {
        let mut files = Vec::new();
        for answer in self.answers.values() {
            match answer {
                Answer::Files(own) => files.extend(own),
                Answer::Group(entries) => {
                    files.extend(entries.iter().flat_map(Self::files));
                }
                _ => {}
            }
        }
        files
    }
}

/// Hides the answers.
impl fmt::Debug for Answers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Answers({} hidden)", self.answers.len())
    }
}

/// One answer. Texts, telephone numbers, e-mail addresses and codes are all [`Answer::Text`], in the spelling their field calls for.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Answer {
    /// A text; never empty.
    Text(String),
    /// A number.
    Number(Decimal),
    /// An amount of money.
    Yen(Yen),
    /// A day.
    Date(Date),
    /// Agreed or declared; an unticked one is `false`.
    Flag(bool),
    /// The value of the chosen option.
    Choice(Key),
    /// The values of the chosen options, in the form's order.
    Choices(Vec<Key>),
    /// A person's name.
    Name(PersonName),
    /// A postal address.
    Address(Address),
    /// A time that is taken with the booking service.
    Slot(Slot),
    /// A place.
    Place(Place),
    /// A bank account.
    BankAccount(BankAccount),
    /// Files that were sent.
    Files(Vec<FileAnswer>),
    /// The entries of a repeating group.
    Group(Vec<Answers>),
}

/// Hides the answer.
impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Answer(hidden)")
    }
}

/// A place: how to find it, and perhaps its coordinates.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// An address or a description (○○公園の入口), as typed.
    pub description: String,
    /// Latitude and longitude in degrees (JGD2011, which is WGS 84 to a metre), when given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinates: Option<Coordinates>,
}

/// Latitude and longitude in degrees.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Coordinates {
    /// Degrees north, 20 to 46.
    pub latitude: Decimal,
    /// Degrees east, 122 to 154.
    pub longitude: Decimal,
}

/// A bank account in Japan, in the parts and the spelling of the 全銀 format for transfers (総合振込).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankAccount {
    /// 金融機関コード: 4 digits.
    pub bank_code: String,
    /// 支店コード: 3 digits.
    pub branch_code: String,
    /// 預金種目
    pub kind: AccountKind,
    /// 口座番号: 7 digits.
    pub number: String,
    /// 口座名義: half-width katakana, capital letters, digits and the few signs that banks accept; at most 30.
    pub holder: String,
}

/// What kind of account it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// 普通
    Ordinary,
    /// 当座
    Current,
    /// 貯蓄
    Savings,
}

impl AccountKind {
    /// Every kind, the most usual first.
    pub const ALL: [Self; 3] = [Self::Ordinary, Self::Current, Self::Savings];

    /// The name in forms and in expressions: `ordinary`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Current => "current",
            Self::Savings => "savings",
        }
    }

    /// The 預金種目 of the 全銀 format: 1, 2, 4.
    pub const fn zengin(self) -> u8 {
        match self {
            Self::Ordinary => 1,
            Self::Current => 2,
            Self::Savings => 4,
        }
    }
}

/// A file that was sent with the answers. Its content is kept by whoever keeps the answers, under `id`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileAnswer {
    /// Under which the content is found.
    pub id: String,
    /// The name it had on the sender's device, for people to recognise; never trusted for anything.
    pub name: String,
    /// What it is, found from its content: `image/jpeg`, `application/pdf`…
    pub media_type: String,
    /// Its size.
    pub bytes: u64,
}

/// Hides the name: it may tell something of its sender.
impl fmt::Debug for FileAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "FileAnswer({}, {} bytes)",
            self.media_type, self.bytes
        )
    }
}

/// The postal code of an address, as seven digits; empty when there is none.
pub(crate) fn postal_digits(code: Option<&PostalCode>) -> &str {
    code.map_or("", PostalCode::digits)
}
