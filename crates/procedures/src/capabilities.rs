//! What staff may be allowed to do with procedures and cases, and what the service counts.

use yakuba_city::{Measure, MeasureKind, web::Capability};
use yakuba_kernel::MeasureName;

/// Work on a department's cases: open, assign, message, move through the stages.
pub const WORK: Capability = Capability::new("procedures.work");
/// Decide a department's cases.
pub const DECIDE: Capability = Capability::new("procedures.decide");
/// See that cases exist and how they stand, without what people wrote.
pub const OVERSEE: Capability = Capability::new("procedures.oversee");
/// Keep a department's inventory of procedures and its monthly counts.
pub const INVENTORY: Capability = Capability::new("procedures.inventory");
/// Design a department's forms.
pub const DESIGN: Capability = Capability::new("procedures.design");
/// Put a checked form live, or take it offline.
pub const PUT_LIVE: Capability = Capability::new("procedures.put_live");
/// Send cases to core systems: export, webhooks, pull interface.
pub const DELIVER: Capability = Capability::new("procedures.deliver");
/// Approve the disposal of cases whose retention is over.
pub const DISPOSE: Capability = Capability::new("procedures.dispose");
/// Fetch decided cases as another system.
pub const PULL: Capability = Capability::new("procedures.pull");

/// All of them, for roles to be made of.
pub const ALL: [Capability; 9] = [
    WORK, DECIDE, OVERSEE, INVENTORY, DESIGN, PUT_LIVE, DELIVER, DISPOSE, PULL,
];

/// An application was received; the subject is the procedure's key.
pub const RECEIVED: Measure = Measure {
    name: MeasureName::declared("procedures.received"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "受け付けた申請",
    name_en: "Applications received",
};
/// An application was decided; the subject is the procedure's key.
pub const DECIDED: Measure = Measure {
    name: MeasureName::declared("procedures.decided"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "決定した申請",
    name_en: "Applications decided",
};
/// Working days from receipt to decision, recorded with the decision; the subject is the procedure's key.
pub const DAYS_TAKEN: Measure = Measure {
    name: MeasureName::declared("procedures.days_taken"),
    kind: MeasureKind::Flow,
    unit: "日",
    name_ja: "決定までの開庁日数",
    name_en: "Working days to the decision",
};
/// Applications decided within the standard processing days; the subject is the procedure's key.
pub const ON_TIME: Measure = Measure {
    name: MeasureName::declared("procedures.decided_on_time"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "標準処理期間内に決定した申請",
    name_en: "Applications decided within the standard period",
};
/// A co-applicant agreed to an application; the subject is the procedure's key.
pub const CO_APPLICANT_AGREED: Measure = Measure {
    name: MeasureName::declared("procedures.co_applicant_agreed"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "共同申請者の同意",
    name_en: "Agreements of co-applicants",
};
/// A co-applicant declined; the subject is the procedure's key.
pub const CO_APPLICANT_DECLINED: Measure = Measure {
    name: MeasureName::declared("procedures.co_applicant_declined"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "共同申請者の辞退",
    name_en: "Refusals of co-applicants",
};

/// Procedures of the inventory that could be online: those not left out with a reason; the subject is the inventory number.
pub const ELIGIBLE: Measure = Measure {
    name: MeasureName::declared("procedures.eligible"),
    kind: MeasureKind::Stock,
    unit: "手続",
    name_ja: "オンライン化の対象になる手続",
    name_en: "Procedures that could be online",
};
/// Those of them that are online; the subject is the inventory number.
pub const ONLINE: Measure = Measure {
    name: MeasureName::declared("procedures.online"),
    kind: MeasureKind::Stock,
    unit: "手続",
    name_ja: "オンラインでできる手続",
    name_en: "Procedures that are online",
};
/// Applications of the procedures that could be online, by every channel; the subject is the inventory number.
pub const APPLICATIONS: Measure = Measure {
    name: MeasureName::declared("procedures.applications"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "対象になる手続の申請（すべての受付方法）",
    name_en: "Applications by every channel",
};
/// Applications of the procedures that are left out; the subject is the inventory number.
pub const APPLICATIONS_EXCLUDED: Measure = Measure {
    name: MeasureName::declared("procedures.applications_excluded"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "対象外の手続の申請（すべての受付方法）",
    name_en: "Applications of procedures left out",
};

/// All of them, as the service declares them.
pub static MEASURES: [Measure; 10] = [
    RECEIVED,
    DECIDED,
    DAYS_TAKEN,
    ON_TIME,
    CO_APPLICANT_AGREED,
    CO_APPLICANT_DECLINED,
    ELIGIBLE,
    ONLINE,
    APPLICATIONS,
    APPLICATIONS_EXCLUDED,
];
