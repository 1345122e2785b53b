//! My work: tasks, reviews and records that wait for the person, and the notice box.

use askama::Template;
use axum::response::Response;
use yakuba_city::{DeskWork, web::Problem};
use yakuba_ui::{Cell, Column, EmptyState, Html, LinkButton, Page, Row, Table};

use super::{
    room::{Room, fiscal_year},
    section::Section,
    tasks::task_table,
};
use crate::{
    capabilities::{APPROVE, CHECK, CONFIRM, DECIDE_PROPOSAL, EDIT, PUBLISH},
    error::PlanError,
    forms::{Fields, done},
    model::cycle::{ActState, ProposalState, ReviewState, TaskState},
    store::{
        self,
        cycle::{self, People},
    },
};

pub(super) async fn show(room: Room) -> Result<Page, Problem> {
    let account = room.account()?;
    let people = People::read(room.db()).await?;
    let mut sections = Vec::new();
    if let Some(waiting) = waiting_work(&room).await? {
        sections.push(Section::new(
            "waiting",
            room.t("cycle-waiting-work"),
            &waiting,
        ));
    }
    sections.push(Section::new(
        "my-tasks",
        room.t("cycle-my-tasks"),
        &my_tasks(&room, account).await?,
    ));
    if room.may_look() {
        if let Some(table) = waiting_reviews(&room, &people).await? {
            sections.push(Section::new(
                "my-reviews",
                room.t("cycle-my-reviews"),
                &table,
            ));
        }
        if let Some(table) = my_acts(&room, account).await? {
            sections.push(Section::new("my-acts", room.t("cycle-my-acts"), &table));
        }
        if let Some(table) = figures_to_review(&room).await? {
            sections.push(Section::new(
                "figures",
                room.t("cycle-figures-to-review"),
                &table,
            ));
        }
    }
    if room.may_everywhere(DECIDE_PROPOSAL)
        && let Some(table) = waiting_proposals(&room, &people).await?
    {
        sections.push(Section::new(
            "hearings",
            room.t("cycle-waiting-proposals"),
            &table,
        ));
    }
    let unread = cycle::unread_notices(room.db(), account).await?;
    let page = room.page(room.t("cycle-home"), None, sections).await?;
    Ok(if unread > 0 {
        let text = room.words.counted(
            "cycle-unread-notices",
            i64::try_from(unread).unwrap_or(i64::MAX),
        );
        page.action(&LinkButton::new(text, "/desk/notices"))
    } else {
        page
    })
}

#[derive(Template)]
#[template(path = "cycle/work.html")]
struct Work {
    work: Vec<DeskWork>,
}

/// What waits for this person with the other services, each number with the list of it; none when nothing does.
async fn waiting_work(room: &Room) -> Result<Option<Html>, Problem> {
    let work = room
        .city
        .desk_work(&room.principal, room.language().code())
        .await?;
    if work.is_empty() {
        return Ok(None);
    }
    Ok(Some(Html::render(&Work { work }).unwrap_or_default()))
}

async fn my_tasks(room: &Room, account: i64) -> Result<Html, Problem> {
    let mut tasks = cycle::tasks(room.db(), None).await?;
    tasks.retain(|task| task.assignee == Some(account) && task.state() == TaskState::Open);
    if tasks.is_empty() {
        return Ok(Html::of(&EmptyState::new(room.t("cycle-no-tasks"))));
    }
    Ok(Html::of(&task_table(
        room,
        "tasks",
        room.t("cycle-my-tasks"),
        &tasks,
        None,
    )))
}

/// Reviews in a state that this person moves on, over all of the city's own plans.
async fn waiting_reviews(room: &Room, people: &People) -> Result<Option<Table>, Problem> {
    let year = room.asked_year();
    let deadlines = cycle::deadlines(room.db()).await?;
    let mut rows = Vec::new();
    for plan in store::plans(room.db())
        .await?
        .into_iter()
        .filter(store::PlanRecord::is_own)
    {
        for line in cycle::board(room.db(), plan.id, year).await? {
            let state = line.review.as_ref().map(|review| review.state);
            let ready = line.review.as_ref().is_some_and(|review| review.ready);
            let mine = match state {
                None | Some(ReviewState::Draft) if !ready => room.may_in(EDIT, &line.department),
                None | Some(ReviewState::Draft) => room.may_in(CONFIRM, &line.department),
                Some(ReviewState::Submitted) => room.may_everywhere(CHECK),
                Some(ReviewState::Checked) => room.may_everywhere(APPROVE),
                Some(ReviewState::Approved) => room.may_everywhere(PUBLISH),
                Some(ReviewState::Published) => false,
            };
            // Whoever manages everything looks at the overview: a list of all departments' drafts would bury their own.
            if !mine || (room.may_everywhere(EDIT) && state.is_none()) {
                continue;
            }
            let late = line.late(year, &deadlines, room.city.today()).is_some();
            rows.push(
                Row::new([
                    Cell::link(
                        &line.title,
                        format!(
                            "/desk/plan/{}/reviews/{}/{}/{}",
                            plan.key, year, line.initiative_key, line.department
                        ),
                    ),
                    Cell::text(room.department(people, &line.department)),
                    room.year(year).into(),
                    Cell::html(&super::reviews::state_chip(
                        room,
                        line.review.as_ref(),
                        late,
                    )),
                ])
                .marked(late),
            );
        }
    }
    if rows.is_empty() {
        return Ok(None);
    }
    Ok(Some(
        Table::new(room.language(), "reviews", room.t("cycle-my-reviews"))
            .hide_caption()
            .columns([
                Column::text(room.t("cycle-column-initiative")),
                Column::text(room.t("cycle-column-department")),
                Column::text(room.t("cycle-column-year")).no_wrap(),
                Column::text(room.t("cycle-column-state")).no_wrap(),
            ])
            .rows(rows)
            .row_headers()
            .stacked(),
    ))
}

async fn my_acts(room: &Room, account: i64) -> Result<Option<Table>, Problem> {
    let mut acts = cycle::acts(room.db(), None).await?;
    acts.retain(|act| act.assignee == Some(account) && act.state() != ActState::Done);
    Ok((!acts.is_empty()).then(|| super::acts::act_table(room, &acts, None)))
}

async fn figures_to_review(room: &Room) -> Result<Option<Table>, Problem> {
    if !room.may_everywhere(CHECK) {
        return Ok(None);
    }
    let plans = store::plans(room.db()).await?;
    let rows: Vec<Row> = plans
        .iter()
        .filter(|plan| plan.reviews > 0)
        .map(|plan| {
            Row::new([
                Cell::link(&plan.title, format!("/desk/plan/{}/review", plan.key)),
                Cell::text(yakuba_ui::format::number(plan.reviews)),
            ])
        })
        .collect();
    Ok((!rows.is_empty()).then(|| {
        Table::new(
            room.language(),
            "figures-table",
            room.t("cycle-figures-to-review"),
        )
        .hide_caption()
        .columns([
            Column::text(room.t("cycle-column-plan")),
            Column::number(room.t("cycle-column-count")),
        ])
        .rows(rows)
        .row_headers()
    }))
}

async fn waiting_proposals(room: &Room, people: &People) -> Result<Option<Table>, Problem> {
    let mut proposals = cycle::proposals(room.db()).await?;
    proposals.retain(|proposal| {
        matches!(
            proposal.state(),
            ProposalState::Proposed | ProposalState::Measured
        )
    });
    Ok((!proposals.is_empty())
        .then(|| super::proposals::proposal_table(room, "proposals", people, &proposals)))
}

pub(super) async fn notices(room: Room) -> Result<Page, Problem> {
    let account = room.account()?;
    let notices = cycle::notices(room.db(), account).await?;
    if notices.is_empty() {
        let empty =
            EmptyState::new(room.t("cycle-no-notices")).text(room.t("cycle-no-notices-text"));
        return room
            .page(room.t("cycle-notices"), None, vec![Section::plain(&empty)])
            .await;
    }
    let rows = notices.iter().map(|notice| {
        let unread = notice.read_at.is_none();
        let button = if unread {
            room.form("notice", "/desk/notices")
                .hidden("id", notice.id)
                .inline()
                .submit("cycle-read")
                .make()
        } else {
            Html::text(&room.t("cycle-was-read"))
        };
        Row::new([
            room.date(&notice.day).into(),
            room.word("notice", &notice.kind).into(),
            Cell::link(&notice.title, &notice.url),
            notice
                .due
                .as_deref()
                .map(|due| room.date(due))
                .unwrap_or_default()
                .into(),
            Cell::html(&button),
        ])
        .marked(unread)
    });
    let table = Table::new(room.language(), "notices", room.t("cycle-notices"))
        .hide_caption()
        .columns([
            Column::text(room.t("cycle-column-day")).no_wrap(),
            Column::text(room.t("cycle-column-notice")).no_wrap(),
            Column::text(room.t("cycle-column-about")),
            Column::text(room.t("cycle-column-due")).no_wrap(),
            Column::text(room.t("cycle-column-action")),
        ])
        .rows(rows)
        .stacked();
    let all = room
        .form("all", "/desk/notices")
        .submit("cycle-read-all")
        .make();
    room.page(
        room.t("cycle-notices"),
        None,
        vec![Section::plain(&table), Section::plain(&all)],
    )
    .await
}

pub(super) async fn read(room: Room, fields: Fields) -> Result<Response, Problem> {
    let account = room.account()?;
    room.write(fields.integer("id"), move |tx, id| {
        Box::pin(cycle::read_notices(tx, account, *id))
    })
    .await
    .map_err(|error: PlanError| Problem::from(error))?;
    Ok(done("/desk/notices", "read"))
}

/// The word of a stored year, for titles.
pub(super) fn year_in_path(text: &str) -> Result<yakuba_kernel::FiscalYear, Problem> {
    text.parse::<i64>()
        .ok()
        .and_then(fiscal_year)
        .ok_or(Problem::NotFound)
}
