//! Passkeys: adding one, signing in with one (without a name: the key says whose it is), stepping up with one.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value as Json, json};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential,
};
use yakuba_city::Actor;

use crate::{
    Identity, IdentityError,
    model::{account::AccountId, token::Token},
    sign_in::{Opened, strengthen},
    store::{
        accounts, credentials,
        sessions::{self, CurrentSession, Method},
    },
    visitor::Visitor,
};

const ADD: &str = "passkey_add";
const USE: &str = "passkey_use";

fn refused(error: &(impl std::fmt::Display + ?Sized)) -> IdentityError {
    IdentityError::Passkey(error.to_string())
}

impl Identity {
    /// Begins to add a passkey: options for `navigator.credentials.create`, and the token for the cookie of this step.
    ///
    /// # Errors
    /// [`IdentityError::Passkey`]; the database's.
    pub async fn begin_passkey_set_up(
        &self,
        session: &CurrentSession,
    ) -> Result<(Json, Token), IdentityError> {
        let city = self.city();
        let account = accounts::account(city.db(), session.account)
            .await?
            .ok_or(IdentityError::Expired)?;
        let existing = credentials::passkeys_of(city.db(), account.id).await?;
        let exclude = existing
            .iter()
            .map(|stored| stored.passkey.cred_id().clone())
            .collect();
        let (challenge, state) = self
            .webauthn()
            .start_passkey_registration(
                account.handle,
                &account.login_name,
                &account.display_name,
                Some(exclude),
            )
            .map_err(|error| refused(&error))?;
        let mut options = serde_json::to_value(&challenge).map_err(|error| refused(&error))?;
        // The library leaves the choice to the device; without a discoverable key signing in needs a name.
        if let Some(selection) = options.pointer_mut("/publicKey/authenticatorSelection") {
            selection["residentKey"] = json!("required");
            selection["requireResidentKey"] = json!(true);
        }
        let step = self
            .keep_passkey_state(ADD, Some(account.id), &state)
            .await?;
        Ok((options, step))
    }

    /// Finishes adding a passkey and returns the session's new token.
    ///
    /// # Errors
    /// [`IdentityError::Passkey`], [`IdentityError::Expired`], [`IdentityError::Exists`].
    pub async fn finish_passkey_set_up(
        &self,
        visitor: &Visitor,
        session: &CurrentSession,
        name: &str,
        answer: &RegisterPublicKeyCredential,
    ) -> Result<Token, IdentityError> {
        let (account, state): (_, PasskeyRegistration) =
            self.take_passkey_state(visitor, ADD).await?;
        if account != Some(session.account) {
            return Err(IdentityError::Expired);
        }
        let passkey = self
            .webauthn()
            .finish_passkey_registration(answer, &state)
            .map_err(|error| refused(&error))?;
        let credential = URL_SAFE_NO_PAD.encode(passkey.cred_id());
        let token = Token::generate();
        self.city()
            .write(
                Actor::Staff(session.account.0),
                (
                    session.clone(),
                    name.to_owned(),
                    credential,
                    passkey,
                    token.clone(),
                ),
                |tx, (session, name, credential, passkey, token)| {
                    Box::pin(async move {
                        credentials::add_passkey(tx, session.account, name, credential, passkey)
                            .await?;
                        strengthen(tx, session, token).await
                    })
                },
            )
            .await?;
        Ok(token)
    }

    /// Begins to use a passkey: options for `navigator.credentials.get`, and the token for the cookie of this step.
    ///
    /// # Errors
    /// [`IdentityError::Passkey`]; the database's.
    pub async fn begin_passkey(&self) -> Result<(Json, Token), IdentityError> {
        let (challenge, state) = self
            .webauthn()
            .start_discoverable_authentication()
            .map_err(|error| refused(&error))?;
        let mut options = serde_json::to_value(&challenge).map_err(|error| refused(&error))?;
        // A button asks for the key, not the browser's list of suggestions.
        if let Some(options) = options.as_object_mut() {
            options.remove("mediation");
        }
        let step = self.keep_passkey_state(USE, None, &state).await?;
        Ok((options, step))
    }

    /// Signs in with a passkey.
    ///
    /// # Errors
    /// [`IdentityError::Passkey`], [`IdentityError::Expired`].
    pub async fn sign_in_with_passkey(
        &self,
        visitor: &Visitor,
        answer: &PublicKeyCredential,
    ) -> Result<Opened, IdentityError> {
        let account = self.proved_by_passkey(visitor, answer).await?;
        self.open(visitor, account, Method::Passkey, true, Vec::new(), None)
            .await
    }

    /// Proves freshly with a passkey who somebody is, and returns the session's new token.
    ///
    /// # Errors
    /// [`IdentityError::Passkey`] also when it is somebody else's, [`IdentityError::Expired`].
    pub async fn step_up_with_passkey(
        &self,
        visitor: &Visitor,
        session: &CurrentSession,
        answer: &PublicKeyCredential,
    ) -> Result<Token, IdentityError> {
        let account = self.proved_by_passkey(visitor, answer).await?;
        if account != session.account {
            return Err(refused("the passkey belongs to another account"));
        }
        let method = (session.method == Method::Password).then_some(Method::PasswordAndCode);
        self.rotate(session, method, Vec::new()).await
    }

    async fn proved_by_passkey(
        &self,
        visitor: &Visitor,
        answer: &PublicKeyCredential,
    ) -> Result<AccountId, IdentityError> {
        let city = self.city();
        let (_, state): (_, DiscoverableAuthentication) =
            self.take_passkey_state(visitor, USE).await?;
        let (handle, credential) = self
            .webauthn()
            .identify_discoverable_authentication(answer)
            .map_err(|error| refused(&error))?;
        let account = accounts::account_by_handle(city.db(), handle)
            .await?
            .filter(|account| account.is_usable(city.today()))
            .ok_or_else(|| refused("no usable account"))?;
        let mut stored = credentials::passkeys_of(city.db(), account.id)
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
        city.write(
            Actor::Staff(account.id.0),
            (stored.id, stored.passkey),
            |tx, (id, passkey)| Box::pin(credentials::touch_passkey(tx, *id, passkey)),
        )
        .await?;
        Ok(account.id)
    }

    async fn keep_passkey_state<T: serde::Serialize>(
        &self,
        kind: &'static str,
        account: Option<AccountId>,
        state: &T,
    ) -> Result<Token, IdentityError> {
        let state = serde_json::to_vec(state).map_err(|error| refused(&error))?;
        let step = Token::generate();
        self.city()
            .write(
                account.map_or(Actor::Public, |account| Actor::Staff(account.0)),
                (step.clone(), kind, account, state),
                |tx, (step, kind, account, state)| {
                    Box::pin(sessions::begin_ceremony(tx, step, kind, *account, state))
                },
            )
            .await?;
        Ok(step)
    }

    async fn take_passkey_state<T: serde::de::DeserializeOwned>(
        &self,
        visitor: &Visitor,
        kind: &'static str,
    ) -> Result<(Option<AccountId>, T), IdentityError> {
        let step = visitor.step.clone().ok_or(IdentityError::Expired)?;
        let ceremony = self
            .city()
            .write(Actor::Public, (step, kind), |tx, (step, kind)| {
                Box::pin(sessions::take_ceremony(tx, step, kind))
            })
            .await?;
        let state = serde_json::from_slice(&ceremony.state).map_err(|error| refused(&error))?;
        Ok((ceremony.account, state))
    }
}
