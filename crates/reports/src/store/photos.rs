//! Pictures: made anew before they come here, sealed, and shown to the public only when the desk has released them, with faces and number
//! plates painted over.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{CityKey, Job, Tx, sql::Sql as _};
use yakuba_forms::files::PicturePart;

use super::report::is_name;
use crate::error::ReportError;

/// The job that asks a program for faces and number plates in a picture.
pub(crate) const FIND_PARTS: &str = "reports.find_parts";

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
    /// What is painted over in it, as JSON; none when nobody has looked yet.
    covered_parts: Option<String>,
    covered_by: Option<String>,
}

impl Photo {
    /// What is painted over in it; none when nobody has looked yet.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub fn parts(&self) -> Result<Option<Vec<PicturePart>>, ReportError> {
        Ok(self
            .covered_parts
            .as_deref()
            .map(serde_json::from_str)
            .transpose()?)
    }

    /// Whether a program found the parts, and no member of staff has looked at them.
    pub fn is_by_program(&self) -> bool {
        self.covered_by.as_deref() == Some(Finder::Program.name())
    }
}

/// Who finds what has to be painted over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finder {
    /// Staff, at the desk.
    Staff,
    /// A program.
    Program,
}

impl Finder {
    const fn name(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Program => "program",
        }
    }
}

/// Which of the pictures of a name is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// As it was sent: for those who work on the report.
    Original,
    /// With what is painted over.
    Covered,
    /// The same, and only when it is released.
    Released,
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
            "SELECT key, origin, size, is_released, covered_parts, covered_by FROM reports_photos WHERE report = $1 ORDER BY id",
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
    view: View,
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
            match view {
                View::Original => {
                    "SELECT media_type, contents FROM reports_photos WHERE report = $1 AND key = $2"
                }
                View::Covered => {
                    "SELECT media_type, COALESCE(covered, contents) AS contents FROM reports_photos \
                     WHERE report = $1 AND key = $2"
                }
                View::Released => {
                    "SELECT media_type, COALESCE(covered, contents) AS contents FROM reports_photos \
                     WHERE report = $1 AND key = $2 AND is_released = 1"
                }
            },
            [report.into(), name.into()],
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

/// Adds a picture to a report, not released, and has a program look at it when there is one.
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
    tx.enqueue(Job {
        name: FIND_PARTS,
        payload: json!({ "report": report, "photo": photo.key }),
        not_before: None,
        deduplicate: None,
    })
    .await?;
    Ok(())
}

/// A picture with parts painted over, ready to be written.
#[derive(Debug, Clone)]
pub struct Covering {
    photo: String,
    parts: Vec<PicturePart>,
    /// None when there is nothing to paint over.
    sealed: Option<Vec<u8>>,
}

impl Covering {
    /// Paints over and seals. Takes a moment: do it before the write, where it may block.
    ///
    /// # Errors
    /// [`ReportError::BadPicture`] when it cannot be painted on.
    pub fn new(
        key: &CityKey,
        name: &str,
        original: &[u8],
        parts: Vec<PicturePart>,
    ) -> Result<Self, ReportError> {
        let sealed = if parts.is_empty() {
            None
        } else {
            let made =
                yakuba_forms::files::covered(original, &parts).map_err(ReportError::BadPicture)?;
            Some(key.seal(&purpose(name), &made.content)?)
        };
        Ok(Self {
            photo: name.to_owned(),
            parts,
            sealed,
        })
    }

    /// How many parts are painted over.
    pub fn count(&self) -> usize {
        self.parts.len()
    }
}

/// Keeps what is painted over in a picture of a report. A program's word does not replace that of staff. Returns whether it was kept.
///
/// # Errors
/// When the database does not carry it out.
pub async fn cover(
    tx: &Tx,
    report: i64,
    covering: &Covering,
    finder: Finder,
) -> Result<bool, ReportError> {
    let only_new = match finder {
        Finder::Staff => "",
        Finder::Program => " AND covered_parts IS NULL",
    };
    let changed = tx
        .connection()
        .run(
            &format!(
                "UPDATE reports_photos SET covered = $3, covered_parts = $4, covered_by = $5 \
                 WHERE report = $1 AND key = $2{only_new}"
            ),
            [
                report.into(),
                covering.photo.as_str().into(),
                covering.sealed.clone().into(),
                serde_json::to_string(&covering.parts)?.into(),
                finder.name().into(),
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// Opens a sealed picture of a draft.
pub(super) fn open(key: &CityKey, name: &str, sealed: &[u8]) -> Result<Vec<u8>, ReportError> {
    Ok(key.open_sealed(&purpose(name), sealed)?)
}
