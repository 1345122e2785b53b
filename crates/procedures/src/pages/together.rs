//! Somebody who applies together with the applicant: the link that was mailed to them, what they read, how they agree or decline, and how
//! the case stands afterwards.
//!
//! The link alone opens nothing: a mistyped address must not show one person's application to another. Whoever has it writes their name
//! first, as the applicant wrote it. Whoever agreed while they were signed in finds the same page in the list of their account.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::civil::Date;
use serde::Deserialize;
use yakuba_city::web::{Access, Problem, Routes, VerifiedPerson};
use yakuba_forms::{Answers, Form};
use yakuba_identity::Token;
use yakuba_ui::{
    CheckboxGroup, ChipLabel, Choice, DateField, DescriptionList, ErrorSummary, Fields, FormErrors,
    Html, Link, NotificationBanner, Page, RadioGroup, TextArea, TextField, Words, format,
};

use super::{
    apply::{self, waiting::WaitingDraft},
    asked::{Asked, Cookie, private},
    case::{day, download, due, standing},
    guide,
};
use crate::{
    ProcedureError,
    model::{
        document::{CoApplicants, PersonPart, ProcedureDocument},
        together::{self, By, CoApplicant, State},
    },
    notices::{self, WaitNotice},
    store::{
        cases::{self, Case},
        co_applicants::{self, Answer, Of, Sealed, TRIES},
        drafts,
        files::{self, UseFor},
        keys::{self, CaseKey},
    },
};

/// Somebody else may have answered in the moment of an answer; then it is looked at anew, so often at most.
const ATTEMPTS: usize = 8;

/// The routes of this room.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/together", Access::Public, page)
        .post("/together", Access::Public, answer)
        .post("/together/leave", Access::Public, leave)
        .post("/together/own", Access::Resident, open_own)
        .post("/together/join", Access::Resident, join)
        .get("/together/files/{key}", Access::Public, file)
        .get("/together/{token}", Access::Public, enter)
        .post("/together/{token}", Access::Public, open)
}

/// What the answer of a co-applicant is about.
enum About {
    /// An application that waits for them.
    Waiting(Box<WaitingDraft>),
    /// A case.
    Case(Box<Case>, CaseKey),
}

/// A co-applicant's page with everything on it.
struct Own {
    row: Sealed,
    person: CoApplicant,
    about: About,
    document: ProcedureDocument,
    form: std::sync::Arc<Form>,
    answers: Answers,
    /// The day on which the answers were examined.
    examined_on: Date,
    /// What the answers that they see are recognised by.
    seen: String,
    /// Whether the account that is signed in here is the applicant's, or that of somebody else who agreed: one account is one person.
    is_anothers: bool,
}

/// What a form and the cookie name a row of an account by: a keyed hash, which opens nothing to anybody else.
fn handle(asked: &Asked, resident: i64, row: &Sealed) -> String {
    let text = format!("{resident}/together/{}", row.id);
    asked.key().look_up("procedures.own", &text)
}

/// The row of the account that is signed in by its [handle].
async fn of_account(asked: &Asked, named: &str) -> Result<Option<Sealed>, Problem> {
    let Some(resident) = asked.resident() else {
        return Ok(None);
    };
    let rows = co_applicants::of_account(asked.city().db(), resident).await?;
    Ok(rows
        .into_iter()
        .find(|row| handle(asked, resident, row) == named))
}

impl Own {
    /// Whose link a token is; none when it opens nothing (any more): they were taken out, the application is being changed, was withdrawn
    /// or disposed of.
    async fn read(asked: &Asked, token: &Token) -> Result<Option<Self>, Problem> {
        match co_applicants::with_token(asked.city().db(), token).await? {
            Some(row) => Self::of_row(asked, row).await,
            None => Ok(None),
        }
    }

    /// What a row opens, as [`Self::read`].
    async fn of_row(asked: &Asked, row: Sealed) -> Result<Option<Self>, Problem> {
        let db = asked.city().db();
        let city_key = asked.key();
        let (about, key, document, form, answers, examined_on) = match row.of {
            Of::Draft(draft) => {
                let Some(waiting) = WaitingDraft::read(asked.city(), city_key, draft).await? else {
                    return Ok(None);
                };
                let parts = (
                    waiting.key.clone(),
                    waiting.document.clone(),
                    waiting.form.clone(),
                    waiting.answers(),
                    waiting.sent_on(),
                );
                let (key, document, form, answers, day) = parts;
                let about = About::Waiting(Box::new(waiting));
                (about, key, document, form, answers, day)
            }
            Of::Case(case) => {
                let case = cases::case(db, case).await?;
                let key = match keys::open(db, city_key, case.id).await {
                    Err(ProcedureError::Disposed) => return Ok(None),
                    key => key?,
                };
                let definition = asked.version_of(&case).await?;
                let form = apply::form(asked.city(), &definition)?;
                let all = cases::answers(db, &key, case.id).await?;
                let newest = all.into_iter().next().ok_or(Problem::NotFound)?;
                let answers = serde_json::from_value(newest.answers)
                    .map_err(|error| Problem::from(ProcedureError::Stored(error)))?;
                let day = case.received_on();
                let about = About::Case(Box::new(case), key.clone());
                (about, key, definition.document, form, answers, day)
            }
        };
        let is_anothers = match asked.resident() {
            Some(resident) => {
                let applicant = match &about {
                    About::Waiting(waiting) => waiting.draft.resident,
                    About::Case(case, _) => case.resident,
                };
                let all = co_applicants::of(db, &key, row.of).await?;
                let others = all.iter().filter(|known| known.row.id != row.id);
                std::iter::once(applicant)
                    .chain(others.map(|known| known.row.resident))
                    .any(|account| account == Some(resident))
            }
            None => false,
        };
        Ok(Some(Self {
            person: row.person(&key)?,
            is_anothers,
            seen: co_applicants::mark(city_key, &document, &answers)?,
            row,
            about,
            document,
            form,
            answers,
            examined_on,
        }))
    }

    fn rules(&self) -> Result<&CoApplicants, Problem> {
        self.document
            .co_applicants
            .as_ref()
            .ok_or_else(|| Problem::internal("co-applicants of a procedure without rules for them"))
    }

    /// Whether they can answer now.
    fn can_answer(&self) -> bool {
        match &self.about {
            About::Waiting(_) => self.row.state != State::Named,
            About::Case(case, _) => case.stage.is_open() && self.row.state != State::Agreed,
        }
    }

    /// The answers that they see, under headings.
    fn shown(&self, words: Words) -> Result<Vec<(String, DescriptionList)>, Problem> {
        let rules = self.rules()?;
        let evaluation = self.form.evaluate(&self.answers, self.examined_on);
        let sections = self
            .form
            .answer_sections(&self.answers, &evaluation, words.language());
        Ok(sections
            .into_iter()
            .filter_map(|section| {
                let page = section.page.as_ref().map_or("", |page| page.as_str());
                let rows: Vec<_> = section
                    .rows
                    .into_iter()
                    .filter(|row| {
                        let top = row.path.split('.').next().unwrap_or_default();
                        // What has no page is computed: it tells of answers that they may not see.
                        let is_named = !page.is_empty() && together::is_seen(rules, page, top);
                        is_named || rules.sees.is_empty()
                    })
                    .collect();
                let list = rows.iter().fold(DescriptionList::new(), |list, row| {
                    list.text(&row.label, &row.text)
                });
                (!rows.is_empty()).then_some((section.title, list))
            })
            .collect())
    }

    /// What was handed over with the decision to those who see its letter: key and name. What was handed over with a decision that was
    /// revoked is no longer.
    async fn handed(&self, asked: &Asked) -> Result<Vec<(String, String)>, Problem> {
        match &self.about {
            About::Case(case, key)
                if case.stage.is_decided()
                    && co_applicants::sees_decision(&self.document, self.row.state) =>
            {
                let all = files::list(asked.city().db(), key, case.id, UseFor::Letter).await?;
                Ok(all
                    .into_iter()
                    .map(|(file, about, _)| (file, about.name))
                    .collect())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// The files among the answers that they see: key and name.
    fn files(&self) -> Result<Vec<(String, String)>, Problem> {
        let rules = self.rules()?;
        let mut seen = Answers::new();
        for page in &self.document.form.pages {
            for field in &page.fields {
                let key = field.key.as_str();
                if let (true, Some(answer)) = (
                    together::is_seen(rules, page.key.as_str(), key),
                    self.answers.get(key),
                ) {
                    seen.set(field.key.clone(), answer.clone());
                }
            }
        }
        Ok(seen
            .files()
            .into_iter()
            .map(|file| (file.id.clone(), file.name.clone()))
            .collect())
    }
}

/// The page of this browser's co-applicant, whose link or account opened it; a redirect to where it says that there is none.
async fn own(asked: &Asked) -> Result<Result<Own, Response>, Problem> {
    if let Some(token) = asked.token(Cookie::Together) {
        if let Some(own) = Own::read(asked, &token).await? {
            return Ok(Ok(own));
        }
        if let Some(row) = of_account(asked, token.as_str()).await?
            && let Some(own) = Own::of_row(asked, row).await?
        {
            return Ok(Ok(own));
        }
    }
    Ok(Err(Redirect::to("/together/gone").into_response()))
}

#[derive(Template)]
#[template(path = "together/enter.html")]
struct EnterBody {
    words: Words,
    errors: ErrorSummary,
    /// How the name is asked; none when the link opens nothing.
    name: Option<TextField>,
    title: String,
}

/// The link of the mail.
async fn enter(asked: Asked, Path(token): Path<String>) -> Result<Response, Problem> {
    enter_page(asked, &Token::received(&token), "", &FormErrors::new()).await
}

async fn enter_page(
    asked: Asked,
    token: &Token,
    typed: &str,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let (words, language) = (asked.words, asked.language);
    let own = Own::read(&asked, token)
        .await?
        .filter(|own| own.row.tries < TRIES);
    let title = own.as_ref().map_or_else(String::new, |own| {
        own.document.title.get(language).to_owned()
    });
    let body = EnterBody {
        words,
        errors: errors.summary(language),
        name: own.map(|_| {
            TextField::new(language, "name", words.get("applicant-co-name"))
                .support(words.get("applicant-co-name-support"))
                .value(typed)
                .autocomplete("name")
                .required()
                .errors(errors)
        }),
        title,
    };
    let page = Page::public(asked.shell, words.get("applicant-co-title"), &body)
        .narrow()
        .not_for_search_engines()
        .with_errors(!errors.is_empty());
    Ok(private(page))
}

/// Opens the page for whoever writes the name.
async fn open(
    asked: Asked,
    Path(token): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let token = Token::received(&token);
    let typed = fields.get("name").to_owned();
    let found = Own::read(&asked, &token).await?;
    let Some(own) = found.filter(|own| own.row.tries < TRIES) else {
        return enter_page(asked, &token, "", &FormErrors::new()).await;
    };
    if own.person.is_called(&typed) {
        return Ok(asked.go("/together", Cookie::Together, Some(&token)));
    }
    let mut errors = FormErrors::new();
    if typed.is_empty() {
        errors.add("name", asked.text("applicant-co-name-missing"));
    } else {
        errors.add("name", asked.text("applicant-co-name-wrong"));
        asked
            .city()
            .write(asked.principal.actor(), own.row.id, |tx, id| {
                Box::pin(co_applicants::count_try(tx, *id))
            })
            .await
            .map_err(|error: ProcedureError| Problem::from(error))?;
    }
    enter_page(asked, &token, &typed, &errors).await
}

/// What somebody agreed to, in the list of their account.
pub(super) struct Agreed {
    pub(super) title: String,
    pub(super) state: ChipLabel,
    pub(super) standing: String,
    /// Whether they are asked again.
    pub(super) todo: bool,
    pub(super) handle: String,
}

/// Everything that the account that is signed in agreed to, as far as their links would open it.
pub(super) async fn agreed(asked: &Asked) -> Result<Vec<Agreed>, Problem> {
    let Some(resident) = asked.resident() else {
        return Ok(Vec::new());
    };
    let words = asked.words;
    let mut all = Vec::new();
    for row in co_applicants::of_account(asked.city().db(), resident).await? {
        let handle = handle(asked, resident, &row);
        let Some(own) = Own::of_row(asked, row).await? else {
            continue;
        };
        all.push(Agreed {
            title: own.document.title.get(asked.language).to_owned(),
            state: apply::chip(words, own.row.state),
            standing: match &own.about {
                About::Waiting(_) => asked.text("applicant-co-waits"),
                About::Case(case, _) => standing(case, None, false, words),
            },
            todo: own.row.state != State::Agreed && own.can_answer(),
            handle,
        });
    }
    Ok(all)
}

/// Opens what is in the list of the account. Another's is not found, as one that does not exist.
async fn open_own(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let named = fields.get("handle");
    of_account(&asked, named).await?.ok_or(Problem::NotFound)?;
    let token = Token::received(named);
    Ok(asked.go("/together", Cookie::Together, Some(&token)))
}

/// Puts what was agreed to by the link into the account that is signed in.
async fn join(asked: Asked) -> Result<Response, Problem> {
    let own = match own(&asked).await? {
        Ok(own) => own,
        Err(response) => return Ok(response),
    };
    let resident = asked.resident().ok_or(Problem::ResidentSignInNeeded)?;
    if own.is_anothers {
        return Ok(Redirect::to("/together").into_response());
    }
    let outcome = asked
        .city()
        .write(
            asked.principal.actor(),
            (own.row, resident),
            |tx, (row, resident)| Box::pin(co_applicants::join(tx, row, *resident)),
        )
        .await;
    let to = match outcome {
        Ok(()) => "/together?done=joined",
        // Sent twice, or not agreed: the page shows how it stands.
        Err(ProcedureError::WrongState(_)) => "/together",
        Err(error) => return Err(error.into()),
    };
    Ok(Redirect::to(to).into_response())
}

/// Lets the browser forget whose page it has opened.
async fn leave(asked: Asked) -> Result<Response, Problem> {
    Ok(asked.go("/?done=left", Cookie::Together, None))
}

/// How somebody answers.
struct Asking {
    action: &'static str,
    name: Option<TextField>,
    birth_date: Option<DateField>,
    address: Option<TextField>,
    /// What a provider says of them.
    verified: Option<DescriptionList>,
    answer: RadioGroup,
    declares: CheckboxGroup,
    reason: TextArea,
}

/// Whether what was agreed to can be put into an account.
enum Keeping {
    /// Nothing was agreed to, or it is in an account.
    No,
    /// After signing in.
    SignIn,
    /// Into the account that is signed in.
    Join,
}

#[derive(Template)]
#[template(path = "together/page.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    state: ChipLabel,
    lead: String,
    details: DescriptionList,
    sections: Vec<(String, DescriptionList)>,
    files: Vec<(String, String)>,
    purpose: String,
    /// Where they prove first who they are: the text, and where.
    proof: Option<(String, Option<Link>)>,
    asking: Option<Asking>,
    /// Whether they have answered: then how they answer is folded up, unless what they sent was refused.
    has_answered: bool,
    is_refused: bool,
    /// Whether somebody else's account is signed in, so that nobody can answer here.
    is_anothers: bool,
    keeping: Keeping,
    /// What the answers on the page are recognised by when the page is sent.
    seen: String,
    decision: Option<(String, Html)>,
    /// What was handed over with the decision: key and name.
    handed: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Done {
    done: Option<String>,
}

async fn page(asked: Asked, Query(query): Query<Done>) -> Result<Response, Problem> {
    let own = match own(&asked).await? {
        Ok(own) => own,
        Err(response) => return Ok(response),
    };
    show(
        asked,
        &own,
        &Fields::default(),
        &FormErrors::new(),
        query.done.as_deref(),
    )
    .await
}

/// What a provider vouches for, where the procedure wants it.
async fn proven(asked: &Asked, rules: &CoApplicants) -> Result<Option<VerifiedPerson>, Problem> {
    Ok(if rules.verified {
        asked.proven().await?.person
    } else {
        None
    })
}

/// How they can answer; what a provider vouches for needs no typing.
async fn asking(
    asked: &Asked,
    own: &Own,
    typed: &Fields,
    errors: &FormErrors,
) -> Result<Asking, Problem> {
    let rules = own.rules()?;
    let (words, language) = (asked.words, asked.language);
    let proven = proven(asked, rules).await?;
    let asks = |part| proven.is_none() && rules.asks.contains(&part);
    let typed_or = |name: &str, otherwise: &str| {
        if typed.has(name) {
            typed.get(name).to_owned()
        } else {
            otherwise.to_owned()
        }
    };
    let born = own.person.birth_date;
    let part = |name: &str, known: Option<String>| typed_or(name, &known.unwrap_or_default());
    Ok(Asking {
        action: "/together",
        name: asks(PersonPart::Name).then(|| {
            TextField::new(language, "name", words.get("applicant-co-own-name"))
                .value(typed_or("name", &own.person.name))
                .autocomplete("name")
                .errors(errors)
        }),
        birth_date: asks(PersonPart::BirthDate).then(|| {
            DateField::new(language, "born", words.get("applicant-co-birth-date"))
                .typed(
                    &part("born_year", born.map(|day| day.year().to_string())),
                    &part("born_month", born.map(|day| day.month().to_string())),
                    &part("born_day", born.map(|day| day.day().to_string())),
                )
                .errors(errors)
        }),
        address: asks(PersonPart::Address).then(|| {
            let known = own.person.address.clone().unwrap_or_default();
            TextField::new(language, "address", words.get("applicant-co-address"))
                .value(typed_or("address", &known))
                .autocomplete("street-address")
                .errors(errors)
        }),
        verified: proven.map(|person| {
            DescriptionList::new()
                .text(words.get("applicant-co-own-name"), person.name.full())
                .text(
                    words.get("applicant-co-birth-date"),
                    format::date_by_era(person.birth_date, language),
                )
                .text(words.get("applicant-co-address"), person.address)
        }),
        answer: RadioGroup::new(language, "answer", words.get("applicant-co-answer"))
            .choice(Choice::new("agree", words.get("applicant-co-agree")))
            .choice(Choice::new("decline", words.get("applicant-co-decline")))
            .value(typed.get("answer"))
            .required()
            .errors(errors),
        declares: CheckboxGroup::new(language, "declares", words.get("applicant-co-declares"))
            .choice(Choice::new("yes", rules.declares.get(language)).chosen(typed.has("declares")))
            .errors(errors),
        reason: TextArea::new(language, "reason", words.get("applicant-co-reason"))
            .support(words.get("applicant-co-reason-support"))
            .rows(3)
            .value(typed.get("reason"))
            .errors(errors),
    })
}

async fn show(
    asked: Asked,
    own: &Own,
    typed: &Fields,
    errors: &FormErrors,
    done: Option<&str>,
) -> Result<Response, Problem> {
    let rules = own.rules()?;
    let (words, language) = (asked.words, asked.language);
    let mut details = DescriptionList::new().text(
        words.get("applicant-done-procedure"),
        own.document.title.get(language),
    );
    let mut decision = None;
    let lead = match &own.about {
        About::Waiting(waiting) => {
            let until = format::date(waiting.until, language);
            if let Some(name) = &waiting.contact().name {
                details = details.text(words.get("applicant-co-applicant"), name);
            }
            details = details.text(words.get("applicant-co-until"), until);
            words.get(&format!("applicant-co-lead-{}", own.row.state))
        }
        About::Case(case, key) => {
            let department = guide::department(&asked, &case.department).await?;
            details = details
                .text(
                    words.get("applicant-case-received"),
                    day(case.received_at, language),
                )
                .text(words.get("applicant-guide-department"), department)
                .text(
                    words.get("applicant-co-standing"),
                    standing(case, None, false, words),
                );
            if let Some(outcome) = case.outcome {
                details = details.text(
                    words.get("applicant-case-outcome"),
                    words.get(&format!("applicant-outcome-{outcome}")),
                );
            }
            if let Some(due_on) = case.due_on.filter(|_| case.stage.is_open()) {
                details = details.text(words.get("applicant-case-due"), due(case, due_on, words));
            }
            if co_applicants::sees_decision(&own.document, own.row.state) {
                decision =
                    cases::decision(asked.city().db(), key, case.id)
                        .await?
                        .map(|(decision, _)| {
                            let text = Html::text(&decision.paragraphs());
                            (decision.title, text)
                        });
            }
            match own.row.state {
                State::Agreed => words.get("applicant-co-lead-received"),
                // Asked by the counter: nothing has changed, they have not answered yet.
                State::Asked if own.can_answer() && !own.person.again => {
                    words.get("applicant-co-lead-asked")
                }
                _ if own.can_answer() => words.get("applicant-co-lead-again"),
                state => words.get(&format!("applicant-co-lead-{state}")),
            }
        }
    };
    let proven = asked.proven().await?;
    let must_prove = rules.verified && proven.person.is_none();
    let can_answer = own.can_answer() && !own.is_anothers;
    let body = Body {
        words,
        errors: errors.summary(language),
        state: apply::chip(words, own.row.state),
        lead: lead.into_owned(),
        details,
        sections: own.shown(words)?,
        files: own.files()?,
        purpose: own.document.personal_data_purpose.get(language).to_owned(),
        proof: (can_answer && must_prove).then(|| guide::way_to_proof(&asked, "/together")),
        has_answered: matches!(own.row.state, State::Agreed | State::Declined),
        is_refused: !errors.is_empty(),
        is_anothers: own.can_answer() && own.is_anothers,
        keeping: match (own.row.state, own.row.resident, asked.resident()) {
            (State::Agreed, None, None) => Keeping::SignIn,
            (State::Agreed, None, Some(_)) if !own.is_anothers => Keeping::Join,
            _ => Keeping::No,
        },
        asking: if can_answer && !must_prove {
            Some(asking(&asked, own, typed, errors).await?)
        } else {
            None
        },
        seen: own.mark_shown().to_owned(),
        decision,
        handed: own.handed(&asked).await?,
    };
    let notice = done
        .map(|done| format!("applicant-co-done-{done}"))
        .filter(|key| words.has(key))
        .map(|key| NotificationBanner::success(words.get(&key)));
    let mut page = Page::public(asked.shell, words.get("applicant-co-title"), &body)
        .not_for_search_engines()
        .with_errors(!errors.is_empty());
    if let Some(notice) = notice {
        page = page.notice(notice);
    }
    Ok(private(page))
}

/// A file among the answers that they see.
async fn file(asked: Asked, Path(file): Path<String>) -> Result<Response, Problem> {
    let own = match own(&asked).await? {
        Ok(own) => own,
        Err(response) => return Ok(response),
    };
    let mut open = own.files()?;
    open.extend(own.handed(&asked).await?);
    if open.iter().all(|(key, _)| *key != file) {
        return Err(Problem::NotFound);
    }
    let db = asked.city().db();
    let found = match &own.about {
        About::Waiting(waiting) => {
            files::of_draft(db, &waiting.key, waiting.draft.id, &file).await?
        }
        About::Case(case, key) => files::file(db, key, case.id, &file).await?,
    };
    let found = found.ok_or(Problem::NotFound)?;
    Ok(download(
        &found.about.name,
        &found.about.media_type,
        found.contents,
    ))
}

/// Who they are after what they sent; none when something is wrong with it.
async fn read(
    asked: &Asked,
    own: &Own,
    fields: &Fields,
    errors: &mut FormErrors,
) -> Result<CoApplicant, Problem> {
    let rules = own.rules()?;
    let mut person = own.person.clone();
    asked.language.code().clone_into(&mut person.language);
    person.reason = None;
    person.seen = Some(own.seen.clone());
    let proven = proven(asked, rules).await?;
    if let Some(proven) = proven {
        person.name = proven.name.full();
        for part in &rules.asks {
            match part {
                PersonPart::Name => {}
                PersonPart::BirthDate => person.birth_date = Some(proven.birth_date),
                PersonPart::Address => person.address = Some(proven.address.clone()),
            }
        }
        person.verified = true;
        if !fields.has("declares") {
            errors.add("declares", asked.text("applicant-co-declares-missing"));
        }
        return Ok(person);
    }
    let short = |name: &str| {
        let text: String = fields.get(name).chars().take(300).collect();
        (!text.is_empty()).then_some(text)
    };
    for part in &rules.asks {
        match part {
            PersonPart::Name => match short("name") {
                Some(name) => person.name = name,
                None => errors.add("name", asked.text("applicant-co-name-missing")),
            },
            PersonPart::BirthDate => {
                person.birth_date = DateField::read(
                    fields.get("born_year"),
                    fields.get("born_month"),
                    fields.get("born_day"),
                )
                .filter(|day| *day <= asked.city().today());
                if person.birth_date.is_none() {
                    errors.add("born", asked.text("applicant-co-birth-date-wrong"));
                }
            }
            PersonPart::Address => {
                person.address = short("address");
                if person.address.is_none() {
                    errors.add("address", asked.text("applicant-co-address-missing"));
                }
            }
        }
    }
    if !fields.has("declares") {
        errors.add("declares", asked.text("applicant-co-declares-missing"));
    }
    Ok(person)
}

async fn answer(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    for _ in 0..ATTEMPTS {
        let own = match own(&asked).await? {
            Ok(own) => own,
            Err(response) => return Ok(response),
        };
        let agrees = fields.get("answer") == "agree";
        let by_account = match asked.token(Cookie::Together) {
            Some(token) => co_applicants::with_token(asked.city().db(), &token)
                .await?
                .is_none(),
            None => false,
        };
        // Sent twice, or answered while the page stood open.
        let is_done = agrees && own.row.state == State::Agreed
            || fields.get("answer") == "decline" && own.row.state == State::Declined;
        if is_done || !own.can_answer() || own.is_anothers {
            return Ok(Redirect::to("/together").into_response());
        }
        // What is agreed to must be what was shown.
        if fields.get("seen") != own.mark_shown() {
            return Ok(Redirect::to("/together?done=changed").into_response());
        }
        let rules = own.rules()?;
        if agrees && rules.verified && proven(&asked, rules).await?.is_none() {
            return Ok(Redirect::to("/together").into_response());
        }
        let mut errors = FormErrors::new();
        let person = match fields.get("answer") {
            "agree" => read(&asked, &own, &fields, &mut errors).await?,
            "decline" => CoApplicant {
                reason: fields
                    .optional("reason")
                    .map(|reason| reason.chars().take(1000).collect()),
                seen: None,
                ..own.person.clone()
            },
            _ => {
                errors.add("answer", asked.text("applicant-co-answer-missing"));
                own.person.clone()
            }
        };
        if !errors.is_empty() {
            return show(asked, &own, &fields, &errors, None).await;
        }
        match keep(&asked, own, person, agrees).await {
            // Declined, it is in the account no more: what was opened from its list is told there.
            Ok(()) if !agrees && by_account => {
                return Ok(asked.go("/cases?done=co-declined", Cookie::Together, None));
            }
            Ok(()) => {
                let done = if agrees { "agreed" } else { "declined" };
                return Ok(Redirect::to(&format!("/together?done={done}")).into_response());
            }
            // Another one answered in the same moment, or the applicant changed something: look again.
            Err(Kept::Again) => {}
            Err(Kept::Problem(problem)) => return Err(problem),
        }
    }
    Err(Problem::Conflict(
        "others were answering in the same moment; send your answer again".to_owned(),
    ))
}

/// Why an answer was not kept.
enum Kept {
    Again,
    Problem(Problem),
}

impl From<ProcedureError> for Kept {
    fn from(error: ProcedureError) -> Self {
        match error {
            ProcedureError::ChangedMeanwhile => Self::Again,
            error => Self::Problem(error.into()),
        }
    }
}

impl Own {
    /// What a page sends back of what it showed, so that nobody agrees to something else.
    fn mark_shown(&self) -> &str {
        self.seen.get(..16).unwrap_or_default()
    }
}

/// Keeps an answer. With the last agreement the application is received, in the same write.
async fn keep(asked: &Asked, own: Own, person: CoApplicant, agrees: bool) -> Result<(), Kept> {
    let city = asked.city();
    let answer = Answer {
        row: own.row.clone(),
        person: person.clone(),
        agrees,
        by: By::Mail,
        resident: asked.resident(),
        procedure: own.document.key.clone(),
    };
    let waiting = match own.about {
        About::Waiting(waiting) => waiting,
        About::Case(case, key) => {
            let title = own.document.title.clone();
            let input = (answer, key, case.id, case.revision, title);
            return city
                .write(
                    asked.principal.actor(),
                    input,
                    |tx, (answer, key, case, revision, title)| {
                        Box::pin(async move {
                            cases::lock(tx, *case, *revision).await?;
                            co_applicants::answer(tx, key, answer).await?;
                            let contact = cases::contact(tx.connection(), key, *case).await?;
                            if !answer.agrees && !contact.no_mail {
                                let notice = WaitNotice::DeclinedLater;
                                notices::tell_waiting(tx, key.city(), &contact, title, notice)
                                    .await?;
                            }
                            Ok::<_, ProcedureError>(())
                        })
                    },
                )
                .await
                .map_err(Kept::from);
        }
    };
    let of = Of::Draft(waiting.draft.id);
    let mut all = co_applicants::of(city.db(), &waiting.key, of).await?;
    for known in &mut all {
        if known.row.id == own.row.id {
            known.person = person.clone();
            known.row.state = answer_state(agrees);
        }
    }
    let is_last = all.iter().all(|known| known.has_agreed_to(&own.seen));
    let sealed = if is_last {
        let together: Vec<_> = all
            .into_iter()
            .map(|known| (known.row.id, known.person))
            .collect();
        let sealed = waiting.seal(city, asked.key(), &together).await;
        Some(sealed.map_err(Kept::Problem)?)
    } else {
        None
    };
    let input = (
        answer,
        waiting.key.clone(),
        waiting.draft.id,
        waiting.draft.revision,
        sealed,
        waiting.contact().clone(),
        own.document.title.clone(),
    );
    city.write(
        asked.principal.actor(),
        input,
        |tx, (answer, key, draft, revision, sealed, contact, title)| {
            Box::pin(async move {
                drafts::lock(tx, *draft, *revision).await?;
                co_applicants::answer(tx, key, answer).await?;
                if let Some(sealed) = sealed {
                    let submitted = cases::submit(tx, sealed).await?;
                    notices::tell_received(tx, key.city(), contact, title, &submitted.receipt)
                        .await?;
                }
                if !answer.agrees {
                    let notice = WaitNotice::Declined;
                    notices::tell_waiting(tx, key.city(), contact, title, notice).await?;
                }
                Ok::<_, ProcedureError>(())
            })
        },
    )
    .await
    .map_err(Kept::from)
}

const fn answer_state(agrees: bool) -> State {
    if agrees {
        State::Agreed
    } else {
        State::Declined
    }
}
