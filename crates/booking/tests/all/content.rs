//! The facilities that come with Yakuba: each reads, can be booked, and speaks three languages.

use std::{collections::BTreeMap, path::Path};

use yakuba_booking::model::{check::check, document::FacilityDocument};
use yakuba_forms::testing::missing_languages;

const TEXTS: [&str; 5] = ["name", "summary", "address", "access", "ordinance"];

#[test]
fn the_facilities_read_and_speak_three_languages() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/facilities");
    let mut missing = Vec::new();
    let (mut facilities, mut bookable) = (BTreeMap::new(), BTreeMap::new());
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
        let kind = if document.kind.is_place() {
            "public"
        } else {
            document.kind.name()
        };
        *facilities.entry(kind).or_insert(0) += 1;
        *bookable.entry(kind).or_insert(0) += document.resources.len();
    }
    // A city with 34 facilities, four counters, three campaigns of check-ups and ten courses.
    assert_eq!(facilities["public"], 34);
    assert_eq!(facilities["counter"], 4);
    assert_eq!(facilities["check_up"], 3);
    assert_eq!(bookable["class"], 10);
    assert!(bookable.values().sum::<usize>() >= 150, "{bookable:?}");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
