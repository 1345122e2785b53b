//! Lasting names for groups, initiatives and indicators, so that addresses survive a corrected sheet.

use std::collections::BTreeSet;

use yakuba_kernel::text::normalise_for_search;

use super::document::{Group, Indicator, Initiative, PlanDocument};

/// Gives every part of `document` a key: the one it had in `known` when it is recognisably the same part
/// (same number, else same title), otherwise a new one made from its number.
///
/// Keys hold ASCII letters, digits, `-` and `.` only. A key that a file brings along is kept when it is well-formed and free.
pub fn assign_keys(document: &mut PlanDocument, known: Option<&PlanDocument>) {
    let mut keys = Keys::default();
    if let Some(known) = known {
        for group in &known.groups {
            keys.remember(group, "");
        }
    }
    for group in &document.groups {
        keys.reserve(group);
    }
    for group in &mut document.groups {
        keys.assign(group, "");
    }
}

#[derive(Default)]
struct Keys {
    groups: Vec<(String, String)>,
    initiatives: Vec<KnownInitiative>,
    indicators: Vec<(String, String, String)>,
    taken: BTreeSet<String>,
    used: BTreeSet<String>,
}

struct KnownInitiative {
    key: String,
    number: Option<String>,
    title: String,
}

fn group_path(parent: &str, group: &Group) -> String {
    format!(
        "{parent}/{:?}:{}",
        group.kind,
        normalise_for_search(&group.title)
    )
}

impl Keys {
    fn remember(&mut self, group: &Group, parent: &str) {
        let path = group_path(parent, group);
        if let Some(key) = &group.key {
            self.taken.insert(key.clone());
            self.groups.push((path.clone(), key.clone()));
            self.remember_indicators(key, &group.indicators);
        }
        for initiative in &group.initiatives {
            if let Some(key) = &initiative.key {
                self.taken.insert(key.clone());
                self.initiatives.push(KnownInitiative {
                    key: key.clone(),
                    number: initiative.number.clone(),
                    title: normalise_for_search(&initiative.title),
                });
                self.remember_indicators(key, &initiative.indicators);
            }
        }
        for child in &group.groups {
            self.remember(child, &path);
        }
    }

    fn remember_indicators(&mut self, owner: &str, indicators: &[Indicator]) {
        for indicator in indicators {
            if let Some(key) = &indicator.key {
                self.taken.insert(key.clone());
                self.indicators.push((
                    owner.to_owned(),
                    normalise_for_search(&indicator.name),
                    key.clone(),
                ));
            }
        }
    }

    /// Keys the file brings along are taken before any new one is made up.
    fn reserve(&mut self, group: &Group) {
        let initiatives = group.initiatives.iter().flat_map(|initiative| {
            initiative.key.iter().chain(
                initiative
                    .indicators
                    .iter()
                    .filter_map(|indicator| indicator.key.as_ref()),
            )
        });
        let indicators = group
            .indicators
            .iter()
            .filter_map(|indicator| indicator.key.as_ref());
        for key in group.key.iter().chain(indicators).chain(initiatives) {
            self.taken.insert(key.clone());
        }
        for child in &group.groups {
            self.reserve(child);
        }
    }

    fn assign(&mut self, group: &mut Group, parent: &str) {
        let path = group_path(parent, group);
        let known = self
            .groups
            .iter()
            .find(|(known, _)| *known == path)
            .map(|(_, key)| key.clone());
        let key = self.settle(group.key.take(), known, || "g".to_owned());
        self.assign_indicators(&key, &mut group.indicators);
        group.key = Some(key);
        for initiative in &mut group.initiatives {
            self.assign_initiative(initiative);
        }
        for child in &mut group.groups {
            self.assign(child, &path);
        }
    }

    fn assign_initiative(&mut self, initiative: &mut Initiative) {
        let title = normalise_for_search(&initiative.title);
        let free = |known: &&KnownInitiative| !self.used.contains(&known.key);
        let known = self
            .initiatives
            .iter()
            .filter(free)
            .find(|known| known.number.is_some() && known.number == initiative.number)
            .or_else(|| {
                self.initiatives
                    .iter()
                    .filter(free)
                    .find(|known| known.title == title)
            })
            .map(|known| known.key.clone());
        let from_number: String = initiative
            .number
            .as_deref()
            .unwrap_or_default()
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect::<String>()
            .to_ascii_lowercase();
        let stem = if from_number.is_empty() {
            "i".to_owned()
        } else {
            from_number
        };
        let key = self.settle(initiative.key.take(), known, || stem);
        self.assign_indicators(&key, &mut initiative.indicators);
        initiative.key = Some(key);
    }

    fn assign_indicators(&mut self, owner: &str, indicators: &mut [Indicator]) {
        for indicator in indicators {
            let name = normalise_for_search(&indicator.name);
            let known = self
                .indicators
                .iter()
                .find(|(known_owner, known_name, key)| {
                    known_owner == owner && *known_name == name && !self.used.contains(key)
                })
                .map(|(_, _, key)| key.clone());
            indicator.key = Some(self.settle(indicator.key.take(), known, || format!("{owner}.")));
        }
    }

    fn settle(
        &mut self,
        own: Option<String>,
        known: Option<String>,
        stem: impl FnOnce() -> String,
    ) -> String {
        let key = own
            .filter(|key| is_well_formed(key) && !self.used.contains(key))
            .or_else(|| known.filter(|key| !self.used.contains(key)))
            .unwrap_or_else(|| {
                let stem = stem();
                let bare = !stem.ends_with('.')
                    && stem.len() < 20
                    && stem.bytes().any(|byte| byte.is_ascii_digit());
                let numbered = (1_u32..).map(|number| {
                    if stem.ends_with('.') || !bare {
                        format!("{stem}{number}")
                    } else {
                        format!("{stem}-{number}")
                    }
                });
                std::iter::once(stem.clone())
                    .filter(|_| bare)
                    .chain(numbered)
                    .find(|key| !self.taken.contains(key) && !self.used.contains(key))
                    .unwrap_or(stem)
            });
        self.used.insert(key.clone());
        self.taken.insert(key.clone());
        key
    }
}

/// Whether a text may serve as a key: 1 to 60 ASCII letters, digits, `-`, `_` and `.`.
pub fn is_well_formed(key: &str) -> bool {
    (1..=60).contains(&key.len())
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && key != "."
        && key != ".."
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::document::{FORMAT, GroupKind, Publisher};

    fn plan(initiatives: Vec<Initiative>) -> PlanDocument {
        PlanDocument {
            format: FORMAT.into(),
            key: "x".into(),
            title: "計画".into(),
            publisher: Publisher {
                name: "澄川市".into(),
                municipality: None,
            },
            period: None,
            version: None,
            summary: None,
            source: None,
            statements: vec![],
            groups: vec![Group {
                key: None,
                kind: GroupKind::Goal,
                number: None,
                title: "目標".into(),
                text: None,
                aim: None,
                texts: vec![],
                indicators: vec![],
                groups: vec![],
                initiatives,
            }],
        }
    }

    fn initiative(number: Option<&str>, title: &str, indicators: &[&str]) -> Initiative {
        Initiative {
            number: number.map(Into::into),
            title: title.into(),
            indicators: indicators
                .iter()
                .map(|name| Indicator {
                    name: (*name).into(),
                    ..Indicator::default()
                })
                .collect(),
            ..Initiative::default()
        }
    }

    fn keys(document: &PlanDocument) -> Vec<(String, Vec<String>)> {
        document.groups[0]
            .initiatives
            .iter()
            .map(|initiative| {
                let indicators = initiative
                    .indicators
                    .iter()
                    .map(|indicator| indicator.key.clone().unwrap())
                    .collect();
                (initiative.key.clone().unwrap(), indicators)
            })
            .collect()
    }

    #[test]
    fn numbers_become_keys_and_indicators_count_up_below_them() {
        let mut document = plan(vec![
            initiative(Some("12"), "環境", &["利用率", "残業"]),
            initiative(None, "無番", &["件数"]),
        ]);
        assign_keys(&mut document, None);
        assert_eq!(
            keys(&document),
            [
                ("12".into(), vec!["12.1".into(), "12.2".into()]),
                ("i1".into(), vec!["i1.1".into()])
            ]
        );
    }

    #[test]
    fn a_retitled_initiative_and_reordered_indicators_keep_their_keys() {
        let mut first = plan(vec![initiative(Some("1"), "手続", &["電子化率", "利用率"])]);
        assign_keys(&mut first, None);
        let mut second = plan(vec![initiative(
            Some("1"),
            "手続の電子化",
            &["利用率", "新しい指標", "電子化率"],
        )]);
        assign_keys(&mut second, Some(&first));
        assert_eq!(
            keys(&second),
            [("1".into(), vec!["1.2".into(), "1.3".into(), "1.1".into()])]
        );
    }

    #[test]
    fn two_initiatives_with_one_number_get_two_keys() {
        let mut document = plan(vec![
            initiative(Some("1"), "甲", &[]),
            initiative(Some("1"), "乙", &[]),
        ]);
        assign_keys(&mut document, None);
        assert_eq!(
            keys(&document),
            [("1".into(), vec![]), ("1-1".into(), vec![])]
        );
    }

    #[test]
    fn assigning_twice_changes_nothing() {
        let mut document = plan(vec![
            initiative(Some("1"), "甲", &["a", "a"]),
            initiative(None, "乙", &["b"]),
        ]);
        assign_keys(&mut document, None);
        let mut again = document.clone();
        assign_keys(&mut again, Some(&document));
        assert_eq!(again, document);
    }
}
