//! What residents see of their accounts.

use axum::{
    Json,
    extract::{Query, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};
use yakuba_city::{
    Actor, OwnRecords,
    web::{Access, Problem, Routes},
};
use yakuba_mail::EmailAddress;
use yakuba_ui::{
    Button, ButtonKind, ButtonRow, Cell, Column, DescriptionList, Html, LinkButton,
    NotificationBanner, Row, Table, TextField, format,
};

use super::{CALLBACK_PATH, CodeStart, CurrentResident, EmailSignIn, start_email_code, store};
use crate::{
    IdentityError,
    asked::{Asked, Content, Fields, Passkey, go_with, in_query, safe_next_or, set_cookies},
    oidc::Callback,
    pages::{moment, wait_text, with_wait},
    visitor::Cookie,
};

const HOME: &str = "/resident";

pub(crate) fn routes() -> Routes {
    let own = Access::Resident;
    Routes::new()
        .get("/resident/sign-in", Access::Public, show)
        .post("/resident/sign-in", Access::Public, send_code)
        .get("/resident/sign-in/code", Access::Public, show_code)
        .post("/resident/sign-in/code", Access::Public, sign_in)
        .post("/resident/passkey/begin", Access::Public, begin_passkey)
        .post(
            "/resident/passkey/finish",
            Access::Public,
            sign_in_with_passkey,
        )
        .get("/resident/sign-in/provider", Access::Public, to_provider)
        .get(CALLBACK_PATH, Access::Public, from_provider)
        .post("/resident/sign-out", Access::Public, sign_out)
        .get(HOME, own, account)
        .post("/resident/passkeys/begin", own, begin_set_up)
        .post("/resident/passkeys/finish", own, finish_set_up)
        .post("/resident/passkeys/remove", own, remove_passkey)
        .get("/resident/delete", own, show_delete)
        .post("/resident/delete", own, delete)
}

#[derive(Deserialize)]
struct Next {
    next: Option<String>,
    done: Option<String>,
}

fn next_of(next: Option<&str>) -> String {
    safe_next_or(next, HOME)
}

/// A page with something about one person: neither the browser nor a proxy may keep it.
pub(super) fn private(page: impl IntoResponse) -> Response {
    let mut response = page.into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn done(asked: &Asked, content: &mut Content, done: Option<&str>) {
    let key = format!("resident-done-{}", done.unwrap_or_default());
    if asked.words.has(&key) {
        content.add(&NotificationBanner::success(asked.words.get(&key)));
    }
}

fn resident(asked: &Asked) -> Result<CurrentResident, Problem> {
    asked.resident.ok_or(Problem::ResidentSignInNeeded)
}

/// Refuses without a sign-in of the last minutes: a session left open must not be enough to take an account over.
fn fresh(asked: &Asked) -> Result<CurrentResident, Problem> {
    resident(asked).and_then(|current| {
        if current.fresh {
            Ok(current)
        } else {
            Err(Problem::ResidentSignInNeeded)
        }
    })
}

async fn show(asked: Asked, Query(query): Query<Next>) -> Response {
    let next = next_of(query.next.as_deref());
    sign_in_page(asked, &next, "", None, query.done.as_deref())
}

fn sign_in_page(
    asked: Asked,
    next: &str,
    email: &str,
    error: Option<&str>,
    notice: Option<&str>,
) -> Response {
    let words = asked.words;
    let mut content = asked.content();
    done(&asked, &mut content, notice);
    content.error(error);
    content.paragraph(words.get("resident-sign-in-text"));
    content.form("/resident/sign-in", &[("next", next)], |form| {
        form.add(
            &TextField::new(asked.language, "email", words.get("resident-email"))
                .required()
                .email()
                .support(words.get("resident-email-support"))
                .value(email)
                .autocomplete("email"),
        );
        form.submit(words.get("resident-send-code"));
    });
    content.passkey(
        &words,
        &Passkey {
            kind: "use",
            begin: "/resident/passkey/begin",
            finish: "/resident/passkey/finish",
            next,
            button: &words.get("resident-sign-in-passkey"),
            field: None,
        },
    );
    provider_link(&asked, &mut content, "resident-sign-in-provider", next);
    content.markup(format!(
        r#"<p><a href="/login">{}</a></p>"#,
        Html::text(&words.get("resident-staff-sign-in"))
    ));
    let title = words.get("resident-sign-in");
    private(asked.narrow(&title, content).with_errors(error.is_some()))
}

/// A link, not a form: the content security policy lets no form lead to another host.
fn provider_link(asked: &Asked, content: &mut Content, text: &str, next: &str) {
    if let Some(provider) = &asked.identity.settings().resident_oidc {
        content.add(
            &ButtonRow::new().button(
                &LinkButton::new(
                    asked.words.with_text(text, "name", &provider.name),
                    format!("/resident/sign-in/provider?next={}", in_query(next)),
                )
                .kind(ButtonKind::Other),
            ),
        );
    }
}

async fn to_provider(asked: Asked, Query(query): Query<Next>) -> Result<Response, Problem> {
    let next = next_of(query.next.as_deref());
    let begun = asked
        .identity
        .begin_resident_oidc(&next, asked.resident)
        .await;
    match begun {
        Ok((address, step)) => Ok(go_with(
            &asked.identity,
            address.as_str(),
            &[(Cookie::Step, Some(&step))],
        )),
        Err(error) => {
            let text = asked.or_problem(error)?;
            Ok(sign_in_page(asked, &next, "", Some(&text), None))
        }
    }
}

async fn from_provider(
    asked: Asked,
    Query(callback): Query<Callback>,
) -> Result<Response, Problem> {
    let outcome = asked
        .identity
        .finish_resident_oidc(&asked.visitor, asked.resident, &callback)
        .await;
    let text = match outcome {
        Ok((token, next)) => {
            return Ok(go_with(
                &asked.identity,
                &next,
                &[(Cookie::Resident, Some(&token)), (Cookie::Step, None)],
            ));
        }
        Err(IdentityError::Exists { .. }) => asked.text("resident-error-linked"),
        Err(error) => asked.or_problem(error)?,
    };
    Ok(sign_in_page(asked, HOME, "", Some(&text), None))
}

async fn send_code(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let next = next_of(fields.some("next"));
    let typed = fields.get("email").trim().to_owned();
    let outcome = match EmailAddress::read(&typed) {
        Ok(email) => {
            start_email_code(&asked.identity, &asked.visitor, &email, asked.language).await
        }
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(CodeStart::Sent(token)) => Ok(go_with(
            &asked.identity,
            &format!("/resident/sign-in/code?next={}", in_query(&next)),
            &[(Cookie::Email, Some(&token))],
        )),
        Ok(CodeStart::Wait(seconds)) => {
            let text = wait_text(&asked, seconds);
            let response = sign_in_page(asked, &next, &typed, Some(&text), None);
            Ok(with_wait(response, seconds))
        }
        Err(error) => {
            let text = asked.or_problem(error)?;
            Ok(sign_in_page(asked, &next, &typed, Some(&text), None))
        }
    }
}

async fn show_code(asked: Asked, Query(query): Query<Next>) -> Response {
    let next = next_of(query.next.as_deref());
    code_page(asked, &next, None)
}

fn begin_again(asked: &Asked, next: &str) -> Response {
    go_with(
        &asked.identity,
        &format!("/resident/sign-in?done=again&next={}", in_query(next)),
        &[(Cookie::Email, None)],
    )
}

fn code_page(asked: Asked, next: &str, error: Option<&str>) -> Response {
    if asked.visitor.email.is_none() {
        return begin_again(&asked, next);
    }
    let words = asked.words;
    let mut content = asked.content();
    content.error(error);
    code_field(
        &asked,
        &mut content,
        "/resident/sign-in/code",
        next,
        &words.get("identity-sign-in"),
    );
    content.markup(format!(
        r#"<p><a href="/resident/sign-in?next={}">{}</a></p>"#,
        in_query(next),
        Html::text(&words.get("resident-code-again"))
    ));
    let title = words.get("resident-code-title");
    private(asked.narrow(&title, content).with_errors(error.is_some()))
}

/// Asks for the code of a mail.
pub(super) fn code_field(
    asked: &Asked,
    content: &mut Content,
    action: &str,
    next: &str,
    button: &str,
) {
    let words = asked.words;
    if yakuba_mail::is_set_up(asked.city()) {
        content.paragraph(words.get("resident-code-text"));
    } else {
        content.add(
            &NotificationBanner::warning(words.get("resident-no-mail"))
                .text(words.get("resident-no-mail-text")),
        );
    }
    content.form(action, &[("next", next)], |form| {
        form.add(
            &TextField::new(asked.language, "code", words.get("resident-code"))
                .required()
                .support(words.get("resident-code-support"))
                .width(8)
                .numeric()
                .autocomplete("one-time-code"),
        );
        form.submit(button);
    });
}

async fn sign_in(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let next = next_of(fields.some("next"));
    let outcome = asked
        .identity
        .sign_resident_in_with_code(&asked.visitor, fields.get("code"))
        .await?;
    Ok(match outcome {
        EmailSignIn::SignedIn(token) => go_with(
            &asked.identity,
            &next,
            &[(Cookie::Resident, Some(&token)), (Cookie::Email, None)],
        ),
        EmailSignIn::Wrong(left) => {
            let text = asked
                .words
                .counted("resident-error-code", left)
                .into_owned();
            code_page(asked, &next, Some(&text))
        }
        EmailSignIn::BeginAgain => begin_again(&asked, &next),
    })
}

fn answer(asked: &Asked, outcome: Result<Response, IdentityError>) -> Result<Response, Problem> {
    match outcome {
        Ok(response) => Ok(response),
        Err(error) => {
            let text = asked.or_problem(error)?;
            Ok((
                StatusCode::UNPROCESSABLE_ENTITY,
                Json(json!({ "message": text })),
            )
                .into_response())
        }
    }
}

fn sent<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, IdentityError> {
    body.map(|Json(sent)| sent)
        .map_err(|error| IdentityError::Passkey(error.body_text()))
}

async fn begin_passkey(asked: Asked) -> Result<Response, Problem> {
    let outcome = asked
        .identity
        .begin_resident_passkey()
        .await
        .map(|(options, step)| {
            let mut response = Json(options).into_response();
            set_cookies(
                &mut response,
                &asked.identity,
                &[(Cookie::Step, Some(&step))],
            );
            response
        });
    answer(&asked, outcome)
}

async fn sign_in_with_passkey(
    asked: Asked,
    body: Result<Json<PublicKeyCredential>, JsonRejection>,
) -> Result<Response, Problem> {
    let outcome = async {
        let token = asked
            .identity
            .sign_resident_in_with_passkey(&asked.visitor, &sent(body)?)
            .await?;
        let mut response = Json(json!({})).into_response();
        set_cookies(
            &mut response,
            &asked.identity,
            &[(Cookie::Resident, Some(&token)), (Cookie::Step, None)],
        );
        Ok(response)
    }
    .await;
    answer(&asked, outcome)
}

async fn sign_out(asked: Asked) -> Result<Response, Problem> {
    asked.identity.sign_resident_out(&asked.visitor).await?;
    Ok(go_with(
        &asked.identity,
        "/resident/sign-in?done=signed-out",
        &[(Cookie::Resident, None), (Cookie::Email, None)],
    ))
}

/// What somebody has with a service.
fn own_table(asked: &Asked, own: &OwnRecords) -> Table {
    let words = asked.words;
    let id = own
        .records
        .first()
        .map_or("own", |record| record.href.trim_start_matches('/'))
        .split('/')
        .next()
        .unwrap_or("own")
        .to_owned();
    Table::new(asked.language, format!("own-{id}"), own.title.as_str())
        .columns([
            Column::text(words.get("resident-own-what")),
            Column::text(words.get("resident-own-state")),
            Column::text(words.get("resident-own-at")).no_wrap(),
        ])
        .rows(own.records.iter().map(|record| {
            Row::new([
                Cell::link(&record.title, &record.href),
                Cell::text(&record.state),
                Cell::text(moment(record.at.as_microsecond(), asked)),
            ])
        }))
        .row_headers()
        .stacked()
        .hide_caption()
}

async fn account(asked: Asked, Query(query): Query<Next>) -> Result<Response, Problem> {
    let current = resident(&asked)?;
    let db = asked.city().db();
    let own = store::resident(db, asked.identity.key(), current.id)
        .await?
        .ok_or(Problem::NotFound)?;
    let passkeys = store::passkeys_of(db, current.id).await?;
    let (words, language) = (asked.words, asked.language);
    let mut content = asked.content();
    done(&asked, &mut content, query.done.as_deref());

    content.heading(words.get("resident-details"));
    let email = own.email.as_ref().map_or_else(
        || words.get("ui-none").into_owned(),
        |email| email.as_str().to_owned(),
    );
    content.add(&DescriptionList::new().text(words.get("resident-email"), email));

    for own in asked
        .city()
        .own_records(current.id, language.code())
        .await?
    {
        content.heading(own.title.as_str());
        content.paragraph(own.about.as_str());
        content.add(&own_table(&asked, &own));
    }

    content.heading(words.get("resident-verified"));
    match &own.verified {
        Some(person) => {
            content.add(
                &DescriptionList::new()
                    .text(words.get("resident-name"), person.name.full())
                    .text(words.get("resident-address"), &person.address)
                    .text(
                        words.get("resident-birth-date"),
                        format::date(person.birth_date, language),
                    )
                    .text(
                        words.get("resident-verified-at"),
                        moment(person.verified_at.as_microsecond(), &asked),
                    )
                    .text(words.get("resident-verified-by"), &person.issuer),
            );
        }
        None => {
            content.paragraph(words.get("resident-verified-none"));
        }
    }
    provider_link(&asked, &mut content, "resident-verify-provider", HOME);

    content.heading(words.get("identity-passkeys"));
    if passkeys.is_empty() {
        content.paragraph(words.get("resident-passkeys-none"));
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
                    "/resident/passkeys/remove",
                    &[("id", &stored.id.to_string())],
                    &words.with_text("identity-passkey-remove", "name", &stored.name),
                    ButtonKind::Danger,
                )),
            ])
        });
        content.add(
            &Table::new(language, "passkeys", words.get("identity-passkeys"))
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
    let field = TextField::new(language, "name", words.get("identity-passkey-name"))
        .support(words.get("resident-passkey-name-support"));
    content.passkey(
        &words,
        &Passkey {
            kind: "add",
            begin: "/resident/passkeys/begin",
            finish: "/resident/passkeys/finish",
            next: "/resident?done=passkey-added",
            button: &words.get("identity-passkey-add"),
            field: Some(Html::of(&field)),
        },
    );

    content.heading(words.get("resident-leave"));
    content.form("/resident/sign-out", &[], |form| {
        form.add(
            &ButtonRow::new()
                .button(&Button::submit(words.get("resident-sign-out")).kind(ButtonKind::Other)),
        );
    });
    content.add(&ButtonRow::new().button(
        &LinkButton::new(words.get("resident-delete"), "/resident/delete").kind(ButtonKind::Quiet),
    ));
    let title = words.get("resident-title");
    Ok(private(asked.narrow(&title, content)))
}

async fn begin_set_up(asked: Asked) -> Result<Response, Problem> {
    let current = fresh(&asked)?;
    let label = asked.text("resident-title");
    let outcome = asked
        .identity
        .begin_resident_passkey_set_up(current, &label)
        .await
        .map(|(options, step)| {
            let mut response = Json(options).into_response();
            set_cookies(
                &mut response,
                &asked.identity,
                &[(Cookie::Step, Some(&step))],
            );
            response
        });
    answer(&asked, outcome)
}

#[derive(Deserialize)]
struct NewPasskey {
    name: String,
    credential: RegisterPublicKeyCredential,
}

async fn finish_set_up(
    asked: Asked,
    body: Result<Json<NewPasskey>, JsonRejection>,
) -> Result<Response, Problem> {
    let current = fresh(&asked)?;
    let outcome = async {
        let new = sent(body)?;
        let name = if new.name.trim().is_empty() {
            asked.text("identity-passkey-unnamed")
        } else {
            new.name
        };
        asked
            .identity
            .finish_resident_passkey_set_up(&asked.visitor, current, &name, &new.credential)
            .await?;
        let mut response = Json(json!({})).into_response();
        set_cookies(&mut response, &asked.identity, &[(Cookie::Step, None)]);
        Ok(response)
    }
    .await;
    answer(&asked, outcome)
}

async fn remove_passkey(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let current = fresh(&asked)?;
    asked
        .city()
        .write(
            Actor::Resident(current.id),
            (current.id, fields.number("id")?),
            |tx, (resident, id)| Box::pin(store::remove_passkey(tx, *resident, *id)),
        )
        .await?;
    Ok(go_with(
        &asked.identity,
        "/resident?done=passkey-removed",
        &[],
    ))
}

async fn show_delete(asked: Asked) -> Result<Response, Problem> {
    fresh(&asked)?;
    let words = asked.words;
    let mut content = asked.content();
    content.paragraph(words.get("resident-delete-text"));
    content.form("/resident/delete", &[], |form| {
        form.add(
            &ButtonRow::new()
                .button(&Button::submit(words.get("resident-delete")).kind(ButtonKind::Danger))
                .button(&LinkButton::new(words.get("ui-cancel"), HOME).kind(ButtonKind::Other)),
        );
    });
    let title = words.get("resident-delete");
    Ok(private(asked.narrow(&title, content)))
}

async fn delete(asked: Asked) -> Result<Response, Problem> {
    let current = fresh(&asked)?;
    asked
        .city()
        .write(Actor::Resident(current.id), current.id, |tx, id| {
            Box::pin(store::delete(tx, *id))
        })
        .await?;
    Ok(go_with(
        &asked.identity,
        "/resident/sign-in?done=deleted",
        &[(Cookie::Resident, None)],
    ))
}
