//! Files with more rows than fit into memory: read, written and taken piece by piece.

use std::io::{Read, Seek};

use yakuba_city::{Actor, City};
use yakuba_sheets::{Limits, Row, TextRows, unguard};

use super::{
    files::{FilledVersion, add_file, add_filled, file},
    tables::Filling,
    values::Words,
};
use crate::{
    error::PlacesError,
    model::{
        check::{Against, check},
        content::{Content, ContentError},
        reading::{TableFile, header_row},
        standard::dataset as national,
    },
    store::dataset,
};

/// What is taken of a file that is read piece by piece: 4 GB, five million rows, 200 columns, a hundred million cells.
pub const LARGE: Limits = Limits {
    file_bytes: 4 << 30,
    unpacked_bytes: 0,
    ratio: 0,
    parts: 0,
    sheets: 1,
    rows: 5_000_000,
    columns: 200,
    cells: 100_000_000,
    cell_bytes: 100_000,
};

/// So many first rows are checked: a check looks at all of them together.
const CHECKED: usize = 20_000;
/// Among so many first rows the header is looked for.
const ABOVE: usize = 30;

/// A file to be taken as a version as it stands.
#[derive(Debug, Clone)]
pub struct LargeFile {
    /// The dataset's key.
    pub dataset: String,
    /// The file's number in the dataset; none: a new file.
    pub file: Option<i64>,
    /// What a new file is called.
    pub title: String,
    /// What is new, for readers.
    pub note: String,
    /// The name under which it came.
    pub name: String,
}

/// Takes a CSV or TSV file as a version with a bounded part of it in memory. Rows are written by and by; nobody sees them before the
/// last one is there. Returns file and version; no version when the newest one holds the same. Only the first 20,000 rows are checked
/// against the rules of open data.
///
/// # Errors
/// [`PlacesError::NoSuchDataset`], [`PlacesError::Content`] for what is wrong with the file.
pub async fn take_large<R: Read + Seek + Send>(
    city: &City,
    actor: Actor,
    reader: R,
    new: LargeFile,
) -> Result<(i64, Option<i64>), PlacesError> {
    let found = dataset(city.db(), &new.dataset)
        .await?
        .ok_or_else(|| PlacesError::NoSuchDataset(new.dataset.clone()))?;
    if let Some(number) = new.file
        && file(city.db(), &new.dataset, number).await?.is_none()
    {
        return Err(PlacesError::NoSuchFile(number));
    }
    let sheet = |error| PlacesError::Content(ContentError::Sheet(error));
    let mut rows = TextRows::new(reader, &new.name, LARGE).map_err(sheet)?;
    let mut first: Vec<Row> = Vec::new();
    while first.len() < ABOVE
        && let Some(row) = rows.next_row().map_err(sheet)?
    {
        first.push(row);
    }
    let at = header_row(&first);
    let mut header = first.get(at).map_or(Vec::new(), |row| row.cells.clone());
    while header.last().is_some_and(|name| name.trim().is_empty()) {
        header.pop();
    }
    if header.is_empty() {
        return Err(sheet(yakuba_sheets::SheetError::Empty));
    }
    let width = header.len();
    let mut filling = Filling::begin(city, actor.clone(), header.clone()).await?;
    let mut checked = Content {
        header,
        ..Content::default()
    };
    let mut words = Words::default();
    let mut waiting = first.drain(..).skip(at + 1);
    loop {
        let row = match waiting.next() {
            Some(row) => row,
            None => match rows.next_row().map_err(sheet)? {
                Some(row) => row,
                None => break,
            },
        };
        let is_blank = |cells: &[String]| cells.iter().all(|cell| cell.trim().is_empty());
        if is_blank(&row.cells) {
            continue;
        }
        let mut cells = row.cells;
        if cells.len() > width && !is_blank(&cells[width..]) {
            return Err(ContentError::WiderThanHeader(row.line).into());
        }
        cells.resize(width, String::new());
        for cell in &mut cells {
            let bare = unguard(cell);
            if bare.len() < cell.len() {
                *cell = bare.to_owned();
            }
        }
        words.add(&cells);
        if checked.rows.len() < CHECKED {
            checked.rows.push(cells.clone());
        }
        filling.push(cells).await?;
    }
    let against = Against {
        dataset: found.document.national.as_deref().and_then(national),
        area: None,
    };
    let looked = TableFile::read(&checked.to_csv(), &new.name, &LARGE).map_err(sheet)?;
    let report = check(&looked, &new.name, against);
    let table = filling.end().await?;
    city.write(
        actor,
        (new, table, words, report),
        |tx, (new, table, words, report)| {
            Box::pin(async move {
                let file = match new.file {
                    Some(number) => number,
                    None => add_file(tx, &new.dataset, &new.title).await?,
                };
                let version = FilledVersion {
                    dataset: new.dataset.clone(),
                    file,
                    table: table.clone(),
                    words: words.clone(),
                    report: report.clone(),
                    note: new.note.clone(),
                };
                Ok((file, add_filled(tx, &version).await?))
            })
        },
    )
    .await
}
