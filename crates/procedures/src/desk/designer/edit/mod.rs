//! Changing the draft: its settings, a page, a field, the rules, the order of it all, and the whole as YAML.

mod field;
mod page;
mod rules;
mod settings;
mod yaml;

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_ui::{DescriptionList, ErrorSummary, Fields, FormErrors, Html, Words, done};

use super::{
    HOME, Standing,
    change::{self, Move, Place},
    href,
};
use crate::{desk::room::Room, model::document::ProcedureDocument};

pub(super) use field::{field, save_field};
pub(super) use page::{page, save_page};
pub(super) use rules::{rules, save_rules};
pub(super) use settings::{address, save_settings, settings};
pub(super) use yaml::{save_yaml, yaml};

#[derive(Template)]
#[template(path = "designer/edit.html")]
struct Body {
    words: Words,
    summary: ErrorSummary,
    lead: String,
    other: Option<(String, String)>,
    above: Html,
    action: String,
    revision: i64,
    controls: Html,
    more: bool,
    below: Html,
    keys: Option<DescriptionList>,
    preview: String,
    back: String,
}

/// One of the forms of this room.
struct Sheet<'a> {
    title: String,
    lead: String,
    /// A way to something else beside the lead: its words and address.
    other: Option<(String, String)>,
    /// What stands above the form.
    above: Html,
    action: String,
    controls: Html,
    /// Whether there is a button for more rows.
    more: bool,
    /// What stands below the form.
    below: Html,
    /// Whether the keys for expressions are listed.
    keys: bool,
    /// Where on the preview this stands: the key of a page, or `guide`; empty: at its top.
    preview: String,
    /// What was sent.
    fields: &'a Fields,
}

impl<'a> Sheet<'a> {
    fn of(fields: &'a Fields) -> Self {
        Self {
            title: String::new(),
            lead: String::new(),
            other: None,
            above: Html::empty(),
            action: String::new(),
            controls: Html::empty(),
            more: false,
            below: Html::empty(),
            keys: false,
            preview: String::new(),
            fields,
        }
    }
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
        other: sheet.other,
        above: sheet.above,
        action: sheet.action,
        revision,
        controls: sheet.controls,
        more: sheet.more,
        below: sheet.below,
        keys,
        preview: format!("{}/preview#{}", href(&standing.document.key), sheet.preview),
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

/// Moves or removes a page or a field.
pub(super) async fn arrange(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let mut document = standing.document;
    let at = Place::of(&fields);
    let step = Move::read(fields.get("step")).ok_or(Problem::NotFound)?;
    if change::arrange(&mut document.form, &at, step)
        && let Err(sentence) = room.save_design(document, fields.revision()).await?
    {
        return Err(Problem::Conflict(sentence));
    }
    let back = match at.in_group() {
        Some(group) => format!("{}/field?page={}&field={group}#inner", href(&key), at.page),
        None => format!("{}#form", href(&key)),
    };
    Ok(done(&back, "moved"))
}
