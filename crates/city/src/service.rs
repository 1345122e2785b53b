//! The seam between a city and its services.

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use yakuba_kernel::MeasureName;

use crate::{
    City, CityError,
    desk_work::FindDeskWork,
    equipment::{Mentions, Registers},
    errands::Errands,
    jobs::JobKind,
    measure::Measure,
    migration::Migration,
    named_places::FindPlaces,
    open_tables::OpenTable,
    own_records::FindOwnRecords,
    shared_layers::ShareLayers,
    slots::Slots,
    web::{Capability, Principal, Routes},
};

/// A part of an OpenAPI document (`tags`, `paths`, `components`) with its sentences in a language: `ja`, `easy` or `en`.
pub type Interface = fn(language: &str) -> serde_json::Value;

/// The address of the public page about what a fact was recorded about; none when there is none for this subject.
pub type SubjectPage = fn(subject: &str) -> Option<String>;

/// The names of what facts of a measure are about, in a language (`ja`, `easy`, `en`); a subject without one is shown as it is.
pub type SubjectNames =
    for<'a> fn(&'a City, &'a str) -> BoxFuture<'a, Result<BTreeMap<String, String>, CityError>>;

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

    /// What its interface adds to the city's description for machines (OpenAPI).
    fn interface(&self) -> Option<Interface> {
        None
    }

    /// The measures whose subjects have a public page, each with what finds its address.
    fn subject_pages(&self) -> Vec<(MeasureName, SubjectPage)> {
        Vec::new()
    }

    /// The measures whose subjects have names, each with what finds them.
    fn subject_names(&self) -> Vec<(MeasureName, SubjectNames)> {
        Vec::new()
    }

    /// The times it gives away to other services.
    fn slots(&self) -> Option<&'static dyn Slots> {
        None
    }

    /// The things due at places that others carry out for it.
    fn errands(&self) -> Option<&'static dyn Errands> {
        None
    }

    /// The registers of equipment it keeps, for the records of others.
    fn registers(&self) -> Option<&'static dyn Registers> {
        None
    }

    /// Its records about equipment in the registers of others.
    fn mentions(&self) -> Option<&'static dyn Mentions> {
        None
    }

    /// What finds the records of its own that a resident has with it, for the page of their account.
    fn own_records(&self) -> Option<FindOwnRecords> {
        None
    }

    /// What finds what waits with it for a member of staff, for the first page of the desk.
    fn desk_work(&self) -> Option<FindDeskWork> {
        None
    }

    /// The tables it makes for everybody to use.
    fn open_tables(&self) -> Vec<OpenTable> {
        Vec::new()
    }

    /// What finds places by their names, for the lists of others.
    fn places(&self) -> Option<FindPlaces> {
        None
    }

    /// What tells the layers of its map that others may show on theirs.
    fn shared_layers(&self) -> Option<ShareLayers> {
        None
    }

    /// Its entries in the menus.
    fn menu(&self) -> Vec<MenuItem> {
        Vec::new()
    }

    /// Its entries in the menu of the desk; usually those of [`Service::menu`] that need a capability.
    fn desk_menu(&self) -> Vec<DeskItem> {
        self.menu()
            .into_iter()
            .filter_map(|item| {
                Some(DeskItem {
                    url: item.url,
                    label: item.label,
                    needs: vec![item.capability?],
                })
            })
            .collect()
    }
}

/// An entry in the menu of the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskItem {
    /// Where it leads.
    pub url: &'static str,
    /// The message id of its label.
    pub label: &'static str,
    /// Whoever holds one of these sees it; none: every member of staff.
    pub needs: Vec<Capability>,
}

impl DeskItem {
    /// Whether somebody may open it.
    pub fn is_for(&self, principal: &Principal) -> bool {
        matches!(principal, Principal::Staff(_))
            && (self.needs.is_empty() || self.needs.iter().any(|needed| principal.holds(*needed)))
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
