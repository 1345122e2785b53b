//! Applications that staff enter: at the counter (書かない窓口), from paper, on the telephone.

mod check;
mod fill;
mod record;
mod slip;
mod start;
mod tablet;
mod together;

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::Date;
use yakuba_city::web::{Access, Problem, Routes};
use yakuba_forms::{Evaluation, FieldProblem, Form};
use yakuba_identity::residents::store as residents;
use yakuba_kernel::Channel;
use yakuba_ui::{Catalogue, Language, NotificationBanner, Page, Words};

use crate::{
    capabilities::WORK,
    desk::room::Room,
    error::ProcedureError,
    model::{
        document::ProcedureDocument,
        proven::Proven,
        visit::{EntryNotes, How},
    },
    pages::{self, Contents},
    slots,
    store::{
        counter::{self, Entry, SavingEntry},
        drafts::Saving,
        files::File,
        keys::CaseKey,
        version,
    },
};

pub(super) use check::proof_text;
pub(crate) use fill::page_of;
pub(super) use record::record;

/// The texts of the counter, of the tablet and of what visitors bring along.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("counter");

/// Where entries begin.
const START: &str = "/desk/cases/new";

/// The routes of the counter.
pub(super) fn routes() -> Routes {
    let work = || Access::Staff(WORK);
    Routes::new()
        .get("/desk/cases/new", work(), start::page)
        .post("/desk/cases/new", work(), start::begin)
        .post("/desk/cases/new/code", work(), start::take_over)
        .get("/desk/cases/new/{entry}", work(), fill::page)
        .post("/desk/cases/new/{entry}", work(), fill::answer)
        .post("/desk/cases/new/{entry}/account", work(), fill::account)
        .post("/desk/cases/new/{entry}/discard", work(), fill::discard)
        .get("/desk/cases/new/{entry}/check", work(), check::page)
        .post("/desk/cases/new/{entry}/check", work(), check::send)
        .post("/desk/cases/new/{entry}/together", work(), together::change)
        .post("/desk/cases/new/{entry}/tablet", work(), tablet::change)
        .get("/desk/cases/new/{entry}/slip", work(), slip::page)
        .get("/desk/cases/new/{entry}/slip.pdf", work(), slip::pdf)
}

impl Room {
    /// The texts of the counter in the reader's language.
    fn counter_words(&self) -> Words {
        WORDS.words(self.language())
    }
}

/// A page of the counter with the notice of the last step.
fn counter_page(room: &Room, title: impl Into<String>, body: &impl Template) -> Page {
    let words = room.counter_words();
    let mut page = room.page(title, body);
    let key = format!("counter-done-{}", room.query.get("done"));
    if words.has(&key) {
        page = page.notice(NotificationBanner::success(words.get(&key)));
    }
    page
}

/// What a channel is called.
fn channel_text(words: Words, channel: Channel) -> String {
    words
        .get(&format!("counter-channel-{}", channel.as_str()))
        .into_owned()
}

/// An entry that is open, with everything a page needs of it.
struct Open {
    entry: Entry,
    key: CaseKey,
    contents: Contents,
    notes: EntryNotes,
    document: ProcedureDocument,
    form: Arc<Form>,
    /// What is proved by the account that the visitor showed a code of.
    proven: Proven,
}

/// The entry of a number, for the member of staff who began it and still works for its department; to everybody else it does not exist.
async fn own_entry(room: &Room, number: i64) -> Result<Entry, Problem> {
    let me = room.account()?;
    counter::entry(room.db(), number, room.city.now())
        .await?
        .filter(|entry| entry.account == me && room.principal.holds_in(WORK, &entry.department))
        .ok_or(Problem::NotFound)
}

/// What is proved of a resident's account.
async fn proven(room: &Room, resident: Option<i64>) -> Result<Proven, Problem> {
    let Some(resident) = resident else {
        return Ok(Proven::default());
    };
    let account = residents::resident(room.db(), room.key()?, resident).await?;
    Ok(account.map_or_else(Proven::default, |account| Proven {
        person: account.verified,
        email: account.email.map(|email| email.as_str().to_owned()),
    }))
}

impl Open {
    /// An own entry; the slip when it has been sent.
    async fn of(room: &Room, number: i64) -> Result<Result<Self, Response>, Problem> {
        let entry = own_entry(room, number).await?;
        if entry.draft.case.is_some() {
            return Ok(Err(
                Redirect::to(&format!("{START}/{number}/slip")).into_response()
            ));
        }
        let definition = version(room.db(), &entry.draft.procedure, entry.draft.version)
            .await?
            .ok_or(Problem::NotFound)?;
        let form = pages::form(&room.city, &definition)?;
        let key = entry.draft.key(room.key()?)?;
        let notes = entry.notes(&key)?;
        Ok(Ok(Self {
            contents: entry.draft.contents(&key)?,
            proven: proven(room, notes.resident).await?,
            notes,
            document: definition.document,
            entry,
            key,
            form,
        }))
    }

    fn base(&self) -> String {
        format!("{START}/{}", self.entry.draft.id)
    }

    /// The day of the application: for paper the day it arrived.
    fn day(&self, room: &Room) -> Date {
        self.notes.arrived_on.unwrap_or_else(|| room.city.today())
    }

    fn evaluation(&self, room: &Room) -> Evaluation {
        self.form.evaluate(&self.contents.answers, self.day(room))
    }

    /// What is still missing or wrong.
    fn left_open(&self, evaluation: &Evaluation) -> Vec<FieldProblem> {
        self.notes
            .left_open(&self.form, &self.contents.answers, &evaluation.problems)
    }

    /// What the paper leaves unanswered.
    fn gaps(&self, evaluation: &Evaluation) -> Vec<String> {
        self.notes
            .gaps_now(&self.contents.answers, &evaluation.problems)
    }

    /// What is verified of the answers as they are now, and how: by the visitor's account, otherwise by a document. An account proves
    /// nothing of the person when somebody else applies for them.
    fn verified(&self, evaluation: &Evaluation) -> BTreeMap<String, How> {
        let answers = &self.contents.answers;
        let mut verified: BTreeMap<String, How> = self
            .notes
            .verified_now(&self.form, answers)
            .into_iter()
            .map(|(name, how)| (name.to_owned(), how))
            .collect();
        if self.contents.agent().is_none() {
            let proved = self
                .proven
                .attributes(&self.document.form, answers, evaluation);
            verified.extend(proved.into_iter().map(|name| (name, How::Account)));
        }
        verified
    }

    fn asks_who_applies(&self) -> bool {
        self.document.agent != crate::model::document::Agent::NotAllowed
    }

    /// Whether everything beside the answers is there.
    fn is_noted(&self) -> bool {
        (self.entry.channel != Channel::Paper || self.notes.arrived_on.is_some())
            && (!self.asks_who_applies() || self.contents.applicant.is_some())
    }

    /// Keeps what was entered.
    async fn save(&mut self, room: &Room, added: &[File]) -> Result<(), ProcedureError> {
        let mut saving = Saving::seal(
            &self.key,
            &self.entry.draft,
            &self.contents,
            added,
            self.contents.files(),
        )?;
        if slots::question(&self.document.form).is_some() {
            saving = saving.slot(self.contents.answers.slot().cloned());
        }
        let saving = SavingEntry::seal(&self.key, &self.entry, saving, &self.notes)?;
        self.entry.draft.revision = room
            .write(saving, |tx, saving| Box::pin(counter::save(tx, saving)))
            .await?;
        Ok(())
    }

    /// As [`Self::save`]; false when somebody else has the time that was chosen: then everything but the time is kept.
    async fn save_with_slot(&mut self, room: &Room, added: &[File]) -> Result<bool, Problem> {
        let (form, answers) = (&self.document.form, &self.contents.answers);
        if slots::is_too_far(form, answers, room.city.today()) {
            self.forget_slot(room, added).await?;
            return Ok(false);
        }
        match self.save(room, added).await {
            Ok(()) => Ok(true),
            Err(ProcedureError::SlotTaken) => {
                self.forget_slot(room, added).await?;
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Forgets the time that was chosen, which is not to be had.
    async fn forget_slot(&mut self, room: &Room, added: &[File]) -> Result<(), Problem> {
        if let Some((_, field)) = slots::question(&self.document.form) {
            self.contents.answers.remove(field.key.as_str());
        }
        Ok(self.save(room, added).await?)
    }

    fn title(&self, language: Language) -> &str {
        self.document.title.get(language)
    }
}

/// Nobody else may keep what is on the page.
fn private(response: impl axum::response::IntoResponse) -> Response {
    let mut response = response.into_response();
    response.headers_mut().insert(
        axum::http::header::CACHE_CONTROL,
        axum::http::HeaderValue::from_static("no-store"),
    );
    response
}

/// Whether an error is one that a person can mend on the page.
fn is_changed_meanwhile(error: &ProcedureError) -> bool {
    matches!(error, ProcedureError::ChangedMeanwhile)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
