use thiserror::Error;
use yakuba_sheets::SheetError;

/// Why files could not be imported. Nothing of them is used then.
#[derive(Debug, Error)]
pub enum ImportError {
    /// No file was given.
    #[error(
        "No file was given. Name at least one sheet (TSV, CSV, XLSX) or plan file (YAML, JSON)."
    )]
    NoFiles,
    /// A file could not be read as a sheet.
    #[error("{file}: {cause}")]
    Sheet {
        /// The file's name.
        file: String,
        /// Why not.
        #[source]
        cause: SheetError,
    },
    /// None of the shapes was recognised.
    #[error(
        "{file}: no plan was recognised. A plan sheet has labels such as No., アクションプラン, 予定 and 実績 (one form per initiative), 施策の展開, KPI and 中項目 (strategy evaluation), or a header row with NO, 具体的な取組, KPI and 実績値 (one list). Check that the labels are there, or enter the plan as YAML."
    )]
    NotRecognised {
        /// The file's name.
        file: String,
    },
    /// A plan file is not sound.
    #[error("{file}: the plan file cannot be read ({cause}). Correct that place and try again.")]
    PlanFile {
        /// The file's name.
        file: String,
        /// What is wrong and where.
        cause: String,
    },
    /// A plan file of another format.
    #[error(
        "{file}: the format is “{format}”, but only yakuba-plan/1 can be read. Export the plan anew with this version of Yakuba."
    )]
    PlanFormat {
        /// The file's name.
        file: String,
        /// The format it names.
        format: String,
    },
}

impl ImportError {
    /// The id of the sentence in the locales.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoFiles => "plan-import-no-files",
            Self::Sheet { cause, .. } => cause.code(),
            Self::NotRecognised { .. } => "plan-import-not-recognised",
            Self::PlanFile { .. } => "plan-import-plan-file",
            Self::PlanFormat { .. } => "plan-import-plan-format",
        }
    }
}
