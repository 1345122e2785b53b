//! How a reservation goes from being held to its end.

/// What has become of a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Taken while somebody fills in who they are; it lapses.
    Held,
    /// Waiting for staff to agree.
    Requested,
    /// Agreed.
    Confirmed,
    /// They came.
    Attended,
    /// They did not come.
    Absent,
    /// Given up.
    Cancelled,
    /// Staff did not agree, or had to take it back.
    Refused,
}

/// What somebody does with a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Whoever holds it asks for it: it is confirmed, or waits for staff.
    Ask {
        /// Whether staff must agree.
        needs_approval: bool,
    },
    /// Staff agree.
    Approve,
    /// Staff do not agree, or take it back.
    Refuse,
    /// Whoever booked gives it up, or staff do so for them.
    Cancel,
    /// Staff see that they came.
    CheckIn,
    /// Staff see that they did not come.
    MarkAbsent,
    /// Staff have noted by mistake that somebody came, or did not.
    TakeBack,
}

/// What a step makes of a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is in this state now.
    Now(State),
    /// It was so before: nothing changes, and nothing is wrong.
    Already,
    /// It cannot be done from here.
    Impossible,
}

impl State {
    /// All states.
    pub const ALL: [Self; 7] = [
        Self::Held,
        Self::Requested,
        Self::Confirmed,
        Self::Attended,
        Self::Absent,
        Self::Cancelled,
        Self::Refused,
    ];

    /// The name in the database, in addresses and in message keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Requested => "requested",
            Self::Confirmed => "confirmed",
            Self::Attended => "attended",
            Self::Absent => "absent",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
        }
    }

    /// The state of a name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether its units are taken.
    pub fn takes_units(self) -> bool {
        !matches!(self, Self::Cancelled | Self::Refused)
    }

    /// Whether it can still change by itself: it is neither over nor given up.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Held | Self::Requested | Self::Confirmed)
    }

    /// What a step makes of it. Each step done twice is the same as once.
    pub fn after(self, step: Step) -> Outcome {
        use Outcome::{Already, Impossible, Now};
        match (self, step) {
            (
                Self::Held,
                Step::Ask {
                    needs_approval: true,
                },
            ) => Now(Self::Requested),
            (
                Self::Held,
                Step::Ask {
                    needs_approval: false,
                },
            )
            // From absent: a mistake at the reception is taken back.
            | (Self::Requested | Self::Absent, Step::Approve)
            | (Self::Attended | Self::Absent, Step::TakeBack) => Now(Self::Confirmed),
            (Self::Requested | Self::Confirmed, Step::Ask { .. })
            | (Self::Confirmed, Step::Approve | Step::TakeBack)
            | (Self::Refused, Step::Refuse)
            | (Self::Cancelled, Step::Cancel)
            | (Self::Attended, Step::CheckIn)
            | (Self::Absent, Step::MarkAbsent) => Already,
            (Self::Requested | Self::Confirmed, Step::Refuse) => Now(Self::Refused),
            (Self::Held | Self::Requested | Self::Confirmed, Step::Cancel) => Now(Self::Cancelled),
            (Self::Confirmed | Self::Absent, Step::CheckIn) => Now(Self::Attended),
            (Self::Confirmed, Step::MarkAbsent) => Now(Self::Absent),
            _ => Impossible,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [Step; 8] = [
        Step::Ask {
            needs_approval: true,
        },
        Step::Ask {
            needs_approval: false,
        },
        Step::Approve,
        Step::Refuse,
        Step::Cancel,
        Step::CheckIn,
        Step::MarkAbsent,
        Step::TakeBack,
    ];

    #[test]
    fn every_step_twice_is_the_same_as_once() {
        for state in State::ALL {
            for step in STEPS {
                if let Outcome::Now(next) = state.after(step) {
                    assert_eq!(next.after(step), Outcome::Already, "{state:?} {step:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_given_up_never_takes_units_again() {
        for state in State::ALL.into_iter().filter(|state| !state.takes_units()) {
            for step in STEPS {
                assert!(
                    !matches!(state.after(step), Outcome::Now(_)),
                    "{state:?} {step:?}"
                );
            }
        }
    }

    #[test]
    fn names_are_read_back() {
        for state in State::ALL {
            assert_eq!(State::read(state.name()), Some(state));
        }
        assert_eq!(State::read("lost"), None);
    }
}
