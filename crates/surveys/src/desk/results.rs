//! Results at the desk: counts, tables of two questions, what people wrote, files; single answers for those who may.

use askama::Template;
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::json;
use yakuba_city::{AuditEntry, web::Problem};
use yakuba_sheets::{CsvCharset, CsvOptions, Table as Sheet, write_csv, write_xlsx};
use yakuba_ui::{ButtonKind, Fields, Html, LinkButton, Words};

use super::room::{Room, href};
use crate::{
    capabilities::{RAW, RESULTS},
    error::SurveyError,
    model::tally::QuestionKind,
    shown::{self, View},
    store::{State, Survey, reading},
};

#[derive(Template)]
#[template(path = "desk/results.html")]
struct Body {
    words: Words,
    is_live: bool,
    step: String,
    html: Html,
}

/// A survey that was opened, for those who may see its results.
async fn opened(room: &Room, key: &str) -> Result<Survey, Problem> {
    let found = room.survey_for(key, RESULTS).await?;
    if found.state == State::Draft {
        Err(Problem::NotFound)
    } else {
        Ok(found)
    }
}

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = opened(&room, &key).await?;
    let data = reading::data(&room.city, &found).await?;
    let view = View::read(&data, &room.query);
    let base = format!("{}/results", href(&key));
    let words_at = |question: &str| format!("{}/words?question={question}", href(&key));
    let body = Body {
        words: room.words,
        is_live: found.state == State::Open,
        step: room
            .words
            .with(
                "desk-results-step",
                &[(
                    "n",
                    i64::from(found.document.small_count_below.max(1)).into(),
                )],
            )
            .into_owned(),
        html: shown::page(room.language(), &data, &view, &base, Some(&words_at)),
    };
    let asked = |format: &str| {
        let mut address = format!("{base}/file?format={format}");
        for name in ["filter", "row", "column"] {
            let value = room.query.get(name);
            if !value.is_empty()
                && value
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
            {
                address.extend(["&", name, "=", value]);
            }
        }
        address
    };
    let download = |text: &str, format: &str| {
        LinkButton::new(text, asked(format))
            .kind(ButtonKind::Other)
            .download()
    };
    Ok(room
        .page_of(&found, room.t("desk-results"), &body)
        .action(&download("CSV", "csv"))
        .action(&download("Excel", "xlsx"))
        .into_response())
}

fn attachment(table: &Sheet, name: &str, format: &str) -> Result<Response, SurveyError> {
    let (kind, bytes, ending) = if format == "xlsx" {
        (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            write_xlsx(table)?,
            "xlsx",
        )
    } else {
        let charset = CsvCharset::Utf8Bom;
        (
            "text/csv; charset=utf-8",
            write_csv(table, CsvOptions { charset }).bytes,
            "csv",
        )
    };
    Ok((
        [
            (header::CONTENT_TYPE, kind.to_owned()),
            (
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{name}.{ending}\""),
            ),
        ],
        bytes,
    )
        .into_response())
}

pub(super) async fn file(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = opened(&room, &key).await?;
    let data = reading::data(&room.city, &found).await?;
    let view = View::read(&data, &room.query);
    let table = shown::sheet(room.language(), &data, &view);
    Ok(attachment(&table, &key, room.query.get("format"))?)
}

#[derive(Template)]
#[template(path = "desk/words.html")]
struct WordsBody {
    words: Words,
    lead: String,
    texts: Vec<String>,
}

/// What people wrote. Sorted by the text, apart from everything else they answered.
pub(super) async fn words(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = opened(&room, &key).await?;
    let data = reading::data(&room.city, &found).await?;
    let question = room.query.get("question");
    let label = data
        .questions
        .iter()
        .find(|known| known.key.as_str() == question && known.kind == QuestionKind::Words)
        .map(|known| known.label.get(room.language()).to_owned())
        .ok_or(Problem::NotFound)?;
    let texts: Vec<String> = if data.is_withheld() {
        Vec::new()
    } else {
        data.words(question)
            .into_iter()
            .map(str::to_owned)
            .collect()
    };
    let body = WordsBody {
        words: room.words,
        lead: room
            .words
            .counted("desk-words-count", texts.len() as u64)
            .into_owned(),
        texts,
    };
    Ok(room
        .page_of(&found, label, &body)
        .breadcrumb(room.t("desk-results"), format!("{}/results", href(&key)))
        .into_response())
}

#[derive(Template)]
#[template(path = "desk/raw.html")]
struct RawBody {
    words: Words,
    action: String,
    small: String,
    back: String,
}

/// A closed survey, for those who may take out single answers.
async fn closed(room: &Room, key: &str) -> Result<Survey, Problem> {
    let found = room.survey_for(key, RAW).await?;
    if found.state == State::Closed {
        Ok(found)
    } else {
        Err(Problem::NotFound)
    }
}

pub(super) async fn raw_page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = closed(&room, &key).await?;
    let body = RawBody {
        words: room.words,
        action: format!("{}/raw", href(&key)),
        small: room
            .words
            .with(
                "desk-raw-small",
                &[("n", i64::from(found.document.small_count_below).into())],
            )
            .into_owned(),
        back: href(&key),
    };
    Ok(room
        .page_of(&found, room.t("desk-raw"), &body)
        .into_response())
}

pub(super) async fn raw(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = closed(&room, &key).await?;
    let data = reading::data(&room.city, &found).await?;
    if data.is_withheld() {
        return Err(Problem::Conflict(room.t("desk-raw-too-few")));
    }
    let table = shown::raw_sheet(room.language(), &data);
    let input = (key.clone(), table.rows.len());
    room.write(input, |tx, (key, rows)| {
        Box::pin(async move {
            tx.audit(
                AuditEntry::new("surveys.raw", format!("survey/{key}")).with(json!({"rows": rows})),
            );
            Ok::<_, SurveyError>(())
        })
    })
    .await?;
    Ok(attachment(
        &table,
        &format!("{key}-raw"),
        fields.get("format"),
    )?)
}
