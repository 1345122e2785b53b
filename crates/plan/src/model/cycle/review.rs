//! The yearly self-review: five states in a row, and who moves it from one to the next.

use super::words;

words! {
    /// Where a self-review stands.
    ReviewState {
        /// The department is writing (or has it back).
        Draft => "draft",
        /// The head of the department confirmed it.
        Submitted => "submitted",
        /// The DX office accepted it.
        Checked => "checked",
        /// The committee approved it.
        Approved => "approved",
        /// Residents can read it.
        Published => "published",
    }
}

words! {
    /// A step of a self-review.
    ReviewStep {
        /// The head confirms and hands in.
        Submit => "submit",
        /// The head takes it back before the check.
        Withdraw => "withdraw",
        /// The DX office accepts it.
        Accept => "accept",
        /// The DX office accepts it with a remark.
        AcceptWithRemark => "accept_with_remark",
        /// The DX office returns it to the department.
        Return => "return",
        /// The committee sends it back to the department.
        SendBack => "send_back",
        /// The committee approves it.
        Approve => "approve",
        /// It is published with the plan.
        Publish => "publish",
    }
}

words! {
    /// What the committee decides about an initiative.
    Verdict {
        /// 継続
        Continue => "continue",
        /// 強化
        Strengthen => "strengthen",
        /// 見直し
        Review => "review",
        /// 完了
        Complete => "complete",
    }
}

/// In whose hands a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hand {
    /// The head of the department.
    Head,
    /// The DX office.
    Office,
    /// The committee.
    Committee,
    /// Whoever publishes the plan.
    Publisher,
}

impl ReviewStep {
    /// From where to where the step leads.
    pub const fn way(self) -> (ReviewState, ReviewState) {
        use ReviewState::{Approved, Checked, Draft, Published, Submitted};
        match self {
            Self::Submit => (Draft, Submitted),
            Self::Withdraw | Self::Return => (Submitted, Draft),
            Self::Accept | Self::AcceptWithRemark => (Submitted, Checked),
            Self::SendBack => (Checked, Draft),
            Self::Approve => (Checked, Approved),
            Self::Publish => (Approved, Published),
        }
    }

    /// Whose step it is.
    pub const fn hand(self) -> Hand {
        match self {
            Self::Submit | Self::Withdraw => Hand::Head,
            Self::Accept | Self::AcceptWithRemark | Self::Return => Hand::Office,
            Self::SendBack | Self::Approve => Hand::Committee,
            Self::Publish => Hand::Publisher,
        }
    }

    /// Whether the step says nothing without a text.
    pub const fn needs_text(self) -> bool {
        matches!(
            self,
            Self::Withdraw | Self::AcceptWithRemark | Self::Return | Self::SendBack
        )
    }

    /// The state after the step; none when it is not possible from `state`.
    pub fn take(self, state: ReviewState) -> Option<ReviewState> {
        let (from, to) = self.way();
        (from == state).then_some(to)
    }
}

impl ReviewState {
    /// How far along it is, from 0.
    pub const fn place(self) -> usize {
        self as usize
    }

    /// The steps possible from here.
    pub fn steps(self) -> impl Iterator<Item = ReviewStep> {
        ReviewStep::ALL
            .iter()
            .copied()
            .filter(move |step| step.way().0 == self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_path_skips_a_step(tried in proptest::collection::vec(0..ReviewStep::ALL.len(), 0..60)) {
            let mut state = ReviewState::Draft;
            let mut since_draft = vec![state];
            for index in tried {
                let step = ReviewStep::ALL[index];
                let Some(next) = step.take(state) else { continue };
                prop_assert!(next.place() <= state.place() + 1, "{step:?} jumps from {state:?} to {next:?}");
                if next == ReviewState::Draft {
                    since_draft.clear();
                }
                since_draft.push(next);
                // Since it was last a draft, every state on the way was passed, in order.
                let passed: Vec<usize> = since_draft.iter().map(|state| state.place()).collect();
                prop_assert_eq!(passed, (0..=next.place()).collect::<Vec<_>>());
                state = next;
            }
        }

        #[test]
        fn what_is_published_stays(index in 0..ReviewStep::ALL.len()) {
            prop_assert_eq!(ReviewStep::ALL[index].take(ReviewState::Published), None);
        }
    }

    #[test]
    fn each_state_but_the_last_leads_on_in_exactly_one_hand() {
        for state in &ReviewState::ALL[..4] {
            let hands: std::collections::BTreeSet<_> = state
                .steps()
                .filter(|step| step.way().1.place() > state.place())
                .map(|step| format!("{:?}", step.hand()))
                .collect();
            assert_eq!(hands.len(), 1, "{state:?}");
        }
    }
}
