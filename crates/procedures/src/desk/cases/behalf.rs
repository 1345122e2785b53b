//! What staff enter for an applicant who answers a request for correction, or takes the application back, on paper, at the counter or by
//! telephone.

use askama::Template;
use axum::{
    extract::{Path, Request},
    response::{IntoResponse as _, Redirect, Response},
};
use yakuba_city::web::Problem;
use yakuba_kernel::Channel;
use yakuba_ui::{
    CheckboxGroup, Choice, Fields, FormErrors, Html, RadioGroup, TextArea, Words, done,
};

use super::show::{Opened, open};
use crate::{
    capabilities::WORK,
    correcting::{Correcting, Read, Shown},
    desk::room::Room,
    error::ProcedureError,
    notices::CoNotice,
    store::{
        cases, co_applicants,
        corrections::Entered,
        history::{self, ViewReason},
    },
};

/// The ways by which an applicant reaches staff who enter something.
const WAYS: [Channel; 3] = [Channel::Paper, Channel::Counter, Channel::Phone];

fn way(text: &str) -> Option<Channel> {
    WAYS.into_iter().find(|way| way.as_str() == text)
}

fn ways(room: &Room, chosen: &str, errors: &FormErrors) -> Html {
    Html::of(
        &RadioGroup::new(room.language(), "channel", room.t("desk-behalf-way"))
            .inline()
            .required()
            .choices(WAYS.map(|way| {
                let name = way.as_str();
                Choice::new(name, room.t(&format!("desk-behalf-way-{name}"))).chosen(name == chosen)
            }))
            .errors(errors),
    )
}

#[derive(Template)]
#[template(path = "desk/answer_correction.html")]
struct CorrectionBody {
    words: Words,
    at: String,
    asked: String,
    controls: Html,
    ways: Html,
    on_paper: Html,
}

/// The case and its open request, or the page of the case without one.
async fn correcting(
    room: &Room,
    case: i64,
) -> Result<Result<(Opened, Correcting), Response>, Problem> {
    let opened = open(room, case, WORK).await?;
    let is_over = opened.case.disposed_at.is_some() || !opened.case.stage.is_open();
    let back = || Redirect::to(&format!("/desk/cases/{case}")).into_response();
    if is_over {
        return Ok(Err(back()));
    }
    let key = super::doing::key(room, case).await?;
    let correcting = Correcting::of(
        &room.city,
        opened.case.clone(),
        key,
        &opened.definition,
        room.language(),
    )
    .await?;
    Ok(correcting
        .map(|correcting| (opened, correcting))
        .ok_or_else(back))
}

/// What stands on the page beside the questions.
#[derive(Default)]
struct Beside {
    way: String,
    on_paper: Vec<String>,
    has_none: Vec<String>,
    errors: FormErrors,
}

async fn show_correction(
    room: &Room,
    opened: &Opened,
    correcting: &Correcting,
    shown: &Shown,
    beside: &Beside,
) -> Result<Response, Problem> {
    let language = room.language();
    let at = format!("/desk/cases/{}", opened.case.id);
    let mut on_paper = Html::empty();
    let (files, emails) = correcting.may_be_left_out(shown);
    for (name, paths, ticked) in [
        ("on_paper", files, &beside.on_paper),
        ("has_none", emails, &beside.has_none),
    ] {
        if paths.is_empty() {
            continue;
        }
        let label = room.t(&format!("desk-behalf-{}", name.replace('_', "-")));
        let choices = paths.iter().map(|path| {
            Choice::new(path, opened.label(path, language)).chosen(ticked.contains(path))
        });
        on_paper.push(&CheckboxGroup::new(language, name, label).choices(choices));
    }
    let body = CorrectionBody {
        words: room.words,
        at: format!("{at}/correction/answer"),
        asked: correcting.correction.text.clone(),
        controls: correcting.controls(&room.city, shown, language).await?,
        ways: ways(room, &beside.way, &beside.errors),
        on_paper,
    };
    Ok(opened
        .page_below(room, room.t("desk-behalf-correction"), &body, None)
        .lead(room.t("desk-behalf-correction-lead"))
        .with_errors(!shown.problems.is_empty() || !beside.errors.is_empty())
        .into_response())
}

pub(super) async fn correction_page(
    room: Room,
    Path(case): Path<i64>,
) -> Result<Response, Problem> {
    let (opened, correcting) = match correcting(&room, case).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let department = opened.case.department.as_str().to_owned();
    room.write(
        (case, room.account()?, department),
        |tx, (case, account, department)| {
            Box::pin(async move {
                history::record_view(tx, *case, *account, department, &ViewReason::Casework).await
            })
        },
    )
    .await?;
    let beside = Beside {
        way: opened.case.channel.as_str().to_owned(),
        ..Beside::default()
    };
    show_correction(&room, &opened, &correcting, &correcting.first(), &beside).await
}

pub(super) async fn correction_answer(
    room: Room,
    Path(case): Path<i64>,
    request: Request,
) -> Result<Response, Problem> {
    let (opened, correcting) = match correcting(&room, case).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let (sent, read) = correcting.read(&room.city, request, true).await?;
    let fields = Fields::new(sent.pairs);
    let mut beside = Beside {
        way: fields.get("channel").to_owned(),
        on_paper: fields.all("on_paper").map(str::to_owned).collect(),
        has_none: fields.all("has_none").map(str::to_owned).collect(),
        errors: FormErrors::new(),
    };
    let mut answered = match read {
        Read::Again(shown) => {
            return show_correction(&room, &opened, &correcting, &shown, &beside).await;
        }
        Read::Answered(answered) => *answered,
    };
    let Some(channel) = way(&beside.way) else {
        beside
            .errors
            .add("channel", room.t("desk-error-behalf-way"));
        let shown = correcting.with(&answered);
        return show_correction(&room, &opened, &correcting, &shown, &beside).await;
    };
    answered.entered = Some(Entered {
        channel,
        on_paper: answered.on_paper.clone(),
    });
    let at = format!("/desk/cases/{case}");
    let outcome = room
        .write(answered.clone(), |tx, answered| Box::pin(answered.keep(tx)))
        .await;
    match outcome {
        Ok(_) => Ok(done(&at, "correction-entered")),
        Err(ProcedureError::SlotTaken) => {
            let shown = correcting.without_slot(&answered);
            show_correction(&room, &opened, &correcting, &shown, &beside).await
        }
        // Answered by the applicant or a colleague a moment ago: the page shows how it stands.
        Err(ProcedureError::WrongState(_) | ProcedureError::ChangedMeanwhile) => {
            Ok(Redirect::to(&at).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "desk/withdraw.html")]
struct WithdrawBody {
    words: Words,
    at: String,
    revision: i64,
    ways: Html,
    said: TextArea,
    /// Whether no mail tells the applicant.
    has_no_mail: bool,
}

async fn show_withdrawal(
    room: &Room,
    opened: &Opened,
    typed: &Fields,
    errors: &FormErrors,
    notice: Option<&str>,
) -> Result<Response, Problem> {
    let language = room.language();
    let case = opened.case.id;
    let at = format!("/desk/cases/{case}");
    let key = super::doing::key(room, case).await?;
    let contact = cases::contact(room.db(), &key, case).await?;
    let body = WithdrawBody {
        words: room.words,
        at: format!("{at}/withdraw"),
        revision: opened.case.revision,
        ways: ways(room, typed.get("channel"), errors),
        said: TextArea::new(language, "said", room.t("desk-behalf-said"))
            .support(room.t("desk-behalf-said-hint"))
            .value(typed.get("said"))
            .rows(4)
            .required()
            .errors(errors),
        has_no_mail: contact.email.is_none() || contact.no_mail,
    };
    Ok(opened
        .page_below(room, room.t("desk-behalf-withdraw"), &body, notice)
        .with_errors(!errors.is_empty() || notice.is_some())
        .into_response())
}

/// The case, while its applicant can still take it back.
async fn withdrawable(room: &Room, case: i64) -> Result<Opened, Problem> {
    let opened = open(room, case, WORK).await?;
    if opened.case.disposed_at.is_some() || !opened.case.stage.is_open() {
        return Err(Problem::NotFound);
    }
    Ok(opened)
}

pub(super) async fn withdraw_page(room: Room, Path(case): Path<i64>) -> Result<Response, Problem> {
    let opened = withdrawable(&room, case).await?;
    let none = Fields::default();
    show_withdrawal(&room, &opened, &none, &FormErrors::new(), None).await
}

pub(super) async fn withdraw(
    room: Room,
    Path(case): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let opened = withdrawable(&room, case).await?;
    let mut errors = FormErrors::new();
    let channel = way(fields.get("channel"));
    if channel.is_none() {
        errors.add("channel", room.t("desk-error-behalf-way"));
    }
    let said = fields.get("said").to_owned();
    if said.is_empty() {
        errors.add("said", room.t("desk-error-behalf-said"));
    }
    let (Some(channel), true) = (channel, errors.is_empty()) else {
        return show_withdrawal(&room, &opened, &fields, &errors, None).await;
    };
    let said = room
        .words
        .with_text("desk-behalf-withdraw-note", "said", &said)
        .into_owned();
    let input = (
        super::doing::key(&room, case).await?,
        case,
        fields.revision(),
        channel,
        room.account()?,
        said,
        opened.definition.document.title.clone(),
    );
    let outcome = room
        .write(
            input,
            |tx, (key, case, revision, channel, account, said, title)| {
                Box::pin(async move {
                    cases::enter_withdrawal(tx, key, *case, *revision, *channel, *account, said)
                        .await?;
                    co_applicants::tell_all(tx, key, *case, CoNotice::Ended(title)).await
                })
            },
        )
        .await;
    match outcome {
        Ok(()) => Ok(done(&format!("/desk/cases/{case}"), "withdrawal-entered")),
        Err(ProcedureError::ChangedMeanwhile | ProcedureError::WrongState(_)) => {
            let opened = withdrawable(&room, case).await?;
            show_withdrawal(&room, &opened, &fields, &errors, Some("desk-error-changed")).await
        }
        Err(error) => Err(error.into()),
    }
}
