//! Roles and who holds them.

use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use yakuba_city::web::Problem;
use yakuba_ui::{
    ButtonKind, Cell, CheckboxGroup, Choice, Column, DateField, Row, Select, Table, TextField,
    format,
};

use crate::{
    ADMINISTER, GrantScope, Holder, IdentityError, LoginName, NewGrant, Role,
    asked::{Asked, Content, Fields},
    store::{
        accounts,
        departments::{Department, departments},
        roles::{self, StoredGrant},
    },
};

use super::{departments as tree, require};

#[derive(Deserialize)]
pub(crate) struct Shown {
    done: Option<String>,
    role: Option<String>,
}

pub(crate) async fn list(asked: Asked, Query(query): Query<Shown>) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    page(asked, &query, None).await
}

/// What a capability is called, by the texts known here; its name where there is none.
pub(crate) fn capability_name(asked: &Asked, name: &str) -> String {
    let key = crate::capability_key(name);
    if asked.words.has(&key) {
        asked.words.get(&key).into_owned()
    } else {
        name.to_owned()
    }
}

async fn page(asked: Asked, query: &Shown, error: Option<String>) -> Result<Response, Problem> {
    let (words, language) = (asked.words, asked.language);
    let db = asked.city().db();
    let all = roles::roles(db).await?;
    let grants = roles::stored_grants(db).await?;
    let tree = departments(db).await?;
    let ids: Vec<i64> = grants
        .iter()
        .filter_map(|stored| match stored.grant.holder {
            Holder::Account(account) => Some(account.0),
            Holder::Post { .. } => None,
        })
        .collect();
    let names = accounts::account_names(db, &ids).await?;
    let mut content = asked.content();
    if let Some(notice) = asked.done(query.done.as_deref()) {
        content.add(&notice);
    }
    content.error(error.as_deref());
    let rows = all.iter().map(|role| {
        Row::new([
            Cell::link(
                &role.name_ja,
                format!(
                    "/desk/identity/roles?role={}#role",
                    crate::asked::in_query(&role.key)
                ),
            ),
            Cell::text(&role.key),
            Cell::text(
                role.capabilities
                    .iter()
                    .map(|name| capability_name(&asked, name))
                    .collect::<Vec<_>>()
                    .join("、"),
            ),
        ])
    });
    content.add(
        &Table::new(language, "roles", words.get("identity-roles"))
            .columns([
                Column::text(words.get("identity-role-name")),
                Column::text(words.get("identity-role-key")),
                Column::text(words.get("identity-role-capabilities")),
            ])
            .rows(rows)
            .row_headers()
            .stacked()
            .hide_caption(),
    );

    content.heading(words.get("identity-grants"));
    let rows = grants.iter().map(|stored| {
        let role = all.iter().find(|role| role.key == stored.grant.role);
        Row::new([
            Cell::text(role.map_or(stored.grant.role.as_str(), |role| role.name_ja.as_str())),
            Cell::text(holder(&asked, stored, &names, &tree)),
            Cell::text(scope(&asked, &stored.grant.scope, &tree)),
            Cell::text(format::date(stored.grant.first_day, language)),
            Cell::text(
                stored
                    .grant
                    .last_day
                    .map(|day| format::date(day, language))
                    .unwrap_or_default(),
            ),
            Cell::html(&Content::small_form(
                "/desk/identity/grants/revoke",
                &[("id", &stored.id.to_string())],
                &words.get("identity-grant-revoke"),
                ButtonKind::Quiet,
            )),
        ])
    });
    content.add(
        &Table::new(language, "grants", words.get("identity-grants"))
            .columns([
                Column::text(words.get("identity-roles")),
                Column::text(words.get("identity-grant-holder")),
                Column::text(words.get("identity-grant-scope")),
                Column::text(words.get("identity-first-day")),
                Column::text(words.get("identity-last-day")),
                Column::text(words.get("identity-action")),
            ])
            .rows(rows)
            .stacked()
            .filter()
            .hide_caption(),
    );
    grant_form(&asked, &mut content, &all, &tree);
    let present = query
        .role
        .as_ref()
        .and_then(|key| all.iter().find(|role| role.key == *key));
    role_form(&asked, &mut content, present);
    let title = words.get("identity-roles");
    let failed = error.is_some();
    Ok(asked
        .desk(&title, content)
        .with_errors(failed)
        .into_response())
}

fn holder(
    asked: &Asked,
    stored: &StoredGrant,
    names: &std::collections::BTreeMap<i64, String>,
    tree: &[Department],
) -> String {
    match &stored.grant.holder {
        Holder::Account(account) => names.get(&account.0).cloned().unwrap_or_default(),
        Holder::Post { post, department } => match department {
            Some(code) => format!("{} {post}", department_name(asked, tree, code)),
            None => format!("{} {post}", asked.text("identity-grant-any-department")),
        },
    }
}

fn department_name(
    asked: &Asked,
    tree: &[Department],
    code: &yakuba_kernel::DepartmentCode,
) -> String {
    tree.iter()
        .find(|department| department.code == *code)
        .map_or_else(
            || code.to_string(),
            |department| department.name(asked.language.is_japanese()).to_owned(),
        )
}

fn scope(asked: &Asked, scope: &GrantScope, tree: &[Department]) -> String {
    match scope {
        GrantScope::City => asked.text("identity-grant-scope-city"),
        GrantScope::Own => asked.text("identity-grant-scope-own"),
        GrantScope::Department(code) => asked
            .words
            .with_text(
                "identity-grant-scope-department",
                "name",
                &department_name(asked, tree, code),
            )
            .into_owned(),
    }
}

fn grant_form(asked: &Asked, content: &mut Content, all: &[Role], tree: &[Department]) {
    let (words, language) = (asked.words, asked.language);
    content.heading(words.get("identity-grant-new"));
    content.form("/desk/identity/grants", &[], |form| {
        form.add(
            &Select::new(language, "role", words.get("identity-roles"))
                .required()
                .ask()
                .choices(
                    all.iter()
                        .map(|role| Choice::new(role.key.as_str(), role.name_ja.as_str())),
                ),
        );
        form.add(
            &TextField::new(language, "login", words.get("identity-grant-holder-login"))
                .optional()
                .support(words.get("identity-grant-holder-login-support")),
        );
        form.add(
            &TextField::new(language, "post", words.get("identity-grant-holder-post")).optional(),
        );
        form.add(&tree::choice(
            asked,
            "post_department",
            "identity-grant-post-department",
            "identity-grant-any-department",
            tree,
            None,
        ));
        let select = Select::new(language, "scope", words.get("identity-grant-scope"))
            .required()
            .ask()
            .choice(Choice::new("city", words.get("identity-grant-scope-city")))
            .choice(Choice::new("own", words.get("identity-grant-scope-own")))
            .choices(tree.iter().map(|department| {
                Choice::new(
                    format!("department:{}", department.code),
                    format!(
                        "{}{}",
                        "　".repeat(department.depth),
                        words.with_text(
                            "identity-grant-scope-department",
                            "name",
                            department.name(language.is_japanese())
                        )
                    ),
                )
            }));
        form.add(&select);
        form.add(
            &DateField::new(language, "first", words.get("identity-first-day"))
                .required()
                .value(Some(asked.city().today())),
        );
        form.add(&DateField::new(language, "last", words.get("identity-last-day")).optional());
        form.submit(words.get("identity-grant-new"));
    });
}

fn role_form(asked: &Asked, content: &mut Content, present: Option<&Role>) {
    let (words, language) = (asked.words, asked.language);
    content.element(
        "h2",
        r#" id="role""#,
        present.map_or_else(
            || asked.text("identity-role-new"),
            |role| role.name_ja.clone(),
        ),
    );
    content.form("/desk/identity/roles", &[], |form| {
        match present {
            Some(role) => form.hidden(&[("key", &role.key)]),
            None => {
                form.add(
                    &TextField::new(language, "key", words.get("identity-role-key")).required(),
                );
            }
        }
        form.add(
            &TextField::new(language, "name", words.get("identity-role-name"))
                .id("role-name")
                .required()
                .value(present.map_or("", |role| role.name_ja.as_str())),
        );
        form.add(
            &TextField::new(language, "name_en", words.get("identity-role-name-en"))
                .optional()
                .value(present.map_or("", |role| role.name_en.as_str())),
        );
        form.add(&capabilities(
            asked,
            present.map_or(&[], |role| &role.capabilities),
        ));
        form.submit(words.get("ui-save"));
    });
    if let Some(role) = present {
        content.add(&Content::small_form(
            "/desk/identity/roles/remove",
            &[("key", &role.key)],
            &words.get("identity-role-remove"),
            ButtonKind::Danger,
        ));
    }
}

/// A choice among all capabilities of all services.
pub(crate) fn capabilities(asked: &Asked, chosen: &[String]) -> CheckboxGroup {
    CheckboxGroup::new(
        asked.language,
        "capability",
        asked.words.get("identity-role-capabilities"),
    )
    .choices(
        asked
            .identity
            .settings()
            .capabilities
            .iter()
            .map(|capability| {
                Choice::new(capability.name, capability_name(asked, capability.name))
                    .chosen(chosen.iter().any(|name| name == capability.name))
            }),
    )
}

/// Those capabilities somebody chose that exist.
pub(crate) fn chosen(asked: &Asked, fields: &Fields) -> Vec<String> {
    let mut names = fields.all("capability");
    names.retain(|name| {
        asked
            .identity
            .settings()
            .capabilities
            .iter()
            .any(|capability| capability.name == name)
    });
    names
}

async fn finish(
    asked: Asked,
    done: &str,
    outcome: Result<(), IdentityError>,
) -> Result<Response, Problem> {
    match outcome {
        Ok(()) => Ok(Redirect::to(&format!("/desk/identity/roles?done={done}")).into_response()),
        Err(error) => {
            let text = asked.or_problem(error)?;
            let query = Shown {
                done: None,
                role: None,
            };
            page(asked, &query, Some(text)).await
        }
    }
}

pub(crate) async fn save(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    let role = Role {
        key: fields.get("key").to_owned(),
        name_ja: fields.get("name").to_owned(),
        name_en: fields.get("name_en").to_owned(),
        capabilities: chosen(&asked, &fields),
    };
    let outcome = asked
        .city()
        .write(asked.actor(), role, |tx, role| {
            Box::pin(roles::put_role(tx, role))
        })
        .await;
    finish(asked, "saved", outcome).await
}

pub(crate) async fn remove(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    let outcome = asked
        .city()
        .write(asked.actor(), fields.get("key").to_owned(), |tx, key| {
            Box::pin(roles::remove_role(tx, key))
        })
        .await;
    finish(asked, "removed", outcome).await
}

async fn sent(asked: &Asked, fields: &Fields) -> Result<NewGrant, IdentityError> {
    let holder = match (fields.some("login"), fields.some("post")) {
        (Some(login), None) => {
            let name = LoginName::new(login)?;
            let account = accounts::account_by_login(asked.city().db(), name.as_str())
                .await?
                .ok_or_else(|| IdentityError::Unknown {
                    what: "アカウント",
                    name: login.to_owned(),
                })?;
            Holder::Account(account.id)
        }
        (None, Some(post)) => Holder::Post {
            post: post.to_owned(),
            department: fields.some("post_department").map(tree::code).transpose()?,
        },
        _ => {
            return Err(IdentityError::Text {
                what: "付ける相手"
            });
        }
    };
    let scope = match fields.get("scope") {
        "city" => GrantScope::City,
        "own" => GrantScope::Own,
        other => GrantScope::Department(tree::code(
            other.strip_prefix("department:").unwrap_or_default(),
        )?),
    };
    Ok(NewGrant {
        role: fields.get("role").to_owned(),
        holder,
        scope,
        first_day: fields.day("first")?.ok_or(IdentityError::Days)?,
        last_day: fields.day("last")?,
    })
}

pub(crate) async fn grant(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    let outcome = match sent(&asked, &fields).await {
        Ok(new) => asked
            .city()
            .write(asked.actor(), new, |tx, new| {
                Box::pin(roles::grant_role(tx, new))
            })
            .await
            .map(|_| ()),
        Err(error) => Err(error),
    };
    finish(asked, "saved", outcome).await
}

pub(crate) async fn revoke(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    let outcome = asked
        .city()
        .write(asked.actor(), fields.number("id")?, |tx, id| {
            Box::pin(roles::revoke_grant(tx, *id))
        })
        .await;
    finish(asked, "removed", outcome).await
}
