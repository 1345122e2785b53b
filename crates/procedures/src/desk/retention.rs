//! The end of records: what is over its retention period, lists that one proposes and another approves.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::{Access, Problem, Routes};
use yakuba_identity::account_names;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{
    Button, ButtonKind, Cell, Column, EmptyState, Fields, Html, Page, Row, Table, done, format,
};

use super::room::Room;
use crate::{
    capabilities::{DISPOSE, WORK},
    error::ProcedureError,
    store::{
        cases::day,
        retention::{self, Disposal},
    },
};

pub(super) fn routes() -> Routes {
    Routes::new()
        // For who proposes and for who approves: the page looks itself.
        .get("/desk/retention", Access::SignedIn, page)
        .post("/desk/retention", Access::Staff(WORK), propose)
        .post("/desk/retention/{disposal}", Access::Staff(DISPOSE), settle)
}

#[derive(Template)]
#[template(path = "desk/retention.html")]
struct Body {
    words: yakuba_ui::Words,
    departments: Vec<Part>,
}

#[derive(Template)]
#[template(source = "{{ empty }}", ext = "html")]
struct Nothing {
    empty: EmptyState,
}

struct Part {
    code: String,
    name: String,
    due: Html,
    /// Whether there is something to propose.
    proposable: Option<Button>,
    disposals: Html,
    open: Vec<Open>,
}

struct Open {
    id: i64,
    text: String,
    own: bool,
    approve: Button,
    decline: Button,
}

async fn page(room: Room) -> Result<Page, Problem> {
    retention_page(&room).await
}

async fn retention_page(room: &Room) -> Result<Page, Problem> {
    let me = room.account()?;
    let mut parts = Vec::new();
    for (code, name) in room.departments_with_any(&[WORK, DISPOSE]).await? {
        let due = retention::due(room.db(), &code, room.city.today()).await?;
        let disposals = retention::disposals(room.db(), &code).await?;
        if due.is_empty() && disposals.is_empty() {
            continue;
        }
        let accounts: Vec<i64> = disposals
            .iter()
            .flat_map(|disposal| {
                std::iter::once(disposal.proposed_by)
                    .chain(disposal.settled.map(|(account, _)| account))
            })
            .collect();
        let names = account_names(room.db(), &accounts)
            .await
            .map_err(ProcedureError::from)?;
        let person = |account: i64| names.get(&account).cloned().unwrap_or_default();
        let may_settle = room.principal.holds_in(DISPOSE, &code);
        let open = disposals
            .iter()
            .filter(|disposal| disposal.state == "proposed" && may_settle)
            .map(|disposal| Open {
                id: disposal.id,
                text: room
                    .words
                    .with(
                        "desk-disposal-open",
                        &[
                            ("cases", disposal.cases.into()),
                            ("person", person(disposal.proposed_by).into()),
                        ],
                    )
                    .into_owned(),
                own: disposal.proposed_by == me,
                approve: Button::submit(room.t("desk-disposal-approve"))
                    .sends("decision", "approve"),
                decline: Button::submit(room.t("desk-disposal-decline"))
                    .kind(ButtonKind::Other)
                    .sends("decision", "decline"),
            })
            .collect();
        parts.push(Part {
            code: code.as_str().to_owned(),
            proposable: (!due.is_empty() && room.principal.holds_in(WORK, &code))
                .then(|| Button::submit(room.t("desk-disposal-propose")).kind(ButtonKind::Other)),
            due: due_table(room, &code, &name, &due),
            disposals: disposal_table(room, &code, &name, &disposals, &person),
            name,
            open,
        });
    }
    if parts.is_empty() {
        let empty = EmptyState::new(room.t("desk-retention-empty"))
            .text(room.t("desk-retention-empty-text"));
        return Ok(room.page(room.t("desk-menu-retention"), &Nothing { empty }));
    }
    let body = Body {
        words: room.words,
        departments: parts,
    };
    Ok(room
        .page(room.t("desk-menu-retention"), &body)
        .lead(room.t("desk-retention-lead")))
}

fn due_table(room: &Room, code: &DepartmentCode, name: &str, due: &[retention::Due]) -> Html {
    if due.is_empty() {
        return Html::of(&EmptyState::new(room.t("desk-retention-nothing-due")));
    }
    let rows = due.iter().map(|due| {
        Row::new([
            Cell::text(&due.title),
            Cell::text(format::number(i128::try_from(due.cases.len()).unwrap_or(0))),
            Cell::text(room.words.counted("desk-years", i64::from(due.years))),
            Cell::text(&due.basis),
        ])
    });
    let caption = room
        .words
        .with_text("desk-retention-due", "department", name);
    Html::of(
        &Table::new(room.language(), format!("due-{code}"), caption)
            .columns([
                Column::text(room.t("desk-field-procedure")),
                Column::number(room.t("desk-column-cases")).no_wrap(),
                Column::text(room.t("desk-column-kept")).no_wrap(),
                Column::text(room.t("desk-column-basis")),
            ])
            .rows(rows)
            .row_headers()
            .stacked(),
    )
}

fn disposal_table(
    room: &Room,
    code: &DepartmentCode,
    name: &str,
    disposals: &[Disposal],
    person: &impl Fn(i64) -> String,
) -> Html {
    if disposals.is_empty() {
        return Html::empty();
    }
    let rows = disposals.iter().map(|disposal| {
        let settled = disposal.settled.map_or_else(String::new, |(account, at)| {
            format!(
                "{} {}",
                format::date(day(at), room.language()),
                person(account)
            )
        });
        Row::new([
            Cell::text(disposal.id.to_string()),
            Cell::text(format::number(disposal.cases)),
            Cell::text(room.t(&format!("desk-disposal-{}", disposal.state))),
            Cell::text(format!(
                "{} {}",
                format::date(day(disposal.proposed_at), room.language()),
                person(disposal.proposed_by)
            )),
            Cell::text(settled),
        ])
    });
    let caption = room
        .words
        .with_text("desk-disposal-lists", "department", name);
    Html::of(
        &Table::new(room.language(), format!("disposals-{code}"), caption)
            .columns([
                Column::number(room.t("desk-column-number")).no_wrap(),
                Column::number(room.t("desk-column-cases")).no_wrap(),
                Column::text(room.t("desk-column-state")).no_wrap(),
                Column::text(room.t("desk-column-proposed")),
                Column::text(room.t("desk-column-settled")),
            ])
            .rows(rows)
            .stacked(),
    )
}

async fn propose(room: Room, fields: Fields) -> Result<Response, Problem> {
    let department =
        DepartmentCode::new(fields.get("department")).map_err(|_| Problem::NotFound)?;
    room.need(WORK, &department)?;
    let me = room.account()?;
    let made = room
        .write((department, me), |tx, (department, me)| {
            Box::pin(retention::propose(tx, department, *me))
        })
        .await?;
    Ok(done(
        "/desk/retention",
        if made.is_some() {
            "proposed"
        } else {
            "nothing-due"
        },
    ))
}

async fn settle(
    mut room: Room,
    Path(disposal): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let department =
        DepartmentCode::new(fields.get("department")).map_err(|_| Problem::NotFound)?;
    room.need(DISPOSE, &department)?;
    let me = room.account()?;
    let approve = match fields.get("decision") {
        "approve" => true,
        "decline" => false,
        _ => return Err(Problem::NotFound),
    };
    let input = (disposal, department, me, approve);
    match room
        .write(input, |tx, (disposal, department, me, approve)| {
            Box::pin(retention::settle(tx, *disposal, department, *me, *approve))
        })
        .await
    {
        Ok(()) => Ok(done(
            "/desk/retention",
            if approve { "disposed" } else { "declined" },
        )),
        Err(ProcedureError::WrongState(_)) => {
            room.refuse_with("desk-error-disposal");
            Ok(retention_page(&room).await?.into_response())
        }
        Err(error) => Err(error.into()),
    }
}
