//! Addresses with values of people in them.

use std::fmt::Write as _;

/// A value for the query of an address, percent-encoded as UTF-8.
pub(super) fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn japanese_is_encoded() {
        assert_eq!(super::encoded("a 件"), "a%20%E4%BB%B6");
    }
}
