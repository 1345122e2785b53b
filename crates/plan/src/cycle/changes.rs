//! The life of initiatives, statuses set by a person, and the deadlines of the year.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_kernel::FiscalYear;
use yakuba_ui::{ButtonKind, Cell, ChipLabel, Choice, Column, EmptyState, Html, Page, Row, Table};

use super::{room::Room, section::Section, work::hint};
use crate::{
    capabilities::{CHECK, MANAGE},
    error::PlanError,
    forms::{Fields, done},
    model::{
        cycle::{Deadline, DeadlineKind, LifeChange},
        document::Group,
        status::Status,
    },
    store::{
        self, PlanRecord,
        cycle::{self, LifeChangeRecord, NewInitiative, People, Stamp},
    },
};

/// A change of life in words, as the desk and residents read it.
pub(super) fn change_table(room: &Room, id: String, changes: &[LifeChangeRecord]) -> Table {
    let rows = changes.iter().map(|change| {
        let about = match (
            &change.into_title,
            &change.indicator,
            &change.before,
            &change.after,
        ) {
            (Some(into), ..) => room
                .words
                .with_text("cycle-merged-into", "title", into)
                .into_owned(),
            (None, indicator, before, after) => [
                indicator.clone().unwrap_or_default(),
                match (before, after) {
                    (Some(before), Some(after)) => format!("{before} → {after}"),
                    (before, after) => before.clone().or_else(|| after.clone()).unwrap_or_default(),
                },
            ]
            .join("\n")
            .trim()
            .to_owned(),
        };
        Row::new([
            Cell::html(&ChipLabel::new(room.word("life", &change.kind))),
            Cell::text(&change.initiative_title),
            Cell::text(about),
            Cell::text(&change.reason),
        ])
    });
    Table::new(room.language(), id, room.t("cycle-changes"))
        .hide_caption()
        .columns([
            Column::text(room.t("cycle-column-change")).no_wrap(),
            Column::text(room.t("cycle-column-initiative")),
            Column::text(room.t("cycle-column-about")),
            Column::text(room.t("cycle-column-why")),
        ])
        .rows(rows)
        .stacked()
}

pub(super) async fn show(room: Room, Path(key): Path<String>) -> Result<Page, Problem> {
    let plan = room.plan(&key).await?;
    changes_page(&room, &plan).await
}

async fn changes_page(room: &Room, plan: &PlanRecord) -> Result<Page, Problem> {
    let people = People::read(room.db()).await?;
    let mut waiting = cycle::life_changes(room.db(), plan.id).await?;
    waiting.retain(|change| change.revision_id.is_none());
    waiting.reverse();
    let mut sections = Vec::new();
    let content = if waiting.is_empty() {
        Html::of(&EmptyState::new(room.t("cycle-no-changes")))
    } else {
        Html::of(&change_table(room, "waiting".into(), &waiting))
    };
    sections.push(Section::new(
        "waiting-section",
        room.t("cycle-waiting-changes"),
        &content,
    ));
    let base = format!("/desk/plan/{}/changes", plan.key);
    if room.may_everywhere(MANAGE) {
        let parts = store::parts(room.db(), plan.id).await?;
        let choices = || {
            parts
                .iter()
                .map(|part| Choice::new(&part.key, &part.title))
                .collect::<Vec<_>>()
        };
        let kinds = [
            LifeChange::Completed,
            LifeChange::Merged,
            LifeChange::Suspended,
            LifeChange::Resumed,
        ];
        let form = room
            .form("life", &base)
            .select("initiative", choices(), "", true)
            .select(
                "kind",
                kinds
                    .iter()
                    .map(|kind| Choice::new(kind.as_str(), room.word("life", kind.as_str())))
                    .collect(),
                "",
                true,
            )
            .select("into", choices(), "", true)
            .area("reason", "", 3, true)
            .submit("cycle-change-life")
            .make();
        sections.push(Section::new("life", room.t("cycle-change-life"), &form));
        let document = store::load(room.db(), &plan.key).await?;
        let mut groups = Vec::new();
        collect_groups(&document.groups, &mut groups);
        let form = room
            .form("add", format!("{base}/add"))
            .select("group", groups, "", true)
            .text("number", "", false)
            .text("title", "", true)
            .area("summary", "", 3, false)
            .select(
                "department",
                room.department_choices(people.departments()),
                "",
                true,
            )
            .area("reason", "", 3, true)
            .submit("cycle-add-initiative")
            .make();
        sections.push(Section::new("add", room.t("cycle-add-initiative"), &form));
        let year = FiscalYear::from_date(room.city.today());
        let form = room
            .form("revise", format!("{base}/revise"))
            .note(&hint(room, "cycle-revise-hint"))
            .text("label", "", true)
            .select(
                "year",
                [year, year.next()]
                    .iter()
                    .map(|year| Choice::new(year.to_string(), room.year(*year)))
                    .collect(),
                &year.next().to_string(),
                false,
            )
            .date("decided_on", Some(room.city.today()))
            .area("summary", "", 3, true)
            .submit("cycle-revise")
            .make();
        sections.push(Section::new("revise", room.t("cycle-revise"), &form));
    }
    for revision in cycle::revisions(room.db(), plan.id).await? {
        sections.push(Section::new(
            "",
            revision_heading(room, &revision),
            &revision_html(room, &revision),
        ));
    }
    room.page(room.t("cycle-menu-changes"), Some(plan), sections)
        .await
}

pub(super) fn revision_heading(room: &Room, revision: &cycle::Revision) -> String {
    room.words
        .with(
            "cycle-revision",
            &[
                ("label", revision.label.clone().into()),
                ("year", room.year(revision.fiscal_year).into()),
            ],
        )
        .into_owned()
}

pub(super) fn revision_html(room: &Room, revision: &cycle::Revision) -> Html {
    let mut html = super::section::paragraph(&room.words.with_text(
        "cycle-decided-on",
        "day",
        &room.date(&revision.decided_on),
    ));
    html.push(&super::section::paragraph(&revision.summary));
    if !revision.changes.is_empty() {
        html.push(&change_table(
            room,
            format!("revision-{}", revision.id),
            &revision.changes,
        ));
    }
    html
}

fn collect_groups(groups: &[Group], choices: &mut Vec<Choice>) {
    for group in groups {
        if let Some(key) = &group.key {
            choices.push(Choice::new(key, &group.title));
        }
        collect_groups(&group.groups, choices);
    }
}

async fn answer(
    room: Room,
    plan: &PlanRecord,
    fields: Fields,
    outcome: Result<(), PlanError>,
) -> Result<Response, Problem> {
    room.answer(
        outcome,
        fields,
        |()| (format!("/desk/plan/{}/changes", plan.key), "saved"),
        async |room| changes_page(room, plan).await,
    )
    .await
}

pub(super) async fn change(
    mut room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = room.plan(&key).await?;
    room.need_everywhere(MANAGE)?;
    let initiative = fields.get("initiative").to_owned();
    let Some(kind) = LifeChange::read(fields.get("kind")).filter(|_| !initiative.is_empty()) else {
        room.refuse_with("cycle-error-kind", fields);
        return Ok(changes_page(&room, &plan).await?.into_response());
    };
    let input = (
        key,
        initiative,
        fields.optional("into"),
        fields.get("reason").to_owned(),
    );
    let outcome = room
        .write(input, move |tx, (key, initiative, into, reason)| {
            Box::pin(async move {
                cycle::change_life(
                    tx,
                    key,
                    initiative,
                    kind,
                    into.as_deref(),
                    reason,
                    &Stamp::of(tx),
                )
                .await
            })
        })
        .await;
    answer(room, &plan, fields, outcome).await
}

pub(super) async fn add(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = room.plan(&key).await?;
    room.need_everywhere(MANAGE)?;
    let people = People::read(room.db()).await?;
    let departments = fields.optional("department");
    let new = NewInitiative {
        group_key: fields.get("group").to_owned(),
        number: fields.optional("number"),
        title: fields.get("title").to_owned(),
        summary: fields.optional("summary"),
        lead_departments: departments
            .iter()
            .map(|code| people.department(code, true).to_owned())
            .collect(),
    };
    let outcome = if new.group_key.is_empty() {
        Err(PlanError::Empty("group"))
    } else {
        let input = (key, new, fields.get("reason").to_owned());
        room.write(input, |tx, (key, new, reason)| {
            Box::pin(async move {
                cycle::add_initiative(tx, key, new, reason, &Stamp::of(tx)).await?;
                Ok::<_, PlanError>(())
            })
        })
        .await
    };
    answer(room, &plan, fields, outcome).await
}

pub(super) async fn revise(
    mut room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = room.plan(&key).await?;
    room.need_everywhere(MANAGE)?;
    let (Some(year), Some(day)) = (fields.year("year"), fields.date("decided_on")) else {
        room.refuse_with("cycle-error-day", fields);
        return Ok(changes_page(&room, &plan).await?.into_response());
    };
    let input = (
        key,
        fields.get("label").to_owned(),
        fields.get("summary").to_owned(),
    );
    let outcome = room
        .write(input, move |tx, (key, label, summary)| {
            Box::pin(async move {
                cycle::revise(tx, key, label, year, day, summary, &Stamp::of(tx)).await?;
                Ok::<_, PlanError>(())
            })
        })
        .await;
    answer(room, &plan, fields, outcome).await
}

pub(super) async fn overrides(room: Room, Path(key): Path<String>) -> Result<Page, Problem> {
    let plan = room.plan(&key).await?;
    overrides_page(&room, &plan).await
}

async fn overrides_page(room: &Room, plan: &PlanRecord) -> Result<Page, Problem> {
    let people = People::read(room.db()).await?;
    let overrides = cycle::overrides(room.db(), plan.id).await?;
    let base = format!("/desk/plan/{}/overrides", plan.key);
    let may = room.may_everywhere(CHECK);
    let mut sections = vec![Section::plain(&hint(room, "cycle-overrides-hint"))];
    if overrides.is_empty() {
        sections.push(Section::plain(&EmptyState::new(
            room.t("cycle-no-overrides"),
        )));
    } else {
        let rows = (0..).zip(&overrides).map(|(number, known): (usize, _)| {
            let action = if may {
                room.form("remove", format!("{base}/remove"))
                    .hidden("id", number)
                    .hidden("indicator", &known.indicator_key)
                    .hidden("year", known.fiscal_year)
                    .text("reason", "", true)
                    .folded("cycle-remove-override")
                    .step("cycle-remove-override", "remove", ButtonKind::Quiet)
                    .make()
            } else {
                Html::empty()
            };
            Row::new([
                Cell::text(&known.indicator_name),
                room.year_of(known.fiscal_year).into(),
                room.word("status", &known.status).into(),
                Cell::text(&known.reason),
                Cell::text(people.actor(&known.made_by)),
                room.moment(known.made_at).into(),
                Cell::html(&action),
            ])
        });
        let table = Table::new(room.language(), "overrides", room.t("cycle-menu-overrides"))
            .hide_caption()
            .columns([
                Column::text(room.t("cycle-column-indicator")),
                Column::text(room.t("cycle-column-year")).no_wrap(),
                Column::text(room.t("cycle-field-status")).no_wrap(),
                Column::text(room.t("cycle-column-why")),
                Column::text(room.t("cycle-column-who")).no_wrap(),
                Column::text(room.t("cycle-column-when")).no_wrap(),
                Column::text(room.t("cycle-column-action")),
            ])
            .rows(rows)
            .row_headers()
            .stacked();
        sections.push(Section::plain(&table));
    }
    if may {
        let choices = room.indicator_choices(plan, "").await?;
        let years = room.years(plan);
        let form = room
            .form("override", &base)
            .select("indicator", choices, "", true)
            .select(
                "year",
                years
                    .iter()
                    .map(|year| Choice::new(year.to_string(), room.year(*year)))
                    .collect(),
                &FiscalYear::from_date(room.city.today()).to_string(),
                false,
            )
            .select(
                "status",
                Status::ALL
                    .iter()
                    .map(|status| {
                        Choice::new(status.as_str(), room.word("status", status.as_str()))
                    })
                    .collect(),
                "",
                true,
            )
            .area("reason", "", 3, true)
            .submit("cycle-set-override")
            .make();
        sections.push(Section::new("set", room.t("cycle-set-override"), &form));
    }
    room.page(room.t("cycle-menu-overrides"), Some(plan), sections)
        .await
}

pub(super) async fn set_override(
    mut room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = room.plan(&key).await?;
    room.need_everywhere(CHECK)?;
    let status = Status::ALL
        .into_iter()
        .find(|status| status.as_str() == fields.get("status"));
    let indicator = fields.get("indicator").to_owned();
    let (Some(status), Some(year), false) = (status, fields.year("year"), indicator.is_empty())
    else {
        room.refuse_with("cycle-error-indicator", fields);
        return Ok(overrides_page(&room, &plan).await?.into_response());
    };
    let id = plan.id;
    let input = (indicator, fields.get("reason").to_owned());
    let outcome = room
        .write(input, move |tx, (indicator, reason)| {
            Box::pin(async move {
                cycle::set_override(tx, id, indicator, year, status, reason, &Stamp::of(tx)).await
            })
        })
        .await;
    answer_override(room, &plan, fields, outcome).await
}

pub(super) async fn remove_override(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = room.plan(&key).await?;
    room.need_everywhere(CHECK)?;
    let year = fields.year("year").ok_or(Problem::NotFound)?;
    let id = plan.id;
    let input = (
        fields.get("indicator").to_owned(),
        fields.get("reason").to_owned(),
    );
    let outcome = room
        .write(input, move |tx, (indicator, reason)| {
            Box::pin(async move { cycle::remove_override(tx, id, indicator, year, reason).await })
        })
        .await;
    answer_override(room, &plan, fields, outcome).await
}

async fn answer_override(
    room: Room,
    plan: &PlanRecord,
    fields: Fields,
    outcome: Result<(), PlanError>,
) -> Result<Response, Problem> {
    room.answer(
        outcome,
        fields,
        |()| (format!("/desk/plan/{}/overrides", plan.key), "saved"),
        async |room| overrides_page(room, plan).await,
    )
    .await
}

pub(super) async fn deadlines(room: Room, Path(key): Path<String>) -> Result<Page, Problem> {
    let plan = room.plan(&key).await?;
    deadlines_page(&room, &plan).await
}

async fn deadlines_page(room: &Room, plan: &PlanRecord) -> Result<Page, Problem> {
    room.need_everywhere(MANAGE)?;
    let mut form = room
        .form("deadlines", format!("/desk/plan/{}/deadlines", plan.key))
        .note(&hint(room, "cycle-deadlines-hint"));
    for (kind, deadline) in cycle::deadlines(room.db()).await? {
        form = form.day_of_year(&format!("deadline_{}", kind.as_str()), deadline);
    }
    let form = form.submit("cycle-save").make();
    room.page(
        room.t("cycle-menu-deadlines"),
        Some(plan),
        vec![Section::plain(&form)],
    )
    .await
}

pub(super) async fn set_deadlines(
    mut room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = room.plan(&key).await?;
    room.need_everywhere(MANAGE)?;
    let read = |kind: &DeadlineKind| {
        let part = |part: &str| {
            let text = fields.get(&format!("deadline_{}_{part}", kind.as_str()));
            text.parse::<i8>().ok()
        };
        Some((*kind, Deadline::new(part("month")?, part("day")?)?))
    };
    let Some(all) = DeadlineKind::ALL
        .iter()
        .map(read)
        .collect::<Option<Vec<_>>>()
    else {
        room.refuse_with("cycle-error-deadline", fields);
        return Ok(deadlines_page(&room, &plan).await?.into_response());
    };
    room.write(all, |tx, all| {
        Box::pin(async move {
            for (kind, deadline) in all {
                cycle::set_deadline(tx, *kind, *deadline).await?;
            }
            Ok::<_, PlanError>(())
        })
    })
    .await
    .map_err(Problem::from)?;
    Ok(done(&format!("/desk/plan/{key}/deadlines"), "saved"))
}
