//! An applicant's own case: how it stands, messages, taking it back, who looked at it.

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::Timestamp;
use serde::Deserialize;
use yakuba_city::{Actor, JAPAN, web::Problem};
use yakuba_identity::{Token, department_names};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{
    Cell, Column, DescriptionList, Fields, FormErrors, Language, NotificationBanner, Page,
    StepNavigation, StepState, Table, TextArea, TextField, Words, format,
};

use super::{
    asked::{Asked, Cookie, private},
    guide,
};
use crate::{
    ProcedureError,
    model::{case::Stage, receipt::Receipt},
    store::{
        cases::{self, Case},
        corrections, files,
        history::{self, What},
        keys::{self, CaseKey},
        messages, sessions,
    },
};

/// The most characters of a message.
const MESSAGE: usize = 4000;

#[derive(Deserialize)]
pub(super) struct Done {
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "applicant/enter.html")]
struct EnterBody {
    words: Words,
    errors: yakuba_ui::ErrorSummary,
    receipt: TextField,
    is_open: bool,
}

pub(super) async fn enter(asked: Asked, Query(query): Query<Done>) -> Result<Response, Problem> {
    enter_page(asked, "", &FormErrors::new(), query.done.as_deref()).await
}

async fn enter_page(
    asked: Asked,
    typed: &str,
    errors: &FormErrors,
    done: Option<&str>,
) -> Result<Response, Problem> {
    let (words, language) = (asked.words, asked.language);
    let notice = asked.done(done);
    let body = EnterBody {
        words,
        errors: errors.summary(language),
        receipt: TextField::new(language, "receipt", words.get("applicant-receipt"))
            .support(words.get("applicant-receipt-support"))
            .value(typed)
            .width(24)
            .autocomplete("off")
            .required()
            .errors(errors),
        is_open: asked.case().await?.is_some(),
    };
    let mut page = Page::public(asked.shell, words.get("applicant-cases-title"), &body)
        .narrow()
        .not_for_search_engines()
        .with_errors(!errors.is_empty());
    if let Some(notice) = notice {
        page = page.notice(notice);
    }
    Ok(private(page))
}

/// Opens the case of a receipt number. The number has 85 random bits, so trying numbers out leads nowhere.
pub(super) async fn open(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let typed = fields.get("receipt").to_owned();
    let wrong = |key: &str| {
        let mut errors = FormErrors::new();
        errors.add("receipt", asked.text(key));
        errors
    };
    let Ok(receipt) = typed.parse::<Receipt>() else {
        let errors = wrong("applicant-receipt-mistyped");
        return enter_page(asked, &typed, &errors, None).await;
    };
    let found = cases::case_with_receipt(asked.city().db(), asked.key(), &receipt).await?;
    let Some(case) = found else {
        let errors = wrong("applicant-receipt-unknown");
        return enter_page(asked, &typed, &errors, None).await;
    };
    let token = Token::generate();
    asked
        .city()
        .write(
            asked.principal.actor(),
            (case.id, token.clone()),
            |tx, (case, token)| Box::pin(sessions::begin(tx, *case, token)),
        )
        .await
        .map_err(|error: ProcedureError| Problem::from(error))?;
    Ok(asked.go("/cases/view", Cookie::Case, Some(&token)))
}

/// Ends the session of a case, so that the next person at the same computer does not see it.
pub(super) async fn leave(asked: Asked) -> Result<Response, Problem> {
    if let Some(token) = asked.case_token() {
        asked
            .city()
            .write(Actor::Public, token, |tx, token| {
                Box::pin(sessions::end(tx, token))
            })
            .await
            .map_err(|error: ProcedureError| Problem::from(error))?;
    }
    Ok(asked.go("/cases?done=left", Cookie::Case, None))
}

/// The case of this browser with its key; a redirect to where the receipt number is entered when there is none.
pub(super) async fn opened(asked: &Asked) -> Result<Result<(Case, CaseKey), Response>, Problem> {
    let Some(case) = asked.case().await? else {
        return Ok(Err(Redirect::to("/cases").into_response()));
    };
    match keys::open(asked.city().db(), asked.key(), case.id).await {
        Ok(key) => Ok(Ok((case, key))),
        Err(ProcedureError::Disposed) => {
            Ok(Err(Redirect::to("/cases?done=disposed").into_response()))
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) fn day(at: Timestamp, language: Language) -> String {
    format::date(cases::day(at), language)
}

fn moment(at: Timestamp, language: Language) -> String {
    format::date_time(JAPAN.to_datetime(at), language)
}

/// The line of stages, the present one marked.
fn progress(case: &Case, words: Words) -> StepNavigation {
    let language = words.language();
    let stages = [
        Stage::Received,
        Stage::Checked,
        Stage::Decided,
        Stage::Delivered,
    ];
    let mut line = StepNavigation::new(language);
    for stage in stages {
        let state = if case.stage == Stage::Withdrawn {
            StepState::Skipped
        } else if stage < case.stage || case.stage.is_final() {
            StepState::Completed
        } else if stage == case.stage {
            StepState::Editing
        } else {
            StepState::Reached
        };
        let state = if case.stage == Stage::Withdrawn && stage == Stage::Received {
            StepState::Completed
        } else {
            state
        };
        line = line.step(words.get(&format!("applicant-stage-{stage}")), state);
    }
    line
}

struct MessageView {
    from: String,
    at: String,
    text: String,
    files: Vec<(String, String)>,
    is_own: bool,
}

#[derive(Template)]
#[template(path = "applicant/case.html")]
struct ViewBody {
    words: Words,
    standing: String,
    progress: StepNavigation,
    details: DescriptionList,
    correction: Option<NotificationBanner>,
    decision: Option<(String, String)>,
    messages: Vec<MessageView>,
    new_message: TextArea,
    can_withdraw: bool,
    history: Table,
    views: Table,
    has_views: bool,
}

pub(super) async fn view(asked: Asked, Query(query): Query<Done>) -> Result<Response, Problem> {
    view_page(asked, query.done.as_deref(), "", &FormErrors::new()).await
}

async fn view_page(
    asked: Asked,
    done: Option<&str>,
    typed: &str,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let (case, key) = match opened(&asked).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let (words, language) = (asked.words, asked.language);
    let db = asked.city().db();
    let document = asked.version_of(&case).await?.document;
    let names = department_names(db, language.is_japanese()).await?;
    let department = guide::department(&asked, &case.department).await?;
    let correction = corrections::corrections(db, &key, case.id)
        .await?
        .into_iter()
        .find(|correction| correction.ended_at.is_none());
    let decision = cases::decision(db, &key, case.id).await?;

    let mut details = DescriptionList::new()
        .text(
            words.get("applicant-case-received"),
            day(case.received_at, language),
        )
        .text(words.get("applicant-guide-department"), &department);
    if let Some(due_on) = case.due_on.filter(|_| case.stage.is_open()) {
        details = details.text(
            words.get("applicant-case-due"),
            words.with_text(
                "applicant-case-due-on",
                "day",
                &format::date(due_on, language),
            ),
        );
    }
    if let Some(outcome) = case.outcome {
        details = details.text(
            words.get("applicant-case-outcome"),
            words.get(&format!("applicant-outcome-{outcome}")),
        );
    }
    let mut sent = Vec::new();
    let about = files::list(db, &key, case.id, files::UseFor::Message).await?;
    for message in messages::messages(db, &key, case.id).await? {
        sent.push(MessageView {
            from: if message.from_desk {
                department.clone()
            } else {
                asked.text("applicant-message-own")
            },
            at: moment(message.sent_at, language),
            text: message.text,
            files: about
                .iter()
                .filter(|(file, ..)| message.files.contains(file))
                .map(|(file, about, _)| (format!("/cases/files/{file}"), about.name.clone()))
                .collect(),
            is_own: !message.from_desk,
        });
    }
    let views = history::views(db, case.id).await?;
    let body = ViewBody {
        words,
        standing: standing(&case, correction.is_some(), words),
        progress: progress(&case, words),
        details,
        correction: correction.as_ref().map(|correction| {
            let until = correction.answer_by.map_or_else(String::new, |until| {
                words
                    .with_text(
                        "applicant-correction-until",
                        "day",
                        &format::date(until, language),
                    )
                    .into_owned()
            });
            NotificationBanner::warning(words.get("applicant-correction-heading"))
                .text(format!("{}\n{until}", correction.text))
        }),
        decision: decision.map(|(decision, _)| {
            (
                decision.title,
                [decision.text, decision.reason, decision.appeal]
                    .into_iter()
                    .filter(|part| !part.trim().is_empty())
                    .collect::<Vec<_>>()
                    .join("\n\n"),
            )
        }),
        messages: sent,
        new_message: TextArea::new(language, "text", words.get("applicant-message-new"))
            .support(words.get("applicant-message-support"))
            .rows(4)
            .value(typed)
            .required()
            .errors(errors),
        can_withdraw: case.stage.is_open(),
        has_views: !views.is_empty(),
        history: history_table(&history::history(db, case.id).await?, words),
        views: views_table(&views, &names, words),
    };
    let notice = asked.done(done);
    asked
        .city()
        .write(Actor::Public, case.id, |tx, case| {
            Box::pin(messages::mark_read(tx, *case, false))
        })
        .await
        .map_err(|error: ProcedureError| Problem::from(error))?;
    let mut page = Page::public(asked.shell, document.title.get(language), &body)
        .breadcrumb(words.get("applicant-cases-title"), "/cases")
        .not_for_search_engines()
        .with_errors(!errors.is_empty());
    if let Some(notice) = notice {
        page = page.notice(notice);
    }
    Ok(private(page))
}

/// Where the case stands, in a sentence.
fn standing(case: &Case, is_waiting: bool, words: Words) -> String {
    if is_waiting {
        return words.get("applicant-standing-correction").into_owned();
    }
    words
        .get(&format!("applicant-standing-{}", case.stage))
        .into_owned()
}

fn history_table(entries: &[history::Entry], words: Words) -> Table {
    let language = words.language();
    let mut table = Table::new(language, "history", words.get("applicant-history"))
        .columns([
            Column::text(words.get("applicant-history-day")),
            Column::text(words.get("applicant-history-what")),
        ])
        .stacked();
    for entry in entries {
        let what = match &entry.what {
            What::Received => words.get("applicant-history-received"),
            What::Stage { to, .. } => words.get(&format!("applicant-history-stage-{to}")),
            What::Decided { outcome } => words.get(&format!("applicant-outcome-{outcome}")),
            What::CorrectionAsked { .. } => words.get("applicant-history-correction-asked"),
            What::Corrected { .. } => words.get("applicant-history-corrected"),
            What::CorrectionEnded { .. } => words.get("applicant-history-correction-ended"),
            What::AnswersEntered { .. } => words.get("applicant-history-answers-entered"),
            What::Message { from_desk: true } => words.get("applicant-history-message-desk"),
            What::Message { from_desk: false } => words.get("applicant-history-message-own"),
            What::HandedOver { .. } => words.get("applicant-history-handed-over"),
            What::Merged { .. } => words.get("applicant-history-merged"),
            // Who inside the town hall is responsible is its own affair; a disposed case has no page.
            What::Assigned | What::Disposed => continue,
        };
        table = table.row([Cell::text(moment(entry.at, language)), Cell::text(what)]);
    }
    table
}

fn views_table(
    views: &[history::View],
    names: &std::collections::BTreeMap<DepartmentCode, String>,
    words: Words,
) -> Table {
    let language = words.language();
    let mut table = Table::new(language, "views", words.get("applicant-views"))
        .columns([
            Column::text(words.get("applicant-history-day")),
            Column::text(words.get("applicant-views-department")),
            Column::text(words.get("applicant-views-reason")),
        ])
        .stacked();
    for view in views {
        let department = DepartmentCode::new(view.department.as_str())
            .ok()
            .and_then(|code| names.get(&code).cloned())
            .unwrap_or_else(|| view.department.clone());
        table = table.row([
            Cell::text(moment(view.at, language)),
            Cell::text(department),
            Cell::text(&view.reason),
        ]);
    }
    table
}

pub(super) async fn send_message(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let (case, key) = match opened(&asked).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let text = fields.get("text").to_owned();
    let wrong = if text.is_empty() {
        Some("applicant-message-empty")
    } else if text.chars().count() > MESSAGE {
        Some("applicant-message-long")
    } else {
        None
    };
    if let Some(wrong) = wrong {
        let mut errors = FormErrors::new();
        errors.add("text", asked.text(wrong));
        return view_page(asked, None, &text, &errors).await;
    }
    asked
        .city()
        .write(
            asked.principal.actor(),
            (case.id, key, text),
            |tx, (case, key, text)| {
                Box::pin(async move { messages::send(tx, key, *case, false, text, &[]).await })
            },
        )
        .await?;
    Ok(Redirect::to("/cases/view?done=message").into_response())
}

#[derive(Template)]
#[template(path = "applicant/withdraw.html")]
struct WithdrawBody {
    words: Words,
}

pub(super) async fn ask_withdraw(asked: Asked) -> Result<Response, Problem> {
    let (case, _) = match opened(&asked).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    if !case.stage.is_open() {
        return Ok(Redirect::to("/cases/view").into_response());
    }
    let words = asked.words;
    let page = Page::public(
        asked.shell,
        words.get("applicant-withdraw-title"),
        &WithdrawBody { words },
    )
    .breadcrumb(words.get("applicant-cases-title"), "/cases")
    .narrow()
    .not_for_search_engines();
    Ok(private(page))
}

pub(super) async fn withdraw(asked: Asked) -> Result<Response, Problem> {
    let (case, _) = match opened(&asked).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let outcome = asked
        .city()
        .write(asked.principal.actor(), case.id, |tx, case| {
            Box::pin(cases::withdraw(tx, *case))
        })
        .await;
    match outcome {
        Ok(()) => Ok(Redirect::to("/cases/view?done=withdrawn").into_response()),
        // Sent twice, or decided a moment ago: the page shows how it stands.
        Err(ProcedureError::WrongState(_)) => Ok(Redirect::to("/cases/view").into_response()),
        Err(error) => Err(error.into()),
    }
}

/// A file of the case, to be saved; never shown inside the city's own pages.
pub(super) async fn file(asked: Asked, Path(file): Path<String>) -> Result<Response, Problem> {
    let (case, key) = match opened(&asked).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let file = files::file(asked.city().db(), &key, case.id, &file)
        .await?
        .ok_or(Problem::NotFound)?;
    Ok(download(
        &file.about.name,
        &file.about.media_type,
        file.contents,
    ))
}

/// An answer that browsers save under a name.
pub(super) fn download(name: &str, media_type: &str, contents: Vec<u8>) -> Response {
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            encoded.push(char::from(byte));
        } else {
            use std::fmt::Write as _;
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    let mut response = private(contents);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_str(media_type)
            .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream")),
    );
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{encoded}")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
