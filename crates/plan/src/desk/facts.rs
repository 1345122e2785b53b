//! Facts of other systems: the measures there are, uploading a file, taking a fact back, counting again.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::Multipart,
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde_json::json;
use yakuba_city::{
    AuditEntry, CityError, Fact, FactId, FileHash, MeasureDefinition, MeasureKind, StoredFact,
    read_file, recount, sql::Sql as _, web::Problem,
};
use yakuba_kernel::{DepartmentCode, MeasureName, Quantity, Subject};
use yakuba_ui::{
    Cell, Choice, Column, DateField, ErrorSummary, FileUpload, FormErrors, NotificationBanner, Row,
    Select, Table, TextField, Words, format,
};

use super::{room::Desk, sentences};
use crate::{
    capabilities::{UPLOAD_FACTS, VIEW},
    forms::{Fields, done},
    model::fact_file::{FactFileError, read_facts},
};

#[derive(Template)]
#[template(path = "desk/facts.html")]
struct Body {
    words: Words,
    summary: ErrorSummary,
    measures: Table,
    may_upload: bool,
    file: FileUpload,
    register: Vec<TextField>,
    kind: Select,
    back_fact: TextField,
    back_reason: TextField,
    right_quantity: TextField,
    right_day: DateField,
    last_recount: String,
}

#[derive(FromQueryResult)]
struct MeasureCount {
    measure: String,
    facts: i64,
    last_day: Option<String>,
}

pub(super) async fn show(desk: Desk) -> Result<Response, Problem> {
    if !desk.principal.holds(UPLOAD_FACTS) && !desk.principal.holds(VIEW) {
        return Err(Problem::NotAllowed);
    }
    page(&desk, &Fields::default(), &FormErrors::new()).await
}

async fn page(desk: &Desk, typed: &Fields, errors: &FormErrors) -> Result<Response, Problem> {
    let (words, language) = (desk.words, desk.language());
    let counts: Vec<MeasureCount> = desk
        .city
        .db()
        .rows("SELECT measure, CAST(SUM(count) AS BIGINT) AS facts, MAX(day) AS last_day FROM fact_days GROUP BY measure", [])
        .await?;
    let counts: BTreeMap<&str, &MeasureCount> = counts
        .iter()
        .map(|count| (count.measure.as_str(), count))
        .collect();
    let measures = desk.city.measures();
    let rows = measures.iter().map(|measure| {
        let count = counts.get(measure.name.as_str());
        Row::new([
            Cell::text(if language.is_japanese() {
                &measure.name_ja
            } else {
                &measure.name_en
            }),
            Cell::text(measure.name.as_str()),
            Cell::text(desk.text(&format!("desk-measure-{}", measure.kind.as_str()))),
            Cell::text(&measure.unit),
            Cell::text(format::number(count.map_or(0, |count| count.facts))),
            Cell::text(
                count
                    .and_then(|count| count.last_day.as_deref()?.parse().ok())
                    .map(|day| format::date(day, language))
                    .unwrap_or_default(),
            ),
        ])
    });
    let field = |name: &str, label: &str| {
        TextField::new(language, name, desk.text(label))
            .value(typed.get(name))
            .errors(errors)
    };
    let last = yakuba_city::last_recount(desk.city.db()).await?;
    let body = Body {
        words,
        summary: errors.summary(language),
        measures: Table::new(language, "measures", desk.text("desk-measures"))
            .columns([
                Column::text(desk.text("desk-field-name")),
                Column::text(desk.text("desk-measure-code")),
                Column::text(desk.text("desk-measure-kind")),
                Column::text(desk.text("desk-field-unit")),
                Column::number(desk.text("desk-measure-facts")),
                Column::text(desk.text("desk-measure-last")).no_wrap(),
            ])
            .rows(rows)
            .row_headers()
            .stacked()
            .filter(),
        may_upload: desk.principal.holds_everywhere(UPLOAD_FACTS),
        file: FileUpload::new(language, "file", desk.text("desk-facts-file"))
            .required()
            .support(desk.text("desk-facts-file-support"))
            .accept(".csv,.tsv,.xlsx")
            .max_size("32MB")
            .errors(errors),
        register: vec![
            field("name", "desk-measure-code")
                .support(desk.text("desk-measure-code-support"))
                .required()
                .width(20),
            field("name_ja", "desk-measure-name-ja")
                .required()
                .width(20),
            field("name_en", "desk-measure-name-en")
                .required()
                .width(20),
            field("unit", "desk-field-unit").required().width(5),
        ],
        kind: Select::new(language, "kind", desk.text("desk-measure-kind"))
            .choices(
                ["flow", "stock", "extent"]
                    .map(|kind| Choice::new(kind, desk.text(&format!("desk-measure-{kind}")))),
            )
            .value(typed.get("kind")),
        back_fact: field("fact", "desk-facts-number")
            .required()
            .numeric()
            .width(10),
        back_reason: field("reason", "desk-reason").required().width(40),
        right_quantity: field("right_quantity", "desk-facts-right-quantity")
            .optional()
            .decimal()
            .width(10),
        right_day: DateField::new(language, "right_day", desk.text("desk-facts-right-day"))
            .optional()
            .typed(
                typed.get("right_day_year"),
                typed.get("right_day_month"),
                typed.get("right_day_day"),
            )
            .errors(errors),
        last_recount: last.map_or_else(
            || desk.text("desk-recount-never"),
            |(at, facts, differences)| {
                words
                    .with(
                        "desk-recount-last",
                        &[
                            ("at", sentences::moment(&words, at.as_microsecond()).into()),
                            ("facts", facts.into()),
                            ("differences", differences.into()),
                        ],
                    )
                    .into_owned()
            },
        ),
    };
    Ok(desk
        .page(desk.text("desk-facts"), &body)
        .with_errors(!errors.is_empty())
        .into_response())
}

/// Registers a measure for another system's facts. One that a service declares cannot be changed.
pub(super) async fn register(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    desk.need(UPLOAD_FACTS)?;
    let mut errors = FormErrors::new();
    let name = MeasureName::new(fields.get("name"));
    if name.is_err() {
        errors.add("name", desk.text("desk-error-measure-code"));
    }
    if name
        .as_ref()
        .is_ok_and(|name| desk.city.measure(name).is_some())
    {
        errors.add("name", desk.text("desk-error-measure-taken"));
    }
    for field in ["name_ja", "name_en", "unit"] {
        if fields.get(field).is_empty() {
            errors.add(field, desk.text("desk-error-empty"));
        }
    }
    let (Ok(name), Some(kind), true) = (
        name,
        MeasureKind::read(fields.get("kind")),
        errors.is_empty(),
    ) else {
        if errors.is_empty() {
            errors.add("kind", desk.text("desk-error-choose-kind"));
        }
        return page(&desk, &fields, &errors).await;
    };
    let measure = MeasureDefinition {
        name,
        kind,
        unit: fields.get("unit").to_owned(),
        name_ja: fields.get("name_ja").to_owned(),
        name_en: fields.get("name_en").to_owned(),
    };
    desk.city
        .write(desk.principal.actor(), measure, |tx, measure| {
            Box::pin(async move {
                tx.register_measure(measure).await?;
                tx.audit(
                    AuditEntry::new("facts.register_measure", format!("facts/{}", measure.name))
                        .with(json!({"unit": measure.unit})),
                );
                Ok::<_, CityError>(())
            })
        })
        .await?;
    Ok(done("/desk/facts", "measure"))
}

#[derive(Template)]
#[template(path = "desk/facts_preview.html")]
struct PreviewBody {
    words: Words,
    table: Table,
    unknown: Vec<String>,
    hash: String,
    name: String,
    total: usize,
}

/// Reads an uploaded file and shows what it would record.
pub(super) async fn upload(desk: Desk, mut multipart: Multipart) -> Result<Response, Problem> {
    desk.need(UPLOAD_FACTS)?;
    let mut errors = FormErrors::new();
    let mut file = None;
    let broken = |_| Problem::BadRequest(desk.text("desk-import-upload-broken"));
    while let Some(field) = multipart.next_field().await.map_err(broken)? {
        if field.name() == Some("file") {
            let name = field.file_name().unwrap_or_default().to_owned();
            file = Some((name, field.bytes().await.map_err(broken)?.to_vec()))
                .filter(|(name, _)| !name.is_empty());
        }
    }
    let Some((name, bytes)) = file else {
        errors.add("file", desk.text("desk-import-no-files"));
        return page(&desk, &Fields::default(), &errors).await;
    };
    let facts = match read_facts(&bytes, &name) {
        Ok(facts) => facts,
        Err(error) => {
            errors.add("file", file_error(&desk, &error));
            return page(&desk, &Fields::default(), &errors).await;
        }
    };
    let hash = desk
        .city
        .write(desk.principal.actor(), bytes, |tx, bytes| {
            Box::pin(async move { tx.keep_file(bytes).await })
        })
        .await?;
    let mut by_measure: BTreeMap<&MeasureName, (u64, Vec<Date>)> = BTreeMap::new();
    for fact in &facts {
        let entry = by_measure.entry(&fact.measure).or_default();
        entry.0 += 1;
        entry.1.push(yakuba_city::JAPAN.to_datetime(fact.at).date());
    }
    let unknown: Vec<String> = by_measure
        .keys()
        .filter(|name| desk.city.measure(name).is_none())
        .map(ToString::to_string)
        .collect();
    let day = |day: Option<&Date>| {
        day.map(|day| format::date(*day, desk.language()))
            .unwrap_or_default()
    };
    let rows = by_measure.iter().map(|(measure, (count, days))| {
        Row::new([
            Cell::text(measure.as_str()),
            Cell::text(format::number(*count)),
            Cell::text(day(days.iter().min())),
            Cell::text(day(days.iter().max())),
        ])
    });
    let body = PreviewBody {
        words: desk.words,
        table: Table::new(desk.language(), "facts", desk.text("desk-facts-in-file"))
            .columns([
                Column::text(desk.text("desk-measure-code")),
                Column::number(desk.text("desk-measure-facts")),
                Column::text(desk.text("desk-facts-first-day")),
                Column::text(desk.text("desk-measure-last")),
            ])
            .rows(rows)
            .row_headers(),
        unknown,
        hash: hash.as_str().to_owned(),
        name,
        total: facts.len(),
    };
    Ok(desk
        .page(desk.text("desk-facts-check"), &body)
        .breadcrumb(desk.text("desk-facts"), "/desk/facts")
        .into_response())
}

/// Why a file of facts was refused.
fn file_error(desk: &Desk, error: &FactFileError) -> String {
    match error {
        FactFileError::Sheet(cause) => cause.sentence(desk.words.language()),
        FactFileError::NoHeader => desk.text("desk-facts-no-header"),
        FactFileError::Cell {
            line,
            column,
            cause,
        } => desk
            .words
            .with(
                "desk-facts-cell",
                &[
                    ("line", line.to_string().into()),
                    ("column", (*column).to_owned().into()),
                    ("cause", cause.clone().into()),
                ],
            )
            .into_owned(),
    }
}

/// Records the facts of a file that was shown, all or none.
pub(super) async fn commit(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    desk.need(UPLOAD_FACTS)?;
    let hash = FileHash::read(fields.get("hash")).ok_or(Problem::NotFound)?;
    let bytes = read_file(desk.city.db(), &hash)
        .await?
        .ok_or(Problem::NotFound)?;
    let mut facts: Vec<Fact> = read_facts(&bytes, fields.get("name"))
        .map_err(|error| Problem::BadRequest(file_error(&desk, &error)))?;
    // Committing the same file twice, by a second press or later, records nothing twice.
    for (place, fact) in facts.iter_mut().enumerate() {
        if fact.idempotency_key.is_none() {
            fact.idempotency_key = Some(format!("file/{}/{place}", hash.as_str()));
        }
    }
    let outcome =
        desk.city
            .write(
                desk.principal.actor(),
                (facts, hash),
                |tx, (facts, hash)| {
                    Box::pin(async move {
                        let new = tx.record_all(facts).await?;
                        tx.audit(AuditEntry::new("facts.upload", "facts").with(
                            json!({"file": hash.as_str(), "facts": facts.len(), "new": new}),
                        ));
                        Ok::<_, CityError>(new)
                    })
                },
            )
            .await;
    match outcome {
        Ok(new) => Ok(done(&format!("/desk/facts?n={new}"), "facts")),
        Err(
            error @ (CityError::UnknownMeasure(_)
            | CityError::IdempotencyConflict(_)
            | CityError::QuantityOverflow),
        ) => Err(Problem::BadRequest(error.to_string())),
        Err(error) => Err(error.into()),
    }
}

/// What is right instead of a fact: its quantity, its day, or both; all else stays as it was recorded.
#[derive(Debug, Clone, Copy)]
struct Replacement {
    quantity: Option<Quantity>,
    day: Option<Date>,
}

impl Replacement {
    fn of(&self, wrong: &StoredFact) -> Result<Fact, CityError> {
        let unreadable = |_| CityError::NotCorrectable;
        let at = match self.day {
            // Only the day is known: noon is on it wherever its borders are drawn.
            Some(day) => yakuba_city::JAPAN
                .to_timestamp(day.at(12, 0, 0, 0))
                .map_err(|_| CityError::NotCorrectable)?,
            None => jiff::Timestamp::from_microsecond(wrong.at)
                .map_err(|_| CityError::NotCorrectable)?,
        };
        let wrong_quantity =
            Quantity::from_thousandths(wrong.quantity).ok_or(CityError::QuantityOverflow)?;
        let measure = MeasureName::new(wrong.measure.as_str()).map_err(unreadable)?;
        let mut fact = Fact::one(&measure, at).quantity(self.quantity.unwrap_or(wrong_quantity));
        if !wrong.department.is_empty() {
            fact = fact
                .department(DepartmentCode::new(wrong.department.as_str()).map_err(unreadable)?);
        }
        if !wrong.channel.is_empty() {
            fact = fact.channel(wrong.channel.parse().map_err(unreadable)?);
        }
        if !wrong.subject.is_empty() {
            fact = fact.subject(Subject::new(wrong.subject.as_str()).map_err(unreadable)?);
        }
        if let Some(record) = &wrong.record {
            fact = fact.record(record.as_str());
        }
        Ok(fact)
    }
}

/// The right quantity and day, when one of them is filled in.
fn read_replacement(desk: &Desk, fields: &Fields, errors: &mut FormErrors) -> Option<Replacement> {
    let quantity = fields
        .decimal("right_quantity")
        .and_then(|value| Quantity::from_decimal(value).ok());
    if quantity.is_none() && !fields.get("right_quantity").is_empty() {
        errors.add("right_quantity", desk.text("desk-error-fact-quantity"));
    }
    let day = fields.optional_date("right_day").unwrap_or_else(|_| {
        errors.add("right_day", desk.text("desk-error-fact-day"));
        None
    });
    if day.is_some_and(|day| day > desk.city.today()) {
        errors.add("right_day", desk.text("desk-error-fact-future"));
    }
    (quantity.is_some() || day.is_some()).then_some(Replacement { quantity, day })
}

/// Takes one fact back and records the right one in its place, if it is given: both or neither. The reason is in the history.
pub(super) async fn take_back(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    desk.need(UPLOAD_FACTS)?;
    let mut errors = FormErrors::new();
    let number: Option<i64> = fields.get("fact").parse().ok();
    if number.is_none() {
        errors.add("fact", desk.text("desk-error-fact-number"));
    }
    if fields.get("reason").is_empty() {
        errors.add("reason", desk.text("desk-error-reason"));
    }
    let replacement = read_replacement(&desk, &fields, &mut errors);
    let (Some(number), true) = (number, errors.is_empty()) else {
        return page(&desk, &fields, &errors).await;
    };
    let outcome = desk
        .city
        .write(
            desk.principal.actor(),
            (number, fields.get("reason").to_owned(), replacement),
            |tx, (number, reason, replacement)| {
                Box::pin(async move {
                    let wrong = tx.take_back(FactId(*number)).await?;
                    let right = match replacement {
                        Some(replacement) => {
                            let right = replacement.of(&wrong)?;
                            tx.record(right.clone()).await?;
                            Some(right)
                        }
                        None => None,
                    };
                    tx.audit(
                        AuditEntry::new("facts.take_back", format!("facts/{number}")).with(json!({
                            "reason": reason,
                            "measure": wrong.measure,
                            "right_quantity": right.as_ref().map(|fact| fact.quantity.to_string()),
                            "right_at": right.as_ref().map(|fact| fact.at.to_string()),
                        })),
                    );
                    Ok::<_, CityError>(right.is_some())
                })
            },
        )
        .await;
    match outcome {
        Ok(true) => Ok(done("/desk/facts", "fact-replaced")),
        Ok(false) => Ok(done("/desk/facts", "fact-back")),
        Err(CityError::NotCorrectable) => {
            errors.add("fact", desk.text("desk-error-fact-gone"));
            page(&desk, &fields, &errors).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Counts all facts again and notes the outcome.
pub(super) async fn count_again(desk: Desk) -> Result<Response, Problem> {
    desk.need(UPLOAD_FACTS)?;
    let report = recount(desk.city.db()).await?;
    let differences = report.differences.clone();
    desk.city
        .write(desk.principal.actor(), report, |tx, report| {
            Box::pin(async move { tx.note_recount(report).await })
        })
        .await?;
    if differences.is_empty() {
        return Ok(done("/desk/facts", "recount"));
    }
    let mut shell = desk.shell.clone();
    let places: Vec<&str> = differences
        .iter()
        .map(|difference| difference.what.as_str())
        .collect();
    shell.notices.push(
        NotificationBanner::warning(
            desk.words
                .counted("desk-recount-differs", differences.len() as u64),
        )
        .text(places.join("、")),
    );
    page(
        &Desk { shell, ..desk },
        &Fields::default(),
        &FormErrors::new(),
    )
    .await
}
