//! The map: layers with their features, what lies in a tile or near a place, and the history of each feature.

mod features;
mod finding;
mod layers;

pub use features::{
    FeatureChange, FeatureRow, Kept, NewFeature, add_feature, change_feature, feature,
    feature_changes, features, remove_feature, replace_features, restore_feature,
};
pub use finding::{
    Found, InBox, MOST_FOUND, Wanted, extent, in_box, in_frame, in_tile, nearest, search_features,
    search_some,
};
pub use layers::{Layer, describe_layer, layer, layers, put_layer, turn_layer};

pub(in crate::store) use layers::refresh_from_dataset;
