use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::{Limits, SheetError};

/// Unpacks every part once, counting instead of keeping, before anything else opens the file: sizes written in the archive
/// are not believed. Returns whether the archive holds a workbook.
pub(crate) fn check(bytes: &[u8], limits: &Limits) -> Result<(), SheetError> {
    const COUNTED_FROM: u64 = 1 << 20;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| SheetError::Damaged {
        cause: error.to_string(),
    })?;
    if archive.len() > limits.parts {
        return Err(SheetError::TooManyParts {
            parts: archive.len(),
            limit: limits.parts,
        });
    }
    if !archive.file_names().any(|name| {
        name.eq_ignore_ascii_case("xl/workbook.xml") || name.eq_ignore_ascii_case("xl/workbook.bin")
    }) {
        let workbook = archive
            .file_names()
            .any(|name| name.eq_ignore_ascii_case("[Content_Types].xml"));
        return Err(if workbook {
            SheetError::NotASheet {
                what: "an Office file",
            }
        } else {
            SheetError::ZipWithoutWorkbook
        });
    }
    let mut total = 0_u64;
    let mut room = vec![0_u8; 64 << 10];
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|error| match error {
            zip::result::ZipError::UnsupportedArchive(why) if why.contains("assword") => {
                SheetError::PasswordProtected
            }
            other => SheetError::Damaged {
                cause: other.to_string(),
            },
        })?;
        let packed = part.compressed_size().max(1);
        let mut unpacked = 0_u64;
        loop {
            let read = part.read(&mut room).map_err(|error| SheetError::Damaged {
                cause: error.to_string(),
            })?;
            if read == 0 {
                break;
            }
            unpacked += read as u64;
            total += read as u64;
            let swollen = unpacked > COUNTED_FROM && unpacked / packed > limits.ratio;
            if total > limits.unpacked_bytes || swollen {
                return Err(SheetError::UnpacksTooLarge {
                    part: part.name().to_owned(),
                    bytes: unpacked,
                });
            }
        }
    }
    Ok(())
}
