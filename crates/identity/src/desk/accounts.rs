//! Accounts of staff.

use axum::{
    extract::{Path, Query},
    response::{IntoResponse, Redirect, Response},
};
use rand::Rng as _;
use serde::Deserialize;
use yakuba_city::web::Problem;
use yakuba_ui::{
    Button, ButtonKind, ButtonRow, Cell, Column, DescriptionList, NotificationBanner, Row,
    SearchBox, Table, TextField, format,
};

use crate::{
    ADMINISTER, AccountId, AccountState, FirstPassword, IdentityError, LoginName, NewAccount,
    asked::{Asked, Content, Fields},
    model::password,
    store::{accounts, credentials, departments::department_names, sessions},
};

use super::require;

/// So many accounts on one page; more are found by searching.
const PAGE: i64 = 200;

#[derive(Deserialize)]
pub(crate) struct Search {
    q: Option<String>,
    done: Option<String>,
}

pub(crate) async fn list(asked: Asked, Query(query): Query<Search>) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    list_page(asked, &query, None, &Fields::default()).await
}

async fn list_page(
    asked: Asked,
    query: &Search,
    error: Option<String>,
    fields: &Fields,
) -> Result<Response, Problem> {
    let (words, language) = (asked.words, asked.language);
    let db = asked.city().db();
    let searched = query.q.clone().unwrap_or_default();
    let found = accounts::accounts(db, &searched, 0, PAGE).await?;
    let ids: Vec<i64> = found.iter().map(|account| account.id.0).collect();
    let posts = accounts::posts_of_many(db, &ids).await?;
    let names = department_names(db, language.is_japanese()).await?;
    let today = asked.city().today();
    let mut content = asked.content();
    if let Some(notice) = asked.done(query.done.as_deref()) {
        content.add(&notice);
    }
    content.error(error.as_deref());
    content.add(
        &SearchBox::new(
            language,
            "/desk/identity/accounts",
            words.get("identity-accounts-search"),
        )
        .value(&searched),
    );
    let rows = found.iter().map(|account| {
        let main = posts.get(&account.id.0).and_then(|posts| {
            posts
                .iter()
                .find(|held| !held.concurrent && held.holds_on(today))
        });
        Row::new([
            Cell::link(
                &account.login_name,
                format!("/desk/identity/accounts/{}", account.id),
            ),
            Cell::text(&account.display_name),
            Cell::text(main.map_or("", |held| {
                names
                    .get(&held.department)
                    .map_or(held.department.as_str(), String::as_str)
            })),
            Cell::text(main.map_or("", |held| held.post.as_str())),
            Cell::text(state(&asked, account)),
        ])
    });
    content.add(
        &Table::new(language, "accounts", words.get("identity-accounts"))
            .columns([
                Column::text(words.get("identity-login-name")),
                Column::text(words.get("identity-name")),
                Column::text(words.get("identity-department")),
                Column::text(words.get("identity-post")),
                Column::text(words.get("identity-state")),
            ])
            .rows(rows)
            .row_headers()
            .stacked()
            .hide_caption(),
    );
    content.heading(words.get("identity-account-new"));
    content.form("/desk/identity/accounts", &[], |form| {
        form.add(
            &TextField::new(language, "login", words.get("identity-login-name"))
                .required()
                .value(fields.get("login")),
        );
        person_fields(
            &asked,
            form,
            fields.get("name"),
            fields.get("kana"),
            fields.get("email"),
        );
        form.submit(words.get("identity-account-new"));
    });
    let title = words.get("identity-accounts");
    let failed = error.is_some();
    Ok(asked
        .desk(&title, content)
        .with_errors(failed)
        .into_response())
}

fn person_fields(asked: &Asked, form: &mut Content, name: &str, kana: &str, email: &str) {
    let (words, language) = (asked.words, asked.language);
    form.add(
        &TextField::new(language, "name", words.get("identity-name"))
            .required()
            .value(name),
    );
    form.add(
        &TextField::new(language, "kana", words.get("identity-kana"))
            .optional()
            .value(kana),
    );
    form.add(
        &TextField::new(language, "email", words.get("identity-email"))
            .optional()
            .email()
            .value(email),
    );
}

fn state(asked: &Asked, account: &accounts::Account) -> String {
    asked.text(
        if account
            .last_day
            .is_some_and(|last| last < asked.city().today())
        {
            "identity-state-left"
        } else if account.state == AccountState::Suspended {
            "identity-state-suspended"
        } else {
            "identity-state-active"
        },
    )
}

pub(crate) async fn create(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    let outcome = async {
        let new = NewAccount {
            login_name: LoginName::new(fields.get("login"))?,
            display_name: fields.get("name").to_owned(),
            kana: fields.get("kana").to_owned(),
            email: fields.some("email").map(str::to_owned),
            password: None,
        };
        asked
            .city()
            .write(asked.actor(), new, |tx, new| {
                Box::pin(accounts::create_account(tx, new))
            })
            .await
    }
    .await;
    match outcome {
        Ok(id) => {
            Ok(Redirect::to(&format!("/desk/identity/accounts/{id}?done=saved")).into_response())
        }
        Err(error) => {
            let text = asked.or_problem(error)?;
            let query = Search {
                q: None,
                done: None,
            };
            list_page(asked, &query, Some(text), &fields).await
        }
    }
}

pub(crate) async fn show(
    asked: Asked,
    Path(id): Path<i64>,
    Query(query): Query<Search>,
) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    let notice = asked.done(query.done.as_deref());
    page(asked, AccountId(id), notice).await
}

async fn page(
    asked: Asked,
    id: AccountId,
    notice: Option<NotificationBanner>,
) -> Result<Response, Problem> {
    let (words, language) = (asked.words, asked.language);
    let db = asked.city().db();
    let account = accounts::account(db, id).await?.ok_or(Problem::NotFound)?;
    let posts = accounts::posts_of(db, id).await?;
    let names = department_names(db, language.is_japanese()).await?;
    let factors = credentials::second_factors(db, id).await?;
    let mut content = asked.content();
    if let Some(notice) = &notice {
        content.add(notice);
    }
    content.add(
        &DescriptionList::new()
            .text(words.get("identity-login-name"), &account.login_name)
            .text(words.get("identity-state"), state(&asked, &account))
            .text(
                words.get("identity-last-day"),
                account
                    .last_day
                    .map_or_else(|| asked.text("ui-none"), |day| format::date(day, language)),
            )
            .text(
                words.get("identity-account-factors"),
                words.get(if factors.one_time_codes {
                    "identity-codes-on"
                } else {
                    "identity-codes-off"
                }),
            )
            .text(words.get("identity-passkeys"), factors.passkeys.to_string()),
    );
    content.form(&format!("/desk/identity/accounts/{id}"), &[], |form| {
        person_fields(
            &asked,
            form,
            &account.display_name,
            &account.kana,
            account.email.as_deref().unwrap_or_default(),
        );
        form.submit(words.get("ui-save"));
    });
    content.heading(words.get("identity-posts"));
    let rows = posts.iter().map(|held| {
        Row::new([
            Cell::text(
                names
                    .get(&held.department)
                    .map_or(held.department.as_str(), String::as_str),
            ),
            Cell::text(&held.post),
            Cell::text(words.get(if held.concurrent {
                "identity-concurrent"
            } else {
                "identity-main-post"
            })),
            Cell::text(format::date(held.first_day, language)),
            Cell::text(
                held.last_day
                    .map(|day| format::date(day, language))
                    .unwrap_or_default(),
            ),
        ])
    });
    content.add(
        &Table::new(language, "posts", words.get("identity-posts"))
            .columns([
                Column::text(words.get("identity-department")),
                Column::text(words.get("identity-post")),
                Column::text(words.get("identity-post-kind")),
                Column::text(words.get("identity-first-day")),
                Column::text(words.get("identity-last-day")),
            ])
            .rows(rows)
            .stacked()
            .hide_caption(),
    );
    content.heading(words.get("identity-action"));
    let button = |what: &str, key: &str, kind| {
        Button::submit(words.get(key))
            .kind(kind)
            .sends("what", what)
    };
    let mut row = ButtonRow::new()
        .button(&button(
            "password",
            "identity-account-password-reset",
            ButtonKind::Other,
        ))
        .button(&button(
            "sign-out",
            "identity-account-sign-out",
            ButtonKind::Other,
        ));
    // Somebody who lost their only passkey is shut out as well.
    if factors.any() {
        row = row.button(&button(
            "factors",
            "identity-account-factors-reset",
            ButtonKind::Danger,
        ));
    }
    row = row.button(&if account.state == AccountState::Active {
        button("suspend", "identity-account-suspend", ButtonKind::Danger)
    } else {
        button("activate", "identity-account-activate", ButtonKind::Other)
    });
    content.form(&format!("/desk/identity/accounts/{id}/do"), &[], |form| {
        form.add(&row);
    });
    let title = words
        .with_text("identity-account-of", "name", &account.display_name)
        .into_owned();
    let list = asked.text("identity-accounts");
    Ok(asked
        .desk(&title, content)
        .breadcrumb(list, "/desk/identity/accounts")
        .into_response())
}

pub(crate) async fn save(
    asked: Asked,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    let outcome = asked
        .city()
        .write(
            asked.actor(),
            (AccountId(id), fields),
            |tx, (id, fields)| {
                Box::pin(async move {
                    accounts::update_account(
                        tx,
                        *id,
                        fields.get("name"),
                        fields.get("kana"),
                        fields.some("email"),
                    )
                    .await
                })
            },
        )
        .await;
    finish(asked, AccountId(id), outcome).await
}

async fn finish(
    asked: Asked,
    id: AccountId,
    outcome: Result<(), IdentityError>,
) -> Result<Response, Problem> {
    match outcome {
        Ok(()) => {
            Ok(Redirect::to(&format!("/desk/identity/accounts/{id}?done=saved")).into_response())
        }
        Err(error) => {
            let text = asked.or_problem(error)?;
            page(asked, id, Some(NotificationBanner::error(text))).await
        }
    }
}

pub(crate) async fn carry_out(
    asked: Asked,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    let id = AccountId(id);
    let actor = asked.actor();
    let city = asked.city().clone();
    let outcome = match fields.get("what") {
        "password" => return temporary_password(asked, id).await,
        "sign-out" => {
            city.write(actor, id, |tx, id| {
                Box::pin(sessions::end_sessions(tx, *id, None))
            })
            .await
        }
        "factors" => {
            city.write(actor, id, |tx, id| {
                Box::pin(async move {
                    credentials::remove_second_factors(tx, *id).await?;
                    sessions::end_sessions(tx, *id, None).await
                })
            })
            .await
        }
        "suspend" => {
            city.write(actor, id, |tx, id| {
                Box::pin(accounts::set_account_state(
                    tx,
                    *id,
                    AccountState::Suspended,
                ))
            })
            .await
        }
        "activate" => {
            city.write(actor, id, |tx, id| {
                Box::pin(accounts::set_account_state(tx, *id, AccountState::Active))
            })
            .await
        }
        _ => return Err(Problem::NotFound),
    };
    finish(asked, id, outcome).await
}

/// A password nobody chose, of 20 letters and digits that are not mistaken for each other.
fn random_password() -> String {
    const LETTERS: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";
    let mut random = rand::rng();
    (0..20)
        .map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())]))
        .collect()
}

async fn temporary_password(asked: Asked, id: AccountId) -> Result<Response, Problem> {
    let text = random_password();
    let first = FirstPassword {
        hash: password::hash(text.clone()).await?,
        must_change: true,
    };
    asked
        .city()
        .write(asked.actor(), (id, first), |tx, (id, first)| {
            Box::pin(async move {
                credentials::set_password(tx, *id, &first.hash, first.must_change).await?;
                sessions::end_sessions(tx, *id, None).await
            })
        })
        .await
        .map_err(|error: IdentityError| Problem::from(error))?;
    let notice = NotificationBanner::success(asked.words.with_text(
        "identity-account-password-shown",
        "password",
        &text,
    ))
    .text(asked.words.get("identity-account-password-once"));
    let identity = asked.identity.clone();
    let mut response = page(asked, id, Some(notice)).await?;
    crate::asked::set_cookies(&mut response, &identity, &[]);
    Ok(response)
}
