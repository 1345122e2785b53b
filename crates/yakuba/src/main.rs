//! under construction
fn main() {}
