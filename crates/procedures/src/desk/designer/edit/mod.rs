//! Changing the draft: as YAML, its texts, a page, a field, the rules, and the order of it all.

mod field;
mod page;
mod rules;
mod texts;
mod yaml;

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_forms::model::document::{Expression, Text};
use yakuba_ui::{
    DescriptionList, ErrorSummary, Fields, FormErrors, Html, TextArea, TextField, Words, done,
};

use super::{
    HOME, Standing,
    change::{self, At, Move},
    href,
};
use crate::{desk::room::Room, model::document::ProcedureDocument};

pub(super) use field::{field, save_field};
pub(super) use page::{page, save_page};
pub(super) use rules::{rules, save_rules};
pub(super) use texts::{save_texts, texts};
pub(super) use yaml::{save_yaml, yaml};

#[derive(Template)]
#[template(path = "designer/edit.html")]
struct Body {
    words: Words,
    summary: ErrorSummary,
    lead: String,
    action: String,
    revision: i64,
    controls: Html,
    keys: Option<DescriptionList>,
    back: String,
}

/// One of the forms of this room.
struct Sheet<'a> {
    title: String,
    lead: String,
    action: String,
    controls: Html,
    keys: bool,
    fields: &'a Fields,
}

fn sheet(room: &Room, standing: &Standing, sheet: Sheet<'_>, errors: &FormErrors) -> Response {
    let language = room.language();
    let keys = sheet.keys.then(|| {
        change::keys(&standing.document.form)
            .into_iter()
            .fold(DescriptionList::new(), |list, (key, label)| {
                list.text(key.to_string(), label.get(language))
            })
    });
    let revision = if sheet.fields.has("revision") {
        sheet.fields.revision()
    } else {
        standing.revision
    };
    let body = Body {
        words: room.designer_words(),
        summary: errors.summary(language),
        lead: sheet.lead,
        action: sheet.action,
        revision,
        controls: sheet.controls,
        keys,
        back: href(&standing.document.key),
    };
    room.designer_page(sheet.title, &body)
        .breadcrumb(room.d("designer-title"), HOME)
        .breadcrumb(
            standing.document.title.get(language),
            href(&standing.document.key),
        )
        .with_errors(!errors.is_empty())
        .into_response()
}

/// What stands in an input: what was typed, else what the draft has.
fn shown<'a>(fields: &'a Fields, name: &str, stands: &'a str) -> &'a str {
    if fields.has(name) {
        fields.get(name)
    } else {
        stands
    }
}

/// Three inputs for a text in three languages.
fn text_inputs(
    room: &Room,
    fields: &Fields,
    errors: &FormErrors,
    name: &str,
    label: &str,
    stands: Option<&Text>,
) -> Html {
    let none = Text::default();
    let stands = stands.unwrap_or(&none);
    let mut html = Html::empty();
    for (ending, language, text) in [
        ("ja", "designer-japanese", stands.ja.as_str()),
        (
            "easy",
            "designer-easy",
            stands.easy.as_deref().unwrap_or(""),
        ),
        ("en", "designer-english", stands.en.as_deref().unwrap_or("")),
    ] {
        let name = format!("{name}_{ending}");
        let label = format!("{}（{}）", room.d(label), room.d(language));
        html.push(
            &TextArea::new(room.language(), &name, label)
                .rows(2)
                .value(shown(fields, &name, text))
                .errors(errors),
        );
    }
    html
}

/// The text of three inputs; none when the Japanese one is empty.
fn text_of(fields: &Fields, name: &str) -> Option<Text> {
    let get = |ending: &str| fields.optional(&format!("{name}_{ending}"));
    Some(Text {
        ja: get("ja")?,
        easy: get("easy"),
        en: get("en"),
    })
}

/// Saves the changed document, or says in the errors why not.
async fn keep(
    room: &Room,
    document: ProcedureDocument,
    fields: &Fields,
    errors: &mut FormErrors,
) -> Result<(), Problem> {
    if errors.is_empty()
        && let Err(sentence) = room.save_design(document, fields.revision()).await?
    {
        errors.add("", sentence);
    }
    Ok(())
}

fn key_input(room: &Room, fields: &Fields, errors: &FormErrors, stands: &str) -> TextField {
    TextField::new(room.language(), "key", room.d("designer-field-key"))
        .value(shown(fields, "key", stands))
        .support(room.d("designer-support-part-key"))
        .required()
        .width(20)
        .errors(errors)
}

fn condition_input(room: &Room, fields: &Fields, stands: Option<&Expression>) -> TextField {
    let stands = stands.map_or("", |expression| expression.0.as_str());
    TextField::new(room.language(), "show_if", room.d("designer-condition"))
        .value(shown(fields, "show_if", stands))
        .support(room.d("designer-support-condition"))
}

/// Moves or removes a page or a field.
pub(super) async fn arrange(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let mut document = standing.document;
    let field = fields.optional("field");
    let at = At {
        page: fields.get("page"),
        field: field.as_deref(),
    };
    let step = Move::read(fields.get("step")).ok_or(Problem::NotFound)?;
    if change::arrange(&mut document.form, &at, step)
        && let Err(sentence) = room.save_design(document, fields.revision()).await?
    {
        return Err(Problem::Conflict(sentence));
    }
    Ok(done(&format!("{}#form", href(&key)), "moved"))
}
