//! One's own account: name, posts, how one signs in, where one is signed in.

use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;
use yakuba_city::{JAPAN, web::Problem};
use yakuba_ui::{
    Button, ButtonKind, ButtonRow, Cell, Column, DescriptionList, Html, LinkButton,
    NotificationBanner, Row, Table, TextField, format,
};

use crate::{
    SecondFactorPolicy,
    asked::{Asked, Content, Fields, Passkey, go_with},
    store::{
        accounts, credentials,
        departments::department_names,
        sessions::{self, Restriction},
    },
    visitor::Cookie,
};

use super::login::wait_text;

#[derive(Deserialize)]
pub(crate) struct Done {
    done: Option<String>,
}

/// A moment in Japan, for a page.
pub(crate) fn moment(microseconds: i64, asked: &Asked) -> String {
    let at = Timestamp::from_microsecond(microseconds).unwrap_or(Timestamp::UNIX_EPOCH);
    format::date_time(
        at.to_zoned(TimeZone::fixed(JAPAN)).datetime(),
        asked.language,
    )
}

pub(crate) async fn show(asked: Asked, Query(query): Query<Done>) -> Result<Response, Problem> {
    let (staff, session) = asked.staff()?;
    let db = asked.city().db();
    let account = accounts::account(db, session.account)
        .await?
        .ok_or(Problem::NotFound)?;
    let posts = accounts::posts_of(db, account.id).await?;
    let names = department_names(db, asked.language.is_japanese()).await?;
    let factors = credentials::second_factors(db, account.id).await?;
    let has_password = credentials::password_hash(db, account.id).await?.is_some();
    let passkeys = credentials::passkeys_of(db, account.id).await?;
    let listed = sessions::sessions_of(db, account.id, asked.city().now()).await?;
    let policy = asked.identity.second_factor_policy().await?;
    let words = asked.words;

    let mut content = asked.content();
    if let Some(notice) = asked.done(query.done.as_deref()) {
        content.add(&notice);
    }
    match session.restriction {
        Some(Restriction::PasswordMustChange) => {
            content.add(
                &NotificationBanner::warning(words.get("identity-password-must-change"))
                    .link(words.get("identity-password-change"), "/account/password"),
            );
        }
        Some(Restriction::SecondFactorMissing) => {
            content.add(
                &NotificationBanner::warning(words.get("identity-second-factor-needed"))
                    .text(words.get("identity-second-factor-needed-text"))
                    .link(words.get("identity-codes-set-up"), "/account/codes"),
            );
        }
        None if policy == SecondFactorPolicy::Optional => {
            content.add(
                &NotificationBanner::warning(words.get("identity-second-factor-off"))
                    .text(words.get("identity-second-factor-off-text")),
            );
        }
        None => {}
    }
    content.add(
        &DescriptionList::new()
            .text(words.get("identity-name"), &staff.name)
            .text(words.get("identity-login-name"), &account.login_name)
            .text(
                words.get("identity-email"),
                account
                    .email
                    .clone()
                    .unwrap_or_else(|| asked.text("ui-none")),
            ),
    );

    content.heading(words.get("identity-posts"));
    let rows = posts.iter().map(|held| {
        Row::new([
            Cell::text(
                names
                    .get(&held.department)
                    .map_or(held.department.as_str(), String::as_str),
            ),
            Cell::text(&held.post),
            Cell::text(if held.concurrent {
                words.get("identity-concurrent")
            } else {
                words.get("identity-main-post")
            }),
            Cell::text(format::date(held.first_day, asked.language)),
            Cell::text(
                held.last_day
                    .map(|day| format::date(day, asked.language))
                    .unwrap_or_default(),
            ),
        ])
    });
    content.add(
        &Table::new(asked.language, "posts", words.get("identity-posts"))
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

    content.heading(words.get("identity-ways"));
    if has_password {
        content.add(
            &ButtonRow::new().button(
                &LinkButton::new(words.get("identity-password-change"), "/account/password")
                    .kind(ButtonKind::Other),
            ),
        );
    }
    content.paragraph(words.get(if factors.one_time_codes {
        "identity-codes-on"
    } else {
        "identity-codes-off"
    }));
    let mut row = ButtonRow::new().button(
        &LinkButton::new(
            words.get(if factors.one_time_codes {
                "identity-codes-replace"
            } else {
                "identity-codes-set-up"
            }),
            "/account/codes",
        )
        .kind(ButtonKind::Other),
    );
    if factors.one_time_codes {
        row = row
            .button(
                &Button::submit(words.get("identity-recovery-new"))
                    .kind(ButtonKind::Other)
                    .to("/account/recovery-codes"),
            )
            .button(
                &Button::submit(words.get("identity-codes-remove"))
                    .kind(ButtonKind::Danger)
                    .to("/account/codes/remove"),
            );
        content.paragraph(words.counted("identity-recovery-left", factors.recovery_codes));
    }
    content.form("/account/codes/remove", &[], |form| {
        form.add(&row);
    });

    content.heading(words.get("identity-passkeys"));
    if passkeys.is_empty() {
        content.paragraph(words.get("identity-passkeys-none"));
    } else {
        let rows = passkeys.iter().map(|stored| {
            Row::new([
                Cell::text(&stored.name),
                Cell::text(moment(stored.created_at, &asked)),
                Cell::text(
                    stored
                        .last_used_at
                        .map(|at| moment(at, &asked))
                        .unwrap_or_default(),
                ),
                Cell::html(&Content::small_form(
                    "/account/passkeys/remove",
                    &[("id", &stored.id.to_string())],
                    &words.with_text("identity-passkey-remove", "name", &stored.name),
                    ButtonKind::Danger,
                )),
            ])
        });
        content.add(
            &Table::new(asked.language, "passkeys", words.get("identity-passkeys"))
                .columns([
                    Column::text(words.get("identity-passkey-name")),
                    Column::text(words.get("identity-added")),
                    Column::text(words.get("identity-used")),
                    Column::text(words.get("identity-action")),
                ])
                .rows(rows)
                .row_headers()
                .stacked()
                .hide_caption(),
        );
    }
    add_passkey(&asked, &mut content);

    content.heading(words.get("identity-sessions"));
    let rows = listed.iter().map(|entry| {
        let current = entry.id == session.id;
        Row::new([
            Cell::text(moment(entry.created_at, &asked)),
            Cell::text(moment(entry.last_seen_at, &asked)),
            Cell::text(words.get(&format!(
                "identity-method-{}",
                entry.method.replace('_', "-")
            ))),
            Cell::text(&entry.source),
            Cell::text(&entry.user_agent),
            if current {
                Cell::text(words.get("identity-session-this"))
            } else {
                Cell::html(&Content::small_form(
                    "/account/sessions/end",
                    &[("id", &entry.id.to_string())],
                    &words.get("identity-session-end"),
                    ButtonKind::Other,
                ))
            },
        ])
    });
    content.add(
        &Table::new(asked.language, "sessions", words.get("identity-sessions"))
            .columns([
                Column::text(words.get("identity-session-since")),
                Column::text(words.get("identity-used")),
                Column::text(words.get("identity-session-method")),
                Column::text(words.get("identity-session-source")),
                Column::text(words.get("identity-session-browser")),
                Column::text(words.get("identity-action")),
            ])
            .rows(rows)
            .stacked()
            .hide_caption(),
    );
    content.form("/account/sessions/end-others", &[], |form| {
        form.add(&ButtonRow::new().button(
            &Button::submit(words.get("identity-sessions-end-others")).kind(ButtonKind::Other),
        ));
    });
    let title = words.get("identity-account");
    Ok(yakuba_ui::Page::from_html(
        asked.shell,
        yakuba_ui::Density::Desk,
        title,
        content.into_html(),
    )
    .into_response())
}

/// The part that adds a passkey; it only shows where the browser can.
pub(crate) fn add_passkey(asked: &Asked, content: &mut Content) {
    let words = asked.words;
    let field = TextField::new(asked.language, "name", words.get("identity-passkey-name"))
        .id("passkey-name")
        .support(words.get("identity-passkey-name-support"))
        .optional()
        .max_length(100);
    content.passkey(
        &words,
        &Passkey {
            kind: "add",
            begin: "/account/passkeys/begin",
            finish: "/account/passkeys/finish",
            next: "/account?done=passkey-added",
            button: &words.get("identity-passkey-add"),
            field: Some(Html::of(&field)),
        },
    );
}

pub(crate) async fn show_password(asked: Asked) -> Result<Response, Problem> {
    asked.staff()?;
    Ok(password_page(asked, None))
}

fn password_page(asked: Asked, error: Option<&str>) -> Response {
    let words = asked.words;
    let field = |name: &'static str, label: &str, purpose: &'static str| {
        TextField::new(asked.language, name, words.get(label))
            .required()
            .password()
            .autocomplete(purpose)
    };
    let mut content = asked.content();
    content.error(error);
    let login_name = match &asked.session {
        Some(session) if session.restriction == Some(Restriction::PasswordMustChange) => {
            words.get("identity-password-must-change").into_owned()
        }
        _ => String::new(),
    };
    if !login_name.is_empty() {
        content.add(&NotificationBanner::info(login_name));
    }
    content.form("/account/password", &[], |form| {
        form.add(&field(
            "present",
            "identity-password-present",
            "current-password",
        ));
        form.add(
            &field("new", "identity-password-new", "new-password").support(words.counted(
                "identity-password-rule",
                i64::try_from(crate::model::password::MINIMUM).unwrap_or(0),
            )),
        );
        form.add(&field("again", "identity-password-again", "new-password"));
        form.submit(words.get("identity-password-change"));
    });
    let title = words.get("identity-password-change");
    let failed = error.is_some();
    asked
        .narrow(&title, content)
        .with_errors(failed)
        .breadcrumb(words.get("identity-account"), "/account")
        .into_response()
}

pub(crate) async fn change_password(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let (_, session) = asked.staff()?;
    if fields.get("new") != fields.get("again") {
        let text = asked.text("identity-error-password-again");
        return Ok(password_page(asked, Some(&text)));
    }
    let outcome = asked
        .identity
        .change_password(
            &asked.visitor,
            session,
            fields.get("present").to_owned(),
            fields.get("new").to_owned(),
        )
        .await;
    match outcome {
        Ok(Ok(token)) => Ok(go_with(
            &asked.identity,
            "/account?done=password",
            &[(Cookie::Session, Some(&token))],
        )),
        Ok(Err(Some(seconds))) => {
            let text = wait_text(&asked, seconds);
            Ok(password_page(asked, Some(&text)))
        }
        Ok(Err(None)) => {
            let text = asked.text("identity-error-password-present");
            Ok(password_page(asked, Some(&text)))
        }
        Err(error) => {
            let text = asked.or_problem(error)?;
            Ok(password_page(asked, Some(&text)))
        }
    }
}

pub(crate) async fn end_session(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let (_, session) = asked.staff()?;
    asked
        .city()
        .write(
            asked.actor(),
            (session.account, fields.number("id")?),
            |tx, (account, id)| Box::pin(sessions::end_session(tx, *account, *id)),
        )
        .await?;
    Ok(Redirect::to("/account?done=session-ended").into_response())
}

pub(crate) async fn end_other_sessions(asked: Asked) -> Result<Response, Problem> {
    let (_, session) = asked.staff()?;
    asked
        .city()
        .write(
            asked.actor(),
            (session.account, session.id),
            |tx, (account, id)| Box::pin(sessions::end_sessions(tx, *account, Some(*id))),
        )
        .await?;
    Ok(Redirect::to("/account?done=session-ended").into_response())
}
