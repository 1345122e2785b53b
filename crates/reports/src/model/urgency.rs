//! How much a report hurries while a disaster goes on.

/// The columns of the triage board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Nobody has looked yet.
    Unsorted,
    /// A life is in danger.
    Danger,
    /// It must be done now.
    Urgent,
    /// It can wait.
    CanWait,
    /// Nothing has to be done.
    Information,
}

impl Urgency {
    /// All of them, in the order of the board.
    pub const ALL: [Self; 5] = [
        Self::Unsorted,
        Self::Danger,
        Self::Urgent,
        Self::CanWait,
        Self::Information,
    ];

    /// Its name in the database and in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unsorted => "unsorted",
            Self::Danger => "danger",
            Self::Urgent => "urgent",
            Self::CanWait => "can_wait",
            Self::Information => "information",
        }
    }

    /// Reads the name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|urgency| urgency.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urgencies_keep_their_names() {
        for urgency in Urgency::ALL {
            assert_eq!(Urgency::read(urgency.name()), Some(urgency));
        }
    }
}
