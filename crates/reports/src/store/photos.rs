//! Pictures: made anew before they come here, sealed, and shown to the public only when the desk has released them.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{CityKey, Tx, sql::Sql as _};

use super::report::is_name;
use crate::error::ReportError;

/// With what a picture came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The report.
    Report,
    /// A word that it is not fixed.
    Contest,
    /// The desk's own work.
    Desk,
}

impl Origin {
    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Contest => "contest",
            Self::Desk => "desk",
        }
    }
}

/// A picture ready to be written.
#[derive(Debug, Clone)]
pub struct SealedPhoto {
    pub(super) key: String,
    pub(super) media_type: String,
    pub(super) contents: Vec<u8>,
    pub(super) size: i64,
}

impl SealedPhoto {
    /// Seals a picture that was made anew. Large ones take a moment: do it before the write, not in it.
    ///
    /// # Errors
    /// When it is too large for the cipher, which no upload is.
    pub fn seal(
        key: &CityKey,
        name: &str,
        media_type: &str,
        contents: &[u8],
    ) -> Result<Self, ReportError> {
        Ok(Self {
            key: name.to_owned(),
            media_type: media_type.to_owned(),
            contents: key.seal(&purpose(name), contents)?,
            size: i64::try_from(contents.len()).unwrap_or(i64::MAX),
        })
    }
}

fn purpose(name: &str) -> String {
    format!("reports.photo/{name}")
}

/// What is known of a picture without opening it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Photo {
    /// Its random name.
    pub key: String,
    /// `report`, `contest` or `desk`.
    pub origin: String,
    /// Bytes.
    pub size: i64,
    /// 1 when everybody may see it.
    pub is_released: i64,
}

/// The pictures of a report, oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_report(
    connection: &impl ConnectionTrait,
    report: i64,
) -> Result<Vec<Photo>, ReportError> {
    Ok(connection
        .rows(
            "SELECT key, origin, size, is_released FROM reports_photos WHERE report = $1 ORDER BY id",
            [report.into()],
        )
        .await?)
}

/// The first picture of each report that everybody may see, by the number of the report.
///
/// # Errors
/// When the database does not answer.
pub async fn released(
    connection: &impl ConnectionTrait,
    reports: &[i64],
) -> Result<BTreeMap<i64, String>, ReportError> {
    #[derive(FromQueryResult)]
    struct Row {
        report: i64,
        key: String,
    }
    let mut first = BTreeMap::new();
    for chunk in reports.chunks(500) {
        let rows: Vec<Row> = connection
            .rows(
                &format!(
                    "SELECT report, key FROM reports_photos WHERE is_released = 1 AND report IN ({}) ORDER BY id",
                    yakuba_city::sql::list(1, chunk.len())
                ),
                chunk.iter().map(|id| (*id).into()),
            )
            .await?;
        for row in rows {
            first.entry(row.report).or_insert(row.key);
        }
    }
    Ok(first)
}

/// A picture of a report: its media type and contents.
///
/// # Errors
/// When the database does not answer or it cannot be opened.
pub async fn contents(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    report: i64,
    name: &str,
    only_released: bool,
) -> Result<Option<(String, Vec<u8>)>, ReportError> {
    #[derive(FromQueryResult)]
    struct Row {
        media_type: String,
        contents: Vec<u8>,
    }
    if !is_name(name) {
        return Ok(None);
    }
    let row: Option<Row> = connection
        .row(
            "SELECT media_type, contents FROM reports_photos WHERE report = $1 AND key = $2 AND is_released >= $3",
            [report.into(), name.into(), i64::from(only_released).into()],
        )
        .await?;
    row.map(|row| {
        Ok((
            row.media_type,
            key.open_sealed(&purpose(name), &row.contents)?,
        ))
    })
    .transpose()
}

/// Adds a picture to a report, not released.
///
/// # Errors
/// When the database does not carry it out.
pub async fn add(
    tx: &Tx,
    report: i64,
    origin: Origin,
    photo: &SealedPhoto,
) -> Result<(), ReportError> {
    tx.connection()
        .run(
            "INSERT INTO reports_photos (report, key, origin, media_type, contents, size, is_released, kept_at) \
             VALUES ($1, $2, $3, $4, $5, $6, 0, $7)",
            [
                report.into(),
                photo.key.as_str().into(),
                origin.name().into(),
                photo.media_type.as_str().into(),
                photo.contents.clone().into(),
                photo.size.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}

/// Opens a sealed picture of a draft.
pub(super) fn open(key: &CityKey, name: &str, sealed: &[u8]) -> Result<Vec<u8>, ReportError> {
    Ok(key.open_sealed(&purpose(name), sealed)?)
}
