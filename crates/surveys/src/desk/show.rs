//! One survey: what was found, its steps from draft to published results.

use askama::Template;
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use futures::future::BoxFuture;
use yakuba_city::{
    Tx,
    web::{Capability, Problem},
};
use yakuba_forms::{Answers, Finding, Form, Place, Severity};
use yakuba_identity::{department_names, qr_code};
use yakuba_ui::{
    Cell, CheckboxGroup, ChipLabel, Choice, Column, DescriptionList, Disclosure, Fields, Html, Row,
    Table, TextField, Words, done, format,
};

use super::{
    list::chip,
    room::{Room, href},
};
use crate::{
    capabilities::{PUBLISH, RAW, RESULTS, RUN},
    error::SurveyError,
    model::{
        check::{check, must},
        document::{Anonymity, Audience, LocalTime},
        questions::Kind,
    },
    shown::times,
    store::{self, State, Survey, answering::quota_counts, closing},
};

#[derive(Template)]
#[template(path = "desk/show.html")]
#[allow(
    clippy::struct_excessive_bools,
    reason = "independent parts of one page"
)]
struct Body {
    words: Words,
    href: String,
    revision: i64,
    state: Html,
    details: DescriptionList,
    quotas: Option<Table>,
    findings: Option<Table>,
    must: String,
    is_draft: bool,
    is_open: bool,
    is_closed: bool,
    is_published: bool,
    is_public: bool,
    may_run: bool,
    may_see_results: bool,
    /// Says who publishes, to whom may not.
    who_publishes: Option<String>,
    may_take_raw: bool,
    extend: TextField,
    sure: CheckboxGroup,
    versions: Vec<String>,
}

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = room.survey(&key).await?;
    shown(&room, &found).await
}

async fn shown(room: &Room, found: &Survey) -> Result<Response, Problem> {
    let language = room.language();
    let document = &found.document;
    let names = department_names(room.db(), language.is_japanese()).await?;
    let mut details = DescriptionList::new()
        .text(
            room.t("desk-column-time"),
            times(crate::WORDS.words(language), found, room.city.now()),
        )
        .text(
            room.t("desk-column-audience"),
            room.t(match document.audience {
                Audience::Residents => "desk-audience-residents",
                Audience::Staff => "desk-audience-staff",
            }),
        )
        .text(
            room.t("desk-anonymity"),
            room.t(match document.anonymity {
                Anonymity::Anonymous => "desk-anonymous",
                Anonymity::OnePerPerson => "desk-one-per-person",
            }),
        )
        .text(
            room.t("desk-column-department"),
            names
                .get(found.department())
                .map_or(found.department().as_str(), String::as_str),
        )
        .text(
            room.t("desk-column-answers"),
            match document.quota {
                Some(quota) => format!(
                    "{} / {}",
                    format::number(found.answers),
                    format::number(quota)
                ),
                None => format::number(found.answers),
            },
        )
        .text(
            room.t("desk-small"),
            if document.small_count_below > 1 {
                room.words
                    .with(
                        "desk-small-below",
                        &[("n", i64::from(document.small_count_below).into())],
                    )
                    .into_owned()
            } else {
                room.t("desk-small-off")
            },
        );
    if found.state != State::Draft && document.audience == Audience::Residents {
        let path = format!("/surveys/{}", found.key());
        let address = room.public_address(&path).unwrap_or(path);
        let mut way = Html::link(&address, &address);
        if let Some(code) = qr_code(&address, &room.t("desk-address-qr")) {
            let shown = Html::trusted(code);
            way.push(&Disclosure::new(room.t("desk-address-qr"), shown));
        }
        details = details.html(room.t("desk-address"), &way);
    }
    let found_findings = check(document);
    let count = must(&found_findings);
    let counts = quota_counts(room.db(), found.key()).await?;
    let quotas = (!counts.is_empty()).then(|| {
        Table::new(language, "quotas", room.t("desk-quotas"))
            .columns([
                Column::text(room.t("desk-quota-answer")),
                Column::number(room.t("desk-quota-count")),
                Column::number(room.t("desk-quota-most")),
            ])
            .rows(counts.iter().map(|(cell, count, most)| {
                Row::new([
                    Cell::text(cell_label(found, cell, language)),
                    // The exact number of a small group stands in no table.
                    Cell::text(if *count >= *most {
                        room.t("desk-quota-full")
                    } else if *count > 0 && *count < u64::from(document.small_count_below) {
                        room.t("desk-quota-few")
                    } else {
                        format::number(*count)
                    }),
                    Cell::text(format::number(*most)),
                ])
            }))
            .row_headers()
    });
    let versions = store::versions(room.db(), found.key()).await?;
    let body = Body {
        words: room.words,
        href: href(found.key()),
        revision: found.revision,
        state: Html::of(&chip(room, found)),
        details,
        quotas,
        findings: (!found_findings.is_empty()).then(|| findings(room, found, &found_findings)),
        must: if count > 0 {
            room.words
                .counted("desk-problem-must", count as u64)
                .into_owned()
        } else {
            String::new()
        },
        is_draft: found.state == State::Draft,
        is_open: found.state == State::Open,
        is_closed: found.state == State::Closed,
        is_published: found.published_at.is_some(),
        is_public: found.state != State::Draft,
        may_run: room.may(RUN, found),
        may_see_results: room.may(RESULTS, found) && found.state != State::Draft,
        who_publishes: room.who_else_may(PUBLISH, found.department()).await?,
        may_take_raw: room.may(RAW, found) && found.state == State::Closed,
        extend: TextField::new(language, "closes", room.t("desk-extend-to"))
            .support(room.t("desk-extend-support"))
            .value(document.closes.to_string())
            .width(20)
            .required(),
        sure: CheckboxGroup::new(language, "sure", room.t("desk-sure-title"))
            .choice(Choice::new("yes", room.t("desk-sure"))),
        versions: versions
            .iter()
            .map(|(number, _)| {
                room.words
                    .with("desk-version", &[("n", (*number).into())])
                    .into_owned()
            })
            .collect(),
    };
    Ok(room
        .page(document.title.get(language), &body)
        .breadcrumb(room.t("desk-title"), super::HOME)
        .into_response())
}

/// What the check found, each with a way to where it is mended.
fn findings(room: &Room, found: &Survey, all: &[Finding]) -> Table {
    let language = room.language();
    let base = href(found.key());
    let rows = all.iter().map(|finding| {
        let chip = match finding.severity {
            Severity::Must => ChipLabel::new(room.t("desk-must")).red(),
            Severity::Should => ChipLabel::new(room.t("desk-should")).orange(),
        };
        let question = found.document.form.pages.iter().find_map(|page| {
            let field = page
                .fields
                .iter()
                .find(|field| Some(&field.key) == finding.place.field.as_ref())?;
            Some((page, field))
        });
        let (place, way) = match question {
            Some((page, field)) if Kind::of(field).is_some() => (
                field.label.get(language).to_owned(),
                format!("{base}/question?page={}&question={}", page.key, field.key),
            ),
            Some((_, field)) => (field.label.get(language).to_owned(), format!("{base}/edit")),
            None if finding.place == Place::default() => {
                (room.t("desk-survey-settings"), format!("{base}/settings"))
            }
            None => (finding.place.to_string(), format!("{base}/questions")),
        };
        Row::new([
            Cell::html(&chip),
            if room.may(RUN, found) {
                Cell::link(place, way)
            } else {
                Cell::text(place)
            },
            Cell::text(finding.message.in_language(language)),
        ])
    });
    Table::new(language, "findings", room.t("desk-findings"))
        .columns([
            Column::text(room.t("desk-finding-severity")).no_wrap(),
            Column::text(room.t("desk-finding-place")),
            Column::text(room.t("desk-finding-text")),
        ])
        .rows(rows)
        .hide_caption()
        .stacked()
}

/// What `question.option` is called.
fn cell_label(found: &Survey, cell: &str, language: yakuba_ui::Language) -> String {
    use yakuba_forms::model::document::FieldKind;
    let (key, value) = cell.split_once('.').unwrap_or((cell, ""));
    for field in found
        .document
        .form
        .pages
        .iter()
        .flat_map(|page| &page.fields)
    {
        if let FieldKind::Choice { options } = &field.kind
            && field.key.as_str() == key
            && let Some(option) = options.iter().find(|option| option.value.as_str() == value)
        {
            return format!(
                "{}：{}",
                field.label.get(language),
                option.label.get(language)
            );
        }
    }
    cell.to_owned()
}

#[derive(Template)]
#[template(path = "desk/preview.html")]
struct Preview {
    words: Words,
    form: Option<Html>,
    findings: Vec<String>,
}

/// All pages below each other, with every question that is asked of somebody who has answered nothing.
pub(super) async fn preview(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = room.survey(&key).await?;
    let language = room.language();
    let (form, findings) = match Form::compile(&found.document.form) {
        Ok(form) => {
            let answers = Answers::new();
            let evaluation = form.evaluate(&answers, room.city.today());
            (
                Some(form.render_all(&answers, &evaluation, &[], language)),
                Vec::new(),
            )
        }
        Err(findings) => (
            None,
            findings
                .iter()
                .map(|finding| finding.line(language))
                .collect(),
        ),
    };
    let body = Preview {
        words: room.words,
        form,
        findings,
    };
    Ok(room
        .page_of(&found, room.t("desk-preview"), &body)
        .into_response())
}

/// The survey as a file, to be kept or taken to another city.
pub(super) async fn file(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = room.survey(&key).await?;
    Ok((
        [
            (
                header::CONTENT_TYPE,
                "application/yaml; charset=utf-8".to_owned(),
            ),
            (
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{key}.yaml\""),
            ),
        ],
        found.document.to_yaml()?,
    )
        .into_response())
}

/// The notice of a draft that was removed.
const REMOVED: &str = "removed";

/// Shows the survey again with the reason why a step was not taken.
async fn settle(
    mut room: Room,
    key: &str,
    outcome: Result<(), SurveyError>,
    notice: &str,
) -> Result<Response, Problem> {
    match outcome {
        // What is removed has no page of its own any more.
        Ok(()) if notice == REMOVED => Ok(done(super::HOME, notice)),
        Ok(()) => Ok(done(&href(key), notice)),
        Err(error) => {
            let Some(sentence) = room.sentence(&error) else {
                return Err(error.into());
            };
            room.refuse(sentence);
            let found = room.survey(key).await?;
            shown(&room, &found).await
        }
    }
}

/// Takes one step with a survey in this person's name, when they hold the capability in its department.
async fn step<F>(
    room: Room,
    key: String,
    fields: Fields,
    capability: Capability,
    notice: &str,
    work: F,
) -> Result<Response, Problem>
where
    F: for<'t> Fn(&'t Tx, &'t (String, i64)) -> BoxFuture<'t, Result<(), SurveyError>>
        + Send
        + Sync
        + 'static,
{
    room.survey_for(&key, capability).await?;
    let outcome = room.write((key.clone(), fields.revision()), work).await;
    settle(room, &key, outcome, notice).await
}

pub(super) async fn open(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    step(room, key, fields, RUN, "opened", |tx, (key, revision)| {
        Box::pin(async move { store::open(tx, key, *revision).await.map(|_| ()) })
    })
    .await
}

pub(super) async fn extend(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    room.survey_for(&key, RUN).await?;
    let outcome = match LocalTime::read(fields.get("closes")) {
        Ok(closes) => {
            let input = (key.clone(), fields.revision(), closes);
            room.write(input, |tx, (key, revision, closes)| {
                Box::pin(
                    async move { store::extend(tx, key, *revision, *closes).await.map(|_| ()) },
                )
            })
            .await
        }
        Err(error) => Err(error),
    };
    settle(room, &key, outcome, "extended").await
}

pub(super) async fn close(
    mut room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = room.survey_for(&key, RUN).await?;
    if !fields.has("sure") {
        room.refuse_with("desk-problem-not-sure");
        return shown(&room, &found).await;
    }
    let outcome = if found.revision == fields.revision() {
        room.write(key.clone(), |tx, key| Box::pin(closing::close(tx, key)))
            .await
    } else {
        Err(SurveyError::ChangedMeanwhile)
    };
    settle(room, &key, outcome, "closed").await
}

pub(super) async fn remove(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    step(room, key, fields, RUN, REMOVED, |tx, (key, revision)| {
        Box::pin(store::remove(tx, key, *revision))
    })
    .await
}

pub(super) async fn publish(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    step(
        room,
        key,
        fields,
        PUBLISH,
        "published",
        |tx, (key, revision)| {
            Box::pin(async move { store::publish(tx, key, *revision).await.map(|_| ()) })
        },
    )
    .await
}

pub(super) async fn withdraw(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    step(
        room,
        key,
        fields,
        PUBLISH,
        "withdrawn",
        |tx, (key, revision)| {
            Box::pin(async move { store::withdraw(tx, key, *revision).await.map(|_| ()) })
        },
    )
    .await
}
