//! Acting: the records of missed targets.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_kernel::FiscalYear;
use yakuba_ui::{
    ButtonKind, Cell, ChipLabel, Choice, Column, DescriptionList, EmptyState, Html, LinkButton,
    Page, Row, Table,
};

use super::{
    room::{Room, fiscal_year, person_choices},
    section::Section,
    work::hint,
};
use crate::{
    capabilities::{CHECK, EDIT, MANAGE},
    error::PlanError,
    forms::{Fields, done},
    measuring,
    model::cycle::{ActState, ActStep},
    store::{
        self, PlanRecord,
        cycle::{self, Act, ActEdit, MissedTarget, People, Stamp},
    },
};

/// A table of Act records.
pub(super) fn act_table(room: &Room, acts: &[Act], people: Option<&People>) -> Table {
    let today = room.city.today();
    let mut columns = vec![
        Column::text(room.t("cycle-column-indicator")),
        Column::text(room.t("cycle-column-year")).no_wrap(),
        Column::text(room.t("cycle-field-fact")),
        Column::text(room.t("cycle-field-due")).no_wrap(),
        Column::text(room.t("cycle-column-state")).no_wrap(),
        Column::text(room.t("cycle-column-carried-to")).no_wrap(),
    ];
    if people.is_some() {
        columns.push(Column::text(room.t("cycle-column-owner-and-assignee")).no_wrap());
    }
    let rows = acts.iter().map(|act| {
        let late = act.is_late(today);
        let mut state = Html::of(&match act.state() {
            ActState::Open => ChipLabel::new(room.word("act-state", "open")).orange(),
            ActState::InProgress => ChipLabel::new(room.word("act-state", "in_progress")).blue(),
            ActState::Done => ChipLabel::new(room.word("act-state", "done")).green(),
        });
        if late {
            state.push(&ChipLabel::new(room.t("cycle-late")).red().beside());
        }
        let mut cells = vec![
            Cell::link(
                &act.indicator_name,
                format!("/desk/plan/{}/acts/{}", act.plan_key, act.id),
            ),
            room.year_of(act.fiscal_year).into(),
            Cell::text(&act.fact),
            act.due
                .as_deref()
                .map(|due| room.date(due))
                .unwrap_or_default()
                .into(),
            Cell::html(&state),
            act.carried_to
                .map(|year| room.year_of(year))
                .unwrap_or_default()
                .into(),
        ];
        if let Some(people) = people {
            cells.push(Cell::html(&room.office_and_person(
                people,
                &act.owner,
                act.assignee,
            )));
        }
        Row::new(cells).marked(late)
    });
    Table::new(room.language(), "acts", room.t("cycle-menu-acts"))
        .hide_caption()
        .columns(columns)
        .rows(rows)
        .row_headers()
        .stacked()
}

pub(super) async fn list(room: Room, Path(key): Path<String>) -> Result<Page, Problem> {
    let plan = room.plan(&key).await?;
    let people = People::read(room.db()).await?;
    let acts = cycle::acts(room.db(), Some(plan.id)).await?;
    let section = if acts.is_empty() {
        Section::plain(&EmptyState::new(room.t("cycle-no-acts")).text(room.t("cycle-no-acts-text")))
    } else {
        Section::plain(&act_table(&room, &acts, Some(&people)).filter())
    };
    let mut page = room
        .page(room.t("cycle-menu-acts"), Some(&plan), vec![section])
        .await?;
    if room.principal.holds(EDIT) || room.principal.holds(CHECK) {
        page = page.action(&LinkButton::new(
            room.t("cycle-open-act"),
            format!("/desk/plan/{key}/acts/new"),
        ));
    }
    if room.may_everywhere(CHECK) {
        let year = FiscalYear::from_date(room.city.today()).previous();
        let form = room
            .form("missed", format!("/desk/plan/{key}/acts/missed"))
            .hidden("year", year)
            .inline()
            .step("cycle-open-missed", "open", ButtonKind::Other)
            .make();
        page = page.action(&form);
    }
    Ok(page)
}

pub(super) async fn form(room: Room, Path(key): Path<String>) -> Result<Page, Problem> {
    let plan = room.plan(&key).await?;
    new_page(&room, &plan).await
}

async fn new_page(room: &Room, plan: &PlanRecord) -> Result<Page, Problem> {
    let choices = room
        .indicator_choices(plan, room.query.get("initiative"))
        .await?;
    let years = room.years(plan);
    let form = room
        .form("act", format!("/desk/plan/{}/acts", plan.key))
        .select("indicator", choices, room.query.get("indicator"), true)
        .select(
            "year",
            years
                .iter()
                .map(|year| Choice::new(year.to_string(), room.year(*year)))
                .collect(),
            &room.asked_year().to_string(),
            false,
        )
        .area("fact", "", 3, true)
        .submit("cycle-open-act")
        .make();
    let mut content = hint(room, "cycle-open-act-hint");
    content.push(&form);
    Ok(room
        .page(
            room.t("cycle-open-act"),
            Some(plan),
            vec![Section::plain(&content)],
        )
        .await?
        .breadcrumb(
            room.t("cycle-menu-acts"),
            format!("/desk/plan/{}/acts", plan.key),
        ))
}

/// The department that leads the initiative an indicator belongs to.
async fn may_open(room: &Room, plan: &PlanRecord, indicator: &str) -> Result<bool, Problem> {
    if room.may_everywhere(CHECK) || room.may_everywhere(MANAGE) {
        return Ok(true);
    }
    let parts = store::parts(room.db(), plan.id).await?;
    let document = store::load(room.db(), &plan.key).await?;
    let owner = measuring::initiatives(&document).find_map(|(_, initiative)| {
        initiative
            .indicators
            .iter()
            .any(|known| known.key.as_deref() == Some(indicator))
            .then(|| initiative.key.clone())
            .flatten()
    });
    Ok(parts
        .iter()
        .filter(|part| Some(&part.key) == owner.as_ref())
        .flat_map(|part| &part.lead_codes)
        .any(|code| room.may_write(code)))
}

pub(super) async fn open(
    mut room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = room.plan(&key).await?;
    let indicator = fields.get("indicator").to_owned();
    if !indicator.is_empty() && !may_open(&room, &plan, &indicator).await? {
        return Err(Problem::NotAllowed);
    }
    let Some(year) = fields.year("year").filter(|_| !indicator.is_empty()) else {
        room.refuse_with("cycle-error-indicator", fields);
        return Ok(new_page(&room, &plan).await?.into_response());
    };
    let missed = MissedTarget {
        indicator_key: indicator.clone(),
        fact: fields.get("fact").to_owned(),
    };
    let id = plan.id;
    let outcome = room
        .write(missed, move |tx, missed| {
            Box::pin(async move { cycle::open_act(tx, id, year, missed, &Stamp::of(tx)).await })
        })
        .await;
    let known = match &outcome {
        Ok(None) => cycle::acts(room.db(), Some(plan.id))
            .await?
            .into_iter()
            .find(|act| {
                act.indicator_key == indicator && act.fiscal_year == i64::from(year.year())
            }),
        _ => None,
    };
    let then = |opened: Option<i64>| match (opened, known) {
        (Some(act), _) => (format!("/desk/plan/{key}/acts/{act}"), "act-opened"),
        (None, Some(act)) => (format!("/desk/plan/{key}/acts/{}", act.id), "act-known"),
        (None, None) => (format!("/desk/plan/{key}/acts"), "act-known"),
    };
    room.answer(outcome, fields, then, async |room| {
        new_page(room, &plan).await
    })
    .await
}

pub(super) async fn open_missed(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = room.plan(&key).await?;
    room.need_everywhere(CHECK)?;
    let year = fields.year("year").ok_or(Problem::NotFound)?;
    let missed = super::missed_targets(&room.city, &key, year, room.language()).await?;
    let id = plan.id;
    room.write(missed, move |tx, missed| {
        Box::pin(async move { cycle::open_acts(tx, id, year, missed, &Stamp::of(tx)).await })
    })
    .await
    .map_err(|error: PlanError| Problem::from(error))?;
    Ok(done(&format!("/desk/plan/{key}/acts"), "acts-opened"))
}

/// The plan of a record that the person may change.
async fn touched(room: &Room, key: &str, id: i64) -> Result<PlanRecord, Problem> {
    let plan = room.plan(key).await?;
    let act = act_of(room, &plan, id).await?;
    if may_touch(room, &plan, &act).await? {
        Ok(plan)
    } else {
        Err(Problem::NotAllowed)
    }
}

/// Owners of the record, editors of the initiative's leading departments, and the DX office.
async fn may_touch(room: &Room, plan: &PlanRecord, act: &Act) -> Result<bool, Problem> {
    Ok(room.may_write(&act.owner)
        || room
            .account()
            .is_ok_and(|account| act.assignee == Some(account))
        || may_open(room, plan, &act.indicator_key).await?)
}

async fn act_of(room: &Room, plan: &PlanRecord, id: i64) -> Result<Act, Problem> {
    let act = cycle::act(room.db(), id).await?;
    if act.plan_id == plan.id {
        Ok(act)
    } else {
        Err(Problem::NotFound)
    }
}

pub(super) async fn show(
    room: Room,
    Path((key, id)): Path<(String, i64)>,
) -> Result<Page, Problem> {
    let plan = room.plan(&key).await?;
    act_page(&room, &plan, id).await
}

async fn act_page(room: &Room, plan: &PlanRecord, id: i64) -> Result<Page, Problem> {
    let act = act_of(room, plan, id).await?;
    let people = People::read(room.db()).await?;
    let path = format!("/desk/plan/{}/acts/{id}", plan.key);
    let writable = may_touch(room, plan, &act).await?;
    let unknown = room.t("cycle-not-yet");
    let or_unknown = |text: &str| {
        if text.is_empty() {
            unknown.clone()
        } else {
            text.to_owned()
        }
    };
    let mut about = DescriptionList::new()
        .text(room.t("cycle-column-initiative"), &act.part_title)
        .text(room.t("cycle-column-year"), room.year_of(act.fiscal_year))
        .text(
            room.t("cycle-column-state"),
            room.word("act-state", &act.state),
        )
        .text(room.t("cycle-field-fact"), &act.fact)
        .text(room.t("cycle-field-cause"), or_unknown(&act.cause))
        .text(
            room.t("cycle-field-countermeasure"),
            or_unknown(&act.countermeasure),
        )
        .text(
            room.t("cycle-field-owner"),
            or_unknown(room.department(&people, &act.owner)),
        )
        .text(
            room.t("cycle-column-assignee"),
            room.person(&people, act.assignee),
        )
        .text(
            room.t("cycle-field-due"),
            act.due
                .as_deref()
                .map_or(unknown.clone(), |due| room.date(due)),
        );
    if let Some(outcome) = &act.outcome {
        about = about.text(room.t("cycle-column-outcome"), outcome);
    }
    if let Some(year) = act.carried_to {
        about = about.text(room.t("cycle-column-carried-to"), room.year_of(year));
    }
    let mut sections = vec![Section::plain(&about)];
    if writable {
        sections.push(Section::new(
            "step",
            room.t("cycle-next-step"),
            &step_form(room, &path, &act),
        ));
        if act.state() != ActState::Done {
            let form = room
                .form("act", &path)
                .hidden("revision", act.revision)
                .area("fact", &act.fact, 2, true)
                .area("cause", &act.cause, 3, false)
                .area("countermeasure", &act.countermeasure, 3, false)
                .select(
                    "owner",
                    room.department_choices(people.departments()),
                    &act.owner,
                    true,
                )
                .select(
                    "assignee",
                    person_choices(&people),
                    &act.assignee
                        .map(|account| account.to_string())
                        .unwrap_or_default(),
                    true,
                )
                .date("due", act.due.as_deref().and_then(|due| due.parse().ok()))
                .submit("cycle-save")
                .make();
            sections.push(Section::new("change", room.t("cycle-change-act"), &form));
        }
        if act.carried_to.is_none() && !act.countermeasure.is_empty() {
            sections.push(Section::new(
                "take-over",
                room.t("cycle-take-over"),
                &take_over_form(room, plan, &act, &path).await?,
            ));
        }
    }
    let steps = cycle::steps_of_act(room.db(), id).await?;
    sections.push(Section::new(
        "history-section",
        room.t("cycle-history"),
        &room.history(&people, &steps, "act-step"),
    ));
    Ok(room
        .page(&act.indicator_name, Some(plan), sections)
        .await?
        .breadcrumb(
            room.t("cycle-menu-acts"),
            format!("/desk/plan/{}/acts", plan.key),
        ))
}

fn step_form(room: &Room, path: &str, act: &Act) -> Html {
    let form = room
        .form("step", format!("{path}/step"))
        .hidden("revision", act.revision);
    match act.state() {
        ActState::Open => form.note(&hint(room, "cycle-begin-hint")).step(
            "cycle-do-begin",
            ActStep::Begin.as_str(),
            ButtonKind::Main,
        ),
        ActState::InProgress => form.area("outcome", "", 3, true).step(
            "cycle-do-finish",
            ActStep::Finish.as_str(),
            ButtonKind::Main,
        ),
        ActState::Done => form.area("reason", "", 2, true).step(
            "cycle-do-reopen",
            ActStep::Reopen.as_str(),
            ButtonKind::Other,
        ),
    }
    .make()
}

async fn take_over_form(
    room: &Room,
    plan: &PlanRecord,
    act: &Act,
    path: &str,
) -> Result<Html, Problem> {
    let parts = store::parts(room.db(), plan.id).await?;
    let year = fiscal_year(act.fiscal_year).ok_or(Problem::NotFound)?;
    let years: Vec<Choice> = std::iter::successors(Some(year.next()), |year| Some(year.next()))
        .take(3)
        .map(|year| Choice::new(year.to_string(), room.year(year)))
        .collect();
    Ok(room
        .form("take", format!("{path}/take-over"))
        .note(&hint(room, "cycle-take-over-hint"))
        .select(
            "initiative",
            parts
                .iter()
                .map(|part| Choice::new(&part.key, &part.title))
                .collect(),
            act.initiative_key.as_deref().unwrap_or_default(),
            true,
        )
        .select("year", years, &year.next().to_string(), false)
        .area("countermeasure", &act.countermeasure, 3, true)
        .submit("cycle-do-take-over")
        .make())
}

pub(super) async fn save(
    mut room: Room,
    Path((key, id)): Path<(String, i64)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = touched(&room, &key, id).await?;
    let Ok(due) = fields.optional_date("due") else {
        room.refuse_with("cycle-error-due", fields);
        return Ok(act_page(&room, &plan, id).await?.into_response());
    };
    let edit = ActEdit {
        fact: fields.get("fact").to_owned(),
        cause: fields.get("cause").to_owned(),
        countermeasure: fields.get("countermeasure").to_owned(),
        owner: fields.get("owner").to_owned(),
        assignee: fields.integer("assignee"),
        due,
    };
    let revision = fields.revision();
    let outcome = room
        .write(edit, move |tx, edit| {
            Box::pin(async move { cycle::edit_act(tx, id, revision, edit, &Stamp::of(tx)).await })
        })
        .await;
    answer(room, &plan, id, fields, outcome).await
}

pub(super) async fn step(
    room: Room,
    Path((key, id)): Path<(String, i64)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = touched(&room, &key, id).await?;
    let step = ActStep::read(fields.get("step")).ok_or(Problem::NotFound)?;
    let text = match step {
        ActStep::Finish => fields.get("outcome"),
        _ => fields.get("reason"),
    }
    .to_owned();
    let revision = fields.revision();
    let outcome = room
        .write(text, move |tx, text| {
            Box::pin(async move {
                cycle::step_act(tx, id, revision, step, text, &Stamp::of(tx)).await?;
                Ok::<_, PlanError>(())
            })
        })
        .await;
    answer(room, &plan, id, fields, outcome).await
}

pub(super) async fn take_over(
    room: Room,
    Path((key, id)): Path<(String, i64)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = touched(&room, &key, id).await?;
    let year = fields.year("year").ok_or(Problem::NotFound)?;
    let input = (
        fields.get("initiative").to_owned(),
        fields.get("countermeasure").to_owned(),
    );
    let outcome = room
        .write(input, move |tx, (initiative, text)| {
            Box::pin(async move {
                cycle::take_over(tx, id, initiative, year, text, &Stamp::of(tx)).await
            })
        })
        .await;
    answer(room, &plan, id, fields, outcome).await
}

async fn answer(
    room: Room,
    plan: &PlanRecord,
    id: i64,
    fields: Fields,
    outcome: Result<(), PlanError>,
) -> Result<Response, Problem> {
    room.answer(
        outcome,
        fields,
        |()| (format!("/desk/plan/{}/acts/{id}", plan.key), "saved"),
        async |room| act_page(room, plan, id).await,
    )
    .await
}
