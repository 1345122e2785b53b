//! Changing the draft: as YAML, its texts, a page, a field, the rules, and the order of it all.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use yakuba_city::web::Problem;
use yakuba_forms::model::document::{Expression, FormPage, Key, Text};
use yakuba_ui::{
    CheckboxGroup, Choice, DescriptionList, ErrorSummary, Fields, FormErrors, Html, Select,
    TextArea, TextField, Words, done,
};

use super::{
    HOME, Standing,
    change::{self, At, FieldForm, KINDS, Move},
    href,
};
use crate::{desk::room::Room, model::document::ProcedureDocument};

/// The parts of a procedure that are edited as YAML of their own.
const RULES: [&str; 4] = ["before", "computed", "checks", "fees"];

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

fn yaml_of(value: &impl Serialize) -> String {
    serde_saphyr::to_string(value).unwrap_or_default()
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

pub(super) async fn yaml(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    yaml_sheet(&room, &standing, &Fields::default(), &FormErrors::new())
}

fn yaml_sheet(
    room: &Room,
    standing: &Standing,
    fields: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let text = standing.document.to_yaml()?;
    let controls = Html::of(
        &TextArea::new(room.language(), "yaml", room.d("designer-yaml"))
            .value(shown(fields, "yaml", &text))
            .rows(40)
            .errors(errors),
    );
    Ok(sheet(
        room,
        standing,
        Sheet {
            title: room.d("designer-edit-yaml"),
            lead: room.d("designer-yaml-lead"),
            action: format!("{}/yaml", href(&standing.document.key)),
            controls,
            keys: false,
            fields,
        },
        errors,
    ))
}

pub(super) async fn save_yaml(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let mut errors = FormErrors::new();
    match ProcedureDocument::from_yaml(fields.get("yaml")) {
        Ok(document) if document.key == key => {
            keep(&room, document, &fields, &mut errors).await?;
        }
        Ok(_) => errors.add("yaml", room.d("designer-problem-other-key")),
        Err(error) => errors.add(
            "yaml",
            room.design_sentence(&error)
                .unwrap_or_else(|| room.d("designer-problem-file")),
        ),
    }
    if errors.is_empty() {
        return Ok(done(&href(&key), "saved"));
    }
    yaml_sheet(&room, &standing, &fields, &errors)
}

pub(super) async fn texts(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    Ok(texts_sheet(
        &room,
        &standing,
        &Fields::default(),
        &FormErrors::new(),
    ))
}

fn texts_sheet(room: &Room, standing: &Standing, fields: &Fields, errors: &FormErrors) -> Response {
    let document = &standing.document;
    let mut controls = Html::empty();
    for (name, label, text) in [
        ("title", "designer-field-title", Some(&document.title)),
        ("summary", "designer-field-summary", Some(&document.summary)),
        ("who", "designer-field-who", Some(&document.guide.who)),
        ("when", "designer-field-when", document.guide.when.as_ref()),
        ("fee", "designer-field-fee", document.guide.fee.as_ref()),
        (
            "afterwards",
            "designer-field-afterwards",
            Some(&document.guide.afterwards),
        ),
        (
            "purpose",
            "designer-field-data-purpose",
            Some(&document.personal_data_purpose),
        ),
    ] {
        controls.push(&text_inputs(room, fields, errors, name, label, text));
    }
    sheet(
        room,
        standing,
        Sheet {
            title: room.d("designer-edit-texts"),
            lead: room.d("designer-texts-lead"),
            action: format!("{}/texts", href(&document.key)),
            controls,
            keys: false,
            fields,
        },
        errors,
    )
}

pub(super) async fn save_texts(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let mut errors = FormErrors::new();
    let mut document = standing.document.clone();
    let mut required = |name: &'static str, into: &mut Text| match text_of(&fields, name) {
        Some(text) => *into = text,
        None => errors.add(format!("{name}_ja"), room.d("designer-problem-empty")),
    };
    required("title", &mut document.title);
    required("summary", &mut document.summary);
    required("who", &mut document.guide.who);
    required("afterwards", &mut document.guide.afterwards);
    required("purpose", &mut document.personal_data_purpose);
    document.guide.when = text_of(&fields, "when");
    document.guide.fee = text_of(&fields, "fee");
    keep(&room, document, &fields, &mut errors).await?;
    if errors.is_empty() {
        return Ok(done(&href(&key), "saved"));
    }
    Ok(texts_sheet(&room, &standing, &fields, &errors))
}

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let asked = room.query.get("page").to_owned();
    page_sheet(
        &room,
        &standing,
        &asked,
        &Fields::default(),
        &FormErrors::new(),
    )
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

fn page_sheet(
    room: &Room,
    standing: &Standing,
    asked: &str,
    fields: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let form = &standing.document.form;
    let page = form.pages.iter().find(|page| page.key.as_str() == asked);
    if page.is_none() && !asked.is_empty() {
        return Err(Problem::NotFound);
    }
    let mut controls = Html::of(&key_input(
        room,
        fields,
        errors,
        page.map_or("", |page| page.key.as_str()),
    ));
    controls.push(&text_inputs(
        room,
        fields,
        errors,
        "title",
        "designer-page-title",
        page.map(|page| &page.title),
    ));
    controls.push(&text_inputs(
        room,
        fields,
        errors,
        "intro",
        "designer-page-intro",
        page.and_then(|page| page.intro.as_ref()),
    ));
    controls.push(&condition_input(
        room,
        fields,
        page.and_then(|page| page.show_if.as_ref()),
    ));
    Ok(sheet(
        room,
        standing,
        Sheet {
            title: room.d("designer-edit-page"),
            lead: room.d("designer-page-lead"),
            action: format!("{}/page?page={asked}", href(&standing.document.key)),
            controls,
            keys: true,
            fields,
        },
        errors,
    ))
}

pub(super) async fn save_page(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let asked = room.query.get("page").to_owned();
    let mut errors = FormErrors::new();
    let mut document = standing.document.clone();
    let title = text_of(&fields, "title");
    if title.is_none() {
        errors.add("title_ja", room.d("designer-problem-empty"));
    }
    let new_key = Key::new(fields.get("key"));
    if new_key.is_err() {
        errors.add("key", room.d("designer-problem-part-key"));
    }
    if let (Some(title), Ok(page_key)) = (title, new_key) {
        let intro = text_of(&fields, "intro");
        let show_if = fields.optional("show_if").map(Expression);
        let found = document
            .form
            .pages
            .iter_mut()
            .find(|page| page.key.as_str() == asked);
        match found {
            Some(page) => {
                page.key = page_key;
                page.title = title;
                page.intro = intro;
                page.show_if = show_if;
            }
            None if asked.is_empty() => document.form.pages.push(FormPage {
                key: page_key,
                title,
                intro,
                show_if,
                fields: Vec::new(),
            }),
            None => return Err(Problem::NotFound),
        }
    }
    keep(&room, document, &fields, &mut errors).await?;
    if errors.is_empty() {
        return Ok(done(&href(&key), "saved"));
    }
    page_sheet(&room, &standing, &asked, &fields, &errors)
}

pub(super) async fn field(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    field_sheet(&room, &standing, &Fields::default(), &FormErrors::new())
}

fn field_sheet(
    room: &Room,
    standing: &Standing,
    fields: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let (page_key, asked) = (room.query.get("page"), room.query.get("field"));
    let page = standing
        .document
        .form
        .pages
        .iter()
        .find(|page| page.key.as_str() == page_key)
        .ok_or(Problem::NotFound)?;
    let field = page.fields.iter().find(|field| field.key.as_str() == asked);
    if field.is_none() && !asked.is_empty() {
        return Err(Problem::NotFound);
    }
    let language = room.language();
    let kind = field.map_or_else(|| "text".to_owned(), change::kind_of);
    let settings = field.map(change::settings_of).unwrap_or_default();
    let optional = if fields.has("key") {
        fields.has("optional")
    } else {
        field.is_some_and(|field| field.optional)
    };
    let prefill = field
        .and_then(|field| field.prefill)
        .and_then(|prefill| serde_json::to_value(prefill).ok())
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default();
    let mut controls = Html::of(&key_input(
        room,
        fields,
        errors,
        field.map_or("", |field| field.key.as_str()),
    ));
    controls.push(
        &Select::new(language, "kind", room.d("designer-field-kind"))
            .choices(KINDS.map(|kind| {
                Choice::new(
                    kind,
                    room.d(&format!("designer-kind-{}", kind.replace('_', "-"))),
                )
            }))
            .value(shown(fields, "kind", &kind)),
    );
    controls.push(&text_inputs(
        room,
        fields,
        errors,
        "label",
        "designer-field-label",
        field.map(|field| &field.label),
    ));
    controls.push(&text_inputs(
        room,
        fields,
        errors,
        "hint",
        "designer-field-hint",
        field.and_then(|field| field.hint.as_ref()),
    ));
    controls.push(
        &CheckboxGroup::new(language, "optional", room.d("designer-need"))
            .choice(Choice::new("yes", room.d("designer-may-be-empty")).chosen(optional)),
    );
    controls.push(
        &TextArea::new(language, "settings", room.d("designer-field-settings"))
            .value(shown(fields, "settings", &settings))
            .support(room.d("designer-support-settings"))
            .rows(8)
            .errors(errors),
    );
    controls.push(&condition_input(
        room,
        fields,
        field.and_then(|field| field.show_if.as_ref()),
    ));
    controls.push(&text_inputs(
        room,
        fields,
        errors,
        "purpose",
        "designer-field-purpose",
        field.and_then(|field| field.purpose.as_ref()),
    ));
    controls.push(
        &Select::new(language, "prefill", room.d("designer-field-prefill"))
            .choice(Choice::new("", room.d("designer-prefill-none")))
            .choices(["name", "address", "birth_date", "email"].map(|what| {
                Choice::new(
                    what,
                    room.d(&format!("designer-prefill-{}", what.replace('_', "-"))),
                )
            }))
            .value(shown(fields, "prefill", &prefill)),
    );
    Ok(sheet(
        room,
        standing,
        Sheet {
            title: room.d("designer-edit-field"),
            lead: String::new(),
            action: format!(
                "{}/field?page={page_key}&field={asked}",
                href(&standing.document.key)
            ),
            controls,
            keys: true,
            fields,
        },
        errors,
    ))
}

pub(super) async fn save_field(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let (page_key, asked) = (
        room.query.get("page").to_owned(),
        room.query.get("field").to_owned(),
    );
    let mut errors = FormErrors::new();
    let mut document = standing.document.clone();
    let page = document
        .form
        .pages
        .iter_mut()
        .find(|page| page.key.as_str() == page_key)
        .ok_or(Problem::NotFound)?;
    if Key::new(fields.get("key")).is_err() {
        errors.add("key", room.d("designer-problem-part-key"));
    }
    match text_of(&fields, "label") {
        None => errors.add("label_ja", room.d("designer-problem-empty")),
        Some(label) if errors.is_empty() => {
            let form = FieldForm {
                key: fields.get("key").to_owned(),
                kind: fields.get("kind").to_owned(),
                label,
                hint: text_of(&fields, "hint"),
                optional: fields.has("optional"),
                show_if: fields.optional("show_if"),
                purpose: text_of(&fields, "purpose"),
                prefill: fields.optional("prefill"),
                settings: fields.get("settings").to_owned(),
            };
            match form.read() {
                Err(cause) => errors.add(
                    "settings",
                    room.designer_words()
                        .with_text("designer-problem-settings", "cause", &cause),
                ),
                Ok(field) => {
                    let place = page
                        .fields
                        .iter()
                        .position(|found| found.key.as_str() == asked);
                    match place {
                        Some(place) => page.fields[place] = field,
                        None if asked.is_empty() => page.fields.push(field),
                        None => return Err(Problem::NotFound),
                    }
                }
            }
        }
        Some(_) => {}
    }
    keep(&room, document, &fields, &mut errors).await?;
    if errors.is_empty() {
        return Ok(done(&href(&key), "saved"));
    }
    field_sheet(&room, &standing, &fields, &errors)
}

pub(super) async fn rules(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    Ok(rules_sheet(
        &room,
        &standing,
        &Fields::default(),
        &FormErrors::new(),
    ))
}

fn rules_sheet(room: &Room, standing: &Standing, fields: &Fields, errors: &FormErrors) -> Response {
    let form = &standing.document.form;
    let mut controls = Html::empty();
    for (name, yaml, count) in [
        (RULES[0], yaml_of(&form.before), form.before.len()),
        (RULES[1], yaml_of(&form.computed), form.computed.len()),
        (RULES[2], yaml_of(&form.checks), form.checks.len()),
        (RULES[3], yaml_of(&form.fees), form.fees.len()),
    ] {
        let stands = if count == 0 { "" } else { yaml.as_str() };
        controls.push(
            &TextArea::new(
                room.language(),
                name,
                room.d(&format!("designer-part-{name}")),
            )
            .value(shown(fields, name, stands))
            .support(room.d(&format!("designer-support-{name}")))
            .rows(8)
            .errors(errors),
        );
    }
    sheet(
        room,
        standing,
        Sheet {
            title: room.d("designer-edit-rules"),
            lead: room.d("designer-rules-lead"),
            action: format!("{}/rules", href(&standing.document.key)),
            controls,
            keys: true,
            fields,
        },
        errors,
    )
}

pub(super) async fn save_rules(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    fn part<T: DeserializeOwned>(
        room: &Room,
        fields: &Fields,
        name: &str,
        errors: &mut FormErrors,
    ) -> Vec<T> {
        let text = fields.get(name);
        if text.is_empty() {
            return Vec::new();
        }
        serde_saphyr::from_str(text).unwrap_or_else(|error| {
            errors.add(
                name,
                room.designer_words().with_text(
                    "designer-problem-settings",
                    "cause",
                    &error.to_string(),
                ),
            );
            Vec::new()
        })
    }
    let standing = room.draft_of(&key).await?;
    let mut errors = FormErrors::new();
    let mut document = standing.document.clone();
    let form = &mut document.form;
    form.before = part(&room, &fields, RULES[0], &mut errors);
    form.computed = part(&room, &fields, RULES[1], &mut errors);
    form.checks = part(&room, &fields, RULES[2], &mut errors);
    form.fees = part(&room, &fields, RULES[3], &mut errors);
    keep(&room, document, &fields, &mut errors).await?;
    if errors.is_empty() {
        return Ok(done(&href(&key), "saved"));
    }
    Ok(rules_sheet(&room, &standing, &fields, &errors))
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
