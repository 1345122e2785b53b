//! Whatever a file holds, it is read or refused, and no cell of it gets lost.

use std::collections::BTreeSet;

use crate::import_support::read_text;
use proptest::prelude::*;
use yakuba_plan::import::{ImportError, ImportOptions, NamedFile, read_documents};

fn fixtures() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    ["list.tsv", "forms.tsv", "evaluation.tsv"]
        .iter()
        .map(|name| std::fs::read_to_string(folder.join(name)).unwrap())
        .collect()
}

fn check(text: &str) {
    let file = NamedFile {
        name: "a.tsv".to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    let Ok(reading) = read_documents(&[file], "plan", &ImportOptions::default()) else {
        return;
    };
    let book =
        yakuba_sheets::read(text.as_bytes(), "a.tsv", &yakuba_sheets::Limits::default()).unwrap();
    let filled: BTreeSet<(u32, u32)> = book.sheets[0]
        .rows
        .iter()
        .flat_map(|row| {
            let filled = row
                .cells
                .iter()
                .enumerate()
                .filter(|(_, cell)| !cell.trim().is_empty());
            filled
                .map(|(column, _)| (row.line, u32::try_from(column).unwrap() + 1))
                .collect::<Vec<_>>()
        })
        .collect();
    let read: BTreeSet<(u32, u32)> = reading
        .cells
        .iter()
        .map(|cell| (cell.address.row, cell.address.column))
        .collect();
    assert_eq!(read, filled);
    assert_eq!(reading.cells.len(), filled.len());
    yakuba_plan::export::to_csv(&reading.document, yakuba_sheets::CsvCharset::Utf8);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Cells of the sheets exchanged, emptied, doubled, cut, and filled with other things.
    #[test]
    fn mangled_sheets_lose_no_cell(
        which in 0_usize..3,
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..6, any::<prop::sample::Index>(), "[ -~ぁ-ん①-⑤（）［］※％0-9０-９,，.．年度令和R△→・。、<>&;]{0,14}"), 1..12),
    ) {
        let mut grid: Vec<Vec<String>> = fixtures()[which].lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect();
        for (row, what, other, words) in changes {
            let row = row.index(grid.len());
            let column = other.index(grid[row].len());
            match what {
                0 => grid[row][column].clear(),
                1 => grid[row][column] = words,
                2 => grid[row].insert(column, words),
                3 => { grid[row].remove(column); if grid[row].is_empty() { grid[row].push(String::new()); } }
                4 => { let other = other.index(grid.len()); grid.swap(row, other); }
                _ => { let copy = grid[row].clone(); grid.insert(row, copy); }
            }
        }
        let text: String = grid.iter().map(|row| row.join("\t") + "\n").collect();
        check(&text);
    }

    #[test]
    fn figure_cells_may_hold_anything(cell in "[ -~ぁ-んァ-ン一-龠①-⑳（）［］〔〕【】※％‰0-9０-９,，.．～△▲±\u{3000}㋿½]{0,24}") {
        let cell = cell.replace(['\t', '"'], "");
        check(&format!("NO\t具体的な取組\tKPI\tスケジュール(これまで)\t令和4年度 実績\t令和5年度 実績\n1\t窓口\t件数\t{cell}を達成\t7件\t{cell}\n"));
        check(&format!("No.\t1\t\nアクションプラン\t窓口\t\n\t評価指標\t{cell}を目標とする。\n\t年度\t令和4年度\t令和5年度\n\t予定\t件数 7件\t{cell}\n\t実績\t{cell}\t未実施\n令和5年度実績に関する備考\t{cell}\n"));
    }
}

#[test]
fn large_and_nasty_cells_take_no_time() {
    let start = std::time::Instant::now();
    for piece in [
        "(",
        "<",
        "&",
        "1 ",
        "①1",
        "令和5年までに1件を達成 ",
        "※",
        "【",
        "令",
        "全1件中、1件",
        "a:b ",
    ] {
        let cell = piece.repeat(30_000 / piece.len());
        let list = format!(
            "NO\t具体的な取組\tKPI\tスケジュール\t令和5年度 実績\n1\t窓口\t件数\t{cell}\t{cell}\n"
        );
        let form = format!(
            "No.\t1\t\nアクションプラン\t{cell}\t\n\t評価指標\t{cell}\n\t年度\t令和4年度\t令和5年度\n\t予定\t{cell}\t3件\n令和5年度実績に関する備考\t{cell}\n"
        );
        read_text("a.tsv", &list);
        read_text("a.tsv", &form);
    }
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn files_that_are_no_plan_are_refused_with_a_sentence() {
    let refused = |name: &str, bytes: &[u8]| {
        let file = NamedFile {
            name: name.to_owned(),
            bytes: bytes.to_vec(),
        };
        read_documents(&[file], "plan", &ImportOptions::default()).unwrap_err()
    };
    assert!(matches!(
        read_documents(&[], "plan", &ImportOptions::default()),
        Err(ImportError::NoFiles)
    ));
    assert!(matches!(
        refused("a.csv", "氏名,住所\n甲,乙\n".as_bytes()),
        ImportError::NotRecognised { .. }
    ));
    assert!(matches!(
        refused("a.pdf", b"%PDF-1.7"),
        ImportError::Sheet { .. }
    ));
    assert!(matches!(
        refused("a.yaml", b"format: yakuba-plan/1\nkey: [\n"),
        ImportError::PlanFile { .. }
    ));
    let other =
        "{\"format\":\"other/1\",\"key\":\"a\",\"title\":\"a\",\"publisher\":{\"name\":\"a\"}}";
    assert!(matches!(
        refused("a.json", other.as_bytes()),
        ImportError::PlanFormat { .. }
    ));
    for error in [
        refused("a.csv", b"a,b\n\xff\xff,c\n"),
        refused("a.csv", "氏名,住所\n".as_bytes()),
    ] {
        let sentence = error.to_string();
        assert!(
            sentence.starts_with("a.csv: ") && sentence.ends_with('.'),
            "{sentence}"
        );
    }
}
