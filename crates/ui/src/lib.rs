//! (ui: under construction)
