//! What people and strangers send: sheets in every dress, and files made to do harm.

use std::io::{Cursor, Write};

use rust_xlsxwriter::{Format as CellFormat, Workbook};
use yakuba_sheets::{Charset, Format, Limits, Merge, SheetError, read};
use zip::{ZipWriter, write::SimpleFileOptions};

fn cells(bytes: &[u8], name: &str) -> Vec<Vec<String>> {
    read(bytes, name, &Limits::default())
        .unwrap()
        .sheets
        .remove(0)
        .rows
        .into_iter()
        .map(|row| row.cells)
        .collect()
}

fn refused(bytes: &[u8], limits: &Limits) -> SheetError {
    read(bytes, "a.xlsx", limits).unwrap_err()
}

#[test]
fn text_in_every_charset() {
    let text = "番号,名称\r\n1,\"髙橋, 太郎\"\r\n";
    let expected = vec![vec!["番号", "名称"], vec!["1", "髙橋, 太郎"]];
    assert_eq!(cells(text.as_bytes(), "a.csv"), expected);
    assert_eq!(
        cells(format!("\u{feff}{text}").as_bytes(), "a.csv"),
        expected
    );
    let (cp932, _, lost) = encoding_rs::SHIFT_JIS.encode(text);
    assert!(!lost);
    assert_eq!(cells(&cp932, "a.csv"), expected);
    assert_eq!(
        read(&cp932, "a.csv", &Limits::default()).unwrap().charset,
        Some(Charset::Cp932)
    );
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    assert_eq!(cells(&wide, "a.csv"), expected);
}

#[test]
fn euc_and_jis_are_told_from_cp932_and_utf8() {
    let text = "施設,所在地,備考\r\n北公園,澄川市北町1-1,ﾄｲﾚあり①\r\n";
    for (encoding, charset) in [
        (encoding_rs::EUC_JP, Charset::EucJp),
        (encoding_rs::ISO_2022_JP, Charset::Iso2022Jp),
        (encoding_rs::SHIFT_JIS, Charset::Cp932),
    ] {
        // The encoder of ISO-2022-JP writes half-width kana as full-width ones; the decoder reads both.
        let (bytes, _, lost) = encoding.encode(text);
        assert!(!lost);
        let book = read(&bytes, "a.csv", &Limits::default()).unwrap();
        assert_eq!(book.charset, Some(charset));
        assert_eq!(
            book.sheets[0].rows[1].cells[..2],
            ["北公園", "澄川市北町1-1"]
        );
    }
    // Sequences that are broken are no data in UTF-8.
    let (bytes, _, _) = encoding_rs::ISO_2022_JP.encode("施設,数\n橋,1\n");
    let mut broken = bytes.into_owned();
    let sign = broken.iter().position(|byte| *byte == b'B').unwrap();
    broken.insert(sign + 2, b'\n');
    let error = read(&broken, "a.csv", &Limits::default()).unwrap_err();
    assert!(
        matches!(
            error,
            SheetError::Undecodable {
                charset: "ISO-2022-JP",
                line: 1,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn two_charsets_that_both_fit_are_not_guessed_between() {
    let euc = |text: &str| encoding_rs::EUC_JP.encode(text).0.into_owned();
    // ﾌｾｾﾎ in CP932: anybody may have written it.
    let error = read(&euc("名称\n橋\n"), "a.csv", &Limits::default()).unwrap_err();
    assert!(
        matches!(error, SheetError::SeveralCharsets { .. }),
        "{error}"
    );
    // ｻﾜﾀﾟ in CP932: nobody writes a ﾟ behind a ﾀ.
    assert_eq!(cells(&euc("施設\n橋\n"), "a.csv"), [["施設"], ["橋"]]);
    let cp932 = encoding_rs::SHIFT_JIS.encode("ｶﾅ\n橋\n").0.into_owned();
    assert_eq!(cells(&cp932, "a.csv"), [["ｶﾅ"], ["橋"]]);
}

#[test]
fn separators_are_found() {
    assert_eq!(
        read("a\tb,c\n1\t2\n".as_bytes(), "a.txt", &Limits::default())
            .unwrap()
            .format,
        Format::Tsv
    );
    assert_eq!(
        cells("a;b\n1,5;2\n3;4\n".as_bytes(), "a.csv"),
        [["a", "b"], ["1,5", "2"], ["3", "4"]]
    );
}

#[test]
fn lines_keep_their_numbers_and_blank_ones_stay() {
    let book = read(
        "\n\nＡ\tＢ\n\n1\t\"二\n行\"\n終わり\n".as_bytes(),
        "a.txt",
        &Limits::default(),
    )
    .unwrap();
    let rows: Vec<(u32, Vec<String>)> = book.sheets[0]
        .rows
        .iter()
        .map(|row| (row.line, row.cells.clone()))
        .collect();
    let text = |cells: &[&str]| {
        cells
            .iter()
            .map(|cell| (*cell).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        rows,
        [
            (1, text(&[""])),
            (2, text(&[""])),
            (3, text(&["Ａ", "Ｂ"])),
            (4, text(&[""])),
            (5, text(&["1", "二\n行"])),
            (7, text(&["終わり"]))
        ]
    );
}

#[test]
fn a_stray_quote_swallows_nothing() {
    let text = "a\t\"始まりだけ\n二行目\tb\n5\" 画面\t\"引用\"の語\n";
    assert_eq!(
        cells(text.as_bytes(), "a.txt"),
        [
            ["a", "\"始まりだけ"],
            ["二行目", "b"],
            ["5\" 画面", "\"引用\"の語"]
        ]
    );
}

#[test]
fn excel_cells_read_as_they_are_shown() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("実績").unwrap();
    let format = |code: &str| CellFormat::new().set_num_format(code);
    sheet
        .merge_range(0, 0, 0, 2, "見出し", &CellFormat::new())
        .unwrap();
    sheet
        .write_number_with_format(1, 0, 0.828, &format("0.0%"))
        .unwrap();
    sheet
        .write_number_with_format(1, 1, 1000, &format("#,##0"))
        .unwrap();
    sheet.write_number(1, 2, 6.56).unwrap();
    sheet
        .write_number_with_format(2, 0, 30, &format("0\"件\""))
        .unwrap();
    sheet
        .write_datetime_with_format(
            2,
            1,
            rust_xlsxwriter::ExcelDateTime::from_ymd(2024, 3, 31).unwrap(),
            &format("ggge\"年\"m\"月\"d\"日\""),
        )
        .unwrap();
    sheet
        .write_formula(2, 2, rust_xlsxwriter::Formula::new("=1+2").set_result("3"))
        .unwrap();
    book.add_worksheet()
        .set_hidden(true)
        .write_string(3, 1, "隠れた表")
        .unwrap();
    let book = read(
        &book.save_to_buffer().unwrap(),
        "a.xlsx",
        &Limits::default(),
    )
    .unwrap();
    let rows: Vec<&[String]> = book.sheets[0]
        .rows
        .iter()
        .map(|row| row.cells.as_slice())
        .collect();
    assert_eq!(
        rows,
        [
            ["見出し", "", ""],
            ["82.8%", "1,000", "6.56"],
            ["30件", "2024-03-31", "3"]
        ]
    );
    assert_eq!(
        book.sheets[0].merges,
        [Merge {
            first_row: 1,
            first_column: 1,
            last_row: 1,
            last_column: 3
        }]
    );
    assert!(book.sheets[1].hidden);
    assert_eq!(
        (
            book.sheets[1].rows[0].line,
            book.sheets[1].rows[0].cells.as_slice()
        ),
        (4, [String::new(), "隠れた表".to_owned()].as_slice())
    );
}

#[test]
fn what_is_no_sheet_is_named() {
    for (bytes, what) in [
        (b"%PDF-1.7 ...".as_slice(), "PDF"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"  <!DOCTYPE html><html>", "HTML"),
        (b"<?xml version='1.0'?>", "XML"),
    ] {
        assert!(
            matches!(read(bytes, "a.csv", &Limits::default()), Err(SheetError::NotASheet { what: named }) if named == what)
        );
    }
    assert!(matches!(
        read(b"", "a.csv", &Limits::default()),
        Err(SheetError::Empty)
    ));
    assert!(matches!(
        read(b" \n\n", "a.csv", &Limits::default()),
        Err(SheetError::Empty)
    ));
}

#[test]
fn undecodable_bytes_are_named_by_line_and_byte() {
    let error = read(b"a,b\n\xff\xff\xfd,c\n", "a.csv", &Limits::default()).unwrap_err();
    assert!(
        matches!(
            error,
            SheetError::Undecodable {
                line: 2,
                byte: 5,
                ..
            }
        ),
        "{error}"
    );
    let error = read(b"a,b\nc\0d\n", "a.csv", &Limits::default()).unwrap_err();
    assert!(
        matches!(error, SheetError::NulByte { line: 2, byte: 6 }),
        "{error}"
    );
}

fn packed(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_zip_bomb_is_refused_before_it_is_opened() {
    let bomb = packed(&[
        ("xl/workbook.xml", b"<workbook/>".to_vec()),
        ("xl/worksheets/sheet1.xml", vec![b' '; 16 << 20]),
    ]);
    assert!(bomb.len() < 1 << 20);
    let error = refused(&bomb, &Limits::default());
    assert!(
        matches!(&error, SheetError::UnpacksTooLarge { part, .. } if part == "xl/worksheets/sheet1.xml"),
        "{error}"
    );
    let many: Vec<(String, Vec<u8>)> = (0..50).map(|n| (format!("part{n}"), Vec::new())).collect();
    let many: Vec<(&str, Vec<u8>)> = many
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.clone()))
        .collect();
    assert!(matches!(
        refused(
            &packed(&many),
            &Limits {
                parts: 20,
                ..Limits::default()
            }
        ),
        SheetError::TooManyParts {
            parts: 50,
            limit: 20
        }
    ));
}

#[test]
fn damaged_and_foreign_archives_are_refused() {
    let mut book = Workbook::new();
    book.add_worksheet().write_string(0, 0, "表").unwrap();
    let whole = book.save_to_buffer().unwrap();
    assert!(matches!(
        refused(&whole[..whole.len() / 2], &Limits::default()),
        SheetError::Damaged { .. }
    ));
    assert!(matches!(
        refused(&packed(&[("a.txt", b"a".to_vec())]), &Limits::default()),
        SheetError::ZipWithoutWorkbook
    ));
    assert!(matches!(
        refused(
            &packed(&[("[Content_Types].xml", b"a".to_vec())]),
            &Limits::default()
        ),
        SheetError::NotASheet { .. }
    ));
}

#[test]
fn a_password_is_asked_to_be_removed() {
    let mut bytes = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    bytes.extend(vec![0; 1024]);
    bytes.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert!(matches!(
        refused(&bytes, &Limits::default()),
        SheetError::PasswordProtected
    ));
}

#[test]
fn large_cells_rows_and_columns_are_refused_with_their_place() {
    let large = format!("a\tb\n1\t{}\n", "あ".repeat(40_000));
    let error = read(large.as_bytes(), "a.txt", &Limits::default()).unwrap_err();
    assert!(
        matches!(
            error,
            SheetError::CellTooLarge {
                row: 2,
                column: 2,
                bytes: 120_000,
                ..
            }
        ),
        "{error}"
    );
    let small = Limits {
        rows: 3,
        columns: 4,
        cells: 8,
        file_bytes: 1000,
        ..Limits::default()
    };
    assert!(matches!(
        read(b"1\n2\n3\n4\n", "a.csv", &small),
        Err(SheetError::TooManyRows { limit: 3, .. })
    ));
    assert!(matches!(
        read(b"a\n1,2,3,4,5\n", "a.csv", &small),
        Err(SheetError::TooManyColumns { row: 2, .. })
    ));
    assert!(matches!(
        read(b"1,2,3\n1,2,3\n1,2,3\n", "a.csv", &small),
        Err(SheetError::TooManyCells { limit: 8 })
    ));
    assert!(matches!(
        read(&[b'a'; 1001], "a.csv", &small),
        Err(SheetError::FileTooLarge {
            bytes: 1001,
            limit: 1000
        })
    ));
    // two cells in opposite corners ask for no memory
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "左上").unwrap();
    sheet.write_string(1_048_575, 16_383, "右下").unwrap();
    assert!(matches!(
        refused(&book.save_to_buffer().unwrap(), &Limits::default()),
        SheetError::TooManyColumns { .. } | SheetError::TooManyRows { .. }
    ));
}

#[test]
fn every_error_is_a_sentence_with_its_mend() {
    for error in [
        SheetError::PasswordProtected,
        SheetError::ZipWithoutWorkbook,
        SheetError::CellTooLarge {
            sheet: Some("実績".to_owned()),
            row: 3,
            column: 4,
            bytes: 10,
            limit: 5,
        },
    ] {
        let sentence = error.to_string();
        assert!(
            sentence.ends_with('.') && sentence.matches(". ").count() >= 1,
            "{sentence}"
        );
    }
}
