//! `yakuba surveys`: surveys as files, and their results.

use std::{io::Write as _, path::Path};

use yakuba_city::Actor;
use yakuba_forms::{Language, Severity};
use yakuba_sheets::{CsvCharset, CsvOptions, write_csv, write_xlsx};
use yakuba_surveys::{
    SurveyError,
    model::{
        check::check as findings,
        document::{SurveyDocument, schema},
    },
    results_table,
    store::{self, Brought, State, bring_in, reading},
};

use super::{
    documents::{self, Document},
    say,
};
use crate::{
    cli::{SheetFormat, SurveyExport, SurveyFiles, SurveyResults, SurveysCommand},
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: SurveysCommand) -> Result<Outcome, Failure> {
    match options {
        SurveysCommand::Check(options) => documents::check::<SurveyDocument>(&options.files),
        SurveysCommand::Import(options) => import(place, options).await,
        SurveysCommand::Export(options) => export(place, options).await,
        SurveysCommand::List => list(place).await,
        SurveysCommand::Results(options) => results(place, options).await,
        SurveysCommand::Schema => {
            say(schema());
            Ok(Outcome::Done)
        }
    }
}

impl Document for SurveyDocument {
    fn read(yaml: &str) -> Result<Self, impl std::fmt::Display> {
        Self::from_yaml(yaml)
    }

    fn findings(&self) -> Vec<(Severity, String)> {
        findings(self)
            .iter()
            .map(|finding| (finding.severity, finding.line(Language::English)))
            .collect()
    }
}

async fn import(place: &Place, options: SurveyFiles) -> Result<Outcome, Failure> {
    let documents: Vec<SurveyDocument> = documents::read_all(&options.files)?;
    let city = place.open_existing().await?;
    let brought = city
        .write(Actor::CommandLine, documents, |tx, documents| {
            Box::pin(async move {
                let mut brought = Vec::new();
                for document in documents {
                    brought.push((document.key.clone(), bring_in(tx, document).await?));
                }
                Ok::<_, SurveyError>(brought)
            })
        })
        .await?;
    for (key, what) in brought {
        say(match what {
            Brought::Unchanged => format!("{key}: as it was"),
            Brought::Drafted => format!("{key}: draft"),
            Brought::Corrected => format!("{key}: texts corrected"),
        });
    }
    Ok(Outcome::Done)
}

fn put(output: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
    if let Some(path) = output {
        return std::fs::write(path, bytes).map_err(|cause| Failure::file(path, &cause));
    }
    // A closed pipe is no failure.
    let _ = std::io::stdout().write_all(bytes);
    Ok(())
}

fn unknown(key: &str) -> Failure {
    Failure::new(format!(
        "there is no survey {key:?}. See `yakuba surveys list`"
    ))
}

async fn export(place: &Place, options: SurveyExport) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let found = store::survey(city.db(), &options.key)
        .await?
        .ok_or_else(|| unknown(&options.key))?;
    put(
        options.output.as_deref(),
        found.document.to_yaml()?.as_bytes(),
    )?;
    Ok(Outcome::Done)
}

async fn list(place: &Place) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let now = city.now();
    for found in store::surveys(city.db()).await? {
        let state = match found.state {
            State::Draft => "draft",
            State::Closed if found.published_at.is_some() => "closed, results published",
            State::Closed => "closed",
            State::Open if found.is_coming_at(now) => "opens later",
            State::Open if found.is_open_at(now) => "open",
            State::Open => "takes no more answers",
        };
        say(format_args!(
            "{}  {}  ({}; {} to {}; {state}; {} answers)",
            found.key(),
            found.document.title.ja,
            found.department(),
            found.document.opens,
            found.document.closes,
            found.answers
        ));
    }
    Ok(Outcome::Done)
}

async fn results(place: &Place, options: SurveyResults) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let found = store::survey(city.db(), &options.key)
        .await?
        .ok_or_else(|| unknown(&options.key))?;
    let data = reading::data(&city, &found).await?;
    let cross = match options.cross.as_slice() {
        [row, column] => Some((row.as_str(), column.as_str())),
        _ => None,
    };
    let table = results_table(
        Language::Japanese,
        &data,
        options.filter.as_deref().unwrap_or_default(),
        cross,
    )
    .ok_or_else(|| {
        Failure::new(
            "there are no such questions or answers, or they may not be shown. Write them as in the first column of the results",
        )
    })?;
    let bytes = match options.format {
        SheetFormat::Csv => {
            let charset = CsvCharset::Utf8Bom;
            write_csv(&table, CsvOptions { charset }).bytes
        }
        SheetFormat::Xlsx => write_xlsx(&table).map_err(SurveyError::from)?,
    };
    put(options.output.as_deref(), &bytes)?;
    Ok(Outcome::Done)
}
