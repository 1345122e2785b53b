//! A register as a table: taken along, and brought in, whole or not at all with every finding on the screen.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::Multipart,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use yakuba_city::web::Problem;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{Choice, FileUpload, FormErrors, NotificationBanner, Select, Words};

use super::room::Room;
use crate::{
    error::AssetError,
    model::kind::Kind,
    store::table::{self, Brought, bring_in, read},
};

#[derive(Template)]
#[template(path = "desk/import.html")]
struct Body {
    words: Words,
    brought: Option<NotificationBanner>,
    findings: Vec<String>,
    kind: Select,
    file: FileUpload,
    registers: Vec<Register>,
}

/// A register that can be taken along.
struct Register {
    key: String,
    name: String,
}

/// What a table did, or why it did nothing.
#[derive(Default)]
struct Outcome {
    brought: Option<Brought>,
    findings: Vec<String>,
}

/// The kinds of the departments in which this person works.
async fn kinds_of(room: &Room) -> Result<(Vec<Kind>, BTreeSet<DepartmentCode>), Problem> {
    let departments: BTreeSet<DepartmentCode> =
        room.departments_to_work_in().await?.into_keys().collect();
    let kinds = room
        .kinds
        .all()
        .iter()
        .filter(|kind| departments.contains(&kind.department))
        .cloned()
        .collect();
    Ok((kinds, departments))
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    let (kinds, _) = kinds_of(&room).await?;
    let chosen = room.query.get("kind").to_owned();
    Ok(shown(
        &room,
        &kinds,
        &chosen,
        &Outcome::default(),
        &FormErrors::new(),
    ))
}

fn shown(
    room: &Room,
    kinds: &[Kind],
    chosen: &str,
    outcome: &Outcome,
    errors: &FormErrors,
) -> Response {
    let language = room.language();
    let brought = outcome.brought.map(|brought| {
        NotificationBanner::success(room.words.with(
            "desk-import-done",
            &[
                ("added", i64::from(brought.added).into()),
                ("changed", i64::from(brought.changed).into()),
                ("same", i64::from(brought.same).into()),
            ],
        ))
    });
    let body = Body {
        words: room.words,
        brought,
        findings: outcome.findings.clone(),
        kind: kinds
            .iter()
            .fold(
                Select::new(language, "kind", room.t("desk-column-kind")),
                |select, kind| {
                    select.choice(Choice::new(kind.key.as_str(), kind.name.get(language)))
                },
            )
            .value(chosen),
        file: FileUpload::new(language, "file", room.t("desk-import-file"))
            .accept(".csv,.xlsx")
            .errors(errors),
        registers: kinds
            .iter()
            .map(|kind| Register {
                key: kind.key.as_str().to_owned(),
                name: kind.name.get(language).to_owned(),
            })
            .collect(),
    };
    let is_refused = !errors.is_empty() || !outcome.findings.is_empty();
    let mut page = room
        .page_below(room.t("desk-import"), &body)
        .with_errors(is_refused);
    if is_refused {
        page = page.status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    page.into_response()
}

pub(super) async fn save(room: Room, mut multipart: Multipart) -> Result<Response, Problem> {
    let (kinds, departments) = kinds_of(&room).await?;
    let (mut chosen, mut file) = (String::new(), None);
    while let Some(part) = multipart.next_field().await? {
        match part.name() {
            Some("kind") => chosen = part.text().await?,
            Some("file") => {
                let name = part.file_name().unwrap_or_default().to_owned();
                let bytes = part.bytes().await?;
                file = (!name.is_empty()).then_some((name, bytes));
            }
            _ => {}
        }
    }
    let kind = kinds
        .iter()
        .find(|kind| kind.key.as_str() == chosen)
        .cloned()
        .ok_or(Problem::NotFound)?;
    let Some((name, bytes)) = file else {
        let mut errors = FormErrors::new();
        errors.add("file", room.t("desk-import-none"));
        return Ok(shown(&room, &kinds, &chosen, &Outcome::default(), &errors));
    };
    let lines = {
        let kind = kind.clone();
        // A large table takes a moment of pure computing.
        tokio::task::spawn_blocking(move || read(&kind, &bytes, &name))
            .await
            .map_err(|error| Problem::internal(&error))?
    };
    let brought = match lines {
        Ok(lines) => {
            room.write(
                (kind, lines, departments),
                |tx, (kind, lines, departments)| {
                    Box::pin(bring_in(tx, kind, lines, Some(departments)))
                },
            )
            .await
        }
        Err(error) => Err(error),
    };
    let outcome = match brought {
        Ok(brought) => Outcome {
            brought: Some(brought),
            findings: Vec::new(),
        },
        Err(AssetError::BadTable(findings)) => Outcome {
            brought: None,
            findings,
        },
        Err(AssetError::Sheet(refusal)) => Outcome {
            brought: None,
            findings: vec![refusal.sentence(room.language())],
        },
        Err(error) => return Err(error.into()),
    };
    Ok(shown(&room, &kinds, &chosen, &outcome, &FormErrors::new()))
}

/// The register of the kind in the address, as far as this person's departments look after it.
async fn register(room: &Room) -> Result<(Kind, yakuba_sheets::Table), Problem> {
    let (kinds, departments) = kinds_of(room).await?;
    let chosen = room.query.get("kind");
    let kind = kinds
        .into_iter()
        .find(|kind| kind.key.as_str() == chosen)
        .ok_or(Problem::NotFound)?;
    let register = table::table(&room.city, &kind, Some(&departments)).await?;
    Ok((kind, register))
}

/// A file that the browser keeps.
fn attached(kind: &Kind, ending: &str, media_type: &str, bytes: Vec<u8>) -> Response {
    let name = format!("attachment; filename=\"{}.{ending}\"", kind.key);
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}

pub(super) async fn csv(room: Room) -> Result<Response, Problem> {
    let (kind, register) = register(&room).await?;
    let bytes = table::csv(&register);
    Ok(attached(&kind, "csv", "text/csv; charset=utf-8", bytes))
}

pub(super) async fn xlsx(room: Room) -> Result<Response, Problem> {
    const MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let (kind, register) = register(&room).await?;
    // A large table takes a moment of pure computing.
    let bytes = tokio::task::spawn_blocking(move || table::xlsx(&register))
        .await
        .map_err(|error| Problem::internal(&error))??;
    Ok(attached(&kind, "xlsx", MEDIA_TYPE, bytes))
}
