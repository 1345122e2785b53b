//! A visit to the town hall: codes that go from one screen to another, and what staff note of an application that they enter.

use std::{collections::BTreeMap, fmt, str::FromStr};

use jiff::civil::Date;
use rand::Rng as _;
use serde::{Deserialize, Serialize};
use yakuba_forms::{
    Answer, Answers, Evaluation, FieldProblem, Form,
    model::document::{FieldKind, Key, Prefill},
};

use super::receipt::{ALPHABET, values_of};

/// Characters of a code.
const LENGTH: usize = 8;
/// Characters in a group.
const GROUP: usize = 4;

/// A code such as `7K2M-9QXR` that somebody reads from one screen and types into another: 40 random bits, good once and for a short
/// time. `Debug` does not print it.
#[derive(Clone, PartialEq, Eq)]
pub struct ShortCode([u8; LENGTH]);

/// A text that is no short code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no code: it has 8 letters and digits. Check it for typing errors")]
pub struct NotACode;

impl ShortCode {
    /// A new code.
    pub fn generate() -> Self {
        let mut random = rand::rng();
        Self(std::array::from_fn(|_| random.random_range(0..32)))
    }

    /// The code without its groups, as it is hashed and as a QR code holds it.
    pub fn plain(&self) -> String {
        self.0
            .iter()
            .map(|value| char::from(ALPHABET[usize::from(*value)]))
            .collect()
    }
}

impl fmt::Display for ShortCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.plain();
        let (first, second) = plain.split_at(GROUP);
        write!(formatter, "{first}-{second}")
    }
}

impl fmt::Debug for ShortCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ShortCode(…)")
    }
}

impl FromStr for ShortCode {
    type Err = NotACode;

    /// Reads what somebody typed or a scanner sent: full width, small letters, blanks and dashes do not matter; I and L are 1, O is 0.
    fn from_str(text: &str) -> Result<Self, NotACode> {
        let values: Vec<u8> = values_of(text)
            .collect::<Option<Vec<u8>>>()
            .ok_or(NotACode)?;
        Ok(Self(values.try_into().map_err(|_| NotACode)?))
    }
}

/// What a member of staff looked at to know who the visitor is. Kinds only: no number of any document is ever kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityDocument {
    /// マイナンバーカード (its face; the number on the back is never asked)
    MyNumberCard,
    /// 運転免許証
    DrivingLicence,
    /// パスポート
    Passport,
    /// 在留カード・特別永住者証明書
    ResidenceCard,
    /// Two documents without a photograph, or another one.
    Other,
}

impl IdentityDocument {
    /// All of them, the most usual first.
    pub const ALL: [Self; 5] = [
        Self::MyNumberCard,
        Self::DrivingLicence,
        Self::Passport,
        Self::ResidenceCard,
        Self::Other,
    ];

    /// The name in forms and text keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MyNumberCard => "my-number-card",
            Self::DrivingLicence => "driving-licence",
            Self::Passport => "passport",
            Self::ResidenceCard => "residence-card",
            Self::Other => "other",
        }
    }

    /// The document of a name in a form.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|document| document.as_str() == name)
    }
}

/// How an attribute of the applicant was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Staff compared it with a document.
    Document(IdentityDocument),
    /// It comes from the visitor's own account, for which an identity provider vouched.
    Account,
}

/// An attribute with the value that was verified: when the answer changes it is verified no more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verified {
    /// Which attribute.
    pub attribute: Prefill,
    /// How.
    pub how: How,
    /// The value that was compared.
    pub value: Answer,
}

/// What staff note of an application beside the answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EntryNotes {
    /// The day on which a paper application arrived.
    #[serde(default)]
    pub arrived_on: Option<Date>,
    /// What was verified.
    #[serde(default)]
    pub verified: Vec<Verified>,
    /// File fields, by path, whose documents came on paper.
    #[serde(default)]
    pub on_paper: Vec<String>,
    /// E-mail fields, by path, for which the person has no address.
    #[serde(default)]
    pub has_none: Vec<String>,
    /// Questions of a paper, by path, that were left without an answer and are to be put right later.
    #[serde(default)]
    pub gaps: Vec<String>,
    /// Whether the mandate of an agent was seen.
    #[serde(default)]
    pub mandate_seen: bool,
    /// The resident's account that the visitor showed a code of.
    #[serde(default)]
    pub resident: Option<i64>,
}

/// The answer at a path: `birth`, or `children.0.birth` in a group.
fn answer_at<'a>(answers: &'a Answers, path: &str) -> Option<&'a Answer> {
    let mut parts = path.split('.');
    let first = parts.next()?;
    match (parts.next(), parts.next()) {
        (Some(number), Some(inner)) => answers
            .entries(first)
            .get(number.parse::<usize>().ok()?)?
            .get(inner),
        _ => answers.get(first),
    }
}

/// Whether something stands at a path that could not be read.
fn is_typed(answers: &Answers, path: &str) -> bool {
    let mut parts = path.split('.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(group), Some(number), Some(inner)) => number
            .parse::<usize>()
            .ok()
            .and_then(|number| answers.entries(group).get(number))
            .is_some_and(|entry| entry.typed(inner).is_some()),
        _ => answers.typed(path).is_some(),
    }
}

/// Whether nothing at all was answered at a path; a box that is not ticked is no answer.
fn is_empty(answers: &Answers, path: &str) -> bool {
    matches!(answer_at(answers, path), None | Some(Answer::Flag(false))) && !is_typed(answers, path)
}

impl EntryNotes {
    /// What is still missing or wrong. A form made for the screen asks for files and an e-mail address; whoever comes in person or
    /// writes on paper may hand the documents over on paper and need not have an address. A paper may also lack answers, which are noted
    /// as its gaps. Nothing else may be left out.
    pub fn left_open(
        &self,
        form: &Form,
        answers: &Answers,
        problems: &[FieldProblem],
    ) -> Vec<FieldProblem> {
        problems
            .iter()
            .filter(|problem| !self.excuses(form, answers, &problem.path()))
            .cloned()
            .collect()
    }

    fn excuses(&self, form: &Form, answers: &Answers, path: &str) -> bool {
        if self.gaps.iter().any(|gap| gap == path) {
            return is_empty(answers, path);
        }
        let Some(field) = form.field_at_path(path) else {
            return false;
        };
        let noted = match field.kind {
            FieldKind::File { .. } => &self.on_paper,
            FieldKind::Email => &self.has_none,
            _ => return false,
        };
        noted.iter().any(|known| known == path)
            && answer_at(answers, path).is_none()
            && !is_typed(answers, path)
    }

    /// The questions among those with problems that nothing at all was answered to, by path: what a paper can lack. An answer that
    /// cannot be read or is wrong is none of them, and a time is chosen by whoever enters the paper.
    pub fn unanswered(answers: &Answers, problems: &[FieldProblem]) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for problem in problems {
            let path = problem.path();
            if problem.message.id() != Some("forms-problem-slot")
                && is_empty(answers, &path)
                && !found.contains(&path)
            {
                found.push(path);
            }
        }
        found
    }

    /// The gaps that there are with the answers as they are now.
    pub fn gaps_now(&self, answers: &Answers, problems: &[FieldProblem]) -> Vec<String> {
        let mut missing = Self::unanswered(answers, problems);
        missing.retain(|path| self.gaps.contains(path));
        missing
    }

    /// The fields that are asked now and may be left out in one of these ways: paths with labels' fields, files first.
    pub fn may_be_left_out(form: &Form, evaluation: &Evaluation) -> (Vec<String>, Vec<String>) {
        let (mut files, mut emails) = (Vec::new(), Vec::new());
        for (path, state) in &evaluation.fields {
            if !state.required {
                continue;
            }
            match form.field_at_path(path).map(|field| &field.kind) {
                Some(FieldKind::File { .. }) => files.push(path.clone()),
                Some(FieldKind::Email) => emails.push(path.clone()),
                _ => {}
            }
        }
        (files, emails)
    }

    /// Verifies attributes with the values that the answers have now; one without an answer is not verified.
    pub fn verify(
        &mut self,
        form: &Form,
        answers: &Answers,
        attributes: &[Prefill],
        document: IdentityDocument,
    ) {
        self.verified
            .retain(|verified| verified.how == How::Account);
        for (attribute, answer) in answers_to(form, answers) {
            if attributes.contains(&attribute)
                && !self
                    .verified
                    .iter()
                    .any(|verified| verified.attribute == attribute && verified.value == *answer)
            {
                self.verified
                    .retain(|verified| verified.attribute != attribute);
                self.verified.push(Verified {
                    attribute,
                    how: How::Document(document),
                    value: answer.clone(),
                });
            }
        }
    }

    /// What is verified of the answers as they are now.
    pub fn verified_now(&self, form: &Form, answers: &Answers) -> BTreeMap<&'static str, How> {
        let given: Vec<(Prefill, &Answer)> = answers_to(form, answers);
        self.verified
            .iter()
            .filter(|verified| {
                given.iter().any(|(attribute, answer)| {
                    *attribute == verified.attribute && **answer == verified.value
                })
            })
            .map(|verified| (attribute_name(verified.attribute), verified.how))
            .collect()
    }
}

/// The name of an attribute in records and text keys.
pub const fn attribute_name(attribute: Prefill) -> &'static str {
    match attribute {
        Prefill::Name => "name",
        Prefill::Address => "address",
        Prefill::BirthDate => "birth_date",
        Prefill::Email => "email",
    }
}

/// The first question for each attribute of the applicant.
pub fn fields_by_attribute(form: &Form) -> Vec<(Prefill, Key)> {
    let mut found: Vec<(Prefill, Key)> = Vec::new();
    for field in form.document().pages.iter().flat_map(|page| &page.fields) {
        if let Some(attribute) = field.prefill
            && !found.iter().any(|(known, _)| *known == attribute)
        {
            found.push((attribute, field.key.clone()));
        }
    }
    found
}

fn answers_to<'a>(form: &Form, answers: &'a Answers) -> Vec<(Prefill, &'a Answer)> {
    fields_by_attribute(form)
        .into_iter()
        .filter_map(|(attribute, key)| Some((attribute, answers.get(key.as_str())?)))
        .collect()
}

/// What is kept with the case of how it was entered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryRecord {
    /// The attributes that were verified, by name, and how.
    #[serde(default)]
    pub verified: BTreeMap<String, How>,
    /// File fields, by path, whose documents came on paper.
    #[serde(default)]
    pub on_paper: Vec<String>,
    /// E-mail fields, by path, for which the person has no address.
    #[serde(default)]
    pub has_none: Vec<String>,
    /// Whether the mandate of an agent was seen.
    #[serde(default)]
    pub mandate_seen: bool,
    /// Whether the visitor confirmed the answers on a tablet.
    #[serde(default)]
    pub confirmed: bool,
}

impl EntryRecord {
    /// What is missing or wrong in answers that were given anew, with what needed no answer at the entry.
    pub fn left_open(
        &self,
        form: &Form,
        answers: &Answers,
        evaluation: &Evaluation,
    ) -> Vec<FieldProblem> {
        EntryNotes {
            on_paper: self.on_paper.clone(),
            has_none: self.has_none.clone(),
            ..EntryNotes::default()
        }
        .left_open(form, answers, &evaluation.problems)
    }

    /// The questions without any answer among them, by path.
    pub fn gaps(&self, form: &Form, answers: &Answers, evaluation: &Evaluation) -> Vec<String> {
        EntryNotes::unanswered(answers, &self.left_open(form, answers, evaluation))
    }
}

#[cfg(test)]
mod tests {
    use yakuba_forms::FormDocument;
    use yakuba_kernel::PersonName;

    use super::*;

    fn form() -> Form {
        let document: FormDocument = serde_saphyr::from_str(
            r"
pages:
  - key: one
    title: 申請
    fields:
      - {key: who, label: 氏名, type: name, prefill: name}
      - {key: mail, label: メール, type: email, prefill: email}
      - {key: paper, label: 証明, type: file, accept: [image]}
      - {key: reason, label: 理由, type: text}
",
        )
        .unwrap();
        Form::compile(&document).unwrap()
    }

    fn name(given: &str) -> Answer {
        Answer::Name(PersonName::new("髙橋", given, "タカハシ", "").unwrap())
    }

    #[test]
    fn a_code_is_read_back_however_it_was_typed() {
        let code = ShortCode::generate();
        let shown = code.to_string();
        assert_eq!(shown.len(), 9);
        assert!(!format!("{code:?}").contains(&code.plain()));
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            code.plain(),
            shown.replace('-', " "),
            shown.replace('-', "ー").replace('0', "o"),
        ] {
            assert_eq!(typed.parse(), Ok(code.clone()), "{typed}");
        }
        for wrong in ["", "7K2M", "7K2M-9QXR-1", "🙂🙂🙂🙂🙂🙂🙂🙂"] {
            assert!(wrong.parse::<ShortCode>().is_err());
        }
    }

    #[test]
    fn only_files_and_an_address_may_be_left_out_and_only_when_noted() {
        let form = form();
        let today = jiff::civil::date(2026, 11, 21);
        let answers = Answers::new().with(Key::new("who").unwrap(), name("花子"));
        let evaluation = form.evaluate(&answers, today);
        let mut notes = EntryNotes::default();
        let open = |notes: &EntryNotes, answers: &Answers| -> Vec<String> {
            let evaluation = form.evaluate(answers, today);
            notes
                .left_open(&form, answers, &evaluation.problems)
                .iter()
                .map(FieldProblem::path)
                .collect()
        };
        assert_eq!(open(&notes, &answers), ["mail", "paper", "reason"]);
        assert_eq!(
            EntryNotes::may_be_left_out(&form, &evaluation),
            (vec!["paper".to_owned()], vec!["mail".to_owned()])
        );
        notes.on_paper = vec!["paper".to_owned(), "reason".to_owned()];
        notes.has_none = vec!["mail".to_owned()];
        assert_eq!(open(&notes, &answers), ["reason"]);
        let mut mistyped = answers.clone();
        mistyped.set_typed(
            Key::new("mail").unwrap(),
            [(String::new(), "kein@".to_owned())].into(),
        );
        assert_eq!(open(&notes, &mistyped), ["mail", "reason"]);
    }

    #[test]
    fn what_is_verified_ends_when_the_answer_changes() {
        let form = form();
        let who = Key::new("who").unwrap();
        let mut answers = Answers::new().with(who.clone(), name("花子"));
        let mut notes = EntryNotes::default();
        notes.verify(
            &form,
            &answers,
            &[Prefill::Name, Prefill::Email],
            IdentityDocument::Passport,
        );
        let now = notes.verified_now(&form, &answers);
        assert_eq!(
            now.into_iter().collect::<Vec<_>>(),
            [("name", How::Document(IdentityDocument::Passport))]
        );
        answers.set(who, name("月子"));
        assert!(notes.verified_now(&form, &answers).is_empty());
    }
}
