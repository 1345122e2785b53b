//! Cases: received once however often they are sent, moved through their stages, decided.

mod case;
mod contents;
mod decision;
mod hands;
mod merging;
mod new;
mod past_decisions;
mod steps;
mod submit;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use yakuba_city::{Fact, JAPAN, Measure};
use yakuba_kernel::Subject;

use crate::error::ProcedureError;

pub(super) use case::{COLUMNS, Row};
pub use case::{
    Case, case, case_with_receipt, cases_of_resident, cases_of_same_person, duplicates,
};
pub(super) use contents::add_answers;
pub use contents::{GivenAnswers, answers, contact, enter_answers, receipt};
pub use decision::{Decision, decide, decision};
pub use hands::By;
pub use merging::{NotUndone, merge, merged_here, undo_merge, undone_not};
pub use new::{AgentContact, Contact, Mandate, NewCase, SealedCase};
pub use past_decisions::{
    Correcting, Ended, PastDecision, correct_decision, letter, past_decisions, revoke_decision,
};
pub(crate) use steps::lock;
pub(super) use steps::locked;
pub use steps::{document_of, enter_withdrawal, own_stages, step, withdraw};
pub use submit::{Submitted, submit};

/// The event of a received case; its payload is `{"case": number}`.
pub const CASE_RECEIVED: &str = "procedures.case_received";
/// The event of a case that changed its standard stage; its payload is `{"case": number, "stage": name}`.
pub const CASE_MOVED: &str = "procedures.case_moved";

/// The event of a case whose decision was corrected or revoked; its payload is `{"case": number, "occasion": number}`.
pub const CASE_DECISION_CHANGED: &str = "procedures.case_decision_changed";
/// The event of a case that was put together with another and goes on for itself again; its payload is `{"case": number, "occasion": number}`.
pub const CASE_GOES_ON: &str = "procedures.case_goes_on";
/// The event of a case whose applicant corrected the answers; its payload is `{"case": number, "occasion": number}`.
pub const CASE_CORRECTED: &str = "procedures.case_corrected";
/// The event of a case whose answers staff entered anew; its payload is `{"case": number, "occasion": number}`.
pub const CASE_ANSWERS_ENTERED: &str = "procedures.case_answers_entered";

fn bad(error: impl std::fmt::Display) -> ProcedureError {
    ProcedureError::StoredValue(error.to_string())
}

/// A stored moment.
pub(crate) fn moment(microseconds: i64) -> Result<Timestamp, ProcedureError> {
    Timestamp::from_microsecond(microseconds).map_err(bad)
}

/// The day in Japan on which a moment falls.
pub(crate) fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::fixed(JAPAN)).date()
}

fn fact_of(case: &Case, measure: &Measure, at: Timestamp) -> Result<Fact, ProcedureError> {
    Ok(Fact::one(&measure.name, at)
        .department(case.department.clone())
        .channel(case.channel)
        .subject(subject(&case.procedure)?)
        .record(format!("procedures_cases/{}", case.id)))
}

fn subject(procedure: &str) -> Result<Subject, ProcedureError> {
    Subject::new(procedure).map_err(bad)
}
