//! The rules, without a database: what kinds of things there are, what a row of a register may say, how long a device worked.

pub mod broker;
pub mod draft;
pub mod gtfs_realtime;
pub mod kind;
pub mod simulation;
pub mod state;
pub mod uptime;
