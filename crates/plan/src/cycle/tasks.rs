//! The tasks of a plan, and one task.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_ui::{
    ButtonKind, Cell, ChipLabel, Column, DescriptionList, EmptyState, Page, Row, Table,
};

use super::{
    room::{Room, person_choices},
    section::Section,
};
use crate::{
    error::PlanError,
    forms::Fields,
    model::cycle::{TaskState, TaskStep},
    store::{
        PlanRecord,
        cycle::{self, People, Stamp, Task, TaskEdit},
    },
};

/// A table of tasks, each with its due date and whether it is late.
pub(super) fn task_table(
    room: &Room,
    id: &'static str,
    caption: String,
    tasks: &[Task],
    people: Option<&People>,
) -> Table {
    let today = room.city.today();
    let mut columns = vec![
        Column::text(room.t("cycle-column-task")),
        Column::text(room.t("cycle-column-initiative")),
        Column::text(room.t("cycle-column-due")).no_wrap(),
        Column::text(room.t("cycle-column-state")).no_wrap(),
    ];
    if people.is_some() {
        columns.push(Column::text(room.t("cycle-column-owner-and-assignee")).no_wrap());
    }
    let rows = tasks.iter().map(|task| {
        let late = task.is_late(today);
        let state = if late {
            ChipLabel::new(room.t("cycle-late")).red()
        } else {
            match task.state() {
                TaskState::Open => ChipLabel::new(room.word("task-state", "open")).blue(),
                TaskState::Done => ChipLabel::new(room.word("task-state", "done")).green(),
                TaskState::Dropped => ChipLabel::new(room.word("task-state", "dropped")),
            }
        };
        let mut cells = vec![
            Cell::link(
                &task.title,
                format!("/desk/plan/{}/tasks/{}", task.plan_key, task.id),
            ),
            Cell::link(
                &task.initiative_title,
                format!("/desk/plan/{}/work/{}", task.plan_key, task.initiative_key),
            ),
            room.date(&task.due).into(),
            Cell::html(&state),
        ];
        if let Some(people) = people {
            cells.push(Cell::html(&room.office_and_person(
                people,
                &task.department,
                task.assignee,
            )));
        }
        Row::new(cells).marked(late).id(format!("task-{}", task.id))
    });
    Table::new(room.language(), id, caption)
        .hide_caption()
        .columns(columns)
        .rows(rows)
        .row_headers()
        .stacked()
}

/// What the form says; none without a due date.
pub(super) fn task_of(fields: &Fields) -> Option<TaskEdit> {
    Some(TaskEdit {
        title: fields.get("title").to_owned(),
        department: fields.get("department").to_owned(),
        assignee: fields.integer("assignee"),
        due: fields.date("due")?,
        note: fields.optional("note"),
    })
}

pub(super) async fn list(room: Room, Path(key): Path<String>) -> Result<Page, Problem> {
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

pub(super) async fn show(
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
fn may_touch(room: &Room, task: &Task) -> bool {
    room.may_write(&task.department)
        || room
            .account()
            .is_ok_and(|account| task.assignee == Some(account))
}

pub(super) async fn change(
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
        room.write(edit, move |tx, edit| {
            Box::pin(async move { cycle::edit_task(tx, id, revision, edit, &Stamp::of(tx)).await })
        })
        .await
    } else {
        let text = fields.get("reason").to_owned();
        room.write(text, move |tx, text| {
            Box::pin(async move {
                cycle::step_task(tx, id, revision, step, text, &Stamp::of(tx)).await?;
                Ok::<_, PlanError>(())
            })
        })
        .await
    };
    room.answer(
        outcome,
        fields,
        |()| (format!("/desk/plan/{key}/tasks/{id}"), "saved"),
        async |room| task_page(room, &plan, id).await,
    )
    .await
}
