//! `yakuba plan`.

use std::{io::Write as _, path::PathBuf};

use yakuba_city::{Actor, CityError, recount};
use yakuba_kernel::FiscalYear;
use yakuba_plan::{
    PlanError, doubt_sentence, export,
    import::{ImportOptions, ImportReading, NamedFile, read_documents},
    model::{
        difference::Change,
        document::{FigureKind, PlanDocument},
    },
    store::{self, NewPlan},
};
use yakuba_sheets::CsvCharset;
use yakuba_ui::Language;

use super::{file_name, note, read_file, say};
use crate::{
    cli::{Format, PlanCommand, PlanExport, PlanImport, PlanPublish},
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: PlanCommand) -> Result<Outcome, Failure> {
    match options {
        PlanCommand::Import(options) => import(place, options).await,
        PlanCommand::Export(options) => export(place, options).await,
        PlanCommand::List => list(place).await,
        PlanCommand::Publish(options) => publish(place, options).await,
        PlanCommand::Recount => count_again(place).await,
    }
}

async fn import(place: &Place, options: PlanImport) -> Result<Outcome, Failure> {
    let files = options
        .files
        .iter()
        .map(|path| {
            Ok(NamedFile {
                name: file_name(path),
                bytes: read_file(path)?,
            })
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    let settings = ImportOptions {
        title: options.title.clone(),
        ..ImportOptions::default()
    };
    let reading = read_documents(&files, &options.plan, &settings)
        .map_err(|error| Failure::new(error.to_string()))?;
    account(&reading);
    let outcome = if options.strict && !reading.review.is_empty() {
        Outcome::NeedsReview
    } else {
        Outcome::Done
    };
    if options.dry_run && !place.has_city() {
        say("The plan would be new. Nothing was written.");
        return Ok(outcome);
    }
    let city = place.open().await?;
    if options.dry_run {
        let (changes, _) = store::preview_changes(city.db(), &reading.document).await?;
        match changes {
            None => say("The plan would be new."),
            Some(changes) => show_changes(&changes),
        }
        say("Nothing was written.");
        return Ok(outcome);
    }
    let new = if options.neighbour {
        NewPlan::Neighbour
    } else {
        NewPlan::Own
    };
    let reason = format!(
        "import of {}",
        files
            .iter()
            .map(|file| file.name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    );
    let input: (PlanDocument, NewPlan, String) = (reading.document, new, reason);
    let done = city
        .write(Actor::CommandLine, input, |tx, (document, new, reason)| {
            Box::pin(store::commit_import(tx, None, document, *new, reason))
        })
        .await?;
    if done.created {
        say(format_args!("The plan {} was made.", options.plan));
    } else {
        show_changes(&done.changes);
    }
    if done.reviews > 0 {
        say(format_args!(
            "{} figures of the plan wait for review.",
            done.reviews
        ));
    }
    Ok(outcome)
}

/// What was read, and what a person should look at.
fn account(reading: &ImportReading) {
    for shape in &reading.shapes {
        say(format_args!(
            "{} rows {}–{}: {:?}, {} initiatives, {} indicators, {} figures",
            shape.file,
            shape.first_row,
            shape.last_row,
            shape.shape,
            shape.initiatives,
            shape.indicators,
            shape.figures
        ));
    }
    for sheet in &reading.sheets {
        let name = sheet.sheet.as_deref().unwrap_or(&sheet.file);
        if sheet.hidden {
            say(format_args!(
                "The sheet {name} is hidden in Excel: its figures wait for review."
            ));
        }
        if !reading.shapes.iter().any(|shape| sheet.holds(shape)) {
            say(format_args!(
                "No table was found in the sheet {name} ({} cells).",
                sheet.cells
            ));
        }
    }
    let language = spoken();
    for item in &reading.review {
        let place = item.address.as_ref().map_or_else(String::new, |address| {
            format!(
                "{} row {} column {}: ",
                address.file, address.row, address.column
            )
        });
        let reasons: Vec<String> = item
            .doubts
            .iter()
            .map(|doubt| doubt_sentence(doubt, language))
            .collect();
        let year = item
            .path
            .fiscal_year
            .map_or_else(String::new, FiscalYear::label);
        say(format_args!(
            "review  {place}\"{}\" {} {} {year}: {}",
            item.text.replace('\n', " "),
            item.path.initiative_number.as_deref().unwrap_or_default(),
            item.path.indicator.as_deref().unwrap_or_default(),
            reasons.join(" ")
        ));
    }
    say(format_args!(
        "{} cells read, {} to review",
        reading.cells.len(),
        reading.review.len()
    ));
}

/// The language of the terminal's locale: reasons are sentences for the person who reads them.
fn spoken() -> Language {
    let japanese = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|locale| !locale.is_empty())
        .is_some_and(|locale| locale.starts_with("ja"));
    if japanese {
        Language::Japanese
    } else {
        Language::English
    }
}

fn show_changes(changes: &[Change]) {
    if changes.is_empty() {
        say("Nothing changed: the files say what the plan says already.");
    }
    for change in changes {
        say(change_line(change));
    }
}

/// Letters of a value that are shown; the whole is in the plan's history.
const SHOWN: usize = 80;

/// A change in a line: where, what stood there, what stands there now.
fn change_line(change: &Change) -> String {
    let place = &change.place;
    let year = place.fiscal_year.map(FiscalYear::label);
    let kind = place.kind.map(|kind| match kind {
        FigureKind::Baseline => "baseline",
        FigureKind::Target => "target",
        FigureKind::Actual => "actual",
    });
    let field = (place.field != "figure").then_some(place.field.as_str());
    let words: Vec<&str> = [
        place.part.as_deref(),
        place.title.as_deref(),
        place.indicator.as_deref(),
        year.as_deref(),
        kind,
        field,
    ]
    .into_iter()
    .flatten()
    .collect();
    let shown = |value: &Option<String>, nothing: &str| match value {
        None => nothing.to_owned(),
        Some(text) => {
            let line = text.replace('\n', " ");
            let cut: String = line.chars().take(SHOWN).collect();
            let more = if cut.len() < line.len() { "…" } else { "" };
            format!("\"{cut}{more}\"")
        }
    };
    format!(
        "change  {}: {} → {}",
        words.join(" · "),
        shown(&change.before, "(new)"),
        shown(&change.after, "(gone)")
    )
}

async fn export(place: &Place, options: PlanExport) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let document = store::load(city.db(), &options.key).await?;
    let failed = |error: export::ExportError| Failure::new(error.to_string());
    let bytes = match options.format {
        Format::Csv => export::to_csv(&document, CsvCharset::Utf8),
        Format::Json => export::to_json(&document).map_err(failed)?.into_bytes(),
        Format::Xlsx => export::to_xlsx(&document).map_err(failed)?,
        Format::Yaml => export::to_yaml(&document).map_err(failed)?.into_bytes(),
    };
    match options.output {
        Some(path) => write_file(&path, &bytes)?,
        None => {
            // A closed pipe (`… | head`) is no failure.
            let _ = std::io::stdout().write_all(&bytes);
        }
    }
    Ok(Outcome::Done)
}

fn write_file(path: &PathBuf, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|cause| Failure::file(path, &cause))?;
    note(format_args!("{} was written.", path.display()));
    Ok(())
}

async fn list(place: &Place) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    for plan in store::plans(city.db()).await? {
        let years = match (plan.first_year, plan.last_year) {
            (Some(first), Some(last)) => format!("{first}–{last}"),
            _ => String::new(),
        };
        let version = plan.version.map_or_else(
            || "not published".to_owned(),
            |number| format!("version {number}"),
        );
        say(format_args!(
            "{}\t{}\t{}\t{years}\t{version}\t{} to review",
            plan.key, plan.publisher, plan.title, plan.reviews
        ));
    }
    Ok(Outcome::Done)
}

async fn publish(place: &Place, options: PlanPublish) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let (version, changes) =
        super::publish_plan(&city, Actor::CommandLine, &options.key, &options.reason).await?;
    say(format_args!(
        "{} was published as version {version} with {} changes.",
        options.key,
        changes.len()
    ));
    Ok(Outcome::Done)
}

async fn count_again(place: &Place) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let report = recount(city.db()).await?;
    city.write(Actor::CommandLine, report.clone(), |tx, report| {
        Box::pin(async move { tx.note_recount(report).await })
    })
    .await
    .map_err(|error: CityError| Failure::from(error))?;
    for difference in &report.differences {
        say(format_args!(
            "{}: stored {:?}, counted {:?} (thousandths)",
            difference.what, difference.stored, difference.counted
        ));
    }
    say(format_args!(
        "{} facts counted again, {} differences.",
        report.facts,
        report.differences.len()
    ));
    Ok(if report.differences.is_empty() {
        Outcome::Done
    } else {
        Outcome::NeedsReview
    })
}

// Kept here so that the error reads as one of the plan's.
impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        Self::new(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use yakuba_plan::model::difference::Place as Where;

    use super::*;

    #[test]
    fn a_change_is_a_line_that_a_person_reads() {
        let mut change = Change {
            place: Where {
                part: Some("1".into()),
                title: Some("手続の電子化".into()),
                indicator: Some("電子化率".into()),
                fiscal_year: FiscalYear::new(2023).ok(),
                kind: Some(FigureKind::Actual),
                field: "figure".into(),
            },
            before: Some("82.8%".into()),
            after: Some("83.8%".into()),
        };
        assert_eq!(
            change_line(&change),
            "change  1 · 手続の電子化 · 電子化率 · 令和5年度（2023年度） · actual: \"82.8%\" → \"83.8%\""
        );
        change.place = Where {
            part: None,
            title: None,
            indicator: None,
            fiscal_year: None,
            kind: None,
            field: "summary".into(),
        };
        change.before = None;
        change.after = Some("あ\n".repeat(SHOWN));
        let line = change_line(&change);
        assert!(
            line.starts_with("change  summary: (new) → \"あ あ "),
            "{line}"
        );
        assert!(line.ends_with("…\"") && !line.contains('\n'), "{line}");
    }
}
