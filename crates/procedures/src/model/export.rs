//! The columns of an export for a core system, filled from answers.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use yakuba_forms::model::document::{FieldKind, FormDocument, Key, Prefill};
use yakuba_forms::{Answers, ComputedValue};

use crate::model::{
    document::{CoApplicants, ExportColumn, PersonPart, ProcedureDocument},
    together::Told,
    visit::{How, IdentityDocument, attribute_name},
};

/// What a column tells of co-applicants instead of an answer begins with this: `co_applicants.name` names all of them, joined by `;`,
/// `co_applicants.2.name` the second alone. No question of a procedure with co-applicants can have it as its key.
pub const CO_APPLICANTS: &str = "co_applicants";

/// What a column can tell of a co-applicant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoPart {
    /// The name.
    Name,
    /// The date of birth, where they are asked for it.
    BirthDate,
    /// The address, where they are asked for it.
    Address,
    /// Where they stand: `named`, `asked`, `agreed` or `declined`.
    State,
    /// The day on which they agreed to the application as it is now.
    AgreedOn,
    /// How they agreed: `mail` or `paper`.
    By,
    /// 1 when a provider vouched for who they are, where they must prove it.
    Verified,
}

impl CoPart {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Name,
        Self::BirthDate,
        Self::Address,
        Self::State,
        Self::AgreedOn,
        Self::By,
        Self::Verified,
    ];

    /// The name in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::BirthDate => "birth_date",
            Self::Address => "address",
            Self::State => "state",
            Self::AgreedOn => "agreed_on",
            Self::By => "by",
            Self::Verified => "verified",
        }
    }

    /// Whether co-applicants of a procedure with these rules have it.
    fn is_had(self, rules: &CoApplicants) -> bool {
        match self {
            Self::Name | Self::State | Self::AgreedOn | Self::By => true,
            Self::BirthDate => rules.asks.contains(&PersonPart::BirthDate),
            Self::Address => rules.asks.contains(&PersonPart::Address),
            Self::Verified => rules.verified,
        }
    }

    /// Whether a layout has a column of it unless it is made by hand.
    pub const fn is_usual(self) -> bool {
        !matches!(self, Self::By | Self::Verified)
    }

    fn of(self, told: &Told) -> String {
        let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string());
        let text = match self {
            Self::Name => Some(told.name.clone()),
            Self::BirthDate => day(told.birth_date),
            Self::Address => told.address.clone(),
            Self::State => Some(told.state.to_string()),
            Self::AgreedOn => day(told.agreed_on),
            Self::By => told.by.map(|by| by.as_str().to_owned()),
            Self::Verified => told.verified.then(|| "1".to_owned()),
        };
        text.unwrap_or_default()
    }
}

/// What a column tells of co-applicants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoSource {
    /// Of which of them, from 1; none: of all.
    pub place: Option<usize>,
    /// What.
    pub part: CoPart,
}

impl CoSource {
    /// Everything that columns can tell of the co-applicants of a procedure: of all of them and, where there can be several, of each.
    pub fn all(rules: &CoApplicants) -> Vec<Self> {
        let most = usize::try_from(rules.at_most).unwrap_or_default();
        let each = (1..=most).filter(|_| most > 1).map(Some);
        std::iter::once(None)
            .chain(each)
            .flat_map(|place| CoPart::ALL.map(|part| Self { place, part }))
            .filter(|source| source.part.is_had(rules))
            .collect()
    }

    /// Reads what a file says: `co_applicants.name`, `co_applicants.2.name`.
    fn read(from: &str) -> Option<Self> {
        let rest = from.strip_prefix(CO_APPLICANTS)?.strip_prefix('.')?;
        let (place, part) = match rest.split_once('.') {
            Some((place, part)) => (Some(place.parse().ok()?), part),
            None => (None, rest),
        };
        let part = CoPart::ALL
            .into_iter()
            .find(|known| known.as_str() == part)?;
        Some(Self { place, part })
    }

    /// Whether a column of a procedure with these rules can be filled from what its file says.
    pub fn is_known(from: &str, rules: &CoApplicants) -> bool {
        let most = usize::try_from(rules.at_most).unwrap_or_default();
        Self::read(from).is_some_and(|source| {
            source.part.is_had(rules)
                && source.place.is_none_or(|place| (1..=most).contains(&place))
        })
    }

    /// As files write it.
    pub fn from(self) -> String {
        match self.place {
            Some(place) => format!("{CO_APPLICANTS}.{place}.{}", self.part.as_str()),
            None => format!("{CO_APPLICANTS}.{}", self.part.as_str()),
        }
    }

    /// The cell: one each, joined by `;`, so that the entries of two columns belong to the same people; empty when nobody has it.
    fn cell(self, people: &[Told]) -> String {
        let chosen: Vec<String> = people
            .iter()
            .zip(1..)
            .filter(|(_, place)| self.place.is_none_or(|wanted| wanted == *place))
            .map(|(told, _)| self.part.of(told))
            .collect();
        if chosen.iter().all(String::is_empty) {
            return String::new();
        }
        chosen.join(";")
    }
}

/// The columns that a procedure's cases are written in: its own, or else one for each question under its key and what is usually told of
/// co-applicants.
///
/// Questions whose answer has parts (a name, an address, a bank account) get one column a part.
pub fn columns(document: &ProcedureDocument) -> Vec<ExportColumn> {
    if !document.export.is_empty() {
        return document.export.clone();
    }
    let column = |from: String| ExportColumn {
        heading: from.clone(),
        from,
        only_with: None,
        verified: false,
    };
    let together = document
        .co_applicants
        .iter()
        .flat_map(CoSource::all)
        .filter(|source| source.place.is_none() && source.part.is_usual())
        .map(|source| column(source.from()));
    document
        .form
        .pages
        .iter()
        .flat_map(|page| &page.fields)
        .flat_map(|field| {
            let parts: &[&str] = match parts(&field.kind) {
                // A place is written whole: its words and its coordinates.
                [] | ["description"] => &[""],
                parts => parts,
            };
            parts.iter().map(|part| {
                let from = if part.is_empty() {
                    field.key.to_string()
                } else {
                    format!("{}.{part}", field.key)
                };
                column(from)
            })
        })
        .chain(together)
        .collect()
}

/// The parts of an answer of a kind, as columns name them after the question's key: `family` of a name. Most kinds have none.
pub fn parts(kind: &FieldKind) -> &'static [&'static str] {
    match kind {
        FieldKind::Name => &["family", "given", "family_kana", "given_kana"],
        FieldKind::BankAccount => &["bank_code", "branch_code", "kind", "number", "holder"],
        FieldKind::Address => &[
            "postal_code",
            "prefecture",
            "city",
            "town",
            "block",
            "building",
        ],
        FieldKind::Place => &["description"],
        FieldKind::Slot { .. } => &["day", "from", "to"],
        _ => &[],
    }
}

/// The cells of one case, one for each column: texts as typed, dates as `YYYY-MM-DD`, amounts as plain digits, several choices and
/// files joined by `;`, entries of a group as JSON. A part that is not there is empty. `computed` are the values that the form works out
/// from the answers.
/// What `proof` says stands in the columns that ask whether an answer was verified. `people` applied together with the applicant; none
/// when the procedure has no rules for them: then every column is of an answer.
pub fn cells(
    answers: &Answers,
    computed: &BTreeMap<Key, ComputedValue>,
    people: Option<&[Told]>,
    columns: &[ExportColumn],
    proof: impl Fn(&str) -> String,
) -> Vec<String> {
    columns
        .iter()
        .map(|column| {
            let hidden = column
                .only_with
                .as_ref()
                .is_some_and(|key: &Key| answers.get(key.as_str()).is_none());
            if hidden {
                return String::new();
            }
            if let (Some(people), Some(source)) = (people, CoSource::read(&column.from)) {
                return source.cell(people);
            }
            let (field, part) = column
                .from
                .split_once('.')
                .unwrap_or((column.from.as_str(), ""));
            if column.verified {
                return match answers.get(field) {
                    Some(_) => proof(field),
                    None => String::new(),
                };
            }
            answers
                .get(field)
                .and_then(|answer| serde_json::to_value(answer).ok())
                .map(|answer| {
                    let value = &answer["value"];
                    if part.is_empty() {
                        plain(value)
                    } else {
                        plain(&value[part])
                    }
                })
                .or_else(|| {
                    let (_, value) = computed
                        .iter()
                        .find(|(key, _)| key.as_str() == column.from)?;
                    Some(worked_out(value))
                })
                .unwrap_or_default()
        })
        .collect()
}

/// What stands behind an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Nothing: it is what somebody wrote.
    None,
    /// A mail address that was read: a code sent there came back.
    Mail,
    /// The account of the person, for whom an identity provider vouched.
    Account,
    /// Staff compared it with this document.
    Document(IdentityDocument),
}

/// What stands behind the answer to a question: the attributes that are verified of the case as it stands, and how staff verified some of
/// them. Questions that ask for nothing that can be verified have no proof.
pub fn proof(
    form: &FormDocument,
    field: &str,
    verified: &[String],
    by_staff: &BTreeMap<String, How>,
) -> Proof {
    let attribute = form
        .pages
        .iter()
        .flat_map(|page| &page.fields)
        .find(|known| known.key.as_str() == field)
        .and_then(|known| known.prefill);
    let Some(attribute) = attribute else {
        return Proof::None;
    };
    let name = attribute_name(attribute);
    if !verified.iter().any(|known| known == name) {
        return Proof::None;
    }
    match (by_staff.get(name), attribute) {
        (Some(How::Document(document)), _) => Proof::Document(*document),
        (_, Prefill::Email) => Proof::Mail,
        (Some(How::Account) | None, _) => Proof::Account,
    }
}

/// A computed value, written as answers are.
fn worked_out(value: &ComputedValue) -> String {
    match value {
        ComputedValue::Number(number) => number.normalize().to_string(),
        ComputedValue::Text(text) => text.clone(),
        ComputedValue::Truth(truth) => i32::from(*truth).to_string(),
    }
}

fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Bool(flag) => i32::from(*flag).to_string(),
        Json::Number(number) => number.to_string(),
        Json::Array(items) if items.iter().all(Json::is_string) => {
            items.iter().map(plain).collect::<Vec<_>>().join(";")
        }
        Json::Array(items)
            if items
                .iter()
                .all(|item| item.get("name").is_some_and(Json::is_string)) =>
        {
            items
                .iter()
                .map(|item| plain(&item["name"]))
                .collect::<Vec<_>>()
                .join(";")
        }
        Json::Object(parts)
            if parts
                .values()
                .all(|part| part.is_string() || part.is_null()) =>
        {
            parts
                .values()
                .map(plain)
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use yakuba_kernel::PersonName;

    use super::*;
    use crate::model::together::{By, State};
    use yakuba_forms::Answer;

    #[test]
    fn a_column_tells_what_stands_behind_an_answer() {
        let form: FormDocument = serde_saphyr::from_str(
            r"
pages:
  - key: one
    title: 申請
    fields:
      - {key: who, label: 氏名, type: name, prefill: name}
      - {key: mail, label: メール, type: email, prefill: email}
      - {key: born, label: 生年月日, type: date, prefill: birth_date}
      - {key: reason, label: 理由, type: text}
",
        )
        .unwrap();
        let verified = ["name", "email", "birth_date"].map(str::to_owned);
        let by_staff: BTreeMap<String, How> =
            [("name".to_owned(), How::Document(IdentityDocument::Passport))].into();
        let told = |field: &str| proof(&form, field, &verified, &by_staff);
        assert_eq!(told("who"), Proof::Document(IdentityDocument::Passport));
        assert_eq!(told("mail"), Proof::Mail);
        assert_eq!(told("born"), Proof::Account);
        assert_eq!(told("reason"), Proof::None);
        assert_eq!(
            proof(&form, "who", &[], &by_staff),
            Proof::None,
            "it has changed since"
        );

        let columns = ["who", "born"].map(|from| ExportColumn {
            heading: from.to_owned(),
            from: from.to_owned(),
            only_with: None,
            verified: true,
        });
        let answers = Answers::new().with(
            Key::new("who").unwrap(),
            Answer::Name(PersonName::new("髙橋", "花子", "", "").unwrap()),
        );
        assert_eq!(
            cells(&answers, &BTreeMap::new(), None, &columns, |field| format!(
                "{:?}",
                told(field)
            )),
            ["Document(Passport)", ""],
            "nothing stands behind what was not answered"
        );
    }

    #[test]
    fn columns_tell_of_all_co_applicants_or_of_one() {
        let mut document = ProcedureDocument::from_yaml(
            r"
format: yakuba-procedure/1
key: plain
title: 申請
summary: 申請です。
department: tax
category: tax
guide: {who: どなたでも, afterwards: 郵送します。, minutes: 5}
co_applicants: {who: 共有者, at_most: 3, declares: 一緒に申請します。, asks: [name, birth_date]}
retention: {years: 1, basis: 文書管理規程}
personal_data_purpose: 審査のため
form: {pages: [{key: one, title: 内容, fields: [{key: first, type: text, label: 一}]}]}
",
        )
        .unwrap();
        let froms = |document: &ProcedureDocument| -> Vec<String> {
            columns(document)
                .into_iter()
                .map(|column| column.from)
                .collect()
        };
        assert_eq!(
            froms(&document),
            [
                "first",
                "co_applicants.name",
                "co_applicants.birth_date",
                "co_applicants.state",
                "co_applicants.agreed_on"
            ]
        );
        let agreed = Told {
            name: "山田 太郎".to_owned(),
            birth_date: Some(jiff::civil::date(1990, 1, 31)),
            address: None,
            state: State::Agreed,
            agreed_on: Some(jiff::civil::date(2026, 4, 2)),
            by: Some(By::Paper),
            verified: false,
        };
        let asked = Told {
            name: "佐藤 次郎".to_owned(),
            birth_date: None,
            state: State::Asked,
            agreed_on: None,
            by: None,
            ..agreed.clone()
        };
        let row = |document: &ProcedureDocument, people: &[Told]| {
            let columns = columns(document);
            cells(
                &Answers::new(),
                &BTreeMap::new(),
                Some(people),
                &columns,
                |_| String::new(),
            )
        };
        assert_eq!(
            row(&document, &[agreed.clone(), asked.clone()]),
            [
                "",
                "山田 太郎;佐藤 次郎",
                "1990-01-31;",
                "agreed;asked",
                "2026-04-02;"
            ]
        );
        assert_eq!(row(&document, &[]), [""; 5], "nobody else applies");
        assert_eq!(
            row(&document, std::slice::from_ref(&asked))[2],
            "",
            "nobody has a date of birth"
        );
        document.export = [
            "co_applicants.2.name",
            "co_applicants.3.name",
            "co_applicants.1.by",
        ]
        .map(|from| ExportColumn {
            heading: from.to_owned(),
            from: from.to_owned(),
            only_with: None,
            verified: false,
        })
        .into();
        assert_eq!(row(&document, &[agreed, asked]), ["佐藤 次郎", "", "paper"]);
        let rules = document.co_applicants.unwrap();
        for source in CoSource::all(&rules) {
            assert!(CoSource::is_known(&source.from(), &rules), "{source:?}");
            assert_eq!(CoSource::read(&source.from()), Some(source));
        }
        for from in [
            "co_applicants",
            "co_applicants.address",
            "co_applicants.verified",
            "co_applicants.0.name",
            "co_applicants.4.name",
            "co_applicants.email",
        ] {
            assert!(!CoSource::is_known(from, &rules), "{from}");
        }
    }
}
