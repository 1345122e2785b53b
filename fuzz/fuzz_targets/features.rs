//! Any bytes as the features of a layer in GeoJSON: refused, or shapes that are written and read again as the same and that every tile takes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yakuba_places::model::map::{
    ground::Tile,
    layer::LayerDocument,
    package::{features, written},
    shape,
    tile::{Drawn, encode},
};

thread_local! {
    static LAYER: LayerDocument = serde_saphyr::from_str(
        "{key: fuzz, title: {ja: 何でも}, department: crisis, theme: hazard, source: own, kind: any, name: 名称, style: {sign: circle}}",
    )
    .expect("the layer is read");
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(all) = LAYER.with(|layer| features(bytes, layer)) else {
        return;
    };
    for (at, feature) in all.iter().enumerate().take(50) {
        let again = written(1, &shape::write(&feature.shape), &feature.properties);
        let again = shape::read(&again["geometry"]).expect("what was taken is read again");
        assert!(again == feature.shape, "as the same shape");
        let area = shape::around(&feature.shape);
        let drawn = Drawn {
            number: at as u64,
            shape: feature.shape.clone(),
            name: "何か".to_owned(),
            text: String::new(),
            class: Some(0),
            step: None,
        };
        for zoom in [0, 7, 16] {
            for corner in [area.min(), area.max()] {
                encode(Tile::with(corner, zoom), std::slice::from_ref(&drawn)).expect("every tile takes it");
            }
        }
    }
});
