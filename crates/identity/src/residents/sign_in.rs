//! Residents signing in: by a code, with a passkey.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential,
};
use yakuba_city::{Actor, sql::Sql as _};

use super::{CurrentResident, codes, store};
use crate::{
    Identity, IdentityError,
    model::token::Token,
    residents::{CodeCheck, Method},
    store::sessions,
    visitor::Visitor,
};

const ADD: &str = "resident_passkey_add";
const USE: &str = "resident_passkey_use";

/// What came of signing in by a code.
#[derive(Debug, Clone)]
pub enum EmailSignIn {
    /// It is right: the token for the session cookie.
    SignedIn(Token),
    /// It is wrong; so many tries are left.
    Wrong(i64),
    /// Another code is needed.
    BeginAgain,
}

/// Kept while somebody adds a passkey.
#[derive(Serialize, Deserialize)]
struct Adding {
    resident: i64,
    state: PasskeyRegistration,
}

fn refused(error: &(impl std::fmt::Display + ?Sized)) -> IdentityError {
    IdentityError::Passkey(error.to_string())
}

impl Identity {
    /// Signs a resident in by the code that was sent to their address; the first time it makes the account.
    ///
    /// # Errors
    /// The database's; [`IdentityError::Key`].
    pub async fn sign_resident_in_with_code(
        &self,
        visitor: &Visitor,
        code: &str,
    ) -> Result<EmailSignIn, IdentityError> {
        let Some(proof) = visitor.email.clone() else {
            return Ok(EmailSignIn::BeginAgain);
        };
        let confirmed = match codes::check_email_code(self, visitor, &proof, code).await? {
            CodeCheck::Right(confirmed) => confirmed,
            CodeCheck::Wrong(left) => return Ok(EmailSignIn::Wrong(left)),
            CodeCheck::BeginAgain => return Ok(EmailSignIn::BeginAgain),
        };
        let token = Token::generate();
        self.city()
            .write(
                Actor::Public,
                (
                    self.key().clone(),
                    confirmed.email,
                    token.clone(),
                    visitor.resident.clone(),
                    proof,
                ),
                |tx, (key, email, token, old, proof)| {
                    Box::pin(async move {
                        let id = store::of_email(tx, key, email).await?;
                        tx.connection()
                            .run(
                                "DELETE FROM email_codes WHERE token_hash = $1",
                                [proof.hash().into()],
                            )
                            .await?;
                        store::open_session(tx, id, Method::EmailCode, token, old.as_ref()).await
                    })
                },
            )
            .await?;
        Ok(EmailSignIn::SignedIn(token))
    }

    /// Ends the session of a resident's browser.
    ///
    /// # Errors
    /// The database's.
    pub async fn sign_resident_out(&self, visitor: &Visitor) -> Result<(), IdentityError> {
        let Some(token) = visitor.resident.clone() else {
            return Ok(());
        };
        self.city()
            .write(Actor::Public, token, |tx, token| {
                Box::pin(store::end_session(tx, token))
            })
            .await
    }

    /// Begins to add a passkey to a resident's account: options for `navigator.credentials.create`, and the token for the
    /// cookie of this step.
    ///
    /// # Errors
    /// [`IdentityError::Passkey`]; the database's.
    pub async fn begin_resident_passkey_set_up(
        &self,
        current: CurrentResident,
        label: &str,
    ) -> Result<(Json, Token), IdentityError> {
        let city = self.city();
        let resident = store::resident(city.db(), self.key(), current.id)
            .await?
            .ok_or(IdentityError::Expired)?;
        let exclude = store::passkeys_of(city.db(), current.id)
            .await?
            .iter()
            .map(|stored| stored.passkey.cred_id().clone())
            .collect();
        let name = resident
            .email
            .as_ref()
            .map_or(label, |email| email.as_str());
        let (challenge, state) = self
            .webauthn()
            .start_passkey_registration(resident.handle, name, name, Some(exclude))
            .map_err(|error| refused(&error))?;
        let mut options = serde_json::to_value(&challenge).map_err(|error| refused(&error))?;
        // Signing in needs no name only with a discoverable key.
        if let Some(selection) = options.pointer_mut("/publicKey/authenticatorSelection") {
            selection["residentKey"] = json!("required");
            selection["requireResidentKey"] = json!(true);
        }
        let adding = Adding {
            resident: current.id,
            state,
        };
        let step = self.keep_step(ADD, &adding).await?;
        Ok((options, step))
    }

    /// Finishes adding a passkey to a resident's account.
    ///
    /// # Errors
    /// [`IdentityError::Passkey`], [`IdentityError::Expired`], [`IdentityError::Exists`].
    pub async fn finish_resident_passkey_set_up(
        &self,
        visitor: &Visitor,
        current: CurrentResident,
        name: &str,
        answer: &RegisterPublicKeyCredential,
    ) -> Result<(), IdentityError> {
        let adding: Adding = self.take_step(visitor, ADD).await?;
        if adding.resident != current.id {
            return Err(IdentityError::Expired);
        }
        let passkey = self
            .webauthn()
            .finish_passkey_registration(answer, &adding.state)
            .map_err(|error| refused(&error))?;
        let credential = URL_SAFE_NO_PAD.encode(passkey.cred_id());
        self.city()
            .write(
                Actor::Resident(current.id),
                (current.id, name.to_owned(), credential, passkey),
                |tx, (id, name, credential, passkey)| {
                    Box::pin(store::add_passkey(tx, *id, name, credential, passkey))
                },
            )
            .await
    }

    /// Begins to use a resident's passkey.
    ///
    /// # Errors
    /// [`IdentityError::Passkey`]; the database's.
    pub async fn begin_resident_passkey(&self) -> Result<(Json, Token), IdentityError> {
        let (challenge, state) = self
            .webauthn()
            .start_discoverable_authentication()
            .map_err(|error| refused(&error))?;
        let mut options = serde_json::to_value(&challenge).map_err(|error| refused(&error))?;
        // A button asks for the key, not the browser's list of suggestions.
        if let Some(options) = options.as_object_mut() {
            options.remove("mediation");
        }
        let step = self.keep_step(USE, &state).await?;
        Ok((options, step))
    }

    /// Signs a resident in with a passkey and returns the token for the session cookie.
    ///
    /// # Errors
    /// [`IdentityError::Passkey`], [`IdentityError::Expired`].
    pub async fn sign_resident_in_with_passkey(
        &self,
        visitor: &Visitor,
        answer: &PublicKeyCredential,
    ) -> Result<Token, IdentityError> {
        let city = self.city();
        let state: DiscoverableAuthentication = self.take_step(visitor, USE).await?;
        let (handle, credential) = self
            .webauthn()
            .identify_discoverable_authentication(answer)
            .map_err(|error| refused(&error))?;
        let id = store::by_handle(city.db(), handle)
            .await?
            .ok_or_else(|| refused("no account"))?;
        let mut stored = store::passkeys_of(city.db(), id)
            .await?
            .into_iter()
            .find(|stored| stored.passkey.cred_id().as_slice() == credential)
            .ok_or_else(|| refused("the passkey was removed"))?;
        let result = self
            .webauthn()
            .finish_discoverable_authentication_v2(
                answer,
                state,
                DiscoverableKey::from(&stored.passkey),
            )
            .map_err(|error| refused(&error))?;
        stored.passkey.update_credential(&result);
        let token = Token::generate();
        city.write(
            Actor::Resident(id),
            (
                id,
                stored.id,
                stored.passkey,
                token.clone(),
                visitor.resident.clone(),
            ),
            |tx, (id, passkey_id, passkey, token, old)| {
                Box::pin(async move {
                    store::touch_passkey(tx, *passkey_id, passkey).await?;
                    store::open_session(tx, *id, Method::Passkey, token, old.as_ref()).await
                })
            },
        )
        .await?;
        Ok(token)
    }

    /// Keeps what a browser began; sealed, because it may name a resident.
    pub(super) async fn keep_step<T: Serialize>(
        &self,
        kind: &'static str,
        state: &T,
    ) -> Result<Token, IdentityError> {
        let state = serde_json::to_vec(state).map_err(|error| refused(&error))?;
        let state = self.key().seal(kind, &state)?;
        let step = Token::generate();
        self.city()
            .write(
                Actor::Public,
                (step.clone(), kind, state),
                |tx, (step, kind, state)| {
                    Box::pin(sessions::begin_ceremony(tx, step, kind, None, state))
                },
            )
            .await?;
        Ok(step)
    }

    pub(super) async fn take_step<T: serde::de::DeserializeOwned>(
        &self,
        visitor: &Visitor,
        kind: &'static str,
    ) -> Result<T, IdentityError> {
        let step = visitor.step.clone().ok_or(IdentityError::Expired)?;
        let ceremony = self
            .city()
            .write(Actor::Public, (step, kind), |tx, (step, kind)| {
                Box::pin(sessions::take_ceremony(tx, step, kind))
            })
            .await?;
        let state = self.key().open_sealed(kind, &ceremony.state)?;
        serde_json::from_slice(&state).map_err(|error| refused(&error))
    }
}
