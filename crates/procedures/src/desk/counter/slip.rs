//! The slip that the visitor takes home: the receipt number and how to go on.

use askama::Template;
use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::SignedDuration;
use yakuba_city::web::Problem;
use yakuba_identity::department_names;
use yakuba_pdf::{Letter, LetterPart};
use yakuba_ui::{LinkButton, Words, format};

use super::{START, channel_text, counter_page, own_entry, private};
use crate::{
    desk::room::Room,
    error::ProcedureError,
    store::{
        cases::{self, Case},
        keys, version,
    },
};

/// So long after sending the slip can be shown again by who entered it.
const SHOWN: SignedDuration = SignedDuration::from_hours(24);

/// What the slip says.
struct Slip {
    receipt: String,
    title: String,
    rows: Vec<(String, String)>,
    afterwards: String,
    case: Case,
}

#[derive(Template)]
#[template(path = "counter/slip.html")]
struct Body {
    words: Words,
    slip: Slip,
}

/// The slip of an own entry that was sent; otherwise where to go instead.
async fn slip(room: &Room, number: i64) -> Result<Result<Slip, Response>, Problem> {
    let entry = own_entry(room, number).await?;
    let Some(case) = entry.draft.case else {
        return Ok(Err(
            Redirect::to(&format!("{START}/{number}/check")).into_response()
        ));
    };
    let case = cases::case(room.db(), case).await?;
    if room.city.now().duration_since(entry.draft.changed_at) > SHOWN || case.disposed_at.is_some()
    {
        return Ok(Err(Redirect::to(START).into_response()));
    }
    let (words, language) = (room.counter_words(), room.language());
    let key = keys::open(room.db(), room.key()?, case.id).await?;
    let receipt = cases::receipt(room.db(), &key, case.id).await?;
    let document = version(room.db(), &case.procedure, case.version)
        .await?
        .ok_or(Problem::NotFound)?
        .document;
    let names = department_names(room.db(), language.is_japanese())
        .await
        .map_err(ProcedureError::from)?;
    let mut rows = vec![
        (
            words.get("counter-column-procedure").into_owned(),
            document.title.get(language).to_owned(),
        ),
        (
            words.get("counter-slip-received").into_owned(),
            format::date_by_era(case.received_on(), language),
        ),
        (
            words.get("counter-column-channel").into_owned(),
            channel_text(words, case.channel),
        ),
        (
            words.get("counter-slip-department").into_owned(),
            names
                .get(&case.department)
                .map_or_else(|| case.department.as_str().to_owned(), Clone::clone),
        ),
    ];
    if let Some(due_on) = case.due_on {
        rows.push((
            words.get("counter-slip-due").into_owned(),
            format::date_by_era(due_on, language),
        ));
    }
    Ok(Ok(Slip {
        receipt: receipt.to_string(),
        title: document.title.get(language).to_owned(),
        rows,
        afterwards: document.guide.afterwards.get(language).to_owned(),
        case,
    }))
}

pub(super) async fn page(room: Room, Path(number): Path<i64>) -> Result<Response, Problem> {
    let slip = match slip(&room, number).await? {
        Ok(slip) => slip,
        Err(response) => return Ok(response),
    };
    let words = room.counter_words();
    let page = counter_page(
        &room,
        words.get("counter-slip-title"),
        &Body { words, slip },
    )
    .breadcrumb(words.get("counter-title"), START)
    .action(
        &LinkButton::new(
            words.get("counter-slip-pdf"),
            format!("{START}/{number}/slip.pdf"),
        )
        .download(),
    )
    .action(&LinkButton::new(words.get("counter-slip-next"), START));
    Ok(private(page))
}

pub(super) async fn pdf(room: Room, Path(number): Path<i64>) -> Result<Response, Problem> {
    let slip = match slip(&room, number).await? {
        Ok(slip) => slip,
        Err(response) => return Ok(response),
    };
    let (words, language) = (room.counter_words(), room.language());
    let paragraph = |text: String| LetterPart::Paragraph { text };
    let letter = Letter {
        language: if language.is_japanese() { "ja" } else { "en" }.to_owned(),
        title: words
            .with_text("counter-slip-letter", "procedure", &slip.title)
            .into_owned(),
        number: format!("{} {}", words.get("counter-slip-receipt"), slip.receipt),
        date: slip.case.received_on(),
        date_text: format::date_by_era(slip.case.received_on(), language),
        addressee: Vec::new(),
        sender: Vec::new(),
        parts: vec![
            LetterPart::Details { rows: slip.rows },
            paragraph(words.get("counter-slip-keep").into_owned()),
            paragraph(words.get("counter-slip-status").into_owned()),
            paragraph(slip.afterwards),
        ],
        footer: room.shell.city_name.clone(),
    };
    let printed = tokio::task::spawn_blocking(move || yakuba_pdf::letter(&letter))
        .await
        .map_err(|error| Problem::internal(&error))?
        .map_err(|error| Problem::internal(&error))?;
    let mut response = private(printed.bytes);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/pdf"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("inline; filename=\"slip.pdf\""),
    );
    Ok(response)
}
