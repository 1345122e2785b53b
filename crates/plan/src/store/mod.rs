//! Queries and writes of the service. Every write takes a [`yakuba_city::Tx`].

mod comparisons;
mod counts;
pub mod cycle;
mod document;
mod formulas;
mod imports;
mod plans;
mod save;
mod versions;

pub use comparisons::{
    ComparableRow, ComparisonMember, ComparisonRecord, Declined, Pair, comparable_indicators,
    compare, comparison_members, comparison_of, comparisons, confirm_comparison,
    decline_comparison, declined_comparisons, end_comparison, reconsider_comparison,
};
pub use counts::{
    DayCount, Origin, counts_of_day, counts_of_year, facts_of_day, origins, subjects_of_year,
};
pub use document::{PartKind, PartRow, load, load_source, part, parts};
pub use formulas::{FormulaVersion, explain_formula, formula_versions};
pub use imports::{
    CommittedImport, ImportId, ImportRecord, commit_import, correct_preview, discard_import,
    import, imports, keep_preview, preview_changes,
};
pub use plans::{PlanRecord, ReviewItem, plan, plans, review_items};
pub use save::{NewPlan, change_indicator, save, save_part};
pub use versions::{
    FirstPublished, PublishedFigure, PublishedPlan, VersionRecord, formula_version, publish,
    published, published_figures, published_plans, version, versions,
};
