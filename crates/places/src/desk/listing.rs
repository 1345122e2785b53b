//! Several datasets at once, from a table with the addresses of their files: what would come of each line, and then what came of it. Each dataset is
//! a write of its own.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{
    extract::Multipart,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_identity::department_names;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{
    Cell, CheckboxGroup, ChipLabel, Choice, Column, ErrorSummary, Fields, FileUpload, FormErrors,
    NotificationBanner, RadioGroup, Row, Select, Table, TextArea, TextField, Words,
};

use super::{
    links::{is_copied, link_or_copy},
    room::{Room, href},
    sent::Typed,
};
use crate::{
    capabilities::{EDIT, PUBLISH},
    error::PlacesError,
    model::{
        document::Licence,
        links::MOST_ADDRESSES,
        listing::{Defaults, Listing, ListingError, Place, Plan, Standing, plan, read_listing},
        refused::Refused,
        standard::header_key,
    },
    store,
};

/// The address of the page.
pub(super) const HERE: &str = "/desk/data/new/list";
/// The fields that are kept from the check to the taking, beside the table.
const KEPT: [&str; 5] = ["department", "contact", "licence", "how", "publish"];

#[derive(Template)]
#[template(path = "desk/listing.html")]
struct Body {
    words: Words,
    summary: ErrorSummary,
    action: &'static str,
    told: Option<NotificationBanner>,
    table: Option<Table>,
    /// What is sent to take what is shown; empty: nothing can be taken.
    kept: Vec<(&'static str, String)>,
    is_done: bool,
    form: Option<Form>,
}

/// The controls of the list.
struct Form {
    list: TextArea,
    file: FileUpload,
    department: Select,
    contact: TextField,
    licence: Select,
    how: RadioGroup,
    publish: Option<CheckboxGroup>,
}

/// The form with what was typed.
async fn form(room: &Room, typed: &Fields, errors: &FormErrors) -> Result<Form, Problem> {
    let language = room.language();
    let departments = room.departments().await?;
    let own = room
        .own_department()
        .map(|code| code.as_str().to_owned())
        .unwrap_or_default();
    let department = match typed.get("department") {
        "" => own,
        said => said.to_owned(),
    };
    // Who answers questions is mostly the section itself.
    let contact = if typed.has("contact") {
        typed.get("contact").to_owned()
    } else {
        departments
            .iter()
            .find(|(code, _)| code.as_str() == department)
            .map(|(_, name)| name.clone())
            .unwrap_or_default()
    };
    let licence = Licence::read(typed.get("licence")).unwrap_or_default();
    let may_publish = departments
        .keys()
        .any(|code| room.principal.holds_in(PUBLISH, code));
    Ok(Form {
        list: TextArea::new(language, "list", room.t("desk-listing-list"))
            .support(
                room.words
                    .counted("desk-listing-list-support", MOST_ADDRESSES as u64),
            )
            .rows(10)
            .value(typed.get("list"))
            .optional()
            .errors(errors),
        file: FileUpload::new(language, "file", room.t("desk-links-file"))
            .accept(".csv,.tsv,.txt,.xlsx")
            .optional()
            .errors(errors),
        department: departments
            .iter()
            .fold(
                Select::new(language, "department", room.t("desk-column-department")),
                |select, (code, name)| select.choice(Choice::new(code.as_str(), name)),
            )
            .value(&department),
        contact: TextField::new(language, "contact", room.t("desk-field-contact"))
            .support(room.t("desk-field-contact-support"))
            .value(contact)
            .optional(),
        licence: Licence::ALL
            .iter()
            .fold(
                Select::new(language, "licence", room.public("places-licence")),
                |select, licence| {
                    select.choice(Choice::new(licence.name(), licence.title_in(language)))
                },
            )
            .value(licence.name()),
        how: link_or_copy(room, typed),
        publish: may_publish.then(|| {
            CheckboxGroup::new(language, "publish", room.t("desk-listing-publish"))
                .choice(
                    Choice::new("1", room.t("desk-listing-publish-now"))
                        .support(room.t("desk-listing-publish-support"))
                        .chosen(typed.get("publish") == "1"),
                )
                .optional()
        }),
    })
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    asked(&room, &Fields::default(), &FormErrors::new()).await
}

/// The form alone.
async fn asked(room: &Room, typed: &Fields, errors: &FormErrors) -> Result<Response, Problem> {
    let body = Body {
        words: room.words,
        summary: errors.summary(room.language()),
        action: HERE,
        told: None,
        table: None,
        kept: Vec::new(),
        is_done: false,
        form: Some(form(room, typed, errors).await?),
    };
    Ok(room
        .page_below(room.t("desk-listing"), &body)
        .with_errors(!errors.is_empty())
        .into_response())
}

/// Why a table is not taken.
fn sentence(room: &Room, error: &ListingError) -> String {
    match error {
        ListingError::Empty => room.t("desk-listing-empty"),
        ListingError::NoColumns => room.t("desk-listing-no-columns"),
        ListingError::TooMany => room
            .words
            .counted("desk-links-many", MOST_ADDRESSES as u64)
            .into_owned(),
        ListingError::Sheet(error) => room.refused(&Refused::from(error)),
    }
}

/// What the city has and this person may do.
async fn place(room: &Room) -> Result<Place, PlacesError> {
    let mut departments: BTreeMap<String, DepartmentCode> = BTreeMap::new();
    for is_japanese in [true, false] {
        for (code, name) in department_names(room.db(), is_japanese).await? {
            if room.principal.holds_in(EDIT, &code) {
                for said in [code.as_str(), &name] {
                    departments.insert(header_key(said).to_lowercase(), code.clone());
                }
            }
        }
    }
    let mut addresses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for ((key, _), link) in store::links(room.db(), None).await? {
        addresses.entry(key).or_default().insert(link.address);
    }
    let mut standing: Vec<Standing> = store::datasets(room.db())
        .await?
        .into_iter()
        .map(|found| Standing {
            key: found.key().to_owned(),
            title: found.document.title.clone(),
            is_own: room.may(EDIT, &found),
            is_made: !found.source.is_empty(),
            addresses: addresses.remove(found.key()).unwrap_or_default(),
        })
        .collect();
    standing.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(Place {
        departments,
        standing,
    })
}

pub(super) async fn send(room: Room, multipart: Multipart) -> Result<Response, Problem> {
    let Typed {
        mut fields,
        name,
        bytes,
    } = Typed::read(multipart).await?;
    let (field, name, bytes) = if bytes.is_empty() {
        (
            "list",
            "list.csv".to_owned(),
            fields.get("list").as_bytes().to_vec(),
        )
    } else {
        ("file", name, bytes)
    };
    // A large workbook takes a moment of pure computing.
    let read = tokio::task::spawn_blocking(move || read_listing(&bytes, &name))
        .await
        .map_err(|error| Problem::internal(&error))?;
    let listing = match read {
        Ok(listing) => listing,
        Err(error) => {
            let mut errors = FormErrors::new();
            errors.add(field, sentence(&room, &error));
            return asked(&room, &fields, &errors).await;
        }
    };
    fields = with_list(&fields, &listing);
    let defaults = Defaults {
        department: DepartmentCode::new(fields.get("department"))
            .ok()
            .filter(|code| room.principal.holds_in(EDIT, code)),
        contact: fields.get("contact").to_owned(),
        licence: Licence::read(fields.get("licence")).unwrap_or_default(),
    };
    let planned = plan(&listing.lines, &defaults, &place(&room).await?);
    if fields.get("step") == "take" {
        taken(&room, &fields, planned).await
    } else {
        checked(&room, &fields, &planned).await
    }
}

/// The fields with the list as it was read.
fn with_list(typed: &Fields, listing: &Listing) -> Fields {
    let mut fields = Fields::default();
    fields.push("list", &listing.text);
    for (name, value) in typed.pairs().filter(|(name, _)| *name != "list") {
        fields.push(name, value);
    }
    fields
}

/// The lines, each with what becomes of it. `failures` tells why the dataset of a line was not written.
fn table(room: &Room, planned: &Plan, failures: Option<&BTreeMap<String, String>>) -> Table {
    let rows = planned.lines.iter().map(|line| {
        let failure = failures.and_then(|failures| failures.get(&line.key));
        let failure = failure.filter(|_| line.fate.is_added());
        let is_written = failures.is_some() && failure.is_none();
        let mut sentences = vec![match (failure, line.fate.is_added() && is_written) {
            (Some(failure), _) => failure.clone(),
            (None, true) => room.t(&format!("desk-listing-done-{}", line.fate.name())),
            (None, false) => room.t(&format!("desk-listing-{}", line.fate.name())),
        }];
        if line.fate.is_added() && failure.is_none() {
            sentences.extend(
                line.doubts
                    .iter()
                    .map(|doubt| room.t(&format!("desk-listing-doubt-{}", doubt.name()))),
            );
        }
        let chip = if line.fate.is_refused() || failure.is_some() {
            ChipLabel::new(room.t("desk-listing-chip-not")).red()
        } else if line.fate.is_added() && is_written {
            ChipLabel::new(room.t("desk-listing-chip-done")).green()
        } else if line.fate.is_added() {
            ChipLabel::new(room.t("desk-listing-chip-new")).blue()
        } else {
            ChipLabel::new(room.t("desk-listing-chip-known"))
        };
        let is_there = !line.key.is_empty()
            && !line.fate.is_refused()
            && (is_written || matches!(line.fate.name(), "joins" | "known"));
        let title = match line.title.as_str() {
            "" => room.t("desk-listing-untitled"),
            title => title.to_owned(),
        };
        let file = line.file.as_ref().map_or_else(String::new, |file| {
            if file.format.is_empty() {
                format!("{}　{}", file.title, file.address)
            } else {
                format!("{}（{}）　{}", file.title, file.format, file.address)
            }
        });
        Row::new([
            Cell::text(line.line.to_string()),
            if is_there {
                Cell::link(title, href(&line.key))
            } else {
                Cell::text(title)
            },
            Cell::text(&line.key),
            Cell::text(file),
            Cell::html(&chip),
            Cell::text(sentences.join(" ")),
        ])
        .marked(line.fate.is_refused() || failure.is_some())
    });
    Table::new(room.language(), "lines", room.t("desk-listing-lines"))
        .columns([
            Column::number(room.t("desk-column-row")),
            Column::text(room.t("desk-column-dataset")),
            Column::text(room.t("desk-field-key")),
            Column::text(room.t("desk-listing-file")),
            Column::text(room.t("desk-column-state")).no_wrap(),
            Column::text(room.t(if failures.is_some() {
                "desk-listing-came-of"
            } else {
                "desk-listing-what"
            })),
        ])
        .rows(rows)
        .stacked()
        .hide_caption()
}

/// How many datasets and files, and how many lines are left out.
fn counted(planned: &Plan) -> [usize; 3] {
    let new = planned
        .wanted
        .iter()
        .filter(|one| one.document.is_some())
        .count();
    let files = planned.wanted.iter().map(|one| one.files.len()).sum();
    let refused = planned
        .lines
        .iter()
        .filter(|line| line.fate.is_refused())
        .count();
    [new, files, refused]
}

fn told(room: &Room, key: &str, [datasets, files, refused]: [usize; 3]) -> NotificationBanner {
    let sentence = room.words.with(
        key,
        &[
            ("datasets", datasets.into()),
            ("files", files.into()),
            ("refused", refused.into()),
        ],
    );
    if refused > 0 {
        NotificationBanner::warning(sentence)
    } else {
        NotificationBanner::info(sentence)
    }
}

/// What would come of the list.
async fn checked(room: &Room, fields: &Fields, planned: &Plan) -> Result<Response, Problem> {
    let kept = if planned.wanted.is_empty() {
        Vec::new()
    } else {
        std::iter::once("list")
            .chain(KEPT)
            .map(|name| (name, fields.get(name).to_owned()))
            .collect()
    };
    let body = Body {
        words: room.words,
        summary: FormErrors::new().summary(room.language()),
        action: HERE,
        told: Some(told(room, "desk-listing-would", counted(planned))),
        table: Some(table(room, planned, None)),
        kept,
        is_done: false,
        form: Some(form(room, fields, &FormErrors::new()).await?),
    };
    Ok(room
        .page_below(room.t("desk-listing-checked"), &body)
        .into_response())
}

/// Takes what can be taken, and says what came of each line.
async fn taken(room: &Room, fields: &Fields, mut planned: Plan) -> Result<Response, Problem> {
    let is_copied = is_copied(fields);
    let mut failures: BTreeMap<String, String> = BTreeMap::new();
    for wanted in &planned.wanted {
        let is_public = fields.get("publish") == "1"
            && wanted
                .document
                .as_ref()
                .is_some_and(|document| room.principal.holds_in(PUBLISH, &document.department));
        let written = room
            .write(
                (wanted.clone(), is_public),
                move |tx, (wanted, is_public)| {
                    Box::pin(store::add_listed(tx, wanted, is_copied, *is_public))
                },
            )
            .await;
        if let Err(error) = written {
            match room.sentence(&error) {
                Some(sentence) => failures.insert(wanted.key.clone(), sentence),
                None => return Err(error.into()),
            };
        }
    }
    let lines = table(room, &planned, Some(&failures));
    planned
        .wanted
        .retain(|one| !failures.contains_key(&one.key));
    let mut counts = counted(&planned);
    counts[2] += planned
        .lines
        .iter()
        .filter(|line| line.fate.is_added() && failures.contains_key(&line.key))
        .count();
    let body = Body {
        words: room.words,
        summary: FormErrors::new().summary(room.language()),
        action: HERE,
        told: Some(told(room, "desk-listing-came", counts)),
        table: Some(lines),
        kept: Vec::new(),
        is_done: true,
        form: None,
    };
    let mut page = room
        .page_below(room.t("desk-listing-result"), &body)
        .into_response();
    if planned.wanted.is_empty() && counts[2] > 0 {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}
