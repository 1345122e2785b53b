//! An application that its applicant has sent and that others have not agreed to yet: what they see of it, and how it becomes a case.

use jiff::civil::Date;
use yakuba_city::{City, web::Problem};
use yakuba_forms::{Answers, Form};
use yakuba_identity::CityKey;

use super::{Contents, Waiting, form, send::Whole};
use crate::{
    ProcedureError,
    model::{document::ProcedureDocument, together::CoApplicant},
    store::{
        cases::{Contact, SealedCase},
        drafts::{self, Draft},
        keys::CaseKey,
        version,
    },
};

/// An application that waits for others.
pub(in crate::pages) struct WaitingDraft {
    pub(in crate::pages) draft: Draft,
    pub(in crate::pages) key: CaseKey,
    pub(in crate::pages) document: ProcedureDocument,
    pub(in crate::pages) form: std::sync::Arc<Form>,
    /// By which day everybody must have agreed.
    pub(in crate::pages) until: Date,
    contents: Contents,
    waiting: Waiting,
}

impl WaitingDraft {
    /// A draft by its number; none when it does not wait (any more).
    pub(in crate::pages) async fn read(
        city: &City,
        city_key: &CityKey,
        draft: i64,
    ) -> Result<Option<Self>, Problem> {
        let Some(draft) = drafts::numbered(city.db(), draft, city.now()).await? else {
            return Ok(None);
        };
        let Some(until) = draft.agree_by.filter(|_| draft.case.is_none()) else {
            return Ok(None);
        };
        let key = draft.key(city_key)?;
        let contents: Contents = draft.contents(&key)?;
        let Some(waiting) = contents.waiting.clone() else {
            return Ok(None);
        };
        let definition = version(city.db(), &draft.procedure, draft.version)
            .await?
            .ok_or_else(|| Problem::internal("a draft has lost its procedure"))?;
        let form = form(city, &definition)?;
        Ok(Some(Self {
            draft,
            key,
            document: definition.document,
            form,
            until,
            contents,
            waiting,
        }))
    }

    /// The answers as they were examined when it was sent.
    pub(in crate::pages) fn answers(&self) -> Answers {
        let answers = &self.contents.answers;
        let evaluation = self.form.evaluate(answers, self.waiting.sent_on);
        self.form.asked_only(answers, &evaluation)
    }

    /// On which day it was sent.
    pub(in crate::pages) fn sent_on(&self) -> Date {
        self.waiting.sent_on
    }

    /// How to reach the applicant.
    pub(in crate::pages) fn contact(&self) -> &Contact {
        &self.waiting.contact
    }

    /// The case that it becomes when everybody has agreed.
    pub(in crate::pages) async fn seal(
        &self,
        city: &City,
        city_key: &CityKey,
        together: &[(i64, CoApplicant)],
    ) -> Result<SealedCase, Problem> {
        let whole = Whole {
            draft: &self.draft,
            key: &self.key,
            contents: &self.contents,
            document: &self.document,
            form: &self.form,
        };
        let contact = self.waiting.contact.clone();
        let resident = self.draft.resident;
        whole
            .seal(city, city_key, &self.answers(), contact, resident, together)
            .await
    }
}

/// What the job needs of a draft that waits: its key, how to reach the applicant, and the procedure.
pub(crate) async fn contact_of(
    city: &City,
    city_key: &CityKey,
    draft: &Draft,
) -> Result<(CaseKey, Contact, ProcedureDocument), ProcedureError> {
    let key = draft.key(city_key)?;
    let contents: Contents = draft.contents(&key)?;
    let waiting = contents.waiting.ok_or(ProcedureError::NoSuchDraft)?;
    let definition = version(city.db(), &draft.procedure, draft.version)
        .await?
        .ok_or(ProcedureError::NoSuchDraft)?;
    Ok((key, waiting.contact, definition.document))
}
