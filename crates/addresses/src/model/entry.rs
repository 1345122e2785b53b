//! One address with its position.

use yakuba_kernel::Point;

/// How exact an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// A town, with its 丁目 when it has some: 町字.
    Town,
    /// A block: 街区 (番) or 番地.
    Block,
    /// A house: 住居番号 (号) or a branch of a 番地.
    House,
}

impl Level {
    /// All, the least exact first.
    pub const ALL: [Self; 3] = [Self::Town, Self::Block, Self::House];

    /// As it is kept.
    pub const fn number(self) -> i64 {
        match self {
            Self::Town => 1,
            Self::Block => 2,
            Self::House => 3,
        }
    }

    /// Reads what is kept; none for anything else.
    pub fn of_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.number() == number)
    }

    /// The level for so many numbers after the town: `3-40` has two.
    pub const fn of_numbers(numbers: usize) -> Self {
        match numbers {
            0 => Self::Town,
            1 => Self::Block,
            _ => Self::House,
        }
    }

    /// Its name in keys of texts and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Town => "town",
            Self::Block => "block",
            Self::House => "house",
        }
    }
}

/// A municipality as addresses name it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Municipality {
    /// 全国地方公共団体コード, or the name where a file has no code.
    pub code: String,
    /// 都道府県; empty when the file does not say.
    pub prefecture: String,
    /// 郡, mostly empty.
    pub county: String,
    /// 市区町村 without 郡.
    pub city: String,
    /// The ward of a designated city, mostly empty.
    pub ward: String,
}

/// An address with its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The code of its municipality.
    pub municipality: String,
    /// How exact it is.
    pub level: Level,
    /// As people read it, without prefecture and city: `泉町一丁目3-40`.
    pub label: String,
    /// Where.
    pub point: Point,
}
