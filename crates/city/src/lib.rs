#![doc = include_str!("../README.md")]

mod answer;
mod audit;
pub mod backup;
mod city;
mod clock;
mod database;
mod desk_work;
mod emergencies;
mod equipment;
mod errands;
mod error;
mod facts;
mod files;
mod jobs;
mod key;
mod measure;
mod migration;
mod moment;
mod named_places;
mod open_tables;
mod own_records;
mod private_files;
mod random;
mod search;
mod service;
mod settings;
mod shared_layers;
mod slots;
pub mod sql;
#[cfg(feature = "testing")]
pub mod testing;
mod tx;
pub mod web;
mod writer;

pub use audit::{Actor, AuditEntry, AuditRecord, AuditReport, verify as verify_audit};
pub use city::{City, CitySettings};
pub use clock::{Clock, JAPAN};
pub use database::{DatabaseUrl, Durability};
pub use desk_work::{DeskWork, FindDeskWork, WorkCount};
pub use emergencies::{
    EMERGENCY_ENDED, Emergency, EmergencyKind, Said, begin_emergency, change_emergency,
    emergencies, emergency, end_emergency, open_emergencies,
};
pub use equipment::{Equipment, Invitation, Mention, Mentions, Registers};
pub use errands::{Errand, ErrandDone, ErrandPlace, Errands};
pub use error::CityError;
pub use facts::{
    DayTotal, Fact, FactId, FactSums, MonthTotal, RecountDifference, RecountReport, StoredFact,
    YearTotal, YearTotals, day_totals, days_of, facts_of_day, last_recount, month_totals, recount,
    year_totals,
};
pub use files::{FileHash, read_file};
pub use jobs::{
    Job, JobFailure, JobKind, JobWork, QueuedJob, dead_jobs, run_due_jobs, waiting_jobs,
};
pub use key::{CityKey, KEY_FILE, KEY_VARIABLE, KeyError};
pub use measure::{Measure, MeasureDefinition, MeasureKind};
pub use migration::Migration;
pub use moment::read_moment;
pub use named_places::{FindPlaces, NamedPlace};
pub use open_tables::{
    MakeTable, OpenTable, SMALLEST_COUNT, TableRows, TableWords, shown_count, shown_part,
};
pub use own_records::{FindOwnRecords, OwnRecord, OwnRecords};
pub use private_files::make_private_folder;
pub use random::random_name;
pub use search::{SearchEntry, SearchHit, search};
pub use service::{DeskItem, Interface, MenuItem, Service, SubjectNames, SubjectPage};
pub use settings::{MAP_CENTRE, MAP_OUTLINE, all_settings, setting};
pub use shared_layers::{HAZARD, ShareLayers, SharedClass, SharedLayer};
pub use slots::{Appointment, SLOT_CHANGED, Slot, SlotSource, Slots};
pub use tx::Tx;
