//! Times that one service gives away and another takes: an application takes a time at a counter, for instance. Whoever gives them away
//! implements [`Slots`]; whoever takes them asks [`City::slots`](crate::City::slots) outside a write and [`Tx::slots`](crate::Tx::slots)
//! inside one, so that a time and what it is for commit together.

use futures::future::BoxFuture;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use yakuba_kernel::Channel;

use crate::{City, CityError, Tx};

/// What times are taken of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SlotSource {
    /// The facility's key.
    pub facility: String,
    /// What of it, by its key.
    pub resource: String,
}

/// One time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Slot {
    /// What it is of.
    #[serde(flatten)]
    pub of: SlotSource,
    /// The day.
    pub day: Date,
    /// When it begins.
    pub from: Time,
    /// When it ends; never on another day.
    pub to: Time,
}

/// How the time of a record stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// The time, which may be another than the one first taken.
    pub slot: Slot,
    /// What it is of, in words.
    pub name: String,
    /// Whether it was given back or called off.
    pub is_off: bool,
    /// Its page at the desk.
    pub desk: String,
}

/// Gives times away. A `mark` is whoever fills something in, and a `record` what came of it: the path of its page below `/desk`, such as
/// `cases/12`. Neither says anything about a person.
pub trait Slots: Send + Sync {
    /// What times can be taken of, with its name in a language (`ja`, `easy`, `en`).
    fn sources<'a>(
        &'a self,
        city: &'a City,
        language: &'a str,
    ) -> BoxFuture<'a, Result<Vec<(SlotSource, String)>, CityError>>;

    /// Whether times can be taken of something.
    fn knows<'a>(
        &'a self,
        tx: &'a Tx,
        of: &'a SlotSource,
    ) -> BoxFuture<'a, Result<bool, CityError>>;

    /// The times that are free until a day, in order; what is kept under the mark is among them. None of something unknown.
    fn free<'a>(
        &'a self,
        city: &'a City,
        of: &'a SlotSource,
        until: Date,
        mark: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Slot>, CityError>>;

    /// Keeps a time under a mark for a while, and gives back what else the mark kept. False when it cannot be had: then the whole write
    /// must be given up.
    fn keep<'a>(
        &'a self,
        tx: &'a Tx,
        mark: &'a str,
        slot: Option<&'a Slot>,
    ) -> BoxFuture<'a, Result<bool, CityError>>;

    /// Takes a time for good in the name of a record: the one that the mark keeps, or anew when that has lapsed. False when it cannot be
    /// had: then the whole write must be given up.
    fn take<'a>(
        &'a self,
        tx: &'a Tx,
        mark: &'a str,
        slot: &'a Slot,
        record: &'a str,
        channel: Channel,
    ) -> BoxFuture<'a, Result<bool, CityError>>;

    /// Gives back what a record has, unless its time has begun. Doing it twice is the same as once.
    fn give_back<'a>(&'a self, tx: &'a Tx, record: &'a str)
    -> BoxFuture<'a, Result<(), CityError>>;

    /// How the time of a record stands, in a language; none when it never took one.
    fn appointment<'a>(
        &'a self,
        city: &'a City,
        record: &'a str,
        language: &'a str,
    ) -> BoxFuture<'a, Result<Option<Appointment>, CityError>>;
}

/// The event that the time of a record was called off or moved by whoever gave it away; its payload names the `record`.
pub const SLOT_CHANGED: &str = "slot.changed";
