/// How much of a file is accepted before it is refused. The defaults hold any plan a city has published a hundred times over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file as it arrives, in bytes.
    pub file_bytes: u64,
    /// Sum of the sizes of all parts of a packed file after unpacking, in bytes.
    pub unpacked_bytes: u64,
    /// Largest accepted ratio of unpacked to packed size of one part above one megabyte.
    pub ratio: u64,
    /// Number of parts in a packed file.
    pub parts: usize,
    /// Number of sheets.
    pub sheets: usize,
    /// Rows of one sheet.
    pub rows: usize,
    /// Columns of one sheet.
    pub columns: usize,
    /// Cells of the whole file, empty ones between filled ones included.
    pub cells: usize,
    /// Size of the text of one cell, in bytes.
    pub cell_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 32 << 20,
            unpacked_bytes: 256 << 20,
            ratio: 200,
            parts: 2_000,
            sheets: 200,
            rows: 100_000,
            columns: 1_000,
            cells: 2_000_000,
            cell_bytes: 100_000,
        }
    }
}
