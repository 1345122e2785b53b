//! What columns of an export tell of co-applicants.

use crate::model::{
    document::{CoApplicants, PersonPart},
    together::Told,
};

/// What a column tells of co-applicants instead of an answer begins with this: `co_applicants.name` names all of them, joined by `;`,
/// `co_applicants.2.name` the second alone. No question of a procedure with co-applicants can have it as its key.
pub const CO_APPLICANTS: &str = "co_applicants";

/// What a column can tell of a co-applicant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoPart {
    /// The name.
    Name,
    /// The date of birth, where they are asked for it.
    BirthDate,
    /// The address, where they are asked for it.
    Address,
    /// Where they stand: `named`, `asked`, `agreed` or `declined`.
    State,
    /// The day on which they agreed to the application as it is now.
    AgreedOn,
    /// How they agreed: `mail` or `paper`.
    By,
    /// 1 when a provider vouched for who they are, where they must prove it.
    Verified,
}

impl CoPart {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Name,
        Self::BirthDate,
        Self::Address,
        Self::State,
        Self::AgreedOn,
        Self::By,
        Self::Verified,
    ];

    /// The name in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::BirthDate => "birth_date",
            Self::Address => "address",
            Self::State => "state",
            Self::AgreedOn => "agreed_on",
            Self::By => "by",
            Self::Verified => "verified",
        }
    }

    /// Whether co-applicants of a procedure with these rules have it.
    fn is_had(self, rules: &CoApplicants) -> bool {
        match self {
            Self::Name | Self::State | Self::AgreedOn | Self::By => true,
            Self::BirthDate => rules.asks.contains(&PersonPart::BirthDate),
            Self::Address => rules.asks.contains(&PersonPart::Address),
            Self::Verified => rules.verified,
        }
    }

    /// Whether it is a day.
    pub const fn is_day(self) -> bool {
        matches!(self, Self::BirthDate | Self::AgreedOn)
    }

    /// Whether a layout has a column of it unless it is made by hand.
    pub const fn is_usual(self) -> bool {
        !matches!(self, Self::By | Self::Verified)
    }

    pub(super) fn of(self, told: &Told) -> String {
        let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string());
        let text = match self {
            Self::Name => Some(told.name.clone()),
            Self::BirthDate => day(told.birth_date),
            Self::Address => told.address.clone(),
            Self::State => Some(told.state.to_string()),
            Self::AgreedOn => day(told.agreed_on),
            Self::By => told.by.map(|by| by.as_str().to_owned()),
            Self::Verified => told.verified.then(|| "1".to_owned()),
        };
        text.unwrap_or_default()
    }
}

/// What a column tells of co-applicants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoSource {
    /// Of which of them, from 1; none: of all.
    pub place: Option<usize>,
    /// What.
    pub part: CoPart,
}

impl CoSource {
    /// Everything that columns can tell of the co-applicants of a procedure: of all of them and, where there can be several, of each.
    pub fn all(rules: &CoApplicants) -> Vec<Self> {
        let most = usize::try_from(rules.at_most).unwrap_or_default();
        let each = (1..=most).filter(|_| most > 1).map(Some);
        std::iter::once(None)
            .chain(each)
            .flat_map(|place| CoPart::ALL.map(|part| Self { place, part }))
            .filter(|source| source.part.is_had(rules))
            .collect()
    }

    /// Reads what a file says: `co_applicants.name`, `co_applicants.2.name`.
    fn read(from: &str) -> Option<Self> {
        let rest = from.strip_prefix(CO_APPLICANTS)?.strip_prefix('.')?;
        let (place, part) = match rest.split_once('.') {
            Some((place, part)) => (Some(place.parse().ok()?), part),
            None => (None, rest),
        };
        let part = CoPart::ALL
            .into_iter()
            .find(|known| known.as_str() == part)?;
        Some(Self { place, part })
    }

    /// Reads what a file says, when a column of a procedure with these rules can be filled from it.
    pub fn known(from: &str, rules: &CoApplicants) -> Option<Self> {
        let most = usize::try_from(rules.at_most).unwrap_or_default();
        Self::read(from).filter(|source| {
            source.part.is_had(rules)
                && source.place.is_none_or(|place| (1..=most).contains(&place))
        })
    }

    /// As files write it.
    pub fn from(self) -> String {
        match self.place {
            Some(place) => format!("{CO_APPLICANTS}.{place}.{}", self.part.as_str()),
            None => format!("{CO_APPLICANTS}.{}", self.part.as_str()),
        }
    }

    /// What it tells of each of the people it is about.
    pub(super) fn of(self, people: &[Told]) -> Vec<String> {
        people
            .iter()
            .zip(1..)
            .filter(|(_, place)| self.place.is_none_or(|wanted| wanted == *place))
            .map(|(told, _)| self.part.of(told))
            .collect()
    }
}
