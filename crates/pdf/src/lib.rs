//! (pdf: under construction)
