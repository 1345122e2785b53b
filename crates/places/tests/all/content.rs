//! The open data that comes with Yakuba: every file of the demo city is valid by its own validator.

use std::path::{Path, PathBuf};

use yakuba_places::model::{
    check::{Against, Area, check},
    package::Package,
    reading::TableFile,
    repair::repair,
    standard::dataset,
};
use yakuba_sheets::Limits;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/opendata")
}

/// Where the made-up city lies.
const SUMIKAWA: Area = Area {
    south: 34.34,
    west: 134.93,
    north: 34.46,
    east: 135.08,
};

#[test]
fn every_dataset_of_the_demo_city_is_as_the_standard_wants_it() {
    let list = std::fs::read_to_string(folder().join("catalogue.yaml")).unwrap();
    let package = Package::from_yaml(&list).unwrap();
    assert!(package.datasets.len() >= 12);
    let mut all_are_standard = 0;
    for packed in &package.datasets {
        // What is made from records is looked over where there are records.
        if !packed.source.is_empty() {
            continue;
        }
        let national = dataset(packed.dataset.national.as_deref().unwrap()).unwrap();
        for file in &packed.files {
            let bytes = std::fs::read(folder().join(&file.path)).unwrap();
            let table = TableFile::read(&bytes, &file.path, &Limits::default()).unwrap();
            let against = Against {
                dataset: Some(national),
                area: Some(SUMIKAWA),
            };
            let report = check(&table, &file.path, against);
            let wrong: Vec<_> = report
                .findings
                .iter()
                .filter(|finding| !matches!(finding.rule.id(), "not-verified" | "L3-06"))
                .collect();
            assert!(wrong.is_empty(), "{}: {wrong:?}", file.path);
            assert!(report.rows >= 8, "{}", file.path);
            // Recognised without being told, by name and headers.
            let unaided = check(&table, &file.path, Against::default());
            assert_eq!(unaided.dataset.unwrap().key, national.key());
            // And written anew it is the same, byte for byte.
            let mended = repair(&table, &file.path, against);
            assert_eq!(mended.changes, [], "{}", file.path);
            assert_eq!(mended.to_csv(), bytes, "{}", file.path);
            all_are_standard += 1;
        }
    }
    assert!(all_are_standard >= 12);
}

#[test]
fn the_raw_file_of_the_demo_has_what_such_files_have() {
    let name = "raw-bicycle-parking.csv";
    let bytes = std::fs::read(folder().join(name)).unwrap();
    let table = TableFile::read(&bytes, name, &Limits::default()).unwrap();
    let report = check(&table, name, Against::default());
    assert!(!report.is_valid());
    let mended = repair(&table, name, Against::default());
    let column = |name: &str| {
        mended
            .header
            .iter()
            .position(|header| header == name)
            .unwrap()
    };
    let of = |name: &str| {
        mended
            .rows
            .iter()
            .map(|row| row[column(name)].as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of("全国地方公共団体コード"),
        ["069990", "069990", "069990", "069991"]
    );
    assert_eq!(of("緯度"), ["34.4061", "34.4069", "34.3869", "34.3801"]);
    assert_eq!(
        of("供用開始年月日"),
        ["1996-04-01", "2008-04-01", "2026-04-01", "不明"]
    );
    assert_eq!(of("開始時間"), ["05:00", "05:00", "06:00", "06:00"]);
    assert_eq!(of("電話番号")[1], "(000)000-0120");
    assert_eq!(of("名称")[3], "港駐輪場");
}
