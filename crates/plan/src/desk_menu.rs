//! The side navigation of the desk: one place for all rooms of the service.

use yakuba_city::web::{Capability, Principal};
use yakuba_ui::{Language, MenuGroup, MenuItem, Words};

use crate::{
    capabilities::{
        APPROVE, CHECK, CONFIRM, DECIDE_PROPOSAL, EDIT, MANAGE, PROPOSE, PUBLISH, VIEW,
    },
    cycle::WORDS,
};

/// The entries that every page of the desk has, for what this person may do.
/// The texts come in the language of `words`.
pub fn desk_menu(principal: &Principal, words: Words) -> Vec<MenuGroup> {
    desk_menu_in(principal, words.language(), None, "", 0)
}

/// As [`desk_menu`], inside a plan (its key and title): with its pages, the page at `path` marked as the current one and
/// `unread` notices counted.
pub fn desk_menu_in(
    principal: &Principal,
    language: Language,
    plan: Option<(&str, &str)>,
    path: &str,
    unread: u64,
) -> Vec<MenuGroup> {
    let words = WORDS.words(language);
    let holds = |capabilities: &[Capability]| {
        capabilities
            .iter()
            .any(|capability| principal.holds(*capability))
    };
    let item = |key: &str, href: String| {
        let inside = path
            .strip_prefix(href.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        // The home and a plan's own page have all the others below them.
        let only_itself = href == "/desk"
            || plan.is_some_and(|(plan, _)| href == format!("/desk/plan/{plan}"))
            || href == "/desk/plan";
        let current = if only_itself { path == href } else { inside };
        MenuItem::new(words.get(key), href).current(current)
    };
    let look = holds(&[EDIT, CONFIRM, CHECK, APPROVE, MANAGE, PUBLISH, VIEW]);
    let mut own = vec![item("cycle-menu-home", "/desk".into())];
    let notices = item("cycle-menu-notices", "/desk/notices".into());
    own.push(if unread > 0 {
        notices.count(unread)
    } else {
        notices
    });
    if look {
        own.push(item("cycle-menu-plans", "/desk/plan".into()));
    }
    if holds(&[PROPOSE, DECIDE_PROPOSAL, VIEW, CHECK]) {
        own.push(item("cycle-menu-proposals", "/desk/proposals".into()));
    }
    let mut groups = vec![MenuGroup::new("", own)];
    if let Some((key, title)) = plan.filter(|_| look) {
        let at = |place: &str| format!("/desk/plan/{key}{place}");
        let mut items = vec![
            item("cycle-menu-plan", at("")),
            item("cycle-menu-work", at("/work")),
            item("cycle-menu-tasks", at("/tasks")),
            item("cycle-menu-reviews", at("/reviews")),
            item("cycle-menu-acts", at("/acts")),
            item("cycle-menu-changes", at("/changes")),
            item("cycle-menu-overrides", at("/overrides")),
            item("cycle-menu-figures", at("/review")),
        ];
        if principal.holds(MANAGE) {
            items.push(item("cycle-menu-deadlines", at("/deadlines")));
        }
        groups.push(MenuGroup::new(title, items));
    }
    groups
}
