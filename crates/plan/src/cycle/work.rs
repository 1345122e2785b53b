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
    home::task_table,
    room::{Fields, Room, Section, done, paragraph, person_choices},
};
use crate::{
    error::PlanError,
    model::cycle::{TaskState, TaskStep},
    store::{
        self, PlanRecord,
        cycle::{self, People, Stamp, TaskEdit},
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
                .red(),
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
            .row_headers();
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
                .inline()
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
        .city
        .write(
            room.principal.actor(),
            input,
            move |tx, (initiative, department, text)| {
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
            },
        )
        .await;
    match outcome {
        Ok(_) => Ok(done(
            &format!("/desk/plan/{key}/work/{initiative}#notes"),
            "noted",
        )),
        Err(error) => {
            room.refuse(error, fields)?;
            Ok(work_page(&room, &plan, &initiative).await?.into_response())
        }
    }
}

pub(super) async fn withdraw(
    mut room: Room,
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
        .city
        .write(
            room.principal.actor(),
            fields.get("reason").to_owned(),
            move |tx, reason| {
                Box::pin(async move {
                    cycle::withdraw_progress_note(tx, plan_id, id, reason, &Stamp::of(tx)).await
                })
            },
        )
        .await;
    match outcome {
        Ok(()) => Ok(done(
            &format!("/desk/plan/{key}/work/{initiative}#notes"),
            "withdrawn",
        )),
        Err(error) => {
            room.refuse(error, fields)?;
            Ok(work_page(&room, &plan, &initiative).await?.into_response())
        }
    }
}

fn task_of(fields: &Fields) -> Option<TaskEdit> {
    Some(TaskEdit {
        title: fields.get("title").to_owned(),
        department: fields.get("department").to_owned(),
        assignee: fields.integer("assignee"),
        due: fields.date("due")?,
        note: fields.optional("note"),
    })
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
        .city
        .write(
            room.principal.actor(),
            (initiative.clone(), edit),
            move |tx, (initiative, edit)| {
                Box::pin(
                    async move { cycle::make_task(tx, id, initiative, edit, &Stamp::of(tx)).await },
                )
            },
        )
        .await;
    match outcome {
        Ok(_) => Ok(done(
            &format!("/desk/plan/{key}/work/{initiative}#tasks-section"),
            "saved",
        )),
        Err(error) => {
            room.refuse(error, fields)?;
            Ok(work_page(&room, &plan, &initiative).await?.into_response())
        }
    }
}

pub(super) async fn tasks(room: Room, Path(key): Path<String>) -> Result<Page, Problem> {
    let plan = room.plan(&key).await?;
    let people = People::read(room.db()).await?;
    let tasks = cycle::tasks(room.db(), Some(plan.id)).await?;
    let section = if tasks.is_empty() {
        Section::plain(&EmptyState::new(room.t("cycle-no-tasks-here")))
    } else {
        let table =
            task_table(&room, "tasks", room.t("cycle-tasks"), &tasks, Some(&people)).filter();
        Section::plain(&table)
    };
    room.page(room.t("cycle-menu-tasks"), Some(&plan), vec![section])
        .await
}

pub(super) async fn task(
    room: Room,
    Path((key, task)): Path<(String, i64)>,
) -> Result<Page, Problem> {
    let plan = room.plan(&key).await?;
    task_page(&room, &plan, task).await
}

async fn task_page(room: &Room, plan: &PlanRecord, id: i64) -> Result<Page, Problem> {
    let task = cycle::task(room.db(), id).await?;
    if task.plan_id != plan.id {
        return Err(Problem::NotFound);
    }
    let people = People::read(room.db()).await?;
    let path = format!("/desk/plan/{}/tasks/{id}", plan.key);
    let about = DescriptionList::new()
        .text(room.t("cycle-column-initiative"), &task.initiative_title)
        .text(
            room.t("cycle-column-department"),
            room.department(&people, &task.department),
        )
        .text(
            room.t("cycle-column-assignee"),
            room.person(&people, task.assignee),
        )
        .text(room.t("cycle-column-due"), room.date(&task.due))
        .text(
            room.t("cycle-column-state"),
            room.word("task-state", &task.state),
        )
        .text(
            room.t("cycle-field-note"),
            task.note.clone().unwrap_or_default(),
        );
    let mut sections = vec![Section::plain(&about)];
    if may_touch(room, &task) {
        if task.state() == TaskState::Open {
            let own = room.own_departments(&people);
            let form = room
                .form("change", &path)
                .hidden("revision", task.revision)
                .hidden("step", TaskStep::Change.as_str())
                .text("title", &task.title, true)
                .select(
                    "department",
                    room.department_choices(own),
                    &task.department,
                    false,
                )
                .select(
                    "assignee",
                    person_choices(&people),
                    &task
                        .assignee
                        .map(|account| account.to_string())
                        .unwrap_or_default(),
                    true,
                )
                .date("due", Some(task.due()))
                .text("note", task.note.as_deref().unwrap_or_default(), false)
                .submit("cycle-save")
                .make();
            let steps = room
                .form("step", &path)
                .hidden("revision", task.revision)
                .area("reason", "", 2, false)
                .step(
                    "cycle-do-complete",
                    TaskStep::Complete.as_str(),
                    ButtonKind::Main,
                )
                .step("cycle-do-drop", TaskStep::Drop.as_str(), ButtonKind::Danger)
                .make();
            sections.push(Section::new("step", room.t("cycle-next-step"), &steps));
            if room.may_write(&task.department) {
                sections.push(Section::new("change", room.t("cycle-change-task"), &form));
            }
        } else {
            let steps = room
                .form("step", &path)
                .hidden("revision", task.revision)
                .area("reason", "", 2, true)
                .step(
                    "cycle-do-reopen",
                    TaskStep::Reopen.as_str(),
                    ButtonKind::Other,
                )
                .make();
            sections.push(Section::new("step", room.t("cycle-next-step"), &steps));
        }
    }
    let steps = cycle::steps_of_task(room.db(), id).await?;
    sections.push(Section::new(
        "history-section",
        room.t("cycle-history"),
        &room.history(&people, &steps, "task-step"),
    ));
    let page = room.page(&task.title, Some(plan), sections).await?;
    Ok(page.breadcrumb(
        &task.initiative_title,
        format!("/desk/plan/{}/work/{}", plan.key, task.initiative_key),
    ))
}

/// The department's editors, and the person whose task it is.
fn may_touch(room: &Room, task: &cycle::Task) -> bool {
    room.may_write(&task.department)
        || room
            .account()
            .is_ok_and(|account| task.assignee == Some(account))
}

pub(super) async fn change_task(
    mut room: Room,
    Path((key, id)): Path<(String, i64)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = room.plan(&key).await?;
    let task = cycle::task(room.db(), id).await?;
    if task.plan_id != plan.id || !may_touch(&room, &task) {
        return Err(Problem::NotAllowed);
    }
    let step = TaskStep::read(fields.get("step")).ok_or(Problem::NotFound)?;
    let revision = fields.revision();
    let outcome = if step == TaskStep::Change {
        room.need_write(&task.department)?;
        room.need_write(fields.get("department"))?;
        let Some(edit) = task_of(&fields) else {
            room.refuse_with("cycle-error-due", fields);
            return Ok(task_page(&room, &plan, id).await?.into_response());
        };
        room.city
            .write(room.principal.actor(), edit, move |tx, edit| {
                Box::pin(
                    async move { cycle::edit_task(tx, id, revision, edit, &Stamp::of(tx)).await },
                )
            })
            .await
    } else {
        let text = fields.get("reason").to_owned();
        room.city
            .write(room.principal.actor(), text, move |tx, text| {
                Box::pin(async move {
                    cycle::step_task(tx, id, revision, step, text, &Stamp::of(tx)).await?;
                    Ok::<_, PlanError>(())
                })
            })
            .await
    };
    match outcome {
        Ok(()) => Ok(done(&format!("/desk/plan/{key}/tasks/{id}"), "saved")),
        Err(error) => {
            room.refuse(error, fields)?;
            Ok(task_page(&room, &plan, id).await?.into_response())
        }
    }
}

/// A sentence of help above a form.
pub(super) fn hint(room: &Room, key: &str) -> Html {
    paragraph(&room.t(key))
}
