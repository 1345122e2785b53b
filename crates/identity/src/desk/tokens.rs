//! Access tokens of other systems, and the settings of signing in.

use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use yakuba_city::{AuditEntry, web::Problem};
use yakuba_kernel::MeasureName;
use yakuba_ui::{
    ButtonKind, Cell, CheckboxGroup, Choice, Column, DateField, DescriptionList,
    NotificationBanner, RadioGroup, Row, Table, TextField, format,
};

use crate::{
    ADMINISTER, IdentityError, NewToken, OidcLink, SECOND_FACTOR_SETTING, SecondFactorPolicy,
    Token,
    asked::{Asked, Content, Fields, set_cookies},
    oidc::CALLBACK_PATH,
    pages::moment,
    store::tokens,
};

use super::{require, roles};

#[derive(Deserialize)]
pub(crate) struct Done {
    done: Option<String>,
}

pub(crate) async fn list(asked: Asked, Query(query): Query<Done>) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    let notice = asked.done(query.done.as_deref());
    page(asked, notice, None).await
}

async fn page(
    asked: Asked,
    notice: Option<NotificationBanner>,
    error: Option<String>,
) -> Result<Response, Problem> {
    let (words, language) = (asked.words, asked.language);
    let all = tokens::tokens(asked.city().db()).await?;
    let mut content = asked.content();
    if let Some(notice) = &notice {
        content.add(notice);
    }
    content.error(error.as_deref());
    content.paragraph(words.get("identity-tokens-lead"));
    let rows = all.iter().map(|stored| {
        let mut may: Vec<String> = stored
            .token
            .capabilities
            .iter()
            .map(|name| roles::capability_name(&asked, name))
            .collect();
        may.extend(stored.token.measures.iter().map(ToString::to_string));
        Row::new([
            Cell::text(&stored.token.name),
            Cell::text(may.join("、")),
            Cell::text(moment(stored.created_at, &asked)),
            Cell::text(
                stored
                    .token
                    .last_day
                    .map(|day| format::date(day, language))
                    .unwrap_or_default(),
            ),
            Cell::text(
                stored
                    .last_used_at
                    .map(|at| moment(at, &asked))
                    .unwrap_or_default(),
            ),
            if stored.revoked_at.is_some() {
                Cell::text(words.get("identity-token-revoked"))
            } else {
                Cell::html(&Content::small_form(
                    "/desk/identity/tokens/revoke",
                    &[("id", &stored.id.to_string())],
                    &words.with_text("identity-token-revoke", "name", &stored.token.name),
                    ButtonKind::Danger,
                ))
            },
        ])
    });
    content.add(
        &Table::new(language, "tokens", words.get("identity-tokens"))
            .columns([
                Column::text(words.get("identity-token-name")),
                Column::text(words.get("identity-role-capabilities")),
                Column::text(words.get("identity-created")),
                Column::text(words.get("identity-last-day")),
                Column::text(words.get("identity-used")),
                Column::text(words.get("identity-state")),
            ])
            .rows(rows)
            .row_headers()
            .stacked()
            .hide_caption(),
    );
    content.heading(words.get("identity-token-new"));
    content.form("/desk/identity/tokens", &[], |form| {
        form.add(&TextField::new(language, "name", words.get("identity-token-name")).required());
        form.add(&roles::capabilities(&asked, &[]));
        form.add(
            &CheckboxGroup::new(language, "measure", words.get("identity-token-measures")).choices(
                asked.city().measures().into_iter().map(|measure| {
                    let name = if language.is_japanese() {
                        &measure.name_ja
                    } else {
                        &measure.name_en
                    };
                    Choice::new(
                        measure.name.as_str(),
                        format::with_note(name, &measure.name, language),
                    )
                }),
            ),
        );
        form.add(&DateField::new(language, "last", words.get("identity-last-day")).optional());
        form.submit(words.get("identity-token-new"));
    });
    let title = words.get("identity-tokens");
    let failed = error.is_some();
    Ok(asked
        .desk(&title, content)
        .with_errors(failed)
        .into_response())
}

pub(crate) async fn create(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    let token = Token::with_prefix(tokens::TOKEN_PREFIX);
    let outcome = async {
        let new = NewToken {
            name: fields.get("name").to_owned(),
            capabilities: roles::chosen(&asked, &fields),
            measures: fields
                .all("measure")
                .into_iter()
                .filter_map(|name| MeasureName::new(name).ok())
                .collect(),
            last_day: fields.day("last")?,
        };
        asked
            .city()
            .write(asked.actor(), (new, token.clone()), |tx, (new, token)| {
                Box::pin(tokens::create_token(tx, new, token))
            })
            .await
    }
    .await;
    match outcome {
        Ok(_) => {
            let notice = NotificationBanner::success(asked.words.get("identity-token-shown"))
                .text(asked.words.get("identity-token-once"))
                .text(token.as_str());
            let identity = asked.identity.clone();
            let mut response = page(asked, Some(notice), None).await?;
            set_cookies(&mut response, &identity, &[]);
            Ok(response)
        }
        Err(error) => {
            let text = asked.or_problem(error)?;
            page(asked, None, Some(text)).await
        }
    }
}

pub(crate) async fn revoke(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    asked
        .city()
        .write(asked.actor(), fields.number("id")?, |tx, id| {
            Box::pin(tokens::revoke_token(tx, *id))
        })
        .await?;
    Ok(Redirect::to("/desk/identity/tokens?done=removed").into_response())
}

pub(crate) async fn settings(asked: Asked, Query(query): Query<Done>) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    let (words, language) = (asked.words, asked.language);
    let policy = asked.identity.second_factor_policy().await?;
    let mut content = asked.content();
    if let Some(notice) = asked.done(query.done.as_deref()) {
        content.add(&notice);
    }
    content.form("/desk/identity/settings", &[], |form| {
        form.add(
            &RadioGroup::new(
                language,
                "second_factor",
                words.get("identity-second-factor-policy"),
            )
            .choice(Choice::new(
                SecondFactorPolicy::Required.as_str(),
                words.get("identity-second-factor-required"),
            ))
            .choice(Choice::new(
                SecondFactorPolicy::Optional.as_str(),
                words.get("identity-second-factor-optional"),
            ))
            .value(policy.as_str()),
        );
        form.submit(words.get("ui-save"));
    });
    content.heading(words.get("identity-provider"));
    match &asked.identity.settings().oidc {
        None => {
            content.paragraph(words.get("identity-provider-none"));
        }
        Some(provider) => {
            let callback = asked
                .identity
                .settings()
                .public_url
                .join(CALLBACK_PATH)
                .map(String::from)
                .unwrap_or_default();
            content.add(
                &DescriptionList::new()
                    .text(words.get("identity-provider-issuer"), &provider.issuer)
                    .text(words.get("identity-provider-client"), &provider.client_id)
                    .text(words.get("identity-provider-callback"), callback)
                    .text(
                        words.get("identity-provider-link"),
                        match &provider.link {
                            OidcLink::VerifiedEmail => asked.text("identity-provider-link-email"),
                            OidcLink::LoginName(claim) => words
                                .with_text("identity-provider-link-login", "claim", claim)
                                .into_owned(),
                        },
                    ),
            );
        }
    }
    let title = words.get("identity-settings");
    Ok(asked.desk(&title, content).into_response())
}

pub(crate) async fn save_settings(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    let policy = SecondFactorPolicy::read(Some(fields.get("second_factor")));
    asked
        .city()
        .write(asked.actor(), policy, |tx, policy| {
            Box::pin(async move {
                tx.set(SECOND_FACTOR_SETTING, policy.as_str()).await?;
                tx.audit(
                    AuditEntry::new("identity.settings_change", "settings/identity")
                        .with(serde_json::json!({ "second_factor": policy.as_str() })),
                );
                Ok::<_, IdentityError>(())
            })
        })
        .await?;
    Ok(Redirect::to("/desk/identity/settings?done=saved").into_response())
}
