//! A lottery that anyone can run again: who drew what follows from a published list and a value nobody could choose.
//!
//! The whole algorithm is described in `docs/lottery.md`, precisely enough to be written again in another language.

pub mod choice;
pub mod drand;
pub mod draw;
pub mod fairness;
pub mod list;
pub mod rules;
pub mod source;
pub mod transcript;

use sha2::{Digest as _, Sha256};

/// The SHA-256 of some bytes as 64 small hexadecimal digits.
pub fn sha256(bytes: impl AsRef<[u8]>) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Bytes as small hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(
                DIGITS.get(usize::from(digit)).copied().unwrap_or(b'0'),
            ));
        }
    }
    text
}

/// The bytes that small hexadecimal digits stand for; none when they are not that.
pub(crate) fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_one_of_the_standard() {
        // FIPS 180-4, example "abc".
        assert_eq!(
            sha256("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(from_hexadecimal("00ff1a"), Some(vec![0, 255, 26]));
        for wrong in ["0", "0g", "FF", "あ"] {
            assert_eq!(from_hexadecimal(wrong), None, "{wrong}");
        }
    }
}
