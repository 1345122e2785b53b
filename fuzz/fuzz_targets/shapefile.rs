//! Any bytes as a Shapefile, packed and unpacked: refused, or a table with as many shapes as rows that goes out as GeoJSON that is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yakuba_places::model::{
    check::Against,
    content::look_over,
    shapefile::{Parts, read, read_parts},
};
use yakuba_sheets::Limits;

const PRJ: [&[u8]; 2] = [
    b"GEOGCS[\"GCS_JGD_2011\",DATUM[\"D_JGD_2011\"]]",
    b"PROJCS[\"JGD_2011_Japan_Zone_9\",GEOGCS[\"GCS_JGD_2011\"]]",
];

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits {
        unpacked_bytes: 1 << 20,
        ..Limits::default()
    };
    let _ = read(bytes, &limits);
    // The first byte chooses, the next two say where the table begins.
    let [how, low, high, rest @ ..] = bytes else {
        return;
    };
    let Some((shp, dbf)) = rest.split_at_checked(usize::from(u16::from_le_bytes([*low, *high]))) else {
        return;
    };
    let parts = Parts {
        shp,
        dbf,
        prj: PRJ[usize::from(how & 1)],
        cpg: [None, Some(&b"UTF-8"[..]), Some(b"CP932"), Some(b"?")][usize::from(how >> 1 & 3)],
    };
    let Ok(content) = read_parts(&parts, &limits) else {
        return;
    };
    assert_eq!(content.shapes.len(), content.rows.len());
    assert!(content.rows.iter().all(|row| row.len() == content.header.len()));
    if let Some(json) = content.to_geojson() {
        look_over(&json, "a.geojson", Against::default(), &limits).expect("what was taken goes out and comes in again");
    }
});
