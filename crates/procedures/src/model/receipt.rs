//! The receipt number, which every service uses that people without an account come back to.

pub use yakuba_identity::receipt::{ALPHABET, NotAReceipt, Receipt, values_of};
