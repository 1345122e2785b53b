//! Something is being done to a case: one write, and then the case with a notice, or the case again with the reason why it was refused
//! and what was typed.

use axum::{
    extract::{FromRequest, FromRequestParts as _, Path, Request},
    response::{IntoResponse, Response},
};
use futures::future::BoxFuture;
use yakuba_city::{
    City, Tx,
    web::{Capability, Problem},
};
use yakuba_ui::{Fields, done};

use super::show::{Opened, case_page, fill_in, open};
use crate::{
    capabilities::WORK,
    desk::room::Room,
    error::ProcedureError,
    model::document::TemplateUse,
    store::{
        cases::{self, By},
        keys::{self, CaseKey},
    },
};

/// A case before somebody who may work on it, and what they sent.
pub(super) struct Doing {
    pub(super) room: Room,
    pub(super) opened: Opened,
    pub(super) fields: Fields,
}

impl FromRequest<City> for Doing {
    type Rejection = Problem;

    async fn from_request(request: Request, city: &City) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let Ok(room) = Room::from_request_parts(&mut parts, city).await;
        let Path(case) = Path::<i64>::from_request_parts(&mut parts, city)
            .await
            .map_err(|_| Problem::NotFound)?;
        let request = Request::from_parts(parts, body);
        let fields = Fields::from_request(request, city).await?;
        Self::open(room, case, fields, WORK).await
    }
}

impl Doing {
    /// For a step that another capability allows.
    pub(super) async fn open(
        room: Room,
        case: i64,
        fields: Fields,
        capability: Capability,
    ) -> Result<Self, Problem> {
        Ok(Self {
            opened: open(&room, case, capability).await?,
            room,
            fields,
        })
    }

    /// The case's number.
    pub(super) fn case(&self) -> i64 {
        self.opened.case.id
    }

    /// The revision of the case that was on the page.
    pub(super) fn revision(&self) -> i64 {
        self.fields.revision()
    }

    /// In whose name it is done.
    pub(super) fn by(&self) -> By {
        By::Staff(self.room.principal.clone())
    }

    /// The data key of the case.
    pub(super) async fn key(&self) -> Result<CaseKey, Problem> {
        key(&self.room, self.case()).await
    }

    /// The case again, with what was typed.
    pub(super) async fn again(self) -> Result<Response, Problem> {
        // The page is much, and seldom made here.
        let page = Box::pin(case_page(&self.room, &self.opened, Some(&self.fields)));
        Ok(page.await?.into_response())
    }

    /// Whether the button of a text to start from was pressed.
    pub(super) fn wants_template(&self) -> bool {
        self.fields.has("template")
    }

    /// The case again with what was typed, and beneath it in the field `name` the text of the button that was pressed, if it is for one
    /// of these uses. A text for a refusal makes the decision one.
    pub(super) async fn with_template(
        mut self,
        name: &str,
        uses: &[TemplateUse],
    ) -> Result<Response, Problem> {
        let template = self
            .fields
            .get("template")
            .parse::<usize>()
            .ok()
            .and_then(|number| self.opened.definition.document.templates.get(number))
            .filter(|template| uses.contains(&template.use_for))
            .ok_or(Problem::NotFound)?;
        let key = self.key().await?;
        let receipt = cases::receipt(self.room.db(), &key, self.case())
            .await?
            .to_string();
        let text = fill_in(&self.room, &self.opened, &template.text.ja, Some(&receipt));
        let text = match self.fields.get(name) {
            "" => text,
            typed => format!("{typed}\n\n{text}"),
        };
        let outcome = match (template.use_for, self.fields.get("outcome")) {
            (TemplateUse::Refusal, _) => "refused",
            (TemplateUse::Approval, "refused") => "approved",
            (_, outcome) => outcome,
        };
        let mut fields = self.fields.without(&["template", "outcome", name]);
        fields.push(name, &text);
        if self.fields.has("outcome") {
            fields.push("outcome", outcome);
        }
        self.fields = fields;
        self.again().await
    }

    /// The case again, with the sentence of `key` and what was typed.
    pub(super) async fn refuse(self, key: &str) -> Result<Response, Problem> {
        let sentence = self.room.t(key);
        // Large: the whole case with its procedure, twice.
        Box::pin(self.refuse_saying(sentence)).await
    }

    /// The same with a sentence that was made elsewhere.
    pub(super) async fn refuse_saying(mut self, sentence: String) -> Result<Response, Problem> {
        self.room.refuse(sentence);
        let opened = Box::pin(open(&self.room, self.opened.case.id, WORK)).await?;
        // The page is much, and seldom made here.
        let page = Box::pin(case_page(&self.room, &opened, Some(&self.fields)));
        Ok(page.await?.into_response())
    }

    /// Does it, and shows the case with a notice.
    pub(super) async fn write<I, T, F>(
        self,
        notice: &str,
        input: I,
        work: F,
    ) -> Result<Response, Problem>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'t> Fn(&'t Tx, &'t I) -> BoxFuture<'t, Result<T, ProcedureError>>
            + Send
            + Sync
            + 'static,
    {
        let here = format!("/desk/cases/{}", self.case());
        self.write_and_go(&here, notice, input, work).await
    }

    /// Does it, and shows another page with a notice.
    pub(super) async fn write_and_go<I, T, F>(
        self,
        to: &str,
        notice: &str,
        input: I,
        work: F,
    ) -> Result<Response, Problem>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'t> Fn(&'t Tx, &'t I) -> BoxFuture<'t, Result<T, ProcedureError>>
            + Send
            + Sync
            + 'static,
    {
        match self.room.write(input, work).await {
            Ok(_) => Ok(done(to, notice)),
            Err(ProcedureError::ChangedMeanwhile) => self.refuse("desk-error-changed").await,
            Err(ProcedureError::WrongState(_)) => self.refuse("desk-error-state").await,
            Err(ProcedureError::ReasonMissing) => self.refuse("desk-error-reason").await,
            Err(ProcedureError::NotTheirStep) => self.refuse("desk-error-not-theirs").await,
            Err(ProcedureError::NotAllAgreed) => self.refuse("desk-error-not-all-agreed").await,
            Err(ProcedureError::AddressTaken) => self.refuse("desk-error-email-taken").await,
            Err(ProcedureError::Gaps) => self.refuse("desk-error-gaps").await,
            Err(error) => Err(error.into()),
        }
    }
}

/// The data key of a case.
pub(super) async fn key(room: &Room, case: i64) -> Result<CaseKey, Problem> {
    Ok(keys::open(room.db(), room.key()?, case).await?)
}
