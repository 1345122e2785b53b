//! What is said about a dataset: a new one, and changing it.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{
    Choice, DateField, ErrorSummary, Fields, FormErrors, Select, TextArea, TextField, Words, done,
};

use super::room::{Room, href};
use crate::{
    capabilities::EDIT,
    error::PlacesError,
    model::{
        document::{DatasetDocument, Licence, Rhythm, Theme, is_key},
        standard::DATASETS,
    },
    store,
};

#[derive(Template)]
#[template(path = "desk/edit.html")]
struct Body {
    words: Words,
    summary: ErrorSummary,
    action: String,
    key: Option<TextField>,
    revision: i64,
    /// What it is made from; empty: files.
    source: String,
    fields: Vec<TextField>,
    description: TextArea,
    description_en: TextArea,
    selects: Vec<Select>,
    period: [DateField; 2],
    contact: Vec<TextField>,
    save: String,
}

/// What the form holds.
fn typed_of(document: &DatasetDocument) -> Fields {
    let mut typed = Fields::default();
    for (name, value) in [
        ("key", document.key.as_str()),
        ("title", &document.title),
        ("title_en", &document.title_en),
        ("description", &document.description),
        ("description_en", &document.description_en),
        ("department", document.department.as_str()),
        ("theme", document.theme.name()),
        ("keywords", &document.keywords.join("、")),
        ("licence", document.licence.name()),
        ("rhythm", document.rhythm.name()),
        ("area", &document.area),
        ("contact", &document.contact),
        ("phone", &document.phone),
        ("email", &document.email),
        ("national", document.national.as_deref().unwrap_or_default()),
    ] {
        typed.push(name, value);
    }
    for (name, day) in [("from", document.from), ("until", document.until)] {
        if let Some(day) = day {
            typed.push(&format!("{name}_year"), day.year().to_string());
            typed.push(&format!("{name}_month"), day.month().to_string());
            typed.push(&format!("{name}_day"), day.day().to_string());
        }
    }
    typed
}

fn day_of(typed: &Fields, name: &str) -> (String, String, String) {
    let part = |part: &str| typed.get(&format!("{name}_{part}")).to_owned();
    (part("year"), part("month"), part("day"))
}

/// Reads the form. What is missing or wrong goes to `errors`.
fn read(
    room: &Room,
    typed: &Fields,
    key: &str,
    errors: &mut FormErrors,
) -> Option<DatasetDocument> {
    for name in ["title", "description", "contact"] {
        if typed.get(name).is_empty() {
            errors.add(name, room.t("desk-problem-required"));
        }
        if typed.get(name).chars().count() > 5_000 {
            errors.add(name, room.t("desk-problem-long"));
        }
    }
    if !is_key(key) {
        errors.add("key", room.t("desk-problem-key"));
    }
    let department = DepartmentCode::new(typed.get("department")).ok();
    if department.is_none() {
        errors.add("department", room.t("desk-problem-required"));
    }
    let mut days = [None, None];
    for (day, name) in days.iter_mut().zip(["from", "until"]) {
        let (year, month, date) = day_of(typed, name);
        if year.is_empty() && month.is_empty() && date.is_empty() {
            continue;
        }
        *day = DateField::read(&year, &month, &date);
        if day.is_none() {
            errors.add(name, room.t("desk-problem-day"));
        }
    }
    if let [Some(from), Some(until)] = days
        && until < from
    {
        errors.add("until", room.t("desk-problem-period"));
    }
    let national = typed.optional("national");
    if national
        .as_ref()
        .is_some_and(|key| DATASETS.iter().all(|known| known.key() != *key))
    {
        errors.add("national", room.t("desk-problem-required"));
    }
    if !errors.is_empty() {
        return None;
    }
    let [from, until] = days;
    Some(DatasetDocument {
        key: key.to_owned(),
        title: typed.get("title").to_owned(),
        title_en: typed.get("title_en").to_owned(),
        description: typed.get("description").to_owned(),
        description_en: typed.get("description_en").to_owned(),
        department: department?,
        theme: Theme::read(typed.get("theme")).unwrap_or_default(),
        keywords: typed
            .get("keywords")
            .split(['、', ',', '，', '\n'])
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .take(30)
            .map(str::to_owned)
            .collect(),
        licence: Licence::read(typed.get("licence")).unwrap_or_default(),
        rhythm: Rhythm::read(typed.get("rhythm")).unwrap_or_default(),
        area: typed.get("area").to_owned(),
        from,
        until,
        contact: typed.get("contact").to_owned(),
        phone: typed.get("phone").to_owned(),
        email: typed.get("email").to_owned(),
        national,
    })
}

async fn shown(
    room: &Room,
    standing: Option<&store::Dataset>,
    typed: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let language = room.language();
    let departments = room.departments().await?;
    let own = room
        .own_department()
        .map(|code| code.as_str().to_owned())
        .unwrap_or_default();
    let text = |name: &'static str| {
        TextField::new(language, name, room.t(&format!("desk-field-{name}")))
            .value(typed.get(name))
            .errors(errors)
    };
    let area = |name: &'static str| {
        TextArea::new(language, name, room.t(&format!("desk-field-{name}")))
            .rows(4)
            .value(typed.get(name))
            .errors(errors)
    };
    let day = |name: &'static str| {
        let (year, month, date) = day_of(typed, name);
        DateField::new(language, name, room.t(&format!("desk-field-{name}")))
            .typed(&year, &month, &date)
            .optional()
            .errors(errors)
    };
    let chosen = |name: &str, default: &str| match typed.get(name) {
        "" => default.to_owned(),
        given => given.to_owned(),
    };
    let selects = vec![
        departments
            .iter()
            .fold(
                Select::new(language, "department", room.t("desk-column-department")),
                |select, (code, name)| select.choice(Choice::new(code.as_str(), name)),
            )
            .value(&chosen("department", &own))
            .errors(errors),
        DATASETS
            .iter()
            .fold(
                Select::new(language, "national", room.t("desk-field-national"))
                    .support(room.t("desk-field-national-support"))
                    .choice(Choice::new("", room.t("desk-field-national-none"))),
                |select, known| {
                    let text = format!(
                        "{} {}（{}）",
                        known.number,
                        known.name,
                        known.generation.name()
                    );
                    select.choice(Choice::new(known.key(), text))
                },
            )
            .value(typed.get("national"))
            .errors(errors),
        Theme::ALL
            .iter()
            .fold(
                Select::new(language, "theme", room.public("places-theme")),
                |select, theme| {
                    let text = room.public(&format!("places-theme-{}", theme.name()));
                    select.choice(Choice::new(theme.name(), text))
                },
            )
            .value(&chosen("theme", Theme::default().name())),
        Rhythm::ALL
            .iter()
            .fold(
                Select::new(language, "rhythm", room.public("places-rhythm")),
                |select, rhythm| {
                    let text = room.public(&format!("places-rhythm-{}", rhythm.name()));
                    select.choice(Choice::new(rhythm.name(), text))
                },
            )
            .value(&chosen("rhythm", Rhythm::default().name())),
        Licence::ALL
            .iter()
            .fold(
                Select::new(language, "licence", room.public("places-licence")),
                |select, licence| {
                    select.choice(Choice::new(licence.name(), licence.title_in(language)))
                },
            )
            .value(&chosen("licence", Licence::default().name())),
    ];
    let body = Body {
        words: room.words,
        summary: errors.summary(language),
        action: standing.map_or_else(
            || "/desk/data/new".to_owned(),
            |found| format!("{}/edit", href(found.key())),
        ),
        key: standing.is_none().then(|| {
            text("key")
                .support(room.t("desk-field-key-support"))
                .required()
        }),
        revision: standing.map_or(0, |found| found.revision),
        source: typed.get("source").to_owned(),
        fields: vec![
            text("title").required(),
            text("title_en").optional(),
            text("keywords")
                .support(room.t("desk-field-keywords-support"))
                .optional(),
            text("area").optional(),
        ],
        description: area("description").required(),
        description_en: area("description_en").optional(),
        selects,
        period: [day("from"), day("until")],
        contact: vec![
            text("contact")
                .support(room.t("desk-field-contact-support"))
                .required(),
            text("phone").optional(),
            text("email").email().optional(),
        ],
        save: room.t(if standing.is_some() {
            "desk-save"
        } else {
            "desk-make"
        }),
    };
    let page = match standing {
        Some(found) => room.page_of(found, room.t("desk-edit"), &body),
        None => room.page_below(room.t("desk-new"), &body),
    };
    Ok(page.with_errors(!errors.is_empty()).into_response())
}

/// An empty form, or what a source says about itself.
pub(super) async fn new_page(room: Room) -> Result<Response, Problem> {
    let mut typed = Fields::default();
    let asked = room.query.get("source");
    if !asked.is_empty() {
        let source = store::sources(&room.city)
            .await?
            .into_iter()
            .find(|source| source.key == asked)
            .ok_or(Problem::NotFound)?;
        for (name, value) in [
            ("source", source.key.as_str()),
            ("key", &source.suggested_key()),
            ("title", &source.title[0]),
            ("title_en", &source.title[1]),
            ("description", &source.description[0]),
            ("description_en", &source.description[1]),
            ("national", source.national.unwrap_or_default()),
            ("rhythm", Rhythm::Daily.name()),
        ] {
            typed.push(name, value);
        }
    }
    shown(&room, None, &typed, &FormErrors::new()).await
}

pub(super) async fn create(room: Room, typed: Fields) -> Result<Response, Problem> {
    let mut errors = FormErrors::new();
    let key = typed.get("key").to_owned();
    if let Some(document) = read(&room, &typed, &key, &mut errors) {
        if !room.principal.holds_in(EDIT, &document.department) {
            return Err(Problem::NotAllowed);
        }
        let source = typed.get("source").to_owned();
        if !source.is_empty()
            && store::sources(&room.city)
                .await?
                .iter()
                .all(|known| known.key != source)
        {
            return Err(Problem::BadRequest(room.t("desk-problem-source")));
        }
        let made = room
            .write(
                (document, source.clone()),
                |tx, (document, source): &(DatasetDocument, String)| {
                    Box::pin(store::create(tx, document, source))
                },
            )
            .await;
        match made {
            Ok(()) if source.is_empty() => return Ok(done(&href(&key), "made")),
            Ok(()) => {
                store::make(&room.city, room.principal.actor(), &key).await?;
                return Ok(done(&href(&key), "made-itself"));
            }
            Err(error @ (PlacesError::KeyTaken(_) | PlacesError::BadKey(_))) => {
                errors.add("key", room.sentence(&error).unwrap_or_default());
            }
            Err(error) => return Err(error.into()),
        }
    }
    shown(&room, None, &typed, &errors).await
}

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = room.dataset_for(&key, EDIT).await?;
    shown(
        &room,
        Some(&found),
        &typed_of(&found.document),
        &FormErrors::new(),
    )
    .await
}

pub(super) async fn save(
    mut room: Room,
    Path(key): Path<String>,
    typed: Fields,
) -> Result<Response, Problem> {
    let found = room.dataset_for(&key, EDIT).await?;
    let mut errors = FormErrors::new();
    if let Some(document) = read(&room, &typed, &key, &mut errors) {
        // Moving it to another department needs the right in both.
        if !room.principal.holds_in(EDIT, &document.department) {
            return Err(Problem::NotAllowed);
        }
        let revision = typed.get("revision").parse().unwrap_or(0);
        let saved = room
            .write((document, revision), |tx, (document, revision)| {
                Box::pin(store::describe(tx, document, *revision))
            })
            .await;
        match saved {
            Ok(()) => return Ok(done(&href(&key), "saved")),
            Err(error) => match room.sentence(&error) {
                Some(sentence) => room.refuse(sentence),
                None => return Err(error.into()),
            },
        }
    }
    shown(&room, Some(&found), &typed, &errors).await
}
