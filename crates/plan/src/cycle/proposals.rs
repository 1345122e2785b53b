//! The small circle of one system: proposal, hearing, introduction, effect, conclusion.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_kernel::FiscalYear;
use yakuba_ui::{
    ButtonKind, Cell, ChipLabel, Choice, Column, DescriptionList, EmptyState, Html, LinkButton,
    Page, Row, StepNavigation, StepState, Table, format,
};

use super::{
    room::{Fields, Room, Section, done},
    work::hint,
};
use crate::{
    capabilities::{CHECK, DECIDE_PROPOSAL, PROPOSE, VIEW},
    error::PlanError,
    model::cycle::{Conclusion, HearingVerdict, ProposalState, ProposalStep},
    store::cycle::{
        self, Effect, Expectation, HearingOutcome, NewExpectation, NewProposal, People, Proposal,
        Stamp,
    },
};

/// How many effects the form has room for.
const EXPECTATIONS: usize = 4;

/// Those who propose, decide, check or audit. A department's own proposals are its own to change; all may be read.
fn need_look(room: &Room) -> Result<(), Problem> {
    let may = [PROPOSE, DECIDE_PROPOSAL, CHECK, VIEW]
        .into_iter()
        .any(|capability| room.principal.holds(capability));
    if may {
        Ok(())
    } else {
        Err(Problem::NotAllowed)
    }
}

fn chip(room: &Room, proposal: &Proposal) -> ChipLabel {
    let chip = ChipLabel::new(room.word("proposal-state", &proposal.state));
    match proposal.state() {
        ProposalState::Proposed => chip.orange(),
        ProposalState::Accepted | ProposalState::Introduced | ProposalState::Measured => {
            chip.blue()
        }
        ProposalState::Concluded => chip.green(),
        ProposalState::Withdrawn | ProposalState::Declined => chip,
    }
}

/// A table of proposals.
pub(super) fn proposal_table(room: &Room, people: &People, proposals: &[Proposal]) -> Table {
    let rows = proposals.iter().map(|proposal| {
        Row::new([
            Cell::link(&proposal.title, format!("/desk/proposals/{}", proposal.id)),
            Cell::text(room.department(people, &proposal.department)),
            room.date(&proposal.proposed_on).into(),
            room.yen(proposal.amount).into(),
            proposal
                .verdict
                .as_deref()
                .map(|verdict| room.word("hearing", verdict))
                .unwrap_or_default()
                .into(),
            proposal
                .decided_amount
                .map(|amount| room.yen(amount))
                .unwrap_or_default()
                .into(),
            Cell::html(&chip(room, proposal)),
        ])
    });
    Table::new(room.language(), "proposals", room.t("cycle-menu-proposals"))
        .hide_caption()
        .columns([
            Column::text(room.t("cycle-column-proposal")),
            Column::text(room.t("cycle-column-department")),
            Column::text(room.t("cycle-column-proposed-on")).no_wrap(),
            Column::number(room.t("cycle-field-amount")),
            Column::text(room.t("cycle-field-verdict")).no_wrap(),
            Column::number(room.t("cycle-column-decided-amount")),
            Column::text(room.t("cycle-column-state")).no_wrap(),
        ])
        .rows(rows)
        .row_headers()
        .stacked()
}

pub(super) async fn list(room: Room) -> Result<Page, Problem> {
    need_look(&room)?;
    let people = People::read(room.db()).await?;
    let all = cycle::proposals(room.db()).await?;
    let this_year = FiscalYear::from_date(room.city.today());
    let mut years: Vec<FiscalYear> = all
        .iter()
        .map(Proposal::fiscal_year)
        .chain([this_year])
        .collect();
    years.sort_unstable();
    years.dedup();
    years.reverse();
    let mut sections = Vec::new();
    let mut summary = Table::new(room.language(), "summary", room.t("cycle-hearing-summary"))
        .columns([
            Column::text(room.t("cycle-column-year")).no_wrap(),
            Column::number(room.t("cycle-summary-heard")),
            Column::number(room.word("hearing", "as_proposed")),
            Column::number(room.word("hearing", "reduced")),
            Column::number(room.word("hearing", "declined")),
            Column::number(room.t("cycle-summary-asked")),
            Column::number(room.t("cycle-summary-granted")),
        ])
        .row_headers()
        .stacked();
    let mut any = false;
    for year in &years {
        let numbers = cycle::summary_of(&all, *year);
        if numbers.heard == 0 {
            continue;
        }
        any = true;
        let count = |number: u32| Cell::text(format::number(number));
        summary = summary.row([
            room.year(*year).into(),
            count(numbers.heard),
            count(numbers.as_proposed),
            count(numbers.reduced),
            count(numbers.declined),
            room.yen(numbers.asked).into(),
            room.yen(numbers.granted).into(),
        ]);
    }
    if any {
        sections.push(Section::plain(&summary));
    }
    for year in years {
        let of_year: Vec<Proposal> = all
            .iter()
            .filter(|proposal| proposal.fiscal_year() == year)
            .cloned()
            .collect();
        if !of_year.is_empty() {
            // Each year has a table of its own: the ids must differ.
            let mut table = Html::empty();
            table.push(&proposal_table(&room, &people, &of_year));
            let table = Html::trusted(
                table
                    .as_str()
                    .replace("id=\"proposals\"", &format!("id=\"proposals-{year}\""))
                    .replace(
                        "\"proposals-caption\"",
                        &format!("\"proposals-{year}-caption\""),
                    ),
            );
            sections.push(Section::new("", room.year(year), &table));
        }
    }
    if all.is_empty() {
        sections.push(Section::plain(
            &EmptyState::new(room.t("cycle-no-proposals")).text(room.t("cycle-no-proposals-text")),
        ));
    }
    let mut page = room
        .page(room.t("cycle-menu-proposals"), None, sections)
        .await?;
    if room.principal.holds(PROPOSE) {
        page = page.action(&LinkButton::new(
            room.t("cycle-new-proposal"),
            "/desk/proposals/new",
        ));
    }
    Ok(page)
}

pub(super) async fn form(room: Room) -> Result<Page, Problem> {
    new_page(&room).await
}

/// The departments the person may propose for.
fn proposing<'p>(room: &Room, people: &'p People) -> Vec<&'p cycle::Department> {
    people
        .departments()
        .iter()
        .filter(|department| room.may_in(PROPOSE, &department.code))
        .collect()
}

fn proposal_fields(
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
        form = form
            .text(
                &format!("effect_name-{number}"),
                &expectation.map(|it| it.name.clone()).unwrap_or_default(),
                false,
            )
            .text(
                &format!("effect_unit-{number}"),
                &expectation.map(|it| it.unit.clone()).unwrap_or_default(),
                false,
            )
            .number(
                &format!("effect_before-{number}"),
                &expectation
                    .map(|it| it.before.to_string())
                    .unwrap_or_default(),
                "",
            )
            .number(
                &format!("effect_expected-{number}"),
                &expectation
                    .map(|it| it.expected.to_string())
                    .unwrap_or_default(),
                "",
            );
    }
    form.step(
        "cycle-save-proposal",
        ProposalStep::Change.as_str(),
        ButtonKind::Main,
    )
    .make()
}

fn proposal_of(fields: &Fields) -> Result<NewProposal, PlanError> {
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

async fn new_page(room: &Room) -> Result<Page, Problem> {
    let people = People::read(room.db()).await?;
    let form = proposal_fields(room, &people, "/desk/proposals/new".to_owned(), None);
    Ok(room
        .page(
            room.t("cycle-new-proposal"),
            None,
            vec![Section::plain(&form)],
        )
        .await?
        .breadcrumb(room.t("cycle-menu-proposals"), "/desk/proposals"))
}

pub(super) async fn create(mut room: Room, fields: Fields) -> Result<Response, Problem> {
    if !room.may_in(PROPOSE, fields.get("department")) {
        return Err(Problem::NotAllowed);
    }
    let outcome = match proposal_of(&fields) {
        Ok(new) => {
            room.city
                .write(room.principal.actor(), new, |tx, new| {
                    Box::pin(
                        async move { cycle::propose(tx, new, tx.today(), &Stamp::of(tx)).await },
                    )
                })
                .await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(id) => Ok(done(&format!("/desk/proposals/{id}"), "saved")),
        Err(error) => {
            room.refuse(error, fields)?;
            Ok(new_page(&room).await?.into_response())
        }
    }
}

pub(super) async fn show(room: Room, Path(id): Path<i64>) -> Result<Page, Problem> {
    need_look(&room)?;
    proposal_page(&room, id).await
}

fn navigation(room: &Room, proposal: &Proposal) -> StepNavigation {
    const WAY: [ProposalState; 5] = [
        ProposalState::Proposed,
        ProposalState::Accepted,
        ProposalState::Introduced,
        ProposalState::Measured,
        ProposalState::Concluded,
    ];
    let state = proposal.state();
    let ended = matches!(state, ProposalState::Declined | ProposalState::Withdrawn);
    let place = WAY.iter().position(|shown| *shown == state).unwrap_or(0);
    WAY.iter().enumerate().fold(
        StepNavigation::new(room.language()),
        |navigation, (index, shown)| {
            let reached = if ended && index > 0 {
                StepState::Skipped
            } else if index < place
                || (state == ProposalState::Concluded && index == place)
                || ended
            {
                StepState::Completed
            } else if index == place {
                StepState::Editing
            } else {
                StepState::Reached
            };
            navigation.step(room.word("proposal-state", shown.as_str()), reached)
        },
    )
}

async fn proposal_page(room: &Room, id: i64) -> Result<Page, Problem> {
    let proposal = cycle::proposal(room.db(), id).await?;
    let people = People::read(room.db()).await?;
    let expectations = cycle::expectations(room.db(), id).await?;
    let mut about = DescriptionList::new()
        .html(room.t("cycle-column-state"), &chip(room, &proposal))
        .text(
            room.t("cycle-column-department"),
            room.department(&people, &proposal.department),
        )
        .text(
            room.t("cycle-column-proposed-on"),
            room.date(&proposal.proposed_on),
        )
        .text(room.t("cycle-field-purpose"), &proposal.purpose)
        .text(room.t("cycle-field-amount"), room.yen(proposal.amount))
        .text(
            room.t("cycle-field-yearly-cost"),
            room.yen(proposal.yearly_cost),
        );
    if let (Some(verdict), Some(amount)) = (&proposal.verdict, proposal.decided_amount) {
        about = about
            .text(room.t("cycle-field-verdict"), room.word("hearing", verdict))
            .text(room.t("cycle-column-decided-amount"), room.yen(amount))
            .text(
                room.t("cycle-column-hearing-text"),
                proposal.hearing_text.clone().unwrap_or_default(),
            );
    }
    if let Some(day) = &proposal.introduced_on {
        about = about.text(room.t("cycle-field-introduced-on"), room.date(day));
    }
    if let Some(conclusion) = &proposal.conclusion {
        about = about
            .text(
                room.t("cycle-field-conclusion"),
                room.word("conclusion", conclusion),
            )
            .text(
                room.t("cycle-column-text"),
                proposal.conclusion_text.clone().unwrap_or_default(),
            );
    }
    let mut sections = vec![
        Section::plain(&navigation(room, &proposal)),
        Section::plain(&about),
    ];
    sections.push(Section::new(
        "effects",
        room.t("cycle-effects"),
        &effect_table(room, &expectations),
    ));
    for (heading, form) in step_forms(room, &people, &proposal, &expectations) {
        sections.push(Section::new("", heading, &form));
    }
    let steps = cycle::steps_of_proposal(room.db(), id).await?;
    sections.push(Section::new(
        "history-section",
        room.t("cycle-history"),
        &room.history(&people, &steps, "proposal-step"),
    ));
    Ok(room
        .page(&proposal.title, None, sections)
        .await?
        .breadcrumb(room.t("cycle-menu-proposals"), "/desk/proposals"))
}

fn effect_table(room: &Room, expectations: &[Expectation]) -> Table {
    let rows = expectations.iter().map(|expectation| {
        let shown = |value| format::with_unit(value, &expectation.unit, room.language());
        let reached = match expectation.reached() {
            Some(true) => Html::of(&ChipLabel::new(room.t("cycle-reached")).green()),
            Some(false) => Html::of(&ChipLabel::new(room.t("cycle-not-reached")).red()),
            None => Html::text(&room.t("cycle-not-yet")),
        };
        Row::new([
            Cell::text(&expectation.name),
            shown(expectation.before).into(),
            shown(expectation.expected).into(),
            expectation.measured.map(shown).unwrap_or_default().into(),
            Cell::html(&reached),
            Cell::text(expectation.measured_text.as_deref().unwrap_or_default()),
        ])
    });
    Table::new(room.language(), "effects-table", room.t("cycle-effects"))
        .hide_caption()
        .columns([
            Column::text(room.t("cycle-field-effect-name")),
            Column::number(room.t("cycle-field-effect-before")),
            Column::number(room.t("cycle-field-effect-expected")),
            Column::number(room.t("cycle-field-effect-value")),
            Column::text(room.t("cycle-column-reached")).no_wrap(),
            Column::text(room.t("cycle-column-text")),
        ])
        .rows(rows)
        .row_headers()
        .stacked()
}

/// The forms for what this person may do with the proposal now.
fn step_forms(
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
                .note(&super::room::paragraph(&expectation.name))
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

async fn answer(
    mut room: Room,
    id: i64,
    fields: Fields,
    outcome: Result<(), PlanError>,
) -> Result<Response, Problem> {
    match outcome {
        Ok(()) => Ok(done(&format!("/desk/proposals/{id}"), "saved")),
        Err(error) => {
            room.refuse(error, fields)?;
            Ok(proposal_page(&room, id).await?.into_response())
        }
    }
}

pub(super) async fn advance(
    mut room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let proposal = cycle::proposal(room.db(), id).await?;
    if !room.may_in(PROPOSE, &proposal.department) {
        return Err(Problem::NotAllowed);
    }
    let revision = fields.revision();
    let actor = room.principal.actor();
    let outcome = match ProposalStep::read(fields.get("step")).ok_or(Problem::NotFound)? {
        ProposalStep::Change => match proposal_of(&fields) {
            Ok(new) if !room.may_in(PROPOSE, &new.department) => return Err(Problem::NotAllowed),
            Ok(new) => {
                room.city
                    .write(actor, new, move |tx, new| {
                        Box::pin(async move {
                            cycle::change_proposal(tx, id, revision, new, &Stamp::of(tx)).await
                        })
                    })
                    .await
            }
            Err(error) => Err(error),
        },
        ProposalStep::Withdraw => {
            room.city
                .write(actor, fields.get("reason").to_owned(), move |tx, reason| {
                    Box::pin(async move {
                        cycle::withdraw_proposal(tx, id, revision, reason, &Stamp::of(tx)).await
                    })
                })
                .await
        }
        ProposalStep::Introduce => match fields.date("introduced_on") {
            Some(day) => {
                room.city
                    .write(actor, day, move |tx, day| {
                        Box::pin(async move {
                            cycle::introduce_proposal(tx, id, revision, *day, &Stamp::of(tx)).await
                        })
                    })
                    .await
            }
            None => Err(PlanError::Empty("introduced_on")),
        },
        ProposalStep::Measure => {
            let expectations = cycle::expectations(room.db(), id).await?;
            let effects: Vec<Effect> = expectations
                .iter()
                .filter_map(|expectation| {
                    Some(Effect {
                        position: expectation.position,
                        value: fields.decimal(&format!("effect_value-{}", expectation.position))?,
                        text: fields
                            .get(&format!("effect_text-{}", expectation.position))
                            .to_owned(),
                    })
                })
                .collect();
            match fields.date("measured_on") {
                Some(day) => {
                    room.city
                        .write(actor, effects, move |tx, effects| {
                            Box::pin(async move {
                                cycle::measure_proposal(
                                    tx,
                                    id,
                                    revision,
                                    effects,
                                    day,
                                    &Stamp::of(tx),
                                )
                                .await
                            })
                        })
                        .await
                }
                None => Err(PlanError::Empty("measured_on")),
            }
        }
        _ => return Err(Problem::NotFound),
    };
    if let Err(PlanError::Empty("value")) = &outcome {
        room.refuse_with("cycle-error-value", fields);
        return Ok(proposal_page(&room, id).await?.into_response());
    }
    answer(room, id, fields, outcome).await
}

pub(super) async fn hear(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    room.need_everywhere(DECIDE_PROPOSAL)?;
    let (verdict, day) = (
        HearingVerdict::read(fields.get("verdict")),
        fields.date("heard_on"),
    );
    let outcome = match (verdict, day) {
        (None, _) => Err(PlanError::Empty("verdict")),
        (_, None) => Err(PlanError::Empty("heard_on")),
        (Some(verdict), Some(day)) => {
            let hearing = HearingOutcome {
                verdict,
                amount: fields.yen("reduced_amount"),
                text: fields.get("text").to_owned(),
            };
            let revision = fields.revision();
            room.city
                .write(room.principal.actor(), hearing, move |tx, hearing| {
                    Box::pin(async move {
                        cycle::hear_proposal(tx, id, revision, hearing, day, &Stamp::of(tx)).await
                    })
                })
                .await
        }
    };
    let outcome = outcome.map_err(|error| match error {
        PlanError::Empty("amount") => PlanError::Empty("reduced_amount"),
        other => other,
    });
    answer(room, id, fields, outcome).await
}

pub(super) async fn conclude(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    room.need_everywhere(DECIDE_PROPOSAL)?;
    let outcome = match Conclusion::read(fields.get("conclusion")) {
        None => Err(PlanError::Empty("conclusion")),
        Some(conclusion) => {
            let revision = fields.revision();
            room.city
                .write(
                    room.principal.actor(),
                    fields.get("text").to_owned(),
                    move |tx, text| {
                        Box::pin(async move {
                            cycle::conclude_proposal(
                                tx,
                                id,
                                revision,
                                conclusion,
                                text,
                                tx.today(),
                                &Stamp::of(tx),
                            )
                            .await
                        })
                    },
                )
                .await
        }
    };
    answer(room, id, fields, outcome).await
}
