//! (plan: under construction)
