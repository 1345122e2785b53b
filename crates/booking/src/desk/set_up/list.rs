//! The facilities of a person's departments; a new one from the pattern, as a copy, or from a file.

use askama::Template;
use axum::{
    extract::Multipart,
    response::{IntoResponse as _, Response},
};
use yakuba_city::web::Problem;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{
    Cell, ChipLabel, Choice, Column, EmptyState, ErrorSummary, Fields, FileUpload, FormErrors, Row,
    Select, Table, TextField, Words, done, format,
};

use super::{super::room::Room, href};
use crate::{
    capabilities::SET_UP,
    error::BookingError,
    model::document::FacilityDocument,
    store::{bring_in, facility, save},
};

/// What a new facility begins as.
const PATTERN: &str = include_str!("pattern.yaml");

#[derive(Template)]
#[template(path = "desk/set_up_list.html")]
struct Body {
    words: Words,
    summary: ErrorSummary,
    table: Option<Table>,
    empty: EmptyState,
    key: TextField,
    department: Select,
    from: Select,
    file: FileUpload,
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    shown(&room, &Fields::default(), &FormErrors::new()).await
}

async fn shown(room: &Room, typed: &Fields, errors: &FormErrors) -> Result<Response, Problem> {
    let language = room.language();
    let departments = room.set_up_departments().await?;
    let all = room.facilities(SET_UP).await?;
    let rows = all.iter().map(|found| {
        let chip = if found.is_offered {
            ChipLabel::new(room.t("desk-offered")).green()
        } else {
            ChipLabel::new(room.t("desk-not-offered"))
        };
        Row::new([
            Cell::link(found.document.name.get(language), href(found.key())),
            Cell::html(&chip),
            Cell::text(
                departments
                    .get(found.department())
                    .map_or(found.department().as_str(), String::as_str),
            ),
            Cell::text(format::number(
                i64::try_from(found.document.resources.len()).unwrap_or(0),
            )),
        ])
    });
    let table = (!all.is_empty()).then(|| {
        Table::new(language, "facilities", room.t("desk-set-up"))
            .hide_caption()
            .columns([
                Column::text(room.t("desk-set-name")),
                Column::text(room.t("desk-column-state")).no_wrap(),
                Column::text(room.t("desk-set-department")),
                Column::number(room.t("desk-set-resources")),
            ])
            .rows(rows)
            .row_headers()
            .stacked()
    });
    let body = Body {
        words: room.words,
        summary: errors.summary(language),
        table,
        empty: EmptyState::new(room.t("desk-set-up-none")),
        key: TextField::new(language, "key", room.t("desk-set-key"))
            .support(room.t("desk-set-key-support"))
            .value(typed.get("key"))
            .required()
            .errors(errors),
        department: Select::new(language, "department", room.t("desk-set-department"))
            .choices(
                departments
                    .iter()
                    .map(|(code, name)| Choice::new(code.as_str(), name)),
            )
            .value(typed.get("department"))
            .errors(errors),
        from: Select::new(language, "from", room.t("desk-set-copy"))
            .choice(Choice::new("", room.t("desk-set-from-pattern")))
            .choices(
                all.iter()
                    .map(|found| Choice::new(found.key(), found.document.name.get(language))),
            )
            .value(typed.get("from")),
        file: FileUpload::new(language, "file", room.t("desk-set-file"))
            .accept(".yaml,.yml,.json")
            .errors(errors),
    };
    Ok(room
        .page_below(room.t("desk-set-up"), &body)
        .with_errors(!errors.is_empty())
        .into_response())
}

/// Makes a facility that is not offered yet.
pub(super) async fn new(room: Room, fields: Fields) -> Result<Response, Problem> {
    let department = DepartmentCode::new(fields.get("department"))
        .ok()
        .filter(|code| room.principal.holds_in(SET_UP, code))
        .ok_or(Problem::NotAllowed)?;
    let key = fields.get("key");
    let made = match fields.optional("from") {
        Some(from) => {
            let found = room.facility(&from, SET_UP).await?;
            let mut document = FacilityDocument::clone(&found.document);
            key.clone_into(&mut document.key);
            document.department = department;
            document
                .to_yaml()
                .and_then(|text| FacilityDocument::from_yaml(&text))
        }
        None => FacilityDocument::from_yaml(
            &PATTERN
                .replace("KEY", &format!("\"{}\"", key.replace(['"', '\\'], "?")))
                .replace("DEPARTMENT", &format!("\"{}\"", department.as_str())),
        ),
    };
    let outcome = match made {
        Ok(document) => room
            .write(document, |tx, document| {
                Box::pin(save(tx, document, false, 0))
            })
            .await
            .map(|_| ()),
        Err(error) => Err(error),
    };
    let Err(error) = outcome else {
        return Ok(done(&href(key), "made"));
    };
    let sentence = match &error {
        BookingError::ChangedMeanwhile => room.t("desk-problem-key-taken"),
        other => match room.sentence(other) {
            Some(sentence) => sentence,
            None => return Err(error.into()),
        },
    };
    let mut errors = FormErrors::new();
    errors.add("key", sentence);
    shown(&room, &fields, &errors).await
}

/// Takes a file in place of the facility whose key is in it, or as a new one that is not offered yet.
pub(super) async fn upload(room: Room, mut multipart: Multipart) -> Result<Response, Problem> {
    let mut bytes = Vec::new();
    let broken = |_| Problem::BadRequest(room.t("desk-problem-file"));
    while let Some(field) = multipart.next_field().await.map_err(broken)? {
        if field.name() == Some("file") {
            bytes = field.bytes().await.map_err(broken)?.to_vec();
        }
    }
    let read = String::from_utf8(bytes)
        .map_err(|_| BookingError::BadFile("UTF-8".to_owned()))
        .and_then(|text| FacilityDocument::from_yaml(&text));
    let outcome = match read {
        Ok(document) => {
            let known = facility(room.db(), &document.key).await?;
            let is_foreign = known.as_ref().is_some_and(|known| !room.may(SET_UP, known));
            if is_foreign || !room.principal.holds_in(SET_UP, &document.department) {
                return Err(Problem::NotAllowed);
            }
            let key = document.key.clone();
            let is_new = known.is_none();
            room.write((document, is_new), |tx, (document, is_new)| {
                Box::pin(async move {
                    if *is_new {
                        save(tx, document, false, 0).await?;
                        return Ok(true);
                    }
                    bring_in(tx, document).await
                })
            })
            .await
            .map(|changed| (key, changed))
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok((key, true)) => Ok(done(&href(&key), "uploaded")),
        Ok((key, false)) => Ok(done(&href(&key), "unchanged")),
        Err(error) => {
            let Some(sentence) = room.sentence(&error) else {
                return Err(error.into());
            };
            let mut errors = FormErrors::new();
            errors.add("file", sentence);
            shown(&room, &Fields::default(), &errors).await
        }
    }
}
