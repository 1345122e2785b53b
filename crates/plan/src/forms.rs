//! Forms as browsers send them.

pub(crate) use yakuba_ui::{Fields, done, lines};
