//! The columns of an export for a core system, filled from answers.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use yakuba_forms::Answers;
use yakuba_forms::model::document::{FieldKind, FormDocument, Key, Prefill};

use crate::model::{
    document::ExportColumn,
    visit::{How, IdentityDocument, attribute_name},
};

/// The columns that a procedure's cases are written in: its own, or else one for each question under its key.
///
/// Questions whose answer has parts (a name, an address, a bank account) get one column a part.
pub fn columns(form: &FormDocument, own: &[ExportColumn]) -> Vec<ExportColumn> {
    if !own.is_empty() {
        return own.to_vec();
    }
    form.pages
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
                ExportColumn {
                    heading: from.clone(),
                    from,
                    only_with: None,
                    verified: false,
                }
            })
        })
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
/// files joined by `;`, entries of a group as JSON. A part that is not there is empty.
/// What `proof` says stands in the columns that ask whether an answer was verified.
pub fn cells(
    answers: &Answers,
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
                .map_or_else(String::new, |answer| {
                    let value = &answer["value"];
                    if part.is_empty() {
                        plain(value)
                    } else {
                        plain(&value[part])
                    }
                })
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
            cells(&answers, &columns, |field| format!("{:?}", told(field))),
            ["Document(Passport)", ""],
            "nothing stands behind what was not answered"
        );
    }
}
