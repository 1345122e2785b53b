//! Shapefiles in an archive: `.shp` with the shapes, `.dbf` with what is said about them, `.prj` with how positions are meant, `.cpg` with
//! the charset. After ESRI's technical description (1998) and dBASE III; what does not hold together is refused.

mod plane;

use std::io::{Cursor, Read as _};

use encoding_rs::{Encoding, SHIFT_JIS, UTF_8};
use serde_json::{Value as Json, json};
use yakuba_sheets::{Limits, SheetError};
use zip::ZipArchive;

use super::content::Content;

pub use plane::System;

/// The most points of one shape.
const MOST_POINTS: usize = 200_000;
/// The most rings or lines of one shape.
const MOST_PARTS: usize = 5_000;

/// Why a Shapefile cannot be taken: a sentence with the mend.
#[derive(Debug, thiserror::Error)]
pub enum ShapefileError {
    /// The archive is too large or damaged.
    #[error(transparent)]
    Archive(#[from] SheetError),
    /// A part is missing.
    #[error(
        "the archive has no .{0} file. Put .shp, .dbf and .prj of one Shapefile into one zip file"
    )]
    Missing(&'static str),
    /// Several Shapefiles in one archive.
    #[error("the archive holds {0} Shapefiles. Put each into a zip file of its own")]
    Several(usize),
    /// Positions are meant in a way that is not read.
    #[error(
        "the coordinates of the Shapefile are in \"{0}\". Convert it to JGD2011 or JGD2000, in degrees or in one of the plane rectangular systems 1 to 19"
    )]
    System(String),
    /// The charset is unknown.
    #[error("the .cpg file names the charset \"{0}\". Save the table as UTF-8 or CP932")]
    Charset(String),
    /// Shapes of a kind that maps do not have.
    #[error("the Shapefile holds shapes of the kind {0}. Points, lines and areas are read")]
    Kind(u32),
    /// It does not hold together.
    #[error("the Shapefile is damaged ({0}). Export it anew")]
    Broken(&'static str),
    /// A shape is too large.
    #[error(
        "shape {0} has more than {MOST_POINTS} points or {MOST_PARTS} parts. Simplify or divide it"
    )]
    TooLarge(usize),
    /// A position is no place on the earth.
    #[error("shape {0} lies nowhere on the earth. Check the .prj file")]
    Nowhere(usize),
}

/// Whether an archive holds a Shapefile, and is not a workbook.
pub fn is_one(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
        && ZipArchive::new(Cursor::new(bytes))
            .is_ok_and(|archive| archive.file_names().any(|name| ending(name) == "shp"))
}

fn ending(name: &str) -> String {
    name.rsplit_once('.')
        .map_or(String::new(), |(_, ending)| ending.to_ascii_lowercase())
}

/// Reads a Shapefile as a table with shapes: a column for each field; points without columns of their own for it get 緯度 and 経度.
///
/// # Errors
/// [`ShapefileError`].
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Content, ShapefileError> {
    if bytes.len() as u64 > limits.file_bytes {
        return Err(SheetError::FileTooLarge {
            bytes: bytes.len() as u64,
            limit: limits.file_bytes,
        }
        .into());
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    if archive.len() > limits.parts {
        return Err(SheetError::TooManyParts {
            parts: archive.len(),
            limit: limits.parts,
        }
        .into());
    }
    let names: Vec<String> = archive
        .file_names()
        .filter(|name| !name.starts_with("__MACOSX"))
        .map(str::to_owned)
        .collect();
    let shapes: Vec<&String> = names.iter().filter(|name| ending(name) == "shp").collect();
    let shp = match shapes[..] {
        [] => return Err(ShapefileError::Missing("shp")),
        [one] => one,
        _ => return Err(ShapefileError::Several(shapes.len())),
    };
    let stem = |name: &str| {
        name.rsplit_once('.')
            .map_or("", |(stem, _)| stem)
            .to_ascii_lowercase()
    };
    let beside = |wanted: &str| {
        names
            .iter()
            .find(|name| ending(name) == wanted && stem(name) == stem(shp))
    };
    let mut left = limits.unpacked_bytes;
    let mut part = |name: &str| unpacked(&mut archive, name, &mut left, limits);
    let prj = beside("prj").ok_or(ShapefileError::Missing("prj"))?;
    let dbf = beside("dbf").ok_or(ShapefileError::Missing("dbf"))?;
    let (prj, dbf) = (part(prj)?, part(dbf)?);
    let cpg = beside("cpg").map(|name| part(name)).transpose()?;
    let parts = Parts {
        shp: &part(shp)?,
        dbf: &dbf,
        prj: &prj,
        cpg: cpg.as_deref(),
    };
    read_parts(&parts, limits)
}

/// The files of a Shapefile that are read.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// The shapes.
    pub shp: &'a [u8],
    /// The table.
    pub dbf: &'a [u8],
    /// How positions are meant.
    pub prj: &'a [u8],
    /// The charset of the table, if it is told.
    pub cpg: Option<&'a [u8]>,
}

/// Reads a Shapefile that is unpacked; see [`read`].
///
/// # Errors
/// [`ShapefileError`].
pub fn read_parts(parts: &Parts<'_>, limits: &Limits) -> Result<Content, ShapefileError> {
    let prj = String::from_utf8_lossy(parts.prj);
    let system = System::of_prj(&prj).ok_or_else(|| {
        let name = prj.split('"').nth(1).unwrap_or_default();
        ShapefileError::System(name.chars().take(80).collect())
    })?;
    let charset = parts
        .cpg
        .map(|cpg| charset(&String::from_utf8_lossy(cpg)))
        .transpose()?;
    let (header, rows) = table(parts.dbf, charset, limits)?;
    let shapes = geometries(parts.shp, system, limits)?;
    if shapes.len() != rows.len() {
        return Err(ShapefileError::Broken(
            "there are not as many shapes as rows",
        ));
    }
    let (rows, shapes) = rows
        .into_iter()
        .zip(shapes)
        .filter_map(|(row, shape)| Some((row?, shape)))
        .unzip();
    let mut content = Content {
        header,
        rows,
        shapes,
    };
    content.add_places();
    Ok(content)
}

fn damaged(error: &impl std::fmt::Display) -> SheetError {
    SheetError::Damaged {
        cause: error.to_string(),
    }
}

/// A part of the archive: the sizes written there are not believed.
fn unpacked(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    name: &str,
    left: &mut u64,
    limits: &Limits,
) -> Result<Vec<u8>, ShapefileError> {
    const COUNTED_FROM: u64 = 1 << 20;
    let part = archive.by_name(name).map_err(|error| damaged(&error))?;
    let packed = part.compressed_size().max(1);
    let most = (*left).min((packed * limits.ratio).max(COUNTED_FROM));
    let mut bytes = Vec::new();
    part.take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| damaged(&error))?;
    if bytes.len() as u64 > most {
        return Err(SheetError::UnpacksTooLarge {
            part: name.chars().take(80).collect(),
            bytes: bytes.len() as u64,
        }
        .into());
    }
    *left -= bytes.len() as u64;
    Ok(bytes)
}

fn charset(text: &str) -> Result<&'static Encoding, ShapefileError> {
    let name: String = text
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|sign| sign.to_ascii_uppercase())
        .collect();
    match name.as_str() {
        "UTF8" | "65001" => Ok(UTF_8),
        "CP932" | "932" | "ANSI932" | "SJIS" | "SHIFTJIS" | "MS932" | "WINDOWS31J" => Ok(SHIFT_JIS),
        _ => Err(ShapefileError::Charset(
            text.trim().chars().take(40).collect(),
        )),
    }
}

/// Bytes from a place on, if there are so many.
fn at(bytes: &[u8], from: usize, count: usize) -> Result<&[u8], ShapefileError> {
    from.checked_add(count)
        .and_then(|to| bytes.get(from..to))
        .ok_or(ShapefileError::Broken("it breaks off"))
}

fn short(bytes: &[u8], from: usize) -> Result<usize, ShapefileError> {
    let bytes = at(bytes, from, 2)?;
    Ok(usize::from(u16::from_le_bytes([bytes[0], bytes[1]])))
}

fn little(bytes: &[u8], from: usize) -> Result<u32, ShapefileError> {
    let bytes = at(bytes, from, 4)?;
    Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

fn big(bytes: &[u8], from: usize) -> Result<u32, ShapefileError> {
    little(bytes, from).map(u32::swap_bytes)
}

fn float(bytes: &[u8], from: usize) -> Result<f64, ShapefileError> {
    let mut eight = [0; 8];
    eight.copy_from_slice(at(bytes, from, 8)?);
    Ok(f64::from_le_bytes(eight))
}

fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The headers, and the rows in the order of the shapes; none for one that is marked as deleted.
type Rows = (Vec<String>, Vec<Option<Vec<String>>>);

/// A field of a `.dbf` file.
struct Field<'a> {
    name: &'a [u8],
    kind: u8,
    length: usize,
}

/// The table of a `.dbf` file.
fn table(
    bytes: &[u8],
    charset: Option<&'static Encoding>,
    limits: &Limits,
) -> Result<Rows, ShapefileError> {
    let count = size(little(bytes, 4)?);
    let begin = short(bytes, 8)?;
    let length = short(bytes, 10)?;
    if count > limits.rows {
        return Err(SheetError::TooManyRows {
            sheet: None,
            limit: limits.rows,
        }
        .into());
    }
    let mut fields = Vec::new();
    let mut place = 32;
    while *at(bytes, place, 1)?.first().unwrap_or(&0) != 0x0D {
        let field = at(bytes, place, 32)?;
        let name = field[..11].split(|byte| *byte == 0).next().unwrap_or(&[]);
        fields.push(Field {
            name,
            kind: field[11],
            length: usize::from(field[16]),
        });
        if fields.len() > limits.columns {
            return Err(SheetError::TooManyColumns {
                sheet: None,
                row: 1,
                columns: fields.len(),
                limit: limits.columns,
            }
            .into());
        }
        place += 32;
    }
    if count.saturating_mul(fields.len()) > limits.cells {
        return Err(SheetError::TooManyCells {
            limit: limits.cells,
        }
        .into());
    }
    let all: usize = fields.iter().map(|field| field.length).sum();
    if begin <= place || length != all + 1 {
        return Err(ShapefileError::Broken("the fields of the table do not fit"));
    }
    let whole = at(bytes, begin, count.saturating_mul(length))?;
    // Without .cpg the mark of the language may say it; many programs write none. UTF-8 text in CP932 is hardly ever sound.
    let charset = charset.unwrap_or_else(|| {
        let is_utf8 = bytes.get(29) != Some(&0x13)
            && std::str::from_utf8(whole).is_ok()
            && fields
                .iter()
                .all(|field| std::str::from_utf8(field.name).is_ok());
        if is_utf8 { UTF_8 } else { SHIFT_JIS }
    });
    let text = |bytes: &[u8]| {
        let (text, _) = charset.decode_without_bom_handling(bytes);
        text.replace('\0', "").trim().to_owned()
    };
    let header = fields.iter().map(|field| text(field.name)).collect();
    let rows = whole
        .chunks_exact(length.max(1))
        .map(|row| {
            if row[0] == b'*' {
                return None;
            }
            let mut from = 1;
            let cells = fields.iter().map(|field| {
                let cell = text(&row[from..from + field.length]);
                from += field.length;
                shown(field.kind, cell)
            });
            Some(cells.collect())
        })
        .collect();
    Ok((header, rows))
}

/// A cell as people write it: days as `YYYY-MM-DD`, what dBASE has for nothing as nothing.
fn shown(kind: u8, cell: String) -> String {
    match kind {
        b'D' if cell.len() == 8 && cell.bytes().all(|byte| byte.is_ascii_digit()) => {
            if cell == "00000000" {
                return String::new();
            }
            format!("{}-{}-{}", &cell[..4], &cell[4..6], &cell[6..])
        }
        b'N' | b'F' if cell.bytes().all(|byte| byte == b'*') => String::new(),
        b'L' if cell == "?" => String::new(),
        _ => cell,
    }
}

/// The shapes of a `.shp` file as GeoJSON.
fn geometries(bytes: &[u8], system: System, limits: &Limits) -> Result<Vec<Json>, ShapefileError> {
    if big(bytes, 0)? != 9994 {
        return Err(ShapefileError::Broken("it does not begin as a Shapefile"));
    }
    let mut shapes = Vec::new();
    let mut place = 100;
    while place < bytes.len() {
        if shapes.len() >= limits.rows {
            return Err(SheetError::TooManyRows {
                sheet: None,
                limit: limits.rows,
            }
            .into());
        }
        let length = size(big(bytes, place + 4)?).saturating_mul(2);
        let record = at(bytes, place + 8, length)?;
        let shape = Shape {
            number: shapes.len() + 1,
            record,
            system,
        };
        shapes.push(shape.read()?);
        place += 8 + length;
    }
    Ok(shapes)
}

type Position = [f64; 2];

/// A shape's record.
struct Shape<'a> {
    number: usize,
    record: &'a [u8],
    system: System,
}

impl Shape<'_> {
    fn read(&self) -> Result<Json, ShapefileError> {
        // What stands behind x and y, heights and measures, is not read.
        match little(self.record, 0)? {
            0 => Ok(Json::Null),
            1 | 11 | 21 => Ok(json!({"type": "Point", "coordinates": self.position(4)?})),
            8 | 18 | 28 => {
                let count = self.points(36)?;
                Ok(json!({"type": "MultiPoint", "coordinates": self.positions(40, count)?}))
            }
            3 | 13 | 23 => {
                let mut lines = self.parts()?;
                lines.retain(|line| line.len() > 1);
                Ok(match lines.len() {
                    0 => Json::Null,
                    1 => json!({"type": "LineString", "coordinates": lines[0]}),
                    _ => json!({"type": "MultiLineString", "coordinates": lines}),
                })
            }
            5 | 15 | 25 => {
                let mut areas = areas(self.parts()?);
                Ok(match areas.len() {
                    0 => Json::Null,
                    1 => json!({"type": "Polygon", "coordinates": areas.remove(0)}),
                    _ => json!({"type": "MultiPolygon", "coordinates": areas}),
                })
            }
            other => Err(ShapefileError::Kind(other)),
        }
    }

    fn position(&self, from: usize) -> Result<Position, ShapefileError> {
        let (x, y) = (float(self.record, from)?, float(self.record, from + 8)?);
        let (east, north) = self
            .system
            .degrees(x, y)
            .ok_or(ShapefileError::Nowhere(self.number))?;
        Ok([east, north])
    }

    fn points(&self, from: usize) -> Result<usize, ShapefileError> {
        let count = size(little(self.record, from)?);
        if count > MOST_POINTS {
            return Err(ShapefileError::TooLarge(self.number));
        }
        Ok(count)
    }

    fn positions(&self, from: usize, count: usize) -> Result<Vec<Position>, ShapefileError> {
        at(self.record, from, count * 16)?;
        (0..count)
            .map(|number| self.position(from + number * 16))
            .collect()
    }

    /// The lines or rings.
    fn parts(&self) -> Result<Vec<Vec<Position>>, ShapefileError> {
        let parts = size(little(self.record, 36)?);
        let points = self.points(40)?;
        if parts > MOST_PARTS {
            return Err(ShapefileError::TooLarge(self.number));
        }
        let from = 44 + parts * 4;
        let all = self.positions(from, points)?;
        let mut begins: Vec<usize> = (0..parts)
            .map(|part| little(self.record, 44 + part * 4).map(size))
            .collect::<Result<_, _>>()?;
        begins.push(points);
        begins
            .windows(2)
            .map(|pair| {
                all.get(pair[0]..pair[1])
                    .map(<[Position]>::to_vec)
                    .ok_or(ShapefileError::Broken("the parts of a shape do not fit"))
            })
            .collect()
    }
}

/// Twice the area of a ring: positive when it goes against the clock.
fn turned(ring: &[Position]) -> f64 {
    ring.windows(2)
        .map(|pair| pair[0][0] * pair[1][1] - pair[1][0] * pair[0][1])
        .sum()
}

fn is_inside(place: Position, ring: &[Position]) -> bool {
    ring.windows(2)
        .filter(|pair| (pair[0][1] > place[1]) != (pair[1][1] > place[1]))
        .filter(|pair| {
            let [from, to] = [pair[0], pair[1]];
            let share = (place[1] - from[1]) / (to[1] - from[1]);
            place[0] < from[0] + share * (to[0] - from[0])
        })
        .count()
        % 2
        == 1
}

/// Rings as areas: those that go with the clock are outer ones, each other one is a hole in the smallest that it lies in. GeoJSON has the
/// outer ones against the clock.
fn areas(rings: Vec<Vec<Position>>) -> Vec<Vec<Vec<Position>>> {
    let closed = rings
        .into_iter()
        .filter(|ring| ring.len() > 3 && ring.first() == ring.last());
    let (outer, holes): (Vec<_>, Vec<_>) = closed.partition(|ring| turned(ring) < 0.0);
    let mut areas: Vec<(f64, Vec<Vec<Position>>)> = outer
        .into_iter()
        .map(|mut ring| {
            ring.reverse();
            (turned(&ring), vec![ring])
        })
        .collect();
    let mut alone = Vec::new();
    for mut hole in holes {
        let around = areas
            .iter_mut()
            .filter(|(_, rings)| is_inside(hole[0], &rings[0]))
            .min_by(|one, other| one.0.total_cmp(&other.0));
        match around {
            Some((_, rings)) => {
                hole.reverse();
                rings.push(hole);
            }
            // Some programs do not mind the direction.
            None => alone.push(vec![hole]),
        }
    }
    areas
        .into_iter()
        .map(|(_, rings)| rings)
        .chain(alone)
        .collect()
}

#[cfg(test)]
mod tests;
