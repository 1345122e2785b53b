//! The way of a case through the standard stages and those of its procedure, and who may take which step.

use std::{collections::BTreeSet, fmt};

use super::{
    case::{Outcome, Stage, Step},
    document::{After, Mover, OwnStage, ProcedureDocument, Rule},
};
use crate::capabilities::{DECIDE, WORK};

impl From<After> for Stage {
    fn from(after: After) -> Self {
        match after {
            After::Received => Self::Received,
            After::Checked => Self::Checked,
            After::Decided => Self::Decided,
            After::Delivered => Self::Delivered,
        }
    }
}

/// A place on the way: a standard stage, or one of the procedure's own after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The standard stage that was reached last.
    pub stage: Stage,
    /// The key of the procedure's own stage, when the case is at one.
    pub own: Option<String>,
}

impl Stop {
    /// A standard stage itself.
    pub const fn at(stage: Stage) -> Self {
        Self { stage, own: None }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.own {
            Some(own) => write!(formatter, "{}/{own}", self.stage),
            None => self.stage.fmt(formatter),
        }
    }
}

/// The way of the cases of one version of a procedure.
#[derive(Debug, Clone, Copy)]
pub struct Way<'d> {
    document: &'d ProcedureDocument,
    outcome: Option<Outcome>,
}

impl<'d> Way<'d> {
    /// The way of a case with this outcome so far. After a refusal the procedure's own stages after the decision do not apply: there is
    /// nothing to carry out.
    pub const fn new(document: &'d ProcedureDocument, outcome: Option<Outcome>) -> Self {
        Self { document, outcome }
    }

    /// The procedure's own stages after a standard stage, in their order.
    fn own(self, stage: Stage) -> impl Iterator<Item = &'d OwnStage> {
        let applies = !(stage.is_decided() && self.outcome == Some(Outcome::Refused));
        self.document
            .stages
            .iter()
            .filter(move |own| applies && Stage::from(own.after) == stage)
    }

    /// One of the procedure's own stages.
    pub fn stage(self, key: &str) -> Option<&'d OwnStage> {
        self.document
            .stages
            .iter()
            .find(|own| own.key.as_str() == key)
    }

    /// Every place from the receipt to the end.
    pub fn stops(self) -> Vec<Stop> {
        [
            Stage::Received,
            Stage::Checked,
            Stage::Decided,
            Stage::Delivered,
            Stage::Closed,
        ]
        .into_iter()
        .flat_map(|stage| {
            std::iter::once(Stop::at(stage)).chain(self.own(stage).map(move |own| Stop {
                stage,
                own: Some(own.key.to_string()),
            }))
        })
        .collect()
    }

    /// The own stage that comes next before the next standard one.
    fn next_own(self, at: &Stop) -> Option<&'d OwnStage> {
        let mut following = self.own(at.stage);
        if let Some(key) = &at.own {
            following.by_ref().find(|own| own.key.as_str() == key)?;
        }
        following.next()
    }

    fn previous_own(self, at: &Stop) -> Option<&'d OwnStage> {
        let key = at.own.as_deref()?;
        self.own(at.stage)
            .take_while(|own| own.key.as_str() != key)
            .last()
    }

    /// Where a case is after a step; none when the step is not possible where it is.
    ///
    /// The procedure's own stages are passed one after the other: the next standard stage is reached from the last of them only.
    pub fn after(self, at: &Stop, step: Step) -> Option<Stop> {
        let own = |own: &OwnStage| Stop {
            stage: at.stage,
            own: Some(own.key.to_string()),
        };
        match step {
            Step::Forward => self.next_own(at).map(own),
            Step::Back => {
                at.own.as_ref()?;
                Some(self.previous_own(at).map_or(Stop::at(at.stage), own))
            }
            Step::CheckAgain if at.own.is_some() => None,
            // The applicant may withdraw from everywhere before the decision.
            Step::Withdraw | Step::CheckAgain => at.stage.after(step).map(Stop::at),
            Step::Check | Step::Decide(_) | Step::Deliver | Step::Close => {
                if self.next_own(at).is_some() {
                    return None;
                }
                at.stage.after(step).map(Stop::at)
            }
        }
    }

    /// What the step that goes on from here is, towards the end; none at the end.
    pub fn onward(self, at: &Stop, outcome: Outcome) -> Option<Step> {
        [
            Step::Forward,
            Step::Check,
            Step::Decide(outcome),
            Step::Deliver,
            Step::Close,
        ]
        .into_iter()
        .find(|step| self.after(at, *step).is_some())
    }

    /// What is asked of whoever takes a step: each of these rules, of each one of the movers in it. Nothing of an applicant who withdraws.
    fn rules(self, at: &Stop, step: Step) -> Vec<Vec<Mover>> {
        let work = || Mover(WORK.name.to_owned());
        let here = at.own.as_deref().and_then(|key| self.stage(key));
        let leave = here.and_then(|own| own.leave.clone()).unwrap_or_else(work);
        let enter = here.and_then(|own| own.enter.clone()).unwrap_or_else(work);
        let movers = &self.document.movers;
        let into = |mover: &Option<Mover>| mover.clone().unwrap_or_else(work);
        let mut rules = match step {
            Step::Withdraw => return Vec::new(),
            // Whoever put a case there by mistake takes it back, or whoever has it there sends it back.
            Step::Back => return vec![vec![leave, enter]],
            Step::CheckAgain => return vec![vec![into(&movers.checked)]],
            Step::Forward => {
                let next = self.next_own(at).and_then(|own| own.enter.clone());
                vec![vec![next.unwrap_or_else(work)]]
            }
            Step::Check => vec![vec![into(&movers.checked)]],
            Step::Decide(_) => {
                let decide = Mover(DECIDE.name.to_owned());
                vec![
                    vec![decide.clone()],
                    vec![movers.decided.clone().unwrap_or(decide)],
                ]
            }
            Step::Deliver => vec![vec![into(&movers.delivered)]],
            Step::Close => vec![vec![into(&movers.closed)]],
        };
        rules.push(vec![leave]);
        rules
    }

    /// Whether the step on from a place asks for two different roles at once.
    pub fn needs_two_roles(self, at: &Stop) -> bool {
        let step = self.onward(at, Outcome::Approved);
        let rules = step.map_or_else(Vec::new, |step| self.rules(at, step));
        let named: BTreeSet<&str> = rules
            .iter()
            .flatten()
            .filter_map(|mover| match mover.rule() {
                Rule::Role(role) => Some(role),
                _ => None,
            })
            .collect();
        named.len() > 1
    }

    /// The first rule that somebody does not meet for a step: who may take it. None when they may.
    pub fn refusal(self, hands: &Hands, at: &Stop, step: Step) -> Option<Vec<Mover>> {
        self.rules(at, step)
            .into_iter()
            .find(|any| !any.iter().any(|mover| hands.can(mover)))
    }
}

/// What somebody may do in the department of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hands {
    /// Whether they work on its cases.
    pub works: bool,
    /// Whether they decide its cases.
    pub decides: bool,
    /// The keys of the roles they hold there.
    pub roles: BTreeSet<String>,
    /// Whether it is the program itself, which no rule of a procedure binds.
    pub is_program: bool,
}

impl Hands {
    /// Whether a mover means them.
    pub fn can(&self, mover: &Mover) -> bool {
        self.is_program
            || match mover.rule() {
                Rule::Work => self.works,
                Rule::Decide => self.decides,
                Rule::Role(role) => self.roles.contains(role),
                Rule::Unknown => false,
            }
    }
}

#[cfg(test)]
mod tests {
    // Tests may panic: that is how they fail.
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use yakuba_forms::model::document::{Key, Text};

    use super::*;

    const PLAIN: &str = r"
format: yakuba-procedure/1
key: plain
title: 申請
summary: 申請です。
department: tax
category: tax
guide: {who: どなたでも, afterwards: 郵送します。, minutes: 5}
retention: {years: 1, basis: 文書管理規程}
personal_data_purpose: 審査のため
form: {pages: [{key: one, title: 内容, fields: [{key: what, type: text, label: 内容}]}]}
";

    fn mover(number: usize) -> Option<Mover> {
        let name = match number {
            0 => return None,
            1 => WORK.name,
            2 => DECIDE.name,
            _ => "department_head",
        };
        Some(Mover(name.to_owned()))
    }

    fn stages() -> impl Strategy<Value = Vec<OwnStage>> {
        let after = prop_oneof![
            Just(After::Received),
            Just(After::Checked),
            Just(After::Decided),
            Just(After::Delivered),
        ];
        proptest::collection::vec((after, 0usize..4, 0usize..4), 0..7).prop_map(|all| {
            all.into_iter()
                .enumerate()
                .map(|(number, (after, enter, leave))| OwnStage {
                    key: Key::new(format!("own_{number}")).unwrap(),
                    after,
                    title: Text::japanese("段階"),
                    shown: true,
                    days: None,
                    enter: mover(enter),
                    leave: mover(leave),
                })
                .collect()
        })
    }

    fn procedure(stages: Vec<OwnStage>) -> ProcedureDocument {
        let mut document = ProcedureDocument::from_yaml(PLAIN).unwrap();
        document.stages = stages;
        document
    }

    proptest! {
        #[test]
        fn no_way_skips_a_stage_and_every_way_can_end(
            stages in stages(),
            steps in proptest::collection::vec(0usize..Step::ALL.len(), 0..60),
        ) {
            let document = procedure(stages);
            let mut outcome = None;
            let mut at = Stop::at(Stage::Received);
            let mut visited = vec![at.clone()];
            for step in steps.into_iter().map(|place| Step::ALL[place]) {
                let way = Way::new(&document, outcome);
                let Some(next) = way.after(&at, step) else { continue };
                prop_assert!(!at.stage.is_final(), "something happened after the end");
                if let Step::Decide(decided) = step {
                    prop_assert_eq!(outcome, None, "decided twice");
                    outcome = Some(decided);
                }
                if next.stage != Stage::Withdrawn {
                    // Forward by one place of the whole way, or back.
                    let stops = Way::new(&document, outcome).stops();
                    let place = |stop: &Stop| stops.iter().position(|known| known == stop).unwrap();
                    prop_assert!(place(&next) <= place(&at) + 1, "{at:?} to {next:?} skips a stage");
                    for before in &stops[..place(&next)] {
                        prop_assert!(visited.contains(before), "{next:?} without {before:?}");
                    }
                }
                at = next;
                visited.push(at.clone());
            }
            // Whatever happened, the way leads on to the end, and past everything that is left of it.
            let goal = outcome.unwrap_or(Outcome::Approved);
            for _ in 0..20 {
                let way = Way::new(&document, outcome);
                let Some(step) = way.onward(&at, goal) else { break };
                if let Step::Decide(decided) = step {
                    outcome = Some(decided);
                }
                at = way.after(&at, step).unwrap();
                visited.push(at.clone());
            }
            prop_assert!(at.stage.is_final(), "stuck at {at:?}");
            if at.stage == Stage::Closed {
                for stop in Way::new(&document, outcome).stops() {
                    prop_assert!(visited.contains(&stop), "{stop:?} was never reached");
                }
            }
        }

        #[test]
        fn whoever_may_do_everything_is_never_refused_and_nobody_else_always(
            stages in stages(),
            steps in proptest::collection::vec(0usize..Step::ALL.len(), 0..40),
        ) {
            let document = procedure(stages);
            let all = Hands {
                works: true,
                decides: true,
                roles: ["department_head".to_owned()].into(),
                is_program: false,
            };
            let mut outcome = None;
            let mut at = Stop::at(Stage::Received);
            for step in steps.into_iter().map(|place| Step::ALL[place]) {
                let way = Way::new(&document, outcome);
                let Some(next) = way.after(&at, step) else { continue };
                prop_assert_eq!(way.refusal(&all, &at, step), None);
                let nobody = way.refusal(&Hands::default(), &at, step);
                prop_assert_eq!(nobody.is_none(), step == Step::Withdraw);
                if let Step::Decide(decided) = step {
                    outcome = Some(decided);
                }
                at = next;
            }
        }

        #[test]
        fn without_stages_of_its_own_the_way_is_the_standard_one(
            stage in 0usize..Stage::ALL.len(),
            step in 0usize..Step::ALL.len(),
        ) {
            let document = procedure(Vec::new());
            let (stage, step) = (Stage::ALL[stage], Step::ALL[step]);
            let way = Way::new(&document, None);
            prop_assert_eq!(way.after(&Stop::at(stage), step), stage.after(step).map(Stop::at));
        }
    }

    #[test]
    fn a_stage_is_left_by_whom_the_procedure_names() {
        let mut document = procedure(vec![OwnStage {
            key: Key::new("approval").unwrap(),
            after: After::Checked,
            title: Text::japanese("課長決裁"),
            shown: true,
            days: Some(2),
            enter: None,
            leave: mover(3),
        }]);
        let clerk = Hands {
            works: true,
            ..Hands::default()
        };
        let decider = Hands {
            decides: true,
            ..clerk.clone()
        };
        let head = Hands {
            roles: ["department_head".to_owned()].into(),
            ..decider.clone()
        };
        let at = Stop {
            stage: Stage::Checked,
            own: Some("approval".to_owned()),
        };
        let way = Way::new(&document, None);
        let decide = Step::Decide(Outcome::Approved);
        assert_eq!(way.after(&Stop::at(Stage::Checked), decide), None);
        assert_eq!(
            way.refusal(&clerk, &Stop::at(Stage::Checked), Step::Forward),
            None
        );
        assert_eq!(
            way.refusal(&clerk, &at, decide).unwrap(),
            [Mover(DECIDE.name.to_owned())]
        );
        assert_eq!(
            way.refusal(&decider, &at, decide).unwrap(),
            [mover(3).unwrap()]
        );
        assert_eq!(way.refusal(&head, &at, decide), None);
        assert_eq!(
            way.refusal(&clerk, &at, Step::Back),
            None,
            "put there by mistake"
        );
        // The standard steps, likewise.
        document.movers.closed = Some(Mover(DECIDE.name.to_owned()));
        document.movers.decided = Some(Mover(WORK.name.to_owned()));
        let way = Way::new(&document, None);
        let delivered = Stop::at(Stage::Delivered);
        assert!(way.refusal(&clerk, &delivered, Step::Close).is_some());
        assert!(
            way.refusal(&clerk, &Stop::at(Stage::Checked), decide)
                .is_some(),
            "never less than to decide"
        );
    }

    #[test]
    fn a_refusal_has_nothing_to_carry_out() {
        let document = procedure(vec![OwnStage {
            key: Key::new("inspection").unwrap(),
            after: After::Decided,
            title: Text::japanese("完成検査"),
            shown: true,
            days: None,
            enter: None,
            leave: None,
        }]);
        let at = Stop::at(Stage::Decided);
        let approved = Way::new(&document, Some(Outcome::Approved));
        assert_eq!(approved.after(&at, Step::Deliver), None);
        let refused = Way::new(&document, Some(Outcome::Refused));
        assert_eq!(
            refused.after(&at, Step::Deliver),
            Some(Stop::at(Stage::Delivered))
        );
    }
}
