//! A large table in pieces that can be read one by one.
//!
//! Rows lie in chunks. A segment is some chunks with their order: for each column its values from the smallest to the largest, each with
//! the rows that have it, so that a filter and a sorting read only what they need; and which pairs of signs occur in which chunk, so that
//! a search for words looks only into chunks that can hold them. A segment is all that is in memory when a table is written.

use std::{
    collections::{BTreeMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
    io::{Read as _, Write as _},
};

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use yakuba_kernel::text::normalise_for_search;

/// Rows of a chunk.
pub const CHUNK_ROWS: usize = 1_000;
/// Rows of a segment: a whole number of chunks.
pub const SEGMENT_ROWS: usize = 50_000;
/// [`CHUNK_ROWS`] as numbers are stored.
pub const CHUNK: i64 = 1_000;
/// [`SEGMENT_ROWS`] as numbers are stored.
pub const SEGMENT: i64 = 50_000;
const _: () = assert!(SEGMENT_ROWS.is_multiple_of(CHUNK_ROWS));
/// The column under which the pairs of signs are kept; its "rows" are chunks of the segment.
pub const SIGNS: i64 = -1;
/// A block of an order is closed when it has so many bytes before it is packed.
const BLOCK_BYTES: usize = 32 * 1024;
/// No piece unpacks to more: the longest row has a place in it a thousand times.
const MOST_UNPACKED: u64 = 1 << 30;

/// Why a stored piece cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("a piece of a stored table cannot be read: {0}. Restore a backup or report this as a bug")]
pub struct BrokenPiece(String);

/// Some rows, with their shapes when the table came as GeoJSON.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ChunkRows {
    /// The rows.
    pub rows: Vec<Vec<String>>,
    /// A geometry for each; empty when the table has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shapes: Vec<Json>,
}

/// A chunk as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Its number in the table, from 0.
    pub number: i64,
    /// Its rows, packed: [`rows_of`] reads them.
    pub rows: Vec<u8>,
    /// Its rows as they are searched, packed: [`texts_of`] reads them.
    pub texts: Vec<u8>,
}

/// A part of a column's order as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The column, from 0; [`SIGNS`] for the pairs of signs.
    pub column: i64,
    /// Its number in the segment's order of the column, from 0.
    pub number: i64,
    /// Its smallest value.
    pub first: Vec<u8>,
    /// Its largest value.
    pub last: Vec<u8>,
    /// The values with their rows, packed: [`groups_of`] reads them.
    pub body: Vec<u8>,
}

/// A value with the rows of its segment that have it, from the smallest number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The value, in UTF-8.
    pub value: Vec<u8>,
    /// The rows, from 0 in the segment.
    pub rows: Vec<u32>,
}

/// A segment as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its number in the table, from 0.
    pub number: i64,
    /// How many rows it has.
    pub rows: usize,
    /// Its chunks.
    pub chunks: Vec<Chunk>,
    /// The orders of its columns.
    pub blocks: Vec<Block>,
}

impl Segment {
    /// Packs rows, at most [`SEGMENT_ROWS`], each as wide as the table.
    pub fn new(number: usize, width: usize, rows: &[Vec<String>], shapes: &[Json]) -> Self {
        let mut chunks = Vec::new();
        let mut signs: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
        for (at, part) in rows.chunks(CHUNK_ROWS).enumerate() {
            let from = at * CHUNK_ROWS;
            let texts = texts(part);
            for pair in pairs(&texts) {
                signs.entry(pair).or_default().push(small(at));
            }
            let shapes = shapes
                .get(from..(from + part.len()).min(shapes.len()))
                .unwrap_or_default();
            chunks.push(Chunk {
                number: long(number * (SEGMENT_ROWS / CHUNK_ROWS) + at),
                rows: packed_rows(part, shapes),
                texts: packed(texts.as_bytes()),
            });
        }
        let mut blocks = order(
            SIGNS,
            signs
                .iter()
                .map(|(pair, chunks)| (text_of_pair(*pair), chunks.clone())),
        );
        for column in 0..width {
            let mut values: Vec<(&str, u32)> = rows
                .iter()
                .enumerate()
                .map(|(at, row)| (row.get(column).map_or("", String::as_str), small(at)))
                .collect();
            values.sort_unstable();
            let groups = values.chunk_by(|one, other| one.0 == other.0).map(|group| {
                (
                    group[0].0.to_owned(),
                    group.iter().map(|(_, row)| *row).collect(),
                )
            });
            blocks.append(&mut order(long(column), groups));
        }
        Self {
            number: long(number),
            rows: rows.len(),
            chunks,
            blocks,
        }
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn long(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Rows as they are searched: a line for each, a tab between cells; folding leaves neither in a cell.
fn texts(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for row in rows {
        for cell in row {
            if cell
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
            {
                text.push_str(cell);
            } else {
                text.push_str(&normalise_for_search(cell));
            }
            text.push('\t');
        }
        text.push('\n');
    }
    text
}

/// Numbers that are spread already: multiplied once.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .rotate_left(29);
    }
}

/// The pairs of neighbouring signs in a text, each once, as numbers that sort as their texts in UTF-8 do.
fn pairs(text: &str) -> HashSet<u64, BuildHasherDefault<Spread>> {
    let mut found = HashSet::default();
    let mut before = '\n';
    for sign in text.chars() {
        if !matches!(before, '\n' | '\t') {
            found.insert((u64::from(u32::from(before)) << 32) | u64::from(u32::from(sign)));
        }
        before = sign;
    }
    found
}

fn text_of_pair(pair: u64) -> String {
    let sign = |bits: u64| {
        u32::try_from(bits & 0xFFFF_FFFF)
            .ok()
            .and_then(char::from_u32)
    };
    [sign(pair >> 32), sign(pair)]
        .into_iter()
        .flatten()
        .collect()
}

/// The pairs that a chunk with a folded word has. None for a word of a single sign: see [`SIGNS`] for what begins with it.
pub fn pairs_of_word(word: &str) -> Vec<String> {
    let signs: Vec<char> = word.chars().collect();
    let mut all: Vec<String> = signs.windows(2).map(|pair| pair.iter().collect()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Puts values, from the smallest, with their rows into blocks.
fn order(column: i64, groups: impl Iterator<Item = (String, Vec<u32>)>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut first, mut last, mut body) = (Vec::new(), Vec::new(), Vec::new());
    let mut close = |first: &mut Vec<u8>, last: &mut Vec<u8>, body: &mut Vec<u8>| {
        blocks.push(Block {
            column,
            number: long(blocks.len()),
            first: std::mem::take(first),
            last: std::mem::take(last),
            body: packed(body),
        });
        body.clear();
    };
    for (value, rows) in groups {
        if body.is_empty() {
            first = value.clone().into_bytes();
        }
        put_number(&mut body, value.len() as u64);
        body.extend_from_slice(value.as_bytes());
        put_number(&mut body, rows.len() as u64);
        let mut before = 0;
        for row in rows {
            put_number(&mut body, u64::from(row - before));
            before = row;
        }
        last = value.into_bytes();
        if body.len() >= BLOCK_BYTES {
            close(&mut first, &mut last, &mut body);
        }
    }
    if !body.is_empty() {
        close(&mut first, &mut last, &mut body);
    }
    blocks
}

/// Seven bits in each byte, the lowest first; all but the last have the eighth bit.
#[allow(clippy::cast_possible_truncation)] // Seven bits fit.
fn put_number(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

fn take_number(from: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..63).step_by(7) {
        let (byte, rest) = from.split_first()?;
        *from = rest;
        number |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// The values of a block with their rows, from the smallest.
///
/// # Errors
/// [`BrokenPiece`].
pub fn groups_of(body: &[u8]) -> Result<Vec<Group>, BrokenPiece> {
    let body = unpacked(body)?;
    let mut rest = body.as_slice();
    let mut groups = Vec::new();
    while !rest.is_empty() {
        groups.push(group(&mut rest).ok_or_else(|| BrokenPiece("a value breaks off".to_owned()))?);
    }
    Ok(groups)
}

fn group(rest: &mut &[u8]) -> Option<Group> {
    let length = usize::try_from(take_number(rest)?).ok()?;
    let value = rest.get(..length)?.to_vec();
    *rest = &rest[length..];
    let count = usize::try_from(take_number(rest)?).ok()?;
    if count > rest.len() {
        return None;
    }
    let mut rows = Vec::with_capacity(count);
    let mut before = 0_u32;
    for _ in 0..count {
        before = before.checked_add(u32::try_from(take_number(rest)?).ok()?)?;
        rows.push(before);
    }
    Some(Group { value, rows })
}

/// Packs rows with their shapes.
fn packed_rows(rows: &[Vec<String>], shapes: &[Json]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Borrowed<'a> {
        rows: &'a [Vec<String>],
        #[serde(skip_serializing_if = "<[Json]>::is_empty")]
        shapes: &'a [Json],
    }
    // Texts and JSON are always JSON.
    packed(&serde_json::to_vec(&Borrowed { rows, shapes }).unwrap_or_default())
}

/// The rows of a chunk.
///
/// # Errors
/// [`BrokenPiece`].
pub fn rows_of(kept: &[u8]) -> Result<ChunkRows, BrokenPiece> {
    serde_json::from_slice(&unpacked(kept)?).map_err(|error| BrokenPiece(error.to_string()))
}

/// The rows of a chunk as they are searched, a line for each.
///
/// # Errors
/// [`BrokenPiece`].
pub fn texts_of(kept: &[u8]) -> Result<String, BrokenPiece> {
    String::from_utf8(unpacked(kept)?).map_err(|error| BrokenPiece(error.to_string()))
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, BrokenPiece> {
    let mut unpacked = Vec::new();
    DeflateDecoder::new(bytes)
        .take(MOST_UNPACKED)
        .read_to_end(&mut unpacked)
        .map_err(|error| BrokenPiece(error.to_string()))?;
    Ok(unpacked)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn sizes_are_the_same_however_they_are_written() {
        assert_eq!((long(CHUNK_ROWS), long(SEGMENT_ROWS)), (CHUNK, SEGMENT));
    }

    #[test]
    fn a_segment_is_read_back_piece_by_piece() {
        let rows: Vec<Vec<String>> = (0..2_500)
            .map(|number| vec![format!("施設{number}"), (number % 3).to_string()])
            .collect();
        let segment = Segment::new(2, 2, &rows, &[]);
        let numbers: Vec<i64> = segment.chunks.iter().map(|chunk| chunk.number).collect();
        assert_eq!(numbers, [100, 101, 102]);
        let back: Vec<Vec<String>> = segment
            .chunks
            .iter()
            .flat_map(|chunk| rows_of(&chunk.rows).unwrap().rows)
            .collect();
        assert_eq!(back, rows);
        let of = |column: i64| -> Vec<Group> {
            segment
                .blocks
                .iter()
                .filter(|block| block.column == column)
                .flat_map(|block| groups_of(&block.body).unwrap())
                .collect()
        };
        assert_eq!(of(1).len(), 3);
        assert_eq!(of(1)[2].value, b"2");
        assert_eq!(of(1)[2].rows[..3], [2, 5, 8]);
        assert_eq!(of(0).len(), 2_500);
        assert!(of(0).is_sorted_by(|one, other| one.value < other.value));
        // 「施設9」 stands in every chunk, 「24」 in the first and the last.
        let signs = of(SIGNS);
        let chunks = |pair: &str| {
            let found = signs.iter().find(|group| group.value == pair.as_bytes());
            found.map(|group| group.rows.clone())
        };
        assert_eq!(chunks("施設"), Some(vec![0, 1, 2]));
        assert_eq!(chunks("設0"), Some(vec![0]));
        assert_eq!(chunks("施9"), None);
        assert_eq!(pairs_of_word("施設9"), ["施設", "設9"]);
    }

    #[test]
    fn shapes_stay_with_their_rows() {
        let rows: Vec<Vec<String>> = (0..1_001).map(|number| vec![number.to_string()]).collect();
        let shapes: Vec<Json> = (0..1_001)
            .map(|number| json!({"type": "Point", "coordinates": [number, 1]}))
            .collect();
        let segment = Segment::new(0, 1, &rows, &shapes);
        let last = rows_of(&segment.chunks[1].rows).unwrap();
        assert_eq!(last.shapes, [shapes[1_000].clone()]);
    }

    #[test]
    fn what_is_broken_is_told_and_not_believed() {
        for bad in [&b""[..], b"x", b"\xff\xff\xff"] {
            assert!(rows_of(bad).is_err());
        }
        let mut body = Vec::new();
        put_number(&mut body, 1);
        body.push(b'a');
        put_number(&mut body, 1 << 40);
        assert!(groups_of(&packed(&body)).is_err());
    }

    proptest! {
        #[test]
        fn every_order_is_complete(rows in prop::collection::vec(prop::collection::vec("\\PC{0,4}", 3), 0..40)) {
            let segment = Segment::new(0, 3, &rows, &[]);
            for column in 0..3_usize {
                let mut seen: Vec<Option<String>> = vec![None; rows.len()];
                for block in segment.blocks.iter().filter(|block| block.column == long(column)) {
                    let groups = groups_of(&block.body).unwrap();
                    prop_assert_eq!(&groups[0].value, &block.first);
                    prop_assert_eq!(&groups[groups.len() - 1].value, &block.last);
                    for group in groups {
                        let value = String::from_utf8(group.value).unwrap();
                        for row in group.rows {
                            seen[row as usize] = Some(value.clone());
                        }
                    }
                }
                for (row, value) in rows.iter().zip(seen) {
                    prop_assert_eq!(Some(&row[column]), value.as_ref());
                }
            }
        }
    }
}
