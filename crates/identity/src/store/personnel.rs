//! Personnel files: kept from upload to commit, compared with the accounts, carried out.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, CityError, Tx, sql::Sql as _};
use yakuba_kernel::text::normalise_for_search;

use super::accounts::{
    Account, account_by_login, create_account, posts_of, replace_posts, set_last_day,
};
use crate::{
    IdentityError,
    model::{
        account::{AccountId, LoginName, NewAccount},
        personnel::{
            Change, ChangeKind, Difference, LineProblem, Person, PersonnelError, PersonnelFile,
            ProblemKind, apply, difference,
        },
    },
};

/// What a file would change, line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The lines that were understood, each with what it changes.
    pub lines: Vec<(Change, Difference)>,
    /// What is wrong, in the order of lines.
    pub problems: Vec<LineProblem>,
    /// Changes with the lines and the present posts: a commit must name the one that was looked at.
    pub fingerprint: String,
    people: Vec<Planned>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Planned {
    login_name: String,
    account: Option<AccountId>,
    name: String,
    kana: String,
    before: Person,
    after: Person,
}

impl Preview {
    /// How many problems stand in the way of a commit.
    pub fn obstacles(&self) -> usize {
        self.problems
            .iter()
            .filter(|problem| !problem.kind.is_warning())
            .count()
    }

    /// How many lines change something.
    pub fn changing_lines(&self) -> usize {
        self.lines
            .iter()
            .filter(|(_, difference)| *difference != Difference::Unchanged)
            .count()
    }
}

/// Compares a file with the accounts. Nothing is changed.
///
/// # Errors
/// The database's.
pub async fn preview(
    connection: &impl ConnectionTrait,
    file: &PersonnelFile,
) -> Result<Preview, CityError> {
    let departments: BTreeMap<_, _> = super::departments::departments(connection)
        .await?
        .into_iter()
        .map(|department| (department.code.clone(), department))
        .collect();
    let mut problems = file.problems.clone();
    let mut by_person: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
    for change in &file.changes {
        let known = change.department.as_ref().is_none_or(|code| {
            change.kind == ChangeKind::Leave
                || departments
                    .get(code)
                    .is_some_and(|department| department.exists_on(change.day))
        });
        if !known {
            problems.push(problem(
                change,
                ProblemKind::UnknownDepartment,
                change.department.as_ref().map_or("", |code| code.as_str()),
            ));
        }
        by_person
            .entry(&change.login_name)
            .or_default()
            .push(change);
    }
    let mut lines = Vec::new();
    let mut people = Vec::new();
    for (login_name, changes) in by_person {
        let account = account_by_login(connection, login_name).await?;
        let before = match &account {
            Some(account) => Some(Person {
                posts: posts_of(connection, account.id).await?,
                last_day: account.last_day,
            }),
            None => None,
        };
        problems.extend(person_problems(account.as_ref(), before.as_ref(), &changes));
        let after = apply(&before.clone().unwrap_or_default(), &changes);
        for change in &changes {
            lines.push((
                (*change).clone(),
                difference(before.as_ref(), &after, change),
            ));
        }
        let named = changes.iter().find(|change| !change.name.is_empty());
        people.push(Planned {
            login_name: login_name.to_owned(),
            account: account.as_ref().map(|account| account.id),
            name: named.map(|change| change.name.clone()).unwrap_or_default(),
            kana: named.map(|change| change.kana.clone()).unwrap_or_default(),
            before: before.unwrap_or_default(),
            after,
        });
    }
    lines.sort_by_key(|(change, _)| change.line);
    problems.sort_by_key(|problem| problem.line);
    let fingerprint = blake3::hash(format!("{lines:?}{problems:?}{people:?}").as_bytes())
        .to_hex()
        .to_string();
    Ok(Preview {
        lines,
        problems,
        fingerprint,
        people,
    })
}

fn problem(change: &Change, kind: ProblemKind, text: &str) -> LineProblem {
    LineProblem {
        line: change.line,
        kind,
        text: text.to_owned(),
    }
}

fn person_problems(
    account: Option<&Account>,
    before: Option<&Person>,
    changes: &[&Change],
) -> Vec<LineProblem> {
    let mut problems = Vec::new();
    let mut main_days = BTreeSet::new();
    let hired = changes
        .iter()
        .find(|change| change.kind == ChangeKind::Hire);
    for change in changes {
        match account {
            None if hired.is_none() => problems.push(problem(
                change,
                ProblemKind::UnknownAccount,
                &change.login_name,
            )),
            None if change.kind == ChangeKind::Hire && change.name.is_empty() => {
                problems.push(problem(change, ProblemKind::Name, ""));
            }
            Some(account)
                if !change.name.is_empty()
                    && normalise_for_search(&change.name)
                        != normalise_for_search(&account.display_name) =>
            {
                problems.push(problem(
                    change,
                    ProblemKind::NameDiffers,
                    &account.display_name,
                ));
            }
            _ => {}
        }
        let left = before
            .and_then(|person| person.last_day)
            .is_some_and(|last| last < change.day);
        if left && hired.is_none() && change.kind != ChangeKind::Leave {
            problems.push(problem(change, ProblemKind::LeftBefore, ""));
        }
        let main = matches!(change.kind, ChangeKind::Hire | ChangeKind::Move);
        if main && !main_days.insert(change.day) {
            problems.push(problem(change, ProblemKind::TwoMainPosts, &change.post));
        }
    }
    problems
}

/// Carries a file out. `fingerprint` is that of the [`Preview`] somebody looked at; without one the present
/// differences are taken as they are.
///
/// # Errors
/// [`PersonnelError::Problems`] or [`PersonnelError::Stale`]; then nothing was changed.
pub async fn commit(
    tx: &Tx,
    file: &PersonnelFile,
    fingerprint: Option<&str>,
) -> Result<Preview, IdentityError> {
    let preview = preview(tx.connection(), file).await?;
    if preview.obstacles() > 0 {
        return Err(PersonnelError::Problems(preview.obstacles()).into());
    }
    if fingerprint.is_some_and(|seen| seen != preview.fingerprint) {
        return Err(PersonnelError::Stale.into());
    }
    let administered = super::roles::is_administered(tx).await?;
    for person in &preview.people {
        let id = match person.account {
            Some(id) => id,
            None => {
                create_account(
                    tx,
                    &NewAccount {
                        login_name: LoginName::new(&person.login_name)?,
                        display_name: person.name.clone(),
                        kana: person.kana.clone(),
                        email: None,
                        password: None,
                    },
                )
                .await?
            }
        };
        if person.before == person.after {
            continue;
        }
        replace_posts(tx, id, &person.before.posts, &person.after.posts).await?;
        if person.before.last_day != person.after.last_day {
            set_last_day(tx, id, person.after.last_day).await?;
        }
        tx.audit(AuditEntry::new(
            "identity.posts_change",
            format!("account/{id}"),
        ));
    }
    super::roles::keep_administrator(tx, administered).await?;
    tx.audit(
        AuditEntry::new("identity.personnel_commit", "personnel").with(json!({
            "lines": preview.lines.len(), "changed": preview.changing_lines(),
        })),
    );
    Ok(preview)
}

/// A file between upload and commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadedFile {
    /// Its number.
    pub id: i64,
    /// Its name on the computer it came from.
    pub file_name: String,
    /// What was read.
    pub file: PersonnelFile,
    /// Whether it was carried out.
    pub is_committed: bool,
    /// When it was uploaded, in microseconds since 1970.
    pub uploaded_at: i64,
}

/// Keeps a file for its preview and returns its number.
///
/// # Errors
/// The database's.
pub async fn keep_upload(
    tx: &Tx,
    file_name: &str,
    file: &PersonnelFile,
) -> Result<i64, IdentityError> {
    let contents = serde_json::to_string(file).map_err(|error| CityError::Stored {
        what: "a personnel file",
        cause: error.to_string(),
    })?;
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO personnel_files (file_name, contents, uploaded_by, uploaded_at) VALUES ($1, $2, $3, $4) RETURNING id",
            [
                file_name.chars().take(200).collect::<String>().into(),
                contents.into(),
                tx.actor().to_string().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    Ok(id.unwrap_or_default())
}

/// A kept file.
///
/// # Errors
/// The database's.
pub async fn upload(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<UploadedFile>, CityError> {
    #[derive(FromQueryResult)]
    struct Row {
        file_name: String,
        contents: String,
        uploaded_at: i64,
        committed_at: Option<i64>,
    }
    let row: Option<Row> = connection
        .row(
            "SELECT file_name, contents, uploaded_at, committed_at FROM personnel_files WHERE id = $1",
            [id.into()],
        )
        .await?;
    row.map(|row| {
        Ok(UploadedFile {
            id,
            file_name: row.file_name,
            file: serde_json::from_str(&row.contents).map_err(|error| CityError::Stored {
                what: "a personnel file",
                cause: error.to_string(),
            })?,
            is_committed: row.committed_at.is_some(),
            uploaded_at: row.uploaded_at,
        })
    })
    .transpose()
}

/// Carries a kept file out, once.
///
/// # Errors
/// As [`commit`]; [`PersonnelError::Committed`] the second time; [`IdentityError::Unknown`].
pub async fn commit_upload(tx: &Tx, id: i64, fingerprint: &str) -> Result<Preview, IdentityError> {
    let kept = upload(tx.connection(), id)
        .await?
        .ok_or_else(|| IdentityError::Unknown {
            what: "ファイル",
            name: id.to_string(),
        })?;
    let taken = tx
        .connection()
        .run(
            "UPDATE personnel_files SET committed_at = $2 WHERE id = $1 AND committed_at IS NULL",
            [id.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    if taken == 0 {
        return Err(PersonnelError::Committed.into());
    }
    commit(tx, &kept.file, Some(fingerprint)).await
}
