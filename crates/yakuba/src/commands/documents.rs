//! Documents that are files: read, looked over and told about, whatever they describe.

use std::{
    fmt::Display,
    path::{Path, PathBuf},
};

use yakuba_forms::Severity;

use super::{note, read_file, say};
use crate::failure::{Failure, Outcome};

/// A kind of document that is a file.
pub(super) trait Document: Sized {
    /// Reads it from YAML.
    fn read(yaml: &str) -> Result<Self, impl Display>;

    /// What is found in it, in English, and how bad it is.
    fn findings(&self) -> Vec<(Severity, String)>;
}

fn read<D: Document>(path: &Path) -> Result<D, Failure> {
    let at_file = |error: String| Failure::new(format!("{}: {error}", path.display()));
    let text = String::from_utf8(read_file(path)?)
        .map_err(|_| at_file("it is not UTF-8. Save it as UTF-8 and try again".to_owned()))?;
    D::read(&text).map_err(|error| at_file(error.to_string()))
}

/// Tells what is found in a document and returns how many things must be mended.
fn look_over(path: &Path, document: &impl Document) -> usize {
    let mut must = 0;
    for (severity, line) in document.findings() {
        let severity = match severity {
            Severity::Must => {
                must += 1;
                "must"
            }
            Severity::Should => "should",
        };
        note(format_args!("{}: {severity}: {line}", path.display()));
    }
    must
}

/// Checks files without a city.
pub(super) fn check<D: Document>(files: &[PathBuf]) -> Result<Outcome, Failure> {
    let mut must = 0;
    for path in files {
        must += look_over(path, &read::<D>(path)?);
    }
    say(format_args!(
        "{} files were read; {must} things must be mended.",
        files.len()
    ));
    Ok(if must == 0 {
        Outcome::Done
    } else {
        Outcome::NeedsReview
    })
}

/// Reads files and tells what is found in them. All are read before the first is written, so that a broken file stops everything.
pub(super) fn read_all<D: Document>(files: &[PathBuf]) -> Result<Vec<D>, Failure> {
    files
        .iter()
        .map(|path| {
            let document = read(path)?;
            look_over(path, &document);
            Ok(document)
        })
        .collect()
}
