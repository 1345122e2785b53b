//! The small circle of one system: proposed, heard, introduced, measured, concluded.

use rust_decimal::Decimal;
use yakuba_kernel::Yen;

use super::words;

words! {
    /// Where a proposal stands.
    ProposalState {
        /// Waits for the hearing.
        Proposed => "proposed",
        /// Taken back by the department.
        Withdrawn => "withdrawn",
        /// Accepted at the hearing, as proposed or reduced.
        Accepted => "accepted",
        /// Declined at the hearing.
        Declined => "declined",
        /// The system runs.
        Introduced => "introduced",
        /// Its effect was measured.
        Measured => "measured",
        /// What becomes of it is decided.
        Concluded => "concluded",
    }
}

words! {
    /// A step of a proposal.
    ProposalStep {
        /// It was made.
        Propose => "propose",
        /// Its texts, amounts or expectations changed.
        Change => "change",
        /// The department takes it back.
        Withdraw => "withdraw",
        /// The hearing accepts it.
        Accept => "accept",
        /// The hearing declines it.
        Decline => "decline",
        /// The system is introduced.
        Introduce => "introduce",
        /// The effect is measured.
        Measure => "measure",
        /// It is decided what becomes of it.
        Conclude => "conclude",
    }
}

impl ProposalStep {
    /// The state after the step; none when it is not possible from `state`.
    /// A system that goes on after its conclusion can be measured again.
    pub fn take(self, state: ProposalState) -> Option<ProposalState> {
        use ProposalState::{
            Accepted, Concluded, Declined, Introduced, Measured, Proposed, Withdrawn,
        };
        match (self, state) {
            (Self::Change, Proposed) => Some(Proposed),
            (Self::Withdraw, Proposed) => Some(Withdrawn),
            (Self::Accept, Proposed) => Some(Accepted),
            (Self::Decline, Proposed) => Some(Declined),
            (Self::Introduce, Accepted) => Some(Introduced),
            (Self::Measure, Introduced | Measured | Concluded) => Some(Measured),
            (Self::Conclude, Measured) => Some(Concluded),
            _ => None,
        }
    }
}

words! {
    /// What the hearing says.
    HearingVerdict {
        /// 提案のとおり
        AsProposed => "as_proposed",
        /// 減額
        Reduced => "reduced",
        /// 見送り
        Declined => "declined",
    }
}

words! {
    /// What becomes of a system once its effect is known.
    Conclusion {
        /// 改善して続ける
        Improve => "improve",
        /// 続ける
        Continue => "continue",
        /// やめる
        Retire => "retire",
    }
}

/// Why an amount does not suit the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedAmount;

/// The amount a verdict grants: all of it as proposed, nothing when declined, and when reduced the `given` amount,
/// which must be more than nothing and less than proposed.
///
/// # Errors
/// [`RefusedAmount`] when a reduced amount is missing or out of that range.
pub fn decided_amount(
    verdict: HearingVerdict,
    proposed: Yen,
    given: Option<Yen>,
) -> Result<Yen, RefusedAmount> {
    match verdict {
        HearingVerdict::AsProposed => Ok(proposed),
        HearingVerdict::Declined => Ok(Yen::new(0)),
        HearingVerdict::Reduced => given
            .filter(|amount| *amount > Yen::new(0) && *amount < proposed)
            .ok_or(RefusedAmount),
    }
}

/// Whether a measured value reaches the expectation. The way from `before` to `expected` says which way is good;
/// where nothing was to change, the value must be exactly as expected.
pub fn reached(before: Decimal, expected: Decimal, measured: Decimal) -> bool {
    match expected.cmp(&before) {
        std::cmp::Ordering::Less => measured <= expected,
        std::cmp::Ordering::Equal => measured == expected,
        std::cmp::Ordering::Greater => measured >= expected,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn which_way_is_good_follows_from_the_expectation() {
        let d = |n: i64| Decimal::new(n, 0);
        assert!(
            reached(d(9), d(2), d(1)),
            "nine minutes down to two: one is better"
        );
        assert!(!reached(d(21), d(14), d(16)));
        assert!(reached(d(0), d(500), d(560)));
        assert!(!reached(d(0), d(70), d(38)));
        assert!(reached(d(3), d(3), d(3)) && !reached(d(3), d(3), d(4)));
    }

    proptest! {
        #[test]
        fn a_reduced_amount_is_less_than_proposed(proposed in 0_i64..1_000_000_000, given in -10_i64..1_100_000_000) {
            let outcome = decided_amount(HearingVerdict::Reduced, Yen::new(proposed), Some(Yen::new(given)));
            prop_assert_eq!(outcome.is_ok(), given > 0 && given < proposed);
        }

        #[test]
        fn nothing_is_introduced_without_a_hearing(tried in proptest::collection::vec(0..ProposalStep::ALL.len(), 0..40)) {
            let (mut state, mut heard, mut declined) = (ProposalState::Proposed, false, false);
            for index in tried {
                let step = ProposalStep::ALL[index];
                let Some(next) = step.take(state) else { continue };
                heard |= step == ProposalStep::Accept;
                declined |= step == ProposalStep::Decline;
                prop_assert!(next != ProposalState::Introduced || heard);
                prop_assert!(!declined || next == ProposalState::Declined);
                state = next;
            }
        }
    }
}
