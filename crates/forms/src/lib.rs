#![doc = include_str!("../README.md")]

pub mod answers;
mod check;
pub mod files;
mod finding;
mod form;
mod look_up;
mod message;
pub mod model;
mod reading;
mod rendering;
mod rules;
mod schema;
#[cfg(feature = "testing")]
pub mod testing;

pub use answers::{Answer, Answers, FileAnswer, Typed};
pub use check::{PersonalData, check, check_text, personal_data};
pub use finding::{Finding, Part, Place, Severity};
pub use form::{
    ComputedValue, Evaluation, Fee, FieldProblem, FieldState, Form, RuleFailure, Submission,
};
pub use look_up::{
    Area, KnownPlace, LookUp, Wish, fill_in_place, fill_in_written_place, mark_places,
};
pub use message::{Message, MessageValue};
pub use model::document::FormDocument;
pub use reading::{Outcome, PageRead};
pub use rendering::{AnswerRow, AnswerSection, Marks, slot_text, written};
pub use rules::{Condition, Failure};
pub use schema::schema;

pub use yakuba_ui::Language;

use yakuba_ui::Catalogue;

/// The texts of forms.
pub static WORDS: Catalogue = yakuba_ui::catalogue!("forms");
