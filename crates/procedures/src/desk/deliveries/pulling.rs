//! Which systems may fetch decided cases, and of which department and procedure.

use axum::{extract::Path, response::Response};
use yakuba_city::web::Problem;
use yakuba_identity::systems_with;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{
    Button, ButtonKind, Cell, Choice, Column, EmptyState, Fields, Html, Row, Select, Table, done,
};

use super::one_button;
use crate::{
    capabilities::{DELIVER, PULL},
    desk::{room::Room, titles::Titles},
    error::ProcedureError,
    store::pulling::{self, PullRight},
};

/// The part of the page about systems that fetch.
pub(super) struct Section {
    pub(super) rights: Html,
    /// None while there is no system with a token for fetching.
    pub(super) form: Option<Form>,
}

pub(super) struct Form {
    pub(super) fields: Html,
    pub(super) button: Button,
}

/// Whether the person may see and take back a right.
fn own(room: &Room, right: &PullRight) -> bool {
    DepartmentCode::new(right.department.as_str())
        .is_ok_and(|code| room.principal.holds_in(DELIVER, &code))
}

async fn systems(room: &Room) -> Result<Vec<String>, Problem> {
    Ok(systems_with(room.db(), PULL, room.city.today())
        .await
        .map_err(ProcedureError::from)?)
}

pub(super) async fn section(
    room: &Room,
    departments: &[(DepartmentCode, String)],
    titles: &Titles,
) -> Result<Section, Problem> {
    let systems = systems(room).await?;
    let language = room.language();
    let rights: Vec<PullRight> = pulling::pull_rights(room.db())
        .await?
        .into_iter()
        .filter(|right| own(room, right))
        .collect();
    let form = (!systems.is_empty()).then(|| {
        let mut fields = Html::of(
            &Select::new(language, "system", room.t("desk-pulling-system"))
                .required()
                .choices(systems.iter().map(|name| Choice::new(name, name))),
        );
        fields.push(
            &Select::new(language, "from_department", room.t("desk-field-department"))
                .required()
                .choices(
                    departments
                        .iter()
                        .map(|(code, name)| Choice::new(code.as_str(), name)),
                ),
        );
        fields.push(
            &Select::new(language, "of_procedure", room.t("desk-field-procedure"))
                .required()
                .choices(titles.choices(language)),
        );
        Form {
            fields,
            button: Button::submit(room.t("desk-pulling-add")),
        }
    });
    Ok(Section {
        rights: table(room, &rights, departments, titles),
        form,
    })
}

fn table(
    room: &Room,
    rights: &[PullRight],
    departments: &[(DepartmentCode, String)],
    titles: &Titles,
) -> Html {
    if rights.is_empty() {
        return Html::of(&EmptyState::new(room.t("desk-pulling-none")));
    }
    let rows = rights.iter().map(|right| {
        let department = departments
            .iter()
            .find(|(code, _)| code.as_str() == right.department)
            .map_or(right.department.as_str(), |(_, name)| name.as_str());
        Row::new([
            Cell::text(&right.system),
            Cell::text(department),
            Cell::text(titles.title(&right.procedure_key, room.language())),
            one_button(
                format!("/desk/deliveries/rights/{}/remove", right.id),
                Button::submit(room.t("desk-pulling-remove"))
                    .kind(ButtonKind::Other)
                    .small(),
            ),
        ])
    });
    Html::of(
        &Table::new(room.language(), "rights", room.t("desk-pulling"))
            .hide_caption()
            .columns([
                Column::text(room.t("desk-pulling-system")),
                Column::text(room.t("desk-field-department")).no_wrap(),
                Column::text(room.t("desk-field-procedure")),
                Column::text(room.t("desk-column-action")).no_wrap(),
            ])
            .rows(rows)
            .row_headers()
            .stacked(),
    )
}

pub(super) async fn give(room: Room, fields: Fields) -> Result<Response, Problem> {
    let department =
        DepartmentCode::new(fields.get("from_department")).map_err(|_| Problem::NotFound)?;
    room.need(DELIVER, &department)?;
    let (system, procedure) = (
        fields.get("system").to_owned(),
        fields.get("of_procedure").to_owned(),
    );
    // Both come from lists: what is not in them was not chosen on this page.
    let titles = Titles::read(room.db()).await?;
    if !systems(&room).await?.contains(&system) || !titles.holds(&procedure) {
        return Err(Problem::NotFound);
    }
    let account = room.account()?;
    room.write(
        (system, department, procedure, account),
        |tx, (system, department, procedure, account)| {
            Box::pin(pulling::give_pull_right(
                tx, system, department, procedure, *account,
            ))
        },
    )
    .await?;
    Ok(done("/desk/deliveries", "right-given"))
}

pub(super) async fn take(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let right = pulling::pull_rights(room.db())
        .await?
        .into_iter()
        .find(|right| right.id == id && own(&room, right))
        .ok_or(Problem::NotFound)?;
    room.write(right, |tx, right| {
        Box::pin(pulling::take_pull_right(tx, right))
    })
    .await?;
    Ok(done("/desk/deliveries", "right-taken"))
}
