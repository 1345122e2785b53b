//! How it is at a shelter.

use std::collections::BTreeSet;

use yakuba_city::EmergencyKind;

/// A set of words that stands in one column, with a space around each, so that one of them can be looked for.
fn joined<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let words: Vec<&str> = words.collect();
    if words.is_empty() {
        String::new()
    } else {
        format!(" {} ", words.join(" "))
    }
}

macro_rules! named {
    ($(#[$about:meta])* $type:ident { $($(#[$one:meta])* $variant:ident = $name:literal),* $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type {
            $($(#[$one])* $variant),*
        }

        impl $type {
            /// All of them, in the order in which lists show them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in the database, in files and in addresses.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// Reads the name.
            pub fn read(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

named! {
    /// How full a shelter is, as staff there see it.
    Crowding {
        /// 空いています.
        Free = "free",
        /// やや混雑.
        Some = "some",
        /// 混雑.
        Crowded = "crowded",
        /// 満員.
        Full = "full",
    }
}

named! {
    /// What a shelter lacks.
    Need {
        /// 飲み水.
        Water = "water",
        /// 食べ物.
        Food = "food",
        /// 粉ミルク・液体ミルク.
        Milk = "milk",
        /// おむつ.
        Nappies = "nappies",
        /// 生理用品.
        Sanitary = "sanitary",
        /// 薬.
        Medicine = "medicine",
        /// 医師・看護師.
        Doctor = "doctor",
        /// 毛布.
        Blankets = "blankets",
        /// 簡易トイレ.
        Toilets = "toilets",
        /// 車いすで使えるトイレ.
        AccessibleToilet = "accessible_toilet",
        /// 介助者.
        Carer = "carer",
        /// 通訳.
        Interpreter = "interpreter",
        /// 手話通訳.
        SignLanguage = "sign_language",
        /// 電源.
        Power = "power",
    }
}

named! {
    /// What is at a place, whether it is open or not.
    Equipment {
        /// 段差がない入口.
        StepFree = "step_free",
        /// 車いすで使えるトイレ.
        AccessibleToilet = "accessible_toilet",
        /// オストメイト対応トイレ.
        Ostomate = "ostomate",
        /// ペット同行.
        Pets = "pets",
        /// Wi-Fi.
        Wifi = "wifi",
        /// 非常用電源.
        Power = "power",
        /// 冷暖房.
        Climate = "climate",
        /// 授乳室.
        Nursing = "nursing",
    }
}

/// Needs as they stand in a column.
pub fn needs_text(needs: &BTreeSet<Need>) -> String {
    joined(needs.iter().map(|need| need.name()))
}

/// Needs from a column.
pub fn needs_of(text: &str) -> BTreeSet<Need> {
    text.split_whitespace().filter_map(Need::read).collect()
}

/// Equipment as it stands in a column.
pub fn equipment_text(equipment: &BTreeSet<Equipment>) -> String {
    joined(equipment.iter().map(|one| one.name()))
}

/// Equipment from a column.
pub fn equipment_of(text: &str) -> BTreeSet<Equipment> {
    text.split_whitespace()
        .filter_map(Equipment::read)
        .collect()
}

/// Kinds of disaster as they stand in a column.
pub fn kinds_text(kinds: &BTreeSet<EmergencyKind>) -> String {
    joined(kinds.iter().map(|kind| kind.name()))
}

/// Kinds of disaster from a column.
pub fn kinds_of(text: &str) -> BTreeSet<EmergencyKind> {
    text.split_whitespace()
        .filter_map(EmergencyKind::read)
        .collect()
}

/// What is told about a shelter at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Whether people can come.
    pub is_open: bool,
    /// How many are there; none: not counted.
    pub people: Option<u32>,
    /// How full it is; none: not said.
    pub crowding: Option<Crowding>,
    /// What is lacking.
    pub needs: BTreeSet<Need>,
    /// What everybody should know, in a sentence; may be empty.
    pub note: String,
}

impl Told {
    /// A closed shelter has no people, no crowding and no needs, whatever was pressed.
    #[must_use]
    pub fn consistent(mut self) -> Self {
        if !self.is_open {
            self.people = None;
            self.crowding = None;
            self.needs.clear();
        }
        self
    }
}

/// The most people that were in all shelters at one time: `steps` are shelter and people from then on, oldest first. A shelter that did
/// not count has nobody.
pub fn people_at_most(steps: impl IntoIterator<Item = (i64, u32)>) -> u32 {
    let mut now = std::collections::BTreeMap::new();
    let (mut sum, mut most) = (0_u32, 0_u32);
    for (shelter, people) in steps {
        let before = now.insert(shelter, people).unwrap_or(0);
        sum = sum.saturating_sub(before).saturating_add(people);
        most = most.max(sum);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_come_back_from_their_column_and_unknown_words_are_left_out() {
        let needs = BTreeSet::from([Need::Milk, Need::Water]);
        assert_eq!(needs_text(&needs), " water milk ");
        assert_eq!(needs_of(" water gold milk "), needs);
        assert_eq!(needs_text(&BTreeSet::new()), "");
        let kinds = BTreeSet::from([EmergencyKind::Flood]);
        assert_eq!(kinds_of(&kinds_text(&kinds)), kinds);
        let all: BTreeSet<Equipment> = Equipment::ALL.iter().copied().collect();
        assert_eq!(equipment_of(&equipment_text(&all)), all);
    }

    #[test]
    fn nobody_is_in_a_closed_shelter() {
        let told = Told {
            is_open: false,
            people: Some(3),
            crowding: Some(Crowding::Full),
            needs: BTreeSet::from([Need::Food]),
            note: "体育館は使えません".to_owned(),
        };
        let kept = told.consistent();
        assert_eq!(
            (kept.people, kept.crowding, kept.needs.len()),
            (None, None, 0)
        );
        assert_eq!(kept.note, "体育館は使えません");
    }

    #[test]
    fn people_who_move_to_another_shelter_are_not_counted_twice() {
        assert_eq!(people_at_most([]), 0);
        let steps = [(1, 50), (2, 20), (1, 30), (2, 60), (1, 0), (2, 10)];
        assert_eq!(people_at_most(steps), 90);
    }
}
