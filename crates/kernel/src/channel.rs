//! The way by which something reached the town hall.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ValueError;

/// The way by which an application, a reservation or a report reached the town hall.
///
/// Every fact carries one, because "how much came online?" is the question most digital plans ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Over the web, by the resident.
    Online,
    /// At a counter of the town hall, entered by staff.
    Counter,
    /// On paper, by post or drop box, entered by staff.
    Paper,
    /// By telephone, entered by staff.
    Phone,
    /// By a program: a timed job, an import, another system.
    System,
    /// Not known, for example in figures brought over from older records.
    Unknown,
}

impl Channel {
    /// Every channel, in the order in which lists show them.
    pub const ALL: [Self; 6] = [
        Self::Online,
        Self::Counter,
        Self::Paper,
        Self::Phone,
        Self::System,
        Self::Unknown,
    ];

    /// The name used in the database, in files and in URLs: `online`, `counter`, …
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Counter => "counter",
            Self::Paper => "paper",
            Self::Phone => "phone",
            Self::System => "system",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Channel {
    type Err = ValueError;

    fn from_str(name: &str) -> Result<Self, ValueError> {
        Self::ALL
            .into_iter()
            .find(|channel| channel.as_str() == name)
            .ok_or_else(|| ValueError::Channel(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::Channel;

    #[test]
    fn names_are_read_back_from_text_and_json() {
        for channel in Channel::ALL {
            assert_eq!(channel.as_str().parse(), Ok(channel));
            assert_eq!(
                serde_json::to_string(&channel).unwrap(),
                format!("\"{channel}\"")
            );
        }
        assert!("fax".parse::<Channel>().is_err());
        assert!("Online".parse::<Channel>().is_err());
    }
}
