//! The side navigation of the desk: the entries every page has, and those of the plan a page is about.

use sea_orm::ConnectionTrait;
use yakuba_city::{
    DeskItem,
    web::{Capability, Principal},
};
use yakuba_ui::{Catalogue, MenuGroup, MenuItem, Shell};

use crate::{
    capabilities::{
        APPROVE, CHECK, CONFIRM, DECIDE_PROPOSAL, EDIT, MANAGE, PROPOSE, PUBLISH, UPLOAD_FACTS,
        VIEW,
    },
    cycle::WORDS,
    error::PlanError,
    store::{PlanRecord, cycle::unread_notices},
};

/// Any of these lets a person see what is not published.
pub(crate) const LOOK: [Capability; 7] = [EDIT, CONFIRM, CHECK, APPROVE, MANAGE, PUBLISH, VIEW];

const NOTICES: &str = "/desk/notices";

/// The texts of the labels.
pub fn menu_texts() -> &'static Catalogue {
    &WORDS
}

/// The entries that every page of the desk has.
pub(crate) fn items() -> Vec<DeskItem> {
    let item = |url, label, needs: &[Capability]| DeskItem {
        url,
        label,
        needs: needs.to_vec(),
    };
    vec![
        item("/desk", "cycle-menu-home", &[]),
        item(NOTICES, "cycle-menu-notices", &[]),
        item("/desk/plan", "cycle-menu-plans", &LOOK),
        item(
            "/desk/proposals",
            "cycle-menu-proposals",
            &[PROPOSE, DECIDE_PROPOSAL, VIEW, CHECK],
        ),
        item("/desk/compare", "cycle-menu-compare", &[CHECK]),
        item("/desk/facts", "cycle-menu-facts", &[UPLOAD_FACTS, VIEW]),
    ]
}

/// Completes the menu that every page has: the number of unread notices, and the pages of the plan the page is about.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn complete(
    shell: &mut Shell,
    principal: &Principal,
    plan: Option<&PlanRecord>,
    connection: &impl ConnectionTrait,
) -> Result<(), PlanError> {
    let unread = match principal.staff() {
        Some(staff) => unread_notices(connection, staff.account).await?,
        None => 0,
    };
    for item in shell
        .desk_menu
        .iter_mut()
        .flat_map(|group| &mut group.items)
    {
        if item.href == NOTICES && unread > 0 {
            item.count = Some(unread);
        }
    }
    if let Some(plan) = plan {
        shell.desk_menu.push(of_plan(shell, principal, plan));
    }
    shell.mark_desk_menu();
    Ok(())
}

fn of_plan(shell: &Shell, principal: &Principal, plan: &PlanRecord) -> MenuGroup {
    let words = WORDS.words(shell.language);
    let pages: [(&str, &str, &[Capability]); 10] = [
        ("cycle-menu-plan", "", &LOOK),
        ("cycle-menu-figures", "/review", &LOOK),
        ("cycle-menu-work", "/work", &LOOK),
        ("cycle-menu-tasks", "/tasks", &LOOK),
        ("cycle-menu-reviews", "/reviews", &LOOK),
        ("cycle-menu-acts", "/acts", &LOOK),
        ("cycle-menu-changes", "/changes", &LOOK),
        ("cycle-menu-overrides", "/overrides", &LOOK),
        ("cycle-menu-deadlines", "/deadlines", &[MANAGE]),
        ("cycle-menu-publish", "/publish", &[PUBLISH]),
    ];
    let items = pages
        .into_iter()
        .filter(|(_, _, needs)| needs.iter().any(|needed| principal.holds(*needed)))
        .map(|(label, place, _)| {
            MenuItem::new(words.get(label), format!("/desk/plan/{}{place}", plan.key))
        })
        .collect();
    MenuGroup::new(plan.title.clone(), items)
}
