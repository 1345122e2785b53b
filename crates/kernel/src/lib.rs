//! (kernel: under construction)
