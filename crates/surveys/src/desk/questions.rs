//! A draft's questions in the browser: a list, and a form for one question.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_forms::model::document::{Field, FieldKind, Text};
use yakuba_ui::{
    CheckboxGroup, Choice, ErrorSummary, Fields, FormErrors, Html, Select, TextArea, TextField,
    Words, done, format,
};

use super::{
    room::{Room, href},
    texts::{LANGUAGES, part, typed_text},
};
use crate::{
    capabilities::RUN,
    model::{
        document::SurveyDocument,
        questions::{Kind, QuestionForm, Step, Wrong, add_page, arrange, option_lines, put},
    },
    store::{State, Survey, save_draft},
};

struct QuestionRow {
    key: String,
    label: String,
    kind: String,
    note: String,
    editable: bool,
}

struct PageCard {
    key: String,
    title: String,
    questions: Vec<QuestionRow>,
}

#[derive(Template)]
#[template(path = "desk/questions.html")]
struct Body {
    words: Words,
    href: String,
    revision: i64,
    pages: Vec<PageCard>,
    title: TextField,
}

/// A draft, for those who may change it.
async fn draft(room: &Room, key: &str) -> Result<Survey, Problem> {
    let found = room.survey_for(key, RUN).await?;
    if found.state == State::Draft {
        Ok(found)
    } else {
        Err(Problem::Conflict(room.t("desk-problem-frozen")))
    }
}

fn kind_text(room: &Room, field: &Field) -> String {
    match (Kind::of(field), &field.kind) {
        (Some(kind), FieldKind::Choice { options } | FieldKind::Choices { options, .. }) => {
            format::with_note(
                room.t(&format!("desk-kind-{}", kind.as_str())),
                room.words
                    .counted("desk-options-count", options.len() as u64),
                room.language(),
            )
        }
        (Some(kind), _) => room.t(&format!("desk-kind-{}", kind.as_str())),
        (None, _) => room.t("desk-kind-other"),
    }
}

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = draft(&room, &key).await?;
    Ok(list(&room, &found))
}

fn list(room: &Room, found: &Survey) -> Response {
    let language = room.language();
    let pages = found
        .document
        .form
        .pages
        .iter()
        .map(|page| PageCard {
            key: page.key.to_string(),
            title: page.title.get(language).to_owned(),
            questions: page
                .fields
                .iter()
                .map(|field| QuestionRow {
                    key: field.key.to_string(),
                    label: field.label.get(language).to_owned(),
                    kind: kind_text(room, field),
                    note: match (&field.show_if, field.optional) {
                        (Some(condition), _) => room
                            .words
                            .with_text("desk-shown-if", "condition", &condition.0)
                            .into_owned(),
                        (None, true) => room.t("desk-optional"),
                        (None, false) => String::new(),
                    },
                    editable: Kind::of(field).is_some(),
                })
                .collect(),
        })
        .collect();
    let body = Body {
        words: room.words,
        href: href(found.key()),
        revision: found.revision,
        pages,
        title: TextField::new(language, "title", room.t("desk-page-title")).required(),
    };
    room.page_of(found, room.t("desk-questions"), &body)
        .into_response()
}

/// Saves the changed draft, or shows the questions again with the reason why not.
async fn keep(
    mut room: Room,
    key: &str,
    document: SurveyDocument,
    revision: i64,
) -> Result<Response, Problem> {
    let saved = room
        .write((document, revision), |tx, (document, revision)| {
            Box::pin(save_draft(tx, document, *revision))
        })
        .await;
    match saved {
        Ok(_) => Ok(done(&format!("{}/questions", href(key)), "saved")),
        Err(error) => {
            let Some(sentence) = room.sentence(&error) else {
                return Err(error.into());
            };
            room.refuse(sentence);
            let found = draft(&room, key).await?;
            Ok(list(&room, &found))
        }
    }
}

/// Adds a page, or moves or removes a page or question.
pub(super) async fn change(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = draft(&room, &key).await?;
    let mut document = found.document;
    if let Some(step) = Step::read(fields.get("step")) {
        let question = fields.optional("question");
        arrange(
            &mut document.form,
            fields.get("page"),
            question.as_deref(),
            step,
        );
    } else if let Some(title) = fields.optional("title") {
        add_page(&mut document.form, Text::japanese(title));
    } else {
        return Ok(done(&format!("{}/questions", href(&key)), ""));
    }
    keep(room, &key, document, fields.revision()).await
}

#[derive(Template)]
#[template(path = "desk/question.html")]
struct QuestionBody {
    words: Words,
    summary: ErrorSummary,
    action: String,
    revision: i64,
    controls: Html,
    back: String,
}

/// The question that is asked for: none for a new one.
fn asked<'f>(room: &Room, found: &'f Survey) -> Result<Option<&'f Field>, Problem> {
    let (page, question) = (room.query.get("page"), room.query.get("question"));
    let page = found
        .document
        .form
        .pages
        .iter()
        .find(|known| known.key.as_str() == page)
        .ok_or(Problem::NotFound)?;
    if question.is_empty() {
        return Ok(None);
    }
    page.fields
        .iter()
        .find(|known| known.key.as_str() == question && Kind::of(known).is_some())
        .map(Some)
        .ok_or(Problem::NotFound)
}

pub(super) async fn question(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = draft(&room, &key).await?;
    let before = asked(&room, &found)?;
    Ok(question_page(
        &room,
        &found,
        before,
        &Fields::default(),
        &FormErrors::new(),
    ))
}

fn question_page(
    room: &Room,
    found: &Survey,
    before: Option<&Field>,
    fields: &Fields,
    errors: &FormErrors,
) -> Response {
    let language = room.language();
    let typed = fields.has("revision");
    let shown = |name: &str, stands: String| {
        if typed {
            fields.get(name).to_owned()
        } else {
            stands
        }
    };
    let mut controls = Html::empty();
    for language_of in LANGUAGES {
        let name = format!("label_{language_of}");
        let label = format::with_note(
            room.t("desk-question-label"),
            room.t(&format!("desk-language-{language_of}")),
            language,
        );
        let mut field = TextField::new(language, &name, label)
            .value(shown(
                &name,
                part(before.map(|field| &field.label), language_of).to_owned(),
            ))
            .errors(errors);
        if language_of == "ja" {
            field = field.required();
        }
        controls.push(&field);
    }
    let kind = before.and_then(Kind::of).unwrap_or(Kind::Choice);
    controls.push(
        &Kind::ALL
            .into_iter()
            .fold(
                Select::new(language, "kind", room.t("desk-question-kind")),
                |select, kind| {
                    select.choice(Choice::new(
                        kind.as_str(),
                        room.t(&format!("desk-kind-{}", kind.as_str())),
                    ))
                },
            )
            .value(&shown("kind", kind.as_str().to_owned())),
    );
    let (options, min, max) = match before.map(|field| &field.kind) {
        Some(FieldKind::Choice { options }) => (option_lines(options), None, None),
        Some(FieldKind::Choices { options, min, max }) => (
            option_lines(options),
            min.map(i64::from),
            max.map(i64::from),
        ),
        Some(FieldKind::Number { min, max, .. }) => (String::new(), *min, *max),
        _ => (String::new(), None, None),
    };
    controls.push(
        &TextArea::new(language, "options", room.t("desk-question-options"))
            .support(room.t("desk-question-options-support"))
            .value(shown("options", options))
            .rows(7)
            .errors(errors),
    );
    let number = |name: &'static str, label: &str, stands: Option<i64>| {
        TextField::new(language, name, room.t(label))
            .value(shown(
                name,
                stands.map_or_else(String::new, |number| number.to_string()),
            ))
            .support(room.t("desk-question-limits-support"))
            .numeric()
            .width(8)
            .errors(errors)
    };
    controls.push(&number("min", "desk-question-min", min));
    controls.push(&number("max", "desk-question-max", max));
    let optional = if typed {
        fields.has("optional")
    } else {
        before.is_some_and(|field| field.optional)
    };
    controls.push(
        &CheckboxGroup::new(language, "optional", room.t("desk-question-need"))
            .choice(Choice::new("yes", room.t("desk-optional")).chosen(optional)),
    );
    controls.push(
        &TextField::new(language, "show_if", room.t("desk-question-condition"))
            .support(room.t("desk-question-condition-support"))
            .value(shown(
                "show_if",
                before
                    .and_then(|field| field.show_if.as_ref())
                    .map_or_else(String::new, |condition| condition.0.clone()),
            )),
    );
    controls.push(
        &TextField::new(language, "key", room.t("desk-question-key"))
            .support(room.t("desk-question-key-support"))
            .value(shown(
                "key",
                before.map_or_else(String::new, |field| field.key.to_string()),
            ))
            .width(20)
            .errors(errors),
    );
    let base = href(found.key());
    let body = QuestionBody {
        words: room.words,
        summary: errors.summary(language),
        action: format!(
            "{base}/question?page={}&question={}",
            room.query.get("page"),
            before.map_or("", |field| field.key.as_str())
        ),
        revision: if typed {
            fields.revision()
        } else {
            found.revision
        },
        controls,
        back: format!("{base}/questions"),
    };
    room.page_of(found, room.t("desk-question"), &body)
        .breadcrumb(room.t("desk-questions"), format!("{base}/questions"))
        .with_errors(!errors.is_empty())
        .into_response()
}

pub(super) async fn save_question(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = draft(&room, &key).await?;
    let before = asked(&room, &found)?;
    let mut errors = FormErrors::new();
    let label = typed_text(&fields, "label");
    if label.is_none() {
        errors.add("label_ja", room.t("desk-problem-empty"));
    }
    for name in ["min", "max"] {
        if !fields.get(name).is_empty() && fields.integer(name).is_none() {
            errors.add(name, room.t("desk-problem-limits"));
        }
    }
    let sent = QuestionForm {
        key: fields.get("key").to_owned(),
        label: label.unwrap_or_default(),
        hint: before.and_then(|field| field.hint.clone()),
        kind: Kind::read(fields.get("kind")).unwrap_or(Kind::Choice),
        options: fields.get("options").to_owned(),
        min: fields.integer("min"),
        max: fields.integer("max"),
        optional: fields.has("optional"),
        show_if: fields.optional("show_if"),
    };
    let field = match sent.read(&found.document.form, before) {
        Ok(field) => Some(field),
        Err(wrong) => {
            let (name, text) = match wrong {
                Wrong::Key => ("key", "desk-problem-question-key"),
                Wrong::Options => ("options", "desk-problem-options"),
                Wrong::Limits => ("min", "desk-problem-limits"),
            };
            errors.add(name, room.t(text));
            None
        }
    };
    let Some(field) = field.filter(|_| errors.is_empty()) else {
        return Ok(question_page(&room, &found, before, &fields, &errors));
    };
    let mut document = found.document.clone();
    let replaced = before.map(|field| field.key.to_string());
    let page = room.query.get("page").to_owned();
    if !put(&mut document.form, &page, replaced.as_deref(), field) {
        return Err(Problem::NotFound);
    }
    keep(room, &key, document, fields.revision()).await
}
