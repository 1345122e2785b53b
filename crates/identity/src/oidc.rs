//! Sign-in through another provider: OpenID Connect, authorization code flow with PKCE (RFC 7636).

use std::sync::Arc;

use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse as _,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType,
        CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use webauthn_rs::prelude::Url;
use yakuba_city::Actor;

use crate::{
    Identity, IdentityError, OidcLink, OidcSettings,
    model::{
        account::{AccountId, LoginName},
        token::Token,
    },
    settings::may_be_asked,
    sign_in::Opened,
    store::{
        accounts, credentials,
        sessions::{self, CurrentSession, Method},
    },
    visitor::Visitor,
};

/// Our path to which the provider sends people back.
pub const CALLBACK_PATH: &str = "/login/oidc/callback";

const STEP: &str = "oidc";
/// An answer of a provider is never longer.
const LARGEST_ANSWER: usize = 1 << 20;
/// What discovery told is believed for so long: providers change their keys.
const KEPT: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// Whatever claims the provider sends beside the standard ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OtherClaims(serde_json::Map<String, serde_json::Value>);

impl openidconnect::AdditionalClaims for OtherClaims {}

type IdTokenFields = openidconnect::IdTokenFields<
    OtherClaims,
    openidconnect::EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type TokenResponse = openidconnect::StandardTokenResponse<IdTokenFields, CoreTokenType>;
type Client = openidconnect::Client<
    OtherClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    openidconnect::StandardErrorResponse<CoreErrorResponseType>,
    TokenResponse,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What discovery told about the provider.
pub(crate) struct Provider {
    pub(crate) client: Client,
    pub(crate) http: reqwest::Client,
    pub(crate) token_endpoint: String,
    pub(crate) user_info_endpoint: Option<String>,
    found_at: jiff::Timestamp,
}

/// What is kept of a provider, so that discovery is not asked at every sign-in.
pub(crate) type ProviderCell = tokio::sync::Mutex<Option<Arc<Provider>>>;

/// Kept (in the database) while the person is at the provider.
#[derive(Serialize, Deserialize)]
struct Waiting {
    state: String,
    nonce: String,
    verifier: String,
    next: String,
    session: Option<i64>,
}

/// What came of an answer from the provider.
#[derive(Debug, Clone)]
pub enum OidcOutcome {
    /// The person is known there but has no account here, or it may not be used.
    NoAccount,
    /// Signed in; then go to the address.
    SignedIn(Opened, String),
    /// Freshly proved: the session's new token; then go to the address.
    SteppedUp(Token, String),
}

/// What the provider sends back in the address.
#[derive(Debug, Clone, Deserialize)]
pub struct Callback {
    /// The code to be exchanged.
    pub code: Option<String>,
    /// Ours, sent back.
    pub state: Option<String>,
    /// What went wrong there.
    pub error: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    #[error("the address {0} is not asked: it is neither https nor on this machine")]
    Address(String),
    #[error(transparent)]
    Request(#[from] reqwest::Error),
    #[error("the answer is longer than {LARGEST_ANSWER} bytes")]
    TooLong,
    #[error(transparent)]
    Answer(#[from] axum::http::Error),
}

pub(crate) fn failed(error: &(impl std::error::Error + ?Sized)) -> IdentityError {
    // The causes are for the log: what the person reads is the same for all of them.
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    tracing::warn!(
        cause = text,
        "the sign-in provider's answer was not accepted"
    );
    IdentityError::Provider(text)
}

pub(crate) fn refused(text: &str) -> IdentityError {
    tracing::warn!(
        cause = text,
        "the sign-in provider's answer was not accepted"
    );
    IdentityError::Provider(text.to_owned())
}

pub(crate) async fn call(
    client: reqwest::Client,
    request: HttpRequest,
) -> Result<HttpResponse, HttpError> {
    let address = request.uri().to_string();
    if !Url::parse(&address).is_ok_and(|url| may_be_asked(&url)) {
        return Err(HttpError::Address(address));
    }
    let mut answer = client.execute(request.try_into()?).await?;
    let mut response = axum::http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await? {
        body.extend_from_slice(&part);
        if body.len() > LARGEST_ANSWER {
            return Err(HttpError::TooLong);
        }
    }
    Ok(response.body(body)?)
}

async fn discover(
    issuer_url: &Url,
    (client_id, client_secret): (&str, Option<&str>),
    callback: Url,
    now: jiff::Timestamp,
) -> Result<Provider, IdentityError> {
    let http = reqwest::Client::builder()
        // A redirect could lead the program to any address inside the city's network.
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .build()
        .map_err(|error| failed(&error))?;
    let issuer = IssuerUrl::new(issuer_url.as_str().trim_end_matches('/').to_owned())
        .map_err(|error| failed(&error))?;
    let caller = |request| call(http.clone(), request);
    // Whether the issuer ends with a slash must agree to the letter with what the provider says.
    let metadata = match CoreProviderMetadata::discover_async(issuer, &caller).await {
        Ok(metadata) => metadata,
        Err(openidconnect::DiscoveryError::Validation(_)) => {
            let issuer = IssuerUrl::new(issuer_url.to_string()).map_err(|error| failed(&error))?;
            CoreProviderMetadata::discover_async(issuer, &caller)
                .await
                .map_err(|error| failed(&error))?
        }
        Err(error) => return Err(failed(&error)),
    };
    let token_endpoint = metadata
        .token_endpoint()
        .ok_or_else(|| refused("the provider has no token endpoint"))?
        .to_string();
    let user_info_endpoint = metadata.userinfo_endpoint().map(ToString::to_string);
    let client = Client::from_provider_metadata(
        metadata,
        ClientId::new(client_id.to_owned()),
        client_secret.map(|secret| ClientSecret::new(secret.to_owned())),
    )
    .set_redirect_uri(RedirectUrl::from_url(callback));
    Ok(Provider {
        client,
        http,
        token_endpoint,
        user_info_endpoint,
        found_at: now,
    })
}

impl Identity {
    /// Sends somebody to the provider: the address, and the token for the cookie of this step. With a session it is a
    /// fresh proof, and the provider is told to ask again.
    ///
    /// # Errors
    /// [`IdentityError::Provider`] when there is none or it does not answer.
    pub async fn begin_oidc(
        &self,
        next: &str,
        session: Option<&CurrentSession>,
    ) -> Result<(Url, Token), IdentityError> {
        let provider = self.provider().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = provider
            .client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge);
        if session.is_some() {
            request = request
                .add_prompt(CoreAuthPrompt::Login)
                .set_max_age(std::time::Duration::ZERO);
        }
        let (address, state, nonce) = request.url();
        let waiting = Waiting {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
            next: next.to_owned(),
            session: session.map(|session| session.id),
        };
        let step = Token::generate();
        let text = serde_json::to_vec(&waiting).map_err(|error| failed(&error))?;
        let state = self.key().seal("sign-in at a provider", &text)?;
        self.city()
            .write(
                Actor::Public,
                (step.clone(), session.map(|session| session.account), state),
                |tx, (step, account, state)| {
                    Box::pin(sessions::begin_ceremony(tx, step, STEP, *account, state))
                },
            )
            .await?;
        Ok((address, step))
    }

    /// Takes the provider's answer.
    ///
    /// # Errors
    /// [`IdentityError::Provider`], [`IdentityError::Expired`].
    pub async fn finish_oidc(
        &self,
        visitor: &Visitor,
        session: Option<&CurrentSession>,
        callback: &Callback,
    ) -> Result<OidcOutcome, IdentityError> {
        let city = self.city();
        let settings = self
            .settings()
            .oidc
            .as_ref()
            .ok_or_else(|| refused("no provider is set up"))?;
        let step = visitor.step.clone().ok_or(IdentityError::Expired)?;
        let ceremony = city
            .write(Actor::Public, step, |tx, step| {
                Box::pin(sessions::take_ceremony(tx, step, STEP))
            })
            .await?;
        let opened = self
            .key()
            .open_sealed("sign-in at a provider", &ceremony.state)?;
        let waiting: Waiting = serde_json::from_slice(&opened).map_err(|error| failed(&error))?;
        let state = callback.state.clone().unwrap_or_default();
        if !crate::model::one_time_code::same(state.as_bytes(), waiting.state.as_bytes()) {
            return Err(refused("the state is not the one that was sent"));
        }
        let Some(code) = callback.code.clone() else {
            return Err(refused(
                callback.error.as_deref().unwrap_or("there is no code"),
            ));
        };
        let provider = self.provider().await?;
        let caller = |request| call(provider.http.clone(), request);
        let response = provider
            .client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| failed(&error))?
            .set_pkce_verifier(PkceCodeVerifier::new(waiting.verifier))
            .request_async(&caller)
            .await
            .map_err(|error| failed(&error))?;
        let token = response
            .id_token()
            .ok_or_else(|| refused("there is no ID token"))?;
        let now = city.now();
        let verifier = provider.client.id_token_verifier();
        let nonce = Nonce::new(waiting.nonce);
        let claims = token
            .claims(&verifier, &nonce)
            .map_err(|error| failed(&error))?;

        let issuer = claims.issuer().as_str().to_owned();
        let subject = claims.subject().as_str().to_owned();
        let fresh = claims.auth_time().is_some_and(|at| {
            let age = now.as_second() - at.timestamp();
            (-60..sessions::STEP_UP.as_secs()).contains(&age)
        });
        let linked = credentials::linked_account(city.db(), &issuer, &subject).await?;
        let account = if linked.is_some() {
            linked
        } else {
            let told = provider.told(claims, &response).await?;
            let found = self.matching(settings, &told).await?;
            if let Some(account) = found {
                let linked = city
                    .write(
                        Actor::Staff(account.0),
                        (issuer, subject, account),
                        |tx, (issuer, subject, account)| {
                            Box::pin(credentials::link_account(tx, issuer, subject, *account))
                        },
                    )
                    .await;
                match linked {
                    Ok(()) => Some(account),
                    // The account belongs to another subject there: whoever this is, it is not them.
                    Err(IdentityError::Exists { .. }) => None,
                    Err(error) => return Err(error),
                }
            } else {
                None
            }
        };
        let usable = match account {
            Some(account) => accounts::account(city.db(), account)
                .await?
                .filter(|account| account.is_usable(city.today())),
            None => None,
        };
        let Some(account) = usable else {
            return Ok(OidcOutcome::NoAccount);
        };
        if let Some(asked) = waiting.session {
            let session = session
                .filter(|session| session.id == asked && session.account == account.id && fresh)
                .ok_or_else(|| refused("it is no fresh proof for this session"))?;
            let token = self.rotate(session, None, Vec::new()).await?;
            return Ok(OidcOutcome::SteppedUp(token, waiting.next));
        }
        let opened = self
            .open(visitor, account.id, Method::Oidc, fresh, Vec::new(), None)
            .await?;
        Ok(OidcOutcome::SignedIn(opened, waiting.next))
    }

    async fn matching(
        &self,
        settings: &OidcSettings,
        told: &Told,
    ) -> Result<Option<AccountId>, IdentityError> {
        let db = self.city().db();
        let found = match &settings.link {
            OidcLink::VerifiedEmail => match &told.verified_email {
                Some(email) => accounts::account_by_email(db, email).await?,
                None => None,
            },
            OidcLink::LoginName(claim) => match told.claim(claim).map(LoginName::new) {
                Some(Ok(name)) => accounts::account_by_login(db, name.as_str()).await?,
                _ => None,
            },
        };
        Ok(found.map(|account| account.id))
    }

    async fn provider(&self) -> Result<Arc<Provider>, IdentityError> {
        let settings = self
            .settings()
            .oidc
            .as_ref()
            .ok_or_else(|| refused("no provider is set up"))?;
        self.found_provider(
            self.provider_cell(),
            &settings.issuer,
            (&settings.client_id, settings.client_secret.as_deref()),
            CALLBACK_PATH,
        )
        .await
    }

    /// A provider as discovery told it, asked again after a while.
    pub(crate) async fn found_provider(
        &self,
        cell: &ProviderCell,
        issuer: &Url,
        client: (&str, Option<&str>),
        callback: &str,
    ) -> Result<Arc<Provider>, IdentityError> {
        let now = self.city().now();
        let mut kept = cell.lock().await;
        if let Some(provider) = kept
            .as_ref()
            .filter(|provider| now.duration_since(provider.found_at) < KEPT)
        {
            return Ok(provider.clone());
        }
        let callback = self
            .settings()
            .public_url
            .join(callback)
            .map_err(|error| failed(&error))?;
        let provider = Arc::new(discover(issuer, client, callback, now).await?);
        *kept = Some(provider.clone());
        Ok(provider)
    }
}

/// What the provider tells about somebody.
#[derive(Debug, Default)]
struct Told {
    verified_email: Option<String>,
    preferred_username: Option<String>,
    others: OtherClaims,
}

impl Told {
    fn claim(&self, name: &str) -> Option<&str> {
        match name {
            "preferred_username" => self.preferred_username.as_deref(),
            _ => self.others.0.get(name)?.as_str(),
        }
    }
}

impl Provider {
    /// From the ID token and, because many providers put names and addresses only there, from the user-info endpoint.
    async fn told(
        &self,
        claims: &openidconnect::IdTokenClaims<OtherClaims, CoreGenderClaim>,
        response: &TokenResponse,
    ) -> Result<Told, IdentityError> {
        let mut told = Told {
            verified_email: claims
                .email()
                .filter(|_| claims.email_verified() == Some(true))
                .map(|email| email.as_str().to_owned()),
            preferred_username: claims
                .preferred_username()
                .map(|name| name.as_str().to_owned()),
            others: claims.additional_claims().clone(),
        };
        // The expected subject makes sure that both speak of the same person.
        let Ok(request) = self.client.user_info(
            response.access_token().clone(),
            Some(claims.subject().clone()),
        ) else {
            return Ok(told);
        };
        let caller = |request| call(self.http.clone(), request);
        let info: openidconnect::UserInfoClaims<OtherClaims, CoreGenderClaim> = request
            .request_async(&caller)
            .await
            .map_err(|error| failed(&error))?;
        if told.verified_email.is_none() && info.email_verified() == Some(true) {
            told.verified_email = info.email().map(|email| email.as_str().to_owned());
        }
        if told.preferred_username.is_none() {
            told.preferred_username = info
                .preferred_username()
                .map(|name| name.as_str().to_owned());
        }
        for (name, value) in &info.additional_claims().0 {
            told.others
                .0
                .entry(name.clone())
                .or_insert_with(|| value.clone());
        }
        Ok(told)
    }
}
