//! What the tests of the importer share: finding the published sheets, reading golden files, making rows comparable.

use std::path::PathBuf;

use yakuba_plan::export::figure_rows;
use yakuba_plan::import::{ImportOptions, ImportReading, NamedFile, read_documents};
use yakuba_plan::model::document::PlanDocument;

/// The folder of the published sheets: `YAKUBA_SEEDS`, else `../shared/seeds` beside the repository.
pub(crate) fn seeds() -> Option<PathBuf> {
    let folder = std::env::var_os("YAKUBA_SEEDS").map_or_else(
        || {
            PathBuf::from(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../../shared/seeds"
            ))
        },
        PathBuf::from,
    );
    let found = folder.is_dir();
    if !found {
        eprintln!(
            "skipped: no published sheets in {} (set YAKUBA_SEEDS)",
            folder.display()
        );
    }
    found.then_some(folder)
}

/// The published sheet whose name begins so.
pub(crate) fn seed(start: &str) -> Option<NamedFile> {
    let folder = seeds()?;
    let name = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .find(|name| name.starts_with(start))?;
    let bytes = std::fs::read(folder.join(&name)).unwrap();
    Some(NamedFile { name, bytes })
}

/// The reading of the published sheet whose name begins so.
pub(crate) fn read_seed(start: &str) -> Option<ImportReading> {
    Some(read(&[seed(start)?]))
}

/// Reads files with nothing known beside them.
pub(crate) fn read(files: &[NamedFile]) -> ImportReading {
    read_documents(files, "plan", &ImportOptions::default()).unwrap()
}

/// Reads one text file.
pub(crate) fn read_text(name: &str, text: &str) -> ImportReading {
    read(&[NamedFile {
        name: name.to_owned(),
        bytes: text.as_bytes().to_vec(),
    }])
}

/// A row of figures without what only tells where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) initiative: String,
    pub(crate) indicator: String,
    pub(crate) fiscal_year: String,
    pub(crate) kind: String,
    pub(crate) value: String,
    pub(crate) unit: String,
    pub(crate) qualifier: String,
    pub(crate) status: String,
}

impl Row {
    /// What is compared: value, unit, qualifier without blanks, status.
    pub(crate) fn facts(&self) -> (&str, &str, String, &str) {
        (
            &self.value,
            &self.unit,
            self.qualifier.split_whitespace().collect(),
            &self.status,
        )
    }
}

/// The figures of a document.
pub(crate) fn rows(document: &PlanDocument) -> Vec<Row> {
    figure_rows(document)
        .into_iter()
        .map(|row| Row {
            initiative: row.initiative,
            indicator: row.indicator,
            fiscal_year: row.fiscal_year,
            kind: row.kind.to_owned(),
            value: row.value,
            unit: row.unit,
            qualifier: row.qualifier,
            status: row.status.to_owned(),
        })
        .collect()
}

/// The figures a person read.
pub(crate) fn golden(file: &str) -> Vec<Row> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden")).join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let book =
        yakuba_sheets::read(text.as_bytes(), file, &yakuba_sheets::Limits::default()).unwrap();
    book.sheets[0]
        .rows
        .iter()
        .skip(1)
        .map(|row| {
            let [
                initiative,
                indicator,
                fiscal_year,
                kind,
                value,
                unit,
                qualifier,
                status,
            ] = row.cells.clone().try_into().unwrap();
            Row {
                initiative,
                indicator,
                fiscal_year,
                kind,
                value,
                unit,
                qualifier,
                status,
            }
        })
        .collect()
}
