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
/// Call people to the windows of a department's counters.
pub const QUEUE: Capability = Capability::new("booking.queue");
/// Draw numbers for people at a counter's reception, and see that they are there; also for a screen on which they do it themselves.
pub const RECEPTION: Capability = Capability::new("booking.reception");

/// Decide what holds for all facilities of the city, such as how long rosters are kept.
pub const SETTINGS: Capability = Capability::new("booking.settings");

/// All of them, for roles to be made of.
pub const ALL: [Capability; 7] = [
    SET_UP, RECEIVE, TAKE_OVER, GROUPS, QUEUE, RECEPTION, SETTINGS,
];

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
/// Numbers drawn at a counter; the channel tells where, the subject is the counter.
pub const QUEUE_TICKETS: Measure = Measure {
    name: MeasureName::declared("booking.queue_tickets"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "窓口の番号札",
    name_en: "Numbers drawn at counters",
};
/// People served at a window; the subject is the counter.
pub const QUEUE_SERVED: Measure = Measure {
    name: MeasureName::declared("booking.queue_served"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "窓口で応対した件数",
    name_en: "People served at counters",
};
/// Numbers given back, and numbers called in vain.
pub const QUEUE_LEFT: Measure = Measure {
    name: MeasureName::declared("booking.queue_left"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "応対せずに終わった番号札",
    name_en: "Numbers that ended without service",
};
/// How long the people served had waited, added up: divided by their number it is the average wait.
pub const QUEUE_WAITED: Measure = Measure {
    name: MeasureName::declared("booking.queue_waited"),
    kind: MeasureKind::Flow,
    unit: "秒",
    name_ja: "窓口の待ち時間の合計",
    name_en: "Time waited at counters",
};
/// The median wait of a counter on a day.
pub const QUEUE_MEDIAN_WAIT: Measure = Measure {
    name: MeasureName::declared("booking.queue_median_wait"),
    kind: MeasureKind::Extent,
    unit: "秒",
    name_ja: "窓口の待ち時間（日ごとの中央値）",
    name_en: "Median wait of a day at a counter",
};
/// The longest wait of a counter on a day.
pub const QUEUE_LONGEST_WAIT: Measure = Measure {
    name: MeasureName::declared("booking.queue_longest_wait"),
    kind: MeasureKind::Extent,
    unit: "秒",
    name_ja: "窓口の待ち時間（日ごとの最長）",
    name_en: "Longest wait of a day at a counter",
};
/// Entries in a lottery, counted when it is drawn; the subject is the facility.
pub const LOTTERY_ENTRIES: Measure = Measure {
    name: MeasureName::declared("booking.lottery_entries"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "抽選の申込み",
    name_en: "Entries in lotteries",
};
/// Entries that won in a draw; over the entries it gives the odds.
pub const LOTTERY_WINS: Measure = Measure {
    name: MeasureName::declared("booking.lottery_wins"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "抽選の当選",
    name_en: "Entries that won in lotteries",
};
/// Reservations that had to give way to the city: to its own use, or because a facility closes.
pub const DISPLACED: Measure = Measure {
    name: MeasureName::declared("booking.displaced"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "公用・休館による取消し",
    name_en: "Reservations that gave way to the city",
};
/// Minutes in which units of a facility could be booked (the denominator of 稼働率); the subject is the facility.
pub const MINUTES_OPEN: Measure = Measure {
    name: MeasureName::declared("booking.minutes_open"),
    kind: MeasureKind::Flow,
    unit: "分",
    name_ja: "施設を予約できた時間",
    name_en: "Minutes facilities could be booked",
};
/// Minutes for which units of a facility were used by residents; the subject is the facility.
pub const MINUTES_USED: Measure = Measure {
    name: MeasureName::declared("booking.minutes_used"),
    kind: MeasureKind::Flow,
    unit: "分",
    name_ja: "施設が使われた時間",
    name_en: "Minutes facilities were used",
};
/// Minutes for which the city used units of a facility itself; the subject is the facility.
pub const MINUTES_OFFICIAL: Measure = Measure {
    name: MeasureName::declared("booking.minutes_official"),
    kind: MeasureKind::Flow,
    unit: "分",
    name_ja: "施設を市が使った時間",
    name_en: "Minutes the city used facilities itself",
};
/// How many people something is meant for in a fiscal year (the denominator of 受診率); the subject is `facility.resource`.
pub const ELIGIBLE: Measure = Measure {
    name: MeasureName::declared("booking.eligible"),
    kind: MeasureKind::Flow,
    unit: "人",
    name_ja: "健診などの対象者",
    name_en: "People a check-up is meant for",
};
/// Places taken in waiting lists; the subject is `facility.resource`.
pub const WAITING: Measure = Measure {
    name: MeasureName::declared("booking.waiting"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "キャンセル待ちの申込み",
    name_en: "Places taken in waiting lists",
};
/// Times offered to those who waited.
pub const WAITING_OFFERS: Measure = Measure {
    name: MeasureName::declared("booking.waiting_offers"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "キャンセル待ちへの案内",
    name_en: "Times offered to those who waited",
};
/// Offers that were taken.
pub const WAITING_TAKEN: Measure = Measure {
    name: MeasureName::declared("booking.waiting_taken"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "キャンセル待ちからの予約",
    name_en: "Reservations from waiting lists",
};
/// All of them, as the service declares them.
pub static MEASURES: [Measure; 20] = [
    WAITING,
    WAITING_OFFERS,
    WAITING_TAKEN,
    RESERVATIONS,
    CANCELLATIONS,
    ABSENCES,
    ATTENDANCES,
    QUEUE_TICKETS,
    QUEUE_SERVED,
    QUEUE_LEFT,
    QUEUE_WAITED,
    QUEUE_MEDIAN_WAIT,
    QUEUE_LONGEST_WAIT,
    LOTTERY_ENTRIES,
    LOTTERY_WINS,
    DISPLACED,
    MINUTES_OPEN,
    MINUTES_USED,
    MINUTES_OFFICIAL,
    ELIGIBLE,
];
