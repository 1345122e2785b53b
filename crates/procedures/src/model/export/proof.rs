//! Whether an answer was verified, and by what.

use std::collections::BTreeMap;

use yakuba_forms::model::document::{FormDocument, Prefill};

use crate::model::visit::{How, IdentityDocument, attribute_name};

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

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
