//! Checking the answers, sending them, and the receipt.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::SignedDuration;
use serde::Deserialize;
use yakuba_city::{City, web::Problem};
use yakuba_forms::{
    Answer, Answers, Form,
    model::document::{FieldKind, Prefill},
    slot_text,
};
use yakuba_identity::CityKey;
use yakuba_kernel::Channel;
use yakuba_ui::{DescriptionList, Fields, Html, Page, Words, format};

use super::{Contents, Open};
use crate::{
    ProcedureError,
    model::{document::ProcedureDocument, proven, receipt::Receipt, together::CoApplicant},
    notices,
    pages::{
        asked::{Asked, private},
        guide,
    },
    slots,
    store::{
        cases::{self, Contact, NewCase, SealedCase},
        co_applicants,
        drafts::Draft,
        files,
        keys::{self, CaseKey, Person},
    },
};

/// So long after sending the receipt number is shown again in the same browser.
const RECEIPT_SHOWN: SignedDuration = SignedDuration::from_hours(24);

#[derive(Deserialize)]
pub(super) struct Done {
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "applicant/check.html")]
struct CheckBody {
    words: Words,
    base: String,
    who: Option<DescriptionList>,
    /// Who applies as well, when the procedure has several people apply.
    others: Option<Vec<String>>,
    answers: Html,
    total: String,
    purpose: String,
    revision: i64,
}

pub(super) async fn check(
    asked: Asked,
    Path(key): Path<String>,
    Query(query): Query<Done>,
) -> Result<Response, Problem> {
    let open = match Open::of(&asked, &key).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    let base = open.base();
    let next = open.next(&asked);
    if next != format!("{base}/check") {
        return Ok(Redirect::to(&next).into_response());
    }
    let (words, language) = (asked.words, asked.language);
    let evaluation = open
        .form
        .evaluate(&open.contents.answers, asked.city().today());
    let who = open
        .asks_who_applies()
        .then(|| match open.contents.agent() {
            None => DescriptionList::new().text(
                words.get("applicant-who"),
                words.get("applicant-who-person"),
            ),
            Some(agent) => {
                let list = DescriptionList::new()
                    .text(words.get("applicant-agent-name"), &agent.name)
                    .text(words.get("applicant-agent-relation"), &agent.relation)
                    .text(words.get("applicant-agent-phone"), &agent.phone);
                match &agent.mandate {
                    Some(mandate) => list.text(words.get("applicant-mandate"), &mandate.name),
                    None => list,
                }
            }
        });
    let single = open.is_single();
    let others = match open.others(&evaluation) {
        Some(_) => {
            let named = open.co_applicants(&asked).await?;
            Some(named.into_iter().map(|known| known.person.name).collect())
        }
        None => None,
    };
    let body = CheckBody {
        words,
        who,
        others,
        answers: open.form.render_answers_marked(
            &open.contents.answers,
            &evaluation,
            &open.marks(&open.contents.answers, &words.get("applicant-verified")),
            language,
            |page| {
                let page = if single { super::ALL } else { page.as_str() };
                Some(format!("{base}/apply/{page}?back=check"))
            },
        ),
        total: evaluation
            .total
            .filter(|total| total.amount() > 0)
            .map_or_else(String::new, |total| {
                words
                    .with_text(
                        "applicant-check-total",
                        "yen",
                        &format::number(total.amount()),
                    )
                    .into_owned()
            }),
        purpose: open.document.personal_data_purpose.get(language).to_owned(),
        revision: open.draft.revision,
        base: base.clone(),
    };
    let notice = asked.done(query.done.as_deref());
    let mut page = Page::public(asked.shell, words.get("applicant-check-title"), &body)
        .breadcrumb(open.document.title.get(language), base)
        .not_for_search_engines();
    if let Some(notice) = notice {
        page = page.notice(notice);
    }
    Ok(private(page))
}

/// Who it is, as far as the answers say: the first name and date of birth of the applicant among them.
pub(crate) fn person(form: &Form, answers: &Answers) -> Person {
    let mut person = Person::default();
    for field in form.document().pages.iter().flat_map(|page| &page.fields) {
        match (answers.get(field.key.as_str()), field.prefill, &field.kind) {
            (Some(Answer::Name(name)), prefill, _)
                if person.name.is_none() || prefill == Some(Prefill::Name) =>
            {
                person.name = Some(format!("{} {}", name.family(), name.given()));
            }
            (Some(Answer::Date(day)), Some(Prefill::BirthDate), _) => {
                person.birth_date = Some(*day);
            }
            (Some(Answer::Text(text)), _, FieldKind::Email) if person.email.is_none() => {
                person.email = Some(text.clone());
            }
            _ => {}
        }
    }
    person
}

pub(super) async fn send(
    asked: Asked,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let mut open = match Open::of(&asked, &key).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    let base = open.base();
    let done = || Redirect::to(&format!("{base}/done")).into_response();
    let next = open.next(&asked);
    if next != format!("{base}/check") {
        return Ok(Redirect::to(&next).into_response());
    }
    // What is sent must be what was shown.
    if fields.revision() != open.draft.revision {
        return Ok(Redirect::to(&format!("{base}/check?done=changed")).into_response());
    }
    // A procedure that was taken offline meanwhile takes no more applications.
    asked.procedure(&key).await?;
    let today = asked.city().today();
    let submission = open
        .form
        .submit(&open.contents.answers, today)
        .map_err(|_| {
            Problem::Conflict("something is missing; check the answers again".to_owned())
        })?;
    let contact = contact(&asked, &open, &submission.answers);
    let evaluation = open.form.evaluate(&submission.answers, today);
    let mut others = Vec::new();
    if let Some(rules) = open.others(&evaluation) {
        others = open.co_applicants(&asked).await?;
        if others.len() < usize::try_from(rules.at_least).unwrap_or(usize::MAX) {
            return Ok(Redirect::to(&format!("{base}/together")).into_response());
        }
        let seen = co_applicants::mark(asked.key(), &open.document, &submission.answers)?;
        if others.iter().any(|known| !known.has_agreed_to(&seen)) {
            let days = i64::from(rules.days);
            return super::together::wait(&asked, open, &others, &seen, contact, days).await;
        }
    }
    let whole = Whole {
        draft: &open.draft,
        key: &open.key,
        contents: &open.contents,
        document: &open.document,
        form: &open.form,
    };
    let resident = open.draft.resident.or(open.resident);
    let together: Vec<_> = others
        .into_iter()
        .map(|known| (known.row.id, known.person))
        .collect();
    let sealed = whole
        .seal(
            asked.city(),
            asked.key(),
            &submission.answers,
            contact.clone(),
            resident,
            &together,
        )
        .await?;
    let input = (
        sealed,
        contact,
        open.document.title.clone(),
        asked.key().clone(),
    );
    let outcome = asked
        .city()
        .write(
            asked.principal.actor(),
            input,
            |tx, (sealed, contact, title, key)| {
                Box::pin(async move {
                    let submitted = cases::submit(tx, sealed).await?;
                    if !submitted.repeated {
                        notices::tell_received(tx, key, contact, title, &submitted.receipt).await?;
                    }
                    Ok::<_, ProcedureError>(())
                })
            },
        )
        .await;
    match outcome {
        Ok(()) => Ok(done()),
        Err(ProcedureError::SlotTaken) => {
            open.forget_slot(&asked, &[]).await?;
            Ok(Redirect::to(&open.choose_slot()).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// How to reach the applicant, with what is proved of them now.
fn contact(asked: &Asked, open: &Open, answers: &Answers) -> Contact {
    let evaluation = open.form.evaluate(answers, asked.city().today());
    let mut verified =
        open.proven_of_person()
            .attributes(&open.document.form, answers, &evaluation);
    if let (Some(agent), Some(known)) = (open.contents.agent(), &open.proven.person)
        && proven::same_name(&agent.name, &known.name)
    {
        verified.push(proven::AGENT_NAME.to_owned());
    }
    Contact {
        name: person(&open.form, answers).name,
        email: open.email().map(str::to_owned),
        language: asked.language.code().to_owned(),
        no_mail: false,
        verified,
        agent: open.contents.agent().cloned(),
    }
}

/// A draft with everything of which a case is made.
pub(super) struct Whole<'w> {
    pub(super) draft: &'w Draft,
    pub(super) key: &'w CaseKey,
    pub(super) contents: &'w Contents,
    pub(super) document: &'w ProcedureDocument,
    pub(super) form: &'w Form,
}

impl Whole<'_> {
    /// The application, ready to be received. `answers` are those that were asked for.
    pub(super) async fn seal(
        &self,
        city: &City,
        key: &CityKey,
        answers: &Answers,
        contact: Contact,
        resident: Option<i64>,
        together: &[(i64, CoApplicant)],
    ) -> Result<SealedCase, Problem> {
        let mandate = self
            .contents
            .agent()
            .and_then(|agent| agent.mandate.as_ref());
        let kept = answers
            .files()
            .into_iter()
            .map(|file| &file.id)
            .chain(mandate.map(|mandate| &mandate.key));
        let mut found = Vec::new();
        for file in kept {
            let file = files::of_draft(city.db(), self.key, self.draft.id, file)
                .await?
                .ok_or_else(|| Problem::internal("a file of a draft is missing"))?;
            found.push(file);
        }
        let mut person = person(self.form, answers);
        person.email = contact.email.clone().or(person.email);
        let new = NewCase {
            procedure: self.document.key.clone(),
            version: self.draft.version,
            department: self.document.department.clone(),
            channel: Channel::Online,
            processing: self.document.processing(),
            received_at: None,
            submission: self.draft.submission(),
            draft: Some(self.draft.id),
            resident,
            contact,
            person,
            answers: serde_json::to_value(answers).map_err(|error| Problem::internal(&error))?,
            files: found,
        };
        Ok(new.seal_with(key, together)?)
    }
}

#[derive(Template)]
#[template(path = "applicant/done.html")]
struct DoneBody {
    words: Words,
    receipt: String,
    details: DescriptionList,
    afterwards: String,
    has_mail: bool,
    base: String,
}

pub(super) async fn done(asked: Asked, Path(key): Path<String>) -> Result<Response, Problem> {
    let guide = || Redirect::to(&format!("/procedures/{key}")).into_response();
    let Some(draft) = asked.draft(&key).await? else {
        if asked.needs_sign_in(&key).await? {
            return Err(Problem::ResidentSignInNeeded);
        }
        return Ok(guide());
    };
    let Some(case) = draft.case else {
        return Ok(Redirect::to(&format!("/procedures/{key}/resume")).into_response());
    };
    let db = asked.city().db();
    let case = cases::case(db, case).await?;
    if asked.city().now().duration_since(case.received_at) > RECEIPT_SHOWN
        || case.disposed_at.is_some()
    {
        return Ok(guide());
    }
    let case_key = keys::open(db, asked.key(), case.id).await?;
    // Whoever comes here while their application is being sent must not see a number that may be lost.
    let receipt: Receipt = asked
        .city()
        .durably(cases::receipt(db, &case_key, case.id))
        .await??;
    let contact = cases::contact(db, &case_key, case.id).await?;
    let document = asked.version_of(&case).await?.document;
    let (words, language) = (asked.words, asked.language);
    let department = guide::department(&asked, &case.department).await?;
    let mut details = DescriptionList::new()
        .text(
            words.get("applicant-done-procedure"),
            document.title.get(language),
        )
        .text(
            words.get("applicant-case-received"),
            format::date(case.received_on(), language),
        )
        .text(words.get("applicant-guide-department"), department);
    if let Some(due_on) = case.due_on {
        details = details.text(
            words.get("applicant-case-due"),
            words.with_text(
                "applicant-case-due-on",
                "day",
                &format::date(due_on, language),
            ),
        );
    }
    if let Some(found) = slots::appointment(asked.city(), case.id, language).await? {
        details = details.text(
            words.get("applicant-appointment"),
            format!("{} {}", slot_text(&found.slot, language), found.name),
        );
    }
    let body = DoneBody {
        words,
        receipt: receipt.to_string(),
        details,
        afterwards: document.guide.afterwards.get(language).to_owned(),
        has_mail: contact.email.is_some(),
        base: format!("/procedures/{key}"),
    };
    let page = Page::public(asked.shell, words.get("applicant-sent-title"), &body)
        .breadcrumb(words.get("applicant-list-title"), "/procedures")
        .not_for_search_engines();
    Ok(private(page))
}
