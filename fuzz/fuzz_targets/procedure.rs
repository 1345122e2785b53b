//! Shipped procedures spoilt at random points: what the reader accepts and the check passes is the same after an untouched visit to every
//! page of the designer.
#![no_main]

use std::{path::Path, sync::LazyLock};

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use yakuba_procedures::{
    model::document::ProcedureDocument,
    testing::{broken_law, spoil},
};

static FILES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content/procedures");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of shipped procedures")
        .map(|entry| entry.expect("a file").path())
        .collect();
    names.sort();
    names
        .iter()
        .map(|name| {
            let text = std::fs::read_to_string(name).expect("a file that can be read");
            let document = ProcedureDocument::from_yaml(&text).expect("a shipped procedure");
            serde_json::to_value(&document).expect("every procedure can be written")
        })
        .collect()
});

// Which file, then for each spoilt point where it is and what becomes of it.
fuzz_target!(|input: (u8, Vec<(u16, u8)>)| {
    let (file, points) = input;
    let mut value = FILES[usize::from(file) % FILES.len()].clone();
    for (point, how) in points.into_iter().take(8) {
        spoil(&mut value, usize::from(point), usize::from(how));
    }
    let broken = broken_law(&value.to_string());
    assert!(broken.is_empty(), "changed by a visit: {broken:?}");
});
