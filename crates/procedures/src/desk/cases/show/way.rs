//! The whole way of a case with where it stands, what this person can do next, and who takes the other steps.

use std::collections::BTreeMap;

use yakuba_city::web::Problem;
use yakuba_identity::roles;
use yakuba_ui::{Button, ButtonKind, Language, StepNavigation, StepState};

use super::{super::inbox::stage_key, Opened};
use crate::{
    desk::room::Room,
    error::ProcedureError,
    model::{
        case::{Outcome, Stage, Step},
        document::{Mover, ProcedureDocument, Rule},
        way::Stop,
    },
};

/// What the roles are called that a procedure names, by key.
pub(in super::super) struct RoleNames(BTreeMap<String, String>);

impl RoleNames {
    pub(super) async fn read(room: &Room, document: &ProcedureDocument) -> Result<Self, Problem> {
        let mut names = BTreeMap::new();
        if document
            .movers()
            .any(|(_, mover)| matches!(mover.rule(), Rule::Role(_)))
        {
            for role in roles(room.db()).await.map_err(ProcedureError::from)? {
                let is_english = room.language() == Language::English && !role.name_en.is_empty();
                let name = if is_english {
                    role.name_en
                } else {
                    role.name_ja
                };
                names.insert(role.key, name);
            }
        }
        Ok(Self(names))
    }

    /// Whom a rule means, in words.
    fn of(&self, room: &Room, any: &[Mover]) -> String {
        let mut named: Vec<String> = Vec::new();
        for mover in any {
            let name = match mover.rule() {
                Rule::Work => room.t("desk-mover-work"),
                Rule::Decide => room.t("desk-mover-decide"),
                Rule::Role(role) => self.0.get(role).map_or(role, String::as_str).to_owned(),
                Rule::Unknown => mover.0.clone(),
            };
            if !named.contains(&name) {
                named.push(name);
            }
        }
        named.join(&room.t("desk-mover-or"))
    }
}

/// What a place on the way is called.
pub(super) fn title(room: &Room, opened: &Opened, stop: &Stop) -> String {
    stop.own
        .as_deref()
        .and_then(|key| opened.way().stage(key))
        .map_or_else(
            || room.t(&stage_key(stop.stage)),
            |own| own.title.get(room.language()).to_owned(),
        )
}

pub(super) fn steps(room: &Room, opened: &Opened) -> StepNavigation {
    let case = &opened.case;
    let here = case.stop();
    let stops = opened.way().stops();
    let place = stops.iter().position(|stop| *stop == here);
    let mut navigation = StepNavigation::new(room.language());
    for (number, stop) in stops.iter().enumerate() {
        let state = match place {
            // It was received before it was taken back; what came after that is not known here.
            _ if case.stage == Stage::Withdrawn && *stop == Stop::at(Stage::Received) => {
                StepState::Completed
            }
            _ if case.stage == Stage::Withdrawn => StepState::Skipped,
            Some(place) if number == place && case.stage != Stage::Closed => StepState::Editing,
            Some(place) if number <= place => StepState::Completed,
            _ => StepState::Reached,
        };
        navigation = navigation.step(title(room, opened, stop), state);
    }
    navigation
}

/// The steps from where a case is: buttons for those this person may take, a sentence for each that others take.
pub(super) struct Steps {
    pub(super) buttons: Vec<Button>,
    pub(super) others: Vec<String>,
}

impl Steps {
    pub(super) fn read(room: &Room, opened: &Opened) -> Self {
        let mut steps = Self {
            buttons: Vec::new(),
            others: Vec::new(),
        };
        let way = opened.way();
        let here = opened.case.stop();
        for (step, name, kind) in [
            (Step::Forward, "forward", ButtonKind::Main),
            (Step::Check, "check", ButtonKind::Main),
            (Step::Deliver, "deliver", ButtonKind::Main),
            (Step::Close, "close", ButtonKind::Main),
            (Step::Back, "back", ButtonKind::Other),
            (Step::CheckAgain, "check_again", ButtonKind::Other),
        ] {
            let Some(to) = way.after(&here, step) else {
                continue;
            };
            let text = room.words.with_text(
                &format!("desk-step-{name}"),
                "stage",
                &title(room, opened, &to),
            );
            match way.refusal(&opened.hands, &here, step) {
                None => steps
                    .buttons
                    .push(Button::submit(text).kind(kind).sends("step", name)),
                Some(any) => steps.others.push(others(room, opened, &text, &any)),
            }
        }
        let decide = Step::Decide(Outcome::Approved);
        if way.after(&here, decide).is_some()
            && let Some(any) = way.refusal(&opened.hands, &here, decide)
        {
            let text = room.t("desk-decision");
            steps.others.push(others(room, opened, &text, &any));
        }
        steps
    }
}

/// That others take a step, and who.
fn others(room: &Room, opened: &Opened, step: &str, any: &[Mover]) -> String {
    room.words
        .with(
            "desk-step-others",
            &[
                ("step", step.to_owned().into()),
                ("who", opened.role_names.of(room, any).into()),
            ],
        )
        .into_owned()
}

/// Whether this person may decide the case now.
pub(super) fn may_decide_now(opened: &Opened) -> bool {
    let (way, here) = (opened.way(), opened.case.stop());
    let decide = Step::Decide(Outcome::Approved);
    way.after(&here, decide).is_some() && way.refusal(&opened.hands, &here, decide).is_none()
}

/// Whether this person may mend the decision of a case: whoever may make it.
pub(in crate::desk::cases) fn may_mend(opened: &Opened) -> bool {
    let decide = Step::Decide(Outcome::Approved);
    let before = Stop::at(Stage::Checked);
    let refusal = opened.way().refusal(&opened.hands, &before, decide);
    opened.case.stage.is_decided() && refusal.is_none()
}
