//! The life-event navigator: a few questions, the procedures that follow from them, what several forms ask alike, and the visit.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem::discriminant,
};

use jiff::{ToSpan as _, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yakuba_forms::{
    Answer, Answers, Condition, FormDocument,
    model::document::{Expression, Field, FieldKind, FormPage, Key, Layout, Prefill, Text},
};
use yakuba_kernel::DepartmentCode;

use super::document::ProcedureDocument;
use crate::error::ProcedureError;

/// The format of a life event's file.
pub const EVENT_FORMAT: &str = "yakuba-life-event/1";
/// The format of the file that tells where departments receive visitors.
pub const DESKS_FORMAT: &str = "yakuba-desks/1";
/// Addresses below `/guide` that are no event's.
const RESERVED: [&str; 4] = ["plan", "answers", "visit", "leave"];

/// A life event: what is asked, and which procedures follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LifeEventDocument {
    /// Always `yakuba-life-event/1`.
    pub format: String,
    /// Its lasting key in addresses: letters a–z, digits and hyphens.
    pub key: String,
    /// Where it stands in the list, the smallest first.
    pub position: u32,
    /// What it is called.
    pub title: Text,
    /// What it is about, in a sentence.
    pub summary: Text,
    /// What is asked, all on one page.
    #[serde(default)]
    pub questions: Vec<Question>,
    /// Answers that the event itself gives: true wherever a condition reads them.
    #[serde(default)]
    pub given: Vec<Key>,
    /// What may have to be done, in the order in which it is best done.
    pub steps: Vec<Step>,
    /// Fields that several procedures ask under different keys and that mean the same in this event.
    #[serde(default)]
    pub same: Vec<Vec<Key>>,
}

/// A question of the navigator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The key that conditions read.
    pub key: Key,
    /// The question: a statement to tick, or what the day is of.
    pub label: Text,
    /// Help under it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Text>,
    /// What is answered.
    #[serde(default)]
    pub kind: QuestionKind,
}

/// What a question is answered with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// Ticked or not: true or false in conditions.
    #[default]
    YesNo,
    /// A day, which may be left open.
    Date,
}

/// Something that may have to be done: a procedure of the city, or something described here alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The procedure's key; none: it is described by title and department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure: Option<String>,
    /// What it is called, when it is no procedure of the city's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// The department, when it is no procedure of the city's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub department: Option<DepartmentCode>,
    /// Why it applies.
    pub why: Text,
    /// When it applies, beside the procedure's own condition; none: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies_if: Option<Expression>,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
    /// What to bring, beside what the procedure names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bring: Vec<Text>,
    /// How it is done.
    pub way: Way,
}

/// By when something must be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// In words.
    pub text: Text,
    /// The law and its article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub law: Option<String>,
    /// Whether the city has not yet confirmed it: readers are told to ask.
    #[serde(default)]
    pub unsure: bool,
    /// Days after the answer to `from`, to name a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// The question of a day that the days count from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Key>,
}

/// How something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Without a visit.
    Online,
    /// At the counter.
    Counter,
    /// Filled in or booked online, then at the counter.
    OnlineThenCounter,
}

/// Where departments receive visitors, in the order in which one walks through the building.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DesksDocument {
    /// Always `yakuba-desks/1`.
    pub format: String,
    /// The desks.
    pub desks: Vec<Desk>,
}

/// Where a department receives visitors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Desk {
    /// The department.
    #[schemars(with = "String")]
    pub department: DepartmentCode,
    /// Building, floor and number of the counter.
    pub place: Text,
    /// The telephone number.
    pub phone: String,
    /// When it is open, when it is not as usual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Text>,
}

/// A file of the navigator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuideFile {
    /// A life event.
    Event(Box<LifeEventDocument>),
    /// The desks.
    Desks(DesksDocument),
}

impl GuideFile {
    /// Reads a file from YAML.
    ///
    /// # Errors
    /// [`ProcedureError::BadFile`] with line and reason.
    pub fn from_yaml(text: &str) -> Result<Self, ProcedureError> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
        }
        let bad = |error: &dyn std::fmt::Display| ProcedureError::BadFile(error.to_string());
        let head: Head = serde_saphyr::from_str(text).map_err(|error| bad(&error))?;
        match head.format.as_str() {
            EVENT_FORMAT => {
                let event: LifeEventDocument =
                    serde_saphyr::from_str(text).map_err(|error| bad(&error))?;
                event.examine()?;
                Ok(Self::Event(Box::new(event)))
            }
            DESKS_FORMAT => serde_saphyr::from_str(text)
                .map(Self::Desks)
                .map_err(|error| bad(&error)),
            other => Err(ProcedureError::BadFile(format!(
                "its format is {other:?}, but this version reads {EVENT_FORMAT:?} and {DESKS_FORMAT:?}"
            ))),
        }
    }
}

/// What is to be done, with what the city knows of it.
#[derive(Debug, Clone)]
pub struct Item<'d> {
    /// The step of the event.
    pub step: &'d Step,
    /// The procedure, when it is live.
    pub procedure: Option<&'d ProcedureDocument>,
    /// The department.
    pub department: &'d DepartmentCode,
    /// The last day, when the answers tell it.
    pub due_on: Option<Date>,
}

impl Item<'_> {
    /// What it is called.
    pub fn title(&self) -> Option<&Text> {
        self.procedure
            .map(|procedure| &procedure.title)
            .or(self.step.title.as_ref())
    }

    /// What to bring or to have at hand.
    pub fn needed(&self) -> impl Iterator<Item = &Text> {
        self.procedure
            .into_iter()
            .flat_map(|procedure| &procedure.guide.needed)
            .chain(&self.step.bring)
    }
}

impl LifeEventDocument {
    fn examine(&self) -> Result<(), ProcedureError> {
        let bad = |text: String| Err(ProcedureError::BadFile(text));
        if !ProcedureDocument::is_key(&self.key) || RESERVED.contains(&self.key.as_str()) {
            return Err(ProcedureError::BadKey(self.key.clone()));
        }
        for (number, step) in self.steps.iter().enumerate() {
            let number = number + 1;
            if step.procedure.is_none() && (step.title.is_none() || step.department.is_none()) {
                return bad(format!(
                    "step {number} needs a procedure, or a title and a department"
                ));
            }
            if let Some(condition) = &step.applies_if
                && let Err(message) = Condition::compile(condition, &self.names())
            {
                return bad(format!(
                    "the condition of step {number}: {}",
                    message.in_language(yakuba_ui::Language::English)
                ));
            }
            let from = step.deadline.as_ref().and_then(|limit| limit.from.as_ref());
            let is_day = |key: &Key| {
                self.questions
                    .iter()
                    .any(|question| question.key == *key && question.kind == QuestionKind::Date)
            };
            if from.is_some_and(|key| !is_day(key)) {
                return bad(format!(
                    "the deadline of step {number} counts from something that is no question of a day"
                ));
            }
        }
        Ok(())
    }

    /// Every name that a condition may read.
    fn names(&self) -> Vec<Key> {
        self.questions
            .iter()
            .map(|question| question.key.clone())
            .chain(self.given.iter().cloned())
            .collect()
    }

    /// The answers with those that the event itself gives.
    fn complete(&self, answers: &Answers) -> Answers {
        let mut all = answers.clone();
        for question in &self.questions {
            if question.kind == QuestionKind::YesNo && all.get(question.key.as_str()).is_none() {
                all.set(question.key.clone(), Answer::Flag(false));
            }
        }
        for key in &self.given {
            all.set(key.clone(), Answer::Flag(true));
        }
        all
    }

    /// What is to be done after the answers, in the event's order. A condition that reads what this event does not ask does not hold.
    pub fn items<'d>(
        &'d self,
        answers: &Answers,
        today: Date,
        live: impl Fn(&str) -> Option<&'d ProcedureDocument>,
    ) -> Vec<Item<'d>> {
        let (answers, names) = (self.complete(answers), self.names());
        let holds = |condition: Option<&Expression>| {
            condition.is_none_or(|condition| {
                Condition::compile(condition, &names)
                    .is_ok_and(|condition| condition.holds(&answers, today))
            })
        };
        self.steps
            .iter()
            .filter_map(|step| {
                let procedure = step.procedure.as_deref().and_then(&live);
                let department = procedure
                    .map(|procedure| &procedure.department)
                    .or(step.department.as_ref())?;
                // Named, but not live in this city and not described otherwise.
                if procedure.is_none() && step.title.is_none() {
                    return None;
                }
                let own = procedure.and_then(|procedure| procedure.guide.navigator.as_ref());
                (holds(step.applies_if.as_ref()) && holds(own)).then(|| Item {
                    step,
                    procedure,
                    department,
                    due_on: step
                        .deadline
                        .as_ref()
                        .and_then(|deadline| deadline.day(&answers)),
                })
            })
            .collect()
    }
}

impl Deadline {
    fn day(&self, answers: &Answers) -> Option<Date> {
        match answers.get(self.from.as_ref()?.as_str())? {
            Answer::Date(day) => day.checked_add(i64::from(self.days?).days()).ok(),
            _ => None,
        }
    }
}

/// What several procedures ask alike, to be asked once.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// The questions on one page; none may be required, because each form asks again for what it needs.
    pub form: FormDocument,
    /// For each question: the procedures it fills, each with the field's key there.
    pub fills: Vec<(Key, Vec<(String, Key)>)>,
    /// Of groups that repeat: what a procedure asks of each entry that is asked here too, by the procedure's key and the group's there.
    entries: BTreeMap<(String, Key), BTreeSet<Key>>,
}

/// The key of the page of [`Shared`].
pub const SHARED_PAGE: &str = "shared";

/// What makes two questions the same one.
#[derive(Debug, Clone, PartialEq)]
enum Sameness {
    /// They ask for the same attribute of the applicant.
    Attribute(Prefill),
    /// The event's file says so.
    Joined(usize),
    /// They have the same key and label.
    Field(Key, String),
}

struct Class {
    sameness: Sameness,
    field: Field,
    fills: Vec<(String, Key)>,
}

/// Finds what procedures ask alike: the applicant's own data always, everything else when at least two procedures ask it.
pub fn shared(procedures: &[&ProcedureDocument], same: &[Vec<Key>], title: Text) -> Shared {
    let mut classes: Vec<Class> = Vec::new();
    for procedure in procedures {
        for field in procedure.form.pages.iter().flat_map(|page| &page.fields) {
            if !can_be_shared(&field.kind) {
                continue;
            }
            let sameness = sameness(field, procedures, same);
            let fill = (procedure.key.clone(), field.key.clone());
            match classes.iter_mut().find(|class| class.sameness == sameness) {
                Some(class) => {
                    if join(&mut class.field.kind, &field.kind) {
                        class.fills.push(fill);
                    }
                }
                None => classes.push(Class {
                    sameness,
                    field: asked_once(field),
                    fills: vec![fill],
                }),
            }
        }
    }
    let mut fields: Vec<Field> = Vec::new();
    let mut fills = Vec::new();
    let mut entries = BTreeMap::new();
    for class in classes {
        let mut asking: Vec<&str> = class.fills.iter().map(|(key, _)| key.as_str()).collect();
        asking.dedup();
        let wanted = asking.len() >= 2 || matches!(class.sameness, Sameness::Attribute(_));
        let asks_nothing =
            matches!(&class.field.kind, FieldKind::Group { fields, .. } if fields.is_empty());
        if !wanted || asks_nothing || fields.iter().any(|field| field.key == class.field.key) {
            continue;
        }
        if let FieldKind::Group { fields: asked, .. } = &class.field.kind {
            for (procedure, key) in &class.fills {
                let same = inner_of(procedures, procedure, key)
                    .iter()
                    .filter(|inner| asked.iter().any(|known| is_same_part(known, inner)))
                    .map(|inner| inner.key.clone())
                    .collect();
                entries.insert((procedure.clone(), key.clone()), same);
            }
        }
        fills.push((class.field.key.clone(), class.fills));
        fields.push(class.field);
    }
    let page = Key::new(SHARED_PAGE).map(|key| FormPage {
        key,
        title,
        intro: None,
        show_if: None,
        fields,
    });
    Shared {
        form: FormDocument {
            layout: Layout::Single,
            before: Vec::new(),
            pages: page.into_iter().collect(),
            computed: Vec::new(),
            checks: Vec::new(),
            fees: Vec::new(),
        },
        fills,
        entries,
    }
}

fn sameness(field: &Field, procedures: &[&ProcedureDocument], same: &[Vec<Key>]) -> Sameness {
    if let Some(attribute) = field.prefill {
        return Sameness::Attribute(attribute);
    }
    if let Some(number) = same.iter().position(|keys| keys.contains(&field.key)) {
        // Joined with one of the applicant's own data, it is that.
        let attribute = procedures
            .iter()
            .flat_map(|procedure| &procedure.form.pages)
            .flat_map(|page| &page.fields)
            .filter(|other| same[number].contains(&other.key))
            .find_map(|other| other.prefill);
        return attribute.map_or(Sameness::Joined(number), Sameness::Attribute);
    }
    Sameness::Field(field.key.clone(), field.label.ja.clone())
}

/// Files, agreements and declarations are made form by form, and times are taken form by form.
fn can_be_shared(kind: &FieldKind) -> bool {
    !matches!(
        kind,
        FieldKind::File { .. }
            | FieldKind::Consent { .. }
            | FieldKind::Declaration { .. }
            | FieldKind::Slot { .. }
    )
}

fn fits(one: &FieldKind, other: &FieldKind) -> bool {
    match (one, other) {
        (FieldKind::Choice { .. } | FieldKind::Choices { .. }, _) => one == other,
        _ => discriminant(one) == discriminant(other),
    }
}

/// Whether two forms ask the same of each entry of a group: under the same key and in the same words.
fn is_same_part(one: &Field, other: &Field) -> bool {
    one.key == other.key && one.label.ja == other.label.ja && fits(&one.kind, &other.kind)
}

/// Whether what is asked here answers another form's question as well. A group asks of its entries what any of the forms asks, so that
/// a member of a family is typed once; a part that two forms mean differently is asked as the first one means it.
fn join(asked: &mut FieldKind, other: &FieldKind) -> bool {
    match (asked, other) {
        (
            FieldKind::Group { fields, max, .. },
            FieldKind::Group {
                fields: more,
                max: most,
                ..
            },
        ) => {
            *max = (*max).max(*most);
            for field in more.iter().filter(|field| can_be_shared(&field.kind)) {
                if fields.iter().all(|known| known.key != field.key) {
                    fields.push(asked_once(field));
                }
            }
            true
        }
        (asked, other) => fits(asked, other),
    }
}

/// What a procedure asks of each entry of a group.
fn inner_of<'p>(procedures: &[&'p ProcedureDocument], procedure: &str, group: &Key) -> &'p [Field] {
    procedures
        .iter()
        .filter(|known| known.key == procedure)
        .flat_map(|known| &known.form.pages)
        .flat_map(|page| &page.fields)
        .find(|field| field.key == *group)
        .map_or(&[], |field| match &field.kind {
            FieldKind::Group { fields, .. } => fields,
            _ => &[],
        })
}

/// A field as it is asked for all: without the conditions and limits of one form.
fn asked_once(field: &Field) -> Field {
    let mut field = field.clone();
    field.show_if = None;
    field.hint = None;
    field.optional = true;
    if let FieldKind::Date { earliest, latest } = &mut field.kind {
        *earliest = None;
        *latest = None;
    }
    if let FieldKind::Group { min, fields, .. } = &mut field.kind {
        *min = 0;
        *fields = fields
            .iter()
            .filter(|inner| can_be_shared(&inner.kind))
            .map(asked_once)
            .collect();
    }
    field
}

impl Shared {
    /// Puts what was answered into the answers of one procedure's form. What was changed there since the last time stays.
    pub fn fill(&self, procedure: &str, given: &Answers, before: &Answers, answers: &mut Answers) {
        for (asked, fills) in &self.fills {
            let Some(answer) = given.get(asked.as_str()) else {
                continue;
            };
            for (_, key) in fills.iter().filter(|(filled, _)| filled == procedure) {
                let present = answers.get(key.as_str());
                let earlier = before
                    .get(asked.as_str())
                    .map(|answer| self.as_asked(procedure, key, answer));
                if present.is_none() || present == earlier.as_ref() {
                    answers.set(key.clone(), self.as_asked(procedure, key, answer));
                }
            }
        }
    }

    /// What the answers of one procedure's form say to the questions here.
    pub fn collect(&self, procedure: &str, answers: &Answers) -> Answers {
        let mut given = Answers::new();
        for (asked, fills) in &self.fills {
            let own = fills
                .iter()
                .filter(|(filled, _)| filled == procedure)
                .find_map(|(_, key)| Some((key, answers.get(key.as_str())?)));
            if let Some((key, answer)) = own {
                given.set(asked.clone(), self.as_asked(procedure, key, answer));
            }
        }
        given
    }

    /// An answer with only what a procedure asks: of the entries of a group, the parts that it asks alike.
    fn as_asked(&self, procedure: &str, key: &Key, answer: &Answer) -> Answer {
        let (Answer::Group(entries), Some(parts)) = (
            answer,
            self.entries.get(&(procedure.to_owned(), key.clone())),
        ) else {
            return answer.clone();
        };
        let kept = entries.iter().map(|entry| {
            parts.iter().fold(Answers::new(), |kept, part| {
                match entry.get(part.as_str()) {
                    Some(answer) => kept.with(part.clone(), answer.clone()),
                    None => kept,
                }
            })
        });
        Answer::Group(kept.collect())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const EVENT: &str = r"
format: yakuba-life-event/1
key: moving-in
position: 1
title: 引っ越してきたとき
summary: 市に引っ越してきた方
given: [moved]
questions:
  - {key: has_dog, label: 犬がいる}
  - {key: moved_on, label: 引っ越した日, kind: date}
steps:
  - {title: 転入届, department: civic, why: 必ず, way: counter, applies_if: moved, deadline: {text: 14日以内, days: 14, from: moved_on}}
  - {procedure: dog, why: 犬がいる, way: online}
  - {procedure: nowhere, why: ない手続, way: online}
same: [[place, home]]
";

    fn event(text: &str) -> Result<LifeEventDocument, ProcedureError> {
        match GuideFile::from_yaml(text)? {
            GuideFile::Event(event) => Ok(*event),
            GuideFile::Desks(_) => panic!("no event"),
        }
    }

    fn procedure(key: &str, navigator: &str, fields: &str) -> ProcedureDocument {
        ProcedureDocument::from_yaml(&format!(
            "format: yakuba-procedure/1\nkey: {key}\ntitle: 手続\nsummary: 手続\ndepartment: civic\ncategory: living\n\
             guide: {{who: 方, afterwards: 後, minutes: 5{navigator}}}\nretention: {{years: 1, basis: 規程}}\n\
             personal_data_purpose: 手続のため\nform:\n  pages:\n    - key: one\n      title: 一\n      fields:\n{fields}"
        ))
        .unwrap()
    }

    fn key(text: &str) -> Key {
        Key::new(text).unwrap()
    }

    #[test]
    fn the_answers_decide_what_is_to_be_done_and_by_when() {
        let event = event(EVENT).unwrap();
        let dog = procedure(
            "dog",
            ", navigator: has_dog",
            "        - {key: a, label: あ, type: text}\n",
        );
        let live = |wanted: &str| (wanted == "dog").then_some(&dog);
        let today = date(2026, 11, 21);
        let none = event.items(&Answers::new(), today, live);
        assert_eq!(none.len(), 1, "without a dog, and without what is not live");
        assert_eq!(none[0].due_on, None);
        let answers = Answers::new()
            .with(key("has_dog"), Answer::Flag(true))
            .with(key("moved_on"), Answer::Date(date(2026, 11, 20)));
        let items = event.items(&answers, today, live);
        assert_eq!(items.len(), 2);
        assert_eq!(items[0].due_on, Some(date(2026, 12, 4)));
        assert_eq!(items[1].department.as_str(), "civic");
        let unknown = procedure(
            "dog",
            ", navigator: has_cat",
            "        - {key: a, label: あ, type: text}\n",
        );
        assert_eq!(event.items(&answers, today, |_| Some(&unknown)).len(), 1);
    }

    #[test]
    fn a_file_that_cannot_be_right_is_refused() {
        for (from, to) in [
            ("applies_if: moved,", "applies_if: has_cat,"),
            ("from: moved_on", "from: has_dog"),
            ("title: 転入届, department: civic,", ""),
            ("key: moving-in", "key: plan"),
            ("yakuba-life-event/1", "yakuba-life-event/9"),
        ] {
            assert!(EVENT.contains(from));
            assert!(event(&EVENT.replace(from, to)).is_err(), "{to}");
        }
    }

    #[test]
    fn what_two_forms_ask_is_asked_once_and_fills_both() {
        let one = procedure(
            "one",
            "",
            "        - {key: who, label: 氏名, type: name, prefill: name}\n\
             \x20       - {key: home, label: 住所, type: address, prefill: address}\n\
             \x20       - {key: phone, label: 電話番号, type: phone}\n\
             \x20       - {key: kind, label: 種類, type: choice, options: [{value: a, label: あ}]}\n\
             \x20       - {key: alone, label: これだけ, type: text}\n",
        );
        let two = procedure(
            "two",
            "",
            "        - {key: reader, label: 利用者, type: name, prefill: name}\n\
             \x20       - {key: place, label: 使う場所, type: address}\n\
             \x20       - {key: phone, label: 電話番号, type: phone}\n\
             \x20       - {key: kind, label: 種類, type: choice, options: [{value: b, label: い}]}\n",
        );
        let same = vec![vec![key("place"), key("home")]];
        let shared = shared(&[&one, &two], &same, Text::japanese("共通"));
        let asked: Vec<&str> = shared.fills.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(asked, ["who", "home", "phone"]);
        assert!(yakuba_forms::Form::compile(&shared.form).is_ok());
        let given = Answers::new().with(key("phone"), Answer::Text("0312345678".into()));
        let mut answers = Answers::new();
        shared.fill("two", &given, &Answers::new(), &mut answers);
        assert_eq!(answers.get("phone"), given.get("phone"));
        // What was changed in one form stays; what was not is changed with the others.
        let newer = Answers::new().with(key("phone"), Answer::Text("0300000000".into()));
        shared.fill("two", &newer, &given, &mut answers);
        assert_eq!(answers.get("phone"), newer.get("phone"));
        answers.set(key("phone"), Answer::Text("0399999999".into()));
        shared.fill("two", &given, &newer, &mut answers);
        assert_ne!(answers.get("phone"), given.get("phone"));
    }

    #[test]
    fn members_of_a_family_are_typed_once_and_each_form_takes_what_it_asks() {
        let one = procedure(
            "one",
            "",
            "        - {key: members, label: 家族, type: group, entry: 家族, min: 1, max: 3, fields: [\
             {key: member, label: 氏名, type: name}, {key: relation, label: 世帯主との続柄, type: text}, \
             {key: proof, label: 証明, type: file, accept: [pdf]}]}\n",
        );
        let two = procedure(
            "two",
            "",
            "        - {key: household, label: 同居の方, type: group, entry: 家族, max: 8, fields: [\
             {key: member, label: 氏名, type: name}, {key: born, label: 生年月日, type: date, latest: '+0'}, \
             {key: relation, label: 子どもとの続柄, type: text}]}\n",
        );
        let same = vec![vec![key("members"), key("household")]];
        let shared = shared(&[&one, &two], &same, Text::japanese("共通"));
        assert!(yakuba_forms::Form::compile(&shared.form).is_ok());
        let FieldKind::Group {
            min, max, fields, ..
        } = &shared.form.pages[0].fields[0].kind
        else {
            panic!("no group");
        };
        let asked: Vec<&str> = fields.iter().map(|field| field.key.as_str()).collect();
        assert_eq!(
            (*min, *max, asked),
            (0, 8, vec!["member", "relation", "born"])
        );

        let member = |born: i16| {
            Answers::new()
                .with(key("member"), Answer::Text("花子".into()))
                .with(key("relation"), Answer::Text("妻".into()))
                .with(key("born"), Answer::Date(date(born, 4, 1)))
        };
        let given = Answers::new().with(key("members"), Answer::Group(vec![member(1990)]));
        let (mut first, mut second) = (Answers::new(), Answers::new());
        shared.fill("one", &given, &Answers::new(), &mut first);
        shared.fill("two", &given, &Answers::new(), &mut second);
        let of = |answers: &Answers, group: &str| -> Vec<String> {
            let entry = &answers.entries(group)[0];
            ["member", "relation", "born"]
                .into_iter()
                .filter(|part| entry.get(part).is_some())
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(of(&first, "members"), ["member", "relation"]);
        assert_eq!(
            of(&second, "household"),
            ["member", "born"],
            "another relation is meant there"
        );
        // What nobody changed in the form follows; what was changed there stays.
        let newer = Answers::new().with(
            key("members"),
            Answer::Group(vec![member(1991), member(2020)]),
        );
        shared.fill("two", &newer, &given, &mut second);
        assert_eq!(second.entries("household").len(), 2);
        shared.fill(
            "two",
            &Answers::new().with(key("members"), Answer::Group(vec![member(1985)])),
            &given,
            &mut second,
        );
        assert_eq!(second.entries("household").len(), 2);
        // The other way round, from one form's answers.
        assert_eq!(
            of(&shared.collect("two", &second), "members"),
            ["member", "born"]
        );
    }
}
