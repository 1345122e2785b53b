//! What staff may be allowed to do with surveys, and what the service counts.

use yakuba_city::{Measure, MeasureKind, web::Capability};
use yakuba_kernel::MeasureName;

/// Make a department's surveys, open, extend and close them.
pub const RUN: Capability = Capability::new("surveys.run");
/// See the results of a department's surveys, small counts hidden, and what people wrote in their own words.
pub const RESULTS: Capability = Capability::new("surveys.results");
/// Show the results of a closed survey to everybody.
pub const PUBLISH: Capability = Capability::new("surveys.publish");
/// Take out single answers for statistics.
pub const RAW: Capability = Capability::with_step_up("surveys.raw");

/// All of them, for roles to be made of.
pub const ALL: [Capability; 4] = [RUN, RESULTS, PUBLISH, RAW];

/// How many answered a survey, recorded when it closes; the subject is the survey's key.
pub const ANSWERS: Measure = Measure {
    name: MeasureName::declared("surveys.answers"),
    kind: MeasureKind::Flow,
    unit: "人",
    name_ja: "アンケートの回答",
    name_en: "Answers to surveys",
};
/// How many chose an answer, recorded when the survey closes; the subject is `survey.question.option`.
pub const CHOICES: Measure = Measure {
    name: MeasureName::declared("surveys.choices"),
    kind: MeasureKind::Flow,
    unit: "人",
    name_ja: "アンケートで選ばれた答え",
    name_en: "Answers chosen in surveys",
};

/// All of them, as the service declares them.
pub static MEASURES: [Measure; 2] = [ANSWERS, CHOICES];
