//! The file that tells what happened in the circle (`content/demo/cycle.yaml`): its shape in serde.
//!
//! People are given by log-in name, departments by code, initiatives by number, indicators by name.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;
use yakuba_kernel::FiscalYear;

use crate::model::status::Status;

use super::{ActState, Conclusion, HearingVerdict, LifeChange, TaskState, Verdict};

/// Everything that happened around one plan.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CycleFile {
    /// Decided versions of the plan.
    pub versions: Vec<VersionEntry>,
    /// Progress notes.
    pub progress_notes: Vec<NoteEntry>,
    /// Tasks.
    pub tasks: Vec<TaskEntry>,
    /// Self-reviews.
    pub reviews: Vec<ReviewEntry>,
    /// The committee's decisions.
    pub decisions: Vec<DecisionEntry>,
    /// When the results of a year were published.
    pub publications: Vec<PublicationEntry>,
    /// Published figures that changed later.
    pub corrections: Vec<CorrectionEntry>,
    /// Statuses set by a person.
    pub overrides: Vec<OverrideEntry>,
    /// Records of missed targets.
    pub acts: Vec<ActEntry>,
    /// Proposals of systems.
    pub proposals: Vec<ProposalEntry>,
}

macro_rules! entries {
    ($($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $field:ident: $type:ty),+ $(,)? })+) => {
        $($(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$doc])* pub $field: $type),+ })+
    };
}

entries! {
    /// A decided version of the plan.
    VersionEntry {
        /// The city's own numbering.
        version: String,
        /// The fiscal year it holds from.
        fiscal_year: FiscalYear,
        /// When it was decided.
        decided_on: Date,
        /// By whom.
        decided_by: String,
        /// What it is about.
        summary: String,
        /// What changed.
        changes: Vec<ChangeEntry>,
    }
    /// A change in a version.
    ChangeEntry {
        /// What kind.
        kind: LifeChange,
        /// The initiative's number.
        initiative: String,
        /// The indicator whose target changed.
        #[serde(default)]
        indicator: Option<String>,
        /// The initiative it was merged into.
        #[serde(default)]
        into: Option<String>,
        /// What stood before.
        #[serde(default)]
        from: Option<String>,
        /// What stands now.
        #[serde(default)]
        to: Option<String>,
        /// Why.
        reason: String,
    }
    /// A progress note.
    NoteEntry {
        /// The day it was written.
        date: Date,
        /// By whom.
        by: String,
        /// For which department.
        department: String,
        /// About which initiative.
        initiative: String,
        /// What it says.
        text: String,
    }
    /// A task.
    TaskEntry {
        /// Of which initiative.
        initiative: String,
        /// What is to be done.
        title: String,
        /// By which department.
        department: String,
        /// By whom.
        assignee: String,
        /// By when.
        due: Date,
        /// Where it stands.
        state: TaskState,
        /// When it was done.
        #[serde(default)]
        done_on: Option<Date>,
        /// A remark; for a dropped task the reason.
        #[serde(default)]
        note: Option<String>,
    }
    /// A self-review.
    ReviewEntry {
        /// The year looked back on.
        fiscal_year: FiscalYear,
        /// The initiative's number.
        initiative: String,
        /// The department.
        department: String,
        /// Who wrote it.
        written_by: String,
        /// Who handed it in.
        submitted_by: String,
        /// When.
        submitted_on: Date,
        /// What was done.
        results: Vec<String>,
        /// What it means.
        analysis: Vec<String>,
        /// What comes next.
        next: Vec<String>,
        /// How often it came back before it was accepted.
        #[serde(default)]
        returned: Vec<ReturnEntry>,
        /// The DX office's check.
        #[serde(default)]
        check: Option<CheckEntry>,
    }
    /// A return to the department.
    ReturnEntry {
        /// By whom.
        by: String,
        /// When.
        date: Date,
        /// Why.
        text: String,
    }
    /// The DX office's check.
    CheckEntry {
        /// By whom.
        by: String,
        /// When.
        date: Date,
        /// How.
        verdict: CheckVerdict,
        /// What it says.
        text: String,
    }
    /// A decision of the committee about a year.
    DecisionEntry {
        /// The year.
        fiscal_year: FiscalYear,
        /// When it was decided.
        date: Date,
        /// By whom.
        by: String,
        /// Its title.
        title: String,
        /// Its text.
        text: String,
        /// The initiatives it names.
        items: Vec<DecisionItemEntry>,
    }
    /// What a decision says about an initiative.
    DecisionItemEntry {
        /// The initiative's number.
        initiative: String,
        /// What is to become of it.
        verdict: Verdict,
        /// In words.
        text: String,
    }
    /// A publication of a year's results.
    PublicationEntry {
        /// The year.
        fiscal_year: FiscalYear,
        /// When.
        date: Date,
        /// By whom.
        by: String,
        /// Under which title.
        title: String,
    }
    /// A published figure that changed later.
    CorrectionEntry {
        /// The initiative's number.
        initiative: String,
        /// The indicator's name.
        indicator: String,
        /// The year.
        fiscal_year: FiscalYear,
        /// The value as published.
        published: Decimal,
        /// The value as of now.
        now: Decimal,
        /// When it was noticed.
        noticed_on: Date,
        /// By whom.
        by: String,
        /// Why it changed.
        reason: String,
    }
    /// A status set by a person.
    OverrideEntry {
        /// The initiative's number.
        initiative: String,
        /// The indicator's name.
        indicator: String,
        /// The year.
        fiscal_year: FiscalYear,
        /// The status.
        status: Status,
        /// By whom.
        by: String,
        /// When.
        date: Date,
        /// Why.
        reason: String,
    }
    /// A record of a missed target.
    ActEntry {
        /// The year of the missed target.
        fiscal_year: FiscalYear,
        /// The initiative's number.
        initiative: String,
        /// The indicator's name.
        indicator: String,
        /// Where it stands.
        state: ActState,
        /// When it was opened.
        opened_on: Date,
        /// What happened.
        fact: String,
        /// Why.
        cause: String,
        /// What is done about it.
        countermeasure: String,
        /// The department that answers for it.
        owner: String,
        /// Who does it.
        assignee: String,
        /// By when.
        due: Date,
        /// The year whose plan takes it over.
        #[serde(default)]
        carried_to: Option<FiscalYear>,
        /// When it was finished.
        #[serde(default)]
        closed_on: Option<Date>,
        /// What came of it.
        #[serde(default)]
        outcome: Option<String>,
    }
    /// A proposal of a system.
    ProposalEntry {
        /// Its key.
        key: String,
        /// Its title.
        title: String,
        /// The department.
        department: String,
        /// By whom.
        proposed_by: String,
        /// When.
        proposed_on: Date,
        /// What for.
        purpose: String,
        /// What it costs, in yen.
        amount: i64,
        /// What it costs each year, in yen.
        yearly_cost: i64,
        /// What it is expected to bring.
        expectations: Vec<ExpectationEntry>,
        /// The hearing.
        #[serde(default)]
        hearing: Option<HearingEntry>,
        /// When it was introduced.
        #[serde(default)]
        introduced_on: Option<Date>,
        /// What came of it.
        #[serde(default)]
        measured: Option<MeasuredEntry>,
        /// What becomes of it.
        #[serde(default)]
        conclusion: Option<ConclusionEntry>,
    }
    /// An expected effect.
    ExpectationEntry {
        /// What is measured.
        name: String,
        /// Its unit.
        unit: String,
        /// The value before.
        before: Decimal,
        /// The value expected.
        expected: Decimal,
    }
    /// A hearing.
    HearingEntry {
        /// When.
        date: Date,
        /// By whom.
        by: String,
        /// What it says.
        verdict: HearingVerdict,
        /// The amount granted, in yen.
        amount: i64,
        /// In words.
        text: String,
    }
    /// A measurement of the effects.
    MeasuredEntry {
        /// When.
        date: Date,
        /// By whom.
        by: String,
        /// The values.
        effects: Vec<EffectEntry>,
    }
    /// A measured effect.
    EffectEntry {
        /// Which expectation.
        name: String,
        /// The value.
        value: Decimal,
        /// In words.
        #[serde(default)]
        text: String,
    }
    /// A conclusion.
    ConclusionEntry {
        /// When.
        date: Date,
        /// By whom.
        by: String,
        /// What becomes of it.
        verdict: Conclusion,
        /// In words.
        text: String,
    }
}

super::words! {
    /// How the DX office's check ended.
    CheckVerdict {
        /// 確認
        Accepted => "accepted",
        /// 意見付きで確認
        AcceptedWithRemark => "accepted_with_remark",
        /// 差戻し
        Returned => "returned",
    }
}
