//! The forms of a proposal: making and changing it, and each of its steps.

use yakuba_ui::{ButtonKind, Choice, Html};

use super::{room::Room, section::paragraph, work::hint};
use crate::{
    capabilities::{DECIDE_PROPOSAL, PROPOSE},
    error::PlanError,
    forms::Fields,
    model::cycle::{Conclusion, HearingVerdict, ProposalState, ProposalStep},
    store::cycle::{self, Expectation, NewExpectation, NewProposal, People, Proposal},
};

/// How many effects the form has room for.
const EXPECTATIONS: usize = 4;

/// The departments the person may propose for.
fn proposing<'p>(room: &Room, people: &'p People) -> Vec<&'p cycle::Department> {
    people
        .departments()
        .iter()
        .filter(|department| room.may_in(PROPOSE, &department.code))
        .collect()
}

pub(super) fn proposal_fields(
    room: &Room,
    people: &People,
    action: String,
    known: Option<(&Proposal, &[Expectation])>,
) -> Html {
    let value = |read: fn(&Proposal) -> String| {
        known
            .map(|(proposal, _)| read(proposal))
            .unwrap_or_default()
    };
    let mut form = room
        .form("proposal", action)
        .hidden(
            "revision",
            known.map_or(0, |(proposal, _)| proposal.revision),
        )
        .text("title", &value(|proposal| proposal.title.clone()), true)
        .select(
            "department",
            room.department_choices(proposing(room, people)),
            &value(|proposal| proposal.department.clone()),
            false,
        )
        .area(
            "purpose",
            &value(|proposal| proposal.purpose.clone()),
            3,
            true,
        )
        .number(
            "amount",
            &value(|proposal| proposal.amount.to_string()),
            "円",
        )
        .number(
            "yearly_cost",
            &value(|proposal| proposal.yearly_cost.to_string()),
            "円",
        )
        .note(&hint(room, "cycle-expectations-hint"));
    for number in 1..=EXPECTATIONS {
        let expectation = known.and_then(|(_, expectations)| expectations.get(number - 1));
        let legend = room
            .words
            .counted("cycle-effect-number", number as u64)
            .into_owned();
        let text = |read: fn(&Expectation) -> String| expectation.map(read).unwrap_or_default();
        form = form.together(&legend, |form| {
            form.text(
                &format!("effect_name-{number}"),
                &text(|it| it.name.clone()),
                false,
            )
            .text(
                &format!("effect_unit-{number}"),
                &text(|it| it.unit.clone()),
                false,
            )
            .number(
                &format!("effect_before-{number}"),
                &text(|it| it.before.to_string()),
                "",
            )
            .number(
                &format!("effect_expected-{number}"),
                &text(|it| it.expected.to_string()),
                "",
            )
        });
    }
    form.step(
        "cycle-save-proposal",
        ProposalStep::Change.as_str(),
        ButtonKind::Main,
    )
    .make()
}

/// What the form says.
pub(super) fn proposal_of(fields: &Fields) -> Result<NewProposal, PlanError> {
    let mut expectations = Vec::new();
    for number in 1..=EXPECTATIONS {
        let name = fields.get(&format!("effect_name-{number}"));
        if name.is_empty() {
            continue;
        }
        let value = |part: &str| {
            fields
                .decimal(&format!("{part}-{number}"))
                .ok_or(PlanError::Empty("expectations"))
        };
        expectations.push(NewExpectation {
            name: name.to_owned(),
            unit: fields.get(&format!("effect_unit-{number}")).to_owned(),
            before: value("effect_before")?,
            expected: value("effect_expected")?,
        });
    }
    Ok(NewProposal {
        key: None,
        title: fields.get("title").to_owned(),
        department: fields.get("department").to_owned(),
        purpose: fields.get("purpose").to_owned(),
        amount: fields.yen("amount").ok_or(PlanError::Empty("amount"))?,
        yearly_cost: fields
            .yen("yearly_cost")
            .ok_or(PlanError::Empty("yearly_cost"))?,
        expectations,
    })
}

/// The forms for what this person may do with the proposal now.
pub(super) fn step_forms(
    room: &Room,
    people: &People,
    proposal: &Proposal,
    expectations: &[Expectation],
) -> Vec<(String, Html)> {
    let base = format!("/desk/proposals/{}", proposal.id);
    let own = room.may_in(PROPOSE, &proposal.department);
    let decides = room.may_everywhere(DECIDE_PROPOSAL);
    let mut forms = Vec::new();
    let state = proposal.state();
    if state == ProposalState::Proposed && decides {
        let form = room
            .form("hearing", format!("{base}/hearing"))
            .hidden("revision", proposal.revision)
            .select(
                "verdict",
                HearingVerdict::ALL
                    .iter()
                    .map(|verdict| {
                        Choice::new(verdict.as_str(), room.word("hearing", verdict.as_str()))
                    })
                    .collect(),
                "",
                true,
            )
            .number("reduced_amount", "", "円")
            .date("heard_on", Some(room.city.today()))
            .area("text", "", 3, true)
            .submit("cycle-hear")
            .make();
        forms.push((room.t("cycle-hear"), form));
    }
    if state == ProposalState::Proposed && own {
        forms.push((
            room.t("cycle-change-proposal"),
            proposal_fields(room, people, base.clone(), Some((proposal, expectations))),
        ));
        let form = room
            .form("withdraw", &base)
            .hidden("revision", proposal.revision)
            .area("reason", "", 2, true)
            .step(
                "cycle-do-withdraw-proposal",
                ProposalStep::Withdraw.as_str(),
                ButtonKind::Danger,
            )
            .make();
        forms.push((room.t("cycle-do-withdraw-proposal"), form));
    }
    if state == ProposalState::Accepted && own {
        let form = room
            .form("introduce", &base)
            .hidden("revision", proposal.revision)
            .date("introduced_on", Some(room.city.today()))
            .step(
                "cycle-do-introduce",
                ProposalStep::Introduce.as_str(),
                ButtonKind::Main,
            )
            .make();
        forms.push((room.t("cycle-do-introduce"), form));
    }
    let retired = proposal.conclusion.as_deref() == Some(Conclusion::Retire.as_str());
    if ProposalStep::Measure.take(state).is_some() && own && !retired {
        let mut form = room
            .form("measure", &base)
            .hidden("revision", proposal.revision);
        for expectation in expectations {
            let place = expectation.position;
            form = form
                .note(&paragraph(&expectation.name))
                .number(
                    &format!("effect_value-{place}"),
                    &expectation
                        .measured
                        .map(|value| value.to_string())
                        .unwrap_or_default(),
                    &expectation.unit,
                )
                .text(
                    &format!("effect_text-{place}"),
                    expectation.measured_text.as_deref().unwrap_or_default(),
                    false,
                );
        }
        let form = form
            .date("measured_on", Some(room.city.today()))
            .step(
                "cycle-do-measure",
                ProposalStep::Measure.as_str(),
                ButtonKind::Main,
            )
            .make();
        forms.push((room.t("cycle-do-measure"), form));
    }
    if state == ProposalState::Measured && decides {
        let form = room
            .form("conclusion", format!("{base}/conclusion"))
            .hidden("revision", proposal.revision)
            .select(
                "conclusion",
                Conclusion::ALL
                    .iter()
                    .map(|word| Choice::new(word.as_str(), room.word("conclusion", word.as_str())))
                    .collect(),
                "",
                true,
            )
            .area("text", "", 3, true)
            .submit("cycle-conclude")
            .make();
        forms.push((room.t("cycle-conclude"), form));
    }
    forms
}
