//! The press: a world for Typst that holds four fonts, four templates and one data file, and no
//! file system, network or clock.

use std::sync::LazyLock;

use serde_json::Value;
use typst::comemo;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::{PdfError, PdfOutput, text};

/// Which template a job is set with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Template {
    Sheets,
    Letter,
    Map,
}

/// A document to print.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) template: Template,
    /// Stays the same when the same document is printed again; identifies the file.
    pub(crate) identifier: String,
    /// What the template reads as `data.json`.
    pub(crate) data: Value,
}

static REGULAR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/regular.ttf"));
static BOLD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/bold.ttf"));
static MARKS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/marks.ttf"));
/// For characters of names that the others lack, such as 𠮷.
static RARE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rare.ttf"));

/// What never changes between documents.
struct Equipment {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    /// Those of every text, and the one for rare characters last.
    fonts: Vec<Font>,
    common: Option<Source>,
    sheets: Option<Source>,
    letter: Option<Source>,
    map: Option<Source>,
    data: Option<FileId>,
}

static EQUIPMENT: LazyLock<Equipment> = LazyLock::new(|| {
    let fonts: Vec<Font> = [REGULAR, BOLD, MARKS, RARE]
        .into_iter()
        .flat_map(|data| Font::iter(Bytes::new(data)))
        .collect();
    // Header cells of rows, which PDF/UA-1 wants told, are still behind this switch in Typst 0.15.
    let features = [Feature::A11yExtras].into_iter().collect();
    Equipment {
        library: LazyHash::new(Library::builder().with_features(features).build()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        common: source("common.typ", include_str!("../templates/common.typ")),
        sheets: source("sheets.typ", include_str!("../templates/sheets.typ")),
        letter: source("letter.typ", include_str!("../templates/letter.typ")),
        map: source("map.typ", include_str!("../templates/map.typ")),
        data: file("data.json"),
    }
});

fn file(name: &str) -> Option<FileId> {
    let path = VirtualPath::new(name).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

fn source(name: &str, text: &str) -> Option<Source> {
    Some(Source::new(file(name)?, text.to_owned()))
}

struct PressWorld {
    equipment: &'static Equipment,
    main: Source,
    data: Bytes,
}

impl World for PressWorld {
    fn library(&self) -> &LazyHash<Library> {
        &self.equipment.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.equipment.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        [Some(&self.main), self.equipment.common.as_ref()]
            .into_iter()
            .flatten()
            .find(|source| source.id() == id)
            .cloned()
            .ok_or_else(|| unknown(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if self.equipment.data == Some(id) {
            Ok(self.data.clone())
        } else {
            Err(unknown(id))
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.equipment.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn unknown(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}

/// Whether every embedded font has a shape for the character.
fn has_shape(character: char) -> bool {
    let has = |font: &Font| font.info().coverage.contains(character.into());
    let Some((rare, usual)) = EQUIPMENT.fonts.split_last() else {
        return false;
    };
    usual.iter().all(has) || has(rare)
}

/// Empties Typst's cache when a document is done, however it ended: it is global and would
/// otherwise keep every document ever printed in memory.
struct EmptyCache;

impl Drop for EmptyCache {
    fn drop(&mut self) {
        comemo::evict(0);
    }
}

/// Cleans the job's data and typesets it. Also used by tests, which look at the pages themselves.
pub(crate) fn typeset(job: &mut Job) -> Result<(PagedDocument, Vec<char>), PdfError> {
    let missing = text::clean_all(&mut job.data, &has_shape);
    let main = match job.template {
        Template::Sheets => &EQUIPMENT.sheets,
        Template::Letter => &EQUIPMENT.letter,
        Template::Map => &EQUIPMENT.map,
    };
    let world = PressWorld {
        equipment: &EQUIPMENT,
        main: main
            .clone()
            .ok_or_else(|| PdfError::Typesetting("template missing".to_owned()))?,
        data: Bytes::new(serde_json::to_vec(&job.data)?),
    };
    let result = typst::compile::<PagedDocument>(&world);
    let document = result
        .output
        .map_err(|causes| PdfError::Typesetting(sentence(&causes)))?;
    Ok((document, missing.into_iter().collect()))
}

/// Prints the job as PDF/A-2a and PDF/UA-1.
pub(crate) fn print(mut job: Job) -> Result<PdfOutput, PdfError> {
    let _empty_cache = EmptyCache;
    let (document, missing_characters) = typeset(&mut job)?;
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|cause| PdfError::NotConforming(cause.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(job.identifier),
        creator: Smart::Custom(Some("Yakuba".to_owned())),
        standards,
        ..PdfOptions::default()
    };
    let bytes = typst_pdf::pdf(&document, &options)
        .map_err(|causes| PdfError::NotConforming(sentence(&causes)))?;
    Ok(PdfOutput {
        bytes,
        missing_characters,
    })
}

fn sentence(causes: &[SourceDiagnostic]) -> String {
    let causes: Vec<&str> = causes.iter().map(|cause| cause.message.as_str()).collect();
    causes.join("; ")
}
