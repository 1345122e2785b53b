//! One question: first its kind, then its texts, the settings of its kind, its condition. Questions of a group are edited likewise.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};
use yakuba_city::web::Problem;
use yakuba_forms::model::document::Field;
use yakuba_ui::{Fields, FormErrors, Html, Words, done};

use super::{
    super::{
        HOME, Standing,
        change::{self, Place},
        controls::{Controls, ListRow, report},
        href,
        values::{
            condition::{self, Known},
            free_key,
            question::{self, FILES, FORMATS, KINDS, PREFILLS},
            rows,
        },
    },
    Sheet, keep, sheet,
};
use crate::{desk::room::Room, slots};

/// Empty rows for more options.
const SPARE: usize = 3;

/// Where a question is, as the address says it.
fn place(room: &Room) -> Place {
    Place::of(&room.query)
}

/// What the address asks for.
struct Asked<'s> {
    place: Place,
    field: Option<&'s Field>,
    /// None: it must be chosen first.
    kind: Option<&'static str>,
    known: Vec<Known>,
    /// What times can be taken of, by `facility/resource`.
    sources: Vec<(String, String)>,
}

async fn asked<'s>(room: &Room, standing: &'s Standing) -> Result<Asked<'s>, Problem> {
    let place = place(room);
    let form = &standing.document.form;
    let fields = change::fields_at(form, &place).ok_or(Problem::NotFound)?;
    let field = fields
        .iter()
        .find(|field| field.key.as_str() == place.field);
    if field.is_none() && !place.field.is_empty() {
        return Err(Problem::NotFound);
    }
    let chosen = KINDS
        .into_iter()
        .find(|kind| *kind == room.query.get("kind") && place.may_be(kind));
    let kind = chosen.or_else(|| {
        field
            .filter(|_| room.query.get("choose").is_empty())
            .map(question::kind_of)
    });
    let mut known = condition::known(form, place.in_group());
    // A question does not ask about itself.
    known.retain(|known| known.key != place.field);
    Ok(Asked {
        place,
        field,
        kind,
        known,
        sources: match kind {
            Some("slot") => slots::sources(&room.city, room.language()).await?,
            _ => Vec::new(),
        },
    })
}

pub(in crate::desk::designer) async fn field(
    room: Room,
    Path(key): Path<String>,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let asked = asked(&room, &standing).await?;
    let Some(kind) = asked.kind else {
        return Ok(kinds_page(&room, &standing, &asked));
    };
    let values = asked
        .field
        .map(|field| question::values(field, &asked.known))
        .unwrap_or_default();
    Ok(field_sheet(
        &room,
        &standing,
        &asked,
        kind,
        &values,
        &FormErrors::new(),
    ))
}

#[derive(Template)]
#[template(path = "designer/kinds.html")]
struct KindsBody {
    words: Words,
    kinds: Vec<(String, String, String)>,
    back: String,
}

/// The kinds to choose from, each with what it is for.
fn kinds_page(room: &Room, standing: &Standing, asked: &Asked<'_>) -> Response {
    let language = room.language();
    let base = href(&standing.document.key);
    let kinds = KINDS
        .into_iter()
        .filter(|kind| asked.place.may_be(kind))
        .map(|kind| {
            let word = kind.replace('_', "-");
            (
                format!("{base}/field?{}&kind={kind}", asked.place.query()),
                room.d(&format!("designer-kind-{word}")),
                room.d(&format!("designer-kind-about-{word}")),
            )
        })
        .collect();
    let body = KindsBody {
        words: room.designer_words(),
        kinds,
        back: base.clone(),
    };
    room.designer_page(room.d("designer-choose-kind"), &body)
        .breadcrumb(room.d("designer-title"), HOME)
        .breadcrumb(standing.document.title.get(language), base)
        .into_response()
}

fn field_sheet(
    room: &Room,
    standing: &Standing,
    asked: &Asked<'_>,
    kind: &'static str,
    values: &Fields,
    errors: &FormErrors,
) -> Response {
    let base = href(&standing.document.key);
    let at = format!("{base}/field?{}", asked.place.query());
    let word = kind.replace('_', "-");
    let mut controls = Controls::new(room, values, errors);
    controls
        .text("label", "designer-field-label", 2)
        .text("hint", "designer-field-hint", 2)
        .tick("optional", "designer-need", "designer-may-be-empty");
    settings(room, kind, values, &asked.sources, &mut controls);
    controls
        .condition(
            "show_if",
            "designer-condition",
            "designer-support-rows",
            &asked.known,
        )
        .text("purpose", "designer-field-purpose", 2)
        .select(
            "prefill",
            "designer-field-prefill",
            "designer-prefill-none",
            PREFILLS
                .map(|(name, _)| (name.to_owned(), room.d(&format!("designer-prefill-{name}")))),
        )
        .line("key", "designer-field-key", "designer-support-free-key", 20);
    let below = match asked.field {
        Some(field) if kind == "group" => inner_list(room, standing, asked, field),
        _ => Html::empty(),
    };
    let title = match asked.field {
        Some(field) => field.label.get(room.language()).to_owned(),
        None => room.d("designer-new-question"),
    };
    let lead = room
        .designer_words()
        .with_text(
            "designer-question-kind",
            "kind",
            &room.d(&format!("designer-kind-{word}")),
        )
        .into_owned();
    sheet(
        room,
        standing,
        Sheet {
            title,
            lead,
            other: Some((room.d("designer-change-kind"), format!("{at}&choose=kind"))),
            preview: asked.place.page.clone(),
            action: format!("{at}&kind={kind}"),
            controls: controls.done(),
            more: matches!(kind, "choice" | "choices"),
            keys: true,
            below,
            ..Sheet::of(values)
        },
        errors,
    )
}

/// The settings of a kind.
fn settings(
    room: &Room,
    kind: &str,
    values: &Fields,
    sources: &[(String, String)],
    controls: &mut Controls<'_>,
) {
    let named = |prefix: &str, name: &str| room.d(&format!("designer-{prefix}-{name}"));
    match kind {
        "text" | "long_text" => {
            let legend = room.d("designer-limits");
            controls.together(&legend, |row| {
                row.number("max_length", "designer-max-length", "designer-letters");
                if kind == "text" {
                    row.select(
                        "format",
                        "designer-format",
                        "designer-format-any",
                        FORMATS.map(|(name, _)| (name.to_owned(), named("format", name))),
                    );
                }
            });
        }
        "date" => {
            let legend = room.d("designer-span");
            controls.together(&legend, |row| {
                row.line(
                    "earliest",
                    "designer-earliest",
                    "designer-support-bound",
                    20,
                )
                .line("latest", "designer-latest", "", 20);
            });
        }
        "choice" => option_rows(room, values, controls),
        "choices" => {
            option_rows(room, values, controls);
            let legend = room.d("designer-how-many");
            controls.together(&legend, |row| {
                row.number("min", "designer-at-least", "")
                    .number("max", "designer-at-most", "");
            });
        }
        "number" | "yen" => {
            let legend = room.d("designer-limits");
            controls.together(&legend, |row| {
                row.number("min", "designer-least", "")
                    .number("max", "designer-greatest", "");
                if kind == "number" {
                    row.number("places", "designer-places", "");
                }
            });
            if kind == "number" {
                controls.text("unit", "designer-unit", 1);
            }
        }
        "file" => {
            controls.ticks(
                "accept",
                "designer-accept",
                FILES.iter().map(|(name, _)| (*name, named("accept", name))),
            );
            let legend = room.d("designer-limits");
            controls.together(&legend, |row| {
                row.number("max_mib", "designer-max-mib", "designer-mib")
                    .number("max_files", "designer-max-files", "");
            });
        }
        "slot" => {
            let mut choices = sources.to_vec();
            let standing = values.get("slot_of");
            // What a file names and this city does not offer stays, and the check says so.
            if !standing.is_empty() && choices.iter().all(|(of, _)| of != standing) {
                choices.push((standing.to_owned(), standing.to_owned()));
            }
            controls
                .select(
                    "slot_of",
                    "designer-slot-of",
                    "designer-slot-choose",
                    choices,
                )
                .number("days_ahead", "designer-days-ahead", "designer-days");
        }
        "group" => {
            controls.text("entry", "designer-entry", 1);
            let legend = room.d("designer-how-many");
            controls.together(&legend, |row| {
                row.number("min", "designer-at-least", "")
                    .number("max", "designer-at-most", "");
            });
        }
        "consent" => {
            controls.text("text", "designer-consent-text", 3);
        }
        "declaration" => {
            controls.text("text", "designer-declaration-text", 3);
        }
        _ => {}
    }
}

fn option_rows(room: &Room, values: &Fields, controls: &mut Controls<'_>) {
    let used = rows::used(values, "option");
    let shown = used + SPARE;
    controls
        .heading("options", "designer-options", "designer-options-lead")
        .row_count("option", shown);
    for number in 0..shown {
        let name = |part: &str| format!("option-{number}-{part}");
        let legend = room
            .designer_words()
            .counted("designer-option", number as u64 + 1)
            .into_owned();
        let has_more = ["hint_ja", "hint_easy", "hint_en"]
            .iter()
            .any(|part| !values.get(&name(part)).is_empty());
        let row = ListRow {
            list: "option",
            number,
            used,
        };
        controls.option(row, &legend, &name, has_more);
    }
}

/// The questions of a group, with the ways to change them.
fn inner_list(room: &Room, standing: &Standing, asked: &Asked<'_>, group: &Field) -> Html {
    #[derive(Template)]
    #[template(path = "designer/inner.html")]
    struct Inner<'a> {
        words: Words,
        base: &'a str,
        revision: i64,
        page: &'a str,
        group: &'a str,
        fields: Vec<(String, String, String)>,
    }
    let base = href(&standing.document.key);
    let inner = Inner {
        words: room.designer_words(),
        base: &base,
        revision: standing.revision,
        page: &asked.place.page,
        group: group.key.as_str(),
        fields: question::inner(group)
            .iter()
            .map(|field| {
                let word = question::kind_of(field).replace('_', "-");
                (
                    field.key.to_string(),
                    field.label.get(room.language()).to_owned(),
                    room.d(&format!("designer-kind-{word}")),
                )
            })
            .collect(),
    };
    Html::render(&inner).unwrap_or_default()
}

pub(in crate::desk::designer) async fn save_field(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let asked = asked(&room, &standing).await?;
    let kind = asked.kind.ok_or(Problem::NotFound)?;
    let mut errors = FormErrors::new();
    if let Some(fields) = rows::rearranged(&fields) {
        return Ok(field_sheet(
            &room, &standing, &asked, kind, &fields, &errors,
        ));
    }
    let mut document = standing.document.clone();
    let free = free_key(&document.form, "question");
    match question::read(kind, &fields, asked.field, free, &asked.known) {
        Err(wrong) => report(&room, wrong, &mut errors),
        Ok(field) => {
            let siblings =
                change::fields_at_mut(&mut document.form, &asked.place).ok_or(Problem::NotFound)?;
            match siblings
                .iter()
                .position(|found| found.key.as_str() == asked.place.field)
            {
                Some(place) => siblings[place] = field,
                None => siblings.push(field),
            }
        }
    }
    keep(&room, document, &fields, &mut errors).await?;
    if errors.is_empty() {
        let back = match asked.place.in_group() {
            Some(group) => format!(
                "{}/field?page={}&field={group}",
                href(&key),
                asked.place.page
            ),
            None => href(&key),
        };
        return Ok(done(&back, "saved"));
    }
    Ok(field_sheet(
        &room, &standing, &asked, kind, &fields, &errors,
    ))
}
