//! Photos and documents of assets, sealed.

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, CityKey, Tx, random_name, sql::Sql as _};
use yakuba_forms::{
    Message,
    files::{ClamAddress, scanner, shortened},
    model::document::FileType,
};

use super::writing::write_log;
use crate::error::AssetError;

/// The largest file, in MiB.
pub const MOST_MIB: u32 = 20;
/// Files of an asset at most.
pub const MOST_FILES: i64 = 50;
/// What is taken.
const ACCEPT: [FileType; 4] = [
    FileType::Image,
    FileType::Pdf,
    FileType::Sheet,
    FileType::Document,
];

/// A file that was looked at and sealed.
#[derive(Debug, Clone)]
pub struct NewFile {
    key: String,
    is_photo: bool,
    name: String,
    media_type: &'static str,
    sealed: Vec<u8>,
    size: i64,
}

fn purpose(key: &str) -> String {
    format!("assets.file/{key}")
}

impl NewFile {
    /// Finds out what a file is by its content, shows it to the virus scanner where there is one, makes a picture anew without anything
    /// hidden in it, and seals it. Takes a moment: call it where it may block.
    ///
    /// # Errors
    /// When it cannot be sealed. The inner one says why it is not taken.
    pub fn of(
        city: &CityKey,
        virus_scanner: Option<&ClamAddress>,
        name: &str,
        contents: &[u8],
    ) -> Result<Result<Self, Message>, AssetError> {
        let name = shortened(name);
        let found = match scanner::examine_with(virus_scanner, contents, &ACCEPT, MOST_MIB) {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal.message(&name, &ACCEPT, MOST_MIB))),
        };
        let key = random_name();
        Ok(Ok(Self {
            is_photo: found.media_type.starts_with("image/"),
            sealed: city.seal(&purpose(&key), &found.content)?,
            size: i64::try_from(found.content.len()).unwrap_or(i64::MAX),
            media_type: found.media_type,
            name,
            key,
        }))
    }
}

/// What is known of a file without opening it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct KeptFile {
    /// Its random name.
    pub key: String,
    /// `photo` or `document`.
    pub what: String,
    /// What it was called.
    pub name: String,
    /// Bytes.
    pub size: i64,
}

impl KeptFile {
    /// Whether it is a photo.
    pub fn is_photo(&self) -> bool {
        self.what == "photo"
    }
}

/// Adds files to an asset.
///
/// # Errors
/// [`AssetError::TooManyFiles`]; the database's.
pub async fn add_files(tx: &Tx, asset: i64, files: &[NewFile]) -> Result<(), AssetError> {
    for file in files {
        tx.connection()
            .run(
                "INSERT INTO assets_files (asset, key, what, name, media_type, contents, size, kept_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                [
                    asset.into(),
                    file.key.as_str().into(),
                    if file.is_photo { "photo" } else { "document" }.into(),
                    file.name.as_str().into(),
                    file.media_type.into(),
                    file.sealed.clone().into(),
                    file.size.into(),
                    tx.now().as_microsecond().into(),
                ],
            )
            .await?;
        write_log(tx, asset, "changed", None, &file.name).await?;
        tx.audit(
            AuditEntry::new("assets.file", format!("assets/{asset}"))
                .with(json!({ "file": file.key })),
        );
    }
    let count: Option<i64> = tx
        .connection()
        .value(
            "SELECT COUNT(*) FROM assets_files WHERE asset = $1",
            [asset.into()],
        )
        .await?;
    if count.unwrap_or(0) > MOST_FILES {
        return Err(AssetError::TooManyFiles);
    }
    Ok(())
}

/// Removes a file of an asset. Returns whether there was one.
///
/// # Errors
/// The database's.
pub async fn remove_file(tx: &Tx, asset: i64, key: &str) -> Result<bool, AssetError> {
    let gone = tx
        .connection()
        .run(
            "DELETE FROM assets_files WHERE asset = $1 AND key = $2",
            [asset.into(), key.into()],
        )
        .await?;
    if gone > 0 {
        write_log(tx, asset, "changed", None, "").await?;
        tx.audit(
            AuditEntry::new("assets.file-remove", format!("assets/{asset}"))
                .with(json!({ "file": key })),
        );
    }
    Ok(gone > 0)
}

/// The files of an asset, oldest first.
///
/// # Errors
/// The database's.
pub async fn files_of(
    connection: &impl ConnectionTrait,
    asset: i64,
) -> Result<Vec<KeptFile>, AssetError> {
    Ok(connection
        .rows(
            "SELECT key, what, name, size FROM assets_files WHERE asset = $1 ORDER BY id",
            [asset.into()],
        )
        .await?)
}

/// A file that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFile {
    /// Whether it is a photo.
    pub is_photo: bool,
    /// What it was called.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// The contents.
    pub contents: Vec<u8>,
}

/// A file of an asset; none when there is no such file, or no name is like that.
///
/// # Errors
/// The database's; when it cannot be opened.
pub async fn open_file(
    connection: &impl ConnectionTrait,
    city: &CityKey,
    asset: i64,
    key: &str,
) -> Result<Option<OpenFile>, AssetError> {
    #[derive(FromQueryResult)]
    struct Row {
        what: String,
        name: String,
        media_type: String,
        contents: Vec<u8>,
    }
    // PostgreSQL does not even compare every text.
    if key.len() != 32 || !key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(None);
    }
    let row: Option<Row> = connection
        .row(
            "SELECT what, name, media_type, contents FROM assets_files WHERE asset = $1 AND key = $2",
            [asset.into(), key.into()],
        )
        .await?;
    row.map(|row| {
        Ok(OpenFile {
            is_photo: row.what == "photo",
            name: row.name,
            media_type: row.media_type,
            contents: city.open_sealed(&purpose(key), &row.contents)?,
        })
    })
    .transpose()
}
