//! The demo city's people and plan, for stories of the circle.

// Each test file uses its own part of these.

pub(crate) mod asking;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use serde::Deserialize;
use yakuba_city::{
    Actor, City, CityError,
    sql::Sql as _,
    web::{Capability, Grant, Principal, Scope, StaffPrincipal},
};
use yakuba_kernel::{DepartmentCode, FiscalYear};
use yakuba_plan::{
    PlanError,
    model::{cycle::file::CycleFile, document::PlanDocument},
    store::{self, NewPlan},
};

pub(crate) const PLAN: &str = "sumikawa-2022";

#[derive(Deserialize)]
struct CityFile {
    departments: Vec<DepartmentEntry>,
    staff: Vec<StaffEntry>,
}

#[derive(Deserialize)]
struct DepartmentEntry {
    code: String,
    name: String,
    name_en: String,
}

#[derive(Deserialize)]
struct StaffEntry {
    login: String,
    name: NameEntry,
}

#[derive(Deserialize)]
struct NameEntry {
    family: String,
    given: String,
}

fn read<T: serde::de::DeserializeOwned>(name: &str) -> T {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../content/demo")
        .join(name);
    serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// What happened in the demo city.
pub(crate) fn history() -> CycleFile {
    read("cycle.yaml")
}

/// Departments, accounts and the demo plan.
pub(crate) async fn settle(city: &City) {
    let people: CityFile = read("city.yaml");
    city.write(Actor::CommandLine, people, |tx, people| {
        Box::pin(async move {
            for (position, department) in (0_i64..).zip(&people.departments) {
                tx.connection()
                    .run(
                        "INSERT INTO departments (code, name_ja, name_en, first_day, position) VALUES ($1, $2, $3, '2000-04-01', $4)",
                        [
                            department.code.clone().into(),
                            department.name.clone().into(),
                            department.name_en.clone().into(),
                            position.into(),
                        ],
                    )
                    .await?;
            }
            for (number, person) in (0_i64..).zip(&people.staff) {
                tx.connection()
                    .run(
                        "INSERT INTO accounts (login_name, display_name, kana, state, handle, created_at)
                         VALUES ($1, $2, '', 'active', $3, 0)",
                        [
                            person.login.clone().into(),
                            format!("{} {}", person.name.family, person.name.given).into(),
                            format!("{number:036}").into(),
                        ],
                    )
                    .await?;
            }
            Ok::<_, CityError>(())
        })
    })
    .await
    .unwrap();
    let plan: PlanDocument = read("plan.yaml");
    city.write(Actor::CommandLine, plan, |tx, plan| {
        Box::pin(async move { store::save(tx, plan, NewPlan::Own, "初版").await })
    })
    .await
    .unwrap();
}

/// Tells the demo city's history.
pub(crate) async fn tell(city: &City) -> Result<(), PlanError> {
    city.write(Actor::CommandLine, history(), |tx, file| {
        Box::pin(store::cycle::seed(tx, PLAN, file))
    })
    .await
}

pub(crate) async fn plan_id(city: &City) -> i64 {
    store::plan(city.db(), PLAN).await.unwrap().id
}

pub(crate) async fn account(city: &City, login: &str) -> i64 {
    store::cycle::People::read(city.db())
        .await
        .unwrap()
        .account(login)
        .unwrap()
}

/// The key of the initiative with a number.
pub(crate) async fn initiative(city: &City, number: &str) -> String {
    let parts = store::parts(city.db(), plan_id(city).await).await.unwrap();
    parts
        .into_iter()
        .find(|part| part.number.as_deref() == Some(number))
        .unwrap()
        .key
}

/// The key of the indicator with a name.
pub(crate) async fn indicator(city: &City, name: &str) -> String {
    city.db()
        .value::<String>(
            "SELECT key FROM plan_indicators WHERE name = $1",
            [name.into()],
        )
        .await
        .unwrap()
        .unwrap()
}

pub(crate) fn year(year: i32) -> FiscalYear {
    FiscalYear::new(year).unwrap()
}

/// Somebody with capabilities in departments; an empty department means the whole city.
pub(crate) async fn person(city: &City, login: &str, grants: &[(Capability, &str)]) -> Principal {
    let account = account(city, login).await;
    let grants = grants
        .iter()
        .map(|(capability, department)| Grant {
            capability: capability.name.to_owned(),
            scope: if department.is_empty() {
                Scope::City
            } else {
                Scope::Department(DepartmentCode::new(*department).unwrap())
            },
        })
        .collect();
    Principal::Staff(Arc::new(StaffPrincipal {
        account,
        name: login.to_owned(),
        department: None,
        grants,
        stepped_up_until: None,
    }))
}

/// The total of a measure in a year by subject.
pub(crate) async fn counted(city: &City, measure: &str, year: i64) -> BTreeMap<String, i64> {
    #[derive(sea_orm::FromQueryResult)]
    struct Row {
        subject: String,
        total: i64,
    }
    let rows: Vec<Row> = city
        .db()
        .rows(
            "SELECT subject, CAST(SUM(total) AS BIGINT) AS total FROM fact_years
             WHERE measure = $1 AND fiscal_year = $2 GROUP BY subject",
            [measure.into(), year.into()],
        )
        .await
        .unwrap();
    rows.into_iter()
        .map(|row| (row.subject, row.total / 1000))
        .filter(|(_, total)| *total != 0)
        .collect()
}
