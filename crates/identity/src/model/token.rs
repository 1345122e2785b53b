//! Random tokens: for sessions, for what a browser began, for known devices, for other systems.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngCore as _;

/// 256 random bits as text. Only its hash is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Token(…)")
    }
}

impl Token {
    /// A new token.
    pub fn generate() -> Self {
        Self::with_prefix("")
    }

    /// A new token that begins with a prefix by which people and secret scanners recognise it.
    pub fn with_prefix(prefix: &str) -> Self {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// A token that came in from outside.
    pub fn received(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text to be given to its holder.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its hash, as stored. The token has 256 random bits: a plain hash cannot be guessed back.
    pub fn hash(&self) -> String {
        blake3::hash(self.0.as_bytes()).to_hex().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_different_and_not_printed() {
        let (one, other) = (Token::generate(), Token::generate());
        assert!(one != other && one.as_str().len() == 43 && one.hash() != other.hash());
        assert!(!format!("{one:?}").contains(one.as_str()));
    }
}
