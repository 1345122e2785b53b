//! The form as applicants see it, to be filled in and tried: conditions, fees and messages answer, and nothing is kept.

use askama::Template;
use axum::response::IntoResponse as _;
use axum::{extract::Path, response::Response};
use yakuba_city::web::Problem;
use yakuba_forms::{Answers, ComputedValue, Evaluation, Form, Outcome};
use yakuba_ui::{DescriptionList, Fields, Html, Words};

use super::{HOME, Standing, href, show::findings_table};
use crate::desk::room::Room;

#[derive(Template)]
#[template(path = "designer/preview.html")]
struct Body {
    words: Words,
    action: String,
    before: Vec<Question>,
    result: Option<Tried>,
    form: Option<Html>,
    findings: Html,
}

/// A question before the start, with what each answer does.
struct Question {
    text: String,
    answers: Vec<(String, String)>,
}

/// What the answers make of the form.
struct Tried {
    /// Whether it could be sent now.
    complete: bool,
    state: String,
    values: Html,
    failures: Vec<String>,
}

pub(super) async fn show(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let standing = room.standing(&key).await?;
    Ok(page(&room, &standing, None))
}

/// Reads what was answered and shows the form again with it.
pub(super) async fn answer(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let standing = room.standing(&key).await?;
    Ok(page(&room, &standing, Some(&fields)))
}

fn page(room: &Room, standing: &Standing, sent: Option<&Fields>) -> Response {
    let language = room.language();
    let document = &standing.document;
    let base = href(&document.key);
    let today = room.city.today();
    let mut body = Body {
        words: room.designer_words(),
        action: format!("{base}/preview"),
        before: document
            .form
            .before
            .iter()
            .map(|question| Question {
                text: question.question.get(language).to_owned(),
                answers: question
                    .options
                    .iter()
                    .map(|option| {
                        let stop = option.stop.as_ref().map_or("", |stop| stop.get(language));
                        (option.label.get(language).to_owned(), stop.to_owned())
                    })
                    .collect(),
            })
            .collect(),
        result: None,
        form: None,
        findings: Html::empty(),
    };
    match Form::compile(&document.form) {
        Err(found) => body.findings = Html::of(&findings_table(room, standing, &found)),
        Ok(form) => {
            let mut answers = Answers::default();
            let html = match sent {
                None => {
                    let evaluation = form.evaluate(&answers, today);
                    form.render_all(&answers, &evaluation, &[], language)
                }
                Some(sent) => {
                    let pairs: Vec<(String, String)> = sent
                        .pairs()
                        .map(|(name, value)| (name.to_owned(), value.to_owned()))
                        .collect();
                    let read = form.read_all(&pairs, &mut answers, today);
                    // A row more or less is not yet an attempt to send.
                    let problems = match read.outcome {
                        Outcome::Changed(_) => Vec::new(),
                        _ => read.problems,
                    };
                    body.result = Some(tried(room, &read.evaluation));
                    form.render_all(&answers, &read.evaluation, &problems, language)
                }
            };
            body.form = Some(html);
        }
    }
    room.designer_page(room.d("designer-preview"), &body)
        .breadcrumb(room.d("designer-title"), HOME)
        .breadcrumb(document.title.get(language), base)
        .into_response()
}

fn tried(room: &Room, evaluation: &Evaluation) -> Tried {
    let language = room.language();
    let words = room.designer_words();
    let open = evaluation.problems.len();
    let complete = evaluation.is_complete();
    let mut list = DescriptionList::new();
    for fee in &evaluation.fees {
        list = list.text(fee.label.get(language), fee.amount.to_string());
    }
    if !evaluation.fees.is_empty() {
        list = list.text(
            room.d("designer-tried-total"),
            evaluation.total.map_or_else(
                || room.d("designer-tried-no-total"),
                |total| total.to_string(),
            ),
        );
    }
    for (key, value) in &evaluation.computed {
        let text = match value {
            ComputedValue::Number(number) => number.to_string(),
            ComputedValue::Text(text) => text.clone(),
            ComputedValue::Truth(truth) => room.d(if *truth {
                "designer-yes"
            } else {
                "designer-no"
            }),
        };
        list = list.text(key.as_str(), text);
    }
    let empty = evaluation.fees.is_empty() && evaluation.computed.is_empty();
    Tried {
        complete,
        state: if complete {
            room.d("designer-tried-complete")
        } else {
            words
                .counted("designer-tried-open", open as u64)
                .into_owned()
        },
        values: if empty {
            Html::empty()
        } else {
            Html::of(&list)
        },
        failures: evaluation
            .failures
            .iter()
            .map(|failure| failure.place.to_string())
            .collect(),
    }
}
