//! Doing: the work on one initiative, its notes and tasks, and all tasks of a plan.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_ui::{
    ButtonKind, Cell, ChipLabel, Column, DescriptionList, EmptyState, Html, LinkButton, Page, Row,
    Table,
};

use super::{
    room::{Room, person_choices},
    section::{Section, paragraph},
    tasks::{task_of, task_table},
};
use crate::{
    forms::Fields,
    model::cycle::TaskState,
    store::{
        self, PlanRecord,
        cycle::{self, People, Stamp},
    },
};

pub(super) async fn list(room: Room, Path(key): Path<String>) -> Result<Page, Problem> {
    let plan = room.plan(&key).await?;
    let people = People::read(room.db()).await?;
    let parts = store::parts(room.db(), plan.id).await?;
    let notes = cycle::progress_notes(room.db(), plan.id, None).await?;
    let tasks = cycle::tasks(room.db(), Some(plan.id)).await?;
    let today = room.city.today();
    let rows = parts.iter().map(|part| {
        let newest = notes
            .iter()
            .find(|note| note.initiative_key == part.key && note.withdrawn_reason.is_none());
        let own = || tasks.iter().filter(|task| task.initiative_key == part.key);
        let open = own().filter(|task| task.state() == TaskState::Open).count();
        let late = own().filter(|task| task.is_late(today)).count();
        let title = match &part.number {
            Some(number) => format!("{number} {}", part.title),
            None => part.title.clone(),
        };
        let mut open_cell = Html::text(&open.to_string());
        if late > 0 {
            open_cell.push(
                &ChipLabel::new(
                    room.words
                        .counted("cycle-late-count", i64::try_from(late).unwrap_or(i64::MAX)),
                )
                .red()
                .beside(),
            );
        }
        let departments: Vec<&str> = part
            .lead_codes
            .iter()
            .map(|code| room.department(&people, code))
            .collect();
        Row::new([
            Cell::link(title, format!("/desk/plan/{key}/work/{}", part.key)),
            Cell::text(departments.join(&room.t("cycle-list-comma"))),
            Cell::html(&open_cell),
            newest
                .map(|note| room.date(&note.day))
                .unwrap_or_default()
                .into(),
            newest
                .map(|note| note.text.clone())
                .unwrap_or_default()
                .into(),
        ])
        .marked(late > 0)
    });
    let table = Table::new(room.language(), "work", room.t("cycle-menu-work"))
        .hide_caption()
        .columns([
            Column::text(room.t("cycle-column-initiative")),
            Column::text(room.t("cycle-column-department")),
            Column::text(room.t("cycle-column-open-tasks")).no_wrap(),
            Column::text(room.t("cycle-column-last-note")).no_wrap(),
            Column::text(room.t("cycle-column-text")),
        ])
        .rows(rows)
        .row_headers()
        .filter()
        .stacked();
    room.page(
        room.t("cycle-menu-work"),
        Some(&plan),
        vec![Section::plain(&table)],
    )
    .await
}

pub(super) async fn show(
    room: Room,
    Path((key, initiative)): Path<(String, String)>,
) -> Result<Page, Problem> {
    let plan = room.plan(&key).await?;
    work_page(&room, &plan, &initiative).await
}

async fn work_page(room: &Room, plan: &PlanRecord, key: &str) -> Result<Page, Problem> {
    let (initiative, _) = store::part(room.db(), plan.id, key).await?;
    let people = People::read(room.db()).await?;
    let base = format!("/desk/plan/{}/work/{key}", plan.key);
    let own = room.own_departments(&people);
    let mut sections = Vec::new();
    let about = DescriptionList::new()
        .text(
            room.t("cycle-column-department"),
            initiative.lead_departments.join("\n"),
        )
        .text(
            room.t("cycle-column-targets"),
            initiative
                .indicators
                .iter()
                .map(|indicator| indicator.name.as_str())
                .collect::<Vec<_>>()
                .join("\n"),
        );
    sections.push(Section::plain(&about));

    let taken = cycle::takeovers(room.db(), plan.id, Some(key)).await?;
    if !taken.is_empty() {
        let rows = taken.iter().map(|takeover| {
            Row::new([
                room.year_of(takeover.fiscal_year).into(),
                Cell::link(
                    room.words.with(
                        "cycle-taken-from",
                        &[
                            ("indicator", takeover.indicator_name.clone().into()),
                            ("year", room.year_of(takeover.missed_year).into()),
                        ],
                    ),
                    format!("/desk/plan/{}/acts/{}", plan.key, takeover.act_id),
                ),
                Cell::text(&takeover.text),
                Cell::html(&ChipLabel::new(room.word("act-state", &takeover.state))),
            ])
        });
        let table = Table::new(room.language(), "taken-over", room.t("cycle-taken-over"))
            .hide_caption()
            .columns([
                Column::text(room.t("cycle-column-year")).no_wrap(),
                Column::text(room.t("cycle-column-missed")),
                Column::text(room.t("cycle-field-countermeasure")),
                Column::text(room.t("cycle-column-state")).no_wrap(),
            ])
            .rows(rows)
            .stacked();
        sections.push(Section::new("taken", room.t("cycle-taken-over"), &table));
    }

    sections.push(Section::new(
        "notes",
        room.t("cycle-notes"),
        &notes_table(room, plan, key, &people).await?,
    ));
    if !own.is_empty() {
        let form = room
            .form("note", format!("{base}/notes"))
            .select(
                "department",
                room.department_choices(own.iter().copied()),
                "",
                own.len() > 1,
            )
            .date("day", Some(room.city.today()))
            .area("text", "", 3, true)
            .submit("cycle-write-note")
            .make();
        sections.push(Section::new("new-note", room.t("cycle-new-note"), &form));
    }

    let mut tasks = cycle::tasks(room.db(), Some(plan.id)).await?;
    tasks.retain(|task| task.initiative_key == key);
    if tasks.is_empty() {
        sections.push(Section::new(
            "tasks-section",
            room.t("cycle-tasks"),
            &EmptyState::new(room.t("cycle-no-tasks-here")),
        ));
    } else {
        let table = task_table(room, "tasks", room.t("cycle-tasks"), &tasks, Some(&people));
        sections.push(Section::new("tasks-section", room.t("cycle-tasks"), &table));
    }
    if !own.is_empty() {
        let form = room
            .form("task", format!("{base}/tasks"))
            .text("title", "", true)
            .select(
                "department",
                room.department_choices(own.iter().copied()),
                "",
                own.len() > 1,
            )
            .select("assignee", person_choices(&people), "", true)
            .date("due", None)
            .text("note", "", false)
            .submit("cycle-make-task")
            .make();
        sections.push(Section::new("new-task", room.t("cycle-new-task"), &form));
    }

    let mut reviews = cycle::reviews(room.db(), plan.id).await?;
    reviews.retain(|review| review.initiative_key == key);
    if !reviews.is_empty() {
        let rows = reviews.iter().map(|review| {
            Row::new([
                Cell::link(
                    room.year_of(review.fiscal_year),
                    format!(
                        "/desk/plan/{}/reviews/{}/{key}/{}",
                        plan.key, review.fiscal_year, review.department
                    ),
                ),
                Cell::text(room.department(&people, &review.department)),
                Cell::html(&super::reviews::state_chip(room, Some(review), false)),
            ])
        });
        let table = Table::new(room.language(), "reviews", room.t("cycle-menu-reviews"))
            .hide_caption()
            .columns([
                Column::text(room.t("cycle-column-year")).no_wrap(),
                Column::text(room.t("cycle-column-department")),
                Column::text(room.t("cycle-column-state")),
            ])
            .rows(rows)
            .row_headers()
            .stacked();
        sections.push(Section::new(
            "reviews-section",
            room.t("cycle-menu-reviews"),
            &table,
        ));
    }
    let mut acts = cycle::acts(room.db(), Some(plan.id)).await?;
    acts.retain(|act| act.initiative_key.as_deref() == Some(key));
    if !acts.is_empty() {
        let table = super::acts::act_table(room, &acts, Some(&people));
        sections.push(Section::new(
            "acts-section",
            room.t("cycle-menu-acts"),
            &table,
        ));
    }
    let page = room.page(&initiative.title, Some(plan), sections).await?;
    Ok(page
        .breadcrumb(
            room.t("cycle-menu-work"),
            format!("/desk/plan/{}/work", plan.key),
        )
        .action(&LinkButton::new(
            room.t("cycle-open-act"),
            format!("/desk/plan/{}/acts/new?initiative={key}", plan.key),
        )))
}

async fn notes_table(
    room: &Room,
    plan: &PlanRecord,
    key: &str,
    people: &People,
) -> Result<Html, Problem> {
    let notes = cycle::progress_notes(room.db(), plan.id, Some(key)).await?;
    if notes.is_empty() {
        return Ok(Html::of(&EmptyState::new(room.t("cycle-no-notes"))));
    }
    let rows = notes.iter().map(|note| {
        let (text, action) = match &note.withdrawn_reason {
            Some(reason) => (
                room.words
                    .with_text("cycle-note-withdrawn", "reason", reason)
                    .into_owned(),
                Html::empty(),
            ),
            None if room.may_write(&note.department) => (
                note.text.clone(),
                room.form(
                    "withdraw",
                    format!("/desk/plan/{}/work/{key}/notes/withdraw", plan.key),
                )
                .hidden("id", note.id)
                .text("reason", "", true)
                .folded("cycle-withdraw-note")
                .step("cycle-withdraw-note", "withdraw", ButtonKind::Quiet)
                .make(),
            ),
            None => (note.text.clone(), Html::empty()),
        };
        Row::new([
            room.date(&note.day).into(),
            Cell::text(room.department(people, &note.department)),
            Cell::text(people.actor(&note.written_by)),
            Cell::text(text),
            Cell::html(&action),
        ])
    });
    Ok(Html::of(
        &Table::new(room.language(), "notes-table", room.t("cycle-notes"))
            .hide_caption()
            .columns([
                Column::text(room.t("cycle-column-day")).no_wrap(),
                Column::text(room.t("cycle-column-department")),
                Column::text(room.t("cycle-column-who")).no_wrap(),
                Column::text(room.t("cycle-column-text")),
                Column::text(room.t("cycle-column-action")),
            ])
            .rows(rows)
            .stacked(),
    ))
}

pub(super) async fn note(
    mut room: Room,
    Path((key, initiative)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = room.plan(&key).await?;
    room.need_write(fields.get("department"))?;
    let Some(day) = fields.date("day").filter(|day| *day <= room.city.today()) else {
        room.refuse_with("cycle-error-day", fields);
        return Ok(work_page(&room, &plan, &initiative).await?.into_response());
    };
    let id = plan.id;
    let input = (
        initiative.clone(),
        fields.get("department").to_owned(),
        fields.get("text").to_owned(),
    );
    let outcome = room
        .write(input, move |tx, (initiative, department, text)| {
            Box::pin(async move {
                cycle::write_progress_note(
                    tx,
                    id,
                    initiative,
                    department,
                    day,
                    text,
                    &Stamp::of(tx),
                )
                .await
            })
        })
        .await;
    room.answer(
        outcome,
        fields,
        |_| (format!("/desk/plan/{key}/work/{initiative}#notes"), "noted"),
        async |room| work_page(room, &plan, &initiative).await,
    )
    .await
}

pub(super) async fn withdraw(
    room: Room,
    Path((key, initiative)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = room.plan(&key).await?;
    let id = fields.integer("id").ok_or(Problem::NotFound)?;
    let notes = cycle::progress_notes(room.db(), plan.id, Some(&initiative)).await?;
    let note = notes
        .iter()
        .find(|note| note.id == id)
        .ok_or(Problem::NotFound)?;
    room.need_write(&note.department)?;
    let plan_id = plan.id;
    let outcome = room
        .write(fields.get("reason").to_owned(), move |tx, reason| {
            Box::pin(async move {
                cycle::withdraw_progress_note(tx, plan_id, id, reason, &Stamp::of(tx)).await
            })
        })
        .await;
    room.answer(
        outcome,
        fields,
        |()| {
            (
                format!("/desk/plan/{key}/work/{initiative}#notes"),
                "withdrawn",
            )
        },
        async |room| work_page(room, &plan, &initiative).await,
    )
    .await
}

pub(super) async fn make_task(
    mut room: Room,
    Path((key, initiative)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = room.plan(&key).await?;
    room.need_write(fields.get("department"))?;
    let Some(edit) = task_of(&fields) else {
        room.refuse_with("cycle-error-due", fields);
        return Ok(work_page(&room, &plan, &initiative).await?.into_response());
    };
    let id = plan.id;
    let outcome = room
        .write((initiative.clone(), edit), move |tx, (initiative, edit)| {
            Box::pin(
                async move { cycle::make_task(tx, id, initiative, edit, &Stamp::of(tx)).await },
            )
        })
        .await;
    room.answer(
        outcome,
        fields,
        |_| {
            (
                format!("/desk/plan/{key}/work/{initiative}#tasks-section"),
                "saved",
            )
        },
        async |room| work_page(room, &plan, &initiative).await,
    )
    .await
}

/// A sentence of help above a form.
pub(super) fn hint(room: &Room, key: &str) -> Html {
    paragraph(&room.t(key))
}
