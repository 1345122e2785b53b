//! (sheets: under construction)
