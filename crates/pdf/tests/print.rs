//! The finished files.

// Tests may panic: that is how they fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{labels, letter, meta, procedures, schools, short, whole_plan};
use yakuba_pdf::{Extent, Orientation, yearly_sheet};

/// Writes the file where a person can look at it, when asked by YAKUBA_PDF_OUT=directory.
fn show(name: &str, bytes: &[u8]) {
    let Some(directory) = std::env::var_os("YAKUBA_PDF_OUT") else {
        return;
    };
    let path = std::path::Path::new(&directory).join(name);
    if let Err(cause) = std::fs::write(&path, bytes) {
        eprintln!("{} was not written: {cause}", path.display());
    }
}

#[test]
fn single_sheets_are_pdf_files() {
    let meta = meta(Extent::Sheets, Orientation::Portrait);
    for (name, sheet) in [("1", procedures()), ("12", schools()), ("43", short())] {
        let output = yearly_sheet(&[sheet], &meta, &labels()).expect("prints");
        assert!(output.bytes.starts_with(b"%PDF-1."));
        assert!(output.missing_characters.is_empty());
        show(&format!("sheet-{name}.pdf"), &output.bytes);
    }
}

#[test]
fn a_whole_plan_prints_upright_and_on_its_side() {
    let sheets = whole_plan();
    for (name, orientation, count) in [
        ("portrait", Orientation::Portrait, sheets.len()),
        ("landscape", Orientation::Landscape, 4),
    ] {
        let meta = meta(Extent::Plan, orientation);
        let output = yearly_sheet(&sheets[..count], &meta, &labels()).expect("prints");
        show(&format!("plan-{name}.pdf"), &output.bytes);
    }
}

#[test]
fn a_letter_prints() {
    let output = yakuba_pdf::letter(&letter()).expect("prints");
    assert!(output.bytes.starts_with(b"%PDF-1."));
    show("letter.pdf", &output.bytes);
}

#[test]
fn the_file_claims_both_standards_and_is_tagged() {
    let meta = meta(Extent::Sheets, Orientation::Portrait);
    let output = yearly_sheet(&[short()], &meta, &labels()).expect("prints");
    let file = String::from_utf8_lossy(&output.bytes);
    for claim in [
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
        "/Lang",
        "/StructTreeRoot",
        "/DisplayDocTitle true",
    ] {
        assert!(file.contains(claim), "{claim}");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let meta = meta(Extent::Plan, Orientation::Portrait);
    let sheets = [procedures(), schools(), short()];
    let first = yearly_sheet(&sheets, &meta, &labels()).expect("prints");
    let second = yearly_sheet(&sheets, &meta, &labels()).expect("prints");
    assert!(first == second);
}

#[test]
fn characters_without_a_shape_are_reported_and_do_no_harm() {
    let mut sheet = short();
    sheet.title = "𠮷野 𪚥 辻\u{e0101} 😀 \u{e000} \u{202e}a\u{0}b ア\u{3099}".into();
    sheet.purpose = "مرحبا กรุงเทพ".into();
    let meta = meta(Extent::Plan, Orientation::Portrait);
    let output = yearly_sheet(&[sheet], &meta, &labels()).expect("prints");
    for character in ['𪚥', '\u{e0101}', '😀', '\u{e000}', 'م', 'ก'] {
        assert!(
            output.missing_characters.contains(&character),
            "{character:?}"
        );
    }
    for usable in ['辻', '𠮷'] {
        assert!(!output.missing_characters.contains(&usable), "{usable}");
    }
}
