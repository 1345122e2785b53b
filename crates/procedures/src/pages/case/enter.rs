//! The way to a case: from the list of an account, or by its receipt number.

use askama::Template;
use axum::{extract::Query, response::Response};
use yakuba_city::{Actor, web::Problem};
use yakuba_identity::Token;
use yakuba_ui::{Fields, FormErrors, Page, TextField, Words};

use super::{Done, own};
use crate::{
    ProcedureError,
    model::receipt::Receipt,
    pages::asked::{Asked, Cookie, private},
    store::{cases, sessions},
};

#[derive(Template)]
#[template(path = "applicant/enter.html")]
struct EnterBody {
    words: Words,
    errors: yakuba_ui::ErrorSummary,
    receipt: TextField,
    is_open: bool,
    own: own::Own,
    is_signed_in: bool,
}

pub(super) async fn page(asked: Asked, Query(query): Query<Done>) -> Result<Response, Problem> {
    enter_page(asked, "", &FormErrors::new(), query.done.as_deref()).await
}

async fn enter_page(
    asked: Asked,
    typed: &str,
    errors: &FormErrors,
    done: Option<&str>,
) -> Result<Response, Problem> {
    let (words, language) = (asked.words, asked.language);
    let notice = asked.done(done);
    let body = EnterBody {
        words,
        errors: errors.summary(language),
        receipt: TextField::new(language, "receipt", words.get("applicant-receipt"))
            .support(words.get("applicant-receipt-support"))
            .value(typed)
            .width(24)
            .autocomplete("off")
            .required()
            .errors(errors),
        is_open: asked.case().await?.is_some(),
        own: own::list(&asked).await?,
        is_signed_in: asked.resident().is_some(),
    };
    let mut page = Page::public(asked.shell, words.get("applicant-cases-title"), &body)
        .narrow()
        .not_for_search_engines()
        .with_errors(!errors.is_empty());
    if let Some(notice) = notice {
        page = page.notice(notice);
    }
    Ok(private(page))
}

/// Opens the case of a receipt number. The number has 85 random bits, so trying numbers out leads nowhere.
pub(super) async fn open(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let typed = fields.get("receipt").to_owned();
    let wrong = |key: &str| {
        let mut errors = FormErrors::new();
        errors.add("receipt", asked.text(key));
        errors
    };
    let Ok(receipt) = typed.parse::<Receipt>() else {
        let errors = wrong("applicant-receipt-mistyped");
        return enter_page(asked, &typed, &errors, None).await;
    };
    let found = cases::case_with_receipt(asked.city().db(), asked.key(), &receipt).await?;
    let Some(case) = found else {
        let errors = wrong("applicant-receipt-unknown");
        return enter_page(asked, &typed, &errors, None).await;
    };
    let token = Token::generate();
    asked
        .city()
        .write(
            asked.principal.actor(),
            (case.id, token.clone()),
            |tx, (case, token)| Box::pin(sessions::begin(tx, *case, token, None)),
        )
        .await
        .map_err(|error: ProcedureError| Problem::from(error))?;
    Ok(asked.go("/cases/view", Cookie::Case, Some(&token)))
}

/// Ends the session of a case, so that the next person at the same computer does not see it.
pub(super) async fn leave(asked: Asked) -> Result<Response, Problem> {
    if let Some(token) = asked.case_token() {
        asked
            .city()
            .write(Actor::Public, token, |tx, token| {
                Box::pin(sessions::end(tx, token))
            })
            .await
            .map_err(|error: ProcedureError| Problem::from(error))?;
    }
    Ok(asked.go("/cases?done=left", Cookie::Case, None))
}
