//! Things that are due at a place, of which one service knows and which another has carried out on its way: equipment to be inspected, for
//! instance, on the round of a crew. Whoever knows of them implements [`Errands`]; whoever sends people out asks
//! [`City::errands`](crate::City::errands) outside a write and [`Tx::errands`](crate::Tx::errands) inside one, so that what was done and
//! what follows from it commit together.

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use jiff::civil::Date;
use yakuba_kernel::{DepartmentCode, Point};

use crate::{City, CityError, Tx, web::Principal};

/// A thing that is due at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errand {
    /// What it is known by: the path of its page below `/desk`, such as `assets/12`.
    pub key: String,
    /// What is to be done where, in words.
    pub title: String,
    /// Where, in words; may be empty.
    pub place: String,
    /// Where.
    pub point: Option<Point>,
    /// The department that has it done.
    pub department: DepartmentCode,
    /// By when; none: it is not due any more.
    pub due_on: Option<Date>,
    /// What whoever goes there should know: names with values.
    pub about: Vec<(String, String)>,
}

/// What came of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrandDone {
    /// The day.
    pub on: Date,
    /// What was found; may be empty.
    pub words: String,
}

/// Knows of things that are due at places.
pub trait Errands: Send + Sync {
    /// Whether somebody may do those of a department.
    fn may_do(&self, who: &Principal, department: &DepartmentCode) -> bool;

    /// What a department has to have done by a day, in a language (`ja`, `easy`, `en`); the longest due first.
    fn due<'a>(
        &'a self,
        city: &'a City,
        department: &'a DepartmentCode,
        until: Date,
        language: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Errand>, CityError>>;

    /// Those of these that there are, by key, in a language; done or not.
    fn find<'a>(
        &'a self,
        city: &'a City,
        keys: &'a [String],
        language: &'a str,
    ) -> BoxFuture<'a, Result<BTreeMap<String, Errand>, CityError>>;

    /// Where a department has to do one by a day. None when it is not due there.
    fn is_due<'a>(
        &'a self,
        tx: &'a Tx,
        key: &'a str,
        department: &'a DepartmentCode,
        until: Date,
    ) -> BoxFuture<'a, Result<Option<ErrandPlace>, CityError>>;

    /// Takes up that one was done by people of a department. False when there is no such thing of theirs: then the whole write must be
    /// given up.
    fn done<'a>(
        &'a self,
        tx: &'a Tx,
        key: &'a str,
        department: &'a DepartmentCode,
        done: &'a ErrandDone,
    ) -> BoxFuture<'a, Result<bool, CityError>>;

    /// Notes that people of a department were there and could not do it, and why. False as for [`Errands::done`].
    fn not_done<'a>(
        &'a self,
        tx: &'a Tx,
        key: &'a str,
        department: &'a DepartmentCode,
        words: &'a str,
    ) -> BoxFuture<'a, Result<bool, CityError>>;
}

/// Where something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrandPlace {
    /// The point; none when it is not known.
    pub point: Option<Point>,
}
