//! What the caller hands over to print a map.

use jiff::civil::Date;
use serde::Serialize;

/// The paper of a map, which lies on its long side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// 297 by 210 millimetres.
    #[default]
    A4,
    /// 420 by 297 millimetres.
    A3,
}

impl Paper {
    /// Both.
    pub const ALL: [Self; 2] = [Self::A4, Self::A3];

    /// Its name in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::A3 => "a3",
        }
    }

    /// Reads the name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|paper| paper.name() == name)
    }

    /// Width and height of the drawing in millimetres; the legend stands to its right.
    pub const fn drawing(self) -> (u16, u16) {
        match self {
            Self::A4 => (200, 155),
            Self::A3 => (315, 240),
        }
    }
}

/// A layer in the legend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LegendLayer {
    /// Its name.
    pub title: String,
    /// Its signs as SVG, each with its words.
    pub lines: Vec<(String, String)>,
    /// Whose it is, or until when it holds; may be empty.
    pub note: String,
}

/// A map on one sheet: title, drawing, legend. Empty fields leave no trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapSheet {
    /// ISO 639 code of the language: `ja`, `en`.
    pub language: String,
    /// The title. Must not be empty.
    pub title: String,
    /// Whose map it is.
    pub publisher: String,
    /// The day written into the file's metadata.
    pub date: Date,
    /// The paper.
    pub paper: Paper,
    /// The drawing as SVG, as large as [`Paper::drawing`].
    pub drawing: String,
    /// What it shows, in words, for those who do not see it.
    pub description: String,
    /// What the signs mean.
    pub legend: Vec<LegendLayer>,
    /// Sentences under the legend: scale, date, what is not shown.
    pub notes: Vec<String>,
    /// A line at the foot, for example where the map is found; may be empty.
    pub footer: String,
}
