//! Small files (uploads, attachments) kept in the city's database, so that they commit with the record
//! they belong to and are in every backup.

use sea_orm::{ConnectionTrait, DbErr};

use crate::sql::Sql as _;

/// A file's name in the store: the BLAKE3 hash of its contents in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileHash(String);

impl FileHash {
    /// The hash of some contents.
    pub fn of(bytes: &[u8]) -> Self {
        Self(blake3::hash(bytes).to_hex().to_string())
    }

    /// Reads a hash back; none when it is not 64 hexadecimal digits.
    pub fn read(text: &str) -> Option<Self> {
        let well_formed = text.len() == 64
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The contents of a file, if it is in the store.
///
/// # Errors
/// When the database does not answer.
pub async fn read_file(
    connection: &impl ConnectionTrait,
    hash: &FileHash,
) -> Result<Option<Vec<u8>>, DbErr> {
    connection
        .value(
            "SELECT contents FROM files WHERE hash = $1",
            [hash.as_str().into()],
        )
        .await
}
