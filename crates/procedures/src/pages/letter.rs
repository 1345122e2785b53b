//! The decision as a letter (PDF/A), the same bytes every time.

use axum::{
    extract::Query,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use yakuba_city::web::Problem;
use yakuba_kernel::Wareki;
use yakuba_pdf::{Letter, LetterPart, PdfOutput};

use super::{
    asked::Asked,
    case::{download, opened},
};
use crate::store::cases::{self, Decision};

/// The letter of a decision made on a day.
pub(crate) fn of_decision(
    decision: &Decision,
    day: jiff::civil::Date,
    reason_heading: &str,
) -> Letter {
    let paragraph = |text: &String| LetterPart::Paragraph { text: text.clone() };
    let mut parts = vec![paragraph(&decision.text)];
    if let Some(reason) = decision.reason_apart() {
        parts.push(LetterPart::Heading {
            text: reason_heading.to_owned(),
        });
        parts.push(LetterPart::Paragraph {
            text: reason.to_owned(),
        });
    }
    if !decision.appeal.trim().is_empty() {
        parts.push(paragraph(&decision.appeal));
    }
    Letter {
        // A decision is written in the town hall's language, whatever language the pages are read in.
        language: "ja".to_owned(),
        title: decision.title.clone(),
        number: decision.number.clone(),
        date: day,
        date_text: Wareki::from_date(day).map_or_else(
            || day.to_string(),
            |year| format!("{year}{}月{}日", day.month(), day.day()),
        ),
        addressee: decision.addressee.clone(),
        sender: decision.sender.clone(),
        parts,
        footer: String::new(),
    }
}

/// Which letter of a case: none of them, the one in force.
#[derive(Deserialize)]
pub(super) struct Which {
    /// The number of a decision that is in force no more.
    past: Option<i64>,
    /// The number of one that was taken back: what was told of that.
    notice: Option<i64>,
}

pub(super) async fn letter(asked: Asked, Query(which): Query<Which>) -> Result<Response, Problem> {
    let (case, key) = match opened(&asked).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let db = asked.city().db();
    let found = cases::letter(db, &key, case.id, which.past, which.notice).await?;
    let Some((decision, made_at)) = found else {
        return Ok(Redirect::to("/cases/view").into_response());
    };
    print_decision(
        decision,
        cases::day(made_at),
        &asked.words.get("applicant-letter-file"),
    )
    .await
}

/// The letter of a decision made on a day, printed.
async fn printed(decision: Decision, day: jiff::civil::Date) -> Result<PdfOutput, Problem> {
    let heading = super::WORDS
        .words(yakuba_ui::Language::Japanese)
        .get("applicant-letter-reason")
        .into_owned();
    // Setting a page takes a moment of pure computing, which would hold up other requests.
    tokio::task::spawn_blocking(move || yakuba_pdf::letter(&of_decision(&decision, day, &heading)))
        .await
        .map_err(|error| Problem::internal(&error))?
        .map_err(|error| Problem::internal(&error))
}

/// The characters of a letter that no font of the program has: a 〓 is printed in place of each.
pub(crate) async fn missing_in_letter(
    decision: Decision,
    day: jiff::civil::Date,
) -> Result<Vec<char>, Problem> {
    Ok(printed(decision, day).await?.missing_characters)
}

/// A letter of a day as a PDF.
pub(crate) async fn letter_bytes(
    letter: Decision,
    day: jiff::civil::Date,
) -> Result<Vec<u8>, Problem> {
    Ok(printed(letter, day).await?.bytes)
}

/// The letter of a decision made on a day, as a PDF to be saved under a name.
pub(crate) async fn print_decision(
    decision: Decision,
    day: jiff::civil::Date,
    name: &str,
) -> Result<Response, Problem> {
    Ok(download(
        &format!("{name}.pdf"),
        "application/pdf",
        printed(decision, day).await?.bytes,
    ))
}
