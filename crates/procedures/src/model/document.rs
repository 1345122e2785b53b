//! A procedure as a file: what it is, who may apply, and its form. The shape of its YAML.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yakuba_forms::model::document::{Expression, FormDocument, Key, Text};
use yakuba_kernel::DepartmentCode;

use crate::{
    capabilities::{DECIDE, WORK},
    error::ProcedureError,
    model::processing::{DayCount, ProcessingTime},
};

/// The format this version writes and reads.
pub const FORMAT: &str = "yakuba-procedure/1";

/// The JSON Schema of a procedure's YAML as text, for editors and for those who make procedures elsewhere.
pub fn schema() -> String {
    let mut text =
        serde_json::to_string_pretty(&schemars::schema_for!(ProcedureDocument)).unwrap_or_default();
    text.push('\n');
    text
}

/// A whole procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcedureDocument {
    /// Always `yakuba-procedure/1`.
    pub format: String,
    /// Its lasting key in addresses: letters a–z, digits and hyphens, at most 60.
    pub key: String,
    /// What the town hall calls it.
    pub title: Text,
    /// What it is for, in a sentence or two.
    pub summary: Text,
    /// The department that handles it.
    #[schemars(with = "String")]
    pub department: DepartmentCode,
    /// Where residents look for it.
    pub category: Category,
    /// The life events it belongs to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub life_events: Vec<LifeEvent>,
    /// The laws and ordinances it rests on, each with its article.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub law: Vec<String>,
    /// What the applicant reads before the start.
    pub guide: Guide,
    /// How sure the town hall must be of who applies.
    #[serde(default)]
    pub proof: Proof,
    /// Whether somebody else may apply for the person: 代理・委任.
    #[serde(default)]
    pub agent: Agent,
    /// Whether several people make the application together (共同申請); none: one person does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub co_applicants: Option<CoApplicants>,
    /// Standard processing time (標準処理期間), or the period that a law or an ordinance sets, in days; none: decided at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processing_days: Option<u32>,
    /// Which days count: working days (usual), or every day, as for periods that a law or an ordinance sets.
    #[serde(default, skip_serializing_if = "DayCount::is_usual")]
    pub processing_count: DayCount,
    /// Stages of its own between the five that every procedure has (受付 → 確認 → 決定 → 交付 → 完了), in the order in which a case goes through
    /// them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<OwnStage>,
    /// Who may move a case into the standard stages.
    #[serde(default, skip_serializing_if = "Movers::is_standard")]
    pub movers: Movers,
    /// How long the case is kept after it is closed.
    pub retention: Retention,
    /// Why the town hall asks for personal data, shown to the applicant (個人情報の利用目的, Act on the Protection of Personal Information Art. 62).
    pub personal_data_purpose: Text,
    /// What staff tick off before they decide.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checklist: Vec<String>,
    /// Texts that staff start messages and decisions from. `{receipt}`, `{procedure}`, `{department}` and `{date}` (the day of writing) are
    /// filled in, and in a refusal `{reason}`: the reason that the deciding person gives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<MessageTemplate>,
    /// The columns of the export for the core system; empty: every field under its key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub export: Vec<ExportColumn>,
    /// What is asked.
    pub form: FormDocument,
}

impl ProcedureDocument {
    /// What a procedure made from nothing begins with: its guide says what to write there.
    ///
    /// # Errors
    /// Never with the file that comes along.
    pub fn pattern() -> Result<Self, ProcedureError> {
        Self::from_yaml(include_str!("pattern.yaml"))
    }

    /// The time in which a case is to be decided; none: at once.
    pub fn processing(&self) -> Option<ProcessingTime> {
        Some(ProcessingTime {
            days: self.processing_days?,
            count: self.processing_count,
        })
    }

    /// Reads a procedure from YAML (or JSON, which is YAML).
    ///
    /// # Errors
    /// [`ProcedureError::BadYaml`] with line and reason; [`ProcedureError::BadFile`]; [`ProcedureError::BadKey`].
    pub fn from_yaml(text: &str) -> Result<Self, ProcedureError> {
        let document: Self = serde_saphyr::from_str(text).map_err(|error| unreadable(&error))?;
        if document.format != FORMAT {
            return Err(ProcedureError::BadFile(format!(
                "its format is {:?}, but this version reads {FORMAT:?}",
                document.format
            )));
        }
        if !Self::is_key(&document.key) {
            return Err(ProcedureError::BadKey(document.key));
        }
        if let Some((path, text)) = document.lines().find(|(_, text)| !is_line(text)) {
            return Err(ProcedureError::BadFile(format!(
                "{path} is {text:?}, but must be one line of text without blanks around it"
            )));
        }
        Ok(document)
    }

    /// The texts that are one line each and read by people or machines as they stand, with the path of each. Blanks around them would be
    /// lost as soon as somebody opened them in a browser.
    fn lines(&self) -> impl Iterator<Item = (String, &str)> {
        let listed = [("law", &self.law), ("checklist", &self.checklist)]
            .into_iter()
            .flat_map(|(name, list)| {
                list.iter()
                    .enumerate()
                    .map(move |(number, line)| (format!("{name}.{number}"), line.as_str()))
            });
        let navigator = self.guide.navigator.as_ref();
        let templates = self.templates.iter().enumerate().flat_map(|(number, one)| {
            // Of a text of several lines the first counts: it must be there.
            let first = one.text.ja.trim().lines().next().unwrap_or_default();
            [
                (format!("templates.{number}.name"), one.name.as_str()),
                (format!("templates.{number}.text"), first.trim()),
            ]
        });
        let headings = self.export.iter().enumerate().flat_map(|(number, column)| {
            [
                (format!("export.{number}.heading"), column.heading.as_str()),
                (format!("export.{number}.from"), column.from.as_str()),
            ]
        });
        listed
            .chain(navigator.map(|known| ("guide.navigator".to_owned(), known.0.as_str())))
            .chain(self.movers().map(|(path, mover)| (path, mover.0.as_str())))
            .chain(templates)
            .chain(headings)
            .chain(
                // The checker says what to do where it is missing altogether.
                Some(self.retention.basis.as_str())
                    .filter(|basis| !basis.trim().is_empty())
                    .map(|basis| ("retention.basis".to_owned(), basis)),
            )
    }

    /// Every rule about who may move a case, with the path of its member.
    pub fn movers(&self) -> impl Iterator<Item = (String, &Mover)> {
        let own = self.stages.iter().enumerate().flat_map(|(number, stage)| {
            [("enter", &stage.enter), ("leave", &stage.leave)]
                .into_iter()
                .filter_map(move |(name, mover)| {
                    Some((format!("stages.{number}.{name}"), mover.as_ref()?))
                })
        });
        let movers = &self.movers;
        let standard = [
            ("checked", &movers.checked),
            ("decided", &movers.decided),
            ("delivered", &movers.delivered),
            ("closed", &movers.closed),
        ]
        .into_iter()
        .filter_map(|(name, mover)| Some((format!("movers.{name}"), mover.as_ref()?)));
        own.chain(standard)
    }

    /// Whether a text can be a procedure's key.
    pub fn is_key(text: &str) -> bool {
        (1..=60).contains(&text.len())
            && text
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    }

    /// The procedure as YAML, which [`ProcedureDocument::from_yaml`] reads back unchanged.
    ///
    /// # Errors
    /// [`ProcedureError::BadFile`] when it cannot be written, which no document is known to cause.
    pub fn to_yaml(&self) -> Result<String, ProcedureError> {
        serde_saphyr::to_string(self).map_err(|error| ProcedureError::BadFile(error.to_string()))
    }
}

/// Where a file cannot be read, and why.
fn unreadable(error: &serde_saphyr::Error) -> ProcedureError {
    let cause = error.to_string();
    match error.location() {
        None => ProcedureError::BadFile(cause),
        Some(place) => ProcedureError::BadYaml {
            line: place.line(),
            column: place.column(),
            summary: error
                .without_snippet()
                .to_string()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
            cause,
        },
    }
}

/// Whether a text is one line with something in it and no blanks around it.
fn is_line(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.contains(['\n', '\r'])
}

/// Where residents look for a procedure.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// 住まい・引越し・届出
    Residence,
    /// こども・子育て
    Children,
    /// 健康・福祉・介護
    Welfare,
    /// 税・保険・年金
    Tax,
    /// 水道・環境・ペット
    Living,
    /// 地域・市民活動
    Community,
    /// 事業者・入札・採用
    Business,
    /// 文化・学び・図書館
    Culture,
    /// 市政・情報公開
    Government,
}

/// An event in a life that brings several procedures at once.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LifeEvent {
    /// 引越しで転入
    MovingIn,
    /// 引越しで転出
    MovingOut,
    /// 市内で転居
    MovingWithin,
    /// 出産
    Birth,
    /// 入園・入学
    School,
    /// 結婚・離婚
    Marriage,
    /// 退職・就職
    Work,
    /// 介護
    Care,
    /// 死亡・おくやみ
    Death,
}

/// What the applicant reads before the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// Who can apply.
    pub who: Text,
    /// By when, or when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Text>,
    /// What to have at hand, one line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needed: Vec<Text>,
    /// What it costs, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Text>,
    /// What happens afterwards.
    pub afterwards: Text,
    /// How to apply without a computer: counter, post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_ways: Option<Text>,
    /// About how many minutes it takes.
    pub minutes: u32,
    /// When this procedure is one of a life event's: the condition over the navigator's answers; none: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub navigator: Option<Expression>,
}

/// How sure the town hall must be of who applies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Nobody needs to be known.
    #[default]
    None,
    /// An e-mail address that was confirmed by a code.
    Email,
    /// Verified name, address and date of birth from a provider (デジタル認証アプリ), or a check at the counter.
    Verified,
}

/// Whether somebody else may apply.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Agent {
    /// Only the person.
    #[default]
    NotAllowed,
    /// A member of the household or a legal representative (法定代理人).
    Family,
    /// Anybody with a mandate (委任状), for which the form asks.
    WithMandate,
}

/// An application that several people make together (共同申請): each of the others reads it and agrees before it is received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CoApplicants {
    /// What they are called: もう一人の保護者, 共有者.
    pub who: Text,
    /// How many there must be besides the applicant, 0 to 20.
    #[serde(default = "one")]
    pub at_least: u32,
    /// How many there can be besides the applicant, 1 to 20.
    #[serde(default = "one")]
    pub at_most: u32,
    /// The computed value, true or false, that tells from the answers whether anybody is needed; none: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed_if: Option<Key>,
    /// In how many days from sending everybody must have agreed, 1 to 60.
    #[serde(default = "two_weeks")]
    pub days: u32,
    /// The pages and questions that they see, by their keys; empty: the whole application.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sees: Vec<Key>,
    /// What they declare by agreeing.
    pub declares: Text,
    /// What they write about themselves before they agree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asks: Vec<PersonPart>,
    /// Whether they must prove who they are with a provider (デジタル認証アプリ), or with an identity document at the counter.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub verified: bool,
}

const fn one() -> u32 {
    1
}

const fn two_weeks() -> u32 {
    14
}

/// Something about a person.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PersonPart {
    /// 氏名
    Name,
    /// 生年月日
    BirthDate,
    /// 住所
    Address,
}

/// How long a closed case is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Whole years after the end of the fiscal year in which the case was closed, as records rules count them.
    pub years: u32,
    /// The rule it rests on.
    pub basis: String,
}

/// A stage of the procedure's own: a site visit, the head's approval, a committee, an inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnStage {
    /// Its lasting key: letters a–z, digits and `_`, no name of a standard stage.
    pub key: Key,
    /// The standard stage after which it comes. After a refusal nothing that comes after the decision applies.
    pub after: After,
    /// What it is called.
    pub title: Text,
    /// Whether applicants see it; otherwise they see the standard stage.
    #[serde(default = "shown", skip_serializing_if = "is_shown")]
    pub shown: bool,
    /// In how many working days a case should leave it; none: no day of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Who may move a case into it; none: whoever works on the department's cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enter: Option<Mover>,
    /// Who may move a case out of it, forward or back; none: whoever works on the department's cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave: Option<Mover>,
}

const fn shown() -> bool {
    true
}

// The signature is what serde calls.
#[allow(clippy::trivially_copy_pass_by_ref)]
const fn is_shown(shown: &bool) -> bool {
    *shown
}

/// The standard stages after which there can be others.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// 受付
    Received,
    /// 確認
    Checked,
    /// 決定
    Decided,
    /// 交付・送付
    Delivered,
}

/// Who may move a case into the standard stages; none: whoever works on the department's cases, and for the decision whoever decides them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Movers {
    /// 確認
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Mover>,
    /// 決定. Whoever it is must be allowed to decide the department's cases as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Mover>,
    /// 交付・送付
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered: Option<Mover>,
    /// 完了
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Mover>,
}

impl Movers {
    /// Whether nothing differs from other procedures.
    pub fn is_standard(&self) -> bool {
        *self == Self::default()
    }
}

/// Who may move a case: a capability in the case's department, `procedures.work` or `procedures.decide`, or the key of a role that is held
/// there, such as `department_head`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Mover(pub String);

impl Mover {
    /// Which kind of rule it is.
    pub fn rule(&self) -> Rule<'_> {
        match self.0.as_str() {
            name if name == WORK.name => Rule::Work,
            name if name == DECIDE.name => Rule::Decide,
            // Names of capabilities have a dot, keys of roles have none.
            name if name.contains('.') || name.trim().is_empty() => Rule::Unknown,
            role => Rule::Role(role),
        }
    }
}

/// What a [`Mover`] asks of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule<'m> {
    /// Whoever works on the department's cases.
    Work,
    /// Whoever decides them.
    Decide,
    /// Whoever holds this role in the department.
    Role(&'m str),
    /// A capability that no member of staff has for cases: nobody.
    Unknown,
}

/// A text that staff start from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageTemplate {
    /// What it is for.
    pub use_for: TemplateUse,
    /// What staff pick it by.
    pub name: String,
    /// The text.
    pub text: Text,
}

/// What a template is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateUse {
    /// A message to the applicant.
    Message,
    /// A request for correction (補正).
    Correction,
    /// A decision in favour.
    Approval,
    /// A refusal, with its reason (Administrative Procedure Act Art. 8).
    Refusal,
}

/// A column of the export.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportColumn {
    /// The heading the core system expects.
    pub heading: String,
    /// The field or computed value; `name.family`, `address.town` and the like reach inside one. A question of a group stands in one
    /// column for all entries, joined by `;` (`children.birth_date`), or for one (`children.2.birth_date`). `case.number`, `.receipt`,
    /// `.received_on`, `.channel`, `.stage`, `.own_stage`, `.outcome`, `.decided_on`, `.due_on` and `.department` tell of the case: a layout
    /// with one of them is written as it stands, one without gets the usual ones before it. In a procedure with co-applicants also
    /// `co_applicants.name`, `.birth_date`, `.address`, `.state`, `.agreed_on`, `.by` and `.verified` of all of them, joined by `;`, or of
    /// one: `co_applicants.2.name`.
    pub from: String,
    /// The form in which values are written; as they are kept unless told.
    #[serde(default, rename = "as", skip_serializing_if = "ColumnForm::is_usual")]
    pub written: ColumnForm,
    /// What the core system writes instead of a value: `{female: "2", male: "1"}`. The values are those that would stand there with
    /// `as: value`; `""` stands for no answer. A value without a code is written as it is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub codes: BTreeMap<String, String>,
    /// The field's key that must be shown for this column to be filled; none: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_with: Option<Key>,
    /// Whether the column says, instead of the answer, that a proof stands behind it and which: the field asks for something that can be
    /// verified (`prefill`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub verified: bool,
}

/// The form in which a column of an export writes its values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum ColumnForm {
    /// As they are kept: options by their value, dates as `2026-04-01`, ticked as 1 and not ticked as 0.
    #[default]
    #[serde(rename = "value")]
    Value,
    /// As people read them: options by their label, ticked as はい and not ticked as いいえ.
    #[serde(rename = "label")]
    Label,
    /// Dates as `20260401`.
    #[serde(rename = "yyyymmdd")]
    CompactDate,
    /// Dates as `2026/04/01`.
    #[serde(rename = "yyyy/mm/dd")]
    SlashedDate,
    /// Dates by their era: 令和8年4月1日.
    #[serde(rename = "era")]
    Era,
}

impl ColumnForm {
    /// All of them, with their names in files.
    pub const ALL: [(&'static str, Self); 5] = [
        ("value", Self::Value),
        ("label", Self::Label),
        ("yyyymmdd", Self::CompactDate),
        ("yyyy/mm/dd", Self::SlashedDate),
        ("era", Self::Era),
    ];

    /// Whether it is a form of dates only.
    pub const fn is_of_dates(self) -> bool {
        matches!(self, Self::CompactDate | Self::SlashedDate | Self::Era)
    }

    #[allow(clippy::trivially_copy_pass_by_ref)] // the shape serde asks for
    fn is_usual(&self) -> bool {
        *self == Self::Value
    }
}
