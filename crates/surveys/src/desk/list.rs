//! The list of surveys, and making one: from a pattern, as a copy, from a file.

use askama::Template;
use axum::{
    extract::Multipart,
    response::{IntoResponse, Response},
};
use jiff::ToSpan as _;
use yakuba_city::web::Problem;
use yakuba_forms::model::document::Text;
use yakuba_identity::department_names;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{
    Cell, ChipLabel, Choice, Column, EmptyState, ErrorSummary, Fields, FileUpload, FormErrors, Row,
    Select, Table, TextField, Words, done, format,
};

use super::room::{Room, href};
use crate::{
    capabilities::RUN,
    error::SurveyError,
    model::document::{Audience, LocalTime, SurveyDocument},
    shown::times,
    store::{self, Brought, State, Survey, bring_in, save_draft, surveys},
};

#[derive(Template)]
#[template(path = "desk/list.html")]
struct Body {
    words: Words,
    summary: ErrorSummary,
    table: Option<Table>,
    empty: EmptyState,
    may_run: bool,
    title: TextField,
    key: TextField,
    department: Select,
    from: Select,
    file: FileUpload,
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    shown(&room, &Fields::default(), &FormErrors::new()).await
}

/// How far a survey is, as a label.
pub(super) fn chip(room: &Room, found: &Survey) -> ChipLabel {
    let now = room.city.now();
    let (text, chip): (&str, fn(ChipLabel) -> ChipLabel) = match found.state {
        State::Draft => ("desk-state-draft", |chip| chip),
        State::Closed if found.published_at.is_some() => ("desk-state-published", ChipLabel::blue),
        State::Closed => ("desk-state-closed", |chip| chip),
        State::Open if found.is_coming_at(now) => ("desk-state-coming", ChipLabel::orange),
        State::Open if found.is_open_at(now) => ("desk-state-open", ChipLabel::green),
        State::Open => ("desk-state-full", ChipLabel::orange),
    };
    chip(ChipLabel::new(room.t(text)))
}

async fn shown(room: &Room, typed: &Fields, errors: &FormErrors) -> Result<Response, Problem> {
    let language = room.language();
    let names = department_names(room.db(), language.is_japanese()).await?;
    let departments = room.departments().await?;
    let own = room
        .own_department()
        .map(|code| code.as_str().to_owned())
        .unwrap_or_default();
    let mut all = surveys(room.db()).await?;
    all.retain(|found| room.may_see(found));
    let now = room.city.now();
    let public_words = crate::WORDS.words(language);
    let rows = all.iter().map(|found| {
        Row::new([
            Cell::link(found.document.title.get(language), href(found.key())),
            Cell::html(&chip(room, found)),
            Cell::text(room.t(match found.document.audience {
                Audience::Residents => "desk-audience-residents",
                Audience::Staff => "desk-audience-staff",
            })),
            Cell::text(times(public_words, found, now)),
            Cell::text(
                names
                    .get(found.department())
                    .map_or(found.department().as_str(), String::as_str),
            ),
            Cell::text(format::number(found.answers)),
        ])
    });
    let table = (!all.is_empty()).then(|| {
        Table::new(language, "surveys", room.t("desk-title"))
            .columns([
                Column::text(room.t("desk-column-survey")),
                Column::text(room.t("desk-column-state")).no_wrap(),
                Column::text(room.t("desk-column-audience")).no_wrap(),
                Column::text(room.t("desk-column-time")),
                Column::text(room.t("desk-column-department")),
                Column::number(room.t("desk-column-answers")),
            ])
            .rows(rows)
            .row_headers()
            .stacked()
            .hide_caption()
    });
    let body = Body {
        words: room.words,
        summary: errors.summary(language),
        table,
        empty: EmptyState::new(room.t("desk-empty")),
        may_run: !departments.is_empty(),
        title: TextField::new(language, "title", room.t("desk-text-title"))
            .value(typed.get("title"))
            .required()
            .width(40)
            .errors(errors),
        key: TextField::new(language, "key", room.t("desk-key"))
            .support(room.t("desk-key-support"))
            .value(typed.get("key"))
            .required()
            .errors(errors),
        department: departments
            .iter()
            .fold(
                Select::new(language, "department", room.t("desk-column-department")),
                |select, (code, name)| select.choice(Choice::new(code.as_str(), name)),
            )
            .value(match typed.get("department") {
                "" => own.as_str(),
                chosen => chosen,
            })
            .errors(errors),
        from: all
            .iter()
            .fold(
                Select::new(language, "from", room.t("desk-from"))
                    .choice(Choice::new("", room.t("desk-from-pattern"))),
                |select, found| {
                    select.choice(Choice::new(found.key(), found.document.title.get(language)))
                },
            )
            .value(typed.get("from")),
        file: FileUpload::new(language, "file", room.t("desk-file"))
            .accept(".yaml,.yml,.json")
            .errors(errors),
    };
    Ok(room
        .page(room.t("desk-title"), &body)
        .with_errors(!errors.is_empty())
        .into_response())
}

/// Makes a draft from the pattern or as a copy.
pub(super) async fn new(room: Room, fields: Fields) -> Result<Response, Problem> {
    let mut errors = FormErrors::new();
    let department = DepartmentCode::new(fields.get("department"))
        .ok()
        .filter(|code| room.principal.holds_in(RUN, code));
    let Some(department) = department else {
        return Err(Problem::NotAllowed);
    };
    let today = room.city.today();
    let opens = today.checked_add(14.days()).unwrap_or(today);
    let closes = today.checked_add(44.days()).unwrap_or(today);
    let key = fields.get("key");
    let mut document = match fields.optional("from") {
        Some(from) => room.survey(&from).await?.document,
        None => SurveyDocument::pattern()?,
    };
    key.clone_into(&mut document.key);
    document.department = department;
    document.opens = LocalTime::Day(opens);
    document.closes = LocalTime::Day(closes);
    match fields.optional("title") {
        Some(title) => document.title = Text::japanese(title),
        None => errors.add("title", room.t("desk-problem-empty")),
    }
    // Written and read, so that its key is looked at.
    let made = document
        .to_yaml()
        .and_then(|text| SurveyDocument::from_yaml(&text));
    if !errors.is_empty() {
        return shown(&room, &fields, &errors).await;
    }
    let outcome = match made {
        Ok(document) => room
            .write(document, |tx, document| {
                Box::pin(save_draft(tx, document, 0))
            })
            .await
            .map(|_| ()),
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => Ok(done(&href(key), "made")),
        Err(error) => {
            let sentence = match &error {
                // The key is taken.
                SurveyError::ChangedMeanwhile | SurveyError::Frozen => {
                    room.t("desk-problem-key-taken")
                }
                other => room
                    .sentence(other)
                    .ok_or_else(|| Problem::internal(&error))?,
            };
            errors.add("key", sentence);
            shown(&room, &fields, &errors).await
        }
    }
}

/// Takes a file as the draft of the survey whose key is in it, or as a correction of an open one's texts.
pub(super) async fn upload(room: Room, mut multipart: Multipart) -> Result<Response, Problem> {
    let mut errors = FormErrors::new();
    let mut bytes = Vec::new();
    let broken = |_| Problem::BadRequest(room.t("desk-problem-file"));
    while let Some(field) = multipart.next_field().await.map_err(broken)? {
        if field.name() == Some("file") {
            bytes = field.bytes().await.map_err(broken)?.to_vec();
        }
    }
    let read = String::from_utf8(bytes)
        .map_err(|_| SurveyError::BadFile("UTF-8".to_owned()))
        .and_then(|text| SurveyDocument::from_yaml(&text));
    match read {
        Ok(document) => {
            let key = document.key.clone();
            let standing = store::survey(room.db(), &key).await?;
            let foreign = standing
                .as_ref()
                .is_some_and(|standing| !room.may(RUN, standing));
            if foreign || !room.principal.holds_in(RUN, &document.department) {
                return Err(Problem::NotAllowed);
            }
            let brought = room
                .write(document, |tx, document| Box::pin(bring_in(tx, document)))
                .await;
            match brought {
                Ok(Brought::Unchanged) => return Ok(done(&href(&key), "unchanged")),
                Ok(Brought::Drafted) => return Ok(done(&href(&key), "uploaded")),
                Ok(Brought::Corrected) => return Ok(done(&href(&key), "corrected")),
                Err(error) => match room.sentence(&error) {
                    Some(sentence) => errors.add("file", sentence),
                    None => return Err(error.into()),
                },
            }
        }
        Err(error) => errors.add(
            "file",
            room.sentence(&error)
                .unwrap_or_else(|| room.t("desk-problem-file")),
        ),
    }
    shown(&room, &Fields::default(), &errors).await
}
