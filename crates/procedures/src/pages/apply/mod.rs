//! Filling in a form: before the start, page after page, checking, sending. What was entered is kept after every page.

mod applicant;
mod email;
mod fill;
mod send;
mod sent;
mod start;
mod together;
pub(in crate::pages) mod waiting;

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use yakuba_city::{
    City,
    web::{Access, Problem, Routes},
};
use yakuba_forms::{
    Answers, Evaluation, Form, Marks, Message,
    model::document::{Layout, Text},
};
use yakuba_ui::Language;

use super::{WORDS, asked::Asked};
use crate::{
    ProcedureError,
    model::{
        document::{Agent, CoApplicants, ProcedureDocument, Proof},
        proven::{Filling, Proven},
        together::needed,
    },
    slots,
    store::{
        Definition,
        cases::{AgentContact, Contact},
        co_applicants::{self, Known, Of},
        drafts::{self, Draft, Saving},
        files::File,
        keys::CaseKey,
        version,
    },
};

pub(crate) use send::person;
pub(crate) use sent::{Sent, problem_at};
pub(super) use start::may_begin;
pub(super) use together::chip;

/// The routes of applying.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/procedures/{key}/start", Access::Public, start::page)
        .post("/procedures/{key}/start", Access::Public, start::answer)
        .post("/procedures/{key}/discard", Access::Public, start::discard)
        .get("/procedures/{key}/resume", Access::Public, start::resume)
        .post("/procedures/{key}/resume", Access::Public, start::take_over)
        .get("/procedures/{key}/email", Access::Public, email::page)
        .post("/procedures/{key}/email", Access::Public, email::send)
        .get(
            "/procedures/{key}/applicant",
            Access::Public,
            applicant::page,
        )
        .post(
            "/procedures/{key}/applicant",
            Access::Public,
            applicant::answer,
        )
        .get("/procedures/{key}/together", Access::Public, together::page)
        .post(
            "/procedures/{key}/together",
            Access::Public,
            together::answer,
        )
        .get("/procedures/{key}/apply/{page}", Access::Public, fill::page)
        .post(
            "/procedures/{key}/apply/{page}",
            Access::Public,
            fill::answer,
        )
        .get("/procedures/{key}/check", Access::Public, send::check)
        .post("/procedures/{key}/check", Access::Public, send::send)
        .get("/procedures/{key}/done", Access::Public, send::done)
}

/// The page key under which a form of one page is shown.
const ALL: &str = "all";

/// What a draft holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Contents {
    /// The answers so far, and what could not be read of them.
    #[serde(default)]
    pub(crate) answers: Answers,
    /// Where mail reaches the applicant.
    #[serde(default)]
    email: Option<Email>,
    /// Whether the question who applies was answered, and by whom else than the person.
    #[serde(default)]
    pub(crate) applicant: Option<Applicant>,
    /// The pages that were sent: what is empty there was left empty.
    #[serde(default)]
    sent_pages: BTreeSet<String>,
    /// Whether the applicant has said who applies together with them.
    #[serde(default)]
    together: bool,
    /// How it was sent, while it waits for others to agree.
    #[serde(default)]
    waiting: Option<Waiting>,
}

/// How an application was sent that others have not agreed to yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Waiting {
    /// On which day: its answers were examined then.
    sent_on: Date,
    /// How to reach the applicant, with what was verified of them then.
    contact: Contact,
}

/// An e-mail address on its way to being confirmed; identity keeps the code.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Email {
    address: String,
    confirmed: bool,
}

/// Who applies.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Applicant {
    Person,
    Agent(AgentContact),
}

impl Contents {
    /// The confirmed address.
    fn confirmed(&self) -> Option<&str> {
        self.email
            .as_ref()
            .filter(|email| email.confirmed)
            .map(|email| email.address.as_str())
    }

    /// What begins with answers that are known.
    pub(crate) fn with_answers(answers: Answers) -> Self {
        Self {
            answers,
            ..Self::default()
        }
    }

    pub(crate) fn agent(&self) -> Option<&AgentContact> {
        match &self.applicant {
            Some(Applicant::Agent(agent)) => Some(agent),
            _ => None,
        }
    }

    /// The keys of every file that is still needed.
    pub(crate) fn files(&self) -> Vec<String> {
        let mandate = self
            .agent()
            .and_then(|agent| agent.mandate.as_ref())
            .map(|mandate| mandate.key.clone());
        self.answers
            .files()
            .into_iter()
            .map(|file| file.id.clone())
            .chain(mandate)
            .collect()
    }
}

/// Compiled forms by procedure and version, which never change once live.
#[derive(Default)]
struct Compiled(RwLock<HashMap<(String, i64), Arc<Form>>>);

/// The form of a version, compiled once.
pub(crate) fn form(city: &City, definition: &Definition) -> Result<Arc<Form>, Problem> {
    let compiled = city.state::<Compiled>();
    let at = (definition.document.key.clone(), definition.number);
    let found = compiled
        .0
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&at)
        .cloned();
    if let Some(form) = found {
        return Ok(form);
    }
    let form = Form::compile(&definition.document.form)
        .map_err(|_| Problem::internal("a form that is live does not compile"))?;
    let form = Arc::new(form);
    compiled
        .0
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(at, form.clone());
    Ok(form)
}

/// A text of this room as a message of a form.
pub(super) fn message(key: &str) -> Message {
    let text = |language| WORDS.words(language).get(key).into_owned();
    Message::Own(Text {
        ja: text(Language::Japanese),
        easy: Some(text(Language::EasyJapanese)),
        en: Some(text(Language::English)),
    })
}

/// That the time somebody chose has gone to somebody else.
pub(crate) fn slot_gone() -> Message {
    message("applicant-slot-taken")
}

/// A draft that is open, with everything a page needs of it.
struct Open {
    draft: Draft,
    key: CaseKey,
    contents: Contents,
    document: ProcedureDocument,
    form: Arc<Form>,
    /// The account that asks; it takes a draft without one over when it saves.
    resident: Option<i64>,
    /// What is proved of the person who asks.
    proven: Proven,
}

impl Open {
    /// The draft of this browser or account for a procedure; otherwise where to go instead.
    async fn of(asked: &Asked, procedure: &str) -> Result<Result<Self, Response>, Problem> {
        let open = match Self::of_any(asked, procedure).await? {
            Ok(open) => open,
            Err(response) => return Ok(Err(response)),
        };
        let elsewhere = if open.draft.agree_by.is_some() {
            "/together"
        } else if !may_begin(&open.document, &open.proven) {
            ""
        } else {
            return Ok(Ok(open));
        };
        Ok(Err(
            Redirect::to(&format!("{}{elsewhere}", open.base())).into_response()
        ))
    }

    /// The same, sent and waiting for others or not, and whatever is proved of whoever asks.
    async fn of_any(asked: &Asked, procedure: &str) -> Result<Result<Self, Response>, Problem> {
        let elsewhere = |to: &str| {
            Ok(Err(
                Redirect::to(&format!("/procedures/{procedure}{to}")).into_response()
            ))
        };
        let Some(draft) = asked.draft(procedure).await? else {
            if asked.needs_sign_in(procedure).await? {
                return Err(Problem::ResidentSignInNeeded);
            }
            // Never begun here, or no longer kept; the guide of an unknown procedure says so.
            return elsewhere("?done=expired");
        };
        if draft.case.is_some() {
            return elsewhere("/done");
        }
        let definition = version(asked.city().db(), procedure, draft.version)
            .await?
            .ok_or(Problem::NotFound)?;
        let proven = asked.proven().await?;
        let form = form(asked.city(), &definition)?;
        let key = draft.key(asked.key())?;
        let contents = draft.contents(&key)?;
        Ok(Ok(Self {
            draft,
            key,
            contents,
            document: definition.document,
            form,
            resident: asked.resident(),
            proven,
        }))
    }

    fn saving(&self, added: &[File]) -> Result<Saving, ProcedureError> {
        let saving = Saving::seal(
            &self.key,
            &self.draft,
            &self.contents,
            added,
            self.contents.files(),
        )?;
        Ok(saving.resident(self.resident))
    }

    /// The address that mail about the application reaches: confirmed for it, or by the account.
    fn email(&self) -> Option<&str> {
        self.contents.confirmed().or(self.proven.email.as_deref())
    }

    /// What is proved of the person whom the form is about: nothing when somebody else applies for them, but the address confirmed for
    /// this application.
    fn proven_of_person(&self) -> Proven {
        match self.contents.agent() {
            Some(_) => Proven::default(),
            None => Proven {
                person: self.proven.person.clone(),
                email: self.email().map(str::to_owned),
            },
        }
    }

    /// The answers as a page shows them: until the page was sent, what is proved stands in its empty questions.
    fn filled_in(&self, page: &str) -> Answers {
        let mut answers = self.contents.answers.clone();
        if self.contents.sent_pages.contains(page) {
            return answers;
        }
        let proven = self.proven_of_person();
        let fields = self
            .document
            .form
            .pages
            .iter()
            .filter(|known| page == ALL || known.key.as_str() == page)
            .flat_map(|known| &known.fields);
        for field in fields {
            let key = field.key.as_str();
            if answers.get(key).is_some() || answers.typed(key).is_some() {
                continue;
            }
            match proven.filling(field) {
                Some(Filling::Answer(answer)) => answers.set(field.key.clone(), answer),
                Some(Filling::Part(typed)) => answers.set_typed(field.key.clone(), typed),
                None => {}
            }
        }
        answers
    }

    /// A word beside every answer that is proved.
    fn marks(&self, answers: &Answers, word: &str) -> Marks {
        let mut marks = Marks::new();
        for path in self.proven_of_person().fields(&self.document.form, answers) {
            marks.add(path, word);
        }
        marks
    }

    /// Keeps what was entered.
    async fn save(&mut self, asked: &Asked, added: &[File]) -> Result<(), Problem> {
        Ok(self.try_saving(asked, self.saving(added)?).await?)
    }

    async fn try_saving(&mut self, asked: &Asked, saving: Saving) -> Result<(), ProcedureError> {
        self.draft.revision = asked
            .city()
            .write(asked.principal.actor(), saving, |tx, saving| {
                Box::pin(drafts::save(tx, saving))
            })
            .await?;
        Ok(())
    }

    /// Keeps what was entered together with the time that was chosen; false when somebody else has that time: then everything but the
    /// time is kept.
    async fn save_with_slot(&mut self, asked: &Asked, added: &[File]) -> Result<bool, Problem> {
        if slots::question(&self.document.form).is_none() {
            self.save(asked, added).await?;
            return Ok(true);
        }
        if slots::is_too_far(
            &self.document.form,
            &self.contents.answers,
            asked.city().today(),
        ) {
            self.forget_slot(asked, added).await?;
            return Ok(false);
        }
        let slot = self.contents.answers.slot().cloned();
        let saving = self.saving(added)?.slot(slot);
        match self.try_saving(asked, saving).await {
            Ok(()) => Ok(true),
            Err(ProcedureError::SlotTaken) => {
                self.forget_slot(asked, added).await?;
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Forgets the time that was chosen, which is not to be had.
    async fn forget_slot(&mut self, asked: &Asked, added: &[File]) -> Result<(), Problem> {
        if let Some((_, field)) = slots::question(&self.document.form) {
            self.contents.answers.remove(field.key.as_str());
        }
        let saving = self.saving(added)?.slot(None);
        Ok(self.try_saving(asked, saving).await?)
    }

    /// Where another time is chosen.
    fn choose_slot(&self) -> String {
        let page = match slots::question(&self.document.form) {
            Some((page, _)) if !self.is_single() => page.key.as_str(),
            _ => ALL,
        };
        format!("{}/apply/{page}?slot=taken", self.base())
    }

    fn base(&self) -> String {
        format!("/procedures/{}", self.document.key)
    }

    fn asks_who_applies(&self) -> bool {
        self.document.agent != Agent::NotAllowed
    }

    /// The rules for others who apply together with the applicant, when the answers call for them.
    fn others(&self, evaluation: &Evaluation) -> Option<&CoApplicants> {
        needed(&self.document, evaluation)
    }

    /// Who applies together with the applicant.
    async fn co_applicants(&self, asked: &Asked) -> Result<Vec<Known>, Problem> {
        let of = Of::Draft(self.draft.id);
        Ok(co_applicants::of(asked.city().db(), &self.key, of).await?)
    }

    /// Where the applicant goes next: what is still missing, else the check.
    fn next(&self, asked: &Asked) -> String {
        let base = self.base();
        if self.document.proof == Proof::Email && self.email().is_none() {
            return format!("{base}/email");
        }
        if self.asks_who_applies() && self.contents.applicant.is_none() {
            return format!("{base}/applicant");
        }
        let evaluation = self
            .form
            .evaluate(&self.contents.answers, asked.city().today());
        match evaluation.first_open_page() {
            Some(_) if self.is_single() => format!("{base}/apply/{ALL}"),
            Some(page) => format!("{base}/apply/{page}"),
            None if self.others(&evaluation).is_some() && !self.contents.together => {
                format!("{base}/together")
            }
            None => format!("{base}/check"),
        }
    }

    fn is_single(&self) -> bool {
        self.document.form.layout == Layout::Single
    }
}
