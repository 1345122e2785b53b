//! The form as applicants see it, to be filled in and tried: conditions, fees and messages answer, and nothing is kept.

use askama::Template;
use axum::extract::Request;
use axum::response::IntoResponse as _;
use axum::{extract::Path, response::Response};
use serde::{Deserialize, Serialize};
use yakuba_city::web::Problem;
use yakuba_forms::{
    Answer, Answers, ComputedValue, Evaluation, FieldProblem, FileAnswer, Form, Outcome,
    model::document::FormPage,
};
use yakuba_identity::department_names;
use yakuba_ui::{DescriptionList, Html, Words};

use super::{HOME, Standing, href, show::findings_table};
use crate::{
    desk::room::Room,
    model::{check::Found, document::Proof},
    pages::{Sent, guide_details, problem_at},
};

/// The name under which the page sends back what it told of a file.
const FILE: &str = "preview-file";

#[derive(Template)]
#[template(path = "designer/preview.html")]
struct Body {
    words: Words,
    action: String,
    title: String,
    summary: String,
    guide: DescriptionList,
    purpose: String,
    proof: String,
    before: Vec<Question>,
    result: Option<Tried>,
    form: Option<Html>,
    is_open: bool,
    has_files: bool,
    files: Vec<String>,
    findings: Html,
}

/// A file that was examined, as the page remembers it: the file itself is kept nowhere.
#[derive(Serialize, Deserialize)]
struct Seen {
    path: String,
    file: FileAnswer,
}

/// What was sent, read.
struct Read {
    answers: Answers,
    evaluation: Evaluation,
    problems: Vec<FieldProblem>,
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
    page(&room, &standing, None).await
}

/// Reads what was answered and shows the form again with it.
pub(super) async fn answer(
    room: Room,
    Path(key): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let standing = room.standing(&key).await?;
    let sent = Sent::read(request).await?;
    page(&room, &standing, Some(sent)).await
}

/// Reads the answers. Files are examined as those of an application are, and then forgotten.
async fn read(form: &Form, mut sent: Sent, room: &Room) -> Result<Read, Problem> {
    let today = room.city.today();
    let mut answers = Answers::default();
    let remembered: Vec<Seen> = sent
        .pairs
        .iter()
        .filter(|(name, _)| name == FILE)
        .filter_map(|(_, value)| serde_json::from_str(value).ok())
        .collect();
    // Those of a group find their place only when its entries are read.
    let mut later = Vec::new();
    for seen in remembered {
        if let Err(file) = form.add_file(&mut answers, &seen.path, seen.file) {
            later.push((seen.path, file));
        }
    }
    let found = form.read_all(&sent.pairs, &mut answers, today);
    for (path, file) in later {
        let removed = format!("remove_file:{path}:{}", file.id);
        if sent.get("action") != removed {
            // A file that fits nowhere any more was asked for by an older form.
            let _ = form.add_file(&mut answers, &path, file);
        }
    }
    let (_, refused) = sent.take_files(form, &mut answers, |_| true).await?;
    let evaluation = form.evaluate(&answers, today);
    // A row more or less is not yet an attempt to send.
    let mut problems = match found.outcome {
        Outcome::Changed(_) => Vec::new(),
        _ => evaluation.problems.clone(),
    };
    for (path, message) in refused {
        let top = path.split('.').next().unwrap_or_default();
        let page = form
            .document()
            .pages
            .iter()
            .find(|page| page.fields.iter().any(|field| field.key.as_str() == top));
        problems.retain(|problem| problem.path() != path);
        problems.extend(page.and_then(|page| problem_at(form, page.key.as_str(), &path, message)));
    }
    Ok(Read {
        answers,
        evaluation,
        problems,
    })
}

/// The files among the answers, with their places.
fn seen(form: &Form, answers: &Answers) -> Vec<Seen> {
    let of = |path: String, answer: &Answer| match answer {
        Answer::Files(files) => files
            .iter()
            .map(|file| Seen {
                path: path.clone(),
                file: file.clone(),
            })
            .collect(),
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    for field in form.document().pages.iter().flat_map(|page| &page.fields) {
        let key = field.key.as_str();
        match answers.get(key) {
            Some(Answer::Group(entries)) => {
                for (number, entry) in entries.iter().enumerate() {
                    for inner in super::values::question::inner(field) {
                        let inner = inner.key.as_str();
                        if let Some(answer) = entry.get(inner) {
                            found.extend(of(format!("{key}.{number}.{inner}"), answer));
                        }
                    }
                }
            }
            Some(answer) => found.extend(of(key.to_owned(), answer)),
            None => {}
        }
    }
    found
}

async fn page(room: &Room, standing: &Standing, sent: Option<Sent>) -> Result<Response, Problem> {
    let language = room.language();
    let document = &standing.document;
    let base = href(&document.key);
    let names = department_names(room.db(), language.is_japanese()).await?;
    let department = names
        .get(&document.department)
        .map_or(document.department.as_str(), String::as_str);
    let mut body = Body {
        words: room.designer_words(),
        action: format!("{base}/preview"),
        title: document.title.get(language).to_owned(),
        summary: document.summary.get(language).to_owned(),
        guide: guide_details(document, department, language),
        purpose: document.personal_data_purpose.get(language).to_owned(),
        proof: room.d(match document.proof {
            Proof::None => "designer-proof-none-about",
            Proof::Email => "designer-proof-email-about",
            Proof::Verified => "designer-proof-verified-about",
        }),
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
        is_open: sent.is_none(),
        has_files: document.form.pages.iter().any(FormPage::asks_for_files),
        files: Vec::new(),
        findings: Html::empty(),
    };
    match Form::compile(&document.form) {
        Err(found) => {
            let found: Vec<Found> = found.into_iter().map(Found::from).collect();
            body.findings = Html::of(&findings_table(room, document, &found));
        }
        Ok(form) => {
            let shown = match sent {
                None => Read {
                    answers: Answers::default(),
                    evaluation: form.evaluate(&Answers::default(), room.city.today()),
                    problems: Vec::new(),
                },
                Some(sent) => {
                    let read = read(&form, sent, room).await?;
                    body.result = Some(tried(room, &read.evaluation));
                    read
                }
            };
            body.files = seen(&form, &shown.answers)
                .iter()
                .filter_map(|seen| serde_json::to_string(seen).ok())
                .collect();
            body.form =
                Some(form.render_all(&shown.answers, &shown.evaluation, &shown.problems, language));
        }
    }
    Ok(room
        .designer_page(room.d("designer-preview"), &body)
        .breadcrumb(room.d("designer-title"), HOME)
        .breadcrumb(document.title.get(language), base)
        .into_response())
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
