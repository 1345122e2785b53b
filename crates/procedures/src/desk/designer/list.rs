//! The list of procedures, and making one: from a pattern, as a copy, from a file.

use askama::Template;
use axum::{
    extract::Multipart,
    response::{IntoResponse, Response},
};
use include_dir::{Dir, include_dir};
use yakuba_city::web::Problem;
use yakuba_identity::department_names;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{
    Cell, ChipLabel, Choice, Column, EmptyState, ErrorSummary, Fields, FileUpload, FormErrors,
    Html, Language, Row, Select, Table, TextField, Words, done, format,
};

use super::{href, publication};
use crate::{
    capabilities::{DESIGN, PUT_LIVE},
    desk::room::Room,
    error::ProcedureError,
    model::document::ProcedureDocument,
    store::{self, designs::designs, publication::Asked},
};

/// The procedures that come with Yakuba.
static SAMPLES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../content/procedures");
/// What the name of one of them begins with, where procedures of the city are named by their keys alone.
const SAMPLE: &str = "sample:";

#[derive(Template)]
#[template(path = "designer/list.html")]
struct Body {
    words: Words,
    summary: ErrorSummary,
    /// Said when only some of them are shown.
    only: Option<String>,
    table: Option<Table>,
    empty: EmptyState,
    may_design: bool,
    new: Vec<TextField>,
    department: Select,
    from: Select,
    file: FileUpload,
    take_over: Vec<Html>,
}

/// The list; `?from=KEY` puts the copy of a procedure before the reader.
pub(super) async fn show(room: Room) -> Result<Response, Problem> {
    let mut typed = Fields::default();
    let from = room.query.get("from");
    if !from.is_empty() {
        let standing = room.standing(from).await?;
        let title = room.designer_words().with_text(
            "designer-copy-of",
            "title",
            standing.document.title.get(room.language()),
        );
        typed.push("title", title);
        typed.push("department", standing.document.department.as_str());
        typed.push("from", from);
    }
    page(&room, &typed, &FormErrors::new()).await
}

/// A procedure that comes with Yakuba.
fn sample(key: &str) -> Option<ProcedureDocument> {
    let file = SAMPLES.get_file(format!("{key}.yaml"))?;
    ProcedureDocument::from_yaml(file.contents_utf8()?).ok()
}

/// The procedures that come with Yakuba, as something to begin with.
fn samples(language: Language) -> impl Iterator<Item = (String, String)> {
    SAMPLES.files().filter_map(move |file| {
        let document = sample(file.path().file_stem()?.to_str()?)?;
        Some((
            format!("{SAMPLE}{}", document.key),
            document.title.get(language).to_owned(),
        ))
    })
}

async fn page(room: &Room, typed: &Fields, errors: &FormErrors) -> Result<Response, Problem> {
    if !room.principal.holds(DESIGN) && !room.principal.holds(PUT_LIVE) {
        return Err(Problem::NotAllowed);
    }
    let language = room.language();
    let names = department_names(room.db(), language.is_japanese()).await?;
    let mut all = designs(room.db(), room.city.today()).await?;
    all.retain(|design| room.may_see_design(&design.department));
    let only = Asked::ALL
        .into_iter()
        .find(|asked| asked.name() == room.query.get("asked"));
    let shown = || {
        all.iter()
            .filter(|design| only.is_none_or(|asked| design.asked == Some(asked)))
    };
    let rows = shown().map(|design| {
        let mut states = Html::empty();
        let mut chip = |chip: ChipLabel| {
            states.push(&chip);
            states.push(&Html::text(" "));
        };
        match design.live {
            Some((number, _)) => chip(
                ChipLabel::new(
                    room.designer_words()
                        .counted("designer-state-live", number)
                        .into_owned(),
                )
                .green(),
            ),
            None => chip(ChipLabel::new(room.d("designer-state-not-live"))),
        }
        if let Some((_, day)) = design.coming {
            chip(
                ChipLabel::new(
                    room.designer_words()
                        .with_text("designer-state-coming", "day", &format::date(day, language))
                        .into_owned(),
                )
                .blue(),
            );
        }
        if design.drafted {
            chip(ChipLabel::new(room.d("designer-state-draft")).orange());
        }
        if let Some(asked) = design.asked {
            chip(publication::chip(room, asked));
        }
        Row::new([
            Cell::link(design.title.get(language), href(&design.key)),
            Cell::text(&design.key),
            Cell::text(
                names
                    .get(&design.department)
                    .map_or(design.department.as_str(), String::as_str),
            ),
            Cell::html(&states),
        ])
    });
    let body = Body {
        words: room.designer_words(),
        summary: errors.summary(language),
        only: only.map(|asked| room.d(&format!("designer-only-{}", asked.name()))),
        table: shown().next().is_some().then(|| {
            Table::new(language, "procedures", room.d("designer-title"))
                .columns([
                    Column::text(room.d("designer-field-title")),
                    Column::text(room.d("designer-field-key")),
                    Column::text(room.d("designer-field-department")),
                    Column::text(room.d("designer-state")),
                ])
                .rows(rows)
                .row_headers()
                .hide_caption()
                .stacked()
                .filter()
        }),
        empty: EmptyState::new(room.d("designer-none")),
        may_design: room.principal.holds(DESIGN),
        new: vec![
            TextField::new(language, "title", room.d("designer-field-title"))
                .value(typed.get("title"))
                .required()
                .width(40)
                .errors(errors),
            TextField::new(language, "key", room.d("designer-field-key"))
                .value(typed.get("key"))
                .support(room.d("designer-support-key"))
                .required()
                .width(20)
                .errors(errors),
        ],
        department: Select::new(language, "department", room.d("designer-field-department"))
            .choices(
                room.design_departments()
                    .await?
                    .iter()
                    .map(|(code, name)| Choice::new(code.as_str(), name)),
            )
            .value(typed.get("department"))
            .errors(errors),
        from: Select::new(language, "from", room.d("designer-from"))
            .choice(Choice::new("", room.d("designer-from-pattern")))
            .choices(all.iter().map(|design| {
                Choice::new(
                    &design.key,
                    room.designer_words().with_text(
                        "designer-from-own",
                        "title",
                        design.title.get(language),
                    ),
                )
            }))
            .choices(samples(language).map(|(name, title)| {
                Choice::new(
                    name,
                    room.designer_words()
                        .with_text("designer-from-sample", "title", &title),
                )
            }))
            .value(typed.get("from")),
        file: FileUpload::new(language, "file", room.d("designer-file"))
            .accept(".yaml,.yml")
            .max_size("1MB")
            .errors(errors),
        take_over: vec![
            Html::of(
                &Select::new(
                    language,
                    "file_department",
                    room.d("designer-field-department"),
                )
                .choice(Choice::new("", room.d("designer-as-in-file")))
                .choices(
                    room.design_departments()
                        .await?
                        .iter()
                        .map(|(code, name)| Choice::new(code.as_str(), name)),
                )
                .value(typed.get("file_department"))
                .errors(errors),
            ),
            Html::of(
                &TextField::new(language, "file_key", room.d("designer-field-key"))
                    .support(room.d("designer-support-file-key"))
                    .value(typed.get("file_key"))
                    .width(20)
                    .errors(errors),
            ),
        ],
    };
    Ok(room
        .designer_page(room.d("designer-title"), &body)
        .with_errors(!errors.is_empty())
        .into_response())
}

/// Makes a draft from the pattern or as a copy.
pub(super) async fn create(room: Room, fields: Fields) -> Result<Response, Problem> {
    let mut errors = FormErrors::new();
    let key = fields.get("key").to_owned();
    let mut document = match fields.get("from") {
        "" => ProcedureDocument::pattern()?,
        other => match other.strip_prefix(SAMPLE) {
            Some(key) => sample(key).ok_or(Problem::NotFound)?,
            None => room.standing(other).await?.document,
        },
    };
    if fields.get("title").is_empty() {
        errors.add("title", room.d("designer-problem-title"));
    }
    if !ProcedureDocument::is_key(&key) {
        errors.add("key", room.d("designer-problem-key"));
    } else if !store::versions(room.db(), &key).await?.is_empty() {
        errors.add("key", room.d("designer-problem-key-taken"));
    }
    match DepartmentCode::new(fields.get("department")) {
        Ok(department) => document.department = department,
        Err(_) => errors.add("department", room.d("designer-problem-department")),
    }
    if errors.is_empty() {
        document.key.clone_from(&key);
        if fields.get("title") != document.title.ja {
            document.title = yakuba_forms::model::document::Text::japanese(fields.get("title"));
        }
        match room.save_design(document, 0).await? {
            Ok(()) => return Ok(done(&href(&key), "made")),
            Err(sentence) => errors.add("key", sentence),
        }
    }
    page(&room, &fields, &errors).await
}

/// Takes a file as the draft of the procedure whose key is in it. A file of another city may get a department and a key of this one.
pub(super) async fn upload(room: Room, mut multipart: Multipart) -> Result<Response, Problem> {
    let mut errors = FormErrors::new();
    let mut bytes = Vec::new();
    let mut typed = Fields::default();
    let broken = |_| Problem::BadRequest(room.d("designer-problem-file"));
    while let Some(field) = multipart.next_field().await.map_err(broken)? {
        match field.name() {
            Some("file") => bytes = field.bytes().await.map_err(broken)?.to_vec(),
            Some(name) => {
                let name = name.to_owned();
                typed.push(&name, field.text().await.map_err(broken)?);
            }
            None => {}
        }
    }
    let read = String::from_utf8(bytes)
        .map_err(|_| ProcedureError::BadFile("UTF-8".to_owned()))
        .and_then(|text| ProcedureDocument::from_yaml(&text));
    match read {
        Ok(mut document) => {
            if let Some(key) = typed.optional("file_key") {
                document.key = key;
            }
            if let Some(department) = typed.optional("file_department") {
                document.department =
                    DepartmentCode::new(department).map_err(|_| Problem::NotFound)?;
            }
            let key = document.key.clone();
            if !ProcedureDocument::is_key(&key) {
                errors.add("file_key", room.d("designer-problem-key"));
                return page(&room, &typed, &errors).await;
            }
            let versions = store::versions(room.db(), &key).await?;
            let revision = match versions.first() {
                Some(newest) if !room.may_design(&newest.document.department) => {
                    return Err(Problem::NotAllowed);
                }
                Some(newest) if newest.state == "draft" => newest.revision,
                _ => 0,
            };
            match room.save_design(document, revision).await? {
                Ok(()) => return Ok(done(&href(&key), "uploaded")),
                Err(sentence) => errors.add("file", sentence),
            }
        }
        Err(error) => errors.add(
            "file",
            room.design_sentence(&error)
                .unwrap_or_else(|| room.d("designer-problem-file")),
        ),
    }
    page(&room, &typed, &errors).await
}
