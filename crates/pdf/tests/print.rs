//! The finished files.

mod common;

use common::{labels, meta, procedures, schools, short, whole_plan};
use yakuba_pdf::{Extent, Orientation, yearly_sheet};

/// Writes the file where a person can look at it, when asked by YAKUBA_PDF_OUT=directory.
fn show(name: &str, bytes: &[u8]) {
    if let Some(directory) = std::env::var_os("YAKUBA_PDF_OUT") {
        std::fs::write(std::path::Path::new(&directory).join(name), bytes).expect("directory");
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
fn a_whole_plan_prints() {
    for (name, orientation) in [
        ("portrait", Orientation::Portrait),
        ("landscape", Orientation::Landscape),
    ] {
        let meta = meta(Extent::Plan, orientation);
        let output = yearly_sheet(&whole_plan(), &meta, &labels()).expect("prints");
        show(&format!("plan-{name}.pdf"), &output.bytes);
    }
}
