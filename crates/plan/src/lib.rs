//! The service `plan`: a city's digital plan, imported from its sheets, measured from facts, published with its work shown.

pub mod model;
