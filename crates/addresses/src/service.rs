//! What the program needs to know to keep addresses.

use yakuba_city::{Migration, Service};

/// The city's addresses. It has no pages: services ask for addresses and show them.
#[derive(Debug, Clone, Copy, Default)]
pub struct AddressService;

impl Service for AddressService {
    fn name(&self) -> &'static str {
        "addresses"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration::new(
            "addresses_0001_start",
            include_str!("../migrations/0001_start.sql"),
        )]
    }
}
