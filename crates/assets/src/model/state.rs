//! The states of an asset.

/// Where an asset stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Not there yet.
    Planned,
    /// There and used.
    InService,
    /// There, but not used: broken, stored, switched off.
    OutOfService,
    /// No longer there; nothing follows.
    Removed,
}

impl State {
    /// All, in the order of a life.
    pub const ALL: [Self; 4] = [
        Self::Planned,
        Self::InService,
        Self::OutOfService,
        Self::Removed,
    ];

    /// The word in tables, files and addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::InService => "in_service",
            Self::OutOfService => "out_of_service",
            Self::Removed => "removed",
        }
    }

    /// Reads the word back.
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == text)
    }

    /// Whether it may become another: what was removed stays so, and what was there is not planned again.
    pub fn may_become(self, next: Self) -> bool {
        self != next && self != Self::Removed && next != Self::Planned
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_out_of_removed_and_nothing_back_to_planned() {
        for from in State::ALL {
            assert_eq!(State::read(from.name()), Some(from));
            assert!(!from.may_become(from));
            assert!(!from.may_become(State::Planned));
            assert!(!State::Removed.may_become(from));
            if from != State::Removed {
                assert!(from.may_become(State::Removed));
            }
        }
        assert_eq!(State::read("broken"), None);
    }
}
