//! One procedure: its outline, what the checker finds, its versions.

use askama::Template;
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_forms::{
    Severity,
    model::document::{Expression, Field, FormPage},
};
use yakuba_identity::department_names;
use yakuba_ui::{
    Cell, ChipLabel, Column, Fields, Html, NotificationBanner, Page, Row, Table, Words, format,
};

use super::{
    HOME, Standing,
    edit::address as settings_address,
    href, mend, publication,
    values::{
        condition::{self, Simple},
        question::{self, named},
        rules::Part,
        settings::{CATEGORIES, PROOFS, Section},
    },
};
use crate::{
    capabilities::INVENTORY,
    desk::room::Room,
    model::{
        check::{Found, check},
        document::ProcedureDocument,
        processing::DayCount,
    },
    pages,
    store::{self, Definition, inventory},
};

#[derive(Template)]
#[template(path = "designer/show.html")]
struct Body {
    words: Words,
    href: String,
    revision: i64,
    may_design: bool,
    findings: Option<Table>,
    pages: Vec<Outline>,
    settings: Vec<(String, String, String)>,
    inventory: (String, Option<(String, String)>),
    copy: String,
    rules: Vec<(String, usize, String)>,
    banner: Option<NotificationBanner>,
    publication: Html,
    versions: Table,
}

struct Outline {
    key: String,
    title: String,
    condition: String,
    fields: Vec<Line>,
}

struct Line {
    key: String,
    label: String,
    kind: String,
    note: String,
}

pub(super) async fn show(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let standing = room.standing(&key).await?;
    page(&room, &standing, &Fields::default()).await
}

/// The page, with what stood in a form of it that was refused.
pub(super) async fn page(
    room: &Room,
    standing: &Standing,
    typed: &Fields,
) -> Result<Response, Problem> {
    let language = room.language();
    let document = &standing.document;
    let base = href(&document.key);
    let mut found = check(document);
    found.extend(crate::slots::findings(&room.city, document).await?);
    found.extend(crate::movers::findings(room.db(), document).await?);
    found.sort_by_key(|finding| finding.severity);
    let must = found
        .iter()
        .filter(|finding| finding.severity == Severity::Must)
        .count();
    let known = condition::known(&document.form, None);
    let condition = |expression: &Option<Expression>| {
        let Some(expression) = expression else {
            return String::new();
        };
        let words = room.designer_words();
        let sentence = Simple::read(expression, &known).map(|simple| {
            let joint = room.d(if simple.any {
                "designer-or"
            } else {
                "designer-and"
            });
            simple.sentence(&known, language, &joint, |test, question, answer| {
                words
                    .with(
                        &format!("designer-says-{}", test.name()),
                        &[
                            ("question", question.to_owned().into()),
                            ("answer", answer.to_owned().into()),
                        ],
                    )
                    .into_owned()
            })
        });
        words
            .with_text(
                "designer-if",
                "condition",
                sentence.as_deref().unwrap_or(&expression.0),
            )
            .into_owned()
    };
    let line = |field: &Field| {
        let mut note = vec![room.d(if field.optional {
            "designer-optional"
        } else {
            "designer-required"
        })];
        note.push(condition(&field.show_if));
        note.retain(|part| !part.is_empty());
        Line {
            key: field.key.to_string(),
            label: field.label.get(language).to_owned(),
            kind: room.d(&format!(
                "designer-kind-{}",
                question::kind_of(field).replace('_', "-")
            )),
            note: note.join(" / "),
        }
    };
    let outline = |page: &FormPage| Outline {
        key: page.key.to_string(),
        title: page.title.get(language).to_owned(),
        condition: condition(&page.show_if),
        fields: page.fields.iter().map(line).collect(),
    };
    let hindrance = if must > 0 {
        room.designer_words()
            .counted("designer-problem-must", must as u64)
            .into_owned()
    } else {
        String::new()
    };
    let department = &document.department;
    let request = store::publication::request(room.db(), &document.key).await?;
    let body = Body {
        words: room.designer_words(),
        revision: standing.revision,
        may_design: room.may_design(department),
        findings: (!found.is_empty()).then(|| findings_table(room, document, &found)),
        pages: document.form.pages.iter().map(outline).collect(),
        rules: Part::ALL
            .map(|part| {
                (
                    room.d(&format!("designer-part-{}", part.name())),
                    part.count(&document.form),
                    format!("{base}/rules?part={}", part.name()),
                )
            })
            .into(),
        versions: versions_table(room, &base, &standing.versions),
        banner: publication::banner(room, standing, request.as_ref()),
        publication: publication::section(room, standing, request.as_ref(), hindrance, typed)
            .await?,
        settings: outlines(room, document).await?,
        inventory: inventory_line(room, document).await?,
        copy: format!("{HOME}?from={}#new", document.key),
        href: base,
    };
    Ok(room
        .designer_page(document.title.get(language), &body)
        .breadcrumb(room.d("designer-title"), HOME)
        .lead(document.summary.get(language))
        .into_response())
}

/// The pages of settings: name, what stands there in a few words, address.
async fn outlines(
    room: &Room,
    document: &ProcedureDocument,
) -> Result<Vec<(String, String, String)>, Problem> {
    let language = room.language();
    let words = room.designer_words();
    let applicants = pages::WORDS.words(language);
    let names = department_names(room.db(), language.is_japanese()).await?;
    let counted = |key: &str, count: usize| words.counted(key, count as u64).into_owned();
    let outline = |section: Section| {
        let parts = match section {
            Section::Basics => vec![
                names
                    .get(&document.department)
                    .map_or(document.department.as_str(), String::as_str)
                    .to_owned(),
                applicants
                    .get(&format!(
                        "applicant-category-{}",
                        named(&CATEGORIES, document.category)
                    ))
                    .into_owned(),
                room.d(&format!(
                    "designer-proof-{}",
                    named(&PROOFS, document.proof)
                )),
            ],
            Section::Together => vec![match &document.co_applicants {
                Some(rules) => rules.who.get(language).to_owned(),
                None => room.d("designer-outline-alone"),
            }],
            Section::Guide => vec![
                counted(
                    "designer-outline-minutes",
                    usize::try_from(document.guide.minutes).unwrap_or_default(),
                ),
                counted("designer-outline-needed", document.guide.needed.len()),
            ],
            Section::Review => vec![
                match document.processing() {
                    Some(time) => words
                        .counted(
                            match time.count {
                                DayCount::WorkingDays => "designer-outline-days",
                                DayCount::CalendarDays => "designer-outline-calendar-days",
                            },
                            i64::from(time.days),
                        )
                        .into_owned(),
                    None => room.d("designer-outline-no-days"),
                },
                counted("designer-outline-stages", document.stages.len()),
                counted("designer-outline-checklist", document.checklist.len()),
                words
                    .counted(
                        "designer-outline-retention",
                        i64::from(document.retention.years),
                    )
                    .into_owned(),
            ],
            Section::Templates => vec![counted("designer-rules-count", document.templates.len())],
            Section::Export if document.export.is_empty() => {
                vec![room.d("designer-outline-every-question")]
            }
            Section::Export => vec![counted("designer-outline-columns", document.export.len())],
        };
        (
            room.d(&format!("designer-section-{}", section.name())),
            parts.join(" / "),
            settings_address(&document.key, section),
        )
    };
    Ok(Section::ALL.map(outline).into())
}

/// How the inventory knows the procedure: in words, with a way there for those who may see it.
async fn inventory_line(
    room: &Room,
    document: &ProcedureDocument,
) -> Result<(String, Option<(String, String)>), Problem> {
    let home = "/desk/procedures/inventory";
    Ok(
        match inventory::linked_to(room.db(), &document.key).await? {
            Some(entry) => {
                let may_see = room.principal.holds_in(INVENTORY, &entry.department);
                let text = room
                    .designer_words()
                    .with_text("designer-inventory-linked", "entry", &entry.title)
                    .into_owned();
                let way = may_see.then(|| {
                    (
                        room.d("designer-inventory-entry"),
                        format!("{home}/entries/{}", entry.number),
                    )
                });
                (text, way)
            }
            None => (
                room.designer_words()
                    .with_text("designer-inventory-none", "key", &document.key)
                    .into_owned(),
                room.principal
                    .holds_in(INVENTORY, &document.department)
                    .then(|| (room.d("designer-inventory-open"), home.to_owned())),
            ),
        },
    )
}

/// What the checker found, each with a way to the control that mends it.
pub(super) fn findings_table(room: &Room, document: &ProcedureDocument, found: &[Found]) -> Table {
    let language = room.language();
    let may_design = room.may_design(&document.department);
    let rows = found.iter().map(|finding| {
        let chip = match finding.severity {
            Severity::Must => ChipLabel::new(room.d("designer-must")).red(),
            Severity::Should => ChipLabel::new(room.d("designer-should")).orange(),
        };
        let way = mend::way(document, finding);
        let label = mend::label(room, document, finding);
        let place = match way {
            Some(address) if may_design => Cell::link(label, address),
            _ => Cell::text(label),
        };
        Row::new([
            Cell::html(&chip),
            place,
            Cell::text(finding.message.in_language(language)),
        ])
    });
    Table::new(language, "findings", room.d("designer-findings"))
        .columns([
            Column::text(room.d("designer-severity")).no_wrap(),
            Column::text(room.d("designer-place")),
            Column::text(room.d("designer-finding")),
        ])
        .rows(rows)
        .hide_caption()
        .stacked()
}

fn versions_table(room: &Room, base: &str, versions: &[Definition]) -> Table {
    let language = room.language();
    let rows = versions.iter().map(|version| {
        let number = version.number;
        Row::new([
            Cell::link(
                room.designer_words().counted("designer-version", number),
                format!("{base}/versions/{number}"),
            ),
            Cell::text(room.d(&format!("designer-version-{}", version.state))),
            Cell::text(
                version
                    .live_from
                    .map(|day| format::date(day, language))
                    .unwrap_or_default(),
            ),
            Cell::link(
                room.designer_words().counted("designer-download", number),
                format!("{base}/versions/{number}/yaml"),
            ),
        ])
    });
    Table::new(language, "versions", room.d("designer-versions"))
        .columns([
            Column::text(room.d("designer-version-number")),
            Column::text(room.d("designer-state")),
            Column::text(room.d("designer-from-day")),
            Column::text(room.d("designer-file")),
        ])
        .rows(rows)
        .row_headers()
        .hide_caption()
        .stacked()
}

#[derive(Template)]
#[template(path = "designer/version.html")]
struct VersionBody {
    words: Words,
    lead: String,
    lines: Vec<(char, String)>,
    yaml: String,
}

/// A version as YAML, with what it changed against the one before.
pub(super) async fn version(
    room: Room,
    Path((key, number)): Path<(String, i64)>,
) -> Result<Page, Problem> {
    let standing = room.standing(&key).await?;
    let find = |wanted: i64| {
        standing
            .versions
            .iter()
            .find(|version| version.number == wanted)
    };
    let this = find(number).ok_or(Problem::NotFound)?;
    let yaml = this.document.to_yaml()?;
    let (lead, lines) = match find(number - 1) {
        Some(before) => {
            let old = before.document.to_yaml()?;
            let lines = super::change::difference(&old, &yaml);
            let lead = if lines.is_empty() {
                room.d("designer-same")
            } else {
                room.designer_words()
                    .counted("designer-difference", number - 1)
                    .into_owned()
            };
            (lead, lines)
        }
        None => (room.d("designer-first-version"), Vec::new()),
    };
    let body = VersionBody {
        words: room.designer_words(),
        lead,
        lines,
        yaml,
    };
    let title = room
        .designer_words()
        .counted("designer-version", number)
        .into_owned();
    Ok(room
        .designer_page(title, &body)
        .breadcrumb(room.d("designer-title"), HOME)
        .breadcrumb(standing.document.title.get(room.language()), href(&key)))
}

pub(super) async fn download(
    room: Room,
    Path((key, number)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let standing = room.standing(&key).await?;
    let version = standing
        .versions
        .iter()
        .find(|version| version.number == number)
        .ok_or(Problem::NotFound)?;
    let name = format!(
        "attachment; filename=\"{}-{number}.yaml\"",
        version.document.key
    );
    Ok((
        [
            (header::CONTENT_TYPE, "application/yaml".to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        version.document.to_yaml()?,
    )
        .into_response())
}
