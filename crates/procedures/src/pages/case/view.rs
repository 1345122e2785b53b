//! How a case stands.

use std::cmp::Ordering;

use askama::Template;
use axum::{extract::Query, response::Response};
use jiff::civil::Date;
use yakuba_city::{Actor, web::Problem};
use yakuba_forms::slot_text;
use yakuba_identity::department_names;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{
    Cell, Column, DescriptionList, FormErrors, NotificationBanner, Page, StepNavigation, StepState,
    Table, TextArea, Words, format,
};

use super::{Done, day, moment, opened};
use crate::{
    ProcedureError,
    model::{
        case::Stage,
        document::{OwnStage, ProcedureDocument},
        way::{Stop, Way},
    },
    pages::{
        asked::{Asked, private},
        guide,
    },
    slots,
    store::{
        cases::{self, Case, PastDecision},
        co_applicants, corrections, files,
        history::{self, What},
        messages,
    },
};

/// The line of stages that the applicant sees, the present one marked: the standard ones but the last, and those of the procedure's own
/// that are shown.
fn progress(case: &Case, document: &ProcedureDocument, words: Words) -> StepNavigation {
    let way = Way::new(document, case.outcome);
    let is_seen = |stop: &Stop| match &stop.own {
        Some(key) => way.stage(key).is_some_and(|own| own.shown),
        None => stop.stage != Stage::Closed,
    };
    let stops = way.stops();
    let here = case.stop();
    let reached = stops.iter().position(|stop| *stop == here).unwrap_or(0);
    // At a stage that is not shown they are still at the one before.
    let place = (0..=reached).rev().find(|place| is_seen(&stops[*place]));
    let mut line = StepNavigation::new(words.language());
    for (number, stop) in stops.iter().enumerate().filter(|(_, stop)| is_seen(stop)) {
        let state = match (case.stage, Some(number).cmp(&place)) {
            (Stage::Withdrawn, _) if *stop == Stop::at(Stage::Received) => StepState::Completed,
            (Stage::Withdrawn, _) => StepState::Skipped,
            (Stage::Closed, _) | (_, Ordering::Less) => StepState::Completed,
            (_, Ordering::Equal) => StepState::Editing,
            (_, Ordering::Greater) => StepState::Reached,
        };
        let title = match stop.own.as_deref().and_then(|key| way.stage(key)) {
            Some(own) => own.title.get(words.language()).to_owned(),
            None => words
                .get(&format!("applicant-stage-{}", stop.stage))
                .into_owned(),
        };
        line = line.step(title, state);
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

/// Whether mail tells of news, and to which address.
struct MailPart {
    to: Option<(bool, String)>,
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
    /// Files that were handed over with it: address, name.
    handed: Vec<(String, String)>,
    /// The letters of decisions that are in force no more: address, what it is.
    past: Vec<(String, String)>,
    messages: Vec<MessageView>,
    new_message: TextArea,
    can_withdraw: bool,
    can_join: bool,
    /// While there may be news.
    mail: Option<MailPart>,
    history: Table,
    views: Table,
    has_views: bool,
}

pub(super) async fn page(asked: Asked, Query(query): Query<Done>) -> Result<Response, Problem> {
    view_page(asked, query.done.as_deref(), "", &FormErrors::new()).await
}

pub(super) async fn view_page(
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
    let contact = cases::contact(db, &key, case.id).await?;

    let receipt = cases::receipt(db, &key, case.id).await?;
    let mut details = DescriptionList::new()
        .text(words.get("applicant-receipt"), receipt.to_string())
        .text(
            words.get("applicant-case-received"),
            day(case.received_at, language),
        )
        .text(words.get("applicant-guide-department"), &department);
    if let Some(due_on) = case.due_on.filter(|_| case.stage.is_open()) {
        details = details.text(words.get("applicant-case-due"), due(&case, due_on, words));
    }
    if let Some(found) = slots::appointment(asked.city(), case.id, language).await? {
        let time = slot_text(&found.slot, language);
        let text = if found.is_off {
            words
                .with_text("applicant-appointment-off", "time", &time)
                .into_owned()
        } else {
            format!("{time} {}", found.name)
        };
        details = details.text(words.get("applicant-appointment"), text);
    }
    let of = co_applicants::Of::Case(case.id);
    for known in co_applicants::of(db, &key, of).await? {
        details = details.text(
            words.get("applicant-case-together"),
            words.with(
                "applicant-case-together-one",
                &[
                    ("name", known.person.name.into()),
                    (
                        "state",
                        words
                            .get(&format!("applicant-co-state-{}", known.row.state))
                            .into(),
                    ),
                ],
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
        standing: standing(
            &case,
            own_seen(&case, &document),
            correction.is_some(),
            words,
        ),
        progress: progress(&case, &document, words),
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
            let text = decision.paragraphs();
            (decision.title, text)
        }),
        handed: if case.stage.is_decided() {
            files::list(db, &key, case.id, files::UseFor::Letter)
                .await?
                .into_iter()
                .map(|(file, about, _)| (format!("/cases/files/{file}"), about.name))
                .collect()
        } else {
            Vec::new()
        },
        past: past_letters(&cases::past_decisions(db, &key, case.id).await?, words),
        messages: sent,
        new_message: TextArea::new(language, "text", words.get("applicant-message-new"))
            .support(words.get("applicant-message-support"))
            .rows(4)
            .value(typed)
            .required()
            .errors(errors),
        can_withdraw: case.stage.is_open(),
        can_join: case.resident.is_none() && asked.resident().is_some(),
        mail: (!case.stage.is_final()).then(|| MailPart {
            to: contact.email.map(|email| (!contact.no_mail, email)),
        }),
        has_views: !views.is_empty(),
        history: history_table(&history::history(db, case.id).await?, &document, words),
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

/// By when a case is to be decided, and whether that was put off.
pub(in crate::pages) fn due(case: &Case, due_on: Date, words: Words) -> String {
    let key = if case.due_before_extension.is_some() {
        "applicant-case-due-extended"
    } else {
        "applicant-case-due-on"
    };
    words
        .with_text(key, "day", &format::date(due_on, words.language()))
        .into_owned()
}

/// The letters of decisions that are in force no more, and of their revocations.
fn past_letters(past: &[PastDecision], words: Words) -> Vec<(String, String)> {
    let mut letters = Vec::new();
    let day = |at| format::date(cases::day(at), words.language());
    for past in past {
        if past.notice.is_some() {
            letters.push((
                format!("/cases/letter?notice={}", past.number),
                words
                    .with_text("applicant-past-notice", "day", &day(past.ended_at))
                    .into_owned(),
            ));
        }
        letters.push((
            format!("/cases/letter?past={}", past.number),
            words
                .with_text(
                    &format!("applicant-past-{}", past.ended.as_str()),
                    "day",
                    &day(past.made_at),
                )
                .into_owned(),
        ));
    }
    letters
}

/// The procedure's own stage at which a case is, when applicants see it.
fn own_seen<'d>(case: &Case, document: &'d ProcedureDocument) -> Option<&'d OwnStage> {
    let key = case.own_stage.as_deref()?;
    Way::new(document, case.outcome)
        .stage(key)
        .filter(|own| own.shown)
}

/// Where the case stands, in a sentence.
pub(in crate::pages) fn standing(
    case: &Case,
    own: Option<&OwnStage>,
    is_waiting: bool,
    words: Words,
) -> String {
    if is_waiting {
        return words.get("applicant-standing-correction").into_owned();
    }
    if case.merged_into.is_some() {
        return words.get("applicant-standing-merged").into_owned();
    }
    if let Some(own) = own {
        let title = own.title.get(words.language());
        return words
            .with_text("applicant-standing-own", "stage", title)
            .into_owned();
    }
    words
        .get(&format!("applicant-standing-{}", case.stage))
        .into_owned()
}

fn history_table(entries: &[history::Entry], document: &ProcedureDocument, words: Words) -> Table {
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
            What::OwnStage {
                own: Some(key),
                back: false,
                ..
            } => match Way::new(document, None).stage(key) {
                Some(own) if own.shown => {
                    words.with_text("applicant-history-own", "stage", own.title.get(language))
                }
                _ => continue,
            },
            What::Decided { outcome } => words.get(&format!("applicant-outcome-{outcome}")),
            What::CorrectionAsked { .. } => words.get("applicant-history-correction-asked"),
            What::Corrected { channel: None, .. } => words.get("applicant-history-corrected"),
            What::Corrected {
                channel: Some(_), ..
            } => words.get("applicant-history-correction-entered"),
            What::DecisionCorrected { outcome, .. } => words.with_text(
                "applicant-history-decision-corrected",
                "outcome",
                &words.get(&format!("applicant-outcome-{outcome}")),
            ),
            What::DecisionRevoked { .. } => words.get("applicant-history-decision-revoked"),
            What::WithdrawalEntered { .. } => words.get("applicant-history-withdrawal-entered"),
            What::CorrectionEnded { .. } => words.get("applicant-history-correction-ended"),
            What::AnswersEntered { .. } => words.get("applicant-history-answers-entered"),
            What::CoApplicantAgreed => words.get("applicant-history-co-agreed"),
            What::CoApplicantDeclined => words.get("applicant-history-co-declined"),
            What::CoApplicantAskedAgain => words.get("applicant-history-co-asked-again"),
            What::Message { from_desk: true } => words.get("applicant-history-message-desk"),
            What::Message { from_desk: false } => words.get("applicant-history-message-own"),
            What::HandedOver { .. } => words.get("applicant-history-handed-over"),
            What::Merged { .. } => words.get("applicant-history-merged"),
            What::Extended { until, .. } => words.with_text(
                "applicant-history-extended",
                "day",
                &format::date(*until, language),
            ),
            What::FileHandedOut => words.get("applicant-history-file"),
            What::FileTakenBack => words.get("applicant-history-file-back"),
            What::MergedHere { .. } => words.get("applicant-history-merged-here"),
            What::MergeUndone { .. } => words.get("applicant-history-merge-undone"),
            // Who inside the town hall is responsible, and what went back there, is its own affair; a disposed case has no page.
            What::OwnStage { .. }
            | What::Assigned
            | What::Joined { .. }
            | What::Parted
            | What::Disposed => continue,
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
            Cell::text(view.reason.text(words, "applicant-view-reason")),
        ]);
    }
    table
}
