//! The city key: what encrypts secrets at rest and keys the hashes by which things are looked up.

use std::{io::Write as _, path::Path};

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use rand::RngCore as _;

use crate::private_files::{create_private_file, make_private_folder};

/// The name of the file in the data directory.
pub const KEY_FILE: &str = "city.key";
/// The environment variable that takes the file's place.
pub const KEY_VARIABLE: &str = "YAKUBA_CITY_KEY";

/// Why the city key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It cannot be read or made.
    #[error(
        "the city key {path} cannot be used: {cause}. Restore it from the backup of the data directory, or mend its permissions"
    )]
    File {
        /// The file.
        path: String,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// It is not 32 bytes.
    #[error(
        "the city key in {0} is not 64 hexadecimal digits. Restore it from the backup of the data directory"
    )]
    Form(String),
    /// Something was encrypted with another key.
    #[error(
        "a secret cannot be opened with this city key. Restore the city key that belongs to this database"
    )]
    Wrong,
}

/// 32 random bytes that belong to one city. Without it nothing that was encrypted can be read: back it up.
#[derive(Clone, PartialEq, Eq)]
pub struct CityKey([u8; 32]);

impl std::fmt::Debug for CityKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("CityKey(…)")
    }
}

impl CityKey {
    /// A key from its bytes: for tests, and for data keys that are themselves sealed under a city's key.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads a key of 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`KeyError::Form`], which names `origin`.
    pub fn read(text: &str, origin: &str) -> Result<Self, KeyError> {
        let wrong = || KeyError::Form(origin.to_owned());
        let text = text.trim();
        if text.len() != 64 || !text.is_ascii() {
            return Err(wrong());
        }
        let mut bytes = [0; 32];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| wrong())?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
        }
        Ok(Self(bytes))
    }

    /// The city's key: from `YAKUBA_CITY_KEY`, else from `city.key` in the data directory, which is made
    /// when it is missing, readable by the owner only.
    ///
    /// # Errors
    /// [`KeyError::File`] or [`KeyError::Form`].
    pub fn open(data_directory: &Path) -> Result<Self, KeyError> {
        if let Ok(text) = std::env::var(KEY_VARIABLE) {
            return Self::read(&text, KEY_VARIABLE);
        }
        let path = data_directory.join(KEY_FILE);
        let failed = |cause| KeyError::File {
            path: path.display().to_string(),
            cause,
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::read(&text, &path.display().to_string()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut bytes = [0; 32];
                rand::rng().fill_bytes(&mut bytes);
                // A city on PostgreSQL has nothing else in its data directory, which may not be there yet.
                make_private_folder(data_directory).map_err(failed)?;
                match create_private_file(&path) {
                    Ok(mut file) => {
                        file.write_all(hexadecimal(&bytes).as_bytes())
                            .and_then(|()| file.sync_all())
                            .map_err(failed)?;
                        Ok(Self(bytes))
                    }
                    // Another process made it at the same moment: its key is the city's.
                    Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                        let text = std::fs::read_to_string(&path).map_err(failed)?;
                        Self::read(&text, &path.display().to_string())
                    }
                    Err(error) => Err(failed(error)),
                }
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Encrypts for one purpose (such as `totp/12`); only the same purpose opens it again.
    ///
    /// # Errors
    /// [`KeyError::Wrong`] when the text is longer than the cipher can take, which no secret is.
    pub fn seal(&self, purpose: &str, secret: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut nonce = [0; 24];
        rand::rng().fill_bytes(&mut nonce);
        let sealed = self
            .cipher()
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: secret,
                    aad: purpose.as_bytes(),
                },
            )
            .map_err(|_| KeyError::Wrong)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`CityKey::seal`] made for the same purpose.
    ///
    /// # Errors
    /// [`KeyError::Wrong`] when it was made with another key, for another purpose, or was changed.
    pub fn open_sealed(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        let (nonce, text) = sealed.split_first_chunk::<24>().ok_or(KeyError::Wrong)?;
        self.cipher()
            .decrypt(
                &XNonce::from(*nonce),
                Payload {
                    msg: text,
                    aad: purpose.as_bytes(),
                },
            )
            .map_err(|_| KeyError::Wrong)
    }

    /// A keyed hash for exact look-ups of one purpose: 64 hexadecimal digits that nobody without the key can
    /// work out from a guessed text.
    pub fn look_up(&self, purpose: &str, text: &str) -> String {
        let key = blake3::derive_key(&format!("yakuba 2026 look-up {purpose}"), &self.0);
        blake3::keyed_hash(&key, text.as_bytes())
            .to_hex()
            .to_string()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        let key = blake3::derive_key("yakuba 2026 secrets at rest", &self.0);
        XChaCha20Poly1305::new(&key.into())
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        use std::fmt::Write as _;
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn only_the_same_key_and_purpose_open_a_secret(
            secret in proptest::collection::vec(any::<u8>(), 0..80), key: [u8; 32], flip in 0usize..60,
        ) {
            let key = CityKey::from_bytes(key);
            let sealed = key.seal("totp/1", &secret).unwrap();
            prop_assert_eq!(key.open_sealed("totp/1", &sealed).unwrap(), secret);
            prop_assert!(key.open_sealed("totp/2", &sealed).is_err());
            let mut other = key.0;
            other[0] ^= 1;
            prop_assert!(CityKey(other).open_sealed("totp/1", &sealed).is_err());
            let mut changed = sealed.clone();
            let place = flip % changed.len();
            changed[place] ^= 1;
            prop_assert!(key.open_sealed("totp/1", &changed).is_err());
        }

        #[test]
        fn a_key_is_read_back_as_written(bytes: [u8; 32]) {
            prop_assert_eq!(CityKey::read(&hexadecimal(&bytes), "x").unwrap(), CityKey(bytes));
        }
    }

    #[test]
    fn a_broken_key_is_refused_and_never_replaced() {
        assert!(CityKey::read("abc", "x").is_err());
        assert!(CityKey::read(&"zz".repeat(32), "x").is_err());
        assert!(CityKey::read(&"あ".repeat(32), "x").is_err());
    }
}
