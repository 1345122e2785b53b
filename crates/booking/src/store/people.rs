//! Who a reservation is for: sealed, and found by a keyed hash.

use serde::{Deserialize, Serialize};
use yakuba_identity::{CityKey, Receipt};
use yakuba_ui::Language;

use crate::error::BookingError;

/// Somebody who books.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Holder {
    /// Whoever receives mail at a confirmed address.
    Email(String),
    /// A resident's account.
    Resident(i64),
    /// A registered group, whoever acts for it.
    Group(i64),
    /// Somebody who rang or came, known by telephone number.
    Phone(String),
}

impl Holder {
    /// The keyed hash under which their reservations are found, the same for all of them.
    pub fn hash(&self, key: &CityKey) -> String {
        let text = match self {
            Self::Email(address) => format!("email/{}", address.to_lowercase()),
            Self::Resident(account) => format!("resident/{account}"),
            Self::Group(group) => format!("group/{group}"),
            Self::Phone(number) => {
                let digits: String = number.chars().filter(char::is_ascii_digit).collect();
                format!("phone/{digits}")
            }
        };
        key.look_up("booking.holder", &text)
    }
}

/// What the desk must know of whoever books. Kept sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The name of the person, or of the group and who acts for it.
    pub name: String,
    /// Where mail reaches them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Where they can be rung.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What they want to tell the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The language in which they are written to, whoever causes the mail.
    #[serde(default, with = "language_code")]
    pub language: Language,
}

/// A language as its short name.
mod language_code {
    use serde::{Deserialize as _, Deserializer, Serializer};
    use yakuba_ui::Language;

    #[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
    pub(super) fn serialize<S: Serializer>(language: &Language, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(language.code())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Language, D::Error> {
        Ok(Language::from_code(&String::deserialize(from)?).unwrap_or_default())
    }
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Personal data must not slip into a log.
        formatter.write_str("Contact(…)")
    }
}

/// What is sealed with a reservation.
#[derive(Serialize, Deserialize)]
struct Sealed {
    number: String,
    contact: Contact,
}

const PURPOSE: &str = "booking.reservation";

/// Seals a contact with the reservation's number.
///
/// # Errors
/// When it cannot be sealed.
pub(super) fn seal(
    key: &CityKey,
    number: &Receipt,
    contact: &Contact,
) -> Result<Vec<u8>, BookingError> {
    let text = serde_json::to_vec(&Sealed {
        number: number.to_string(),
        contact: contact.clone(),
    })?;
    Ok(key.seal(PURPOSE, &text)?)
}

/// Opens what was sealed: the number as it is shown, and the contact.
///
/// # Errors
/// When it was sealed under another city key.
pub fn open(key: &CityKey, sealed: &[u8]) -> Result<(String, Contact), BookingError> {
    let text = key.open_sealed(PURPOSE, sealed)?;
    let sealed: Sealed = serde_json::from_slice(&text)?;
    Ok((sealed.number, sealed.contact))
}

/// The keyed hash under which a reservation is found by its number.
pub fn number_hash(key: &CityKey, number: &Receipt) -> String {
    key.look_up("booking.number", &number.plain())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_person_has_the_same_hash_however_it_is_written() {
        let key = CityKey::from_bytes([7; 32]);
        let hash = |holder: Holder| holder.hash(&key);
        assert_eq!(
            hash(Holder::Phone("000-000-0101".into())),
            hash(Holder::Phone("0000000101".into()))
        );
        assert_eq!(
            hash(Holder::Email("Hana@example.jp".into())),
            hash(Holder::Email("hana@example.jp".into()))
        );
        assert_ne!(hash(Holder::Resident(1)), hash(Holder::Group(1)));
    }

    #[test]
    fn a_contact_is_opened_with_the_same_key_only() {
        let key = CityKey::from_bytes([7; 32]);
        let contact = Contact {
            name: "澄川 花子".into(),
            email: Some("hana@example.jp".into()),
            phone: None,
            note: None,
            language: Language::English,
        };
        assert!(!format!("{contact:?}").contains("花子"));
        let number = Receipt::generate();
        let sealed = seal(&key, &number, &contact).unwrap();
        assert_eq!(open(&key, &sealed).unwrap(), (number.to_string(), contact));
        assert!(open(&CityKey::from_bytes([8; 32]), &sealed).is_err());
    }

    #[test]
    fn whoever_was_kept_without_a_language_is_written_to_in_japanese() {
        let read = |text: &str| serde_json::from_str::<Contact>(text).unwrap().language;
        assert_eq!(read(r#"{"name": "澄川 花子"}"#), Language::Japanese);
        assert_eq!(
            read(r#"{"name": "澄川 花子", "language": "easy"}"#),
            Language::EasyJapanese
        );
        assert_eq!(
            read(r#"{"name": "澄川 花子", "language": "tlh"}"#),
            Language::Japanese
        );
    }
}
