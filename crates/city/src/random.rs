//! Names that cannot be guessed.

use rand::Rng as _;

/// A name for something that only who was told of it shall find: 128 random bits from the operating system, as 32 hexadecimal digits.
pub fn random_name() -> String {
    format!("{:032x}", rand::rng().random::<u128>())
}
