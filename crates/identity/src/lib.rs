//! (identity: under construction)
