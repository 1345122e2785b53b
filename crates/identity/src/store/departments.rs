//! Departments: a tree whose parts come and go with the years.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, CityError, Tx, sql::Sql as _};
use yakuba_kernel::DepartmentCode;

use super::{day_text, exists, needed, optional_day, stored_day, unknown};
use crate::{IdentityError, model::account::NewDepartment};

/// A department as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// Its code.
    pub code: DepartmentCode,
    /// Its name in Japanese.
    pub name_ja: String,
    /// Its name in English; the Japanese one when there is none.
    pub name_en: String,
    /// The department above it.
    pub parent: Option<DepartmentCode>,
    /// The first day on which it exists.
    pub first_day: Date,
    /// The last day, included.
    pub last_day: Option<Date>,
    /// Its place among its sisters.
    pub position: i64,
    /// How many departments stand above it; filled by [`departments`].
    pub depth: usize,
}

impl Department {
    /// Whether it exists on a day.
    pub fn exists_on(&self, day: Date) -> bool {
        self.first_day <= day && self.last_day.is_none_or(|last| last >= day)
    }

    /// Its name for a page in Japanese or not.
    pub fn name(&self, japanese: bool) -> &str {
        if japanese || self.name_en.is_empty() {
            &self.name_ja
        } else {
            &self.name_en
        }
    }
}

#[derive(FromQueryResult)]
struct Row {
    code: String,
    name_ja: String,
    name_en: String,
    parent: Option<String>,
    first_day: String,
    last_day: Option<String>,
    position: i64,
}

fn code(text: String) -> Result<DepartmentCode, CityError> {
    DepartmentCode::new(text).map_err(|error| CityError::Stored {
        what: "a department",
        cause: error.to_string(),
    })
}

/// Every department, past and future ones included, each directly after the one above it.
///
/// # Errors
/// The database's.
pub async fn departments(connection: &impl ConnectionTrait) -> Result<Vec<Department>, CityError> {
    let rows: Vec<Row> = connection
        .rows(
            "SELECT code, name_ja, name_en, parent, first_day, last_day, position FROM departments
             ORDER BY position, code",
            [],
        )
        .await?;
    let mut below: BTreeMap<Option<String>, Vec<Department>> = BTreeMap::new();
    for row in rows {
        let parent = row.parent.clone();
        below.entry(parent).or_default().push(Department {
            code: code(row.code)?,
            name_ja: row.name_ja,
            name_en: row.name_en,
            parent: row.parent.map(code).transpose()?,
            first_day: stored_day(&row.first_day)?,
            last_day: row.last_day.as_deref().map(stored_day).transpose()?,
            position: row.position,
            depth: 0,
        });
    }
    let mut sorted = Vec::new();
    let mut waiting: Vec<(usize, Department)> = below
        .remove(&None)
        .unwrap_or_default()
        .into_iter()
        .rev()
        .map(|department| (0, department))
        .collect();
    while let Some((depth, mut department)) = waiting.pop() {
        let children = below
            .remove(&Some(department.code.as_str().to_owned()))
            .unwrap_or_default();
        waiting.extend(children.into_iter().rev().map(|child| (depth + 1, child)));
        department.depth = depth;
        sorted.push(department);
    }
    Ok(sorted)
}

/// The names of all departments by code, in Japanese or (where there is one) in English.
///
/// # Errors
/// The database's.
pub async fn department_names(
    connection: &impl ConnectionTrait,
    japanese: bool,
) -> Result<BTreeMap<DepartmentCode, String>, CityError> {
    Ok(departments(connection)
        .await?
        .into_iter()
        .map(|department| {
            let name = department.name(japanese).to_owned();
            (department.code, name)
        })
        .collect())
}

/// Makes a department.
///
/// # Errors
/// [`IdentityError::Exists`], [`IdentityError::Unknown`] for the one above it, [`IdentityError::Days`], [`IdentityError::Text`].
pub async fn create_department(tx: &Tx, department: &NewDepartment) -> Result<(), IdentityError> {
    let name = check(department)?;
    let code = department.code.as_str();
    if let Some(parent) = &department.parent {
        require(tx.connection(), parent).await?;
    }
    tx.connection()
        .run(
            "INSERT INTO departments (code, name_ja, name_en, parent, first_day, last_day, position)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            [
                code.into(),
                name.into(),
                department.name_en.trim().into(),
                department
                    .parent
                    .as_ref()
                    .map(|parent| parent.as_str().to_owned())
                    .into(),
                day_text(department.first_day),
                optional_day(department.last_day),
                department.position.into(),
            ],
        )
        .await
        .map_err(exists("部署", code))?;
    tx.audit(
        AuditEntry::new("identity.department_create", format!("department/{code}"))
            .with(detail(department)),
    );
    Ok(())
}

/// Changes a department; the code stays.
///
/// # Errors
/// [`IdentityError::Unknown`], [`IdentityError::DepartmentCircle`], [`IdentityError::Days`], [`IdentityError::Text`].
pub async fn update_department(tx: &Tx, department: &NewDepartment) -> Result<(), IdentityError> {
    let name = check(department)?;
    let code = department.code.as_str();
    if let Some(parent) = &department.parent {
        require(tx.connection(), parent).await?;
        // UNION, not UNION ALL: it ends even if the stored tree had a circle.
        let below: Option<String> = tx
            .connection()
            .value(
                "WITH RECURSIVE below (code) AS (
                   SELECT code FROM departments WHERE code = $1
                   UNION SELECT d.code FROM departments d JOIN below b ON d.parent = b.code)
                 SELECT code FROM below WHERE code = $2",
                [code.into(), parent.as_str().into()],
            )
            .await?;
        if below.is_some() {
            return Err(IdentityError::DepartmentCircle(code.to_owned()));
        }
    }
    let changed = tx
        .connection()
        .run(
            "UPDATE departments SET name_ja = $2, name_en = $3, parent = $4, first_day = $5, last_day = $6, position = $7
             WHERE code = $1",
            [
                code.into(),
                name.into(),
                department.name_en.trim().into(),
                department.parent.as_ref().map(|parent| parent.as_str().to_owned()).into(),
                day_text(department.first_day),
                optional_day(department.last_day),
                department.position.into(),
            ],
        )
        .await
        .map_err(unknown("部署", code))?;
    if changed == 0 {
        return Err(IdentityError::Unknown {
            what: "部署",
            name: code.to_owned(),
        });
    }
    tx.audit(
        AuditEntry::new("identity.department_change", format!("department/{code}"))
            .with(detail(department)),
    );
    Ok(())
}

/// Fails when a department does not exist.
pub(crate) async fn require(
    connection: &impl ConnectionTrait,
    department: &DepartmentCode,
) -> Result<(), IdentityError> {
    let found: Option<String> = connection
        .value(
            "SELECT code FROM departments WHERE code = $1",
            [department.as_str().into()],
        )
        .await?;
    found.map(|_| ()).ok_or_else(|| IdentityError::Unknown {
        what: "部署",
        name: department.to_string(),
    })
}

fn check(department: &NewDepartment) -> Result<String, IdentityError> {
    if department
        .last_day
        .is_some_and(|last| last < department.first_day)
    {
        return Err(IdentityError::Days);
    }
    needed("部署名", &department.name_ja)
}

fn detail(department: &NewDepartment) -> serde_json::Value {
    json!({
        "name": department.name_ja,
        "parent": department.parent.as_ref().map(DepartmentCode::as_str),
        "first_day": department.first_day.to_string(),
        "last_day": department.last_day.map(|day| day.to_string()),
    })
}
