//! Any bytes as a file of open data: refused, or checked; what is mended has nothing left to be mended, and everything goes out and comes in again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yakuba_places::model::{
    check::Against,
    content::look_over,
    segment::{SEGMENT_ROWS, Segment, rows_of},
};
use yakuba_sheets::Limits;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    let Ok(looked) = look_over(bytes, "272051_aed.csv", Against::default(), &limits) else {
        return;
    };
    for is_mended in [false, true] {
        let content = looked.content(is_mended);
        let width = content.header.len();
        assert!(content.rows.iter().all(|row| row.len() == width), "every row is as wide as the header");
        let (mut rows, mut shapes) = (Vec::new(), Vec::new());
        for (number, part) in content.rows.chunks(SEGMENT_ROWS).enumerate() {
            let from = number * SEGMENT_ROWS;
            let to = (from + part.len()).min(content.shapes.len());
            let shaped = content.shapes.get(from..to).unwrap_or_default();
            for chunk in Segment::new(number, width, part, shaped).chunks {
                let mut kept = rows_of(&chunk.rows).expect("what is kept is read");
                rows.append(&mut kept.rows);
                shapes.append(&mut kept.shapes);
            }
        }
        assert!(rows == content.rows && shapes == content.shapes, "what is kept is the same");
        let json: serde_json::Value = serde_json::from_slice(&content.to_json()).expect("it goes out as JSON");
        assert_eq!(json.as_array().map(Vec::len), Some(content.rows.len()));
        if let Some(features) = content.to_geojson() {
            let features: serde_json::Value = serde_json::from_slice(&features).expect("it goes out as GeoJSON");
            assert_eq!(features["type"], "FeatureCollection");
        }
        content.to_csv();
    }
    if let Some(mended) = &looked.mended {
        let again = look_over(&mended.to_csv(), "272051_aed.csv", Against::default(), &limits);
        let again = again.expect("what was mended can be read");
        // Which line holds the headings is guessed: in a file with two tables the guess can fall on the second once the first is shorter.
        if again.content(false).header != mended.header {
            return;
        }
        let left = again.mended.expect("it is a table").changes;
        assert!(left.is_empty(), "nothing is left to be mended: {left:?}");
    }
});
