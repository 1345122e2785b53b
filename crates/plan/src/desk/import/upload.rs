//! Choosing the files and the plan they belong to.

use askama::Template;
use axum::{
    extract::{Multipart, multipart::MultipartError},
    response::{IntoResponse, Redirect, Response},
};
use serde_json::json;
use yakuba_city::{AuditEntry, web::Problem};
use yakuba_ui::{
    Choice, ErrorSummary, FileUpload, FormErrors, RadioGroup, Select, StepNavigation, TextField,
    Words, format,
};

use super::super::{plans::RESERVED, room::Desk, sentences};
use super::kept::{Kept, KeptFile, keep_moved_figures};
use crate::{
    error::PlanError,
    forms::Fields,
    import::{ImportOptions, NamedFile, read_documents},
    model::{document::Publisher, keys::is_well_formed},
    store,
};

/// Files taken at most in one upload.
const FILES: usize = 50;

#[derive(Template)]
#[template(path = "desk/import_upload.html")]
struct Body {
    words: Words,
    steps: StepNavigation,
    summary: ErrorSummary,
    files: FileUpload,
    plan: Select,
    key: TextField,
    title: TextField,
    publisher: TextField,
    own: RadioGroup,
}

pub(super) async fn form(desk: Desk) -> Result<Response, Problem> {
    desk.need(crate::capabilities::MANAGE)?;
    let typed = desk.query.clone();
    show(&desk, &typed, &FormErrors::new()).await
}

async fn show(desk: &Desk, typed: &Fields, errors: &FormErrors) -> Result<Response, Problem> {
    let language = desk.language();
    let plans = store::plans(desk.city.db()).await?;
    let field = |name: &str, label: &str, support: &str| {
        TextField::new(language, name, desk.text(label))
            .support(desk.text(support))
            .value(typed.get(name))
            .errors(errors)
    };
    let body = Body {
        words: desk.words,
        steps: super::steps(desk, 0),
        summary: errors.summary(language),
        files: FileUpload::new(language, "files", desk.text("desk-import-files"))
            .required()
            .support(desk.text("desk-import-files-support"))
            .accept(".tsv,.csv,.txt,.xlsx,.xlsm,.xls,.yaml,.yml,.json")
            .max_size("32MB")
            .max_files(u32::try_from(FILES).unwrap_or(u32::MAX))
            .errors(errors),
        plan: Select::new(language, "plan", desk.text("desk-import-plan"))
            .support(desk.text("desk-import-plan-support"))
            .choice(Choice::new("", desk.text("desk-import-plan-new")))
            .choices(plans.iter().map(|plan| {
                Choice::new(
                    &plan.key,
                    format::with_note(&plan.title, &plan.key, language),
                )
            }))
            .value(typed.get("plan"))
            .errors(errors),
        key: field("key", "desk-plan-key", "desk-plan-key-support")
            .width(20)
            .max_length(60),
        title: field("title", "desk-plan-title", "desk-import-title-support"),
        publisher: field(
            "publisher",
            "desk-plan-publisher",
            "desk-import-publisher-support",
        )
        .width(20),
        own: RadioGroup::new(language, "own", desk.text("desk-plan-whose"))
            .choice(Choice::new("own", desk.text("desk-plan-own")))
            .choice(Choice::new("neighbour", desk.text("desk-plan-neighbour")))
            .value(if typed.get("own").is_empty() {
                "own"
            } else {
                typed.get("own")
            }),
    };
    let page = desk
        .page(desk.text("desk-import-title"), &body)
        .lead(desk.text("desk-import-lead"))
        .with_errors(!errors.is_empty());
    Ok(page.into_response())
}

pub(super) async fn receive(desk: Desk, multipart: Multipart) -> Result<Response, Problem> {
    desk.need(crate::capabilities::MANAGE)?;
    let mut errors = FormErrors::new();
    let (typed, files) = match parts(multipart).await {
        Ok(parts) => parts,
        Err(error) => {
            let key = if error.status().as_u16() == 413 {
                "desk-import-upload-too-large"
            } else {
                "desk-import-upload-broken"
            };
            errors.add("files", desk.text(key));
            return show(&desk, &Fields::default(), &errors).await;
        }
    };
    if files.is_empty() {
        errors.add("files", desk.text("desk-import-no-files"));
    } else if files.len() > FILES {
        errors.add(
            "files",
            desk.words
                .counted("desk-import-too-many-files", FILES as u64),
        );
    }
    let plans = store::plans(desk.city.db()).await?;
    let existing = plans.iter().find(|plan| plan.key == typed.get("plan"));
    let key = existing.map_or_else(|| typed.get("key").to_owned(), |plan| plan.key.clone());
    if existing.is_none() {
        if !is_well_formed(&key) || RESERVED.contains(&key.as_str()) {
            errors.add("key", desk.text("desk-error-key"));
        } else if plans.iter().any(|plan| plan.key == key) {
            errors.add("key", desk.text("desk-error-key-taken"));
        }
    }
    if !errors.is_empty() {
        return show(&desk, &typed, &errors).await;
    }
    let base = match existing {
        Some(plan) => store::load_source(desk.city.db(), plan.id).await?,
        None => None,
    };
    let own = existing.map_or(typed.get("own") != "neighbour", store::PlanRecord::is_own);
    let options = match (&base, existing) {
        // What a sheet cannot say must not look like a change of the plan.
        (Some(base), _) => ImportOptions {
            title: Some(base.title.clone()),
            publisher: Some(base.publisher.clone()),
            ..ImportOptions::default()
        },
        (None, Some(_)) => {
            let current = store::load(desk.city.db(), &key).await?;
            ImportOptions {
                title: Some(current.title),
                publisher: Some(current.publisher),
                ..ImportOptions::default()
            }
        }
        (None, None) => ImportOptions {
            title: typed.optional("title"),
            publisher: typed
                .optional("publisher")
                .or_else(|| {
                    Some(desk.shell.city_name.clone()).filter(|name| own && !name.is_empty())
                })
                .map(|name| Publisher {
                    name,
                    municipality: None,
                }),
            ..ImportOptions::default()
        },
    };
    let all_plan_files = files
        .iter()
        .all(|file| crate::import::is_plan_file(&file.name));
    // A plan file says itself what it is called and who publishes it.
    let options = if all_plan_files && typed.get("title").is_empty() {
        ImportOptions::default()
    } else {
        options
    };
    let plan_key = key.clone();
    let read = tokio::task::spawn_blocking(move || {
        let reading = read_documents(&files, &plan_key, &options);
        (reading, files)
    })
    .await
    .map_err(|error| Problem::internal(&error))?;
    let (reading, files) = match read {
        (Ok(reading), files) => (reading, files),
        (Err(error), _) => {
            errors.add("files", sentences::of_import_error(&desk.words, &error));
            return show(&desk, &typed, &errors).await;
        }
    };
    let mut kept = Kept { own, reading };
    if let Some(base) = &base {
        keep_moved_figures(&mut kept.reading.document, base);
    }
    let reading = serde_json::to_string(&kept).map_err(PlanError::from)?;
    let id = desk
        .city
        .write(
            desk.principal.actor(),
            (key, reading, files),
            |tx, (key, reading, files)| {
                Box::pin(async move {
                    let mut kept = Vec::new();
                    for file in files {
                        let hash = tx.keep_file(&file.bytes).await?;
                        kept.push(KeptFile {
                            name: file.name.clone(),
                            hash: hash.as_str().to_owned(),
                            bytes: u64::try_from(file.bytes.len()).unwrap_or(u64::MAX),
                        });
                    }
                    let id = store::keep_preview(tx, key, &serde_json::to_string(&kept)?, reading)
                        .await?;
                    tx.audit(
                        AuditEntry::new("plan.import_preview", format!("plan/{key}"))
                            .with(json!({"import": id.0, "files": kept.len()})),
                    );
                    Ok::<_, PlanError>(id)
                })
            },
        )
        .await?;
    Ok(Redirect::to(&format!("/desk/plan/import/{}", id.0)).into_response())
}

/// The values and the files of an upload.
async fn parts(mut multipart: Multipart) -> Result<(Fields, Vec<NamedFile>), MultipartError> {
    let mut typed = Fields::default();
    let mut files = Vec::new();
    while let Some(field) = multipart.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            Some(file_name) => {
                let bytes = field.bytes().await?.to_vec();
                if !file_name.is_empty() {
                    // Some browsers send the whole path.
                    let name = file_name
                        .rsplit(['/', '\\'])
                        .next()
                        .unwrap_or_default()
                        .to_owned();
                    files.push(NamedFile { name, bytes });
                }
            }
            None => typed.push(&name, field.text().await?),
        }
    }
    Ok((typed, files))
}
