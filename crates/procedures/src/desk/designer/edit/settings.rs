//! What a procedure says beside its form, on six pages.

use axum::{extract::Path, response::Response};
use yakuba_city::web::Problem;
use yakuba_identity::roles;
use yakuba_ui::{Choice, Fields, FormErrors, Html, Language, MenuItem, Tabs, done};

use super::{
    super::{
        Standing,
        controls::{Controls, ListRow, report},
        href,
        values::{
            rows,
            settings::{
                self as values, AFTERS, AGENTS, CATEGORIES, DAY_COUNTS, EVENTS, LAYOUTS,
                PERSON_PARTS, PROOFS, Section, USES,
            },
        },
    },
    Sheet, keep, sheet,
};
use crate::{
    capabilities::{DECIDE, WORK},
    desk::{columns::heading, room::Room},
    error::ProcedureError,
    model::{document::ColumnForm, export::offered, navigator::QuestionKind},
    pages,
    store::visits,
};

/// Empty rows below a list.
const SPARE: usize = 2;

pub(in crate::desk::designer) async fn settings(
    room: Room,
    Path((key, section)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let section = Section::read(&section).ok_or(Problem::NotFound)?;
    let shown = match (section, room.query.get("fill")) {
        (Section::Export, "all") => values::every_column(&standing.document, |offered| {
            heading(room.designer_words(), offered)
        }),
        _ => values::values(&standing.document, section),
    };
    page(&room, &standing, section, &shown, &FormErrors::new()).await
}

pub(in crate::desk::designer) async fn save_settings(
    room: Room,
    Path((key, section)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let section = Section::read(&section).ok_or(Problem::NotFound)?;
    let mut errors = FormErrors::new();
    if let Some(fields) = rows::rearranged(&fields) {
        return page(&room, &standing, section, &fields, &errors).await;
    }
    let mut document = standing.document.clone();
    if let Err(wrong) = values::read(&fields, section, &mut document) {
        report(&room, wrong, &mut errors);
    }
    keep(&room, document, &fields, &mut errors).await?;
    if errors.is_empty() {
        return Ok(done(&address(&key, section), "saved"));
    }
    page(&room, &standing, section, &fields, &errors).await
}

/// The address of a page of settings.
pub(in crate::desk::designer) fn address(key: &str, section: Section) -> String {
    format!("{}/settings/{}", href(key), section.name())
}

async fn page(
    room: &Room,
    standing: &Standing,
    section: Section,
    values: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let key = &standing.document.key;
    let mut controls = Controls::new(room, values, errors);
    match section {
        Section::Basics => basics(room, &mut controls).await?,
        Section::Together => together(room, standing, values, &mut controls),
        Section::Guide => guide(room, values, &mut controls).await?,
        Section::Review => review(room, values, &mut controls).await?,
        Section::Templates => templates(room, values, &mut controls),
        Section::Export => export(room, standing, values, &mut controls),
    }
    let tabs = Section::ALL
        .into_iter()
        .map(|known| MenuItem {
            text: room.d(&format!("designer-section-{}", known.name())),
            href: address(key, known),
            current: known == section,
            count: None,
        })
        .collect();
    let other = (section == Section::Export).then(|| {
        (
            room.d("designer-export-all"),
            format!("{}?fill=all", address(key, section)),
        )
    });
    Ok(sheet(
        room,
        standing,
        Sheet {
            title: room.d(&format!("designer-section-{}", section.name())),
            lead: room.d(&format!("designer-section-{}-lead", section.name())),
            other,
            above: Html::of(&Tabs::new(room.d("designer-settings"), tabs)),
            action: address(key, section),
            controls: controls.done(),
            more: !matches!(section, Section::Basics | Section::Together),
            preview: "guide".to_owned(),
            ..Sheet::of(values)
        },
        errors,
    ))
}

/// A text that applicants read too.
fn applicants(room: &Room, key: &str) -> String {
    pages::WORDS.words(room.language()).get(key).into_owned()
}

async fn basics(room: &Room, controls: &mut Controls<'_>) -> Result<(), Problem> {
    let departments = room.design_departments().await?;
    controls
        .text("title", "designer-field-title", 1)
        .text("summary", "designer-field-summary", 2)
        .select(
            "department",
            "designer-field-department",
            "designer-condition-none",
            departments
                .into_iter()
                .map(|(code, name)| (code.as_str().to_owned(), name)),
        )
        .select(
            "category",
            "designer-field-category",
            "designer-condition-none",
            CATEGORIES.map(|(name, _)| {
                (
                    name.to_owned(),
                    applicants(room, &format!("applicant-category-{name}")),
                )
            }),
        )
        .ticks(
            "life_events",
            "designer-field-events",
            EVENTS
                .iter()
                .map(|(name, _)| (*name, applicants(room, &format!("applicant-event-{name}")))),
        )
        .lines("law", "designer-field-law", "designer-support-law", 3);
    for (field, names) in [
        ("proof", PROOFS.map(|(name, _)| name)),
        ("agent", AGENTS.map(|(name, _)| name)),
    ] {
        controls.radios(
            field,
            &format!("designer-field-{field}"),
            names.map(|name| {
                Choice::new(name, room.d(&format!("designer-{field}-{name}")))
                    .support(room.d(&format!("designer-{field}-{name}-about")))
            }),
        );
    }
    controls
        .text("purpose", "designer-field-data-purpose", 2)
        .radios(
            "layout",
            "designer-field-layout",
            LAYOUTS.map(|(name, _)| Choice::new(name, room.d(&format!("designer-layout-{name}")))),
        );
    Ok(())
}

/// Several people who apply together.
fn together(room: &Room, standing: &Standing, values: &Fields, controls: &mut Controls<'_>) {
    let (form, language) = (&standing.document.form, room.language());
    let mut computed: Vec<(String, String)> = form
        .computed
        .iter()
        .map(|computed| {
            let label = computed.label.as_ref();
            let text = label.map_or(computed.key.as_str(), |label| label.get(language));
            (computed.key.to_string(), text.to_owned())
        })
        .collect();
    let mut seen: Vec<(String, String)> = Vec::new();
    for page in &form.pages {
        let title = page.title.get(language);
        let whole = room
            .designer_words()
            .with_text("designer-together-page", "page", title)
            .into_owned();
        seen.push((page.key.to_string(), whole));
        for field in &page.fields {
            let text = format!("{title}：{}", field.label.get(language));
            seen.push((field.key.to_string(), text));
        }
    }
    // What stands in a file but is not in the form stays to be seen, and to be mended.
    for (known, name) in [(&mut computed, "needed_if"), (&mut seen, "sees")] {
        for value in values.all(name).filter(|value| !value.is_empty()) {
            if known.iter().all(|(known, _)| known != value) {
                known.push((value.to_owned(), value.to_owned()));
            }
        }
    }
    controls
        .tick("together", "designer-together", "designer-together-text")
        .text("co_who", "designer-together-who", 1)
        .number(
            "at_least",
            "designer-together-least",
            "designer-together-people",
        )
        .number(
            "at_most",
            "designer-together-most",
            "designer-together-people",
        )
        .select(
            "needed_if",
            "designer-together-when",
            "designer-together-always",
            computed,
        )
        .number(
            "days",
            "designer-together-days",
            "designer-together-in-days",
        )
        .text("declares", "designer-together-declares", 2)
        .ticks(
            "asks",
            "designer-together-asks",
            PERSON_PARTS
                .iter()
                .map(|(name, _)| (*name, room.d(&format!("designer-together-ask-{name}")))),
        )
        .tick(
            "co_verified",
            "designer-together-verified",
            "designer-together-verified-text",
        )
        .ticks(
            "sees",
            "designer-together-sees",
            seen.iter().map(|(key, text)| (key.as_str(), text.clone())),
        );
}

/// A row for each line that is there and some more, each filled by `fill` with the name of a part.
fn list(
    room: &Room,
    values: &Fields,
    controls: &mut Controls<'_>,
    (list, legend): (&str, &str),
    fill: impl Fn(&mut Controls<'_>, &dyn Fn(&str) -> String),
) {
    let used = rows::used(values, list);
    let shown = used + SPARE;
    controls.row_count(list, shown);
    for number in 0..shown {
        let name = |part: &str| format!("{list}-{number}-{part}");
        let legend = room
            .designer_words()
            .counted(legend, number as u64 + 1)
            .into_owned();
        let row = ListRow { list, number, used };
        controls.row(row, &legend, |row| fill(row, &name));
    }
}

async fn guide(room: &Room, values: &Fields, controls: &mut Controls<'_>) -> Result<(), Problem> {
    controls
        .text("who", "designer-field-who", 2)
        .text("when", "designer-field-when", 2)
        .text("fee", "designer-field-fee", 2)
        .text("afterwards", "designer-field-afterwards", 2)
        .text("other_ways", "designer-field-other-ways", 2)
        .number("minutes", "designer-field-minutes", "designer-minutes")
        .heading("needed", "designer-needed", "designer-needed-lead");
    list(
        room,
        values,
        controls,
        ("needed", "designer-needed-row"),
        |row, name| {
            row.words(&name("text"));
        },
    );
    // The statements that life events let people tick.
    let mut statements: Vec<(String, String)> = Vec::new();
    for event in visits::events(room.db()).await? {
        let asked = event
            .questions
            .iter()
            .filter(|question| question.kind == QuestionKind::YesNo)
            .map(|question| (&question.key, question.label.get(room.language())));
        let given = event
            .given
            .iter()
            .map(|key| (key, event.title.get(room.language())));
        for (key, label) in asked.chain(given) {
            if statements.iter().all(|(known, _)| known != key.as_str()) {
                statements.push((key.to_string(), label.to_owned()));
            }
        }
    }
    let chosen = values.get("navigator");
    if !chosen.is_empty() && statements.iter().all(|(known, _)| known != chosen) {
        statements.push((chosen.to_owned(), chosen.to_owned()));
    }
    let written = !values.get("navigator-expression").is_empty();
    controls
        .heading("events", "designer-navigator", "designer-navigator-lead")
        .select(
            "navigator",
            "designer-navigator-for",
            "designer-navigator-always",
            statements,
        )
        .folded("designer-condition-write", written, |more| {
            more.line(
                "navigator-expression",
                "designer-condition-expression",
                "",
                40,
            );
        });
    Ok(())
}

/// Who may move a case, to choose from: the capabilities for cases, the city's roles, and what stands there already.
async fn movers(room: &Room, values: &Fields) -> Result<Vec<(String, String)>, Problem> {
    let mut known: Vec<(String, String)> = [
        (WORK.name, "designer-mover-work"),
        (DECIDE.name, "designer-mover-decide"),
    ]
    .map(|(name, text)| (name.to_owned(), room.d(text)))
    .into();
    for role in roles(room.db()).await.map_err(ProcedureError::from)? {
        if !role.capabilities.iter().any(|name| name == WORK.name) {
            continue;
        }
        let is_english = room.language() == Language::English && !role.name_en.is_empty();
        let name = if is_english {
            role.name_en
        } else {
            role.name_ja
        };
        let text = room
            .designer_words()
            .with_text("designer-mover-role", "role", &name)
            .into_owned();
        known.push((role.key, text));
    }
    for (name, value) in values.pairs() {
        let is_mover = name.starts_with("mover_")
            || (name.starts_with("stage-")
                && ["-enter", "-leave"]
                    .iter()
                    .any(|ending| name.ends_with(ending)));
        if is_mover && !value.is_empty() && known.iter().all(|(known, _)| known != value) {
            known.push((value.to_owned(), value.to_owned()));
        }
    }
    Ok(known)
}

async fn review(room: &Room, values: &Fields, controls: &mut Controls<'_>) -> Result<(), Problem> {
    let movers = movers(room, values).await?;
    let mut steps = Html::empty();
    for stage in ["received", "checked", "decided", "delivered", "closed"] {
        steps.push(&Html::trusted(format!(
            "<li>{}</li>",
            Html::text(&room.d(&format!("designer-stage-{stage}")))
        )));
    }
    controls
        .heading("stages", "designer-stages", "designer-stages-lead")
        .add(&Html::trusted(format!("<ol>{steps}</ol>")))
        .heading(
            "own-stages",
            "designer-own-stages",
            "designer-own-stages-lead",
        );
    list(
        room,
        values,
        controls,
        ("stage", "designer-stage-row"),
        |row, name| {
            row.words(&name("title"))
                .select_of(
                    &name("after"),
                    "designer-stage-after",
                    AFTERS
                        .map(|(word, _)| (word.to_owned(), room.d(&format!("designer-at-{word}")))),
                )
                .number(
                    &name("days"),
                    "designer-stage-days",
                    "designer-working-days",
                )
                .select(
                    &name("enter"),
                    "designer-stage-enter",
                    "designer-mover-standard",
                    movers.iter().cloned(),
                )
                .select(
                    &name("leave"),
                    "designer-stage-leave",
                    "designer-mover-standard",
                    movers.iter().cloned(),
                )
                .tick(
                    &name("hidden"),
                    "designer-stage-hidden",
                    "designer-stage-hidden-text",
                )
                .line(
                    &name("key"),
                    "designer-field-key",
                    "designer-support-stage-key",
                    20,
                );
        },
    );
    controls.heading("movers", "designer-movers", "designer-movers-lead");
    for (name, none) in [
        ("checked", "designer-mover-standard"),
        ("decided", "designer-mover-standard-decide"),
        ("delivered", "designer-mover-standard"),
        ("closed", "designer-mover-standard"),
    ] {
        controls.select(
            &format!("mover_{name}"),
            &format!("designer-mover-{name}"),
            none,
            movers.iter().cloned(),
        );
    }
    controls
        .heading("days", "designer-processing", "designer-days-lead")
        .number(
            "processing_days",
            "designer-field-processing-days",
            "designer-days",
        )
        .radios(
            "processing_count",
            "designer-field-processing-count",
            DAY_COUNTS.map(|(name, _)| {
                let text = format!("designer-count-{}", name.replace('_', "-"));
                Choice::new(name, room.d(&text)).support(room.d(&format!("{text}-about")))
            }),
        )
        .heading("checklist", "designer-checklist", "designer-checklist-lead");
    list(
        room,
        values,
        controls,
        ("check", "designer-checklist-row"),
        |row, name| {
            row.line(&name("text"), "designer-checklist-text", "", 40);
        },
    );
    controls
        .heading("retention", "designer-retention", "designer-retention-lead")
        .number(
            "retention_years",
            "designer-field-retention-years",
            "designer-years",
        )
        .line(
            "retention_basis",
            "designer-field-retention-basis",
            "designer-support-retention-basis",
            40,
        );
    Ok(())
}

fn templates(room: &Room, values: &Fields, controls: &mut Controls<'_>) {
    let mut placeholders = Html::empty();
    for name in ["receipt", "procedure", "department", "date", "reason"] {
        placeholders.push(&Html::trusted(format!(
            "<li><code>{{{name}}}</code>：{}</li>",
            Html::text(&room.d(&format!("designer-placeholder-{name}")))
        )));
    }
    controls.add(&Html::trusted(format!("<ul>{placeholders}</ul>")));
    let used = rows::used(values, "row");
    let shown = used + 1;
    controls.row_count("row", shown);
    for number in 0..shown {
        let name = |part: &str| format!("row-{number}-{part}");
        let title = if number < used {
            values.get(&name("name")).to_owned()
        } else {
            room.d("designer-template-new")
        };
        let row = ListRow {
            list: "row",
            number,
            used,
        };
        controls.card(row, &title, |card| {
            card.select_of(
                &name("use_for"),
                "designer-template-use",
                USES.map(|(word, _)| (word.to_owned(), room.d(&format!("designer-use-{word}")))),
            )
            .line(&name("name"), "designer-template-name", "", 40)
            .text(&name("text"), "designer-template-text", 8);
        });
    }
}

fn export(room: &Room, standing: &Standing, values: &Fields, controls: &mut Controls<'_>) {
    let form = &standing.document.form;
    let mut sources: Vec<(String, String)> = offered(&standing.document)
        .iter()
        .map(|offered| {
            (
                offered.from.clone(),
                heading(room.designer_words(), offered),
            )
        })
        .collect();
    let mut questions: Vec<(String, String)> = form
        .pages
        .iter()
        .flat_map(|page| &page.fields)
        .map(|field| {
            (
                field.key.to_string(),
                field.label.get(room.language()).to_owned(),
            )
        })
        .collect();
    // What stands in a file but is no question stays to be seen, and to be mended.
    for (known, part) in [(&mut sources, "from"), (&mut questions, "only_with")] {
        for row in 0..rows::row_count(values, "row") {
            let value = values.get(&format!("row-{row}-{part}"));
            if !value.is_empty() && known.iter().all(|(known, _)| known != value) {
                known.push((value.to_owned(), value.to_owned()));
            }
        }
    }
    list(
        room,
        values,
        controls,
        ("row", "designer-column-row"),
        |row, name| {
            let open = ["codes", "only_with", "verified"]
                .iter()
                .any(|part| !values.get(&name(part)).is_empty());
            row.line(&name("heading"), "designer-column-heading", "", 20)
                .select(
                    &name("from"),
                    "designer-column-from",
                    "designer-condition-none",
                    sources.iter().cloned(),
                )
                .select_of(
                    &name("as"),
                    "designer-column-as",
                    ColumnForm::ALL.map(|(word, _)| {
                        let key = format!("designer-column-as-{}", word.replace('/', "-"));
                        (word.to_owned(), room.d(&key))
                    }),
                )
                .folded("designer-column-more", open, |more| {
                    more.lines(
                        &name("codes"),
                        "designer-column-codes",
                        "designer-column-codes-hint",
                        2,
                    )
                    .select(
                        &name("only_with"),
                        "designer-column-only-with",
                        "designer-column-always",
                        questions.iter().cloned(),
                    )
                    .tick(
                        &name("verified"),
                        "designer-column-verified",
                        "designer-column-verified-text",
                    );
                });
        },
    );
}
