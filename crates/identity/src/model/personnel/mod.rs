//! Personnel changes (人事異動) that take effect from a day: reading the file, and what it does to the posts people hold.

mod file;
mod posts;

pub use file::{COLUMNS, LineProblem, PersonnelError, PersonnelFile, ProblemKind, read};
pub use posts::{Difference, Held, Person, apply, difference};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use yakuba_kernel::DepartmentCode;

/// What happens to somebody (区分).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// 退職: the day is the last day in office.
    Leave,
    /// 採用: the day is the first day in office.
    Hire,
    /// 異動: a new main post from the day; every post held until then ends the day before, also a concurrent one
    /// unless the file lists it again.
    Move,
    /// 兼務: one more post from the day, beside the main one.
    Concurrent,
}

impl ChangeKind {
    /// Reads 異動, 採用, 退職, 兼務 and their usual variants, such as 昇任・異動.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if has(&["退職", "辞職", "leave"]) {
            Some(Self::Leave)
        } else if has(&["採用", "再任用", "hire"]) {
            Some(Self::Hire)
        } else if has(&["兼務", "併任", "concurrent"]) {
            Some(Self::Concurrent)
        } else if has(&["異動", "昇任", "降任", "転任", "配置換", "転入", "move"]) {
            Some(Self::Move)
        } else {
            None
        }
    }

    /// The word in files.
    pub const fn name_ja(self) -> &'static str {
        match self {
            Self::Leave => "退職",
            Self::Hire => "採用",
            Self::Move => "異動",
            Self::Concurrent => "兼務",
        }
    }
}

/// One line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The line in the file.
    pub line: u32,
    /// The staff number, which is the log-in name.
    pub login_name: String,
    /// The name; may be empty except for 採用.
    pub name: String,
    /// Its reading in katakana, or empty.
    pub kana: String,
    /// The department; none only for 退職.
    pub department: Option<DepartmentCode>,
    /// The post, such as 課長; empty only for 退職.
    pub post: String,
    /// From which day it counts (for 退職: until which).
    pub day: Date,
    /// What happens.
    pub kind: ChangeKind,
}
