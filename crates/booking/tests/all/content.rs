//! The facilities that come with Yakuba: each reads, can be booked, and speaks three languages.

use std::path::Path;

use yakuba_booking::model::{check::check, document::FacilityDocument};
use yakuba_forms::testing::missing_languages;

const TEXTS: [&str; 5] = ["name", "summary", "address", "access", "ordinance"];

#[test]
fn the_facilities_read_and_speak_three_languages() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/facilities");
    let mut missing = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let document =
            FacilityDocument::from_yaml(&text).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        assert_eq!(path.file_stem().unwrap(), document.key.as_str());
        let again = FacilityDocument::from_yaml(&document.to_yaml().unwrap()).unwrap();
        assert_eq!(document, again);
        assert_eq!(check(&document), []);
        let value = serde_json::to_value(&document).unwrap();
        missing_languages(&document.key, &value, &TEXTS, &mut missing);
        count += 1;
    }
    assert!(count >= 4);
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
