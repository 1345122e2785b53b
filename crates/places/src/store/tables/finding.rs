//! Finding rows of a table: by values of columns, by words, in an order, some of them.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use yakuba_city::sql::{self, Sql as _};
use yakuba_kernel::text::normalise_for_search;

use super::chunks_of;
use crate::model::parquet::number;
use crate::{
    error::PlacesError,
    model::segment::{
        CHUNK, CHUNK_ROWS, Group, SEGMENT, SEGMENT_ROWS, SIGNS, groups_of, pairs_of_word, rows_of,
        texts_of,
    },
};

/// So many pieces are read in one statement.
const AT_ONCE: i64 = 16;
/// More values of one column than this are looked up by going through the column once.
const LOOKED_UP: usize = 8;
/// More pairs of signs of one word make no difference.
const MOST_PAIRS: usize = 6;
/// The most columns that rows are sorted by.
pub const MOST_KEYS: usize = 4;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// For columns, the values of which a row has one.
    pub filters: Vec<(usize, Vec<String>)>,
    /// Folded words; each occurs in some cell of a row.
    pub words: Vec<String>,
    /// The columns to sort by, and whether from the largest; after them the rows' numbers decide.
    pub sort: Vec<(usize, bool)>,
    /// Whether the rows' numbers decide from the largest.
    pub is_last_first: bool,
    /// For columns, folded words that occur in a row's cell.
    pub words_in: Vec<(usize, Vec<String>)>,
    /// The columns of numbers: their values are compared as such, and rows without one come behind the largest.
    pub numbers: Vec<usize>,
    /// How many rows are passed over.
    pub offset: usize,
    /// How many rows are wanted.
    pub limit: usize,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// How many rows there are in all.
    pub total: usize,
    /// The rows that are wanted with their numbers, from 1.
    pub rows: Vec<(usize, Vec<String>)>,
}

/// The rows, from 0, that fit so far.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fitting {
    /// All of so many.
    All(usize),
    /// These, from the smallest.
    These(Vec<u32>),
}

impl Fitting {
    fn len(&self) -> usize {
        match self {
            Self::All(count) => *count,
            Self::These(rows) => rows.len(),
        }
    }

    fn has(&self, row: u32) -> bool {
        match self {
            Self::All(_) => true,
            Self::These(rows) => rows.binary_search(&row).is_ok(),
        }
    }

    fn narrow(&mut self, to: Vec<u32>) {
        *self = match self {
            Self::All(_) => Self::These(to),
            Self::These(rows) => {
                let rest = Self::These(to);
                rows.retain(|row| rest.has(*row));
                Self::These(std::mem::take(rows))
            }
        };
    }
}

/// Finds rows of a table that is the newest version of its file.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn find(
    connection: &impl ConnectionTrait,
    table: i64,
    rows: i64,
    query: &Query,
) -> Result<Found, PlacesError> {
    let mut fitting = Fitting::All(usize::try_from(rows).unwrap_or(0));
    for (column, values) in &query.filters {
        let place = place_of(*column);
        fitting.narrow(if query.numbers.contains(column) {
            with_numbers(connection, table, place, values).await?
        } else {
            with_values(connection, table, place, values).await?
        });
    }
    let mut words = query.words.clone();
    words.extend(query.words_in.iter().flat_map(|(_, words)| words.clone()));
    if !words.is_empty() {
        let found = with_words(connection, table, rows, &words, &fitting).await?;
        fitting.narrow(found);
    }
    if !query.words_in.is_empty() {
        let found = with_words_in(connection, table, rows, &query.words_in, &fitting).await?;
        fitting.narrow(found);
    }
    let total = fitting.len();
    let wanted = if query.limit == 0 || query.offset >= total {
        Vec::new()
    } else if query.sort.is_empty() {
        by_number(&fitting, query)
    } else if let [(column, is_down)] = query.sort[..] {
        let order = Order::of(connection, table, rows, column, is_down, query).await?;
        by_column(order, &fitting, query).await?
    } else {
        by_columns(connection, table, rows, &fitting, query).await?
    };
    Ok(Found {
        total,
        rows: read(connection, table, &wanted).await?,
    })
}

fn place_of(column: usize) -> i64 {
    i64::try_from(column).unwrap_or(i64::MAX)
}

fn by_number(fitting: &Fitting, query: &Query) -> Vec<u32> {
    let total = fitting.len();
    let end = query.offset.saturating_add(query.limit).min(total);
    (query.offset..end)
        .map(|at| {
            if query.is_last_first {
                total - 1 - at
            } else {
                at
            }
        })
        .filter_map(|at| match fitting {
            Fitting::All(_) => u32::try_from(at).ok(),
            Fitting::These(rows) => rows.get(at).copied(),
        })
        .collect()
}

#[derive(FromQueryResult)]
struct Piece {
    number: i64,
    body: Vec<u8>,
}

#[derive(FromQueryResult)]
struct BlockRow {
    segment: i64,
    number: i64,
    body: Vec<u8>,
}

/// The number of a row in the table.
fn in_table(segment: i64, row: u32) -> u32 {
    u32::try_from(segment)
        .unwrap_or(u32::MAX)
        .saturating_mul(u32::try_from(SEGMENT_ROWS).unwrap_or(u32::MAX))
        .saturating_add(row)
}

/// The rows, from the smallest, that have one of some values in a column.
async fn with_values(
    connection: &impl ConnectionTrait,
    table: i64,
    place: i64,
    values: &[String],
) -> Result<Vec<u32>, PlacesError> {
    let mut wanted: Vec<&[u8]> = values.iter().map(String::as_bytes).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut found = Vec::new();
    let mut take = |segment: i64, groups: Vec<Group>| {
        for group in groups {
            if wanted.binary_search(&group.value.as_slice()).is_ok() {
                found.extend(group.rows.iter().map(|row| in_table(segment, *row)));
            }
        }
    };
    if wanted.len() <= LOOKED_UP {
        // A block that holds several of them is read once.
        let mut blocks = BTreeMap::new();
        for value in &wanted {
            for row in blocks_between(connection, table, place, value, value).await? {
                blocks.insert((row.segment, row.number), row.body);
            }
        }
        for ((segment, _), body) in blocks {
            take(segment, groups_of(&body)?);
        }
    } else {
        let mut walk = Walk::new(connection, table, place, false);
        while let Some((segment, groups)) = walk.next_of_any().await? {
            take(segment, groups);
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// The rows, from the smallest, whose number in a column is one of some; an empty text asks for those without one.
async fn with_numbers(
    connection: &impl ConnectionTrait,
    table: i64,
    place: i64,
    values: &[String],
) -> Result<Vec<u32>, PlacesError> {
    let is_empty_wanted = values.iter().any(String::is_empty);
    // Minus zero is zero.
    let wanted: Vec<f64> = values
        .iter()
        .filter_map(|value| Some(number(value)? + 0.0))
        .collect();
    let mut found: Vec<u32> = NumbersInOrder::new(connection, table, place, false)
        .await?
        .values
        .into_iter()
        .filter(|(value, _)| {
            wanted.iter().any(|wanted| wanted.total_cmp(value).is_eq())
                || (is_empty_wanted && value.is_infinite())
        })
        .map(|(_, row)| row)
        .collect();
    found.sort_unstable();
    Ok(found)
}

fn number_of(value: &[u8]) -> Option<f64> {
    number(std::str::from_utf8(value).ok()?)
}

/// The blocks of a column that may hold values between two.
async fn blocks_between(
    connection: &impl ConnectionTrait,
    table: i64,
    place: i64,
    from: &[u8],
    to: &[u8],
) -> Result<Vec<BlockRow>, PlacesError> {
    let values: [Value; 4] = [
        table.into(),
        place.into(),
        to.to_vec().into(),
        from.to_vec().into(),
    ];
    Ok(connection
        .rows(
            "SELECT segment, number, body FROM places_orders \
             WHERE table_id = $1 AND place = $2 AND first <= $3 AND last >= $4",
            values,
        )
        .await?)
}

/// The chunks of a table, from the smallest, that can hold a folded word.
async fn chunks_with(
    connection: &impl ConnectionTrait,
    table: i64,
    word: &str,
) -> Result<Vec<i64>, PlacesError> {
    let chunks_of_segment = SEGMENT / CHUNK;
    let mut pairs = pairs_of_word(word);
    // Of a long word those that are spread over it, so that they are not all of its common beginning.
    if pairs.len() > MOST_PAIRS {
        let step = pairs.len() / MOST_PAIRS;
        pairs = pairs.into_iter().step_by(step).take(MOST_PAIRS).collect();
    }
    let mut found: Option<Vec<i64>> = None;
    let ranges = if pairs.is_empty() {
        vec![(word.to_owned(), format!("{word}\u{10FFFF}"))]
    } else {
        pairs.into_iter().map(|pair| (pair.clone(), pair)).collect()
    };
    for (from, to) in ranges {
        let (from, to) = (from.as_bytes(), to.as_bytes());
        let mut chunks = Vec::new();
        for row in blocks_between(connection, table, SIGNS, from, to).await? {
            for group in groups_of(&row.body)? {
                if (from..=to).contains(&group.value.as_slice()) {
                    chunks.extend(
                        group
                            .rows
                            .iter()
                            .map(|chunk| row.segment * chunks_of_segment + i64::from(*chunk)),
                    );
                }
            }
        }
        chunks.sort_unstable();
        chunks.dedup();
        found = Some(match found {
            None => chunks,
            Some(mut known) => {
                known.retain(|chunk| chunks.binary_search(chunk).is_ok());
                known
            }
        });
        if found.as_ref().is_some_and(Vec::is_empty) {
            break;
        }
    }
    Ok(found.unwrap_or_default())
}

/// The rows, from the smallest, of those that fit, in which every word occurs.
async fn with_words(
    connection: &impl ConnectionTrait,
    table: i64,
    rows: i64,
    words: &[String],
    fitting: &Fitting,
) -> Result<Vec<u32>, PlacesError> {
    let mut chunks: Vec<i64> = match fitting {
        Fitting::All(_) => (0..chunks_of(rows)).collect(),
        Fitting::These(rows) => {
            let mut chunks: Vec<i64> = rows.iter().map(|row| i64::from(*row) / CHUNK).collect();
            chunks.dedup();
            chunks
        }
    };
    for word in words.iter().filter(|word| !word.is_empty()) {
        if chunks.is_empty() {
            break;
        }
        let able = chunks_with(connection, table, word).await?;
        chunks.retain(|chunk| able.binary_search(chunk).is_ok());
    }
    let mut found = Vec::new();
    for piece in chunks.chunks(usize::try_from(AT_ONCE).unwrap_or(1)) {
        let pieces = pieces(connection, "places_texts", table, piece).await?;
        let words = words.to_vec();
        // A common word stands in every chunk: reading them all would hold up whatever else this thread does.
        let lines = tokio::task::spawn_blocking(move || {
            let mut found: Vec<i64> = Vec::new();
            for Piece { number, body } in pieces {
                let text = texts_of(&body)?;
                for (at, line) in text.lines().enumerate() {
                    if words.iter().all(|word| line.contains(word.as_str())) {
                        found.push(number * CHUNK + i64::try_from(at).unwrap_or(0));
                    }
                }
            }
            Ok::<_, PlacesError>(found)
        })
        .await
        .map_err(|error| sea_orm::DbErr::Custom(error.to_string()))??;
        found.extend(lines.into_iter().filter_map(|row| u32::try_from(row).ok()));
    }
    found.retain(|row| fitting.has(*row));
    Ok(found)
}

/// The rows, from the smallest, of those that fit, in whose cells the words for them occur.
async fn with_words_in(
    connection: &impl ConnectionTrait,
    table: i64,
    rows: i64,
    words: &[(usize, Vec<String>)],
    fitting: &Fitting,
) -> Result<Vec<u32>, PlacesError> {
    let mut chunks: Vec<i64> = match fitting {
        Fitting::All(_) => (0..chunks_of(rows)).collect(),
        Fitting::These(rows) => rows.iter().map(|row| i64::from(*row) / CHUNK).collect(),
    };
    chunks.dedup();
    let mut found = Vec::new();
    for some in chunks.chunks(usize::try_from(AT_ONCE).unwrap_or(1)) {
        let pieces = pieces(connection, "places_chunks", table, some).await?;
        let words = words.to_vec();
        let lines = tokio::task::spawn_blocking(move || {
            let mut found: Vec<i64> = Vec::new();
            for Piece { number, body } in pieces {
                for (at, row) in rows_of(&body)?.rows.iter().enumerate() {
                    let has_all = words.iter().all(|(column, words)| {
                        let cell = row.get(*column).map_or("", String::as_str);
                        let cell = normalise_for_search(cell);
                        words.iter().all(|word| cell.contains(word.as_str()))
                    });
                    if has_all {
                        found.push(number * CHUNK + i64::try_from(at).unwrap_or(0));
                    }
                }
            }
            Ok::<_, PlacesError>(found)
        })
        .await
        .map_err(|error| sea_orm::DbErr::Custom(error.to_string()))??;
        found.extend(lines.into_iter().filter_map(|row| u32::try_from(row).ok()));
    }
    found.retain(|row| fitting.has(*row));
    Ok(found)
}

/// Some pieces of a table by their numbers, from the smallest.
async fn pieces(
    connection: &impl ConnectionTrait,
    of: &str,
    table: i64,
    numbers: &[i64],
) -> Result<Vec<Piece>, PlacesError> {
    let values: Vec<Value> = std::iter::once(table.into())
        .chain(numbers.iter().map(|number| (*number).into()))
        .collect();
    Ok(connection
        .rows(
            &format!(
                "SELECT number, body FROM {of} WHERE table_id = $1 AND number IN ({}) ORDER BY number",
                sql::list(2, numbers.len())
            ),
            values,
        )
        .await?)
}

/// Rows by their numbers from 0, in the order in which they are named.
async fn read(
    connection: &impl ConnectionTrait,
    table: i64,
    wanted: &[u32],
) -> Result<Vec<(usize, Vec<String>)>, PlacesError> {
    let mut by_chunk: BTreeMap<i64, Vec<(usize, u32)>> = BTreeMap::new();
    for (at, row) in wanted.iter().enumerate() {
        by_chunk
            .entry(i64::from(*row) / CHUNK)
            .or_default()
            .push((at, *row));
    }
    let mut found: Vec<(usize, Vec<String>)> = vec![(0, Vec::new()); wanted.len()];
    let numbers: Vec<i64> = by_chunk.keys().copied().collect();
    for some in numbers.chunks(usize::try_from(AT_ONCE).unwrap_or(1)) {
        for piece in pieces(connection, "places_chunks", table, some).await? {
            let mut rows = rows_of(&piece.body)?.rows;
            for (at, row) in &by_chunk[&piece.number] {
                let number = *row as usize;
                if let Some(cells) = rows.get_mut(number % CHUNK_ROWS) {
                    found[*at] = (number + 1, std::mem::take(cells));
                }
            }
        }
    }
    // What was taken away for good between the two readings.
    found.retain(|(number, _)| *number > 0);
    Ok(found)
}

/// A walk through the order of a column, block by block.
struct Walk<'a, C> {
    connection: &'a C,
    table: i64,
    place: i64,
    is_down: bool,
    /// Of each segment, when it is walked alone: the next block, and blocks that were read already.
    any: Option<(i64, i64)>,
}

impl<'a, C: ConnectionTrait> Walk<'a, C> {
    fn new(connection: &'a C, table: i64, place: i64, is_down: bool) -> Self {
        Self {
            connection,
            table,
            place,
            is_down,
            any: None,
        }
    }

    /// The next blocks in whatever order, with their segment.
    async fn next_of_any(&mut self) -> Result<Option<(i64, Vec<Group>)>, PlacesError> {
        let (segment, number) = self.any.unwrap_or((0, -1));
        let row: Option<BlockRow> = self
            .connection
            .row(
                "SELECT segment, number, body FROM places_orders WHERE table_id = $1 AND place = $2 \
                 AND (segment > $3 OR (segment = $3 AND number > $4)) ORDER BY segment, number LIMIT 1",
                [
                    self.table.into(),
                    self.place.into(),
                    segment.into(),
                    number.into(),
                ],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        self.any = Some((row.segment, row.number));
        Ok(Some((row.segment, groups_of(&row.body)?)))
    }

    /// The next blocks of a segment after one, in the walk's direction.
    async fn of_segment(
        &self,
        segment: i64,
        after: Option<i64>,
    ) -> Result<Vec<BlockRow>, PlacesError> {
        let (sign, order, after) = if self.is_down {
            ("<", "DESC", after.unwrap_or(i64::MAX))
        } else {
            (">", "ASC", after.unwrap_or(-1))
        };
        Ok(self
            .connection
            .rows(
                &format!(
                    "SELECT segment, number, body FROM places_orders \
                     WHERE table_id = $1 AND place = $2 AND segment = $3 AND number {sign} $4 \
                     ORDER BY number {order} LIMIT 4"
                ),
                [
                    self.table.into(),
                    self.place.into(),
                    segment.into(),
                    after.into(),
                ],
            )
            .await?)
    }
}

/// One segment of a walk in order: the groups that were read, the next one last.
struct Strand {
    segment: i64,
    last_block: Option<i64>,
    groups: Vec<Group>,
    is_over: bool,
}

/// The values of a column over all segments, in order, each with its rows in the table, from the smallest.
struct InOrder<'a, C> {
    walk: Walk<'a, C>,
    strands: Vec<Strand>,
}

impl<'a, C: ConnectionTrait> InOrder<'a, C> {
    fn new(connection: &'a C, table: i64, rows: i64, column: usize, is_down: bool) -> Self {
        Self {
            walk: Walk::new(connection, table, place_of(column), is_down),
            strands: (0..(rows + SEGMENT - 1) / SEGMENT)
                .map(|segment| Strand {
                    segment,
                    last_block: None,
                    groups: Vec::new(),
                    is_over: false,
                })
                .collect(),
        }
    }

    async fn next(&mut self) -> Result<Option<Vec<u32>>, PlacesError> {
        for strand in &mut self.strands {
            if !strand.groups.is_empty() || strand.is_over {
                continue;
            }
            let blocks = self
                .walk
                .of_segment(strand.segment, strand.last_block)
                .await?;
            strand.is_over = blocks.is_empty();
            for block in blocks {
                strand.last_block = Some(block.number);
                let mut groups = groups_of(&block.body)?;
                if self.walk.is_down {
                    groups.reverse();
                }
                strand.groups.extend(groups);
            }
            strand.groups.reverse();
        }
        let heads = self
            .strands
            .iter()
            .filter_map(|strand| Some(&strand.groups.last()?.value));
        let next = if self.walk.is_down {
            heads.max()
        } else {
            heads.min()
        };
        let Some(next) = next.cloned() else {
            return Ok(None);
        };
        let mut rows = Vec::new();
        for strand in &mut self.strands {
            if strand
                .groups
                .last()
                .is_some_and(|group| group.value == next)
                && let Some(group) = strand.groups.pop()
            {
                rows.extend(group.rows.iter().map(|row| in_table(strand.segment, *row)));
            }
        }
        Ok(Some(rows))
    }
}

/// The numbers of a column in order, each with its row in the table. Blocks are in the order of texts, so that all of them are read:
/// sixteen bytes for each row.
struct NumbersInOrder {
    /// No number is infinitely large.
    values: Vec<(f64, u32)>,
    at: usize,
}

impl NumbersInOrder {
    async fn new(
        connection: &impl ConnectionTrait,
        table: i64,
        place: i64,
        is_down: bool,
    ) -> Result<Self, PlacesError> {
        let mut values = Vec::new();
        let mut walk = Walk::new(connection, table, place, false);
        while let Some((segment, groups)) = walk.next_of_any().await? {
            for group in groups {
                // Minus zero is zero.
                let value = number_of(&group.value).map_or(f64::INFINITY, |value| value + 0.0);
                values.extend(
                    group
                        .rows
                        .iter()
                        .map(|row| (value, in_table(segment, *row))),
                );
            }
        }
        values.sort_unstable_by(|one: &(f64, u32), other| {
            let order = one.0.total_cmp(&other.0);
            let order = if is_down { order.reverse() } else { order };
            order.then(one.1.cmp(&other.1))
        });
        Ok(Self { values, at: 0 })
    }

    fn next(&mut self) -> Option<Vec<u32>> {
        let rest = self.values.get(self.at..)?;
        let (first, _) = rest.first()?;
        let rows: Vec<u32> = rest
            .iter()
            .take_while(|(value, _)| value.total_cmp(first).is_eq())
            .map(|(_, row)| *row)
            .collect();
        self.at += rows.len();
        Some(rows)
    }
}

/// The values of a column in its order, each with its rows.
enum Order<'a, C> {
    Texts(InOrder<'a, C>),
    Numbers(NumbersInOrder),
}

impl<'a, C: ConnectionTrait> Order<'a, C> {
    async fn of(
        connection: &'a C,
        table: i64,
        rows: i64,
        column: usize,
        is_down: bool,
        query: &Query,
    ) -> Result<Self, PlacesError> {
        Ok(if query.numbers.contains(&column) {
            let place = place_of(column);
            Self::Numbers(NumbersInOrder::new(connection, table, place, is_down).await?)
        } else {
            Self::Texts(InOrder::new(connection, table, rows, column, is_down))
        })
    }

    async fn next(&mut self) -> Result<Option<Vec<u32>>, PlacesError> {
        match self {
            Self::Texts(order) => order.next().await,
            Self::Numbers(order) => Ok(order.next()),
        }
    }
}

/// The wanted rows in the order of one column: no further than needed.
async fn by_column(
    mut order: Order<'_, impl ConnectionTrait>,
    fitting: &Fitting,
    query: &Query,
) -> Result<Vec<u32>, PlacesError> {
    let mut to_pass = query.offset;
    let mut wanted = Vec::new();
    while let Some(mut rows) = order.next().await? {
        rows.retain(|row| fitting.has(*row));
        if query.is_last_first {
            rows.reverse();
        }
        let passed = to_pass.min(rows.len());
        to_pass -= passed;
        wanted.extend(rows.drain(passed..).take(query.limit - wanted.len()));
        if wanted.len() == query.limit {
            break;
        }
    }
    Ok(wanted)
}

/// The wanted rows in the order of several columns: each row gets its rank in each.
async fn by_columns(
    connection: &impl ConnectionTrait,
    table: i64,
    rows: i64,
    fitting: &Fitting,
    query: &Query,
) -> Result<Vec<u32>, PlacesError> {
    let mut ranks: Vec<Vec<u32>> = Vec::new();
    for (column, is_down) in query.sort.iter().take(MOST_KEYS) {
        let mut of_rows = vec![0_u32; usize::try_from(rows).unwrap_or(0)];
        let mut order = Order::of(connection, table, rows, *column, *is_down, query).await?;
        let mut rank = 0;
        while let Some(rows) = order.next().await? {
            for row in rows {
                if let Some(of_row) = of_rows.get_mut(row as usize) {
                    *of_row = rank;
                }
            }
            rank += 1;
        }
        ranks.push(of_rows);
    }
    let mut sorted = match fitting {
        Fitting::All(count) => (0..u32::try_from(*count).unwrap_or(u32::MAX)).collect(),
        Fitting::These(rows) => rows.clone(),
    };
    if query.is_last_first {
        sorted.reverse();
    }
    sorted.sort_by_key(|row| -> Vec<u32> {
        ranks
            .iter()
            .filter_map(|of_rows| of_rows.get(*row as usize).copied())
            .collect()
    });
    Ok(sorted
        .into_iter()
        .skip(query.offset)
        .take(query.limit)
        .collect())
}
