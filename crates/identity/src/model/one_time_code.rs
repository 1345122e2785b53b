//! One-time codes from an app (TOTP, RFC 6238: SHA-1, six digits, 30 seconds), and recovery codes.

use jiff::Timestamp;
use rand::{Rng as _, RngCore as _};
use totp_rs::{Builder, Secret, Totp};

use crate::IdentityError;

/// Seconds for which one code is shown.
const STEP: i64 = 30;
/// Letters and digits that are not mistaken for each other.
const LETTERS: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";
/// How many recovery codes somebody gets.
pub const RECOVERY_CODES: usize = 10;

/// The secret shared with somebody's app: 20 bytes (RFC 4226 section 4 R6).
#[derive(Clone, PartialEq, Eq)]
pub struct CodeSecret(Vec<u8>);

impl std::fmt::Debug for CodeSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("CodeSecret(…)")
    }
}

impl CodeSecret {
    /// A new random secret.
    pub fn generate() -> Self {
        let mut bytes = vec![0; 20];
        rand::rng().fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// A secret from its bytes.
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret as people type it into an app: base32 in groups of four.
    pub fn as_text(&self) -> String {
        let text = Secret::from(self.0.clone()).to_base32();
        text.as_bytes()
            .chunks(4)
            .map(String::from_utf8_lossy)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The `otpauth://` address for the QR code.
    ///
    /// # Errors
    /// [`IdentityError::Text`] when the city's or account's name cannot stand in it.
    pub fn address(&self, city: &str, account: &str) -> Result<String, IdentityError> {
        // The colon separates both in the address.
        let clean = |text: &str| text.replace(':', " ");
        self.totp_builder()
            .with_issuer(Some(clean(city)))
            .with_account_name(clean(account))
            .build_noncompliant()
            .to_url()
            .map_err(|_| IdentityError::Text { what: "name" })
    }

    /// The code shown at a moment.
    pub fn code_at(&self, at: Timestamp) -> String {
        self.code(at.as_second().div_euclid(STEP))
    }

    /// The time step a code belongs to, if it is right now or one step around, and later than the last one used.
    pub fn accept(&self, code: &str, now: Timestamp, last_step: i64) -> Option<i64> {
        let code: String = code
            .chars()
            .filter(|character| !character.is_whitespace())
            .map(|character| match character {
                '０'..='９' => char::from_u32(character as u32 - 0xfee0).unwrap_or(character),
                other => other,
            })
            .collect();
        let present = now.as_second().div_euclid(STEP);
        let mut found = None;
        for step in present - 1..=present + 1 {
            if same(self.code(step).as_bytes(), code.as_bytes()) && step > last_step {
                found = Some(step);
            }
        }
        found
    }

    fn code(&self, step: i64) -> String {
        let seconds = u64::try_from(step * STEP).unwrap_or(0);
        self.totp().generate(seconds).to_string()
    }

    fn totp_builder(&self) -> Builder {
        Builder::new().with_secret(self.0.clone())
    }

    fn totp(&self) -> Totp {
        self.totp_builder().build_noncompliant()
    }
}

/// Compares without telling by its time where the first difference is.
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .fold(0, |difference, (a, b)| difference | (a ^ b))
            == 0
}

/// New recovery codes, such as `k7m2-9xqp-4trw`: 59 bits each.
pub fn recovery_codes() -> Vec<String> {
    let mut random = rand::rng();
    (0..RECOVERY_CODES)
        .map(|_| {
            let mut letters = || -> String {
                (0..4)
                    .map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())]))
                    .collect()
            };
            format!("{}-{}-{}", letters(), letters(), letters())
        })
        .collect()
}

/// A recovery code as it is hashed: without blanks and hyphens, in small letters.
pub fn plain_recovery_code(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // RFC 6238 appendix B: SHA-1, the last six of the eight digits.
        let secret = CodeSecret::from_bytes(b"12345678901234567890".to_vec());
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(
                secret.code_at(Timestamp::from_second(second).unwrap()),
                code
            );
        }
    }

    proptest! {
        #[test]
        fn a_code_is_accepted_once_and_only_around_its_time(second in 1_000_000_000_i64..4_000_000_000, late in -300_i64..300) {
            let secret = CodeSecret::generate();
            let shown = Timestamp::from_second(second).unwrap();
            let code = secret.code_at(shown);
            let step = secret.accept(&code, shown, 0).unwrap();
            prop_assert_eq!(step, second.div_euclid(30));
            prop_assert_eq!(secret.accept(&code, shown, step), None);
            let then = Timestamp::from_second(second + late).unwrap();
            let steps = (second + late).div_euclid(30) - step;
            if steps.abs() <= 1 {
                prop_assert!(secret.accept(&code, then, 0).is_some());
            }
            let full_width: String = code.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect();
            prop_assert!(secret.accept(&full_width, shown, 0).is_some());
        }
    }

    #[test]
    fn recovery_codes_differ_and_may_be_typed_loosely() {
        let codes = recovery_codes();
        let different: std::collections::BTreeSet<_> = codes.iter().collect();
        assert_eq!(different.len(), RECOVERY_CODES);
        assert_eq!(plain_recovery_code(" K7M2 9xqp-4trw "), "k7m29xqp4trw");
    }
}
