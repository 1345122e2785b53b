//! Mail addresses as people type them.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use crate::MailError;

/// The most characters an address has (RFC 5321, 4.5.3.1.3: a path of 256 with its brackets).
const LONGEST: usize = 254;

/// A mail address to which mail can be sent.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl std::fmt::Debug for EmailAddress {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // An address names a person: it must not slip into a log.
        formatter.write_str("EmailAddress(…)")
    }
}

impl EmailAddress {
    /// Reads an address: blanks around it and full-width characters are mended, the domain becomes lower case.
    ///
    /// # Errors
    /// [`MailError::Address`].
    pub fn read(text: &str) -> Result<Self, MailError> {
        let text: String = text.trim().nfkc().collect();
        let (name, domain) = text.trim().rsplit_once('@').ok_or(MailError::Address)?;
        let address = Self(format!("{name}@{}", domain.to_ascii_lowercase()));
        let fits = address.0.is_ascii()
            && address.0.len() <= LONGEST
            && domain.contains('.')
            && !name.contains(['"', '\\'])
            && !address.0.contains(char::is_whitespace)
            && !address.0.contains(char::is_control);
        // The library must take it as well: what it refuses could never be sent.
        if fits && address.envelope().is_some() {
            Ok(address)
        } else {
            Err(MailError::Address)
        }
    }

    /// The address as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text by which two spellings of one mailbox are recognised: all in lower case, as practically every server
    /// reads it.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// The address for the mail server. Mobile carriers once gave out names with two dots in a row or one at the end;
    /// such a name must stand in quotation marks (RFC 5321, 4.1.2).
    pub(crate) fn envelope(&self) -> Option<lettre::Address> {
        let (name, domain) = self.0.rsplit_once('@')?;
        let dotted = name.contains("..") || name.ends_with('.') || name.starts_with('.');
        if dotted {
            lettre::Address::new(format!("\"{name}\""), domain).ok()
        } else {
            lettre::Address::new(name, domain).ok()
        }
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = MailError;

    fn try_from(text: String) -> Result<Self, MailError> {
        Self::read(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_type_them() {
        for (typed, read) in [
            (" taro@example.jp ", "taro@example.jp"),
            ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp"),
            ("Taro@Example.JP", "Taro@example.jp"),
            ("a+b@mail.example.jp", "a+b@mail.example.jp"),
            ("a..b.@docomo.example.jp", "a..b.@docomo.example.jp"),
        ] {
            assert_eq!(EmailAddress::read(typed).unwrap().as_str(), read);
        }
        assert_eq!(
            EmailAddress::read("Taro@Example.JP").unwrap().folded(),
            "taro@example.jp"
        );
    }

    #[test]
    fn what_could_reach_somebody_else_is_no_address() {
        for typed in [
            "",
            "taro",
            "taro@",
            "@example.jp",
            "taro@localhost",
            "a@example.jp, b@example.jp",
            "a@example.jp\r\nBcc: b@example.jp",
            "\"a b\"@example.jp",
            "太郎@example.jp",
            "<a@example.jp>",
        ] {
            assert!(EmailAddress::read(typed).is_err(), "{typed}");
        }
        assert!(EmailAddress::read(&format!("{}@example.jp", "a".repeat(250))).is_err());
    }

    #[test]
    fn an_address_is_not_printed_by_accident() {
        let address = EmailAddress::read("taro@example.jp").unwrap();
        assert!(!format!("{address:?}").contains("taro"));
    }
}
