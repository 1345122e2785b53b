//! A survey as YAML: a draft is changed freely, of an open one only the texts.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_ui::{ErrorSummary, Fields, FormErrors, TextArea, Words, done};

use super::room::{Room, href};
use crate::{
    capabilities::RUN,
    model::document::SurveyDocument,
    store::{State, Survey},
};

#[derive(Template)]
#[template(path = "desk/edit.html")]
struct Body {
    words: Words,
    summary: ErrorSummary,
    lead: String,
    action: String,
    revision: i64,
    yaml: TextArea,
    back: String,
    settings: Vec<(&'static str, String)>,
}

/// The settings of a survey, explained beside the YAML.
const SETTINGS: [&str; 11] = [
    "title",
    "summary",
    "department",
    "audience",
    "anonymity",
    "opens",
    "quota",
    "quotas",
    "small_count_below",
    "breakdown",
    "form",
];

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = room.survey_for(&key, RUN).await?;
    shown(&room, &found, &Fields::default(), &FormErrors::new())
}

fn shown(
    room: &Room,
    found: &Survey,
    fields: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let language = room.language();
    let stands = found.document.to_yaml()?;
    let text = if fields.has("yaml") {
        fields.get("yaml")
    } else {
        &stands
    };
    let body = Body {
        words: room.words,
        summary: errors.summary(language),
        lead: room.t(if found.state == State::Draft {
            "desk-edit-lead"
        } else {
            "desk-edit-lead-open"
        }),
        action: format!("{}/edit", href(found.key())),
        revision: if fields.has("revision") {
            fields.revision()
        } else {
            found.revision
        },
        yaml: TextArea::new(language, "yaml", room.t("desk-yaml"))
            .value(text)
            .rows(40)
            .errors(errors),
        back: href(found.key()),
        settings: SETTINGS
            .into_iter()
            .map(|name| {
                (
                    name,
                    room.t(&format!("desk-setting-{}", name.replace('_', "-"))),
                )
            })
            .collect(),
    };
    Ok(room
        .page_of(found, room.t("desk-edit"), &body)
        .with_errors(!errors.is_empty())
        .into_response())
}

pub(super) async fn save(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = room.survey_for(&key, RUN).await?;
    let mut errors = FormErrors::new();
    let outcome = match SurveyDocument::from_yaml(fields.get("yaml")) {
        Ok(document) if document.key != key => {
            errors.add("yaml", room.t("desk-problem-other-key"));
            return shown(&room, &found, &fields, &errors);
        }
        Ok(document) if !room.principal.holds_in(RUN, &document.department) => {
            errors.add("yaml", room.t("desk-problem-department"));
            return shown(&room, &found, &fields, &errors);
        }
        Ok(document) => room.save(&found, document, fields.revision()).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(_) => Ok(done(&href(&key), "saved")),
        Err(error) => {
            let Some(sentence) = room.sentence(&error) else {
                return Err(error.into());
            };
            errors.add("yaml", sentence);
            shown(&room, &found, &fields, &errors)
        }
    }
}
