//! The seam between a city and its services.

use crate::{
    jobs::JobKind,
    measure::Measure,
    migration::Migration,
    web::{Capability, Routes},
};

/// One service: everything the program needs to know to run it.
pub trait Service: Send + Sync {
    /// Its name in tables, measures and addresses.
    fn name(&self) -> &'static str;

    /// The steps that make its tables, oldest first.
    fn migrations(&self) -> Vec<Migration>;

    /// What it counts.
    fn measures(&self) -> &'static [Measure] {
        &[]
    }

    /// What its users may be allowed to do.
    fn capabilities(&self) -> &'static [Capability] {
        &[]
    }

    /// The jobs it carries out.
    fn jobs(&self) -> Vec<JobKind> {
        Vec::new()
    }

    /// Events of other services it wants to hear of, and the job that then runs.
    fn listens(&self) -> Vec<(&'static str, &'static str)> {
        Vec::new()
    }

    /// Its pages and interfaces, each with who may use it.
    fn routes(&self) -> Routes {
        Routes::new()
    }

    /// Its entries in the menus.
    fn menu(&self) -> Vec<MenuItem> {
        Vec::new()
    }
}

/// An entry in a menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MenuItem {
    /// Where it leads.
    pub url: &'static str,
    /// The message id of its label.
    pub label: &'static str,
    /// Who sees it; none: everybody, in the public menu.
    pub capability: Option<Capability>,
}
