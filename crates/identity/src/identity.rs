//! Identity at run time: the city with its key, its settings, and what the sign-in flows share.

use std::sync::Arc;

use webauthn_rs::{Webauthn, WebauthnBuilder};
use yakuba_city::City;

use crate::{CityKey, IdentityError, IdentitySettings, oidc};

/// Everything the sign-in flows need. Cheap to clone; every request carries it as an extension.
#[derive(Clone)]
pub struct Identity(Arc<Inner>);

struct Inner {
    city: City,
    settings: IdentitySettings,
    key: CityKey,
    webauthn: Webauthn,
    provider: oidc::ProviderCell,
    resident_provider: oidc::ProviderCell,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Identity")
            .field("settings", &self.0.settings)
            .finish_non_exhaustive()
    }
}

impl Identity {
    /// Puts a city and the machine's settings together, reading (or making) the city key.
    ///
    /// # Errors
    /// [`IdentityError::City`] when the key cannot be had; [`IdentityError::Setting`] when passkeys cannot be bound to the address.
    pub fn new(city: City, settings: IdentitySettings) -> Result<Self, IdentityError> {
        let key = city.key()?.clone();
        Self::with_key(city, settings, key)
    }

    /// The same with a key at hand.
    ///
    /// # Errors
    /// [`IdentityError::Setting`].
    pub fn with_key(
        city: City,
        settings: IdentitySettings,
        key: CityKey,
    ) -> Result<Self, IdentityError> {
        let host = settings.public_url.host_str().unwrap_or("localhost");
        let webauthn = WebauthnBuilder::new(host, &settings.public_url)
            .map(|builder| builder.rp_name("Yakuba"))
            .and_then(WebauthnBuilder::build)
            .map_err(|error| IdentityError::Setting {
                name: "YAKUBA_PUBLIC_URL",
                cause: error.to_string(),
            })?;
        Ok(Self(Arc::new(Inner {
            city,
            settings,
            key,
            webauthn,
            provider: oidc::ProviderCell::default(),
            resident_provider: oidc::ProviderCell::default(),
        })))
    }

    /// The city.
    pub fn city(&self) -> &City {
        &self.0.city
    }

    /// The machine's settings.
    pub fn settings(&self) -> &IdentitySettings {
        &self.0.settings
    }

    /// The city key.
    pub fn key(&self) -> &CityKey {
        &self.0.key
    }

    pub(crate) fn webauthn(&self) -> &Webauthn {
        &self.0.webauthn
    }

    pub(crate) fn provider_cell(&self) -> &oidc::ProviderCell {
        &self.0.provider
    }

    pub(crate) fn resident_provider_cell(&self) -> &oidc::ProviderCell {
        &self.0.resident_provider
    }
}
