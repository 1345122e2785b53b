//! What to put online next: how many people it would help, and how little stands in the way.

use jiff::civil::Date;
use yakuba_kernel::FiscalYear;

use super::{Entry, Listed};

/// Something that makes a procedure harder to put online, with the points it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindrance {
    /// The person must come: 40 points.
    Face,
    /// An original on paper must be handed in: 25 points.
    PaperOriginal,
    /// A seal is asked for: 10 points.
    Seal,
    /// So many attachments: 5 points each, at most 20.
    Attachments(usize),
    /// A fee must be paid: 5 points.
    Fee,
}

impl Hindrance {
    /// The points it costs.
    pub fn points(self) -> u64 {
        match self {
            Self::Face => 40,
            Self::PaperOriginal => 25,
            Self::Seal => 10,
            Self::Attachments(count) => u64::try_from(count).unwrap_or(4).min(4) * 5,
            Self::Fee => 5,
        }
    }

    /// The id of its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Face => "inventory-hindrance-face",
            Self::PaperOriginal => "inventory-hindrance-original",
            Self::Seal => "inventory-hindrance-seal",
            Self::Attachments(_) => "inventory-hindrance-attachments",
            Self::Fee => "inventory-hindrance-fee",
        }
    }
}

/// A procedure that could be put online.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// The entry.
    pub listed: &'a Listed,
    /// The fiscal year whose applications are taken; none when none were counted.
    pub year: Option<FiscalYear>,
    /// The applications of that year.
    pub volume: u64,
    /// How easy it is: 100 when nothing stands in the way.
    pub ease: u64,
    /// What stands in the way.
    pub hindrances: Vec<Hindrance>,
    /// Volume × ease ÷ 100, rounded down.
    pub score: u64,
}

/// The procedures that are not online and could be, the most worthwhile first. The volume is that of the last whole fiscal
/// year, or of the present one when that was not counted.
pub fn candidates(entries: &[Listed], today: Date) -> Vec<Candidate<'_>> {
    let present = FiscalYear::from_date(today);
    let mut candidates: Vec<Candidate<'_>> = entries
        .iter()
        .filter(|listed| listed.entry.eligible_on(today) && !listed.entry.online_on(today))
        .map(|listed| {
            let counted = [present.previous(), present]
                .into_iter()
                .find_map(|year| Some((year, listed.all_applications(year)?)));
            let hindrances = hindrances(&listed.entry);
            let lost: u64 = hindrances.iter().map(|hindrance| hindrance.points()).sum();
            let volume = counted.map_or(0, |(_, volume)| volume);
            let ease = 100 - lost.min(100);
            Candidate {
                listed,
                year: counted.map(|(year, _)| year),
                volume,
                ease,
                hindrances,
                score: volume.saturating_mul(ease) / 100,
            }
        })
        .collect();
    candidates.sort_by(|one, other| {
        other
            .score
            .cmp(&one.score)
            .then(other.ease.cmp(&one.ease))
            .then(one.listed.entry.number.cmp(&other.listed.entry.number))
    });
    candidates
}

fn hindrances(entry: &Entry) -> Vec<Hindrance> {
    let attached = entry.attachments.len();
    [
        (entry.face, Hindrance::Face),
        (entry.paper_original, Hindrance::PaperOriginal),
        (entry.seal, Hindrance::Seal),
        (attached > 0, Hindrance::Attachments(attached)),
        (!entry.is_free(), Hindrance::Fee),
    ]
    .into_iter()
    .filter_map(|(holds, hindrance)| holds.then_some(hindrance))
    .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use yakuba_kernel::Channel;

    use super::super::{
        Counts, Period,
        tests::{entry, year},
    };
    use super::*;

    fn listed(number: &str, count: u32, change: impl FnOnce(&mut Entry)) -> Listed {
        let mut counts = Counts::default();
        counts.set(Period::undivided(year(2025)), Channel::Counter, Some(count));
        let mut entry = entry(number);
        change(&mut entry);
        Listed {
            entry,
            revision: 1,
            counts,
            received: Vec::new(),
        }
    }

    #[test]
    fn volume_and_ease_decide_and_online_or_excluded_ones_are_not_listed() {
        let entries = [
            listed("1", 100, |_| {}),
            listed("2", 1000, |entry| {
                entry.face = true;
                entry.paper_original = true;
                entry.seal = true;
                entry.fee = "300円".to_owned();
                entry.attachments = vec!["住民票".to_owned(); 9];
            }),
            listed("3", 150, |entry| {
                entry.attachments = vec!["写し".to_owned()];
            }),
            listed("4", 9000, |entry| {
                entry.online_since = Some(date(2024, 4, 1));
            }),
            listed("5", 9000, |entry| entry.exclusion = "法令".to_owned()),
        ];
        let found = candidates(&entries, date(2026, 11, 21));
        let told: Vec<_> = found
            .iter()
            .map(|candidate| {
                (
                    candidate.listed.entry.number.as_str(),
                    candidate.volume,
                    candidate.ease,
                    candidate.score,
                )
            })
            .collect();
        assert_eq!(
            told,
            [("3", 150, 95, 142), ("1", 100, 100, 100), ("2", 1000, 0, 0)]
        );
        assert_eq!(found[0].year, Some(year(2025)));
    }
}
