//! What staff and other systems may be allowed to do with reports, and what the service counts.

use yakuba_city::{Measure, MeasureKind, web::Capability};
use yakuba_kernel::MeasureName;

/// Work on a department's reports: look at them, route them, answer them, merge them.
pub const WORK: Capability = Capability::new("reports.work");
/// See reports and their statistics without changing anything.
pub const OVERSEE: Capability = Capability::new("reports.oversee");

/// Send reports by Open311: for other systems.
pub const OPEN311: Capability = Capability::new("reports.open311");

/// Sort the reports of a disaster, whatever department they are for.
pub const TRIAGE: Capability = Capability::new("reports.triage");

/// All of them, for roles to be made of.
pub const ALL: [Capability; 4] = [WORK, OVERSEE, OPEN311, TRIAGE];

/// Reports that came in; the subject is the category.
pub const POSTED: Measure = Measure {
    name: MeasureName::declared("reports.posted"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "まちの通報の受付",
    name_en: "Reports received",
};
/// Reports that were answered for good: fixed, no action, forwarded or merged with another. One that is taken up again is taken off.
pub const HANDLED: Measure = Measure {
    name: MeasureName::declared("reports.handled"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "まちの通報の対応済み",
    name_en: "Reports handled",
};
/// Of them, those within the standard days of their category.
pub const IN_TIME: Measure = Measure {
    name: MeasureName::declared("reports.in_time"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "標準の日数までに対応した通報",
    name_en: "Reports handled in time",
};
/// The days that the handled reports took, added up.
pub const DAYS: Measure = Measure {
    name: MeasureName::declared("reports.days_to_handle"),
    kind: MeasureKind::Flow,
    unit: "日",
    name_ja: "通報の対応にかかった日数の合計",
    name_en: "Days taken to handle reports",
};
/// Reports whose "fixed" was contested.
pub const CONTESTED: Measure = Measure {
    name: MeasureName::declared("reports.contested"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "「直っていない」と連絡があった通報",
    name_en: "Reports contested after they were called fixed",
};

/// Reports that came in for a disaster.
pub const IN_DISASTER: Measure = Measure {
    name: MeasureName::declared("reports.in_disaster"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "災害の通報の受付",
    name_en: "Reports of disasters received",
};
/// Of them, those that somebody confirmed.
pub const CONFIRMED: Measure = Measure {
    name: MeasureName::declared("reports.confirmed"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "確認した災害の通報",
    name_en: "Reports of disasters confirmed",
};
/// The minutes from coming in to being confirmed, added up.
pub const MINUTES_TO_CONFIRM: Measure = Measure {
    name: MeasureName::declared("reports.minutes_to_confirm"),
    kind: MeasureKind::Flow,
    unit: "分",
    name_ja: "災害の通報の確認にかかった時間の合計",
    name_en: "Minutes taken to confirm reports of disasters",
};

/// Stops of crews' work orders; the subject is the category. One that is left over is counted on its next day again.
pub const STOPS_PLANNED: Measure = Measure {
    name: MeasureName::declared("reports.stops_planned"),
    kind: MeasureKind::Flow,
    unit: "か所",
    name_ja: "作業指示に入れた現場",
    name_en: "Stops in work orders",
};
/// Of them, those where the work was done.
pub const STOPS_DONE: Measure = Measure {
    name: MeasureName::declared("reports.stops_done"),
    kind: MeasureKind::Flow,
    unit: "か所",
    name_ja: "作業が終わった現場",
    name_en: "Stops where the work was done",
};

/// All of them, as the service declares them.
pub static MEASURES: [Measure; 10] = [
    POSTED,
    HANDLED,
    IN_TIME,
    DAYS,
    CONTESTED,
    IN_DISASTER,
    CONFIRMED,
    MINUTES_TO_CONFIRM,
    STOPS_PLANNED,
    STOPS_DONE,
];
