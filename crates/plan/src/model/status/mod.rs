//! How an indicator stands in a year: achieved, on track, behind, or not to be judged, always with the reason.
//!
//! A year that is over and has a target is judged by the target itself. A year still running, or one whose target lies
//! in a later year, is judged by a straight line from where the indicator started to its target.

mod course;
mod judge;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use yakuba_kernel::FiscalYear;

use super::document::Direction;
use super::message::Message;

pub use course::{Course, DirectionFound, DirectionSource, Start};
pub use judge::{TOLERANCE_PERCENT, is_met, judge};

/// How an indicator stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 達成: the year is over and its target is met.
    Achieved,
    /// 順調: at least where the straight line to the target is.
    OnTrack,
    /// 遅れ・未達成: the target is missed, or the straight line to it is.
    Behind,
    /// 評価できない: the documents or facts do not allow a judgement.
    CannotBeJudged,
}

impl Status {
    /// Every status, in the order in which lists show them.
    pub const ALL: [Self; 4] = [
        Self::Achieved,
        Self::OnTrack,
        Self::Behind,
        Self::CannotBeJudged,
    ];

    /// The name used in the database, in files and in URLs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Achieved => "achieved",
            Self::OnTrack => "on_track",
            Self::Behind => "behind",
            Self::CannotBeJudged => "cannot_be_judged",
        }
    }

    /// The id of its word.
    pub const fn message_id(self) -> &'static str {
        match self {
            Self::Achieved => "measuring-status-achieved",
            Self::OnTrack => "measuring-status-on-track",
            Self::Behind => "measuring-status-behind",
            Self::CannotBeJudged => "measuring-status-cannot-be-judged",
        }
    }
}

/// How far the year judged has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YearProgress {
    /// The year is over; its figure is final.
    Over,
    /// The year is still running.
    Running {
        /// Days gone, today included.
        days_gone: u32,
        /// Days of the year, 365 or 366.
        days: u32,
        /// Whether the figure grows from zero through the year (a count or sum), so that only the share of it that
        /// belongs to the days gone is expected; `false` for stocks, ratios and the like.
        accumulates: bool,
    },
}

impl YearProgress {
    /// How far `year` has come on a day in Japan.
    pub fn of(year: FiscalYear, today: jiff::civil::Date, accumulates: bool) -> Self {
        if today > year.end() {
            return Self::Over;
        }
        let between = |from: jiff::civil::Date, to: jiff::civil::Date| {
            u32::try_from((to - from).get_days() + 1).unwrap_or(0)
        };
        Self::Running {
            days_gone: between(year.start(), today),
            days: between(year.start(), year.end()),
            accumulates,
        }
    }
}

/// A judgement with everything needed to explain it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The year judged.
    pub fiscal_year: FiscalYear,
    /// How the indicator stands.
    pub status: Status,
    /// Which way is good, as far as known, and how that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<DirectionFound>,
    /// The year's actual figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<Decimal>,
    /// The target judged by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetUsed>,
    /// Where the straight line stands at the point judged, for reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Decimal>,
    /// Why it cannot be judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unjudged: Option<Unjudged>,
    /// The judgement in sentences.
    pub explanation: Vec<Message>,
}

/// A target and the year it is set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetUsed {
    /// The year it is set for.
    pub fiscal_year: FiscalYear,
    /// The target.
    pub value: Decimal,
}

/// Why an indicator cannot be judged in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unjudged {
    /// There is no actual figure for the year.
    NoActual,
    /// There is no actual figure yet; the year is still running or has not begun.
    NoActualYet,
    /// The actual is `-`: the document does not say why.
    ActualDash,
    /// 未実施: it was not carried out.
    ActualNotCarriedOut,
    /// 数値なし: it was carried out, but no figure exists.
    ActualNoFigure,
    /// The actual is words.
    ActualWords,
    /// The number of the actual is lost in the document.
    ActualMissing,
    /// The plan sets no target for the year or any other.
    NoTarget,
    /// The target is words, such as `外部監査の実施`.
    TargetWords,
    /// The number of the target is lost in the document.
    TargetMissing,
    /// The target says that nothing is planned or no figure exists.
    TargetNoFigure,
    /// Nothing shows which way is good.
    DirectionUnknown,
    /// The target lies ahead and there is no earlier figure to draw the line from.
    NoStart,
    /// A figure that should stay the same is still growing through the year.
    StillAccumulating,
}

impl Unjudged {
    /// Every reason.
    pub const ALL: [Self; 14] = [
        Self::NoActual,
        Self::NoActualYet,
        Self::ActualDash,
        Self::ActualNotCarriedOut,
        Self::ActualNoFigure,
        Self::ActualWords,
        Self::ActualMissing,
        Self::NoTarget,
        Self::TargetWords,
        Self::TargetMissing,
        Self::TargetNoFigure,
        Self::DirectionUnknown,
        Self::NoStart,
        Self::StillAccumulating,
    ];

    /// The id of its sentence.
    pub const fn message_id(self) -> &'static str {
        match self {
            Self::NoActual => "measuring-unjudged-no-actual",
            Self::NoActualYet => "measuring-unjudged-no-actual-yet",
            Self::ActualDash => "measuring-unjudged-actual-dash",
            Self::ActualNotCarriedOut => "measuring-unjudged-actual-not-carried-out",
            Self::ActualNoFigure => "measuring-unjudged-actual-no-figure",
            Self::ActualWords => "measuring-unjudged-actual-words",
            Self::ActualMissing => "measuring-unjudged-actual-missing",
            Self::NoTarget => "measuring-unjudged-no-target",
            Self::TargetWords => "measuring-unjudged-target-words",
            Self::TargetMissing => "measuring-unjudged-target-missing",
            Self::TargetNoFigure => "measuring-unjudged-target-no-figure",
            Self::DirectionUnknown => "measuring-unjudged-direction-unknown",
            Self::NoStart => "measuring-unjudged-no-start",
            Self::StillAccumulating => "measuring-unjudged-still-accumulating",
        }
    }
}

/// A judgement made by a person, which wins over the computed one and is shown beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// How the indicator stands.
    pub status: Status,
    /// Why, for the reader; never empty.
    pub reason: String,
    /// Who decided it, as shown to the reader.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// The computed judgement and, when there is one, the person's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// What the rules say.
    pub computed: Judgement,
    /// What a person decided instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overridden: Option<Override>,
}

impl Standing {
    /// The status that holds: the person's, else the computed one.
    pub fn status(&self) -> Status {
        self.overridden
            .as_ref()
            .map_or(self.computed.status, |person| person.status)
    }

    /// Whether a person decided otherwise than the rules say.
    pub fn differs(&self) -> bool {
        self.status() != self.computed.status
    }

    /// The explanation of the status that holds, followed, when overridden, by the computed one.
    pub fn explanation(&self) -> Vec<Message> {
        let mut sentences = Vec::new();
        if let Some(person) = &self.overridden {
            sentences.push(
                Message::new("measuring-overridden")
                    .with("status", Message::new(person.status.message_id()))
                    .with("reason", person.reason.as_str())
                    .with("by", person.by.as_str())
                    .with("date", yakuba_city::JAPAN.to_datetime(person.at).date()),
            );
            sentences.push(
                Message::new("measuring-overridden-computed")
                    .with("status", Message::new(self.computed.status.message_id())),
            );
        }
        sentences.extend(self.computed.explanation.iter().cloned());
        sentences
    }
}

/// The id of a direction's word.
pub const fn direction_message_id(direction: Direction) -> &'static str {
    match direction {
        Direction::More => "measuring-direction-more",
        Direction::Fewer => "measuring-direction-fewer",
        Direction::Keep => "measuring-direction-keep",
        Direction::AtMost => "measuring-direction-at-most",
    }
}
