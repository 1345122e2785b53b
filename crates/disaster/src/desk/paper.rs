//! Forms to print before the network is gone: filled in by hand, entered later.

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse as _, Response},
};
use yakuba_city::web::Problem;
use yakuba_identity::qr_code;
use yakuba_pdf::{Letter, LetterPart};
use yakuba_ui::format;

use super::room::Room;
use crate::{
    capabilities::{LEAD, ROADS, SHELTER},
    error::DisasterError,
    model::shelter::{Crowding, Need},
    pages::asked::{crowding_key, named_key, shelter_name},
    store::shelters::shelter,
};

/// What stands before a choice that is ticked by hand.
const BOX: &str = "□ ";

/// A code that opens an address of the city.
fn code(room: &Room, address: &str) -> Option<LetterPart> {
    let base = room.identity.settings().public_url.as_str();
    let description = room.t("desk-paper-code");
    let svg = qr_code(
        &format!("{}{address}", base.trim_end_matches('/')),
        &description,
    )?;
    Some(LetterPart::Picture { svg, description })
}

async fn printed(
    room: &Room,
    title: String,
    number: String,
    lead: String,
    rows: Vec<(String, String)>,
    address: &str,
    file_name: &'static str,
) -> Result<Response, Problem> {
    let language = room.language();
    let today = room.city.today();
    let mut parts = vec![
        LetterPart::Paragraph { text: lead },
        LetterPart::Details { rows },
    ];
    parts.extend(code(room, address));
    let letter = Letter {
        language: if language.is_japanese() { "ja" } else { "en" }.to_owned(),
        title,
        number,
        date: today,
        date_text: room
            .words
            .with_text(
                "desk-paper-printed",
                "day",
                &format::date_by_era(today, language),
            )
            .into_owned(),
        addressee: Vec::new(),
        sender: Vec::new(),
        parts,
        footer: room.shell.city_name.clone(),
    };
    let printed = tokio::task::spawn_blocking(move || yakuba_pdf::letter(&letter))
        .await
        .map_err(|error| Problem::internal(&error))?
        .map_err(|error| Problem::internal(&error))?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CONTENT_DISPOSITION, file_name),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, printed.bytes).into_response())
}

/// Choices to tick.
fn boxes(words: impl IntoIterator<Item = String>) -> String {
    words
        .into_iter()
        .map(|word| format!("{BOX}{word}"))
        .collect::<Vec<_>>()
        .join("　")
}

/// The form of a shelter, with its number and the code that opens the screen where it is entered.
pub(super) async fn of_shelter(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = shelter(room.db(), &key)
        .await?
        .ok_or(DisasterError::NotThere)?;
    let public = room.public();
    let word = |key: &str| public.get(key).into_owned();
    let rows = vec![
        (
            room.t("desk-shelter-name"),
            shelter_name(&found, room.language()),
        ),
        (room.t("desk-at"), room.t("desk-paper-moment")),
        (
            room.t("desk-state"),
            boxes([word("disaster-open"), word("disaster-closed")]),
        ),
        (
            room.t("desk-crowding"),
            boxes(Crowding::ALL.iter().map(|one| word(&crowding_key(*one)))),
        ),
        (room.t("desk-people"), room.t("desk-paper-people")),
        (
            room.t("desk-needs"),
            boxes(
                Need::ALL
                    .iter()
                    .map(|need| word(&named_key("need", need.name()))),
            ),
        ),
        (room.t("desk-note"), "\n\n".to_owned()),
        (room.t("desk-paper-writer"), String::new()),
    ];
    printed(
        &room,
        room.t("desk-paper-shelter"),
        found.place.key.clone(),
        room.t("desk-paper-shelter-lead"),
        rows,
        &format!("/desk/disaster/shelters/{}", found.place.key),
        "inline; filename=\"shelter.pdf\"",
    )
    .await
}

/// The form of a report, with the code that opens the page where residents send it themselves.
pub(super) async fn of_report(room: Room) -> Result<Response, Problem> {
    if ![LEAD, SHELTER, ROADS]
        .into_iter()
        .any(|capability| room.principal.holds(capability))
    {
        return Err(Problem::NotAllowed);
    }
    let rows = vec![
        (room.t("desk-at"), room.t("desk-paper-moment")),
        (
            room.t("desk-paper-what"),
            boxes(
                ["people", "house", "road", "lifeline", "other"]
                    .map(|what| room.t(&format!("desk-paper-what-{what}"))),
            ),
        ),
        (room.t("desk-paper-place"), "\n".to_owned()),
        (room.t("desk-paper-text"), "\n\n\n\n\n".to_owned()),
        (room.t("desk-paper-contact"), "\n".to_owned()),
        (room.t("desk-paper-number"), String::new()),
    ];
    printed(
        &room,
        room.t("desk-paper-report"),
        String::new(),
        room.t("desk-paper-report-lead"),
        rows,
        "/reports/emergency",
        "inline; filename=\"report.pdf\"",
    )
    .await
}
