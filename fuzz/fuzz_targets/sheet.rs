//! Any bytes at all as an uploaded file: a sheet or a refusal, never a panic, never past the limits.
//! What was read goes out as CSV without a formula and comes back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yakuba_sheets::{Cell, CsvCharset, CsvOptions, Limits, Table, guard, read, write_csv};

/// Small, so that the limits themselves are met often.
fn limits() -> Limits {
    Limits {
        file_bytes: 1 << 20,
        unpacked_bytes: 4 << 20,
        ratio: 100,
        parts: 50,
        sheets: 10,
        rows: 2_000,
        columns: 200,
        cells: 20_000,
        cell_bytes: 4_000,
    }
}

fuzz_target!(|input: (u8, &[u8])| {
    let (kind, bytes) = input;
    let name = ["a.csv", "a.tsv", "a.xlsx", "a.xls", "a", "表.CSV"][usize::from(kind) % 6];
    let limits = limits();
    let Ok(book) = read(bytes, name, &limits) else { return };
    let mut cells = 0;
    for grid in &book.sheets {
        assert!(grid.rows.len() <= limits.rows);
        for row in &grid.rows {
            cells += row.cells.len();
            assert!(row.cells.len() <= limits.columns);
            for text in &row.cells {
                let safe = guard(text);
                assert!(safe == *text || safe == format!("'{text}"));
                if safe == *text {
                    let plain = text.trim_start_matches(['+', '-']);
                    assert!(
                        !text.starts_with(['=', '@', '\t', '\r']) && (plain == text || plain.starts_with(|c: char| c.is_ascii_digit())),
                        "a formula would go out: {text:?}"
                    );
                }
            }
        }
        let Some((first, rest)) = grid.rows.split_first() else { continue };
        let table = Table {
            name: "a".to_owned(),
            header: first.cells.clone(),
            rows: rest.iter().map(|row| row.cells.iter().cloned().map(Cell::Text).collect()).collect(),
        };
        let written = write_csv(&table, CsvOptions { charset: CsvCharset::Utf8Bom });
        let _ = read(&written.bytes, "a.csv", &limits);
    }
    assert!(cells <= limits.cells);
});
