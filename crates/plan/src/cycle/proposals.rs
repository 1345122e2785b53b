//! The small circle of one system: proposal, hearing, introduction, effect, conclusion.

use axum::extract::Path;
use yakuba_city::web::Problem;
use yakuba_kernel::FiscalYear;
use yakuba_ui::{
    Cell, ChipLabel, Column, DescriptionList, EmptyState, Html, LinkButton, Page, Row,
    StepNavigation, StepState, Table, format,
};

use super::{
    proposal_forms::{proposal_fields, step_forms},
    room::Room,
    section::Section,
};
use crate::{
    capabilities::{CHECK, DECIDE_PROPOSAL, PROPOSE, VIEW},
    model::cycle::ProposalState,
    store::cycle::{self, Expectation, People, Proposal},
};

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
pub(super) fn proposal_table(
    room: &Room,
    id: impl Into<String>,
    people: &People,
    proposals: &[Proposal],
) -> Table {
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
    Table::new(room.language(), id, room.t("cycle-menu-proposals"))
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
            let table = proposal_table(&room, format!("proposals-{year}"), &people, &of_year);
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

pub(super) async fn new_page(room: &Room) -> Result<Page, Problem> {
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

pub(super) async fn proposal_page(room: &Room, id: i64) -> Result<Page, Problem> {
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
