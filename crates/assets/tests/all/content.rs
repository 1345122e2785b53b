//! The kinds that come with Yakuba.

use std::path::Path;

use yakuba_assets::model::kind::{Kind, check, schema};
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

#[test]
fn the_schema_in_the_documentation_is_the_programs_and_takes_the_shipped_kinds() {
    // As values: the order of the members is not part of it.
    let ours: serde_json::Value = serde_json::from_str(&schema()).unwrap();
    let documented: serde_json::Value =
        serde_json::from_str(include_str!("../../../../docs/asset-kind.schema.json")).unwrap();
    assert_eq!(
        documented, ours,
        "write it anew: yakuba assets kinds schema > docs/asset-kind.schema.json"
    );
    let validator = jsonschema::validator_for(&ours).unwrap();
    for (file, kind) in shipped() {
        let value = serde_json::to_value(&kind).unwrap();
        let wrong: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert!(wrong.is_empty(), "{file}: {wrong:?}");
    }
    let wrong = serde_json::json!({"format": "yakuba-assets/1", "key": "x", "name": "x", "department": "d", "colour": "red"});
    assert!(!validator.is_valid(&wrong));
}
