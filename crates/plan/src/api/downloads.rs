//! The plan to take along: figures as CSV and XLSX, the document as JSON and YAML, the yearly sheets as PDF.

use std::fmt::Write as _;

use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, Method},
    response::Response,
};
use serde::Deserialize;
use yakuba_city::{City, CityError, Fact, web::Problem};
use yakuba_kernel::{Channel, Subject};
use yakuba_sheets::{CsvCharset, CsvOutput};
use yakuba_ui::Language;

use super::{
    WORDS,
    answer::{Answer, asked, filled},
    figures::with_computed,
    plans::{known, measured, published},
};
use crate::{
    capabilities::DOWNLOAD, export, measuring::MeasuredPlan, sheet_pdf, store, store::PublishedPlan,
};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Characters named in the header about what a charset could not hold.
const NAMED: usize = 20;

/// Answers with a file and counts the download: which format, never who.
async fn deliver(
    city: &City,
    format: &'static str,
    method: &Method,
    headers: &HeaderMap,
    answer: Answer,
) -> Response {
    // Whoever has the file already, or only asks about it, takes nothing along.
    if *method == Method::GET && !answer.is_known(headers) {
        let counted = city
            .write(yakuba_city::Actor::Public, format, |tx, format| {
                Box::pin(async move {
                    let mut fact = Fact::one(&DOWNLOAD.name, tx.now()).channel(Channel::Online);
                    fact.subject = Subject::new(*format).ok();
                    tx.record(fact).await?;
                    Ok::<_, CityError>(())
                })
            })
            .await;
        // A file that could not be counted is given all the same: the count serves the reader, not the reverse.
        drop(counted);
    }
    answer.respond(headers)
}

fn titled(plan: &PublishedPlan, what: &str, language: Language) -> String {
    WORDS
        .words(language)
        .with(
            what,
            &[
                ("title", plan.document.title.clone().into()),
                ("city", plan.document.publisher.name.clone().into()),
                ("version", plan.version.into()),
            ],
        )
        .into_owned()
}

fn failed(error: &export::ExportError) -> Problem {
    Problem::internal(error)
}

/// Which charset is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CsvWanted {
    charset: Option<String>,
}

pub(super) async fn csv(
    State(city): State<City>,
    Path(key): Path<String>,
    query: Result<Query<CsvWanted>, QueryRejection>,
    language: Language,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wanted = asked(query)?;
    let (charset, kind) = match filled(wanted.charset.as_ref())
        .map(str::to_ascii_lowercase)
        .as_deref()
    {
        // With its mark, Excel reads the file without asking.
        None | Some("utf8-bom" | "utf-8-bom") => (
            CsvCharset::Utf8Bom,
            "text/csv; charset=utf-8; header=present",
        ),
        Some("utf8" | "utf-8") => (CsvCharset::Utf8, "text/csv; charset=utf-8; header=present"),
        Some("cp932") => (
            CsvCharset::Cp932,
            "text/csv; charset=windows-31j; header=present",
        ),
        Some(_) => {
            return Err(Problem::BadRequest(
                "charset: write one of utf8, utf8-bom, cp932".into(),
            ));
        }
    };
    let plan = measured(&city, &key).await?;
    let output = export::to_csv_output(&with_computed(&plan), charset);
    let replaced = replaced(&output);
    let mut answer = Answer::new(kind, output.bytes).file(
        &titled(&plan.plan, "api-file-figures", language),
        &key,
        "csv",
    );
    if charset == CsvCharset::Cp932 {
        answer = answer.header("yakuba-replaced-characters", &replaced);
    }
    Ok(deliver(&city, "csv", &method, &headers, answer).await)
}

/// What the charset could not hold, for a header: how many, then the first with row and column.
fn replaced(output: &CsvOutput) -> String {
    let mut text = output.unheld.len().to_string();
    for unheld in output.unheld.iter().take(NAMED) {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "; row={} column={} U+{:04X}",
            unheld.row,
            unheld.column,
            u32::from(unheld.character)
        );
    }
    text
}

pub(super) async fn xlsx(
    State(city): State<City>,
    Path(key): Path<String>,
    language: Language,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let plan = measured(&city, &key).await?;
    let bytes = export::to_xlsx(&with_computed(&plan)).map_err(|error| failed(&error))?;
    let answer = Answer::new(XLSX, bytes).file(
        &titled(&plan.plan, "api-file-figures", language),
        &key,
        "xlsx",
    );
    Ok(deliver(&city, "xlsx", &method, &headers, answer).await)
}

pub(super) async fn json(
    State(city): State<City>,
    Path(key): Path<String>,
    language: Language,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let plan = published(&city, &key).await?;
    let text = export::to_json(&plan.document).map_err(|error| failed(&error))?;
    let answer = Answer::new("application/json", text).file(
        &titled(&plan, "api-file-plan", language),
        &key,
        "json",
    );
    Ok(deliver(&city, "json", &method, &headers, answer).await)
}

pub(super) async fn yaml(
    State(city): State<City>,
    Path(key): Path<String>,
    language: Language,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let plan = published(&city, &key).await?;
    let answer = yaml_of(&plan, language)?;
    Ok(deliver(&city, "yaml", &method, &headers, answer).await)
}

fn yaml_of(plan: &PublishedPlan, language: Language) -> Result<Answer, Problem> {
    let text = export::to_yaml(&plan.document).map_err(|error| failed(&error))?;
    // RFC 9512
    Ok(Answer::new("application/yaml", text).file(
        &titled(plan, "api-file-plan", language),
        &format!("{}-{}", plan.document.key, plan.version),
        "yaml",
    ))
}

pub(super) async fn version(
    State(city): State<City>,
    Path((key, number)): Path<(String, String)>,
    language: Language,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    known(&key)?;
    let number: i64 = number.parse().map_err(|_| Problem::NotFound)?;
    let plan = store::version(&city, &key, number).await?;
    let answer = yaml_of(&plan, language)?.for_ever();
    Ok(deliver(&city, "yaml", &method, &headers, answer).await)
}

pub(super) async fn pdf(
    State(city): State<City>,
    Path(key): Path<String>,
    language: Language,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let plan = measured(&city, &key).await?;
    let name = titled(&plan.plan, "api-file-sheets", language);
    print(&city, &plan, None, &name, &key, language, &method, &headers).await
}

pub(super) async fn sheet(
    State(city): State<City>,
    Path((key, initiative)): Path<(String, String)>,
    language: Language,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let plan = measured(&city, &key).await?;
    let name = titled(&plan.plan, "api-file-sheet", language);
    let ascii = format!("{key}-{initiative}");
    let name = format!("{name}_{initiative}");
    print(
        &city,
        &plan,
        Some(&initiative),
        &name,
        &ascii,
        language,
        &method,
        &headers,
    )
    .await
}

#[allow(clippy::too_many_arguments)] // what a request says, handed on as it is
async fn print(
    city: &City,
    plan: &MeasuredPlan,
    initiative: Option<&str>,
    name: &str,
    ascii: &str,
    language: Language,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let printed = sheet_pdf::print(city, plan, initiative, language).await?;
    let answer = Answer::new("application/pdf", printed.as_ref().clone()).file(name, ascii, "pdf");
    Ok(deliver(city, "pdf", method, headers, answer).await)
}
