//! A form as a file: the shape of its YAML, and the one value that the designer, the checker and the evaluator work on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yakuba_ui::Language;

/// A text in the languages of the pages. In a file it is a plain text (Japanese only) or a mapping of `ja`, `easy` and `en`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "TextForm", into = "TextForm")]
#[schemars(with = "TextForm")]
pub struct Text {
    /// 日本語
    pub ja: String,
    /// やさしい日本語; none: the Japanese is shown.
    pub easy: Option<String>,
    /// English; none: the Japanese is shown.
    pub en: Option<String>,
}

impl Text {
    /// A text in Japanese only.
    pub fn japanese(text: impl Into<String>) -> Self {
        Self {
            ja: text.into(),
            easy: None,
            en: None,
        }
    }

    /// The text in a language, falling back to Japanese.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Japanese => &self.ja,
            Language::EasyJapanese => self.easy.as_deref().unwrap_or(&self.ja),
            Language::English => self.en.as_deref().unwrap_or(&self.ja),
        }
    }

    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.ja.is_empty()
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum TextForm {
    Japanese(String),
    Languages(TextLanguages),
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TextLanguages {
    ja: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    easy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    en: Option<String>,
}

impl From<TextForm> for Text {
    fn from(form: TextForm) -> Self {
        match form {
            TextForm::Japanese(ja) => Self::japanese(ja),
            TextForm::Languages(TextLanguages { ja, easy, en }) => Self { ja, easy, en },
        }
    }
}

impl From<Text> for TextForm {
    fn from(text: Text) -> Self {
        if text.easy.is_none() && text.en.is_none() {
            return Self::Japanese(text.ja);
        }
        Self::Languages(TextLanguages {
            ja: text.ja,
            easy: text.easy,
            en: text.en,
        })
    }
}

/// An expression in CEL over the answers so far, such as `applicant_kind == "company" && size(children) > 0`.
///
/// A field's answer stands under the field's key, a computed value under its own; a question that was not asked, or not answered, is `null`
/// (any-of-several, files and groups that were asked but left empty are the empty list). `today` is the day of the application. Inside a
/// repeating group the group's own fields stand under their keys as well. What the values look like, which functions there are and what
/// happens when an expression fails is in the crate's README.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Expression(pub String);

/// The key of a page, a field or a computed value: lower-case letters, digits and `_`, beginning with a letter, at most 40 long.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = r"^[a-z][a-z0-9_]{0,39}$"))]
pub struct Key(String);

impl Key {
    /// Checks a key.
    ///
    /// # Errors
    /// The text itself, when it is not a key.
    pub fn new(text: impl Into<String>) -> Result<Self, NotAKey> {
        let text = text.into();
        let well_formed = text.len() <= 40
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        if well_formed {
            Ok(Self(text))
        } else {
            Err(NotAKey(text))
        }
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A key is found by its text: `answers.get("name")`.
impl std::borrow::Borrow<str> for Key {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(&self.0)
    }
}

impl TryFrom<String> for Key {
    type Error = NotAKey;

    fn try_from(text: String) -> Result<Self, NotAKey> {
        Self::new(text)
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.0
    }
}

/// A text that should have been a [`Key`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no key: write lower-case letters, digits and _, beginning with a letter, at most 40"
)]
pub struct NotAKey(pub String);

/// A whole form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormDocument {
    /// One thing per page, or everything on one page.
    #[serde(default)]
    pub layout: Layout,
    /// Questions before the start, which tell who may apply here and who must go elsewhere. Their answers are not kept with the case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Eligibility>,
    /// The pages, in order.
    pub pages: Vec<FormPage>,
    /// Values worked out from the answers, in the order they need each other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub computed: Vec<Computed>,
    /// What must hold between answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// What it costs; several that apply are added up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fees: Vec<Fee>,
}

/// How the pages are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// One page of the form at a time, with the answers checked at the end.
    #[default]
    Pages,
    /// All pages below each other on one.
    Single,
}

/// A question before the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Eligibility {
    /// The question's key, for later questions' conditions.
    pub key: Key,
    /// The question.
    pub question: Text,
    /// What can be answered.
    pub options: Vec<EligibilityOption>,
}

/// One answer to an [`Eligibility`] question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EligibilityOption {
    /// The value kept while the questions are asked.
    pub value: Key,
    /// What the applicant reads.
    pub label: Text,
    /// When this answer ends here: why, and what to do instead. None: goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Text>,
}

/// One page of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormPage {
    /// The page's key, in its address.
    pub key: Key,
    /// The heading.
    pub title: Text,
    /// A sentence or two under the heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intro: Option<Text>,
    /// When the page is shown; none: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_if: Option<Expression>,
    /// What is asked.
    pub fields: Vec<Field>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Field {
    /// The key its answer stands under.
    pub key: Key,
    /// The label.
    pub label: Text,
    /// Help under the label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Text>,
    /// Whether it may be left empty. Questions are required unless they say otherwise.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
    /// When it is asked; none: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_if: Option<Expression>,
    /// Which personal data this is and why it is needed; none: no personal data beyond what the kind says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Text>,
    /// Which verified attribute of the applicant fills it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefill: Option<Prefill>,
    /// The kind of question, as `type: …` beside its own settings.
    #[serde(flatten)]
    pub kind: FieldKind,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the shape serde asks for
fn is_false(flag: &bool) -> bool {
    !flag
}

/// An attribute that a proof of identity can fill in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Prefill {
    /// The applicant's name.
    Name,
    /// The applicant's address.
    Address,
    /// The applicant's date of birth.
    BirthDate,
    /// The applicant's confirmed e-mail address.
    Email,
}

/// The kinds of questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FieldKind {
    /// One line of text.
    Text(TextLimits),
    /// Several lines of text.
    LongText(TextLimits),
    /// A person's name with kana; characters outside the usual sets are kept as typed.
    Name,
    /// A date, typed as 和暦 or western.
    Date {
        /// No earlier than this: a day (`2020-04-01`) or days from today (`-30`, `+0`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        earliest: Option<String>,
        /// No later than this, likewise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        latest: Option<String>,
    },
    /// A postal address: postal code, prefecture, municipality, town, number, building.
    Address,
    /// A telephone number in Japan.
    Phone,
    /// An e-mail address.
    Email,
    /// One of several.
    Choice {
        /// What can be chosen.
        options: Vec<ChoiceOption>,
    },
    /// Any of several.
    Choices {
        /// What can be chosen.
        options: Vec<ChoiceOption>,
        /// At least so many.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<u32>,
        /// At most so many.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<u32>,
    },
    /// A number.
    Number {
        /// At least.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<i64>,
        /// At most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<i64>,
        /// Decimal places; 0 unless told, at most 3.
        #[serde(default)]
        places: u32,
        /// The unit shown behind it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<Text>,
    },
    /// An amount of money in whole yen.
    Yen {
        /// At least.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<i64>,
        /// At most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<i64>,
    },
    /// Files: their type is found from the content.
    File {
        /// What may be sent.
        accept: Vec<FileType>,
        /// The largest file in mebibytes; 10 unless told.
        #[serde(default = "ten")]
        max_mib: u32,
        /// How many at most; 1 unless told.
        #[serde(default = "one")]
        max_files: u32,
    },
    /// A time that is taken with the booking service: at a counter, for a check-up or for advice. At most one in a form, in no group. It is
    /// kept while the form is filled in and taken for good when the form is sent.
    Slot {
        /// The facility, by its key there.
        facility: String,
        /// What of it, by its key there.
        resource: String,
        /// Up to so many days from today; 14 unless told, at most 60.
        #[serde(default = "fourteen")]
        days_ahead: u32,
    },
    /// A place: by address or by coordinates.
    Place,
    /// A bank account in Japan, for money paid out.
    BankAccount,
    /// A group of questions that repeats, such as the members of a family.
    Group {
        /// What one entry is called, such as 世帯員.
        entry: Text,
        /// At least so many entries.
        #[serde(default)]
        min: u32,
        /// At most so many entries; 20 unless told.
        #[serde(default = "twenty")]
        max: u32,
        /// What is asked of each; no group inside a group.
        fields: Vec<Field>,
    },
    /// Something the applicant agrees to; must be ticked unless optional.
    Consent {
        /// What exactly is agreed to.
        text: Text,
    },
    /// A declaration that takes the place of a signature or seal; must be ticked.
    Declaration {
        /// What is declared.
        text: Text,
    },
}

fn ten() -> u32 {
    10
}

fn one() -> u32 {
    1
}

fn fourteen() -> u32 {
    14
}

fn twenty() -> u32 {
    20
}

/// Limits of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TextLimits {
    /// At most so many characters; 200 for a line and 4,000 for several unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// The characters it must be written in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<TextFormat>,
}

/// The characters a text must be written in; what can be converted (full width, half width) is converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextFormat {
    /// 全角カタカナ
    Katakana,
    /// Digits only.
    Digits,
    /// Letters, digits and `-` of ASCII.
    Alphanumeric,
    /// A corporate number (法人番号) of 13 digits with its check digit.
    CorporateNumber,
}

/// One choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceOption {
    /// The value kept.
    pub value: Key,
    /// What the applicant reads.
    pub label: Text,
    /// Help under the label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Text>,
}

/// What kinds of files may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileType {
    /// JPEG, PNG or WebP; made anew by the server, so that nothing hidden (place, device) stays in it.
    Image,
    /// PDF.
    Pdf,
    /// XLSX or CSV.
    Sheet,
    /// DOCX.
    Document,
}

/// A value worked out from the answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Computed {
    /// The key it stands under.
    pub key: Key,
    /// What it is called where it is shown; none: not shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
    /// How it is worked out.
    pub value: Expression,
}

/// Something that must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The field the message stands at.
    pub field: Key,
    /// What must hold (true or false); a check over a field that is not shown is not made.
    pub holds: Expression,
    /// What the applicant reads when it does not: what to do.
    pub message: Text,
}

/// A fee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// What it is for.
    pub label: Text,
    /// The amount in whole yen.
    pub amount: Expression,
    /// When it is due; none: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies_if: Option<Expression>,
    /// The ordinance it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
}
