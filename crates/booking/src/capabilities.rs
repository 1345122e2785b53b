//! What staff may be allowed to do with bookings, and what the service counts.

use yakuba_city::{Measure, MeasureKind, web::Capability};
use yakuba_kernel::MeasureName;

/// Set up a department's facilities: what can be booked, when, by whom, for how much.
pub const SET_UP: Capability = Capability::new("booking.set_up");
/// See a department's reservations, and enter, approve, move and cancel them.
pub const RECEIVE: Capability = Capability::new("booking.receive");
/// Take times for the city's own use although somebody has booked them, and close facilities.
pub const TAKE_OVER: Capability = Capability::new("booking.take_over");
/// Look over groups and their rosters.
pub const GROUPS: Capability = Capability::new("booking.groups");

/// All of them, for roles to be made of.
pub const ALL: [Capability; 4] = [SET_UP, RECEIVE, TAKE_OVER, GROUPS];

/// Reservations made; the channel tells how, the subject is `facility.resource`.
pub const RESERVATIONS: Measure = Measure {
    name: MeasureName::declared("booking.reservations"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "予約",
    name_en: "Reservations made",
};
/// Reservations given up, by whoever made them or by the city; the subject is `facility.resource`.
pub const CANCELLATIONS: Measure = Measure {
    name: MeasureName::declared("booking.cancellations"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "予約の取消し",
    name_en: "Reservations cancelled",
};
/// Reservations to which nobody came.
pub const ABSENCES: Measure = Measure {
    name: MeasureName::declared("booking.absences"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "無断不使用",
    name_en: "Reservations nobody came to",
};
/// Reservations to which somebody came.
pub const ATTENDANCES: Measure = Measure {
    name: MeasureName::declared("booking.attendances"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "予約による利用",
    name_en: "Reservations used",
};
/// All of them, as the service declares them.
pub static MEASURES: [Measure; 4] = [RESERVATIONS, CANCELLATIONS, ABSENCES, ATTENDANCES];
