//! The states of a report and the ways between them.

use std::fmt;

/// How far a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It came in; nobody has looked at it.
    Received,
    /// Somebody has looked at it.
    Checked,
    /// Work is planned.
    Planned,
    /// It is fixed.
    Fixed,
    /// Nothing is done, for a reason that everybody can read.
    NoAction,
    /// It is the business of another authority, which was told.
    Forwarded,
    /// It is the same as another report, where the work goes on.
    Merged,
}

impl State {
    /// All, in the order of the work.
    pub const ALL: [Self; 7] = [
        Self::Received,
        Self::Checked,
        Self::Planned,
        Self::Fixed,
        Self::NoAction,
        Self::Forwarded,
        Self::Merged,
    ];

    /// Its name in addresses, files and the database: `no_action`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Checked => "checked",
            Self::Planned => "planned",
            Self::Fixed => "fixed",
            Self::NoAction => "no_action",
            Self::Forwarded => "forwarded",
            Self::Merged => "merged",
        }
    }

    /// Reads a name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether the city has answered for good, as far as it knows.
    pub const fn is_handled(self) -> bool {
        matches!(
            self,
            Self::Fixed | Self::NoAction | Self::Forwarded | Self::Merged
        )
    }

    /// All states in which something is answered, or all in which it is not.
    pub fn that_are_handled(handled: bool) -> Vec<Self> {
        Self::ALL
            .into_iter()
            .filter(|state| state.is_handled() == handled)
            .collect()
    }

    /// Whether the desk may turn a report from this state into another. What was answered can be taken up again, as `checked`.
    pub const fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (_, Self::Received) => false,
            (Self::Received | Self::Checked | Self::Planned, next) => {
                // The same state again only where there may be something new to say: another plan.
                next.is_handled()
                    || matches!(
                        (self, next),
                        (Self::Received | Self::Planned, Self::Checked) | (_, Self::Planned)
                    )
            }
            (Self::Forwarded, next) => {
                matches!(next, Self::Checked | Self::Fixed | Self::NoAction)
            }
            (Self::Fixed | Self::NoAction | Self::Merged, next) => matches!(next, Self::Checked),
        }
    }

    /// The states that the desk may turn it into, in the order of the work.
    pub fn next(self) -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(move |next| self.may_become(*next))
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_state() -> impl Strategy<Value = State> {
        proptest::sample::select(State::ALL.to_vec())
    }

    proptest! {
        #[test]
        fn no_walk_comes_back_to_received_or_gets_stuck(wishes in proptest::collection::vec(any_state(), 0..30)) {
            let mut state = State::Received;
            let mut handled = 0_i32;
            for wish in wishes {
                if state.may_become(wish) {
                    handled += i32::from(wish.is_handled()) - i32::from(state.is_handled());
                    state = wish;
                    prop_assert_ne!(state, State::Received);
                }
                prop_assert!(state.next().next().is_some(), "{} is a dead end", state);
                // What the facts count is never less than nothing nor more than the one report.
                prop_assert_eq!(handled, i32::from(state.is_handled()));
            }
        }

        #[test]
        fn what_was_answered_is_taken_up_again_before_it_is_answered_otherwise(from in any_state(), to in any_state()) {
            if from.is_handled() && from.may_become(to) {
                prop_assert!(to == State::Checked || from == State::Forwarded);
            }
        }
    }

    #[test]
    fn names_are_read_back() {
        for state in State::ALL {
            assert_eq!(State::read(state.name()), Some(state));
        }
        assert_eq!(State::read("open"), None);
    }

    #[test]
    fn every_open_state_can_be_answered_in_every_way() {
        for from in [State::Received, State::Checked, State::Planned] {
            for to in State::ALL.into_iter().filter(|state| state.is_handled()) {
                assert!(from.may_become(to), "{from} to {to}");
            }
        }
        assert!(!State::Merged.may_become(State::Fixed));
        assert!(!State::Checked.may_become(State::Checked));
        assert!(State::Planned.may_become(State::Planned));
    }
}
