//! What is done to a case. Every step is one write; what is refused shows the case again with the reason and what was typed.

use axum::{extract::Path, response::Response};
use yakuba_city::web::Problem;
use yakuba_kernel::DepartmentCode;
use yakuba_mail::EmailAddress;
use yakuba_ui::Fields;

use super::doing::Doing;
use crate::{
    capabilities::WORK,
    desk::room::Room,
    model::{case::Step, document::TemplateUse},
    store::{cases, casework, co_applicants, corrections, messages},
};

pub(super) async fn step(doing: Doing) -> Result<Response, Problem> {
    let step = match doing.fields.get("step") {
        "check" => Step::Check,
        "check_again" => Step::CheckAgain,
        "deliver" => Step::Deliver,
        "close" => Step::Close,
        "forward" => Step::Forward,
        "back" => Step::Back,
        _ => return Err(Problem::NotFound),
    };
    let input = (doing.case(), doing.revision(), step, doing.by());
    doing
        .write("stage", input, |tx, (case, revision, step, by)| {
            Box::pin(cases::step(tx, *case, *revision, *step, by))
        })
        .await
}

pub(super) async fn assign(doing: Doing) -> Result<Response, Problem> {
    let me = doing.room.account()?;
    let assignee = match doing.fields.get("assignee") {
        "me" => Some(me),
        "" => None,
        text => Some(text.parse().map_err(|_| Problem::NotFound)?),
    };
    if let Some(account) = assignee
        && account != me
        && !doing
            .opened
            .colleagues
            .iter()
            .any(|(known, _)| *known == account)
    {
        return Err(Problem::NotAllowed);
    }
    let input = (doing.case(), doing.revision(), assignee);
    doing
        .write("assigned", input, |tx, (case, revision, assignee)| {
            Box::pin(casework::assign(tx, *case, *revision, *assignee))
        })
        .await
}

pub(super) async fn tick(doing: Doing) -> Result<Response, Problem> {
    let known = doing.opened.definition.document.checklist.len();
    let items: Vec<i64> = doing
        .fields
        .all("item")
        .filter_map(|item| item.parse::<usize>().ok())
        .filter(|item| *item < known)
        .filter_map(|item| i64::try_from(item).ok())
        .collect();
    let input = (doing.case(), doing.room.account()?, items);
    doing
        .write("ticked", input, |tx, (case, account, items)| {
            Box::pin(casework::set_ticks(tx, *case, *account, items))
        })
        .await
}

/// Notes that a co-applicant signed a paper.
pub(super) async fn sign_on_paper(
    room: Room,
    Path((case, place)): Path<(i64, usize)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let doing = Doing::open(room, case, fields, WORK).await?;
    let place = place.checked_sub(1).ok_or(Problem::NotFound)?;
    let input = (doing.key().await?, case, doing.revision(), place);
    doing
        .write("signed", input, |tx, (key, case, revision, place)| {
            Box::pin(co_applicants::sign_on_paper(
                tx, key, *case, *revision, *place,
            ))
        })
        .await
}

/// Asks a co-applicant by mail, at the address that staff were told.
pub(super) async fn ask_by_mail(
    room: Room,
    Path((case, place)): Path<(i64, usize)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let doing = Doing::open(room, case, fields, WORK).await?;
    let place = place.checked_sub(1).ok_or(Problem::NotFound)?;
    let Ok(email) = EmailAddress::read(doing.fields.get("email")) else {
        return doing.refuse("desk-error-email").await;
    };
    let links = doing.room.together()?;
    let input = (
        doing.key().await?,
        case,
        doing.revision(),
        place,
        email,
        links,
    );
    doing
        .write(
            "co-asked",
            input,
            |tx, (key, case, revision, place, email, links)| {
                Box::pin(co_applicants::ask_by_mail(
                    tx,
                    key,
                    *case,
                    *revision,
                    *place,
                    email.as_str(),
                    links,
                ))
            },
        )
        .await
}

pub(super) async fn note(doing: Doing) -> Result<Response, Problem> {
    let text = doing.fields.get("note").to_owned();
    if text.is_empty() {
        return doing.refuse("desk-error-empty").await;
    }
    let input = (
        doing.key().await?,
        doing.case(),
        doing.room.account()?,
        text,
    );
    doing
        .write("noted", input, |tx, (key, case, account, text)| {
            Box::pin(casework::add_note(tx, key, *case, *account, text))
        })
        .await
}

pub(super) async fn message(doing: Doing) -> Result<Response, Problem> {
    if doing.wants_template() {
        return doing
            .with_template("message", &[TemplateUse::Message])
            .await;
    }
    let text = doing.fields.get("message").to_owned();
    if text.is_empty() {
        return doing.refuse("desk-error-empty").await;
    }
    let input = (doing.key().await?, doing.case(), text);
    doing
        .write("sent", input, |tx, (key, case, text)| {
            Box::pin(messages::send(tx, key, *case, true, text, &[]))
        })
        .await
}

pub(super) async fn correction(doing: Doing) -> Result<Response, Problem> {
    if doing.wants_template() {
        return doing
            .with_template("correction", &[TemplateUse::Correction])
            .await;
    }
    let text = doing.fields.get("correction").to_owned();
    let asked: Vec<String> = doing
        .fields
        .all("field")
        .filter(|field| {
            doing
                .opened
                .fields()
                .any(|(known, _)| known.as_str() == *field)
        })
        .map(str::to_owned)
        .collect();
    if text.is_empty() || asked.is_empty() {
        return doing.refuse("desk-error-correction").await;
    }
    let Ok(answer_by) = doing.fields.optional_date("answer_by") else {
        return doing.refuse("desk-error-correction-day").await;
    };
    let input = (
        doing.key().await?,
        doing.case(),
        doing.revision(),
        asked,
        text,
        answer_by,
    );
    doing
        .write(
            "correction",
            input,
            |tx, (key, case, revision, asked, text, answer_by)| {
                Box::pin(corrections::ask(
                    tx, key, *case, *revision, asked, text, *answer_by,
                ))
            },
        )
        .await
}

pub(super) async fn take_back_correction(doing: Doing) -> Result<Response, Problem> {
    let input = (doing.case(), doing.revision());
    doing
        .write("correction-back", input, |tx, (case, revision)| {
            Box::pin(corrections::take_back(tx, *case, *revision))
        })
        .await
}

pub(super) async fn hand_over(doing: Doing) -> Result<Response, Problem> {
    let to = DepartmentCode::new(doing.fields.get("department"))
        .ok()
        .filter(|to| *to != doing.opened.case.department)
        .filter(|to| {
            doing
                .opened
                .departments
                .iter()
                .any(|(known, _)| known == to)
        });
    let Some(to) = to else {
        return doing.refuse("desk-error-department").await;
    };
    let input = (doing.case(), doing.revision(), to);
    // From here on another department may open it, this one perhaps not.
    doing
        .write_and_go(
            "/desk/cases",
            "handed-over",
            input,
            |tx, (case, revision, to)| Box::pin(casework::hand_over(tx, *case, *revision, to)),
        )
        .await
}
