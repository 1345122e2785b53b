//! The interfaces the browser's script uses for passkeys, and removing one.

use axum::{
    Json,
    extract::rejection::JsonRejection,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use serde_json::json;
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};
use yakuba_city::web::Problem;

use crate::{
    IdentityError,
    asked::{Asked, Fields, set_cookies},
    store::credentials,
    visitor::Cookie,
};

fn answer(asked: &Asked, outcome: Result<Response, IdentityError>) -> Result<Response, Problem> {
    match outcome {
        Ok(response) => Ok(response),
        Err(error) => {
            if let IdentityError::Passkey(cause) = &error {
                tracing::info!(cause, "a passkey was not accepted");
            }
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

pub(crate) async fn begin(asked: Asked) -> Result<Response, Problem> {
    let outcome = asked.identity.begin_passkey().await.map(|(options, step)| {
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

pub(crate) async fn sign_in(
    asked: Asked,
    body: Result<Json<PublicKeyCredential>, JsonRejection>,
) -> Result<Response, Problem> {
    let outcome = async {
        let opened = asked
            .identity
            .sign_in_with_passkey(&asked.visitor, &sent(body)?)
            .await?;
        let mut response = Json(json!({})).into_response();
        set_cookies(
            &mut response,
            &asked.identity,
            &[
                (Cookie::Session, Some(&opened.session)),
                (Cookie::Device, Some(&opened.device)),
                (Cookie::Step, None),
            ],
        );
        Ok(response)
    }
    .await;
    answer(&asked, outcome)
}

pub(crate) async fn confirm(
    asked: Asked,
    body: Result<Json<PublicKeyCredential>, JsonRejection>,
) -> Result<Response, Problem> {
    let (_, session) = asked.staff()?;
    let outcome = async {
        let token = asked
            .identity
            .step_up_with_passkey(&asked.visitor, session, &sent(body)?)
            .await?;
        let mut response = Json(json!({})).into_response();
        set_cookies(
            &mut response,
            &asked.identity,
            &[(Cookie::Session, Some(&token)), (Cookie::Step, None)],
        );
        Ok(response)
    }
    .await;
    answer(&asked, outcome)
}

pub(crate) async fn begin_set_up(asked: Asked) -> Result<Response, Problem> {
    asked.require_fresh()?;
    let (_, session) = asked.staff()?;
    let outcome = asked
        .identity
        .begin_passkey_set_up(session)
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
pub(crate) struct NewPasskey {
    name: String,
    credential: RegisterPublicKeyCredential,
}

pub(crate) async fn finish_set_up(
    asked: Asked,
    body: Result<Json<NewPasskey>, JsonRejection>,
) -> Result<Response, Problem> {
    asked.require_fresh()?;
    let (_, session) = asked.staff()?;
    let outcome = async {
        let new = sent(body)?;
        let name = if new.name.trim().is_empty() {
            asked.text("identity-passkey-unnamed")
        } else {
            new.name
        };
        let token = asked
            .identity
            .finish_passkey_set_up(&asked.visitor, session, &name, &new.credential)
            .await?;
        let mut response = Json(json!({})).into_response();
        set_cookies(
            &mut response,
            &asked.identity,
            &[(Cookie::Session, Some(&token)), (Cookie::Step, None)],
        );
        Ok(response)
    }
    .await;
    answer(&asked, outcome)
}

pub(crate) async fn remove(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    asked.require_fresh()?;
    let (_, session) = asked.staff()?;
    asked
        .city()
        .write(
            asked.actor(),
            (session.account, fields.number("id")?),
            |tx, (account, id)| Box::pin(credentials::remove_passkey(tx, *account, *id)),
        )
        .await?;
    Ok(Redirect::to("/account?done=passkey-removed").into_response())
}
