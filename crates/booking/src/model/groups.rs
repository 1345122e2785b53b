//! Groups that book: who belongs to them, and whose turn it is until they are registered.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kinds under which groups register. Fee tables name them (`group_kind: [welfare]`); a city may add its own there.
pub const KINDS: [&str; 7] = [
    "sports",
    "culture",
    "learning",
    "welfare",
    "children",
    "neighbourhood",
    "other",
];

/// The most members of a roster.
pub const MOST_MEMBERS: usize = 300;

/// What a group must be like to book something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GroupRules {
    /// At least so many members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members_at_least: Option<u16>,
    /// At least this share of its members lives, works or learns in the city, in hundredths, 1 to 100. The fees of residents
    /// apply from this share on; none: from half of them on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residents_percent: Option<u8>,
}

/// How a member of a group belongs to the city.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lives {
    /// Lives here.
    Here,
    /// Works or learns here.
    Works,
    /// Neither.
    Elsewhere,
}

impl Lives {
    /// All of them, as they are offered.
    pub const ALL: [Self; 3] = [Self::Here, Self::Works, Self::Elsewhere];

    /// The name in forms and message keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Works => "works",
            Self::Elsewhere => "elsewhere",
        }
    }

    /// The one of a name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// How old a member is, as far as rules ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Age {
    /// Up to the end of junior high school.
    Child,
    /// Neither a child nor old.
    Adult,
    /// 65 or older.
    Senior,
}

impl Age {
    /// All of them, as they are offered.
    pub const ALL: [Self; 3] = [Self::Adult, Self::Child, Self::Senior];

    /// The name in forms and message keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Child => "child",
            Self::Adult => "adult",
            Self::Senior => "senior",
        }
    }

    /// The one of a name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// A member of a group, as the roster has them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The name.
    pub name: String,
    /// How they belong to the city.
    pub lives: Lives,
    /// How old they are.
    pub age: Age,
}

impl std::fmt::Debug for Member {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Personal data must not slip into a log.
        formatter.write_str("Member(…)")
    }
}

/// How many members of which sort a group has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// All of them.
    pub members: u32,
    /// Those who live, work or learn in the city.
    pub residents: u32,
    /// Children.
    pub children: u32,
    /// Those of 65 and older.
    pub seniors: u32,
}

impl Count {
    /// Counts a roster.
    pub fn of(members: &[Member]) -> Self {
        let count = |fits: &dyn Fn(&Member) -> bool| {
            u32::try_from(members.iter().filter(|member| fits(member)).count()).unwrap_or(u32::MAX)
        };
        Self {
            members: count(&|_| true),
            residents: count(&|member| member.lives != Lives::Elsewhere),
            children: count(&|member| member.age == Age::Child),
            seniors: count(&|member| member.age == Age::Senior),
        }
    }

    /// Whether at least this share of the members, in hundredths, belongs to the city. A group without members does not.
    pub fn belongs(self, percent: u8) -> bool {
        self.members > 0
            && u64::from(self.residents) * 100 >= u64::from(self.members) * u64::from(percent)
    }

    /// Whether the fees of residents apply.
    pub fn pays_as_residents(self, rules: Option<&GroupRules>) -> bool {
        self.belongs(
            rules
                .and_then(|rules| rules.residents_percent)
                .unwrap_or(50),
        )
    }

    /// Whether a group of so many may book what has these rules.
    pub fn may_book(self, rules: Option<&GroupRules>) -> bool {
        rules.is_none_or(|rules| {
            rules
                .members_at_least
                .is_none_or(|least| self.members >= u32::from(least))
                && rules
                    .residents_percent
                    .is_none_or(|percent| self.belongs(percent))
        })
    }
}

/// Where a group stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It was never registered.
    Waiting,
    /// It is registered, until a day perhaps.
    Registered,
    /// It is no more.
    Ended,
}

impl Standing {
    /// The name in the database and in message keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Registered => "registered",
            Self::Ended => "ended",
        }
    }

    /// The one of a name.
    pub fn read(name: &str) -> Option<Self> {
        [Self::Waiting, Self::Registered, Self::Ended]
            .into_iter()
            .find(|one| one.name() == name)
    }
}

/// Who must do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Turn {
    /// Nobody.
    Nobody,
    /// Staff look over what was sent.
    Staff,
    /// The group mends what staff asked about.
    Group,
}

impl Turn {
    /// The name in the database and in message keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Staff => "staff",
            Self::Group => "group",
        }
    }

    /// The one of a name.
    pub fn read(name: &str) -> Option<Self> {
        [Self::Nobody, Self::Staff, Self::Group]
            .into_iter()
            .find(|one| one.name() == name)
    }
}

/// What somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// The group sends its roster, for the first time or anew.
    Send,
    /// Staff ask about it.
    AskBack,
    /// Staff register it, or go on doing so for another while.
    Register,
    /// Staff do not accept what was sent.
    Decline,
    /// It ends: staff end it, or the group itself.
    End,
}

/// Where a group stands and whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// Where it stands.
    pub standing: Standing,
    /// Who must do something.
    pub turn: Turn,
}

impl Place {
    /// A group that has just asked to be registered.
    pub const BEGINNING: Self = Self {
        standing: Standing::Waiting,
        turn: Turn::Staff,
    };

    /// Where it stands afterwards; none when it cannot be done. What is not accepted of a registered group leaves it registered as
    /// it was.
    pub fn after(self, act: Act) -> Option<Self> {
        let place = |standing, turn| Some(Self { standing, turn });
        match (self.standing, act) {
            (Standing::Ended, _) => None,
            (standing, Act::Send) => place(standing, Turn::Staff),
            (standing, Act::AskBack) => place(standing, Turn::Group),
            (_, Act::Register) => place(Standing::Registered, Turn::Nobody),
            (Standing::Waiting, Act::Decline) | (_, Act::End) => {
                place(Standing::Ended, Turn::Nobody)
            }
            (Standing::Registered, Act::Decline) if self.turn != Turn::Nobody => {
                place(Standing::Registered, Turn::Nobody)
            }
            (Standing::Registered, Act::Decline) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn member(lives: Lives, age: Age) -> Member {
        Member {
            name: "澄川 花子".into(),
            lives,
            age,
        }
    }

    fn acts() -> impl Strategy<Value = Act> {
        prop_oneof![
            Just(Act::Send),
            Just(Act::AskBack),
            Just(Act::Register),
            Just(Act::Decline),
            Just(Act::End)
        ]
    }

    #[test]
    fn who_belongs_to_the_city_decides_right_and_fee() {
        let mut members = vec![
            member(Lives::Here, Age::Adult),
            member(Lives::Works, Age::Senior),
            member(Lives::Elsewhere, Age::Child),
            member(Lives::Elsewhere, Age::Adult),
        ];
        let count = Count::of(&members);
        assert_eq!(
            count,
            Count {
                members: 4,
                residents: 2,
                children: 1,
                seniors: 1
            }
        );
        assert!(count.pays_as_residents(None), "half of them");
        let rules = GroupRules {
            members_at_least: Some(5),
            residents_percent: Some(60),
        };
        assert!(count.may_book(None));
        assert!(!count.may_book(Some(&rules)));
        assert!(!count.pays_as_residents(Some(&rules)));
        members.push(member(Lives::Here, Age::Adult));
        let count = Count::of(&members);
        assert!(count.may_book(Some(&rules)) && count.pays_as_residents(Some(&rules)));
        assert!(
            !Count::default().pays_as_residents(None),
            "nobody is no resident"
        );
        assert!(!format!("{members:?}").contains("花子"));
    }

    proptest! {
        /// Only staff register; once ended, a group stays so; asking back is answered by the group and by nobody else.
        #[test]
        fn a_group_is_registered_by_staff_only_and_ends_once(acts in proptest::collection::vec(acts(), 0..12)) {
            let mut place = Place::BEGINNING;
            let mut registered = false;
            for act in acts {
                let Some(after) = place.after(act) else {
                    prop_assert!(place.standing == Standing::Ended || act == Act::Decline);
                    continue;
                };
                registered |= act == Act::Register;
                prop_assert_eq!(after.turn == Turn::Group, act == Act::AskBack);
                prop_assert_eq!(after.turn == Turn::Staff, act == Act::Send);
                prop_assert!(after.standing != Standing::Registered || registered);
                prop_assert!(place.standing != Standing::Ended);
                place = after;
            }
        }
    }
}
