//! A copy of everything that was answered: on a page, as JSON, as PDF.

use askama::Template;
use axum::response::Response;
use yakuba_city::web::Problem;
use yakuba_forms::{Answers, Marks};
use yakuba_pdf::{Letter, LetterPart};
use yakuba_ui::{Html, Language, Page, Words, format};

use super::{
    apply,
    asked::{Asked, private},
    case::{download, opened},
};
use crate::{
    ProcedureError,
    changes::{Change, changes},
    model::proven,
    store::{
        cases::{self, Case, GivenAnswers},
        co_applicants::{self, Known, Of},
        files,
        keys::CaseKey,
    },
};

#[derive(Template)]
#[template(path = "applicant/copy.html")]
struct Body {
    words: Words,
    versions: Vec<(String, Html)>,
    files: Vec<(String, String)>,
}

/// What was answered before, in a sentence.
fn before(words: Words, change: &Change) -> String {
    words
        .with_text("applicant-changed-before", "before", &change.before)
        .into_owned()
}

fn read(given: &GivenAnswers) -> Result<Answers, Problem> {
    serde_json::from_value(given.answers.clone())
        .map_err(|error| Problem::from(ProcedureError::Stored(error)))
}

pub(super) async fn page(asked: Asked) -> Result<Response, Problem> {
    let (case, key) = match opened(&asked).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let db = asked.city().db();
    let (words, language) = (asked.words, asked.language);
    let definition = asked.version_of(&case).await?;
    let form = apply::form(asked.city(), &definition)?;
    let contact = cases::contact(db, &key, case.id).await?;
    let mut marks = proven::marks(
        &contact.verified,
        &definition.document.form,
        &words.get("applicant-verified"),
    );
    let mut versions = Vec::new();
    let all = cases::answers(db, &key, case.id).await?;
    let changed = changes(&form, &all, case.received_on(), language)?;
    for (given, changed) in all.into_iter().zip(changed) {
        for (path, change) in &changed.answers {
            let on = format::date(change.on, language);
            let mark = words.with_text("applicant-changed", "day", &on);
            marks.corrected(path, mark, before(words, change));
        }
        let answers = read(&given)?;
        let evaluation = form.evaluate(&answers, case.received_on());
        let heading = words.with_text(
            if given.number == 1 {
                "applicant-copy-received"
            } else {
                "applicant-copy-corrected"
            },
            "day",
            &format::date(cases::day(given.made_at), language),
        );
        versions.push((
            heading.into_owned(),
            form.render_answers_marked(&answers, &evaluation, &marks, language, |_| None),
        ));
        // What is verified now says nothing about the answers before.
        marks = Marks::new();
    }
    let files = files::list(db, &key, case.id, files::UseFor::Answer)
        .await?
        .into_iter()
        .map(|(file, about, _)| (format!("/cases/files/{file}"), about.name))
        .collect();
    let body = Body {
        words,
        versions,
        files,
    };
    let page = Page::public(asked.shell, words.get("applicant-copy-title"), &body)
        .breadcrumb(words.get("applicant-cases-title"), "/cases/view")
        .not_for_search_engines();
    Ok(private(page))
}

pub(super) async fn json(asked: Asked) -> Result<Response, Problem> {
    let (case, key) = match opened(&asked).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let contact = cases::contact(asked.city().db(), &key, case.id).await?;
    let versions: Vec<serde_json::Value> = cases::answers(asked.city().db(), &key, case.id)
        .await?
        .into_iter()
        .map(|given| {
            serde_json::json!({
                "number": given.number,
                "given_at": given.made_at.to_string(),
                "answers": given.answers["answers"],
            })
        })
        .collect();
    let together: Vec<serde_json::Value> = together(&asked, &case, &key)
        .await?
        .into_iter()
        .map(|known| serde_json::json!({"name": known.person.name, "state": known.row.state}))
        .collect();
    let whole = serde_json::json!({
        "procedure": case.procedure,
        "version": case.version,
        "received_at": case.received_at.to_string(),
        "stage": case.stage,
        "outcome": case.outcome,
        "verified": contact.verified,
        "answers": versions,
        "co_applicants": together,
    });
    let text = serde_json::to_vec_pretty(&whole).map_err(|error| Problem::internal(&error))?;
    let name = format!("{}.json", asked.words.get("applicant-copy-file"));
    Ok(download(&name, "application/json", text))
}

pub(super) async fn pdf(asked: Asked) -> Result<Response, Problem> {
    let (case, key) = match opened(&asked).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let letter = copy_as_letter(&asked, &case, &key).await?;
    let printed = tokio::task::spawn_blocking(move || yakuba_pdf::letter(&letter))
        .await
        .map_err(|error| Problem::internal(&error))?
        .map_err(|error| Problem::internal(&error))?;
    let name = format!("{}.pdf", asked.words.get("applicant-copy-file"));
    Ok(download(&name, "application/pdf", printed.bytes))
}

/// Who applied together with the applicant.
async fn together(asked: &Asked, case: &Case, key: &CaseKey) -> Result<Vec<Known>, Problem> {
    Ok(co_applicants::of(asked.city().db(), key, Of::Case(case.id)).await?)
}

async fn copy_as_letter(asked: &Asked, case: &Case, key: &CaseKey) -> Result<Letter, Problem> {
    let (words, language) = (asked.words, asked.language);
    let definition = asked.version_of(case).await?;
    let form = apply::form(asked.city(), &definition)?;
    let all = cases::answers(asked.city().db(), key, case.id).await?;
    let newest = all.first().ok_or(Problem::NotFound)?;
    let answers = read(newest)?;
    let evaluation = form.evaluate(&answers, case.received_on());
    let changed = changes(&form, &all, case.received_on(), language)?
        .into_iter()
        .next()
        .unwrap_or_default();
    let mut parts = Vec::new();
    for section in form.answer_sections(&answers, &evaluation, language) {
        if section.rows.is_empty() {
            continue;
        }
        parts.push(LetterPart::Heading {
            text: section.title,
        });
        parts.push(LetterPart::Details {
            rows: section
                .rows
                .into_iter()
                .map(|row| match changed.answers.get(&row.path) {
                    Some(change) => (
                        row.label,
                        format!("{}\n{}", row.text, before(words, change)),
                    ),
                    None => (row.label, row.text),
                })
                .collect(),
        });
    }
    let together = together(asked, case, key).await?;
    if !together.is_empty() {
        parts.push(LetterPart::Heading {
            text: asked.text("applicant-case-together"),
        });
        parts.push(LetterPart::Details {
            rows: together
                .into_iter()
                .map(|known| {
                    let state = format!("applicant-co-state-{}", known.row.state);
                    (known.person.name, asked.text(&state))
                })
                .collect(),
        });
    }
    let receipt = cases::receipt(asked.city().db(), key, case.id).await?;
    Ok(Letter {
        language: if language == Language::English {
            "en"
        } else {
            "ja"
        }
        .to_owned(),
        title: words
            .with_text(
                "applicant-copy-heading",
                "procedure",
                definition.document.title.get(language),
            )
            .into_owned(),
        number: format!("{} {receipt}", words.get("applicant-receipt")),
        date: case.received_on(),
        date_text: words
            .with_text(
                "applicant-copy-received",
                "day",
                &format::date(case.received_on(), language),
            )
            .into_owned(),
        addressee: Vec::new(),
        sender: Vec::new(),
        parts,
        footer: asked.shell.city_name.clone(),
    })
}
