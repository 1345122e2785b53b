//! From what a browser sent to answers: read leniently, kept strictly, and what cannot be read is kept as it was typed.

mod bank;
mod dates;
mod kinds;
mod page;

pub use page::{Outcome, PageRead};

pub(crate) use page::{holder_of, keep};

pub(crate) use kinds::{format_text, is_katakana, read_field};
