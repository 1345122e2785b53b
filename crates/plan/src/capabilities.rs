//! What users of the service may be allowed to do, and what the service counts.

use yakuba_city::{Measure, MeasureKind, web::Capability};
use yakuba_kernel::MeasureName;

/// Edit the initiatives a department leads: texts, figures, progress, tasks, self-review.
pub const EDIT: Capability = Capability::new("plan.edit");
/// Confirm a department's self-review as its head.
pub const CONFIRM: Capability = Capability::new("plan.confirm");
/// Check every department's self-reviews and figures as the DX office.
pub const CHECK: Capability = Capability::new("plan.check");
/// Approve checked reviews as the committee (推進本部・委員会).
pub const APPROVE: Capability = Capability::new("plan.approve");
/// Import files, change the plan's structure and formulas.
pub const MANAGE: Capability = Capability::new("plan.manage");
/// Publish a version.
pub const PUBLISH: Capability = Capability::new("plan.publish");
/// See everything unpublished without changing it, as an auditor does.
pub const VIEW: Capability = Capability::new("plan.view");
/// Open the records behind a fact.
pub const RECORDS: Capability = Capability::new("facts.records");
/// Upload facts as a file and register measures.
pub const UPLOAD_FACTS: Capability = Capability::new("facts.upload");
/// Post facts from another system.
pub const POST_FACTS: Capability = Capability::new("facts.post");
/// Propose a system and report its effect (the small circle).
pub const PROPOSE: Capability = Capability::new("plan.propose");
/// Give a verdict on a proposal at the hearing.
pub const DECIDE_PROPOSAL: Capability = Capability::new("plan.decide_proposal");

/// All of them, for roles to be made of.
pub const ALL: [Capability; 12] = [
    EDIT,
    CONFIRM,
    CHECK,
    APPROVE,
    MANAGE,
    PUBLISH,
    VIEW,
    RECORDS,
    UPLOAD_FACTS,
    POST_FACTS,
    PROPOSE,
    DECIDE_PROPOSAL,
];

/// A progress note was written.
pub const PROGRESS_NOTE: Measure = Measure {
    name: MeasureName::declared("plan.progress_note"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "進捗メモ",
    name_en: "Progress notes",
};
/// A task was completed; the subject is `on_time` or `late`.
pub const TASK_COMPLETED: Measure = Measure {
    name: MeasureName::declared("plan.task_completed"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "完了した作業",
    name_en: "Tasks completed",
};
/// A department handed in its yearly self-review; the subject is `on_time` or `late`.
pub const REVIEW_SUBMITTED: Measure = Measure {
    name: MeasureName::declared("plan.review_submitted"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "提出された自己評価",
    name_en: "Self-reviews handed in",
};
/// A version of a plan was published.
pub const VERSION_PUBLISHED: Measure = Measure {
    name: MeasureName::declared("plan.version_published"),
    kind: MeasureKind::Flow,
    unit: "回",
    name_ja: "計画の公表",
    name_en: "Plan versions published",
};
/// A public download; the subject is the format.
pub const DOWNLOAD: Measure = Measure {
    name: MeasureName::declared("plan.download"),
    kind: MeasureKind::Flow,
    unit: "回",
    name_ja: "計画データのダウンロード",
    name_en: "Plan downloads",
};

/// All of them, as the service declares them.
pub static MEASURES: [Measure; 5] = [
    PROGRESS_NOTE,
    TASK_COMPLETED,
    REVIEW_SUBMITTED,
    VERSION_PUBLISHED,
    DOWNLOAD,
];
