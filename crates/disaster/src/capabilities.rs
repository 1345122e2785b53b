//! What staff may be allowed to do in a disaster, and what the service counts.

use yakuba_city::{Measure, MeasureKind, web::Capability};
use yakuba_kernel::MeasureName;

/// Lead: open and close a disaster, keep the register of shelters.
pub const LEAD: Capability = Capability::new("disaster.lead");
/// Tell how it is at a shelter.
pub const SHELTER: Capability = Capability::new("disaster.shelter");
/// Close roads and open them again.
pub const ROADS: Capability = Capability::new("disaster.roads");

/// All of them, for roles to be made of.
pub const ALL: [Capability; 3] = [LEAD, SHELTER, ROADS];

/// Shelters that were opened; the subject is the kind of disaster.
pub const OPENED: Measure = Measure {
    name: MeasureName::declared("disaster.shelters_opened"),
    kind: MeasureKind::Flow,
    unit: "か所",
    name_ja: "開設した避難所",
    name_en: "Shelters opened",
};
/// The most people that were in shelters at one time, one fact for each disaster when it is over; the subject is the kind of disaster.
pub const PEOPLE: Measure = Measure {
    name: MeasureName::declared("disaster.people_at_most"),
    kind: MeasureKind::Flow,
    unit: "人",
    name_ja: "避難者の最大人数",
    name_en: "People in shelters at most",
};
/// Roads that were closed; the subject is the reason.
pub const CLOSED: Measure = Measure {
    name: MeasureName::declared("disaster.roads_closed"),
    kind: MeasureKind::Flow,
    unit: "か所",
    name_ja: "通行止めにした道路",
    name_en: "Roads closed",
};

/// All of them, as the service declares them.
pub static MEASURES: [Measure; 3] = [OPENED, PEOPLE, CLOSED];
