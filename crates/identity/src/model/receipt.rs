//! The receipt number: what somebody without an account finds their case or reservation by. It cannot be guessed, and mistyping it is noticed.

use std::{fmt, str::FromStr};

use rand::Rng as _;

/// Crockford's alphabet: digits and letters without I, L, O and U, which are read as others.
pub const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters in all; the last one is the check character, the others are 85 random bits.
const LENGTH: usize = 18;
/// Characters in a group.
const GROUP: usize = 6;

/// A receipt number such as `7K2M9Q-XR4T6B-8VPD3C`.
///
/// 17 characters of five random bits each, and a check character that tells every single wrong character and every two that
/// were swapped. Neither logs nor addresses may hold one; `Debug` does not print it.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt([u8; LENGTH]);

/// A text that is no receipt number: it has the wrong length, a wrong character, or was mistyped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no receipt number: it has 18 letters and digits. Check it for typing errors")]
pub struct NotAReceipt;

impl Receipt {
    /// A new number.
    pub fn generate() -> Self {
        let mut random = rand::rng();
        let mut values = [0; LENGTH];
        for value in &mut values[..LENGTH - 1] {
            *value = random.random_range(0..32);
        }
        // The check character's own weight is 1.
        values[LENGTH - 1] = weighted_sum(&values);
        Self(values)
    }

    /// The number without its groups, as it is hashed.
    pub fn plain(&self) -> String {
        self.0
            .iter()
            .map(|value| char::from(ALPHABET[usize::from(*value)]))
            .collect()
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.plain();
        for (place, character) in plain.chars().enumerate() {
            if place > 0 && place % GROUP == 0 {
                formatter.write_str("-")?;
            }
            write!(formatter, "{character}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Receipt(…)")
    }
}

impl FromStr for Receipt {
    type Err = NotAReceipt;

    /// Reads what somebody typed: full width, small letters, blanks, any kind of dash; I and L are 1, O is 0.
    fn from_str(text: &str) -> Result<Self, NotAReceipt> {
        let mut values = [0; LENGTH];
        let mut count = 0;
        for value in values_of(text) {
            *values.get_mut(count).ok_or(NotAReceipt)? = value.ok_or(NotAReceipt)?;
            count += 1;
        }
        if count == LENGTH && weighted_sum(&values) == 0 {
            Ok(Self(values))
        } else {
            Err(NotAReceipt)
        }
    }
}

/// The values of the characters somebody typed, without blanks and dashes; none for a character outside the alphabet.
pub fn values_of(text: &str) -> impl Iterator<Item = Option<u8>> {
    let folded: Vec<char> = yakuba_kernel::text::fold_width(text).chars().collect();
    folded
        .into_iter()
        .map(|character| character.to_ascii_uppercase())
        .filter(|character| {
            !character.is_whitespace()
                && !matches!(
                    character,
                    '-' | '‐' | '‑' | '–' | '—' | '−' | 'ー' | 'ｰ' | '―'
                )
        })
        .map(|character| {
            let character = match character {
                'I' | 'L' => '1',
                'O' => '0',
                character => character,
            };
            ALPHABET
                .iter()
                .position(|known| char::from(*known) == character)
                .and_then(|value| u8::try_from(value).ok())
        })
}

/// The sum of the characters in the field of 32 elements, each multiplied by its own power of 2. A number is right when the sum
/// is 0: changing one character or swapping two different ones changes it, because no two places have the same weight.
fn weighted_sum(values: &[u8; LENGTH]) -> u8 {
    let mut weight = 1;
    let mut sum = 0;
    for value in values.iter().rev() {
        sum ^= product(*value, weight);
        weight = product(weight, 2);
    }
    sum
}

/// The product in the field of 32 elements with the polynomial x⁵ + x² + 1, in which 2 generates all others.
fn product(one: u8, other: u8) -> u8 {
    let mut sum = 0;
    let mut shifted = one;
    for bit in 0..5 {
        if other & (1 << bit) != 0 {
            sum ^= shifted;
        }
        shifted <<= 1;
        if shifted & 0b10_0000 != 0 {
            shifted ^= 0b10_0101;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_is_read_back_however_it_was_typed() {
        let receipt = Receipt::generate();
        let shown = receipt.to_string();
        assert_eq!(shown.len(), 20);
        assert!(!format!("{receipt:?}").contains(&receipt.plain()));
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', " "),
            shown.replace('-', "ー"),
            shown.replace('0', "O").replace('1', "l"),
            shown
                .chars()
                .map(|c| match c {
                    '-' => '－',
                    c => char::from_u32(u32::from(c) + 0xFEE0).unwrap(),
                })
                .collect(),
        ] {
            assert_eq!(typed.parse::<Receipt>(), Ok(receipt.clone()), "{typed}");
        }
        assert_ne!(Receipt::generate(), Receipt::generate());
        for wrong in [
            "",
            "7K2M9Q",
            "🙂",
            &format!("{shown}0"),
            "000000-000000-00000U",
        ] {
            assert!(wrong.parse::<Receipt>().is_err());
        }
    }

    proptest! {
        #[test]
        fn a_mistyped_number_is_noticed(place in 0usize..LENGTH, other in 0usize..LENGTH, change in 1u8..32) {
            let Receipt(values) = Receipt::generate();
            let text = |values: [u8; LENGTH]| Receipt(values).to_string();
            let mut one_wrong = values;
            one_wrong[place] ^= change;
            prop_assert!(text(one_wrong).parse::<Receipt>().is_err());
            let mut swapped = values;
            swapped.swap(place, other);
            prop_assert_eq!(text(swapped).parse::<Receipt>().is_err(), values[place] != values[other]);
        }
    }
}
