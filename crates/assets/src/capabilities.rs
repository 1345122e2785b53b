//! What staff may be allowed to do with assets, and what the service counts.

use yakuba_city::{Measure, MeasureKind, web::Capability};
use yakuba_kernel::MeasureName;

/// Keep a department's registers: add, change, inspect, give devices keys, answer alerts.
pub const WORK: Capability = Capability::new("assets.work");
/// See registers and alerts without changing anything.
pub const OVERSEE: Capability = Capability::new("assets.oversee");

/// Set the broker to which devices report, with its password.
pub const CONNECT: Capability = Capability::with_step_up("assets.connect");

/// All of them, for roles to be made of.
pub const ALL: [Capability; 3] = [WORK, OVERSEE, CONNECT];

/// Assets in service; the subject is the kind.
pub const INSTALLED: Measure = Measure {
    name: MeasureName::declared("assets.installed"),
    kind: MeasureKind::Stock,
    unit: "台",
    name_ja: "使っている機器・設備",
    name_en: "Assets in service",
};
/// Minutes in which devices worked, one fact for each device and month; the subject is the kind.
pub const UP: Measure = Measure {
    name: MeasureName::declared("assets.up_minutes"),
    kind: MeasureKind::Flow,
    unit: "分",
    name_ja: "機器が動いていた時間",
    name_en: "Minutes in which devices worked",
};
/// Minutes in which they should have worked: in service, and the city's program listening.
pub const EXPECTED: Measure = Measure {
    name: MeasureName::declared("assets.expected_minutes"),
    kind: MeasureKind::Flow,
    unit: "分",
    name_ja: "機器が動いているはずの時間",
    name_en: "Minutes in which devices should have worked",
};
/// Alerts that were opened.
pub const ALERTS: Measure = Measure {
    name: MeasureName::declared("assets.alerts"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "機器の異常",
    name_en: "Alerts of devices",
};

/// All of them, as the service declares them.
pub static MEASURES: [Measure; 4] = [INSTALLED, UP, EXPECTED, ALERTS];
