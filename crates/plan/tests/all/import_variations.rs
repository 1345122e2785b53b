//! The same sheets as other cities, programs and people would send them: the figures must stay the same.

use std::collections::BTreeSet;

use crate::import_support::{Row, read, read_text, rows, seed};
use rust_xlsxwriter::Workbook;
use yakuba_plan::import::{CellRole, ImportReading, NamedFile};
use yakuba_plan::model::document::DoubtReason;
use yakuba_sheets::Limits;

type Grid = Vec<Vec<String>>;

fn fixture(name: &str) -> Grid {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name);
    grid(&std::fs::read(path).unwrap(), name)
}

fn grid(bytes: &[u8], name: &str) -> Grid {
    let book = yakuba_sheets::read(bytes, name, &Limits::default()).unwrap();
    book.sheets
        .into_iter()
        .next()
        .unwrap()
        .rows
        .into_iter()
        .map(|row| row.cells)
        .collect()
}

fn tsv(grid: &Grid) -> String {
    grid.iter().map(|row| row.join("\t") + "\n").collect()
}

fn csv(grid: &Grid) -> String {
    let cell = |text: &String| format!("\"{}\"", text.replace('"', "\"\""));
    grid.iter()
        .map(|row| row.iter().map(cell).collect::<Vec<_>>().join(",") + "\r\n")
        .collect()
}

fn xlsx(sheets: &[(&str, &Grid)]) -> Vec<u8> {
    xlsx_hiding(sheets, &[])
}

/// A workbook in which some sheets are hidden.
fn xlsx_hiding(sheets: &[(&str, &Grid)], hidden: &[&str]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, grid) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).unwrap();
        sheet.set_hidden(hidden.contains(name));
        for (row, cells) in grid.iter().enumerate() {
            for (column, text) in cells
                .iter()
                .enumerate()
                .filter(|(_, text)| !text.is_empty())
            {
                sheet
                    .write_string(
                        u32::try_from(row).unwrap(),
                        u16::try_from(column).unwrap(),
                        text,
                    )
                    .unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

fn file(name: &str, bytes: Vec<u8>) -> ImportReading {
    read(&[NamedFile {
        name: name.to_owned(),
        bytes,
    }])
}

/// All figures, in an order that does not hang on the order of the sheet.
fn sorted(reading: &ImportReading) -> Vec<String> {
    let mut rows: Vec<String> = rows(&reading.document)
        .iter()
        .map(|row| format!("{row:?}"))
        .collect();
    rows.sort();
    rows
}

/// All figures but their status, for sheets in which rows were made doubtful.
fn numbers(reading: &ImportReading) -> BTreeSet<String> {
    rows(&reading.document)
        .into_iter()
        .map(|row| {
            format!(
                "{:?}",
                Row {
                    status: String::new(),
                    ..row
                }
            )
        })
        .collect()
}

/// Our own sheets and, where they are at hand, the published ones.
fn all_sheets() -> Vec<(String, Grid)> {
    let mut sheets: Vec<(String, Grid)> = ["list.tsv", "forms.tsv", "evaluation.tsv"]
        .iter()
        .map(|name| ((*name).to_owned(), fixture(name)))
        .collect();
    sheets.extend(
        ["000_", "001_", "002_"]
            .iter()
            .filter_map(|start| seed(start))
            .map(|file| (file.name.clone(), grid(&file.bytes, &file.name))),
    );
    sheets
}

#[test]
fn the_format_of_the_file_does_not_matter() {
    for (name, grid) in all_sheets() {
        let plain = read_text("a.tsv", &tsv(&grid));
        let expected = sorted(&plain);
        assert_eq!(
            sorted(&read_text("a.csv", &csv(&grid))),
            expected,
            "{name} as CSV"
        );
        assert_eq!(
            sorted(&read_text("a.csv", &format!("\u{feff}{}", csv(&grid)))),
            expected,
            "{name} as CSV with BOM"
        );
        let text = csv(&grid);
        let (bytes, _, lost) = encoding_rs::SHIFT_JIS.encode(&text);
        if !lost {
            assert_eq!(
                sorted(&file("a.csv", bytes.into_owned())),
                expected,
                "{name} as CSV in CP932"
            );
        }
        let utf16: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(tsv(&grid).encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(sorted(&file("a.txt", utf16)), expected, "{name} as UTF-16");
        assert_eq!(
            sorted(&file("a.xlsx", xlsx(&[("取組", &grid)]))),
            expected,
            "{name} as XLSX"
        );
    }
}

#[test]
fn a_workbook_may_hold_all_shapes() {
    let (list, forms, evaluation) = (
        fixture("list.tsv"),
        fixture("forms.tsv"),
        fixture("evaluation.tsv"),
    );
    let together = file(
        "a.xlsx",
        xlsx(&[
            ("一覧", &list),
            ("個票", &forms),
            ("表紙", &vec![vec!["表紙".to_owned()]]),
            ("評価", &evaluation),
        ]),
    );
    let apart: Vec<NamedFile> = [
        ("list.tsv", list),
        ("forms.tsv", forms),
        ("evaluation.tsv", evaluation),
    ]
    .iter()
    .map(|(name, grid)| NamedFile {
        name: (*name).to_owned(),
        bytes: tsv(grid).into_bytes(),
    })
    .collect();
    assert_eq!(sorted(&together), sorted(&read(&apart)));
    assert_eq!(
        together
            .cells
            .iter()
            .find(|cell| cell.text == "表紙")
            .unwrap()
            .role,
        CellRole::Unknown
    );
}

/// How many figures are doubted because they stand in a hidden sheet, and how many there are.
fn hidden_figures(reading: &ImportReading) -> (usize, usize) {
    let doubted = reading
        .review
        .iter()
        .filter(|item| {
            item.doubts
                .iter()
                .any(|doubt| doubt.reason == DoubtReason::HiddenSheet)
        })
        .count();
    let all = reading.shapes.iter().map(|shape| shape.figures).sum();
    (doubted, all)
}

#[test]
fn a_hidden_sheet_is_read_named_and_doubted() {
    let list = fixture("list.tsv");
    let cover = vec![vec!["表紙".to_owned()]];
    let sheets = [("表紙", &cover), ("一覧", &list)];
    let open = file("a.xlsx", xlsx(&sheets));
    let hidden = file("a.xlsx", xlsx_hiding(&sheets, &["一覧"]));
    let told: Vec<_> = hidden
        .sheets
        .iter()
        .map(|sheet| (sheet.sheet.as_deref().unwrap(), sheet.hidden, sheet.cells))
        .collect();
    let cells = open.cells.len() - 1;
    assert_eq!(told, [("表紙", false, 1), ("一覧", true, cells)]);
    assert_eq!(hidden_figures(&open).0, 0);
    let (doubted, all) = hidden_figures(&hidden);
    assert!(all > 0);
    assert_eq!(
        doubted, all,
        "every figure of the hidden sheet is to be looked at"
    );
}

#[test]
fn what_an_open_sheet_says_too_is_not_doubted_for_the_hidden_one() {
    let list = fixture("list.tsv");
    for sheets in [["控え", "一覧"], ["一覧", "控え"]] {
        let book = xlsx_hiding(&sheets.map(|name| (name, &list)), &["控え"]);
        assert_eq!(hidden_figures(&file("a.xlsx", book)).0, 0);
    }
}

#[test]
fn columns_of_a_list_may_be_swapped() {
    for (name, grid) in all_sheets()
        .into_iter()
        .filter(|(name, _)| name.starts_with("list") || name.starts_with("002_"))
    {
        // rows that have slid stay out: their cells have no place that could be swapped
        let whole: Grid = grid
            .into_iter()
            .filter(|row| {
                row.len() < 11
                    || !row[10].is_empty()
                    || row[0].is_empty() && row.iter().filter(|cell| !cell.is_empty()).count() < 5
            })
            .collect();
        let expected = numbers(&read_text("a.tsv", &tsv(&whole)));
        let order = [3, 0, 5, 7, 8, 9, 4, 1, 2, 10, 6];
        let swapped: Grid = whole
            .iter()
            .map(|row| {
                if row.len() == 11 {
                    order.iter().map(|column| row[*column].clone()).collect()
                } else {
                    row.clone()
                }
            })
            .collect();
        assert_eq!(
            numbers(&read_text("a.tsv", &tsv(&swapped))),
            expected,
            "{name}"
        );
    }
}

#[test]
fn a_column_more_is_kept_under_its_label() {
    for (name, grid) in all_sheets()
        .into_iter()
        .filter(|(name, _)| name.starts_with("list") || name.starts_with("002_"))
    {
        let expected = numbers(&read_text("a.tsv", &tsv(&grid)));
        let wider: Grid = grid
            .iter()
            .map(|row| {
                let mut row = row.clone();
                if row.len() > 3 {
                    let cell = if row[0].to_uppercase() == "NO" {
                        "整理記号"
                    } else if row[0].is_empty() {
                        ""
                    } else {
                        "あ"
                    };
                    row.insert(1, cell.to_owned());
                }
                row
            })
            .collect();
        let reading = read_text("a.tsv", &tsv(&wider));
        assert_eq!(numbers(&reading), expected, "{name}");
        assert!(
            reading
                .cells
                .iter()
                .filter(|cell| cell.text == "あ")
                .all(|cell| cell.role == CellRole::LabelledText)
        );
    }
}

/// The rows of each form, footnotes with the form above them.
fn forms(grid: &Grid) -> Vec<Grid> {
    let mut forms: Vec<Grid> = Vec::new();
    for row in grid {
        if row[0] == "No." || forms.is_empty() {
            forms.push(Vec::new());
        }
        forms.last_mut().unwrap().push(row.clone());
    }
    forms.retain(|form| form.iter().any(|row| row[0] == "No."));
    forms
}

#[test]
fn rows_of_a_form_may_be_swapped() {
    for (name, grid) in all_sheets()
        .into_iter()
        .filter(|(name, _)| name.starts_with("forms") || name.starts_with("000_"))
    {
        let expected = numbers(&read_text("a.tsv", &tsv(&grid)));
        let swapped: Grid = forms(&grid)
            .into_iter()
            .flat_map(|mut form| {
                // departments and remark first, number and policy behind the title
                let end = form
                    .iter()
                    .position(|row| row.iter().all(|cell| cell.trim().is_empty()))
                    .unwrap_or(form.len());
                let lead = form[..end]
                    .iter()
                    .position(|row| row[0] == "主管部門")
                    .unwrap();
                form[..end].rotate_left(lead);
                let number = form.iter().position(|row| row[0] == "No.").unwrap();
                let title = form
                    .iter()
                    .position(|row| row[0] == "アクションプラン")
                    .unwrap();
                form.swap(number, title);
                form
            })
            .collect();
        assert_eq!(
            numbers(&read_text("a.tsv", &tsv(&swapped))),
            expected,
            "{name}"
        );
    }
}

#[test]
fn a_table_may_stand_further_right_and_years_may_be_western() {
    for (name, grid) in all_sheets() {
        let expected = numbers(&read_text("a.tsv", &tsv(&grid)));
        let shifted: Grid = grid
            .iter()
            .map(|row| [vec![String::new(); 2], row.clone()].concat())
            .collect();
        assert_eq!(
            numbers(&read_text("a.tsv", &tsv(&shifted))),
            expected,
            "{name} shifted"
        );
        let western: Grid = grid
            .iter()
            .map(|row| {
                let is_header = row.iter().filter(|cell| cell.contains("年度")).count() >= 2
                    && row.iter().all(|cell| cell.chars().count() < 25);
                row.iter()
                    .map(|cell| {
                        if is_header {
                            western_years(cell)
                        } else {
                            cell.clone()
                        }
                    })
                    .collect()
            })
            .collect();
        assert_eq!(
            numbers(&read_text("a.tsv", &tsv(&western))),
            expected,
            "{name} with western years"
        );
    }
}

fn western_years(cell: &str) -> String {
    let mut text = cell.to_owned();
    for mention in yakuba_kernel::FiscalYear::find_all(cell).into_iter().rev() {
        text.replace_range(mention.range, &format!("{}年度", mention.year));
    }
    text
}

#[test]
fn a_figure_row_of_a_form_that_has_slid_is_put_right_and_doubted() {
    let grid = fixture("forms.tsv");
    let expected = numbers(&read_text("a.tsv", &tsv(&grid)));
    for left in [true, false] {
        let slid: Grid = grid
            .iter()
            .map(|row| {
                let mut row = row.clone();
                if row.get(1).is_some_and(|cell| cell == "予定") {
                    if left {
                        row.remove(0);
                    } else {
                        row.insert(0, String::new());
                    }
                }
                row
            })
            .collect();
        let reading = read_text("a.tsv", &tsv(&slid));
        assert_eq!(numbers(&reading), expected, "to the left: {left}");
        let doubted = reading
            .review
            .iter()
            .filter(|item| {
                item.doubts
                    .iter()
                    .any(|doubt| doubt.reason == DoubtReason::SlidRow)
            })
            .count();
        assert_eq!(doubted, 6);
    }
}

#[test]
fn a_row_of_a_list_that_has_slid_is_put_right_and_doubted() {
    let grid = fixture("list.tsv");
    let expected = numbers(&read_text("a.tsv", &tsv(&grid)));
    for (at, insert) in [(6, false), (0, true), (3, true), (7, true)] {
        let slid: Grid = grid
            .iter()
            .map(|row| {
                let mut row = row.clone();
                if row[0] == "1" {
                    if insert {
                        row.insert(at, String::new());
                    } else {
                        row.remove(at);
                    }
                }
                row
            })
            .collect();
        let reading = read_text("a.tsv", &tsv(&slid));
        let mut wanted = expected.clone();
        if !insert {
            // the text that told the first target is gone with its cell
            wanted.retain(|row| !row.contains("\"1000\""));
        }
        assert_eq!(numbers(&reading), wanted, "at {at}, inserted {insert}");
        assert!(reading.review.iter().any(|item| {
            item.doubts
                .iter()
                .any(|doubt| doubt.reason == DoubtReason::SlidRow)
        }));
    }
}

#[test]
fn html_in_cells_is_understood_and_kept() {
    let grid = fixture("list.tsv");
    let expected = numbers(&read_text("a.tsv", &tsv(&grid)));
    let html: Grid = grid
        .iter()
        .map(|row| {
            row.iter()
                .map(|cell| {
                    if cell.is_empty() || row.len() < 5 {
                        cell.clone()
                    } else {
                        format!("<p>{}</p>", cell.replace('&', "&amp;"))
                    }
                })
                .collect()
        })
        .collect();
    let reading = read_text("a.tsv", &tsv(&html));
    assert_eq!(numbers(&reading), expected);
    assert!(
        reading
            .cells
            .iter()
            .any(|cell| cell.text == "<p>約500回</p>")
    );
}

#[test]
fn a_header_may_be_printed_on_every_page() {
    let grid = fixture("list.tsv");
    let expected = sorted(&read_text("a.tsv", &tsv(&grid)));
    let header: Grid = grid[2..4].to_vec();
    let mut pages: Grid = grid[..5].to_vec();
    pages.push(vec![String::new(); 11]);
    pages.extend(header);
    pages.extend(grid[5..].iter().cloned());
    let reading = read_text("a.tsv", &tsv(&pages));
    assert_eq!(sorted(&reading), expected);
    assert_eq!(
        reading
            .cells
            .iter()
            .filter(|cell| cell.role == CellRole::RepeatedHeader)
            .count(),
        12
    );
}

#[test]
fn the_same_file_twice_is_one_plan_and_a_changed_figure_is_doubted() {
    let grid = fixture("list.tsv");
    let one = NamedFile {
        name: "a.tsv".to_owned(),
        bytes: tsv(&grid).into_bytes(),
    };
    let twice = read(&[
        one.clone(),
        NamedFile {
            name: "b.tsv".to_owned(),
            ..one.clone()
        },
    ]);
    assert_eq!(sorted(&twice), sorted(&read(std::slice::from_ref(&one))));
    let changed = NamedFile {
        name: "c.tsv".to_owned(),
        bytes: tsv(&grid).replace("約500回", "約510回").into_bytes(),
    };
    let doubted = read(&[one, changed]);
    let item = doubted
        .review
        .iter()
        .find(|item| {
            item.doubts
                .iter()
                .any(|doubt| doubt.reason == DoubtReason::SaidTwiceDifferently)
        })
        .unwrap();
    assert_eq!(item.text, "約500回");
}

/// A cell lost or put in anywhere in a row either changes nothing or puts the row on the review list.
#[test]
fn no_row_of_a_list_slides_silently() {
    for (name, grid) in all_sheets()
        .into_iter()
        .filter(|(name, _)| name.starts_with("list") || name.starts_with("002_"))
    {
        let header = grid
            .iter()
            .position(|row| row.first().is_some_and(|cell| cell == "NO"))
            .unwrap();
        let whole = |row: &&Vec<String>| {
            row.len() == 11
                && !row[10].is_empty()
                && row[0].starts_with(|c: char| c.is_ascii_digit())
        };
        for row in grid.iter().filter(whole).step_by(3) {
            let with = |row: &Vec<String>| {
                tsv(&vec![
                    grid[header].clone(),
                    grid[header + 1].clone(),
                    row.clone(),
                ])
            };
            let expected = numbers(&read_text("a.tsv", &with(row)));
            for at in 0..11 {
                let mut longer = row.clone();
                longer.insert(at, String::new());
                let mut shorter = row.clone();
                shorter.remove(at);
                for changed in [longer, shorter] {
                    let reading = read_text("a.tsv", &with(&changed));
                    let doubted = !reading.review.is_empty();
                    assert!(
                        doubted || numbers(&reading) == expected,
                        "{name}: {changed:?}"
                    );
                }
            }
        }
    }
}
