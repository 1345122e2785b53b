//! How far a figure can be relied on: where it comes from, how late it was recorded, when it was last recounted, and
//! what about it is still doubted.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::message::{Message, count_of};

/// Where a figure comes from, the most reliable first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// Computed from facts that services of this city record as things happen.
    Recorded,
    /// Computed from facts posted by another system.
    Posted,
    /// Computed from facts uploaded as a file.
    Uploaded,
    /// Entered by hand.
    Entered,
    /// Read from a published sheet.
    ReadFromSheet,
}

impl SourceKind {
    /// Every kind, the most reliable first.
    pub const ALL: [Self; 5] = [
        Self::Recorded,
        Self::Posted,
        Self::Uploaded,
        Self::Entered,
        Self::ReadFromSheet,
    ];

    /// The id of its word.
    pub const fn message_id(self) -> &'static str {
        match self {
            Self::Recorded => "measuring-source-recorded",
            Self::Posted => "measuring-source-posted",
            Self::Uploaded => "measuring-source-uploaded",
            Self::Entered => "measuring-source-entered",
            Self::ReadFromSheet => "measuring-source-read-from-sheet",
        }
    }

    /// Whether the figure is computed from facts, so that delay and recount mean something.
    pub const fn is_computed(self) -> bool {
        matches!(self, Self::Recorded | Self::Posted | Self::Uploaded)
    }

    const fn best_grade(self) -> Grade {
        match self {
            Self::Recorded | Self::Posted => Grade::High,
            Self::Uploaded | Self::Entered | Self::ReadFromSheet => Grade::Medium,
        }
    }
}

/// The grade a reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Nothing speaks against it.
    High,
    /// Usable; something should be known beside it.
    Medium,
    /// Check it before relying on it.
    Low,
}

impl Grade {
    /// Every grade, the best first.
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// The id of its word.
    pub const fn message_id(self) -> &'static str {
        match self {
            Self::High => "measuring-quality-high",
            Self::Medium => "measuring-quality-medium",
            Self::Low => "measuring-quality-low",
        }
    }
}

/// When the facts were last counted again, and how that compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recount {
    /// The day in Japan.
    pub on: Date,
    /// How many roll-ups differed from their facts.
    pub differences: i64,
}

/// What is known about a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidenced<'a> {
    /// Where its parts come from; several when facts of different origin are mixed. Never empty for a figure shown.
    pub sources: &'a [SourceKind],
    /// Days between happening and recording, one per fact or per day of facts; none when unknown.
    pub delays: &'a [i64],
    /// The last recount, when there was one.
    pub recount: Option<Recount>,
    /// How many doubts about it nobody has settled yet.
    pub open_doubts: usize,
    /// Whether counts or another proof are kept beside a figure that is not computed.
    pub has_evidence: bool,
    /// The day in Japan on which is asked.
    pub today: Date,
}

/// The badge beside a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Badge {
    /// The grade.
    pub grade: Grade,
    /// The least reliable of its sources; none when nothing is known.
    pub source: Option<SourceKind>,
    /// Median days between happening and recording.
    pub median_delay: Option<i64>,
    /// The last recount.
    pub recount: Option<Recount>,
    /// How many doubts are open.
    pub open_doubts: usize,
    /// Why the grade is what it is, one sentence per finding.
    pub explanation: Vec<Message>,
}

/// Above this median delay, in days, a figure is no longer graded high: a month late is too late to steer by.
pub const LATE_DAYS: i64 = 31;

/// After this many days without a recount a computed figure is no longer graded high.
pub const RECOUNT_DAYS: i64 = 100;

/// Grades a figure. The worst finding decides; every finding is told.
pub fn badge(known: &Evidenced<'_>) -> Badge {
    let mut grade = Grade::High;
    let mut explanation = Vec::new();
    let mut finding = |found: Grade, message: Message| {
        grade = grade.max(found);
        explanation.push(message);
    };

    let source = known.sources.iter().copied().max();
    match source {
        Some(source) => finding(source.best_grade(), Message::new(source.message_id())),
        None => finding(Grade::Low, Message::new("measuring-source-unknown")),
    }
    let computed = source.is_some_and(SourceKind::is_computed);
    if source.is_some() && !computed && !known.has_evidence {
        finding(Grade::Low, Message::new("measuring-quality-no-evidence"));
    }

    let median_delay = median(known.delays);
    if let Some(days) = median_delay {
        if days > LATE_DAYS {
            finding(
                Grade::Medium,
                Message::new("measuring-quality-late").with("days", days),
            );
        } else {
            finding(
                Grade::High,
                Message::new("measuring-quality-prompt").with("days", days),
            );
        }
    }

    if computed {
        match known.recount {
            None => finding(
                Grade::Medium,
                Message::new("measuring-quality-never-recounted"),
            ),
            Some(recount) if recount.differences != 0 => finding(
                Grade::Low,
                Message::new("measuring-quality-recount-differs")
                    .with("date", recount.on)
                    .with("n", recount.differences),
            ),
            Some(recount) => {
                let age = i64::from((known.today - recount.on).get_days());
                let found = if age > RECOUNT_DAYS {
                    Grade::Medium
                } else {
                    Grade::High
                };
                finding(
                    found,
                    Message::new("measuring-quality-recounted").with("date", recount.on),
                );
            }
        }
    }

    if known.open_doubts > 0 {
        finding(
            Grade::Low,
            Message::new("measuring-quality-open-doubts").with("n", count_of(known.open_doubts)),
        );
    }
    Badge {
        grade,
        source,
        median_delay,
        recount: known.recount.filter(|_| computed),
        open_doubts: known.open_doubts,
        explanation,
    }
}

/// The median of some days, the lower of the two in the middle; `None` of nothing.
pub fn median(days: &[i64]) -> Option<i64> {
    let mut sorted = days.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::{Badge, Evidenced, Grade, Recount, SourceKind, badge, median};

    fn good() -> Evidenced<'static> {
        Evidenced {
            sources: &[SourceKind::Recorded],
            delays: &[0, 0, 1],
            recount: Some(Recount {
                on: date(2026, 11, 1),
                differences: 0,
            }),
            open_doubts: 0,
            has_evidence: false,
            today: date(2026, 11, 21),
        }
    }

    fn ids(badge: &Badge) -> Vec<&str> {
        badge.explanation.iter().map(|m| m.id.as_ref()).collect()
    }

    #[test]
    fn facts_recorded_as_they_happen_and_recounted_are_graded_high() {
        let badge = badge(&good());
        assert_eq!(badge.grade, Grade::High);
        assert_eq!(badge.median_delay, Some(0));
        assert_eq!(
            ids(&badge),
            [
                "measuring-source-recorded",
                "measuring-quality-prompt",
                "measuring-quality-recounted"
            ]
        );
    }

    #[test]
    fn each_weakness_lowers_the_grade_and_is_told() {
        let grade = |change: fn(&mut Evidenced<'static>)| {
            let mut known = good();
            change(&mut known);
            badge(&known).grade
        };
        assert_eq!(grade(|k| k.delays = &[40, 50, 2]), Grade::Medium);
        assert_eq!(grade(|k| k.recount = None), Grade::Medium);
        assert_eq!(
            grade(|k| k.recount = Some(Recount {
                on: date(2026, 4, 1),
                differences: 0
            })),
            Grade::Medium
        );
        assert_eq!(
            grade(|k| k.recount = Some(Recount {
                on: date(2026, 11, 1),
                differences: 2
            })),
            Grade::Low
        );
        assert_eq!(grade(|k| k.open_doubts = 1), Grade::Low);
        // The least reliable source decides.
        assert_eq!(
            grade(|k| k.sources = &[SourceKind::Recorded, SourceKind::Uploaded]),
            Grade::Medium
        );
        assert_eq!(grade(|k| k.sources = &[]), Grade::Low);
    }

    #[test]
    fn a_figure_from_a_sheet_is_only_as_good_as_its_evidence() {
        let mut known = Evidenced {
            sources: &[SourceKind::ReadFromSheet],
            delays: &[],
            recount: None,
            ..good()
        };
        assert_eq!(badge(&known).grade, Grade::Low);
        known.has_evidence = true;
        assert_eq!(badge(&known).grade, Grade::Medium);
        // A recount of facts says nothing about it.
        known.recount = good().recount;
        assert_eq!(badge(&known).recount, None);
    }

    #[test]
    fn the_median_is_that_of_the_sorted_days() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[9, 1, 5]), Some(5));
        assert_eq!(median(&[4, 1]), Some(1));
    }

    proptest! {
        #[test]
        fn more_doubts_or_delay_never_raise_the_grade(delay in 0..100_i64, more in 0..100_i64, doubts in 0..3_usize) {
            let (few, many) = ([delay], [delay + more]);
            let one = badge(&Evidenced { delays: &few, ..good() });
            let other = badge(&Evidenced { delays: &many, open_doubts: doubts, ..good() });
            prop_assert!(other.grade >= one.grade);
        }
    }
}
