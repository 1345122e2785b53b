//! Moving and removing parts, and the forms for it.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use yakuba_city::web::Problem;
use yakuba_ui::{Choice, Html, Select, TextField, Words};

use super::super::{
    changing::change,
    room::{Desk, is_mendable},
    walk,
};
use super::{reason, reason_of};
use crate::{
    capabilities::MANAGE,
    error::PlanError,
    forms::{Fields, done},
    model::document::{Group, Indicator, PlanDocument},
};

/// Under the form of a part: its indicators, adding one, moving and removing it.
#[derive(Template)]
#[template(path = "desk/arrange.html")]
pub(super) struct ArrangeForms {
    words: Words,
    base: String,
    /// `group` or `initiative`.
    part: &'static str,
    key: String,
    /// Key and name.
    indicators: Vec<(String, String)>,
    manage: bool,
    name: TextField,
    add_reason: TextField,
    /// Levels an initiative can be moved to.
    groups: Option<Select>,
    move_reason: TextField,
    remove_reason: TextField,
}

impl ArrangeForms {
    pub(super) fn of_group(desk: &Desk, plan: &str, key: &str, indicators: &[Indicator]) -> Self {
        Self::new(desk, plan, "group", key, indicators, true, None)
    }

    pub(super) fn of_initiative(
        desk: &Desk,
        plan: &str,
        key: &str,
        indicators: &[Indicator],
        manage: bool,
        document: &PlanDocument,
        own: &str,
    ) -> Self {
        fn choices(groups: &[Group], depth: usize, into: &mut Vec<Choice>) {
            for group in groups {
                into.push(Choice::new(
                    group.key.as_deref().unwrap_or_default(),
                    format!("{}{}", "　".repeat(depth), group.title),
                ));
                choices(&group.groups, depth + 1, into);
            }
        }
        let mut all = Vec::new();
        choices(&document.groups, 0, &mut all);
        let groups = Select::new(desk.language(), "group", desk.text("desk-move-to"))
            .choices(all)
            .value(own);
        Self::new(
            desk,
            plan,
            "initiative",
            key,
            indicators,
            manage,
            Some(groups),
        )
    }

    fn new(
        desk: &Desk,
        plan: &str,
        part: &'static str,
        key: &str,
        indicators: &[Indicator],
        manage: bool,
        groups: Option<Select>,
    ) -> Self {
        Self {
            words: desk.words,
            base: format!("/desk/plan/{plan}"),
            part,
            key: key.to_owned(),
            indicators: indicators
                .iter()
                .map(|indicator| {
                    (
                        indicator.key.clone().unwrap_or_default(),
                        indicator.name.clone(),
                    )
                })
                .collect(),
            manage,
            name: TextField::new(desk.language(), "name", desk.text("desk-indicator-name"))
                .id("indicator-name")
                .width(40),
            add_reason: reason(desk, None, "reason-add"),
            groups,
            move_reason: reason(desk, None, "reason-move"),
            remove_reason: reason(desk, None, "reason-remove"),
        }
    }

    pub(super) fn html(&self) -> Html {
        Html::render(self).unwrap_or_default()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Up,
    Down,
    Remove,
}

impl Action {
    pub(super) fn read(word: &str) -> Option<Self> {
        match word {
            "up" => Some(Self::Up),
            "down" => Some(Self::Down),
            "remove" => Some(Self::Remove),
            _ => None,
        }
    }
}

/// Moves or removes the entry of a list for which `is` holds; false when there is none.
pub(super) fn shift<T>(list: &mut Vec<T>, is: impl Fn(&T) -> bool, action: Action) -> bool {
    let Some(at) = list.iter().position(is) else {
        return false;
    };
    match action {
        Action::Up if at > 0 => list.swap(at, at - 1),
        Action::Down if at + 1 < list.len() => list.swap(at, at + 1),
        Action::Remove => {
            list.remove(at);
        }
        Action::Up | Action::Down => {}
    }
    true
}

/// Moves or removes a group, initiative or indicator.
fn carry_out(
    groups: &mut Vec<Group>,
    part: &str,
    key: &str,
    action: Action,
) -> Result<bool, PlanError> {
    let own = |known: &Option<String>| known.as_deref() == Some(key);
    if part == "group" {
        let full = groups.iter().any(|group| {
            own(&group.key) && !(group.groups.is_empty() && group.initiatives.is_empty())
        });
        if full && action == Action::Remove {
            return Err(PlanError::WrongState(
                "the level still holds initiatives or levels",
            ));
        }
        if shift(groups, |group| own(&group.key), action) {
            return Ok(true);
        }
    }
    for group in groups.iter_mut() {
        let found = match part {
            "initiative" => shift(
                &mut group.initiatives,
                |initiative| own(&initiative.key),
                action,
            ),
            "indicator" => {
                shift(
                    &mut group.indicators,
                    |indicator| own(&indicator.key),
                    action,
                ) || group.initiatives.iter_mut().any(|initiative| {
                    shift(
                        &mut initiative.indicators,
                        |indicator| own(&indicator.key),
                        action,
                    )
                })
            }
            _ => false,
        };
        if found || carry_out(&mut group.groups, part, key, action)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn move_initiative(document: &mut PlanDocument, key: &str, to: &str) -> Result<(), PlanError> {
    fn take(groups: &mut [Group], key: &str) -> Option<crate::model::document::Initiative> {
        for group in groups {
            if let Some(at) = group
                .initiatives
                .iter()
                .position(|initiative| initiative.key.as_deref() == Some(key))
            {
                return Some(group.initiatives.remove(at));
            }
            if let Some(found) = take(&mut group.groups, key) {
                return Some(found);
            }
        }
        None
    }
    let initiative =
        take(&mut document.groups, key).ok_or_else(|| PlanError::NoSuchPart(key.to_owned()))?;
    walk::group_mut(&mut document.groups, to)
        .ok_or_else(|| PlanError::NoSuchPart(to.to_owned()))?
        .initiatives
        .push(initiative);
    Ok(())
}

pub(super) async fn arrange(
    desk: Desk,
    Path(plan): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    desk.need(MANAGE)?;
    let typed = fields.clone();
    let outcome = change(&desk, &plan, &reason_of(&desk, &fields), move |document| {
        let key = typed.get("key");
        if typed.get("action") == "move" {
            return move_initiative(document, key, typed.get("group"));
        }
        let action =
            Action::read(typed.get("action")).ok_or(PlanError::WrongState("no such action"))?;
        if carry_out(&mut document.groups, typed.get("part"), key, action)? {
            Ok(())
        } else {
            Err(PlanError::NoSuchPart(key.to_owned()))
        }
    })
    .await;
    match outcome {
        Ok(_) => Ok(done(&format!("/desk/plan/{plan}#structure"), "arranged")),
        Err(error) if is_mendable(&error) => Err(Problem::Conflict(desk.sentence(&error))),
        Err(error) => Err(error.into()),
    }
}
