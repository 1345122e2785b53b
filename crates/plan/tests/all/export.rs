//! Taking a plan along: CSV, JSON, YAML and XLSX of the same document.

use crate::import_support::{read_seed, read_text};
use proptest::prelude::*;
use yakuba_kernel::{Decimal, FiscalYear};
use yakuba_plan::export::{self, COLUMNS};
use yakuba_plan::import::{ImportOptions, NamedFile, read_documents, read_plan_file};
use yakuba_plan::model::document::*;
use yakuba_sheets::{CsvCharset, Limits};

const LIST: &str = "NO\t具体的な取組\tKPI\t実績値(KPI)\t\t\tスケジュール(R6～R8)\n\t\t\t令和3年度\t令和4年度\t令和5年度\t\n1\t=cmd|'calc'!A0\t件数\t-\t-16.91%\t=1+1 3件\t実施する。\n";

#[test]
fn csv_has_the_agreed_columns_and_no_formulas() {
    let csv = String::from_utf8(export::to_csv(
        &read_text("a.tsv", LIST).document,
        CsvCharset::Utf8,
    ))
    .unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "plan,initiative,initiative_title,indicator,fiscal_year,kind,value,unit,qualifier,text,status"
    );
    assert_eq!(lines[1], "plan,1,'=cmd|'calc'!A0,件数,2021,actual,,,-,-,ok");
    assert!(
        lines[2].starts_with("plan,1,'=cmd|'calc'!A0,件数,2022,actual,-16.91,%,,"),
        "{}",
        lines[2]
    );
    assert!(lines[3].contains(",'=1+1 3件,"), "{}", lines[3]);
    assert!(!csv.starts_with('\u{feff}'));
}

#[test]
fn xlsx_holds_the_same_table() {
    let Some(reading) = read_seed("002_") else {
        return;
    };
    let bytes = export::to_xlsx(&reading.document).unwrap();
    let book = yakuba_sheets::read(&bytes, "a.xlsx", &Limits::default()).unwrap();
    let rows = &book.sheets[0].rows;
    assert_eq!(rows[0].cells, COLUMNS);
    let figures = export::figure_rows(&reading.document);
    assert_eq!(rows.len(), figures.len() + 1);
    for (row, figure) in rows[1..].iter().zip(&figures) {
        assert_eq!(row.cells[3], figure.indicator);
        assert_eq!(
            row.cells[6].parse::<f64>().ok(),
            figure.value.parse::<f64>().ok()
        );
        assert_eq!(row.cells[9], figure.text);
    }
}

#[test]
fn the_published_plans_survive_yaml_and_json() {
    for start in ["000_", "001_", "002_"] {
        let Some(reading) = read_seed(start) else {
            return;
        };
        assert_survives(&reading.document);
        let yaml = export::to_yaml(&reading.document).unwrap();
        let file = NamedFile {
            name: "plan.yaml".to_owned(),
            bytes: yaml.into_bytes(),
        };
        assert_eq!(read_plan_file(&file).unwrap(), reading.document);
        let again =
            read_documents(&[file], &reading.document.key, &ImportOptions::default()).unwrap();
        assert_eq!(again.document, reading.document);
    }
}

fn assert_survives(document: &PlanDocument) {
    let yaml = export::to_yaml(document).unwrap();
    let back = export::from_yaml(&yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"));
    assert_eq!(&back, document, "\n{yaml}");
    assert_eq!(export::to_yaml(&back).unwrap(), yaml);
    let json = export::to_json(document).unwrap();
    assert_eq!(&export::from_json(&json).unwrap(), document);
}

/// Texts that YAML could take for something else.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-zA-Z0-9:#'\"\\-?!&*%@`|>{}\\[\\], ~=<.]{0,12}",
        "[ぁ-んァ-ヶ一-龠ａ-ｚ０-９：＃　、。・※【】（）%]{0,20}",
        prop::collection::vec("[ \\tａa:#\\-一]{0,8}", 1..5).prop_map(|lines| lines.join("\n")),
        prop::sample::select(vec![
            "No",
            "yes",
            "null",
            "~",
            "1e3",
            "0x1f",
            "1_000",
            ".inf",
            "2023-04-01",
            "12:30:45",
            "- a",
            "a: b",
            "# a",
            " 前",
            "後 ",
            "\n",
            "\n\n前",
            "後\n",
            "後\n\n",
            "<<",
            "=",
            "! a",
            "%YAML",
            "---",
            "...",
            "\t",
            "a\tb",
            "'",
            "\"",
            "\\n",
            "\u{85}",
            "\u{2028}",
            "\u{feff}a",
            "a\r\nb",
            "𠮷野家",
            "👍",
            "か\u{3099}",
            "on",
            "Off",
            "0o7",
            "+1",
            "-0",
            "1.",
            "NaN",
            "true",
            "é",
        ])
        .prop_map(str::to_owned),
    ]
}

fn figure() -> impl Strategy<Value = Figure> {
    let number = (
        any::<i64>(),
        0_u32..6,
        prop::option::of(text()),
        prop::collection::vec(text(), 0..3),
    )
        .prop_map(|(digits, places, unit, qualifiers)| {
            Reading::Number(Number {
                value: Decimal::new(digits, places),
                unit,
                qualifiers,
            })
        });
    let reading = prop_oneof![
        number,
        prop::sample::select(vec![
            Reading::NotCarriedOut,
            Reading::NoFigure,
            Reading::Dash,
            Reading::Empty,
            Reading::Words,
            Reading::Missing
        ])
    ];
    let doubts = prop::collection::vec(
        (
            prop::sample::select(vec![DoubtReason::SlidRow, DoubtReason::UnitMissing]),
            prop::option::of(text()),
        ),
        0..2,
    );
    (
        reading,
        text(),
        2000_i32..2040,
        0_u8..=100,
        doubts,
        1_u32..100,
    )
        .prop_map(|(reading, text, year, confidence, doubts, row)| Figure {
            fiscal_year: FiscalYear::new(year).ok(),
            kind: FigureKind::Actual,
            reading,
            text: text.clone(),
            confidence,
            doubts: doubts
                .into_iter()
                .map(|(reason, detail)| Doubt { reason, detail })
                .collect(),
            evidence: vec![Evidence {
                numerator: Decimal::ONE,
                denominator: Decimal::TEN,
                text,
            }],
            source: Some(CellAddress {
                file: "a.tsv".to_owned(),
                sheet: None,
                row,
                column: 1,
            }),
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_plan_survives_yaml_and_json(
        title in text(),
        texts in prop::collection::vec((text(), text()), 0..4),
        summary in prop::option::of(text()),
        marks in prop::collection::vec(text(), 0..3),
        figures in prop::collection::vec(figure(), 0..3),
    ) {
        let mut document = read_text("a.tsv", LIST).document;
        document.title = title;
        let initiative = &mut document.groups[0].initiatives[0];
        initiative.summary = summary;
        initiative.marks = marks;
        initiative.texts = texts.into_iter().map(|(label, text)| LabelledText { label, text }).collect();
        initiative.indicators[0].figures = figures;
        assert_survives(&document);
    }
}
