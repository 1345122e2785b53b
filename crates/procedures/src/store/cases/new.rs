//! An application that is complete, and the same sealed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use yakuba_city::Slot;
use yakuba_forms::Answers;
use yakuba_identity::CityKey;
use yakuba_kernel::{Channel, DepartmentCode};

use crate::{
    error::ProcedureError,
    model::{processing::ProcessingTime, receipt::Receipt, together::CoApplicant},
    store::{
        co_applicants,
        files::{File, SealedFile},
        keys::{self, CaseKey, holder_of_case},
    },
};

/// How to reach the applicant, sealed with the case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The name to write to, as typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A confirmed e-mail address. News of the case go there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The language of the pages: `ja`, `ja-easy` or `en`.
    #[serde(default)]
    pub language: String,
    /// Whether they want no mail about it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_mail: bool,
    /// Which attributes a proof of identity stands behind, such as `name`; empty: nothing was verified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verified: Vec<String>,
    /// When somebody else applies for the person: their name and what makes them the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentContact>,
}

/// Somebody who applies for the person (代理人).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentContact {
    /// Their name.
    pub name: String,
    /// What they are to the person, in their own words.
    pub relation: String,
    /// A telephone number.
    pub phone: String,
    /// The mandate (委任状) that was sent along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate: Option<Mandate>,
}

/// A mandate among the files of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandate {
    /// The file's key.
    pub key: String,
    /// The file's name.
    pub name: String,
}

/// An application that is complete, in the clear.
#[derive(Debug, Clone)]
pub struct NewCase {
    /// The procedure's key.
    pub procedure: String,
    /// Its version.
    pub version: i64,
    /// The department that handles it.
    pub department: DepartmentCode,
    /// How it came in.
    pub channel: Channel,
    /// The time in which it is to be decided.
    pub processing: Option<ProcessingTime>,
    /// When it arrived, for paper that is entered later; none: now.
    pub received_at: Option<Timestamp>,
    /// Random text of this one application: sent twice under the same text, it is received once.
    pub submission: String,
    /// The draft it grew from.
    pub draft: Option<i64>,
    /// The resident's account it belongs to.
    pub resident: Option<i64>,
    /// Who it is, to find duplicates.
    pub person: keys::Person,
    /// How to reach them.
    pub contact: Contact,
    /// What was answered.
    pub answers: Json,
    /// What was sent along.
    pub files: Vec<File>,
}

/// An application sealed under a data key of its own, ready to be received.
#[derive(Debug, Clone)]
pub struct SealedCase {
    pub(super) city: CityKey,
    pub(super) receipt: Receipt,
    pub(super) reference: String,
    pub(super) person: Option<String>,
    pub(super) key: Vec<u8>,
    pub(super) sealed_receipt: Vec<u8>,
    pub(super) contact: Vec<u8>,
    pub(super) answers: Vec<u8>,
    pub(super) files: Vec<SealedFile>,
    /// The rows of those who apply together with the applicant, and who they are.
    pub(super) co_applicants: Vec<(i64, Vec<u8>)>,
    pub(super) plain: PlainPart,
}

#[derive(Debug, Clone)]
pub(super) struct PlainPart {
    pub(super) procedure: String,
    pub(super) version: i64,
    pub(super) department: DepartmentCode,
    pub(super) channel: Channel,
    pub(super) processing: Option<ProcessingTime>,
    pub(super) received_at: Option<Timestamp>,
    pub(super) submission: String,
    pub(super) draft: Option<i64>,
    pub(super) resident: Option<i64>,
    /// The time that is taken with it.
    pub(super) slot: Option<Slot>,
}

impl SealedCase {
    /// The receipt number it will have, unless it was received before. It may be shown only after the write was acknowledged.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }
}

impl NewCase {
    /// Gives the application a receipt number and seals it, so that the write itself is short.
    ///
    /// # Errors
    /// When something cannot be sealed.
    pub fn seal(self, city: &CityKey) -> Result<SealedCase, ProcedureError> {
        self.seal_with(city, &[])
    }

    /// The same together with those of its draft who apply as well, each with the number of the row.
    ///
    /// # Errors
    /// When something cannot be sealed.
    pub(crate) fn seal_with(
        self,
        city: &CityKey,
        together: &[(i64, CoApplicant)],
    ) -> Result<SealedCase, ProcedureError> {
        let receipt = Receipt::generate();
        // Answers of another shape, which tests give, hold no time.
        let slot = Answers::deserialize(&self.answers)
            .ok()
            .and_then(|answers| answers.slot().cloned());
        let reference = keys::reference(city, &receipt);
        let key = CaseKey::generate(city);
        let files = self
            .files
            .iter()
            .map(|file| SealedFile::seal(&key, file))
            .collect::<Result<_, _>>()?;
        let co_applicants = together
            .iter()
            .map(|(id, person)| Ok((*id, co_applicants::seal(&key, person)?)))
            .collect::<Result<_, ProcedureError>>()?;
        Ok(SealedCase {
            city: city.clone(),
            co_applicants,
            person: keys::person(city, &self.person),
            key: key.wrap(&holder_of_case(&reference))?,
            sealed_receipt: key.seal("receipt", receipt.plain().as_bytes())?,
            contact: key.seal_value("contact", &self.contact)?,
            answers: key.seal_value("answers/1", &self.answers)?,
            files,
            receipt,
            reference,
            plain: PlainPart {
                procedure: self.procedure,
                version: self.version,
                department: self.department,
                channel: self.channel,
                processing: self.processing,
                received_at: self.received_at,
                submission: self.submission,
                draft: self.draft,
                resident: self.resident,
                slot,
            },
        })
    }
}
