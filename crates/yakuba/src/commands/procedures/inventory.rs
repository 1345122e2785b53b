//! `yakuba procedures inventory`.

use std::io::Write as _;

use yakuba_city::Actor;
use yakuba_identity::department_names;
use yakuba_procedures::{
    model::inventory::sheet::{RowProblem, read_sheets, table},
    store::inventory::{
        FieldChange, ImportPreview, commit_import, entries, imbalances, preview_import,
    },
};
use yakuba_sheets::{CsvCharset, CsvOptions, Limits, read, write_csv, write_xlsx};

use super::super::{file_name, note, read_file, say};
use crate::{
    cli::{InventoryCommand, InventoryExport, InventoryImport, SheetFormat},
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: InventoryCommand) -> Result<Outcome, Failure> {
    match options {
        InventoryCommand::Import(options) => import(place, options).await,
        InventoryCommand::Export(options) => export(place, options).await,
        InventoryCommand::Check => check(place).await,
    }
}

async fn import(place: &Place, options: InventoryImport) -> Result<Outcome, Failure> {
    let bytes = read_file(&options.file)?;
    let at_file = |error: String| Failure::new(format!("{}: {error}", options.file.display()));
    let book = read(&bytes, &file_name(&options.file), &Limits::default())
        .map_err(|error| at_file(error.to_string()))?;
    let sheet = read_sheets(&book.sheets).map_err(|error| at_file(error.to_string()))?;
    let city = place.open_existing().await?;
    let preview = preview_import(city.db(), &sheet, city.today(), |_| true).await?;
    account(&preview);
    let outcome = if preview.notes.is_empty() {
        Outcome::Done
    } else {
        Outcome::NeedsReview
    };
    if options.dry_run {
        say("Nothing was written.");
        return Ok(outcome);
    }
    if !preview.differences.is_empty() {
        city.write(
            Actor::CommandLine,
            preview.differences,
            |tx, differences| Box::pin(async move { commit_import(tx, differences).await }),
        )
        .await?;
    }
    Ok(outcome)
}

/// Tells what an import does.
fn account(preview: &ImportPreview) {
    for heading in &preview.unknown {
        note(format_args!("The column {heading} means nothing here."));
    }
    for row in &preview.notes {
        let reasons: Vec<String> = row.problems.iter().map(reason).collect();
        note(format_args!(
            "line {} ({}): {}",
            row.line,
            row.number,
            reasons.join("; ")
        ));
    }
    let count = |new: bool| {
        preview
            .differences
            .iter()
            .filter(|difference| difference.revision.is_none() == new)
            .count()
    };
    for difference in &preview.differences {
        if difference.revision.is_none() {
            say(format_args!(
                "+ {} {}",
                difference.entry.number, difference.entry.title
            ));
            continue;
        }
        say(format_args!(
            "~ {} {}",
            difference.entry.number, difference.entry.title
        ));
        for change in &difference.changes {
            match change {
                FieldChange::Column(column, before, after) => {
                    say(format_args!("    {}: {before} → {after}", column.label()));
                }
                FieldChange::Count(year, channel, before, after) => {
                    let shown = |count: &Option<u64>| {
                        count.map_or_else(|| "-".to_owned(), |count| count.to_string())
                    };
                    say(format_args!(
                        "    {} {channel}: {} → {}",
                        year.wareki(),
                        shown(before),
                        shown(after)
                    ));
                }
            }
        }
    }
    say(format_args!(
        "{} new, {} changed, {} as they were, {} that cannot be taken.",
        count(true),
        count(false),
        preview.unchanged,
        preview.notes.len()
    ));
}

fn reason(problem: &RowProblem) -> String {
    match problem {
        RowProblem::Entry(problem) => format!("the entry cannot stand ({problem:?})"),
        RowProblem::Cell(column, text) => format!("{} cannot be read: {text}", column.label()),
        RowProblem::Count(year, channel, text) => {
            format!("{} {channel} is no count: {text}", year.wareki())
        }
        RowProblem::LessThanMonths(year, channel, months) => format!(
            "{} {channel} is less than its months together ({months})",
            year.wareki()
        ),
        RowProblem::Twice => "the number stands in the file before".to_owned(),
        RowProblem::NotYours => "the department is not yours".to_owned(),
    }
}

async fn export(place: &Place, options: InventoryExport) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let listed = entries(city.db(), None).await?;
    let departments = department_names(city.db(), true).await?;
    let table = table(&listed.iter().collect::<Vec<_>>(), &departments);
    let bytes = match options.format {
        SheetFormat::Csv => {
            let options = CsvOptions {
                charset: CsvCharset::Utf8Bom,
            };
            write_csv(&table, options).bytes
        }
        SheetFormat::Xlsx => write_xlsx(&table).map_err(|error| Failure::new(error.to_string()))?,
    };
    match options.output {
        Some(path) => {
            std::fs::write(&path, bytes).map_err(|cause| Failure::file(&path, &cause))?;
        }
        None => {
            // A closed pipe is no failure.
            let _ = std::io::stdout().write_all(&bytes);
        }
    }
    Ok(Outcome::Done)
}

async fn check(place: &Place) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let found = imbalances(city.db()).await?;
    for line in &found {
        say(line);
    }
    if found.is_empty() {
        say("The facts agree with the inventory.");
        return Ok(Outcome::Done);
    }
    Ok(Outcome::NeedsReview)
}
