//! How a case goes from the receipt to its end.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It has arrived (到達, Administrative Procedure Act Art. 7).
    Received,
    /// Form and attachments are in order; what it asks for is being examined.
    Checked,
    /// It is decided.
    Decided,
    /// What was decided has been handed over, sent or carried out.
    Delivered,
    /// Nothing is left to do; the retention period runs.
    Closed,
    /// The applicant took it back before the decision.
    Withdrawn,
}

impl Stage {
    /// All stages in their order.
    pub const ALL: [Self; 6] = [
        Self::Received,
        Self::Checked,
        Self::Decided,
        Self::Delivered,
        Self::Closed,
        Self::Withdrawn,
    ];

    /// The name in the database and in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Checked => "checked",
            Self::Decided => "decided",
            Self::Delivered => "delivered",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether a decision stands.
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::Decided | Self::Delivered | Self::Closed)
    }

    /// Whether nothing can happen any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Closed | Self::Withdrawn)
    }

    /// Whether the desk still works towards a decision: then it may be late, be corrected and be withdrawn.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Received | Self::Checked)
    }

    /// The stage after a step in a procedure without stages of its own; none when the step is not possible here. For every procedure see
    /// [`Way::after`](super::way::Way::after).
    pub const fn after(self, step: Step) -> Option<Self> {
        match (self, step) {
            (Self::Received, Step::Check) => Some(Self::Checked),
            (Self::Checked, Step::CheckAgain) => Some(Self::Received),
            (Self::Checked, Step::Decide(_)) => Some(Self::Decided),
            (Self::Decided, Step::Deliver) => Some(Self::Delivered),
            (Self::Delivered, Step::Close) => Some(Self::Closed),
            (Self::Received | Self::Checked, Step::Withdraw) => Some(Self::Withdrawn),
            _ => None,
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Stage {
    type Err = NoSuchName;

    fn from_str(text: &str) -> Result<Self, NoSuchName> {
        Self::ALL
            .into_iter()
            .find(|stage| stage.as_str() == text)
            .ok_or_else(|| NoSuchName(text.to_owned()))
    }
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As applied for.
    Approved,
    /// Not; the reason must be given (Administrative Procedure Act Art. 8).
    Refused,
    /// In part; the reason for the rest must be given.
    Partly,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Self; 3] = [Self::Approved, Self::Refused, Self::Partly];

    /// The name in the database and in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Partly => "partly",
        }
    }

    /// Whether a reason must be given.
    pub const fn needs_reason(self) -> bool {
        !matches!(self, Self::Approved)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Outcome {
    type Err = NoSuchName;

    fn from_str(text: &str) -> Result<Self, NoSuchName> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
            .ok_or_else(|| NoSuchName(text.to_owned()))
    }
}

/// A name that no stage or outcome has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither a stage nor an outcome of a case")]
pub struct NoSuchName(pub String);

/// A step from one stage to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Form and attachments are in order.
    Check,
    /// They are not after all.
    CheckAgain,
    /// It is decided.
    Decide(Outcome),
    /// What was decided is handed over.
    Deliver,
    /// Nothing is left to do.
    Close,
    /// The applicant takes it back.
    Withdraw,
    /// On to the next of the procedure's own stages.
    Forward,
    /// Back by one of the procedure's own stages.
    Back,
}

impl Step {
    /// All steps.
    pub const ALL: [Self; 10] = [
        Self::Check,
        Self::CheckAgain,
        Self::Decide(Outcome::Approved),
        Self::Decide(Outcome::Refused),
        Self::Decide(Outcome::Partly),
        Self::Deliver,
        Self::Close,
        Self::Withdraw,
        Self::Forward,
        Self::Back,
    ];
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_way_through_the_stages_keeps_the_rules(steps in proptest::collection::vec(0usize..Step::ALL.len(), 0..40)) {
            let mut stage = Stage::Received;
            let mut outcome = None;
            for step in steps.into_iter().map(|place| Step::ALL[place]) {
                let before = stage;
                let Some(next) = stage.after(step) else { continue };
                stage = next;
                if let Step::Decide(decided) = step {
                    prop_assert_eq!(outcome, None, "decided twice");
                    prop_assert_eq!(before, Stage::Checked, "decided unchecked");
                    outcome = Some(decided);
                }
                prop_assert!(!before.is_final(), "something happened after the end");
                prop_assert_eq!(stage.is_decided(), outcome.is_some());
                prop_assert!(!(stage == Stage::Withdrawn && outcome.is_some()), "withdrawn after the decision");
            }
            // Whatever happened, a way to the end is left.
            for step in [Step::Check, Step::Decide(Outcome::Approved), Step::Deliver, Step::Close] {
                stage = stage.after(step).unwrap_or(stage);
            }
            prop_assert!(stage.is_final());
        }
    }

    #[test]
    fn names_are_read_back() {
        for stage in Stage::ALL {
            assert_eq!(stage.as_str().parse(), Ok(stage));
        }
        for outcome in Outcome::ALL {
            assert_eq!(outcome.as_str().parse(), Ok(outcome));
        }
        assert!("gone".parse::<Stage>().is_err());
    }
}
