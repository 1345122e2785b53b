//! The lottery of a facility as its file says it, and the moments that follow for a month of use.

use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yakuba_forms::model::document::Text;

use super::choice::Month;
use crate::model::time::{ClockTime, moment};

/// A lottery before what is left can be booked by anyone. Each month of use has one round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LotteryRules {
    /// From when entries are taken.
    pub opens: BeforeMonth,
    /// Until when entries are taken, changed and withdrawn. Then the list is frozen and its hash published.
    pub closes: BeforeMonth,
    /// When the value that decides becomes known, after the closing.
    pub draws: BeforeMonth,
    /// Until when winners must say that they take what they won.
    pub confirm_by: BeforeMonth,
    /// From when what is left can be booked by anyone.
    pub first_come: BeforeMonth,
    /// How many entries a person, and a group, may have in a round.
    #[serde(default = "one")]
    pub entries: u32,
    /// How many of their entries can win.
    #[serde(default = "one")]
    pub wins: u32,
    /// How many choices an entry may have, in order of preference.
    #[serde(default = "five")]
    pub choices: u32,
    /// How many times a choice may ask for together, all or none.
    #[serde(default = "one")]
    pub together: u32,
    /// Who has more than one ticket.
    #[serde(default)]
    pub tickets: Tickets,
    /// Where the value comes from that decides.
    #[serde(default)]
    pub seed: SeedRule,
    /// How many days a runner-up has to answer an offer.
    #[serde(default = "three")]
    pub answer_days: u16,
    /// What is given up later is kept and released at a random moment within so many hours.
    #[serde(default = "two_days")]
    pub released_within_hours: u16,
}

fn one() -> u32 {
    1
}

fn three() -> u16 {
    3
}

fn five() -> u32 {
    5
}

fn two_days() -> u16 {
    48
}

/// A day and time in a month before the month of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BeforeMonth {
    /// How many months before the month of use, 1 to 12.
    pub months: u8,
    /// On which day of that month, 1 to 28.
    pub day: u8,
    /// When on that day.
    pub at: ClockTime,
}

impl BeforeMonth {
    /// The day for a month of use.
    pub fn day_for(self, month: Month) -> Date {
        let day = i8::try_from(self.day.clamp(1, 28)).unwrap_or(1);
        let first = month.plus(-i32::from(self.months)).first();
        Date::new(first.year(), first.month(), day).unwrap_or(first)
    }

    /// The moment for a month of use.
    pub fn moment_for(self, month: Month) -> Timestamp {
        moment(self.day_for(month), self.at)
    }
}

/// How many tickets an entry has. Somebody with two tickets is first twice as often as somebody with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tickets {
    /// So many more for each round in a row, up to now, in which they entered and won nothing.
    pub per_loss: u32,
    /// At most so many.
    pub most: u32,
    /// Rounds further back than so many months do not count.
    pub months: u8,
}

impl Default for Tickets {
    fn default() -> Self {
        Self {
            per_loss: 0,
            most: 1,
            months: 12,
        }
    }
}

impl Tickets {
    /// The tickets of somebody who lost so many rounds in a row; at least 1.
    pub fn after(self, losses: u32) -> u32 {
        losses
            .saturating_mul(self.per_loss)
            .saturating_add(1)
            .min(self.most)
            .max(1)
    }
}

/// Where the value comes from that decides a round.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeedRule {
    /// The public random value of the network drand (quicknet) at the time of the draw: signed, and checked by the program.
    #[default]
    Drand,
    /// Secrets of these parties, whose hashes are given before the closing. When one of them stays away, the value of drand a day later.
    Parties(Vec<String>),
    /// A public value that is named here and typed in by two people after the draw's time. Weak: somebody may influence it, and
    /// nobody can check its origin from the transcript alone.
    PublicValue(Text),
}

/// When what happens in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moments {
    /// Entries are taken from here on.
    pub opens: Timestamp,
    /// From here on no longer; the list is frozen.
    pub closes: Timestamp,
    /// The value that decides is that of this time.
    pub draws: Timestamp,
    /// Winners have answered.
    pub confirm_by: Timestamp,
    /// What is left can be booked by anyone.
    pub first_come: Timestamp,
}

impl LotteryRules {
    /// The moments of the round for a month of use.
    pub fn moments(&self, month: Month) -> Moments {
        Moments {
            opens: self.opens.moment_for(month),
            closes: self.closes.moment_for(month),
            draws: self.draws.moment_for(month),
            confirm_by: self.confirm_by.moment_for(month),
            first_come: self.first_come.moment_for(month),
        }
    }

    /// Whether each step comes after the one before it, and the month of use after all, in every month.
    pub fn is_in_order(&self) -> bool {
        let key = |before: BeforeMonth| (-i16::from(before.months), before.day, before.at);
        let all = [self.opens, self.closes, self.draws, self.confirm_by];
        let within = |before: &BeforeMonth| {
            (1..=12).contains(&before.months) && (1..=28).contains(&before.day)
        };
        all.iter().chain([&self.first_come]).all(within)
            && all.windows(2).all(|pair| match pair {
                [first, second] => key(*first) < key(*second),
                _ => true,
            })
            && key(self.confirm_by) <= key(self.first_come)
    }

    /// Whether the counts make sense.
    pub fn is_possible(&self) -> bool {
        (1..=20).contains(&self.entries)
            && (1..=self.entries).contains(&self.wins)
            && (1..=20).contains(&self.choices)
            && (1..=10).contains(&self.together)
            && (1..=20).contains(&self.tickets.most)
            && (1..=60).contains(&self.tickets.months)
            && (1..=28).contains(&self.answer_days)
            && self.released_within_hours <= 24 * 28
            && match &self.seed {
                SeedRule::Parties(names) => {
                    (2..=10).contains(&names.len())
                        && names
                            .iter()
                            .all(|name| !name.trim().is_empty() && !name.contains('\n'))
                }
                SeedRule::Drand | SeedRule::PublicValue(_) => true,
            }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn rules() -> LotteryRules {
        let before = |months, day, at: &str| BeforeMonth {
            months,
            day,
            at: at.parse().unwrap(),
        };
        LotteryRules {
            opens: before(3, 1, "9:00"),
            closes: before(3, 10, "17:00"),
            draws: before(3, 12, "10:00"),
            confirm_by: before(3, 20, "17:00"),
            first_come: before(2, 1, "9:00"),
            entries: 2,
            wins: 1,
            choices: 5,
            together: 2,
            tickets: Tickets {
                per_loss: 1,
                most: 3,
                months: 12,
            },
            seed: SeedRule::Drand,
            answer_days: 3,
            released_within_hours: 48,
        }
    }

    #[test]
    fn the_moments_of_a_month_are_in_earlier_months() {
        let rules = rules();
        assert!(rules.is_in_order() && rules.is_possible());
        let moments = rules.moments("2027-02".parse().unwrap());
        assert_eq!(moments.opens.to_string(), "2026-11-01T00:00:00Z");
        assert_eq!(moments.draws.to_string(), "2026-11-12T01:00:00Z");
        assert_eq!(moments.first_come.to_string(), "2026-12-01T00:00:00Z");
        let mut wrong = rules.clone();
        wrong.draws = wrong.closes;
        assert!(!wrong.is_in_order());
        let mut wrong = rules.clone();
        wrong.first_come.months = 0;
        assert!(!wrong.is_in_order());
        let mut wrong = rules.clone();
        wrong.wins = 3;
        assert!(!wrong.is_possible());
        let mut wrong = rules;
        wrong.seed = SeedRule::Parties(vec!["監査委員".to_owned()]);
        assert!(!wrong.is_possible());
    }

    #[test]
    fn who_lost_has_more_tickets_up_to_a_limit() {
        let tickets = rules().tickets;
        assert_eq!(
            [0, 1, 2, 9].map(|losses| tickets.after(losses)),
            [1, 2, 3, 3]
        );
        assert_eq!(Tickets::default().after(9), 1);
    }
}
