/// Why a document could not be printed.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// There is nothing to print.
    #[error("There is no initiative to print: choose at least one.")]
    NoSheets,
    /// PDF/UA-1 (ISO 14289-1, 7.1) requires a title.
    #[error("The document has no title: give the plan or the letter a title and print again.")]
    NoTitle,
    /// The language is not a code of two or three lower-case letters (ISO 639).
    #[error("\"{0}\" is not a language code: use two or three small letters such as ja or en.")]
    Language(String),
    /// The date lies outside the years 1 to 9999, which is all that a PDF can carry.
    #[error("The date {0} cannot be written into a PDF: use a year from 1 to 9999.")]
    Date(jiff::civil::Date),
    /// The data could not be handed to the typesetter.
    #[error(
        "The document's data could not be prepared for printing: please report this as a fault."
    )]
    Data(#[from] serde_json::Error),
    /// The template does not compile. This is a fault of the program, never of the input.
    #[error("The document could not be typeset: please report this as a fault. Cause: {0}")]
    Typesetting(String),
    /// The document would not conform to PDF/A-2a and PDF/UA-1, so no file was made.
    #[error(
        "The document would not meet PDF/A-2a and PDF/UA-1, so no file was made: please report \
         this as a fault. Cause: {0}"
    )]
    NotConforming(String),
}
