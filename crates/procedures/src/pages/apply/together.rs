//! Who applies together with the applicant (共同申請者): named before the application is sent, asked afterwards, until all have agreed.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::Span;
use serde::Deserialize;
use yakuba_city::web::Problem;
use yakuba_mail::EmailAddress;
use yakuba_ui::{ChipLabel, ErrorSummary, Fields, FormErrors, Page, TextField, Words, format};

use super::{Open, Waiting};
use crate::{
    ProcedureError,
    model::{
        document::CoApplicants,
        together::{By, CoApplicant, State},
    },
    notices::CoNotice,
    pages::{
        asked::{Asked, Cookie, private},
        case::moment,
    },
    store::{
        cases::Contact,
        co_applicants::{self, Known},
        drafts,
    },
};

/// Somebody in the list.
struct Line {
    /// The place in the list, from 1.
    number: usize,
    name: String,
    email: String,
    chip: Option<ChipLabel>,
    /// When they were asked or answered.
    when: String,
    /// Why they declined.
    reason: String,
    can_ask: bool,
    exchange: Option<TextField>,
}

#[derive(Template)]
#[template(path = "applicant/together.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    action: String,
    revision: i64,
    who: String,
    count: String,
    lines: Vec<Line>,
    /// How somebody more is named; none when there can be no more, or while it waits.
    name: Option<(TextField, TextField)>,
    has_enough: bool,
    /// By when everybody must have agreed, while it waits.
    until: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Done {
    done: Option<String>,
}

pub(super) async fn page(
    asked: Asked,
    Path(key): Path<String>,
    Query(query): Query<Done>,
) -> Result<Response, Problem> {
    let open = match Open::of_any(&asked, &key).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    show(
        asked,
        &open,
        &Fields::default(),
        &FormErrors::new(),
        query.done.as_deref(),
    )
    .await
}

/// The rules, whether or not the answers call for others by now.
fn rules(open: &Open) -> Result<&CoApplicants, Problem> {
    open.document
        .co_applicants
        .as_ref()
        .ok_or(Problem::NotFound)
}

fn people(words: Words, rules: &CoApplicants) -> String {
    let key = match (rules.at_least, rules.at_most) {
        (0, _) => "applicant-together-up-to",
        (least, most) if least == most => "applicant-together-exactly",
        _ => "applicant-together-between",
    };
    words
        .with(
            key,
            &[
                ("least", rules.at_least.into()),
                ("most", rules.at_most.into()),
            ],
        )
        .into_owned()
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// How somebody stands, as a word in a colour.
pub(in crate::pages) fn chip(words: Words, state: State) -> ChipLabel {
    let chip = ChipLabel::new(words.get(&format!("applicant-co-state-{state}")));
    match state {
        State::Agreed => chip.green(),
        State::Declined => chip.red(),
        State::Named | State::Asked => chip,
    }
}

fn line(known: &Known, number: usize, is_waiting: bool, words: Words, errors: &FormErrors) -> Line {
    let language = words.language();
    let row = &known.row;
    let waits = is_waiting && row.state != State::Agreed;
    let when = row.answered_at.or(row.asked_at);
    Line {
        number,
        name: known.person.name.clone(),
        email: known.person.email.clone().unwrap_or_default(),
        chip: (row.state != State::Named).then(|| chip(words, row.state)),
        when: when.map_or_else(String::new, |at| moment(at, language)),
        reason: known.person.reason.clone().unwrap_or_default(),
        can_ask: waits,
        exchange: waits.then(|| {
            TextField::new(
                language,
                format!("email-{number}"),
                words.get("applicant-together-other-address"),
            )
            .autocomplete("off")
            .errors(errors)
        }),
    }
}

async fn show(
    asked: Asked,
    open: &Open,
    typed: &Fields,
    errors: &FormErrors,
    done: Option<&str>,
) -> Result<Response, Problem> {
    let rules = rules(open)?;
    let (words, language) = (asked.words, asked.language);
    let named = open.co_applicants(&asked).await?;
    let is_waiting = open.draft.agree_by.is_some();
    let lines = (1..)
        .zip(&named)
        .map(|(number, known)| line(known, number, is_waiting, words, errors))
        .collect();
    let body = Body {
        words,
        errors: errors.summary(language),
        action: format!("{}/together", open.base()),
        revision: open.draft.revision,
        who: rules.who.get(language).to_owned(),
        count: people(words, rules),
        lines,
        name: (!is_waiting && named.len() < count(rules.at_most)).then(|| {
            let name = TextField::new(language, "name", words.get("applicant-together-name"))
                .support(words.get("applicant-together-name-support"))
                .value(typed.get("name"))
                .autocomplete("off")
                .errors(errors);
            let email = TextField::new(language, "email", words.get("applicant-together-email"))
                .support(words.get("applicant-together-email-support"))
                .value(typed.get("email"))
                .autocomplete("off")
                .errors(errors);
            (name, email)
        }),
        has_enough: named.len() >= count(rules.at_least),
        until: open.draft.agree_by.map(|day| {
            words
                .with_text(
                    "applicant-together-until",
                    "day",
                    &format::date(day, language),
                )
                .into_owned()
        }),
    };
    let notice = asked.done(done);
    let title = if is_waiting {
        words.get("applicant-together-waiting")
    } else {
        words.get("applicant-together-title")
    };
    let mut page = Page::public(asked.shell, title, &body)
        .breadcrumb(open.document.title.get(language), open.base())
        .narrow()
        .not_for_search_engines()
        .with_errors(!errors.is_empty());
    if let Some(notice) = notice {
        page = page.notice(notice);
    }
    Ok(private(page))
}

/// What a button of the page asks for.
enum Action {
    /// Name one more.
    Add,
    /// Take one out.
    Remove(usize),
    /// Go on to the check.
    Next,
    /// Ask one again, at another address perhaps.
    Ask(usize),
    /// Change the answers.
    Change,
    /// Take the whole application back.
    Withdraw,
}

impl Action {
    fn read(text: &str) -> Option<Self> {
        let (name, number) = text.split_once('/').unwrap_or((text, ""));
        let number = number.parse::<usize>().ok();
        Some(match (name, number) {
            ("add", None) => Self::Add,
            ("next", None) => Self::Next,
            ("change", None) => Self::Change,
            ("withdraw", None) => Self::Withdraw,
            ("remove", Some(number)) => Self::Remove(number),
            ("ask", Some(number)) => Self::Ask(number),
            _ => return None,
        })
    }
}

/// An address that mail can be sent to.
fn address(asked: &Asked, typed: &str, field: &str, errors: &mut FormErrors) -> Option<String> {
    if let Ok(address) = EmailAddress::read(typed) {
        return Some(address.as_str().to_owned());
    }
    errors.add(field, asked.text("applicant-together-email-wrong"));
    None
}

/// The address with which the links of co-applicants begin.
pub(in crate::pages) fn link_base(asked: &Asked) -> String {
    asked
        .identity
        .settings()
        .public_url
        .join("/together/")
        .map(String::from)
        .unwrap_or_default()
}

pub(super) async fn answer(
    asked: Asked,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let mut open = match Open::of_any(&asked, &key).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    rules(&open)?;
    let here = format!("{}/together", open.base());
    let go = |to: &str| Ok(Redirect::to(to).into_response());
    let Some(action) = Action::read(fields.get("action")) else {
        return go(&here);
    };
    let is_waiting = open.draft.agree_by.is_some();
    let fits = matches!(action, Action::Ask(_) | Action::Change | Action::Withdraw) == is_waiting;
    if fields.revision() != open.draft.revision || !fits {
        return go(&format!("{here}?done=changed"));
    }
    match action {
        Action::Add => add(asked, open, &fields).await,
        Action::Remove(number) => {
            let named = open.co_applicants(&asked).await?;
            let one = number.checked_sub(1).and_then(|place| named.get(place));
            let Some(one) = one else { return go(&here) };
            let input = (open.draft.id, open.draft.revision, one.row.id);
            asked
                .city()
                .write(
                    asked.principal.actor(),
                    input,
                    |tx, (draft, revision, id)| {
                        Box::pin(async move {
                            drafts::lock(tx, *draft, *revision).await?;
                            co_applicants::remove(tx, *draft, *id).await
                        })
                    },
                )
                .await
                .map_err(|error: ProcedureError| Problem::from(error))?;
            go(&here)
        }
        Action::Next => {
            let least = count(rules(&open)?.at_least);
            if open.co_applicants(&asked).await?.len() < least {
                let mut errors = FormErrors::new();
                errors.add("name", asked.text("applicant-together-missing"));
                return show(asked, &open, &fields, &errors, None).await;
            }
            open.contents.together = true;
            open.save(&asked, &[]).await?;
            go(&open.next(&asked))
        }
        Action::Ask(number) => ask(asked, open, number, &fields).await,
        Action::Change => {
            let input = (open.draft.id, open.draft.revision);
            asked
                .city()
                .write(asked.principal.actor(), input, |tx, (draft, revision)| {
                    Box::pin(async move {
                        drafts::lock(tx, *draft, *revision).await?;
                        drafts::wait(tx, *draft, None).await
                    })
                })
                .await
                .map_err(|error: ProcedureError| Problem::from(error))?;
            go(&format!("{}/check?done=changing", open.base()))
        }
        Action::Withdraw => withdraw(asked, open).await,
    }
}

async fn add(asked: Asked, open: Open, fields: &Fields) -> Result<Response, Problem> {
    let mut errors = FormErrors::new();
    let name: String = fields.get("name").chars().take(200).collect();
    if name.is_empty() {
        errors.add("name", asked.text("applicant-together-name-missing"));
    }
    let email = address(&asked, fields.get("email"), "email", &mut errors);
    let named = open.co_applicants(&asked).await?;
    // One address is one person: two agreements from the same mailbox would be one.
    let own = open.email();
    if let Some(email) = email.as_deref()
        && (own == Some(email)
            || named
                .iter()
                .any(|known| known.person.email.as_deref() == Some(email)))
    {
        errors.add("email", asked.text("applicant-together-email-twice"));
    }
    if named.len() >= count(rules(&open)?.at_most) {
        return Ok(Redirect::to(&format!("{}/together", open.base())).into_response());
    }
    if !errors.is_empty() {
        return show(asked, &open, fields, &errors, None).await;
    }
    let person = CoApplicant {
        name,
        email,
        language: asked.language.code().to_owned(),
        ..CoApplicant::default()
    };
    let input = (open.key.clone(), open.draft.id, open.draft.revision, person);
    asked
        .city()
        .write(
            asked.principal.actor(),
            input,
            |tx, (key, draft, revision, person)| {
                Box::pin(async move {
                    drafts::lock(tx, *draft, *revision).await?;
                    co_applicants::name(tx, key, *draft, person, By::Mail).await
                })
            },
        )
        .await
        .map_err(|error: ProcedureError| Problem::from(error))?;
    Ok(Redirect::to(&format!("{}/together", open.base())).into_response())
}

/// Sends the mail again; with another address the old link opens nothing any more.
async fn ask(
    asked: Asked,
    open: Open,
    number: usize,
    fields: &Fields,
) -> Result<Response, Problem> {
    let here = format!("{}/together", open.base());
    let mut named = open.co_applicants(&asked).await?;
    let place = number.checked_sub(1).filter(|place| *place < named.len());
    let (Some(place), Some(until)) = (place, open.draft.agree_by) else {
        return Ok(Redirect::to(&here).into_response());
    };
    let mut known = named.swap_remove(place);
    if known.row.state == State::Agreed {
        return Ok(Redirect::to(&here).into_response());
    }
    let field = format!("email-{number}");
    let typed = fields.get(&field);
    if !typed.is_empty() {
        let mut errors = FormErrors::new();
        let Some(email) = address(&asked, typed, &field, &mut errors) else {
            return show(asked, &open, fields, &errors, None).await;
        };
        known.person.email = Some(email);
        known.person.link = None;
    }
    let base = known.person.link.is_none().then(|| link_base(&asked));
    let input = (
        open.key.clone(),
        open.draft.id,
        open.draft.revision,
        known,
        base,
        open.document.title.clone(),
        until,
    );
    asked
        .city()
        .write(
            asked.principal.actor(),
            input,
            |tx, (key, draft, revision, known, base, title, until)| {
                Box::pin(async move {
                    drafts::lock(tx, *draft, *revision).await?;
                    let notice = CoNotice::Asked(title, *until);
                    co_applicants::ask(tx, key, known, base.as_deref(), notice).await
                })
            },
        )
        .await
        .map_err(|error: ProcedureError| Problem::from(error))?;
    Ok(Redirect::to(&format!("{here}?done=asked")).into_response())
}

/// Takes an application back that others have not all agreed to, and tells those who were asked.
async fn withdraw(asked: Asked, open: Open) -> Result<Response, Problem> {
    let named = open.co_applicants(&asked).await?;
    let input = (
        open.key.clone(),
        open.draft.id,
        open.draft.revision,
        named,
        open.document.title.clone(),
    );
    asked
        .city()
        .write(
            asked.principal.actor(),
            input,
            |tx, (key, draft, revision, named, title)| {
                Box::pin(async move {
                    drafts::lock(tx, *draft, *revision).await?;
                    for known in named {
                        let notice = CoNotice::Ended(title);
                        crate::notices::tell_co_applicant(tx, key.city(), &known.person, notice)
                            .await?;
                    }
                    drafts::discard(tx, *draft).await
                })
            },
        )
        .await
        .map_err(|error: ProcedureError| Problem::from(error))?;
    let procedure = &open.document.key;
    Ok(asked.go(
        &format!("{}?done=discarded", open.base()),
        Cookie::Draft(procedure),
        None,
    ))
}

/// Lets an application wait: everybody who has not agreed to it as it stands is asked.
pub(super) async fn wait(
    asked: &Asked,
    mut open: Open,
    named: &[Known],
    seen: &str,
    contact: Contact,
    days: i64,
) -> Result<Response, Problem> {
    let today = asked.city().today();
    let until = today.saturating_add(Span::new().days(days));
    open.contents.waiting = Some(Waiting {
        sent_on: today,
        contact,
    });
    let asking: Vec<(Known, bool)> = named
        .iter()
        .filter(|known| !known.has_agreed_to(seen))
        .map(|known| (known.clone(), known.row.state == State::Agreed))
        .collect();
    let input = (
        open.saving(&[])?,
        open.key.clone(),
        open.draft.id,
        asking,
        link_base(asked),
        open.document.title.clone(),
        until,
    );
    let outcome = asked
        .city()
        .write(
            asked.principal.actor(),
            input,
            |tx, (saving, key, draft, asking, base, title, until)| {
                Box::pin(async move {
                    drafts::save(tx, saving).await?;
                    drafts::wait(tx, *draft, Some(*until)).await?;
                    for (known, had_agreed) in asking {
                        let base = known.person.link.is_none().then_some(base.as_str());
                        let notice = if *had_agreed {
                            CoNotice::Changed(title)
                        } else {
                            CoNotice::Asked(title, *until)
                        };
                        co_applicants::ask(tx, key, known, base, notice).await?;
                    }
                    Ok(())
                })
            },
        )
        .await;
    match outcome {
        // Sent twice: the page shows that it waits.
        Ok(()) | Err(ProcedureError::ChangedMeanwhile) => {
            Ok(Redirect::to(&format!("{}/together?done=waiting", open.base())).into_response())
        }
        Err(error) => Err(error.into()),
    }
}
