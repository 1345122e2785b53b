//! The kinds that come with Yakuba.

use std::path::Path;

use yakuba_assets::model::kind::{Kind, check};
use yakuba_forms::testing::missing_languages;

fn shipped() -> Vec<(String, Kind)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/assets/kinds");
    let mut kinds: Vec<(String, Kind)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let kind = Kind::from_yaml(&std::fs::read_to_string(&path).unwrap()).unwrap();
            (
                path.file_stem().unwrap().to_string_lossy().into_owned(),
                kind,
            )
        })
        .collect();
    kinds.sort_by(|(one, _), (other, _)| one.cmp(other));
    kinds
}

#[test]
fn the_shipped_kinds_have_nothing_to_mend_and_are_in_three_languages() {
    let kinds = shipped();
    assert!(kinds.len() >= 6);
    for (file, kind) in kinds {
        assert_eq!(file, kind.key.as_str());
        assert_eq!(check(&kind), [], "{file}");
        assert_eq!(Kind::from_yaml(&kind.to_yaml().unwrap()).unwrap(), kind);
        let mut missing = Vec::new();
        let value = serde_json::to_value(&kind).unwrap();
        missing_languages(
            "",
            &value,
            &["name", "about", "label", "alert"],
            &mut missing,
        );
        assert!(missing.is_empty(), "{file}: {missing:#?}");
    }
}
