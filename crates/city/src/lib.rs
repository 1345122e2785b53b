//! (city: under construction)
