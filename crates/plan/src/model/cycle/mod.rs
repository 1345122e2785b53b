//! Plan, do, check, act: the states of tasks, self-reviews, Act records, initiatives and proposals, and who may move what.

mod deadline;
pub mod file;
mod proposal;
mod review;
mod work;

pub use deadline::{Deadline, DeadlineKind, Punctuality};
pub use proposal::{
    Conclusion, HearingVerdict, ProposalState, ProposalStep, RefusedAmount, decided_amount, reached,
};
pub use review::{Hand, ReviewState, ReviewStep, Verdict};
pub use work::{ActState, ActStep, LifeChange, TaskState, TaskStep, next_stage};

/// Declares an enum whose variants are words in tables, files and addresses.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident => $word:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in tables, files and addresses.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads the word back; none for any other text.
            pub fn read(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }
    };
}
use words;
