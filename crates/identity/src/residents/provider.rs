//! Residents through an identity provider in the shape of デジタル認証アプリ (Digital Agency): OpenID Connect, authorization
//! code with PKCE (S256), scopes `openid name address birthdate`, the client proven by a signed assertion
//! (`private_key_jwt`, RFC 7523) or by a secret.
//!
//! What is certain of デジタル認証アプリ: the flow, the scopes, PKCE, `private_key_jwt`, ID tokens with ES256, a subject that
//! differs per client. **Not confirmed** (seen in a stand-in only; check in the sandbox): the claims come from the user-info
//! endpoint; `name` is one text with a blank between family and given name, `address` one text, `birthdate` `YYYYMMDD`;
//! assertions signed with RS256 are accepted. So the reader also takes what the standard says: `family_name`/`given_name`,
//! an `address` with `formatted`, an ISO date.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{Timestamp, civil::Date};
use openidconnect::{
    AuthorizationCode, CsrfToken, JsonWebKeyId, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, PrivateSigningKey as _, Scope, TokenResponse as _,
    core::{CoreAuthenticationFlow, CoreJwsSigningAlgorithm, CoreRsaPrivateSigningKey},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use webauthn_rs::prelude::Url;
use yakuba_city::{Actor, web::VerifiedPerson};
use yakuba_kernel::PersonName;

use super::{CurrentResident, Method, store};
use crate::{
    ClientProof, Identity, IdentityError, ResidentOidcSettings,
    model::token::Token,
    oidc::{self, Callback, Provider, failed, refused},
    visitor::Visitor,
};

/// Our path to which the provider sends residents back.
pub const CALLBACK_PATH: &str = "/resident/sign-in/provider/callback";

const STEP: &str = "resident_oidc";
/// An assertion holds for so many seconds.
const ASSERTION: i64 = 60;

/// Kept while the person is at the provider.
#[derive(Serialize, Deserialize)]
struct Waiting {
    state: String,
    nonce: String,
    verifier: String,
    next: String,
    resident: Option<i64>,
}

impl Identity {
    /// Sends a resident to the provider: the address, and the token for the cookie of this step. Whoever is signed in gets
    /// what the provider vouches for into their account.
    ///
    /// # Errors
    /// [`IdentityError::Provider`] when there is none or it does not answer.
    pub async fn begin_resident_oidc(
        &self,
        next: &str,
        current: Option<CurrentResident>,
    ) -> Result<(Url, Token), IdentityError> {
        let (settings, provider) = self.resident_provider().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = provider
            .client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_pkce_challenge(challenge);
        for scope in ["name", "address", "birthdate"] {
            request = request.add_scope(Scope::new(scope.to_owned()));
        }
        if let Some(values) = &settings.acr_values {
            request = request.add_extra_param("acr_values", values.clone());
        }
        let (address, state, nonce) = request.url();
        let waiting = Waiting {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
            next: next.to_owned(),
            resident: current.map(|current| current.id),
        };
        let step = self.keep_step(STEP, &waiting).await?;
        Ok((address, step))
    }

    /// Takes the provider's answer: keeps what it vouches for, signs the resident in, and returns the token for the session
    /// cookie and where to go.
    ///
    /// # Errors
    /// [`IdentityError::Provider`], [`IdentityError::Expired`]; [`IdentityError::Exists`] when the person is linked with
    /// another account.
    pub async fn finish_resident_oidc(
        &self,
        visitor: &Visitor,
        current: Option<CurrentResident>,
        callback: &Callback,
    ) -> Result<(Token, String), IdentityError> {
        let waiting: Waiting = self.take_step(visitor, STEP).await?;
        let state = callback.state.clone().unwrap_or_default();
        if !crate::model::one_time_code::same(state.as_bytes(), waiting.state.as_bytes()) {
            return Err(refused("the state is not the one that was sent"));
        }
        if waiting.resident != current.map(|current| current.id) {
            return Err(IdentityError::Expired);
        }
        let Some(code) = callback.code.clone() else {
            return Err(refused(
                callback.error.as_deref().unwrap_or("there is no code"),
            ));
        };
        let now = self.city().now();
        let (settings, provider) = self.resident_provider().await?;
        let mut request = provider
            .client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| failed(&error))?
            .set_pkce_verifier(PkceCodeVerifier::new(waiting.verifier));
        if let ClientProof::PrivateKey { pem, key_id } = &settings.proof {
            let assertion = assertion(
                &settings.client_id,
                &provider.token_endpoint,
                pem,
                key_id.as_deref(),
                now,
            )?;
            request = request
                .add_extra_param(
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                )
                .add_extra_param("client_assertion", assertion);
        }
        let response = request
            .request_async(&|request| oidc::call(provider.http.clone(), request))
            .await
            .map_err(|error| failed(&error))?;
        let token = response
            .id_token()
            .ok_or_else(|| refused("there is no ID token"))?;
        let verifier = provider.client.id_token_verifier().set_allowed_algs([
            CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        ]);
        let claims = token
            .claims(&verifier, &Nonce::new(waiting.nonce))
            .map_err(|error| failed(&error))?;
        let issuer = claims.issuer().as_str().to_owned();
        let subject = claims.subject().as_str().to_owned();
        let info = user_info(&provider, response.access_token().secret()).await?;
        if info["sub"].as_str() != Some(&subject) {
            return Err(refused("the user-info endpoint speaks of somebody else"));
        }
        let person = person(&info, &issuer, now);
        if person.is_none() {
            tracing::warn!(
                "the identity provider told no complete name, address and date of birth"
            );
        }
        let session = Token::generate();
        self.city()
            .write(
                Actor::Public,
                (
                    self.key().clone(),
                    (issuer, subject),
                    waiting.resident,
                    person,
                    session.clone(),
                    visitor.resident.clone(),
                ),
                |tx, (key, (issuer, subject), asking, person, session, old)| {
                    Box::pin(async move {
                        let id = store::of_subject(tx, key, issuer, subject, *asking).await?;
                        if let Some(person) = person {
                            store::set_verified(tx, key, id, person).await?;
                        }
                        store::open_session(tx, id, Method::Oidc, session, old.as_ref()).await
                    })
                },
            )
            .await?;
        Ok((session, waiting.next))
    }

    async fn resident_provider(
        &self,
    ) -> Result<(&ResidentOidcSettings, std::sync::Arc<Provider>), IdentityError> {
        let settings = self
            .settings()
            .resident_oidc
            .as_ref()
            .ok_or_else(|| refused("no provider is set up"))?;
        let secret = match &settings.proof {
            ClientProof::Secret(secret) => Some(secret.as_str()),
            ClientProof::PrivateKey { .. } => None,
        };
        let provider = self
            .found_provider(
                self.resident_provider_cell(),
                &settings.issuer,
                (&settings.client_id, secret),
                CALLBACK_PATH,
            )
            .await?;
        Ok((settings, provider))
    }
}

/// A signed statement that we are the client (RFC 7523, section 3).
fn assertion(
    client_id: &str,
    token_endpoint: &str,
    pem: &str,
    key_id: Option<&str>,
    now: Timestamp,
) -> Result<String, IdentityError> {
    let key =
        CoreRsaPrivateSigningKey::from_pem(pem, key_id.map(|id| JsonWebKeyId::new(id.to_owned())))
            .map_err(|cause| IdentityError::Setting {
                name: "YAKUBA_RESIDENT_OIDC_KEY_FILE",
                cause,
            })?;
    let mut header = json!({ "alg": "RS256", "typ": "JWT" });
    if let Some(id) = key_id {
        header["kid"] = json!(id);
    }
    let claims = json!({
        "iss": client_id,
        "sub": client_id,
        "aud": token_endpoint,
        "jti": Token::generate().as_str(),
        "iat": now.as_second(),
        "exp": now.as_second() + ASSERTION,
    });
    let part = |value: &Json| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&header), part(&claims));
    let signature = key
        .sign(
            &CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            text.as_bytes(),
        )
        .map_err(|error| failed(&error))?;
    Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

async fn user_info(provider: &Provider, access_token: &str) -> Result<Json, IdentityError> {
    let address = provider
        .user_info_endpoint
        .as_deref()
        .ok_or_else(|| refused("the provider has no user-info endpoint"))?;
    let request = axum::http::Request::get(address)
        .header("authorization", format!("Bearer {access_token}"))
        .header("accept", "application/json")
        .body(Vec::new())
        .map_err(|error| failed(&error))?;
    let response = oidc::call(provider.http.clone(), request)
        .await
        .map_err(|error| failed(&error))?;
    if !response.status().is_success() {
        return Err(refused(&format!(
            "the user-info endpoint answered {}",
            response.status()
        )));
    }
    serde_json::from_slice(response.body()).map_err(|error| failed(&error))
}

/// Who the provider says it is; none when a part is missing or cannot be read.
fn person(info: &Json, issuer: &str, now: Timestamp) -> Option<VerifiedPerson> {
    let text = |name: &str| info[name].as_str().map(str::trim).unwrap_or_default();
    let (family, given) = match (text("family_name"), text("given_name")) {
        ("", "") => {
            let name = text("name");
            name.split_once(char::is_whitespace).unwrap_or((name, ""))
        }
        parts => parts,
    };
    let address = match &info["address"] {
        Json::String(text) => text.trim().to_owned(),
        Json::Object(parts) => {
            let part = |name: &str| parts.get(name).and_then(Json::as_str).unwrap_or_default();
            match part("formatted").trim() {
                "" => ["region", "locality", "street_address"].map(part).concat(),
                formatted => formatted.to_owned(),
            }
        }
        _ => String::new(),
    };
    let birth_date = date(text("birthdate"))?;
    let is_plain = !address.is_empty()
        && address.chars().count() <= 500
        && !address.chars().any(char::is_control);
    is_plain.then_some(())?;
    Some(VerifiedPerson {
        name: PersonName::new(family, given, "", "").ok()?,
        address,
        birth_date,
        verified_at: now,
        issuer: issuer.to_owned(),
    })
}

/// `YYYYMMDD` or `YYYY-MM-DD`.
fn date(text: &str) -> Option<Date> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Date::new(
        digits[..4].parse().ok()?,
        digits[4..6].parse().ok()?,
        digits[6..].parse().ok()?,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil;

    use super::*;

    fn read(info: &Json) -> Option<(String, String, Date)> {
        person(info, "https://issuer.example", Timestamp::UNIX_EPOCH)
            .map(|person| (person.name.full(), person.address, person.birth_date))
    }

    #[test]
    fn both_ways_of_telling_a_person_are_read() {
        let expected = Some((
            "山田 太郎".to_owned(),
            "東京都千代田区霞が関1-1".to_owned(),
            civil::date(1990, 1, 31),
        ));
        assert_eq!(
            read(&json!({
                "name": "山田　太郎", "address": "東京都千代田区霞が関1-1", "birthdate": "19900131"
            })),
            expected
        );
        assert_eq!(
            read(&json!({
                "family_name": "山田", "given_name": "太郎",
                "address": { "region": "東京都", "locality": "千代田区", "street_address": "霞が関1-1" },
                "birthdate": "1990-01-31"
            })),
            expected
        );
    }

    #[test]
    fn who_is_not_told_whole_is_not_verified() {
        let whole = json!({ "name": "山田 太郎", "address": "東京都", "birthdate": "19900131" });
        assert!(read(&whole).is_some());
        for (part, wrong) in [
            ("name", json!("")),
            ("name", json!(null)),
            ("address", json!({})),
            ("address", json!("東京都\n1")),
            ("birthdate", json!("19901331")),
            ("birthdate", json!("1990")),
            ("birthdate", json!("１９９００１３１")),
        ] {
            let mut info = whole.clone();
            info[part] = wrong;
            assert!(read(&info).is_none(), "{info}");
        }
        // One-name registrations exist.
        let one = json!({ "name": "マリア", "address": "東京都", "birthdate": "19900131" });
        assert_eq!(read(&one).unwrap().0, "マリア");
    }
}
