//! What staff may be allowed to do with open data, and what the service counts.

use yakuba_city::{Measure, MeasureKind, web::Capability};
use yakuba_kernel::MeasureName;

/// Describe a department's datasets and bring in their files.
pub const EDIT: Capability = Capability::new("places.edit");
/// Publish a department's datasets and withdraw them.
pub const PUBLISH: Capability = Capability::new("places.publish");

/// All of them, for roles to be made of.
pub const ALL: [Capability; 2] = [EDIT, PUBLISH];

/// Datasets that are published.
pub const DATASETS: Measure = Measure {
    name: MeasureName::declared("places.datasets"),
    kind: MeasureKind::Stock,
    unit: "件",
    name_ja: "公開しているデータセット",
    name_en: "Datasets published",
};
/// Files that are published.
pub const FILES: Measure = Measure {
    name: MeasureName::declared("places.files"),
    kind: MeasureKind::Stock,
    unit: "件",
    name_ja: "公開しているファイル",
    name_en: "Files published",
};
/// Files of them that are as the national standard wants them.
pub const RECOMMENDED: Measure = Measure {
    name: MeasureName::declared("places.recommended_files"),
    kind: MeasureKind::Stock,
    unit: "件",
    name_ja: "標準の形で公開しているファイル",
    name_en: "Files published in the standard's form",
};
/// Looks at a dataset's page; the subject is the dataset's key.
pub const VIEWS: Measure = Measure {
    name: MeasureName::declared("places.views"),
    kind: MeasureKind::Flow,
    unit: "回",
    name_ja: "オープンデータの閲覧",
    name_en: "Views of open data",
};
/// Downloads of a dataset's files; the subject is the dataset's key.
pub const DOWNLOADS: Measure = Measure {
    name: MeasureName::declared("places.downloads"),
    kind: MeasureKind::Flow,
    unit: "回",
    name_ja: "オープンデータのダウンロード",
    name_en: "Downloads of open data",
};

/// Looks at the map or at its list.
pub const MAP_VIEWS: Measure = Measure {
    name: MeasureName::declared("places.map_views"),
    kind: MeasureKind::Flow,
    unit: "回",
    name_ja: "地図の閲覧",
    name_en: "Views of the map",
};

/// All of them, as the service declares them.
pub static MEASURES: [Measure; 6] = [DATASETS, FILES, RECOMMENDED, VIEWS, DOWNLOADS, MAP_VIEWS];
