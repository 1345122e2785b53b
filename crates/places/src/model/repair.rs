//! Mending a file without guessing, and writing it as the standard wants it.

use serde::Serialize;
use yakuba_sheets::{
    Cell, Charset, CsvCharset, CsvOptions, Format, Table, guard, unguard, write_csv,
};

use super::{
    check::{Against, Matched, Together, dataset_of, matched, rule_of},
    finding::{Rule, shortened},
    kind::{Kind, Standing},
    reading::{Row, TableFile},
    standard::{Dataset, Recognised},
};

/// One thing that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The rule that the value broke.
    pub rule: Rule,
    /// Its line in the file as it came; none: the whole file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// The column's header as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What stood there.
    pub from: String,
    /// What stands there now.
    pub to: String,
}

/// A file mended as far as that is certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// The headers.
    pub header: Vec<String>,
    /// The rows, each as wide as the header.
    pub rows: Vec<Vec<String>>,
    /// Everything that was changed, in the order of the file.
    pub changes: Vec<Change>,
}

impl Mended {
    /// The file as the standard wants it: UTF-8 with a byte order mark, lines that end in CR LF, quotes only where they must be. A text that
    /// a spreadsheet would compute gets an apostrophe before it; [`repair`] has listed these.
    pub fn to_csv(&self) -> Vec<u8> {
        let table = Table {
            name: String::new(),
            header: self.header.clone(),
            rows: self
                .rows
                .iter()
                .map(|row| row.iter().cloned().map(Cell::Verbatim).collect())
                .collect(),
        };
        let options = CsvOptions {
            charset: CsvCharset::Utf8Bom,
        };
        write_csv(&table, options).bytes
    }
}

/// Mends what can only mean one thing: charset, byte order mark, widths, headers' spelling, blanks around values, days and times in other
/// spellings, codes whose check digit proves a lost zero, latitude and longitude that changed places. The columns of a verified
/// dataset are put into its order and completed. Everything else stays as it is.
pub fn repair(file: &TableFile, file_name: &str, against: Against) -> Mended {
    let dataset = match dataset_of(file, file_name, against) {
        Recognised::As(dataset) => Some(dataset),
        _ => None,
    };
    let columns = matched(file, dataset);
    let mut changes = of_the_file(file);
    let mut header: Vec<String> = Vec::with_capacity(columns.len());
    for (at, (name, column)) in file.header.iter().zip(&columns).enumerate() {
        let right = column.name.unwrap_or(unguarded(name).trim()).to_owned();
        if right != *name {
            changes.push(Change {
                rule: if column.name.is_some() {
                    Rule::HeaderSpelling
                } else if right == name.trim() {
                    Rule::Blanks
                } else {
                    Rule::Formula
                },
                row: Some(file.header_line),
                column: Some(file.name_of(at)),
                from: shortened(name),
                to: right.clone(),
            });
        }
        header.push(right);
    }
    let width = file
        .rows
        .iter()
        .map(|row| {
            let last = row.cells.iter().rposition(|cell| !cell.trim().is_empty());
            last.map_or(0, |last| last + 1)
        })
        .max()
        .unwrap_or(0)
        .max(header.len());
    // Cells beyond the header lose nothing: their columns have no name, which the check tells.
    header.resize(width, String::new());
    let together = Together::of(file, &columns);
    let mut rows: Vec<Vec<String>> = Vec::with_capacity(file.rows.len());
    for row in &file.rows {
        rows.push(mended_row(
            file,
            row,
            &columns,
            &together,
            width,
            &mut changes,
        ));
    }
    if let Some(dataset) = dataset.filter(|dataset| dataset.is_verified) {
        arrange(dataset, &columns, &mut header, &mut rows, &mut changes);
    }
    Mended {
        header,
        rows,
        changes,
    }
}

/// A cell without the apostrophe that our own CSV puts before what a spreadsheet would compute.
fn unguarded(cell: &str) -> &str {
    let mut rest = cell;
    loop {
        let trimmed = rest.trim();
        let bare = unguard(trimmed);
        if bare.len() == trimmed.len() {
            return rest;
        }
        rest = bare;
    }
}

fn of_the_file(file: &TableFile) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut whole = |rule, from: &str, to: &str| {
        changes.push(Change {
            rule,
            row: None,
            column: None,
            from: from.to_owned(),
            to: to.to_owned(),
        });
    };
    match file.format {
        Format::Csv { delimiter: ',' } => {}
        Format::Csv { delimiter } => whole(Rule::Format, &format!("{delimiter:?}"), "CSV"),
        Format::Tsv => whole(Rule::Format, "TSV", "CSV"),
        Format::Xlsx => whole(Rule::Format, "XLSX", "CSV"),
        Format::Xls => whole(Rule::Format, "XLS", "CSV"),
    }
    match file.charset {
        None | Some(Charset::Utf8Bom) => {}
        Some(Charset::Utf8) => whole(Rule::ByteOrderMark, "UTF-8", "UTF-8 (BOM)"),
        Some(other) => whole(Rule::Charset, other.name(), "UTF-8 (BOM)"),
    }
    if file.has_bare_line_feed {
        whole(Rule::LineEnds, "LF", "CR LF");
    }
    if file.broken_quote.is_some() {
        whole(Rule::Quotes, "\"", "RFC 4180");
    }
    for (line, text) in &file.lines_above {
        changes.push(Change {
            rule: Rule::Outside,
            row: Some(*line),
            column: None,
            from: shortened(text),
            to: String::new(),
        });
    }
    for line in &file.blank_lines {
        changes.push(Change {
            rule: Rule::Divided,
            row: Some(*line),
            column: None,
            from: String::new(),
            to: String::new(),
        });
    }
    changes
}

fn mended_row(
    file: &TableFile,
    row: &Row,
    columns: &[Matched],
    together: &Together,
    width: usize,
    changes: &mut Vec<Change>,
) -> Vec<String> {
    let swapped = together.swapped(file, row);
    let mut cells: Vec<String> = Vec::with_capacity(width);
    for at in 0..width {
        let source = match swapped {
            Some((north, east)) if at == north => east,
            Some((north, east)) if at == east => north,
            _ => at,
        };
        let cell = unguarded(file.cell(row, source));
        let kind = columns.get(at).map_or(&Kind::Text, |column| &column.kind);
        let (right, rule) = match kind.judge(cell) {
            _ if cell.is_empty() => (String::new(), Rule::Blanks),
            Standing::Mendable(right) if right == cell.trim() => (right, Rule::Blanks),
            Standing::Mendable(right) => (right, rule_of(kind)),
            Standing::Good => (cell.to_owned(), rule_of(kind)),
            Standing::Bad => (cell.trim().to_owned(), Rule::Blanks),
        };
        let before = file.cell(row, at);
        let rule = if source != at {
            Rule::Swapped
        } else if cell != before && right == cell.trim() {
            Rule::Formula
        } else {
            rule
        };
        let safe = if matches!(right.as_str(), "-" | "－" | "+") {
            right.clone()
        } else {
            guard(&right)
        };
        if right != before {
            changes.push(Change {
                rule,
                row: Some(row.line),
                column: Some(file.name_of(at)),
                from: shortened(before),
                to: shortened(&right),
            });
        }
        // What had its apostrophe gets it again on its way out: nothing to tell.
        if safe != right && safe != before {
            changes.push(Change {
                rule: Rule::Formula,
                row: Some(row.line),
                column: Some(file.name_of(at)),
                from: shortened(&right),
                to: shortened(&safe),
            });
        }
        cells.push(right);
    }
    cells
}

/// Puts the columns into the dataset's order, adds those that are missing, and leaves those that it does not have at the end.
fn arrange(
    dataset: &'static Dataset,
    columns: &[Matched],
    header: &mut Vec<String>,
    rows: &mut [Vec<String>],
    changes: &mut Vec<Change>,
) {
    let places: Vec<Option<usize>> = (0..header.len())
        .map(|at| columns.get(at).and_then(|column| column.place))
        .collect();
    let mut order: Vec<Option<usize>> = (0..dataset.columns.len())
        .map(|place| places.iter().position(|known| *known == Some(place)))
        .collect();
    order.extend(
        places
            .iter()
            .enumerate()
            .filter(|(_, place)| place.is_none())
            .map(|(at, _)| Some(at)),
    );
    let missing: Vec<&str> = order
        .iter()
        .zip(&dataset.columns)
        .filter(|(at, _)| at.is_none())
        .map(|(_, column)| column.name)
        .collect();
    if !missing.is_empty() {
        changes.push(Change {
            rule: Rule::FewerColumns,
            row: None,
            column: None,
            from: String::new(),
            to: shortened(&missing.join("、")),
        });
    }
    let known: Vec<usize> = order.iter().flatten().copied().collect();
    if !known.is_sorted() {
        changes.push(Change {
            rule: Rule::Order,
            row: None,
            column: None,
            from: String::new(),
            to: dataset.name.to_owned(),
        });
    }
    *header = order
        .iter()
        .enumerate()
        .map(|(place, at)| match at {
            Some(at) => header[*at].clone(),
            None => dataset
                .columns
                .get(place)
                .map_or("", |column| column.name)
                .to_owned(),
        })
        .collect();
    for row in rows {
        *row = order
            .iter()
            .map(|at| at.and_then(|at| row.get(at)).cloned().unwrap_or_default())
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use yakuba_sheets::Limits;

    use super::*;
    use crate::model::{check::check, finding::Severity, standard::DATASETS};

    fn mended(bytes: &[u8], name: &str) -> Mended {
        let file = TableFile::read(bytes, name, &Limits::default()).unwrap();
        repair(&file, name, Against::default())
    }

    fn changed(mended: &Mended) -> Vec<(&str, Option<u32>, &str, &str)> {
        mended
            .changes
            .iter()
            .map(|change| {
                (
                    change.rule.id(),
                    change.row,
                    change.from.as_str(),
                    change.to.as_str(),
                )
            })
            .collect()
    }

    #[test]
    fn a_hydrant_file_of_the_wild_becomes_what_the_standard_wants() {
        // CP932, another order, a blank row, widths, a lost zero, degrees the wrong way around.
        let text = "ID,全国地方公共団体コード,種別,経度,緯度,所在地_連結表記,メモ\nF1,92011,消火栓,36.555,139.883,宇都宮市旭,\n\nＦ２,０９２０１１,防火水槽,139.9,36.5, 宇都宮市 ,=1+1\n";
        let (bytes, lost) = encode(text);
        assert!(!lost);
        let mended = mended(&bytes, "092011_fire_hydrant.csv");
        let all = changed(&mended);
        assert_eq!(
            all[..10],
            [
                ("charset", None, "CP932", "UTF-8 (BOM)"),
                ("line-ends", None, "LF", "CR LF"),
                ("L1-03", Some(3), "", ""),
                ("code", Some(2), "92011", "092011"),
                ("swapped", Some(2), "36.555", "139.883"),
                ("swapped", Some(2), "139.883", "36.555"),
                ("id", Some(4), "Ｆ２", "F2"),
                ("code", Some(4), "０９２０１１", "092011"),
                ("L1-06", Some(4), " 宇都宮市 ", "宇都宮市"),
                ("L2-06", Some(4), "=1+1", "'=1+1"),
            ]
        );
        let rest: Vec<&str> = all[10..].iter().map(|change| change.0).collect();
        assert_eq!(rest, ["fewer-columns", "order"]);
        let csv = String::from_utf8(mended.to_csv()).unwrap();
        let lines: Vec<&str> = csv.split("\r\n").collect();
        assert_eq!(
            lines[0],
            "\u{feff}全国地方公共団体コード,ID,地方公共団体名,種別,所在地_全国地方公共団体コード,町字ID,所在地_連結表記,所在地_都道府県,所在地_市区町村,所在地_町字,所在地_番地以下,建物名等(方書),緯度,経度,口径,備考,メモ"
        );
        assert_eq!(
            lines[1],
            "092011,F1,,消火栓,,,宇都宮市旭,,,,,,36.555,139.883,,,"
        );
        assert_eq!(
            lines[2],
            "092011,F2,,防火水槽,,,宇都宮市,,,,,,36.5,139.9,,,'=1+1"
        );
        assert_eq!(lines[3], "");
    }

    /// CP932, as `yakuba_sheets` writes it.
    fn encode(text: &str) -> (Vec<u8>, bool) {
        let mut lines = text
            .lines()
            .map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
        let table = Table {
            name: String::new(),
            header: lines.next().unwrap(),
            rows: lines
                .map(|line| line.into_iter().map(Cell::Text).collect())
                .collect(),
        };
        let output = write_csv(
            &table,
            CsvOptions {
                charset: CsvCharset::Cp932,
            },
        );
        // The test's file has formulas and bare line feeds, which the writer would not leave.
        let bytes: Vec<u8> = output
            .bytes
            .into_iter()
            .filter(|byte| !b"\r'".contains(byte))
            .collect();
        (bytes, !output.unheld.is_empty())
    }

    #[test]
    fn a_file_taken_from_here_and_sent_back_says_the_same() {
        let first = mended(
            "\u{feff}名称,備考\r\n橋,=1+1\r\n道,+81-6\r\n川,'90年代\r\n".as_bytes(),
            "a.csv",
        );
        let again = mended(&first.to_csv(), "a.csv");
        assert_eq!(again.rows, first.rows);
        assert_eq!(again.rows[0][1], "=1+1");
        assert_eq!(
            changed(&again),
            [
                ("L2-06", Some(2), "'=1+1", "=1+1"),
                ("L2-06", Some(3), "'+81-6", "+81-6"),
            ]
        );
        assert_eq!(again.to_csv(), first.to_csv());
        // As it stands, too: the apostrophe is never data.
        let file = TableFile::read(&first.to_csv(), "a.csv", &Limits::default()).unwrap();
        assert_eq!(
            crate::model::content::Content::of_file(&file).rows,
            first.rows
        );
    }

    #[test]
    fn an_unverified_dataset_keeps_its_order() {
        let mended = mended(
            "\u{feff}名称,ID,設置位置,名称_カナ,小児対応設備の有無\r\n会館,1,1階,ｶｲｶﾝ,あり\r\n"
                .as_bytes(),
            "a.csv",
        );
        assert_eq!(
            mended.header,
            ["名称", "ID", "設置位置", "名称_カナ", "小児対応設備の有無"]
        );
        assert_eq!(mended.rows, [["会館", "1", "1階", "カイカン", "有"]]);
        assert_eq!(mended.changes.len(), 2);
    }

    #[test]
    fn what_is_not_certain_stays() {
        let mended = mended(
            "\u{feff}ID,種別,全国地方公共団体コード,緯度,経度,口径\r\n1,x,27205,35度,1350,約30\r\n"
                .as_bytes(),
            "fire_hydrant.csv",
        );
        assert_eq!(mended.rows[0][..4], ["27205", "1", "", "x"]);
        assert!(
            mended.rows[0].contains(&"35度".to_owned())
                && mended.rows[0].contains(&"約30".to_owned())
        );
    }

    fn cell() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "[0-9０-９]{0,8}",
            2 => "\\PC{0,12}",
            1 => "[=+@\"', \t\r\n　-]{0,4}",
            1 => Just("272051".to_owned()),
            1 => Just("R8.4.1".to_owned()),
            1 => Just("135.5".to_owned()),
            1 => Just("34.7".to_owned()),
            1 => "[ｱ-ﾝ]{1,6}",
        ]
    }

    proptest! {
        /// Whatever the cells: the mended file is read again as it was written, mending it again changes nothing, the check finds nothing
        /// more to mend, and no value is lost that was not listed.
        #[test]
        fn mending_ends(
            which in 0_usize..35,
            rows in prop::collection::vec(prop::collection::vec(cell(), 1..12), 0..6),
            extra in prop::bool::ANY,
        ) {
            let dataset = &DATASETS[which];
            let mut header: Vec<String> = dataset.columns.iter().take(12).map(|c| c.name.to_owned()).collect();
            if extra {
                header.push("市の列".to_owned());
                header.reverse();
            }
            let table = Table {
                name: String::new(),
                header,
                rows: rows.iter().map(|row| row.iter().cloned().map(Cell::Verbatim).collect()).collect(),
            };
            let bytes = write_csv(&table, CsvOptions { charset: CsvCharset::Utf8 }).bytes;
            let against = Against { dataset: Some(dataset), area: None };
            let file = TableFile::read(&bytes, "a.csv", &Limits::default()).unwrap();
            let once = repair(&file, "a.csv", against);
            let again_bytes = once.to_csv();
            let again_file = TableFile::read(&again_bytes, "a.csv", &Limits::default()).unwrap();
            let again = repair(&again_file, "a.csv", against);
            // Nothing but the apostrophes of our own CSV, which are taken off again.
            prop_assert!(again.changes.iter().all(|change| {
                change.rule == Rule::Formula && change.from.starts_with('\'')
            }), "{:?} {:?}", once, again.changes);
            let filled: Vec<&Vec<String>> = once.rows.iter().filter(|row| row.iter().any(|cell| !cell.is_empty())).collect();
            prop_assert_eq!(again.rows.iter().collect::<Vec<_>>(), filled);
            let report = check(&again_file, "a.csv", against);
            prop_assert_eq!(report.mendable, 0, "{:?}", report.findings);
            // What the check calls mendable in the file as it came is what the mender changes.
            let before = check(&file, "a.csv", against);
            prop_assert!(before.mendable == 0 || !once.changes.is_empty());
            for finding in before.findings.iter().filter(|f| f.severity == Severity::Must && f.mended.is_some() && f.row.is_some()) {
                prop_assert!(once.changes.iter().any(|change| change.row == finding.row), "{:?} {:?}", finding, once.changes);
            }
        }

        #[test]
        fn no_bytes_stop_it(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(file) = TableFile::read(&bytes, "a.csv", &Limits::default()) {
                let _ = check(&file, "a.csv", Against::default());
                let _ = repair(&file, "a.csv", Against::default()).to_csv();
            }
        }
    }
}
