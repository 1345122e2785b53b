//! Finding out who asks, once per request.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use yakuba_city::{
    Actor,
    web::{AskedAt, Principal, Problem, SystemPrincipal},
};

use crate::{
    CurrentResident, Identity, IdentityError,
    model::token::Token,
    residents,
    store::{sessions, tokens},
    visitor::Visitor,
};

/// A token's last use is noted once a day.
const TOKEN_TOUCH: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// Puts [`authenticate`] around a router.
pub fn layer<S: Clone + Send + Sync + 'static>(router: Router<S>, identity: Identity) -> Router<S> {
    router.layer(axum::middleware::from_fn_with_state(identity, authenticate))
}

/// Middleware which finds out who asks: by `Authorization: Bearer …` another system, else by the session cookie a member
/// of staff or a resident. Adds the extensions [`Principal`], [`AskedAt`], [`Identity`], [`Visitor`] and, for staff,
/// [`sessions::CurrentSession`], for residents [`CurrentResident`]. Takes two or three indexed queries with a cookie or token, none without.
pub async fn authenticate(
    State(identity): State<Identity>,
    mut request: Request,
    next: Next,
) -> Response {
    let now = identity.city().now();
    let visitor = Visitor::of(identity.settings(), request.headers(), request.extensions());
    let authorization = request
        .headers()
        .get(header::AUTHORIZATION)
        .map(|value| value.to_str().unwrap_or_default().to_owned());
    let for_staff = is_for_staff(request.uri().path());
    match find(&identity, authorization.as_deref(), &visitor, for_staff).await {
        Ok((principal, session, resident)) => {
            let extensions = request.extensions_mut();
            extensions.insert(principal);
            if let Some(session) = session {
                extensions.insert(session);
            }
            if let Some(resident) = resident {
                extensions.insert(resident);
            }
            extensions.insert(AskedAt(now));
            extensions.insert(visitor);
            extensions.insert(identity);
            next.run(request).await
        }
        Err(error) => Problem::from(error).into_response(),
    }
}

/// Where staff are at work: there a resident's session does not count. Elsewhere it comes first, so that whoever is both
/// can use both in one browser.
fn is_for_staff(path: &str) -> bool {
    let first = path.split('/').nth(1).unwrap_or_default();
    ["desk", "account", "login", "logout", "api"].contains(&first)
}

type Found = (
    Principal,
    Option<sessions::CurrentSession>,
    Option<CurrentResident>,
);

/// The system of an access token that counts, noted as used.
async fn system_of(
    identity: &Identity,
    token: &Token,
) -> Result<Option<Arc<SystemPrincipal>>, IdentityError> {
    let city = identity.city();
    let Some(loaded) = tokens::load_token(city.db(), token, city.today()).await? else {
        return Ok(None);
    };
    let noted = loaded.last_used_at.unwrap_or(0);
    if city.now().as_microsecond() - noted
        >= i64::try_from(TOKEN_TOUCH.as_micros()).unwrap_or(i64::MAX)
    {
        city.write(
            Actor::System(loaded.principal.name.clone()),
            loaded.id,
            |tx, id| Box::pin(tokens::touch_token(tx, *id)),
        )
        .await?;
    }
    Ok(Some(loaded.principal))
}

impl Identity {
    /// The system of an access token that came in another way than the header, as some standards want it; none when it does not count.
    ///
    /// # Errors
    /// The database's.
    pub async fn system_with(
        &self,
        secret: &str,
    ) -> Result<Option<Arc<SystemPrincipal>>, IdentityError> {
        system_of(self, &Token::received(secret)).await
    }
}

async fn find(
    identity: &Identity,
    authorization: Option<&str>,
    visitor: &Visitor,
    for_staff: bool,
) -> Result<Found, IdentityError> {
    let city = identity.city();
    if let Some(text) = authorization {
        let token = text
            .split_once(' ')
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| Token::received(token.trim()));
        let Some(token) = token else {
            return Ok((Principal::Anonymous, None, None));
        };
        let system = system_of(identity, &token).await?;
        return Ok((
            system.map_or(Principal::Anonymous, Principal::System),
            None,
            None,
        ));
    }
    if let (Some(token), false) = (&visitor.resident, for_staff)
        && let Some(loaded) =
            residents::store::load_session(city.db(), identity.key(), token, city.now()).await?
    {
        if loaded.must_touch {
            city.write(
                Actor::Resident(loaded.current.id),
                loaded.current.session,
                |tx, id| Box::pin(residents::store::touch_session(tx, *id)),
            )
            .await?;
        }
        let principal = Principal::Resident(loaded.principal);
        return Ok((principal, None, Some(loaded.current)));
    }
    let Some(token) = &visitor.session else {
        return Ok((Principal::Anonymous, None, None));
    };
    let Some(loaded) = sessions::load_session(city.db(), token, city.now(), city.today()).await?
    else {
        return Ok((Principal::Anonymous, None, None));
    };
    if loaded.must_touch {
        city.write(
            Actor::Staff(loaded.principal.account),
            loaded.session.id,
            |tx, id| Box::pin(sessions::touch_session(tx, *id)),
        )
        .await?;
    }
    Ok((
        Principal::Staff(loaded.principal),
        Some(loaded.session),
        None,
    ))
}
