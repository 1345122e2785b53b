//! Names of departments and staff, as pages show them.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::sql::Sql as _;

use super::account_of;
use crate::error::PlanError;

/// A department.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Department {
    /// Its code.
    pub code: String,
    /// Its name in Japanese.
    pub name_ja: String,
    /// Its name in English.
    pub name_en: String,
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Person {
    /// The account's number.
    pub id: i64,
    /// The name shown.
    pub display_name: String,
    /// The log-in name.
    pub login_name: String,
}

/// Everybody and every department, for turning codes and numbers into names.
#[derive(Debug, Clone, Default)]
pub struct People {
    departments: Vec<Department>,
    persons: BTreeMap<i64, Person>,
}

impl People {
    /// Reads them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(connection: &impl ConnectionTrait) -> Result<Self, PlanError> {
        let departments = connection
            .rows(
                "SELECT code, name_ja, name_en FROM departments ORDER BY position, code",
                [],
            )
            .await?;
        let persons: Vec<Person> = connection
            .rows(
                "SELECT id, display_name, login_name FROM accounts ORDER BY id",
                [],
            )
            .await?;
        Ok(Self {
            departments,
            persons: persons
                .into_iter()
                .map(|person| (person.id, person))
                .collect(),
        })
    }

    /// All departments in the city's order.
    pub fn departments(&self) -> &[Department] {
        &self.departments
    }

    /// All members of staff.
    pub fn persons(&self) -> impl Iterator<Item = &Person> {
        self.persons.values()
    }

    /// A department's name; its code when there is none.
    pub fn department<'a>(&'a self, code: &'a str, japanese: bool) -> &'a str {
        self.departments
            .iter()
            .find(|department| department.code == code)
            .map_or(code, |department| {
                if japanese || department.name_en.is_empty() {
                    &department.name_ja
                } else {
                    &department.name_en
                }
            })
    }

    /// A person's name; none when the account is gone.
    pub fn person(&self, account: i64) -> Option<&str> {
        self.persons
            .get(&account)
            .map(|person| person.display_name.as_str())
    }

    /// The name behind an actor of the audit log; the actor itself when it is no member of staff.
    pub fn actor<'a>(&'a self, actor: &'a str) -> &'a str {
        account_of(actor)
            .and_then(|account| self.person(account))
            .unwrap_or(actor)
    }

    /// The account with a log-in name.
    ///
    /// # Errors
    /// [`PlanError::NoSuchPerson`].
    pub fn account(&self, login: &str) -> Result<i64, PlanError> {
        self.persons
            .values()
            .find(|person| person.login_name == login)
            .map(|person| person.id)
            .ok_or_else(|| PlanError::NoSuchPerson(login.to_owned()))
    }
}
