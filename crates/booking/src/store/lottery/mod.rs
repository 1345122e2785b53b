//! Lotteries in the store: rounds that are announced, frozen, drawn once and finished; entries; what becomes of what was won.

mod answering;
mod drawing;
mod entries;
mod freezing;
mod instead;
mod jobs;
mod passing;
mod rounds;
mod sources;
mod statistics;

pub use answering::{accept, decline, unanswered};
pub use drawing::{draw, drawn_at, transcript};
pub use entries::{
    Entered, Entry, EntryState, NewEntry, Wanted, by_receipt, change, enter, entries_by,
    entries_of_resident, entry, reservations_of, withdraw,
};
pub use freezing::freeze;
pub use instead::book_instead;
pub use jobs::{advance, job_kinds, pass_on};
pub(super) use passing::passed_on;
pub use rounds::{Phase, Round, RoundState, announce, frozen_list, round, rounds};
pub use sources::{Share, bring, give_hash, give_secret, give_value, shares, values_given};
pub use statistics::{ByTickets, Counts, counts, fairness, problems, wins_by_tickets};
