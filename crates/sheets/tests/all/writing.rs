//! Tables that leave the house must harm nobody's spreadsheet program.

use proptest::prelude::*;
use yakuba_sheets::{
    Cell, CsvCharset, CsvOptions, Limits, Table, Unheld, guard, read, write_csv, write_xlsx,
};

fn table() -> Table {
    let text = |text: &str| Cell::Text(text.to_owned());
    Table {
        name: "figures".to_owned(),
        header: vec!["名称".to_owned(), "値".to_owned(), "原文".to_owned()],
        rows: vec![
            vec![
                text("=HYPERLINK(\"http://x\")"),
                Cell::Number("-13.70".to_owned()),
                Cell::Verbatim("-".to_owned()),
            ],
            vec![
                text("一行\n二行, \"引用\""),
                Cell::Empty,
                Cell::Verbatim("-16.91%".to_owned()),
            ],
            vec![text("𠮷野")],
        ],
    }
}

#[test]
fn csv_is_guarded_and_quoted() {
    let written = String::from_utf8(write_csv(&table(), CsvOptions::default()).bytes).unwrap();
    assert_eq!(
        written,
        "名称,値,原文\r\n\"'=HYPERLINK(\"\"http://x\"\")\",-13.70,-\r\n\"一行\n二行, \"\"引用\"\"\",,-16.91%\r\n𠮷野,,\r\n"
    );
}

#[test]
fn cp932_reports_what_it_cannot_hold() {
    let written = write_csv(
        &table(),
        CsvOptions {
            charset: CsvCharset::Cp932,
        },
    );
    assert_eq!(
        written.unheld,
        [Unheld {
            row: 4,
            column: 1,
            character: '𠮷'
        }]
    );
    let book = read(&written.bytes, "a.csv", &Limits::default()).unwrap();
    assert_eq!(book.sheets[0].rows[3].cells[0], "〓野");
}

#[test]
fn cp932_holds_the_signs_that_windows_maps_otherwise() {
    let written = write_csv(
        &Table {
            name: "a".to_owned(),
            header: vec!["期間".to_owned()],
            rows: vec![vec![Cell::Text("1日〜3日‖—−¢£¬".to_owned())]],
        },
        CsvOptions {
            charset: CsvCharset::Cp932,
        },
    );
    assert_eq!(written.unheld, []);
    let signs = [
        0x81, 0x61, 0x81, 0x5c, 0x81, 0x7c, 0x81, 0x91, 0x81, 0x92, 0x81, 0xca,
    ];
    assert!(written.bytes.ends_with(&[&signs[..], b"\r\n"].concat()));
    let book = read(&written.bytes, "a.csv", &Limits::default()).unwrap();
    assert_eq!(book.sheets[0].rows[1].cells, ["1日～3日∥―－￠￡￢"]);
}

#[test]
fn excel_gets_texts_as_texts_and_numbers_as_numbers() {
    let book = read(&write_xlsx(&table()).unwrap(), "a.xlsx", &Limits::default()).unwrap();
    assert_eq!(
        book.sheets[0].rows[1].cells,
        ["=HYPERLINK(\"http://x\")", "-13.7", "-"]
    );
}

proptest! {
    #[test]
    fn csv_reads_back_what_was_written(rows in prop::collection::vec(prop::collection::vec("[ -~ぁ-ん一-龠\n]{0,12}", 3), 1..6)) {
        let table = Table {
            name: "a".to_owned(),
            header: vec!["甲".to_owned(), "乙".to_owned(), "丙".to_owned()],
            rows: rows.iter().map(|row| row.iter().map(|text| Cell::Text(text.clone())).collect()).collect(),
        };
        let bytes = write_csv(&table, CsvOptions { charset: CsvCharset::Utf8Bom }).bytes;
        let book = read(&bytes, "a.csv", &Limits::default()).unwrap();
        let back: Vec<Vec<String>> = book.sheets[0].rows[1..].iter().map(|row| row.cells.clone()).collect();
        let expected: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|text| guard(text)).collect()).collect();
        prop_assert_eq!(back, expected);
    }

    #[test]
    fn no_guarded_text_is_a_formula(text in "[=+@\\-\t\r]?[ -~]{0,10}") {
        let guarded = guard(&text);
        prop_assert!(!guarded.starts_with(['=', '@', '\t', '\r']));
    }

    #[test]
    fn no_bytes_make_the_reader_fail_badly(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, "a.csv", &Limits::default());
        let zipped: Vec<u8> = b"PK\x03\x04".iter().copied().chain(bytes.iter().copied()).collect();
        let _ = read(&zipped, "a.xlsx", &Limits::default());
        let compound: Vec<u8> = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1].into_iter().chain(bytes).collect();
        let _ = read(&compound, "a.xls", &Limits::default());
    }
}

#[test]
fn the_same_table_is_the_same_workbook_a_second_later() {
    let table = Table {
        name: "sheet".to_owned(),
        header: vec!["a".to_owned()],
        rows: vec![vec![Cell::Text("b".to_owned())]],
    };
    let first = write_xlsx(&table).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    assert!(write_xlsx(&table).unwrap() == first);
}
