//! The demo city's departments, staff and roles.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;
use yakuba_city::{Actor, AuditEntry, City, JAPAN, Tx};
use yakuba_identity::{
    AccountId, FirstPassword, GrantScope, Holder, IdentityError, LoginName, NewAccount,
    NewDepartment, NewGrant, SECOND_FACTOR_SETTING, SecondFactorPolicy, create_account,
    create_department, give_post, grant_role,
    model::{password, personnel::Held},
};
use yakuba_kernel::DepartmentCode;

use crate::{failure::Failure, map, roles};

/// `content/demo/city.yaml`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct CityFile {
    city: Names,
    map: String,
    pub(super) today: Date,
    departments: Vec<Department>,
    posts: Vec<Post>,
    roles: Vec<Role>,
    staff: Vec<Staff>,
}

#[derive(Debug, Clone, Deserialize)]
struct Names {
    name: String,
    kana: String,
    name_en: String,
    description: String,
    description_en: String,
    description_easy: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Department {
    code: DepartmentCode,
    name: String,
    name_en: String,
    parent: Option<DepartmentCode>,
    active_from: Option<Date>,
}

#[derive(Debug, Clone, Deserialize)]
struct Post {
    code: String,
    name: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Role {
    code: String,
    name: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Staff {
    login: String,
    name: PersonNames,
    department: DepartmentCode,
    post: String,
    email: String,
    roles: Vec<Granted>,
}

#[derive(Debug, Clone, Deserialize)]
struct PersonNames {
    family: String,
    given: String,
    family_kana: String,
    given_kana: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Granted {
    role: String,
    department: Option<DepartmentCode>,
}

/// A log-in to try the demo with.
#[derive(Debug, Clone)]
pub(crate) struct LogIn {
    /// The name to sign in with.
    pub(crate) login: String,
    /// What it is good for.
    pub(crate) roles: String,
}

impl CityFile {
    /// The day before the plan begins.
    pub(super) fn opening() -> Date {
        jiff::civil::date(2022, 3, 1)
    }

    /// One log-in for each way of looking at the city: the first of every combination of roles.
    pub(super) fn log_ins(&self) -> Vec<LogIn> {
        let names: BTreeMap<&str, &str> = self
            .roles
            .iter()
            .map(|role| (role.code.as_str(), role.name.as_str()))
            .collect();
        let mut seen = Vec::new();
        let mut log_ins = Vec::new();
        for staff in &self.staff {
            let roles: Vec<&str> = staff
                .roles
                .iter()
                .filter_map(|granted| names.get(granted.role.as_str()).copied())
                .collect();
            if seen.contains(&roles) {
                continue;
            }
            seen.push(roles.clone());
            log_ins.push(LogIn {
                login: staff.login.clone(),
                roles: roles.join("・"),
            });
        }
        log_ins
    }
}

/// Nine o'clock in Japan.
pub(super) fn morning_of(day: Date) -> Result<Timestamp, Failure> {
    day.at(9, 0, 0, 0)
        .to_zoned(TimeZone::fixed(JAPAN))
        .map(|moment| moment.timestamp())
        .map_err(|error| Failure::new(format!("the demo's day {day} cannot be used: {error}")))
}

/// The password's hash, and the staff who share it.
struct Input {
    file: CityFile,
    hash: String,
    map: map::Change,
}

pub(super) async fn make(city: &City, file: &CityFile) -> Result<(), Failure> {
    city.key()?;
    let input = Input {
        file: file.clone(),
        hash: password::hash(super::PASSWORD.to_owned()).await?,
        map: map_of(file)?,
    };
    city.write(Actor::CommandLine, input, |tx, input| {
        Box::pin(write(tx, input))
    })
    .await?;
    Ok(())
}

/// Where the city's maps begin, and its border.
fn map_of(file: &CityFile) -> Result<map::Change, Failure> {
    let broken = |path, error: map::MapError| super::broken(path, &error.to_string());
    let border = "demo/outline.geojson";
    Ok(map::Change {
        centre: Some(
            map::Centre::read(&file.map).map_err(|error| broken("demo/city.yaml", error))?,
        ),
        tiles: map::TilesChange::Stay,
        outline: Some(map::outline(super::text(border)?).map_err(|error| broken(border, error))?),
    })
}

async fn write(tx: &Tx, input: &Input) -> Result<(), IdentityError> {
    let file = &input.file;
    let with_kana = format!("{}（{}）", file.city.name, file.city.kana);
    for (name, value) in [
        ("city.name", &file.city.name),
        ("city.name_easy", &with_kana),
        ("city.name_en", &file.city.name_en),
        ("city.about", &file.city.description),
        ("city.about_en", &file.city.description_en),
        ("city.about_easy", &file.city.description_easy),
    ] {
        tx.set(name, value).await?;
    }
    input.map.write(tx).await?;
    // Whoever tries the demo has no second factor at hand, and nothing in it is worth one.
    tx.set(SECOND_FACTOR_SETTING, SecondFactorPolicy::Optional.as_str())
        .await?;
    for (position, department) in (0_i64..).zip(&file.departments) {
        let new = NewDepartment {
            code: department.code.clone(),
            name_ja: department.name.clone(),
            name_en: department.name_en.clone(),
            parent: department.parent.clone(),
            first_day: department
                .active_from
                .unwrap_or(jiff::civil::date(2010, 4, 1)),
            last_day: None,
            position,
        };
        create_department(tx, &new).await?;
    }
    roles::make(tx).await?;
    for staff in &file.staff {
        let account = hire(tx, input, staff).await?;
        for granted in &staff.roles {
            let grant = NewGrant {
                role: granted.role.clone(),
                holder: Holder::Account(account),
                // What belongs to the post goes to the next section with its holder, on the day of the transfer.
                scope: match &granted.department {
                    None => GrantScope::City,
                    Some(department) if *department == staff.department => GrantScope::Own,
                    Some(department) => GrantScope::Department(department.clone()),
                },
                first_day: CityFile::opening(),
                last_day: None,
            };
            grant_role(tx, &grant).await?;
        }
    }
    tx.audit(AuditEntry::new("city.init", "city"));
    Ok(())
}

async fn hire(tx: &Tx, input: &Input, staff: &Staff) -> Result<AccountId, IdentityError> {
    let name = &staff.name;
    let account = NewAccount {
        login_name: LoginName::new(&staff.login)?,
        display_name: format!("{} {}", name.family, name.given),
        kana: format!("{} {}", name.family_kana, name.given_kana),
        email: Some(staff.email.clone()),
        password: Some(FirstPassword {
            hash: input.hash.clone(),
            must_change: false,
        }),
    };
    let account = create_account(tx, &account).await?;
    let post = input
        .file
        .posts
        .iter()
        .find(|post| post.code == staff.post)
        .map_or(staff.post.as_str(), |post| post.name.as_str());
    let held = Held {
        department: staff.department.clone(),
        post: post.to_owned(),
        concurrent: false,
        first_day: jiff::civil::date(2022, 4, 1),
        last_day: None,
    };
    give_post(tx, account, &held).await?;
    Ok(account)
}
