//! Several people who make one application together (共同申請): who they are, what they see, and whether what they agreed to still stands.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use yakuba_forms::{Answers, ComputedValue, Evaluation, model::document::FormDocument};
use yakuba_kernel::text::normalise_for_search;

use super::document::{CoApplicants, ProcedureDocument};

/// Where somebody stands who was named as a co-applicant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Named by the applicant, and not asked yet.
    Named,
    /// Asked, and has not answered yet.
    Asked,
    /// Agreed to what the application said.
    Agreed,
    /// Declined.
    Declined,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Named, Self::Asked, Self::Agreed, Self::Declined];

    /// The name in the database and in texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Asked => "asked",
            Self::Agreed => "agreed",
            Self::Declined => "declined",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for State {
    type Err = super::case::NoSuchName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| super::case::NoSuchName(text.to_owned()))
    }
}

/// How somebody agrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// On their own device, by the link of a mail.
    Mail,
    /// By signing a paper that a member of staff has seen.
    Paper,
}

impl By {
    /// The name in the database and in texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Paper => "paper",
        }
    }
}

/// Who a co-applicant is: sealed with the application.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoApplicant {
    /// The name, as the applicant or, later, they themselves wrote it.
    pub name: String,
    /// Where mail reaches them; none: they sign on paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The language of their mails: `ja`, `ja-easy` or `en`.
    #[serde(default)]
    pub language: String,
    /// The address of their own page, with the token that nobody can guess.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Their date of birth, when the procedure asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
    /// Their address, when the procedure asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Whether a provider vouched for who they are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub verified: bool,
    /// Why they declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether they are asked again, because what they had agreed to was changed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// What they agreed to, as [`seen`] writes it, hashed. What says otherwise now is not what they agreed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
}

impl CoApplicant {
    /// Whether somebody who opened the link wrote this person's name. Spaces, width and variant characters do not matter.
    pub fn is_called(&self, name: &str) -> bool {
        let folded = |text: &str| {
            normalise_for_search(text)
                .chars()
                .filter(|letter| !letter.is_whitespace())
                .collect::<String>()
        };
        let name = folded(name);
        !name.is_empty() && folded(&self.name) == name
    }
}

/// A co-applicant as other systems are told of them: who they are and how they agreed; never how mail reaches them or why they declined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The name, as the applicant or they themselves wrote it.
    pub name: String,
    /// Their date of birth, when the procedure asks for it.
    pub birth_date: Option<Date>,
    /// Their address, when the procedure asks for it.
    pub address: Option<String>,
    /// Where they stand.
    pub state: State,
    /// The day on which they agreed to the application as it is now.
    pub agreed_on: Option<Date>,
    /// How they agreed.
    pub by: Option<By>,
    /// Whether a provider vouched for who they are.
    pub verified: bool,
}

/// The rules of a procedure for several applicants, when its answers so far call for others at all.
pub fn needed<'d>(
    document: &'d ProcedureDocument,
    evaluation: &Evaluation,
) -> Option<&'d CoApplicants> {
    let rules = document.co_applicants.as_ref()?;
    let is_needed = rules.needed_if.as_ref().is_none_or(|key| {
        matches!(
            evaluation.computed.get(key),
            Some(ComputedValue::Truth(true))
        )
    });
    is_needed.then_some(rules)
}

/// Whether co-applicants see a question. Computed values and fees, which have none, they see with the whole application only.
pub fn is_seen(rules: &CoApplicants, page: &str, field: &str) -> bool {
    rules.sees.is_empty()
        || rules
            .sees
            .iter()
            .any(|key| key.as_str() == page || key.as_str() == field)
}

/// The answers that co-applicants see, as one text: it changes exactly when one of them does.
///
/// # Errors
/// When an answer cannot be written as JSON.
pub fn seen(
    rules: &CoApplicants,
    form: &FormDocument,
    answers: &Answers,
) -> Result<String, serde_json::Error> {
    let mut shown = Vec::new();
    for page in &form.pages {
        for field in &page.fields {
            let key = field.key.as_str();
            if is_seen(rules, page.key.as_str(), key) {
                shown.push((key, answers.get(key)));
            }
        }
    }
    serde_json::to_string(&shown)
}

#[cfg(test)]
mod tests {
    // Tests may panic: that is how they fail.
    #![allow(clippy::unwrap_used)]

    use yakuba_forms::{Answer, Form, model::document::Key};

    use super::*;

    const PROCEDURE: &str = r"
format: yakuba-procedure/1
key: plain
title: 申請
summary: 申請です。
department: tax
category: tax
guide: {who: どなたでも, afterwards: 郵送します。, minutes: 5}
co_applicants: {who: もう一人, needed_if: two, declares: 一緒に申請します。, sees: [second]}
retention: {years: 1, basis: 文書管理規程}
personal_data_purpose: 審査のため
form:
  pages:
    - {key: one, title: 内容, fields: [{key: first, type: text, label: 一}, {key: second, type: text, label: 二}]}
  computed: [{key: two, value: first == 'both'}]
";

    fn answers(first: &str, second: &str) -> Answers {
        Answers::new()
            .with(Key::new("first").unwrap(), Answer::Text(first.to_owned()))
            .with(Key::new("second").unwrap(), Answer::Text(second.to_owned()))
    }

    #[test]
    fn others_are_needed_when_the_answers_say_so() {
        let document = ProcedureDocument::from_yaml(PROCEDURE).unwrap();
        let form = Form::compile(&document.form).unwrap();
        let today = jiff::civil::date(2026, 4, 1);
        for (first, is_needed) in [("both", true), ("alone", false)] {
            let evaluation = form.evaluate(&answers(first, "x"), today);
            assert_eq!(
                needed(&document, &evaluation).is_some(),
                is_needed,
                "{first}"
            );
        }
        let evaluation = form.evaluate(&Answers::new(), today);
        assert!(needed(&document, &evaluation).is_none());
    }

    #[test]
    fn an_agreement_hangs_on_what_was_seen_and_on_nothing_else() {
        let mut document = ProcedureDocument::from_yaml(PROCEDURE).unwrap();
        let text = |document: &ProcedureDocument, answers: &Answers| {
            let rules = document.co_applicants.as_ref().unwrap();
            seen(rules, &document.form, answers).unwrap()
        };
        let before = text(&document, &answers("both", "a"));
        assert_eq!(text(&document, &answers("alone", "a")), before);
        assert_ne!(text(&document, &answers("both", "b")), before);
        document.co_applicants.as_mut().unwrap().sees.clear();
        let before = text(&document, &answers("both", "a"));
        assert_ne!(text(&document, &answers("alone", "a")), before);
    }

    #[test]
    fn a_name_is_recognised_however_it_is_typed() {
        let person = CoApplicant {
            name: "渡邉　ﾊﾅ子".to_owned(),
            ..CoApplicant::default()
        };
        for name in ["渡邉ハナ子", "渡邉 ハナ子 "] {
            assert!(person.is_called(name), "{name}");
        }
        for name in ["", "　", "渡邉", "渡邉ハナ"] {
            assert!(!person.is_called(name), "{name}");
        }
    }

    #[test]
    fn states_are_read_back() {
        for state in State::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
    }
}
